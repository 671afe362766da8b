/**
 * The composition root: puts one server together from its layers, starts it, and takes it apart again.
 *
 * ```
 *   Listeners -> Connection -> Session -> RequestLoop -> Executor -> handlers -> Keyspace
 *                    ^                                      |            |
 *                    +------------- ReplyWriter <-----------+            +-> Feed
 *   Cron: time for all of them.   Config: hooks that bring changes to where they take effect.
 * ```
 * 1. Nothing is global: several servers of one process share only code and the event loop.
 * 2. A server ends once: by {@link Server.close}, SHUTDOWN, or a broken invariant ({@link Server.fail}). `closed`
 *    tells.
 * 3. It never ends the process and never changes its working directory: that is for src/cli.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Users } from '../acl/index.js';
import { Client } from '../commands/client.js';
import { clientInfo } from '../commands/client-info.js';
import { CommandContext } from '../commands/context.js';
import { Executor } from '../commands/executor.js';
import type { LifecyclePort, ShutdownRequest } from '../commands/ports.js';
import { Suspensions } from '../commands/suspension.js';
import type { Config } from '../config/index.js';
import { Feed } from '../keyspace/feed.js';
import { Keyspace } from '../keyspace/keyspace.js';
import { MAX_DATABASES } from '../keyspace/record.js';
import { Arena, isOutOfMemory, trainBarrier } from '../memory/index.js';
import {
  type Connection,
  type ConnectionOwner,
  defaultNetworkSettings,
  ListenError,
  Listeners,
  Network,
} from '../net/index.js';
import { ServerStats } from '../observability/stats.js';
import { Argv, ReplyWriter } from '../resp/index.js';
import { type Clock, systemClock } from '../util/clock.js';
import { Random } from '../util/random.js';
import { REDSTART_VERSION } from '../util/version.js';
import { ClientSession, type SessionParts } from './client-session.js';
import { Clients } from './clients.js';
import { configuredCommandTable } from './command-names.js';
import { crashReport } from './crash-report.js';
import { Cron } from './cron.js';
import { configureKeyspace, KeyspaceAnnouncer, watchEventConfig, watchKeyspaceConfig } from './keyspace-setup.js';
import { LOG_LEVEL_NAMES, LOG_NOTICE, LOG_WARNING, type Log } from './log.js';
import { logo } from './logo.js';
import { applyNetworkSettings, NO_TLS, needsTls, watchNetworkConfig } from './network-config.js';
import { fitMaxClients } from './open-files.js';
import { RequestLoop } from './request-loop.js';
import { SlowCommands } from './slow-commands.js';
import { StartupError } from './startup-error.js';
import { Status } from './status.js';
import { ServerTasks } from './tasks.js';
import { missingFeature, watchWaitingDirectives } from './waiting-directives.js';

/** The system's bound on connections that wait to be accepted. */
const SOMAXCONN = '/proc/sys/net/core/somaxconn';
/** How many clients a crash report lists. */
const REPORTED_CLIENTS = 64;

/** What a server is made of besides its configuration. */
export interface ServerParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** Whether port 0 is any free port, as embedders and tests want it, rather than none, as Redis has it. */
  readonly anyFreePort?: boolean;
  /** Who watches over the process, for INFO. Default: nobody. */
  readonly supervisor?: string;
  /** Whether the logo is shown without `always-show-logo`: the log goes to a terminal. */
  readonly showsLogo?: boolean;
  /** Called when the server begins to end, before it closes its sockets. */
  readonly onStopping?: () => void;
  /** Called when the server listens on another address. */
  readonly onAddressChanged?: () => void;
  /** Starts a new server once this one has ended, for DEBUG RESTART; null or none where that cannot be done. */
  readonly onRestart?: ((delayMs: number) => void) | null;
}

/** When a started server takes its dummy snapshot: the first client has been served by then. */
const TRAIN_AFTER_MS = 100;

const STARTING = 0;
const RUNNING = 1;
const STOPPING = 2;
const STOPPED = 3;

/** One server; see the head of this file. */
export class Server implements LifecyclePort {
  readonly config: Config;
  readonly log: Log;
  readonly context: CommandContext;
  readonly network: Network;
  readonly listeners: Listeners;
  /** Resolves when the server has ended in order, rejects with the cause when a broken invariant ended it. */
  readonly closed: Promise<void>;
  private readonly parts: ServerParts;
  private readonly clock: Clock;
  private readonly clients: Clients;
  private readonly requests: RequestLoop;
  private readonly cron: Cron;
  private readonly tasks: ServerTasks;
  private readonly sessions: SessionParts;
  private readonly users = new Users();
  private readonly startedMs: number;
  private state: typeof STARTING | typeof RUNNING | typeof STOPPING | typeof STOPPED = STARTING;
  private settle: { resolve(): void; reject(cause: unknown): void } | null = null;

