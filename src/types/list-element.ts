/**
 * One element on its way into a list, or looked for in one: as the bytes that a client sent, and as the listpack entry
 * that they become. One object a user, taken anew for each element.
 */
import { copyBytes, equalBytes } from '../memory/byte-loops.js';
import { Int64 } from './int64.js';
import {
  integerEntryBytes,
  isEqual,
  ListpackEntry,
  stringEntryBytes,
  writeIntegerEntry,
  writeStringEntry,
} from './listpack-entry.js';

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);
/** Somebody else's buffer that is larger is not held on to. */
const KEPT_BYTES = 64 * 1024;
/** First bytes of entries that are strings of up to 63 bytes: 10xxxxxx. */
export const SHORT_STRING = 0x80;
export const SHORT_STRING_END = 0xc0;

export class ListElement {
  /** What the element is part of: somebody else's, valid as long as theirs is. */
  bytes: Uint8Array = EMPTY;
  view: DataView = EMPTY_VIEW;
  from = 0;
  length = 0;
  /** Bytes of its entry. */
  entryBytes = 0;
  private isInteger = false;
  private readonly integer = new Int64();
  private readonly entry = new ListpackEntry();

  /** @hot Takes `bytes[from, from + length)`. O(1). @param view the same memory as `bytes` */
  take(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    if (this.bytes !== bytes) this.bytes = bytes;
    if (this.view !== view) this.view = view;
    this.from = from;
    this.length = length;
    this.isInteger = this.integer.parse(bytes, from, length);
    this.entryBytes = this.isInteger ? integerEntryBytes(this.integer) : stringEntryBytes(length);
  }

  /** @hot Lets a large buffer go that the element was part of, and the element with it. O(1). */
  forgetLarge(): void {
    if (this.bytes.length <= KEPT_BYTES) return;
    this.bytes = EMPTY;
    this.view = EMPTY_VIEW;
  }

  /** @hot Writes the entry at `at`: {@link entryBytes} bytes. O(length). @param view the same memory as `target` */
  write(target: Uint8Array, view: DataView, at: number): void {
    const { length } = this;
    if (this.isInteger) writeIntegerEntry(view, at, this.integer);
    else if (length < SHORT_STRING_END - SHORT_STRING) {
      view.setUint8(at, SHORT_STRING + length);
      copyBytes(view, at + 1, this.view, this.from, length);
      view.setUint8(at + 1 + length, length + 1);
    } else writeStringEntry(target, view, at, this.bytes, this.view, this.from, length);
  }

  /**
   * @hot Whether the entry at `at` is this element, however it is encoded. O(length). @param view the same memory as
   * `all`
   */
  isEntry(all: Uint8Array, view: DataView, at: number): boolean {
    const first = view.getUint8(at);
    if (first >= SHORT_STRING && first < SHORT_STRING_END) {
      const { length } = this;
      return first - SHORT_STRING === length && equalBytes(view, at + 1, this.view, this.from, length);
    }
    const { entry } = this;
    entry.decode(view, at);
    if (!entry.isInteger) return this.isString(all, view, entry.offset, entry.length);
    return this.isInteger && this.integer.compare(entry.integer.high, entry.integer.low) === 0;
  }

  /** Whether the element is `all[at, at + length)`. O(length). @param view the same memory as `all` */
  isString(all: Uint8Array, view: DataView, at: number, length: number): boolean {
    return this.length === length && isEqual(all, view, at, this.bytes, this.view, this.from, length);
  }
}
