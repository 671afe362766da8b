/** EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT and PERSIST: times to live come and go. */
import { EXPIRED_DELETE, NO_EXPIRE } from '../../../keyspace/database.js';
import { NONE } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_EXPIRE_GT_LT, ERR_EXPIRE_NX, ERR_NOT_INTEGER, errExpireOption, errInvalidExpire } from '../../errors.js';
import { NOTIFY_GENERIC } from '../../events.js';
import { addExpireAt } from '../string/expiry.js';

const NX = 1 << 0;
const XX = 1 << 1;
const GT = 1 << 2;
const LT = 1 << 3;
const CONDITIONS = new OptionTable({ NX, XX, GT, LT });

/** The time is in seconds, not milliseconds. */
const SECONDS = 1 << 0;
/** The time counts from now, not from 1970. */
const RELATIVE = 1 << 1;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Up to here seconds as milliseconds, and milliseconds after now, are exact as doubles. */
const NEAR = 9e12;
/** What {@link absoluteMs} returns for a time that does not fit 64 bits as milliseconds. */
const OUT_OF_RANGE = Number.POSITIVE_INFINITY;

export function expire(c: CommandContext): void {
  setExpiry(c, SECONDS | RELATIVE);
}

export function pexpire(c: CommandContext): void {
  setExpiry(c, RELATIVE);
}

export function expireat(c: CommandContext): void {
  setExpiry(c, SECONDS);
}

export function pexpireat(c: CommandContext): void {
  setExpiry(c, 0);
}

/**
 * @hot The order of checks is Redis': conditions, the time, the key. What is propagated names the time in milliseconds since
 * the epoch, so that it means the same whenever it is read.
 */
function setExpiry(c: CommandContext, unit: number): void {
  const { argv, db, reply } = c;
  let conditions = 0;
  for (let i = 3; i < argv.count; i++) {
    const condition = argv.option(i, CONDITIONS);
    if (condition === 0) return reply.error(unknownCondition(argv, i));
    conditions |= condition;
  }
  if ((conditions & NX) !== 0 && conditions !== NX) return reply.error(ERR_EXPIRE_NX);
  if ((conditions & (GT | LT)) === (GT | LT)) return reply.error(ERR_EXPIRE_GT_LT);
  const atMs = absoluteMs(argv, 2, unit, c.nowMs);
  if (Number.isNaN(atMs)) return reply.error(ERR_NOT_INTEGER);
  if (atMs === OUT_OF_RANGE) return reply.error(errInvalidExpire(c.command.name));

  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE || !conditionsHold(conditions, db.expireAtOf(entry), atMs)) return reply.int(0);
  reply.int(1);
  if (atMs <= c.nowMs && c.keyspace.expiredKeys === EXPIRED_DELETE) return dropKey(c);
  // Whoever may not delete keys by himself keeps one whose time is over until he is told; no time is before 1970.
  db.setExpire(entry, Math.max(0, atMs));
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'expire', 1);
  if (unit === 0) return;
  const command = c.propagateInstead().text('PEXPIREAT').arg(argv, 1);
  addExpireAt(command, atMs);
  command.argsFrom(argv, 3);
}

/** Deletes key 1, whose new time is over already. */
function dropKey(c: CommandContext): void {
  c.db.delete(c.argv, 1);
  c.propagateInstead()
    .text(c.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL')
    .arg(c.argv, 1);
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'del', 1);
}

/** The message shows the word as C sees it, up to its first NUL. */
function unknownCondition(argv: Argv, i: number): ErrorReply {
  return errExpireOption(argv.text(i).split('\0', 1)[0]!);
}

/**
 * @hot The time that argument `i` names, in milliseconds since the epoch: NaN when it is no integer, OUT_OF_RANGE when it
 * does not fit 64 bits. Times beyond 2^53 ms are rounded as doubles are.
 */
function absoluteMs(argv: Argv, i: number, unit: number, nowMs: number): number {
  const value = argv.int(i);
  if (value < -NEAR || value > NEAR) return farAbsoluteMs(argv, i, unit, nowMs);
  const ms = (unit & SECONDS) === 0 ? value : value * 1000;
  return (unit & RELATIVE) === 0 ? ms : nowMs + ms;
}

/** {@link absoluteMs} where doubles would round before the range is checked. */
function farAbsoluteMs(argv: Argv, i: number, unit: number, nowMs: number): number {
  let ms = argv.bigint(i) ?? 0n;
  if ((unit & SECONDS) !== 0) {
    if (ms > INT64_MAX / 1000n || ms < INT64_MIN / 1000n) return OUT_OF_RANGE;
    ms *= 1000n;
  }
  if ((unit & RELATIVE) !== 0) ms += BigInt(nowMs);
  return ms > INT64_MAX ? OUT_OF_RANGE : Number(ms);
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
