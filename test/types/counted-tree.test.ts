/**
 * The counted B+-tree against a sorted array: the same elements in the same order after every kind of change, and all
 * of its invariants.
 */
import { describe, expect, it } from 'vitest';
import { Arena, NONE, SnapshotArena } from '../../src/memory/index.js';
import { CountedTrees } from '../../src/types/counted-tree.js';
import {
  CountedTreeReader,
  INNER_CAPACITY,
  INNER_CHILDREN,
  INNER_COUNTS,
  INNER_MEMBERS,
  INNER_SCORES,
  LEAF_CAPACITY,
  LEAF_MEMBERS,
  LEAF_NEXT,
  LEAF_PREVIOUS,
  LEAF_SCORES,
  MEMBER_BYTES,
  MEMBER_LENGTH,
  MEMBER_SCORE,
  NODE_ENTRIES,
  TREE_COUNT,
  TREE_FIRST,
  TREE_HEIGHT,
  TREE_LAST,
  TREE_TOP,
  TREE_WORDS,
  TreeCursor,
} from '../../src/types/counted-tree-reader.js';
import { Random } from '../../src/util/random.js';
import { copySlabs, runOracle } from '../memory/oracle.js';

interface Element {
  score: number;
  readonly bytes: Buffer;
  readonly member: number;
}

function order(a: Element, b: Element): number {
  return a.score - b.score || Buffer.compare(a.bytes, b.bytes);
}

/** How scores are drawn: some sets have many members of one score. */
type Scores = (random: Random) => number;

/** A tree beside the sorted array that it should be. */
class Rig {
  readonly arena = new Arena();
  readonly trees = new CountedTrees(this.arena);
  readonly tree: number;
  readonly elements: Element[] = [];
  private readonly cursor = new TreeCursor();
  private made = 0;

  constructor(
    readonly random: Random,
    readonly scores: Scores,
  ) {
    this.tree = this.arena.alloc(TREE_WORDS * 4);
    this.trees.init(this.tree);
  }

