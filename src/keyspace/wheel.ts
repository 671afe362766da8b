/**
 * The expiry wheel: which record is due next, by a hierarchical timing wheel (Varghese and Lauck, 1987).
 *
 * ```
 *   tick = 16 ms      level 0: slots of 1 tick      two windows of 64 slots each, this one and the next
 *                     level 1: slots of 64 ticks    (1 s)
 *                     level 2: slots of 64^2 ticks  (65 s)
 *                     ... level 5: slots of 64^5 ticks (200 days); what is later waits in the last level
 *
 *   entry (three words)   next | previous | record        slot: doubly linked list of entries, by entry number
 *                         previous < 0: first of slot -previous - 1
 * ```
 * 1. The time of an entry stands in its record alone; an entry is never in a slot later than its time asks for.
 * 2. Moving a time to later leaves the entry where it is: when its slot comes, it is put where it belongs then.
 * 3. `pulled[k]` is the last slot of level k whose entries have all been moved to level k - 1. It is kept one ahead of
 *    the slot that is needed, and slots are emptied in slices, so that no step ever moves more entries than it may.
 * 4. Entries live in segments: the wheel grows without copying.
 *
 * 12 bytes here, 8 (time) and 4 (entry number) in the record: 24 bytes a key with a time to live.
 */
import { SLAB_SHIFT, UNIT_MASK } from '../memory/layout.js';
import { DWORD_EXPIRE_AT } from './record.js';

/** Milliseconds of a tick. */
export const TICK_MS = 16;

const LEVELS = 6;
const WINDOW_SHIFT = 6;
const SLOTS_PER_LEVEL = 2 << WINDOW_SHIFT;
const SLOT_MASK = SLOTS_PER_LEVEL - 1;
const ENTRY_WORDS = 3;
/** Bytes of the wheel for each record in it. */
export const WHEEL_ENTRY_BYTES = ENTRY_WORDS * 4;
const SEGMENT_SHIFT = 16;
const SEGMENT_ENTRIES = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT_ENTRIES - 1;
const SEGMENT_BYTES = SEGMENT_ENTRIES * ENTRY_WORDS * 4;
/** Above so many ticks at once (a minute) the wheel is laid out anew rather than turned: the clock was set. */
const MAX_TURN_TICKS = 1 << 18;

/** What the wheel asks of the memory account. */
interface Account {
  add(bytes: number): void;
  sub(bytes: number): void;
}

/** Takes a record that is due; it must take its entry out of the wheel, or move it to a later time. */
export type ExpireRecord = (ref: number) => void;

export class ExpiryWheel {
  /** Entries in the wheel. */
  count = 0;
  private readonly doubles: readonly Float64Array[];
  private readonly account: Account;
  private readonly segments: Int32Array[] = [];
  private readonly slots = new Int32Array(LEVELS * SLOTS_PER_LEVEL);
  private readonly pulled = new Float64Array(LEVELS + 1);
  /** All ticks up to this one have been fired. Ticks count from the epoch. */
  private tick: number;
  private used = 1;
  private free = 0;

  /**
   * @param doubles the arena's slabs as doubles, where the times are read; the array's identity must stay
   * @param nowMs wall-clock milliseconds
   */
  constructor(doubles: readonly Float64Array[], account: Account, nowMs: number) {
    this.doubles = doubles;
    this.account = account;
    this.tick = Math.floor(nowMs / TICK_MS);
    this.resetPulled();
  }

  /** Bytes of the wheel's segments. O(1). */
  get bytes(): number {
    return this.segments.length * SEGMENT_BYTES;
  }

  /** @hot Adds a record whose time is set; returns its entry's number, which the record keeps. O(1). */
  add(ref: number): number {
    let entry = this.free;
    if (entry !== 0) this.free = this.next(entry);
    else entry = this.grow();
    const words = this.segments[entry >>> SEGMENT_SHIFT]!;
    words[(entry & SEGMENT_MASK) * ENTRY_WORDS + 2] = ref;
    this.count++;
    this.link(entry, this.timeOf(ref));
    return entry;
  }

