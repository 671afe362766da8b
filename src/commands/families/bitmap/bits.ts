/** SETBIT and GETBIT, BITCOUNT and BITPOS. */
import { NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_BIT, ERR_BIT_ARGUMENT, ERR_BIT_OFFSET, ERR_NOT_INTEGER, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { isOtherType, resizeRaw, stringLength } from '../string/values.js';
import { BAD_OFFSET, bitOffset } from './offset.js';
import { countOnes, findBit } from './scan.js';

/** Values are looked at in pieces of this size: what is copied stays in the processor's cache. */
const CHUNK_BYTES = 64 * 1024;

/** Bits of what a range counts. */
const UNITS = new OptionTable({ BYTE: 8, BIT: 1 });

/** A string that did not grow and whose bit stays is not changed, but it is raw from now on: so it is in Redis. */
export function setbit(c: CommandContext): void {
  const { argv, db, reply } = c;
  const offset = bitOffset(c, 2);
  if (offset === BAD_OFFSET) return reply.error(ERR_BIT_OFFSET);
  const bit = argv.int(3);
  if (bit !== 0 && bit !== 1) return reply.error(ERR_BIT);
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = stringLength(c, entry);
  const at = Math.floor(offset / 8);
  const target = resizeRaw(c, 1, entry, Math.max(size, at + 1));
  const byte = db.stringByte(target, at);
  const shift = 7 - (offset & 7);
  const old = (byte >>> shift) & 1;
  if (at >= size || old !== bit) {
    db.setStringByte(target, at, (byte & ~(1 << shift)) | (bit << shift));
    c.keyChanged(1);
    c.notify(NOTIFY_STRING, 'setbit', 1);
  }
  reply.int(old);
}

export function getbit(c: CommandContext): void {
  const { argv, db, reply } = c;
  const offset = bitOffset(c, 2);
  if (offset === BAD_OFFSET) return reply.error(ERR_BIT_OFFSET);
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const at = Math.floor(offset / 8);
  const byte = at < stringLength(c, entry) ? db.stringByte(entry, at) : 0;
  reply.int((byte >>> (7 - (offset & 7))) & 1);
}

/** As in Redis 7.4 the arguments are checked before the key is looked up. */
export function bitcount(c: CommandContext): void {
  const { argv, db, reply } = c;
  if (argv.count === 3 || argv.count > 5) return reply.error(ERR_SYNTAX);
  const start = argv.count > 2 ? argv.int(2) : 0;
  const end = argv.count > 2 ? argv.int(3) : -1;
  if (Number.isNaN(start) || Number.isNaN(end)) return reply.error(ERR_NOT_INTEGER);
  const unit = argv.count === 5 ? argv.option(4, UNITS) : 8;
  if (unit === 0) return reply.error(ERR_SYNTAX);
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = (stringLength(c, entry) * 8) / unit;
  const from = clampStart(start, size);
  const to = clampEnd(end, size);
  if (from > to || (start < 0 && end < 0 && start > end)) return reply.int(0);
  reply.int(countRange(c, entry, from * unit, to * unit + unit - 1));
}

/** As in Redis 7.4 the arguments are checked before the key is looked up. */
export function bitpos(c: CommandContext): void {
  const { argv, db, reply } = c;
  const bit = argv.int(2);
  if (Number.isNaN(bit)) return reply.error(ERR_NOT_INTEGER);
  if (bit !== 0 && bit !== 1) return reply.error(ERR_BIT_ARGUMENT);
  if (argv.count > 6) return reply.error(ERR_SYNTAX);
  const start = argv.count > 3 ? argv.int(3) : 0;
  if (Number.isNaN(start)) return reply.error(ERR_NOT_INTEGER);
  const unit = argv.count === 6 ? argv.option(5, UNITS) : 8;
  if (unit === 0) return reply.error(ERR_SYNTAX);
  const end = argv.count > 4 ? argv.int(4) : -1;
  if (Number.isNaN(end)) return reply.error(ERR_NOT_INTEGER);
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  // A missing key is a row of zeros without end, and so is what follows a string when no end is given.
  if (entry === NONE) return reply.int(bit === 0 ? 0 : -1);
  const bits = db.stringLength(entry) * 8;
  const from = clampStart(start, bits / unit);
  const to = clampEnd(end, bits / unit);
  if (from > to) return reply.int(-1);
  const found = findInRange(c, entry, from * unit, to * unit + unit - 1, bit);
  reply.int(found === -1 && bit === 0 && argv.count < 5 ? bits : found);
}

/** The first position of a range, counted from the end when negative. */
function clampStart(start: number, size: number): number {
  return Math.max(0, start < 0 ? size + start : start);
}

/** The last position of a range: below the first when there is nothing. */
function clampEnd(end: number, size: number): number {
  return Math.min(size - 1, Math.max(0, end < 0 ? size + end : end));
}

function countRange(c: CommandContext, entry: number, fromBit: number, toBit: number): number {
  let count = 0;
  const end = Math.floor(toBit / 8);
  for (let at = Math.floor(fromBit / 8); at <= end; at += CHUNK_BYTES) {
    const length = loadChunk(c, entry, at, fromBit, toBit, 0);
    count += countOnes(c.scratch, c.scratchView, length);
  }
  return count;
}

function findInRange(c: CommandContext, entry: number, fromBit: number, toBit: number, bit: number): number {
  const end = Math.floor(toBit / 8);
  for (let at = Math.floor(fromBit / 8); at <= end; at += CHUNK_BYTES) {
    const length = loadChunk(c, entry, at, fromBit, toBit, 1 - bit);
    const found = findBit(c.scratch, c.scratchView, length, bit);
    if (found !== -1) return at * 8 + found;
  }
  return -1;
}

/**
 * Copies the bytes of a string from `at` on that hold bits of [fromBit, toBit], a chunk at most, to the scratch buffer.
 * Bits of them that lie outside of the range become `outside`. Returns how many bytes there are.
 */
function loadChunk(
  c: CommandContext,
  entry: number,
  at: number,
  fromBit: number,
  toBit: number,
  outside: number,
): number {
  const last = Math.floor(toBit / 8);
  const length = Math.min(CHUNK_BYTES, last + 1 - at);
  c.ensureScratch(length);
  c.db.stringInto(entry, at, length, c.scratch, c.scratchView, 0);
  if (at === Math.floor(fromBit / 8)) overwrite(c.scratch, 0, (0xff00 >>> (fromBit & 7)) & 0xff, outside);
  if (at + length > last) overwrite(c.scratch, length - 1, 0x7f >>> (toBit & 7), outside);
  return length;
}

/** Makes the bits of a mask all `bit`. */
function overwrite(bytes: Uint8Array, at: number, mask: number, bit: number): void {
  bytes[at] = bit === 1 ? bytes[at]! | mask : bytes[at]! & ~mask;
}
