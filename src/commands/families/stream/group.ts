/** XGROUP and XACK. */
import { type Entry, NONE, TYPE_STREAM } from '../../../keyspace/record.js';
import { type ErrorReply, token } from '../../../resp/index.js';
import { READ_UNKNOWN, StreamId } from '../../../types/stream/index.js';
import { argumentText, subcommandSyntaxError } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  BUSYGROUP,
  ERR_ENTRIESREAD,
  ERR_NOT_INTEGER,
  ERR_STREAM_ID,
  ERR_XGROUP_KEY,
  errNoGroupOfKey,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STREAM } from '../../events.js';
import { consumerNamed, groupNamed, isOtherType } from './entries.js';
import { parseId } from './ids.js';

const MKSTREAM = token('mkstream');
const ENTRIESREAD = token('entriesread');
const DOLLAR = token('$');
const LEAST = token('-');
const GREATEST = token('+');

/** Arguments of XGROUP subcommands. */
const KEY = 2;
const GROUP = 3;
const ID = 4;
const CONSUMER = 4;

const id = new StreamId();

/** What CREATE and SETID have as options. */
interface GroupOptions {
  makesStream: boolean;
  entriesRead: bigint;
}

/** XGROUP CREATE key group id | $ [MKSTREAM] [ENTRIESREAD entries-read] */
export function xgroupCreate(c: CommandContext): void {
  const { argv, db, keyspace, reply } = c;
  const { streams } = keyspace;
  const options: GroupOptions = { makesStream: false, entriesRead: READ_UNKNOWN };
  const refusal = parseOptions(c, options, true);
  if (refusal !== null) return reply.error(refusal);
  const entry = db.lookupWrite(argv, KEY);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE && !options.makesStream) return reply.error(ERR_XGROUP_KEY);
  if (!readId(c, entry, false)) return reply.error(ERR_STREAM_ID);
  const holder = entry === NONE ? keyspace.detached(TYPE_STREAM) : entry;
  const stream = entry === NONE ? streams.init(holder) : streams.of(entry);
  if (streams.createGroup(stream, argv, GROUP, id, options.entriesRead) === NONE) return reply.error(BUSYGROUP);
  if (entry === NONE) db.adopt(argv, KEY, holder);
  c.keyChanged(KEY);
  c.notify(NOTIFY_STREAM, 'xgroup-create', KEY);
  reply.ok();
}

/** XGROUP SETID key group id | $ [ENTRIESREAD entries-read] */
export function xgroupSetid(c: CommandContext): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const options: GroupOptions = { makesStream: false, entriesRead: READ_UNKNOWN };
  const refusal = parseOptions(c, options, false);
  if (refusal !== null) return reply.error(refusal);
  const entry = streamOf(c);
  if (entry === NONE) return;
  const group = groupOf(c, entry);
  if (group === NONE) return;
  // Unlike CREATE it takes the ends of ranges, too, as in Redis.
  if (!readId(c, entry, true)) return reply.error(ERR_STREAM_ID);
  streams.setDeliveredId(group, id);
  streams.setEntriesRead(group, options.entriesRead);
  c.keyChanged(KEY);
  c.notify(NOTIFY_STREAM, 'xgroup-setid', KEY);
  reply.ok();
}

/** XGROUP DESTROY key group */
export function xgroupDestroy(c: CommandContext): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const stream = streams.of(entry);
  const group = groupNamed(c, stream, GROUP);
  if (group === NONE) return reply.int(0);
  streams.destroyGroup(stream, group);
  c.keyChanged(KEY);
  c.notify(NOTIFY_STREAM, 'xgroup-destroy', KEY);
  c.blocked.keyReady(c, c.db, c.argv, KEY); // who waits for what comes to the group is told
  reply.int(1);
}

