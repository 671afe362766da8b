/**
 * Time, injectable: every module gets a `Clock` and none asks the system, so that tests and embedders can set it.
 */
import { performance } from 'node:perf_hooks'; // the global of this name is a getter, which costs as much as the call

/** A source of wall-clock and monotonic time. */
export interface Clock {
  /** Wall-clock time in whole milliseconds since the Unix epoch. O(1), no allocation. */
  nowMs(): number;
  /** Wall-clock time in whole microseconds since the Unix epoch (safe as a number until the year 2255). */
  nowUs(): number;
  /** Monotonic time in microseconds (with a fraction) from an arbitrary origin; never goes back. */
  monotonicUs(): number;
}

/** The system's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowUs: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  monotonicUs: () => performance.now() * 1000,
};

/** A clock that stands still until told otherwise: for tests, which never sleep for a TTL. */
export class ManualClock implements Clock {
  private us: number;

  /** @param startMs wall-clock milliseconds to begin at */
  constructor(startMs = 1_700_000_000_000) {
    this.us = startMs * 1000;
  }

  nowMs(): number {
    return Math.floor(this.us / 1000);
  }

  nowUs(): number {
    return this.us;
  }

  monotonicUs(): number {
    return this.us;
  }

  /** Moves the time on by `ms` milliseconds. */
  advance(ms: number): void {
    this.us += ms * 1000;
  }

  /** Sets the wall-clock time to `ms` milliseconds since the epoch; the monotonic time follows. */
  set(ms: number): void {
    this.us = ms * 1000;
  }
}
