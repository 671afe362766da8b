/**
 * A map from ids of 128 bits to a few words: the packed nodes of a stream by their first id, and what is pending. A B+-tree
 * whose root stands in a block of its owner, together with the ends of its linked leaves.
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
 * 3. No node is empty. Of neighbours under one parent, one with a quarter of its slots used and one that has room for it are
 *    joined when an entry of the first goes, so that removing anywhere leaves no forest of small leaves.
 * 4. What needs memory is asked for before anything changes.
 *
 * Streams grow at their end and are read in order, so that a leaf that is full is left full, and a new one begun behind it.
 * Why not the radix tree that Redis has: docs/design/0005-streams.md.
 */
import { type Arena, type MemoryReader, NONE } from '../../memory/index.js';
import { ID_WORDS, type StreamId } from './stream-id.js';

/** Words of a tree in the block of its owner. */
export const TREE_WORDS = 5;

const ROOT = 0;
const FIRST = 1;
const LAST = 2;
const COUNT = 3;
const LEVELS = 4;

const USED = 0;
const SLOTS = 1;
const PREVIOUS = 2;
const NEXT = 3;
const HEADER_WORDS = 4;

const USED_MASK = 0xffff;
const START_SHIFT = 16;

/** Words of a node's slots, about: 1 KiB together with the header. Measured: docs/design/0005-streams.md. */
const NODE_WORDS = 252;
/** Slots of the first leaf of a tree. */
const FIRST_SLOTS = 4;
/** Words of a slot of an inner node. */
const INNER_STRIDE = ID_WORDS + 1;
const INNER_SLOTS = Math.floor(NODE_WORDS / INNER_STRIDE);
const MAX_LEVELS = 12;

