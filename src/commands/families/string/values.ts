/**
 * What the string and bitmap commands share: a value's bytes to the reply, into a buffer, and strings that grow in
 * place.
 */
import { type Entry, NONE, TYPE_STRING } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';

/** Longest value that a record can hold, whatever `proto-max-bulk-len` allows: a block's length is an int32. */
const RECORD_LIMIT = 2 ** 31 - 2 ** 20;

const EMPTY = new Uint8Array(0);

/** @hot Replies with a string's bytes, copied from the arena straight into the output buffer. O(length). */
export function replyString(c: CommandContext, entry: Entry): void {
  const { db, reply } = c;
  const length = db.stringLength(entry);
  const at = reply.beginBulk(length);
  db.stringInto(entry, 0, length, reply.bytes, reply.view, at);
  reply.endBulk(length);
}

/** @hot Whether an entry is there and not a string: the reply is WRONGTYPE. */
export function isOtherType(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.db.typeOf(entry) !== TYPE_STRING;
}

/** @hot Length of a string in bytes, 0 for NONE. */
export function stringLength(c: CommandContext, entry: Entry): number {
  return entry === NONE ? 0 : c.db.stringLength(entry);
}

/** The bytes of a string, empty for NONE. O(length), the caller owns them. */
export function copyOfString(c: CommandContext, entry: Entry): Uint8Array {
  if (entry === NONE) return EMPTY;
  const copy = new Uint8Array(c.db.stringLength(entry));
  c.db.stringInto(entry, 0, copy.length, copy, new DataView(copy.buffer), 0);
  return copy;
}

/** @hot How long a string may become, in bytes. */
export function longestString(c: CommandContext): number {
  return Math.min(c.config.protoMaxBulkLen, RECORD_LIMIT);
}

/**
 * Makes a string raw and exactly `length` bytes long, with zero bytes where it grows; creates it where `entry` is NONE.
 * Its time to live stays. Returns where the entry is now. O(bytes added), O(length) when it has to move.
 * @param i the argument that is its key
 */
export function resizeRaw(c: CommandContext, i: number, entry: Entry, length: number): Entry {
  return entry === NONE ? c.db.setZeros(c.argv, i, length) : c.db.resizeString(entry, length);
}
