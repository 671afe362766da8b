/** Requests a second and server CPU a request, side by side, in interleaved rounds. */
import type { BenchServer, Place } from '../support/contenders.js';
import { fillKeys } from '../support/fill.js';
import type { Load } from '../support/load.js';
import type { Result } from '../support/results.js';
import { measureLoad } from '../support/rounds.js';
import type { BenchContext, Scenario } from '../support/scenario.js';

const RANDOM_KEYS = 1_000_000;

/** A load with its name and the ratio of requests a second that it must reach. */
interface Row {
  readonly name: string;
  readonly load: Load;
  readonly atLeast: number;
}

const ROWS: readonly Row[] = [
  ...['ping_mbulk', 'get', 'set', 'incr'].map((test) => row(test, { clients: 50, pipeline: 1 }, 0.95)),
  ...['get', 'set'].map((test) => row(test, { clients: 50, pipeline: 16, keys: RANDOM_KEYS, valueBytes: 32 }, 1.4)),
  ...['get', 'set'].map((test) => row(test, { clients: 50, pipeline: 64, keys: RANDOM_KEYS, valueBytes: 32 }, 1.8)),
  ...['get', 'set'].map((test) => row(test, { clients: 50, pipeline: 16, valueBytes: 32 }, 1.0)),
  ...['get', 'set'].map((test) => row(test, { clients: 50, pipeline: 16, keys: 100_000, valueBytes: 1024 }, 1.0)),
  ...['get', 'set'].map((test) => row(test, { clients: 500, pipeline: 1 }, 0.9)),
];

/** Scenario `throughput`. */
export const throughput: Scenario = {
  name: 'throughput',
  summary: 'requests a second and server CPU a request under redis-benchmark, medians of interleaved rounds',
  run: (bench) => bench.withBoth((servers) => measureRows(bench, servers)),
};

async function measureRows(bench: BenchContext, servers: Record<Place, BenchServer>): Promise<Result[]> {
  const results: Result[] = [];
  let filledWith = 0;
  for (const { name, load, atLeast } of bench.scale === 'smoke' ? ROWS.slice(0, 2) : ROWS) {
    bench.progress(name);
    // Values of the size that the row reads: written anew whenever the size changes.
    if (load.valueBytes !== undefined && load.valueBytes !== filledWith) {
      filledWith = load.valueBytes;
      for (const server of [servers.reference, servers.redstart]) await prepare(server, load);
    }
    results.push(...(await measureLoad(bench, servers, { scenario: 'throughput', name, load, atLeast })));
  }
  return results;
}

async function prepare(server: BenchServer, load: Load): Promise<void> {
  const client = await server.connect();
  await client.command('FLUSHALL');
  await client.close();
  await fillKeys(server.port, load.keys ?? 1, load.valueBytes);
}

function row(test: string, load: Omit<Load, 'test'>, atLeast: number): Row {
  const command = test === 'ping_mbulk' ? 'PING' : test.toUpperCase();
  const keys = load.valueBytes === undefined ? '' : load.keys === undefined ? ' one key' : ` ${load.keys / 1000}k keys`;
  const value = load.valueBytes === undefined ? '' : ` ${load.valueBytes} B`;
  return { name: `${command} c=${load.clients} -P ${load.pipeline}${keys}${value}`, load: { test, ...load }, atLeast };
}
