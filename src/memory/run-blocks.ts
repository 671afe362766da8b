/**
 * Blocks above 16 KiB and below 8 MiB: runs of 2 KiB units in slabs of their own, one kind a slab.
 *
 * ```
 *   unit   0 .. 15   16        17   18        19 ...                8191
 *        +---------+---------+----+---------+-----------------------+
 *        | table   | run of 9 ...           | free run of n         |
 *        +---------+------------------------+-----------------------+
 *   table, a word a unit: at a run's first unit its length, with RUN_FREE if it is free; at the last unit of a free
 *   run the negative length; 0 at the first unit of nothing. (What else stands inside a run has no meaning.)
 * ```
 * Invariants
 * 1. Stepping from unit 16 by the lengths ends exactly at the last unit of the slab.
 * 2. No two free runs are neighbours.
 * 3. At the last unit of a run in use stands no negative number, and none that says free.
 * 4. `longest[slab]` is at least the length of the slab's longest free run; no free run begins below `lowest[slab]`.
 *
 * First fit in the lowest slab: O(runs of a slab), at most some 450 steps of a few nanoseconds, against a block whose
 * copy alone takes longer.
 */
import { assert } from '../util/assert.js';
import type { MemoryAccount } from './account.js';
import type { CardBarrier } from './card-barrier.js';
import {
  type BlockKind,
  KIND_RECORD,
  LIVE_WORD,
  NONE,
  RUN_FREE,
  RUN_TABLE_UNITS,
  RUN_UNIT_BYTES,
  RUN_UNIT_SHIFT,
  SLAB_PAGES,
  SLAB_RUN_DATA,
  SLAB_RUN_UNITS,
  SLAB_SHIFT,
  UNIT_MASK,
} from './layout.js';
import type { SlabTable } from './slabs.js';

const ALL_UNITS = SLAB_RUN_UNITS - RUN_TABLE_UNITS;
const LENGTH_MASK = RUN_FREE - 1;

/** The allocator of runs of one arena. */
export class RunBlocks {
  /** Bytes of live runs: in an array, since a field would change its representation at 2^31. */
  readonly liveBytes = new Float64Array(1);
  /** Live runs. */
  runCount = 0;

  private readonly longest: Int16Array;
  private readonly lowest: Int16Array;

  constructor(
    private readonly slabs: SlabTable,
    private readonly barrier: CardBarrier,
    private readonly account: MemoryAccount,
  ) {
    this.longest = new Int16Array(slabs.limit);
    this.lowest = new Int16Array(slabs.limit);
  }

  /** A run of at least `bytes` bytes. O(slabs + runs of a slab). */
  alloc(bytes: number, kind: BlockKind): number {
    const units = Math.ceil(bytes / RUN_UNIT_BYTES);
    const slabKind = SLAB_RUN_DATA + kind;
    let ref = NONE;
    for (let id = 1; ref === NONE && id < this.slabs.extentEnd; id++) {
      if (this.slabs.kinds[id] === slabKind && this.longest[id]! >= units) ref = this.allocIn(id, units);
    }
    if (ref === NONE) ref = this.allocIn(this.addSlab(slabKind), units);
    this.count(units);
    this.runCount++;
    if (kind === KIND_RECORD) this.clearLiveBit(ref);
    return ref;
  }

  /** Bytes of a run. O(1). */
  size(ref: number): number {
    return (this.slabs.words[ref >>> SLAB_SHIFT]![unitOf(ref)]! & LENGTH_MASK) * RUN_UNIT_BYTES;
  }

  /** Takes a run back. O(1). */
  free(ref: number): void {
    const id = ref >>> SLAB_SHIFT;
    const words = this.slabs.words[id]!;
    let start = unitOf(ref);
    let length = words[start]!;
    assert(length > 0 && length < RUN_FREE, 'a run in use to be freed');
    if (this.slabs.kinds[id] !== SLAB_RUN_DATA) this.clearLiveBit(ref);
    this.count(-length);
    this.runCount--;
    const next = start + length;
    if (next < SLAB_RUN_UNITS && words[next]! >= RUN_FREE) length += words[next]! & LENGTH_MASK;
    const before = start > RUN_TABLE_UNITS ? words[start - 1]! : 0;
    if (before < 0) {
      start += before;
      length -= before;
    } else if (before === (RUN_FREE | 1)) {
      start--;
      length++;
    }
    if (length === ALL_UNITS) {
      this.removeSlab(id);
      return;
    }
    this.markFree(id, start, length);
    if (start !== unitOf(ref)) this.set(id, unitOf(ref), 0); // so that freeing it again is found
  }

