/**
 * HyperLogLogs: how many different elements were added, within 0.81 %, in 12 KiB at most. Their bytes are those of
 * Redis' hyperloglog.c, which stores them as strings: whoever reads one with GET can write it to another server with
 * SET.
 *
 * ```
 *   0      4          5         8                16
 *   +------+----------+---------+----------------+-- --+
 *   | HYLL | encoding | 0  0  0 | cardinality    | ... |     cardinality: little-endian, bit 63 says that it is out of date
 *   +------+----------+---------+----------------+-- --+
 *
 *   dense (0)    16384 registers of 6 bits, the lowest bits of a byte first
 *   sparse (1)   00nnnnnn             n + 1 registers that are 0: 1 to 64
 *                01nnnnnn nnnnnnnn    the same: 1 to 16384
 *                1vvvvvnn             n + 1 registers (1 to 4) that are v + 1: 1 to 32
 * ```
 * 1. Register i is the most leading zeros, counted from 1, that the hash of an element for it had.
 * 2. A sparse one has an opcode for every register, in order. Neighbours with the same value are joined where a change
 *    was made, up to five opcodes further on, so that the bytes are those that Redis has after the same additions.
 * 3. It becomes dense when a register exceeds 32, or when it would exceed `hll-sparse-max-bytes`.
 *
 * The estimate is Otmar Ertl's, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), section 4.
 */
import { murmurHash64A } from '../util/murmur-hash.js';

export const HLL_REGISTERS = 16384;
export const HLL_HEADER_BYTES = 16;
/** Bytes of a dense one: the longest that there is. */
export const HLL_DENSE_BYTES = HLL_HEADER_BYTES + (HLL_REGISTERS * 6) / 8;

const MAGIC = [0x48, 0x59, 0x4c, 0x4c];
const ENCODING_AT = 4;
const CARDINALITY_AT = 8;
const DENSE = 0;
const SPARSE = 1;

const INDEX_BITS = 14;
const INDEX_MASK = HLL_REGISTERS - 1;
/** Bits of the hash behind the index: a register is at most one more. */
const RANK_BITS = 64 - INDEX_BITS;
const HASH_SEED = 0xadc83b19;

const XZERO = 0x40;
const VALUE = 0x80;
const MAX_ZERO_RUN = 64;
const MAX_VALUE_RUN = 4;
const MAX_SPARSE_VALUE = 32;
/** Opcodes that are looked at for joining, from the one before a change on. */
const JOINED_OPCODES = 5;
/** Bytes that one change may add to a sparse one. */
const MAX_GROWTH = 3;

/** What a change of a register did. */
export const HLL_UNCHANGED = 0;
export const HLL_CHANGED = 1;
/** The bytes are not what Redis would have written. */
export const HLL_CORRUPT = -1;

/** 1 / (2 ln 2). */
const ALPHA_INFINITY = 0.7213475204444817;

/** Whether `length` bytes at `from` may be a HyperLogLog: its registers are not looked at. */
export function isHyperLogLog(view: DataView, from: number, length: number): boolean {
  if (length < HLL_HEADER_BYTES) return false;
  for (let i = 0; i < MAGIC.length; i++) if (view.getUint8(from + i) !== MAGIC[i]) return false;
  const encoding = view.getUint8(from + ENCODING_AT);
  return encoding === SPARSE || (encoding === DENSE && length === HLL_DENSE_BYTES);
}

/** One HyperLogLog at a time, in bytes of its own: whoever stores it copies them in and out. */
export class HyperLogLog {
  /** `bytes[0, size)`. A sparse one that somebody made may be longer than any of ours. */
  bytes: Uint8Array = new Uint8Array(HLL_DENSE_BYTES + MAX_GROWTH);
  view: DataView = new DataView(this.bytes.buffer);
  size = 0;
  /** Bytes from here on differ from what was loaded. */
  changedFrom = 0;
  /** Up to here, without what the size has changed by. */
  changedTo = 0;
  private readonly hash = new Int32Array(2);
  private readonly histogram = new Int32Array(64);

