/**
 * The main thread's side of a snapshot: before the first write to a card that existed when the snapshot began and that
 * its worker may still read, the card is copied to side memory.
 *
 * ```
 *   slab      | card 0 | card 1 | card 2 | ...          data, 512 bytes a card
 *   states    |   0    |   17   |   0    | ...          0 = not copied, else number of the copy + 1
 *   side      chunks of 65,536 copies: copy 16 stands in chunk 0 at 16 * 512
 *   control   [ cursor | fence | failed ]               records before the cursor's card position are done with
 * ```
 * Invariants
 * 1. The copy is written, then its number is published with `Atomics.store`, then the data is overwritten. The worker
 *    loads data, then the state, and takes the copy if there is one: it never sees a torn or a newer value.
 * 2. Only the main thread writes states and side memory, only the worker writes the cursor.
 * 3. A card is not copied if its page was free at the start, if its slab is younger than the snapshot, or if it
 *    belongs to records that the worker has passed. Data blocks are followed by reference and count as passed only
 *    at the end.
 * 4. A copy is reused only when its card has been passed; its state keeps the old number, which nobody reads again.
 * 5. A chunk is posted to the worker's port before the first state that names it is stored.
 * 6. A write never fails for a snapshot's sake: without memory for a copy the snapshot has failed, which the control
 *    buffer says before the card is overwritten, and no card is copied any more.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert } from '../util/assert.js';
import type { MemoryAccount } from './account.js';
import type { BufferReturn } from './buffer-return.js';
import {
  CARD_BYTES,
  CARD_SHIFT,
  CONTROL_CURSOR,
  CONTROL_FAILED,
  CONTROL_WORDS,
  EXTENT_BYTES,
  RUN_TABLE_UNITS,
  RUN_UNIT_BYTES,
  SIDE_CHUNK_SHIFT,
  SLAB_CARD_SHIFT,
  SLAB_LONG_DATA,
  SLAB_LONG_RECORD,
  SLAB_NONE,
  SLAB_PAGES,
  SLAB_RUN_DATA,
  SLAB_RUN_RECORD,
  SLAB_SMALL,
} from './layout.js';
import { isOutOfMemory } from './out-of-memory-error.js';
import { allocateShared } from './shared-buffer.js';
import type { SlabTable } from './slabs.js';

const CARD_WORDS = CARD_BYTES / 4;
const CHUNK_CARDS = EXTENT_BYTES / CARD_BYTES;
const CHUNK_MASK = CHUNK_CARDS - 1;
/** Cards at the start of a run slab that hold its table: read until the walk has left the slab. */
const TABLE_CARDS = (RUN_TABLE_UNITS * RUN_UNIT_BYTES) / CARD_BYTES;
/** In a page word: the row's kind bit. */
const PAGE_RECORD = 1;
/** Copies that one search for a reusable one looks at. */
const REUSE_TRIES = 8;
/** Copies that are touched ahead at a time, and how many are kept ready: 64 KiB, 1 MiB. */
const TOUCH_COPIES = 128;
const READY_COPIES = 2048;
/** Side memory enters the account, and the limit, in steps of so many copies: 1 MiB. */
const STEP_COPIES = 2048;
/** Bytes that the system maps at a first touch, in words. */
const SYSTEM_PAGE_WORDS = 1024;
/** A chunk with no more copies than this (4 MiB) is kept for the next snapshot: its pages are touched already. */
const KEPT_COPIES = 8192;
const NO_STATES = new Int32Array(0);
const NO_COPY = -1;

