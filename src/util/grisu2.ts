/**
 * Grisu2 (Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers", PLDI 2010, section 5): decimal
 * digits that read back as the same double, and the shortest such in 99.9% of all cases.
 *
 * JavaScript's own conversion finds the shortest always. Redis 7.2 and later use Grisu2, and its replies must be met in
 * the other 0.1% as well, so the algorithm is followed in 64-bit integers, with the parameters of the fpconv
 * library that Redis links: cached powers 10^-348, 10^-340 ... 10^340, and a product whose exponent is in [-60, -32].
 */
import { bitLength, divideHalfEven } from './float-text.js';

/** Decimal digits without leading or trailing zeros (as far as Grisu2 finds them); the value is digits * 10^exponent. */
export interface DecimalDigits {
  readonly digits: string;
  readonly exponent: number;
}

/** A 64-bit mantissa with its binary exponent. */
interface Scaled {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const HIDDEN_BIT = 1n << 52n;
const FIRST_POWER = -348;
const POWER_STEP = 8;
const POWER_COUNT = 87;
const EXPONENT_MIN = -60;
const EXPONENT_MAX = -32;

/** The powers of ten that were needed so far, by index. */
const cachedPowers: (Scaled | undefined)[] = new Array(POWER_COUNT).fill(undefined);

const bits = new DataView(new ArrayBuffer(8));

/** Digits and exponent of a finite positive double. O(1). */
export function shortestDigits(value: number): DecimalDigits {
  const { mantissa, exponent } = decompose(value);
  // The doubles halfway to the neighbours; below a power of two the neighbour is half as far.
  const shift = 64 - bitLength(mantissa * 2n + 1n);
  const upper = (mantissa * 2n + 1n) << BigInt(shift);
  const scaledExponent = exponent - 1 - shift;
  const lower =
    mantissa === HIDDEN_BIT ? (mantissa * 4n - 1n) << BigInt(shift - 1) : (mantissa * 2n - 1n) << BigInt(shift);
  const power = findPower(scaledExponent);
  const cached = powerOfTen(power);
  return generateDigits(
    multiply(mantissa << BigInt(shift + 1), cached.mantissa),
    multiply(upper, cached.mantissa) - 1n,
    multiply(lower, cached.mantissa) + 1n,
    -(scaledExponent + cached.exponent + 64),
    -power,
  );
}

function decompose(value: number): Scaled {
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const fraction = raw & (HIDDEN_BIT - 1n);
  const biased = Number(raw >> 52n) & 0x7ff;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | HIDDEN_BIT, exponent: biased - 1075 };
}

/** The upper 64 bits of a product, rounded at the bit below them. */
function multiply(a: bigint, b: bigint): bigint {
  return (a * b + (1n << 63n)) >> 64n;
}

/** The cached power of ten that brings a 64-bit mantissa with this exponent into the window of exponents. */
function findPower(exponent: number): number {
  const approximate = Math.trunc(-(exponent + POWER_COUNT) * 0.30102999566398114);
  let index = Math.trunc((approximate - FIRST_POWER) / POWER_STEP);
  for (;;) {
    const product = exponent + powerOfTen(FIRST_POWER + index * POWER_STEP).exponent + 64;
    if (product < EXPONENT_MIN) index++;
    else if (product > EXPONENT_MAX) index--;
    else return FIRST_POWER + index * POWER_STEP;
  }
}

/** 10^power with a full 64-bit mantissa, rounded to nearest. */
function powerOfTen(power: number): Scaled {
  const index = (power - FIRST_POWER) / POWER_STEP;
  const known = cachedPowers[index];
  if (known !== undefined) return known;
  const exact = 10n ** BigInt(Math.abs(power));
  const exponent = power < 0 ? -63 - bitLength(exact) : bitLength(exact) - 64;
  const mantissa = power < 0 ? divideHalfEven(1n, exact, exponent) : divideHalfEven(exact, 1n, exponent);
  const made = { mantissa, exponent };
  cachedPowers[index] = made;
  return made;
}

/**
 * Emits the digits of `upper` until what is left is less than the distance to `lower`. All three are fixed-point numbers with
 * `fractionBits` bits behind the point.
 */
function generateDigits(
  value: bigint,
  upper: bigint,
  lower: bigint,
  fractionBits: number,
  exponent: number,
): DecimalDigits {
  const shift = BigInt(fractionBits);
  const one = 1n << shift;
  let distance = upper - value;
  let delta = upper - lower;
  let integral = Number(upper >> shift);
  let fraction = upper & (one - 1n);
  let digits = 0n;
  for (let power = 9; power >= 0; power--) {
    const unit = 10 ** power;
    const digit = Math.floor(integral / unit);
    digits = digits * 10n + BigInt(digit);
    integral -= digit * unit;
    const rest = (BigInt(integral) << shift) + fraction;
    if (rest <= delta) return roundLast(digits, exponent + power, delta, rest, BigInt(unit) << shift, distance);
  }
  for (let power = -1; ; power--) {
    fraction *= 10n;
    delta *= 10n;
    distance *= 10n;
    digits = digits * 10n + (fraction >> shift);
    fraction &= one - 1n;
    if (fraction < delta) return roundLast(digits, exponent + power, delta, fraction, one, distance);
  }
}

/** Moves the last digit down, towards the value, as long as that brings it closer and stays within the interval. */
function roundLast(
  digits: bigint,
  exponent: number,
  delta: bigint,
  rest: bigint,
  unit: bigint,
  distance: bigint,
): DecimalDigits {
  let at = rest;
  let result = digits;
  while (at < distance && delta - at >= unit && (at + unit < distance || distance - at > at + unit - distance)) {
    result--;
    at += unit;
  }
  return { digits: String(result), exponent };
}
