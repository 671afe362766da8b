/**
 * Assertions for what cannot happen. A failed one stops the server that it happened in (its `close` promise rejects
 * with the cause); the process of an embedder lives on. What a client or the world does wrong never comes here.
 */

/** Thrown by {@link assert}: a broken invariant of this program, never a mistake of a client. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws {@link AssertionError} with what was expected, unless `condition` holds. O(1). */
export function assert(condition: boolean, expected: string): asserts condition {
  if (!condition) throw new AssertionError(`expected ${expected}`);
}
