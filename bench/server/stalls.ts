/** How long the server keeps a client waiting while it grows to ten million keys, and while a million keys expire. */

import { pollUntil } from '../../test/support/wait.js';
import type { BenchServer, Place, Probe } from '../support/contenders.js';
import { fillKeys, keyName, sendAll, setCommand } from '../support/fill.js';
import { figureGoal, type Result, result } from '../support/results.js';
import type { BenchContext, Scenario } from '../support/scenario.js';
import { probeStalls, type StallReport, stallNote, worstOf } from '../support/stall-prober.js';

const MIB = 1 << 20;
const PLACES: readonly Place[] = ['reference', 'redstart'];

/** Scenario `fill`. */
export const fill: Scenario = {
  name: 'fill',
  summary: 'filling an empty server: the longest a PING waits (worst of the runs), the V8 heap afterwards',
  async run(bench) {
    const keys = bench.pick({ full: 10_000_000, quick: 1_000_000, smoke: 1000 });
    const runs = bench.pick({ full: 3, quick: 1, smoke: 1 });
    const reports: Record<Place, StallReport[]> = { reference: [], redstart: [] };
    const probes: Probe[] = [];
    for (let run = 1; run <= runs; run++) {
      for (const place of PLACES) {
        await bench.withServer(place, { probe: place === 'redstart' }, async (server) => {
          bench.progress(`${place}: run ${run} of ${runs}, ${keys} keys`);
          await server.readProbe(); // Start-up is not part of the loop's worst delay.
          reports[place].push(await probeStalls(server.port, () => fillKeys(server.port, keys)));
          const probe = place === 'redstart' ? await server.readProbe() : null;
          if (probe !== null) probes.push(probe);
        });
      }
    }
    return [
      ...stallRows('fill', `worst PING while filling ${keys / 1000}k keys`, reports),
      ...probeRows('fill', 'while filling', probes),
    ];
  },
};

/** Scenario `expiry`. */
export const expiry: Scenario = {
  name: 'expiry',
  summary: 'keys due within the same seconds: the longest a PING waits, and how late the last key goes',
  async run(bench) {
    const keys = bench.pick({ full: 1_000_000, quick: 200_000, smoke: 200 });
    const windowMs = bench.pick({ full: 10_000, quick: 2000, smoke: 200 });
    const runs = bench.pick({ full: 3, quick: 1, smoke: 1 });
    const reports: Record<Place, StallReport[]> = { reference: [], redstart: [] };
    const late: Record<Place, number[]> = { reference: [], redstart: [] };
    const probes: Probe[] = [];
    for (let run = 1; run <= runs; run++) {
      for (const place of PLACES) {
        await bench.withServer(place, { probe: place === 'redstart' }, async (server) => {
          bench.progress(`${place}: run ${run} of ${runs}, ${keys} keys due within ${windowMs} ms`);
          const dueAtMs = await fillExpiring(bench, server, keys, windowMs);
          await server.readProbe();
          reports[place].push(
            await probeStalls(server.port, async () => {
              late[place].push(await worstLatenessMs(server, keys, dueAtMs));
            }),
          );
          const probe = place === 'redstart' ? await server.readProbe() : null;
          if (probe !== null) probes.push(probe);
        });
      }
    }
    const worst = { reference: Math.max(...late.reference), redstart: Math.max(...late.redstart) };
    return [
      ...stallRows('expiry', `worst PING while ${keys / 1000}k keys expire in ${windowMs / 1000} s`, reports),
      result('expiry', 'longest a key outlived its time', 'ms', worst, { goal: figureGoal('at most', 200) }),
      ...probeRows('expiry', 'while keys expire', probes),
    ];
  },
};

/**
 * Sets keys that expire one after the other, evenly over a window that begins when all are set. Returns when the i-th
 * is due.
 */
async function fillExpiring(
  bench: BenchContext,
  server: BenchServer,
  keys: number,
  windowMs: number,
): Promise<(i: number) => number> {
  const marginMs = bench.pick({ full: 15_000, quick: 5000, smoke: 300 });
  const beginMs = Date.now() + marginMs;
  const dueAtMs = (i: number): number => beginMs + Math.floor((i * windowMs) / keys);
  const value = 'x'.repeat(32);
  await sendAll(server.port, keys, (i) => setCommand(keyName(i), value, ['PXAT', String(dueAtMs(i))]));
  if (Date.now() > beginMs)
    throw new Error(`setting ${keys} keys took longer than the ${marginMs} ms before the first is due`);
  return dueAtMs;
}

/**
 * Asks for the number of keys until none is left. With `alive` keys there, one of them must be as old as the key that
 * would be the first of the last `alive` to go: how long ago that was due is the lateness (at least).
 */
async function worstLatenessMs(server: BenchServer, keys: number, dueAtMs: (i: number) => number): Promise<number> {
  const client = await server.connect();
  let worst = 0;
  try {
    await pollUntil(
      async () => {
        const askedAtMs = Date.now();
        const alive = Number((await client.command('DBSIZE')).value);
        if (alive > 0) worst = Math.max(worst, askedAtMs - dueAtMs(keys - alive));
        return alive === 0;
      },
      'the last key to expire',
      120_000,
    );
  } finally {
    await client.close();
  }
  return worst;
}

function stallRows(scenario: string, name: string, reports: Record<Place, StallReport[]>): Result[] {
  const worst = { reference: worstOf(reports.reference), redstart: worstOf(reports.redstart) };
  const figures = { reference: worst.reference.worstMs, redstart: worst.redstart.worstMs };
  return [result(scenario, name, 'ms', figures, { goal: figureGoal('at most', 10), note: stallNote(worst.redstart) })];
}

function probeRows(scenario: string, when: string, probes: readonly Probe[]): Result[] {
  if (probes.length === 0) return [];
  const loopWorstMs = Math.max(...probes.map((probe) => probe.loopWorstMs));
  const heapMiB = Math.max(...probes.map((probe) => probe.heapUsedBytes)) / MIB;
  return [
    result(
      scenario,
      `longest delay of the event loop ${when}`,
      'ms',
      { reference: null, redstart: loopWorstMs },
      {
        goal: figureGoal('at most', 10),
      },
    ),
    result(
      scenario,
      'V8 heap afterwards',
      'MiB',
      { reference: null, redstart: heapMiB },
      {
        goal: figureGoal('at most', 64),
      },
    ),
  ];
}
