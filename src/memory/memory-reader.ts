/**
 * What can be read, be it the live arena or a snapshot of one: classes of `types/` that only read are written against
 * this, so that a snapshot's worker follows aggregates with the same code. Each isolate sees one implementation, so
 * that calls stay monomorphic.
 */
export interface MemoryReader {
  /** The memory that {@link window} has opened, byte for byte as its view. */
  readonly windowBytes: Uint8Array;
  /** Where in it the first byte stands that was asked for. */
  readonly windowBase: number;
  /**
   * Opens bytes [offset, offset + length) of the block for being read in place, at `windowBase` of the view that is
   * returned: the block's own memory, or a copy in a snapshot. Valid until the next call, and until the block is
   * written or moves. O(1), O(length) in a snapshot.
   */
  window(ref: number, offset: number, length: number): DataView;
  /** The int32 in word `word` of the block. */
  i32(ref: number, word: number): number;
  /** The byte at offset `byte`. */
  u8(ref: number, byte: number): number;
  /** The double at offset `dword * 8`. */
  f64(ref: number, dword: number): number;
  /** Copies bytes [offset, offset + length) of the block to `target` from `at` on. */
  copyOut(ref: number, offset: number, target: Uint8Array, targetView: DataView, at: number, length: number): void;
  /** Whether `length` bytes of the block from `offset` equal those of `view` from `from`. */
  equals(ref: number, offset: number, bytes: Uint8Array, view: DataView, from: number, length: number): boolean;
  /** -1, 0 or 1 as `length` bytes of the block are below, equal to or above those of `view`. */
  compare(ref: number, offset: number, bytes: Uint8Array, view: DataView, from: number, length: number): number;
  /** Bytes that may be used of the block. */
  blockSize(ref: number): number;
  /** Calls `visit` for every live record in slab order. */
  walkRecords(visit: (ref: number) => void): void;
}
