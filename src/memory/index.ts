/** Slabs, allocator, snapshot barrier and accounting: all that holds data at rest. */
export { MemoryAccount } from './account.js';
export { Arena, type ArenaOptions, type ArenaStats } from './arena.js';
export type { BarrierStats, SnapshotHandle, SnapshotOptions } from './card-barrier.js';
export { collectGarbage } from './garbage.js';
export { KIND_DATA, KIND_RECORD, LIVE_WORD, MAX_BLOCK_BYTES, NONE, SLAB_SHIFT, UNIT_MASK } from './layout.js';
export type { MemoryReader } from './memory-reader.js';
export { OutOfMemoryError } from './out-of-memory-error.js';
export { RecordCursor } from './record-walk.js';
export { SnapshotArena } from './snapshot-arena.js';
export { trainBarrier } from './train-barrier.js';
