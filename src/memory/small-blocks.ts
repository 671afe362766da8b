/**
 * Blocks of up to 16 KiB, in 64 KiB pages of one size class and one kind.
 *
 * ```
 *   page   | block | block | free | block | free | not yet carved ...        blocks from the page's first byte on
 *                              |              ^
 *                              '--- word 0 ---'    free blocks are linked through their first word
 *
 *   table  eight words a page, outside the slabs, at page * 8:
 *          ROW LIVE HEAD CARVED LOW NEXT PREVIOUS BUCKET
 * ```
 * The table stands outside the slabs, so that pages need no header: headers 64 KiB apart would all fall into the same
 * sets of the processor's caches, and each change would have to pass the snapshot barrier. A snapshot copies one word
 * a page at its start instead.
 *
 * Each row (class and kind) allocates from one current page until it is full; then from the fullest other page, so that
 * sparse pages run empty and can go or change their row. Pages that are neither current nor full stand in one of four
 * lists by fullness; LOW is the live count below which a page has to move.
 *
 * Invariants
 * 1. LIVE blocks + blocks in the free list = CARVED; blocks from CARVED on have never been handed out since the page
 *    took its row.
 * 2. A free block of kind RECORD has word 2 = 0; so has one that is just handed out.
 * 3. A page is in list BUCKET exactly if it is not current, not full and not free. A page with LIVE = 0 is current or
 *    free.
 * 4. Free pages have ROW = 0 and their bit in `freePages` set; `freeCounts` counts the bits of a slab.
 * 5. A new page comes from the lowest slab that has one, and is its lowest.
 */
import { assert } from '../util/assert.js';
import type { MemoryAccount } from './account.js';
import type { CardBarrier } from './card-barrier.js';
import { LIVE_WORD, NONE, PAGE_SHIFT, SLAB_PAGES, SLAB_SMALL } from './layout.js';
import { allocateShared } from './shared-buffer.js';
import { ROW_BYTES, ROW_CAPACITY, ROW_UNITS, ROWS } from './size-classes.js';
import type { SlabTable } from './slabs.js';

const PAGE_WORDS_SHIFT = 3;
const ROW = 0;
const LIVE = 1;
const HEAD = 2;
const CARVED = 3;
const LOW = 4;
const NEXT = 5;
const PREVIOUS = 6;
const BUCKET = 7;

const BUCKETS = 4;
const NO_BUCKET = -1;
/** Bytes at the start of a record block that freeing it may change: the link and the word of the live bit. */
const RECORD_HEAD = (LIVE_WORD + 1) * 4;
/** Words of free-page bits a slab. */
const BIT_WORDS = SLAB_PAGES / 32;
/** Free pages that `touchAhead` keeps touched: 2 MiB, some 20 ms of the fastest filling. */
const READY_PAGES = 32;
/** Bytes the system maps at a first touch. */
const SYSTEM_PAGE_WORDS = 1024;

/** The allocator of small blocks of one arena. */
export class SmallBlocks {
  /** Pages in use. */
  pageCount = 0;
  /** Bytes of live blocks. */
  readonly liveBytes = new Float64Array(1);

  // Shared, so that V8 does not count it; the system maps what is used of it: 8 KiB a slab.
  private readonly table: Int32Array;
  /** Table position of each row's current page; 0 (the entry of a page that is always full) for none. */
  private readonly current = new Int32Array(ROWS);
  /** First page of each list, 0 for none: row * BUCKETS + bucket. */
  private readonly heads = new Int32Array(ROWS * BUCKETS);
  private readonly freePages: Int32Array;
  private readonly freeCounts: Int16Array;
  /** No slab below this one has a free page. */
  private lowestFree = 1;
  /** Free pages that have been touched. */
  private readyPages = 0;

  constructor(
    private readonly slabs: SlabTable,
    private readonly barrier: CardBarrier,
    private readonly account: MemoryAccount,
  ) {
    this.table = new Int32Array(allocateShared((slabs.limit * SLAB_PAGES * 4) << PAGE_WORDS_SHIFT));
    this.table[CARVED] = 0x7fffffff;
    this.freePages = new Int32Array(slabs.limit * BIT_WORDS);
    this.freeCounts = new Int16Array(slabs.limit);
  }

  /** @hot A block of the row's size. O(1), but for a page fault and, once a page, the search for another. */
  alloc(row: number): number {
    const table = this.table;
    let at = this.current[row]!;
    let ref = table[at + HEAD]!;
    if (ref === NONE) {
      if (table[at + CARVED]! >= ROW_CAPACITY[row]!) at = this.nextPage(row);
      ref = table[at + HEAD]!;
    }
    if (ref !== NONE) table[at + HEAD] = this.slabs.words[ref >>> 21]![(ref & 0x1fffff) << 1]!;
    else ref = this.carve(at, row);
    table[at + LIVE] = table[at + LIVE]! + 1;
    const bytes = ROW_BYTES[row]!;
    this.liveBytes[0] = this.liveBytes[0]! + bytes;
    this.account.add(bytes);
    return ref;
  }

