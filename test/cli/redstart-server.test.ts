import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { REDSTART_VERSION } from '../../src/util/version.js';
import {
  freePort,
  pollUntil,
  RespClient,
  type RunningServer,
  type StartOptions,
  startRedstart,
} from '../support/index.js';

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(args: readonly string[] = [], options: StartOptions = {}): Promise<RunningServer> {
  const server = await startRedstart(args, options);
  running.push(server);
  return server;
}

/** Starts a server that is to refuse, and returns how it ended. */
async function refused(
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ code: number | null; log: string }> {
  const server = await start(args, { ...options, waitUntilReady: false });
  const { code } = await server.exited;
  return { code, log: server.log() };
}

const PROGRAM = process.env['REDSTART_PROGRAM'] ?? resolve(import.meta.dirname, '../../bin/redstart-server');

/** Runs the program with these arguments and no others to its end. */
function runPlainly(args: readonly string[], stdin = ''): Promise<{ code: number | null; log: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [PROGRAM, ...args]);
    let log = '';
    child.stdout.on('data', (chunk) => {
      log += chunk;
    });
    child.stderr.on('data', (chunk) => {
      log += chunk;
    });
    child.on('close', (code) => done({ code, log }));
    child.stdin.end(stdin);
  });
}

/** The log without pids and times: role, level and text of each line. */
function texts(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\d+:([A-Z]) \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} /, '$1 '));
}

/** Pages of memory that a process has, of 4 KiB. */
const residentPages = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);

