/**
 * The buffer of a long block that is still on its way here, made ready while it comes: of a value of 512 MB each page
 * would otherwise be mapped in the one copy from the receive buffer, at 10 us and more for 4 KiB, while everybody
 * waits.
 *
 * ```
 *   received   ################.............      arrived of bytes
 *   buffer     0000000000000000                   touched as far, a piece a read
 * ```
 * 1. There is one, for the value that was heard of last; others are copied as they would be without it.
 * 2. The account has what was touched, until the buffer becomes a block or goes back.
 * 3. Who announced a value may never send it: a buffer that nobody asks for is dropped after {@link IDLE_STEPS}.
 */
import type { MemoryAccount } from './account.js';
import type { BufferReturn } from './buffer-return.js';
import { allocateShared } from './shared-buffer.js';

/** Bytes that the system maps at a first touch. */
const SYSTEM_PAGE_BYTES = 4096;
/** Steps of 100 ms after which a buffer is not waited for any more. */
const IDLE_STEPS = 20;

/** Bytes that one call touches at most, some 3 ms: who has to begin anew catches up over the reads that follow. */
const PIECE_BYTES = 1 << 20;

/** What is ready for the next long block; see the head of this file. */
export class PreparedBuffer {
  private words: Int32Array | null = null;
  /** Bytes from the start that have been touched. */
  private touched = 0;
  private idleSteps = 0;

  constructor(
    private readonly returns: BufferReturn,
    private readonly account: MemoryAccount,
  ) {}

  /**
   * Sees to a buffer of `bytes` bytes, and touches a piece of its first `arrived` that have not been. O(bytes of the
   * piece).
   */
  prepare(bytes: number, arrived: number): void {
    this.idleSteps = 0;
    if (this.words === null || this.words.byteLength < bytes) {
      this.drop();
      this.words = new Int32Array(allocateShared(bytes));
    }
    const { words } = this;
    const begin = this.touched;
    const end = Math.min(arrived, words.byteLength, begin + PIECE_BYTES);
    for (; this.touched < end; this.touched += SYSTEM_PAGE_BYTES) words[this.touched >>> 2] = 0;
    this.account.add(this.touched - begin);
  }

  /** Hands the buffer over if it holds `bytes` bytes without much waste, else null. Its contents are zeros. O(1). */
  take(bytes: number): SharedArrayBuffer | null {
    const { words } = this;
    if (words === null || words.byteLength < bytes || words.byteLength > bytes * 2) return null;
    this.forget();
    return words.buffer as SharedArrayBuffer; // it is made of nothing else
  }

  /** To be called each 100 ms: drops what nobody asks for. O(1). */
  step(): void {
    if (this.words !== null && ++this.idleSteps > IDLE_STEPS) this.drop();
  }

  private drop(): void {
    if (this.words !== null) this.returns.add(this.words.buffer as SharedArrayBuffer); // as above
    this.forget();
  }

  private forget(): void {
    this.account.sub(this.touched);
    this.words = null;
    this.touched = 0;
    this.idleSteps = 0;
  }
}
