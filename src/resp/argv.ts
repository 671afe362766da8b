/**
 * The arguments of the running command: a window onto the receive buffer.
 *
 * Valid until the handler returns; who wants to keep an argument copies it ({@link Argv.copy}). Numbers and options
 * are read from the bytes, without a string.
 */
import { ByteSpans } from '../util/byte-spans.js';
import { parseBigInt64, parseDouble, parseInt64 } from '../util/numbers.js';

/** The lower-case bytes of a word of a command's syntax, for {@link Argv.is}. */
export function token(word: string): Uint8Array {
  return Buffer.from(word.toLowerCase(), 'latin1');
}

/** Words and the bit that each sets, for {@link Argv.option}. */
export class OptionTable {
  readonly tokens: Uint8Array[] = [];
  readonly bits: number[] = [];

  /** @param words the words in any case, with their bits (none of them 0) */
  constructor(words: Readonly<Record<string, number>>) {
    for (const [word, bit] of Object.entries(words)) {
      this.tokens.push(token(word));
      this.bits.push(bit);
    }
  }
}

export class Argv extends ByteSpans {
  /** @hot Byte `at` of argument `i`; the caller knows that it exists. */
  byte(i: number, at: number): number {
    return this.bytes[this.offset(i) + at]!;
  }

  /** @hot Argument `i` as an int64 in Redis' canonical form; NaN when it is none. Exact up to 2^53, then nearest. */
  int(i: number): number {
    return parseInt64(this.bytes, this.offset(i), this.length(i));
  }

  /** Argument `i` as an int64 in Redis' canonical form, exact; null when it is none. */
  bigint(i: number): bigint | null {
    return parseBigInt64(this.bytes, this.offset(i), this.length(i));
  }

  /** Argument `i` as a double by Redis' rules (infinities allowed); NaN when it is none. */
  double(i: number): number {
    return parseDouble(this.bytes, this.offset(i), this.length(i));
  }

  /**
   * @hot Whether argument `i` is this word, in any case. It ends at its first NUL byte, if it has one, as it does for
   * Redis' strcasecmp. `word` comes from {@link token}.
   */
  is(i: number, word: Uint8Array): boolean {
    const { bytes } = this;
    const { length } = word;
    const offset = this.offset(i);
    if (this.length(i) !== length && (this.length(i) < length || bytes[offset + length] !== 0)) return false;
    for (let k = 0; k < length; k++) {
      let byte = bytes[offset + k]!;
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
      if (byte !== word[k]) return false;
    }
    return true;
  }

  /** @hot The bit of the option that argument `i` names, 0 when it names none. O(options). */
  option(i: number, table: OptionTable): number {
    const { tokens, bits } = table;
    for (let k = 0; k < tokens.length; k++) if (this.is(i, tokens[k]!)) return bits[k]!;
    return 0;
  }

  /** Whether argument `i` has exactly these bytes. */
  equals(i: number, other: Uint8Array): boolean {
    const length = this.length(i);
    if (length !== other.length) return false;
    const offset = this.offset(i);
    for (let k = 0; k < length; k++) if (this.bytes[offset + k] !== other[k]) return false;
    return true;
  }

  /** Argument `i` as latin1 text, a char a byte: for messages and names, not for hot paths. */
  text(i: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.offset(i), this.length(i)).toString('latin1');
  }

  /** A copy of argument `i`, owned by the caller. */
  copy(i: number): Uint8Array {
    const offset = this.offset(i);
    const copy = new Uint8Array(this.length(i));
    copy.set(this.bytes.subarray(offset, offset + copy.length));
    return copy;
  }

  /** Points this argv at arguments of its own: for commands that do not come from a socket. The bytes are copied. */
  assign(args: readonly Uint8Array[]): void {
    let size = 0;
    for (const arg of args) size += arg.length;
    const bytes = Buffer.allocUnsafeSlow(Math.max(size, 1));
    this.offsets = new Int32Array(Math.max(args.length, 1));
    this.lengths = new Int32Array(Math.max(args.length, 1));
    let at = 0;
    args.forEach((arg, i) => {
      bytes.set(arg, at);
      this.offsets[i] = at;
      this.lengths[i] = arg.length;
      at += arg.length;
    });
    this.base = 0;
    this.count = args.length;
    this.bind(bytes);
  }
}
