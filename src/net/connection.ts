/**
 * One client's connection: input offered to its owner from the shared read buffer, output written at once or queued.
 *
 * ```
 *   socket -> [read buffer | query buffer] -> owner.received(...)
 *   owner  -> send(reply buffer)  --nothing queued--> socket
 *                                 --else-----------> queue -> socket, as it takes it
 *   anyone -> append(bytes) ----------------------> queue -> socket, before the loop sleeps
 * ```
 * 1. Output leaves in the order of the calls of `send` and `append`, as far as the network's gate lets it.
 * 2. At most one write is under way; what it carries is not changed until it is done.
 * 3. `owner.closed()` is called exactly once, never from inside `owner.received()` or one of the methods for output.
 * 4. A client that does not read its replies gets no more of them made: above {@link CONGESTED_BYTES} of waiting output
 *    it is `congested`, and its commands are read but not run. Redis runs them, and a client that asks for a gigabyte
 *    in 20 KB makes it take that gigabyte. Reading goes on because many clients write a whole pipeline before they read
 *    the first reply: if nobody took what they write, both sides would wait for ever. So a. requests are kept in place
 *    of replies as long as they are the smaller of the two: more commands run when more
 *       input than output waits, and what a client makes the server hold is in proportion to what it sent;
 *    b. at `client-query-buffer-limit` reading stops, rather than closing a client for input that it is not to blame
 *       for; it goes on with its commands, when the output has gone down to {@link RELIEVED_BYTES};
 *    c. a hard `client-output-buffer-limit` for normal clients takes the place of all this: they are closed there, as
 *       in Redis. Replicas and subscribers, which are sent what they did not ask for, know no other bound.
 */
import type net from 'node:net';
import { formatPrintable } from '../util/bytes.js';
import { CONNECTION_BYTES } from './connection-memory.js';
import {
  HEADROOM_BYTES,
  type Network,
  OUTPUT_NORMAL,
  OUTPUT_PUBSUB,
  OUTPUT_REPLICA,
  type OutputClass,
} from './network.js';
import { descriptorOf, handleOf, rewrap, type StreamHandle } from './node-internals.js';
import { OutputQueue } from './output-queue.js';
import { QueryBuffer } from './query-buffer.js';

/** Above this much waiting output a client is congested: its owner should leave further commands for later. */
const CONGESTED_BYTES = 32 * 1024 * 1024;
const RELIEVED_BYTES = 8 * 1024 * 1024;
/** The most that one write carries: larger output goes in slices, so that what waits is known exactly enough. */
const SLICE_BYTES = 1024 * 1024;
/** Of input that piled up while the owner did not want it, so much is offered in one turn of the loop. */
const OFFER_BYTES = 1024 * 1024;
/** After this long without input an empty query buffer is given back. */
const IDLE_MS = 2000;
/** How much of a rejected client's input the log shows. */
const SHOWN_BYTES = 64;

/** Bits of `blocked`: reasons why output cannot go straight to the socket. */
const QUEUED = 1;
const IN_FLIGHT = 2;
const CLOSED = 4;

/** Who speaks on a connection: the client's session, a link to another server. */
export interface ConnectionOwner {
  /**
   * Offers input: `bytes[from, to)`, valid until the call returns. Returns where the
   * part that is not consumed begins; it is kept and offered again, in front of what comes next.
   */
  received(bytes: Buffer, from: number, to: number): number;
  /** The connection is gone; nothing may be sent any more. Called once. */
  closed(): void;
  /** The line that CLIENT LIST has for it, for the log. */
  describe(): string;
}

