/** Values from the reference, read, written again, and given back: both servers must have the same data all the way. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_ZSET } from '../../src/keyspace/record.js';
import { TRAILER_BYTES, writeTrailer } from '../../src/rdb/payload.js';
import { RdbReader } from '../../src/rdb/reader.js';
import { RDB_TYPE_LIST_QUICKLIST_2, RDB_VERSION } from '../../src/rdb/types.js';
import { ValueReader } from '../../src/rdb/value-reader.js';
import { ValueWriter } from '../../src/rdb/value-writer.js';
import { RdbWriter } from '../../src/rdb/writer.js';
import { Bench } from '../keyspace/support.js';
import { type Command, RespClient, referenceAvailable, startReference } from '../support/index.js';

type Kind = 'list' | 'set' | 'zset' | 'hash';
const TYPES = { list: TYPE_LIST, set: TYPE_SET, zset: TYPE_ZSET, hash: TYPE_HASH } as const;

/** A keyspace that values are read into, and what reads and writes them. */
class Codec {
  private readonly bench = new Bench();
  private readonly input = new RdbReader();
  private readonly out = new RdbWriter();
  private readonly reader = new ValueReader(this.bench.keyspace, this.input);
  private readonly writer = new ValueWriter(this.bench.arena, this.out);

  /** Reads type and value from a payload and writes them again; null when they are refused. The value is freed. */
  rewrite(kind: Kind, payload: Uint8Array): Uint8Array | null {
    const { input, out, writer } = this;
    const { keyspace } = this.bench;
    const before = keyspace.account.used;
    const holder = keyspace.detached(TYPES[kind]);
    input.begin(payload, new DataView(payload.buffer, payload.byteOffset), 1, payload.length - TRAILER_BYTES);
    const isGood = this.reader[kind](holder, payload[0]!) && input.isDone;
    out.begin();
    if (isGood) {
      out.byte(kind === 'list' ? RDB_TYPE_LIST_QUICKLIST_2 : writer[`${kind}Type`](holder));
      writer[kind](holder);
      writeTrailer(out, RDB_VERSION);
    }
    keyspace.values.dropDetached();
    while (keyspace.garbage.free(1000));
    expect(keyspace.account.used).toBeLessThan(before + 10_000_000);
    return isGood ? Uint8Array.from(out.bytes.subarray(0, out.size)) : null;
  }
}

const element = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.string({ maxLength: 20 }),
  fc.integer({ min: 50, max: 9000 }).map((n) => `${n}`.repeat(n / 4)),
);
const elements = fc.oneof(
  fc.array(element, { minLength: 1, maxLength: 30 }),
  fc.array(fc.integer().map(String), { minLength: 1, maxLength: 200 }),
  fc.array(fc.string({ maxLength: 10 }), { minLength: 100, maxLength: 800, size: 'max' }),
);
const score = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1e300)).map((value) => {
  return String(value).replace('Infinity', 'inf');
});
const made = fc.tuple(
  fc.constantFrom<Kind>('list', 'set', 'zset', 'hash'),
  elements,
  fc.array(score, { minLength: 1 }),
);

function commandFor(kind: Kind, list: readonly string[], scores: readonly string[]): Command {
  if (kind === 'list') return ['RPUSH', 'k', ...list];
  if (kind === 'set') return ['SADD', 'k', ...list];
  if (kind === 'hash') return ['HSET', 'k', ...list.flatMap((item, i) => [item, list[(i * 7) % list.length]!])];
  return ['ZADD', 'k', ...list.flatMap((item, i) => [scores[i % scores.length]!, item])];
}

describe.skipIf(!referenceAvailable)('values and the reference', () => {
  let server: Awaited<ReturnType<typeof startReference>>;
  let client: RespClient;
  const codec = new Codec();

  beforeAll(async () => {
    server = await startReference();
    client = await RespClient.connect({ port: server.port });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  async function dump(kind: Kind, list: readonly string[], scores: readonly string[]): Promise<Uint8Array> {
    await client.command('FLUSHALL');
    await client.command(commandFor(kind, list, scores));
    return Buffer.from(String((await client.command('DUMP k')).value), 'latin1');
  }

  it('what DUMP gives is read, and RESTORE takes what is written of it', async () => {
    await fc.assert(
      fc.asyncProperty(made, async ([kind, list, scores]) => {
        const theirs = await dump(kind, list, scores);
        const ours = codec.rewrite(kind, theirs);
        expect(ours).not.toBe(null);
        const digest = (await client.command('DEBUG DIGEST-VALUE k')).wire;
        expect((await client.command(['RESTORE', 'k', 0, ours!, 'REPLACE'])).wire).toBe('+OK\r\n');
        expect((await client.command('DEBUG DIGEST-VALUE k')).wire).toBe(digest);
      }),
      { numRuns: 200 },
    );
  });

  it('whatever is changed in a payload, it is refused or makes a value', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const anyType = fc.option(fc.constantFrom(1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 16, 17, 18, 20, 24, 25));
    await fc.assert(
      fc.asyncProperty(
        made,
        fc.array(fc.tuple(changes, anyType), { maxLength: 30 }),
        async ([kind, list, scores], all) => {
          const theirs = await dump(kind, list.slice(0, 20), scores);
          for (const [places, type] of all) {
            const changed = Uint8Array.from(theirs);
            for (const [place, byte] of places) changed[1 + (place % (changed.length - 1 - TRAILER_BYTES))] = byte;
            if (type !== null) changed[0] = type;
            const again = codec.rewrite(kind, changed);
            if (again !== null) expect(codec.rewrite(kind, again)).not.toBe(null);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
