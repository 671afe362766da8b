/**
 * The counted B+-tree, write side; counted-tree-reader.ts draws its nodes and numbers its invariants.
 *
 * A change goes down once and remembers its path, level 0 being the leaf. What it needs memory for, a split, is made
 * sure of before anything changes: when an operation throws for want of memory, the tree is as it was. Taking out needs
 * none.
 *
 * 1. A node that is full is split before an entry is added, in the middle; at the ends of the tree, where elements come
 *    in order, so that the full part stays nearly full.
 * 2. A node below a quarter of its capacity that is not on an edge takes entries of a sibling, or goes together with it
 *    where both fill three quarters of a node at most. One that is empty goes, wherever it is.
 */
import type { Arena } from '../memory/arena.js';
import { NONE } from '../memory/layout.js';
import { assert } from '../util/assert.js';
import {
  CountedTreeReader,
  INNER_BYTES,
  INNER_CAPACITY,
  INNER_CHILDREN,
  INNER_COUNTS,
  INNER_MEMBERS,
  INNER_SCORES,
  LEAF_BYTES,
  LEAF_CAPACITY,
  LEAF_MEMBERS,
  LEAF_NEXT,
  LEAF_PREVIOUS,
  LEAF_SCORES,
  NODE_ENTRIES,
  TREE_COUNT,
  TREE_FIRST,
  TREE_HEIGHT,
  TREE_LAST,
  TREE_TOP,
} from './counted-tree-reader.js';

const LEAF_MINIMUM = LEAF_CAPACITY >>> 2;
const LEAF_MERGED_MAXIMUM = LEAF_CAPACITY - LEAF_MINIMUM;
const INNER_MINIMUM = INNER_CAPACITY >>> 2;
const INNER_MERGED_MAXIMUM = INNER_CAPACITY - INNER_MINIMUM;
/** Levels at most: 12 entries a node make 2^31 elements in 9. */
const MAX_LEVELS = 16;

/** Changes trees. One instance serves all trees of an arena. */
export class CountedTrees extends CountedTreeReader {
  /** The members that {@link removeAtRank} took out: as many as it said. */
  readonly removed = new Int32Array(LEAF_CAPACITY);

  private readonly arena: Arena;
  /** The way to an element: nodes by level, and the slot taken in each. */
  private readonly nodes = new Int32Array(MAX_LEVELS);
  private readonly slots = new Int32Array(MAX_LEVELS);

  constructor(arena: Arena) {
    super(arena);
    this.arena = arena;
  }

  /** Writes the header of an empty tree to the block `tree`, whose first words are free for it. O(1). */
  init(tree: number): void {
    const { arena } = this;
    const leaf = this.newLeaf();
    arena.setI32(tree, TREE_TOP, leaf);
    arena.setI32(tree, TREE_HEIGHT, 0);
    arena.setI32(tree, TREE_COUNT, 0);
    arena.setI32(tree, TREE_FIRST, leaf);
    arena.setI32(tree, TREE_LAST, leaf);
  }

  /** @hot Adds a member that is not in the tree. O(log N). */
  insert(tree: number, score: number, member: number): void {
    this.seekMember(member);
    this.descend(tree, score);
    this.slots[0] = this.slotOf(this.nodes[0]!, score);
    this.insertHere(tree, score, member);
  }

  /** @hot Adds a member that belongs behind all that are in the tree. O(height). */
  append(tree: number, score: number, member: number): void {
    const { arena, nodes, slots } = this;
    let node = arena.i32(tree, TREE_TOP);
    for (let level = arena.i32(tree, TREE_HEIGHT); level > 0; level--) {
      nodes[level] = node;
      slots[level] = arena.i32(node, NODE_ENTRIES) - 1;
      node = arena.i32(node, INNER_CHILDREN + slots[level]!);
    }
    nodes[0] = node;
    slots[0] = arena.i32(node, NODE_ENTRIES);
    this.insertHere(tree, score, member);
  }

  /** @hot Takes a member out that is in the tree with this score; its block stays. O(log N). */
  remove(tree: number, score: number, member: number): void {
    this.slots[0] = this.locate(tree, score, member);
    this.removeHere(tree, 1);
  }

