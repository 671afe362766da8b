/** Where results go that are stored. */
import type { CommandContext } from '../../context.js';
import { NOTIFY_GENERIC, NOTIFY_ZSET } from '../../events.js';

/**
 * Lets the key that is argument `i` hold the sorted set of a detached holder, or nothing when that is empty, and
 * replies how many members it has.
 * @param changes how many changes that counts as
 */
export function storeResult(c: CommandContext, i: number, holder: number, event: string, changes = 1): void {
  const { argv, db, reply } = c;
  const length = c.keyspace.zsets.length(holder);
  if (length > 0) {
    db.adopt(argv, i, holder);
    c.keyChanged(i, changes);
    c.notify(NOTIFY_ZSET, event, i);
  } else if (db.deleteEvenExpired(argv, i)) {
    c.keyChanged(i);
    c.notify(NOTIFY_GENERIC, 'del', i);
  }
  reply.int(length);
}
