/**
 * Quicklists: large lists, as nodes of packed entries (list-run.ts) in the order that pages give them (list-pages.ts).
 * When nodes are made, split and joined is Redis' quicklist.c, 7.4.
 *
 * ```
 *   root --> page --> node | node | node | node | node
 *                     raw    raw    LZF    raw    raw        list-compress-depth 2: so many at each end stay as they are
 * ```
 * 1. An element of more bytes than a node may have is a plain node of its own, whatever stands beside it.
 * 2. What needs memory asks for it before the list has changed: what throws has at most split, joined or decompressed
 *    nodes, which nobody sees. Joining, compressing and giving room back are left out where there is no memory for
 *    them.
 * 3. Each node says whether it is compressed, and is read and written as it is: `list-compress-depth` decides what
 *    happens to nodes from now on.
 */
import { type Arena, isOutOfMemory, NONE, SLAB_SHIFT } from '../memory/index.js';
import { LzfCompressor } from '../util/lzf.js';
import type { TypeLimits } from './limits.js';
import type { ListElement } from './list-element.js';
import { exceedsNode, LISTPACK_OVERHEAD, mostEntries, mostNodeBytes, mostWithNext, takesIn } from './list-limits.js';
import { COMPRESSED_HEADER_BYTES, type ElementSink, OpenNode } from './list-node.js';
import {
  EndSlot,
  elementsOf,
  ListPages,
  MAX_SLOTS,
  NODE_COMPRESSED,
  NODE_PACKED,
  NODE_PLAIN,
  nodesOf,
  ROOT_BYTES,
} from './list-pages.js';
import { PackedRun } from './list-run.js';
import { entryBytesAt, entryBytesBefore } from './listpack-entry.js';

/** Nodes of fewer bytes are not compressed, nor those that it would not shorten by so many: quicklist.c, 7.4. */
const LEAST_COMPRESSED = 48;
const LEAST_SAVED = 8;
/** Larger plain nodes stay as they are: it would take some 10 ms a MiB, and the loop stand still. */
const MOST_COMPRESSED = 1 << 20;
/** LSET lets a node become so many times as large as it may be before it is split. */
const MOST_OVERSIZE = 4;
/** Elements that a packed node has at most, which leaves no bit for a kind. */
const MOST_COUNT = (1 << 24) - 1;
/** Bytes of a page of 63 slots, for estimates. */
const PAGE_BYTES = 1024;

export class Quicklist {
  /** Elements from this length on are plain nodes; 0: those that are larger than a node. For tests of large ones. */
  packedThreshold = 0;
  private readonly arena: Arena;
  private readonly limits: TypeLimits;
  /** The node that is worked on. */
  private readonly place: ListPages;
  /** For lists that are copied to. */
  private readonly target: ListPages;
  private readonly end = new EndSlot();
  private readonly run: PackedRun;
  private readonly node: OpenNode;
  private readonly compressor = new LzfCompressor();
  private compressed = new Uint8Array(0);
  private compressedView = new DataView(this.compressed.buffer);

  constructor(arena: Arena, limits: TypeLimits) {
    this.arena = arena;
    this.limits = limits;
    this.place = new ListPages(arena);
    this.target = new ListPages(arena);
    this.run = new PackedRun(arena);
    this.run.growthShift = 0; // a node becomes as large as it may be, most of the time
    this.node = new OpenNode(arena);
  }

  // --- The list as a whole
  // --------------------------------------------------------------------------------------------

  /**
   * A list whose only node is a run of entries that stands in `block`, or a list without elements where `count` is 0.
   * The block is the list's then. O(1).
   */
  create(block: number, start: number, size: number, count: number): number {
    const { place } = this;
    const root = place.createRoot();
    if (count === 0) return root;
    try {
      place.insert(root, true);
    } catch (error) {
      this.arena.free(root);
      throw error;
    }
    place.set(root, block, NODE_PACKED, count, start, size, count);
    return root;
  }

  /**
   * Loads the only node of a list into `run`; false when there are several, or it is plain, or has to be decompressed.
   */
  loadOnlyNode(root: number, run: PackedRun): boolean {
    const { place } = this;
    if (nodesOf(this.arena, root) !== 1) return false;
    place.toFirst(root);
    if (place.kind !== NODE_PACKED) return false;
    run.load(place.block, place.start, place.size, place.count);
    return true;
  }

