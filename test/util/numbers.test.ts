import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1, toLatin1 } from '../../src/util/bytes.js';
import {
  formatDouble17,
  formatDoubleShortest,
  formatFixed,
  intLength,
  isInt64Text,
  parseBigInt64,
  parseDouble,
  parseInt64,
  parseLooseDouble,
  writeInt,
} from '../../src/util/numbers.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Calls a parser with the text in the middle of other bytes, digits at that. */
function within<T>(parse: (bytes: Uint8Array, from: number, length: number) => T, text: string): T {
  return parse(latin1(`12${text}34`), 2, text.length);
}

const canonical = /^(0|-?[1-9]\d*)$/;

/** The int64 of a text by its definition, null for none. */
function plainInt64(text: string): bigint | null {
  if (!canonical.test(text)) return null;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX ? value : null;
}

/** Texts that are int64s, or nearly. */
const integerText = fc.oneof(
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }).map(String),
  fc.bigInt({ min: INT64_MAX - 20n, max: INT64_MAX + 20n }).map(String),
  fc.bigInt({ min: INT64_MIN - 20n, max: INT64_MIN + 20n }).map(String),
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 22 }),
  fc.string({ unit: fc.constantFrom(...'0129-+ .a'), maxLength: 5 }),
);

describe('parseInt64, parseBigInt64 and isInt64Text', () => {
  it('accept canonical int64 texts and nothing else', () => {
    fc.assert(
      fc.property(integerText, (text) => {
        const value = plainInt64(text);
        expect(within(parseBigInt64, text)).toBe(value);
        expect(within(isInt64Text, text)).toBe(value !== null);
        expect(within(parseInt64, text)).toBe(value === null ? Number.NaN : Number(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('refuse plus signs, leading zeros, blanks, negative zero and the empty text', () => {
    for (const text of ['', '-', '+1', '01', '-01', '-0', ' 1', '1 ', '1.0', '1e3', '0x1', '\xb1']) {
      expect(within(parseInt64, text)).toBeNaN();
      expect(within(isInt64Text, text)).toBe(false);
      expect(within(parseBigInt64, text)).toBeNull();
    }
  });

  it('know the limits of 64 bits exactly', () => {
    expect(within(parseBigInt64, '9223372036854775807')).toBe(INT64_MAX);
    expect(within(parseBigInt64, '9223372036854775808')).toBeNull();
    expect(within(parseBigInt64, '-9223372036854775808')).toBe(INT64_MIN);
    expect(within(parseBigInt64, '-9223372036854775809')).toBeNull();
    expect(within(parseInt64, '9223372036854775808')).toBeNaN();
  });
});

describe('writeInt and intLength', () => {
  function written(value: number): string {
    const target = new Uint8Array(24).fill(0x78);
    const end = writeInt(target, 1, value);
    expect(end - 1).toBe(intLength(value));
    expect(target[0]).toBe(0x78);
    expect(target[end]).toBe(0x78);
    return toLatin1(target, 1, end);
  }

  it('write every integer up to 2^53 as String does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.integer({ min: -200, max: 200 })), (value) => {
        expect(written(value)).toBe(String(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('are right at each power of ten and of two and beside them', () => {
    for (let power = 0; power <= 15; power++) {
      for (const near of [-1, 0, 1]) {
        expect(written(10 ** power + near)).toBe(String(10 ** power + near));
        expect(written(-(10 ** power) - near)).toBe(String(-(10 ** power) - near));
      }
    }
    for (let bits = 0; bits <= 53; bits++) expect(written(2 ** bits - 1)).toBe(String(2 ** bits - 1));
    for (let billions = 1; billions <= 9007199; billions += 1234) {
      expect(written(billions * 1e9 - 1)).toBe(String(billions * 1e9 - 1));
    }
    expect(written(2 ** 53)).toBe('9007199254740992');
    expect(written(-0)).toBe('0');
  });
});

describe('parseLooseDouble', () => {
  it('reads what parseDouble reads', () => {
    for (const text of ['0', '-1.5', '1e3', '0x1p3', 'inf', '-Infinity', '+.5', '5.']) {
      expect(within(parseLooseDouble, text)).toBe(within(parseDouble, text));
    }
  });

  it('takes blanks in front, nothing at all, and values that overflow or round to 0', () => {
    expect(within(parseLooseDouble, ' \t\n\v\f\r1.5')).toBe(1.5);
    expect(within(parseLooseDouble, ' inf')).toBe(Number.POSITIVE_INFINITY);
    expect(within(parseLooseDouble, ' 0x10')).toBe(16);
    expect(within(parseLooseDouble, '')).toBe(0);
    expect(within(parseLooseDouble, '1e400')).toBe(Number.POSITIVE_INFINITY);
    expect(within(parseLooseDouble, '-1e400')).toBe(Number.NEGATIVE_INFINITY);
    expect(within(parseLooseDouble, '1e-400')).toBe(0);
  });

  it('ends at a NUL', () => {
    expect(within(parseLooseDouble, '1.5\0x')).toBe(1.5);
    expect(within(parseLooseDouble, '\0x')).toBe(0);
  });

  it('refuses what does not all belong to a number, and NaN', () => {
    for (const text of [' ', '1 ', '1x', 'x', '0x', '--1', 'nan', '1\t', '1,5']) {
      expect(within(parseLooseDouble, text)).toBeNaN();
    }
  });
});

describe('parseDouble', () => {
  it('reads decimal texts as the nearest double', () => {
    const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength });
    const sign = fc.constantFrom('', '-', '+');
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -30, max: 30 }).map((e) => `e${e}`),
    );
    fc.assert(
      fc.property(sign, digits(18), digits(18), exponent, (s, whole, fraction, e) => {
        const text = `${s}${whole}.${fraction}${e}`;
        const wanted = whole + fraction === '' ? Number.NaN : Number(text);
        expect(within(parseDouble, text)).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(within(parseDouble, String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('reads infinities in every spelling and case', () => {
    for (const text of ['inf', 'INF', '+inf', 'Infinity', '+iNfInItY']) {
      expect(within(parseDouble, text)).toBe(Number.POSITIVE_INFINITY);
    }
    for (const text of ['-inf', '-INFINITY']) expect(within(parseDouble, text)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('reads hexadecimal floats, rounded to even', () => {
    expect(within(parseDouble, '0x10')).toBe(16);
    expect(within(parseDouble, '0x1p3')).toBe(8);
    expect(within(parseDouble, '-0X.8')).toBe(-0.5);
    expect(within(parseDouble, '0x1.8P-1')).toBe(0.75);
    expect(within(parseDouble, '0x1.00000000000008p0')).toBe(1);
    expect(within(parseDouble, '0x1.00000000000018p0')).toBe(1 + 2 ** -51);
    expect(within(parseDouble, '0x1.fffffffffffffp1023')).toBe(Number.MAX_VALUE);
    expect(within(parseDouble, '0x1p-1074')).toBe(Number.MIN_VALUE);
    expect(within(parseDouble, '0x0p99999999999')).toBe(0);
  });

  it('refuses what is empty, has blanks or anything left over, and NaN', () => {
    const refused = [
      '',
      ' 1',
      '1 ',
      '.',
      '+',
      '-',
      'e5',
      '1e',
      '1e+',
      '1_0',
      '--1',
      '+-1',
      '0x',
      '0x.',
      '0x1p',
      '0x.p1',
    ];
    for (const text of [...refused, 'nan', '-NaN', 'nan(1)', 'in', 'infi', '1inf', '1..2', '1,5', '1\0', '1e5.']) {
      expect(within(parseDouble, text)).toBeNaN();
    }
  });

  it('refuses what overflows or rounds to zero, but takes denormals', () => {
    for (const text of ['1e309', '-1e400', '1e-400', '2e-324', '0x1p1024', '0x1p-1076', '1e99999999999999999999']) {
      expect(within(parseDouble, text)).toBeNaN();
    }
    expect(within(parseDouble, '4e-324')).toBe(Number.MIN_VALUE);
    expect(within(parseDouble, '0e999999')).toBe(0);
    expect(within(parseDouble, '-0')).toBe(-0);
    expect(within(parseDouble, '0.00000000000000000000')).toBe(0);
  });
});

describe('formatDoubleShortest', () => {
  it('replies small doubles as Redis 7.4 does', () => {
    expect(formatDoubleShortest(0.1)).toBe('0.1');
    expect(formatDoubleShortest(1e-7)).toBe('1e-7');
    expect(formatDoubleShortest(1e17)).toBe('100000000000000000');
    expect(formatDoubleShortest(1.5e300)).toBe('1.5e+300');
  });

  it('names what is no number, and keeps the sign of zero', () => {
    expect(formatDoubleShortest(Number.NaN)).toBe('nan');
    expect(formatDoubleShortest(Number.POSITIVE_INFINITY)).toBe('inf');
    expect(formatDoubleShortest(Number.NEGATIVE_INFINITY)).toBe('-inf');
    expect(formatDoubleShortest(0)).toBe('0');
    expect(formatDoubleShortest(-0)).toBe('-0');
  });

  it('prints integers up to 2^62 in full and larger ones shortest', () => {
    expect(formatDoubleShortest(2 ** 60)).toBe('1152921504606846976');
    expect(formatDoubleShortest(-(2 ** 62))).toBe('-4611686018427387904');
    expect(formatDoubleShortest(1e19)).toBe('1e+19');
    expect(formatDoubleShortest(1e22)).toBe('1e+22');
    expect(formatDoubleShortest(1.5e19)).toBe('1.5e+19');
    expect(formatDoubleShortest(123456789012345680000)).toBe('123456789012345680000');
  });

  it('changes to an exponent where fpconv does', () => {
    expect(formatDoubleShortest(0.000001)).toBe('0.000001');
    expect(formatDoubleShortest(0.0000015)).toBe('1.5e-6');
    expect(formatDoubleShortest(-0.00123)).toBe('-0.00123');
    expect(formatDoubleShortest(0.0001234567)).toBe('1.234567e-4');
    expect(formatDoubleShortest(0.001234567)).toBe('0.001234567');
    expect(formatDoubleShortest(1234.5678901)).toBe('1234.5678901');
    expect(formatDoubleShortest(12345.678901)).toBe('12345.678901');
    expect(formatDoubleShortest(12345.6789012)).toBe('1.23456789012e+4');
    expect(formatDoubleShortest(-1.5)).toBe('-1.5');
    expect(formatDoubleShortest(Math.PI)).toBe('3.141592653589793');
    expect(formatDoubleShortest(Number.MAX_VALUE)).toBe('1.7976931348623157e+308');
    expect(formatDoubleShortest(Number.MIN_VALUE)).toBe('5e-324');
  });

  it('reads back as the same double, nearly always with as few digits as possible', () => {
    let longer = 0;
    let runs = 0;
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatDoubleShortest(value);
        expect(Number(text)).toBe(value);
        const digitCount = (t: string) =>
          t
            .replace(/e.*/, '')
            .replace(/[-.]/g, '')
            .replace(/^0+|0+$/g, '').length;
        runs++;
        if (Math.abs(value) > 2 ** 62 || !Number.isInteger(value)) {
          expect(digitCount(text)).toBeGreaterThanOrEqual(digitCount(String(value)));
          if (digitCount(text) > digitCount(String(value))) longer++;
        }
      }),
      { numRuns: 3000 },
    );
    expect(longer / runs).toBeLessThan(0.01);
  });
});

describe('formatDouble17', () => {
  it('prints as %.17g does', () => {
    expect(formatDouble17(0.1)).toBe('0.10000000000000001');
    expect(formatDouble17(1e-7)).toBe('9.9999999999999995e-08');
    expect(formatDouble17(1e17)).toBe('1e+17');
    expect(formatDouble17(1e16)).toBe('10000000000000000');
    expect(formatDouble17(0.0001)).toBe('0.0001');
    expect(formatDouble17(0.00001)).toBe('1.0000000000000001e-05');
    expect(formatDouble17(-1.5)).toBe('-1.5');
    expect(formatDouble17(100)).toBe('100');
    expect(formatDouble17(1e300)).toBe('1.0000000000000001e+300');
    expect(formatDouble17(-0)).toBe('-0');
    expect(formatDouble17(Number.NaN)).toBe('nan');
    expect(formatDouble17(Number.NEGATIVE_INFINITY)).toBe('-inf');
  });

  it('rounds ties to even', () => {
    expect(formatDouble17(123456789012345 + 5 / 8)).toBe('123456789012345.62');
    expect(formatDouble17(123456789012345 + 3 / 8)).toBe('123456789012345.38');
    expect(formatDouble17(2 ** -25 + 2 ** -24)).toBe('8.9406967163085938e-08');
    expect(formatDouble17(2 ** -25)).toBe('2.9802322387695312e-08');
  });
});

describe('formatFixed', () => {
  it('prints as %.Nf does, ties to even', () => {
    expect(formatFixed(1.005, 2)).toBe('1.00');
    expect(formatFixed(0.125, 2)).toBe('0.12');
    expect(formatFixed(0.375, 2)).toBe('0.38');
    expect(formatFixed(-0.125, 2)).toBe('-0.12');
    expect(formatFixed(2.5, 0)).toBe('2');
    expect(formatFixed(3.5, 0)).toBe('4');
    expect(formatFixed(0.5, 0)).toBe('0');
    expect(formatFixed(9.5, 0)).toBe('10');
    expect(formatFixed(-0, 1)).toBe('-0.0');
    expect(formatFixed(1e22, 2)).toBe('10000000000000000000000.00');
    expect(formatFixed(Number.POSITIVE_INFINITY, 2)).toBe('inf');
  });
});
