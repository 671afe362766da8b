/** Geohashes: there and back, distances that are known, and ranges that hold everything within a shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distance,
  distanceWithin,
  geohashText,
  isPlace,
  type Place,
  placeOf,
  rangesOf,
  type Shape,
  scoreOf,
} from '../../src/types/geohash.js';
import { seedParameter } from '../support/differential.js';

const LATITUDE_LIMIT = 85.05112878;
const place: fc.Arbitrary<Place> = fc.record({
  longitude: fc.double({ min: -179.999, max: 179.999, noNaN: true }),
  latitude: fc.double({ min: -85.05, max: 85.05, noNaN: true }),
});

describe('a geohash', () => {
  it('is the score that Redis gives, and the text that the world knows', () => {
    const palermo = scoreOf({ longitude: 13.361389, latitude: 38.115556 });
    expect(palermo).toBe(3479099956230698);
    expect(geohashText(palermo)).toBe('sqc8b49rny0');
    expect(placeOf(palermo)).toEqual({ longitude: 13.361389338970184, latitude: 38.1155563954963 });
  });

  it('leads back to the middle of a cell that is smaller than a meter', () => {
    fc.assert(
      fc.property(place, (at) => {
        const back = placeOf(scoreOf(at));
        expect(distance(at, back)).toBeLessThan(0.6);
        expect(scoreOf(back)).toBe(scoreOf(at));
      }),
      seedParameter(),
    );
  });

  it('takes any number for a score', () => {
    for (const score of [-1, -0.5, 1.5, 2 ** 53, 1e17, -(2 ** 63), 2 ** 64, 1 / 0, -1 / 0]) {
      const { longitude, latitude } = placeOf(score);
      expect(isPlace(longitude, latitude)).toBe(true);
    }
  });

  it('knows the ends of the world', () => {
    expect(isPlace(180, LATITUDE_LIMIT)).toBe(true);
    expect(isPlace(180.000001, 0)).toBe(false);
    expect(isPlace(0, -85.0512)).toBe(false);
    expect(isPlace(Number.NaN, 0)).toBe(false);
  });
});

describe('distances', () => {
  it('are 0 to the place itself, the same both ways, and no longer by a detour', () => {
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 6);
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 0.001);
      }),
      seedParameter(),
    );
  });

  it('are a quarter of the way around earth from the equator to a pole, and half of it at most', () => {
    const quarter = (6372797.560856 * Math.PI) / 2;
    expect(distance({ longitude: 0, latitude: 0 }, { longitude: 90, latitude: 0 })).toBeCloseTo(quarter, 3);
    expect(distance({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 45 })).toBeCloseTo(quarter / 2, 3);
    expect(distance({ longitude: -90, latitude: 0 }, { longitude: 90, latitude: 0 })).toBeCloseTo(quarter * 2, 3);
  });
});

describe('the ranges of a shape', () => {
  const length = fc.oneof(
    fc.double({ min: 0, max: 2000, noNaN: true }),
    fc.double({ min: 0, max: 500_000, noNaN: true }),
  );
  const inTemperateZone = fc.record({
    longitude: fc.double({ min: -170, max: 170, noNaN: true }),
    latitude: fc.double({ min: -60, max: 60, noNaN: true }),
  });
  const shape: fc.Arbitrary<Shape> = fc.oneof(
    fc.record({ center: inTemperateZone, radius: length, width: fc.constant(0), height: fc.constant(0) }),
    fc.record({ center: inTemperateZone, radius: fc.constant(null), width: length, height: length }),
  );

  it('hold every place within it, and each score once', () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
          maxLength: 30,
        }),
        (wanted, offsets) => {
          const ranges = rangesOf(wanted);
          const sorted = [...ranges].sort((a, b) => a.min - b.min);
          for (let i = 1; i < sorted.length; i++) expect(sorted[i]!.min).toBeGreaterThanOrEqual(sorted[i - 1]!.max);
          const reach = (wanted.radius ?? Math.max(wanted.width, wanted.height)) / 111_000;
          for (const [dx, dy] of offsets) {
            const score = scoreOf({
              longitude: wanted.center.longitude + dx * reach,
              latitude: wanted.center.latitude + dy * reach,
            });
            if (Number.isNaN(distanceWithin(wanted, placeOf(score)))) continue;
            expect(ranges.some(({ min, max }) => score >= min && score < max)).toBe(true);
          }
        },
      ),
      { numRuns: 500, ...seedParameter() },
    );
  });

  it('are nine at most, and one score for a shape without extent', () => {
    const point: Shape = { center: { longitude: 10, latitude: 10 }, radius: 0, width: 0, height: 0 };
    for (const { min, max } of rangesOf(point)) expect(max - min).toBe(1);
    expect(rangesOf({ ...point, radius: 1000 }).length).toBeLessThanOrEqual(9);
  });

  it('measure a box along the parallel and the meridian, and a circle straight', () => {
    const center = { longitude: 0, latitude: 60 };
    const box: Shape = { center, radius: null, width: 2000, height: 1000 };
    const at = (dx: number, dy: number): Place => ({ longitude: dx / 55_600, latitude: 60 + dy / 111_200 });
    expect(distanceWithin(box, at(990, 0))).toBeCloseTo(990, -1);
    expect(distanceWithin(box, at(1010, 0))).toBeNaN();
    expect(distanceWithin(box, at(0, 490))).toBeCloseTo(490, -1);
    expect(distanceWithin(box, at(0, 510))).toBeNaN();
    expect(distanceWithin({ ...box, radius: 1000 }, at(700, 700))).toBeCloseTo(990, -1);
    expect(distanceWithin({ ...box, radius: 1000 }, at(720, 720))).toBeNaN();
  });
});
