/** Scores, ranks and counts. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import { NO_RANK } from '../../../types/sorted-set.js';
import type { CommandContext } from '../../context.js';
import { ERR_MEMBER_BOUND, ERR_SCORE_BOUND, ERR_SYNTAX, errWrongArity, WRONGTYPE } from '../../errors.js';
import { isMemberBound, rankBehindMax, rankBehindMaxMember, rankOfMin, rankOfMinMember, scoreBound } from './bounds.js';
import { isOtherType, sizeOf } from './values.js';

const WITHSCORE = token('withscore');

/** @hot */
export function zcard(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1);
  if (isOtherType(c, entry)) return c.reply.error(WRONGTYPE);
  c.reply.int(sizeOf(c, entry));
}

/** @hot */
export function zscore(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1);
  if (isOtherType(c, entry)) return c.reply.error(WRONGTYPE);
  replyScore(c, entry, 2);
}

/** @hot */
export function zmscore(c: CommandContext): void {
  const { argv, reply } = c;
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) replyScore(c, entry, i);
}

/** @hot Replies with the score of the member that is argument `i`. */
function replyScore(c: CommandContext, entry: Entry, i: number): void {
  const { argv, reply } = c;
  if (entry === NONE) return reply.null();
  const score = c.keyspace.zsets.score(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i));
  if (Number.isNaN(score)) reply.null();
  else reply.double(score);
}

/** @hot */
export function zrank(c: CommandContext): void {
  replyRank(c, false);
}

/** @hot */
export function zrevrank(c: CommandContext): void {
  replyRank(c, true);
}

/** @hot */
function replyRank(c: CommandContext, isReverse: boolean): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  const withScore = argv.count > 3;
  if (argv.count > 4) return reply.error(errWrongArity(c.command.name));
  if (withScore && !argv.is(3, WITHSCORE)) return reply.error(ERR_SYNTAX);
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const from = argv.offset(2);
  const rank = entry === NONE ? NO_RANK : zsets.rank(entry, argv.bytes, argv.view, from, argv.length(2));
  if (rank === NO_RANK) return withScore ? reply.nullArray() : reply.null();
  if (withScore) reply.array(2);
  reply.int(isReverse ? zsets.length(entry) - 1 - rank : rank);
  if (withScore) replyScore(c, entry, 2);
}

/** @hot */
export function zcount(c: CommandContext): void {
  const { argv, reply } = c;
  const min = scoreBound(argv, 2);
  const max = scoreBound(argv, 3);
  if (Number.isNaN(min) || Number.isNaN(max)) return reply.error(ERR_SCORE_BOUND);
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE) return reply.int(0);
  reply.int(Math.max(0, rankBehindMax(c, entry, max, 3) - rankOfMin(c, entry, min, 2)));
}

export function zlexcount(c: CommandContext): void {
  const { argv, reply } = c;
  if (!isMemberBound(argv, 2) || !isMemberBound(argv, 3)) return reply.error(ERR_MEMBER_BOUND);
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE) return reply.int(0);
  reply.int(Math.max(0, rankBehindMaxMember(c, entry, 3) - rankOfMinMember(c, entry, 2)));
}
