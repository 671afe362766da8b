/**
 * Tests of commands, each run against redstart and against the reference: a test that fails on the reference is a wrong
 * test.
 *
 * ```ts
 * describeCommands('GET', (t) => {
 *   t.test('GET of a missing key answers null', async (c) => {
 *     await c.expect('GET x', nil);
 *   });
 *   t.test('GET of a list answers WRONGTYPE', async (c) => {
 *     await c.expect('RPUSH x a', int(1));
 *     await c.expect(['GET', 'x'], '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n');
 *   });
 *   t.test('HELLO 3 makes GET answer the RESP3 null', { resp: 3 }, async (c) => c.expect('GET x', nil3));
 *   t.test('ZSCORE prints the shortest double', { since: '7.4', line: 'Doubles print shortest' }, async (c) => ...);
 * });
 * ```
 * Before each test all data of the server is dropped and a fresh connection made; one server of each kind is started
 * for a test file (or for each list of `args`). Against any other server:
 * `REDSTART_TEST_TARGET=host:port npx vitest run test/commands` (its data is dropped!).
 */
import { afterAll, describe, expect, test } from 'vitest';
import { flushRecords, recordReply } from './recorder.js';
import { missingReferenceMessage, referenceAvailable, startReference } from './reference.js';
import { type ClientOptions, RespClient } from './resp-client.js';
import { type RunningServer, startRedstart, type TargetName } from './server-process.js';
import { pollUntil } from './wait.js';
import { type Arg, type Command, escapeBytes, formatCommand, RespError, type RespValue } from './wire.js';

/** What a test needs or where it differs. */
export interface CommandTestOptions {
  /** The version that brought the behaviour: the test is not run on the 7.0 reference. Needs `line`. */
  readonly since?: '7.2' | '7.4';
  /** The difference's line in the list of differences since 7.0: why the reference does not decide here. */
  readonly line?: string;
  /** The protocol of the connection. Default 2. */
  readonly resp?: 2 | 3;
  /** Needs DEBUG, which a foreign server may refuse: skipped with `REDSTART_TEST_TARGET`. */
  readonly needsDebug?: boolean;
  /** May take up to two minutes; skipped with REDSTART_FAST=1. */
  readonly slow?: boolean;
  /** About redstart's own ways: run on redstart only. */
  readonly internal?: boolean;
  readonly timeoutMs?: number;
}

/** Settings of a {@link describeCommands} block. */
export interface CommandBlockOptions {
  /** Directives for the servers of this block, as on the command line: `['--databases', '4']`. */
  readonly args?: readonly string[];
}

type Body = (client: CommandClient) => Promise<unknown>;

/** Registers the tests of a block. */
export interface CommandTests {
  /** Registers a test that runs once on each server. */
  test(name: string, body: Body): void;
  test(name: string, options: CommandTestOptions, body: Body): void;
}

interface Target {
  readonly name: TargetName;
  /** The server's address; starts it when it does not run. */
  address(args: readonly string[]): Promise<ClientOptions>;
  /** What it has logged, for messages. */
  log(args: readonly string[]): string;
}

/** Registers `define`'s tests for redstart and for the reference. To be called at the top level of a test file. */
export function describeCommands(
  name: string,
  define: (tests: CommandTests) => void,
  options: CommandBlockOptions = {},
): void {
  stopAllAfterFile();
  const args = options.args ?? [];
  // Replies that the reference gave, by test name: what `sameAsReference` compares with.
  const recorded = new Map<string, string[]>();
  for (const target of targets()) {
    describe(`${name} [${target.name}]`, () => {
      define({
        test: (testName: string, first: CommandTestOptions | Body, second?: Body) => {
          const testOptions = typeof first === 'function' ? {} : first;
          const body = typeof first === 'function' ? first : second!;
          registerTest(target, args, testName, testOptions, body, recorded);
        },
      });
    });
  }
}

function registerTest(
  target: Target,
  args: readonly string[],
  name: string,
  options: CommandTestOptions,
  body: Body,
  recorded: Map<string, string[]>,
): void {
  if (options.since !== undefined && options.line === undefined) {
    throw new Error(`${name}: 'since' needs the line of the difference`);
  }
  // Not registered rather than skipped: a skipped test stands for something that should have run.
  if (target.name !== 'redstart' && options.internal) return;
  if (target.name === 'reference' && options.since !== undefined) return;
  const skipped =
    (target.name === 'external' && options.needsDebug === true) ||
    (target.name === 'reference' && !referenceAvailable) ||
    (options.slow === true && process.env['REDSTART_FAST'] === '1');
  const timeoutMs = options.timeoutMs ?? (options.slow ? 120_000 : 30_000);
  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(skipped)(name, { timeout: timeoutMs }, async () => {
    const client = await openClient(target, args, recordingOf(target, name, recorded));
    try {
      await client.reset(options.resp ?? 2);
      await body(client);
    } catch (cause) {
      const log = target.log(args);
      if (cause instanceof Error && log !== '')
        cause.message += `\n--- last lines of the ${target.name} log ---\n${log}`;
      throw cause;
    } finally {
      await client.closeAll();
    }
  });
}

