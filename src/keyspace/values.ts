/**
 * What becomes of values that belong to no key: those that a command is building, and those that wait to be freed.
 *
 * ```
 *   detached(type) --> a holder --> the type fills it --> Database.adopt: it is the value of a key
 *                                                    '--> dropDetached, when the command ends: it was not needed
 * ```
 * 1. `holders[0, used)` hold what the running command builds; the blocks behind them are kept for the next ones.
 * 2. A large value is freed in slices, through the garbage queue; its holder goes with it.
 */
import type { Arena } from '../memory/index.js';
import { HOLDER_BYTES, rootOf, typeOf, type ValueOperations } from '../types/value.js';
import { assert } from '../util/assert.js';
import type { Garbage, GarbageQueue } from './garbage.js';
import { META_LIVE, NONE, TYPE_STRING, type ValueType, WORD_META, WORD_VALUE } from './record.js';

/** Values of at most so many blocks are freed by whoever deletes them: LAZYFREE_THRESHOLD of lazyfree.c, 7.0. */
const FREE_AT_ONCE = 64;
/** Holders that are kept for the next commands. */
const KEPT_HOLDERS = 16;

/** What each type can do with its values. Strings are not among them: they are part of their records. */
export type TypeOperations = Readonly<Partial<Record<ValueType, ValueOperations>>>;

export class Values {
  private readonly arena: Arena;
  private readonly garbage: GarbageQueue;
  private readonly types: TypeOperations;
  private readonly holders: number[] = [];
  private used = 0;

  constructor(arena: Arena, garbage: GarbageQueue, types: TypeOperations) {
    this.arena = arena;
    this.garbage = garbage;
    this.types = types;
  }

  /** @hot Whether a command has left values that no key has. */
  get hasDetached(): boolean {
    return this.used > 0;
  }

  /** What the type of the value in a holder can do with it. O(1). */
  operationsOf(holder: number): ValueOperations {
    const operations = this.types[typeOf(this.arena, holder)];
    assert(operations !== undefined, 'the operations of a type whose values there are');
    return operations;
  }

  /**
   * A holder without a value, for the type to fill. It is given to {@link Database.adopt}, or dropped with its value
   * when the command ends. O(1).
   */
  detached(type: ValueType): number {
    const { arena, holders } = this;
    if (this.used === holders.length) holders.push(arena.alloc(HOLDER_BYTES));
    const holder = holders[this.used++]!;
    arena.setI32(holder, WORD_META, type);
    arena.setI32(holder, WORD_VALUE, NONE);
    return holder;
  }

  /** The value of a detached holder has become that of a key. O(detached values). */
  taken(holder: number): void {
    const { holders } = this;
    const i = holders.indexOf(holder);
    assert(i >= 0 && i < this.used, 'a detached value');
    holders[i] = holders[--this.used]!;
    holders[this.used] = holder;
  }

  /** Frees the detached values that no key has taken. O(1) each, as {@link Values.free}. */
  dropDetached(): void {
    const { arena, holders } = this;
    while (this.used > 0) {
      const holder = holders[--this.used]!;
      if (rootOf(arena, holder) === NONE) continue;
      holders.splice(this.used, 1);
      this.free(holder);
    }
    while (holders.length > KEPT_HOLDERS) arena.free(holders.pop()!);
  }

  /**
   * @hot Frees a holder with its value: a small one at once, a large one in slices.
   * @param objects how many objects that counts as, where it takes its time: 0 for one that is counted elsewhere
   */
  free(holder: number, objects = 1): void {
    const { arena } = this;
    const hasNoBlocks = typeOf(arena, holder) === TYPE_STRING || rootOf(arena, holder) === NONE;
    if (hasNoBlocks) return arena.free(holder);
    const operations = this.operationsOf(holder);
    if (operations.effort(holder) > FREE_AT_ONCE) {
      arena.setI32(holder, WORD_META, arena.i32(holder, WORD_META) & ~META_LIVE); // it is nobody's record any more
      this.garbage.add(new LargeValue(arena, operations, holder, objects)); // allocates: once a large value
      return;
    }
    while (!operations.free(holder, FREE_AT_ONCE));
    arena.free(holder);
  }

  /** Forgets all blocks: the arena was reset. */
  forget(): void {
    this.holders.length = 0;
    this.used = 0;
  }
}

/** A value that is freed in slices. */
class LargeValue implements Garbage {
  objectCount: number;
  private readonly arena: Arena;
  private readonly operations: ValueOperations;
  private readonly holder: number;

  constructor(arena: Arena, operations: ValueOperations, holder: number, objectCount: number) {
    this.arena = arena;
    this.operations = operations;
    this.holder = holder;
    this.objectCount = objectCount;
  }

  free(blocks: number): boolean {
    if (!this.operations.free(this.holder, blocks)) return false;
    this.arena.free(this.holder);
    this.objectCount = 0;
    return true;
  }

  forget(): void {
    this.objectCount = 0;
  }
}
