/**
 * Random commands, and what they do behind their replies: the keyspace events that they cause, what is propagated of
 * them, and the counters of changes, hits, misses and expired keys. A redstart inside this process, whose feed and
 * events are listened to, against a replica and a subscriber of the reference.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { FeedRecorder, InProcessServer } from '../server/in-process.js';
import { bitmapCommand, expiryCommand, INSPECTION, keyCommand, stringCommand } from '../support/command-arbitraries.js';
import { formatRun, RUNS_FACTOR, seedParameter } from '../support/differential.js';
import { geoCommand } from '../support/geo-arbitraries.js';
import { hashCommand } from '../support/hash-arbitraries.js';
import { listCommand, listWait } from '../support/list-arbitraries.js';
import { referenceAvailable } from '../support/reference.js';
import { type KeyspaceEvent, ReferenceListener, type Told } from '../support/reference-listener.js';
import { RespClient } from '../support/resp-client.js';
import { restoreCommand } from '../support/restore-arbitraries.js';
import { setCommand } from '../support/set-arbitraries.js';
import { sortedSetCommand } from '../support/sorted-set-arbitraries.js';
import { STREAM_BEGINNING, streamCommand, withPreparation } from '../support/stream-arbitraries.js';
import { portOf, stopAllAfterFile } from '../support/targets.js';
import { type Arg, type Command, escapeBytes, parseReply } from '../support/wire.js';

/** What somebody who listens hears of a sequence of commands. */
interface Heard {
  readonly events: readonly string[];
  readonly propagated: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
}

const COUNTERS = ['rdb_changes_since_last_save', 'keyspace_hits', 'keyspace_misses', 'expired_keys'];

async function counters(client: RespClient): Promise<Record<string, number>> {
  const texts = await client.pipeline(['INFO persistence', 'INFO stats']);
  const text = texts.map((reply) => String(reply.value)).join('');
  return Object.fromEntries(COUNTERS.map((name) => [name, Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1])]));
}

/** Runs the sequence on empty databases, and returns how the counters grew. */
async function run(client: RespClient, sequence: readonly Command[]): Promise<Record<string, number>> {
  const before = await counters(client);
  await client.pipeline(sequence);
  const after = await counters(client);
  return Object.fromEntries(COUNTERS.map((name) => [name, after[name]! - before[name]!]));
}

/** Commands with the database that they are for, in place of the SELECTs. */
function describePropagated(commands: Told['commands']): string[] {
  let database = '0';
  const lines: string[] = [];
  for (const args of commands) {
    if (args[0] === 'SELECT') database = args[1]!;
    else if (args[0] === 'MULTI' || args[0] === 'EXEC') lines.push(args[0]);
    else lines.push(`${database}> ${args.map(describeArgument).join(' ')}`);
  }
  return sortRuns(lines, /> "DEL" /);
}

/** Times that count from now are in milliseconds, or beyond what a double holds; no other number has as many digits. */
function describeArgument(arg: string): string {
  return /^(\d{13}|\d{16,19})$/.test(arg) ? '<ms>' : escapeBytes(arg, 60);
}

function describeEvents(events: readonly KeyspaceEvent[]): string[] {
  const lines = events.map(({ database, event, key }) => `${database}> ${event} ${escapeBytes(key)}`);
  return sortRuns(lines, / expired /);
}

/** Sorts what follows one another and fits: a SCAN meets expired keys in an order of each server's own. */
function sortRuns(lines: readonly string[], fits: RegExp): string[] {
  const sorted: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    if (fits.test(lines[at]!)) while (end < lines.length && fits.test(lines[end]!)) end++;
    sorted.push(...lines.slice(at, end).sort());
    at = end;
  }
  return sorted;
}

function compare(got: Heard, wanted: Heard): void {
  for (const part of ['events', 'propagated', 'counters'] as const) {
    const [gotText, wantedText] = [got, wanted].map((heard) => JSON.stringify(heard[part], null, 2));
    if (gotText !== wantedText) throw new Error(`${part} differ\nreference ${wantedText}\nredstart ${gotText}`);
  }
}

