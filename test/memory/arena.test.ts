import { describe, expect, it } from 'vitest';
import { Arena, NONE, OutOfMemoryError, SnapshotArena } from '../../src/memory/index.js';

const LIVE = 0x8000_0000 | 0;

function bytesOf(text: string): { bytes: Uint8Array; view: DataView } {
  const bytes = new TextEncoder().encode(text);
  return { bytes, view: new DataView(bytes.buffer) };
}

const MIB = 1 << 20;

describe('Arena values', () => {
  it('words, bytes and doubles keep what was set', () => {
    const arena = new Arena();
    const ref = arena.alloc(64);
    arena.setI32(ref, 3, -123456789);
    arena.setU8(ref, 40, 255);
    arena.setF64(ref, 7, Math.PI);
    arena.setI32Quiet(ref, 0, 77);
    expect(arena.i32(ref, 3)).toBe(-123456789);
    expect(arena.u8(ref, 40)).toBe(255);
    expect(arena.f64(ref, 7)).toBe(Math.PI);
    expect(arena.i32(ref, 0)).toBe(77);
    expect(arena.view(ref).getInt32(arena.base(ref) + 12, true)).toBe(-123456789);
  });

  it('reading through the reference that is none gives zero', () => {
    const arena = new Arena();
    expect(arena.i32(NONE, 0)).toBe(0);
    expect(arena.u8(NONE, 5)).toBe(0);
  });

  it('bytes copied in come out again, whatever the length and alignment', () => {
    const arena = new Arena();
    const source = new Uint8Array(5000).map((_, i) => (i * 7 + (i >>> 8)) & 255);
    const view = new DataView(source.buffer);
    const target = new Uint8Array(5000);
    const targetView = new DataView(target.buffer);
    const ref = arena.alloc(5000);
    for (const length of [0, 1, 3, 4, 5, 255, 256, 257, 4000]) {
      for (const offset of [0, 1, 6]) {
        arena.copyIn(ref, offset, source, view, 3, length);
        target.fill(0);
        arena.copyOut(ref, offset, target, targetView, 2, length);
        expect(target.subarray(2, 2 + length)).toEqual(source.subarray(3, 3 + length));
        expect(target[2 + length]).toBe(0);
        expect(arena.equals(ref, offset, source, view, 3, length)).toBe(true);
      }
    }
  });

  it('move within a block may overlap in both directions', () => {
    const arena = new Arena();
    for (const size of [40, 900]) {
      for (const [to, from] of [
        [0, 7],
        [7, 0],
        [3, 3],
        [1, 0],
      ] as const) {
        const model = new Uint8Array(size).map((_, i) => i & 255);
        const ref = arena.alloc(size);
        arena.copyIn(ref, 0, model, new DataView(model.buffer), 0, size);
        const length = size - 8;
        arena.move(ref, to, ref, from, length);
        model.copyWithin(to, from, from + length);
        expect(arena.equals(ref, 0, model, new DataView(model.buffer), 0, size)).toBe(true);
      }
    }
  });

  it('move goes from block to block and zero clears exactly its range', () => {
    const arena = new Arena();
    const { bytes, view } = bytesOf('abcdefghijklmnop');
    const a = arena.alloc(16);
    const b = arena.alloc(30000);
    arena.copyIn(a, 0, bytes, view, 0, 16);
    arena.move(b, 29000, a, 1, 11);
    expect(arena.equals(b, 29000, bytes, view, 1, 11)).toBe(true);
    for (let i = 0; i < 30000; i++) arena.setU8(b, i, 1);
    arena.zero(b, 3, 29000);
    arena.zero(a, 2, 3);
    expect([arena.u8(b, 2), arena.u8(b, 3), arena.u8(b, 29002), arena.u8(b, 29003)]).toEqual([1, 0, 0, 1]);
    expect([arena.u8(a, 1), arena.u8(a, 2), arena.u8(a, 4), arena.u8(a, 5)]).toEqual([98, 0, 0, 102]);
  });

  it('equals and compare find a difference at any place, in short and in long ranges', () => {
    const arena = new Arena();
    for (const length of [7, 512, 513, 5000]) {
      const bytes = new Uint8Array(length + 3).fill(130);
      const view = new DataView(bytes.buffer);
      const ref = arena.alloc(length + 5);
      arena.copyIn(ref, 5, bytes, view, 0, length);
      expect(arena.equals(ref, 5, bytes, view, 3, length)).toBe(true);
      expect(arena.compare(ref, 5, bytes, view, 3, length)).toBe(0);
      for (const at of [0, length >>> 1, length - 1]) {
        arena.setU8(ref, 5 + at, 3);
        expect(arena.equals(ref, 5, bytes, view, 3, length)).toBe(false);
        expect(arena.compare(ref, 5, bytes, view, 3, length)).toBe(-1);
        arena.setU8(ref, 5 + at, 200);
        expect(arena.compare(ref, 5, bytes, view, 3, length)).toBe(1);
        arena.setU8(ref, 5 + at, 130);
      }
    }
  });

  it('compare orders as unsigned bytes, first difference first', () => {
    const arena = new Arena();
    const ref = arena.alloc(16);
    for (const [a, b] of [
      ['abcdefg', 'abcdefg'],
      ['abcdefg', 'abcdefh'],
      ['abcd', 'abce'],
      ['zaaa', 'azzz'],
      ['a\u00ff', 'aa'],
      ['\u00ffbcd', 'abcd'],
    ] as const) {
      const left = Buffer.from(a, 'latin1');
      const right = Buffer.from(b, 'latin1');
      const views = [left, right].map((x) => new DataView(x.buffer, x.byteOffset, x.length)) as [DataView, DataView];
      arena.copyIn(ref, 0, left, views[0], 0, left.length);
      expect(arena.compare(ref, 0, right, views[1], 0, right.length)).toBe(Buffer.compare(left, right));
      expect(arena.equals(ref, 0, right, views[1], 0, right.length)).toBe(left.equals(right));
    }
  });
});

