/** The options of SET and GETEX, and times to live as those two and SETEX take them. */
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, errInvalidExpire } from '../../errors.js';
import { absoluteMs, TIME_OUT_OF_RANGE, TIME_RELATIVE, TIME_SECONDS } from '../../expire-time.js';
import { KEY_ACCESS, KEY_OW, KEY_RW, KEY_UPDATE, type KeyPositions } from '../../key-specs.js';

export const OPTION_NX = 1 << 0;
export const OPTION_XX = 1 << 1;
export const OPTION_GET = 1 << 2;
export const OPTION_KEEPTTL = 1 << 3;
export const OPTION_PERSIST = 1 << 4;
/** Seconds from now. */
export const OPTION_EX = 1 << 5;
/** Milliseconds from now. */
export const OPTION_PX = 1 << 6;
/** Seconds since the epoch. */
const OPTION_EXAT = 1 << 7;
/** Milliseconds since the epoch. */
const OPTION_PXAT = 1 << 8;

/** The options that a time follows. */
export const EXPIRY_OPTIONS = OPTION_EX | OPTION_PX | OPTION_EXAT | OPTION_PXAT;
export const SET_OPTIONS = OPTION_NX | OPTION_XX | OPTION_GET | OPTION_KEEPTTL | EXPIRY_OPTIONS;
export const GETEX_OPTIONS = OPTION_PERSIST | EXPIRY_OPTIONS;

/** Of each of these groups a command takes one member; the same one may come again. */
const LIFETIMES = OPTION_KEEPTTL | OPTION_PERSIST | EXPIRY_OPTIONS;
const CONDITIONS = OPTION_NX | OPTION_XX;

const OPTIONS = new OptionTable({
  EX: OPTION_EX,
  PX: OPTION_PX,
  NX: OPTION_NX,
  XX: OPTION_XX,
  GET: OPTION_GET,
  KEEPTTL: OPTION_KEEPTTL,
  EXAT: OPTION_EXAT,
  PXAT: OPTION_PXAT,
  PERSIST: OPTION_PERSIST,
});

/** What {@link parseOptions} returns for arguments that are not as the syntax has them. */
export const BAD_OPTIONS = -1;

/** @hot The options among the arguments from `from` on as bits, or BAD_OPTIONS. `allowed` are those of the command. */
export function parseOptions(argv: Argv, from: number, allowed: number): number {
  let options = 0;
  for (let i = from; i < argv.count; i++) {
    const option = argv.option(i, OPTIONS);
    if ((option & allowed) === 0 || (options & rivals(option) & ~option) !== 0) return BAD_OPTIONS;
    if ((option & EXPIRY_OPTIONS) !== 0 && ++i === argv.count) return BAD_OPTIONS;
    options |= option;
  }
  return options;
}

/** @hot The group of which a command takes one member. */
function rivals(option: number): number {
  if ((option & LIFETIMES) !== 0) return LIFETIMES;
  return (option & CONDITIONS) !== 0 ? CONDITIONS : 0;
}

/** @hot The argument that is the time to live: the last one, where valid options name several. 0 when there is none. */
export function expiryArgument(argv: Argv, from: number): number {
  let found = 0;
  for (let i = from; i < argv.count; i++) {
    if ((argv.option(i, OPTIONS) & EXPIRY_OPTIONS) !== 0) found = ++i;
  }
  return found;
}

/** @hot Whether argument `i` is the word GET. */
export function isGetOption(argv: Argv, i: number): boolean {
  return argv.option(i, OPTIONS) === OPTION_GET;
}

/** SET overwrites its key, and reads it as well with GET. */
export function findKeysOfSet(argv: Argv, keys: KeyPositions): boolean {
  let flags = KEY_OW | KEY_UPDATE;
  for (let i = 3; i < argv.count; i++) if (isGetOption(argv, i)) flags = KEY_RW | KEY_ACCESS | KEY_UPDATE;
  keys.add(1, flags);
  return true;
}

/** What {@link expireAtMs} returns for a time that is no integer. */
const NOT_AN_INTEGER = -1;
/** What {@link expireAtMs} returns for a time that is not positive, or does not fit 64 bits as milliseconds. */
const NOT_IN_RANGE = -2;

/**
 * @hot The time when a key is to expire, in milliseconds since the epoch, or a negative number when argument `i` is not
 * a time ({@link expiryError} says why not). Times beyond 2^53 ms are rounded as doubles are.
 * @param unit one of the expiry options, which says what the argument counts
 */
export function expireAtMs(argv: Argv, i: number, unit: number, nowMs: number): number {
  const value = argv.int(i);
  if (Number.isNaN(value)) return NOT_AN_INTEGER;
  if (value <= 0) return NOT_IN_RANGE;
  const inSeconds = (unit & (OPTION_EX | OPTION_EXAT)) !== 0 ? TIME_SECONDS : 0;
  const fromNow = (unit & (OPTION_EX | OPTION_PX)) !== 0 ? TIME_RELATIVE : 0;
  const atMs = absoluteMs(argv, i, inSeconds | fromNow, nowMs);
  return atMs === TIME_OUT_OF_RANGE ? NOT_IN_RANGE : atMs;
}

/** Why {@link expireAtMs} returned this negative number for the running command. */
export function expiryError(c: CommandContext, atMs: number): ErrorReply {
  return atMs === NOT_AN_INTEGER ? ERR_NOT_INTEGER : errInvalidExpire(c.command.name);
}
