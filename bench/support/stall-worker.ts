/** The thread behind stall-prober.ts: sends the PINGs and keeps their times. */
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { StallReport } from './stall-prober.js';

const { port } = workerData as { port: number };

/** Up to 16 minutes of PINGs; later ones only count for the worst. */
const times = new Float64Array(1_000_000);
let count = 0;
let worstMs = 0;
let ownWorstMs = 0;
let sentAt = 0;
let lastTick = 0;

const socket = connect({ port, host: '127.0.0.1', noDelay: true });

socket.once('connect', () => {
  lastTick = performance.now();
  setInterval(tick, 1);
  parentPort?.postMessage('started');
});

socket.on('data', () => {
  const took = performance.now() - sentAt;
  sentAt = 0;
  if (took > worstMs) worstMs = took;
  if (count < times.length) times[count++] = took;
});

parentPort?.once('message', () => {
  // A PING that is still out counts with the time that it has taken so far.
  if (sentAt !== 0) worstMs = Math.max(worstMs, performance.now() - sentAt);
  const sorted = times.subarray(0, count).sort();
  const p999Ms = sorted[Math.floor(count * 0.999)] ?? worstMs;
  const report: StallReport = { worstMs, p999Ms, count, ownWorstMs };
  parentPort?.postMessage(report);
});

/** Sends the next PING unless one is out; notes how late the timer itself was. */
function tick(): void {
  const now = performance.now();
  // A timer of 1 ms comes after 1 to 2 ms when all is well.
  ownWorstMs = Math.max(ownWorstMs, now - lastTick - 2);
  lastTick = now;
  if (sentAt !== 0) return;
  sentAt = now;
  socket.write('*1\r\n$4\r\nPING\r\n');
}
