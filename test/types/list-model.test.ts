/**
 * Random operations on lists and on arrays, at limits so low that nodes are split, joined and compressed all the time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena, isOutOfMemory, NONE, OutOfMemoryError } from '../../src/memory/index.js';
import { ENCODING_LISTPACK, ENCODING_QUICKLIST, encodingOf } from '../../src/types/value.js';
import { Random } from '../../src/util/random.js';
import { spans } from '../keyspace/support.js';
import { RUNS_FACTOR, seedParameter } from '../support/differential.js';
import { Collector, ListBench, textsOf } from './list-support.js';

/** One operation; the numbers are taken modulo what there is. */
type Operation =
  | { kind: 'push'; atFront: boolean; texts: string[] }
  | { kind: 'pop'; atFront: boolean }
  | { kind: 'set'; index: number; text: string }
  | { kind: 'insert'; pivot: number; behind: boolean; text: string }
  | { kind: 'keep'; index: number; count: number; withRest: boolean }
  | { kind: 'remove'; of: number; most: number; fromFront: boolean }
  | { kind: 'rotate'; fromFront: boolean; toFront: boolean }
  | { kind: 'copy' }
  | { kind: 'limits'; size: number; depth: number; threshold: number };

const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'bb', 'ccc', '', '1', '-1', '127', '128', '4095', '-4096', '4096') },
  { weight: 3, arbitrary: fc.string({ maxLength: 12, unit: 'binary-ascii' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['32767', '-32768', '32768', '8388607', '-8388608', '8388608', '2147483647', '-2147483648', '2147483648'],
      ...['9007199254740991', '9007199254740993', '-9007199254740993', '9223372036854775807', '-9223372036854775808'],
      ...['9223372036854775808', '007', '+1', '-0', '1 '],
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('x', 'y'),
        fc.constantFrom(62, 63, 64, 126, 127, 128, 400, 1000, 4080, 4095, 4096, 4097, 9000),
      )
      .map(([char, length]) => char.repeat(length)),
  },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      atFront: fc.boolean(),
      texts: fc.array(texts, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pop' as const), atFront: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), index: fc.nat(), text: texts }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      pivot: fc.nat(),
      behind: fc.boolean(),
      text: texts,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('keep' as const),
      index: fc.nat(),
      count: fc.nat(),
      withRest: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      of: fc.nat(),
      most: fc.constantFrom(1, 2, 3, 1e9),
      fromFront: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rotate' as const), fromFront: fc.boolean(), toFront: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'copy' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limits' as const),
      size: fc.constantFrom(-1, -2, 0, 1, 2, 3, 5, 64),
      depth: fc.constantFrom(0, 0, 1, 2),
      threshold: fc.constantFrom(0, 0, 0, 3, 100),
    }),
  },
);

/** Says where two arrays differ: a tenth of the time of `toEqual`. */
function expectSame(got: string[], wanted: string[]): void {
  const at = wanted.findIndex((text, i) => text !== got[i]);
  if (at >= 0 || got.length !== wanted.length) {
    expect({ at, length: got.length, text: got[at] }).toEqual({ at, length: wanted.length, text: wanted[at] });
  }
}

/** Holds a list against an array. */
class Model extends ListBench {
  texts: string[] = [];
  value = this.list();
  /** For a copy, which takes its place. */
  private spare = this.holder();
  /** What the account has beside the list. */
  private readonly otherBytes = this.arena.account.used - this.lists.memoryUsage(this.value, 0);

