/** Values from the reference, read, written again, and given back: both servers must have the same data all the way. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRAILER_BYTES, versionOf, writeTrailer } from '../../src/rdb/payload.js';
import { RdbReader } from '../../src/rdb/reader.js';
import { valueTypeOf } from '../../src/rdb/types.js';
import { ValueReader } from '../../src/rdb/value-reader.js';
import { ValueWriter } from '../../src/rdb/value-writer.js';
import { RdbWriter } from '../../src/rdb/writer.js';
import { Bench } from '../keyspace/support.js';
import { type Command, RespClient, referenceAvailable, startReference } from '../support/index.js';

type Kind = 'list' | 'set' | 'zset' | 'hash';

/** A keyspace that values are read into, and what reads and writes them. */
class Codec {
  private readonly bench = new Bench();
  private readonly input = new RdbReader();
  private readonly out = new RdbWriter();
  private readonly reader = new ValueReader(this.bench.keyspace, this.input);
  private readonly writer = new ValueWriter(this.bench.arena, this.out);

  /** Reads type and value from a payload and writes them again; null when they are refused. The value is freed. */
  rewrite(payload: Uint8Array): Uint8Array | null {
    const { input, out, writer } = this;
    const { keyspace } = this.bench;
    const holder = keyspace.detached(valueTypeOf(payload[0]!)!);
    const before = keyspace.account.used - this.bench.arena.blockSize(holder);
    input.begin(payload, new DataView(payload.buffer, payload.byteOffset), 1, payload.length - TRAILER_BYTES);
    const isGood = this.reader.value(holder, payload[0]!) && input.isDone;
    out.begin();
    if (isGood) {
      out.byte(writer.typeOf(holder));
      writer.value(holder);
      writeTrailer(out, versionOf(out.bytes[0]!));
    }
    keyspace.values.dropDetached();
    while (keyspace.garbage.free(1000));
    expect(keyspace.account.used).toBe(before);
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

/** The length, below 16384, and the bytes. */
const string = (...bytes: number[]): number[] => [0x40 | (bytes.length >> 8), bytes.length & 255, ...bytes];
const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'latin1')];

function framed(type: number, value: readonly number[]): Uint8Array {
  const out = new RdbWriter();
  out.byte(type);
  out.raw(Uint8Array.from(value), 0, value.length);
  writeTrailer(out, versionOf(type));
  return Uint8Array.from(out.bytes.subarray(0, out.size));
}

/** A ziplist of entries that are given without the length of the one before. */
function ziplist(...entries: number[][]): number[] {
  const bytes: number[] = [];
  let before = 0;
  let last = 0;
  for (const entry of entries) {
    last = bytes.length;
    const head = before < 254 ? [before] : [254, before & 255, before >> 8, 0, 0];
    bytes.push(...head, ...entry);
    before = head.length + entry.length;
  }
  const length = bytes.length + 11;
  const header = [length & 255, length >> 8, 0, 0, (last + 10) & 255, (last + 10) >> 8, 0, 0, entries.length, 0];
  return [...header, ...bytes, 255];
}

const zip = (value: string): number[] => text(value); // up to 63 bytes
const longZip = [0x41, 0x2c, ...Array.from({ length: 300 }, () => 0x78)];
const ZIP_INTEGERS = [
  [0xc0, 0x39, 0x30],
  [0xd0, 0xff, 0xff, 0xff, 0x7f],
  [0xe0, 1, 2, 3, 4, 5, 6, 7, 0x88],
  [0xf0, 1, 0, 0x80],
  [0xfe, 0x80],
  [0xf1],
  [0xfd],
];

