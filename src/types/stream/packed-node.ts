/**
 * A packed node: consecutive entries of a stream in one block, a listpack byte for byte as Redis has it, so that RDB
 * files take it as it is. Elements by name, the master entry first:
 *
 * ```
 *   live  deleted  fields  field ... field  0      fields of the first entry, which others need not repeat
 *   flags ms seq           value ... value  n      an entry with the fields of the master entry (SAME_FIELDS)
 *   flags ms seq   fields  field value ...  n      any other entry
 * ```
 * 1. `ms` and `seq` are differences from the node's id, that of its first entry ever, modulo 2^64: either may be
 *    negative.
 * 2. `n` is the number of elements of the entry in front of it: so entries are read backwards.
 * 3. An entry that is deleted stays, with a flag. `live` and `deleted` count both kinds. A node without live entries
 *    goes, but for one that trimming by id leaves when deleted entries stand behind the last live one, as in Redis.
 * 4. The first 4 bytes of the block are the bytes of the listpack; the block may be longer.
 */
import { type Arena, type MemoryReader, NONE } from '../../memory/index.js';
import type { ByteSpans } from '../../util/byte-spans.js';
import {
  COUNT_UNKNOWN,
  entryBytesAt,
  entryBytesBefore,
  isEqual,
  LISTPACK_END,
  LISTPACK_HEADER_BYTES,
  ListpackEntry,
} from '../listpack-entry.js';
import type { ElementVisitor } from '../value.js';
import { SpanEntries } from './span-entries.js';
import { StreamId } from './stream-id.js';

/** Where a listpack has the number of its elements. */
const COUNT_AT = 4;
const FLAG_DELETED = 1;
const FLAG_SAME_FIELDS = 2;
/** Elements of an entry that are no fields and values: flags and two differences. */
const ENTRY_ELEMENTS = 3;
/** Elements of the master entry that are no fields. */
const MASTER_ELEMENTS = 4;
/**
 * Header, end and small numbers of a node with one entry: all but its fields, their number, and that of the entry's
 * elements.
 */
const EMPTY_NODE_BYTES = LISTPACK_HEADER_BYTES + 1 + 2 * (MASTER_ELEMENTS - 1 + ENTRY_ELEMENTS);
/** Blocks of nodes grow by a half, and a node that is full may waste a sixteenth. */
const GROWTH_SHIFT = 1;
const WASTE_SHIFT = 4;
/** Of the first node of a stream. */
const FIRST_NODE_BYTES = 96;
const NUMBER_BYTES = 24;
const STEPS_FROM_END = 8;

/** Reads nodes, one at a time. */
export class PackedNodeReader {
  /** The id of the entry that the reader is at. */
  readonly id = new StreamId();
  /** Whether that entry is deleted. */
  isDeleted = false;
  /** How many fields it has. */
  pairCount = 0;
  /** The node that is open, NONE when none is. */
  node = NONE;
  protected readonly nodeId = new StreamId();
  protected bytes: Uint8Array;
  protected view: DataView;
  protected base = 0;
  /** Where the elements end. */
  protected end = 0;
  /** Where the entry begins that the reader is at, 0 when it is at none. */
  protected entryAt = 0;
  protected masterPairs = 0;
  protected masterFieldsAt = 0;
  protected entriesAt = 0;
  protected readonly element = new ListpackEntry();
  protected readonly digits = new Uint8Array(NUMBER_BYTES);
  protected readonly digitsView = new DataView(this.digits.buffer);
  private hasOwnFields = false;
  /** Where the values of the entry begin, or its fields with their values. */
  private dataAt = 0;

  constructor(private readonly source: MemoryReader) {
    this.bytes = source.windowBytes;
    this.view = new DataView(this.bytes.buffer);
  }

  /** @hot Opens a node before its first entry. O(fields of the master entry). @param id its key in the tree of nodes */
  open(node: number, id: StreamId): void {
    const { source: memory, element } = this;
    const size = memory.i32(node, 0);
    const view = memory.window(node, 0, size);
    if (this.view !== view) {
      this.view = view;
      this.bytes = memory.windowBytes;
    }
    const base = memory.windowBase;
    this.node = node;
    this.nodeId.assign(id);
    this.base = base;
    this.end = base + size - 1;
    let at = next(view, base + LISTPACK_HEADER_BYTES);
    at = element.decode(view, next(view, at));
    this.masterPairs = element.integer.low;
    this.masterFieldsAt = at;
    for (let i = 0; i < this.masterPairs; i++) at = next(view, at);
    this.entriesAt = next(view, at);
    this.entryAt = 0;
  }

