import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/keyspace/database.js';
import { EXPIRED_DELETE, EXPIRED_HIDE, EXPIRED_KEEP, MAX_AVERAGED_MS, NO_EXPIRE } from '../../src/keyspace/database.js';
import type { Keyspace } from '../../src/keyspace/keyspace.js';
import {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type Encoding,
  type Entry,
  META_DATABASE_MASK,
  META_DATABASE_SHIFT,
  META_EXPIRES,
  NONE,
  TYPE_STRING,
  WORD_META,
  WORD_WHEEL,
} from '../../src/keyspace/record.js';
import { TICK_MS } from '../../src/keyspace/wheel.js';
import type { ByteSpans } from '../../src/util/byte-spans.js';
import { Bench, bytesOf, keyText, spans, spanText } from './support.js';

const MB = 1024 * 1024;

/** What the model knows of a key. */
interface Known {
  value: Buffer;
  encoding: Encoding;
  expireAt: number;
  /** When upkeep is to see it: at its time, or when it got one that was over. */
  dueAt: number;
}

/** The keyspace beside what it should hold: plain maps by database number. */
class Rig extends Bench {
  readonly maps: Map<string, Known>[] = [new Map(), new Map(), new Map()];
  readonly emptyBytes: number;

  constructor(seed: number, partitionCount = 1) {
    super(3, seed, partitionCount);
    for (let n = 0; n < 3; n++) this.db(n);
    this.emptyBytes = this.keyspace.account.used;
  }

  get nowMs(): number {
    return this.keyspace.commandTimeMs;
  }

  override expired(db: Database, keys: ByteSpans, i: number): void {
    const key = spanText(keys, i);
    const known = this.maps[db.number]!.get(key);
    expect(known, `an expired key that exists: ${key.slice(0, 20)}`).toBeDefined();
    expect(this.isOver(known!)).toBe(true);
    expect(this.keyspace.expiredKeys).toBe(EXPIRED_DELETE);
    this.maps[db.number]!.delete(key);
    // Whoever hears of it may look up other keys, and must not disturb what goes on.
    db.peek(spans('not there'), 0);
  }

  isOver(known: Known): boolean {
    return known.expireAt !== NO_EXPIRE && known.expireAt < this.nowMs;
  }

  /** What somebody who looks for a key is to find. Under EXPIRED_DELETE the hook has dropped what is over by then. */
  visible(n: number, key: string): Known | undefined {
    const known = this.maps[n]!.get(key);
    if (known === undefined || this.keyspace.expiredKeys === EXPIRED_KEEP || !this.isOver(known)) return known;
    return undefined;
  }

  /** Looks a key up on both sides and holds them against each other; NONE when it is not to be seen. */
  look(n: number, key: string): Entry {
    const db = this.db(n);
    const { hits, misses } = this.keyspace.stats;
    const entry = db.lookupRead(spans('x', key), 1);
    const known = this.visible(n, key);
    expect(entry !== NONE).toBe(known !== undefined);
    expect(this.keyspace.stats.hits - hits).toBe(known === undefined ? 0 : 1);
    expect(this.keyspace.stats.misses - misses).toBe(known === undefined ? 1 : 0);
    if (known !== undefined) this.compare(db, entry, key, known);
    return entry;
  }

  compare(db: Database, entry: Entry, key: string, known: Known): void {
    expect(db.typeOf(entry)).toBe(TYPE_STRING);
    expect(db.expireAtOf(entry)).toBe(known.expireAt);
    expect(db.keyLength(entry)).toBe(key.length);
    if (keyText(db, entry) !== key) throw new Error('the key differs');
    expect(db.stringLength(entry)).toBe(known.value.length);
    if (!bytesOf(db, entry).equals(known.value)) throw new Error(`the value of ${key.slice(0, 20)} differs`);
    expect(db.encodingOf(entry)).toBe(known.encoding);
    expect(db.isExpired(entry)).toBe(this.keyspace.expiredKeys !== EXPIRED_KEEP && this.isOver(known));
  }

