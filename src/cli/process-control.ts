/**
 * What concerns the process as a whole, so only a program may do it and never a server that is embedded in another
 * program: going into the background, the pid file, the process' title, and talking to a supervisor.
 *
 * Node can neither fork nor send to a datagram unix socket. So `daemonize yes` starts a second process of its own
 * session and ends the first, which is what a caller of Redis sees too; and systemd is told through its own
 * `systemd-notify`.
 */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { isTitleVariable, systemErrorText, type TitleVariable } from '../config/index.js';

/** Marks the process that `daemonize yes` started, which must not start another. */
const DAEMON_MARK = 'REDSTART_DAEMON';

/** Who watches over the process, as `supervised` and the environment say. */
export type Supervisor = 'none' | 'systemd' | 'upstart';

/** Whether this process is the one that serves in the background. */
export function isDaemon(): boolean {
  return process.env[DAEMON_MARK] === '1';
}

/**
 * Starts this program again in the background, in a session of its own and without a terminal. Resolves when it runs;
 * the caller exits then. Rejects when it could not be started.
 * @param stdin what this process has read from its standard input already, for the new one to read again
 */
export function daemonize(stdin: Uint8Array | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      detached: true,
      stdio: [stdin === null ? 'ignore' : 'pipe', 'ignore', 'ignore'],
      env: { ...process.env, [DAEMON_MARK]: '1' },
    });
    child.on('error', reject);
    child.on('spawn', () => {
      child.unref();
      if (child.stdin === null) resolve();
      else child.stdin.end(stdin, () => resolve());
    });
  });
}

/** Writes the process' id to `path`; returns the reason when that fails, which is no reason not to serve. */
export function writePidFile(path: string): string | null {
  try {
    writeFileSync(path, `${process.pid}\n`);
    return null;
  } catch (error) {
    return systemErrorText(error);
  }
}

/** Removes the pid file; one that is gone already is no matter. */
export function removePidFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The process ends: a file that cannot be removed holds a dead process' id, as after a crash.
  }
}

/** What `proc-title-template` may hold. */
export interface TitleFields {
  readonly title: string;
  readonly listenAddress: string;
  readonly serverMode: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly unixSocket: string;
  readonly configFile: string;
}

/** The names in braces of `proc-title-template`. */
const TITLE_NAMES: Readonly<Record<TitleVariable, (fields: TitleFields) => string>> = {
  title: (fields) => fields.title,
  'listen-addr': (fields) => fields.listenAddress,
  'server-mode': (fields) => fields.serverMode,
  port: (fields) => String(fields.port),
  'tls-port': (fields) => String(fields.tlsPort),
  unixsocket: (fields) => fields.unixSocket,
  'config-file': (fields) => fields.configFile,
};

/**
 * The template with its names filled in and `{{` as a brace; null when it holds a name that there is not, or an open
 * brace.
 */
export function expandTitle(template: string, fields: TitleFields): string | null {
  let wrong = false;
  const title = template.replace(/\{\{|\{([^{}]*)\}?/g, (whole: string, name: string) => {
    if (whole === '{{') return '{';
    if (whole.endsWith('}') && isTitleVariable(name)) return TITLE_NAMES[name](fields);
    wrong = true;
    return '';
  });
  return wrong ? null : title.trimEnd();
}

/** Who watches over this process. `auto` takes whoever shows in the environment. */
export function findSupervisor(mode: string, environment: NodeJS.ProcessEnv = process.env): Supervisor {
  if (mode === 'systemd' || mode === 'upstart') return mode;
  if (mode !== 'auto') return 'none';
  if (environment['UPSTART_JOB'] !== undefined) return 'upstart';
  return environment['NOTIFY_SOCKET'] !== undefined ? 'systemd' : 'none';
}

/**
 * Tells systemd how the service does, through the `systemd-notify` program: the unit needs `NotifyAccess=all`. Does not
 * wait for it, since the program itself waits until systemd has taken note.
 * @param onFailure called with the reason when that fails
 */
export function notifySystemd(assignments: readonly string[], onFailure: (reason: string) => void): void {
  if (process.env['NOTIFY_SOCKET'] === undefined) return onFailure('NOTIFY_SOCKET not found!');
  const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...assignments], { stdio: 'ignore', timeout: 5000 });
  child.on('error', (error) => onFailure(error.message));
  child.on('exit', (status, signal) => {
    if (status !== 0) onFailure(`systemd-notify: ${signal ?? `exit code ${status}`}`);
  });
  child.unref();
}
