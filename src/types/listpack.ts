/**
 * Listpacks: short sequences of strings and integers in one run of bytes. The format is that of Redis' listpack.c, byte
 * for byte; listpack-entry.ts draws the entries.
 *
 * ```
 *   block   0         start                                                                              blockSize
 *           +---------+-------------+-----------+---------+---------+-- --+---------+------+-------------+
 *           | owner's | bytes (u32) | count     | entry   | entry   | ... | entry   | 0xFF | unused      |
 *           | header  |             | (u16)     |         |         |     |         |      |             |
 *           +---------+-------------+-----------+---------+---------+-- --+---------+------+-------------+
 *                     |<-------------------------- bytes ------------------------------->|
 * ```
 * 1. `bytes` counts from itself to 0xFF; `start` is the same for all listpacks of a class, and a multiple of 4: 0 where
 *    the listpack is all of the block.
 * 2. A count of 65535 says that there are as many entries or more, and that they have to be counted.
 * 3. Entries are addressed by their offsets in the block; 0 (NONE) is no entry.
 * 4. Methods that change a listpack return the block where it stands then; other references to it, and offsets behind
 *    the place of the change, are worth nothing from then on. One that throws has changed nothing.
 */
import { type Arena, type MemoryReader, NONE, SLAB_SHIFT } from '../memory/index.js';
import { INT64_TEXT_MAX } from '../util/numbers.js';
import { Int64 } from './int64.js';
import {
  COUNT_UNKNOWN,
  entryBytesAt,
  entryBytesBefore,
  FindScratch,
  findEntry,
  integerEntryBytes,
  isEqual,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
  ListpackEntry,
  MAX_HEADER_BYTES,
  stringEntryBytes,
  writeIntegerEntry,
  writeStringEntry,
} from './listpack-entry.js';
import type { ElementVisitor } from './value.js';

/** A listpack must not become longer than this (1 GiB): LISTPACK_MAX_SAFETY_LIMIT of listpack.c. */
export const MAX_LISTPACK_BYTES = 1 << 30;

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** Reads listpacks, in the arena or in a snapshot. */
export class ListpackReader {
  /** The element that {@link render} gave: `length` bytes of `bytes` at `from`. */
  bytes: Uint8Array = NO_BYTES;
  /** The same memory as `bytes`. */
  view: DataView = NO_VIEW;
  from = 0;
  length = 0;
  /** What {@link read} has decoded: where strings begin is given in the block. */
  readonly entry = new ListpackEntry();
  /** Where the first entry stands. */
  readonly firstAt: number;
  /** Bytes of the owner's header. */
  protected readonly start: number;
  private readonly memory: MemoryReader;
  private readonly finder = new FindScratch();
  private readonly digits = new Uint8Array(INT64_TEXT_MAX + 4);
  private readonly digitsView = new DataView(this.digits.buffer);

  /** @param start bytes in front of the listpack in each block, a multiple of 4 */
  constructor(memory: MemoryReader, start = 0) {
    this.memory = memory;
    this.start = start;
    this.firstAt = start + LISTPACK_HEADER_BYTES;
  }

  // --- The whole ----------------------------------------------------------------------------------------------------

  /** @hot Bytes of the listpack, without the owner's header. O(1). */
  byteLength(ref: number): number {
    return this.memory.i32(ref, this.start >> 2);
  }

  /** @hot How many entries there are. O(1), O(size) from 65535 on. */
  count(ref: number): number {
    const count = this.headerCount(ref);
    return count === COUNT_UNKNOWN ? this.countAll(ref) : count;
  }

  /** @hot Whether there are none. O(1). */
  isEmpty(ref: number): boolean {
    return this.byteLength(ref) === LISTPACK_HEADER_BYTES + 1;
  }

  /** @hot Offset of the end mark, where the next entry is appended. O(1). */
  endOf(ref: number): number {
    return this.start + this.byteLength(ref) - 1;
  }

  // --- From entry to entry ------------------------------------------------------------------------------------------

  /** @hot The first entry, NONE when there is none. O(1). */
  first(ref: number): number {
    return this.isEmpty(ref) ? NONE : this.firstAt;
  }

  /** @hot The last entry, NONE when there is none. O(1). */
  last(ref: number): number {
    return this.previous(ref, this.endOf(ref));
  }