  /** Puts the server together; nothing is opened before {@link start}. */
  constructor(parts: ServerParts) {
    const { config, log, clock = systemClock } = parts;
    this.parts = parts;
    this.config = config;
    this.log = log;
    this.clock = clock;
    this.startedMs = clock.nowMs();
    this.closed = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.closed.catch(() => {}); // an embedder may not ask
    this.users.default.setOnlyPassword(config.requirepass);

    const random = new Random();
    const table = configuredCommandTable(config);
    const stats = new ServerStats(table.idCount);
    const feed = new Feed();
    const announcer = new KeyspaceAnnouncer(config, feed);
    const keyspace = new Keyspace({
      arena: new Arena({ clock }),
      databaseCount: Math.min(config.databases, MAX_DATABASES),
      clock,
      random,
      hooks: announcer,
    });
    const status = new Status(this.startedMs, parts.supervisor ?? 'no');
    const suspensions = new Suspensions({
      resume: (client, write) => this.requests.resume(client, write),
      later: (job) => this.requests.later(job),
    });
    this.clients = new Clients(() => this.context.client);
    this.context = new CommandContext(
      {
        keyspace,
        config,
        clock,
        random,
        table,
        users: this.users,
        stats,
        feed,
        suspensions,
        ports: { clients: this.clients, lifecycle: this, log, status },
        argv: new Argv(),
        reply: new ReplyWriter((error) => stats.countError(error)),
      },
      new Client(0, null, this.users.default, this.startedMs),
    );
    announcer.context = this.context;
    const observer = new SlowCommands(config);
    this.requests = new RequestLoop(this.context, new Executor(this.context, observer), observer);
    const onFailure = (cause: unknown): void => this.fail(cause);
    const onDropped = (buffer: ArrayBufferLike): void => {
      this.context.argv.unbind(buffer);
      this.context.keyspace.arena.giveBack(buffer);
    };
    const onArriving = (bytes: number, arrived: number): void =>
      this.context.keyspace.arena.expectBlock(bytes, arrived);
    const ledger = keyspace.account;
    const settings = defaultNetworkSettings();
    this.network = new Network({ settings, stats, clock, log, ledger, onFailure, onDropped, onArriving });
    this.listeners = new Listeners(this.network, (connection) => this.accept(connection));
    const { network, clients, context } = this;
    this.tasks = new ServerTasks({ context, log, network, clients, onFailure });
    this.cron = new Cron(this.tasks, clock);
    suspensions.deadlineChanged = () => this.cron.deadlineChanged();
    status.parts = { tasks: this.tasks, cron: this.cron, listeners: this.listeners, memory: network.memory, clock };
    status.startupBytes = keyspace.account.used;
    this.sessions = { context: this.context, requests: this.requests, clients };
    watchKeyspaceConfig(this.context);
    watchEventConfig(this.context);
    this.watchExpiry(keyspace);
    this.watchConfig();
  }

  /**
   * Opens the sockets and begins to serve.
   * @throws StartupError when the system does not let it; the reason is in the log
   */
  async start(): Promise<void> {
    const { config, log } = this;
    try {
      fitMaxClients(config, log);
      applyNetworkSettings(this.network.settings, config, this.users.default);
      log.role = 'M';
      log.notice('monotonic clock: POSIX clock_gettime');
      this.logMode();
      this.checkBacklog();
      this.refuseModules();
      const missing = missingFeature(config);
      if (missing !== null) this.refuse(missing);
      if (needsTls(config)) this.refuse('Failed to configure TLS. Check logs for more info.', NO_TLS);
      await this.listen();
    } catch (error) {
      await this.listeners.close();
      this.state = STOPPED;
      throw error;
    }
    if (this.isStopping) return; // told to end while it was starting
    this.state = RUNNING;
    this.cron.start();
    setTimeout(() => this.trainSnapshots(), TRAIN_AFTER_MS).unref();
    log.notice('Server initialized');
    log.warning('Nothing is saved: this version keeps all data in memory only, and it is gone when the server ends.');
    watchWaitingDirectives(config, log);
    if (this.listeners.tcpPort !== 0) log.notice('Ready to accept connections tcp');
    if (this.listeners.unixPath !== null) log.notice('Ready to accept connections unix');
  }

