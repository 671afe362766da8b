/** ZREM and ZREMRANGEBY...: members out. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_MEMBER_BOUND, ERR_NOT_INTEGER, ERR_SCORE_BOUND, WRONGTYPE } from '../../errors.js';
import { NOTIFY_ZSET } from '../../events.js';
import { isMemberBound, rankBehindMax, rankBehindMaxMember, rankOfMin, rankOfMinMember, scoreBound } from './bounds.js';
import { isOtherType } from './values.js';

/** @hot */
export function zrem(c: CommandContext): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  const entry = c.db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE) return reply.int(0);
  let removed = 0;
  let left = zsets.length(entry);
  for (let i = 2; i < argv.count && left > 0; i++) {
    if (!zsets.remove(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i))) continue;
    removed++;
    left--;
  }
  if (removed > 0) tell(c, entry, 'zrem', removed, left);
  reply.int(removed);
}

/** @hot Tells that members have gone, and deletes the key when none is left. */
function tell(c: CommandContext, entry: Entry, event: string, removed: number, left: number): void {
  c.keyChanged(1, removed);
  c.notify(NOTIFY_ZSET, event, 1);
  if (left === 0) c.deleteEmptied(entry, 1);
}

export function zremrangebyrank(c: CommandContext): void {
  const { argv, reply } = c;
  const start = argv.int(2);
  const stop = argv.int(3);
  if (Number.isNaN(start) || Number.isNaN(stop)) return reply.error(ERR_NOT_INTEGER);
  const entry = lookup(c);
  if (entry === NONE) return;
  const length = c.keyspace.zsets.length(entry);
  const first = Math.max(0, start < 0 ? start + length : start);
  removeRange(c, entry, first, Math.min(length, (stop < 0 ? stop + length : stop) + 1), 'zremrangebyrank');
}

/** @hot */
export function zremrangebyscore(c: CommandContext): void {
  const { argv, reply } = c;
  const min = scoreBound(argv, 2);
  const max = scoreBound(argv, 3);
  if (Number.isNaN(min) || Number.isNaN(max)) return reply.error(ERR_SCORE_BOUND);
  const entry = lookup(c);
  if (entry === NONE) return;
  removeRange(c, entry, rankOfMin(c, entry, min, 2), rankBehindMax(c, entry, max, 3), 'zremrangebyscore');
}

export function zremrangebylex(c: CommandContext): void {
  const { argv, reply } = c;
  if (!isMemberBound(argv, 2) || !isMemberBound(argv, 3)) return reply.error(ERR_MEMBER_BOUND);
  const entry = lookup(c);
  if (entry === NONE) return;
  removeRange(c, entry, rankOfMinMember(c, entry, 2), rankBehindMaxMember(c, entry, 3), 'zremrangebylex');
}

/** @hot The sorted set that is argument 1; where there is none, NONE, and the reply is written. */
function lookup(c: CommandContext): Entry {
  const { reply } = c;
  const entry = c.db.lookupWrite(c.argv, 1);
  if (entry === NONE) reply.int(0);
  else if (isOtherType(c, entry)) reply.error(WRONGTYPE);
  else return entry;
  return NONE;
}

/** @hot Takes out the members with ranks in [from, to), of which there may be none. */
function removeRange(c: CommandContext, entry: Entry, from: number, to: number, event: string): void {
  const { zsets } = c.keyspace;
  const removed = Math.max(0, to - from);
  if (removed > 0) {
    const left = zsets.length(entry) - removed;
    // Of a set that goes altogether the memory is given back in the background.
    if (left > 0) zsets.removeRange(entry, from, removed);
    tell(c, entry, event, removed, left);
  }
  c.reply.int(removed);
}