  /** @hot Gives a member that is in the tree with one score another, which differs. O(log N). */
  update(tree: number, oldScore: number, score: number, member: number): void {
    const { arena } = this;
    const slot = this.locate(tree, oldScore, member);
    const leaf = this.nodes[0]!;
    // Between the same neighbours only the score changes, and no separator: slot 0 counts in the first leaf alone.
    const fitsBelow =
      slot > 0 ? arena.f64(leaf, LEAF_SCORES + slot - 1) < score : arena.i32(leaf, LEAF_PREVIOUS) === NONE;
    const fitsAbove =
      slot + 1 < arena.i32(leaf, NODE_ENTRIES)
        ? score < arena.f64(leaf, LEAF_SCORES + slot + 1)
        : arena.i32(leaf, LEAF_NEXT) === NONE;
    if (fitsBelow && fitsAbove) {
      arena.setF64(leaf, LEAF_SCORES + slot, score);
      return;
    }
    arena.reserve(arena.i32(tree, TREE_HEIGHT) + 2); // all that adding may take, so that it does not fail half-way
    this.slots[0] = slot;
    this.removeHere(tree, 1);
    this.insert(tree, score, member);
  }

  /**
   * Takes out up to `count` elements from a rank on that stand in one leaf: a slice of a longer range. Returns how
   * many; their members, whose blocks stay, are in {@link removed}. O(log N + slice).
   */
  removeAtRank(tree: number, rank: number, count: number): number {
    const { arena, nodes, slots, removed } = this;
    assert(rank >= 0 && rank < arena.i32(tree, TREE_COUNT), 'a rank in the tree');
    let node = arena.i32(tree, TREE_TOP);
    let left = rank;
    for (let level = arena.i32(tree, TREE_HEIGHT); level > 0; level--) {
      nodes[level] = node;
      slots[level] = this.childAtRank(node, left);
      left = this.passed;
      node = arena.i32(node, INNER_CHILDREN + slots[level]!);
    }
    nodes[0] = node;
    slots[0] = left;
    const slice = Math.min(count, arena.i32(node, NODE_ENTRIES) - left);
    for (let i = 0; i < slice; i++) removed[i] = arena.i32(node, LEAF_MEMBERS + left + i);
    this.removeHere(tree, slice);
    return slice;
  }

  /**
   * Frees about `blocks` nodes of a tree that nobody looks into any more; the members' blocks stay. True when nothing
   * is left of it but its header. O(blocks).
   */
  free(tree: number, blocks: number): boolean {
    const { arena, nodes } = this;
    const height = arena.i32(tree, TREE_HEIGHT);
    for (let freed = 0; freed < blocks; ) {
      let node = arena.i32(tree, TREE_TOP);
      if (node === NONE) return true;
      for (let level = height; level > 0; level--) {
        nodes[level] = node;
        node = arena.i32(node, INNER_CHILDREN + arena.i32(node, NODE_ENTRIES) - 1);
      }
      arena.free(node);
      freed += 1 + this.dropLast(tree, height);
    }
    return arena.i32(tree, TREE_TOP) === NONE;
  }

  /**
   * Lets the nodes of the path lose their last child, which is freed, and frees those that have none left: how many.
   */
  private dropLast(tree: number, height: number): number {
    const { arena, nodes } = this;
    for (let level = 1; level <= height; level++) {
      const node = nodes[level]!;
      const left = arena.i32(node, NODE_ENTRIES) - 1;
      if (left > 0) {
        arena.setI32(node, NODE_ENTRIES, left);
        return level - 1;
      }
      arena.free(node);
    }
    arena.setI32(tree, TREE_TOP, NONE);
    return height;
  }

  // --- The way down -------------------------------------------------------------------------------------------------

  /** @hot Remembers the path to the leaf where what is looked for belongs. */
  private descend(tree: number, score: number): void {
    const { arena, nodes, slots } = this;
    let node = arena.i32(tree, TREE_TOP);
    for (let level = arena.i32(tree, TREE_HEIGHT); level > 0; level--) {
      const child = this.childOf(node, score);
      nodes[level] = node;
      slots[level] = child;
      node = arena.i32(node, INNER_CHILDREN + child);
    }
    nodes[0] = node;
  }

