/**
 * A message on the wire, encoded once for all who get it: an array in RESP2, a push in RESP3, which differ in the first
 * byte alone.
 *
 * ```
 *   * 4 \r\n $8 \r\n pmessage \r\n $2 \r\n n* \r\n $4 \r\n news \r\n $2 \r\n hi \r\n
 *   ^ or >
 * ```
 */
import { writeInt } from '../util/numbers.js';

const ARRAY = 0x2a;
const PUSH = 0x3e;
const BULK = 0x24;
const INITIAL_BYTES = 512;
/** What a large message has needed is not kept. */
const KEPT_BYTES = 64 * 1024;
/** Of a header, with all its digits. */
const HEADER_BYTES = 16;

/** Builds one message after the other in the same bytes. */
export class Message {
  private bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private size = 0;
  private whole: Buffer | null = null;

  /** Begins a message of `count` parts. */
  begin(count: number): this {
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.size = 0;
    this.whole = null;
    this.header(ARRAY, count);
    return this;
  }

  /** Adds a part. O(length). */
  part(source: Uint8Array, from: number, length: number): this {
    this.header(BULK, length);
    this.makeRoom(length + 2);
    this.bytes.set(source.subarray(from, from + length), this.size);
    this.size += length;
    this.lineEnd();
    return this;
  }

  /** Adds a part of latin1 text. O(length). */
  text(text: string): this {
    this.header(BULK, text.length);
    this.makeRoom(text.length + 2);
    this.size += this.bytes.write(text, this.size, 'latin1');
    this.lineEnd();
    return this;
  }

  /** The message for a client that speaks this protocol: valid until the next call. O(1). */
  inProtocol(resp: number): Uint8Array {
    const whole = this.whole ?? this.bytes.subarray(0, this.size);
    this.whole = whole;
    whole[0] = resp === 3 ? PUSH : ARRAY;
    return whole;
  }

  private header(mark: number, count: number): void {
    this.makeRoom(HEADER_BYTES);
    this.bytes[this.size] = mark;
    this.size = writeInt(this.bytes, this.size + 1, count);
    this.lineEnd();
  }

  private lineEnd(): void {
    this.bytes[this.size++] = 0x0d;
    this.bytes[this.size++] = 0x0a;
  }

  private makeRoom(length: number): void {
    const needed = this.size + length;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}
