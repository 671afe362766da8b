/** XINFO. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import { READ_UNKNOWN, StreamId } from '../../../types/stream/index.js';
import { argumentText, subcommandSyntaxError } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import { ERR_NO_SUCH_KEY, ERR_NOT_INTEGER, errNoGroupOfKey, WRONGTYPE } from '../../errors.js';
import { elementReplier, groupNamed, isOtherType, NO_COUNT, replyEntry, replyRange } from './entries.js';
import { replyId } from './ids.js';

const FULL = token('full');
const COUNT = token('count');

/** Arguments of XINFO subcommands. */
const KEY = 2;
const GROUP = 3;

/** Entries, and pending entries of each group and consumer, that FULL shows without COUNT. */
const DEFAULT_COUNT = 10;

const id = new StreamId();
const least = new StreamId();
const greatest = new StreamId().setGreatest();

/** XINFO STREAM key [FULL [COUNT count]] */
export function xinfoStream(c: CommandContext): void {
  const { argv, reply } = c;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const stream = c.keyspace.streams.of(entry);
  if (argv.count === 3) return replyShort(c, stream);
  const isFull = argv.is(3, FULL) && (argv.count === 4 || (argv.count === 6 && argv.is(4, COUNT)));
  if (!isFull) return reply.error(subcommandSyntaxError(argv));
  let count = DEFAULT_COUNT;
  if (argv.count === 6) {
    count = argv.int(5);
    if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
    if (count < 0) count = DEFAULT_COUNT;
    else if (count === 0) count = NO_COUNT;
  }
  replyFull(c, stream, count);
}

/** XINFO GROUPS key */
export function xinfoGroups(c: CommandContext): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const stream = streams.of(entry);
  const count = streams.groupCount(stream);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const group = streams.groupAt(stream, i);
    reply.map(6);
    reply.bulkText('name');
    reply.bulkBytes(streams.groupName(group));
    replyNumber(c, 'consumers', streams.consumerCount(group));
    replyNumber(c, 'pending', streams.pendingCount(group));
    replyProgress(c, stream, group);
  }
}

/** XINFO CONSUMERS key group */
export function xinfoConsumers(c: CommandContext): void {
  const { argv, nowMs, reply } = c;
  const { streams } = c.keyspace;
  const entry = streamOf(c);
  if (entry === NONE) return;
  const group = groupNamed(c, streams.of(entry), GROUP);
  if (group === NONE) return reply.error(errNoGroupOfKey(argumentText(argv, GROUP), argumentText(argv, KEY)));
  const count = streams.consumerCount(group);
  reply.array(count);
  for (let i = 0; i < count; i++) {
    const consumer = streams.consumerAt(group, i);
    const activeAtMs = streams.activeAtMs(consumer);
    reply.map(4);
    reply.bulkText('name');
    reply.bulkBytes(streams.consumerName(consumer));
    replyNumber(c, 'pending', streams.consumerPendingCount(consumer));
    replyNumber(c, 'idle', Math.max(0, nowMs - streams.seenAtMs(consumer)));
    replyNumber(c, 'inactive', activeAtMs < 0 ? activeAtMs : Math.max(0, nowMs - activeAtMs));
  }
}

/** The entry of the stream that is argument 2; NONE when there is none, which the client has been told. */
function streamOf(c: CommandContext): Entry {
  const entry = c.db.lookupRead(c.argv, KEY);
  if (entry === NONE) c.reply.error(ERR_NO_SUCH_KEY);
  else if (isOtherType(c, entry)) {
    c.reply.error(WRONGTYPE);
    return NONE;
  }
  return entry;
}

/** What both forms of XINFO STREAM begin with: seven pairs. */
function replyHead(c: CommandContext, stream: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  replyNumber(c, 'length', streams.length(stream));
  replyNumber(c, 'radix-tree-keys', streams.nodeCount(stream));
  replyNumber(c, 'radix-tree-nodes', streams.radixNodeCount(stream));
  replyIdAs(c, 'last-generated-id', streams.lastId(stream, id));
  replyIdAs(c, 'max-deleted-entry-id', streams.maxDeletedId(stream, id));
  reply.bulkText('entries-added');
  reply.bigint(streams.entriesAdded(stream));
  replyIdAs(c, 'recorded-first-entry-id', streams.firstId(stream, id));
}

