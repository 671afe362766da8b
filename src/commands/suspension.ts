/**
 * Suspension: the one mechanism by which a client waits (WAIT, CLIENT PAUSE, blocking pops, a reply that waits for an
 * fsync...). A suspended client's further input stays unread in its query buffer, so the order of its replies holds;
 * when what it waits for comes, the deadline passes, or it disconnects, it goes on with the rest of its pipeline.
 *
 * A client may also wait before its command, which is then run with all checks when it goes on: `postpone`. One that
 * waits for keys is run again when they are there: blocking.ts.
 *
 * 1. `client.suspension` is not null exactly while the client is in `waiting`.
 * 2. A suspension ends once: by {@link Suspensions.resume} or {@link Suspensions.runAgain}, by its deadline, or by
 *    {@link Suspensions.drop}.
 */
import { assert } from '../util/assert.js';
import type { Rerun } from './blocking.js';
import type { Client } from './client.js';
import type { CommandContext } from './context.js';

/** What happens when a suspension ends by itself; `resume` and `runAgain` run neither. */
export interface Suspension {
  /** Wall-clock milliseconds at which {@link Suspension.timedOut} runs; 0: never. */
  readonly deadlineMs: number;
  /**
   * Writes the reply for a client whose deadline has passed; null: the command that was postponed runs then, or there
   * is no deadline. CLIENT UNBLOCK leaves such a client alone.
   */
  readonly timedOut: ((c: CommandContext) => void) | null;
  /**
   * It ends without `timedOut`: the client disconnected, or CLIENT UNBLOCK has another reply for it. Whatever refers to
   * the suspension is let go. No reply.
   */
  dropped(): void;
}

/** Serves clients that go on. The request loop implements it. */
export interface Resumer {
  /** Runs `write`, if there is one, as the client's reply, flushes it, and offers the rest of its input. */
  resume(client: Client, write: ((c: CommandContext) => void) | null): void;
  /**
   * Does `job` when the running command has ended, before any other, or soon when none is running. It returns the
   * clients that it has served, whose further input is offered then.
   */
  later(job: (rerun: Rerun) => readonly Client[]): void;
}

/** All clients of one server that wait. */
export class Suspensions {
  /** Called when the earliest deadline has become an earlier one. Set by whoever has the timer. */
  deadlineChanged: () => void = () => {};
  private readonly waiting = new Set<Client>();
  private readonly resumer: Resumer;
  private nextMs = Number.POSITIVE_INFINITY;

  constructor(resumer: Resumer) {
    this.resumer = resumer;
  }

  /** How many clients wait: `blocked_clients`. */
  get count(): number {
    return this.waiting.size;
  }

  /** How many of them wait for a limited time: `clients_in_timeout_table`. O(waiting). */
  get timedCount(): number {
    let count = 0;
    for (const { suspension } of this.waiting) if (suspension !== null && suspension.deadlineMs !== 0) count++;
    return count;
  }

  /** The earliest deadline in wall-clock milliseconds, infinity when there is none. It may be one that is gone. */
  get nextDeadlineMs(): number {
    return this.nextMs;
  }

  /** Suspends the client of the running command, which writes no reply now. O(1). */
  suspend(client: Client, suspension: Suspension): void {
    assert(client.suspension === null, 'a client that does not wait already');
    client.suspension = suspension;
    this.waiting.add(client);
    const { deadlineMs } = suspension;
    if (deadlineMs === 0 || deadlineMs >= this.nextMs) return;
    this.nextMs = deadlineMs;
    this.deadlineChanged();
  }

  /**
   * Suspends the client of the running command, which has had no effect and writes no reply: it is run again when the
   * client goes on ({@link runAgain}), unless that is with a reply ({@link resume}). The client has a connection. O(1).
   */
  postpone(client: Client, suspension: Suspension): void {
    assert(client.connection !== null, 'a connection that keeps the command');
    this.suspend(client, suspension);
    client.postponed = true;
  }

  /** Ends a suspension: the command that was postponed, and the rest of the pipeline, are run. O(1). */
  runAgain(client: Client): void {
    if (client.suspension === null) return;
    assert(client.postponed, 'a command that was postponed');
    this.waiting.delete(client);
    client.suspension = null;
    this.resumer.resume(client, null);
  }

  /**
   * Ends a suspension with the reply that `write` writes; the rest of the client's pipeline follows. `write` runs now,
   * or behind the command that is running; never, when the client is gone by then: what it takes from the keyspace for
   * its client is not lost. Without effect when the client does not wait. O(1).
   */
  resume(client: Client, write: (c: CommandContext) => void): void {
    if (client.suspension === null) return;
    this.waiting.delete(client);
    client.suspension = null;
    client.postponed = false;
    this.resumer.resume(client, write);
  }

  /** Ends a suspension without any effect: its command is about to be run again. O(1). */
  end(client: Client): void {
    this.waiting.delete(client);
    client.suspension = null;
  }

  /** Does `job` behind the running command: see {@link Resumer.later}. */
  later(job: (rerun: Rerun) => readonly Client[]): void {
    this.resumer.later(job);
  }

  /** Forgets a client that disconnected. */
  drop(client: Client): void {
    const { suspension } = client;
    if (suspension === null) return;
    this.waiting.delete(client);
    client.suspension = null;
    suspension.dropped();
  }

  /** Ends every suspension whose deadline has passed. O(waiting), and O(1) before the earliest deadline. */
  expire(nowMs: number): void {
    if (nowMs < this.nextMs) return;
    const due: Client[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const client of this.waiting) {
      const deadline = client.suspension?.deadlineMs ?? 0;
      if (deadline === 0) continue;
      if (deadline <= nowMs) due.push(client);
      else if (deadline < next) next = deadline;
    }
    this.nextMs = next;
    for (const client of due) {
      const { suspension } = client;
      if (suspension === null) continue; // what another one's answer did has let it go on
      const { timedOut } = suspension;
      if (timedOut === null) this.runAgain(client);
      else this.resume(client, (c) => timedOut.call(suspension, c));
    }
  }
}
