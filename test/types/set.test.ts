/** Sets beside JavaScript's, in all encodings, in a snapshot, without memory, and by chance. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Arena, NONE, OutOfMemoryError, SnapshotArena } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { SetReader, Sets } from '../../src/types/set.js';
import {
  ENCODING_HASHTABLE,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  encodingOf,
  HOLDER_BYTES,
  rootOf,
  WORD_META,
  WORD_VALUE,
} from '../../src/types/value.js';
import { KeyHasher } from '../../src/util/hash.js';
import { Random } from '../../src/util/random.js';
import { copySlabs, runOracle } from '../memory/oracle.js';
import { anyElement, element, integerText, runs, textOf } from './support.js';

const TYPE_SET = 2;

afterEach(() => void vi.restoreAllMocks());

/** Sets of one arena; one of them beside a set of texts. */
class Rig {
  readonly arena = new Arena();
  readonly limits = new TypeLimits();
  readonly sets = new Sets(this.arena, new KeyHasher(1, 2), this.limits, new Random(3));
  readonly holder = this.newHolder();
  readonly model = new Set<string>();

  newHolder(): number {
    const holder = this.arena.alloc(HOLDER_BYTES);
    this.arena.setI32(holder, WORD_META, TYPE_SET);
    this.arena.setI32(holder, WORD_VALUE, NONE);
    return holder;
  }

  create(first: string, expected = 1): void {
    const [bytes, , from, length] = element(first);
    this.sets.create(this.holder, bytes, from, length, expected);
  }

  add(text: string): void {
    expect(this.sets.add(this.holder, ...element(text))).toBe(!this.model.has(text));
    this.model.add(text);
  }

  remove(text: string): void {
    expect(this.sets.remove(this.holder, ...element(text))).toBe(this.model.delete(text));
  }

  get encoding(): number {
    return encodingOf(this.arena, this.holder);
  }

  texts(holder = this.holder): string[] {
    return textsOf(this.sets, holder);
  }

  check(holder = this.holder): void {
    expect(this.sets.count(holder)).toBe(this.model.size);
    expect(this.texts(holder).sort()).toEqual([...this.model].sort());
    for (const text of this.model) expect(this.sets.has(holder, ...element(text))).toBe(true);
  }

  /** Fills the set with `count` members of the kind that its encoding is for. */
  fill(encoding: number, count: number): void {
    const text = (i: number): string => (encoding === ENCODING_INTSET ? String(i * 1000 - 4000) : `member ${i}`);
    this.create(text(0), encoding === ENCODING_HASHTABLE ? this.limits.setMaxListpackEntries + 1 : 1);
    for (let i = 0; i < count; i++) this.add(text(i));
    expect(this.encoding).toBe(encoding);
  }
}

function textsOf(reader: SetReader, holder: number): string[] {
  const texts: string[] = [];
  reader.forEach(holder, (bytes, view, from, length) => texts.push(textOf(bytes, view, from, length)));
  return texts;
}

/** Lets the arena give `left` more blocks, and then none. */
function failAllocations(arena: Arena, left: number): void {
  let rest = left;
  const alloc = arena.alloc.bind(arena);
  vi.spyOn(arena, 'alloc').mockImplementation((size) => {
    if (rest-- <= 0) throw new OutOfMemoryError(size);
    return alloc(size);
  });
}

/** Chi-square of how often each of the members came, where each should have come equally often. */
function chiSquare(times: ReadonlyMap<string, number>, members: number): number {
  let total = 0;
  for (const n of times.values()) total += n;
  const wanted = total / members;
  let sum = (members - times.size) * wanted;
  for (const n of times.values()) sum += (n - wanted) ** 2 / wanted;
  return sum;
}

const ENCODINGS = [
  ['intset', ENCODING_INTSET],
  ['listpack', ENCODING_LISTPACK],
  ['hashtable', ENCODING_HASHTABLE],
] as const;

type Step = (rig: Rig) => void;

