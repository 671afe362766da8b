/**
 * Hot commands leave nothing behind on V8's heap but the clock's readings, a few numbers of 16 bytes for each batch:
 * Node has no call for the time that allocates nothing. Commands that are not brief are timed on their own, so DEL
 * reads the clock for each call, and so do LINDEX and LRANGE.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const CALLS = 1_000_000;
/** The young generation of the child: as long as a million calls fit into it, there is nothing to collect. */
const YOUNG_MEGABYTES = 64;
/** Bytes a batch. */
const CLOCK_BYTES = 96;
/** Bytes a call of a command whose time is taken on its own. */
const OWN_TIME_BYTES = 40;
/** What a busy machine adds, where more batches read the time twice: far from the 12 bytes of the smallest object. */
const NOISE_BYTES = 2;
const TIMED = ['DEL', 'SET and DEL', 'LINDEX', 'LRANGE'];

interface Result {
  readonly name: string;
  readonly depth: number;
  readonly bytesPerCall: number;
  readonly collections: number;
  readonly sentBytes: number;
}

describe('Up to a million calls through the request loop', () => {
  test('need no garbage collection, and allocate nothing but readings of the clock', { timeout: 120_000 }, () => {
    const child = resolve(import.meta.dirname, 'requests-child.mjs');
    const young = [`--min-semi-space-size=${YOUNG_MEGABYTES}`, `--max-semi-space-size=${YOUNG_MEGABYTES}`];
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', ...young, child, String(CALLS)], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const results = JSON.parse(stdout) as Result[];
    expect(results.length).toBe(42);
    for (const { name, depth, bytesPerCall, collections, sentBytes } of results) {
      const what = `${name} in chunks of ${depth}`;
      expect(sentBytes, what).toBeGreaterThan(CALLS / 5);
      expect(collections, `garbage collections by ${what}`).toBe(0);
      const allowed = CLOCK_BYTES / depth + (TIMED.includes(name) ? OWN_TIME_BYTES : 0) + NOISE_BYTES;
      expect(bytesPerCall, `bytes a call of ${what}`).toBeLessThan(allowed);
    }
  });
});
