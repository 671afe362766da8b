/** MODULE: there are none, and none can be loaded. Loading answers as Redis does for a file that is not there. */
import type { CommandContext } from '../../context.js';
import { ERR_MODULE_LOAD, ERR_MODULE_UNLOAD } from '../../errors.js';

export function moduleList(c: CommandContext): void {
  c.reply.emptyArray();
}

/** MODULE LOAD and LOADEX. */
export function moduleLoad(c: CommandContext): void {
  const path = c.argv.text(2);
  const reason = 'cannot open shared object file: No such file or directory';
  c.ports.log.warning(`Module ${path} failed to load: ${path}: ${reason}`);
  c.reply.error(ERR_MODULE_LOAD);
}

export function moduleUnload(c: CommandContext): void {
  c.reply.error(ERR_MODULE_UNLOAD);
}
