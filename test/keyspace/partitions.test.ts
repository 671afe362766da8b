/** What a database of several partitions promises beyond what the model of database-model.test.ts sees. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/keyspace/database.js';
import { Partitions } from '../../src/keyspace/partitions.js';
import { NONE } from '../../src/keyspace/record.js';
import { latin1 } from '../../src/util/bytes.js';
import { keyHashSlot, SLOT_COUNT } from '../../src/util/crc16.js';
import { Bench, keyText, spans } from './support.js';

const PARTITIONS = 8;

function divided(partitionCount = PARTITIONS): Bench {
  return new Bench(16, 7, partitionCount);
}

function partitionOf(key: string): number {
  return keyHashSlot(latin1(key), 0, key.length) % PARTITIONS;
}

/** Whole passes of SCAN, with something done after each step. */
function scanAll(db: Database, between: () => void = () => {}): { keys: string[]; cursors: number[] } {
  const keys: string[] = [];
  const cursors: number[] = [];
  let cursor = 0;
  do {
    cursor = db.scan(cursor, (entry) => keys.push(keyText(db, entry)));
    cursors.push(cursor);
    between();
  } while (cursor !== 0);
  return { keys, cursors };
}

describe('a database of several partitions', () => {
  it('keeps keys of one hash tag in one partition, wherever the tag stands', () => {
    const bench = divided();
    const index = new Partitions(bench.arena.words, bench.keyspace.account, SLOT_COUNT);
    const keys = spans('{user}:1', 'of:{user}', 'user', '{user}{other}', '{}user');
    const partitions = [0, 1, 2, 3, 4].map((i) => index.partitionOf(keys, i));
    expect(new Set(partitions.slice(0, 4)).size).toBe(1);
    expect(partitions[4]).not.toBe(partitions[0]);
  });

  it('SCAN finds what is there from the first step to the last, in the order of partitions, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 400 }), fc.nat(400), (steps, size) => {
        const bench = divided();
        const db = bench.db();
        for (let i = 0; i < size; i++) bench.set(`stays:${i}`, 'v');
        const script = [...steps];
        let next = 0;
        const { keys } = scanAll(db, () => {
          const many = script.pop() ?? 0;
          for (let i = 0; i < many * 40; i++) bench.set(`goes:${next++}`, 'v');
          for (let i = 0; many === 0 && i < 60 && next > 0; i++) db.delete(spans(`goes:${--next}`), 0);
        });
        const found = new Set(keys);
        for (let i = 0; i < size; i++) expect(found.has(`stays:${i}`)).toBe(true);
        const order = keys.map(partitionOf);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('SCAN goes on behind a partition that ran empty under its cursor', () => {
    const bench = divided();
    const db = bench.db();
    for (let i = 0; i < 2000; i++) bench.set(`key:${i}`, 'v');
    const seen: string[] = [];
    let cursor = db.scan(0, () => {});
    while (cursor % PARTITIONS === 0) cursor = db.scan(cursor, () => {});
    // The whole partition that the cursor stands in goes.
    for (let i = 0; i < 2000; i++) {
      if (partitionOf(`key:${i}`) === cursor % PARTITIONS) db.delete(spans(`key:${i}`), 0);
    }
    do cursor = db.scan(cursor, (entry) => seen.push(keyText(db, entry)));
    while (cursor !== 0);
    expect(new Set(seen).size).toBe(
      Array.from({ length: 2000 }, (_, i) => partitionOf(`key:${i}`)).filter((partition) => partition > 1).length,
    );
  });

  it('a cursor of all 64 bits is one of the partition and of its index', () => {
    const bench = divided(SLOT_COUNT);
    for (let i = 0; i < 50; i++) bench.set(`{tag}:${i}`, 'v');
    const { cursors, keys } = scanAll(bench.db());
    const slot = keyHashSlot(latin1('tag'), 0, 3);
    expect(cursors.at(-1)).toBe(0);
    expect(new Set(cursors.slice(0, -1).map((cursor) => cursor % SLOT_COUNT))).toEqual(new Set([slot]));
    expect(new Set(keys).size).toBe(50);
  });

  it('a random entry is each key with the same chance, however unequal the partitions are', () => {
    const bench = divided();
    const db = bench.db();
    expect(db.randomEntry()).toBe(NONE);
    const hits = new Map<string, number>();
    for (let i = 0; i < 40; i++) hits.set(`{crowd}:${i}`, 0);
    for (const key of ['a', 'b', 'c', 'd']) hits.set(key, 0);
    for (const key of hits.keys()) bench.set(key, 'v');
    const draws = 44 * 500;
    for (let i = 0; i < draws; i++) {
      const key = keyText(db, db.randomEntry());
      hits.set(key, hits.get(key)! + 1);
    }
    for (const count of hits.values()) {
      expect(count).toBeGreaterThan(380);
      expect(count).toBeLessThan(620);
    }
  });

  it('a rename, a copy and a move go from partition to partition', () => {
    const bench = divided();
    const db = bench.db();
    const names = Array.from({ length: 20 }, (_, i) => `name:${i}`);
    expect(new Set(names.map(partitionOf)).size).toBe(PARTITIONS);
    bench.set(names[0]!, 'value');
    for (let i = 1; i < names.length; i++) {
      const renamed = db.rename(bench.find(names[i - 1]!), spans(names[i]!), 0);
      const copied = db.copyTo(renamed, db, spans('{copy}', `${names[i]!}:copy`), 1);
      expect([keyText(db, renamed), keyText(db, copied)]).toEqual([names[i], `${names[i]!}:copy`]);
      expect(bench.get(names[i - 1]!)).toBe(null);
      db.moveTo(copied, bench.db(1));
      expect(bench.get(`${names[i]!}:copy`, bench.db(1))).toBe('value');
    }
    expect([db.size, bench.db(1).size]).toEqual([1, 19]);
  });

  it('figures are those of all partitions, and memory is given back with the last key of each', () => {
    const bench = divided();
    const db = bench.db();
    const empty = bench.keyspace.account.used;
    for (let i = 0; i < 3000; i++) bench.set(`key:${i}`, 'v');
    const figures = db.indexStatistics();
    expect(figures.count).toBe(3000);
    expect(figures.linesByLength.reduce((sum, lines) => sum + lines, 0)).toBe(figures.lines);
    expect(figures.bytes).toBe(db.indexBytes);
    const usage = db.memoryUsage(bench.find('key:7'), 0);
    expect(usage).toBeGreaterThan(bench.arena.blockSize(bench.find('key:7')));
    for (let i = 0; i < 3000; i++) db.delete(spans(`key:${i}`), 0);
    bench.settle();
    expect(bench.keyspace.account.used).toBe(empty);
    expect(db.size).toBe(0);
  });

  it('is emptied in the background, partition by partition', () => {
    const bench = divided();
    const { keyspace } = bench;
    bench.set('other', 'v', false, bench.db(1));
    const empty = keyspace.account.used - bench.arena.stats().liveBytes;
    for (let i = 0; i < 3000; i++) bench.set(`key:${i}`, 'v');
    expect(keyspace.flush(bench.db(), true)).toBe(3000);
    bench.settle();
    expect(keyspace.garbage.objectCount).toBe(0);
    expect(keyspace.stats.lazyFreed).toBe(3000);
    expect(keyspace.account.used - bench.arena.stats().liveBytes).toBeLessThanOrEqual(empty + 1024);
    expect(bench.get('other', bench.db(1))).toBe('v');
  });
});