  /** Frees a list of one node, but for that node's block. O(1). */
  dissolve(root: number): void {
    this.place.toFirst(root);
    this.place.remove(root);
    this.arena.free(root);
  }

  /** About how many blocks there are. O(1). */
  effort(root: number): number {
    return nodesOf(this.arena, root) + 1;
  }

  /** Frees about `blocks` blocks; true when the root is freed, too. O(blocks). */
  free(root: number, blocks: number): boolean {
    const { arena, place } = this;
    for (let i = 0; i < blocks; i++) {
      if (!place.toLast(root)) {
        arena.free(root);
        return true;
      }
      this.removeNode(root);
    }
    return false;
  }

  /** A copy of a list, without room in its nodes. O(size). @throws OutOfMemoryError having freed what it had made */
  copy(root: number): number {
    const { arena, place, target } = this;
    const to = target.createRoot();
    let block = NONE;
    try {
      for (let more = place.toFirst(root); more; more = place.toNext()) {
        const isCompressed = (place.kind & NODE_COMPRESSED) !== 0;
        const bytes = isCompressed ? COMPRESSED_HEADER_BYTES + arena.i32(place.block, 0) : place.size;
        block = arena.alloc(bytes);
        arena.move(block, 0, place.block, place.start, bytes);
        target.insert(to, true);
        target.set(to, block, place.kind, place.count, 0, place.size, place.count);
        block = NONE;
      }
    } catch (error) {
      if (block !== NONE) arena.free(block);
      while (!this.free(to, MAX_SLOTS));
      throw error;
    }
    return to;
  }

  /** Bytes of all blocks, estimated from so many nodes where `samples` is not 0. O(samples), O(nodes) for 0. */
  memoryUsage(root: number, samples: number): number {
    const { arena, place } = this;
    const nodes = nodesOf(arena, root);
    const most = samples === 0 ? nodes : Math.min(samples, nodes);
    let bytes = 0;
    let more = place.toFirst(root);
    for (let i = 0; i < most && more; i++, more = place.toNext()) bytes += arena.blockSize(place.block);
    if (most === nodes) return bytes + place.ownBytes(root);
    return Math.round((bytes / most) * nodes) + Math.ceil(nodes / MAX_SLOTS) * PAGE_BYTES + ROOT_BYTES;
  }

  // --- The ends
  // -------------------------------------------------------------------------------------------------------

  /**
   * @hot Adds an element at one end if the node there has room for it, which is what happens nearly always: no node
   * comes or goes. O(its length). Half the time of {@link push} (bench/micro/list.bench.ts, Node 20), which does the
   * same.
   */
  pushQuickly(root: number, atFront: boolean, element: ListElement): boolean {
    const { arena, end } = this;
    const { listMaxListpackSize: fill } = this.limits;
    if (this.packedThreshold !== 0 || !end.load(arena, root, atFront)) return false;
    const { block, kindAndCount: count, start, size } = end;
    const { entryBytes } = element;
    // A kind that is not packed makes a number that is larger than any limit.
    if (size + element.length > mostWithNext(fill) || count >= (fill < 0 ? MOST_COUNT : mostEntries(fill)))
      return false;
    const at = atFront ? start - entryBytes : start + size;
    if (atFront ? at < 0 : arena.blockSize(block) - at < entryBytes) return false;
    arena.willWrite(block, at, entryBytes);
    element.write(arena.bytes[block >>> SLAB_SHIFT]!, arena.view(block), arena.base(block) + at);
    this.place.setEnd(root, end, count + 1, atFront ? at : start, size + entryBytes, 1);
    return true;
  }

  /**
   * @hot Gives the element at one end to `sink` and removes it if the node there has others, and is as it was: no node
   * comes or goes. O(its length).
   */
  popQuickly(root: number, atFront: boolean, sink: ElementSink): boolean {
    const { arena, end } = this;
    if (!end.load(arena, root, atFront)) return false;
    const { block, kindAndCount: count, start, size } = end;
    if (count === 1 || count > MOST_COUNT) return false;
    const view = arena.view(block);
    const base = arena.base(block) + start;
    const entryBytes = atFront ? entryBytesAt(view, base) : entryBytesBefore(view, base + size);
    const at = atFront ? base : base + size - entryBytes;
    this.node.emitEntry(arena.bytes[block >>> SLAB_SHIFT]!, view, at, sink);
    this.place.setEnd(root, end, count - 1, atFront ? start + entryBytes : start, size - entryBytes, -1);
    return true;
  }

