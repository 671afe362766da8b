/** The server group's commands about databases, time and the server's life. */
import { describe, expect, test } from 'vitest';
import { referenceAvailable, startReference } from '../support/reference.js';
import { startRedstart } from '../support/server-process.js';
import { describeCommands } from '../support/targets.js';
import { pollUntil } from '../support/wait.js';
import { array, bulk, int, nil, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const arity = (name: string) => `ERR wrong number of arguments for '${name}' command`;

describeCommands('DBSIZE', (t) => {
  t.test('DBSIZE counts the keys of the chosen database', async (c) => {
    await c.expect('DBSIZE', int(0));
    await c.expect('MSET a 1 b 2 c 3', ok);
    await c.expect('DBSIZE', int(3));
    await c.expect('SELECT 1', ok);
    await c.expect('DBSIZE', int(0));
    await c.expectError('DBSIZE x', arity('dbsize'));
  });
});

describeCommands('FLUSHALL and FLUSHDB', (t) => {
  for (const mode of ['', ' ASYNC', ' SYNC', ' async', ' sync']) {
    t.test(`FLUSHDB${mode} empties the chosen database only`, async (c) => {
      await c.expect('SET a 1', ok);
      await c.expect('SELECT 1', ok);
      await c.expect('MSET a 1 b 2', ok);
      await c.expect('SET t 1 EX 100', ok);
      await c.expect(`FLUSHDB${mode}`, ok);
      await c.expect('DBSIZE', int(0));
      await c.expect('GET a', nil);
      await c.expect('SET a new', ok);
      await c.expect('GET a', bulk('new'));
      await c.expect('SELECT 0', ok);
      await c.expect('GET a', bulk(1));
    });
    t.test(`FLUSHALL${mode} empties all databases`, async (c) => {
      await c.expect('SET a 1', ok);
      await c.expect('SELECT 1', ok);
      await c.expect('SET a 1 EX 100', ok);
      await c.expect(`FLUSHALL${mode}`, ok);
      await c.expect('DBSIZE', int(0));
      await c.expect('SELECT 0', ok);
      await c.expect('DBSIZE', int(0));
      await c.expect('GET a', nil);
    });
  }
  t.test('FLUSHALL and FLUSHDB of nothing answer OK', async (c) => {
    await c.expect('FLUSHDB', ok);
    await c.expect('FLUSHALL', ok);
  });
  t.test('FLUSHALL and FLUSHDB take one mode', async (c) => {
    for (const command of ['FLUSHALL', 'FLUSHDB']) {
      await c.expectError(`${command} LATER`, SYNTAX);
      await c.expectError(`${command} ASYNC SYNC`, SYNTAX);
      await c.expectError([command, ''], SYNTAX);
    }
  });
  t.test('FLUSHDB frees in the background when lazyfree-lazy-user-flush says so', async (c) => {
    await c.configSet('lazyfree-lazy-user-flush', 'yes');
    await c.expect('SET other 1', ok);
    await c.expect('SELECT 1', ok);
    await c.expect('DEBUG POPULATE 1000', ok);
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expect('FLUSHDB', ok);
    await c.expect('DBSIZE', int(0));
    // At least: what an earlier test left to the background may come on top.
    const freed = async () => Number(/^lazyfreed_objects:(\d+)/m.exec(String(await c.ask('INFO memory')))?.[1]);
    await pollUntil(async () => (await freed()) >= 1000, '1000 objects that were freed in the background');
  });
});

describeCommands('SWAPDB', (t) => {
  t.test('SWAPDB exchanges two databases under all clients at once', async (c) => {
    const other = await c.another();
    await other.expect('SELECT 1', ok);
    await c.expect('SET k zero', ok);
    await other.expect('SET k one', ok);
    await other.expect('SET t one EX 100', ok);
    await c.expect('SWAPDB 0 1', ok);
    await c.expect('GET k', bulk('one'));
    await c.expect('TTL t', int(100));
    await other.expect('GET k', bulk('zero'));
    await other.expect('DBSIZE', int(1));
    await c.expect('SWAPDB 1 0', ok);
    await c.expect('GET k', bulk('zero'));
  });
  t.test('SWAPDB with a database that was never used, and with itself', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('SWAPDB 0 9', ok);
    await c.expect('GET k', nil);
    await c.expect('SELECT 9', ok);
    await c.expect('GET k', bulk('v'));
    await c.expect('SWAPDB 9 9', ok);
    await c.expect('GET k', bulk('v'));
  });
  t.test('SWAPDB within a pipeline takes effect for the next command', async (c) => {
    await c.expectAll(
      ['SET k v', 'SWAPDB 0 5', 'GET k', 'SET k w', 'SELECT 5', 'GET k'],
      [ok, ok, nil, ok, ok, bulk('v')],
    );
  });
  t.test('SWAPDB refuses what is no database', async (c) => {
    await c.expectError('SWAPDB a 1', 'ERR invalid first DB index');
    await c.expectError('SWAPDB 1 a', 'ERR invalid second DB index');
    await c.expectError('SWAPDB 2147483648 1', 'ERR invalid first DB index');
    await c.expectError('SWAPDB 1 99999999999999999999', 'ERR invalid second DB index');
    await c.expectError('SWAPDB 0 16', 'ERR DB index is out of range');
    await c.expectError('SWAPDB -1 0', 'ERR DB index is out of range');
    await c.expectError('SWAPDB 0', arity('swapdb'));
  });
});

