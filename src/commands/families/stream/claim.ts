/** XCLAIM and XAUTOCLAIM: pending entries go from one consumer to another. */
import { NONE } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable, token } from '../../../resp/index.js';
import { StreamId, type Streams } from '../../../types/stream/index.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_AUTOCLAIM_COUNT,
  ERR_STREAM_ID,
  ERR_SYNTAX,
  ERR_XCLAIM_IDLE,
  ERR_XCLAIM_RETRYCOUNT,
  ERR_XCLAIM_TIME,
  errClaimOption,
  errMinIdleTime,
  errNoGroup,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STREAM } from '../../events.js';
import { propagateClaim, propagateConsumer, propagateGroup } from './claims.js';
import { consumerNamed, elementReplier, groupNamed, isOtherType, replyEntry } from './entries.js';
import { parseId, parseRangeEnd, replyId } from './ids.js';

/** Arguments of both commands. */
const KEY = 1;
const GROUP = 2;
const CONSUMER = 3;
const MIN_IDLE = 4;
const FIRST_ID = 5;

const FORCE = 1;
const JUSTID = 2;
const IDLE = 3;
const TIME = 4;
const RETRYCOUNT = 5;
const LASTID = 6;
const CLAIM_OPTIONS = new OptionTable({ FORCE, JUSTID, IDLE, TIME, RETRYCOUNT, LASTID });

const COUNT_TOKEN = token('count');
const JUSTID_TOKEN = token('justid');
const DEFAULT_COUNT = 100;
/** What Redis can keep so many ids of in memory: LONG_MAX / sizeof(streamID). */
const MAX_COUNT = 2 ** 59 - 1;
/** Pending entries that XAUTOCLAIM looks at for each that it may claim. */
const ATTEMPTS = 10;

const id = new StreamId();

/** What XCLAIM is asked for. */
class ClaimOptions {
  /** Behind the last id. */
  endOfIds = FIRST_ID;
  minIdleMs = 0;
  force = false;
  justId = false;
  /** When the entries count as delivered, in wall-clock milliseconds. */
  sinceMs: number;
  /** How often, null: once more than before. */
  deliveries: bigint | null = null;
  readonly lastId = new StreamId();

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  /** Reads the arguments from the idle time on; why they are not valid, or null. */
  parse(c: CommandContext): ErrorReply | null {
    const { argv } = c;
    this.minIdleMs = argv.int(MIN_IDLE);
    if (Number.isNaN(this.minIdleMs)) return errMinIdleTime('XCLAIM');
    let i = FIRST_ID;
    while (i < argv.count && parseId(argv, i, id)) i++;
    this.endOfIds = i;
    for (; i < argv.count; i++) {
      const option = argv.option(i, CLAIM_OPTIONS);
      if (option === FORCE) this.force = true;
      else if (option === JUSTID) this.justId = true;
      else if (option === 0 || i + 1 === argv.count) return errClaimOption(argumentText(argv, i));
      else {
        const refusal = this.take(c, option, ++i);
        if (refusal !== null) return refusal;
      }
    }
    // A time that cannot be is taken for now: clients may calculate it from clocks of their own.
    if (this.sinceMs < 0 || this.sinceMs > c.nowMs) this.sinceMs = c.nowMs;
    return null;
  }

  /** Takes the option whose value is argument `i`. */
  private take(c: CommandContext, option: number, i: number): ErrorReply | null {
    const { argv } = c;
    if (option === LASTID) return parseId(argv, i, this.lastId) ? null : ERR_STREAM_ID;
    const value = argv.int(i);
    if (option === IDLE) {
      this.sinceMs = c.nowMs - value;
      return Number.isNaN(value) ? ERR_XCLAIM_IDLE : null;
    }
    if (option === TIME) {
      this.sinceMs = value;
      return Number.isNaN(value) ? ERR_XCLAIM_TIME : null;
    }
    if (Number.isNaN(value)) return ERR_XCLAIM_RETRYCOUNT;
    this.deliveries = value < 0 ? null : argv.bigint(i);
    return null;
  }
}

