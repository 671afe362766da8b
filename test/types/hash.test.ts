/**
 * Hashes beside maps of fields, with fields that expire, through all their encodings; in a snapshot; and with memory
 * that runs out.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, NONE, TYPE_HASH } from '../../src/keyspace/record.js';
import { type MemoryReader, OutOfMemoryError, SnapshotArena } from '../../src/memory/index.js';
import { HashReader } from '../../src/types/hash.js';
import type { HashPair } from '../../src/types/hash-layout.js';
import {
  ENCODING_HASHTABLE,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  type Encoding,
  encodingOf,
} from '../../src/types/value.js';
import { Bench, spans } from '../keyspace/support.js';
import { anyElement, element, runs, textOf } from './support.js';

const KEY = spans('key');
const OTHER = spans('another key');

interface Known {
  value: string;
  expireAt: number;
}

function pairOf(pair: HashPair): [string, Known] {
  const field = textOf(pair.bytes, pair.view, pair.from, pair.length);
  const value = textOf(pair.valueBytes, pair.valueView, pair.valueFrom, pair.valueLength);
  return [field, { value, expireAt: pair.expireAt }];
}

function pairsOf(reader: HashReader, holder: number): Map<string, Known> {
  const pairs = new Map<string, Known>();
  reader.forEach(holder, (pair) => {
    const [field, known] = pairOf(pair);
    if (pairs.has(field)) throw new Error('a field that is there twice');
    pairs.set(field, known);
  });
  return pairs;
}

/** A key with a hash beside the map that it should be. */
class Rig extends Bench {
  readonly model = new Map<string, Known>();
  encoding: Encoding = ENCODING_LISTPACK;
  private readonly emptyBytes: number;

  constructor() {
    super();
    const { limits } = this.keyspace;
    limits.hashMaxListpackEntries = 8;
    limits.hashMaxListpackValue = 64;
    // What stays when there is no key: the index of each database, a holder, a wheel's first segment.
    for (const number of [0, 1]) this.db(number);
    this.keyspace.detached(TYPE_HASH);
    this.keyspace.values.dropDetached();
    this.emptyBytes = this.keyspace.account.used;
  }

  get hashes() {
    return this.keyspace.hashes;
  }

  get nowMs(): number {
    return this.keyspace.commandTimeMs;
  }

  entry(): Entry {
    const entry = this.db().peek(KEY, 0);
    return entry === NONE ? NONE : this.keyspace.fields.see(this.db(), entry);
  }

  /** What is over goes from the model as it goes from the hash: with the next look at it. */
  look(): Entry {
    const entry = this.entry();
    for (const [field, { expireAt }] of this.model) {
      if (expireAt !== 0 && expireAt < this.nowMs) this.model.delete(field);
    }
    if (this.model.size === 0) this.encoding = ENCODING_LISTPACK;
    expect(entry !== NONE).toBe(this.model.size > 0);
    return entry;
  }

  put(field: string, value: string, keepTime = false): void {
    const { hashes, keyspace, model } = this;
    const known = model.get(field);
    const entry = this.look();
    const holder = entry === NONE ? keyspace.detached(TYPE_HASH) : entry;
    if (entry === NONE) hashes.init(holder);
    const isNew = hashes.set(holder, ...element(field), ...element(value), keepTime);
    if (entry === NONE) this.db().adopt(KEY, 0, holder);
    expect(isNew).toBe(!model.has(field));
    model.set(field, { value, expireAt: keepTime && model.has(field) ? known!.expireAt : 0 });
    this.grown(field, value);
  }

  /** The encoding that Redis' limits give. */
  grown(field: string, value: string): void {
    const { limits } = this.keyspace;
    const isLong = Math.max(field.length, value.length) > limits.hashMaxListpackValue;
    if (isLong || this.model.size > limits.hashMaxListpackEntries) this.encoding = ENCODING_HASHTABLE;
  }

  remove(field: string): void {
    const entry = this.look();
    if (entry === NONE) return;
    expect(this.hashes.remove(entry, ...element(field))).toBe(this.model.delete(field));
    this.dropEmptied(entry);
  }

  dropEmptied(entry: Entry): void {
    if (this.hashes.length(entry) > 0) return;
    this.db().deleteEntry(entry);
    this.encoding = ENCODING_LISTPACK;
  }

