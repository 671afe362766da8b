import { describe, expect, it } from 'vitest';
import { EXPIRED_DELETE, EXPIRED_HIDE, EXPIRED_KEEP, NO_EXPIRE } from '../../src/keyspace/database.js';
import { ENCODING_EMBSTR, ENCODING_INT, ENCODING_RAW, NONE, TYPE_STRING } from '../../src/keyspace/record.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { latin1 } from '../../src/util/bytes.js';
import { Bench, keyText, spans, stringOf } from './support.js';

describe('Database, strings', () => {
  it('gives back what was set, for keys and values of every length around the edges of the layout', () => {
    const bench = new Bench();
    const lengths = [0, 1, 3, 4, 5, 15, 16, 17, 63, 253, 254, 255, 256, 1000, 70_000];
    for (const key of lengths) {
      for (const value of lengths) bench.set('k'.repeat(key), 'v'.repeat(value));
      for (const value of lengths) bench.set('k'.repeat(key), `${value}`.padStart(value, 'x'));
      const entry = bench.find('k'.repeat(key));
      expect(bench.db().keyLength(entry)).toBe(key);
      expect(keyText(bench.db(), entry)).toBe('k'.repeat(key));
      expect(bench.get('k'.repeat(key))).toBe('70000'.padStart(70_000, 'x'));
    }
    expect(bench.db().size).toBe(lengths.length);
  });

  it('keeps a value above the arena runs, lets it grow and shrink, and gives its memory back', () => {
    const bench = new Bench();
    const empty = bench.arena.account.used;
    const db = bench.db();
    let entry = bench.set('big', 'b'.repeat(9 << 20));
    entry = db.resizeString(entry, 20 << 20);
    expect(db.stringByte(entry, (9 << 20) - 1)).toBe(0x62);
    expect(db.stringByte(entry, (20 << 20) - 1)).toBe(0);
    entry = db.resizeString(entry, 3);
    expect(stringOf(db, entry)).toBe('bbb');
    expect(db.memoryUsage(entry, 0)).toBeLessThan(2000);
    expect(db.delete(spans('big'), 0)).toBe(true);
    expect(bench.arena.account.used - empty).toBe(1024); // the index of the database
  });

  it.each([
    ['0', ENCODING_INT],
    ['-1', ENCODING_INT],
    ['9223372036854775807', ENCODING_INT],
    ['-9223372036854775808', ENCODING_INT],
    ['9223372036854775808', ENCODING_EMBSTR],
    ['01', ENCODING_EMBSTR],
    ['-0', ENCODING_EMBSTR],
    ['+1', ENCODING_EMBSTR],
    ['', ENCODING_EMBSTR],
    ['x'.repeat(44), ENCODING_EMBSTR],
    ['x'.repeat(45), ENCODING_RAW],
  ])('encodes %j as Redis does', (value, encoding) => {
    const bench = new Bench();
    expect(bench.db().encodingOf(bench.set('k', value))).toBe(encoding);
    expect(bench.db().typeOf(bench.find('k'))).toBe(TYPE_STRING);
  });

  it('a string that is resized is raw from then on, zero where it grew', () => {
    const bench = new Bench();
    const db = bench.db();
    const entry = db.resizeString(bench.set('k', '12'), 5);
    expect(db.encodingOf(entry)).toBe(ENCODING_RAW);
    expect(stringOf(db, entry)).toBe('12\0\0\0');
    const bytes = latin1('abc');
    db.writeString(entry, 1, bytes, new DataView(bytes.buffer), 0, 3);
    db.setStringByte(entry, 4, 0x7a);
    expect(stringOf(db, entry)).toBe('1abcz');
  });

  it('appending a byte at a time copies the value only now and then', () => {
    const bench = new Bench();
    const db = bench.db();
    let entry = bench.set('k', 'x'.repeat(100));
    let moves = 0;
    for (let length = 101; length <= 20_000; length++) {
      const there = db.resizeString(entry, length);
      if (there !== entry) moves++;
      entry = there;
    }
    expect(moves).toBeLessThan(20);
    expect(bench.find('k')).toBe(entry);
  });

  it('a string that is set with a time to live moves once, not twice', () => {
    const bench = new Bench();
    const db = bench.db();
    const bytes = latin1('v'.repeat(32));
    const view = new DataView(bytes.buffer);
    for (const key of ['new', 'new', 'x'.repeat(300)]) {
      const entry = db.setString(spans(key), 0, bytes, view, 0, 32, true, true);
      expect(db.setExpire(entry, bench.clock.nowMs() + 10)).toBe(entry);
      expect(bench.get(key)).toBe('v'.repeat(32));
    }
    expect(db.expires).toBe(2);
  });

  it('overwriting in place does not waste more than an eighth and 16 bytes', () => {
    const bench = new Bench();
    for (let i = 0; i < 500; i++) {
      const length = (i * 7919) % 700;
      const entry = bench.set('key', 'v'.repeat(length));
      const waste = bench.arena.blockSize(entry) - (16 + 3 + length);
      expect(waste).toBeLessThanOrEqual(16 + bench.arena.blockSize(entry) / 8);
    }
  });

  it('a key with a precomputed hash is found by it, other spans and other arguments by their own', () => {
    const bench = new Bench();
    const db = bench.db();
    bench.set('a', '1');
    bench.set('b', '2');
    const args = spans('a', 'b');
    const hashes = new Int32Array(2);
    db.prefetch(args.bytes, args.view, args.offsets, args.lengths, 2, hashes, true);
    const { keyspace } = bench;
    keyspace.knownHashSpans = args;
    keyspace.knownHashArg = 1;
    keyspace.knownHash = hashes[1]!;
    expect(stringOf(db, db.lookupRead(args, 1))).toBe('2');
    expect(stringOf(db, db.lookupRead(args, 0))).toBe('1');
    expect(stringOf(db, db.lookupRead(spans('b', 'a'), 1))).toBe('1');
  });

  it('the touch pass changes no clock, no counter and no expired key', () => {
    const bench = new Bench();
    const db = bench.db();
    db.setExpire(bench.set('gone', 'v'), bench.clock.nowMs() + 5);
    const idle = bench.set('idle', 'v');
    bench.advance(100_000);
    const args = spans('gone', 'idle', 'none');
    db.prefetch(args.bytes, args.view, args.offsets, args.lengths, 3, new Int32Array(3), false);
    expect(db.size).toBe(2);
    expect(db.idleMsOf(idle)).toBe(100_000);
    expect([bench.keyspace.stats.hits, bench.keyspace.stats.misses, bench.expiredKeys.length]).toEqual([0, 0, 0]);
  });
});

