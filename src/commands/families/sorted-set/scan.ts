/** ZSCAN: the members of a sorted set, page by page. */
import { NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { SortedSetCursor } from '../../../types/sorted-set-reader.js';
import { ENCODING_LISTPACK } from '../../../types/value.js';
import { formatDouble17 } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import { ERR_INVALID_CURSOR, WRONGTYPE } from '../../errors.js';
import { NO_CURSOR, SCAN_COUNT, SCAN_MATCH, ScanOptions, scanCursor } from '../../scan-arguments.js';
import { isOtherType } from './values.js';

const OPTIONS = new OptionTable({ MATCH: SCAN_MATCH, COUNT: SCAN_COUNT });

/** The cursor is checked before the key, and the options after it. */
export function zscan(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { zsets } = c.keyspace;
  let cursor = scanCursor(argv, 2);
  if (cursor === NO_CURSOR) return reply.error(ERR_INVALID_CURSOR);
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) {
    reply.array(2);
    reply.bulkInt(0);
    return reply.emptyArray();
  }
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const options = new ScanOptions();
  const refusal = options.parse(argv, 3, OPTIONS);
  if (refusal !== null) return reply.error(refusal);

  // The next cursor comes first, and is known last.
  const isPacked = db.encodingOf(entry) === ENCODING_LISTPACK;
  const found: Buffer[] = [];
  const scores: string[] = [];
  let seen = 0;
  let { steps } = options;
  const visit = (at: SortedSetCursor): void => {
    seen++;
    if (!options.matches(at.bytes, at.from, at.length)) return;
    found.push(Buffer.from(at.bytes.slice(at.from, at.from + at.length)));
    scores.push(scoreText(at.score, isPacked));
  };
  do cursor = zsets.scan(entry, cursor, visit);
  while (cursor !== 0 && --steps > 0 && seen < options.count);
  reply.array(2);
  reply.bulkInt(cursor);
  reply.array(found.length * 2);
  found.forEach((member, i) => {
    reply.bulkBytes(member);
    reply.bulkText(scores[i]!);
  });
}

/** Scores as ZSCAN shows them: with 17 digits, but integers of small sets in full, as those have them. */
function scoreText(score: number, isPacked: boolean): string {
  if (isPacked && Number.isInteger(score) && Math.abs(score) <= 2 ** 62) return String(BigInt(score));
  return formatDouble17(score);
}
