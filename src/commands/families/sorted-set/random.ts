/** ZRANDMEMBER: members by chance. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_OUT_OF_RANGE, ERR_SYNTAX, errIntRange, WRONGTYPE } from '../../errors.js';
import { isOtherType, replyElement, replyHeader, replyMember, replyRange } from './values.js';

const WITHSCORES = token('withscores');
const INT64_MAX = 2n ** 63n - 1n;

export function zrandmember(c: CommandContext): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  if (argv.count > 2) return replyMany(c);
  const entry = c.db.lookupRead(argv, 1);
  if (entry === NONE) return reply.null();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  zsets.random(entry, c.random, zsets.cursor);
  replyMember(c, zsets.cursor);
}

/** With a number: so many different members, or as many as the number says below 0, of which some may be the same. */
function replyMany(c: CommandContext): void {
  const { argv, reply } = c;
  const exact = argv.bigint(2);
  if (exact === null) return reply.error(ERR_NOT_INTEGER);
  if (exact < -INT64_MAX) return reply.error(errIntRange(-INT64_MAX, INT64_MAX));
  const withScores = argv.count > 3;
  if (argv.count > 4 || (withScores && !argv.is(3, WITHSCORES))) return reply.error(ERR_SYNTAX);
  // A reply has a header that counts both; Redis sets the limit for that.
  if (withScores && (exact < -INT64_MAX / 2n || exact > INT64_MAX / 2n)) return reply.error(ERR_OUT_OF_RANGE);
  const count = Number(exact);
  const entry = c.db.lookupRead(argv, 1);
  if (entry === NONE) return reply.emptyArray();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (count < 0) return replyRepeating(c, entry, -count, withScores);
  const length = c.keyspace.zsets.length(entry);
  // As in Redis, all of them come from the last to the first.
  if (count >= length) replyRange(c, entry, length - 1, length, true, withScores);
  else replyDifferent(c, entry, count, length, withScores);
}

function replyRepeating(c: CommandContext, entry: Entry, count: number, withScores: boolean): void {
  const { zsets } = c.keyspace;
  replyHeader(c, count, withScores);
  for (let i = 0; i < count; i++) {
    zsets.random(entry, c.random, zsets.cursor);
    replyElement(c, zsets.cursor, withScores);
  }
}

/** Different ranks, each set of them equally likely (Floyd, 1987). */
function replyDifferent(c: CommandContext, entry: Entry, count: number, length: number, withScores: boolean): void {
  const { zsets } = c.keyspace;
  const ranks = new Set<number>();
  for (let end = length - count; end < length; end++) {
    const rank = c.random.below(end + 1);
    ranks.add(ranks.has(rank) ? end : rank);
  }
  replyHeader(c, count, withScores);
  for (const rank of ranks) {
    zsets.seekRank(entry, rank, zsets.cursor);
    replyElement(c, zsets.cursor, withScores);
  }
}
