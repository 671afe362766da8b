/**
 * `npm run fuzz`: the differential tests again and again with new seeds, until a difference is found or the time is
 * over. Options after `--`:
 *
 * ```
 *   --minutes <n>     stop after so long; without it, only a difference or Ctrl-C ends it
 *   --only <word>     the differential tests with this word in their file name: string, zset, effects...
 *   --factor <n>      how many times as many sequences a round has as in `npm test`; 10 by default
 * ```
 * A difference is printed with the seed that shows it again: `REDSTART_SEED=<seed> npx vitest run <file>`.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    only: { type: 'string', default: '' },
    factor: { type: 'string', default: '10' },
  },
});
const folder = join(import.meta.dirname, '../commands');
const files = readdirSync(folder).filter((name) => name.startsWith('differential-') && name.includes(values.only));
if (files.length === 0) throw new Error(`no differential test with "${values.only}" in its name`);

const endsMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;
let rounds = 0;
do {
  const seed = randomInt(2 ** 31);
  console.log(`round ${++rounds}: REDSTART_SEED=${seed}, ${files.join(' ')}`);
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'tests', ...files], {
    stdio: 'inherit',
    env: { ...process.env, REDSTART_SEED: String(seed), REDSTART_RUNS: values.factor },
  });
  if (status !== 0) process.exit(status ?? 1);
} while (Date.now() < endsMs);
console.log(`${rounds} rounds without a difference`);
