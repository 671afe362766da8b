/**
 * A run of listpack entries in a block with room at both ends, so that neither end moves the whole when it grows: what
 * small lists and the nodes of large ones consist of.
 *
 * ```
 *   block  | floor | room | entry | entry | ... | entry | room |
 *          0              start                         start + size
 * ```
 * One object edits all runs: `load` it, change it, and store its fields again where they came from, since `block` and
 * `start` change on the way.
 *
 * 1. The entries stand in [start, start + size) of the block; nothing of the run stands before `floor`.
 * 2. Entries alone: no header and no end, so that a file's listpack is they with six bytes before and one behind.
 * 3. What needs memory asks for it before it changes anything. What removes entries needs none.
 */
import { type Arena, isOutOfMemory, NONE, SLAB_SHIFT } from '../memory/index.js';
import type { ListElement } from './list-element.js';
import { entryBytesAt, entryBytesBefore } from './listpack-entry.js';

/** Bytes that a block that grows gets as room at least. */
const LEAST_ROOM = 16;
/** Blocks up to this size are not worth being exchanged for smaller ones. */
const SMALL_BLOCK = 64;

export class PackedRun {
  block = NONE;
  start = 0;
  size = 0;
  count = 0;
  /** Bytes at the beginning of the block that are somebody else's. */
  floor = 0;
  /** Bytes that the block is to have at most, room included; more only where the entries need it. */
  mostBytes = 0;
  /** A block that grows becomes larger by its needed bytes shifted by so much. */
  growthShift = 2;
  /** Whether it may grow at both ends: then the end that does not grow now gets some of the room. */
  growsAtBothEnds = true;
  private readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** @hot Begins to work on a run. */
  load(block: number, start: number, size: number, count: number): void {
    this.block = block;
    this.start = start;
    this.size = size;
    this.count = count;
  }

  /**
   * Begins a run without entries in a new block with room for `bytes` bytes of them, which will come at one end. O(1).
   */
  create(bytes: number, atFront: boolean): void {
    const { arena, floor } = this;
    this.block = arena.alloc(floor + bytes);
    this.start = atFront ? arena.blockSize(this.block) : floor;
    this.size = 0;
    this.count = 0;
  }

  // --- Positions ----------------------------------------------------------------------------------------------------

  /** Where entry `index` begins, counted from the first one; `index` may be `count`. O(entries from the nearer end). */
  offsetOf(index: number): number {
    const { arena, count, size } = this;
    const view = arena.view(this.block);
    const base = arena.base(this.block) + this.start;
    if (index <= count >>> 1) {
      let at = base;
      for (let i = 0; i < index; i++) at += entryBytesAt(view, at);
      return at - base;
    }
    let at = base + size;
    for (let i = count; i > index; i--) at -= entryBytesBefore(view, at);
    return at - base;
  }

  // --- Adding -------------------------------------------------------------------------------------------------------

  /** @hot Adds an element in front of the others. O(its length), amortised. */
  pushFront(element: ListElement): void {
    const { entryBytes } = element;
    if (this.start - this.floor < entryBytes) this.makeRoom(true, entryBytes);
    this.start -= entryBytes;
    this.size += entryBytes;
    this.count++;
    this.write(this.start, element);
  }

  /** @hot Adds an element behind the others. O(its length), amortised. */
  pushBack(element: ListElement): void {
    const { entryBytes } = element;
    const end = this.start + this.size;
    if (this.arena.blockSize(this.block) - end < entryBytes) {
      this.makeRoom(false, entryBytes);
      this.write(this.start + this.size, element);
    } else this.write(end, element);
    this.size += entryBytes;
    this.count++;
  }

  /** Adds an element before the entry that begins at `offset`, or behind the last one. O(size). */
  insert(offset: number, element: ListElement): void {
    this.open(offset, element.entryBytes);
    this.write(this.start + offset, element);
    this.count++;
  }

  /** Puts an element in the place of the entry at `offset`. O(size), O(its length) where both are as long. */
  replace(offset: number, element: ListElement): void {
    const { arena } = this;
    const old = entryBytesAt(arena.view(this.block), arena.base(this.block) + this.start + offset);
    const growth = element.entryBytes - old;
    if (growth > 0) this.open(offset, growth);
    else if (growth < 0) this.close(offset, -growth);
    this.write(this.start + offset, element);
  }

  /** Adds bytes [from, from + size) of another block, which are `count` entries, behind the others. O(size). */
  append(block: number, from: number, size: number, count: number): void {
    const { arena } = this;
    if (arena.blockSize(this.block) - this.start - this.size < size) this.makeRoom(false, size);
    arena.move(this.block, this.start + this.size, block, from, size);
    this.size += size;
    this.count += count;
  }

  // --- Removing -----------------------------------------------------------------------------------------------------

  /** @hot Removes the first or the last entry; there is one. O(1). */
  pop(atFront: boolean): void {
    const { arena, block, start, size } = this;
    const view = arena.view(block);
    const base = arena.base(block) + start;
    const bytes = atFront ? entryBytesAt(view, base) : entryBytesBefore(view, base + size);
    if (atFront) this.start = start + bytes;
    this.size = size - bytes;
    this.count--;
  }

  /** Removes `count` entries from entry `index` on, which are there. O(size). */
  remove(index: number, count: number): void {
    const from = this.offsetOf(index);
    const to = this.offsetOf(index + count);
    this.close(from, to - from);
    this.count -= count;
  }

