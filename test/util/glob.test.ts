import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../src/util/bytes.js';
import { globMatch, globMatchRange } from '../../src/util/glob.js';

function matches(pattern: string, text: string, nocase = false): boolean {
  return globMatch(latin1(pattern), latin1(text), nocase);
}

/** Literals, `?` and `*` only, by the definition: a star is nothing, or a byte and a star. */
function plainMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*')
    return plainMatch(pattern.slice(1), text) || (text !== '' && plainMatch(pattern, text.slice(1)));
  if (text === '' || (pattern[0] !== '?' && pattern[0] !== text[0])) return false;
  return plainMatch(pattern.slice(1), text.slice(1));
}

describe('globMatch', () => {
  const wanted: [pattern: string, text: string, matched: boolean][] = [
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h*llo', 'hllo', true],
    ['h*llo', 'heeeello', true],
    ['h*llo', 'heeeell', false],
    ['*', 'x', true],
    ['a**b***', 'ab', true],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hallo', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-b]llo', 'hbllo', true],
    ['h[b-a]llo', 'hallo', true],
    ['[]', 'x', false],
    ['[^]', 'x', true],
    ['[^]', ']', true],
    ['[a-]', '-', false],
    ['[a-]', '_', true],
    ['[\\]]', ']', true],
    ['[\\-x]', '-', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\', 'a\\', true],
    ['a[bc', 'ab', true],
    ['a[bc', 'ad', false],
    ['a[', 'a', false],
    ['a[^', 'ax', true],
    ['a[\\', 'a\\', true],
    ['a[b-', 'a-', true],
    ['', '', true],
    ['', 'x', false],
    ['*', '', false],
    ['**', '', false],
    ['a*', 'a', true],
    ['\\*', '*', true],
    ['?', '\xff', true],
  ];
  it.each(wanted)('%j against %j is %s', (pattern, text, matched) => {
    expect(matches(pattern, text)).toBe(matched);
  });

  it('takes bytes as signed in ranges', () => {
    expect(matches('[\x80-a]', '\xff')).toBe(true);
    expect(matches('[\x80-a]', 'A')).toBe(true);
    expect(matches('[\x80-a]', 'b')).toBe(false);
    expect(matches('[\xf0-\x80]', '\x90')).toBe(true);
  });

  it('ignores the case of ASCII letters alone when asked to', () => {
    expect(matches('HeLL[O-P]', 'hellp', true)).toBe(true);
    expect(matches('hello', 'HELLO')).toBe(false);
    expect(matches('\xe9', '\xc9', true)).toBe(false);
    expect(matches('[A-C]', 'b', true)).toBe(true);
    expect(matches('\\A', 'a', true)).toBe(true);
    expect(matches('[\\A]', 'a', true)).toBe(false);
  });

  it('agrees with the recursive definition on literals, question marks and stars', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '?', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matches(p, t)).toBe(plainMatch(p, t));
      }),
      { numRuns: 2000 },
    );
  });

  it('looks at the given range of the text only', () => {
    const text = latin1('xxabcxx');
    expect(globMatchRange(latin1('a*c'), text, 2, 5, false)).toBe(true);
    expect(globMatchRange(latin1('a*c'), text, 2, 6, false)).toBe(false);
    expect(globMatchRange(latin1(''), text, 3, 3, false)).toBe(true);
  });

  it('needs no more than pattern times text steps for a pattern of many stars', () => {
    const pattern = `${'a*'.repeat(900)}b`;
    const startMs = performance.now();
    expect(matches(pattern, 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('refuses a match that passes more than 1000 stars', () => {
    expect(matches(`${'*a'.repeat(1000)}`, 'a'.repeat(1000))).toBe(true);
    expect(matches(`${'*a'.repeat(1000)}*`, 'a'.repeat(1000))).toBe(true);
    expect(matches(`${'*a'.repeat(1001)}`, 'a'.repeat(1001))).toBe(false);
  });
});