  expire(field: string, inMs: number): void {
    const entry = this.look();
    if (entry === NONE) return;
    const known = this.model.get(field);
    expect(this.hashes.find(entry, ...element(field))).toBe(known !== undefined);
    if (known === undefined) return;
    known.expireAt = this.nowMs + inMs;
    this.hashes.setTime(entry, known.expireAt);
    if (this.encoding === ENCODING_LISTPACK) this.encoding = ENCODING_LISTPACK_EX;
  }

  persist(field: string): void {
    const entry = this.look();
    const known = this.model.get(field);
    if (known === undefined || known.expireAt === 0) return;
    expect(this.hashes.find(entry, ...element(field))).toBe(true);
    this.hashes.clearTime(entry);
    known.expireAt = 0;
  }

  check(): void {
    const { arena, hashes, keyspace, model } = this;
    const db = this.db();
    const entry = this.look();
    const times = [...model.values()].map((known) => known.expireAt).filter((atMs) => atMs !== 0);
    expect(db.timedHashes).toBe(times.length > 0 ? 1 : 0);
    expect(keyspace.fields.wheel.count).toBe(times.length > 0 ? 1 : 0);
    if (entry === NONE) {
      expect(keyspace.account.used).toBeLessThanOrEqual(this.emptyBytes);
      return;
    }
    expect(encodingOf(arena, entry)).toBe(this.encoding);
    expect(hashes.length(entry)).toBe(model.size);
    expect(hashes.seenCount(entry)).toBe(model.size);
    expect(hashes.firstExpireAt(entry)).toBe(times.length > 0 ? Math.min(...times) : 0);
    expect(pairsOf(hashes, entry)).toEqual(model);
    if (this.encoding === ENCODING_LISTPACK_EX) {
      const order = [...pairsOf(hashes, entry).values()].map(({ expireAt }) => expireAt || Number.POSITIVE_INFINITY);
      expect(order).toEqual([...order].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    for (const [field, known] of model) {
      expect(hashes.find(entry, ...element(field))).toBe(true);
      const { valueBytes, valueView, valueFrom, valueLength, expireAt } = hashes.pair;
      expect(textOf(valueBytes, valueView, valueFrom, valueLength)).toBe(known.value);
      expect(expireAt).toBe(known.expireAt);
    }
    const bytes = db.memoryUsage(entry, 0) - arena.blockSize(entry);
    expect(bytes).toBeGreaterThanOrEqual(hashes.memoryUsage(entry, 0));
  }
}

/** Few fields, so that they meet; among them one that is too long for a listpack, seldom. */
const field = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom('a', 'b', 'c', '1', '-5', 'field', '', '9223372036854775807', 'x'.repeat(64)),
  },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 30 }).map((n) => `f${n}`) },
  { weight: 1, arbitrary: fc.constant('y'.repeat(65)) },
);
const value = fc.oneof(
  { weight: 12, arbitrary: anyElement.filter((text) => text.length <= 64) },
  { weight: 1, arbitrary: anyElement },
);
type Step = (rig: Rig) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(field, value, fc.boolean()).map(
      ([f, v, keep]): Step =>
        (rig) =>
          rig.put(f, v, keep),
    ),
  },
  {
    weight: 3,
    arbitrary: field.map(
      (f): Step =>
        (rig) =>
          rig.remove(f),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(field, fc.integer({ min: 1, max: 60 })).map(
      ([f, ms]): Step =>
        (rig) =>
          rig.expire(f, ms * 7),
    ),
  },
  {
    weight: 1,
    arbitrary: field.map(
      (f): Step =>
        (rig) =>
          rig.persist(f),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()).map(
      ([ms, isIdle]): Step =>
        (rig) => {
          rig.advance(ms);
          if (isIdle) rig.keyspace.maintain(100_000);
        },
    ),
  },
  // A number, written over what the field holds, as HINCRBY does.
  fc.tuple(field, value).map(
    ([f, v]): Step =>
      (rig) => {
        const entry = rig.look();
        const known = rig.model.get(f);
        if (known === undefined || !rig.hashes.find(entry, ...element(f))) return;
        rig.hashes.setFound(entry, ...element(v));
        known.value = v;
        if (v.length > 64) rig.encoding = ENCODING_HASHTABLE;
      },
  ),
  // The record moves, and the hash with it must still expire.
  fc.constantFrom<Step>(
    (rig) => {
      const entry = rig.look();
      if (entry !== NONE) rig.db().setExpire(entry, rig.nowMs + 1e9);
    },
    (rig) => {
      const entry = rig.look();
      if (entry !== NONE) rig.db().persist(entry);
    },
    (rig) => {
      const entry = rig.look();
      if (entry === NONE) return;
      const there = rig.db().rename(entry, OTHER, 0);
      rig.db().rename(there, KEY, 0);
    },
    (rig) => {
      const entry = rig.look();
      if (entry === NONE) return;
      rig.db().moveTo(entry, rig.db(1));
      expect([rig.db().timedHashes, rig.db(1).timedHashes]).toEqual([0, rig.keyspace.fields.wheel.count]);
      rig.db(1).moveTo(rig.db(1).peek(KEY, 0), rig.db());
    },
    (rig) => {
      const entry = rig.look();
      if (entry === NONE) return;
      rig.db().copyTo(entry, rig.db(), OTHER, 0);
      rig.db().deleteEntry(rig.db().peek(KEY, 0));
      rig.db().rename(rig.db().peek(OTHER, 0), KEY, 0);
    },
  ),
);

