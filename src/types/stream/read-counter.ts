/**
 * How many of all entries that were ever added a group has read, as far as that can be told: what XINFO shows as
 * `entries-read` and `lag`.
 *
 * ```
 *   ever added    1  2  3  4  5  6  7  8  9
 *                 x  x  .  .  .  X  .  .  .        trimmed (x) and deleted (X) ones are counted, too
 *                          ^                       a group that has read up to here: is it 4?
 * ```
 * A deletion in the middle is known by its greatest id alone. Where one may lie ahead, counting on would be wrong; then
 * the number is known again at the first entry, when nothing behind that was deleted, and at the last. (t_stream.c,
 * 7.0.)
 */
import { StreamId } from './stream-id.js';
import { READ_UNKNOWN, type StreamReader } from './stream-reader.js';

export class ReadCounter {
  private readonly streams: StreamReader;
  private readonly edge = new StreamId();
  private readonly deleted = new StreamId();

  constructor(streams: StreamReader) {
    this.streams = streams;
  }

  /** @hot Whether an entry from `id` on may have been deleted. */
  mayLackEntries(stream: number, id: StreamId): boolean {
    const { streams, deleted, edge } = this;
    if (streams.maxDeletedId(stream, deleted).isLeast || streams.length(stream) === 0) return false;
    // What was deleted before the first entry is as if it had been trimmed.
    return id.compare(deleted) <= 0 && deleted.compare(streams.firstId(stream, edge)) >= 0;
  }

  /** The number of an entry among all that were ever added, {@link READ_UNKNOWN} where that cannot be told. */
  numberOf(stream: number, id: StreamId): bigint {
    const { streams, edge, deleted } = this;
    const added = streams.entriesAdded(stream);
    if (added === 0n) return 0n;
    const toLast = id.compare(streams.lastId(stream, edge));
    const length = streams.length(stream);
    if (toLast === 0 || (length === 0 && toLast < 0)) return added;
    if (toLast > 0) return READ_UNKNOWN;
    const first = streams.firstId(stream, edge);
    streams.maxDeletedId(stream, deleted);
    if (!deleted.isLeast && deleted.compare(first) >= 0) return READ_UNKNOWN;
    const toFirst = id.compare(first);
    if (toFirst > 0) return READ_UNKNOWN;
    return added - BigInt(length) + (toFirst === 0 ? 1n : 0n);
  }

  /** How many entries a group has not read, an int64 as in C; null where that cannot be told. */
  lag(stream: number, group: number): bigint | null {
    const { streams } = this;
    const added = streams.entriesAdded(stream);
    if (added === 0n) return 0n;
    const delivered = streams.deliveredId(group, new StreamId());
    if (streams.knowsEntriesRead(group) && !this.mayLackEntries(stream, delivered)) {
      return BigInt.asIntN(64, added - streams.entriesRead(group));
    }
    const number = this.numberOf(stream, delivered);
    return number === READ_UNKNOWN ? null : added - number;
  }
}
