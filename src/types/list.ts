/**
 * Lists: a listpack while they are small, a quicklist from then on, and a listpack again when little is left, as Redis
 * does from 7.2 on. list-reader.ts draws both.
 *
 * 1. A list that belongs to a key is never empty. One that has just been created is, until something is pushed.
 * 2. What throws has not changed what the list holds: at most how it is laid out.
 */
import { type Arena, isOutOfMemory, NONE } from '../memory/index.js';
import type { ByteSpans } from '../util/byte-spans.js';
import { writeInt } from '../util/numbers.js';
import type { TypeLimits } from './limits.js';
import { ListElement } from './list-element.js';
import { exceedsNode, isSmallAgain, LISTPACK_OVERHEAD, mostNodeBytes } from './list-limits.js';
import type { ElementSink } from './list-node.js';
import { LISTPACK_COUNT, LISTPACK_FLOOR, LISTPACK_SIZE, LISTPACK_START, ListReader } from './list-reader.js';
import { PackedRun } from './list-run.js';
import { Quicklist } from './quicklist.js';
import { ENCODING_LISTPACK, ENCODING_QUICKLIST, rootOf, setRoot, setValue, type ValueOperations } from './value.js';

/** Bytes of an entry beside its string, up to 63 bytes. */
const LEAST_ENTRY_OVERHEAD = 2;
/** Of the first buffer for an element that is moved; the text of an integer fits, too. */
const MOVED_BYTES = 256;
/** A buffer that is larger is not kept. */
const KEPT_BYTES = 64 * 1024;

export class Lists extends ListReader implements ValueOperations {
  readonly quicklist: Quicklist;
  private readonly arena: Arena;
  private readonly limits: TypeLimits;
  /** The entries of the listpack that is worked on. */
  private readonly run: PackedRun;
  private readonly element = new ListElement();
  private readonly moved = new MovedElement();

  constructor(arena: Arena, limits: TypeLimits) {
    super(arena);
    this.arena = arena;
    this.limits = limits;
    this.quicklist = new Quicklist(arena, limits);
    this.run = new PackedRun(arena);
    this.run.floor = LISTPACK_FLOOR;
  }

  /**
   * An element to be looked for, valid as long as `bytes`, and until the next call. O(1). @param view the same memory
   */
  wanted(bytes: Uint8Array, view: DataView, from: number, length: number): ListElement {
    this.element.take(bytes, view, from, length);
    return this.element;
  }

  // --- Adding -------------------------------------------------------------------------------------------------------

  /** Lets a holder without a value hold an empty list, which spans [first, count) are to be pushed to. O(spans). */
  create(holder: number, spans: ByteSpans, first: number, atFront: boolean): void {
    let bytes = 0;
    for (let i = first; i < spans.count; i++) bytes += spans.length(i) + LEAST_ENTRY_OVERHEAD;
    this.createFor(holder, bytes, atFront);
  }

  /** Lets a holder without a value hold a list of the element that {@link copyEnd} has copied. O(its length). */
  createOfCopied(holder: number): void {
    const { element } = this.moved;
    this.createFor(holder, element.entryBytes, false);
    this.push(holder, false, element);
  }

  /**
   * @hot Adds spans [first, count) one by one at an end, all or none. O(their bytes).
   * @throws OutOfMemoryError having added none
   */
  pushAll(holder: number, atFront: boolean, spans: ByteSpans, first: number): void {
    const { element } = this;
    let bytes = 0;
    for (let i = first; i < spans.count; i++) bytes += spans.length(i);
    this.willAdd(holder, bytes, spans.count - first);
    let i = first;
    if (!this.isListpack(holder)) {
      const root = rootOf(this.arena, holder);
      for (; i < spans.count; i++) {
        element.take(spans.bytes, spans.view, spans.offset(i), spans.length(i));
        if (!this.quicklist.pushQuickly(root, atFront, element)) break;
      }
      if (i === spans.count) return element.forgetLarge();
    }
    try {
      for (; i < spans.count; i++) {
        element.take(spans.bytes, spans.view, spans.offset(i), spans.length(i));
        this.pushElement(holder, atFront, element);
      }
    } catch (error) {
      for (; i > first; i--) this.drop(holder, atFront);
      throw error;
    }
    element.forgetLarge();
    this.settleEnds(holder);
  }

  /** Adds an element that comes from another list, at an end. O(its length). */
  push(holder: number, atFront: boolean, element: ListElement): void {
    this.willAdd(holder, element.length, 1);
    this.pushElement(holder, atFront, element);
    this.settleEnds(holder);
  }

