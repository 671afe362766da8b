import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DWORD_EXPIRE_AT, WORD_WHEEL } from '../../src/keyspace/record.js';
import { ExpiryWheel, TICK_MS } from '../../src/keyspace/wheel.js';
import { MemoryAccount } from '../../src/memory/account.js';
import { Random } from '../../src/util/random.js';

const START_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

/** A wheel over records of four doubles in one slab, and the plain version: a map from record to time. */
class Timers {
  private readonly slab = new ArrayBuffer(1 << 21);
  readonly words = [new Int32Array(this.slab)];
  readonly doubles = [new Float64Array(this.slab)];
  readonly account = new MemoryAccount();
  readonly wheel = new ExpiryWheel(this, this.account, START_MS);
  /** The records that are in the wheel. */
  readonly entries = new Set<number>();
  /** When each record is to be handed over: at its time, or when it was given one that was over. */
  readonly dueAt = new Map<number, number>();
  readonly fired: number[] = [];
  /** The longest that a record was handed over after its time. */
  worstLateMs = 0;
  nowMs = START_MS;

  entryOf(ref: number): number {
    return this.words[0]![ref * 2 + WORD_WHEEL]!;
  }

  timeOf(ref: number): number {
    return this.doubles[0]![ref + DWORD_EXPIRE_AT]!;
  }

  private setTime(ref: number, atMs: number): void {
    this.dueAt.set(ref, Math.max(this.nowMs, atMs));
    this.doubles[0]![ref + DWORD_EXPIRE_AT] = atMs;
  }

  add(ref: number, atMs: number): void {
    this.setTime(ref, atMs);
    this.entries.add(ref);
    this.words[0]![ref * 2 + WORD_WHEEL] = this.wheel.add(ref);
  }

  move(ref: number, atMs: number): void {
    const old = this.timeOf(ref);
    this.setTime(ref, atMs);
    if (atMs < old) this.wheel.putAnew(this.entryOf(ref));
  }

  remove(ref: number): void {
    this.wheel.remove(this.entryOf(ref));
    this.entries.delete(ref);
  }

  private readonly onDue = (ref: number): void => {
    const atMs = this.timeOf(ref);
    if (atMs >= this.nowMs) throw new Error(`record ${ref} is handed over ${atMs - this.nowMs} ms early`);
    this.worstLateMs = Math.max(this.worstLateMs, this.nowMs - this.dueAt.get(ref)!);
    this.fired.push(ref);
    this.remove(ref);
  };

  /** One slice of a turn. */
  slice(nowMs: number, budget: number): boolean {
    this.nowMs = nowMs;
    return this.wheel.advance(nowMs, budget, this.onDue);
  }

  /** The clock goes back: whoever waits may then be up to two seconds late. */
  setBack(nowMs: number): void {
    for (const ref of this.entries) this.dueAt.set(ref, Math.max(this.timeOf(ref), nowMs) + 128 * TICK_MS);
    this.slice(nowMs, 500);
  }

  /** Every entry is in one list, which its bit shows, and its slot will be visited in time (invariants 1, 3 and 4). */
  check(): void {
    const { wheel } = this;
    const problem = this.problem();
    if (problem !== null) throw new Error(problem);
    expect(wheel.count).toBe(this.entries.size);
    expect(this.account.used).toBe(wheel.bytes);
  }

  private problem(): string | null {
    const { wheel } = this;
    const segments = wheel['segments'];
    const word = (entry: number, at: number) => segments[entry >>> 12]![(entry & 4095) * 3 + at]!;
    const refs = new Set<number>();
    for (const [slot, first] of wheel['slots'].entries()) {
      const isMarked = ((wheel['occupied'][slot >>> 5]! >>> (slot & 31)) & 1) === 1;
      if (isMarked !== (first !== 0)) return `slot ${slot} is not marked as it is`;
      for (let entry = first, previous = -slot - 1; entry !== 0; previous = entry, entry = word(entry, 0)) {
        const ref = word(entry, 2);
        if (word(entry, 1) !== previous) return `entry ${entry} does not lead back`;
        if (this.entryOf(ref) !== entry) return `record ${ref} has another entry`;
        if (refs.has(ref)) return `record ${ref} is there twice`;
        refs.add(ref);
        const level = slot >>> 7;
        const pulled = wheel['pulled'][level]!;
        const visited = (pulled + 1 + ((slot - pulled - 1) & 127)) * 64 ** level * TICK_MS;
        if (visited > this.dueAt.get(ref)! + TICK_MS) return `record ${ref} will be late`;
      }
    }
    return refs.size === this.entries.size ? null : 'entries are lost';
  }