  /** @hot The row of the block's page; 0 if the block is not a small one. O(1). */
  rowOf(ref: number): number {
    return this.table[(ref >>> PAGE_SHIFT) << PAGE_WORDS_SHIFT]!;
  }

  /** @hot Takes a block back. O(1). @param row what {@link rowOf} says, not 0 */
  free(ref: number, row: number): void {
    const table = this.table;
    const at = (ref >>> PAGE_SHIFT) << PAGE_WORDS_SHIFT;
    if (this.barrier.active)
      this.barrier.preserve(ref >>> 21, (ref & 0x1fffff) << 3, (row & 1) !== 0 ? RECORD_HEAD : 4);
    const words = this.slabs.words[ref >>> 21]!;
    const first = (ref & 0x1fffff) << 1;
    words[first] = table[at + HEAD]!;
    if ((row & 1) !== 0) words[first + LIVE_WORD] = 0;
    table[at + HEAD] = ref;
    const live = table[at + LIVE]! - 1;
    table[at + LIVE] = live;
    const bytes = ROW_BYTES[row]!;
    this.liveBytes[0] = this.liveBytes[0]! - bytes;
    this.account.sub(bytes);
    if (live < table[at + LOW]!) this.thinOut(at, row, live);
  }

  /** What a snapshot or a walk has to know of a page: `carved << 8 | row`, 0 for a free one. O(1). */
  pageWord(page: number): number {
    const at = page << PAGE_WORDS_SHIFT;
    const row = this.table[at]!;
    return row === 0 ? 0 : (this.table[at + CARVED]! << 8) | row;
  }

  /** The words of all pages, indexed by page number. O(pages). */
  pageWords(): Int32Array {
    const { slabs } = this;
    const words = new Int32Array(slabs.extentEnd * SLAB_PAGES);
    for (let id = 1; id < slabs.extentEnd; id++) {
      if (slabs.kinds[id] !== SLAB_SMALL) continue;
      const end = (id + 1) * SLAB_PAGES;
      for (let page = id * SLAB_PAGES; page < end; page++) words[page] = this.pageWord(page);
    }
    return words;
  }

  /** Gives the current pages that are empty back: they are kept only while their row is in use. O(rows). */
  trim(): void {
    for (let row = 2; row < ROWS; row++) {
      const at = this.current[row]!;
      if (at === 0 || this.table[at + LIVE] !== 0) continue;
      this.current[row] = 0;
      this.releasePage(at);
    }
  }

  /** Touches one page ahead of its use; false if enough are. O(slabs), and 16 page faults. */
  touchAhead(): boolean {
    if (this.readyPages >= READY_PAGES || this.pageCount === 0) return false;
    const { slabs } = this;
    let id = this.lowestFree;
    while (id < slabs.extentEnd && (this.freeCounts[id] === 0 || slabs.touchedPages[id] === SLAB_PAGES)) id++;
    if (id >= slabs.extentEnd) id = this.addSlab();
    const page = slabs.touchedPages[id]!;
    if (page === SLAB_PAGES) return true; // an empty slab that was in use before: all of it is ready
    const words = slabs.words[id]!;
    const end = (page + 1) * (words.length / SLAB_PAGES);
    for (let word = page * (words.length / SLAB_PAGES); word < end; word += SYSTEM_PAGE_WORDS) words[word] = 0;
    slabs.touchedPages[id] = page + 1;
    this.readyPages++;
    return true;
  }

  /** Makes sure that the next `count` blocks, of whatever rows, need no memory that is not there. O(slabs). */
  reserve(count: number): void {
    let pages = 0; // a block takes a new page at most
    for (let id = this.lowestFree; id < this.slabs.extentEnd && pages < count; id++) pages += this.freeCounts[id]!;
    for (; pages < count; pages += SLAB_PAGES) this.addSlab();
  }

  /** Forgets every block and page. To be called before the slabs are dropped. O(pages). */
  reset(): void {
    const { slabs, table } = this;
    for (let id = 1; id < slabs.extentEnd; id++) {
      if (slabs.kinds[id] !== SLAB_SMALL) continue;
      const end = ((id + 1) * SLAB_PAGES) << PAGE_WORDS_SHIFT;
      for (let at = (id * SLAB_PAGES) << PAGE_WORDS_SHIFT; at < end; at += 1 << PAGE_WORDS_SHIFT) table[at + ROW] = 0;
    }
    this.current.fill(0);
    this.heads.fill(0);
    this.freePages.fill(0);
    this.freeCounts.fill(0);
    this.account.sub(this.liveBytes[0]!);
    this.liveBytes[0] = 0;
    this.pageCount = 0;
    this.lowestFree = 1;
    this.readyPages = 0;
  }

