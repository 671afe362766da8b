/**
 * The executor: takes one parsed command of one client through the checks, in Redis' order, and runs it.
 *
 * Sessions and EXEC, and later scripts, the AOF and a primary's stream all come through here, so that a check or a
 * statistic exists once. (Order of checks: processCommand of server.c, 7.0.15, tried on a running server.)
 */

import { EVICTION_FAILED } from '../keyspace/eviction.js';
import { FOR_ALL } from '../keyspace/feed.js';
import { isOutOfMemory } from '../memory/index.js';
import { type Argv, type ErrorReply, token } from '../resp/index.js';
import { type Client, REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT } from './client.js';
import { formatCommandName, unknownCommandArgs } from './command-text.js';
import {
  type Caller,
  type CommandContext,
  PROPAGATE_INSTEAD,
  PROPAGATE_NOTHING,
  PROPAGATE_VERBATIM,
} from './context.js';
import {
  ERR_NO_MULTI,
  ERR_REPLICA_KEYSPACE,
  errExecAbort,
  errNotAllowed,
  errSubscribed,
  errUnknownCommand,
  errUnknownSubcommand,
  errWrongArity,
  NOAUTH,
  OOM,
  OOM_SYSTEM,
} from './errors.js';
import type { CommandObserver } from './observer.js';
import { flagsOf } from './pause.js';
import { PermissionCheck } from './permission.js';
import {
  type CommandHandler,
  FLAG_DENYOOM,
  FLAG_MAY_REPLICATE,
  FLAG_NO_AUTH,
  FLAG_NO_MULTI,
  FLAG_PROTECTED,
  FLAG_READONLY,
  FLAG_WRITE,
} from './spec.js';
import type { Command, CommandTable } from './table.js';
import type { ClientTracking } from './tracking.js';

const POST = token('post');
const HOST = token('host:');
const HTTP_WARNING_INTERVAL_MS = 60_000;
/** EXEC does, too, but runs what was queued. */
const ENDS_TRANSACTION: ReadonlySet<string> = new Set(['discard', 'quit', 'reset']);
/** What a replica may not run here, and a monitor is one in this regard. */
const TOUCHES_DATA = FLAG_READONLY | FLAG_WRITE | FLAG_MAY_REPLICATE;
const QUEUED = Buffer.from('+QUEUED\r\n');

export class Executor implements Caller {
  private readonly c: CommandContext;
  private readonly table: CommandTable;
  private readonly permission: PermissionCheck;
  private readonly observer: CommandObserver;
  /** Errors of replies that are accounted for, each by the command that answered it. */
  private countedErrors = 0;
  /** Whether the command has been shown to monitors before: it waited, and is run again. */
  private isRerun = false;
  private warnedOfHttpMs = 0;

  constructor(context: CommandContext, observer: CommandObserver) {
    this.c = context;
    this.table = context.table;
    this.observer = observer;
    context.caller = this;
    this.permission = new PermissionCheck(context.stats);
  }

  /**
   * @hot The command that `argv` names, down to its subcommand; null when there is none. Looked up once, for the touch
   * pass and for {@link execute}.
   */
  resolve(): Command | null {
    return this.table.resolve(this.c.argv, 0);
  }

  /**
   * @hot Runs the command in `argv` for `client`, or refuses it; exactly one reply is written unless the client was
   * suspended. `command` is what {@link resolve} found; the caller has set `c.nowMs`. Returns whether it ran.
   */
  execute(client: Client, command: Command | null): boolean {
    if (client.replyMode !== REPLY_ON) return this.executeMuted(client, command);
    const ran = this.run(client, command);
    replyModeAfter(client);
    return ran;
  }

  /** `client` sent an empty command: it does nothing, but counts as the one whose reply CLIENT REPLY SKIP drops. */
  passEmpty(client: Client): void {
    replyModeAfter(client);
  }

  /**
   * Goes on for a client whose suspension has ended: `write` writes the reply that it waits for. What it changes is
   * propagated as far as it says so ({@link CommandContext.propagateAlso}), in a unit of its own.
   */
  finish(client: Client, write: (c: CommandContext) => void): void {
    const { c } = this;
    const { reply } = c;
    const muted = client.replyMode !== REPLY_ON;
    if (muted) reply.beginDiscarded(client.resp);
    else reply.begin(client.connection, client.resp);
    this.setRunning(client, client.lastCommand ?? c.command);
    c.propagation = PROPAGATE_NOTHING;
    this.countedErrors = reply.errorCount;
    this.runUnit(client, write);
    this.count(c.command);
    if (muted) reply.rewind();
    replyModeAfter(client);
    this.endReply();
  }

