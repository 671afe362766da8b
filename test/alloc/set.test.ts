/**
 * Single members of sets come, go and are looked for without a heap object, in every encoding. See keyspace.test.ts.
 */
import { describe, it } from 'vitest';
import { Arena, NONE } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { Sets } from '../../src/types/set.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { KeyHasher } from '../../src/util/hash.js';
import { Random } from '../../src/util/random.js';
import { expectNoGarbage } from './no-garbage.js';

/** Digits of an integer that is an int32: larger ones may cost a number of 16 bytes where they are read or rendered. */
const MEMBER_BYTES = 9;

/**
 * A set of `count` members, and as many that are not in it: texts of digits, behind a letter unless they are integers.
 */
class Subject {
  readonly arena = new Arena();
  readonly sets = new Sets(this.arena, new KeyHasher(1, 2), new TypeLimits(), new Random(3));
  readonly holder = this.arena.alloc(HOLDER_BYTES);
  readonly text: Buffer;
  readonly view: DataView;

  constructor(
    readonly count: number,
    areIntegers: boolean,
  ) {
    this.text = Buffer.alloc(2 * count * MEMBER_BYTES, '1');
    for (let i = 0; i < 2 * count; i++) {
      const name = `${areIntegers ? '1' : 'm'}${String(i).padStart(MEMBER_BYTES - 1, '0')}`;
      this.text.write(name, i * MEMBER_BYTES, 'latin1');
    }
    this.view = new DataView(this.text.buffer, this.text.byteOffset, this.text.length);
    this.arena.setI32(this.holder, WORD_META, 0);
    this.arena.setI32(this.holder, WORD_VALUE, NONE);
    this.sets.create(this.holder, this.text, 0, MEMBER_BYTES, count);
    for (let i = 0; i < count; i++) this.add(i);
  }

  add(i: number): boolean {
    return this.sets.add(this.holder, this.text, this.view, i * MEMBER_BYTES, MEMBER_BYTES);
  }

  has(i: number): boolean {
    return this.sets.has(this.holder, this.text, this.view, i * MEMBER_BYTES, MEMBER_BYTES);
  }

  remove(i: number): boolean {
    return this.sets.remove(this.holder, this.text, this.view, i * MEMBER_BYTES, MEMBER_BYTES);
  }
}

describe.each([
  ['an intset', 20, true],
  ['a listpack', 20, false],
  ['a hashtable', 5000, false],
])('Without garbage, in %s', { timeout: 90_000 }, (_name, count, areIntegers) => {
  it('SISMEMBER of what is there and of what is not', () => {
    const subject = new Subject(count, areIntegers);
    return expectNoGarbage((i) => {
      const n = i % (2 * count);
      if (subject.has(n) !== n < count) throw new Error('a wrong answer');
    });
  });

  it('SADD of what is there', () => {
    const subject = new Subject(count, areIntegers);
    return expectNoGarbage((i) => {
      if (subject.add(i % count)) throw new Error('a member that was lost');
    });
  });

  it('SADD and SREM of members that come and go', () => {
    const subject = new Subject(count, areIntegers);
    return expectNoGarbage((i) => {
      const n = i % count;
      if (!subject.remove(n) || !subject.add(n)) throw new Error('a member that was lost');
    });
  });

  it('SRANDMEMBER', () => {
    const { sets, holder } = new Subject(count, areIntegers);
    return expectNoGarbage(() => sets.choose(holder));
  });

  it('SPOP, and SADD of what went', () => {
    const subject = new Subject(count, areIntegers);
    const { sets, holder, text, view } = subject;
    return expectNoGarbage(() => {
      sets.choose(holder);
      for (let k = 0; k < MEMBER_BYTES; k++) text[k] = sets.bytes[sets.from + k]!;
      sets.removeChosen(holder);
      if (!sets.add(holder, text, view, 0, MEMBER_BYTES)) throw new Error('a member that is there still');
    });
  });
});
