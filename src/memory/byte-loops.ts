/**
 * Byte loops. A `set` or `subarray` costs 44 ns and more before it copies anything, and `fill` on shared memory is 40
 * times slower than a copy: up to SMALL_COPY bytes go through DataViews four at a time instead. (Node 20; not through
 * Float64, which changes NaN patterns, nor BigInt64, which is slow.)
 */

/** Ranges up to this length are copied by the loops of this file. */
export const SMALL_COPY = 256;

/** Ranges up to this length are compared by the loops of this file: two `subarray`s and a call cost some 150 ns. */
export const SMALL_COMPARE = 512;

const ZEROS = new Uint8Array(1 << 16);

/** @hot Copies upwards: right for ranges that do not overlap, or where `at` is below `from`. O(length). */
export function copyBytes(target: DataView, at: number, source: DataView, from: number, length: number): void {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) target.setInt32(at + i, source.getInt32(from + i, true), true);
  for (; i < length; i++) target.setUint8(at + i, source.getUint8(from + i));
}

/** @hot Copies downwards: right where `at` is above `from` and the ranges overlap. O(length). */
export function copyBytesDown(target: DataView, at: number, source: DataView, from: number, length: number): void {
  let i = length;
  for (; i >= 4; i -= 4) target.setInt32(at + i - 4, source.getInt32(from + i - 4, true), true);
  for (; i > 0; i--) target.setUint8(at + i - 1, source.getUint8(from + i - 1));
}

/** Zeros. O(length). @param view the same memory as `bytes` */
export function zeroBytes(bytes: Uint8Array, view: DataView, at: number, length: number): void {
  if (length <= SMALL_COPY) {
    let i = 0;
    for (const end = length - 3; i < end; i += 4) view.setInt32(at + i, 0, true);
    for (; i < length; i++) view.setUint8(at + i, 0);
    return;
  }
  for (let done = 0; done < length; done += ZEROS.length) {
    const rest = length - done;
    bytes.set(rest < ZEROS.length ? ZEROS.subarray(0, rest) : ZEROS, at + done);
  }
}

/** @hot Whether two ranges hold the same bytes, both within DataViews. O(length). */
export function equalBytes(a: DataView, at: number, b: DataView, from: number, length: number): boolean {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) if (a.getInt32(at + i) !== b.getInt32(from + i)) return false;
  for (; i < length; i++) if (a.getUint8(at + i) !== b.getUint8(from + i)) return false;
  return true;
}

/** @hot Compares two ranges of the same length as unsigned bytes: -1, 0 or 1. O(length). */
export function compareBytes(a: DataView, at: number, b: DataView, from: number, length: number): number {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    // Big-endian, so that the first differing byte decides.
    const x = a.getInt32(at + i);
    const y = b.getInt32(from + i);
    if (x !== y) return x >>> 0 < y >>> 0 ? -1 : 1;
  }
  for (; i < length; i++) {
    const x = a.getUint8(at + i);
    const y = b.getUint8(from + i);
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Compares two long ranges of the same length by the C library: -1, 0 or 1. O(length). */
export function compareLong(a: Uint8Array, at: number, b: Uint8Array, from: number, length: number): number {
  return Buffer.compare(a.subarray(at, at + length), b.subarray(from, from + length));
}
