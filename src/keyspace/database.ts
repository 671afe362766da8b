/**
 * One database: keys to records through an index of its own, and everything that can be done with one key.
 *
 * 1. Every record of a database is in its index, once; `size` is the number of them.
 * 2. Every record with an expire time has one entry in the keyspace's wheel, and is counted in `expires`.
 * 3. A method that may move a record returns where it is; no other reference to it may be kept across such a call.
 */
import type { Arena } from '../memory/arena.js';
import { isOutOfMemory, MAX_SMALL_BYTES } from '../memory/index.js';
import { SLAB_SHIFT, UNIT_MASK } from '../memory/layout.js';
import { NO_FIELD_EXPIRE } from '../types/hash-layout.js';
import type { LineStatistics } from '../types/lines.js';
import { assert } from '../util/assert.js';
import type { ByteSpans } from '../util/byte-spans.js';
import { INT64_TEXT_MAX, isInt64Text } from '../util/numbers.js';
import type { Keyspace } from './keyspace.js';
import { Partitions } from './partitions.js';
import {
  bytesBeforeValue,
  CLOCK_MASK,
  DWORD_EXPIRE_AT,
  EMBSTR_MAX_BYTES,
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type Encoding,
  type Entry,
  EXPIRES_HEADER_BYTES,
  HEADER_BYTES,
  KEY_LENGTH_SHIFT,
  LONG_KEY,
  META_DATABASE_MASK,
  META_DATABASE_SHIFT,
  META_ENCODING_MASK,
  META_ENCODING_SHIFT,
  META_EXPIRES,
  META_LIVE,
  META_TYPE_MASK,
  NONE,
  TYPE_HASH,
  TYPE_STREAM,
  TYPE_STRING,
  type ValueType,
  WORD_CLOCK,
  WORD_HASH,
  WORD_META,
  WORD_VALUE,
  WORD_WHEEL,
} from './record.js';
import { WHEEL_ENTRY_BYTES } from './wheel.js';

/** An expired key is deleted when it is met, and its deletion propagated: a primary. */
export const EXPIRED_DELETE = 0;
/** An expired key is not seen, but stays until told otherwise: a replica, loading, CLIENT PAUSE. */
export const EXPIRED_HIDE = 1;
/** Expire times are not looked at: a replica that applies its primary's stream. */
export const EXPIRED_KEEP = 2;

/** No expire time. */
export const NO_EXPIRE = -1;

/** Appending doubles the room up to this many bytes, and adds as many above. */
const MAX_RESERVE_BYTES = 1024 * 1024;
/** Above 8 MiB it adds an eighth, so that a value that grows by small pieces is not copied once a MiB. */
const RESERVE_SHIFT = 3;
/** What a record grows by when it gets an expire time. */
const EXPIRE_BYTES = EXPIRES_HEADER_BYTES - HEADER_BYTES;
/** Strings for which memory is made sure of before they are set: each may take a page of 64 KiB. */
const MAX_RESERVED = 64;
/** Key and value of such a string at most: a small block has room for them behind the longest header. */
const MAX_RESERVED_BYTES = MAX_SMALL_BYTES - EXPIRES_HEADER_BYTES - 4;
/** Times to live count in the average as 70 years at most. */
export const MAX_AVERAGED_MS = 2 ** 41;
/** What a key's share of the index is at most: a line of 64 bytes for the least entries that it is kept for. */
const MAX_INDEX_SHARE = 16;

export class Database {
  /** Its number for clients; SWAPDB changes it. */
  number: number;
  /** What stands in its records; FLUSHDB ASYNC changes it. */
  id: number;
  /** Keys with an expire time. */
  expires = 0;
  /** Hashes with fields that expire. */
  timedHashes = 0;
  readonly keyspace: Keyspace;
  private readonly arena: Arena;
  private index: Partitions;
  /**
   * Sum of all expire times, from the keyspace's start, for the average: a double that is written without allocating.
   */
  private readonly expireSum = new Float64Array(1);
  /** Hash of the key that {@link find} looked for last. */
  private lastHash = 0;

  constructor(keyspace: Keyspace, number: number, id: number) {
    this.keyspace = keyspace;
    this.arena = keyspace.arena;
    this.number = number;
    this.id = id;
    this.index = this.newIndex();
  }

  /** How many keys there are, expired ones that nobody has met included. */
  get size(): number {
    return this.index.count;
  }

  /** Bytes of the index. */
  get indexBytes(): number {
    return this.index.bytes;
  }

  /** The average time to live of the keys that have one, in milliseconds; 0 when there are none. O(1). */
  get averageTtlMs(): number {
    if (this.expires === 0) return 0;
    const { startMs, commandTimeMs } = this.keyspace;
    return Math.max(0, Math.round(this.expireSum[0]! / this.expires + startMs - commandTimeMs));
  }

  // --- Lookup -------------------------------------------------------------------------------------------------------

  /**
   * @hot The entry of key `i` for reading, NONE when there is none: drops it if it is expired, counts hit or miss, and
   * refreshes its clock. O(1).
   */
  lookupRead(keys: ByteSpans, i: number): Entry {
    const entry = this.lookupWrite(keys, i);
    if (entry === NONE) this.missed(keys, i);
    else this.keyspace.stats.hits++;
    return entry;
  }

  /**
   * @hot The entry of key `i` for a command that reads about it, not its value: {@link lookupRead} but for the clock.
   * O(1).
   */
  lookAt(keys: ByteSpans, i: number): Entry {
    const entry = this.peek(keys, i);
    if (entry === NONE) this.missed(keys, i);
    else this.keyspace.stats.hits++;
    return entry;
  }

