/**
 * How many clients the system lets this process have: each needs a descriptor. (Node raises its own soft limit to the
 * hard one when it starts, so there is nothing left to raise.)
 */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import type { Log } from './log.js';
import { StartupError } from './startup-error.js';

/** Descriptors that are not for clients: files, listening sockets, Node's own. */
const RESERVED_DESCRIPTORS = 32;

/** The most descriptors that this process may have, null where the system does not tell. */
export function openFilesLimit(): number | null {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return null; // not a Linux
  }
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? null : Number(soft);
}

/** The most clients that fit under `limit` descriptors, infinity when there is no limit. */
export function mostClients(limit: number | null): number {
  return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - RESERVED_DESCRIPTORS);
}

/**
 * Lowers `maxclients` to what the descriptors allow, and says so in the log.
 * @throws StartupError when not even one client fits
 */
export function fitMaxClients(config: Config, log: Log, limit: number | null = openFilesLimit()): void {
  const most = mostClients(limit);
  const wanted = config.maxclients;
  if (limit === null || wanted <= most) return;
  const needed = wanted + RESERVED_DESCRIPTORS;
  if (most < 1) {
    const reason =
      `Your current 'ulimit -n' of ${limit} is not enough for the server to start. ` +
      `Please increase your open file limit to at least ${needed}. Exiting.`;
    log.warning(reason);
    throw new StartupError(reason);
  }
  config.maxclients = most;
  log.warning(`You requested maxclients of ${wanted} requiring at least ${needed} max file descriptors.`);
  log.warning(`Server can't set maximum open files to ${needed} because of OS error: Operation not permitted.`);
  log.warning(
    `Current maximum open files is ${limit}. maxclients has been reduced to ${most} to compensate for low ulimit. ` +
      `If you need higher maxclients increase 'ulimit -n'.`,
  );
}
