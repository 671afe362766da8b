/**
 * A map from ids of 128 bits to a few words: the packed nodes of a stream by their first id, and what is pending. A
 * B+-tree whose root stands in a block of its owner, together with the ends of its linked leaves.
 *
 * ```
 *   owner      word at+0  root node, NONE when empty      at+2  last leaf
 *              word at+1  first leaf                      at+3  entries
 *                                                         at+4  levels, 0 when empty
 *
 *   node       word 0     entries (bits 0..15) | first used slot (bits 16..31)
 *                   1     slots
 *                   2  3  leaf: the leaves before and behind it, NONE at the ends
 *                   4 ..  slots: id (4 words, most significant first), then payload; of an inner node: a child
 *
 *   inner             [ -inf | 17-0 | 95-3 ]          the id of a child is at most its least one, and above all those of
 *                    /       |        \               the child before it; that of the first child means nothing
 *   leaf     [ 3-0 9-1 ] <-> [ 17-0 ] <-> [ 95-3 ]
 * ```
 * 1. The used slots of a node are [first, first + entries), ids ascending: what goes at either end moves nothing.
 * 2. All leaves have the same depth. Only a root that is a leaf has fewer slots than `leafSlots`.
 * 3. No node is empty. Of neighbours under one parent, one with a quarter of its slots used and one that has room for
 *    it are joined when an entry of the first goes, so that removing anywhere leaves no forest of small leaves.
 * 4. What needs memory is asked for before anything changes.
 *
 * Streams grow at their end and are read in order, so that a leaf that is full is left full, and a new one begun behind
 * it. Why not the radix tree that Redis has: docs/design/0005-streams.md.
 */
import { type MemoryReader, NONE } from '../../memory/index.js';
import { ID_WORDS, type StreamId } from './stream-id.js';

/** Words of a tree in the block of its owner. */
export const TREE_WORDS = 5;

export const WORD_ROOT = 0;
export const WORD_FIRST = 1;
export const WORD_LAST = 2;
export const WORD_COUNT = 3;
export const WORD_LEVELS = 4;

export const WORD_USED = 0;
export const WORD_SLOTS = 1;
export const WORD_PREVIOUS = 2;
export const WORD_NEXT = 3;
export const HEADER_WORDS = 4;

export const USED_MASK = 0xffff;
export const START_SHIFT = 16;

/** Words of a slot of an inner node. */
export const INNER_STRIDE = ID_WORDS + 1;
const MAX_LEVELS = 12;

/**
 * Reads trees of one kind. It has one position, which every `seek` sets, and on which `next`, `idOf` and `payload`
 * work: valid until a tree of this kind changes.
 */
export class IdTreeReader {
  /** The leaf of the position, NONE when there is none. */
  protected leaf = NONE;
  /** The entry in it, from 0. */
  protected index = 0;
  /** The way from the root to the position of {@link seek}: nodes, and the child that was taken in each. */
  protected readonly pathNodes = new Int32Array(MAX_LEVELS);
  protected readonly pathIndex = new Int32Array(MAX_LEVELS);
  protected readonly stride: number;

  /**
   * @param at the first word of the tree in the block of its owner
   * @param payloadWords words of an entry beside its id
   */
  constructor(
    private readonly source: MemoryReader,
    protected readonly at: number,
    payloadWords: number,
  ) {
    this.stride = ID_WORDS + payloadWords;
  }

  /** @hot How many entries the tree has. O(1). */
  count(owner: number): number {
    return this.source.i32(owner, this.at + WORD_COUNT);
  }

  /** @hot Goes to the entry of `id`: false where there is none, and the position is where it would be. O(log n). */
  seek(owner: number, id: StreamId): boolean {
    const { source: memory, at } = this;
    const levels = memory.i32(owner, at + WORD_LEVELS);
    let node = memory.i32(owner, at + WORD_ROOT);
    for (let level = 0; level < levels - 1; level++) {
      // The last child whose id is not above: the first one whatever its id says.
      const index = this.lowerBound(node, id, INNER_STRIDE, 1, true) - 1;
      this.pathNodes[level] = node;
      this.pathIndex[level] = index;
      node = memory.i32(node, slotWord(memory.i32(node, WORD_USED), index, INNER_STRIDE) + ID_WORDS);
    }
    this.leaf = node;
    if (node === NONE) return false;
    const index = this.lowerBound(node, id, this.stride, 0, false);
    this.index = index;
    const used = memory.i32(node, WORD_USED);
    return index < (used & USED_MASK) && this.isAt(node, slotWord(used, index, this.stride), id);
  }

  /** @hot Goes to the first entry at or above `id`; false when there is none. O(log n). */
  seekCeiling(owner: number, id: StreamId): boolean {
    this.seek(owner, id);
    if (this.leaf === NONE) return false;
    if (this.index < this.used(this.leaf)) return true;
    this.index--;
    return this.next();
  }

