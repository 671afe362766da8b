/**
 * The record: one key with everything that belongs to it, in one block of the arena.
 *
 * ```
 *   word  0  hash of the key
 *         1  key length (8 bits, 255: see the key length word) | LRU or LFU clock (24 bits)
 *         2  live (bit 31) | database id (bits 12..27) | expires (bit 8) | encoding (bits 4..7) | type (bits 0..3)
 *         3  string: length of the value in bytes; aggregate: reference of its root
 *      [ 4  5  expire time, wall-clock milliseconds as a double   ]  only with the expires bit
 *      [ 6     the expiry wheel's entry                           ]
 *      [ n     key length, when it is 255 or more                 ]
 *         key bytes, then (strings) value bytes, neither aligned nor terminated
 * ```
 * 1. Word 0 is the hash, because the index reads it there; word 2 holds the live bit, because the arena's walk does.
 * 2. The clock in word 1 and the wheel's entry change without the snapshot barrier: a snapshot may see newer ones.
 * 3. A string's bytes are its text whatever its encoding says: `int`, `embstr` and `raw` only answer OBJECT ENCODING,
 *    so that every command reads every string in one way, and a number costs no conversion when it is read.
 * 4. The live bit is set last, when all other words are in place.
 * 5. A record is the holder of its value (types/value.ts): words 2 and 3 stand where they do there.
 */

export { NONE } from '../memory/layout.js';
// The part of a record that is a value's holder is the types' business too.
export {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type Encoding,
  META_ENCODING_MASK,
  META_ENCODING_SHIFT,
  META_TYPE_MASK,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
  type ValueType,
  WORD_META,
  WORD_VALUE,
} from '../types/value.js';

/** An entry of a database: the reference of its record. It may move whenever the record is written. */
export type Entry = number;

/** The longest string that Redis embeds in its object. */
export const EMBSTR_MAX_BYTES = 44;

export const WORD_HASH = 0;
export const WORD_CLOCK = 1;
/** Double index of the expire time. */
export const DWORD_EXPIRE_AT = 2;
export const WORD_WHEEL = 6;

/** Bytes in front of the key, without and with an expire time. */
export const HEADER_BYTES = 16;
export const EXPIRES_HEADER_BYTES = 28;

export const CLOCK_MASK = 0xffffff;
export const KEY_LENGTH_SHIFT = 24;
/** Key length byte of a key whose length has a word of its own. */
export const LONG_KEY = 255;

export const META_LIVE = 1 << 31;
export const META_EXPIRES = 1 << 8;
export const META_DATABASE_SHIFT = 12;
/** Database ids that a record can hold. */
export const DATABASE_IDS = 1 << 16;
/** Databases at most: one id is left for the one that is being emptied. */
export const MAX_DATABASES = DATABASE_IDS - 1;
export const META_DATABASE_MASK = (DATABASE_IDS - 1) << META_DATABASE_SHIFT;

/** Bytes of a record in front of its value. O(1). */
export function bytesBeforeValue(keyLength: number, expires: boolean): number {
  return (expires ? EXPIRES_HEADER_BYTES : HEADER_BYTES) + (keyLength >= LONG_KEY ? 4 : 0) + keyLength;
}
