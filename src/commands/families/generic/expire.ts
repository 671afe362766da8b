/** EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT and PERSIST: times to live come and go. */
import { EXPIRED_DELETE, NO_EXPIRE } from '../../../keyspace/database.js';
import { NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import { ERR_EXPIRE_GT_LT, ERR_EXPIRE_NX, ERR_NOT_INTEGER, errExpireOption, errInvalidExpire } from '../../errors.js';
import { NOTIFY_GENERIC } from '../../events.js';
import { absoluteMs, addExpireAt, dropKey, TIME_OUT_OF_RANGE, TIME_RELATIVE, TIME_SECONDS } from '../../expire-time.js';

const NX = 1 << 0;
const XX = 1 << 1;
const GT = 1 << 2;
const LT = 1 << 3;
const CONDITIONS = new OptionTable({ NX, XX, GT, LT });

export function expire(c: CommandContext): void {
  setExpiry(c, TIME_SECONDS | TIME_RELATIVE);
}

export function pexpire(c: CommandContext): void {
  setExpiry(c, TIME_RELATIVE);
}

export function expireat(c: CommandContext): void {
  setExpiry(c, TIME_SECONDS);
}

export function pexpireat(c: CommandContext): void {
  setExpiry(c, 0);
}

/**
 * @hot The order of checks is Redis': conditions, the time, the key. What is propagated names the time in milliseconds
 * since the epoch, so that it means the same whenever it is read.
 */
function setExpiry(c: CommandContext, unit: number): void {
  const { argv, db, reply } = c;
  let conditions = 0;
  for (let i = 3; i < argv.count; i++) {
    const condition = argv.option(i, CONDITIONS);
    if (condition === 0) return reply.error(errExpireOption(argumentText(argv, i)));
    conditions |= condition;
  }
  if ((conditions & NX) !== 0 && conditions !== NX) return reply.error(ERR_EXPIRE_NX);
  if ((conditions & (GT | LT)) === (GT | LT)) return reply.error(ERR_EXPIRE_GT_LT);
  const atMs = absoluteMs(argv, 2, unit, c.nowMs);
  if (Number.isNaN(atMs)) return reply.error(ERR_NOT_INTEGER);
  if (atMs === TIME_OUT_OF_RANGE) return reply.error(errInvalidExpire(c.command.name));

  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE || !conditionsHold(conditions, db.expireAtOf(entry), atMs)) return reply.int(0);
  reply.int(1);
  if (atMs <= c.nowMs && c.keyspace.expiredKeys === EXPIRED_DELETE) return dropKey(c, c.config.lazyfreeLazyExpire);
  // Whoever may not delete keys by himself keeps one whose time is over until he is told; no time is before 1970.
  db.setExpire(entry, Math.max(0, atMs));
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'expire', 1);
  if (unit === 0) return;
  const command = c.propagateInstead().text('PEXPIREAT').arg(argv, 1);
  addExpireAt(command, atMs);
  command.argsFrom(argv, 3);
}

/** @hot No time to live counts as one that never ends. */
function conditionsHold(conditions: number, currentMs: number, atMs: number): boolean {
  const lasts = currentMs === NO_EXPIRE;
  if ((conditions & NX) !== 0 && !lasts) return false;
  if ((conditions & XX) !== 0 && lasts) return false;
  if ((conditions & GT) !== 0 && (lasts || atMs <= currentMs)) return false;
  return (conditions & LT) === 0 || lasts || atMs < currentMs;
}

export function persist(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE || db.expireAtOf(entry) === NO_EXPIRE) return reply.int(0);
  db.persist(entry);
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'persist', 1);
  reply.int(1);
}
