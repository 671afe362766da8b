/** ZRANGE and its kin, which are all one command: members between two ranks, scores or members. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_MEMBER_BOUND,
  ERR_NOT_INTEGER,
  ERR_SCORE_BOUND,
  ERR_SYNTAX,
  ERR_ZRANGE_LIMIT,
  ERR_ZRANGE_WITHSCORES,
  WRONGTYPE,
} from '../../errors.js';
import { isMemberBound, rankBehindMax, rankBehindMaxMember, rankOfMin, rankOfMinMember, scoreBound } from './bounds.js';
import { storeResult } from './store.js';
import { isOtherType, newSet, replyRange } from './values.js';

const BY_RANK = 0;
const BY_SCORE = 1;
const BY_MEMBER = 2;
/** An option decides. */
const BY_OPTION = 3;
type Kind = typeof BY_RANK | typeof BY_SCORE | typeof BY_MEMBER | typeof BY_OPTION;

const FORWARD = 0;
const REVERSE = 1;
/** An option decides. */
const DIRECTION_OPTION = 2;
type Direction = typeof FORWARD | typeof REVERSE | typeof DIRECTION_OPTION;

const WITHSCORES = 1;
const LIMIT = 2;
const REV = 3;
const BYLEX = 4;
const BYSCORE = 5;
const OPTIONS = new OptionTable({ WITHSCORES, LIMIT, REV, BYLEX, BYSCORE });

/** No limit. */
const ALL = -1;

/** What one of these commands asks for, and the ranks that it comes to. Reused, so that a command allocates nothing. */
class Range {
  withScores = false;
  isReverse = false;
  /** The rank of the first member, and how many follow in the direction of the range. */
  first = 0;
  count = 0;
  private kind: Kind = BY_RANK;
  private offset = 0;
  private limit = ALL;
  /** The arguments that are the lower and the upper bound. */
  private minAt = 0;
  private maxAt = 0;
  private min = 0;
  private max = 0;

  /**
   * @hot Reads bounds and options from argument `at` on; returns what is wrong with them, null when nothing is.
   * @param mayScore whether WITHSCORES is an option
   */
  parse(argv: Argv, at: number, kind: Kind, direction: Direction, mayScore: boolean): ErrorReply | null {
    this.withScores = false;
    this.isReverse = direction === REVERSE;
    this.kind = kind === BY_OPTION ? BY_RANK : kind;
    this.offset = 0;
    this.limit = ALL;
    for (let i = at + 2; i < argv.count; i++) {
      const option = argv.option(i, OPTIONS);
      if (option === WITHSCORES && mayScore) this.withScores = true;
      else if (option === LIMIT && i + 2 < argv.count) {
        this.offset = argv.int(i + 1);
        this.limit = argv.int(i + 2);
        if (Number.isNaN(this.offset) || Number.isNaN(this.limit)) return ERR_NOT_INTEGER;
        i += 2;
      } else if (option === REV && direction === DIRECTION_OPTION && !this.isReverse) this.isReverse = true;
      else if (option === BYLEX && kind === BY_OPTION && this.kind === BY_RANK) this.kind = BY_MEMBER;
      else if (option === BYSCORE && kind === BY_OPTION && this.kind === BY_RANK) this.kind = BY_SCORE;
      else return ERR_SYNTAX;
    }
    if (this.limit !== ALL && this.kind === BY_RANK) return ERR_ZRANGE_LIMIT;
    if (this.withScores && this.kind === BY_MEMBER) return ERR_ZRANGE_WITHSCORES;
    return this.parseBounds(argv, at);
  }

