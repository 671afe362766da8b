/** Sorted sets in both encodings beside a plain map: whatever is added, taken out, converted, copied and freed. */
import { describe, expect, it, vi } from 'vitest';
import { Arena, OutOfMemoryError, SnapshotArena } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import {
  ADD_ADDED,
  ADD_GT,
  ADD_INCREMENT,
  ADD_LT,
  ADD_NAN,
  ADD_NX,
  ADD_REFUSED,
  ADD_SAME,
  ADD_UPDATED,
  ADD_XX,
  AGGREGATE_MAX,
  AGGREGATE_MIN,
  AGGREGATE_SUM,
  NO_RANK,
  SortedSets,
} from '../../src/types/sorted-set.js';
import { SortedSetCursor, SortedSetReader } from '../../src/types/sorted-set-reader.js';
import {
  ENCODING_LISTPACK,
  ENCODING_SKIPLIST,
  encodingOf,
  HOLDER_BYTES,
  rootOf,
  WORD_META,
  WORD_VALUE,
} from '../../src/types/value.js';
import { KeyHasher } from '../../src/util/hash.js';
import { Random } from '../../src/util/random.js';

const SEED = Number(process.env['REDSTART_SEED'] ?? 20_261_127);
const SCORES = [
  0,
  1,
  2,
  1.5,
  -1,
  0.1,
  1e17,
  2 ** 62,
  2 ** 63,
  -3e-7,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** A sorted set beside the map that it should be, members as latin1 text. */
class Rig {
  readonly arena = new Arena();
  readonly limits = new TypeLimits();
  readonly sets: SortedSets;
  readonly holder: number;
  map = new Map<string, number>();
  private readonly cursor = new SortedSetCursor();

  constructor(readonly random: Random) {
    this.sets = new SortedSets(this.arena, new KeyHasher(1, 2), this.limits);
    this.limits.zsetMaxListpackEntries = 16;
    this.limits.zsetMaxListpackValue = 12;
    this.holder = this.newHolder();
    this.sets.init(this.holder);
  }

  newHolder(): number {
    const holder = this.arena.alloc(HOLDER_BYTES);
    this.arena.setI32(holder, WORD_META, 0);
    this.arena.setI32(holder, WORD_VALUE, 0);
    return holder;
  }

  get encoding(): number {
    return encodingOf(this.arena, this.holder);
  }

  /** What the set should hold, in order. */
  sorted(): [string, number][] {
    const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
    return [...this.map].sort(([a, x], [b, y]) => (x === y ? order(a, b) : x < y ? -1 : 1));
  }

  member(): string {
    const { random } = this;
    const number = random.below(random.below(4) === 0 ? 12 : 300);
    return random.below(3) === 0 ? String(number - 100) : `m${number}`;
  }

  add(text: string, score: number, options = 0): number {
    const bytes = Buffer.from(`.${text}`, 'latin1');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.sets.add(this.holder, bytes, view, 1, bytes.length - 1, score, options);
  }

  /** Adds, and says in the map's words what should have happened. */
  addToBoth(text: string, score: number, options: number): void {
    const old = this.map.get(text);
    const result = this.add(text, score, options);
    if (old === undefined) {
      expect(result).toBe((options & ADD_XX) !== 0 ? ADD_REFUSED : ADD_ADDED);
      if (result === ADD_ADDED) this.map.set(text, score);
      return;
    }
    const wanted = (options & ADD_INCREMENT) !== 0 ? old + score : score;
    if ((options & ADD_NX) !== 0) return expect(result).toBe(ADD_REFUSED);
    if (Number.isNaN(wanted)) return expect(result).toBe(ADD_NAN);
    const isKept = ((options & ADD_GT) !== 0 && wanted <= old) || ((options & ADD_LT) !== 0 && wanted >= old);
    expect(result).toBe(isKept ? ADD_REFUSED : wanted === old ? ADD_SAME : ADD_UPDATED);
    expect(this.sets.resultScore).toBe(wanted);
    if (result === ADD_UPDATED) this.map.set(text, wanted);
  }

  ask<T>(text: string, call: (bytes: Uint8Array, view: DataView, from: number, length: number) => T): T {
    const bytes = Buffer.from(text, 'latin1');
    return call(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  }

  remove(text: string): void {
    expect(this.ask(text, (...member) => this.sets.remove(this.holder, ...member))).toBe(this.map.delete(text));
  }

  removeRange(rank: number, count: number): void {
    for (const [text] of this.sorted().slice(rank, rank + count)) this.map.delete(text);
    this.sets.removeRange(this.holder, rank, count);
  }

  change(): void {
    const { random } = this;
    const options = [0, 0, ADD_NX, ADD_XX, ADD_GT, ADD_LT, ADD_INCREMENT, ADD_INCREMENT | ADD_XX][random.below(8)]!;
    const dice = random.below(10);
    if (dice < 7 || this.map.size === 0) {
      this.addToBoth(this.member(), SCORES[random.below(SCORES.length)]!, options);
    } else if (dice < 9) this.remove(this.member());
    else {
      const rank = random.below(this.map.size);
      this.removeRange(rank, random.below(Math.min(8, this.map.size - rank) + 1));
    }
  }

  /** Everything that can be asked about the set. */
  check(): void {
    const { sets, holder, cursor, random } = this;
    const sorted = this.sorted();
    expect(sets.length(holder)).toBe(sorted.length);
    expect(contents(sets, holder)).toEqual(sorted);
    const backwards: [string, number][] = [];
    for (let more = sets.seekRank(holder, sorted.length - 1, cursor); more; more = sets.previous(cursor)) {
      backwards.push([textAt(cursor), cursor.score]);
    }
    expect(backwards.reverse()).toEqual(sorted);
    expect(sets.seekRank(holder, sorted.length, cursor)).toBe(false);
    for (let i = 0; i < 5; i++) {
      const text = this.member();
      const rank = sorted.findIndex(([other]) => other === text);
      expect(this.ask(text, (...member) => sets.rank(holder, ...member))).toBe(rank < 0 ? NO_RANK : rank);
      expect(this.ask(text, (...member) => sets.score(holder, ...member))).toBe(this.map.get(text) ?? Number.NaN);
      const score = SCORES[random.below(SCORES.length)]!;
      expect(sets.rankOfScore(holder, score, false)).toBe(sorted.filter(([, other]) => other < score).length);
      expect(sets.rankOfScore(holder, score, true)).toBe(sorted.filter(([, other]) => other <= score).length);
    }
    const seen: [string, number][] = [];
    let at = 0;
    do at = sets.scan(holder, at, (shown) => seen.push([textAt(shown), shown.score]));
    while (at !== 0);
    expect(new Map(seen)).toEqual(this.map);
    if (sorted.length === 0) return;
    sets.random(holder, random, cursor);
    expect(cursor.score).toBe(this.map.get(textAt(cursor)));
  }

  /** Bytes of all blocks but those of holders. */
  get valueBytes(): number {
    return this.arena.stats().liveBytes - this.arena.blockSize(this.holder);
  }
}

function textAt(cursor: SortedSetCursor): string {
  return Buffer.from(cursor.bytes.slice(cursor.from, cursor.from + cursor.length)).toString('latin1');
}

function contents(sets: SortedSetReader, holder: number): [string, number][] {
  const cursor = new SortedSetCursor();
  const found: [string, number][] = [];
  for (let more = sets.seekRank(holder, 0, cursor); more; more = sets.next(cursor)) {
    found.push([textAt(cursor), cursor.score]);
  }
  return found;
}

function freeAll(rig: Rig, holder: number, blocks: number): number {
  let calls = 1;
  while (!rig.sets.free(holder, blocks)) calls++;
  return calls;
}

describe('a sorted set', () => {
  it.each([0, 1, 2, 3])('holds what it is given, in order, in both encodings (seed %i more)', (more) => {
    const rig = new Rig(new Random(SEED + more));
    const encodings = new Set<number>();
    for (let i = 0; i < 1500; i++) {
      rig.change();
      encodings.add(rig.encoding);
      if (i < 100 || i % 10 === 0) rig.check();
      if (i % 400 === 399) {
        freeAll(rig, rig.holder, 50);
        rig.sets.init(rig.holder);
        rig.map.clear();
      }
    }
    expect(encodings).toEqual(new Set([ENCODING_LISTPACK, ENCODING_SKIPLIST]));
  });

  it('becomes a skiplist with one member more than a listpack may have, and with one longer member', () => {
    const many = new Rig(new Random(SEED));
    for (let i = 0; i < 16; i++) many.addToBoth(`m${i}`, i, 0);
    expect(many.encoding).toBe(ENCODING_LISTPACK);
    many.addToBoth('m3', 100, 0);
    expect(many.encoding).toBe(ENCODING_LISTPACK);
    many.addToBoth('m16', 16, 0);
    expect(many.encoding).toBe(ENCODING_SKIPLIST);
    many.check();
    const long = new Rig(new Random(SEED));
    long.addToBoth('x'.repeat(12), 1, 0);
    expect(long.encoding).toBe(ENCODING_LISTPACK);
    long.addToBoth('x'.repeat(13), 1, 0);
    expect(long.encoding).toBe(ENCODING_SKIPLIST);
    long.check();
  });

  it('keeps every score, but for -0 in a listpack', () => {
    for (const entries of [0, 128]) {
      const rig = new Rig(new Random(SEED));
      rig.limits.zsetMaxListpackEntries = entries;
      const scores = [
        ...SCORES,
        Number.MAX_VALUE,
        Number.MIN_VALUE,
        2 ** 53 + 2,
        -(2 ** 61),
        1 / 3,
        123456.789e-30,
        -0,
      ];
      scores.forEach((score, i) => {
        rig.add(`m${i}`, score);
      });
      scores.forEach((score, i) => {
        const found = rig.ask(`m${i}`, (...member) => rig.sets.score(rig.holder, ...member));
        expect(Object.is(found, entries > 0 && score === 0 ? 0 : score), `${score} in ${entries}`).toBe(true);
      });
    }
  });

  it('finds members by their bytes where all scores are the same', () => {
    for (const entries of [0, 128]) {
      const rig = new Rig(new Random(SEED));
      rig.limits.zsetMaxListpackEntries = entries;
      const texts = ['', 'a', 'aa', 'ab', 'b', '-1', '12', '\xff', '\0'];
      for (const text of texts) rig.addToBoth(text, 7, 0);
      for (const bound of [...texts, 'a\0', 'zz', '5']) {
        const order = (text: string): number =>
          Buffer.compare(Buffer.from(text, 'latin1'), Buffer.from(bound, 'latin1'));
        for (const exclusive of [false, true]) {
          const wanted = texts.filter((text) => (exclusive ? order(text) <= 0 : order(text) < 0)).length;
          expect(rig.ask(bound, (...member) => rig.sets.rankOfBytes(rig.holder, ...member, exclusive))).toBe(wanted);
        }
      }
    }
  });

  it.each([ENCODING_LISTPACK, ENCODING_SKIPLIST])(
    'is copied, measured and freed to the last byte (encoding %i)',
    (encoding) => {
      const rig = new Rig(new Random(SEED));
      const count = encoding === ENCODING_LISTPACK ? 10 : 5000;
      for (let i = 0; i < count; i++) rig.addToBoth(`member ${i}`.slice(0, 12), i % 100, 0);
      expect(rig.encoding).toBe(encoding);
      expect(rig.sets.memoryUsage(rig.holder, 0)).toBe(rig.valueBytes);
      const estimate = rig.sets.memoryUsage(rig.holder, 5);
      expect(Math.abs(estimate / rig.valueBytes - 1)).toBeLessThan(0.5);

      const copy = rig.newHolder();
      const before = rig.arena.stats().liveBytes;
      rig.sets.copy(rig.holder, copy);
      expect(encodingOf(rig.arena, copy)).toBe(encoding);
      rig.addToBoth('another', 5, 0);
      rig.removeRange(0, 5);
      expect(contents(rig.sets, copy)).toHaveLength(count);
      expect(contents(rig.sets, rig.holder)).toEqual(rig.sorted());
      const effort = rig.sets.effort(copy);
      const calls = freeAll(rig, copy, 64);
      expect(calls).toBeGreaterThanOrEqual(effort / 150);
      expect(rootOf(rig.arena, copy)).toBe(0);
      freeAll(rig, rig.holder, 64);
      expect(rig.arena.stats().liveBytes).toBeLessThan(before);
      expect(rig.valueBytes).toBe(rig.arena.blockSize(copy));
    },
  );

  it('is a result of scores that are put together, and compact only if asked to be', () => {
    const rig = new Rig(new Random(SEED));
    for (const [aggregate, wanted] of [
      [AGGREGATE_SUM, 3],
      [AGGREGATE_MIN, -1],
      [AGGREGATE_MAX, 4],
    ] as const) {
      for (const compact of [true, false]) {
        freeAll(rig, rig.holder, 100);
        rig.sets.beginResult(rig.holder);
        rig.map.clear();
        for (const [text, score] of [
          ['b', 4],
          ['a', 1],
          ['b', -1],
          ['c', 9],
        ] as const) {
          rig.ask(text, (...member) => rig.sets.accumulate(rig.holder, ...member, score, aggregate));
        }
        rig.sets.finishResult(rig.holder, compact);
        expect(rig.encoding).toBe(compact ? ENCODING_LISTPACK : ENCODING_SKIPLIST);
        rig.map = new Map([
          ['a', 1],
          ['b', wanted],
          ['c', 9],
        ]);
        rig.check();
      }
    }
  });
});

describe('a sorted set without memory', () => {
  it.each([5, 16, 200])('keeps what it has when an addition to %i members cannot be made', (size) => {
    const rig = new Rig(new Random(SEED));
    for (let i = 0; i < size; i++) rig.addToBoth(`m${i}`, i % 7, 0);
    for (let allowed = 0; allowed < 12; allowed++) {
      for (const text of ['m3', `new ${allowed}`]) {
        const score = 0.1 + allowed;
        const limited = limitMemory(rig.arena, allowed);
        let isThere = true;
        try {
          rig.add(text, score);
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          isThere = false;
        }
        limited.mockRestore();
        if (isThere) rig.map.set(text, score);
        rig.check();
      }
    }
    const copy = rig.newHolder();
    const before = rig.arena.stats().liveBytes;
    for (let allowed = 0; allowed < size; allowed += 1 + (size >> 4)) {
      const limited = limitMemory(rig.arena, allowed);
      let failed = false;
      try {
        rig.sets.copy(rig.holder, copy);
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        failed = true;
      }
      limited.mockRestore();
      if (!failed) freeAll(rig, copy, 100);
      expect(rig.arena.stats().liveBytes).toBe(before);
    }
    const full = limitMemory(rig.arena, 0);
    for (const text of [...rig.map.keys()]) rig.remove(text);
    full.mockRestore();
    rig.check();
  });
});

describe('a snapshot of a sorted set', () => {
  it.each([12, 3000])('holds the %i members of its start while the set changes', (count) => {
    const rig = new Rig(new Random(SEED));
    for (let i = 0; i < count; i++) rig.addToBoth(`m${i}`, SCORES[i % SCORES.length]!, 0);
    const wanted = rig.sorted();
    const reader = new SortedSetReader(new SnapshotArena(rig.arena.beginSnapshot()));
    const cursor = new SortedSetCursor();
    const found: [string, number][] = [];
    for (let more = reader.seekRank(rig.holder, 0, cursor); more; more = reader.next(cursor)) {
      found.push([textAt(cursor), cursor.score]);
      for (let i = 0; i < 3; i++) rig.change();
    }
    expect(reader.length(rig.holder)).toBe(count);
    rig.arena.endSnapshot();
    expect(found).toEqual(wanted);
    rig.check();
  });
});

/** Lets the arena give out so many blocks more, and none after that. */
function limitMemory(arena: Arena, blocks: number): { mockRestore(): void } {
  const { alloc, realloc, reserve } = arena;
  let rest = blocks;
  const spies = [
    vi.spyOn(arena, 'alloc').mockImplementation((size) => {
      if (rest-- <= 0) throw new OutOfMemoryError(size);
      return alloc.call(arena, size);
    }),
    vi.spyOn(arena, 'realloc').mockImplementation((ref, size, keep) => {
      if (size > arena.blockSize(ref) && rest-- <= 0) throw new OutOfMemoryError(size);
      return realloc.call(arena, ref, size, keep);
    }),
    vi.spyOn(arena, 'reserve').mockImplementation((count) => {
      if (rest < count) throw new OutOfMemoryError(count);
      reserve.call(arena, count);
    }),
  ];
  return {
    mockRestore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
