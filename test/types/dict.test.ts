import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Arena, NONE, OutOfMemoryError, SnapshotArena } from '../../src/memory/index.js';
import { Dict, DictReader } from '../../src/types/dict.js';
import { Random } from '../../src/util/random.js';

/** Elements of two words, hash and a number of their own, in one dict of an arena. */
class Elements {
  readonly arena = new Arena();
  readonly dict = new Dict(this.arena);
  readonly root: number;
  readonly hashes = new Map<number, number>();

  constructor(count = 0) {
    this.root = this.dict.create(count);
  }

  make(hash: number): number {
    const ref = this.arena.alloc(8);
    this.arena.setI32(ref, 0, hash);
    return ref;
  }

  insert(hash: number): number {
    const ref = this.make(hash);
    try {
      this.dict.insert(this.root, hash, ref);
    } catch (error) {
      this.arena.free(ref);
      throw error;
    }
    this.hashes.set(ref, hash);
    return ref;
  }

  remove(ref: number): boolean {
    const hash = this.hashes.get(ref)!;
    this.hashes.delete(ref);
    const removed = this.dict.remove(this.root, hash, ref);
    this.arena.free(ref);
    return removed;
  }

  /** All references that `candidate` finds for a hash, sorted. */
  found(hash: number, root = this.root): number[] {
    const refs: number[] = [];
    for (let nth = 0; ; nth++) {
      const ref = this.dict.candidate(root, hash, nth);
      if (ref === NONE) return sorted(refs);
      refs.push(ref);
    }
  }

  visited(root = this.root): number[] {
    const refs: number[] = [];
    this.dict.forEach(root, (ref) => refs.push(ref));
    return refs;
  }

  /** Holds the dict against the map: contents, count, and the memory of the arena. */
  check(): void {
    const { dict, root, hashes } = this;
    expect(dict.count(root)).toBe(hashes.size);
    const visited = this.visited();
    expect(visited.length).toBe(hashes.size);
    expect(new Set(visited).size).toBe(hashes.size);
    if (!visited.every((ref) => hashes.has(ref))) throw new Error('an element that was removed');
    for (const [ref, hash] of hashes) if (!this.found(hash).includes(ref)) throw new Error(`element ${ref} is lost`);
    expect(this.arena.stats().liveBytes).toBe(dict.bytes(root) + hashes.size * 8);
  }
}

function sorted(refs: Iterable<number>): number[] {
  return [...refs].sort((a, b) => a - b);
}