  /** Lets go of the node: its block may be written to, or moves. */
  close(): void {
    this.node = NONE;
  }

  /**
   * @hot Goes to the last of the entries in front of `id`, or to the beginning, so that {@link next} finds what comes
   * from `id` on. Who reads a stream as it grows wants its last few entries, so these are tried first.
   */
  seek(id: StreamId): void {
    for (let step = 0; step < STEPS_FROM_END; step++) {
      if (!this.previous()) {
        this.entryAt = 0;
        return;
      }
      if (this.id.compare(id) < 0) return;
    }
    this.entryAt = 0;
    let before = 0;
    while (this.next() && this.id.compare(id) < 0) before = this.entryAt;
    if (before === 0) this.entryAt = 0;
    else this.enter(before);
  }

  /** @hot Live entries of the open node. */
  get liveCount(): number {
    this.element.decode(this.view, this.base + LISTPACK_HEADER_BYTES);
    return this.element.integer.low;
  }

  /** Deleted entries of the open node. */
  get deletedCount(): number {
    const { view } = this;
    this.element.decode(view, next(view, this.base + LISTPACK_HEADER_BYTES));
    return this.element.integer.low;
  }

  /** @hot Goes to the next entry, deleted ones too; false at the end. O(fields). */
  next(): boolean {
    const at = this.entryAt === 0 ? this.entriesAt : this.behindEntry();
    if (at >= this.end) return false;
    this.enter(at);
    return true;
  }

  /**
   * @hot Goes to the entry before, deleted ones too, to the last one after {@link open}; false at the beginning.
   * O(fields).
   */
  previous(): boolean {
    const { view, element } = this;
    const end = this.entryAt === 0 ? this.end : this.entryAt;
    if (end === this.entriesAt) return false;
    let at = previous(view, end);
    element.decode(view, at);
    for (let left = element.integer.low; left > 0; left--) at = previous(view, at);
    this.enter(at);
    return true;
  }

  /** @hot Visits field, value, field, value... of the entry. O(fields). */
  visit(visit: ElementVisitor): void {
    const { view, hasOwnFields } = this;
    let field = this.masterFieldsAt;
    let at = this.dataAt;
    for (let i = 0; i < this.pairCount; i++) {
      if (hasOwnFields) at = this.visitElement(at, visit);
      else {
        this.visitElement(field, visit);
        field = next(view, field);
      }
      at = this.visitElement(at, visit);
    }
  }

  /** @hot Visits one element; returns where the next one begins. */
  private visitElement(at: number, visit: ElementVisitor): number {
    const { bytes, view, element } = this;
    const next = element.decode(view, at);
    if (element.isInteger) visit(this.digits, this.digitsView, 0, element.integer.write(this.digits, 0));
    else visit(bytes, view, element.offset, element.length);
    return next;
  }

  /** @hot Where the entry ends. */
  protected behindEntry(): number {
    const { view } = this;
    let at = this.dataAt;
    for (let left = this.hasOwnFields ? this.pairCount * 2 : this.pairCount; left >= 0; left--) {
      at = next(view, at);
    }
    return at;
  }

  /** @hot Reads the head of the entry at `at`. */
  private enter(at: number): void {
    const { bytes, view, element, id } = this;
    const flags = bytes[at]!;
    this.entryAt = at;
    this.isDeleted = (flags & FLAG_DELETED) !== 0;
    this.hasOwnFields = (flags & FLAG_SAME_FIELDS) === 0;
    let next = element.decode(view, at + 2);
    const msHigh = element.integer.high;
    const msLow = element.integer.low;
    next = element.decode(view, next);
    id.assign(this.nodeId).add(msHigh, msLow, element.integer.high, element.integer.low);
    if (this.hasOwnFields) {
      this.dataAt = element.decode(view, next);
      this.pairCount = element.integer.low;
    } else {
      this.dataAt = next;
      this.pairCount = this.masterPairs;
    }
  }
}

