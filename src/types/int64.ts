/**
 * A 64-bit integer in two int32 halves: what listpacks and intsets hold, over the whole range and without allocating,
 * where a double ends at 2^53 and a bigint is an object. One that is reused; it is nobody's property but its owner's.
 */
import { writeInt } from '../util/numbers.js';

const TWO_32 = 0x1_0000_0000;
const MINUS = 0x2d;
const ZERO = 0x30;
/** Up to so many digits a value is an int32, whatever they are. */
const INT32_DIGITS = 9;
/** Up to so many digits a value is exact as a double. */
const DOUBLE_DIGITS = 15;
/** Digits of the longest one, 2^63. */
const MAX_DIGITS = 19;
const BILLION = 1e9;

export class Int64 {
  /** The upper 32 bits, signed. */
  high = 0;
  /** The lower 32 bits, as an int32. */
  low = 0;

  /** @hot Whether it is within -2^53 and 2^53 - 1, where {@link value} is exact. O(1). */
  get isSafe(): boolean {
    return this.high >= -0x20_0000 && this.high < 0x20_0000;
  }

  /** @hot The value, or the nearest double beyond 2^53. O(1). */
  get value(): number {
    return this.high * TWO_32 + (this.low >>> 0);
  }

  /** The value, exactly: an object, for the few places that have to calculate beyond 2^53. O(1). */
  get bigValue(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** @hot Takes both halves. O(1). */
  setWords(high: number, low: number): void {
    this.high = high | 0;
    this.low = low | 0;
  }

  /** @hot Takes an integer of at most 2^53 in magnitude. O(1). */
  set(value: number): void {
    this.low = value | 0; // two's complement of the lower half, for every double that is an integer
    this.high = Math.floor(value / TWO_32) | 0;
  }

  /** Takes an int64. O(1). */
  setBig(value: bigint): void {
    this.low = Number(BigInt.asIntN(32, value));
    this.high = Number(BigInt.asIntN(32, value >> 32n));
  }

  /** @hot -1, 0 or 1 as it is below, equal to or above another one, given in halves. O(1). */
  compare(high: number, low: number): number {
    if (this.high !== high) return this.high < high ? -1 : 1;
    if (this.low === low) return 0;
    return this.low >>> 0 < low >>> 0 ? -1 : 1;
  }

  /**
   * @hot Takes the int64 whose canonical text the `length` bytes at `from` are. False when they are none, and the value
   * is anything then. O(length), O(1) for most texts that are no numbers.
   */
  parse(bytes: Uint8Array, from: number, length: number): boolean {
    if (length === 0 || length > MAX_DIGITS + 1) return false;
    let at = from;
    const end = from + length;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const digits = end - at;
    if (digits === 0 || digits > MAX_DIGITS) return false;
    const first = bytes[at]! - ZERO;
    if (first <= 0 || first > 9) {
      this.setWords(0, 0);
      return first === 0 && length === 1;
    }
    if (digits > INT32_DIGITS) return this.parseLong(bytes, at, end, negative);
    let value = first;
    while (++at < end) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    this.low = negative ? -value : value;
    this.high = negative ? -1 : 0;
    return true;
  }

  /** @hot Writes it in decimal at `at`; returns the position behind it. O(digits). */
  write(target: Uint8Array, at: number): number {
    if (this.isSafe) return writeInt(target, at, this.value);
    let high = this.high;
    let low = this.low >>> 0;
    if (high < 0) {
      target[at++] = MINUS;
      low = -low >>> 0;
      high = low === 0 ? -high : ~high;
    }
    // Divided by 10^9 by hand, 16 bits at a time: each dividend is exact. The upper half may be 2^31.
    const byHigh = high >= BILLION ? Math.floor(high / BILLION) : 0;
    const dividend = (high - byHigh * BILLION) * 0x1_0000 + (low >>> 16);
    const byMiddle = Math.floor(dividend / BILLION);
    const last = (dividend - byMiddle * BILLION) * 0x1_0000 + (low & 0xffff);
    const byLow = Math.floor(last / BILLION);
    const end = writeInt(target, at, byHigh * TWO_32 + byMiddle * 0x1_0000 + byLow) + 9;
    let rest = last - byLow * BILLION;
    for (let i = end - 1; i >= end - 9; i--) {
      const tenth = Math.floor(rest / 10);
      target[i] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    return end;
  }

  /** @hot {@link parse} of 10 to 19 digits in [at, end). */
  private parseLong(bytes: Uint8Array, at: number, end: number, negative: boolean): boolean {
    const exactEnd = end - at > DOUBLE_DIGITS ? at + DOUBLE_DIGITS : end;
    let head = 0;
    for (; at < exactEnd; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return false;
      head = head * 10 + digit;
    }
    let rest = 0;
    let scale = 1;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return false;
      rest = rest * 10 + digit;
      scale *= 10;
    }
    // Two 32-bit halves of head * scale + rest, both exact.
    const headHigh = Math.floor(head / TWO_32);
    const lowSum = (head - headHigh * TWO_32) * scale + rest;
    const carry = Math.floor(lowSum / TWO_32);
    const high = headHigh * scale + carry;
    const low = lowSum - carry * TWO_32;
    if (high >= 0x8000_0000 && !(negative && high === 0x8000_0000 && low === 0)) return false;
    if (negative) this.setWords(low === 0 ? -high : ~high, -low);
    else this.setWords(high, low);
    return true;
  }
}
