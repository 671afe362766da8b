/**
 * Lists for reading, in the arena and in a snapshot.
 *
 * ```
 *   listpack    root = block | elements | start | size | room | entries ... | room |         list-run.ts, with a floor of 12
 *   quicklist   root of pages                                                                quicklist.ts
 * ```
 */
import { type MemoryReader, NONE } from '../memory/index.js';
import type { ListElement } from './list-element.js';
import { type ElementSink, OpenNode } from './list-node.js';
import { elementsOf, NODE_PLAIN, NodePlace, nodesOf } from './list-pages.js';
import { entryBytesAt, entryBytesBefore } from './listpack-entry.js';
import { ENCODING_LISTPACK, encodingOf, rootOf } from './value.js';

/** Words in front of a listpack's entries. */
export const LISTPACK_COUNT = 0;
export const LISTPACK_START = 1;
export const LISTPACK_SIZE = 2;
/** Bytes of them. */
export const LISTPACK_FLOOR = 12;

/** Takes positions: reply writers do. */
export interface PositionSink {
  int(position: number): void;
}

/** What LPOS looks for. */
export interface PositionQuery {
  readonly fromFront: boolean;
  /** Matches that are passed over before the first one that counts. */
  readonly skipped: number;
  /** Matches that count, at most. */
  readonly most: number;
  /** Elements that are looked at, at most. */
  readonly mostCompared: number;
}

/**
 * Gets a node: its entries in `bytes[from, from + length)`, or its only element as it is. Valid during the call only.
 */
export type NodeVisitor = (bytes: Uint8Array, from: number, length: number, count: number, isPlain: boolean) => void;

export class ListReader {
  protected readonly node: OpenNode;
  private readonly memory: MemoryReader;
  private readonly place: NodePlace;

  constructor(memory: MemoryReader) {
    this.memory = memory;
    this.place = new NodePlace(memory);
    this.node = new OpenNode(memory);
  }

  /** @hot How many elements the list has. O(1). */
  length(holder: number): number {
    const { memory } = this;
    const root = rootOf(memory, holder);
    return this.isListpack(holder) ? memory.i32(root, LISTPACK_COUNT) : elementsOf(memory, root);
  }

  /** How many nodes it consists of. O(1). */
  nodeCount(holder: number): number {
    return this.isListpack(holder) ? 1 : nodesOf(this.memory, rootOf(this.memory, holder));
  }

  /**
   * @hot Gives elements [index, index + count), which there are, to `sink`. O(count + entries of a node), and what it
   * takes to find the first: O(pages from the nearer end).
   */
  range(holder: number, index: number, count: number, sink: ElementSink): void {
    const { node, place } = this;
    if (count === 0) return;
    if (this.isListpack(holder)) {
      this.openListpack(holder);
      return node.emit(index, count, sink);
    }
    let inner = place.toElement(rootOf(this.memory, holder), index);
    for (let left = count; ; place.toNext()) {
      node.open(place);
      const n = Math.min(left, node.count - inner);
      node.emit(inner, n, sink);
      left -= n;
      if (left === 0) return;
      inner = 0;
    }
  }

  /** Gives elements (index - count, index], which there are, to `sink`, the last one first. As {@link range}. */
  rangeBackwards(holder: number, index: number, count: number, sink: ElementSink): void {
    const { node, place } = this;
    if (count === 0) return;
    if (this.isListpack(holder)) {
      this.openListpack(holder);
      return node.emitBackwards(index, count, sink);
    }
    let inner = place.toElement(rootOf(this.memory, holder), index);
    for (let left = count; ; inner = place.count - 1) {
      node.open(place);
      const n = Math.min(left, inner + 1);
      node.emitBackwards(inner, n, sink);
      left -= n;
      if (left === 0) return;
      place.toPrevious();
    }
  }

