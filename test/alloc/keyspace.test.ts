/**
 * Hot paths of the keyspace allocate nothing on V8's heap: a million calls leave it as it was, and no garbage
 * collection comes in between. Compiling a function allocates, so that rounds are repeated until one is clean; a path
 * that allocates so much as one object a call never has one. (A time that is given to a key costs one number of 16
 * bytes, where it passes from function to function; that is not held here.)
 */
import { beforeEach, describe, it } from 'vitest';
import type { Database } from '../../src/keyspace/database.js';
import { Feed } from '../../src/keyspace/feed.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { ENCODING_INT, NONE } from '../../src/keyspace/record.js';
import { Arena } from '../../src/memory/arena.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { ManualClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';
import { expectNoGarbage } from './no-garbage.js';

const KEY_BYTES = 16;
const KEYS = 256;
const MASK = KEYS - 1;

describe('Without garbage', () => {
  const clock = new ManualClock();
  const value = new Uint8Array(400).fill(0x31);
  const valueView = new DataView(value.buffer);
  const keys = new ByteSpans(1);
  let keyspace: Keyspace;
  let db: Database;

  beforeEach(() => {
    const hooks = {
      expired: () => undefined,
      fieldsExpired: () => undefined,
      evicted: () => {},
      missed: () => undefined,
      created: () => undefined,
      streamLeft: () => undefined,
    };
    keyspace = new Keyspace({ arena: new Arena({ clock }), databaseCount: 16, clock, random: new Random(1), hooks });
    db = keyspace.db(0);
    const text = Buffer.alloc(2 * KEYS * KEY_BYTES, '0');
    for (let i = 0; i < 2 * KEYS; i++) text.write(`key:${String(i).padStart(12, '0')}`, i * KEY_BYTES, 'latin1');
    keys.bind(text);
    keys.lengths[0] = KEY_BYTES;
    keys.count = 1;
    for (let i = 0; i < KEYS; i++) set(i, 32);
  });

  /** Lets span 0 be key `i`: those from KEYS on do not exist. */
  function choose(i: number): void {
    keys.offsets[0] = i * KEY_BYTES;
  }

  function set(i: number, length: number, keepTtl = false): number {
    choose(i);
    return db.setString(keys, 0, value, valueView, 0, length, keepTtl);
  }

  it('GET of keys that are there', () =>
    expectNoGarbage((i) => {
      choose(i & MASK);
      if (db.lookupRead(keys, 0) === NONE) throw new Error('a key is lost');
    }));

  it('GET of keys that are missing', () =>
    expectNoGarbage((i) => {
      choose(KEYS + (i & MASK));
      if (db.lookupRead(keys, 0) !== NONE) throw new Error('a key from nowhere');
    }));

  it('GET of keys with a time to live, while time passes', () => {
    for (let i = 0; i < KEYS; i++) db.setExpire(set(i, 32), clock.nowMs() + 1e12);
    return expectNoGarbage((i) => {
      if ((i & 0x3fff) === 0) {
        clock.advance(1);
        keyspace.setTime(clock.nowMs());
      }
      choose(i & MASK);
      if (db.lookupRead(keys, 0) === NONE) throw new Error('a key is lost');
    });
  });

  it('GET under an LFU policy, while time passes', () => {
    keyspace.clock.lfu = true;
    return expectNoGarbage((i) => {
      if ((i & 0x3fff) === 0) {
        clock.advance(100);
        keyspace.setTime(clock.nowMs());
      }
      choose(i & MASK);
      db.lookupRead(keys, 0);
    });
  });

  it('copying a value out', () => {
    const target = new Uint8Array(64);
    const targetView = new DataView(target.buffer);
    return expectNoGarbage((i) => {
      choose(i & MASK);
      const entry = db.peek(keys, 0);
      db.stringInto(entry, 0, db.stringLength(entry), target, targetView, 8);
    });
  });

  it('the touch pass', () => {
    const offsets = Int32Array.from({ length: 64 }, (_, i) => i * KEY_BYTES);
    const lengths = new Int32Array(64).fill(KEY_BYTES);
    const hashes = new Int32Array(64);
    return expectNoGarbage((i) => {
      if ((i & 63) === 0) db.prefetch(keys.bytes, keys.view, offsets, lengths, 64, hashes, true);
    });
  });

  it('SET in place', () => expectNoGarbage((i) => void set(i & MASK, 32)));

  it('SET to sizes that ask for other blocks', () => expectNoGarbage((i) => void set(i & MASK, (i * 7) % 250)));

  it('SET of new keys and DEL of old ones, where the index neither grows nor shrinks', () =>
    expectNoGarbage((i) => {
      choose(i & MASK);
      if (!db.delete(keys, 0)) throw new Error('a key is lost');
      set(i & MASK, 32);
    }));

  it('a counter that writes its digits in place', () =>
    expectNoGarbage((i) => {
      choose(i & MASK);
      db.overwriteString(db.lookupWrite(keys, 0), value, valueView, 0, 1 + (i & 7), ENCODING_INT);
    }));

  it('the feed that nobody reads', () => {
    const feed = new Feed();
    choose(0);
    return expectNoGarbage((i) => {
      feed.beginUnit();
      feed.append(i & 1, keys);
      if ((i & 1) === 0) feed.append(0, keys);
      feed.endUnit();
    });
  });
});