describe('Keyspace', () => {
  it('FLUSHDB beside another database answers at once, and frees what it could not in slices', () => {
    const bench = new Bench();
    bench.set('stays', 'v', false, bench.db(1));
    const before = bench.arena.stats().liveBytes;
    for (let i = 0; i < 50_000; i++) bench.set(`key:${i}`, 'v');
    expect(bench.keyspace.flush(bench.db(), false)).toBe(50_000);
    expect([bench.db().size, bench.get('key:1')]).toEqual([0, null]);
    expect(bench.keyspace.garbage.objectCount).toBeGreaterThan(0);
    // The records that wait belong to no database: a snapshot taken now does not have them.
    const owners: (number | undefined)[] = [];
    bench.arena.walkRecords((ref) => void owners.push(bench.keyspace.databaseOf(ref)?.number));
    expect(owners.filter((number) => number !== undefined)).toEqual([1]);
    bench.settle();
    expect(bench.keyspace.garbage.objectCount).toBe(0);
    expect(bench.arena.stats().liveBytes).toBe(before);
  });

  it('FLUSHDB of few keys gives their memory back before it answers', () => {
    const bench = new Bench();
    bench.set('stays', 'v', false, bench.db(1));
    const before = bench.arena.stats().liveBytes;
    for (let i = 0; i < 1000; i++) bench.set(`key:${i}`, 'v');
    bench.keyspace.flush(bench.db(), false);
    expect(bench.arena.stats().liveBytes).toBe(before);
  });
});