/** XGROUP CREATECONSUMER key group consumer */
export function xgroupCreateconsumer(c: CommandContext): void {
  const { reply } = c;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const group = groupOf(c, entry);
  if (group === NONE) return;
  if (consumerNamed(c, group, CONSUMER) !== NONE) return reply.int(0);
  c.keyspace.streams.createConsumer(group, c.argv, CONSUMER, c.nowMs);
  c.keyChanged(KEY);
  c.notify(NOTIFY_STREAM, 'xgroup-createconsumer', KEY);
  reply.int(1);
}

/** XGROUP DELCONSUMER key group consumer */
export function xgroupDelconsumer(c: CommandContext): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const group = groupOf(c, entry);
  if (group === NONE) return;
  const consumer = consumerNamed(c, group, CONSUMER);
  if (consumer === NONE) return reply.int(0);
  const pending = streams.consumerPendingCount(consumer);
  streams.deleteConsumer(group, consumer);
  c.keyChanged(KEY);
  c.notify(NOTIFY_STREAM, 'xgroup-delconsumer', KEY);
  reply.int(pending);
}

/** XACK key group id [id ...] */
export function xack(c: CommandContext): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const group = entry === NONE ? NONE : groupNamed(c, streams.of(entry), 2);
  if (group === NONE) return reply.int(0);
  for (let i = 3; i < argv.count; i++) if (!parseId(argv, i, id)) return reply.error(ERR_STREAM_ID);
  let acknowledged = 0;
  for (let i = 3; i < argv.count; i++) {
    parseId(argv, i, id);
    if (streams.removePending(group, id)) acknowledged++;
  }
  c.keyspace.dirty += acknowledged; // no more: it is no change of the key for who watches it
  reply.int(acknowledged);
}

/** Reads the options behind the id; why they are not valid, or null. */
function parseOptions(c: CommandContext, options: GroupOptions, creates: boolean): ErrorReply | null {
  const { argv } = c;
  for (let i = 5; i < argv.count; i++) {
    if (creates && argv.is(i, MKSTREAM)) {
      options.makesStream = true;
      continue;
    }
    if (i + 1 === argv.count || !argv.is(i, ENTRIESREAD)) return subcommandSyntaxError(argv);
    const count = argv.bigint(++i);
    if (count === null) return ERR_NOT_INTEGER;
    if (count < READ_UNKNOWN) return ERR_ENTRIESREAD;
    options.entriesRead = count;
  }
  return null;
}

/**
 * Reads the id behind the group's name: `$` is the last one of the stream; false when it is none.
 * @param mayBeEnd whether it may be `-` or `+`
 */
function readId(c: CommandContext, entry: Entry, mayBeEnd: boolean): boolean {
  const { argv } = c;
  if (mayBeEnd && argv.is(ID, LEAST)) id.setLeast();
  else if (mayBeEnd && argv.is(ID, GREATEST)) id.setGreatest();
  else if (!argv.is(ID, DOLLAR)) return parseId(argv, ID, id);
  else return readLastId(c, entry);
  return true;
}

function readLastId(c: CommandContext, entry: Entry): true {
  const { streams } = c.keyspace;
  if (entry === NONE) id.setLeast();
  else streams.lastId(streams.of(entry), id);
  return true;
}

/** The entry of the stream; NONE when there is none, which the client has been told. */
function streamOf(c: CommandContext): Entry {
  const entry = c.db.lookupWrite(c.argv, KEY);
  if (entry === NONE) c.reply.error(ERR_XGROUP_KEY);
  else if (isOtherType(c, entry)) {
    c.reply.error(WRONGTYPE);
    return NONE;
  }
  return entry;
}

/** The group in the stream; NONE when there is none, which the client has been told. */
function groupOf(c: CommandContext, entry: Entry): number {
  const group = groupNamed(c, c.keyspace.streams.of(entry), GROUP);
  if (group === NONE) c.reply.error(errNoGroupOfKey(argumentText(c.argv, GROUP), argumentText(c.argv, KEY)));
  return group;
}
