/**
 * Thrown when the system gives no more memory or the references are used up (32 GiB a server). What was there before
 * the call is unchanged: an allocation happens whole or not at all.
 */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';

  constructor(bytes: number, cause?: unknown) {
    super(`out of memory: ${bytes} bytes more are not to be had`, cause === undefined ? undefined : { cause });
  }
}

/**
 * Whether memory could not be had: by the arena, or (V8's own words, it has no class for it) for a buffer of the heap.
 */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof OutOfMemoryError || (error instanceof RangeError && HEAP_BUFFER.test(error.message));
}

const HEAP_BUFFER = /^(Array buffer allocation failed|Invalid typed array length)/;
