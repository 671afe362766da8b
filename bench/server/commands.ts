/** The whole default list of redis-benchmark, side by side. */
import type { BenchServer } from '../support/contenders.js';
import { sendAll } from '../support/fill.js';
import type { Result } from '../support/results.js';
import { measureLoad } from '../support/rounds.js';
import type { Scenario } from '../support/scenario.js';

/** redis-benchmark's tests but for ranges, in its order: what pops comes behind what pushes. */
const TESTS = [
  'ping_inline',
  'ping_mbulk',
  'set',
  'get',
  'incr',
  'lpush',
  'rpush',
  'lpop',
  'rpop',
  'sadd',
  'hset',
  'spop',
  'zadd',
  'zpopmin',
  'mset',
] as const;

/**
 * Its ranges, of a list that is there: redis-benchmark would push one before each run, and that would be measured too.
 */
const RANGES = [100, 300, 500, 600] as const;
const RANGED_ELEMENTS = 100_000;

/** Keys, members and fields are random out of so many. */
const RANDOM = 100_000;

/** Scenario `commands`. */
export const commands: Scenario = {
  name: 'commands',
  isLong: true,
  summary: "redis-benchmark's default list, with 16 commands a pipeline and without",
  async run(bench) {
    const results: Result[] = [];
    await bench.withBoth(async (servers) => {
      const measure = async (name: string, test: string | readonly string[], pipeline: number): Promise<void> => {
        const load = { test, clients: 50, pipeline, keys: RANDOM };
        const atLeast = pipeline === 1 ? 0.95 : 1.0;
        bench.progress(`${name} -P ${pipeline}`);
        results.push(
          ...(await measureLoad(bench, servers, {
            scenario: 'commands',
            name: `${name} -P ${pipeline}`,
            load,
            atLeast,
          })),
        );
      };
      for (const server of [servers.reference, servers.redstart]) await pushRanged(server);
      for (const pipeline of bench.scale === 'smoke' ? [16] : [16, 1]) {
        for (const test of bench.scale === 'smoke' ? TESTS.slice(0, 2) : TESTS) {
          await measure(test.toUpperCase(), test, pipeline);
        }
        for (const count of bench.scale === 'smoke' ? RANGES.slice(0, 1) : RANGES) {
          await measure(`LRANGE_${count}`, ['LRANGE', 'ranged', '0', String(count - 1)], pipeline);
        }
      }
    });
    return results;
  },
};

function pushRanged(server: BenchServer): Promise<void> {
  return sendAll(server.port, RANGED_ELEMENTS, () => '*3\r\n$5\r\nRPUSH\r\n$6\r\nranged\r\n$3\r\nxyz\r\n');
}