function recordingOf(target: Target, name: string, recorded: Map<string, string[]>): Recording {
  if (target.name !== 'reference') return { replies: recorded.get(name) ?? null, isWritten: false };
  const replies: string[] = [];
  recorded.set(name, replies);
  return { replies, isWritten: true };
}

interface Recording {
  readonly replies: string[] | null;
  readonly isWritten: boolean;
}

/** A connection within a test, with the expectations. */
export class CommandClient {
  private readonly others: CommandClient[] = [];
  private readonly cleanUps: (() => Promise<unknown>)[] = [];
  private comparedCount = 0;

  /** @internal made by {@link describeCommands} */
  constructor(
    /** Which server this is. */
    readonly target: TargetName,
    /** The bare connection: raw bytes, push messages, replies that are asked for later. */
    readonly connection: RespClient,
    private readonly openAnother: () => Promise<CommandClient>,
    private readonly recording: Recording,
  ) {}

  /** Sends a command and compares the exact bytes of its reply with `wire` (see the builders of wire.ts). */
  async expect(command: Command, wire: string): Promise<void> {
    const reply = await this.connection.command(command);
    if (reply.wire !== wire) failExpectation(this.target, command, wire, reply.wire);
  }

  /** Sends a command and compares its parsed reply: for replies whose bytes are of no interest, such as long lists. */
  async expectValue(command: Command, value: RespValue): Promise<void> {
    const reply = await this.connection.command(command);
    expect(reply.value, `${formatCommand(command)} on ${this.target}`).toEqual(value);
  }

  /** Sends a command and compares its reply's bytes with a pattern. */
  async expectMatch(command: Command, pattern: RegExp): Promise<void> {
    const reply = await this.connection.command(command);
    if (!pattern.test(reply.wire)) failExpectation(this.target, command, String(pattern), reply.wire);
  }

  /** Sends a command that must be refused with this whole message (`ERR syntax error`). */
  async expectError(command: Command, message: string): Promise<void> {
    await this.expect(command, `-${message}\r\n`);
  }

  /** Sends commands in one write and compares their replies. */
  async expectAll(commands: readonly Command[], wires: readonly string[]): Promise<void> {
    const replies = await this.connection.pipeline(commands);
    for (let i = 0; i < Math.max(replies.length, wires.length); i++) {
      const got = replies[i]?.wire ?? '';
      if (got !== wires[i]) failExpectation(this.target, commands[i] ?? [], wires[i] ?? 'no reply', got);
    }
  }

  /**
   * Sends a command whose reply must be the one that the reference gave at the same place of the same test: for long
   * replies. `normalise` takes out what may differ (times, addresses). Where the reference did not run, nothing is
   * compared (the start of the run says so, and CI=true makes it fail).
   */
  async sameAsReference(command: Command, normalise: (wire: string) => string = (wire) => wire): Promise<void> {
    const got = normalise((await this.connection.command(command)).wire);
    if (this.recording.isWritten) {
      this.recording.replies?.push(got);
      return;
    }
    const wanted = this.recording.replies?.[this.comparedCount++];
    if (wanted === undefined) {
      if (process.env['CI'] === 'true') throw new Error(`the reference gave no reply to ${formatCommand(command)}`);
      return;
    }
    if (got !== wanted) failExpectation(this.target, command, wanted, got);
  }

  /** Sends a command and returns its parsed reply; fails when it is an error. */
  async ask(command: Command): Promise<RespValue> {
    const { value } = await this.connection.command(command);
    if (value instanceof RespError) throw new Error(`${formatCommand(command)} on ${this.target}: ${value.message}`);
    return value;
  }

  /** Sends a command and returns its reply's bytes, whatever it is. */
  async wire(command: Command): Promise<string> {
    return (await this.connection.command(command)).wire;
  }

  /** Another connection to the same server, closed with the test. */
  async another(resp: 2 | 3 = 2): Promise<CommandClient> {
    const other = await this.openAnother();
    this.others.push(other);
    if (resp === 3) await other.connection.hello(3);
    return other;
  }

