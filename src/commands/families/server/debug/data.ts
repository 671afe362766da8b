/** DEBUG subcommands that look at keys, values and indexes, and the one that makes many of them. */
import {
  bytesBeforeValue,
  ENCODING_INT,
  EXPIRES_HEADER_BYTES,
  HEADER_BYTES,
  NONE,
  TYPE_STRING,
} from '../../../../keyspace/record.js';
import { addValue, Digest, digestOfAll } from '../../../../observability/digest.js';
import { CommandBuilder, token } from '../../../../resp/index.js';
import type { LineStatistics } from '../../../../types/lines.js';
import { subcommandSyntaxError } from '../../../command-text.js';
import type { CommandContext } from '../../../context.js';
import {
  ERR_DEBUG_DATABASE,
  ERR_DEBUG_NOT_HASH_TABLE,
  ERR_DEBUG_NOT_SDS,
  ERR_MUST_BE_POSITIVE,
  ERR_NO_SUCH_KEY,
  ERR_NOT_INTEGER,
  OOM_SYSTEM,
} from '../../../errors.js';
import { ENCODING_NAMES, refcountOf } from '../../generic/object.js';
import { quicklistFields } from './lists.js';

const FAST = token('fast');
const FULL = token('full');

/** Whether the optional argument after the first one is there and is `word`; null when it is another. */
function optionalWord(c: CommandContext, word: Uint8Array): boolean | null {
  const { argv } = c;
  if (argv.count === 3) return false;
  return argv.is(3, word) ? true : null;
}

function syntaxError(c: CommandContext): void {
  c.reply.error(subcommandSyntaxError(c.argv));
}

/** With `fast` without the length that the value would have in a file. */
export function object(c: CommandContext): void {
  const { argv, db, reply } = c;
  const fast = optionalWord(c, FAST);
  if (fast === null) return syntaxError(c);
  const entry = db.findKept(argv, 2);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  // A reference counts units of 8 bytes and may be negative.
  const address = ((entry >>> 0) * 8).toString(16);
  const fields = [
    `Value at:0x${address}`,
    `refcount:${refcountOf(c, entry)}`,
    `encoding:${ENCODING_NAMES[db.encodingOf(entry)]}`,
    ...(fast ? [] : [`serializedlength:${c.payloads.bytesInFile(db, entry, c.config.rdbcompression)}`]),
    `lru:${db.clockOf(entry)}`,
    `lru_seconds_idle:${Math.floor(db.idleMsOf(entry) / 1000)}`,
    ...quicklistFields(c, entry),
  ];
  reply.simple(fields.join(' '));
}

export function sdslen(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.findKept(argv, 2);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (db.typeOf(entry) !== TYPE_STRING || db.encodingOf(entry) === ENCODING_INT) return reply.error(ERR_DEBUG_NOT_SDS);
  const keyLength = db.keyLength(entry);
  const length = db.stringLength(entry);
  const block = c.keyspace.arena.blockSize(entry);
  const before = bytesBeforeValue(keyLength, db.expireAtOf(entry) >= 0);
  // Key and value share a block: the room behind the value is the value's.
  reply.simple(
    `key_sds_len:${keyLength}, key_sds_avail:0, key_zmalloc: ${before}, ` +
      `val_sds_len:${length}, val_sds_avail:${block - before - length}, val_zmalloc: ${block - before}`,
  );
}

export function digest(c: CommandContext): void {
  c.reply.simple(digestOfAll(c.keyspace).toString());
}

/** Zeros for a key that is not there. */
export function digestValue(c: CommandContext): void {
  const { argv, db, reply } = c;
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) {
    const value = new Digest();
    const entry = db.findKept(argv, i);
    if (entry !== NONE) addValue(value, db, entry);
    reply.simple(value.toString());
  }
}

export function htstats(c: CommandContext): void {
  const { argv, keyspace, reply } = c;
  const full = optionalWord(c, FULL);
  if (full === null) return syntaxError(c);
  const number = argv.int(2);
  if (Number.isNaN(number)) return reply.error(ERR_NOT_INTEGER);
  if (number < 0 || number >= keyspace.databaseCount) return reply.error(ERR_DEBUG_DATABASE);
  const db = keyspace.db(number);
  let text = '[Dictionary HT]\n';
  if (db.size > 0) text += tableText(db.indexStatistics(), full);
  text += '[Expires HT]\n';
  // Expire times stand in the records: there is a wheel, and no table.
  if (db.expires > 0) text += `Timing wheel stats:\n number of elements: ${db.expires}\n`;
  reply.verbatim('txt', text);
}

function tableText(statistics: LineStatistics, full: boolean): string {
  const { lines, overflowLines, count, bytes, linesByLength, longestChain } = statistics;
  const head = `Hash table 0 stats (main hash table):\n table size: ${lines}\n number of elements: ${count}\n`;
  if (!full) return head;
  const filled = lines - (linesByLength[0] ?? 0);
  const average = filled === 0 ? 0 : count / filled;
  const distribution = linesByLength
    .map((n, length) => (n === 0 ? '' : `   ${length}: ${n} (${((100 * n) / lines).toFixed(2)}%)\n`))
    .join('');
  return (
    `${head} different slots: ${filled}\n max chain length: ${longestChain}\n` +
    ` avg chain length (counted): ${average.toFixed(2)}\n avg chain length (computed): ${average.toFixed(2)}\n` +
    ` overflow lines: ${overflowLines}\n bytes: ${bytes}\n Chain length distribution:\n${distribution}`
  );
}

export function htstatsKey(c: CommandContext): void {
  const { argv, db, keyspace, reply } = c;
  const full = optionalWord(c, FULL);
  if (full === null) return syntaxError(c);
  const entry = db.peek(argv, 2);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  const operations = db.typeOf(entry) === TYPE_STRING ? null : keyspace.values.operationsOf(entry);
  const statistics = operations?.tableStatistics?.(entry) ?? null;
  if (statistics === null) return reply.error(ERR_DEBUG_NOT_HASH_TABLE);
  reply.verbatim('txt', tableText(statistics, full));
}

/** What a buffer holds in every version of Node. */
const MOST_VALUE_BYTES = 2 ** 31 - 1;

/** Keys that are there stay as they are. What is made is not propagated: tests fill each server by itself. */
export function populate(c: CommandContext): void {
  const { argv, db, reply } = c;
  const count = argv.int(2);
  const size = argv.count > 4 ? argv.int(4) : 0;
  if (!(count >= 0) || !(size >= 0)) return reply.error(ERR_MUST_BE_POSITIVE);
  if (size > MOST_VALUE_BYTES) return reply.error(OOM_SYSTEM);
  const prefix = argv.count > 3 ? argv.text(3) : 'key';
  const key = new CommandBuilder();
  const padded = Buffer.alloc(size);
  for (let number = 0; number < count; number++) {
    key.begin().text(`${prefix}:${number}`);
    if (db.peek(key, 0) !== NONE) continue;
    const value = Buffer.from(`value:${number}`, 'latin1');
    if (size > 0) {
      padded.fill(0);
      value.copy(padded);
    }
    const bytes = size > 0 ? padded : value;
    db.setString(key, 0, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length, false);
    if (c.keyChangeListener !== null) c.keyChangeListener.keyChanged(db, key, 0, true);
  }
  reply.ok();
}

export function structsize(c: CommandContext): void {
  c.reply.bulkText(`bits:64 record:${HEADER_BYTES} expires:${EXPIRES_HEADER_BYTES - HEADER_BYTES} indexline:64 `);
}
