/**
 * The executor: takes one parsed command of one client through the checks, in Redis' order, and runs it.
 *
 * Sessions, and later EXEC, scripts, the AOF and a primary's stream all come through here, so that a check or a
 * statistic exists once. (Order of checks: processCommand of server.c, 7.0.15, tried on a running server.)
 */

import type { ErrorReply } from '../resp/error-reply.js';
import { type Client, REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT, type ReplyMode } from './client.js';
import { formatCommandName, unknownCommandArgs } from './command-text.js';
import { type CommandContext, PROPAGATE_INSTEAD, PROPAGATE_VERBATIM } from './context.js';
import { errUnknownCommand, errUnknownSubcommand, errWrongArity, NOAUTH } from './errors.js';
import { FLAG_NO_AUTH } from './spec.js';
import type { Command, CommandTable } from './table.js';

export class Executor {
  private readonly c: CommandContext;
  private readonly table: CommandTable;

  constructor(context: CommandContext) {
    this.c = context;
    this.table = context.table;
  }

  /**
   * @hot The command that `argv` names, down to its subcommand; null when there is none. Looked up once, for the touch
   * pass and for {@link execute}.
   */
  resolve(): Command | null {
    const { argv } = this.c;
    const command = this.table.lookup(argv);
    if (command === null || command.subcommands === null || argv.count === 1) return command;
    return command.subcommands.lookup(argv, 1);
  }

  /**
   * @hot Runs the command in `argv` for `client`, or refuses it; exactly one reply is written unless the client was
   * suspended. `command` is what {@link resolve} found; the caller has set `c.nowMs`.
   */
  execute(client: Client, command: Command | null): void {
    if (client.replyMode !== REPLY_ON) return this.executeMuted(client, command);
    this.run(client, command);
    if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
  }

  /** Runs a command whose reply the client does not want (CLIENT REPLY OFF and SKIP). */
  private executeMuted(client: Client, command: Command | null): void {
    const { reply } = this.c;
    reply.flush();
    reply.begin(null, client.resp);
    this.run(client, command);
    // Only what turns replies on (CLIENT REPLY ON, RESET) answers.
    if (client.replyMode !== REPLY_ON) reply.rewind(0);
    if (client.replyMode === REPLY_SKIP) client.replyMode = REPLY_ON;
    else if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
    reply.begin(client.connection, client.resp);
  }

  /** @hot */
  private run(client: Client, command: Command | null): void {
    const { c } = this;
    const refusal = this.refusal(client, command);
    if (refusal !== null || command === null || command.handler === null) {
      if (command !== null) c.stats.commands.rejected[command.id]!++;
      if (refusal !== null) c.reply.error(refusal);
      return;
    }
    this.call(client, command);
  }

  /** @hot Why the command may not run, null when it may. The order is Redis'. */
  private refusal(client: Client, command: Command | null): ErrorReply | null {
    const { argv } = this.c;
    if (command === null || command.handler === null) return this.unknown(command);
    if (!command.acceptsCount(argv.count)) return errWrongArity(command.name);
    if (!client.authenticated && (command.flags & FLAG_NO_AUTH) === 0) return NOAUTH;
    return null;
  }

  private unknown(command: Command | null): ErrorReply {
    const { argv } = this.c;
    const container = command ?? this.table.lookup(argv);
    if (container === null) return errUnknownCommand(formatCommandName(argv, 0), unknownCommandArgs(argv));
    if (argv.count === 1) return errWrongArity(container.name);
    return errUnknownSubcommand(formatCommandName(argv, 1), container.name);
  }

  /** @hot Calls the handler, counts, and propagates what it changed as one unit. */
  private call(client: Client, command: Command): void {
    const { c } = this;
    const { keyspace, stats, reply, feed } = c;
    c.client = client;
    c.db = client.db;
    c.command = command;
    client.lastCommand = command;
    const { dirty } = keyspace;
    const errors = reply.errorCount;
    feed.beginUnit();
    command.handler!(c);
    if (keyspace.dirty !== dirty) this.propagate(client);
    feed.endUnit();
    c.propagation = PROPAGATE_VERBATIM;
    c.alsoCount = 0;
    stats.totalCommandsProcessed++;
    stats.commands.calls[command.id]!++;
    if (reply.errorCount !== errors) stats.commands.failed[command.id]!++;
  }

  /** @hot */
  private propagate(client: Client): void {
    const { c } = this;
    const { feed } = c;
    const database = c.db.number;
    if (c.propagation === PROPAGATE_VERBATIM) feed.append(database, c.argv);
    else if (c.propagation === PROPAGATE_INSTEAD) feed.append(database, c.instead);
    for (let i = 0; i < c.alsoCount; i++) feed.append(database, c.also[i]!);
    client.lastWriteOffset = feed.offset;
  }
}
