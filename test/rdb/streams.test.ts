/** Streams of the reference, read and written again: byte by byte what they were; and what is no stream is refused. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TYPE_STREAM } from '../../src/keyspace/record.js';
import { TRAILER_BYTES } from '../../src/rdb/payload.js';
import { RdbReader } from '../../src/rdb/reader.js';
import { ValueReader } from '../../src/rdb/value-reader.js';
import { ValueWriter } from '../../src/rdb/value-writer.js';
import { RdbWriter } from '../../src/rdb/writer.js';
import { Bench } from '../keyspace/support.js';
import { type RespClient, type RunningServer, referenceAvailable, startReference } from '../support/index.js';
import { streamWrite } from '../support/stream-arbitraries.js';

/** A keyspace that streams are read into, and what reads and writes them. */
class Codec {
  private readonly bench = new Bench();
  private readonly input = new RdbReader();
  private readonly out = new RdbWriter();
  private readonly reader = new ValueReader(this.bench.keyspace, this.input);
  private readonly writer = new ValueWriter(this.bench.arena, this.out);

  constructor() {
    this.out.compresses = false;
  }

  /** Reads type and value and writes them again; null when they are refused. No memory may be left in use. */
  rewrite(value: Uint8Array): Uint8Array | null {
    const { bench, input, out, writer } = this;
    const { keyspace } = bench;
    const holder = keyspace.detached(TYPE_STREAM);
    const before = keyspace.account.used - bench.arena.blockSize(holder);
    input.begin(value, new DataView(value.buffer, value.byteOffset), 1, value.length);
    const isGood = this.reader.value(holder, value[0]!) && input.isDone;
    out.begin();
    if (isGood) {
      out.byte(writer.typeOf(holder));
      writer.value(holder);
    }
    keyspace.values.dropDetached();
    while (keyspace.garbage.free(1000));
    expect(keyspace.account.used).toBe(before);
    return isGood ? Uint8Array.from(out.bytes.subarray(0, out.size)) : null;
  }
}

const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'latin1')];
/** A raw id whose numbers are below 256. */
const id = (ms: number, seq: number): number[] => [0, 0, 0, 0, 0, 0, 0, ms, 0, 0, 0, 0, 0, 0, 0, seq];
const ms = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, 0];

/** A listpack of numbers below 128 and of short strings. */
function listpack(...elements: (number | string)[]): number[] {
  const bytes = elements.flatMap((element) =>
    typeof element === 'number' ? [element, 1] : [0x80 | element.length, ...Buffer.from(element), element.length + 1],
  );
  return [bytes.length + 7, 0, 0, 0, elements.length, 0, ...bytes, 0xff];
}

const packed = (...elements: (number | string)[]): number[] => {
  const bytes = listpack(...elements);
  return [...(bytes.length < 64 ? [bytes.length] : [0x40, bytes.length]), ...bytes];
};

/** A node 5-1 of 5-1 (a 1), 5-2 (deleted, a 2) and 7-1 (b 3). */
const MASTER = [2, 1, 1, 'a', 0];
const FIRST = [2, 0, 0, 1, 4];
const SECOND = [3, 0, 1, 2, 4];
const THIRD = [0, 2, 0, 1, 'b', 3, 6];
const NODE = [...MASTER, ...FIRST, ...SECOND, ...THIRD];
const nodes = (...elements: (number | string)[]): number[] => [1, 16, ...id(5, 1), ...packed(...elements)];
/** Length 2, last id 9-9, first 5-1, greatest deleted 5-2, 4 added. */
const COUNTS = [2, 9, 9, 5, 1, 5, 2, 4];
const PENDING = [2, ...id(5, 1), ...ms(9), 1, ...id(7, 1), ...ms(8), 2];
const ALICE = [...text('alice'), ...ms(7), 1, ...id(5, 1)];
const BOB = [...text('bob'), ...ms(6), 1, ...id(7, 1)];
const GROUP = [...text('g'), 7, 1, 2, ...PENDING, 2, ...ALICE, ...BOB];
const stream = (...parts: number[][]): Uint8Array => Uint8Array.from([19, ...parts.flat()]);

