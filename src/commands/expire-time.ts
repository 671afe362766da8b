/**
 * Times to live: when a key is to expire, how that is propagated, and keys whose time is over as soon as they get it.
 */
import type { Argv, CommandBuilder } from '../resp/index.js';
import type { CommandContext } from './context.js';
import { NOTIFY_GENERIC } from './events.js';

/** A time is in seconds, not milliseconds. */
export const TIME_SECONDS = 1 << 0;
/** A time counts from now, not from 1970. */
export const TIME_RELATIVE = 1 << 1;

/** What {@link absoluteMs} returns for a time that does not fit 64 bits as milliseconds. */
export const TIME_OUT_OF_RANGE = Number.POSITIVE_INFINITY;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Up to here seconds as milliseconds, and milliseconds after now, are exact as doubles. */
const NEAR = 9e12;

/**
 * @hot The time that argument `i` names, in milliseconds since the epoch: NaN when it is no integer, TIME_OUT_OF_RANGE
 * when it does not fit 64 bits. Times beyond 2^53 ms are rounded as doubles are.
 * @param unit the sum of TIME_SECONDS and TIME_RELATIVE, or 0
 */
export function absoluteMs(argv: Argv, i: number, unit: number, nowMs: number): number {
  const value = argv.int(i);
  if (value < -NEAR || value > NEAR) return farAbsoluteMs(argv, i, unit, nowMs);
  const ms = (unit & TIME_SECONDS) === 0 ? value : value * 1000;
  return (unit & TIME_RELATIVE) === 0 ? ms : nowMs + ms;
}

/** {@link absoluteMs} where doubles would round before the range is checked. */
function farAbsoluteMs(argv: Argv, i: number, unit: number, nowMs: number): number {
  let ms = argv.bigint(i) ?? 0n;
  if ((unit & TIME_SECONDS) !== 0) {
    if (ms > INT64_MAX / 1000n || ms < INT64_MIN / 1000n) return TIME_OUT_OF_RANGE;
    ms *= 1000n;
  }
  if ((unit & TIME_RELATIVE) !== 0) ms += BigInt(nowMs);
  return ms > INT64_MAX ? TIME_OUT_OF_RANGE : Number(ms);
}

/** Adds a time in milliseconds to a propagated command, as the int64 that stands for it. */
export function addExpireAt(builder: CommandBuilder, atMs: number): void {
  if (Number.isSafeInteger(atMs)) builder.int(atMs);
  else builder.text(String(BigInt(atMs) > INT64_MAX ? INT64_MAX : BigInt(atMs)));
}

/** Deletes the key that is argument 1 of the running command; others are to free it in the background if `lazily`. */
export function dropKey(c: CommandContext, lazily: boolean): void {
  c.db.deleteEvenExpired(c.argv, 1);
  c.keyChanged(1);
  c.notify(NOTIFY_GENERIC, 'del', 1);
  c.propagateInstead()
    .text(lazily ? 'UNLINK' : 'DEL')
    .borrow(c.argv, 1);
}
