import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXPIRED_HIDE } from '../../src/keyspace/database.js';
import type { Garbage } from '../../src/keyspace/garbage.js';
import { DATABASE_IDS } from '../../src/keyspace/record.js';
import { OutOfMemoryError } from '../../src/memory/index.js';
import { Bench, spans } from './support.js';

class NoMemory {
  constructor() {
    throw new RangeError('Array buffer allocation failed');
  }
}

afterEach(() => void vi.unstubAllGlobals());

/** A bench whose monotonic time goes on by `us` at every reading: upkeep sees its budget run out. */
function hurried(us: number): Bench {
  const bench = new Bench();
  const wall = bench.clock.nowMs();
  let now = 0;
  bench.clock.monotonicUs = () => {
    now += us;
    return now;
  };
  bench.keyspace.setTime(wall);
  return bench;
}

function fill(bench: Bench, number: number, count: number, ttlMs = 0): void {
  const db = bench.db(number);
  for (let i = 0; i < count; i++) {
    const entry = bench.set(`key:${i}`, 'v'.repeat(i % 50), false, db);
    if (ttlMs > 0) db.setExpire(entry, bench.clock.nowMs() + ttlMs);
  }
}

describe('Keyspace, emptying in the background', () => {
  it('frees in slices of its budget while the database is used anew, and counts what it freed', () => {
    const bench = hurried(100);
    const { keyspace } = bench;
    fill(bench, 0, 10);
    fill(bench, 1, 5000);
    const before = bench.arena.stats().liveBytes;
    expect(keyspace.flush(bench.db(1), true)).toBe(5000);
    expect(bench.db(1).size).toBe(0);
    expect(keyspace.garbage.objectCount).toBe(5000);
    expect(bench.arena.stats().liveBytes).toBe(before);
    bench.set('new', 'v', false, bench.db(1));
    let turns = 0;
    for (let left = keyspace.garbage.objectCount; left > 0; left = keyspace.garbage.objectCount) {
      expect(keyspace.maintain(150)).toBe(left > 300 || keyspace.garbage.objectCount > 0);
      expect(left - keyspace.garbage.objectCount).toBeLessThan(1000);
      expect(bench.get('new', bench.db(1))).toBe('v');
      turns++;
    }
    expect(turns).toBeGreaterThan(4);
    expect(keyspace.stats.lazyFreed).toBe(5000);
    expect(bench.db(0).size).toBe(10);
  });

  it('drops records of an emptied database whose time runs out before they are freed, and tells nobody', () => {
    const bench = hurried(100);
    const { keyspace } = bench;
    fill(bench, 0, 1);
    fill(bench, 1, 2000, 50);
    keyspace.flush(bench.db(1), true);
    fill(bench, 1, 3, 50);
    bench.advance(1000);
    while (keyspace.maintain(150));
    expect(bench.expiredKeys.sort()).toEqual(['1:key:0', '1:key:1', '1:key:2']);
    expect(keyspace.stats.expired).toBe(3);
    expect(keyspace.wheel.count).toBe(0);
    expect(keyspace.stats.lazyFreed).toBe(2000);
    expect([bench.db(0).size, bench.db(1).size, keyspace.garbage.objectCount]).toEqual([1, 0, 0]);
  });

  it('uses an id again only when its last record is gone', () => {
    const bench = new Bench();
    const { keyspace } = bench;
    fill(bench, 0, 1);
    fill(bench, 1, 100);
    const first = bench.db(1).id;
    keyspace.flush(bench.db(1), true);
    const second = bench.db(1).id;
    fill(bench, 1, 100);
    keyspace.flush(bench.db(1), true);
    expect([first, second]).not.toContain(bench.db(1).id);
    expect(bench.db(1).id).not.toBe(bench.db(0).id);
    bench.settle();
    fill(bench, 2, 1);
    expect([first, second]).toContain(bench.db(2).id);
  });

  it('survives more flushes between two turns of upkeep than there are ids', () => {
    const bench = new Bench();
    const { keyspace } = bench;
    fill(bench, 0, 1);
    for (let i = 0; i < DATABASE_IDS + 1000; i++) {
      bench.set('k', 'v', false, bench.db(1));
      keyspace.flush(bench.db(1), true);
    }
    expect(keyspace.garbage.objectCount).toBeLessThan(DATABASE_IDS);
    bench.settle();
    expect(keyspace.size).toBe(1);
    expect(bench.get('key:0')).toBe('');
  });

  it('emptying an empty database takes no id and leaves nothing to free', () => {
    const bench = new Bench();
    fill(bench, 0, 1);
    const { id } = bench.db(1);
    expect(bench.keyspace.flush(bench.db(1), true)).toBe(0);
    expect(bench.db(1).id).toBe(id);
    expect(bench.keyspace.garbage.objectCount).toBe(0);
  });

  it('FLUSHALL meanwhile frees everything at once, down to the last byte', () => {
    const bench = new Bench();
    const { keyspace } = bench;
    for (let n = 0; n < 3; n++) bench.db(n);
    const empty = keyspace.account.used;
    fill(bench, 0, 1000, 5000);
    fill(bench, 1, 1000, 5000);
    keyspace.flush(bench.db(1), true);
    fill(bench, 2, 1000);
    expect(keyspace.flushAll()).toBe(2000);
    expect(keyspace.account.used).toBe(empty);
    expect([keyspace.size, keyspace.garbage.objectCount, keyspace.wheel.count]).toEqual([0, 0, 0]);
    bench.advance(10_000);
    bench.settle();
    expect(bench.expiredKeys).toEqual([]);
    fill(bench, 1, 100, 10);
    bench.advance(100);
    bench.settle();
    expect(bench.expiredKeys).toHaveLength(100);
  });
});

