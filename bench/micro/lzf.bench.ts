/** LZF over texts that compress and bytes that do not, a byte an operation. */
import { LzfCompressor, lzfDecompress } from '../../src/util/lzf.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const LENGTHS = [64, 4096];

export function run(size: number): Row[] {
  const random = new Random(1);
  const noise = Uint8Array.from({ length: 4096 }, () => random.int32());
  const text = Uint8Array.from({ length: 4096 }, (_, i) => TEXT.charCodeAt((i + (i >>> 7)) % TEXT.length));
  const rows: Row[] = [];
  for (const length of LENGTHS) {
    rows.push(compression(`compress a byte of ${length} of text`, size, text, length));
    rows.push(compression(`compress a byte of ${length} of noise`, size, noise, length));
    rows.push(decompression(`decompress a byte of ${length} of text`, size, text, length));
  }
  return rows;
}

const TEXT = '{"id":48213,"name":"a name","email":"name@example.com","active":true,"tags":["one","two","three"]}';

function compression(name: string, size: number, source: Uint8Array, length: number): Row {
  const compressor = new LzfCompressor();
  const target = new Uint8Array(length);
  return measure(name, Math.ceil(size / length) * length, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i += length) sum += compressor.compress(source, 0, length, target, 0, length - 4);
    return sum;
  });
}

function decompression(name: string, size: number, source: Uint8Array, length: number): Row {
  const packed = new Uint8Array(length * 2);
  const packedLength = new LzfCompressor().compress(source, 0, length, packed, 0, packed.length);
  const target = new Uint8Array(length);
  return measure(name, Math.ceil(size / length) * length, (operations) => {
    for (let i = 0; i < operations; i += length) lzfDecompress(packed, 0, packedLength, target, 0, length);
    return target[length - 1]!;
  });
}
