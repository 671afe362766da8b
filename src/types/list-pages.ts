/**
 * The order of a large list's nodes: pages of up to 63 slots, one a node, that are linked both ways. Redis links the
 * nodes themselves; with counts beside each other a position in a list of a million elements is found without a cache
 * miss a node.
 *
 * ```
 *   root   | head | tail | elements | nodes |
 *             |      '------------------------------------.
 *             v                                           v
 *   page   | previous | next | slots | elements |      | ...                1 KiB; the only page of a list may be smaller
 *          | slot 0: block | kind, count | start | size |
 *          | slot 1 ...
 *
 *   block  packed:      entries of a listpack in [start, start + size), see list-run.ts
 *          plain:       one element of `size` bytes, as it is
 *          compressed:  length of what follows (4 bytes), LZF of the `size` bytes of either
 * ```
 * 1. Each node has at least one element, each page at least one slot; a list without elements has no page.
 * 2. `elements` of the root and of a page are the sums of their nodes' counts, `nodes` of the root is the number of
 *    slots.
 * 3. Where there are several pages, each has room for MAX_SLOTS.
 * 4. A place is a page and a slot in it. It stays valid as long as no slot is inserted or removed but at the place
 *    itself.
 */
import { type Arena, type MemoryReader, NONE, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';

export const ROOT_BYTES = 16;
const ROOT_HEAD = 0;
const ROOT_TAIL = 1;
const ROOT_ELEMENTS = 2;
const ROOT_NODES = 3;

const PAGE_HEADER_BYTES = 16;
const PAGE_PREVIOUS = 0;
const PAGE_NEXT = 1;
const PAGE_SLOTS = 2;
const PAGE_ELEMENTS = 3;
/** Word of the first slot. */
const PAGE_FIRST = 4;

const SLOT_BYTES = 16;
const SLOT_WORDS_SHIFT = 2;
const SLOT_BLOCK = 0;
/** Kind (bits from 24 on) and number of elements. */
const SLOT_COUNT = 1;
const SLOT_START = 2;
const SLOT_SIZE = 3;

const KIND_SHIFT = 24;
const COUNT_MASK = (1 << KIND_SHIFT) - 1;

/** With its header, a page of so many is 1 KiB: a size that blocks have. */
export const MAX_SLOTS = 63;
/** Neighbouring pages that have together at most so many become one. */
const FEW_SLOTS = MAX_SLOTS >> 1;

/** The node's block holds packed entries. */
export const NODE_PACKED = 0;
/** It holds one large element, or one that came as a node of its own. */
export const NODE_PLAIN = 1;
/** Bit of either kind: the block is compressed. */
export const NODE_COMPRESSED = 2;

/** How many elements the list has. O(1). */
export function elementsOf(memory: MemoryReader, root: number): number {
  return memory.i32(root, ROOT_ELEMENTS);
}

/** How many nodes it has. O(1). */
export function nodesOf(memory: MemoryReader, root: number): number {
  return memory.i32(root, ROOT_NODES);
}

/** A place in the order of nodes, and what stands there. `page` is NONE where there is no node. */
export class NodePlace {
  page = NONE;
  slot = 0;
  private readonly memory: MemoryReader;

  constructor(memory: MemoryReader) {
    this.memory = memory;
  }

  // --- Moving -------------------------------------------------------------------------------------------------------

  /** @hot Goes to the first node; false when there is none. O(1). */
  toFirst(root: number): boolean {
    this.page = this.memory.i32(root, ROOT_HEAD);
    this.slot = 0;
    return this.page !== NONE;
  }

  /** @hot Goes to the last node; false when there is none. O(1). */
  toLast(root: number): boolean {
    this.page = this.memory.i32(root, ROOT_TAIL);
    if (this.page === NONE) return false;
    this.slot = this.memory.i32(this.page, PAGE_SLOTS) - 1;
    return true;
  }

  /** @hot Goes to the next node; behind the last one there is none, and false is returned. O(1). */
  toNext(): boolean {
    if (++this.slot < this.memory.i32(this.page, PAGE_SLOTS)) return true;
    this.page = this.memory.i32(this.page, PAGE_NEXT);
    this.slot = 0;
    return this.page !== NONE;
  }

  /** @hot Goes to the node before; before the first one there is none, and false is returned. O(1). */
  toPrevious(): boolean {
    if (--this.slot >= 0) return true;
    this.page = this.memory.i32(this.page, PAGE_PREVIOUS);
    if (this.page === NONE) return false;
    this.slot = this.memory.i32(this.page, PAGE_SLOTS) - 1;
    return true;
  }

  /** Goes to the first (`n` is 0), second ... node counted from one end; false when there are fewer. O(n). */
  toNth(root: number, n: number, fromFront: boolean): boolean {
    let found = fromFront ? this.toFirst(root) : this.toLast(root);
    for (let i = 0; i < n && found; i++) found = fromFront ? this.toNext() : this.toPrevious();
    return found;
  }

  /**
   * @hot Goes to the node of element `index`, which there is, and returns which one of the node's it is. O(pages from
   * the nearer end + slots of a page).
   */
  toElement(root: number, index: number): number {
    const { memory } = this;
    const elements = memory.i32(root, ROOT_ELEMENTS);
    let page: number;
    let rest = index;
    if (index <= elements >>> 1) {
      page = memory.i32(root, ROOT_HEAD);
      for (let n = memory.i32(page, PAGE_ELEMENTS); rest >= n; n = memory.i32(page, PAGE_ELEMENTS)) {
        rest -= n;
        page = memory.i32(page, PAGE_NEXT);
      }
    } else {
      page = memory.i32(root, ROOT_TAIL);
      rest -= elements - memory.i32(page, PAGE_ELEMENTS);
      while (rest < 0) {
        page = memory.i32(page, PAGE_PREVIOUS);
        rest += memory.i32(page, PAGE_ELEMENTS);
      }
    }
    let word = PAGE_FIRST + SLOT_COUNT;
    for (let n = memory.i32(page, word) & COUNT_MASK; rest >= n; n = memory.i32(page, word) & COUNT_MASK) {
      rest -= n;
      word += 1 << SLOT_WORDS_SHIFT;
    }
    this.page = page;
    this.slot = (word - PAGE_FIRST) >>> SLOT_WORDS_SHIFT;
    return rest;
  }

  // --- Reading ------------------------------------------------------------------------------------------------------

  /** @hot The block of the node here. */
  get block(): number {
    return this.word(SLOT_BLOCK);
  }

  /** @hot Its kind: NODE_PACKED or NODE_PLAIN, and whether it is NODE_COMPRESSED. */
  get kind(): number {
    return this.word(SLOT_COUNT) >>> KIND_SHIFT;
  }

  /** @hot How many elements it has. */
  get count(): number {
    return this.word(SLOT_COUNT) & COUNT_MASK;
  }

  /** @hot Where its bytes begin. */
  get start(): number {
    return this.word(SLOT_START);
  }

  /** @hot Bytes of its entries, or of its plain element, uncompressed. */
  get size(): number {
    return this.word(SLOT_SIZE);
  }

  /** Slots of the page here. */
  protected get slots(): number {
    return this.memory.i32(this.page, PAGE_SLOTS);
  }

  /** Elements of all nodes of the page here. */
  get pageElements(): number {
    return this.memory.i32(this.page, PAGE_ELEMENTS);
  }

  /** @hot */
  private word(word: number): number {
    return this.memory.i32(this.page, PAGE_FIRST + (this.slot << SLOT_WORDS_SHIFT) + word);
  }
}

/** What stands at an end of a list: for what is done most often, and has to be done in no time. */
export class EndSlot {
  page = NONE;
  /** Word of the slot in its page. */
  word = 0;
  block = NONE;
  /** Elements, and from bit 24 on the kind, which is 0 for a packed node. */
  kindAndCount = 0;
  start = 0;
  size = 0;

  /** @hot Loads the first or the last node; false when there is none. O(1). */
  load(arena: Arena, root: number, atFront: boolean): boolean {
    const page = arena.i32(root, atFront ? ROOT_HEAD : ROOT_TAIL);
    if (page === NONE) return false;
    const words = arena.words[page >>> SLAB_SHIFT]!;
    const base = (page & UNIT_MASK) << 1;
    const word = atFront ? PAGE_FIRST : PAGE_FIRST + ((words[base + PAGE_SLOTS]! - 1) << SLOT_WORDS_SHIFT);
    const at = base + word;
    this.page = page;
    this.word = word;
    this.block = words[at + SLOT_BLOCK]!;
    this.kindAndCount = words[at + SLOT_COUNT]!;
    this.start = words[at + SLOT_START]!;
    this.size = words[at + SLOT_SIZE]!;
    return true;
  }
}

/** A place from which nodes are inserted and removed. */
export class ListPages extends NodePlace {
  private readonly arena: Arena;

  constructor(arena: Arena) {
    super(arena);
    this.arena = arena;
  }

  /** A root without nodes. O(1). */
  createRoot(): number {
    const { arena } = this;
    const root = arena.alloc(ROOT_BYTES);
    for (let word = 0; word < ROOT_BYTES >>> 2; word++) arena.setI32(root, word, 0);
    return root;
  }

  /** @hot Sets the node here, whose number of elements differs by `added` from what was counted for it. O(1). */
  set(root: number, block: number, kind: number, count: number, start: number, size: number, added: number): void {
    const { arena, page } = this;
    const word = PAGE_FIRST + (this.slot << SLOT_WORDS_SHIFT);
    arena.setI32(page, word + SLOT_BLOCK, block);
    arena.setI32(page, word + SLOT_COUNT, (kind << KIND_SHIFT) | count);
    arena.setI32(page, word + SLOT_START, start);
    arena.setI32(page, word + SLOT_SIZE, size);
    if (added === 0) return;
    arena.setI32(page, PAGE_ELEMENTS, arena.i32(page, PAGE_ELEMENTS) + added);
    arena.setI32(root, ROOT_ELEMENTS, arena.i32(root, ROOT_ELEMENTS) + added);
  }

  /**
   * @hot Sets count, start and size of a packed node at an end of the list, whose number of elements differs by `added`
   * from what it was. The place is not looked at. O(1).
   */
  setEnd(root: number, slot: EndSlot, count: number, start: number, size: number, added: number): void {
    const { arena } = this;
    const { page, word } = slot;
    arena.willWrite(page, (word + SLOT_COUNT) << 2, SLOT_BYTES - 4);
    const words = arena.words[page >>> SLAB_SHIFT]!;
    const at = ((page & UNIT_MASK) << 1) + word;
    words[at + SLOT_COUNT] = count;
    words[at + SLOT_START] = start;
    words[at + SLOT_SIZE] = size;
    arena.setI32(page, PAGE_ELEMENTS, arena.i32(page, PAGE_ELEMENTS) + added);
    arena.setI32(root, ROOT_ELEMENTS, arena.i32(root, ROOT_ELEMENTS) + added);
  }

  /**
   * Makes a slot before or behind the node here, and goes to it: it counts no elements, and is to be {@link set} at
   * once. In a list without nodes, which has no place, it is the first one. O(MAX_SLOTS).
   * @throws OutOfMemoryError with nothing changed
   */
  insert(root: number, behind: boolean): void {
    const { arena } = this;
    if (elementsOf(arena, root) === 0) this.addFirstPage(root);
    else {
      if (this.slots === this.capacity) this.makeRoom(root, behind);
      else if (behind) this.slot++;
      const { page, slot } = this;
      const from = PAGE_HEADER_BYTES + slot * SLOT_BYTES;
      arena.move(page, from + SLOT_BYTES, page, from, (this.slots - slot) * SLOT_BYTES);
    }
    const { page } = this;
    arena.setI32(page, PAGE_SLOTS, this.slots + 1);
    arena.setI32(page, PAGE_FIRST + (this.slot << SLOT_WORDS_SHIFT) + SLOT_COUNT, 0);
    arena.setI32(root, ROOT_NODES, arena.i32(root, ROOT_NODES) + 1);
  }

  /**
   * Removes the slot here and goes to the node behind it; `page` is NONE when it was the last. Needs no memory.
   * O(MAX_SLOTS).
   */
  remove(root: number): void {
    const { arena, page, slot } = this;
    const { count } = this;
    const slots = this.slots - 1;
    arena.setI32(page, PAGE_ELEMENTS, arena.i32(page, PAGE_ELEMENTS) - count);
    arena.setI32(root, ROOT_ELEMENTS, arena.i32(root, ROOT_ELEMENTS) - count);
    arena.setI32(root, ROOT_NODES, arena.i32(root, ROOT_NODES) - 1);
    arena.setI32(page, PAGE_SLOTS, slots);
    const next = arena.i32(page, PAGE_NEXT);
    if (slots === 0) {
      this.unlink(root);
      arena.free(page);
    } else {
      const from = PAGE_HEADER_BYTES + slot * SLOT_BYTES;
      arena.move(page, from, page, from + SLOT_BYTES, (slots - slot) * SLOT_BYTES);
      if (next !== NONE && slots + arena.i32(next, PAGE_SLOTS) <= FEW_SLOTS) this.takeIn(root, next);
      if (slot < this.slots) return;
    }
    this.page = next;
    this.slot = 0;
  }

  /**
   * Moves the whole page here to the end of another list, from which nodes are only removed, and goes to the node
   * behind it. Needs no memory. O(1).
   */
  movePage(root: number, toRoot: number): void {
    const { arena, page, slots, pageElements } = this;
    const next = arena.i32(page, PAGE_NEXT);
    this.unlink(root);
    arena.setI32(root, ROOT_ELEMENTS, arena.i32(root, ROOT_ELEMENTS) - pageElements);
    arena.setI32(root, ROOT_NODES, arena.i32(root, ROOT_NODES) - slots);
    arena.setI32(toRoot, ROOT_ELEMENTS, arena.i32(toRoot, ROOT_ELEMENTS) + pageElements);
    arena.setI32(toRoot, ROOT_NODES, arena.i32(toRoot, ROOT_NODES) + slots);
    this.link(toRoot, page, arena.i32(toRoot, ROOT_TAIL));
    this.page = next;
    this.slot = 0;
  }

  /** Bytes of root and pages. O(pages). */
  ownBytes(root: number): number {
    const { arena } = this;
    let bytes = arena.blockSize(root);
    for (let page = arena.i32(root, ROOT_HEAD); page !== NONE; page = arena.i32(page, PAGE_NEXT)) {
      bytes += arena.blockSize(page);
    }
    return bytes;
  }

  private get capacity(): number {
    return Math.min(MAX_SLOTS, (this.arena.blockSize(this.page) - PAGE_HEADER_BYTES) >>> 4);
  }

  private addFirstPage(root: number): void {
    this.page = this.newPage(SLOT_BYTES);
    this.slot = 0;
    this.link(root, this.page, NONE);
  }

  /** A page without slots, with room for as many as fit into `bytes` bytes. */
  private newPage(bytes: number): number {
    const { arena } = this;
    const page = arena.alloc(PAGE_HEADER_BYTES + bytes);
    arena.setI32(page, PAGE_SLOTS, 0);
    arena.setI32(page, PAGE_ELEMENTS, 0);
    return page;
  }

  /** Links a page behind `previous`, or as the first one where that is NONE. */
  private link(root: number, page: number, previous: number): void {
    const { arena } = this;
    const next = previous === NONE ? arena.i32(root, ROOT_HEAD) : arena.i32(previous, PAGE_NEXT);
    arena.setI32(page, PAGE_PREVIOUS, previous);
    arena.setI32(page, PAGE_NEXT, next);
    this.linkNeighbours(root, previous, page, page, next);
  }

  private unlink(root: number): void {
    const { arena, page } = this;
    const previous = arena.i32(page, PAGE_PREVIOUS);
    const next = arena.i32(page, PAGE_NEXT);
    this.linkNeighbours(root, previous, next, previous, next);
  }

  /** Lets `previous` be followed by `first`, and `next` be preceded by `last`; where one is NONE, the root has it. */
  private linkNeighbours(root: number, previous: number, first: number, last: number, next: number): void {
    const { arena } = this;
    if (previous === NONE) arena.setI32(root, ROOT_HEAD, first);
    else arena.setI32(previous, PAGE_NEXT, first);
    if (next === NONE) arena.setI32(root, ROOT_TAIL, last);
    else arena.setI32(next, PAGE_PREVIOUS, last);
  }

  /**
   * The page here is full: lets there be room before the node here, or behind it, and goes to where the new slot is to
   * be. Pages at the ends stay full as the list grows there.
   */
  private makeRoom(root: number, behind: boolean): void {
    const { arena, page } = this;
    const slots = this.slots;
    const at = behind ? this.slot + 1 : this.slot;
    const previous = arena.i32(page, PAGE_PREVIOUS);
    const next = arena.i32(page, PAGE_NEXT);
    if (slots < MAX_SLOTS) {
      const bytes = PAGE_HEADER_BYTES + Math.min(MAX_SLOTS, slots * 2 + 1) * SLOT_BYTES;
      this.page = arena.realloc(page, bytes, PAGE_HEADER_BYTES + slots * SLOT_BYTES);
      this.linkNeighbours(root, previous, this.page, this.page, next);
      this.slot = at;
      return;
    }
    const fresh = this.newPage(MAX_SLOTS * SLOT_BYTES);
    if (at === 0 && previous === NONE) {
      this.link(root, fresh, NONE);
      this.page = fresh;
      return;
    }
    this.link(root, fresh, page);
    const kept = at === slots && next === NONE ? slots : slots >>> 1;
    if (kept < slots) this.moveSlots(page, kept, fresh, slots - kept);
    const isBehind = at > kept || kept === slots;
    this.page = isBehind ? fresh : page;
    this.slot = isBehind ? at - kept : at;
  }

  /** Moves the last `n` slots of a page, from `first` on, to the end of another one. */
  private moveSlots(from: number, first: number, to: number, n: number): void {
    const { arena } = this;
    const there = arena.i32(to, PAGE_SLOTS);
    let elements = 0;
    for (let i = first; i < first + n; i++) {
      elements += arena.i32(from, PAGE_FIRST + (i << SLOT_WORDS_SHIFT) + SLOT_COUNT) & COUNT_MASK;
    }
    arena.move(
      to,
      PAGE_HEADER_BYTES + there * SLOT_BYTES,
      from,
      PAGE_HEADER_BYTES + first * SLOT_BYTES,
      n * SLOT_BYTES,
    );
    arena.setI32(to, PAGE_SLOTS, there + n);
    arena.setI32(to, PAGE_ELEMENTS, arena.i32(to, PAGE_ELEMENTS) + elements);
    arena.setI32(from, PAGE_SLOTS, first);
    arena.setI32(from, PAGE_ELEMENTS, arena.i32(from, PAGE_ELEMENTS) - elements);
  }

  /** Takes the slots of the next page into the one here; the place stays. */
  private takeIn(root: number, next: number): void {
    const { arena, page } = this;
    this.moveSlots(next, 0, page, arena.i32(next, PAGE_SLOTS));
    const behind = arena.i32(next, PAGE_NEXT);
    this.linkNeighbours(root, page, behind, page, behind);
    arena.free(next);
  }
}
