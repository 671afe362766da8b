/** XREAD and XREADGROUP: what is new in several streams, if need be as soon as there is something. */
import { type Entry, NONE, TYPE_STREAM } from '../../../keyspace/record.js';
import { Argv, type ErrorReply, token } from '../../../resp/index.js';
import { StreamId } from '../../../types/stream/index.js';
import type { ElementVisitor } from '../../../types/value.js';
import { mayBlock, type Wait } from '../../blocking.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_STREAM_ID,
  ERR_XREAD_NEW,
  ERR_XREADGROUP_DOLLAR,
  ERR_XREADGROUP_PLUS,
  errNoGroupToRead,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STREAM } from '../../events.js';
import { DeliveryClaims, propagateConsumer, propagateGroup } from './claims.js';
import { consumerNamed, elementReplier, groupNamed, isOtherType, replyEntry, replyRange } from './entries.js';
import { parseId, replyId } from './ids.js';
import { NO_BLOCK, ReadOptions } from './read-options.js';

const DOLLAR = token('$');
const PLUS = token('+');
const NEW = token('>');

/** Scratch of the commands of this file. */
const options = new ReadOptions();
const claims = new DeliveryClaims();
const id = new StreamId();
const start = new StreamId();
const greatest = new StreamId().setGreatest();
/** For each stream the id behind which it is read; the greatest of all: what its group has not got. */
const after: StreamId[] = [];

/** XREAD [COUNT count] [BLOCK milliseconds] STREAMS key ... id ... */
export function xread(c: CommandContext): void {
  read(c, false);
}

/** XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key ... id ... */
export function xreadgroup(c: CommandContext): void {
  c.preventPropagation(); // what it does is propagated as XCLAIM and XGROUP
  read(c, true);
}

function read(c: CommandContext, isGroup: boolean): void {
  const { reply } = c;
  const refusal = options.parse(c, isGroup) ?? resolveIds(c, isGroup);
  if (refusal !== null) return reply.error(refusal);
  const mark = reply.deferred();
  let served = 0;
  for (let i = 0; i < options.keyCount; i++) {
    const entry = c.db.lookupRead(c.argv, options.firstKey + i);
    if (entry === NONE) continue;
    const stream = c.keyspace.streams.of(entry);
    if (isGroup ? readForGroup(c, stream, i) : readNew(c, stream, i)) served++;
  }
  if (served > 0) {
    if (reply.resp === 3) reply.setMapLength(mark, served);
    else reply.setArrayLength(mark, served);
    return;
  }
  reply.takeBack(mark);
  if (options.blockMs === NO_BLOCK || !mayBlock(c)) reply.nullArray();
  else block(c, isGroup);
}

/** Finds out behind which ids the streams are to be read, and whether they are there as the command needs them. */
function resolveIds(c: CommandContext, isGroup: boolean): ErrorReply | null {
  const { argv } = c;
  const { streams } = c.keyspace;
  for (let i = 0; i < options.keyCount; i++) {
    const key = options.firstKey + i;
    const argument = key + options.keyCount;
    const entry = c.db.lookupRead(argv, key);
    if (isOtherType(c, entry)) return WRONGTYPE;
    const stream = entry === NONE ? NONE : streams.of(entry);
    if (isGroup && (stream === NONE || groupNamed(c, stream, options.group) === NONE)) {
      return errNoGroupToRead(argumentText(argv, key), argumentText(argv, options.group));
    }
    if (i === after.length) after.push(new StreamId());
    const target = after[i]!;
    if (argv.is(argument, DOLLAR)) {
      if (isGroup) return ERR_XREADGROUP_DOLLAR;
      if (stream === NONE) target.setLeast();
      else streams.lastId(stream, target);
    } else if (argv.is(argument, PLUS)) {
      if (isGroup) return ERR_XREADGROUP_PLUS;
      findBeforeLast(c, stream, target);
    } else if (argv.is(argument, NEW)) {
      if (!isGroup) return ERR_XREAD_NEW;
      target.setGreatest();
    } else if (!parseId(argv, argument, target)) return ERR_STREAM_ID;
  }
  return null;
}

/**
 * The id right before that of the last entry, so that this one is read; that of the last one ever where there is none.
 */
function findBeforeLast(c: CommandContext, stream: number, target: StreamId): void {
  const { streams } = c.keyspace;
  if (stream === NONE) target.setLeast();
  else if (streams.lastEntryId(stream, target)) target.decrement();
  else streams.lastId(stream, target);
}

/** Goes to the first entry of a stream behind `id`; false when there is none. */
function seekBehind(c: CommandContext, stream: number, id: StreamId): boolean {
  const { streams } = c.keyspace;
  if (!start.assign(id).increment()) return false;
  streams.seekRange(stream, start, greatest, false);
  return streams.nextInRange();
}

/** Replies with the name of stream `i` and what is new in it; false when there is nothing. */
function readNew(c: CommandContext, stream: number, i: number): boolean {
  const { streams } = c.keyspace;
  if (!seekBehind(c, stream, after[i]!)) return false;
  beginStream(c, i);
  streams.seekRange(stream, start, greatest, false);
  replyRange(c, options.count);
  return true;
}