/**
 * Makes and changes nodes. What returns a reference may have moved the node, and leaves it to the caller to enter that
 * in the tree of nodes; no node is open afterwards.
 */
export class PackedNodes extends PackedNodeReader {
  private readonly arena: Arena;
  private readonly spanEntries = new SpanEntries();
  private readonly difference = new StreamId();

  constructor(arena: Arena) {
    super(arena);
    this.arena = arena;
  }

  /**
   * @hot A new node with one entry, whose id will be the node's. O(bytes).
   * @param first span of the first field; each is followed by its value
   * @param like the node before it, whose size is what this one may come to have; NONE for none
   */
  create(spans: ByteSpans, first: number, pairs: number, like: number): number {
    const { arena, spanEntries } = this;
    let size =
      EMPTY_NODE_BYTES + spanEntries.integerBytes(0, pairs) + spanEntries.integerBytes(0, pairs + ENTRY_ELEMENTS);
    for (let i = 0; i < pairs * 2; i++) size += spanEntries.spanBytes(spans, first + i);
    const node = arena.alloc(Math.max(size, like === NONE ? FIRST_NODE_BYTES : arena.i32(like, 0)));
    arena.willWrite(node, 0, size);
    const bytes = arena.bytes[node >>> 21]!;
    const view = arena.view(node);
    const base = arena.base(node);
    let at = base + LISTPACK_HEADER_BYTES;
    at = spanEntries.writeInteger(view, at, 0, 1);
    at = spanEntries.writeInteger(view, at, 0, 0);
    at = spanEntries.writeInteger(view, at, 0, pairs);
    for (let i = 0; i < pairs; i++) at = spanEntries.writeSpan(bytes, view, at, spans, first + i * 2);
    at = spanEntries.writeInteger(view, at, 0, 0);
    at = spanEntries.writeInteger(view, at, 0, FLAG_SAME_FIELDS);
    at = spanEntries.writeInteger(view, at, 0, 0);
    at = spanEntries.writeInteger(view, at, 0, 0);
    for (let i = 0; i < pairs; i++) at = spanEntries.writeSpan(bytes, view, at, spans, first + i * 2 + 1);
    at = spanEntries.writeInteger(view, at, 0, pairs + ENTRY_ELEMENTS);
    bytes[at] = LISTPACK_END;
    view.setInt32(base, at + 1 - base, true);
    const elements = 2 * pairs + MASTER_ELEMENTS + ENTRY_ELEMENTS + 1;
    view.setUint16(base + COUNT_AT, Math.min(elements, COUNT_UNKNOWN), true);
    this.node = NONE;
    return node;
  }

  /** @hot Adds an entry behind all others of the open node. O(bytes). */
  append(id: StreamId, spans: ByteSpans, first: number, pairs: number): number {
    const { arena, difference, node, spanEntries } = this;
    const isSame = this.hasFields(spans, first, pairs);
    const live = this.liveCount + 1;
    const deleted = this.deletedCount;
    const elements = isSame ? pairs + ENTRY_ELEMENTS : 2 * pairs + ENTRY_ELEMENTS + 1;
    difference.setDifference(id, this.nodeId);
    const { msHigh, msLow, seqHigh, seqLow } = difference;
    let added =
      2 +
      spanEntries.integerBytes(msHigh, msLow) +
      spanEntries.integerBytes(seqHigh, seqLow) +
      spanEntries.integerBytes(0, elements);
    if (!isSame) added += spanEntries.integerBytes(0, pairs);
    for (let i = 0; i < pairs; i++) {
      if (!isSame) added += spanEntries.spanBytes(spans, first + 2 * i);
      added += spanEntries.spanBytes(spans, first + 2 * i + 1);
    }
    // The count may become a byte or two longer.
    const counted = this.setCounts(node, live, deleted, added);
    const before = arena.i32(counted, 0);
    const bytes = arena.bytes[counted >>> 21]!;
    const view = arena.view(counted);
    const base = arena.base(counted);
    arena.willWrite(counted, 0, LISTPACK_HEADER_BYTES);
    arena.willWrite(counted, before - 1, added + 1);
    let at = base + before - 1;
    at = spanEntries.writeInteger(view, at, 0, isSame ? FLAG_SAME_FIELDS : 0);
    at = spanEntries.writeInteger(view, at, msHigh, msLow);
    at = spanEntries.writeInteger(view, at, seqHigh, seqLow);
    if (!isSame) at = spanEntries.writeInteger(view, at, 0, pairs);
    for (let i = 0; i < pairs; i++) {
      if (!isSame) at = spanEntries.writeSpan(bytes, view, at, spans, first + 2 * i);
      at = spanEntries.writeSpan(bytes, view, at, spans, first + 2 * i + 1);
    }
    at = spanEntries.writeInteger(view, at, 0, elements);
    bytes[at] = LISTPACK_END;
    view.setInt32(base, at + 1 - base, true);
    const count = view.getUint16(base + COUNT_AT, true);
    if (count !== COUNT_UNKNOWN) {
      view.setUint16(base + COUNT_AT, Math.min(count + elements + 1, COUNT_UNKNOWN), true);
    }
    return counted;
  }