  /** @hot Counts a lookup by {@link peek} that found its key, or did not, and raises no event. O(1). */
  countLookup(found: boolean): void {
    if (found) this.keyspace.stats.hits++;
    else this.keyspace.stats.misses++;
  }

  /** @hot The entry of key `i` for writing: {@link lookupRead} without the statistics. O(1). */
  lookupWrite(keys: ByteSpans, i: number): Entry {
    const entry = this.peek(keys, i);
    if (entry !== NONE && this.keyspace.touches) this.touch(entry);
    return entry;
  }

  /** @hot The entry of key `i` as it is: drops it if it is expired, but leaves clock and statistics alone. O(1). */
  peek(keys: ByteSpans, i: number): Entry {
    const entry = this.find(keys, i);
    if (entry === NONE || (this.meta(entry) & META_EXPIRES) === 0 || !this.isOver(entry)) return entry;
    return this.meetExpired(entry);
  }

  /**
   * The entry of key `i`, expired or not, for those who look at what memory holds rather than at what clients see.
   * O(1).
   */
  findKept(keys: ByteSpans, i: number): Entry {
    return this.find(keys, i);
  }

  /** Whether an entry is expired for whoever looks now; it is not dropped. */
  isExpired(entry: Entry): boolean {
    return (this.meta(entry) & META_EXPIRES) !== 0 && this.keyspace.expiredKeys !== EXPIRED_KEEP && this.isOver(entry);
  }

  /** @hot Uses an entry: its LRU or LFU clock. O(1). */
  touch(entry: Entry): void {
    const { arena } = this;
    const word = arena.i32(entry, WORD_CLOCK);
    const clock = this.keyspace.clock.used(word & CLOCK_MASK);
    const now = (word & ~CLOCK_MASK) | clock;
    if (now !== word) arena.setI32Quiet(entry, WORD_CLOCK, now);
  }

  /**
   * @hot The touch pass of a batch: hashes `n` keys of one buffer into `hashes`, and loads what their lookups will
   * read, all at once. Changes nothing.
   * @param deep whether the values will be read, not only replaced
   */
  prefetch(
    bytes: Uint8Array,
    view: DataView,
    offsets: Int32Array,
    lengths: Int32Array,
    n: number,
    hashes: Int32Array,
    deep: boolean,
  ): void {
    const { hasher } = this.keyspace;
    for (let i = 0; i < n; i++) hashes[i] = hasher.hash(view, bytes, offsets[i]!, lengths[i]!);
    // A single key gains nothing from being loaded ahead.
    if (n > 1) this.keyspace.loaded ^= this.index.touch(hashes, n, deep);
  }

  /**
   * @hot An entry whose key has this hash, expired or not: it is hardly ever another key's. NONE when there is none.
   * O(1).
   */
  likelyEntry(hash: number): Entry {
    return this.index.candidate(hash);
  }

  // --- One entry ----------------------------------------------------------------------------------------------------

  /** @hot */
  typeOf(entry: Entry): ValueType {
    return (this.meta(entry) & META_TYPE_MASK) as ValueType; // only types are ever stored there
  }

  encodingOf(entry: Entry): Encoding {
    return ((this.meta(entry) & META_ENCODING_MASK) >>> META_ENCODING_SHIFT) as Encoding; // as above
  }

  /** @hot When the entry expires, in wall-clock milliseconds; NO_EXPIRE (-1) when it does not. */
  expireAtOf(entry: Entry): number {
    return (this.meta(entry) & META_EXPIRES) === 0 ? NO_EXPIRE : this.arena.f64(entry, DWORD_EXPIRE_AT);
  }

  /** How long ago the entry was used, in milliseconds. */
  idleMsOf(entry: Entry): number {
    return this.keyspace.clock.idleMs(this.arena.i32(entry, WORD_CLOCK) & CLOCK_MASK);
  }

  /** The entry's logarithmic counter, decayed until now: 0 to 255. */
  frequencyOf(entry: Entry): number {
    return this.keyspace.clock.frequency(this.arena.i32(entry, WORD_CLOCK) & CLOCK_MASK);
  }

  /** Lets the entry have been idle for so many seconds, if that is what clocks tell. */
  setIdle(entry: Entry, seconds: number): void {
    const { clock } = this.keyspace;
    if (!clock.lfu) this.setClock(entry, clock.idleClock(seconds));
  }

  /** Lets the entry's counter be `frequency`, 0 to 255, if that is what clocks tell. */
  setFrequency(entry: Entry, frequency: number): void {
    const { clock } = this.keyspace;
    if (clock.lfu) this.setClock(entry, clock.frequencyClock(frequency));
  }

  /** Lets the entry have the clock of a new key. */
  renewClock(entry: Entry): void {
    this.setClock(entry, this.keyspace.clock.initial());
  }

  private setClock(entry: Entry, clock: number): void {
    const { arena } = this;
    arena.setI32Quiet(entry, WORD_CLOCK, (arena.i32(entry, WORD_CLOCK) & ~CLOCK_MASK) | clock);
  }

  /** The hash of the entry's key. */
  hashOf(entry: Entry): number {
    return this.arena.i32(entry, WORD_HASH);
  }

  /** Whether what was an entry of this database, with this hash and in this partition, is one still. O(1). */
  holds(entry: Entry, partition: number, hash: number): boolean {
    const index = this.index.at(partition);
    for (let nth = 0; ; nth++) {
      const candidate = index.candidate(hash, nth);
      if (candidate === entry || candidate === NONE) return candidate === entry;
    }
  }