  apply(operation: Operation): void {
    const { lists, texts, value } = this;
    const length = texts.length;
    switch (operation.kind) {
      case 'push': {
        this.push(value, operation.atFront, ...operation.texts);
        if (operation.atFront) texts.unshift(...operation.texts.toReversed());
        else texts.push(...operation.texts);
        return;
      }
      case 'pop': {
        if (length === 0) return;
        const sink = new Collector();
        lists.pop(value, operation.atFront, sink);
        expect(sink.texts).toEqual([operation.atFront ? texts.shift() : texts.pop()]);
        return;
      }
      case 'set': {
        const index = operation.index % (length + 1);
        expect(lists.set(value, index, spans(operation.text), 0)).toBe(index < length);
        if (index < length) texts[index] = operation.text;
        return;
      }
      case 'insert': {
        const pivot = length === 0 ? 'none' : texts[operation.pivot % length]!;
        const index = texts.indexOf(pivot);
        const got = lists.insert(value, spans(pivot, operation.text), 0, 1, operation.behind);
        expect(got).toBe(index < 0 ? -1 : length + 1);
        if (index >= 0) texts.splice(operation.behind ? index + 1 : index, 0, operation.text);
        return;
      }
      case 'keep': {
        if (length === 0) return;
        const index = operation.index % length;
        const count = 1 + (operation.count % (length - index));
        this.keep(index, count, operation.withRest);
        this.texts = texts.slice(index, index + count);
        return;
      }
      case 'remove':
        return this.remove(length === 0 ? 'none' : texts[operation.of % length]!, operation.most, operation.fromFront);
      case 'rotate': {
        if (length === 0) return;
        lists.rotate(value, operation.fromFront, operation.toFront, lists.copyEnd(value, operation.fromFront));
        const moved = operation.fromFront ? texts.shift()! : texts.pop()!;
        if (operation.toFront) texts.unshift(moved);
        else texts.push(moved);
        return;
      }
      case 'copy': {
        this.lists.copy(value, this.spare);
        this.value = this.spare;
        this.spare = value;
        while (!this.lists.free(value, 5));
        return;
      }
      case 'limits':
        this.limits.listMaxListpackSize = operation.size;
        this.limits.listCompressDepth = operation.depth;
        lists.quicklist.packedThreshold = operation.threshold;
    }
  }

  private keep(index: number, count: number, withRest: boolean): void {
    const { lists, value, texts } = this;
    const rest = withRest ? this.holder() : NONE;
    if (rest !== NONE) lists.createRest(rest);
    lists.keepRange(value, index, count, rest);
    if (rest === NONE) return;
    const kept = new Set(texts);
    for (const text of textsOf(lists, rest)) expect(kept.has(text)).toBe(true);
    this.free(rest, 3);
  }

  private remove(text: string, most: number, fromFront: boolean): void {
    const { lists, value, texts } = this;
    const bytes = spans(text);
    const removed = lists.removeEqual(value, lists.wanted(bytes.bytes, bytes.view, 1, text.length), most, fromFront);
    let left = most;
    const others = (fromFront ? texts : texts.toReversed()).filter((other) => other !== text || left-- <= 0);
    expect(removed).toBe(texts.length - others.length);
    this.texts = fromFront ? others : others.toReversed();
  }

  /** All that can be read, and the invariants. */
  check(): void {
    const { lists, value, texts } = this;
    expect(lists.length(value)).toBe(texts.length);
    expectSame(textsOf(lists, value), texts);
    expect(lists.memoryUsage(value, 0)).toBe(this.arena.account.used - this.otherBytes);
    if (texts.length === 0) return;
    const index = texts.length >> 1;
    const one = new Collector();
    lists.range(value, index, 1, one);
    expect(one.texts).toEqual([texts[index]]);
    const wanted = spans(texts[index]!);
    const element = lists.wanted(wanted.bytes, wanted.view, 1, texts[index]!.length);
    expect(lists.indexOf(value, element)).toBe(texts.indexOf(texts[index]!));
    for (const fromFront of [true, false]) {
      const positions: number[] = [];
      const query = { fromFront, skipped: 1, most: 3, mostCompared: 50 };
      const found = lists.positions(value, element, query, { int: (position) => positions.push(position) });
      const order = texts.map((_text, i) => (fromFront ? i : texts.length - 1 - i)).slice(0, 50);
      expect(positions).toEqual(order.filter((i) => texts[i] === texts[index]).slice(1, 4));
      expect(found).toBe(positions.length);
    }
    this.checkNodes();
  }

