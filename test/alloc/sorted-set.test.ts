/**
 * Single members of sorted sets come, go, move and are looked for without a heap object, in both encodings. Scores are
 * small integers: others may cost a number of 16 bytes where they are passed on. See keyspace.test.ts.
 */
import { describe, it } from 'vitest';
import { Arena, NONE } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { ADD_ADDED, ADD_REFUSED, SortedSets } from '../../src/types/sorted-set.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { KeyHasher } from '../../src/util/hash.js';
import { expectNoGarbage } from './no-garbage.js';

const MEMBER_BYTES = 9;

/** A sorted set of `count` members, and as many that are not in it. */
class Subject {
  readonly arena = new Arena();
  readonly sets = new SortedSets(this.arena, new KeyHasher(1, 2), new TypeLimits());
  readonly holder = this.arena.alloc(HOLDER_BYTES);
  readonly text: Buffer;
  readonly view: DataView;

  constructor(readonly count: number) {
    this.text = Buffer.alloc(2 * count * MEMBER_BYTES);
    for (let i = 0; i < 2 * count; i++) {
      this.text.write(`m${String(i).padStart(MEMBER_BYTES - 1, '0')}`, i * MEMBER_BYTES, 'latin1');
    }
    this.view = new DataView(this.text.buffer, this.text.byteOffset, this.text.length);
    this.arena.setI32(this.holder, WORD_META, 0);
    this.arena.setI32(this.holder, WORD_VALUE, NONE);
    this.sets.init(this.holder);
    for (let i = 0; i < count; i++) this.add(i, i);
  }

  add(i: number, score: number): number {
    return this.sets.add(this.holder, this.text, this.view, i * MEMBER_BYTES, MEMBER_BYTES, score, 0);
  }

  remove(i: number): boolean {
    return this.sets.remove(this.holder, this.text, this.view, i * MEMBER_BYTES, MEMBER_BYTES);
  }
}

describe.each([
  ['a listpack', 20],
  ['a skiplist', 5000],
])('Without garbage, in %s', { timeout: 90_000 }, (_name, count) => {
  it('ZADD of what is there, with another score', () => {
    const subject = new Subject(count);
    return expectNoGarbage((i) => {
      if (subject.add(i % count, (i * 7) % 1000) === ADD_REFUSED) throw new Error('a wrong answer');
    });
  });

  it('ZADD of a new member, and ZREM', () => {
    const subject = new Subject(count);
    return expectNoGarbage((i) => {
      const n = count + (i % count);
      if (subject.add(n, i % 1000) !== ADD_ADDED || !subject.remove(n)) throw new Error('a wrong answer');
    });
  });

  it('ZRANK, and ranges of ranks', () => {
    const subject = new Subject(count);
    const { sets, holder, text, view } = subject;
    const { cursor } = sets;
    return expectNoGarbage((i) => {
      const n = i % count;
      const rank = sets.rank(holder, text, view, n * MEMBER_BYTES, MEMBER_BYTES);
      if (rank !== n || !sets.seekRank(holder, rank, cursor)) throw new Error('a wrong answer');
      for (let left = 3; left > 0 && sets.next(cursor); left--);
    });
  });

  it('ZPOPMIN', () => {
    const subject = new Subject(count);
    const { sets, holder } = subject;
    return expectNoGarbage(() => {
      sets.seekRank(holder, 0, sets.cursor);
      sets.removeRange(holder, 0, 1);
      subject.add(count, -1);
    });
  });
});
