/**
 * Counts at the places 0 to n-1 with their running sums, as a binary indexed tree (Fenwick, 1994): changing a count,
 * the sum of all before a place, and the place where a sum is reached each take O(log n).
 */

/** Counts of a fixed number of places; none is ever negative. */
export class PrefixSums {
  /** The sum of all counts. */
  total = 0;
  /** Node k (from 1 on) holds the counts of the `k & -k` places before place k. */
  private readonly nodes: Int32Array;
  private readonly highestStep: number;

  constructor(places: number) {
    this.nodes = new Int32Array(places + 1);
    this.highestStep = 1 << (31 - Math.clz32(places));
  }

  /** Adds `delta` to the count at `place`. O(log n). */
  add(place: number, delta: number): void {
    this.total += delta;
    for (let node = place + 1; node < this.nodes.length; node += node & -node) {
      this.nodes[node] = this.nodes[node]! + delta;
    }
  }

  /** The sum of the counts at the places before `place`. O(log n). */
  before(place: number): number {
    let sum = 0;
    for (let node = place; node > 0; node -= node & -node) sum += this.nodes[node]!;
    return sum;
  }

  /**
   * The place that holds item `n` (from 0 on) when all that is counted stands in a row; `n` is below {@link total}.
   * O(log n).
   */
  placeOf(n: number): number {
    let place = 0;
    let left = n;
    for (let step = this.highestStep; step > 0; step >>>= 1) {
      const node = place + step;
      if (node >= this.nodes.length || this.nodes[node]! > left) continue;
      place = node;
      left -= this.nodes[node]!;
    }
    return place;
  }

  clear(): void {
    this.nodes.fill(0);
    this.total = 0;
  }
}
