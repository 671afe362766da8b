/** Bounds of ranges as arguments: `5`, `(5`, `-inf` for scores, `[a`, `(a`, `-`, `+` for members. */
import type { Entry } from '../../../keyspace/record.js';
import type { Argv } from '../../../resp/index.js';
import { parseLooseDouble } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';

const PLUS = 0x2b;
const MINUS = 0x2d;
const OPEN = 0x28;
const CLOSED = 0x5b;

/** @hot Whether a bound does not count itself. */
function isExclusive(argv: Argv, i: number): boolean {
  return argv.length(i) > 0 && argv.byte(i, 0) === OPEN;
}

/** @hot The score that is a bound, NaN when it is none. */
export function scoreBound(argv: Argv, i: number): number {
  const skipped = isExclusive(argv, i) ? 1 : 0;
  return parseLooseDouble(argv.bytes, argv.offset(i) + skipped, argv.length(i) - skipped);
}

/** @hot The rank of the first member that is not below the score `min`, which is argument `i`. */
export function rankOfMin(c: CommandContext, entry: Entry, min: number, i: number): number {
  return c.keyspace.zsets.rankOfScore(entry, min, isExclusive(c.argv, i));
}

/** @hot The rank behind the last member that is not above the score `max`, which is argument `i`. */
export function rankBehindMax(c: CommandContext, entry: Entry, max: number, i: number): number {
  return c.keyspace.zsets.rankOfScore(entry, max, !isExclusive(c.argv, i));
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
