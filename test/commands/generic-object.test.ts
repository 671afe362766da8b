/** OBJECT and its subcommands, and WAIT without replicas. Every expectation was recorded from the reference. */
import { expect } from 'vitest';
import { describeCommands } from '../support/targets.js';
import { bulk, int, nil, nil3, ok } from '../support/wire.js';

const NO_LFU =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between ' +
  'policies at runtime LRU and LFU data will take some time to adjust.';
const LFU =
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at ' +
  'runtime LRU and LFU data will take some time to adjust.';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SHARED = 2147483647;

describeCommands('OBJECT', (t) => {
  t.test('OBJECT ENCODING tells how a string is kept', async (c) => {
    await c.expect('SET k 12', ok);
    await c.expect('OBJECT ENCODING k', bulk('int'));
    await c.expect('SET k text', ok);
    await c.expect('object encoding k', bulk('embstr'));
    await c.expect(['SET', 'k', 'x'.repeat(45)], ok);
    await c.expect('OBJECT ENCODING k', bulk('raw'));
  });
  t.test('OBJECT ENCODING, FREQ, IDLETIME and REFCOUNT of a missing key answer null', async (c) => {
    for (const name of ['ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT']) {
      await c.expect(['OBJECT', name, 'missing'], nil);
      await c.expectAll(['SET k v PXAT 1', ['OBJECT', name, 'k']], [ok, nil]);
    }
  });
  t.test('they answer the null of RESP3', { resp: 3 }, async (c) => {
    for (const name of ['ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT']) await c.expect(['OBJECT', name, 'missing'], nil3);
  });
  t.test('OBJECT REFCOUNT is 1, and the largest count for the small integers that are shared', async (c) => {
    const cases: [string, number][] = [
      ['0', SHARED],
      ['1', SHARED],
      ['9999', SHARED],
      ['10000', 1],
      ['-1', 1],
      ['text', 1],
      ['007', 1],
      ['x'.repeat(100), 1],
    ];
    for (const [value, count] of cases) {
      await c.expect(['SET', 'k', value], ok);
      await c.expect('OBJECT REFCOUNT k', int(count));
    }
  });
  t.test('OBJECT REFCOUNT of small integers is 1 where each key needs a clock of its own to be evicted', async (c) => {
    await c.configSet('maxmemory', '1000000000', 'maxmemory-policy', 'allkeys-lru');
    await c.expect('SET k 5', ok);
    await c.expect('OBJECT REFCOUNT k', int(1));
    await c.configSet('maxmemory-policy', 'volatile-lfu');
    await c.expect('SET k 5', ok);
    await c.expect('OBJECT REFCOUNT k', int(1));
    await c.configSet('maxmemory-policy', 'volatile-ttl');
    await c.expect('SET k 5', ok);
    await c.expect('OBJECT REFCOUNT k', int(SHARED));
    await c.configSet('maxmemory', '0', 'maxmemory-policy', 'allkeys-lru');
    await c.expect('SET k 5', ok);
    await c.expect('OBJECT REFCOUNT k', int(SHARED));
  });
  t.test('OBJECT IDLETIME counts the seconds since the last use', async (c) => {
    for (const policy of [
      'noeviction',
      'allkeys-lru',
      'volatile-lru',
      'allkeys-random',
      'volatile-random',
      'volatile-ttl',
    ]) {
      await c.configSet('maxmemory-policy', policy);
      await c.expect('SET k text', ok);
      await c.expectMatch('OBJECT IDLETIME k', /^:[01]\r\n$/);
      await c.expectError('OBJECT FREQ k', NO_LFU);
    }
  });
  t.test('OBJECT FREQ counts uses under an LFU policy, where OBJECT IDLETIME is refused', async (c) => {
    await c.configSet('lfu-decay-time', '0');
    for (const policy of ['allkeys-lfu', 'volatile-lfu']) {
      await c.configSet('maxmemory-policy', policy);
      await c.expect('FLUSHALL', ok);
      await c.expect('SET k text', ok);
      await c.expect('OBJECT FREQ k', int(5));
      await c.expectError('OBJECT IDLETIME k', LFU);
    }
  });
  t.test('TOUCH and GET count as a use, looking at a key from outside does not', async (c) => {
    await c.configSet('lfu-decay-time', '0', 'maxmemory-policy', 'allkeys-lfu', 'lfu-log-factor', '0');
    await c.expect('SET k text', ok);
    for (const command of ['EXISTS k', 'TYPE k', 'TTL k', 'PEXPIRETIME k', 'OBJECT ENCODING k', 'OBJECT REFCOUNT k']) {
      await c.ask(command);
      await c.expect('OBJECT FREQ k', int(5));
    }
    await c.expect('TOUCH k', int(1));
    await c.expect('OBJECT FREQ k', int(6));
    await c.expect('TOUCH k k', int(2));
    await c.expect('OBJECT FREQ k', int(8));
    await c.expect('GET k', bulk('text'));
    await c.expect('OBJECT FREQ k', int(9));
    await c.expect('KEYS *', '*1\r\n$1\r\nk\r\n');
    await c.expect('SCAN 0 TYPE string', '*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n');
    await c.expect('RANDOMKEY', bulk('k'));
    await c.expect('OBJECT FREQ k', int(9));
  });
  t.test('OBJECT HELP lists the subcommands', async (c) => {
    const lines = (await c.ask('OBJECT HELP')) as string[];
    expect(lines[0]).toBe('OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
    for (const name of ['ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT']) {
      expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(lines.at(-2)).toBe('HELP');
  });
  t.test('OBJECT refuses unknown subcommands and wrong numbers of arguments', async (c) => {
    await c.expectError('OBJECT', "ERR wrong number of arguments for 'object' command");
    await c.expectError('OBJECT FOO k', "ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
    for (const name of ['encoding', 'freq', 'idletime', 'refcount']) {
      await c.expectError(['OBJECT', name], `ERR wrong number of arguments for 'object|${name}' command`);
      await c.expectError(['OBJECT', name, 'a', 'b'], `ERR wrong number of arguments for 'object|${name}' command`);
    }
    await c.expectError('OBJECT HELP x', "ERR wrong number of arguments for 'object|help' command");
  });
});

describeCommands('WAIT', (t) => {
  t.test('WAIT for no replicas answers at once', async (c) => {
    for (const count of ['0', '-1', '-9223372036854775808']) {
      for (const timeout of ['0', '100000', '9223372036854775807']) await c.expect(['WAIT', count, timeout], int(0));
    }
  });
  t.test('WAIT for replicas that do not come answers their number when its time is over', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('WAIT 1 1', int(0));
    await c.expect('WAIT 2147483648 10', int(0));
  });
  t.test('what follows WAIT in a pipeline is answered after it', async (c) => {
    await c.expectAll(['SET k v', 'WAIT 1 20', 'GET k', 'WAIT 3 1', 'DEL k'], [ok, int(0), bulk('v'), int(0), int(1)]);
  });
  t.test('WAIT without a time waits until somebody ends it', async (c) => {
    const id = await c.ask('CLIENT ID');
    const other = await c.another();
    const waiting = c.ask('WAIT 1 0');
    await c.untilBlocked(1);
    await other.expect(['CLIENT', 'UNBLOCK', Number(id)], int(1));
    expect(await waiting).toBe(0);
  });
  t.test('a client that goes away while it waits leaves nothing behind', async (c) => {
    const other = await c.another();
    void other.connection.command('WAIT 1 0').catch(() => {});
    await c.untilBlocked(1);
    await other.connection.close();
    await c.untilBlocked(0);
  });
  t.test('WAIT refuses numbers that are none, replicas first', async (c) => {
    for (const count of ['x', '', '1.5', '9223372036854775808']) {
      await c.expectError(['WAIT', count, 'x'], NOT_INTEGER);
      await c.expectError(['WAIT', count, '-1'], NOT_INTEGER);
    }
    for (const timeout of ['x', '', '1.5', '9223372036854775808']) {
      await c.expectError(['WAIT', '0', timeout], 'ERR timeout is not an integer or out of range');
    }
    await c.expectError('WAIT 0 -1', 'ERR timeout is negative');
    await c.expectError('WAIT -1 -1', 'ERR timeout is negative');
    await c.expectError('WAIT', "ERR wrong number of arguments for 'wait' command");
    await c.expectError('WAIT 0', "ERR wrong number of arguments for 'wait' command");
    await c.expectError('WAIT 0 0 0', "ERR wrong number of arguments for 'wait' command");
  });
});
