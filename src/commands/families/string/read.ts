/** GET and its kin: values out, and what happens to the key on the way. */
import { EXPIRED_DELETE } from '../../../keyspace/database.js';
import { type Entry, NONE, TYPE_STRING } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_GENERIC, NOTIFY_STRING } from '../../events.js';
import { addExpireAt, dropKey } from '../../expire-time.js';
import {
  BAD_OPTIONS,
  EXPIRY_OPTIONS,
  expireAtMs,
  expiryArgument,
  expiryError,
  GETEX_OPTIONS,
  OPTION_PERSIST,
  parseOptions,
} from './expiry.js';
import { isOtherType, replyString, stringLength } from './values.js';

/**
 * @hot Nothing here allocates. The key stays bytes: `argv` is a window onto the receive buffer, so nothing may outlive
 * the call; the value's bytes go from the arena into the output buffer.
 */
export function get(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1); // drops it if expired, refreshes its LRU clock, counts hit or miss
  if (entry === NONE) c.reply.null();
  else if (c.db.typeOf(entry) === TYPE_STRING) replyString(c, entry);
  else c.reply.error(WRONGTYPE);
}

/** @hot A key of another type counts as missing: MGET cannot fail. */
export function mget(c: CommandContext): void {
  const { argv, db, reply } = c;
  reply.array(argv.count - 1);
  for (let i = 1; i < argv.count; i++) {
    const entry = db.lookupRead(argv, i);
    if (entry === NONE || db.typeOf(entry) !== TYPE_STRING) reply.null();
    else replyString(c, entry);
  }
}

/** @hot */
export function strlen(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1);
  if (isOtherType(c, entry)) return c.reply.error(WRONGTYPE);
  c.reply.int(stringLength(c, entry));
}

/** @hot Replies as GET does. Returns whether the command may go on: the key is not of another type. */
export function replyOldValue(c: CommandContext, entry: Entry): boolean {
  if (isOtherType(c, entry)) {
    c.reply.error(WRONGTYPE);
    return false;
  }
  if (entry === NONE) c.reply.null();
  else replyString(c, entry);
  return true;
}

export function getset(c: CommandContext): void {
  const { argv, db } = c;
  if (!replyOldValue(c, db.lookupRead(argv, 1))) return;
  db.setString(argv, 1, argv.bytes, argv.view, argv.offset(2), argv.length(2), false);
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'set', 1);
  c.propagateInstead().text('SET').argsFrom(argv, 1);
}

export function getdel(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1);
  if (!replyOldValue(c, entry) || entry === NONE) return;
  dropKey(c, c.config.lazyfreeLazyUserDel);
}

/** The syntax comes first, then the key, and the time only when there is a key: that is Redis' order. */
export function getex(c: CommandContext): void {
  const { argv, db, reply } = c;
  const options = parseOptions(argv, 2, GETEX_OPTIONS);
  if (options === BAD_OPTIONS) return reply.error(ERR_SYNTAX);
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return reply.null();
  if (db.typeOf(entry) !== TYPE_STRING) return reply.error(WRONGTYPE);
  if ((options & EXPIRY_OPTIONS) !== 0) return getAndExpire(c, entry, options);
  replyString(c, entry);
  if ((options & OPTION_PERSIST) !== 0 && db.expireAtOf(entry) >= 0) {
    db.persist(entry);
    c.keyChanged(1);
    c.notify(NOTIFY_GENERIC, 'persist', 1);
    c.propagateInstead().text('PERSIST').borrow(argv, 1);
  }
}

function getAndExpire(c: CommandContext, entry: Entry, options: number): void {
  const { argv, db } = c;
  const atMs = expireAtMs(argv, expiryArgument(argv, 2), options & EXPIRY_OPTIONS, c.nowMs);
  if (atMs < 0) return c.reply.error(expiryError(c, atMs));
  replyString(c, entry);
  if (atMs <= c.nowMs && c.keyspace.expiredKeys === EXPIRED_DELETE) return dropKey(c, c.config.lazyfreeLazyExpire);
  db.setExpire(entry, atMs);
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'expire', 1);
  addExpireAt(c.propagateInstead().text('PEXPIREAT').borrow(argv, 1), atMs);
}
