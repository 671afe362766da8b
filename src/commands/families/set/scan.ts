/** SSCAN: the members of a set, page by page. */
import { NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { MemberVisitor } from '../../../types/set.js';
import type { CommandContext } from '../../context.js';
import { ERR_INVALID_CURSOR, WRONGTYPE } from '../../errors.js';
import { NO_CURSOR, SCAN_COUNT, SCAN_MATCH, ScanOptions, scanCursor } from '../../scan-arguments.js';
import { isOtherType } from './values.js';

const OPTIONS = new OptionTable({ MATCH: SCAN_MATCH, COUNT: SCAN_COUNT });

/** The order of checks is Redis': the cursor, the key, the options, which nobody looks at where there is no key. */
export function sscan(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { sets } = c.keyspace;
  let cursor = scanCursor(argv, 2);
  if (cursor === NO_CURSOR) return reply.error(ERR_INVALID_CURSOR);
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE) {
    reply.array(2);
    reply.bulkInt(0);
    return reply.emptyArray();
  }
  const options = new ScanOptions();
  const refusal = options.parse(argv, 3, OPTIONS);
  if (refusal !== null) return reply.error(refusal);

  // A small set is answered in one step, wherever the cursor says to go on.
  const found: number[] = [];
  if (sets.isTable(entry)) {
    let { steps } = options;
    do cursor = sets.scan(entry, cursor, (block) => found.push(block));
    while (cursor !== 0 && --steps > 0 && found.length < options.count);
  } else cursor = 0;
  reply.array(2);
  reply.bulkInt(cursor);
  const mark = reply.deferred();
  let length = 0;
  const write: MemberVisitor = (bytes, view, from, bytesLength) => {
    if (!options.matches(bytes, from, bytesLength)) return;
    reply.bulk(bytes, view, from, bytesLength);
    length++;
  };
  if (sets.isTable(entry)) for (const block of found) sets.visitBlock(block, write);
  else sets.forEach(entry, write);
  reply.setArrayLength(mark, length);
}