/** What a worker needs to read the arena as it was when the snapshot began: goes through `postMessage` as it is. */
export interface SnapshotHandle {
  /** Buffers by slab id; both halves of an extent name the same one. */
  readonly buffers: readonly (SharedArrayBuffer | null)[];
  /** Where a slab begins in its buffer. */
  readonly offsets: readonly number[];
  /** SLAB_ constants by id. */
  readonly kinds: Uint8Array;
  /** Page words by page number of the arena: `carved << 8 | row`, 0 for a free page. */
  readonly pages: Int32Array;
  /** Bytes of long blocks by id. */
  readonly longBytes: Int32Array;
  /** All card states in one buffer; `stateStarts[id]` is a slab's first word, -1 for none. */
  readonly states: SharedArrayBuffer;
  readonly stateStarts: Int32Array;
  /** See the CONTROL_ constants. */
  readonly control: SharedArrayBuffer;
  /** Side chunks arrive here in order. It must stand in the transfer list too. */
  readonly sides: MessagePort;
}

/** Limits of a snapshot. */
export interface SnapshotOptions {
  /** Side memory above which `overLimit` is set; writers are then to be slowed down. Default: none. */
  readonly sideLimitBytes?: number;
  /** Called once, when the limit is first exceeded. */
  readonly onSideLimit?: () => void;
  /**
   * Called once, from within a write, when the snapshot has failed for want of memory: the worker's reading ends in a
   * SnapshotFailedError. The snapshot is still to be ended.
   */
  readonly onFailure?: () => void;
}

/** Figures of the snapshot that runs, or of the last one. */
export interface BarrierStats {
  /** Cards copied in all. */
  copiedCards: number;
  /** Copies that took the place of a passed one. */
  reusedCards: number;
  /** Side memory taken. */
  sideBytes: number;
}

/** The write barrier of one arena. */
export class CardBarrier {
  /** A snapshot runs. */
  active = false;
  /** Side memory exceeds the limit. */
  overLimit = false;
  /** There was no memory for a copy: the worker reads in vain. */
  failed = false;
  readonly stats: BarrierStats = { copiedCards: 0, reusedCards: 0, sideBytes: 0 };

  private readonly states: Int32Array[];
  /** What `states` are views of. */
  private stateBuffer: SharedArrayBuffer | null = null;
  private control: Int32Array = new Int32Array(CONTROL_WORDS);
  private kinds: Uint8Array = new Uint8Array(0);
  private pages: Int32Array = new Int32Array(0);
  private sides: Int32Array[] = [];
  private kept: Int32Array | null = null;
  /** Slab and card of each copy. */
  private owners: Int32Array[] = [];
  private copies = 0;
  /** Copies that the account knows of. */
  private counted = 0;
  /** Copies below this one have been touched, or used. */
  private ready = 0;
  private reuseAt = 0;
  private port: MessagePort | null = null;
  private limitBytes = Number.POSITIVE_INFINITY;
  private onLimit: (() => void) | null = null;
  private onFailure: (() => void) | null = null;

  constructor(
    private readonly slabs: SlabTable,
    private readonly returns: BufferReturn,
    private readonly account: MemoryAccount,
  ) {
    this.states = new Array<Int32Array>(slabs.limit).fill(NO_STATES);
  }

  /** Begins a snapshot. O(slabs), O(pages) for the page words. @param pages as in {@link SnapshotHandle} */
  begin(pages: Int32Array, options: SnapshotOptions): SnapshotHandle {
    assert(!this.active, 'no snapshot to run when one begins');
    const { slabs } = this;
    const buffers: (SharedArrayBuffer | null)[] = [];
    const offsets: number[] = [];
    const stateStarts = new Int32Array(slabs.limit).fill(-1);
    let cards = 0;
    for (let id = 0; id < slabs.limit; id++) {
      const words = slabs.words[id]!;
      const used = id === 0 || slabs.kinds[id] !== SLAB_NONE; // reference 0 may be read, of a snapshot too
      buffers.push(used ? (words.buffer as SharedArrayBuffer) : null); // slabs are never bound to anything else
      offsets.push(words.byteOffset);
      if (!used) continue;
      stateStarts[id] = cards;
      cards += words.byteLength >>> CARD_SHIFT;
    }
    // One buffer of zeros that the system maps lazily: its cost is what the barrier touches of it.
    const states = allocateShared(cards * 4);
    const control = allocateShared(CONTROL_WORDS * 4);
    this.stateBuffer = states;
    for (let id = 0; id < slabs.limit; id++) {
      const length = slabs.words[id]!.byteLength >>> CARD_SHIFT;
      if (stateStarts[id] !== -1) this.states[id] = new Int32Array(states, stateStarts[id]! * 4, length);
    }
    this.control = new Int32Array(control);
    this.kinds = slabs.kinds.slice();
    this.pages = pages;
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.limitBytes = options.sideLimitBytes ?? Number.POSITIVE_INFINITY;
    this.onLimit = options.onSideLimit ?? null;
    this.onFailure = options.onFailure ?? null;
    this.copies = 0;
    this.counted = 0;
    this.ready = 0;
    this.reuseAt = 0;
    this.overLimit = false;
    this.failed = false;
    this.stats.copiedCards = 0;
    this.stats.reusedCards = 0;
    this.stats.sideBytes = 0;
    this.active = true;
    const { kinds } = this;
    const longBytes = slabs.longBytes.slice();
    return { buffers, offsets, kinds, pages, longBytes, states, stateStarts, control, sides: channel.port2 };
  }

