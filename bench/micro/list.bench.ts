/**
 * Lists of short strings and of integers: both ends, positions, ranges, and what is found by looking at all of it.
 * `bytes/op` of the pushes is what the list takes for each element.
 */
import { Arena, NONE } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { Lists } from '../../src/types/list.js';
import type { ElementSink } from '../../src/types/list-node.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

/** Elements of a range. */
const RANGE = 100;

/** Adds up lengths and numbers. */
class Sum implements ElementSink {
  sum = 0;

  bulk(_bytes: Uint8Array, _view: DataView, _from: number, length: number): void {
    this.sum = (this.sum + length) | 0;
  }

  bulkInt(value: number): void {
    this.sum = (this.sum + value) | 0;
  }
}

/** One list that is filled with an element again and again. */
class Filling {
  readonly arena = new Arena();
  readonly lists = new Lists(this.arena, new TypeLimits());
  readonly holder = this.arena.alloc(HOLDER_BYTES);
  readonly element = new ByteSpans(1);
  readonly sink = new Sum();

  constructor(text: string) {
    this.element.bind(Buffer.from(text));
    this.element.lengths[0] = text.length;
    this.element.count = 1;
    this.arena.setI32(this.holder, WORD_META, 0);
    this.arena.setI32(this.holder, WORD_VALUE, NONE);
    this.lists.create(this.holder, this.element, 0, false);
  }

  empty(): void {
    while (!this.lists.free(this.holder, 1000));
    this.lists.create(this.holder, this.element, 0, false);
  }

  refill(count: number): void {
    this.empty();
    this.push(false, count);
  }

  push(atFront: boolean, count: number): number {
    for (let i = 0; i < count; i++) this.lists.pushAll(this.holder, atFront, this.element, 0);
    return this.lists.length(this.holder);
  }
}

export function run(size: number): Row[] {
  return [...rows('strings of 10 bytes', 'element:10', size), ...rows('integers', '1234567', size)];
}

function rows(name: string, text: string, size: number): Row[] {
  const filling = new Filling(text);
  const { lists, holder, sink, element } = filling;
  const anew = { before: () => filling.empty(), rounds: 3, warmUpRounds: 2 };
  const filled = { before: () => filling.refill(size), rounds: 3, warmUpRounds: 2 };
  const bytesPerOp = (): number => lists.memoryUsage(holder, 0) / Math.max(1, lists.length(holder));
  const picks = Int32Array.from(
    { length: size },
    (
      (random) => () =>
        random.below(size)
    )(new Random(1)),
  );
  const pop = (atFront: boolean, count: number): number => {
    for (let i = 0; i < count; i++) lists.pop(holder, atFront, sink);
    return sink.sum;
  };
  return [
    measure(`push at the front, ${name}`, size, (n) => filling.push(true, n), { ...anew, bytesPerOp }),
    measure(`push at the back, ${name}`, size, (n) => filling.push(false, n), { ...anew, bytesPerOp }),
    measure(`pop at the front, ${name}`, size, (n) => pop(true, n), filled),
    measure(`pop at the back, ${name}`, size, (n) => pop(false, n), filled),
    measure(
      `element at a position, ${name}`,
      size,
      (operations) => {
        for (let i = 0; i < operations; i++) lists.range(holder, picks[i]!, 1, sink);
        return sink.sum;
      },
      { ...filled, warmUpRounds: 1 },
    ),
    measure(`${RANGE} elements from the front, an element, ${name}`, size, (operations) => {
      const count = Math.min(RANGE, lists.length(holder));
      for (let i = 0; i < operations; i += RANGE) lists.range(holder, 0, count, sink);
      return sink.sum;
    }),
    measure(`search of what is not there, an element, ${name}`, size, (operations) => {
      let sum = 0;
      const wanted = lists.wanted(element.bytes, element.view, 1, element.length(0) - 1);
      for (let i = 0; i < operations; i += lists.length(holder)) sum += lists.indexOf(holder, wanted);
      return sum;
    }),
  ];
}
