/**
 * Sets by themselves, without a server: members of 20 bytes, as redis-benchmark makes them. `bytes/op` is what a member
 * takes with its share of the table, where a row fills one. Read the random rows beside the baseline's random read: a
 * member that is looked for is a line of the table and a block, one that is drawn about three lines and a block.
 */
import { Arena } from '../../src/memory/arena.js';
import { TypeLimits } from '../../src/types/limits.js';
import { Sets } from '../../src/types/set.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { KeyHasher } from '../../src/util/hash.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const MEMBER_BYTES = 20;
const DIGITS = 12;

/** One set, and a buffer with the text of one member. */
class Subject {
  readonly arena = new Arena();
  readonly sets = new Sets(this.arena, new KeyHasher(1, 2), new TypeLimits(), new Random(3));
  readonly holder = this.arena.alloc(HOLDER_BYTES);
  private readonly text = Buffer.from('element:000000000000');
  private readonly view = new DataView(this.text.buffer, this.text.byteOffset, this.text.length);

  constructor(readonly count: number) {
    this.arena.setI32(this.holder, WORD_META, 0);
    this.arena.setI32(this.holder, WORD_VALUE, 0);
  }

  fill(): number {
    const { sets, holder } = this;
    if (this.arena.i32(holder, WORD_VALUE) !== 0) while (!sets.free(holder, 1000));
    sets.create(holder, this.text, 0, MEMBER_BYTES, 1);
    for (let i = 0; i < this.count; i++) this.add(i);
    return sets.count(holder);
  }

  add(i: number): boolean {
    this.choose(i);
    return this.sets.add(this.holder, this.text, this.view, 0, MEMBER_BYTES);
  }

  has(i: number): boolean {
    this.choose(i);
    return this.sets.has(this.holder, this.text, this.view, 0, MEMBER_BYTES);
  }

  remove(i: number): boolean {
    this.choose(i);
    return this.sets.remove(this.holder, this.text, this.view, 0, MEMBER_BYTES);
  }

  /** Lets the text be that of member `i`. */
  choose(i: number): number {
    let rest = i;
    for (let k = MEMBER_BYTES - 1; k >= MEMBER_BYTES - DIGITS; k--) {
      const tenth = Math.floor(rest / 10);
      this.text[k] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    return this.text[MEMBER_BYTES - 1]!;
  }
}

export function run(size: number): Row[] {
  const large = new Subject(Math.max(size, 200));
  const small = new Subject(100);
  small.fill();
  const random = new Random(1);
  const order = Int32Array.from({ length: Math.max(size, 16) }, () => random.below(large.count));
  const bytesPerOp = (): number => large.sets.memoryUsage(large.holder, 0) / large.count;
  return [
    measure('the text of a member alone', size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += large.choose(order[i]!);
      return sum;
    }),
    measure('add, growing from nothing', size, () => large.fill(), { rounds: 5, bytesPerOp }),
    measure('has, hashtable, random', size, (operations) => {
      let found = 0;
      for (let i = 0; i < operations; i++) if (large.has(order[i]!)) found++;
      return found;
    }),
    measure('has, listpack of 100', size, (operations) => {
      let found = 0;
      for (let i = 0; i < operations; i++) if (small.has(order[i]! % 200)) found++;
      return found;
    }),
    measure('remove and add, hashtable, random', size, (operations) => {
      let removed = 0;
      for (let i = 0; i < operations; i++) {
        if (large.remove(order[i]!)) removed++;
        large.add(order[i]!);
      }
      return removed;
    }),
    measure('a random member, hashtable', size, (operations) => drawn(large, operations)),
    measure('a random member, listpack of 100', size, (operations) => drawn(small, operations)),
    measure('each member in turn, hashtable', size, () => {
      let sum = 0;
      large.sets.forEach(large.holder, (_bytes, _view, _from, length) => {
        sum += length;
      });
      return sum;
    }),
    measure('take random members out, until none is left', size, () => emptied(large), {
      before: () => void large.fill(),
      rounds: 5,
    }),
  ];
}

function drawn({ sets, holder }: Subject, operations: number): number {
  let sum = 0;
  for (let i = 0; i < operations; i++) {
    sets.choose(holder);
    sum += sets.length;
  }
  return sum;
}

function emptied({ sets, holder }: Subject): number {
  let sum = 0;
  while (sets.count(holder) > 0) {
    sets.choose(holder);
    sum += sets.length;
    sets.removeChosen(holder);
  }
  return sum;
}
