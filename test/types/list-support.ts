/** What the tests of lists share: lists in an arena of their own, and spans and elements from texts. */
import { Arena, NONE } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { Lists } from '../../src/types/list.js';
import type { ElementSink } from '../../src/types/list-node.js';
import type { ListReader } from '../../src/types/list-reader.js';
import { HOLDER_BYTES, WORD_META, WORD_VALUE } from '../../src/types/value.js';
import { spans } from '../keyspace/support.js';

/** Collects elements as latin1 texts. */
export class Collector implements ElementSink {
  readonly texts: string[] = [];

  bulk(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    if (view.byteLength !== bytes.byteLength) throw new Error('bytes and view over different memory');
    this.texts.push(Buffer.from(bytes.slice(from, from + length)).toString('latin1'));
  }

  bulkInt(value: number): void {
    this.texts.push(String(value));
  }
}

/** All elements of a list. */
export function textsOf(lists: ListReader, holder: number): string[] {
  const collector = new Collector();
  lists.range(holder, 0, lists.length(holder), collector);
  return collector.texts;
}

/** Lists without a keyspace. */
export class ListBench {
  readonly arena: Arena;
  readonly limits = new TypeLimits();
  readonly lists: Lists;

  constructor(arena = new Arena()) {
    this.arena = arena;
    this.lists = new Lists(arena, this.limits);
  }

  /** A holder of no value. */
  holder(): number {
    const { arena } = this;
    const holder = arena.alloc(HOLDER_BYTES);
    arena.setI32(holder, WORD_META, 0);
    arena.setI32(holder, WORD_VALUE, NONE);
    return holder;
  }

  /** A holder of an empty list. */
  list(...texts: string[]): number {
    const holder = this.holder();
    this.lists.create(holder, spans(...texts), 0, false);
    if (texts.length > 0) this.push(holder, false, ...texts);
    return holder;
  }

  push(holder: number, atFront: boolean, ...texts: string[]): void {
    this.lists.pushAll(holder, atFront, spans(...texts), 0);
  }

  /** Frees value and holder. */
  free(holder: number, blocks = 7): void {
    while (!this.lists.free(holder, blocks));
    this.arena.free(holder);
  }
}