const member = fc.oneof({ weight: 3, arbitrary: integerText }, { weight: 2, arbitrary: anyElement });
const add: fc.Arbitrary<Step> = member.map((text) => (rig) => rig.add(text));
const remove: fc.Arbitrary<Step> = fc.oneof(
  member.map(
    (text): Step =>
      (rig) =>
        rig.remove(text),
  ),
  fc.nat().map(
    (i): Step =>
      (rig) => {
        const texts = [...rig.model];
        if (texts.length > 0) rig.remove(texts[i % texts.length]!);
      },
  ),
);
const pop: fc.Arbitrary<Step> = fc.nat(20).map((wish) => (rig) => {
  if (rig.model.size === 0) return;
  const count = Math.min(wish, rig.model.size - 1);
  const taken: string[] = [];
  rig.sets.takeSample(rig.holder, count, (...found) => taken.push(textOf(...found)));
  expect(new Set(taken).size).toBe(count);
  for (const text of taken) expect(rig.model.delete(text)).toBe(true);
});
const choose: fc.Arbitrary<Step> = fc.boolean().map((alsoTake) => (rig) => {
  const { sets, holder, model } = rig;
  if (model.size === 0) return;
  sets.choose(holder);
  const text = textOf(sets.bytes, sets.view, sets.from, sets.length);
  expect(model.has(text)).toBe(true);
  if (!alsoTake) return;
  sets.removeChosen(holder);
  model.delete(text);
});
const sample: fc.Arbitrary<Step> = fc.nat(20).map((wish) => (rig) => {
  const count = Math.min(wish, rig.model.size);
  const found = new Set<string>();
  if (count > 0) rig.sets.sample(rig.holder, count, (...parts) => found.add(textOf(...parts)));
  expect(found.size).toBe(count);
  for (const text of found) expect(rig.model.has(text)).toBe(true);
});
const toIntset: fc.Arbitrary<Step> = fc.constant((rig) => {
  const isInteger = (text: string): boolean => /^-?\d+$/.test(text) && String(BigInt.asIntN(64, BigInt(text))) === text;
  if ([...rig.model].every(isInteger)) rig.sets.toIntset(rig.holder);
});
const step = fc.oneof(
  { weight: 12, arbitrary: add },
  { weight: 5, arbitrary: remove },
  { weight: 1, arbitrary: pop },
  { weight: 2, arbitrary: choose },
  { weight: 1, arbitrary: sample },
  { weight: 1, arbitrary: toIntset },
);

