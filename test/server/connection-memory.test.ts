/** What connections hold is in used_memory, and INFO, MEMORY STATS and CLIENT LIST tell the same of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Keyspace } from '../../src/keyspace/index.js';
import { Arena } from '../../src/memory/index.js';
import { CONNECTION_BYTES } from '../../src/net/index.js';
import { systemClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';
import { ok, type RespClient } from '../support/index.js';
import { pollUntil } from '../support/wait.js';
import { InProcessServer } from './in-process.js';

describe('The memory of connections', () => {
  let server: InProcessServer;
  let observer: RespClient;

  beforeEach(async () => {
    server = await InProcessServer.start();
    observer = await server.connect();
  });
  afterEach(() => server.close());

  const used = (): number => server.server.context.keyspace.account.used;

  /** The figures that the server gives: they must agree with each other. */
  async function figures() {
    // One pipeline, so that nothing happens in between.
    const [list, memory, memoryStats] = await observer.pipeline([
      ['CLIENT', 'LIST'],
      ['INFO', 'memory'],
      ['MEMORY', 'STATS'],
    ]);
    const lines = String(list?.value).trim().split('\n');
    const clients = lines.map(
      (line) => new Map([...line.matchAll(/(\S+)=(\S*)/g)].map(([, name, value]) => [name!, value!])),
    );
    const info = String(memory?.value);
    const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)\\r$`, 'm').exec(info)?.[1]);
    const stats = memoryStats?.value as unknown[];
    const stat = (name: string): number => Number(stats[stats.indexOf(name) + 1]);
    const total = clients.reduce((sum, client) => sum + Number(client.get('tot-mem')), 0);
    expect(field('mem_clients_normal')).toBe(total);
    expect(stat('clients.normal')).toBe(total);
    const usedMemory = field('used_memory');
    expect(stat('total.allocated')).toBe(usedMemory);
    expect(field('used_memory_overhead') + field('used_memory_dataset')).toBe(usedMemory);
    expect(stat('overhead.total')).toBe(field('used_memory_overhead'));
    expect(field('used_memory_overhead')).toBeGreaterThanOrEqual(total);
    for (const client of clients) {
      const sum = ['qbuf', 'qbuf-free', 'argv-mem', 'omem'].reduce((all, name) => all + Number(client.get(name)), 0);
      expect(Number(client.get('tot-mem'))).toBe(CONNECTION_BYTES + sum);
    }
    return { usedMemory, total, dataset: field('used_memory_dataset'), last: clients.at(-1)! };
  }

  /** Ends a client, and waits until the account is where it was before it came. */
  async function leaves(client: RespClient, before: number): Promise<void> {
    client.socket.destroy();
    await pollUntil(() => used() === before, 'the account to be where it was');
  }

  test('counts a half-sent value: what has come and the room for the rest', async () => {
    await figures();
    const before = used();
    const client = await server.connect();
    client.socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n${'x'.repeat(500_000)}`);
    const arrived = () => [...server.server.network.connections].some((c) => c.queryBufferBytes > 500_000);
    await pollUntil(arrived, 'the first half');
    const { last, dataset } = await figures();
    expect(Number(last.get('qbuf')) + Number(last.get('qbuf-free'))).toBeGreaterThanOrEqual(1_000_000);
    expect(used() - before).toBe(Number(last.get('tot-mem')));
    expect(dataset).toBe(0);
    await leaves(client, before);
  });

  test('counts the arguments of a long command that is not complete', async () => {
    await figures();
    const before = used();
    const client = await server.connect();
    client.socket.write(`*3000\r\n$4\r\nMGET\r\n${'$1\r\na\r\n'.repeat(2500)}`);
    const arrived = () => [...server.server.network.connections].some((c) => c.queryBufferBytes > 17_500);
    await pollUntil(arrived, 'the first arguments');
    const { last } = await figures();
    expect(Number(last.get('argv-mem'))).toBeGreaterThan(2500 * 8);
    client.socket.write('$1\r\na\r\n'.repeat(499));
    await pollUntil(() => server.server.context.stats.totalCommandsProcessed >= 7, 'MGET');
    const whole = await figures();
    expect(Number(whole.last.get('argv-mem'))).toBe(0);
    await leaves(client, before);
  });

  test('counts replies that nobody reads', async () => {
    expect((await observer.send('SET', 'big', 'y'.repeat(5_000_000))).wire).toBe(ok);
    const { dataset } = await figures();
    const before = used();
    const client = await server.connect();
    client.socket.pause();
    client.socket.write('GET big\r\n'.repeat(4));
    const pending = () => [...server.server.network.connections].some((c) => c.pendingOutputBytes > 10_000_000);
    await pollUntil(pending, 'replies to wait');
    const slow = await figures();
    expect(Number(slow.last.get('omem'))).toBeGreaterThan(10_000_000);
    expect(slow.dataset).toBe(dataset);
    await leaves(client, before);
  });

  test('counts a hundred connections that do nothing', async () => {
    await figures();
    const before = used();
    const clients: RespClient[] = [];
    for (let i = 0; i < 100; i++) clients.push(await server.connect());
    await pollUntil(() => server.server.network.connections.size === 101, 'all connections');
    expect((await figures()).total).toBeGreaterThanOrEqual(101 * CONNECTION_BYTES);
    expect(used()).toBe(before + 100 * CONNECTION_BYTES);
    for (const client of clients) client.socket.destroy();
    await pollUntil(() => used() === before, 'the account to be where it was');
  });

  test('moves to the account of a keyspace that takes the place of the other', async () => {
    const { total } = await figures();
    const old = server.server.context.keyspace.account;
    const before = old.used;
    const keyspace = new Keyspace({
      arena: new Arena(),
      databaseCount: 16,
      clock: systemClock,
      random: new Random(5),
      hooks: {
        expired: () => {},
        fieldsExpired: () => {},
        evicted: () => {},
        missed: () => {},
        created: () => {},
        streamLeft: () => {},
      },
    });
    server.server.exchangeKeyspace(keyspace);
    expect(old.used).toBe(before - total);
    expect((await figures()).total).toBe(total);
  });
});
