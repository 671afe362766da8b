/**
 * The packed runs of elements that RDB holds as strings, one element after the other: listpacks, and what came before
 * them.
 *
 * ```
 *   listpack  types/listpack-entry.ts draws it
 *   intset    types/intset.ts
 *   ziplist   bytes (4) | offset of the last entry (4) | count (2) | entries | 0xFF
 *             entry: length of the one before (1 byte below 254, else 0xFE and 4) | encoding | data
 *   zipmap    count (1) | pairs | 0xFF; a pair: length, key, length, free bytes (1), value, that many bytes
 *             length: 1 byte below 254, else 0xFE and 4
 * ```
 * Whatever the bytes are, nothing outside of them is read: {@link PackedElements.begin} refuses listpacks and intsets
 * that are not whole, {@link PackedElements.next} ends a ziplist or zipmap where it goes wrong, and `failed` tells.
 */

import { Int64 } from '../types/int64.js';
import { isValidIntset } from '../types/intset.js';
import { isValidListpack, LISTPACK_HEADER_BYTES, ListpackEntry } from '../types/listpack-entry.js';

export const PACKED_LISTPACK = 0;
export const PACKED_INTSET = 1;
export const PACKED_ZIPLIST = 2;
export const PACKED_ZIPMAP = 3;
export type PackedKind = typeof PACKED_LISTPACK | typeof PACKED_INTSET | typeof PACKED_ZIPLIST | typeof PACKED_ZIPMAP;

const END = 0xff;
const LONG = 0xfe;
const INTSET_HEADER_BYTES = 8;
const ZIPLIST_HEADER_BYTES = 10;
const COUNT_UNKNOWN = 0xffff;
const ZIPMAP_COUNT_UNKNOWN = 254;
/** Digits of an int64, with room for how they are written. */
const DIGITS = 24;

export class PackedElements {
  /** The element: `bytes[from, from + length)`, valid until the next. */
  bytes: Uint8Array;
  /** The same memory as `bytes`. */
  view: DataView;
  from = 0;
  length = 0;
  /** The bytes were not what they should be. */
  failed = false;
  private readonly digits = new Uint8Array(DIGITS);
  private readonly digitsView = new DataView(this.digits.buffer);
  private readonly integer = new Int64();
  private readonly entry = new ListpackEntry();
  private kind: PackedKind = PACKED_LISTPACK;
  private source: Uint8Array;
  private sourceView: DataView;
  private at = 0;
  private end = 0;
  /** Elements so far. */
  private count = 0;
  /** What the header says; -1 where it does not. */
  private wanted = -1;
  /** Bytes of an entry of a ziplist, which the next one repeats. */
  private before = 0;
  /** Width of an intset's numbers. */
  private width = 0;

  constructor() {
    this.bytes = this.digits;
    this.view = this.digitsView;
    this.source = this.digits;
    this.sourceView = this.digitsView;
  }

  /** Begins with `length` bytes at `from`. O(1), O(length) where they are checked as a whole. */
  begin(kind: PackedKind, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    this.kind = kind;
    this.source = bytes;
    this.sourceView = view;
    this.count = 0;
    this.wanted = -1;
    this.before = 0;
    this.end = from + length - 1;
    switch (kind) {
      case PACKED_LISTPACK:
        this.failed = !isValidListpack(view, from, length);
        this.at = from + LISTPACK_HEADER_BYTES;
        return;
      case PACKED_INTSET:
        this.failed = !isValidIntset(view, from, length);
        this.at = from + INTSET_HEADER_BYTES;
        this.end = from + length; // it has no mark at its end
        if (!this.failed) this.width = view.getUint32(from, true);
        return;
      case PACKED_ZIPLIST:
        this.failed = length < ZIPLIST_HEADER_BYTES + 1 || view.getUint32(from, true) !== length;
        this.at = from + ZIPLIST_HEADER_BYTES;
        if (!this.failed && view.getUint16(from + 8, true) !== COUNT_UNKNOWN)
          this.wanted = view.getUint16(from + 8, true);
        break;
      case PACKED_ZIPMAP:
        this.failed = length < 2;
        this.at = from + 1;
        if (!this.failed && bytes[from]! < ZIPMAP_COUNT_UNKNOWN) this.wanted = bytes[from]! * 2;
    }
    if (!this.failed && bytes[this.end] !== END) this.failed = true;
  }