  /** A member's block. Members share beginnings, and some are a beginning of others. */
  make(score: number): Element {
    const number = this.made++;
    const text = `member:${number % 3 === 0 ? '' : '\xff'}${number.toString(7 + (number % 3))}${'x'.repeat(number % 5)}`;
    const bytes = Buffer.from(`${text}${number % 3}${number}`, 'latin1');
    const member = this.arena.alloc(MEMBER_BYTES + bytes.length);
    this.arena.setI32(member, MEMBER_LENGTH, bytes.length);
    this.arena.setF64(member, MEMBER_SCORE, score);
    this.arena.copyIn(member, MEMBER_BYTES, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
    return { score, bytes, member };
  }

  /** Where an element is, or would be. */
  place(element: Element): number {
    let low = 0;
    let high = this.elements.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order(this.elements[middle]!, element) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(score = this.scores(this.random)): void {
    const element = this.make(score);
    this.trees.insert(this.tree, score, element.member);
    this.elements.splice(this.place(element), 0, element);
  }

  append(score: number): void {
    const last = this.elements.at(-1);
    if (last !== undefined && last.score >= score) return;
    const element = this.make(score);
    this.trees.append(this.tree, score, element.member);
    this.elements.push(element);
  }

  remove(rank = this.random.below(this.elements.length)): void {
    const [element] = this.elements.splice(rank, 1);
    this.trees.remove(this.tree, element!.score, element!.member);
    this.arena.free(element!.member);
  }

  update(): void {
    const rank = this.random.below(this.elements.length);
    const element = this.elements[rank]!;
    const isNear = this.scores !== SCORES['all equal'] && this.random.below(2) === 0;
    const score = isNear ? element.score + this.random.float() / 100 : this.scores(this.random);
    if (score === element.score) return;
    this.elements.splice(rank, 1);
    this.trees.update(this.tree, element.score, score, element.member);
    this.arena.setF64(element.member, MEMBER_SCORE, score);
    element.score = score;
    this.elements.splice(this.place(element), 0, element);
  }

  removeRange(rank: number, count: number): void {
    const gone = this.elements.splice(rank, count);
    for (let left = gone.length; left > 0; ) {
      const slice = this.trees.removeAtRank(this.tree, rank, left);
      for (let i = 0; i < slice; i++) {
        const element = gone[gone.length - left + i]!;
        expect(this.trees.removed[i]).toBe(element.member);
        this.arena.free(element.member);
      }
      left -= slice;
    }
  }

  /** Any change. @param growth of 100, how many are additions */
  change(growth: number): void {
    if (this.elements.length === 0 || this.random.below(100) < growth) return this.add();
    switch (this.random.below(8)) {
      case 0:
      case 1:
        return this.update();
      case 2:
        return this.remove(0);
      case 3:
        return this.remove(this.elements.length - 1);
      default:
        return this.remove();
    }
  }

  // --- Checks -------------------------------------------------------------------------------------------------------

  /** The tree forwards and backwards, and its invariants. */
  check(): void {
    const { arena, tree, elements } = this;
    const members = elements.map(({ member }) => member);
    expect(membersOf(this.trees, tree)).toEqual(members);
    const backwards: number[] = [];
    for (let more = this.trees.seekLast(tree, this.cursor); more; more = this.trees.previous(this.cursor)) {
      backwards.push(this.trees.memberAt(this.cursor));
    }
    expect(backwards.reverse()).toEqual(members);
    const height = arena.i32(tree, TREE_HEIGHT);
    const leaves: number[] = [];
    const seen = this.checkNode(arena.i32(tree, TREE_TOP), height, true, true, true, leaves);
    expect(seen).toBe(elements.length);
    expect(arena.i32(tree, TREE_COUNT)).toBe(elements.length);
    expect(arena.i32(tree, TREE_FIRST)).toBe(leaves[0]);
    expect(arena.i32(tree, TREE_LAST)).toBe(leaves.at(-1));
    leaves.forEach((leaf, i) => {
      expect(arena.i32(leaf, LEAF_PREVIOUS)).toBe(leaves[i - 1] ?? NONE);
      expect(arena.i32(leaf, LEAF_NEXT)).toBe(leaves[i + 1] ?? NONE);
    });
  }

  /** Elements below a node; its leaves are added to `leaves`. */
  private checkNode(
    node: number,
    level: number,
    isTop: boolean,
    isFirst: boolean,
    isLast: boolean,
    leaves: number[],
  ): number {
    const { arena } = this;
    const entries = arena.i32(node, NODE_ENTRIES);
    const capacity = level === 0 ? LEAF_CAPACITY : INNER_CAPACITY;
    expect(entries).toBeLessThanOrEqual(capacity);
    if (isTop) expect(entries).toBeGreaterThanOrEqual(level === 0 ? 0 : 2);
    else expect(entries).toBeGreaterThanOrEqual(isFirst || isLast ? 1 : capacity >>> 2);
    if (level === 0) {
      leaves.push(node);
      for (let i = 0; i < entries; i++) {
        expect(arena.f64(node, LEAF_SCORES + i)).toBe(arena.f64(arena.i32(node, LEAF_MEMBERS + i), MEMBER_SCORE));
      }
      return entries;
    }
    let total = 0;
    for (let i = 0; i < entries; i++) {
      const child = arena.i32(node, INNER_CHILDREN + i);
      const edges = [isFirst && i === 0, isLast && i === entries - 1] as const;
      const first = leaves.length;
      const count = this.checkNode(child, level - 1, false, ...edges, leaves);
      expect(arena.i32(node, INNER_COUNTS + i)).toBe(count);
      if (i > 0) {
        expect(arena.i32(node, INNER_MEMBERS + i)).toBe(arena.i32(leaves[first]!, LEAF_MEMBERS));
        expect(arena.f64(node, INNER_SCORES + i)).toBe(arena.f64(leaves[first]!, LEAF_SCORES));
      }
      total += count;
    }
    return total;
  }

  /** Looks for elements and for places between them, by rank, score and bytes. */
  look(): void {
    const { trees, tree, elements, cursor, random } = this;
    const rank = random.below(elements.length + 1);
    expect(trees.seekRank(tree, rank, cursor)).toBe(rank < elements.length);
    if (rank === elements.length) return;
    const element = elements[rank]!;
    expect([trees.memberAt(cursor), trees.scoreAt(cursor)]).toEqual([element.member, element.score]);
    expect(trees.rankOf(tree, element.score, element.member)).toBe(rank);
    const score = random.below(3) === 0 ? this.scores(random) : element.score;
    for (const exclusive of [false, true]) {
      const wanted = elements.findIndex((each) => (exclusive ? each.score > score : each.score >= score));
      expect(trees.seekScore(tree, score, exclusive, cursor)).toBe(wanted >= 0);
      if (wanted >= 0) expect(trees.memberAt(cursor)).toBe(elements[wanted]!.member);
      expect(trees.rankOfScore(tree, score, exclusive)).toBe(wanted >= 0 ? wanted : elements.length);
    }
  }

  /** Looks for members by their bytes alone; all scores must be the same. */
  lookForBytes(): void {
    const { trees, tree, elements, cursor, random } = this;
    const sought = Buffer.from(elements[random.below(elements.length)]!.bytes.toString('latin1'), 'latin1');
    if (random.below(3) === 0) sought[sought.length - 1]!++;
    const length = random.below(3) === 0 ? random.below(sought.length) : sought.length;
    const view = new DataView(sought.buffer, sought.byteOffset, sought.length);
    for (const exclusive of [false, true]) {
      const wanted = elements.findIndex(({ bytes }) => {
        const compared = Buffer.compare(bytes, sought.subarray(0, length));
        return exclusive ? compared > 0 : compared >= 0;
      });
      expect(trees.seekBytes(tree, sought, view, 0, length, exclusive, cursor)).toBe(wanted >= 0);
      if (wanted >= 0) expect(trees.memberAt(cursor)).toBe(elements[wanted]!.member);
      const rank = trees.rankOfBytes(tree, sought, view, 0, length, exclusive);
      expect(rank).toBe(wanted >= 0 ? wanted : elements.length);
    }
  }
}

function membersOf(trees: CountedTreeReader, tree: number): number[] {
  const cursor = new TreeCursor();
  const members: number[] = [];
  for (let more = trees.seekFirst(tree, cursor); more; more = trees.next(cursor)) members.push(trees.memberAt(cursor));
  return members;
}

const SCORES: Readonly<Record<string, Scores>> = {
  'all different': (random) => random.float() * 1e6 - 5e5,
  'of a few': (random) => random.below(5) - 2,
  'all equal': () => 1,
  'with infinities': (random) => [-1 / 0, -1.5, 0, 2 ** 53, 1 / 0][random.below(5)]!,
};

/** Prints the seed with whatever fails; REDSTART_SEED repeats it. */
const SEED = Number(process.env['REDSTART_SEED'] ?? 20_261_127);

describe('a counted tree', () => {
  for (const [name, scores] of Object.entries(SCORES)) {
    it(`is in order whatever is changed, with scores that are ${name} (seed ${SEED})`, () => {
      const rig = new Rig(new Random(SEED), scores);
      for (const growth of [80, 95, 90, 45, 10, 60, 5]) {
        for (let i = 0; i < 1500; i++) {
          rig.change(growth);
          if (i % 5 === 0) rig.look();
          if (i % 5 === 0 && name === 'all equal' && rig.elements.length > 0) rig.lookForBytes();
          if (i % 300 === 0) rig.check();
        }
        rig.check();
      }
    });

    it(`loses ranges of ranks, slice by slice, with scores that are ${name} (seed ${SEED})`, () => {
      const random = new Random(SEED);
      for (let round = 0; round < 5; round++) {
        const rig = new Rig(random, scores);
        for (let i = 0; i < 6000; i++) rig.add();
        while (rig.elements.length > 0) {
          const rank = random.below(rig.elements.length);
          rig.removeRange(rank, 1 + random.below(round < 2 ? 2000 : 100 * round));
          rig.check();
          for (let i = 0; i < 20; i++) rig.change(20);
        }
      }
    });
  }

  it('takes elements in ascending order, in descending order and behind the last, and keeps its leaves full', () => {
    for (const step of [1, -1, 0]) {
      const rig = new Rig(new Random(SEED), () => 0);
      for (let i = 0; i < 20_000; i++) step === 0 ? rig.append(i) : rig.add(i * step);
      rig.check();
      const nodes = rig.trees.nodeBytes(rig.tree, 0);
      expect(nodes / rig.elements.length).toBeLessThan(13);
    }
  });

  it('is emptied from either end, and is a tree of one leaf then', () => {
    for (const fromEnd of [false, true]) {
      const rig = new Rig(new Random(SEED), SCORES['all different']!);
      for (let i = 0; i < 20_000; i++) rig.add();
      while (rig.elements.length > 0) {
        rig.remove(fromEnd ? rig.elements.length - 1 : 0);
        if (rig.elements.length % 500 === 0) rig.check();
      }
      expect(rig.arena.i32(rig.tree, TREE_HEIGHT)).toBe(0);
      rig.add();
      rig.check();
    }
  });

  it('gives every block back, in pieces', () => {
    for (const count of [0, 1, LEAF_CAPACITY, LEAF_CAPACITY + 1, 30_000]) {
      const rig = new Rig(new Random(SEED), SCORES['of a few']!);
      const before = rig.arena.stats().liveBytes;
      rig.trees.free(rig.tree, 1e9);
      rig.trees.init(rig.tree);
      for (let i = 0; i < count; i++) rig.add();
      let calls = 1;
      while (!rig.trees.free(rig.tree, 10)) calls++;
      expect(calls).toBeGreaterThanOrEqual(count / LEAF_CAPACITY / 20);
      expect(rig.trees.free(rig.tree, 10)).toBe(true);
      for (const { member } of rig.elements) rig.arena.free(member);
      rig.trees.init(rig.tree);
      expect(rig.arena.stats().liveBytes).toBe(before);
    }
  });

  it('knows the bytes of its nodes, exactly or about', () => {
    const rig = new Rig(new Random(SEED), SCORES['all different']!);
    expect(rig.trees.nodeBytes(rig.tree, 0)).toBe(1024);
    for (let i = 0; i < 50_000; i++) rig.add();
    const members = rig.elements.reduce((sum, { member }) => sum + rig.arena.blockSize(member), 0);
    const exact = rig.trees.nodeBytes(rig.tree, 0);
    expect(exact).toBe(rig.arena.stats().liveBytes - members - rig.arena.blockSize(rig.tree));
    for (const leaves of [1, 5, 100]) {
      expect(Math.abs(rig.trees.nodeBytes(rig.tree, leaves) / exact - 1)).toBeLessThan(0.5);
    }
  });
});

describe('a snapshot of a counted tree', () => {
  it.each([1, 2, 3])('holds the elements of its start while the tree changes (seed %i)', (seed) => {
    const rig = new Rig(new Random(seed), seed === 1 ? SCORES['of a few']! : SCORES['all different']!);
    for (let i = 0; i < 8000; i++) rig.change(80);
    const wanted = rig.elements.map(({ score, bytes }) => `${score} ${bytes.toString('latin1')}`);
    const memory = new SnapshotArena(rig.arena.beginSnapshot());
    const trees = new CountedTreeReader(memory);
    const cursor = new TreeCursor();
    const seen: string[] = [];
    for (let more = trees.seekFirst(rig.tree, cursor); more; more = trees.next(cursor)) {
      const member = trees.memberAt(cursor);
      const bytes = Buffer.alloc(memory.i32(member, MEMBER_LENGTH));
      memory.copyOut(member, MEMBER_BYTES, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
      seen.push(`${trees.scoreAt(cursor)} ${bytes.toString('latin1')}`);
      expect(trees.rankOf(rig.tree, trees.scoreAt(cursor), member)).toBe(seen.length - 1);
      for (let i = 0; i < 3; i++) rig.change(seed * 20);
    }
    rig.arena.endSnapshot();
    expect(seen).toEqual(wanted);
    rig.check();
  });

  it('is the same byte for byte while the tree changes', async () => {
    const rig = new Rig(new Random(SEED), SCORES['all different']!);
    for (let i = 0; i < 20_000; i++) rig.add();
    const handle = rig.arena.beginSnapshot();
    const copies = copySlabs(rig.arena, handle);
    const verdict = await runOracle(handle, copies, 'image', true, () => {
      for (let i = 0; i < 200; i++) rig.change(50);
      if (rig.elements.length > 500) rig.removeRange(rig.random.below(400), 100);
    });
    rig.arena.endSnapshot();
    expect(verdict.differences).toBe(0);
    expect(verdict.comparedBytes).toBeGreaterThan(0);
    rig.check();
  });
});
