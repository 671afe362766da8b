/**
 * DEL and UNLINK.
 *
 * A string's block is freed in one step however long it is, so there is nothing to put off: UNLINK and the `lazyfree-lazy-`
 * directives free strings at once, as Redis does with all values that are cheap to free.
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
