/**
 * Sets, in one of three encodings:
 *
 * ```
 *   intset      a sorted run of integers (intset.ts)          all members are integers, at most set-max-intset-entries
 *   listpack    a run of members as they came (listpack.ts)   at most set-max-listpack-entries, each of at most
 *                                                             set-max-listpack-value bytes
 *   hashtable   a dict of a block for each member (set-table.ts)
 * ```
 * 1. The root is the block of the intset or listpack, or the dict's root.
 * 2. An encoding changes as Redis 7.2 changes it: an addition turns an intset into a listpack or a hashtable and a
 *    listpack into a hashtable, never back. Only {@link Sets.toIntset} makes an intset of another.
 * 3. A member that is the canonical text of an int64 is that integer, in whatever encoding.
 * 4. What throws for want of memory has changed nothing but perhaps the encoding.
 */
import { type Arena, type MemoryReader, NONE } from '../memory/index.js';
import { assert } from '../util/assert.js';
import type { KeyHasher } from '../util/hash.js';
import { INT64_TEXT_MAX } from '../util/numbers.js';
import type { Random } from '../util/random.js';
import { Int64 } from './int64.js';
import { IntsetReader, Intsets } from './intset.js';
import type { TypeLimits } from './limits.js';
import type { LineStatistics } from './lines.js';
import { ListpackReader, Listpacks, MAX_LISTPACK_BYTES } from './listpack.js';
import { MEMBER_OFFSET, type MemberVisitor, SetTableReader, SetTables } from './set-table.js';
import {
  ENCODING_HASHTABLE,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  encodingOf,
  rootOf,
  setRoot,
  setValue,
  type ValueOperations,
  WORD_VALUE,
} from './value.js';

export type { MemberVisitor } from './set-table.js';

/** An intset must not hold more, whatever the directive says: t_set.c, 7.2. */
const MAX_INTSET_ENTRIES = 1 << 30;
/** Where so many members are asked for, or a third of all, they are taken in one walk over the set. */
const WALK_FROM = 65_536;
const WALK_SHARE = 3;

/** Reads sets, in the arena or in a snapshot. */
export class SetReader {
  constructor(
    protected readonly memory: MemoryReader,
    protected readonly intsets: IntsetReader = new IntsetReader(memory),
    protected readonly listpacks: ListpackReader = new ListpackReader(memory),
    protected readonly tables: SetTableReader = new SetTableReader(memory),
  ) {}

  /** @hot Members of the set. O(1). */
  count(holder: number): number {
    const root = rootOf(this.memory, holder);
    switch (encodingOf(this.memory, holder)) {
      case ENCODING_INTSET:
        return this.intsets.count(root);
      case ENCODING_LISTPACK:
        return this.listpacks.count(root);
      default:
        return this.tables.dict.count(root);
    }
  }

  /**
   * Visits the members until `visit` returns true; returns whether it did. `visit` must not change the set; others it
   * may. O(visited).
   */
  forEach(holder: number, visit: MemberVisitor): boolean {
    const root = rootOf(this.memory, holder);
    switch (encodingOf(this.memory, holder)) {
      case ENCODING_INTSET:
        return this.forEachInteger(root, visit);
      case ENCODING_LISTPACK:
        return this.forEachEntry(root, visit);
      default:
        return this.tables.forEach(root, visit);
    }
  }

  private forEachInteger(root: number, visit: MemberVisitor): boolean {
    const { intsets } = this;
    const count = intsets.count(root);
    for (let i = 0; i < count; i++) {
      intsets.render(root, i);
      if (visit(intsets.bytes, intsets.view, 0, intsets.length) === true) return true;
    }
    return false;
  }

  private forEachEntry(root: number, visit: MemberVisitor): boolean {
    const { listpacks } = this;
    for (let at = listpacks.first(root); at !== NONE; at = listpacks.next(root, at)) {
      listpacks.render(root, at);
      if (visit(listpacks.bytes, listpacks.view, listpacks.from, listpacks.length) === true) return true;
    }
    return false;
  }
}

