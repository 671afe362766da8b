import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../src/util/bytes.js';
import {
  addLongDouble,
  formatHuman,
  formatLongDouble,
  isFiniteLongDouble,
  type LongDouble,
  longDoubleFromNumber,
  parseLongDouble,
} from '../../src/util/long-double.js';

function parse(text: string): LongDouble | null {
  return parseLongDouble(latin1(`9${text}9`), 1, text.length);
}

function sum(a: string, b: string): string {
  return formatLongDouble(addLongDouble(parse(a)!, parse(b)!));
}

describe('parseLongDouble', () => {
  it('keeps 64 bits of mantissa, ties to even', () => {
    expect(parse('18446744073709551615')!.mantissa).toBe(2n ** 64n - 1n);
    expect(formatLongDouble(parse('18446744073709551617')!)).toBe('18446744073709551616');
    expect(formatLongDouble(parse('36893488147419103233')!)).toBe('36893488147419103232');
    expect(formatLongDouble(parse('36893488147419103235')!)).toBe('36893488147419103236');
  });

  it('accepts hexadecimal floats and infinities, and values far beyond a double', () => {
    expect(formatLongDouble(parse('0x1.8p3')!)).toBe('12');
    expect(formatLongDouble(parse('-INF')!)).toBe('-inf');
    expect(isFiniteLongDouble(parse('infinity')!)).toBe(false);
    expect(formatLongDouble(parse('1e4000')!).slice(0, 30)).toBe('999999999999999999996546387309');
    expect(formatLongDouble(parse('1e4000')!)).toHaveLength(4000);
    expect(formatLongDouble(parse('1e-4950')!)).toBe('0');
  });

  it('refuses what is no number, NaN, what overflows, rounds to zero or is too long', () => {
    for (const text of ['', ' 1', '1 ', 'a', '.', 'nan', '1e5000', '-1e99999', '1e-5000', '0x1p-17000', '0x1p16384']) {
      expect(parse(text)).toBeNull();
    }
    expect(parse('1'.repeat(5119))).toBeNull();
    expect(parse('0'.repeat(5119))).not.toBeNull();
    expect(parse('0'.repeat(5120))).toBeNull();
  });
});

describe('addLongDouble', () => {
  it('gives the sums that people expect where doubles do not', () => {
    expect(sum('3.0', '1.2')).toBe('4.2');
    expect(sum('0.1', '0.2')).toBe('0.3');
    expect(sum('10.50', '0.1')).toBe('10.6');
    expect(sum('5.0e3', '2.0e2')).toBe('5200');
    expect(sum('1', '-1.1')).toBe('-0.1');
    expect(sum('0.1', '-0.1')).toBe('0');
  });

  it('is exact for integers that fit 64 bits', () => {
    const integer = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        expect(sum(String(a), String(b))).toBe(String(a + b));
      }),
    );
  });

  it('overflows to infinity, and infinities of opposite signs give NaN', () => {
    const largest = parse('1.18e4932')!;
    expect(isFiniteLongDouble(addLongDouble(largest, largest))).toBe(false);
    expect(sum('inf', '1')).toBe('inf');
    expect(sum('1', '-inf')).toBe('-inf');
    expect(sum('inf', 'inf')).toBe('inf');
    expect(sum('inf', '-inf')).toBe('nan');
  });
});

describe('formatLongDouble and formatHuman', () => {
  it('print 17 decimals without trailing zeros or a negative zero', () => {
    expect(formatLongDouble(parse('-0')!)).toBe('0');
    expect(formatLongDouble(parse('-1e-30')!)).toBe('0');
    expect(formatLongDouble(parse('100')!)).toBe('100');
    expect(formatLongDouble(parse('-12.50')!)).toBe('-12.5');
    expect(formatHuman(0.1)).toBe('0.10000000000000001');
    expect(formatHuman(13.361389338970184)).toBe('13.36138933897018433');
    expect(formatHuman(3)).toBe('3');
    expect(formatHuman(-0)).toBe('0');
    expect(formatHuman(2 ** 70)).toBe('1180591620717411303424');
    expect(formatHuman(Number.NaN)).toBe('nan');
  });

  it('show every double that toFixed can show, digit by digit', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        fc.pre(!value.toFixed(20).endsWith('500')); // halfway between two texts: C takes the even one, toFixed the larger
        const fixed = value.toFixed(17).replace(/\.?0+$/, '');
        expect(formatLongDouble(longDoubleFromNumber(value))).toBe(fixed === '-0' ? '0' : fixed);
      }),
    );
  });
});
