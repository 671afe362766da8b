/**
 * Entries of listpacks as bytes, wherever they stand: in a listpack, in a node of a list or of a stream. The format is
 * that of Redis' listpack.c, byte for byte.
 *
 * ```
 *   +----------+------+-------------+
 *   | encoding | data | back length |      back length: bytes of encoding and data, 7 bits a byte, to be read backwards:
 *   +----------+------+-------------+      the last byte holds the lowest bits, and bit 7 says that one more stands before
 *
 *   0xxxxxxx                   integer 0 to 127
 *   110xxxxx xxxxxxxx          13-bit integer, signed
 *   11110001 .. 11110100       integer of 16, 24, 32, 64 bits in little-endian order behind it, signed
 *   10xxxxxx                   string of up to 63 bytes
 *   1110xxxx xxxxxxxx          string of up to 4095 bytes
 *   11110000 and 4 bytes       string, its length in little-endian order
 *   11111111                   no entry: the end of a listpack
 * ```
 * 1. An integer stands in the shortest of its encodings, a string in the shortest of its; so we write them. Other
 *    servers may not have: what reads entries takes each encoding with each value.
 * 2. A string that is the canonical text of an int64 is written as an integer.
 *
 * All functions take positions in a view, not offsets in a block.
 */
import { compareLong, copyBytes, equalBytes, SMALL_COMPARE, SMALL_COPY } from '../memory/byte-loops.js';
import { Int64 } from './int64.js';

/** The byte behind the last entry. */
export const LISTPACK_END = 0xff;
/**
 * Bytes of the longest encoding in front of a string's data, or with an integer's: what has to be there to decode an
 * entry.
 */
export const MAX_HEADER_BYTES = 9;

const STRING_6 = 0x80;
const INTEGER_13 = 0xc0;
const STRING_12 = 0xe0;
const STRING_32 = 0xf0;
const INTEGER_16 = 0xf1;
const INTEGER_24 = 0xf2;
const INTEGER_32 = 0xf3;
const INTEGER_64 = 0xf4;

const MAX_STRING_6 = 63;
const MAX_STRING_12 = 4095;

// --- Sizes ----------------------------------------------------------------------------------------------------------

/**
 * @hot Bytes of the back length of an entry with `size` bytes of encoding and data. O(1). The limits are Redis': 16383
 * would fit into two bytes, but takes three.
 */
export function backLengthBytes(size: number): number {
  if (size <= 127) return 1;
  if (size < 16_383) return 2;
  if (size < 2_097_151) return 3;
  return size < 268_435_455 ? 4 : 5;
}

/** @hot Bytes of an entry that is a string of `length` bytes. O(1). */
export function stringEntryBytes(length: number): number {
  const size = length + (length <= MAX_STRING_6 ? 1 : length <= MAX_STRING_12 ? 2 : 5);
  return size + backLengthBytes(size);
}

/** @hot Bytes of an entry that is an integer. O(1). */
export function integerEntryBytes(integer: Int64): number {
  const { high, low } = integer;
  if (high !== low >> 31) return 10;
  if (low >= -4096 && low < 4096) return low >= 0 && low < 128 ? 2 : 3;
  if (low >= -0x8000 && low < 0x8000) return 4;
  return low >= -0x80_0000 && low < 0x80_0000 ? 5 : 6;
}

/**
 * @hot Bytes of an entry for a string, which becomes an integer where it can: `integer` has it then, and what is
 * returned is at most 10; anything else otherwise. O(1), O(length) for up to 20 bytes.
 */
export function elementEntryBytes(bytes: Uint8Array, from: number, length: number, integer: Int64): number {
  return integer.parse(bytes, from, length) ? integerEntryBytes(integer) : stringEntryBytes(length);
}

/**
 * @hot Bytes of the entry at `at`, its back length included. O(1). The byte there is not {@link LISTPACK_END}.
 */
export function entryBytesAt(view: DataView, at: number): number {
  const first = view.getUint8(at);
  if (first < STRING_6) return 2;
  if (first < INTEGER_13) return first - STRING_6 + 2;
  const size = sizeOf(view, at, first);
  return size + backLengthBytes(size);
}

/** @hot Bytes of encoding and data of the entry at `at`, whose first byte is given. */
function sizeOf(view: DataView, at: number, first: number): number {
  if (first < STRING_6) return 1;
  if (first < INTEGER_13) return 1 + (first & 0x3f);
  if (first < STRING_12) return 2;
  if (first < STRING_32) return 2 + (((first & 0xf) << 8) | view.getUint8(at + 1));
  switch (first) {
    case STRING_32:
      return 5 + view.getUint32(at + 1, true);
    case INTEGER_16:
      return 3;
    case INTEGER_24:
      return 4;
    case INTEGER_32:
      return 5;
    case INTEGER_64:
      return 9;
    default:
      return 1; // what no server writes; isValidListpack refuses it
  }
}

