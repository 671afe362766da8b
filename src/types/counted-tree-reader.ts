/**
 * The counted B+-tree, read side: elements (score, member) in the order of a sorted set, by score and, where scores are
 * equal, by the members' bytes (as memcmp has it, the shorter first). Every subtree knows how many elements it has, so
 * that ranks cost as little as lookups.
 *
 * ```
 *   tree    word 0  top node          the owner of a tree has this header at the start of a block of its own
 *                1  height            0: the top is a leaf
 *                2  count             elements
 *                3  first leaf
 *                4  last leaf
 *
 *   inner   word 0  children          scores, members, children and counts are arrays of INNER_CAPACITY
 *          dword 1  scores            \  separator i: the first element below child i; that of child 0 means nothing
 *                   members           /
 *                   children          references of inner nodes or, in the lowest of them, leaves
 *                   counts            elements below each child
 *
 *   leaf    word 0  elements          scores and members are arrays of LEAF_CAPACITY
 *                1  next leaf
 *                2  previous leaf
 *          dword 2  scores
 *                   members
 *
 *   member  word 0  hash              for the dict that has the same members
 *                1  length
 *          dword 1  score
 *                   bytes
 * ```
 * 1. The leaves, from first to last, hold the elements in strictly ascending order.
 * 2. All leaves are at the same depth, `height` below the top.
 * 3. Separator i > 0 is the very score and member of the first element below child i: what it refers to is alive.
 * 4. counts[i] is the number of elements below child i, and the tree's count their sum.
 * 5. An inner node that is the top has at least 2 children. A node on the left or right edge of the tree has at least
 *    one entry, every other at least a quarter of its capacity; only a leaf that is the top may be empty.
 * 6. A member that is in the tree has the same score in its block as in its leaf, once the operation is over.
 *
 * The nodes on the edges may be small, because elements often come in order and go from one end: a full leaf at the end
 * is not halved but left full, and one that is popped empty is never merged.
 *
 * Capacities: 84 and 50 fill blocks of 1 KiB, about 18 bytes an element with random insertion. Leaves of 42, 64 and 106
 * took 1 to 1.5 bytes more and were no faster at anything, with scores that are all equal neither, where every
 * comparison is a cache miss (bench/micro/counted-tree, 300,000 elements, Node 20).
 */

import { NONE } from '../memory/layout.js';
import type { MemoryReader } from '../memory/memory-reader.js';

export const TREE_TOP = 0;
export const TREE_HEIGHT = 1;
export const TREE_COUNT = 2;
export const TREE_FIRST = 3;
export const TREE_LAST = 4;
/** Words of the header. */
export const TREE_WORDS = 5;

/** Word 0 of a node: its entries. */
export const NODE_ENTRIES = 0;

export const LEAF_CAPACITY = 84;
export const LEAF_NEXT = 1;
export const LEAF_PREVIOUS = 2;
/** In dwords. */
export const LEAF_SCORES = 2;
export const LEAF_MEMBERS = 2 * (LEAF_SCORES + LEAF_CAPACITY);
export const LEAF_BYTES = (LEAF_MEMBERS + LEAF_CAPACITY) * 4;

export const INNER_CAPACITY = 50;
/** In dwords. */
export const INNER_SCORES = 1;
export const INNER_MEMBERS = 2 * (INNER_SCORES + INNER_CAPACITY);
export const INNER_CHILDREN = INNER_MEMBERS + INNER_CAPACITY;
export const INNER_COUNTS = INNER_CHILDREN + INNER_CAPACITY;
export const INNER_BYTES = (INNER_COUNTS + INNER_CAPACITY) * 4;

/** Words of a member's block. */
export const MEMBER_LENGTH = 1;
/** In dwords. */
export const MEMBER_SCORE = 1;
/** Offset of its bytes. */
export const MEMBER_BYTES = 16;

/** Elements of the score that is looked for stand before the place that is found. */
const TIES_BEFORE = 0;
/** They stand behind it. */
const TIES_BEHIND = 1;
/** Their bytes decide. */
const TIES_BY_BYTES = 2;

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