function commandsOf(feed: Buffer): string[][] {
  const commands: string[][] = [];
  for (let at = 0; at < feed.length; ) {
    const parsed = parseReply(feed, at, feed.length);
    if (!('reply' in parsed)) throw new Error('the feed ends within a command');
    commands.push(parsed.reply.value as string[]);
    at = parsed.end;
  }
  return commands;
}

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('random commands [effects on redstart and reference compared]', () => {
  stopAllAfterFile();
  let redstart: InProcessServer;
  let listener: ReferenceListener;
  let toRedstart: RespClient;
  let toReference: RespClient;
  const events: KeyspaceEvent[] = [];

  beforeAll(async () => {
    redstart = await InProcessServer.start({ enableDebugCommand: 'yes' });
    const { context } = redstart.server;
    context.keyspace.activeExpire = false;
    context.eventClasses = ~0;
    context.eventListener = {
      keyspaceEvent(_class, event, database, keys, i) {
        const key = Buffer.from(keys.bytes.subarray(keys.offset(i), keys.offset(i) + keys.length(i)));
        events.push({ database, event, key: key.toString('latin1') });
      },
    };
    toRedstart = await redstart.connect();
    const port = (await portOf('reference', ['--repl-diskless-sync', 'no'])) ?? 0;
    toReference = await RespClient.connect({ port });
    await toReference.send('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    listener = await ReferenceListener.open(port, 'EAmn');
  });
  afterAll(async () => {
    await listener?.close();
    await toReference?.close();
    await redstart?.close();
  });

  async function hearRedstart(sequence: readonly Command[]): Promise<Heard> {
    const { feed } = redstart.server.context;
    await toRedstart.pipeline(['SELECT 0', 'FLUSHALL']);
    events.length = 0;
    const recorder = new FeedRecorder();
    feed.subscribe(recorder);
    const grown = await run(toRedstart, sequence);
    feed.unsubscribe(recorder);
    return {
      events: describeEvents(events),
      propagated: describePropagated(commandsOf(recorder.bytes)),
      counters: grown,
    };
  }

  async function hearReference(sequence: readonly Command[]): Promise<Heard> {
    await toReference.pipeline(['SELECT 0', 'FLUSHALL']);
    await listener.told();
    const grown = await run(toReference, sequence);
    const told = await listener.told();
    return { events: describeEvents(told.events), propagated: describePropagated(told.commands), counters: grown };
  }

  const anyCommand: fc.Arbitrary<Arg[]> = fc.oneof(
    { weight: 4, arbitrary: stringCommand },
    { weight: 2, arbitrary: bitmapCommand },
    { weight: 3, arbitrary: keyCommand },
    { weight: 2, arbitrary: expiryCommand },
    { weight: 3, arbitrary: restoreCommand },
    { weight: 6, arbitrary: listCommand },
    { weight: 1, arbitrary: listWait },
    { weight: 4, arbitrary: setCommand },
    { weight: 6, arbitrary: sortedSetCommand },
    { weight: 2, arbitrary: geoCommand },
    { weight: 4, arbitrary: hashCommand },
  );

  test('cause the same events, are propagated alike, and count alike', { timeout: 120_000 * RUNS_FACTOR }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 1, maxLength: 40 }), async (sequence) => {
        const sent = [...sequence, ...INSPECTION];
        const [got, wanted] = await Promise.all([hearRedstart(sent), hearReference(sent)]);
        compare(got, wanted);
      }),
      { numRuns: 150 * RUNS_FACTOR, ...seedParameter(), reporter: formatRun },
    );
  });

  test('on streams: the same, but for what is said of groups in fewer words', {
    timeout: 120_000 * RUNS_FACTOR,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(streamCommand, { minLength: 1, maxLength: 40, size: 'max' }), async (sequence) => {
        const sent = [...STREAM_BEGINNING, ...sequence.flatMap(withPreparation)];
        const [got, wanted] = await Promise.all([hearRedstart(sent), hearReference(sent)]);
        compare(inOneForm(got), inOneForm(wanted));
      }),
      { numRuns: 100 * RUNS_FACTOR, ...seedParameter(), reporter: formatRun },
    );
  });
});

/**
 * What XREADGROUP and XADD are propagated as, without what differs on purpose: one XCLAIM has all the entries that were
 * delivered at once, where the reference has one for each; how many entries a group has read always follows, as in 7.4;
 * LIMIT, which would be an error to anybody but a copy, is left out. MULTI and EXEC go where one command is left.
 */
function inOneForm(heard: Heard): Heard {
  const propagated = heard.propagated
    .filter((line) => !/> "XGROUP" "SETID" .* "ENTRIESREAD" /.test(line) && line !== 'MULTI' && line !== 'EXEC')
    .flatMap((line) => (line.includes('> "XCLAIM" ') ? claimsOf(line) : [line.replace(/ "LIMIT" \S+/i, '')]));
  return { ...heard, propagated };
}

/** One line for each entry of an XCLAIM. LASTID is left out: of several at once, only the last one's is said. */
function claimsOf(line: string): string[] {
  const match = /^(.*> "XCLAIM" .* "0") (.*) ("TIME" .*) "LASTID" "[^"]*"$/.exec(line);
  if (match === null) return [line];
  return match[2]!.split(' ').map((id) => `${match[1]} ${id} ${match[3]}`);
}
