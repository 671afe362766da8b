/**
 * Expiry heaps: which element of one value expires next. A heap of four children a node in one block of the arena, the
 * time beside each reference, so that elements are not read while it is put in order.
 *
 * ```
 *   word   0        1 + 3i    2 + 3i    3 + 3i
 *        | count  | low     | high    | element |  ...  | unused |      time of entry i: high * 2^32 + low, in milliseconds
 *
 *   children of entry i: 4i + 1 to 4i + 4; no child is due before its parent
 *   element: any block; its word WORD_PLACE is its place in the heap
 * ```
 * 1. `WORD_PLACE` of the element of entry i is i.
 * 2. Times are below 2^46 (MAX_FIELD_TIME_MS).
 * 3. {@link ExpiryHeaps.reserve} makes room for one entry; nothing else needs memory.
 */
import type { Arena, MemoryReader } from '../memory/index.js';

/** Word of an element in which its heap keeps its place. */
export const WORD_PLACE = 3;
/** The latest time at which something may expire that a heap keeps. */
export const MAX_FIELD_TIME_MS = 2 ** 46 - 1;

const TWO_32 = 0x1_0000_0000;
const ENTRY_WORDS = 3;
const FIRST_CAPACITY = 4;
const CHILDREN = 4;

/** Reads heaps, in the arena or in a snapshot. */
export class ExpiryHeapReader {
  private readonly memory: MemoryReader;

  constructor(memory: MemoryReader) {
    this.memory = memory;
  }

  /** @hot Entries of the heap. O(1). */
  count(heap: number): number {
    return this.memory.i32(heap, 0);
  }

  /** When the entry at a place is due; place 0 is due first. O(1). */
  timeAt(heap: number, place: number): number {
    return this.highAt(heap, place) * TWO_32 + (this.lowAt(heap, place) >>> 0);
  }

  /** @hot The lower half of {@link timeAt}. O(1). */
  lowAt(heap: number, place: number): number {
    return this.memory.i32(heap, 1 + place * ENTRY_WORDS);
  }

  /** @hot The upper half of {@link timeAt}. O(1). */
  highAt(heap: number, place: number): number {
    return this.memory.i32(heap, 2 + place * ENTRY_WORDS);
  }

  /** The element at a place. O(1). */
  elementAt(heap: number, place: number): number {
    return this.memory.i32(heap, 3 + place * ENTRY_WORDS);
  }
}

/** Changes heaps in the arena. */
export class ExpiryHeaps extends ExpiryHeapReader {
  private readonly arena: Arena;

  constructor(arena: Arena) {
    super(arena);
    this.arena = arena;
  }

  /** An empty heap with room for `count` entries. O(1). */
  create(count = FIRST_CAPACITY): number {
    const heap = this.arena.alloc(sizeOf(count));
    this.arena.setI32(heap, 0, 0);
    return heap;
  }

  /** A copy, whose elements are still those of the other: {@link moved} tells of each. O(count). */
  duplicate(heap: number): number {
    const size = sizeOf(this.count(heap));
    const copy = this.arena.alloc(size);
    this.arena.move(copy, 0, heap, 0, size);
    return copy;
  }

  /** Makes room for one entry more; returns where the heap stands then. O(1), O(count) where it moves. */
  reserve(heap: number): number {
    const { arena } = this;
    const count = this.count(heap);
    if (sizeOf(count + 1) <= arena.blockSize(heap)) return heap;
    return arena.realloc(heap, sizeOf(count + Math.max(FIRST_CAPACITY, count >> 1)), sizeOf(count));
  }

  /** Adds an element, for which there is room. O(log count). */
  push(heap: number, timeMs: number, element: number): void {
    const count = this.count(heap);
    this.arena.setI32(heap, 0, count + 1);
    this.rise(heap, count, timeMs, element);
  }

  /** Takes out the entry at a place; returns where the heap stands then. Needs no memory. O(log count). */
  removeAt(heap: number, place: number): number {
    const { arena } = this;
    const last = this.count(heap) - 1;
    arena.setI32(heap, 0, last);
    if (place !== last) this.settle(heap, place, this.timeAt(heap, last), this.elementAt(heap, last));
    const size = sizeOf(last);
    // Smaller only where most of it lies idle: a heap that breathes is not copied each time.
    return size < arena.blockSize(heap) >> 2 ? arena.realloc(heap, 2 * size, size) : heap;
  }

  /** Gives the entry at a place another time. O(log count). */
  change(heap: number, place: number, timeMs: number): void {
    this.settle(heap, place, timeMs, this.elementAt(heap, place));
  }

  /** @hot The element at a place stands elsewhere now. O(1). */
  moved(heap: number, place: number, element: number): void {
    this.arena.setI32(heap, 3 + place * ENTRY_WORDS, element);
  }

  private settle(heap: number, place: number, timeMs: number, element: number): void {
    const parent = (place - 1) >> 2;
    if (place > 0 && timeMs < this.timeAt(heap, parent)) this.rise(heap, place, timeMs, element);
    else this.sink(heap, place, timeMs, element);
  }

  /** Puts an entry at the free place or, with those that are due after it moving down, above it. */
  private rise(heap: number, place: number, timeMs: number, element: number): void {
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const time = this.timeAt(heap, parent);
      if (time <= timeMs) break;
      this.put(heap, place, time, this.elementAt(heap, parent));
      place = parent;
    }
    this.put(heap, place, timeMs, element);
  }

  /** Puts an entry at the free place or, with those that are due before it moving up, below it. */
  private sink(heap: number, place: number, timeMs: number, element: number): void {
    const count = this.count(heap);
    for (;;) {
      const first = place * CHILDREN + 1;
      if (first >= count) break;
      const end = Math.min(first + CHILDREN, count);
      let least = first;
      let leastTime = this.timeAt(heap, first);
      for (let child = first + 1; child < end; child++) {
        const time = this.timeAt(heap, child);
        if (time >= leastTime) continue;
        least = child;
        leastTime = time;
      }
      if (leastTime >= timeMs) break;
      this.put(heap, place, leastTime, this.elementAt(heap, least));
      place = least;
    }
    this.put(heap, place, timeMs, element);
  }

  private put(heap: number, place: number, timeMs: number, element: number): void {
    const { arena } = this;
    const word = 1 + place * ENTRY_WORDS;
    arena.setI32(heap, word, timeMs | 0);
    arena.setI32(heap, word + 1, Math.floor(timeMs / TWO_32));
    arena.setI32(heap, word + 2, element);
    arena.setI32(element, WORD_PLACE, place);
  }
}

/** Bytes of a heap of `count` entries. */
function sizeOf(count: number): number {
  return 4 + count * ENTRY_WORDS * 4;
}
