/** HINCRBY and HINCRBYFLOAT. The expire time of a field stays. */
import { type Entry, NONE, TYPE_HASH } from '../../../keyspace/record.js';
import { NO_FIELD_EXPIRE } from '../../../types/hash-layout.js';
import {
  addLongDouble,
  formatLongDouble,
  isFiniteLongDouble,
  longDoubleFromNumber,
  parseLongDouble,
} from '../../../util/long-double.js';
import { parseBigInt64, parseInt64, writeInt } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_HASH_NOT_FLOAT,
  ERR_HASH_NOT_INTEGER,
  ERR_INCREMENT_OVERFLOW,
  ERR_INFINITE,
  ERR_NAN_OR_INFINITY,
  ERR_NOT_FLOAT,
  ERR_NOT_INTEGER,
} from '../../errors.js';
import { NOTIFY_HASH } from '../../events.js';
import { findField, hashToWrite, hasUnseenFields, OTHER_TYPE } from './lookup.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Texts of so many bytes are no floats, whatever they begin with: there is no need to look at more. */
const TOO_LONG_FOR_FLOAT = 5 * 1024;

/** @hot Sums that doubles cannot hold go through {@link addExactly}. */
export function hincrby(c: CommandContext): void {
  const { argv, reply, scratch } = c;
  const increment = argv.int(3);
  if (Number.isNaN(increment)) return reply.error(ERR_NOT_INTEGER);
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  const isFound = entry !== NONE && findField(c, entry, 2);
  const { pair } = c.keyspace.hashes;
  const value = isFound ? parseInt64(pair.valueBytes, pair.valueFrom, pair.valueLength) : 0;
  if (Number.isNaN(value)) return reply.error(ERR_HASH_NOT_INTEGER);
  const sum = value + increment;
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(increment) || !Number.isSafeInteger(sum)) {
    return addExactly(c, entry, isFound);
  }
  store(c, entry, isFound, writeInt(scratch, 0, sum), 'hincrby');
  reply.int(sum);
}

/** {@link hincrby} beyond 2^53, where it refuses to leave int64. All that it adds are integers. */
function addExactly(c: CommandContext, entry: Entry, isFound: boolean): void {
  const { argv, reply, scratch } = c;
  const { pair } = c.keyspace.hashes;
  const value = isFound ? (parseBigInt64(pair.valueBytes, pair.valueFrom, pair.valueLength) ?? 0n) : 0n;
  const sum = value + (argv.bigint(3) ?? 0n);
  if (sum < INT64_MIN || sum > INT64_MAX) return reply.error(ERR_INCREMENT_OVERFLOW);
  store(c, entry, isFound, scratch.write(String(sum), 0, 'latin1'), 'hincrby');
  reply.bigint(sum);
}

/** Adds in 80-bit floating point, as Redis does, and propagates the sum: other machines may round otherwise. */
export function hincrbyfloat(c: CommandContext): void {
  const { argv, reply } = c;
  const increment = parseLongDouble(argv.bytes, argv.offset(3), argv.length(3));
  if (increment === null) return reply.error(ERR_NOT_FLOAT);
  if (!isFiniteLongDouble(increment)) return reply.error(ERR_INFINITE);
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  const isFound = entry !== NONE && findField(c, entry, 2);
  const { pair } = c.keyspace.hashes;
  const value = isFound
    ? parseLongDouble(pair.valueBytes, pair.valueFrom, Math.min(pair.valueLength, TOO_LONG_FOR_FLOAT))
    : longDoubleFromNumber(0);
  if (value === null) return reply.error(ERR_HASH_NOT_FLOAT);
  const sum = addLongDouble(value, increment);
  if (!isFiniteLongDouble(sum)) return reply.error(ERR_NAN_OR_INFINITY);

  const text = formatLongDouble(sum);
  const { expireAt } = pair;
  c.ensureScratch(text.length);
  store(c, entry, isFound, c.scratch.write(text, 0, 'latin1'), 'hincrbyfloat');
  c.propagateInstead().text('HSET').borrow(argv, 1).borrow(argv, 2).text(text);
  if (isFound && expireAt !== NO_FIELD_EXPIRE) {
    // Setting a field takes its expire time.
    c.propagateAlso().text('HPEXPIREAT').arg(argv, 1).int(expireAt).text('FIELDS').int(1).arg(argv, 2);
  }
  reply.bulkText(text);
}

/**
 * @hot Stores the first `length` bytes of the scratch buffer in the field that is argument 2, which may have been
 * found.
 */
function store(c: CommandContext, entry: Entry, isFound: boolean, length: number, event: string): void {
  const { argv, keyspace, scratch, scratchView } = c;
  const { hashes } = keyspace;
  if (isFound) hashes.setFound(entry, scratch, scratchView, 0, length);
  else {
    if (hasUnseenFields(c, entry)) {
      c.propagateInstead().text('HSET').borrow(argv, 1).borrow(argv, 2).copy(scratch, 0, length);
    }
    const holder = entry === NONE ? keyspace.detached(TYPE_HASH) : entry;
    if (entry === NONE) hashes.init(holder);
    const offset = argv.offset(2);
    hashes.set(holder, argv.bytes, argv.view, offset, argv.length(2), scratch, scratchView, 0, length);
    if (entry === NONE) c.db.adopt(argv, 1, holder);
  }
  c.keyChanged(1);
  c.notify(NOTIFY_HASH, event, 1);
}
