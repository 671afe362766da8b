/**
 * The search for keys, on the key specs of every command of Redis (also of those that this server does not have yet),
 * compared with what COMMAND GETKEYS of the reference finds.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findKeys, KeyPositions, keyFlagNames } from '../../src/commands/key-specs.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import { createCommandTable } from '../../src/commands/table.js';
import { Argv } from '../../src/resp/argv.js';
import {
  RECORDED_BY_NAME,
  RECORDED_COMMANDS,
  type RecordedCommand,
  toKeySpecLine,
} from '../compat/recorded-commands.js';
import { type RespClient, RespError, referenceAvailable, referenceVersion, startReference } from '../support/index.js';

const handler = () => {};

/** Whether specs alone tell all keys of a command: no options, no content of other keys decides. */
function isPlain(command: RecordedCommand): boolean {
  return command.key_specs.every(
    ({ flags, begin_search }) =>
      begin_search.type !== 'unknown' && !flags.some((flag) => ['variable_flags', 'incomplete'].includes(flag)),
  );
}

const table = createCommandTable(
  RECORDED_COMMANDS.filter((command) => command.subcommands.length === 0 && isPlain(command)).map(
    ({ name, arity, flags, key_specs }): CommandSpec => ({
      name,
      group: 'generic',
      since: '1.0.0',
      arity,
      flags: flags.filter((flag) => flag !== 'movablekeys').join(' '),
      keys: key_specs.map(toKeySpecLine),
      summary: '',
      handler,
    }),
  ),
);

/** The keys in a command, none when its arguments are wrong. */
function find(args: readonly string[]): string[] {
  const argv = new Argv();
  argv.assign(args.map((arg) => Buffer.from(arg, 'latin1')));
  const keys = new KeyPositions();
  findKeys(table.lookup(argv)!, argv, keys);
  return Array.from({ length: keys.count }, (_, i) => args[keys.indexes[i]!]!);
}

test('first, last and step of every command follow from its key specs', () => {
  for (const command of table.all) {
    const { first, last, step, flags } = RECORDED_BY_NAME.get(command.name)!;
    expect([command.firstKey, command.lastKey, command.keyStep], command.name).toEqual([first, last, step]);
    expect((command.flags & (1 << 17)) !== 0, `${command.name} movablekeys`).toBe(flags.includes('movablekeys'));
  }
});

test('channels are found when they are asked for', () => {
  const argv = new Argv();
  argv.assign(['SSUBSCRIBE', 'a', 'b'].map((arg) => Buffer.from(arg)));
  const keys = new KeyPositions();
  const command = table.lookup(argv)!;
  expect([command.hasKeys, findKeys(command, argv, keys), keys.count]).toEqual([false, true, 0]);
  expect([findKeys(command, argv, keys, true), keys.count]).toEqual([true, 2]);
  expect(keyFlagNames(keys.flags[1]!)).toEqual(['not_key']);
});

test('more keys are found than positions were reserved for', () => {
  const args = ['DEL', ...Array.from({ length: 1000 }, (_, i) => `k${i}`)];
  expect(find(args)).toEqual(args.slice(1));
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('keys of any arguments', () => {
  let client: RespClient;
  let stop: () => Promise<unknown>;

  beforeAll(async () => {
    const server = await startReference();
    client = await server.connect();
    stop = () => server.stop();
  });

  afterAll(async () => {
    await client.close();
    await stop();
  });

  test(`are those that Redis ${referenceVersion} finds`, async () => {
    const known = new Set((await client.command('COMMAND LIST')).value as string[]);
    const commands = table.all.filter((command) => command.hasKeys && known.has(command.name));
    const words = [
      'a',
      'b',
      '0',
      '1',
      '2',
      '3',
      '-1',
      'STREAMS',
      'STORE',
      'storedist',
      'KEYS',
      'GET',
      'LIMIT',
      'x1',
      '',
    ];
    const call = fc
      .tuple(fc.constantFrom(...commands), fc.array(fc.constantFrom(...words), { maxLength: 9 }))
      .filter(([command, args]) => command.acceptsCount(args.length + 1))
      .map(([command, args]) => [command.name, ...args]);
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 40 }), async (calls) => {
        const replies = await client.pipeline(calls.map((args) => ['COMMAND', 'GETKEYS', ...args]));
        for (const [i, { value }] of replies.entries()) {
          // Some commands take more arguments by now than in 7.0.
          if (value instanceof RespError && value.message.includes('number of arguments')) continue;
          // The reference answers no keys in two ways: with an error, or an empty list where that may be.
          expect(find(calls[i]!), calls[i]!.join(' ')).toEqual(value instanceof RespError ? [] : value);
        }
      }),
      { numRuns: 60 },
    );
  });
});
