/**
 * MONITOR: clients that see every command that runs, but administrative ones, when it has run
 * (replicationFeedMonitors of replication.c, 7.0).
 *
 * ```
 *   +1732736400.123456 [0 127.0.0.1:50000] "set" "key" "a value\x00"
 * ```
 */
import { formatPrintable } from '../util/bytes.js';
import type { Client } from './client.js';
import type { CommandContext } from './context.js';
import { FLAG_ADMIN, FLAG_SKIP_MONITOR } from './spec.js';
import type { Command } from './table.js';

const HIDDEN = '(redacted)';

export class Monitors {
  private readonly clients = new Set<Client>();

  /** @hot Whether anybody sees anything. */
  get areWatching(): boolean {
    return this.clients.size > 0;
  }

  add(client: Client): void {
    client.isMonitor = true;
    this.clients.add(client);
  }

  remove(client: Client): void {
    client.isMonitor = false;
    this.clients.delete(client);
  }

  /** Shows the command in `c.argv`, which has run. O(its bytes). */
  show(c: CommandContext, command: Command): void {
    if ((command.flags & (FLAG_ADMIN | FLAG_SKIP_MONITOR)) !== 0) return;
    const line = Buffer.from(`+${lineOf(c, command)}\r\n`, 'latin1');
    for (const monitor of this.clients) c.pushes.send(monitor, line);
  }
}

function lineOf(c: CommandContext, command: Command): string {
  const { argv, client, clock } = c;
  const nowUs = clock.nowUs();
  const fraction = String(nowUs % 1_000_000).padStart(6, '0');
  let line = `${Math.floor(nowUs / 1_000_000)}.${fraction} [${client.database} ${sourceOf(client)}]`;
  for (let i = 0; i < argv.count; i++) {
    const isHidden = command.spec.isSecret?.(argv, i) === true;
    line += isHidden ? ` "${HIDDEN}"` : ` ${formatPrintable(argv.copy(i))}`;
  }
  return line;
}

/** Where the client is; of a unix socket its path. */
function sourceOf({ connection }: Client): string {
  if (connection === null) return '?';
  return connection.unixSocket ? `unix:${connection.address.replace(/:0$/, '')}` : connection.address;
}
