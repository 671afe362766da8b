/**
 * V8 compiles what it has seen: code that was optimised before the first snapshot has no snapshot path, and would be
 * thrown away, all callers that inlined it with it, when one begins. So a server takes a dummy snapshot at start.
 */
import type { Arena } from './arena.js';

const ROUNDS = 50;
const SIZES = [16, 24, 200, 1500, 40_000];

/** Runs every way of writing with the snapshot barrier on. Leaves the arena as it was; some 2 ms at start. */
export function trainBarrier(arena: Arena): void {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const before = SIZES.flatMap((size) => [arena.alloc(size), arena.allocRecord(size)]);
  arena.beginSnapshot();
  for (let round = 0; round < ROUNDS; round++) {
    for (const ref of before) {
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
    arena.maintain(0);
  }
  for (const ref of before) arena.free(ref);
  arena.endSnapshot();
}
