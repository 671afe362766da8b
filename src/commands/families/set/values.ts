/** What the set commands share: the check of a key's type, and members to the reply. */
import { type Entry, NONE, TYPE_SET } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';

/** @hot Whether an entry is there and not a set: the reply is WRONGTYPE. */
export function isOtherType(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.db.typeOf(entry) !== TYPE_SET;
}

/** Replies with all members of the set in a holder. O(size). */
export function replyMembers(c: CommandContext, holder: number): void {
  const { reply } = c;
  const { sets } = c.keyspace;
  reply.set(sets.count(holder));
  sets.forEach(holder, (bytes, view, from, length) => reply.bulk(bytes, view, from, length));
}