  /** Everything that can be seen from outside, and the invariants. */
  check(): void {
    const { keyspace } = this;
    const { arena, wheel } = keyspace;
    const where = new Map<Entry, Database>();
    let expires = 0;
    for (let n = 0; n < 3; n++) {
      const db = this.db(n);
      const map = this.maps[n]!;
      expect(db.number).toBe(n);
      expect(db.size).toBe(map.size);
      const found = new Set<string>();
      db.forEach((entry) => {
        const key = keyText(db, entry);
        const known = map.get(key);
        if (known === undefined) throw new Error(`${key.slice(0, 20)} should not be in database ${n}`);
        this.compare(db, entry, key, known);
        expect(found.has(key)).toBe(false);
        found.add(key);
        expect(where.has(entry)).toBe(false);
        where.set(entry, db);
        const meta = arena.i32(entry, WORD_META);
        expect((meta & META_DATABASE_MASK) >>> META_DATABASE_SHIFT).toBe(db.id);
        if ((meta & META_EXPIRES) !== 0) expect(wheel['refOf'](arena.i32(entry, WORD_WHEEL))).toBe(entry);
      });
      const times = [...map.values()].map((known) => known.expireAt).filter((atMs) => atMs !== NO_EXPIRE);
      expect(db.expires).toBe(times.length);
      expires += times.length;
      const { startMs } = keyspace;
      // What lies 70 years from the keyspace's start counts as those 70 years.
      const sum = times.reduce((total, atMs) => {
        return total + Math.max(-MAX_AVERAGED_MS, Math.min(MAX_AVERAGED_MS, atMs - startMs)) + startMs - this.nowMs;
      }, 0);
      // Two ways of rounding may differ by one.
      const average = times.length === 0 ? 0 : Math.max(0, sum / times.length);
      expect(Math.abs(db.averageTtlMs - average)).toBeLessThanOrEqual(1);
      expect(this.scanned(db)).toEqual(found);
      const random = db.randomEntry();
      expect(random === NONE ? map.size : where.get(random)).toBe(random === NONE ? 0 : db);
    }
    const waiting = keyspace.garbage.objectCount;
    let walked = 0;
    const ids = new Set([0, 1, 2].map((n) => this.db(n).id));
    arena.walkRecords((ref) => {
      const id = (arena.i32(ref, WORD_META) & META_DATABASE_MASK) >>> META_DATABASE_SHIFT;
      if (!ids.has(id)) return;
      walked++;
      expect(where.get(ref)?.id).toBe(id);
    });
    expect(walked).toBe(where.size);
    expect(keyspace.size).toBe(where.size);
    if (waiting === 0) expect(wheel.count).toBe(expires);
    else expect(wheel.count).toBeGreaterThanOrEqual(expires);
  }

  scanned(db: Database): Set<string> {
    const keys = new Set<string>();
    let cursor = 0;
    do cursor = db.scan(cursor, (entry) => keys.add(keyText(db, entry)));
    while (cursor !== 0);
    return keys;
  }
}

const KEYS = [
  ...['', 'k', 'key', 'another', 'x'.repeat(254), 'y'.repeat(255), 'z'.repeat(300), 'w'.repeat(70_000)],
  ...Array.from({ length: 24 }, (_, i) => `key:${i}`),
];

function encodingOf(value: Buffer): Encoding {
  const text = value.toString('latin1');
  if (/^(0|-?[1-9][0-9]{0,18})$/.test(text)) {
    const number = BigInt(text);
    if (number >= -(2n ** 63n) && number < 2n ** 63n) return ENCODING_INT;
  }
  return value.length <= 44 ? ENCODING_EMBSTR : ENCODING_RAW;
}

/** Bytes that differ from place to place, so that a shift by one is seen. */
function pattern(seed: number, length: number): Buffer {
  const value = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) value[i] = (seed + i * 7 + (i >>> 8) * 13) & 255;
  return value;
}

