/**
 * Large hashes: a dict of field blocks, and a heap of those that expire (hash-layout.ts draws them). Methods take the
 * root, which stays where it is, and know a pair by its block, which does not.
 */
import { type Arena, type MemoryReader, NONE, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import type { KeyHasher } from '../util/hash.js';
import type { Random } from '../util/random.js';
import { Dict, DictReader } from './dict.js';
import { ExpiryHeapReader, ExpiryHeaps, WORD_PLACE } from './expiry-heap.js';
import {
  EXPIRING_FIELD_HEADER_BYTES,
  FIELD_EXPIRES,
  FIELD_HEADER_BYTES,
  FIELD_LENGTH,
  FIELD_VALUE_LENGTH,
  type HashPair,
  NO_FIELD_EXPIRE,
  TIMER_BYTES,
  TIMER_DICT,
  TIMER_HEAP,
} from './hash-layout.js';
import type { LineStatistics } from './lines.js';

/** Reads large hashes, in the arena or in a snapshot. */
export class HashTableReader {
  private readonly reading: MemoryReader;
  private readonly readDict: DictReader;
  private readonly readHeap: ExpiryHeapReader;

  constructor(memory: MemoryReader, dict = new DictReader(memory), heaps = new ExpiryHeapReader(memory)) {
    this.reading = memory;
    this.readDict = dict;
    this.readHeap = heaps;
  }

  /** @hot How many pairs there are. O(1). */
  count(root: number): number {
    return this.readDict.count(this.reading.i32(root, TIMER_DICT));
  }

  /** Visits the blocks of all pairs until `visit` returns true; returns whether it did. O(count). */
  forEach(root: number, visit: (block: number) => unknown): boolean {
    return this.readDict.forEach(this.reading.i32(root, TIMER_DICT), visit);
  }

  /** @hot Reads a pair. O(1), O(length) in a snapshot. */
  load(root: number, block: number, pair: HashPair): void {
    const { reading } = this;
    const word = reading.i32(block, FIELD_LENGTH);
    const length = word & ~FIELD_EXPIRES;
    const valueLength = reading.i32(block, FIELD_VALUE_LENGTH);
    if (word < 0) this.loadTime(root, block, pair);
    else pair.expireAt = NO_FIELD_EXPIRE;
    const offset = word < 0 ? EXPIRING_FIELD_HEADER_BYTES : FIELD_HEADER_BYTES;
    const view = reading.window(block, offset, length + valueLength);
    pair.takeBlock(reading.windowBytes, view, reading.windowBase, length, valueLength);
  }

  /** @hot Reads the expire time of a pair that has one. */
  protected loadTime(root: number, block: number, pair: HashPair): void {
    const { reading, readHeap } = this;
    const heap = reading.i32(root, TIMER_HEAP);
    const place = reading.i32(block, WORD_PLACE);
    pair.takeTime(readHeap.highAt(heap, place), readHeap.lowAt(heap, place));
  }
}

/** Changes large hashes in the arena. */
export class HashTables extends HashTableReader {
  private readonly arena: Arena;
  private readonly hasher: KeyHasher;
  private readonly dict: Dict;
  private readonly heaps: ExpiryHeaps;
  /** Of the field that {@link find} looked for last. */
  private hash = 0;

  constructor(arena: Arena, hasher: KeyHasher, dict = new Dict(arena), heaps = new ExpiryHeaps(arena)) {
    super(arena, dict, heaps);
    this.arena = arena;
    this.hasher = hasher;
    this.dict = dict;
    this.heaps = heaps;
  }

  /** An empty hash with a timer that stands still. O(1). @param count how many pairs there will be */
  create(count: number): number {
    const { arena } = this;
    const root = arena.alloc(TIMER_BYTES);
    arena.zero(root, 0, TIMER_BYTES);
    try {
      arena.setI32(root, TIMER_DICT, this.dict.create(count));
    } catch (error) {
      arena.free(root);
      throw error;
    }
    return root;
  }

  /** @hot The pair with this field, NONE when there is none. O(1). */
  find(root: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const dict = this.arena.i32(root, TIMER_DICT);
    const hash = this.hasher.hash(view, bytes, from, length);
    this.hash = hash;
    for (let nth = 0; ; nth++) {
      const block = this.dict.candidate(dict, hash, nth);
      if (block === NONE || this.hasField(block, bytes, view, from, length)) return block;
    }
  }

  /** @hot {@link HashTableReader.load}, in place. O(1). */
  override load(root: number, block: number, pair: HashPair): void {
    const { arena } = this;
    const slab = block >>> SLAB_SHIFT;
    const words = arena.words[slab]!;
    const at = (block & UNIT_MASK) << 1;
    const word = words[at + FIELD_LENGTH]!;
    const length = word & ~FIELD_EXPIRES;
    const offset = word < 0 ? EXPIRING_FIELD_HEADER_BYTES : FIELD_HEADER_BYTES;
    if (word < 0) this.loadTime(root, block, pair);
    else pair.expireAt = NO_FIELD_EXPIRE;
    pair.takeBlock(arena.bytes[slab]!, arena.views[slab]!, (at << 2) + offset, length, words[at + FIELD_VALUE_LENGTH]!);
  }

  /** Adds a pair whose field is not there, without an expire time. Returns its block. O(1). */
  add(
    root: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    valueBytes: Uint8Array,
    valueView: DataView,
    valueFrom: number,
    valueLength: number,
  ): number {
    this.hash = this.hasher.hash(view, bytes, from, length);
    return this.addMissed(root, bytes, view, from, length, valueBytes, valueView, valueFrom, valueLength);
  }

  /** @hot {@link add} for the field that {@link find} has just not found: its hash is known. O(1). */
  addMissed(
    root: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    valueBytes: Uint8Array,
    valueView: DataView,
    valueFrom: number,
    valueLength: number,
  ): number {
    const { arena, hash } = this;
    const block = arena.alloc(FIELD_HEADER_BYTES + length + valueLength);
    arena.setI32(block, 0, hash);
    arena.setI32(block, FIELD_LENGTH, length);
    arena.setI32(block, FIELD_VALUE_LENGTH, valueLength);
    arena.copyIn(block, FIELD_HEADER_BYTES, bytes, view, from, length);
    arena.copyIn(block, FIELD_HEADER_BYTES + length, valueBytes, valueView, valueFrom, valueLength);
    try {
      this.dict.insert(arena.i32(root, TIMER_DICT), hash, block);
    } catch (error) {
      arena.free(block);
      throw error;
    }
    return block;
  }

  /** @hot Gives a pair another value; its expire time stays. Returns its block. O(length). */
  setValue(root: number, block: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena } = this;
    const before = this.bytesBeforeValue(block);
    const there = this.resize(root, block, before + length, before);
    arena.setI32(there, FIELD_VALUE_LENGTH, length);
    arena.copyIn(there, before, bytes, view, from, length);
    return there;
  }

  /** Gives a pair an expire time. Returns its block. O(log count), O(length) the first time. */
  setTime(root: number, block: number, atMs: number): number {
    const { arena, heaps } = this;
    const length = arena.i32(block, FIELD_LENGTH);
    if (length < 0) {
      heaps.change(arena.i32(root, TIMER_HEAP), arena.i32(block, WORD_PLACE), atMs);
      return block;
    }
    const body = length + arena.i32(block, FIELD_VALUE_LENGTH);
    const size = EXPIRING_FIELD_HEADER_BYTES + body;
    const there = size <= arena.blockSize(block) ? block : this.resize(root, block, size, FIELD_HEADER_BYTES + body);
    const heap = this.reserveHeap(root); // last of what needs memory: a heap that is there has an entry
    arena.move(there, EXPIRING_FIELD_HEADER_BYTES, there, FIELD_HEADER_BYTES, body);
    arena.setI32(there, FIELD_LENGTH, length | FIELD_EXPIRES);
    heaps.push(heap, atMs, there);
    return there;
  }

  /** Takes the expire time from a pair that has one. Needs no memory. O(log count + length). */
  clearTime(root: number, block: number): void {
    const { arena } = this;
    this.leaveHeap(root, block);
    const length = arena.i32(block, FIELD_LENGTH) & ~FIELD_EXPIRES;
    const body = length + arena.i32(block, FIELD_VALUE_LENGTH);
    arena.move(block, FIELD_HEADER_BYTES, block, EXPIRING_FIELD_HEADER_BYTES, body);
    arena.setI32(block, FIELD_LENGTH, length);
  }

  /** @hot Deletes a pair. Needs no memory. O(1), O(log count) where it expires. */
  remove(root: number, block: number): void {
    const { arena } = this;
    if (arena.i32(block, FIELD_LENGTH) < 0) this.leaveHeap(root, block);
    this.dict.remove(arena.i32(root, TIMER_DICT), arena.i32(block, 0), block);
    arena.free(block);
  }

  /** The expire time of the pair that is due first; NO_FIELD_EXPIRE when none is. O(1). */
  firstTime(root: number): number {
    const heap = this.arena.i32(root, TIMER_HEAP);
    return heap === NONE ? NO_FIELD_EXPIRE : this.heaps.timeAt(heap, 0);
  }

  /** The pair that is due first; there is one. O(1). */
  firstDue(root: number): number {
    return this.heaps.elementAt(this.arena.i32(root, TIMER_HEAP), 0);
  }

  /** A pair, each equally likely; NONE when there is none. O(1) expected. */
  random(root: number, random: Random): number {
    return this.dict.random(this.arena.i32(root, TIMER_DICT), random);
  }

  /** One step of HSCAN: {@link Dict.scan}. */
  scan(root: number, cursor: number, visit: (block: number) => void): number {
    return this.dict.scan(this.arena.i32(root, TIMER_DICT), cursor, visit);
  }

  // --- The whole ----------------------------------------------------------------------------------------------------

  /** Frees about `blocks` blocks; true when nothing is left. O(blocks). */
  free(root: number, blocks: number): boolean {
    const { arena, dict } = this;
    const own = arena.i32(root, TIMER_DICT);
    for (let freed = 0; freed < blocks; ) {
      const count = dict.drain(own);
      for (let i = 0; i < count; i++) arena.free(dict.drainedRef(i));
      freed += count;
      if (count > 0) continue;
      dict.free(own);
      if (arena.i32(root, TIMER_HEAP) !== NONE) arena.free(arena.i32(root, TIMER_HEAP));
      arena.free(root);
      return true;
    }
    return false;
  }

  /**
   * A copy, whose timer stands still. O(size).
   * @throws OutOfMemoryError having freed what it had made
   */
  copy(root: number): number {
    const { arena, heaps } = this;
    const copy = arena.alloc(TIMER_BYTES);
    arena.move(copy, 0, root, 0, TIMER_BYTES);
    const heap = arena.i32(root, TIMER_HEAP);
    let heapCopy = NONE;
    try {
      if (heap !== NONE) heapCopy = heaps.duplicate(heap);
      arena.setI32(copy, TIMER_HEAP, heapCopy);
      const free = (block: number): void => arena.free(block);
      const dict = this.dict.copy(arena.i32(root, TIMER_DICT), (block) => this.copyBlock(block, heapCopy), free);
      arena.setI32(copy, TIMER_DICT, dict);
      return copy;
    } catch (error) {
      if (heapCopy !== NONE) arena.free(heapCopy);
      arena.free(copy);
      throw error;
    }
  }

  /** Figures of the dict. O(count). */
  statistics(root: number): LineStatistics {
    return this.dict.statistics(this.arena.i32(root, TIMER_DICT));
  }

  /** Bytes of all blocks; of field blocks so many are looked at, 0: all. O(samples). */
  memoryUsage(root: number, samples: number): number {
    const { arena } = this;
    const heap = arena.i32(root, TIMER_HEAP);
    const fixed = arena.blockSize(root) + this.dict.bytes(arena.i32(root, TIMER_DICT));
    const count = this.count(root);
    let seen = 0;
    let bytes = 0;
    this.forEach(root, (block) => {
      bytes += arena.blockSize(block);
      seen++;
      return seen === samples;
    });
    const fields = seen === 0 ? 0 : Math.round((bytes / seen) * count);
    return fixed + fields + (heap === NONE ? 0 : arena.blockSize(heap));
  }

  // --- Inside -------------------------------------------------------------------------------------------------------

  /**
   * @hot Whether a block has this field. It stands on a word's boundary there, and is compared word by word, as keys
   * are (keyspace/database.ts). O(length).
   */
  private hasField(block: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const words = this.arena.words[block >>> SLAB_SHIFT]!;
    let at = (block & UNIT_MASK) << 1;
    const word = words[at + FIELD_LENGTH]!;
    if ((word & ~FIELD_EXPIRES) !== length) return false;
    at += (word < 0 ? EXPIRING_FIELD_HEADER_BYTES : FIELD_HEADER_BYTES) >> 2;
    const end = from + (length & ~3);
    for (; from < end; from += 4) if (words[at++] !== view.getInt32(from, true)) return false;
    const rest = length & 3;
    if (rest === 0) return true;
    let last = bytes[from]!;
    if (rest > 1) last |= bytes[from + 1]! << 8;
    if (rest > 2) last |= bytes[from + 2]! << 16;
    return (words[at]! & (-1 >>> (32 - (rest << 3)))) === last;
  }

  /** @hot */
  private bytesBeforeValue(block: number): number {
    const word = this.arena.i32(block, FIELD_LENGTH);
    return (word < 0 ? EXPIRING_FIELD_HEADER_BYTES : FIELD_HEADER_BYTES) + (word & ~FIELD_EXPIRES);
  }

  /** @hot A block of at least `size` bytes for a pair, with its first `keep` bytes. */
  private resize(root: number, block: number, size: number, keep: number): number {
    const { arena } = this;
    const there = arena.realloc(block, size, keep);
    if (there === block) return block;
    this.dict.replace(arena.i32(root, TIMER_DICT), arena.i32(there, 0), block, there);
    if (arena.i32(there, FIELD_LENGTH) < 0) {
      this.heaps.moved(arena.i32(root, TIMER_HEAP), arena.i32(there, WORD_PLACE), there);
    }
    return there;
  }

  /** The hash's heap with room for one more; made where there is none. */
  private reserveHeap(root: number): number {
    const { arena, heaps } = this;
    const heap = arena.i32(root, TIMER_HEAP);
    const there = heap === NONE ? heaps.create() : heaps.reserve(heap);
    if (there !== heap) arena.setI32(root, TIMER_HEAP, there);
    return there;
  }

  private leaveHeap(root: number, block: number): void {
    const { arena, heaps } = this;
    const heap = arena.i32(root, TIMER_HEAP);
    let there = heaps.removeAt(heap, arena.i32(block, WORD_PLACE));
    if (heaps.count(there) === 0) {
      arena.free(there);
      there = NONE;
    }
    if (there !== heap) arena.setI32(root, TIMER_HEAP, there);
  }

  private copyBlock(block: number, heap: number): number {
    const { arena } = this;
    const size = this.bytesBeforeValue(block) + arena.i32(block, FIELD_VALUE_LENGTH);
    const copy = arena.alloc(size);
    arena.move(copy, 0, block, 0, size);
    if (arena.i32(copy, FIELD_LENGTH) < 0) this.heaps.moved(heap, arena.i32(copy, WORD_PLACE), copy);
    return copy;
  }
}
