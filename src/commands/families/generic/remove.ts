/**
 * DEL and UNLINK, which are one: what is cheap to free is freed at once, and a large value in slices between events
 * (keyspace/garbage.ts), whichever of the two it was and whatever the `lazyfree-lazy-` directives say.
 */
import type { CommandContext } from '../../context.js';
import { NOTIFY_GENERIC } from '../../events.js';

/** @hot DEL and UNLINK. A key that is named twice counts once. */
export function del(c: CommandContext): void {
  const { argv, db } = c;
  let deleted = 0;
  for (let i = 1; i < argv.count; i++) {
    if (!db.delete(argv, i)) continue;
    c.keyChanged(i);
    c.notify(NOTIFY_GENERIC, 'del', i);
    deleted++;
  }
  c.reply.int(deleted);
}
