/**
 * `npm run bench`: redstart beside redis-server, measured in one run. Options after `--`:
 *
 * ```
 *   --quick                    a taste of everything in under two minutes
 *   --only <names>             scenarios (or, with --micro, modules), separated by commas
 *   --micro                    the micro benches instead of the servers
 *   --json <file>              the results as JSON too, by custom under bench/results/
 *   --redstart-args <args>     directives for redstart, such as "--maxmemory 1gb"
 *   --reference-args <args>    the same for the reference
 *   --redstart <command>       another program in redstart's place
 *   --reference <command>      another program in redis-server's place
 *   --smoke                    next to nothing of everything: shows that it still runs
 * ```
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { SCENARIOS } from './server/index.js';
import { Launcher } from './support/contenders.js';
import { baseline, FULL_SIZE, formatRows, type MicroBench, QUICK_SIZE, type Row } from './support/micro.js';
import { formatResults, type Result } from './support/results.js';
import { BenchContext, type Scale } from './support/scenario.js';

/** The project's folder: this file runs as .build/bench/run.js. */
const ROOT = resolve(import.meta.dirname, '../..');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    micro: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    redstart: { type: 'string', default: `${process.execPath} --v8-pool-size=1 ${join(ROOT, 'bin/redstart-server')}` },
    reference: { type: 'string', default: 'redis-server' },
    'redstart-args': { type: 'string', default: '' },
    'reference-args': { type: 'string', default: '' },
  },
});

/** What was built and is measured, whatever is checked out meanwhile. */
const builtCommit = commit();
const scale: Scale = options.smoke ? 'smoke' : options.quick ? 'quick' : 'full';
const results = options.micro ? await runMicro() : await runServers();
if (options.json !== undefined) writeJson(options.json, results);

async function runMicro(): Promise<Record<string, Row[]>> {
  const size = { full: FULL_SIZE, quick: QUICK_SIZE, smoke: 1 }[scale];
  const folder = join(import.meta.dirname, 'micro');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bench.js')) : [];
  const modules = chosen(
    files.map((name) => name.slice(0, -'.bench.js'.length)),
    'module',
  );
  const all: Record<string, Row[]> = {};
  for (const module of modules) {
    const bench = (await import(pathToFileURL(join(folder, `${module}.bench.js`)).href)) as MicroBench;
    all[module] = [...(await bench.run(size)), ...baseline(size)];
    console.log(`\n${module}\n${formatRows(all[module])}`);
  }
  return all;
}

async function runServers(): Promise<Result[]> {
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  const launcher = new Launcher({
    reference: words(options.reference),
    redstart: words(options.redstart),
    referenceArgs: words(options['reference-args']),
    redstartArgs: words(options['redstart-args']),
  });
  launcher.pinSelf();
  const bench = new BenchContext(launcher, scale);
  const named = options.only !== undefined || scale !== 'quick';
  const names = chosen(
    SCENARIOS.filter((scenario) => named || scenario.isLong !== true).map((scenario) => scenario.name),
    'scenario',
  );
  console.log(
    `${machine()}\nreference: ${options.reference}\nredstart: ${options.redstart} ${options['redstart-args']}\n` +
      (launcher.cores === null
        ? 'one core: server and client share it, requests a second say little'
        : `server on core ${launcher.cores.server}, client on core ${launcher.cores.client}`),
  );
  const all: Result[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => names.includes(name))) {
    console.log(`\n${scenario.name}: ${scenario.summary}`);
    const rows = await scenario.run(bench);
    all.push(...rows);
    console.log(formatResults(rows, { reference: 'redis-server', redstart: 'redstart' }));
  }
  const missed = all.filter((row) => row.isMet === false).length;
  const goals = all.filter((row) => row.isMet !== null).length;
  console.log(`\n${goals - missed} of ${goals} goals met`);
  return all;
}

/** The names given with `--only`, or all. */
function chosen(known: readonly string[], what: string): readonly string[] {
  if (options.only === undefined) return known;
  const names = options.only.split(',');
  for (const name of names) {
    if (!known.includes(name)) throw new Error(`no ${what} ${name}; there are ${known.join(', ')}`);
  }
  return names;
}

function writeJson(file: string, content: Record<string, Row[]> | Result[]): void {
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  const report = { date: new Date().toISOString(), machine: machine(), commit: builtCommit, scale, results: content };
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown'; // Not a git checkout: an unpacked archive can be measured too.
  }
}
