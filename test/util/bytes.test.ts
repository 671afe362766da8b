import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyBytes,
  equalsIgnoreCase,
  formatPrintable,
  latin1,
  splitArgs,
  toLatin1,
  utf8,
} from '../../src/util/bytes.js';

function split(line: string): string[] | null {
  return splitArgs(latin1(line))?.map((arg) => toLatin1(arg)) ?? null;
}

describe('latin1 and toLatin1', () => {
  it('give every byte back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(latin1(toLatin1(all))).toEqual(all);
    expect(toLatin1(all.subarray(10), 55, 58)).toBe('ABC');
    expect(toLatin1(new Uint8Array(0))).toBe('');
  });

  it('read shared memory as well', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set(latin1('abcd'));
    expect(toLatin1(shared, 1, 3)).toBe('bc');
  });
});

describe('equalsIgnoreCase', () => {
  it('folds ASCII letters and nothing else', () => {
    const bytes = latin1('xGeT-@[x');
    expect(equalsIgnoreCase(bytes, 1, 3, latin1('get'))).toBe(true);
    expect(equalsIgnoreCase(bytes, 1, 4, latin1('get'))).toBe(false);
    expect(equalsIgnoreCase(bytes, 1, 3, latin1('set'))).toBe(false);
    expect(equalsIgnoreCase(bytes, 4, 3, latin1('-`{'))).toBe(false);
    expect(equalsIgnoreCase(bytes, 4, 3, latin1('-@['))).toBe(true);
  });
});

describe('copyBytes', () => {
  it('copies short and long ranges exactly', () => {
    const source = Uint8Array.from({ length: 1000 }, (_, i) => i * 13);
    for (const length of [0, 1, 3, 63, 64, 65, 900]) {
      const target = new Uint8Array(1000);
      copyBytes(target, 7, source, 50, length);
      expect(target.subarray(7, 7 + length)).toEqual(source.subarray(50, 50 + length));
      expect(target.subarray(7 + length).every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('formatPrintable', () => {
  it('quotes and escapes as redis-cli does', () => {
    expect(formatPrintable(latin1('a b'))).toBe('"a b"');
    expect(formatPrintable(latin1('a"\\\n\r\t\x07\b\x00\x7f\xff\x1b'))).toBe(
      String.raw`"a\"\\\n\r\t\a\b\x00\x7f\xff\x1b"`,
    );
  });

  it('is read back by splitArgs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(splitArgs(latin1(formatPrintable(bytes)))).toEqual([bytes]);
      }),
    );
  });
});

describe('splitArgs', () => {
  it('separates at blanks of every kind', () => {
    expect(split('')).toEqual([]);
    expect(split('  \t ')).toEqual([]);
    expect(split(' set  key\tvalue\r\n')).toEqual(['set', 'key', 'value']);
    expect(split('\v\fa\vb')).toEqual(['a\vb']);
  });

  it('takes escapes in double quotes', () => {
    expect(split(String.raw`"\x41\xfF\n\r\t\b\a\q\"\\"`)).toEqual(['A\xff\n\r\t\b\x07q"\\']);
    expect(split(String.raw`"\xg1\x1"`)).toEqual(['xg1x1']);
  });

  it('takes only the escaped quote in single quotes', () => {
    expect(split(String.raw`'a\'b\n"'`)).toEqual([String.raw`a'b\n"`]);
  });

  it('keeps empty arguments and joins a bare beginning with its quoted part', () => {
    expect(split(`"" ''`)).toEqual(['', '']);
    expect(split('a"b c" d')).toEqual(['ab c', 'd']);
    expect(split(String.raw`a\nb`)).toEqual([String.raw`a\nb`]);
  });

  it('refuses quotes that are not closed, or closed in the middle of an argument', () => {
    for (const line of ['"a', "'a", '"a\\', '"a\\"', '"a"b', `'a'b`, `"a"'b'`]) expect(split(line)).toBeNull();
  });

  it('ends the line at a NUL byte', () => {
    expect(split('a\0b')).toEqual(['a']);
    expect(split('"a\0"')).toBeNull();
  });

  it('takes a range of the bytes, or a text as UTF-8', () => {
    expect(splitArgs(latin1('xx a b xx'), 2, 6)).toEqual([latin1('a'), latin1('b')]);
    expect(splitArgs('é "ü"')).toEqual([utf8('é'), utf8('ü')]);
  });
});
