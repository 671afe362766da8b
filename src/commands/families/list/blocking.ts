/**
 * BLPOP, BRPOP, BLMPOP, BLMOVE and BRPOPLPUSH: what finds no list to take from waits for one. Where nobody waits, as in
 * a script or in EXEC, the reply is null at once. What they do is propagated as what they do, without the waiting.
 */
import { TYPE_LIST } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_SYNTAX } from '../../errors.js';
import { findFirst, parseAnyPop, waitForFirst } from '../../first-value.js';
import { isDeadline } from '../../timeout-argument.js';
import { moveElement } from './move.js';
import { popFrom } from './pop.js';
import { ENDS, endArgument, LEFT, popOne } from './values.js';

export function blpop(c: CommandContext): void {
  popAndTell(c, true);
}

export function brpop(c: CommandContext): void {
  popAndTell(c, false);
}

function popAndTell(c: CommandContext, atFront: boolean): void {
  const { argv, reply } = c;
  const last = argv.count - 1;
  if (!isDeadline(c, last)) return;
  const i = findFirst(c, TYPE_LIST, 1, last - 1);
  if (i < 0) return;
  if (i === 0) {
    if (!waitForFirst(c, TYPE_LIST, last, 1, last - 1)) reply.nullArray();
    return;
  }
  reply.array(2);
  reply.bulk(argv.bytes, argv.view, argv.offset(i), argv.length(i));
  popOne(c, c.db.peek(argv, i), i, atFront);
  c.propagateInstead()
    .text(atFront ? 'LPOP' : 'RPOP')
    .borrow(argv, i);
}

/** The time to wait is looked at last: that is Redis' order. */
export function blmpop(c: CommandContext): void {
  const wanted = parseAnyPop(c, 2, ENDS);
  if (wanted === null || !isDeadline(c, 1)) return;
  const { firstKey, keyCount } = wanted;
  const i = findFirst(c, TYPE_LIST, firstKey, keyCount);
  if (i > 0) popFrom(c, i, wanted);
  else if (i < 0) return;
  else if (!waitForFirst(c, TYPE_LIST, 1, firstKey, keyCount)) c.reply.nullArray();
}

export function blmove(c: CommandContext): void {
  const { argv, reply } = c;
  const from = endArgument(argv, 3);
  const to = endArgument(argv, 4);
  if (from === 0 || to === 0) return reply.error(ERR_SYNTAX);
  if (!isDeadline(c, 5)) return;
  if (!moveElement(c, from === LEFT, to === LEFT)) return waitForSource(c, 5);
  const command = c.propagateInstead().text('LMOVE');
  for (let i = 1; i <= 4; i++) command.borrow(argv, i);
}

export function brpoplpush(c: CommandContext): void {
  const { argv } = c;
  if (!isDeadline(c, 3)) return;
  if (!moveElement(c, false, true)) return waitForSource(c, 3);
  c.propagateInstead().text('RPOPLPUSH').borrow(argv, 1).borrow(argv, 2);
}

/** Who waits in vain gets a null array, even where an element was to be the reply. */
function waitForSource(c: CommandContext, timeout: number): void {
  if (!waitForFirst(c, TYPE_LIST, timeout, 1, 1)) c.reply.null();
}