  /**
   * Removes entries that are `element`: the first `skipped` of them stay, and of the others those behind the first
   * `most`. There are as many. O(size).
   */
  removeEqual(element: ListElement, skipped: number, most: number): void {
    const { arena, block, start, size } = this;
    const bytes = arena.bytes[block >>> SLAB_SHIFT]!;
    const view = arena.view(block);
    const base = arena.base(block) + start;
    let to = 0;
    let keptFrom = 0;
    let left = most;
    for (let at = 0; left > 0; ) {
      const next = at + entryBytesAt(view, base + at);
      if (element.isEntry(bytes, view, base + at) && skipped-- <= 0) {
        if (to !== keptFrom) arena.move(block, start + to, block, start + keptFrom, at - keptFrom);
        to += at - keptFrom;
        keptFrom = next;
        left--;
      }
      at = next;
    }
    arena.move(block, start + to, block, start + keptFrom, size - keptFrom);
    this.size = to + size - keptFrom;
    this.count -= most;
  }

  /** Forgets all entries from the one at `offset` on; `count` of them stay. O(1). */
  truncate(offset: number, count: number): void {
    this.size = offset;
    this.count = count;
  }

  // --- Room ---------------------------------------------------------------------------------------------------------

  /** Lets the block go for a smaller one when little of it is used. O(size) then, O(1) otherwise. */
  shrink(): void {
    const { arena, floor, size } = this;
    const capacity = arena.blockSize(this.block);
    if (capacity > SMALL_BLOCK && floor + size <= capacity >>> 2) this.trim();
  }

  /** Gives all room back that makes a difference. O(size). */
  trim(): void {
    const { arena, floor, size } = this;
    const used = floor + size;
    const capacity = arena.blockSize(this.block);
    if (capacity - used <= LEAST_ROOM + (used >>> 3)) return;
    this.slide(floor);
    this.block = arena.realloc(this.block, used + (used >>> 4), used);
  }

  /** Moves the entries to `start`, from where on there is room for them. O(size). */
  slide(start: number): void {
    if (start === this.start) return;
    this.arena.move(this.block, start, this.block, this.start, this.size);
    this.start = start;
  }

  /**
   * Opens `bytes` bytes before the entry that begins at `offset`, which is where they are then. The shorter part moves.
   */
  private open(offset: number, bytes: number): void {
    const { arena } = this;
    const behind = this.size - offset;
    const atFront = offset < behind;
    if (atFront) {
      if (this.start - this.floor < bytes) this.makeRoom(true, bytes);
      arena.move(this.block, this.start - bytes, this.block, this.start, offset);
      this.start -= bytes;
    } else {
      if (arena.blockSize(this.block) - this.start - this.size < bytes) this.makeRoom(false, bytes);
      const from = this.start + offset;
      arena.move(this.block, from + bytes, this.block, from, behind);
    }
    this.size += bytes;
  }

  /** Closes `bytes` bytes from `offset` on. The shorter of the parts beside them moves. */
  private close(offset: number, bytes: number): void {
    const { arena, block, start } = this;
    const behind = this.size - offset - bytes;
    if (offset < behind) {
      arena.move(block, start + bytes, block, start, offset);
      this.start += bytes;
    } else arena.move(block, start + offset, block, start + offset + bytes, behind);
    this.size -= bytes;
  }

  /**
   * Makes room for `bytes` at one end, where there is too little: by moving the entries where the other end has plenty
   * of it, else in a larger block. The other end gets a quarter of what is left, if it may need it, so that those who
   * use both ends in turn do not move everything each time. O(size), amortised O(bytes).
   */
  private makeRoom(atFront: boolean, bytes: number): void {
    const { arena, floor, size } = this;
    const old = this.block;
    const needed = floor + size + bytes;
    let capacity = arena.blockSize(old);
    if (capacity - needed < size >>> 3 && this.moveOn(needed, capacity)) capacity = arena.blockSize(this.block);
    const other = this.growsAtBothEnds ? (capacity - needed) >>> 2 : 0;
    const start = atFront ? capacity - size - other : floor + other;
    arena.move(this.block, start, old, this.start, size);
    this.start = start;
    if (this.block !== old) arena.free(old);
  }

  /** Takes a larger block, if there is to be one: where the old one of `capacity` bytes will do, it needs no memory. */
  private moveOn(needed: number, capacity: number): boolean {
    const wanted = this.roomyBytes(needed);
    if (wanted <= capacity) return false;
    try {
      this.block = this.arena.alloc(wanted);
      return true;
    } catch (error) {
      if (needed <= capacity && isOutOfMemory(error)) return false;
      throw error;
    }
  }

  /** How large a block is to be that has to hold `needed` bytes and will have to hold more. O(1). */
  roomyBytes(needed: number): number {
    return Math.max(needed, Math.min(needed + Math.max(LEAST_ROOM, needed >>> this.growthShift), this.mostBytes));
  }

  /** @hot Writes an entry at `at` of the block. */
  private write(at: number, element: ListElement): void {
    const { arena, block } = this;
    arena.willWrite(block, at, element.entryBytes);
    element.write(arena.bytes[block >>> SLAB_SHIFT]!, arena.view(block), arena.base(block) + at);
  }
}
