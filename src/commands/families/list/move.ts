/** LMOVE and RPOPLPUSH: an element from list to list, or from one end of a list to the other. */
import { NONE, TYPE_LIST } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_LIST } from '../../events.js';
import { endArgument, isOtherType, LEFT, popEvent, pushEvent } from './values.js';

export function lmove(c: CommandContext): void {
  const { argv, reply } = c;
  const from = endArgument(argv, 3);
  const to = endArgument(argv, 4);
  if (from === 0 || to === 0) return reply.error(ERR_SYNTAX);
  if (!moveElement(c, from === LEFT, to === LEFT)) reply.null();
}

export function rpoplpush(c: CommandContext): void {
  if (!moveElement(c, false, true)) c.reply.null();
}

/**
 * Moves an element from the list that is argument 1 to the one that is argument 2, and replies with it, or with an
 * error. False, and no reply, where there is no list to take it from.
 */
export function moveElement(c: CommandContext, fromFront: boolean, toFront: boolean): boolean {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const source = db.lookupWrite(argv, 1);
  if (source === NONE) return false;
  const target = isOtherType(c, source) ? NONE : db.lookupWrite(argv, 2);
  if (isOtherType(c, source) || isOtherType(c, target)) {
    reply.error(WRONGTYPE);
    return true;
  }
  // Added first, since only that can fail.
  const element = lists.copyEnd(source, fromFront);
  if (target === source) lists.rotate(source, fromFront, toFront, element);
  else {
    if (target === NONE) createTarget(c);
    else lists.push(target, toFront, element);
    lists.removeEnd(source, fromFront);
  }
  reply.bulk(element.bytes, element.view, element.from, element.length);
  lists.forgetCopied();
  c.keyChanged(1);
  c.keyChanged(2, 0); // one change altogether
  c.notify(NOTIFY_LIST, pushEvent(toFront), 2);
  c.notify(NOTIFY_LIST, popEvent(fromFront), 1);
  if (lists.length(source) === 0) c.deleteEmptied(source, 1);
  return true;
}

/** Lets argument 2, which is no key yet, hold a list of the element that was copied. */
function createTarget(c: CommandContext): void {
  const { keyspace } = c;
  const holder = keyspace.detached(TYPE_LIST);
  keyspace.lists.createOfCopied(holder);
  c.db.adopt(c.argv, 2, holder);
}