  /**
   * Tries to make the run `bytes` long where it is: gives its tail back, or takes the free run behind it. O(1).
   * False if the run behind it is not free or too short; nothing has changed then.
   */
  resize(ref: number, bytes: number): boolean {
    const id = ref >>> SLAB_SHIFT;
    const words = this.slabs.words[id]!;
    const start = unitOf(ref);
    const length = words[start]!;
    const units = Math.ceil(bytes / RUN_UNIT_BYTES);
    const next = start + length;
    const behind = next < SLAB_RUN_UNITS && words[next]! >= RUN_FREE ? words[next]! & LENGTH_MASK : 0;
    if (units > length + behind) return false;
    if (units === length) return true;
    if (units > length && this.lowest[id] === next) this.lowest[id] = start; // no run begins at `next` any more
    this.markUsed(id, start, units, length + behind);
    this.count(units - length);
    return true;
  }

  /** Forgets every run. O(slabs). */
  reset(): void {
    this.longest.fill(0);
    this.account.sub(this.liveBytes[0]!);
    this.liveBytes[0] = 0;
    this.runCount = 0;
  }

  /** Enters `units` run units that were taken, or, negative, given back. */
  private count(units: number): void {
    this.liveBytes[0] = this.liveBytes[0]! + units * RUN_UNIT_BYTES;
    this.account.add(units * RUN_UNIT_BYTES);
  }

  /** First fit in one slab; NONE (and a better `longest`) if nothing fits. */
  private allocIn(id: number, units: number): number {
    const words = this.slabs.words[id]!;
    let longest = 0;
    let lowest = SLAB_RUN_UNITS - 1;
    for (let unit = this.lowest[id]!; unit < SLAB_RUN_UNITS; ) {
      const word = words[unit]!;
      const length = word & LENGTH_MASK;
      if (word >= RUN_FREE) {
        if (unit < lowest) lowest = unit;
        if (length >= units) {
          // Found: nothing below `lowest` is free, and the rest of this run begins above it.
          this.lowest[id] = lowest;
          this.markUsed(id, unit, units, length);
          return (id << SLAB_SHIFT) | (unit << RUN_UNIT_SHIFT);
        }
        if (length > longest) longest = length;
      }
      unit += length;
    }
    this.longest[id] = longest;
    this.lowest[id] = lowest;
    return NONE;
  }

  /** `units` units from `start` on are in use; the rest of the `room` units becomes a free run. */
  private markUsed(id: number, start: number, units: number, room: number): void {
    if (room > units) this.markFree(id, start + units, room - units);
    if (units > 1) this.set(id, start + units - 1, 0); // a stale end of a free run would be taken for a true one
    this.set(id, start, units);
  }

  private markFree(id: number, start: number, length: number): void {
    this.set(id, start, RUN_FREE | length);
    if (length > 1) this.set(id, start + length - 1, -length);
    if (length > this.longest[id]!) this.longest[id] = length;
    if (start < this.lowest[id]!) this.lowest[id] = start;
  }

  private clearLiveBit(ref: number): void {
    const id = ref >>> SLAB_SHIFT;
    const word = ((ref & UNIT_MASK) << 1) + LIVE_WORD;
    if (this.barrier.active) this.barrier.preserve(id, word << 2, 4);
    this.slabs.words[id]![word] = 0;
  }

  private set(id: number, unit: number, value: number): void {
    if (this.barrier.active) this.barrier.preserve(id, unit << 2, 4);
    this.slabs.words[id]![unit] = value;
  }

  private addSlab(slabKind: number): number {
    const id = this.slabs.acquire(slabKind);
    this.slabs.touchedPages[id] = SLAB_PAGES; // runs keep no count of what they touch
    this.longest[id] = 0;
    this.lowest[id] = SLAB_RUN_UNITS - 1;
    this.markFree(id, RUN_TABLE_UNITS, ALL_UNITS);
    return id;
  }

  private removeSlab(id: number): void {
    this.longest[id] = 0;
    this.slabs.release(id);
  }
}

function unitOf(ref: number): number {
  return (ref & UNIT_MASK) >>> RUN_UNIT_SHIFT;
}
