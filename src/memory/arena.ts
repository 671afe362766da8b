/**
 * The arena: all data at rest of one server, addressed by int32 references. This is the interface that `types/` and the
 * keyspace see; layout.ts says what a reference is, small-blocks.ts, run-blocks.ts and slabs.ts where blocks come from.
 *
 * Rules for its users
 * 1. Every write goes through a setter or stands after `willWrite` for the bytes it changes. That is the snapshot
 *    barrier. Reads may go through `words`, `bytes`, `views`, `doubles` directly: `words[ref >>> 21]` and so on.
 * 2. A new block holds anything, but for word 2 of a record, which is 0. Bit 31 of that word is the live bit: set it
 *    when the record is complete, and walks visit it.
 * 3. A reference is valid from `alloc` to `free`, `realloc` or `reset`; so are `view` and `base`.
 * 4. Offsets and indices count from the block's first byte: `word` in 4 bytes, `dword` in 8 bytes.
 *
 * Little-endian machines only, as Redis' own formats are: words and DataViews must agree.
 */
import { assert } from '../util/assert.js';
import { type Clock, systemClock } from '../util/clock.js';
import { MemoryAccount } from './account.js';
import { BufferReturn } from './buffer-return.js';
import {
  compareBytes,
  compareLong,
  copyBytes,
  copyBytesDown,
  equalBytes,
  SMALL_COMPARE,
  SMALL_COPY,
  zeroBytes,
} from './byte-loops.js';
import { type BarrierStats, CardBarrier, type SnapshotHandle, type SnapshotOptions } from './card-barrier.js';
import {
  type BlockKind,
  KIND_DATA,
  KIND_RECORD,
  LIVE_WORD,
  MAX_BLOCK_BYTES,
  MAX_RUN_UNITS,
  PAGE_BYTES,
  RUN_UNIT_BYTES,
  SLAB_EMPTY,
  SLAB_LONG_DATA,
  SLAB_NONE,
  SLAB_RUN_DATA,
  SLAB_SHIFT,
} from './layout.js';
import type { MemoryReader } from './memory-reader.js';
import { isOutOfMemory, OutOfMemoryError } from './out-of-memory-error.js';
import { PreparedBuffer } from './prepared-buffer.js';
import { RecordCursor, type WalkSource, walkRecords } from './record-walk.js';
import { RunBlocks } from './run-blocks.js';
import { MAX_SMALL_BYTES, ROW_BYTES, ROW_OF } from './size-classes.js';
import { longBufferBytes, SlabTable } from './slabs.js';
import { SmallBlocks } from './small-blocks.js';

const MAX_RUN_BYTES = MAX_RUN_UNITS * RUN_UNIT_BYTES;
/** A record has room for its live bit. */
const MIN_RECORD_BYTES = (LIVE_WORD + 1) * 4;
/** Blocks above MAX_RUN_BYTES count in these steps. */
const LONG_STEP = 4096;
/** Idle extents that are kept for the next growth. */
const SPARE_EXTENTS = 1;
/** Time between two steps of giving memory back. */
const TIDY_EVERY_US = 100_000;
const WALK_ALL = 0x7fffffff;

/** What an arena is made of. */
export interface ArenaOptions {
  /** Where block sizes are entered. Default: an account of its own. */
  readonly account?: MemoryAccount;
  /** Measures the budget of {@link Arena.maintain}. Default: the system's. */
  readonly clock?: Clock;
  /** Slab ids at most: an even number up to 2048, the default. Less only in tests. */
  readonly slabLimit?: number;
}

/** Figures for INFO and MEMORY STATS. */
export interface ArenaStats {
  /** Bytes of live blocks, as the account counts them. */
  liveBytes: number;
  /** Bytes of the pages and runs that hold live blocks, and of long blocks: what the live bytes are spread over. */
  heldBytes: number;
  /** Bytes that have been touched and may be resident. Run slabs count whole. */
  touchedBytes: number;
  /** Address space taken from the system, resident or not; what waits to be given back is among it. */
  reservedBytes: number;
  /** Slabs in use, long blocks not among them. */
  slabs: number;
  /** Pages of small blocks in use. */
  pages: number;
  /** Runs in use. */
  runs: number;
  /** Blocks with a buffer of their own. */
  longBlocks: number;
  /** `touchedBytes / liveBytes`, 1 for an empty arena. */
  fragmentation: number;
}