const anyKey = fc.nat(KEYS.length - 1).map((i) => KEYS[i]!);
const anyDb = fc.nat(2);
const anyLength = fc.oneof(
  { weight: 12, arbitrary: fc.nat(60) },
  { weight: 8, arbitrary: fc.nat(600) },
  { weight: 3, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(120_000) },
);
const anyValue = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.nat(255), anyLength).map(([seed, length]) => pattern(seed, length)) },
  { weight: 1, arbitrary: fc.bigInt(-(2n ** 64n), 2n ** 64n).map((n) => Buffer.from(String(n))) },
  { weight: 1, arbitrary: fc.integer().map((n) => Buffer.from(String(n))) },
);
/** Milliseconds from now: over, soon, on a tick's border, in a minute, in years. */
const anyDelay = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: 0, max: 3000 }),
  fc.integer({ min: 0, max: 64 * 64 }).map((ticks) => ticks * TICK_MS),
  fc.integer({ min: 0, max: 100_000_000 }),
  fc.integer({ min: 0, max: 50 }).map((years) => years * 365 * 86_400_000),
);

type Step = (rig: Rig) => void;

const set3 = fc.tuple(anyDb, anyKey, anyValue);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(set3, fc.boolean()).map(([args, keepTtl]) => setStep(...args, keepTtl)) },
  { weight: 3, arbitrary: fc.tuple(set3, anyDelay).map(([args, delay]) => setUntilStep(...args, delay)) },
  { weight: 2, arbitrary: set3.map((args) => overwriteStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey, anyLength).map((args) => resizeStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(set3, fc.nat()).map(([args, at]) => writeStep(...args, at)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey).map((args) => deleteStep(...args)) },
  { weight: 5, arbitrary: fc.tuple(anyDb, anyKey, anyDelay).map((args) => expireStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey).map((args) => persistStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey, anyKey).map((args) => renameStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey, anyDb, anyKey).map((args) => copyStep(...args)) },
  { weight: 2, arbitrary: fc.tuple(anyDb, anyKey, anyDb).map((args) => moveStep(...args)) },
  { weight: 1, arbitrary: fc.tuple(anyDb, anyDb).map((args) => swapStep(...args)) },
  { weight: 1, arbitrary: fc.tuple(anyDb, fc.boolean()).map((args) => flushStep(...args)) },
  { weight: 1, arbitrary: fc.nat(5).map((n) => (n === 0 ? flushAllStep : maintainStep)) },
  {
    weight: 4,
    arbitrary: fc.tuple(anyDb, anyKey).map(
      ([n, key]) =>
        (rig: Rig) =>
          void rig.look(n, key),
    ),
  },
  { weight: 3, arbitrary: anyDelay.map((ms) => timeStep(ms)) },
  { weight: 2, arbitrary: fc.constant(maintainStep) },
  { weight: 1, arbitrary: fc.constantFrom(EXPIRED_DELETE, EXPIRED_HIDE, EXPIRED_KEEP).map((how) => policyStep(how)) },
  { weight: 1, arbitrary: fc.tuple(anyDb, fc.nat(400)).map((args) => fillStep(...args)) },
  { weight: 1, arbitrary: fc.tuple(anyDb, anyKey, fc.nat(3)).map((args) => hugeStep(...args)) },
);

function setStep(n: number, key: string, value: Buffer, keepTtl: boolean): Step {
  return (rig) => {
    const db = rig.db(n);
    const args = spans(key, value);
    const entry = db.setString(args, 0, args.bytes, args.view, args.offset(1), value.length, keepTtl);
    const old = rig.visible(n, key);
    const expireAt = keepTtl && old ? old.expireAt : NO_EXPIRE;
    const known = { value, encoding: encodingOf(value), expireAt, dueAt: old?.dueAt ?? 0 };
    rig.maps[n]!.set(key, known);
    rig.compare(db, entry, key, known);
  };
}

