/** HyperLogLogs as strings of the keyspace: in to be worked on, out when they have changed. */
import { type Entry, NONE, TYPE_STRING } from '../../../keyspace/record.js';
import { isHyperLogLog } from '../../../types/hyperloglog.js';
import type { CommandContext } from '../../context.js';
import { NOT_HYPERLOGLOG, WRONGTYPE } from '../../errors.js';

/**
 * Loads what an entry holds into the keyspace's workspace; false, with the error written, when that is no HyperLogLog.
 * O(size).
 */
export function load(c: CommandContext, entry: Entry): boolean {
  const { db, reply } = c;
  if (db.typeOf(entry) !== TYPE_STRING) {
    reply.error(WRONGTYPE);
    return false;
  }
  const length = db.stringLength(entry);
  if (!isHyperLogLog(db.stringView(entry), db.stringBase(entry), length)) {
    reply.error(NOT_HYPERLOGLOG);
    return false;
  }
  const { hyperloglog: hll } = c.keyspace;
  hll.begin(length);
  db.stringInto(entry, 0, length, hll.bytes, hll.view, 0);
  return true;
}

/**
 * Stores the one that is worked on under the key that is argument `i`, in the place of what was loaded from `entry`, if
 * anything was.
 */
export function store(c: CommandContext, i: number, entry: Entry): void {
  const { argv, db } = c;
  const { bytes, view, size, changedFrom, changedTo } = c.keyspace.hyperloglog;
  let there = entry === NONE ? db.setZeros(argv, i, size) : entry;
  if (db.stringLength(there) !== size) there = db.resizeString(there, size);
  const to = Math.min(changedTo, size);
  if (to > changedFrom) db.writeString(there, changedFrom, bytes, view, changedFrom, to - changedFrom);
}
