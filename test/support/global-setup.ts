/** Runs once before all tests: says what is missing, and prepares the folder for the record of commands. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RECORD_FOLDER_VARIABLE, RECORDS, WHOLE_RUN_VARIABLE } from './recorder.js';
import { missingReferenceMessage, referenceAvailable } from './reference.js';
import { TEMPORARY_FOLDER_VARIABLE } from './server-process.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** How many runs' records are kept. */
const KEPT_RUNS = 5;

export function setup(): void {
  if (process.env[RECORD_FOLDER_VARIABLE] !== undefined) return; // Every project calls it, the first one does it.
  if (!existsSync(join(ROOT, 'dist'))) {
    console.warn('dist/ does not exist: tests that start redstart will fail. Run `npm run build` first.');
  }
  if (!referenceAvailable && process.env['REDSTART_TEST_TARGET'] === undefined) {
    if (process.env['CI'] === 'true') throw new Error(missingReferenceMessage());
    console.warn(missingReferenceMessage());
  }
  const isWhole = process.argv.slice(2).every((arg) => arg === 'run' || arg.startsWith('--reporter'));
  // Only a run of all tests, without a filter, can have sent every command.
  if (isWhole) process.env[WHOLE_RUN_VARIABLE] = '1';
  process.env[RECORD_FOLDER_VARIABLE] = newRecordFolder(isWhole);
  process.env[TEMPORARY_FOLDER_VARIABLE] = mkdtempSync(join(tmpdir(), 'redstart-test-'));
}

export function teardown(): void {
  const folder = process.env[TEMPORARY_FOLDER_VARIABLE];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** A folder named after the time, `whole-` in front for a run of everything; older runs' folders are removed. */
function newRecordFolder(isWhole: boolean): string {
  mkdirSync(RECORDS, { recursive: true });
  const runs = readdirSync(RECORDS).sort((a, b) => modified(b) - modified(a));
  for (const old of runs.slice(KEPT_RUNS)) rmSync(join(RECORDS, old), { recursive: true, force: true });
  const folder = join(RECORDS, `${isWhole ? 'whole' : 'part'}-${Date.now()}-${process.pid}`);
  mkdirSync(folder);
  return folder;
}

function modified(name: string): number {
  return statSync(join(RECORDS, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
