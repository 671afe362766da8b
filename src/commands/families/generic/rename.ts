/** RENAME, RENAMENX, COPY, MOVE: values that get another key, or another database. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { type Argv, token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { databaseAt, databaseError } from '../../database-argument.js';
import { ERR_NO_SUCH_KEY, ERR_SAME_OBJECT, ERR_SYNTAX } from '../../errors.js';
import { NOTIFY_GENERIC } from '../../events.js';

const DB = token('DB');
const REPLACE = token('REPLACE');

export function rename(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (!haveSameName(argv)) renameKey(c, entry);
  reply.ok();
}

export function renamenx(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (haveSameName(argv) || db.lookupWrite(argv, 2) !== NONE) return reply.int(0);
  renameKey(c, entry);
  reply.int(1);
}

/** Whether the two keys of the running command are one. */
function haveSameName(argv: Argv): boolean {
  const length = argv.length(1);
  if (length !== argv.length(2)) return false;
  for (let k = 0; k < length; k++) if (argv.byte(1, k) !== argv.byte(2, k)) return false;
  return true;
}

/** Gives what `entry`, key 1, holds to key 2, whatever that held. O(size of the value). */
function renameKey(c: CommandContext, entry: Entry): void {
  c.db.rename(entry, c.argv, 2);
  c.keyChanged(1);
  c.keyChanged(2, 0);
  c.notify(NOTIFY_GENERIC, 'rename_from', 1);
  c.notify(NOTIFY_GENERIC, 'rename_to', 2);
}

/** Options are read from left to right, and the first that is wrong is answered; then the places, and the keys last. */
export function copy(c: CommandContext): void {
  const { argv, db, reply } = c;
  let target = db;
  let replace = false;
  for (let i = 3; i < argv.count; i++) {
    if (argv.is(i, REPLACE)) replace = true;
    else if (argv.is(i, DB) && i + 1 < argv.count) {
      const refusal = databaseError(c, ++i);
      if (refusal !== null) return reply.error(refusal);
      target = databaseAt(c, i);
    } else return reply.error(ERR_SYNTAX);
  }
  if (target === db && haveSameName(argv)) return reply.error(ERR_SAME_OBJECT);

  const entry = db.lookupRead(argv, 1);
  if (entry === NONE || (target.lookupWrite(argv, 2) !== NONE && !replace)) return reply.int(0);
  db.copyTo(entry, target, argv, 2);
  c.otherKeyChanged(target, argv, 2);
  c.notifyOther(NOTIFY_GENERIC, 'copy_to', target, argv, 2);
  reply.int(1);
}

export function move(c: CommandContext): void {
  const { argv, db, reply } = c;
  const refusal = databaseError(c, 2);
  if (refusal !== null) return reply.error(refusal);
  const target = databaseAt(c, 2);
  if (target === db) return reply.error(ERR_SAME_OBJECT);

  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE || target.lookupWrite(argv, 1) !== NONE) return reply.int(0);
  db.moveTo(entry, target);
  c.keyChanged(1);
  c.otherKeyChanged(target, argv, 1, 0);
  c.notify(NOTIFY_GENERIC, 'move_from', 1);
  c.notifyOther(NOTIFY_GENERIC, 'move_to', target, argv, 1);
  reply.int(1);
}
