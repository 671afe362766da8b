/**
 * Writes the primitives of RDB, lengths, strings and numbers, to a buffer that grows.
 *
 * ```
 *   length   00xxxxxx                     6 bits
 *            01xxxxxx xxxxxxxx            14 bits
 *            10000000 and 4 bytes         32 bits, big endian; 10000001 and 8 bytes: 64
 *   string   length, bytes
 *            11000000 and 1, 2, 4 bytes   11000000, ..01, ..10: the text of an integer, little endian
 *            11000011 length length data  compressed length, length, LZF
 * ```
 */
import { copyBytes } from '../util/bytes.js';
import { LzfCompressor } from '../util/lzf.js';
import { parseInt64 } from '../util/numbers.js';
import {
  LENGTH_14_BITS,
  LENGTH_32_BITS,
  LENGTH_64_BITS,
  LENGTH_ENCODED,
  STRING_INT8,
  STRING_INT16,
  STRING_INT32,
  STRING_LZF,
} from './types.js';

const INITIAL_BYTES = 4096;
/** What large values have needed is not kept. */
const KEPT_BYTES = 1024 * 1024;
/** Texts of 32-bit integers have at most so many digits, with their sign. */
const INT32_DIGITS = 11;
/** Shorter strings are not compressed, and a longer one only when that saves as much. */
const MIN_COMPRESSED_BYTES = 21;
const LEAST_SAVED_BYTES = 4;
/** Headers that this class writes at once are no longer. */
const MAX_HEADER_BYTES = 19;

export class RdbWriter {
  /** What was written: `bytes[0, size)`. Valid until more is written. */
  bytes: Uint8Array = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  view = new DataView(this.bytes.buffer);
  size = 0;
  /** Whether strings are compressed: `rdbcompression`. */
  compresses = true;
  private readonly compressor = new LzfCompressor();

  /** Begins anew. */
  begin(): void {
    this.size = 0;
  }

  /** Lets go of what was written, and of the room for more than {@link KEPT_BYTES}. */
  release(): void {
    this.size = 0;
    if (this.bytes.length <= KEPT_BYTES) return;
    this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.size++] = value;
  }

  /** A length, or another number from 0 to 2^53. */
  length(value: number): void {
    this.reserve(MAX_HEADER_BYTES);
    const { bytes, view } = this;
    if (value < 1 << 6) bytes[this.size++] = value;
    else if (value < 1 << 14) {
      view.setUint16(this.size, (LENGTH_14_BITS << 14) | value);
      this.size += 2;
    } else if (value < 2 ** 32) {
      bytes[this.size] = LENGTH_32_BITS;
      view.setUint32(this.size + 1, value);
      this.size += 5;
    } else {
      bytes[this.size] = LENGTH_64_BITS;
      view.setUint32(this.size + 1, Math.floor(value / 2 ** 32));
      view.setUint32(this.size + 5, value >>> 0);
      this.size += 9;
    }
  }

  /** A length of 64 bits in two words: ids of streams and their counters, which use all of them. */
  longLength(high: number, low: number): void {
    if (high === 0) return this.length(low >>> 0);
    this.reserve(MAX_HEADER_BYTES);
    this.bytes[this.size] = LENGTH_64_BITS;
    this.view.setInt32(this.size + 1, high);
    this.view.setInt32(this.size + 5, low);
    this.size += 9;
  }

  /** A number of 64 bits that may be any: the pending counters of streams, times. Little endian. */
  int64(value: bigint): void {
    this.reserve(8);
    this.view.setBigInt64(this.size, value, true);
    this.size += 8;
  }

  /** A double, as its 8 bytes. */
  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.size, value, true);
    this.size += 8;
  }

  /** Bytes as they are. */
  raw(source: Uint8Array, from: number, length: number): void {
    this.reserve(length);
    copyBytes(this.bytes, this.size, source, from, length);
    this.size += length;
  }

  /** A string in its shortest form. O(length). */
  string(source: Uint8Array, from: number, length: number): void {
    if (length <= INT32_DIGITS && this.integerText(source, from, length)) return;
    if (this.compresses && length >= MIN_COMPRESSED_BYTES && this.compressed(source, from, length)) return;
    this.plainString(source, from, length);
  }

  /** A string as its bytes. O(length). */
  private plainString(source: Uint8Array, from: number, length: number): void {
    this.length(length);
    this.raw(source, from, length);
  }

  /** The text of an integer that fits into 32 bits; false when it is none. */
  private integerText(source: Uint8Array, from: number, length: number): boolean {
    const value = parseInt64(source, from, length);
    if ((value | 0) !== value) return false;
    this.reserve(5);
    const { bytes, view } = this;
    if ((value << 24) >> 24 === value) {
      bytes[this.size] = (LENGTH_ENCODED << 6) | STRING_INT8;
      view.setInt8(this.size + 1, value);
      this.size += 2;
    } else if ((value << 16) >> 16 === value) {
      bytes[this.size] = (LENGTH_ENCODED << 6) | STRING_INT16;
      view.setInt16(this.size + 1, value, true);
      this.size += 3;
    } else {
      bytes[this.size] = (LENGTH_ENCODED << 6) | STRING_INT32;
      view.setInt32(this.size + 1, value, true);
      this.size += 5;
    }
    return true;
  }

  /** The string compressed; false when that would not save enough. */
  private compressed(source: Uint8Array, from: number, length: number): boolean {
    this.reserve(MAX_HEADER_BYTES + length);
    const start = this.size;
    // The header is longer or shorter with what the data come to be: they are moved behind it.
    const data = start + MAX_HEADER_BYTES;
    const packed = this.compressor.compress(source, from, length, this.bytes, data, length - LEAST_SAVED_BYTES);
    if (packed === 0) return false;
    this.bytes[this.size++] = (LENGTH_ENCODED << 6) | STRING_LZF;
    this.length(packed);
    this.length(length);
    this.bytes.copyWithin(this.size, data, data + packed);
    this.size += packed;
    return true;
  }

  /** Makes room for `length` more bytes. */
  private reserve(length: number): void {
    if (this.size + length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.size + length, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
