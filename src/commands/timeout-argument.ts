/** How long a blocking command waits: seconds, which may have a fraction; 0 is for ever. */
import { parseLongDouble } from '../util/long-double.js';
import type { CommandContext } from './context.js';
import { ERR_TIMEOUT_NEGATIVE, ERR_TIMEOUT_NOT_FLOAT, ERR_TIMEOUT_RANGE } from './errors.js';

/** Milliseconds that an int64 holds, in which Redis counts from the epoch on. */
const MAX_MS = 2 ** 63;

/** Whether argument `i` says how long to wait; where it does not, the reply is written. */
export function isDeadline(c: CommandContext, i: number): boolean {
  const ms = milliseconds(c, i);
  if (Number.isNaN(ms)) c.reply.error(ERR_TIMEOUT_NOT_FLOAT);
  else if (ms < 0) c.reply.error(ERR_TIMEOUT_NEGATIVE);
  else if (ms + c.nowMs >= MAX_MS) c.reply.error(ERR_TIMEOUT_RANGE);
  else return true;
  return false;
}

/** When a wait that argument `i` limits is over, in wall-clock milliseconds; 0: never. It {@link isDeadline}. */
export function deadlineAt(c: CommandContext, i: number): number {
  const ms = milliseconds(c, i);
  return ms > 0 ? c.nowMs + ms : 0;
}

/** Whole milliseconds, rounded up; NaN where the argument is no number. */
function milliseconds(c: CommandContext, i: number): number {
  const { argv } = c;
  const seconds = argv.double(i);
  if (!Number.isNaN(seconds)) return Math.ceil(seconds * 1000);
  // Redis reads long doubles: what is no double may be one, far away or next to 0.
  const exact = parseLongDouble(argv.bytes, argv.offset(i), argv.length(i));
  if (exact === null) return Number.NaN;
  if (exact.exponent > 0) return exact.mantissa > 0n ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return exact.mantissa > 0n ? 1 : 0;
}
