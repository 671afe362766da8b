/**
 * The arena: single accesses, byte ranges, blocks, and writing while a snapshot runs. "Hot" rows stay within a few KiB,
 * the others walk memory at random, where the machine's cache misses decide: read them beside the baseline.
 */

import { Arena, trainBarrier } from '../../src/memory/index.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const HOT = 256;
const HOT_MASK = HOT - 1;
/** What a key of 16 bytes with a value of 32 takes. */
const RECORD_BYTES = 72;
/** Live blocks of the replacement rows, in a full run: a hundredth of what is operated on would be too hot. */
const LIVE_BLOCKS = 200_000;

export function run(size: number): Row[] {
  return [...accesses(size), ...ranges(size), ...blocks(size), ...snapshots(size)];
}

/** References to `count` blocks of 64 bytes, in an order of chance. */
function spread(arena: Arena, count: number, bytes = 64): Int32Array {
  const random = new Random(1);
  const refs = Int32Array.from({ length: count }, () => arena.alloc(bytes));
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swap = refs[i]!;
    refs[i] = refs[j]!;
    refs[j] = swap;
  }
  for (const ref of refs) arena.zero(ref, 0, bytes);
  return refs;
}

function accesses(size: number): Row[] {
  const arena = new Arena();
  trainBarrier(arena);
  const refs = spread(arena, HOT);
  return [
    measure('i32, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + arena.i32(refs[i & HOT_MASK]!, i & 15)) | 0;
      return sum;
    }),
    measure('setI32, hot', size, (operations) => {
      for (let i = 0; i < operations; i++) arena.setI32(refs[i & HOT_MASK]!, i & 15, i);
      return arena.i32(refs[0]!, 0);
    }),
    measure('u8, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + arena.u8(refs[i & HOT_MASK]!, i & 63)) | 0;
      return sum;
    }),
    measure('setU8, hot', size, (operations) => {
      for (let i = 0; i < operations; i++) arena.setU8(refs[i & HOT_MASK]!, i & 63, i);
      return arena.u8(refs[0]!, 0);
    }),
    measure('setF64, then f64, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        arena.setF64(refs[i & HOT_MASK]!, i & 7, i);
        sum += arena.f64(refs[(i * 7) & HOT_MASK]!, i & 7);
      }
      return sum % 1_000_003;
    }),
  ];
}

function ranges(size: number): Row[] {
  const arena = new Arena();
  const input = new Uint8Array(65536).map((_, i) => (i * 31) & 255);
  const view = new DataView(input.buffer);
  const rows: Row[] = [];
  for (const length of [16, 32, 200, 1024]) {
    const refs = spread(arena, 64, length);
    for (const ref of refs) arena.copyIn(ref, 0, input, view, 64, length);
    rows.push(
      measure(`copyIn, ${length} bytes, hot`, size, (operations) => {
        for (let i = 0; i < operations; i++) arena.copyIn(refs[i & 63]!, 0, input, view, 64, length);
        return arena.i32(refs[1]!, 0);
      }),
      measure(`copyOut, ${length} bytes, hot`, size, (operations) => {
        for (let i = 0; i < operations; i++) arena.copyOut(refs[i & 63]!, 0, input, view, 4096, length);
        return input[4097]!;
      }),
      measure(`equals, ${length} bytes, hot`, size, (operations) => {
        let sum = 0;
        for (let i = 0; i < operations; i++) if (arena.equals(refs[i & 63]!, 0, input, view, 64, length)) sum++;
        return sum;
      }),
    );
  }
  return rows;
}

function blocks(size: number): Row[] {
  const arena = new Arena();
  const count = Math.max(1, Math.min(size, LIVE_BLOCKS));
  const live = spread(arena, count, RECORD_BYTES);
  const random = new Random(2);
  const order = Int32Array.from({ length: 65536 }, () => random.below(count));
  const sizes = Int32Array.from({ length: 4096 }, () => 16 + random.below(500));
  return [
    measure('alloc and free, one size, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const ref = arena.alloc(40);
        sum ^= ref;
        arena.free(ref);
      }
      return sum;
    }),
    measure('alloc and free, sizes of chance, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const ref = arena.alloc(sizes[i & 4095]!);
        sum ^= ref;
        arena.free(ref);
      }
      return sum;
    }),
    measure(`free a block of chance of ${count}, alloc another`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const index = order[i & 65535]!;
        arena.free(live[index]!);
        live[index] = arena.alloc(RECORD_BYTES);
        sum ^= live[index]!;
      }
      return sum;
    }),
    measure(
      'filling: alloc of a record, first touch and all',
      size,
      (operations) => {
        let sum = 0;
        for (let i = 0; i < operations; i++) sum ^= arena.allocRecord(RECORD_BYTES);
        return sum;
      },
      { rounds: 3, warmUpRounds: 1, bytesPerOp: () => arena.stats().heldBytes / (count + size * 4) },
    ),
  ];
}

function snapshots(size: number): Row[] {
  const arena = new Arena();
  trainBarrier(arena);
  const hot = spread(arena, HOT);
  const wide = spread(arena, Math.max(1, Math.min(size, LIVE_BLOCKS)), RECORD_BYTES);
  const restart = () => {
    if (arena.snapshotting) arena.endSnapshot();
    arena.beginSnapshot();
  };
  const rows = [
    measure(
      'setI32, hot, while a snapshot runs',
      size,
      (operations) => {
        for (let i = 0; i < operations; i++) arena.setI32(hot[i & HOT_MASK]!, i & 15, i);
        return arena.i32(hot[0]!, 0);
      },
      { before: restart },
    ),
    measure(
      `setI32 in a block of chance, each once, while a snapshot runs`,
      wide.length,
      (operations) => {
        for (let i = 0; i < operations; i++) arena.setI32(wide[i]!, 4, i);
        return arena.snapshotStats.copiedCards;
      },
      { before: restart },
    ),
  ];
  arena.endSnapshot();
  return rows;
}