export class Connection {
  readonly network: Network;
  /** `ip:port` of the other end, `[ip]:port` for IPv6, `path:0` for a unix socket. */
  readonly address: string;
  readonly localAddress: string;
  readonly unixSocket: boolean;
  /** Whether the other end is this machine. */
  readonly local: boolean;
  private outputClass: OutputClass = OUTPUT_NORMAL;
  /** Lowers `client-query-buffer-limit` for this connection; its owner sets it, infinity by default. */
  queryBufferLimit = Number.POSITIVE_INFINITY;
  /** Whether so much output waits that the owner should leave the rest of its input for later. */
  congested = false;
  /** When input came last that the owner was not offered yet, such as a part of a large value; 0: never. */
  lastKeptMs = 0;
  /** The owner is set by whoever accepted the connection, before any input. */
  owner: ConnectionOwner;
  private readonly socket: net.Socket;
  /** For direct writes; null where the public path is used. */
  private readonly handle: StreamHandle | null;
  /** For reading in turns; null where the static buffer is not used. */
  private readonly reads: StreamHandle | null;
  private readonly query: QueryBuffer;
  private queue: OutputQueue | null = null;
  private blocked = 0;
  /** Bytes of the write under way. */
  private inFlightBytes = 0;
  /** Memory that is given back when it is done; the queue has the rest of what it is part of. */
  private inFlightHeld = 0;
  /** Writes begun on the public path, and those whose callback came: they finish in order. */
  private writesBegun = 0;
  private writesDone = 0;
  /** Which of them is under way; 0 when none is. */
  private inFlightSerial = 0;
  private flushScheduled = false;
  private receiving = false;
  /** Whether the rest of the query buffer is to be offered in the next turn of the loop. */
  private offerScheduled = false;
  private ended = false;
  private draining = false;
  private announcedBytes = 0;
  /** Memory of what the owner has parsed of the input that is kept. */
  private parsedBytes = 0;
  private softLimitSinceMs = 0;
  private lastInputMs: number;
  /** Whether there was input since {@link maintain} looked: cheaper than the time of every read. */
  private sawInput = false;
  /** Whether the socket is not read from. */
  private paused = false;

