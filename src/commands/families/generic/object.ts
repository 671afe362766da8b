/** OBJECT: how a value is kept, and what is known about its use. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import {
  ENCODING_EMBSTR,
  ENCODING_HASHTABLE,
  ENCODING_INT,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  ENCODING_LISTPACK_EX,
  ENCODING_QUICKLIST,
  ENCODING_RAW,
  ENCODING_SKIPLIST,
  ENCODING_STREAM,
  type Encoding,
} from '../../../types/value.js';
import type { CommandContext } from '../../context.js';
import { ERR_LFU, ERR_NO_LFU } from '../../errors.js';

/** How OBJECT ENCODING and DEBUG OBJECT call an encoding. */
export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  [ENCODING_RAW]: 'raw',
  [ENCODING_INT]: 'int',
  [ENCODING_EMBSTR]: 'embstr',
  [ENCODING_LISTPACK]: 'listpack',
  [ENCODING_INTSET]: 'intset',
  [ENCODING_HASHTABLE]: 'hashtable',
  [ENCODING_QUICKLIST]: 'quicklist',
  [ENCODING_SKIPLIST]: 'skiplist',
  [ENCODING_STREAM]: 'stream',
  [ENCODING_LISTPACK_EX]: 'listpackex',
};

const MINUS = 0x2d;
/** The count that Redis shows for objects that all keys share. */
const SHARED = 2147483647;
/** Redis has shared objects for the integers from 0 on that have up to so many digits. */
const SHARED_DIGITS = 4;

/** Policies under which an object has to belong to one key alone, since its clock does. */
const CLOCK_POLICY = /-l[rf]u$/;
const LFU_POLICY = /-lfu$/;

export function objectEncoding(c: CommandContext): void {
  const entry = look(c);
  if (entry === NONE) return c.reply.null();
  c.reply.bulkText(ENCODING_NAMES[c.db.encodingOf(entry)]);
}

/** The logarithmic counter of uses. */
export function objectFreq(c: CommandContext): void {
  const entry = look(c);
  if (entry === NONE) return c.reply.null();
  if (!LFU_POLICY.test(c.config.maxmemoryPolicy)) return c.reply.error(ERR_NO_LFU);
  c.reply.int(c.db.frequencyOf(entry));
}

/** Whole seconds since the last use. */
export function objectIdletime(c: CommandContext): void {
  const entry = look(c);
  if (entry === NONE) return c.reply.null();
  if (LFU_POLICY.test(c.config.maxmemoryPolicy)) return c.reply.error(ERR_LFU);
  c.reply.int(Math.floor(c.db.idleMsOf(entry) / 1000));
}

/** Values are never shared here; the answer is what Redis would have, for those who tell encodings apart by it. */
export function objectRefcount(c: CommandContext): void {
  const entry = look(c);
  if (entry === NONE) return c.reply.null();
  c.reply.int(refcountOf(c, entry));
}

/** How often Redis would refer to the entry's value. */
export function refcountOf(c: CommandContext, entry: Entry): number {
  return isSharedInteger(c, entry) ? SHARED : 1;
}

function isSharedInteger(c: CommandContext, entry: Entry): boolean {
  const { config, db } = c;
  if (db.encodingOf(entry) !== ENCODING_INT || db.stringLength(entry) > SHARED_DIGITS) return false;
  if (config.maxmemory > 0 && CLOCK_POLICY.test(config.maxmemoryPolicy)) return false;
  return db.stringByte(entry, 0) !== MINUS;
}

/** The entry of the key: counts hit or miss, but raises no event for a miss, unlike EXISTS and its like. */
function look(c: CommandContext): Entry {
  const entry = c.db.peek(c.argv, 2);
  c.db.countLookup(entry !== NONE);
  return entry;
}
