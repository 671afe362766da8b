/**
 * How an application uses the server: as a cache beside its database, and to limit the rate of requests. Written once
 * against the handful of commands that it needs, so that each client library can be put under it.
 */

/** The commands, as each client library spells them. */
export interface Store {
  get(key: string): Promise<string | null>;
  setWithTtl(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** INCR and PEXPIRE NX in one pipeline: each request sees to it that the counter has a TTL. Returns the new count. */
  countWithin(key: string, windowMs: number): Promise<number>;
}

/** Reads through a cache: what is not there is loaded once and kept for `ttlMs`. */
export class CacheAside<T> {
  constructor(
    private readonly store: Store,
    private readonly load: (id: string) => Promise<T>,
    private readonly ttlMs: number,
  ) {}

  async read(id: string): Promise<T> {
    const cached = await this.store.get(`cache:${id}`);
    if (cached !== null) return JSON.parse(cached) as T;
    const loaded = await this.load(id);
    await this.store.setWithTtl(`cache:${id}`, JSON.stringify(loaded), this.ttlMs);
    return loaded;
  }

  /** To be called after a change in the database. */
  async invalidate(id: string): Promise<void> {
    await this.store.delete(`cache:${id}`);
  }
}

/** Allows `limit` requests of a caller in each window: a counter that expires with its window. */
export class FixedWindowLimiter {
  constructor(
    private readonly store: Store,
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  async allows(caller: string): Promise<boolean> {
    return (await this.store.countWithin(`rate:${caller}`, this.windowMs)) <= this.limit;
  }
}