  /** The 24 bits of the entry's clock. */
  clockOf(entry: Entry): number {
    return this.arena.i32(entry, WORD_CLOCK) & CLOCK_MASK;
  }

  /**
   * Bytes of the entry: its record's block, its share of the index and the wheel, and the blocks of its value.
   * O(samples), or O(size) where `samples` is 0: see {@link ValueOperations.memoryUsage}.
   */
  memoryUsage(entry: Entry, samples: number): number {
    const own = this.index.at(this.partitionOf(entry));
    const index = Math.min(MAX_INDEX_SHARE, Math.round(own.bytes / own.count));
    const wheel = (this.meta(entry) & META_EXPIRES) === 0 ? 0 : WHEEL_ENTRY_BYTES;
    const record = this.arena.blockSize(entry) + index + wheel;
    if (this.typeOf(entry) === TYPE_STRING) return record;
    return record + this.keyspace.values.operationsOf(entry).memoryUsage(entry, samples);
  }

  keyLength(entry: Entry): number {
    const short = this.arena.i32(entry, WORD_CLOCK) >>> KEY_LENGTH_SHIFT;
    if (short !== LONG_KEY) return short;
    return this.arena.i32(entry, this.headerOf(this.meta(entry)) >>> 2);
  }

  /** Copies the entry's key to `target` at `at`. @param view the same memory as `target` */
  keyInto(entry: Entry, target: Uint8Array, view: DataView, at: number): void {
    const length = this.keyLength(entry);
    this.arena.copyOut(entry, this.valueOffset(entry) - length, target, view, at, length);
  }

  /** A copy of the entry's key, owned by the caller. */
  keyOf(entry: Entry): Uint8Array {
    const key = new Uint8Array(this.keyLength(entry));
    this.keyInto(entry, key, new DataView(key.buffer), 0);
    return key;
  }

  // --- Strings ------------------------------------------------------------------------------------------------------

  /** @hot Bytes of a string. O(1). */
  stringLength(entry: Entry): number {
    return this.arena.i32(entry, WORD_VALUE);
  }

  /** @hot Copies `length` bytes of a string from `from` on to `target` at `at`. O(length). */
  stringInto(entry: Entry, from: number, length: number, target: Uint8Array, view: DataView, at: number): void {
    this.arena.copyOut(entry, this.valueOffset(entry) + from, target, view, at, length);
  }

  /**
   * The memory that holds a string, its first byte at {@link stringBase}: for loops that look at all of it. To be read
   * only, and only until something is written.
   */
  stringView(entry: Entry): DataView {
    return this.arena.view(entry);
  }

  /** Where a string begins in {@link stringView}. */
  stringBase(entry: Entry): number {
    return this.arena.base(entry) + this.valueOffset(entry);
  }

  stringByte(entry: Entry, at: number): number {
    return this.arena.u8(entry, this.valueOffset(entry) + at);
  }

  /**
   * @hot Lets key `i` hold the string `bytes[from, from + length)`, whatever it held; creates it where it is not. The
   * expire time goes, or stays with `keepTtl`. Returns the entry. O(length).
   * @param view the same memory as `bytes`
   * @param willExpire {@link setExpire} follows: the record has room for it, and need not move
   */
  setString(
    keys: ByteSpans,
    i: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    keepTtl: boolean,
    willExpire = false,
  ): Entry {
    const old = this.findToReplace(keys, i);
    const expires = keepTtl && old !== NONE && (this.meta(old) & META_EXPIRES) !== 0 && !this.isExpired(old);
    const encoding = encodingFor(bytes, from, length);
    const keyLength = keys.length(i);
    const before = bytesBeforeValue(keyLength, expires);
    const room = willExpire && !expires ? EXPIRE_BYTES : 0;
    if (room > 0) this.keyspace.wheel.reserve();
    const entry = this.place(keys, i, old, before + length + room, expires);
    const { arena } = this;
    const meta = META_LIVE | (this.id << META_DATABASE_SHIFT) | (encoding << META_ENCODING_SHIFT) | TYPE_STRING;
    arena.setI32(entry, WORD_VALUE, length);
    arena.copyIn(entry, before, bytes, view, from, length);
    arena.setI32(entry, WORD_META, expires ? meta | META_EXPIRES : meta);
    if (old === NONE) this.keyspace.hooks.created(this, keys, i);
    return entry;
  }

  /**
   * Lets key `i` hold a raw string of `length` zero bytes without an expire time, whatever it held; creates it where it
   * is not. Returns the entry. O(length).
   */
  setZeros(keys: ByteSpans, i: number, length: number): Entry {
    const { arena } = this;
    const old = this.findToReplace(keys, i);
    const before = bytesBeforeValue(keys.length(i), false);
    const entry = this.place(keys, i, old, before + length, false);
    arena.setI32(entry, WORD_VALUE, length);
    arena.zero(entry, before, length);
    arena.setI32(entry, WORD_META, META_LIVE | (this.id << META_DATABASE_SHIFT) | TYPE_STRING);
    if (old === NONE) this.keyspace.hooks.created(this, keys, i);
    return entry;
  }

  /**
   * @hot Sees to it that `count` strings can be set one after the other without memory running out half-way: false
   * where that is not certain, and {@link stageString} is the way. O(1).
   * @param longest bytes of the longest key with its value
   */
  reserveStrings(count: number, longest: number): boolean {
    const { arena, index, keyspace } = this;
    if (count > MAX_RESERVED || longest > MAX_RESERVED_BYTES || keyspace.partitionCount > 1) return false;
    try {
      index.reserve(0, count);
      arena.reserve(count);
      return true;
    } catch (error) {
      if (isOutOfMemory(error)) return false;
      throw error;
    }
  }

