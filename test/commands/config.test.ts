/** CONFIG over the wire; what each directive takes and shows is tested in test/config. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceAvailable, startReference } from '../support/reference.js';
import { type RunningServer, startRedstart } from '../support/server-process.js';
import { describeCommands } from '../support/targets.js';
import { freePort } from '../support/wait.js';
import { array, bulk, bulks, bytes, map, ok } from '../support/wire.js';

const arity = (name: string) => `ERR wrong number of arguments for '${name}' command`;

describeCommands('CONFIG GET', (t) => {
  t.test('CONFIG GET answers name and value of a directive', async (c) => {
    await c.expect('CONFIG GET maxmemory', bulks('maxmemory', '0'));
    await c.expect('config get MAXMEMORY', bulks('MAXMEMORY', '0'));
    await c.expect('CONFIG GET nosuch', array());
  });
  t.test('CONFIG GET is a map in RESP3', { resp: 3 }, async (c) => {
    await c.expect('CONFIG GET maxmemory', map(bulk('maxmemory'), bulk('0')));
  });
  t.test('CONFIG GET takes several patterns and shows each directive once', async (c) => {
    const few = (await c.ask('CONFIG GET maxmemory-s* slowlog-max-len maxmemory-sam?les')) as string[];
    if ([...few].sort().join() !== '128,5,maxmemory-samples,slowlog-max-len') throw new Error(few.join());
    const all = (await c.ask('CONFIG GET * max*')) as string[];
    const names = all.filter((_, i) => i % 2 === 0);
    if (new Set(names).size !== names.length || names.length < 150) throw new Error(`${names.length} names`);
  });
  t.test('CONFIG GET needs a pattern', async (c) => {
    await c.expectError('CONFIG GET', arity('config|get'));
    await c.expectError('CONFIG', arity('config'));
    await c.expectError('CONFIG NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP.");
  });
});

describeCommands('CONFIG SET', (t) => {
  t.test('CONFIG SET sets several directives at once', async (c) => {
    await c.configSet('slowlog-max-len', '128', 'maxmemory', '0');
    await c.expect('CONFIG SET slowlog-max-len 7 MAXMEMORY 1mb', ok);
    await c.expect('CONFIG GET slowlog-max-len', bulks('slowlog-max-len', '7'));
    await c.expect('CONFIG GET maxmemory', bulks('maxmemory', '1048576'));
  });
  t.test('CONFIG SET sets nothing when one of its values is wrong', async (c) => {
    await c.expectMatch(
      'CONFIG SET slowlog-max-len 7 maxmemory wrong',
      /^-ERR CONFIG SET failed \(possibly related to argument 'maxmemory'\) - argument must be a memory value\r\n$/,
    );
    await c.expect('CONFIG GET slowlog-max-len', bulks('slowlog-max-len', '128'));
  });
  t.test('CONFIG SET refuses unknown, immutable, protected and repeated directives', async (c) => {
    await c.expectError('CONFIG SET nosuch 1', "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'");
    const failed = (name: string, reason: string) =>
      `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
    await c.expectError('CONFIG SET databases 8', failed('databases', "can't set immutable config"));
    await c.expectError('CONFIG SET dir /', failed('dir', "can't set protected config"));
    await c.expectError('CONFIG SET maxmemory 1 maxmemory 2', failed('maxmemory', 'duplicate parameter'));
  });
  t.test('CONFIG SET takes pairs', async (c) => {
    await c.expectError('CONFIG SET maxmemory', arity('config|set'));
    await c.expectError('CONFIG SET maxmemory 1 hz', 'ERR syntax error');
  });
  t.test('CONFIG SET keeps bytes as they are', async (c) => {
    await c.configSet('masterauth', '');
    await c.expect(['CONFIG', 'SET', 'masterauth', bytes('\xff\xfe a')], ok);
    await c.expect('CONFIG GET masterauth', bulks('masterauth', '\xff\xfe a'));
  });
  t.test('CONFIG SET requirepass asks new connections for it, and lets the old ones be', async (c) => {
    await c.expect('CONFIG SET requirepass secret', ok);
    c.atEnd(async (client) => {
      await client.expect('AUTH secret', ok);
      await client.expect(['CONFIG', 'SET', 'requirepass', ''], ok);
    });
    await c.expect('SET k v', ok);
    const other = await c.another();
    await other.expectError('GET k', 'NOAUTH Authentication required.');
    await other.expect('AUTH secret', ok);
    await other.expect('GET k', bulk('v'));
  });
  t.test('CONFIG SET maxmemory-policy lfu makes keys count their uses', async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu');
    await c.expect('SET k v', ok);
    await c.expect('OBJECT FREQ k', ':5\r\n');
  });
  t.test('CONFIG SET port moves the server, and the commands after it wait for that', async (c) => {
    const [, before] = (await c.ask('CONFIG GET port')) as [string, string];
    const port = await freePort();
    await c.expectAll(
      [`CONFIG SET port ${port}`, 'CONFIG GET port', `CONFIG SET port ${before}`],
      [ok, bulks('port', port), ok],
    );
  });
});

describeCommands('CONFIG RESETSTAT and HELP', (t) => {
  t.test('CONFIG RESETSTAT answers OK', async (c) => {
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expectError('CONFIG RESETSTAT x', arity('config|resetstat'));
  });
  t.test('CONFIG HELP names the subcommands', async (c) => {
    await c.expectMatch(
      'CONFIG HELP',
      /^\*\d+\r\n\+CONFIG <subcommand> [\s\S]*\+GET [\s\S]*\+RESETSTAT\r\n[\s\S]*\+REWRITE\r\n/,
    );
    await c.expectError('CONFIG HELP x', arity('config|help'));
  });
  t.test('CONFIG REWRITE needs a configuration file', async (c) => {
    await c.expectError('CONFIG REWRITE', 'ERR The server is running without a config file');
  });
});

describe.each(['redstart', 'reference'] as const)('CONFIG REWRITE [%s]', (target) => {
  const start = target === 'redstart' ? startRedstart : startReference;
  const skipped = target === 'reference' && !referenceAvailable;
  let server: RunningServer;

  beforeAll(async () => {
    if (!skipped) server = await start([], { config: '# mine\nmaxmemory 1mb\nslowlog-max-len 5\n' });
  });
  afterAll(async () => {
    if (!skipped) await server.stop();
  });

  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(skipped)('CONFIG REWRITE keeps comments and lines, and appends what was set', async () => {
    const client = await server.connect();
    expect((await client.command('CONFIG SET slowlog-max-len 6 maxmemory-samples 7')).wire).toBe(ok);
    expect((await client.command('CONFIG REWRITE')).wire).toBe(ok);
    const path = String(((await client.command('INFO server')).value as string).match(/config_file:(.*)\r/)?.[1]);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^# mine\nmaxmemory 1mb\nslowlog-max-len 6\n/);
    expect(text).toMatch(/\n# Generated by CONFIG REWRITE\n[\s\S]*maxmemory-samples 7\n/);
    expect(server.log()).toContain('CONFIG REWRITE executed with success.');
    await client.close();
  });

  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(skipped)('CONFIG REWRITE answers what the system says against it', async () => {
    const other = await start([], { config: 'maxmemory 1mb\n' });
    const client = await other.connect();
    const path = String(((await client.command('INFO server')).value as string).match(/config_file:(.*)\r/)?.[1]);
    rmSync(path);
    mkdirSync(path);
    expect((await client.command('CONFIG REWRITE')).wire).toBe('-ERR Rewriting config file: Is a directory\r\n');
    await client.close();
    await other.stop();
  });

  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(skipped)('DEBUG CONFIG-REWRITE-FORCE-ALL writes directives at their default too', async () => {
    const client = await server.connect();
    expect((await client.command('DEBUG CONFIG-REWRITE-FORCE-ALL')).wire).toBe(ok);
    const path = String(((await client.command('INFO server')).value as string).match(/config_file:(.*)\r/)?.[1]);
    expect(readFileSync(path, 'utf8')).toContain('\nhz 10\n');
    await client.close();
  });
});