  /** @hot Takes an entry out. O(1). */
  remove(entry: number): void {
    this.unlink(entry);
    this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS] = this.free;
    this.free = entry;
    this.count--;
  }

  /** @hot To be called when a record's time has changed from `oldMs` to what stands in it now. O(1). */
  timeChanged(entry: number, oldMs: number): void {
    const time = this.timeOf(this.refOf(entry));
    if (time >= oldMs) return; // invariant 2
    this.unlink(entry);
    this.link(entry, time);
  }

  /** @hot The entry's record stands at another place now. O(1). */
  recordMoved(entry: number, ref: number): void {
    this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS + 2] = ref;
  }

  /**
   * Turns to `nowMs`, handing at most about `budget` records that are due, or entries that change their level, on the
   * way. Returns whether there is more to do. A record is handed over once its time lies before `nowMs`, at most a tick
   * later. O(budget + ticks).
   */
  advance(nowMs: number, budget: number, expire: ExpireRecord): boolean {
    const target = Math.floor(nowMs / TICK_MS);
    if (this.count === 0 || target < this.tick) {
      if (target !== this.tick && this.count === 0) this.restart(target);
      return false;
    }
    if (target - this.tick > MAX_TURN_TICKS) this.layOut(target - 1);
    let left = budget;
    while (left > 0) {
      left = this.pullAhead(left);
      if (left <= 0) return true;
      if (this.tick >= target) return false;
      left = this.fireTick(this.tick + 1, nowMs, left, expire);
      if (left > 0) this.tick++;
    }
    return true;
  }

  /** Forgets everything. O(segments). */
  clear(): void {
    this.account.sub(this.bytes);
    this.segments.length = 0;
    this.slots.fill(0);
    this.used = 1;
    this.free = 0;
    this.count = 0;
  }

  /** Fires the slot of `tick`; returns what is left of the budget, 0 or less when the slot is not empty yet. */
  private fireTick(tick: number, nowMs: number, budget: number, expire: ExpireRecord): number {
    const slot = tick & SLOT_MASK;
    let left = budget;
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (left-- <= 0) return 0;
      const ref = this.refOf(entry);
      const time = this.timeOf(ref);
      if (time < nowMs) expire(ref);
      else {
        this.unlink(entry);
        this.link(entry, time);
      }
    }
    return Math.max(left, 1);
  }

  /** Keeps every level's next slot pulled down (invariant 3), the highest level first. Returns the budget left. */
  private pullAhead(budget: number): number {
    let left = budget;
    for (let level = LEVELS - 1; level >= 1; level--) {
      const wanted = this.unit(this.tick + 1, level) + 1;
      while (this.pulled[level]! < wanted) {
        const unit = this.pulled[level]! + 1;
        // Entries that stay in the last level for another turn of it would be found again and again.
        left = this.pull(level, unit, left);
        if (left <= 0) return 0;
        this.pulled[level] = unit;
      }
    }
    return left;
  }

  /** Moves the entries of one slot of `level` down; returns the budget left, 0 when there are more. */
  private pull(level: number, unit: number, budget: number): number {
    const slot = level * SLOTS_PER_LEVEL + (unit & SLOT_MASK);
    let left = budget;
    let entry = this.slots[slot]!;
    if (level === LEVELS - 1) {
      // Some may belong to a later turn of the last level: take the list off first, so that each is seen once.
      this.slots[slot] = 0;
      this.pulled[level] = unit;
      for (; entry !== 0; left--) {
        const next = this.next(entry);
        this.link(entry, this.timeOf(this.refOf(entry)));
        entry = next;
      }
      return Math.max(left, 1);
    }
    this.pulled[level] = unit; // so that link puts them below
    for (; entry !== 0; entry = this.slots[slot]!) {
      if (left-- <= 0) {
        this.pulled[level] = unit - 1;
        return 0;
      }
      this.unlink(entry);
      this.link(entry, this.timeOf(this.refOf(entry)));
    }
    return Math.max(left, 1);
  }

  /** @hot Puts an entry into the slot for `timeMs`: the first tick after it, or the next one when that is over. */
  private link(entry: number, timeMs: number): void {
    let tick = Math.floor(timeMs / TICK_MS) + 1;
    if (tick <= this.tick) tick = this.tick + 1;
    let level = 0;
    let unit = tick;
    while (level < LEVELS - 1) {
      const above = Math.floor(unit / 64);
      if (above <= this.pulled[level + 1]!) break;
      unit = above;
      level++;
    }
    if (level === LEVELS - 1) unit = Math.min(unit, this.pulled[level]! + SLOTS_PER_LEVEL - 1);
    const slot = level * SLOTS_PER_LEVEL + (unit % SLOTS_PER_LEVEL);
    const words = this.segments[entry >>> SEGMENT_SHIFT]!;
    const at = (entry & SEGMENT_MASK) * ENTRY_WORDS;
    const head = this.slots[slot]!;
    words[at] = head;
    words[at + 1] = -slot - 1;
    if (head !== 0) this.segments[head >>> SEGMENT_SHIFT]![(head & SEGMENT_MASK) * ENTRY_WORDS + 1] = entry;
    this.slots[slot] = entry;
  }

  /** @hot */
  private unlink(entry: number): void {
    const words = this.segments[entry >>> SEGMENT_SHIFT]!;
    const at = (entry & SEGMENT_MASK) * ENTRY_WORDS;
    const next = words[at]!;
    const previous = words[at + 1]!;
    if (previous < 0) this.slots[-previous - 1] = next;
    else this.segments[previous >>> SEGMENT_SHIFT]![(previous & SEGMENT_MASK) * ENTRY_WORDS] = next;
    if (next !== 0) this.segments[next >>> SEGMENT_SHIFT]![(next & SEGMENT_MASK) * ENTRY_WORDS + 1] = previous;
  }

  /** The slot of `level` that holds `tick`. */
  private unit(tick: number, level: number): number {
    return Math.floor(tick / 64 ** level);
  }

  private next(entry: number): number {
    return this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS]!;
  }

  /** @hot */
  private refOf(entry: number): number {
    return this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS + 2]!;
  }

  /** @hot */
  private timeOf(ref: number): number {
    return this.doubles[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) + DWORD_EXPIRE_AT]!;
  }

  private grow(): number {
    const entry = this.used++;
    if (entry >>> SEGMENT_SHIFT === this.segments.length) {
      this.segments.push(new Int32Array(new SharedArrayBuffer(SEGMENT_BYTES)));
      this.account.add(SEGMENT_BYTES);
    }
    return entry;
  }

  /** Nothing is in the wheel: it may begin at any time. */
  private restart(tick: number): void {
    this.tick = tick;
    this.resetPulled();
    if (this.used > SEGMENT_ENTRIES) this.clear();
  }

  private resetPulled(): void {
    for (let level = 1; level < LEVELS; level++) this.pulled[level] = this.unit(this.tick + 1, level);
    this.pulled[LEVELS] = Number.POSITIVE_INFINITY;
  }

  /** Puts every entry where it belongs if all up to `tick` were over: the clock jumped. O(entries). */
  private layOut(tick: number): void {
    const entries: number[] = [];
    for (const slot of this.slots.keys()) {
      for (let entry = this.slots[slot]!; entry !== 0; entry = this.next(entry)) entries.push(entry);
    }
    this.slots.fill(0);
    this.tick = tick;
    this.resetPulled();
    for (const entry of entries) this.link(entry, this.timeOf(this.refOf(entry)));
  }
}
