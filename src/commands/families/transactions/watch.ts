/** WATCH and UNWATCH. */
import type { CommandContext } from '../../context.js';
import { ERR_WATCH_INSIDE_MULTI } from '../../errors.js';

/** A client one of whose keys has changed already need not watch more: its transaction will not run. */
export function watch(c: CommandContext): void {
  const { argv, client, reply, watched } = c;
  if (client.transaction !== null) return reply.error(ERR_WATCH_INSIDE_MULTI);
  if (!client.watchBroken) for (let i = 1; i < argv.count; i++) watched.watch(i);
  reply.ok();
}

export function unwatch(c: CommandContext): void {
  c.watched.unwatch(c.client);
  c.reply.ok();
}
