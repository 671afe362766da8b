/** PUBLISH and SPUBLISH. Replicas get them too, so that whoever is subscribed there hears of it; the log does not. */
import { FOR_REPLICAS } from '../../../keyspace/feed.js';
import type { CommandContext } from '../../context.js';

export function publish(c: CommandContext): void {
  c.reply.int(c.pubsub.publish(argument(c, 1), argument(c, 2)));
  c.feed.append(c.db.number, c.argv, FOR_REPLICAS);
}

export function spublish(c: CommandContext): void {
  c.reply.int(c.pubsub.publishSharded(argument(c, 1), argument(c, 2)));
  c.feed.append(c.db.number, c.argv, FOR_REPLICAS);
}

function argument({ argv }: CommandContext, i: number): Uint8Array {
  const from = argv.offset(i);
  return argv.bytes.subarray(from, from + argv.length(i)); // allocates: two views a message
}
