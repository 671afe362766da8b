/** What SCAN, HSCAN, SSCAN and ZSCAN have in common: the cursor, and the options behind it. */
import type { Argv, ErrorReply, OptionTable } from '../resp/index.js';
import { globMatchRange } from '../util/glob.js';
import { argumentText } from './command-text.js';
import { ERR_NOT_INTEGER, ERR_SYNTAX } from './errors.js';

/** What {@link scanCursor} returns for what is no cursor. */
export const NO_CURSOR = -1;

/** The numbers that every {@link OptionTable} of a scan gives these options; others follow from 3 on. */
export const SCAN_MATCH = 1;
export const SCAN_COUNT = 2;

/** Elements that one step looks for, unless COUNT says otherwise. */
const DEFAULT_COUNT = 10;
/**
 * Steps that one call takes at most, for each element that it was asked for: a sparse table must not stall the server.
 */
const STEPS_PER_ELEMENT = 10;

/** A cursor as C's strtoul takes it: a sign is allowed, and nothing at all is 0. */
const CURSOR = /^[+-]?\d+$|^$/;
const UINT64_MAX = 2n ** 64n - 1n;
const STAR = 0x2a;

/**
 * The cursor that an argument names up to its first NUL, or NO_CURSOR. Of its 64 bits the low 53 are kept: an index
 * uses the low 32, above 14 of a partition where there are several (keyspace/partitions.ts), as Redis uses as many as
 * its tables have.
 */
export function scanCursor(argv: Argv, i: number): number {
  const digits = argumentText(argv, i);
  if (!CURSOR.test(digits)) return NO_CURSOR;
  const negative = digits.startsWith('-');
  const magnitude = BigInt(digits.replace(/^[+-]/, ''));
  if (magnitude > UINT64_MAX) return NO_CURSOR;
  return Number(BigInt.asUintN(53, negative ? -magnitude : magnitude));
}

/** The pattern that is argument `i`, null for the one that everything matches. Owned by the caller. */
export function patternAt(argv: Argv, i: number): Uint8Array | null {
  return argv.length(i) === 1 && argv.byte(i, 0) === STAR ? null : argv.copy(i);
}

/** The options MATCH and COUNT; a command that takes others extends it. */
export class ScanOptions {
  count = DEFAULT_COUNT;
  pattern: Uint8Array | null = null;

  /** Steps of a table's scan that are taken at most. */
  get steps(): number {
    return this.count * STEPS_PER_ELEMENT;
  }

  /**
   * Reads the options from argument `from` on, from left to right, and returns the error of the first that is wrong.
   */
  parse(argv: Argv, from: number, table: OptionTable): ErrorReply | null {
    for (let i = from; i < argv.count; ) {
      const option = argv.option(i, table);
      if (option === SCAN_COUNT && i + 1 < argv.count) {
        this.count = argv.int(i + 1);
        if (Number.isNaN(this.count)) return ERR_NOT_INTEGER;
        if (this.count < 1) return ERR_SYNTAX;
      } else if (option === SCAN_MATCH && i + 1 < argv.count) this.pattern = patternAt(argv, i + 1);
      else {
        const read = option > SCAN_COUNT ? this.take(argv, option, i) : 0;
        if (read === 0) return ERR_SYNTAX;
        i += read;
        continue;
      }
      i += 2;
    }
    return null;
  }

  /** Reads another option at argument `i`; returns how many arguments it is, 0 where it is wrong. */
  protected take(_argv: Argv, _option: number, _i: number): number {
    return 0;
  }

  /** Whether `bytes[from, from + length)` is to be answered. */
  matches(bytes: Uint8Array, from: number, length: number): boolean {
    return this.pattern === null || globMatchRange(this.pattern, bytes, from, from + length, false);
  }
}
