/**
 * The arithmetic of BITFIELD: integers of 1 to 64 bits in a window of bytes, the first of which holds the field's first
 * bit.
 *
 * ```
 *   0      shift           shift + bits              40 or 72
 *   +------+----------------+------------------------+
 *   |      |  field         |                        |     big-endian: bit 0 is the highest of the first byte
 *   +------+----------------+------------------------+
 *    shift = offset & 7
 * ```
 * Everything exists twice: for narrow fields with small operands in numbers and 5 bytes, for all others in bigints and
 * 9 bytes. The wide form is the plain one and right for every field; BITFIELD INCRBY u16 takes 1140 ns with it and 420
 * with the narrow one (Node 20, handler and executor alone). The tests compare both with the reference at every width
 * and shift.
 */

export const GET = 1;
export const SET = 2;
export const INCRBY = 3;

export const WRAP = 1;
export const SAT = 2;
export const FAIL = 3;

/** The widest field of the narrow form: what the operators of numbers work on. */
export const NARROW_BITS = 32;
/** The largest operand of the narrow form: added to a field, it stays an exact number. */
export const NARROW_VALUE = 2 ** 52;

/** One operation of a BITFIELD. */
export interface FieldOperation {
  /** GET, SET or INCRBY. */
  readonly kind: number;
  readonly signed: boolean;
  readonly bits: number;
  /** Where the field begins in the string, in bits. */
  readonly offset: number;
  /** Which of the two forms is used. */
  readonly isNarrow: boolean;
  /** The operand of SET and INCRBY in the narrow form. */
  readonly value: number;
  /** The operand of SET and INCRBY in the wide form: any int64. */
  readonly value64: bigint;
  /** WRAP, SAT or FAIL. */
  readonly overflow: number;
}

export function readNarrow(window: DataView, { offset, bits, signed }: FieldOperation): number {
  const shift = offset & 7;
  const head = window.getInt32(0) << shift;
  const top = shift === 0 ? head : head | (window.getUint8(4) >>> (8 - shift));
  return signed ? top >> (32 - bits) : top >>> (32 - bits);
}

export function writeNarrow(window: DataView, { offset, bits }: FieldOperation, value: number): void {
  const shift = offset & 7;
  const mask = -1 << (32 - bits);
  const top = value << (32 - bits);
  window.setInt32(0, (window.getInt32(0) & ~(mask >>> shift)) | (top >>> shift));
  // What does not fit the first four bytes; nothing where the shift is 0.
  window.setUint8(4, (window.getUint8(4) & ~(mask << (8 - shift))) | (top << (8 - shift)));
}

/** What SET or INCRBY makes of a field; NaN when that does not fit and OVERFLOW FAIL holds. */
export function newNarrow({ kind, signed, bits, value, overflow }: FieldOperation, old: number): number {
  const wanted = kind === INCRBY ? old + value : value;
  const top = wanted << (32 - bits); // the shift takes a number modulo 2^32
  const fitting = signed ? top >> (32 - bits) : top >>> (32 - bits);
  if (fitting === wanted || overflow === WRAP) return fitting;
  if (overflow === FAIL) return Number.NaN;
  const limit = 2 ** (signed ? bits - 1 : bits);
  // What SET stores in an unsigned field is taken for an unsigned number, which -1 makes the largest.
  const isBelow = wanted < 0 && (signed || kind === INCRBY);
  return isBelow ? (signed ? -limit : 0) : limit - 1;
}

const WIDE_WINDOW_BITS = 72;

export function readWide(window: DataView, operation: FieldOperation): bigint {
  return wrapped(operation, loadWide(window) >> bitsBehind(operation));
}

export function writeWide(window: DataView, operation: FieldOperation, value: bigint): void {
  const behind = bitsBehind(operation);
  const mask = ((1n << BigInt(operation.bits)) - 1n) << behind;
  const bits = (loadWide(window) & ~mask) | (BigInt.asUintN(operation.bits, value) << behind);
  window.setBigUint64(0, bits >> 8n);
  window.setUint8(8, Number(bits & 255n));
}

/** What SET or INCRBY makes of a field; null when that does not fit and OVERFLOW FAIL holds. */
export function newWide(operation: FieldOperation, old: bigint): bigint | null {
  const { kind, signed, bits, value64, overflow } = operation;
  // What SET stores in an unsigned field is taken for an unsigned number, which -1 makes the largest.
  const wanted = kind === INCRBY ? old + value64 : signed ? value64 : BigInt.asUintN(64, value64);
  const fitting = wrapped(operation, wanted);
  if (fitting === wanted || overflow === WRAP) return fitting;
  if (overflow === FAIL) return null;
  const limit = 1n << BigInt(signed ? bits - 1 : bits);
  return wanted > 0n || isTakenForLarge(operation, limit - 1n) ? limit - 1n : signed ? -limit : 0n;
}

/**
 * Redis takes the distance from a value to the field's maximum as an int64: where it is larger than one, SET with
 * OVERFLOW SAT stores the maximum for a number near -2^63 (checkSignedBitfieldOverflow of bitops.c, 7.0.15).
 */
function isTakenForLarge({ kind, value64 }: FieldOperation, max: bigint): boolean {
  return kind === SET && BigInt.asIntN(64, max - value64) < 0n;
}

/** The number that the field holds when it is given `value`. */
function wrapped({ signed, bits }: FieldOperation, value: bigint): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** Bits of the window to the right of the field. */
function bitsBehind({ offset, bits }: FieldOperation): bigint {
  return BigInt(WIDE_WINDOW_BITS - (offset & 7) - bits);
}

function loadWide(window: DataView): bigint {
  return (window.getBigUint64(0) << 8n) | BigInt(window.getUint8(8));
}
