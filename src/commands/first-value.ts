/**
 * The first of several keys that holds a list, or a sorted set: what LMPOP and ZMPOP, BLPOP and BZPOPMIN, and their kin
 * have in common, from their arguments to waiting for such a key.
 */
import { NONE, type ValueType } from '../keyspace/record.js';
import { type ErrorReply, type OptionTable, token } from '../resp/index.js';
import { mayBlock } from './blocking.js';
import type { CommandContext } from './context.js';
import { ERR_COUNT_POSITIVE, ERR_NUMKEYS, ERR_SYNTAX, WRONGTYPE } from './errors.js';
import { deadlineAt } from './timeout-argument.js';

/** `COUNT`, in any case. */
const COUNT = token('count');

/** What `numkeys key [key ...] where [COUNT count]` asks for. */
export interface AnyPop {
  readonly firstKey: number;
  readonly keyCount: number;
  /** The number that the table of ends gives to the word behind the keys. */
  readonly end: number;
  readonly count: number;
}

/**
 * Reads the arguments of a pop from any of several keys, the number of keys being argument `at`; null when there is
 * something wrong: the error is written.
 * @param ends the words of which one stands behind the keys
 */
export function parseAnyPop(c: CommandContext, at: number, ends: OptionTable): AnyPop | null {
  const { argv } = c;
  const keyCount = argv.int(at);
  if (!(keyCount >= 1)) return refuse(c, ERR_NUMKEYS);
  const firstKey = at + 1;
  const where = firstKey + keyCount;
  const end = where < argv.count ? argv.option(where, ends) : 0;
  if (end === 0) return refuse(c, ERR_SYNTAX);
  if (where + 1 === argv.count) return { firstKey, keyCount, end, count: 1 };
  if (!argv.is(where + 1, COUNT) || where + 2 === argv.count) return refuse(c, ERR_SYNTAX);
  const count = argv.int(where + 2);
  if (!(count >= 1)) return refuse(c, ERR_COUNT_POSITIVE);
  if (where + 3 < argv.count) return refuse(c, ERR_SYNTAX);
  return { firstKey, keyCount, end, count };
}

function refuse({ reply }: CommandContext, refusal: ErrorReply): null {
  reply.error(refusal);
  return null;
}

/**
 * The first argument from `firstKey` on that is the key of a value of `type`; 0 when there is none, and -1, with the
 * error written, when a key of another type comes before. O(keyCount).
 */
export function findFirst(c: CommandContext, type: ValueType, firstKey: number, keyCount: number): number {
  const { argv, db } = c;
  for (let i = firstKey; i < firstKey + keyCount; i++) {
    const entry = db.lookupWrite(argv, i);
    if (entry === NONE) continue;
    if (db.typeOf(entry) === type) return i;
    c.reply.error(WRONGTYPE);
    return -1;
  }
  return 0;
}

/**
 * Lets the client wait until one of its keys holds a value of `type`. False, and nothing is done, where nobody can
 * wait, as in a script or in EXEC: the reply is null at once. Who waits in vain gets a null array.
 * @param timeout the argument that says how long
 */
export function waitForFirst(
  c: CommandContext,
  type: ValueType,
  timeout: number,
  firstKey: number,
  keyCount: number,
): boolean {
  if (!mayBlock(c)) return false;
  c.blocked.wait(c, {
    firstKey,
    keyCount,
    deadlineMs: deadlineAt(c, timeout),
    isServable: (context, entry) => entry !== NONE && context.db.typeOf(entry) === type,
    timedOut: (context) => context.reply.nullArray(),
  });
  return true;
}
