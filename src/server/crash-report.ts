/**
 * What a server leaves in its log when an invariant is broken: enough to find out why, between the two lines by which
 * tools find such a report in a Redis log.
 */
import { totalmem } from 'node:os';
import { REDIS_VERSION, REDSTART_VERSION } from '../util/version.js';

/** What the report tells besides the cause. */
export interface CrashCircumstances {
  readonly startedMs: number;
  readonly nowMs: number;
  /** The clients as CLIENT LIST shows them, at most as many as are of use. */
  readonly clients: readonly string[];
  readonly keyCount: number;
  readonly usedMemoryBytes: number;
}

/** The report as lines, with a newline at the end. */
export function crashReport(cause: unknown, circumstances: CrashCircumstances): string {
  const { startedMs, nowMs, clients, keyCount, usedMemoryBytes } = circumstances;
  const memory = process.memoryUsage();
  const trace = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return [
    '',
    '',
    '=== REDIS BUG REPORT START: Cut & paste starting from here ===',
    `This server stops: ${cause instanceof Error ? cause.message : String(cause)}`,
    '',
    '------ STACK TRACE ------',
    trace,
    '',
    '------ SERVER ------',
    `redstart_version:${REDSTART_VERSION} redis_version:${REDIS_VERSION} node:${process.version}`,
    `os:${process.platform} ${process.arch} process_id:${process.pid}`,
    `uptime_in_seconds:${Math.floor((nowMs - startedMs) / 1000)} keys:${keyCount}`,
    '',
    '------ MEMORY ------',
    `used_memory:${usedMemoryBytes} used_memory_rss:${memory.rss} total_system_memory:${totalmem()}`,
    `heap_used:${memory.heapUsed} heap_total:${memory.heapTotal} external:${memory.external}`,
    '',
    '------ CLIENTS ------',
    ...clients,
    '',
    '=== REDIS BUG REPORT END. Make sure to include from START to END. ===',
    '',
  ].join('\n');
}
