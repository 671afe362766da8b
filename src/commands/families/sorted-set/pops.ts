/** ZPOPMIN and its kin: the members with the lowest or highest scores, answered and taken out. */
import { type Entry, NONE, TYPE_ZSET } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_MUST_BE_POSITIVE, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_ZSET } from '../../events.js';
import { findFirst, parseAnyPop, waitForFirst } from '../../first-value.js';
import { isDeadline } from '../../timeout-argument.js';
import { isOtherType, replyElement, replyMember, replyRange } from './values.js';

const MIN = 1;
const MAX = 2;
const ENDS = new OptionTable({ MIN, MAX });

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

/**
 * Pops from the first set that there is. @param at the argument that is the number of keys; the time to wait is before
 * it
 */
function popAny(c: CommandContext, at: number, isBlocking: boolean): void {
  const wanted = parseAnyPop(c, at, ENDS);
  if (wanted === null || (isBlocking && !isDeadline(c, 1))) return;
  const { firstKey, keyCount } = wanted;
  const found = findFirst(c, TYPE_ZSET, firstKey, keyCount);
  if (found > 0) popSeveral(c, found, wanted.end === MAX, wanted.count);
  else if (found < 0) return;
  else if (!isBlocking || !waitForFirst(c, TYPE_ZSET, 1, firstKey, keyCount)) c.reply.nullArray();
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
  const found = findFirst(c, TYPE_ZSET, 1, last - 1);
  if (found < 0) return;
  if (found === 0) {
    if (!waitForFirst(c, TYPE_ZSET, last, 1, last - 1)) reply.nullArray();
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
