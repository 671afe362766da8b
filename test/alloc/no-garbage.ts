/** What tests of hot paths share: the proof that a million calls allocate nothing on V8's heap. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';

const CALLS = 1_000_000;
const ROUNDS = 60;
/** What reading the figures and the time may cost: a 32nd of a byte a call. */
const NOISE_BYTES = 32_768;

/** Waits until the garbage collections so far have been told to their observer. */
async function reported(): Promise<void> {
  for (let i = 0; i < 3; i++) await setImmediate();
}

/** Runs `body` a million times, in rounds, until a round has allocated nothing; fails when none does. */
export async function expectNoGarbage(body: (i: number) => void): Promise<void> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least > NOISE_BYTES; round++) {
    await reported();
    collections = 0;
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < CALLS; i++) body(i);
    const grown = process.memoryUsage().heapUsed - before;
    await reported();
    if (collections === 0) least = Math.min(least, grown);
  }
  observer.disconnect();
  expect(least).toBeLessThanOrEqual(NOISE_BYTES);
}
