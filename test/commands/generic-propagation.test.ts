/**
 * What the generic commands propagate, and which keyspace events they cause: a redstart inside this process, whose feed
 * and events are listened to, against the AOF that the reference writes and the events that it publishes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Config } from '../../src/config/index.js';
import { Log } from '../../src/server/log.js';
import { Server } from '../../src/server/server.js';
import { systemClock } from '../../src/util/clock.js';
import { referenceAvailable, startReference } from '../support/reference.js';
import { RespClient } from '../support/resp-client.js';
import { type Command, parseReply, type RespValue } from '../support/wire.js';

/** What somebody who listens hears of a sequence of commands. */
interface Heard {
  /** Propagated commands as text, SELECT, MULTI and EXEC included. */
  readonly propagated: string[];
  /** `database key event`. */
  readonly events: string[];
}

/** The last command of every sequence: its event tells that all others have come. */
const LAST: Command = ['SET', 'the end', 'v'];
const LAST_EVENT = '0 the end set';

/** Times that count from now differ between the servers; those of the tests themselves have more digits or fewer. */
const fromNow = (arg: string): string => (/^\d{13}$/.test(arg) ? '<ms>' : arg);

/** The commands in a stream of them. */
function parseStream(bytes: Buffer): string[] {
  const commands: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const result = parseReply(bytes, at, bytes.length);
    if ('needs' in result) throw new Error('a command that is cut off');
    commands.push((result.reply.value as string[]).map(fromNow).join(' '));
    at = result.end;
  }
  return commands;
}

async function hearRedstart(directives: readonly string[], commands: readonly Command[]): Promise<Heard> {
  const args = [...directives, '--notify-keyspace-events', 'KEA', '--port', '0', '--bind', '127.0.0.1'];
  const log = new Log(systemClock, 0, []);
  const server = new Server({ config: Config.fromSources({ args }), log, anyFreePort: true });
  const chunks: Buffer[] = [];
  const events: string[] = [];
  const { context } = server;
  context.keyspace.activeExpire = false;
  context.feed.subscribe({ feedUnit: (bytes, size) => chunks.push(Buffer.from(bytes.subarray(0, size))) });
  context.eventListener = {
    keyspaceEvent(_class, event, database, keys, i) {
      const key = keys.bytes.subarray(keys.offset(i), keys.offset(i) + keys.length(i));
      events.push(`${database} ${Buffer.from(key).toString('latin1')} ${event}`);
    },
  };
  await server.start();
  const client = await RespClient.connect({ port: server.listeners.tcpPort });
  try {
    for (const command of [...commands, LAST]) await client.command(command);
    return { propagated: parseStream(Buffer.concat(chunks)), events };
  } finally {
    await client.close();
    await server.close();
  }
}

async function hearReference(directives: readonly string[], commands: readonly Command[]): Promise<Heard> {
  const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--notify-keyspace-events', 'KEA', ...directives];
  const server = await startReference(args);
  try {
    const listener = await server.connect();
    await listener.hello(3);
    listener.write('PSUBSCRIBE __keyspace@*');
    await listener.nextPush();
    const client = await server.connect();
    await client.command('DEBUG SET-ACTIVE-EXPIRE 0');
    for (const command of [...commands, LAST]) await client.command(command);
    const events: string[] = [];
    while (events.at(-1) !== LAST_EVENT) events.push(eventOf((await listener.nextPush()).value));
    const folder = join(server.directory, 'appendonlydir');
    const file = readdirSync(folder).find((name) => name.endsWith('.incr.aof'));
    const propagated = parseStream(readFileSync(join(folder, file!)));
    await Promise.all([client.close(), listener.close()]);
    return { propagated, events };
  } finally {
    await server.stop();
  }
}

/** `["pmessage", pattern, "__keyspace@0__:key", event]` as `0 key event`. */
function eventOf(push: RespValue): string {
  const [, , channel, event] = (push as { items: string[] }).items;
  const [, database, key] = /^__keyspace@(\d+)__:(.*)$/s.exec(channel!)!;
  return `${database} ${key} ${event}`;
}

const EXPIRED = ['PXAT', '1'];

