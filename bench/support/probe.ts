/**
 * Preloaded into a Node server under measurement (`node --import`): on SIGUSR2 it writes its heap size and the longest
 * delay of its event loop since the last time to the file named in REDSTART_BENCH_PROBE. No part of the server.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env['REDSTART_BENCH_PROBE'];

if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let readings = 0;
  const write = (): void => {
    const reading = {
      heapUsedBytes: process.memoryUsage().heapUsed,
      // The monitor counts from one tick to the next: the tick's own millisecond is no delay.
      loopWorstMs: Math.max(0, delay.max / 1e6 - 1),
      readings: readings++,
    };
    writeFileSync(file, `${JSON.stringify(reading)}\n`);
    delay.reset();
  };
  delay.enable();
  process.on('SIGUSR2', write);
  write();
}
