/** MurmurHash64A by Austin Appleby (public domain), in 32-bit halves: 64-bit integers are slow in JavaScript. */

const FACTOR_LOW = 0x5bd1e995;
const FACTOR_HIGH = 0xc6a4a793 | 0;
const SHIFT = 47 - 32;

/** The halves of the value that is worked on: module-wide, since nothing else runs meanwhile. */
const k = new Int32Array(2);

/**
 * Hashes `bytes[from, from + length)` to `out[0]`, the low half, and `out[1]`, the high one. O(length), no allocation.
 * @param view the same memory as `bytes`
 * @param seed a 32-bit seed
 */
export function murmurHash64A(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  length: number,
  seed: number,
  out: Int32Array,
): void {
  // length * factor, below 2^63 for any length that a value can have
  k[0] = length;
  k[1] = 0;
  multiply(k);
  out[0] = k[0]! ^ seed;
  out[1] = k[1]!;
  const end = from + (length & ~7);
  let at = from;
  for (; at < end; at += 8) {
    k[0] = view.getInt32(at, true);
    k[1] = view.getInt32(at + 4, true);
    multiply(k);
    k[0]! ^= k[1]! >>> SHIFT;
    multiply(k);
    out[0]! ^= k[0]!;
    out[1]! ^= k[1]!;
    multiply(out);
  }
  const rest = length & 7;
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) {
      const half = i >>> 2;
      out[half]! ^= bytes[at + i]! << ((i & 3) << 3);
    }
    multiply(out);
  }
  out[0]! ^= out[1]! >>> SHIFT;
  multiply(out);
  out[0]! ^= out[1]! >>> SHIFT;
}

/** Multiplies a 64-bit integer by the factor, modulo 2^64. */
function multiply(value: Int32Array): void {
  const low = value[0]!;
  const high = value[1]!;
  const a = low & 0xffff;
  const b = low >>> 16;
  const c = FACTOR_LOW & 0xffff;
  const d = FACTOR_LOW >>> 16;
  // The high half of low * FACTOR_LOW from 16-bit products, each below 2^32.
  const ac = a * c;
  const middle = a * d + (ac - (ac % 0x10000)) / 0x10000;
  const carried = b * c + (middle % 0x10000);
  const upper = b * d + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000);
  value[0] = Math.imul(low, FACTOR_LOW);
  value[1] = (upper | 0) + Math.imul(low, FACTOR_HIGH) + Math.imul(high, FACTOR_LOW);
}
