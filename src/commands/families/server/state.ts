/** LASTSAVE, ROLE and TIME: what a server tells of its state in a few words. */
import type { CommandContext } from '../../context.js';

/** As in Redis the start of the server, as long as nothing has been saved since. */
export function lastsave(c: CommandContext): void {
  c.reply.int(Math.floor(c.ports.status.startedMs / 1000));
}

/** A primary without replicas, as long as there is no replication. */
export function role(c: CommandContext): void {
  const { feed, reply } = c;
  reply.array(3);
  reply.bulkText('master');
  reply.int(feed.offset);
  reply.emptyArray();
}

/** Seconds and microseconds of the moment, not of the command's frozen time: that has milliseconds only. */
export function time(c: CommandContext): void {
  const nowUs = c.clock.nowUs();
  c.reply.array(2);
  c.reply.bulkText(String(Math.floor(nowUs / 1e6)));
  c.reply.bulkText(String(nowUs % 1e6));
}
