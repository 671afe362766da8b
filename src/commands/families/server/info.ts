/** INFO: gathers what the sections are made of. */
import { type ClientFigures, type InfoSource, infoText } from '../../../observability/info/index.js';
import type { CommandContext } from '../../context.js';

export function info(c: CommandContext): void {
  const { argv, reply } = c;
  const names: string[] = [];
  for (let i = 1; i < argv.count; i++) names.push(argv.text(i));
  reply.verbatim('txt', infoText(infoSource(c), names));
}

/** The server as it is now. O(clients). */
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
    clients: clientFigures(c),
  };
}

function clientFigures(c: CommandContext): ClientFigures {
  let largestInputBytes = 0;
  let largestOutputBytes = 0;
  let memoryBytes = 0;
  let waitingForTime = 0;
  for (const { connection, suspension } of c.ports.clients.all()) {
    if (suspension !== null && suspension.deadlineMs !== 0) waitingForTime++;
    if (connection === null) continue;
    largestInputBytes = Math.max(largestInputBytes, connection.queryBufferBytes + connection.queryBufferFree);
    largestOutputBytes = Math.max(largestOutputBytes, connection.pendingOutputBytes);
    memoryBytes += connection.memoryBytes;
  }
  const { count: connected } = c.ports.clients;
  const { count: blocked } = c.suspensions;
  return { connected, blocked, waitingForTime, largestInputBytes, largestOutputBytes, memoryBytes };
}
