/**
 * The index of one database, by partition. A server that stands alone has one partition; one of a cluster has a
 * partition for each hash slot, so that all keys of a slot can be counted, walked and dropped without looking at the
 * others.
 *
 * ```
 *   key -- CRC16, hash tag --> slot -- modulo --> partition     0     1     2    ...
 *                                                               |     |     |
 *                                                             first  null  index     made when its first key comes
 *
 *   sizes   entries by partition, with running sums: a random entry, and the next partition that has any, in O(log)
 * ```
 * 1. A partition that has entries has an index of its own; one without has none, but for partition 0, and where memory
 *    was asked for ahead (`reserve`) and no entry came.
 * 2. The slot follows from the key, which stands in the record: nothing is kept for it.
 * 3. With one partition there is only `first`: each method is one comparison away from it.
 *
 * A SCAN cursor of several partitions holds the partition in its low part, as Redis' does since 7.4:
 * `cursor of the partition's index * partitions + partition`. They are walked in their order, so that a key that is
 * there from the first step to the last is visited at least once, whatever happens in this partition or in others.
 */
import type { MemoryAccount } from '../memory/index.js';
import { NONE } from '../memory/index.js';
import type { LineStatistics } from '../types/lines.js';
import type { ByteSpans } from '../util/byte-spans.js';
import { keyHashSlot } from '../util/crc16.js';
import { PrefixSums } from '../util/prefix-sums.js';
import type { Random } from '../util/random.js';
import { LineIndex } from './line-index.js';

/** References by partition and hash. Owns its indexes. */
export class Partitions {
  private readonly records: readonly Int32Array[];
  private readonly account: MemoryAccount;
  private readonly partitionCount: number;
  /** The index of partition 0. */
  private readonly first: LineIndex;
  /** The indexes of all partitions; empty where there is only one. */
  private readonly indexes: (LineIndex | null)[] = [];
  /** Entries by partition; null where there is only one. */
  private readonly sizes: PrefixSums | null;
  /** Whose entries {@link drain} has given out last. */
  private drained: LineIndex;

  /**
   * @param records the arena's slabs as words; the array may grow, its identity must stay
   * @param account where the bytes of the indexes are entered
   */
  constructor(records: readonly Int32Array[], account: MemoryAccount, partitionCount: number) {
    this.records = records;
    this.account = account;
    this.partitionCount = partitionCount;
    this.first = new LineIndex(records, account);
    this.drained = this.first;
    this.sizes = partitionCount === 1 ? null : new PrefixSums(partitionCount);
    if (this.sizes !== null) this.indexes = new Array<LineIndex | null>(partitionCount).fill(null);
    if (this.sizes !== null) this.indexes[0] = this.first;
  }

  /** Entries of all partitions. O(1). */
  get count(): number {
    return this.sizes === null ? this.first.count : this.sizes.total;
  }

  /** Bytes of all indexes. O(partitions). */
  get bytes(): number {
    let bytes = 0;
    for (const index of this.made()) bytes += index.bytes;
    return bytes;
  }

  /** @hot The partition of key `i`. O(1), O(length) where there are several. */
  partitionOf(keys: ByteSpans, i: number): number {
    if (this.sizes === null) return 0;
    return this.partitionOfKey(keys.bytes, keys.offset(i), keys.length(i));
  }

  /** The partition of the key in `bytes[from, from + length)`. O(1), O(length) where there are several. */
  partitionOfKey(bytes: Uint8Array, from: number, length: number): number {
    return this.sizes === null ? 0 : keyHashSlot(bytes, from, from + length) % this.partitionCount;
  }

  /**
   * @hot The index to look key `i` up in. Where its partition has none it is another's, which does not hold the key
   * either. O(1), O(length) where there are several.
   */
  of(keys: ByteSpans, i: number): LineIndex {
    return this.sizes === null ? this.first : this.at(this.partitionOf(keys, i));
  }

  /** The index of a partition for looking up and replacing; see {@link of}. O(1). */
  at(partition: number): LineIndex {
    return this.indexes[partition] ?? this.first;
  }

  /** @hot {@link LineIndex.touch} where there is one partition. The keys of several are not loaded ahead. */
  touch(hashes: Int32Array, n: number, deep: boolean): number {
    return this.sizes === null ? this.first.touch(hashes, n, deep) : 0;
  }

  /** @hot An entry with this hash, where there is one partition; NONE otherwise, and where there is none. O(1). */
  candidate(hash: number): number {
    return this.sizes === null ? this.first.candidate(hash, 0) : NONE;
  }