  /** A block that has never been handed out since the page took its row. */
  private carve(at: number, row: number): number {
    const { table } = this;
    const carved = table[at + CARVED]!;
    table[at + CARVED] = carved + 1;
    const ref = ((at >>> PAGE_WORDS_SHIFT) << PAGE_SHIFT) + carved * ROW_UNITS[row]!;
    if ((row & 1) !== 0) {
      // Whatever was here before must not look like a live record.
      const slab = ref >>> 21;
      const word = ((ref & 0x1fffff) << 1) + LIVE_WORD;
      if (this.barrier.active) this.barrier.preserve(slab, word << 2, 4);
      this.slabs.words[slab]![word] = 0;
    }
    return ref;
  }

  /** Retires the row's full current page and makes another current: the fullest there is, or a new one. */
  private nextPage(row: number): number {
    const { table, heads } = this;
    let at = 0;
    for (let list = row * BUCKETS + BUCKETS - 1; at === 0 && list >= row * BUCKETS; list--) at = heads[list]!;
    if (at !== 0) this.unlink(at, row);
    else at = this.takePage(row);
    const full = this.current[row]!;
    if (full !== 0) table[full + LOW] = ROW_CAPACITY[row]!;
    table[at + LOW] = 0;
    this.current[row] = at;
    return at;
  }

  /** The page has fewer live blocks than its list is for, or than a full page has: moves it, or frees it. */
  private thinOut(at: number, row: number, live: number): void {
    const { table } = this;
    if (table[at + BUCKET] !== NO_BUCKET) this.unlink(at, row);
    if (live === 0) {
      this.releasePage(at);
      return;
    }
    const capacity = ROW_CAPACITY[row]!;
    const bucket = Math.floor((live * BUCKETS) / capacity);
    table[at + LOW] = Math.max(1, Math.ceil((bucket * capacity) / BUCKETS));
    this.link(at, row, bucket);
  }

  private link(at: number, row: number, bucket: number): void {
    const { table, heads } = this;
    const next = heads[row * BUCKETS + bucket]!;
    table[at + BUCKET] = bucket;
    table[at + NEXT] = next;
    table[at + PREVIOUS] = 0;
    if (next !== 0) table[next + PREVIOUS] = at;
    heads[row * BUCKETS + bucket] = at;
  }

  private unlink(at: number, row: number): void {
    const { table } = this;
    const next = table[at + NEXT]!;
    const previous = table[at + PREVIOUS]!;
    if (next !== 0) table[next + PREVIOUS] = previous;
    if (previous !== 0) table[previous + NEXT] = next;
    else this.heads[row * BUCKETS + table[at + BUCKET]!] = next;
    table[at + BUCKET] = NO_BUCKET;
  }

  /** The lowest free page of the lowest slab that has one, for `row`. */
  private takePage(row: number): number {
    const { slabs, table } = this;
    let id = this.lowestFree;
    while (id < slabs.extentEnd && this.freeCounts[id] === 0) id++;
    if (id >= slabs.extentEnd) id = this.addSlab();
    this.lowestFree = id;
    let word = id * BIT_WORDS;
    while (this.freePages[word] === 0) word++;
    const bits = this.freePages[word]!;
    const bit = 31 - Math.clz32(bits & -bits);
    this.freePages[word] = bits & ~(1 << bit);
    this.freeCounts[id] = this.freeCounts[id]! - 1;
    const page = (word - id * BIT_WORDS) * 32 + bit;
    if (page < slabs.touchedPages[id]!) this.readyPages--;
    else slabs.touchedPages[id] = page + 1;
    this.pageCount++;
    const at = (id * SLAB_PAGES + page) << PAGE_WORDS_SHIFT;
    table[at + ROW] = row;
    table[at + LIVE] = 0;
    table[at + HEAD] = NONE;
    table[at + CARVED] = 0;
    table[at + BUCKET] = NO_BUCKET;
    return at;
  }

  private releasePage(at: number): void {
    assert(this.table[at + LIVE] === 0, 'a page to be empty when it is given back');
    this.table[at + ROW] = 0;
    const number = at >>> PAGE_WORDS_SHIFT;
    const id = number >>> 8;
    const page = number & (SLAB_PAGES - 1);
    const word = id * BIT_WORDS + (page >>> 5);
    this.freePages[word] = this.freePages[word]! | (1 << (page & 31));
    this.freeCounts[id] = this.freeCounts[id]! + 1;
    this.readyPages++;
    this.pageCount--;
    if (id < this.lowestFree) this.lowestFree = id;
    if (this.freeCounts[id] === SLAB_PAGES) this.releaseSlab(id);
  }

  private addSlab(): number {
    const id = this.slabs.acquire(SLAB_SMALL);
    this.freePages.fill(-1, id * BIT_WORDS, (id + 1) * BIT_WORDS);
    this.freeCounts[id] = SLAB_PAGES;
    this.readyPages += this.slabs.touchedPages[id]!;
    if (id < this.lowestFree) this.lowestFree = id;
    return id;
  }

  /** All pages of the slab are free: another kind may have it, or the system. */
  private releaseSlab(id: number): void {
    this.freePages.fill(0, id * BIT_WORDS, (id + 1) * BIT_WORDS);
    this.freeCounts[id] = 0;
    this.readyPages -= this.slabs.touchedPages[id]!;
    this.slabs.release(id);
  }
}
