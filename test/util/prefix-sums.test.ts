import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrefixSums } from '../../src/util/prefix-sums.js';

describe('PrefixSums', () => {
  it('agrees with plain counts, for any number of places', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: -3, max: 5 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.array(change, { maxLength: 60 }), (places, changes) => {
        const sums = new PrefixSums(places);
        const counts = new Array<number>(places).fill(0);
        for (const [at, delta] of changes) {
          const place = at % places;
          const possible = Math.max(delta, -counts[place]!);
          sums.add(place, possible);
          counts[place] = counts[place]! + possible;
        }
        const row = counts.flatMap((count, place) => new Array<number>(count).fill(place));
        expect(sums.total).toBe(row.length);
        expect(row.map((_, n) => sums.placeOf(n))).toEqual(row);
        for (let place = 0; place <= places; place++) {
          expect(sums.before(place)).toBe(row.filter((other) => other < place).length);
        }
        sums.clear();
        expect([sums.total, sums.before(places)]).toEqual([0, 0]);
      }),
    );
  });
});
