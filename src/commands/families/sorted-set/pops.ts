/** ZPOPMIN and its kin: the members with the lowest or highest scores, answered and taken out. */
import { type Entry, NONE, TYPE_ZSET } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import { mayBlock } from '../../blocking.js';
import type { CommandContext } from '../../context.js';
import { ERR_COUNT_POSITIVE, ERR_MUST_BE_POSITIVE, ERR_NUMKEYS, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_ZSET } from '../../events.js';
import { deadlineAt, isDeadline } from '../../timeout-argument.js';
import { isOtherType, replyElement, replyMember, replyRange } from './values.js';

const MIN = token('min');
const MAX = token('max');
const COUNT = token('count');

/** @hot */
export function zpopmin(c: CommandContext): void {
  pop(c, false);
}

/** @hot */
export function zpopmax(c: CommandContext): void {
  pop(c, true);
}

/** @hot With a number, RESP3 has a pair for each member; without, member and score are the reply. */
function pop(c: CommandContext, isMax: boolean): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  if (argv.count > 3) return reply.error(ERR_SYNTAX);
  const hasCount = argv.count === 3;
  const count = hasCount ? argv.int(2) : 1;
  if (!(count >= 0)) return reply.error(ERR_MUST_BE_POSITIVE);
  const entry = c.db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE || count === 0) return reply.emptyArray();
  if (hasCount) {
    const taken = Math.min(count, zsets.length(entry));
    replyRange(c, entry, isMax ? zsets.length(entry) - 1 : 0, taken, isMax, true);
    return take(c, entry, 1, isMax, taken);
  }
  reply.array(2);
  replyEnd(c, entry, isMax);
  take(c, entry, 1, isMax, 1);
}

/** @hot Replies with the lowest or highest member, and its score. */
function replyEnd(c: CommandContext, entry: Entry, isMax: boolean): void {
  const { zsets } = c.keyspace;
  zsets.seekRank(entry, isMax ? zsets.length(entry) - 1 : 0, zsets.cursor);
  replyMember(c, zsets.cursor);
  c.reply.double(zsets.cursor.score);
}

/** @hot Takes `count` members out of the set that is argument `i`, and tells everyone. */
function take(c: CommandContext, entry: Entry, i: number, isMax: boolean, count: number): void {
  const { zsets } = c.keyspace;
  const left = zsets.length(entry) - count;
  // Of a set that goes altogether the memory is given back in the background.
  if (left > 0) zsets.removeRange(entry, isMax ? left : 0, count);
  c.keyChanged(i, count);
  c.notify(NOTIFY_ZSET, isMax ? 'zpopmax' : 'zpopmin', i);
  if (left === 0) c.deleteEmptied(entry, i);
}

export function zmpop(c: CommandContext): void {
  popAny(c, 1, false);
}

export function bzmpop(c: CommandContext): void {
  popAny(c, 2, true);
}

/** Pops from the first set that there is. @param at the argument that is the number of keys; the time to wait is before it */
function popAny(c: CommandContext, at: number, isBlocking: boolean): void {
  const { argv, reply } = c;
  const keyCount = argv.int(at);
  if (!(keyCount >= 1)) return reply.error(ERR_NUMKEYS);
  const first = at + 1;
  const where = first + keyCount;
  if (where >= argv.count) return reply.error(ERR_SYNTAX);
  const isMax = argv.is(where, MAX);
  if (!isMax && !argv.is(where, MIN)) return reply.error(ERR_SYNTAX);
  let count = 1;
  if (argv.count > where + 1) {
    if (!argv.is(where + 1, COUNT) || argv.count === where + 2) return reply.error(ERR_SYNTAX);
    count = argv.int(where + 2);
    if (!(count >= 1)) return reply.error(ERR_COUNT_POSITIVE);
    if (argv.count > where + 3) return reply.error(ERR_SYNTAX);
  }
  if (isBlocking && !isDeadline(c, 1)) return;
  const found = findSet(c, first, keyCount);
  if (found < 0) return;
  if (found > 0) return popSeveral(c, found, isMax, count);
  if (isBlocking && mayBlock(c)) wait(c, 1, first, keyCount);
  else reply.nullArray();
}

/**
 * The first argument from `first` on that is the key of a set; 0 when there is none, and -1, with the reply written, when one
 * of another type comes before.
 */
function findSet(c: CommandContext, first: number, keyCount: number): number {
  for (let i = first; i < first + keyCount; i++) {
    const entry = c.db.lookupWrite(c.argv, i);
    if (entry === NONE) continue;
    if (!isOtherType(c, entry)) return i;
    c.reply.error(WRONGTYPE);
    return -1;
  }
  return 0;
}

/** Pops from the set that is argument `i`: key, and a pair for each member. */
function popSeveral(c: CommandContext, i: number, isMax: boolean, count: number): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  const entry = c.db.peek(argv, i);
  const taken = Math.min(count, zsets.length(entry));
  reply.array(2);
  reply.bulk(argv.bytes, argv.view, argv.offset(i), argv.length(i));
  reply.array(taken);
  const { cursor } = zsets;
  let more = zsets.seekRank(entry, isMax ? zsets.length(entry) - 1 : 0, cursor);
  for (let left = taken; more && left > 0; left--) {
    if (reply.resp === 2) reply.array(2);
    replyElement(c, cursor, true);
    more = isMax ? zsets.previous(cursor) : zsets.next(cursor);
  }
  take(c, entry, i, isMax, taken);
  c.propagateInstead()
    .text(isMax ? 'ZPOPMAX' : 'ZPOPMIN')
    .borrow(argv, i)
    .int(taken);
}

export function bzpopmin(c: CommandContext): void {
  popFirst(c, false);
}

export function bzpopmax(c: CommandContext): void {
  popFirst(c, true);
}

function popFirst(c: CommandContext, isMax: boolean): void {
  const { argv, reply } = c;
  const last = argv.count - 1;
  if (!isDeadline(c, last)) return;
  const found = findSet(c, 1, last - 1);
  if (found < 0) return;
  if (found === 0) {
    if (mayBlock(c)) wait(c, last, 1, last - 1);
    else reply.nullArray();
    return;
  }
  const entry = c.db.peek(argv, found);
  reply.array(3);
  reply.bulk(argv.bytes, argv.view, argv.offset(found), argv.length(found));
  replyEnd(c, entry, isMax);
  take(c, entry, found, isMax, 1);
  c.propagateInstead()
    .text(isMax ? 'ZPOPMAX' : 'ZPOPMIN')
    .borrow(argv, found);
}

/** Lets the client wait for one of its keys to become a sorted set. @param timeout the argument that says how long */
function wait(c: CommandContext, timeout: number, firstKey: number, keyCount: number): void {
  c.blocked.wait(c, {
    firstKey,
    keyCount,
    deadlineMs: deadlineAt(c, timeout),
    isServable: (context, entry) => entry !== NONE && context.db.typeOf(entry) === TYPE_ZSET,
    timedOut: (context) => context.reply.nullArray(),
  });
}
