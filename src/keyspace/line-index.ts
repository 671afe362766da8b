/**
 * The index: from a hash to the references of the blocks that carry it, by linear hashing (Litwin, 1980) over lines of
 * one cache line each. It grows and shrinks by one line at a time, so that no insertion and no deletion ever waits for
 * a rehash, and there is never a second table.
 *
 * ```
 *   line: 16 words, 64 bytes
 *   +----+----+----+----------+----+----+-- --+----+
 *   | t0 | t1 | t2 | overflow | r0 | r1 | ... | r11|     t: 4 tags a word, one byte for each of the 12 slots, 0 = empty
 *   +----+----+----+----------+----+----+-- --+----+     r: 12 references; overflow: an overflow line's number, 0 = none
 *
 *   lines 0 .. lines-1 in segments of 16,384 (1 MiB); overflow lines in segments of their own
 *
 *        0        splitAt         low         low+splitAt = lines
 *        +-----------+-------------+---------------+
 *        |  split    |  not yet    |  siblings of  |        line of a hash: hash & (low-1), and
 *        |           |             |  the split    |        hash & (2*low-1) where that is below splitAt
 *        +-----------+-------------+---------------+
 * ```
 * Invariants
 * 1. A block stands in the line (or its overflow chain) that its hash names; its tag is `tagOf(hash)`, never 0.
 * 2. The hash of a block is word 0 of the block. That is all the index knows of blocks.
 * 3. Of a chain of lines only the last may have empty slots, and an overflow line is never empty: deletion pulls an
 *    entry from the end of the chain. There are no tombstones.
 * 4. `low` is a power of two, 0 <= splitAt < low, lines = low + splitAt.
 * 5. Words 0 to 3 of every line from `lines` on are 0, and of every overflow line that is free, but for its link (word
 *    3).
 * 6. lines * SHRINK_LOAD <= count <= lines * GROW_LOAD, but for the slack of an operation that moves on by one line.
 *
 * Why eight keys a line: measured 9.0 to 10.1 bytes a key at every size (docs/design/0003-records-and-index.md).
 * Segments are SharedArrayBuffers because V8 does not count those as external memory, and so never collects garbage
 * because of them.
 */
