/** Waiting without sleeping: tests poll for what they wait for, and say what it was when it does not come. */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first truthy result of `condition`, asked again every 2 to 20 ms; rejects after `timeoutMs` with a
 * message that names `what` (a text, or a function for one that shows the last state).
 */
export async function pollUntil<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string),
  timeoutMs = 5000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(20, pauseMs * 1.5)) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await delay(pauseMs);
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
