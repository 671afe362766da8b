/**
 * The memory that the connections of one server hold: query buffers, output that waits, and the objects of each
 * connection. Entered in the server's memory account as it is taken and given back, so that no figure needs a walk.
 *
 * 1. `bytes` is the sum of `memoryBytes` over all connections.
 * 2. The account has exactly `bytes` more than it would have without connections.
 */

/**
 * What a connection costs before it holds any input or output: client, session and socket objects, which cannot be
 * counted one by one. Resident memory of 4000 idle connections above 500, each: 7.5 KB (Node 20).
 */
export const CONNECTION_BYTES = 7.5 * 1024;

/** What `net` asks of the server's memory account. */
export interface MemoryLedger {
  add(bytes: number): void;
  sub(bytes: number): void;
}

/** What a connection's buffers ask of it. */
export interface BufferLedger extends MemoryLedger {
  /** Gets a buffer that is done with, but perhaps for a write that keeps it alive. */
  dropped(buffer: ArrayBufferLike): void;
}

/** One server's connections, as its memory account sees them; see the head of this file. */
export class ConnectionMemory implements BufferLedger {
  /** What all connections hold. */
  bytes = 0;
  /** The largest query buffer, and the largest output, that a connection had lately. */
  readonly input = new RecentPeak();
  readonly output = new RecentPeak();
  private ledger: MemoryLedger;
  private readonly onDropped: (buffer: ArrayBufferLike) => void;

  /**
   * @param onDropped may see to it that a large buffer's memory is given back, since V8 is in no haste to collect it
   */
  constructor(ledger: MemoryLedger, onDropped: (buffer: ArrayBufferLike) => void = () => {}) {
    this.ledger = ledger;
    this.onDropped = onDropped;
  }

  /** Enters `bytes` that a connection took. O(1). */
  add(bytes: number): void {
    this.bytes += bytes;
    this.ledger.add(bytes);
  }

  /** Enters `bytes` that a connection gave back. O(1). */
  sub(bytes: number): void {
    this.bytes -= bytes;
    this.ledger.sub(bytes);
  }

  dropped(buffer: ArrayBufferLike): void {
    this.onDropped(buffer);
  }

  /** Moves everything to another account: the one of a keyspace that takes the place of the server's. O(1). */
  moveTo(ledger: MemoryLedger): void {
    this.ledger.sub(this.bytes);
    this.ledger = ledger;
    ledger.add(this.bytes);
  }
}

const PEAK_SECONDS = 8;

/** The largest of the values of the last {@link PEAK_SECONDS} seconds, as Redis' `client_recent_max_*` has it. */
export class RecentPeak {
  /** The largest value of each of the last seconds; the one of second `s` is at `s % PEAK_SECONDS`. */
  private readonly peaks = new Float64Array(PEAK_SECONDS);
  private second = 0;

  /** Notes a value. O(1). */
  note(value: number, nowMs: number): void {
    this.passTo(nowMs);
    const at = this.second % PEAK_SECONDS;
    if (value > this.peaks[at]!) this.peaks[at] = value;
  }

  /** The largest value that was noted lately, 0 when none was. O(1). */
  at(nowMs: number): number {
    this.passTo(nowMs);
    return Math.max(...this.peaks);
  }

  /** Forgets what is too long ago. A clock that is set back forgets nothing. */
  private passTo(nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    if (now - this.second >= PEAK_SECONDS) this.peaks.fill(0);
    else for (let second = this.second + 1; second <= now; second++) this.peaks[second % PEAK_SECONDS] = 0;
    if (now > this.second) this.second = now;
  }
}
