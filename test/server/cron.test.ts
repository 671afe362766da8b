import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { Arena } from '../../src/memory/index.js';
import { Cron, type CronTasks } from '../../src/server/cron.js';
import { Rate } from '../../src/server/samples.js';
import type { ByteSpans } from '../../src/util/byte-spans.js';
import { ManualClock, systemClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';
import { spans, spanText } from '../keyspace/support.js';
import { int, ok } from '../support/index.js';
import { pollUntil } from '../support/wait.js';
import { InProcessServer } from './in-process.js';

/** Tasks that count how often they ran. */
class Counting implements CronTasks {
  hz = 10;
  dynamicHz = true;
  clientCount = 0;
  ticks = 0;
  upkeeps = 0;
  /** How many turns of upkeep find more work. */
  backlog = 0;
  nextUpkeepMs = Number.POSITIVE_INFINITY;
  nextDeadlineMs = Number.POSITIVE_INFINITY;
  deadlines = 0;
  failures: unknown[] = [];

  tick(): void {
    this.ticks++;
  }

  upkeep(): boolean {
    this.upkeeps++;
    return this.backlog-- > 0;
  }

  deadlinePassed(): void {
    this.deadlines++;
    this.nextDeadlineMs = Number.POSITIVE_INFINITY;
  }

  failed(cause: unknown): void {
    this.failures.push(cause);
  }
}

describe('the cron', () => {
  let tasks: Counting;
  let cron: Cron;
  beforeEach(() => {
    vi.useFakeTimers();
    tasks = new Counting();
    cron = new Cron(tasks, systemClock);
  });
  afterEach(() => {
    cron.stop();
    vi.useRealTimers();
  });

  it('ticks hz times a second', () => {
    cron.start();
    vi.advanceTimersByTime(1000);
    expect(tasks.ticks).toBe(10);
    expect(cron.loops).toBe(10);
  });

  it('ticks more often with many clients, if dynamic-hz says so', () => {
    tasks.clientCount = 10_000;
    expect(cron.effectiveHz).toBe(80);
    tasks.dynamicHz = false;
    expect(cron.effectiveHz).toBe(10);
    tasks.hz = 500;
    expect(cron.effectiveHz).toBe(500);
  });

  it('does upkeep with the tick, and when it is due in between', () => {
    cron.start();
    vi.advanceTimersByTime(1000);
    expect(tasks.upkeeps).toBe(10);
    tasks.nextUpkeepMs = Date.now() + 50;
    cron.upkeepSooner();
    vi.advanceTimersByTime(49);
    expect(tasks.upkeeps).toBe(10);
    tasks.nextUpkeepMs = Number.POSITIVE_INFINITY;
    vi.advanceTimersByTime(1);
    expect(tasks.upkeeps).toBe(11);
    vi.advanceTimersByTime(1000);
    expect(tasks.upkeeps).toBe(21);
  });

  it('goes on with upkeep in the next turn while there is more to do', () => {
    cron.start();
    tasks.backlog = 20;
    vi.advanceTimersByTime(150); // one tick; turns of the loop take a millisecond each here
    expect(tasks.upkeeps).toBe(21);
  });

  it('wakes at the deadline of a suspended client, and not later for one that comes after', () => {
    cron.start();
    tasks.nextDeadlineMs = Date.now() + 33;
    cron.deadlineChanged();
    cron.deadlineChanged();
    vi.advanceTimersByTime(32);
    expect(tasks.deadlines).toBe(0);
    vi.advanceTimersByTime(1);
    expect(tasks.deadlines).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(tasks.deadlines).toBe(1);
  });

  it('rests while it is paused, and goes on then', () => {
    cron.start();
    cron.setPaused(true);
    vi.advanceTimersByTime(1000);
    expect(tasks.ticks + tasks.upkeeps).toBe(0);
    cron.setPaused(false);
    vi.advanceTimersByTime(1000);
    expect(tasks.ticks).toBe(10);
  });

  it('hands over what a task throws, and has no timer left once stopped', () => {
    tasks.tick = () => {
      throw new Error('a broken invariant');
    };
    cron.start();
    vi.advanceTimersByTime(100);
    expect(String(tasks.failures[0])).toContain('a broken invariant');
    cron.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the cron with a keyspace', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A keyspace and its cron under fake timers; keys note how late they are. */
  function expiring() {
    const dueMs = new Map<string, number>();
    const latenessMs: number[] = [];
    const expired = (_db: Database, keys: ByteSpans, i: number): void => {
      latenessMs.push(Date.now() - dueMs.get(spanText(keys, i))!);
    };
    const keyspace = new Keyspace({
      arena: new Arena(),
      databaseCount: 1,
      clock: systemClock,
      random: new Random(3),
      hooks: {
        expired,
        fieldsExpired: () => {},
        evicted: () => {},
        missed: () => {},
        created: () => {},
        streamLeft: () => {},
      },
    });
    const tasks = new Counting();
    tasks.upkeep = () => {
      tasks.upkeeps++;
      return keyspace.maintain(1000);
    };
    Object.defineProperty(tasks, 'nextUpkeepMs', { get: () => keyspace.nextExpiryMs() });
    const cron = new Cron(tasks, systemClock);
    keyspace.wheel.onSooner = () => cron.upkeepSooner();
    cron.start();
    const setUntil = (key: string, ttlMs: number): void => {
      keyspace.setTime(Date.now());
      const keys = spans(key, 'value');
      const entry = keyspace.db(0).setString(keys, 0, keys.bytes, keys.view, keys.offset(1), 5, false);
      dueMs.set(key, Date.now() + ttlMs);
      keyspace.db(0).setExpire(entry, Date.now() + ttlMs);
    };
    return { keyspace, tasks, cron, setUntil, latenessMs };
  }

  it('drops a key at most 20 ms after its time, whenever it got it and however long that was', () => {
    const { keyspace, cron, setUntil, latenessMs } = expiring();
    const random = new Random(4);
    for (let i = 0; i < 600; i++) {
      setUntil(`key:${i}`, 1 + random.below([20, 500, 5000, 100_000][i % 4]!));
      vi.advanceTimersByTime(random.below(60));
    }
    vi.advanceTimersByTime(110_000);
    cron.stop();
    expect(latenessMs).toHaveLength(600);
    expect(keyspace.wheel.count).toBe(0);
    expect(Math.min(...latenessMs)).toBeGreaterThan(0);
    expect(Math.max(...latenessMs)).toBeLessThanOrEqual(20);
  });

  it('does not wake for keys that are not due for long, nor again and again for those that may not expire', () => {
    const { keyspace, tasks, cron, setUntil, latenessMs } = expiring();
    for (let i = 0; i < 100; i++) setUntil(`key:${i}`, 3_600_000 + i * 1000);
    vi.advanceTimersByTime(60_000);
    expect(tasks.upkeeps).toBeLessThanOrEqual(tasks.ticks + 5);
    setUntil('soon', 30);
    keyspace.activeExpire = false;
    vi.advanceTimersByTime(60_000);
    expect(tasks.upkeeps).toBeLessThanOrEqual(tasks.ticks + 10);
    keyspace.activeExpire = true;
    vi.advanceTimersByTime(110);
    expect(latenessMs).toHaveLength(1);
    cron.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a rate', () => {
  it('is the mean of its last sixteen samples', () => {
    const rate = new Rate();
    rate.sample(0, 0, 1000);
    for (let i = 1; i <= 16; i++) rate.sample(i * 50, i * 100, 1000);
    expect(rate.mean).toBe(500);
    for (let i = 17; i <= 24; i++) rate.sample(800, i * 100, 1000);
    expect(rate.mean).toBe(250);
  });

  it('stays sound when the counter is reset or the base stands still', () => {
    const rate = new Rate();
    rate.sample(1000, 0, 1);
    rate.sample(0, 100, 1);
    rate.sample(10, 100, 1);
    expect(rate.mean).toBe(0);
  });
});

describe('DEBUG PAUSE-CRON', () => {
  it('keeps a key whose time is over, until it is called off', async () => {
    const clock = new ManualClock();
    const directives = { enableDebugCommand: 'yes', hz: 500 };
    // The witness is started later and gets its key later: when it has ticked, the paused server would have ticked too.
    const paused = await InProcessServer.start(directives, clock);
    const witness = await InProcessServer.start(directives, clock);
    try {
      const client = await paused.connect();
      const other = await witness.connect();
      expect((await client.command('DEBUG PAUSE-CRON 1')).wire).toBe(ok);
      for (const each of [client, other]) expect((await each.command('SET k v PX 1')).wire).toBe(ok);
      clock.advance(100); // The wheel may be some 20 ms late.
      await pollUntil(async () => (await other.command('DBSIZE')).wire === int(0), 'the key of the witness to be gone');
      expect((await client.command('DBSIZE')).wire).toBe(int(1));
      expect((await client.command('DEBUG PAUSE-CRON 0')).wire).toBe(ok);
      await pollUntil(async () => (await client.command('DBSIZE')).wire === int(0), 'the key to be gone');
    } finally {
      await paused.close();
      await witness.close();
    }
  });
});