function scramble(i: number): number {
  let x = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

afterEach(() => void vi.restoreAllMocks());

describe('Dict', () => {
  it('finds every element while it grows to 60,000 and shrinks to nothing', () => {
    const elements = new Elements();
    for (let i = 1; i <= 60_000; i++) {
      elements.insert(scramble(i));
      if (i < 600 ? i % 37 === 0 : i % 10_007 === 0) elements.check();
    }
    elements.check();
    for (const ref of [...elements.hashes.keys()]) {
      expect(elements.remove(ref)).toBe(true);
      const { size } = elements.hashes;
      if (size < 600 ? size % 37 === 0 : size % 10_007 === 0) elements.check();
    }
    elements.check();
    expect(elements.dict.bytes(elements.root)).toBeLessThanOrEqual(88 + 64);
    elements.dict.free(elements.root);
    expect(elements.arena.stats().liveBytes).toBe(0);
  });

  it('takes at most 10.6 bytes an element of large dicts, 13 from 130 elements on and 18 from 9 on', () => {
    const elements = new Elements();
    for (let i = 1; i <= 40_000; i++) {
      elements.insert(scramble(i));
      const each = elements.dict.bytes(elements.root) / i;
      if (i >= 9) expect(each).toBeLessThan(18);
      if (i >= 130) expect(each).toBeLessThan(13);
      if (i >= 4000) expect(each).toBeLessThan(10.6);
    }
  });

  it('has the lines for as many elements as it was made for', () => {
    for (const count of [0, 1, 8, 9, 130, 511, 512, 513, 1025, 40_000]) {
      const elements = new Elements(count);
      const { dict, root } = elements;
      const before = dict.bytes(root);
      expect(before).toBeLessThan(count * 10.5 + 200);
      for (let i = 1; i <= count; i++) elements.insert(scramble(i));
      elements.check();
      for (const ref of [...elements.hashes.keys()]) elements.remove(ref);
      elements.check();
      dict.free(root);
      expect(elements.arena.stats().liveBytes).toBe(0);
    }
  });

  it('keeps elements of equal hash apart and chains them without bound', () => {
    const elements = new Elements();
    for (let i = 1; i <= 500; i++) elements.insert(i % 2 === 0 ? 7 : 0x01000000);
    expect(elements.found(7)).toHaveLength(250);
    expect(elements.found(0x01000000)).toHaveLength(250);
    expect(elements.found(8)).toEqual([]);
    for (const [ref, hash] of [...elements.hashes]) if (hash === 7) elements.remove(ref);
    expect(elements.found(7)).toEqual([]);
    expect(elements.found(0x01000000)).toHaveLength(250);
    elements.check();
  });

  it('agrees with a map under random insertions, removals and replacements', () => {
    const operation = fc.record({
      kind: fc.constantFrom('insert', 'insert', 'remove', 'replace', 'burst', 'purge', 'absent'),
      pick: fc.nat(),
      // Few different hashes, so that tags and whole hashes collide, beside all others.
      hash: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer()),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const elements = new Elements();
        const { dict, root, hashes, arena } = elements;
        for (const { kind, pick, hash } of operations) {
          const refs = [...hashes.keys()];
          const ref = refs[pick % Math.max(1, refs.length)];
          if (kind === 'insert') elements.insert(hash);
          else if (kind === 'burst') for (let i = 0; i < 80; i++) elements.insert(scramble(pick + i));
          else if (kind === 'purge') for (const old of refs.slice(0, 120)) elements.remove(old);
          else if (kind === 'absent') expect(dict.remove(root, hash, 12345)).toBe(false);
          else if (ref === undefined) continue;
          else if (kind === 'remove') expect(elements.remove(ref)).toBe(true);
          else {
            const own = hashes.get(ref)!;
            const moved = elements.make(own);
            expect(dict.replace(root, own, ref, moved)).toBe(true);
            expect(dict.replace(root, own, ref, moved)).toBe(false);
            hashes.delete(ref);
            hashes.set(moved, own);
            arena.free(ref);
          }
        }
        elements.check();
        for (const hash of new Set(hashes.values())) {
          expect(elements.found(hash)).toEqual(sorted([...hashes].filter(([, h]) => h === hash).map(([ref]) => ref)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('SCAN returns every element that is there from its first step to its last, while lines split and merge', () => {
    const plan = fc.record({
      start: fc.integer({ min: 0, max: 1500 }),
      // What happens between two steps: so many insertions (or, negative, removals of elements that need not stay).
      changes: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 1, maxLength: 60 }),
      stayEvery: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(plan, ({ start, changes, stayEvery, seed }) => {
        const elements = new Elements();
        let next = 0;
        const staying: number[] = [];
        const leaving: number[] = [];
        for (; next < start; next++) {
          (next % stayEvery === 0 ? staying : leaving).push(elements.insert(scramble(next ^ seed)));
        }
        const seen = new Set<number>();
        let cursor = 0;
        let step = 0;
        do {
          cursor = elements.dict.scan(elements.root, cursor, (ref) => seen.add(ref));
          const change = changes[step++ % changes.length]!;
          for (let i = 0; i < change; i++, next++) leaving.push(elements.insert(scramble(next ^ seed)));
          for (let i = 0; i > change && leaving.length > 0; i--) elements.remove(leaving.pop()!);
        } while (cursor !== 0 && next < 50_000);
        if (cursor === 0) for (const ref of staying) expect(seen.has(ref)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('SCAN and forEach without changes return every element exactly once, whatever the size', () => {
    const elements = new Elements();
    for (let n = 1; n <= 1400; n++) {
      elements.insert(scramble(n));
      if (n % 13 !== 0) continue;
      const seen: number[] = [];
      let cursor = 0;
      do cursor = elements.dict.scan(elements.root, cursor, (ref) => seen.push(ref));
      while (cursor !== 0);
      expect(sorted(seen)).toEqual(sorted(elements.hashes.keys()));
      expect(sorted(elements.visited())).toEqual(sorted(elements.hashes.keys()));
    }
  });

  it('forEach ends when its visitor says so', () => {
    const elements = new Elements();
    for (let n = 1; n <= 1000; n++) elements.insert(scramble(n));
    for (const limit of [1, 5, 50, 999, 1000, 1001]) {
      const seen: number[] = [];
      expect(elements.dict.forEach(elements.root, (ref) => seen.push(ref) === limit)).toBe(limit <= 1000);
      expect(seen).toEqual(elements.visited().slice(0, limit));
    }
  });

  it('a random element is any element about equally often', () => {
    const elements = new Elements();
    const random = new Random(1);
    expect(elements.dict.random(elements.root, random)).toBe(NONE);
    for (let n = 1; n <= 200; n++) elements.insert(n % 4 === 0 ? 4 : scramble(n));
    const times = new Map<number, number>();
    for (let i = 0; i < 100_000; i++) {
      const ref = elements.dict.random(elements.root, random);
      times.set(ref, (times.get(ref) ?? 0) + 1);
    }
    expect(sorted(times.keys())).toEqual(sorted(elements.hashes.keys()));
    // 199 degrees of freedom: chi-square is above 290 once in 30,000 runs, and the seed is fixed.
    let chiSquare = 0;
    for (const n of times.values()) chiSquare += (n - 500) ** 2 / 500;
    expect(chiSquare).toBeLessThan(290);
  });

  it('is in a snapshot as it was when it began, while it grows and shrinks', () => {
    const random = new Random(4);
    for (const size of [1, 7, 64, 512, 3000]) {
      const elements = new Elements();
      for (let n = 1; n <= size; n++) elements.insert(scramble(n % 200 === 0 ? 200 : n));
      const expected = elements.visited().map((ref) => [ref, elements.hashes.get(ref)]);
      const bytes = elements.dict.bytes(elements.root);
      const snapshot = new SnapshotArena(elements.arena.beginSnapshot());
      const reader = new DictReader(snapshot);
      for (let round = 0; round < 12; round++) {
        const grows = round % 4 < 2;
        for (let i = 0; i < size / 2 + 5; i++) {
          if (grows) elements.insert(random.int32());
          else for (const ref of elements.hashes.keys()) if (elements.remove(ref)) break;
        }
        const found: unknown[] = [];
        reader.forEach(elements.root, (ref) => found.push([ref, snapshot.i32(ref, 0)]));
        expect(found).toEqual(expected);
        expect(reader.count(elements.root)).toBe(size);
        expect(reader.bytes(elements.root)).toBe(bytes);
      }
      elements.arena.endSnapshot();
      elements.check();
    }
  });

  it('drains in slices until nothing is left, without memory', () => {
    const elements = new Elements();
    const { dict, root, arena } = elements;
    for (let n = 1; n <= 5000; n++) elements.insert(scramble(n % 100 === 0 ? 100 : n));
    failAllocations(arena, 0);
    const drained: number[] = [];
    for (let n = dict.drain(root); n > 0; n = dict.drain(root)) {
      for (let i = 0; i < n; i++) {
        drained.push(dict.drainedRef(i));
        arena.free(dict.drainedRef(i));
      }
      expect(dict.count(root)).toBe(5000 - drained.length);
    }
    expect(sorted(drained)).toEqual(sorted(elements.hashes.keys()));
    dict.free(root);
    expect(arena.stats().liveBytes).toBe(0);
  });

  it('copies with copies of the elements, or, without memory, not at all', () => {
    for (const size of [0, 1, 9, 300, 3000]) {
      const elements = new Elements();
      const { dict, root, arena } = elements;
      for (let n = 1; n <= size; n++) elements.insert(scramble(n % 100 === 0 ? 7 : n));
      const free = (ref: number): void => arena.free(ref);
      const before = arena.stats().liveBytes;
      const duplicate = (): number => dict.copy(root, (ref) => elements.make(arena.i32(ref, 0)), free);
      const copy = duplicate();
      expect(dict.count(copy)).toBe(size);
      expect(sorted(elements.visited(copy).map((ref) => arena.i32(ref, 0)))).toEqual(sorted(elements.hashes.values()));
      for (const hash of elements.hashes.values()) expect(elements.found(hash, copy).length).toBeGreaterThan(0);
      for (const ref of elements.visited(copy)) arena.free(ref);
      dict.free(copy);
      expect(arena.stats().liveBytes).toBe(before);
      for (const left of new Set([0, 1, Math.floor(size / 2), size + 1])) {
        failAllocations(arena, left);
        expect(duplicate).toThrow(OutOfMemoryError);
        vi.restoreAllMocks();
        expect(arena.stats().liveBytes).toBe(before);
        elements.check();
      }
    }
  });

  it('refuses an insertion whole when memory cannot be had, and never a removal', () => {
    const elements = new Elements();
    const { dict, root, arena } = elements;
    let refused = 0;
    for (let i = 1; i <= 3000; i++) {
      const hash = i % 50 === 0 ? 7 : scramble(i);
      const ref = elements.make(hash);
      failAllocations(arena, 0);
      try {
        dict.insert(root, hash, ref);
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        refused++;
        vi.restoreAllMocks();
        expect(dict.count(root)).toBe(elements.hashes.size);
        expect(elements.found(hash)).not.toContain(ref);
        dict.insert(root, hash, ref);
      }
      vi.restoreAllMocks();
      elements.hashes.set(ref, hash);
      if (i % 250 === 0) elements.check();
    }
    expect(refused).toBeGreaterThan(30);
    for (const ref of [...elements.hashes.keys()]) {
      failAllocations(arena, 0);
      expect(elements.remove(ref)).toBe(true);
      vi.restoreAllMocks();
      if (elements.hashes.size % 250 === 0) elements.check();
    }
  });
});

/** Lets the arena give `left` more blocks, and then none. */
function failAllocations(arena: Arena, left: number): void {
  let rest = left;
  const alloc = arena.alloc.bind(arena);
  vi.spyOn(arena, 'alloc').mockImplementation((size) => {
    if (rest-- <= 0) throw new OutOfMemoryError(size);
    return alloc(size);
  });
}