/** The same for a consumer of a group; with an id, what is pending for it, even if there is nothing. */
function readForGroup(c: CommandContext, stream: number, i: number): boolean {
  const { keyspace } = c;
  const { streams } = keyspace;
  const key = options.firstKey + i;
  const group = groupNamed(c, stream, options.group);
  let consumer = consumerNamed(c, group, options.group + 1);
  const isNew = consumer === NONE;
  if (isNew) {
    consumer = streams.createConsumer(group, c.argv, options.group + 1, c.nowMs);
    c.keyChanged(key);
    c.notify(NOTIFY_STREAM, 'xgroup-createconsumer', key);
  } else streams.setSeenAt(consumer, c.nowMs);
  const readsHistory = !after[i]!.isGreatest;
  if (readsHistory || !seekBehind(c, stream, streams.deliveredId(group, id))) {
    if (isNew) propagateConsumer(c, key, options.group);
    if (!readsHistory) return false;
    beginStream(c, i);
    replyHistory(c, stream, group, consumer, after[i]!);
  } else {
    if (isNew && options.noAck) propagateConsumer(c, key, options.group);
    beginStream(c, i);
    streams.setActiveAt(consumer, c.nowMs);
    deliver(c, stream, group, consumer, key);
  }
  keyspace.dirty++; // no more: to read is no change of the key for who watches it
  return true;
}

/** The head of the reply for stream `i`. */
function beginStream(c: CommandContext, i: number): void {
  const { argv, reply } = c;
  const key = options.firstKey + i;
  if (reply.resp !== 3) reply.array(2);
  reply.bulk(argv.bytes, argv.view, argv.offset(key), argv.length(key));
}

/** Replies with the entries from the position on, which the consumer has to acknowledge from now on. */
function deliver(c: CommandContext, stream: number, group: number, consumer: number, key: number): void {
  const { reply } = c;
  const element = elementReplier(c);
  const mark = reply.deferred();
  let length = 0;
  try {
    do {
      deliverEntry(c, stream, group, consumer, key, element);
      length++;
    } while (length < options.count && c.keyspace.streams.nextInRange());
  } finally {
    // Also when memory has run out: what was delivered until then is.
    claims.end(c, group);
    propagateGroup(c, key, options.group, group);
  }
  reply.setArrayLength(mark, length);
}

/** @hot */
function deliverEntry(
  c: CommandContext,
  stream: number,
  group: number,
  consumer: number,
  key: number,
  element: ElementVisitor,
): void {
  const { streams } = c.keyspace;
  const { entryId } = streams;
  if (!options.noAck) streams.deliver(group, consumer, entryId, c.nowMs);
  streams.countDelivered(stream, group, entryId);
  if (!options.noAck) claims.add(c, key, options.group, group, entryId.format(c.scratch, 0));
  replyEntry(c, element);
}

/** Replies with what is pending for a consumer behind an id; what was deleted meanwhile has no fields. */
function replyHistory(c: CommandContext, stream: number, group: number, consumer: number, behind: StreamId): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const element = elementReplier(c);
  const mark = reply.deferred();
  let length = 0;
  start.assign(behind).increment();
  streams.beginSeries();
  for (let more = streams.seekOwnFrom(consumer, start); more && length < options.count; more = streams.nextOwn()) {
    streams.ownId(id);
    if (streams.seekOnward(stream, id)) {
      replyEntry(c, element);
      streams.seekPending(group, id);
      streams.setPendingSince(c.nowMs);
      streams.countDelivery();
    } else {
      reply.array(2);
      replyId(c, id);
      reply.nullArray();
    }
    length++;
  }
  reply.setArrayLength(mark, length);
}

// --- Waiting --------------------------------------------------------------------------------------------------------

/**
 * Lets the client wait. `$` and `+` mean what they mean now, however often the command is tried: the ids take their
 * place.
 */
function block(c: CommandContext, isGroup: boolean): void {
  const { argv } = c;
  const { firstKey, keyCount, blockMs } = options;
  const firstId = firstKey + keyCount;
  const wait: Wait = {
    firstKey,
    keyCount,
    deadlineMs: blockMs === 0 ? 0 : c.nowMs + blockMs,
    isServable: isGroup ? isServableForGroup : isServable,
    timedOut: (context) => context.reply.nullArray(),
  };
  if (!isGroup) {
    const args = Array.from({ length: argv.count }, (_, i) => argv.copy(i));
    for (let i = 0; i < keyCount; i++) args[firstId + i] = Buffer.from(after[i]!.toString(), 'latin1');
    c.argv = new Argv(0);
    c.argv.assign(args);
  }
  try {
    c.blocked.wait(c, wait);
  } finally {
    c.argv = argv;
  }
}

/** XREAD stays blocked whatever becomes of a key, until there is something to read. */
function isServable(c: CommandContext, entry: Entry, i: number): boolean {
  if (entry === NONE || c.db.typeOf(entry) !== TYPE_STREAM || options.parse(c, false) !== null) return false;
  return parseId(c.argv, i + options.keyCount, id) && seekBehind(c, c.keyspace.streams.of(entry), id);
}

/** XREADGROUP is told, too, when key or group have gone. */
function isServableForGroup(c: CommandContext, entry: Entry): boolean {
  const { streams } = c.keyspace;
  if (entry === NONE || c.db.typeOf(entry) !== TYPE_STREAM || options.parse(c, true) !== null) return true;
  const stream = streams.of(entry);
  const group = groupNamed(c, stream, options.group);
  return group === NONE || seekBehind(c, stream, streams.deliveredId(group, id));
}
