/** What happens when more memory is in use than `maxmemory`. */
import { expect } from 'vitest';
import {
  array,
  bulk,
  bulks,
  type CommandClient,
  describeCommands,
  int,
  nilArray,
  ok,
  simple,
} from '../support/index.js';

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
const VALUE = 'x'.repeat(1000);

async function figure(c: CommandClient, section: string, name: string): Promise<number> {
  return Number(new RegExp(`\\r\\n${name}:(\\d+)`).exec(await c.wire(`INFO ${section}`))?.[1]);
}

/** Lets the server have `bytes` more than it has now, under a policy. */
async function leaveRoom(c: CommandClient, bytes: number, policy: string): Promise<void> {
  const used = await figure(c, 'memory', 'used_memory');
  await c.configSet('maxmemory-policy', policy, 'maxmemory-samples', '10', 'maxmemory-eviction-tenacity', '100');
  await c.configSet('maxmemory', String(used + bytes));
}

/** Sets `count` keys named `prefix:n`, some at a time. */
async function fill(c: CommandClient, prefix: string, count: number, ...options: string[]): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const commands = Array.from({ length: Math.min(100, count - from) }, (_, i) => [
      'SET',
      `${prefix}:${from + i}`,
      VALUE,
      ...options,
    ]);
    await c.expectAll(
      commands,
      commands.map(() => ok),
    );
  }
}

const existing = (c: CommandClient, prefix: string, count: number): Promise<unknown> =>
  c.ask(['EXISTS', ...Array.from({ length: count }, (_, i) => `${prefix}:${i}`)]);

describeCommands('maxmemory with noeviction', (t) => {
  t.test('refuses what may use more, and lets all else run', async (c) => {
    await c.expect('SET k 1', ok);
    c.atEnd((client) => client.ask('CONFIG SET maxmemory 0'));
    await c.expect('CONFIG SET maxmemory 1', ok);
    for (const command of [
      'SET k 2',
      'LPUSH l a',
      'INCR k',
      'SADD s a',
      'HSET h f v',
      'ZADD z 1 a',
      'XADD x * f v',
      'SETBIT b 1 1',
    ]) {
      await c.expectError(command, OOM);
    }
    await c.expectAll(['GET k', 'EXPIRE k 100', 'DBSIZE', 'PING'], [bulk(1), int(1), int(1), simple('PONG')]);
    await c.expect('DEL k', int(1));
    await c.expect('CONFIG SET maxmemory 0', ok);
    await c.expect('SET k 2', ok);
  });
  t.test('lets nothing be queued, and EXEC run what needs no memory', async (c) => {
    c.atEnd((client) => client.ask('CONFIG SET maxmemory 0'));
    await c.expectAll(['MULTI', 'SET k 1'], [ok, simple('QUEUED')]);
    const other = await c.another();
    await other.expectAll(['MULTI', 'GET k'], [ok, simple('QUEUED')]);
    const third = await c.another();
    await third.expect('CONFIG SET maxmemory 1', ok);
    await other.expect('EXEC', array('$-1\r\n'));
    await c.expectError('EXEC', `EXECABORT Transaction discarded because of: ${OOM}`);
    await c.expect('MULTI', ok);
    await c.expectError('GET k', OOM);
    await c.expectError('MULTI', OOM);
    await c.expectError('EXEC', 'EXECABORT Transaction discarded because of previous errors.');
    await c.expectAll(['MULTI', 'DISCARD'], [ok, ok]);
  });
});

