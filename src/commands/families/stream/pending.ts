/** XPENDING. */
import { NONE } from '../../../keyspace/record.js';
import { type ErrorReply, token } from '../../../resp/index.js';
import { StreamId } from '../../../types/stream/index.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_SYNTAX, errNoGroup, WRONGTYPE } from '../../errors.js';
import { consumerNamed, groupNamed, isOtherType } from './entries.js';
import { parseRangeEnd, replyId } from './ids.js';

const IDLE = token('idle');

const start = new StreamId();
const end = new StreamId();
const id = new StreamId();

/** What the long form asks for. */
interface PendingQuery {
  minIdleMs: number;
  count: number;
  /** The argument that is the consumer's name, 0 for all. */
  consumerArgument: number;
}

/** XPENDING key group [[IDLE min-idle-time] start end count [consumer]] */
export function xpending(c: CommandContext): void {
  const { argv, reply } = c;
  const query: PendingQuery = { minIdleMs: 0, count: 0, consumerArgument: 0 };
  const refusal = argv.count === 3 ? null : parseQuery(c, query);
  if (refusal !== null) return reply.error(refusal);
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const group = entry === NONE ? NONE : groupNamed(c, c.keyspace.streams.of(entry), 2);
  if (group === NONE) return reply.error(errNoGroup(argumentText(argv, 1), argumentText(argv, 2)));
  if (argv.count === 3) return replySummary(c, group);
  if (query.consumerArgument === 0) return replyPending(c, group, NONE, query);
  const consumer = consumerNamed(c, group, query.consumerArgument);
  if (consumer === NONE) return reply.emptyArray();
  replyPending(c, group, consumer, query);
}

/** In Redis' order: IDLE, the count, the ends of the range. What stands behind the consumer's name is not looked at. */
function parseQuery(c: CommandContext, query: PendingQuery): ErrorReply | null {
  const { argv } = c;
  if (argv.count < 6 || argv.count > 9) return ERR_SYNTAX;
  let at = 3;
  if (argv.is(at, IDLE)) {
    query.minIdleMs = argv.int(at + 1);
    if (Number.isNaN(query.minIdleMs)) return ERR_NOT_INTEGER;
    if (argv.count < 8) return ERR_SYNTAX;
    at += 2;
  }
  query.count = argv.int(at + 2);
  if (Number.isNaN(query.count)) return ERR_NOT_INTEGER;
  if (at + 3 < argv.count) query.consumerArgument = at + 3;
  return parseRangeEnd(argv, at, start, false) ?? parseRangeEnd(argv, at + 1, end, true);
}

/** How many entries are pending, the first and the last of them, and how many each consumer has. O(consumers). */
function replySummary(c: CommandContext, group: number): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const count = streams.pendingCount(group);
  reply.array(4);
  reply.int(count);
  if (count === 0) {
    reply.null();
    reply.null();
    return reply.nullArray();
  }
  streams.seekPendingFrom(group, id.setLeast());
  replyId(c, streams.pendingId(id));
  streams.seekLastPending(group);
  replyId(c, streams.pendingId(id));
  const mark = reply.deferred();
  let length = 0;
  for (let i = 0; i < streams.consumerCount(group); i++) {
    const consumer = streams.consumerAt(group, i);
    const pending = streams.consumerPendingCount(consumer);
    if (pending === 0) continue;
    reply.array(2);
    reply.bulkBytes(streams.consumerName(consumer));
    reply.bulkInt(pending);
    length++;
  }
  reply.setArrayLength(mark, length);
}

/** The pending entries of a range: all of the group, or those of one consumer. O(entries). */
function replyPending(c: CommandContext, group: number, consumer: number, query: PendingQuery): void {
  const { reply } = c;
  const { streams } = c.keyspace;
  const ofAll = consumer === NONE;
  const mark = reply.deferred();
  let length = 0;
  let more = ofAll ? streams.seekPendingFrom(group, start) : streams.seekOwnFrom(consumer, start);
  for (; more && length < query.count; more = ofAll ? streams.nextPending() : streams.nextOwn()) {
    if (ofAll) streams.pendingId(id);
    else streams.ownId(id);
    if (id.compare(end) > 0) break;
    if (!ofAll) streams.seekPending(group, id);
    const idleMs = c.nowMs - streams.pendingSinceMs();
    if (query.minIdleMs > 0 && idleMs < query.minIdleMs) continue;
    reply.array(4);
    replyId(c, id);
    reply.bulkBytes(streams.consumerName(streams.pendingConsumer()));
    reply.int(Math.max(0, idleMs));
    reply.bigint(streams.pendingDeliveries());
    length++;
  }
  reply.setArrayLength(mark, length);
}
