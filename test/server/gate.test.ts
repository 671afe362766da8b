import { afterEach, describe, expect, test } from 'vitest';
import type { FeedConsumer } from '../../src/keyspace/feed.js';
import type { OutputGate } from '../../src/net/index.js';
import { bulk, ok, pollUntil } from '../support/index.js';
import { InProcessServer } from './in-process.js';

const started: InProcessServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

async function start(): Promise<{ server: InProcessServer; gate: OutputGate }> {
  const server = await InProcessServer.start();
  started.push(server);
  return { server, gate: server.server.network.gate };
}

/** Waits until `count` commands have run, and sees that nothing was sent meanwhile. */
async function nothingLeaves(server: InProcessServer, count: number): Promise<void> {
  const { sentBytes } = server;
  await pollUntil(() => server.commandCount >= count, `${count} commands`);
  // What a turn of the loop appended leaves before it sleeps.
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  expect(server.sentBytes).toBe(sentBytes);
}

/** Closes the gate at every change, as a log that is flushed to disk before each reply does. */
class FlushedLog implements FeedConsumer {
  end = 0;
  constructor(private readonly gate: OutputGate) {}

  feedUnit(_bytes: Uint8Array, size: number, offset: number): void {
    this.end = offset + size;
    this.gate.closeUntil(this.end);
  }
}

describe('While the output gate is closed', () => {
  test('replies of all clients wait, and leave in order when it opens', async () => {
    const { server, gate } = await start();
    const first = await server.connect();
    const second = await server.connect();
    await first.send('SET', 'k', 'before');
    gate.closeUntil(100);
    for (let i = 0; i < 5; i++) first.write(['ECHO', String(i)]);
    second.raw('GET k\r\nPING\r\n');
    await nothingLeaves(server, 8);
    first.write(['ECHO', '5']);
    await nothingLeaves(server, 9);
    gate.open(99);
    await nothingLeaves(server, 9);
    gate.open(100);
    for (let i = 0; i < 6; i++) expect((await first.nextReply()).value).toBe(String(i));
    expect(await second.readRaw(19)).toBe(`${bulk('before')}+PONG\r\n`);
    expect((await first.send('PING')).value).toBe('PONG');
  });

  test('what was produced before it closed leaves, and later changes do not hold back earlier replies', async () => {
    const { server, gate } = await start();
    const client = await server.connect();
    gate.closeUntil(10);
    client.write('ECHO first');
    await nothingLeaves(server, 1);
    gate.closeUntil(20);
    client.write('ECHO second');
    await nothingLeaves(server, 2);
    gate.open(10);
    expect(await client.readRaw(11)).toBe(bulk('first'));
    await nothingLeaves(server, 2);
    gate.open(25);
    expect(await client.readRaw(12)).toBe(bulk('second'));
    expect(gate.isClosed).toBe(false);
  });

  test('messages that are no replies wait as well', async () => {
    const { server, gate } = await start();
    const client = await server.connect();
    await client.send('PING');
    const [connection] = server.server.network.connections;
    gate.closeUntil(1);
    connection?.append(Buffer.from('+pushed 1\r\n'));
    client.write('PING');
    await nothingLeaves(server, 2);
    connection?.append(Buffer.from('+pushed 2\r\n'));
    await nothingLeaves(server, 2);
    gate.open(1);
    expect(await client.readRaw(29)).toBe('+pushed 1\r\n+PONG\r\n+pushed 2\r\n');
  });

  test('replies far larger than the buffers wait, and the client is not read from meanwhile', async () => {
    const { server, gate } = await start();
    const client = await server.connect();
    const length = 3_000_000;
    await client.send('SET', 'k', 'x'.repeat(length));
    gate.closeUntil(1);
    const count = 40;
    client.raw('GET k\r\n'.repeat(count));
    const [connection] = server.server.network.connections;
    await pollUntil(() => connection?.congested, 'the connection to be congested');
    await nothingLeaves(server, 2);
    expect(server.commandCount).toBeLessThan(count);
    gate.open(1);
    const reply = `$${length}\r\n${'x'.repeat(length)}\r\n`;
    for (let i = 0; i < count; i++) expect((await client.nextReply()).wire === reply).toBe(true);
  });

  test('a client that quits is closed behind its replies, and one that is gone is forgotten', async () => {
    const { server, gate } = await start();
    const quits = await server.connect();
    const goes = await server.connect();
    gate.closeUntil(1);
    quits.raw('PING\r\nQUIT\r\n');
    goes.raw('PING\r\n');
    await nothingLeaves(server, 3);
    goes.socket.resetAndDestroy();
    await pollUntil(() => server.server.network.connectionCount === 1, 'the connection to be gone');
    gate.open(1);
    expect(await quits.readToEnd()).toBe('+PONG\r\n+OK\r\n');
    await pollUntil(() => server.server.network.connectionCount === 0, 'the connection to be gone');
  });
});

describe('A log that closes the output gate at each change', () => {
  test('lets nobody see a write that it has not got yet, and reads alone do not wait', async () => {
    const { server, gate } = await start();
    const log = new FlushedLog(gate);
    server.server.context.feed.subscribe(log);
    const writer = await server.connect();
    const reader = await server.connect();
    expect((await reader.send('GET', 'k')).value).toBe(null);
    writer.write('SET k 1');
    await nothingLeaves(server, 2);
    const first = log.end;
    reader.write('GET k');
    await nothingLeaves(server, 3);
    writer.write('SET k 2');
    await nothingLeaves(server, 4);
    reader.write('GET k');
    await nothingLeaves(server, 5);

    gate.open(first);
    expect((await writer.nextReply()).wire).toBe(ok);
    expect((await reader.nextReply()).value).toBe('1');
    await nothingLeaves(server, 5);
    gate.open(log.end);
    expect((await writer.nextReply()).wire).toBe(ok);
    expect((await reader.nextReply()).value).toBe('2');
    expect((await reader.send('GET', 'k')).value).toBe('2');
  });
});
