/** What INFO tells of one server as a whole. */
import { randomBytes } from 'node:crypto';
import type { ConnectionMemory } from '../net/index.js';
import type { ConnectionStatus, ListenerStatus, RateStatus, ServerStatus } from '../observability/server-status.js';
import type { Clock } from '../util/clock.js';
import type { Cron } from './cron.js';
import type { ServerTasks } from './tasks.js';

/** Where its listeners are: `net`'s Listeners. */
export interface ListenerAddresses {
  readonly tcpPort: number;
  /** As `bind` has them. */
  readonly boundNames: readonly string[];
  readonly unixPath: string | null;
}

/** What a status reads. */
export interface StatusParts {
  readonly tasks: ServerTasks;
  readonly cron: Cron;
  readonly listeners: ListenerAddresses;
  readonly memory: ConnectionMemory;
  readonly clock: Clock;
}

const ID_BYTES = 20;
const NO_ID = '0'.repeat(2 * ID_BYTES);

export class Status implements ServerStatus {
  readonly runId = newId();
  readonly startedMs: number;
  startupBytes = 0;
  replicationId = newId();
  secondReplicationId = NO_ID;
  /** Set once they exist: commands that INFO needs them for come later. */
  parts: StatusParts | null = null;

  constructor(
    startedMs: number,
    readonly supervisor: string,
  ) {
    this.startedMs = startedMs;
  }

  get effectiveHz(): number {
    return this.parts?.cron.effectiveHz ?? 0;
  }

  get listeners(): readonly ListenerStatus[] {
    const all: ListenerStatus[] = [];
    if (this.parts === null) return all;
    const { tcpPort, boundNames, unixPath } = this.parts.listeners;
    if (tcpPort !== 0) all.push({ name: 'tcp', addresses: boundNames, port: tcpPort });
    if (unixPath !== null) all.push({ name: 'unix', addresses: [unixPath], port: 0 });
    return all;
  }

  get connections(): ConnectionStatus {
    if (this.parts === null) return { memoryBytes: 0, recentInputBytes: 0, recentOutputBytes: 0 };
    const { memory, clock } = this.parts;
    const nowMs = clock.nowMs();
    return {
      memoryBytes: memory.bytes,
      recentInputBytes: memory.input.at(nowMs),
      recentOutputBytes: memory.output.at(nowMs),
    };
  }

  get rates(): RateStatus {
    const tasks = this.parts?.tasks;
    return {
      opsPerSecond: tasks?.opsPerSecond.mean ?? 0,
      inputKilobytes: tasks?.inputKilobytes.mean ?? 0,
      outputKilobytes: tasks?.outputKilobytes.mean ?? 0,
      loopCyclesPerSecond: tasks?.loopCyclesPerSecond.mean ?? 0,
      loopCycleUs: tasks?.loopCycleUs.mean ?? 0,
    };
  }

  get loopCycles(): number {
    return this.parts?.tasks.loop.cycles ?? 0;
  }

  get loopBusyUs(): number {
    return this.parts?.tasks.loop.busyUs ?? 0;
  }

  get cronUs(): number {
    return Math.round(this.parts?.tasks.spentUs ?? 0);
  }

  resetFigures(): void {
    this.parts?.tasks.resetFigures();
  }

  changeReplicationId(): void {
    this.replicationId = newId();
    this.secondReplicationId = NO_ID;
  }
}

function newId(): string {
  return randomBytes(ID_BYTES).toString('hex');
}
