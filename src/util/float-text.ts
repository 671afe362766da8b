/**
 * The syntax of C's strtod and the exact rounding behind it, for the cases that the fast paths leave: hexadecimal
 * floats, infinities, and everything that is to become an 80-bit long double. Exact integers throughout, no hot path.
 */

/** A binary floating-point format. Its values are `mantissa * 2^exponent`. */
export interface BinaryFormat {
  /** Bits of a full mantissa, the leading one included. */
  readonly precision: number;
  /** Exponent of the smallest positive value; reached by numbers too small for a full mantissa. */
  readonly minExponent: number;
  /** Values from 2^maxMagnitude on are infinite. */
  readonly maxMagnitude: number;
}

/** IEEE 754 binary64, the number of JavaScript. */
export const DOUBLE: BinaryFormat = { precision: 53, minExponent: -1074, maxMagnitude: 1024 };

/** The 80-bit format of the x87, `long double` in C on x86-64. */
export const EXTENDED: BinaryFormat = { precision: 64, minExponent: -16445, maxMagnitude: 16384 };

/** An exact non-negative number `digits * base^exponent` with a sign of its own. */
export interface ScaledInteger {
  readonly negative: boolean;
  readonly digits: bigint;
  readonly base: 2 | 10;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i;
const INFINITY_NAME = /^([+-]?)inf(?:inity)?$/i;

/** Infinity or its negative when the text names one as strtod accepts it, NaN otherwise. */
export function parseInfinity(text: string): number {
  const match = INFINITY_NAME.exec(text);
  if (match === null) return Number.NaN;
  return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether the whole text is a decimal number as strtod accepts it; then Number() reads the same value from it. */
export function isDecimal(text: string): boolean {
  const match = DECIMAL.exec(text);
  return match !== null && digitsOf(match) !== '';
}

/** The number that the whole text spells, decimal or hexadecimal; null when it spells none. Infinities are none. */
export function scanNumber(text: string): ScaledInteger | null {
  const decimal = DECIMAL.exec(text);
  if (decimal !== null && digitsOf(decimal) !== '') {
    const exponent = Number(decimal[4] ?? 0) - (decimal[3] ?? '').length;
    return { negative: decimal[1] === '-', digits: BigInt(digitsOf(decimal)), base: 10, exponent };
  }
  const hex = HEXADECIMAL.exec(text);
  if (hex === null || digitsOf(hex) === '') return null;
  const exponent = Number(hex[4] ?? 0) - 4 * (hex[3] ?? '').length;
  return { negative: hex[1] === '-', digits: BigInt(`0x${digitsOf(hex)}`), base: 2, exponent };
}

/** The digits before and behind the point of a match of {@link DECIMAL} or {@link HEXADECIMAL}. */
function digitsOf(match: RegExpExecArray): string {
  return (match[2] ?? '') + (match[3] ?? '');
}

/** A rounded magnitude, `mantissa * 2^exponent`; the exponent is Infinity when it does not fit into the format. */
export interface BinaryValue {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** The value of `format` nearest to a number, ties to even; its sign is left out. O(digits^2). */
export function roundScaled(number: ScaledInteger, format: BinaryFormat): BinaryValue {
  const { digits, base } = number;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  // Far beyond either end of the format the power would be huge and the answer is known.
  const bitsPerStep = base === 10 ? Math.log2(10) : 1;
  const magnitude = bitLength(digits) + number.exponent * bitsPerStep;
  if (magnitude > format.maxMagnitude + 8) return OVERFLOW;
  if (magnitude < format.minExponent - 8) return { mantissa: 0n, exponent: 0 };
  const power = BigInt(base) ** BigInt(Math.abs(number.exponent));
  return number.exponent >= 0 ? roundRatio(digits * power, 1n, format) : roundRatio(digits, power, format);
}

const OVERFLOW: BinaryValue = { mantissa: 1n, exponent: Number.POSITIVE_INFINITY };

/** The value of `format` nearest to `numerator / denominator`, both positive, ties to even. */
function roundRatio(numerator: bigint, denominator: bigint, format: BinaryFormat): BinaryValue {
  const { precision, minExponent, maxMagnitude } = format;
  // The quotient's length is known up to one bit; take the longer and shift once more when it was that.
  let exponent = Math.max(bitLength(numerator) - bitLength(denominator) - precision, minExponent);
  let mantissa = divideHalfEven(numerator, denominator, exponent);
  if (bitLength(mantissa) > precision) {
    exponent++;
    mantissa = divideHalfEven(numerator, denominator, exponent);
  }
  return bitLength(mantissa) + exponent > maxMagnitude ? OVERFLOW : { mantissa, exponent };
}

/** `numerator / (denominator * 2^exponent)` rounded to an integer, ties to even. */
export function divideHalfEven(numerator: bigint, denominator: bigint, exponent: number): bigint {
  const dividend = exponent < 0 ? numerator << BigInt(-exponent) : numerator;
  const divisor = exponent > 0 ? denominator << BigInt(exponent) : denominator;
  const quotient = dividend / divisor;
  const twice = (dividend - quotient * divisor) * 2n;
  return twice > divisor || (twice === divisor && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

/** How many bits a non-negative integer has, 0 for 0. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}
