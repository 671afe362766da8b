/**
 * Entries of a listpack that are written from spans, and from numbers in two words: what nodes of streams consist of.
 */
import type { ByteSpans } from '../../util/byte-spans.js';
import { Int64 } from '../int64.js';
import { elementEntryBytes, integerEntryBytes, writeIntegerEntry, writeStringEntry } from '../listpack-entry.js';

/** Writes entries; has an integer of its own to work with. */
export class SpanEntries {
  private readonly integer = new Int64();

  /** @hot Bytes of the entry of an integer. O(1). */
  integerBytes(high: number, low: number): number {
    this.integer.setWords(high, low);
    return integerEntryBytes(this.integer);
  }

  /** @hot Writes the entry of an integer at `at`; returns the position behind it. O(1). */
  writeInteger(view: DataView, at: number, high: number, low: number): number {
    this.integer.setWords(high, low);
    return writeIntegerEntry(view, at, this.integer);
  }

  /** @hot Bytes of the entry of span `i`. O(1), O(length) where it may be an integer. */
  spanBytes(spans: ByteSpans, i: number): number {
    return elementEntryBytes(spans.bytes, spans.offset(i), spans.length(i), this.integer);
  }

  /** @hot Writes the entry of span `i` at `at`; returns the position behind it. O(length). */
  writeSpan(bytes: Uint8Array, view: DataView, at: number, spans: ByteSpans, i: number): number {
    const from = spans.offset(i);
    const length = spans.length(i);
    if (this.integer.parse(spans.bytes, from, length)) return writeIntegerEntry(view, at, this.integer);
    return writeStringEntry(bytes, view, at, spans.bytes, spans.view, from, length);
  }
}