  /**
   * Makes a record for key `i` with the string `bytes[from, from + length)`, which nobody sees before
   * {@link setStaged}: where several keys are set, all or none. It is to be set, or given to
   * {@link Keyspace.freeRecord}, by the same command.
   */
  stageString(keys: ByteSpans, i: number, bytes: Uint8Array, view: DataView, from: number, length: number): Entry {
    const { arena } = this;
    const keyLength = keys.length(i);
    const before = bytesBeforeValue(keyLength, false);
    const entry = arena.allocRecord(before + length);
    arena.setI32(entry, WORD_CLOCK, this.keyspace.clock.initial() | keyLengthBits(keyLength));
    arena.setI32(entry, WORD_VALUE, length);
    this.writeKey(entry, keys, i, false);
    arena.copyIn(entry, before, bytes, view, from, length);
    const encoding = encodingFor(bytes, from, length);
    // Not live yet: it has no hash, and stands in no index.
    const meta = (this.id << META_DATABASE_SHIFT) | (encoding << META_ENCODING_SHIFT) | TYPE_STRING;
    arena.setI32(entry, WORD_META, meta);
    return entry;
  }

  /** Makes sure that {@link setStaged} of `count` keys, key `i` among them, needs no memory that is not there. O(1). */
  reserveKeys(keys: ByteSpans, i: number, count: number): void {
    this.index.reserve(this.index.partitionOf(keys, i), count);
  }

  /** Puts a staged record in the place of what key `i` held, as {@link setString} does. O(1). */
  setStaged(keys: ByteSpans, i: number, staged: Entry): void {
    const { arena, index, keyspace } = this;
    const old = this.findToReplace(keys, i);
    const hash = this.lastHash;
    arena.setI32(staged, WORD_HASH, hash);
    arena.setI32(staged, WORD_META, this.meta(staged) | META_LIVE);
    if (old === NONE) {
      index.insert(index.partitionOf(keys, i), hash, staged);
      keyspace.hooks.created(this, keys, i);
      return;
    }
    this.valueLeaves(old);
    this.passClock(old, staged);
    if ((this.meta(old) & META_EXPIRES) !== 0) this.forgetExpire(old);
    index.of(keys, i).replace(hash, old, staged);
    keyspace.freeRecord(old);
  }

  /**
   * @hot Gives a string that was looked up another value, in place where it fits, without a second lookup. Its expire
   * time stays. Returns the entry. O(length).
   * @param view the same memory as `bytes`
   * @param encoding what OBJECT ENCODING is to answer
   */
  overwriteString(
    entry: Entry,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    encoding: Encoding,
  ): Entry {
    const { arena } = this;
    const before = this.valueOffset(entry);
    const there = this.resizeRecord(entry, before + length, before);
    arena.setI32(there, WORD_VALUE, length);
    arena.copyIn(there, before, bytes, view, from, length);
    arena.setI32(there, WORD_META, (this.meta(there) & ~META_ENCODING_MASK) | (encoding << META_ENCODING_SHIFT));
    return there;
  }

  /**
   * Makes a string `length` bytes long, zeros where it grows, and its encoding raw; growing reserves room for more, as
   * Redis does. Returns the entry. O(bytes added), O(length) when it moves.
   */
  resizeString(entry: Entry, length: number): Entry {
    const { arena } = this;
    const old = this.stringLength(entry);
    const before = this.valueOffset(entry);
    const room = arena.blockSize(entry) - before;
    let there = entry;
    if (length > room) {
      const grows = this.encodingOf(entry) === ENCODING_RAW;
      const reserve = grows ? Math.max(Math.min(length, MAX_RESERVE_BYTES), length >>> RESERVE_SHIFT) : 0;
      there = this.resizeRecord(entry, before + length + reserve, before + old);
    } else if (length < room >>> 2) there = this.resizeRecord(entry, before + length, before + Math.min(old, length));
    arena.setI32(there, WORD_META, this.meta(there) & ~META_ENCODING_MASK);
    arena.setI32(there, WORD_VALUE, length);
    if (length > old) arena.zero(there, before + old, length - old);
    return there;
  }

  /** Overwrites bytes of a string, all within its length. O(length). @param view the same memory as `bytes` */
  writeString(entry: Entry, offset: number, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    this.arena.copyIn(entry, this.valueOffset(entry) + offset, bytes, view, from, length);
  }

  setStringByte(entry: Entry, at: number, value: number): void {
    this.arena.setU8(entry, this.valueOffset(entry) + at, value);
  }

  // --- Values of other types ----------------------------------------------------------------------------------------

  /**
   * Lets key `i` hold a value that was built apart ({@link Keyspace.detached}), whatever it held; creates it where it
   * is not. The expire time goes, or stays with `keepTtl`. Returns the entry, which is the value's holder now. O(1).
   */
  adopt(keys: ByteSpans, i: number, detached: number, keepTtl = false): Entry {
    this.reserveTimer(detached);
    const old = this.findToReplace(keys, i);
    const expires = keepTtl && old !== NONE && (this.meta(old) & META_EXPIRES) !== 0 && !this.isExpired(old);
    const entry = this.place(keys, i, old, bytesBeforeValue(keys.length(i), expires), expires);
    this.take(entry, detached, expires);
    if (old === NONE) this.keyspace.hooks.created(this, keys, i);
    return entry;
  }

