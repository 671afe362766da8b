/** LPOP, RPOP, LMPOP, LTRIM and LREM: elements go. The blocking pops begin with the same as LMPOP: blocking.ts. */
import { type Entry, NONE, TYPE_LIST } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_MUST_BE_POSITIVE, ERR_NOT_INTEGER, errWrongArity, WRONGTYPE } from '../../errors.js';
import { NOTIFY_LIST } from '../../events.js';
import { type AnyPop, findFirst, parseAnyPop } from '../../first-value.js';
import { ENDS, fromFront, isOtherType, keepRange, LEFT, popOne, popSeveral } from './values.js';

/** @hot */
export function lpop(c: CommandContext): void {
  pop(c, true);
}

/** @hot */
export function rpop(c: CommandContext): void {
  pop(c, false);
}

/** @hot */
function pop(c: CommandContext, atFront: boolean): void {
  const { argv, db, reply } = c;
  if (argv.count > 2) return popCount(c, atFront);
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.null();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  popOne(c, entry, 1, atFront);
}

/** With a number the reply is an array, and a missing key a null one. */
function popCount(c: CommandContext, atFront: boolean): void {
  const { argv, db, reply } = c;
  if (argv.count > 3) return reply.error(errWrongArity(c.command.name));
  const count = argv.int(2);
  if (!(count >= 0)) return reply.error(ERR_MUST_BE_POSITIVE);
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.nullArray();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (count === 0) return reply.emptyArray();
  popSeveral(c, entry, 1, atFront, count);
}

export function lmpop(c: CommandContext): void {
  const wanted = parseAnyPop(c, 1, ENDS);
  if (wanted === null) return;
  const i = findFirst(c, TYPE_LIST, wanted.firstKey, wanted.keyCount);
  if (i > 0) popFrom(c, i, wanted);
  else if (i === 0) c.reply.nullArray();
}

/** Pops from the list that argument `i` names. Who follows the feed sees an LPOP or RPOP of as many as there were. */
export function popFrom(c: CommandContext, i: number, { end, count }: AnyPop): void {
  const { argv, reply } = c;
  const atFront = end === LEFT;
  reply.array(2);
  reply.bulk(argv.bytes, argv.view, argv.offset(i), argv.length(i));
  const popped = popSeveral(c, c.db.peek(argv, i), i, atFront, count);
  c.propagateInstead()
    .text(atFront ? 'LPOP' : 'RPOP')
    .borrow(argv, i)
    .int(popped);
}

/** Both ends count, as with LRANGE. That it was done is told even where nothing goes, but then it is no change. */
export function ltrim(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const start = argv.int(2);
  const stop = argv.int(3);
  if (Number.isNaN(start) || Number.isNaN(stop)) return reply.error(ERR_NOT_INTEGER);
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.ok();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const length = lists.length(entry);
  const first = Math.max(0, fromFront(start, length));
  const kept = Math.max(0, Math.min(length - 1, fromFront(stop, length)) - first + 1);
  const isEmpty = keepRange(c, entry, first, kept);
  c.keyChanged(1, length - kept);
  c.notify(NOTIFY_LIST, 'ltrim', 1);
  if (isEmpty) c.deleteEmptied(entry, 1);
  reply.ok();
}

/** A negative count counts from the back, and 0 removes all that are equal. */
export function lrem(c: CommandContext): void {
  const { argv, db, reply } = c;
  const count = argv.int(2);
  if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.int(0);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const removed = removeEqual(c, entry, count);
  reply.int(removed);
}

function removeEqual(c: CommandContext, entry: Entry, count: number): number {
  const { argv } = c;
  const { lists } = c.keyspace;
  const element = lists.wanted(argv.bytes, argv.view, argv.offset(3), argv.length(3));
  const most = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
  const removed = lists.removeEqual(entry, element, most, count >= 0);
  if (removed === 0) return 0;
  c.keyChanged(1, removed);
  c.notify(NOTIFY_LIST, 'lrem', 1);
  if (lists.length(entry) === 0) c.deleteEmptied(entry, 1);
  return removed;
}
