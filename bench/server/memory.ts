/** Resident memory: a key, a key with a TTL, and after much overwriting and deleting. */
import { Random } from '../../src/util/random.js';
import type { BenchServer } from '../support/contenders.js';
import { keyName, sendAll, setCommand } from '../support/fill.js';
import { figureGoal, ratioGoal, result } from '../support/results.js';
import type { BenchContext, Scenario } from '../support/scenario.js';

const MIB = 1 << 20;
/** Commands in one pipeline where each reply is read. */
const ASKED_AT_ONCE = 1000;

/** Scenario `memory`. */
export const memory: Scenario = {
  name: 'memory',
  summary: 'RSS above empty for each key of 16 bytes with a value of 32, without and with a TTL',
  async run(bench) {
    const keys = bench.pick({ full: 1_000_000, quick: 300_000, smoke: 100 });
    const value = 'x'.repeat(32);
    const plain = await bench.forBoth({}, (server) =>
      bytesPerKey(bench, server, keys, (i) => setCommand(keyName(i), value)),
    );
    // Spread over hours from far ahead on, so that none is due during the run.
    const withTtl = await bench.forBoth({}, (server) =>
      bytesPerKey(bench, server, keys, (i) => setCommand(keyName(i), value, ['PX', String(100_000_000 + i * 13)])),
    );
    return [
      result('memory', `memory a key, ${keys / 1000}k keys`, 'bytes', plain, { goal: ratioGoal('at most', 0.65) }),
      result('memory', `memory a key with a TTL, ${keys / 1000}k keys`, 'bytes', withTtl, {
        goal: ratioGoal('at most', 0.7),
      }),
    ];
  },
};

/** Scenario `churn`. */
export const churn: Scenario = {
  name: 'churn',
  summary: 'RSS after three rounds of overwriting every key with 16 to 512 bytes and deleting half of them',
  async run(bench) {
    const keys = bench.pick({ full: 1_000_000, quick: 200_000, smoke: 100 });
    const after = await bench.forBoth({}, async (server) => {
      await overwriteAndDelete(bench, server, keys);
      const rss = await settled(bench, server);
      const usage = await sumOfMemoryUsage(server, keys);
      const used = await server.infoNumber('used_memory');
      return { rss, used, share: (100 * (used - (await server.infoNumber('used_memory_startup')))) / usage };
    });
    return [
      result(
        'churn',
        `RSS after overwriting ${keys / 1000}k keys three times and deleting half`,
        'MiB',
        { reference: after.reference.rss / MIB, redstart: after.redstart.rss / MIB },
        { goal: ratioGoal('at most', 1.0) },
      ),
      result('churn', 'used_memory then', 'MiB', {
        reference: after.reference.used / MIB,
        redstart: after.redstart.used / MIB,
      }),
      result(
        'churn',
        'used_memory above the start, of the sum of MEMORY USAGE over all keys',
        '%',
        { reference: after.reference.share, redstart: after.redstart.share },
        { goal: figureGoal('at most', 103), note: 'the account against the blocks, counted key by key' },
      ),
    ];
  },
};

async function bytesPerKey(
  bench: BenchContext,
  server: BenchServer,
  keys: number,
  command: (i: number) => string,
): Promise<number> {
  bench.progress(`${server.place}: ${keys} keys`);
  const empty = await settled(bench, server);
  await sendAll(server.port, keys, command);
  return ((await settled(bench, server)) - empty) / keys;
}

async function overwriteAndDelete(bench: BenchContext, server: BenchServer, keys: number): Promise<void> {
  const random = new Random(7);
  const values = Array.from({ length: 512 }, (_, size) => 'v'.repeat(size + 1));
  for (let round = 1; round <= 3; round++) {
    bench.progress(`${server.place}: round ${round} of overwriting ${keys} keys`);
    await sendAll(server.port, keys, (i) => setCommand(keyName(i), values[15 + random.below(497)]!));
  }
  await sendAll(server.port, keys >>> 1, (i) => `*2\r\n$3\r\nDEL\r\n$16\r\n${keyName(2 * i)}\r\n`);
}

/** What the keys that {@link overwriteAndDelete} leaves say that they hold, in bytes. */
async function sumOfMemoryUsage(server: BenchServer, keys: number): Promise<number> {
  const client = await server.connect();
  let sum = 0;
  for (let from = 1; from < keys; from += 2 * ASKED_AT_ONCE) {
    const batch: string[][] = [];
    for (let i = from; i < Math.min(keys, from + 2 * ASKED_AT_ONCE); i += 2) {
      batch.push(['MEMORY', 'USAGE', keyName(i), 'SAMPLES', '0']);
    }
    for (const { value } of await client.pipeline(batch)) sum += Number(value);
  }
  await client.close();
  return sum;
}

function settled(bench: BenchContext, server: BenchServer): Promise<number> {
  return bench.scale === 'smoke' ? Promise.resolve(server.rssBytes()) : server.settledRssBytes();
}