/** Changes sets in the arena; one object serves all sets of a keyspace. */
export class Sets extends SetReader implements ValueOperations {
  declare protected readonly intsets: Intsets;
  declare protected readonly listpacks: Listpacks;
  declare protected readonly tables: SetTables;
  /** The member that {@link choose} chose: `length` bytes of `bytes` at `from`, until anything is written. */
  bytes: Uint8Array = NO_BYTES;
  /** The same memory as `bytes`. */
  view: DataView = NO_VIEW;
  from = 0;
  length = 0;
  /** Where the chosen member is: its index, offset or block. */
  private chosen = 0;
  private readonly arena: Arena;
  private readonly limits: TypeLimits;
  private readonly random: Random;
  private readonly integer = new Int64();
  // Integers that are moved from encoding to encoding have digits of their own: the reader's may be those of a member
  // that is just being added.
  private readonly digits = new Uint8Array(INT64_TEXT_MAX + 4);
  private readonly digitsView = new DataView(this.digits.buffer);

  constructor(arena: Arena, hasher: KeyHasher, limits: TypeLimits, random: Random) {
    super(arena, new Intsets(arena), new Listpacks(arena), new SetTables(arena, hasher));
    this.arena = arena;
    this.limits = limits;
    this.random = random;
  }

  // --- Making and adding --------------------------------------------------------------------------------------------

  /**
   * Lets a holder without a value hold an empty set for about `expected` members, the first of which is
   * `bytes[from, from + length)`: the encoding follows from both. O(1), O(expected) for a large one.
   */
  create(holder: number, bytes: Uint8Array, from: number, length: number, expected: number): void {
    const { arena, limits } = this;
    if (expected <= this.intsetLimit && this.integer.parse(bytes, from, length)) this.createIntset(holder);
    else if (expected <= limits.setMaxListpackEntries)
      setValue(arena, holder, ENCODING_LISTPACK, this.listpacks.create());
    else setValue(arena, holder, ENCODING_HASHTABLE, this.tables.dict.create(expected));
  }

  /** Lets a holder without a value hold an empty intset. O(1). */
  createIntset(holder: number): void {
    setValue(this.arena, holder, ENCODING_INTSET, this.intsets.create());
  }

  /** Lets a holder without a value hold an empty listpack. O(1). */
  createListpack(holder: number): void {
    setValue(this.arena, holder, ENCODING_LISTPACK, this.listpacks.create());
  }

  /**
   * @hot Says that up to `count` members will be added: a set that is too small for them changes its encoding at once.
   */
  expect(holder: number, count: number): void {
    const encoding = encodingOf(this.arena, holder);
    if (
      (encoding === ENCODING_INTSET && count > this.intsetLimit) ||
      (encoding === ENCODING_LISTPACK && count > this.limits.setMaxListpackEntries)
    ) {
      this.toTable(holder, count);
    }
  }

  /** @hot Adds a member; false when it is there already. O(1) expected, O(size) of a small one. */
  add(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const root = rootOf(this.arena, holder);
    switch (encodingOf(this.arena, holder)) {
      case ENCODING_INTSET:
        return this.addToIntset(holder, root, bytes, view, from, length);
      case ENCODING_LISTPACK:
        return this.addToListpack(holder, root, bytes, view, from, length);
      default:
        return this.tables.add(root, bytes, view, from, length);
    }
  }

  private addToIntset(
    holder: number,
    root: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
  ): boolean {
    const { integer, intsets } = this;
    const count = intsets.count(root);
    if (integer.parse(bytes, from, length)) {
      if (count < this.intsetLimit) {
        setRoot(this.arena, holder, intsets.add(root, integer));
        return intsets.changed;
      }
      if (intsets.has(root, integer)) return false;
      this.toTable(holder, count + 1);
    } else if (this.fitsListpack(root, count, length)) this.toListpack(holder, root);
    else this.toTable(holder, count + 1);
    return this.add(holder, bytes, view, from, length);
  }

  /** Whether an intset may become a listpack with one more member of `length` bytes: its longest is one of its ends. */
  private fitsListpack(root: number, count: number, length: number): boolean {
    const { intsets, limits } = this;
    if (count >= limits.setMaxListpackEntries || length > limits.setMaxListpackValue) return false;
    if (count === 0) return true;
    intsets.render(root, 0);
    const least = intsets.length;
    intsets.render(root, count - 1);
    return Math.max(least, intsets.length) <= limits.setMaxListpackValue;
  }

