/**
 * How hashes are laid out, and what one pair of a hash looks like to those who read it.
 *
 * ```
 *   listpack      root: a listpack of field, value, field, value, ...
 *
 *   listpackex    root: timer | listpack of field, value, expire time, ...      times ascend, 0 (none) comes last
 *
 *   hashtable     root: timer | nothing else
 *                          |--> dict --> field blocks
 *                          '--> expiry heap (expiry-heap.ts) --> field blocks that expire
 *
 *   timer         word 0   dict                                          NONE in a listpackex
 *                      1   expiry heap                                   NONE where no field expires, and in a listpackex
 *                      2   unused
 *                      3   holder of the hash                            as long as it has an entry
 *                      4 5 when the first field expires (a double)       0: none does
 *                      6   entry in the wheel that waits for that time   0: none
 *
 *   field block   word 0   hash
 *                      1   bytes of the field (bits 0..30) | expires (bit 31)
 *                      2   bytes of the value
 *                    [ 3   place in the expiry heap ]                    only with the expires bit
 *                      field bytes, value bytes
 * ```
 * 1. A hash has a timer's entry exactly as long as a field of it expires and it is the value of a key ({@link
 *    FieldTimers}).
 * 2. Word 6 changes without the snapshot barrier: a snapshot may see a newer one.
 * 3. Times are those of the pairs: a field that was given none, or has lost it, expires at NO_FIELD_EXPIRE.
 */
import { INT64_TEXT_MAX } from '../util/numbers.js';
import { ListpackEntry } from './listpack-entry.js';

/** No expire time. */
export const NO_FIELD_EXPIRE = 0;

export const TIMER_DICT = 0;
export const TIMER_HEAP = 1;
export const TIMER_HOLDER = 3;
/** Double index of the first expire time. */
export const TIMER_FIRST = 2;
export const TIMER_ENTRY = 6;
export const TIMER_BYTES = 28;

/** Who waits for the first field of each hash to expire. The numbers that it gives stand in word 6 of the timers. */
export interface FieldTimers {
  /** Makes sure that the next {@link start} needs no memory. */
  reserve(): void;
  /**
   * The hash of a holder has come to have a first expire time; its timer's entry is set where the holder is a key's.
   */
  start(holder: number, root: number): void;
  /** The first expire time has become earlier. */
  sooner(entry: number): void;
  /** The hash has no expire time any more, or no key: its entry is taken out, and set to 0. */
  stop(holder: number, root: number): void;
  /** The timer stands at another place now. */
  moved(entry: number, root: number): void;
}

export const FIELD_LENGTH = 1;
export const FIELD_VALUE_LENGTH = 2;
export const FIELD_EXPIRES = 1 << 31;
/** Bytes in front of the field, without and with an expire time. */
export const FIELD_HEADER_BYTES = 12;
export const EXPIRING_FIELD_HEADER_BYTES = 16;

/** One pair of a hash, valid until the next is read or the hash changes. Reused. */
export class HashPair {
  /** The field: `length` bytes of `bytes` (and `view`) at `from`. */
  bytes: Uint8Array;
  view: DataView;
  from = 0;
  length = 0;
  /** The value likewise. */
  valueBytes: Uint8Array;
  valueView: DataView;
  valueFrom = 0;
  valueLength = 0;
  private readonly entry = new ListpackEntry();
  private readonly digits = new Uint8Array(INT64_TEXT_MAX + 4);
  private readonly digitsView = new DataView(this.digits.buffer);
  private readonly valueDigits = new Uint8Array(INT64_TEXT_MAX + 4);
  private readonly valueDigitsView = new DataView(this.valueDigits.buffer);
  /** A double that is written without allocating. */
  private readonly time = new Float64Array(1);

  constructor() {
    this.bytes = this.digits;
    this.view = this.digitsView;
    this.valueBytes = this.valueDigits;
    this.valueView = this.valueDigitsView;
  }

  /** @hot When the field expires, in wall-clock milliseconds; NO_FIELD_EXPIRE when it does not. */
  get expireAt(): number {
    return this.time[0]!;
  }

  set expireAt(atMs: number) {
    this.time[0] = atMs;
  }

  /** @hot Takes field and value from a block that has them side by side, the field at `from`. O(1). */
  takeBlock(bytes: Uint8Array, view: DataView, from: number, length: number, valueLength: number): void {
    this.takeBytes(bytes, view, from, length);
    if (this.valueBytes !== bytes) {
      this.valueBytes = bytes;
      this.valueView = view;
    }
    this.valueFrom = from + length;
    this.valueLength = valueLength;
  }

  /**
   * @hot Takes field and value from two entries of a listpack, the field's at `at`; returns the position behind. O(1).
   */
  takeEntries(bytes: Uint8Array, view: DataView, at: number): number {
    const { entry } = this;
    const valueAt = entry.decode(view, at);
    if (entry.isInteger) this.takeBytes(this.digits, this.digitsView, 0, entry.integer.write(this.digits, 0));
    else this.takeBytes(bytes, view, entry.offset, entry.length);
    return this.takeValueEntry(bytes, view, valueAt);
  }

  /** @hot Takes the value alone, from an entry of a listpack; returns the position behind. O(1). */
  takeValueEntry(bytes: Uint8Array, view: DataView, at: number): number {
    const { entry } = this;
    const end = entry.decode(view, at);
    const isText = !entry.isInteger;
    const valueBytes = isText ? bytes : this.valueDigits;
    if (this.valueBytes !== valueBytes) {
      this.valueBytes = valueBytes;
      this.valueView = isText ? view : this.valueDigitsView;
    }
    this.valueFrom = isText ? entry.offset : 0;
    this.valueLength = isText ? entry.length : entry.integer.write(this.valueDigits, 0);
    return end;
  }

  /** @hot Takes the expire time from an entry of a listpack; returns the position behind. O(1). */
  takeTimeEntry(view: DataView, at: number): number {
    const { entry } = this;
    const end = entry.decode(view, at);
    if (entry.isInteger) this.takeTime(entry.integer.high, entry.integer.low);
    else this.time[0] = NO_FIELD_EXPIRE;
    return end;
  }

  /**
   * @hot Takes the expire time in halves: a double that is passed from function to function may become an object. O(1).
   */
  takeTime(high: number, low: number): void {
    this.time[0] = high * 0x1_0000_0000 + (low >>> 0);
  }

  private takeBytes(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = view;
    }
    this.from = from;
    this.length = length;
  }
}

/** Gets one pair after the other; `true` ends the walk. It must not change the hash, nor keep the pair. */
export type PairVisitor = (pair: HashPair) => unknown;
