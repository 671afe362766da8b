/**
 * Reads whole values, of each type that a version up to 12 of RDB has, into holders. Elements are added one
 * by one, so that a value gets the encoding that the limits of here give it, whatever it had where it was written; only
 * the nodes of streams are taken over as they are.
 *
 * What is read is not to be trusted: a value that is empty, that has an element twice, a score that is no number or
 * bytes too few is refused. Its holder then has something half-made in it, which is to be dropped with it.
 */

import { MAX_FIELD_TIME_MS } from '../types/expiry-heap.js';
import type { Hashes } from '../types/hash.js';
import { NO_FIELD_EXPIRE } from '../types/hash-layout.js';
import type { Lists } from '../types/list.js';
import type { Sets } from '../types/set.js';
import { ADD_ADDED, type SortedSets } from '../types/sorted-set.js';
import type { Streams } from '../types/stream/streams.js';
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_ZSET } from '../types/value.js';
import { ByteSpans } from '../util/byte-spans.js';
import { parseDouble, parseInt64 } from '../util/numbers.js';
import {
  PACKED_INTSET,
  PACKED_LISTPACK,
  PACKED_ZIPLIST,
  PACKED_ZIPMAP,
  PackedElements,
  type PackedKind,
} from './packed.js';
import type { RdbReader } from './reader.js';
import { StreamValueReader } from './stream-value-reader.js';
import {
  RDB_TYPE_HASH,
  RDB_TYPE_HASH_FIELD_TTL,
  RDB_TYPE_HASH_LISTPACK,
  RDB_TYPE_HASH_LISTPACK_TTL,
  RDB_TYPE_HASH_ZIPLIST,
  RDB_TYPE_HASH_ZIPMAP,
  RDB_TYPE_LIST,
  RDB_TYPE_LIST_QUICKLIST,
  RDB_TYPE_LIST_QUICKLIST_2,
  RDB_TYPE_LIST_ZIPLIST,
  RDB_TYPE_SET,
  RDB_TYPE_SET_INTSET,
  RDB_TYPE_SET_LISTPACK,
  RDB_TYPE_ZSET,
  RDB_TYPE_ZSET_2,
  RDB_TYPE_ZSET_LISTPACK,
  RDB_TYPE_ZSET_ZIPLIST,
  valueTypeOf,
} from './types.js';

/** The containers of nodes. */
const NODE_PLAIN = 1;
const NODE_PACKED = 2;
/** Lengths of a score's text that stand for what is no number, and for the infinities. */
const SCORE_NAN = 253;
const SCORE_INFINITY = 254;
const SCORE_MINUS_INFINITY = 255;

/** The types that values are read into. */
export interface ValueTypes {
  readonly hashes: Hashes;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly zsets: SortedSets;
  readonly streams: Streams;
}

/** A copy of an element, for one that has to wait for what belongs to it. */
class KeptElement {
  bytes: Uint8Array = new Uint8Array(64);
  view = new DataView(this.bytes.buffer);
  length = 0;

  keep(bytes: Uint8Array, from: number, length: number): void {
    if (this.bytes.length < length) {
      this.bytes = new Uint8Array(length * 2);
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(bytes.subarray(from, from + length));
    this.length = length;
  }
}

export class ValueReader {
  /** Fields of hashes that expire before this time, in wall-clock milliseconds, are left out. */
  dropFieldsBefore = 0;
  private readonly types: ValueTypes;
  private readonly input: RdbReader;
  private readonly packed = new PackedElements();
  private readonly first = new KeptElement();
  private readonly second = new KeptElement();
  private readonly noSpans = new ByteSpans(1);
  private readonly streams: StreamValueReader;

  constructor(types: ValueTypes, input: RdbReader) {
    this.types = types;
    this.input = input;
    this.streams = new StreamValueReader(types.streams, input);
  }

  /**
   * Reads a value of this RDB type, whose type of value the holder has ({@link valueTypeOf}) and no value yet; false
   * when it is none. Strings have no holders, and are read from the input. O(size), O(size log size) for sorted sets.
   */
  value(holder: number, type: number): boolean {
    switch (valueTypeOf(type)) {
      case TYPE_LIST:
        return this.list(holder, type);
      case TYPE_SET:
        return this.set(holder, type);
      case TYPE_ZSET:
        return this.zset(holder, type);
      case TYPE_HASH:
        return this.hash(holder, type);
      case TYPE_STREAM:
        return this.streams.read(holder, type);
      default:
        return false;
    }
  }