  /**
   * Whether an element could be added before or behind the first one that is `pivot`: then it has been. Returns the
   * length, or -1 where the pivot is not there. O(size).
   */
  insert(holder: number, spans: ByteSpans, pivot: number, element: number, behind: boolean): number {
    // Redis does so even where the pivot is not there.
    this.willAdd(holder, spans.length(element), 1);
    const index = this.indexOf(holder, this.spanElement(spans, pivot));
    if (index < 0) return -1;
    const added = this.spanElement(spans, element);
    if (this.isListpack(holder)) {
      const { run } = this;
      this.loadRun(holder);
      run.insert(run.offsetOf(behind ? index + 1 : index), added);
      this.storeRun(holder);
    } else {
      this.quicklist.insert(rootOf(this.arena, holder), index, behind, added);
      this.settleEnds(holder);
    }
    added.forgetLarge();
    return this.length(holder);
  }

  /** Puts span `element` in the place of element `index`; false when there is none. O(size of a node). */
  set(holder: number, index: number, spans: ByteSpans, element: number): boolean {
    // Redis does so even where there is no such element.
    this.willAdd(holder, spans.length(element), 1);
    if (index < 0 || index >= this.length(holder)) return false;
    const added = this.spanElement(spans, element);
    if (this.isListpack(holder)) {
      const { run } = this;
      this.loadRun(holder);
      run.replace(run.offsetOf(index), added);
      run.shrink();
      this.storeRun(holder);
    } else this.quicklist.replace(rootOf(this.arena, holder), index, added);
    added.forgetLarge();
    this.settle(holder);
    return true;
  }

  // --- Removing -----------------------------------------------------------------------------------------------------

  /** @hot Gives the element at an end to `sink` and removes it; there is one. O(its length). */
  pop(holder: number, atFront: boolean, sink: ElementSink): void {
    if (!this.isListpack(holder)) {
      const root = rootOf(this.arena, holder);
      if (this.quicklist.popQuickly(root, atFront, sink)) return this.toListpack(holder);
    }
    this.preparePop(holder, atFront);
    this.range(holder, atFront ? 0 : this.length(holder) - 1, 1, sink);
    this.drop(holder, atFront);
    this.settle(holder);
  }

  /**
   * The element at an end, copied: valid until the next call. It is to be given away, and then dropped by
   * {@link removeEnd}, which needs no memory. O(its length).
   */
  copyEnd(holder: number, atFront: boolean): ListElement {
    this.preparePop(holder, atFront);
    this.range(holder, atFront ? 0 : this.length(holder) - 1, 1, this.moved);
    return this.moved.element;
  }

  /** Lets the memory of a large element go that {@link copyEnd} has copied. O(1). */
  forgetCopied(): void {
    this.moved.forgetLarge();
  }

  /** Removes the element at an end; there is one. O(1). */
  removeEnd(holder: number, atFront: boolean): void {
    this.drop(holder, atFront);
    this.settle(holder);
  }

  /** Moves the element that {@link copyEnd} has copied to an end of the same list. O(its length). */
  rotate(holder: number, fromFront: boolean, toFront: boolean, element: ListElement): void {
    if (this.isListpack(holder)) {
      const { arena } = this;
      const root = rootOf(arena, holder);
      // It is reckoned as Redis does, which removes the element first.
      const left = arena.i32(root, LISTPACK_SIZE) - element.entryBytes;
      this.convertAbove(holder, left + element.length, arena.i32(root, LISTPACK_COUNT));
    }
    if (this.isListpack(holder)) {
      const { run } = this;
      this.loadRun(holder);
      run.pop(fromFront);
      // Needs no memory: there is the room that the element had.
      if (toFront) run.pushFront(element);
      else run.pushBack(element);
      this.storeRun(holder);
    } else {
      this.pushElement(holder, toFront, element);
      this.drop(holder, fromFront);
    }
    this.settle(holder);
  }

  /**
   * Keeps `count` elements from element `index` on, at least one, and removes the others; where they are many, most of
   * them are moved to the list of the holder `rest`, which {@link createRest} has made, unless it is NONE. O(nodes).
   */
  keepRange(holder: number, index: number, count: number, rest: number): void {
    const { arena } = this;
    if (!this.isListpack(holder)) {
      this.quicklist.keepRange(rootOf(arena, holder), index, count, rest === NONE ? NONE : rootOf(arena, rest));
      return this.settle(holder);
    }
    const { run } = this;
    this.loadRun(holder);
    run.remove(index + count, run.count - index - count);
    run.remove(0, index);
    run.shrink();
    this.storeRun(holder);
  }

