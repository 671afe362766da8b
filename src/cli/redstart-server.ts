/**
 * The program redstart-server: reads its arguments, prepares the process, runs a server in it, and ends with the right
 * exit code. Only here are signals handled and is the process ended.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ShutdownRequest } from '../commands/ports.js';
import { Config, ConfigError, readCommandLine, systemErrorText } from '../config/index.js';
import { LOAD_CHECKS } from '../server/command-names.js';
import { LOG_LEVEL_NAMES, LOG_NOTICE, Log, type LogSink } from '../server/log.js';
import { FileSink, StdoutSink, SyslogSink } from '../server/log-sinks.js';
import { Server } from '../server/server.js';
import { StartupError } from '../server/startup-error.js';
import { systemClock } from '../util/clock.js';
import { REDIS_VERSION } from '../util/version.js';
import { checkSystem } from './check-system.js';
import {
  daemonize,
  expandTitle,
  findSupervisor,
  isDaemon,
  notifySystemd,
  removePidFile,
  type Supervisor,
  writePidFile,
} from './process-control.js';
import { tuneRuntime } from './runtime.js';

const PROGRAM = 'redstart-server';
/** Where Redis writes the pid of a server in the background when `pidfile` does not say. */
const DEFAULT_PID_FILE = '/var/run/redis.pid';
const SUPERVISED_BY_SYSTEMD =
  'Supervised by systemd. Please make sure you set appropriate values for TimeoutStartSec and TimeoutStopSec in your service unit.';

/** Runs the program with the arguments behind its name; resolves when the process may end. */
export async function main(args: readonly string[]): Promise<void> {
  switch (args[0]) {
    case '-v':
    case '--version':
    case '-h':
    case '--help':
      return (await import('./usage.js')).answerUsage(args);
    case '--test-memory':
      return refuseMemoryTest(args);
    case '--check-system':
      process.exitCode = checkSystem((text) => process.stdout.write(text)) ? 0 : 1;
      return;
    default:
      return serve(args);
  }
}

/** As Redis answers when no size is given; with one, the test is refused: garbage-collected memory cannot be tested. */
function refuseMemoryTest(args: readonly string[]): void {
  process.stderr.write(
    args.length === 2
      ? `${PROGRAM} does not test memory. Use a memory tester that runs without an operating system.\n`
      : 'Please specify the amount of memory to test in megabytes.\nExample: redstart-server --test-memory 4096\n\n',
  );
  process.exitCode = 1;
}

/** A program that was to watch over others must not begin to serve data in their place. */
function refuseSentinel(): void {
  stdoutLog().warning(`${PROGRAM} has no sentinel mode. Exiting...`);
  process.exitCode = 1;
}

/** Serves until it is told to end, again after each DEBUG RESTART. */
async function serve(args: readonly string[]): Promise<void> {
  if (args.includes('--sentinel')) return refuseSentinel();
  tuneRuntime();
  const stdin = readCommandLine(args).readsStdin ? readFileSync(0) : null;
  if (stdin !== null) stdoutLog().notice('Reading config from stdin');
  const startDirectory = process.cwd();
  let config = readConfig(args, stdin);
  const supervisor = findSupervisor(config.supervised);
  if (config.daemonize && supervisor === 'none' && !isDaemon()) {
    await daemonize(stdin);
    return;
  }
  for (;;) {
    const restartMs = await new Program(config, supervisor, args.length === 0).run();
    if (restartMs === null) return;
    await new Promise((done) => setTimeout(done, restartMs));
    process.chdir(startDirectory); // what the arguments name is relative to it, not to `dir`
    config = readConfig(args, stdin);
  }
}

/** The configuration; one that cannot be used is reported as Redis does, and ends the process. */
function readConfig(args: readonly string[], stdin: Buffer | null): Config {
  try {
    const config = Config.fromSources({ args, checks: LOAD_CHECKS, ...(stdin !== null && { stdin }) });
    process.chdir(config.dir);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.kind === 'block') process.stderr.write(error.formatBlock(REDIS_VERSION));
    else stdoutLog().warning(error.reason);
    process.exit(1);
  }
}

/** For what is said before the configuration tells where the log is. */
function stdoutLog(): Log {
  return new Log(systemClock, LOG_NOTICE, [new StdoutSink()]);
}

/** One run of a server in this process. */
class Program {
  private readonly config: Config;
  private readonly supervisor: Supervisor;
  private readonly usesDefaults: boolean;
  private readonly log: Log;
  private readonly pidFile: string;
  private server: Server | null = null;
  private restartMs: number | null = null;

  constructor(config: Config, supervisor: Supervisor, usesDefaults: boolean) {
    this.config = config;
    this.supervisor = supervisor;
    this.usesDefaults = usesDefaults;
    this.log = openLog(config);
    this.pidFile = config.pidfile !== '' ? config.pidfile : isDaemon() ? DEFAULT_PID_FILE : '';
  }

