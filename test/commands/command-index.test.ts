/** The dispatch index: every name in every case, and nothing else, found by its bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/commands/spec.js';
import { type Command, CommandTable, createCommandTable } from '../../src/commands/table.js';
import { Argv } from '../../src/resp/argv.js';
import { RECORDED_COMMANDS } from '../compat/recorded-commands.js';

const handler = () => {};

/** A table of all names of Redis 7.4.1, without what the entries would say besides. */
const table = new CommandTable(
  RECORDED_COMMANDS.map((command): CommandSpec => {
    const subcommands = command.subcommands.map((subcommand) => ({
      name: subcommand.name.slice(command.name.length + 1),
      since: subcommand.since,
      arity: subcommand.arity,
      flags: '',
      summary: '',
      handler,
    }));
    return {
      name: command.name,
      group: 'generic',
      since: '1.0.0',
      arity: -1,
      flags: '',
      summary: '',
      handler,
      subcommands,
    };
  }),
);
const names = table.index.list.map((command) => command.name);

/** Arguments that stand in the middle of other bytes, as in a receive buffer. */
function argvOf(...args: string[]): Argv {
  const argv = new Argv();
  argv.assign(args.map((arg) => Buffer.from(arg, 'latin1')));
  return argv;
}

function find(name: string): Command | null {
  return table.lookup(argvOf(name));
}

describe('the dispatch index', () => {
  test('finds every command in lower, upper and mixed case', () => {
    for (const name of names) {
      const mixed = [...name].map((char, i) => (i % 2 === 0 ? char.toUpperCase() : char)).join('');
      for (const spelling of [name, name.toUpperCase(), mixed]) expect(find(spelling)?.name).toBe(name);
    }
  });

  test('finds every subcommand, in any case', () => {
    for (const command of table.all) {
      if (command.parent === null) continue;
      const words = command.name.split('|');
      expect(table.resolve(argvOf(...words), 0)).toBe(command);
      expect(table.resolve(argvOf('x', ...words.map((word) => word.toUpperCase())), 1)).toBe(command);
      expect(table.byName(command.name.toUpperCase())).toBe(command);
    }
  });

  test('finds nothing for a name with one bit changed, unless that is the case of a letter', () => {
    for (const name of names) {
      for (let at = 0; at < name.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = String.fromCharCode(name.charCodeAt(at) ^ (1 << bit));
          const spelling = name.slice(0, at) + changed + name.slice(at + 1);
          // ASCII only: latin1 letters beyond it have a lower case too, which Redis' comparison does not know.
          const lower = spelling.replace(/[A-Z]/g, (char) => char.toLowerCase());
          expect(find(spelling)?.name ?? null).toBe(names.includes(lower) ? lower : null);
        }
      }
    }
  });

  test('finds for any bytes what a comparison of strings finds', () => {
    const near = fc.constantFrom(...names).chain((name) =>
      fc
        .tuple(fc.nat(name.length), fc.nat(255), fc.constantFrom('insert', 'delete', 'replace'))
        .map(([at, byte, how]) => {
          const char = String.fromCharCode(byte);
          if (how === 'insert') return name.slice(0, at) + char + name.slice(at);
          return name.slice(0, at) + (how === 'replace' ? char : '') + name.slice(at + 1);
        }),
    );
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(fc.oneof(near, bytes), (text) => {
        const lower = text.replace(/[A-Z]/g, (char) => char.toLowerCase());
        expect(find(text)?.name ?? null).toBe(names.includes(lower) ? lower : null);
      }),
      { numRuns: 2000 },
    );
  });

  test('reads nothing outside the name', () => {
    const argv = argvOf('GET');
    argv.bind(Buffer.from(argv.bytes.slice(0, 3)));
    expect(table.lookup(argv)?.name).toBe('get');
    expect(find('')).toBeNull();
  });

  test('answers the container where there is no further argument', () => {
    expect(table.resolve(argvOf('CONFIG'), 0)?.name).toBe('config');
    expect(table.resolve(argvOf('CONFIG', 'NOSUCH'), 0)).toBeNull();
    expect(table.resolve(argvOf('GET', 'SET'), 0)?.name).toBe('get');
  });
});

describe('the command table', () => {
  test('gives every command and subcommand an id of its own, without gaps', () => {
    expect(table.all.map((command) => command.id)).toEqual(table.all.map((_, i) => i));
    expect(table.idCount).toBe(379);
    expect(table.count).toBe(250);
  });

  test('knows exact and least counts of arguments', () => {
    const spec: CommandSpec = {
      name: 'x',
      group: 'generic',
      since: '1.0.0',
      arity: 2,
      flags: '',
      summary: '',
      handler,
    };
    const [exact, least] = createCommandTable([spec], [{ ...spec, name: 'y', arity: -2 }]).all;
    expect([1, 2, 3].map((count) => exact!.acceptsCount(count))).toEqual([false, true, false]);
    expect([1, 2, 3].map((count) => least!.acceptsCount(count))).toEqual([false, true, true]);
  });

  test('refuses a command that is there twice, and flags and categories that do not exist', () => {
    const spec: CommandSpec = {
      name: 'x',
      group: 'generic',
      since: '1.0.0',
      arity: 2,
      flags: '',
      summary: '',
      handler,
    };
    expect(() => createCommandTable([spec, spec])).toThrow('once');
    expect(() => createCommandTable([{ ...spec, flags: 'quick' }])).toThrow("'quick'");
    expect(() => createCommandTable([{ ...spec, categories: 'nosuch' }])).toThrow("'nosuch'");
  });
});
