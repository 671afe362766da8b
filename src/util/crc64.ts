/**
 * CRC-64 as RDB files, DUMP payloads and DEBUG use it: the polynomial 0xad93d23594c935a9 of David T. Jones, reflected,
 * initial value 0, no final inversion. The check value of "123456789" is e9c6d914c4b8d9ca.
 *
 * Eight bytes are taken at a time with eight tables ("slicing by 8", Kounavis and Berry, 2005). A checksum is two
 * 32-bit halves, since 64-bit integers are slow in JavaScript: 1.1 ns a byte (bench/micro/hash.bench.ts, Node 20)
 * against 140 with BigInt and one table. Table t at byte b holds the checksum of b followed by t zero bytes; both
 * halves stand in arrays of their own, entry `t * 256 + b`.
 */

/** Polynomial with its bits reflected, high and low half. */
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;

const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);
fillTables();

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = -(low & 1);
      low = ((low >>> 1) | (high << 31)) ^ (carry & POLYNOMIAL_LOW);
      high = (high >>> 1) ^ (carry & POLYNOMIAL_HIGH);
    }
    LOW[byte] = low;
    HIGH[byte] = high;
  }
  for (let i = 256; i < 8 * 256; i++) {
    const low = LOW[i - 256]!;
    const high = HIGH[i - 256]!;
    const byte = low & 0xff;
    LOW[i] = ((low >>> 8) | (high << 24)) ^ LOW[byte]!;
    HIGH[i] = (high >>> 8) ^ HIGH[byte]!;
  }
}

/** A checksum that is fed piece by piece. The pieces may be cut anywhere. */
export class Crc64 {
  private low = 0;
  private high = 0;

  /** @hot Adds the bytes in [from, to). O(n), no allocation. */
  update(bytes: Uint8Array, from = 0, to = bytes.length): void {
    let low = this.low;
    let high = this.high;
    let i = from;
    for (const wordsEnd = to - 7; i < wordsEnd; i += 8) {
      low ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      high ^= bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
      const a = 0x700 | (low & 0xff);
      const b = 0x600 | ((low >>> 8) & 0xff);
      const c = 0x500 | ((low >>> 16) & 0xff);
      const d = 0x400 | (low >>> 24);
      const e = 0x300 | (high & 0xff);
      const f = 0x200 | ((high >>> 8) & 0xff);
      const g = 0x100 | ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
      high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
    }
    for (; i < to; i++) {
      const byte = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[byte]!;
      high = (high >>> 8) ^ HIGH[byte]!;
    }
    this.low = low;
    this.high = high;
  }

  /** Back to the checksum of nothing, which is 0. */
  reset(): void {
    this.low = 0;
    this.high = 0;
  }

  /** The checksum of what was added so far as an unsigned 64-bit integer. */
  value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** Writes the checksum as 8 bytes, little-endian, which is how files and payloads carry it. */
  writeTo(target: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      target[at + i] = this.low >>> (8 * i);
      target[at + 4 + i] = this.high >>> (8 * i);
    }
  }

  /** Whether the 8 bytes at `at` are this checksum as {@link writeTo} writes it. */
  matches(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (bytes[at + i] !== ((this.low >>> (8 * i)) & 0xff)) return false;
      if (bytes[at + 4 + i] !== ((this.high >>> (8 * i)) & 0xff)) return false;
    }
    return true;
  }
}

/** The checksum of the bytes in [from, to). O(n). */
export function crc64(bytes: Uint8Array, from = 0, to = bytes.length): bigint {
  const crc = new Crc64();
  crc.update(bytes, from, to);
  return crc.value();
}