  /** Lets a holder without a value hold what {@link keepRange} removes. O(1). */
  createRest(holder: number): void {
    setValue(this.arena, holder, ENCODING_QUICKLIST, this.quicklist.create(NONE, 0, 0, 0));
  }

  /** Removes up to `most` elements that are `element`, from the front or from the back. Returns how many. O(size). */
  removeEqual(holder: number, element: ListElement, most: number, fromFront: boolean): number {
    if (!this.isListpack(holder)) {
      const removed = this.quicklist.removeEqual(rootOf(this.arena, holder), element, most, fromFront);
      if (removed > 0) this.settle(holder);
      return removed;
    }
    this.openListpack(holder);
    const equal = this.node.countEqual(element);
    const removed = Math.min(equal, most);
    if (removed === 0) return 0;
    const { run } = this;
    this.loadRun(holder);
    run.removeEqual(element, fromFront ? 0 : equal - removed, removed);
    run.shrink();
    this.storeRun(holder);
    return removed;
  }

  // --- The whole value ----------------------------------------------------------------------------------------------

  effort(holder: number): number {
    return this.isListpack(holder) ? 1 : this.quicklist.effort(rootOf(this.arena, holder));
  }

  free(holder: number, blocks: number): boolean {
    const { arena } = this;
    const root = rootOf(arena, holder);
    if (this.isListpack(holder)) arena.free(root);
    else if (!this.quicklist.free(root, blocks)) return false;
    setRoot(arena, holder, NONE);
    return true;
  }

  copy(from: number, to: number): void {
    const { arena, run } = this;
    const root = rootOf(arena, from);
    if (!this.isListpack(from)) return setValue(arena, to, ENCODING_QUICKLIST, this.quicklist.copy(root));
    this.loadRun(from);
    const block = arena.alloc(LISTPACK_FLOOR + run.size);
    arena.move(block, LISTPACK_FLOOR, root, run.start, run.size);
    run.load(block, LISTPACK_FLOOR, run.size, run.count);
    setValue(arena, to, ENCODING_LISTPACK, block);
    this.storeRun(to);
  }

  memoryUsage(holder: number, samples: number): number {
    const root = rootOf(this.arena, holder);
    return this.isListpack(holder) ? this.arena.blockSize(root) : this.quicklist.memoryUsage(root, samples);
  }

  // --- Inside -------------------------------------------------------------------------------------------------------

  /** Lets a holder without a value hold an empty list that so many bytes of entries will come to. */
  private createFor(holder: number, bytes: number, atFront: boolean): void {
    const { arena, run } = this;
    run.create(Math.min(bytes, this.mostBytes), atFront);
    setValue(arena, holder, ENCODING_LISTPACK, run.block);
    this.storeRun(holder);
  }

  /** @hot Adds an element at an end. */
  private pushElement(holder: number, atFront: boolean, element: ListElement): void {
    if (!this.isListpack(holder)) return this.quicklist.push(rootOf(this.arena, holder), atFront, element);
    const { run } = this;
    this.loadRun(holder);
    if (atFront) run.pushFront(element);
    else run.pushBack(element);
    this.storeRun(holder);
  }

  /** @hot Removes the element at an end, without looking whether the list is small again. */
  private drop(holder: number, atFront: boolean): void {
    if (!this.isListpack(holder)) return this.quicklist.pop(rootOf(this.arena, holder), atFront);
    const { run } = this;
    this.loadRun(holder);
    run.pop(atFront);
    run.shrink();
    this.storeRun(holder);
  }

  /** @hot */
  private preparePop(holder: number, atFront: boolean): void {
    if (!this.isListpack(holder)) this.quicklist.preparePop(rootOf(this.arena, holder), atFront);
  }

  /** @hot Makes a quicklist of a listpack that would be too large with so much more: reckoned as Redis does. */
  private willAdd(holder: number, bytes: number, count: number): void {
    if (!this.isListpack(holder)) return;
    const { arena } = this;
    const root = rootOf(arena, holder);
    this.convertAbove(holder, arena.i32(root, LISTPACK_SIZE) + bytes, arena.i32(root, LISTPACK_COUNT) + count);
  }

