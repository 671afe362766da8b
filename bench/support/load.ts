/** Load from redis-benchmark, pinned to the clients' core, with the processor time that server and client spent. */
import { spawn } from 'node:child_process';
import type { BenchServer, Launcher } from './contenders.js';

/** One kind of load. */
export interface Load {
  /**
   * redis-benchmark's name of the test (`-t`): ping_mbulk, get, set, incr; or the words of a command, in which
   * `__rand_int__` stands for a random number below `keys`, of twelve digits.
   */
  readonly test: string | readonly string[];
  readonly clients: number;
  readonly pipeline: number;
  /** Random keys out of so many; all requests go to one key without. */
  readonly keys?: number;
  readonly valueBytes?: number;
}

/** What a run of a load measured. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** The server's user and system time, in microseconds, over all threads. */
  readonly serverCpuUsPerRequest: number;
  /** Share of a core that the client used: close to 1 means that a faster client would get more. */
  readonly clientBusy: number;
}

/** A client that uses this share of its core is the limit of a run. */
export const SATURATED = 0.95;

/** Sends `requests` requests to a server. */
export async function runLoad(
  launcher: Launcher,
  server: BenchServer,
  load: Load,
  requests: number,
): Promise<LoadResult> {
  const command = [
    ...launcher.pinned(launcher.cores?.client),
    ...['redis-benchmark', '-p', String(server.port), '-n', String(requests), '--csv'],
    ...['-c', String(load.clients), '-P', String(load.pipeline), '-d', String(load.valueBytes ?? 3)],
    ...(load.keys === undefined ? [] : ['-r', String(load.keys)]),
    ...(typeof load.test === 'string' ? ['-t', load.test] : load.test),
  ];
  const before = server.cpuSeconds();
  // The shell's `time` is the simplest account of a child's processor time; all arguments are passed as they are.
  const { stdout, stderr } = await run('bash', ['-c', 'TIMEFORMAT=\'time %R %U %S\'; time "$@"', 'bash', ...command]);
  const serverSeconds = server.cpuSeconds() - before;
  // The last line: LRANGE has one before it for the list that it needs.
  const rate = /^"[^"]*","([\d.]+)"[^\n]*\n*$/m.exec(stdout.trimEnd().split('\n').at(-1) ?? '');
  const time = /^time ([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(stderr);
  if (rate === null || time === null) throw new Error(`redis-benchmark said: ${stdout}${stderr}`);
  const requestsPerSecond = Number(rate[1]);
  return {
    requestsPerSecond,
    serverCpuUsPerRequest: (serverSeconds * 1e6) / requests,
    // Against the time of the requests alone: start and end of the program are not part of the load.
    clientBusy: Math.min(1, (Number(time[2]) + Number(time[3])) / Math.max(requests / requestsPerSecond, 0.001)),
  };
}

function run(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ stdout, stderr });
      else reject(new Error(`redis-benchmark ended with code ${code}: ${stderr || stdout}`));
    });
  });
}
