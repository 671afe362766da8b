/** `rename-command`: commands under another name, or under none. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, nil, ok, type RespValue } from '../support/wire.js';

const RENAMES = [
  ['SET', 'Put-7F3A'],
  ['swapdb', ''],
  ['SLOWLOG', 'log'],
  // A name that became free is there for another command, and a new name can be changed again.
  ['GET', 'fetch'],
  ['STRLEN', 'get'],
  ['fetch', 'lookä'],
];

const unknown = (name: string, args: string) => `ERR unknown command '${name}', with args beginning with: ${args}`;

describeCommands(
  'rename-command',
  (t) => {
    t.test('a renamed command runs under its new name in any case, and no longer under its old one', async (c) => {
      await c.expect('put-7f3a k hello', ok);
      await c.expect('PUT-7F3A k hello', ok);
      await c.expectError('SET k v', unknown('SET', "'k' 'v' "));
      await c.expect('GET k', int(5));
      await c.expectError('STRLEN k', unknown('STRLEN', "'k' "));
      await c.expect('LOOKä k', bulk('hello'));
      await c.expectError('FETCH k', unknown('FETCH', "'k' "));
    });
    t.test('a command that was renamed to nothing is unknown', async (c) => {
      await c.expectError('SWAPDB 0 1', unknown('SWAPDB', "'0' '1' "));
      await c.expect('COMMAND INFO swapdb', array(nil));
      await c.expect('COMMAND LIST FILTERBY PATTERN swapdb', array());
    });
    t.test(
      'a renamed command keeps its old name in errors about arguments, its container goes by the new one',
      async (c) => {
        await c.expectError('Put-7F3A k', "ERR wrong number of arguments for 'set' command");
        await c.expectError('log', "ERR wrong number of arguments for 'slowlog' command");
        await c.expectError('log NoSuch', "ERR unknown subcommand 'NoSuch'. Try LOG HELP.");
        await c.expectError(
          'log GET 1 2',
          "ERR unknown subcommand or wrong number of arguments for 'GET'. Try LOG HELP.",
        );
        await c.expectMatch('log HELP', /^\*\d+\r\n\+LOG <subcommand> /);
      },
    );
    t.test('COMMAND finds a renamed command by its new name and tells of it under the old one', async (c) => {
      await c.expect('COMMAND INFO set', array(nil));
      const [entry] = (await c.ask('COMMAND INFO put-7f3a')) as RespValue[][];
      if (entry?.[0] !== 'set') throw new Error(`${entry?.[0]}`);
      const [subcommand] = (await c.ask('COMMAND INFO log|len')) as RespValue[][];
      if (subcommand?.[0] !== 'slowlog|len') throw new Error(`${subcommand?.[0]}`);
      const [name] = (await c.ask('COMMAND DOCS PUT-7f3a')) as RespValue[];
      if (name !== 'set') throw new Error(`${name}`);
      await c.expect('COMMAND LIST FILTERBY PATTERN set', bulks('set'));
      await c.expect('COMMAND GETKEYS put-7f3a k v', bulks('k'));
      await c.expectError('COMMAND GETKEYS set k v', 'ERR Invalid command specified');
    });
  },
  { args: RENAMES.flatMap(([from, to]) => ['--rename-command', from!, to!]) },
);
