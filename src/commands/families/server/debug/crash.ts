/** What DEBUG can do to harm the server: crashes, restarts, and memory that is lost. */
import { error } from '../../../../resp/index.js';
import type { CommandContext } from '../../../context.js';
import { ERR_NOT_INTEGER } from '../../../errors.js';
import { suspendForever } from '../shutdown.js';

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['ASSERT', 'assertion failed: 1 === 2'],
  ['OOM', 'out of memory'],
  ['PANIC', 'called panic'],
  ['SEGFAULT', 'accessed memory that is not there'],
]);

/** ASSERT, OOM, PANIC and SEGFAULT end this server, and not the process of an embedder, with their state in the log. */
export function crash(c: CommandContext): void {
  const name = c.argv.text(1).toUpperCase();
  suspendForever(c);
  c.ports.lifecycle.crash(new Error(`DEBUG ${name}: ${CAUSES.get(name) ?? ''}`));
}

/** RESTART and CRASH-AND-RECOVER: who asks gets no reply but a closed connection. */
export function debugRestart(c: CommandContext): void {
  const { argv, reply } = c;
  const delayMs = argv.count > 2 ? argv.int(2) : 0;
  if (Number.isNaN(delayMs)) return reply.error(ERR_NOT_INTEGER);
  const refusal = c.ports.lifecycle.restart(Math.max(0, delayMs), argv.text(1).toUpperCase() === 'RESTART');
  if (refusal === null) return suspendForever(c);
  reply.error(error(refusal));
}

/** A block that nobody refers to: lost until FLUSHALL gives all blocks back. */
export function leak(c: CommandContext): void {
  c.keyspace.arena.alloc(Math.max(1, c.argv.length(2)));
  c.reply.ok();
}
