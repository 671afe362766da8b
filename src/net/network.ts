/**
 * What all connections of one server share: the static read buffer, settings, counters, and the list of connections
 * with output to flush before the event loop sleeps.
 *
 * ```
 *   readBuffer  | headroom 16 KiB | read area 64 KiB |
 *                    [ kept tail ] [ what was read ]        one run: a command cut by the last read is whole again
 * ```
 * 1. Whatever a read puts into the buffer is consumed or copied before its callback returns: the next read of any
 *    connection overwrites it.
 * 2. Nothing here is global: several servers in one process have a `Network` each.
 */
import type { Clock } from '../util/clock.js';
import { Rounds } from '../util/rounds.js';
import type { Connection } from './connection.js';
import { ConnectionMemory, type MemoryLedger } from './connection-memory.js';
import { type DirectWrites, findDirectWrites, type WriteRequest } from './node-internals.js';
import { OutputGate } from './output-gate.js';

/** Room before the read area: the longest cut command that is put in front of the next read. */
export const HEADROOM_BYTES = 16 * 1024;
const READ_BYTES = 64 * 1024;
/** Views of the reply buffer are kept for lengths up to this: a `subarray` costs 44 ns, looking it up 2 ns. */
const WINDOW_BYTES = 2048;

/** Classes of `client-output-buffer-limit`, as indices of {@link NetworkSettings.outputLimits}. */
export const OUTPUT_NORMAL = 0;
export const OUTPUT_REPLICA = 1;
export const OUTPUT_PUBSUB = 2;
export type OutputClass = typeof OUTPUT_NORMAL | typeof OUTPUT_REPLICA | typeof OUTPUT_PUBSUB;

/** One class of `client-output-buffer-limit`; 0 switches a limit off. */
export interface OutputLimit {
  hardBytes: number;
  softBytes: number;
  softSeconds: number;
}

/** What configuration decides; the server changes the fields in place, and they hold from the next use on. */
export interface NetworkSettings {
  maxclients: number;
  /** Whether connections from other machines are refused: `protected-mode` and no password of the default user. */
  refuseRemote: boolean;
  tcpKeepaliveSeconds: number;
  clientQueryBufferLimit: number;
  outputLimits: readonly [Readonly<OutputLimit>, Readonly<OutputLimit>, Readonly<OutputLimit>];
  /** Whether Node's private write path is used where there is one. */
  directWrites: boolean;
}

/** Redis' defaults. */
export function defaultNetworkSettings(): NetworkSettings {
  return {
    maxclients: 10000,
    refuseRemote: false,
    tcpKeepaliveSeconds: 300,
    clientQueryBufferLimit: 1024 ** 3,
    outputLimits: [
      { hardBytes: 0, softBytes: 0, softSeconds: 0 },
      { hardBytes: 256 * 1024 ** 2, softBytes: 64 * 1024 ** 2, softSeconds: 60 },
      { hardBytes: 32 * 1024 ** 2, softBytes: 8 * 1024 ** 2, softSeconds: 60 },
    ],
    directWrites: true,
  };
}

/** What `net` counts, under the names that INFO has; the server's statistics have these fields. */
export interface NetworkStats {
  totalConnectionsReceived: number;
  rejectedConnections: number;
  totalNetInputBytes: number;
  totalNetOutputBytes: number;
  totalReadsProcessed: number;
  totalWritesProcessed: number;
  clientQueryBufferLimitDisconnections: number;
  clientOutputBufferLimitDisconnections: number;
}

/** Counters of nothing yet. */
export function emptyNetworkStats(): NetworkStats {
  return {
    totalConnectionsReceived: 0,
    rejectedConnections: 0,
    totalNetInputBytes: 0,
    totalNetOutputBytes: 0,
    totalReadsProcessed: 0,
    totalWritesProcessed: 0,
    clientQueryBufferLimitDisconnections: 0,
    clientOutputBufferLimitDisconnections: 0,
  };
}

/** What the sockets of one server need from it. */
export interface NetworkParts {
  readonly settings: NetworkSettings;
  readonly stats: NetworkStats;
  readonly clock: Clock;
  readonly log: NetworkLog;
  /** Where the memory of connections is entered. */
  readonly ledger: MemoryLedger;
  /** Gets what a connection's owner threw: a broken invariant, so the server stops. */
  readonly onFailure: (cause: unknown) => void;
  /**
   * Gets buffers of a connection that are done with: a large one can be seen to, since V8 is in no haste to collect it.
   */
  readonly onDropped: (buffer: ArrayBufferLike) => void;
  /** Hears of a command of `bytes` bytes, of which `arrived` have come, more than once while the rest of it comes. */
  readonly onArriving: (bytes: number, arrived: number) => void;
}

