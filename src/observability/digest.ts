/**
 * Digests of data: 20 bytes that are the same for the same keys and values, in whatever order they are kept, on this
 * server and on Redis 7.0. DEBUG DIGEST and DIGEST-VALUE answer them; tests compare servers by them.
 *
 * ```
 *   value     a digest of its own, by its type                            order matters:  mix
 *   key       mix(key), mix(type), value, and xor("!!expire!!") if it expires
 *   all       for each database mix(number), and its keys                 order does not: xor
 * ```
 */
import { createHash } from 'node:crypto';
import type { Database } from '../keyspace/database.js';
import { NO_EXPIRE } from '../keyspace/database.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import {
  type Entry,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
  type ValueType,
} from '../keyspace/record.js';
import { NO_FIELD_EXPIRE } from '../types/hash-layout.js';
import { SortedSetCursor } from '../types/sorted-set-reader.js';
import { StreamId } from '../types/stream/index.js';
import { assert } from '../util/assert.js';
import { formatDouble17 } from '../util/numbers.js';

const DIGEST_BYTES = 20;
const EXPIRES = Buffer.from('!!expire!!');
const FIELD_EXPIRES = Buffer.from('!!hexpire!!');

/** A digest that bytes are added to. */
export class Digest {
  readonly bytes: Buffer = Buffer.alloc(DIGEST_BYTES);

  /** Adds bytes whose order matters: later ones see the earlier ones. */
  mix(bytes: Uint8Array): void {
    this.xor(bytes);
    this.bytes.set(sha1(this.bytes));
  }

  /** Adds bytes whose order does not matter. */
  xor(bytes: Uint8Array): void {
    const hash = sha1(bytes);
    for (let i = 0; i < DIGEST_BYTES; i++) this.bytes[i]! ^= hash[i]!;
  }

  /** Mixes a number in, as four bytes, most significant first. */
  mixNumber(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    this.mix(bytes);
  }

  /** 40 hexadecimal digits. */
  toString(): string {
    return this.bytes.toString('hex');
  }
}

/** Adds the value of an entry to a digest. */
type ValueDigest = (digest: Digest, db: Database, entry: Entry) => void;

/** How each type is added; a type without a line cannot be in a database yet. */
const VALUE_DIGESTS: Readonly<Partial<Record<ValueType, ValueDigest>>> = {
  [TYPE_STRING]: addString,
  [TYPE_LIST]: addList,
  [TYPE_SET]: addSet,
  [TYPE_ZSET]: addSortedSet,
  [TYPE_STREAM]: addStream,
  [TYPE_HASH]: addHash,
};

/** Adds type, value and expire time of an entry; its key is not part of it. O(size). */
export function addValue(digest: Digest, db: Database, entry: Entry): void {
  const type = db.typeOf(entry);
  const add = VALUE_DIGESTS[type];
  assert(add !== undefined, 'a digest for every type of value');
  digest.mixNumber(type);
  add(digest, db, entry);
  if (db.expireAtOf(entry) !== NO_EXPIRE) digest.xor(EXPIRES);
}

/** The digest of all databases, numbers included; zeros when there is no key at all. O(bytes of all data). */
export function digestOfAll(keyspace: Keyspace): Digest {
  const all = new Digest();
  for (const db of keyspace.usedDatabases()) {
    if (db.size === 0) continue;
    all.mixNumber(db.number);
    db.forEach((entry) => {
      const digest = new Digest();
      digest.mix(db.keyOf(entry));
      addValue(digest, db, entry);
      all.xor(digest.bytes);
    });
  }
  return all;
}

function addString(digest: Digest, db: Database, entry: Entry): void {
  const value = new Uint8Array(db.stringLength(entry));
  db.stringInto(entry, 0, value.length, value, new DataView(value.buffer), 0);
  digest.mix(value);
}

function addList(digest: Digest, db: Database, entry: Entry): void {
  const { lists } = db.keyspace;
  lists.range(entry, 0, lists.length(entry), {
    bulk: (bytes, _view, from, length) => digest.mix(bytes.subarray(from, from + length)),
    bulkInt: (value) => digest.mix(Buffer.from(String(value))),
  });
}

function addSet(digest: Digest, db: Database, entry: Entry): void {
  db.keyspace.sets.forEach(entry, (bytes, _view, from, length) => digest.xor(bytes.subarray(from, from + length)));
}

/** Scores as Redis 7.0 prints them: 7.4 has other digests of sorted sets. */
function addSortedSet(digest: Digest, db: Database, entry: Entry): void {
  const { zsets } = db.keyspace;
  const cursor = new SortedSetCursor();
  for (let more = zsets.seekRank(entry, 0, cursor); more; more = zsets.next(cursor)) {
    const element = new Digest();
    element.mix(cursor.bytes.subarray(cursor.from, cursor.from + cursor.length));
    element.mix(Buffer.from(formatDouble17(cursor.score)));
    digest.xor(element.bytes);
  }
}

function addHash(digest: Digest, db: Database, entry: Entry): void {
  const { hashes } = db.keyspace;
  hashes.hideBefore = 0; // what is there counts, whether or not its time is over
  hashes.forEach(entry, ({ bytes, from, length, valueBytes, valueFrom, valueLength, expireAt }) => {
    const pair = new Digest();
    pair.mix(bytes.subarray(from, from + length));
    pair.mix(valueBytes.subarray(valueFrom, valueFrom + valueLength));
    if (expireAt !== NO_FIELD_EXPIRE) pair.xor(FIELD_EXPIRES);
    digest.xor(pair.bytes);
  });
}

/** Entries in order; groups and ids are not part of it. */
function addStream(digest: Digest, db: Database, entry: Entry): void {
  const { streams } = db.keyspace;
  streams.seekRange(streams.of(entry), new StreamId(), new StreamId().setGreatest(), false);
  while (streams.nextInRange()) {
    digest.mix(Buffer.from(streams.entryId.toText('.'), 'latin1'));
    streams.visitEntry((bytes, _view, from, length) => digest.mix(bytes.subarray(from, from + length)));
  }
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
