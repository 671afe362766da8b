/** Values as text, and the command line as lines. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Config, decodeText, encodeText, readCommandLine } from '../../src/config/index.js';

describe('text of the configuration', () => {
  test('any bytes come back from their text', () => {
    // Pieces of valid UTF-8, overlong forms, surrogates and stray bytes in every mixture.
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => new Uint8Array(Buffer.from(text))),
      fc.constantFrom([0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xef, 0xbb, 0xbf]),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const bytes = Uint8Array.from(pieces.flatMap((each) => [...each]));
        expect(encodeText(decodeText(bytes))).toEqual(bytes);
      }),
    );
  });

  test('valid UTF-8 is the text that it spells, a stray byte does not change its neighbours', () => {
    expect(decodeText(encodeText('größe €'))).toBe('größe €');
    expect(decodeText(Uint8Array.of(0x61, 0xff, 0xc3, 0xb6))).toBe('a\udcffö');
  });
});

describe('the command line', () => {
  test('names the file, asks for standard input, and makes a line of each directive', () => {
    expect(readCommandLine(['a.conf', '--port', '7000', '--save', '60', '1', '--save', '', '-'])).toEqual({
      file: 'a.conf',
      readsStdin: true,
      lines: 'port "7000" \nsave "60" "1" \nsave "" ',
    });
    expect(readCommandLine([])).toEqual({ file: null, readsStdin: false, lines: '' });
  });

  test('any value behind a bare name is read back as it was', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('--hz', '-', '--', '', ' ', '"', "'", '\\x41'),
    );
    fc.assert(
      fc.property(value, (text) => {
        const config = Config.fromSources({ args: ['--masterauth', text, '--hz', '20'] });
        expect([config.masterauth, config.hz]).toEqual([Buffer.from(text).toString(), 20]);
      }),
    );
  });
});