  /** Whether the server is ending or has ended. */
  get isStopping(): boolean {
    return this.state >= STOPPING;
  }

  /** Whether nothing of the server is left. */
  get hasEnded(): boolean {
    return this.state === STOPPED;
  }

  /** Ends the server in order; resolves when it is done. May be called more than once. */
  async close(): Promise<void> {
    this.shutdown({ save: 'configured', now: false, force: false });
    await this.closed;
  }

  /**
   * Lets `keyspace` take the place of the server's, with all its databases; clients stay with the numbers that they
   * selected. Its counters begin anew. O(1). A command that calls this looks up its keys again.
   */
  exchangeKeyspace(keyspace: Keyspace): void {
    const { context } = this;
    configureKeyspace(keyspace, this.config);
    keyspace.setTime(this.clock.nowMs());
    context.keyspace = keyspace;
    this.network.memory.moveTo(keyspace.account);
    context.db = keyspace.db(context.client.database);
    this.watchExpiry(keyspace);
  }

  /** Lets V8 see a snapshot before it compiles what runs while one is taken; of an arena that is dropped then. */
  private trainSnapshots(): void {
    if (this.state !== RUNNING) return;
    try {
      trainBarrier(new Arena());
    } catch (error) {
      if (!isOutOfMemory(error)) this.fail(error); // without memory the first snapshot begins slower: that is all
    }
  }

  /** Lets upkeep come in time for keys of this keyspace. */
  private watchExpiry(keyspace: Keyspace): void {
    keyspace.wheel.onSooner = () => this.cron.upkeepSooner();
    keyspace.fields.wheel.onSooner = () => this.cron.upkeepSooner();
    this.cron.upkeepSooner();
  }

  // --- What commands ask of the server's life ---

  /** Begins an orderly end: `closed` tells when it is done. False when it cannot end now: the log says why. */
  shutdown({ save, force }: ShutdownRequest): boolean {
    if (this.isStopping) return true;
    const { log } = this;
    log.notice('User requested shutdown...');
    // Who insists on saving must not lose the data: nothing can be saved yet.
    if (save === 'save') {
      log.warning('Nothing can be saved: this version keeps all data in memory only.');
      log.warning(force ? 'Error trying to save the DB. Exit anyway.' : "Error trying to save the DB, can't exit.");
      if (!force) {
        log.warning('Errors trying to shut down the server. Check the logs for more information.');
        return false;
      }
    }
    this.endSoon(() => this.endInOrder());
    return true;
  }

  /**
   * Ends this server because an invariant is broken: its state goes to the log, and `closed` rejects with the cause.
   */
  fail(cause: unknown): void {
    if (this.state === STOPPED) return;
    this.state = STOPPED;
    this.cron.stop();
    const done = (): void => this.settle?.reject(cause);
    try {
      this.report(cause);
      this.parts.onStopping?.();
    } finally {
      this.disconnect().then(done, done); // whatever the log or the embedder threw
    }
  }

  crash(cause: Error): void {
    this.fail(cause);
  }

  restart(delayMs: number, graceful: boolean): string | null {
    const { onRestart } = this.parts;
    if (onRestart == null) return "ERR this server is part of another program and can't restart itself";
    onRestart(delayMs);
    if (graceful) this.shutdown({ save: 'configured', now: false, force: false });
    else this.endSoon(() => this.disconnect());
    return null;
  }

  pauseCron(paused: boolean): void {
    this.cron.setPaused(paused);
  }

  // --- Starting ---

  /** There are no modules here: `loadmodule` fails as it does in Redis for a file that does not exist. */
  private refuseModules(): void {
    const [module] = this.config.modules;
    if (module !== undefined) {
      const reason = `${module.path}: cannot open shared object file: No such file or directory`;
      const cause = `Module ${module.path} failed to load: ${reason}`;
      this.refuse(`Can't load module from ${module.path}: server aborting`, cause);
    }
  }

  /** @param cause what led to it, which is logged first */
  private refuse(reason: string, cause?: string): never {
    if (cause !== undefined) this.log.warning(cause);
    this.log.warning(reason);
    throw new StartupError(reason, { cause });
  }

  private logMode(): void {
    const { config, log, parts } = this;
    if (config.alwaysShowLogo || parts.showsLogo === true) {
      log.block(LOG_NOTICE, logo(REDSTART_VERSION, 'standalone', config.port, process.pid));
    } else {
      log.notice(`Running mode=standalone, port=${config.port}.`);
    }
  }

