/** The hash that a command works on: key 1, with its fields as they are at the command's time. */
import { type Entry, NONE, TYPE_HASH } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { WRONGTYPE } from '../../errors.js';

/** What lookups return where the key holds something else. That has been answered. */
export const OTHER_TYPE = -1;

/** @hot The hash for reading: its entry, NONE, or OTHER_TYPE. Fields that are due are dropped or hidden. */
export function hashToRead(c: CommandContext): Entry {
  return asHash(c, c.db.lookupRead(c.argv, 1));
}

/** @hot The hash for writing: {@link hashToRead} without the statistics. */
export function hashToWrite(c: CommandContext): Entry {
  return asHash(c, c.db.lookupWrite(c.argv, 1));
}

/** @hot */
function asHash(c: CommandContext, entry: Entry): Entry {
  if (entry === NONE) return NONE;
  if (c.db.typeOf(entry) === TYPE_HASH) return c.keyspace.fields.see(c.db, entry);
  c.reply.error(WRONGTYPE);
  return OTHER_TYPE;
}

/** @hot Whether the field that is argument `i` is there: its value and expire time are in `hashes.pair` then. */
export function findField(c: CommandContext, entry: Entry, i: number): boolean {
  const { argv } = c;
  return c.keyspace.hashes.find(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i));
}

/** @hot Sets the field that is argument `i` to argument `i + 1`; whether it was not there. */
export function setField(c: CommandContext, holder: number, i: number): boolean {
  const { argv } = c;
  const { bytes, view } = argv;
  const value = i + 1;
  return c.keyspace.hashes.set(
    holder,
    bytes,
    view,
    argv.offset(i),
    argv.length(i),
    bytes,
    view,
    argv.offset(value),
    argv.length(value),
  );
}

/**
 * @hot Whether a command may have to be propagated as what it does: the hash has fields that are due and wait to be
 * dropped. This command does not see them; a replica, which keeps them until it is told, would.
 */
export function hasUnseenFields(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.keyspace.hashes.hasHidden(entry);
}

/** @hot Replies with the value that was found. */
export function replyValue(c: CommandContext): void {
  const { pair } = c.keyspace.hashes;
  c.reply.bulk(pair.valueBytes, pair.valueView, pair.valueFrom, pair.valueLength);
}
