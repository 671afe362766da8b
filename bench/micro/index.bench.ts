/**
 * The line index by itself: blocks of two words, so that what is measured is the index and one miss a block. `bytes/op`
 * is what the index takes for each entry, where a row fills it. Read the random rows beside the baseline's random read.
 */
import { LineIndex } from '../../src/keyspace/line-index.js';
import { MemoryAccount } from '../../src/memory/account.js';
import { SLAB_SHIFT, UNIT_MASK } from '../../src/memory/layout.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

/** Entries of the rows that stay within the caches. */
const HOT = 256;

/** `count` blocks of 8 bytes, the hash in the first word; block 0 is not used. */
class Blocks {
  readonly words: Int32Array[] = [];
  readonly account = new MemoryAccount();
  index = new LineIndex(this.words, this.account);
  readonly hashes: Int32Array;

  constructor(readonly count: number) {
    for (let at = 0; at <= count; at += 1 << SLAB_SHIFT) this.words.push(new Int32Array(2 << SLAB_SHIFT));
    this.hashes = new Int32Array(count + 1);
    for (let ref = 1; ref <= count; ref++) {
      const hash = scramble(ref);
      this.hashes[ref] = hash;
      this.words[ref >>> SLAB_SHIFT]![(ref & UNIT_MASK) << 1] = hash;
    }
  }

  fill(): number {
    this.index.dispose();
    this.index = new LineIndex(this.words, this.account);
    for (let ref = 1; ref <= this.count; ref++) this.index.insert(this.hashes[ref]!, ref);
    return this.index.lineCount;
  }
}

/** The finaliser of MurmurHash3: spreads consecutive numbers over 32 bits. */
function scramble(i: number): number {
  let x = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** `count` references in [1, bound], at random. */
function draw(count: number, bound: number): Int32Array {
  const random = new Random(1);
  return Int32Array.from({ length: count }, () => 1 + random.below(bound));
}

export function run(size: number): Row[] {
  const blocks = new Blocks(Math.max(size, 16));
  const hot = new Blocks(HOT);
  hot.fill();
  const order = draw(Math.max(size, 16), blocks.count);
  const missing = order.map((ref) => scramble(ref + blocks.count));
  const batch = new Int32Array(64);
  return [
    measure('insert, growing from nothing', size, () => blocks.fill(), {
      rounds: 5,
      bytesPerOp: () => blocks.index.bytes / blocks.count,
    }),
    measure('candidate, hit, hot', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + hot.index.candidate(hot.hashes[1 + (i & 127)]!, 0)) | 0;
      return sum;
    }),
    measure('candidate, hit, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + blocks.index.candidate(blocks.hashes[order[i]!]!, 0)) | 0;
      return sum;
    }),
    measure('candidate, hit, random, touched 64 at a time', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i += 64) {
        const n = Math.min(64, operations - i);
        for (let k = 0; k < n; k++) batch[k] = blocks.hashes[order[i + k]!]!;
        sum ^= blocks.index.touch(batch, n, false) & 1;
        for (let k = 0; k < n; k++) sum = (sum + blocks.index.candidate(batch[k]!, 0)) | 0;
      }
      return sum;
    }),
    measure('candidate, miss, random', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + blocks.index.candidate(missing[i]!, 0)) | 0;
      return sum;
    }),
    measure('replace, random', size, (operations) => {
      let found = 0;
      for (let i = 0; i < operations; i++) {
        const ref = order[i]!;
        if (blocks.index.replace(blocks.hashes[ref]!, ref, ref)) found++;
      }
      return found;
    }),
    measure('remove and insert, random', size, (operations) => {
      let removed = 0;
      for (let i = 0; i < operations; i++) {
        const ref = order[i]!;
        if (blocks.index.remove(blocks.hashes[ref]!, ref)) removed++;
        blocks.index.insert(blocks.hashes[ref]!, ref);
      }
      return removed;
    }),
    measure('random entry', size, (operations) => {
      const random = new Random(2);
      let sum = 0;
      for (let i = 0; i < operations; i++) sum = (sum + blocks.index.random(random)) | 0;
      return sum;
    }),
    measure('scan, an entry', size, () => scanAll(blocks.index)),
    measure('remove, shrinking to nothing', size, () => removeAll(blocks), {
      before: () => void blocks.fill(),
      rounds: 5,
      bytesPerOp: () => blocks.index.bytes / blocks.count,
    }),
  ];
}

function scanAll(index: LineIndex): number {
  let seen = 0;
  let cursor = 0;
  do {
    cursor = index.scan(cursor, () => {
      seen++;
    });
  } while (cursor !== 0);
  return seen;
}

function removeAll({ index, hashes, count }: Blocks): number {
  let removed = 0;
  for (let ref = 1; ref <= count; ref++) if (index.remove(hashes[ref]!, ref)) removed++;
  return removed;
}