/** Forms that old versions wrote, by hand; and what is refused of each. */
const OLD_FORMS: { title: string; type: number; value: number[]; refused: number[][] }[] = [
  {
    title: 'list of strings',
    type: 1,
    value: [3, ...text('a'), ...text(''), ...text('a')],
    refused: [[0], [2, ...text('a')], [1, ...text('a'), 0]],
  },
  {
    title: 'sorted set with scores as text',
    type: 3,
    value: [4, ...text('a'), ...text('1.5'), ...text('b'), 254, ...text('c'), 255, ...text('d'), ...text('-7')],
    refused: [
      [1, ...text('a'), 253],
      [1, ...text('a'), ...text('x')],
      [2, ...text('a'), ...text('1'), ...text('a'), ...text('2')],
    ],
  },
  {
    title: 'hash as zipmap',
    type: 9,
    value: string(2, 1, 0x61, 1, 2, 0x62, 0, 0, 2, 0x63, 0x64, 0, 0, 255),
    refused: [
      string(3, 1, 0x61, 1, 0, 0x62, 2, 0x63, 0x64, 0, 0, 255),
      string(1, 1, 0x61, 255),
      string(1, 1, 0x61, 9, 0, 0x62, 255),
      string(1, 1, 0x61, 1, 9, 0x62, 255),
      string(0, 255),
      string(2, 1, 0x61, 1, 0, 0x62, 1, 0x61, 1, 0, 0x62, 255),
    ],
  },
  {
    title: 'list as ziplist',
    type: 10,
    value: string(...ziplist(zip('a'), longZip, zip('b'), ...ZIP_INTEGERS)),
    refused: [
      string(...ziplist()),
      string(...ziplist(zip('a')).map((byte, i) => (i === 8 ? 2 : byte))),
      string(...ziplist(zip('a'), zip('b')).map((byte, i) => (i === 13 ? 4 : byte))),
      string(...ziplist([0xff])),
      string(...ziplist([0x05, 0x61])),
    ],
  },
  {
    title: 'sorted set as ziplist',
    type: 12,
    value: string(...ziplist(zip('a'), [0xf3], zip('b'), zip('2.5'))),
    refused: [string(...ziplist(zip('a'))), string(...ziplist(zip('a'), zip('nan')))],
  },
  {
    title: 'hash as ziplist',
    type: 13,
    value: string(...ziplist(zip('a'), [0xf3], [0xc0, 1, 1], longZip)),
    refused: [string(...ziplist(zip('a'))), string(...ziplist(zip('a'), zip('b'), zip('a'), zip('c')))],
  },
  {
    title: 'list of ziplists',
    type: 14,
    value: [2, ...string(...ziplist(zip('a'), [0xf3])), ...string(...ziplist(zip('b')))],
    refused: [
      [1, ...string(...ziplist([0xff]))],
      [2, ...string(...ziplist(zip('a')))],
    ],
  },
  {
    title: 'set of strings',
    type: 2,
    value: [2, ...text('a'), ...text('12')],
    refused: [[0], [2, ...text('a'), ...text('a')], [3, ...text('a'), ...text('b')]],
  },
];

/** Forms of versions that the reference does not know: each is written back as the last of these. */
const NEW_FORMS: { title: string; type: number; value: number[]; again: number[] }[] = [
  {
    title: 'set as listpack',
    type: 20,
    value: string(12, 0, 0, 0, 2, 0, 0x81, 0x61, 2, 0x07, 1, 0xff),
    again: [2, 2, ...text('a'), 0xc0, 7],
  },
  {
    title: 'hash with fields that expire',
    type: 24,
    value: [0, 0x10, 0, 0, 0, 1, 0, 0, 2, 1, ...text('a'), ...text('b'), 0, ...text('c'), ...text('d')],
    again: [24, 0, 0x10, 0, 0, 0, 1, 0, 0, 2, 1, ...text('a'), ...text('b'), 0, ...text('c'), ...text('d')],
  },
];

describe('forms of later versions', () => {
  const codec = new Codec();
  for (const { title, type, value, again } of NEW_FORMS) {
    it(`a ${title} is read`, () => {
      const ours = codec.rewrite(framed(type, value))!;
      const version = again[0] === 24 ? 12 : 10;
      expect([...ours.subarray(0, ours.length - TRAILER_BYTES + 2)]).toEqual([...again, version, 0]);
    });
  }
});

// Runs beside redis-server: CI has it, another machine may not.
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
        const ours = codec.rewrite(theirs);
        expect(ours).not.toBe(null);
        const digest = (await client.command('DEBUG DIGEST-VALUE k')).wire;
        expect((await client.command(['RESTORE', 'k', 0, ours!, 'REPLACE'])).wire).toBe('+OK\r\n');
        expect((await client.command('DEBUG DIGEST-VALUE k')).wire).toBe(digest);
      }),
      { numRuns: 200 },
    );
  });

  for (const { title, type, value, refused } of OLD_FORMS) {
    it(`reads a ${title}, as the reference does`, async () => {
      const payload = framed(type, value);
      await client.command('FLUSHALL');
      expect((await client.command(['RESTORE', 'k', 0, payload])).wire).toBe('+OK\r\n');
      const digest = (await client.command('DEBUG DIGEST-VALUE k')).wire;
      const ours = codec.rewrite(payload);
      expect(ours).not.toBe(null);
      expect((await client.command(['RESTORE', 'k', 0, ours!, 'REPLACE'])).wire).toBe('+OK\r\n');
      expect((await client.command('DEBUG DIGEST-VALUE k')).wire).toBe(digest);
      for (const bytes of refused) expect(codec.rewrite(framed(type, bytes))).toBe(null);
    });
  }

  it('whatever is changed in a payload, it is refused or makes a value', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const anyType = fc.option(
      fc.constantFrom(1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 24, 25),
    );
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
            const again = codec.rewrite(changed);
            if (again !== null) expect(codec.rewrite(again)).not.toBe(null);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