describe('hashes', () => {
  it('hold what a map holds, and lose what expires in time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const rig = new Rig();
        for (const change of steps) {
          change(rig);
          rig.check();
        }
        rig.advance(10_000);
        rig.keyspace.maintain(100_000);
        rig.check();
      }),
      runs(250),
    );
  });

  it('are gone without a trace when they are freed, in slices too, and when memory for a copy runs out', () => {
    const rig = new Rig();
    for (let i = 0; i < 1000; i++) {
      rig.put(`field ${i}`, `value ${i}`);
      if (i % 3 === 0) rig.expire(`field ${i}`, 1000 + i);
    }
    rig.check();
    const { arena, hashes, keyspace } = rig;
    const used = keyspace.account.used;
    // Every allocation of the copy fails once: what was made until then must be gone.
    const alloc = arena.alloc.bind(arena);
    for (let allowed = 0; ; allowed += 97) {
      let left = allowed;
      arena.alloc = (size) => {
        if (left-- <= 0) throw new OutOfMemoryError(0);
        return alloc(size);
      };
      const holder = keyspace.detached(TYPE_HASH);
      const before = keyspace.account.used;
      try {
        hashes.copy(rig.entry(), holder);
        arena.alloc = alloc;
        expect(pairsOf(hashes, holder)).toEqual(rig.model);
        keyspace.values.dropDetached();
        break;
      } catch (error) {
        arena.alloc = alloc;
        expect(error).toBeInstanceOf(OutOfMemoryError);
        expect(keyspace.account.used).toBe(before);
        keyspace.values.dropDetached();
      }
    }
    rig.db().deleteEntry(rig.entry());
    rig.model.clear();
    rig.encoding = ENCODING_LISTPACK;
    for (let i = 0; i < 100; i++) keyspace.garbage.free(64);
    expect(used).toBeGreaterThan(50_000);
    rig.check();
  });

  it('stay as they are when memory for a first expire time runs out', () => {
    for (let allowed = 0, isDone = false; !isDone; allowed++) {
      const rig = new Rig();
      for (let i = 10; i < 30; i++) rig.put(`${i}`, 'vv'); // blocks that have no room for one word more
      const { arena, hashes } = rig;
      const entry = rig.entry();
      hashes.find(entry, ...element('12'));
      const alloc = arena.alloc.bind(arena);
      let left = allowed;
      arena.alloc = (size) => {
        if (left-- <= 0) throw new OutOfMemoryError(0);
        return alloc(size);
      };
      try {
        hashes.setTime(entry, rig.nowMs + 10);
        isDone = true;
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
      }
      arena.alloc = alloc;
      if (isDone) expect(allowed).toBe(2);
      else {
        // The first removal looks for the field that is due first.
        rig.remove('20');
        expect(hashes.firstExpireAt(entry)).toBe(0);
        rig.check();
      }
    }
  });

  it('of a database that was emptied take their timers with them', () => {
    const rig = new Rig();
    for (let i = 0; i < 40; i++) {
      rig.put(`field ${i}`, 'value');
      rig.expire(`field ${i}`, 100);
    }
    rig.set('other', 'x', false, rig.db(1)); // so that the arena is not reset
    rig.keyspace.flush(rig.db(), true);
    rig.model.clear();
    rig.encoding = ENCODING_LISTPACK;
    expect(rig.keyspace.fields.wheel.count).toBe(1);
    expect(rig.db().timedHashes).toBe(0);
    rig.advance(1000);
    rig.keyspace.maintain(100_000);
    expect(rig.told.filter((text) => text.startsWith('fields'))).toEqual([]);
    expect(rig.keyspace.fields.wheel.count).toBe(0);
  });

  it('drop what is due a bit at a time, hide what is left, and announce each field once', () => {
    const rig = new Rig();
    for (let i = 0; i < 1000; i++) {
      rig.put(`field ${i}`, 'value');
      rig.expire(`field ${i}`, i < 900 ? 100 : 100_000);
    }
    rig.model.clear();
    rig.advance(200);
    const entry = rig.entry();
    expect(rig.hashes.length(entry)).toBe(1000 - 128);
    expect(rig.hashes.seenCount(entry)).toBe(100);
    for (let i = 0; i < 200; i++) {
      expect(rig.hashes.random(entry, rig.keyspace.random)).toBe(true);
      expect(Number(pairOf(rig.hashes.pair)[0].slice(6))).toBeGreaterThanOrEqual(900);
    }
    const unseen = Array.from({ length: 900 }, (_, i) => `field ${i}`).find((field) => {
      return !rig.told.join().match(new RegExp(`${field}\\b`));
    })!;
    expect(rig.hashes.remove(entry, ...element(unseen))).toBe(false);
    rig.keyspace.maintain(1_000_000);
    expect(rig.hashes.length(rig.db().peek(KEY, 0))).toBe(100);
    const announced = rig.told.flatMap((text) => text.match(/field \d+/g) ?? []);
    expect(new Set(announced).size).toBe(900);
    expect(announced.length).toBe(900);
    expect(rig.keyspace.stats.expiredFields).toBe(900);
  });

  it('give each field in a sample with the same chance, and none twice', () => {
    for (const size of [6, 60, 600]) {
      const rig = new Rig();
      for (let i = 0; i < size; i++) rig.put(`f${i}`, 'v');
      for (const count of [1, 3, Math.floor(size / 2), size - 1]) {
        const times = new Map<string, number>();
        const rounds = 400;
        for (let i = 0; i < rounds; i++) {
          const seen = new Set<string>();
          rig.hashes.sample(rig.entry(), size, count, rig.keyspace.random, (pair) => void seen.add(pairOf(pair)[0]));
          expect(seen.size).toBe(count);
          for (const name of seen) times.set(name, (times.get(name) ?? 0) + 1);
        }
        const expected = (rounds * count) / size;
        for (const n of times.values()) expect(Math.abs(n - expected)).toBeLessThan(6 * Math.sqrt(expected) + 1);
      }
    }
  });

  it('are found whole by scanning, however they grow and shrink meanwhile', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 60 }), { maxLength: 30 }), (changes) => {
        const rig = new Rig();
        for (let i = 0; i < 100; i++) rig.put(`stays ${i}`, 'v');
        const seen = new Set<string>();
        let cursor = 0;
        let n = 0;
        do {
          cursor = rig.hashes.scan(rig.entry(), cursor, (pair) => void seen.add(pairOf(pair)[0]));
          const change = changes[n++] ?? 0;
          for (let i = 0; i < change; i++) rig.put(`comes ${n} ${i}`, 'v');
          const going = [...rig.model.keys()].filter((name) => name.startsWith('comes')).slice(0, Math.max(0, -change));
          for (const name of going) rig.remove(name);
        } while (cursor !== 0);
        for (let i = 0; i < 100; i++) expect(seen.has(`stays ${i}`)).toBe(true);
      }),
      runs(12),
    );
  });

  it('are read from a snapshot as they were when it began', () => {
    const begin = fc.array(fc.tuple(field, value, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(begin, fc.array(step, { maxLength: 40 }), (pairs, steps) => {
        const rig = new Rig();
        for (const [f, v, ms] of pairs) {
          rig.put(f, v);
          if (ms > 6) rig.expire(f, ms * 10_000);
        }
        const expected = new Map([...rig.model].map(([name, known]) => [name, { ...known }]));
        const memory: MemoryReader = new SnapshotArena(rig.arena.beginSnapshot());
        const reader = new HashReader(memory);
        const entry = rig.entry();
        const first = rig.hashes.firstExpireAt(entry);
        for (const change of steps) change(rig);
        expect(reader.length(entry)).toBe(expected.size);
        expect(reader.firstExpireAt(entry)).toBe(first);
        expect(pairsOf(reader, entry)).toEqual(expected);
        rig.arena.endSnapshot();
        rig.check();
      }),
      runs(25),
    );
  });
});
