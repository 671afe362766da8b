/** INFO: which sections it shows, and figures that follow what the server does. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { bulk, nil, ok } from '../support/wire.js';

/** The headings of an INFO reply. */
async function titles(c: CommandClient, ...sections: string[]): Promise<string[]> {
  const text = String(await c.ask(['INFO', ...sections]));
  return [...text.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1]!);
}

/** One field, '' when it is missing. */
async function field(c: CommandClient, section: string, name: string): Promise<string> {
  const text = String(await c.ask(['INFO', section]));
  return new RegExp(`^${name.replace('|', '\\|')}:(.*)\\r$`, 'm').exec(text)?.[1] ?? '';
}

async function expectField(c: CommandClient, section: string, name: string, value: string): Promise<void> {
  expect(await field(c, section, name), `${name} of INFO ${section}`).toBe(value);
}

const DEFAULT = ['Server', 'Clients', 'Memory', 'Persistence', 'Stats', 'Replication', 'CPU', 'Modules', 'Errorstats'];
const LAST = ['Cluster', 'Keyspace'];

describeCommands('INFO', (t) => {
  t.test('INFO shows the default sections, as INFO default does', async (c) => {
    const wanted = [...DEFAULT, ...LAST];
    expect(await titles(c), 'INFO').toEqual(wanted);
    expect(await titles(c, 'DEFAULT'), 'INFO DEFAULT').toEqual(wanted);
  });
  t.test('INFO all and INFO everything add commandstats and latencystats', async (c) => {
    const wanted = [...DEFAULT.slice(0, -1), 'Commandstats', 'Errorstats', 'Latencystats', ...LAST];
    for (const name of ['all', 'everything', 'ALL']) expect(await titles(c, name), `INFO ${name}`).toEqual(wanted);
  });
  t.test('INFO takes several sections in any case and shows each once, in its own order', async (c) => {
    const several = await titles(c, 'keyspace', 'SERVER', 'cpu', 'server', 'nosuch');
    expect(several, 'INFO keyspace SERVER cpu server nosuch').toEqual(['Server', 'CPU', 'Keyspace']);
    const more = [...DEFAULT.slice(0, -1), 'Commandstats', 'Errorstats', ...LAST];
    expect(await titles(c, 'commandstats', 'default'), 'INFO commandstats default').toEqual(more);
    for (const name of ['modules', 'module_list']) expect(await titles(c, name), `INFO ${name}`).toEqual(['Modules']);
  });
  t.test('INFO of an unknown section is an empty text', async (c) => {
    await c.expect('INFO nosuch', bulk(''));
  });
  t.test('INFO separates sections by an empty line', async (c) => {
    await c.expectMatch('INFO cluster keyspace', /^\$\d+\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n\r\n$/);
  });
  t.test('INFO is a verbatim text in RESP3', { resp: 3 }, async (c) => {
    await c.expectMatch('INFO cluster', /^=\d+\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n$/);
  });
});

describeCommands('INFO keyspace', (t) => {
  t.test('INFO keyspace counts keys and expire times of each database that has some', async (c) => {
    await c.expect('MSET a 1 b 2', ok);
    await c.expect('SET t 1 EX 100', ok);
    await c.expect('SELECT 3', ok);
    await c.expect('SET x 1', ok);
    await c.expectMatch(
      'INFO keyspace',
      /# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=\d+(,subexpiry=0)?\r\ndb3:keys=1,expires=0,avg_ttl=0(,subexpiry=0)?\r\n\r\n$/,
    );
  });
});