  /**
   * Runs the command in `c.argv` again for a client that was suspended in it, with all checks, and sends its reply. It
   * may suspend the client once more.
   */
  runAgain(client: Client, command: Command): void {
    const { reply } = this.c;
    const muted = client.replyMode !== REPLY_ON;
    if (muted) reply.beginDiscarded(client.resp);
    else reply.begin(client.connection, client.resp);
    this.isRerun = true;
    this.run(client, command);
    this.isRerun = false;
    if (muted) reply.rewind();
    replyModeAfter(client);
    this.endReply();
  }

  /** Sends the one reply of a client that is served by itself, and pushes for it behind it. */
  private endReply(): void {
    const { pushes, reply } = this.c;
    if (pushes.areWaiting) pushes.write();
    reply.flush();
    reply.end();
  }

  /** Runs a command whose reply the client does not want (CLIENT REPLY OFF and SKIP). */
  private executeMuted(client: Client, command: Command | null): boolean {
    const { reply } = this.c;
    reply.flush();
    reply.beginDiscarded(client.resp);
    const ran = this.run(client, command);
    // Only what turns replies on (CLIENT REPLY ON, RESET) answers.
    if (client.replyMode !== REPLY_ON) reply.rewind();
    replyModeAfter(client);
    reply.begin(client.connection, client.resp);
    return ran;
  }

  /** @hot */
  private run(client: Client, command: Command | null): boolean {
    if (command === null || command.handler === null) {
      if (command === null && this.isHttp(client)) return false;
      return this.refuse(client, command, this.unknown(command));
    }
    const refusal = this.refusal(client, command);
    if (refusal !== null) return this.refuse(client, command, refusal);
    if (this.c.pause.isOn && this.c.pause.holds(client, flagsOf(client, command))) return false;
    if (client.transaction !== null && !command.isNeverQueued) return this.queue(client, command);
    this.call(client, command, command.handler);
    return true;
  }

  callInside(command: Command, argv: Argv): void {
    const { c, observer } = this;
    const { client, clock, reply, stats } = c;
    const { permissions } = client.user;
    const outer = c.argv;
    c.argv = argv;
    const refusal = permissions === null ? null : this.permission.refusal(client.user, permissions, command, argv);
    if (refusal !== null) {
      stats.commands.rejected[command.id]!++;
      reply.error(refusal);
    } else {
      c.isInside = true;
      const begunUs = clock.monotonicUs();
      this.callCounted(client, command, command.handler!);
      const usec = clock.monotonicUs() - begunUs;
      c.isInside = false;
      stats.commands.usec[command.id]! += usec;
      if (usec >= observer.thresholdUs) observer.slowCommand(c, command, usec);
    }
    c.argv = outer;
  }

  /** Keeps a command for EXEC. */
  private queue(client: Client, command: Command): false {
    const { argv, reply } = this.c;
    client.transaction!.queue(command, argv);
    client.lastCommand = command;
    reply.raw(QUEUED);
    return false;
  }

  /** Answers with an error in place of running the command, and counts that. */
  private refuse(client: Client, command: Command | null, refusal: ErrorReply): false {
    const { reply, stats } = this.c;
    client.lastCommand = command;
    if (command !== null) stats.commands.rejected[command.id]!++;
    if (command?.name === 'exec') {
      client.transaction = null;
      this.c.watched.unwatch(client);
      reply.error(errExecAbort(refusal.text.replace(/^ERR /, '')));
    } else {
      client.transaction?.fail();
      reply.error(refusal);
    }
    return false;
  }

