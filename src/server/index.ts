/**
 * Redstart as a library: `createServer` starts a server inside this process.
 *
 * ```ts
 * import { createServer } from 'redstart';
 *
 * const server = await createServer({ port: 0, maxmemory: '100mb' });
 * console.log(server.address); // { host: '127.0.0.1', port: 43210 }
 * await server.close();
 * ```
 */
import { resolve } from 'node:path';
import { Config, type FieldName, type OverrideValue, systemErrorText } from '../config/index.js';
import { type Clock, systemClock } from '../util/clock.js';
import { LOG_LEVEL_NAMES, Log, type LogLevel, type LogSink } from './log.js';
import { FileSink } from './log-sinks.js';
import { Server } from './server.js';
import { StartupError } from './startup-error.js';

export { ConfigError } from '../config/index.js';
export { StartupError } from './startup-error.js';

/** The value of a directive; undefined leaves it at its default, and so does null but for `port`. */
export type DirectiveValue = OverrideValue | null | undefined;

/**
 * Directives by their name (`'maxmemory-policy'`) or in camelCase (`maxmemoryPolicy`), all optional. Other than in a
 * configuration file, `port: 0` is any free port and `port: null` none at all, and `bind` is this machine alone by
 * default. What concerns the process is for the program redstart-server and means nothing here: `daemonize`,
 * `supervised`, `pidfile`, `syslog-...`, `set-proc-title`, `shutdown-on-...`.
 */
export type Directives = Readonly<Partial<Record<FieldName, DirectiveValue>> & Record<string, DirectiveValue>>;

/** What is not a directive. */
export interface CreateOptions {
  /** Gets the lines of the log; without it, and without the directive `logfile`, nothing is logged. */
  readonly onLog?: (level: LogLevel, line: string) => void;
  /** The time that the server goes by: commands, expiry and statistics. The system's by default. */
  readonly clock?: Clock;
}

/** A server that runs in this process. */
export interface RedstartServer {
  /** Where it listens for TCP; null when it does not. */
  readonly address: { readonly host: string; readonly port: number } | null;
  /** The TCP port, 0 when there is none. */
  readonly port: number;
  /** The path of its unix socket, null when there is none. */
  readonly unixSocket: string | null;
  /** Resolves when it has ended in order, rejects with the cause when a broken invariant ended it. */
  readonly closed: Promise<void>;
  /** Ends it in order: connections are closed, sockets are free again. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process. Any number of them can run side by side: they share nothing.
 * @throws ConfigError for a directive that is wrong, StartupError when the system does not let it start
 */
export async function createServer(directives: Directives = {}, options: CreateOptions = {}): Promise<RedstartServer> {
  const { port, bind, ...others } = directives;
  const overrides: Record<string, OverrideValue | undefined> = { bind: bind ?? ['127.0.0.1', '-::1'] };
  for (const [name, value] of Object.entries(others)) if (value !== null) overrides[name] = value;
  if (port !== undefined) overrides['port'] = port ?? 0;
  const config = Config.fromSources({ overrides });
  const clock = options.clock ?? systemClock;
  const log = new Log(clock, LOG_LEVEL_NAMES.indexOf(config.loglevel), sinks(config, clock, options));
  const server = new Server({ config, log, clock, anyFreePort: port === 0 });
  const closeLog = (): void => log.close();
  server.closed.then(closeLog, closeLog);
  try {
    await server.start();
  } catch (error) {
    closeLog();
    throw error;
  }
  const { listeners } = server;
  const [host] = listeners.tcpAddresses;
  return {
    address: host === undefined ? null : { host, port: listeners.tcpPort },
    port: listeners.tcpPort,
    unixSocket: listeners.unixPath,
    closed: server.closed,
    close: () => server.close(),
  };
}

function sinks(config: Config, clock: Clock, options: CreateOptions): LogSink[] {
  const { onLog } = options;
  const all: LogSink[] = [];
  if (config.logfile !== '') all.push(openLog(resolve(config.dir, config.logfile), clock));
  if (onLog !== undefined) all.push({ write: (level, line) => onLog(level, line.trimEnd()), close: () => {} });
  return all;
}

function openLog(path: string, clock: Clock): LogSink {
  try {
    return new FileSink(path, clock);
  } catch (cause) {
    throw new StartupError(`Can't open the log file: ${systemErrorText(cause)}`, { cause });
  }
}