  /**
   * @hot Adds an element at one end, whose node is not compressed then: {@link pop} can take it back.
   * {@link settleEnds} is to follow. O(its length), amortised.
   */
  push(root: number, atFront: boolean, element: ListElement): void {
    const { place } = this;
    const found = atFront ? place.toFirst(root) : place.toLast(root);
    if (found && this.pushHere(root, atFront, element, false)) return;
    if (found) this.giveRoomBack(root);
    this.addNode(root, !atFront, element);
  }

  /** Makes sure that {@link pop} needs no memory. O(1), O(size of a node) where it is compressed. */
  preparePop(root: number, atFront: boolean): void {
    const { place } = this;
    if (atFront) place.toFirst(root);
    else place.toLast(root);
    this.expand(root);
  }

  /**
   * @hot Removes the element at one end; there is one, and {@link preparePop} was called, or it has just been pushed.
   * {@link settleEnds} is to follow. O(1).
   */
  pop(root: number, atFront: boolean): void {
    const { place, run } = this;
    if (atFront) place.toFirst(root);
    else place.toLast(root);
    if (place.count === 1) return this.removeNode(root);
    this.loadRun();
    run.pop(atFront);
    this.storeRun(root, -1);
  }

  // --- In the middle
  // --------------------------------------------------------------------------------------------------

  /** Adds an element before or behind element `index`, which there is. O(size of a node). */
  insert(root: number, index: number, behind: boolean, element: ListElement): void {
    const { place, run } = this;
    const inner = place.toElement(root, index);
    const isLarge = this.isLarge(element);
    if (!isLarge && this.takesInHere(element)) {
      const wasCompressed = this.expand(root);
      this.loadRun();
      run.insert(run.offsetOf(behind ? inner + 1 : inner), element);
      this.storeRun(root, 1);
      if (wasCompressed) this.compress(root);
      return;
    }
    if (inner === (behind ? place.count - 1 : 0)) {
      if (isLarge || !this.pushToNeighbour(root, behind, element)) this.addNode(root, behind, element);
    } else {
      this.split(root, behind ? inner + 1 : inner);
      if (isLarge) this.addNode(root, true, element);
      else this.pushIntoHalf(root, behind, element);
    }
    this.settleHere(root);
  }

  /** Puts an element in the place of element `index`, which there is. O(size of a node). */
  replace(root: number, index: number, element: ListElement): void {
    const { place } = this;
    const inner = place.toElement(root, index);
    const isLarge = this.isLarge(element);
    const isPlain = (place.kind & NODE_PLAIN) !== 0;
    if (!isLarge && !isPlain && this.replaceEntry(root, inner, element)) return;
    if (inner < place.count - 1) this.split(root, inner + 1);
    this.expand(root);
    const joinsNext = isPlain && !isLarge && this.pushToNeighbour(root, true, element);
    if (!joinsNext) this.addNode(root, true, element);
    place.toPrevious();
    if (place.count === 1) this.removeNode(root);
    else {
      this.loadRun();
      this.run.pop(false);
      this.storeRun(root, -1);
    }
    if (place.page !== NONE) this.settleHere(root);
  }

  /**
   * Keeps `count` elements from element `index` on, at least one, and removes the others; {@link settleEnds} is to
   * follow. Whole pages of them are moved to the list `rest`, where that is not NONE, to be freed later. O(nodes),
   * O(pages) with `rest`.
   */
  keepRange(root: number, index: number, count: number, rest: number): void {
    const { place } = this;
    // What has to be decompressed is so before anything is removed.
    place.toElement(root, index);
    this.expand(root);
    place.toElement(root, index + count - 1);
    this.expand(root);
    const end = index + count;
    this.removeRange(root, end, elementsOf(this.arena, root) - end, rest);
    this.removeRange(root, 0, index, rest);
  }

  /**
   * Removes elements that are `element`: up to `most` of them, from the front or from the back. Returns how many there
   * were. O(size).
   */
  removeEqual(root: number, element: ListElement, most: number, fromFront: boolean): number {
    const { place, run } = this;
    const wasCompressed = this.expandEqual(root, element);
    let removed = 0;
    let more = fromFront ? place.toFirst(root) : place.toLast(root);
    while (more && removed < most) {
      const equal = this.countEqual(element);
      const n = Math.min(most - removed, equal);
      removed += n;
      if (n > 0 && n === place.count) {
        this.removeNode(root);
        if (fromFront) more = place.page !== NONE;
        else more = place.page === NONE ? place.toLast(root) : place.toPrevious();
        continue;
      }
      if (n > 0) {
        this.loadRun();
        run.removeEqual(element, fromFront ? 0 : equal - n, n);
        run.shrink();
        this.storeRun(root, -n);
      }
      more = fromFront ? place.toNext() : place.toPrevious();
    }
    if (wasCompressed) this.compressInner(root);
    return removed;
  }

