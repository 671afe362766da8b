/** What the keyspace's tests share: a keyspace with a clock that stands still, and keys from texts. */
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace, type KeyspaceHooks } from '../../src/keyspace/keyspace.js';
import { type Entry, NONE } from '../../src/keyspace/record.js';
import { Arena } from '../../src/memory/arena.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { latin1, toLatin1 } from '../../src/util/bytes.js';
import { ManualClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';

/** Byte strings as spans over one buffer, with a byte before each that belongs to none. */
export function spans(...texts: (string | Uint8Array)[]): ByteSpans {
  const result = new ByteSpans(Math.max(1, texts.length));
  const parts = texts.map((text) => (typeof text === 'string' ? latin1(text) : text));
  const buffer = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0)).fill(0x23);
  let at = 0;
  parts.forEach((part, i) => {
    buffer.set(part, ++at);
    result.offsets[i] = at;
    result.lengths[i] = part.length;
    at += part.length;
  });
  result.bind(buffer);
  result.count = texts.length;
  return result;
}

/** The text of span `i`. */
export function spanText(keys: ByteSpans, i: number): string {
  return toLatin1(keys.bytes, keys.offset(i), keys.offset(i) + keys.length(i));
}

/** One keyspace, and what it told its hooks. */
export class Bench implements KeyspaceHooks {
  readonly clock = new ManualClock();
  readonly arena: Arena;
  readonly keyspace: Keyspace;
  /** `number:key` of each key that expired, in order. */
  readonly expiredKeys: string[] = [];
  /** `missed number:key` and `created number:key`, in order. */
  readonly told: string[] = [];

  constructor(databaseCount = 16, seed = 7, partitionCount = 1, arena?: Arena) {
    const { clock } = this;
    this.arena = arena ?? new Arena({ clock });
    const random = new Random(seed);
    this.keyspace = new Keyspace({ arena: this.arena, databaseCount, partitionCount, clock, random, hooks: this });
  }

  expired(db: Database, keys: ByteSpans, i: number): void {
    this.expiredKeys.push(`${db.number}:${spanText(keys, i)}`);
  }

  evicted(): void {}

  fieldsExpired(db: Database, keys: ByteSpans, i: number, fields: ByteSpans, isLast: boolean): void {
    const names = Array.from({ length: fields.count }, (_, k) => spanText(fields, k));
    this.told.push(`fields ${db.number}:${spanText(keys, i)} ${names.join(' ')}${isLast ? ' last' : ''}`);
  }

  missed(db: Database, keys: ByteSpans, i: number): void {
    this.told.push(`missed ${db.number}:${spanText(keys, i)}`);
  }

  created(db: Database, keys: ByteSpans, i: number): void {
    this.told.push(`created ${db.number}:${spanText(keys, i)}`);
  }

  streamLeft(db: Database, keys: ByteSpans, i: number): void {
    this.told.push(`streamLeft ${db.number}:${spanText(keys, i)}`);
  }

  db(number = 0): Database {
    return this.keyspace.db(number);
  }

  /** Moves the clock on; commands run at the new time. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.keyspace.setTime(this.clock.nowMs());
  }

  set(key: string, value: string, keepTtl = false, db = this.db()): Entry {
    const bytes = latin1(value);
    return db.setString(spans(key), 0, bytes, new DataView(bytes.buffer), 0, bytes.length, keepTtl);
  }

  get(key: string, db = this.db()): string | null {
    const entry = db.lookupRead(spans(key), 0);
    return entry === NONE ? null : stringOf(db, entry);
  }

  find(key: string, db = this.db()): Entry {
    return db.peek(spans(key), 0);
  }

  /** Lets upkeep work until there is nothing left to do. */
  settle(): void {
    while (this.keyspace.maintain(1e9));
  }
}

/** The whole value of a string, as bytes. */
export function bytesOf(db: Database, entry: Entry): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(db.stringLength(entry)));
  db.stringInto(entry, 0, bytes.length, bytes, new DataView(bytes.buffer), 0);
  return bytes;
}

/** The whole value of a string, as a text. */
export function stringOf(db: Database, entry: Entry): string {
  return toLatin1(bytesOf(db, entry));
}

/** The key of an entry. */
export function keyText(db: Database, entry: Entry): string {
  return toLatin1(db.keyOf(entry));
}
