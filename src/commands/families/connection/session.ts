/** PING, ECHO, SELECT, RESET and QUIT. */
import { REPLY_ON, REPLY_SKIP } from '../../client.js';
import type { CommandContext } from '../../context.js';
import { databaseError } from '../../database-argument.js';
import { errWrongArity } from '../../errors.js';

const PONG = Buffer.from('+PONG\r\n');

/** @hot */
export function ping(c: CommandContext): void {
  const { argv, client, reply } = c;
  if (client.subscriptions !== null && client.resp === 2 && argv.count <= 2) pingSubscriber(c);
  else if (argv.count === 1) reply.raw(PONG);
  else if (argv.count === 2) echo(c);
  else reply.error(errWrongArity('ping'));
}

/** An answer of the shape of a message: in RESP2 a subscriber gets nothing else. */
function pingSubscriber(c: CommandContext): void {
  const { argv, reply } = c;
  reply.array(2);
  reply.bulkText('pong');
  if (argv.count === 2) echo(c);
  else reply.bulkText('');
}

/** @hot */
export function echo(c: CommandContext): void {
  const { argv } = c;
  c.reply.bulk(argv.bytes, argv.view, argv.offset(1), argv.length(1));
}

export function select(c: CommandContext): void {
  const { argv, client, reply } = c;
  const refusal = databaseError(c, 1);
  if (refusal !== null) return reply.error(refusal);
  client.database = argv.int(1);
  reply.ok();
}

/** The name and version of the client library stay: they are the library's, which does not change. */
export function reset(c: CommandContext): void {
  const { client, reply, users } = c;
  client.transaction = null;
  c.watched.unwatch(client);
  c.pubsub.leave(client);
  c.tracking.stop(client);
  c.monitors.remove(client);
  client.database = 0;
  client.resp = 2;
  client.name = '';
  client.forgetUser(users.default);
  if (client.replyMode !== REPLY_SKIP) client.replyMode = REPLY_ON;
  client.noEvict = false;
  client.noTouch = false;
  c.keyspace.touches = true;
  reply.resp = 2;
  reply.simple('RESET');
}

export function quit(c: CommandContext): void {
  c.client.closing = true;
  c.reply.ok();
}
