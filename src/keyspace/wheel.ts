/**
 * The expiry wheel: which record is due next, by a hierarchical timing wheel (Varghese and Lauck, 1987).
 *
 * ```
 *   tick = 16 ms      level 0: units of 1 tick      128 slots a level: unit u stands in slot u mod 128
 *                     level 1: units of 64 ticks    (1 s)
 *                     level 2: units of 64^2 ticks  (65 s)
 *                     ... level 5: units of 64^5 ticks (200 days); what is later waits there, turn after turn
 *
 *      tick   pulled[1]                      pulled[k] + 128
 *   -----+--------+------------ level k ------------+---->  time
 *         level 0        an entry of level k stands between pulled[k], exclusive, and pulled[k] + 128
 *
 *   entry (three words)   next | previous | record        slot: doubly linked list of entries, by entry number
 *                         previous < 0: first of slot -previous - 1
 * ```
 * 1. The time of an entry stands in its record alone. A slot may be visited too early for an entry, never too late:
 *    who is not due then is put where it belongs. So a time may move to later, and the clock back, without any work.
 * 2. Units of level k up to `pulled[k]` have been visited, their entries put into lower levels; `pulled[0]` is the last
 *    tick that was fired. Before tick t fires, every level has been pulled up to the unit that holds t; pulling the
 *    next one begins as soon as there is time for it. Slots are emptied in slices, one entry after the other.
 * 3. Entries 1 to `count` are in use, no others: the last one takes the place of one that goes. They live in segments:
 *    the wheel grows without copying and shrinks.
 * 4. A slot's bit in `occupied` is set while it has entries: stretches without any are skipped in one step.
 *
 * Whoever turns the wheel asks {@link ExpiryWheel.nextMs} when to come again, and is called when an entry comes to
 * stand in an earlier slot than the one that he waits for: nobody has to look in vain.
 *
 * 12 bytes here, 8 (time) and 4 (entry number) in the record: 24 bytes a key with a time to live.
 */
