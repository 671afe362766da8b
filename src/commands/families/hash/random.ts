/** HRANDFIELD: fields by chance. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import type { HashPair } from '../../../types/hash-layout.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_OUT_OF_RANGE, ERR_SYNTAX, errIntRange } from '../../errors.js';
import { hashToRead, OTHER_TYPE } from './lookup.js';

const WITHVALUES = token('withvalues');
/** Fields of a reply between two looks at whether its client is still there. */
const CHECK_EVERY = 1024;
const INT64_MAX = 2n ** 63n - 1n;

/** The order of checks is Redis': the count, its options, the range that they leave, the key. */
export function hrandfield(c: CommandContext): void {
  const { argv, reply } = c;
  if (argv.count === 2) return replyOne(c);
  const count = argv.int(2);
  if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
  const exact = argv.bigint(2) ?? 0n;
  if (exact < -INT64_MAX) return reply.error(errIntRange(-INT64_MAX, INT64_MAX));
  const withValues = argv.count === 4 && argv.is(3, WITHVALUES);
  if (argv.count > 3 && !withValues) return reply.error(ERR_SYNTAX);
  if (withValues && (exact < -INT64_MAX / 2n || exact > INT64_MAX / 2n)) return reply.error(ERR_OUT_OF_RANGE);
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  if (entry === NONE || count === 0) return reply.emptyArray();
  if (count < 0) replyAny(c, entry, -count, withValues);
  else replyDifferent(c, entry, count, withValues);
}

function replyOne(c: CommandContext): void {
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  const { hashes } = c.keyspace;
  if (entry === NONE || !hashes.random(entry, c.random)) return c.reply.null();
  replyPair(c, hashes.pair, false);
}

/** So many different fields, or all that there are. */
function replyDifferent(c: CommandContext, entry: Entry, count: number, withValues: boolean): void {
  const { hashes } = c.keyspace;
  const seen = hashes.seenCount(entry);
  beginReply(c, Math.min(count, seen), withValues);
  const write = (pair: HashPair): void => replyPair(c, pair, withValues);
  if (count >= seen) hashes.forEach(entry, write);
  else hashes.sample(entry, seen, count, c.random, write);
}

/**
 * So many fields of which each may be any. Ends early for a client that is cut off meanwhile, be it because it did not
 * read a reply without end.
 */
function replyAny(c: CommandContext, entry: Entry, count: number, withValues: boolean): void {
  const { client, random, reply } = c;
  const { hashes } = c.keyspace;
  if (hashes.seenCount(entry) === 0) return reply.emptyArray();
  beginReply(c, count, withValues);
  for (let i = 0; i < count; i++) {
    if (i % CHECK_EVERY === 0 && client.connection?.closed === true) return;
    hashes.random(entry, random);
    replyPair(c, hashes.pair, withValues);
  }
}

/** In RESP3 each field with its value is an array of its own. */
function beginReply(c: CommandContext, count: number, withValues: boolean): void {
  c.reply.array(withValues && c.reply.resp === 2 ? 2 * count : count);
}

function replyPair({ reply }: CommandContext, pair: HashPair, withValues: boolean): void {
  if (withValues && reply.resp === 3) reply.array(2);
  reply.bulk(pair.bytes, pair.view, pair.from, pair.length);
  if (withValues) reply.bulk(pair.valueBytes, pair.valueView, pair.valueFrom, pair.valueLength);
}
