/**
 * Numbers as text. Integers are Redis' canonical decimal form (no plus sign, no leading zeros, no blanks); doubles are
 * read as C's strtod reads them and written in the forms that Redis has for them.
 *
 * The functions that commands use work on byte ranges and do not allocate; those that return strings are for replies
 * that are rare, for logs and for files.
 */
import { toLatin1 } from './bytes.js';
import { DOUBLE, isDecimal, parseInfinity, roundScaled, scanNumber } from './float-text.js';
import { ShortestDigits } from './grisu2.js';

const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const TWO_32 = 0x1_0000_0000;

/** The longest text of a 64-bit integer is that of -2^63. */
export const INT64_TEXT_MAX = 20;

/**
 * @hot The int64 whose canonical text the `length` bytes at `from` are; NaN when they are none. Exact up to 2^53, the
 * nearest double beyond ({@link parseBigInt64} is exact there). O(length).
 */
export function parseInt64(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length;
  const negative = length > 1 && bytes[from] === MINUS;
  let at = negative ? from + 1 : from;
  if (end - at < 1 || end - at > 19) return Number.NaN;
  if (bytes[at] === ZERO) return length === 1 ? 0 : Number.NaN;
  let value = 0;
  for (const exactEnd = end - at > 15 ? at + 15 : end; at < exactEnd; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  if (at < end) return parseLongInt64(bytes, at, end, value, negative);
  return negative ? -value : value;
}

/** @hot {@link parseInt64} after the first 15 digits, `head`: the last 1 to 4 are in [at, end). */
function parseLongInt64(bytes: Uint8Array, at: number, end: number, head: number, negative: boolean): number {
  let rest = 0;
  let scale = 1;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    rest = rest * 10 + digit;
    scale *= 10;
  }
  // Two 32-bit halves of head * scale + rest, both exact, so that the sum below rounds once.
  const headHigh = Math.floor(head / TWO_32);
  const lowSum = (head - headHigh * TWO_32) * scale + rest;
  const carry = Math.floor(lowSum / TWO_32);
  const high = headHigh * scale + carry;
  const low = lowSum - carry * TWO_32;
  if (high >= 0x8000_0000 && !(negative && high === 0x8000_0000 && low === 0)) return Number.NaN;
  const magnitude = high * TWO_32 + low;
  return negative ? -magnitude : magnitude;
}

/** {@link parseInt64}, exact over all 64 bits; null when the bytes are no int64. O(length). */
export function parseBigInt64(bytes: Uint8Array, from: number, length: number): bigint | null {
  const value = parseInt64(bytes, from, length);
  if (Number.isSafeInteger(value)) return BigInt(value);
  return Number.isNaN(value) ? null : BigInt(toLatin1(bytes, from, from + length));
}

/** @hot Whether the bytes are the canonical text of an int64. O(length), O(1) for most other texts. */
export function isInt64Text(bytes: Uint8Array, from: number, length: number): boolean {
  if (length === 0 || length > INT64_TEXT_MAX) return false;
  const first = bytes[from]!;
  if (first !== MINUS && (first < ZERO || first > ZERO + 9)) return false;
  return !Number.isNaN(parseInt64(bytes, from, length));
}

/**
 * @hot Writes an integer of at most 2^53 in magnitude in decimal at `at`; returns the position behind it. O(digits).
 */
export function writeInt(target: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    target[at++] = MINUS;
    value = -value;
  }
  if (value <= 0x7fff_ffff) {
    const small = value | 0;
    const end = at + digitCount(small);
    writeDigits(target, end, small, end - at);
    return end;
  }
  const high = Math.floor(value / 1e9) | 0;
  const middle = at + digitCount(high);
  writeDigits(target, middle, high, middle - at);
  writeDigits(target, middle + 9, (value - high * 1e9) | 0, 9);
  return middle + 9;
}

/** @hot Writes the last `count` decimal digits of an int32 so that they end before `end`. */
function writeDigits(target: Uint8Array, end: number, value: number, count: number): void {
  for (const start = end - count; end > start; ) {
    const quotient = (value / 10) | 0;
    target[--end] = ZERO + value - quotient * 10;
    value = quotient;
  }
}

