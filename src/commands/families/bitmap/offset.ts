/** Bit offsets as arguments: bit 0 is the highest bit of the first byte. */
import { parseBigInt64 } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import { longestString } from '../string/values.js';

const HASH = 0x23;

/** What the functions of this file return for an argument that is no offset within the longest string. */
export const BAD_OFFSET = -1;

/** The bit offset that argument `i` is, or BAD_OFFSET. Up to 2^35: not an int32. */
export function bitOffset(c: CommandContext, i: number): number {
  return checked(c, c.argv.int(i));
}

/** The same, where `#3` means the third field of `bits` bits. The product wraps around at 64 bits, as Redis' does. */
export function fieldOffset(c: CommandContext, i: number, bits: number): number {
  const { argv } = c;
  if (argv.length(i) === 0 || argv.byte(i, 0) !== HASH) return bitOffset(c, i);
  const index = parseBigInt64(argv.bytes, argv.offset(i) + 1, argv.length(i) - 1);
  return index === null ? BAD_OFFSET : checked(c, Number(BigInt.asIntN(64, index * BigInt(bits))));
}

/** NaN, which is what an argument that is no integer gives, fails both comparisons. */
function checked(c: CommandContext, offset: number): number {
  return offset >= 0 && Math.floor(offset / 8) < longestString(c) ? offset : BAD_OFFSET;
}
