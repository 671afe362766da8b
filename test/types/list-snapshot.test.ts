/**
 * Lists in a snapshot: a worker reads what they were when it began, byte for byte, whatever is done to them meanwhile.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { NONE } from '../../src/memory/index.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { Random } from '../../src/util/random.js';
import { spans } from '../keyspace/support.js';
import { copySlabs, runOracle } from '../memory/oracle.js';
import { Collector, ListBench, textsOf } from './list-support.js';

const DIST = new URL('../../dist/', import.meta.url);
const LISTS = 12;

/** Lists of all sizes under constant change. */
class Churn extends ListBench {
  readonly holders: number[] = [];
  private readonly chance = new Random(20_261);

  constructor() {
    super();
    this.limits.listMaxListpackSize = -1;
    this.limits.listCompressDepth = 1;
    for (let i = 0; i < LISTS; i++) this.holders.push(this.list('first'));
  }

  /** Holders are records: the walk of the oracle finds them. */
  override holder(): number {
    const holder = this.arena.allocRecord(HOLDER_BYTES);
    this.arena.setI32(holder, WORD_META, 1 << 31);
    this.arena.setI32(holder, WORD_VALUE, NONE);
    return holder;
  }

  change(): void {
    const { lists, chance } = this;
    const holder = this.holders[chance.below(LISTS)]!;
    const length = lists.length(holder);
    const index = chance.below(length);
    switch (chance.below(10)) {
      case 0:
        if (length > 400) lists.keepRange(holder, index, 1 + chance.below(Math.min(300, length - index)), NONE);
        return;
      case 1:
        lists.set(holder, index, spans(this.text()), 0);
        return;
      case 2: {
        const pivot = new Collector();
        lists.range(holder, index, 1, pivot);
        lists.insert(holder, spans(pivot.texts[0]!, this.text()), 0, 1, chance.below(2) === 0);
        return;
      }
      case 3:
        if (length > 1) lists.pop(holder, chance.below(2) === 0, new Collector());
        return;
      default:
        this.push(holder, chance.below(2) === 0, ...Array.from({ length: 1 + chance.below(30) }, () => this.text()));
    }
  }

  /** What the worker tells of a list. */
  describe(holder: number): string {
    const nodes: string[] = [];
    this.lists.forEachNode(holder, (_bytes, _from, length, count, isPlain) => {
      nodes.push(`${length} ${count} ${isPlain}`);
    });
    return `${textsOf(this.lists, holder).join('|')} ${nodes.join()}`;
  }

  private text(): string {
    const { chance } = this;
    if (chance.below(40) === 0) return 'large'.repeat(500 + chance.below(1000));
    return chance.below(2) === 0 ? String(chance.int32()) : 'text'.repeat(chance.below(12));
  }
}

describe('lists in a snapshot', () => {
  it.each([true, false])('are read by a worker as they were when it began (loads in order: %s)', async (inOrder) => {
    const churn = new Churn();
    for (let i = 0; i < 3000; i++) churn.change();
    const wanted = churn.holders.map((holder) => churn.describe(holder));
    const handle = churn.arena.beginSnapshot();
    const worker = new Worker(new URL('./list-snapshot-worker.mjs', import.meta.url), {
      workerData: { handle, holders: churn.holders, dist: DIST.href, inOrder, passes: 4 },
      transferList: [handle.sides],
    });
    let texts: string[][] | null = null;
    const done = new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: string[][]) => {
        texts = message; // the worker posts nothing else
        resolve();
      });
    });
    while (texts === null) {
      for (let i = 0; i < 20; i++) churn.change();
      await Promise.race([turn(), done]);
    }
    churn.arena.endSnapshot();
    for (const pass of texts as string[][]) expect(pass).toEqual(wanted);
    expect(churn.holders.map((holder) => churn.describe(holder))).not.toEqual(wanted);
  });

  it('are in the image byte for byte', async () => {
    const churn = new Churn();
    for (let i = 0; i < 3000; i++) churn.change();
    const handle = churn.arena.beginSnapshot();
    const copies = copySlabs(churn.arena, handle);
    const verdict = await runOracle(handle, copies, 'image', true, () => {
      for (let i = 0; i < 20; i++) churn.change();
    });
    churn.arena.endSnapshot();
    expect(verdict.differences).toBe(0);
  });
});
