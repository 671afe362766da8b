/**
 * Builds a command from pieces, in bytes of its own: what is propagated in another form than the client sent it.
 *
 * Arguments of the client's command may be borrowed: they are copied only if somebody reads the command ({@link
 * CommandBuilder.gather}), which nobody does as long as there is no replica and no log.
 */
import { assert } from '../util/assert.js';
import { ByteSpans } from '../util/byte-spans.js';
import { copyBytes } from '../util/bytes.js';
import { writeInt } from '../util/numbers.js';

const INITIAL_SIZE = 256;
/** A buffer that one huge command made larger than this is not kept. */
const KEPT_SIZE = 64 * 1024;

export class CommandBuilder extends ByteSpans {
  private size = 0;
  /** Whose spans are borrowed: a borrowed argument's offset is `~i`, i being its number there. */
  private lender: ByteSpans | null = null;

  constructor() {
    super(8);
    this.bind(Buffer.allocUnsafeSlow(INITIAL_SIZE));
  }

  /** Begins anew; the bytes of the last command may be overwritten. */
  begin(): this {
    this.count = 0;
    this.size = 0;
    this.lender = null;
    if (this.bytes.length > KEPT_SIZE) this.bind(Buffer.allocUnsafeSlow(INITIAL_SIZE));
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
    return this.copy(spans.bytes, spans.offset(i), spans.length(i));
  }

  /**
   * Adds span `i` of `spans`, which must stay as it is until the command is appended to the feed: the arguments of the
   * running command do. All that a command borrows comes from the same spans.
   */
  borrow(spans: ByteSpans, i: number): this {
    assert(this.lender === null || this.lender === spans, 'one lender a command');
    this.lender = spans;
    this.add(spans.length(i));
    this.size -= spans.length(i);
    this.offsets[this.count - 1] = ~i;
    return this;
  }

  /** Copies what is borrowed. O(its bytes). */
  override gather(): void {
    const { lender } = this;
    if (lender === null) return;
    this.lender = null;
    let missing = 0;
    for (let k = 0; k < this.count; k++) if (this.offsets[k]! < 0) missing += this.lengths[k]!;
    this.makeRoom(missing);
    for (let k = 0; k < this.count; k++) {
      if (this.offsets[k]! >= 0) continue;
      copyBytes(this.bytes, this.size, lender.bytes, lender.offset(~this.offsets[k]!), this.lengths[k]!);
      this.offsets[k] = this.size;
      this.size += this.lengths[k]!;
    }
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

  /** Adds a copy of `bytes[from, from + length)`. */
  copy(bytes: Uint8Array, from: number, length: number): this {
    this.makeRoom(length);
    copyBytes(this.bytes, this.size, bytes, from, length);
    return this.add(length);
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
