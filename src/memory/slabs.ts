/**
 * Slab ids and the buffers behind them.
 *
 * ```
 *   id      0        1        2        3        4        5     ...   2046     2047
 *        +--------+--------+--------+--------+--------+--------+   +--------+--------+
 *        | zeros  |        | SMALL  |  RUN   | SMALL  | EMPTY  |   | LONG   | LONG   |
 *        +--------+--------+--------+--------+--------+--------+   +--------+--------+
 *                          '--- extent ------'--- extent ------'     own buffers, from the top down
 * ```
 * Invariants
 * 1. Ids 2k and 2k+1 (k > 0) are both halves of one extent, or neither is.
 * 2. `words[id]`, `bytes[id]`, `views[id]`, `doubles[id]` are four views of the same memory; ids without memory have
 *    views of length 0. Id 0 has a few zeros, so that reading through reference 0 (touch passes do) is harmless.
 * 3. Memory of an extent above `touchedPages[id]` has never been written to. Long buffers and runs do not keep count.
 * 4. While a snapshot runs, no extent goes, but all at once by `reset`: a recycled one must not lose its card states.
 */
import type { BufferReturn } from './buffer-return.js';
import {
  EXTENT_BYTES,
  EXTENT_SLABS,
  MAX_BLOCK_BYTES,
  PAGE_BYTES,
  SLAB_BYTES,
  SLAB_EMPTY,
  SLAB_IDS,
  SLAB_LONG_DATA,
  SLAB_NONE,
  SLAB_PAGES,
} from './layout.js';
import { OutOfMemoryError } from './out-of-memory-error.js';
import type { PreparedBuffer } from './prepared-buffer.js';
import { allocateShared } from './shared-buffer.js';

const NO_BUFFER = new SharedArrayBuffer(0);
const NO_WORDS = new Int32Array(NO_BUFFER);
const NO_BYTES = new Uint8Array(NO_BUFFER);
const NO_VIEW = new DataView(NO_BUFFER);
const NO_DOUBLES = new Float64Array(NO_BUFFER);

/** The table of slabs of one arena. */
export class SlabTable {
  /** Int32 views, indexed by slab id. */
  readonly words: Int32Array[];
  /** Byte views, indexed by slab id. */
  readonly bytes: Uint8Array[];
  /** DataViews, indexed by slab id. */
  readonly views: DataView[];
  /** Float64 views, indexed by slab id. */
  readonly doubles: Float64Array[];
  /** What stands under each id: one of the SLAB_ constants. */
  readonly kinds: Uint8Array;
  /** Pages from the start of a slab that have been written to at some time. */
  readonly touchedPages: Int16Array;
  /** Bytes of the blocks that have buffers of their own, by id. */
  readonly longBytes: Int32Array;
  /** Ids from here on have never been used by an extent: the end of every loop over extents. */
  extentEnd = EXTENT_SLABS;

  /**
   * @param returns takes the buffers that are not needed any more
   * @param prepared may have a buffer for the next long block
   * @param limit slab ids to use at most, an even number up to 2048; less only in tests
   */
  constructor(
    private readonly returns: BufferReturn,
    private readonly prepared: PreparedBuffer,
    readonly limit: number = SLAB_IDS,
  ) {
    this.words = new Array<Int32Array>(limit).fill(NO_WORDS);
    this.bytes = new Array<Uint8Array>(limit).fill(NO_BYTES);
    this.views = new Array<DataView>(limit).fill(NO_VIEW);
    this.doubles = new Array<Float64Array>(limit).fill(NO_DOUBLES);
    this.kinds = new Uint8Array(limit);
    this.touchedPages = new Int16Array(limit);
    this.longBytes = new Int32Array(limit);
    this.bind(0, new SharedArrayBuffer(4096), 0, 4096);
  }

  /** An empty slab made a slab of `kind`; a new extent where there is none. O(slabs). */
  acquire(kind: number): number {
    let id = this.findEmpty();
    if (id === 0) id = this.addExtent();
    this.kinds[id] = kind;
    return id;
  }

  /** Makes slab `id` of an extent empty again; its memory stays until {@link returnIdleExtent}. O(1). */
  release(id: number): void {
    this.kinds[id] = SLAB_EMPTY;
  }

  /**
   * A buffer of its own for a block of `bytes`, under an id of its own. O(ids), and O(1) in `bytes`.
   * @param room address space for so many bytes at least, for the block to grow in
   */
  acquireLong(bytes: number, room: number, kind: number): number {
    let id = this.limit - 1;
    while (id > 0 && this.kinds[id] !== SLAB_NONE) id--;
    if (id === 0 || bytes > MAX_BLOCK_BYTES) throw new OutOfMemoryError(bytes);
    const reserved = longBufferBytes(room);
    this.bind(id, this.prepared.take(reserved) ?? allocateShared(reserved), 0, reserved);
    this.kinds[id] = kind;
    this.longBytes[id] = bytes;
    return id;
  }

