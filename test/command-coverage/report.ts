/**
 * `npm run coverage:commands`: what the tests have not covered, as the last run of all tests recorded it; where there
 * is none, as the kept runs of some tests did. Other folders of records may be named behind `--`.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CommandRecord, readRecords } from '../support/recorder.js';
import { commandGaps, errorGaps, totals } from './coverage.js';
import { EXCEPTIONS } from './exceptions.js';

/** Where the folders are, from the root of the project, in which npm runs scripts. */
const RECORDS = resolve('.build/command-records');

const named = process.argv.slice(2);
const folders = named.length > 0 ? named : lastRuns();
const records = new Map<string, CommandRecord>();
for (const folder of folders) readRecords(folder, records);
const { commands, errors } = totals();
console.log(`${commands} commands and ${errors} errors, in ${folders.join(', ') || 'no records'}`);
list('not sent', commandGaps(records));
list('never answered', errorGaps(records));

function list(title: string, gaps: readonly string[]): void {
  console.log(`\n${title}:`);
  for (const gap of gaps) console.log(`  ${gap}${EXCEPTIONS.has(gap) ? `  (${EXCEPTIONS.get(gap)})` : ''}`);
}

/** The last run of all tests; else all runs that are kept. */
function lastRuns(): string[] {
  const names = readdirSync(RECORDS).sort();
  const whole = names.filter((name) => name.startsWith('whole-')).at(-1);
  return (whole === undefined ? names : [whole]).map((name) => join(RECORDS, name));
}