  /** Gives a record that has no value yet the value of a detached holder. */
  private take(entry: Entry, detached: number, expires: boolean): void {
    const { arena } = this;
    const kind = arena.i32(detached, WORD_META) & (META_TYPE_MASK | META_ENCODING_MASK);
    const meta = META_LIVE | (this.id << META_DATABASE_SHIFT) | kind;
    arena.setI32(entry, WORD_VALUE, arena.i32(detached, WORD_VALUE));
    arena.setI32(entry, WORD_META, expires ? meta | META_EXPIRES : meta);
    this.keyspace.values.taken(detached);
    this.valueHeld(entry);
  }

  // --- Expiry -------------------------------------------------------------------------------------------------------

  /** Sets when the entry expires, in wall-clock milliseconds. Returns the entry. O(1), O(size) the first time. */
  setExpire(entry: Entry, atMs: number): Entry {
    const { arena } = this;
    const { wheel } = this.keyspace;
    if ((this.meta(entry) & META_EXPIRES) !== 0) {
      const old = arena.f64(entry, DWORD_EXPIRE_AT);
      arena.setF64(entry, DWORD_EXPIRE_AT, atMs);
      this.expireSum[0] = this.expireSum[0]! + this.sinceStart(atMs) - this.sinceStart(old);
      if (atMs < old) wheel.putAnew(arena.i32(entry, WORD_WHEEL));
      return entry;
    }
    wheel.reserve();
    const there = this.shiftBody(entry, true);
    arena.setF64(there, DWORD_EXPIRE_AT, atMs);
    arena.setI32(there, WORD_META, this.meta(there) | META_EXPIRES);
    arena.setI32(there, WORD_WHEEL, wheel.add(there));
    this.countExpire(1, atMs);
    return there;
  }

  /** Lets the entry live until it is deleted. Returns the entry. O(size). */
  persist(entry: Entry): Entry {
    if ((this.meta(entry) & META_EXPIRES) === 0) return entry;
    this.forgetExpire(entry);
    const there = this.shiftBody(entry, false);
    this.arena.setI32(there, WORD_META, this.meta(there) & ~META_EXPIRES);
    return there;
  }

  // --- Keys ---------------------------------------------------------------------------------------------------------

  /** Deletes key `i`; false when it is not there (or expired). O(1) for strings. */
  delete(keys: ByteSpans, i: number): boolean {
    const entry = this.peek(keys, i);
    if (entry === NONE) return false;
    this.deleteEntry(entry);
    return true;
  }

  /** Deletes key `i` even if it is expired, as a key like any other; false when it is not there. O(1) for strings. */
  deleteEvenExpired(keys: ByteSpans, i: number): boolean {
    const entry = this.find(keys, i);
    if (entry === NONE) return false;
    this.deleteEntry(entry);
    return true;
  }

  /** Deletes an entry with its value. O(1). */
  deleteEntry(entry: Entry): void {
    this.valueLeaves(entry);
    this.detach(entry);
    this.keyspace.freeRecord(entry);
  }

  /**
   * Lets the entry have the name that is key `j`, with its value, expire time and clock; who had that name before is
   * deleted, unless it is the entry itself. Returns the entry. O(size).
   */
  rename(entry: Entry, keys: ByteSpans, j: number): Entry {
    const { arena } = this;
    const old = this.findToReplace(keys, j);
    if (old === entry) return entry;
    const hash = this.lastHash;
    const expires = (this.meta(entry) & META_EXPIRES) !== 0;
    const from = this.valueOffset(entry);
    const to = bytesBeforeValue(keys.length(j), expires);
    const length = this.valueBytes(entry);
    // What needs memory comes first, and leaves the entry as it is.
    const there = to > from ? this.resizeRecord(entry, to + length, from + length) : entry;
    this.index.insert(this.index.partitionOf(keys, j), hash, there);
    this.valueLeaves(there);
    this.removeFromIndex(there);
    if (old !== NONE) this.deleteEntry(old);
    arena.move(there, to, there, from, length);
    this.writeKey(there, keys, j, expires);
    arena.setI32(there, WORD_CLOCK, this.clockOf(there) | keyLengthBits(keys.length(j)));
    arena.setI32(there, WORD_HASH, hash);
    this.valueHeld(there);
    this.keyspace.hooks.created(this, keys, j);
    return to < from ? this.resizeRecord(there, to + length, to + length) : there;
  }

  /**
   * Copies value and expire time to key `j` of `target`, which is overwritten and must not be the entry itself. Returns
   * the new entry. O(size).
   */
  copyTo(entry: Entry, target: Database, keys: ByteSpans, j: number): Entry {
    const { arena } = this;
    const old = target.findToReplace(keys, j);
    assert(old !== entry, 'another key to copy to');
    const hash = target.lastHash;
    const expireAt = this.expireAtOf(entry);
    const length = this.valueBytes(entry);
    const before = bytesBeforeValue(keys.length(j), false);
    // What needs memory comes first; with room for an expire time the copy need not move for it.
    if (expireAt !== NO_EXPIRE) this.keyspace.wheel.reserve();
    const detached = this.typeOf(entry) === TYPE_STRING ? NONE : this.copyDetached(entry);
    if (detached !== NONE) this.reserveTimer(detached);
    const there = target.create(keys, j, hash, before + length + (expireAt === NO_EXPIRE ? 0 : EXPIRE_BYTES));
    if (old !== NONE) target.deleteEntry(old);
    if (detached === NONE) {
      arena.setI32(there, WORD_VALUE, length);
      arena.move(there, before, entry, this.valueOffset(entry), length);
      const kept = this.meta(entry) & ~META_EXPIRES & ~META_DATABASE_MASK;
      arena.setI32(there, WORD_META, kept | (target.id << META_DATABASE_SHIFT));
    } else target.take(there, detached, false);
    this.keyspace.hooks.created(target, keys, j);
    return expireAt === NO_EXPIRE ? there : target.setExpire(there, expireAt);
  }

