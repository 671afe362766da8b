/**
 * Damaged input against redstart and the reference at once: pipelines of valid commands with bytes changed, dropped,
 * doubled and moved, cut into pieces, then the end of the connection. All that comes back must have the same bytes, and
 * the data left behind must be the same. `REDSTART_SEED=<seed>` runs one again; `REDSTART_RUNS` tries more.
 */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { type Arg, encodeCommand, escapeBytes, RespClient, referenceAvailable } from '../support/index.js';
import { portOf, stopAllAfterFile } from '../support/targets.js';

const RUNS = Number(process.env['REDSTART_RUNS'] ?? 400);
const TARGETS = ['redstart', 'reference'] as const;

// --- What is sent ---

/** One damage: what is done at which place, a fraction of the input. */
interface Damage {
  readonly kind: 'flip' | 'set' | 'insert' | 'remove' | 'repeat' | 'cut';
  readonly place: number;
  readonly length: number;
  readonly byte: number;
}

/** The commands of a connection, what is done to their bytes, and where these are cut. */
interface Input {
  readonly commands: readonly { readonly args: readonly Arg[]; readonly inline: boolean }[];
  readonly damages: readonly Damage[];
  readonly cuts: readonly number[];
}

const key = fc.constantFrom<Arg>('a', 'b', 'key:1');
const value = fc.oneof(
  fc.constantFrom<Arg>('', '1', 'x\r\ny', '*1\r\n$4\r\nPING\r\n', '"', "'"),
  fc.uint8Array({ maxLength: 40 }),
  fc.nat(300).map((length): Arg => 'v'.repeat(length)),
);

/** Nothing here depends on time, on other clients or on the server's own state. */
const args: fc.Arbitrary<readonly Arg[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant<Arg>('SET'), key, value) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom<Arg>('GET', 'INCR', 'DEL', 'STRLEN', 'EXISTS'), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constant<Arg>('APPEND'), key, value) },
  { weight: 1, arbitrary: fc.array(key, { minLength: 1, maxLength: 12 }).map((keys): Arg[] => ['MGET', ...keys]) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom<Arg>('ECHO', 'PING'), value) },
  { weight: 2, arbitrary: fc.constantFrom<Arg[]>(['PING'], ['ping'], ['GET'], ['NOSUCH', 'a'], ['QUIT'], ['RESET']) },
  { weight: 2, arbitrary: fc.tuple(fc.constant<Arg>('HELLO'), fc.constantFrom<Arg>(2, 3, 'x')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant<Arg>('SELECT'), fc.constantFrom<Arg>(0, 1, 99, '')) },
  { weight: 1, arbitrary: fc.constantFrom<Arg[]>(['CLIENT', 'SETNAME', 'me'], ['CLIENT', 'GETNAME'], ['CLIENT', 'x']) },
  { weight: 2, arbitrary: fc.constantFrom('ON', 'OFF', 'SKIP').map((mode): Arg[] => ['CLIENT', 'REPLY', mode]) },
);

/** Bytes that mean something on the wire more often than others. */
const byte = fc.oneof(fc.constantFrom(...Buffer.from('\r\n\0*$:+-0123456789 "\'\\x\xff', 'latin1')), fc.nat(255));

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'remove', 'repeat', 'cut'),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 30 }),
  byte,
});

