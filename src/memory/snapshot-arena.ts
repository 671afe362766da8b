/**
 * The worker's side of a snapshot: reads the arena as it was when the snapshot began, while the main thread goes on
 * changing it. card-barrier.ts draws the memory that both share.
 *
 * Every read loads the data, then the card's state; if the card has been copied, the copy is the truth. A state that is
 * still 0 after the data was loaded proves that the data is old, for the main thread publishes the copy first.
 *
 * Invariants
 * 1. Data blocks may be read until the snapshot ends. A record may be read until the walk goes on to the next one: its
 *    cards then count as passed, and the main thread copies them no more.
 * 2. There is one walk a snapshot, and it only goes forward.
 * 3. A step of the walk ends with a look at whether the snapshot has failed. What was read in a step that throws
 *    SnapshotFailedError is worth nothing, nor is any other error that comes out of reading once
 *    {@link SnapshotArena.failed}.
 * 4. Words that are set without the barrier (`setI32Quiet`) may be newer than the snapshot.
 *
 * Machines that reorder loads (arm64) need more than the order of the program: words and bytes are loaded atomically
 * there, longer pieces are followed by a fence.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '../util/assert.js';
import { compareBytes, copyBytes, equalBytes, SMALL_COPY } from './byte-loops.js';
import type { SnapshotHandle } from './card-barrier.js';
import {
  CARD_BYTES,
  CARD_SHIFT,
  CONTROL_CURSOR,
  CONTROL_FAILED,
  CONTROL_FENCE,
  CURSOR_END,
  PAGE_SHIFT,
  RUN_FREE,
  RUN_UNIT_BYTES,
  RUN_UNIT_SHIFT,
  SIDE_CHUNK_SHIFT,
  SLAB_BYTES,
  SLAB_CARD_SHIFT,
  SLAB_LONG_DATA,
  SLAB_NONE,
  SLAB_SHIFT,
  UNIT_MASK,
} from './layout.js';
import type { MemoryReader } from './memory-reader.js';
import { RecordCursor, type WalkSource, walkRecords } from './record-walk.js';
import { ROW_BYTES } from './size-classes.js';
import { SnapshotFailedError } from './snapshot-failed-error.js';

const CHUNK_MASK = (1 << SIDE_CHUNK_SHIFT) - 1;
const CARD_MASK = CARD_BYTES - 1;
/** Of the first window. */
const WINDOW_BYTES = 8192;
/** Blocks between two publications of the cursor. */
const STEP_BLOCKS = 64;
const NO_BUFFER = new SharedArrayBuffer(0);
/** x86 keeps loads in the order of the program. */
const LOADS_IN_ORDER = process.arch === 'x64' || process.arch === 'ia32';

/** The arena as it was when the snapshot of the handle began. Made in the worker that takes it. */
export class SnapshotArena implements MemoryReader, WalkSource {
  /** Slab ids are below this. */
  readonly slabLimit: number;
  /** What {@link window} has copied. */
  windowBytes: Uint8Array = new Uint8Array(WINDOW_BYTES);
  /** Where it begins in `windowBytes`: always at its beginning. */
  readonly windowBase = 0;

  private readonly words: Int32Array[] = [];
  private readonly bytes: Uint8Array[] = [];
  private readonly views: DataView[] = [];
  private readonly doubles: Float64Array[] = [];
  private readonly states: Int32Array[] = [];
  private readonly kinds: Uint8Array;
  private readonly pages: Int32Array;
  private readonly longBytes: Int32Array;
  private readonly control: Int32Array;
  private readonly port: MessagePort;
  private readonly chunkWords: Int32Array[] = [];
  private readonly chunkBytes: Uint8Array[] = [];
  private readonly chunkViews: DataView[] = [];
  private readonly chunkDoubles: Float64Array[] = [];
  private published = 0;
  private windowView = new DataView(this.windowBytes.buffer);

  /** @param inOrder whether loads happen in the order of the program; given only in tests */
  constructor(
    handle: SnapshotHandle,
    private readonly inOrder: boolean = LOADS_IN_ORDER,
  ) {
    this.slabLimit = handle.buffers.length;
    this.kinds = handle.kinds;
    this.pages = handle.pages;
    this.longBytes = handle.longBytes;
    this.control = new Int32Array(handle.control);
    this.port = handle.sides;
    for (let id = 0; id < this.slabLimit; id++) {
      const buffer = handle.buffers[id] ?? NO_BUFFER;
      const offset = buffer === NO_BUFFER ? 0 : handle.offsets[id]!;
      const isLong = this.kinds[id]! >= SLAB_LONG_DATA;
      const length = isLong ? buffer.byteLength : Math.min(SLAB_BYTES, buffer.byteLength - offset);
      this.words.push(new Int32Array(buffer, offset, length / 4));
      this.bytes.push(new Uint8Array(buffer, offset, length));
      this.views.push(new DataView(buffer, offset, length));
      this.doubles.push(new Float64Array(buffer, offset, length / 8));
      const start = handle.stateStarts[id]!;
      if (start === -1) this.states.push(new Int32Array(NO_BUFFER));
      else this.states.push(new Int32Array(handle.states, start * 4, length >>> CARD_SHIFT));
    }
  }