  /** A copy of the entry's value, which is no string, in a holder of its own. O(size). */
  private copyDetached(entry: Entry): number {
    const { values } = this.keyspace;
    const detached = values.detached(this.typeOf(entry));
    values.operationsOf(entry).copy(entry, detached);
    return detached;
  }

  /** Moves the entry to another database, where nobody sees its key. O(1). */
  moveTo(entry: Entry, target: Database): void {
    const { arena, keyspace } = this;
    const key = keyspace.spansOf(this, entry);
    const hidden = target.find(key, 0);
    const hash = arena.i32(entry, WORD_HASH);
    target.index.insert(target.partitionOf(entry), hash, entry); // first: it may need memory
    keyspace.hooks.created(target, key, 0);
    this.valueLeaves(entry);
    this.removeFromIndex(entry);
    if (hidden !== NONE) target.deleteEntry(hidden); // an expired entry that is hidden there gives way
    const meta = this.meta(entry);
    if ((meta & META_EXPIRES) !== 0) {
      const atMs = arena.f64(entry, DWORD_EXPIRE_AT);
      this.countExpire(-1, atMs);
      target.countExpire(1, atMs);
    }
    arena.setI32(entry, WORD_META, (meta & ~META_DATABASE_MASK) | (target.id << META_DATABASE_SHIFT));
    this.valueHeld(entry);
  }

  // --- All keys -----------------------------------------------------------------------------------------------------

  /**
   * One step of SCAN: visits the entries of one bucket (expired ones too) and returns the next cursor, 0 at the end.
   * `visit` may delete what it gets.
   */
  scan(cursor: number, visit: (entry: Entry) => void): number {
    return this.index.scan(cursor, visit);
  }

  /** Visits all entries, expired ones too; `visit` must not change the database. O(size). */
  forEach(visit: (entry: Entry) => void): void {
    this.index.forEach(visit);
  }

  /** An entry, each equally likely (expired ones too); NONE when there are none. O(1) expected. */
  randomEntry(): Entry {
    return this.index.random(this.keyspace.random);
  }

  indexStatistics(): LineStatistics {
    return this.index.statistics();
  }

  /** Drops an entry that is due: deletes it with everything that goes with that. For the keyspace's wheel. */
  expireEntry(entry: Entry): void {
    this.keyspace.willExpire(this, entry);
    this.deleteEntry(entry);
  }

  /**
   * Hands the whole contents to the caller, who frees them and gives the database, which is empty now, another id.
   * O(1).
   */
  detachAll(): Partitions {
    const { index } = this;
    this.index = this.newIndex(); // or it throws, and nothing has changed
    this.forgetAll();
    return index;
  }

  /** Forgets all entries without freeing them: the arena was reset. */
  clearIndex(): void {
    this.index.clear();
    this.forgetAll();
  }

  /** Touches index memory ahead, in slices of a few pages; true when there was something to do. */
  prepareIndex(pages: number): boolean {
    return this.index.prepare(pages);
  }

  // --- Inside -------------------------------------------------------------------------------------------------------

  /** @hot The entry of key `i`, expired or not. O(1). */
  private find(keys: ByteSpans, i: number): Entry {
    const { keyspace } = this;
    const index = this.index.of(keys, i);
    const offset = keys.offset(i);
    const length = keys.length(i);
    const hash =
      keyspace.knownHashArg === i && keyspace.knownHashSpans === keys
        ? keyspace.knownHash
        : keyspace.hasher.hash(keys.view, keys.bytes, offset, length);
    this.lastHash = hash;
    for (let nth = 0; ; nth++) {
      const entry = index.candidate(hash, nth);
      if (entry === NONE || this.hasKey(entry, keys, offset, length)) return entry;
    }
  }

  /**
   * @hot The entry that a new value for key `i` takes the place of: one that is expired is dropped, or taken as it is.
   */
  private findToReplace(keys: ByteSpans, i: number): Entry {
    const entry = this.find(keys, i);
    if (entry === NONE || this.keyspace.expiredKeys !== EXPIRED_DELETE || !this.isExpired(entry)) return entry;
    const hash = this.lastHash;
    this.expireEntry(entry);
    this.lastHash = hash; // whoever heard of it may have looked up other keys
    return NONE;
  }

  /**
   * @hot Whether an entry has this key. The key stands on a word's boundary in the record (record.ts), so that it is
   * compared word by word there: 8 ns for 16 bytes against 15 with `arena.equals` (bench/micro/keyspace.bench.ts, Node
   * 20). O(length).
   */
  private hasKey(entry: Entry, keys: ByteSpans, offset: number, length: number): boolean {
    const words = this.arena.words[entry >>> SLAB_SHIFT]!;
    let at = (entry & UNIT_MASK) << 1;
    if (words[at + WORD_CLOCK]! >>> KEY_LENGTH_SHIFT !== Math.min(length, LONG_KEY)) return false;
    at += this.headerOf(words[at + WORD_META]!) >>> 2;
    if (length >= LONG_KEY) return this.hasLongKey(entry, keys, offset, length);
    const { view, bytes } = keys;
    const end = offset + (length & ~3);
    let from = offset;
    for (; from < end; from += 4) if (words[at++] !== view.getInt32(from, true)) return false;
    const rest = length & 3;
    if (rest === 0) return true;
    let last = bytes[from]!;
    if (rest > 1) last |= bytes[from + 1]! << 8;
    if (rest > 2) last |= bytes[from + 2]! << 16;
    return (words[at]! & (-1 >>> (32 - (rest << 3)))) === last;
  }

