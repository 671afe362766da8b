/** What the sorted set commands share: lookups with their type check, and members with scores as replies. */
import { type Entry, NONE, TYPE_ZSET } from '../../../keyspace/record.js';
import type { SortedSetCursor } from '../../../types/sorted-set-reader.js';
import type { CommandContext } from '../../context.js';

/** @hot Whether an entry is there and no sorted set: the reply is WRONGTYPE. */
export function isOtherType(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.db.typeOf(entry) !== TYPE_ZSET;
}

/** @hot Members of a sorted set, 0 for NONE. */
export function sizeOf(c: CommandContext, entry: Entry): number {
  return entry === NONE ? 0 : c.keyspace.zsets.length(entry);
}

/** A holder with an empty sorted set, for the running command to fill. */
export function newSet(c: CommandContext): number {
  const holder = c.keyspace.detached(TYPE_ZSET);
  c.keyspace.zsets.init(holder);
  return holder;
}

/** @hot Replies with the member at a cursor. */
export function replyMember(c: CommandContext, cursor: SortedSetCursor): void {
  c.reply.bulk(cursor.bytes, cursor.view, cursor.from, cursor.length);
}

/** @hot The header of a reply of `count` members: RESP3 has a pair for each that comes with its score. */
export function replyHeader(c: CommandContext, count: number, withScores: boolean): void {
  c.reply.array(withScores && c.reply.resp === 2 ? count * 2 : count);
}

/** @hot One member of such a reply. */
export function replyElement(c: CommandContext, cursor: SortedSetCursor, withScores: boolean): void {
  const { reply } = c;
  if (withScores && reply.resp === 3) reply.array(2);
  replyMember(c, cursor);
  if (withScores) reply.double(cursor.score);
}

/**
 * @hot Replies with `count` members of a set from a rank on, upwards or downwards; there must be so many.
 */
export function replyRange(
  c: CommandContext,
  entry: Entry,
  rank: number,
  count: number,
  isReverse: boolean,
  withScores: boolean,
): void {
  const { zsets } = c.keyspace;
  const { cursor } = zsets;
  replyHeader(c, count, withScores);
  if (count === 0) return;
  zsets.seekRank(entry, rank, cursor);
  for (let left = count; ; ) {
    if (withScores) replyElement(c, cursor, true);
    else replyMember(c, cursor);
    if (--left === 0) return;
    if (isReverse) zsets.previous(cursor);
    else zsets.next(cursor);
  }
}
