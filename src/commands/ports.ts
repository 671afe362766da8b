/**
 * Ports: what commands ask of the layers above them. `server/` fills them in when it puts a server together.
 */
import type { ServerStatus } from '../observability/server-status.js';
import type { Client } from './client.js';

/** How SHUTDOWN asks the server to end. */
export interface ShutdownRequest {
  /** Save though no save point is set (`SAVE`), do not save (`NOSAVE`), or as configured. */
  readonly save: 'save' | 'nosave' | 'configured';
  /** Do not wait for replicas. */
  readonly now: boolean;
  /** Ignore errors that would keep the server alive. */
  readonly force: boolean;
}

/** The connected clients. */
export interface ClientsPort {
  /** All clients in the order of their ids. */
  all(): Iterable<Client>;
  byId(id: number): Client | undefined;
  readonly count: number;
  /** Closes a client: at once, or after its reply when it is the one being served. */
  kill(client: Client): void;
}

/** The life of the server. */
export interface LifecyclePort {
  /** Begins an orderly end. False when the server cannot end now: the reason is in the log. */
  shutdown(request: ShutdownRequest): boolean;
  /** Ends this server at once with `cause`, for DEBUG commands that crash. */
  crash(cause: Error): void;
  /**
   * Ends the server, in order or at once, and starts it again in the same process after `delayMs` (DEBUG RESTART).
   * Returns an error's text where that is not possible.
   */
  restart(delayMs: number, graceful: boolean): string | null;
  /** Stops or resumes the cron (DEBUG PAUSE-CRON). */
  pauseCron(paused: boolean): void;
}

/** A line of the server's log. */
export interface LogPort {
  debug(message: string): void;
  verbose(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
}

export interface Ports {
  readonly clients: ClientsPort;
  readonly lifecycle: LifecyclePort;
  readonly log: LogPort;
  readonly status: ServerStatus;
}
