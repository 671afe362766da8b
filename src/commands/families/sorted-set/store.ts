/** Where results go that are stored. */
import type { CommandContext } from '../../context.js';
import { NOTIFY_GENERIC, NOTIFY_ZSET } from '../../events.js';

/**
 * Lets the key that is argument 1 hold the sorted set of a detached holder, or nothing when that is empty, and replies how
 * many members it has.
 */
export function storeResult(c: CommandContext, holder: number, event: string): void {
  const { argv, db, reply } = c;
  const length = c.keyspace.zsets.length(holder);
  if (length > 0) {
    db.adopt(argv, 1, holder);
    c.keyChanged(1);
    c.notify(NOTIFY_ZSET, event, 1);
  } else if (db.delete(argv, 1)) {
    c.keyChanged(1);
    c.notify(NOTIFY_GENERIC, 'del', 1);
  }
  reply.int(length);
}
