/**
 * Grisu2 (Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers", PLDI 2010, section 5):
 * decimal digits that read back as the same double, and the shortest such in 99.9% of all cases.
 *
 * JavaScript's own conversion finds the shortest always. Redis 7.2 and later use Grisu2, and its replies must be met in
 * the other 0.1% as well, so the algorithm is followed step by step, with the parameters of the fpconv library that
 * Redis links: cached powers 10^-348, 10^-340 ... 10^340, and a product whose exponent is in [-60, -32].
 *
 * Where the algorithm has 64-bit integers, two numbers below 2^32 stand here, `...High` and `...Low`: 0.4 us a double,
 * against 4 us with BigInt (bench/micro/numbers.bench.ts, Node 20). The plain version with BigInt is the oracle in
 * test/util/grisu2.test.ts.
 */
import { bitLength, divideHalfEven } from './float-text.js';

const TWO_32 = 0x1_0000_0000;
const ZERO = 0x30;

const FIRST_POWER = -348;
const POWER_STEP = 8;
const POWER_COUNT = 87;
const EXPONENT_MIN = -60;
const EXPONENT_MAX = -32;

/** Finds digits and keeps those of the last value; 17 at most. */
export class ShortestDigits {
  /** ASCII digits, the first `count` of them valid. None leads with a zero. */
  readonly digits = new Uint8Array(24);
  count = 0;
  /** The value is the number that the digits spell, times 10^exponent. */
  exponent = 0;

  private readonly bits = new DataView(new ArrayBuffer(8));
  /** Mantissas of the cached powers, 0 where not yet computed. */
  private readonly powerHigh = new Uint32Array(POWER_COUNT);
  private readonly powerLow = new Uint32Array(POWER_COUNT);
  /** Result of {@link multiply}. */
  private productHigh = 0;
  private productLow = 0;

  /** @hot Finds the digits of a finite positive double. O(1). */
  find(value: number): void {
    this.bits.setFloat64(0, value);
    const head = this.bits.getInt32(0);
    const low = this.bits.getInt32(4);
    const biased = (head >>> 20) & 0x7ff;
    const high = (head & 0xfffff) | (biased === 0 ? 0 : 0x100000);
    const zeros = high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
    const exponent = (biased === 0 ? -1074 : biased - 1075) - zeros;
    // The value with its first bit at the top, and how far away the doubles halfway to its neighbours are. Below a
    // power of two the neighbour is only half as far.
    const valueHigh = zeros < 32 ? ((high << zeros) | (low >>> (32 - zeros))) >>> 0 : (low << (zeros - 32)) >>> 0;
    const valueLow = zeros < 32 ? (low << zeros) >>> 0 : 0;
    const above = 2 ** (zeros - 1);
    const below = high === 0x100000 && low === 0 ? above / 2 : above;

    const index = powerIndex(exponent);
    if (this.powerHigh[index] === 0) this.computePower(index);
    this.multiply(valueHigh, valueLow, index);
    const scaledHigh = this.productHigh;
    const scaledLow = this.productLow;
    this.multiplySum(valueHigh, valueLow, -below, index);
    // One unit inwards on both sides, since the products are rounded.
    const lowerHigh = this.productHigh + (this.productLow === TWO_32 - 1 ? 1 : 0);
    const lowerLow = (this.productLow + 1) >>> 0;
    this.multiplySum(valueHigh, valueLow, above, index);
    const upperHigh = this.productHigh - (this.productLow === 0 ? 1 : 0);
    const upperLow = (this.productLow - 1) >>> 0;

    this.exponent = -(FIRST_POWER + index * POWER_STEP);
    this.generate(
      upperHigh,
      upperLow,
      upperHigh - lowerHigh - (upperLow < lowerLow ? 1 : 0),
      (upperLow - lowerLow) >>> 0,
      upperHigh - scaledHigh - (upperLow < scaledLow ? 1 : 0),
      (upperLow - scaledLow) >>> 0,
      -(exponent + powerExponent(index) + 64) - 32,
    );
  }

  /** @hot {@link multiply} for the sum of a 64-bit number and a power of two with its sign. */
  private multiplySum(high: number, low: number, addend: number, index: number): void {
    const addendHigh = Math.trunc(addend / TWO_32);
    const sum = low + (addend - addendHigh * TWO_32);
    const carry = Math.floor(sum / TWO_32);
    this.multiply(high + addendHigh + carry, sum - carry * TWO_32, index);
  }

  /** @hot The upper 64 bits of the product with a cached power, rounded at the bit below them. */
  private multiply(high: number, low: number, index: number): void {
    const powerHigh = this.powerHigh[index]!;
    const powerLow = this.powerLow[index]!;
    // Of the product's four 32-bit words the lowest counts only by its carry, which the rounding cannot see.
    const third = multiplyLow(high, powerLow) + multiplyLow(low, powerHigh) + multiplyHigh(low, powerLow) + 0x8000_0000;
    const second =
      multiplyLow(high, powerHigh) +
      multiplyHigh(high, powerLow) +
      multiplyHigh(low, powerHigh) +
      Math.floor(third / TWO_32);
    const carry = Math.floor(second / TWO_32);
    this.productHigh = multiplyHigh(high, powerHigh) + carry;
    this.productLow = second - carry * TWO_32;
  }