  /** Ends the snapshot. The worker must be done with reading: side memory is used again. O(slabs). */
  end(): void {
    assert(this.active, 'a snapshot to run when one ends');
    this.active = false;
    this.overLimit = false;
    this.states.fill(NO_STATES);
    if (this.stateBuffer !== null) this.returns.add(this.stateBuffer);
    this.stateBuffer = null;
    this.account.sub(this.stats.sideBytes);
    for (const chunk of this.sides) {
      if (this.ready <= KEPT_COPIES && this.copies <= KEPT_COPIES) this.kept = chunk;
      else this.returns.add(chunk.buffer as SharedArrayBuffer); // chunks are made of nothing else
    }
    this.sides = [];
    this.owners = [];
    this.kinds = new Uint8Array(0);
    this.pages = new Int32Array(0);
    this.port?.close();
    this.port = null;
  }

  /** The slab is gone or another one from now on: its cards need no copies any more. */
  forget(slab: number): void {
    this.states[slab] = NO_STATES;
  }

  /** All slabs are gone: nothing needs copies any more. O(slabs). */
  forgetAll(): void {
    this.states.fill(NO_STATES);
  }

  /** Copies what has to be copied before `length` bytes from byte `offset` of `slab` are overwritten. O(cards). */
  preserve(slab: number, offset: number, length: number): void {
    const states = this.states[slab]!;
    if (states.length === 0) return;
    const last = (offset + length - 1) >> CARD_SHIFT; // signed: no bytes at offset 0 end at card -1
    for (let card = offset >>> CARD_SHIFT; card <= last; card++) {
      if (states[card] === 0 && this.readable(slab, card) && !this.copy(states, slab, card)) return;
    }
  }

  /** Touches side memory for the next copies, so that writes do not wait for it. False if enough is ready. O(1). */
  prepare(): boolean {
    if (!this.active || this.failed) return false;
    const from = Math.max(this.ready, Math.ceil(this.copies / TOUCH_COPIES) * TOUCH_COPIES);
    if (from - this.copies >= READY_COPIES) return false;
    if (from >>> SIDE_CHUNK_SHIFT === this.sides.length) this.addChunk();
    this.countUpTo(from + TOUCH_COPIES);
    const side = this.sides[from >>> SIDE_CHUNK_SHIFT]!;
    let word = (from & CHUNK_MASK) * CARD_WORDS;
    for (const end = word + TOUCH_COPIES * CARD_WORDS; word < end; word += SYSTEM_PAGE_WORDS) side[word] = 0;
    this.ready = from + TOUCH_COPIES;
    return true;
  }

