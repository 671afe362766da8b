/**
 * V8 compiles what it has seen: code that was optimised before the first snapshot has no snapshot path, and would be
 * thrown away, all callers that inlined it with it, when one begins. So a server takes a dummy snapshot at start, of
 * any arena: what V8 learns belongs to the classes. Writes after the first snapshot has begun, with a million SETs
 * before (Node 20.20, a shared machine, CPU time): the first 2000 took 7 to 35 ms without it and 3 to 11 with it, the
 * first 80,000 155 to 196 ms and 77 to 118; without it setString, alloc, free and realloc are deoptimised.
 */
import type { Arena } from './arena.js';
import { CARD_BYTES, CONTROL_CURSOR, CURSOR_END } from './layout.js';

const ROUNDS = 10;
const SIZES = [16, 24, 200, 1500, 40_000];
/** Cards that are copied before the rest, and then count as passed. */
const CARDS = 100;

/**
 * Runs every way of writing with the snapshot barrier on. Leaves the arena's blocks as they were; some 4 ms at start.
 */
export function trainBarrier(arena: Arena): void {
  const blocks = SIZES.flatMap((size) => [arena.alloc(size), arena.allocRecord(size)]);
  const records: number[] = [];
  for (let i = 0; i < CARDS; i++) records.push(arena.allocRecord(CARD_BYTES));
  const control = new Int32Array(arena.beginSnapshot().control);
  for (const ref of records) arena.setI32(ref, 3, 1);
  Atomics.store(control, CONTROL_CURSOR, CURSOR_END); // as a worker that has seen all records: copies are used again
  for (let round = 0; round < ROUNDS; round++) writeAll(arena, blocks, round);
  arena.maintain(0);
  for (const ref of blocks) arena.free(ref);
  for (const ref of records) arena.free(ref);
  arena.endSnapshot();
}

function writeAll(arena: Arena, blocks: readonly number[], round: number): void {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  for (const ref of blocks) {
    const length = Math.min(arena.blockSize(ref), bytes.length);
    arena.setI32(ref, 3, round);
    arena.setU8(ref, 0, round);
    arena.setF64(ref, 0, round);
    arena.copyIn(ref, 0, bytes, view, 0, length);
    arena.copyIn(ref, 0, bytes, view, 0, 8);
    arena.move(ref, 0, ref, 8, length - 8);
    arena.zero(ref, 0, length);
    arena.willWrite(ref, 0, length);
  }
  for (const size of SIZES) {
    arena.free(arena.realloc(arena.alloc(size), size * 4, size));
    arena.free(arena.realloc(arena.allocRecord(size), size * 2, size));
  }
}
