/** Watches for commands that take long and enters them in the slow log. */
import type { CommandContext } from '../commands/context.js';
import type { CommandObserver } from '../commands/observer.js';
import { FLAG_SKIP_SLOWLOG } from '../commands/spec.js';
import type { Command } from '../commands/table.js';
import type { Config } from '../config/index.js';

export class SlowCommands implements CommandObserver {
  thresholdUs = Number.POSITIVE_INFINITY;

  /** Follows `slowlog-log-slower-than`, now and whenever CONFIG SET changes it; below 0 nothing is logged. */
  constructor(config: Config) {
    const apply = (): null => {
      const { slowlogLogSlowerThan } = config;
      this.thresholdUs = slowlogLogSlowerThan < 0 ? Number.POSITIVE_INFINITY : slowlogLogSlowerThan;
      return null;
    };
    config.onApply(['slowlogLogSlowerThan'], apply);
    apply();
  }

  slowCommand(c: CommandContext, command: Command, usec: number): void {
    const { argv, client, config } = c;
    // Refused for its arguments, or still waiting: it has not run.
    if (!command.acceptsCount(argv.count) || client.suspension !== null) return;
    if ((command.flags & FLAG_SKIP_SLOWLOG) !== 0) return;
    c.stats.slowlog.add(
      {
        // The command's own time is that of its beginning.
        atSeconds: Math.floor(c.clock.nowMs() / 1000),
        usec: Math.floor(usec),
        clientAddress: client.connection?.address ?? '',
        clientName: client.name,
      },
      argv,
      (i) => command.spec.isSecret?.(argv, i) ?? false,
      config.slowlogMaxLen,
    );
  }
}
