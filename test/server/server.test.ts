import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { Config } from '../../src/config/index.js';
import {
  ConfigError,
  createServer,
  type Directives,
  type RedstartServer,
  StartupError,
} from '../../src/server/index.js';
import { LOG_NOTICE, Log } from '../../src/server/log.js';
import { Server } from '../../src/server/server.js';
import { ManualClock, systemClock } from '../../src/util/clock.js';
import { pollUntil, RespClient } from '../support/index.js';

const open: RedstartServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function started(directives: Directives = {}, options: Parameters<typeof createServer>[1] = {}) {
  const server = await createServer({ port: 0, ...directives }, options);
  open.push(server);
  return server;
}

function connect(server: RedstartServer): Promise<RespClient> {
  return RespClient.connect({ port: server.port });
}

/** A line of the log without pid, role and time. */
function text(line: string): string {
  return line.replace(/^\d+:[A-Z] .{24} /, '');
}

describe('createServer', () => {
  it('takes a free port for port 0 and frees it on close', async () => {
    const server = await started();
    expect(server.address).toEqual({ host: '127.0.0.1', port: server.port });
    const client = await connect(server);
    expect((await client.command('PING')).wire).toBe('+PONG\r\n');
    await server.close();
    await server.closed;
    await client.closed;
    const socket = net.connect(server.port, '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
  });

  it('runs several servers side by side that share nothing', async () => {
    const [one, two] = await Promise.all([started(), started({ databases: 2 })]);
    const first = await connect(one);
    const second = await connect(two);
    await first.command('SET key 1');
    expect((await second.command('GET key')).wire).toBe('$-1\r\n');
    await one.close();
    expect((await second.command('PING')).wire).toBe('+PONG\r\n');
  });

  it('takes directives by their name and in camelCase', async () => {
    const server = await started({ 'proto-max-bulk-len': '1mb', maxclients: 1 });
    const client = await connect(server);
    client.raw('*2\r\n$4\r\nECHO\r\n$1048577\r\n');
    expect(await client.readToEnd()).toBe('-ERR Protocol error: invalid bulk length\r\n');
  });

  it('throws a ConfigError for a directive that there is not, and for a bad value', async () => {
    await expect(createServer({ nosuch: 1 })).rejects.toThrow(ConfigError);
    await expect(createServer({ port: 'x' })).rejects.toThrow(ConfigError);
  });

  it('throws a StartupError for a port that is taken, and the process lives on', async () => {
    const { port } = await started();
    await expect(createServer({ port })).rejects.toThrow(
      new StartupError(`Failed listening on port ${port} (tcp), aborting.`, {
        cause: `Warning: Could not create server TCP listening socket 127.0.0.1:${port}: bind: Address already in use`,
      }),
    );
  });

  it('leaves signals and the working directory of the process alone', async () => {
    const before = ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException'].map((event) => process.listenerCount(event));
    const directory = process.cwd();
    await started({ dir: tmpdir() });
    expect(process.cwd()).toBe(directory);
    expect(['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException'].map((event) => process.listenerCount(event))).toEqual(
      before,
    );
  });

  it('gives its log to the embedder, and logs nowhere else', async () => {
    const lines: string[] = [];
    const server = await started({}, { onLog: (_level, line) => lines.push(text(line)) });
    await server.close();
    expect(lines).toContain('* Ready to accept connections tcp');
    expect(lines.at(-1)).toBe('# Redis is now ready to exit, bye bye...');
  });
});

describe('a server', () => {
  const pipeline =
    'PING\r\n*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nval\r\nue\r\n*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'.replace('$5', '$7');
  const replies = '+PONG\r\n+OK\r\n$7\r\nval\r\nue\r\n';

  it('takes commands cut at any byte', async () => {
    const server = await started();
    const client = await connect(server);
    for (let cut = 1; cut < pipeline.length; cut++) {
      client.raw(pipeline.slice(0, cut));
      await new Promise(setImmediate); // another turn of the loop: two reads
      client.raw(pipeline.slice(cut));
      expect(await client.readRaw(replies.length)).toBe(replies);
    }
  });

  it('takes commands byte by byte', async () => {
    const server = await started();
    const client = await connect(server);
    for (const byte of pipeline) {
      client.raw(byte);
      await new Promise(setImmediate);
    }
    expect(await client.readRaw(replies.length)).toBe(replies);
  });

  it('answers a pipeline far longer than its buffers in order', async () => {
    const server = await started();
    const client = await connect(server);
    const count = 50_000;
    let sent = '';
    let wanted = '';
    for (let i = 0; i < count; i++) {
      sent += `ECHO ${i}\r\n`;
      wanted += `$${String(i).length}\r\n${i}\r\n`;
    }
    client.raw(sent);
    expect((await client.readRaw(wanted.length)) === wanted).toBe(true);
  });

  it('takes and gives back a value of 20 MB', async () => {
    const server = await started();
    const client = await connect(server);
    const value = Buffer.alloc(20_000_000, 'v');
    expect((await client.send('SET', 'big', value)).wire).toBe('+OK\r\n');
    const { wire } = await client.send('GET', 'big');
    expect(wire.length).toBe('$20000000\r\n'.length + value.length + 2);
  });

  it('leaves the commands of a client that does not read its replies for later', async () => {
    const config = Config.fromSources({ overrides: { port: 0, bind: ['127.0.0.1'] } });
    const server = new Server({ config, log: new Log(systemClock, LOG_NOTICE, []), anyFreePort: true });
    await server.start();
    const client = await RespClient.connect({ port: server.listeners.tcpPort });
    await client.send('SETRANGE', 'big', 999_999, 'x');
    client.socket.pause();
    const count = 1000; // a gigabyte of replies, asked for in 20 KB
    client.raw('GET big\r\n'.repeat(count));
    const [connection] = server.network.connections;
    await pollUntil(() => connection?.congested, 'output to back up');
    expect(connection?.pendingOutputBytes).toBeLessThan(40_000_000);
    let bytes = 0;
    client.socket.removeAllListeners('data');
    client.socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    client.socket.resume();
    await pollUntil(
      () => bytes === count * 1_000_012,
      () => `all replies, ${bytes} bytes so far`,
      20_000,
    );
    await client.close();
    await server.close();
  });

  it('closes idle clients after timeout seconds', async () => {
    const clock = new ManualClock(Date.now());
    const lines: string[] = [];
    const server = await started(
      { timeout: 10, loglevel: 'verbose' },
      { clock, onLog: (_l, line) => lines.push(text(line)) },
    );
    const client = await connect(server);
    await client.command('PING');
    clock.advance(10_001);
    await client.closed;
    expect(lines).toContain('- Closing idle client');
  });

  it('does not take a client for idle whose large value is still coming', async () => {
    const clock = new ManualClock(Date.now());
    const server = await started({ timeout: 10 }, { clock });
    const idle = await connect(server);
    const client = await connect(server);
    const alsoIdle = await connect(server);
    const observer = await connect(server);
    client.raw('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n');
    for (const kept of [100_000, 200_000]) {
      client.raw('x'.repeat(100_000));
      await pollUntil(async () => {
        const sizes = String((await observer.send('CLIENT', 'LIST')).value).match(/(?<= qbuf=)\d+/g) ?? [];
        return Math.max(...sizes.map(Number)) >= kept;
      }, 'the part to arrive');
      clock.advance(9_000);
    }
    await observer.command('PING');
    // By now each client has been looked at.
    await Promise.all([idle.closed, alsoIdle.closed]);
    client.raw('\r\n');
    expect((await client.nextReply()).value).toBe('OK');
  });

  it('closes a client over its output limit with the line that Redis logs', async () => {
    const lines: string[] = [];
    const server = await started(
      { 'client-output-buffer-limit': 'normal 1mb 0 0' },
      { onLog: (_level, line) => lines.push(text(line)) },
    );
    const client = await connect(server);
    await client.send('SETRANGE', 'foo', 3_000_000, 'x');
    client.write('GET foo');
    await client.closed;
    expect(lines.at(-1)).toMatch(
      /^# Client id=\d+ addr=127\.0\.0\.1:\d+ laddr=\S+ fd=\d+ name= .* cmd=get .* scheduled to be closed ASAP for overcoming of output buffer limits\.$/,
    );
  });

  it('closes a client over its query buffer limit with the line that Redis logs', async () => {
    const lines: string[] = [];
    const server = await started(
      { 'client-query-buffer-limit': '1mb' },
      { onLog: (_level, line) => lines.push(text(line)) },
    );
    const client = await connect(server);
    client.raw(`*2\r\n$4\r\nECHO\r\n$3000000\r\n${'x'.repeat(2_000_000)}`);
    await client.closed;
    expect(lines.at(-1)).toMatch(
      /^# Closing client that reached max query buffer length: id=\d+ .* cmd=NULL .* \(qbuf initial bytes: ".*"\)$/,
    );
  });

  it('refuses a password-less client from elsewhere only while there is no password', async () => {
    const server = await started({ requirepass: 'secret' });
    const client = await connect(server);
    expect((await client.command('PING')).wire).toBe('-NOAUTH Authentication required.\r\n');
    expect((await client.command('AUTH secret')).wire).toBe('+OK\r\n');
  });

  it('that breaks an invariant ends alone: closed rejects with the cause, and the log holds a report', async () => {
    let log = '';
    const sink = {
      write: (_level: number, line: string) => {
        log += line;
      },
      close: () => {},
    };
    const config = Config.fromSources({ overrides: { port: 0, bind: ['127.0.0.1'] } });
    const server = new Server({ config, log: new Log(systemClock, LOG_NOTICE, [sink]), anyFreePort: true });
    await server.start();
    const other = await started();
    const client = await RespClient.connect({ port: server.listeners.tcpPort });
    await client.command('SET key value');
    server.fail(new Error('expected the sky above'));
    await expect(server.closed).rejects.toThrow('expected the sky above');
    await client.closed;
    expect(log).toContain('=== REDIS BUG REPORT START: Cut & paste starting from here ===');
    expect(log).toContain('expected the sky above');
    expect(log).toMatch(/keys:1\n/);
    expect(log).toMatch(/\nid=\d+ addr=127\.0\.0\.1:\d+ .* cmd=set /);
    expect((await (await connect(other)).command('PING')).wire).toBe('+PONG\r\n');
  });

  it('hands over what expired keys were, as deletions in the feed', async () => {
    const clock = new ManualClock(Date.now());
    const config = Config.fromSources({ overrides: { port: 0, bind: ['127.0.0.1'] } });
    const server = new Server({ config, log: new Log(clock, LOG_NOTICE, []), clock, anyFreePort: true });
    await server.start();
    const units: string[] = [];
    server.context.feed.subscribe({
      feedUnit: (bytes, size) => units.push(Buffer.from(bytes.subarray(0, size)).toString()),
    });
    const client = await RespClient.connect({ port: server.listeners.tcpPort });
    await client.command('SET key value PX 1000');
    units.length = 0;
    clock.advance(1100);
    await pollUntil(() => units.length > 0, 'the deletion, without anybody asking for the key');
    expect(units.join('')).toBe('*2\r\n$3\r\nDEL\r\n$3\r\nkey\r\n');
    await server.close();
  });
});
