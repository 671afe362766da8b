/**
 * Eviction: keys that go because more memory is in use than `maxmemory`, chosen by samples as Redis does it (evict.c,
 * 7.0): a few random keys are looked at for each that goes, and the best of those seen so far are remembered.
 *
 * ```
 *   random keys --> pool  [ 3 | 8 | 8 | 21 | 40 ]   scores ascend: the last one goes
 *                           ^ given up for a better one when the pool is full
 * ```
 * 1. A pool's entry is only a hint: whether its record is still there is looked up when its turn has come.
 * 2. Where a key is large, its memory is given back before another one goes.
 * 3. One call takes no longer than `maxmemory-eviction-tenacity` allows; what is left is done between events.
 */
import type { Clock } from '../util/clock.js';
import { type Database, NO_EXPIRE } from './database.js';
import type { Keyspace } from './keyspace.js';
import { type Entry, NONE } from './record.js';

/** There is room: nothing more is to be done. */
export const EVICTION_DONE = 0;
/** More has to go, and is going. */
export const EVICTION_RUNNING = 1;
/** More should go, and there is nothing that may. */
export const EVICTION_FAILED = 2;
export type EvictionResult = typeof EVICTION_DONE | typeof EVICTION_RUNNING | typeof EVICTION_FAILED;

/** How keys are chosen: `maxmemory-policy`. */
export type EvictionPolicy =
  | 'noeviction'
  | 'allkeys-lru'
  | 'allkeys-lfu'
  | 'allkeys-random'
  | 'volatile-lru'
  | 'volatile-lfu'
  | 'volatile-random'
  | 'volatile-ttl';

const POOL_SIZE = 16;
/** Between two looks at the time. */
const STEPS = 16;
/** Blocks of what was large that are freed in one step. */
const FREE_STEP = 256;
/** Beyond the highest counter: the less a key is used, the more it is worth to be rid of it. */
const LFU_MAX = 255;
const MAX_LINEAR_TENACITY = 10;
const LINEAR_US = 50;
/** Growth of the time limit with each step of the tenacity above that: two minutes at 99. */
const TENACITY_GROWTH = 1.15;
const MAX_TENACITY = 100;

export class Eviction {
  /** Bytes that may be in use: `maxmemory`; infinity: no limit. */
  limitBytes = Number.POSITIVE_INFINITY;
  /** `maxmemory-samples`. */
  samples = 5;
  /** `maxmemory-eviction-tenacity`. */
  tenacity = 10;
  /** Whether the last call ended for want of time. */
  isRunning = false;
  private readonly keyspace: Keyspace;
  private readonly clock: Clock;
  private chosen: EvictionPolicy = 'noeviction';
  /** The pool: scores, and which record they are of, with what its lookup needs. */
  private readonly scores = new Float64Array(POOL_SIZE);
  private readonly entries = new Int32Array(POOL_SIZE);
  private readonly hashes = new Int32Array(POOL_SIZE);
  private readonly partitions = new Int32Array(POOL_SIZE);
  private readonly databases: (Database | null)[] = new Array<Database | null>(POOL_SIZE).fill(null);
  private count = 0;
  /** The database whose turn it is, where keys are chosen at random. */
  private nextDatabase = 0;
  /** Since when more is in use than may be, in monotonic microseconds; 0: it is not. */
  private exceededUs = 0;
  private exceededTotalUs = 0;

  constructor(keyspace: Keyspace, clock: Clock) {
    this.keyspace = keyspace;
    this.clock = clock;
  }

  get policy(): EvictionPolicy {
    return this.chosen;
  }

  /** What was chosen by another policy is forgotten. */
  set policy(policy: EvictionPolicy) {
    if (policy !== this.chosen) this.forget();
    this.chosen = policy;
  }

  /** Forgets the pool. */
  forget(): void {
    this.count = 0;
    this.databases.fill(null);
  }

  /** @hot Whether more is in use than may be. */
  get isDue(): boolean {
    return this.keyspace.account.used > this.limitBytes;
  }

  /** For how long more has been in use than may be, in microseconds: this time, and all times together. */
  exceeded(): { readonly currentUs: number; readonly totalUs: number } {
    const currentUs = this.exceededUs === 0 ? 0 : this.clock.monotonicUs() - this.exceededUs;
    return { currentUs, totalUs: this.exceededTotalUs + currentUs };
  }

  /** Forgets how long it was (CONFIG RESETSTAT). */
  resetExceeded(): void {
    this.exceededTotalUs = 0;
    if (this.exceededUs !== 0) this.exceededUs = this.clock.monotonicUs();
  }

  /** Lets keys go until there is room, or time is up. O(keys that go * samples). */
  run(): EvictionResult {
    const { clock, keyspace } = this;
    this.isRunning = false;
    if (!this.isDue) return this.ended(EVICTION_DONE);
    const beganUs = clock.monotonicUs();
    const limitUs = this.timeLimitUs;
    for (let step = 1; this.isDue; step++) {
      if (!keyspace.garbage.isEmpty) keyspace.garbage.free(FREE_STEP);
      else if (!this.evictOne()) return this.ended(EVICTION_FAILED);
      if (step % STEPS !== 0 || clock.monotonicUs() - beganUs <= limitUs) continue;
      this.isRunning = this.isDue;
      break;
    }
    return this.ended(this.isDue ? EVICTION_RUNNING : EVICTION_DONE);
  }