  /** Computes 10^power with a full 64-bit mantissa, rounded to nearest. */
  private computePower(index: number): void {
    const power = FIRST_POWER + index * POWER_STEP;
    const exact = 10n ** BigInt(Math.abs(power));
    const mantissa =
      power < 0 ? divideHalfEven(1n, exact, -63 - bitLength(exact)) : divideHalfEven(exact, 1n, bitLength(exact) - 64);
    this.powerHigh[index] = Number(mantissa >> 32n);
    this.powerLow[index] = Number(mantissa & 0xffff_ffffn);
  }

  /**
   * @hot Emits the digits of the upper bound until what is left is less than `delta`, the width of the interval;
   * `distance` is that from the value to the upper bound. All are fixed-point numbers with `fractionHigh + 32` bits
   * behind the point.
   */
  private generate(
    upperHigh: number,
    upperLow: number,
    deltaHigh: number,
    deltaLow: number,
    distanceHigh: number,
    distanceLow: number,
    fractionHighBits: number,
  ): void {
    const one = 2 ** fractionHighBits; // high word of the number 1, whose low word is 0
    const inverse = 1 / one; // exact: a product with it is a shift
    let integral = Math.floor(upperHigh * inverse);
    let high = upperHigh - integral * one;
    let low = upperLow;
    this.count = 0;
    let power = 9;
    while (power > 0 && UNITS[power]! > integral) power--; // leading zeros cannot end the search
    for (; power >= 0; power--) {
      const unit = UNITS[power]!;
      const digit = Math.floor(integral / unit);
      integral -= digit * unit;
      this.emit(digit);
      const restHigh = integral * one + high;
      if (restHigh < deltaHigh || (restHigh === deltaHigh && low <= deltaLow)) {
        this.exponent += power;
        const borrow = deltaLow < low ? 1 : 0;
        const distanceBorrow = distanceLow < low ? 1 : 0;
        this.roundLast(
          deltaHigh - restHigh - borrow,
          distanceHigh - restHigh - distanceBorrow,
          (distanceLow - low) >>> 0,
          unit * one,
        );
        return;
      }
    }
    for (; ; power--) {
      const product = low * 10;
      low = product >>> 0;
      high = high * 10 + (product - low) / TWO_32;
      const digit = Math.floor(high * inverse);
      high -= digit * one;
      const deltaProduct = deltaLow * 10;
      deltaLow = deltaProduct >>> 0;
      deltaHigh = deltaHigh * 10 + (deltaProduct - deltaLow) / TWO_32;
      const distanceProduct = distanceLow * 10;
      distanceLow = distanceProduct >>> 0;
      distanceHigh = distanceHigh * 10 + (distanceProduct - distanceLow) / TWO_32;
      this.emit(digit);
      if (high < deltaHigh || (high === deltaHigh && low < deltaLow)) {
        this.exponent += power;
        const borrow = deltaLow < low ? 1 : 0;
        const distanceBorrow = distanceLow < low ? 1 : 0;
        this.roundLast(deltaHigh - high - borrow, distanceHigh - high - distanceBorrow, (distanceLow - low) >>> 0, one);
        return;
      }
    }
  }

  /** @hot Appends a digit, but no zero in front. */
  private emit(digit: number): void {
    if (digit !== 0 || this.count !== 0) this.digits[this.count++] = ZERO + digit;
  }

  /**
   * @hot Moves the last digit down while the interval has room for that (`room`, of which the high word decides) and
   * the digits come closer to the value, which is `distance` below them: while twice that is more than `unit`, what one
   * step of the digit is worth (its low word is 0).
   */
  private roundLast(roomHigh: number, distanceHigh: number, distanceLow: number, unit: number): void {
    const carry = distanceLow >= 0x8000_0000 ? 1 : 0;
    const odd = (distanceLow & 0x7fff_ffff) === 0 ? 0 : 0.5;
    while (roomHigh >= unit && distanceHigh * 2 + carry + odd > unit) {
      this.digits[this.count - 1]!--;
      roomHigh -= unit;
      distanceHigh -= unit;
    }
  }
}

const UNITS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** @hot Index of the cached power that brings a 64-bit mantissa with this exponent into the window of exponents. */
function powerIndex(exponent: number): number {
  const estimate = Math.trunc(-(exponent + POWER_COUNT) * 0.30102999566398114);
  let index = Math.trunc((estimate - FIRST_POWER) / POWER_STEP);
  for (;;) {
    const product = exponent + powerExponent(index) + 64;
    if (product < EXPONENT_MIN) index++;
    else if (product > EXPONENT_MAX) index--;
    else return index;
  }
}

/** @hot Binary exponent of the cached power at `index`, whose mantissa has 64 bits. */
function powerExponent(index: number): number {
  return Math.floor((FIRST_POWER + index * POWER_STEP) * 3.321928094887362) - 63;
}

/** @hot The lower half of the product of two numbers below 2^32. */
function multiplyLow(a: number, b: number): number {
  return Math.imul(a, b) >>> 0;
}

/** @hot The upper half of the product of two numbers below 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return aHigh * bHigh + (first >>> 16) + (second >>> 16);
}
