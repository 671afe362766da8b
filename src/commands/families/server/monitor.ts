/** MONITOR: the client sees what all clients do. */
import type { CommandContext } from '../../context.js';
import { ERR_MONITOR_INSIDE } from '../../errors.js';

/** One that sees it already is not answered, as in Redis. */
export function monitor(c: CommandContext): void {
  const { client, monitors, reply } = c;
  if (c.isInside) return reply.error(ERR_MONITOR_INSIDE);
  if (client.isMonitor) return;
  monitors.add(client);
  reply.ok();
}
