/** What INFO tells of the parts of a server that lie above the commands; `server/` implements it. */

/** An address or several on which the server listens. */
export interface ListenerStatus {
  readonly name: 'tcp' | 'unix' | 'tls';
  /** Addresses as `bind` has them, or the path of the unix socket. */
  readonly addresses: readonly string[];
  /** 0 for a unix socket. */
  readonly port: number;
}

/** Means of the last samples; see `server/samples.ts`. */
export interface RateStatus {
  readonly opsPerSecond: number;
  readonly inputKilobytes: number;
  readonly outputKilobytes: number;
  readonly loopCyclesPerSecond: number;
  /** Microseconds of one turn of the event loop. */
  readonly loopCycleUs: number;
}

/** What all connections hold. */
export interface ConnectionStatus {
  readonly memoryBytes: number;
  /** The largest query buffer, and the largest output, that a connection had in the last seconds. */
  readonly recentInputBytes: number;
  readonly recentOutputBytes: number;
}

/** One server as a whole. Figures are read when they are asked for. */
export interface ServerStatus {
  /** 40 hexadecimal digits that no other run has. */
  readonly runId: string;
  readonly startedMs: number;
  /** Who watches over the process: `no`, `systemd` or `upstart`. */
  readonly supervisor: string;
  /** Ticks of the cron a second, after `dynamic-hz`. */
  readonly effectiveHz: number;
  /** What the memory account held when the server had started. */
  readonly startupBytes: number;
  readonly listeners: readonly ListenerStatus[];
  readonly connections: ConnectionStatus;
  readonly rates: RateStatus;
  /** Turns of the event loop, and microseconds that they took, since the server was made or its figures were reset. */
  readonly loopCycles: number;
  readonly loopBusyUs: number;
  /** Microseconds of them that work by the clock took. */
  readonly cronUs: number;
  /** The id of the history of changes that this server writes, 40 hexadecimal digits. */
  readonly replicationId: string;
  /** The id of the history that it continued, 40 zeros when there is none. */
  readonly secondReplicationId: string;
  /** Lets rates and the event loop's figures begin anew (CONFIG RESETSTAT). */
  resetFigures(): void;
  /** Begins a new history (DEBUG CHANGE-REPL-ID). */
  changeReplicationId(): void;
}
