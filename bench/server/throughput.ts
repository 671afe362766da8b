/** Requests a second and server CPU a request, side by side, in interleaved rounds. */
import type { BenchServer, Place } from '../support/contenders.js';
import { fillKeys } from '../support/fill.js';
import { type Load, type LoadResult, runLoad, SATURATED } from '../support/load.js';
import { median } from '../support/micro.js';
import { type Result, ratioGoal, result } from '../support/results.js';
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
  run: measureAll,
};

async function measureAll(bench: BenchContext): Promise<Result[]> {
  const reference = await bench.launcher.start('reference');
  try {
    const redstart = await bench.launcher.start('redstart');
    try {
      return await measureRows(bench, { reference, redstart });
    } finally {
      await redstart.stop();
    }
  } finally {
    await reference.stop();
  }
}

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
    results.push(...(await measureRow(bench, servers, name, load, atLeast)));
  }
  return results;
}

async function measureRow(
  bench: BenchContext,
  servers: Record<Place, BenchServer>,
  name: string,
  load: Load,
  atLeast: number,
): Promise<Result[]> {
  const rounds = bench.pick({ full: 7, quick: 3, smoke: 1 });
  const requests = await calibrate(bench, servers.reference, load);
  const runs: Record<Place, LoadResult[]> = { reference: [], redstart: [] };
  for (let round = 0; round < rounds; round++) {
    // The order alternates, so that neither always runs on the warmer machine.
    const order: Place[] = round % 2 === 0 ? ['reference', 'redstart'] : ['redstart', 'reference'];
    for (const place of order) runs[place].push(await runLoad(bench.launcher, servers[place], load, requests));
  }
  const saturated = (place: Place): boolean => median(runs[place].map((run) => run.clientBusy)) >= SATURATED;
  const both = saturated('reference') && saturated('redstart');
  const busy = (place: Place): string => `${Math.round(100 * median(runs[place].map((run) => run.clientBusy)))}%`;
  const note = `client ${busy('reference')} / ${busy('redstart')} busy`;
  const figures = (pick: (run: LoadResult) => number): Record<Place, number[]> => ({
    reference: runs.reference.map(pick),
    redstart: runs.redstart.map(pick),
  });
  // Where the client is the limit on both sides, requests a second say nothing, and the goal is one of CPU.
  return [
    result(
      'throughput',
      name,
      'requests/s',
      figures((run) => run.requestsPerSecond),
      {
        goal: both ? null : ratioGoal('at least', atLeast),
        note: both ? `${note}: saturated on both sides, CPU counts` : note,
      },
    ),
    result(
      'throughput',
      `${name}: server CPU`,
      'us/request',
      figures((run) => run.serverCpuUsPerRequest),
      {
        goal: both ? ratioGoal('at most', Number((1 / atLeast).toFixed(3))) : null,
      },
    ),
  ];
}

/** How many requests keep the reference busy for a round; the first run also warms both programs' code paths. */
async function calibrate(bench: BenchContext, reference: BenchServer, load: Load): Promise<number> {
  if (bench.scale === 'smoke') return 1000;
  const { requestsPerSecond } = await runLoad(bench.launcher, reference, load, 20_000 * Math.min(load.pipeline, 4));
  return Math.round((requestsPerSecond * bench.pick({ full: 3000, quick: 400, smoke: 0 })) / 1000);
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
