/** SLOWLOG. */
import { subcommandSyntaxError } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import { ERR_SLOWLOG_COUNT } from '../../errors.js';

const DEFAULT_COUNT = 10;

export function slowlogGet(c: CommandContext): void {
  const { argv, reply } = c;
  const { slowlog } = c.stats;
  if (argv.count > 3) return reply.error(subcommandSyntaxError(argv));
  const count = argv.count === 3 ? argv.int(2) : DEFAULT_COUNT;
  if (!(count >= -1)) return reply.error(ERR_SLOWLOG_COUNT);
  const entries = slowlog.newest(count === -1 ? slowlog.length : count);
  reply.array(entries.length);
  for (const { id, atSeconds, usec, args, clientAddress, clientName } of entries) {
    reply.array(6);
    reply.int(id);
    reply.int(atSeconds);
    reply.int(usec);
    reply.array(args.length);
    for (const arg of args) reply.bulkBytes(arg);
    reply.bulkText(clientAddress);
    reply.bulkText(clientName);
  }
}

export function slowlogLen(c: CommandContext): void {
  c.reply.int(c.stats.slowlog.length);
}

export function slowlogReset(c: CommandContext): void {
  c.stats.slowlog.clear();
  c.reply.ok();
}