describe('Database, clocks and statistics', () => {
  it('a read counts a hit or a miss and ends idleness, a peek does neither', () => {
    const bench = new Bench();
    const db = bench.db();
    const entry = bench.set('k', 'v');
    bench.advance(50_000);
    db.peek(spans('k'), 0);
    expect(db.idleMsOf(entry)).toBe(50_000);
    db.lookupRead(spans('k'), 0);
    db.lookupRead(spans('none'), 0);
    expect(db.idleMsOf(entry)).toBe(0);
    db.lookupWrite(spans('none'), 0);
    expect([bench.keyspace.stats.hits, bench.keyspace.stats.misses]).toEqual([1, 1]);
  });

  it('with touches off a read leaves the clock alone', () => {
    const bench = new Bench();
    const entry = bench.set('k', 'v');
    bench.advance(50_000);
    bench.keyspace.touches = false;
    bench.get('k');
    expect(bench.db().idleMsOf(entry)).toBe(50_000);
  });

  it('idle time is right when the 24-bit clock has wrapped around', () => {
    const bench = new Bench();
    bench.clock.set(((1 << 24) - 10) * 1000);
    bench.keyspace.setTime(bench.clock.nowMs());
    const entry = bench.set('k', 'v');
    bench.advance(25_000);
    expect(bench.db().idleMsOf(entry)).toBe(25_000);
  });

  it('under an LFU policy the counter begins at 5, grows slower the higher it is, and decays by the minute', () => {
    const bench = new Bench();
    const { clock } = bench.keyspace;
    clock.lfu = true;
    const db = bench.db();
    const entry = bench.set('k', 'v');
    expect(db.frequencyOf(entry)).toBe(5);
    for (let i = 0; i < 1000; i++) db.lookupRead(spans('k'), 0);
    const high = db.frequencyOf(entry);
    expect(high).toBeGreaterThan(12);
    expect(high).toBeLessThan(30);
    bench.advance(3 * 60_000);
    expect(db.frequencyOf(entry)).toBe(high - 3);
    bench.advance(60 * 60_000);
    expect(db.frequencyOf(entry)).toBe(0);
    clock.lfuDecayTime = 0;
    expect(db.frequencyOf(entry)).toBe(high);
    clock.lfuLogFactor = 0;
    for (let i = 0; i < 300; i++) db.lookupRead(spans('k'), 0);
    expect(db.frequencyOf(entry)).toBe(255);
  });

  it('RENAME keeps the clock, COPY begins a new one', () => {
    const bench = new Bench();
    const db = bench.db();
    const entry = bench.set('k', 'v');
    bench.advance(9000);
    const copy = db.copyTo(entry, db, spans('copy'), 0);
    const renamed = db.rename(entry, spans('renamed'), 0);
    expect([db.idleMsOf(copy), db.idleMsOf(renamed)]).toEqual([0, 9000]);
  });
});

