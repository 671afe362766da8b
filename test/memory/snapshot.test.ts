/**
 * The oracle of snapshots: all slabs are copied when one begins; a worker resolves the image while the arena is changed
 * without pause, and must get the copies back byte for byte.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Arena,
  OutOfMemoryError,
  RecordCursor,
  SnapshotArena,
  SnapshotFailedError,
  trainBarrier,
} from '../../src/memory/index.js';
import { Random } from '../../src/util/random.js';
import { copySlabs, runOracle, type Verdict } from './oracle.js';

const LIVE = 0x8000_0000 | 0;

/** An arena and what is alive in it, changed at random. */
class Changes {
  readonly arena = new Arena();
  readonly data: number[] = [];
  readonly records: number[] = [];
  private readonly noise = new Uint8Array(4096);
  private readonly noiseView = new DataView(this.noise.buffer);

  constructor(readonly random: Random) {
    for (let i = 0; i < this.noise.length; i++) this.noise[i] = random.below(256);
  }

  private size(): number {
    const dice = this.random.below(1000);
    if (dice < 900) return 24 + this.random.below(300);
    if (dice < 990) return 24 + this.random.below(16_000);
    return 16_385 + this.random.below(200_000);
  }

  private fill(ref: number, from: number): void {
    const room = Math.min(this.arena.blockSize(ref), 20_000);
    for (let at = from; at < room; at += 4096) {
      this.arena.copyIn(ref, at, this.noise, this.noiseView, 0, Math.min(4096, room - at));
    }
  }

  add(): void {
    const { arena } = this;
    if (this.random.below(2) === 0) {
      const ref = arena.alloc(this.size());
      this.fill(ref, 0);
      this.data.push(ref);
    } else {
      const ref = arena.allocRecord(this.size());
      this.fill(ref, 12);
      arena.setI32(ref, 2, LIVE | this.random.below(1000));
      this.records.push(ref);
    }
  }

  change(): void {
    const { arena, random } = this;
    const list = random.below(2) === 0 ? this.data : this.records;
    if (list.length === 0) return this.add();
    const index = random.below(list.length);
    const ref = list[index]!;
    const room = arena.blockSize(ref);
    const from = list === this.records ? 12 : 0;
    switch (random.below(9)) {
      case 0:
        arena.free(ref);
        list[index] = list[list.length - 1]!;
        list.pop();
        return this.add();
      case 1:
        list[index] = arena.realloc(ref, this.size(), room);
        return;
      case 2:
        arena.zero(ref, from, random.below(room - from));
        return;
      case 3:
        arena.copyIn(
          ref,
          from,
          this.noise,
          this.noiseView,
          random.below(1000),
          random.below(Math.min(3000, room - from)),
        );
        return;
      case 4:
        arena.setF64(ref, (room >>> 3) - 1, random.float());
        return;
      case 5:
        arena.setU8(ref, from + random.below(room - from), random.int32());
        return;
      case 6: {
        const other = this.data[random.below(this.data.length)];
        if (other !== undefined)
          arena.move(ref, from, other, 0, random.below(Math.min(room - from, arena.blockSize(other))));
        return;
      }
      case 7: {
        const at = random.below((room - from) >>> 2);
        arena.willWrite(ref, from + at * 4, 4);
        arena.view(ref).setInt32(arena.base(ref) + from + at * 4, random.int32(), true);
        return;
      }
      default:
        arena.setI32(ref, (from >>> 2) + random.below((room - from) >>> 2), random.int32());
    }
  }

  reset(): void {
    this.arena.reset();
    this.data.length = 0;
    this.records.length = 0;
  }
}

interface Run {
  mode: 'image' | 'walk';
  inOrder: boolean;
  resetAfter?: number;
  seed: number;
}

/** One snapshot under constant change. */
async function takeSnapshot(
  run: Run,
): Promise<{ verdict: Verdict; expected: number[]; sizes: number; changes: Changes }> {
  const changes = new Changes(new Random(run.seed));
  const { arena } = changes;
  for (let i = 0; i < 6000; i++) changes.add();
  changes.data.push(arena.alloc(9_000_000));
  for (let i = 0; i < 6000; i++) changes.change();
  const expected = [...changes.records].sort((a, b) => (a >>> 0) - (b >>> 0));
  const sizes = expected.reduce((sum, ref) => sum + arena.blockSize(ref), 0);
  const handle = arena.beginSnapshot();
  const copies = copySlabs(arena, handle);
  for (let i = 0; i < 500; i++) changes.change(); // before the worker can have read anything
  let steps = 0;
  const verdict = await runOracle(handle, copies, run.mode, run.inOrder, () => {
    for (let i = 0; i < 50; i++) changes.change();
    if (steps++ === run.resetAfter) {
      changes.reset();
      for (let i = 0; i < 500; i++) changes.add();
    }
    arena.maintain(200);
  });
  arena.endSnapshot();
  return { verdict, expected, sizes, changes };
}