  /**
   * @hot Why a command that exists may not run, null when it may.
   *
   * The order is Redis' (processCommand of server.c, 7.4), since a client sees which of two reasons it is told. What is
   * not below yet comes with its feature, at this place:
   *  1. number of arguments (before it, in {@link run}: whether there is such a command)
   *  2. protected commands: DEBUG, MODULE
   *  3. NOAUTH
   *  4. inside MULTI: commands with FLAG_NO_MULTI
   *  5. NOPERM: the user's permissions for command, keys and channels
   *  6. cluster: MOVED, ASK, CROSSSLOT and the like
   *  7. `maxmemory-clients`: clients are evicted, which may be this one; then nothing is answered
   *  8. OOM: keys are evicted, and what needs memory is refused when that is not enough
   *  9. MISCONF: nothing can be written to disk, so no writes, nor PING
   * 10. NOREPLICAS: `min-replicas-to-write`
   * 11. READONLY: writes on a replica, but for its primary's
   * 12. subscriber mode in RESP2: little but (P|S)(UN)SUBSCRIBE, PING, QUIT and RESET
   * 13. MASTERDOWN: a replica without its primary, `replica-serve-stale-data no`
   * 14. LOADING, and what may not run while a replica loads beside the data that it serves
   * 15. BUSY: a script runs for too long
   * 16. replicas that are connected here may not use the keyspace
   * 17. CLIENT PAUSE: the command is postponed, with all of these again when it runs
   *
   * A command that passes is queued inside MULTI, and run outside. EXEC asks 5, 8 and what follows for all that it has
   * queued, by the flags of its commands together; whatever is refused inside MULTI lets EXEC fail ({@link refuse}).
   */
  private refusal(client: Client, command: Command): ErrorReply | null {
    const { argv, keyspace } = this.c;
    if (!command.acceptsCount(argv.count)) return errWrongArity(command.name);
    if ((command.flags & FLAG_PROTECTED) !== 0 && !this.allowsProtected(client, command))
      return refusedProtected(command);
    if (!client.authenticated && (command.flags & FLAG_NO_AUTH) === 0 && !this.c.users.default.nopass) return NOAUTH;
    if (client.transaction !== null && (command.flags & FLAG_NO_MULTI) !== 0) return ERR_NO_MULTI;
    const { user } = client;
    if (user.permissions !== null) {
      const denied = this.permission.refusal(user, user.permissions, command, argv);
      if (denied !== null) return denied;
    }
    if (keyspace.eviction.isDue && this.isShortOfMemory(client, command)) return OOM;
    if (client.subscriptions !== null && client.resp === 2 && !command.isForSubscribers)
      return errSubscribed(command.name);
    if (client.isMonitor && (command.flags & TOUCHES_DATA) !== 0) return ERR_REPLICA_KEYSPACE;
    return null;
  }

  /**
   * Lets keys go, more being in use than may be; whether that was not enough, and the command may use more. So may all
   * that is queued, but for what ends a transaction.
   */
  private isShortOfMemory(client: Client, command: Command): boolean {
    if (this.c.keyspace.eviction.run() !== EVICTION_FAILED) return false;
    const { transaction } = client;
    if (transaction === null) return (command.flags & FLAG_DENYOOM) !== 0;
    if (command.name === 'exec') return (transaction.flags & FLAG_DENYOOM) !== 0;
    return !ENDS_TRANSACTION.has(command.name);
  }

  /** Whether the configuration lets this client use a command that can harm the server: DEBUG, and those of MODULE. */
  private allowsProtected(client: Client, command: Command): boolean {
    const { config } = this.c;
    const allowed = command.name === 'debug' ? config.enableDebugCommand : config.enableModuleCommand;
    return allowed === 'yes' || (allowed === 'local' && client.connection?.local === true);
  }

  private unknown(command: Command | null): ErrorReply {
    const { argv } = this.c;
    const container = command ?? this.table.lookup(argv);
    if (container === null) return errUnknownCommand(formatCommandName(argv, 0), unknownCommandArgs(argv));
    if (argv.count === 1) return errWrongArity(container.name);
    return errUnknownSubcommand(formatCommandName(argv, 1), formatCommandName(argv, 0));
  }

  /**
   * A browser can be made to send requests here by a page of somebody else's: what begins as HTTP does is no client,
   * and is cut off before the body's lines would run as commands (securityWarningCommand of server.c, 7.0).
   */
  private isHttp(client: Client): boolean {
    const { argv, ports, nowMs } = this.c;
    if (!argv.is(0, POST) && !argv.is(0, HOST)) return false;
    client.closing = true;
    client.connection?.destroy(); // what was answered before is dropped, too
    if (nowMs - this.warnedOfHttpMs >= HTTP_WARNING_INTERVAL_MS) {
      this.warnedOfHttpMs = nowMs;
      ports.log.warning(
        'Possible SECURITY ATTACK detected: a client sends HTTP (POST or Host:), as a page in a browser can be made to ' +
          `do across protocols. Connection from ${client.connection?.address ?? 'inside'} aborted.`,
      );
    }
    return true;
  }

  /** @hot Calls the handler of a client's own command. */
  private call(client: Client, command: Command, handler: CommandHandler): void {
    if (client.lastCommand !== command) client.lastCommand = command;
    this.countedErrors = this.c.reply.errorCount;
    this.callCounted(client, command, handler);
  }

