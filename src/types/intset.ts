/**
 * Intsets: small sets of integers, sorted, in one run of bytes. The format is that of Redis' intset.c, byte for byte.
 *
 * ```
 *   +-------------+-------------+-------+-------+-- --+-------+--------+
 *   | width (u32) | count (u32) | least | ...   | ... | most  | unused |      width: 2, 4 or 8 bytes an integer, signed,
 *   +-------------+-------------+-------+-------+-- --+-------+--------+      little-endian
 * ```
 * 1. The integers ascend, and no two are equal.
 * 2. The width is what the widest integer needs that has ever been there: it never becomes less again.
 * 3. Methods that change an intset return the block where it stands then. One that throws has changed nothing.
 */
import type { Arena, MemoryReader } from '../memory/index.js';
import { INT64_TEXT_MAX } from '../util/numbers.js';
import { Int64 } from './int64.js';
import type { ElementVisitor } from './value.js';

const HEADER_BYTES = 8;

/** Reads intsets, in the arena or in a snapshot. */
export class IntsetReader {
  /** What {@link read} has read. */
  readonly integer = new Int64();
  /** The integer that {@link render} gave as text: `length` bytes of `bytes` from 0 on. */
  readonly bytes = new Uint8Array(INT64_TEXT_MAX + 4);
  /** The same memory as `bytes`. */
  readonly view = new DataView(this.bytes.buffer);
  length = 0;
  /** Where the last search ended: the place of the integer, or where it would have to be inserted. */
  protected place = 0;
  private readonly memory: MemoryReader;

  constructor(memory: MemoryReader) {
    this.memory = memory;
  }

  /** @hot How many integers there are. O(1). */
  count(ref: number): number {
    return this.memory.i32(ref, 1);
  }

  /** @hot Bytes of an integer: 2, 4 or 8. O(1). */
  width(ref: number): number {
    return this.memory.i32(ref, 0);
  }

  /** @hot Bytes of the intset. O(1). */
  byteLength(ref: number): number {
    return HEADER_BYTES + this.count(ref) * this.width(ref);
  }

  /** @hot Reads the integer at `index`, in ascending order, into {@link IntsetReader.integer}. O(1). */
  read(ref: number, index: number): void {
    const { integer, memory } = this;
    const width = this.width(ref);
    if (width === 8) {
      integer.setWords(memory.i32(ref, 3 + 2 * index), memory.i32(ref, 2 + 2 * index));
      return;
    }
    const low = this.int32At(ref, width, index);
    integer.setWords(low >> 31, low);
  }

  /**
   * @hot Gives the integer at `index` as text: `length` bytes of `bytes` and `view` from 0 on, until the next call.
   * O(1).
   */
  render(ref: number, index: number): void {
    this.read(ref, index);
    this.length = this.integer.write(this.bytes, 0);
  }

  /** @hot Gives the integer at `index` to a visitor, as text. O(1). */
  visit(ref: number, index: number, visitor: ElementVisitor): void {
    this.render(ref, index);
    visitor(this.bytes, this.view, 0, this.length);
  }

  /** @hot Where the integer stands, -1 when it is not there. O(log count). */
  indexOf(ref: number, integer: Int64): number {
    return this.search(ref, integer) ? this.place : -1;
  }

  /** @hot Whether the integer is there. O(log count). */
  has(ref: number, integer: Int64): boolean {
    return this.search(ref, integer);
  }

  /** @hot Looks for an integer, and sets {@link place}. An integer that is too wide to be there belongs to an end. */
  protected search(ref: number, wanted: Int64): boolean {
    const width = this.width(ref);
    const { high, low } = wanted;
    let from = 0;
    let to = this.count(ref);
    if (widthOf(wanted) > width) {
      this.place = high < 0 ? 0 : to;
      return false;
    }
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = width === 8 ? this.compareAt(ref, middle, wanted) : this.int32At(ref, width, middle) - low;
      if (order === 0) {
        this.place = middle;
        return true;
      }
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    this.place = from;
    return false;
  }

  /** @hot Below, equal to or above 0 as the integer of 8 bytes at `index` is below, equal to or above `wanted`. */
  private compareAt(ref: number, index: number, wanted: Int64): number {
    return -wanted.compare(this.memory.i32(ref, 3 + 2 * index), this.memory.i32(ref, 2 + 2 * index));
  }

  /** @hot The integer of 2 or 4 bytes at `index`. */
  private int32At(ref: number, width: number, index: number): number {
    if (width === 4) return this.memory.i32(ref, 2 + index);
    // Two of them to a word.
    return (this.memory.i32(ref, 2 + (index >> 1)) << ((index & 1) === 0 ? 16 : 0)) >> 16;
  }
}

/** Changes intsets in the arena. */
export class Intsets extends IntsetReader {
  /** Whether the last {@link add} or {@link remove} has changed something. */
  changed = false;
  private readonly arena: Arena;

  constructor(arena: Arena) {
    super(arena);
    this.arena = arena;
  }

