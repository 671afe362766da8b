/** MULTI, EXEC and DISCARD. (Rules of multi.c, Redis 7.0, tried on a running server.) */
import { assert } from '../../../util/assert.js';
import type { CommandContext } from '../../context.js';
import { ERR_DISCARD_WITHOUT_MULTI, ERR_EXEC_WITHOUT_MULTI, ERR_MULTI_NESTED, EXECABORT } from '../../errors.js';
import { Transaction } from '../../transaction.js';

export function multi(c: CommandContext): void {
  const { client, reply } = c;
  if (client.transaction !== null) return reply.error(ERR_MULTI_NESTED);
  client.transaction = new Transaction();
  reply.ok();
}

export function discard(c: CommandContext): void {
  const { client, reply } = c;
  if (client.transaction === null) return reply.error(ERR_DISCARD_WITHOUT_MULTI);
  client.transaction = null;
  c.watched.unwatch(client);
  reply.ok();
}

/**
 * Runs what was queued, as one unit that nothing comes between. A command that fails does not keep the others from
 * running. Watching ends before the first one runs, so that none of them breaks a watch of its own client.
 */
export function exec(c: CommandContext): void {
  const { client, command, db, reply, watched } = c;
  const { transaction } = client;
  if (transaction === null) return reply.error(ERR_EXEC_WITHOUT_MULTI);
  const hasChanged = watched.hasChanged(client);
  client.transaction = null;
  watched.unwatch(client);
  if (transaction.failed) return reply.error(EXECABORT);
  if (hasChanged) return reply.nullArray();
  runAll(c, transaction);
  c.command = command;
  c.db = db;
  c.preventPropagation(); // each of them is propagated by itself
}

function runAll(c: CommandContext, transaction: Transaction): void {
  const { caller } = c;
  assert(caller !== null, 'somebody to run what was queued');
  const { commands } = transaction;
  c.reply.array(commands.length);
  for (let k = 0; k < commands.length; k++) caller.callInside(commands[k]!, transaction.argumentsOf(k));
}