/** SET with a time to live: the record has the room for it from the start, or keeps the old time to replace it. */
function setUntilStep(n: number, key: string, value: Buffer, delay: number): Step {
  return (rig) => {
    const db = rig.db(n);
    const args = spans(key, value);
    const expireAt = rig.nowMs + delay;
    const known = { value, encoding: encodingOf(value), expireAt, dueAt: Math.max(expireAt, rig.nowMs) };
    const entry = db.setString(args, 0, args.bytes, args.view, args.offset(1), value.length, true, true);
    rig.maps[n]!.set(key, known);
    rig.compare(db, db.setExpire(entry, known.expireAt), key, known);
  };
}

function overwriteStep(n: number, key: string, value: Buffer): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const args = spans(value);
    const known = rig.maps[n]!.get(key)!;
    known.value = value;
    known.encoding = encodingOf(value);
    const there = rig.db(n).overwriteString(entry, args.bytes, args.view, 1, value.length, known.encoding);
    rig.compare(rig.db(n), there, key, known);
  };
}

function resizeStep(n: number, key: string, length: number): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const known = rig.maps[n]!.get(key)!;
    known.value = Buffer.concat([known.value, Buffer.alloc(Math.max(0, length - known.value.length))], length);
    known.encoding = ENCODING_RAW;
    rig.compare(rig.db(n), rig.db(n).resizeString(entry, length), key, known);
  };
}

function writeStep(n: number, key: string, bytes: Buffer, at: number): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const db = rig.db(n);
    const known = rig.maps[n]!.get(key)!;
    const { length } = known.value;
    if (length === 0) return;
    const from = at % length;
    const part = bytes.subarray(0, length - from);
    const args = spans(part);
    known.value = Buffer.from(known.value);
    known.value.set(part, from);
    db.writeString(entry, from, args.bytes, args.view, 1, part.length);
    known.value[from] = at & 255;
    db.setStringByte(entry, from, at & 255);
    expect(db.stringByte(entry, from)).toBe(at & 255);
    rig.compare(db, entry, key, known);
  };
}

function deleteStep(n: number, key: string): Step {
  return (rig) => {
    const deleted = rig.db(n).delete(spans(key), 0);
    expect(deleted).toBe(rig.visible(n, key) !== undefined);
    if (deleted) rig.maps[n]!.delete(key);
  };
}

function expireStep(n: number, key: string, delay: number): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const known = rig.maps[n]!.get(key)!;
    known.expireAt = rig.nowMs + delay;
    known.dueAt = Math.max(known.expireAt, rig.nowMs);
    rig.compare(rig.db(n), rig.db(n).setExpire(entry, known.expireAt), key, known);
  };
}

function persistStep(n: number, key: string): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const known = rig.maps[n]!.get(key)!;
    known.expireAt = NO_EXPIRE;
    rig.compare(rig.db(n), rig.db(n).persist(entry), key, known);
  };
}

function renameStep(n: number, key: string, to: string): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE) return;
    const db = rig.db(n);
    const clock = db.clockOf(entry);
    const known = rig.maps[n]!.get(key)!;
    const there = db.rename(entry, spans('rename', key, to), 2);
    rig.maps[n]!.delete(key);
    rig.maps[n]!.set(to, known);
    rig.compare(db, there, to, known);
    expect(db.clockOf(there)).toBe(clock);
  };
}

function copyStep(n: number, key: string, to: number, toKey: string): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE || (n === to && key === toKey)) return;
    const known = { ...rig.maps[n]!.get(key)! };
    known.dueAt = Math.max(known.expireAt, rig.nowMs);
    const there = rig.db(n).copyTo(entry, rig.db(to), spans(toKey), 0);
    rig.maps[to]!.set(toKey, known);
    rig.compare(rig.db(to), there, toKey, known);
  };
}

