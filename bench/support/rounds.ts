/** A load on both servers in interleaved rounds: requests a second, and server CPU a request. */
import type { BenchServer, Place } from './contenders.js';
import { type Load, type LoadResult, runLoad, SATURATED } from './load.js';
import { median } from './micro.js';
import { type Result, ratioGoal, result } from './results.js';
import type { BenchContext } from './scenario.js';

/** What is measured, and the ratio of requests a second that it must reach. */
export interface Measurement {
  readonly scenario: string;
  readonly name: string;
  readonly load: Load;
  readonly atLeast: number;
  /** Requests of a round at most, where a round uses something up. Default: no limit. */
  readonly mostRequests?: number;
  /** Does what each round needs, such as filling again what it has used up. */
  readonly before?: (server: BenchServer) => Promise<void>;
}

/**
 * Measures one load. Where the client is the limit on both sides, requests a second say nothing, and the goal is one of
 * server CPU: at most the inverse of the ratio.
 */
export async function measureLoad(
  bench: BenchContext,
  servers: Record<Place, BenchServer>,
  measurement: Measurement,
): Promise<Result[]> {
  const { scenario, name, load, atLeast, before } = measurement;
  const rounds = bench.pick({ full: 7, quick: 3, smoke: 1 });
  const requests = await calibrate(bench, servers.reference, measurement);
  const runs: Record<Place, LoadResult[]> = { reference: [], redstart: [] };
  for (let round = 0; round < rounds; round++) {
    // The order alternates, so that neither always runs on the warmer machine.
    const order: Place[] = round % 2 === 0 ? ['reference', 'redstart'] : ['redstart', 'reference'];
    for (const place of order) {
      await before?.(servers[place]);
      runs[place].push(await runLoad(bench.launcher, servers[place], load, requests));
    }
  }
  const saturated = (place: Place): boolean => median(runs[place].map((run) => run.clientBusy)) >= SATURATED;
  const both = saturated('reference') && saturated('redstart');
  const busy = (place: Place): string => `${Math.round(100 * median(runs[place].map((run) => run.clientBusy)))}%`;
  const note = `client ${busy('reference')} / ${busy('redstart')} busy`;
  const figures = (pick: (run: LoadResult) => number): Record<Place, number[]> => ({
    reference: runs.reference.map(pick),
    redstart: runs.redstart.map(pick),
  });
  const rate = figures((run) => run.requestsPerSecond);
  const cpu = figures((run) => run.serverCpuUsPerRequest);
  return [
    result(scenario, name, 'requests/s', rate, {
      goal: both ? null : ratioGoal('at least', atLeast),
      note: both ? `${note}: saturated on both sides, CPU counts` : note,
    }),
    result(scenario, `${name}: server CPU`, 'us/request', cpu, {
      goal: both ? ratioGoal('at most', Number((1 / atLeast).toFixed(3))) : null,
    }),
  ];
}

/** How many requests keep the reference busy for a round; the first run also warms both programs' code paths. */
async function calibrate(bench: BenchContext, reference: BenchServer, measurement: Measurement): Promise<number> {
  const { load, before, mostRequests = Number.POSITIVE_INFINITY } = measurement;
  if (bench.scale === 'smoke') return Math.min(1000, mostRequests);
  await before?.(reference);
  const trial = Math.min(20_000 * Math.min(load.pipeline, 4), mostRequests);
  const { requestsPerSecond } = await runLoad(bench.launcher, reference, load, trial);
  const roundMs = bench.pick({ full: 3000, quick: 400, smoke: 0 });
  return Math.min(Math.round((requestsPerSecond * roundMs) / 1000), mostRequests);
}
