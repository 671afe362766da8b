/**
 * Writes whole values as RDB has them: the type of the value, which goes in front of the key in a file, and what stands
 * behind it. Small values are written as the packed run of bytes that they are, large ones element by element.
 *
 * Values are read through the types' readers, so that the same code runs in a snapshot's worker.
 */
import type { MemoryReader } from '../memory/index.js';
import { HashReader } from '../types/hash.js';
import { NO_FIELD_EXPIRE } from '../types/hash-layout.js';
import { IntsetReader } from '../types/intset.js';
import { ListReader } from '../types/list-reader.js';
import { ListpackReader } from '../types/listpack.js';
import { COUNT_UNKNOWN, LISTPACK_END, LISTPACK_HEADER_BYTES } from '../types/listpack-entry.js';
import { SetReader } from '../types/set.js';
import { SortedSetCursor, SortedSetReader } from '../types/sorted-set-reader.js';
import { ENCODING_INTSET, ENCODING_LISTPACK, encodingOf, rootOf } from '../types/value.js';
import {
  RDB_TYPE_HASH,
  RDB_TYPE_HASH_FIELD_TTL,
  RDB_TYPE_HASH_LISTPACK,
  RDB_TYPE_SET,
  RDB_TYPE_SET_INTSET,
  RDB_TYPE_ZSET_2,
  RDB_TYPE_ZSET_LISTPACK,
} from './types.js';
import type { RdbWriter } from './writer.js';

/** What a node of a list is: one element, or a listpack. */
const NODE_PLAIN = 1;
const NODE_PACKED = 2;

/** Writes values of one memory. */
export class ValueWriter {
  private readonly memory: MemoryReader;
  private readonly out: RdbWriter;
  private readonly hashes: HashReader;
  private readonly lists: ListReader;
  private readonly sets: SetReader;
  private readonly zsets: SortedSetReader;
  private readonly listpacks: ListpackReader;
  private readonly intsets: IntsetReader;
  private readonly cursor = new SortedSetCursor();
  private node: Uint8Array = new Uint8Array(0);

  constructor(memory: MemoryReader, out: RdbWriter) {
    this.memory = memory;
    this.out = out;
    this.hashes = new HashReader(memory);
    this.lists = new ListReader(memory);
    this.sets = new SetReader(memory);
    this.zsets = new SortedSetReader(memory);
    this.listpacks = new ListpackReader(memory);
    this.intsets = new IntsetReader(memory);
  }

  // ---- types: they stand in front

  /** The RDB type of the set in a holder. Version 10 knows no listpacks of members. */
  setType(holder: number): number {
    return encodingOf(this.memory, holder) === ENCODING_INTSET ? RDB_TYPE_SET_INTSET : RDB_TYPE_SET;
  }

  /** The RDB type of the sorted set in a holder. */
  zsetType(holder: number): number {
    return encodingOf(this.memory, holder) === ENCODING_LISTPACK ? RDB_TYPE_ZSET_LISTPACK : RDB_TYPE_ZSET_2;
  }

  /** The RDB type of the hash in a holder: where fields expire, version 12 is needed. */
  hashType(holder: number): number {
    if (this.hashes.firstExpireAt(holder) !== NO_FIELD_EXPIRE) return RDB_TYPE_HASH_FIELD_TTL;
    return encodingOf(this.memory, holder) === ENCODING_LISTPACK ? RDB_TYPE_HASH_LISTPACK : RDB_TYPE_HASH;
  }

  // ---- values

  /** Writes the list in a holder, node by node: RDB_TYPE_LIST_QUICKLIST_2. O(size). */
  list(holder: number): void {
    const { out } = this;
    out.length(this.lists.nodeCount(holder));
    this.lists.forEachNode(holder, (bytes, from, length, count, isPlain) => {
      out.length(isPlain ? NODE_PLAIN : NODE_PACKED);
      if (isPlain) return out.string(bytes, from, length);
      const whole = this.listpackOf(bytes, from, length, count);
      out.string(this.node, 0, whole);
    });
  }

  /** Writes the set in a holder. O(size). */
  set(holder: number): void {
    const { memory, out, sets } = this;
    if (encodingOf(memory, holder) === ENCODING_INTSET) {
      const root = rootOf(memory, holder);
      return this.block(root, this.intsets.byteLength(root));
    }
    out.length(sets.count(holder));
    sets.forEach(holder, (bytes, _view, from, length) => out.string(bytes, from, length));
  }

  /**
   * Writes the sorted set in a holder; a large one from its end, as those who read it in that order have less to do.
   * O(size).
   */
  zset(holder: number): void {
    const { cursor, out, zsets } = this;
    if (encodingOf(this.memory, holder) === ENCODING_LISTPACK) return this.listpack(holder);
    const count = zsets.length(holder);
    out.length(count);
    for (let more = zsets.seekRank(holder, count - 1, cursor); more; more = zsets.previous(cursor)) {
      out.string(cursor.bytes, cursor.from, cursor.length);
      out.double(cursor.score);
    }
  }

  /** Writes the hash in a holder, with fields whose time is over: it is for the reader to drop them. O(size). */
  hash(holder: number): void {
    const { hashes, out } = this;
    const first = hashes.firstExpireAt(holder);
    if (first !== NO_FIELD_EXPIRE) return this.hashWithTimes(holder, first);
    if (encodingOf(this.memory, holder) === ENCODING_LISTPACK) return this.listpack(holder);
    out.length(hashes.length(holder));
    hashes.forEach(holder, (pair) => {
      out.string(pair.bytes, pair.from, pair.length);
      out.string(pair.valueBytes, pair.valueFrom, pair.valueLength);
    });
  }

  /** Times count from the first, plus one: 0 says that a field does not expire. */
  private hashWithTimes(holder: number, first: number): void {
    const { hashes, out } = this;
    out.int64(BigInt(first));
    out.length(hashes.length(holder));
    hashes.forEach(holder, (pair) => {
      out.length(pair.expireAt === NO_FIELD_EXPIRE ? 0 : pair.expireAt - first + 1);
      out.string(pair.bytes, pair.from, pair.length);
      out.string(pair.valueBytes, pair.valueFrom, pair.valueLength);
    });
  }

  /** Writes the listpack that is the value in a holder. */
  private listpack(holder: number): void {
    const root = rootOf(this.memory, holder);
    this.block(root, this.listpacks.byteLength(root));
  }

  /** Writes the first `length` bytes of a block as a string. */
  private block(root: number, length: number): void {
    const { memory, out } = this;
    memory.window(root, 0, length);
    out.string(memory.windowBytes, memory.windowBase, length);
  }

  /** Puts header and end around a node's entries, in a buffer of the writer's own. Returns the whole length. */
  private listpackOf(bytes: Uint8Array, from: number, length: number, count: number): number {
    const whole = LISTPACK_HEADER_BYTES + length + 1;
    if (this.node.length < whole) this.node = new Uint8Array(whole * 2);
    const view = new DataView(this.node.buffer);
    view.setUint32(0, whole, true);
    view.setUint16(4, Math.min(count, COUNT_UNKNOWN), true);
    this.node.set(bytes.subarray(from, from + length), LISTPACK_HEADER_BYTES);
    this.node[whole - 1] = LISTPACK_END;
    return whole;
  }
}
