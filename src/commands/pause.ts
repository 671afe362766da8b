/**
 * CLIENT PAUSE: for a while no client's commands run, or none that write. They are postponed: each is run, with all
 * checks, when the pause is over. Until then no key expires, since replicas would have to hear of it.
 *
 * 1. A pause that comes while another one lasts can only make it longer, and hold more commands.
 * 2. It is over when somebody looks and its time is: the executor before a command, the cron while none comes.
 */
import { EXPIRED_DELETE, EXPIRED_HIDE } from '../keyspace/database.js';
import type { Client } from './client.js';
import type { CommandContext } from './context.js';
import { FLAG_MAY_REPLICATE, FLAG_WRITE } from './spec.js';
import type { Command } from './table.js';

export class Pause {
  /** Whether there is one, unless its time is over. */
  isOn = false;
  private readonly c: CommandContext;
  private endMs = 0;
  private holdsAll = false;
  private readonly postponed = new Set<Client>();

  constructor(context: CommandContext) {
    this.c = context;
  }

  /** Begins a pause until `endMs`, or extends the one that there is. @param holdsAll not only what writes */
  begin(endMs: number, holdsAll: boolean): void {
    const { c } = this;
    this.endMs = this.isOn ? Math.max(this.endMs, endMs) : endMs;
    this.holdsAll = holdsAll || (this.isOn && this.holdsAll);
    this.isOn = true;
    c.keyspace.expiredKeys = EXPIRED_HIDE;
  }

  /** Ends the pause, and lets everybody go on. O(clients that wait). */
  end(): void {
    if (!this.isOn) return;
    const { c, postponed } = this;
    this.isOn = false;
    this.holdsAll = false;
    c.keyspace.expiredKeys = EXPIRED_DELETE;
    c.keyspace.wheel.onSooner();
    const clients = [...postponed];
    postponed.clear();
    for (const client of clients) c.suspensions.runAgain(client);
  }

  /** Ends the pause if its time is over. O(1) while it is not. */
  look(nowMs: number): void {
    if (this.isOn && nowMs >= this.endMs) this.end();
  }

  /**
   * Whether the command of a client has to wait: then the client is suspended, and the command runs later.
   * @param flags what the command may do, and for EXEC what it runs
   */
  holds(client: Client, flags: number): boolean {
    this.look(this.c.nowMs);
    if (!this.isOn || client.connection === null) return false;
    if (!this.holdsAll && (flags & (FLAG_WRITE | FLAG_MAY_REPLICATE)) === 0) return false;
    this.postponed.add(client);
    this.c.suspensions.postpone(client, {
      deadlineMs: this.endMs,
      timedOut: null,
      dropped: () => this.postponed.delete(client),
    });
    return true;
  }
}

/** What a command may do; EXEC what its transaction may. */
export function flagsOf(client: Client, command: Command): number {
  return command.name === 'exec' ? command.flags | (client.transaction?.flags ?? 0) : command.flags;
}