describe('Sets', () => {
  it('hold what was added and not removed, through all encodings', () => {
    fc.assert(
      fc.property(member, fc.array(step, { maxLength: 150, size: 'max' }), fc.nat(12), (first, steps, expected) => {
        const rig = new Rig();
        rig.limits.setMaxIntsetEntries = 10;
        rig.limits.setMaxListpackEntries = 12;
        rig.create(first, expected);
        for (const one of steps) {
          one(rig);
          const { encoding, model, limits } = rig;
          expect(rig.sets.count(rig.holder)).toBe(model.size);
          if (encoding === ENCODING_INTSET) expect(model.size).toBeLessThanOrEqual(limits.setMaxIntsetEntries);
          if (encoding === ENCODING_LISTPACK) expect(model.size).toBeLessThanOrEqual(limits.setMaxListpackEntries);
        }
        rig.check();
        while (!rig.sets.free(rig.holder, 5));
        expect(rootOf(rig.arena, rig.holder)).toBe(NONE);
        expect(rig.arena.stats().liveBytes).toBe(HOLDER_BYTES);
      }),
      runs(400),
    );
  });

  it('are in a snapshot as they were when it began, whatever becomes of them', () => {
    fc.assert(
      fc.property(
        member,
        fc.array(step, { maxLength: 80 }),
        fc.array(step, { maxLength: 60 }),
        (first, before, steps) => {
          const rig = new Rig();
          rig.limits.setMaxListpackEntries = 20;
          rig.create(first);
          for (const one of before) one(rig);
          const expected = rig.texts();
          const reader = new SetReader(new SnapshotArena(rig.arena.beginSnapshot()));
          for (const one of steps) {
            one(rig);
            expect(textsOf(reader, rig.holder)).toEqual(expected);
          }
          expect(reader.count(rig.holder)).toBe(expected.length);
          rig.arena.endSnapshot();
          rig.check();
        },
      ),
      runs(150),
    );
  });

  it('leave every byte of a snapshot as it was, while they change under a worker that reads it', async () => {
    const rig = new Rig();
    const { sets, arena } = rig;
    const random = new Random(5);
    rig.create('m');
    const change = (): void => {
      const text = random.below(3) === 0 ? String(random.below(20_000)) : `member ${random.below(20_000)}`;
      if (random.below(5) < 3) rig.add(text);
      else rig.remove(text);
    };
    for (let i = 0; i < 60_000; i++) change();
    const handle = arena.beginSnapshot();
    const verdict = await runOracle(handle, copySlabs(arena, handle), 'image', true, () => {
      for (let i = 0; i < 200; i++) change();
      const copy = rig.newHolder();
      sets.copy(rig.holder, copy);
      while (!sets.free(copy, 1000));
      arena.free(copy);
    });
    arena.endSnapshot();
    expect(verdict.differences).toBe(0);
    expect(verdict.comparedBytes).toBeGreaterThan(1_000_000);
    expect(arena.snapshotStats.copiedCards).toBeGreaterThan(100);
    rig.check();
  });
});

describe('Encodings of sets', () => {
  const encodingAfter = (rig: Rig, texts: readonly string[]): number => {
    for (const text of texts) rig.add(text);
    rig.check();
    return rig.encoding;
  };

  it('begin as the first member and the number of those that are expected say', () => {
    const cases: [first: string, expected: number, encoding: number][] = [
      ['1', 1, ENCODING_INTSET],
      ['-9223372036854775808', 512, ENCODING_INTSET],
      ['1', 513, ENCODING_HASHTABLE],
      ['x', 1, ENCODING_LISTPACK],
      ['9223372036854775808', 128, ENCODING_LISTPACK],
      ['x', 129, ENCODING_HASHTABLE],
    ];
    for (const [first, expected, encoding] of cases) {
      const rig = new Rig();
      rig.create(first, expected);
      expect(rig.encoding).toBe(encoding);
    }
    const rig = new Rig();
    rig.limits.setMaxIntsetEntries = 10;
    rig.create('1', 11);
    expect(rig.encoding).toBe(ENCODING_LISTPACK);
  });

  it('an intset becomes a hashtable with one integer too many, and stays one with a member that it has', () => {
    const rig = new Rig();
    rig.fill(ENCODING_INTSET, 512);
    expect(encodingAfter(rig, ['-4000'])).toBe(ENCODING_INTSET);
    expect(encodingAfter(rig, ['7'])).toBe(ENCODING_HASHTABLE);
  });

  it('an intset becomes a listpack with a string, and a hashtable where that would not hold them', () => {
    const rig = new Rig();
    rig.fill(ENCODING_INTSET, 127);
    expect(encodingAfter(rig, ['x'])).toBe(ENCODING_LISTPACK);
    const long = new Rig();
    long.fill(ENCODING_INTSET, 3);
    expect(encodingAfter(long, ['x'.repeat(65)])).toBe(ENCODING_HASHTABLE);
    const many = new Rig();
    many.fill(ENCODING_INTSET, 128);
    expect(encodingAfter(many, ['x'])).toBe(ENCODING_HASHTABLE);
    for (const [limit, encoding] of [
      [20, ENCODING_LISTPACK],
      [19, ENCODING_HASHTABLE],
    ]) {
      const wide = new Rig();
      wide.limits.setMaxListpackValue = limit!;
      wide.create('-9223372036854775808');
      expect(encodingAfter(wide, ['-9223372036854775808', '1', 'x'])).toBe(encoding);
    }
  });

  it('a listpack becomes a hashtable with one member too many or too long, and never goes back', () => {
    const rig = new Rig();
    rig.fill(ENCODING_LISTPACK, 128);
    expect(encodingAfter(rig, ['member 0'])).toBe(ENCODING_LISTPACK);
    expect(encodingAfter(rig, ['x'])).toBe(ENCODING_HASHTABLE);
    for (const text of [...rig.model]) rig.remove(text);
    expect(rig.encoding).toBe(ENCODING_HASHTABLE);
    const long = new Rig();
    long.fill(ENCODING_LISTPACK, 1);
    expect(encodingAfter(long, ['x'.repeat(64)])).toBe(ENCODING_LISTPACK);
    expect(encodingAfter(long, ['x'.repeat(65)])).toBe(ENCODING_HASHTABLE);
  });

  it('expecting more than an encoding is for changes it before anything is added', () => {
    for (const [encoding, few] of [
      [ENCODING_INTSET, 512],
      [ENCODING_LISTPACK, 128],
    ] as const) {
      const rig = new Rig();
      rig.fill(encoding, 3);
      rig.sets.expect(rig.holder, few);
      expect(rig.encoding).toBe(encoding);
      rig.sets.expect(rig.holder, few + 1);
      expect(rig.encoding).toBe(ENCODING_HASHTABLE);
      rig.check();
    }
  });

  it('integers move from encoding to encoding while one that was read from another set is added', () => {
    const rig = new Rig();
    rig.limits.setMaxIntsetEntries = 3;
    const { sets, holder } = rig;
    const source = rig.newHolder();
    sets.createIntset(source);
    for (const text of ['1', '22', '333']) sets.add(source, ...element(text));
    rig.create('4444');
    for (const text of ['4444', '55555']) rig.add(text);
    sets.forEach(source, (...parts) => void sets.add(holder, ...parts));
    expect(rig.encoding).toBe(ENCODING_HASHTABLE);
    expect(rig.texts().sort()).toEqual(['1', '22', '333', '4444', '55555']);
  });
});

