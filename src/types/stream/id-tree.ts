/** Changes trees of ids, which are drawn in id-tree-reader.ts. */
import { type Arena, NONE } from '../../memory/index.js';
import {
  HEADER_WORDS,
  IdTreeReader,
  INNER_STRIDE,
  START_SHIFT,
  slotWord,
  TREE_WORDS,
  USED_MASK,
  WORD_COUNT,
  WORD_FIRST,
  WORD_LAST,
  WORD_LEVELS,
  WORD_NEXT,
  WORD_PREVIOUS,
  WORD_ROOT,
  WORD_SLOTS,
  WORD_USED,
} from './id-tree-reader.js';
import { ID_WORDS, type StreamId } from './stream-id.js';

/** Words of a node's slots, about: 1 KiB together with the header. Measured: docs/design/0005-streams.md. */
const NODE_WORDS = 252;
/** Slots of the first leaf of a tree. */
const FIRST_SLOTS = 4;
const INNER_SLOTS = Math.floor(NODE_WORDS / INNER_STRIDE);

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
    return this.arena.i32(owner, this.at + WORD_LEVELS) + 1;
  }

  /** @hot Sets word `word` of the payload of the entry at the position. */
  setPayload(word: number, value: number): void {
    this.arena.setI32(this.leaf, this.positionWord() + ID_WORDS + word, value);
  }

  /**
   * @hot Makes an entry for `id`, which must have none, and goes to it; its payload is still to be set. O(log n), O(1)
   * behind all others, where the last leaf has room.
   */
  insert(owner: number, id: StreamId): void {
    const { arena, at, stride } = this;
    if (!this.isBehindAll(owner, id)) this.seek(owner, id);
    if (this.leaf === NONE) this.plant(owner);
    else if (this.used(this.leaf) === arena.i32(this.leaf, WORD_SLOTS)) this.makeRoom(owner, id);
    id.write(arena, this.leaf, this.open(this.leaf, this.index, stride));
    arena.setI32(owner, at + WORD_COUNT, arena.i32(owner, at + WORD_COUNT) + 1);
  }

  /** Takes away the entry of `id`; false when there is none. There is no position afterwards. O(log n). */
  remove(owner: number, id: StreamId): boolean {
    if (!this.seek(owner, id)) return false;
    const { arena, at } = this;
    const level = arena.i32(owner, at + WORD_LEVELS) - 1;
    this.close(this.leaf, this.index, this.stride);
    arena.setI32(owner, at + WORD_COUNT, arena.i32(owner, at + WORD_COUNT) - 1);
    this.tidy(owner, level, this.leaf);
    this.leaf = NONE;
    return true;
  }

  /**
   * Takes away the first entries, a leaf of them, and returns the leaf's block, which is the caller's to free; NONE
   * when the tree is empty. What it holds can be read with {@link leafEntries} and {@link leafPayload} until then.
   * O(levels).
   */
  detachFirstLeaf(owner: number): number {
    const { arena, at, pathNodes, pathIndex } = this;
    const leaf = arena.i32(owner, at + WORD_FIRST);
    if (leaf === NONE) return NONE;
    const levels = arena.i32(owner, at + WORD_LEVELS);
    let node = arena.i32(owner, at + WORD_ROOT);
    for (let level = 0; level < levels - 1; level++) {
      pathNodes[level] = node;
      pathIndex[level] = 0;
      node = arena.i32(node, slotWord(arena.i32(node, WORD_USED), 0, INNER_STRIDE) + ID_WORDS);
    }
    arena.setI32(owner, at + WORD_COUNT, arena.i32(owner, at + WORD_COUNT) - this.used(leaf));
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
    return this.arena.i32(leaf, slotWord(this.arena.i32(leaf, WORD_USED), i, this.stride) + ID_WORDS + word);
  }

  /** @hot Whether `id` comes behind all others and the last leaf has room for it; the position is there then. O(1). */
  isBehindAll(owner: number, id: StreamId): boolean {
    const { arena } = this;
    const leaf = arena.i32(owner, this.at + WORD_LAST);
    if (leaf === NONE) return false;
    const used = this.used(leaf);
    if (used === arena.i32(leaf, WORD_SLOTS) || this.lowerBound(leaf, id, this.stride, used - 1, false) !== used)
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
    arena.setI32(owner, at + WORD_ROOT, leaf);
    arena.setI32(owner, at + WORD_FIRST, leaf);
    arena.setI32(owner, at + WORD_LAST, leaf);
    arena.setI32(owner, at + WORD_LEVELS, 1);
    this.leaf = leaf;
    this.index = 0;
  }

  /** The leaf of the position is full: it grows, or another one is begun; the position is where `id` belongs. */
  private makeRoom(owner: number, id: StreamId): void {
    const { arena, at, stride } = this;
    const { leaf, index } = this;
    const slots = arena.i32(leaf, WORD_SLOTS);
    if (slots < this.leafSlots) return this.growRoot(owner, Math.min(slots * 2, this.leafSlots));
    const levels = arena.i32(owner, at + WORD_LEVELS);
    arena.reserve(levels + 1);
    const isBehind = index === slots && arena.i32(leaf, WORD_NEXT) === NONE;
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
    const grown = arena.realloc(old, nodeBytes(slots, stride), nodeBytes(arena.i32(old, WORD_SLOTS), stride));
    arena.setI32(grown, WORD_SLOTS, slots);
    arena.setI32(owner, at + WORD_ROOT, grown);
    arena.setI32(owner, at + WORD_FIRST, grown);
    arena.setI32(owner, at + WORD_LAST, grown);
    this.leaf = grown;
  }

  /** Enters `child` behind the child that the path took at `level`, under the id in the first slot of `node`. */
  private insertChildLike(owner: number, level: number, child: number, node: number, stride: number): void {
    const { arena } = this;
    const word = slotWord(arena.i32(node, WORD_USED), 0, stride);
    const msHigh = arena.i32(node, word);
    const msLow = arena.i32(node, word + 1);
    this.insertChild(owner, level, child, msHigh, msLow, arena.i32(node, word + 2), arena.i32(node, word + 3));
  }

  /**
   * Enters `child` in the parent at `level` behind the child that the path took there; -1: there is no parent yet.
   * Parents that are full are divided.
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
    const old = arena.i32(owner, at + WORD_ROOT);
    const root = this.newNode(INNER_SLOTS, INNER_STRIDE);
    const word = this.open(root, 0, INNER_STRIDE);
    for (let i = 0; i < ID_WORDS; i++) arena.setI32(root, word + i, 0);
    arena.setI32(root, word + ID_WORDS, old);
    arena.setI32(owner, at + WORD_ROOT, root);
    arena.setI32(owner, at + WORD_LEVELS, arena.i32(owner, at + WORD_LEVELS) + 1);
    pathNodes[0] = root;
    pathIndex[0] = 0;
  }

  /**
   * After an entry of `node`, at `level` of the path, has gone: an empty node goes, a sparse one may be joined with
   * another.
   */
  private tidy(owner: number, level: number, node: number): void {
    const { arena } = this;
    const used = this.used(node);
    const isLeaf = level === arena.i32(owner, this.at + WORD_LEVELS) - 1;
    if (used === 0) {
      if (isLeaf) this.unlink(owner, node);
      arena.free(node);
      return this.drop(owner, level);
    }
    const slots = arena.i32(node, WORD_SLOTS);
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
    let levels = arena.i32(owner, at + WORD_LEVELS);
    let root = arena.i32(owner, at + WORD_ROOT);
    while (levels > 1 && this.used(root) === 1) {
      const child = arena.i32(root, slotWord(arena.i32(root, WORD_USED), 0, INNER_STRIDE) + ID_WORDS);
      arena.free(root);
      root = child;
      levels--;
    }
    arena.setI32(owner, at + WORD_ROOT, root);
    arena.setI32(owner, at + WORD_LEVELS, levels);
  }

  private shrinkRoot(owner: number, leaf: number, slots: number): void {
    const { arena, stride } = this;
    this.compact(leaf, stride);
    arena.setI32(leaf, WORD_SLOTS, slots);
    const there = arena.realloc(leaf, nodeBytes(slots, stride), nodeBytes(slots, stride));
    for (const word of [WORD_ROOT, WORD_FIRST, WORD_LAST]) arena.setI32(owner, this.at + word, there);
  }

  /** Joins a sparse node with a neighbour under the same parent, if one of the two has room for both. */
  private join(owner: number, level: number, node: number, stride: number): void {
    const { arena } = this;
    const parent = this.pathNodes[level - 1]!;
    const index = this.pathIndex[level - 1]!;
    const siblings = this.used(parent);
    const most = (arena.i32(node, WORD_SLOTS) * 3) >>> 2;
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
    const isLeaf = level === arena.i32(owner, this.at + WORD_LEVELS) - 1;
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
    const from = slotWord(arena.i32(parent, WORD_USED), index, INNER_STRIDE);
    const to = slotWord(arena.i32(child, WORD_USED), 0, INNER_STRIDE);
    arena.move(child, to << 2, parent, from << 2, ID_WORDS << 2);
  }

  private child(parent: number, index: number): number {
    return this.arena.i32(parent, slotWord(this.arena.i32(parent, WORD_USED), index, INNER_STRIDE) + ID_WORDS);
  }

  // --- Slots of one node --------------------------------------------------------------------------------------------

  private newNode(slots: number, stride: number): number {
    const { arena } = this;
    const node = arena.alloc(nodeBytes(slots, stride));
    arena.setI32(node, WORD_USED, 0);
    arena.setI32(node, WORD_SLOTS, slots);
    arena.setI32(node, WORD_PREVIOUS, NONE);
    arena.setI32(node, WORD_NEXT, NONE);
    return node;
  }

  /** @hot Opens a slot before entry `index` of a node that has room, and returns its word. O(slots). */
  private open(node: number, index: number, stride: number): number {
    const { arena } = this;
    const packed = arena.i32(node, WORD_USED);
    const used = packed & USED_MASK;
    const start = packed >>> START_SHIFT;
    const hasRoomBehind = start + used < arena.i32(node, WORD_SLOTS);
    if (start > 0 && (!hasRoomBehind || index < used >>> 1)) {
      const from = HEADER_WORDS + start * stride;
      if (index > 0) arena.move(node, (from - stride) << 2, node, from << 2, (index * stride) << 2);
      arena.setI32(node, WORD_USED, (used + 1) | ((start - 1) << START_SHIFT));
      return from + (index - 1) * stride;
    }
    const word = HEADER_WORDS + (start + index) * stride;
    if (index < used) arena.move(node, (word + stride) << 2, node, word << 2, ((used - index) * stride) << 2);
    arena.setI32(node, WORD_USED, packed + 1);
    return word;
  }

  /** @hot Closes the slot of entry `index`. O(slots), O(1) at either end. */
  private close(node: number, index: number, stride: number): void {
    const { arena } = this;
    const packed = arena.i32(node, WORD_USED);
    const used = packed & USED_MASK;
    const start = packed >>> START_SHIFT;
    const from = HEADER_WORDS + start * stride;
    if (index < used >>> 1) {
      if (index > 0) arena.move(node, (from + stride) << 2, node, from << 2, (index * stride) << 2);
      arena.setI32(node, WORD_USED, (used - 1) | ((start + 1) << START_SHIFT));
      return;
    }
    const word = from + index * stride;
    const behind = used - 1 - index;
    if (behind > 0) arena.move(node, word << 2, node, (word + stride) << 2, (behind * stride) << 2);
    arena.setI32(node, WORD_USED, packed - 1);
  }

  /** Moves the entries from `kept` on to an empty node. */
  private moveUpper(node: number, right: number, kept: number, stride: number): void {
    const { arena } = this;
    const packed = arena.i32(node, WORD_USED);
    const moved = (packed & USED_MASK) - kept;
    if (moved === 0) return;
    const from = slotWord(packed, kept, stride) << 2;
    arena.move(right, HEADER_WORDS << 2, node, from, (moved * stride) << 2);
    arena.setI32(right, WORD_USED, moved);
    arena.setI32(node, WORD_USED, packed - moved);
  }

  /** Moves all entries of `right` to the end of `left`, which has slots for them. */
  private append(left: number, right: number, stride: number): void {
    const { arena } = this;
    const moved = this.used(right);
    const kept = this.used(left);
    if ((arena.i32(left, WORD_USED) >>> START_SHIFT) + kept + moved > arena.i32(left, WORD_SLOTS))
      this.compact(left, stride);
    const to = slotWord(arena.i32(left, WORD_USED), kept, stride) << 2;
    arena.move(left, to, right, slotWord(arena.i32(right, WORD_USED), 0, stride) << 2, (moved * stride) << 2);
    arena.setI32(left, WORD_USED, arena.i32(left, WORD_USED) + moved);
  }

  /** Moves the entries to the first slots. */
  private compact(node: number, stride: number): void {
    const { arena } = this;
    const used = this.used(node);
    const from = slotWord(arena.i32(node, WORD_USED), 0, stride) << 2;
    if (from !== HEADER_WORDS << 2) arena.move(node, HEADER_WORDS << 2, node, from, (used * stride) << 2);
    arena.setI32(node, WORD_USED, used);
  }

  private linkBehind(owner: number, leaf: number, right: number): void {
    const { arena } = this;
    const next = arena.i32(leaf, WORD_NEXT);
    arena.setI32(right, WORD_PREVIOUS, leaf);
    arena.setI32(right, WORD_NEXT, next);
    arena.setI32(leaf, WORD_NEXT, right);
    if (next === NONE) arena.setI32(owner, this.at + WORD_LAST, right);
    else arena.setI32(next, WORD_PREVIOUS, right);
  }

  private unlink(owner: number, leaf: number): void {
    const { arena, at } = this;
    const previous = arena.i32(leaf, WORD_PREVIOUS);
    const next = arena.i32(leaf, WORD_NEXT);
    if (previous === NONE) arena.setI32(owner, at + WORD_FIRST, next);
    else arena.setI32(previous, WORD_NEXT, next);
    if (next === NONE) arena.setI32(owner, at + WORD_LAST, previous);
    else arena.setI32(next, WORD_PREVIOUS, previous);
  }
}

function nodeBytes(slots: number, stride: number): number {
  return (HEADER_WORDS + slots * stride) << 2;
}
