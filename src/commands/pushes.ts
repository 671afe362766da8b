/**
 * Pushes: what clients get without having asked for it at that moment, messages of channels they are subscribed to. One
 * for the client whose command is being answered comes behind its reply (as since Redis 7.2); all others leave before
 * the event loop sleeps.
 */
import type { ReplyWriter } from '../resp/index.js';
import type { Client } from './client.js';

export class Pushes {
  private readonly reply: ReplyWriter;
  private own: Uint8Array[] = [];

  constructor(reply: ReplyWriter) {
    this.reply = reply;
  }

  /** @hot Whether there are any for the client that is being answered. */
  get areWaiting(): boolean {
    return this.own.length > 0;
  }

  /** Sends `bytes`, which are copied, to a client; without effect when its connection is gone. O(bytes). */
  readonly send = (client: Client, bytes: Uint8Array): void => {
    const { connection } = client;
    if (connection === null || connection.closed) return;
    if (this.reply.isFor(connection)) this.own.push(Uint8Array.from(bytes));
    else connection.append(bytes);
  };

  /** Writes those that wait behind the reply of their client. */
  write(): void {
    const { own, reply } = this;
    this.own = [];
    for (const bytes of own) reply.raw(bytes);
  }
}
