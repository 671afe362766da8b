/** CONFIG: reading, changing and keeping the configuration of the running server. */
import { decodeText, findDirective } from '../../../config/index.js';
import { type Argv, error } from '../../../resp/index.js';
import { mayBlock } from '../../blocking.js';
import type { Client } from '../../client.js';
import type { CommandContext } from '../../context.js';
import { ERR_NO_CONFIG_FILE, ERR_SYNTAX, errRewrite } from '../../errors.js';

export function configGet(c: CommandContext): void {
  const { argv, reply } = c;
  const patterns: Uint8Array[] = [];
  for (let i = 2; i < argv.count; i++) patterns.push(argv.copy(i));
  const pairs = c.config.get(patterns);
  reply.map(pairs.length);
  for (const [name, value] of pairs) {
    reply.bulkBytes(name);
    reply.bulkBytes(value);
  }
}

/** All pairs or none. What has to wait for the system (a new port) lets the client wait, and not the server. */
export function configSet(c: CommandContext): void {
  const { argv, reply, client } = c;
  if (argv.count % 2 !== 0) return reply.error(ERR_SYNTAX);
  const pairs: (readonly [Uint8Array, Uint8Array])[] = [];
  for (let i = 2; i < argv.count; i += 2) pairs.push([argv.copy(i), argv.copy(i + 1)]);
  const result = c.config.set(pairs, { local: client.connection?.local ?? true });
  if (!(result instanceof Promise)) return answer(c, result);
  if (mayBlock(c)) answerLater(c, client, result);
  else answerBefore(c, result);
}

/** The value of a directive that is a password. */
export function isSecretOfConfigSet(argv: Argv, i: number): boolean {
  return i > 2 && i % 2 === 1 && findDirective(decodeText(argv.copy(i - 1)))?.directive.sensitive === true;
}

function answer(c: CommandContext, failure: string | null): void {
  if (failure === null) c.reply.ok();
  else c.reply.error(error(failure));
}

function answerLater(c: CommandContext, client: Client, result: Promise<string | null>): void {
  const { suspensions } = c;
  let waits = true;
  suspensions.suspend(client, {
    deadlineMs: 0,
    timedOut: null,
    dropped: () => {
      waits = false;
    },
  });
  // The promise never rejects: see ApplyHook of the configuration.
  void result.then((failure) => {
    if (waits) suspensions.resume(client, (resumed) => answer(resumed, failure));
  });
}

/**
 * Inside EXEC nobody can wait for what the system says: where it refuses, the old values come back and the log tells.
 */
function answerBefore(c: CommandContext, result: Promise<string | null>): void {
  const { log } = c.ports;
  void result.then((failure) => {
    if (failure !== null) log.warning(failure);
  });
  c.reply.ok();
}

export function configRewrite(c: CommandContext): void {
  const { config, reply } = c;
  const { log } = c.ports;
  if (config.configFile === null) return reply.error(ERR_NO_CONFIG_FILE);
  const reason = config.rewrite();
  if (reason !== null) {
    log.warning(`CONFIG REWRITE failed: ${reason}`);
    return reply.error(errRewrite(reason));
  }
  log.notice('CONFIG REWRITE executed with success.');
  reply.ok();
}

export function configResetstat(c: CommandContext): void {
  c.stats.reset();
  c.keyspace.stats.reset();
  c.keyspace.eviction.resetExceeded();
  c.ports.status.resetFigures();
  c.reply.ok();
}