  // --- Nodes
  // ----------------------------------------------------------------------------------------------------------

  /** Removes elements; where only a part of a node's goes, it is not compressed. */
  private removeRange(root: number, index: number, count: number, rest: number): void {
    const { place, run } = this;
    if (count === 0) return;
    let inner = place.toElement(root, index);
    for (let left = count; left > 0; ) {
      if (inner === 0 && rest !== NONE && place.slot === 0 && left >= place.pageElements) {
        left -= place.pageElements;
        place.movePage(root, rest);
      } else if (inner === 0 && left >= place.count) {
        left -= place.count;
        this.removeNode(root);
      } else {
        const n = Math.min(left, place.count - inner);
        this.loadRun();
        run.remove(inner, n);
        run.shrink();
        this.storeRun(root, -n);
        left -= n;
        inner = 0;
        if (left > 0) place.toNext();
      }
    }
  }

  /**
   * @hot Adds the element at one end of the node here, if that takes it in.
   * @param compresses whether a node that was compressed is so again afterwards
   */
  private pushHere(root: number, atFront: boolean, element: ListElement, compresses: boolean): boolean {
    const { run } = this;
    if (!this.takesInHere(element) || this.isLarge(element)) return false;
    const wasCompressed = this.expand(root);
    this.loadRun();
    run.growsAtBothEnds = nodesOf(this.arena, root) === 1; // nothing is added at the inner end of an outer node
    if (atFront) run.pushFront(element);
    else run.pushBack(element);
    this.storeRun(root, 1);
    if (wasCompressed && compresses) this.compress(root);
    return true;
  }

  /** Adds the element at the near end of the next node or the one before, if there is one and it takes it in. */
  private pushToNeighbour(root: number, behind: boolean, element: ListElement): boolean {
    const { place } = this;
    const { page, slot } = place;
    const found = behind ? place.toNext() : place.toPrevious();
    if (found && this.pushHere(root, behind, element, true)) return true;
    place.page = page;
    place.slot = slot;
    return false;
  }

  /**
   * The node here has been split where the element belongs: adds it to the half that comes first or next, and joins
   * nodes.
   */
  private pushIntoHalf(root: number, atNext: boolean, element: ListElement): void {
    const { place, run } = this;
    if (atNext) place.toNext();
    this.loadRun();
    if (atNext) run.pushFront(element);
    else run.pushBack(element);
    this.storeRun(root, 1);
    // What the element's half is joined with is decided at the other half, as Redis does.
    if (atNext) place.toPrevious();
    else place.toNext();
    this.joinAround(root);
  }

  /** Makes a node of the element before or behind the node here, in a list without any as the first, and goes to it. */
  private addNode(root: number, behind: boolean, element: ListElement): void {
    const { arena, place, run } = this;
    const isLarge = this.isLarge(element);
    const { length } = element;
    if (isLarge) {
      run.load(arena.alloc(Math.max(1, length)), 0, length, 1);
      arena.copyIn(run.block, 0, element.bytes, element.view, element.from, length);
    } else {
      run.mostBytes = mostNodeBytes(this.limits.listMaxListpackSize);
      run.create(run.roomyBytes(element.entryBytes), !behind);
      if (behind) run.pushBack(element);
      else run.pushFront(element);
    }
    try {
      place.insert(root, behind);
    } catch (error) {
      arena.free(run.block);
      throw error;
    }
    place.set(root, run.block, isLarge ? NODE_PLAIN : NODE_PACKED, 1, run.start, run.size, 1);
  }

  /** Removes the node here, and goes to the one behind it. */
  private removeNode(root: number): void {
    this.arena.free(this.place.block);
    this.place.remove(root);
  }

