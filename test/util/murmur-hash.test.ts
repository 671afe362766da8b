import { describe, expect, test } from 'vitest';
import { murmurHash64A } from '../../src/util/murmur-hash.js';

/** The same in 64-bit integers, as Austin Appleby wrote it. */
function plain(bytes: Uint8Array, seed: bigint): bigint {
  const m = 0xc6a4a7935bd1e995n;
  const cut = (value: bigint): bigint => BigInt.asUintN(64, value);
  let h = cut(seed ^ (BigInt(bytes.length) * m));
  const word = (from: number, length: number): bigint => {
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[from + i]!);
    return value;
  };
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    let k = cut(word(at, 8) * m);
    k ^= k >> 47n;
    h = cut((h ^ cut(k * m)) * m);
  }
  if (at < bytes.length) h = cut((h ^ word(at, bytes.length - at)) * m);
  h = cut((h ^ (h >> 47n)) * m);
  return h ^ (h >> 47n);
}

describe('MurmurHash64A', () => {
  test('is what 64-bit integers give, for every length and any bytes', () => {
    const out = new Int32Array(2);
    let state = 12345;
    for (let length = 0; length < 200; length++) {
      const all = new Uint8Array(length + 3);
      for (let i = 0; i < all.length; i++) {
        state = (Math.imul(state, 1103515245) + 12345) | 0;
        all[i] = length % 3 === 0 ? 255 : state >>> 16;
      }
      murmurHash64A(all, new DataView(all.buffer), 3, length, 0xadc83b19, out);
      const hash = (BigInt(out[1]! >>> 0) << 32n) | BigInt(out[0]! >>> 0);
      expect(hash, `${length} bytes`).toBe(plain(all.subarray(3), 0xadc83b19n));
    }
  });
});
