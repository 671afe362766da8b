/** What a command does that gets no reply because the server ends. */
import type { CommandContext } from '../../context.js';

/** Keeps the rest of the client's pipeline from running; its connection is closed with the server. */
export function suspendForever(c: CommandContext): void {
  c.suspensions.suspend(c.client, { deadlineMs: 0, timedOut: null, dropped: () => {} });
}