function replyShort(c: CommandContext, stream: number): void {
  const { reply } = c;
  reply.map(10);
  replyHead(c, stream);
  replyNumber(c, 'groups', c.keyspace.streams.groupCount(stream));
  replyEdge(c, 'first-entry', stream, false);
  replyEdge(c, 'last-entry', stream, true);
}

/** The first or the last entry, null when there is none. */
function replyEdge(c: CommandContext, name: string, stream: number, last: boolean): void {
  const { streams } = c.keyspace;
  c.reply.bulkText(name);
  streams.seekRange(stream, least, greatest, last);
  if (streams.nextInRange()) replyEntry(c, elementReplier(c));
  else c.reply.null();
}

/** Everything: entries, groups with their pending entries, consumers with theirs, `count` of each. */
function replyFull(c: CommandContext, stream: number, count: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  reply.map(9);
  replyHead(c, stream);
  reply.bulkText('entries');
  streams.seekRange(stream, least, greatest, false);
  replyRange(c, count);
  reply.bulkText('groups');
  const groups = streams.groupCount(stream);
  reply.array(groups);
  for (let i = 0; i < groups; i++) replyFullGroup(c, stream, streams.groupAt(stream, i), count);
}

function replyFullGroup(c: CommandContext, stream: number, group: number, count: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  reply.map(7);
  reply.bulkText('name');
  reply.bulkBytes(streams.groupName(group));
  replyProgress(c, stream, group);
  replyNumber(c, 'pel-count', streams.pendingCount(group));
  reply.bulkText('pending');
  const mark = reply.deferred();
  let length = 0;
  let more = streams.seekPendingFrom(group, least);
  for (; more && length < count; more = streams.nextPending()) {
    reply.array(4);
    replyId(c, streams.pendingId(id));
    reply.bulkBytes(streams.consumerName(streams.pendingConsumer()));
    reply.int(streams.pendingSinceMs());
    reply.bigint(streams.pendingDeliveries());
    length++;
  }
  reply.setArrayLength(mark, length);
  reply.bulkText('consumers');
  const consumers = streams.consumerCount(group);
  reply.array(consumers);
  for (let i = 0; i < consumers; i++) replyFullConsumer(c, group, streams.consumerAt(group, i), count);
}

function replyFullConsumer(c: CommandContext, group: number, consumer: number, count: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  reply.map(5);
  reply.bulkText('name');
  reply.bulkBytes(streams.consumerName(consumer));
  replyNumber(c, 'seen-time', streams.seenAtMs(consumer));
  replyNumber(c, 'active-time', streams.activeAtMs(consumer));
  replyNumber(c, 'pel-count', streams.consumerPendingCount(consumer));
  reply.bulkText('pending');
  const mark = reply.deferred();
  let length = 0;
  let more = streams.seekOwnFrom(consumer, least);
  for (; more && length < count; more = streams.nextOwn()) {
    streams.seekPending(group, streams.ownId(id));
    reply.array(3);
    replyId(c, id);
    reply.int(streams.pendingSinceMs());
    reply.bigint(streams.pendingDeliveries());
    length++;
  }
  reply.setArrayLength(mark, length);
}

/** What a group has got, how much that is, and how much there is left: three pairs. */
function replyProgress(c: CommandContext, stream: number, group: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  replyIdAs(c, 'last-delivered-id', streams.deliveredId(group, id));
  const entriesRead = streams.entriesRead(group);
  reply.bulkText('entries-read');
  if (entriesRead === READ_UNKNOWN) reply.null();
  else reply.bigint(entriesRead);
  const lag = streams.counter.lag(stream, group);
  reply.bulkText('lag');
  if (lag === null) reply.null();
  else reply.bigint(lag);
}

function replyNumber(c: CommandContext, name: string, value: number): void {
  c.reply.bulkText(name);
  c.reply.int(value);
}

function replyIdAs(c: CommandContext, name: string, value: StreamId): void {
  c.reply.bulkText(name);
  replyId(c, value);
}
