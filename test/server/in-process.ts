/**
 * A server in the test's own process, with its parts in reach: a clock that the test sets, the feed, the output gate.
 */
import { Config, type OverrideValue } from '../../src/config/index.js';
import type { FeedConsumer } from '../../src/keyspace/feed.js';
import { Log } from '../../src/server/log.js';
import { Server } from '../../src/server/server.js';
import { type Clock, systemClock } from '../../src/util/clock.js';
import { RespClient } from '../support/index.js';

/** One server and its clients. */
export class InProcessServer {
  private readonly clients: RespClient[] = [];
  private constructor(readonly server: Server) {}

  static async start(
    directives: Readonly<Record<string, OverrideValue>> = {},
    clock: Clock = systemClock,
  ): Promise<InProcessServer> {
    const config = Config.fromSources({ overrides: { bind: ['127.0.0.1'], port: 0, ...directives } });
    const server = new Server({ config, log: new Log(clock, 0, []), clock, anyFreePort: true });
    await server.start();
    return new InProcessServer(server);
  }

  /** Opens a connection; it is closed with the server. */
  async connect(): Promise<RespClient> {
    const client = await RespClient.connect({ port: this.server.listeners.tcpPort });
    this.clients.push(client);
    return client;
  }

  /** Commands that ran so far. */
  get commandCount(): number {
    return this.server.context.stats.totalCommandsProcessed;
  }

  /** Bytes that went to clients so far. */
  get sentBytes(): number {
    return this.server.context.stats.totalNetOutputBytes;
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.close();
    await this.server.close();
  }
}

/** Keeps the feed's bytes. */
export class FeedRecorder implements FeedConsumer {
  private readonly units: Buffer[] = [];

  feedUnit(bytes: Uint8Array, size: number): void {
    this.units.push(Buffer.from(bytes.subarray(0, size)));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.units);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }
}