const DELETIONS: Command[] = [
  'MSET a 1 b 2 c 3 d 4',
  'DEL a missing b a',
  'UNLINK c c missing',
  'DEL missing',
  'DEL a b',
  ['SET', 'e', 'v', ...EXPIRED],
  'DEL e d',
  ['SET', 'e', 'v', ...EXPIRED],
  'UNLINK e',
];
const EXPIRIES: Command[] = [
  'MSET a 1 b 2',
  'EXPIRE a 100',
  'PEXPIRE a 100000 XX',
  'EXPIREAT a 99999999999',
  'EXPIREAT a 99999999999 NX',
  'EXPIREAT a 88888888888 lt xx',
  'PEXPIREAT a 99999999999123 gt',
  'PEXPIREAT a 99999999999123 GT',
  'PEXPIREAT a 9223372036854775807',
  'EXPIRE a 100 GT',
  'PERSIST a',
  'PERSIST a',
  'EXPIRE missing 100',
  'EXPIRE a -1 XX',
  'EXPIRE a -1 NX',
  'PEXPIRE b 0',
  'MSET a 1 b 2',
  'EXPIREAT a 1',
  'PEXPIREAT b 1',
  ['SET', 'e', 'v', ...EXPIRED],
  'EXPIRE e 100',
  ['SET', 'e', 'v', ...EXPIRED],
  'PERSIST e',
];
const MOVES: Command[] = [
  'SET a 1 PXAT 99999999999123',
  'RENAME a b',
  'RENAME b b',
  'RENAMENX b b',
  'RENAME missing b',
  'SET c 1',
  'RENAMENX b c',
  'RENAMENX b d',
  'RENAME d c',
  'COPY c d',
  'COPY c d',
  'COPY c d REPLACE',
  'COPY c c DB 3',
  'COPY c c DB 3 REPLACE',
  'COPY missing c REPLACE',
  'MOVE d 5',
  'MOVE c 3',
  'MOVE missing 3',
  'SELECT 5',
  'MOVE d 0',
  'SELECT 0',
  ['SET', 'e', 'v', ...EXPIRED],
  'RENAME c e',
  ['SET', 'f', 'v', ...EXPIRED],
  'RENAMENX e f',
  ['SET', 'g', 'v', ...EXPIRED],
  'RENAME g f',
  ['SET', 'g', 'v', ...EXPIRED],
  'COPY g f',
  ['SET', 'g', 'v', ...EXPIRED],
  'COPY f g',
  ['SET', 'h', 'v', ...EXPIRED],
  'MOVE h 3',
  'SELECT 3',
  ['SET', 'f', 'v', ...EXPIRED],
  'SELECT 0',
  'MOVE f 3',
];
const READS: Command[] = [
  'SET a 1',
  'EXISTS a missing',
  'TOUCH a missing',
  'TYPE a',
  'KEYS *',
  'SCAN 0',
  'RANDOMKEY',
  'TTL a',
  'OBJECT ENCODING a',
  'WAIT 0 0',
  ...[
    'EXISTS e',
    'TOUCH e',
    'TYPE e',
    'TTL e',
    'PEXPIRETIME e',
    'OBJECT ENCODING e',
    'SCAN 0',
    'DEL a',
    'RANDOMKEY',
  ].flatMap((command): Command[] => [['SET', 'e', 'v', ...EXPIRED], 'KEYS *', command]),
];

const THREE_EXPIRED: Command[] = ['e', 'f', 'g'].map((key) => ['SET', key, 'v', ...EXPIRED]);
/** Commands that meet several expired keys: those that name them, and those that come across them. */
const MANY_EXPIRED: Command[] = [
  ...THREE_EXPIRED,
  'SCAN 0 COUNT 1000',
  ...THREE_EXPIRED,
  'RANDOMKEY',
  ...THREE_EXPIRED,
  'EXISTS e f g',
  ...THREE_EXPIRED,
  'MSET g 1 f 2 e 3',
];

/** Puts deletions that follow one another in alphabetical order: a SCAN meets keys in an order of each server's own. */
function sortDeletions(propagated: readonly string[]): string[] {
  const sorted: string[] = [];
  for (let at = 0; at < propagated.length; ) {
    let end = at + 1;
    if (propagated[at]!.startsWith('DEL ')) while (propagated[end]?.startsWith('DEL ')) end++;
    sorted.push(...propagated.slice(at, end).sort());
    at = end;
  }
  return sorted;
}

const LAZY = ['lazyfree-lazy-expire', 'lazyfree-lazy-server-del', 'lazyfree-lazy-user-del'];

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('what the generic group propagates and announces, as the reference does', () => {
  const all = [...DELETIONS, 'FLUSHALL', ...EXPIRIES, 'FLUSHALL', ...MOVES, 'FLUSHALL', ...READS] as Command[];
  for (const [name, directives] of [
    ['by default', []],
    ['with all lazyfree directives', LAZY.flatMap((directive) => [`--${directive}`, 'yes'])],
  ] as const) {
    test(`deletions, expiry, renaming and reading ${name}`, async () => {
      const [got, wanted] = await Promise.all([hearRedstart(directives, all), hearReference(directives, all)]);
      expect(got.events).toEqual(wanted.events);
      expect(got.propagated).toEqual(wanted.propagated);
      expect(wanted.propagated).toContain(directives.length === 0 ? 'DEL e' : 'UNLINK e');
    });
  }
  test('expired keys that a command names are deleted in its unit, those that SCAN meets one by one', async () => {
    const [got, wanted] = await Promise.all([hearRedstart([], MANY_EXPIRED), hearReference([], MANY_EXPIRED)]);
    expect(sortDeletions(got.propagated)).toEqual(sortDeletions(wanted.propagated));
    expect([...got.events].sort()).toEqual([...wanted.events].sort());
    expect(wanted.propagated.filter((command) => command === 'MULTI')).toHaveLength(2);
  });
});
