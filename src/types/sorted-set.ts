/**
 * Sorted sets, write side, with all that only the live arena is asked: lookups by member, ranks, random members.
 * sorted-set-reader.ts draws the two encodings.
 *
 * A set begins as a listpack and becomes a dict with a counted tree when `zset-max-listpack-entries` or
 * `zset-max-listpack-value` says so; never back, but for results of commands that are built apart.
 *
 * 1. An operation that throws for want of memory has changed nothing, or nothing but the encoding.
 * 2. Members are blocks of their own: hash, length, score, bytes (counted-tree-reader.ts). Dict and tree refer to them.
 */
import { type Arena, NONE } from '../memory/index.js';
import { assert } from '../util/assert.js';
import type { KeyHasher } from '../util/hash.js';
import type { Random } from '../util/random.js';
import { CountedTrees } from './counted-tree.js';
import { MEMBER_BYTES, MEMBER_LENGTH, MEMBER_SCORE } from './counted-tree-reader.js';
import { Dict } from './dict.js';
import type { TypeLimits } from './limits.js';
import type { LineStatistics } from './lines.js';
import { MAX_LISTPACK_BYTES } from './listpack.js';
import { ScoredListpacks } from './scored-listpack.js';
import { ROOT_BYTES, ROOT_DICT, SortedSetCursor, SortedSetReader } from './sorted-set-reader.js';
import {
  ENCODING_LISTPACK,
  ENCODING_SKIPLIST,
  encodingOf,
  rootOf,
  setRoot,
  setValue,
  type ValueOperations,
} from './value.js';

/** Options of {@link SortedSets.add}. */
export const ADD_NX = 1 << 0;
export const ADD_XX = 1 << 1;
export const ADD_GT = 1 << 2;
export const ADD_LT = 1 << 3;
/** The score is added to the member's, from 0 where it is new. */
export const ADD_INCREMENT = 1 << 4;

/** What {@link SortedSets.add} has done: the options kept it from doing anything. */
export const ADD_REFUSED = 0;
/** The member is new. */
export const ADD_ADDED = 1;
/** The member has another score now. */
export const ADD_UPDATED = 2;
/** The member had this score already. */
export const ADD_SAME = 3;
/** The sum of two scores is no number; nothing has changed. */
export const ADD_NAN = 4;
export type AddResult = typeof ADD_REFUSED | typeof ADD_ADDED | typeof ADD_UPDATED | typeof ADD_SAME | typeof ADD_NAN;

/** How scores of the same member are put together. */
export const AGGREGATE_SUM = 0;
export const AGGREGATE_MIN = 1;
export const AGGREGATE_MAX = 2;
export type Aggregate = typeof AGGREGATE_SUM | typeof AGGREGATE_MIN | typeof AGGREGATE_MAX;

/** What {@link SortedSets.rank} returns for what is no member. */
export const NO_RANK = -1;

/** Blocks that a line of a dict leads to, about: what one step of freeing frees at least. */
const LINE_ELEMENTS = 8;

/** Gets members in no order; the cursor has no place. */
export type MemberVisitor = (cursor: SortedSetCursor) => void;

/** All sorted sets of a keyspace. */
export class SortedSets extends SortedSetReader implements ValueOperations {
  /** The score that the last {@link add} left the member with, or refused. */
  resultScore = Number.NaN;
  /** A cursor for whoever runs a command. */
  readonly cursor = new SortedSetCursor();

  protected override readonly trees: CountedTrees;
  private readonly arena: Arena;
  private readonly hasher: KeyHasher;
  private readonly limits: TypeLimits;
  private readonly dicts: Dict;
  protected override readonly scored: ScoredListpacks;
  /** For walks of this class: whoever calls may be walking himself. */
  private readonly ownCursor = new SortedSetCursor();

  constructor(arena: Arena, hasher: KeyHasher, limits: TypeLimits) {
    const trees = new CountedTrees(arena);
    const scored = new ScoredListpacks(arena);
    super(arena, trees, scored);
    this.trees = trees;
    this.arena = arena;
    this.hasher = hasher;
    this.limits = limits;
    this.dicts = new Dict(arena);
    this.scored = scored;
  }

  /** Lets a holder of no value hold an empty set. O(1). */
  init(holder: number): void {
    setValue(this.arena, holder, ENCODING_LISTPACK, this.scored.create());
  }

