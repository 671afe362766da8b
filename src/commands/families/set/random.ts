/** SPOP and SRANDMEMBER: members by chance. */
import { type Entry, NONE, TYPE_SET } from '../../../keyspace/record.js';
import type { CommandBuilder } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_MUST_BE_POSITIVE, ERR_NOT_INTEGER, ERR_SYNTAX, errIntRange, WRONGTYPE } from '../../errors.js';
import { NOTIFY_SET } from '../../events.js';
import { isOtherType, replyMembers } from './values.js';

/** Members of one SREM that stands for a part of a large SPOP: t_set.c, 7.2. */
const MEMBERS_OF_SREM = 1024;
/** Members of a reply between two looks at whether its client is still there. */
const CHECK_EVERY = 1024;
const INT64_MAX = 2n ** 63n - 1n;

/** @hot A random member is taken out: what is propagated names it. */
export function spop(c: CommandContext): void {
  const { argv, db, reply } = c;
  if (argv.count === 3) return spopSeveral(c);
  if (argv.count > 3) return reply.error(ERR_SYNTAX);
  const { sets } = c.keyspace;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.null();
  if (db.typeOf(entry) !== TYPE_SET) return reply.error(WRONGTYPE);
  sets.choose(entry);
  c.notify(NOTIFY_SET, 'spop', 1);
  reply.bulk(sets.bytes, sets.view, sets.from, sets.length);
  c.propagateInstead().text('SREM').borrow(argv, 1).copy(sets.bytes, sets.from, sets.length);
  sets.removeChosen(entry);
  c.keyChanged(1);
  if (sets.count(entry) === 0) c.deleteEmptied(entry, 1);
}

function spopSeveral(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { sets } = c.keyspace;
  const count = argv.int(2);
  if (!(count >= 0)) return reply.error(ERR_MUST_BE_POSITIVE);
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE || count === 0) return reply.set(0);
  const size = sets.count(entry);
  if (count >= size) return popAll(c, entry, size);

  reply.set(count);
  let command: CommandBuilder | null = null;
  let room = 0;
  c.preventPropagation();
  sets.takeSample(entry, count, (bytes, view, from, length) => {
    reply.bulk(bytes, view, from, length);
    if (command === null || room === 0) {
      command = c.propagateAlso().text('SREM').borrow(argv, 1);
      room = MEMBERS_OF_SREM;
    }
    command.copy(bytes, from, length);
    room--;
  });
  c.keyChanged(1, count);
  c.notify(NOTIFY_SET, 'spop', 1);
}

/**
 * The whole set goes, and so does the key: it is that which is propagated. Redis answers with a union of the one set,
 * which counts as another lookup.
 */
function popAll(c: CommandContext, entry: Entry, size: number): void {
  c.keyspace.stats.hits++;
  replyMembers(c, entry);
  c.notify(NOTIFY_SET, 'spop', 1);
  c.deleteEmptied(entry, 1);
  c.keyChanged(1, size);
  c.propagateInstead()
    .text(c.config.lazyfreeLazyServerDel ? 'UNLINK' : 'DEL')
    .borrow(c.argv, 1);
}

/** @hot */
export function srandmember(c: CommandContext): void {
  const { argv, db, reply } = c;
  if (argv.count === 3) return srandmemberSeveral(c);
  if (argv.count > 3) return reply.error(ERR_SYNTAX);
  const { sets } = c.keyspace;
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return reply.null();
  if (db.typeOf(entry) !== TYPE_SET) return reply.error(WRONGTYPE);
  sets.choose(entry);
  reply.bulk(sets.bytes, sets.view, sets.from, sets.length);
}

/** So many different members, or, with a negative count, so many that each may be any. */
function srandmemberSeveral(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { sets } = c.keyspace;
  const count = argv.int(2);
  if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
  if (argv.bigint(2) === -INT64_MAX - 1n) return reply.error(errIntRange(-INT64_MAX, INT64_MAX));
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE || count === 0) return reply.emptyArray();
  if (count < 0) return replyAny(c, entry, -count);
  const size = sets.count(entry);
  reply.array(Math.min(count, size));
  const write = (bytes: Uint8Array, view: DataView, from: number, length: number): void => {
    reply.bulk(bytes, view, from, length);
  };
  if (count < size) sets.sample(entry, count, write);
  else sets.forEach(entry, write);
}

/** Ends early for a client that is cut off meanwhile, be it because it did not read a reply without end. */
function replyAny(c: CommandContext, entry: Entry, count: number): void {
  const { client, reply } = c;
  const { sets } = c.keyspace;
  reply.array(count);
  for (let i = 0; i < count; i++) {
    if (i % CHECK_EVERY === 0 && client.connection?.closed === true) return;
    sets.choose(entry);
    reply.bulk(sets.bytes, sets.view, sets.from, sets.length);
  }
}
