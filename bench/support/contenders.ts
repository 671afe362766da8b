/**
 * The two servers of a comparison: how they are started (pinned to a core of their own), and what is read from them
 * while they run. Any two programs that take Redis' command line can take the places.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RespClient } from '../../test/support/resp-client.js';
import { type RunningServer, startServer } from '../../test/support/server-process.js';
import { pollUntil } from '../../test/support/wait.js';
import { cpuSeconds, peakRssBytes, rssBytes } from './process-stats.js';

/** The two places in a comparison. */
export type Place = 'reference' | 'redstart';

/** Which programs take the places, with arguments that every start of theirs gets. */
export interface Contenders {
  readonly reference: readonly string[];
  readonly redstart: readonly string[];
  readonly referenceArgs: readonly string[];
  readonly redstartArgs: readonly string[];
}

/** Core numbers for servers and for their clients; null where nothing can be pinned. */
export interface Cores {
  readonly server: number;
  readonly client: number;
}

/** What the preloaded probe knows of a Node process. */
export interface Probe {
  readonly heapUsedBytes: number;
  /** Longest delay of the event loop since the last reading. */
  readonly loopWorstMs: number;
}

/** A server under measurement. */
export class BenchServer {
  constructor(
    readonly place: Place,
    private readonly server: RunningServer,
    private readonly probeFile: string | null,
  ) {}

  get port(): number {
    return this.server.port;
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Seconds of processor time so far, user and system, all threads. */
  cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  rssBytes(): number {
    return rssBytes(this.pid);
  }

  peakRssBytes(): number {
    return peakRssBytes(this.pid);
  }

  connect(timeoutMs = 60_000): Promise<RespClient> {
    return this.server.connect({ timeoutMs });
  }

  /** A numeric field of INFO, NaN when there is none. */
  async infoNumber(field: string): Promise<number> {
    const client = await this.connect();
    try {
      const info = String((await client.command('INFO everything')).value);
      return Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN);
    } finally {
      await client.close();
    }
  }

  /** Resident memory once it has stopped falling or rising by more than 0.5% for a second, after at most `limitMs`. */
  async settledRssBytes(limitMs = 10_000): Promise<number> {
    let steady = this.rssBytes();
    let steadySince = performance.now();
    const deadline = steadySince + limitMs;
    await pollUntil(
      () => {
        const now = this.rssBytes();
        if (Math.abs(now - steady) > steady * 0.005) {
          steady = now;
          steadySince = performance.now();
        }
        return performance.now() - steadySince > 1000 || performance.now() > deadline;
      },
      'settled memory',
      limitMs + 5000,
    );
    return this.rssBytes();
  }

  /** The probe's reading since the last one; null for a program that is not Node or was started without a probe. */
  async readProbe(): Promise<Probe | null> {
    const file = this.probeFile;
    if (file === null || !existsSync(file)) return null;
    const before = readFileSync(file, 'utf8');
    this.server.kill('SIGUSR2');
    const text = await pollUntil(() => {
      const now = readFileSync(file, 'utf8');
      return now !== before && now.endsWith('\n') ? now : '';
    }, 'the reading of the probe');
    return JSON.parse(text) as Probe;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}

/** Starts servers for the scenarios. */
export class Launcher {
  readonly cores: Cores | null = findCores();

  constructor(readonly contenders: Contenders) {}

  /**
   * Starts the program of a place without persistence and otherwise with its defaults, on the servers' core. With
   * `probe`, a Node program watches its heap and its event loop (which costs a timer each millisecond).
   */
  async start(
    place: Place,
    options: { readonly args?: readonly string[]; readonly probe?: boolean; readonly wait?: boolean } = {},
  ): Promise<BenchServer> {
    const program = [...this.pinned(this.cores?.server), ...this.contenders[place]];
    const ownArgs = place === 'redstart' ? this.contenders.redstartArgs : this.contenders.referenceArgs;
    const probeFile = options.probe ? join(tmpdir(), `redstart-probe-${probeName()}`) : null;
    const env: Record<string, string> =
      probeFile === null ? {} : { NODE_OPTIONS: `--import ${PROBE}`, REDSTART_BENCH_PROBE: probeFile };
    const server = await startServer(place, program, [...ownArgs, ...(options.args ?? [])], {
      env,
      readyTimeoutMs: 30_000,
      waitUntilReady: options.wait ?? true,
    });
    return new BenchServer(place, server, probeFile);
  }

  /** The prefix of a command that binds it to a core: empty where there is none to bind to. */
  pinned(core: number | undefined): readonly string[] {
    return core === undefined ? [] : ['taskset', '-c', String(core)];
  }

  /** Binds this process, which fills and probes, to the clients' core. */
  pinSelf(): void {
    if (this.cores !== null) spawnSync('taskset', ['-a', '-c', '-p', String(this.cores.client), String(process.pid)]);
  }
}

const PROBE = pathToFileURL(join(import.meta.dirname, 'probe.js')).href;

let probeCount = 0;

function probeName(): string {
  return `${process.pid}-${probeCount++}.json`;
}

function findCores(): Cores | null {
  if (availableParallelism() < 2) return null;
  const allowed = /:\s*(\S+)\s*$/.exec(
    spawnSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' }).stdout ?? '',
  );
  const cores = (allowed?.[1] ?? '').split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number);
    if (first === undefined || Number.isNaN(first)) return [];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  });
  return cores.length < 2 ? null : { server: cores[0]!, client: cores[1]! };
}
