/**
 * How large the nodes of lists become, as Redis' quicklist.c reckons it, so that the same commands make the same nodes:
 * what OBJECT ENCODING and DEBUG OBJECT tell of a list follows from them. Sizes are those of listpacks, header and end
 * included.
 */
import { LISTPACK_HEADER_BYTES } from './listpack-entry.js';

/** Header and end of a listpack. */
export const LISTPACK_OVERHEAD = LISTPACK_HEADER_BYTES + 1;
/** Nodes that are limited by their number of entries have at most so many bytes. */
const SAFETY_BYTES = 8192;
/** For list-max-listpack-size -1 to -5. */
const SIZES = [4096, 8192, 16_384, 32_768, 65_536];
/** What is reckoned for an entry beside its string. */
const ENTRY_OVERHEAD = 8;

/** @hot Bytes that a node has at most. `fill` is list-max-listpack-size. O(1). */
export function mostNodeBytes(fill: number): number {
  return fill >= 0 ? SAFETY_BYTES : SIZES[Math.min(-fill, SIZES.length) - 1]!;
}

/** @hot Entries that a node has at most. O(1). */
export function mostEntries(fill: number): number {
  return fill < 0 ? Number.POSITIVE_INFINITY : Math.max(1, fill);
}

/** @hot Whether a listpack of `bytes` bytes and `count` entries is larger than a node may be. O(1). */
export function exceedsNode(fill: number, bytes: number, count: number): boolean {
  return bytes > mostNodeBytes(fill) || count > mostEntries(fill);
}

/** @hot Bytes of entries, with the string of one that is to come, up to which a node {@link takesIn} that one. O(1). */
export function mostWithNext(fill: number): number {
  return mostNodeBytes(fill) - LISTPACK_OVERHEAD - ENTRY_OVERHEAD;
}

/** @hot Whether a node with `size` bytes of entries takes in one more that is `length` bytes long. O(1). */
export function takesIn(fill: number, size: number, count: number, length: number): boolean {
  return !exceedsNode(fill, size + LISTPACK_OVERHEAD + length + ENTRY_OVERHEAD, count + 1);
}

/**
 * Whether a list that is one node with `size` bytes of entries has become so small that it is kept as a listpack again:
 * at most half of what a listpack may be, so that lists at the limit do not change at each command. O(1).
 */
export function isSmallAgain(fill: number, size: number, count: number): boolean {
  if (fill < 0) return size + LISTPACK_OVERHEAD <= mostNodeBytes(fill) / 2;
  return count <= Math.floor(mostEntries(fill) / 2);
}
