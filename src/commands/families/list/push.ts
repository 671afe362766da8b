/** LPUSH, RPUSH, LPUSHX, RPUSHX, LINSERT and LSET: elements in. */
import { type Entry, NONE, TYPE_LIST } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_INDEX_OUT_OF_RANGE, ERR_NO_SUCH_KEY, ERR_NOT_INTEGER, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_LIST } from '../../events.js';
import { fromFront, isOtherType, pushEvent } from './values.js';

const BEFORE = 1;
const AFTER = 2;
const SIDES = new OptionTable({ BEFORE, AFTER });

/** @hot */
export function lpush(c: CommandContext): void {
  push(c, true, true);
}

/** @hot */
export function rpush(c: CommandContext): void {
  push(c, false, true);
}

export function lpushx(c: CommandContext): void {
  push(c, true, false);
}

export function rpushx(c: CommandContext): void {
  push(c, false, false);
}

/** @hot Each element is pushed by itself, so that LPUSH lets the last one be the first. */
function push(c: CommandContext, atFront: boolean, creates: boolean): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  let entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry !== NONE) lists.pushAll(entry, atFront, argv, 2);
  else if (creates) entry = pushToNew(c, atFront);
  else return reply.int(0);
  c.keyChanged(1, argv.count - 2);
  c.notify(NOTIFY_LIST, pushEvent(atFront), 1);
  reply.int(lists.length(entry));
}

/** @hot The same for a key that is not there. */
function pushToNew(c: CommandContext, atFront: boolean): Entry {
  const { argv, keyspace } = c;
  const { lists } = keyspace;
  const holder = keyspace.detached(TYPE_LIST);
  lists.create(holder, argv, 2, atFront);
  lists.pushAll(holder, atFront, argv, 2);
  return c.db.adopt(argv, 1, holder);
}

export function linsert(c: CommandContext): void {
  const { argv, db, reply } = c;
  const side = argv.option(2, SIDES);
  if (side === 0) return reply.error(ERR_SYNTAX);
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.int(0);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const length = c.keyspace.lists.insert(entry, argv, 3, 4, side === AFTER);
  if (length > 0) {
    c.keyChanged(1);
    c.notify(NOTIFY_LIST, 'linsert', 1);
  }
  reply.int(length);
}

/** The key comes before the index: that is Redis' order. */
export function lset(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const index = argv.int(2);
  if (Number.isNaN(index)) return reply.error(ERR_NOT_INTEGER);
  if (!lists.set(entry, fromFront(index, lists.length(entry)), argv, 3)) return reply.error(ERR_INDEX_OUT_OF_RANGE);
  c.keyChanged(1);
  c.notify(NOTIFY_LIST, 'lset', 1);
  reply.ok();
}
