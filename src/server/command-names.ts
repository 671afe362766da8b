/** How `rename-command` reaches the command table. */
import { createFullCommandTable } from '../commands/families/index.js';
import type { CommandTable } from '../commands/table.js';
import { type Config, encodeText, type LoadChecks } from '../config/index.js';

/** What the command table knows about the lines of a configuration. */
export const LOAD_CHECKS: LoadChecks = {
  // Commands that are still to come may be renamed too: their names are not known here.
  commandExists: (name) => createFullCommandTable().index.get(name.toLowerCase()) !== undefined || undefined,
};

/** The commands of a server, by the names that its configuration gives them. */
export function configuredCommandTable({ renamedCommands }: Config): CommandTable {
  return createFullCommandTable(renamedCommands.map(([from, to]) => [toBytes(from), toBytes(to)]));
}

/** A char a byte. */
function toBytes(text: string): string {
  return Buffer.from(encodeText(text)).toString('latin1');
}