  /** @hot The entry behind `at`, NONE when that is the last one. O(1). */
  next(ref: number, at: number): number {
    const end = this.endOf(ref);
    const view = this.memory.window(ref, at, Math.min(MAX_HEADER_BYTES, end - at));
    const next = at + entryBytesAt(view, this.memory.windowBase);
    return next < end ? next : NONE;
  }

  /** @hot The entry before `at`, which is an entry or {@link endOf}; NONE when that is the first one. O(1). */
  previous(ref: number, at: number): number {
    if (at === this.firstAt) return NONE;
    const length = Math.min(MAX_HEADER_BYTES, at - this.firstAt);
    const view = this.memory.window(ref, at - length, length);
    return at - entryBytesBefore(view, this.memory.windowBase + length);
  }

  /**
   * The entry at `index`, from the end when that is negative (-1 is the last one); NONE when there is none. O(index).
   */
  seek(ref: number, index: number): number {
    const count = this.headerCount(ref);
    let forward = index >= 0;
    if (count !== COUNT_UNKNOWN) {
      const i = forward ? index : count + index;
      if (i < 0 || i >= count) return NONE;
      forward = i < count >> 1;
      index = forward ? i : i - count;
    }
    if (forward) {
      let at = this.first(ref);
      for (let i = 0; i < index && at !== NONE; i++) at = this.next(ref, at);
      return at;
    }
    let at = this.last(ref);
    for (let i = -1; i > index && at !== NONE; i--) at = this.previous(ref, at);
    return at;
  }

  // --- One entry ----------------------------------------------------------------------------------------------------

  /**
   * @hot Decodes the entry at `at` into {@link ListpackReader.entry}: an integer, or a string whose `offset` counts
   * from the block's first byte. O(1).
   */
  read(ref: number, at: number): void {
    const { entry, memory } = this;
    const view = memory.window(ref, at, Math.min(MAX_HEADER_BYTES, this.endOf(ref) - at));
    entry.decode(view, memory.windowBase);
    entry.offset += at - memory.windowBase;
  }

  /**
   * @hot Gives the entry at `at` as a string: `length` bytes of `bytes` and `view` at `from`. They are valid until the
   * next call of any method, or until the block is written or moves. O(1), O(length) in a snapshot.
   */
  render(ref: number, at: number): void {
    this.read(ref, at);
    const { entry, memory } = this;
    if (entry.isInteger) {
      this.bytes = this.digits;
      this.view = this.digitsView;
      this.from = 0;
      this.length = entry.integer.write(this.digits, 0);
      return;
    }
    this.view = memory.window(ref, entry.offset, entry.length);
    this.bytes = memory.windowBytes;
    this.from = memory.windowBase;
    this.length = entry.length;
  }

  /** @hot Gives the entry at `at` to a visitor, as a string. O(1), O(length) in a snapshot. */
  visit(ref: number, at: number, visitor: ElementVisitor): void {
    this.render(ref, at);
    visitor(this.bytes, this.view, this.from, this.length);
  }

  /** @hot Bytes of the entry at `at` as a string. O(1). */
  textLength(ref: number, at: number): number {
    this.read(ref, at);
    return this.entry.isInteger ? this.entry.integer.write(this.digits, 0) : this.entry.length;
  }

  /** @hot Whether the entry at `at` is this element. O(length). */
  equals(ref: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    this.read(ref, at);
    const { entry, memory } = this;
    if (entry.isInteger) {
      const { wanted } = this.finder;
      return wanted.parse(bytes, from, length) && entry.integer.compare(wanted.high, wanted.low) === 0;
    }
    if (entry.length !== length) return false;
    const own = memory.window(ref, entry.offset, length);
    return isEqual(memory.windowBytes, own, memory.windowBase, bytes, view, from, length);
  }

  /**
   * @hot The first of the entry at `at` and of every `stride`th behind it that is this element; NONE when none is, or
   * when `at` is NONE. O(size).
   */
  find(
    ref: number,
    at: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    stride: number,
  ): number {
    if (at === NONE) return NONE;
    const { memory } = this;
    const end = this.endOf(ref);
    const own = memory.window(ref, at, end - at);
    const base = memory.windowBase;
    const last = base + end - at;
    const found = findEntry(memory.windowBytes, own, base, last, bytes, view, from, length, stride, this.finder);
    return found < 0 ? NONE : found - base + at;
  }

  /** @hot What the header says. */
  protected headerCount(ref: number): number {
    return this.memory.i32(ref, (this.start >> 2) + 1) & COUNT_UNKNOWN;
  }

