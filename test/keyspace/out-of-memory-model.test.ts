/**
 * Memory that runs out at any moment: what fails has changed nothing, and what is tried again does what it would have
 * done.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Arena, OutOfMemoryError } from '../../src/memory/index.js';
import { Random } from '../../src/util/random.js';
import { anyChange, anyWrite, contents, DATABASES } from './churn.js';
import { Bench } from './support.js';

const RealBuffer = SharedArrayBuffer;

/** What is asked for is refused at random, while `refuses`. */
const memory = { refuses: false, chance: new Random(1) };

function refused(): boolean {
  return memory.refuses && memory.chance.below(3) === 0;
}

class ScarceBuffer extends RealBuffer {
  constructor(bytes: number) {
    if (refused()) throw new RangeError('Array buffer allocation failed');
    super(bytes);
  }
}

/** Refuses blocks, too, of which there is seldom none. */
class ScarceArena extends Arena {
  override alloc(size: number): number {
    if (refused()) throw new OutOfMemoryError(size);
    return super.alloc(size);
  }

  override allocRecord(size: number): number {
    if (refused()) throw new OutOfMemoryError(size);
    return super.allocRecord(size);
  }
}

afterEach(() => void vi.unstubAllGlobals());

describe('a keyspace whose memory runs out', () => {
  it.each([1, 2, 3, 4])('loses nothing, keeps nothing half done and goes on (seed %i)', (seed) => {
    vi.stubGlobal('SharedArrayBuffer', ScarceBuffer);
    memory.chance = new Random(seed);
    const chance = new Random(seed);
    const rich = new Bench(DATABASES, 7);
    const poor = new Bench(DATABASES, 7, 1, new ScarceArena());
    const benches = [rich, poor];
    for (const bench of benches) for (let n = 0; n < DATABASES; n++) bench.db(n);
    const empty = poor.keyspace.account.used;
    for (let i = 0; i < 300; i++) {
      const write = anyWrite(chance);
      for (const bench of benches) write(bench);
    }
    let failures = 0;
    for (let i = 0; i < 3000; i++) {
      const change = anyChange(chance);
      change(rich);
      memory.refuses = true;
      try {
        change(poor);
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        memory.refuses = false;
        failures++;
        change(poor);
      }
      memory.refuses = false;
      if (i % 100 === 99) expect(contents(poor)).toEqual(contents(rich));
    }
    expect(failures).toBeGreaterThan(200);
    expect(poor.expiredKeys.length).toBeGreaterThan(10);
    // Not a byte is lost, whatever failed.
    for (const bench of benches) bench.keyspace.flushAll();
    expect(poor.keyspace.account.used).toBe(empty);
    expect(poor.keyspace.wheel.count).toBe(0);
  });
});