  /** Turns the wheel in slices of `budget` until it has nothing more to do; returns the slices it took. */
  turnTo(nowMs: number, budget = 500): number {
    this.nowMs = nowMs;
    let slices = 1;
    while (this.wheel.advance(nowMs, budget, this.onDue)) slices++;
    return slices;
  }
}

/** Reference of record `i`: records are four doubles long, and 0 is none. */
const record = (i: number) => (i + 1) * 4;

describe('ExpiryWheel', () => {
  it('hands over each record within a tick of its time when it is turned every tick', () => {
    const timers = new Timers();
    const times = [0, 1, 15, 16, 17, 500, 1023, 1024, 1025, 5000, 65_535, 65_536, 70_000, 130_000, 300_000];
    for (const [i, ms] of times.entries()) timers.add(record(i), START_MS + ms);
    for (let ms = 0; ms <= 310_000; ms += TICK_MS) timers.turnTo(START_MS + ms);
    expect(timers.fired).toHaveLength(times.length);
    expect(timers.worstLateMs).toBeLessThanOrEqual(TICK_MS);
    expect(timers.wheel.count).toBe(0);
  });

  it('agrees with a map under random additions, moves, removals and turns of any length', () => {
    const time = fc.oneof(
      fc.integer({ min: -1000, max: 3000 }),
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 0, max: 40 * DAY_MS }),
      fc.constantFrom(1000 * DAY_MS, 30_000 * DAY_MS, 2 ** 52 - START_MS),
    );
    const operation = fc.record({
      kind: fc.constantFrom('add', 'add', 'add', 'move', 'remove', 'turn', 'turn', 'slice', 'slice', 'back'),
      i: fc.integer({ min: 0, max: 300 }),
      ms: time,
      turnMs: fc.oneof(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 70_000 }),
        fc.integer({ min: 0, max: 3 * 3_600_000 }),
        fc.integer({ min: 0, max: 20 * DAY_MS }),
        fc.integer({ min: 0, max: 5000 * DAY_MS }),
      ),
      budget: fc.constantFrom(1, 2, 7, 500),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const timers = new Timers();
        for (const { kind, i, ms, turnMs, budget } of operations) {
          const ref = record(i);
          const known = timers.entries.has(ref);
          if (kind === 'add' && !known) timers.add(ref, timers.nowMs + ms);
          else if (kind === 'move' && known) timers.move(ref, timers.nowMs + ms);
          else if (kind === 'remove' && known) timers.remove(ref);
          else if (kind === 'slice') timers.slice(timers.nowMs + turnMs, budget);
          else if (kind === 'back') timers.setBack(Math.max(0, timers.nowMs - turnMs));
          else if (kind === 'turn') {
            timers.turnTo(timers.nowMs + turnMs, budget);
            // All that were over before the last tick have been handed over; onDue sees to it that no others were.
            for (const left of timers.entries) {
              if (timers.dueAt.get(left)! < timers.nowMs - TICK_MS)
                throw new Error(`record ${left} was not handed over`);
            }
          }
          timers.check();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('handles at most a budget of records a slice, however many are due at once', () => {
    const timers = new Timers();
    for (let i = 0; i < 20_000; i++) timers.add(record(i), START_MS + 100_000);
    timers.turnTo(START_MS + 99_000);
    let worst = 0;
    timers.nowMs = START_MS + 100_100;
    for (let more = true; more; ) {
      const before = timers.fired.length;
      more = timers.wheel.advance(timers.nowMs, 500, (ref) => {
        timers.fired.push(ref);
        timers.remove(ref);
      });
      worst = Math.max(worst, timers.fired.length - before);
    }
    expect(timers.fired).toHaveLength(20_000);
    expect(worst).toBeLessThanOrEqual(500);
  });

  it('cascades far slots ahead of time: a crowd that is due later delays nobody now', () => {
    const timers = new Timers();
    for (let i = 0; i < 20_000; i++) timers.add(record(i), START_MS + 70_000 + (i % 900));
    timers.add(record(20_000), START_MS + 60_010);
    for (let ms = 0; ms <= 72_000; ms += 10) {
      timers.nowMs = START_MS + ms;
      timers.wheel.advance(timers.nowMs, 500, (ref) => {
        if (ref === record(20_000)) timers.worstLateMs = timers.nowMs - timers.timeOf(ref);
        timers.fired.push(ref);
        timers.remove(ref);
      });
    }
    expect(timers.worstLateMs).toBeLessThanOrEqual(TICK_MS + 10);
    expect(timers.fired).toHaveLength(20_001);
  });

  it('a time that moves later leaves the entry where it is and is still kept to', () => {
    const timers = new Timers();
    timers.add(record(1), START_MS + 100);
    for (let ms = 0; ms < 10_000; ms += TICK_MS) {
      timers.turnTo(START_MS + ms);
      if (ms < 8000) timers.move(record(1), START_MS + ms + 1000);
    }
    expect(timers.fired).toEqual([record(1)]);
    expect(timers.worstLateMs).toBeLessThanOrEqual(TICK_MS);
  });

  it('goes on when the clock was set forward by years, and when it was set back', () => {
    const timers = new Timers();
    timers.add(record(1), START_MS + 1000);
    timers.add(record(2), START_MS + 5000 * DAY_MS);
    timers.turnTo(START_MS + 4000 * DAY_MS);
    expect(timers.fired).toEqual([record(1)]);
    timers.turnTo(START_MS + 1000);
    timers.add(record(3), START_MS + 3000);
    for (let ms = 1000; ms < 4000; ms += TICK_MS) timers.turnTo(START_MS + ms);
    expect(timers.fired).toEqual([record(1), record(3)]);
    timers.turnTo(START_MS + 5001 * DAY_MS);
    expect(timers.fired).toEqual([record(1), record(3), record(2)]);
  });

  it('follows records that move in memory', () => {
    const timers = new Timers();
    timers.add(record(1), START_MS + 50);
    const entry = timers.entryOf(record(1));
    timers.entries.delete(record(1));
    timers.doubles[0]![record(9) + DWORD_EXPIRE_AT] = START_MS + 50;
    timers.words[0]![record(9) * 2 + WORD_WHEEL] = entry;
    timers.dueAt.set(record(9), START_MS + 50);
    timers.wheel.recordMoved(entry, record(9));
    timers.entries.add(record(9));
    timers.turnTo(START_MS + 80);
    expect(timers.fired).toEqual([record(9)]);
  });

  it('samples every record about equally often, whatever was removed', () => {
    const timers = new Timers();
    for (let i = 0; i < 400; i++) timers.add(record(i), START_MS + i * 1000);
    for (let i = 0; i < 400; i++) if (i % 4 !== 0) timers.remove(record(i));
    const random = new Random(3);
    const times = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const ref = timers.wheel.random(random);
      times.set(ref, (times.get(ref) ?? 0) + 1);
    }
    expect([...times.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => record(i * 4)));
    expect(Math.min(...times.values())).toBeGreaterThan(120);
    expect(Math.max(...times.values())).toBeLessThan(300);
    expect(new Timers().wheel.random(random)).toBe(0);
  });

  it('names the records that are due soonest, to the width of a slot', () => {
    const timers = new Timers();
    const timeOf = (i: number) => START_MS + ((i * 7919) % 2000) * 50;
    for (let i = 0; i < 2000; i++) timers.add(record(i), timeOf(i));
    timers.turnTo(START_MS + 30_000);
    const left = Array.from({ length: 2000 }, (_, i) => timeOf(i)).filter((ms) => ms >= START_MS + 30_000);
    left.sort((a, b) => a - b);
    const refs = new Int32Array(20);
    expect(timers.wheel.soonest(refs, 20)).toBe(20);
    for (const ref of refs) expect(timers.timeOf(ref)).toBeLessThanOrEqual(left[19]! + 1024);
    const all = new Int32Array(3000);
    expect(timers.wheel.soonest(all, 3000)).toBe(timers.wheel.count);
    expect(new Set(all.subarray(0, timers.wheel.count)).size).toBe(timers.wheel.count);
  });

  it('accounts for its segments and gives them back when it is cleared', () => {
    const timers = new Timers();
    for (let i = 0; i < 60_000; i++) timers.add(record(i), START_MS + i);
    expect(timers.account.used).toBe(timers.wheel.bytes);
    timers.wheel.clear();
    timers.entries.clear();
    expect(timers.account.used).toBe(timers.wheel.bytes);
    expect(timers.wheel.count).toBe(0);
    timers.add(record(1), START_MS + 10);
    timers.turnTo(START_MS + 40);
    expect(timers.fired).toEqual([record(1)]);
  });
});
