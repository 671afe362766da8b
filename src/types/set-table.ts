/**
 * The members of large sets: a dict (dict.ts) of blocks like this one.
 *
 * ```
 *   word  0  hash of the member
 *         1  length in bytes
 *         2  the bytes, neither aligned nor terminated at their end
 * ```
 */
import { type Arena, type MemoryReader, NONE, SLAB_SHIFT, UNIT_MASK } from '../memory/index.js';
import type { KeyHasher } from '../util/hash.js';
import { Dict, DictReader } from './dict.js';

const WORD_HASH = 0;
const WORD_LENGTH = 1;
/** Where the bytes of a member stand in its block. */
export const MEMBER_OFFSET = 8;
/** Members up to this length are compared word by word. */
const SHORT_BYTES = 256;

/**
 * Gets a member: `bytes[from, from + length)`, `view` over the same memory. Valid during the call only. Where a visit
 * may end early, `true` ends it, and nothing else does.
 */
export type MemberVisitor = (bytes: Uint8Array, view: DataView, from: number, length: number) => unknown;

/** Reads tables of members, in the arena or in a snapshot. */
export class SetTableReader {
  constructor(
    private readonly memory: MemoryReader,
    readonly dict: DictReader = new DictReader(memory),
  ) {}

  /** Visits the members until `visit` returns true; returns whether it did. O(visited). */
  forEach(root: number, visit: MemberVisitor): boolean {
    return this.dict.forEach(root, (ref) => this.visit(ref, visit));
  }

  /** @hot Bytes of a member. O(1). */
  lengthOf(ref: number): number {
    return this.memory.i32(ref, WORD_LENGTH);
  }

  /** Gives a member to a visitor; returns what that returns. O(1), O(length) in a snapshot. */
  visit(ref: number, visit: MemberVisitor): unknown {
    const { memory } = this;
    const length = this.lengthOf(ref);
    const view = memory.window(ref, MEMBER_OFFSET, length);
    return visit(memory.windowBytes, view, memory.windowBase, length);
  }
}

/** Changes tables of members in the arena. */
export class SetTables extends SetTableReader {
  declare readonly dict: Dict;
  private readonly arena: Arena;
  private readonly hasher: KeyHasher;
  /** Of the member that {@link find} looked for last. */
  private hash = 0;

  constructor(arena: Arena, hasher: KeyHasher) {
    super(arena, new Dict(arena));
    this.arena = arena;
    this.hasher = hasher;
  }

  /** @hot The block of a member, NONE when it is not there. O(1) expected. */
  find(root: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const hash = this.hasher.hash(view, bytes, from, length);
    this.hash = hash;
    for (let nth = 0; ; nth++) {
      const ref = this.dict.candidate(root, hash, nth);
      if (ref === NONE || this.equals(ref, bytes, view, from, length)) return ref;
    }
  }

  /** @hot Adds a member; false when it is there already. O(1) expected. */
  add(root: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    if (this.find(root, bytes, view, from, length) !== NONE) return false;
    const ref = this.make(this.hash, bytes, view, from, length);
    try {
      this.dict.insert(root, this.hash, ref);
    } catch (error) {
      this.arena.free(ref); // there was memory for the member and none for the dict
      throw error;
    }
    return true;
  }

  /** @hot Removes a member by its block. O(1) expected. */
  removeBlock(root: number, ref: number): void {
    this.dict.remove(root, this.arena.i32(ref, WORD_HASH), ref);
    this.arena.free(ref);
  }

  /** Frees about `blocks` members, or all and the table itself: true then. O(blocks). */
  free(root: number, blocks: number): boolean {
    const { arena, dict } = this;
    for (let freed = 0; freed < blocks; ) {
      const count = dict.drain(root);
      for (let i = 0; i < count; i++) arena.free(dict.drainedRef(i));
      freed += count;
      if (dict.count(root) > 0) continue;
      dict.free(root);
      return true;
    }
    return false;
  }

  /** A copy of a table with all members. O(size). @throws OutOfMemoryError having freed what it had made */
  copy(root: number): number {
    const { arena } = this;
    return this.dict.copy(
      root,
      (ref) => {
        const size = MEMBER_OFFSET + arena.i32(ref, WORD_LENGTH);
        const copy = arena.alloc(size);
        arena.move(copy, 0, ref, 0, size);
        return copy;
      },
      (ref) => arena.free(ref),
    );
  }

  /** Bytes of the table with its members: where `samples` is not 0, estimated from so many. O(samples). */
  memoryUsage(root: number, samples: number): number {
    const { arena, dict } = this;
    let bytes = 0;
    let looked = 0;
    dict.forEach(root, (ref) => {
      bytes += arena.blockSize(ref);
      return ++looked === samples;
    });
    return dict.bytes(root) + (looked === 0 ? 0 : Math.round((bytes / looked) * dict.count(root)));
  }

  /** @hot */
  private make(hash: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { arena } = this;
    const ref = arena.alloc(MEMBER_OFFSET + length);
    arena.setI32(ref, WORD_HASH, hash);
    arena.setI32(ref, WORD_LENGTH, length);
    arena.copyIn(ref, MEMBER_OFFSET, bytes, view, from, length);
    return ref;
  }

  /** @hot Whether a block is this member: word by word, since its bytes begin on a word's boundary. O(length). */
  private equals(ref: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    const words = this.arena.words[ref >>> SLAB_SHIFT]!;
    let at = (ref & UNIT_MASK) << 1;
    if (words[at + WORD_LENGTH] !== length) return false;
    if (length > SHORT_BYTES) return this.arena.equals(ref, MEMBER_OFFSET, bytes, view, from, length);
    at += MEMBER_OFFSET >>> 2;
    const end = from + (length & ~3);
    for (; from < end; from += 4) if (words[at++] !== view.getInt32(from, true)) return false;
    const rest = length & 3;
    if (rest === 0) return true;
    let last = bytes[from]!;
    if (rest > 1) last |= bytes[from + 1]! << 8;
    if (rest > 2) last |= bytes[from + 2]! << 16;
    return (words[at]! & (-1 >>> (32 - (rest << 3)))) === last;
  }
}