  private hasLongKey(entry: Entry, keys: ByteSpans, offset: number, length: number): boolean {
    const { arena } = this;
    const at = this.headerOf(this.meta(entry));
    if (arena.i32(entry, at >>> 2) !== length) return false;
    return arena.equals(entry, at + 4, keys.bytes, keys.view, offset, length);
  }

  /**
   * @hot A record of `size` bytes for key `i`, whose hash is `lastHash`, with all but value and meta set: `old` itself
   * where it fits, else a new one in its place.
   */
  private place(keys: ByteSpans, i: number, old: Entry, size: number, expires: boolean): Entry {
    if (old === NONE) return this.create(keys, i, this.lastHash, size);
    const { arena, keyspace } = this;
    // A new value is a new object to Redis: its LRU clock begins anew, whoever asked not to touch.
    if (keyspace.touches || !keyspace.clock.lfu) this.touch(old);
    const meta = this.meta(old);
    const had = (meta & META_EXPIRES) !== 0;
    const block = arena.blockSize(old);
    // A string in place while it fits and wastes little: other sizes go to a block of their own class.
    if (size <= block && block - size <= 16 + (block >>> 3) && (meta & META_TYPE_MASK) === TYPE_STRING) {
      if (had === expires) return old;
      this.forgetExpire(old);
      this.writeKey(old, keys, i, expires);
      return old;
    }
    const entry = arena.allocRecord(size);
    this.valueLeaves(old);
    const hash = arena.i32(old, WORD_HASH);
    arena.setI32(entry, WORD_HASH, hash);
    arena.setI32(entry, WORD_CLOCK, arena.i32(old, WORD_CLOCK));
    this.writeKey(entry, keys, i, expires);
    if (expires) {
      arena.setF64(entry, DWORD_EXPIRE_AT, arena.f64(old, DWORD_EXPIRE_AT));
      const timer = arena.i32(old, WORD_WHEEL);
      arena.setI32(entry, WORD_WHEEL, timer);
      keyspace.wheel.recordMoved(timer, entry);
    } else if (had) this.forgetExpire(old);
    this.index.of(keys, i).replace(hash, old, entry);
    keyspace.freeRecord(old);
    return entry;
  }

  /** Gives a record that is to take the place of `old` its clock, as {@link place} does. */
  private passClock(old: Entry, record: Entry): void {
    const { arena, keyspace } = this;
    if (keyspace.touches || !keyspace.clock.lfu) this.touch(old);
    arena.setI32(record, WORD_CLOCK, arena.i32(old, WORD_CLOCK));
  }

  /** @hot A new record without expire time in the index, with key and clock: value and meta are still to be set. */
  private create(keys: ByteSpans, i: number, hash: number, size: number): Entry {
    const { arena } = this;
    const entry = arena.allocRecord(size);
    arena.setI32(entry, WORD_HASH, hash);
    arena.setI32(entry, WORD_CLOCK, this.keyspace.clock.initial() | keyLengthBits(keys.length(i)));
    this.writeKey(entry, keys, i, false);
    try {
      this.index.insert(this.index.partitionOf(keys, i), hash, entry);
    } catch (error) {
      arena.free(entry); // there was memory for the record and none for the index
      throw error;
    }
    return entry;
  }

  /** @hot Writes the key's bytes (and its length word) where a record of this shape has them. */
  private writeKey(entry: Entry, keys: ByteSpans, i: number, expires: boolean): void {
    const { arena } = this;
    const length = keys.length(i);
    let at = expires ? EXPIRES_HEADER_BYTES : HEADER_BYTES;
    if (length >= LONG_KEY) {
      arena.setI32(entry, at >>> 2, length);
      at += 4;
    }
    arena.copyIn(entry, at, keys.bytes, keys.view, keys.offset(i), length);
  }

  /** Makes room for an expire time behind the header, or closes it: key and value move. Returns the entry. */
  private shiftBody(entry: Entry, expires: boolean): Entry {
    const { arena } = this;
    const from = this.headerOf(this.meta(entry));
    const to = expires ? EXPIRES_HEADER_BYTES : HEADER_BYTES;
    const body = this.valueOffset(entry) - from + this.valueBytes(entry);
    const there = to + body > arena.blockSize(entry) ? this.resizeRecord(entry, to + body, from + body) : entry;
    arena.move(there, to, there, from, body);
    return there;
  }

  /** Gives the record another block of at least `size` bytes with its first `keep` bytes. Returns the entry. */
  private resizeRecord(entry: Entry, size: number, keep: number): Entry {
    const { arena } = this;
    const there = arena.realloc(entry, size, keep);
    if (there === entry) return entry;
    this.index.at(this.partitionOf(there)).replace(arena.i32(there, WORD_HASH), entry, there);
    if ((this.meta(there) & META_EXPIRES) !== 0) this.keyspace.wheel.recordMoved(arena.i32(there, WORD_WHEEL), there);
    this.valueHeld(there);
    return there;
  }