describeCommands('TIME, LASTSAVE and ROLE', (t) => {
  t.test('TIME answers seconds and microseconds of now', async (c) => {
    const [seconds, microseconds] = ((await c.ask('TIME')) as string[]).map(Number);
    expect(Math.abs(seconds! - Date.now() / 1000), 'seconds of TIME away from now').toBeLessThanOrEqual(60);
    expect(microseconds, 'microseconds of TIME').toBeGreaterThanOrEqual(0);
    expect(microseconds, 'microseconds of TIME').toBeLessThan(1_000_000);
    await c.expectError('TIME x', arity('time'));
  });
  t.test('LASTSAVE is the start of a server that has not saved', async (c) => {
    const seconds = Number(await c.ask('LASTSAVE'));
    const uptime = Number(/uptime_in_seconds:(\d+)/.exec(String(await c.ask('INFO server')))![1]);
    const startedAt = Date.now() / 1000 - uptime;
    expect(Math.abs(startedAt - seconds), 'LASTSAVE away from the start, in seconds').toBeLessThanOrEqual(2);
    await c.expectError('LASTSAVE x', arity('lastsave'));
  });
  t.test('ROLE of a primary tells its offset and its replicas', async (c) => {
    await c.expectMatch('ROLE', /^\*3\r\n\$6\r\nmaster\r\n:\d+\r\n\*0\r\n$/);
    await c.expectError('ROLE x', arity('role'));
  });
});

describeCommands('LOLWUT', (t) => {
  const version = /Redis ver\. 7\.\d+\.\d+\n\r\n$/;
  t.test('LOLWUT ends with the version, with and without a picture', async (c) => {
    for (const command of ['LOLWUT', 'LOLWUT VERSION 5', 'LOLWUT VERSION 6 20 5', 'LOLWUT version 99', 'LOLWUT a b']) {
      await c.expectMatch(command, version);
    }
    await c.expectMatch('LOLWUT VERSION 0', /^\$\d+\r\nRedis ver\. 7\.\d+\.\d+\n\r\n$/);
  });
  t.test('LOLWUT is a verbatim text in RESP3', { resp: 3 }, async (c) => {
    await c.expectMatch('LOLWUT', /^=\d+\r\ntxt:/);
  });
  t.test('LOLWUT refuses a version or a size that is no number', async (c) => {
    await c.expectError('LOLWUT VERSION a', NOT_INTEGER);
    await c.expectError('LOLWUT VERSION 5 a', NOT_INTEGER);
  });
});

