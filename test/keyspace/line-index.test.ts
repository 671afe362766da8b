import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LineIndex } from '../../src/keyspace/line-index.js';
import { MemoryAccount, OutOfMemoryError } from '../../src/memory/index.js';
import { Random } from '../../src/util/random.js';

/** Blocks of one word: reference r has its hash in word 2r of slab 0. */
class Blocks {
  readonly words = [new Int32Array(1 << 18)];
  readonly account = new MemoryAccount();
  readonly index = new LineIndex(this.words, this.account);
  readonly hashes = new Map<number, number>();

  insert(ref: number, hash: number): void {
    this.words[0]![ref << 1] = hash;
    this.hashes.set(ref, hash);
    this.index.insert(hash, ref);
  }

  remove(ref: number): boolean {
    const hash = this.hashes.get(ref)!;
    this.hashes.delete(ref);
    return this.index.remove(hash, ref);
  }

  /** All references that `candidate` finds for a hash, sorted. */
  found(hash: number): number[] {
    const refs: number[] = [];
    for (let nth = 0; ; nth++) {
      const ref = this.index.candidate(hash, nth);
      if (ref === 0) return refs.sort((a, b) => a - b);
      refs.push(ref);
    }
  }

  /** Holds the index against the map: contents, count, and invariant 3. */
  check(): void {
    const { index, hashes } = this;
    expect(index.count).toBe(hashes.size);
    const seen: number[] = [];
    index.forEach((ref) => {
      seen.push(ref);
    });
    expect(seen.sort((a, b) => a - b)).toEqual([...hashes.keys()].sort((a, b) => a - b));
    for (const [ref, hash] of hashes) if (!index.has(hash, ref)) throw new Error(`entry ${ref} is lost`);
    const { linesByLength, overflowLines } = index.statistics();
    let needed = 0;
    linesByLength.forEach((lines, length) => {
      needed += lines * Math.max(0, Math.ceil(length / 12) - 1);
    });
    if (linesByLength[48] === 0) expect(overflowLines).toBe(needed);
  }
}

