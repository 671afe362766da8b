/**
 * Which clients may have a key in their caches: the ids of those that read it since it changed last, whether they are
 * still there or not. A key is a name here, whatever database it was read in: a client that reads two of them hears too
 * much rather than too little (tracking.c, Redis 7.0).
 */

/** The ids of the readers of a key: mostly there is one. */
type Readers = number | Set<number>;

export class TrackingTable {
  private readonly readers = new Map<string, Readers>();
  private count = 0;

  /** How many keys there are: `tracking_total_keys`. */
  get keyCount(): number {
    return this.readers.size;
  }

  /** How many readers all keys have: `tracking_total_items`. */
  get itemCount(): number {
    return this.count;
  }

  /** Notes that a client has read a key. O(1). */
  add(key: string, id: number): void {
    const known = this.readers.get(key);
    if (known === undefined) this.readers.set(key, id);
    else if (typeof known === 'number') {
      if (known === id) return;
      this.readers.set(key, new Set([known, id]));
    } else {
      if (known.has(id)) return;
      known.add(id);
    }
    this.count++;
  }

  /** Forgets a key; returns who had read it. O(1). */
  take(key: string): Iterable<number> {
    const known = this.readers.get(key);
    if (known === undefined) return NOBODY;
    this.readers.delete(key);
    const ids = typeof known === 'number' ? [known] : known;
    this.count -= typeof known === 'number' ? 1 : known.size;
    return ids;
  }

  /** The key that was read first of those that nobody has changed since; undefined when there is none. */
  get eldest(): string | undefined {
    const { value } = this.readers.keys().next();
    return value;
  }

  /** Forgets all keys. */
  clear(): void {
    this.readers.clear();
    this.count = 0;
  }
}

const NOBODY: readonly number[] = [];
