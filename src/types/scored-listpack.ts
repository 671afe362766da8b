/**
 * Small sorted sets: a listpack of members, each followed by its score, in the order of the set. It is Redis' layout,
 * byte for byte.
 *
 * ```
 *   member | score | member | score | ...      by score, then by the members' bytes
 * ```
 * 1. A score that is an integer of up to 2^62 in magnitude is written in decimal, and so becomes an integer entry; -0
 *    is 0. Every other is the text of `%.17g`, which reads back as the same double.
 * 2. The entry of a score is the one behind its member's; positions of pairs are those of the members.
 */
import { compareBytes, compareLong, SMALL_COMPARE } from '../memory/byte-loops.js';
import { type Arena, type MemoryReader, NONE } from '../memory/index.js';
import { formatDouble17, parseDouble, writeInt } from '../util/numbers.js';
import { type ListpackReader, Listpacks } from './listpack.js';
import { entryBytesAt, type ListpackEntry } from './listpack-entry.js';

/** Bytes of the longest text of a score. */
const SCORE_TEXT_MAX = 32;
/** Bytes that a score's entry needs beside its text. */
const SCORE_ENTRY_BYTES = SCORE_TEXT_MAX + 8;
/** Up to this magnitude integers are written in full (double2ll of util.c, 7.0). */
const MAX_INTEGER = 2 ** 62;

/** Reads listpacks of members and scores, in the arena or in a snapshot. */
export class ScoredListpackReader {
  constructor(
    protected readonly memory: MemoryReader,
    readonly listpacks: ListpackReader,
  ) {}

  /** @hot How many pairs there are. O(1). */
  count(ref: number): number {
    return this.listpacks.count(ref) >>> 1;
  }

  /** @hot The pair at a rank, NONE when there are not so many. O(rank), or as many steps from the end. */
  seek(ref: number, rank: number): number {
    const { listpacks } = this;
    const count = this.count(ref);
    if (rank < 0 || rank >= count) return NONE;
    if (rank > count >>> 1) return listpacks.seek(ref, rank * 2);
    const end = listpacks.endOf(ref);
    const view = this.memory.window(ref, 0, end);
    const base = this.memory.windowBase;
    let at = base + listpacks.firstAt;
    for (let i = rank * 2; i > 0; i--) at += entryBytesAt(view, at);
    return at - base;
  }

  /** @hot How many pairs stand before one. O(size). */
  rankOf(ref: number, pair: number): number {
    const view = this.memory.window(ref, 0, pair);
    const base = this.memory.windowBase;
    let entries = 0;
    for (let at = base + this.listpacks.firstAt; at < base + pair; at += entryBytesAt(view, at)) entries++;
    return entries >>> 1;
  }

  /** @hot How many pairs have a score below `score`, or at most that where it is `exclusive`. O(size). */
  rankOfScore(ref: number, score: number, exclusive: boolean): number {
    const at = this.firstFrom(ref, score, exclusive);
    return at === NONE ? this.count(ref) : this.passed;
  }

  /** How many pairs {@link firstFrom} has passed. */
  private passed = 0;

  /**
   * @hot The first pair with a score of at least `score`, or above it where it is `exclusive`; NONE when none has.
   * O(size).
   */
  protected firstFrom(ref: number, score: number, exclusive: boolean): number {
    const { entry } = this.listpacks;
    const end = this.listpacks.endOf(ref);
    const view = this.memory.window(ref, 0, end);
    const bytes = this.memory.windowBytes;
    const base = this.memory.windowBase;
    this.passed = 0;
    for (let at = base + this.listpacks.firstAt; at < base + end; this.passed++) {
      const next = entry.decode(view, at + entryBytesAt(view, at));
      const other = scoreOfEntry(entry, bytes);
      if (exclusive ? other > score : other >= score) return at - base;
      at = next;
    }
    return NONE;
  }
}

/** @hot The score that an entry holds, of which the string, if it is one, is in `bytes`. */
export function scoreOfEntry(entry: ListpackEntry, bytes: Uint8Array): number {
  return entry.isInteger ? entry.integer.value : parseDouble(bytes, entry.offset, entry.length);
}

