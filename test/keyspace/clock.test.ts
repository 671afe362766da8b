import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessClock } from '../../src/keyspace/clock.js';
import { Random } from '../../src/util/random.js';

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

function lfuClock(seed = 1): AccessClock {
  const clock = new AccessClock(new Random(seed));
  clock.lfu = true;
  clock.setTime(START_MS);
  return clock;
}

/** The counter of a clock that was just used. */
const counterOf = (clock: number) => clock & 255;

/** A clock of now with this counter. */
const withCounter = (clock: AccessClock, counter: number) => (clock.initial() & ~255) | counter;

describe('AccessClock, LRU', () => {
  it('tells idle time in whole seconds, up to 194 days and across the wrap of its 24 bits', () => {
    const seconds = fc.integer({ min: 0, max: (1 << 24) - 1 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), seconds, fc.nat(999), (start, idle, fraction) => {
        const clock = new AccessClock(new Random(1));
        clock.setTime(start * 1000 + fraction);
        const used = clock.used(0);
        expect(used).toBe(clock.initial());
        clock.setTime((start + idle) * 1000);
        expect(clock.idleMs(used)).toBe(idle * 1000);
        expect(clock.idleMs(clock.idleClock(idle))).toBe(idle * 1000);
      }),
    );
  });

  it('is the number of seconds modulo 2^24', () => {
    const clock = new AccessClock(new Random(1));
    clock.setTime(START_MS + 999);
    expect(clock.lruSeconds).toBe((START_MS / 1000) % 2 ** 24);
  });
});

describe('AccessClock, LFU', () => {
  it.each([5, 6, 10, 30, 100, 254])(
    'a counter at %i grows with probability 1 / ((counter - 5) * factor + 1)',
    (counter) => {
      const clock = lfuClock();
      const tries = 200_000;
      let grown = 0;
      for (let i = 0; i < tries; i++) grown += counterOf(clock.used(withCounter(clock, counter))) - counter;
      const p = 1 / ((counter - 5) * 10 + 1);
      const deviation = Math.sqrt(tries * p * (1 - p));
      expect(Math.abs(grown - tries * p)).toBeLessThanOrEqual(5 * deviation);
    },
  );

  // What the comments of Redis' own redis.conf give for so many uses of one key.
  it.each([
    [10, 100, 10],
    [10, 1000, 18],
    [10, 100_000, 142],
    [10, 1_000_000, 255],
    [100, 1000, 11],
    [100, 100_000, 49],
    [1, 1000, 49],
    [0, 1000, 255],
  ])('with factor %i, after %i uses the counter is about %i', (factor, uses, wanted) => {
    const clock = lfuClock();
    clock.lfuLogFactor = factor;
    const runs = uses > 10_000 ? 3 : 40;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      let word = clock.initial();
      for (let i = 0; i < uses; i++) word = clock.used(word);
      sum += counterOf(word);
    }
    expect(Math.abs(sum / runs - wanted)).toBeLessThanOrEqual(Math.max(2, wanted * 0.06));
  });

  it('a counter at 255 stays there, and one below 5 grows at each use', () => {
    const clock = lfuClock();
    expect(counterOf(clock.used(withCounter(clock, 255)))).toBe(255);
    for (let counter = 0; counter < 5; counter++) {
      expect(counterOf(clock.used(withCounter(clock, counter)))).toBe(counter + 1);
    }
  });

  it('decays by one for each lfu-decay-time minutes without use, down to 0, across the wrap of its 16 bits', () => {
    const minutes = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(minutes, minutes, fc.nat(255), fc.integer({ min: 0, max: 20 }), (start, idle, counter, decay) => {
        const clock = lfuClock();
        clock.lfuDecayTime = decay;
        clock.setTime(START_MS + start * MINUTE_MS);
        const word = withCounter(clock, counter);
        clock.setTime(START_MS + (start + idle) * MINUTE_MS);
        const periods = decay === 0 ? 0 : Math.floor(idle / decay);
        expect(clock.frequency(word)).toBe(Math.max(0, counter - periods));
      }),
    );
  });

  it('a use counts from the counter that has decayed until then, and begins its time anew', () => {
    const clock = lfuClock();
    const word = withCounter(clock, 8);
    clock.setTime(START_MS + 6 * MINUTE_MS);
    const used = clock.used(word);
    expect(counterOf(used)).toBe(3); // 8 - 6, and below 5 each use counts
    expect(clock.frequency(used)).toBe(3);
  });
});
