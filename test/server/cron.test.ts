import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cron, type CronTasks } from '../../src/server/cron.js';
import { Rate } from '../../src/server/samples.js';
import { systemClock } from '../../src/util/clock.js';

/** Tasks that count how often they ran. */
class Counting implements CronTasks {
  hz = 10;
  dynamicHz = true;
  clientCount = 0;
  ticks = 0;
  upkeeps = 0;
  /** How many turns of upkeep find more work. */
  backlog = 0;
  upkeepExpected = false;
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

  it('does upkeep every 16 ms while keys can expire, and with the tick otherwise', () => {
    cron.start();
    vi.advanceTimersByTime(1000);
    expect(tasks.upkeeps).toBe(10);
    tasks.upkeeps = 0;
    tasks.upkeepExpected = true;
    vi.advanceTimersByTime(1000);
    expect(tasks.upkeeps).toBeGreaterThan(50);
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