/** A value of many blocks that went out of use. */
class LargeValue implements Garbage {
  readonly objectCount = 1;
  private readonly blocks: number[];

  constructor(
    private readonly bench: Bench,
    count: number,
  ) {
    this.blocks = Array.from({ length: count }, () => bench.arena.alloc(100));
  }

  get blockCount(): number {
    return this.blocks.length;
  }

  free(blocks: number): boolean {
    for (const block of this.blocks.splice(0, blocks)) this.bench.arena.free(block);
    return this.blocks.length === 0;
  }

  forget(): void {
    this.blocks.length = 0;
  }
}

describe('Keyspace, large values', () => {
  it('frees a large value in slices, when its turn has come after what went before it', () => {
    const bench = hurried(100);
    const { keyspace } = bench;
    fill(bench, 0, 10);
    fill(bench, 1, 1000);
    keyspace.flush(bench.db(1), true);
    const value = new LargeValue(bench, 5000);
    keyspace.garbage.add(value);
    expect(keyspace.garbage.objectCount).toBe(1001);
    let turns = 0;
    while (keyspace.maintain(150)) {
      turns++;
      if (keyspace.garbage.objectCount > 1) expect(value.blockCount).toBe(5000);
    }
    expect(turns).toBeGreaterThan(10);
    expect([value.blockCount, keyspace.garbage.isEmpty]).toEqual([0, true]);
    expect(keyspace.size).toBe(10);
  });

  it('FLUSHALL forgets a large value that waits, and its blocks are gone with the rest', () => {
    const bench = new Bench();
    bench.set('key', 'value');
    const value = new LargeValue(bench, 1000);
    bench.keyspace.garbage.add(value);
    bench.keyspace.flushAll();
    expect([value.blockCount, bench.keyspace.garbage.isEmpty, bench.arena.stats().liveBytes]).toEqual([0, true, 0]);
  });

  it('a database whose index gets no memory is not emptied, and can be emptied later', () => {
    const bench = new Bench();
    fill(bench, 0, 10);
    fill(bench, 1, 10);
    vi.stubGlobal('SharedArrayBuffer', NoMemory);
    expect(() => bench.keyspace.flush(bench.db(1), true)).toThrow(OutOfMemoryError);
    vi.unstubAllGlobals();
    bench.db(1).setExpire(bench.find('key:1', bench.db(1)), bench.clock.nowMs() + 5);
    bench.advance(100);
    bench.settle();
    expect(bench.expiredKeys).toEqual(['1:key:1']);
    expect([bench.keyspace.flush(bench.db(1), true), bench.db(1).size]).toEqual([9, 0]);
  });

  it('FLUSHALL needs no memory', () => {
    const bench = new Bench();
    fill(bench, 0, 20_000);
    vi.stubGlobal('SharedArrayBuffer', NoMemory);
    expect(bench.keyspace.flushAll()).toBe(20_000);
    vi.unstubAllGlobals();
    expect([bench.db().size, bench.get('key:7')]).toEqual([0, null]);
    fill(bench, 0, 20_000);
    expect(bench.get('key:7')).toBe('v'.repeat(7));
  });
});

describe('Keyspace', () => {
  it('SWAPDB exchanges contents, numbers and what expires under which number', () => {
    const bench = new Bench();
    bench.set('zero', '0');
    bench.db(1).setExpire(bench.set('one', '1', false, bench.db(1)), bench.clock.nowMs() + 10);
    bench.keyspace.swap(0, 1);
    expect([bench.get('zero', bench.db(1)), bench.get('one', bench.db(0))]).toEqual(['0', '1']);
    expect([bench.db(0).number, bench.db(1).number]).toEqual([0, 1]);
    bench.advance(100);
    bench.settle();
    expect(bench.expiredKeys).toEqual(['0:one']);
  });

  it('upkeep leaves expired keys alone where they are hidden, and where active expiry is off', () => {
    const bench = new Bench();
    const { keyspace } = bench;
    fill(bench, 0, 10, 10);
    keyspace.activeExpire = false;
    bench.advance(1000);
    bench.settle();
    expect(bench.db().size).toBe(10);
    keyspace.activeExpire = true;
    keyspace.expiredKeys = EXPIRED_HIDE;
    bench.settle();
    expect([bench.db().size, bench.get('key:1')]).toEqual([10, null]);
  });

  it('a hidden expired key gives way to one that is moved there', () => {
    const bench = new Bench();
    const { keyspace } = bench;
    bench.db(1).setExpire(bench.set('k', 'old', false, bench.db(1)), bench.clock.nowMs() + 10);
    keyspace.expiredKeys = EXPIRED_HIDE;
    bench.advance(100);
    bench.db(0).moveTo(bench.set('k', 'new'), bench.db(1));
    expect([bench.db(0).size, bench.db(1).size, bench.db(1).expires]).toEqual([0, 1, 0]);
    expect(bench.get('k', bench.db(1))).toBe('new');
    expect(bench.db(1).delete(spans('k'), 0)).toBe(true);
  });

  it('counts how often the time for expiring keys ran out', () => {
    const bench = hurried(100);
    fill(bench, 0, 5000, 10);
    bench.advance(100);
    while (bench.keyspace.maintain(150));
    expect(bench.keyspace.stats.expired).toBe(5000);
    expect(bench.keyspace.stats.expireTimeCapReached).toBeGreaterThan(5);
  });
});