/** Changes listpacks of members and scores. */
export class ScoredListpacks extends ScoredListpackReader {
  override readonly listpacks: Listpacks;
  /** Where the pair stands that was inserted last. */
  placed = NONE;
  private readonly arena: Arena;
  private readonly text = new Uint8Array(SCORE_TEXT_MAX);
  private readonly textView = new DataView(this.text.buffer);

  constructor(arena: Arena) {
    const listpacks = new Listpacks(arena);
    super(arena, listpacks);
    this.arena = arena;
    this.listpacks = listpacks;
  }

  /** An empty one in a new block. O(1). */
  create(): number {
    return this.listpacks.create();
  }

  /** @hot The pair of a member, NONE when there is none. O(size). */
  find(ref: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { listpacks } = this;
    return listpacks.find(ref, listpacks.first(ref), bytes, view, from, length, 2);
  }

  /** @hot The pair behind one, NONE behind the last. O(1). */
  next(ref: number, at: number): number {
    return this.listpacks.next(ref, this.listpacks.next(ref, at));
  }

  /** @hot The score of a pair. O(1). */
  scoreOf(ref: number, at: number): number {
    this.listpacks.read(ref, this.listpacks.next(ref, at));
    const { entry } = this.listpacks;
    this.arena.window(ref, entry.offset, entry.length);
    entry.offset = this.arena.windowBase;
    return scoreOfEntry(entry, this.arena.windowBytes);
  }

  /** @hot -1, 0 or 1 as the member of a pair is below, equal to or above the bytes. O(length). */
  compare(ref: number, at: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { listpacks } = this;
    listpacks.render(ref, at);
    const common = Math.min(length, listpacks.length);
    const order =
      common <= SMALL_COMPARE
        ? compareBytes(listpacks.view, listpacks.from, view, from, common)
        : compareLong(listpacks.bytes, listpacks.from, bytes, from, common);
    return order !== 0 ? order : Math.sign(listpacks.length - length);
  }

  /**
   * Makes sure that a member of `length` bytes can be inserted without memory. Returns where the listpack is. O(size).
   */
  private reserve(ref: number, length: number): number {
    return this.listpacks.reserve(ref, length + 11 + SCORE_ENTRY_BYTES);
  }

  /**
   * @hot Inserts a member that is not there where it belongs. Returns where the listpack is. O(size).
   * @throws OutOfMemoryError and nothing has changed
   */
  insert(ref: number, score: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { listpacks } = this;
    const there = this.reserve(ref, length);
    let at = this.firstFrom(there, score, false);
    for (; at !== NONE; at = this.next(there, at)) {
      if (this.scoreOf(there, at) > score || this.compare(there, at, bytes, view, from, length) > 0) break;
    }
    return this.place(there, at === NONE ? listpacks.endOf(there) : at, score, bytes, view, from, length);
  }

  /** Adds a member that belongs behind all others. Returns where the listpack is. O(1), O(size) when it moves. */
  append(ref: number, score: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const there = this.reserve(ref, length);
    return this.place(there, this.listpacks.endOf(there), score, bytes, view, from, length);
  }

  /** @hot Deletes a pair. Needs no memory. Returns where the listpack is. O(size). */
  remove(ref: number, at: number): number {
    const { listpacks } = this;
    const next = this.next(ref, at);
    return listpacks.deleteBetween(ref, at, next === NONE ? listpacks.endOf(ref) : next, 2);
  }

  /** @hot Writes a pair at `at`, where there is room for it. */
  private place(
    ref: number,
    at: number,
    score: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
  ): number {
    const { listpacks, text, textView } = this;
    this.placed = at;
    const there = listpacks.insertBefore(ref, at, bytes, view, from, length);
    return listpacks.insertAfter(there, at, text, textView, 0, this.writeScore(score));
  }

  /** @hot Writes the text of a score; returns its length. */
  private writeScore(score: number): number {
    const { text } = this;
    if (Number.isSafeInteger(score)) return writeInt(text, 0, score);
    const isInteger = Math.abs(score) <= MAX_INTEGER && Number.isInteger(score);
    const digits = isInteger ? String(BigInt(score)) : formatDouble17(score);
    for (let i = 0; i < digits.length; i++) text[i] = digits.charCodeAt(i);
    return digits.length;
  }
}