describe('Database, expiry policy', () => {
  function withExpired(): Bench {
    const bench = new Bench();
    bench.db().setExpire(bench.set('k', 'v'), bench.clock.nowMs() + 100);
    return bench;
  }

  it('a key is there up to its very millisecond and gone in the next', () => {
    const bench = withExpired();
    bench.advance(100);
    expect(bench.get('k')).toBe('v');
    bench.advance(1);
    expect(bench.get('k')).toBe(null);
  });

  it('a primary deletes an expired key that it meets and tells its hooks, once', () => {
    const bench = withExpired();
    bench.advance(101);
    expect(bench.get('k')).toBe(null);
    expect(bench.find('k')).toBe(NONE);
    expect(bench.expiredKeys).toEqual(['0:k']);
    expect([bench.db().size, bench.db().expires, bench.keyspace.stats.expired]).toEqual([0, 0, 1]);
  });

  it('DEL of an expired key deletes nothing', () => {
    const bench = withExpired();
    bench.advance(101);
    expect(bench.db().delete(spans('k'), 0)).toBe(false);
    expect(bench.expiredKeys).toEqual(['0:k']);
  });

  it('where expired keys are hidden they stay, and are told of when the policy is a primary’s again', () => {
    const bench = withExpired();
    bench.keyspace.expiredKeys = EXPIRED_HIDE;
    bench.advance(120);
    expect(bench.get('k')).toBe(null);
    bench.settle();
    expect(bench.db().size).toBe(1);
    bench.keyspace.expiredKeys = EXPIRED_DELETE;
    bench.settle();
    expect([bench.db().size, bench.expiredKeys]).toEqual([0, ['0:k']]);
  });

  it('a replica applying its primary’s stream sees expired keys', () => {
    const bench = withExpired();
    bench.keyspace.expiredKeys = EXPIRED_KEEP;
    bench.advance(101);
    expect(bench.get('k')).toBe('v');
  });

  it('setting a hidden expired key anew leaves no trace of its old time', () => {
    const bench = withExpired();
    bench.keyspace.expiredKeys = EXPIRED_HIDE;
    bench.advance(101);
    const entry = bench.set('k', 'w', true);
    expect(bench.db().expireAtOf(entry)).toBe(NO_EXPIRE);
    expect(bench.db().expires).toBe(0);
    expect(bench.keyspace.wheel.count).toBe(0);
  });

  it('a time that is moved earlier, later, or taken away is kept to', () => {
    const bench = new Bench();
    const db = bench.db();
    const now = bench.clock.nowMs();
    db.setExpire(bench.set('earlier', 'v'), now + 60_000);
    db.setExpire(bench.set('later', 'v'), now + 100);
    db.setExpire(bench.set('never', 'v'), now + 100);
    db.setExpire(bench.find('earlier'), now + 200);
    db.setExpire(bench.find('later'), now + 5000);
    db.persist(bench.find('never'));
    const goneAt = new Map<string, number>();
    for (let ms = 0; ms < 8000; ms += 10) {
      bench.advance(10);
      bench.settle();
      for (const key of ['earlier', 'later', 'never']) {
        if (!goneAt.has(key) && bench.expiredKeys.includes(`0:${key}`)) goneAt.set(key, ms + 10);
      }
    }
    expect(goneAt.get('earlier')).toBeGreaterThan(200);
    expect(goneAt.get('earlier')).toBeLessThanOrEqual(230);
    expect(goneAt.get('later')).toBeGreaterThan(5000);
    expect(goneAt.get('later')).toBeLessThanOrEqual(5030);
    expect(goneAt.has('never')).toBe(false);
    expect(stringOf(db, bench.find('never'))).toBe('v');
  });

  it('the average time to live is that of the keys which have one', () => {
    const bench = new Bench();
    const db = bench.db();
    const now = bench.clock.nowMs();
    expect(db.averageTtlMs).toBe(0);
    bench.set('none', 'v');
    db.setExpire(bench.set('a', 'v'), now + 1000);
    db.setExpire(bench.set('b', 'v'), now + 3000);
    expect(db.averageTtlMs).toBe(2000);
    db.setExpire(bench.find('b'), now + 5000);
    bench.advance(500);
    expect(db.averageTtlMs).toBe(2500);
    db.deleteEntry(bench.find('a'));
    expect(db.averageTtlMs).toBe(4500);
  });
});

describe('Database, keys as spans', () => {
  it('deleting and looking up leave no garbage behind in spans that are reused', () => {
    const bench = new Bench();
    const args = new ByteSpans(4);
    args.bind(latin1('abcdefgh'));
    for (let round = 0; round < 100; round++) {
      for (let at = 0; at < 8; at++) {
        args.base = at & 3;
        args.offsets[args.base] = at;
        args.lengths[args.base] = 1;
        bench.db().setString(args, 0, args.bytes, args.view, at, 1, false);
        expect(stringOf(bench.db(), bench.db().lookupRead(args, 0))).toBe('abcdefgh'[at]);
      }
    }
    expect(bench.db().size).toBe(8);
  });
});
