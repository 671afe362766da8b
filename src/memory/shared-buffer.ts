/**
 * How memory is taken from the system: always shared, since V8 does not count shared buffers for its limits and so
 * never collects garbage because of them, and always with the one error that says that there is no more.
 */
import { OutOfMemoryError } from './out-of-memory-error.js';

/** A buffer of zeros, which the system maps as it is touched: 5-20 us whatever its size. Throws OutOfMemoryError. */
export function allocateShared(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new OutOfMemoryError(bytes, cause);
  }
}
