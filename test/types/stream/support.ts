/** What the tests of streams share: ids as numbers, and the seeds. */
import { StreamId, uint64 } from '../../../src/types/stream/stream-id.js';

/** `REDSTART_SEED=<seed>` runs that one alone. */
export const SEEDS: readonly number[] =
  process.env['REDSTART_SEED'] === undefined ? [1, 2, 3] : [Number(process.env['REDSTART_SEED'])];

/** The id whose 128 bits are `key`. */
export function idOf(key: bigint, id = new StreamId()): StreamId {
  const word = (shift: bigint): number => Number(BigInt.asIntN(32, key >> shift));
  id.msHigh = word(96n);
  id.msLow = word(64n);
  id.seqHigh = word(32n);
  id.seqLow = word(0n);
  return id;
}

/** The 128 bits of an id. */
export function bigId(id: StreamId): bigint {
  return (uint64(id.msHigh, id.msLow) << 64n) | uint64(id.seqHigh, id.seqLow);
}
