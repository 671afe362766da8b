/**
 * The memory account of one server: what `used_memory`, `maxmemory` and MEMORY USAGE speak of. Kept as things are
 * taken and given back, so that reading it costs nothing and no figure is ever estimated.
 */

const USED = 0;
const PEAK = 1;

/** Bytes in use and their peak. The arena enters its blocks; owners of other memory call `add` and `sub`. */
export class MemoryAccount {
  // Doubles in a typed array: a field would change its representation at 2^31, which throws away compiled code.
  private readonly figures = new Float64Array(2);

  /** Bytes in use now. O(1). */
  get used(): number {
    return this.figures[USED]!;
  }

  /** The most that was ever in use. O(1). */
  get peak(): number {
    return this.figures[PEAK]!;
  }

  /** @hot Enters `bytes` that were taken. O(1). */
  add(bytes: number): void {
    const figures = this.figures;
    const used = figures[USED]! + bytes;
    figures[USED] = used;
    if (used > figures[PEAK]!) figures[PEAK] = used;
  }

  /** @hot Enters `bytes` that were given back. O(1). */
  sub(bytes: number): void {
    this.figures[USED] = this.figures[USED]! - bytes;
  }
}