  private get timeLimitUs(): number {
    const { tenacity } = this;
    if (tenacity <= MAX_LINEAR_TENACITY) return tenacity * LINEAR_US;
    if (tenacity >= MAX_TENACITY) return Number.POSITIVE_INFINITY;
    return MAX_LINEAR_TENACITY * LINEAR_US * TENACITY_GROWTH ** (tenacity - MAX_LINEAR_TENACITY);
  }

  private ended(result: EvictionResult): EvictionResult {
    if (result !== EVICTION_DONE) {
      if (this.exceededUs === 0) this.exceededUs = this.clock.monotonicUs();
    } else if (this.exceededUs !== 0) {
      this.exceededTotalUs += this.clock.monotonicUs() - this.exceededUs;
      this.exceededUs = 0;
    }
    return result;
  }

  /** False when there is no key that may go. */
  private evictOne(): boolean {
    switch (this.policy) {
      case 'noeviction':
        return false;
      case 'allkeys-random':
        return this.evict(this.randomOfAll());
      case 'volatile-random':
        return this.evict(this.randomVolatile());
      default:
        return this.evict(this.best());
    }
  }

  private evict(entry: Entry): boolean {
    if (entry === NONE) return false;
    const { keyspace } = this;
    const db = keyspace.databaseOf(entry);
    if (db === undefined) return false;
    const keys = keyspace.spansOf(db, entry);
    db.deleteEntry(entry);
    keyspace.stats.evicted++;
    keyspace.hooks.evicted(db, keys, 0);
    return true;
  }

  /** A random key of the database whose turn it is; NONE when no database has any. */
  private randomOfAll(): Entry {
    const { keyspace } = this;
    for (let tries = 0; tries < keyspace.databaseCount; tries++) {
      this.nextDatabase = (this.nextDatabase + 1) % keyspace.databaseCount;
      const db = keyspace.usedDatabase(this.nextDatabase);
      if (db !== undefined && db.size > 0) return db.randomEntry();
    }
    return NONE;
  }

  /** A random key that expires, of any database; NONE when there is none. */
  private randomVolatile(): Entry {
    const { random, wheel } = this.keyspace;
    for (let tries = 0; tries < STEPS && wheel.count > 0; tries++) {
      const entry = wheel.random(random);
      if (this.keyspace.databaseOf(entry) !== undefined) return entry; // else of a database that was emptied
    }
    return NONE;
  }

  /** The best of the pool, after some more were looked at; NONE when there is none. */
  private best(): Entry {
    for (;;) {
      if (this.policy.startsWith('allkeys')) this.sampleAll();
      else this.sampleVolatile();
      if (this.count === 0) return NONE;
      while (this.count > 0) {
        const i = --this.count;
        const db = this.databases[i]!;
        const entry = this.entries[i]!;
        this.databases[i] = null;
        if (db.holds(entry, this.partitions[i]!, this.hashes[i]!) && this.mayGo(db, entry)) return entry;
      }
    }
  }

  private mayGo(db: Database, entry: Entry): boolean {
    return this.policy.startsWith('allkeys') || db.expireAtOf(entry) !== NO_EXPIRE;
  }

  private sampleAll(): void {
    for (const db of this.keyspace.usedDatabases()) {
      const count = Math.min(this.samples, db.size);
      for (let i = 0; i < count; i++) this.consider(db, db.randomEntry());
    }
  }

  private sampleVolatile(): void {
    const { keyspace } = this;
    const count = Math.min(this.samples, keyspace.wheel.count);
    for (let i = 0; i < count; i++) {
      const entry = keyspace.wheel.random(keyspace.random);
      const db = keyspace.databaseOf(entry);
      if (db !== undefined) this.consider(db, entry);
    }
  }

  /** How much it is worth to be rid of an entry. */
  private scoreOf(db: Database, entry: Entry): number {
    if (this.policy === 'volatile-ttl') return -db.expireAtOf(entry);
    return this.keyspace.clock.lfu ? LFU_MAX - db.frequencyOf(entry) : db.idleMsOf(entry);
  }

  /** Puts an entry into the pool, if it is better than one that is there, or there is room. */
  private consider(db: Database, entry: Entry): void {
    const { scores } = this;
    const score = this.scoreOf(db, entry);
    let place = 0;
    while (place < this.count && scores[place]! < score) place++;
    if (this.count === POOL_SIZE) {
      if (place === 0) return;
      place--;
      this.shift(1, 0, place); // the worst one is given up
    } else {
      this.shift(place, place + 1, this.count - place);
      this.count++;
    }
    scores[place] = score;
    this.entries[place] = entry;
    this.hashes[place] = db.hashOf(entry);
    this.partitions[place] = db.partitionOf(entry);
    this.databases[place] = db;
  }

  /** Moves `count` places of the pool. */
  private shift(from: number, to: number, count: number): void {
    this.scores.copyWithin(to, from, from + count);
    this.entries.copyWithin(to, from, from + count);
    this.hashes.copyWithin(to, from, from + count);
    this.partitions.copyWithin(to, from, from + count);
    this.databases.copyWithin(to, from, from + count);
  }
}
