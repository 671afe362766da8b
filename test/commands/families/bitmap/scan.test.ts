/** Counting and finding bits a word at a time, against loops over single bits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOnes, findBit } from '../../../../src/commands/families/bitmap/scan.js';

const bitAt = (bytes: Uint8Array, i: number): number => (bytes[i >> 3]! >> (7 - (i & 7))) & 1;
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Bytes in which one value prevails, so that a lone other bit stands anywhere. */
const uniform = fc
  .tuple(fc.constantFrom(0, 255), fc.nat(300), fc.array(fc.tuple(fc.nat(299), fc.nat(255)), { maxLength: 3 }))
  .map(([filler, length, exceptions]) => {
    const bytes = new Uint8Array(length).fill(filler);
    for (const [at, byte] of exceptions) if (at < length) bytes[at] = byte;
    return bytes;
  });
const anyBytes = fc.oneof(uniform, fc.uint8Array({ maxLength: 300, size: 'max' }));

test('countOnes counts what a loop over bits counts', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      let count = 0;
      for (let i = 0; i < bytes.length * 8; i++) count += bitAt(bytes, i);
      expect(countOnes(viewOf(bytes), 0, bytes.length)).toBe(count);
    }),
  );
});

test('countOnes of a buffer of ones is eight times its length, however long', () => {
  const bytes = new Uint8Array(70_000).fill(255);
  for (const length of [0, 1, 11, 12, 119, 120, 121, 65_536, 70_000]) {
    expect(countOnes(viewOf(bytes), 0, length)).toBe(length * 8);
  }
});

test('findBit finds what a loop over bits finds, and -1 where there is none', () => {
  fc.assert(
    fc.property(anyBytes, fc.constantFrom(0, 1), (bytes, bit) => {
      let first = -1;
      for (let i = bytes.length * 8 - 1; i >= 0; i--) if (bitAt(bytes, i) === bit) first = i;
      expect(findBit(viewOf(bytes), 0, bytes.length, bit)).toBe(first);
    }),
  );
});

test('countOnes and findBit look at a range in the middle of a buffer only', () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(40), fc.nat(40), (bytes, before, after) => {
      const framed = new Uint8Array(before + bytes.length + after).fill(0xa5);
      framed.set(bytes, before);
      const view = viewOf(framed);
      expect(countOnes(view, before, bytes.length)).toBe(countOnes(viewOf(bytes), 0, bytes.length));
      for (const bit of [0, 1]) {
        expect(findBit(view, before, bytes.length, bit)).toBe(findBit(viewOf(bytes), 0, bytes.length, bit));
      }
    }),
  );
});
