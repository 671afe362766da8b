/**
 * Blocking commands: BLPOP and its kin, BZPOPMIN, XREAD. One that finds nothing to answer waits for its keys; when one
 * of them has become what it waits for, it is run again, with all checks, as if it had come then.
 *
 * ```
 *   "0:jobs" --> blocked A, blocked B     queues by database number and key: number, since SWAPDB exchanges what is behind
 *   "0:more" --> blocked B                it, and whoever waits sees the other database's keys
 * ```
 * 1. A blocked command stands in the queue of each of its keys, in the order of arrival, exactly while its client is
 *    suspended in it.
 * 2. A key that has come to be, or has changed so that somebody may go on, is noted ({@link BlockedKeys.keyReady}); who
 *    waits for it is served when the running unit (command, EXEC, script) has ended, before any other command: key by
 *    key in the order in which they were noted, each key's queue in its order. What is served may make other keys
 *    ready.
 * 3. A command is run again only when it would be answered, so that nobody loses the place in the queue in vain.
 */

import type { Database } from '../keyspace/database.js';
import type { Entry } from '../keyspace/record.js';
import { Argv } from '../resp/index.js';
import type { ByteSpans } from '../util/byte-spans.js';
import type { Client } from './client.js';
import type { CommandContext } from './context.js';
import type { Suspension } from './suspension.js';
import type { Command } from './table.js';

/** What the running command waits for. */
export interface Wait {
  /** The argument that is its first key. */
  readonly firstKey: number;
  readonly keyCount: number;
  /** Whether it is also answered when its key goes: XREADGROUP. */
  readonly answersMissing?: boolean;
  /** Wall-clock milliseconds at which it ends with {@link Wait.timedOut}; 0: never. */
  readonly deadlineMs: number;
  /**
   * Whether the command, which stands in `c.argv` then, would be answered now.
   * @param entry what the key holds that is argument `i`, NONE when it is not there
   */
  isServable(c: CommandContext, entry: Entry, i: number): boolean;
  /** Writes the reply for a client that has waited in vain. */
  timedOut(c: CommandContext): void;
}

/** Runs a command again that stands in `c.argv`, and sends its reply. */
export type Rerun = (client: Client, command: Command) => void;

/** All blocked commands of one server. */
export class BlockedKeys {
  private readonly queues = new Map<string, Map<Blocked, number>>();
  private readonly ready = new Set<string>();
  private isServing = false;
  /** Of the command that is being run again: it does not begin to wait anew. */
  private deadlineMs = -1;

  /** How many keys are waited for: `total_blocking_keys`. */
  get keyCount(): number {
    return this.queues.size;
  }

  /** How many of them somebody wants to hear of when they are gone: `total_blocking_keys_on_nokey`. O(waiting). */
  get missingKeyCount(): number {
    let count = 0;
    for (const queue of this.queues.values()) {
      for (const blocked of queue.keys()) {
        if (blocked.wait.answersMissing !== true) continue;
        count++;
        break;
      }
    }
    return count;
  }

  /** Lets the client of the running command wait: the command has had no effect and has written no reply. O(keys). */
  wait(c: CommandContext, wait: Wait): void {
    const deadlineMs = this.deadlineMs < 0 ? wait.deadlineMs : this.deadlineMs;
    const blocked = new Blocked(this, c, wait, deadlineMs);
    for (let i = wait.firstKey; i < wait.firstKey + wait.keyCount; i++) {
      const name = nameOf(c.db.number, c.argv, i);
      const queue = this.queues.get(name) ?? new Map<Blocked, number>();
      this.queues.set(name, queue);
      if (!queue.has(blocked)) queue.set(blocked, i);
      blocked.names.add(name);
    }
    c.suspensions.suspend(c.client, blocked);
  }

  /** @hot Key `i` of `keys` may be what somebody waits for: looked at when the running unit has ended. O(1). */
  keyReady(c: CommandContext, db: Database, keys: ByteSpans, i: number): void {
    if (this.queues.size > 0) this.note(c, nameOf(db.number, keys, i));
  }

  /** The same for all keys of a database: it was exchanged or emptied. O(keys that are waited for). */
  databaseReady(c: CommandContext, number: number): void {
    const prefix = `${number}:`;
    for (const name of this.queues.keys()) if (name.startsWith(prefix)) this.note(c, name);
  }

  /** Takes a command that no longer waits out of the queues. O(its keys). */
  forget(blocked: Blocked): void {
    for (const name of blocked.names) {
      const queue = this.queues.get(name);
      queue?.delete(blocked);
      if (queue?.size === 0) this.queues.delete(name);
    }
  }

  private note(c: CommandContext, name: string): void {
    if (!this.queues.has(name)) return;
    if (this.ready.size === 0 && !this.isServing) c.suspensions.later((rerun) => this.serve(c, rerun));
    this.ready.add(name);
  }

  /** Serves whoever can be, and returns them: the rest of their input is to be offered. */
  private serve(c: CommandContext, rerun: Rerun): Client[] {
    const served: Client[] = [];
    const { argv } = c;
    this.isServing = true;
    try {
      for (const name of this.ready) {
        this.ready.delete(name); // it may be noted again by what is served now: a set goes on with what is added
        for (const [blocked, i] of [...(this.queues.get(name) ?? [])]) {
          if (blocked.client.suspension !== blocked) continue;
          c.argv = blocked.argv;
          if (!this.isServable(c, blocked, i)) continue;
          served.push(blocked.client);
          this.runAgain(c, blocked, rerun);
        }
      }
    } finally {
      c.argv = argv;
      this.isServing = false;
    }
    return served;
  }

  private isServable(c: CommandContext, blocked: Blocked, i: number): boolean {
    const db = c.keyspace.db(blocked.client.database);
    c.db = db;
    return blocked.wait.isServable(c, db.peek(c.argv, i), i);
  }

  private runAgain(c: CommandContext, blocked: Blocked, rerun: Rerun): void {
    this.forget(blocked);
    c.suspensions.end(blocked.client);
    this.deadlineMs = blocked.deadlineMs;
    rerun(blocked.client, blocked.command);
    this.deadlineMs = -1;
  }
}

/** A command that waits, with its arguments. */
class Blocked implements Suspension {
  readonly client: Client;
  readonly command: Command;
  readonly argv = new Argv(0);
  readonly wait: Wait;
  readonly deadlineMs: number;
  /** The queues that it stands in. */
  readonly names = new Set<string>();
  private readonly owner: BlockedKeys;

  constructor(owner: BlockedKeys, c: CommandContext, wait: Wait, deadlineMs: number) {
    this.owner = owner;
    this.client = c.client;
    this.command = c.command;
    this.argv.assign(Array.from({ length: c.argv.count }, (_, i) => c.argv.copy(i)));
    this.wait = wait;
    this.deadlineMs = deadlineMs;
  }

  timedOut(c: CommandContext): void {
    this.owner.forget(this);
    this.wait.timedOut(c);
  }

  dropped(): void {
    this.owner.forget(this);
  }
}

/**
 * Whether the running command may wait: somebody has to be there to whom it can be answered later, and no other command
 * that goes on behind it.
 */
export function mayBlock(c: CommandContext): boolean {
  return c.client.connection !== null && !c.isInside;
}

function nameOf(database: number, keys: ByteSpans, i: number): string {
  const { bytes } = keys;
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + keys.offset(i), keys.length(i));
  return `${database}:${key.toString('latin1')}`;
}
