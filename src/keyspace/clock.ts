/**
 * The clock of a record: when it was used last (LRU) or how often (LFU), in the 24 bits that a record has for it.
 *
 * ```
 *   LRU   seconds, modulo 2^24 (194 days)
 *   LFU   minutes of the last decay, modulo 2^16 (16 bits) | logarithmic counter (8 bits)
 * ```
 * The counter's growth and decay are those of Redis (evict.c, 7.0): each use raises it with a probability that falls
 * with its height, each `lfu-decay-time` minutes without use lower it by one.
 */
import type { Random } from '../util/random.js';
import { CLOCK_MASK } from './record.js';

/** A new key's counter, so that it is not evicted at once. */
const LFU_INITIAL = 5;
const LFU_MAX = 255;
const MINUTES_MASK = 0xffff;

/** Policy and time from which clocks are made. One a keyspace; fields are set by the owner. */
export class AccessClock {
  /** Whether `maxmemory-policy` counts frequency rather than recency. */
  lfu = false;
  lfuLogFactor = 10;
  lfuDecayTime = 1;
  private readonly random: Random;
  private seconds = 0;
  private minutes = 0;
  private nowMs = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** @hot Sets the time, in wall-clock milliseconds. */
  setTime(nowMs: number): void {
    if (nowMs === this.nowMs) return;
    this.nowMs = nowMs;
    const seconds = Math.floor(nowMs / 1000);
    this.minutes = Math.floor(seconds / 60) & MINUTES_MASK;
    this.seconds = seconds % (CLOCK_MASK + 1);
  }

  /** `lru_clock` of INFO. */
  get lruSeconds(): number {
    return this.seconds;
  }

  /** @hot The clock of a new key. */
  initial(): number {
    return this.lfu ? (this.minutes << 8) | LFU_INITIAL : this.seconds;
  }

  /** @hot The clock of a key that is used now and had `clock` before. */
  used(clock: number): number {
    if (!this.lfu) return this.seconds;
    let counter = this.frequency(clock);
    if (counter < LFU_MAX) {
      const base = Math.max(0, counter - LFU_INITIAL);
      if (this.random.below(base * this.lfuLogFactor + 1) === 0) counter++;
    }
    return (this.minutes << 8) | counter;
  }

  /** The counter that `clock` has decayed to, 0 to 255. */
  frequency(clock: number): number {
    const counter = clock & LFU_MAX;
    if (this.lfuDecayTime === 0) return counter;
    const idle = (this.minutes - (clock >>> 8)) & MINUTES_MASK;
    return Math.max(0, counter - Math.floor(idle / this.lfuDecayTime));
  }

  /** How long ago a key with this clock was used, in milliseconds; whole seconds under an LRU policy. */
  idleMs(clock: number): number {
    return ((this.seconds - clock) & CLOCK_MASK) * 1000;
  }

  /** The LRU clock of a key that has not been used for `seconds` (RESTORE, RDB). */
  idleClock(seconds: number): number {
    return (this.seconds - seconds) & CLOCK_MASK;
  }

  /** The LFU clock of a key with this counter (the same). */
  frequencyClock(counter: number): number {
    return (this.minutes << 8) | counter;
  }
}