  /** @hot The int32 in word `word` of the block. O(1). */
  i32(ref: number, word: number): number {
    const slab = ref >>> 21;
    const at = ((ref & 0x1fffff) << 1) + word;
    const words = this.words[slab]!;
    const value = this.inOrder ? words[at]! : Atomics.load(words, at);
    const copy = Atomics.load(this.states[slab]!, at >>> 7);
    return copy === 0 ? value : this.chunkWords[this.chunkOf(copy)]![(((copy - 1) & CHUNK_MASK) << 7) + (at & 127)]!;
  }

  /** @hot The byte at offset `byte`. O(1). */
  u8(ref: number, byte: number): number {
    const slab = ref >>> 21;
    const at = ((ref & 0x1fffff) << 3) + byte;
    const bytes = this.bytes[slab]!;
    const value = this.inOrder ? bytes[at]! : Atomics.load(bytes, at);
    const copy = Atomics.load(this.states[slab]!, at >>> CARD_SHIFT);
    if (copy === 0) return value;
    return this.chunkBytes[this.chunkOf(copy)]![placeOf(copy) + (at & CARD_MASK)]!;
  }

  /** @hot The double at offset `dword * 8`. O(1). */
  f64(ref: number, dword: number): number {
    const slab = ref >>> 21;
    const at = (ref & 0x1fffff) + dword;
    const value = this.doubles[slab]![at]!;
    if (!this.inOrder) this.fence();
    const copy = Atomics.load(this.states[slab]!, at >>> 6);
    return copy === 0 ? value : this.chunkDoubles[this.chunkOf(copy)]![(((copy - 1) & CHUNK_MASK) << 6) + (at & 63)]!;
  }

  /** Copies bytes out of the block, card by card. O(length). */
  copyOut(ref: number, offset: number, target: Uint8Array, targetView: DataView, at: number, length: number): void {
    const slab = ref >>> SLAB_SHIFT;
    let from = this.byteOf(ref) + offset;
    let to = at;
    for (let left = length; left > 0; ) {
      const piece = Math.min(left, CARD_BYTES - (from & CARD_MASK));
      if (piece <= SMALL_COPY) copyBytes(targetView, to, this.views[slab]!, from, piece);
      else target.set(this.bytes[slab]!.subarray(from, from + piece), to);
      const copy = this.stateAfterLoad(slab, from);
      if (copy !== 0) {
        copyBytes(targetView, to, this.chunkViews[this.chunkOf(copy)]!, placeOf(copy) + (from & CARD_MASK), piece);
      }
      from += piece;
      to += piece;
      left -= piece;
    }
  }

  /** Copies bytes of the block for being read as if in place: {@link MemoryReader.window}. O(length). */
  window(ref: number, offset: number, length: number): DataView {
    if (length > this.windowBytes.length) {
      this.windowBytes = new Uint8Array(Math.max(length, this.windowBytes.length * 2));
      this.windowView = new DataView(this.windowBytes.buffer);
    }
    this.copyOut(ref, offset, this.windowBytes, this.windowView, 0, length);
    return this.windowView;
  }

  /** Whether `length` bytes of the block from `offset` equal those of `view` from `from`. O(length). */
  equals(ref: number, offset: number, _bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const slab = ref >>> SLAB_SHIFT;
    let at = this.byteOf(ref) + offset;
    let other = from;
    for (let left = length; left > 0; ) {
      const piece = Math.min(left, CARD_BYTES - (at & CARD_MASK));
      let equal = equalBytes(this.views[slab]!, at, view, other, piece);
      const copy = this.stateAfterLoad(slab, at);
      if (copy !== 0) {
        const place = placeOf(copy) + (at & CARD_MASK);
        equal = equalBytes(this.chunkViews[this.chunkOf(copy)]!, place, view, other, piece);
      }
      if (!equal) return false;
      at += piece;
      other += piece;
      left -= piece;
    }
    return true;
  }