  /** Makes room for one of `length` bytes, which the caller writes to `bytes` next. */
  begin(length: number): void {
    if (length + MAX_GROWTH > this.bytes.length) {
      this.bytes = new Uint8Array(length + MAX_GROWTH);
      this.view = new DataView(this.bytes.buffer);
    }
    this.size = length;
    this.changedFrom = length;
    this.changedTo = 0;
  }

  /** An empty one: sparse, one opcode for all registers. */
  create(): void {
    this.begin(HLL_HEADER_BYTES + 2);
    const { bytes } = this;
    bytes.fill(0, 0, HLL_HEADER_BYTES);
    bytes.set(MAGIC);
    bytes[ENCODING_AT] = SPARSE;
    writeZeros(bytes, HLL_HEADER_BYTES, HLL_REGISTERS);
    this.changed(0, this.size);
  }

  get isDense(): boolean {
    return this.bytes[ENCODING_AT] === DENSE;
  }

  // --- Registers ----------------------------------------------------------------------------------------------------

  /**
   * Adds the element `bytes[from, from + length)`: HLL_CHANGED when a register changed. O(length), O(size) when sparse.
   * @param most bytes of a sparse one, the header included
   */
  add(bytes: Uint8Array, view: DataView, from: number, length: number, most: number): number {
    const { hash } = this;
    murmurHash64A(bytes, view, from, length, HASH_SEED, hash);
    const low = hash[0]!;
    const high = hash[1]!;
    // Bits 14 to 63, and a one behind them so that there is one at all.
    const rankLow = (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS));
    const rankHigh = (high >>> INDEX_BITS) | (1 << (RANK_BITS - 32));
    const zeros = rankLow !== 0 ? trailingZeros(rankLow) : 32 + trailingZeros(rankHigh);
    return this.raise(low & INDEX_MASK, zeros + 1, most);
  }

  /** Sets a register to `value` if that is more than it has. O(1), O(size) when sparse. */
  raise(index: number, value: number, most: number): number {
    return this.isDense ? this.raiseDense(index, value) : this.raiseSparse(index, value, most);
  }

  /** Turns it into a dense one; false when its bytes are not those of a HyperLogLog. O(registers). */
  toDense(): boolean {
    if (this.isDense) return true;
    const dense = new Uint8Array(HLL_DENSE_BYTES + MAX_GROWTH);
    dense.set(this.bytes.subarray(0, HLL_HEADER_BYTES));
    dense[ENCODING_AT] = DENSE;
    let index = 0;
    const isWhole = this.visitSparse((value, run) => {
      if (value > 0) for (let i = index; i < index + run; i++) writeRegister(dense, i, value);
      index += run;
    });
    if (!isWhole) return false;
    this.bytes = dense;
    this.view = new DataView(dense.buffer);
    this.size = HLL_DENSE_BYTES;
    this.changed(0, HLL_DENSE_BYTES);
    return true;
  }

  /**
   * Raises each of `registers` to what it is here, where that is more; false when the bytes are corrupt. O(registers).
   */
  mergeInto(registers: Uint8Array): boolean {
    let index = 0;
    if (this.isDense) {
      for (; index < HLL_REGISTERS; index++) {
        const value = readRegister(this.bytes, index);
        if (value > registers[index]!) registers[index] = value;
      }
      return true;
    }
    return this.visitSparse((value, run) => {
      for (let i = index; value > 0 && i < index + run; i++) if (value > registers[i]!) registers[i] = value;
      index += run;
    });
  }

  /** The opcodes of a sparse one as PFDEBUG DECODE shows them; null when the bytes are corrupt. O(size). */
  decode(): string | null {
    const parts: string[] = [];
    const isWhole = this.visitSparse((value, run, opcode) => {
      parts.push(value > 0 ? `v:${value},${run}` : `${opcode < XZERO ? 'z' : 'Z'}:${run}`);
    });
    return isWhole ? parts.join(' ') : null;
  }

  // --- Cardinality --------------------------------------------------------------------------------------------------

  /** The cardinality that was stored with it, to the nearest double; -1 when that is out of date. */
  get stored(): number {
    const high = this.view.getUint32(CARDINALITY_AT + 4, true);
    return high >= 0x8000_0000 ? -1 : high * 2 ** 32 + this.view.getUint32(CARDINALITY_AT, true);
  }

  /** The cardinality that was stored, which is not out of date: any number of 63 bits, if somebody wrote it. */
  get storedExactly(): bigint {
    return this.view.getBigUint64(CARDINALITY_AT, true);
  }

  /** Stores the cardinality with it. */
  store(cardinality: number): void {
    this.view.setUint32(CARDINALITY_AT, cardinality % 2 ** 32, true);
    this.view.setUint32(CARDINALITY_AT + 4, Math.floor(cardinality / 2 ** 32), true);
    this.changed(CARDINALITY_AT, CARDINALITY_AT + 8);
  }

  /** Marks what was stored as out of date. */
  invalidate(): void {
    this.bytes[CARDINALITY_AT + 7]! |= 0x80;
    this.changed(CARDINALITY_AT + 7, CARDINALITY_AT + 8);
  }

  /** Estimates the cardinality; -1 when the bytes are corrupt. O(registers). */
  count(): number {
    const { histogram } = this;
    histogram.fill(0);
    if (this.isDense) for (let i = 0; i < HLL_REGISTERS; i++) histogram[readRegister(this.bytes, i)]!++;
    else if (!this.visitSparse((value, run) => (histogram[value]! += run))) return -1;
    return estimate(histogram);
  }

  // --- Dense --------------------------------------------------------------------------------------------------------

  private raiseDense(index: number, value: number): number {
    if (readRegister(this.bytes, index) >= value) return HLL_UNCHANGED;
    writeRegister(this.bytes, index, value);
    const at = HLL_HEADER_BYTES + ((index * 6) >>> 3);
    this.changed(at, at + 2);
    return HLL_CHANGED;
  }

  // --- Sparse -------------------------------------------------------------------------------------------------------

  private raiseSparse(index: number, value: number, most: number): number {
    if (value > MAX_SPARSE_VALUE) return this.promote(index, value);
    const { bytes, size } = this;
    let at = HLL_HEADER_BYTES;
    let before = at;
    let first = 0;
    let run = 0;
    for (; at < size; at += opcodeBytes(bytes[at]!)) {
      run = runOf(bytes, at);
      if (index < first + run) break;
      before = at;
      first += run;
    }
    if (at >= size) return HLL_CORRUPT;
    const old = valueOfOpcode(bytes[at]!);
    if (old >= value) return HLL_UNCHANGED;
    if (run === 1) {
      writeValues(bytes, at, value, 1);
      this.changed(at, at + 1);
    } else if (!this.splitRun(at, old, value, index - first, first + run - 1 - index, most))
      return this.promote(index, value);
    this.join(before);
    return HLL_CHANGED;
  }

  /** Puts `value` in the middle of the run at `at`; false when there is no room for the opcodes that this needs. */
  private splitRun(at: number, old: number, value: number, left: number, right: number, most: number): boolean {
    const { bytes, size } = this;
    const there = opcodeBytes(bytes[at]!);
    const bytesFor = (run: number): number => (run === 0 ? 0 : old === 0 && run > MAX_ZERO_RUN ? 2 : 1);
    const growth = bytesFor(left) + 1 + bytesFor(right) - there;
    if (growth > 0 && size + growth > most) return false;
    bytes.copyWithin(at + there + growth, at + there, size);
    let to = writeRun(bytes, at, old, left);
    writeValues(bytes, to++, value, 1);
    writeRun(bytes, to, old, right);
    this.size = size + growth;
    this.changed(at, growth === 0 ? at + there : this.size);
    return true;
  }

  /** Joins neighbours with the same value, from the opcode at `from` on. */
  private join(from: number): void {
    const { bytes } = this;
    let at = from;
    for (let left = JOINED_OPCODES; at < this.size && left > 0; left--) {
      const opcode = bytes[at]!;
      if (opcode >= VALUE && at + 1 < this.size && bytes[at + 1]! >= VALUE) {
        const value = valueOfOpcode(opcode);
        const run = runOf(bytes, at) + runOf(bytes, at + 1);
        if (value === valueOfOpcode(bytes[at + 1]!) && run <= MAX_VALUE_RUN) {
          writeValues(bytes, at + 1, value, run);
          bytes.copyWithin(at, at + 1, this.size);
          this.size--;
          this.changed(at, this.size);
          continue; // what was joined may be joined with what is behind it
        }
      }
      at += opcodeBytes(opcode);
    }
  }

  private promote(index: number, value: number): number {
    return this.toDense() ? this.raiseDense(index, value) : HLL_CORRUPT;
  }

  /** Visits the runs; false when they are not those of all registers. O(size). */
  private visitSparse(visit: (value: number, run: number, opcode: number) => void): boolean {
    const { bytes, size } = this;
    let index = 0;
    for (let at = HLL_HEADER_BYTES; at < size; ) {
      const opcode = bytes[at]!;
      const run = runOf(bytes, at);
      at += opcodeBytes(opcode);
      if (index + run > HLL_REGISTERS || at > size) return false;
      visit(valueOfOpcode(opcode), run, opcode);
      index += run;
    }
    return index === HLL_REGISTERS;
  }

  private changed(from: number, to: number): void {
    this.changedFrom = Math.min(this.changedFrom, from);
    this.changedTo = Math.max(this.changedTo, to);
  }
}

