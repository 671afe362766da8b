/** LLEN, LINDEX, LRANGE and LPOS: elements out, and where they are. */
import { NONE } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_LPOS_COUNT,
  ERR_LPOS_MAXLEN,
  ERR_LPOS_RANK,
  ERR_NOT_INTEGER,
  ERR_SYNTAX,
  WRONGTYPE,
} from '../../errors.js';
import { fromFront, isOtherType } from './values.js';

const RANK = 1;
const COUNT = 2;
const MAXLEN = 3;
const LPOS_OPTIONS = new OptionTable({ RANK, COUNT, MAXLEN });
const LEAST_INT64 = -(2n ** 63n);

/** @hot */
export function llen(c: CommandContext): void {
  const entry = c.db.lookupRead(c.argv, 1);
  if (isOtherType(c, entry)) return c.reply.error(WRONGTYPE);
  c.reply.int(entry === NONE ? 0 : c.keyspace.lists.length(entry));
}

/** @hot The key comes before the index: that is Redis' order. */
export function lindex(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return reply.null();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const given = argv.int(2);
  if (Number.isNaN(given)) return reply.error(ERR_NOT_INTEGER);
  const length = lists.length(entry);
  const index = fromFront(given, length);
  if (index < 0 || index >= length) return reply.null();
  lists.range(entry, index, 1, reply);
}

/** @hot Both ends count; what lies outside of the list is cut off. */
export function lrange(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const start = argv.int(2);
  const stop = argv.int(3);
  if (Number.isNaN(start) || Number.isNaN(stop)) return reply.error(ERR_NOT_INTEGER);
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return reply.emptyArray();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const length = lists.length(entry);
  const first = Math.max(0, fromFront(start, length));
  const last = Math.min(length - 1, fromFront(stop, length));
  if (first > last) return reply.emptyArray();
  reply.array(last - first + 1);
  lists.range(entry, first, last - first + 1, reply);
}

/** What LPOS asks for. */
interface Search {
  rank: number;
  /** How many positions the reply has at most, 0 for all; -1: it is one position, and no array. */
  count: number;
  maxLength: number;
}

export function lpos(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { lists } = c.keyspace;
  const search: Search = { rank: 1, count: -1, maxLength: 0 };
  const refusal = parseSearch(c, search);
  if (refusal !== null) return reply.error(refusal);
  const { rank, count, maxLength } = search;
  const isArray = count >= 0;
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return isArray ? reply.emptyArray() : reply.null();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const query = {
    fromFront: rank > 0,
    skipped: Math.abs(rank) - 1,
    most: isArray ? count || Number.POSITIVE_INFINITY : 1,
    mostCompared: maxLength || Number.POSITIVE_INFINITY,
  };
  const element = lists.wanted(argv.bytes, argv.view, argv.offset(2), argv.length(2));
  if (!isArray) {
    if (lists.positions(entry, element, query, reply) === 0) reply.null();
    return;
  }
  const mark = reply.deferred();
  reply.setArrayLength(mark, lists.positions(entry, element, query, reply));
}

/** Reads the options; returns what is wrong with the first that is. */
function parseSearch({ argv }: CommandContext, search: Search): ErrorReply | null {
  for (let i = 3; i < argv.count; i += 2) {
    const option = argv.option(i, LPOS_OPTIONS);
    if (option === 0 || i + 1 === argv.count) return ERR_SYNTAX;
    const number = argv.int(i + 1);
    switch (option) {
      case RANK:
        if (Number.isNaN(number)) return ERR_NOT_INTEGER;
        if (number === 0) return ERR_LPOS_RANK;
        // The least number has no opposite in 64 bits: for Redis no match is skipped then.
        search.rank = argv.bigint(i + 1) === LEAST_INT64 ? -1 : number;
        break;
      case COUNT:
        if (!(number >= 0)) return ERR_LPOS_COUNT;
        search.count = number;
        break;
      default:
        if (!(number >= 0)) return ERR_LPOS_MAXLEN;
        search.maxLength = number;
    }
  }
  return null;
}
