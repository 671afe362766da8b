/** WAIT: the client waits until replicas have what it wrote. */
import { mayBlock } from '../../blocking.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_TIMEOUT_NEGATIVE, ERR_TIMEOUT_NOT_INTEGER } from '../../errors.js';

/** Without replication nobody acknowledges anything. */
const ACKNOWLEDGED = 0;

/** Where nobody may wait (a script, EXEC, a command that is replayed), the number is answered at once. */
export function wait(c: CommandContext): void {
  const { argv, client, reply } = c;
  const replicas = argv.int(1);
  if (Number.isNaN(replicas)) return reply.error(ERR_NOT_INTEGER);
  const timeoutMs = argv.int(2);
  if (Number.isNaN(timeoutMs)) return reply.error(ERR_TIMEOUT_NOT_INTEGER);
  if (timeoutMs < 0) return reply.error(ERR_TIMEOUT_NEGATIVE);
  if (replicas <= ACKNOWLEDGED || !mayBlock(c)) return reply.int(ACKNOWLEDGED);
  c.suspensions.suspend(client, {
    deadlineMs: timeoutMs === 0 ? 0 : c.nowMs + timeoutMs,
    timedOut: (resumed) => resumed.reply.int(ACKNOWLEDGED),
    dropped: () => {},
  });
}
