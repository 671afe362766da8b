/** What WATCH and client side caching are told of whole databases. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyChangeListener } from '../../src/commands/context.js';
import type { Database } from '../../src/keyspace/database.js';
import type { RespClient } from '../support/index.js';
import { InProcessServer } from './in-process.js';

/** Notes what it is told, and how many keys the databases have at that moment. */
class Listener implements KeyChangeListener {
  readonly told: string[] = [];

  keyChanged(): void {}

  willFlush(db: Database | null): void {
    this.told.push(db === null ? 'flush all' : `flush ${db.number} of ${db.size}`);
  }

  willSwap(first: Database, second: Database): void {
    this.told.push(`swap ${first.number} of ${first.size}, ${second.number} of ${second.size}`);
  }
}

describe('a listener of key changes', () => {
  let server: InProcessServer;
  let client: RespClient;
  const listener = new Listener();
  beforeEach(async () => {
    listener.told.length = 0;
    server = await InProcessServer.start();
    server.server.context.keyChangeListener = listener;
    client = await server.connect();
    await client.pipeline(['MSET a 1 b 2 c 3', 'SELECT 1', 'SET d 4', 'SELECT 0']);
  });
  afterEach(() => server.close());

  test.each([
    ['FLUSHDB', 'flush 0 of 3'],
    ['FLUSHDB ASYNC', 'flush 0 of 3'],
    ['FLUSHALL SYNC', 'flush all'],
    ['SWAPDB 0 1', 'swap 0 of 3, 1 of 1'],
    ['SWAPDB 2 0', 'swap 2 of 0, 0 of 3'],
  ])('hears of %s while the keys are still there', async (command, told) => {
    await client.command(command);
    expect(listener.told).toEqual([told]);
  });

  test('hears of a flush that finds no keys, but not of what is refused or exchanges nothing', async () => {
    await client.pipeline(['FLUSHDB NOW', 'FLUSHALL a b', 'SWAPDB 0 16', 'SWAPDB 1 1', 'SELECT 5']);
    expect(listener.told).toEqual([]);
    await client.command('FLUSHDB');
    expect(listener.told).toEqual(['flush 5 of 0']);
  });
});
