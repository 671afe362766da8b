/** TIME. */
import type { CommandContext } from '../../context.js';

/** Seconds and microseconds of the moment, not of the command's frozen time: that has milliseconds only. */
export function time(c: CommandContext): void {
  const nowUs = c.clock.nowUs();
  c.reply.array(2);
  c.reply.bulkText(String(Math.floor(nowUs / 1e6)));
  c.reply.bulkText(String(nowUs % 1e6));
}
