/** The subcommands of CLIENT by which a connection asks about itself and sets itself, and UNBLOCK. */
import { token } from '../../../resp/index.js';
import { REPLY_OFF, REPLY_ON, REPLY_SKIP_NEXT } from '../../client.js';
import { clientInfo } from '../../client-info.js';
import { argumentText, subcommandSyntaxError } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_CLIENT_NAME,
  ERR_NOT_INTEGER,
  ERR_PAUSE_MODE,
  ERR_SYNTAX,
  ERR_TIMEOUT_NEGATIVE,
  ERR_TIMEOUT_NOT_INTEGER,
  ERR_UNBLOCK_REASON,
  errClientAttribute,
  errClientOption,
  UNBLOCKED,
} from '../../errors.js';
import { isPrintable } from './printable.js';

const LIB_NAME = token('lib-name');
const LIB_VER = token('lib-ver');
const ON = token('on');
const OFF = token('off');
const SKIP = token('skip');
const TIMEOUT = token('timeout');
const ERROR = token('error');
const ALL = token('all');
const WRITE = token('write');

export function clientId(c: CommandContext): void {
  c.reply.int(c.client.id);
}

export function clientGetname(c: CommandContext): void {
  if (c.client.name === '') c.reply.null();
  else c.reply.bulkText(c.client.name);
}

export function clientSetname(c: CommandContext): void {
  if (!isPrintable(c.argv, 2)) return c.reply.error(ERR_CLIENT_NAME);
  c.client.name = c.argv.text(2);
  c.reply.ok();
}

export function clientSetinfo(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isName = argv.is(2, LIB_NAME);
  if (!isName && !argv.is(2, LIB_VER)) return reply.error(errClientOption(argumentText(argv, 2)));
  if (!isPrintable(argv, 3)) return reply.error(errClientAttribute(argumentText(argv, 2)));
  if (isName) client.libName = argv.text(3);
  else client.libVersion = argv.text(3);
  reply.ok();
}

export function clientInfoCommand(c: CommandContext): void {
  c.reply.verbatim('txt', `${clientInfo(c.client, c.nowMs)}\n`);
}

export function clientNoEvict(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isOn = argv.is(2, ON);
  if (!isOn && !argv.is(2, OFF)) return reply.error(ERR_SYNTAX);
  client.noEvict = isOn;
  reply.ok();
}

/** Only TOUCH still counts as an access. */
export function clientNoTouch(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isOn = argv.is(2, ON);
  if (!isOn && !argv.is(2, OFF)) return reply.error(ERR_SYNTAX);
  client.noTouch = isOn;
  c.keyspace.touches = !isOn;
  reply.ok();
}

/** OFF and SKIP have no reply themselves; while replies are off, SKIP changes nothing. */
export function clientReply(c: CommandContext): void {
  const { argv, client, reply } = c;
  if (argv.is(2, ON)) {
    client.replyMode = REPLY_ON;
    reply.ok();
  } else if (argv.is(2, OFF)) client.replyMode = REPLY_OFF;
  else if (!argv.is(2, SKIP)) reply.error(ERR_SYNTAX);
  else if (client.replyMode !== REPLY_OFF) client.replyMode = REPLY_SKIP_NEXT;
}

export function clientUnblock(c: CommandContext): void {
  const { argv, reply } = c;
  if (argv.count > 4) return reply.error(subcommandSyntaxError(argv));
  const withError = argv.count === 4 && argv.is(3, ERROR);
  if (argv.count === 4 && !withError && !argv.is(3, TIMEOUT)) return reply.error(ERR_UNBLOCK_REASON);
  const id = argv.int(2);
  if (Number.isNaN(id)) return reply.error(ERR_NOT_INTEGER);
  const client = c.ports.clients.byId(id);
  const suspension = client?.suspension ?? null;
  // Who waits before its command runs (a pause) is not blocked by it.
  if (client === undefined || suspension === null || suspension.timedOut === null) return reply.int(0);
  const { timedOut } = suspension;
  if (withError) {
    suspension.dropped();
    c.suspensions.resume(client, (resumed) => resumed.reply.error(UNBLOCKED));
  } else c.suspensions.resume(client, (resumed) => timedOut.call(suspension, resumed));
  reply.int(1);
}

/** For so many milliseconds no commands run, or with WRITE none that write. */
export function clientPause(c: CommandContext): void {
  const { argv, pause, reply } = c;
  if (argv.count > 4) return reply.error(subcommandSyntaxError(argv));
  const writesOnly = argv.count === 4 && argv.is(3, WRITE);
  if (argv.count === 4 && !writesOnly && !argv.is(3, ALL)) return reply.error(ERR_PAUSE_MODE);
  const timeoutMs = argv.int(2);
  if (Number.isNaN(timeoutMs)) return reply.error(ERR_TIMEOUT_NOT_INTEGER);
  if (timeoutMs < 0) return reply.error(ERR_TIMEOUT_NEGATIVE);
  pause.begin(c.nowMs + timeoutMs, !writesOnly);
  reply.ok();
}

export function clientUnpause(c: CommandContext): void {
  c.pause.end();
  c.reply.ok();
}
