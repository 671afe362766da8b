/**
 * Servers as child processes of a test: started on a spare port in a directory of their own, awaited by polling, and
 * stopped (and their directory removed) with the test file at the latest.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { recordReply } from './recorder.js';
import { type ClientOptions, RespClient } from './resp-client.js';
import { freePort, pollUntil } from './wait.js';

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that runs as a child process. */
export interface RunningServer {
  readonly name: TargetName;
  readonly port: number;
  readonly pid: number;
  /** The server's working directory, removed when it has stopped unless the test gave it. */
  readonly directory: string;
  /** All that it wrote to standard output and standard error so far. */
  log(): string;
  /** Resolves when the process has ended, however that came about. */
  readonly exited: Promise<Exit>;
  isRunning(): boolean;
  /** Opens a connection whose commands are recorded as covered on this server. */
  connect(options?: ClientOptions): Promise<RespClient>;
  /** Sends a signal without waiting. */
  kill(signal: NodeJS.Signals): void;
  /** Ends the process (SIGTERM, SIGKILL after 5 s) and removes its directory. */
  stop(): Promise<Exit>;
}

/** The two servers that tests compare, or any other one given with `REDSTART_TEST_TARGET`. */
export type TargetName = 'redstart' | 'reference' | 'external';

/** Settings of a start. */
export interface StartOptions {
  /** Text of a configuration file, which is written into the directory and given first. */
  readonly config?: string;
  /** A directory that outlives the server: for restarts on the same files. Else a temporary one. */
  readonly directory?: string;
  /** How long until it must answer. Default 15000 (the machine may be busy). */
  readonly readyTimeoutMs?: number;
  /** False for a server that is expected to refuse to start, or that listens on no TCP port. Default true. */
  readonly waitUntilReady?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself, such as `--expose-gc` (only for redstart). */
  readonly nodeArgs?: readonly string[];
}

/**
 * Linux' setpriv makes the kernel end a server when the process that started it ends in whatever way: the runner kills
 * its workers without a chance to clean up. It replaces itself by the server, so that the process id is the server's.
 */
const DIES_WITH_PARENT = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL'] : [];

/** Holds the servers' directories of a run; global-setup.ts makes and removes it. */
export const TEMPORARY_FOLDER_VARIABLE = 'REDSTART_TEST_FOLDER';

const REDSTART = resolve(import.meta.dirname, '../../bin/redstart-server');

/** Directives that every server under test gets first, so that those of the test override them. */
const DEFAULTS = ['--save', '', '--appendonly', 'no', '--enable-debug-command', 'yes', '--bind', '127.0.0.1'];

/**
 * Starts `bin/redstart-server` (built: `npm run build`) with `args` in Redis' style after the defaults: a spare port,
 * no persistence, DEBUG allowed, 127.0.0.1. `REDSTART_PROGRAM` names another build to test, such as an installed
 * package.
 */
export function startRedstart(args: readonly string[] = [], options: StartOptions = {}): Promise<RunningServer> {
  const installed = process.env['REDSTART_PROGRAM'];
  if (installed !== undefined) return startServer('redstart', [installed], args, options);
  if (!existsSync(REDSTART)) throw new Error(`there is no ${REDSTART}`);
  return startServer('redstart', [process.execPath, ...(options.nodeArgs ?? []), REDSTART], args, options);
}

/** Starts any server program that takes Redis' command line. Used by {@link startRedstart} and `startReference`. */
export async function startServer(
  name: TargetName,
  program: readonly string[],
  args: readonly string[],
  options: StartOptions = {},
): Promise<RunningServer> {
  const portIsGiven = args.includes('--port') || /^\s*port\s/m.test(options.config ?? '');
  for (let attempt = 1; ; attempt++) {
    const server = await launch(name, program, args, options, portIsGiven);
    if (options.waitUntilReady === false) return server;
    try {
      await untilReady(server, options.readyTimeoutMs ?? 15_000);
      return server;
    } catch (cause) {
      const log = server.log();
      await server.stop();
      // Another process may have taken the spare port in between: then another one is tried.
      if (!portIsGiven && attempt < 3 && /in use|Failed listening/i.test(log)) continue;
      throw new Error(`${name} did not start: ${(cause as Error).message}\n--- its output ---\n${log}`);
    }
  }
}

