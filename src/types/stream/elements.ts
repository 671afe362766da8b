/**
 * Elements of a listpack as the packed nodes of streams have them, byte for byte as Redis writes them.
 *
 * ```
 *   0xxxxxxx                   number from 0 to 127              11110000 length (4)  string
 *   10llllll ...               string of up to 63 bytes          11110001 (2) ... 11110011 (4)  number of 16, 24, 32 bits
 *   110xxxxx xxxxxxxx          number of 13 bits, signed         11110100 (8)         number of 64 bits
 *   1110llll llllllll ...      string of up to 4095 bytes
 * ```
 * Behind encoding and data stand their length, 7 bits a byte, to be read from the end: the last byte has the lowest bits, and
 * its high bit says that another one stands before it. Text that is the canonical form of an int64 is kept as that number.
 * Numbers of 64 bits are two words here.
 */
import type { ByteSpans } from '../../util/byte-spans.js';
import { INT64_TEXT_MAX, parseBigInt64, parseInt64, writeInt } from '../../util/numbers.js';

/** Bytes before the first element of a listpack: its size, and how many elements it has. */
export const LISTPACK_HEADER_BYTES = 6;
/** Where the number of elements stands. */
export const LISTPACK_COUNT_AT = 4;
/** The number of elements when there are more than this says. */
export const LISTPACK_COUNT_UNKNOWN = 0xffff;
/** What stands behind the last element. */
export const LISTPACK_END = 0xff;

const TWO_32 = 0x1_0000_0000;
const STRING_32 = 0xf0;
const INT_16 = 0xf1;
const INT_24 = 0xf2;
const INT_32 = 0xf3;
const INT_64 = 0xf4;
/** Up to here four bytes at a time are faster than `set`. */
const LOOP_BYTES = 160;

/** @hot Bytes of encoding and data of the element at `at`, without the length behind them. O(1). */
export function elementBytes(bytes: Uint8Array, view: DataView, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0x80) return 1;
  if (byte < 0xc0) return 1 + (byte & 0x3f);
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 2 + (((byte & 0x0f) << 8) | bytes[at + 1]!);
  if (byte === STRING_32) return 5 + view.getInt32(at + 1, true);
  return byte === INT_64 ? 9 : byte - INT_16 + 3;
}

/** @hot Bytes of the length behind an element of `length` bytes. */
export function backLengthBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  return length < 268435455 ? 4 : 5;
}

/** @hot Where the element behind the one at `at` begins. O(1). */
export function nextElement(bytes: Uint8Array, view: DataView, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0x80) return at + 2;
  const length = elementBytes(bytes, view, at);
  return at + length + backLengthBytes(length);
}

/** @hot Where the element before position `at` begins. O(1). */
export function previousElement(bytes: Uint8Array, at: number): number {
  let end = at - 1;
  let byte = bytes[end]!;
  let length = byte & 0x7f;
  for (let shift = 7; (byte & 0x80) !== 0; shift += 7) {
    byte = bytes[--end]!;
    length |= (byte & 0x7f) << shift;
  }
  return end - length;
}

/** An element that was decoded: a number, or where a string stands. One is overwritten again and again. */
export class Element {
  isNumber = false;
  /** The number, in two words. */
  high = 0;
  low = 0;
  /** The string's first byte, and its length. */
  from = 0;
  length = 0;

  /** @hot Decodes the element at `at`; returns where the next one begins. O(1). */
  decode(bytes: Uint8Array, view: DataView, at: number): number {
    const byte = bytes[at]!;
    if (byte < 0x80) return this.number(0, byte, at + 2);
    if (byte < 0xc0) return this.string(at + 1, byte & 0x3f, 1);
    if (byte < 0xe0) {
      const low = ((((byte & 0x1f) << 8) | bytes[at + 1]!) << 19) >> 19;
      return this.number(low >> 31, low, at + 3);
    }
    if (byte < 0xf0) return this.string(at + 2, ((byte & 0x0f) << 8) | bytes[at + 1]!, 2);
    if (byte === STRING_32) return this.string(at + 5, view.getInt32(at + 1, true), 5);
    if (byte === INT_64) return this.number(view.getInt32(at + 5, true), view.getInt32(at + 1, true), at + 10);
    let low: number;
    if (byte === INT_16) low = view.getInt16(at + 1, true);
    else if (byte === INT_24) low = (view.getInt16(at + 2, true) << 8) | bytes[at + 1]!;
    else low = view.getInt32(at + 1, true);
    return this.number(low >> 31, low, at + byte - INT_16 + 4);
  }

  /** @hot Writes the number as decimal digits at `at` of `target`; returns how many bytes that are. */
  formatNumber(target: Uint8Array, at: number): number {
    const { high, low } = this;
    if (high >= -0x20_0000 && high < 0x20_0000) return writeInt(target, at, high * TWO_32 + (low >>> 0)) - at;
    return formatLong(target, at, high, low);
  }