/** @hot Bytes of the entry that ends before `at`, its back length included. O(1). */
export function entryBytesBefore(view: DataView, at: number): number {
  let size = 0;
  let scale = 1;
  let byte: number;
  do {
    byte = view.getUint8(--at);
    size += (byte & 0x7f) * scale;
    scale *= 128;
  } while (byte >= 0x80);
  return size + backLengthBytes(size);
}

// --- Writing --------------------------------------------------------------------------------------------------------

/**
 * @hot Writes a string at `at`, as a string; returns the position behind its entry. O(length).
 * @param target the same memory as `targetView`
 * @param view the same memory as `bytes`
 */
export function writeStringEntry(
  target: Uint8Array,
  targetView: DataView,
  at: number,
  bytes: Uint8Array,
  view: DataView,
  from: number,
  length: number,
): number {
  let to = at;
  if (length <= MAX_STRING_6) targetView.setUint8(to++, STRING_6 | length);
  else if (length <= MAX_STRING_12) {
    targetView.setUint16(to, (STRING_12 << 8) | length);
    to += 2;
  } else {
    targetView.setUint8(to, STRING_32);
    targetView.setUint32(to + 1, length, true);
    to += 5;
  }
  if (length <= SMALL_COPY) copyBytes(targetView, to, view, from, length);
  else target.set(bytes.subarray(from, from + length), to); // allocates: above SMALL_COPY alone
  to += length;
  return writeBackLength(targetView, to, to - at);
}

/** @hot Writes an integer at `at`; returns the position behind its entry. O(1). */
export function writeIntegerEntry(target: DataView, at: number, integer: Int64): number {
  const { high, low } = integer;
  const bytes = integerEntryBytes(integer);
  switch (bytes) {
    case 2:
      target.setUint8(at, low);
      break;
    case 3:
      target.setUint16(at, (INTEGER_13 << 8) | (low & 0x1fff));
      break;
    case 4:
      target.setUint8(at, INTEGER_16);
      target.setInt16(at + 1, low, true);
      break;
    case 5:
      target.setUint8(at, INTEGER_24);
      target.setInt16(at + 1, low, true);
      target.setInt8(at + 3, low >> 16);
      break;
    case 6:
      target.setUint8(at, INTEGER_32);
      target.setInt32(at + 1, low, true);
      break;
    default:
      target.setUint8(at, INTEGER_64);
      target.setInt32(at + 1, low, true);
      target.setInt32(at + 5, high, true);
  }
  target.setUint8(at + bytes - 1, bytes - 1);
  return at + bytes;
}

