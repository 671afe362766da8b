/** MEMORY: what a key takes, and the server's figures in the form of Redis. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { nil, nil3, ok } from '../support/wire.js';

async function usage(c: CommandClient, key: string, ...options: (string | number)[]): Promise<number> {
  return (await c.ask(['MEMORY', 'USAGE', key, ...options])) as number;
}

function expectBetween(bytes: number, least: number, most: number, what: string): void {
  expect(bytes, what).toBeGreaterThanOrEqual(least);
  expect(bytes, what).toBeLessThanOrEqual(most);
}

describeCommands('MEMORY USAGE', (t) => {
  t.test('MEMORY USAGE counts key, value and what belongs to them', async (c) => {
    await c.expect(['SET', 'k', 'x'.repeat(1000)], ok);
    const bytes = await usage(c, 'k');
    expectBetween(bytes, 1000, 1400, 'MEMORY USAGE of a value of 1000 bytes');
    await c.expect(['SET', 'large', 'x'.repeat(1_000_000)], ok);
    const large = await usage(c, 'large');
    expectBetween(large, 1_000_000, 1_400_000, 'MEMORY USAGE of a value of 1000000 bytes');
  });
  t.test('MEMORY USAGE SAMPLES takes a number of samples, 0 for all', async (c) => {
    await c.expect('SET k v', ok);
    const plain = await usage(c, 'k');
    expect(await usage(c, 'k', 'SAMPLES', 5), 'MEMORY USAGE k SAMPLES 5').toBe(plain);
    expect(await usage(c, 'k', 'samples', 0), 'MEMORY USAGE k samples 0').toBe(plain);
    expect(await usage(c, 'k', 'SAMPLES', 1, 'SAMPLES', 2), 'MEMORY USAGE k SAMPLES 1 SAMPLES 2').toBe(plain);
  });
  t.test('MEMORY USAGE of a missing key is null', async (c) => {
    await c.expect('MEMORY USAGE x', nil);
    await c.expect('MEMORY USAGE x SAMPLES 5', nil);
  });
  t.test('MEMORY USAGE of a missing key is the RESP3 null', { resp: 3 }, async (c) => c.expect('MEMORY USAGE x', nil3));
  t.test('MEMORY USAGE counts a key whose time is over as long as it is there', { needsDebug: true }, async (c) => {
    await c.expect('DEBUG SET-ACTIVE-EXPIRE 0', ok);
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    await c.expect('SET k v PXAT 1', ok);
    expect(await usage(c, 'k'), 'MEMORY USAGE k').toBeGreaterThan(0);
    await c.expect('GET k', nil);
    await c.expect('MEMORY USAGE k', nil);
  });
  t.test('MEMORY USAGE refuses other options', async (c) => {
    await c.expectError('MEMORY USAGE k SAMPLES', 'ERR syntax error');
    await c.expectError('MEMORY USAGE k SAMPLES -1', 'ERR syntax error');
    await c.expectError('MEMORY USAGE k COUNT 5', 'ERR syntax error');
    await c.expectError('MEMORY USAGE k SAMPLES a', 'ERR value is not an integer or out of range');
    await c.expectError('MEMORY USAGE', "ERR wrong number of arguments for 'memory|usage' command");
  });
});

const COMMON_STATS = [
  'peak.allocated',
  'total.allocated',
  'startup.allocated',
  'replication.backlog',
  'clients.slaves',
  'clients.normal',
  'cluster.links',
  'aof.buffer',
  'lua.caches',
  'functions.caches',
  'db.0',
  'overhead.total',
  'keys.count',
  'keys.bytes-per-key',
  'dataset.bytes',
  'dataset.percentage',
  'peak.percentage',
  'allocator.allocated',
  'allocator.active',
  'allocator.resident',
  'allocator-fragmentation.ratio',
  'allocator-fragmentation.bytes',
  'allocator-rss.ratio',
  'allocator-rss.bytes',
  'rss-overhead.ratio',
  'rss-overhead.bytes',
  'fragmentation',
  'fragmentation.bytes',
];
/** Fields that came after 7.0. */
const NEW_STATS = [
  'overhead.db.hashtable.lut',
  'overhead.db.hashtable.rehashing',
  'db.dict.rehashing.count',
  'allocator.muzzy',
];

describeCommands('MEMORY', (t) => {
  t.test('MEMORY STATS has the fields of Redis in its order', { resp: 3 }, async (c) => {
    await c.expect('MSET a 1 b 2', ok);
    const stats = (await c.ask('MEMORY STATS')) as Map<string, unknown>;
    const names = [...stats.keys()].filter((name) => !NEW_STATS.includes(name));
    expect(names).toEqual(COMMON_STATS);
    expect(stats.get('keys.count'), 'keys.count').toBe(2);
    const database = stats.get('db.0') as Map<string, number>;
    expect([...database.keys()], 'db.0').toEqual(
      expect.arrayContaining(['overhead.hashtable.main', 'overhead.hashtable.expires']),
    );
  });
  t.test('MEMORY STATS has the fields of 7.4', { since: '7.4', line: 'MEMORY STATS adds', resp: 3 }, async (c) => {
    const stats = (await c.ask('MEMORY STATS')) as Map<string, unknown>;
    expect([...stats.keys()]).toEqual(expect.arrayContaining(NEW_STATS));
  });
  t.test('MEMORY STATS is a flat array in RESP2, with fractions as text', async (c) => {
    await c.expectMatch(
      'MEMORY STATS',
      /^\*\d+\r\n\$14\r\npeak\.allocated\r\n:\d+\r\n[\s\S]*\$13\r\nfragmentation\r\n\$/,
    );
    await c.expectError('MEMORY STATS x', "ERR wrong number of arguments for 'memory|stats' command");
  });
  t.test('MEMORY DOCTOR and MALLOC-STATS answer texts', async (c) => {
    await c.expectMatch('MEMORY DOCTOR', /^\$\d+\r\n[\s\S]+\n\r\n$/);
    await c.expectMatch('MEMORY MALLOC-STATS', /^\$\d+\r\n[\s\S]+\r\n$/);
  });
  t.test('MEMORY DOCTOR and MALLOC-STATS answer verbatim texts in RESP3', { resp: 3 }, async (c) => {
    await c.expectMatch('MEMORY DOCTOR', /^=\d+\r\ntxt:/);
    await c.expectMatch('MEMORY MALLOC-STATS', /^=\d+\r\ntxt:/);
  });
  t.test('MEMORY PURGE answers OK', async (c) => c.expect('MEMORY PURGE', ok));
  t.test('MEMORY HELP names the subcommands', async (c) => {
    await c.expectMatch(
      'MEMORY HELP',
      /^\*\d+\r\n\+MEMORY <subcommand> [\s\S]*\+DOCTOR\r\n[\s\S]*\+STATS\r\n[\s\S]*\+USAGE /,
    );
    await c.expectError('MEMORY NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try MEMORY HELP.");
    await c.expectError('MEMORY', "ERR wrong number of arguments for 'memory' command");
  });
});
