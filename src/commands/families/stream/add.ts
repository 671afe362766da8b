/** XADD, XDEL, XLEN, XSETID: what changes the entries of a stream, but for trimming. */
import { NONE, TYPE_STREAM } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import { MAX_NODE_BYTES, StreamId } from '../../../types/stream/index.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_ENTRIES_ADDED_BELOW_LENGTH,
  ERR_ENTRIES_ADDED_NEGATIVE,
  ERR_ID_BELOW_MAXDELETEDID,
  ERR_NO_SUCH_KEY,
  ERR_NOT_INTEGER,
  ERR_STREAM_ELEMENTS,
  ERR_STREAM_EXHAUSTED,
  ERR_STREAM_ID,
  ERR_SYNTAX,
  ERR_XADD_ID,
  ERR_XADD_LEAST_ID,
  ERR_XSETID_BELOW_TOP,
  errWrongArity,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STREAM } from '../../events.js';
import { isOtherType } from './entries.js';
import { addId, OPEN_ID, parseId, replyId, WHOLE_ID } from './ids.js';
import { AddOptions } from './trim.js';

/** Scratch of the commands of this file. */
const options = new AddOptions();
const id = new StreamId();
const otherId = new StreamId();

/** @hot XADD key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value ... */
export function xadd(c: CommandContext): void {
  const { argv, db, keyspace, reply } = c;
  const { streams } = keyspace;
  const refusal = options.parse(c, true);
  if (refusal !== null) return reply.error(refusal);
  const first = options.idArgument + 1;
  const count = argv.count - first;
  // Without an id there are no fields, either.
  if (first === 1 || count < 2 || (count & 1) !== 0) return replyWrongArity(c);
  if (options.idKind === WHOLE_ID && options.id.isLeast) return reply.error(ERR_XADD_LEAST_ID);
  if (isTooLarge(c, first)) return reply.error(ERR_STREAM_ELEMENTS);

  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE && !options.mayCreate) return reply.null();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const holder = entry === NONE ? keyspace.detached(TYPE_STREAM) : entry;
  const stream = entry === NONE ? streams.init(holder) : streams.of(entry);
  streams.lastId(stream, id);
  if (id.isGreatest) return reply.error(ERR_STREAM_EXHAUSTED);
  if (!chooseId(c)) return reply.error(ERR_XADD_ID);

  streams.add(stream, id, argv, first, count >>> 1);
  if (entry === NONE) db.adopt(argv, 1, holder);
  else c.blocked.keyReady(c, db, argv, 1);
  replyId(c, id);
  c.keyChanged(1);
  c.notify(NOTIFY_STREAM, 'xadd', 1);
  if (options.trims && options.trim(c, stream) > 0) c.notify(NOTIFY_STREAM, 'xtrim', 1);
  if (options.isApproximate && options.trims) options.propagateExact(c, stream, id);
  else if (options.idKind !== WHOLE_ID) propagateWithId(c);
}

function replyWrongArity(c: CommandContext): void {
  c.reply.error(errWrongArity(c.command.name));
}

/** @hot Whether the fields and values are more than a stream's node holds. */
function isTooLarge(c: CommandContext, first: number): boolean {
  const { argv } = c;
  let size = 0;
  for (let i = first; i < argv.count; i++) size += argv.length(i);
  return size > MAX_NODE_BYTES;
}

/** @hot Lets `id`, the last one of the stream, become that of the new entry; false when that is not above it. */
function chooseId(c: CommandContext): boolean {
  const wanted = options.id;
  switch (options.idKind) {
    case WHOLE_ID:
      if (wanted.compare(id) <= 0) return false;
      id.assign(wanted);
      return true;
    case OPEN_ID:
      if (!wanted.hasSameMs(id)) {
        if (wanted.compare(id) <= 0) return false;
        id.assign(wanted);
        return true;
      }
      id.increment();
      return wanted.hasSameMs(id); // or there was no sequence left
    default:
      // The clock may have been set back.
      if (otherId.set(c.nowMs, 0).compare(id) > 0) id.assign(otherId);
      else id.increment();
      return true;
  }
}

/** @hot The command with the id that was chosen. */
function propagateWithId(c: CommandContext): void {
  const { argv } = c;
  const command = c.propagateInstead();
  const { idArgument } = options;
  for (let i = 0; i < argv.count; i++) {
    if (i !== idArgument) command.borrow(argv, i);
    else addId(c, command, id);
  }
}

/** XDEL key id [id ...] */
export function xdel(c: CommandContext): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  const entry = c.db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.int(0);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  for (let i = 2; i < argv.count; i++) if (!parseId(argv, i, id)) return reply.error(ERR_STREAM_ID);
  const stream = streams.of(entry);
  let deleted = 0;
  for (let i = 2; i < argv.count; i++) {
    parseId(argv, i, id);
    if (streams.delete(stream, id)) deleted++;
  }
  if (deleted > 0) {
    c.keyChanged(1, deleted);
    c.notify(NOTIFY_STREAM, 'xdel', 1);
  }
  reply.int(deleted);
}

/** @hot XLEN key */
export function xlen(c: CommandContext): void {
  const { reply } = c;
  const entry = c.db.lookupRead(c.argv, 1);
  if (entry === NONE) return reply.int(0);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.int(c.keyspace.streams.length(c.keyspace.streams.of(entry)));
}

const ENTRIESADDED = 1;
const MAXDELETEDID = 2;
const SETID_OPTIONS = new OptionTable({ ENTRIESADDED, MAXDELETEDID });

/** XSETID key last-id [ENTRIESADDED count] [MAXDELETEDID id] */
export function xsetid(c: CommandContext): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  if (!parseId(argv, 2, id)) return reply.error(ERR_STREAM_ID);
  const maxDeleted = otherId.setLeast();
  let added = -1n;
  for (let i = 3; i < argv.count; i += 2) {
    const option = i + 1 < argv.count ? argv.option(i, SETID_OPTIONS) : 0;
    if (option === 0) return reply.error(ERR_SYNTAX);
    if (option === ENTRIESADDED) {
      const count = argv.bigint(i + 1);
      if (count === null) return reply.error(ERR_NOT_INTEGER);
      if (count < 0n) return reply.error(ERR_ENTRIES_ADDED_NEGATIVE);
      added = count;
    } else {
      if (!parseId(argv, i + 1, maxDeleted)) return reply.error(ERR_STREAM_ID);
      if (id.compare(maxDeleted) < 0) return reply.error(ERR_ID_BELOW_MAXDELETEDID);
    }
  }
  const entry = c.db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const stream = streams.of(entry);
  const refusal = setIdRefusal(c, stream, added);
  if (refusal !== null) return reply.error(refusal);
  streams.setLastId(stream, id);
  if (added >= 0n) streams.setEntriesAdded(stream, added);
  if (!maxDeleted.isLeast) streams.setMaxDeletedId(stream, maxDeleted);
  c.keyChanged(1);
  c.notify(NOTIFY_STREAM, 'xsetid', 1);
  reply.ok();
}

/**
 * Why the stream cannot have `id` as its last one, null when it can. @param added what is to count as added, -1: no
 * change
 */
function setIdRefusal(c: CommandContext, stream: number, added: bigint): ErrorReply | null {
  const { streams } = c.keyspace;
  const edge = new StreamId();
  const length = streams.length(stream);
  if (length === 0) return null;
  streams.lastEntryId(stream, edge);
  if (id.compare(edge) < 0) return ERR_XSETID_BELOW_TOP;
  return added >= 0n && BigInt(length) > added ? ERR_ENTRIES_ADDED_BELOW_LENGTH : null;
}