  /** The position of the first element that is `element`, -1 when there is none. O(size). */
  indexOf(holder: number, element: ListElement): number {
    const { node } = this;
    let index = 0;
    for (let more = this.openEnd(holder, true); more; more = this.openNeighbour(true)) {
      if (node.isPlain) {
        if (this.isPlain(element)) return index;
        index++;
        continue;
      }
      const { bytes, view, end } = node;
      for (let at = node.from; at < end; at += entryBytesAt(view, at), index++) {
        if (element.isEntry(bytes, view, at)) return index;
      }
    }
    return -1;
  }

  /** Gives the positions of elements that are `element` to `sink`, and returns how many there are. O(size). */
  positions(holder: number, element: ListElement, query: PositionQuery, sink: PositionSink): number {
    const { node } = this;
    const { fromFront, skipped, most, mostCompared } = query;
    const length = this.length(holder);
    let found = 0;
    let compared = 0;
    for (let more = this.openEnd(holder, fromFront); more; more = this.openNeighbour(fromFront)) {
      const { bytes, view } = node;
      let at = fromFront ? node.from : node.end;
      for (let i = 0; i < node.count; i++) {
        if (found - skipped === most || compared === mostCompared) return Math.max(0, found - skipped);
        if (!fromFront && !node.isPlain) at -= entryBytesBefore(view, at);
        const isEqual = node.isPlain ? this.isPlain(element) : element.isEntry(bytes, view, at);
        if (isEqual && ++found > skipped) sink.int(fromFront ? compared : length - 1 - compared);
        compared++;
        if (fromFront && !node.isPlain) at += entryBytesAt(view, at);
      }
    }
    return Math.max(0, found - skipped);
  }

  /** Visits all nodes in their order: what a file holds of a list. O(size). */
  forEachNode(holder: number, visit: NodeVisitor): void {
    const { node } = this;
    for (let more = this.openEnd(holder, true); more; more = this.openNeighbour(true)) {
      if (node.count > 0) visit(node.bytes, node.from, node.end - node.from, node.count, node.isPlain);
    }
  }

  /** Bytes of all nodes as Redis keeps them, uncompressed. `overhead` is what it adds to packed entries. O(nodes). */
  uncompressedBytes(holder: number, overhead: number): number {
    const { memory, place } = this;
    const root = rootOf(memory, holder);
    if (this.isListpack(holder)) return memory.i32(root, LISTPACK_SIZE) + overhead;
    let bytes = 0;
    for (let more = place.toFirst(root); more; more = place.toNext()) {
      bytes += place.size + ((place.kind & NODE_PLAIN) === 0 ? overhead : 0);
    }
    return bytes;
  }

  /** @hot */
  protected isListpack(holder: number): boolean {
    return encodingOf(this.memory, holder) === ENCODING_LISTPACK;
  }

  /** @hot Opens a list that is a listpack. */
  protected openListpack(holder: number): void {
    const { memory } = this;
    const root = rootOf(memory, holder);
    const start = memory.i32(root, LISTPACK_START);
    this.node.openRun(root, start, memory.i32(root, LISTPACK_SIZE), memory.i32(root, LISTPACK_COUNT));
  }

  /** Opens the first or the last node; false when there is none. */
  private openEnd(holder: number, atFront: boolean): boolean {
    const { node, place } = this;
    if (this.isListpack(holder)) {
      place.page = NONE; // there is no other node
      this.openListpack(holder);
      return true;
    }
    const root = rootOf(this.memory, holder);
    if (!(atFront ? place.toFirst(root) : place.toLast(root))) return false;
    node.open(place);
    return true;
  }

  /** Opens the next node, or the one before; false when there is none. */
  private openNeighbour(next: boolean): boolean {
    const { node, place } = this;
    if (place.page === NONE || !(next ? place.toNext() : place.toPrevious())) return false;
    node.open(place);
    return true;
  }

  private isPlain(element: ListElement): boolean {
    const { node } = this;
    return element.isString(node.bytes, node.view, node.from, node.end - node.from);
  }
}
