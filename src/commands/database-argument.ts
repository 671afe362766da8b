/** The number of a database as an argument. */
import type { Database } from '../keyspace/database.js';
import type { Argv, ErrorReply } from '../resp/index.js';
import type { CommandContext } from './context.js';
import { ERR_DB_INDEX, ERR_NOT_INTEGER, errIntRange } from './errors.js';

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/** Why argument `i` is not the number of a database; null when it is one. */
export function databaseError(c: CommandContext, i: number): ErrorReply | null {
  const number = c.argv.int(i);
  if (Number.isNaN(number)) return ERR_NOT_INTEGER;
  if (number < INT32_MIN || number > INT32_MAX) return errIntRange(INT32_MIN, INT32_MAX);
  return number < 0 || number >= c.keyspace.databaseCount ? ERR_DB_INDEX : null;
}

/** Argument `i` if it is a 32-bit integer, as numbers of databases are in C; NaN otherwise. */
export function int32At(argv: Argv, i: number): number {
  const value = argv.int(i);
  return value >= INT32_MIN && value <= INT32_MAX ? value : Number.NaN;
}

/** The database that argument `i` names, for which {@link databaseError} is null. */
export function databaseAt(c: CommandContext, i: number): Database {
  return c.keyspace.db(c.argv.int(i));
}
