/** TTL, PTTL, EXPIRETIME, PEXPIRETIME: times to live out. */
import { NO_EXPIRE } from '../../../keyspace/database.js';
import { NONE } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';

/** What is answered for a key that is not there. */
const NO_KEY = -2;
/** What is answered for a key that lives until it is deleted. */
const NO_TIME = -1;

const INT64_MAX = 2n ** 63n - 1n;

/** @hot */
export function ttl(c: CommandContext): void {
  replyTime(c, toSeconds(timeToLiveMs(c)));
}

/** @hot */
export function pttl(c: CommandContext): void {
  replyTime(c, timeToLiveMs(c));
}

export function expiretime(c: CommandContext): void {
  replyTime(c, toSeconds(expireTimeMs(c)));
}

export function pexpiretime(c: CommandContext): void {
  replyTime(c, expireTimeMs(c));
}

/** @hot When key 1 expires, in milliseconds since the epoch; NO_KEY or NO_TIME. */
function expireTimeMs(c: CommandContext): number {
  const entry = c.db.lookAt(c.argv, 1);
  if (entry === NONE) return NO_KEY;
  const atMs = c.db.expireAtOf(entry);
  return atMs === NO_EXPIRE ? NO_TIME : atMs;
}

/** @hot In how many milliseconds key 1 expires; NO_KEY or NO_TIME. */
function timeToLiveMs(c: CommandContext): number {
  const atMs = expireTimeMs(c);
  return atMs < 0 ? atMs : Math.max(0, atMs - c.nowMs);
}

/** @hot Milliseconds to the nearest second; what is no time stays what it is. */
function toSeconds(ms: number): number {
  return ms < 0 ? ms : Math.floor((ms + 500) / 1000);
}

/** @hot Times beyond 2^53, which no clock will ever show, are replied as the nearest int64. */
function replyTime(c: CommandContext, time: number): void {
  if (Number.isSafeInteger(time)) c.reply.int(time);
  else c.reply.bigint(BigInt(time) > INT64_MAX ? INT64_MAX : BigInt(time));
}