  private number(high: number, low: number, next: number): number {
    this.isNumber = true;
    this.high = high;
    this.low = low;
    return next;
  }

  private string(from: number, length: number, header: number): number {
    this.isNumber = false;
    this.from = from;
    this.length = length;
    return from + length + backLengthBytes(header + length);
  }
}

function formatLong(target: Uint8Array, at: number, high: number, low: number): number {
  const digits = String((BigInt(high) << 32n) | BigInt(low >>> 0));
  for (let i = 0; i < digits.length; i++) target[at + i] = digits.charCodeAt(i);
  return digits.length;
}

/** @hot Bytes of the element of a number, the length behind it included. */
export function numberBytes(high: number, low: number): number {
  if (high !== low >> 31) return 10;
  if (low >= 0 && low < 128) return 2;
  if (low >= -4096 && low < 4096) return 3;
  if (low >= -0x8000 && low < 0x8000) return 4;
  return low >= -0x80_0000 && low < 0x80_0000 ? 5 : 6;
}

/** @hot Writes the element of a number; returns the position behind it. */
export function writeNumber(bytes: Uint8Array, view: DataView, at: number, high: number, low: number): number {
  const size = numberBytes(high, low);
  switch (size) {
    case 2:
      bytes[at] = low;
      break;
    case 3:
      bytes[at] = 0xc0 | ((low >> 8) & 0x1f);
      bytes[at + 1] = low & 0xff;
      break;
    case 4:
      bytes[at] = INT_16;
      view.setInt16(at + 1, low, true);
      break;
    case 5:
      bytes[at] = INT_24;
      view.setInt16(at + 1, low, true);
      bytes[at + 3] = low >> 16;
      break;
    case 6:
      bytes[at] = INT_32;
      view.setInt32(at + 1, low, true);
      break;
    default:
      bytes[at] = INT_64;
      view.setInt32(at + 1, low, true);
      view.setInt32(at + 5, high, true);
  }
  bytes[at + size - 1] = size - 1;
  return at + size;
}

/** What {@link parseNumber} found. */
let parsedHigh = 0;
let parsedLow = 0;

/** @hot Whether a text is the canonical form of an int64, which is in `parsedHigh` and `parsedLow` then. O(length). */
function parseNumber(bytes: Uint8Array, from: number, length: number): boolean {
  if (length === 0 || length > INT64_TEXT_MAX || bytes[from]! > 0x39) return false;
  const value = parseInt64(bytes, from, length);
  if (Number.isNaN(value)) return false;
  if (!Number.isSafeInteger(value)) return parseLong(bytes, from, length);
  parsedHigh = Math.floor(value / TWO_32);
  parsedLow = value | 0;
  return true;
}

function parseLong(bytes: Uint8Array, from: number, length: number): boolean {
  const value = parseBigInt64(bytes, from, length) ?? 0n;
  parsedHigh = Number(value >> 32n);
  parsedLow = Number(value & 0xffff_ffffn) | 0;
  return true;
}

/** @hot Bytes of the element of span `i`, the length behind it included. O(1), O(length) where it may be a number. */
export function spanBytes(spans: ByteSpans, i: number): number {
  const length = spans.length(i);
  if (parseNumber(spans.bytes, spans.offset(i), length)) return numberBytes(parsedHigh, parsedLow);
  const encoded = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return encoded + backLengthBytes(encoded);
}

/** @hot Writes the element of span `i`; returns the position behind it. O(length). */
export function writeSpan(bytes: Uint8Array, view: DataView, at: number, spans: ByteSpans, i: number): number {
  const length = spans.length(i);
  const from = spans.offset(i);
  if (parseNumber(spans.bytes, from, length)) return writeNumber(bytes, view, at, parsedHigh, parsedLow);
  let to = at;
  if (length < 64) bytes[to++] = 0x80 | length;
  else if (length < 4096) {
    bytes[to++] = 0xe0 | (length >> 8);
    bytes[to++] = length & 0xff;
  } else {
    bytes[to] = STRING_32;
    view.setInt32(to + 1, length, true);
    to += 5;
  }
  if (length <= LOOP_BYTES) {
    let k = 0;
    for (const words = length & ~3; k < words; k += 4) {
      view.setInt32(to + k, spans.view.getInt32(from + k, true), true);
    }
    for (; k < length; k++) bytes[to + k] = spans.bytes[from + k]!;
  } else bytes.set(spans.bytes.subarray(from, from + length), to); // allocates: above LOOP_BYTES alone
  return writeBackLength(bytes, to + length, to + length - at);
}

/** @hot Writes the length that stands behind an element; returns the position behind it. */
function writeBackLength(bytes: Uint8Array, at: number, length: number): number {
  if (length <= 127) {
    bytes[at] = length;
    return at + 1;
  }
  const size = backLengthBytes(length);
  bytes[at] = length >> (7 * (size - 1));
  for (let k = 1; k < size; k++) bytes[at + k] = ((length >> (7 * (size - 1 - k))) & 0x7f) | 0x80;
  return at + size;
}