/**
 * A place in a tree: an element, or none when it is behind the last or before the first. Valid until the tree changes.
 */
export class TreeCursor {
  /** NONE when there is no element. */
  leaf = NONE;
  slot = 0;
}

/** Looks into trees. One instance serves all trees of a memory. */
export class CountedTreeReader {
  protected readonly memory: MemoryReader;
  // What {@link childOf} and {@link slotOf} look for, beside the score.
  private ties: typeof TIES_BEFORE | typeof TIES_BEHIND | typeof TIES_BY_BYTES = TIES_BEHIND;
  private soughtMember = NONE;
  private soughtBytes: Uint8Array = NO_BYTES;
  private soughtView: DataView = NO_VIEW;
  private soughtFrom = 0;
  private soughtLength = 0;
  /** Whether an element with the same bytes stands before the place. */
  private equalBefore = false;

  constructor(memory: MemoryReader) {
    this.memory = memory;
  }

  /** @hot Elements of a tree. O(1). */
  count(tree: number): number {
    return this.memory.i32(tree, TREE_COUNT);
  }

  /** @hot The member at a cursor, which must be at an element. O(1). */
  memberAt(cursor: TreeCursor): number {
    return this.memory.i32(cursor.leaf, LEAF_MEMBERS + cursor.slot);
  }

  /** @hot The score at a cursor, which must be at an element. O(1). */
  scoreAt(cursor: TreeCursor): number {
    return this.memory.f64(cursor.leaf, LEAF_SCORES + cursor.slot);
  }

  /** @hot Moves to the next element; false behind the last. O(1). */
  next(cursor: TreeCursor): boolean {
    const { memory } = this;
    if (++cursor.slot < memory.i32(cursor.leaf, NODE_ENTRIES)) return true;
    cursor.leaf = memory.i32(cursor.leaf, LEAF_NEXT);
    cursor.slot = 0;
    return cursor.leaf !== NONE;
  }

  /** @hot Moves to the element before; false before the first. O(1). */
  previous(cursor: TreeCursor): boolean {
    const { memory } = this;
    if (--cursor.slot >= 0) return true;
    cursor.leaf = memory.i32(cursor.leaf, LEAF_PREVIOUS);
    if (cursor.leaf === NONE) return false;
    cursor.slot = memory.i32(cursor.leaf, NODE_ENTRIES) - 1;
    return true;
  }

  /** @hot Goes to the element at a rank, from 0 on; false when there are not so many. O(log N). */
  seekRank(tree: number, rank: number, cursor: TreeCursor): boolean {
    const { memory } = this;
    if (rank < 0 || rank >= memory.i32(tree, TREE_COUNT)) {
      cursor.leaf = NONE;
      return false;
    }
    let node = memory.i32(tree, TREE_TOP);
    let left = rank;
    for (let level = memory.i32(tree, TREE_HEIGHT); level > 0; level--) {
      const child = this.childAtRank(node, left);
      left = this.passed;
      node = memory.i32(node, INNER_CHILDREN + child);
    }
    cursor.leaf = node;
    cursor.slot = left;
    return true;
  }

  /**
   * @hot Goes to the first element with a score of at least `score`, or above it where it is `exclusive`; false when
   * there is none. Returns by the cursor; {@link rankOfScore} counts. O(log N).
   */
  seekScore(tree: number, score: number, exclusive: boolean, cursor: TreeCursor): boolean {
    this.ties = exclusive ? TIES_BEFORE : TIES_BEHIND;
    return this.seek(tree, score, cursor);
  }

  /** @hot How many elements have a score below `score`, or at most that where it is `exclusive`. O(log N). */
  rankOfScore(tree: number, score: number, exclusive: boolean): number {
    this.ties = exclusive ? TIES_BEFORE : TIES_BEHIND;
    return this.rank(tree, score);
  }

