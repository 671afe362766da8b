/**
 * What DUMP answers and RESTORE takes: a value with its type in front, and behind it what tells whether it can be read.
 *
 * ```
 *   type (1) | value | RDB version (2, little endian) | CRC64 of all before (8, little endian)
 * ```
 */
import { Crc64 } from '../util/crc64.js';
import { RDB_TYPE_HASH_FIELD_TTL, RDB_VERSION, RDB_VERSION_FIELD_TTL, RDB_VERSION_READ } from './types.js';
import type { RdbWriter } from './writer.js';

/** Bytes behind the value. */
export const TRAILER_BYTES = 10;

/** The lowest version that has a type of values. */
export function versionOf(type: number): number {
  return type >= RDB_TYPE_HASH_FIELD_TTL ? RDB_VERSION_FIELD_TTL : RDB_VERSION;
}

/** Ends a payload whose type and value were written from the buffer's beginning on. O(size). */
export function writeTrailer(writer: RdbWriter, version: number): void {
  writer.byte(version & 0xff);
  writer.byte(version >>> 8);
  const crc = new Crc64();
  crc.update(writer.bytes, 0, writer.size);
  const at = writer.size;
  writer.double(0); // makes room for the checksum
  crc.writeTo(writer.bytes, at);
}

/** Whether a payload has a version that can be read, and its checksum, where that is verified. O(length). */
export function hasGoodTrailer(bytes: Uint8Array, from: number, length: number, verifies: boolean): boolean {
  if (length < TRAILER_BYTES) return false;
  const end = from + length;
  const version = bytes[end - 10]! | (bytes[end - 9]! << 8);
  if (version > RDB_VERSION_READ) return false;
  if (!verifies) return true;
  const crc = new Crc64();
  crc.update(bytes, from, end - 8);
  return crc.matches(bytes, end - 8);
}