  /** Marks the entry that the reader is at as deleted; the counts are the caller's to set. O(1). */
  markDeleted(): void {
    const { arena, node } = this;
    const at = this.entryAt - this.base;
    arena.setU8(node, at, arena.u8(node, at) | FLAG_DELETED);
    this.isDeleted = true;
  }

  /**
   * @hot Sets how many entries of a node are live and deleted, and makes room for `added` more bytes. O(1), O(bytes)
   * where the numbers change their length or the block is too short.
   */
  setCounts(node: number, live: number, deleted: number, added = 0): number {
    const { arena, spanEntries } = this;
    const size = arena.i32(node, 0);
    const view = arena.view(node);
    const from = arena.base(node) + LISTPACK_HEADER_BYTES;
    const old = next(view, next(view, from)) - from;
    const length = spanEntries.integerBytes(0, live) + spanEntries.integerBytes(0, deleted);
    const there = this.grow(node, size + length - old + added, size);
    this.node = NONE;
    if (length !== old) {
      const tail = LISTPACK_HEADER_BYTES + old;
      arena.move(there, LISTPACK_HEADER_BYTES + length, there, tail, size - tail);
      arena.setI32(there, 0, size + length - old);
    }
    arena.willWrite(there, LISTPACK_HEADER_BYTES, length);
    const at = arena.base(there) + LISTPACK_HEADER_BYTES;
    const written = arena.view(there);
    spanEntries.writeInteger(written, spanEntries.writeInteger(written, at, 0, live), 0, deleted);
    return there;
  }

  /** A node that nothing will be added to gives back what its block is too long. O(bytes). */
  trimBlock(node: number): number {
    const { arena } = this;
    const size = arena.i32(node, 0);
    if (arena.blockSize(node) - size <= size >>> WASTE_SHIFT) return node;
    const there = arena.alloc(size);
    arena.move(there, 0, node, 0, size);
    arena.free(node);
    this.node = NONE;
    return there;
  }

  /** @hot Makes the block at least `size` bytes long. */
  private grow(node: number, size: number, kept: number): number {
    const { arena } = this;
    const room = arena.blockSize(node);
    if (size <= room) return node;
    return arena.realloc(node, Math.max(size, room + (room >>> GROWTH_SHIFT)), kept);
  }

  /** @hot Whether the open node's master entry has exactly these fields. O(bytes). */
  private hasFields(spans: ByteSpans, first: number, pairs: number): boolean {
    if (pairs !== this.masterPairs) return false;
    const { bytes, view, element } = this;
    let at = this.masterFieldsAt;
    for (let i = 0; i < pairs; i++) {
      at = element.decode(view, at);
      const span = first + 2 * i;
      const length = element.isInteger ? element.integer.write(this.digits, 0) : element.length;
      if (spans.length(span) !== length) return false;
      const from = spans.offset(span);
      const isSame = element.isInteger
        ? isEqual(this.digits, this.digitsView, 0, spans.bytes, spans.view, from, length)
        : isEqual(bytes, view, element.offset, spans.bytes, spans.view, from, length);
      if (!isSame) return false;
    }
    return true;
  }
}

/** @hot Where the entry behind the one at `at` begins. O(1). */
function next(view: DataView, at: number): number {
  return at + entryBytesAt(view, at);
}

/** @hot Where the entry begins that ends before `at`. O(1). */
function previous(view: DataView, at: number): number {
  return at - entryBytesBefore(view, at);
}
