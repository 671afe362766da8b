/**
 * Payloads go both ways: what DUMP gives on one server is what RESTORE takes on the other, for random values of every
 * type and encoding; and whatever is changed in one, RESTORE refuses it or makes a value, and nothing is left behind.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRAILER_BYTES } from '../../src/rdb/payload.js';
import { InProcessServer } from '../server/in-process.js';
import { bitmapCommand, KEYS, stringCommand } from '../support/command-arbitraries.js';
import { hashWrite } from '../support/hash-arbitraries.js';
import {
  type Arg,
  type RespClient,
  RespError,
  type RunningServer,
  referenceAvailable,
  startReference,
} from '../support/index.js';
import { LIST_LIMITS, listWrite } from '../support/list-arbitraries.js';
import { setWrite } from '../support/set-arbitraries.js';
import { promptSortedSetCommand } from '../support/sorted-set-arbitraries.js';
import { streamWrite } from '../support/stream-arbitraries.js';

/** Small enough that random values have both encodings of their types. */
const LIMITS = [
  ...LIST_LIMITS,
  ...['--hash-max-listpack-entries', '4', '--set-max-intset-entries', '4', '--zset-max-listpack-entries', '4'],
  ...['--stream-node-max-entries', '4'],
];
const DIRECTIVES = {
  listMaxListpackSize: 4,
  hashMaxListpackEntries: 4,
  setMaxIntsetEntries: 4,
  setMaxListpackEntries: 4,
  zsetMaxListpackEntries: 4,
  streamNodeMaxEntries: 4,
  enableDebugCommand: 'yes',
};

const writes = fc.array(
  fc.oneof(stringCommand, bitmapCommand, listWrite, setWrite, hashWrite, promptSortedSetCommand, streamWrite),
  { minLength: 20, maxLength: 100, size: 'max' },
);

const payloadOf = async (client: RespClient, key: Arg): Promise<Buffer | null> => {
  const { value } = await client.command(['DUMP', key]);
  return value === null ? null : Buffer.from(String(value), 'latin1');
};

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('payloads between redstart and the reference', () => {
  let ours: InProcessServer;
  let theirs: RunningServer;

  beforeAll(async () => {
    ours = await InProcessServer.start(DIRECTIVES);
    theirs = await startReference(LIMITS);
  });
  afterAll(async () => {
    await ours?.close();
    await theirs?.stop();
  });

  /** Gives each key that `from` has to `to`, by its payload, and compares what they hold then. */
  async function carry(from: RespClient, to: RespClient): Promise<void> {
    await to.command('FLUSHALL');
    for (const key of KEYS) {
      const payload = await payloadOf(from, key);
      if (payload === null || payload.readUInt16LE(payload.length - TRAILER_BYTES) > 10) continue;
      // A small sorted set loses the sign of -0 when it is loaded, on either server.
      if (/\r\n-0\r\n/.test((await from.command(['ZRANGE', key, 0, -1, 'WITHSCORES'])).wire)) continue;
      const digest = ['DEBUG', 'DIGEST-VALUE', key];
      const expireAt = (await from.command(['PEXPIRETIME', key])).wire.slice(1, -2).replace('-1', '0');
      expect((await to.command(['RESTORE', key, expireAt, payload, 'ABSTTL'])).wire).toBe('+OK\r\n');
      expect((await to.command(digest)).wire).toBe((await from.command(digest)).wire);
    }
  }

  it.each(['redstart', 'reference'])('what %s has is what the other gets', async (origin) => {
    await fc.assert(
      fc.asyncProperty(writes, async (commands) => {
        const clients = [await ours.connect(), await theirs.connect()] as const;
        const [from, to] = origin === 'redstart' ? clients : ([clients[1], clients[0]] as const);
        await from.command('FLUSHALL');
        await from.pipeline(commands);
        await carry(from, to);
        for (const client of clients) await client.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('payloads that somebody has changed', () => {
  let server: InProcessServer;
  let client: RespClient;

  beforeAll(async () => {
    server = await InProcessServer.start(DIRECTIVES);
    client = await server.connect();
    await client.command('DEBUG SET-SKIP-CHECKSUM-VALIDATION 1');
  });
  afterAll(() => server?.close());

  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ at: fc.nat(), byte: fc.nat(255) }) },
    { weight: 1, arbitrary: fc.record({ cut: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.nat(25) }) },
  );

  function changed(payload: Buffer, changes: readonly fc.Arbitrary<unknown>[] | readonly object[]): Buffer {
    let bytes = Buffer.from(payload);
    for (const one of changes as readonly Partial<Record<'at' | 'byte' | 'cut' | 'type', number>>[]) {
      const size = bytes.length - TRAILER_BYTES;
      if (one.cut !== undefined) {
        const at = one.cut % size;
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(size)]);
        if (bytes.length <= TRAILER_BYTES) break;
      } else if (one.type !== undefined) bytes[0] = one.type;
      else bytes[one.at! % size] = one.byte!;
    }
    return bytes;
  }

  /** What is in use when nothing waits to be freed, and what the next value is built in is there. */
  async function settledBytes(): Promise<number> {
    const { keyspace } = server.server.context;
    await client.pipeline(['SADD room 1', 'COPY room copy', 'DEL room copy']);
    while (keyspace.garbage.free(1000));
    return keyspace.account.used;
  }

  it('are refused, or make a value that everything can be done with', async () => {
    const tries = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), {
      minLength: 10,
      maxLength: 40,
      size: 'max',
    });
    let made = 0;
    await fc.assert(
      fc.asyncProperty(writes, tries, async (commands, all) => {
        await client.command('FLUSHALL');
        await client.pipeline(commands);
        const payloads: Buffer[] = [];
        for (const key of KEYS) {
          const payload = await payloadOf(client, key);
          if (payload !== null) payloads.push(payload);
        }
        if (payloads.length === 0) return;
        await client.command('FLUSHALL');
        for (const [i, changes] of all.entries()) {
          const before = await settledBytes();
          const { value } = await client.command(['RESTORE', 'k', 0, changed(payloads[i % payloads.length]!, changes)]);
          if (value instanceof RespError) {
            expect(value.message).toMatch(/^ERR (Bad data format|DUMP payload version or checksum are wrong)$/);
          } else {
            made++;
            await useAll(client);
          }
          expect((await client.command('EXISTS k')).value).toBe(0);
          expect(await settledBytes()).toBe(before);
        }
      }),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(0);
  });
});

/** Reads and changes key `k`, whatever type it has, and deletes it. */
async function useAll(client: RespClient): Promise<void> {
  await client.pipeline([
    'DUMP k',
    'DEBUG DIGEST-VALUE k',
    'MEMORY USAGE k SAMPLES 0',
    'OBJECT ENCODING k',
    'APPEND k x',
    'LRANGE k 0 -1',
    'LPUSH k first',
    'LINSERT k AFTER first second',
    'LREM k 0 second',
    'LTRIM k 1 -2',
    'SMEMBERS k',
    'SADD k 1 one',
    'SPOP k 2',
    'HGETALL k',
    'HSET k f v g w',
    'HDEL k f',
    'ZRANGE k 0 -1 WITHSCORES',
    'ZADD k 1 one 2 two',
    'ZPOPMIN k 2',
    'XRANGE k - +',
    'XINFO STREAM k FULL',
    'XADD k * f v',
    'XTRIM k MAXLEN 2',
    'XREADGROUP GROUP g c STREAMS k >',
    'XAUTOCLAIM k g d 0 0',
    'COPY k copy REPLACE',
    'DEL k copy',
  ]);
}
