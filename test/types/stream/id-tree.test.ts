/**
 * The tree of ids against a sorted list: random insertions and removals in the orders that streams have, and others.
 */
import { describe, expect, test } from 'vitest';
import { Arena } from '../../../src/memory/index.js';
import { IdTree } from '../../../src/types/stream/id-tree.js';
import { TREE_WORDS } from '../../../src/types/stream/id-tree-reader.js';
import { StreamId } from '../../../src/types/stream/stream-id.js';
import { Random } from '../../../src/util/random.js';
import { bigId, idOf, SEEDS } from './support.js';

const AT = 3;

/** A tree beside the sorted list of what it should hold. */
class TreeModel {
  readonly arena = new Arena();
  readonly empty = this.arena.stats().liveBytes;
  readonly owner = this.arena.alloc((AT + TREE_WORDS) * 4);
  readonly tree: IdTree;
  readonly keys: bigint[] = [];
  private readonly id = new StreamId();

  constructor(private readonly payloadWords: number) {
    this.tree = new IdTree(this.arena, AT, payloadWords);
    this.tree.init(this.owner);
  }

  has(key: bigint): boolean {
    return this.keys[this.place(key)] === key;
  }

  insert(key: bigint): void {
    const at = this.place(key);
    this.keys.splice(at, 0, key);
    this.tree.insert(this.owner, idOf(key, this.id));
    for (let word = 0; word < this.payloadWords; word++) this.tree.setPayload(word, payloadOf(key, word));
  }

  remove(key: bigint): void {
    const at = this.place(key);
    const isThere = this.keys[at] === key;
    if (isThere) this.keys.splice(at, 1);
    expect(this.tree.remove(this.owner, idOf(key, this.id))).toBe(isThere);
  }

  /** Looks for what is there, and for what is not. */
  checkSeeks(key: bigint): void {
    const { tree, owner, keys } = this;
    const at = this.place(key);
    const exact = keys[at] === key;
    expect(tree.seek(owner, idOf(key, this.id))).toBe(exact);
    if (exact) this.checkPosition(key);
    this.checkSeek(tree.seekCeiling(owner, idOf(key, this.id)), keys[at]);
    this.checkSeek(tree.seekFloor(owner, idOf(key, this.id)), exact ? key : keys[at - 1]);
  }

  checkAll(): void {
    const { tree, owner, keys } = this;
    expect(tree.count(owner)).toBe(keys.length);
    const forwards: bigint[] = [];
    for (let more = tree.first(owner); more; more = tree.next()) {
      forwards.push(bigId(tree.idOf(this.id)));
      this.checkPosition(forwards[forwards.length - 1]!);
    }
    expectSame(forwards, keys);
    const backwards: bigint[] = [];
    for (let more = tree.last(owner); more; more = tree.previous()) backwards.push(bigId(tree.idOf(this.id)));
    expectSame(backwards.reverse(), keys);
    const own = this.arena.blockSize(owner);
    expect(tree.bytes(owner, 0)).toBe(this.arena.stats().liveBytes - this.empty - own);
  }

  place(key: bigint): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private checkSeek(found: boolean, wanted: bigint | undefined): void {
    expect(found).toBe(wanted !== undefined);
    if (wanted !== undefined) this.checkPosition(wanted);
  }

  private checkPosition(key: bigint): void {
    if (bigId(this.tree.idOf(this.id)) !== key) expect.fail(`${this.id} in place of ${key.toString(16)}`);
    for (let word = 0; word < this.payloadWords; word++) {
      if (this.tree.payload(word) !== payloadOf(key, word)) expect.fail(`another payload of ${key.toString(16)}`);
    }
  }
}

/** Fails when the lists differ; shows them only then, since that takes its time. */
function expectSame(got: readonly bigint[], wanted: readonly bigint[]): void {
  if (got.length !== wanted.length || got.some((key, i) => key !== wanted[i])) expect(got).toEqual(wanted);
}

