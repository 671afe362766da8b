/** When the system gives no more memory the command that needs it fails whole, and everyone else is served. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bulk, int, ok, type RespClient } from '../support/index.js';
import { FeedRecorder, InProcessServer } from './in-process.js';

const RealBuffer = SharedArrayBuffer;
let refuses = false;

/** The system's memory, as long as it gives any. */
class Memory extends RealBuffer {
  constructor(bytes: number) {
    if (refuses) throw new RangeError('Array buffer allocation failed');
    super(bytes);
  }
}

describe('without memory', () => {
  let server: InProcessServer;
  let client: RespClient;
  let feed: FeedRecorder;
  const large = 'x'.repeat(9_000_000); // a buffer of its own

  beforeEach(async () => {
    vi.stubGlobal('SharedArrayBuffer', Memory);
    server = await InProcessServer.start();
    client = await server.connect();
    feed = new FeedRecorder();
    server.server.context.feed.subscribe(feed);
  });

  afterEach(async () => {
    refuses = false;
    vi.unstubAllGlobals();
    await server.close();
  });

  const expects = async (reply: string, ...args: string[]): Promise<void> => {
    expect((await client.send(...args)).wire).toBe(reply);
  };

  const refused = async (...args: string[]): Promise<void> => {
    const fed = feed.text;
    refuses = true;
    const reply = await client.send(...args);
    refuses = false;
    expect(reply.wire).toMatch(/^-OOM /);
    expect(feed.text).toBe(fed);
  };

  test('SET answers an error, the old value stays, and the server goes on', async () => {
    await expects(ok, 'SET', 'key', 'old');
    await refused('SET', 'key', large);
    await expects(bulk('old'), 'GET', 'key');
    await expects(ok, 'SET', 'key', large);
  });

  test('SETRANGE and SETBIT far behind the end leave the value as it was', async () => {
    await expects(ok, 'SET', 'key', 'old');
    await refused('SETRANGE', 'key', '20000000', 'x');
    await refused('SETBIT', 'key', '400000000', '1');
    await expects(bulk('old'), 'GET', 'key');
    await expects(int(1), 'DBSIZE');
  });

  test('SETRANGE, SETBIT and BITFIELD leave no empty key behind', async () => {
    await refused('SETRANGE', 'new', '20000000', 'x');
    await refused('SETBIT', 'new', '400000000', '1');
    await refused('BITFIELD', 'new', 'SET', 'u8', '400000000', '1');
    await expects(int(0), 'EXISTS', 'new');
    await expects(int(0), 'DBSIZE');
  });

  test('BITOP leaves its destination with its value and its time to live', async () => {
    await expects(ok, 'SET', 'from', large);
    await expects(ok, 'SET', 'to', 'old', 'EXAT', '9999999999');
    await refused('BITOP', 'NOT', 'to', 'from');
    await refused('BITOP', 'NOT', 'new', 'from');
    await expects(bulk('old'), 'GET', 'to');
    await expects(int(9999999999), 'EXPIRETIME', 'to');
    await expects(int(2), 'DBSIZE');
  });

  test('MSET and MSETNX with a value for which there is no memory set none of their keys', async () => {
    await expects(ok, 'SET', 'b', 'old', 'EXAT', '9999999999');
    await refused('MSET', 'a', '1', 'b', '2', 'c', large, 'd', '4');
    await refused('MSETNX', 'a', '1', 'c', large);
    await expects(bulk('old'), 'GET', 'b');
    await expects(int(9999999999), 'EXPIRETIME', 'b');
    await expects(int(1), 'DBSIZE');
    await expects(ok, 'MSET', 'a', '1', 'b', '2', 'c', large, 'b', '3');
    await expects(bulk('3'), 'GET', 'b');
    await expects(int(-1), 'TTL', 'b');
    await expects(int(large.length), 'STRLEN', 'c');
  });

  test('MSET of many keys sets all, or none when the index cannot grow', async () => {
    const pairs = Array.from({ length: 5000 }, (_, k) => [`key:${k}`, `value:${k}`]).flat();
    const { used } = server.server.context.keyspace.account;
    await refused('MSET', ...pairs);
    await expects(int(0), 'DBSIZE');
    expect(server.server.context.keyspace.account.used).toBe(used);
    await expects(ok, 'MSET', ...pairs);
    await expects(int(5000), 'DBSIZE');
    await expects(bulk('value:4999'), 'GET', 'key:4999');
  });

  test('COPY REPLACE leaves both keys as they were', async () => {
    await expects(ok, 'SET', 'from', large);
    await expects(ok, 'SET', 'to', 'old');
    await refused('COPY', 'from', 'to', 'REPLACE');
    await expects(bulk('old'), 'GET', 'to');
    await expects(int(2), 'DBSIZE');
  });

  test('RENAME to a longer name leaves both keys as they were', async () => {
    const value = 'x'.repeat(20_000_000); // with the name it outgrows the buffer that it has
    const name = 'to'.repeat(10_000_000);
    await expects(ok, 'SET', 'from', value);
    await expects(ok, 'SET', name, 'old');
    await refused('RENAME', 'from', name);
    await expects(bulk('old'), 'GET', name);
    await expects(int(value.length), 'STRLEN', 'from');
  });

  test('EXPIRE of a key whose record has to move leaves the key without a time to live', async () => {
    const length = 32 * 1024 * 1024 - 16 - 3; // fills a buffer to its last byte
    await expects(ok, 'SET', 'key', 'x'.repeat(length));
    await refused('EXPIRE', 'key', '100');
    await expects(int(-1), 'TTL', 'key');
    await expects(int(length), 'STRLEN', 'key');
  });

  test('a key gets no time to live when the expiry wheel gets no memory', async () => {
    await client.pipeline(Array.from({ length: 4095 }, (_, k) => ['SET', `key:${k}`, 'value', 'EX', '1000']));
    await expects(ok, 'SET', 'another', 'value');
    await refused('EXPIRE', 'another', '100');
    await expects(int(-1), 'TTL', 'another');
    await expects(int(1), 'EXPIRE', 'another', '100');
    await expects(int(100), 'TTL', 'another');
    expect(server.server.context.keyspace.wheel.count).toBe(4096);
  });
});
