/** The time from the start of the process to the first answered PING. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Place } from '../support/contenders.js';
import { figureGoal, result } from '../support/results.js';
import type { BenchContext, Scenario } from '../support/scenario.js';

/** Scenario `startup`. */
export const startup: Scenario = {
  name: 'startup',
  summary: 'time from process start to the first PONG, median of several starts',
  async run(bench) {
    const starts = bench.pick({ full: 15, quick: 5, smoke: 1 });
    const times: Record<Place, number[]> = { reference: [], redstart: [] };
    for (let i = 0; i < starts; i++) {
      times.reference.push(await timeToPongMs(bench, 'reference'));
      times.redstart.push(await timeToPongMs(bench, 'redstart'));
    }
    return [result('startup', 'process start to first PONG', 'ms', times, { goal: figureGoal('at most', 200) })];
  },
};

async function timeToPongMs(bench: BenchContext, place: Place): Promise<number> {
  const begin = performance.now();
  const server = await bench.launcher.start(place, { wait: false });
  try {
    while (!(await answersPing(server.port))) {
      if (performance.now() - begin > 30_000) throw new Error(`${place} does not answer`);
      await delay(1);
    }
    return performance.now() - begin;
  } finally {
    await server.stop();
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused: it does not listen yet.
    socket.once('error', () => resolve(false));
  });
}
