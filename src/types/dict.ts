/**
 * The dict: references of elements by hash, entirely inside the arena, for hashes, sets and sorted sets that are too
 * large for one packed run of bytes. Linear hashing over the lines of lines.ts: it grows and shrinks by one line at a
 * time, so that no insertion and no deletion waits for a rehash, and there is never a second table. One Dict serves all
 * dicts of a keyspace; a dict is known by its root, which stays where it is.
 *
 * ```
 *   root         count | lines | segments | overflow lines | longest chain        5 words; the last counts elements
 *   segments     up to 64 lines: the one segment itself; above: the directory, a word for the reference of each
 *   segment      64 lines, 4 KiB; the last one has room for few more lines than it holds
 *   line         as drawn in lines.ts; its overflow word is the reference of a line that is a block of its own
 *   element      any block of the arena whose word 0 is its hash
 * ```
 * A line is addressed by the reference of its first unit, be it a block or within a segment: no block spans slabs.
 *
 * Invariants, where `low` is the highest power of two not above `lines`
 * 1. An element stands in line hash & (2*low-1), or hash & (low-1) where there is no such line, or in the overflow of
 *    it; its tag is `tagOf(hash)`, never 0. Its hash is all that is known of it.
 * 2. Of a chain of lines only the last may have empty slots, and an overflow line is never empty: deletion pulls an
 *    entry from the end of the chain. There are no tombstones.
 * 3. Lines from `lines` on hold anything: a line is emptied when it comes into use.
 * 4. count <= lines * GROW_LOAD but for the slack of one operation; below lines * SHRINK_LOAD each removal takes a line
 *    away, as long as there is memory for an overflow line that it may need.
 * 5. What needs memory asks for it before anything changes. Removing needs none.
 *
 * Memory: 8.6 to 10.6 bytes an element for segments and overflow, 13 at most from 130 elements on, 88 bytes for an
 * empty dict (test/types/dict.test.ts).
 */
