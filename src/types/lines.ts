/**
 * Lines: one cache line of a hash table with references by hash. The index of a database (keyspace/line-index.ts) and
 * the dict of large values (dict.ts) are made of them; where a line stands and what its overflow word means is their
 * business.
 *
 * ```
 *   line: 16 words, 64 bytes
 *   +----+----+----+----------+----+----+-- --+----+
 *   | t0 | t1 | t2 | overflow | r0 | r1 | ... | r11|     t: 4 tags a word, one byte for each of the 12 slots, 0 = empty
 *   +----+----+----+----------+----+----+-- --+----+     r: 12 references; overflow: another line, 0 = none
 * ```
 * Linear hashing (Litwin, 1980): with `low` the highest power of two that is not above the number of lines, a hash
 * belongs to line `hash & (2*low-1)`, and to line `hash & (low-1)` as long as that does not exist.
 */
export const LINE_WORDS = 16;
export const LINE_BYTES = LINE_WORDS * 4;
export const OVERFLOW_WORD = 3;
/** Word of the first reference. */
export const FIRST_REF = 4;
/** References of a line. */
export const SLOTS = 12;
/** Entries a line above which an insertion splits one line. */
export const GROW_LOAD = 8;
/** Entries a line below which a deletion merges two lines. */
export const SHRINK_LOAD = 4;

/** What DEBUG HTSTATS and HTSTATS-KEY tell of a table. */
export interface LineStatistics {
  readonly lines: number;
  readonly overflowLines: number;
  readonly count: number;
  readonly bytes: number;
  /** How many lines have a chain of 0, 1, 2, ... entries; the last element counts all that are longer. */
  readonly linesByLength: readonly number[];
  readonly longestChain: number;
}

/** The longest chain that {@link LineStatistics.linesByLength} tells from longer ones. */
export const COUNTED_LENGTHS = SLOTS * 4;

const SPREAD = 0x01010101;
const LOW_BITS = 0x7f7f7f7f;

/** @hot The tag of a hash: its top byte, where 0 becomes 1. */
export function tagOf(hash: number): number {
  const tag = hash >>> 24;
  return tag + ((tag - 1) >>> 31);
}

/** @hot Four times the tag of a hash, to be compared with a word of tags by `zeroBytes(word ^ tags)`. */
export function tagsOf(hash: number): number {
  return Math.imul(tagOf(hash), SPREAD);
}

/** @hot Bit 7 of every byte of `word` that is 0, exactly. */
export function zeroBytes(word: number): number {
  return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
}

/**
 * The cursor of SCAN after `cursor`, 0 at the end, where the table has `mask + 1` lines but for those that are split.
 * It counts with its bits reversed, so that every entry that is there from the first step to the last is visited at
 * least once, however often lines split or merge in between. O(1).
 */
export function nextCursor(cursor: number, mask: number): number {
  // All bits above the mask set, so that the carry of the reversed addition goes into the bits below.
  return reverseBits((reverseBits(cursor | ~mask) + 1) | 0) >>> 0;
}

/** The 32 bits of a word in reverse order. */
function reverseBits(word: number): number {
  let w = word;
  w = ((w >>> 1) & 0x55555555) | ((w & 0x55555555) << 1);
  w = ((w >>> 2) & 0x33333333) | ((w & 0x33333333) << 2);
  w = ((w >>> 4) & 0x0f0f0f0f) | ((w & 0x0f0f0f0f) << 4);
  w = ((w >>> 8) & 0x00ff00ff) | ((w & 0x00ff00ff) << 8);
  return (w >>> 16) | (w << 16);
}
