/**
 * What the tests of `net` need: a network of their own with owners that answer lines, and clients that wait for events.
 */
import { once } from 'node:events';
import net from 'node:net';
import { MemoryAccount } from '../../src/memory/index.js';
import {
  type Connection,
  type ConnectionOwner,
  defaultNetworkSettings,
  emptyNetworkStats,
  Listeners,
  Network,
  type OutputClass,
  type OutputLimit,
} from '../../src/net/index.js';
import { systemClock } from '../../src/util/clock.js';

/** Answers each whole line with what `answer` makes of it; keeps everything that happened. */
export class LineOwner implements ConnectionOwner {
  readonly lines: string[] = [];
  offers = 0;
  isClosed = false;
  constructor(
    readonly connection: Connection,
    private readonly answer: (owner: LineOwner, line: string) => void,
  ) {}

  received(bytes: Buffer, from: number, to: number): number {
    this.offers++;
    let at = from;
    while (!this.connection.congested) {
      const end = bytes.indexOf(10, at);
      if (end === -1 || end >= to) break;
      const line = bytes.toString('latin1', at, end);
      at = end + 1;
      this.lines.push(line);
      this.answer(this, line);
    }
    return at;
  }

  closed(): void {
    if (this.isClosed) throw new Error('closed twice');
    this.isClosed = true;
  }

  describe(): string {
    return `a client addr=${this.connection.address}`;
  }
}

export class Bench {
  readonly log: string[] = [];
  readonly failures: unknown[] = [];
  readonly owners: LineOwner[] = [];
  /** Sizes of the buffers that connections were done with. */
  readonly dropped: number[] = [];
  /** Commands that were announced while they came: their bytes, and how many had come. */
  readonly arriving: [bytes: number, arrived: number][] = [];
  readonly settings = defaultNetworkSettings();
  readonly account = new MemoryAccount();
  readonly network: Network;
  readonly listeners: Listeners;

  constructor(
    answer: (owner: LineOwner, line: string) => void = echo,
    options: { directWrites?: boolean; clock?: typeof systemClock } = {},
  ) {
    this.settings.directWrites = options.directWrites ?? true;
    const log = {
      isVerbose: () => true,
      verbose: (text: string) => this.log.push(`- ${text}`),
      warning: (text: string) => this.log.push(`# ${text}`),
    };
    this.network = new Network({
      settings: this.settings,
      stats: emptyNetworkStats(),
      clock: options.clock ?? systemClock,
      log,
      ledger: this.account,
      onFailure: (cause) => this.failures.push(cause),
      onDropped: (buffer) => this.dropped.push(buffer.byteLength),
      onArriving: (bytes, arrived) => this.arriving.push([bytes, arrived]),
    });
    this.listeners = new Listeners(this.network, (connection) => {
      const owner = new LineOwner(connection, answer);
      this.owners.push(owner);
      return owner;
    });
  }

  async listen(): Promise<number> {
    await this.listeners.listenTcp(['127.0.0.1'], 0, 511);
    return this.listeners.tcpPort;
  }

  /** Sets one class of output limits. */
  limit(outputClass: OutputClass, limit: OutputLimit): void {
    const [normal, replica, pubsub] = this.settings.outputLimits;
    const limits: [OutputLimit, OutputLimit, OutputLimit] = [normal, replica, pubsub];
    limits[outputClass] = limit;
    this.settings.outputLimits = limits;
  }

  async client(options: Partial<net.TcpNetConnectOpts> = {}): Promise<net.Socket> {
    const socket = net.connect({ host: '127.0.0.1', port: this.listeners.tcpPort, ...options });
    await once(socket, 'connect');
    return socket;
  }

  async close(): Promise<void> {
    for (const connection of [...this.network.connections]) connection.destroy();
    await this.listeners.close();
  }
}

/** Replies with the line itself. */
export function echo(owner: LineOwner, line: string): void {
  owner.connection.send(Buffer.from(`${line}\n`, 'latin1'), line.length + 1);
}

/** Everything that `socket` sends until it ends or `bytes` bytes have come. */
export function collect(socket: net.Socket, bytes = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = () => resolve(Buffer.concat(chunks).toString('latin1'));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytes) done();
    });
    socket.on('end', done);
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? done() : reject(error)));
  });
}
