/**
 * A database as commands use it: keys of 16 bytes, values of 32. "Hot" rows stay within a few KiB; the others go
 * through as many keys as the size says, whose records and index lines lie in an order of chance, so that cache misses
 * decide, with and without the touch pass. The keys' texts are read in the order of memory, as those of a socket's
 * buffer are. `bytes/op` of the rows that fill is all that a key takes: block, index, and wheel.
 */
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { NONE } from '../../src/keyspace/record.js';
import { Arena, trainBarrier } from '../../src/memory/index.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { ManualClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const KEY_BYTES = 16;
const VALUE_BYTES = 32;
const HOT = 64;
const BATCH = 64;

/** A keyspace, and `count` keys in one buffer with a value behind them. */
class Fixture {
  readonly clock = new ManualClock();
  readonly keyspace: Keyspace;
  readonly db: Database;
  readonly keys = new ByteSpans(BATCH);
  readonly value = new Uint8Array(VALUE_BYTES).fill(0x76);
  readonly valueView = new DataView(this.value.buffer);
  readonly offsets = new Int32Array(BATCH);
  readonly lengths = new Int32Array(BATCH).fill(KEY_BYTES);
  readonly hashes = new Int32Array(BATCH);
  /** All keys in an order of chance: how they are filled in. */
  readonly order: Int32Array;
  private readonly emptyBytes: number;

  constructor(readonly count: number) {
    const { clock } = this;
    const arena = new Arena({ clock });
    trainBarrier(arena);
    const hooks = {
      expired: () => undefined,
      fieldsExpired: () => undefined,
      evicted: () => {},
      missed: () => undefined,
      created: () => undefined,
      streamLeft: () => undefined,
    };
    this.keyspace = new Keyspace({ arena, databaseCount: 1, clock, random: new Random(1), hooks });
    this.db = this.keyspace.db(0);
    this.emptyBytes = this.keyspace.account.used;
    const text = Buffer.alloc((count + 1) * KEY_BYTES, '0');
    for (let i = 0; i < count; i++) text.write(`key:${String(i).padStart(12, '0')}`, i * KEY_BYTES, 'latin1');
    this.keys.bind(text);
    this.keys.count = 1;
    this.keys.lengths.fill(KEY_BYTES);
    this.keyspace.knownHashSpans = this.keys;
    const random = new Random(2);
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    this.order = order;
  }

  /** Bytes that each key takes, all in. */
  get bytesPerKey(): number {
    return (this.keyspace.account.used - this.emptyBytes) / Math.max(1, this.db.size);
  }

  empty(): void {
    this.keyspace.flushAll();
  }

  set(i: number): number {
    const { keys, value, valueView } = this;
    keys.offsets[0] = i * KEY_BYTES;
    return this.db.setString(keys, 0, value, valueView, 0, VALUE_BYTES, false);
  }

  fill(operations: number): number {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum ^= this.set(this.order[i % this.count]!);
    return sum;
  }

  get(i: number): number {
    return this.lookUp(i * KEY_BYTES);
  }

  /** Looks up what is no key: the text that begins in the middle of key `i`. */
  getMissing(i: number): number {
    return this.lookUp(i * KEY_BYTES + 8);
  }

  private lookUp(offset: number): number {
    const { keys, db } = this;
    keys.offsets[0] = offset;
    const entry = db.lookupRead(keys, 0);
    return entry === NONE ? 0 : db.stringLength(entry);
  }

  /** Looks keys `from` to `from + n - 1` up as a batch: hashed and loaded together, then one by one. */
  getTouched(from: number, n: number): number {
    const { keys, db, keyspace, offsets, lengths, hashes } = this;
    for (let k = 0; k < n; k++) offsets[k] = (from + k) * KEY_BYTES;
    db.prefetch(keys.bytes, keys.view, offsets, lengths, n, hashes, true);
    keyspace.knownHashArg = 0;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      keyspace.knownHash = hashes[k]!;
      keys.offsets[0] = offsets[k]!;
      const entry = db.lookupRead(keys, 0);
      if (entry !== NONE) sum += db.stringLength(entry);
    }
    keyspace.knownHashArg = -1;
    return sum;
  }
}

export function run(size: number): Row[] {
  const all = new Fixture(size);
  const hot = new Fixture(HOT);
  hot.fill(HOT);
  return [
    measure('SET of a new key, growing from nothing', size, (operations) => all.fill(operations), {
      before: () => all.empty(),
      rounds: 5,
      bytesPerOp: () => all.bytesPerKey,
    }),
    ...reading(all, hot, size),
    ...writing(all, hot, size),
    ...expiring(size),
  ];
}

function reading(all: Fixture, hot: Fixture, size: number): Row[] {
  return [
    measure('GET, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += hot.get(i & (HOT - 1));
      return sum;
    }),
    measure('GET, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += all.get(i);
      return sum;
    }),
    measure('GET, random, touched 64 at a time', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i += BATCH) sum += all.getTouched(i, Math.min(BATCH, operations - i));
      return sum;
    }),
    measure('GET of a missing key, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += all.getMissing(i);
      return sum;
    }),
  ];
}

function writing(all: Fixture, hot: Fixture, size: number): Row[] {
  const { keys, db } = all;
  return [
    measure('SET in place, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum ^= hot.set(i & (HOT - 1));
      return sum;
    }),
    measure('SET in place, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum ^= all.set(i);
      return sum;
    }),
    measure('DEL and SET, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        keys.offsets[0] = i * KEY_BYTES;
        if (db.delete(keys, 0)) sum++;
        all.set(i);
      }
      return sum;
    }),
  ];
}

/** Times to live between 1 ms and 10 s, and the upkeep that fires them. */
function expiring(size: number): Row[] {
  const all = new Fixture(size);
  const random = new Random(3);
  const ttls = Int32Array.from({ length: size }, () => 1 + random.below(10_000));
  const { clock, db, keyspace } = all;
  const refill = (): void => {
    all.empty();
    all.fill(size);
  };
  const expireAll = (): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      all.keys.offsets[0] = i * KEY_BYTES;
      sum ^= db.setExpire(db.lookupWrite(all.keys, 0), clock.nowMs() + ttls[i]!);
    }
    return sum;
  };
  return [
    measure('EXPIRE of a key without', size, expireAll, {
      before: refill,
      rounds: 5,
      bytesPerOp: () => all.bytesPerKey,
    }),
    measure('EXPIRE of a key that had one, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        all.keys.offsets[0] = i * KEY_BYTES;
        sum ^= db.setExpire(db.lookupWrite(all.keys, 0), clock.nowMs() + ttls[(i * 7) % size]!);
      }
      return sum;
    }),
    measure(
      'a key expires by itself, all within 10 s',
      size,
      () => {
        const before = keyspace.stats.expired;
        for (let ms = 0; ms < 10_100; ms += 10) {
          clock.advance(10);
          while (keyspace.maintain(1000));
        }
        return keyspace.stats.expired - before;
      },
      {
        rounds: 3,
        warmUpRounds: 1,
        before: () => {
          refill();
          expireAll();
        },
        bytesPerOp: 0,
      },
    ),
  ];
}