describeCommands('INFO stats', (t) => {
  t.test('INFO stats counts hits and misses, and CONFIG RESETSTAT sets them back', async (c) => {
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expect('SET k v', ok);
    await c.expect('GET k', bulk('v'));
    await c.expect('GET x', nil);
    await c.expect('GET y', nil);
    await expectField(c, 'stats', 'keyspace_hits', '1');
    await expectField(c, 'stats', 'keyspace_misses', '2');
    await c.expect('CONFIG RESETSTAT', ok);
    await expectField(c, 'stats', 'keyspace_hits', '0');
    await expectField(c, 'stats', 'total_commands_processed', '2'); // RESETSTAT and INFO
  });
  t.test('INFO commandstats tells calls, refusals and failures of each command', async (c) => {
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expect('SET k v', ok);
    await c.expect('SET k w', ok);
    await c.expectError('SET k', "ERR wrong number of arguments for 'set' command");
    await c.expectError('SET k v WRONG', 'ERR syntax error');
    await c.expectMatch(
      'INFO commandstats',
      /cmdstat_set:calls=3,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=1,failed_calls=1\r\n/,
    );
    await c.expectMatch('INFO commandstats', /cmdstat_config\|resetstat:calls=1,/);
  });
  t.test('INFO errorstats counts replies by their code', async (c) => {
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expectError('SET k', "ERR wrong number of arguments for 'set' command");
    await c.expectMatch('NOSUCH', /^-ERR unknown command/);
    await c.expectMatch('AUTH nobody secret', /^-WRONGPASS /);
    await c.expectMatch(
      'INFO errorstats',
      /# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_WRONGPASS:count=1\r\n\r\n$/,
    );
    await expectField(c, 'stats', 'total_error_replies', '3');
  });
});

describeCommands('INFO clients, memory and persistence', (t) => {
  t.test('INFO clients counts connections', async (c) => {
    const before = Number(await field(c, 'clients', 'connected_clients'));
    const other = await c.another();
    await other.expect('ECHO here', bulk('here'));
    await expectField(c, 'clients', 'connected_clients', String(before + 1));
  });
  t.test('INFO clients counts those that wait, and those that wait for a limited time', async (c) => {
    const forever = await c.another();
    const limited = await c.another();
    await forever.expect('SET k v', ok);
    await limited.expect('SET k v', ok);
    forever.connection.write('WAIT 1 0');
    limited.connection.write('WAIT 1 100000');
    await c.untilBlocked(2);
    await expectField(c, 'clients', 'clients_in_timeout_table', '1');
  });
  t.test('INFO memory tells more memory in use when there is more data', async (c) => {
    const before = Number(await field(c, 'memory', 'used_memory'));
    await c.expect(['SET', 'k', 'x'.repeat(1_000_000)], ok);
    const after = Number(await field(c, 'memory', 'used_memory'));
    expect(after - before, 'growth of used_memory').toBeGreaterThanOrEqual(1_000_000);
    expect(after - before, 'growth of used_memory').toBeLessThanOrEqual(3_000_000);
    expect(Number(await field(c, 'memory', 'used_memory_peak')), 'used_memory_peak').toBeGreaterThanOrEqual(after);
  });
  t.test('INFO memory follows maxmemory and its policy', async (c) => {
    await c.configSet('maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
    await expectField(c, 'memory', 'maxmemory', '104857600');
    await expectField(c, 'memory', 'maxmemory_human', '100.00M');
    await expectField(c, 'memory', 'maxmemory_policy', 'allkeys-lru');
  });
  t.test('INFO persistence counts changes since the last save', async (c) => {
    const before = Number(await field(c, 'persistence', 'rdb_changes_since_last_save'));
    await c.expect('MSET a 1 b 2', ok);
    await c.expect('DEL a b c', ':2\r\n');
    await expectField(c, 'persistence', 'rdb_changes_since_last_save', String(before + 4));
  });
  t.test('INFO replication tells of a primary without replicas', async (c) => {
    await c.expectMatch('INFO replication', /# Replication\r\nrole:master\r\nconnected_slaves:0\r\n/);
    expect(await field(c, 'replication', 'master_replid'), 'master_replid').toMatch(/^[0-9a-f]{40}$/);
  });
});