  private list(holder: number, type: number): boolean {
    const { input, packed, types } = this;
    packed.failed = false;
    types.lists.create(holder, this.noSpans, 0, false);
    if (type === RDB_TYPE_LIST_ZIPLIST) {
      this.pushPacked(holder, PACKED_ZIPLIST);
      return this.isMade(types.lists.length(holder));
    }
    for (let left = input.length(); left > 0 && !input.failed; left--) {
      if (type === RDB_TYPE_LIST) this.pushString(holder);
      else if (type === RDB_TYPE_LIST_QUICKLIST) this.pushPacked(holder, PACKED_ZIPLIST);
      else this.pushNode(holder, type);
    }
    return this.isMade(types.lists.length(holder));
  }

  private set(holder: number, type: number): boolean {
    const { input, packed, types } = this;
    packed.failed = false;
    types.sets.createIntset(holder);
    if (type === RDB_TYPE_SET) {
      for (let left = input.length(); left > 0 && !input.failed; left--) {
        input.string();
        if (input.failed) break;
        const { stringBytes, stringView, stringFrom, stringLength } = input;
        if (!types.sets.add(holder, stringBytes, stringView, stringFrom, stringLength)) input.fail();
      }
      return this.isMade(types.sets.count(holder));
    }
    if (type !== RDB_TYPE_SET_INTSET && type !== RDB_TYPE_SET_LISTPACK) return false;
    this.beginPacked(type === RDB_TYPE_SET_INTSET ? PACKED_INTSET : PACKED_LISTPACK);
    while (packed.next()) {
      if (!types.sets.add(holder, packed.bytes, packed.view, packed.from, packed.length)) return false;
    }
    return this.isMade(types.sets.count(holder));
  }

  private zset(holder: number, type: number): boolean {
    const { first, input, packed, types } = this;
    packed.failed = false;
    if (type === RDB_TYPE_ZSET || type === RDB_TYPE_ZSET_2) {
      let longest = 0;
      types.zsets.initLarge(holder);
      for (let left = input.length(); left > 0 && !input.failed; left--) {
        input.string();
        first.keep(input.stringBytes, input.stringFrom, input.stringLength);
        const score = type === RDB_TYPE_ZSET ? this.scoreText() : input.double();
        if (!input.failed && !this.addMember(holder, score)) return false;
        longest = Math.max(longest, first.length);
      }
      types.zsets.compact(holder, longest);
      return this.isMade(types.zsets.length(holder));
    }
    if (type !== RDB_TYPE_ZSET_LISTPACK && type !== RDB_TYPE_ZSET_ZIPLIST) return false;
    types.zsets.init(holder);
    this.beginPacked(type === RDB_TYPE_ZSET_LISTPACK ? PACKED_LISTPACK : PACKED_ZIPLIST);
    while (packed.next()) {
      first.keep(packed.bytes, packed.from, packed.length);
      if (!packed.next()) return false;
      if (!this.addMember(holder, parseDouble(packed.bytes, packed.from, packed.length))) return false;
    }
    return this.isMade(types.zsets.length(holder));
  }

  private hash(holder: number, type: number): boolean {
    const { input, packed, types } = this;
    packed.failed = false;
    types.hashes.init(holder);
    switch (type) {
      case RDB_TYPE_HASH:
      case RDB_TYPE_HASH_FIELD_TTL:
        return this.hashOfStrings(holder, type === RDB_TYPE_HASH_FIELD_TTL);
      case RDB_TYPE_HASH_LISTPACK:
        return this.hashOfPacked(holder, PACKED_LISTPACK, false);
      case RDB_TYPE_HASH_ZIPLIST:
        return this.hashOfPacked(holder, PACKED_ZIPLIST, false);
      case RDB_TYPE_HASH_ZIPMAP:
        return this.hashOfPacked(holder, PACKED_ZIPMAP, false);
      case RDB_TYPE_HASH_LISTPACK_TTL:
        input.int64(); // the first of the times, which stand in the listpack
        return this.hashOfPacked(holder, PACKED_LISTPACK, true);
      default:
        return false;
    }
  }

  // ---- lists

  private pushString(holder: number): void {
    const { input } = this;
    input.string();
    if (!input.failed) this.push(holder, input.stringBytes, input.stringView, input.stringFrom, input.stringLength);
  }

