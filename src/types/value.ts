/**
 * Values: what the types and the keyspace agree on. A value is an encoding and a root, a reference to the block from
 * which all of it is reached. Both stand in the value's holder, a block of this shape:
 *
 * ```
 *   word  2   ... | encoding (bits 4..7) | type (bits 0..3)      bits from 8 on belong to whoever owns the holder
 *         3   root
 * ```
 * A record is a holder (keyspace/record.ts); a value that no key has yet is held by a block of HOLDER_BYTES.
 *
 * 1. A type writes root and encoding back to the holder whenever they change, before its method returns or throws.
 * 2. A holder does not move while a type works on its value.
 * 3. The root of a value that is there is never NONE; one that was freed, or not made yet, has NONE.
 */
import type { Arena, MemoryReader } from '../memory/index.js';
import type { LineStatistics } from './lines.js';

export const TYPE_STRING = 0;
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_ZSET = 3;
export const TYPE_HASH = 4;
export const TYPE_STREAM = 6;

/** A type of value; the numbers are those of Redis' object types and of DEBUG DIGEST. */
export type ValueType =
  | typeof TYPE_STRING
  | typeof TYPE_LIST
  | typeof TYPE_SET
  | typeof TYPE_ZSET
  | typeof TYPE_HASH
  | typeof TYPE_STREAM;

export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_EMBSTR = 2;
export const ENCODING_LISTPACK = 3;
export const ENCODING_INTSET = 4;
export const ENCODING_HASHTABLE = 5;
export const ENCODING_QUICKLIST = 6;
export const ENCODING_SKIPLIST = 7;
export const ENCODING_STREAM = 8;
/** A listpack of a hash whose fields may expire. */
export const ENCODING_LISTPACK_EX = 9;

/** How a value is laid out; OBJECT ENCODING tells. */
export type Encoding =
  | typeof ENCODING_RAW
  | typeof ENCODING_INT
  | typeof ENCODING_EMBSTR
  | typeof ENCODING_LISTPACK
  | typeof ENCODING_INTSET
  | typeof ENCODING_HASHTABLE
  | typeof ENCODING_QUICKLIST
  | typeof ENCODING_SKIPLIST
  | typeof ENCODING_STREAM
  | typeof ENCODING_LISTPACK_EX;

export const WORD_META = 2;
export const WORD_VALUE = 3;
export const META_TYPE_MASK = 0xf;
export const META_ENCODING_SHIFT = 4;
export const META_ENCODING_MASK = 0xf0;
/** Bytes of a block that is a holder and nothing else. */
export const HOLDER_BYTES = 16;

/**
 * Gets an element of a value: `bytes[from, from + length)`, `view` over the same memory. Valid during the call only.
 */
export type ElementVisitor = (bytes: Uint8Array, view: DataView, from: number, length: number) => void;

/** What every type can do with a whole value: for deletion, COPY and MEMORY USAGE. */
export interface ValueOperations {
  /** About how many blocks {@link ValueOperations.free} has to free. O(1). */
  effort(holder: number): number;
  /**
   * Frees about `blocks` blocks of the value, and is called again until it returns true: nothing is left, and the root
   * is NONE. Nobody else uses the value from the first call on. Needs no memory. O(blocks).
   */
  free(holder: number, blocks: number): boolean;
  /**
   * Lets `to`, a holder of no value, hold a copy of `from`. O(size).
   * @throws OutOfMemoryError having freed what it had made
   */
  copy(from: number, to: number): void;
  /**
   * Bytes of all blocks of the value. Where they differ in size, so many of them are looked at, 0: all of them; the sum
   * is estimated from those. O(samples).
   */
  memoryUsage(holder: number, samples: number): number;
  /** Figures of the dict that a large value is kept in, null for a small one. O(size). */
  tableStatistics?(holder: number): LineStatistics | null;
}

/** @hot The root of the value in a holder. O(1). */
export function rootOf(memory: MemoryReader, holder: number): number {
  return memory.i32(holder, WORD_VALUE);
}

/** @hot The type of the value in a holder. O(1). */
export function typeOf(memory: MemoryReader, holder: number): ValueType {
  return (memory.i32(holder, WORD_META) & META_TYPE_MASK) as ValueType; // nothing else is ever stored there
}

/** @hot The encoding of the value in a holder. O(1). */
export function encodingOf(memory: MemoryReader, holder: number): Encoding {
  const encoding = (memory.i32(holder, WORD_META) & META_ENCODING_MASK) >>> META_ENCODING_SHIFT;
  return encoding as Encoding; // nothing else is ever stored there
}

/** @hot Sets the root alone, where it changes. O(1). */
export function setRoot(arena: Arena, holder: number, root: number): void {
  if (arena.i32(holder, WORD_VALUE) !== root) arena.setI32(holder, WORD_VALUE, root);
}

/** Sets encoding and root. O(1). */
export function setValue(arena: Arena, holder: number, encoding: Encoding, root: number): void {
  const others = arena.i32(holder, WORD_META) & ~META_ENCODING_MASK;
  arena.setI32(holder, WORD_META, others | (encoding << META_ENCODING_SHIFT));
  arena.setI32(holder, WORD_VALUE, root);
}
