/** SET and its kin: values in. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_SYNTAX, errWrongArity } from '../../errors.js';
import { NOTIFY_GENERIC, NOTIFY_STRING } from '../../events.js';
import { addExpireAt } from '../../expire-time.js';
import {
  BAD_OPTIONS,
  EXPIRY_OPTIONS,
  expireAtMs,
  expiryArgument,
  expiryError,
  isGetOption,
  OPTION_EX,
  OPTION_GET,
  OPTION_KEEPTTL,
  OPTION_NX,
  OPTION_PX,
  OPTION_XX,
  parseOptions,
  SET_OPTIONS,
} from './expiry.js';
import { replyOldValue } from './read.js';

/** @hot Without options nothing is parsed, nothing looked up twice, nothing allocated. */
export function set(c: CommandContext): void {
  if (c.argv.count > 3) return setWithOptions(c);
  storeArgument(c, 1, 2, false);
  c.reply.ok();
}

/** @hot Stores argument `value` under the key that is argument `key`, and tells everyone. */
function storeArgument(c: CommandContext, key: number, value: number, keepTtl: boolean, willExpire = false): Entry {
  const { argv } = c;
  const from = argv.offset(value);
  const entry = c.db.setString(argv, key, argv.bytes, argv.view, from, argv.length(value), keepTtl, willExpire);
  c.keyChanged(key);
  c.notify(NOTIFY_STRING, 'set', key);
  return entry;
}

/**
 * @hot The order of checks is Redis': syntax, the time, the type of the value that GET wants, NX and XX. Only then
 * anything is stored.
 */
function setWithOptions(c: CommandContext): void {
  const { argv, db, reply } = c;
  const options = parseOptions(argv, 3, SET_OPTIONS);
  if (options === BAD_OPTIONS) return reply.error(ERR_SYNTAX);
  const unit = options & EXPIRY_OPTIONS;
  const atMs = unit === 0 ? 0 : expireAtMs(argv, expiryArgument(argv, 3), unit, c.nowMs);
  if (atMs < 0) return reply.error(expiryError(c, atMs));

  const wantsOld = (options & OPTION_GET) !== 0;
  if ((options & (OPTION_NX | OPTION_XX | OPTION_GET)) !== 0) {
    const entry = wantsOld ? db.lookupRead(argv, 1) : db.peek(argv, 1);
    if (wantsOld && !replyOldValue(c, entry)) return;
    if ((options & (entry === NONE ? OPTION_XX : OPTION_NX)) !== 0) {
      // To find the key in the way is a use of it; storing counts as one by itself.
      if (entry !== NONE && c.keyspace.touches) db.touch(entry);
      if (!wantsOld) reply.null();
      return;
    }
  }
  if (unit !== 0) storeUntil(c, 2, atMs);
  else storeArgument(c, 1, 2, (options & OPTION_KEEPTTL) !== 0);
  if (wantsOld && unit === 0) propagateWithoutGet(c);
  if (!wantsOld) reply.ok();
}

/**
 * @hot Stores argument `value` under the key that is argument 1 with a time to live. What is propagated names the time
 * in milliseconds since the epoch, so that it means the same whenever it is read.
 */
function storeUntil(c: CommandContext, value: number, atMs: number): void {
  const { argv } = c;
  // An old time to live is kept here only to be replaced: the record need not move twice.
  c.db.setExpire(storeArgument(c, 1, value, true, true), atMs);
  c.notify(NOTIFY_GENERIC, 'expire', 1);
  addExpireAt(c.propagateInstead().text('SET').borrow(argv, 1).borrow(argv, value).text('PXAT'), atMs);
}

/** Replicas and the AOF have nobody to answer: GET is left out of what they receive. */
function propagateWithoutGet(c: CommandContext): void {
  const { argv } = c;
  const command = c.propagateInstead();
  for (let i = 0; i < argv.count; i++) if (i < 3 || !isGetOption(argv, i)) command.borrow(argv, i);
}

export function setnx(c: CommandContext): void {
  if (c.db.lookupWrite(c.argv, 1) !== NONE) return c.reply.int(0);
  storeArgument(c, 1, 2, false);
  c.reply.int(1);
}

export function setex(c: CommandContext): void {
  setWithLifetime(c, OPTION_EX);
}

export function psetex(c: CommandContext): void {
  setWithLifetime(c, OPTION_PX);
}

function setWithLifetime(c: CommandContext, unit: number): void {
  const atMs = expireAtMs(c.argv, 2, unit, c.nowMs);
  if (atMs < 0) return c.reply.error(expiryError(c, atMs));
  storeUntil(c, 3, atMs);
  c.reply.ok();
}

/** @hot */
export function mset(c: CommandContext): void {
  if ((c.argv.count & 1) === 0) return c.reply.error(errWrongArity(c.command.name));
  storePairs(c);
  c.reply.ok();
}

export function msetnx(c: CommandContext): void {
  const { argv, db, reply } = c;
  if ((argv.count & 1) === 0) return reply.error(errWrongArity(c.command.name));
  for (let i = 1; i < argv.count; i += 2) if (db.lookupWrite(argv, i) !== NONE) return reply.int(0);
  storePairs(c);
  reply.int(1);
}

/** @hot All pairs or, when memory runs out, none. A key that occurs twice is stored twice: the last value stays. */
function storePairs(c: CommandContext): void {
  const { argv, db } = c;
  let longest = 0;
  for (let i = 1; i < argv.count; i += 2) longest = Math.max(longest, argv.length(i) + argv.length(i + 1));
  if (!db.reserveStrings(argv.count >> 1, longest)) return storeStaged(c);
  for (let i = 1; i < argv.count; i += 2) storeArgument(c, i, i + 1, false);
}

/** Many pairs, or large ones: all their records are made before the first takes its place. */
function storeStaged(c: CommandContext): void {
  const { argv, db, keyspace } = c;
  const staged: Entry[] = [];
  try {
    for (let i = 1; i < argv.count; i += 2) {
      const from = argv.offset(i + 1);
      staged.push(db.stageString(argv, i, argv.bytes, argv.view, from, argv.length(i + 1)));
      db.reserveKeys(argv, i, argv.count >> 1);
    }
  } catch (error) {
    for (const record of staged) keyspace.freeRecord(record);
    throw error;
  }
  for (let i = 1; i < argv.count; i += 2) {
    db.setStaged(argv, i, staged[i >> 1]!);
    c.keyChanged(i);
    c.notify(NOTIFY_STRING, 'set', i);
  }
}