function scramble(i: number): number {
  let x = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

class NoMemory {
  constructor() {
    throw new RangeError('Array buffer allocation failed');
  }
}

afterEach(() => void vi.unstubAllGlobals());

describe('LineIndex', () => {
  it('inserts what was reserved without memory, into one chain or many, though entries go in between', () => {
    for (const sameLine of [false, true]) {
      for (const size of [0, 1, 100, 127, 128, 129, 3000, 8192 * 8 - 30]) {
        const blocks = new Blocks();
        for (let i = 1; i <= size; i++) blocks.insert(i, scramble(i));
        for (let i = 1; i <= Math.min(size, 20); i++) blocks.remove(i);
        blocks.index.reserve(64);
        vi.stubGlobal('SharedArrayBuffer', NoMemory);
        for (let i = 0; i < 64; i++) {
          if (i % 2 === 0 && blocks.hashes.has(size - i)) {
            blocks.remove(size - i);
            blocks.insert(size - i, scramble(size - i));
          }
          blocks.insert(100_000 + i, sameLine ? 7 : scramble(100_000 + i));
        }
        vi.unstubAllGlobals();
        blocks.check();
      }
    }
  });

  it('keeps what was reserved though entries that are taken out merge lines', () => {
    const blocks = new Blocks();
    for (let i = 1; i <= 9; i++) blocks.insert(i, scramble(i));
    blocks.index.reserve(1000);
    vi.stubGlobal('SharedArrayBuffer', NoMemory);
    blocks.remove(1);
    blocks.remove(2);
    for (let i = 0; i < 1000; i++) blocks.insert(1000 + i, scramble(1000 + i));
    vi.unstubAllGlobals();
    blocks.check();
  });

  it('prepares nothing where there is no memory, rather than to fail', () => {
    const blocks = new Blocks();
    for (let i = 1; i <= 128_000; i++) blocks.insert(i, scramble(i));
    vi.stubGlobal('SharedArrayBuffer', NoMemory);
    while (blocks.index.prepare(4));
    vi.unstubAllGlobals();
    expect(blocks.index.prepare(4)).toBe(true);
  });

  it('finds every entry while it grows to 60,000 and shrinks to nothing', () => {
    const blocks = new Blocks();
    const n = 60_000;
    for (let ref = 1; ref <= n; ref++) {
      blocks.insert(ref, scramble(ref));
      if (ref % 10_007 === 0) blocks.check();
    }
    blocks.check();
    for (let ref = 1; ref <= n; ref++) {
      expect(blocks.remove(ref)).toBe(true);
      if (ref % 10_007 === 0) blocks.check();
    }
    blocks.check();
    expect(blocks.index.lineCount).toBe(1);
    blocks.index.prepare(1);
    expect(blocks.index.bytes).toBe(1024);
  });

  it('takes at most 10.5 bytes an entry once it holds a few thousand', () => {
    const blocks = new Blocks();
    for (let ref = 1; ref <= 130_000; ref++) {
      blocks.insert(ref, scramble(ref));
      const { lineCount } = blocks.index;
      if (ref > 4000 && ref % 1000 === 0) {
        const lines = lineCount + blocks.index.statistics().overflowLines;
        expect((lines * 64) / ref).toBeLessThan(10.5);
      }
    }
  });

  it('keeps entries of equal hash apart and chains them without bound', () => {
    const blocks = new Blocks();
    for (let ref = 1; ref <= 500; ref++) blocks.insert(ref, ref % 2 === 0 ? 7 : 0x01000000);
    expect(blocks.found(7)).toHaveLength(250);
    expect(blocks.found(0x01000000)).toHaveLength(250);
    expect(blocks.found(8)).toEqual([]);
    for (let ref = 2; ref <= 500; ref += 2) blocks.remove(ref);
    expect(blocks.found(7)).toEqual([]);
    expect(blocks.found(0x01000000)).toHaveLength(250);
    blocks.check();
  });

  it('agrees with a map under random insertions, removals and replacements', () => {
    const operation = fc.record({
      kind: fc.constantFrom('insert', 'insert', 'remove', 'replace', 'burst', 'purge'),
      ref: fc.integer({ min: 1, max: 4000 }),
      // Few different hashes, so that tags and whole hashes collide, beside all others.
      hash: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer()),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const blocks = new Blocks();
        let burst = 4001;
        for (const { kind, ref, hash } of operations) {
          if (kind === 'insert' && !blocks.hashes.has(ref)) blocks.insert(ref, hash);
          else if (kind === 'remove' && blocks.hashes.has(ref)) expect(blocks.remove(ref)).toBe(true);
          else if (kind === 'remove') expect(blocks.index.remove(hash, ref)).toBe(false);
          else if (kind === 'replace' && blocks.hashes.has(ref)) {
            const own = blocks.hashes.get(ref)!;
            const target = burst++;
            blocks.words[0]![target << 1] = own;
            expect(blocks.index.replace(own, ref, target)).toBe(true);
            blocks.hashes.delete(ref);
            blocks.hashes.set(target, own);
          } else if (kind === 'burst') {
            for (let i = 0; i < 60; i++, burst++) blocks.insert(burst, scramble(burst ^ hash));
          } else if (kind === 'purge') {
            for (const old of [...blocks.hashes.keys()].slice(0, 100)) blocks.remove(old);
          }
        }
        blocks.check();
        for (const hash of new Set(blocks.hashes.values())) {
          const expected = [...blocks.hashes].filter(([, h]) => h === hash).map(([ref]) => ref);
          expect(blocks.found(hash)).toEqual(expected.sort((a, b) => a - b));
        }
        const { used } = blocks.account;
        expect(used).toBe(blocks.index.bytes);
        blocks.index.dispose();
        expect(blocks.account.used).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('SCAN returns every entry that is there from its first step to its last, while lines split and merge', () => {
    const plan = fc.record({
      start: fc.integer({ min: 0, max: 1500 }),
      // What happens between two steps: so many insertions (or, negative, removals of entries that need not stay).
      changes: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 1, maxLength: 60 }),
      stayEvery: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(plan, ({ start, changes, stayEvery, seed }) => {
        const blocks = new Blocks();
        let next = 1;
        for (; next <= start; next++) blocks.insert(next, scramble(next ^ seed));
        const staying = [...blocks.hashes.keys()].filter((ref) => ref % stayEvery === 0);
        const leaving = [...blocks.hashes.keys()].filter((ref) => ref % stayEvery !== 0);
        const seen = new Set<number>();
        let cursor = 0;
        let step = 0;
        do {
          cursor = blocks.index.scan(cursor, (ref) => seen.add(ref));
          const change = changes[step++ % changes.length]!;
          for (let i = 0; i < change; i++, next++) {
            blocks.insert(next, scramble(next ^ seed));
            leaving.push(next);
          }
          for (let i = 0; i > change && leaving.length > 0; i--) blocks.remove(leaving.pop()!);
          if (step > 20_000) break;
        } while (cursor !== 0 && next < 100_000);
        if (cursor === 0) for (const ref of staying) expect(seen.has(ref)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('SCAN without changes returns every entry exactly once, whatever the size', () => {
    const blocks = new Blocks();
    for (let n = 1; n <= 700; n++) {
      blocks.insert(n, scramble(n));
      if (n % 13 !== 0) continue;
      const seen: number[] = [];
      let cursor = 0;
      do cursor = blocks.index.scan(cursor, (ref) => seen.push(ref));
      while (cursor !== 0);
      expect(seen.sort((a, b) => a - b)).toEqual([...blocks.hashes.keys()]);
    }
  });

  it('SCAN lets the visitor remove what it visits', () => {
    const blocks = new Blocks();
    for (let n = 1; n <= 3000; n++) blocks.insert(n, scramble(n));
    let cursor = 0;
    do cursor = blocks.index.scan(cursor, (ref) => void blocks.remove(ref));
    while (cursor !== 0);
    blocks.check();
    expect(blocks.index.count).toBe(0);
  });

  it('a random entry is any entry about equally often', () => {
    const blocks = new Blocks();
    for (let n = 1; n <= 200; n++) blocks.insert(n, scramble(n));
    const random = new Random(1);
    const times = new Array<number>(201).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const ref = blocks.index.random(random);
      times[ref] = times[ref]! + 1;
    }
    expect(times[0]).toBe(0);
    expect(Math.min(...times.slice(1))).toBeGreaterThan(380);
    expect(Math.max(...times.slice(1))).toBeLessThan(630);
    expect(new Blocks().index.random(random)).toBe(0);
  });

  it('drains in slices until nothing is left', () => {
    const blocks = new Blocks();
    for (let n = 1; n <= 5000; n++) blocks.insert(n, scramble(n % 100 === 0 ? 100 : n));
    const drained: number[] = [];
    for (let n = blocks.index.drain(); n > 0; n = blocks.index.drain()) {
      for (let i = 0; i < n; i++) drained.push(blocks.index.drainedRef(i));
    }
    expect(drained.sort((a, b) => a - b)).toEqual([...blocks.hashes.keys()]);
    expect(blocks.index.count).toBe(0);
  });

  it('refuses an insertion whole when memory for a segment cannot be had, and never a removal', () => {
    const blocks = new Blocks();
    let refused = 0;
    /** Does it without memory first, to see that a refusal changes nothing but what it says. */
    const attempt = (change: () => void): boolean => {
      vi.stubGlobal('SharedArrayBuffer', NoMemory);
      try {
        change();
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        refused++;
        return false;
      } finally {
        vi.unstubAllGlobals();
      }
    };
    for (let ref = 1; ref <= 3000; ref++) {
      const hash = ref % 50 === 0 ? 7 : scramble(ref);
      if (attempt(() => blocks.insert(ref, hash))) continue;
      blocks.hashes.delete(ref);
      blocks.check();
      expect(blocks.index.has(hash, ref)).toBe(false);
      blocks.insert(ref, hash);
    }
    expect(refused).toBeGreaterThan(4);
    for (let ref = 1; ref <= 3000; ref++) {
      expect(attempt(() => blocks.remove(ref))).toBe(true);
      if (ref % 100 === 0) blocks.check();
    }
    expect(blocks.index.count).toBe(0);
    expect(blocks.account.used).toBe(blocks.index.bytes);
  });

  it('touching changes nothing, and preparing pages ahead neither', () => {
    const blocks = new Blocks();
    for (let n = 1; n <= 100_000; n++) {
      blocks.insert(n, scramble(n));
      if (n % 64 === 0) blocks.index.prepare(4);
    }
    const hashes = Int32Array.from({ length: 300 }, (_, i) => scramble(i * 1000));
    blocks.index.touch(hashes, 300, true);
    blocks.check();
    expect(blocks.account.used).toBe(blocks.index.bytes);
  });
});
