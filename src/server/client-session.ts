/**
 * One client's side of its connection: input goes to the request loop, its end is told to whoever refers to the client.
 */
import type { Client } from '../commands/client.js';
import { clientInfo } from '../commands/client-info.js';
import type { CommandContext } from '../commands/context.js';
import type { Connection, ConnectionOwner } from '../net/index.js';
import type { Clients } from './clients.js';
import type { RequestLoop } from './request-loop.js';

/** What all sessions of one server share. */
export interface SessionParts {
  readonly context: CommandContext;
  readonly requests: RequestLoop;
  readonly clients: Clients;
}

export class ClientSession implements ConnectionOwner {
  private readonly client: Client;
  private readonly connection: Connection;
  private readonly parts: SessionParts;

  constructor(client: Client, connection: Connection, parts: SessionParts) {
    this.client = client;
    this.connection = connection;
    this.parts = parts;
  }

  /** @hot */
  received(bytes: Buffer, from: number, to: number): number {
    const { client, connection, parts } = this;
    // A client that does not read its replies gets no more of them for now: its commands wait in the query buffer.
    if (connection.congested) return from;
    const consumed = parts.requests.serve(client, bytes, from, to);
    if (consumed < to) connection.expect(client.parse.needed, client.parse.heldBytes);
    return consumed;
  }

  closed(): void {
    const { client, parts } = this;
    client.closed = true;
    client.transaction = null;
    parts.context.suspensions.drop(client);
    parts.context.watched.unwatch(client);
    parts.context.pubsub.leave(client);
    parts.context.tracking.stop(client);
    parts.context.monitors.remove(client);
    parts.clients.remove(client);
  }

  describe(): string {
    return clientInfo(this.client, this.parts.context.clock.nowMs());
  }
}
