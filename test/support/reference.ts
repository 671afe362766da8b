/**
 * The reference server: redis-server 7.0.15 as Debian packages it. It decides what is right; where it is missing, the
 * tests that compare with it are skipped, and fail with CI=true.
 */
import { spawnSync } from 'node:child_process';
import { type RunningServer, type StartOptions, startServer } from './server-process.js';

const PROGRAM = process.env['REDSTART_REFERENCE'] ?? 'redis-server';

/** Version of the reference found in the search path (or at `REDSTART_REFERENCE`), or null. */
export const referenceVersion: string | null = findVersion();

/** Whether comparing tests can run: a reference of the 7.0 line was found. */
export const referenceAvailable: boolean = referenceVersion?.startsWith('7.0.') ?? false;

/** What to tell when {@link referenceAvailable} is false. */
export function missingReferenceMessage(): string {
  const found = referenceVersion === null ? 'none was found' : `version ${referenceVersion} was found`;
  return (
    `Comparing tests need redis-server 7.0.15 (Debian: apt-get install redis-server), ${found}: ` +
    'they are skipped. Set REDSTART_REFERENCE to the path of one that is not in the search path.'
  );
}

/** Starts the reference on a spare port, without persistence and with DEBUG allowed, `args` after these defaults. */
export function startReference(args: readonly string[] = [], options: StartOptions = {}): Promise<RunningServer> {
  if (!referenceAvailable) throw new Error(missingReferenceMessage());
  return startServer('reference', [PROGRAM], args, options);
}

function findVersion(): string | null {
  const result = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return /v=(\d+\.\d+\.\d+)/.exec(result.stdout ?? '')?.[1] ?? null;
}
