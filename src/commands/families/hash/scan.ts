/** HSCAN: the fields of a hash, page by page. */
import { NONE } from '../../../keyspace/record.js';
import { type Argv, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_INVALID_CURSOR } from '../../errors.js';
import { NO_CURSOR, SCAN_COUNT, SCAN_MATCH, ScanOptions, scanCursor } from '../../scan-arguments.js';
import { hashToRead, OTHER_TYPE } from './lookup.js';

const OPTIONS = new OptionTable({ MATCH: SCAN_MATCH, COUNT: SCAN_COUNT, NOVALUES: 3 });

/** The options of HSCAN: those of all scans, and NOVALUES. */
class FieldScanOptions extends ScanOptions {
  withValues = true;

  protected override take(_argv: Argv, _option: number, _i: number): number {
    this.withValues = false;
    return 1;
  }
}

/** The order of checks is Redis': the cursor, the key, the options, which nobody looks at where there is no key. */
export function hscan(c: CommandContext): void {
  const { argv, reply } = c;
  const { hashes } = c.keyspace;
  let cursor = scanCursor(argv, 2);
  if (cursor === NO_CURSOR) return reply.error(ERR_INVALID_CURSOR);
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  const options = new FieldScanOptions();
  const refusal = entry === NONE ? null : options.parse(argv, 3, OPTIONS);
  if (refusal !== null) return reply.error(refusal);
  reply.array(2);
  if (entry === NONE) {
    reply.bulkInt(0);
    return reply.emptyArray();
  }
  // The cursor is answered first and known last: what goes behind it is kept until then.
  const found: Uint8Array[] = [];
  let seen = 0;
  let { steps } = options;
  do {
    cursor = hashes.scan(entry, cursor, (pair) => {
      seen++;
      const { bytes, from, length, valueBytes, valueFrom, valueLength } = pair;
      if (!options.matches(bytes, from, length)) return;
      found.push(bytes.slice(from, from + length));
      if (options.withValues) found.push(valueBytes.slice(valueFrom, valueFrom + valueLength));
    });
  } while (cursor !== 0 && --steps > 0 && seen < options.count);
  reply.bulkInt(cursor);
  reply.array(found.length);
  for (const bytes of found) reply.bulkBytes(bytes);
}