  /**
   * @hot Adds `ref`, whose block carries `hash` and is not in the index. O(1) expected, O(log) where there are several.
   */
  insert(partition: number, hash: number, ref: number): void {
    if (this.sizes === null) return this.first.insert(hash, ref);
    let index = this.indexes[partition]!;
    if (index === null) {
      index = new LineIndex(this.records, this.account); // allocates: once a partition
      this.indexes[partition] = index;
    }
    index.insert(hash, ref);
    this.sizes.add(partition, 1);
  }

  /** Makes sure that the next `n` insertions into a partition need no memory that is not there. O(1). */
  reserve(partition: number, n: number): void {
    if (this.sizes !== null) this.indexes[partition] ??= new LineIndex(this.records, this.account);
    this.at(partition).reserve(n);
  }

  /** @hot Takes `ref` out; false if it was not there. O(1) expected, O(log) where there are several. */
  remove(partition: number, hash: number, ref: number): boolean {
    if (this.sizes === null) return this.first.remove(hash, ref);
    const index = this.at(partition);
    if (!index.remove(hash, ref)) return false;
    this.forget(partition, index, 1);
    return true;
  }

  /** Takes everything out and gives the memory back. O(segments), O(partitions). */
  clear(): void {
    this.disposeOthers();
    this.first.clear();
  }

  /** Gives all memory back for good: the index must not be used any more. O(segments), O(partitions). */
  dispose(): void {
    this.disposeOthers();
    this.first.dispose();
  }

  /** {@link LineIndex.prepare} for all partitions. O(pages + partitions). */
  prepare(pages: number): boolean {
    if (this.sizes === null) return this.first.prepare(pages);
    let found = false;
    for (const index of this.made()) if (index.prepare(pages)) found = true;
    return found;
  }

  /** One step of SCAN; see {@link LineIndex.scan} and the head of this file. `visit` may take entries out. */
  scan(cursor: number, visit: (ref: number) => void): number {
    const { sizes, partitionCount } = this;
    if (sizes === null) return this.first.scan(cursor, visit);
    const partition = cursor % partitionCount;
    const index = this.indexes[partition];
    const next = index == null ? 0 : index.scan(Math.floor(cursor / partitionCount), visit);
    if (next !== 0) return next * partitionCount + partition;
    const seen = sizes.before(partition + 1);
    return seen === sizes.total ? 0 : sizes.placeOf(seen);
  }

  /** Visits every entry. `visit` must not change the index. O(count + partitions). */
  forEach(visit: (ref: number) => void): void {
    for (const index of this.made()) index.forEach(visit);
  }

  /** {@link LineIndex.drain}, partition by partition. */
  drain(): number {
    if (this.sizes === null) return this.first.drain();
    if (this.sizes.total === 0) return 0;
    const partition = this.sizes.placeOf(0);
    this.drained = this.at(partition);
    const count = this.drained.drain();
    this.forget(partition, this.drained, count);
    return count;
  }

  /** Entry `i` of the last {@link drain}. */
  drainedRef(i: number): number {
    return this.drained.drainedRef(i);
  }

  /**
   * An entry, each of all partitions equally likely; NONE when there is none. O(1) expected, O(log) where there are
   * several.
   */
  random(random: Random): number {
    const { sizes } = this;
    if (sizes === null) return this.first.random(random);
    return sizes.total === 0 ? NONE : this.at(sizes.placeOf(random.below(sizes.total))).random(random);
  }

  /** Figures of all partitions together. O(lines + partitions). */
  statistics(): LineStatistics {
    const all = this.made().map((index) => index.statistics());
    const sum = (of: (one: LineStatistics) => number): number => all.reduce((total, one) => total + of(one), 0);
    return {
      lines: sum((one) => one.lines),
      overflowLines: sum((one) => one.overflowLines),
      count: this.count,
      bytes: this.bytes,
      linesByLength: all[0]!.linesByLength.map((_, length) => sum((one) => one.linesByLength[length]!)),
      longestChain: Math.max(...all.map((one) => one.longestChain)),
    };
  }

  /** `count` entries of a partition are gone: so is its index with the last. */
  private forget(partition: number, index: LineIndex, count: number): void {
    this.sizes?.add(partition, -count);
    if (index.count > 0 || partition === 0) return;
    index.dispose();
    this.indexes[partition] = null;
  }

  /** Gives up all partitions but the first. */
  private disposeOthers(): void {
    this.sizes?.clear();
    for (let partition = 1; partition < this.indexes.length; partition++) {
      this.indexes[partition]?.dispose();
      this.indexes[partition] = null;
    }
  }

  /** The indexes that there are, by partition. */
  private made(): LineIndex[] {
    return this.sizes === null ? [this.first] : this.indexes.filter((index) => index !== null);
  }
}
