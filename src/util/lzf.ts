/**
 * LZF, the compression of RDB strings and of the inner nodes of lists, in the format of Marc Lehmann's liblzf.
 *
 * ```
 *   000lllll                    l + 1 bytes as they are follow: 1 to 32
 *   lllooooo oooooooo           l + 2 bytes (3 to 8) that stand o + 1 bytes back: 1 to 8192
 *   111ooooo llllllll oooooooo  l + 9 bytes (9 to 264) that stand o + 1 bytes back
 * ```
 * A match may reach into what it writes: "ababab" is two literals and a match of four bytes from two back.
 *
 * Compression looks for a match where the same three bytes stood last, by a hash of them, as liblzf does; both outputs
 * are about as long, and each decodes the other's.
 */

/** Bytes of literals that one control byte can announce. */
const MAX_LITERALS = 32;
const MAX_DISTANCE = 8192;
const MAX_MATCH = 264;
/** Matches from this length on have a byte for the rest of it. */
const LONG_MATCH = 9;

/** The table has 2^13 positions: it stays in the first level cache, and a match is at most as far back. */
const HASH_BITS = 13;
const HASH_SHIFT = 32 - HASH_BITS;
/** 2^32 divided by the golden ratio: neighbouring inputs are spread over the table. */
const HASH_FACTOR = 0x9e3779b1 | 0;
/** Stored positions count on from call to call up to here. */
const MAX_POSITION = 0x7fff0000;

/** Compresses; keeps the table between calls. */
export class LzfCompressor {
  /**
   * Where the three bytes of a hash stood last, in positions that count on from call to call: what an earlier call left
   * lies before `nextPosition`, so that nobody has to clear the table, which would take longer than a short string.
   */
  private readonly table = new Int32Array(1 << HASH_BITS);
  private nextPosition = 1;

  /**
   * @hot Compresses `length` bytes of `source` from `from` on to `target` at `at`. Returns how many bytes that made, 0
   * when they would be more than `room`. What was written to `target` then means nothing. O(length), no allocation.
   */
  compress(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number, room: number): number {
    const { table } = this;
    const limit = at + room;
    const end = from + length;
    const lastTriple = end - 2;
    const toPosition = this.advance(length) - from;
    let out = at + 1; // the control byte of the literals that come stands in front of them
    let literals = 0;
    for (let i = from; i < end; ) {
      if (i < lastTriple) {
        const hash = hashOf(source, i);
        const match = table[hash]! - toPosition;
        table[hash] = i + toPosition;
        if (match >= from && i - match <= MAX_DISTANCE && sameTriple(source, match, i)) {
          if (literals > 0) target[out - literals - 1] = literals - 1;
          else out--;
          const matched = matchLength(source, match, i, Math.min(MAX_MATCH, end - i));
          if (out + (matched < LONG_MATCH ? 2 : 3) > limit) return 0;
          out = writeMatch(target, out, i - match - 1, matched) + 1;
          literals = 0;
          i += matched;
          if (i < lastTriple) {
            // Of the bytes in a match only the last can be found again: where one ends, the next often begins.
            table[hashOf(source, i - 2)] = i - 2 + toPosition;
            table[hashOf(source, i - 1)] = i - 1 + toPosition;
          }
          continue;
        }
      }
      if (out >= limit) return 0;
      target[out++] = source[i++]!;
      if (++literals < MAX_LITERALS) continue;
      target[out - MAX_LITERALS - 1] = MAX_LITERALS - 1;
      literals = 0;
      out++;
    }
    if (literals > 0) target[out - literals - 1] = literals - 1;
    else out--;
    return out - at;
  }

  /** Gives the next `length` positions to the caller: returns the first of them. */
  private advance(length: number): number {
    if (this.nextPosition + length > MAX_POSITION) {
      this.table.fill(0);
      this.nextPosition = 1;
    }
    const first = this.nextPosition;
    this.nextPosition += length;
    return first;
  }
}

/**
 * @hot Decompresses `length` bytes of `source` from `from` on to `target` at `at`. False when they are not what some
 * `size` bytes were compressed to: then they mean nothing, and nothing is read or written outside of the two ranges
 * whatever they say. O(size), no allocation.
 */
export function lzfDecompress(
  source: Uint8Array,
  from: number,
  length: number,
  target: Uint8Array,
  at: number,
  size: number,
): boolean {
  const end = from + length;
  const limit = at + size;
  let i = from;
  let out = at;
  while (i < end) {
    const control = source[i++]!;
    if (control < MAX_LITERALS) {
      const stop = out + control + 1;
      if (i + control >= end || stop > limit) return false;
      while (out < stop) target[out++] = source[i++]!;
      continue;
    }
    let count = (control >>> 5) + 2;
    if (count === LONG_MATCH) {
      if (i >= end) return false;
      count += source[i++]!;
    }
    if (i >= end) return false;
    let match = out - ((control & 31) << 8) - source[i++]! - 1;
    const stop = out + count;
    if (match < at || stop > limit) return false;
    while (out < stop) target[out++] = target[match++]!;
  }
  return out === limit;
}

/** @hot The place in the table of the three bytes at `i`. */
function hashOf(source: Uint8Array, i: number): number {
  return Math.imul((source[i]! << 16) | (source[i + 1]! << 8) | source[i + 2]!, HASH_FACTOR) >>> HASH_SHIFT;
}

/** @hot */
function sameTriple(source: Uint8Array, a: number, b: number): boolean {
  return source[a] === source[b] && source[a + 1] === source[b + 1] && source[a + 2] === source[b + 2];
}

/** @hot How many bytes from `a` and from `b` on are the same, at least 3 and at most `most`. */
function matchLength(source: Uint8Array, a: number, b: number, most: number): number {
  let matched = 3;
  while (matched < most && source[a + matched] === source[b + matched]) matched++;
  return matched;
}

/** @hot Writes a match and returns where it ends. */
function writeMatch(target: Uint8Array, out: number, offset: number, matched: number): number {
  if (matched < LONG_MATCH) target[out++] = ((matched - 2) << 5) | (offset >>> 8);
  else {
    target[out++] = 0xe0 | (offset >>> 8);
    target[out++] = matched - LONG_MATCH;
  }
  target[out++] = offset & 0xff;
  return out;
}
