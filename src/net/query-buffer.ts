/**
 * The query buffer: what a client sent and nobody has consumed yet, usually the beginning of one command.
 *
 * ```
 *   bytes  | consumed | waiting ......... | free room |
 *          0          from                to          bytes.length
 * ```
 * 1. 0 <= from <= to <= bytes.length; `from === to` only when both are 0.
 * 2. Growth doubles, so input cut into any pieces is copied O(1) times a byte; where the owner knows how much is coming
 *    (a big bulk), exactly that is reserved, in two or three steps when it is very large: an announcement alone must
 *    not take gigabytes.
 * 3. An empty buffer of more than {@link KEPT_BYTES} is dropped at once, a smaller one when the client is idle. Whoever
 *    gives memory back is told of what is dropped; nothing of it is used any more then.
 * 4. The ledger has `capacity` bytes of it.
 */
import type { BufferLedger } from './connection-memory.js';

const SMALLEST_BYTES = 1024;
/** An emptied buffer up to this size stays with its connection until that is idle. */
const KEPT_BYTES = 64 * 1024;
/**
 * What a client announces is reserved at once up to this size, and beyond it up to {@link TRUST} times what has come.
 */
const TRUSTED_BYTES = 16 * 1024 * 1024;
const TRUST = 32;

const NONE = Buffer.alloc(0);

/** A growable buffer of unconsumed input, owned by one connection; see the head of this file. */
export class QueryBuffer {
  bytes: Buffer = NONE;
  from = 0;
  to = 0;
  private readonly ledger: BufferLedger;

  /** @param ledger where the memory that it holds is entered */
  constructor(ledger: BufferLedger) {
    this.ledger = ledger;
  }

  /** Bytes waiting. */
  get length(): number {
    return this.to - this.from;
  }

  /** Bytes of memory held. */
  get capacity(): number {
    return this.bytes.length;
  }

  /**
   * Copies `source[from, to)` behind what waits.
   * @param wanted how many bytes are expected to wait in the end; 0 when nothing is known
   */
  append(source: Uint8Array, from: number, to: number, wanted: number): void {
    const added = to - from;
    if (added === 0) return;
    if (this.to + added > this.bytes.length) this.makeRoom(added, wanted);
    this.bytes.set(source.subarray(from, to), this.to);
    this.to += added;
  }

  /** Forgets everything before offset `upTo` of `bytes`. */
  consume(upTo: number): void {
    this.from = upTo;
    if (this.from === this.to) this.clear();
  }

  /** Forgets all; a large buffer is dropped. */
  clear(): void {
    this.from = 0;
    this.to = 0;
    if (this.bytes.length > KEPT_BYTES) this.release();
  }

  /** Gives the memory of an empty buffer back, or what a large one holds beyond its needs. */
  shrink(): void {
    const { length } = this;
    if (length === 0) this.release();
    else if (this.bytes.length > KEPT_BYTES && length * 4 < this.bytes.length) this.moveTo(length * 2);
  }

  /** Forgets all and gives the memory back. */
  release(): void {
    this.from = 0;
    this.to = 0;
    this.ledger.sub(this.bytes.length);
    this.ledger.dropped(this.bytes.buffer);
    this.bytes = NONE;
  }

  private makeRoom(added: number, wanted: number): void {
    const { length } = this;
    const needed = length + added;
    if (wanted <= this.bytes.length && needed * 2 <= this.bytes.length) {
      this.bytes.copyWithin(0, this.from, this.to);
      this.from = 0;
      this.to = length;
      return;
    }
    const doubled = Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(needed)));
    this.moveTo(Math.max(doubled > wanted && wanted >= needed ? wanted : doubled, trusted(wanted, needed)));
  }

  private moveTo(capacity: number): void {
    const bytes = Buffer.allocUnsafeSlow(capacity);
    this.bytes.copy(bytes, 0, this.from, this.to);
    this.ledger.add(capacity - this.bytes.length);
    this.to -= this.from;
    this.from = 0;
    this.ledger.dropped(this.bytes.buffer);
    this.bytes = bytes;
  }
}

/** How much of the `wanted` bytes is reserved when `needed` of them have come. */
function trusted(wanted: number, needed: number): number {
  return wanted <= needed ? 0 : Math.min(wanted, Math.max(TRUSTED_BYTES, needed * TRUST));
}
