/**
 * Rates: how many commands, bytes and turns of the event loop there were lately. INFO's `instantaneous_*` are the mean
 * of the last {@link SAMPLES} samples, one every {@link SAMPLE_INTERVAL_MS}.
 */
import { performance } from 'node:perf_hooks';

const SAMPLES = 16;

/** How often a rate takes a sample. */
export const SAMPLE_INTERVAL_MS = 100;

/** The rate of a growing counter in relation to another one. */
export class Rate {
  private readonly samples = new Float64Array(SAMPLES);
  private at = 0;
  private lastValue = 0;
  private lastBase = Number.NaN;

  /**
   * Takes a sample: by how much `value` has grown for each unit that `base` has grown since the last call, times
   * `scale`. A base that stands still gives a sample of 0. O(1).
   */
  sample(value: number, base: number, scale: number): void {
    const grown = base - this.lastBase;
    if (!Number.isNaN(this.lastBase)) {
      // A counter that was reset begins anew.
      this.samples[this.at] = grown > 0 ? (Math.max(0, value - this.lastValue) / grown) * scale : 0;
      this.at = (this.at + 1) % SAMPLES;
    }
    this.lastValue = value;
    this.lastBase = base;
  }

  /** Forgets all samples (CONFIG RESETSTAT). */
  reset(): void {
    this.samples.fill(0);
    this.lastBase = Number.NaN;
  }

  /** The mean of the samples. O(1). */
  get mean(): number {
    let sum = 0;
    for (const sample of this.samples) sum += sample;
    return sum / SAMPLES;
  }
}

/**
 * The event loop's own figures since this object was made, or was last reset. They are the process' and not one
 * server's: servers in one process share its loop.
 */
export class LoopMonitor {
  private startCycles = cyclesOfProcess();
  private start = performance.eventLoopUtilization();

  /** Begins anew (CONFIG RESETSTAT). */
  reset(): void {
    this.startCycles = cyclesOfProcess();
    this.start = performance.eventLoopUtilization();
  }

  /** Turns of the loop; 0 where Node does not count them (before 20.18). */
  get cycles(): number {
    return cyclesOfProcess() - this.startCycles;
  }

  /** Microseconds that the loop did not wait for events. */
  get busyUs(): number {
    return Math.round(performance.eventLoopUtilization(this.start).active * 1000);
  }
}

function cyclesOfProcess(): number {
  // The type definitions are of a Node that did not have it yet.
  const timing = performance.nodeTiming as unknown as { uvMetricsInfo?: { loopCount: number } };
  return timing.uvMetricsInfo?.loopCount ?? 0;
}