import { type Arena, type MemoryReader, NONE, OutOfMemoryError, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import type { Random } from '../util/random.js';
import {
  COUNTED_LENGTHS,
  FIRST_REF,
  GROW_LOAD,
  LINE_BYTES,
  type LineStatistics,
  nextCursor,
  OVERFLOW_WORD,
  SHRINK_LOAD,
  SLOTS,
  tagOf,
  tagsOf,
  zeroBytes,
} from './lines.js';

const ROOT_COUNT = 0;
const ROOT_LINES = 1;
const ROOT_SEGMENTS = 2;
const ROOT_OVERFLOW = 3;
const ROOT_LONGEST = 4;
const ROOT_BYTES = 20;

/** Lines of a full segment, as a shift. */
const SEGMENT_SHIFT = 6;
const SEGMENT_LINES = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT_LINES - 1;
const SEGMENT_BYTES = SEGMENT_LINES * LINE_BYTES;
/** Units of 8 bytes a line, as a shift: what a reference counts. */
const LINE_UNITS_SHIFT = 3;
/** Bytes a line, as a shift. */
const LINE_BYTES_SHIFT = 6;

/** Gets the reference of an element. Where a visit may end early, `true` ends it, and nothing else does. */
export type EntryVisitor = (ref: number) => unknown;

/** What can be read of dicts, be it in the arena or in a snapshot of it. */
export class DictReader {
  /** @param memory where the dicts are */
  constructor(private readonly memory: MemoryReader) {}

  /** @hot Elements of the dict. O(1). */
  count(root: number): number {
    return this.memory.i32(root, ROOT_COUNT);
  }

  /** Bytes of all blocks of the dict, without its elements. O(1). */
  bytes(root: number): number {
    const { memory } = this;
    const segments = memory.i32(root, ROOT_SEGMENTS);
    const bytes = memory.blockSize(root) + memory.blockSize(segments) + memory.i32(root, ROOT_OVERFLOW) * LINE_BYTES;
    const last = (memory.i32(root, ROOT_LINES) - 1) >>> SEGMENT_SHIFT;
    return last === 0 ? bytes : bytes + last * SEGMENT_BYTES + memory.blockSize(memory.i32(segments, last));
  }

  /**
   * Visits the elements until `visit` returns true; returns whether it did. `visit` must not change the dict; other
   * dicts it may. The order stays the same as long as the dict does. O(visited).
   */
  forEach(root: number, visit: EntryVisitor): boolean {
    const lines = this.memory.i32(root, ROOT_LINES);
    for (let line = 0; line < lines; line++) if (this.visitLine(root, line, visit)) return true;
    return false;
  }

  /**
   * Visits the elements of a line and its overflow, until `visit` returns true; returns whether it did. O(elements).
   */
  protected visitLine(root: number, line: number, visit: EntryVisitor): boolean {
    const { memory } = this;
    for (let at = this.lineAt(root, line); at !== NONE; at = memory.i32(at, OVERFLOW_WORD)) {
      for (let word = 0; word < 3; word++) {
        let tags = memory.i32(at, word);
        for (let ref = FIRST_REF + (word << 2); tags !== 0; ref++, tags >>>= 8) {
          if ((tags & 255) !== 0 && visit(memory.i32(at, ref)) === true) return true;
        }
      }
    }
    return false;
  }

  /** Figures for DEBUG HTSTATS-KEY. O(count). */
  statistics(root: number): LineStatistics {
    const lines = this.memory.i32(root, ROOT_LINES);
    const linesByLength = new Array<number>(COUNTED_LENGTHS + 1).fill(0);
    let longestChain = 0;
    for (let line = 0; line < lines; line++) {
      let n = 0;
      this.visitLine(root, line, () => void n++);
      longestChain = Math.max(longestChain, n);
      const length = Math.min(n, COUNTED_LENGTHS);
      linesByLength[length] = linesByLength[length]! + 1;
    }
    const overflowLines = this.memory.i32(root, ROOT_OVERFLOW);
    return { lines, overflowLines, count: this.count(root), bytes: this.bytes(root), linesByLength, longestChain };
  }

  /** @hot The reference of line number `line`. O(1). */
  protected lineAt(root: number, line: number): number {
    const { memory } = this;
    const segments = memory.i32(root, ROOT_SEGMENTS);
    if (memory.i32(root, ROOT_LINES) <= SEGMENT_LINES) return segments + (line << LINE_UNITS_SHIFT);
    return memory.i32(segments, line >>> SEGMENT_SHIFT) + ((line & SEGMENT_MASK) << LINE_UNITS_SHIFT);
  }
}

/** All dicts of an arena. Knows of elements only their hash (word 0); they belong to whoever uses the dict. */
export class Dict extends DictReader {
  // Where `locate` found its entry: the line, and the first line of its chain.
  private foundLine = NONE;
  private foundHead = NONE;
  /**
   * Overflow lines that a split or a merge has taken from their chains, or asked for, linked by their overflow words.
   */
  private spare = NONE;
  /** What was loaded ahead, so that the loads are not dead code. */
  private touched = 0;
  private touchedLines = new Int32Array(64);
  private scratchRefs = new Int32Array(64);
  private scratchHashes = new Int32Array(64);

  /** @param arena where the dicts and their elements are */
  constructor(private readonly arena: Arena) {
    super(arena);
  }

  /** A new dict, empty, with the lines that `count` elements will need. Returns its root. O(count). */
  create(count = 0): number {
    const { arena } = this;
    const root = arena.alloc(ROOT_BYTES);
    for (let word = 0; word < ROOT_BYTES >>> 2; word++) arena.setI32(root, word, 0);
    arena.setI32(root, ROOT_LONGEST, SLOTS);
    try {
      const lines = Math.max(1, Math.ceil(count / GROW_LOAD));
      arena.setI32(root, ROOT_SEGMENTS, arena.alloc(Math.min(lines, SEGMENT_LINES) << LINE_BYTES_SHIFT));
      while (arena.i32(root, ROOT_LINES) < lines) this.advance(root);
    } catch (error) {
      this.free(root);
      throw error;
    }
    return root;
  }

  /**
   * Frees the dict without its elements, of which there should be none any more: see {@link drain}. O(lines), O(1) for
   * one that was drained.
   */
  free(root: number): void {
    const { arena } = this;
    for (let line = arena.i32(root, ROOT_LINES) - 1; line >= 0; line--) {
      this.takeChain(root, this.lineAt(root, line));
      if (line > 0) this.retreat(root);
    }
    this.freeSpare();
    if (arena.i32(root, ROOT_SEGMENTS) !== NONE) arena.free(arena.i32(root, ROOT_SEGMENTS));
    arena.free(root);
  }

  /**
   * A copy of the dict with copies of its elements. O(count).
   * @param copyElement makes the copy of an element, with the same hash, and returns it
   * @param freeElement frees one, when there is no memory for all
   * @throws OutOfMemoryError having freed what it had made
   */
  copy(root: number, copyElement: (ref: number) => number, freeElement: EntryVisitor): number {
    const { arena } = this;
    const copy = this.create(arena.i32(root, ROOT_LINES) * GROW_LOAD);
    let made = NONE;
    try {
      this.forEach(root, (ref) => {
        const hash = arena.i32(ref, 0);
        made = copyElement(ref);
        this.append(copy, this.lineOf(copy, hash), tagOf(hash), made);
        made = NONE;
        arena.setI32(copy, ROOT_COUNT, arena.i32(copy, ROOT_COUNT) + 1);
      });
      return copy;
    } catch (error) {
      if (made !== NONE) freeElement(made);
      this.forEach(copy, freeElement);
      this.free(copy);
      throw error;
    }
  }

  // --- Looking up ---------------------------------------------------------------------------------------------------

  /**
   * @hot The `nth` (from 0 on) element that carries exactly `hash`, or NONE. O(1) expected. Two different elements
   * share a 32-bit hash so rarely that `nth` is hardly ever above 0; it takes the place of a cursor.
   */
  candidate(root: number, hash: number, nth: number): number {
    const slabs = this.arena.words;
    const tags = tagsOf(hash);
    for (let line = this.lineOf(root, hash); line !== NONE; ) {
      const words = slabs[line >>> SLAB_SHIFT]!;
      const at = (line & UNIT_MASK) << 1;
      for (let word = 0; word < 3; word++) {
        let hits = zeroBytes(words[at + word]! ^ tags);
        while (hits !== 0) {
          const bit = 31 - Math.clz32(hits);
          const ref = words[at + FIRST_REF + (word << 2) + (bit >>> 3)]!;
          if (slabs[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) << 1] === hash && nth-- === 0) return ref;
          hits ^= 1 << bit;
        }
      }
      line = words[at + OVERFLOW_WORD]!;
    }
    return NONE;
  }

  /**
   * @hot Loads the lines of `hashes[from, to)` in one tight loop and what are likely their elements in another, so that
   * the cache misses of several lookups overlap. Changes nothing. O(to - from).
   */
  touch(root: number, hashes: Int32Array, from: number, to: number): void {
    const slabs = this.arena.words;
    // allocates: for a batch larger than any before
    if (to > this.touchedLines.length) this.touchedLines = new Int32Array(to * 2);
    const found = this.touchedLines;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const line = this.lineOf(root, hashes[i]!);
      found[i] = line;
      sum ^= slabs[line >>> SLAB_SHIFT]![(line & UNIT_MASK) << 1]!;
    }
    for (let i = from; i < to; i++) {
      const line = found[i]!;
      const words = slabs[line >>> SLAB_SHIFT]!;
      const at = (line & UNIT_MASK) << 1;
      const tags = tagsOf(hashes[i]!);
      let word = 0;
      let hits = zeroBytes(words[at]! ^ tags);
      if (hits === 0) hits = zeroBytes(words[at + ++word]! ^ tags);
      if (hits === 0) hits = zeroBytes(words[at + ++word]! ^ tags);
      found[i] = hits === 0 ? root : words[at + FIRST_REF + (word << 2) + ((31 - Math.clz32(hits)) >>> 3)]!;
    }
    for (let i = from; i < to; i++) {
      const ref = found[i]!;
      sum ^= slabs[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) << 1]!;
    }
    this.touched ^= sum;
  }

  /**
   * @hot An element, each equally likely; NONE when there is none. A random line and a random place among as many as
   * the longest chain has had elements, again and again until there is one: about three times. O(1) expected.
   */
  random(root: number, random: Random): number {
    const { arena } = this;
    if (arena.i32(root, ROOT_COUNT) === 0) return NONE;
    const lines = arena.i32(root, ROOT_LINES);
    const longest = arena.i32(root, ROOT_LONGEST);
    for (;;) {
      const line = this.lineAt(root, random.below(lines));
      const place = random.below(longest);
      if (place >= SLOTS) {
        const ref = this.inOverflow(line, place - SLOTS);
        if (ref !== NONE) return ref;
      } else if (tagAt(arena, line, place) !== 0) return arena.i32(line, FIRST_REF + place);
    }
  }

  /** The element of rank `rank` in the overflow of a line, NONE when there are not so many. O(rank). */
  private inOverflow(head: number, rank: number): number {
    const { arena } = this;
    let line = arena.i32(head, OVERFLOW_WORD);
    // Only the last line is not full.
    for (; rank >= SLOTS && line !== NONE; rank -= SLOTS) line = arena.i32(line, OVERFLOW_WORD);
    if (line === NONE) return NONE;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (tagAt(arena, line, slot) !== 0 && rank-- === 0) return arena.i32(line, FIRST_REF + slot);
    }
    return NONE;
  }

  /**
   * One step of Redis' SCAN: visits every element of one bucket and returns the next cursor, 0 at the end. A bucket is
   * a line and its split sibling, with their overflow: {@link nextCursor} says what that guarantees. `visit` must not
   * change the dict, nor return true. O(elements of the bucket).
   */
  scan(root: number, cursor: number, visit: EntryVisitor): number {
    const lines = this.arena.i32(root, ROOT_LINES);
    const low = lowOf(lines);
    const line = cursor & (low - 1);
    this.visitLine(root, line, visit);
    if (line + low < lines) this.visitLine(root, line + low, visit);
    return nextCursor(cursor, low - 1);
  }

  // --- Changing -----------------------------------------------------------------------------------------------------

  /**
   * @hot Adds `ref`, which carries `hash` and is not in the dict. May split one line. O(1) expected.
   * @throws OutOfMemoryError and nothing has changed
   */
  insert(root: number, hash: number, ref: number): void {
    const { arena } = this;
    const count = arena.i32(root, ROOT_COUNT);
    if (count >= arena.i32(root, ROOT_LINES) * GROW_LOAD) this.split(root);
    this.append(root, this.lineOf(root, hash), tagOf(hash), ref);
    // Last: when memory cannot be had, nothing has changed but perhaps a split.
    arena.setI32(root, ROOT_COUNT, count + 1);
  }

  /** @hot Takes `ref` out; false if it was not there. Does not read the element. May merge two lines. O(1) expected. */
  remove(root: number, hash: number, ref: number): boolean {
    const { arena } = this;
    const slot = this.locate(root, hash, ref);
    if (slot < 0) return false;
    this.clearSlot(root, slot);
    const count = arena.i32(root, ROOT_COUNT) - 1;
    arena.setI32(root, ROOT_COUNT, count);
    const lines = arena.i32(root, ROOT_LINES);
    if (count < lines * SHRINK_LOAD && lines > 1) this.merge(root);
    return true;
  }

  /**
   * @hot Lets the entry of `oldRef` lead to `newRef`, an element with the same hash. False if it was not there. O(1).
   */
  replace(root: number, hash: number, oldRef: number, newRef: number): boolean {
    const slot = this.locate(root, hash, oldRef);
    if (slot < 0) return false;
    this.arena.setI32(this.foundLine, FIRST_REF + slot, newRef);
    return true;
  }

  /**
   * Takes the elements of one line out of the dict without reading them, and shortens it by that line: the way to empty
   * a large dict in slices. Returns how many there are; {@link drainedRef} gives them until the next call. 0 only when
   * the dict is empty. Needs no memory. O(lines that are empty + elements of a line).
   */
  drain(root: number): number {
    const { arena } = this;
    let count = arena.i32(root, ROOT_COUNT);
    while (count > 0) {
      const last = arena.i32(root, ROOT_LINES) - 1;
      const head = this.lineAt(root, last);
      const n = this.collect(head);
      this.takeChain(root, head);
      this.freeSpare();
      count -= n;
      arena.setI32(root, ROOT_COUNT, count);
      if (last > 0) this.retreat(root);
      if (n > 0) return n;
    }
    return 0;
  }

  /** Element `i` of the last {@link drain}. */
  drainedRef(i: number): number {
    return this.scratchRefs[i]!;
  }

  // --- Growing and shrinking ----------------------------------------------------------------------------------------

  /**
   * Divides a line between itself and the first unused one. The hashes of all its elements are read in one loop first:
   * their cache misses overlap. The overflow lines that it had are enough for both. O(elements of the line).
   */
  private split(root: number): void {
    const { arena } = this;
    const lines = arena.i32(root, ROOT_LINES);
    this.advance(root);
    const head = this.lineAt(root, lines - lowOf(lines));
    const n = this.collect(head);
    const { scratchRefs: refs, scratchHashes: hashes } = this;
    for (let i = 0; i < n; i++) hashes[i] = arena.i32(refs[i]!, 0);
    this.takeChain(root, head);
    for (let i = 0; i < n; i++) this.append(root, this.lineOf(root, hashes[i]!), tagOf(hashes[i]!), refs[i]!);
    this.freeSpare();
  }

  /** The reverse of {@link split}: the last line goes into the one that it was split from. No element is read. */
  private merge(root: number): void {
    const { arena } = this;
    const last = arena.i32(root, ROOT_LINES) - 1;
    const into = last - lowOf(last);
    const head = this.lineAt(root, last);
    const n = this.collect(head);
    // Together they may need one overflow line more than they have. Without memory for it the lines stay as they are
    // until the next removal.
    const before = this.lengthOf(this.lineAt(root, into));
    if (overflowOf(before + n) > overflowOf(before) + overflowOf(n) && !this.makeSpare()) return;
    this.collectTags(head);
    this.takeChain(root, head);
    this.retreat(root);
    const { scratchRefs: refs, scratchHashes: tags } = this;
    const target = this.lineAt(root, into);
    for (let i = 0; i < n; i++) this.append(root, target, tags[i]!, refs[i]!);
    this.freeSpare();
  }

  /** Takes the first unused line into use, empty. */
  private advance(root: number): void {
    const { arena } = this;
    const line = arena.i32(root, ROOT_LINES);
    this.reserveLine(root, line);
    arena.setI32(root, ROOT_LINES, line + 1);
    this.clearLine(this.lineAt(root, line));
  }

  /** Makes sure that there is a place for line number `line`, the first unused one. */
  private reserveLine(root: number, line: number): void {
    const { arena } = this;
    const used = line & SEGMENT_MASK;
    const step = stepOf(line);
    const segments = arena.i32(root, ROOT_SEGMENTS);
    if (line < SEGMENT_LINES) {
      if (used < arena.blockSize(segments) >>> LINE_BYTES_SHIFT) return;
      arena.setI32(root, ROOT_SEGMENTS, this.resizeSegment(segments, used + step, used));
    } else if (line === SEGMENT_LINES) {
      arena.reserve(2);
      const directory = arena.alloc(16);
      arena.setI32(directory, 0, segments);
      arena.setI32(directory, 1, arena.alloc(step << LINE_BYTES_SHIFT));
      arena.setI32(root, ROOT_SEGMENTS, directory);
    } else if (used === 0) {
      const number = line >>> SEGMENT_SHIFT;
      const directory = this.reserveDirectory(segments, number);
      arena.setI32(root, ROOT_SEGMENTS, directory);
      arena.setI32(directory, number, arena.alloc(step << LINE_BYTES_SHIFT));
    } else {
      const segment = arena.i32(segments, line >>> SEGMENT_SHIFT);
      if (used < arena.blockSize(segment) >>> LINE_BYTES_SHIFT) return;
      arena.setI32(segments, line >>> SEGMENT_SHIFT, this.resizeSegment(segment, used + step, used));
    }
  }

  private resizeSegment(segment: number, lines: number, used: number): number {
    return this.arena.realloc(segment, Math.min(lines, SEGMENT_LINES) << LINE_BYTES_SHIFT, used << LINE_BYTES_SHIFT);
  }

  /** A directory that has room for segment number `number`: it doubles, and 1 MiB of it stand for 17M lines. */
  private reserveDirectory(directory: number, number: number): number {
    const { arena } = this;
    if (number << 2 < arena.blockSize(directory)) return directory;
    return arena.realloc(directory, number << 3, number << 2);
  }

  /** Gives up the last line, which is empty, and room that is far behind the new end. Needs no memory. */
  private retreat(root: number): void {
    const { arena } = this;
    const line = arena.i32(root, ROOT_LINES) - 1;
    const used = line & SEGMENT_MASK;
    const segments = arena.i32(root, ROOT_SEGMENTS);
    arena.setI32(root, ROOT_LINES, line);
    if (line < SEGMENT_LINES) {
      arena.setI32(root, ROOT_SEGMENTS, this.shortenSegment(segments, line));
    } else if (line === SEGMENT_LINES) {
      arena.setI32(root, ROOT_SEGMENTS, arena.i32(segments, 0));
      arena.free(arena.i32(segments, 1));
      arena.free(segments);
    } else if (used === 0) {
      const number = line >>> SEGMENT_SHIFT;
      arena.free(arena.i32(segments, number));
      if (number << 4 > arena.blockSize(segments)) return;
      arena.setI32(root, ROOT_SEGMENTS, arena.realloc(segments, number << 3, number << 2));
    } else {
      const number = line >>> SEGMENT_SHIFT;
      arena.setI32(segments, number, this.shortenSegment(arena.i32(segments, number), line));
    }
  }

  /** Gives room of the last segment back when the lines before `line` have two steps of it too much. */
  private shortenSegment(segment: number, line: number): number {
    const used = line & SEGMENT_MASK;
    const step = stepOf(line);
    if (used + 2 * step > this.arena.blockSize(segment) >>> LINE_BYTES_SHIFT) return segment;
    return this.resizeSegment(segment, used + step, used);
  }

  // --- Lines --------------------------------------------------------------------------------------------------------

  /**
   * @hot The reference of the line of a hash (invariant 1). Reads the slabs itself: as {@link lineAt} does it, the
   * calls are too many to be inlined into a lookup, where they took a tenth of HGET's time (Node 20).
   */
  private lineOf(root: number, hash: number): number {
    const slabs = this.arena.words;
    const words = slabs[root >>> SLAB_SHIFT]!;
    const at = (root & UNIT_MASK) << 1;
    const lines = words[at + ROOT_LINES]!;
    const segments = words[at + ROOT_SEGMENTS]!;
    const low = 1 << (31 - Math.clz32(lines));
    let line = hash & (2 * low - 1);
    if (line >= lines) line -= low;
    if (lines <= SEGMENT_LINES) return segments + (line << LINE_UNITS_SHIFT);
    const number = ((segments & UNIT_MASK) << 1) + (line >>> SEGMENT_SHIFT);
    return slabs[segments >>> SLAB_SHIFT]![number]! + ((line & SEGMENT_MASK) << LINE_UNITS_SHIFT);
  }

  /** @hot The slot of `ref` in `foundLine`, or -1. */
  private locate(root: number, hash: number, ref: number): number {
    const { arena } = this;
    const tags = tagsOf(hash);
    const head = this.lineOf(root, hash);
    for (let line = head; line !== NONE; line = arena.i32(line, OVERFLOW_WORD)) {
      for (let word = 0; word < 3; word++) {
        let hits = zeroBytes(arena.i32(line, word) ^ tags);
        while (hits !== 0) {
          const bit = 31 - Math.clz32(hits);
          const slot = (word << 2) + (bit >>> 3);
          if (arena.i32(line, FIRST_REF + slot) === ref) {
            this.foundLine = line;
            this.foundHead = head;
            return slot;
          }
          hits ^= 1 << bit;
        }
      }
    }
    return -1;
  }

  /** @hot Puts an entry into the first empty slot of a line's chain, which gets one line longer if there is none. */
  private append(root: number, head: number, tag: number, ref: number): void {
    const { arena } = this;
    let line = head;
    for (let full = 0; ; full += SLOTS) {
      for (let word = 0; word < 3; word++) {
        const tags = arena.i32(line, word);
        const empty = zeroBytes(tags);
        if (empty === 0) continue;
        const bit = 31 - Math.clz32(empty);
        arena.setI32(line, FIRST_REF + (word << 2) + (bit >>> 3), ref);
        arena.setI32(line, word, tags | (tag << (bit - 7)));
        if (full > 0) this.noteLength(root, full + usedSlots(arena, line));
        return;
      }
      let next = arena.i32(line, OVERFLOW_WORD);
      if (next === NONE) {
        next = this.takeOverflowLine(root);
        arena.setI32(line, OVERFLOW_WORD, next);
      }
      line = next;
    }
  }

  /** A chain has become so long: it may be the longest that there has been. */
  private noteLength(root: number, length: number): void {
    if (length > this.arena.i32(root, ROOT_LONGEST)) this.arena.setI32(root, ROOT_LONGEST, length);
  }

  /**
   * Empties the slot that {@link locate} found, filling the hole with an entry from the end of the chain (invariant 2).
   */
  private clearSlot(root: number, slot: number): void {
    const { arena, foundLine: line } = this;
    let last = line;
    let from = slot;
    while (arena.i32(last, OVERFLOW_WORD) !== NONE) last = arena.i32(last, OVERFLOW_WORD);
    if (last !== line) {
      from = 0;
      while (tagAt(arena, last, from) === 0) from++; // an overflow line is never empty: the loop ends
      arena.setI32(line, FIRST_REF + slot, arena.i32(last, FIRST_REF + from));
      this.setTag(line, slot, tagAt(arena, last, from));
    }
    this.setTag(last, from, 0);
    if (last === this.foundHead || (arena.i32(last, 0) | arena.i32(last, 1) | arena.i32(last, 2)) !== 0) return;
    let previous = this.foundHead;
    while (arena.i32(previous, OVERFLOW_WORD) !== last) previous = arena.i32(previous, OVERFLOW_WORD);
    arena.setI32(previous, OVERFLOW_WORD, NONE);
    arena.free(last);
    arena.setI32(root, ROOT_OVERFLOW, arena.i32(root, ROOT_OVERFLOW) - 1);
  }

  private setTag(line: number, slot: number, tag: number): void {
    const { arena } = this;
    const shift = (slot & 3) << 3;
    arena.setI32(line, slot >>> 2, (arena.i32(line, slot >>> 2) & ~(255 << shift)) | (tag << shift));
  }

  /** Entries of a chain: all lines but the last are full. O(lines of the chain). */
  private lengthOf(head: number): number {
    const { arena } = this;
    let length = 0;
    let line = head;
    for (let next = arena.i32(line, OVERFLOW_WORD); next !== NONE; next = arena.i32(line, OVERFLOW_WORD)) {
      length += SLOTS;
      line = next;
    }
    return length + usedSlots(arena, line);
  }

  /** Writes the references of a chain to `scratchRefs`; returns how many. */
  private collect(head: number): number {
    const { arena } = this;
    let n = 0;
    for (let line = head; line !== NONE; line = arena.i32(line, OVERFLOW_WORD)) {
      if (n + SLOTS > this.scratchRefs.length) this.growScratch();
      for (let slot = 0; slot < SLOTS; slot++) {
        if (tagAt(arena, line, slot) !== 0) this.scratchRefs[n++] = arena.i32(line, FIRST_REF + slot);
      }
    }
    return n;
  }

  /** Writes the tags of a chain to `scratchHashes`, in the order of {@link collect}, which has made the room. */
  private collectTags(head: number): void {
    const { arena } = this;
    let n = 0;
    for (let line = head; line !== NONE; line = arena.i32(line, OVERFLOW_WORD)) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const tag = tagAt(arena, line, slot);
        if (tag !== 0) this.scratchHashes[n++] = tag;
      }
    }
  }

  private growScratch(): void {
    const refs = new Int32Array(this.scratchRefs.length * 2);
    refs.set(this.scratchRefs);
    this.scratchRefs = refs;
    this.scratchHashes = new Int32Array(refs.length);
  }

  private clearLine(line: number): void {
    const { arena } = this;
    for (let word = 0; word <= OVERFLOW_WORD; word++) arena.setI32(line, word, 0);
  }

  /** Empties a line; its overflow lines become spare. */
  private takeChain(root: number, head: number): void {
    const { arena } = this;
    let next = arena.i32(head, OVERFLOW_WORD);
    this.clearLine(head);
    while (next !== NONE) {
      const line = next;
      next = arena.i32(line, OVERFLOW_WORD);
      arena.setI32(line, OVERFLOW_WORD, this.spare);
      this.spare = line;
      arena.setI32(root, ROOT_OVERFLOW, arena.i32(root, ROOT_OVERFLOW) - 1);
    }
  }

  // --- Overflow lines -----------------------------------------------------------------------------------------------

  /** An overflow line, empty: one of the spare ones if there are any. */
  private takeOverflowLine(root: number): number {
    const { arena } = this;
    const line = this.spare === NONE ? arena.alloc(LINE_BYTES) : this.spare;
    if (line === this.spare) this.spare = arena.i32(line, OVERFLOW_WORD);
    this.clearLine(line);
    arena.setI32(root, ROOT_OVERFLOW, arena.i32(root, ROOT_OVERFLOW) + 1);
    return line;
  }

  /** Makes a spare overflow line; false when there is no memory for it. */
  private makeSpare(): boolean {
    const { arena } = this;
    try {
      const line = arena.alloc(LINE_BYTES);
      arena.setI32(line, OVERFLOW_WORD, this.spare);
      this.spare = line;
      return true;
    } catch (error) {
      if (error instanceof OutOfMemoryError) return false;
      throw error;
    }
  }

  private freeSpare(): void {
    const { arena } = this;
    while (this.spare !== NONE) {
      const line = this.spare;
      this.spare = arena.i32(line, OVERFLOW_WORD);
      arena.free(line);
    }
  }
}

/** @hot The highest power of two that is not above the number of lines. */
function lowOf(lines: number): number {
  return 1 << (31 - Math.clz32(lines));
}

/** By how many lines the last segment grows: a quarter of what there is, so that little of it lies idle. */
function stepOf(lines: number): number {
  return Math.min(SEGMENT_LINES, Math.max(1, lowOf(lines) >>> 2));
}

/** Overflow lines of a chain of `length` entries. */
function overflowOf(length: number): number {
  return Math.max(0, Math.ceil(length / SLOTS) - 1);
}

/** Slots of a line that are not empty. */
function usedSlots(arena: Arena, line: number): number {
  let used = 0;
  for (let word = 0; word < 3; word++) {
    used += 4 - (Math.imul(zeroBytes(arena.i32(line, word)) >>> 7, 0x01010101) >>> 24);
  }
  return used;
}

/** @hot The tag in slot `slot` of a line, 0 when it is empty. */
function tagAt(arena: Arena, line: number, slot: number): number {
  return (arena.i32(line, slot >>> 2) >>> ((slot & 3) << 3)) & 255;
}