  /** Sets directives for this test; their old values return when it ends. */
  async configSet(...pairs: string[]): Promise<void> {
    const before: Arg[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [name, value] = (await this.ask(['CONFIG', 'GET', pairs[i]!])) as string[];
      if (name !== undefined) before.push(name, value ?? '');
    }
    await this.expect(['CONFIG', 'SET', ...pairs], '+OK\r\n');
    this.atEnd((client) => client.ask(['CONFIG', 'SET', ...before]));
  }

  /** Registers what is to be done on a fresh connection when the test has ended, however it ends. */
  atEnd(cleanUp: (client: CommandClient) => Promise<unknown>): void {
    this.cleanUps.push(async () => {
      const client = await this.openAnother();
      try {
        await cleanUp(client);
      } finally {
        await client.connection.close();
      }
    });
  }

  /** Waits until `count` clients are blocked on the server: to know that a blocking command has arrived. */
  async untilBlocked(count: number): Promise<void> {
    const observer = await this.another();
    await pollUntil(
      async () => new RegExp(`^blocked_clients:${count}\\r$`, 'm').test(String(await observer.ask('INFO clients'))),
      `${count} blocked clients`,
    );
  }

  /** @internal drops all data and sets the protocol */
  async reset(resp: 2 | 3): Promise<void> {
    await this.expect('FLUSHALL', '+OK\r\n');
    if (resp === 3) await this.connection.hello(3);
  }

  /** @internal runs the clean-ups and closes the test's connections */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanUp of this.cleanUps.reverse()) await cleanUp().catch((cause: unknown) => failures.push(cause));
    for (const other of this.others) await other.closeAll();
    await this.connection.close();
    if (failures.length > 0) throw failures[0];
  }
}

function failExpectation(target: TargetName, command: Command, wanted: string, got: string): never {
  throw new Error(
    `unexpected reply of ${target}\n  sent   ${formatCommand(command)}\n` +
      `  wanted ${escapeBytes(wanted)}\n  got    ${escapeBytes(got)}`,
  );
}

async function openClient(target: Target, args: readonly string[], recording: Recording): Promise<CommandClient> {
  const address = await target.address(args);
  const connection = await RespClient.connect({
    ...address,
    onReply: (sent, reply) => recordReply(target.name, sent, reply),
  });
  return new CommandClient(target.name, connection, () => openClient(target, args, recording), recording);
}

/** The servers that tests run on, the reference first since its replies are compared with. */
function targets(): readonly Target[] {
  const external = process.env['REDSTART_TEST_TARGET'];
  if (external !== undefined && external !== '') return [externalTarget(external)];
  return [referenceTarget, redstartTarget];
}

const referenceTarget: Target = startedTarget('reference', (args) => {
  if (!referenceAvailable) throw new Error(missingReferenceMessage());
  return startReference(args);
});

const redstartTarget: Target = startedTarget('redstart', (args) => startRedstart(args));

function startedTarget(name: TargetName, start: (args: readonly string[]) => Promise<RunningServer>): Target {
  return {
    name,
    async address(args) {
      const key = `${name} ${JSON.stringify(args)}`;
      // A server that a test made crash is started again for the next one.
      if (running.get(key)?.isRunning() === false) {
        await running.get(key)?.stop();
        running.delete(key);
      }
      let server = running.get(key);
      if (server === undefined) {
        server = await start(args);
        running.set(key, server);
      }
      return { port: server.port };
    },
    log(args) {
      if (name === 'reference') return ''; // It does not go wrong: its log would only be in the way.
      const lines = (running.get(`${name} ${JSON.stringify(args)}`)?.log() ?? '').trimEnd().split('\n');
      return lines
        .slice(-8)
        .map((line) => line.slice(0, 200))
        .join('\n');
    },
  };
}

function externalTarget(address: string): Target {
  const colon = address.lastIndexOf(':');
  const host = colon <= 0 ? '127.0.0.1' : address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  if (!Number.isInteger(port)) throw new Error(`REDSTART_TEST_TARGET must be host:port, not ${address}`);
  return { name: 'external', address: async () => ({ host, port }), log: () => '' };
}

/** The servers of this test file, by name and arguments. */
const running = new Map<string, RunningServer>();
let stopsAfterFile = false;

/** @internal to be called while the tests are collected, not within one */
export function stopAllAfterFile(): void {
  if (stopsAfterFile) return;
  stopsAfterFile = true;
  afterAll(async () => {
    flushRecords();
    await Promise.all([...running.values()].map((server) => server.stop()));
    running.clear();
  });
}

/** @internal the port of this file's server of a kind, started when it does not run; null for a missing reference */
export async function portOf(name: 'redstart' | 'reference', args: readonly string[] = []): Promise<number | null> {
  if (name === 'reference' && !referenceAvailable) return null;
  return (await (name === 'reference' ? referenceTarget : redstartTarget).address(args)).port ?? null;
}
