/** Memory under a reader that does not read, under thousands of idle connections, and with one huge value. */
import { connect, type Socket } from 'node:net';
import { pollUntil } from '../../test/support/wait.js';
import type { BenchServer } from '../support/contenders.js';
import { type Result, result } from '../support/results.js';
import type { BenchContext, Scenario } from '../support/scenario.js';
import { probeStalls } from '../support/stall-prober.js';

const MIB = 1 << 20;

/** Scenario `slow-reader`. */
export const slowReader: Scenario = {
  name: 'slow-reader',
  summary: 'a client asks for 1 GB of replies and reads none of it, then all: memory held, given back, and stalls',
  async run(bench) {
    const megabytes = bench.pick({ full: 1024, quick: 64, smoke: 1 });
    const both = await bench.forBoth({}, (server) => measureSlowReader(bench, server, megabytes));
    const row = (name: string, unit: string, pick: (figures: SlowReaderFigures) => number): Result =>
      result('slow-reader', name, unit, { reference: pick(both.reference), redstart: pick(both.redstart) });
    return [
      row(`RSS for ${megabytes} MiB of unread replies`, 'MiB', (figures) => figures.heldMiB),
      row('RSS after they were read', 'MiB', (figures) => figures.afterMiB),
      row('worst PING meanwhile', 'ms', (figures) => figures.worstPingMs),
    ];
  },
};

interface SlowReaderFigures {
  readonly heldMiB: number;
  readonly afterMiB: number;
  readonly worstPingMs: number;
}

async function measureSlowReader(
  bench: BenchContext,
  server: BenchServer,
  megabytes: number,
): Promise<SlowReaderFigures> {
  bench.progress(`${server.place}: ${megabytes} MiB of replies unread`);
  const client = await server.connect();
  await client.send('SET', 'big', 'x'.repeat(MIB));
  await client.close();
  const empty = server.rssBytes();
  let heldMiB = 0;
  const stalls = await probeStalls(server.port, async () => {
    // Without a listener for data Node reads a little into its own buffer and then no more.
    const socket = await open(server.port);
    socket.write('*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n'.repeat(megabytes));
    heldMiB = ((await settled(bench, server)) - empty) / MIB;
    const wanted = megabytes * (MIB + `$${MIB}\r\n\r\n`.length);
    let got = 0;
    socket.on('data', (chunk) => {
      got += chunk.length;
    });
    await pollUntil(
      () => got === wanted,
      () => `${wanted} bytes of replies (got ${got})`,
      120_000,
    );
    socket.destroy();
  });
  const afterMiB = ((await settled(bench, server)) - empty) / MIB;
  return { heldMiB, afterMiB, worstPingMs: stalls.worstMs };
}

/** Scenario `idle-connections`. */
export const idleConnections: Scenario = {
  name: 'idle-connections',
  summary: '10,000 connections that do nothing: memory for each, CPU while idle, and the time of a PING beside them',
  async run(bench) {
    const count = bench.pick({ full: 10_000, quick: 2000, smoke: 20 });
    const idleMs = bench.pick({ full: 5000, quick: 2000, smoke: 50 });
    const args = ['--maxclients', String(count + 100)];
    const both = await bench.forBoth({ args }, (server) => measureIdle(bench, server, count, idleMs));
    const row = (name: string, unit: string, pick: (figures: IdleFigures) => number): Result =>
      result('idle-connections', name, unit, { reference: pick(both.reference), redstart: pick(both.redstart) });
    return [
      row(`RSS a connection, ${count} idle ones`, 'KiB', (figures) => figures.kibPerConnection),
      row('CPU while they idle', '% of a core', (figures) => figures.idleCpuPercent),
      row('p99.9 of a PING beside them', 'ms', (figures) => figures.pingP999Ms),
    ];
  },
};

interface IdleFigures {
  readonly kibPerConnection: number;
  readonly idleCpuPercent: number;
  readonly pingP999Ms: number;
}

