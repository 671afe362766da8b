/** Who sees how long commands took: SLOWLOG, LATENCY and the like. */
import type { CommandContext } from './context.js';
import type { Command } from './table.js';

export interface CommandObserver {
  /** Commands faster than this many microseconds are of no interest; infinity: none is. */
  readonly thresholdUs: number;
  /** The command in `c.argv` took `usec`. */
  slowCommand(c: CommandContext, command: Command, usec: number): void;
}