import { allocateShared, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import type { Random } from '../util/random.js';
import { DWORD_EXPIRE_AT, WORD_WHEEL } from './record.js';

/** Milliseconds of a tick. */
export const TICK_MS = 16;

const LEVELS = 6;
/** Ticks of a unit, by level. */
const UNIT_TICKS = Float64Array.from({ length: LEVELS }, (_, level) => 64 ** level);
const SLOT_SHIFT = 7;
const SLOTS = 1 << SLOT_SHIFT;
const SLOT_MASK = SLOTS - 1;
/** Words of `occupied` a level. */
const BIT_WORDS = SLOTS / 32;
const ENTRY_WORDS = 3;
/** Bytes of the wheel for each record in it. */
export const WHEEL_ENTRY_BYTES = ENTRY_WORDS * 4;
const SEGMENT_SHIFT = 12;
const SEGMENT_ENTRIES = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT_ENTRIES - 1;
const SEGMENT_BYTES = SEGMENT_ENTRIES * WHEEL_ENTRY_BYTES;

/** What the wheel asks of the memory account. */
interface Account {
  add(bytes: number): void;
  sub(bytes: number): void;
}

/** What the wheel reads and writes of records: the slabs of an arena. The arrays' identity must stay. */
interface Slabs {
  readonly words: readonly Int32Array[];
  readonly doubles: readonly Float64Array[];
}

/** Place in `pulled`, behind the levels, of the tick that is waited for. */
const AWAITED = LEVELS;

/** Takes a record that is due; it must take its entry out of the wheel, or move it to a later time. */
export type ExpireRecord = (ref: number) => void;

export class ExpiryWheel {
  /** Entries in the wheel. */
  count = 0;
  /** Called when there is something to do before the time that {@link nextMs} gave. It must not change the wheel. */
  onSooner: () => void = () => {};
  private readonly words: readonly Int32Array[];
  private readonly doubles: readonly Float64Array[];
  private readonly account: Account;
  private readonly segments: Int32Array[] = [];
  /** First entry of each slot, level by level. */
  private readonly slots = new Int32Array(LEVELS * SLOTS);
  private readonly occupied = new Int32Array(LEVELS * BIT_WORDS);
  /** The last unit of each level that was visited, counted from the epoch; and the tick that is waited for. */
  private readonly pulled = new Float64Array(LEVELS + 1);
  /** What the running step may still do. */
  private left = 0;

  /** @param nowMs wall-clock milliseconds */
  constructor(slabs: Slabs, account: Account, nowMs: number) {
    this.words = slabs.words;
    this.doubles = slabs.doubles;
    this.account = account;
    this.addSegment();
    this.pulled[AWAITED] = Number.NEGATIVE_INFINITY;
    this.startAt(Math.floor(nowMs / TICK_MS));
  }

  /** Bytes of the wheel's segments. O(1). */
  get bytes(): number {
    return this.segments.length * SEGMENT_BYTES;
  }

  /** @hot Makes sure that the next {@link add} needs no memory, which may not be there. O(1). */
  reserve(): void {
    if ((this.count + 1) >>> SEGMENT_SHIFT === this.segments.length) this.addSegment();
  }

  /** @hot Adds a record whose time is set; returns its entry's number, which the record keeps in WORD_WHEEL. O(1). */
  add(ref: number): number {
    this.reserve();
    const entry = ++this.count;
    this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS + 2] = ref;
    this.link(entry, ref);
    return entry;
  }

  /** @hot Takes an entry out; the last one gets its number, in its record too. O(1). */
  remove(entry: number): void {
    this.unlink(entry);
    const last = this.count--;
    if (last !== entry) this.renumber(last, entry);
    // One segment is kept as a reserve: a count that swings around the border does not make one each time.
    if (this.segments.length > (last >>> SEGMENT_SHIFT) + 2) this.dropSegment();
  }

  /**
   * @hot To be called when a record's time has become earlier; if it became later nothing is to do (invariant 1). O(1).
   */
  putAnew(entry: number): void {
    this.unlink(entry);
    this.link(entry, this.refOf(entry));
  }

  /** @hot The entry's record stands at another place now. O(1). */
  recordMoved(entry: number, ref: number): void {
    this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS + 2] = ref;
  }

  /**
   * Turns to `nowMs`, doing at most `budget` (1 or more) of its smallest steps: handing over a record that is due,
   * putting an entry elsewhere, finishing a slot. Returns whether there is more to do. A record is handed over when its
   * time lies before `nowMs`, and at most a tick after that; when the clock was set back, up to two seconds after.
   * O(budget).
   */
  advance(nowMs: number, budget: number, expire: ExpireRecord): boolean {
    const target = Math.floor(nowMs / TICK_MS);
    this.pulled[AWAITED] = Number.NEGATIVE_INFINITY; // entries that move meanwhile are seen by the next question
    if (this.count === 0 || target < this.pulled[0]!) this.startAt(target);
    if (this.count === 0) return false;
    this.left = budget;
    while (this.pulled[0]! < target) {
      if (!this.pull(0)) return true;
      if (this.skip(target)) continue;
      if (!this.fire(this.pulled[0]! + 1, nowMs, expire)) return true;
    }
    return !this.pull(1);
  }

  /**
   * When there is something to do next, in wall-clock milliseconds: entries that are due, or have to come to a lower
   * level in time. Infinity when there is nothing. Once asked, {@link onSooner} is called when that time becomes
   * earlier. O(slots).
   */
  nextMs(): number {
    const { pulled } = this;
    let next = Number.POSITIVE_INFINITY;
    for (let level = 0; level < LEVELS; level++) {
      if (this.isEmpty(level)) continue;
      let unit = pulled[level]! + 1;
      while (this.slots[slotOf(level, unit)] === 0) unit++;
      next = Math.min(next, wakeTick(unit, level));
    }
    pulled[AWAITED] = next;
    return next * TICK_MS;
  }

  /** Forgets everything. O(segments). */
  clear(): void {
    this.slots.fill(0);
    this.occupied.fill(0);
    this.count = 0;
    while (this.segments.length > 1) this.dropSegment();
  }

  // --- Sampling, for eviction ---------------------------------------------------------------------------------------

  /** A record with a time to live, each equally likely; 0 when there are none. O(1). */
  random(random: Random): number {
    return this.count === 0 ? 0 : this.refOf(1 + random.below(this.count));
  }

  /**
   * Writes up to `limit` of the records that are due soonest to `target` and returns how many: in the order of their
   * slots, so that records of one slot, and those whose time has moved to later, stand in no order. O(slots + limit).
   */
  soonest(target: Int32Array, limit: number): number {
    let n = 0;
    for (let level = 0; level < LEVELS; level++) {
      const from = this.pulled[level]! + 1;
      for (let ahead = 0; ahead < SLOTS; ahead++) {
        let entry = this.slots[slotOf(level, from + ahead)]!;
        for (; entry !== 0; entry = this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS]!) {
          if (n === limit) return n;
          target[n++] = this.refOf(entry);
        }
      }
    }
    return n;
  }

  // --- Turning ------------------------------------------------------------------------------------------------------

  /**
   * Goes on from `tick`, as if all before it were over. Nobody moves when the clock goes back: as slots repeat each 128
   * units, every slot is visited at the latest when it would have been. Forward only while the wheel is empty.
   */
  private startAt(tick: number): void {
    for (let level = 0; level < LEVELS; level++) this.pulled[level] = unitOf(tick + 1, level);
    this.pulled[0] = tick;
    if (this.count === 0) while (this.segments.length > 1) this.dropSegment();
  }

  /**
   * Pulls every level up to the unit that holds the next tick and `ahead` units more, the highest level first. False
   * when there is more to do than may be done in this step.
   */
  private pull(ahead: number): boolean {
    const { pulled } = this;
    const tick = pulled[0]! + 1;
    for (let level = LEVELS - 1; level >= 1; level--) {
      const wanted = unitOf(tick, level) + ahead;
      if (pulled[level]! < wanted && this.isEmpty(level)) pulled[level] = wanted;
      while (pulled[level]! < wanted) if (!this.pullUnit(level, pulled[level]! + 1)) return false;
    }
    return true;
  }

  /** Puts the entries of one unit into lower levels; false when that takes more than may be done in this step. */
  private pullUnit(level: number, unit: number): boolean {
    const slot = slotOf(level, unit);
    this.pulled[level] = unit; // so that `link` puts them below
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.left-- <= 0) {
        this.pulled[level] = unit - 1;
        return false;
      }
      this.putAnew(entry);
    }
    this.left--;
    return true;
  }

  /** Skips ticks, up to `target`, that nobody can be due at; false if the next one is not such. */
  private skip(target: number): boolean {
    const { pulled } = this;
    let tick = target;
    for (let level = 0; level < LEVELS; level++) {
      if (!this.isEmpty(level)) tick = Math.min(tick, (pulled[level]! + 1) * UNIT_TICKS[level]! - 1);
    }
    if (tick <= pulled[0]!) return false;
    pulled[0] = tick;
    // So that the levels' windows stay where they belong to each other.
    for (let level = 1; level < LEVELS; level++) {
      if (this.isEmpty(level)) pulled[level] = Math.max(pulled[level]!, unitOf(tick + 1, level));
    }
    return true;
  }

  /** Fires the next tick; false when that takes more than may be done in this step. */
  private fire(tick: number, nowMs: number, expire: ExpireRecord): boolean {
    const slot = slotOf(0, tick);
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.left-- <= 0) return false;
      const ref = this.refOf(entry);
      if (this.timeOf(ref) < nowMs) expire(ref);
      else this.putAnew(entry);
    }
    this.left--;
    this.pulled[0] = tick;
    return true;
  }

  private isEmpty(level: number): boolean {
    const { occupied } = this;
    const at = level * BIT_WORDS;
    return (occupied[at]! | occupied[at + 1]! | occupied[at + 2]! | occupied[at + 3]!) === 0;
  }

  // --- Entries ------------------------------------------------------------------------------------------------------

  /**
   * @hot Puts an entry into the slot for its record's time: the first tick after it, or the next one when that is over.
   * The time is read here: a double that is passed from function to function may become an object on the way.
   */
  private link(entry: number, ref: number): void {
    const { pulled } = this;
    let unit = Math.floor(this.timeOf(ref) / TICK_MS) + 1;
    if (unit <= pulled[0]!) unit = pulled[0]! + 1;
    let level = 0;
    while (level < LEVELS - 1) {
      const above = Math.floor(unit / 64);
      if (above <= pulled[level + 1]!) break;
      unit = above;
      level++;
    }
    // What is too far away for the last level is looked at once a turn.
    if (level === LEVELS - 1) unit = Math.min(unit, pulled[level]! + SLOTS - 1);
    const slot = slotOf(level, unit);
    const words = this.segments[entry >>> SEGMENT_SHIFT]!;
    const at = (entry & SEGMENT_MASK) * ENTRY_WORDS;
    const head = this.slots[slot]!;
    words[at] = head;
    words[at + 1] = -slot - 1;
    if (head !== 0) this.segments[head >>> SEGMENT_SHIFT]![(head & SEGMENT_MASK) * ENTRY_WORDS + 1] = entry;
    else this.occupied[slot >>> 5] = this.occupied[slot >>> 5]! | (1 << (slot & 31));
    this.slots[slot] = entry;
    if (wakeTick(unit, level) < pulled[AWAITED]!) this.wakeSooner(unit, level);
  }

  private wakeSooner(unit: number, level: number): void {
    this.pulled[AWAITED] = wakeTick(unit, level);
    this.onSooner();
  }

  /** @hot */
  private unlink(entry: number): void {
    const words = this.segments[entry >>> SEGMENT_SHIFT]!;
    const at = (entry & SEGMENT_MASK) * ENTRY_WORDS;
    this.lead(words[at + 1]!, words[at]!);
    this.follow(words[at]!, words[at + 1]!);
  }

  /** @hot Gives the entry `from` the number `to`, which nobody has. */
  private renumber(from: number, to: number): void {
    const old = this.segments[from >>> SEGMENT_SHIFT]!;
    const oldAt = (from & SEGMENT_MASK) * ENTRY_WORDS;
    const words = this.segments[to >>> SEGMENT_SHIFT]!;
    const at = (to & SEGMENT_MASK) * ENTRY_WORDS;
    const next = old[oldAt]!;
    const previous = old[oldAt + 1]!;
    const ref = old[oldAt + 2]!;
    words[at] = next;
    words[at + 1] = previous;
    words[at + 2] = ref;
    this.lead(previous, to);
    this.follow(next, to);
    // Without the snapshot barrier: no snapshot reads this word (record.ts, rule 2).
    this.words[ref >>> SLAB_SHIFT]![((ref & UNIT_MASK) << 1) + WORD_WHEEL] = to;
  }

  /** @hot Lets what stands before a place, an entry or a slot, lead to `next`. */
  private lead(previous: number, next: number): void {
    if (previous > 0) {
      this.segments[previous >>> SEGMENT_SHIFT]![(previous & SEGMENT_MASK) * ENTRY_WORDS] = next;
      return;
    }
    const slot = -previous - 1;
    this.slots[slot] = next;
    if (next === 0) this.occupied[slot >>> 5] = this.occupied[slot >>> 5]! & ~(1 << (slot & 31));
  }

  /** @hot Lets the entry behind a place, if there is one, follow `previous`. */
  private follow(next: number, previous: number): void {
    if (next !== 0) this.segments[next >>> SEGMENT_SHIFT]![(next & SEGMENT_MASK) * ENTRY_WORDS + 1] = previous;
  }

  /** @hot */
  private refOf(entry: number): number {
    return this.segments[entry >>> SEGMENT_SHIFT]![(entry & SEGMENT_MASK) * ENTRY_WORDS + 2]!;
  }

  /** @hot */
  private timeOf(ref: number): number {
    return this.doubles[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) + DWORD_EXPIRE_AT]!;
  }

  // --- Segments -----------------------------------------------------------------------------------------------------

  private addSegment(): void {
    this.segments.push(new Int32Array(allocateShared(SEGMENT_BYTES)));
    this.account.add(SEGMENT_BYTES);
  }

  private dropSegment(): void {
    this.segments.pop();
    this.account.sub(SEGMENT_BYTES);
  }
}

/** The unit of `level` that holds `tick`. */
function unitOf(tick: number, level: number): number {
  return Math.floor(tick / UNIT_TICKS[level]!);
}

/**
 * @hot The tick at which a unit has to be looked at: its own, or one unit before where it is to be pulled to lower
 * levels.
 */
function wakeTick(unit: number, level: number): number {
  return level === 0 ? unit : (unit - 1) * UNIT_TICKS[level]!;
}

/** @hot `unit` may be beyond 2^32: `&` takes its low bits all the same. */
function slotOf(level: number, unit: number): number {
  return (level << SLOT_SHIFT) | (unit & SLOT_MASK);
}
