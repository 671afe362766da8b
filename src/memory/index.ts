/** Slabs, allocator, snapshot barrier and accounting: all that holds data at rest. */
export { MemoryAccount } from './account.js';
export { Arena, type ArenaOptions, type ArenaStats } from './arena.js';
export type { SnapshotHandle, SnapshotOptions } from './card-barrier.js';
export { LIVE_WORD, MAX_BLOCK_BYTES, NONE, SLAB_SHIFT, UNIT_MASK } from './layout.js';
export type { MemoryReader } from './memory-reader.js';
export { isOutOfMemory, OutOfMemoryError } from './out-of-memory-error.js';
export { RecordCursor } from './record-walk.js';
export { allocateShared } from './shared-buffer.js';
export { MAX_SMALL_BYTES } from './size-classes.js';
export { SnapshotArena } from './snapshot-arena.js';
export { SnapshotFailedError } from './snapshot-failed-error.js';
export { trainBarrier } from './train-barrier.js';
