/**
 * Lengths, strings and numbers of RDB: what is written is read, what the reference writes is the same, and nothing
 * harms.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasGoodTrailer, TRAILER_BYTES, writeTrailer } from '../../src/rdb/payload.js';
import { RdbReader } from '../../src/rdb/reader.js';
import { RDB_VERSION, RDB_VERSION_READ } from '../../src/rdb/types.js';
import { RdbWriter } from '../../src/rdb/writer.js';
import { RespClient, referenceAvailable, startReference } from '../support/index.js';

const TYPE_STRING = 0;

function readerOf(bytes: Uint8Array, from = 0, end = bytes.length): RdbReader {
  const reader = new RdbReader();
  reader.begin(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), from, end);
  return reader;
}

function stringOf(reader: RdbReader): string {
  reader.string();
  const { stringBytes, stringView, stringFrom, stringLength } = reader;
  for (let i = 0; i < stringLength; i++) {
    expect(stringView.getUint8(stringFrom + i)).toBe(stringBytes[stringFrom + i]);
  }
  return Buffer.from(stringBytes.subarray(stringFrom, stringFrom + stringLength)).toString('latin1');
}

function written(write: (writer: RdbWriter) => void): Uint8Array {
  const writer = new RdbWriter();
  write(writer);
  return Uint8Array.from(writer.bytes.subarray(0, writer.size));
}

const text = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
  fc.constantFrom('', '0', '-0', '01', '127', '128', '-128', '-129', '32767', '32768', '-32769', '2147483647'),
  fc.constantFrom('2147483648', '-2147483648', '-2147483649', '+1', ' 1', '1 '),
  fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 3000 })).map(([part, times]) => {
    return Buffer.from(part.repeat(times)).toString('latin1');
  }),
);

describe('RdbWriter and RdbReader', () => {
  it('write and read strings, lengths and numbers in any order', () => {
    const item = fc.oneof(
      fc.record({ kind: fc.constant('string' as const), value: text }),
      fc.record({ kind: fc.constant('length' as const), value: fc.oneof(fc.nat(20_000), fc.maxSafeNat()) }),
      fc.record({ kind: fc.constant('double' as const), value: fc.double({ noNaN: true }) }),
      fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
      fc.record({ kind: fc.constant('int64' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), fc.boolean(), (items, compresses) => {
        const bytes = written((writer) => {
          writer.compresses = compresses;
          for (const { kind, value } of items) {
            if (kind === 'string') {
              const source = Buffer.from(` ${value}`, 'latin1');
              writer.string(source, 1, source.length - 1);
            } else if (kind === 'int64') writer.int64(value);
            else writer[kind](value);
          }
        });
        const reader = readerOf(bytes);
        for (const { kind, value } of items) {
          expect(kind === 'string' ? stringOf(reader) : reader[kind]()).toBe(value);
        }
        expect(reader.isDone).toBe(true);
      }),
    );
  });

  it('lengths take as many bytes as they need', () => {
    const hex = (value: number): string => Buffer.from(written((writer) => writer.length(value))).toString('hex');
    expect([0, 63, 64, 16383, 16384, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1].map(hex)).toEqual([
      '00',
      '3f',
      '4040',
      '7fff',
      '8000004000',
      '80ffffffff',
      '810000000100000000',
      '81001fffffffffffff',
    ]);
  });

  it('what ends too early, or is none of the forms, fails and is empty', () => {
    for (const hex of ['', '05616263', '40', '80000000', '8100000000000000', '81ffffffffffffffff', '82', 'bf']) {
      const reader = readerOf(Buffer.from(hex, 'hex'));
      expect(stringOf(reader)).toBe('');
      expect(reader.failed).toBe(true);
      expect(reader.isDone).toBe(false);
    }
    for (const hex of ['c0', 'c101', 'c2010203', 'c3', 'c30203', 'c4', 'ff', 'c3020580ffffffff6161', 'c3030a026162']) {
      const reader = readerOf(Buffer.from(hex, 'hex'));
      expect(stringOf(reader)).toBe('');
      expect(reader.failed).toBe(true);
    }
    const encoded = readerOf(Uint8Array.of(0xc0, 1));
    expect(encoded.length()).toBe(0);
    expect(encoded.failed).toBe(true);
  });

  it('nothing is read beyond the end, whatever the input, and nothing is read after a failure', () => {
    const call = fc.constantFrom('string', 'length', 'byte', 'int64', 'double', 'raw');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(call, { maxLength: 10 }), (bytes, calls) => {
        const reader = readerOf(bytes);
        for (const name of calls) {
          const { failed, at } = reader;
          if (name === 'raw') reader.raw(3);
          else reader[name as 'byte']();
          expect(reader.at).toBeLessThanOrEqual(bytes.length + 1);
          if (failed) expect(reader.failed).toBe(true);
          if (!reader.failed) expect(reader.at).toBeGreaterThan(at);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the trailer', () => {
  it('tells versions that cannot be read and bytes that have changed', () => {
    const payload = written((writer) => {
      writer.byte(TYPE_STRING);
      writer.string(Buffer.from('value'), 0, 5);
      writeTrailer(writer, RDB_VERSION);
    });
    expect(hasGoodTrailer(payload, 0, payload.length, true)).toBe(true);
    for (let i = 0; i < payload.length; i++) {
      const changed = payload.slice();
      changed[i]! ^= 1;
      expect(hasGoodTrailer(changed, 0, changed.length, true)).toBe(false);
    }
    expect(hasGoodTrailer(payload, 0, TRAILER_BYTES - 1, false)).toBe(false);
    payload[payload.length - 1]! ^= 1;
    expect(hasGoodTrailer(payload, 0, payload.length, false)).toBe(true);
    payload[payload.length - 10] = RDB_VERSION_READ + 1;
    expect(hasGoodTrailer(payload, 0, payload.length, false)).toBe(false);
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('strings and the reference', () => {
  let server: Awaited<ReturnType<typeof startReference>>;
  let client: RespClient;

  beforeAll(async () => {
    server = await startReference();
    client = await RespClient.connect({ port: server.port });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  it('payloads of each are read by the other, and are the same where nothing is compressed', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const source = Buffer.from(value, 'latin1');
        await client.command(['SET', 'k', source]);
        const theirs = Buffer.from(String((await client.command('DUMP k')).value), 'latin1');
        const ours = written((writer) => {
          writer.byte(TYPE_STRING);
          writer.string(source, 0, source.length);
          writeTrailer(writer, RDB_VERSION);
        });
        if (theirs[1] !== 0xc3) expect(Buffer.from(ours).toString('hex')).toBe(theirs.toString('hex'));
        expect(hasGoodTrailer(theirs, 0, theirs.length, true)).toBe(true);
        const reader = readerOf(theirs, 1, theirs.length - TRAILER_BYTES);
        expect(stringOf(reader)).toBe(value);
        expect(reader.isDone).toBe(true);
        expect((await client.command(['RESTORE', 'k', 0, ours, 'REPLACE'])).wire).toBe('+OK\r\n');
        expect((await client.command('GET k')).value).toBe(value);
      }),
      { numRuns: 300 },
    );
  });
});
