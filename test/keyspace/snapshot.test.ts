/**
 * Snapshots of a keyspace while everything that a client can do to whole databases goes on: what a walk sees is what
 * all databases held when it began, under the numbers that they had then.
 */
import { describe, expect, it } from 'vitest';
import { NO_EXPIRE } from '../../src/keyspace/database.js';
import { KeyspaceSnapshot, NO_DATABASE } from '../../src/keyspace/index.js';
import {
  bytesBeforeValue,
  DWORD_EXPIRE_AT,
  KEY_LENGTH_SHIFT,
  LONG_KEY,
  META_EXPIRES,
  WORD_CLOCK,
  WORD_META,
  WORD_VALUE,
} from '../../src/keyspace/record.js';
import { databaseIdOf } from '../../src/keyspace/snapshot.js';
import { type MemoryReader, RecordCursor } from '../../src/memory/index.js';
import { Random } from '../../src/util/random.js';
import { copySlabs, runOracle } from '../memory/oracle.js';
import { anyChange, anyWrite, contents, DATABASES, line } from './churn.js';
import { Bench } from './support.js';

/** Reads a record from a snapshot, as whoever writes it to a file will. */
function readRecord(memory: MemoryReader, record: number, number: number): string {
  const expires = (memory.i32(record, WORD_META) & META_EXPIRES) !== 0;
  let keyLength = memory.i32(record, WORD_CLOCK) >>> KEY_LENGTH_SHIFT;
  if (keyLength === LONG_KEY) keyLength = memory.i32(record, bytesBeforeValue(0, expires) >>> 2);
  const before = bytesBeforeValue(keyLength, expires);
  const bytes = Buffer.alloc(keyLength + memory.i32(record, WORD_VALUE));
  memory.copyOut(record, before - keyLength, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  const key = bytes.toString('latin1', 0, keyLength);
  return line(
    number,
    key,
    expires ? memory.f64(record, DWORD_EXPIRE_AT) : NO_EXPIRE,
    bytes.toString('latin1', keyLength),
  );
}

describe('a snapshot of a keyspace', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'holds the databases of its start, whatever is swapped, flushed, renamed and expires meanwhile (seed %i)',
    (seed) => {
      const chance = new Random(seed);
      const bench = new Bench(DATABASES, seed);
      for (let i = 0; i < 1500; i++) anyWrite(chance)(bench);
      for (let i = 0; i < 1500; i++) anyChange(chance)(bench);
      const expected = contents(bench);
      const snapshot = new KeyspaceSnapshot(bench.keyspace.beginSnapshot());
      const seen: string[] = [];
      const cursor = new RecordCursor();
      let more = true;
      while (more) {
        more = snapshot.arena.nextRecords(cursor, 16, (record) => {
          const number = snapshot.databaseNumberOf(record);
          if (number !== NO_DATABASE) seen.push(readRecord(snapshot.arena, record, number));
        });
        for (let i = 0; i < 20; i++) anyChange(chance)(bench);
      }
      bench.arena.endSnapshot();
      expect(seen.sort()).toEqual(expected);
    },
  );

  it('is read by a worker byte for byte, and its table names the databases of the start', async () => {
    const chance = new Random(20_262);
    const bench = new Bench(DATABASES);
    for (let i = 0; i < 3000; i++) anyWrite(chance)(bench);
    for (let i = 0; i < 3000; i++) anyChange(chance)(bench);
    const expected = contents(bench);
    const handle = bench.keyspace.beginSnapshot();
    const lines = new Map<number, string>();
    bench.arena.walkRecords((record) => {
      const number = handle.databaseNumbers[databaseIdOf(bench.arena, record)]!;
      if (number !== NO_DATABASE) lines.set(record, readRecord(bench.arena, record, number));
    });
    const copies = copySlabs(bench.arena, handle.arena);
    const verdict = await runOracle(handle.arena, copies, 'keyspace', true, () => {
      for (let i = 0; i < 50; i++) anyChange(chance)(bench);
    });
    bench.arena.endSnapshot();
    expect(verdict.differences).toBe(0);
    const read = verdict.records.map((record) => lines.get(record)).filter((text) => text !== undefined);
    expect(read.sort()).toEqual(expected);
  });
});