/** One server's data. Several arenas live side by side. */
export class Arena implements MemoryReader, WalkSource {
  /** Int32 views by slab id. To be read through, written to only after {@link willWrite}. */
  readonly words: Int32Array[];
  /** Byte views by slab id. */
  readonly bytes: Uint8Array[];
  /** DataViews by slab id. */
  readonly views: DataView[];
  /** Float64 views by slab id. Never copy bytes through them: NaN patterns change. */
  readonly doubles: Float64Array[];
  /** Where all memory of the server is counted. */
  readonly account: MemoryAccount;
  /** What {@link window} has opened. */
  windowBytes: Uint8Array;
  /** Where it begins in `windowBytes`. */
  windowBase = 0;
  /** A snapshot runs: every write goes through the barrier. Read it, do not set it. */
  snapshotting = false;

  private readonly returns = new BufferReturn();
  private readonly prepared: PreparedBuffer;
  private readonly slabs: SlabTable;
  private readonly barrier: CardBarrier;
  private readonly small: SmallBlocks;
  private readonly runs: RunBlocks;
  private readonly clock: Clock;
  private tidiedAtUs = Number.NEGATIVE_INFINITY;

  constructor(options: ArenaOptions = {}) {
    this.account = options.account ?? new MemoryAccount();
    this.clock = options.clock ?? systemClock;
    this.prepared = new PreparedBuffer(this.returns, this.account);
    this.slabs = new SlabTable(this.returns, this.prepared, options.slabLimit);
    this.barrier = new CardBarrier(this.slabs, this.returns, this.account);
    this.small = new SmallBlocks(this.slabs, this.barrier, this.account);
    this.runs = new RunBlocks(this.slabs, this.barrier, this.account);
    this.words = this.slabs.words;
    this.bytes = this.slabs.bytes;
    this.views = this.slabs.views;
    this.doubles = this.slabs.doubles;
    this.windowBytes = this.slabs.bytes[0]!;
  }

  // ---- single values

  /** @hot The int32 in word `word` of the block. O(1). */
  i32(ref: number, word: number): number {
    return this.words[ref >>> 21]![((ref & 0x1fffff) << 1) + word]!;
  }

  /** @hot Sets word `word`. O(1). */
  setI32(ref: number, word: number, value: number): void {
    if (this.snapshotting) this.preserve(ref, word << 2, 4);
    this.words[ref >>> 21]![((ref & 0x1fffff) << 1) + word] = value;
  }

  /** @hot Sets word `word` without the barrier: for LRU clocks only, whose value a snapshot may see newer. O(1). */
  setI32Quiet(ref: number, word: number, value: number): void {
    this.words[ref >>> 21]![((ref & 0x1fffff) << 1) + word] = value;
  }

  /** @hot The byte at offset `byte`. O(1). */
  u8(ref: number, byte: number): number {
    return this.bytes[ref >>> 21]![((ref & 0x1fffff) << 3) + byte]!;
  }

  /** @hot Sets the byte at offset `byte`. O(1). */
  setU8(ref: number, byte: number, value: number): void {
    if (this.snapshotting) this.preserve(ref, byte, 1);
    this.bytes[ref >>> 21]![((ref & 0x1fffff) << 3) + byte] = value;
  }

  /** @hot The double at offset `dword * 8`. O(1). */
  f64(ref: number, dword: number): number {
    return this.doubles[ref >>> 21]![(ref & 0x1fffff) + dword]!;
  }

  /** @hot Sets the double at offset `dword * 8`. O(1). */
  setF64(ref: number, dword: number, value: number): void {
    if (this.snapshotting) this.preserve(ref, dword << 3, 8);
    this.doubles[ref >>> 21]![(ref & 0x1fffff) + dword] = value;
  }