  private checkBacklog(): void {
    const { tcpBacklog } = this.config;
    let most: number;
    try {
      most = Number(readFileSync(SOMAXCONN, 'latin1'));
    } catch {
      return; // not a Linux: nobody tells
    }
    if (most >= tcpBacklog) return;
    this.log.warning(
      `WARNING: The TCP backlog setting of ${tcpBacklog} cannot be enforced because ${SOMAXCONN} ` +
        `is set to the lower value of ${Math.trunc(most)}.`,
    );
  }

  private async listen(): Promise<void> {
    const { config, listeners, parts } = this;
    const { port, tcpBacklog, unixsocket } = config;
    try {
      if (port !== 0 || parts.anyFreePort === true) await listeners.listenTcp(config.bind, port, tcpBacklog);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      this.refuse(`Failed listening on port ${port} (tcp), aborting.`, error.message);
    }
    try {
      const path = resolve(config.dir, unixsocket);
      if (unixsocket !== '') await listeners.listenUnix(path, config.unixsocketperm, tcpBacklog);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      this.refuse(error.message);
    }
    if (!this.isStopping && listeners.tcpPort === 0 && listeners.unixPath === null) {
      this.refuse('Configured to not listen anywhere, exiting.');
    }
  }

  /** Brings changes by CONFIG SET to where they take effect. */
  private watchConfig(): void {
    const { config, context, users } = this;
    watchNetworkConfig(config, this.network.settings, this.listeners, {
      defaultUser: users.default,
      log: this.log,
      addressChanged: () => this.parts.onAddressChanged?.(),
    });
    config.onApply(['loglevel'], () => {
      this.log.level = LOG_LEVEL_NAMES.indexOf(config.loglevel);
      return null;
    });
    config.onApply(['requirepass'], () => {
      users.default.setOnlyPassword(config.requirepass);
      applyNetworkSettings(this.network.settings, config, users.default);
      for (const client of this.clients.all()) client.limitInput(!client.authenticated && !users.default.nopass);
      return null;
    });
    const events = (): null => {
      context.eventClasses = config.notifyKeyspaceEvents;
      return null;
    };
    config.onApply(['notifyKeyspaceEvents'], events);
    events();
    config.onApply(['protoMaxBulkLen'], () => {
      for (const { parse } of this.clients.all()) {
        parse.maxBulkLength = config.protoMaxBulkLen;
        parse.changed = true;
      }
      return null;
    });
  }

  /** A client has connected. */
  private accept(connection: Connection): ConnectionOwner {
    const client = new Client(this.clients.nextId(), connection, this.users.default, this.clock.nowMs());
    client.parse.maxBulkLength = this.config.protoMaxBulkLen;
    this.clients.add(client);
    return new ClientSession(client, connection, this.sessions);
  }

  // --- Ending ---

  /** Ends the server by `end` once the command that asked for it has run: what it uses is taken apart behind it. */
  private endSoon(end: () => Promise<void>): void {
    this.state = STOPPING;
    setImmediate(() => {
      this.cron.stop();
      end().then(
        () => {
          this.state = STOPPED;
          this.settle?.resolve();
        },
        (cause) => this.settle?.reject(cause),
      );
    });
  }

  private async endInOrder(): Promise<void> {
    this.parts.onStopping?.();
    if (this.listeners.unixPath !== null) this.log.notice('Removing the unix socket file.');
    this.network.flushAll();
    await this.disconnect();
    this.log.warning('Redis is now ready to exit, bye bye...');
  }

  /** Closes all sockets; replies that wait to be written are lost. */
  private disconnect(): Promise<void> {
    const closing = this.listeners.close();
    for (const connection of this.network.connections) connection.destroy();
    return closing;
  }

  private report(cause: unknown): void {
    const { config, log, context } = this;
    if (!config.crashLogEnabled) {
      log.warning(`This server stops: ${cause instanceof Error ? cause.message : String(cause)}`);
      return;
    }
    const nowMs = this.clock.nowMs();
    const clients = [...this.clients.all()].slice(0, REPORTED_CLIENTS).map((client) => clientInfo(client, nowMs));
    const { startedMs } = this;
    log.block(
      LOG_WARNING,
      crashReport(cause, {
        startedMs,
        nowMs,
        clients,
        keyCount: context.keyspace.size,
        usedMemoryBytes: context.keyspace.account.used,
      }),
    );
  }
}