  private countAll(ref: number): number {
    const end = this.endOf(ref);
    const view = this.memory.window(ref, 0, end);
    const base = this.memory.windowBase;
    let count = 0;
    for (let at = base + this.firstAt; at < base + end; at += entryBytesAt(view, at)) count++;
    return count;
  }
}

/** Changes listpacks in the arena. Sources of bytes must not stand in the block that is changed. */
export class Listpacks extends ListpackReader {
  /** Where the entry begins that was inserted or replaced last. */
  placed = 0;
  private readonly arena: Arena;
  private readonly integer = new Int64();

  constructor(arena: Arena, start = 0) {
    super(arena, start);
    this.arena = arena;
  }

  /**
   * An empty listpack in a new block; the owner's header holds anything. O(1).
   * @param room for as many bytes of entries
   */
  create(room = 0): number {
    const { arena, start } = this;
    const ref = arena.alloc(this.firstAt + 1 + room);
    arena.setI32(ref, start >> 2, LISTPACK_HEADER_BYTES + 1);
    arena.setI32(ref, (start >> 2) + 1, LISTPACK_END << 16);
    return ref;
  }

  /** A listpack in a new block from one that {@link isValidListpack} has approved. O(length). */
  createFrom(bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const ref = this.arena.alloc(this.start + length);
    this.arena.copyIn(ref, this.start, bytes, view, from, length);
    return ref;
  }

  /**
   * @hot {@link ListpackReader.count}; where entries had to be counted and are few enough again, the header says so.
   */
  override count(ref: number): number {
    const count = super.count(ref);
    if (count < COUNT_UNKNOWN && this.headerCount(ref) === COUNT_UNKNOWN) this.setCount(ref, count);
    return count;
  }

  /** A copy in a new block, with the owner's header. O(size). */
  duplicate(ref: number): number {
    const bytes = this.start + this.byteLength(ref);
    const copy = this.arena.alloc(bytes);
    this.arena.move(copy, 0, ref, 0, bytes);
    return copy;
  }

  /**
   * Makes sure that entries of `bytes` bytes in all ({@link elementEntryBytes}) can be inserted without memory: several
   * entries, or none. O(1), O(size) when it moves.
   */
  reserve(ref: number, bytes: number): number {
    const used = this.start + this.byteLength(ref);
    const size = used + bytes;
    return size <= this.arena.blockSize(ref) ? ref : this.arena.realloc(ref, size, used);
  }

  /** Gives unused memory of the block back where that is worth it. O(1), O(size) when it moves. */
  shrink(ref: number): number {
    const used = this.start + this.byteLength(ref);
    return this.arena.realloc(ref, used, used);
  }

  // --- Inserting ----------------------------------------------------------------------------------------------------

  /** @hot Inserts an element before the entry at `at`, or at the end where `at` is {@link endOf}. O(size). */
  insertBefore(ref: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { integer } = this;
    if (integer.parse(bytes, from, length)) return this.insertIntegerBefore(ref, at, integer);
    return this.writeString(this.splice(ref, at, 0, stringEntryBytes(length), 1), at, bytes, view, from, length);
  }

  /** @hot Inserts an element behind the entry at `at`. O(size). */
  insertAfter(ref: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const next = this.next(ref, at);
    return this.insertBefore(ref, next === NONE ? this.endOf(ref) : next, bytes, view, from, length);
  }

  /** @hot Inserts an element at the end. O(1), O(size) when the block moves. */
  append(ref: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    return this.insertBefore(ref, this.endOf(ref), bytes, view, from, length);
  }

  /** @hot Inserts an element at the beginning. O(size). */
  prepend(ref: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    return this.insertBefore(ref, this.firstAt, bytes, view, from, length);
  }

  /** @hot {@link insertBefore} for an integer. O(size). */
  insertIntegerBefore(ref: number, at: number, integer: Int64): number {
    return this.writeInteger(this.splice(ref, at, 0, integerEntryBytes(integer), 1), at, integer);
  }

  /** @hot {@link append} for an integer. O(1), O(size) when the block moves. */
  appendInteger(ref: number, integer: Int64): number {
    return this.insertIntegerBefore(ref, this.endOf(ref), integer);
  }

  /**
   * Appends `count` entries of another listpack as they are: those in [from, to) of `source`. O(bytes).
   * @param to an entry, or the other's {@link endOf}
   */
  appendEntries(ref: number, source: number, from: number, to: number, count: number): number {
    return this.insertEntries(ref, this.endOf(ref), source, from, to, count);
  }

