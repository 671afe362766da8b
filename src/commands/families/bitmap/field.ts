/** BITFIELD and BITFIELD_RO: integers of 1 to 64 bits at any bit of a string. */
import type { Entry } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import { parseInt64 } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_BIT_OFFSET,
  ERR_BITFIELD_RO,
  ERR_BITFIELD_TYPE,
  ERR_NOT_INTEGER,
  ERR_OVERFLOW_TYPE,
  ERR_SYNTAX,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { isOtherType, resizeRaw, stringLength } from '../string/values.js';
import { BAD_OFFSET, fieldOffset } from './offset.js';

const GET = 1;
const SET = 2;
const INCRBY = 3;
const OVERFLOW = 4;
const WORDS = new OptionTable({ GET, SET, INCRBY, OVERFLOW });
/** Arguments that each word takes, by its number. */
const ARGUMENT_COUNTS = [0, 2, 3, 3, 1];

const WRAP = 1;
const SAT = 2;
const FAIL = 3;
const OVERFLOWS = new OptionTable({ WRAP, SAT, FAIL });

const SIGNED = 0x69; // i
const UNSIGNED = 0x75; // u

interface Operation {
  readonly kind: number;
  readonly signed: boolean;
  readonly bits: number;
  /** Where the field begins, in bits. */
  readonly offset: number;
  /** The int64 of SET and INCRBY. */
  readonly value64: bigint;
  readonly overflow: number;
}

export function bitfield(c: CommandContext): void {
  runOperations(c, false);
}

export function bitfieldRo(c: CommandContext): void {
  runOperations(c, true);
}

function runOperations(c: CommandContext, readOnly: boolean): void {
  const { argv, db, reply } = c;
  const operations: Operation[] = [];
  const refusal = parseOperations(c, operations);
  if (refusal !== null) return reply.error(refusal);
  const endBit = endOfWrites(operations);
  if (readOnly && endBit > 0) return reply.error(ERR_BITFIELD_RO);
  const entry = endBit > 0 ? db.lookupWrite(argv, 1) : db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = stringLength(c, entry);
  const neededSize = Math.ceil(endBit / 8);
  const field = new Field(c, endBit > 0 ? resizeRaw(c, 1, entry, Math.max(size, neededSize)) : entry);
  let changes = 0;
  reply.array(operations.length);
  for (const operation of operations) {
    if (field.run(operation) || (field.wrote && neededSize > size)) changes++;
  }
  if (changes === 0) return;
  c.keyChanged(1, changes);
  c.notify(NOTIFY_STRING, 'setbit', 1);
}

/** Fills `operations` with what the arguments say; returns why they are not valid. */
function parseOperations(c: CommandContext, operations: Operation[]): ErrorReply | null {
  const { argv } = c;
  let overflow = WRAP;
  for (let i = 2, kind = 0; i < argv.count; i += 1 + ARGUMENT_COUNTS[kind]!) {
    kind = argv.option(i, WORDS);
    if (kind === 0 || i + ARGUMENT_COUNTS[kind]! >= argv.count) return ERR_SYNTAX;
    if (kind === OVERFLOW) {
      overflow = argv.option(i + 1, OVERFLOWS);
      if (overflow === 0) return ERR_OVERFLOW_TYPE;
      continue;
    }
    const bits = fieldBits(c, i + 1);
    if (bits === 0) return ERR_BITFIELD_TYPE;
    const offset = fieldOffset(c, i + 2, bits);
    if (offset === BAD_OFFSET) return ERR_BIT_OFFSET;
    const value64 = kind === GET ? 0n : argv.bigint(i + 3);
    if (value64 === null) return ERR_NOT_INTEGER;
    operations.push({ kind, signed: argv.byte(i + 1, 0) === SIGNED, bits, offset, value64, overflow });
  }
  return null;
}

/** The width of a field's type, such as `i16`; 0 for what is no type. Unsigned ones end at 63: a reply is an int64. */
function fieldBits(c: CommandContext, i: number): number {
  const { argv } = c;
  if (argv.length(i) < 2) return 0;
  const sign = argv.byte(i, 0);
  if (sign !== SIGNED && sign !== UNSIGNED) return 0;
  const bits = parseInt64(argv.bytes, argv.offset(i) + 1, argv.length(i) - 1);
  return bits >= 1 && bits <= (sign === SIGNED ? 64 : 63) ? bits : 0; // NaN fails both
}

