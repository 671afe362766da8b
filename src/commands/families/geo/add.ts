/** GEOADD: places in. To everyone else it is a ZADD. */
import { NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import { scoreOf } from '../../../types/geohash.js';
import { ADD_ADDED, ADD_NX, ADD_UPDATED, ADD_XX } from '../../../types/sorted-set.js';
import type { CommandContext } from '../../context.js';
import { ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_ZSET } from '../../events.js';
import { isOtherType, newSet } from '../sorted-set/values.js';
import { placeError } from './arguments.js';

/** The reply counts members that have moved, too. */
const CH = 1 << 5;
const OPTIONS = new OptionTable({ NX: ADD_NX, XX: ADD_XX, CH });

export function geoadd(c: CommandContext): void {
  const { argv, db, reply } = c;
  let options = 0;
  let first = 2;
  for (; first < argv.count; first++) {
    const option = argv.option(first, OPTIONS);
    if (option === 0) break;
    options |= option;
  }
  const both = ADD_NX | ADD_XX;
  if ((argv.count - first) % 3 !== 0 || (options & both) === both) return reply.error(ERR_SYNTAX);
  for (let i = first; i < argv.count; i += 3) {
    const refusal = placeError(argv, i);
    if (refusal !== null) return reply.error(refusal);
  }
  // ZADD, which Redis makes of it, refuses to add nothing.
  if (first === argv.count) return reply.error(ERR_SYNTAX);
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE && (options & ADD_XX) !== 0) return reply.int(0);
  const holder = entry === NONE ? newSet(c) : entry;
  addPlaces(c, holder, first, options, entry === NONE);
}

/** Adds the places from argument `first` on. Without memory for all of them, an entry has those that came before. */
function addPlaces(c: CommandContext, holder: number, first: number, options: number, isNew: boolean): void {
  const { argv } = c;
  let added = 0;
  let changed = 0;
  let i = first;
  try {
    for (; i < argv.count; i += 3) {
      const score = scoreOf({ longitude: argv.double(i), latitude: argv.double(i + 1) });
      const from = argv.offset(i + 2);
      const result = c.keyspace.zsets.add(holder, argv.bytes, argv.view, from, argv.length(i + 2), score, options);
      if (result === ADD_ADDED) added++;
      else if (result === ADD_UPDATED) changed++;
    }
    if (isNew) c.db.adopt(argv, 1, holder);
  } finally {
    const isKept = !isNew || i === argv.count;
    if (isKept && added + changed > 0) tell(c, first, i, added + changed);
  }
  c.reply.int((options & CH) !== 0 ? added + changed : added);
}

/** Tells of changes, and propagates the places in [first, end) as the scores that they are. */
function tell(c: CommandContext, first: number, end: number, changes: number): void {
  const { argv } = c;
  c.keyChanged(1, changes);
  c.notify(NOTIFY_ZSET, 'zadd', 1);
  const command = c.propagateInstead().text('zadd');
  for (let i = 1; i < first; i++) command.borrow(argv, i);
  for (let i = first; i < end; i += 3) {
    const score = scoreOf({ longitude: argv.double(i), latitude: argv.double(i + 1) });
    command.text(String(BigInt(score))).borrow(argv, i + 2);
  }
}