  /** Resolves when the server has ended in order: with the milliseconds after which to start again, or null. */
  async run(): Promise<number | null> {
    const { config, log } = this;
    this.logStart();
    const onSignal = (signal: NodeJS.Signals): void => this.shutdownBySignal(signal);
    const onFailure = (cause: unknown): void => {
      if (this.server === null) throw cause;
      this.server.fail(cause);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('SIGHUP', ignore);
    process.on('uncaughtException', onFailure);
    try {
      this.server = new Server({
        config,
        log,
        supervisor: this.supervisor === 'none' ? 'no' : this.supervisor,
        showsLogo: process.stdout.isTTY === true && config.logfile === '',
        onStopping: () => this.stopping(),
        onAddressChanged: () => this.setTitle(),
        onRestart: (delayMs) => {
          this.restartMs = delayMs;
        },
      });
      if (this.pidFile !== '') this.writePidFile();
      this.setTitle();
      config.onApply(['procTitleTemplate'], () => {
        this.setTitle();
        return null;
      });
      await this.server.start();
      this.tellReady();
      await this.server.closed;
    } catch (error) {
      if (!(error instanceof StartupError) && this.server?.hasEnded !== true) throw error;
      log.close();
      process.exit(1); // the reason is in the log
    } finally {
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
      process.off('SIGHUP', ignore);
      process.off('uncaughtException', onFailure);
    }
    log.close();
    if (this.restartMs === null) process.exit(0);
    return this.restartMs;
  }

  private logStart(): void {
    const { log, supervisor } = this;
    if (supervisor === 'systemd') {
      log.notice(SUPERVISED_BY_SYSTEMD);
      this.notify(`--status=${PROGRAM} is starting`);
    } else if (supervisor === 'upstart') {
      log.warning('supervised by upstart, will stop to signal readiness');
    }
    log.notice('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    log.notice(
      `Redis version=${REDIS_VERSION}, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started`,
    );
    if (this.usesDefaults) {
      log.warning(
        'Warning: no config file specified, using the default config. ' +
          `In order to specify a config file use ${PROGRAM} /path/to/redis.conf`,
      );
    } else {
      log.notice('Configuration loaded');
    }
  }

  private tellReady(): void {
    if (this.supervisor === 'upstart') process.kill(process.pid, 'SIGSTOP');
    if (this.supervisor === 'systemd') this.notify('--ready', '--status=Ready to accept connections');
  }

  private notify(...assignments: readonly string[]): void {
    notifySystemd(assignments, (reason) => this.log.warning(`systemd supervision error: ${reason}`));
  }

  private stopping(): void {
    if (this.supervisor === 'systemd') this.notify('STOPPING=1');
    if (this.pidFile === '') return;
    this.log.notice('Removing the pid file.');
    removePidFile(this.pidFile);
  }

  private writePidFile(): void {
    const failure = writePidFile(this.pidFile);
    if (failure !== null) this.log.notice(`Failed to write PID file: ${failure}`);
  }

  private setTitle(): void {
    const { config } = this;
    if (!config.setProcTitle) return;
    const title = expandTitle(config.procTitleTemplate, {
      title: PROGRAM,
      listenAddress: config.port === 0 ? config.unixsocket : `${config.bind[0] ?? '*'}:${config.port}`,
      serverMode: '',
      port: config.port,
      tlsPort: config.tlsPort,
      unixSocket: config.unixsocket,
      configFile: config.configFile ?? '',
    });
    if (title !== null) process.title = title;
  }

  /** SIGTERM and SIGINT end the server in order; SIGINT while it is ending ends the process at once. */
  private shutdownBySignal(signal: NodeJS.Signals): void {
    const { server, log, config } = this;
    if (server === null) process.exit(0); // nothing has begun yet
    if (signal === 'SIGINT' && server.isStopping) {
      log.signal('You insist... exiting now.');
      log.close();
      process.exit(1);
    }
    log.signal(`Received ${signal} scheduling shutdown...`);
    const options: readonly string[] = signal === 'SIGINT' ? config.shutdownOnSigint : config.shutdownOnSigterm;
    server.shutdown(shutdownRequest(options));
  }
}

function ignore(): void {}

function shutdownRequest(options: readonly string[]): ShutdownRequest {
  const save = options.includes('save') ? 'save' : options.includes('nosave') ? 'nosave' : 'configured';
  return { save, now: options.includes('now'), force: options.includes('force') };
}

function openLog(config: Config): Log {
  let sink: LogSink;
  try {
    sink = config.logfile === '' ? new StdoutSink() : new FileSink(resolve(config.dir, config.logfile), systemClock);
  } catch (error) {
    const failure = new ConfigError('block', `Can't open the log file: ${systemErrorText(error)}`);
    process.stderr.write(failure.formatBlock(REDIS_VERSION));
    process.exit(1);
  }
  const log = new Log(systemClock, LOG_LEVEL_NAMES.indexOf(config.loglevel), [sink]);
  if (config.syslogEnabled) {
    const onMissing = (reason: string): void => log.warning(`Can't log to the system log: ${reason}`);
    log.addSink(new SyslogSink(config.syslogIdent, config.syslogFacility, onMissing));
  }
  return log;
}