/** XCLAIM key group consumer min-idle-time id ... [IDLE ms] [TIME ms] [RETRYCOUNT n] [FORCE] [JUSTID] [LASTID id] */
export function xclaim(c: CommandContext): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  c.preventPropagation(); // each entry is propagated by itself
  const entry = c.db.lookupRead(argv, KEY);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const group = entry === NONE ? NONE : groupNamed(c, streams.of(entry), GROUP);
  if (group === NONE) return reply.error(errNoGroup(argumentText(argv, KEY), argumentText(argv, GROUP)));
  const options = new ClaimOptions(c.nowMs);
  const refusal = options.parse(c);
  if (refusal !== null) return reply.error(refusal);

  const stream = streams.of(entry);
  const movesOn = options.lastId.compare(streams.deliveredId(group, id)) > 0;
  if (movesOn) streams.setDeliveredId(group, options.lastId);
  const claims = new Claims(c, stream, group);
  const element = elementReplier(c);
  const mark = reply.deferred();
  let length = 0;
  for (let i = FIRST_ID; i < options.endOfIds; i++) {
    parseId(argv, i, id);
    if (!claims.claim(i, options)) continue;
    if (options.justId) replyId(c, id);
    else replyEntry(c, element);
    length++;
  }
  reply.setArrayLength(mark, length);
  if (movesOn && claims.propagated === 0) {
    propagateGroup(c, KEY, GROUP, group);
    c.keyspace.dirty++;
  }
  claims.end();
}

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID] */
export function xautoclaim(c: CommandContext): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  c.preventPropagation(); // each entry is propagated by itself
  const entry = c.db.lookupRead(argv, KEY); // counts whatever the arguments are
  const options = new ClaimOptions(c.nowMs);
  options.minIdleMs = argv.int(MIN_IDLE);
  if (Number.isNaN(options.minIdleMs)) return reply.error(errMinIdleTime('XAUTOCLAIM'));
  const cursor = new StreamId();
  const refusal = parseRangeEnd(argv, FIRST_ID, cursor, false);
  if (refusal !== null) return reply.error(refusal);
  let count = DEFAULT_COUNT;
  for (let i = FIRST_ID + 1; i < argv.count; i++) {
    if (argv.is(i, JUSTID_TOKEN)) options.justId = true;
    else if (argv.is(i, COUNT_TOKEN) && i + 1 < argv.count) {
      count = argv.int(++i);
      if (!(count >= 1 && count <= MAX_COUNT)) return reply.error(ERR_AUTOCLAIM_COUNT);
    } else return reply.error(ERR_SYNTAX);
  }
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const group = entry === NONE ? NONE : groupNamed(c, streams.of(entry), GROUP);
  if (group === NONE) return reply.error(errNoGroup(argumentText(argv, KEY), argumentText(argv, GROUP)));

  const claims = new Claims(c, streams.of(entry), group);
  const claimed: StreamId[] = [];
  const gone: StreamId[] = [];
  claimFrom(claims, cursor, options, count, claimed, gone);
  reply.array(3);
  replyId(c, cursor);
  reply.array(claimed.length);
  const element = elementReplier(c);
  streams.beginSeries();
  for (const claimedId of claimed) {
    if (options.justId) replyId(c, claimedId);
    else if (streams.seekOnward(claims.stream, claimedId)) replyEntry(c, element);
  }
  reply.array(gone.length);
  for (const goneId of gone) replyId(c, goneId);
  claims.end();
}

/**
 * Claims up to `count` of the pending entries from `cursor` on, which is moved to where the next call is to begin: 0-0
 * at the end. What no longer exists counts, and is no longer pending.
 */
function claimFrom(
  claims: Claims,
  cursor: StreamId,
  options: ClaimOptions,
  count: number,
  claimed: StreamId[],
  gone: StreamId[],
): void {
  const { streams } = claims;
  let attempts = count * ATTEMPTS;
  let more = streams.seekPendingFrom(claims.group, cursor);
  while (more && attempts > 0 && claimed.length + gone.length < count) {
    attempts--;
    streams.pendingId(id);
    if (claims.claim(0, options)) claimed.push(new StreamId().assign(id));
    else if (claims.hasForgotten) {
      gone.push(new StreamId().assign(id));
      more = streams.seekPendingFrom(claims.group, id);
      continue;
    }
    more = streams.nextPending();
  }
  if (more) streams.pendingId(cursor);
  else cursor.setLeast();
}

/** One command's claims of entries of one group. */
class Claims {
  /** Commands for pending entries that were propagated. */
  propagated = 0;
  /** Whether what was to be claimed last does not exist, and is no longer pending. */
  hasForgotten = false;
  readonly streams: Streams;
  private readonly consumer: number;
  private readonly isNew: boolean;
  private claimed = 0;

  constructor(
    private readonly c: CommandContext,
    readonly stream: number,
    readonly group: number,
  ) {
    this.streams = c.keyspace.streams;
    this.streams.beginSeries();
    const known = consumerNamed(c, group, CONSUMER);
    this.isNew = known === NONE;
    this.consumer = this.isNew ? this.streams.createConsumer(group, c.argv, CONSUMER, c.nowMs) : known;
    if (this.isNew) {
      c.keyspace.dirty++;
      c.notify(NOTIFY_STREAM, 'xgroup-createconsumer', KEY);
    } else this.streams.setSeenAt(known, c.nowMs);
  }

  /**
   * Claims the entry `id`; false when that is not to be. The position in the entries is at it then.
   * @param idArgument the argument that is the id, 0: there is none
   */
  claim(idArgument: number, options: ClaimOptions): boolean {
    const { c, streams, group, consumer } = this;
    const isPending = streams.seekPending(group, id);
    this.hasForgotten = false;
    if (!streams.seekOnward(this.stream, id)) {
      if (isPending) this.forget(idArgument);
      return false;
    }
    if (isPending) {
      if (options.minIdleMs > 0 && c.nowMs - streams.pendingSinceMs() < options.minIdleMs) return false;
      streams.givePending(id, consumer);
    } else if (options.force) streams.addPending(group, consumer, id, options.sinceMs);
    else return false;
    streams.setPendingSince(options.sinceMs);
    if (options.deliveries !== null) streams.setDeliveries(options.deliveries);
    else if (!options.justId) streams.countDelivery();
    streams.setActiveAt(consumer, c.nowMs);
    this.propagate(idArgument);
    this.claimed++;
    return true;
  }

  /** Whoever gets nothing by these claims has to be known all the same. */
  end(): void {
    if (this.isNew && this.claimed === 0) propagateConsumer(this.c, KEY, GROUP);
  }

  /** An entry that was deleted is not pending any more. */
  private forget(idArgument: number): void {
    this.hasForgotten = true;
    this.propagate(idArgument);
    this.streams.removePending(this.group, id);
  }

  private propagate(idArgument: number): void {
    propagateClaim(this.c, KEY, this.group, idArgument, id);
    this.propagated++;
    this.c.keyspace.dirty++; // no more: it is no change of the key for who watches it
  }
}
