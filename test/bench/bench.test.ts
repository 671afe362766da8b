/** Every bench at the smallest size: they must still run, whatever their figures are here. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatRows, measure, median } from '../../bench/support/micro.js';
import { figureGoal, formatResults, ratioGoal, result } from '../../bench/support/results.js';
import { referenceAvailable } from '../support/index.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Runs a program in the project's folder and returns its output; fails with it when the program fails. */
function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  expect(status, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

describe('the benches', () => {
  beforeAll(() => {
    run(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'bench/tsconfig.json');
  }, 120_000);

  test('of modules all run', { timeout: 60_000 }, () => {
    run(process.execPath, '.build/bench/run.js', '--micro', '--smoke');
  });

  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(!referenceAvailable)('of the server all run', { timeout: 120_000 }, () => {
    const other = process.env['REDSTART_PROGRAM'];
    const program = other === undefined ? [] : ['--redstart', other];
    expect(run(process.execPath, '.build/bench/run.js', '--smoke', ...program)).toMatch(/^\d+ of \d+ goals met$/m);
  });
});

describe('the figures of a bench', () => {
  test('are medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  test('are times of one operation and keep the checksum', () => {
    const row = measure('adding', 1000, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += i;
      return sum;
    });
    expect(row).toMatchObject({ name: 'adding', checksum: 499500 });
    expect(row.nsPerOp).toBeGreaterThan(0);
    expect(formatRows([row])).toContain('00079f2c');
  });

  test('meet a goal by their ratio, or by themselves', () => {
    const figures = { reference: [100, 300, 200], redstart: [180, 190, 500] };
    expect(result('s', 'n', 'u', figures, { goal: ratioGoal('at least', 0.95) }).isMet).toBe(true);
    expect(result('s', 'n', 'u', figures, { goal: ratioGoal('at least', 0.96) }).isMet).toBe(false);
    expect(result('s', 'n', 'u', figures, { goal: figureGoal('at most', 189) }).isMet).toBe(false);
    const row = result('s', 'speed', 'requests/s', figures, { goal: ratioGoal('at least', 0.95) });
    expect(formatResults([row], { reference: 'redis-server', redstart: 'redstart' })).toContain('0.95');
  });
});
