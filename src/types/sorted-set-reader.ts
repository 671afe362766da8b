/**
 * Sorted sets, read side: whatever the encoding, a row of members with scores in order, which a cursor walks through.
 *
 * ```
 *   listpack   root: the listpack of scored-listpack.ts
 *   skiplist   root: words 0 to 4  header of a counted tree (counted-tree-reader.ts)
 *                    word  5       root of a dict (dict.ts) over the same members
 *              The name is Redis'; OBJECT ENCODING answers it.
 * ```
 * 1. A sorted set that is the value of a key is not empty.
 * 2. Tree and dict have the same members, which belong to the set. While a result is built ({@link
 *    SortedSets.beginResult}) the tree is empty and the dict alone has them.
 */
import { type MemoryReader, NONE } from '../memory/index.js';
import {
  CountedTreeReader,
  MEMBER_BYTES,
  MEMBER_LENGTH,
  MEMBER_SCORE,
  TREE_WORDS,
  TreeCursor,
} from './counted-tree-reader.js';
import { ListpackReader } from './listpack.js';
import { MAX_HEADER_BYTES } from './listpack-entry.js';
import { ScoredListpackReader, scoreOfEntry } from './scored-listpack.js';
import { ENCODING_LISTPACK, encodingOf, rootOf } from './value.js';

/** Word of the root that holds the dict's root. */
export const ROOT_DICT = TREE_WORDS;
/** Bytes of the root of a large set. */
export const ROOT_BYTES = (ROOT_DICT + 1) * 4;

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
/** Digits of the longest integer member. */
const DIGITS_MAX = 24;

/**
 * A place in a sorted set, and what stands there: the member is `bytes[from, from + length)`, `view` the same memory.
 * Valid until the set changes; in a snapshot until anything else is read.
 */
export class SortedSetCursor {
  bytes: Uint8Array = NO_BYTES;
  view: DataView = NO_VIEW;
  from = 0;
  length = 0;
  score = Number.NaN;
  /** @internal The root of the set. */
  root = NONE;
  /** @internal */
  isListpack = false;
  /** @internal The pair in a listpack. */
  at = NONE;
  /** @internal The pair behind it. */
  nextAt = NONE;
  /** @internal */
  readonly tree = new TreeCursor();
  /** @internal The text of a member that is an integer in its listpack. */
  readonly digits = new Uint8Array(DIGITS_MAX);
  /** @internal */
  readonly digitsView = new DataView(this.digits.buffer);
}

/** Looks into sorted sets, in the arena or in a snapshot. */
export class SortedSetReader {
  protected readonly memory: MemoryReader;
  protected readonly trees: CountedTreeReader;
  protected readonly scored: ScoredListpackReader;
  private readonly packs: ListpackReader;

  constructor(
    memory: MemoryReader,
    trees = new CountedTreeReader(memory),
    scored = new ScoredListpackReader(memory, new ListpackReader(memory)),
  ) {
    this.memory = memory;
    this.trees = trees;
    this.scored = scored;
    this.packs = scored.listpacks;
  }

  /** @hot How many members there are. O(1). */
  length(holder: number): number {
    const { memory } = this;
    const root = rootOf(memory, holder);
    if (encodingOf(memory, holder) === ENCODING_LISTPACK) return this.scored.count(root);
    return this.trees.count(root);
  }

  /** @hot Goes to the member at a rank, from 0 on; false when there are not so many. O(log N). */
  seekRank(holder: number, rank: number, cursor: SortedSetCursor): boolean {
    const { memory } = this;
    cursor.root = rootOf(memory, holder);
    cursor.isListpack = encodingOf(memory, holder) === ENCODING_LISTPACK;
    if (!cursor.isListpack) return this.trees.seekRank(cursor.root, rank, cursor.tree) && this.loadElement(cursor);
    cursor.at = this.scored.seek(cursor.root, rank);
    return cursor.at !== NONE && this.loadPair(cursor);
  }

  /** @hot Moves to the next member; false behind the last. O(1). */
  next(cursor: SortedSetCursor): boolean {
    if (!cursor.isListpack) return this.trees.next(cursor.tree) && this.loadElement(cursor);
    cursor.at = cursor.nextAt;
    return cursor.at !== NONE && this.loadPair(cursor);
  }

  /** @hot Moves to the member before; false before the first. O(1). */
  previous(cursor: SortedSetCursor): boolean {
    if (!cursor.isListpack) return this.trees.previous(cursor.tree) && this.loadElement(cursor);
    const { packs } = this;
    const score = packs.previous(cursor.root, cursor.at);
    if (score === NONE) return false;
    cursor.at = packs.previous(cursor.root, score);
    return this.loadPair(cursor);
  }

  /** @hot Shows a member of a large set at the cursor, which has no place then. O(1). */
  protected showMember(member: number, cursor: SortedSetCursor): void {
    const { memory } = this;
    cursor.score = memory.f64(member, MEMBER_SCORE);
    cursor.length = memory.i32(member, MEMBER_LENGTH);
    const view = memory.window(member, MEMBER_BYTES, cursor.length);
    // The garbage collector's write barrier costs more than the look.
    if (cursor.view !== view) {
      cursor.view = view;
      cursor.bytes = memory.windowBytes;
    }
    cursor.from = memory.windowBase;
  }

  /** @hot */
  private loadElement(cursor: SortedSetCursor): true {
    this.showMember(this.trees.memberAt(cursor.tree), cursor);
    return true;
  }

  /** @hot The member's window is the last one that is opened: it has to stay. */
  private loadPair(cursor: SortedSetCursor): true {
    const { packs, memory } = this;
    const { root } = cursor;
    const { entry } = packs;
    const end = packs.endOf(root);
    const scoreAt = this.decode(root, cursor.at, end);
    const { isInteger, offset, length } = entry;
    if (isInteger) cursor.length = entry.integer.write(cursor.digits, 0);
    const nextAt = this.decode(root, scoreAt, end);
    cursor.nextAt = nextAt === end ? NONE : nextAt;
    if (!entry.isInteger) {
      memory.window(root, entry.offset, entry.length);
      entry.offset = memory.windowBase;
    }
    cursor.score = scoreOfEntry(entry, memory.windowBytes);
    if (isInteger) {
      cursor.bytes = cursor.digits;
      cursor.view = cursor.digitsView;
      cursor.from = 0;
      return true;
    }
    cursor.view = memory.window(root, offset, length);
    cursor.bytes = memory.windowBytes;
    cursor.from = memory.windowBase;
    cursor.length = length;
    return true;
  }

  /**
   * @hot Decodes the entry at `at` of a listpack; `entry.offset` counts from the block. Returns where the next one is.
   */
  private decode(ref: number, at: number, end: number): number {
    const { memory } = this;
    const { entry } = this.packs;
    const view = memory.window(ref, at, Math.min(MAX_HEADER_BYTES, end - at));
    const shift = at - memory.windowBase;
    const next = entry.decode(view, memory.windowBase) + shift;
    entry.offset += shift;
    return next;
  }
}