/** The bit behind the last field that is written, 0 when none is. */
function endOfWrites(operations: readonly Operation[]): number {
  let end = 0;
  for (const { kind, offset, bits } of operations) if (kind !== GET) end = Math.max(end, offset + bits);
  return end;
}

/** Bytes that a field of 64 bits may touch. */
const WINDOW_BYTES = 9;
const WINDOW_BITS = 72;

/**
 * Fields of one string. A field is read and written in a window of 9 bytes, taken as one 72-bit number:
 *
 * ```
 *   offset 0                offset+bits             72
 *   +------+----------------+------------------------+
 *   |      |  field         |                        |     the field is window >> (72 - shift - bits)
 *   +------+----------------+------------------------+
 *    shift = offset & 7
 * ```
 */
class Field {
  /** Whether the operation that ran last wrote to its field, be it the same value. */
  wrote = false;

  constructor(
    private readonly c: CommandContext,
    private readonly entry: Entry,
  ) {}

  /** Runs an operation and replies. Returns whether a field has another value now. */
  run(operation: Operation): boolean {
    const { reply } = this.c;
    const window = this.loadWindow(operation);
    const old = valueIn(window, operation);
    this.wrote = false;
    if (operation.kind === GET) {
      reply.bigint(old);
      return false;
    }
    const value = newValue(operation, old);
    if (value === null) {
      reply.null();
      return false;
    }
    this.storeWindow(operation, withValue(window, operation, value));
    this.wrote = true;
    reply.bigint(operation.kind === SET ? old : value);
    return old !== value;
  }

  private loadWindow({ offset }: Operation): bigint {
    const { db, scratch, scratchView } = this.c;
    const at = Math.floor(offset / 8);
    const available = this.availableBytes(at);
    if (available > 0) db.stringInto(this.entry, at, available, scratch, scratchView, 0);
    scratch.fill(0, available, WINDOW_BYTES);
    return (scratchView.getBigUint64(0) << 8n) | BigInt(scratch[8]!);
  }

  private storeWindow({ offset }: Operation, window: bigint): void {
    const { db, scratch, scratchView } = this.c;
    scratchView.setBigUint64(0, window >> 8n);
    scratch[8] = Number(window & 255n);
    const at = Math.floor(offset / 8);
    db.writeString(this.entry, at, scratch, scratchView, 0, this.availableBytes(at));
  }

  /** How many bytes of the window at byte `at` the string has. */
  private availableBytes(at: number): number {
    return Math.max(0, Math.min(WINDOW_BYTES, stringLength(this.c, this.entry) - at));
  }
}

/** Bits of the window to the right of the field. */
function bitsBehind({ offset, bits }: Operation): bigint {
  return BigInt(WINDOW_BITS - (offset & 7) - bits);
}

function valueIn(window: bigint, operation: Operation): bigint {
  return wrapped(operation, window >> bitsBehind(operation));
}

function withValue(window: bigint, operation: Operation, value: bigint): bigint {
  const behind = bitsBehind(operation);
  const mask = ((1n << BigInt(operation.bits)) - 1n) << behind;
  return (window & ~mask) | (BigInt.asUintN(operation.bits, value) << behind);
}

/** The number that the field holds when it is given `value`. */
function wrapped({ signed, bits }: Operation, value: bigint): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** What SET or INCRBY makes of a field; null when that does not fit and OVERFLOW FAIL holds. */
function newValue(operation: Operation, old: bigint): bigint | null {
  const { kind, signed, bits, value64, overflow } = operation;
  // What SET stores in an unsigned field is taken for an unsigned number, which -1 makes the largest.
  const wanted = kind === INCRBY ? old + value64 : signed ? value64 : BigInt.asUintN(64, value64);
  const fitting = wrapped(operation, wanted);
  if (fitting === wanted || overflow === WRAP) return fitting;
  if (overflow === FAIL) return null;
  const top = 1n << BigInt(signed ? bits - 1 : bits);
  return wanted > 0n || isTakenForLarge(operation, top - 1n) ? top - 1n : signed ? -top : 0n;
}

/**
 * Redis takes the distance from a value to the field's maximum as an int64: where it is larger than one, SET with
 * OVERFLOW SAT stores the maximum for a number near -2^63 (checkSignedBitfieldOverflow of bitops.c, 7.0.15).
 */
function isTakenForLarge({ kind, value64 }: Operation, max: bigint): boolean {
  return kind === SET && BigInt.asIntN(64, max - value64) < 0n;
}