  /**
   * @hot A key is about to lose its value, by whatever way: who waits for what comes to a stream is told, and nobody
   * waits for fields of a hash any more. O(1).
   */
  private valueLeaves(entry: Entry): void {
    const type = this.typeOf(entry);
    if (type === TYPE_HASH) this.keyspace.hashes.letGo(entry);
    else if (type === TYPE_STREAM) {
      this.keyspace.hooks.streamLeft(this, this.keyspace.spansOf(this, entry), 0);
    }
  }

  /** @hot A value has come to a record, or its record has moved: who waits for fields of a hash must know it. O(1). */
  private valueHeld(entry: Entry): void {
    if (this.typeOf(entry) === TYPE_HASH) this.keyspace.hashes.heldBy(entry);
  }

  /** Makes sure that {@link valueHeld} of this value needs no memory. O(1). */
  private reserveTimer(holder: number): void {
    const { arena, keyspace } = this;
    if ((arena.i32(holder, WORD_META) & META_TYPE_MASK) !== TYPE_HASH) return;
    if (keyspace.hashes.firstExpireAt(holder) !== NO_FIELD_EXPIRE) keyspace.fields.reserve();
  }

  /** Takes an entry out of index and wheel; its block is still there. */
  private detach(entry: Entry): void {
    this.removeFromIndex(entry);
    if ((this.meta(entry) & META_EXPIRES) !== 0) this.forgetExpire(entry);
  }

  private removeFromIndex(entry: Entry): void {
    const removed = this.index.remove(this.partitionOf(entry), this.arena.i32(entry, WORD_HASH), entry);
    assert(removed, 'an entry of this database');
  }

  /** The partition of an entry, by the key in its record. O(1), O(key length) where there are several. */
  partitionOf(entry: Entry): number {
    const { arena } = this;
    if (this.keyspace.partitionCount === 1) return 0;
    const length = this.keyLength(entry);
    const from = arena.base(entry) + this.valueOffset(entry) - length;
    return this.index.partitionOfKey(arena.bytes[entry >>> SLAB_SHIFT]!, from, length);
  }

  private newIndex(): Partitions {
    const { arena, keyspace } = this;
    return new Partitions(arena.words, keyspace.account, keyspace.partitionCount);
  }

  /** Takes an entry that expires out of the wheel; the record still says that it expires. */
  private forgetExpire(entry: Entry): void {
    const { arena } = this;
    this.countExpire(-1, arena.f64(entry, DWORD_EXPIRE_AT));
    this.keyspace.wheel.remove(arena.i32(entry, WORD_WHEEL));
  }

  /** Enters an expire time that comes (1) or goes (-1). */
  private countExpire(sign: 1 | -1, atMs: number): void {
    this.expires += sign;
    this.expireSum[0] = this.expireSum[0]! + sign * this.sinceStart(atMs);
  }

  /** What an expire time adds to the sum: bounded, so that one in the far future does not swallow the others. */
  private sinceStart(atMs: number): number {
    return Math.max(-MAX_AVERAGED_MS, Math.min(MAX_AVERAGED_MS, atMs - this.keyspace.startMs));
  }

  private forgetAll(): void {
    this.expires = 0;
    this.timedHashes = 0;
    this.expireSum[0] = 0;
  }

  /** @hot A key that was to be read is not there. */
  private missed(keys: ByteSpans, i: number): void {
    this.keyspace.stats.misses++;
    this.keyspace.hooks.missed(this, keys, i);
  }

  /** What somebody who looks for an expired entry gets. */
  private meetExpired(entry: Entry): Entry {
    switch (this.keyspace.expiredKeys) {
      case EXPIRED_KEEP:
        return entry;
      case EXPIRED_HIDE:
        return NONE;
      case EXPIRED_DELETE:
        this.expireEntry(entry);
        return NONE;
    }
  }

  /** @hot Whether the expire time of an entry that has one lies before the command's time. */
  private isOver(entry: Entry): boolean {
    return this.arena.f64(entry, DWORD_EXPIRE_AT) < this.keyspace.commandTimeMs;
  }

  /** Bytes behind the key: a string's; an aggregate's stand elsewhere. */
  private valueBytes(entry: Entry): number {
    return this.typeOf(entry) === TYPE_STRING ? this.stringLength(entry) : 0;
  }

  /** @hot */
  private meta(entry: Entry): number {
    return this.arena.i32(entry, WORD_META);
  }

  /** @hot Bytes in front of the key (and its length word). */
  private headerOf(meta: number): number {
    return (meta & META_EXPIRES) === 0 ? HEADER_BYTES : EXPIRES_HEADER_BYTES;
  }

  /** @hot Where the value begins. */
  private valueOffset(entry: Entry): number {
    const { arena } = this;
    const header = this.headerOf(arena.i32(entry, WORD_META));
    const short = arena.i32(entry, WORD_CLOCK) >>> KEY_LENGTH_SHIFT;
    return short === LONG_KEY ? header + 4 + arena.i32(entry, header >>> 2) : header + short;
  }
}

/** @hot The upper byte of a record's word 1. */
function keyLengthBits(length: number): number {
  return Math.min(length, LONG_KEY) << KEY_LENGTH_SHIFT;
}

/** @hot How Redis encodes a new string: a number, embedded in its object, or apart from it. */
function encodingFor(bytes: Uint8Array, from: number, length: number): Encoding {
  if (length <= INT64_TEXT_MAX && isInt64Text(bytes, from, length)) return ENCODING_INT;
  return length <= EMBSTR_MAX_BYTES ? ENCODING_EMBSTR : ENCODING_RAW;
}