  /** Whether the worker may still read the card. */
  private readable(slab: number, card: number): boolean {
    const cursor = Atomics.load(this.control, CONTROL_CURSOR);
    switch (this.kinds[slab]) {
      case SLAB_SMALL: {
        const page = this.pages[slab * SLAB_PAGES + (card >>> 7)]!;
        if (page === 0) return false;
        return (page & PAGE_RECORD) === 0 || ((slab << SLAB_CARD_SHIFT) | card) >= cursor;
      }
      case SLAB_RUN_RECORD:
        return card < TABLE_CARDS ? slab >= cursor >>> SLAB_CARD_SHIFT : ((slab << SLAB_CARD_SHIFT) | card) >= cursor;
      case SLAB_LONG_RECORD:
        return slab >= cursor >>> SLAB_CARD_SHIFT;
      case SLAB_RUN_DATA:
      case SLAB_LONG_DATA:
        return true;
      default:
        return false; // it was empty
    }
  }

  /** Copies a card; false when there was no memory for it, and the snapshot has failed. */
  private copy(states: Int32Array, slab: number, card: number): boolean {
    let copy = this.reusable();
    if (copy === NO_COPY) {
      copy = this.copies;
      if (copy >>> SIDE_CHUNK_SHIFT === this.sides.length && !this.hasAddedChunk()) return false;
      this.copies = copy + 1;
      if (copy >= this.counted) this.countUpTo(copy + 1);
    } else this.stats.reusedCards++;
    this.stats.copiedCards++;
    const owners = this.owners[copy >>> SIDE_CHUNK_SHIFT]!;
    owners[(copy & CHUNK_MASK) * 2] = slab;
    owners[(copy & CHUNK_MASK) * 2 + 1] = card;
    const side = this.sides[copy >>> SIDE_CHUNK_SHIFT]!;
    const words = this.slabs.words[slab]!;
    let from = card * CARD_WORDS;
    let to = (copy & CHUNK_MASK) * CARD_WORDS;
    for (const end = from + CARD_WORDS; from < end; from++, to++) side[to] = words[from]!;
    Atomics.store(states, card, copy + 1);
    // On arm64 a plain store may overtake the store-release above; it cannot overtake this load-acquire of the same.
    Atomics.load(states, card);
    return true;
  }

  /** A copy whose card has been passed, or NO_COPY. Looks at a few only, so that a write never waits for a search. */
  private reusable(): number {
    if (Atomics.load(this.control, CONTROL_CURSOR) === 0) return NO_COPY;
    for (let tries = Math.min(REUSE_TRIES, this.copies); tries > 0; tries--) {
      const copy = this.reuseAt;
      this.reuseAt = copy + 1 === this.copies ? 0 : copy + 1;
      const owners = this.owners[copy >>> SIDE_CHUNK_SHIFT]!;
      const at = (copy & CHUNK_MASK) * 2;
      if (!this.readable(owners[at]!, owners[at + 1]!)) return copy;
    }
    return NO_COPY;
  }

  /** Adds a chunk for a write, which goes on without one: then the snapshot has failed. */
  private hasAddedChunk(): boolean {
    try {
      this.addChunk();
      return true;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.fail();
      return false;
    }
  }

  private fail(): void {
    this.failed = true;
    Atomics.store(this.control, CONTROL_FAILED, 1);
    this.states.fill(NO_STATES);
    this.onFailure?.();
  }

  private addChunk(): void {
    const owners = new Int32Array(CHUNK_CARDS * 2);
    const chunk = this.kept ?? new Int32Array(allocateShared(EXTENT_BYTES));
    this.kept = null;
    this.sides.push(chunk);
    this.owners.push(owners);
    this.port?.postMessage(chunk.buffer);
  }

  /** Enters side memory up to copy number `end` in the account. */
  private countUpTo(end: number): void {
    if (end <= this.counted) return;
    const steps = Math.ceil((end - this.counted) / STEP_COPIES);
    this.counted += steps * STEP_COPIES;
    this.account.add(steps * STEP_COPIES * CARD_BYTES);
    this.stats.sideBytes += steps * STEP_COPIES * CARD_BYTES;
    if (this.stats.sideBytes <= this.limitBytes || this.overLimit) return;
    this.overLimit = true;
    this.onLimit?.();
  }
}
