/** The tools that come with Redis, run against redstart: what an operator types must work. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  encodeCommand,
  pollUntil,
  type RespClient,
  type RunningServer,
  referenceAvailable,
  startRedstart,
  startReference,
} from '../support/index.js';

/** What a program wrote and how it ended. */
interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const toolsAvailable = spawnSync('redis-cli', ['--version']).status === 0;

const SERVERS: Readonly<Record<string, () => Promise<RunningServer>>> = {
  ...(referenceAvailable ? { reference: () => startReference() } : {}),
  redstart: () => startRedstart(),
};

for (const [serverName, start] of Object.entries(SERVERS)) {
  // Runs the programs of Redis: CI has them, another machine may not.
  describe.skipIf(!toolsAvailable)(`the tools of Redis [${serverName}]`, () => {
    let server: RunningServer;
    let client: RespClient;

    beforeAll(async () => {
      server = await start();
      client = await server.connect();
    });

    afterAll(async () => {
      await client.close();
      await server.stop();
    });

    beforeEach(async () => {
      await client.command('FLUSHALL');
    });

    const cli = (args: readonly string[], input = ''): Promise<Outcome> =>
      run('redis-cli', ['-p', String(server.port), ...args], input);

    /** Runs a redis-cli that never ends by itself until its output matches. */
    const cliUntil = (args: readonly string[], wanted: RegExp): Promise<string> =>
      runUntil('redis-cli', ['-p', String(server.port), ...args], wanted);

    test('redis-cli sends the command of its command line', async () => {
      expect(await cli(['SET', 'k', 'v w'])).toMatchObject({ code: 0, stdout: 'OK\n' });
      expect(await cli(['GET', 'k'])).toMatchObject({ code: 0, stdout: 'v w\n' });
      expect(await cli(['-3', '--json', 'GET', 'k'])).toMatchObject({ code: 0, stdout: '"v w"\n' });
    });

    test('redis-cli runs the lines that are piped into it', async () => {
      const outcome = await cli([], 'SET a 1\nINCR a\nGET a\nNOSUCH\n');
      expect(outcome.stdout).toBe("OK\n2\n2\nERR unknown command 'NOSUCH', with args beginning with: \n\n");
    });

    test('redis-cli answers on a terminal', async () => {
      // `script` gives the tool a terminal, so that it prompts, asks for COMMAND DOCS and formats replies.
      const command = `redis-cli -p ${server.port}`;
      const outcome = await run('script', ['-qec', command, '/dev/null'], 'SET a 1\rGET a\rSELECT 1\rGET a\rEXIT\r', {
        TERM: 'dumb',
      });
      expect(outcome.stdout).toContain(`127.0.0.1:${server.port}> `);
      expect(outcome.stdout).toMatch(/OK\r?\n.*"1"\r?\n/s);
      expect(outcome.stdout).toContain(`127.0.0.1:${server.port}[1]> `);
      expect(outcome.stdout).toContain('(nil)');
    });

    test('redis-cli --scan lists every key once, those of a pattern with --pattern', async () => {
      await client.pipeline(Array.from({ length: 500 }, (_, i) => ['SET', `${i % 2 ? 'odd' : 'even'}:${i}`, 'v']));
      const all = (await cli(['--scan'])).stdout.trim().split('\n');
      expect(all).toHaveLength(500);
      expect(new Set(all).size).toBe(500);
      const odd = (await cli(['--scan', '--pattern', 'odd:*'])).stdout.trim().split('\n');
      expect(odd).toHaveLength(250);
    });

    test('redis-cli --bigkeys finds the largest string', async () => {
      await client.command(['SET', 'small', 'x']);
      await client.command(['SET', 'large', 'x'.repeat(5000)]);
      const { code, stdout } = await cli(['--bigkeys']);
      expect(code).toBe(0);
      expect(stdout).toContain('Biggest string found \'"large"\' has 5000 bytes');
      expect(stdout).toContain('Sampled 2 keys in the keyspace!');
    });

    test('redis-cli --memkeys finds the key that takes the most memory', async () => {
      await client.command(['SET', 'small', 'x']);
      await client.command(['SET', 'large', 'x'.repeat(5000)]);
      const { code, stdout } = await cli(['--memkeys']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Biggest string found '"large"' has 5\d\d\d bytes/);
    });

    test('redis-cli --hotkeys finds the key that is used the most under an LFU policy', async () => {
      await client.command('CONFIG SET maxmemory-policy allkeys-lfu');
      await client.command('MSET cold x hot x');
      await client.pipeline(Array.from({ length: 2000 }, () => 'GET hot'));
      const { code, stdout } = await cli(['--hotkeys']);
      await client.command('CONFIG SET maxmemory-policy noeviction');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^hot key found with counter: \d+\tkeyname: "hot"$/m);
    });

    test('redis-cli --latency reports minimum, maximum and average', async () => {
      expect(await cliUntil(['--latency'], /\d+ \d+ \d+\.\d\d \d+/)).toMatch(/\d+ \d+ \d+\.\d\d \d+/);
    });

    test('redis-cli --stat prints the number of keys, clients and requests', async () => {
      await client.command('SET k v');
      expect(await cliUntil(['--stat', '-i', '0.05'], /^1 .*\n1 /m)).toMatch(
        /^1 +\d+\.\d+[KM] +\d+ +0 +\d+ \(\+\d+\) +\d+/m,
      );
    });

    test('redis-cli --pipe loads a stream of commands and counts the replies', async () => {
      const commands = Array.from({ length: 5000 }, (_, i) => encodeCommand(['SET', `key:${i}`, `value ${i}`]));
      const { code, stdout } = await cli(['--pipe'], Buffer.concat(commands).toString('latin1'));
      expect(stdout).toContain('errors: 0, replies: 5000');
      expect(code).toBe(0);
      expect((await client.command('DBSIZE')).value).toBe(5000);
    });

    test('redis-cli --pipe goes on behind errors and counts them', async () => {
      const commands = ['SET n word', 'INCR n', 'NOSUCH', 'SET n 1'].map((line) => encodeCommand(line.split(' ')));
      const { code, stdout } = await cli(['--pipe'], Buffer.concat(commands).toString('latin1'));
      expect(stdout).toContain('errors: 2, replies: 4');
      expect(code).toBe(1);
      expect((await client.command('GET n')).value).toBe('1');
    });

    test('redis-cli -r and -i repeat a command', async () => {
      expect((await cli(['-r', '3', 'INCR', 'n'])).stdout).toBe('1\n2\n3\n');
    });

    test('redis-benchmark runs clean', { timeout: 60_000 }, async () => {
      const { code, stdout, stderr } = await run('redis-benchmark', [
        ...['-p', String(server.port), '-t', 'ping,set,get,incr,mset', '-n', '20000', '-P', '16', '-q'],
      ]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      for (const name of ['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR', 'MSET (10 keys)']) {
        expect(stdout).toMatch(new RegExp(`${name.replace(/[()]/g, '\\$&')}: \\d+\\.\\d+ requests per second`));
      }
    });

    test('redis-benchmark runs in threads on random keys and prints its figures as CSV', {
      timeout: 60_000,
    }, async () => {
      const { code, stdout, stderr } = await run('redis-benchmark', [
        ...['-p', String(server.port), '-t', 'set', '-n', '5000', '-P', '16', '-r', '100', '--threads', '2', '--csv'],
      ]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^"test","rps",.*\n"SET",("\d+\.\d+",?)+\n$/);
      const keyCount = (await client.command('DBSIZE')).value as number;
      expect(keyCount).toBeGreaterThan(90);
      expect(keyCount).toBeLessThanOrEqual(100);
    });
  });
}

function run(
  program: string,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('latin1');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('latin1');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {}); // a program that has ended does not read its input: its exit code tells
    child.stdin.end(Buffer.from(input, 'latin1'));
  });
}

/** Runs a program until its output matches, ends it, and returns the output. */
async function runUntil(program: string, args: readonly string[], wanted: RegExp): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1');
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    await pollUntil(
      () => wanted.test(stdout),
      () => `${wanted} in the output of ${program} ${args.join(' ')}, which was ${JSON.stringify(stdout)}`,
      10_000,
    );
    return stdout;
  } finally {
    child.kill();
    await closed;
  }
}
