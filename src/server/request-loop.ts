/**
 * The path of a request: a chunk of input becomes commands, their keys are touched together, each runs, and all their
 * replies leave in one write.
 *
 * ```
 *   chunk -> parse up to 64 -> resolve names -> touch keys -> execute each -> (again) -> one flush
 * ```
 * 1. One loop serves all sessions of a server: the parser, the reply buffer and the batch's arrays are shared, since
 *    one chunk is finished before the next begins.
 * 2. The touch pass only loads memory ahead: it changes no clock, no counter and no key.
 * 3. A command that changes what its client may send ends the batch. One that suspends its client or closes it, or a
 *    client that does not read its replies, ends the chunk: the rest stays in the connection's query buffer, where
 *    parsing begins anew.
 * 4. Clients that a command made ready are served right after it, before the next command of the chunk.
 */
import type { Rerun } from '../commands/blocking.js';
import { type Client, REPLY_ON } from '../commands/client.js';
import type { CommandContext } from '../commands/context.js';
import type { Executor } from '../commands/executor.js';
import type { CommandObserver } from '../commands/observer.js';
import { FLAG_READONLY } from '../commands/spec.js';
import type { Command } from '../commands/table.js';
import type { ErrorReply } from '../resp/error-reply.js';
import { BATCH, RequestParser } from '../resp/parser.js';

/** What is done for clients that may go on; returns those whose further input is to be offered then. */
type Job = () => readonly Client[];

/** Input or output of one command beyond which its time is taken on its own. */
const BIG_COMMAND_BYTES = 16 * 1024;
/** Keys expire by the millisecond. */
const TIME_STEP_US = 1000;
/** What a client sends may keep the others waiting for so long: then they have their turn. */
const TURN_US = 2000;
const TURN_BEGAN = 0;
const BATCH_ENDED = 1;
/** With a threshold below this, each command's time is taken on its own. */
const EXACT_BELOW_US = 1000;

export class RequestLoop {
  private readonly c: CommandContext;
  private readonly executor: Executor;
  private readonly observer: CommandObserver;
  private readonly parser: RequestParser;
  private readonly commands: (Command | null)[] = new Array<Command | null>(BATCH).fill(null);
  /** First key of each command of the batch that has one: where it stands, and its command's place in the batch. */
  private readonly keyOffsets = new Int32Array(BATCH);
  private readonly keyLengths = new Int32Array(BATCH);
  private readonly keyHashes = new Int32Array(BATCH);
  /** Place in the key arrays of each command's first key, -1 when it has none. */
  private readonly keyPlaces = new Int32Array(BATCH);
  /** Elements that commands of the batch look up in the values of their first keys, and the places of those keys. */
  private readonly elementOffsets = new Int32Array(BATCH);
  private readonly elementLengths = new Int32Array(BATCH);
  private readonly elementPlaces = new Int32Array(BATCH);
  /**
   * When the chunk's first batch began and its last one ended, in microseconds: doubles in fields would be allocated.
   */
  private readonly times = new Float64Array(2);
  /** Whether a chunk is being served: then ready clients wait until its command is done. */
  private busy = false;
  private readonly ready: Job[] = [];
  private readonly rerun = (client: Client, command: Command): void => this.executor.runAgain(client, command);

  constructor(context: CommandContext, executor: Executor, observer: CommandObserver) {
    this.c = context;
    this.executor = executor;
    this.observer = observer;
    this.parser = new RequestParser(context.argv);
  }

  /**
   * @hot Serves `bytes[from, to)` for a client and returns up to where it was consumed; the rest is to be offered again
   * with what follows. The bytes may be overwritten afterwards.
   */
  serve(client: Client, bytes: Buffer, from: number, to: number): number {
    if (client.suspension !== null) return from;
    if (client.closing) return to;
    const { c, parser } = this;
    const { keyspace, reply } = c;
    const { times } = this;
    times[TURN_BEGAN] = 0;
    this.busy = true;
    keyspace.touches = !client.noTouch;
    keyspace.knownHashSpans = c.argv;
    reply.begin(client.connection, client.resp);
    let at = from;
    if (client.postponedBytes > 0) at = afterPostponed(client, from);
    do {
      parser.parse(bytes, at, to, client.parse);
      const { count } = parser;
      if (parser.passedEmpty) this.executor.passEmpty(client);
      if (count > 0) {
        const ran = this.runBatch(client, at, count);
        if (stops(client)) {
          if (client.postponed) {
            if (ran > 1) at = parser.commandEnd[ran - 2]!;
            client.postponedBytes = parser.commandEnd[ran - 1]! - at;
          } else at = parser.commandEnd[ran - 1]!;
          // What was found out about the input further on does not hold for where it goes on.
          client.parse.needed = 0;
          break;
        }
        at = ran < count ? parser.commandEnd[ran - 1]! : parser.position;
        // One of them changed what the client may send: the rest may have to be refused rather than waited for.
        if (client.parse.changed) client.parse.needed = 0;
      } else {
        client.lastInteractionMs = c.clock.nowMs();
        at = parser.position;
      }
      if (parser.protocolError !== null) {
        this.protocolError(client, parser.protocolError);
        at = to;
        break;
      }
      // Without a command nothing took long: the rest is the beginning of one, which waits for more input.
      if (count > 0 && at < to && times[BATCH_ENDED]! - times[TURN_BEGAN]! >= TURN_US && client.connection !== null) {
        client.connection.offerLater();
        break;
      }
    } while (parser.count > 0 && at < to);
    reply.flush();
    reply.end();
    this.busy = false;
    if (client.closing) client.connection?.closeAfterReplies();
    return at;
  }