describe('a stream', () => {
  const codec = new Codec();

  it('is written as it was read', () => {
    const whole = stream(nodes(...NODE), COUNTS, [1], GROUP);
    expect(codec.rewrite(whole)).toEqual(whole);
  });

  it('may be empty, and have groups', () => {
    const empty = stream([0], [0, 0, 0, 0, 0, 0, 0, 0], [1], [...text('g'), 0, 0, 0, 0, 1, ...text('c'), ...ms(1), 0]);
    expect(codec.rewrite(empty)).toEqual(empty);
  });

  it('may have a node in which all entries are deleted', () => {
    const trimmed = stream(nodes(0, 1, 1, 'a', 0, ...[3, 0, 0, 1, 4]), [0, 9, 9, 0, 0, 5, 1, 4], [0]);
    expect(codec.rewrite(trimmed)).toEqual(trimmed);
  });

  it('of the first form gets what can be told of it', () => {
    const old = Uint8Array.from([15, ...nodes(...NODE), 2, 9, 9, 1, ...text('g'), 9, 9, 0, 0]);
    expect(codec.rewrite(old)).toEqual(
      stream(nodes(...NODE), [2, 9, 9, 5, 1, 0, 0, 2], [1], [...text('g'), 9, 9, 2, 0, 0]),
    );
  });

  it('of the third form loses when its consumers were active', () => {
    const consumer = [...text('c'), ...ms(7), ...ms(6), 0];
    const third = Uint8Array.from([21, ...nodes(...NODE), ...COUNTS, 1, ...text('g'), 7, 1, 2, 0, 1, ...consumer]);
    expect(codec.rewrite(third)).toEqual(
      stream(nodes(...NODE), COUNTS, [1], [...text('g'), 7, 1, 2, 0, 1, ...text('c'), ...ms(7), 0]),
    );
  });

  const refused: Readonly<Record<string, Uint8Array>> = {
    'a node of too few live entries': stream(nodes(3, ...NODE.slice(1)), [3, ...COUNTS.slice(1)], [0]),
    'a node of other deleted entries': stream(nodes(2, 0, ...NODE.slice(2)), COUNTS, [0]),
    'a node without entries': stream(nodes(0, 0, 1, 'a', 0), [0, ...COUNTS.slice(1)], [0]),
    'a node that ends within an entry': stream(nodes(...NODE.slice(0, -2)), COUNTS, [0]),
    'a node with something behind its entries': stream(nodes(...NODE, 1), COUNTS, [0]),
    'flags that there are not': stream(nodes(1, 0, 1, 'a', 0, 4, 0, 0, 1, 4), [1, ...COUNTS.slice(1)], [0]),
    'flags as text': stream(nodes(1, 0, 1, 'a', 0, '2', 0, 0, 1, 4), [1, ...COUNTS.slice(1)], [0]),
    'an id as text': stream(nodes(1, 0, 1, 'a', 0, 2, '0', 0, 1, 4), [1, ...COUNTS.slice(1)], [0]),
    'an entry of another number of elements': stream(
      nodes(1, 0, 1, 'a', 0, 2, 0, 0, 1, 5),
      [1, ...COUNTS.slice(1)],
      [0],
    ),
    'entries that do not ascend': stream(nodes(2, 0, 1, 'a', 0, ...FIRST, ...FIRST), COUNTS, [0]),
    'a master entry that does not end': stream(nodes(1, 0, 1, 'a', 1, ...FIRST), [1, ...COUNTS.slice(1)], [0]),
    'nodes that do not ascend': stream(
      [2, 16, ...id(5, 1), ...packed(...NODE), 16, ...id(7, 1), ...packed(...NODE)],
      [4, ...COUNTS.slice(1)],
      [0],
    ),
    'a node key of another length': stream([1, 8, ...ms(0), ...packed(...NODE)], COUNTS, [0]),
    'another number of entries': stream(nodes(...NODE), [3, ...COUNTS.slice(1)], [0]),
    'a last id below the last entry': stream(nodes(...NODE), [2, 7, 0, ...COUNTS.slice(3)], [0]),
    'two groups of a name': stream(nodes(...NODE), COUNTS, [2], GROUP, GROUP),
    'two consumers of a name': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, ...PENDING, 2, ...ALICE, ...ALICE],
    ),
    'an entry that is pending twice': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, 2, ...id(5, 1), ...ms(9), 1, ...id(5, 1), ...ms(9), 1, 1, ...ALICE],
    ),
    'an entry that is pending for nobody': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, ...PENDING, 1, ...ALICE],
    ),
    'an entry that is pending for two': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, ...PENDING, 2, ...ALICE, ...text('bob'), ...ms(6), 1, ...id(5, 1)],
    ),
    'an entry that is pending for a consumer alone': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, 0, 1, ...ALICE],
    ),
    'a time that is none': stream(
      nodes(...NODE),
      COUNTS,
      [1],
      [...text('g'), 7, 1, 2, 0, 1, ...text('c'), 0, 0, 0, 0, 0, 0, 0, 0x80, 0],
    ),
    'something behind it': stream(nodes(...NODE), COUNTS, [0], [0]),
  };
  for (const [title, value] of Object.entries(refused)) {
    it(`is refused with ${title}`, () => {
      expect(codec.rewrite(value)).toBe(null);
    });
  }

  it('is refused wherever it ends early', () => {
    const whole = stream(nodes(...NODE), COUNTS, [1], GROUP);
    for (let length = 1; length < whole.length; length++) expect(codec.rewrite(whole.subarray(0, length))).toBe(null);
  });

  it('whatever bytes are changed, is refused or read, and leaves nothing behind', () => {
    const whole = stream(nodes(...NODE), COUNTS, [1], GROUP);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed = Uint8Array.from(whole);
          for (const [at, byte] of changes) changed[at] = byte;
          changed[0] = whole[0]!;
          const again = codec.rewrite(changed);
          if (again !== null) expect(codec.rewrite(again)).toEqual(again);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('streams and the reference', () => {
  let server: RunningServer;
  let client: RespClient;
  const codec = new Codec();

  beforeAll(async () => {
    server = await startReference(['--rdbcompression', 'no', '--stream-node-max-entries', '5']);
    client = await server.connect();
  });
  afterAll(() => server?.stop());

  it('what DUMP gives is read, and written byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(streamWrite, { minLength: 10, maxLength: 80, size: 'max' }), async (commands) => {
        await client.command('FLUSHALL');
        await client.pipeline(commands);
        for (const key of ['a', 'b', 'c']) {
          const { value } = await client.command(['DUMP', key]);
          if (value === null) continue;
          const payload = Buffer.from(String(value), 'latin1').subarray(0, -TRAILER_BYTES);
          if (payload[0] !== 19) continue;
          expect(Buffer.from(codec.rewrite(payload) ?? [])).toEqual(payload);
        }
      }),
      { numRuns: 60 },
    );
  });
});
