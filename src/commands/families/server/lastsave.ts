/** LASTSAVE: as in Redis the start of the server, as long as nothing has been saved since. */
import type { CommandContext } from '../../context.js';

export function lastsave(c: CommandContext): void {
  c.reply.int(Math.floor(c.ports.status.startedMs / 1000));
}