  /** Splits the packed node here: entries from entry `inner` on become the next node. Stays at the first half. */
  private split(root: number, inner: number): void {
    const { arena, place, run } = this;
    this.expand(root);
    this.loadRun();
    const offset = run.offsetOf(inner);
    const bytes = run.size - offset;
    const count = run.count - inner;
    const half = arena.alloc(bytes);
    arena.move(half, 0, run.block, run.start + offset, bytes);
    try {
      place.insert(root, true);
    } catch (error) {
      arena.free(half);
      throw error;
    }
    place.set(root, half, NODE_PACKED, count, 0, bytes, count);
    place.toPrevious();
    run.truncate(offset, inner);
    run.trim();
    this.storeRun(root, -count);
  }

  /** Replaces entry `inner` of the packed node here, unless that would make the node far too large. */
  private replaceEntry(root: number, inner: number, element: ListElement): boolean {
    const { place, run } = this;
    const { count } = place;
    const most = mostNodeBytes(this.limits.listMaxListpackSize) * MOST_OVERSIZE;
    if (count > 1 && place.size + element.entryBytes > most) return false;
    const wasCompressed = this.expand(root);
    this.loadRun();
    run.replace(run.offsetOf(inner), element);
    run.shrink();
    this.storeRun(root, 0);
    if (wasCompressed) this.compress(root);
    return true;
  }

  /**
   * Joins nodes around the one here where two have room in one, in Redis' order. The place is one of them, afterwards.
   */
  private joinAround(root: number): void {
    const { place } = this;
    if (place.toPrevious()) {
      if (!place.toPrevious()) place.toFirst(root);
      else if (!this.joinWithNext(root)) place.toNext();
      place.toNext();
    } else place.toFirst(root);
    if (place.toNext()) {
      this.joinWithNext(root);
      place.toPrevious();
    } else place.toLast(root);
    if (!place.toPrevious()) place.toFirst(root);
    else if (!this.joinWithNext(root)) place.toNext();
    this.joinWithNext(root);
  }

  /** Joins the node here with the next one if both have room in one, and there is memory for it. Stays here. */
  private joinWithNext(root: number): boolean {
    const { place, run } = this;
    const { kind, size, count } = place;
    if (!place.toNext()) {
      place.toLast(root);
      return false;
    }
    const isPacked = ((kind | place.kind) & NODE_PLAIN) === 0;
    const bytes = size + place.size + LISTPACK_OVERHEAD;
    const fits = !exceedsNode(this.limits.listMaxListpackSize, bytes, count + place.count);
    if (!isPacked || !fits || !this.tryExpand(root)) {
      place.toPrevious();
      return false;
    }
    const { block, start, size: nextSize, count: nextCount } = place;
    place.toPrevious();
    if (!this.tryExpand(root)) return false;
    this.loadRun();
    try {
      run.append(block, start, nextSize, nextCount);
    } catch (error) {
      if (isOutOfMemory(error)) return false;
      throw error;
    }
    this.storeRun(root, nextCount);
    place.toNext();
    this.removeNode(root);
    if (place.page === NONE) place.toLast(root);
    else place.toPrevious();
    return true;
  }

  /** How many elements of the node here are `element`. */
  private countEqual(element: ListElement): number {
    this.node.open(this.place);
    return this.node.countEqual(element);
  }

  /** Gives the room back that the node here has, since nothing is added to it for now. */
  private giveRoomBack(root: number): void {
    if (this.place.kind !== NODE_PACKED) return;
    this.loadRun();
    this.run.trim();
    this.storeRun(root, 0);
  }

  /** @hot */
  private loadRun(): void {
    const { place, run } = this;
    run.mostBytes = mostNodeBytes(this.limits.listMaxListpackSize);
    run.growsAtBothEnds = true;
    run.load(place.block, place.start, place.size, place.count);
  }

  /** @hot */
  private storeRun(root: number, added: number): void {
    const { run } = this;
    this.place.set(root, run.block, NODE_PACKED, run.count, run.start, run.size, added);
  }

  /** @hot Whether the node here, which may be plain, has room for the element. */
  private takesInHere(element: ListElement): boolean {
    const { place } = this;
    if ((place.kind & NODE_PLAIN) !== 0) return false;
    return takesIn(this.limits.listMaxListpackSize, place.size, place.count, element.length);
  }

  /** @hot Whether the element is to be a node of its own. */
  private isLarge(element: ListElement): boolean {
    const { packedThreshold } = this;
    if (packedThreshold !== 0 && element.length >= packedThreshold) return true;
    return element.length > mostNodeBytes(this.limits.listMaxListpackSize);
  }

  // --- Compression
  // ----------------------------------------------------------------------------------------------------

