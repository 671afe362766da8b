import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitLength, divideHalfEven } from '../../src/util/float-text.js';
import { ShortestDigits } from '../../src/util/grisu2.js';

/** Decimal digits; the value is digits * 10^exponent. */
interface DecimalDigits {
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

/** Grisu2 with BigInt, by the paper. */
function plainGrisu2(value: number): DecimalDigits {
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
 * Emits the digits of `upper` until what is left is less than the distance to `lower`. All three are fixed-point
 * numbers with `fractionBits` bits behind the point.
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

const shortest = new ShortestDigits();

function found(value: number): DecimalDigits {
  shortest.find(value);
  const { digits, count, exponent } = shortest;
  return { digits: Buffer.from(digits.subarray(0, count)).toString(), exponent };
}

/** Any positive finite double, all bit patterns equally likely. */
const anyDouble = fc
  .tuple(fc.nat(0x7fef_ffff), fc.nat(0xffff_ffff))
  .map(([high, low]) => {
    bits.setUint32(0, high);
    bits.setUint32(4, low);
    return bits.getFloat64(0);
  })
  .filter((value) => value > 0);

/** What people write: few digits. */
const shortDecimal = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, decimals]) => digits / 10 ** decimals);

describe('ShortestDigits', () => {
  it('takes the same steps as Grisu2 in 64-bit integers', () => {
    fc.assert(
      fc.property(fc.oneof(anyDouble, shortDecimal), (value) => {
        expect(found(value)).toEqual(plainGrisu2(value));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes them at every power of two and its neighbours', () => {
    for (let exponent = -1074; exponent < 1024; exponent++) {
      const power = exponent < -1022 ? Number.MIN_VALUE * 2 ** (exponent + 1074) : 2 ** exponent;
      expect(found(power)).toEqual(plainGrisu2(power));
      expect(found(power * (1 + 2 ** -52))).toEqual(plainGrisu2(power * (1 + 2 ** -52)));
      if (exponent > -1022) expect(found(power * (1 - 2 ** -53))).toEqual(plainGrisu2(power * (1 - 2 ** -53)));
    }
    expect(found(Number.MAX_VALUE)).toEqual(plainGrisu2(Number.MAX_VALUE));
  });

  it('finds digits that read back as the value', () => {
    fc.assert(
      fc.property(anyDouble, (value) => {
        const { digits, exponent } = found(value);
        expect(Number(`${digits}e${exponent}`)).toBe(value);
        expect(digits.length).toBeLessThanOrEqual(17);
      }),
      { numRuns: 3000 },
    );
  });

  it('uses the powers of ten that the paper prints', () => {
    expect(powerOfTen(-348)).toEqual({ mantissa: 0xfa8fd5a0081c0288n, exponent: -1220 });
    expect(powerOfTen(4)).toEqual({ mantissa: 0x9c40000000000000n, exponent: -50 });
  });
});
