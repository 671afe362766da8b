/**
 * A small client for tests: sends commands (or any bytes) and returns replies both as their exact bytes and parsed.
 * Bytes are parsed only when a reply is asked for, so that a test may also read the stream raw.
 */
import { connect, type Socket } from 'node:net';
import {
  type Arg,
  type Command,
  encodeCommand,
  escapeBytes,
  formatCommand,
  MalformedReply,
  Push,
  parseReply,
  type Reply,
  toArgs,
} from './wire.js';

/** Where to connect, and what to do with what is seen. */
export interface ClientOptions {
  readonly port?: number;
  readonly host?: string;
  /** Path of a unix socket, instead of a port. */
  readonly path?: string;
  /** How long a reply may take. Default 5000. */
  readonly timeoutMs?: number;
  /** Told of each command sent with its reply: the record of what the tests cover. */
  readonly onReply?: (args: readonly Arg[], reply: Reply) => void;
}

/** One connection. Not for several users at once: replies are handed out in the order of the requests for them. */
export class RespClient {
  /** What the socket has brought and nobody has taken: `received[from..to)`. */
  private received: Buffer = Buffer.alloc(16 * 1024);
  private from = 0;
  private to = 0;
  /** No reply can be complete before `to` reaches this: large replies are not parsed again for each chunk. */
  private parseAt = 0;
  private readonly replies: Reply[] = [];
  private readonly pushes: Reply[] = [];
  private wake: () => void = () => {};
  private ended = false;
  private failure: Error | null = null;
  /** Set when the server (or the test) has closed the connection. */
  readonly closed: Promise<void>;
  private timeoutMs: number;

  private constructor(
    /** The socket itself, for tests of slow readers and broken connections. */
    readonly socket: Socket,
    protected readonly options: ClientOptions,
  ) {
    this.timeoutMs = options.timeoutMs ?? 5000;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (cause) => {
      this.failure = cause;
    });
    this.closed = new Promise((resolve) => {
      socket.on('end', () => {
        this.ended = true;
        this.wake();
      });
      socket.on('close', () => {
        this.ended = true;
        this.wake();
        resolve();
      });
    });
  }

  /** Opens a connection; rejects when the server refuses it. */
  static connect(options: ClientOptions): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket =
        options.path === undefined
          ? connect({ port: options.port ?? 6379, host: options.host ?? '127.0.0.1' })
          : connect({ path: options.path });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RespClient(socket, options));
      });
    });
  }

  /** Sends one command and waits for its reply. */
  async send(...args: Arg[]): Promise<Reply> {
    return this.command(args);
  }

  /** As {@link send}, for a command in one piece: a list of arguments or a line as redis-cli takes it. */
  async command(command: Command): Promise<Reply> {
    this.socket.write(encodeCommand(command));
    return this.replyTo(command);
  }

  /** Sends the commands in one write and waits for all replies, in their order. */
  async pipeline(commands: readonly Command[]): Promise<Reply[]> {
    this.socket.write(Buffer.concat(commands.map((command) => encodeCommand(command))));
    const replies: Reply[] = [];
    for (const command of commands) replies.push(await this.replyTo(command));
    return replies;
  }

  /** Sends a command whose reply is asked for later (with {@link nextReply} or {@link nextPush}), or never comes. */
  write(command: Command): void {
    this.socket.write(encodeCommand(command));
  }

  /** Sends bytes as they are: a string is latin1. */
  raw(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next reply that is not a push message. */
  async nextReply(what = 'the next reply'): Promise<Reply> {
    return this.until(what, () => this.replies.shift() ?? this.parseUntil(false));
  }

  /** The next RESP3 push message, taken from before or after other replies. */
  async nextPush(what = 'a push message'): Promise<Reply> {
    return this.until(what, () => this.pushes.shift() ?? this.parseUntil(true));
  }

  /** The next `count` bytes as they came, as a latin1 string. Bytes that a parsed reply took are gone. */
  async readRaw(count: number): Promise<string> {
    return this.until(`${count} bytes`, () => {
      if (this.to - this.from < count) return undefined;
      this.from += count;
      return this.received.toString('latin1', this.from - count, this.from);
    });
  }

  /** All that comes until the server closes the connection, as a latin1 string. */
  async readToEnd(): Promise<string> {
    await this.until('the end of the connection', () => (this.ended ? true : undefined));
    const rest = this.received.toString('latin1', this.from, this.to);
    this.from = this.to;
    return rest;
  }

  /** True when nothing has come that was not asked for: no reply too many. */
  isDrained(): boolean {
    return this.from === this.to && this.replies.length === 0 && this.pushes.length === 0;
  }

  /** Changes the protocol. */
  async hello(version: 2 | 3, ...options: Arg[]): Promise<Reply> {
    return this.send('HELLO', version, ...options);
  }

  /** Sets how long later replies may take. */
  setTimeout(ms: number): void {
    this.timeoutMs = ms;
  }

  /** Closes the connection at once. */
  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private async replyTo(command: Command): Promise<Reply> {
    const reply = await this.nextReply(`the reply to ${formatCommand(command)}`);
    this.options.onReply?.(toArgs(command), reply);
    return reply;
  }

  /** Asks `attempt` after each arrival until it has a result. */
  private async until<T>(what: string, attempt: () => T | undefined): Promise<T> {
    const deadline = performance.now() + this.timeoutMs;
    for (;;) {
      let result: T | undefined;
      try {
        result = attempt();
      } catch (cause) {
        if (cause instanceof MalformedReply) throw new Error(`waiting for ${what}: ${cause.message}`);
        throw cause;
      }
      if (result !== undefined) return result;
      if (this.ended) {
        const why = this.failure === null ? '' : ` (${this.failure.message})`;
        throw new Error(`the connection was closed${why} while waiting for ${what}; ${this.got()}`);
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no answer in ${this.timeoutMs} ms: waiting for ${what}; ${this.got()}`);
      await this.arrival(leftMs);
    }
  }

  private got(): string {
    const bytes = this.received.toString('latin1', this.from, Math.min(this.to, this.from + 2000));
    return bytes === '' ? 'got nothing' : `got ${this.to - this.from} bytes: ${escapeBytes(bytes)}`;
  }

  private arrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve();
      };
    });
  }

  /** Parses replies until one of the wanted kind comes; those of the other kind are kept for who asks for them. */
  private parseUntil(wantPush: boolean): Reply | undefined {
    while (this.from < this.to && this.to >= this.parseAt) {
      const result = parseReply(this.received, this.from, this.to);
      if ('needs' in result) {
        this.parseAt = result.needs;
        return undefined;
      }
      this.from = result.end;
      this.parseAt = 0;
      const isPush = result.reply.value instanceof Push;
      if (isPush === wantPush) return result.reply;
      (isPush ? this.pushes : this.replies).push(result.reply);
    }
    return undefined;
  }

  private take(chunk: Buffer): void {
    if (this.to + chunk.length > this.received.length) {
      const used = this.to - this.from;
      const target = Buffer.alloc(Math.max(this.received.length, 2 * (used + chunk.length)));
      this.received.copy(target, 0, this.from, this.to);
      this.parseAt = Math.max(0, this.parseAt - this.from);
      this.received = target;
      this.from = 0;
      this.to = used;
    }
    chunk.copy(this.received, this.to);
    this.to += chunk.length;
    this.wake();
  }
}