async function launch(
  name: TargetName,
  program: readonly string[],
  args: readonly string[],
  options: StartOptions,
  portIsGiven: boolean,
): Promise<RunningServer> {
  const directory =
    options.directory ??
    mkdtempSync(join(process.env[TEMPORARY_FOLDER_VARIABLE] ?? tmpdir(), `redstart-test-${name}-`));
  const port = portIsGiven ? givenPort(args, options.config) : await freePort();
  const line: string[] = [];
  if (options.config !== undefined) {
    writeFileSync(join(directory, 'test.conf'), options.config);
    line.push(join(directory, 'test.conf'));
  }
  // A directive on the command line wins over the file: the defaults must not hide what the file says.
  for (let i = 0; i < DEFAULTS.length; i += 2) {
    const directive = DEFAULTS[i]!.slice(2);
    if (!new RegExp(`^\\s*${directive}\\s`, 'm').test(options.config ?? '')) line.push(DEFAULTS[i]!, DEFAULTS[i + 1]!);
  }
  if (!portIsGiven) line.push('--port', String(port));
  if (!args.includes('--dir')) line.push('--dir', directory);
  line.push(...args);

  const [command, ...programArgs] = [...DIES_WITH_PARENT, ...program];
  const child = spawn(command!, [...programArgs, ...line], {
    cwd: directory,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new ChildServer(name, child, port, directory, options.directory === undefined);
}

class ChildServer implements RunningServer {
  readonly exited: Promise<Exit>;
  private readonly output: string[] = [];
  private running = true;
  private readonly killAtExit = (): void => {
    this.child.kill('SIGKILL');
  };

  constructor(
    readonly name: TargetName,
    private readonly child: ChildProcess,
    readonly port: number,
    readonly directory: string,
    private readonly removeDirectory: boolean,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => this.output.push(chunk.toString('latin1')));
    child.stderr?.on('data', (chunk: Buffer) => this.output.push(chunk.toString('latin1')));
    process.once('exit', this.killAtExit);
    this.exited = new Promise((resolve) => {
      child.once('error', (cause) => {
        this.output.push(`cannot be started: ${cause.message}\n`);
        this.running = false;
        resolve({ code: null, signal: null });
      });
      // `close` comes after `exit`, when the output has been read to its end.
      child.once('close', (code, signal) => {
        this.running = false;
        process.off('exit', this.killAtExit);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  log(): string {
    return this.output.join('');
  }

  isRunning(): boolean {
    return this.running;
  }

  async connect(options: ClientOptions = {}): Promise<RespClient> {
    return RespClient.connect({
      port: this.port,
      ...options,
      onReply: (args, reply) => {
        recordReply(this.name, args, reply);
        options.onReply?.(args, reply);
      },
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<Exit> {
    if (this.running) this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    const exit = await this.exited;
    clearTimeout(force);
    if (this.removeDirectory) rmSync(this.directory, { recursive: true, force: true });
    return exit;
  }
}

/** Polls until the server answers PING with anything, be it -NOAUTH or -LOADING. */
async function untilReady(server: RunningServer, timeoutMs: number): Promise<void> {
  await pollUntil(
    async () => {
      if (!server.isRunning()) throw new Error('the process ended');
      return answersPing(server.port);
    },
    `an answer to PING on port ${server.port}`,
    timeoutMs,
  );
}

async function answersPing(port: number): Promise<boolean> {
  let client: RespClient;
  try {
    client = await RespClient.connect({ port, timeoutMs: 2000 });
  } catch {
    return false; // Refused: it does not listen yet, which is what is being polled for.
  }
  try {
    const reply = await client.send('PING');
    return !reply.wire.startsWith('-LOADING');
  } catch {
    return false; // Closed again or silent: not ready.
  } finally {
    await client.close();
  }
}

function givenPort(args: readonly string[], config: string | undefined): number {
  const at = args.lastIndexOf('--port');
  if (at !== -1) return Number(args[at + 1]);
  return Number(/^\s*port\s+(\d+)/m.exec(config ?? '')?.[1] ?? 6379);
}
