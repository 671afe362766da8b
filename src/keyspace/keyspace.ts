/**
 * The keyspace: all databases of a server with what they share (arena, expiry wheel, clock, memory account). One
 * object, so that loading can build a second one beside it and exchange them.
 *
 * ```
 *   number (SELECT)      0   1   2  ...        SWAPDB exchanges two of these
 *                        |   |   |
 *   Database            db  db  db             made when first used
 *                        |   |   |
 *   id (in records)      0   4   1  ...        changes when a database is emptied in the background
 * ```
 * 1. `byId[db.id] === db` for every database; a record whose id has no database belongs to one that was emptied and
 *    waits in `garbage` to be freed.
 * 2. Time stands still in a command: `commandTimeMs` is set before it runs and decides what is expired.
 */

import type { MemoryAccount } from '../memory/account.js';
import type { Arena } from '../memory/arena.js';
import type { SnapshotOptions } from '../memory/index.js';
import { Hashes } from '../types/hash.js';
import { HyperLogLog } from '../types/hyperloglog.js';
import { TypeLimits } from '../types/limits.js';
import { Lists } from '../types/list.js';
import { Sets } from '../types/set.js';
import { SortedSets } from '../types/sorted-set.js';
import { Streams } from '../types/stream/index.js';
import { assert } from '../util/assert.js';
import { ByteSpans } from '../util/byte-spans.js';
import type { Clock } from '../util/clock.js';
import { KeyHasher } from '../util/hash.js';
import type { Random } from '../util/random.js';
import { AccessClock } from './clock.js';
import { Database, EXPIRED_DELETE, type EXPIRED_HIDE, type EXPIRED_KEEP } from './database.js';
import { ElementTouch } from './element-touch.js';
import { EVICTION_RUNNING, Eviction } from './eviction.js';
import { FieldExpiry } from './field-expiry.js';
import { type Garbage, GarbageQueue } from './garbage.js';
import type { Partitions } from './partitions.js';
import {
  DATABASE_IDS,
  type Entry,
  META_EXPIRES,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_ZSET,
  type ValueType,
  WORD_META,
  WORD_WHEEL,
} from './record.js';
import { databaseIdOf, type KeyspaceSnapshotHandle, NO_DATABASE } from './snapshot.js';
import { Values } from './values.js';
import { ExpiryWheel } from './wheel.js';

/**
 * Hears what happens in the keyspace beside what commands do there; whoever propagates and notifies implements it. The
 * spans are valid during the call, which must not change the keyspace.
 */
export interface KeyspaceHooks {
  /** Key `i` of `keys` is about to be deleted because its time is over. */
  expired(db: Database, keys: ByteSpans, i: number): void;
  /**
   * Fields of the hash that is key `i` of `keys` have been removed because their time was over; `isLast` when there are
   * no others, and the key is about to be deleted.
   */
  fieldsExpired(db: Database, keys: ByteSpans, i: number, fields: ByteSpans, isLast: boolean): void;
  /** Key `i` of `keys` has been deleted because memory was short. */
  evicted(db: Database, keys: ByteSpans, i: number): void;
  /** @hot Key `i` of `keys` was to be read and is not there. */
  missed(db: Database, keys: ByteSpans, i: number): void;
  /** @hot Key `i` of `keys` has come to be: created, or put in place of one by RENAME, COPY or MOVE. */
  created(db: Database, keys: ByteSpans, i: number): void;
  /** Key `i` of `keys` is about to lose its value, which is a stream: deleted, replaced, renamed or moved. */
  streamLeft(db: Database, keys: ByteSpans, i: number): void;
}

/** Counters of INFO stats. */
export class KeyspaceStats {
  hits = 0;
  misses = 0;
  /** Keys deleted because their time was over. */
  expired = 0;
  /** Keys deleted because memory was short. */
  evicted = 0;
  /** Fields of hashes deleted because their time was over. */
  expiredFields = 0;
  /** Objects freed in the background. */
  lazyFreed = 0;
  /** How often upkeep stopped expiring because its time for one turn was over. */
  expireTimeCapReached = 0;
  /** Microseconds spent on deleting keys whose time was over, lookups not counted. */
  expireUs = 0;

  reset(): void {
    this.hits = 0;
    this.misses = 0;
    this.expired = 0;
    this.evicted = 0;
    this.expiredFields = 0;
    this.lazyFreed = 0;
    this.expireTimeCapReached = 0;
    this.expireUs = 0;
  }
}