  private addToListpack(
    holder: number,
    root: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
  ): boolean {
    const { limits, listpacks } = this;
    if (listpacks.find(root, listpacks.first(root), bytes, view, from, length, 1) !== NONE) return false;
    const count = listpacks.count(root);
    if (
      count < limits.setMaxListpackEntries &&
      length <= limits.setMaxListpackValue &&
      listpacks.byteLength(root) + length <= MAX_LISTPACK_BYTES
    ) {
      setRoot(this.arena, holder, listpacks.append(root, bytes, view, from, length));
      return true;
    }
    this.toTable(holder, count + 1);
    return this.tables.add(rootOf(this.arena, holder), bytes, view, from, length);
  }

  // --- Looking up and removing --------------------------------------------------------------------------------------

  /** @hot Whether this is a member. O(1) expected, O(size) of a listpack. */
  has(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const root = rootOf(this.arena, holder);
    switch (encodingOf(this.arena, holder)) {
      case ENCODING_INTSET:
        return this.integer.parse(bytes, from, length) && this.intsets.has(root, this.integer);
      case ENCODING_LISTPACK:
        return this.listpacks.find(root, this.listpacks.first(root), bytes, view, from, length, 1) !== NONE;
      default:
        return this.tables.find(root, bytes, view, from, length) !== NONE;
    }
  }

  /** @hot Removes a member; false when it was not there. Needs no memory. O(1) expected, O(size) of a small set. */
  remove(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const root = rootOf(this.arena, holder);
    let at: number;
    switch (encodingOf(this.arena, holder)) {
      case ENCODING_INTSET:
        at = this.integer.parse(bytes, from, length) ? this.intsets.indexOf(root, this.integer) : -1;
        if (at < 0) return false;
        break;
      case ENCODING_LISTPACK:
        at = this.listpacks.find(root, this.listpacks.first(root), bytes, view, from, length, 1);
        if (at === NONE) return false;
        break;
      default:
        at = this.tables.find(root, bytes, view, from, length);
        if (at === NONE) return false;
    }
    this.removeAt(holder, root, at);
    return true;
  }

  /** @hot Removes the member at an index, offset or block. */
  private removeAt(holder: number, root: number, at: number): void {
    switch (encodingOf(this.arena, holder)) {
      case ENCODING_INTSET:
        setRoot(this.arena, holder, this.intsets.removeAt(root, at));
        return;
      case ENCODING_LISTPACK:
        setRoot(this.arena, holder, this.listpacks.delete(root, at));
        return;
      default:
        this.tables.removeBlock(root, at);
    }
  }

  // --- By chance ----------------------------------------------------------------------------------------------------

  /**
   * @hot Chooses a member of a set that is not empty, each equally likely, and gives it in `bytes`, `view`, `from` and
   * `length`. O(1) expected, O(size) of a listpack.
   */
  choose(holder: number): void {
    const { intsets, listpacks, random } = this;
    const root = rootOf(this.arena, holder);
    switch (encodingOf(this.arena, holder)) {
      case ENCODING_INTSET:
        this.chosen = random.below(intsets.count(root));
        intsets.render(root, this.chosen);
        this.take(intsets.bytes, intsets.view, 0, intsets.length);
        return;
      case ENCODING_LISTPACK:
        this.chosen = listpacks.seek(root, random.below(listpacks.count(root)));
        listpacks.render(root, this.chosen);
        this.take(listpacks.bytes, listpacks.view, listpacks.from, listpacks.length);
        return;
      default:
        this.chosen = this.tables.dict.random(root, random);
        this.takeBlock(this.chosen);
    }
  }

  /** @hot Removes the member that {@link choose} has chosen; nothing was changed since. Needs no memory. */
  removeChosen(holder: number): void {
    this.removeAt(holder, rootOf(this.arena, holder), this.chosen);
  }

  /** @hot */
  private takeBlock(block: number): void {
    const { arena } = this;
    const length = this.tables.lengthOf(block);
    const view = arena.window(block, MEMBER_OFFSET, length);
    this.take(arena.windowBytes, view, arena.windowBase, length);
  }

