/**
 * What nobody can reach any more, and whose memory is given back in slices between events: emptied databases, and
 * values that are too large to be freed at once. No command stalls the loop because what it drops is large.
 */

/** Something that waits for its memory to be given back. */
export interface Garbage {
  /** Objects that are left, as `lazyfree_pending_objects` counts them: keys of a database, 1 for a value. */
  readonly objectCount: number;
  /** Frees about `blocks` blocks; true when nothing is left. */
  free(blocks: number): boolean;
  /** Frees nothing: the arena was reset, and the blocks are gone already. */
  forget(): void;
}

/** Where freed objects are counted. */
interface FreeStats {
  lazyFreed: number;
}

/** All garbage of a keyspace: the oldest goes first. */
export class GarbageQueue {
  private readonly queue: Garbage[] = [];
  private readonly stats: FreeStats;

  constructor(stats: FreeStats) {
    this.stats = stats;
  }

  /** Whether there is nothing to free. */
  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** Objects that wait to be freed. O(length of the queue). */
  get objectCount(): number {
    return this.queue.reduce((count, garbage) => count + garbage.objectCount, 0);
  }

  /** Lets `garbage` be freed when its turn comes. */
  add(garbage: Garbage): void {
    this.queue.push(garbage);
  }

  /** Frees about `blocks` blocks of the oldest; true when there are more. */
  free(blocks: number): boolean {
    const oldest = this.queue[0];
    if (oldest === undefined) return false;
    const before = oldest.objectCount;
    const done = oldest.free(blocks);
    this.stats.lazyFreed += before - oldest.objectCount;
    if (done) this.queue.shift();
    return this.queue.length > 0;
  }

  /** Forgets all that waits: the arena was reset. */
  forget(): void {
    this.stats.lazyFreed += this.objectCount;
    for (const garbage of this.queue.splice(0)) garbage.forget();
  }
}
