/** Our command table against that of a running Redis 7.4.1, entry by entry. */
import { describe, expect, test } from 'vitest';
import { createFullCommandTable } from '../../src/commands/families/index.js';
import { RECORDED_BY_NAME, RECORDED_COMMANDS, recordedCommand } from './recorded-commands.js';

const table = createFullCommandTable();

describe('the command table', () => {
  test.each(table.all.map((command) => [command.name, command] as const))(
    '%s is as in Redis 7.4.1: arity, flags, keys, categories, tips, arguments',
    (name, command) => {
      const recorded = RECORDED_BY_NAME.get(name);
      expect(recorded, `${name} in the recording`).toBeDefined();
      expect(recordedCommand(command)).toEqual({ ...recorded, subcommands: [] });
    },
  );

  test('every entry has a summary and a complexity', () => {
    const lacking = table.all.filter(({ spec }) => spec.summary === '' || (spec.complexity ?? '') === '');
    expect(lacking.map((command) => command.name)).toEqual([]);
  });

  test('every history goes from old to new and ends before 7.5', () => {
    for (const { name, spec } of table.all) {
      const versions = (spec.history ?? []).map(([version]) => versionNumber(version));
      expect(versions, name).toEqual([...versions].sort((a, b) => a - b));
      for (const version of versions) expect(version, name).toBeLessThan(versionNumber('7.5.0'));
    }
  });

  test('has no command that Redis 7.4.1 does not have', () => {
    const known = new Set(RECORDED_COMMANDS.map((command) => command.name));
    expect(table.index.list.map((command) => command.name).filter((name) => !known.has(name))).toEqual([]);
  });
});

function versionNumber(version: string): number {
  return version.split('.').reduce((number, part) => number * 1000 + Number(part), 0);
}