  // ---- ranges of bytes

  /**
   * @hot The DataView that holds the block; its first byte stands at {@link base}. Reading only, or after
   * {@link willWrite}.
   */
  view(ref: number): DataView {
    return this.views[ref >>> 21]!;
  }

  /** @hot Byte offset of the block in {@link view} and in `bytes[ref >>> 21]`. */
  base(ref: number): number {
    return (ref & 0x1fffff) << 3;
  }

  /** @hot Opens bytes of the block for being read in place: {@link MemoryReader.window}. O(1). */
  window(ref: number, offset: number, _length: number): DataView {
    const slab = ref >>> 21;
    const bytes = this.bytes[slab]!;
    if (this.windowBytes !== bytes) this.windowBytes = bytes;
    this.windowBase = ((ref & 0x1fffff) << 3) + offset;
    return this.views[slab]!;
  }

  /**
   * @hot To be called before bytes [offset, offset + length) of the block change other than by a setter. O(1), or
   * O(cards).
   */
  willWrite(ref: number, offset: number, length: number): void {
    if (this.snapshotting) this.preserve(ref, offset, length);
  }

  /** @hot Copies bytes into the block. O(length). @param sourceView the same memory as `source`, index for index */
  copyIn(ref: number, offset: number, source: Uint8Array, sourceView: DataView, from: number, length: number): void {
    if (this.snapshotting) this.preserve(ref, offset, length);
    const at = ((ref & 0x1fffff) << 3) + offset;
    if (length <= SMALL_COPY) copyBytes(this.views[ref >>> 21]!, at, sourceView, from, length);
    else this.bytes[ref >>> 21]!.set(source.subarray(from, from + length), at); // allocates: above SMALL_COPY alone
  }

  /** @hot Copies bytes out of the block. O(length). @param targetView the same memory as `target`, index for index */
  copyOut(ref: number, offset: number, target: Uint8Array, targetView: DataView, at: number, length: number): void {
    const from = ((ref & 0x1fffff) << 3) + offset;
    if (length <= SMALL_COPY) copyBytes(targetView, at, this.views[ref >>> 21]!, from, length);
    else target.set(this.bytes[ref >>> 21]!.subarray(from, from + length), at); // allocates: above SMALL_COPY alone
  }

  /** Copies bytes from block to block, or within one, where the ranges may overlap. O(length). */
  move(toRef: number, toOffset: number, fromRef: number, fromOffset: number, length: number): void {
    if (this.snapshotting) this.preserve(toRef, toOffset, length);
    const to = ((toRef & 0x1fffff) << 3) + toOffset;
    const from = ((fromRef & 0x1fffff) << 3) + fromOffset;
    const target = toRef >>> 21;
    const source = fromRef >>> 21;
    if (length > SMALL_COPY) {
      if (target === source) this.bytes[target]!.copyWithin(to, from, from + length);
      else this.bytes[target]!.set(this.bytes[source]!.subarray(from, from + length), to);
    } else if (target === source && to > from) {
      copyBytesDown(this.views[target]!, to, this.views[source]!, from, length);
    } else copyBytes(this.views[target]!, to, this.views[source]!, from, length);
  }

  /** Sets bytes of the block to zero. O(length). */
  zero(ref: number, offset: number, length: number): void {
    if (this.snapshotting) this.preserve(ref, offset, length);
    zeroBytes(this.bytes[ref >>> 21]!, this.views[ref >>> 21]!, ((ref & 0x1fffff) << 3) + offset, length);
  }

  /** @hot Whether `length` bytes of the block from `offset` equal those of `bytes` from `from`. O(length). */
  equals(ref: number, offset: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const at = ((ref & 0x1fffff) << 3) + offset;
    if (length <= SMALL_COMPARE) return equalBytes(this.views[ref >>> 21]!, at, view, from, length);
    return compareLong(this.bytes[ref >>> 21]!, at, bytes, from, length) === 0;
  }

