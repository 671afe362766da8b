/** SHUTDOWN, and what a command does that gets no reply because the server ends. */
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_NO_SHUTDOWN, ERR_SHUTDOWN, ERR_SYNTAX } from '../../errors.js';

const NOSAVE = 1 << 0;
const SAVE = 1 << 1;
const NOW = 1 << 2;
const FORCE = 1 << 3;
const ABORT = 1 << 4;
const OPTIONS = new OptionTable({ NOSAVE, SAVE, NOW, FORCE, ABORT });

/** Who asks gets a reply only when the server cannot end; else the connection ends with it. */
export function shutdown(c: CommandContext): void {
  const { argv, reply } = c;
  let options = 0;
  for (let i = 1; i < argv.count; i++) {
    const option = argv.option(i, OPTIONS);
    if (option === 0) return reply.error(ERR_SYNTAX);
    options |= option;
  }
  const aborts = (options & ABORT) !== 0;
  const saveAndNot = (options & (SAVE | NOSAVE)) === (SAVE | NOSAVE);
  if ((aborts && options !== ABORT) || saveAndNot) return reply.error(ERR_SYNTAX);
  // Nothing makes a shutdown wait yet, so that there is never one that could be called off.
  if (aborts) return reply.error(ERR_NO_SHUTDOWN);
  const ends = c.ports.lifecycle.shutdown({
    save: (options & SAVE) !== 0 ? 'save' : (options & NOSAVE) !== 0 ? 'nosave' : 'configured',
    now: (options & NOW) !== 0,
    force: (options & FORCE) !== 0,
  });
  if (ends) suspendForever(c);
  else reply.error(ERR_SHUTDOWN);
}

/** Keeps the rest of the client's pipeline from running; its connection is closed with the server. */
export function suspendForever(c: CommandContext): void {
  c.suspensions.suspend(c.client, { deadlineMs: 0, timedOut: null, dropped: () => {} });
}
