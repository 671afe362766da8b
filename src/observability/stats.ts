/**
 * Counters of one server: what INFO stats, commandstats and errorstats tell. Plain numbers, counted where it happens.
 */
import type { ErrorReply } from '../resp/error-reply.js';
import { SlowLog } from './slowlog.js';

/** How many kinds of errors errorstats keeps, so that a script's error texts cannot fill the memory. */
const MAX_ERROR_KINDS = 128;
/** The kind, of count 1, that tells that there were others (Redis 7.4 has it for the same). */
const ERRORS_CUT_OFF = 'ERRORSTATS_DISABLED';

/** Per-command statistics in arrays indexed by the command's id: nothing is allocated for a call. */
export class CommandStats {
  readonly calls: Float64Array;
  /** Microseconds, all calls together. */
  readonly usec: Float64Array;
  /** Calls that were refused before they ran. */
  readonly rejected: Float64Array;
  /** Calls that ran and answered an error. */
  readonly failed: Float64Array;

  /** @param idCount how many ids the table has given */
  constructor(idCount: number) {
    this.calls = new Float64Array(idCount);
    this.usec = new Float64Array(idCount);
    this.rejected = new Float64Array(idCount);
    this.failed = new Float64Array(idCount);
  }

  /** Microseconds of all calls of all commands. O(commands). */
  get totalUsec(): number {
    return this.usec.reduce((sum, usec) => sum + usec, 0);
  }

  reset(): void {
    this.calls.fill(0);
    this.usec.fill(0);
    this.rejected.fill(0);
    this.failed.fill(0);
  }
}

/** Everything that a server counts. Fields are named after INFO's. */
export class ServerStats {
  readonly commands: CommandStats;
  /** Not a counter: CONFIG RESETSTAT leaves it alone. */
  readonly slowlog = new SlowLog();
  /** Error code to how many times it was answered. */
  readonly errors = new Map<string, number>();
  totalCommandsProcessed = 0;
  totalErrorReplies = 0;
  totalConnectionsReceived = 0;
  rejectedConnections = 0;
  totalNetInputBytes = 0;
  totalNetOutputBytes = 0;
  totalReadsProcessed = 0;
  totalWritesProcessed = 0;
  clientQueryBufferLimitDisconnections = 0;
  clientOutputBufferLimitDisconnections = 0;
  aclAccessDeniedAuth = 0;
  aclAccessDeniedCmd = 0;
  aclAccessDeniedKey = 0;
  aclAccessDeniedChannel = 0;

  constructor(commandIdCount: number) {
    this.commands = new CommandStats(commandIdCount);
  }

  /** Counts an error reply by its code. */
  countError(reply: ErrorReply): void {
    this.totalErrorReplies++;
    const known = this.errors.get(reply.code);
    if (known === undefined && this.errors.size >= MAX_ERROR_KINDS) this.errors.set(ERRORS_CUT_OFF, 1);
    else this.errors.set(reply.code, (known ?? 0) + 1);
  }

  /** What CONFIG RESETSTAT sets back. */
  reset(): void {
    this.commands.reset();
    this.errors.clear();
    this.totalCommandsProcessed = 0;
    this.totalErrorReplies = 0;
    this.totalConnectionsReceived = 0;
    this.rejectedConnections = 0;
    this.totalNetInputBytes = 0;
    this.totalNetOutputBytes = 0;
    this.totalReadsProcessed = 0;
    this.totalWritesProcessed = 0;
    this.clientQueryBufferLimitDisconnections = 0;
    this.clientOutputBufferLimitDisconnections = 0;
    this.aclAccessDeniedAuth = 0;
    this.aclAccessDeniedCmd = 0;
    this.aclAccessDeniedKey = 0;
    this.aclAccessDeniedChannel = 0;
  }
}
