/** What the list commands share: types, ends and positions as arguments, and elements that leave a list. */
import { type Entry, NONE, TYPE_LIST } from '../../../keyspace/record.js';
import { type Argv, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { NOTIFY_LIST } from '../../events.js';

/** The words LEFT and RIGHT; 0 is neither. */
export const LEFT = 1;
export const RIGHT = 2;
export const ENDS = new OptionTable({ LEFT, RIGHT });

/** Lists of more nodes than this are not freed by the command that cuts them. */
const MANY_BLOCKS = 64;

/** @hot Whether an entry is there and not a list: the reply is WRONGTYPE. */
export function isOtherType(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.db.typeOf(entry) !== TYPE_LIST;
}

/** Which end argument `i` names: LEFT, RIGHT, or 0. */
export function endArgument(argv: Argv, i: number): number {
  return argv.option(i, ENDS);
}

/** @hot The event of something that was added at an end. */
export function pushEvent(atFront: boolean): string {
  return atFront ? 'lpush' : 'rpush';
}

/** @hot The event of something that was removed at an end. */
export function popEvent(atFront: boolean): string {
  return atFront ? 'lpop' : 'rpop';
}

/** @hot Where a position counted from an end if negative begins to lie, `length` at most to the left of the list. */
export function fromFront(position: number, length: number): number {
  return position < 0 ? position + length : position;
}

/**
 * Keeps `count` elements of a list from element `index` on, none included, and removes the others: without delay,
 * however many they are. The caller tells of it; whether the list is empty now is returned, and then its entry has
 * still to be deleted.
 */
export function keepRange(c: CommandContext, entry: Entry, index: number, count: number): boolean {
  const { keyspace } = c;
  const { lists } = keyspace;
  if (count === 0) return true;
  let rest = NONE;
  if (lists.effort(entry) > MANY_BLOCKS) {
    rest = keyspace.detached(TYPE_LIST);
    lists.createRest(rest);
  }
  lists.keepRange(entry, index, count, rest);
  return false;
}

/**
 * Replies with up to `count` elements from an end of the list that argument `i` names, and removes them. Returns how
 * many. The list goes with its last element.
 */
export function popSeveral(c: CommandContext, entry: Entry, i: number, atFront: boolean, count: number): number {
  const { reply } = c;
  const { lists } = c.keyspace;
  const length = lists.length(entry);
  const popped = Math.min(count, length);
  reply.array(popped);
  if (atFront) lists.range(entry, 0, popped, reply);
  else lists.rangeBackwards(entry, length - 1, popped, reply);
  const isEmpty = keepRange(c, entry, atFront ? popped : 0, length - popped);
  c.keyChanged(i, popped);
  c.notify(NOTIFY_LIST, popEvent(atFront), i);
  if (isEmpty) c.deleteEmptied(entry, i);
  return popped;
}

/** @hot Replies with the element at an end of the list that argument `i` names, and removes it. */
export function popOne(c: CommandContext, entry: Entry, i: number, atFront: boolean): void {
  const { lists } = c.keyspace;
  lists.pop(entry, atFront, c.reply);
  c.keyChanged(i);
  c.notify(NOTIFY_LIST, popEvent(atFront), i);
  if (lists.length(entry) === 0) c.deleteEmptied(entry, i);
}
