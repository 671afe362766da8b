/**
 * A node of a list, or all of a small list, opened for being read: in place, or as a decompressed copy. Works in a
 * snapshot as in the arena.
 */
import { type MemoryReader, NONE } from '../memory/index.js';
import { assert } from '../util/assert.js';
import { lzfDecompress } from '../util/lzf.js';
import { type ListElement, SHORT_STRING, SHORT_STRING_END } from './list-element.js';
import { NODE_COMPRESSED, NODE_PACKED, NODE_PLAIN, type NodePlace } from './list-pages.js';
import { entryBytesAt, entryBytesBefore, ListpackEntry } from './listpack-entry.js';

/** Takes elements: reply writers do. The bytes are valid during the call. */
export interface ElementSink {
  bulk(bytes: Uint8Array, view: DataView, from: number, length: number): void;
  /** An element that is the decimal text of a safe integer. */
  bulkInt(value: number): void;
}

/** Bytes of a compressed block in front of what was compressed: its length. */
export const COMPRESSED_HEADER_BYTES = 4;

/** The longest text of an int64. */
const INTEGER_TEXT_BYTES = 20;
/** Of the first copy. */
const COPY_BYTES = 8192;

export class OpenNode {
  /** What the node's bytes are read from. Valid until something is written, or anything else is opened. */
  bytes: Uint8Array;
  view: DataView;
  /** Where the first entry begins, or the plain element. */
  from = 0;
  /** Where the last one ends. */
  end = 0;
  /** How many elements there are. */
  count = 0;
  /** Whether it is one element as it is, without entries. */
  isPlain = false;

  private readonly memory: MemoryReader;
  private readonly entry = new ListpackEntry();
  private readonly digits = new Uint8Array(INTEGER_TEXT_BYTES);
  private readonly digitsView = new DataView(this.digits.buffer);
  private copy = new Uint8Array(COPY_BYTES);
  private copyView = new DataView(this.copy.buffer);

  constructor(memory: MemoryReader) {
    this.memory = memory;
    this.bytes = this.copy;
    this.view = this.copyView;
  }

  /** @hot Opens `count` packed entries in a block. O(1), O(size) in a snapshot. */
  openRun(block: number, start: number, size: number, count: number): void {
    this.isPlain = false;
    this.count = count;
    this.openBytes(block, start, size);
  }

  /** @hot Opens the node at a place. O(1), O(size) in a snapshot and where it is compressed. */
  open(place: NodePlace): void {
    const { kind, size } = place;
    if (kind === NODE_PACKED) return this.openRun(place.block, place.start, size, place.count);
    this.isPlain = (kind & NODE_PLAIN) !== 0;
    this.count = place.count;
    if ((kind & NODE_COMPRESSED) !== 0) this.decompress(place.block, size);
    else this.openBytes(place.block, place.start, size);
  }

  /** @hot Where entry `index` begins, of `count`; the node is not plain. O(entries from the nearer end). */
  seek(index: number): number {
    const { view, count } = this;
    if (index <= count >>> 1) {
      let at = this.from;
      for (let i = 0; i < index; i++) at += entryBytesAt(view, at);
      return at;
    }
    let at = this.end;
    for (let i = count; i > index; i--) at -= entryBytesBefore(view, at);
    return at;
  }

  /** @hot Gives elements [index, index + n), which there are, to `sink`. O(n + entries before). */
  emit(index: number, n: number, sink: ElementSink): void {
    const { bytes, view } = this;
    if (this.isPlain) return sink.bulk(bytes, view, this.from, this.end - this.from);
    let at = this.seek(index);
    for (let i = 0; i < n; i++) at = this.emitEntry(bytes, view, at, sink);
  }

  /** Gives elements (index - n, index], which there are, to `sink`, the last one first. O(n + entries behind). */
  emitBackwards(index: number, n: number, sink: ElementSink): void {
    const { bytes, view } = this;
    if (this.isPlain) return sink.bulk(bytes, view, this.from, this.end - this.from);
    let at = this.seek(index + 1);
    for (let i = 0; i < n; i++) {
      at -= entryBytesBefore(view, at);
      this.emitEntry(bytes, view, at, sink);
    }
  }

  /** How many elements of the node are `element`. O(size). */
  countEqual(element: ListElement): number {
    const { bytes, view, from, end } = this;
    if (this.isPlain) return element.isString(bytes, view, from, end - from) ? 1 : 0;
    let equal = 0;
    for (let at = from; at < end; at += entryBytesAt(view, at)) if (element.isEntry(bytes, view, at)) equal++;
    return equal;
  }

  /** @hot Gives the element at `at`, whatever is open, to `sink`; returns the position behind it. O(its length). */
  emitEntry(bytes: Uint8Array, view: DataView, at: number, sink: ElementSink): number {
    const first = view.getUint8(at);
    if (first >= SHORT_STRING && first < SHORT_STRING_END) {
      const length = first - SHORT_STRING;
      sink.bulk(bytes, view, at + 1, length);
      return at + length + 2;
    }
    const { entry } = this;
    const next = entry.decode(view, at);
    if (!entry.isInteger) sink.bulk(bytes, view, entry.offset, entry.length);
    else if (entry.integer.isSafe) sink.bulkInt(entry.integer.value);
    else sink.bulk(this.digits, this.digitsView, 0, entry.integer.write(this.digits, 0));
    return next;
  }

  private openBytes(block: number, start: number, size: number): void {
    const { memory } = this;
    const view = memory.window(block, start, size);
    if (this.view !== view) this.view = view;
    if (this.bytes !== memory.windowBytes) this.bytes = memory.windowBytes;
    this.from = memory.windowBase;
    this.end = this.from + size;
  }

  private decompress(block: number, size: number): void {
    const { memory } = this;
    assert(block !== NONE, 'a node with a block');
    if (this.copy.length < size) {
      this.copy = new Uint8Array(Math.max(size, this.copy.length * 2));
      this.copyView = new DataView(this.copy.buffer);
    }
    const length = memory.i32(block, 0);
    memory.window(block, COMPRESSED_HEADER_BYTES, length);
    const done = lzfDecompress(memory.windowBytes, memory.windowBase, length, this.copy, 0, size);
    assert(done, 'what was compressed to come out again');
    this.bytes = this.copy;
    this.view = this.copyView;
    this.from = 0;
    this.end = size;
  }
}