  /**
   * @hot Compares `length` bytes of the block from `offset` with as many of `bytes` from `from`, as unsigned bytes:
   * -1, 0 or 1. Where the strings differ in length, pass the shorter and let the lengths decide a 0. O(length).
   */
  compare(ref: number, offset: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const at = ((ref & 0x1fffff) << 3) + offset;
    if (length <= SMALL_COMPARE) return compareBytes(this.views[ref >>> 21]!, at, view, from, length);
    return compareLong(this.bytes[ref >>> 21]!, at, bytes, from, length);
  }

  // ---- blocks

  /** @hot A block of at least `size` bytes, 8-byte aligned, with anything in it. O(1), O(slabs) above 16 KiB. */
  alloc(size: number): number {
    if (size <= MAX_SMALL_BYTES) return this.small.alloc(ROW_OF[(size + 7) >>> 3]!);
    return this.allocLarge(size, KIND_DATA);
  }

  /** @hot A record block of at least `size` bytes: like {@link alloc}, with word 2 = 0, visited by walks once live. */
  allocRecord(size: number): number {
    if (size > MAX_SMALL_BYTES) return this.allocLarge(size, KIND_RECORD);
    return this.small.alloc(ROW_OF[(Math.max(size, MIN_RECORD_BYTES) + 7) >>> 3]! | KIND_RECORD);
  }

  /**
   * Makes sure that the next `count` blocks of up to {@link MAX_SMALL_BYTES} need no memory that is not there, whatever
   * is freed in between: for who changes several things, and all of them or none. O(slabs).
   */
  reserve(count: number): void {
    this.small.reserve(count);
  }

  /** @hot Takes a block back, of either kind. O(1). */
  free(ref: number): void {
    const row = this.small.rowOf(ref);
    if (row !== 0) this.small.free(ref, row);
    else this.freeLarge(ref);
  }

  /** @hot Bytes that may be used of the block: at least what was asked for. O(1). */
  blockSize(ref: number): number {
    const row = this.small.rowOf(ref);
    return row !== 0 ? ROW_BYTES[row]! : this.largeSize(ref);
  }

  /**
   * A block of the same kind of at least `size` bytes that begins with the first `keep` bytes of this one; `ref` itself
   * when it fits without waste, else `ref` is freed. A record's live bit is among its bytes: keep at least 12. Making
   * it shorter never throws. O(keep).
   */
  realloc(ref: number, size: number, keep: number): number {
    const room = this.blockSize(ref);
    const row = this.small.rowOf(ref);
    // At most a quarter may lie idle; small blocks may keep 16 bytes more.
    if (size <= room && size >= room - (room >>> 2) - 16) return ref;
    if (row === 0 && this.resizeLarge(ref, size)) return ref;
    return size <= room ? this.shrink(ref, size, keep) : this.relocate(ref, row, size, keep);
  }

  /** To a smaller block; where there is no memory even for that, everything stays in the one there is. */
  private shrink(ref: number, size: number, keep: number): number {
    try {
      return this.relocate(ref, this.small.rowOf(ref), size, keep);
    } catch (error) {
      if (error instanceof OutOfMemoryError) return ref;
      throw error;
    }
  }

  /** To another block, of at least `size` bytes. */
  private relocate(ref: number, row: number, size: number, keep: number): number {
    const room = this.blockSize(ref);
    const kind = (row !== 0 ? row : this.slabs.kinds[ref >>> SLAB_SHIFT]!) & 1 ? KIND_RECORD : KIND_DATA;
    let moved: number;
    // What has grown will grow: with address space to spare the next times are in place, and the copies a constant
    // share.
    if (size > MAX_RUN_BYTES && size > room) moved = this.allocLong(size, Math.min(size * 2, MAX_BLOCK_BYTES), kind);
    else moved = kind === KIND_RECORD ? this.allocRecord(size) : this.alloc(size);
    this.move(moved, 0, ref, 0, Math.min(keep, size, room));
    this.free(ref);
    return moved;
  }

