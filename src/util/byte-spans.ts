/**
 * A list of byte strings as (offset, length) pairs over one buffer: how arguments and keys travel from the socket's
 * buffer to the keyspace without a string or a view for each.
 *
 * ```
 *   bytes    ... $3 \r \n G E T \r \n $5 \r \n h e l l o ...
 *   offset(0) ------------^             ^---- offset(1)
 *   length(0) = 3                       length(1) = 5
 * ```
 * `base` lets the arguments of many pipelined commands share the same two arrays: span i of the current command
 * stands at `base + i`.
 */
export class ByteSpans {
  /** The bytes that the spans point into. Not owned: valid until whoever set it overwrites it. */
  bytes: Uint8Array;
  /** The same memory as `bytes`, index 0 being `bytes[0]`. */
  view: DataView;
  offsets: Int32Array;
  lengths: Int32Array;
  /** Where span 0 stands in `offsets` and `lengths`. */
  base = 0;
  /** How many spans there are. */
  count = 0;

  constructor(capacity = 64) {
    this.bytes = EMPTY;
    this.view = EMPTY_VIEW;
    this.offsets = new Int32Array(capacity);
    this.lengths = new Int32Array(capacity);
  }

  /** @hot Offset of span `i` in `bytes`. */
  offset(i: number): number {
    return this.offsets[this.base + i]!;
  }

  /** @hot Length of span `i` in bytes. */
  length(i: number): number {
    return this.lengths[this.base + i]!;
  }

  /** Brings every span into `bytes`: to be called by whoever reads what may be a command that is built lazily. */
  gather(): void {}

  /** Points the spans at another buffer; the offsets stay as they are. O(1), one DataView when the buffer differs. */
  bind(bytes: Uint8Array): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Lets go of `buffer`, if the spans point into it: nothing of them is valid any more. O(1). */
  unbind(buffer: ArrayBufferLike): void {
    if (this.bytes.buffer !== buffer) return;
    this.bytes = EMPTY;
    this.view = EMPTY_VIEW;
  }

  /** Makes room for `capacity` spans from index 0 on, keeping those that are there. */
  reserve(capacity: number): void {
    if (capacity <= this.offsets.length) return;
    const size = Math.max(capacity, this.offsets.length * 2);
    const offsets = new Int32Array(size);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const lengths = new Int32Array(size);
    lengths.set(this.lengths);
    this.lengths = lengths;
  }
}

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);
