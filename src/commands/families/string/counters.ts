/** INCR and its kin. Values are text, so that counting reads digits and writes digits. */
import {
  EMBSTR_MAX_BYTES,
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type Entry,
  NONE,
} from '../../../keyspace/record.js';
import {
  addLongDouble,
  formatLongDouble,
  isFiniteLongDouble,
  type LongDouble,
  longDoubleFromNumber,
  parseLongDouble,
} from '../../../util/long-double.js';
import { INT64_TEXT_MAX, parseBigInt64, parseInt64, writeInt } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_DECREMENT_OVERFLOW,
  ERR_INCREMENT_OVERFLOW,
  ERR_NAN_OR_INFINITY,
  ERR_NOT_FLOAT,
  ERR_NOT_INTEGER,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { isOtherType } from './values.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Texts of so many bytes are no floats, whatever they begin with: there is no need to look at more. */
const TOO_LONG_FOR_FLOAT = 5 * 1024;

/** @hot */
export function incr(c: CommandContext): void {
  add(c, 1);
}

/** @hot */
export function decr(c: CommandContext): void {
  add(c, -1);
}

/** @hot */
export function incrby(c: CommandContext): void {
  const increment = c.argv.int(2);
  if (Number.isNaN(increment)) return c.reply.error(ERR_NOT_INTEGER);
  if (Number.isSafeInteger(increment)) add(c, increment);
  else addExactly(c, c.db.lookupWrite(c.argv, 1), c.argv.bigint(2)!); // it is an integer, as the line above found
}

/** @hot */
export function decrby(c: CommandContext): void {
  const decrement = c.argv.int(2);
  if (Number.isNaN(decrement)) return c.reply.error(ERR_NOT_INTEGER);
  if (Number.isSafeInteger(decrement)) return add(c, -decrement);
  const exact = c.argv.bigint(2)!; // it is an integer, as the lines above found
  if (exact === INT64_MIN) return c.reply.error(ERR_DECREMENT_OVERFLOW);
  addExactly(c, c.db.lookupWrite(c.argv, 1), -exact);
}

/**
 * @hot Adds a safe integer to the key that is argument 1. Sums that doubles cannot hold go through {@link addExactly}.
 */
function add(c: CommandContext, increment: number): void {
  const { db, reply, scratch } = c;
  const entry = db.lookupWrite(c.argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const value = entry === NONE ? 0 : parseInt64(scratch, 0, copyDigits(c, entry));
  if (Number.isNaN(value)) return reply.error(ERR_NOT_INTEGER);
  const sum = value + increment;
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(sum)) return addExactly(c, entry, BigInt(increment));
  storeDigits(c, entry, writeInt(scratch, 0, sum));
  reply.int(sum);
}

/** {@link add} to the entry that was looked up, beyond 2^53, where it refuses to leave int64. */
function addExactly(c: CommandContext, entry: Entry, increment: bigint): void {
  const { reply, scratch } = c;
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const value = entry === NONE ? 0n : parseBigInt64(scratch, 0, copyDigits(c, entry));
  if (value === null) return reply.error(ERR_NOT_INTEGER);
  const sum = value + increment;
  if (sum < INT64_MIN || sum > INT64_MAX) return reply.error(ERR_INCREMENT_OVERFLOW);
  storeDigits(c, entry, scratch.write(String(sum), 0, 'latin1'));
  reply.bigint(sum);
}

/**
 * @hot Copies a value to the scratch buffer and returns its length: 0, no integer, for one that is too long to be one.
 */
function copyDigits(c: CommandContext, entry: Entry): number {
  const length = c.db.stringLength(entry);
  if (length > INT64_TEXT_MAX) return 0;
  c.db.stringInto(entry, 0, length, c.scratch, c.scratchView, 0);
  return length;
}

/** @hot Stores the first `length` bytes of the scratch buffer under the key that is argument 1, where `entry` is. */
function storeDigits(c: CommandContext, entry: Entry, length: number): void {
  const { db, scratch, scratchView } = c;
  if (entry === NONE) db.setString(c.argv, 1, scratch, scratchView, 0, length, false);
  else db.overwriteString(entry, scratch, scratchView, 0, length, ENCODING_INT);
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'incrby', 1);
}

/** Adds in 80-bit floating point, as Redis does, and propagates the sum: other machines may round otherwise. */
export function incrbyfloat(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const value = readLongDouble(c, entry);
  const increment = parseLongDouble(argv.bytes, argv.offset(2), argv.length(2));
  if (value === null || increment === null) return reply.error(ERR_NOT_FLOAT);
  const sum = addLongDouble(value, increment);
  if (!isFiniteLongDouble(sum)) return reply.error(ERR_NAN_OR_INFINITY);

  const text = formatLongDouble(sum);
  storeText(c, entry, text);
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'incrbyfloat', 1);
  c.propagateInstead().text('SET').borrow(argv, 1).text(text).text('KEEPTTL');
  reply.bulkText(text);
}

/**
 * Stores latin1 text under the key that is argument 1. It stays text to OBJECT ENCODING, though it may spell an
 * integer.
 */
function storeText(c: CommandContext, entry: Entry, text: string): void {
  const { db } = c;
  c.ensureScratch(text.length);
  c.scratch.write(text, 0, 'latin1');
  const there = entry === NONE ? db.setString(c.argv, 1, c.scratch, c.scratchView, 0, text.length, false) : entry;
  const encoding = text.length <= EMBSTR_MAX_BYTES ? ENCODING_EMBSTR : ENCODING_RAW;
  db.overwriteString(there, c.scratch, c.scratchView, 0, text.length, encoding);
}

/** The long double that a value spells, null when it spells none; 0 for NONE. */
function readLongDouble(c: CommandContext, entry: Entry): LongDouble | null {
  if (entry === NONE) return longDoubleFromNumber(0);
  const length = Math.min(c.db.stringLength(entry), TOO_LONG_FOR_FLOAT);
  c.ensureScratch(length);
  c.db.stringInto(entry, 0, length, c.scratch, c.scratchView, 0);
  return parseLongDouble(c.scratch, 0, length);
}