  /** @hot Remembers the path to a member that is in the tree; returns its slot. */
  private locate(tree: number, score: number, member: number): number {
    const { arena } = this;
    this.seekMember(member);
    this.descend(tree, score);
    const leaf = this.nodes[0]!;
    const slot = this.slotOf(leaf, score);
    assert(slot < arena.i32(leaf, NODE_ENTRIES), 'a member of the tree');
    assert(arena.i32(leaf, LEAF_MEMBERS + slot) === member, 'the member where its score and bytes belong');
    return slot;
  }

  // --- Adding -------------------------------------------------------------------------------------------------------

  /** @hot Adds an element where the path leads. */
  private insertHere(tree: number, score: number, member: number): void {
    const { arena, nodes, slots } = this;
    if (arena.i32(nodes[0]!, NODE_ENTRIES) === LEAF_CAPACITY) this.splitLeaf(tree);
    const leaf = nodes[0]!;
    const slot = slots[0]!;
    const entries = arena.i32(leaf, NODE_ENTRIES);
    this.openLeaf(leaf, slot, entries);
    arena.setF64(leaf, LEAF_SCORES + slot, score);
    arena.setI32(leaf, LEAF_MEMBERS + slot, member);
    arena.setI32(leaf, NODE_ENTRIES, entries + 1);
    this.countPath(tree, 1);
  }

  /** @hot Moves the elements of a leaf from `slot` on up by one. */
  private openLeaf(leaf: number, slot: number, entries: number): void {
    const { arena } = this;
    arena.willWrite(leaf, (LEAF_SCORES + slot) << 3, (entries + 1 - slot) << 3);
    arena.willWrite(leaf, (LEAF_MEMBERS + slot) << 2, (entries + 1 - slot) << 2);
    const slab = leaf >>> 21;
    const scores = arena.doubles[slab]!;
    const words = arena.words[slab]!;
    const firstScore = (leaf & 0x1fffff) + LEAF_SCORES;
    const firstMember = ((leaf & 0x1fffff) << 1) + LEAF_MEMBERS;
    for (let i = entries; i > slot; i--) {
      scores[firstScore + i] = scores[firstScore + i - 1]!;
      words[firstMember + i] = words[firstMember + i - 1]!;
    }
  }

  /** @hot Counts elements that came below the path, or went. */
  private countPath(tree: number, change: number): void {
    const { arena, nodes, slots } = this;
    for (let level = arena.i32(tree, TREE_HEIGHT); level > 0; level--) {
      const word = INNER_COUNTS + slots[level]!;
      arena.setI32(nodes[level]!, word, arena.i32(nodes[level]!, word) + change);
    }
    arena.setI32(tree, TREE_COUNT, arena.i32(tree, TREE_COUNT) + change);
  }

  /**
   * Divides the leaf of the path, which is full; afterwards the path leads to the part that has room for the element.
   */
  private splitLeaf(tree: number): void {
    const { arena, nodes, slots } = this;
    arena.reserve(arena.i32(tree, TREE_HEIGHT) + 2); // a node each level, and a new top
    const left = nodes[0]!;
    const next = arena.i32(left, LEAF_NEXT);
    let keep = LEAF_CAPACITY >>> 1;
    if (slots[0] === LEAF_CAPACITY && next === NONE) keep = LEAF_CAPACITY - 1;
    else if (slots[0] === 0 && arena.i32(left, LEAF_PREVIOUS) === NONE) keep = 1;
    const right = this.newLeaf();
    this.moveElements(right, 0, left, keep, LEAF_CAPACITY - keep);
    arena.setI32(right, NODE_ENTRIES, LEAF_CAPACITY - keep);
    arena.setI32(left, NODE_ENTRIES, keep);
    arena.setI32(right, LEAF_NEXT, next);
    arena.setI32(right, LEAF_PREVIOUS, left);
    arena.setI32(left, LEAF_NEXT, right);
    if (next === NONE) arena.setI32(tree, TREE_LAST, right);
    else arena.setI32(next, LEAF_PREVIOUS, right);
    const score = arena.f64(right, LEAF_SCORES);
    this.addChild(tree, 1, score, arena.i32(right, LEAF_MEMBERS), right, LEAF_CAPACITY - keep);
    // At the border the left part takes the element: no separator changes.
    if (slots[0]! > keep) this.stepRight(0, keep, right);
  }