describeCommands('eviction', (t) => {
  for (const policy of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random']) {
    t.test(`${policy} keeps memory within the limit`, async (c) => {
      await leaveRoom(c, 2_000_000, policy);
      await c.expect('CONFIG RESETSTAT', ok);
      await fill(c, 'k', 4000);
      const kept = Number(await c.ask('DBSIZE'));
      expect(kept).toBeGreaterThan(500);
      expect(kept).toBeLessThan(2500);
      // In one transaction, since a command that comes may let another key go.
      const [, , , all] = await c.connection.pipeline(['MULTI', 'DBSIZE', 'INFO stats', 'EXEC']);
      const [, size, evicted] = /^\*2\r\n:(\d+)\r\n[\s\S]*\r\nevicted_keys:(\d+)/.exec(all!.wire) ?? [];
      expect(Number(size) + Number(evicted)).toBe(4000);
      await c.expect('PING', simple('PONG'));
      expect(await figure(c, 'memory', 'used_memory')).toBeLessThanOrEqual(
        (await figure(c, 'memory', 'maxmemory')) + 200_000,
      );
    });
  }
  for (const policy of ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']) {
    t.test(`${policy} lets keys go that expire, and no others`, async (c) => {
      await leaveRoom(c, 2_000_000, policy);
      await fill(c, 'stay', 500);
      await fill(c, 'go', 3000, 'EX', '10000');
      expect(await existing(c, 'stay', 500)).toBe(500);
      expect(await existing(c, 'go', 3000)).toBeLessThan(1500);
      await c.expect('CONFIG SET maxmemory 1', ok);
      await c.expectError('SET k 1', OOM);
      expect(await existing(c, 'go', 3000)).toBe(0);
      expect(await existing(c, 'stay', 500)).toBe(500);
    });
  }
  t.test('volatile-ttl begins with those that go soonest anyway', async (c) => {
    await leaveRoom(c, 2_000_000, 'volatile-ttl');
    await fill(c, 'late', 500, 'EX', '100000');
    await fill(c, 'soon', 3000, 'EX', '1000');
    expect(await existing(c, 'late', 500)).toBeGreaterThan(450);
  });
  t.test('allkeys-lfu keeps what is used often', async (c) => {
    await c.configSet('lfu-log-factor', '0');
    await leaveRoom(c, 2_000_000, 'allkeys-lfu');
    await fill(c, 'hot', 300);
    const reads = Array.from({ length: 300 }, (_, i) => `GET hot:${i}`);
    for (let round = 0; round < 20; round++)
      await c.expectAll(
        reads,
        reads.map(() => bulk(VALUE)),
      );
    await fill(c, 'cold', 4000);
    expect(await existing(c, 'hot', 300)).toBeGreaterThan(270);
  });
  t.test('allkeys-lru keeps what was used lately', async (c) => {
    await leaveRoom(c, 2_000_000, 'allkeys-lru');
    await fill(c, 'old', 900);
    while (Number(await c.ask('OBJECT IDLETIME old:0')) < 2);
    const reads = Array.from({ length: 450 }, (_, i) => `GET old:${i}`);
    await c.expectAll(
      reads,
      reads.map(() => bulk(VALUE)),
    );
    await fill(c, 'new', 1200);
    const used = Number(await existing(c, 'old', 450));
    const all = Number(await existing(c, 'old', 900));
    expect(used).toBeGreaterThan(430);
    expect(all).toBeLessThan(800);
  });
  t.test('keys of all databases go', async (c) => {
    await leaveRoom(c, 2_000_000, 'allkeys-random');
    await fill(c, 'k', 1000);
    await c.expect('SELECT 5', ok);
    await fill(c, 'k', 3000);
    expect(Number(await c.ask('DBSIZE'))).toBeLessThan(2000);
    await c.expect('SELECT 0', ok);
    expect(Number(await c.ask('DBSIZE'))).toBeLessThan(900);
  });
  t.test('large values go as well', async (c) => {
    await leaveRoom(c, 10_000_000, 'allkeys-random');
    for (let i = 0; i < 40; i++) {
      await c.ask(['RPUSH', `list:${i}`, ...Array.from({ length: 500 }, () => VALUE)]);
    }
    const kept = Number(await c.ask('DBSIZE'));
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(25);
  });
  t.test('is told of as an event, to who caches, and to who watches', { resp: 3 }, async (c) => {
    const [listener, watcher] = [await c.another(), await c.another()];
    await c.expectAll(['SET k 1', 'CLIENT TRACKING ON', 'GET k'], [ok, ok, bulk(1)]);
    await watcher.expect('WATCH k', ok);
    await watcher.configSet('notify-keyspace-events', 'Ee', 'maxmemory-policy', 'allkeys-lru');
    await listener.ask('SUBSCRIBE __keyevent@0__:evicted');
    c.atEnd((client) => client.ask('CONFIG SET maxmemory 0'));
    await watcher.expect('CONFIG SET maxmemory 1', ok);
    expect((await c.connection.nextPush()).wire).toBe('>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n');
    expect((await listener.connection.nextReply()).wire).toBe(bulks('message', '__keyevent@0__:evicted', 'k'));
    await watcher.expect('CONFIG SET maxmemory 0', ok);
    await watcher.expectAll(['MULTI', 'PING', 'EXEC'], [ok, simple('QUEUED'), nilArray]);
  });
});