  /** The same as a large set, whatever comes into it: a listpack keeps no -0. O(1). */
  initLarge(holder: number): void {
    setValue(this.arena, holder, ENCODING_SKIPLIST, this.newRoot());
  }

  /** Makes a listpack of a large set, if it is small enough. O(N). @param longest bytes of its longest member */
  compact(holder: number, longest: number): void {
    const { limits } = this;
    const isSmall = this.length(holder) <= limits.zsetMaxListpackEntries && longest <= limits.zsetMaxListpackValue;
    if (isSmall) this.convertToListpack(holder);
  }

  // --- Looking up ---------------------------------------------------------------------------------------------------

  /** @hot The score of a member, NaN when it is none. O(1), O(size) in a listpack. */
  score(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena, scored } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      const at = scored.find(root, bytes, view, from, length);
      return at === NONE ? Number.NaN : scored.scoreOf(root, at);
    }
    const hash = this.hasher.hash(view, bytes, from, length);
    const member = this.lookup(arena.i32(root, ROOT_DICT), hash, bytes, view, from, length);
    return member === NONE ? Number.NaN : arena.f64(member, MEMBER_SCORE);
  }

  /** @hot The rank of a member, from 0 on, NO_RANK (-1) when it is none. O(log N). */
  rank(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) return this.rankInPack(root, bytes, view, from, length);
    const hash = this.hasher.hash(view, bytes, from, length);
    const member = this.lookup(arena.i32(root, ROOT_DICT), hash, bytes, view, from, length);
    return member === NONE ? NO_RANK : this.trees.rankOf(root, arena.f64(member, MEMBER_SCORE), member);
  }

  /** @hot How many members have a score below `score`, or at most that where it is `exclusive`. O(log N). */
  rankOfScore(holder: number, score: number, exclusive: boolean): number {
    const { arena, scored } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) !== ENCODING_LISTPACK) return this.trees.rankOfScore(root, score, exclusive);
    return scored.rankOfScore(root, score, exclusive);
  }

  /**
   * How many members are below the bytes, or at most those where they are `exclusive`. That has a meaning only where
   * all scores are the same. O(log N).
   */
  rankOfBytes(
    holder: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    exclusive: boolean,
  ): number {
    const { arena, scored } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) !== ENCODING_LISTPACK) {
      return this.trees.rankOfBytes(root, bytes, view, from, length, exclusive);
    }
    let rank = 0;
    for (let at = scored.listpacks.first(root); at !== NONE; at = scored.next(root, at), rank++) {
      const order = scored.compare(root, at, bytes, view, from, length);
      if (exclusive ? order > 0 : order >= 0) break;
    }
    return rank;
  }

  /**
   * Shows a member, each equally likely, at a cursor, which has no place then. The set must not be empty. O(1)
   * expected.
   */
  random(holder: number, random: Random, cursor: SortedSetCursor): void {
    const { arena } = this;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      this.seekRank(holder, random.below(this.length(holder)), cursor);
      return;
    }
    this.showMember(this.dicts.random(arena.i32(rootOf(arena, holder), ROOT_DICT), random), cursor);
  }

  /**
   * One step of ZSCAN: shows members, those of a bucket or all of a listpack, and returns the next cursor, 0 at the
   * end. `visit` must not change the set. O(elements visited).
   */
  scan(holder: number, at: number, visit: MemberVisitor): number {
    const { arena, ownCursor } = this;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      for (let more = this.seekRank(holder, 0, ownCursor); more; more = this.next(ownCursor)) visit(ownCursor);
      return 0;
    }
    return this.dicts.scan(arena.i32(rootOf(arena, holder), ROOT_DICT), at, (member) => {
      this.showMember(member, ownCursor);
      visit(ownCursor);
    });
  }

  // --- Changing -----------------------------------------------------------------------------------------------------

  /**
   * @hot Adds a member or gives it another score, as far as the options allow; {@link resultScore} tells its score.
   * `options` are bits of ADD_. O(log N).
   * @throws OutOfMemoryError and nothing has changed but perhaps the encoding
   */
  add(
    holder: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    score: number,
    options: number,
  ): AddResult {
    const { arena, scored, limits } = this;
    this.resultScore = score;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      const root = rootOf(arena, holder);
      const at = scored.find(root, bytes, view, from, length);
      if (at !== NONE) return this.updatePair(holder, root, at, bytes, view, from, length, score, options);
      if ((options & ADD_XX) !== 0) return ADD_REFUSED;
      if (
        scored.count(root) < limits.zsetMaxListpackEntries &&
        length <= limits.zsetMaxListpackValue &&
        scored.listpacks.byteLength(root) + length <= MAX_LISTPACK_BYTES
      ) {
        setRoot(arena, holder, scored.insert(root, score, bytes, view, from, length));
        return ADD_ADDED;
      }
      this.convertToSkiplist(holder);
    }
    const root = rootOf(arena, holder);
    const dict = arena.i32(root, ROOT_DICT);
    const hash = this.hasher.hash(view, bytes, from, length);
    const member = this.lookup(dict, hash, bytes, view, from, length);
    if (member === NONE) {
      if ((options & ADD_XX) !== 0) return ADD_REFUSED;
      this.insertMember(root, this.newMember(hash, bytes, view, from, length, score), score);
      return ADD_ADDED;
    }
    const old = arena.f64(member, MEMBER_SCORE);
    const result = this.judge(old, score, options);
    if (result !== ADD_UPDATED) return result;
    const wanted = this.resultScore;
    this.trees.update(root, old, wanted, member);
    arena.setF64(member, MEMBER_SCORE, wanted);
    return ADD_UPDATED;
  }

  /** @hot Takes a member out; false when it is none. Needs no memory. O(log N). */
  remove(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const { arena, scored } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      const at = scored.find(root, bytes, view, from, length);
      if (at === NONE) return false;
      setRoot(arena, holder, scored.remove(root, at));
      return true;
    }
    const hash = this.hasher.hash(view, bytes, from, length);
    const dict = arena.i32(root, ROOT_DICT);
    const member = this.lookup(dict, hash, bytes, view, from, length);
    if (member === NONE) return false;
    this.trees.remove(root, arena.f64(member, MEMBER_SCORE), member);
    this.freeMember(dict, member);
    return true;
  }

  /** @hot Takes `count` members out from a rank on; there must be so many. Needs no memory. O(log N + count). */
  removeRange(holder: number, rank: number, count: number): void {
    const { arena, trees, scored } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      setRoot(arena, holder, scored.listpacks.deleteRange(root, rank * 2, count * 2));
      return;
    }
    const dict = arena.i32(root, ROOT_DICT);
    for (let left = count; left > 0; ) {
      const slice = trees.removeAtRank(root, rank, left);
      for (let i = 0; i < slice; i++) this.freeMember(dict, trees.removed[i]!);
      left -= slice;
    }
  }

  // --- Results ------------------------------------------------------------------------------------------------------

  /**
   * Lets a holder of no value hold the beginning of a result: members come in by {@link accumulate} in any order, and
   * it is a set when {@link finishResult} has been called. O(1).
   */
  beginResult(holder: number): void {
    this.initLarge(holder);
  }

  /** Adds a member to a result, or puts its score together with the one that it has there. O(1) expected. */
  accumulate(
    holder: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    score: number,
    aggregate: Aggregate,
  ): void {
    const { arena } = this;
    const dict = arena.i32(rootOf(arena, holder), ROOT_DICT);
    const hash = this.hasher.hash(view, bytes, from, length);
    const member = this.lookup(dict, hash, bytes, view, from, length);
    if (member !== NONE) {
      arena.setF64(member, MEMBER_SCORE, aggregated(arena.f64(member, MEMBER_SCORE), score, aggregate));
      return;
    }
    this.insertIntoDict(dict, this.newMember(hash, bytes, view, from, length, score));
  }

  /** Puts the members of a result in order. A `compact` one becomes a listpack if it is small enough. O(N log N). */
  finishResult(holder: number, compact: boolean): void {
    const { arena } = this;
    const root = rootOf(arena, holder);
    let longest = 0;
    this.dicts.forEach(arena.i32(root, ROOT_DICT), (member) => {
      this.trees.insert(root, arena.f64(member, MEMBER_SCORE), member);
      longest = Math.max(longest, arena.i32(member, MEMBER_LENGTH));
    });
    if (compact) this.compact(holder, longest);
  }

  // --- The whole value ----------------------------------------------------------------------------------------------

  effort(holder: number): number {
    const { arena, dicts } = this;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) return 1;
    return dicts.count(arena.i32(rootOf(arena, holder), ROOT_DICT)) + 3; // of a result, too, whose tree is still empty
  }

  free(holder: number, blocks: number): boolean {
    const { arena, dicts } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) {
      arena.free(root);
      setRoot(arena, holder, NONE);
      return true;
    }
    const dict = arena.i32(root, ROOT_DICT);
    if (dict !== NONE) {
      for (let freed = 0; freed < blocks; ) {
        const count = dicts.drain(dict);
        for (let i = 0; i < count; i++) arena.free(dicts.drainedRef(i));
        freed += count;
        if (count > 0) continue;
        dicts.free(dict);
        arena.setI32(root, ROOT_DICT, NONE);
        break;
      }
      return false;
    }
    if (!this.trees.free(root, blocks / LINE_ELEMENTS)) return false; // a node costs what a line's elements do
    arena.free(root);
    setRoot(arena, holder, NONE);
    return true;
  }

  copy(from: number, to: number): void {
    const { arena, scored } = this;
    if (encodingOf(arena, from) === ENCODING_LISTPACK) {
      setValue(arena, to, ENCODING_LISTPACK, scored.listpacks.duplicate(rootOf(arena, from)));
      return;
    }
    const root = this.copyInOrder(from, this.length(from));
    setValue(arena, to, ENCODING_SKIPLIST, root);
  }

  tableStatistics(holder: number): LineStatistics | null {
    const { arena } = this;
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) return null;
    return this.dicts.statistics(arena.i32(rootOf(arena, holder), ROOT_DICT));
  }

  memoryUsage(holder: number, samples: number): number {
    const { arena, trees, dicts } = this;
    const root = rootOf(arena, holder);
    if (encodingOf(arena, holder) === ENCODING_LISTPACK) return arena.blockSize(root);
    const count = this.length(holder);
    const dict = arena.i32(root, ROOT_DICT);
    let seen = 0;
    let bytes = 0;
    dicts.forEach(dict, (member) => {
      bytes += arena.blockSize(member);
      return ++seen === samples;
    });
    const members = seen === 0 ? 0 : Math.round((bytes / seen) * count);
    return arena.blockSize(root) + dicts.bytes(dict) + trees.nodeBytes(root, samples) + members;
  }

  // --- Listpacks ----------------------------------------------------------------------------------------------------

  private rankInPack(ref: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { scored } = this;
    const found = scored.find(ref, bytes, view, from, length);
    return found === NONE ? NO_RANK : scored.rankOf(ref, found);
  }

  /** @hot {@link add} of a member that a listpack has. */
  private updatePair(
    holder: number,
    root: number,
    at: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    score: number,
    options: number,
  ): AddResult {
    const { scored, arena } = this;
    const result = this.judge(scored.scoreOf(root, at), score, options);
    if (result !== ADD_UPDATED) return result;
    // The new pair comes in first, since that may need memory; where it stands before the old one, that has moved.
    const { listpacks } = scored;
    const before = listpacks.byteLength(root);
    const there = scored.insert(root, this.resultScore, bytes, view, from, length);
    const old = scored.placed <= at ? at + listpacks.byteLength(there) - before : at;
    setRoot(arena, holder, scored.remove(there, old));
    return ADD_UPDATED;
  }

  /** @hot What {@link add} is to do with a member that has the score `old`. */
  private judge(old: number, score: number, options: number): AddResult {
    if ((options & ADD_NX) !== 0) return ADD_REFUSED;
    const wanted = (options & ADD_INCREMENT) !== 0 ? old + score : score;
    if (Number.isNaN(wanted)) return ADD_NAN;
    this.resultScore = wanted;
    if ((options & ADD_GT) !== 0 && wanted <= old) return ADD_REFUSED;
    if ((options & ADD_LT) !== 0 && wanted >= old) return ADD_REFUSED;
    return wanted === old ? ADD_SAME : ADD_UPDATED;
  }

  /** Makes a large set of a listpack. */
  private convertToSkiplist(holder: number): void {
    const { arena } = this;
    const root = this.copyInOrder(holder, this.length(holder));
    arena.free(rootOf(arena, holder));
    setValue(arena, holder, ENCODING_SKIPLIST, root);
  }

  /** Makes a listpack of a large set that is small enough. */
  private convertToListpack(holder: number): void {
    const { arena, scored, ownCursor } = this;
    let pack = scored.create();
    try {
      for (let more = this.seekRank(holder, 0, ownCursor); more; more = this.next(ownCursor)) {
        const { score, bytes, view, from, length } = ownCursor;
        pack = scored.append(pack, score, bytes, view, from, length);
      }
    } catch (error) {
      arena.free(pack);
      throw error;
    }
    while (!this.free(holder, Number.POSITIVE_INFINITY));
    setValue(arena, holder, ENCODING_LISTPACK, pack);
  }

  // --- Large sets ---------------------------------------------------------------------------------------------------

  /** The root of a large set with the members of a set of either encoding. */
  private copyInOrder(holder: number, count: number): number {
    const { arena, ownCursor } = this;
    const root = this.newRoot(count);
    try {
      for (let more = this.seekRank(holder, 0, ownCursor); more; more = this.next(ownCursor)) {
        const { score, bytes, view, from, length } = ownCursor;
        const hash = this.hasher.hash(view, bytes, from, length);
        const member = this.newMember(hash, bytes, view, from, length, score);
        this.insertIntoDict(arena.i32(root, ROOT_DICT), member);
        this.trees.append(root, score, member);
      }
      return root;
    } catch (error) {
      this.freeRoot(root);
      throw error;
    }
  }

  /** The root of a large set that is empty. */
  private newRoot(count = 0): number {
    const { arena, dicts } = this;
    const root = arena.alloc(ROOT_BYTES);
    let dict = NONE;
    try {
      dict = dicts.create(count);
      this.trees.init(root);
    } catch (error) {
      if (dict !== NONE) dicts.free(dict);
      arena.free(root);
      throw error;
    }
    arena.setI32(root, ROOT_DICT, dict);
    return root;
  }

  /** Frees a large set that nobody holds. */
  private freeRoot(root: number): void {
    const { arena, dicts } = this;
    const dict = arena.i32(root, ROOT_DICT);
    for (let count = dicts.drain(dict); count > 0; count = dicts.drain(dict)) {
      for (let i = 0; i < count; i++) arena.free(dicts.drainedRef(i));
    }
    dicts.free(dict);
    while (!this.trees.free(root, Number.POSITIVE_INFINITY));
    arena.free(root);
  }

  /** @hot The member with these bytes, NONE when there is none. */
  private lookup(dict: number, hash: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena, dicts } = this;
    for (let nth = 0; ; nth++) {
      const member = dicts.candidate(dict, hash, nth);
      if (member === NONE) return NONE;
      if (arena.i32(member, MEMBER_LENGTH) !== length) continue;
      if (arena.equals(member, MEMBER_BYTES, bytes, view, from, length)) return member;
    }
  }

  /** @hot A member's block that nothing refers to. */
  private newMember(
    hash: number,
    bytes: Uint8Array,
    view: DataView,
    from: number,
    length: number,
    score: number,
  ): number {
    const { arena } = this;
    const member = arena.alloc(MEMBER_BYTES + length);
    arena.setI32(member, 0, hash);
    arena.setI32(member, MEMBER_LENGTH, length);
    arena.setF64(member, MEMBER_SCORE, score);
    arena.copyIn(member, MEMBER_BYTES, bytes, view, from, length);
    return member;
  }

  /** @hot Adds a new member to dict and tree; it is freed where there is no memory for that. */
  private insertMember(root: number, member: number, score: number): void {
    const { arena } = this;
    const dict = arena.i32(root, ROOT_DICT);
    this.insertIntoDict(dict, member);
    try {
      this.trees.insert(root, score, member);
    } catch (error) {
      this.freeMember(dict, member);
      throw error;
    }
  }

  /** @hot Adds a new member to the dict; it is freed where there is no memory for that. */
  private insertIntoDict(dict: number, member: number): void {
    const { arena } = this;
    try {
      this.dicts.insert(dict, arena.i32(member, 0), member);
    } catch (error) {
      arena.free(member);
      throw error;
    }
  }

  /** @hot Frees a member that the tree does not have any more. */
  private freeMember(dict: number, member: number): void {
    const { arena } = this;
    const removed = this.dicts.remove(dict, arena.i32(member, 0), member);
    assert(removed, 'a member of the dict');
    arena.free(member);
  }
}

/**
 * Two scores of a member as one. Infinities of both signs make 0, as in Redis, and what is no number changes nothing.
 */
export function aggregated(score: number, other: number, aggregate: Aggregate): number {
  if (aggregate === AGGREGATE_SUM) {
    const sum = score + other;
    return Number.isNaN(sum) ? 0 : sum;
  }
  const isBetter = aggregate === AGGREGATE_MIN ? other < score : other > score;
  return isBetter ? other : score;
}