const input: fc.Arbitrary<Input> = fc.record({
  commands: fc.array(fc.record({ args, inline: fc.boolean() }), { minLength: 1, maxLength: 12 }),
  damages: fc.array(damage, { maxLength: 4 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
});

/** The commands' bytes, damaged. */
function bytesOf({ commands, damages }: Input): Buffer {
  let bytes: Buffer = Buffer.concat(commands.map((one) => (one.inline ? inlineOf(one.args) : encodeCommand(one.args))));
  for (const one of damages) bytes = damaged(bytes, one);
  return bytes;
}

/** A command as a line: the arguments as they are, so that a line break in one makes more lines of it. */
function inlineOf(parts: readonly Arg[]): Buffer {
  const raw = parts.map((arg) => (typeof arg === 'object' ? Buffer.from(arg) : Buffer.from(String(arg))));
  return Buffer.concat([...raw.flatMap((arg, i) => (i === 0 ? [arg] : [Buffer.from(' '), arg])), Buffer.from('\r\n')]);
}

function damaged(bytes: Buffer, { kind, place, length, byte: with_ }: Damage): Buffer {
  const at = Math.floor(place * bytes.length);
  const before = bytes.subarray(0, at);
  const rest = bytes.subarray(at);
  if (rest.length === 0) return bytes;
  if (kind === 'flip') return Buffer.concat([before, Buffer.of(rest[0]! ^ (1 << (with_ & 7))), rest.subarray(1)]);
  if (kind === 'set') return Buffer.concat([before, Buffer.of(with_), rest.subarray(1)]);
  if (kind === 'insert') return Buffer.concat([before, Buffer.of(with_), rest]);
  if (kind === 'remove') return Buffer.concat([before, rest.subarray(length)]);
  if (kind === 'repeat') return Buffer.concat([before, rest.subarray(0, length), rest]);
  return Buffer.from(before);
}

function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
}

// --- What comes back ---

/** One server, with a connection of its own for what is around the damaged one. */
class Subject {
  constructor(
    private readonly port: number,
    private readonly control: RespClient,
  ) {}

  static async open(name: (typeof TARGETS)[number]): Promise<Subject> {
    const port = await portOf(name);
    if (port === null) throw new Error(`no ${name} server`);
    return new Subject(port, await RespClient.connect({ port, timeoutMs: 10_000 }));
  }

  /** Names of all its commands. */
  async commandNames(): Promise<readonly string[]> {
    return (await this.control.send('COMMAND', 'LIST')).value as string[];
  }

  /**
   * Sends the pieces one by one and then the end; returns all that came until the server closed, and the data's digest.
   */
  async answer(pieces: readonly Buffer[]): Promise<string> {
    const { control } = this;
    await control.send('FLUSHALL');
    const client = await RespClient.connect({ port: this.port });
    for (const piece of pieces) {
      client.raw(piece);
      if (pieces.length > 1) await control.send('PING'); // the pieces arrive one by one
    }
    client.socket.end();
    const replies = await client.readToEnd();
    await client.close();
    return withoutIdentity(replies) + (await control.send('DEBUG', 'DIGEST')).wire;
  }

  async close(): Promise<void> {
    await this.control.close();
  }
}

/** What HELLO tells of the server and the connection differs by right. */
function withoutIdentity(replies: string): string {
  return replies.replace(/(version\r\n)\$\d\r\n[\d.]+(\r\n)/g, '$1$2').replace(/(id\r\n:)\d+/g, '$1');
}

/** Whether an unknown command of redstart is one of `missing`: a damaged name may be that of a command to come. */
function namesMissing(replies: string, missing: ReadonlySet<string>): boolean {
  for (const [, name] of replies.matchAll(/unknown command '([^']*)'/g))
    if (missing.has(name!.toLowerCase())) return true;
  return false;
}

// --- The test ---

stopAllAfterFile();

describe('Damaged input [redstart and reference compared]', () => {
  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(!referenceAvailable)('gets the same replies and leaves the same data', { timeout: 120_000 }, async () => {
    const [redstart, reference] = await Promise.all(TARGETS.map((name) => Subject.open(name)));
    const missing = new Set(await reference!.commandNames());
    for (const name of await redstart!.commandNames()) missing.delete(name);
    const seed = process.env['REDSTART_SEED'];
    try {
      await fc.assert(
        fc.asyncProperty(input, async (one) => {
          const pieces = piecesOf(bytesOf(one), one.cuts);
          const [got, wanted] = await Promise.all([redstart!.answer(pieces), reference!.answer(pieces)]);
          if (got === wanted || namesMissing(got, missing)) return;
          throw new Error(
            `sent   ${pieces.map((piece) => escapeBytes(piece.toString('latin1'))).join('\n       ')}\n` +
              `wanted ${escapeBytes(wanted)} (reference)\ngot    ${escapeBytes(got)} (redstart)`,
          );
        }),
        { numRuns: RUNS, ...(seed === undefined ? {} : { seed: Number(seed) }) },
      );
    } finally {
      await Promise.all([redstart!.close(), reference!.close()]);
    }
  });
});
