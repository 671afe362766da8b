/** ROLE: a primary without replicas, as long as there is no replication. */
import type { CommandContext } from '../../context.js';

export function role(c: CommandContext): void {
  const { feed, reply } = c;
  reply.array(3);
  reply.bulkText('master');
  reply.int(feed.offset);
  reply.emptyArray();
}
