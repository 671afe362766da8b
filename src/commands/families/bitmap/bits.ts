/** SETBIT and GETBIT, BITCOUNT and BITPOS. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_BIT, ERR_BIT_ARGUMENT, ERR_BIT_OFFSET, ERR_NOT_INTEGER, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { isOtherType, resizeRaw, stringLength } from '../string/values.js';
import { BAD_OFFSET, bitOffset } from './offset.js';
import { countOnes, findBit, firstBit, onesInByte } from './scan.js';

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

/** Ones among the bits [fromBit, toBit] of a string: those of their bytes, less what lies outside at both ends. */
function countRange({ db }: CommandContext, entry: Entry, fromBit: number, toBit: number): number {
  const view = db.stringView(entry);
  const base = db.stringBase(entry);
  const first = base + Math.floor(fromBit / 8);
  const last = base + Math.floor(toBit / 8);
  const before = onesInByte(view.getUint8(first) & maskBefore(fromBit));
  const after = onesInByte(view.getUint8(last) & maskAfter(toBit));
  return countOnes(view, first, last + 1 - first) - before - after;
}

/** Position of the first bit of this value among the bits [fromBit, toBit] of a string, -1 when there is none. */
function findInRange({ db }: CommandContext, entry: Entry, fromBit: number, toBit: number, bit: number): number {
  const view = db.stringView(entry);
  const base = db.stringBase(entry);
  const first = Math.floor(fromBit / 8);
  const start = firstBit(hide(view.getUint8(base + first), maskBefore(fromBit), bit), bit);
  const found = start !== -1 ? start : findBit(view, base + first + 1, Math.floor(toBit / 8) - first, bit);
  if (found === -1) return -1;
  const position = (start !== -1 ? first : first + 1) * 8 + found;
  return position <= toBit ? position : -1;
}

/** The bits of a byte in front of this one. */
function maskBefore(bit: number): number {
  return (0xff00 >>> (bit & 7)) & 0xff;
}

/** The bits of a byte behind this one. */
function maskAfter(bit: number): number {
  return 0x7f >>> (bit & 7);
}

/** A byte whose bits under the mask are not `bit`, so that they are not found. */
function hide(byte: number, mask: number, bit: number): number {
  return bit === 1 ? byte & ~mask : byte | mask;
}
