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
import {
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  encodingOf,
  rootOf,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
  typeOf,
} from '../types/value.js';
import { StreamValueWriter } from './stream-value-writer.js';
import {
  RDB_TYPE_HASH,
  RDB_TYPE_HASH_FIELD_TTL,
  RDB_TYPE_HASH_LISTPACK,
  RDB_TYPE_LIST_QUICKLIST_2,
  RDB_TYPE_SET,
  RDB_TYPE_SET_INTSET,
  RDB_TYPE_STREAM_LISTPACKS_2,
  RDB_TYPE_STRING,
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
  private readonly streams: StreamValueWriter;
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
    this.streams = new StreamValueWriter(memory, out);
    this.listpacks = new ListpackReader(memory);
    this.intsets = new IntsetReader(memory);
  }

  // ---- types: they stand in front

  /** The RDB type of the value in a holder. O(1). */
  typeOf(holder: number): number {
    switch (typeOf(this.memory, holder)) {
      case TYPE_STRING:
        return RDB_TYPE_STRING;
      case TYPE_LIST:
        return RDB_TYPE_LIST_QUICKLIST_2;
      case TYPE_SET:
        return this.setType(holder);
      case TYPE_ZSET:
        return this.zsetType(holder);
      case TYPE_HASH:
        return this.hashType(holder);
      case TYPE_STREAM:
        return RDB_TYPE_STREAM_LISTPACKS_2;
    }
  }

  /** Version 10 knows no listpacks of members. */
  private setType(holder: number): number {
    return encodingOf(this.memory, holder) === ENCODING_INTSET ? RDB_TYPE_SET_INTSET : RDB_TYPE_SET;
  }

  private zsetType(holder: number): number {
    return encodingOf(this.memory, holder) === ENCODING_LISTPACK ? RDB_TYPE_ZSET_LISTPACK : RDB_TYPE_ZSET_2;
  }

  /** Where fields expire, version 12 is needed. */
  private hashType(holder: number): number {
    if (this.hashes.firstExpireAt(holder) !== NO_FIELD_EXPIRE) return RDB_TYPE_HASH_FIELD_TTL;
    return encodingOf(this.memory, holder) === ENCODING_LISTPACK ? RDB_TYPE_HASH_LISTPACK : RDB_TYPE_HASH;
  }

  // ---- values

  /**
   * Writes the value in a holder. A string is none: it stands in its record, and is written by {@link string}. O(size).
   */
  value(holder: number): void {
    switch (typeOf(this.memory, holder)) {
      case TYPE_LIST:
        return this.list(holder);
      case TYPE_SET:
        return this.set(holder);
      case TYPE_ZSET:
        return this.zset(holder);
      case TYPE_HASH:
        return this.hash(holder);
      case TYPE_STREAM:
        return this.streams.write(holder);
    }
  }

  /** Writes `length` bytes of a block from byte `offset` on as a string. O(length). */
  string(block: number, offset: number, length: number): void {
    const { memory, out } = this;
    memory.window(block, offset, length);
    out.string(memory.windowBytes, memory.windowBase, length);
  }

  /** Node by node. */
  private list(holder: number): void {
    const { out } = this;
    out.length(this.lists.nodeCount(holder));
    this.lists.forEachNode(holder, (bytes, from, length, count, isPlain) => {
      out.length(isPlain ? NODE_PLAIN : NODE_PACKED);
      if (isPlain) return out.string(bytes, from, length);
      const whole = this.listpackOf(bytes, from, length, count);
      out.string(this.node, 0, whole);
    });
  }

  private set(holder: number): void {
    const { memory, out, sets } = this;
    if (encodingOf(memory, holder) === ENCODING_INTSET) {
      const root = rootOf(memory, holder);
      return this.string(root, 0, this.intsets.byteLength(root));
    }
    out.length(sets.count(holder));
    sets.forEach(holder, (bytes, _view, from, length) => out.string(bytes, from, length));
  }

  /** A large one from its end, as those who read it in that order have less to do. */
  private zset(holder: number): void {
    const { cursor, out, zsets } = this;
    if (encodingOf(this.memory, holder) === ENCODING_LISTPACK) return this.listpack(holder);
    const count = zsets.length(holder);
    out.length(count);
    for (let more = zsets.seekRank(holder, count - 1, cursor); more; more = zsets.previous(cursor)) {
      out.string(cursor.bytes, cursor.from, cursor.length);
      out.double(cursor.score);
    }
  }

  /** With fields whose time is over: it is for the reader to drop them. */
  private hash(holder: number): void {
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
    this.string(root, 0, this.listpacks.byteLength(root));
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
