/**
 * What the tests cover of the command table, read from what they recorded while they ran: in a run of all tests every
 * token of every command's syntax was sent to both servers, and every error came back from both. What need not is
 * listed in exceptions.ts. `npm run coverage:commands` shows the gaps of any run.
 */
import { describe, expect, test } from 'vitest';
import { referenceAvailable } from '../support/index.js';
import { RECORD_FOLDER_VARIABLE, readRecords, WHOLE_RUN_VARIABLE } from '../support/recorder.js';
import { commandGaps, errorGaps } from './coverage.js';
import { EXCEPTIONS } from './exceptions.js';

const isWholeRun =
  process.env[WHOLE_RUN_VARIABLE] === '1' &&
  process.env['REDSTART_TEST_TARGET'] === undefined &&
  process.env['REDSTART_FAST'] !== '1';

// A part of the tests covers a part of the commands.
describe.skipIf(!isWholeRun)('in a run of all tests', () => {
  const gaps = (): string[] => {
    const records = readRecords(process.env[RECORD_FOLDER_VARIABLE]!);
    const all = [...commandGaps(records), ...errorGaps(records)];
    return referenceAvailable ? all : all.filter((gap) => gap.startsWith('redstart '));
  };

  test('every command with every token was sent to both servers, and both answered every error', () => {
    expect(gaps().filter((gap) => !EXCEPTIONS.has(gap))).toEqual([]);
  });

  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(!referenceAvailable)('every exception is still needed', () => {
    const found = new Set(gaps());
    expect([...EXCEPTIONS.keys()].filter((gap) => !found.has(gap))).toEqual([]);
  });
});
