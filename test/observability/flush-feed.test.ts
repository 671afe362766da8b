/** What commands about whole databases bring into the feed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FeedRecorder, InProcessServer } from '../server/in-process.js';
import { encodeCommand, type RespClient } from '../support/index.js';

let server: InProcessServer;
let client: RespClient;
let feed: FeedRecorder;

beforeEach(async () => {
  server = await InProcessServer.start({ enableDebugCommand: 'yes' });
  client = await server.connect();
  feed = new FeedRecorder();
  server.server.context.feed.subscribe(feed);
});
afterEach(() => server.close());

const stream = (...commands: string[]): string =>
  commands.map((each) => encodeCommand(each).toString('latin1')).join('');

describe('The feed', () => {
  test('brings FLUSHALL and FLUSHDB as they were sent, even when there was nothing to flush', async () => {
    for (const command of ['FLUSHALL', 'FLUSHDB ASYNC', 'SET k v', 'FLUSHDB', 'FLUSHALL SYNC'])
      await client.command(command);
    expect(feed.text).toBe(stream('SELECT 0', 'FLUSHALL', 'FLUSHDB ASYNC', 'SET k v', 'FLUSHDB', 'FLUSHALL SYNC'));
  });

  test('counts FLUSHALL as a write of its client, even when there was nothing to flush', async () => {
    await client.command('FLUSHALL');
    const { context } = server.server;
    const [served] = context.ports.clients.all();
    expect(served?.lastWriteOffset).toBe(feed.bytes.length);
  });

  test('brings FLUSHDB in the database that is emptied, and SWAPDB before what is written after it', async () => {
    for (const command of ['SELECT 3', 'FLUSHDB', 'SWAPDB 3 0', 'SET k v']) await client.command(command);
    expect(feed.text).toBe(stream('SELECT 3', 'FLUSHDB', 'SWAPDB 3 0', 'SET k v'));
  });

  test('brings nothing of a command that was refused', async () => {
    for (const command of ['FLUSHALL NOW', 'SWAPDB 0 99', 'SWAPDB a b']) await client.command(command);
    expect(feed.text).toBe('');
  });

  test('brings what DEBUG REPLICATE gives it, and nothing of DEBUG POPULATE', async () => {
    await client.command('DEBUG POPULATE 3');
    expect(feed.text).toBe('');
    await client.command('DEBUG REPLICATE SET k elsewhere');
    expect(feed.text).toBe(stream('SELECT 0', 'SET k elsewhere'));
  });
});