/** What a keyspace is made of. */
export interface KeyspaceParts {
  readonly arena: Arena;
  /** `databases`. */
  readonly databaseCount: number;
  /** Into how many partitions the index of a database is divided by the slots of its keys. Default: 1. */
  readonly partitionCount?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks: KeyspaceHooks;
}

/** Expired records, or entries that change their level, in one step of the wheel. */
const WHEEL_STEP = 128;
/** Records freed in the background between two looks at the time. */
const FREE_STEP = 256;
/** Records that FLUSHDB SYNC frees before it answers, some 5 ms: the rest follows, as no command may stall the loop. */
const FREE_AT_ONCE = 20_000;
/** Pages of an index that are touched ahead in one go. */
const INDEX_PAGES = 2;

export class Keyspace {
  readonly arena: Arena;
  readonly account: MemoryAccount;
  readonly hasher: KeyHasher;
  readonly random: Random;
  readonly clock: AccessClock;
  readonly wheel: ExpiryWheel;
  readonly stats = new KeyspaceStats();
  readonly hooks: KeyspaceHooks;
  /** What is to be freed in the background. */
  readonly garbage = new GarbageQueue(this.stats);
  /** When values change their encoding. */
  readonly limits = new TypeLimits();
  /** Values that belong to no key. */
  readonly values: Values;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly zsets: SortedSets;
  readonly streams: Streams;
  /** Where commands work on HyperLogLogs, which are stored as strings. */
  readonly hyperloglog = new HyperLogLog();
  readonly hashes: Hashes;
  /** Which keys go when memory is short. */
  readonly eviction: Eviction;
  /** Fields of hashes that expire. */
  readonly fields: FieldExpiry;
  /** Loads elements of large values ahead. */
  readonly elements: ElementTouch;
  /** When this keyspace came to be, in wall-clock milliseconds. */
  readonly startMs: number;
  /** How many databases there are: numbers are below this. */
  readonly databaseCount: number;
  /** How many partitions the index of each has. */
  readonly partitionCount: number;

  /** Changes since the last save. */
  dirty = 0;
  /** The time of the running command; set with {@link setTime}. */
  commandTimeMs = 0;
  /** What happens to expired keys when somebody meets them. */
  expiredKeys: typeof EXPIRED_DELETE | typeof EXPIRED_HIDE | typeof EXPIRED_KEEP = EXPIRED_DELETE;
  /** Whether keys expire though nobody meets them (DEBUG SET-ACTIVE-EXPIRE). */
  activeExpire = true;
  /** Whether lookups refresh clocks; CLIENT NO-TOUCH turns it off for its client's commands. */
  touches = true;
  /** A key whose hash is known from the touch pass: span `knownHashArg` of `knownHashSpans`; -1 none. */
  knownHashArg = -1;
  knownHashSpans: ByteSpans | null = null;
  knownHash = 0;
  /** Where the touch pass puts what it loaded, so that the loads are not dead code. */
  loaded = 0;

  private readonly system: Clock;
  /** Databases by number; those never used are missing. */
  private readonly databases: (Database | undefined)[] = [];
  private readonly byId: (Database | undefined)[] = [];
  private readonly freeIds: number[] = [];
  private readonly keySpans = new ByteSpans(1);
  private keyBuffer: Uint8Array = new Uint8Array(256);
  private readonly onDue = (ref: Entry): void => this.recordDue(ref);

  constructor(parts: KeyspaceParts) {
    this.arena = parts.arena;
    this.account = parts.arena.account;
    this.random = parts.random;
    this.hasher = new KeyHasher(parts.random.int32(), parts.random.int32());
    this.system = parts.clock;
    this.startMs = parts.clock.nowMs();
    this.hooks = parts.hooks;
    this.databaseCount = parts.databaseCount;
    this.partitionCount = parts.partitionCount ?? 1;
    this.clock = new AccessClock(parts.random);
    this.lists = new Lists(parts.arena, this.limits);
    this.sets = new Sets(parts.arena, this.hasher, this.limits, parts.random);
    this.zsets = new SortedSets(parts.arena, this.hasher, this.limits);
    this.streams = new Streams(parts.arena, this.limits);
    this.fields = new FieldExpiry(this);
    this.hashes = new Hashes(parts.arena, this.hasher, this.limits, this.fields);
    this.values = new Values(parts.arena, this.garbage, {
      [TYPE_HASH]: this.hashes,
      [TYPE_LIST]: this.lists,
      [TYPE_SET]: this.sets,
      [TYPE_ZSET]: this.zsets,
      [TYPE_STREAM]: this.streams,
    });
    this.elements = new ElementTouch(this);
    this.wheel = new ExpiryWheel(this.arena, this.account, this.startMs);
    this.eviction = new Eviction(this, parts.clock);
    this.setTime(this.startMs);
  }