  /** @hot */
  private take(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = view;
    }
    this.from = from;
    this.length = length;
  }

  /**
   * Visits `count` different members, fewer than there are, each such choice equally likely. A few of a large set are
   * drawn until there are enough different ones; else all are walked over, and each is taken with the chance that it
   * then has to be one of those that are still wanted (algorithm S, Knuth, volume 2, 3.4.2). O(count), or O(size).
   */
  sample(holder: number, count: number, visit: MemberVisitor): void {
    const size = this.count(holder);
    assert(count <= size, 'so many members');
    const { dict } = this.tables;
    if (this.isTable(holder) && count < WALK_FROM && count * WALK_SHARE < size) {
      const root = rootOf(this.arena, holder);
      const drawn = new Set<number>();
      while (drawn.size < count) drawn.add(dict.random(root, this.random));
      for (const ref of drawn) this.tables.visit(ref, visit);
      return;
    }
    let wanted = count;
    let left = size;
    this.forEach(holder, (bytes, view, from, length) => {
      if (this.random.below(left--) < wanted) {
        visit(bytes, view, from, length);
        wanted--;
      }
      return wanted === 0;
    });
  }

  /**
   * Removes `count` different members, fewer than there are, each such choice equally likely, and visits each of them
   * before. O(count), O(size) of a small set.
   * @throws OutOfMemoryError for a small set, and nothing has changed
   */
  takeSample(holder: number, count: number, visit: MemberVisitor): void {
    const encoding = encodingOf(this.arena, holder);
    if (encoding === ENCODING_HASHTABLE) {
      for (let i = 0; i < count; i++) {
        this.choose(holder);
        visit(this.bytes, this.view, this.from, this.length);
        this.removeChosen(holder);
      }
      return;
    }
    // What stays is copied: to take the others out one by one would move all of it each time.
    if (encoding === ENCODING_INTSET) this.takeIntegers(holder, count, visit);
    else this.takeEntries(holder, count, visit);
  }

  private takeIntegers(holder: number, count: number, visit: MemberVisitor): void {
    const { integer, intsets } = this;
    const root = rootOf(this.arena, holder);
    let wanted = count;
    let left = intsets.count(root);
    let rest = intsets.create(left - count);
    try {
      for (let i = 0; left > 0; i++, left--) {
        intsets.render(root, i);
        if (this.random.below(left) >= wanted) {
          integer.setWords(intsets.integer.high, intsets.integer.low);
          rest = intsets.add(rest, integer);
        } else {
          visit(intsets.bytes, intsets.view, 0, intsets.length);
          wanted--;
        }
      }
    } catch (error) {
      this.arena.free(rest);
      throw error;
    }
    this.replace(holder, ENCODING_INTSET, rest);
  }

  private takeEntries(holder: number, count: number, visit: MemberVisitor): void {
    const { listpacks } = this;
    const root = rootOf(this.arena, holder);
    let wanted = count;
    let left = listpacks.count(root);
    let rest = listpacks.create();
    try {
      for (let at = listpacks.first(root); at !== NONE; left--) {
        const next = listpacks.next(root, at);
        if (this.random.below(left) < wanted) {
          listpacks.visit(root, at, visit);
          wanted--;
        } else rest = listpacks.appendEntries(rest, root, at, next === NONE ? listpacks.endOf(root) : next, 1);
        at = next;
      }
    } catch (error) {
      this.arena.free(rest);
      throw error;
    }
    this.replace(holder, ENCODING_LISTPACK, rest);
  }

  // --- Changing the encoding ----------------------------------------------------------------------------------------

  /** Makes an intset of a set all of whose members are integers, unless they are too many for one. O(size). */
  toIntset(holder: number): void {
    const { arena, integer, intsets } = this;
    if (encodingOf(arena, holder) === ENCODING_INTSET || this.count(holder) > this.intsetLimit) return;
    let packed = intsets.create();
    try {
      this.forEach(holder, (bytes, _view, from, length) => {
        assert(integer.parse(bytes, from, length), 'an integer');
        packed = intsets.add(packed, integer);
      });
    } catch (error) {
      arena.free(packed);
      throw error;
    }
    this.replace(holder, ENCODING_INTSET, packed);
  }

  private toListpack(holder: number, root: number): void {
    const { arena, intsets, listpacks } = this;
    let packed = listpacks.create();
    try {
      const count = intsets.count(root);
      for (let i = 0; i < count; i++) {
        intsets.read(root, i);
        packed = listpacks.appendInteger(packed, intsets.integer);
      }
    } catch (error) {
      arena.free(packed);
      throw error;
    }
    this.replace(holder, ENCODING_LISTPACK, packed);
  }

  /** Makes a hashtable of a small set, with room for `expected` members. O(size + expected). */
  private toTable(holder: number, expected: number): void {
    const { tables } = this;
    const table = tables.dict.create(expected);
    try {
      if (encodingOf(this.arena, holder) === ENCODING_INTSET) this.integersToTable(rootOf(this.arena, holder), table);
      else this.entriesToTable(rootOf(this.arena, holder), table);
    } catch (error) {
      tables.free(table, Number.POSITIVE_INFINITY);
      throw error;
    }
    this.replace(holder, ENCODING_HASHTABLE, table);
  }

  private integersToTable(root: number, table: number): void {
    const { intsets } = this;
    const count = intsets.count(root);
    for (let i = 0; i < count; i++) {
      intsets.read(root, i);
      this.integerToTable(intsets.integer, table);
    }
  }

  private entriesToTable(root: number, table: number): void {
    const { listpacks, tables } = this;
    const { entry } = listpacks;
    for (let at = listpacks.first(root); at !== NONE; at = listpacks.next(root, at)) {
      listpacks.read(root, at);
      if (entry.isInteger) this.integerToTable(entry.integer, table);
      else {
        const view = this.arena.window(root, entry.offset, entry.length);
        tables.add(table, this.arena.windowBytes, view, this.arena.windowBase, entry.length);
      }
    }
  }

  private integerToTable(integer: Int64, table: number): void {
    const length = integer.write(this.digits, 0);
    this.tables.add(table, this.digits, this.digitsView, 0, length);
  }

  private replace(
    holder: number,
    encoding: typeof ENCODING_INTSET | typeof ENCODING_LISTPACK | typeof ENCODING_HASHTABLE,
    root: number,
  ): void {
    while (!this.free(holder, Number.POSITIVE_INFINITY));
    setValue(this.arena, holder, encoding, root);
  }

  private get intsetLimit(): number {
    return Math.min(this.limits.setMaxIntsetEntries, MAX_INTSET_ENTRIES);
  }

  // --- Whole sets ---------------------------------------------------------------------------------------------------

  /** @hot Whether the set is a hashtable: only that is scanned in more than one step. O(1). */
  isTable(holder: number): boolean {
    return encodingOf(this.arena, holder) === ENCODING_HASHTABLE;
  }

  /**
   * One step of SSCAN over a hashtable: visits the blocks of one bucket's members and returns the next cursor, 0 at the
   * end. O(members of the bucket).
   */
  scan(holder: number, cursor: number, visit: (block: number) => void): number {
    return this.tables.dict.scan(rootOf(this.arena, holder), cursor, visit);
  }

  /** Gives the member of a block to a visitor. The set is as it was when the block was visited. O(1). */
  visitBlock(block: number, visit: MemberVisitor): void {
    this.tables.visit(block, visit);
  }

  effort(holder: number): number {
    return this.isTable(holder) ? this.count(holder) : 1;
  }

  free(holder: number, blocks: number): boolean {
    const { arena } = this;
    const root = rootOf(arena, holder);
    if (!this.isTable(holder)) arena.free(root);
    else if (!this.tables.free(root, blocks)) return false;
    arena.setI32(holder, WORD_VALUE, NONE);
    return true;
  }

  copy(from: number, to: number): void {
    const root = rootOf(this.arena, from);
    const encoding = encodingOf(this.arena, from);
    switch (encoding) {
      case ENCODING_INTSET:
        return setValue(this.arena, to, encoding, this.intsets.duplicate(root));
      case ENCODING_LISTPACK:
        return setValue(this.arena, to, encoding, this.listpacks.duplicate(root));
      default:
        return setValue(this.arena, to, encoding, this.tables.copy(root));
    }
  }

  memoryUsage(holder: number, samples: number): number {
    const root = rootOf(this.arena, holder);
    if (!this.isTable(holder)) return this.arena.blockSize(root);
    return this.tables.memoryUsage(root, samples);
  }

  tableStatistics(holder: number): LineStatistics | null {
    return this.isTable(holder) ? this.tables.dict.statistics(rootOf(this.arena, holder)) : null;
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
