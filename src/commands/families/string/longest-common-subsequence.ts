/**
 * Longest common subsequence of two byte strings, 32 cells of the table of lengths at a time.
 *
 * With L(i, j) the length of the longest common subsequence of a[0, i) and b[0, j), a row L(i, *) rises by 0 or 1 from
 * one column to the next, so that one bit a column describes it (Hyyrö, "Bit-parallel LCS-length computation
 * revisited", 2004):
 *
 * ```
 *   bit j of row i is 0  <=>  L(i, j + 1) = L(i, j) + 1
 *
 *           b = m y n e w t e x t           row 0 is all ones
 *   row 8       0 0 1 0 1 0 1 0 0           a = o h m y t e x t: 6 zeros, L(8, 9) = 6
 *
 *   row i+1 = (row i + (row i & match)) | (row i & ~match)     match: bit j is set where b[j] = a[i]
 * ```
 * The table takes one bit a cell, where a table of lengths takes 32, and the walk back through it needs no more:
 * standing on a cell whose bytes differ, L(i-1, j) > L(i, j-1) holds exactly when the row of i rises at that column.
 * That is the comparison by which Redis chooses among subsequences of equal length, so that the choice is the same.
 */

/** Receives the runs of bytes that match, the last first. */
export type MatchVisitor = (aFrom: number, bFrom: number, length: number) => void;

/**
 * The length of the longest common subsequence of `a` and `b`. O(|a| * |b| / 32) time; 1/8 byte a byte of `b` for each
 * different byte of `a`.
 */
export function lcsLength(a: Uint8Array, b: Uint8Array): number {
  return new BitTable(a, b, 1).length;
}

/**
 * Visits the runs of matching bytes that make up one longest common subsequence, from the end to the beginning, and
 * returns its length. Time as {@link lcsLength}; |a| * |b| / 8 bytes.
 */
export function visitLcs(a: Uint8Array, b: Uint8Array, visit: MatchVisitor): number {
  const table = new BitTable(a, b, a.length);
  let i = a.length - 1;
  let j = b.length - 1;
  while (i >= 0 && j >= 0) {
    if (a[i] !== b[j]) {
      if (table.rises(i, j)) i--;
      else j--;
      continue;
    }
    let length = 1;
    while (length <= i && length <= j && a[i - length] === b[j - length]) length++;
    i -= length;
    j -= length;
    visit(i + 1, j + 1, length);
  }
  return table.length;
}

/** The rows of the table as bits: all of them, or only the last. */
class BitTable {
  /** Words of a row. */
  private readonly width: number;
  /** Row of `a[i]` at `(i % rowCount) * width`. */
  private readonly rows: Int32Array;
  /** Length of the longest common subsequence: the zeros of the last row. */
  readonly length: number;

  constructor(a: Uint8Array, b: Uint8Array, rowCount: number) {
    this.width = (b.length + 31) >>> 5;
    this.rows = new Int32Array(Math.max(rowCount, 1) * this.width).fill(-1, 0, this.width);
    const matches = matchMasks(a, b, this.width);
    let from = 0;
    for (let i = 0; i < a.length; i++) {
      const to = (i % rowCount) * this.width;
      nextRow(this.rows, from, to, matches[a[i]!]!, this.width);
      from = to;
    }
    this.length = countZeros(this.rows, from, b.length);
  }

  /** Whether L(i + 1, j + 1) > L(i + 1, j), in a table of all rows. */
  rises(i: number, j: number): boolean {
    return (this.rows[i * this.width + (j >>> 5)]! & (1 << (j & 31))) === 0;
  }
}

/** For each byte that occurs in `a` where it stands in `b`, as bits. */
function matchMasks(a: Uint8Array, b: Uint8Array, width: number): (Int32Array | undefined)[] {
  const masks = new Array<Int32Array | undefined>(256).fill(undefined);
  for (let i = 0; i < a.length; i++) masks[a[i]!] ??= new Int32Array(width);
  for (let j = 0; j < b.length; j++) {
    const mask = masks[b[j]!];
    if (mask !== undefined) mask[j >>> 5]! |= 1 << (j & 31);
  }
  return masks;
}

/** Computes the row at `to` from the one at `from`, which may be the same. */
function nextRow(rows: Int32Array, from: number, to: number, match: Int32Array, width: number): void {
  let carry = 0;
  for (let word = 0; word < width; word++) {
    const row = rows[from + word]!;
    const hits = row & match[word]!;
    const sum = (row >>> 0) + (hits >>> 0) + carry;
    carry = sum > 0xffff_ffff ? 1 : 0;
    rows[to + word] = sum | (row & ~hits);
  }
}

/** Zeros among the first `bits` bits of the row at `from`. */
function countZeros(rows: Int32Array, from: number, bits: number): number {
  let zeros = 0;
  for (let j = 0; j < bits; j++) if ((rows[from + (j >>> 5)]! & (1 << (j & 31))) === 0) zeros++;
  return zeros;
}
