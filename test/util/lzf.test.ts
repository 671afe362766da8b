import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crc64 } from '../../src/util/crc64.js';
import { LzfCompressor, lzfDecompress } from '../../src/util/lzf.js';
import { Random } from '../../src/util/random.js';
import { RespClient, referenceAvailable, startReference } from '../support/index.js';

const PAD = 7;
const GUARD = 0xa5;
const compressor = new LzfCompressor();

/** Compresses a range within larger buffers; null when the result is longer than `room`. What lies around stays. */
function compress(bytes: Uint8Array, room = bytes.length + (bytes.length >> 5) + 64): Uint8Array | null {
  const source = padded(bytes);
  const target = new Uint8Array(room + 2 * PAD).fill(GUARD);
  const size = compressor.compress(source, PAD, bytes.length, target, PAD, room);
  expectGuards(target, room);
  return size === 0 ? null : target.slice(PAD, PAD + size);
}

/** Decompresses a range within larger buffers; null when it is refused. What lies around stays. */
function decompress(bytes: Uint8Array, size: number): Uint8Array | null {
  const target = new Uint8Array(size + 2 * PAD).fill(GUARD);
  const isGood = lzfDecompress(padded(bytes), PAD, bytes.length, target, PAD, size);
  expectGuards(target, size);
  return isGood ? target.slice(PAD, PAD + size) : null;
}

function padded(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 2 * PAD).fill(0x61);
  larger.set(bytes, PAD);
  return larger;
}

function expectGuards(target: Uint8Array, size: number): void {
  for (let i = 0; i < PAD; i++) expect([target[i], target[PAD + size + i]]).toEqual([GUARD, GUARD]);
}

