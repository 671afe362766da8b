/**
 * The 80-bit extended precision that `long double` is in C on x86-64: INCRBYFLOAT and HINCRBYFLOAT compute in it, and
 * the digits that they store are its digits (3.0 + 1.2 must print 4.2, and 0.1 + 0.2 prints 0.3 where doubles do not).
 * A value is an exact integer times a power of two, rounded to 64 bits after every operation. Not for hot paths.
 */
import { toLatin1 } from './bytes.js';
import { type BinaryValue, divideHalfEven, EXTENDED, parseInfinity, roundScaled, scanNumber } from './float-text.js';

/**
 * `mantissa * 2^exponent` with |mantissa| < 2^64. The exponent Infinity marks what is not finite: mantissa 1 or -1 for
 * the infinities, 0 for NaN. There is no negative zero, since nothing that Redis prints shows one.
 */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Texts of this length and beyond are refused before they are read, as in Redis. */
const TEXT_LIMIT = 5 * 1024;

/** How many decimals Redis prints before it drops trailing zeros. */
const DECIMALS = 17;

const NOT_A_NUMBER: LongDouble = { mantissa: 0n, exponent: Number.POSITIVE_INFINITY };

/**
 * The long double that strtold reads from the bytes, or null where Redis answers "not a valid float": empty, too long,
 * with a blank in front, with something left over, NaN, overflowing, or rounding to 0 without being 0. Infinities are
 * accepted.
 */
export function parseLongDouble(bytes: Uint8Array, from: number, length: number): LongDouble | null {
  if (length === 0 || length >= TEXT_LIMIT) return null;
  const text = toLatin1(bytes, from, from + length);
  const number = scanNumber(text);
  if (number === null) {
    const infinity = parseInfinity(text);
    return Number.isNaN(infinity) ? null : longDoubleFromNumber(infinity);
  }
  const magnitude = roundScaled(number, EXTENDED);
  const isOutOfRange = !isFiniteLongDouble(magnitude) || (magnitude.mantissa === 0n && number.digits !== 0n);
  return isOutOfRange ? null : withSign(magnitude, number.negative);
}

/** A double as a long double, exactly. */
export function longDoubleFromNumber(value: number): LongDouble {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  if (!Number.isFinite(value)) return { mantissa: value < 0 ? -1n : 1n, exponent: value < 0 ? -value : value };
  let exponent = 0;
  let mantissa = value;
  // Halving and doubling are exact as long as the number does not get smaller than it was.
  while (Math.abs(mantissa) >= 2 ** 53) {
    mantissa /= 2;
    exponent++;
  }
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return { mantissa: BigInt(mantissa), exponent };
}

/** False for infinities and NaN. */
export function isFiniteLongDouble(value: LongDouble): boolean {
  return value.exponent !== Number.POSITIVE_INFINITY;
}

/** The sum rounded to 64 bits, ties to even. Infinity when it overflows, NaN for infinities of opposite signs. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  if (!isFiniteLongDouble(a)) return isFiniteLongDouble(b) || a.mantissa === b.mantissa ? a : NOT_A_NUMBER;
  if (!isFiniteLongDouble(b)) return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const negative = sum < 0n;
  return withSign(roundScaled({ negative, digits: negative ? -sum : sum, base: 2, exponent }, EXTENDED), negative);
}

/** The value in C's `%.17Lf` without trailing zeros and without a sign before 0; `inf`, `-inf` and `nan`. */
export function formatLongDouble(value: LongDouble): string {
  const negative = value.mantissa < 0n;
  if (!isFiniteLongDouble(value)) return value.mantissa === 0n ? 'nan' : negative ? '-inf' : 'inf';
  const magnitude = negative ? -value.mantissa : value.mantissa;
  const scaled = divideHalfEven(magnitude * 10n ** BigInt(DECIMALS), 1n, -value.exponent);
  if (scaled === 0n) return '0';
  const digits = String(scaled).padStart(DECIMALS + 1, '0');
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${negative ? '-' : ''}${digits.slice(0, -DECIMALS)}${decimals === '' ? '' : '.'}${decimals}`;
}

/** A double as Redis shows it to humans (coordinates of GEOPOS): {@link formatLongDouble} of its exact value. */
export function formatHuman(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return formatLongDouble(longDoubleFromNumber(value));
}

function withSign(magnitude: BinaryValue, negative: boolean): LongDouble {
  return negative ? { mantissa: -magnitude.mantissa, exponent: magnitude.exponent } : magnitude;
}
