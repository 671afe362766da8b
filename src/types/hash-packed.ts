/**
 * Small hashes: pairs in one listpack, plain or with an expire time behind each value (hash-layout.ts draws both).
 * Methods take and return roots; a pair is known by the offset of its field.
 */
import { type Arena, NONE, SLAB_SHIFT } from '../memory/index.js';
import { type HashPair, NO_FIELD_EXPIRE, TIMER_BYTES } from './hash-layout.js';
import { Int64 } from './int64.js';
import { Listpacks } from './listpack.js';
import { elementEntryBytes, entryBytesAt, integerEntryBytes } from './listpack-entry.js';

/** No expire time, as an entry has it. Not to be changed. */
export const NO_TIME: Int64 = new Int64();
/** Bytes of the entry that stands for no expire time. */
const NO_TIME_BYTES = integerEntryBytes(NO_TIME);

/** A quarter of what a listpack may be: larger ones are slow long before, and a pair more never exceeds the limit. */
const MAX_PACKED_BYTES = 1 << 28;

export class PackedHashes {
  readonly lists: Listpacks;
  /** Entries of a pair: 2, or 3 with an expire time. */
  readonly stride: number;
  private readonly arena: Arena;
  private readonly isTimed: boolean;
  private readonly time = new Int64();
  private readonly sizer = new Int64();
  private scratch = new Uint8Array(256);
  private scratchView = new DataView(this.scratch.buffer);

  /** @param isTimed whether pairs have expire times, and roots a timer */
  constructor(arena: Arena, isTimed: boolean) {
    this.arena = arena;
    this.isTimed = isTimed;
    this.stride = isTimed ? 3 : 2;
    this.lists = new Listpacks(arena, isTimed ? TIMER_BYTES : 0);
  }

  /** An empty hash; its timer, if it has one, stands still. @param room for so many bytes of entries */
  create(room = 0): number {
    const root = this.lists.create(room);
    if (this.isTimed) this.arena.zero(root, 0, TIMER_BYTES);
    return root;
  }

  /** @hot The pair with this field, NONE when there is none. O(size). */
  find(root: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { lists } = this;
    return lists.find(root, lists.first(root), bytes, view, from, length, this.stride);
  }

  /** @hot Reads value and expire time of a pair. O(1). */
  loadValue(root: number, at: number, pair: HashPair): void {
    const { arena } = this;
    const view = arena.view(root);
    const field = arena.base(root) + at;
    const end = pair.takeValueEntry(arena.bytes[root >>> SLAB_SHIFT]!, view, field + entryBytesAt(view, field));
    if (this.isTimed) pair.takeTimeEntry(view, end);
    else pair.expireAt = NO_FIELD_EXPIRE;
  }

  /** Reads a pair. O(1). */
  load(root: number, at: number, pair: HashPair): void {
    const { arena } = this;
    const view = arena.view(root);
    const end = pair.takeEntries(arena.bytes[root >>> SLAB_SHIFT]!, view, arena.base(root) + at);
    if (this.isTimed) pair.takeTimeEntry(view, end);
    else pair.expireAt = NO_FIELD_EXPIRE;
  }

  /** @hot Whether a pair of `bytes` bytes more would make the listpack longer than it may be. O(1). */
  isFull(root: number, bytes: number): boolean {
    return this.lists.byteLength(root) + bytes > MAX_PACKED_BYTES;
  }

  /** @hot Adds a pair whose field is not there, without an expire time. O(1), O(size) where the root moves. */
  add(
    root: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    valueBytes: Uint8Array,
    valueView: DataView,
    valueFrom: number,
    valueLength: number,
  ): number {
    const { lists, sizer } = this;
    const size =
      elementEntryBytes(bytes, from, length, sizer) +
      elementEntryBytes(valueBytes, valueFrom, valueLength, sizer) +
      (this.isTimed ? NO_TIME_BYTES : 0);
    const moved = lists.reserve(root, size); // so that there is never a field without a value
    lists.append(moved, bytes, view, from, length);
    lists.append(moved, valueBytes, valueView, valueFrom, valueLength);
    if (this.isTimed) lists.appendInteger(moved, NO_TIME);
    return moved;
  }

  /** @hot Gives a pair another value. O(1) where it is as long, else O(size). */
  setValue(root: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    return this.lists.replace(root, this.valueAt(root, at), bytes, view, from, length);
  }

  /** Gives a pair another expire time, or none; it moves to where that belongs. O(size). */
  setTime(root: number, at: number, atMs: number): number {
    const { lists, time } = this;
    time.set(atMs);
    const moved = lists.replaceInteger(root, lists.next(root, this.valueAt(root, at)), time);
    this.moveTo(moved, at, this.placeFor(moved, at, atMs));
    return moved;
  }

  /** @hot Deletes a pair. Needs no memory. O(size). */
  remove(root: number, at: number): number {
    return this.lists.deleteBetween(root, at, this.behind(root, at), this.stride);
  }

  /** The expire time of the pair that is due first; NO_FIELD_EXPIRE when none is. O(1). */
  firstTime(root: number): number {
    const { lists } = this;
    const first = lists.first(root);
    return first === NONE ? NO_FIELD_EXPIRE : this.timeOf(root, first);
  }

  /** @hot Where the value of a pair stands. */
  private valueAt(root: number, at: number): number {
    const { arena } = this;
    return at + entryBytesAt(arena.view(root), arena.base(root) + at);
  }

  /** @hot Where the next pair stands, or the end. */
  private behind(root: number, at: number): number {
    const { arena, stride } = this;
    const view = arena.view(root);
    const base = arena.base(root);
    let end = base + at;
    for (let i = 0; i < stride; i++) end += entryBytesAt(view, end);
    return end - base;
  }

  private timeOf(root: number, at: number): number {
    const { lists } = this;
    lists.read(root, lists.next(root, this.valueAt(root, at)));
    return lists.entry.integer.value;
  }

  /** Before which pair, or the end, the one at `at` belongs with this expire time. */
  private placeFor(root: number, at: number, atMs: number): number {
    const end = this.lists.endOf(root);
    if (atMs === NO_FIELD_EXPIRE) return end;
    let place = this.lists.firstAt;
    while (place < end) {
      const time = this.timeOf(root, place);
      if (place !== at && (time === NO_FIELD_EXPIRE || time > atMs)) break;
      place = this.behind(root, place);
    }
    return place;
  }

  /** Moves a pair before another place: those between give way. */
  private moveTo(root: number, at: number, place: number): void {
    const { arena } = this;
    const behind = this.behind(root, at);
    const size = behind - at;
    if (place >= at && place <= behind) return;
    if (size > this.scratch.length) {
      this.scratch = new Uint8Array(size * 2);
      this.scratchView = new DataView(this.scratch.buffer);
    }
    arena.copyOut(root, at, this.scratch, this.scratchView, 0, size);
    if (place < at) arena.move(root, place + size, root, place, at - place);
    else arena.move(root, at, root, behind, place - behind);
    arena.copyIn(root, place < at ? place : place - size, this.scratch, this.scratchView, 0, size);
  }
}