async function measureIdle(
  bench: BenchContext,
  server: BenchServer,
  count: number,
  idleMs: number,
): Promise<IdleFigures> {
  bench.progress(`${server.place}: ${count} idle connections`);
  const empty = server.rssBytes();
  const sockets: Socket[] = [];
  try {
    while (sockets.length < count) {
      // In groups below the listen backlog of 511; each says PING once, as a client that has connected does.
      const group = Math.min(200, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: group }, () => openAndPing(server.port)))));
    }
    const kibPerConnection = ((await settled(bench, server)) - empty) / 1024 / count;
    const cpuBefore = server.cpuSeconds();
    await waitMs(idleMs);
    const idleCpuPercent = ((server.cpuSeconds() - cpuBefore) * 100_000) / idleMs;
    const pings = await probeStalls(server.port, () => waitMs(idleMs));
    return { kibPerConnection, idleCpuPercent, pingP999Ms: pings.p999Ms };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Scenario `big-value`. */
export const bigValue: Scenario = {
  name: 'big-value',
  summary: 'SET and GET of a value of 512 MB: time, memory at most and afterwards, and stalls',
  async run(bench) {
    const megabytes = bench.pick({ full: 512, quick: 64, smoke: 1 });
    const both = await bench.forBoth({}, (server) => measureBigValue(bench, server, megabytes));
    const row = (name: string, unit: string, pick: (figures: BigValueFigures) => number): Result =>
      result('big-value', name, unit, { reference: pick(both.reference), redstart: pick(both.redstart) });
    return [
      row(`SET of ${megabytes} MiB`, 'ms', (figures) => figures.setMs),
      row(`GET of ${megabytes} MiB`, 'ms', (figures) => figures.getMs),
      row('RSS at most', 'MiB', (figures) => figures.peakMiB),
      row('RSS after DEL', 'MiB', (figures) => figures.afterMiB),
      row('worst PING meanwhile', 'ms', (figures) => figures.worstPingMs),
    ];
  },
};

interface BigValueFigures {
  readonly setMs: number;
  readonly getMs: number;
  readonly peakMiB: number;
  readonly afterMiB: number;
  readonly worstPingMs: number;
}

async function measureBigValue(bench: BenchContext, server: BenchServer, megabytes: number): Promise<BigValueFigures> {
  bench.progress(`${server.place}: a value of ${megabytes} MiB`);
  const empty = server.rssBytes();
  const length = megabytes * MIB;
  let setMs = 0;
  let getMs = 0;
  const stalls = await probeStalls(server.port, async () => {
    const socket = await open(server.port);
    setMs = await exchange(socket, `*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${length}\r\n`, megabytes, '+OK\r\n'.length);
    getMs = await exchange(socket, '*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n', 0, `$${length}\r\n\r\n`.length + length);
    await exchange(socket, '*2\r\n$3\r\nDEL\r\n$3\r\nbig\r\n', 0, ':1\r\n'.length);
    socket.destroy();
  });
  const peakMiB = (server.peakRssBytes() - empty) / MIB;
  const afterMiB = ((await settled(bench, server)) - empty) / MIB;
  return { setMs, getMs, peakMiB, afterMiB, worstPingMs: stalls.worstMs };
}

/**
 * Writes a command's head, then `megabytes` blocks of 1 MiB and the final CR LF if there are any; resolves with the
 * time until `wanted` bytes have come back.
 */
async function exchange(socket: Socket, head: string, megabytes: number, wanted: number): Promise<number> {
  const begin = performance.now();
  let got = 0;
  let refusal = '';
  const take = (chunk: Buffer): void => {
    if (got === 0 && chunk[0] === 0x2d) refusal = chunk.toString('latin1');
    got += chunk.length;
  };
  socket.on('data', take);
  socket.write(head);
  const block = Buffer.alloc(MIB, 'x');
  for (let i = 0; i < megabytes; i++) {
    if (!socket.write(block)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  if (megabytes > 0) socket.write('\r\n');
  await pollUntil(
    () => refusal !== '' || got >= wanted,
    () => `${wanted} bytes (got ${got})`,
    120_000,
  );
  socket.off('data', take);
  if (refusal !== '' || got !== wanted) throw new Error(`unexpected reply of ${got} bytes ${refusal}`);
  return performance.now() - begin;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

function openAndPing(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', () => resolve(socket));
  });
}

function settled(bench: BenchContext, server: BenchServer): Promise<number> {
  return bench.scale === 'smoke' ? Promise.resolve(server.rssBytes()) : server.settledRssBytes();
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
