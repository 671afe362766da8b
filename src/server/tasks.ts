/**
 * What a server does by the clock, put together: see cron.ts for when.
 */
import type { CommandContext } from '../commands/context.js';
import type { Network } from '../net/index.js';
import type { Clients } from './clients.js';
import type { CronTasks } from './cron.js';
import type { Log } from './log.js';
import { LoopMonitor, Rate, SAMPLE_INTERVAL_MS } from './samples.js';

/** How often a debug line tells what the server holds. */
const STATUS_INTERVAL_MS = 5000;

/** What the tasks work on. */
export interface TaskParts {
  readonly context: CommandContext;
  readonly log: Log;
  readonly network: Network;
  readonly clients: Clients;
  readonly onFailure: (cause: unknown) => void;
}

/** One server's tasks, and the rates that they measure. */
export class ServerTasks implements CronTasks {
  /** Commands, kilobytes in and out, and turns of the event loop a second; microseconds of a turn. */
  readonly opsPerSecond = new Rate();
  readonly inputKilobytes = new Rate();
  readonly outputKilobytes = new Rate();
  readonly loopCyclesPerSecond = new Rate();
  readonly loopCycleUs = new Rate();
  readonly loop = new LoopMonitor();
  /** Microseconds that the tasks took. */
  spentUs = 0;
  private readonly parts: TaskParts;
  private sampledMs = 0;
  private statusMs = 0;

  constructor(parts: TaskParts) {
    this.parts = parts;
  }

  get hz(): number {
    return this.parts.context.config.hz;
  }

  get dynamicHz(): boolean {
    return this.parts.context.config.dynamicHz;
  }

  get clientCount(): number {
    return this.parts.clients.count;
  }

  get nextDeadlineMs(): number {
    return this.parts.context.suspensions.nextDeadlineMs;
  }

  get nextUpkeepMs(): number {
    return this.parts.context.keyspace.nextExpiryMs();
  }

  tick(hz: number): void {
    const { context, network, log } = this.parts;
    const { clock } = context;
    const begunUs = clock.monotonicUs();
    const nowMs = clock.nowMs();
    network.maintain(hz);
    context.pause.look(nowMs);
    this.closeIdleClients(nowMs, hz);
    if (nowMs - this.sampledMs >= SAMPLE_INTERVAL_MS) this.sample(nowMs);
    if (nowMs - this.statusMs >= STATUS_INTERVAL_MS) {
      this.statusMs = nowMs;
      const { clients } = this.parts;
      log.debug(`${clients.count} clients connected (0 replicas), ${context.keyspace.account.used} bytes in use`);
    }
    this.spentUs += clock.monotonicUs() - begunUs;
  }

  upkeep(budgetUs: number): boolean {
    const { clock, keyspace } = this.parts.context;
    const begunUs = clock.monotonicUs();
    const more = keyspace.maintain(budgetUs);
    this.spentUs += clock.monotonicUs() - begunUs;
    return more;
  }

  deadlinePassed(): void {
    this.parts.context.suspensions.expire(this.parts.context.clock.nowMs());
  }

  failed(cause: unknown): void {
    this.parts.onFailure(cause);
  }

  /** CONFIG RESETSTAT: rates and the loop's figures begin anew. */
  resetFigures(): void {
    this.opsPerSecond.reset();
    this.inputKilobytes.reset();
    this.outputKilobytes.reset();
    this.loopCyclesPerSecond.reset();
    this.loopCycleUs.reset();
    this.loop.reset();
    this.spentUs = 0;
  }

  /** Takes the rates' samples. */
  private sample(nowMs: number): void {
    const { stats } = this.parts.context;
    this.sampledMs = nowMs;
    this.opsPerSecond.sample(stats.totalCommandsProcessed, nowMs, 1000);
    this.inputKilobytes.sample(stats.totalNetInputBytes, nowMs, 1000 / 1024);
    this.outputKilobytes.sample(stats.totalNetOutputBytes, nowMs, 1000 / 1024);
    const { cycles, busyUs } = this.loop;
    this.loopCyclesPerSecond.sample(cycles, nowMs, 1000);
    this.loopCycleUs.sample(busyUs, cycles, 1);
  }

  /** `timeout`: each client is looked at once a second. Those that wait for something are not idle. */
  private closeIdleClients(nowMs: number, slices: number): void {
    const { context, clients, log } = this.parts;
    const { timeout } = context.config;
    if (timeout === 0) return;
    clients.visitPart(slices, (client) => {
      if (client.suspension !== null || client.subscriptions !== null) return;
      const lastMs = Math.max(client.lastInteractionMs, client.connection?.lastKeptMs ?? 0);
      if (nowMs - lastMs <= timeout * 1000) return;
      log.verbose('Closing idle client');
      client.connection?.destroy();
    });
  }
}