// --- Registers of 6 bits
// ----------------------------------------------------------------------------------------------

function readRegister(bytes: Uint8Array, index: number): number {
  const bit = index * 6;
  const at = HLL_HEADER_BYTES + (bit >>> 3);
  return ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >>> (bit & 7)) & 0x3f;
}

function writeRegister(bytes: Uint8Array, index: number, value: number): void {
  const bit = index * 6;
  const at = HLL_HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  const pair = ((bytes[at]! | (bytes[at + 1]! << 8)) & ~(0x3f << shift)) | (value << shift);
  bytes[at] = pair;
  if (shift > 2) bytes[at + 1] = pair >>> 8;
}

// --- Opcodes
// ----------------------------------------------------------------------------------------------------------

function opcodeBytes(opcode: number): number {
  return (opcode & 0xc0) === XZERO ? 2 : 1;
}

/** How many registers the opcode at `at` is for. */
function runOf(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at]!;
  if (opcode >= VALUE) return (opcode & 3) + 1;
  if (opcode < XZERO) return opcode + 1;
  return (((opcode & 0x3f) << 8) | bytes[at + 1]!) + 1;
}

function valueOfOpcode(opcode: number): number {
  return opcode < VALUE ? 0 : ((opcode >>> 2) & 0x1f) + 1;
}