function moveStep(n: number, key: string, to: number): Step {
  return (rig) => {
    const entry = rig.look(n, key);
    if (entry === NONE || n === to || rig.look(to, key) !== NONE) return;
    rig.db(n).moveTo(entry, rig.db(to));
    rig.maps[to]!.set(key, rig.maps[n]!.get(key)!);
    rig.maps[n]!.delete(key);
    rig.look(to, key);
    rig.look(n, key);
  };
}

function swapStep(a: number, b: number): Step {
  return (rig) => {
    rig.keyspace.swap(a, b);
    const first = rig.maps[a]!;
    rig.maps[a] = rig.maps[b]!;
    rig.maps[b] = first;
  };
}

function flushStep(n: number, inBackground: boolean): Step {
  return (rig) => {
    expect(rig.keyspace.flush(rig.db(n), inBackground)).toBe(rig.maps[n]!.size);
    rig.maps[n]!.clear();
    expect(rig.db(n).size).toBe(0);
  };
}

function timeStep(ms: number): Step {
  return (rig) => {
    rig.clock.advance(Math.abs(ms));
    rig.keyspace.setTime(rig.clock.nowMs());
  };
}

function maintainStep(rig: Rig): void {
  expect(rig.keyspace.maintain(1000)).toBe(false);
  expect(rig.keyspace.garbage.objectCount).toBe(0);
  if (rig.keyspace.expiredKeys !== EXPIRED_DELETE) return;
  const tick = Math.floor(rig.nowMs / TICK_MS);
  for (const map of rig.maps) {
    for (const known of map.values()) {
      if (known.expireAt !== NO_EXPIRE) expect(Math.floor(known.dueAt / TICK_MS) + 1).toBeGreaterThan(tick);
    }
  }
}

function policyStep(how: Keyspace['expiredKeys']): Step {
  return (rig) => {
    rig.keyspace.expiredKeys = how;
  };
}

function flushAllStep(rig: Rig): void {
  expect(rig.keyspace.flushAll()).toBe(rig.maps.reduce((size, map) => size + map.size, 0));
  for (const map of rig.maps) map.clear();
  expect(rig.keyspace.account.used).toBe(rig.emptyBytes);
}

/** Many keys at once, so that the index grows; about half have a time to live. */
function fillStep(n: number, count: number): Step {
  return (rig) => {
    for (let i = 0; i < count; i++) {
      const key = `fill:${i}`;
      setStep(n, key, pattern(i, i % 90), i % 3 === 0)(rig);
      if (i % 2 === 0) expireStep(n, key, i * 10)(rig);
    }
  };
}

/** A value with a buffer of its own, seldom. */
function hugeStep(n: number, key: string, chance: number): Step {
  return (rig) => {
    if (chance !== 0) return;
    setStep(n, key, Buffer.alloc(9 * MB, `${key.length}-huge-`), false)(rig);
    resizeStep(n, key, 9 * MB + 5000)(rig);
  };
}

describe('Database, random operations', () => {
  it.each([1, 8])('agrees with maps in several databases while time passes (%i partitions)', (partitionCount) => {
    fc.assert(
      fc.property(fc.integer(), fc.array(anyStep, { minLength: 1, maxLength: 120 }), (seed, steps) => {
        const rig = new Rig(seed, partitionCount);
        for (const step of steps) step(rig);
        rig.check();
        // Whatever happened, nothing is left when all is deleted.
        rig.keyspace.expiredKeys = EXPIRED_KEEP;
        for (let n = 0; n < 3; n++) {
          for (const key of [...rig.maps[n]!.keys()]) {
            expect(rig.db(n).delete(spans(key), 0)).toBe(true);
            rig.maps[n]!.delete(key);
          }
        }
        rig.keyspace.expiredKeys = EXPIRED_DELETE;
        rig.keyspace.maintain(1000);
        rig.check();
        expect(rig.keyspace.wheel.count).toBe(0);
        expect(rig.keyspace.account.used).toBe(rig.emptyBytes);
      }),
      { numRuns: partitionCount === 1 ? 100 : 50 },
    );
  });
});