  /** {@link appendEntries}, before the entry at `at`. O(size). */
  insertEntries(ref: number, at: number, source: number, from: number, to: number, count: number): number {
    const moved = this.splice(ref, at, 0, to - from, count);
    this.arena.move(moved, at, source, from, to - from);
    this.placed = at;
    return moved;
  }

  // --- Replacing and deleting ---------------------------------------------------------------------------------------

  /** @hot Puts an element in the place of the entry at `at`. O(1) where it is as long, else O(size). */
  replace(ref: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { integer } = this;
    if (integer.parse(bytes, from, length)) return this.replaceInteger(ref, at, integer);
    const moved = this.splice(ref, at, this.entryBytes(ref, at), stringEntryBytes(length), 0);
    return this.writeString(moved, at, bytes, view, from, length);
  }

  /** @hot {@link replace} by an integer. O(1) where it is as long, else O(size). */
  replaceInteger(ref: number, at: number, integer: Int64): number {
    const size = integerEntryBytes(integer);
    return this.writeInteger(this.splice(ref, at, this.entryBytes(ref, at), size, 0), at, integer);
  }

  /**
   * @hot Deletes the entry at `at`; the next one stands there then, or the end. Needs no memory. O(size).
   */
  delete(ref: number, at: number): number {
    return this.splice(ref, at, this.entryBytes(ref, at), 0, -1);
  }

  /**
   * @hot Deletes `count` entries: those in [from, to), where `to` is an entry or {@link endOf}. Needs no memory.
   * O(size).
   */
  deleteBetween(ref: number, from: number, to: number, count: number): number {
    return this.splice(ref, from, to - from, 0, -count);
  }

  /**
   * Deletes up to `count` entries from `index` on, which counts from the end when it is negative. Needs no memory.
   * O(size).
   */
  deleteRange(ref: number, index: number, count: number): number {
    const from = count > 0 ? this.seek(ref, index) : NONE;
    if (from === NONE) return ref;
    let to = from;
    let deleted = 0;
    while (deleted < count && to !== NONE) {
      to = this.next(ref, to);
      deleted++;
    }
    return this.deleteBetween(ref, from, to === NONE ? this.endOf(ref) : to, deleted);
  }

  /** @hot Bytes of the entry at `at`. */
  private entryBytes(ref: number, at: number): number {
    const { arena } = this;
    return entryBytesAt(arena.view(ref), arena.base(ref) + at);
  }

  /** @hot Makes room at `at`, for `size` bytes in place of `old` ones and `added` entries more; the header follows. */
  private splice(ref: number, at: number, old: number, size: number, added: number): number {
    if (old === size && added === 0) return ref;
    const { arena, start } = this;
    const used = start + this.byteLength(ref);
    const newUsed = used + size - old;
    const word = start >> 2;
    const count = this.headerCount(ref);
    const newCount = added === 0 || count === COUNT_UNKNOWN ? count : Math.min(count + added, COUNT_UNKNOWN);
    if (newUsed > used && newUsed > arena.blockSize(ref)) ref = arena.realloc(ref, newUsed, used);
    if (newUsed !== used) {
      arena.move(ref, at + size, ref, at + old, used - at - old);
      arena.setI32(ref, word, newUsed - start);
    }
    if (newCount !== count) this.setCount(ref, newCount);
    return newUsed < used ? arena.realloc(ref, newUsed, newUsed) : ref;
  }

  /** @hot */
  private setCount(ref: number, count: number): void {
    this.arena.setU8(ref, this.start + 4, count & 0xff);
    this.arena.setU8(ref, this.start + 5, count >>> 8);
  }

  /** @hot Writes a string where there is room for its entry. */
  private writeString(
    ref: number,
    at: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
  ): number {
    const { arena } = this;
    arena.willWrite(ref, at, stringEntryBytes(length));
    const to = arena.base(ref) + at;
    writeStringEntry(arena.bytes[ref >>> SLAB_SHIFT]!, arena.view(ref), to, bytes, view, from, length);
    this.placed = at;
    return ref;
  }

  /** @hot Writes an integer where there is room for its entry. */
  private writeInteger(ref: number, at: number, integer: Int64): number {
    const { arena } = this;
    arena.willWrite(ref, at, integerEntryBytes(integer));
    writeIntegerEntry(arena.view(ref), arena.base(ref) + at, integer);
    this.placed = at;
    return ref;
  }
}