  /** @hot Makes a quicklist of a listpack that will have so many bytes and elements, if that is too much. */
  private convertAbove(holder: number, bytes: number, count: number): void {
    if (exceedsNode(this.limits.listMaxListpackSize, bytes + LISTPACK_OVERHEAD, count)) this.toQuicklist(holder);
  }

  /** Makes a quicklist of a listpack, whose block becomes its only node: O(1). */
  private toQuicklist(holder: number): void {
    const { arena, run } = this;
    this.loadRun(holder);
    setValue(arena, holder, ENCODING_QUICKLIST, this.quicklist.create(run.block, run.start, run.size, run.count));
    if (run.count === 0) arena.free(run.block);
  }

  /** @hot To be called when nodes may have come or gone. */
  private settleEnds(holder: number): void {
    if (!this.isListpack(holder)) this.quicklist.settleEnds(rootOf(this.arena, holder));
  }

  /** @hot To be called when something was removed: makes a listpack of a quicklist that has become small. */
  private settle(holder: number): void {
    if (this.isListpack(holder)) return;
    this.quicklist.settleEnds(rootOf(this.arena, holder));
    this.toListpack(holder);
  }

  private toListpack(holder: number): void {
    const { arena, limits, quicklist, run } = this;
    const root = rootOf(arena, holder);
    if (!quicklist.loadOnlyNode(root, run)) return;
    if (!isSmallAgain(limits.listMaxListpackSize, run.size, run.count)) return;
    if (!this.makeFloor()) return;
    quicklist.dissolve(root);
    setValue(arena, holder, ENCODING_LISTPACK, run.block);
    run.trim();
    this.storeRun(holder);
  }

  /** Lets the node in `run` begin where a listpack does; false where there is no memory for it. O(size). */
  private makeFloor(): boolean {
    const { arena, run } = this;
    if (run.start >= LISTPACK_FLOOR) return true;
    if (arena.blockSize(run.block) - run.size >= LISTPACK_FLOOR) {
      run.slide(LISTPACK_FLOOR);
      return true;
    }
    try {
      const block = arena.alloc(LISTPACK_FLOOR + run.size);
      arena.move(block, LISTPACK_FLOOR, run.block, run.start, run.size);
      arena.free(run.block);
      run.load(block, LISTPACK_FLOOR, run.size, run.count);
      return true;
    } catch (error) {
      if (isOutOfMemory(error)) return false;
      throw error;
    }
  }

  /** @hot Bytes that the block of a listpack has at most. */
  private get mostBytes(): number {
    return LISTPACK_FLOOR + mostNodeBytes(this.limits.listMaxListpackSize);
  }

  private spanElement(spans: ByteSpans, i: number): ListElement {
    return this.wanted(spans.bytes, spans.view, spans.offset(i), spans.length(i));
  }

  /** @hot */
  private loadRun(holder: number): void {
    const { arena, run } = this;
    const root = rootOf(arena, holder);
    run.mostBytes = this.mostBytes;
    run.load(root, arena.i32(root, LISTPACK_START), arena.i32(root, LISTPACK_SIZE), arena.i32(root, LISTPACK_COUNT));
  }

  /** @hot */
  private storeRun(holder: number): void {
    const { arena, run } = this;
    const { block } = run;
    arena.setI32(block, LISTPACK_COUNT, run.count);
    arena.setI32(block, LISTPACK_START, run.start);
    arena.setI32(block, LISTPACK_SIZE, run.size);
    setRoot(arena, holder, block);
  }
}

/** Takes one element and keeps a copy of it. */
class MovedElement implements ElementSink {
  readonly element = new ListElement();
  private bytes = new Uint8Array(MOVED_BYTES);
  private view = new DataView(this.bytes.buffer);

  bulk(bytes: Uint8Array, _view: DataView, from: number, length: number): void {
    if (this.bytes.length < length) this.allocate(length);
    this.bytes.set(bytes.subarray(from, from + length));
    this.element.take(this.bytes, this.view, 0, length);
  }

  bulkInt(value: number): void {
    this.element.take(this.bytes, this.view, 0, writeInt(this.bytes, 0, value));
  }

  /** Gives a large buffer back. */
  forgetLarge(): void {
    if (this.bytes.length <= KEPT_BYTES) return;
    this.allocate(MOVED_BYTES);
    this.element.take(this.bytes, this.view, 0, 0);
  }

  private allocate(length: number): void {
    this.bytes = new Uint8Array(Math.max(MOVED_BYTES, length));
    this.view = new DataView(this.bytes.buffer);
  }
}
