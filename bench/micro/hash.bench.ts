/** The key hash over keys of common lengths, and the two checksums. */

import { keyHashSlot } from '../../src/util/crc16.js';
import { Crc64 } from '../../src/util/crc64.js';
import { KeyHasher } from '../../src/util/hash.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

/** Keys are taken from all over this many bytes, so that their reads are not always aligned. */
const INPUT_BYTES = 1 << 16;
const CHECKSUM_BYTES = 4096;

export function run(size: number): Row[] {
  const bytes = randomBytes(INPUT_BYTES);
  const view = new DataView(bytes.buffer);
  const hasher = new KeyHasher(0x12345678, 0x1abcdef0);
  const rows = [8, 16, 24, 40, 100].map((length) =>
    measure(`KeyHasher.hash, ${length} bytes`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum ^= hasher.hash(view, bytes, (i * 5) & 0x7fff, length);
      return sum;
    }),
  );
  const slot = measure('keyHashSlot, 16 bytes', size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += keyHashSlot(bytes, (i * 5) & 0x7fff, ((i * 5) & 0x7fff) + 16);
    return sum;
  });
  const crc = new Crc64();
  const checksum = measure(
    'Crc64.update, 1 byte of 4096',
    Math.ceil(size / CHECKSUM_BYTES) * CHECKSUM_BYTES,
    (count) => {
      crc.reset();
      for (let i = 0; i < count; i += CHECKSUM_BYTES) crc.update(bytes, i & 0x7fff, (i & 0x7fff) + CHECKSUM_BYTES);
      return Number(crc.value() & 0xffff_ffffn);
    },
  );
  return [...rows, slot, checksum];
}

function randomBytes(count: number): Uint8Array {
  const random = new Random(1);
  return Uint8Array.from({ length: count }, () => random.int32());
}
