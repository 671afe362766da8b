/**
 * Random changes of keys and of whole databases, and all that is there as texts: for tests that compare two views of
 * it.
 */
import { type Database, NO_EXPIRE } from '../../src/keyspace/database.js';
import { NONE } from '../../src/keyspace/record.js';
import type { Random } from '../../src/util/random.js';
import { type Bench, keyText, spans, stringOf } from './support.js';

/** Databases that are changed. */
export const DATABASES = 4;
const LONG_NAME = 'n'.repeat(300);

/** Something done to a keyspace; the same whenever it is done. */
export type Change = (bench: Bench) => void;

function anyKey(chance: Random): string {
  return `${chance.below(8) === 0 ? LONG_NAME : ''}key:${chance.below(400)}`;
}

/** A key gets a value, and perhaps a time to live. */
export function anyWrite(chance: Random): Change {
  const n = chance.below(DATABASES);
  const key = anyKey(chance);
  const length = chance.below(40) === 0 ? 16_000 + chance.below(60_000) : chance.below(300);
  const value = String.fromCharCode(97 + chance.below(26)).repeat(length);
  const ttlMs = chance.below(3) === 0 ? chance.below(5000) : null;
  return (bench) => {
    const db = bench.db(n);
    const bytes = Buffer.from(value, 'latin1');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const entry = db.setString(spans(key), 0, bytes, view, 0, length, false, ttlMs !== null);
    if (ttlMs !== null) db.setExpire(entry, bench.clock.nowMs() + ttlMs);
  };
}

/** Anything that a client can do to keys and databases, and time that passes. */
export function anyChange(chance: Random): Change {
  const n = chance.below(DATABASES);
  const m = chance.below(DATABASES);
  const key = anyKey(chance);
  const flag = chance.below(2) === 0;
  const ms = chance.below(300);
  const dice = chance.below(1000);
  if (dice < 500) return anyWrite(chance);
  if (dice < 600) return (bench) => void bench.db(n).delete(spans(key), 0);
  if (dice < 900) return anyEntryChange(chance, n, m, key);
  if (dice < 950) return (bench) => bench.keyspace.swap(n, m);
  if (dice < 970) return (bench) => void bench.keyspace.flush(bench.db(n), flag);
  if (dice === 970) return (bench) => void bench.keyspace.flushAll();
  return (bench) => {
    bench.advance(ms);
    bench.keyspace.maintain(1000);
  };
}

function anyEntryChange(chance: Random, n: number, m: number, key: string): Change {
  const name = anyKey(chance);
  const length = chance.below(2000);
  const kind = chance.below(5);
  return (bench) => {
    const db = bench.db(n);
    const other = bench.db(m);
    const entry = bench.find(key, db);
    if (entry === NONE) return;
    if (kind === 0) db.rename(entry, spans(name), 0);
    else if (kind === 1) copy(db, key, other, name);
    else if (kind === 2) move(db, key, other);
    else if (kind === 3 && db.expireAtOf(entry) === NO_EXPIRE) db.setExpire(entry, bench.clock.nowMs() + 1000);
    else if (kind === 3) db.persist(entry);
    else db.resizeString(entry, length);
  };
}

function copy(db: Database, key: string, target: Database, name: string): void {
  if (db !== target || key !== name) db.copyTo(db.peek(spans(key), 0), target, spans(name), 0);
}

function move(db: Database, key: string, target: Database): void {
  if (db !== target && target.peek(spans(key), 0) === NONE) db.moveTo(db.peek(spans(key), 0), target);
}

/** Everything that is there, a line a key. */
export function contents(bench: Bench): string[] {
  const lines: string[] = [];
  for (const db of bench.keyspace.usedDatabases()) {
    db.forEach((entry) => {
      lines.push(line(db.number, keyText(db, entry), db.expireAtOf(entry), stringOf(db, entry)));
    });
  }
  return lines.sort();
}

/** A key as {@link contents} has it. */
export function line(number: number, key: string, expireAt: number, value: string): string {
  const ends = `${value.slice(0, 1)}${value.slice(-1)}`;
  return `${number} ${key} ${expireAt} ${value.length} ${ends} ${value.split('\0').length}`;
}
