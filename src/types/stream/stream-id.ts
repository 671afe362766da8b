/**
 * Ids of stream entries: 128 bits, milliseconds and sequence number, `1526919030474-55` as text. Both halves use all
 * their 64 bits, so that no double holds one: an id is four int32 words, most significant first, compared as unsigned
 * ones.
 *
 * Objects of this class are scratch: whoever works with ids has a few of them and overwrites them. Words that are int32
 * are stored in them without allocating.
 */
import type { Arena, MemoryReader } from '../../memory/index.js';
import { parseInt64, writeInt } from '../../util/numbers.js';

/** Words of an id in a block. */
export const ID_WORDS = 4;

const TWO_32 = 0x1_0000_0000;
const UINT64_MAX = 2n ** 64n - 1n;
const DASH = 0x2d;
/** What C's strtoull passes over. */
const BLANKS = ' \t\n\v\f\r';

/** A 128-bit id that is overwritten as needed. */
export class StreamId {
  msHigh = 0;
  msLow = 0;
  seqHigh = 0;
  seqLow = 0;

  /** @hot Becomes what `other` is. */
  assign(other: StreamId): this {
    this.msHigh = other.msHigh;
    this.msLow = other.msLow;
    this.seqHigh = other.seqHigh;
    this.seqLow = other.seqLow;
    return this;
  }

  /** @hot Becomes `ms-seq`; both are safe integers that are not negative. */
  set(ms: number, seq: number): this {
    this.msHigh = (ms / TWO_32) | 0;
    this.msLow = ms | 0;
    this.seqHigh = (seq / TWO_32) | 0;
    this.seqLow = seq | 0;
    return this;
  }

  /** 0-0, below which there is no id. */
  setLeast(): this {
    return this.set(0, 0);
  }

  /** The id above which there is none. */
  setGreatest(): this {
    this.msHigh = -1;
    this.msLow = -1;
    return this.setGreatestSequence();
  }

  /** The last id of the same millisecond. */
  setGreatestSequence(): this {
    this.seqHigh = -1;
    this.seqLow = -1;
    return this;
  }

  setLeastSequence(): this {
    this.seqHigh = 0;
    this.seqLow = 0;
    return this;
  }

  /** @hot Becomes the id that stands in a block from word `word` on. */
  read(memory: MemoryReader, ref: number, word: number): this {
    this.msHigh = memory.i32(ref, word);
    this.msLow = memory.i32(ref, word + 1);
    this.seqHigh = memory.i32(ref, word + 2);
    this.seqLow = memory.i32(ref, word + 3);
    return this;
  }

  /** @hot Writes the id to a block from word `word` on. */
  write(arena: Arena, ref: number, word: number): void {
    arena.setI32(ref, word, this.msHigh);
    arena.setI32(ref, word + 1, this.msLow);
    arena.setI32(ref, word + 2, this.seqHigh);
    arena.setI32(ref, word + 3, this.seqLow);
  }

  /** @hot -1, 0 or 1 as this id is below, equal to or above `other`. */
  compare(other: StreamId): number {
    if (this.msHigh !== other.msHigh) return this.msHigh >>> 0 < other.msHigh >>> 0 ? -1 : 1;
    if (this.msLow !== other.msLow) return this.msLow >>> 0 < other.msLow >>> 0 ? -1 : 1;
    if (this.seqHigh !== other.seqHigh) return this.seqHigh >>> 0 < other.seqHigh >>> 0 ? -1 : 1;
    if (this.seqLow !== other.seqLow) return this.seqLow >>> 0 < other.seqLow >>> 0 ? -1 : 1;
    return 0;
  }

  /** @hot Whether both have the same milliseconds. */
  hasSameMs(other: StreamId): boolean {
    return this.msHigh === other.msHigh && this.msLow === other.msLow;
  }

  /** @hot Whether it is 0-0. */
  get isLeast(): boolean {
    return (this.msHigh | this.msLow | this.seqHigh | this.seqLow) === 0;
  }

  /** Whether it is the greatest id of all. */
  get isGreatest(): boolean {
    return (this.msHigh & this.msLow & this.seqHigh & this.seqLow) === -1;
  }

  /** @hot Becomes the next id; false, and nothing changes, where there is none. */
  increment(): boolean {
    if (this.isGreatest) return false;
    this.seqLow = (this.seqLow + 1) | 0;
    if (this.seqLow !== 0) return true;
    this.seqHigh = (this.seqHigh + 1) | 0;
    if (this.seqHigh !== 0) return true;
    this.msLow = (this.msLow + 1) | 0;
    if (this.msLow === 0) this.msHigh = (this.msHigh + 1) | 0;
    return true;
  }

  /** Becomes the id before; false, and nothing changes, where there is none. */
  decrement(): boolean {
    if (this.isLeast) return false;
    this.seqLow = (this.seqLow - 1) | 0;
    if (this.seqLow !== -1) return true;
    this.seqHigh = (this.seqHigh - 1) | 0;
    if (this.seqHigh !== -1) return true;
    this.msLow = (this.msLow - 1) | 0;
    if (this.msLow === -1) this.msHigh = (this.msHigh - 1) | 0;
    return true;
  }