function payloadOf(key: bigint, word: number): number {
  return Number(BigInt.asIntN(32, key * 2654435761n + BigInt(word)));
}

const EDGES = [
  0n,
  1n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n,
  2n ** 96n,
  2n ** 127n,
  2n ** 128n - 1n,
];

/** How the next key is chosen. */
const ORDERS: Record<string, (random: Random, n: number) => bigint> = {
  ascending: (_random, n) => BigInt(n) << 60n,
  descending: (_random, n) => BigInt(1_000_000 - n) << 64n,
  scattered: (random) => BigInt(random.below(5000)) * 2n ** 70n,
  anywhere: (random) =>
    Array.from({ length: 4 }, () => BigInt(random.int32() >>> 0)).reduce((key, word) => (key << 32n) | word),
  'at the edges': (random) => {
    const key = EDGES[random.below(EDGES.length)]! + BigInt(random.below(400) - 200);
    return BigInt.asUintN(128, key);
  },
};

describe.each([0, 1, 5])('a tree with %i words for each id', (payloadWords) => {
  for (const [order, nextKey] of Object.entries(ORDERS)) {
    test.each(SEEDS)(`holds what was put in, ids coming ${order} (seed %i)`, (seed) => {
      const random = new Random(seed);
      const model = new TreeModel(payloadWords);
      for (let n = 0; n < 3000; n++) {
        const key = nextKey(random, n);
        if (model.has(key)) model.remove(key);
        else model.insert(key);
        if (n % 50 === 0) model.checkSeeks(nextKey(random, random.below(n + 1)));
        if (n % 1000 === 999) model.checkAll();
      }
      drain(model, random, seed);
    });
  }

  test('begins small and gives back what it no longer needs', () => {
    const model = new TreeModel(payloadWords);
    model.insert(5n);
    expect(model.tree.bytes(model.owner, 0)).toBeLessThanOrEqual(16 + 4 * (16 + 4 * payloadWords) + 8);
    for (let n = 6n; n < 5000n; n++) model.insert(n);
    const { keys } = model;
    while (keys.length > 1) model.remove(keys[keys.length >>> 1]!);
    model.checkAll();
    expect(model.tree.bytes(model.owner, 0)).toBeLessThan(400);
  });

  test('gives up its leaves from the first on', () => {
    const model = new TreeModel(payloadWords);
    for (let n = 0n; n < 8_000n; n++) model.insert(n * 3n);
    const { arena, tree, owner, keys } = model;
    while (tree.count(owner) > 0) {
      const leaf = tree.detachFirstLeaf(owner);
      const gone = keys.splice(0, tree.leafEntries(leaf));
      if (payloadWords > 0) {
        expect(tree.leafPayload(leaf, gone.length - 1, 0)).toBe(payloadOf(gone[gone.length - 1]!, 0));
      }
      arena.free(leaf);
      if (keys.length % 29 === 0) model.checkAll();
    }
    expect(keys).toEqual([]);
    expect(tree.detachFirstLeaf(owner)).toBe(0);
    model.checkAll();
  });

  test('estimates its size from a few leaves', () => {
    const model = new TreeModel(payloadWords);
    for (let n = 0n; n < 10_000n; n++) model.insert(n);
    const exact = model.tree.bytes(model.owner, 0);
    expect(Math.abs(model.tree.bytes(model.owner, 5) - exact)).toBeLessThan(exact / 10);
  });
});

/** Removes everything, in an order that the seed chooses. */
function drain(model: TreeModel, random: Random, seed: number): void {
  const { keys } = model;
  while (keys.length > 0) {
    const at = [0, keys.length - 1, random.below(keys.length)][seed % 3]!;
    model.remove(keys[at]!);
    if (keys.length % 701 === 0) model.checkAll();
  }
  expect(model.tree.bytes(model.owner, 0)).toBe(0);
  expect(model.arena.stats().liveBytes - model.empty).toBe(model.arena.blockSize(model.owner));
}