  private pushNode(holder: number, type: number): void {
    const container = this.input.length();
    if (type !== RDB_TYPE_LIST_QUICKLIST_2) this.input.fail();
    else if (container === NODE_PLAIN) this.pushString(holder);
    else if (container === NODE_PACKED) this.pushPacked(holder, PACKED_LISTPACK);
    else this.input.fail();
  }

  private pushPacked(holder: number, kind: PackedKind): void {
    const { packed } = this;
    this.beginPacked(kind);
    while (packed.next()) this.push(holder, packed.bytes, packed.view, packed.from, packed.length);
    if (packed.failed) this.input.fail();
  }

  private push(holder: number, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    const { lists } = this.types;
    lists.push(holder, false, lists.wanted(bytes, view, from, length));
  }

  // ---- sorted sets

  /** Adds the member that was kept; false when it is there already, or its score is no number. */
  private addMember(holder: number, score: number): boolean {
    const { first, types } = this;
    if (Number.isNaN(score)) return false;
    return types.zsets.add(holder, first.bytes, first.view, 0, first.length, score, 0) === ADD_ADDED;
  }

  /** A score as text behind its length, as old versions have it. */
  private scoreText(): number {
    const { input } = this;
    const length = input.byte();
    if (length === SCORE_NAN) return Number.NaN;
    if (length === SCORE_INFINITY) return Number.POSITIVE_INFINITY;
    if (length === SCORE_MINUS_INFINITY) return Number.NEGATIVE_INFINITY;
    const from = input.raw(length);
    return input.failed ? Number.NaN : parseDouble(input.bytes, from, length);
  }

  // ---- hashes

  private hashOfStrings(holder: number, isTimed: boolean): boolean {
    const { first, input, second, types } = this;
    const firstTime = isTimed ? Number(input.int64()) : 0;
    for (let left = input.length(); left > 0 && !input.failed; left--) {
      const time = isTimed ? input.length() : 0;
      input.string();
      first.keep(input.stringBytes, input.stringFrom, input.stringLength);
      input.string();
      second.keep(input.stringBytes, input.stringFrom, input.stringLength);
      const expireAt = time === 0 ? NO_FIELD_EXPIRE : firstTime + time - 1;
      if (!input.failed && !this.addField(holder, expireAt)) return false;
    }
    return this.isMade(types.hashes.length(holder));
  }

  private hashOfPacked(holder: number, kind: PackedKind, isTimed: boolean): boolean {
    const { first, packed, second, types } = this;
    this.beginPacked(kind);
    while (packed.next()) {
      first.keep(packed.bytes, packed.from, packed.length);
      if (!packed.next()) return false;
      second.keep(packed.bytes, packed.from, packed.length);
      if (isTimed && !packed.next()) return false;
      const expireAt = isTimed ? parseInt64(packed.bytes, packed.from, packed.length) : NO_FIELD_EXPIRE;
      if (!this.addField(holder, expireAt)) return false;
    }
    return this.isMade(types.hashes.length(holder));
  }

  /** Adds the field and the value that were kept; false when the field is there already, or the time is none. */
  private addField(holder: number, expireAt: number): boolean {
    const { first, second } = this;
    const { hashes } = this.types;
    if (!(expireAt >= NO_FIELD_EXPIRE && expireAt <= MAX_FIELD_TIME_MS)) return false;
    if (expireAt !== NO_FIELD_EXPIRE && expireAt < this.dropFieldsBefore) return true;
    if (!hashes.set(holder, first.bytes, first.view, 0, first.length, second.bytes, second.view, 0, second.length)) {
      return false;
    }
    if (expireAt === NO_FIELD_EXPIRE) return true;
    if (!hashes.find(holder, first.bytes, first.view, 0, first.length)) return false;
    hashes.setTime(holder, expireAt);
    return true;
  }

  // ---- all

  /** Reads a string that is a packed run of elements. */
  private beginPacked(kind: PackedKind): void {
    const { input, packed } = this;
    input.string();
    packed.begin(kind, input.stringBytes, input.stringView, input.stringFrom, input.stringLength);
  }

  /** Whether all has gone well, and the value is not empty. */
  private isMade(length: number): boolean {
    return !this.input.failed && !this.packed.failed && length > 0;
  }
}