/**
 * Reads trees of one kind. It has one position, which every `seek` sets, and on which `next`, `idOf` and `payload` work: valid
 * until a tree of this kind changes.
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
    return this.source.i32(owner, this.at + COUNT);
  }

  /** @hot Goes to the entry of `id`: false where there is none, and the position is where it would be. O(log n). */
  seek(owner: number, id: StreamId): boolean {
    const { source: memory, at } = this;
    const levels = memory.i32(owner, at + LEVELS);
    let node = memory.i32(owner, at + ROOT);
    for (let level = 0; level < levels - 1; level++) {
      // The last child whose id is not above: the first one whatever its id says.
      const index = this.lowerBound(node, id, INNER_STRIDE, 1, true) - 1;
      this.pathNodes[level] = node;
      this.pathIndex[level] = index;
      node = memory.i32(node, slotWord(memory.i32(node, USED), index, INNER_STRIDE) + ID_WORDS);
    }
    this.leaf = node;
    if (node === NONE) return false;
    const index = this.lowerBound(node, id, this.stride, 0, false);
    this.index = index;
    const used = memory.i32(node, USED);
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
    this.leaf = this.source.i32(owner, this.at + FIRST);
    this.index = 0;
    return this.leaf !== NONE;
  }

  /** @hot Goes to the last entry; false when there is none. O(1). */
  last(owner: number): boolean {
    this.leaf = this.source.i32(owner, this.at + LAST);
    if (this.leaf === NONE) return false;
    this.index = this.used(this.leaf) - 1;
    return true;
  }

  /** @hot Goes to the entry behind; false, and there is no position any more, at the end. O(1). */
  next(): boolean {
    if (++this.index < this.used(this.leaf)) return true;
    this.leaf = this.source.i32(this.leaf, NEXT);
    this.index = 0;
    return this.leaf !== NONE;
  }

  /** @hot Goes to the entry before; false, and there is no position any more, at the beginning. O(1). */
  previous(): boolean {
    if (--this.index >= 0) return true;
    this.leaf = this.source.i32(this.leaf, PREVIOUS);
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
   * Bytes of the nodes of the tree; of at most so many leaves where `samples` is not 0, the others being taken for like these.
   * O(samples), O(nodes).
   */
  bytes(owner: number, samples: number): number {
    const { source: memory, at } = this;
    const entries = this.count(owner);
    let bytes = 0;
    let seen = 0;
    let leaves = 0;
    for (let leaf = memory.i32(owner, at + FIRST); leaf !== NONE; leaf = memory.i32(leaf, NEXT)) {
      if (samples !== 0 && leaves === samples) break;
      bytes += memory.blockSize(leaf);
      seen += this.used(leaf);
      leaves++;
    }
    if (seen < entries) return Math.round((bytes / seen) * entries);
    const levels = memory.i32(owner, at + LEVELS);
    return levels < 2 ? bytes : bytes + this.innerBytes(memory.i32(owner, at + ROOT), levels);
  }

  /** Bytes of an inner node and of those below it. */
  private innerBytes(node: number, levels: number): number {
    const { source: memory } = this;
    let bytes = memory.blockSize(node);
    if (levels === 2) return bytes;
    const used = memory.i32(node, USED);
    for (let i = 0; i < (used & USED_MASK); i++) {
      bytes += this.innerBytes(memory.i32(node, slotWord(used, i, INNER_STRIDE) + ID_WORDS), levels - 1);
    }
    return bytes;
  }

  /** @hot The word of the slot at the position. */
  protected positionWord(): number {
    return slotWord(this.source.i32(this.leaf, USED), this.index, this.stride);
  }

  /** @hot Entries of a node. */
  protected used(node: number): number {
    return this.source.i32(node, USED) & USED_MASK;
  }

  /**
   * @hot The first entry of a node from `low` on whose id is at or above `id`, or above it where `above` is set; the number of
   * entries when there is none. O(log slots).
   */
  protected lowerBound(node: number, id: StreamId, stride: number, low: number, above: boolean): number {
    const { source: memory } = this;
    const { msHigh, msLow, seqHigh, seqLow } = id;
    const used = memory.i32(node, USED);
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

/** Trees of one kind, which can be changed. */
export class IdTree extends IdTreeReader {
  private readonly leafSlots: number;
  private readonly arena: Arena;

  constructor(arena: Arena, at: number, payloadWords: number) {
    super(arena, at, payloadWords);
    this.arena = arena;
    this.leafSlots = Math.floor(NODE_WORDS / this.stride);
  }

  /** Lets an owner have an empty tree. O(1). */
  init(owner: number): void {
    for (let word = 0; word < TREE_WORDS; word++) this.arena.setI32(owner, this.at + word, 0);
  }

  /** Blocks that adding an entry may need at most. O(1). */
  blocksToInsert(owner: number): number {
    return this.arena.i32(owner, this.at + LEVELS) + 1;
  }

  /** @hot Sets word `word` of the payload of the entry at the position. */
  setPayload(word: number, value: number): void {
    this.arena.setI32(this.leaf, this.positionWord() + ID_WORDS + word, value);
  }

  /**
   * @hot Makes an entry for `id`, which must have none, and goes to it; its payload is still to be set. O(log n), O(1) behind all
   * others, where the last leaf has room.
   */
  insert(owner: number, id: StreamId): void {
    const { arena, at, stride } = this;
    if (!this.isBehindAll(owner, id)) this.seek(owner, id);
    if (this.leaf === NONE) this.plant(owner);
    else if (this.used(this.leaf) === arena.i32(this.leaf, SLOTS)) this.makeRoom(owner, id);
    id.write(arena, this.leaf, this.open(this.leaf, this.index, stride));
    arena.setI32(owner, at + COUNT, arena.i32(owner, at + COUNT) + 1);
  }

  /** Takes away the entry of `id`; false when there is none. There is no position afterwards. O(log n). */
  remove(owner: number, id: StreamId): boolean {
    if (!this.seek(owner, id)) return false;
    const { arena, at } = this;
    const level = arena.i32(owner, at + LEVELS) - 1;
    this.close(this.leaf, this.index, this.stride);
    arena.setI32(owner, at + COUNT, arena.i32(owner, at + COUNT) - 1);
    this.tidy(owner, level, this.leaf);
    this.leaf = NONE;
    return true;
  }

  /**
   * Takes away the first entries, a leaf of them, and returns the leaf's block, which is the caller's to free; NONE when
   * the tree is empty. What it holds can be read with {@link leafEntries} and {@link leafPayload} until then. O(levels).
   */
  detachFirstLeaf(owner: number): number {
    const { arena, at, pathNodes, pathIndex } = this;
    const leaf = arena.i32(owner, at + FIRST);
    if (leaf === NONE) return NONE;
    const levels = arena.i32(owner, at + LEVELS);
    let node = arena.i32(owner, at + ROOT);
    for (let level = 0; level < levels - 1; level++) {
      pathNodes[level] = node;
      pathIndex[level] = 0;
      node = arena.i32(node, slotWord(arena.i32(node, USED), 0, INNER_STRIDE) + ID_WORDS);
    }
    arena.setI32(owner, at + COUNT, arena.i32(owner, at + COUNT) - this.used(leaf));
    this.unlink(owner, leaf);
    this.drop(owner, levels - 1);
    this.leaf = NONE;
    return leaf;
  }

  /** Entries of a leaf that was detached. */
  leafEntries(leaf: number): number {
    return this.used(leaf);
  }

  /** Word `word` of the payload of entry `i` of a leaf that was detached. */
  leafPayload(leaf: number, i: number, word: number): number {
    return this.arena.i32(leaf, slotWord(this.arena.i32(leaf, USED), i, this.stride) + ID_WORDS + word);
  }

  /** @hot Whether `id` comes behind all others and the last leaf has room for it; the position is there then. O(1). */
  isBehindAll(owner: number, id: StreamId): boolean {
    const { arena } = this;
    const leaf = arena.i32(owner, this.at + LAST);
    if (leaf === NONE) return false;
    const used = this.used(leaf);
    if (used === arena.i32(leaf, SLOTS) || this.lowerBound(leaf, id, this.stride, used - 1, false) !== used)
      return false;
    this.leaf = leaf;
    this.index = used;
    return true;
  }

  /** The first leaf of an empty tree; the position is in it. */
  private plant(owner: number): void {
    const { arena, at } = this;
    const slots = Math.min(FIRST_SLOTS, this.leafSlots);
    const leaf = this.newNode(slots, this.stride);
    arena.setI32(owner, at + ROOT, leaf);
    arena.setI32(owner, at + FIRST, leaf);
    arena.setI32(owner, at + LAST, leaf);
    arena.setI32(owner, at + LEVELS, 1);
    this.leaf = leaf;
    this.index = 0;
  }

  /** The leaf of the position is full: it grows, or another one is begun; the position is where `id` belongs. */
  private makeRoom(owner: number, id: StreamId): void {
    const { arena, at, stride } = this;
    const { leaf, index } = this;
    const slots = arena.i32(leaf, SLOTS);
    if (slots < this.leafSlots) return this.growRoot(owner, Math.min(slots * 2, this.leafSlots));
    const levels = arena.i32(owner, at + LEVELS);
    arena.reserve(levels + 1);
    const isBehind = index === slots && arena.i32(leaf, NEXT) === NONE;
    const kept = isBehind ? slots : slots >>> 1;
    const right = this.newNode(this.leafSlots, stride);
    this.linkBehind(owner, leaf, right);
    this.moveUpper(leaf, right, kept, stride);
    // What belongs between the two goes to the left one: the id of the right one in its parent stays its least.
    if (isBehind || index > kept) {
      this.leaf = right;
      this.index = index - kept;
    }
    if (isBehind) this.insertChild(owner, levels - 2, right, id.msHigh, id.msLow, id.seqHigh, id.seqLow);
    else this.insertChildLike(owner, levels - 2, right, right, stride);
  }

  /** A root that is a leaf gets a larger block. */
  private growRoot(owner: number, slots: number): void {
    const { arena, at, stride } = this;
    const old = this.leaf;
    const grown = arena.realloc(old, nodeBytes(slots, stride), nodeBytes(arena.i32(old, SLOTS), stride));
    arena.setI32(grown, SLOTS, slots);
    arena.setI32(owner, at + ROOT, grown);
    arena.setI32(owner, at + FIRST, grown);
    arena.setI32(owner, at + LAST, grown);
    this.leaf = grown;
  }

  /** Enters `child` behind the child that the path took at `level`, under the id in the first slot of `node`. */
  private insertChildLike(owner: number, level: number, child: number, node: number, stride: number): void {
    const { arena } = this;
    const word = slotWord(arena.i32(node, USED), 0, stride);
    const msHigh = arena.i32(node, word);
    const msLow = arena.i32(node, word + 1);
    this.insertChild(owner, level, child, msHigh, msLow, arena.i32(node, word + 2), arena.i32(node, word + 3));
  }

  /**
   * Enters `child` in the parent at `level` behind the child that the path took there; -1: there is no parent yet. Parents
   * that are full are divided.
   */
  private insertChild(
    owner: number,
    level: number,
    child: number,
    msHigh: number,
    msLow: number,
    seqHigh: number,
    seqLow: number,
  ): void {
    const { arena } = this;
    if (level < 0) this.raise(owner);
    const depth = Math.max(level, 0);
    let node = this.pathNodes[depth]!;
    let index = this.pathIndex[depth]! + 1;
    let right = NONE;
    if (this.used(node) === INNER_SLOTS) {
      const isLast = index === INNER_SLOTS;
      const kept = isLast ? INNER_SLOTS : INNER_SLOTS >>> 1;
      right = this.newNode(INNER_SLOTS, INNER_STRIDE);
      this.moveUpper(node, right, kept, INNER_STRIDE);
      if (index >= kept) {
        node = right;
        index -= kept;
      }
    }
    const word = this.open(node, index, INNER_STRIDE);
    arena.setI32(node, word, msHigh);
    arena.setI32(node, word + 1, msLow);
    arena.setI32(node, word + 2, seqHigh);
    arena.setI32(node, word + 3, seqLow);
    arena.setI32(node, word + 4, child);
    if (right !== NONE) this.insertChildLike(owner, depth - 1, right, right, INNER_STRIDE);
  }

  /** Puts a new root above the old one; the path begins with it. */
  private raise(owner: number): void {
    const { arena, at, pathNodes, pathIndex } = this;
    const old = arena.i32(owner, at + ROOT);
    const root = this.newNode(INNER_SLOTS, INNER_STRIDE);
    const word = this.open(root, 0, INNER_STRIDE);
    for (let i = 0; i < ID_WORDS; i++) arena.setI32(root, word + i, 0);
    arena.setI32(root, word + ID_WORDS, old);
    arena.setI32(owner, at + ROOT, root);
    arena.setI32(owner, at + LEVELS, arena.i32(owner, at + LEVELS) + 1);
    pathNodes[0] = root;
    pathIndex[0] = 0;
  }

  /** After an entry of `node`, at `level` of the path, has gone: an empty node goes, a sparse one may be joined with another. */
  private tidy(owner: number, level: number, node: number): void {
    const { arena } = this;
    const used = this.used(node);
    const isLeaf = level === arena.i32(owner, this.at + LEVELS) - 1;
    if (used === 0) {
      if (isLeaf) this.unlink(owner, node);
      arena.free(node);
      return this.drop(owner, level);
    }
    const slots = arena.i32(node, SLOTS);
    if (level === 0) {
      if (isLeaf) {
        if (used <= slots >>> 2 && slots > FIRST_SLOTS) this.shrinkRoot(owner, node, slots >>> 1);
      } else if (used === 1) this.lower(owner);
    } else if (used <= slots >>> 2) this.join(owner, level, node, isLeaf ? this.stride : INNER_STRIDE);
  }

  /** The node at `level` of the path has gone: so does its entry in its parent; without one, the tree is empty. */
  private drop(owner: number, level: number): void {
    if (level === 0) return this.init(owner);
    const parent = this.pathNodes[level - 1]!;
    this.close(parent, this.pathIndex[level - 1]!, INNER_STRIDE);
    this.tidy(owner, level - 1, parent);
  }

  /** A root with one child gives way to it. */
  private lower(owner: number): void {
    const { arena, at } = this;
    let levels = arena.i32(owner, at + LEVELS);
    let root = arena.i32(owner, at + ROOT);
    while (levels > 1 && this.used(root) === 1) {
      const child = arena.i32(root, slotWord(arena.i32(root, USED), 0, INNER_STRIDE) + ID_WORDS);
      arena.free(root);
      root = child;
      levels--;
    }
    arena.setI32(owner, at + ROOT, root);
    arena.setI32(owner, at + LEVELS, levels);
  }

  private shrinkRoot(owner: number, leaf: number, slots: number): void {
    const { arena, stride } = this;
    this.compact(leaf, stride);
    arena.setI32(leaf, SLOTS, slots);
    const there = arena.realloc(leaf, nodeBytes(slots, stride), nodeBytes(slots, stride));
    for (const word of [ROOT, FIRST, LAST]) arena.setI32(owner, this.at + word, there);
  }

  /** Joins a sparse node with a neighbour under the same parent, if one of the two has room for both. */
  private join(owner: number, level: number, node: number, stride: number): void {
    const { arena } = this;
    const parent = this.pathNodes[level - 1]!;
    const index = this.pathIndex[level - 1]!;
    const siblings = this.used(parent);
    const most = (arena.i32(node, SLOTS) * 3) >>> 2;
    let left = node;
    let right = NONE;
    let rightIndex = index + 1;
    if (index + 1 < siblings && this.used(this.child(parent, index + 1)) + this.used(node) <= most) {
      right = this.child(parent, index + 1);
    } else if (index > 0 && this.used(this.child(parent, index - 1)) + this.used(node) <= most) {
      left = this.child(parent, index - 1);
      right = node;
      rightIndex = index;
    } else return;
    // In the node itself the first child's id means nothing; in the parent, which has it behind another, it does.
    const isLeaf = level === arena.i32(owner, this.at + LEVELS) - 1;
    if (!isLeaf) this.copyId(parent, rightIndex, right);
    this.append(left, right, stride);
    if (isLeaf) this.unlink(owner, right);
    arena.free(right);
    this.close(parent, rightIndex, INNER_STRIDE);
    this.tidy(owner, level - 1, parent);
  }

  /** Copies the id of a child in its parent to the first slot of the child, which is an inner node. */
  private copyId(parent: number, index: number, child: number): void {
    const { arena } = this;
    const from = slotWord(arena.i32(parent, USED), index, INNER_STRIDE);
    const to = slotWord(arena.i32(child, USED), 0, INNER_STRIDE);
    arena.move(child, to << 2, parent, from << 2, ID_WORDS << 2);
  }

  private child(parent: number, index: number): number {
    return this.arena.i32(parent, slotWord(this.arena.i32(parent, USED), index, INNER_STRIDE) + ID_WORDS);
  }

  // --- Slots of one node --------------------------------------------------------------------------------------------

  private newNode(slots: number, stride: number): number {
    const { arena } = this;
    const node = arena.alloc(nodeBytes(slots, stride));
    arena.setI32(node, USED, 0);
    arena.setI32(node, SLOTS, slots);
    arena.setI32(node, PREVIOUS, NONE);
    arena.setI32(node, NEXT, NONE);
    return node;
  }

  /** @hot Opens a slot before entry `index` of a node that has room, and returns its word. O(slots). */
  private open(node: number, index: number, stride: number): number {
    const { arena } = this;
    const packed = arena.i32(node, USED);
    const used = packed & USED_MASK;
    const start = packed >>> START_SHIFT;
    const hasRoomBehind = start + used < arena.i32(node, SLOTS);
    if (start > 0 && (!hasRoomBehind || index < used >>> 1)) {
      const from = HEADER_WORDS + start * stride;
      if (index > 0) arena.move(node, (from - stride) << 2, node, from << 2, (index * stride) << 2);
      arena.setI32(node, USED, (used + 1) | ((start - 1) << START_SHIFT));
      return from + (index - 1) * stride;
    }
    const word = HEADER_WORDS + (start + index) * stride;
    if (index < used) arena.move(node, (word + stride) << 2, node, word << 2, ((used - index) * stride) << 2);
    arena.setI32(node, USED, packed + 1);
    return word;
  }

  /** @hot Closes the slot of entry `index`. O(slots), O(1) at either end. */
  private close(node: number, index: number, stride: number): void {
    const { arena } = this;
    const packed = arena.i32(node, USED);
    const used = packed & USED_MASK;
    const start = packed >>> START_SHIFT;
    const from = HEADER_WORDS + start * stride;
    if (index < used >>> 1) {
      if (index > 0) arena.move(node, (from + stride) << 2, node, from << 2, (index * stride) << 2);
      arena.setI32(node, USED, (used - 1) | ((start + 1) << START_SHIFT));
      return;
    }
    const word = from + index * stride;
    const behind = used - 1 - index;
    if (behind > 0) arena.move(node, word << 2, node, (word + stride) << 2, (behind * stride) << 2);
    arena.setI32(node, USED, packed - 1);
  }

  /** Moves the entries from `kept` on to an empty node. */
  private moveUpper(node: number, right: number, kept: number, stride: number): void {
    const { arena } = this;
    const packed = arena.i32(node, USED);
    const moved = (packed & USED_MASK) - kept;
    if (moved === 0) return;
    const from = slotWord(packed, kept, stride) << 2;
    arena.move(right, HEADER_WORDS << 2, node, from, (moved * stride) << 2);
    arena.setI32(right, USED, moved);
    arena.setI32(node, USED, packed - moved);
  }

  /** Moves all entries of `right` to the end of `left`, which has slots for them. */
  private append(left: number, right: number, stride: number): void {
    const { arena } = this;
    const moved = this.used(right);
    const kept = this.used(left);
    if ((arena.i32(left, USED) >>> START_SHIFT) + kept + moved > arena.i32(left, SLOTS)) this.compact(left, stride);
    const to = slotWord(arena.i32(left, USED), kept, stride) << 2;
    arena.move(left, to, right, slotWord(arena.i32(right, USED), 0, stride) << 2, (moved * stride) << 2);
    arena.setI32(left, USED, arena.i32(left, USED) + moved);
  }

  /** Moves the entries to the first slots. */
  private compact(node: number, stride: number): void {
    const { arena } = this;
    const used = this.used(node);
    const from = slotWord(arena.i32(node, USED), 0, stride) << 2;
    if (from !== HEADER_WORDS << 2) arena.move(node, HEADER_WORDS << 2, node, from, (used * stride) << 2);
    arena.setI32(node, USED, used);
  }

  private linkBehind(owner: number, leaf: number, right: number): void {
    const { arena } = this;
    const next = arena.i32(leaf, NEXT);
    arena.setI32(right, PREVIOUS, leaf);
    arena.setI32(right, NEXT, next);
    arena.setI32(leaf, NEXT, right);
    if (next === NONE) arena.setI32(owner, this.at + LAST, right);
    else arena.setI32(next, PREVIOUS, right);
  }

  private unlink(owner: number, leaf: number): void {
    const { arena, at } = this;
    const previous = arena.i32(leaf, PREVIOUS);
    const next = arena.i32(leaf, NEXT);
    if (previous === NONE) arena.setI32(owner, at + FIRST, next);
    else arena.setI32(previous, NEXT, next);
    if (next === NONE) arena.setI32(owner, at + LAST, previous);
    else arena.setI32(next, PREVIOUS, previous);
  }
}

/** @hot The word of the slot of entry `index`. @param used word USED of the node */
function slotWord(used: number, index: number, stride: number): number {
  return HEADER_WORDS + ((used >>> START_SHIFT) + index) * stride;
}

function nodeBytes(slots: number, stride: number): number {
  return (HEADER_WORDS + slots * stride) << 2;
}