  /** @hot Calls the handler, counts, and propagates what it changed as one unit. */
  private callCounted(client: Client, command: Command, handler: CommandHandler): void {
    this.setRunning(client, command);
    if (command.needsNoUnit) this.runAlone(client, handler);
    else this.runUnit(client, handler);
    if (this.c.monitors.areWatching && !this.isRerun) this.c.monitors.show(this.c, command);
    if (client.suspension !== null) return; // it counts when it is answered, or run again
    this.count(command);
    if (client.tracking !== null) this.track(client, client.tracking, command);
  }

  /** What the client has read it may cache. CLIENT CACHING speaks for one command, be that EXEC with all its own. */
  private track(client: Client, tracking: ClientTracking, command: Command): void {
    const { c } = this;
    if ((command.flags & FLAG_READONLY) !== 0) c.tracking.remember(client, tracking, command);
    if (!c.isInside && client.transaction === null && command.parent?.name !== 'client') tracking.caching = false;
  }

  /**
   * @hot Counts a command that was answered; it has failed if there is an error that none of the commands inside it
   * counted.
   */
  private count(command: Command): void {
    const { stats, reply } = this.c;
    stats.totalCommandsProcessed++;
    stats.commands.calls[command.id]!++;
    if (reply.errorCount === this.countedErrors) return;
    stats.commands.failed[command.id]!++;
    this.countedErrors = reply.errorCount;
  }

  /** @hot Stores references only where they differ: the garbage collector's write barrier costs more than the look. */
  private setRunning(client: Client, command: Command): void {
    const { c } = this;
    const db = c.keyspace.db(client.database);
    if (c.client !== client) c.client = client;
    if (c.db !== db) c.db = db;
    if (c.command !== command) c.command = command;
  }

  /**
   * @hot Runs what needs no unit ({@link Command.needsNoUnit}): the deletion of an expired key that it meets is one of
   * its own.
   */
  private runAlone(client: Client, handler: CommandHandler): void {
    const { c } = this;
    const { size, sentBytes } = c.reply;
    try {
      handler(c);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.outOfMemory(client, size, sentBytes);
    }
    if (c.keyspace.values.hasDetached) c.keyspace.values.dropDetached();
  }

  /** @hot Runs `body`; what it changes goes to the feed as one unit. */
  private runUnit(client: Client, body: (c: CommandContext) => void): void {
    const { c } = this;
    const { keyspace, feed, reply } = c;
    const { dirty } = keyspace;
    const { offset } = feed;
    const { size, sentBytes } = reply;
    feed.beginUnit();
    try {
      body(c);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.outOfMemory(client, size, sentBytes);
    }
    if (keyspace.values.hasDetached) keyspace.values.dropDetached();
    if (keyspace.dirty !== dirty) this.propagate();
    feed.endUnit();
    if (feed.offset !== offset) client.lastWriteOffset = feed.offset;
    c.propagation = PROPAGATE_VERBATIM;
    c.audience = FOR_ALL;
    c.alsoCount = 0;
  }

  /**
   * The handler got no memory. Handlers ask for all that they need before they change anything, so nothing is half
   * done. An error takes the place of what there is of the reply; when part of it has left already, only closing the
   * connection tells the client.
   */
  private outOfMemory(client: Client, size: number, sentBytes: number): void {
    const { reply, command, ports } = this.c;
    ports.log.warning(`Out of memory in a ${command.name} command`);
    const begun = sentBytes + size; // where this reply begins, counted from the first byte of the chunk's replies
    if (reply.sentBytes <= begun) reply.takeBack(begun - reply.sentBytes);
    else {
      reply.takeBack(0);
      client.closing = true;
    }
    reply.error(OOM_SYSTEM);
  }

  /** @hot */
  private propagate(): void {
    const { c } = this;
    const { feed } = c;
    const { audience } = c;
    const database = c.db.number;
    if (c.propagation === PROPAGATE_VERBATIM) feed.append(database, c.argv, audience);
    else if (c.propagation === PROPAGATE_INSTEAD) feed.append(database, c.instead, audience);
    for (let i = 0; i < c.alsoCount; i++) feed.append(database, c.also[i]!, audience);
  }
}

function refusedProtected(command: Command): ErrorReply {
  const container = command.parent ?? command;
  return errNotAllowed(container.name.toUpperCase(), `enable-${container.name}-command`);
}

/** @hot CLIENT REPLY SKIP drops the reply of the one command that follows it, even if that comes after a suspension. */
function replyModeAfter(client: Client): void {
  if (client.replyMode === REPLY_ON || client.suspension !== null) return;
  if (client.replyMode === REPLY_SKIP) client.replyMode = REPLY_ON;
  else if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
}