describe('Sets by chance', () => {
  it.each(ENCODINGS)('every member is chosen equally often: %s', (_name, encoding) => {
    const rig = new Rig();
    rig.fill(encoding, 100);
    const { sets, holder } = rig;
    const times = new Map<string, number>();
    for (let i = 0; i < 50_000; i++) {
      sets.choose(holder);
      const text = textOf(sets.bytes, sets.view, sets.from, sets.length);
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    // 99 degrees of freedom: above 170 once in 80,000 runs, and the seed is fixed.
    expect(chiSquare(times, 100)).toBeLessThan(170);
  });

  it.each(ENCODINGS)('every member is in a sample equally often: %s', (_name, encoding) => {
    for (const [size, count] of [
      [60, 3],
      [60, 40],
    ] as const) {
      const rig = new Rig();
      rig.fill(encoding, size);
      const times = new Map<string, number>();
      for (let i = 0; i < 3000; i++) {
        rig.sets.sample(rig.holder, count, (...parts) => {
          const text = textOf(...parts);
          times.set(text, (times.get(text) ?? 0) + 1);
        });
      }
      // 59 degrees of freedom, fewer by what the members of a sample exclude each other.
      expect(chiSquare(times, size)).toBeLessThan(115);
    }
  });

  it.each(ENCODINGS)('every member is taken out equally often, alone and with others: %s', (_name, encoding) => {
    for (const count of [1, 7, 49]) {
      const times = new Map<string, number>();
      const rig = new Rig();
      rig.fill(encoding, 50);
      const all = [...rig.model];
      for (let i = 0; i < 2000; i++) {
        rig.sets.takeSample(rig.holder, count, (...parts) => {
          const text = textOf(...parts);
          times.set(text, (times.get(text) ?? 0) + 1);
        });
        expect(rig.sets.count(rig.holder)).toBe(50 - count);
        for (const text of all) rig.sets.add(rig.holder, ...element(text));
      }
      expect(chiSquare(times, 50)).toBeLessThan(100);
    }
  });

  it('a large part of a large set is sampled in one walk, a small one by draws', () => {
    const rig = new Rig();
    rig.create('x', 300_000);
    for (let i = 0; i < 300_000; i++) rig.sets.add(rig.holder, ...element(`member ${i}`));
    for (const count of [1, 1000, 65_535, 65_536, 100_000, 299_999]) {
      const found = new Set<string>();
      rig.sets.sample(rig.holder, count, (...parts) => found.add(textOf(...parts)));
      expect(found.size).toBe(count);
    }
  });
});

describe('Sets as values', () => {
  it.each(ENCODINGS)(
    'are copied whole, or not at all without memory, and count their memory: %s',
    (_name, encoding) => {
      const rig = new Rig();
      rig.fill(encoding, 120);
      const { arena, sets, holder } = rig;
      const own = arena.stats().liveBytes - HOLDER_BYTES;
      expect(sets.memoryUsage(holder, 0)).toBe(own);
      expect(sets.memoryUsage(holder, 1000)).toBe(own);
      expect(Math.abs(sets.memoryUsage(holder, 5) - own)).toBeLessThan(own / 5);
      const copy = rig.newHolder();
      const before = arena.stats().liveBytes;
      failAllocations(arena, encoding === ENCODING_HASHTABLE ? 60 : 0);
      expect(() => sets.copy(holder, copy)).toThrow(OutOfMemoryError);
      vi.restoreAllMocks();
      expect(arena.stats().liveBytes).toBe(before);
      sets.copy(holder, copy);
      rig.check(copy);
      expect(encodingOf(arena, copy)).toBe(encoding);
      expect(sets.effort(holder)).toBe(encoding === ENCODING_HASHTABLE ? 120 : 1);
      let calls = 1;
      while (!sets.free(copy, 10)) calls++;
      expect(calls).toBeGreaterThanOrEqual(encoding === ENCODING_HASHTABLE ? 3 : 1);
      expect(arena.stats().liveBytes).toBe(before);
      rig.check();
    },
  );

  it('an addition without memory changes nothing, and a removal needs none', () => {
    for (const [, encoding] of ENCODINGS) {
      const rig = new Rig();
      rig.limits.setMaxIntsetEntries = 100;
      rig.limits.setMaxListpackEntries = 100;
      rig.fill(encoding, 100);
      for (const left of [0, 1, 2, 50]) {
        for (const text of ['123456789', 'one more member', 'x'.repeat(3000)]) {
          failAllocations(rig.arena, left);
          let isAdded = false;
          try {
            isAdded = rig.sets.add(rig.holder, ...element(text));
          } catch (error) {
            expect(error).toBeInstanceOf(OutOfMemoryError);
          }
          vi.restoreAllMocks();
          if (isAdded) rig.model.add(text);
          rig.check();
          if (isAdded) rig.remove(text);
        }
      }
      failAllocations(rig.arena, 0);
      for (const text of [...rig.model]) rig.remove(text);
      vi.restoreAllMocks();
      rig.check();
    }
  });

  it('the steps of a scan give each member of a hashtable once, and small sets have none', () => {
    for (const [, encoding] of ENCODINGS) {
      const rig = new Rig();
      rig.fill(encoding, 100);
      expect(rig.sets.isTable(rig.holder)).toBe(encoding === ENCODING_HASHTABLE);
    }
    const rig = new Rig();
    rig.fill(ENCODING_HASHTABLE, 1000);
    const { sets, holder } = rig;
    const found: string[] = [];
    let cursor = 0;
    do {
      cursor = sets.scan(holder, cursor, (block) => {
        sets.visitBlock(block, (...parts) => found.push(textOf(...parts)));
      });
    } while (cursor !== 0);
    expect(found.sort()).toEqual([...rig.model].sort());
  });
});
