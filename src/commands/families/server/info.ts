/** INFO: gathers what the sections are made of. */
import { type InfoSource, infoText } from '../../../observability/info/index.js';
import type { CommandContext } from '../../context.js';

export function info(c: CommandContext): void {
  const { argv, reply } = c;
  const names: string[] = [];
  for (let i = 1; i < argv.count; i++) names.push(argv.text(i));
  reply.verbatim('txt', infoText(infoSource(c), names));
}

/** The server as it is now. O(clients that wait). */
export function infoSource(c: CommandContext): InfoSource {
  return {
    nowMs: c.nowMs,
    nowUs: c.clock.nowUs(),
    config: c.config,
    keyspace: c.keyspace,
    stats: c.stats,
    status: c.ports.status,
    replicationOffset: c.feed.offset,
    commands: c.table.all,
    clients: {
      connected: c.ports.clients.count,
      blocked: c.suspensions.count,
      waitingForTime: c.suspensions.timedCount,
      waitedForKeys: c.blocked.keyCount,
      waitedForMissingKeys: c.blocked.missingKeyCount,
      tracking: c.tracking.clientCount,
      trackedKeys: c.tracking.keyCount,
      trackedItems: c.tracking.itemCount,
      trackedPrefixes: c.tracking.prefixCount,
      subscribed: c.pubsub.clientCount,
      channels: c.pubsub.channels.count,
      patterns: c.pubsub.patterns.count,
      shardChannels: c.pubsub.shardChannels.count,
      watching: c.watched.clientCount,
      watchedKeys: c.watched.keyCount,
    },
  };
}
