/** KEYS, SCAN, RANDOMKEY: the keys of a database, all of them, page by page, or any. */
import { EXPIRED_DELETE } from '../../../keyspace/database.js';
import { type Entry, NONE, type ValueType } from '../../../keyspace/record.js';
import { type Argv, OptionTable } from '../../../resp/index.js';
import type { ByteSpans } from '../../../util/byte-spans.js';
import { globMatchRange } from '../../../util/glob.js';
import type { CommandContext } from '../../context.js';
import { ERR_INVALID_CURSOR, ERR_NOT_INTEGER, ERR_SYNTAX } from '../../errors.js';
import { countLookup, typeNamed } from './inspect.js';

const MATCH = 1;
const COUNT = 2;
const TYPE = 3;
const OPTIONS = new OptionTable({ MATCH, COUNT, TYPE });

const DEFAULT_COUNT = 10;
/** Steps that one SCAN takes at most, for each key that it was asked for: a sparse table must not stall the server. */
const STEPS_PER_KEY = 10;

/** A cursor as C's strtoul takes it: a sign is allowed, and nothing at all is 0. */
const CURSOR = /^[+-]?\d+$|^$/;
const UINT64_MAX = 2n ** 64n - 1n;
/** What {@link parseCursor} returns for what is no cursor. */
const NO_CURSOR = -1;

/** How often RANDOMKEY tries to find a key that is not expired where expired ones may not be deleted. */
const RANDOM_TRIES = 100;

const STAR = 0x2a;

/** Expired keys are left out, but stay: the database must not change under the walk. */
export function keys(c: CommandContext): void {
  const { db, reply } = c;
  const pattern = patternAt(c.argv, 1);
  if (pattern === null && db.expires === 0) {
    // Nothing is left out, so the length is known, and a long reply need not be kept until its end.
    reply.array(db.size);
    db.forEach((entry) => {
      replyKey(c, c.keyspace.spansOf(db, entry));
    });
    return;
  }
  let count = 0;
  const mark = reply.deferred();
  db.forEach((entry) => {
    if (db.isExpired(entry)) return;
    const key = c.keyspace.spansOf(db, entry);
    if (!matches(pattern, key)) return;
    replyKey(c, key);
    count++;
  });
  reply.setArrayLength(mark, count);
}

/** The pattern that is argument `i`, null for the one that everything matches. */
function patternAt(argv: Argv, i: number): Uint8Array | null {
  return argv.length(i) === 1 && argv.byte(i, 0) === STAR ? null : argv.copy(i);
}

function matches(pattern: Uint8Array | null, key: ByteSpans): boolean {
  return pattern === null || globMatchRange(pattern, key.bytes, 0, key.length(0), false);
}

function replyKey(c: CommandContext, key: ByteSpans): void {
  c.reply.bulk(key.bytes, key.view, 0, key.length(0));
}

/** The cursor is checked before the options, and these from left to right. */
export function scan(c: CommandContext): void {
  const { argv, db, reply } = c;
  let cursor = parseCursor(argv.text(1));
  if (cursor === NO_CURSOR) return reply.error(ERR_INVALID_CURSOR);
  let count = DEFAULT_COUNT;
  let pattern: Uint8Array | null = null;
  let hasType = false;
  let type: ValueType | null = null;
  for (let i = 2; i < argv.count; i += 2) {
    const option = argv.option(i, OPTIONS);
    if (option === 0 || i + 1 === argv.count) return reply.error(ERR_SYNTAX);
    if (option === COUNT) {
      count = argv.int(i + 1);
      if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
      if (count < 1) return reply.error(ERR_SYNTAX);
    } else if (option === MATCH) pattern = patternAt(argv, i + 1);
    else {
      hasType = true;
      type = typeNamed(argv, i + 1);
    }
  }

  const found: Entry[] = [];
  let steps = count * STEPS_PER_KEY;
  do cursor = db.scan(cursor, (entry) => found.push(entry));
  while (cursor !== 0 && --steps > 0 && found.length < count);
  reply.array(2);
  reply.bulkInt(cursor);
  const mark = reply.deferred();
  let length = 0;
  for (const entry of found) {
    if (!matches(pattern, c.keyspace.spansOf(db, entry))) continue;
    const isGone = dropIfExpired(c, entry);
    // Looking at a key's type counts as it does for TYPE.
    if (hasType) countLookup(c, !isGone);
    if (isGone || (hasType && db.typeOf(entry) !== type)) continue;
    replyKey(c, c.keyspace.spansOf(db, entry));
    length++;
  }
  reply.setArrayLength(mark, length);
}

/**
 * The cursor that a text names up to its first NUL, or NO_CURSOR. Of its 64 bits the low 53 are kept: an index uses the low
 * 32, above 14 of a partition where there are several (keyspace/partitions.ts), as Redis uses as many as its tables have.
 */
function parseCursor(text: string): number {
  const digits = text.split('\0', 1)[0]!;
  if (!CURSOR.test(digits)) return NO_CURSOR;
  const negative = digits.startsWith('-');
  const magnitude = BigInt(digits.replace(/^[+-]/, ''));
  if (magnitude > UINT64_MAX) return NO_CURSOR;
  return Number(BigInt.asUintN(53, negative ? -magnitude : magnitude));
}

/** Whether an entry is expired for whoever asks; it is deleted where that is for this server to decide. */
function dropIfExpired(c: CommandContext, entry: Entry): boolean {
  if (!c.db.isExpired(entry)) return false;
  if (c.keyspace.expiredKeys === EXPIRED_DELETE) c.db.expireEntry(entry);
  return true;
}

/**
 * Where expired keys may not be deleted and all keys have a time to live, perhaps all of them are expired: then one is
 * answered nevertheless, as Redis does.
 */
export function randomkey(c: CommandContext): void {
  const { db, keyspace, reply } = c;
  let tries = RANDOM_TRIES;
  for (;;) {
    const entry = db.randomEntry();
    if (entry === NONE) return reply.null();
    if (!dropIfExpired(c, entry)) return replyKey(c, keyspace.spansOf(db, entry));
    const mayBeAll = keyspace.expiredKeys !== EXPIRED_DELETE && db.expires === db.size;
    if (mayBeAll && --tries === 0) return replyKey(c, keyspace.spansOf(db, entry));
  }
}