  /**
   * Frees everything: FLUSHALL. The arena stays the same object; a snapshot that runs keeps what it needs. O(pages).
   */
  reset(): void {
    if (this.snapshotting) this.barrier.forgetAll();
    this.small.reset();
    this.runs.reset();
    for (let id = 1; id < this.slabs.limit; id++) this.account.sub(this.slabs.longBytes[id]!);
    this.slabs.reset(this.snapshotting);
  }

  // ---- background

  /**
   * What the event loop does between commands, within about `budgetUs`: touches memory ahead, and each 100 ms takes a
   * step at giving idle memory back. The incremental garbage collection that this needs comes in pieces of some 2 ms,
   * which the budget does not cover.
   */
  maintain(budgetUs: number): void {
    const startUs = this.clock.monotonicUs();
    while (this.prepareStep()) if (this.clock.monotonicUs() - startUs >= budgetUs) break;
    if (startUs - this.tidiedAtUs < TIDY_EVERY_US) return;
    this.tidiedAtUs = startUs;
    this.purge();
  }

  /** One step at giving idle memory back, at once and whatever {@link maintain} has done lately. */
  purge(): void {
    this.small.trim();
    this.prepared.step();
    if (this.snapshotting) return;
    while (this.returns.hasRoom && this.slabs.returnIdleExtent(SPARE_EXTENTS));
    this.returns.step();
  }

  /**
   * Says that a block of up to `bytes` bytes will be asked for, to hold what is coming in, of which `arrived` bytes
   * have come: when that much is copied there, it will not wait for memory. For long blocks only; without effect when
   * there is no memory, which whoever needs it will see. O(a piece of at most 1 MiB).
   */
  expectBlock(bytes: number, arrived: number): void {
    if (bytes <= MAX_RUN_BYTES || bytes > MAX_BLOCK_BYTES) return;
    try {
      this.prepared.prepare(longBufferBytes(bytes), arrived);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    }
  }

  /**
   * Takes a buffer of somebody else's that is dropped now, such as one that a large value came in: it goes back to the
   * system with those of the arena, rather than when V8 sees a reason to collect it. Small ones are left to V8. O(1).
   */
  giveBack(buffer: ArrayBufferLike): void {
    this.returns.add(buffer);
  }

  /** Calls `visit` for every live record in slab order. O(blocks). The arena must not change meanwhile. */
  walkRecords(visit: (ref: number) => void): void {
    walkRecords(this, new RecordCursor(), WALK_ALL, visit);
  }

  /**
   * One step of a walk that other work may interrupt: looks at `blocks` blocks from `cursor` on and moves it. False at
   * the end. Records that live all the time are visited exactly once, others at most once a life. O(blocks).
   */
  nextRecords(cursor: RecordCursor, blocks: number, visit: (ref: number) => void): boolean {
    return walkRecords(this, cursor, blocks, visit);
  }

  // ---- snapshots

  /**
   * Begins a snapshot: what it describes stays readable in a worker until {@link endSnapshot}. One at a time. O(pages).
   */
  beginSnapshot(options: SnapshotOptions = {}): SnapshotHandle {
    const handle = this.barrier.begin(this.small.pageWords(), options);
    this.snapshotting = true;
    return handle;
  }

  /** Ends it, after its worker has stopped reading. O(slabs). */
  endSnapshot(): void {
    this.barrier.end();
    this.snapshotting = false;
  }

  /** Whether the side memory of the running snapshot exceeds its limit: writers are to be slowed down. O(1). */
  get snapshotOverLimit(): boolean {
    return this.barrier.overLimit;
  }

  /**
   * Whether the running or the last snapshot has failed, since there was no memory to keep what was overwritten. O(1).
   */
  get snapshotFailed(): boolean {
    return this.barrier.failed;
  }

  /** Figures of the running or the last snapshot. O(1). */
  get snapshotStats(): Readonly<BarrierStats> {
    return this.barrier.stats;
  }

  // ---- figures