describeCommands(
  'MODULE',
  (t) => {
    const failed = 'ERR Error loading the extension. Please check the server logs.';
    t.test('MODULE LIST is empty', async (c) => {
      await c.expect('MODULE LIST', array());
      await c.expectError('MODULE LIST x', arity('module|list'));
    });
    t.test('MODULE LOAD and LOADEX fail for a file that is not there', async (c) => {
      await c.expectError('MODULE LOAD /nosuch/module.so', failed);
      await c.expectError('MODULE LOAD /nosuch/module.so a b', failed);
      await c.expectError('MODULE LOADEX /nosuch/module.so', failed);
      await c.expectError('MODULE LOADEX /nosuch/module.so CONFIG name value CONFIG other value ARGS a b', failed);
      await c.expectError('MODULE LOAD', arity('module|load'));
      await c.expectError('MODULE LOADEX', arity('module|loadex'));
    });
    t.test('MODULE UNLOAD knows no module', async (c) => {
      await c.expectError('MODULE UNLOAD nosuch', 'ERR Error unloading module: no such module with that name');
      await c.expectError('MODULE UNLOAD', arity('module|unload'));
    });
    t.test('MODULE HELP names the subcommands', async (c) => {
      await c.expectMatch(
        'MODULE HELP',
        /^\*\d+\r\n\+MODULE <subcommand> [\s\S]*\+LIST\r\n[\s\S]*\+LOAD [\s\S]*\+LOADEX /,
      );
      await c.expectError('MODULE NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try MODULE HELP.");
      await c.expectError('MODULE', arity('module'));
    });
  },
  { args: ['--enable-module-command', 'yes'] },
);

describeCommands('SHUTDOWN refused', (t) => {
  t.test('SHUTDOWN refuses options that do not go together', async (c) => {
    for (const options of [
      'WHY',
      'SAVE NOSAVE',
      'NOSAVE FORCE SAVE',
      'NOW WHY',
      'ABORT SAVE',
      'ABORT NOW',
      'FORCE ABORT',
    ]) {
      await c.expectError(`SHUTDOWN ${options}`, SYNTAX);
    }
  });
  t.test('SHUTDOWN ABORT has nothing to call off', async (c) => {
    await c.expectError('SHUTDOWN ABORT', 'ERR No shutdown in progress.');
  });
});

describe.each(['redstart', 'reference'] as const)('SHUTDOWN [%s]', (target) => {
  const start = target === 'redstart' ? startRedstart : startReference;
  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(target === 'reference' && !referenceAvailable).each(['NOSAVE', 'NOSAVE NOW', 'NOSAVE NOW FORCE'])(
    'SHUTDOWN %s closes the connection without a reply and ends the process in order',
    async (options) => {
      const server = await start();
      const client = await server.connect();
      const reply = client.pipeline([`SHUTDOWN ${options}`, 'SET never run']);
      await expect(reply).rejects.toThrow();
      expect((await server.exited).code).toBe(0);
      expect(server.log()).toContain('User requested shutdown...');
      expect(server.log()).toContain('Redis is now ready to exit, bye bye...');
      await client.close();
      await server.stop();
    },
  );
  // No file can be made in /proc; redstart can save nowhere yet.
  test.skipIf(target === 'reference' && !referenceAvailable)(
    'SHUTDOWN SAVE is refused when saving fails, and the client is served on; with FORCE the server ends all the same',
    async () => {
      const server = await start(['--enable-protected-configs', 'yes']);
      const client = await server.connect();
      await client.command('CONFIG SET dir /proc');
      const replies = await client.pipeline(['SHUTDOWN SAVE', 'ECHO alive']);
      expect(replies.map((reply) => reply.wire)).toEqual([
        '-ERR Errors trying to SHUTDOWN. Check logs.\r\n',
        bulk('alive'),
      ]);
      const refusal =
        /Error trying to save the DB, can't exit\.\n.*Errors trying to shut down the server\. Check the logs/;
      await pollUntil(() => refusal.test(server.log()), 'the reason in the log');
      await expect(client.command('SHUTDOWN SAVE FORCE')).rejects.toThrow();
      expect((await server.exited).code).toBe(0);
      expect(server.log()).toContain('Error trying to save the DB. Exit anyway.');
      await client.close();
      await server.stop();
    },
  );
});
