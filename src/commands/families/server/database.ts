/** Whole databases: DBSIZE, FLUSHALL, FLUSHDB and SWAPDB. */
import { token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { int32At } from '../../database-argument.js';
import { ERR_DB_INDEX, ERR_SWAPDB_FIRST, ERR_SWAPDB_SECOND, ERR_SYNTAX } from '../../errors.js';

const ASYNC = token('async');
const SYNC = token('sync');

export function dbsize(c: CommandContext): void {
  c.reply.int(c.db.size);
}

/** All databases at once are given up with their slabs, so that it makes no difference whether it may take its time. */
export function flushall(c: CommandContext): void {
  if (flushMode(c) === null) return c.reply.error(ERR_SYNTAX);
  c.keyChangeListener?.willFlush(null);
  for (const db of c.keyspace.usedDatabases()) c.blocked.databaseReady(c, db.number);
  flushed(c, c.keyspace.flushAll());
}

export function flushdb(c: CommandContext): void {
  const inBackground = flushMode(c);
  if (inBackground === null) return c.reply.error(ERR_SYNTAX);
  c.keyChangeListener?.willFlush(c.db);
  c.blocked.databaseReady(c, c.db.number);
  flushed(c, c.keyspace.flush(c.db, inBackground));
}

/** Whether memory may be freed in the background; null for arguments that are none. */
function flushMode(c: CommandContext): boolean | null {
  const { argv, config } = c;
  if (argv.count === 1) return config.lazyfreeLazyUserFlush;
  if (argv.count > 2) return null;
  if (argv.is(1, ASYNC)) return true;
  return argv.is(1, SYNC) ? false : null;
}

/** Flushing is propagated even when there was nothing to flush: a replica may hold keys that expired here. */
function flushed(c: CommandContext, keyCount: number): void {
  c.keyspace.dirty += keyCount;
  if (keyCount === 0) {
    c.feed.append(c.db.number, c.argv);
  }
  c.reply.ok();
}

/** Clients stay with the number that they selected, and so see the other database's keys. */
export function swapdb(c: CommandContext): void {
  const { argv, reply, keyspace } = c;
  const first = int32At(argv, 1);
  const second = int32At(argv, 2);
  if (Number.isNaN(first)) return reply.error(ERR_SWAPDB_FIRST);
  if (Number.isNaN(second)) return reply.error(ERR_SWAPDB_SECOND);
  if (first < 0 || first >= keyspace.databaseCount || second < 0 || second >= keyspace.databaseCount) {
    return reply.error(ERR_DB_INDEX);
  }
  if (first !== second) c.keyChangeListener?.willSwap(keyspace.db(first), keyspace.db(second));
  keyspace.swap(first, second);
  c.db = keyspace.db(c.client.database);
  c.blocked.databaseReady(c, first);
  c.blocked.databaseReady(c, second);
  keyspace.dirty++;
  reply.ok();
}
