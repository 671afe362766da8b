/** The bit-parallel LCS against the textbook table, and against the walk that Redis makes through that table. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lcsLength, visitLcs } from '../../../../src/commands/families/string/longest-common-subsequence.js';

type Match = [aFrom: number, bFrom: number, length: number];

/** One number a cell, walked back by comparing the neighbours. */
function naive(a: Uint8Array, b: Uint8Array): { length: number; matches: Match[] } {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  const matches: Match[] = [];
  for (let i = a.length, j = b.length, last: Match | null = null; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      j--;
      if (last === null) {
        last = [i, j, 0];
        matches.push(last);
      }
      last[0] = i;
      last[1] = j;
      last[2]++;
      continue;
    }
    last = null;
    if (table[i - 1]![j]! > table[i]![j - 1]!) i--;
    else j--;
  }
  return { length: table[a.length]![b.length]!, matches };
}

function collect(a: Uint8Array, b: Uint8Array): { length: number; matches: Match[] } {
  const matches: Match[] = [];
  const length = visitLcs(a, b, (aFrom, bFrom, runLength) => matches.push([aFrom, bFrom, runLength]));
  return { length, matches };
}

const fewLetters = (letters: number): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.nat(letters - 1), { maxLength: 150, size: 'max' }).map((list) => Uint8Array.from(list));

test('length and matches are those of the textbook table, whatever the alphabet', () => {
  for (const letters of [1, 2, 3, 8, 256]) {
    fc.assert(
      fc.property(fewLetters(letters), fewLetters(letters), (a, b) => {
        const wanted = naive(a, b);
        expect(collect(a, b)).toEqual(wanted);
        expect(lcsLength(a, b)).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
  }
});

test('strings whose lengths are around multiples of 32 carry into the next word', () => {
  for (const length of [31, 32, 33, 63, 64, 65, 96]) {
    const same = new Uint8Array(length).fill(7);
    expect(lcsLength(same, same)).toBe(length);
    expect(collect(same, same).matches).toEqual([[0, 0, length]]);
  }
});

test('an empty string has nothing in common with any other', () => {
  const empty = new Uint8Array(0);
  const other = Uint8Array.from([1, 2, 3]);
  for (const [a, b] of [
    [empty, empty],
    [empty, other],
    [other, empty],
  ] as const) {
    expect(lcsLength(a, b)).toBe(0);
    expect(collect(a, b)).toEqual({ length: 0, matches: [] });
  }
});
