/** The memory account follows what connections hold, and is where it was when they are gone. */
import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryAccount } from '../../src/memory/index.js';
import { CONNECTION_BYTES, type Connection, ConnectionMemory, RecentPeak } from '../../src/net/index.js';
import { ManualClock } from '../../src/util/clock.js';
import { pollUntil } from '../support/wait.js';
import { Bench, collect, echo } from './support.js';

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});

async function started(...options: ConstructorParameters<typeof Bench>): Promise<Bench> {
  const bench = new Bench(...options);
  open.push(bench);
  await bench.listen();
  return bench;
}

/** A client that reads nothing, and its connection. */
async function silentClient(bench: Bench): Promise<[net.Socket, Connection]> {
  const count = bench.owners.length;
  const client = await bench.client();
  return [client, (await pollUntil(() => bench.owners[count], 'the connection')).connection];
}

/** What the account should have: what the connections say that they hold. */
function heldBytes({ network }: Bench): number {
  let bytes = 0;
  for (const { memoryBytes } of network.connections) bytes += memoryBytes;
  return bytes;
}

async function allGone(bench: Bench): Promise<void> {
  await pollUntil(() => bench.network.connections.size === 0, 'the connections to be gone');
  expect(bench.account.used).toBe(0);
  expect(bench.network.memory.bytes).toBe(0);
}

describe.each([
  ['direct writes', true],
  ['the public write path', false],
])('the memory account, with %s', (_name, directWrites) => {
  it('counts a connection that does nothing', async () => {
    const bench = await started(echo, { directWrites });
    const clients = await Promise.all(Array.from({ length: 10 }, () => bench.client()));
    await pollUntil(() => bench.network.connections.size === 10, 'the connections');
    expect(bench.account.used).toBe(10 * CONNECTION_BYTES);
    for (const client of clients) client.destroy();
    await allGone(bench);
  });

  it('counts the beginning of a line, and what its owner has made of it', async () => {
    const bench = await started((owner, line) => owner.connection.expect(0, line.length * 100), { directWrites });
    const [client, connection] = await silentClient(bench);
    client.write(`parsed\n${'x'.repeat(1_000_000)}`);
    await pollUntil(() => connection.queryBufferBytes === 1_000_000, 'the beginning');
    expect(connection.memoryBytes).toBeGreaterThanOrEqual(CONNECTION_BYTES + 1_000_000 + 600);
    expect(bench.account.used).toBe(connection.memoryBytes);
    client.destroy();
    await allGone(bench);
  });

  it('counts output that nobody reads, in one piece and in many', async () => {
    const bench = await started(echo, { directWrites });
    const [client, connection] = await silentClient(bench);
    const large = Buffer.alloc(21_000_000, 'l');
    expect(connection.send(large, 20_000_000)).toBe(false);
    expect(bench.account.used).toBe(connection.memoryBytes);
    for (let i = 0; i < 1000; i++) connection.append(Buffer.from('a small piece\n'));
    expect(connection.outputMemoryBytes).toBeGreaterThanOrEqual(connection.pendingOutputBytes);
    // The large one counts as a whole until its last byte is out.
    expect(connection.memoryBytes).toBeGreaterThanOrEqual(CONNECTION_BYTES + large.length);
    expect(bench.account.used).toBe(connection.memoryBytes);
    const text = await collect(client, 20_000_000 + 14_000);
    expect(text.length).toBe(20_014_000);
    await pollUntil(() => connection.pendingOutputBytes === 0, 'all output to be taken');
    expect(bench.account.used).toBe(CONNECTION_BYTES);
    client.destroy();
    await allGone(bench);
  });

  it('counts a buffer that the socket took only a part of, until the rest is out', async () => {
    const bench = await started(echo, { directWrites });
    const [client, connection] = await silentClient(bench);
    const buffer = Buffer.alloc(64 * 1024, 'a');
    let sent = 0;
    for (let reusable = true; reusable; sent += 1000) {
      expect(bench.account.used).toBe(CONNECTION_BYTES);
      reusable = connection.send(buffer, 1000);
    }
    expect(bench.account.used).toBe(CONNECTION_BYTES + buffer.length);
    await collect(client, sent);
    await pollUntil(() => connection.pendingOutputBytes === 0, 'all output to be taken');
    expect(bench.account.used).toBe(CONNECTION_BYTES);
  });

  it('lets go of the output of a client that leaves without reading it, or that is closed for it', async () => {
    const bench = await started(echo, { directWrites });
    const [client, connection] = await silentClient(bench);
    const [, other] = await silentClient(bench);
    connection.send(Buffer.alloc(20_000_000), 20_000_000);
    expect(bench.account.used).toBe(heldBytes(bench));
    client.destroy();
    await pollUntil(() => connection.closed, 'the end');
    bench.limit(0, { hardBytes: 1_000_000, softBytes: 0, softSeconds: 0 });
    for (let i = 0; i < 3; i++) other.send(Buffer.alloc(20_000_000), 20_000_000);
    await allGone(bench);
  });
});

describe('the memory of connections', () => {
  it('moves from one account to another as a whole', () => {
    const first = new MemoryAccount();
    const second = new MemoryAccount();
    const memory = new ConnectionMemory(first);
    memory.add(100);
    memory.moveTo(second);
    memory.sub(40);
    expect([first.used, second.used, memory.bytes]).toEqual([0, 60, 60]);
  });

  it('knows the largest buffers of the last eight seconds', async () => {
    const clock = new ManualClock();
    const bench = await started(echo, { clock });
    const [client, connection] = await silentClient(bench);
    const { input, output } = bench.network.memory;
    client.write('x'.repeat(100_000));
    await pollUntil(() => connection.queryBufferBytes === 100_000, 'the beginning of a line');
    connection.send(Buffer.alloc(20_000_000), 20_000_000);
    bench.network.maintain(1);
    client.destroy();
    await pollUntil(() => connection.closed, 'the end');
    expect(input.at(clock.nowMs())).toBeGreaterThanOrEqual(100_000);
    expect(output.at(clock.nowMs())).toBe(20_000_000);
    clock.advance(7000);
    expect(output.at(clock.nowMs())).toBe(20_000_000);
    clock.advance(1000);
    expect([input.at(clock.nowMs()), output.at(clock.nowMs())]).toEqual([0, 0]);
  });
});

describe('a recent peak', () => {
  it('is the largest value of the last eight seconds, whatever came when', () => {
    const peak = new RecentPeak();
    expect(peak.at(50_000)).toBe(0);
    peak.note(5, 50_000);
    peak.note(3, 50_500);
    peak.note(4, 53_000);
    expect([peak.at(53_000), peak.at(57_999), peak.at(58_000), peak.at(60_999), peak.at(61_000)]).toEqual([
      5, 5, 4, 4, 0,
    ]);
    peak.note(2, 61_000);
    expect(peak.at(1000)).toBe(2); // a clock that was set back
    expect(peak.at(1_000_000)).toBe(0);
  });
});
