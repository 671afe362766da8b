/**
 * The order of large sorted sets: a counted B+-tree of members of 12 bytes, with scores that are all different and with
 * scores that are all the same, where the members' bytes decide. `bytes/op` is what the nodes take for each element.
 * Most of a search among equal scores is cache misses: read it beside the baseline's dependent read.
 */
import { Arena } from '../../src/memory/index.js';
import { CountedTrees } from '../../src/types/counted-tree.js';
import {
  MEMBER_BYTES,
  MEMBER_LENGTH,
  MEMBER_SCORE,
  TREE_WORDS,
  TreeCursor,
} from '../../src/types/counted-tree-reader.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const NAME_BYTES = 12;

/** A tree and its members, in an order that has nothing to do with that of the tree. */
class Filling {
  readonly arena = new Arena();
  readonly trees = new CountedTrees(this.arena);
  readonly tree = this.arena.alloc(TREE_WORDS * 4);
  readonly members: Int32Array;
  readonly scores: Float64Array;
  /** Elements to look at. */
  readonly picks: Int32Array;

  constructor(
    readonly count: number,
    scoreOf: (i: number, random: Random) => number,
  ) {
    const { arena } = this;
    const random = new Random(1);
    this.members = new Int32Array(count);
    this.scores = Float64Array.from({ length: count }, (_, i) => scoreOf(i, random));
    this.picks = Int32Array.from({ length: count }, () => random.below(count));
    const name = Buffer.alloc(NAME_BYTES);
    const view = new DataView(name.buffer, name.byteOffset, NAME_BYTES);
    for (let i = 0; i < count; i++) {
      name.write(`m:${String(Math.imul(i, 0x9e3779b1) >>> 0).padStart(10, '0')}`, 'latin1');
      const member = arena.alloc(MEMBER_BYTES + NAME_BYTES);
      arena.setI32(member, MEMBER_LENGTH, NAME_BYTES);
      arena.setF64(member, MEMBER_SCORE, this.scores[i]!);
      arena.copyIn(member, MEMBER_BYTES, name, view, 0, NAME_BYTES);
      this.members[i] = member;
    }
    this.trees.init(this.tree);
  }

  empty(): void {
    while (this.trees.count(this.tree) > 0) this.trees.removeAtRank(this.tree, 0, Number.MAX_SAFE_INTEGER);
  }

  fill(): number {
    for (let i = 0; i < this.count; i++) this.trees.insert(this.tree, this.scores[i]!, this.members[i]!);
    return this.trees.count(this.tree);
  }

  bytesPerElement(): number {
    return this.trees.nodeBytes(this.tree, 0) / Math.max(1, this.trees.count(this.tree));
  }
}

export function run(size: number): Row[] {
  return [
    ...rows('scores at random', size, (_, random) => random.float() * 1e9),
    ...rows('ascending scores', size, (i) => i),
    ...rows('equal scores', size, () => 0),
  ];
}

function rows(name: string, size: number, scoreOf: (i: number, random: Random) => number): Row[] {
  const filling = new Filling(size, scoreOf);
  const { trees, tree, members, scores, picks } = filling;
  const cursor = new TreeCursor();
  return [
    measure(`insert, ${name}`, size, () => filling.fill(), {
      before: () => filling.empty(),
      rounds: 3,
      warmUpRounds: 1,
      bytesPerOp: () => filling.bytesPerElement(),
    }),
    measure(`rank of an element, ${name}`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) sum += trees.rankOf(tree, scores[picks[i]!]!, members[picks[i]!]!);
      return sum | 0;
    }),
    measure(`element at a rank, ${name}`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        if (trees.seekRank(tree, picks[i]!, cursor)) sum = (sum + trees.memberAt(cursor)) | 0;
      }
      return sum;
    }),
    measure(`ten elements from a score on, ${name}`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        let more = trees.seekScore(tree, scores[picks[i]!]!, false, cursor);
        for (let n = 0; more && n < 10; n++, more = trees.next(cursor)) sum = (sum + trees.memberAt(cursor)) | 0;
      }
      return sum;
    }),
    measure(`another score, ${name}`, size, (operations) => {
      for (let i = 0; i < operations; i++) {
        const pick = picks[i]!;
        const score = scores[picks[operations - 1 - i]!]! + 0.5;
        if (score === scores[pick]) continue;
        trees.update(tree, scores[pick]!, score, members[pick]!);
        scores[pick] = score;
      }
      return trees.count(tree);
    }),
    measure(
      `remove, ${name}`,
      size,
      (operations) => {
        for (let i = 0; i < operations; i++) trees.remove(tree, scores[i]!, members[i]!);
        return trees.count(tree);
      },
      {
        before: () => {
          filling.empty();
          filling.fill();
        },
        rounds: 3,
        warmUpRounds: 1,
      },
    ),
  ];
}