  /**
   * Ends a client's suspension: `write` writes its reply, if there is one, then the rest of its input is served. While
   * another client is being served it waits until that client's command is done. A client that is gone by then is left
   * alone.
   */
  resume(client: Client, write: ((c: CommandContext) => void) | null): void {
    if (write === null) return this.busy ? this.goOnLater(client) : goOn(client);
    this.ready.push(() => {
      this.answer(client, write);
      return [client];
    });
    if (!this.busy) this.serveReady();
  }

  /** Does `job` when the running command has ended, before any other, or soon when none is running. */
  later(job: (rerun: Rerun) => readonly Client[]): void {
    this.ready.push(() => {
      this.readTime();
      this.c.keyspace.knownHashArg = -1;
      return job(this.rerun);
    });
    // Whoever asks may be in the middle of a change of the keyspace.
    if (!this.busy) queueMicrotask(() => this.serveReady());
  }

  /**
   * @hot Runs the parsed batch, which begins at `from`; returns how many of its `count` commands ran: fewer where the
   * client stops, or where one changed what it may send, so that the rest is to be parsed again.
   */
  private runBatch(client: Client, from: number, count: number): number {
    const { c, parser, commands, executor, keyPlaces, keyHashes } = this;
    const { argv, keyspace, pushes, reply } = c;
    this.touchKeys(client, count);
    const exact = this.observer.thresholdUs < EXACT_BELOW_US;
    let begun = c.clock.monotonicUs();
    if (this.times[TURN_BEGAN] === 0) this.times[TURN_BEGAN] = begun;
    let unaccounted = 0;
    let start = from;
    client.lastInteractionMs = this.readTime();
    for (let k = 0; k < count; k++) {
      const command = commands[k]!;
      const written = reply.sentBytes + reply.size;
      argv.base = parser.commandBase[k]!;
      argv.count = parser.commandArgc[k]!;
      const place = keyPlaces[k]!;
      if (place >= 0) {
        keyspace.knownHashArg = command!.firstKey;
        keyspace.knownHash = keyHashes[place]!;
      } else keyspace.knownHashArg = -1;
      if (!executor.execute(client, command)) commands[k] = null;
      if (pushes.areWaiting) pushes.write();
      unaccounted++;
      const end = parser.commandEnd[k]!;
      const isSmall =
        command?.isBrief === true &&
        end - start < BIG_COMMAND_BYTES &&
        reply.sentBytes + reply.size - written < BIG_COMMAND_BYTES;
      start = end;
      if (exact || k + 1 === count || !isSmall || client.suspension !== null || client.closing) {
        const now = this.account(k, unaccounted, begun);
        // Commands of a batch share one time, but for those behind one that took so long that a key may have expired.
        if (now - begun >= TIME_STEP_US && k + 1 < count && !isSmall) this.readTime();
        begun = now;
        this.times[BATCH_ENDED] = now;
        unaccounted = 0;
        if (this.ready.length > 0) this.serveReadyBetween(client);
        if (client.parse.changed || stops(client)) return k + 1;
      } else if (this.ready.length > 0) this.serveReadyBetween(client);
    }
    return count;
  }

  /** Lets the commands that follow run at the time that it is now, which is returned. */
  private readTime(): number {
    const { c } = this;
    const nowMs = c.clock.nowMs();
    c.nowMs = nowMs;
    c.keyspace.setTime(nowMs);
    return nowMs;
  }

