/** The numbers of RDB: versions, types of values, and how strings are encoded. */
import { TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STREAM, TYPE_STRING, TYPE_ZSET, type ValueType } from '../types/value.js';

/**
 * The version that is written: the lowest that holds all but hashes whose fields expire, so that each Redis from 7.0 on
 * reads it.
 */
export const RDB_VERSION = 10;
/** The version that is written where fields of a hash expire. */
export const RDB_VERSION_FIELD_TTL = 12;
/** The newest version that is read. */
export const RDB_VERSION_READ = 12;

// In the two highest bits of a length's first byte, but for the last two, which are the whole byte.
export const LENGTH_6_BITS = 0;
export const LENGTH_14_BITS = 1;
export const LENGTH_ENCODED = 3;
export const LENGTH_32_BITS = 0x80;
export const LENGTH_64_BITS = 0x81;

// What stands in the six lower bits of an encoded string's first byte.
export const STRING_INT8 = 0;
export const STRING_INT16 = 1;
export const STRING_INT32 = 2;
export const STRING_LZF = 3;

// Types of values.
export const RDB_TYPE_STRING = 0;
export const RDB_TYPE_LIST = 1;
export const RDB_TYPE_SET = 2;
/** Sorted set with scores as text. */
export const RDB_TYPE_ZSET = 3;
export const RDB_TYPE_HASH = 4;
/** Sorted set with binary scores. */
export const RDB_TYPE_ZSET_2 = 5;
export const RDB_TYPE_HASH_ZIPMAP = 9;
export const RDB_TYPE_LIST_ZIPLIST = 10;
export const RDB_TYPE_SET_INTSET = 11;
export const RDB_TYPE_ZSET_ZIPLIST = 12;
export const RDB_TYPE_HASH_ZIPLIST = 13;
/** List of ziplists. */
export const RDB_TYPE_LIST_QUICKLIST = 14;
/** Stream; the later forms have more of what is known of it: first id and counters, then consumers' active times. */
export const RDB_TYPE_STREAM_LISTPACKS = 15;
export const RDB_TYPE_HASH_LISTPACK = 16;
export const RDB_TYPE_ZSET_LISTPACK = 17;
/** List of listpacks and single elements. */
export const RDB_TYPE_LIST_QUICKLIST_2 = 18;
export const RDB_TYPE_STREAM_LISTPACKS_2 = 19;
/** From version 11 on, as the next. */
export const RDB_TYPE_SET_LISTPACK = 20;
export const RDB_TYPE_STREAM_LISTPACKS_3 = 21;
/** Hash of which fields expire, from version 12 on: pair by pair, and as a listpack. */
export const RDB_TYPE_HASH_FIELD_TTL = 24;
export const RDB_TYPE_HASH_LISTPACK_TTL = 25;

/** Which type of value each RDB type is that is read here. */
const VALUE_TYPES: ReadonlyMap<number, ValueType> = new Map([
  [RDB_TYPE_STRING, TYPE_STRING],
  [RDB_TYPE_LIST, TYPE_LIST],
  [RDB_TYPE_SET, TYPE_SET],
  [RDB_TYPE_ZSET, TYPE_ZSET],
  [RDB_TYPE_HASH, TYPE_HASH],
  [RDB_TYPE_ZSET_2, TYPE_ZSET],
  [RDB_TYPE_HASH_ZIPMAP, TYPE_HASH],
  [RDB_TYPE_LIST_ZIPLIST, TYPE_LIST],
  [RDB_TYPE_SET_INTSET, TYPE_SET],
  [RDB_TYPE_ZSET_ZIPLIST, TYPE_ZSET],
  [RDB_TYPE_HASH_ZIPLIST, TYPE_HASH],
  [RDB_TYPE_LIST_QUICKLIST, TYPE_LIST],
  [RDB_TYPE_STREAM_LISTPACKS, TYPE_STREAM],
  [RDB_TYPE_HASH_LISTPACK, TYPE_HASH],
  [RDB_TYPE_ZSET_LISTPACK, TYPE_ZSET],
  [RDB_TYPE_LIST_QUICKLIST_2, TYPE_LIST],
  [RDB_TYPE_STREAM_LISTPACKS_2, TYPE_STREAM],
  [RDB_TYPE_SET_LISTPACK, TYPE_SET],
  [RDB_TYPE_STREAM_LISTPACKS_3, TYPE_STREAM],
  [RDB_TYPE_HASH_FIELD_TTL, TYPE_HASH],
  [RDB_TYPE_HASH_LISTPACK_TTL, TYPE_HASH],
]);

/** The type of the values that have this RDB type; undefined for one that is not read here. */
export function valueTypeOf(rdbType: number): ValueType | undefined {
  return VALUE_TYPES.get(rdbType);
}