  /** An empty intset in a new block. O(1). @param room for so many integers of 2 bytes */
  create(room = 0): number {
    const { arena } = this;
    const ref = arena.alloc(HEADER_BYTES + 2 * room);
    arena.setI32(ref, 0, 2);
    arena.setI32(ref, 1, 0);
    return ref;
  }

  /** An intset in a new block from one that {@link isValidIntset} has approved. O(length). */
  createFrom(bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const ref = this.arena.alloc(length);
    this.arena.copyIn(ref, 0, bytes, view, from, length);
    return ref;
  }

  /** A copy in a new block. O(count). */
  duplicate(ref: number): number {
    const bytes = this.byteLength(ref);
    const copy = this.arena.alloc(bytes);
    this.arena.move(copy, 0, ref, 0, bytes);
    return copy;
  }

  /** @hot Adds an integer where it is not there: {@link Intsets.changed} says. O(count). */
  add(ref: number, integer: Int64): number {
    this.changed = !this.search(ref, integer);
    if (!this.changed) return ref;
    const at = this.place;
    const count = this.count(ref);
    const width = widthOf(integer);
    if (width > this.width(ref)) ref = this.widen(ref, width, at === 0 ? 1 : 0);
    else {
      const own = this.width(ref);
      ref = this.reserve(ref, own);
      this.arena.move(ref, HEADER_BYTES + (at + 1) * own, ref, HEADER_BYTES + at * own, (count - at) * own);
    }
    this.put(ref, this.width(ref), at, integer.high, integer.low);
    this.arena.setI32(ref, 1, count + 1);
    return ref;
  }

  /** @hot Takes an integer out where it is there: {@link Intsets.changed} says. Needs no memory. O(count). */
  remove(ref: number, integer: Int64): number {
    const index = this.indexOf(ref, integer);
    this.changed = index >= 0;
    return this.changed ? this.removeAt(ref, index) : ref;
  }

  /** @hot Takes the integer at `index` out. Needs no memory. O(count). */
  removeAt(ref: number, index: number): number {
    const { arena } = this;
    const width = this.width(ref);
    const count = this.count(ref) - 1;
    const at = HEADER_BYTES + index * width;
    arena.move(ref, at, ref, at + width, (count - index) * width);
    arena.setI32(ref, 1, count);
    const bytes = HEADER_BYTES + count * width;
    return arena.realloc(ref, bytes, bytes);
  }

  /** @hot Room for one integer more. */
  private reserve(ref: number, width: number): number {
    const used = this.byteLength(ref);
    return used + width <= this.arena.blockSize(ref) ? ref : this.arena.realloc(ref, used + width, used);
  }

  /** Gives every integer the width `width`, room for one more, and moves them `by` places up. */
  private widen(ref: number, width: number, by: number): number {
    const { arena, integer } = this;
    const count = this.count(ref);
    const bytes = HEADER_BYTES + (count + 1) * width;
    if (bytes > arena.blockSize(ref)) ref = arena.realloc(ref, bytes, this.byteLength(ref));
    // From the last one on: what is written lies behind what is still to be read.
    for (let i = count - 1; i >= 0; i--) {
      this.read(ref, i);
      this.put(ref, width, i + by, integer.high, integer.low);
    }
    arena.setI32(ref, 0, width);
    return ref;
  }

  /** @hot Writes an integer at `index`. */
  private put(ref: number, width: number, index: number, high: number, low: number): void {
    const { arena } = this;
    const at = HEADER_BYTES + index * width;
    if (width === 2) {
      arena.setU8(ref, at, low & 0xff);
      arena.setU8(ref, at + 1, (low >>> 8) & 0xff);
      return;
    }
    arena.setI32(ref, at >> 2, low);
    if (width === 8) arena.setI32(ref, (at >> 2) + 1, high);
  }
}

/** @hot Bytes that an integer needs: 2, 4 or 8. O(1). */
export function widthOf(integer: Int64): number {
  const { high, low } = integer;
  if (high !== low >> 31) return 8;
  return low === (low << 16) >> 16 ? 2 : 4;
}

/** Whether `length` bytes at `from` are an intset that is not empty: for what comes from elsewhere. O(length). */
export function isValidIntset(view: DataView, from: number, length: number): boolean {
  if (length < HEADER_BYTES) return false;
  const width = view.getUint32(from, true);
  if (width !== 2 && width !== 4 && width !== 8) return false;
  const count = view.getUint32(from + 4, true);
  if (count === 0 || HEADER_BYTES + count * width !== length) return false;
  const previous = new Int64();
  const integer = new Int64();
  for (let i = 0; i < count; i++) {
    const at = from + HEADER_BYTES + i * width;
    if (width === 8) integer.setWords(view.getInt32(at + 4, true), view.getInt32(at, true));
    else integer.set(width === 2 ? view.getInt16(at, true) : view.getInt32(at, true));
    if (i > 0 && previous.compare(integer.high, integer.low) >= 0) return false;
    previous.setWords(integer.high, integer.low);
  }
  return true;
}
