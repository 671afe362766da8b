/**
 * A list of blocks in the order of the names that they carry, byte by byte, as Redis' radix trees list them: the groups
 * of a stream and the consumers of a group.
 *
 * ```
 *   owner   word at   the list, NONE when it is empty
 *   list    word 0    how many blocks           word 1 ..   the blocks, by name
 *   block   word n    length of the name, its bytes behind it
 * ```
 * There are a few, or some thousands: entering one moves 4 bytes for each that comes behind it.
 */
import { type Arena, type MemoryReader, NONE } from '../../memory/index.js';

const COUNT = 0;
const FIRST = 1;

/** Reads lists of blocks that carry their names in one place. */
export class NameTableReader {
  /** Where the name that was looked for last stands, or would stand. */
  protected index = 0;

  /**
   * @param at the word of the list in the block of its owner
   * @param nameWord the word of the name's length in the blocks
   */
  constructor(
    private readonly source: MemoryReader,
    protected readonly at: number,
    protected readonly nameWord: number,
  ) {}

  /** @hot How many blocks there are. O(1). */
  count(owner: number): number {
    const list = this.source.i32(owner, this.at);
    return list === NONE ? 0 : this.source.i32(list, COUNT);
  }

  /** @hot Block `i` in the order of names. O(1). */
  get(owner: number, i: number): number {
    return this.source.i32(this.source.i32(owner, this.at), FIRST + i);
  }

  /** @hot The block with this name, NONE when there is none. O(log blocks). */
  find(owner: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const list = this.source.i32(owner, this.at);
    let low = 0;
    let high = list === NONE ? 0 : this.source.i32(list, COUNT);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = this.source.i32(list, FIRST + middle);
      const order = this.compareName(block, bytes, view, from, length);
      if (order === 0) {
        this.index = middle;
        return block;
      }
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    this.index = low;
    return NONE;
  }

  /** Bytes of a block's name. O(1). */
  nameLength(block: number): number {
    return this.source.i32(block, this.nameWord);
  }

  /** @hot Copies a block's name to `target` at `at`. O(length). */
  nameInto(block: number, target: Uint8Array, view: DataView, at: number): void {
    this.source.copyOut(block, (this.nameWord + 1) << 2, target, view, at, this.nameLength(block));
  }

  /** A copy of a block's name. */
  nameOf(block: number): Uint8Array {
    const name = new Uint8Array(this.nameLength(block));
    this.nameInto(block, name, new DataView(name.buffer), 0);
    return name;
  }

  /** Bytes of the list itself. O(1). */
  listBytes(owner: number): number {
    const list = this.source.i32(owner, this.at);
    return list === NONE ? 0 : this.source.blockSize(list);
  }

  /** @hot Negative, 0 or positive as the block's name comes before, is, or comes behind this one. */
  private compareName(block: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const own = this.source.i32(block, this.nameWord);
    const common = Math.min(own, length);
    const order = this.source.compare(block, (this.nameWord + 1) << 2, bytes, view, from, common);
    return order === 0 ? own - length : order;
  }
}

/** Lists that can be changed. */
export class NameTable extends NameTableReader {
  private readonly arena: Arena;

  constructor(arena: Arena, at: number, nameWord: number) {
    super(arena, at, nameWord);
    this.arena = arena;
  }

  /**
   * A new block with this name, entered in the list, which has none of this name yet; what else stands in it is the
   * caller's to set. O(blocks), a move of 4 bytes for each.
   */
  add(owner: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena, at, nameWord } = this;
    this.find(owner, bytes, view, from, length);
    const { index } = this;
    const count = this.count(owner);
    const block = arena.alloc(((nameWord + 1) << 2) + length);
    try {
      this.makeRoom(owner, count);
    } catch (error) {
      arena.free(block);
      throw error;
    }
    arena.setI32(block, nameWord, length);
    arena.copyIn(block, (nameWord + 1) << 2, bytes, view, from, length);
    const list = arena.i32(owner, at);
    const word = FIRST + index;
    if (index < count) arena.move(list, (word + 1) << 2, list, word << 2, (count - index) << 2);
    arena.setI32(list, word, block);
    arena.setI32(list, COUNT, count + 1);
    return block;
  }

  /** Takes a block out of the list and frees it. O(blocks). */
  remove(owner: number, block: number): void {
    const { arena } = this;
    const list = arena.i32(owner, this.at);
    let index = 0;
    while (arena.i32(list, FIRST + index) !== block) index++;
    this.removeAt(owner, index);
  }

  /** Takes the last block out of the list and frees it. O(1). */
  removeLast(owner: number): void {
    this.removeAt(owner, this.count(owner) - 1);
  }

  private removeAt(owner: number, index: number): void {
    const { arena, at } = this;
    const list = arena.i32(owner, at);
    const count = arena.i32(list, COUNT);
    arena.free(arena.i32(list, FIRST + index));
    if (count === 1) {
      arena.free(list);
      arena.setI32(owner, at, NONE);
      return;
    }
    const word = FIRST + index;
    if (index < count - 1) arena.move(list, word << 2, list, (word + 1) << 2, (count - 1 - index) << 2);
    arena.setI32(list, COUNT, count - 1);
    const there = arena.realloc(list, listBytes(count - 1), listBytes(count - 1));
    if (there !== list) arena.setI32(owner, at, there);
  }

  /** Lets an owner have an empty list. O(1). */
  init(owner: number): void {
    this.arena.setI32(owner, this.at, NONE);
  }

  private makeRoom(owner: number, count: number): void {
    const { arena, at } = this;
    const list = arena.i32(owner, at);
    if (list === NONE) {
      const created = arena.alloc(listBytes(1));
      arena.setI32(created, COUNT, 0);
      arena.setI32(owner, at, created);
    } else if (listBytes(count + 1) > arena.blockSize(list)) {
      // An eighth more, so that the lists of thousands are not copied for each.
      arena.setI32(owner, at, arena.realloc(list, listBytes(count + 1 + (count >>> 3)), listBytes(count)));
    }
  }
}

function listBytes(count: number): number {
  return (FIRST + count) << 2;
}
