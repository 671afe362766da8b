/**
 * A request loop with its executor and keyspace, without sockets: connections are objects that keep what they are sent,
 * the clock is set by the test, and commands of the test's own stand in the table beside the real ones.
 */
import { Users } from '../../src/acl/index.js';
import { Client, type ClientConnection } from '../../src/commands/client.js';
import { CommandContext } from '../../src/commands/context.js';
import { Executor } from '../../src/commands/executor.js';
import { CONNECTION_COMMANDS } from '../../src/commands/families/connection/table.js';
import { GENERIC_COMMANDS } from '../../src/commands/families/generic/table.js';
import { LIST_COMMANDS } from '../../src/commands/families/list/table.js';
import { STRING_COMMANDS } from '../../src/commands/families/string/table.js';
import type { CommandObserver } from '../../src/commands/observer.js';
import type { Ports } from '../../src/commands/ports.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import { Suspensions } from '../../src/commands/suspension.js';
import { createCommandTable } from '../../src/commands/table.js';
import { Config } from '../../src/config/index.js';
import { Feed } from '../../src/keyspace/feed.js';
import { Keyspace } from '../../src/keyspace/keyspace.js';
import { Arena } from '../../src/memory/index.js';
import { ServerStats } from '../../src/observability/stats.js';
import { Argv, ReplyWriter } from '../../src/resp/index.js';
import { Clients } from '../../src/server/clients.js';
import { RequestLoop } from '../../src/server/request-loop.js';
import { type Clock, ManualClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';

const INDIFFERENT: CommandObserver = { thresholdUs: Number.POSITIVE_INFINITY, slowCommand: () => {} };

/** What a {@link LoopBench} is made of, all optional. */
export interface LoopOptions<C extends Clock = ManualClock> {
  readonly clock?: C;
  readonly commands?: readonly CommandSpec[];
  readonly observer?: CommandObserver;
}

/** The pieces as `server/server.ts` puts them together, in reach. */
export class LoopBench<C extends Clock = ManualClock> {
  readonly clock: C;
  readonly context: CommandContext;
  readonly feed = new Feed();
  readonly clients = new Clients(() => this.context.client);
  readonly loop: RequestLoop;
  readonly suspensions = new Suspensions({
    resume: (client, write) => this.loop.resume(client, write),
    later: (job) => this.loop.later(job),
  });
  /** Everything that was sent, to whom: `name:bytes`. */
  readonly sent: string[] = [];
  private readonly users = new Users();

  constructor(options: LoopOptions<C> = {}) {
    const clock = options.clock ?? (new ManualClock() as Clock as C); // C is ManualClock where none is given
    this.clock = clock;
    const config = Config.fromSources({ overrides: {} });
    const random = new Random(1);
    const table = createCommandTable(
      STRING_COMMANDS,
      CONNECTION_COMMANDS,
      GENERIC_COMMANDS,
      LIST_COMMANDS,
      options.commands ?? [],
    );
    const stats = new ServerStats(table.idCount);
    const keyspace = new Keyspace({
      arena: new Arena({ clock }),
      databaseCount: 16,
      clock,
      random,
      hooks: {
        expired: () => {},
        fieldsExpired: () => {},
        evicted: () => {},
        missed: () => {},
        created: (db, keys, i) => this.context.blocked.keyReady(this.context, db, keys, i),
        streamLeft: () => {},
      },
    });
    // What these commands do not ask for is not there.
    const ports = { clients: this.clients } as unknown as Ports;
    const parts = { keyspace, config, clock, random, table, stats, ports, feed: this.feed, users: this.users };
    this.context = new CommandContext(
      {
        ...parts,
        suspensions: this.suspensions,
        argv: new Argv(),
        reply: new ReplyWriter((error) => stats.countError(error)),
      },
      new Client(0, null, this.users.default, clock.nowMs()),
    );
    const observer = options.observer ?? INDIFFERENT;
    this.loop = new RequestLoop(this.context, new Executor(this.context, observer), observer);
  }

  /** A client with a connection of its own. */
  connect(name: string): FakeConnection {
    const connection = new FakeConnection(name, this);
    connection.client = new Client(this.clients.nextId(), connection, this.users.default, this.clock.nowMs());
    this.clients.add(connection.client);
    return connection;
  }

  /** The next turn of the event loop. */
  nextTurn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** A connection that keeps its output, and its input until it is consumed. */
export class FakeConnection implements ClientConnection {
  queryBufferLimit = Number.POSITIVE_INFINITY;
  readonly address = '127.0.0.1:1';
  readonly localAddress = '127.0.0.1:2';
  readonly unixSocket = false;
  readonly fd = -1;
  readonly local = true;
  readonly queryBufferFree = 0;
  readonly pendingOutputBytes = 0;
  readonly pendingOutputCount = 0;
  readonly outputMemoryBytes = 0;
  readonly memoryBytes = 0;
  readonly lastKeptMs = 0;
  congested = false;
  closed = false;
  /** Whether the server has asked for the end. */
  isEnding = false;
  output = '';
  /** Becomes congested when so much was sent at once. */
  congestedAbove = Number.POSITIVE_INFINITY;
  client!: Client; // set by LoopBench.connect
  private query: Buffer = Buffer.alloc(0);

  constructor(
    readonly name: string,
    private readonly bench: LoopBench<Clock>,
  ) {}

  get queryBufferBytes(): number {
    return this.query.length;
  }

  limitOutputAs(): void {}

  /** Input arrives: latin1 text. */
  receive(text: string): this {
    this.query = Buffer.concat([this.query, Buffer.from(text, 'latin1')]);
    this.resume();
    return this;
  }

  /** Everything that was sent since the last call. */
  take(): string {
    const { output } = this;
    this.output = '';
    return output;
  }

  send(buffer: Buffer, size: number): boolean {
    const text = buffer.toString('latin1', 0, size);
    this.output += text;
    this.bench.sent.push(`${this.name}:${text}`);
    if (size > this.congestedAbove) this.congested = true;
    return true;
  }

  append(bytes: Uint8Array): void {
    this.send(Buffer.from(bytes), bytes.length);
  }

  closeAfterReplies(): void {
    this.isEnding = true;
    this.query = Buffer.alloc(0);
  }

  /** The connection is gone, as the session is told of it. */
  destroy(): void {
    this.closed = true;
    this.client.closed = true;
    this.bench.suspensions.drop(this.client);
    this.bench.clients.remove(this.client);
  }

  offerLater(): void {
    setImmediate(() => this.resume());
  }

  resume(): void {
    if (this.closed || this.congested || this.query.length === 0) return;
    const consumed = this.bench.loop.serve(this.client, this.query, 0, this.query.length);
    this.query = this.query.subarray(consumed);
  }
}
