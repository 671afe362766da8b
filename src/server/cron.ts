/**
 * Everything that a server does by the clock.
 *
 * ```
 *   tick      hz times a second: idle clients, buffers, statistics            (`hz`, `dynamic-hz`)
 *   upkeep    keys that are due, memory to free: 1 ms a turn while there is work; else when the next key is due, and
 *             with each tick
 *   deadline  the moment at which the next suspended client has waited long enough
 * ```
 * No timer keeps the process alive: the listening sockets do, and an embedder's process may end when they are closed.
 */
import type { Clock } from '../util/clock.js';

/** The time that upkeep takes at most in one turn of the event loop. */
export const UPKEEP_BUDGET_US = 1000;
/** The longest time that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** `dynamic-hz` raises hz until no tick visits more clients than this. */
const CLIENTS_A_TICK = 200;
const MAX_HZ = 500;

/** What the cron does and asks. */
export interface CronTasks {
  /** `hz` and `dynamic-hz`. */
  readonly hz: number;
  readonly dynamicHz: boolean;
  readonly clientCount: number;
  /** @param hz how many ticks there are a second: work on all clients is divided by it */
  tick(hz: number): void;
  /** Works for up to `budgetUs` microseconds; returns whether there is more to do at once. */
  upkeep(budgetUs: number): boolean;
  /** When upkeep has something to do next, in wall-clock milliseconds, infinity when that is not known. */
  readonly nextUpkeepMs: number;
  /** The next deadline in wall-clock milliseconds, infinity when there is none. */
  readonly nextDeadlineMs: number;
  /** Called when a deadline may have passed. */
  deadlinePassed(): void;
  /** Gets what a task threw: the server stops. */
  failed(cause: unknown): void;
}

/** The timers of one server. */
export class Cron {
  /** Ticks so far. */
  loops = 0;
  private readonly tasks: CronTasks;
  private readonly clock: Clock;
  private ticking: NodeJS.Timeout | null = null;
  private upkeepTimer: NodeJS.Timeout | null = null;
  private upkeepNow: NodeJS.Immediate | null = null;
  private deadlineTimer: NodeJS.Timeout | null = null;
  private deadlineMs = Number.POSITIVE_INFINITY;
  private running = false;
  private paused = false;

  constructor(tasks: CronTasks, clock: Clock) {
    this.tasks = tasks;
    this.clock = clock;
  }

  /** How many ticks there are a second now. */
  get effectiveHz(): number {
    const { dynamicHz, clientCount } = this.tasks;
    let { hz } = this.tasks;
    if (dynamicHz) while (clientCount / hz > CLIENTS_A_TICK && hz < MAX_HZ) hz *= 2;
    return Math.min(hz, MAX_HZ);
  }

  start(): void {
    this.running = true;
    this.scheduleTick();
    this.scheduleUpkeep(false);
  }

  /** Stops all timers for good. */
  stop(): void {
    this.running = false;
    if (this.ticking !== null) clearTimeout(this.ticking);
    if (this.upkeepTimer !== null) clearTimeout(this.upkeepTimer);
    if (this.upkeepNow !== null) clearImmediate(this.upkeepNow);
    if (this.deadlineTimer !== null) clearTimeout(this.deadlineTimer);
  }

  /** Stops ticks and upkeep for a while (DEBUG PAUSE-CRON); deadlines of clients still hold. */
  setPaused(paused: boolean): void {
    this.paused = paused;
  }

  /** To be called when upkeep has something to do sooner than {@link CronTasks.nextUpkeepMs} said. O(1). */
  upkeepSooner(): void {
    if (!this.running || this.upkeepNow !== null) return;
    this.scheduleUpkeep(false);
  }

  /** To be called when a client was suspended: its deadline may be the next one. O(1). */
  deadlineChanged(): void {
    const { nextDeadlineMs } = this.tasks;
    if (!this.running || nextDeadlineMs >= this.deadlineMs) return;
    if (this.deadlineTimer !== null) clearTimeout(this.deadlineTimer);
    this.deadlineMs = nextDeadlineMs;
    const delayMs = Math.max(0, nextDeadlineMs - this.clock.nowMs());
    this.deadlineTimer = setTimeout(this.onDeadline, Math.min(delayMs, MAX_DELAY_MS));
    this.deadlineTimer.unref();
  }

  private scheduleTick(): void {
    this.ticking = setTimeout(this.onTick, Math.round(1000 / this.effectiveHz));
    this.ticking.unref();
  }

  private scheduleUpkeep(atOnce: boolean): void {
    if (atOnce) {
      this.upkeepNow ??= setImmediate(this.onUpkeep);
      return;
    }
    // An upkeep that ran just now may have been told of a key that is due sooner, and have set a timer for it.
    if (this.upkeepTimer !== null) clearTimeout(this.upkeepTimer);
    this.upkeepTimer = null;
    const { nextUpkeepMs } = this.tasks;
    if (this.paused || nextUpkeepMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(1, nextUpkeepMs - this.clock.nowMs());
    this.upkeepTimer = setTimeout(this.onUpkeep, Math.min(delayMs, MAX_DELAY_MS));
    this.upkeepTimer.unref();
  }

  private readonly onTick = (): void => {
    if (!this.running) return;
    this.loops++;
    if (!this.paused) {
      this.guarded(() => this.tasks.tick(this.effectiveHz));
      // Upkeep is more than keys that are due, and the wall clock may have been set.
      if (this.upkeepNow === null) this.onUpkeep();
    }
    if (this.running) this.scheduleTick();
  };

  private readonly onUpkeep = (): void => {
    if (this.upkeepTimer !== null) clearTimeout(this.upkeepTimer);
    this.upkeepTimer = null;
    this.upkeepNow = null;
    if (!this.running) return;
    let more = false;
    if (!this.paused) {
      this.guarded(() => {
        more = this.tasks.upkeep(UPKEEP_BUDGET_US);
      });
    }
    if (this.running) this.scheduleUpkeep(more);
  };

  private readonly onDeadline = (): void => {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.deadlineTimer = null;
    if (!this.running) return;
    this.guarded(() => this.tasks.deadlinePassed());
    this.deadlineChanged();
  };

  /** A failure of a task is this server's and not the process'. */
  private guarded(task: () => void): void {
    try {
      task();
    } catch (cause) {
      this.tasks.failed(cause);
    }
  }
}