  /** @hot Sets the time at which commands run from now on. */
  setTime(nowMs: number): void {
    this.commandTimeMs = nowMs;
    this.clock.setTime(nowMs);
  }

  /** Database `number`, which must be below `databaseCount`; made when it is used first. O(1). */
  db(number: number): Database {
    const known = this.databases[number];
    if (known !== undefined) return known;
    assert(number >= 0 && number < this.databaseCount, 'the number of a database');
    const db = new Database(this, number, 0);
    this.databases[number] = db;
    this.giveId(db);
    return db;
  }

  /** Database `number`, if it has been used. O(1). */
  usedDatabase(number: number): Database | undefined {
    return this.databases[number];
  }

  /** The databases that have been used, by number. */
  *usedDatabases(): Generator<Database> {
    for (const db of this.databases) if (db !== undefined) yield db;
  }

  /** Keys of all databases. */
  get size(): number {
    let size = 0;
    for (const db of this.usedDatabases()) size += db.size;
    return size;
  }

  /** Exchanges two databases. O(1). */
  swap(a: number, b: number): void {
    const first = this.db(a);
    const second = this.db(b);
    this.databases[a] = second;
    this.databases[b] = first;
    first.number = b;
    second.number = a;
  }

  /**
   * Empties one database. Its keys are gone at once; their memory is given back in slices between events, unless it is
   * asked for at once and they are so few that nobody notices. Returns how many keys there were. O(1).
   */
  flush(db: Database, inBackground: boolean): number {
    const { id, size } = db;
    if (size === 0) return 0;
    if (size === this.size) return this.flushAll();
    const emptied = new EmptiedDatabase(this, db.detachAll(), id); // first: it may need memory
    this.byId[id] = undefined;
    this.giveId(db);
    if (inBackground || !emptied.free(FREE_AT_ONCE)) this.garbage.add(emptied);
    return size;
  }

  /** Empties all databases. O(slabs), so that it makes no difference whether it may take its time. */
  flushAll(): number {
    const { size } = this;
    this.garbage.forget();
    this.values.forget();
    this.eviction.forget();
    for (const db of this.usedDatabases()) db.clearIndex();
    this.wheel.clear();
    this.fields.wheel.clear();
    this.arena.reset();
    return size;
  }

  /**
   * Works for up to `budgetUs` microseconds on what can be done between events: keys that are due, memory to free and
   * to touch ahead. Returns whether there is more to do at once.
   */
  maintain(budgetUs: number): boolean {
    const { system } = this;
    const begin = system.monotonicUs();
    const deadline = begin + budgetUs;
    this.setTime(system.nowMs());
    // Where both have much to do, neither waits for the other to end.
    const expiryShare = this.garbage.isEmpty ? 1 : 0.75;
    let more = this.expireDue(begin + budgetUs * expiryShare);
    this.stats.expireUs += system.monotonicUs() - begin;
    if (this.eviction.isRunning && this.eviction.run() === EVICTION_RUNNING) more = true;
    while (this.garbage.free(FREE_STEP)) {
      if (system.monotonicUs() < deadline) continue;
      more = true;
      break;
    }
    // A step of the rest even then: work of seconds must neither keep the memory that it frees nor let writes wait for
    // pages.
    for (const db of this.databases) if (db?.prepareIndex(INDEX_PAGES)) more = true;
    this.arena.maintain(Math.max(0, deadline - system.monotonicUs()));
    return more;
  }

  /**
   * When {@link maintain} has keys to expire or to evict next, in wall-clock milliseconds; infinity when it has none,
   * or may not. The wheels' `onSooner` is called when that comes to be earlier. O(1).
   */
  nextExpiryMs(): number {
    if (this.eviction.isRunning) return this.commandTimeMs;
    if (!this.activeExpire || this.expiredKeys !== EXPIRED_DELETE) return Number.POSITIVE_INFINITY;
    return Math.min(this.wheel.nextMs(), this.fields.wheel.nextMs());
  }

  /** Tells who listens that an entry is about to be dropped because its time is over. */
  willExpire(db: Database, entry: Entry): void {
    this.stats.expired++;
    this.hooks.expired(db, this.spansOf(db, entry), 0);
  }

