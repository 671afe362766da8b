/**
 * Hashes: fields and their values, of which each may expire on its own. Small ones are one listpack, large ones a dict
 * of field blocks; hash-layout.ts draws both, hash-packed.ts and hash-table.ts are how they work.
 *
 * 1. The encoding goes from listpack to listpackex with the first expire time, and from either to hashtable with the
 *    first field or value longer than `hashMaxListpackValue`, or more than `hashMaxListpackEntries` pairs; never back.
 * 2. Fields that expire before {@link HashReader.hideBefore} are there, but are not seen. Whose time is over is for
 *    those to say who know the time.
 * 3. A hash may be left empty: who removes the last field drops its key.
 */
import { type Arena, type MemoryReader, NONE, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import type { KeyHasher } from '../util/hash.js';
import type { Random } from '../util/random.js';
import {
  type FieldTimers,
  HashPair,
  NO_FIELD_EXPIRE,
  type PairVisitor,
  TIMER_BYTES,
  TIMER_ENTRY,
  TIMER_FIRST,
  TIMER_HOLDER,
} from './hash-layout.js';
import { NO_TIME, PackedHashes } from './hash-packed.js';
import { HashTableReader, HashTables } from './hash-table.js';
import type { TypeLimits } from './limits.js';
import type { LineStatistics } from './lines.js';
import { ListpackReader } from './listpack.js';
import {
  ENCODING_HASHTABLE,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  encodingOf,
  rootOf,
  setRoot,
  setValue,
  type ValueOperations,
} from './value.js';

/** How often {@link Hashes.random} tries to find a field that is seen, before it looks at all of them. */
const RANDOM_TRIES = 100;

/** A sample of fewer than one in so many is drawn one by one. */
const FEW_FACTOR = 3;

/** Reads hashes, in the arena or in a snapshot. */
export class HashReader {
  /** The pair that was read last. */
  readonly pair = new HashPair();
  /** Fields that expire before this time are not seen; 0: all are. */
  hideBefore = 0;
  protected readonly memory: MemoryReader;
  private readonly plain: ListpackReader;
  private readonly timed: ListpackReader;
  private readonly large: HashTableReader;

  constructor(
    memory: MemoryReader,
    plain = new ListpackReader(memory),
    timed = new ListpackReader(memory, TIMER_BYTES),
    large = new HashTableReader(memory),
  ) {
    this.memory = memory;
    this.plain = plain;
    this.timed = timed;
    this.large = large;
  }

  /** @hot How many fields there are, those that are not seen included. O(1). */
  length(holder: number): number {
    const root = rootOf(this.memory, holder);
    switch (encodingOf(this.memory, holder)) {
      case ENCODING_LISTPACK:
        return this.plain.count(root) >>> 1;
      case ENCODING_LISTPACK_EX:
        return this.timed.count(root) / 3;
      default:
        return this.large.count(root);
    }
  }

  /** @hot When the first field expires, seen or not; NO_FIELD_EXPIRE when none does. O(1). */
  firstExpireAt(holder: number): number {
    if (encodingOf(this.memory, holder) === ENCODING_LISTPACK) return NO_FIELD_EXPIRE;
    return this.memory.f64(rootOf(this.memory, holder), TIMER_FIRST);
  }

  /**
   * Gives every pair that is seen to `visit`, until that returns true; returns whether it did. In a snapshot nothing
   * else may be read meanwhile. O(length).
   */
  forEach(holder: number, visit: PairVisitor): boolean {
    const root = rootOf(this.memory, holder);
    switch (encodingOf(this.memory, holder)) {
      case ENCODING_LISTPACK:
        return this.forEachPacked(this.plain, root, false, visit);
      case ENCODING_LISTPACK_EX:
        return this.forEachPacked(this.timed, root, true, visit);
      default:
        return this.large.forEach(root, (block) => {
          this.large.load(root, block, this.pair);
          return !this.isHidden() && visit(this.pair);
        });
    }
  }

  /** @hot Whether the field of the pair that was read is not seen. */
  protected isHidden(): boolean {
    const { expireAt } = this.pair;
    return expireAt !== NO_FIELD_EXPIRE && expireAt < this.hideBefore;
  }

  /** @hot Whether there is a field that is not seen. O(1). */
  hasHidden(holder: number): boolean {
    const first = this.firstExpireAt(holder);
    return first !== NO_FIELD_EXPIRE && first < this.hideBefore;
  }

  private forEachPacked(list: ListpackReader, root: number, isTimed: boolean, visit: PairVisitor): boolean {
    const { memory, pair } = this;
    const end = list.endOf(root);
    const view = memory.window(root, 0, end);
    const bytes = memory.windowBytes;
    const base = memory.windowBase;
    pair.expireAt = NO_FIELD_EXPIRE;
    for (let at = base + list.firstAt; at < base + end; ) {
      at = pair.takeEntries(bytes, view, at);
      if (isTimed) at = pair.takeTimeEntry(view, at);
      if (!this.isHidden() && visit(pair) === true) return true;
    }
    return false;
  }
}

/** Changes hashes in the arena. */
export class Hashes extends HashReader implements ValueOperations {
  private readonly arena: Arena;
  private readonly limits: TypeLimits;
  private readonly timers: FieldTimers;
  private readonly packed: PackedHashes;
  private readonly packedTimed: PackedHashes;
  private readonly tables: HashTables;
  /** What {@link find} has found: the offset of a field in a listpack, or a block. */
  private found = NONE;

  /**
   * @param limits when hashes become tables
   * @param timers who waits for fields to expire
   */
  constructor(arena: Arena, hasher: KeyHasher, limits: TypeLimits, timers: FieldTimers) {
    const packed = new PackedHashes(arena, false);
    const packedTimed = new PackedHashes(arena, true);
    const tables = new HashTables(arena, hasher);
    super(arena, packed.lists, packedTimed.lists, tables);
    this.arena = arena;
    this.limits = limits;
    this.timers = timers;
    this.packed = packed;
    this.packedTimed = packedTimed;
    this.tables = tables;
  }

  /**
   * @hot {@link HashReader.hasHidden}, without a double that leaves a function: it may become an object there. O(1).
   */
  override hasHidden(holder: number): boolean {
    const { arena } = this;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) return false;
    const root = rootOf(arena, holder);
    const first = arena.doubles[root >>> SLAB_SHIFT]![(root & UNIT_MASK) + TIMER_FIRST]!;
    return first !== NO_FIELD_EXPIRE && first < this.hideBefore;
  }

  /** Lets a holder hold an empty hash. O(1). */
  init(holder: number): void {
    setValue(this.arena, holder, ENCODING_LISTPACK, this.packed.create());
  }

  // --- One field ----------------------------------------------------------------------------------------------------

  /**
   * @hot Looks for a field; if it is there and seen, {@link HashReader.pair} has its value and expire time (not the
   * field). O(1) in a table, else O(length).
   */
  find(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    return this.locate(holder, bytes, view, from, length) && !this.isHidden();
  }

  /**
   * @hot Sets a field, and makes it if it is not there; whether it was not seen before. Its expire time goes, or stays
   * with `keepTime`. O(1) in a table, else O(length).
   */
  set(
    holder: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    valueBytes: Uint8Array,
    valueView: DataView,
    valueFrom: number,
    valueLength: number,
    keepTime = false,
  ): boolean {
    const { limits, pair } = this;
    const limit = limits.hashMaxListpackValue;
    if (encodingOf(this.arena, holder) !== ENCODING_HASHTABLE) {
      if (length > limit || valueLength > limit) this.toTable(holder, 0);
      else if (this.packsOf(holder).isFull(rootOf(this.arena, holder), length + valueLength)) this.toTable(holder, 0);
    }
    if (this.locate(holder, bytes, view, from, length)) {
      const wasSeen = !this.isHidden();
      const expires = pair.expireAt !== NO_FIELD_EXPIRE;
      this.replaceValue(holder, valueBytes, valueView, valueFrom, valueLength);
      if (expires && !(keepTime && wasSeen)) this.clearTime(holder);
      this.checkLength(holder);
      return !wasSeen;
    }
    const root = rootOf(this.arena, holder);
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) {
      this.tables.addMissed(root, bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength);
      return true;
    }
    if (this.length(holder) >= limits.hashMaxListpackEntries) {
      this.toTable(holder, 0);
      const table = rootOf(this.arena, holder);
      this.tables.add(table, bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength);
      return true;
    }
    const packed = this.packsOf(holder);
    const there = packed.add(root, bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength);
    this.rootMoved(holder, root, there);
    return true;
  }

  /**
   * @hot Gives the field that {@link find} has just found another value; its expire time stays. O(length of the value),
   * O(size) in a listpack.
   */
  setFound(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    if (length > this.limits.hashMaxListpackValue && encodingOf(this.arena, holder) !== ENCODING_HASHTABLE) {
      this.packsOf(holder).load(rootOf(this.arena, holder), this.found, this.pair);
      const { pair } = this;
      const field = pair.bytes.slice(pair.from, pair.from + pair.length); // allocates: once in the life of a hash
      this.toTable(holder, 0);
      this.locate(holder, field, new DataView(field.buffer), 0, field.length); // allocates: as above
    }
    this.replaceValue(holder, bytes, view, from, length);
  }

  /**
   * @hot Removes a field that is seen; whether it was. One that is not seen stays: who drops it announces it. Needs no
   * memory. O(1) in a table, else O(length).
   */
  remove(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    if (!this.find(holder, bytes, view, from, length)) return false;
    this.removeFound(holder);
    return true;
  }

  // --- Expire times -------------------------------------------------------------------------------------------------

  /**
   * Gives the field that {@link find} has just found an expire time. O(log length) in a table, else O(length).
   * @param atMs above NO_FIELD_EXPIRE and up to MAX_FIELD_TIME_MS
   */
  setTime(holder: number, atMs: number): void {
    this.timers.reserve();
    if (encodingOf(this.arena, holder) === ENCODING_LISTPACK) this.toTimed(holder);
    const root = rootOf(this.arena, holder);
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) {
      this.found = this.tables.setTime(root, this.found, atMs);
    } else this.rootMoved(holder, root, this.packedTimed.setTime(root, this.found, atMs));
    this.settleTimer(holder);
  }

  /**
   * Takes the expire time from the field that {@link find} has just found, which has one. O(log length), else
   * O(length).
   */
  clearTime(holder: number): void {
    const root = rootOf(this.arena, holder);
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) this.tables.clearTime(root, this.found);
    else this.rootMoved(holder, root, this.packedTimed.setTime(root, this.found, NO_FIELD_EXPIRE));
    this.settleTimer(holder);
  }

  /** Reads the pair that expires first; there is one. {@link removeFound} removes it. O(1). */
  loadFirst(holder: number): void {
    const root = rootOf(this.arena, holder);
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) {
      this.found = this.tables.firstDue(root);
      this.tables.load(root, this.found, this.pair);
    } else {
      this.found = this.packedTimed.lists.firstAt;
      this.packedTimed.load(root, this.found, this.pair);
    }
  }

  /** Removes the field that {@link find} or {@link loadFirst} has just found. Needs no memory. */
  removeFound(holder: number): void {
    const root = rootOf(this.arena, holder);
    const encoding = encodingOf(this.arena, holder);
    if (encoding === ENCODING_HASHTABLE) this.tables.remove(root, this.found);
    else this.rootMoved(holder, root, this.packsOf(holder).remove(root, this.found));
    if (encoding !== ENCODING_LISTPACK) this.settleTimer(holder);
  }

  // --- A hash and its key -------------------------------------------------------------------------------------------

  /**
   * @hot Whether a timer waits for fields of the hash to expire: exactly those of keys' hashes with such fields. O(1).
   */
  isTimed(holder: number): boolean {
    const { arena } = this;
    return encodingOf(arena, holder) !== ENCODING_LISTPACK && arena.i32(rootOf(arena, holder), TIMER_ENTRY) !== 0;
  }

  /**
   * The holder has become that of a key, or has moved: its timer must know it. Needs no memory but what was reserved.
   * O(1).
   */
  heldBy(holder: number): void {
    const { arena } = this;
    if (this.firstExpireAt(holder) === NO_FIELD_EXPIRE) return;
    const root = rootOf(arena, holder);
    if (arena.i32(root, TIMER_ENTRY) === 0) this.timers.start(holder, root);
    else arena.setI32(root, TIMER_HOLDER, holder);
  }

  /** The holder is about to be no key's any more: nobody waits for its fields. O(1). */
  letGo(holder: number): void {
    if (this.isTimed(holder)) this.timers.stop(holder, rootOf(this.arena, holder));
  }

  // --- Several fields -----------------------------------------------------------------------------------------------

  /**
   * Says that `count` fields are about to be set, so that a hash that will be a table becomes one at once. O(length).
   */
  expect(holder: number, count: number): void {
    if (count <= this.limits.hashMaxListpackEntries) return;
    if (encodingOf(this.arena, holder) !== ENCODING_HASHTABLE) this.toTable(holder, count);
  }

  /**
   * Reads a pair that is seen, each equally likely; false when there is none. O(1) expected in a table whose fields are
   * seen, else O(length).
   */
  random(holder: number, random: Random): boolean {
    const { pair, tables } = this;
    const count = this.length(holder);
    if (count === 0) return false;
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) {
      const root = rootOf(this.arena, holder);
      for (let tries = RANDOM_TRIES; tries > 0; tries--) {
        tables.load(root, tables.random(root, random), pair);
        if (!this.isHidden()) return true;
      }
    }
    const seen = this.seenCount(holder);
    if (seen === 0) return false;
    let skip = random.below(seen);
    return this.forEach(holder, () => skip-- === 0);
  }

  /** How many fields are seen. O(1), O(length) where some are not. */
  seenCount(holder: number): number {
    if (!this.hasHidden(holder)) return this.length(holder);
    let seen = 0;
    this.forEach(holder, () => void seen++);
    return seen;
  }

  /**
   * Visits `count` different pairs of the `seen` that are seen, each selection equally likely. O(count) expected where
   * few are asked of a large table, else O(length).
   */
  sample(holder: number, seen: number, count: number, random: Random, visit: PairVisitor): void {
    const isTable = encodingOf(this.arena, holder) === ENCODING_HASHTABLE;
    if (isTable && count * FEW_FACTOR < seen && !this.hasHidden(holder)) {
      const root = rootOf(this.arena, holder);
      const blocks = new Set<number>();
      while (blocks.size < count) blocks.add(this.tables.random(root, random));
      for (const block of blocks) {
        this.tables.load(root, block, this.pair);
        visit(this.pair);
      }
      return;
    }
    // Selection sampling (Knuth, algorithm S): each with the chance of those that are missing among those that are
    // left.
    let left = seen;
    let missing = count;
    this.forEach(holder, (pair) => {
      if (random.below(left--) < missing) {
        visit(pair);
        missing--;
      }
      return missing === 0;
    });
  }

  /**
   * One step of HSCAN: visits the pairs of one bucket that are seen, and returns the next cursor, 0 at the end; a
   * listpack is one bucket. `visit` must not change the hash. O(pairs of the bucket).
   */
  scan(holder: number, cursor: number, visit: PairVisitor): number {
    if (encodingOf(this.arena, holder) !== ENCODING_HASHTABLE) {
      this.forEach(holder, (pair) => void visit(pair));
      return 0;
    }
    const root = rootOf(this.arena, holder);
    return this.tables.scan(root, cursor, (block) => {
      this.tables.load(root, block, this.pair);
      if (!this.isHidden()) visit(this.pair);
    });
  }

  // --- Whole values -------------------------------------------------------------------------------------------------

  effort(holder: number): number {
    return encodingOf(this.arena, holder) === ENCODING_HASHTABLE ? this.length(holder) : 1;
  }

  free(holder: number, blocks: number): boolean {
    const { arena } = this;
    this.letGo(holder); // of a database that was emptied, whose hashes nobody has told
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) !== ENCODING_HASHTABLE) arena.free(root);
    else if (!this.tables.free(root, blocks)) return false;
    setRoot(arena, holder, NONE);
    return true;
  }

  copy(from: number, to: number): void {
    const { arena } = this;
    const encoding = encodingOf(arena, from);
    const root = rootOf(arena, from);
    const isTable = encoding === ENCODING_HASHTABLE;
    const copy = isTable ? this.tables.copy(root) : this.packsOf(from).lists.duplicate(root);
    if (encoding !== ENCODING_LISTPACK) {
      arena.setI32(copy, TIMER_HOLDER, NONE);
      arena.setI32(copy, TIMER_ENTRY, 0);
    }
    setValue(arena, to, encoding, copy);
  }

  memoryUsage(holder: number, samples: number): number {
    const { arena } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) !== ENCODING_HASHTABLE) return arena.blockSize(root);
    return this.tables.memoryUsage(root, samples);
  }

  tableStatistics(holder: number): LineStatistics | null {
    if (encodingOf(this.arena, holder) !== ENCODING_HASHTABLE) return null;
    return this.tables.statistics(rootOf(this.arena, holder));
  }

  // --- Inside -------------------------------------------------------------------------------------------------------

  /** @hot {@link find}, whether it is seen or not. */
  private locate(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const { arena, pair, tables } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_HASHTABLE) {
      this.found = tables.find(root, bytes, view, from, length);
      if (this.found === NONE) return false;
      tables.load(root, this.found, pair);
      return true;
    }
    const packed = this.packsOf(holder);
    this.found = packed.find(root, bytes, view, from, length);
    if (this.found === NONE) return false;
    packed.loadValue(root, this.found, pair);
    return true;
  }

  /** @hot Gives the field that was found another value. */
  private replaceValue(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    const root = rootOf(this.arena, holder);
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) {
      this.found = this.tables.setValue(root, this.found, bytes, view, from, length);
      return;
    }
    const packed = this.packsOf(holder);
    this.rootMoved(holder, root, packed.setValue(root, this.found, bytes, view, from, length));
  }

  /** @hot How a hash that is no table is packed. */
  private packsOf(holder: number): PackedHashes {
    return encodingOf(this.arena, holder) === ENCODING_LISTPACK ? this.packed : this.packedTimed;
  }

  /** @hot The root of a listpack stands elsewhere now, perhaps. */
  private rootMoved(holder: number, from: number, to: number): void {
    if (from === to) return;
    setRoot(this.arena, holder, to);
    if (this.isTimed(holder)) this.timers.moved(this.arena.i32(to, TIMER_ENTRY), to);
  }

  /** The first expire time may be another one: so it says in the timer, and to who waits for it. */
  private settleTimer(holder: number): void {
    const { arena, timers } = this;
    const root = rootOf(arena, holder);
    const isTable = encodingOf(arena, holder) === ENCODING_HASHTABLE;
    const first = isTable ? this.tables.firstTime(root) : this.packedTimed.firstTime(root);
    const before = arena.f64(root, TIMER_FIRST);
    if (first === before) return;
    arena.setF64(root, TIMER_FIRST, first);
    const entry = arena.i32(root, TIMER_ENTRY);
    if (first === NO_FIELD_EXPIRE) {
      if (entry !== 0) timers.stop(holder, root);
    } else if (entry === 0) timers.start(holder, root);
    else if (first < before) timers.sooner(entry);
  }

  /** @hot The limit may be lower than when the pairs came: then it counts whenever one of them is set. */
  private checkLength(holder: number): void {
    if (encodingOf(this.arena, holder) === ENCODING_HASHTABLE) return;
    if (this.length(holder) > this.limits.hashMaxListpackEntries) this.toTable(holder, 0);
  }

  /** From listpack to listpackex; what was found is found there. */
  private toTimed(holder: number): void {
    const { arena, packed, packedTimed } = this;
    const root = rootOf(arena, holder);
    const list = packed.lists;
    const target = packedTimed.lists;
    const room = list.byteLength(root) + 2 * this.length(holder);
    const there = packedTimed.create(room); // the only thing that may fail
    const { found } = this;
    for (let at = list.first(root); at !== NONE; ) {
      const next = list.next(root, list.next(root, at));
      if (at === found) this.found = target.endOf(there);
      target.appendEntries(there, root, at, next === NONE ? list.endOf(root) : next, 2);
      target.appendInteger(there, NO_TIME);
      at = next;
    }
    arena.free(root);
    setValue(arena, holder, ENCODING_LISTPACK_EX, there);
  }

  /**
   * From a listpack to a table; what was found is so no more. O(length).
   * @param count how many fields there will be, as far as is known
   */
  private toTable(holder: number, count: number): void {
    const { arena, tables } = this;
    const root = rootOf(arena, holder);
    const isTimed = encodingOf(arena, holder) === ENCODING_LISTPACK_EX;
    const table = tables.create(Math.max(count, this.length(holder) + 1));
    const { hideBefore } = this;
    this.hideBefore = 0; // all of them move
    try {
      this.forEach(holder, (pair) => {
        const { bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength, expireAt } = pair;
        const block = tables.add(table, bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength);
        if (expireAt !== NO_FIELD_EXPIRE) tables.setTime(table, block, expireAt);
      });
    } catch (error) {
      while (!tables.free(table, RANDOM_TRIES));
      throw error;
    } finally {
      this.hideBefore = hideBefore;
    }
    if (isTimed) {
      const entry = arena.i32(root, TIMER_ENTRY);
      arena.setF64(table, TIMER_FIRST, arena.f64(root, TIMER_FIRST));
      arena.setI32(table, TIMER_HOLDER, arena.i32(root, TIMER_HOLDER));
      arena.setI32(table, TIMER_ENTRY, entry);
      if (entry !== 0) this.timers.moved(entry, table);
    }
    setValue(arena, holder, ENCODING_HASHTABLE, table);
    arena.free(root);
  }
}
