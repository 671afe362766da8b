/** PUBSUB: who is subscribed to what. */
import type { PubSub } from '../../../pubsub/index.js';
import { globMatch } from '../../../util/glob.js';
import type { Client } from '../../client.js';
import { subcommandSyntaxError } from '../../command-text.js';
import type { CommandContext } from '../../context.js';

type Channels = PubSub<Client>['channels'];

export const channels = (c: CommandContext): void => list(c, c.pubsub.channels);
export const shardchannels = (c: CommandContext): void => list(c, c.pubsub.shardChannels);
export const numsub = (c: CommandContext): void => count(c, c.pubsub.channels);
export const shardnumsub = (c: CommandContext): void => count(c, c.pubsub.shardChannels);

/** Patterns, not clients. */
export function numpat(c: CommandContext): void {
  c.reply.int(c.pubsub.patterns.count);
}

function list(c: CommandContext, topics: Channels): void {
  const { argv, reply } = c;
  if (argv.count > 3) return reply.error(subcommandSyntaxError(argv));
  const pattern = argv.count > 2 ? argv.copy(2) : null;
  const names = [...topics.all()].filter(({ bytes }) => pattern === null || globMatch(pattern, bytes));
  reply.array(names.length);
  for (const { name } of names) reply.bulkText(name);
}

function count({ argv, reply }: CommandContext, topics: Channels): void {
  reply.array((argv.count - 2) * 2);
  for (let i = 2; i < argv.count; i++) {
    const name = argv.text(i);
    reply.bulkText(name);
    reply.int(topics.get(name)?.subscribers.size ?? 0);
  }
}
