/** XRANGE and XREVRANGE. */
import { NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import { StreamId } from '../../../types/stream/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { isOtherType, NO_COUNT, replyRange } from './entries.js';
import { parseRangeEnd } from './ids.js';

const COUNT = token('count');

/** Scratch of the commands of this file. */
const start = new StreamId();
const end = new StreamId();

/** @hot XRANGE key start end [COUNT count] */
export function xrange(c: CommandContext): void {
  range(c, 2, 3, false);
}

/** @hot XREVRANGE key end start [COUNT count] */
export function xrevrange(c: CommandContext): void {
  range(c, 3, 2, true);
}

/** @hot The start is checked first, wherever it stands. */
function range(c: CommandContext, startArgument: number, endArgument: number, reverse: boolean): void {
  const { argv, reply } = c;
  const { streams } = c.keyspace;
  const refusal = parseRangeEnd(argv, startArgument, start, false) ?? parseRangeEnd(argv, endArgument, end, true);
  if (refusal !== null) return reply.error(refusal);
  let count = NO_COUNT;
  for (let i = 4; i < argv.count; i += 2) {
    if (i + 1 === argv.count || !argv.is(i, COUNT)) return reply.error(ERR_SYNTAX);
    count = argv.int(i + 1);
    if (Number.isNaN(count)) return reply.error(ERR_NOT_INTEGER);
    if (count < 0) count = 0;
  }
  const entry = c.db.lookupRead(argv, 1);
  if (entry === NONE) return reply.emptyArray();
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (count === 0) return reply.nullArray();
  const stream = streams.of(entry);
  streams.seekRange(stream, start, end, reverse);
  replyRange(c, count);
}
