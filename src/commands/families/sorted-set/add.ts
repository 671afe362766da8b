/** ZADD and ZINCRBY: members and their scores in. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import {
  ADD_ADDED,
  ADD_GT,
  ADD_INCREMENT,
  ADD_LT,
  ADD_NAN,
  ADD_NX,
  ADD_REFUSED,
  ADD_UPDATED,
  ADD_XX,
} from '../../../types/sorted-set.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_NOT_FLOAT,
  ERR_SCORE_NAN,
  ERR_SYNTAX,
  ERR_ZADD_GT_LT_NX,
  ERR_ZADD_INCR,
  ERR_ZADD_NX_XX,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_ZSET } from '../../events.js';
import { isOtherType, newSet } from './values.js';

/** The reply counts members whose score has changed, too. */
const OPTION_CH = 1 << 5;

const OPTIONS = new OptionTable({
  NX: ADD_NX,
  XX: ADD_XX,
  CH: OPTION_CH,
  INCR: ADD_INCREMENT,
  GT: ADD_GT,
  LT: ADD_LT,
});

/** @hot */
export function zadd(c: CommandContext): void {
  add(c, 0);
}

/** @hot ZADD with INCR, whose options it takes, too, in Redis. */
export function zincrby(c: CommandContext): void {
  add(c, ADD_INCREMENT);
}

/** @hot Every argument is checked before the keyspace is touched. */
function add(c: CommandContext, given: number): void {
  const { argv, db, reply } = c;
  let options = given;
  let first = 2;
  for (; first < argv.count; first++) {
    const option = argv.option(first, OPTIONS);
    if (option === 0) break;
    options |= option;
  }
  const refusal = refusalOf(options, argv.count - first);
  if (refusal !== null) return reply.error(refusal);
  for (let i = first; i < argv.count; i += 2) if (Number.isNaN(argv.double(i))) return reply.error(ERR_NOT_FLOAT);

  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry !== NONE) addPairs(c, entry, first, options);
  else if ((options & ADD_XX) === 0) create(c, first, options);
  else if ((options & ADD_INCREMENT) !== 0) reply.null();
  else reply.int(0);
}

/** @hot Why options do not go together, or with so many arguments for members and scores; null when they do. */
function refusalOf(options: number, args: number): ErrorReply | null {
  if (args === 0 || (args & 1) !== 0) return ERR_SYNTAX;
  if ((options & (ADD_NX | ADD_XX)) === (ADD_NX | ADD_XX)) return ERR_ZADD_NX_XX;
  const comparison = options & (ADD_GT | ADD_LT);
  if (comparison === (ADD_GT | ADD_LT) || (comparison !== 0 && (options & ADD_NX) !== 0)) return ERR_ZADD_GT_LT_NX;
  return (options & ADD_INCREMENT) !== 0 && args > 2 ? ERR_ZADD_INCR : null;
}

/** A new sorted set of the pairs from argument `first` on. */
function create(c: CommandContext, first: number, options: number): void {
  const { argv } = c;
  const { zsets } = c.keyspace;
  const holder = newSet(c);
  let added = 0;
  let changed = 0;
  for (let i = first; i < argv.count; i += 2) {
    const result = addPair(c, holder, i, options);
    if (result === ADD_ADDED) added++;
    else if (result === ADD_UPDATED) changed++;
  }
  const score = zsets.resultScore;
  c.db.adopt(argv, 1, holder);
  tell(c, options, added + changed);
  if ((options & ADD_INCREMENT) !== 0) c.reply.double(score);
  else c.reply.int((options & OPTION_CH) !== 0 ? added + changed : added);
}

/** @hot Adds the pairs from argument `first` on to a sorted set. */
function addPairs(c: CommandContext, entry: Entry, first: number, options: number): void {
  const { argv, reply } = c;
  const { zsets } = c.keyspace;
  let added = 0;
  let changed = 0;
  let result: number = ADD_REFUSED;
  let i = first;
  try {
    for (; i < argv.count; i += 2) {
      result = addPair(c, entry, i, options);
      if (result === ADD_ADDED) added++;
      else if (result === ADD_UPDATED) changed++;
    }
  } finally {
    // Without memory for all of them, those that came before are there, and are propagated.
    if (i < argv.count && added + changed > 0) propagatePairs(c, i);
    if (added + changed > 0) tell(c, options, added + changed);
  }
  if (result === ADD_NAN) return reply.error(ERR_SCORE_NAN);
  if ((options & ADD_INCREMENT) === 0) return reply.int((options & OPTION_CH) !== 0 ? added + changed : added);
  if (result === ADD_REFUSED) reply.null();
  else reply.double(zsets.resultScore);
}

/** @hot Adds the pair of arguments `i` and `i + 1`. */
function addPair(c: CommandContext, holder: number, i: number, options: number): number {
  const { argv } = c;
  const member = argv.offset(i + 1);
  const length = argv.length(i + 1);
  return c.keyspace.zsets.add(holder, argv.bytes, argv.view, member, length, argv.double(i), options);
}

/** @hot Tells everyone of `changes` changes. */
function tell(c: CommandContext, options: number, changes: number): void {
  c.keyChanged(1, changes);
  c.notify(NOTIFY_ZSET, (options & ADD_INCREMENT) !== 0 ? 'zincr' : 'zadd', 1);
}

/** Propagates the command as far as argument `end`. */
function propagatePairs(c: CommandContext, end: number): void {
  const command = c.propagateInstead();
  for (let i = 0; i < end; i++) command.borrow(c.argv, i);
}
