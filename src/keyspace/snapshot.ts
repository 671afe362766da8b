/**
 * A snapshot of a keyspace: the arena's, and which database each record belonged to when it began. SWAPDB, FLUSHDB and
 * FLUSHALL meanwhile change neither: the records name an id, and what stood behind the ids was copied at the start.
 */
import { type MemoryReader, SnapshotArena, type SnapshotHandle } from '../memory/index.js';
import { META_DATABASE_MASK, META_DATABASE_SHIFT, WORD_META } from './record.js';

/** What a worker needs: goes through `postMessage` as it is, with `arena.sides` in the transfer list. */
export interface KeyspaceSnapshotHandle {
  readonly arena: SnapshotHandle;
  /** Numbers of databases by the id in their records, NO_DATABASE for ids that belonged to none. */
  readonly databaseNumbers: Int32Array;
}

/** The record belonged to a database that had been emptied, and only waited to be freed. */
export const NO_DATABASE = -1;

/** The worker's side. */
export class KeyspaceSnapshot {
  readonly arena: SnapshotArena;
  private readonly databaseNumbers: Int32Array;

  constructor(handle: KeyspaceSnapshotHandle) {
    this.arena = new SnapshotArena(handle.arena);
    this.databaseNumbers = handle.databaseNumbers;
  }

  /** The number of the database that a record of the walk belonged to, or NO_DATABASE. O(1). */
  databaseNumberOf(record: number): number {
    return this.databaseNumbers[databaseIdOf(this.arena, record)] ?? NO_DATABASE;
  }
}

/** The id of the database that a record belongs to. O(1). */
export function databaseIdOf(memory: MemoryReader, record: number): number {
  return (memory.i32(record, WORD_META) & META_DATABASE_MASK) >>> META_DATABASE_SHIFT;
}
