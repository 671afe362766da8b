/** `--check-system`: settings of the system that get in a server's way. */
import { readFileSync } from 'node:fs';
import { openFilesLimit } from '../server/open-files.js';

/** One thing that is looked at: null when it is all right, else what to do about it. */
interface Check {
  readonly name: string;
  check(): string | null;
}

const DEFAULT_CLIENTS = 10_000;
const DEFAULT_BACKLOG = 511;
const OLDEST_NODE = 20;

const CHECKS: readonly Check[] = [
  {
    name: 'node-version',
    check: () =>
      Number.parseInt(process.versions.node, 10) >= OLDEST_NODE
        ? null
        : `Node ${OLDEST_NODE} or newer is needed, this is ${process.version}.`,
  },
  {
    name: 'open-files',
    check: () => {
      const limit = openFilesLimit();
      return limit === null || limit >= DEFAULT_CLIENTS + 32
        ? null
        : `At most ${limit} files can be open at once, too few for the default of ${DEFAULT_CLIENTS} clients: raise 'ulimit -n'.`;
    },
  },
  {
    name: 'tcp-backlog',
    check: () => {
      const most = readNumber('/proc/sys/net/core/somaxconn');
      return most === null || most >= DEFAULT_BACKLOG
        ? null
        : `The system lets only ${most} connections wait to be accepted: raise net.core.somaxconn to ${DEFAULT_BACKLOG}.`;
    },
  },
];

/** Prints the result of every check; returns whether all are fine. */
export function checkSystem(print: (text: string) => void): boolean {
  let fine = true;
  for (const { name, check } of CHECKS) {
    const advice = check();
    print(advice === null ? `[${name}]...OK\n` : `[${name}]...WARNING:\n${advice}\n`);
    if (advice !== null) fine = false;
  }
  return fine;
}

function readNumber(path: string): number | null {
  try {
    return Number(readFileSync(path, 'latin1'));
  } catch {
    return null; // not a Linux
  }
}