describe('redstart-server', () => {
  it.skipIf(!existsSync('/proc/self/statm'))('gives the memory of what is deleted back to the system', async () => {
    // V8 would collect by itself, seconds after the last request; that is not what is tested here.
    const server = await start([], { nodeArgs: ['--no-memory-reducer'] });
    const client = await server.connect();
    const empty = residentPages(server.pid);
    await client.command(['SET', 'k', Buffer.alloc(128 << 20, 'x')]);
    expect(residentPages(server.pid)).toBeGreaterThan(empty + 32_000);
    await client.command('DEL k');
    await pollUntil(() => residentPages(server.pid) < empty + 12_000, 'memory that goes back', 20_000);
  });

  it('logs its start and end as Redis does, and ends with code 0 on SIGTERM', async () => {
    const server = await start();
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const { pid } = server;
    expect(
      texts(server.log()).filter((line) => !/Nothing is saved|TCP backlog|ulimit|max(clients| file)/.test(line)),
    ).toEqual([
      'C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
      `C * Redis version=7.4.1, bits=64, commit=00000000, modified=0, pid=${pid}, just started`,
      'C * Configuration loaded',
      'M * monotonic clock: POSIX clock_gettime',
      `M * Running mode=standalone, port=${server.port}.`,
      'M * Server initialized',
      'M * Ready to accept connections tcp',
      expect.stringMatching(`^${pid}:signal-handler \\(\\d+\\) Received SIGTERM scheduling shutdown\\.\\.\\.$`),
      'M * User requested shutdown...',
      'M # Redis is now ready to exit, bye bye...',
    ]);
  });

  it('warns at its start that nothing is saved', async () => {
    const server = await start();
    expect(texts(server.log()).filter((line) => line.startsWith('M # Nothing is saved'))).toHaveLength(1);
  });

  it('ends with code 0 on SIGINT, and does not mind SIGHUP', async () => {
    const server = await start();
    const client = await server.connect();
    server.kill('SIGHUP');
    expect((await client.command('PING')).wire).toBe('+PONG\r\n');
    server.kill('SIGINT');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await client.closed;
  });

  it('ends at once with code 1 on a second SIGINT while the first waits to be served', async () => {
    const server = await start();
    const client = await server.connect();
    // Once the system has the command, the server reads it before it looks at signals that come later.
    await new Promise((written) => client.socket.write('DEBUG SLEEP 0.5\r\n', written));
    // Many: the system merges those that it has not delivered.
    const insisting = setInterval(() => server.kill('SIGINT'), 5);
    const exit = await server.exited;
    clearInterval(insisting);
    expect(exit).toEqual({ code: 1, signal: null });
    expect(server.log()).toMatch(/:signal-handler \(\d+\) You insist\.\.\. exiting now\.\n$/);
  });

  it('restarts in place on DEBUG RESTART, with its files found from where it was started', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'my.conf'), 'dir data\nenable-debug-command yes\nbind 127.0.0.1\n');
    const port = await freePort();
    const child = spawn(process.execPath, [PROGRAM, 'my.conf', '--port', String(port)], { cwd: directory });
    let log = '';
    child.stdout.on('data', (chunk) => {
      log += chunk;
    });
    const exited = once(child, 'exit');
    const starts = (): number => log.split('Ready to accept connections').length - 1;
    await pollUntil(
      () => starts() === 1,
      () => log,
    );
    const first = await RespClient.connect({ port });
    await first.command('SET key value');
    first.write('DEBUG RESTART');
    await first.closed;
    await pollUntil(
      () => starts() === 2,
      () => log,
    );
    const second = await RespClient.connect({ port });
    expect((await second.command('GET key')).wire).toBe('$-1\r\n');
    expect((await second.command('CONFIG GET dir')).wire).toContain(`${directory}/data\r\n`);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    rmSync(directory, { recursive: true });
  });

  it('says which directives have no effect yet, and is silent about defaults', async () => {
    const server = await start(['--appendonly', 'yes', '--maxclients', '100']);
    expect(texts(server.log())).toContain('M # No effect in this version: appendonly.');
    const client = await server.connect();
    await client.command('CONFIG SET maxmemory-clients 100mb appendonly no timeout 1000');
    await client.command('CONFIG SET maxmemory-clients 200mb');
    await client.close();
    const lines = texts(server.log()).filter((line) => line.startsWith('M # No effect'));
    expect(lines).toEqual([
      'M # No effect in this version: appendonly.',
      'M # No effect in this version: maxmemory-clients.',
    ]);
  });

  it.each([
    [['--user', 'default', 'on', '>secret', '~*', '+@all'], 'ACL'],
    [['--aclfile', 'users.acl'], 'ACL'],
    [['--replicaof', '127.0.0.1', '1'], 'replica'],
  ])('does not start without what %j asks for', async (args, feature) => {
    const { code, log } = await refused(args);
    expect(code).toBe(1);
    expect(log).toContain(`This version ${feature === 'ACL' ? 'has no ACL' : 'cannot be a replica'}`);
  });

  it('serves in the process that was started', async () => {
    const server = await start();
    expect(server.log()).toContain(`pid=${server.pid}, just started`);
  });

  it('shows a logo with mode, port and pid if it is told so', async () => {
    const server = await start(['--always-show-logo', 'yes']);
    expect(server.log()).toContain('Running in standalone mode');
    expect(server.log()).toContain(` Port: ${server.port}\n`);
    expect(server.log()).toContain(` PID: ${server.pid}\n`);
    expect(server.log()).not.toContain('Running mode=');
  });

  it('names a port that is taken and ends with code 1', async () => {
    const first = await start();
    const { code, log } = await refused(['--port', String(first.port)]);
    expect(code).toBe(1);
    expect(texts(log).slice(-2)).toEqual([
      `M # Warning: Could not create server TCP listening socket 127.0.0.1:${first.port}: bind: Address already in use`,
      `M # Failed listening on port ${first.port} (tcp), aborting.`,
    ]);
  });

  it('names an address that it cannot have and ends with code 1', async () => {
    const port = await freePort();
    const { code, log } = await refused(['--port', String(port), '--bind', '192.0.2.77']);
    expect(code).toBe(1);
    expect(texts(log).slice(-2)).toEqual([
      `M # Warning: Could not create server TCP listening socket 192.0.2.77:${port}: bind: Cannot assign requested address`,
      `M # Failed listening on port ${port} (tcp), aborting.`,
    ]);
  });

  it('ends with code 1 when it is to listen nowhere', async () => {
    const { code, log } = await refused(['--port', '0']);
    expect(code).toBe(1);
    expect(texts(log).at(-1)).toBe('M # Configured to not listen anywhere, exiting.');
  });

  it('reports an unknown directive on standard error and ends with code 1', async () => {
    const { code, log } = await refused(['--nosuch', '1']);
    expect(code).toBe(1);
    expect(log).toMatch(
      /^\n\*\*\* FATAL CONFIG FILE ERROR \(Redis 7\.4\.1\) \*\*\*\nReading the configuration file, at line \d+\n/,
    );
    expect(log).toContain(`\n>>> 'nosuch "1"'\nBad directive or wrong number of arguments\n`);
  });

  it('refuses to listen for TLS or to use it for replication, rather than to do it without', async () => {
    for (const args of [
      ['--tls-port', '1'],
      ['--tls-replication', 'yes'],
    ]) {
      const { code, log } = await refused(args);
      expect(code).toBe(1);
      expect(texts(log).slice(-2)).toEqual([
        'M # This version has no TLS: tls-port must be 0, tls-replication and tls-cluster no.',
        'M # Failed to configure TLS. Check logs for more info.',
      ]);
    }
  });

  it('does not serve data where a sentinel was asked for', async () => {
    const { code, log } = await runPlainly(['sentinel.conf', '--sentinel']);
    expect(code).toBe(1);
    expect(texts(log)).toEqual(['C # redstart-server has no sentinel mode. Exiting...']);
  });

  it('refuses cluster mode and modules with a clear line', async () => {
    const cluster = await refused(['--cluster-enabled', 'yes']);
    expect(cluster.code).toBe(1);
    expect(cluster.log).toContain('does not support cluster mode');
    const module = await refused(['--loadmodule', '/nonexistent/x.so']);
    expect(module.code).toBe(1);
    expect(texts(module.log).slice(-2)).toEqual([
      'M # Module /nonexistent/x.so failed to load: /nonexistent/x.so: cannot open shared object file: No such file or directory',
      "M # Can't load module from /nonexistent/x.so: server aborting",
    ]);
  });

  it('refuses to give a command a name that another one has', async () => {
    const { code, log } = await refused(['--rename-command', 'get', 'SET']);
    expect(code).toBe(1);
    expect(log).toContain(`\n>>> 'rename-command "get" "SET"'\nTarget command name already exists\n`);
  });

  it('writes its log to logfile, relative to dir, and says when it cannot', async () => {
    const server = await start(['--logfile', 'server.log', '--loglevel', 'verbose'], { waitUntilReady: true });
    const path = join(server.directory, 'server.log');
    await pollUntil(() => existsSync(path) && /Ready to accept/.test(readFileSync(path, 'utf8')), 'the log file');
    expect(server.log()).toBe('');
    const { code, log } = await refused(['--logfile', '/nonexistent/server.log']);
    expect(code).toBe(1);
    expect(log).toContain("Can't open the log file: No such file or directory");
  });

  it('writes its pid file and removes it at its end', async () => {
    const server = await start(['--pidfile', 'server.pid']);
    const path = join(server.directory, 'server.pid');
    expect(readFileSync(path, 'utf8')).toBe(`${server.pid}\n`);
    server.kill('SIGTERM');
    await server.exited;
    expect(existsSync(path)).toBe(false);
    expect(texts(server.log())).toContain('M * Removing the pid file.');
  });

  it('serves a unix socket alone with port 0, with the permissions of unixsocketperm', async () => {
    const server = await start(['--port', '0', '--unixsocket', 'r.sock', '--unixsocketperm', '700'], {
      waitUntilReady: false,
    });
    await pollUntil(
      () => server.log().includes('Ready to accept connections unix'),
      () => server.log(),
    );
    const path = join(server.directory, 'r.sock');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const client = await server.connect({ path });
    expect((await client.command('PING')).wire).toBe('+PONG\r\n');
    server.kill('SIGTERM');
    await server.exited;
    expect(texts(server.log())).toContain('M * Removing the unix socket file.');
    expect(existsSync(path)).toBe(false);
  });

  it('goes into the background with daemonize yes, its id in the pid file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    const args = ['--port', '0', '--unixsocket', 'r.sock', '--pidfile', 'server.pid', '--logfile', 'server.log'];
    const { code, log } = await runPlainly(['--dir', directory, ...args, '--daemonize', 'yes']);
    expect({ code, log }).toEqual({ code: 0, log: '' });
    const path = join(directory, 'server.log');
    await pollUntil(() => existsSync(path) && readFileSync(path, 'utf8').includes('Ready to accept'), 'the server');
    const pid = Number(readFileSync(join(directory, 'server.pid'), 'utf8'));
    expect(readFileSync(path, 'utf8')).toContain(`pid=${pid}, just started`);
    process.kill(pid, 'SIGTERM');
    await pollUntil(() => !existsSync(join(directory, 'server.pid')), 'its end');
    await pollUntil(() => readFileSync(path, 'utf8').includes('bye bye'), 'its last line');
    rmSync(directory, { recursive: true });
  });

  it('tells systemd that it starts, is ready and stops, and waits for none of that', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    const told = join(directory, 'told');
    const goOn = join(directory, 'go-on');
    writeFileSync(told, '');
    // Stands in for systemd-notify; when the server is ready it is as slow as if systemd did not answer.
    const wait = `if [ "$2" = --ready ]; then while [ ! -e '${goOn}' ]; do sleep 0.02; done; fi`;
    const program = `#!/bin/sh\n${wait}\nshift\necho "$*" >> '${told}'\n`;
    writeFileSync(join(directory, 'systemd-notify'), program, { mode: 0o755 });
    const path = `${directory}:${process.env['PATH']}`;
    const server = await start(['--supervised', 'systemd'], { env: { PATH: path, NOTIFY_SOCKET: '/nonexistent' } });
    writeFileSync(goOn, '');
    const lines = (): string[] => readFileSync(told, 'utf8').split('\n').slice(0, -1).sort();
    await pollUntil(() => lines().length === 2, 'what it told at its start', 20_000);
    server.kill('SIGTERM');
    await server.exited;
    await pollUntil(() => lines().length === 3, 'what it told at its end', 20_000);
    expect(lines()).toEqual([
      '--ready --status=Ready to accept connections',
      '--status=redstart-server is starting',
      'STOPPING=1',
    ]);
    rmSync(directory, { recursive: true });
  });

  it('logs what keeps it from telling systemd', async () => {
    const server = await start(['--supervised', 'systemd'], {
      env: { NOTIFY_SOCKET: '/nonexistent', PATH: '/nonexistent' },
    });
    await pollUntil(
      () => server.log().includes('systemd supervision error: spawn systemd-notify ENOENT'),
      () => server.log(),
    );
  });

  it('prints version and help, if they are asked for first', async () => {
    const version = await runPlainly(['--version']);
    expect(version.log).toMatch(/^Redis server v=7\.4\.1 sha=00000000:0 malloc=slab bits=64 build=[0-9a-f]{16}\n$/);
    expect(version.code).toBe(0);
    const help = await runPlainly(['--help']);
    expect(help.code).toBe(0);
    expect(help.log).toContain('redstart-server [/path/to/redis.conf]');
  });

  it('reads configuration from standard input behind that of the file', async () => {
    const { code, log } = await runPlainly(['-'], 'port 0\nbind 127.0.0.1\nwrong-directive yes\n');
    expect(code).toBe(1);
    expect(texts(log)[0]).toBe('C * Reading config from stdin');
    expect(log).toContain(`at line 3\n>>> 'wrong-directive yes'\nBad directive or wrong number of arguments\n`);
  });

  it('has the version of its package', () => {
    const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(REDSTART_VERSION).toBe(version);
  });

  it('asks for the size of a memory test as Redis does', async () => {
    const { code, log } = await runPlainly(['--test-memory']);
    expect(code).toBe(1);
    expect(log).toMatch(/^Please specify the amount of memory to test in megabytes\.\n/);
  });
});
