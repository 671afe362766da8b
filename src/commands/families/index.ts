/** All commands of this server: the one list that its table is built from. A new family adds its line. */
import { type CommandTable, createCommandTable } from '../table.js';
import { BITMAP_COMMANDS } from './bitmap/table.js';
import { CLUSTER_COMMANDS } from './cluster.js';
import { COMMAND_COMMANDS } from './command.js';
import { CONNECTION_COMMANDS } from './connection.js';
import { GENERIC_COMMANDS } from './generic/table.js';
import { SERVER_COMMANDS } from './server/table.js';
import { STRING_COMMANDS } from './string/table.js';

/** The table of all families' commands. It is immutable, so several servers of one process may share one. */
export function createFullCommandTable(): CommandTable {
  return createCommandTable(
    BITMAP_COMMANDS,
    CLUSTER_COMMANDS,
    COMMAND_COMMANDS,
    CONNECTION_COMMANDS,
    GENERIC_COMMANDS,
    SERVER_COMMANDS,
    STRING_COMMANDS,
  );
}
