/**
 * Stalls as a client feels them: a PING each millisecond on a connection of its own, from a thread of its own, while
 * something else happens to the server.
 */
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';

/** How long the PINGs took. */
export interface StallReport {
  readonly worstMs: number;
  readonly p999Ms: number;
  readonly count: number;
  /** The longest that the prober itself was kept from running: a worst PING not above this says nothing. */
  readonly ownWorstMs: number;
}

/** Runs `body` while the server is probed, and returns what the PINGs showed. */
export async function probeStalls(port: number, body: () => Promise<void>): Promise<StallReport> {
  const worker = new Worker(new URL('./stall-worker.js', import.meta.url), { workerData: { port } });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  const started = new Promise((resolve) => worker.once('message', resolve));
  await Promise.race([started, failed]);
  yieldToProber(true);
  try {
    await Promise.race([body(), failed]);
    const report = new Promise<StallReport>((resolve) => worker.once('message', resolve));
    worker.postMessage('stop');
    return await Promise.race([report, failed]);
  } finally {
    yieldToProber(false);
    await worker.terminate();
  }
}

/**
 * Lowers the priority of this thread (on Linux it is the thread's, not the process's), so that the prober on the same
 * core runs first; and raises it again, which only root may: others leave it as it is.
 */
function yieldToProber(yields: boolean): void {
  if (process.getuid?.() === 0) setPriority(process.pid, yields ? 5 : 0);
}

/** The worst of several runs, figure by figure. */
export function worstOf(reports: readonly StallReport[]): StallReport {
  return {
    worstMs: Math.max(...reports.map((report) => report.worstMs)),
    p999Ms: Math.max(...reports.map((report) => report.p999Ms)),
    count: reports.reduce((sum, report) => sum + report.count, 0),
    ownWorstMs: Math.max(...reports.map((report) => report.ownWorstMs)),
  };
}

/** The note that belongs to a stall's figure. */
export function stallNote(report: StallReport): string {
  return `p99.9 ${report.p999Ms.toFixed(1)} ms of ${report.count} PINGs; the prober itself was late by up to ${report.ownWorstMs.toFixed(1)} ms`;
}