  /** The entry's key as one span over a buffer of the keyspace, valid until the next call. */
  spansOf(db: Database, entry: Entry): ByteSpans {
    const length = db.keyLength(entry);
    if (length > this.keyBuffer.length) this.keyBuffer = new Uint8Array(length * 2);
    const { keySpans } = this;
    keySpans.bind(this.keyBuffer);
    keySpans.offsets[0] = 0;
    keySpans.lengths[0] = length;
    keySpans.count = 1;
    db.keyInto(entry, this.keyBuffer, keySpans.view, 0);
    return keySpans;
  }

  /**
   * The database of a record that a walk over the arena found; undefined when that database was emptied and the record
   * only waits for being freed. O(1).
   */
  databaseOf(record: Entry): Database | undefined {
    return this.byId[databaseIdOf(this.arena, record)];
  }

  /** Begins a snapshot of all databases, as {@link Arena.beginSnapshot}, by which it is ended, too. O(pages). */
  beginSnapshot(options: SnapshotOptions = {}): KeyspaceSnapshotHandle {
    const databaseNumbers = Int32Array.from(this.byId, (db) => db?.number ?? NO_DATABASE);
    return { arena: this.arena.beginSnapshot(options), databaseNumbers };
  }

  /** Deletes keys and fields whose time is over, until `deadlineUs`; true when there are more. */
  private expireDue(deadlineUs: number): boolean {
    if (!this.activeExpire || this.expiredKeys !== EXPIRED_DELETE) return false;
    const isOver = (): boolean => this.system.monotonicUs() >= deadlineUs;
    while (this.wheel.advance(this.commandTimeMs, WHEEL_STEP, this.onDue)) if (isOver()) return this.expiryIsOver();
    return this.fields.advance(isOver) && this.expiryIsOver();
  }

  /** The time for one turn is over, and there is more that is due. */
  private expiryIsOver(): true {
    this.stats.expireTimeCapReached++;
    return true;
  }

  /** A record whose time is over, or that lives on although its database was emptied. */
  private recordDue(ref: Entry): void {
    const db = this.databaseOf(ref);
    if (db !== undefined) return db.expireEntry(ref);
    this.wheel.remove(this.arena.i32(ref, WORD_WHEEL));
    this.arena.setI32(ref, WORD_META, this.arena.i32(ref, WORD_META) & ~META_EXPIRES);
  }

  /**
   * @hot Gives back a record that stands in no index and in no wheel any more, with its value: what is large goes in
   * slices. O(1).
   */
  freeRecord(record: Entry): void {
    this.values.free(record);
  }

  /** A holder for a value of `type` that the running command builds; see {@link Values.detached}. O(1). */
  detached(type: ValueType): number {
    return this.values.detached(type);
  }

  /** Lets the id of a database that was emptied be used again: no record carries it any more. */
  returnId(id: number): void {
    this.freeIds.push(id);
  }

  private giveId(db: Database): void {
    db.id = this.takeId();
    this.byId[db.id] = db;
  }

  private takeId(): number {
    // When all are in use, those that wait to be freed give theirs back.
    if (this.freeIds.length === 0 && this.byId.length === DATABASE_IDS) {
      while (this.freeIds.length === 0 && !this.garbage.isEmpty) this.garbage.free(Number.POSITIVE_INFINITY);
    }
    const id = this.freeIds.pop() ?? this.byId.length;
    assert(id < DATABASE_IDS, 'fewer databases than records can tell apart');
    if (id === this.byId.length) this.byId.push(undefined);
    return id;
  }
}

/** The contents of a database that was emptied, under the id that its records still carry. */
class EmptiedDatabase implements Garbage {
  private readonly keyspace: Keyspace;
  private readonly index: Partitions;
  private readonly id: number;

  constructor(keyspace: Keyspace, index: Partitions, id: number) {
    this.keyspace = keyspace;
    this.index = index;
    this.id = id;
  }

  get objectCount(): number {
    return this.index.count;
  }

  /** Frees about `blocks` records; true when none are left, and the id may be used again. */
  free(blocks: number): boolean {
    const { index } = this;
    for (let freed = 0; freed < blocks; ) {
      const count = index.drain();
      for (let i = 0; i < count; i++) this.freeRecord(index.drainedRef(i));
      freed += count;
      if (index.count > 0) continue;
      this.forget();
      return true;
    }
    return false;
  }

  forget(): void {
    this.index.dispose();
    this.keyspace.returnId(this.id);
  }

  private freeRecord(record: Entry): void {
    const { arena, wheel } = this.keyspace;
    if ((arena.i32(record, WORD_META) & META_EXPIRES) !== 0) wheel.remove(arena.i32(record, WORD_WHEEL));
    this.keyspace.values.free(record, 0); // it was counted as one of the database's objects
  }
}
