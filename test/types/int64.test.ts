import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Int64 } from '../../src/types/int64.js';
import { latin1, toLatin1 } from '../../src/util/bytes.js';
import { EDGES, integerText, nearInteger, runs } from './support.js';

function parsed(text: string): bigint | null {
  const bytes = latin1(`9${text}9`);
  const integer = new Int64();
  return integer.parse(bytes, 1, text.length) ? integer.bigValue : null;
}

function written(value: bigint): string {
  const integer = new Int64();
  integer.setBig(value);
  const target = new Uint8Array(24);
  return toLatin1(target, 2, integer.write(target, 2));
}

describe('Int64', () => {
  it('reads and writes every canonical text of an int64', () => {
    for (const value of EDGES) expect(parsed(String(value))).toBe(value);
    for (const value of EDGES) expect(written(value)).toBe(String(value));
    fc.assert(
      fc.property(integerText, (text) => {
        expect(parsed(text)).toBe(BigInt(text));
        expect(written(BigInt(text))).toBe(text);
      }),
      runs(3000),
    );
  });

  it('reads no other text', () => {
    fc.assert(
      fc.property(nearInteger, (text) => {
        expect(parsed(text)).toBeNull();
      }),
      runs(200),
    );
    fc.assert(
      fc.property(integerText, fc.nat(20), fc.constantFrom('x', ' ', '-', '/', ':', '\0'), (text, at, char) => {
        const i = at % (text.length + 1);
        const other = text.slice(0, i) + char + text.slice(i);
        const isOne = /^(0|-?[1-9]\d*)$/.test(other) && BigInt.asIntN(64, BigInt(other)) === BigInt(other);
        expect(parsed(other)).toBe(isOne ? BigInt(other) : null);
      }),
      runs(1000),
    );
  });

  it('is a number while that is exact, and compares over the whole range', () => {
    const a = new Int64();
    const b = new Int64();
    for (const value of EDGES) {
      a.setBig(value);
      expect(a.value).toBe(Number(value));
      expect(a.isSafe).toBe(value >= -(2n ** 53n) && value < 2n ** 53n);
      if (a.isSafe) {
        b.set(Number(value));
        expect(b.bigValue).toBe(value);
      }
      for (const other of EDGES) {
        b.setBig(other);
        expect(a.compare(b.high, b.low)).toBe(value < other ? -1 : value > other ? 1 : 0);
      }
    }
  });
});