  /**
   * Adds a child behind that of the path at `level`, from which its `count` elements came; makes that level if need be.
   */
  private addChild(tree: number, level: number, score: number, member: number, child: number, count: number): void {
    const { arena, nodes, slots } = this;
    if (level > arena.i32(tree, TREE_HEIGHT)) this.growTop(tree, level);
    else if (arena.i32(nodes[level]!, NODE_ENTRIES) === INNER_CAPACITY) this.splitInner(tree, level);
    const node = nodes[level]!;
    const slot = slots[level]! + 1;
    const entries = arena.i32(node, NODE_ENTRIES);
    this.moveChildren(node, slot + 1, node, slot, entries - slot);
    this.setChild(node, slot, score, member, child, count);
    arena.setI32(node, INNER_COUNTS + slot - 1, arena.i32(node, INNER_COUNTS + slot - 1) - count);
    arena.setI32(node, NODE_ENTRIES, entries + 1);
  }

  /** Puts a new top over the old one, at `level`. */
  private growTop(tree: number, level: number): void {
    const { arena, nodes, slots } = this;
    const top = this.newInner();
    this.setChild(top, 0, 0, NONE, arena.i32(tree, TREE_TOP), arena.i32(tree, TREE_COUNT));
    arena.setI32(top, NODE_ENTRIES, 1);
    arena.setI32(tree, TREE_TOP, top);
    arena.setI32(tree, TREE_HEIGHT, level);
    nodes[level] = top;
    slots[level] = 0;
  }

  /**
   * Divides the inner node of the path at `level`, which is full; the path leads to the part with the child that it
   * had.
   */
  private splitInner(tree: number, level: number): void {
    const { arena, nodes, slots } = this;
    const left = nodes[level]!;
    const slot = slots[level]!;
    let keep = INNER_CAPACITY >>> 1;
    if (slot === INNER_CAPACITY - 1 && this.isLast(tree, level)) keep = INNER_CAPACITY - 1;
    else if (slot === 0 && this.isFirst(tree, level)) keep = 1;
    const right = this.newInner();
    const moved = INNER_CAPACITY - keep;
    this.moveChildren(right, 0, left, keep, moved);
    arena.setI32(right, NODE_ENTRIES, moved);
    arena.setI32(left, NODE_ENTRIES, keep);
    const score = arena.f64(right, INNER_SCORES);
    const member = arena.i32(right, INNER_MEMBERS);
    this.addChild(tree, level + 1, score, member, right, this.elementsBelow(right, 0, moved));
    if (slot >= keep) this.stepRight(level, keep, right);
  }

  /** The place that the path takes at `level` has moved to the new right sibling. */
  private stepRight(level: number, keep: number, right: number): void {
    const { nodes, slots } = this;
    nodes[level] = right;
    slots[level]! -= keep;
    slots[level + 1]!++;
  }

  // --- Taking out ---------------------------------------------------------------------------------------------------

  /** @hot Takes `count` elements out from where the path leads on, all of its leaf. */
  private removeHere(tree: number, count: number): void {
    const { arena, nodes, slots } = this;
    const leaf = nodes[0]!;
    const slot = slots[0]!;
    const entries = arena.i32(leaf, NODE_ENTRIES) - count;
    this.closeLeaf(leaf, slot, count, entries);
    arena.setI32(leaf, NODE_ENTRIES, entries);
    this.countPath(tree, -count);
    if (entries < LEAF_MINIMUM) this.settleLeaf(tree, entries);
    else if (slot === 0) this.renewSeparator(tree, 1, arena.f64(leaf, LEAF_SCORES), arena.i32(leaf, LEAF_MEMBERS));
  }

