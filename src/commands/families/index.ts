/** All commands of this server: the one list that its table is built from. A new family adds its line. */
import { CommandTable, type Rename } from '../table.js';
import { BITMAP_COMMANDS } from './bitmap/table.js';
import { CLUSTER_COMMANDS } from './cluster.js';
import { CONNECTION_COMMANDS } from './connection/table.js';
import { GENERIC_COMMANDS } from './generic/table.js';
import { GEO_COMMANDS } from './geo/table.js';
import { HASH_COMMANDS } from './hash/table.js';
import { HYPERLOGLOG_COMMANDS } from './hyperloglog/table.js';
import { LIST_COMMANDS } from './list/table.js';
import { PUBSUB_COMMANDS } from './pubsub/table.js';
import { SERVER_COMMANDS } from './server/table.js';
import { SET_COMMANDS } from './set/table.js';
import { SORTED_SET_COMMANDS } from './sorted-set/table.js';
import { STREAM_COMMANDS } from './stream/table.js';
import { STRING_COMMANDS } from './string/table.js';
import { TRANSACTION_COMMANDS } from './transactions/table.js';

/**
 * The table of all families' commands. It is immutable, so several servers of one process may share one.
 * @param renames what `rename-command` says
 */
export function createFullCommandTable(renames: readonly Rename[] = []): CommandTable {
  const families = [
    BITMAP_COMMANDS,
    CLUSTER_COMMANDS,
    CONNECTION_COMMANDS,
    GENERIC_COMMANDS,
    GEO_COMMANDS,
    HASH_COMMANDS,
    HYPERLOGLOG_COMMANDS,
    LIST_COMMANDS,
    PUBSUB_COMMANDS,
    SERVER_COMMANDS,
    SET_COMMANDS,
    SORTED_SET_COMMANDS,
    STREAM_COMMANDS,
    STRING_COMMANDS,
    TRANSACTION_COMMANDS,
  ];
  return new CommandTable(families.flat(), renames);
}
