/**
 * Reads the primitives of RDB (drawn in writer.ts) from bytes that anybody may have made.
 *
 * 1. Nothing is read beyond the end, and no memory is taken for what the input only claims: a string is as long as the
 *    bytes that are there, or as what they can be decompressed to.
 * 2. What cannot be read sets {@link RdbReader.failed}, and comes out as 0 or as an empty string. It stays set: whoever
 *    reads looks at it before the result matters, and in each loop whose count comes from the input.
 */
import { lzfDecompress } from '../util/lzf.js';
import { writeInt } from '../util/numbers.js';
import {
  LENGTH_6_BITS,
  LENGTH_14_BITS,
  LENGTH_32_BITS,
  LENGTH_64_BITS,
  LENGTH_ENCODED,
  STRING_INT8,
  STRING_INT16,
  STRING_INT32,
  STRING_LZF,
} from './types.js';

const INT32_DIGITS = 11;
/** What long strings have needed is not kept. */
const KEPT_BYTES = 1024 * 1024;
/** Three bytes of LZF make at most 264: what claims more is not compressed by anyone. */
const MAX_EXPANSION = 88;
/** A longer string than Redis allows by default, and than a value can be here. */
const MAX_STRING_BYTES = 2 ** 31 - 2 ** 20;

export class RdbReader {
  /** Something could not be read. */
  failed = false;
  /** Where the next is read. */
  at = 0;
  /** Where the input ends. */
  end = 0;
  /** The string that was read last: `stringBytes[stringFrom, stringFrom + stringLength)`, valid until the next. */
  stringBytes: Uint8Array = EMPTY;
  /** The same memory as `stringBytes`. */
  stringView: DataView = EMPTY_VIEW;
  stringFrom = 0;
  stringLength = 0;
  /** The input, for who reads {@link RdbReader.raw} bytes of it. */
  bytes: Uint8Array = EMPTY;
  /** The same memory as `bytes`. */
  view: DataView = EMPTY_VIEW;
  /** The words of the {@link RdbReader.longLength} that was read last. */
  high = 0;
  low = 0;
  private scratch: Uint8Array = EMPTY;
  private scratchView: DataView = EMPTY_VIEW;

  /** Begins to read `bytes[from, end)`. @param view the same memory as `bytes` */
  begin(bytes: Uint8Array, view: DataView, from: number, end: number): void {
    this.bytes = bytes;
    this.view = view;
    this.at = from;
    this.end = end;
    this.failed = false;
  }

  /** Lets go of the input, of the string, and of the room for strings beyond {@link KEPT_BYTES}. */
  release(): void {
    this.begin(EMPTY, EMPTY_VIEW, 0, 0);
    this.setString(EMPTY, EMPTY_VIEW, 0, 0);
    if (this.scratch.length <= KEPT_BYTES) return;
    this.scratch = EMPTY;
    this.scratchView = EMPTY_VIEW;
  }

  /** Whether all of the input has been read, and nothing has failed. */
  get isDone(): boolean {
    return !this.failed && this.at === this.end;
  }

  /** Says that what was read is not what it should be. */
  fail(): void {
    this.failed = true;
  }

  byte(): number {
    return this.take(1) ? this.bytes[this.at - 1]! : 0;
  }

  /** A length: a number from 0 to 2^53. */
  length(): number {
    const first = this.byte();
    switch (first >>> 6) {
      case LENGTH_6_BITS:
        return first;
      case LENGTH_14_BITS:
        return ((first & 0x3f) << 8) | this.byte();
      case LENGTH_ENCODED:
        return this.failure();
      default:
        return this.largeLength(first);
    }
  }

  /** A length that may use all 64 bits: it is found in `high` and `low`. */
  longLength(): void {
    const first = this.at < this.end ? this.bytes[this.at]! : 0;
    if (first === LENGTH_64_BITS) {
      const from = this.raw(9) + 1;
      this.high = this.failed ? 0 : this.view.getInt32(from);
      this.low = this.failed ? 0 : this.view.getInt32(from + 4);
    } else {
      this.high = 0; // others have 32 bits at most
      this.low = this.length() | 0;
    }
  }

  /** A number of 64 bits, little endian. */
  int64(): bigint {
    return this.take(8) ? this.view.getBigInt64(this.at - 8, true) : 0n;
  }

  double(): number {
    return this.take(8) ? this.view.getFloat64(this.at - 8, true) : 0;
  }

  /** Bytes as they are: returns where in the input they begin. */
  raw(length: number): number {
    return this.take(length) ? this.at - length : this.failure();
  }

  /** A string in whatever form: it is found in `stringBytes`. O(length). */
  string(): void {
    const first = this.at < this.end ? this.bytes[this.at]! : 0;
    if (first >>> 6 === LENGTH_ENCODED) return this.encodedString(first & 0x3f);
    const length = this.length();
    this.setString(this.bytes, this.view, this.raw(length), this.failed ? 0 : length);
  }

  private encodedString(encoding: number): void {
    this.at++;
    switch (encoding) {
      case STRING_INT8:
        return this.integerText(this.take(1) ? this.view.getInt8(this.at - 1) : 0);
      case STRING_INT16:
        return this.integerText(this.take(2) ? this.view.getInt16(this.at - 2, true) : 0);
      case STRING_INT32:
        return this.integerText(this.take(4) ? this.view.getInt32(this.at - 4, true) : 0);
      case STRING_LZF:
        return this.compressed();
      default:
        this.fail();
        this.setString(EMPTY, EMPTY_VIEW, 0, 0);
    }
  }

  private integerText(value: number): void {
    this.ensureScratch(INT32_DIGITS);
    this.setString(this.scratch, this.scratchView, 0, this.failed ? 0 : writeInt(this.scratch, 0, value));
  }

  private compressed(): void {
    const packed = this.length();
    const length = this.length();
    const from = this.raw(packed);
    if (length > packed * MAX_EXPANSION || length > MAX_STRING_BYTES) this.fail();
    if (!this.failed) {
      this.ensureScratch(length);
      if (!lzfDecompress(this.bytes, from, packed, this.scratch, 0, length)) this.fail();
    }
    this.setString(this.scratch, this.scratchView, 0, this.failed ? 0 : length);
  }

  private largeLength(first: number): number {
    if (first === LENGTH_32_BITS) return this.take(4) ? this.view.getUint32(this.at - 4) : 0;
    if (first !== LENGTH_64_BITS || !this.take(8)) return this.failure();
    const length = this.view.getUint32(this.at - 8) * 2 ** 32 + this.view.getUint32(this.at - 4);
    return length <= Number.MAX_SAFE_INTEGER ? length : this.failure();
  }

  private setString(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    this.stringBytes = bytes;
    this.stringView = view;
    this.stringFrom = from;
    this.stringLength = length;
  }

  /** Moves on by `length` bytes; false when there are fewer, or something has failed before. */
  private take(length: number): boolean {
    if (this.failed || length > this.end - this.at) this.failed = true;
    else this.at += length;
    return !this.failed;
  }

  private failure(): number {
    this.failed = true;
    return 0;
  }

  private ensureScratch(length: number): void {
    if (this.scratch.length >= length) return;
    this.scratch = new Uint8Array(Math.max(length, this.scratch.length * 2));
    this.scratchView = new DataView(this.scratch.buffer);
  }
}

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);
