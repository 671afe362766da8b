/**
 * Random command sequences against redstart and the reference at once: every reply must have the same bytes.
 *
 * ```ts
 * const key = fc.constantFrom('a', 'b');
 * differential('strings', fc.oneof(
 *   fc.tuple(fc.constant('SET'), key, fc.string()),
 *   fc.tuple(fc.constant('GETRANGE'), key, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })),
 * ));
 * ```
 * A difference is shrunk to the shortest sequence that shows it, and printed with its seed; `REDSTART_SEED=<seed>` runs
 * that one again. `REDSTART_RUNS=<n>` tries n times as many sequences, for a search by hand.
 */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { recordReply } from './recorder.js';
import { referenceAvailable } from './reference.js';
import { RespClient } from './resp-client.js';
import { portOf, stopAllAfterFile } from './targets.js';
import { type Arg, type Command, escapeBytes, formatCommand, type Reply, toArgs } from './wire.js';

/** Settings of {@link differential}. */
export interface DifferentialOptions {
  /** Takes out of a reply what may differ: times, addresses, the order of an unordered reply. */
  readonly normalise?: (wire: string, command: Command) => string;
  /** What is sent in place of a command: itself, and what has to come with it. Default: itself. */
  readonly expand?: (command: readonly Arg[]) => readonly Command[];
  /** Sequences tried for each protocol. Default 100. */
  readonly runs?: number;
  /** Commands a sequence at most. Default 40. */
  readonly maxLength?: number;
  /** How near to that they come: fast-check's `size`. Default its own, which is some ten commands. */
  readonly size?: fc.SizeForArbitrary;
  /** Protocols. Default both. */
  readonly protocols?: readonly (2 | 3)[];
  /** Sent before the sequence. Default none. */
  readonly atStart?: readonly Command[];
  /** Sent after the sequence, and compared: `DEBUG DIGEST` shows that the data are the same. Default none. */
  readonly atEnd?: readonly Command[];
  /** Directives for both servers. */
  readonly args?: readonly string[];
  /** Directives for redstart besides, which the reference does not know. */
  readonly redstartArgs?: readonly string[];
}

/** How many times as many sequences are tried as a test says. */
export const RUNS_FACTOR = Number(process.env['REDSTART_RUNS'] ?? 1);

/** Registers a test for each protocol that compares the two servers on random sequences of `command`. */
export function differential(
  name: string,
  command: fc.Arbitrary<Command>,
  { normalise = (wire) => wire, runs = 100, maxLength = 40, ...options }: DifferentialOptions = {},
): void {
  stopAllAfterFile();
  const args = options.args ?? [];
  const atStart = options.atStart ?? [];
  const atEnd = options.atEnd ?? [];
  const size = options.size === undefined ? {} : { size: options.size };
  const expand = (sent: Command): readonly Command[] => options.expand?.(toArgs(sent)) ?? [sent];
  describe(`${name} [redstart and reference compared]`, () => {
    for (const protocol of options.protocols ?? [2, 3]) {
      const title = `random sequences get the same replies in RESP${protocol}`;
      // Runs beside redis-server: CI has it, another machine may not.
      test.skipIf(!referenceAvailable)(title, { timeout: 120_000 * RUNS_FACTOR }, async () => {
        const redstart = await open('redstart', [...args, ...(options.redstartArgs ?? [])], protocol);
        const reference = await open('reference', args, protocol);
        try {
          await fc.assert(
            fc.asyncProperty(fc.array(command, { minLength: 1, maxLength, ...size }), async (sequence) => {
              const sent: Command[] = ['FLUSHALL', ...atStart, ...sequence.flatMap(expand), ...atEnd];
              const [got, wanted] = await Promise.all([redstart.pipeline(sent), reference.pipeline(sent)]);
              compare(sent, got, wanted, normalise);
            }),
            { numRuns: runs * RUNS_FACTOR, ...seedParameter(), reporter: formatRun },
          );
        } finally {
          await Promise.all([redstart.close(), reference.close()]);
        }
      });
    }
  });
}

async function open(name: 'redstart' | 'reference', args: readonly string[], protocol: 2 | 3): Promise<RespClient> {
  const port = await portOf(name, args);
  if (port === null) throw new Error(`no ${name} server`);
  const client = await RespClient.connect({
    port,
    timeoutMs: 10_000,
    onReply: (sent, reply) => recordReply(name, sent, reply),
  });
  if (protocol === 3) await client.hello(3);
  return client;
}

function compare(
  sent: readonly Command[],
  got: readonly Reply[],
  wanted: readonly Reply[],
  normalise: (wire: string, command: Command) => string,
): void {
  for (let i = 0; i < sent.length; i++) {
    const command = sent[i]!;
    const gotWire = normalise(got[i]!.wire, command);
    const wantedWire = normalise(wanted[i]!.wire, command);
    if (gotWire === wantedWire) continue;
    throw new Error(
      `reply ${i} differs\n  sent   ${formatCommand(command)}\n` +
        `  wanted ${escapeBytes(wantedWire)} (reference)\n  got    ${escapeBytes(gotWire)} (redstart)`,
    );
  }
}

/** The shrunk sequence as lines that can be pasted into redis-cli, then the difference and the seed. */
export function formatRun<T extends readonly Command[]>(details: fc.RunDetails<[T]>): void {
  if (!details.failed) return;
  const sequence = (details.counterexample?.[0] ?? []).map((command) => `  ${formatCommand(toArgs(command))}`);
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : 'interrupted';
  throw new Error(
    `shortest failing sequence (REDSTART_SEED=${details.seed}, path ${details.counterexamplePath}, ` +
      `${details.numShrinks} shrinks):\n${sequence.join('\n')}\n${cause}`,
  );
}

/** The seed given for a repetition, if any. */
export function seedParameter(): { seed?: number } {
  const seed = process.env['REDSTART_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
}
