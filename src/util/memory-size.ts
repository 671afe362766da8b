/**
 * Amounts of memory in text: as the configuration takes them (`100mb`) and as INFO and MEMORY DOCTOR show them
 * (`1.01M`).
 */
import { formatFixed } from './numbers.js';

const MULTIPLIER = new Map([
  ['', 1n],
  ['b', 1n],
  ['k', 1000n],
  ['kb', 1024n],
  ['m', 1000n ** 2n],
  ['mb', 1024n ** 2n],
  ['g', 1000n ** 3n],
  ['gb', 1024n ** 3n],
]);

const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Bytes in an amount such as `512`, `10kb` (1024 each) or `10K` (1000 each), units in any case; NaN when it is not one.
 * As in Redis 7.4 missing digits count as 0, and an amount that does not fit saturates before and wraps after the unit
 * is applied.
 */
export function parseMemorySize(text: string): number {
  const byteCount = parseMemorySize64(text);
  return byteCount === null ? Number.NaN : Number(byteCount);
}

/** {@link parseMemorySize} in full: an unsigned 64-bit integer, null when the text is no amount. */
export function parseMemorySize64(text: string): bigint | null {
  const match = /^(\d*)([a-z]*)$/i.exec(text);
  const multiplier = match === null ? undefined : MULTIPLIER.get(match[2]!.toLowerCase());
  if (match === null || multiplier === undefined || match[1]!.length > 127) return null;
  const amount = BigInt(match[1]!);
  return BigInt.asUintN(64, (amount > UINT64_MAX ? UINT64_MAX : amount) * multiplier);
}

/** Bytes for humans: whole below 1 KiB (`12B`), then two decimals and one of K, M, G, T, P. */
export function formatBytesHuman(byteCount: number): string {
  if (byteCount < 1024) return `${byteCount}B`;
  let unit = 1024;
  for (const letter of 'KMGTP') {
    if (byteCount < unit * 1024) return `${formatFixed(byteCount / unit, 2)}${letter}`;
    unit *= 1024;
  }
  return `${byteCount}B`;
}
