/** KEYS, SCAN, RANDOMKEY: the keys of a database, all of them, page by page, or any. */
import { EXPIRED_DELETE } from '../../../keyspace/database.js';
import { type Entry, NONE, type ValueType } from '../../../keyspace/record.js';
import { type Argv, OptionTable } from '../../../resp/index.js';
import type { ByteSpans } from '../../../util/byte-spans.js';
import { globMatchRange } from '../../../util/glob.js';
import type { CommandContext } from '../../context.js';
import { ERR_INVALID_CURSOR } from '../../errors.js';
import { NO_CURSOR, patternAt, SCAN_COUNT, SCAN_MATCH, ScanOptions, scanCursor } from '../../scan-arguments.js';
import { valueTypeNamed } from './inspect.js';

const OPTIONS = new OptionTable({ MATCH: SCAN_MATCH, COUNT: SCAN_COUNT, TYPE: 3 });

/** The options of SCAN: those of all scans, and TYPE. */
class KeyScanOptions extends ScanOptions {
  hasType = false;
  /** Null for a name that no type has: no key is of that. */
  type: ValueType | null = null;

  protected override take(argv: Argv, _option: number, i: number): number {
    if (i + 1 === argv.count) return 0;
    this.hasType = true;
    this.type = valueTypeNamed(argv, i + 1);
    return 2;
  }
}

/** How often RANDOMKEY tries to find a key that is not expired where expired ones may not be deleted. */
const RANDOM_TRIES = 100;

/** Expired keys are left out, but stay: the database must not change under the walk. */
export function keys(c: CommandContext): void {
  const { db, reply } = c;
  const pattern = patternAt(c.argv, 1);
  if (pattern === null && db.expires === 0) {
    // Nothing is left out, so the length is known, and a long reply need not be kept until its end.
    reply.array(db.size);
    db.forEach((entry) => {
      replyKey(c, c.keyspace.spansOf(db, entry));
    });
    return;
  }
  let count = 0;
  const mark = reply.deferred();
  db.forEach((entry) => {
    if (db.isExpired(entry)) return;
    const key = c.keyspace.spansOf(db, entry);
    if (!matches(pattern, key)) return;
    replyKey(c, key);
    count++;
  });
  reply.setArrayLength(mark, count);
}

function matches(pattern: Uint8Array | null, key: ByteSpans): boolean {
  return pattern === null || globMatchRange(pattern, key.bytes, 0, key.length(0), false);
}

function replyKey(c: CommandContext, key: ByteSpans): void {
  c.reply.bulk(key.bytes, key.view, 0, key.length(0));
}

/** The cursor is checked before the options, and these from left to right. */
export function scan(c: CommandContext): void {
  const { argv, db, reply } = c;
  let cursor = scanCursor(argv, 1);
  if (cursor === NO_CURSOR) return reply.error(ERR_INVALID_CURSOR);
  const options = new KeyScanOptions();
  const refusal = options.parse(argv, 2, OPTIONS);
  if (refusal !== null) return reply.error(refusal);

  const found: Entry[] = [];
  const { hasType, type } = options;
  let { steps } = options;
  do cursor = db.scan(cursor, (entry) => found.push(entry));
  while (cursor !== 0 && --steps > 0 && found.length < options.count);
  reply.array(2);
  reply.bulkInt(cursor);
  const mark = reply.deferred();
  let length = 0;
  for (const entry of found) {
    const key = c.keyspace.spansOf(db, entry);
    if (!options.matches(key.bytes, 0, key.length(0))) continue;
    const isGone = dropIfExpired(c, entry);
    // Looking at a key's type counts as it does for TYPE.
    if (hasType) db.countLookup(!isGone);
    if (isGone || (hasType && db.typeOf(entry) !== type)) continue;
    replyKey(c, c.keyspace.spansOf(db, entry));
    length++;
  }
  reply.setArrayLength(mark, length);
}

/** Whether an entry is expired for whoever asks; it is deleted where that is for this server to decide. */
function dropIfExpired(c: CommandContext, entry: Entry): boolean {
  if (!c.db.isExpired(entry)) return false;
  if (c.keyspace.expiredKeys === EXPIRED_DELETE) c.db.expireEntry(entry);
  return true;
}

/**
 * Where expired keys may not be deleted and all keys have a time to live, perhaps all of them are expired: then one is
 * answered nevertheless, as Redis does.
 */
export function randomkey(c: CommandContext): void {
  const { db, keyspace, reply } = c;
  let tries = RANDOM_TRIES;
  for (;;) {
    const entry = db.randomEntry();
    if (entry === NONE) return reply.null();
    if (!dropIfExpired(c, entry)) return replyKey(c, keyspace.spansOf(db, entry));
    const mayBeAll = keyspace.expiredKeys !== EXPIRED_DELETE && db.expires === db.size;
    if (mayBeAll && --tries === 0) return replyKey(c, keyspace.spansOf(db, entry));
  }
}