/** @hot Writes a back length at `at`; returns the position behind it. */
function writeBackLength(target: DataView, at: number, size: number): number {
  const bytes = backLengthBytes(size);
  // The highest bits come first, and have no mark.
  let rest = size;
  for (let i = at + bytes - 1; i > at; i--) {
    target.setUint8(i, (rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  target.setUint8(at, rest);
  return at + bytes;
}

// --- Reading --------------------------------------------------------------------------------------------------------

/** An entry that has been decoded: an integer, or where its string stands. Reused for one entry after the other. */
export class ListpackEntry {
  /** Whether it is {@link integer}; a string otherwise. */
  isInteger = false;
  readonly integer = new Int64();
  /** Where the string begins in the view. */
  offset = 0;
  /** Bytes of the string. */
  length = 0;

  /** @hot Decodes the entry at `at`; returns the position behind it. O(1). */
  decode(view: DataView, at: number): number {
    const first = view.getUint8(at);
    if (first >= STRING_6 && first < INTEGER_13) {
      this.isInteger = false;
      this.offset = at + 1;
      this.length = first & 0x3f;
      return at + this.length + 2;
    }
    const size = sizeOf(view, at, first);
    const after = at + size + backLengthBytes(size);
    if (first >= STRING_12 && first <= STRING_32) {
      const header = first === STRING_32 ? 5 : 2;
      this.isInteger = false;
      this.offset = at + header;
      this.length = size - header;
      return after;
    }
    this.isInteger = true;
    const { integer } = this;
    if (first === INTEGER_64) integer.setWords(view.getInt32(at + 5, true), view.getInt32(at + 1, true));
    else {
      const low = int32At(view, at, first);
      integer.setWords(low >> 31, low);
    }
    return after;
  }
}

/** @hot The integer of up to 32 bits at `at`, whose first byte is given. */
function int32At(view: DataView, at: number, first: number): number {
  if (first < STRING_6) return first;
  if (first < STRING_12) return (view.getUint16(at) << 19) >> 19;
  if (first === INTEGER_16) return view.getInt16(at + 1, true);
  if (first === INTEGER_24) return view.getUint16(at + 1, true) | (view.getInt8(at + 3) << 16);
  return view.getInt32(at + 1, true);
}

/**
 * @hot The first of the entries at `at`, and of every `stride`th behind it up to `end`, that is the element; -1 when
 * none is. O(end - at).
 * @param all the same memory as `view`
 * @param scratch is overwritten
 */
export function findEntry(
  all: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  bytes: Uint8Array,
  elementView: DataView,
  from: number,
  length: number,
  stride: number,
  scratch: FindScratch,
): number {
  const { entry, wanted } = scratch;
  // What the integer in a first byte would be: most entries that are looked for are no integers, and then none.
  const isInteger = wanted.parse(bytes, from, length);
  // Elements are often alike at the beginning: the last byte tells most of them apart.
  const lastByte = length === 0 ? 0 : bytes[from + length - 1]!;
  let skip = 0;
  while (at < end) {
    const first = view.getUint8(at);
    if (skip > 0) {
      skip--;
      if (first < INTEGER_13) at += first < STRING_6 ? 2 : first - STRING_6 + 2;
      else at += entryBytesAt(view, at);
      continue;
    }
    skip = stride - 1;
    if (first >= STRING_6 && first < INTEGER_13) {
      const size = first & 0x3f;
      if (size === length && (size === 0 || view.getUint8(at + size) === lastByte)) {
        if (equalBytes(view, at + 1, elementView, from, length)) return at;
      }
      at += size + 2;
      continue;
    }
    const next = entry.decode(view, at);
    if (entry.isInteger) {
      if (isInteger && entry.integer.compare(wanted.high, wanted.low) === 0) return at;
    } else if (entry.length === length && isEqual(all, view, entry.offset, bytes, elementView, from, length)) return at;
    at = next;
  }
  return -1;
}

/** What {@link findEntry} works with. */
export class FindScratch {
  readonly entry = new ListpackEntry();
  readonly wanted = new Int64();
}

/** @hot Whether two ranges hold the same bytes. O(length). */
export function isEqual(
  all: Uint8Array,
  view: DataView,
  at: number,
  bytes: Uint8Array,
  elementView: DataView,
  from: number,
  length: number,
): boolean {
  if (length <= SMALL_COMPARE) return equalBytes(view, at, elementView, from, length);
  return compareLong(all, at, bytes, from, length) === 0;
}

// --- Checking -------------------------------------------------------------------------------------------------------

/** Bytes in front of a listpack's first entry: its length in bytes (4) and its count (2). */
export const LISTPACK_HEADER_BYTES = 6;
/** In the header: there are so many entries or more. */
export const COUNT_UNKNOWN = 0xffff;

/**
 * Whether `length` bytes at `from` are a listpack: every entry, its back length, the end, and what the header says. For
 * what comes from elsewhere, as with RESTORE; nothing is read outside of those bytes. O(length).
 */
export function isValidListpack(view: DataView, from: number, length: number): boolean {
  if (length < LISTPACK_HEADER_BYTES + 1 || view.getUint32(from, true) !== length) return false;
  const end = from + length - 1;
  if (view.getUint8(end) !== LISTPACK_END) return false;
  let count = 0;
  for (let at = from + LISTPACK_HEADER_BYTES; at < end; count++) {
    const first = view.getUint8(at);
    if (first > INTEGER_64) return false;
    const header = first < INTEGER_13 ? 1 : first < STRING_32 ? 2 : first === STRING_32 ? 5 : sizeOf(view, at, first);
    if (header > end - at) return false;
    const size = sizeOf(view, at, first);
    const whole = size + backLengthBytes(size);
    if (whole > end - at || !hasBackLength(view, at + size, size)) return false;
    at += whole;
  }
  const said = view.getUint16(from + 4, true);
  return said === COUNT_UNKNOWN || said === count;
}

/** Whether the back length at `at` is that of an entry of `size` bytes. */
function hasBackLength(view: DataView, at: number, size: number): boolean {
  let rest = size;
  for (let i = at + backLengthBytes(size) - 1; i > at; i--) {
    if (view.getUint8(i) !== ((rest & 0x7f) | 0x80)) return false;
    rest >>>= 7;
  }
  return view.getUint8(at) === rest;
}