  /** Returns the buffer of a long block. O(1). */
  releaseLong(id: number): void {
    this.returns.add(this.bufferOf(id));
    this.unbind(id);
  }

  /**
   * Returns one extent both of whose slabs are empty, the highest, if there are more than `keep` of them; false if not.
   * The caller sees to it that no snapshot runs. O(slabs).
   */
  returnIdleExtent(keep: number): boolean {
    let found = 0;
    let highest = 0;
    for (let id = EXTENT_SLABS; id < this.extentEnd; id += EXTENT_SLABS) {
      if (this.kinds[id] !== SLAB_EMPTY || this.kinds[id + 1] !== SLAB_EMPTY) continue;
      found++;
      highest = id;
    }
    if (found <= keep) return false;
    this.removeExtent(highest);
    return true;
  }

  /**
   * Empties everything. The extents stay for what comes next, to be returned in turns when nothing does; but not while
   * a snapshot runs, which goes on reading them: then all are returned at once. O(slabs).
   */
  reset(snapshotting: boolean): void {
    for (let id = 1; id < this.limit; id++) {
      const kind = this.kinds[id]!;
      if (kind === SLAB_NONE) continue;
      if (kind >= SLAB_LONG_DATA) this.releaseLong(id);
      else if (!snapshotting) this.kinds[id] = SLAB_EMPTY;
      else if (id % EXTENT_SLABS === 0) this.removeExtent(id);
    }
    if (snapshotting) this.extentEnd = EXTENT_SLABS;
  }

  /** Address space behind all ids. O(slabs). */
  get reservedBytes(): number {
    let bytes = 0;
    for (let id = 1; id < this.limit; id++) if (this.kinds[id] !== SLAB_NONE) bytes += this.words[id]!.byteLength;
    return bytes;
  }

  private findEmpty(): number {
    let best = 0;
    for (let id = EXTENT_SLABS; id < this.extentEnd; id++) {
      if (this.kinds[id] !== SLAB_EMPTY) continue;
      // A half whose other half is in use costs no new extent its idleness.
      if (this.kinds[id ^ 1] !== SLAB_EMPTY) return id;
      if (best === 0) best = id;
    }
    return best;
  }

  private addExtent(): number {
    let id = EXTENT_SLABS;
    while (id + 1 < this.limit && (this.kinds[id] !== SLAB_NONE || this.kinds[id + 1] !== SLAB_NONE))
      id += EXTENT_SLABS;
    if (id + 1 >= this.limit) throw new OutOfMemoryError(EXTENT_BYTES);
    const buffer = allocateShared(EXTENT_BYTES);
    for (let half = 0; half < EXTENT_SLABS; half++) {
      this.bind(id + half, buffer, half * SLAB_BYTES, SLAB_BYTES);
      this.kinds[id + half] = SLAB_EMPTY;
      this.touchedPages[id + half] = 0;
    }
    this.extentEnd = Math.max(this.extentEnd, id + EXTENT_SLABS);
    return id;
  }

  private removeExtent(id: number): void {
    this.returns.add(this.bufferOf(id));
    for (let half = 0; half < EXTENT_SLABS; half++) this.unbind(id + half);
  }

  private bufferOf(id: number): SharedArrayBuffer {
    return this.words[id]!.buffer as SharedArrayBuffer; // slabs are never bound to anything else
  }

  private bind(id: number, buffer: SharedArrayBuffer, offset: number, length: number): void {
    this.words[id] = new Int32Array(buffer, offset, length / 4);
    this.bytes[id] = new Uint8Array(buffer, offset, length);
    this.views[id] = new DataView(buffer, offset, length);
    this.doubles[id] = new Float64Array(buffer, offset, length / 8);
  }

  private unbind(id: number): void {
    this.words[id] = NO_WORDS;
    this.bytes[id] = NO_BYTES;
    this.views[id] = NO_VIEW;
    this.doubles[id] = NO_DOUBLES;
    this.kinds[id] = SLAB_NONE;
    this.touchedPages[id] = SLAB_PAGES;
    this.longBytes[id] = 0;
  }
}

/**
 * Bytes of the buffer of a long block with room for `room`: never less than an extent, for the reason that layout.ts
 * gives.
 */
export function longBufferBytes(room: number): number {
  return Math.max(EXTENT_BYTES, Math.ceil(room / PAGE_BYTES) * PAGE_BYTES); // what is not written to costs nothing
}