  /**
   * Takes over `accepted`, a paused socket, which must not be used afterwards. Reading begins in the next turn of the
   * loop.
   */
  constructor(network: Network, accepted: net.Socket, unixSocketPath: string | null) {
    this.network = network;
    this.query = new QueryBuffer(network.memory);
    this.owner = NOBODY;
    this.unixSocket = unixSocketPath !== null;
    this.address =
      unixSocketPath === null ? endpoint(accepted.remoteAddress, accepted.remotePort) : `${unixSocketPath}:0`;
    this.localAddress =
      unixSocketPath === null ? endpoint(accepted.localAddress, accepted.localPort) : `${unixSocketPath}:0`;
    this.local = this.unixSocket || isLoopback(accepted.remoteAddress ?? '');
    this.lastInputMs = network.clock.nowMs();
    const wrapped = rewrap(accepted, network.readArea, (count) => this.readIntoArea(count));
    this.socket = wrapped ?? accepted;
    this.reads = wrapped === null ? null : handleOf(wrapped);
    this.handle = wrapped !== null && network.direct !== null ? handleOf(wrapped) : null;
    if (wrapped === null) this.socket.on('data', (chunk: Buffer) => this.readChunk(chunk));
    this.socket.on('end', () => this.inputEnded());
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.lost(error));
    this.socket.on('close', () => this.destroy());
    network.connections.add(this);
    network.memory.add(CONNECTION_BYTES);
    if (wrapped === null) this.socket.resume();
    else wrapped.resume(); // flowing, or the end would never be told; nothing is read through the stream
  }

  /** The descriptor where the system tells it, else -1. */
  get fd(): number {
    return descriptorOf(this.socket);
  }

  /** Whether the connection is closed or about to be: what is sent now is lost. */
  get closed(): boolean {
    return (this.blocked & CLOSED) !== 0;
  }

  /** Bytes of incomplete commands that are kept. */
  get queryBufferBytes(): number {
    return this.query.length;
  }

  /** Room left in the query buffer. */
  get queryBufferFree(): number {
    return this.query.capacity - this.query.length;
  }

  /** Output that the socket has not taken yet. */
  get pendingOutputBytes(): number {
    return this.inFlightBytes + (this.queue === null ? 0 : this.queue.bytes);
  }

  /** In how many pieces that output is held. */
  get pendingOutputCount(): number {
    return (this.inFlightBytes === 0 ? 0 : 1) + (this.queue === null ? 0 : this.queue.count);
  }

  /** Memory that output is held in until the socket has taken it. */
  get outputMemoryBytes(): number {
    return this.inFlightHeld + (this.queue === null ? 0 : this.queue.heldBytes);
  }

  /** All memory of this connection, its buffers and its objects. */
  get memoryBytes(): number {
    return CONNECTION_BYTES + this.inputMemoryBytes + this.outputMemoryBytes;
  }

  private get inputMemoryBytes(): number {
    return this.query.capacity + this.parsedBytes;
  }

  /**
   * @hot Sends `buffer[0, size)`, behind whatever waits. Returns whether the caller may reuse `buffer`; otherwise it is
   * handed over and must not be written to again. O(1), or O(size) when output waits already and the reply is small.
   */
  send(buffer: Buffer, size: number): boolean {
    if (this.blocked !== 0 || size > SLICE_BYTES || this.network.gate.isClosed) return this.sendBehind(buffer, size);
    if (size === 0 || this.write(this.network.window(buffer, size), size)) return true;
    this.holdInFlight(buffer.length);
    return false;
  }

  /**
   * Copies `bytes` behind whatever is being sent; it leaves before the loop sleeps, together with all else that was
   * appended until then. O(bytes).
   */
  append(bytes: Uint8Array): void {
    if (this.closed) return;
    this.openQueue().copy(bytes, bytes.length, this.network.gate.offset);
    this.checkOutputLimits();
    this.checkCongestion();
    if (this.flushScheduled || (this.blocked & IN_FLIGHT) !== 0) return;
    this.flushScheduled = true;
    this.network.flushLater(this);
  }

  /** Sets which of the output limits holds. */
  limitOutputAs(kind: keyof typeof OUTPUT_CLASSES): void {
    this.outputClass = OUTPUT_CLASSES[kind];
  }

  /** Writes what was appended, as far as the socket takes it. */
  flush(): void {
    this.flushScheduled = false;
    if (!this.closed) this.goOn();
  }

  /**
   * Says that `bytes` bytes are needed, from the first that is not consumed, before offering input again is of use, and
   * how much memory the owner holds, until the next offer, for what it has parsed of them.
   */
  expect(bytes: number, parsedBytes = 0): void {
    this.announcedBytes = bytes;
    this.network.memory.add(parsedBytes - this.parsedBytes);
    this.parsedBytes = parsedBytes;
  }

  /** Offers the input that was kept, if there is any: for an owner that had left it for later. */
  resume(): void {
    if (this.receiving) return this.offerLater();
    if (this.query.length === 0 || this.closed || this.draining) return;
    this.offerQuery();
    this.afterOffer();
  }

  /**
   * Offers the input that is kept in the loop's next turn: others have theirs first, and nothing more is read before.
   */
  offerLater(): void {
    if (this.offerScheduled) return;
    this.offerScheduled = true;
    if (this.reads?.reading === true) this.reads.readStop();
    setImmediate(() => {
      this.offerScheduled = false;
      this.resume();
      this.readOn();
    });
  }

  /** Closes when the socket has taken all output; no more input is looked at. */
  closeAfterReplies(): void {
    this.draining = true;
    if (this.receiving) return; // the owner may have more to say until it returns
    this.query.clear();
    this.pump();
    this.closeIfDrained();
  }

  /** Closes now; what has not been written is lost. From inside `owner.received` it takes effect behind it. */
  destroy(): void {
    if (this.receiving) {
      this.destroyLater();
      return;
    }
    this.blocked |= CLOSED;
    if (!this.network.connections.delete(this)) return;
    this.socket.destroy();
    this.query.release();
    this.queue?.clear();
    this.dropParsed();
    this.releaseInFlight();
    this.network.memory.sub(CONNECTION_BYTES);
    this.network.gate.forget(this);
    this.owner.closed();
  }

  /** Cron: soft limits, buffers of idle clients, and how large they were lately. O(1). */
  maintain(nowMs: number): void {
    const { memory } = this.network;
    memory.input.note(this.inputMemoryBytes, nowMs);
    memory.output.note(this.outputMemoryBytes, nowMs);
    if (this.pendingOutputBytes > 0) this.checkOutputLimits('closed');
    if (this.sawInput) {
      this.sawInput = false;
      this.lastInputMs = nowMs;
    }
    if (this.query.capacity > 0 && nowMs - this.lastInputMs > IDLE_MS) this.query.shrink();
  }

  // --- input ---

  /** @hot `count` bytes stand in the network's read area. */
  private readIntoArea(count: number): void {
    const { network, query } = this;
    network.stats.totalReadsProcessed++;
    network.stats.totalNetInputBytes += count;
    if (this.closed || this.draining) return;
    const kept = query.length;
    if (kept === 0) {
      this.offerRead(HEADROOM_BYTES, HEADROOM_BYTES + count, 0);
    } else if (kept <= HEADROOM_BYTES && kept + count >= this.announcedBytes) {
      // A short tail goes in front of what was read, rather than all that was read behind the tail.
      const from = HEADROOM_BYTES - kept;
      // allocates: once a read that ended within a command
      network.readBuffer.set(query.bytes.subarray(query.from, query.to), from);
      this.offerRead(from, HEADROOM_BYTES + count, kept);
    } else {
      this.keep(network.readBuffer, HEADROOM_BYTES, HEADROOM_BYTES + count);
      if (!this.closed) this.offerOrKeep();
    }
    this.afterOffer();
    if (count === network.readArea.length && this.reads !== null) this.readInTurn(this.reads);
  }

  /**
   * The read filled its area: there is more. Others are served before it is read, or one client that sends without
   * pause would keep all of them waiting (bench/server/stalls.ts, fill).
   */
  private readInTurn(handle: StreamHandle): void {
    if (!handle.reading || this.offerScheduled || this.closed) return;
    handle.readStop();
    this.network.readLater(this);
  }

  /** Reads on, after {@link readInTurn}, unless reading was stopped for another reason meanwhile. */
  readOn(): void {
    if (this.reads?.reading === true && !this.offerScheduled && !this.closed) this.reads.readStart();
  }

  /** Input on the `data` path: the chunk is ours. */
  private readChunk(chunk: Buffer): void {
    const { network, query } = this;
    network.stats.totalReadsProcessed++;
    network.stats.totalNetInputBytes += chunk.length;
    if (this.closed || this.draining) return;
    if (query.length === 0) {
      const consumed = this.offer(chunk, 0, chunk.length);
      this.keep(chunk, consumed, chunk.length);
    } else {
      this.keep(chunk, 0, chunk.length);
      if (!this.closed) this.offerOrKeep();
    }
    this.afterOffer();
  }

  /** @hot Offers `readBuffer[from, to)`, whose first `kept` bytes stand in the query buffer too, and keeps the rest. */
  private offerRead(from: number, to: number, kept: number): void {
    const { network, query } = this;
    const consumed = this.offer(network.readBuffer, from, to);
    if (consumed === to) {
      if (kept !== 0) query.clear();
    } else if (consumed === from) {
      this.keep(network.readBuffer, from + kept, to);
    } else {
      if (kept !== 0) query.clear();
      this.keep(network.readBuffer, consumed, to);
    }
  }

  /**
   * Keeps input that the owner has not consumed. Without memory for it the connection ends: the rest would make no
   * sense.
   */
  private keep(source: Buffer, from: number, to: number): void {
    try {
      this.query.append(source, from, to, this.announcedBytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // V8's for a buffer that is not to be had
      this.network.log.warning(`Closing client, no memory for its input: ${this.owner.describe()}`);
      this.destroyLater();
    }
  }

  /** Offers the query buffer, if as much has come as its owner waits for. */
  private offerOrKeep(): void {
    if (this.congested) this.checkProportion();
    if (this.query.length >= this.announcedBytes) return this.offerQuery();
    this.lastKeptMs = this.network.clock.nowMs();
    this.network.onArriving(this.announcedBytes, this.query.length);
  }

  /** Offers what the query buffer holds: what its owner said it needs, or a slice of what has piled up. */
  private offerQuery(): void {
    const { query } = this;
    const { from, to } = query;
    const end = Math.min(to, from + Math.max(OFFER_BYTES, this.announcedBytes));
    let consumed = this.offer(query.bytes, from, end);
    if (end < to && consumed === from) consumed = this.offer(query.bytes, from, to);
    else if (end < to) this.offerLater();
    query.consume(consumed);
  }

  /** @hot */
  private offer(bytes: Buffer, from: number, to: number): number {
    this.announcedBytes = 0;
    if (this.parsedBytes !== 0) this.dropParsed();
    this.receiving = true;
    try {
      return this.owner.received(bytes, from, to);
    } catch (cause) {
      this.network.failed(cause);
      return to;
    } finally {
      this.receiving = false;
    }
  }

  private dropParsed(): void {
    this.network.memory.sub(this.parsedBytes);
    this.parsedBytes = 0;
  }

  /** @hot What is due when the owner has returned. */
  private afterOffer(): void {
    this.sawInput = true;
    if (this.query.length !== 0 && !this.draining) this.checkQueryBufferLimit();
    if (this.draining) this.closeAfterReplies();
    else if (this.ended) this.closeWhenServed();
  }

  private checkQueryBufferLimit(): void {
    const { network, query } = this;
    const limit = Math.min(network.settings.clientQueryBufferLimit, this.queryBufferLimit);
    if (query.length <= limit || this.closed) return;
    if (this.congested) {
      this.paused = true;
      this.socket.pause();
      return;
    }
    network.stats.clientQueryBufferLimitDisconnections++;
    const shown = formatPrintable(query.bytes.subarray(query.from, Math.min(query.to, query.from + SHOWN_BYTES)));
    network.log.warning(
      `Closing client that reached max query buffer length: ${this.owner.describe()} (qbuf initial bytes: ${shown})`,
    );
    this.destroyLater();
  }

  private inputEnded(): void {
    if (this.closed || this.ended) return;
    this.ended = true;
    this.closeWhenServed();
  }

  /**
   * The other end will send no more. What it asked for still goes out, unless its owner left input for later on its own
   * account: then it waits for something, and nobody is there for whom to wait.
   */
  private closeWhenServed(): void {
    if (this.closed || this.draining) return;
    // Its last commands are still to be run.
    if (this.query.length > 0 && (this.congested || this.offerScheduled)) return;
    this.logClosed();
    if (this.pendingOutputBytes === 0) this.destroy();
    else this.closeAfterReplies();
  }

  private lost(error: NodeJS.ErrnoException): void {
    if (this.closed) return;
    const { log } = this.network;
    if (log.isVerbose())
      log.verbose(`Client closed connection ${this.owner.describe()}: ${error.code ?? error.message}`);
    // The 'close' event follows.
  }

  private logClosed(): void {
    const { log } = this.network;
    if (log.isVerbose()) log.verbose(`Client closed connection ${this.owner.describe()}`);
  }

  // --- output ---

  /** @hot Begins a write of all of `bytes`; returns whether it is finished already. Nothing else is under way. */
  private write(bytes: Buffer, size: number): boolean {
    const { network, handle } = this;
    network.stats.totalWritesProcessed++;
    network.stats.totalNetOutputBytes += size;
    if (handle !== null && network.direct !== null && network.request !== null) {
      const { request } = network;
      if (handle.writeBuffer(request, bytes) !== 0) {
        this.destroyLater();
        return true;
      }
      if (!network.direct.wasAsync()) return true;
      request.bytes = bytes;
      request.oncomplete = (status) => this.written(status); // allocates: only where the socket takes no more
      network.request = network.direct.request();
    } else {
      if (this.socket.destroyed) {
        this.destroyLater();
        return true;
      }
      const serial = ++this.writesBegun;
      this.socket.write(bytes, this.publicWritten);
      if (this.socket.writableLength === 0) return true;
      this.inFlightSerial = serial;
    }
    this.inFlightBytes = size;
    this.blocked |= IN_FLIGHT;
    return false;
  }

  /** One function a connection, so that a write allocates none. Writes that finished at once end up here as well. */
  private readonly publicWritten = (error?: Error | null): void => {
    this.writesDone++;
    if (this.inFlightSerial !== this.writesDone) return;
    this.inFlightSerial = 0;
    this.written(error == null ? 0 : -1);
  };

  /** A write that went on after its call is finished. */
  private written(status: number): void {
    this.inFlightBytes = 0;
    this.releaseInFlight();
    this.blocked &= ~IN_FLIGHT;
    if (this.closed) return;
    if (status < 0) {
      this.destroy();
      return;
    }
    this.goOn();
  }

  /** The output gate has opened further. */
  gateOpened(): void {
    if (!this.closed) this.goOn();
  }

  /** Sends what can be sent, and sees to what waited for it to be sent. */
  private goOn(): void {
    this.pump();
    if (this.congested && this.pendingOutputBytes < RELIEVED_BYTES) this.relieved();
    this.closeIfDrained();
  }

  private sendBehind(buffer: Buffer, size: number): boolean {
    if (this.closed || size === 0) return true;
    const handedOver = size * 2 >= buffer.length;
    const gate = this.network.gate.offset;
    if (handedOver) this.openQueue().handOver(buffer, size, gate);
    else this.openQueue().copy(buffer, size, gate);
    this.checkOutputLimits();
    this.pump();
    this.checkCongestion();
    return !handedOver;
  }

  private openQueue(): OutputQueue {
    this.queue ??= new OutputQueue(this.network.memory);
    this.blocked |= QUEUED;
    return this.queue;
  }

  /** Writes from the queue until it is empty, the gate holds the next piece back, or a write goes on by itself. */
  private pump(): void {
    const { queue } = this;
    if (queue === null) return;
    while (this.blocked === QUEUED) {
      const { head } = queue;
      if (head === undefined) {
        this.blocked &= ~QUEUED;
        this.queue = null;
        this.softLimitSinceMs = 0;
        return;
      }
      if (head.gate > this.network.gate.openOffset) {
        this.network.gate.hold(this);
        return;
      }
      const size = Math.min(head.to - head.from, SLICE_BYTES);
      const slice = head.bytes.subarray(head.from, head.from + size);
      const held = queue.sent(size); // a write that goes on keeps the slice alive and counts it
      if (this.write(slice, size)) this.network.memory.sub(held);
      else this.inFlightHeld = held;
    }
  }

  /** Enters memory that is held until the write under way is done. */
  private holdInFlight(bytes: number): void {
    this.inFlightHeld = bytes;
    this.network.memory.add(bytes);
  }

  private releaseInFlight(): void {
    this.network.memory.sub(this.inFlightHeld);
    this.inFlightHeld = 0;
  }

  /** Closes a client that lets too much output wait, or for too long: as `client-output-buffer-limit` says. */
  private checkOutputLimits(how = 'scheduled to be closed ASAP'): void {
    const { network } = this;
    const { hardBytes, softBytes, softSeconds } = network.settings.outputLimits[this.outputClass];
    const pending = this.pendingOutputBytes;
    let over = hardBytes !== 0 && pending >= hardBytes;
    if (softBytes === 0 || pending < softBytes) {
      this.softLimitSinceMs = 0;
    } else if (!over) {
      const nowMs = network.clock.nowMs();
      if (this.softLimitSinceMs === 0) this.softLimitSinceMs = nowMs;
      else over = nowMs - this.softLimitSinceMs > softSeconds * 1000;
    }
    if (!over || this.closed) return;
    network.stats.clientOutputBufferLimitDisconnections++;
    network.log.warning(`Client ${this.owner.describe()} ${how} for overcoming of output buffer limits.`);
    this.queue?.clear();
    this.destroyLater();
  }

  private checkCongestion(): void {
    if (this.congested || this.outputClass !== OUTPUT_NORMAL) return;
    const pending = this.pendingOutputBytes;
    if (pending < CONGESTED_BYTES || pending < this.query.length) return;
    this.congested = this.network.settings.outputLimits[OUTPUT_NORMAL].hardBytes === 0;
  }

  /** More input waits than output: making replies of it holds less than keeping it. */
  private checkProportion(): void {
    if (this.query.length > this.pendingOutputBytes) this.congested = false;
  }

  /** The socket has taken what waited: the rest of the client's commands can run. */
  private relieved(): void {
    this.congested = false;
    if (this.paused) {
      this.paused = false;
      this.socket.resume();
    }
    this.resume();
  }

  private closeIfDrained(): void {
    if (!this.draining || this.receiving || this.closed || this.pendingOutputBytes > 0) return;
    this.blocked |= CLOSED;
    this.socket.destroySoon(); // its 'close' event ends the connection
  }

  private destroyLater(): void {
    this.blocked |= CLOSED;
    this.network.destroyLater(this);
  }
}

/** The classes of `client-output-buffer-limit` by their names. */
const OUTPUT_CLASSES = { normal: OUTPUT_NORMAL, replica: OUTPUT_REPLICA, pubsub: OUTPUT_PUBSUB } as const;

/** The owner of a connection before it has one. */
const NOBODY: ConnectionOwner = {
  received: (_bytes, _from, to) => to,
  closed: () => {},
  describe: () => '',
};

/** Whether an address is one of this machine's loopback addresses. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

function endpoint(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return '?:0'; // gone already
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