  /** Moves to the next element; false behind the last, and where something is wrong. O(1). */
  next(): boolean {
    if (this.failed) return false;
    if (this.at === this.end) {
      if (this.wanted >= 0 && this.wanted !== this.count) this.failed = true;
      return false;
    }
    this.count++;
    switch (this.kind) {
      case PACKED_LISTPACK:
        this.at = this.entry.decode(this.sourceView, this.at);
        if (this.entry.isInteger) this.takeInteger(this.entry.integer);
        else this.takeString(this.entry.offset, this.entry.length);
        break;
      case PACKED_INTSET:
        this.takeNumber(this.width, this.at);
        this.at += this.width;
        break;
      case PACKED_ZIPLIST:
        this.nextOfZiplist();
        break;
      case PACKED_ZIPMAP:
        this.nextOfZipmap();
    }
    return !this.failed;
  }

  private nextOfZiplist(): void {
    const start = this.at;
    if (this.readLength() !== this.before || !this.has(1)) return this.fail();
    const first = this.source[this.at++]!;
    if (first < 0xc0) this.takeZiplistString(first);
    else this.takeZiplistInteger(first);
    this.before = this.at - start;
  }

  private takeZiplistString(first: number): void {
    let length = first & 0x3f;
    if (first >= 0x80) {
      if (!this.has(4)) return this.fail();
      length = this.sourceView.getUint32(this.at);
      this.at += 4;
    } else if (first >= 0x40) {
      if (!this.has(1)) return this.fail();
      length = (length << 8) | this.source[this.at++]!;
    }
    this.takeRoom(length);
  }

  private takeZiplistInteger(first: number): void {
    if (first >= 0xf1 && first <= 0xfd) {
      this.integer.set(first - 0xf1);
      return this.takeInteger(this.integer);
    }
    const width = ZIPLIST_WIDTHS.get(first);
    if (width === undefined || !this.has(width)) return this.fail();
    this.takeNumber(width, this.at);
    this.at += width;
  }

  /** Keys and values take turns; only values have free bytes. */
  private nextOfZipmap(): void {
    const isValue = this.count % 2 === 0;
    const length = this.readLength();
    if (this.failed || (isValue && !this.has(1))) return this.fail();
    const free = isValue ? this.source[this.at++]! : 0;
    this.takeRoom(length);
    if (!this.has(free)) return this.fail();
    this.at += free;
    if (!isValue && this.at === this.end) this.fail(); // a key without its value
  }

  /** A length of one byte, or of four behind a mark. */
  private readLength(): number {
    if (!this.has(1)) return this.failure();
    const first = this.source[this.at++]!;
    if (first < LONG) return first;
    if (first !== LONG || !this.has(4)) return this.failure();
    this.at += 4;
    return this.sourceView.getUint32(this.at - 4, true);
  }

  /** Takes the next `length` bytes as the element. */
  private takeRoom(length: number): void {
    if (!this.has(length)) return this.fail();
    this.takeString(this.at, length);
    this.at += length;
  }

  private takeString(from: number, length: number): void {
    this.bytes = this.source;
    this.view = this.sourceView;
    this.from = from;
    this.length = length;
  }

  /** Takes a number of so many bytes, little endian, as its text. */
  private takeNumber(width: number, at: number): void {
    const { integer, sourceView: view } = this;
    if (width === 8) integer.setWords(view.getInt32(at + 4, true), view.getInt32(at, true));
    else if (width === 4) integer.set(view.getInt32(at, true));
    else if (width === 3) integer.set(view.getUint16(at, true) | (view.getInt8(at + 2) << 16));
    else integer.set(width === 2 ? view.getInt16(at, true) : view.getInt8(at));
    this.takeInteger(integer);
  }

  private takeInteger(integer: Int64): void {
    this.bytes = this.digits;
    this.view = this.digitsView;
    this.from = 0;
    this.length = integer.write(this.digits, 0);
  }

  private has(length: number): boolean {
    return !this.failed && length <= this.end - this.at;
  }

  private fail(): void {
    this.failed = true;
  }

  private failure(): number {
    this.failed = true;
    return 0;
  }
}

/** Bytes of a ziplist's integers by their encoding. */
const ZIPLIST_WIDTHS = new Map([
  [0xc0, 2],
  [0xd0, 4],
  [0xe0, 8],
  [0xf0, 3],
  [0xfe, 1],
]);