  /** Figures of the moment. O(slabs). */
  stats(): ArenaStats {
    const { slabs, small, runs } = this;
    let longBytes = 0;
    let longBlocks = 0;
    let slabBytes = 0;
    let inUse = 0;
    for (let id = 1; id < slabs.limit; id++) {
      const kind = slabs.kinds[id]!;
      if (kind >= SLAB_LONG_DATA) {
        longBytes += slabs.longBytes[id]!;
        longBlocks++;
      } else if (kind !== SLAB_NONE) {
        slabBytes += slabs.touchedPages[id]! * PAGE_BYTES;
        if (kind !== SLAB_EMPTY) inUse++;
      }
    }
    const liveBytes = small.liveBytes[0]! + runs.liveBytes[0]! + longBytes;
    const touchedBytes = slabBytes + longBytes;
    return {
      liveBytes,
      heldBytes: small.pageCount * PAGE_BYTES + runs.liveBytes[0]! + longBytes,
      touchedBytes,
      reservedBytes: slabs.reservedBytes + this.returns.waitingBytes,
      slabs: inUse,
      pages: small.pageCount,
      runs: runs.runCount,
      longBlocks,
      fragmentation: liveBytes === 0 ? 1 : touchedBytes / liveBytes,
    };
  }

  /** @internal For walks: slab ids are below this. */
  get slabLimit(): number {
    return this.slabs.limit;
  }

  /** @internal For walks. */
  slabKind(slab: number): number {
    return this.slabs.kinds[slab]!;
  }

  /** @internal For walks. */
  pageWord(page: number): number {
    return this.small.pageWord(page);
  }

  // ---- slow paths

  /** The barrier's slow path, out of line so that the setters stay small. */
  private preserve(ref: number, offset: number, length: number): void {
    this.barrier.preserve(ref >>> 21, ((ref & 0x1fffff) << 3) + offset, length);
  }

  private allocLarge(size: number, kind: BlockKind): number {
    assert(size >= 0, 'a block size that is not negative');
    if (size <= MAX_RUN_BYTES) return this.runs.alloc(size, kind);
    return this.allocLong(size, size, kind);
  }

  /** A block in a buffer of its own, which has address space for `reserve` bytes. */
  private allocLong(size: number, reserve: number, kind: BlockKind): number {
    const bytes = Math.ceil(size / LONG_STEP) * LONG_STEP;
    const id = this.slabs.acquireLong(bytes, Math.max(bytes, reserve), SLAB_LONG_DATA + kind);
    this.account.add(bytes);
    return id << SLAB_SHIFT;
  }

  private freeLarge(ref: number): void {
    const id = ref >>> SLAB_SHIFT;
    const kind = this.slabs.kinds[id]!;
    assert(kind >= SLAB_RUN_DATA, 'a block that is freed to be in use');
    if (kind < SLAB_LONG_DATA) {
      this.runs.free(ref);
      return;
    }
    this.account.sub(this.slabs.longBytes[id]!);
    if (this.snapshotting) this.barrier.forget(id);
    this.slabs.releaseLong(id);
  }

  private largeSize(ref: number): number {
    const id = ref >>> SLAB_SHIFT;
    return this.slabs.kinds[id]! < SLAB_LONG_DATA ? this.runs.size(ref) : this.slabs.longBytes[id]!;
  }

  /** Makes a run or a long block longer or shorter where it is, if its place allows. */
  private resizeLarge(ref: number, size: number): boolean {
    const id = ref >>> SLAB_SHIFT;
    if (this.slabs.kinds[id]! < SLAB_LONG_DATA) {
      return size > MAX_SMALL_BYTES && size <= MAX_RUN_BYTES && this.runs.resize(ref, size);
    }
    // A long block may grow into what its buffer holds; a shorter one gets a buffer that gives the memory back.
    const bytes = Math.ceil(size / LONG_STEP) * LONG_STEP;
    const before = this.slabs.longBytes[id]!;
    if (bytes <= before || bytes > this.slabs.words[id]!.byteLength) return false;
    this.slabs.longBytes[id] = bytes;
    this.account.add(bytes - before);
    return true;
  }

  private prepareStep(): boolean {
    try {
      return this.barrier.prepare() || this.small.touchAhead();
    } catch (error) {
      if (isOutOfMemory(error)) return false; // nothing to prepare then; who needs memory will see
      throw error;
    }
  }
}