  private checkNodes(): void {
    const { arena, lists, value, texts } = this;
    let elements = 0;
    let nodes = 0;
    lists.forEachNode(value, (_bytes, _from, length, count, isPlain) => {
      nodes++;
      elements += count;
      if (isPlain) expect(count).toBe(1);
      else expect(length).toBeGreaterThanOrEqual(count * 2);
    });
    expect(elements).toBe(texts.length);
    expect(nodes).toBe(lists.nodeCount(value));
    if (encodingOf(arena, value) === ENCODING_LISTPACK) return expect(nodes).toBe(1);
    expect(encodingOf(arena, value)).toBe(ENCODING_QUICKLIST);
  }
}

const patience = { timeout: 120_000 * RUNS_FACTOR };

describe('a list', () => {
  it('holds what an array holds after the same operations, and gives all memory back', patience, () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 100, size: 'max' }), (operations) => {
        const model = new Model();
        model.limits.listMaxListpackSize = 3;
        const empty = model.arena.account.used;
        for (const operation of operations) {
          model.apply(operation);
          model.check();
        }
        model.free(model.value);
        model.value = model.list();
        expect(model.arena.account.used).toBe(empty);
      }),
      { numRuns: 120 * RUNS_FACTOR, ...seedParameter() },
    );
  });
});

class ScarceArena extends Arena {
  refuses = false;
  readonly chance = new Random(3);

  override alloc(size: number): number {
    if (this.refuses && this.chance.below(3) === 0) throw new OutOfMemoryError(size);
    return super.alloc(size);
  }
}

/** Gives so many blocks and no more. */
class CountedArena extends Arena {
  left = Number.POSITIVE_INFINITY;

  override alloc(size: number): number {
    if (this.left === 0) throw new OutOfMemoryError(size);
    this.left--;
    return super.alloc(size);
  }
}

describe('a list whose memory runs out', () => {
  it('is as it was after an operation that fails, and does it when there is memory again', patience, () => {
    let failures = 0;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 100, size: 'max' }), (operations) => {
        const arena = new ScarceArena();
        const model = new Model(arena);
        model.limits.listMaxListpackSize = 3;
        const empty = arena.account.used;
        for (const operation of operations) {
          arena.refuses = operation.kind !== 'keep' || !operation.withRest;
          try {
            model.apply(operation);
          } catch (error) {
            if (!isOutOfMemory(error)) throw error;
            failures++;
            arena.refuses = false;
            model.check();
            model.apply(operation);
          }
          arena.refuses = false;
          model.check();
        }
        model.free(model.value);
        model.value = model.list();
        expect(arena.account.used).toBe(empty);
      }),
      { numRuns: 100 * RUNS_FACTOR, ...seedParameter() },
    );
    expect(failures).toBeGreaterThan(200);
  });

  it('takes back what it has pushed to a node that was compressed, wherever memory ends', () => {
    for (let allowed = 0; ; allowed++) {
      const arena = new CountedArena();
      const model = new Model(arena);
      model.limits.listMaxListpackSize = 3;
      model.limits.listCompressDepth = 1;
      model.apply({ kind: 'push', atFront: false, texts: Array.from({ length: 9 }, (_, i) => `${i}`.repeat(60)) });
      arena.left = 0; // so that the second node stays compressed when it becomes the first
      for (let i = 0; i < 3; i++) model.apply({ kind: 'pop', atFront: true });
      model.check();
      model.limits.listMaxListpackSize = 5;
      arena.left = allowed;
      try {
        model.apply({ kind: 'push', atFront: true, texts: ['a', 'y'.repeat(10_000), 'b'] });
        expect(allowed).toBeGreaterThan(2);
        return model.check();
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        model.check();
      }
    }
  });
});
