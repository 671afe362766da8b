/** Bounds of ranges as arguments: `5`, `(5`, `-inf` for scores, `[a`, `(a`, `-`, `+` for members. */
import type { Entry } from '../../../keyspace/record.js';
import type { Argv } from '../../../resp/index.js';
import { parseLooseDouble } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';

const PLUS = 0x2b;
const MINUS = 0x2d;
const OPEN = 0x28;
const CLOSED = 0x5b;
const LETTER_F = 0x66;
const LETTER_I = 0x69;
const LETTER_N = 0x6e;

/** @hot Whether a bound does not count itself. */
function isExclusive(argv: Argv, i: number): boolean {
  return argv.length(i) > 0 && argv.byte(i, 0) === OPEN;
}

/** @hot The score that is a bound, NaN when it is none. */
export function scoreBound(argv: Argv, i: number): number {
  const skipped = isExclusive(argv, i) ? 1 : 0;
  const from = argv.offset(i) + skipped;
  const length = argv.length(i) - skipped;
  const infinity = infinityAt(argv.bytes, from, length);
  return infinity !== 0 ? infinity : parseLooseDouble(argv.bytes, from, length);
}

/** @hot Infinity or its negative where the bytes are one of their usual spellings, which cost no string; else 0. */
function infinityAt(bytes: Uint8Array, from: number, length: number): number {
  const sign = bytes[from];
  const start = sign === PLUS || sign === MINUS ? from + 1 : from;
  if (from + length !== start + 3 || bytes[start] !== LETTER_I) return 0;
  if (bytes[start + 1] !== LETTER_N || bytes[start + 2] !== LETTER_F) return 0;
  return sign === MINUS ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** @hot The rank of the first member that is not below the score `min`, which is argument `i`. */
export function rankOfMin(c: CommandContext, entry: Entry, min: number, i: number): number {
  const exclusive = isExclusive(c.argv, i);
  return min === Number.NEGATIVE_INFINITY && !exclusive ? 0 : c.keyspace.zsets.rankOfScore(entry, min, exclusive);
}

/** @hot The rank behind the last member that is not above the score `max`, which is argument `i`. */
export function rankBehindMax(c: CommandContext, entry: Entry, max: number, i: number): number {
  const { zsets } = c.keyspace;
  const inclusive = !isExclusive(c.argv, i);
  return max === Number.POSITIVE_INFINITY && inclusive ? zsets.length(entry) : zsets.rankOfScore(entry, max, inclusive);
}

/** Whether an argument is a bound of members. */
export function isMemberBound(argv: Argv, i: number): boolean {
  const length = argv.length(i);
  if (length === 0) return false;
  const first = argv.byte(i, 0);
  if (first === OPEN || first === CLOSED) return true;
  // Redis takes what stands before the first NUL.
  return (first === PLUS || first === MINUS) && (length === 1 || argv.byte(i, 1) === 0);
}

/** The rank of the first member that is not below the bound that is argument `i`. */
export function rankOfMinMember(c: CommandContext, entry: Entry, i: number): number {
  return rankOfMember(c, entry, i, isExclusive(c.argv, i));
}

/** The rank behind the last member that is not above the bound that is argument `i`. */
export function rankBehindMaxMember(c: CommandContext, entry: Entry, i: number): number {
  return rankOfMember(c, entry, i, !isExclusive(c.argv, i));
}

function rankOfMember(c: CommandContext, entry: Entry, i: number, exclusive: boolean): number {
  const { argv } = c;
  const { zsets } = c.keyspace;
  switch (argv.byte(i, 0)) {
    case MINUS:
      return 0;
    case PLUS:
      return zsets.length(entry);
    default:
      return zsets.rankOfBytes(entry, argv.bytes, argv.view, argv.offset(i) + 1, argv.length(i) - 1, exclusive);
  }
}
