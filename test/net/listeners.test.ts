import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopback, ListenError } from '../../src/net/index.js';
import { freePort, pollUntil } from '../support/wait.js';
import { Bench, collect } from './support.js';

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});

function unstarted(): Bench {
  const bench = new Bench();
  open.push(bench);
  return bench;
}

describe('listeners', () => {
  it('take a free port for port 0, the same on every address', async () => {
    const bench = unstarted();
    expect(await bench.listeners.listenTcp(['127.0.0.1', '127.0.0.2'], 0, 511)).toBe(2);
    expect(bench.listeners.tcpAddresses).toEqual(['127.0.0.1', '127.0.0.2']);
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      const reply = collect(await bench.client({ host }), 3);
      expect(bench.network.connectionCount).toBeLessThanOrEqual(2);
      void reply;
    }
    await pollUntil(() => bench.network.connectionCount === 2, 'both connections');
  });

  it('skip an optional address that the machine does not have, and log it', async () => {
    const bench = unstarted();
    expect(await bench.listeners.listenTcp(['-192.0.2.77', '127.0.0.1'], 0, 511)).toBe(1);
    expect(bench.log).toEqual([
      '# Warning: Could not create server TCP listening socket 192.0.2.77:0: bind: Cannot assign requested address',
    ]);
    expect(await bench.listeners.listenTcp(['-192.0.2.77'], 0, 511)).toBe(0);
    const line =
      '# Warning: Could not create server TCP listening socket 192.0.2.77:0: bind: Cannot assign requested address';
    expect(bench.log).toEqual([line, line]);
  });

  it('do not take an empty address for all of them, be it optional or not', async () => {
    const bench = unstarted();
    for (const address of ['', '-']) {
      await expect(bench.listeners.listenTcp([address], 0, 511)).rejects.toThrow(
        'Warning: Could not create server TCP listening socket :0: Name or service not known',
      );
    }
  });

  it('name the address, the port and the reason when an address cannot be had', async () => {
    const bench = unstarted();
    const port = await freePort();
    await expect(bench.listeners.listenTcp(['192.0.2.77'], port, 511)).rejects.toThrow(
      new ListenError(
        `Warning: Could not create server TCP listening socket 192.0.2.77:${port}: bind: Cannot assign requested address`,
      ),
    );
  });

  it('name a port that is taken, and listen nowhere then', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    const bench = unstarted();
    await expect(bench.listeners.listenTcp(['127.0.0.2', '127.0.0.1'], port, 511)).rejects.toThrow(
      `Warning: Could not create server TCP listening socket 127.0.0.1:${port}: bind: Address already in use`,
    );
    expect(bench.listeners.tcpPort).toBe(0);
    other.close();
  });

  it('name all addresses of a family as bind does', async () => {
    const other = net.createServer().listen(0, '0.0.0.0');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    await expect(unstarted().listeners.listenTcp(['*'], port, 511)).rejects.toThrow(
      `Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`,
    );
    other.close();
  });

  it('move to another address without closing connections', async () => {
    const bench = unstarted();
    const port = await bench.listen();
    await bench.client();
    await pollUntil(() => bench.network.connectionCount === 1, 'the connection');
    await bench.listeners.listenTcp(['127.0.0.1', '127.0.0.2'], port, 511);
    expect(bench.listeners.tcpAddresses).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(bench.network.connectionCount).toBe(1);
  });

  it('move from all addresses to one of them on the same port', async () => {
    const bench = unstarted();
    await bench.listeners.listenTcp(['*'], 0, 511);
    const port = bench.listeners.tcpPort;
    await bench.listeners.listenTcp(['127.0.0.1'], port, 511);
    expect(bench.listeners.tcpAddresses).toEqual(['127.0.0.1']);
    expect(bench.listeners.tcpPort).toBe(port);
  });

  it('listen again where they did when the new address cannot be had', async () => {
    const bench = unstarted();
    const port = await bench.listen();
    await expect(bench.listeners.listenTcp(['192.0.2.77'], port, 511)).rejects.toThrow(ListenError);
    expect(bench.listeners.tcpAddresses).toEqual(['127.0.0.1']);
    expect(bench.listeners.boundNames).toEqual(['127.0.0.1']);
    await bench.client();
  });

  it('serve a unix socket with the permissions that were asked for, and remove its file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'redstart-'));
    const path = join(directory, 'r.sock');
    const bench = unstarted();
    await bench.listeners.listenUnix(path, 0o700, 511);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const socket = net.connect(path);
    const reply = collect(socket, 3);
    socket.write('hi\n');
    expect(await reply).toBe('hi\n');
    expect(bench.owners[0]?.connection).toMatchObject({ address: `${path}:0`, unixSocket: true, local: true });
    await bench.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await rm(directory, { recursive: true });
  });

  it('take the place of a unix socket that was left behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'redstart-'));
    const path = join(directory, 'r.sock');
    const first = unstarted();
    await first.listeners.listenUnix(path, 0, 511);
    const second = unstarted();
    await second.listeners.listenUnix(path, 0, 511);
    const socket = net.connect(path);
    await once(socket, 'connect');
    await pollUntil(() => second.network.connectionCount === 1, 'the connection');
    socket.destroy();
    await rm(directory, { recursive: true });
  });

  it('refuse a path that is too long for a unix socket, which the system would cut off', async () => {
    const path = join(tmpdir(), 'x'.repeat(108)).slice(0, 108);
    await expect(unstarted().listeners.listenUnix(path, 0, 511)).rejects.toThrow(
      'Failed opening Unix socket: unix socket path too long (108), must be under 108',
    );
  });

  it('leave a folder in the place of a unix socket alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redstart-'));
    await expect(unstarted().listeners.listenUnix(folder, 0, 511)).rejects.toThrow(
      new ListenError('Failed opening Unix socket: bind: Address already in use'),
    );
    expect((await stat(folder)).isDirectory()).toBe(true);
    await rm(folder, { recursive: true });
  });

  it('say why a unix socket cannot be had', async () => {
    await expect(unstarted().listeners.listenUnix('/nonexistent/r.sock', 0, 511)).rejects.toThrow(
      'Failed opening Unix socket: bind: No such file or directory',
    );
  });

  it('refuse clients beyond maxclients as Redis does', async () => {
    const bench = unstarted();
    await bench.listen();
    bench.settings.maxclients = 1;
    await bench.client();
    await pollUntil(() => bench.network.connectionCount === 1, 'the first connection');
    expect(await collect(await bench.client())).toBe('-ERR max number of clients reached\r\n');
    expect(bench.network.stats).toMatchObject({ totalConnectionsReceived: 1, rejectedConnections: 1 });
  });

  it('take a client again when another has left', async () => {
    const bench = unstarted();
    await bench.listen();
    bench.settings.maxclients = 1;
    const first = await bench.client();
    first.end();
    await pollUntil(() => bench.owners[0]?.isClosed, 'the first to be closed');
    const second = await bench.client();
    const reply = collect(second, 3);
    second.write('hi\n');
    expect(await reply).toBe('hi\n');
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  // Connects from another address of this machine, where it has one.
  it.skipIf(outside === undefined)('refuse clients of other machines in protected mode', async () => {
    const host = outside?.address ?? '';
    const bench = unstarted();
    await bench.listeners.listenTcp([host], 0, 511);
    bench.settings.refuseRemote = true;
    const text = await collect(await bench.client({ host }));
    expect(text).toMatch(
      /^-DENIED Redis is running in protected mode because protected mode is enabled and no password/,
    );
    expect(text.endsWith('to start accepting connections from the outside.\r\n')).toBe(true);
    expect(bench.network.connectionCount).toBe(0);
  });

  it('know loopback addresses', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
    expect(['10.0.0.1', '::2', 'fe80::1', '1127.0.0.1', ''].some(isLoopback)).toBe(false);
  });

  it('show an IPv6 peer in brackets', async () => {
    const bench = unstarted();
    const count = await bench.listeners.listenTcp(['-::1'], 0, 511);
    if (count === 0) return; // a machine without IPv6
    await bench.client({ host: '::1' });
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    expect(owner.connection.address).toMatch(/^\[::1\]:\d+$/);
    expect(owner.connection.localAddress).toBe(`[::1]:${bench.listeners.tcpPort}`);
  });
});
