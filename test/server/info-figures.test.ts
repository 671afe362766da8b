/** Figures of INFO that need a server of their own, or that only this one has. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ok, type RespClient } from '../support/index.js';
import { pollUntil } from '../support/wait.js';
import { InProcessServer } from './in-process.js';

describe('INFO', () => {
  let server: InProcessServer;
  let client: RespClient;

  beforeEach(async () => {
    server = await InProcessServer.start();
    client = await server.connect();
  });
  afterEach(() => server.close());

  const fields = (text: unknown): Map<string, string> =>
    new Map([...String(text).matchAll(/^(\w+):(.*)\r$/gm)].map(([, name, value]) => [name!, value!]));
  const info = async (section: string): Promise<Map<string, string>> =>
    fields((await client.send('INFO', section)).value);
  const figure = async (section: string, name: string): Promise<number> => Number((await info(section)).get(name));
  const pollFigure = (section: string, name: string, wanted: (value: number) => boolean): Promise<unknown> =>
    pollUntil(async () => wanted(await figure(section, name)), name);

  test('lets rates and the figures of the event loop begin anew at CONFIG RESETSTAT', async () => {
    await client.pipeline(Array.from({ length: 1000 }, () => ['PING']));
    await pollFigure('stats', 'instantaneous_ops_per_sec', (rate) => rate > 0);
    await pollFigure('debug', 'eventloop_duration_cron_sum', (usec) => usec > 0);
    const before = await info('stats');
    const [, stats, debug] = await client.pipeline([
      ['CONFIG', 'RESETSTAT'],
      ['INFO', 'stats'],
      ['INFO', 'debug'],
    ]);
    const after = fields(stats?.value);
    for (const name of ['instantaneous_ops_per_sec', 'instantaneous_eventloop_duration_usec', 'eventloop_cycles']) {
      expect([name, after.get(name)]).toEqual([name, '0']);
    }
    expect(Number(after.get('eventloop_duration_sum'))).toBeLessThan(Number(before.get('eventloop_duration_sum')));
    expect(fields(debug?.value).get('eventloop_duration_cron_sum')).toBe('0');
  });

  test('tells how long it took to delete expired keys', async () => {
    await client.pipeline(Array.from({ length: 20_000 }, (_, k) => ['SET', `key:${k}`, 'v', 'PX', '1']));
    await pollFigure('stats', 'expired_keys', (count) => count === 20_000);
    expect(await figure('stats', 'expire_cycle_cpu_milliseconds')).toBeGreaterThan(0);
    expect((await client.command('CONFIG RESETSTAT')).wire).toBe(ok);
    expect(await figure('stats', 'expire_cycle_cpu_milliseconds')).toBe(0);
  });

  test('tells the largest buffers of the last seconds, even of clients that are gone', async () => {
    const other = await server.connect();
    other.socket.write(`*2\r\n$4\r\nECHO\r\n$1000000\r\n${'x'.repeat(900_000)}`);
    await pollFigure('clients', 'client_recent_max_input_buffer', (bytes) => bytes >= 1_000_000);
    other.socket.destroy();
    await pollFigure('clients', 'connected_clients', (count) => count === 1);
    expect(await figure('clients', 'client_recent_max_input_buffer')).toBeGreaterThanOrEqual(1_000_000);
  });
});