describe('snapshot oracle', () => {
  it.each([true, false])(
    'every byte of the image is as it was at the start, under constant change (loads in order: %s)',
    async (inOrder) => {
      const { verdict, changes } = await takeSnapshot({ mode: 'image', inOrder, seed: 20261 });
      expect(verdict.differences).toBe(0);
      expect(verdict.comparedBytes).toBeGreaterThan(10_000_000);
      expect(changes.arena.snapshotStats.copiedCards).toBeGreaterThan(500);
    },
  );

  it.each([1, 2, 3])(
    'the walk visits exactly the records of the start and reads them as they were (seed %i)',
    async (seed) => {
      const { verdict, expected, sizes } = await takeSnapshot({ mode: 'walk', inOrder: seed !== 2, seed });
      expect(verdict.differences).toBe(0);
      expect(verdict.records).toEqual(expected);
      expect(verdict.sizes).toBe(sizes);
    },
  );

  it('a reset in the middle leaves the snapshot what it was', async () => {
    const { verdict, expected } = await takeSnapshot({ mode: 'walk', inOrder: true, seed: 7, resetAfter: 2 });
    expect(verdict.differences).toBe(0);
    expect(verdict.records).toEqual(expected);
  });
});

describe('snapshot in one thread', () => {
  function twoRecords(): { arena: Arena; first: number; second: number } {
    const arena = new Arena();
    const first = arena.allocRecord(600);
    const second = arena.allocRecord(16_384);
    for (const ref of [first, second]) {
      arena.setI32(ref, 2, LIVE);
      arena.setI32(ref, 5, 1);
    }
    return { arena, first, second };
  }

  it('the live arena and the snapshot differ after a write, and agree again in the next snapshot', () => {
    const { arena, first } = twoRecords();
    for (let value = 1; value < 4; value++) {
      const snapshot = new SnapshotArena(arena.beginSnapshot());
      arena.setI32(first, 5, value + 1);
      expect(snapshot.i32(first, 5)).toBe(value);
      expect(snapshot.i32(0, 0)).toBe(0);
      expect(arena.i32(first, 5)).toBe(value + 1);
      expect(arena.snapshotStats.copiedCards).toBe(1);
      arena.endSnapshot();
    }
  });

  it('a record that the walk has passed is not copied any more, data are until the end', () => {
    const { arena, first, second } = twoRecords();
    const data = arena.alloc(600);
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    const seen: number[] = [];
    snapshot.walkRecords((ref) => seen.push(ref));
    expect(seen).toEqual([first, second]);
    arena.setI32(first, 5, 2);
    arena.setI32(second, 5, 2);
    expect(arena.snapshotStats.copiedCards).toBe(0);
    arena.setI32(data, 5, 2);
    expect(arena.snapshotStats.copiedCards).toBe(1);
    arena.endSnapshot();
  });

  it('a walk in steps over runs sees those of the start, though runs before and behind it are freed and divided anew', () => {
    const arena = new Arena();
    const refs = Array.from({ length: 40 }, () => {
      const ref = arena.allocRecord(50_000);
      arena.setI32(ref, 2, LIVE);
      return ref;
    });
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    const cursor = new RecordCursor();
    const seen: number[] = [];
    for (let step = 0; snapshot.nextRecords(cursor, 1, (ref) => seen.push(ref)); step++) {
      if (step >= 20) continue;
      arena.free(refs[step]!); // passed
      arena.free(refs[39 - step]!); // still to come
      arena.allocRecord(20_000);
    }
    expect(seen).toEqual(refs);
    arena.endSnapshot();
  });

  it('a long block that is freed, and its id taken by another, stays readable as it was', () => {
    const arena = new Arena();
    const ref = arena.alloc(9_000_000);
    arena.setI32(ref, 1_000_000, 5);
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    expect(snapshot.blockSize(ref)).toBe(arena.blockSize(ref));
    arena.free(ref);
    const other = arena.alloc(9_000_000);
    expect(other).toBe(ref);
    arena.setI32(other, 1_000_000, 6);
    expect(snapshot.i32(ref, 1_000_000)).toBe(5);
    expect(arena.snapshotStats.copiedCards).toBe(0);
    arena.endSnapshot();
  });

  it('after a reset nothing is copied any more, and the snapshot reads on', () => {
    const { arena, first, second } = twoRecords();
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    arena.reset();
    for (let i = 0; i < 100; i++) arena.setI32(arena.allocRecord(600), 5, 9);
    expect(arena.snapshotStats.copiedCards).toBe(0);
    const seen: number[] = [];
    snapshot.walkRecords((ref) => {
      seen.push(ref);
      expect(snapshot.i32(ref, 5)).toBe(1);
    });
    expect(seen).toEqual([first, second]);
    arena.endSnapshot();
  });

  it('copies behind the cursor are used again', () => {
    const arena = new Arena();
    const refs: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const ref = arena.allocRecord(512);
      arena.setI32(ref, 2, LIVE);
      refs.push(ref);
    }
    for (let i = 0; i < 1000; i++) refs.push(arena.alloc(512));
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    for (const ref of refs.slice(0, 3000)) arena.setI32(ref, 5, 1);
    const before = arena.snapshotStats.sideBytes;
    snapshot.walkRecords(() => {});
    for (const ref of refs.slice(3000)) arena.setI32(ref, 5, 1);
    expect(arena.snapshotStats.reusedCards).toBeGreaterThan(900);
    expect(arena.snapshotStats.sideBytes).toBe(before);
    for (const ref of refs.slice(3000)) expect(snapshot.i32(ref, 4)).toBe(arena.i32(ref, 4));
    arena.endSnapshot();
  });

  it('memory that was free at the start, and slabs that came later, cost no copies', () => {
    const { arena } = twoRecords();
    arena.beginSnapshot();
    for (let i = 0; i < 400; i++) arena.zero(arena.alloc(64_000), 0, 64_000);
    for (let i = 0; i < 40; i++) arena.zero(arena.alloc(4096), 0, 4096);
    expect(arena.snapshotStats.copiedCards).toBe(0);
    arena.endSnapshot();
  });

  it('a write of no bytes copies nothing, at the start of a slab either', () => {
    const arena = new Arena();
    const ref = arena.alloc(64);
    expect(arena.base(ref)).toBe(0);
    arena.beginSnapshot();
    arena.zero(ref, 0, 0);
    arena.willWrite(ref, 512, 0);
    arena.move(ref, 0, ref, 8, 0);
    expect(arena.snapshotStats.copiedCards).toBe(0);
    arena.endSnapshot();
  });

  it('side memory counts in the account and is reported when it exceeds its limit', () => {
    const arena = new Arena();
    const refs = Array.from({ length: 5000 }, () => arena.alloc(512));
    const used = arena.account.used;
    let calls = 0;
    arena.beginSnapshot({ sideLimitBytes: 1 << 20, onSideLimit: () => calls++ });
    arena.setI32(refs[0]!, 0, 1);
    expect(arena.snapshotOverLimit).toBe(false);
    for (const ref of refs) arena.setI32(ref, 0, 1);
    expect(calls).toBe(1);
    expect(arena.snapshotOverLimit).toBe(true);
    expect(arena.account.used).toBe(used + arena.snapshotStats.sideBytes);
    arena.endSnapshot();
    expect(arena.account.used).toBe(used);
    expect(arena.snapshotOverLimit).toBe(false);
  });

  /** Every buffer asked for from now on is refused. */
  function refuseMemory(): void {
    vi.stubGlobal(
      'SharedArrayBuffer',
      class {
        constructor() {
          throw new RangeError('Array buffer allocation failed');
        }
      },
    );
  }
  afterEach(() => void vi.unstubAllGlobals());

  it('a write for which no copy can be kept goes on, the snapshot has failed, and both sides hear of it', () => {
    const { arena, first, second } = twoRecords();
    const used = arena.account.used;
    let calls = 0;
    const snapshot = new SnapshotArena(arena.beginSnapshot({ onFailure: () => calls++ }));
    const cursor = new RecordCursor();
    expect(snapshot.nextRecords(cursor, 1, () => {})).toBe(true);
    refuseMemory();
    arena.zero(second, 16, 10_000); // many cards
    arena.setI32(first, 5, 2);
    expect([arena.i32(second, 5), arena.i32(first, 5)]).toEqual([0, 2]);
    expect([calls, arena.snapshotFailed, arena.snapshotStats.copiedCards]).toEqual([1, true, 0]);
    vi.unstubAllGlobals();
    arena.maintain(100); // nothing is prepared for it any more
    arena.setI32(second, 5, 3);
    expect(arena.snapshotStats.sideBytes).toBe(0);
    expect(snapshot.failed).toBe(true);
    expect(() => snapshot.nextRecords(cursor, 1, () => {})).toThrow(SnapshotFailedError);
    arena.endSnapshot();
    expect(arena.account.used).toBe(used);
  });

  it('the snapshot after a failed one is sound', () => {
    const { arena, first } = twoRecords();
    arena.beginSnapshot();
    refuseMemory();
    arena.setI32(first, 5, 2);
    vi.unstubAllGlobals();
    arena.endSnapshot();
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    expect(arena.snapshotFailed).toBe(false);
    arena.setI32(first, 5, 3);
    expect(snapshot.i32(first, 5)).toBe(2);
    snapshot.walkRecords(() => {});
    arena.endSnapshot();
  });

  it('a snapshot that gets no memory to begin with has changed nothing', () => {
    const { arena, first } = twoRecords();
    refuseMemory();
    expect(() => arena.beginSnapshot()).toThrow(OutOfMemoryError);
    arena.setI32(first, 5, 2);
    expect(arena.snapshotting).toBe(false);
    vi.unstubAllGlobals();
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    arena.setI32(first, 5, 3);
    expect(snapshot.i32(first, 5)).toBe(2);
    arena.endSnapshot();
  });

  it('the dummy snapshot leaves the arena as it was', () => {
    const { arena, first, second } = twoRecords();
    const used = arena.account.used;
    trainBarrier(arena);
    expect(arena.account.used).toBe(used);
    const seen: number[] = [];
    arena.walkRecords((ref) => seen.push(ref));
    expect(seen).toEqual([first, second]);
    expect(arena.snapshotting).toBe(false);
  });
});