/** Writes the opcode of `run` registers, none for 0; returns the position behind it. */
function writeRun(bytes: Uint8Array, at: number, value: number, run: number): number {
  if (run === 0) return at;
  return value === 0 ? writeZeros(bytes, at, run) : writeValues(bytes, at, value, run);
}

function writeZeros(bytes: Uint8Array, at: number, run: number): number {
  if (run <= MAX_ZERO_RUN) {
    bytes[at] = run - 1;
    return at + 1;
  }
  bytes[at] = XZERO | ((run - 1) >>> 8);
  bytes[at + 1] = run - 1;
  return at + 2;
}

function writeValues(bytes: Uint8Array, at: number, value: number, run: number): number {
  bytes[at] = VALUE | ((value - 1) << 2) | (run - 1);
  return at + 1;
}

// --- The estimate
// -----------------------------------------------------------------------------------------------------

/** The cardinality of registers whose merged values are these. O(registers). */
export function estimateOf(registers: Uint8Array): number {
  const histogram = new Int32Array(64);
  for (const value of registers) histogram[value]!++;
  return estimate(histogram);
}

/** @param histogram how many registers have each value */
function estimate(histogram: Int32Array): number {
  const m = HLL_REGISTERS;
  let z = m * tau((m - histogram[RANK_BITS + 1]!) / m);
  for (let value = RANK_BITS; value >= 1; value--) z = 0.5 * (z + histogram[value]!);
  z += m * sigma(histogram[0]! / m);
  const cardinality = (ALPHA_INFINITY * m * m) / z;
  const floor = Math.floor(cardinality);
  return cardinality - floor >= 0.5 ? floor + 1 : floor;
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; before !== z; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; before !== z; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
