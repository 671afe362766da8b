/** Where permission is asked, and what for: users whose permissions are a function of the test. */
import { describe, expect, test } from 'vitest';
import {
  ALLOWED,
  type Call,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  User,
  type Verdict,
} from '../../src/acl/index.js';
import type { CommandContext } from '../../src/commands/context.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import { bulk, ok } from '../support/index.js';
import { type FakeConnection, LoopBench } from './loop-bench.js';

const spec = (name: string, traits: Partial<CommandSpec>, handler: (c: CommandContext) => void): CommandSpec => ({
  name,
  group: 'generic',
  since: '1.0.0',
  arity: -2,
  flags: '',
  summary: 'For this test.',
  ...traits,
  handler,
});

/** The commands of the test's own: with channels, and one that waits once before it runs. */
function commands(): CommandSpec[] {
  let hasWaited = false;
  return [
    spec('tell', { channels: { first: 1, last: 1, arePatterns: false } }, (c) => c.reply.ok()),
    spec('listen', { channels: { first: 1, last: -1, arePatterns: true } }, (c) => c.reply.ok()),
    spec('later', { keys: ['1 RO access'] }, (c) => {
      if (hasWaited) return c.reply.ok();
      hasWaited = true;
      c.suspensions.postpone(c.client, { deadlineMs: 0, timedOut: null, dropped: () => {} });
    }),
  ];
}

/** A bench with a client who is the user `u`; what is asked about that user is kept, `verdict` answers. */
function start(verdict: (call: Call) => Verdict) {
  const bench = new LoopBench({ commands: commands() });
  const a = bench.connect('a');
  const asked: string[] = [];
  a.client.becomeUser(
    new User('u', {
      verdict: (call) => {
        asked.push(describeCall(bench, call));
        return verdict(call);
      },
    }),
  );
  return { bench, a, asked, stats: bench.context.stats };
}

/** The command's name, its keys with what happens to them, and its channels: `set k:r k2:w #c ~p`. */
function describeCall(bench: LoopBench, { commandId, argv, keys, channels }: Call): string {
  const words = [bench.context.table.all[commandId]!.name];
  for (let k = 0; k < keys.count; k++) {
    words.push(`${argv.text(keys.indexes[k]!)}:${keys.reads(k) ? 'r' : ''}${keys.writes(k) ? 'w' : ''}`);
  }
  for (let i = channels.first; i <= channels.last; i++)
    words.push(`${channels.arePatterns ? '~' : '#'}${argv.text(i)}`);
  return words.join(' ');
}

const answer = (a: FakeConnection, command: string): string => a.receive(`${command}\r\n`).take();

describe('A command of a restricted user', () => {
  test.each([
    ['command', DENIED_COMMAND, "-NOPERM User u has no permissions to run the 'set' command\r\n"],
    ['key', DENIED_KEY, '-NOPERM No permissions to access a key\r\n'],
    ['channel', DENIED_CHANNEL, '-NOPERM No permissions to access a channel\r\n'],
  ] as const)('that is denied for its %s does not run, and counts as rejected', (_, denied, error) => {
    const { bench, a, stats } = start(() => denied);
    expect(answer(a, 'SET k v')).toBe(error);
    const { id } = bench.context.table.byName('set')!;
    expect([stats.commands.calls[id], stats.commands.rejected[id], stats.commands.failed[id]]).toEqual([0, 1, 0]);
    expect([...stats.errors]).toEqual([['NOPERM', 1]]);
    expect(stats.totalErrorReplies).toBe(1);
    expect(bench.context.keyspace.size).toBe(0);
    const { aclAccessDeniedCmd: command, aclAccessDeniedKey: key, aclAccessDeniedChannel: channel } = stats;
    const counted = { [DENIED_COMMAND]: command, [DENIED_KEY]: key, [DENIED_CHANNEL]: channel };
    expect([counted[denied], command + key + channel]).toEqual([1, 1]);
    stats.reset();
    expect([stats.aclAccessDeniedCmd, stats.aclAccessDeniedKey, stats.aclAccessDeniedChannel]).toEqual([0, 0, 0]);
  });

  test('that is denied leaves the rest of the pipeline alone', () => {
    const { a } = start(({ argv }) => (argv.text(1) === 'k' ? DENIED_KEY : ALLOWED));
    expect(answer(a, 'SET a 1\r\nSET k 1\r\nGET a')).toBe(
      `${ok}-NOPERM No permissions to access a key\r\n${bulk('1')}`,
    );
  });

  test('is named by its full name when it is a subcommand', () => {
    const { a, asked } = start(() => DENIED_COMMAND);
    expect(answer(a, 'CLIENT ID')).toBe("-NOPERM User u has no permissions to run the 'client|id' command\r\n");
    expect(asked).toEqual(['client|id']);
  });

  test.each([
    ['GET k', 'get k:r'],
    ['SET k v', 'set k:w'],
    ['SET k v GET', 'set k:rw'],
    ['EXISTS k l', 'exists k: l:'],
    ['MSET k 1 l 2', 'mset k:w l:w'],
    ['COPY k l', 'copy k:r l:w'],
    ['TELL c message', 'tell #c'],
    ['LISTEN c* d*', 'listen ~c* ~d*'],
    ['PING', 'ping'],
  ])('is asked for with its keys and channels: %s', (command, question) => {
    const { a, asked } = start(() => ALLOWED);
    expect(answer(a, command)).not.toMatch(/^-/);
    expect(asked).toEqual([question]);
  });

  test('is asked for behind its name and the number of its arguments, as Redis does', () => {
    const { a, asked } = start(() => DENIED_COMMAND);
    expect(answer(a, 'NOSUCH')).toMatch(/^-ERR unknown command/);
    expect(answer(a, 'CLIENT NOSUCH')).toMatch(/^-ERR unknown subcommand/);
    expect(answer(a, 'GET')).toMatch(/^-ERR wrong number of arguments/);
    expect(asked).toEqual([]);
  });

  test('is asked for behind the password', () => {
    const { a, asked, bench } = start(() => DENIED_COMMAND);
    bench.context.users.default.setOnlyPassword('secret'); // or nobody has to authenticate
    a.client.authenticated = false;
    expect(answer(a, 'GET k')).toMatch(/^-NOAUTH /);
    expect(asked).toEqual([]);
  });

  test('is never denied when it is one of those that need no password', () => {
    const { a, asked } = start(() => DENIED_COMMAND);
    expect(answer(a, 'HELLO 2')).toMatch(/^\*14\r\n/);
    expect(answer(a, 'RESET')).toBe('+RESET\r\n');
    expect(asked).toEqual([]);
    expect(a.client.user.name).toBe('default');
  });

  test('is asked for again when it was postponed and is run again', () => {
    let denied: Verdict = ALLOWED;
    const { bench, a, asked } = start(({ keys }) => (keys.count === 0 ? ALLOWED : denied));
    expect(answer(a, 'LATER k\r\nECHO behind')).toBe('');
    denied = DENIED_KEY;
    bench.suspensions.runAgain(a.client);
    expect(a.take()).toBe(`-NOPERM No permissions to access a key\r\n${bulk('behind')}`);
    expect(asked).toEqual(['later k:r', 'later k:r', 'echo']);
  });
});