/** Where `net` reports what an operator may want to know. */
export interface NetworkLog {
  /** Whether verbose lines are wanted: their texts are costly. */
  isVerbose(): boolean;
  verbose(text: string): void;
  warning(text: string): void;
}

/** What one server's connections share; see the head of this file. */
export class Network {
  readonly settings: NetworkSettings;
  readonly stats: NetworkStats;
  readonly clock: Clock;
  readonly log: NetworkLog;
  readonly readBuffer: Buffer = Buffer.allocUnsafeSlow(HEADROOM_BYTES + READ_BYTES);
  /** The part of `readBuffer` that the system reads into. */
  readonly readArea: Buffer = this.readBuffer.subarray(HEADROOM_BYTES);
  /** All open connections. */
  readonly connections = new Set<Connection>();
  /** Holds back what clients may not see yet. Open unless somebody closes it. */
  readonly gate = new OutputGate();
  readonly memory: ConnectionMemory;
  /** Node's private writes, null where there are none or they are not wanted. */
  readonly direct: DirectWrites | null;
  /** The request for the next direct write; replaced when a write keeps it. */
  request: WriteRequest | null;
  /** See {@link NetworkParts.onArriving}. */
  readonly onArriving: (bytes: number, arrived: number) => void;
  private readonly onFailure: (cause: unknown) => void;
  private unflushed: Connection[] = [];
  private doomed: Connection[] = [];
  private unread: Connection[] = [];
  private wakeUpScheduled = false;
  private windows: (Buffer | undefined)[] = [];
  private windowsOf: Buffer | null = null;
  private readonly rounds = new Rounds(this.connections);

  constructor(parts: NetworkParts) {
    const { settings, stats, clock, log, ledger, onFailure, onDropped } = parts;
    this.onArriving = parts.onArriving;
    this.settings = settings;
    this.stats = stats;
    this.clock = clock;
    this.log = log;
    this.memory = new ConnectionMemory(ledger, onDropped);
    this.onFailure = onFailure;
    this.direct = settings.directWrites ? findDirectWrites() : null;
    this.request = this.direct === null ? null : this.direct.request();
  }

  /** How many connections are open: what `maxclients` limits. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /**
   * @hot `buffer[0, length)` as a buffer. Short ones of the same `buffer` are kept: the reply buffer is the same for
   * millions of replies.
   */
  window(buffer: Buffer, length: number): Buffer {
    if (length > WINDOW_BYTES) return buffer.subarray(0, length); // allocates: once a write of many replies
    if (this.windowsOf !== buffer) {
      this.windowsOf = buffer;
      // allocates: once a buffer, and there are few
      this.windows = new Array<Buffer | undefined>(WINDOW_BYTES + 1).fill(undefined);
    }
    let window = this.windows[length];
    if (window === undefined) {
      window = buffer.subarray(0, length); // allocates: once a length
      this.windows[length] = window;
    }
    return window;
  }

  /** Has `connection.flush()` called before the loop sleeps. The connection sees to it that it asks once only. */
  flushLater(connection: Connection): void {
    this.unflushed.push(connection);
    this.wakeUp();
  }

  /** Has `connection.destroy()` called before the loop sleeps, outside of all its owner's calls. */
  destroyLater(connection: Connection): void {
    this.doomed.push(connection);
    this.wakeUp();
  }

  /** Has `connection.readOn()` called when all other connections have had their turn. */
  readLater(connection: Connection): void {
    this.unread.push(connection);
    this.wakeUp();
  }

  /** Flushes now what waits for the loop to sleep, and closes what is to be closed. O(connections with output). */
  flushAll(): void {
    const { unflushed, doomed } = this;
    if (unflushed.length > 0) {
      this.unflushed = [];
      for (const connection of unflushed) connection.flush();
    }
    if (doomed.length > 0) {
      this.doomed = [];
      for (const connection of doomed) connection.destroy();
    }
  }

  /**
   * The part of cron that is about connections: soft limits and idle buffers. O(connections / slices): each has its
   * turn.
   */
  maintain(slices: number): void {
    const nowMs = this.clock.nowMs();
    this.rounds.turn(slices, (connection) => connection.maintain(nowMs));
  }

  /** Reports what an owner threw. */
  failed(cause: unknown): void {
    this.onFailure(cause);
  }

  private wakeUp(): void {
    if (this.wakeUpScheduled) return;
    this.wakeUpScheduled = true;
    setImmediate(this.beforeSleep);
  }

  private readonly beforeSleep = (): void => {
    this.wakeUpScheduled = false;
    this.flushAll();
    if (this.unread.length === 0) return;
    const { unread } = this;
    this.unread = [];
    for (const connection of unread) connection.readOn();
  };
}