  /** @hot Moves the elements of a leaf behind the `count` from `slot` on down, so that `entries` are left. */
  private closeLeaf(leaf: number, slot: number, count: number, entries: number): void {
    const { arena } = this;
    if (entries === slot) return;
    arena.willWrite(leaf, (LEAF_SCORES + slot) << 3, (entries - slot) << 3);
    arena.willWrite(leaf, (LEAF_MEMBERS + slot) << 2, (entries - slot) << 2);
    const slab = leaf >>> 21;
    const scores = arena.doubles[slab]!;
    const words = arena.words[slab]!;
    const firstScore = (leaf & 0x1fffff) + LEAF_SCORES;
    const firstMember = ((leaf & 0x1fffff) << 1) + LEAF_MEMBERS;
    for (let i = slot; i < entries; i++) {
      scores[firstScore + i] = scores[firstScore + i + count]!;
      words[firstMember + i] = words[firstMember + i + count]!;
    }
  }

  /** @hot The first element below the path's child at `level` is another: the separator that names it is above. */
  private renewSeparator(tree: number, level: number, score: number, member: number): void {
    const { arena, nodes, slots } = this;
    for (const height = arena.i32(tree, TREE_HEIGHT); level <= height; level++) {
      const slot = slots[level]!;
      if (slot === 0) continue;
      arena.setF64(nodes[level]!, INNER_SCORES + slot, score);
      arena.setI32(nodes[level]!, INNER_MEMBERS + slot, member);
      return;
    }
  }

  /** What becomes of the path's leaf, of which few elements are left. */
  private settleLeaf(tree: number, entries: number): void {
    const { arena, nodes, slots } = this;
    const leaf = nodes[0]!;
    if (entries === 0) {
      if (arena.i32(tree, TREE_HEIGHT) > 0) {
        this.unlinkLeaf(tree, leaf);
        this.dropChild(tree, 1);
      }
      return;
    }
    if (slots[0] === 0) this.renewSeparator(tree, 1, arena.f64(leaf, LEAF_SCORES), arena.i32(leaf, LEAF_MEMBERS));
    if (arena.i32(leaf, LEAF_NEXT) === NONE || arena.i32(leaf, LEAF_PREVIOUS) === NONE) return; // an edge
    this.faceSibling(1);
    const parent = nodes[1]!;
    const left = arena.i32(parent, INNER_CHILDREN + slots[1]! - 1);
    const right = arena.i32(parent, INNER_CHILDREN + slots[1]!);
    const leftEntries = arena.i32(left, NODE_ENTRIES);
    const rightEntries = arena.i32(right, NODE_ENTRIES);
    const total = leftEntries + rightEntries;
    if (total > LEAF_MERGED_MAXIMUM) return this.balanceLeaves(parent, slots[1]!, left, leftEntries, right, total);
    this.moveElements(left, leftEntries, right, 0, rightEntries);
    arena.setI32(left, NODE_ENTRIES, total);
    arena.setI32(parent, INNER_COUNTS + slots[1]! - 1, total);
    this.unlinkLeaf(tree, right);
    this.dropChild(tree, 1);
  }

  /** Lets the path at `level` lead to the right one of two siblings, of which the child that it led to is one. */
  private faceSibling(level: number): void {
    const { slots } = this;
    // With a right sibling: the pair is (child, sibling), else (sibling, child).
    if (slots[level]! + 1 < this.arena.i32(this.nodes[level]!, NODE_ENTRIES)) slots[level]!++;
    assert(slots[level]! > 0, 'two children of a node that is not on an edge');
  }

  /** Divides the elements of two leaves evenly. `slot` is that of the right one. */
  private balanceLeaves(
    parent: number,
    slot: number,
    left: number,
    leftEntries: number,
    right: number,
    total: number,
  ): void {
    const { arena } = this;
    const rightEntries = total - leftEntries;
    const goal = total >>> 1;
    if (goal > leftEntries) {
      const moved = goal - leftEntries;
      this.moveElements(left, leftEntries, right, 0, moved);
      this.moveElements(right, 0, right, moved, rightEntries - moved);
    } else {
      const moved = leftEntries - goal;
      this.moveElements(right, moved, right, 0, rightEntries);
      this.moveElements(right, 0, left, goal, moved);
    }
    arena.setI32(left, NODE_ENTRIES, goal);
    arena.setI32(right, NODE_ENTRIES, total - goal);
    arena.setI32(parent, INNER_COUNTS + slot - 1, goal);
    arena.setI32(parent, INNER_COUNTS + slot, total - goal);
    arena.setF64(parent, INNER_SCORES + slot, arena.f64(right, LEAF_SCORES));
    arena.setI32(parent, INNER_MEMBERS + slot, arena.i32(right, LEAF_MEMBERS));
  }

