/** A number is all that a client keeps of its database: what stands behind it may be exchanged at any time. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Keyspace } from '../../src/keyspace/index.js';
import { Arena } from '../../src/memory/index.js';
import { systemClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';
import { bulk, nil, ok, type RespClient } from '../support/index.js';
import { FeedRecorder, InProcessServer } from './in-process.js';

describe('a keyspace that takes the place of another', () => {
  let server: InProcessServer;
  let first: RespClient;
  let second: RespClient;

  beforeEach(async () => {
    server = await InProcessServer.start({ 'maxmemory-policy': 'allkeys-lfu' });
    first = await server.connect();
    second = await server.connect();
  });
  afterEach(() => server.close());

  const expects = async (client: RespClient, reply: string, command: string): Promise<void> => {
    expect((await client.command(command)).wire).toBe(reply);
  };

  const exchange = (): Keyspace => {
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
    return keyspace;
  };

  test('is what all clients see, with the databases that they selected and the configured policy', async () => {
    await expects(first, ok, 'SELECT 3');
    await expects(first, ok, 'SET key old');
    const old = server.server.context.keyspace;
    const keyspace = exchange();
    await expects(first, nil, 'GET key');
    await expects(first, ok, 'SET key new');
    await expects(second, nil, 'GET key');
    await expects(second, ok, 'SELECT 3');
    await expects(second, bulk('new'), 'GET key');
    await expects(second, ':6\r\n', 'OBJECT FREQ key');
    expect(keyspace.db(3).size).toBe(1);
    expect(old.db(3).size).toBe(1);
  });

  test('is seen by the rest of a pipeline, whose keys were hashed for the one before', async () => {
    const { context } = server.server;
    const keys = Array.from({ length: 30 }, (_, k) => `key:${k}`);
    const feed = new FeedRecorder();
    let left = 3;
    // The third write of the pipeline changes the keyspace under it.
    context.feed.subscribe({ feedUnit: () => --left === 0 && exchange() });
    context.feed.subscribe(feed);
    await first.pipeline(keys.map((key) => ['SET', key, key]));
    const replies = await second.pipeline(keys.map((key) => ['GET', key]));
    expect(replies.map((reply) => reply.value)).toEqual(keys.map((key, k) => (k < 3 ? null : key)));
  });

  test('SWAPDB shows other clients the other data, and what they write goes to the number that they selected', async () => {
    await expects(first, ok, 'SET key zero');
    await expects(second, ok, 'SELECT 1');
    await expects(second, ok, 'SET key one');
    await expects(second, ok, 'SWAPDB 0 1');
    await expects(first, bulk('one'), 'GET key');
    await expects(second, bulk('zero'), 'GET key');
    await expects(first, ok, 'SET key written');
    await expects(second, ok, 'SELECT 0');
    await expects(second, bulk('written'), 'GET key');
  });
});
