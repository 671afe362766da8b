/**
 * CRC-16/XMODEM (polynomial 0x1021, initial value 0, not reflected) and the hash slot of a key that Redis Cluster
 * derives from it (Redis Cluster specification, "Key distribution model" and "Hash tags").
 */

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** How many hash slots a cluster has. */
export const SLOT_COUNT = 16384;

const TABLE = makeTable();

function makeTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
    table[byte] = crc;
  }
  return table;
}

/** @hot The checksum of the bytes in [from, to). O(n). */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

/**
 * @hot The hash slot of the key in [from, to). Only what stands between the first `{` and the first `}` after it
 * counts, unless that is empty or one of them is missing: so related keys can be put into one slot. O(n).
 */
export function keyHashSlot(bytes: Uint8Array, from: number, to: number): number {
  let open = from;
  while (open < to && bytes[open] !== OPEN_BRACE) open++;
  let close = open + 1;
  while (close < to && bytes[close] !== CLOSE_BRACE) close++;
  const tagged = close < to && close > open + 1;
  const crc = tagged ? crc16(bytes, open + 1, close) : crc16(bytes, from, to);
  return crc & (SLOT_COUNT - 1);
}