import { allocateShared, type MemoryAccount, NONE, OutOfMemoryError, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import {
  COUNTED_LENGTHS,
  FIRST_REF,
  GROW_LOAD,
  LINE_BYTES,
  LINE_WORDS,
  type LineStatistics,
  nextCursor,
  OVERFLOW_WORD,
  SHRINK_LOAD,
  SLOTS,
  tagOf,
  tagsOf,
  zeroBytes,
} from '../types/lines.js';
import type { Random } from '../util/random.js';

const LINE_SHIFT = 4;
/** Lines of a full segment, as a shift. */
const SEGMENT_SHIFT = 14;
const SEGMENT_LINES = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT_LINES - 1;
/** Lines of the smallest first segment: an empty database costs 1 KiB. */
const FIRST_LINES = 16;
const LINES_PER_PAGE = 4096 / LINE_BYTES;
/** Pages behind the last line that {@link LineIndex.prepare} keeps touched. */
const PAGES_AHEAD = 16;

/** References by hash. Not thread-safe, owns its segments, knows of blocks only their hash (word 0). */
export class LineIndex {
  /** Entries in the index. */
  count = 0;

  private readonly records: readonly Int32Array[];
  private readonly account: MemoryAccount;
  private readonly segments: Int32Array[] = [];
  private readonly overflow: Int32Array[] = [];
  private lines = 1;
  private low = 1;
  private splitAt = 0;
  /** Lines below this one stand in pages that have been written to. */
  private touchedLines = 0;
  /** Overflow lines ever taken from their segments; number 0 is not used, it means none. */
  private overflowEnd = 1;
  private overflowFree = 0;
  private overflowCount = 0;
  /** The most lines that a chain has had: the bound of rejection sampling. */
  private longestChain = 1;
  /** Memory is kept for insertions that were promised it, until the next {@link prepare}. */
  private promised = false;
  private scratchRefs = new Int32Array(64);
  private scratchHashes = new Int32Array(64);
  private touchedRefs = new Int32Array(64);

  /**
   * @param records the arena's slabs as words; the array may grow, its identity must stay
   * @param account where the bytes of the segments are entered
   */
  constructor(records: readonly Int32Array[], account: MemoryAccount) {
    this.records = records;
    this.account = account;
    this.segments.push(this.makeSegment(FIRST_LINES));
  }

  /** Bytes of all segments. O(1). */
  get bytes(): number {
    const first = this.segments[0]!.length * 4;
    const overflow = this.overflow.length === 0 ? 0 : this.overflow[0]!.length * 4;
    const others = this.segments.length - 1 + Math.max(0, this.overflow.length - 1);
    return first + overflow + others * SEGMENT_LINES * LINE_BYTES;
  }

  /** Lines in use, without overflow lines. O(1). */
  get lineCount(): number {
    return this.lines;
  }

  // --- Looking up ---------------------------------------------------------------------------------------------------

  /**
   * @hot The `nth` (from 0 on) entry whose block carries exactly `hash`, or NONE. O(1) expected. Two different keys
   * share a 32-bit hash so rarely that `nth` is hardly ever above 0; it takes the place of a cursor.
   */
  candidate(hash: number, nth: number): number {
    let line = hash & (this.low - 1);
    if (line < this.splitAt) line = hash & (2 * this.low - 1);
    let words = this.segments[line >>> SEGMENT_SHIFT]!;
    let at = (line & SEGMENT_MASK) << LINE_SHIFT;
    const tags = tagsOf(hash);
    const records = this.records;
    for (;;) {
      for (let word = 0; word < 3; word++) {
        let hits = zeroBytes(words[at + word]! ^ tags);
        while (hits !== 0) {
          const bit = 31 - Math.clz32(hits);
          const ref = words[at + FIRST_REF + (word << 2) + (bit >>> 3)]!;
          if (records[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) << 1] === hash && nth-- === 0) return ref;
          hits ^= 1 << bit;
        }
      }
      const next = words[at + OVERFLOW_WORD]!;
      if (next === 0) return NONE;
      words = this.overflow[next >>> SEGMENT_SHIFT]!;
      at = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
  }

  /** Whether `ref` stands in the index under `hash`. Does not read the block. O(1) expected. */
  has(hash: number, ref: number): boolean {
    return this.locate(hash, ref) >= 0;
  }

  /**
   * @hot Loads the lines of `n` hashes in one tight loop and their blocks in another, so that the cache misses of a
   * batch overlap instead of following one another (bench/micro/keyspace.bench.ts). No other effect. Returns a mixture
   * of what was loaded, only so that the loads cannot be dropped as dead code.
   * @param deep whether the blocks' second cache line is loaded too: most records reach into it with their values,
   * which saves reads a tenth (of 1M keys in batches of 16, Node 20) and costs writes, which do not wait for it, a
   * little
   */
  touch(hashes: Int32Array, n: number, deep: boolean): number {
    const { segments, records, low, splitAt } = this;
    // allocates: for a batch larger than any before
    if (n > this.touchedRefs.length) this.touchedRefs = new Int32Array(n * 2);
    const refs = this.touchedRefs;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let line = hashes[i]! & (low - 1);
      if (line < splitAt) line = hashes[i]! & (2 * low - 1);
      sum ^= segments[line >>> SEGMENT_SHIFT]![(line & SEGMENT_MASK) << LINE_SHIFT]!;
    }
    for (let i = 0; i < n; i++) {
      let line = hashes[i]! & (low - 1);
      if (line < splitAt) line = hashes[i]! & (2 * low - 1);
      const words = segments[line >>> SEGMENT_SHIFT]!;
      const at = (line & SEGMENT_MASK) << LINE_SHIFT;
      const tags = tagsOf(hashes[i]!);
      let word = 0;
      let hits = zeroBytes(words[at]! ^ tags);
      if (hits === 0) hits = zeroBytes(words[at + ++word]! ^ tags);
      if (hits === 0) hits = zeroBytes(words[at + ++word]! ^ tags);
      refs[i] = hits === 0 ? NONE : words[at + FIRST_REF + (word << 2) + ((31 - Math.clz32(hits)) >>> 3)]!;
    }
    for (let i = 0; i < n; i++) {
      const ref = refs[i]!;
      if (ref === NONE) continue;
      const words = records[ref >>> SLAB_SHIFT]!;
      const at = (ref & UNIT_MASK) << 1;
      sum ^= words[at]!;
      if (deep) sum ^= words[Math.min(at + LINE_WORDS, words.length) - 1]!;
    }
    return sum;
  }

  // --- Changing -----------------------------------------------------------------------------------------------------

  /** @hot Adds `ref`, whose block carries `hash` and is not in the index. May split one line. O(1) expected. */
  insert(hash: number, ref: number): void {
    if (this.count >= this.lines * GROW_LOAD) this.split();
    this.append(this.lineOf(hash), tagOf(hash), ref);
    this.count++; // last: when memory cannot be had, nothing has changed but perhaps a split
  }

  /** @hot Takes `ref` out; false if it was not there. Does not read the block. May merge two lines. O(1) expected. */
  remove(hash: number, ref: number): boolean {
    const slot = this.locate(hash, ref);
    if (slot < 0) return false;
    this.clearSlot(slot);
    if (--this.count < this.lines * SHRINK_LOAD && this.lines > 1) this.merge();
    return true;
  }

  /** @hot Lets the entry of `oldRef` lead to `newRef`, a block with the same hash. False if it was not there. O(1). */
  replace(hash: number, oldRef: number, newRef: number): boolean {
    const slot = this.locate(hash, oldRef);
    if (slot < 0) return false;
    this.foundWords[this.foundAt + FIRST_REF + slot] = newRef;
    return true;
  }

  /** Takes everything out and gives the segments back; needs no memory that is not there. O(segments). */
  clear(): void {
    const first = this.emptySegment();
    this.dispose();
    this.segments.push(first);
    this.account.add(first.length * 4);
  }

  /** Gives all memory back for good: the index must not be used any more. O(segments). */
  dispose(): void {
    this.account.sub(this.bytes);
    this.segments.length = 0;
    this.overflow.length = 0;
    this.count = 0;
    this.lines = 1;
    this.low = 1;
    this.splitAt = 0;
    this.touchedLines = 0;
    this.overflowEnd = 1;
    this.overflowFree = 0;
    this.overflowCount = 0;
    this.longestChain = 1;
    this.foundWords = EMPTY; // or it would keep a segment
  }

  /**
   * Makes sure that the next `n` insertions need no memory that is not there, up to the next {@link prepare} and as
   * long as no more is removed than inserted. O(1), O(segments) where it makes some.
   */
  reserve(n: number): void {
    this.promised = true;
    const { segments, overflow } = this;
    const lines = Math.max(this.lines, Math.floor((this.count + n) / GROW_LOAD) + 1);
    for (let size = linesOf(segments); size < lines; size = linesOf(segments)) {
      if (size < SEGMENT_LINES) this.resizeFirst(size * 2);
      else segments.push(this.makeSegment(SEGMENT_LINES));
    }
    // A split takes no overflow line that it has not given back before; an insertion one at most, and so does a merge.
    for (let size = linesOf(overflow); size - 1 - this.overflowCount < 2 * n; size = linesOf(overflow)) {
      if (size === 0) overflow.push(this.makeSegment(FIRST_LINES));
      else if (size < SEGMENT_LINES) this.doubleFirstOverflow();
      else overflow.push(this.makeSegment(SEGMENT_LINES));
    }
  }

  /**
   * Writes to the pages that the next splits will use (at most `pages` of them), and makes the next segment when the
   * last is nearly full, so that no insertion pays for a page fault (10 us); gives overflow lines back when none is in
   * use. To be called between events. True if there was something to prepare. O(pages).
   */
  prepare(pages: number): boolean {
    this.promised = false;
    if (this.overflowCount === 0) this.dropOverflow();
    if (this.lines < SEGMENT_LINES >> 1) return false;
    const goal = this.lines + PAGES_AHEAD * LINES_PER_PAGE;
    if (this.touchedLines >= goal) return false;
    if (this.touchedLines < this.lines) this.touchedLines = this.lines;
    for (let page = 0; page < pages && this.touchedLines < goal; page++) {
      const line = this.touchedLines;
      if (line >>> SEGMENT_SHIFT >= this.segments.length) {
        // Nothing can be prepared without memory: the insertion that needs the segment will see.
        if (!succeeds(() => this.segments.push(this.makeSegment(SEGMENT_LINES)))) return false;
      } else if (line << LINE_SHIFT >= this.segments[0]!.length && this.segments.length === 1) {
        return false; // the first segment still grows by doubling
      }
      // Word 0 of an unused line is 0 (invariant 5): writing it again changes nothing but maps the page.
      this.segments[line >>> SEGMENT_SHIFT]![(line & SEGMENT_MASK) << LINE_SHIFT] = 0;
      this.touchedLines = line + LINES_PER_PAGE;
    }
    return true;
  }

  // --- Visiting -----------------------------------------------------------------------------------------------------

  /**
   * One step of Redis' SCAN: visits every entry of one bucket and returns the next cursor, 0 at the end. A bucket is a
   * line and its split sibling, with their overflow. The cursor counts with its bits reversed, so that every entry that
   * is there from the first step to the last is visited at least once, however often the index grows or shrinks in
   * between. `visit` may take entries out. O(entries of the bucket).
   */
  scan(cursor: number, visit: (ref: number) => void): number {
    const mask = this.low - 1;
    const line = cursor & mask;
    let n = this.collect(line, 0);
    if (line < this.splitAt) n = this.collect(line + this.low, n);
    const next = nextCursor(cursor, mask);
    const refs = this.scratchRefs.slice(0, n);
    for (let i = 0; i < n; i++) visit(refs[i]!);
    return next;
  }

  /** Visits every entry. `visit` must not change the index. O(count). */
  forEach(visit: (ref: number) => void): void {
    for (let line = 0; line < this.lines; line++) {
      const n = this.collect(line, 0);
      for (let i = 0; i < n; i++) visit(this.scratchRefs[i]!);
    }
  }

  /**
   * Takes the entries of one line out of the index without reading them, and shortens it by that line: the way to empty
   * a large index in slices. Returns how many there are; {@link drainedRef} gives them until the next call. 0 only when
   * the index is empty. O(lines that are empty + entries of a line).
   */
  drain(): number {
    this.promised = false;
    while (this.count > 0) {
      const n = this.collect(this.lines - 1, 0);
      this.releaseChain(this.lines - 1);
      this.count -= n;
      if (this.lines > 1) this.retreat();
      if (this.overflowCount === 0) this.dropOverflow();
      if (n > 0) return n;
    }
    return 0;
  }

  /** Entry `i` of the last {@link drain}. */
  drainedRef(i: number): number {
    return this.scratchRefs[i]!;
  }

  /**
   * An entry, each equally likely; NONE when the index is empty. A random slot of a random line (as long as the longest
   * chain), again and again until it is not empty: about twice as many tries as a line has slots to entries. O(1)
   * expected.
   */
  random(random: Random): number {
    if (this.count === 0) return NONE;
    const slots = this.longestChain * SLOTS;
    for (;;) {
      const line = random.below(this.lines);
      let slot = random.below(slots);
      let words = this.segments[line >>> SEGMENT_SHIFT]!;
      let at = (line & SEGMENT_MASK) << LINE_SHIFT;
      while (slot >= SLOTS) {
        const next = words[at + OVERFLOW_WORD]!;
        if (next === 0) break;
        words = this.overflow[next >>> SEGMENT_SHIFT]!;
        at = (next & SEGMENT_MASK) << LINE_SHIFT;
        slot -= SLOTS;
      }
      if (slot < SLOTS && ((words[at + (slot >>> 2)]! >>> ((slot & 3) << 3)) & 255) !== 0) {
        return words[at + FIRST_REF + slot]!;
      }
    }
  }

  /** Figures for DEBUG HTSTATS. O(lines). */
  statistics(): LineStatistics {
    const linesByLength = new Array<number>(COUNTED_LENGTHS + 1).fill(0);
    let longestChain = 0;
    for (let line = 0; line < this.lines; line++) {
      const n = this.collect(line, 0);
      longestChain = Math.max(longestChain, n);
      const length = Math.min(n, COUNTED_LENGTHS);
      linesByLength[length] = linesByLength[length]! + 1;
    }
    const { lines, overflowCount: overflowLines, count, bytes } = this;
    return { lines, overflowLines, count, bytes, linesByLength, longestChain };
  }

  // --- Growing and shrinking ----------------------------------------------------------------------------------------

  /**
   * Divides line `splitAt` between itself and the first unused line. The hashes of all its blocks are read in one loop
   * first: their cache misses overlap. O(entries of the line).
   */
  private split(): void {
    const from = this.splitAt;
    const n = this.collect(from, 0);
    const { scratchRefs: refs, scratchHashes: hashes, records } = this;
    for (let i = 0; i < n; i++) {
      const ref = refs[i]!;
      hashes[i] = records[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) << 1]!;
    }
    const to = this.lines;
    this.reserveLine(to);
    this.releaseChain(from);
    const mask = 2 * this.low - 1;
    this.lines = to + 1;
    if (++this.splitAt === this.low) {
      this.low *= 2;
      this.splitAt = 0;
    }
    for (let i = 0; i < n; i++) this.append(hashes[i]! & mask, tagOf(hashes[i]!), refs[i]!);
  }

  /** The reverse of {@link split}: the last line goes into the one that it was split from. No block is read. */
  private merge(): void {
    const last = this.lines - 1;
    const n = this.collect(last, 0);
    const into = this.splitAt === 0 ? (this.low >>> 1) - 1 : this.splitAt - 1;
    // Both chains together may need one overflow line more than they have: it must be there before anything changes.
    // Without it the lines stay as they are until the next removal: taking out never fails.
    if (this.collect(into, n) > SLOTS && !succeeds(() => this.reserveOverflowLine())) return;
    const { scratchRefs: refs, scratchHashes: tags } = this;
    this.collectTags(last);
    this.releaseChain(last);
    this.retreat();
    for (let i = 0; i < n; i++) this.append(into, tags[i]!, refs[i]!);
  }

  /** Gives up the last line, which is empty, and segments that are far behind the new end. */
  private retreat(): void {
    if (this.splitAt === 0) {
      this.low /= 2;
      this.splitAt = this.low;
    }
    this.splitAt--;
    this.lines--;
    if (this.promised) return;
    const segments = this.segments;
    if (segments.length > 1) {
      // One segment is kept as a reserve: an index that swings around the boundary does not make one each time.
      if (this.lines + SEGMENT_LINES + (SEGMENT_LINES >> 1) < segments.length << SEGMENT_SHIFT) {
        segments.pop();
        this.account.sub(SEGMENT_LINES * LINE_BYTES);
        this.touchedLines = Math.min(this.touchedLines, segments.length << SEGMENT_SHIFT);
      }
    } else if (this.lines * 4 * LINE_WORDS <= segments[0]!.length && segments[0]!.length > FIRST_LINES * LINE_WORDS) {
      succeeds(() => this.resizeFirst(segments[0]!.length >>> (LINE_SHIFT + 1)));
    }
  }

  /** Makes sure that there is memory for line number `line`, the first unused one. */
  private reserveLine(line: number): void {
    const segments = this.segments;
    if (line >= SEGMENT_LINES) {
      if (line >>> SEGMENT_SHIFT === segments.length) segments.push(this.makeSegment(SEGMENT_LINES));
    } else if (line << LINE_SHIFT === segments[0]!.length) {
      this.resizeFirst(line * 2);
    }
  }

  /**
   * The first segment grows by doubling until it is full size (at most 512 KiB are copied, 60 us), then others follow.
   */
  private resizeFirst(lines: number): void {
    const old = this.segments[0]!;
    const segment = this.makeSegment(lines);
    const used = this.lines << LINE_SHIFT;
    for (let i = 0; i < used; i++) segment[i] = old[i]!;
    this.segments[0] = segment;
    this.touchedLines = Math.min(this.touchedLines, this.lines);
    this.account.sub(old.length * 4);
  }

  /** A first segment to begin anew with: a small one, or, where there is no memory even for that, the one there is. */
  private emptySegment(): Int32Array {
    let first = this.segments[0]!;
    const isNew = succeeds(() => {
      first = new Int32Array(allocateShared(FIRST_LINES * LINE_BYTES));
    });
    return isNew ? first : first.fill(0);
  }

  private makeSegment(lines: number): Int32Array {
    const segment = new Int32Array(allocateShared(lines * LINE_BYTES));
    this.account.add(lines * LINE_BYTES);
    return segment;
  }

  // --- Lines --------------------------------------------------------------------------------------------------------

  /** @hot The line of a hash (invariant 1). */
  private lineOf(hash: number): number {
    const line = hash & (this.low - 1);
    return line < this.splitAt ? hash & (2 * this.low - 1) : line;
  }

  // Where `locate` found its entry: the words of the line and its first word.
  private foundWords: Int32Array = EMPTY;
  private foundAt = 0;
  private foundLine = 0;

  /** @hot The slot of `ref` in `foundWords` from `foundAt` on, or -1. */
  private locate(hash: number, ref: number): number {
    const line = this.lineOf(hash);
    let words = this.segments[line >>> SEGMENT_SHIFT]!;
    let at = (line & SEGMENT_MASK) << LINE_SHIFT;
    const tags = tagsOf(hash);
    for (;;) {
      for (let word = 0; word < 3; word++) {
        let hits = zeroBytes(words[at + word]! ^ tags);
        while (hits !== 0) {
          const bit = 31 - Math.clz32(hits);
          const slot = (word << 2) + (bit >>> 3);
          if (words[at + FIRST_REF + slot] === ref) {
            this.foundWords = words;
            this.foundAt = at;
            this.foundLine = line;
            return slot;
          }
          hits ^= 1 << bit;
        }
      }
      const next = words[at + OVERFLOW_WORD]!;
      if (next === 0) return -1;
      words = this.overflow[next >>> SEGMENT_SHIFT]!;
      at = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
  }

  /** @hot Puts an entry into the first empty slot of a line's chain, which gets one line longer if there is none. */
  private append(line: number, tag: number, ref: number): void {
    let words = this.segments[line >>> SEGMENT_SHIFT]!;
    let at = (line & SEGMENT_MASK) << LINE_SHIFT;
    let overflowLine = 0;
    for (let chain = 1; ; chain++) {
      for (let word = 0; word < 3; word++) {
        const tags = words[at + word]!;
        const empty = zeroBytes(tags);
        if (empty !== 0) {
          const bit = 31 - Math.clz32(empty);
          words[at + word] = tags | (tag << (bit - 7));
          words[at + FIRST_REF + (word << 2) + (bit >>> 3)] = ref;
          return;
        }
      }
      let next = words[at + OVERFLOW_WORD]!;
      if (next === 0) {
        next = this.takeOverflowLine();
        // Taking a line may have replaced the segment that the end of this chain stands in.
        if (overflowLine !== 0) words = this.overflow[overflowLine >>> SEGMENT_SHIFT]!;
        words[at + OVERFLOW_WORD] = next;
        if (chain >= this.longestChain) this.longestChain = chain + 1;
      }
      overflowLine = next;
      words = this.overflow[next >>> SEGMENT_SHIFT]!;
      at = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
  }

  /**
   * Empties the slot that {@link locate} found, filling the hole with an entry from the end of the chain (invariant 3).
   */
  private clearSlot(slot: number): void {
    const { foundWords: words, foundAt: at } = this;
    const word = at + (slot >>> 2);
    const shift = (slot & 3) << 3;
    if (words[at + OVERFLOW_WORD] === 0) {
      words[word] = words[word]! & ~(255 << shift);
      this.releaseIfEmpty(words, at);
      return;
    }
    let last = words;
    let lastAt = at;
    for (let next = words[at + OVERFLOW_WORD]!; next !== 0; next = last[lastAt + OVERFLOW_WORD]!) {
      last = this.overflow[next >>> SEGMENT_SHIFT]!;
      lastAt = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
    for (let from = 0; ; from++) {
      const fromWord = lastAt + (from >>> 2);
      const fromShift = (from & 3) << 3;
      const tag = (last[fromWord]! >>> fromShift) & 255;
      if (tag === 0) continue; // an overflow line is never empty: the loop ends
      words[at + FIRST_REF + slot] = last[lastAt + FIRST_REF + from]!;
      words[word] = (words[word]! & ~(255 << shift)) | (tag << shift);
      last[fromWord] = last[fromWord]! & ~(255 << fromShift);
      this.releaseIfEmpty(last, lastAt);
      return;
    }
  }

  /** Gives the last line of the chain of `foundLine` back if it is an overflow line and has become empty. */
  private releaseIfEmpty(last: Int32Array, lastAt: number): void {
    if ((last[lastAt]! | last[lastAt + 1]! | last[lastAt + 2]!) !== 0) return;
    let words = this.segments[this.foundLine >>> SEGMENT_SHIFT]!;
    let at = (this.foundLine & SEGMENT_MASK) << LINE_SHIFT;
    while (words !== last || at !== lastAt) {
      const next = words[at + OVERFLOW_WORD]!;
      if (next === 0) return; // it was the line itself
      const nextWords = this.overflow[next >>> SEGMENT_SHIFT]!;
      const nextAt = (next & SEGMENT_MASK) << LINE_SHIFT;
      if (nextWords === last && nextAt === lastAt) {
        words[at + OVERFLOW_WORD] = 0;
        this.freeOverflowLine(next);
        return;
      }
      words = nextWords;
      at = nextAt;
    }
  }

  /** Writes the references of a line's chain to `scratchRefs` from `n` on; returns the new end. */
  private collect(line: number, n: number): number {
    let words = this.segments[line >>> SEGMENT_SHIFT]!;
    let at = (line & SEGMENT_MASK) << LINE_SHIFT;
    for (;;) {
      if (n + SLOTS > this.scratchRefs.length) this.growScratch();
      const refs = this.scratchRefs;
      for (let slot = 0; slot < SLOTS; slot++) {
        if (((words[at + (slot >>> 2)]! >>> ((slot & 3) << 3)) & 255) !== 0) refs[n++] = words[at + FIRST_REF + slot]!;
      }
      const next = words[at + OVERFLOW_WORD]!;
      if (next === 0) return n;
      words = this.overflow[next >>> SEGMENT_SHIFT]!;
      at = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
  }

  /** Writes the tags of a line's chain to `scratchHashes`, in the order of {@link collect}, which has made the room. */
  private collectTags(line: number): void {
    let words = this.segments[line >>> SEGMENT_SHIFT]!;
    let at = (line & SEGMENT_MASK) << LINE_SHIFT;
    for (let n = 0; ; ) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const tag = (words[at + (slot >>> 2)]! >>> ((slot & 3) << 3)) & 255;
        if (tag !== 0) this.scratchHashes[n++] = tag;
      }
      const next = words[at + OVERFLOW_WORD]!;
      if (next === 0) return;
      words = this.overflow[next >>> SEGMENT_SHIFT]!;
      at = (next & SEGMENT_MASK) << LINE_SHIFT;
    }
  }

  private growScratch(): void {
    const refs = new Int32Array(this.scratchRefs.length * 2);
    refs.set(this.scratchRefs);
    this.scratchRefs = refs;
    this.scratchHashes = new Int32Array(refs.length);
  }

  /** Empties a line and gives its overflow lines back. */
  private releaseChain(line: number): void {
    const words = this.segments[line >>> SEGMENT_SHIFT]!;
    const at = (line & SEGMENT_MASK) << LINE_SHIFT;
    let next = words[at + OVERFLOW_WORD]!;
    words[at] = 0;
    words[at + 1] = 0;
    words[at + 2] = 0;
    words[at + OVERFLOW_WORD] = 0;
    while (next !== 0) {
      const after = this.overflow[next >>> SEGMENT_SHIFT]![((next & SEGMENT_MASK) << LINE_SHIFT) + OVERFLOW_WORD]!;
      this.freeOverflowLine(next);
      next = after;
    }
  }

  // --- Overflow lines -----------------------------------------------------------------------------------------------

  private takeOverflowLine(): number {
    this.reserveOverflowLine();
    this.overflowCount++;
    const free = this.overflowFree;
    if (free === 0) return this.overflowEnd++;
    const words = this.overflow[free >>> SEGMENT_SHIFT]!;
    const link = ((free & SEGMENT_MASK) << LINE_SHIFT) + OVERFLOW_WORD;
    this.overflowFree = words[link]!;
    words[link] = 0;
    return free;
  }

  /** Makes sure that there is memory for the next overflow line. */
  private reserveOverflowLine(): void {
    if (this.overflowFree !== 0) return;
    const { overflow, overflowEnd: line } = this;
    if (overflow.length === 0) overflow.push(this.makeSegment(FIRST_LINES));
    if (line < SEGMENT_LINES) {
      if (line << LINE_SHIFT === overflow[0]!.length) this.doubleFirstOverflow();
    } else if (line >>> SEGMENT_SHIFT === overflow.length) {
      overflow.push(this.makeSegment(SEGMENT_LINES));
    }
  }

  private freeOverflowLine(line: number): void {
    this.overflowCount--;
    const words = this.overflow[line >>> SEGMENT_SHIFT]!;
    const at = (line & SEGMENT_MASK) << LINE_SHIFT;
    words[at] = 0;
    words[at + 1] = 0;
    words[at + 2] = 0;
    words[at + OVERFLOW_WORD] = this.overflowFree;
    this.overflowFree = line;
  }

  private doubleFirstOverflow(): void {
    const old = this.overflow[0]!;
    const segment = this.makeSegment(old.length >>> (LINE_SHIFT - 1));
    for (let i = 0; i < old.length; i++) segment[i] = old[i]!;
    this.overflow[0] = segment;
    this.account.sub(old.length * 4);
  }

  private dropOverflow(): void {
    if (this.overflow.length === 0) return;
    this.account.sub(this.overflow[0]!.length * 4 + (this.overflow.length - 1) * SEGMENT_LINES * LINE_BYTES);
    this.overflow.length = 0;
    this.overflowEnd = 1;
    this.overflowFree = 0;
    this.longestChain = 1;
  }
}

const EMPTY = new Int32Array(0);

/** Lines of segments, all of which are of full size but perhaps the first. */
function linesOf(segments: readonly Int32Array[]): number {
  return segments.length === 0 ? 0 : (segments[0]!.length >>> LINE_SHIFT) + (segments.length - 1) * SEGMENT_LINES;
}

/** Does what needs memory but can wait; false when there is none. */
function succeeds(step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (error instanceof OutOfMemoryError) return false;
    throw error;
  }
}