  /** @hot */
  private parseBounds(argv: Argv, at: number): ErrorReply | null {
    const isSwapped = this.isReverse && this.kind !== BY_RANK; // ZREVRANGEBYSCORE key max min
    this.minAt = isSwapped ? at + 1 : at;
    this.maxAt = isSwapped ? at : at + 1;
    if (this.kind === BY_MEMBER) {
      return isMemberBound(argv, this.minAt) && isMemberBound(argv, this.maxAt) ? null : ERR_MEMBER_BOUND;
    }
    if (this.kind === BY_SCORE) {
      this.min = scoreBound(argv, this.minAt);
      this.max = scoreBound(argv, this.maxAt);
    } else {
      this.min = argv.int(this.minAt);
      this.max = argv.int(this.maxAt);
    }
    if (!Number.isNaN(this.min) && !Number.isNaN(this.max)) return null;
    return this.kind === BY_SCORE ? ERR_SCORE_BOUND : ERR_NOT_INTEGER;
  }

  /** @hot Finds the ranks in a sorted set: `first` and `count`. O(log N). */
  find(c: CommandContext, entry: Entry): void {
    if (this.kind === BY_RANK) return this.findRanks(c.keyspace.zsets.length(entry));
    const isScore = this.kind === BY_SCORE;
    const from = isScore ? rankOfMin(c, entry, this.min, this.minAt) : rankOfMinMember(c, entry, this.minAt);
    const to = isScore ? rankBehindMax(c, entry, this.max, this.maxAt) : rankBehindMaxMember(c, entry, this.maxAt);
    const count = this.offset < 0 ? 0 : Math.max(0, to - from - this.offset);
    this.count = this.limit < 0 ? count : Math.min(count, this.limit);
    this.first = this.isReverse ? to - 1 - this.offset : from + this.offset;
  }

  /** @hot */
  private findRanks(length: number): void {
    const start = Math.max(0, this.min < 0 ? this.min + length : this.min);
    const stop = Math.min(length - 1, this.max < 0 ? this.max + length : this.max);
    this.count = Math.max(0, stop - start + 1);
    this.first = this.isReverse ? length - 1 - start : start;
  }
}

const range = new Range();

/** @hot */
export function zrange(c: CommandContext): void {
  replyWithRange(c, BY_OPTION, DIRECTION_OPTION);
}

/** @hot */
export function zrevrange(c: CommandContext): void {
  replyWithRange(c, BY_RANK, REVERSE);
}

/** @hot */
export function zrangebyscore(c: CommandContext): void {
  replyWithRange(c, BY_SCORE, FORWARD);
}

/** @hot */
export function zrevrangebyscore(c: CommandContext): void {
  replyWithRange(c, BY_SCORE, REVERSE);
}

export function zrangebylex(c: CommandContext): void {
  replyWithRange(c, BY_MEMBER, FORWARD);
}

export function zrevrangebylex(c: CommandContext): void {
  replyWithRange(c, BY_MEMBER, REVERSE);
}

/** @hot */
function replyWithRange(c: CommandContext, kind: Kind, direction: Direction): void {
  const { reply } = c;
  const refusal = range.parse(c.argv, 2, kind, direction, true);
  if (refusal !== null) return reply.error(refusal);
  const entry = c.db.lookupRead(c.argv, 1);
  if (entry === NONE) return reply.emptyArray();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  range.find(c, entry);
  replyRange(c, entry, range.first, range.count, range.isReverse, range.withScores);
}

export function zrangestore(c: CommandContext): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  const refusal = range.parse(argv, 3, BY_OPTION, DIRECTION_OPTION, false);
  if (refusal !== null) return reply.error(refusal);
  const entry = c.db.lookupRead(argv, 2);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const holder = newSet(c);
  if (entry !== NONE) {
    range.find(c, entry);
    const { cursor } = zsets;
    let left = range.count;
    for (let more = left > 0 && zsets.seekRank(entry, range.first, cursor); more && left > 0; left--) {
      zsets.add(holder, cursor.bytes, cursor.view, cursor.from, cursor.length, cursor.score, 0);
      more = range.isReverse ? zsets.previous(cursor) : zsets.next(cursor);
    }
  }
  storeResult(c, 1, holder, 'zrangestore');
}