  /**
   * Goes to the first member that is at least the bytes, or above them where they are `exclusive`; false when there is
   * none. That has a meaning only where all scores are the same. O(log N).
   * @param view the same memory as `bytes`
   */
  seekBytes(
    tree: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    exclusive: boolean,
    cursor: TreeCursor,
  ): boolean {
    this.seekToBytes(bytes, view, from, length, exclusive);
    return this.seek(tree, this.firstScore(tree), cursor);
  }

  /**
   * How many members are below the bytes, or at most those where they are `exclusive`; as {@link seekBytes}. O(log N).
   */
  rankOfBytes(
    tree: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    exclusive: boolean,
  ): number {
    this.seekToBytes(bytes, view, from, length, exclusive);
    return this.rank(tree, this.firstScore(tree));
  }

  /** @hot The rank, from 0 on, of a member that is in the tree with this score. O(log N). */
  rankOf(tree: number, score: number, member: number): number {
    this.seekMember(member);
    return this.rank(tree, score);
  }

  /** Goes to the first element; false when there is none. O(1). */
  seekFirst(tree: number, cursor: TreeCursor): boolean {
    cursor.leaf = this.memory.i32(tree, TREE_FIRST);
    cursor.slot = 0;
    if (this.count(tree) === 0) cursor.leaf = NONE;
    return cursor.leaf !== NONE;
  }

  /** Goes to the last element; false when there is none. O(1). */
  seekLast(tree: number, cursor: TreeCursor): boolean {
    const { memory } = this;
    cursor.leaf = memory.i32(tree, TREE_LAST);
    cursor.slot = memory.i32(cursor.leaf, NODE_ENTRIES) - 1;
    if (cursor.slot < 0) cursor.leaf = NONE;
    return cursor.leaf !== NONE;
  }

  /**
   * Bytes of a tree's nodes, its members not among them: of all when `leaves` is 0, else as so many of its first leaves
   * let expect. O(nodes), O(leaves).
   */
  nodeBytes(tree: number, leaves: number): number {
    const { memory } = this;
    let seen = 0;
    let elements = 0;
    let leaf = memory.i32(tree, TREE_FIRST);
    for (; leaf !== NONE && (leaves === 0 || seen < leaves); leaf = memory.i32(leaf, LEAF_NEXT)) {
      seen++;
      elements += memory.i32(leaf, NODE_ENTRIES);
    }
    const all = leaf === NONE ? seen : (seen * this.count(tree)) / elements;
    let inner = 0;
    if (leaves === 0) inner = this.innerNodes(memory.i32(tree, TREE_TOP), memory.i32(tree, TREE_HEIGHT));
    else for (let nodes = all; nodes > 1; inner += nodes) nodes = Math.ceil(nodes / INNER_CAPACITY);
    const top = memory.i32(tree, TREE_TOP);
    return Math.round(all * memory.blockSize(memory.i32(tree, TREE_FIRST))) + inner * memory.blockSize(top);
  }

  // --- Searching ----------------------------------------------------------------------------------------------------

  /** @hot Looks for a member: its place among those of the same score is told by its bytes. */
  protected seekMember(member: number): void {
    const { memory } = this;
    const length = memory.i32(member, MEMBER_LENGTH);
    const view = memory.window(member, MEMBER_BYTES, length);
    this.seekToBytes(memory.windowBytes, view, memory.windowBase, length, false);
    this.soughtMember = member;
  }

  /** @hot */
  private seekToBytes(bytes: Uint8Array, view: DataView, from: number, length: number, equalBefore: boolean): void {
    this.ties = TIES_BY_BYTES;
    this.soughtMember = NONE;
    if (this.soughtBytes !== bytes) this.soughtBytes = bytes;
    if (this.soughtView !== view) this.soughtView = view;
    this.soughtFrom = from;
    this.soughtLength = length;
    this.equalBefore = equalBefore;
  }