  /** Takes a leaf out of the chain and frees it. */
  private unlinkLeaf(tree: number, leaf: number): void {
    const { arena } = this;
    const next = arena.i32(leaf, LEAF_NEXT);
    const previous = arena.i32(leaf, LEAF_PREVIOUS);
    if (next === NONE) arena.setI32(tree, TREE_LAST, previous);
    else arena.setI32(next, LEAF_PREVIOUS, previous);
    if (previous === NONE) arena.setI32(tree, TREE_FIRST, next);
    else arena.setI32(previous, LEAF_NEXT, next);
    arena.free(leaf);
  }

  /** The path's child at `level` is freed: it goes from its parent, which may have to go, too, or to change. */
  private dropChild(tree: number, level: number): void {
    const { arena, nodes, slots } = this;
    const node = nodes[level]!;
    const slot = slots[level]!;
    const entries = arena.i32(node, NODE_ENTRIES) - 1;
    if (slot === 0 && entries > 0) {
      this.renewSeparator(tree, level + 1, arena.f64(node, INNER_SCORES + 1), arena.i32(node, INNER_MEMBERS + 1));
    }
    this.moveChildren(node, slot, node, slot + 1, entries - slot);
    arena.setI32(node, NODE_ENTRIES, entries);
    if (entries < INNER_MINIMUM) this.settleInner(tree, level, entries);
  }

  /** What becomes of the path's inner node at `level`, which has few children left. */
  private settleInner(tree: number, level: number, entries: number): void {
    const { arena, nodes, slots } = this;
    const node = nodes[level]!;
    if (level === arena.i32(tree, TREE_HEIGHT)) return this.lowerTop(tree);
    if (entries === 0) {
      arena.free(node);
      this.dropChild(tree, level + 1);
      return;
    }
    if (this.isFirst(tree, level) || this.isLast(tree, level)) return;
    this.faceSibling(level + 1);
    const parent = nodes[level + 1]!;
    const slot = slots[level + 1]!;
    const left = arena.i32(parent, INNER_CHILDREN + slot - 1);
    const right = arena.i32(parent, INNER_CHILDREN + slot);
    const leftEntries = arena.i32(left, NODE_ENTRIES);
    const rightEntries = arena.i32(right, NODE_ENTRIES);
    // The separator between them becomes that of the right one's first child.
    arena.setF64(right, INNER_SCORES, arena.f64(parent, INNER_SCORES + slot));
    arena.setI32(right, INNER_MEMBERS, arena.i32(parent, INNER_MEMBERS + slot));
    const total = leftEntries + rightEntries;
    if (total > INNER_MERGED_MAXIMUM) return this.balanceInner(parent, slot, left, leftEntries, right, total);
    this.moveChildren(left, leftEntries, right, 0, rightEntries);
    arena.setI32(left, NODE_ENTRIES, total);
    const count = arena.i32(parent, INNER_COUNTS + slot - 1) + arena.i32(parent, INNER_COUNTS + slot);
    arena.setI32(parent, INNER_COUNTS + slot - 1, count);
    arena.free(right);
    this.dropChild(tree, level + 1);
  }

  /** Divides the children of two inner nodes evenly. `slot` is that of the right one, which has all its separators. */
  private balanceInner(
    parent: number,
    slot: number,
    left: number,
    leftEntries: number,
    right: number,
    total: number,
  ): void {
    const { arena } = this;
    const rightEntries = total - leftEntries;
    const goal = total >>> 1;
    if (goal > leftEntries) {
      const moved = goal - leftEntries;
      this.moveChildren(left, leftEntries, right, 0, moved);
      this.moveChildren(right, 0, right, moved, rightEntries - moved);
    } else {
      const moved = leftEntries - goal;
      this.moveChildren(right, moved, right, 0, rightEntries);
      this.moveChildren(right, 0, left, goal, moved);
    }
    arena.setI32(left, NODE_ENTRIES, goal);
    arena.setI32(right, NODE_ENTRIES, total - goal);
    arena.setI32(parent, INNER_COUNTS + slot - 1, this.elementsBelow(left, 0, goal));
    arena.setI32(parent, INNER_COUNTS + slot, this.elementsBelow(right, 0, total - goal));
    arena.setF64(parent, INNER_SCORES + slot, arena.f64(right, INNER_SCORES));
    arena.setI32(parent, INNER_MEMBERS + slot, arena.i32(right, INNER_MEMBERS));
  }