  /** @hot Goes to the last entry at or below `id`; false when there is none. O(log n). */
  seekFloor(owner: number, id: StreamId): boolean {
    if (this.seek(owner, id)) return true;
    if (this.leaf === NONE) return false;
    return this.previous();
  }

  /** @hot Goes to the first entry; false when there is none. O(1). */
  first(owner: number): boolean {
    this.leaf = this.source.i32(owner, this.at + WORD_FIRST);
    this.index = 0;
    return this.leaf !== NONE;
  }

  /** @hot Goes to the last entry; false when there is none. O(1). */
  last(owner: number): boolean {
    this.leaf = this.source.i32(owner, this.at + WORD_LAST);
    if (this.leaf === NONE) return false;
    this.index = this.used(this.leaf) - 1;
    return true;
  }

  /** @hot Goes to the entry behind; false, and there is no position any more, at the end. O(1). */
  next(): boolean {
    if (++this.index < this.used(this.leaf)) return true;
    this.leaf = this.source.i32(this.leaf, WORD_NEXT);
    this.index = 0;
    return this.leaf !== NONE;
  }

  /** @hot Goes to the entry before; false, and there is no position any more, at the beginning. O(1). */
  previous(): boolean {
    if (--this.index >= 0) return true;
    this.leaf = this.source.i32(this.leaf, WORD_PREVIOUS);
    if (this.leaf === NONE) return false;
    this.index = this.used(this.leaf) - 1;
    return true;
  }

  /** @hot Reads the id of the entry at the position. */
  idOf(id: StreamId): StreamId {
    return id.read(this.source, this.leaf, this.positionWord());
  }

  /** @hot Word `word` of the payload of the entry at the position. */
  payload(word: number): number {
    return this.source.i32(this.leaf, this.positionWord() + ID_WORDS + word);
  }

  /**
   * Bytes of the nodes of the tree; of at most so many leaves where `samples` is not 0, the others being taken for like
   * these. O(samples), O(nodes).
   */
  bytes(owner: number, samples: number): number {
    const { source: memory, at } = this;
    const entries = this.count(owner);
    let bytes = 0;
    let seen = 0;
    let leaves = 0;
    for (let leaf = memory.i32(owner, at + WORD_FIRST); leaf !== NONE; leaf = memory.i32(leaf, WORD_NEXT)) {
      if (samples !== 0 && leaves === samples) break;
      bytes += memory.blockSize(leaf);
      seen += this.used(leaf);
      leaves++;
    }
    if (seen < entries) return Math.round((bytes / seen) * entries);
    const levels = memory.i32(owner, at + WORD_LEVELS);
    return levels < 2 ? bytes : bytes + this.innerBytes(memory.i32(owner, at + WORD_ROOT), levels);
  }

  /** Bytes of an inner node and of those below it. */
  private innerBytes(node: number, levels: number): number {
    const { source: memory } = this;
    let bytes = memory.blockSize(node);
    if (levels === 2) return bytes;
    const used = memory.i32(node, WORD_USED);
    for (let i = 0; i < (used & USED_MASK); i++) {
      bytes += this.innerBytes(memory.i32(node, slotWord(used, i, INNER_STRIDE) + ID_WORDS), levels - 1);
    }
    return bytes;
  }

  /** @hot The word of the slot at the position. */
  protected positionWord(): number {
    return slotWord(this.source.i32(this.leaf, WORD_USED), this.index, this.stride);
  }

  /** @hot Entries of a node. */
  protected used(node: number): number {
    return this.source.i32(node, WORD_USED) & USED_MASK;
  }

  /**
   * @hot The first entry of a node from `low` on whose id is at or above `id`, or above it where `above` is set; the
   * number of entries when there is none. O(log slots).
   */
  protected lowerBound(node: number, id: StreamId, stride: number, low: number, above: boolean): number {
    const { source: memory } = this;
    const { msHigh, msLow, seqHigh, seqLow } = id;
    const used = memory.i32(node, WORD_USED);
    const base = slotWord(used, 0, stride);
    let high = used & USED_MASK;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const word = base + middle * stride;
      let a = memory.i32(node, word);
      let b = msHigh;
      if (a === b) {
        a = memory.i32(node, word + 1);
        b = msLow;
        if (a === b) {
          a = memory.i32(node, word + 2);
          b = seqHigh;
          if (a === b) {
            a = memory.i32(node, word + 3);
            b = seqLow;
          }
        }
      }
      if (a === b ? above : a >>> 0 < b >>> 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @hot Whether the slot at word `word` has this id. */
  private isAt(node: number, word: number, id: StreamId): boolean {
    const { source: memory } = this;
    return (
      memory.i32(node, word + 3) === id.seqLow &&
      memory.i32(node, word + 1) === id.msLow &&
      memory.i32(node, word + 2) === id.seqHigh &&
      memory.i32(node, word) === id.msHigh
    );
  }
}

/** @hot The word of the slot of entry `index`. @param used word WORD_USED of the node */
export function slotWord(used: number, index: number, stride: number): number {
  return HEADER_WORDS + ((used >>> START_SHIFT) + index) * stride;
}