  /** -1, 0 or 1 as `length` bytes of the block are below, equal to or above those of `view`. O(length). */
  compare(ref: number, offset: number, _bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const slab = ref >>> SLAB_SHIFT;
    let at = this.byteOf(ref) + offset;
    let other = from;
    for (let left = length; left > 0; ) {
      const piece = Math.min(left, CARD_BYTES - (at & CARD_MASK));
      let order = compareBytes(this.views[slab]!, at, view, other, piece);
      const copy = this.stateAfterLoad(slab, at);
      if (copy !== 0) {
        const place = placeOf(copy) + (at & CARD_MASK);
        order = compareBytes(this.chunkViews[this.chunkOf(copy)]!, place, view, other, piece);
      }
      if (order !== 0) return order;
      at += piece;
      other += piece;
      left -= piece;
    }
    return 0;
  }

  /** Bytes that could be used of the block. O(1). */
  blockSize(ref: number): number {
    const id = ref >>> SLAB_SHIFT;
    if (this.kinds[id]! >= SLAB_LONG_DATA) return this.longBytes[id]!;
    const word = this.pages[ref >>> PAGE_SHIFT]!;
    if (word !== 0) return ROW_BYTES[word & 0xff]!;
    assert(this.kinds[id] !== SLAB_NONE, 'a block that the snapshot holds');
    const units = this.i32(id << SLAB_SHIFT, (ref & UNIT_MASK) >>> RUN_UNIT_SHIFT) & (RUN_FREE - 1);
    return units * RUN_UNIT_BYTES;
  }

  /** Calls `visit` for every record in slab order; it may read the record, and whatever that refers to. O(blocks). */
  walkRecords(visit: (ref: number) => void): void {
    const cursor = new RecordCursor();
    while (this.nextRecords(cursor, STEP_BLOCKS, visit));
  }

  /**
   * One step of the walk: looks at `blocks` blocks from `cursor` on and moves it. False at the end. What was visited
   * before must not be read any more. O(blocks).
   * @throws SnapshotFailedError when there was no memory in the main thread to keep the snapshot as it was
   */
  nextRecords(cursor: RecordCursor, blocks: number, visit: (ref: number) => void): boolean {
    this.publish((cursor.slab << SLAB_CARD_SHIFT) + (cursor.unit >>> (CARD_SHIFT - 3)));
    const more = walkRecords(this, cursor, blocks, visit);
    if (this.failed) throw new SnapshotFailedError();
    if (!more) this.publish(CURSOR_END);
    return more;
  }

  /**
   * Whether what is read may be newer than the snapshot. Once loaded as false, all that was loaded before is sound.
   * O(1).
   */
  get failed(): boolean {
    if (!this.inOrder) this.fence();
    return Atomics.load(this.control, CONTROL_FAILED) !== 0;
  }

  /** @internal For walks. */
  slabKind(slab: number): number {
    return this.kinds[slab]!;
  }

  /** @internal For walks. */
  pageWord(page: number): number {
    return this.pages[page]!;
  }

  private publish(position: number): void {
    assert(position >= this.published, 'a walk that goes forward');
    this.published = position;
    Atomics.store(this.control, CONTROL_CURSOR, position);
  }

  private byteOf(ref: number): number {
    return (ref & UNIT_MASK) << 3;
  }

  /** The state of the card at byte `at`, loaded after all that was loaded before. */
  private stateAfterLoad(slab: number, at: number): number {
    if (!this.inOrder) this.fence();
    return Atomics.load(this.states[slab]!, at >>> CARD_SHIFT);
  }

  /** An atomic read-modify-write of a word of the worker's own: loads cannot pass it in either direction. */
  private fence(): void {
    Atomics.add(this.control, CONTROL_FENCE, 0);
  }

  /** The chunk of a published copy; takes delivery of chunks that are new. */
  private chunkOf(copy: number): number {
    const chunk = (copy - 1) >>> SIDE_CHUNK_SHIFT;
    if (chunk >= this.chunkWords.length) this.receiveChunks();
    assert(chunk < this.chunkWords.length, 'a side chunk to arrive before the first state that names it');
    return chunk;
  }

  private receiveChunks(): void {
    for (let next = receiveMessageOnPort(this.port); next !== undefined; next = receiveMessageOnPort(this.port)) {
      const buffer = next.message as SharedArrayBuffer; // card-barrier.ts posts nothing else
      this.chunkWords.push(new Int32Array(buffer));
      this.chunkBytes.push(new Uint8Array(buffer));
      this.chunkViews.push(new DataView(buffer));
      this.chunkDoubles.push(new Float64Array(buffer));
    }
  }
}

/** Byte of a copy in its chunk. */
function placeOf(copy: number): number {
  return ((copy - 1) & CHUNK_MASK) << CARD_SHIFT;
}