  /** @hot Decompresses the node here; returns whether it was compressed. */
  private expand(root: number): boolean {
    const { place } = this;
    const { kind, size } = place;
    if ((kind & NODE_COMPRESSED) === 0) return false;
    const { arena, node } = this;
    node.open(place);
    const block = arena.alloc(size);
    arena.copyIn(block, 0, node.bytes, node.view, node.from, size);
    arena.free(place.block);
    place.set(root, block, kind & ~NODE_COMPRESSED, place.count, 0, size, 0);
    return true;
  }

  /** Decompresses the node here if there is memory for it; returns whether it is not compressed. */
  private tryExpand(root: number): boolean {
    try {
      this.expand(root);
      return true;
    } catch (error) {
      if (isOutOfMemory(error)) return false;
      throw error;
    }
  }

  /** Compresses the node here if that makes a difference and there is memory for it. */
  private compress(root: number): void {
    const { arena, place, node } = this;
    const { kind, size, count } = place;
    if ((kind & NODE_COMPRESSED) !== 0 || size < LEAST_COMPRESSED || size > MOST_COMPRESSED) return;
    node.open(place);
    if (this.compressed.length < size) {
      this.compressed = new Uint8Array(size * 2);
      this.compressedView = new DataView(this.compressed.buffer);
    }
    const length = this.compressor.compress(node.bytes, node.from, size, this.compressed, 0, size - LEAST_SAVED);
    if (length === 0) return;
    let block: number;
    try {
      block = arena.alloc(COMPRESSED_HEADER_BYTES + length);
    } catch (error) {
      if (isOutOfMemory(error)) return;
      throw error;
    }
    arena.setI32(block, 0, length);
    arena.copyIn(block, COMPRESSED_HEADER_BYTES, this.compressed, this.compressedView, 0, length);
    arena.free(place.block);
    place.set(root, block, kind | NODE_COMPRESSED, count, 0, size, 0);
  }

  /**
   * To be called when nodes have come or gone: those at the ends are decompressed, those next to them compressed.
   * O(depth), O(1) where nodes are not compressed.
   */
  settleEnds(root: number): void {
    const { listCompressDepth: depth } = this.limits;
    if (depth === 0) return;
    const { place } = this;
    for (const fromFront of [true, false]) {
      for (let i = 0; i < depth; i++) if (place.toNth(root, i, fromFront)) this.tryExpand(root);
      if (nodesOf(this.arena, root) > 2 * depth && place.toNth(root, depth, fromFront)) this.compress(root);
    }
  }

  /** The node here and its neighbours may be new: compresses those that are not near an end. Stays here. O(depth). */
  private settleHere(root: number): void {
    if (this.limits.listCompressDepth === 0) return;
    const { place } = this;
    const { page, slot } = place;
    if (this.isInner()) this.compress(root);
    if (place.toPrevious() && this.isInner()) this.compress(root);
    place.page = page;
    place.slot = slot;
    if (place.toNext() && this.isInner()) this.compress(root);
    place.page = page;
    place.slot = slot;
  }

  /** Whether there are `list-compress-depth` nodes on both sides of the node here. Stays here. */
  private isInner(): boolean {
    const { listCompressDepth: depth } = this.limits;
    const { place } = this;
    const { page, slot } = place;
    let before = 0;
    while (before < depth && place.toPrevious()) before++;
    place.page = page;
    place.slot = slot;
    let behind = 0;
    while (behind < depth && place.toNext()) behind++;
    place.page = page;
    place.slot = slot;
    return before === depth && behind === depth;
  }

  /**
   * Decompresses all nodes with elements that are `element`, so that removing them needs no memory. Returns whether
   * there were any. O(nodes), O(size) where nodes are compressed.
   */
  private expandEqual(root: number, element: ListElement): boolean {
    const { place } = this;
    let expanded = false;
    for (let more = place.toFirst(root); more; more = place.toNext()) {
      if ((place.kind & NODE_COMPRESSED) !== 0 && this.countEqual(element) > 0) expanded = this.expand(root);
    }
    return expanded;
  }

  /** Compresses all nodes that are not near an end. O(nodes). */
  private compressInner(root: number): void {
    const { listCompressDepth: depth } = this.limits;
    if (depth === 0) return;
    const last = nodesOf(this.arena, root) - depth;
    let more = this.place.toNth(root, depth, true);
    for (let i = depth; i < last && more; i++, more = this.place.toNext()) this.compress(root);
  }
}