/** @hot How many decimal digits a non-negative int32 has. */
function digitCount(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** @hot How many bytes {@link writeInt} writes for this value, the sign included. O(1). */
export function intLength(value: number): number {
  const sign = value < 0 ? 1 : 0;
  const magnitude = value < 0 ? -value : value;
  if (magnitude <= 0x7fff_ffff) return sign + digitCount(magnitude | 0);
  return sign + 9 + digitCount(Math.floor(magnitude / 1e9) | 0);
}

/**
 * @hot The double that strtod reads from the `length` bytes at `from`, or NaN where Redis answers "not a valid float":
 * when they are empty, begin with a blank, do not all belong to the number, spell NaN, or name a value that overflows
 * or rounds to 0. Fixed-point texts of up to 15 digits do not allocate; exponents, longer ones, hexadecimal floats and
 * infinities go through a string. O(length).
 */
export function parseDouble(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length;
  let at = from;
  if (length > 1 && (bytes[from] === MINUS || bytes[from] === PLUS)) at++;
  if (end - at > 16) return parseUncommonDouble(bytes, from, end);
  let value = 0;
  let digits = 0;
  let decimals = -1; // -1 until the point is met
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (bytes[at] === DOT && decimals < 0) {
      decimals = 0;
    } else {
      return parseUncommonDouble(bytes, from, end);
    }
  }
  if (digits === 0 || digits > 15) return parseUncommonDouble(bytes, from, end);
  // Both operands are exact, so the quotient is correctly rounded (Clinger, 1990).
  if (decimals > 0) value /= POWERS_OF_TEN[decimals]!;
  return bytes[from] === MINUS ? -value : value;
}

const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** {@link parseDouble} for every text, through a string. */
function parseUncommonDouble(bytes: Uint8Array, from: number, end: number): number {
  const text = toLatin1(bytes, from, end);
  const value = isDecimal(text) ? Number(text) : parseHexadecimal(text);
  if (value === 0) return isZeroText(text) ? value : Number.NaN;
  return Number.isFinite(value) ? value : parseInfinity(text);
}

/**
 * @hot The double that strtod reads from the bytes up to their first NUL, NaN where something is left over or it spells
 * NaN: {@link parseDouble} but for blanks in front, values that overflow or round to 0, and nothing at all, which is 0.
 * So Redis reads the bounds of ranges of scores. O(length).
 */
export function parseLooseDouble(bytes: Uint8Array, from: number, length: number): number {
  const value = parseDouble(bytes, from, length);
  return Number.isNaN(value) ? parseLooseText(toLatin1(bytes, from, from + length)) : value;
}

function parseLooseText(all: string): number {
  const text = all.split('\0', 1)[0]!;
  if (text === '') return 0;
  const number = text.replace(/^[ \t\n\v\f\r]+/, '');
  if (isDecimal(number)) return Number(number);
  const hexadecimal = parseHexadecimal(number);
  return Number.isNaN(hexadecimal) ? parseInfinity(number) : hexadecimal;
}

/** The double nearest to a hexadecimal float, NaN when the text is none. */
function parseHexadecimal(text: string): number {
  const number = scanNumber(text);
  if (number === null) return Number.NaN;
  const { mantissa, exponent } = roundScaled(number, DOUBLE);
  // In two steps, since 2^exponent alone may be no normal double.
  const half = Math.trunc(exponent / 2);
  const magnitude = Number(mantissa) * 2 ** half * 2 ** (exponent - half);
  return number.negative ? -magnitude : magnitude;
}

/** Whether a number that reads as 0 is 0, not one that is too small for a double. */
function isZeroText(text: string): boolean {
  return scanNumber(text)?.digits === 0n;
}

/** How many bytes {@link writeDouble} writes at most. */
export const DOUBLE_TEXT_MAX = 32;

const E = 0x65;
const shortest = new ShortestDigits();

/**
 * @hot Writes a double at `at` as Redis 7.2 and later reply it (RESP2 and RESP3), returns the position behind it. That
 * is `inf`, `-inf`, `nan`, `-0`, integers up to 2^62 in full, and all else by the digits that Grisu2 finds, laid out as
 * the fpconv library does it. With the digits D1...Dn and the value D1...Dn * 10^k, that is
 * - plain, with k zeros, when 0 <= k < 8;
 * - with a decimal point when -7 < k < 0, or when k < 0 and the value is at least 0.001 and below 10000;
 * - else D1.D2...Dn, `e`, the sign of the exponent always, and no zeros before the exponent.
 *
 * So 0.000001, but 1e-7 and 1.5e-6; 12345.678901, but 1.23456789012e+4; 1e+20. O(1).
 */
