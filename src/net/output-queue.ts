/**
 * The output queue of one connection: bytes that its socket has not taken yet, in order.
 *
 * ```
 *   chunks  [ from ####### to ]  [ ############ ]  [ #### to ..room.. ]
 *             ^ being written                        ^ small output is copied here
 * ```
 * 1. `bytes` is the sum of `to - from` over all chunks, `heldBytes` the sum of what their buffers hold.
 * 2. Only a chunk made by {@link OutputQueue.copy} is written to again; one that was handed over belongs to the queue
 *    but keeps its content.
 * 3. The first chunk of a queue is small and the next ones double up to {@link LARGEST_CHUNK}: thousands of subscribers
 *    with a short message each cost about what the messages cost.
 * 4. The ledger has `heldBytes` of it. A chunk leaves with its last bytes, which may still be on their way: whoever
 *    sends them gives its memory back ({@link OutputQueue.sent}).
 */
import Denque from 'denque';
import type { BufferLedger } from './connection-memory.js';

const SMALLEST_CHUNK = 512;
const LARGEST_CHUNK = 64 * 1024;

/** A run of output: `bytes[from, to)` is still to be sent. */
export interface Chunk {
  readonly bytes: Buffer;
  from: number;
  to: number;
  /** Whether the room behind `to` may be filled with more output. */
  readonly open: boolean;
  /** Up to where the output gate must be open for it to leave. */
  readonly gate: number;
}

/** Output waiting for a socket; see the head of this file. */
export class OutputQueue {
  /** Bytes waiting. */
  bytes = 0;
  /** Bytes of memory that they are held in. */
  heldBytes = 0;
  private readonly chunks = new Denque<Chunk>();
  private readonly ledger: BufferLedger;

  /** @param ledger where the memory that it holds is entered */
  constructor(ledger: BufferLedger) {
    this.ledger = ledger;
  }

  /** How many chunks wait. */
  get count(): number {
    return this.chunks.length;
  }

  /** The chunk to be written next, or undefined. */
  get head(): Chunk | undefined {
    return this.chunks.peekFront();
  }

  /** Copies `source[0, length)` to the end, behind the gate's offset `gate`. O(length). */
  copy(source: Uint8Array, length: number, gate = 0): void {
    let done = 0;
    const tail = this.chunks.peekBack();
    let size = SMALLEST_CHUNK;
    if (tail !== undefined) {
      if (tail.open && tail.gate === gate) {
        done = Math.min(length, tail.bytes.length - tail.to);
        tail.bytes.set(source.subarray(0, done), tail.to);
        tail.to += done;
        this.bytes += done;
      }
      size = Math.min(LARGEST_CHUNK, tail.bytes.length * 2);
    }
    if (done === length) return;
    const bytes = Buffer.allocUnsafe(Math.max(size, length - done));
    bytes.set(source.subarray(done, length));
    this.push({ bytes, from: 0, to: length - done, open: true, gate });
  }

  /** Takes `buffer[0, length)` over without copying: the caller must not write to it again. O(1). */
  handOver(buffer: Buffer, length: number, gate = 0): void {
    this.push({ bytes: buffer, from: 0, to: length, open: false, gate });
  }

  /**
   * Notes that the first `length` bytes of the head are out or on their way. Returns the bytes of memory that are held
   * until they are out and that the ledger still has: those of the chunk whose last ones they are, else 0.
   */
  sent(length: number): number {
    this.bytes -= length;
    const head = this.chunks.peekFront();
    if (head === undefined) return 0;
    head.from += length;
    if (head.from !== head.to) return 0;
    this.chunks.shift();
    this.heldBytes -= head.bytes.length;
    this.ledger.dropped(head.bytes.buffer);
    return head.bytes.length;
  }

  /** Drops everything. */
  clear(): void {
    this.ledger.sub(this.heldBytes);
    this.bytes = 0;
    this.heldBytes = 0;
    for (let chunk = this.chunks.shift(); chunk !== undefined; chunk = this.chunks.shift())
      this.ledger.dropped(chunk.bytes.buffer);
  }

  private push(chunk: Chunk): void {
    this.chunks.push(chunk);
    this.bytes += chunk.to;
    this.heldBytes += chunk.bytes.length;
    this.ledger.add(chunk.bytes.length);
  }
}
