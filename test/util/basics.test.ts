import { describe, expect, it } from 'vitest';
import { AssertionError, assert } from '../../src/util/assert.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { ManualClock, systemClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';

describe('ManualClock', () => {
  it('stands still until it is told otherwise, all three readings together', () => {
    const clock = new ManualClock(1000);
    expect(clock.nowMs()).toBe(1000);
    clock.advance(2.5);
    expect(clock.nowMs()).toBe(1002);
    expect(clock.nowUs()).toBe(1_002_500);
    const before = clock.monotonicUs();
    clock.set(2000);
    expect(clock.monotonicUs() - before).toBe(997_500);
  });
});

describe('systemClock', () => {
  it('tells the time of day in both units and never goes back', () => {
    expect(Math.abs(systemClock.nowUs() / 1000 - systemClock.nowMs())).toBeLessThan(1000);
    const first = systemClock.monotonicUs();
    expect(systemClock.monotonicUs()).toBeGreaterThanOrEqual(first);
  });
});

describe('Random', () => {
  it('repeats its sequence for the same seed', () => {
    const a = new Random(7);
    const b = new Random(7);
    expect(Array.from({ length: 20 }, () => a.int32())).toEqual(Array.from({ length: 20 }, () => b.int32()));
    expect(new Random(8).int32()).not.toBe(new Random(7).int32());
  });

  it('stays within its bounds and reaches every value of a small one', () => {
    const random = new Random(1);
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      seen.add(random.below(10));
      expect(random.float()).toBeLessThan(1);
      expect(random.below(2 ** 53)).toBeLessThan(2 ** 53);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('assert', () => {
  it('throws what was expected', () => {
    expect(() => assert(true, 'nothing')).not.toThrow();
    expect(() => assert(false, 'a live page')).toThrow(new AssertionError('expected a live page'));
  });
});

describe('ByteSpans', () => {
  it('keeps its spans when it grows and reads them from its base', () => {
    const spans = new ByteSpans(2);
    spans.offsets.set([3, 9]);
    spans.lengths.set([4, 1]);
    spans.reserve(100);
    spans.base = 1;
    expect(spans.offset(0)).toBe(9);
    expect(spans.length(0)).toBe(1);
    expect(spans.offsets.length).toBeGreaterThanOrEqual(100);
  });

  it('shows the bytes that it is bound to through its view', () => {
    const bytes = new Uint8Array([0, 0, 1, 2, 3, 4]).subarray(2);
    const spans = new ByteSpans();
    spans.bind(bytes);
    expect(spans.view.getUint32(0)).toBe(0x01020304);
    const { view } = spans;
    spans.bind(bytes);
    expect(spans.view).toBe(view);
  });
});
