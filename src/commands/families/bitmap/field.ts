/** BITFIELD and BITFIELD_RO: integers of 1 to 64 bits at any bit of a string. */
import type { Entry } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
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
import { KEY_ACCESS, KEY_RO, KEY_RW, KEY_UPDATE, type KeyPositions } from '../../key-specs.js';
import { isOtherType, resizeRaw, stringLength } from '../string/values.js';
import {
  FAIL,
  type FieldOperation,
  GET,
  INCRBY,
  NARROW_BITS,
  NARROW_VALUE,
  newNarrow,
  newWide,
  readNarrow,
  readWide,
  SAT,
  SET,
  WRAP,
  writeNarrow,
  writeWide,
} from './field-value.js';
import { BAD_OFFSET, fieldOffset } from './offset.js';

const OVERFLOW = 4;
const WORDS = new OptionTable({ GET, SET, INCRBY, OVERFLOW });
/** Arguments that each word takes, by its number. */
const ARGUMENT_COUNTS = [0, 2, 3, 3, 1];
const OVERFLOWS = new OptionTable({ WRAP, SAT, FAIL });

const SIGNED = 0x69; // i
const UNSIGNED = 0x75; // u

export function bitfield(c: CommandContext): void {
  runOperations(c, false);
}

export function bitfieldRo(c: CommandContext): void {
  runOperations(c, true);
}

/** BITFIELD only reads its key when all its operations are GETs. What is no operation counts as a write. */
export function findKeysOfBitfield(argv: Argv, keys: KeyPositions): boolean {
  keys.add(1, onlyReads(argv) ? KEY_RO | KEY_ACCESS : KEY_RW | KEY_ACCESS | KEY_UPDATE);
  return true;
}

function onlyReads(argv: Argv): boolean {
  for (let i = 2; i < argv.count; ) {
    const kind = argv.option(i, WORDS);
    if (kind !== GET && kind !== OVERFLOW) return false;
    i += 1 + ARGUMENT_COUNTS[kind]!;
    if (i > argv.count) return false;
  }
  return true;
}

function runOperations(c: CommandContext, readOnly: boolean): void {
  const { argv, db, reply } = c;
  const operations: FieldOperation[] = [];
  const refusal = parseOperations(c, operations);
  if (refusal !== null) return reply.error(refusal);
  const endBit = endOfWrites(operations);
  if (readOnly && endBit > 0) return reply.error(ERR_BITFIELD_RO);
  const entry = endBit > 0 ? db.lookupWrite(argv, 1) : db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = stringLength(c, entry);
  const neededSize = Math.ceil(endBit / 8);
  const runner = new FieldRunner(c, endBit > 0 ? resizeRaw(c, 1, entry, Math.max(size, neededSize)) : entry);
  let changes = 0;
  reply.array(operations.length);
  for (const operation of operations) {
    if (runner.run(operation) || (runner.wrote && neededSize > size)) changes++;
  }
  if (changes === 0) return;
  c.keyChanged(1, changes);
  c.notify(NOTIFY_STRING, 'setbit', 1);
}

/** Fills `operations` with what the arguments say; returns why they are not valid. */
function parseOperations(c: CommandContext, operations: FieldOperation[]): ErrorReply | null {
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
    const value = kind === GET ? 0 : argv.int(i + 3);
    if (Number.isNaN(value)) return ERR_NOT_INTEGER;
    const isNarrow = bits <= NARROW_BITS && Math.abs(value) <= NARROW_VALUE;
    const value64 = isNarrow || kind === GET ? 0n : argv.bigint(i + 3)!; // an integer, as the line above found
    const signed = argv.byte(i + 1, 0) === SIGNED;
    operations.push({ kind, signed, bits, offset, isNarrow, value, value64, overflow });
  }
  return null;
}

/**
 * The width of a field's type, such as `i16`; 0 for what is no type. Unsigned ones end at 63: a reply is an int64. As
 * for C, the text ends at its first NUL byte.
 */
function fieldBits(c: CommandContext, i: number): number {
  const { argv } = c;
  const sign = argv.length(i) > 0 ? argv.byte(i, 0) : 0;
  if (sign !== SIGNED && sign !== UNSIGNED) return 0;
  let end = 1;
  while (end < argv.length(i) && argv.byte(i, end) !== 0) end++;
  const bits = parseInt64(argv.bytes, argv.offset(i) + 1, end - 1);
  return bits >= 1 && bits <= (sign === SIGNED ? 64 : 63) ? bits : 0; // NaN fails both
}

/** The bit behind the last field that is written, 0 when none is. */
function endOfWrites(operations: readonly FieldOperation[]): number {
  let end = 0;
  for (const { kind, offset, bits } of operations) if (kind !== GET) end = Math.max(end, offset + bits);
  return end;
}

/** Bytes that a field may touch: 64 bits that do not begin with a byte. */
const WINDOW_BYTES = 9;

/** Runs operations on one string: a field is copied to the scratch buffer with the bytes around it, and back. */
class FieldRunner {
  /** Whether the operation that ran last wrote to its field, be it the same value. */
  wrote = false;
  private readonly c: CommandContext;
  private readonly entry: Entry;
  private readonly size: number;

  constructor(c: CommandContext, entry: Entry) {
    this.c = c;
    this.entry = entry;
    this.size = stringLength(c, entry);
  }

  /** Runs an operation and replies. Returns whether its field has another value now. */
  run(operation: FieldOperation): boolean {
    this.wrote = false;
    this.load(operation.offset);
    return operation.isNarrow ? this.runNarrow(operation) : this.runWide(operation);
  }

  private runNarrow(operation: FieldOperation): boolean {
    const { reply, scratchView } = this.c;
    const old = readNarrow(scratchView, operation);
    const value = operation.kind === GET ? old : newNarrow(operation, old);
    if (Number.isNaN(value)) {
      reply.null();
      return false;
    }
    if (operation.kind !== GET) {
      writeNarrow(scratchView, operation, value);
      this.store(operation.offset);
    }
    reply.int(operation.kind === SET ? old : value);
    return old !== value;
  }

  private runWide(operation: FieldOperation): boolean {
    const { reply, scratchView } = this.c;
    const old = readWide(scratchView, operation);
    const value = operation.kind === GET ? old : newWide(operation, old);
    if (value === null) {
      reply.null();
      return false;
    }
    if (operation.kind !== GET) {
      writeWide(scratchView, operation, value);
      this.store(operation.offset);
    }
    reply.bigint(operation.kind === SET ? old : value);
    return old !== value;
  }

  /** Copies the bytes from the field's first on to the scratch buffer, zeros where the string has none. */
  private load(offset: number): void {
    const { db, scratch, scratchView } = this.c;
    const at = Math.floor(offset / 8);
    const available = this.availableBytes(at);
    if (available > 0) db.stringInto(this.entry, at, available, scratch, scratchView, 0);
    for (let i = available; i < WINDOW_BYTES; i++) scratch[i] = 0;
  }

  private store(offset: number): void {
    const { db, scratch, scratchView } = this.c;
    const at = Math.floor(offset / 8);
    db.writeString(this.entry, at, scratch, scratchView, 0, this.availableBytes(at));
    this.wrote = true;
  }

  private availableBytes(at: number): number {
    return Math.max(0, Math.min(WINDOW_BYTES, this.size - at));
  }
}
