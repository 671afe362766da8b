/** What a scenario in `bench/server` is, and what it is given. */
import type { BenchServer, Launcher, Place } from './contenders.js';
import type { Result } from './results.js';

/** How much a scenario does: all, a taste in seconds, or next to nothing (the tests: it still runs). */
export type Scale = 'full' | 'quick' | 'smoke';

/** What every scenario gets. */
export class BenchContext {
  constructor(
    readonly launcher: Launcher,
    readonly scale: Scale,
  ) {}

  /** The setting for the scale of this run. */
  pick<T>(settings: Readonly<Record<Scale, T>>): T {
    return settings[this.scale];
  }

  /** Tells what is going on: progress goes to standard error, results to standard output. */
  progress(text: string): void {
    process.stderr.write(`  ${text}\n`);
  }

  /** Runs `body` with a fresh server of a place, which is stopped afterwards. */
  async withServer<T>(
    place: Place,
    options: { readonly args?: readonly string[]; readonly probe?: boolean },
    body: (server: BenchServer) => Promise<T>,
  ): Promise<T> {
    const server = await this.launcher.start(place, options);
    try {
      return await body(server);
    } finally {
      await server.stop();
    }
  }

  /** Runs `body` with a fresh server of each place, both at once. */
  async withBoth<T>(body: (servers: Record<Place, BenchServer>) => Promise<T>): Promise<T> {
    return this.withServer('reference', {}, (reference) =>
      this.withServer('redstart', {}, (redstart) => body({ reference, redstart })),
    );
  }

  /** Runs `body` for the reference, then for redstart, each with a fresh server. */
  async forBoth<T>(
    options: { readonly args?: readonly string[]; readonly probe?: boolean },
    body: (server: BenchServer) => Promise<T>,
  ): Promise<Record<Place, T>> {
    const reference = await this.withServer('reference', options, body);
    const redstart = await this.withServer('redstart', options, body);
    return { reference, redstart };
  }
}

/** A scenario: its file in `bench/server` exports one of these. */
export interface Scenario {
  /** As given to `--only`. */
  readonly name: string;
  /** Too long for `--quick`, unless it is asked for by its name. */
  readonly isLong?: true;
  /** One sentence: what is done and what is measured. */
  readonly summary: string;
  run(bench: BenchContext): Promise<Result[]>;
}