  /** @hot The child below which the place that is looked for is: the last one whose first element stands before it. */
  protected childOf(node: number, score: number): number {
    const { memory } = this;
    let low = 1;
    let high = memory.i32(node, NODE_ENTRIES);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const separator = memory.f64(node, INNER_SCORES + middle);
      if (separator < score || (separator === score && this.isBefore(memory.i32(node, INNER_MEMBERS + middle), true))) {
        low = middle + 1;
      } else high = middle;
    }
    return low - 1;
  }

  /** @hot The first slot of a leaf whose element does not stand before the place that is looked for. */
  protected slotOf(leaf: number, score: number): number {
    const { memory } = this;
    let low = 0;
    let high = memory.i32(leaf, NODE_ENTRIES);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = memory.f64(leaf, LEAF_SCORES + middle);
      if (at < score || (at === score && this.isBefore(memory.i32(leaf, LEAF_MEMBERS + middle), false))) {
        low = middle + 1;
      } else high = middle;
    }
    return low;
  }

  /**
   * @hot Whether an element of the score that is looked for stands before the place.
   * @param itself the answer for the very member that is looked for: the child that begins with it is the right one
   */
  private isBefore(member: number, itself: boolean): boolean {
    if (this.ties !== TIES_BY_BYTES) return this.ties === TIES_BEFORE;
    if (member === this.soughtMember) return itself;
    const { memory, soughtLength } = this;
    const length = memory.i32(member, MEMBER_LENGTH);
    const common = Math.min(length, soughtLength);
    const order = memory.compare(member, MEMBER_BYTES, this.soughtBytes, this.soughtView, this.soughtFrom, common);
    if (order !== 0) return order < 0;
    return length < soughtLength || (length === soughtLength && this.equalBefore);
  }

  /** @hot Goes to the place that is looked for; false when no element is there or behind it. */
  private seek(tree: number, score: number, cursor: TreeCursor): boolean {
    const { memory } = this;
    let node = memory.i32(tree, TREE_TOP);
    for (let level = memory.i32(tree, TREE_HEIGHT); level > 0; level--) {
      node = memory.i32(node, INNER_CHILDREN + this.childOf(node, score));
    }
    cursor.leaf = node;
    cursor.slot = this.slotOf(node, score);
    if (cursor.slot < memory.i32(node, NODE_ENTRIES)) return true;
    cursor.leaf = memory.i32(node, LEAF_NEXT);
    cursor.slot = 0;
    return cursor.leaf !== NONE;
  }

  /** @hot How many elements stand before the place that is looked for. */
  private rank(tree: number, score: number): number {
    const { memory } = this;
    let rank = 0;
    let node = memory.i32(tree, TREE_TOP);
    for (let level = memory.i32(tree, TREE_HEIGHT); level > 0; level--) {
      const child = this.childOf(node, score);
      for (let i = 0; i < child; i++) rank += memory.i32(node, INNER_COUNTS + i);
      node = memory.i32(node, INNER_CHILDREN + child);
    }
    return rank + this.slotOf(node, score);
  }

  /** What {@link childAtRank} has left of the rank, within the child. */
  protected passed = 0;

  /** @hot The child below which the element is that has this rank below the node. */
  protected childAtRank(node: number, rank: number): number {
    const { memory } = this;
    let child = 0;
    let left = rank;
    for (let count = memory.i32(node, INNER_COUNTS); left >= count; count = memory.i32(node, INNER_COUNTS + child)) {
      left -= count;
      child++;
    }
    this.passed = left;
    return child;
  }

  /** The score of the first element; 0 in an empty tree. */
  private firstScore(tree: number): number {
    const { memory } = this;
    return this.count(tree) === 0 ? 0 : memory.f64(memory.i32(tree, TREE_FIRST), LEAF_SCORES);
  }

  private innerNodes(node: number, level: number): number {
    const { memory } = this;
    if (level <= 1) return level;
    let nodes = 1;
    for (let i = 0; i < memory.i32(node, NODE_ENTRIES); i++) {
      nodes += this.innerNodes(memory.i32(node, INNER_CHILDREN + i), level - 1);
    }
    return nodes;
  }
}