/** Bytes with repetitions near and far: words of a small alphabet, runs, copies of what came before. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 600 })).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc
        .constantFrom('the quick brown fox', '{"name":"', '","value":', 'a', 'ab', 'abc')
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('LzfCompressor', () => {
  it('is undone by lzfDecompress', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        const compressed = compress(bytes);
        if (bytes.length > 0) expect(decompress(compressed!, bytes.length)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('fits into exactly the room that its result takes, and into no less', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        const size = compress(bytes)?.length ?? 0;
        for (const room of [0, 1, size - 3, size - 2, size - 1])
          if (room < size) expect(compress(bytes, room)).toBe(null);
      }),
    );
  });

  it('finds matches at every distance up to 8192 and none beyond', () => {
    const random = new Random(3);
    for (const distance of [1, 2, 3, 255, 256, 257, 4096, 8191, 8192, 8193, 9000]) {
      const block = Uint8Array.from({ length: distance }, () => random.int32());
      const bytes = new Uint8Array(distance + 300);
      for (let i = 0; i < bytes.length; i++) bytes[i] = block[i % distance]!;
      const compressed = compress(bytes)!;
      expect(decompress(compressed, bytes.length)).toEqual(bytes);
      if (distance <= 8192) expect(compressed.length).toBeLessThan(distance + distance / 20 + 40);
    }
  });

  it('does not find what an earlier call has compressed', () => {
    const random = new Random(4);
    const bytes = Uint8Array.from({ length: 400 }, () => random.int32());
    for (let i = 0; i < 3; i++) expect(compress(bytes, 399)).toBe(null);
  });

  it('goes on when its positions have been used up', () => {
    const used = new LzfCompressor();
    Reflect.set(used, 'nextPosition', 0x7fff0000 - 500);
    const text = Buffer.from('to be or not to be, that is the question. '.repeat(8));
    const target = new Uint8Array(text.length);
    for (let i = 0; i < 4; i++) {
      const size = used.compress(text, 0, text.length, target, 0, target.length);
      expect(size).toBeGreaterThan(0);
      expect(size).toBeLessThan(70);
      const back = new Uint8Array(text.length);
      expect(lzfDecompress(target, 0, size, back, 0, back.length)).toBe(true);
      expect(back).toEqual(new Uint8Array(text));
    }
  });
});

describe('lzfDecompress', () => {
  it('reads literals, short and long matches, and matches that overlap what they write', () => {
    const read = (hex: string, size: number): string | null => {
      const bytes = decompress(Buffer.from(hex.replaceAll(' ', ''), 'hex'), size);
      return bytes === null ? null : Buffer.from(bytes).toString('latin1');
    };
    expect(read('02 616263', 3)).toBe('abc');
    expect(read('01 6162 40 01', 6)).toBe('ababab');
    expect(read('00 61 e0 0a 00', 20)).toBe('a'.repeat(20));
    expect(read('02 616263 20 02 00 64', 7)).toBe('abcabcd');
    expect(read('', 0)).toBe('');
  });

  it('refuses what ends too early, reaches back too far, or gives another length', () => {
    const bad: [string, number][] = [
      ['02 6162', 3],
      ['02 616263', 2],
      ['02 616263', 4],
      ['00 61 20', 4],
      ['00 61 e0', 10],
      ['00 61 e0 00', 10],
      ['00 61 20 01', 4],
      ['20 00', 3],
      ['00 61 3f ff', 4],
      ['00 61 20 00', 3],
      ['', 1],
    ];
    for (const [hex, size] of bad) expect(decompress(Buffer.from(hex.replaceAll(' ', ''), 'hex'), size)).toBe(null);
  });

  it('never reads or writes out of bounds, whatever the input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(2000), (bytes, size) => {
        decompress(bytes, size);
      }),
      { numRuns: 3000 },
    );
  });

  it('survives every change of a byte in what was compressed', () => {
    fc.assert(
      fc.property(compressible, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, change) => {
        const compressed = compress(bytes);
        if (compressed === null) return;
        compressed[place % compressed.length]! ^= change;
        decompress(compressed, bytes.length);
      }),
      { numRuns: 1000 },
    );
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('LZF and the reference', () => {
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

  it('lzfDecompress reads what DUMP of the reference compressed, and the compressor makes about as little of it', async () => {
    let theirs = 0;
    let ours = 0;
    await fc.assert(
      fc.asyncProperty(compressible, async (bytes) => {
        await client.command(['SET', 'k', bytes]);
        const payload = Buffer.from(String((await client.command('DUMP k')).value), 'latin1');
        if (payload[1] !== 0xc3) return; // too short, or not to be compressed
        const [packed, afterPacked] = readLength(payload, 2);
        const [size, data] = readLength(payload, afterPacked);
        expect(size).toBe(bytes.length);
        expect(decompress(payload.subarray(data, data + packed), size)).toEqual(bytes);
        theirs += packed;
        ours += compress(bytes)!.length;
      }),
      { numRuns: 300 },
    );
    expect(theirs).toBeGreaterThan(0);
    expect(ours).toBeLessThan(theirs * 1.05);
  });

  it('RESTORE of the reference reads what the compressor made', async () => {
    await fc.assert(
      fc.asyncProperty(compressible, async (bytes) => {
        const compressed = compress(bytes);
        if (compressed === null) return;
        await client.command('FLUSHALL');
        const head = [0, 0xc3, ...lengthBytes(compressed.length), ...lengthBytes(bytes.length)];
        const payload = Uint8Array.from([...head, ...compressed, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        const crc = new Crc64();
        crc.update(payload, 0, payload.length - 8);
        crc.writeTo(payload, payload.length - 8);
        expect((await client.command(['RESTORE', 'k', 0, payload])).wire).toBe('+OK\r\n');
        expect((await client.command('GET k')).value).toBe(Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 300 },
    );
  });
});

/** A length of RDB and where it ends. */
function readLength(bytes: Buffer, at: number): [length: number, end: number] {
  const first = bytes[at]!;
  if (first < 0x40) return [first, at + 1];
  if (first < 0x80) return [((first & 0x3f) << 8) | bytes[at + 1]!, at + 2];
  return [bytes.readUInt32BE(at + 1), at + 5];
}

function lengthBytes(length: number): number[] {
  return [0x80, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
}