  /**
   * @hot Finds each command and loads its first key, and what it looks up there, all at once: the cache misses overlap.
   */
  private touchKeys(client: Client, count: number): void {
    const { parser, commands, executor, keyOffsets, keyLengths, keyPlaces } = this;
    const { argv, keyspace } = this.c;
    let keys = 0;
    let elements = 0;
    let flags = 0;
    for (let k = 0; k < count; k++) {
      argv.base = parser.commandBase[k]!;
      argv.count = parser.commandArgc[k]!;
      const command = executor.resolve();
      commands[k] = command;
      keyPlaces[k] = -1;
      if (command === null || command.firstKey === 0 || command.firstKey >= argv.count) continue;
      keyOffsets[keys] = argv.offset(command.firstKey);
      keyLengths[keys] = argv.length(command.firstKey);
      if (command.element !== 0 && command.element < argv.count) {
        this.elementOffsets[elements] = argv.offset(command.element);
        this.elementLengths[elements] = argv.length(command.element);
        this.elementPlaces[elements++] = keys;
      }
      keyPlaces[k] = keys++;
      flags = command.flags;
    }
    if (keys === 0) return;
    // Pipelines are mostly of one kind, so that the last command speaks for all.
    const reads = (flags & FLAG_READONLY) !== 0;
    const db = keyspace.db(client.database);
    const { bytes, view } = argv;
    db.prefetch(bytes, view, keyOffsets, keyLengths, keys, this.keyHashes, reads);
    // A single element gains nothing from being loaded ahead.
    if (elements < 2) return;
    const { elementOffsets, elementLengths, elementPlaces, keyHashes } = this;
    keyspace.elements.touch(db, bytes, view, elementOffsets, elementLengths, elements, keyHashes, elementPlaces);
  }

  /**
   * @hot Shares the time since `begun` among the `count` commands of the batch that end with number `last`. Only runs
   * of small commands that are brief by nature have more than one: a clock's reading costs a tenth of such a command.
   */
  private account(last: number, count: number, begun: number): number {
    const { c, commands, observer } = this;
    const now = c.clock.monotonicUs();
    const elapsed = now - begun;
    const { usec } = c.stats.commands;
    const share = elapsed / count;
    for (let k = last - count + 1; k <= last; k++) {
      const command = commands[k]!;
      if (command !== null) usec[command.id]! += share;
    }
    const command = commands[last]!;
    if (elapsed >= observer.thresholdUs && command !== null) observer.slowCommand(c, command, elapsed);
    return now;
  }

  /** Serves the clients that a command made ready, between two commands of `current`. */
  private serveReadyBetween(current: Client): void {
    const { argv, reply, keyspace } = this.c;
    const { bytes, offsets, lengths } = argv;
    reply.flush();
    const { ready } = this;
    // Their further input goes through the same parser, so it waits until this chunk is done.
    for (let k = 0; k < ready.length; k++) for (const client of ready[k]!()) this.goOnLater(client);
    ready.length = 0;
    argv.bind(bytes);
    argv.offsets = offsets;
    argv.lengths = lengths;
    keyspace.touches = !current.noTouch;
    reply.begin(current.connection, current.resp);
  }

  private serveReady(): void {
    const { ready } = this;
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
      this.busy = true;
      const served = next();
      this.busy = false;
      for (const client of served) goOn(client);
    }
  }

  /** Writes and sends the reply of one client that may go on, if it is still there. */
  private answer(client: Client, write: (c: CommandContext) => void): void {
    if (client.closed) return;
    const { c } = this;
    const { keyspace } = c;
    this.readTime();
    keyspace.touches = !client.noTouch;
    keyspace.knownHashArg = -1;
    this.executor.finish(client, write);
  }

  private goOnLater(client: Client): void {
    setImmediate(() => goOn(client));
  }

  /** Input that is no request ends the connection; a client that wants no replies is not told why. */
  private protocolError(client: Client, error: ErrorReply): void {
    const { reply } = this.c;
    const muted = client.replyMode !== REPLY_ON;
    if (muted) reply.flush();
    reply.error(error);
    if (muted) reply.rewind();
    client.closing = true;
  }
}

/** Whether the client's next commands are not to run now: it waits, is to be closed, or does not read its replies. */
function stops({ suspension, closing, connection }: Client): boolean {
  return suspension !== null || closing || (connection !== null && (connection.congested || connection.closed));
}

/** Where a client goes on that waited before a command: at it, or behind it when it was answered meanwhile. */
function afterPostponed(client: Client, from: number): number {
  const at = client.postponed ? from : from + client.postponedBytes;
  client.postponed = false;
  client.postponedBytes = 0;
  return at;
}

/** Offers the input that was kept while the client was suspended, or closes its connection. */
function goOn(client: Client): void {
  if (client.closed) return;
  if (client.closing) client.connection?.closeAfterReplies();
  else client.connection?.resume();
}
