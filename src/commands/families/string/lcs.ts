/** LCS: what two strings have in common. The algorithm stands in longest-common-subsequence.ts. */
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_LCS_LEN_AND_IDX, ERR_LCS_MEMORY, ERR_LCS_TYPE, ERR_NOT_INTEGER, ERR_SYNTAX } from '../../errors.js';
import { lcsLength, visitLcs } from './longest-common-subsequence.js';
import { copyOfString, isOtherType, stringLength } from './values.js';

const LEN = 1 << 0;
const IDX = 1 << 1;
const MINMATCHLEN = 1 << 2;
const WITHMATCHLEN = 1 << 3;
const OPTIONS = new OptionTable({ LEN, IDX, MINMATCHLEN, WITHMATCHLEN });

/**
 * Redis makes a table of 4 bytes a cell and refuses what would make it larger than `proto-max-bulk-len`. Our table
 * takes a bit a cell; the limit stays, since it also bounds the time.
 */
const CELL_BYTES = 4;

export function lcs(c: CommandContext): void {
  const { argv, db, reply } = c;
  const first = db.lookupRead(argv, 1);
  const second = db.lookupRead(argv, 2);
  if (isOtherType(c, first) || isOtherType(c, second)) return reply.error(ERR_LCS_TYPE);

  let options = 0;
  let minLength = 0;
  for (let i = 3; i < argv.count; i++) {
    const option = argv.option(i, OPTIONS);
    if (option === 0 || (option === MINMATCHLEN && ++i === argv.count)) return reply.error(ERR_SYNTAX);
    if (option === MINMATCHLEN) minLength = argv.int(i);
    if (Number.isNaN(minLength)) return reply.error(ERR_NOT_INTEGER);
    options |= option;
  }
  if ((options & LEN) !== 0 && (options & IDX) !== 0) return reply.error(ERR_LCS_LEN_AND_IDX);

  const tableBytes = (stringLength(c, first) + 1) * (stringLength(c, second) + 1) * CELL_BYTES;
  if (tableBytes > c.config.protoMaxBulkLen) return reply.error(ERR_LCS_MEMORY);
  const a = copyOfString(c, first);
  const b = copyOfString(c, second);
  if ((options & IDX) !== 0) replyMatches(c, a, b, minLength, (options & WITHMATCHLEN) !== 0);
  else if ((options & LEN) !== 0) reply.int(lcsLength(a, b));
  else replySubsequence(c, a, b);
}

/** The subsequence itself: its matches come last first, so that it is put together from its end. */
function replySubsequence(c: CommandContext, a: Uint8Array, b: Uint8Array): void {
  const common = new Uint8Array(Math.min(a.length, b.length));
  let from = common.length;
  visitLcs(a, b, (aFrom, _bFrom, length) => {
    from -= length;
    common.set(a.subarray(aFrom, aFrom + length), from);
  });
  c.reply.bulkBytes(common.subarray(from));
}

/** The ranges of the matches that are at least `minLength` long, with their lengths if `withLengths`. */
function replyMatches(c: CommandContext, a: Uint8Array, b: Uint8Array, minLength: number, withLengths: boolean): void {
  const { reply } = c;
  let count = 0;
  reply.map(2);
  reply.bulkText('matches');
  const mark = reply.deferred();
  const total = visitLcs(a, b, (aFrom, bFrom, length) => {
    if (length < minLength) return;
    count++;
    reply.array(withLengths ? 3 : 2);
    replyRange(c, aFrom, length);
    replyRange(c, bFrom, length);
    if (withLengths) reply.int(length);
  });
  reply.setArrayLength(mark, count);
  reply.bulkText('len');
  reply.int(total);
}

function replyRange(c: CommandContext, from: number, length: number): void {
  c.reply.array(2);
  c.reply.int(from);
  c.reply.int(from + length - 1);
}