  /** Takes tops away that have one child only. */
  private lowerTop(tree: number): void {
    const { arena } = this;
    let top = arena.i32(tree, TREE_TOP);
    let height = arena.i32(tree, TREE_HEIGHT);
    while (height > 0 && arena.i32(top, NODE_ENTRIES) === 1) {
      const child = arena.i32(top, INNER_CHILDREN);
      arena.free(top);
      top = child;
      height--;
    }
    arena.setI32(tree, TREE_TOP, top);
    arena.setI32(tree, TREE_HEIGHT, height);
  }

  // --- Nodes --------------------------------------------------------------------------------------------------------

  /** Whether the path's node at `level` is the first one of its level. */
  private isFirst(tree: number, level: number): boolean {
    const height = this.arena.i32(tree, TREE_HEIGHT);
    for (let above = level + 1; above <= height; above++) if (this.slots[above] !== 0) return false;
    return true;
  }

  /** Whether the path's node at `level` is the last one of its level. */
  private isLast(tree: number, level: number): boolean {
    const { arena, nodes, slots } = this;
    const height = arena.i32(tree, TREE_HEIGHT);
    for (let above = level + 1; above <= height; above++) {
      if (slots[above]! + 1 < arena.i32(nodes[above]!, NODE_ENTRIES)) return false;
    }
    return true;
  }

  private newLeaf(): number {
    const { arena } = this;
    const leaf = arena.alloc(LEAF_BYTES);
    arena.setI32(leaf, NODE_ENTRIES, 0);
    arena.setI32(leaf, LEAF_NEXT, NONE);
    arena.setI32(leaf, LEAF_PREVIOUS, NONE);
    return leaf;
  }

  private newInner(): number {
    const node = this.arena.alloc(INNER_BYTES);
    this.arena.setI32(node, NODE_ENTRIES, 0);
    return node;
  }

  private setChild(node: number, slot: number, score: number, member: number, child: number, count: number): void {
    const { arena } = this;
    arena.setF64(node, INNER_SCORES + slot, score);
    arena.setI32(node, INNER_MEMBERS + slot, member);
    arena.setI32(node, INNER_CHILDREN + slot, child);
    arena.setI32(node, INNER_COUNTS + slot, count);
  }

  private elementsBelow(node: number, from: number, to: number): number {
    let count = 0;
    for (let i = from; i < to; i++) count += this.arena.i32(node, INNER_COUNTS + i);
    return count;
  }

  /** Copies elements from leaf to leaf, or within one. */
  private moveElements(to: number, toSlot: number, from: number, fromSlot: number, count: number): void {
    const { arena } = this;
    arena.move(to, (LEAF_SCORES + toSlot) << 3, from, (LEAF_SCORES + fromSlot) << 3, count << 3);
    arena.move(to, (LEAF_MEMBERS + toSlot) << 2, from, (LEAF_MEMBERS + fromSlot) << 2, count << 2);
  }

  /** Copies children with their separators and counts from inner node to inner node, or within one. */
  private moveChildren(to: number, toSlot: number, from: number, fromSlot: number, count: number): void {
    const { arena } = this;
    arena.move(to, (INNER_SCORES + toSlot) << 3, from, (INNER_SCORES + fromSlot) << 3, count << 3);
    arena.move(to, (INNER_MEMBERS + toSlot) << 2, from, (INNER_MEMBERS + fromSlot) << 2, count << 2);
    arena.move(to, (INNER_CHILDREN + toSlot) << 2, from, (INNER_CHILDREN + fromSlot) << 2, count << 2);
    arena.move(to, (INNER_COUNTS + toSlot) << 2, from, (INNER_COUNTS + fromSlot) << 2, count << 2);
  }
}
