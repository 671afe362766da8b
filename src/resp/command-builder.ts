/**
 * Builds a command from pieces, in bytes of its own: what is propagated in another form than the client sent it.
 */
import { ByteSpans } from '../util/byte-spans.js';
import { copyBytes } from '../util/bytes.js';
import { writeInt } from '../util/numbers.js';

export class CommandBuilder extends ByteSpans {
  private size = 0;

  constructor() {
    super(8);
    this.bind(Buffer.allocUnsafeSlow(256));
  }

  /** Begins anew; the bytes of the last command may be overwritten. */
  begin(): this {
    this.count = 0;
    this.size = 0;
    return this;
  }

  /** Adds an argument of latin1 text. */
  text(text: string): this {
    this.makeRoom(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.size + i] = text.charCodeAt(i);
    return this.add(text.length);
  }

  /** Adds a copy of span `i` of `spans`. */
  arg(spans: ByteSpans, i: number): this {
    const length = spans.length(i);
    const from = spans.offset(i);
    this.makeRoom(length);
    copyBytes(this.bytes, this.size, spans.bytes, from, length);
    return this.add(length);
  }

  /** Adds copies of the spans from `from` on. */
  argsFrom(spans: ByteSpans, from: number): this {
    for (let i = from; i < spans.count; i++) this.arg(spans, i);
    return this;
  }

  /** Adds an argument of these bytes. */
  raw(bytes: Uint8Array): this {
    this.makeRoom(bytes.length);
    this.bytes.set(bytes, this.size);
    return this.add(bytes.length);
  }

  /** Adds a safe integer in decimal. */
  int(value: number): this {
    this.makeRoom(24);
    return this.add(writeInt(this.bytes, this.size, value) - this.size);
  }

  private add(length: number): this {
    this.reserve(this.count + 1);
    this.offsets[this.count] = this.size;
    this.lengths[this.count++] = length;
    this.size += length;
    return this;
  }

  private makeRoom(length: number): void {
    if (this.size + length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.size + length, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.size));
    this.bind(larger);
  }
}