  /** @hot Adds differences of milliseconds and sequence, each modulo 2^64. */
  add(msHigh: number, msLow: number, seqHigh: number, seqLow: number): this {
    const ms = (this.msLow >>> 0) + (msLow >>> 0);
    this.msLow = ms | 0;
    this.msHigh = (this.msHigh + msHigh + (ms >= TWO_32 ? 1 : 0)) | 0;
    const seq = (this.seqLow >>> 0) + (seqLow >>> 0);
    this.seqLow = seq | 0;
    this.seqHigh = (this.seqHigh + seqHigh + (seq >= TWO_32 ? 1 : 0)) | 0;
    return this;
  }

  /**
   * @hot Becomes the differences from `base` to `id`, each modulo 2^64: what {@link add} adds to come from one to the
   * other.
   */
  setDifference(id: StreamId, base: StreamId): this {
    this.msHigh = (id.msHigh - base.msHigh - (id.msLow >>> 0 < base.msLow >>> 0 ? 1 : 0)) | 0;
    this.msLow = (id.msLow - base.msLow) | 0;
    this.seqHigh = (id.seqHigh - base.seqHigh - (id.seqLow >>> 0 < base.seqLow >>> 0 ? 1 : 0)) | 0;
    this.seqLow = (id.seqLow - base.seqLow) | 0;
    return this;
  }

  /** Becomes the milliseconds that the bytes spell, whatever the sequence: {@link parseUint64}. */
  parseMs(bytes: Uint8Array, from: number, length: number): boolean {
    if (!parseUint64(bytes, from, length)) return false;
    this.msHigh = parsedHigh;
    this.msLow = parsedLow;
    return true;
  }

  /** The same for the sequence. */
  parseSequence(bytes: Uint8Array, from: number, length: number): boolean {
    if (!parseUint64(bytes, from, length)) return false;
    this.seqHigh = parsedHigh;
    this.seqLow = parsedLow;
    return true;
  }

  /**
   * @hot Writes `ms-seq` in decimal at `at`; returns the position behind it, 41 bytes further at most: two numbers of
   * 20 digits.
   */
  format(target: Uint8Array, at: number): number {
    const dash = writeUint64(target, at, this.msHigh, this.msLow);
    target[dash] = DASH;
    return writeUint64(target, dash + 1, this.seqHigh, this.seqLow);
  }

  /** `ms-seq`. */
  toString(): string {
    return this.toText('-');
  }

  /** Milliseconds and sequence with something between them. */
  toText(between: string): string {
    return `${uint64(this.msHigh, this.msLow)}${between}${uint64(this.seqHigh, this.seqLow)}`;
  }
}

/** A number of 64 bits from two words, unsigned. */
export function uint64(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

let parsedHigh = 0;
let parsedLow = 0;

/**
 * @hot Reads what C's strtoull takes for a number of 64 bits, leaving it in `parsedHigh` and `parsedLow`: blanks, a
 * sign and zeros may stand in front, and text ends at a NUL. What is a canonical number has to be positive.
 */
function parseUint64(bytes: Uint8Array, from: number, length: number): boolean {
  const value = length <= 15 ? parseInt64(bytes, from, length) : Number.NaN;
  if (!(value >= 0)) return parseLooseUint64(bytes, from, length);
  parsedHigh = (value / TWO_32) | 0;
  parsedLow = value | 0;
  return true;
}

/** string2ull of util.c, 7.0, tried: `-1` is none, `-01` is 2^64 - 1. */
function parseLooseUint64(bytes: Uint8Array, from: number, length: number): boolean {
  const nul = bytes.subarray(from, from + length).indexOf(0);
  let text = '';
  for (let i = 0; i < (nul < 0 ? length : nul); i++) text += String.fromCharCode(bytes[from + i]!);
  if (/^-[1-9]\d{0,18}$/.test(text) && BigInt(text) >= -(2n ** 63n)) return false;
  let at = 0;
  while (at < text.length && BLANKS.includes(text[at]!)) at++;
  const number = /^([+-]?)(\d+)$/.exec(text.slice(at));
  if (number === null) return false;
  const magnitude = BigInt(number[2]!);
  if (magnitude > UINT64_MAX) return false;
  const value = BigInt.asUintN(64, number[1] === '-' ? -magnitude : magnitude);
  parsedHigh = Number(value >> 32n) | 0;
  parsedLow = Number(value & 0xffff_ffffn) | 0;
  return true;
}

/** @hot Writes an unsigned number of 64 bits in decimal; returns the position behind it. */
function writeUint64(target: Uint8Array, at: number, high: number, low: number): number {
  if (high >>> 0 < 0x20_0000) return writeInt(target, at, (high >>> 0) * TWO_32 + (low >>> 0));
  return writeLongUint64(target, at, high, low);
}

/** {@link writeUint64} beyond what a double holds. */
function writeLongUint64(target: Uint8Array, at: number, high: number, low: number): number {
  const digits = String(uint64(high, low));
  for (let i = 0; i < digits.length; i++) target[at + i] = digits.charCodeAt(i);
  return at + digits.length;
}