export function writeDouble(target: Uint8Array, at: number, value: number): number {
  if (!(Math.abs(value) <= Number.MAX_VALUE)) return writeText(target, at, formatNonFinite(value));
  if (value < 0 || Object.is(value, -0)) {
    target[at++] = MINUS;
    value = -value;
  }
  if (value <= 2 ** 62 && value === Math.floor(value)) {
    return value <= 2 ** 53 ? writeInt(target, at, value) : writeText(target, at, String(BigInt(value)));
  }
  shortest.find(value);
  return layOutDigits(target, at, shortest.digits, shortest.count, shortest.exponent);
}

/** {@link writeDouble} into a text. */
export function formatDoubleShortest(value: number): string {
  const bytes = new Uint8Array(DOUBLE_TEXT_MAX);
  return toLatin1(bytes, 0, writeDouble(bytes, 0, value));
}

/** @hot Writes `count` digits, times 10^exponent. */
function layOutDigits(target: Uint8Array, at: number, digits: Uint8Array, count: number, exponent: number): number {
  const leading = exponent + count - 1; // the power of ten of the first digit
  if (exponent >= 0 && exponent < 8) {
    at = writeDigitRange(target, at, digits, 0, count);
    return writeZeros(target, at, exponent);
  }
  if (exponent < 0 && (exponent > -7 || (leading > -4 && leading < 4))) {
    if (leading < 0) {
      target[at++] = ZERO;
      target[at++] = DOT;
      at = writeZeros(target, at, -leading - 1);
      return writeDigitRange(target, at, digits, 0, count);
    }
    at = writeDigitRange(target, at, digits, 0, leading + 1);
    target[at++] = DOT;
    return writeDigitRange(target, at, digits, leading + 1, count);
  }
  target[at++] = digits[0]!;
  if (count > 1) {
    target[at++] = DOT;
    at = writeDigitRange(target, at, digits, 1, count);
  }
  target[at++] = E;
  target[at++] = leading < 0 ? MINUS : PLUS;
  return writeInt(target, at, Math.abs(leading));
}

/** @hot Copies the digits in [from, to). */
function writeDigitRange(target: Uint8Array, at: number, digits: Uint8Array, from: number, to: number): number {
  while (from < to) target[at++] = digits[from++]!;
  return at;
}

/** @hot Writes `count` zeros. */
function writeZeros(target: Uint8Array, at: number, count: number): number {
  for (let i = 0; i < count; i++) target[at++] = ZERO;
  return at;
}

/** Writes an ASCII text: for the few values that have no faster way. */
function writeText(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i);
  return at;
}

/** A double as C's `%.17g` prints it: what Redis before 7.2 replied, and what RDB, AOF and Lua text hold. */
export function formatDouble17(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, exponentText] = toExponential17(value).split('e');
  const exponent = Number(exponentText);
  const digits = mantissa!.replace('-', '').replace('.', '').replace(/0+$/, '');
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 17) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${digits.length > 1 ? '.' : ''}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** `toExponential(16)` with ties to even as C has it; JavaScript takes the larger magnitude. */
function toExponential17(value: number): string {
  // A tie has exactly 18 digits, the last a 5. With 53 bits of mantissa that leaves odd multiples of 2^-2 to 2^-25.
  if (!Number.isInteger(value * 2 ** 25)) return value.toExponential(16);
  const [long, exponent] = value.toExponential(80).split('e');
  const kept = long!.length - 64;
  const isTie = /^50*$/.test(long!.slice(kept));
  const lastDigitIsEven = '02468'.includes(long![kept - 1]!);
  return isTie && lastDigitIsEven ? `${long!.slice(0, kept)}e${exponent}` : value.toExponential(16);
}

/** A finite double with a fixed number of decimals, ties to even: C's `%.2f` where `toFixed(2)` rounds ties up. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${decimals > 0 ? `.${'0'.repeat(decimals)}` : ''}`;
  if (Object.is(value, -0)) return `-${formatFixed(0, decimals)}`;
  const rounded = value.toFixed(decimals);
  // Half way between two results means an odd multiple of 2^-(decimals + 1), which has decimals + 1 decimals, the last
  // a 5.
  const scaled = value * 2 ** (decimals + 1);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return rounded;
  const lower = value.toFixed(decimals + 1).slice(0, decimals === 0 ? -2 : -1);
  return '02468'.includes(lower.at(-1)!) ? lower : rounded;
}

function formatNonFinite(value: number): string {
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
}
