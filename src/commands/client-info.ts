/**
 * The line that CLIENT LIST and CLIENT INFO show of a client: every field of Redis 7.4, in its order.
 */
import type { Client } from './client.js';

/** One line without its line break. Sizes are in bytes, times in seconds. O(length). */
export function clientInfo(client: Client, nowMs: number): string {
  const { connection } = client;
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ['id', client.id],
    ['addr', connection?.address ?? ''],
    ['laddr', connection?.localAddress ?? ''],
    ['fd', connection?.fd ?? -1],
    ['name', client.name],
    ['age', clientAge(client, nowMs)],
    ['idle', seconds(nowMs - client.lastInteractionMs)],
    ['flags', clientFlags(client)],
    ['db', client.database],
    ['sub', client.subscriptions?.channels.size ?? 0],
    ['psub', client.subscriptions?.patterns.size ?? 0],
    ['ssub', client.subscriptions?.shardChannels.size ?? 0],
    ['multi', client.transaction === null ? -1 : client.transaction.commands.length],
    ['watch', client.watches.length],
    ['qbuf', connection?.queryBufferBytes ?? 0],
    ['qbuf-free', connection?.queryBufferFree ?? 0],
    ['argv-mem', client.parse.heldBytes],
    ['multi-mem', client.transaction?.memoryBytes ?? 0],
    // Replies are built in one buffer that all clients share: none is a client's own.
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', connection?.pendingOutputCount ?? 0],
    ['omem', connection?.outputMemoryBytes ?? 0],
    ['tot-mem', connection?.memoryBytes ?? 0],
    ['events', connection === null ? '' : connection.pendingOutputBytes > 0 ? 'rw' : 'r'],
    ['cmd', client.lastCommand?.name ?? 'NULL'],
    ['user', client.user.name],
    ['redir', client.tracking?.options.redirect ?? -1],
    ['resp', client.resp],
    ['lib-name', client.libName],
    ['lib-ver', client.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** For how many whole seconds the client has been connected. */
export function clientAge(client: Client, nowMs: number): number {
  return seconds(nowMs - client.createdMs);
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

/** `N` for a client that nothing special is to be said of. */
function clientFlags(client: Client): string {
  let flags = '';
  if (client.isMonitor) flags += 'O';
  if (client.subscriptions !== null) flags += 'P';
  if (client.transaction !== null) flags += 'x';
  if (client.suspension !== null) flags += 'b';
  if (client.tracking !== null) flags += 't';
  if (client.tracking?.isRedirectionBroken === true) flags += 'R';
  if (client.tracking?.options.bcast === true) flags += 'B';
  if (client.watchBroken) flags += 'd';
  if (client.closing) flags += 'c';
  if (client.connection?.unixSocket === true) flags += 'U';
  if (client.noEvict) flags += 'e';
  if (client.noTouch) flags += 'T';
  return flags === '' ? 'N' : flags;
}