describe('Arena blocks', () => {
  it('blockSize is at least what was asked for, with little waste', () => {
    const arena = new Arena();
    for (let size = 1; size < 200_000; size += 1 + (size >>> 4)) {
      const ref = arena.alloc(size);
      const room = arena.blockSize(ref);
      expect(room).toBeGreaterThanOrEqual(size);
      expect(room - size).toBeLessThanOrEqual(Math.max(8, size / 4));
      arena.free(ref);
    }
  });

  it('the account counts live blocks exactly and remembers its peak', () => {
    const arena = new Arena();
    const refs = [1, 8, 100, 5000, 20_000, 3_000_000, 9_000_000].map((size) => arena.alloc(size));
    const sum = refs.reduce((total, ref) => total + arena.blockSize(ref), 0);
    expect(arena.account.used).toBe(sum);
    expect(arena.stats().liveBytes).toBe(sum);
    for (const ref of refs) arena.free(ref);
    expect(arena.account.used).toBe(0);
    expect(arena.account.peak).toBe(sum);
  });

  it('a block of 600 MB takes every offset', () => {
    const arena = new Arena();
    const size = 600 * 1024 * 1024;
    const ref = arena.alloc(size);
    expect(arena.blockSize(ref)).toBeGreaterThanOrEqual(size);
    const { bytes, view } = bytesOf('the end');
    arena.copyIn(ref, size - 7, bytes, view, 0, 7);
    arena.setI32(ref, size / 4 - 3, 42);
    expect(arena.equals(ref, size - 7, bytes, view, 0, 7)).toBe(true);
    expect(arena.i32(ref, size / 4 - 3)).toBe(42);
    arena.free(ref);
    expect(arena.stats()).toMatchObject({ liveBytes: 0, touchedBytes: 0, longBlocks: 0 });
  });

  it('a long block that grows step by step is moved a few times only, and gives memory back when it shrinks', () => {
    const arena = new Arena();
    let ref = arena.alloc(20 << 20);
    arena.setI32(ref, 7, 77);
    let moves = 0;
    for (let size = 21 << 20; size <= 300 << 20; size += 1 << 20) {
      const there = arena.realloc(ref, size, 32);
      if (there !== ref) moves++;
      ref = there;
      expect(arena.blockSize(ref)).toBe(size);
    }
    expect(moves).toBeLessThan(6);
    expect(arena.i32(ref, 7)).toBe(77);
    expect(arena.account.used).toBe(300 << 20);
    ref = arena.realloc(ref, 100 << 20, 32);
    expect(arena.i32(ref, 7)).toBe(77);
    expect(arena.stats().touchedBytes).toBe(100 << 20);
  });

  it('a long block takes the buffer that was touched for it while its bytes came', () => {
    const arena = new Arena();
    const bytes = 33 * MIB;
    arena.expectBlock(bytes, 1);
    arena.expectBlock(bytes, MIB);
    expect(arena.account.used).toBe(MIB);
    const { reservedBytes } = arena.stats();
    const ref = arena.alloc(bytes);
    expect(arena.account.used).toBe(arena.blockSize(ref));
    expect(arena.stats().reservedBytes - reservedBytes).toBe(bytes);
    arena.expectBlock(bytes, MIB);
    expect(arena.account.used).toBe(arena.blockSize(ref) + MIB); // the first buffer is a block's now
    arena.free(arena.alloc(bytes));
    arena.free(ref);
    expect(arena.account.used).toBe(0);
  });

  it('a buffer for a block that never comes is dropped after two seconds, and one too small for another at once', () => {
    const arena = new Arena();
    arena.expectBlock(33 * MIB, MIB);
    arena.expectBlock(40 * MIB, 2 * MIB);
    expect(arena.account.used).toBe(MIB); // what one call touches at most
    arena.expectBlock(40 * MIB, 2 * MIB);
    expect(arena.account.used).toBe(2 * MIB);
    for (let step = 0; step < 20; step++) arena.purge();
    expect(arena.account.used).toBe(2 * MIB);
    arena.purge();
    expect(arena.account.used).toBe(0);
    arena.expectBlock(MIB, MIB); // runs and small blocks are ready anyway
    expect(arena.account.used).toBe(0);
  });

  it('references beyond 16 GiB, which are negative, work like others', () => {
    const arena = new Arena();
    const { bytes, view } = bytesOf('beyond');
    // Runs of which only the table is touched: address space, not memory.
    while (arena.alloc(8_000_000) >= 0);
    const ends = [40, 3000, 50_000].map((size) => {
      while (arena.allocRecord(16_000) >= 0); // the first slab of small blocks may stand below
      const ref = arena.allocRecord(size);
      expect(ref).toBeLessThan(0);
      arena.setF64(ref, 3, size);
      arena.copyIn(ref, 32, bytes, view, 0, 6);
      arena.setI32(ref, 2, LIVE);
      return ref;
    });
    const walked: number[] = [];
    arena.walkRecords((ref) => walked.push(ref));
    expect(walked.sort()).toEqual([...ends].sort());
    const snapshot = new SnapshotArena(arena.beginSnapshot());
    for (const ref of ends) {
      expect(arena.equals(ref, 32, bytes, view, 0, 6)).toBe(true);
      arena.setF64(ref, 3, 1);
      expect(snapshot.f64(ref, 3)).not.toBe(1);
      expect(snapshot.blockSize(ref)).toBe(arena.blockSize(ref));
      const moved = arena.realloc(ref, 200_000, 40);
      expect(arena.equals(moved, 32, bytes, view, 0, 6)).toBe(true);
      arena.free(moved);
      expect(snapshot.equals(ref, 32, bytes, view, 0, 6)).toBe(true);
    }
    const seen: number[] = [];
    snapshot.walkRecords((ref) => seen.push(ref));
    expect(seen.sort()).toEqual([...ends].sort());
    arena.endSnapshot();
  });

  it('realloc stays in place when it fits without waste, else keeps the bytes and the live bit', () => {
    const arena = new Arena();
    const ref = arena.allocRecord(100);
    arena.setI32(ref, 5, 99);
    arena.setI32(ref, 2, LIVE | 7);
    expect(arena.realloc(ref, arena.blockSize(ref), 100)).toBe(ref);
    expect(arena.realloc(ref, 80, 80)).toBe(ref);
    let moved = ref;
    for (const size of [1000, 30_000, 70_000, 9_000_000, 20_000_000, 10_000_000, 500_000, 24]) {
      moved = arena.realloc(moved, size, Math.min(arena.blockSize(moved), size));
      expect(arena.i32(moved, 5)).toBe(99);
      const found: number[] = [];
      arena.walkRecords((record) => found.push(record));
      expect(found).toEqual([moved]);
      expect(arena.account.used).toBe(arena.blockSize(moved));
    }
  });

  it('an allocation that cannot be had throws and changes nothing', () => {
    const arena = new Arena({ slabLimit: 4 });
    const refs: number[] = [];
    expect(() => {
      for (;;) refs.push(arena.alloc(16384));
    }).toThrow(OutOfMemoryError);
    expect(refs.length).toBe(2 * 256 * 4);
    expect(arena.account.used).toBe(refs.length * 16384);
    arena.free(refs.pop()!);
    refs.push(arena.alloc(16384));
    expect(() => arena.alloc(2 ** 31)).toThrow(OutOfMemoryError);
    for (const ref of refs) arena.free(ref);
    expect(arena.account.used).toBe(0);
  });

  it('reset drops everything at once and the arena goes on', () => {
    const arena = new Arena();
    const words = arena.words;
    for (let i = 0; i < 5000; i++) arena.setI32(arena.allocRecord(40 + (i % 3000)), 2, LIVE);
    arena.alloc(50_000);
    arena.alloc(10_000_000);
    arena.reset();
    expect(arena.account.used).toBe(0);
    expect(arena.stats()).toMatchObject({ liveBytes: 0, heldBytes: 0, slabs: 0, pages: 0, runs: 0, longBlocks: 0 });
    expect(arena.words).toBe(words);
    let seen = 0;
    arena.walkRecords(() => seen++);
    expect(seen).toBe(0);
    const ref = arena.allocRecord(100);
    arena.setI32(ref, 2, LIVE);
    arena.walkRecords((record) => expect(record).toBe(ref));
  });
});
