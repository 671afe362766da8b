/** SLOWLOG: what is logged, how it is cut, and what is kept out of it. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulks, int, ok } from '../support/wire.js';

const COUNT = 'ERR count should be greater than or equal to -1';

/** Logs every command from here on, beginning with an empty log (but for the command that empties it). */
async function logAll(c: CommandClient): Promise<void> {
  await c.configSet('slowlog-log-slower-than', '0');
  await c.expect('SLOWLOG RESET', ok);
}

type Entry = [id: number, at: number, usec: number, args: string[], address: string, name: string];

async function entries(c: CommandClient, count = -1): Promise<Entry[]> {
  return (await c.ask(['SLOWLOG', 'GET', count])) as Entry[];
}

function expectArgs(entry: Entry | undefined, wanted: readonly string[]): void {
  expect(entry?.[3], 'arguments in SLOWLOG GET').toEqual(wanted);
}

describeCommands('SLOWLOG', (t) => {
  t.test('SLOWLOG LEN and GET tell of nothing after SLOWLOG RESET', async (c) => {
    await c.configSet('slowlog-log-slower-than', '1000000');
    await c.expect('SLOWLOG RESET', ok);
    await c.expect('SLOWLOG LEN', int(0));
    await c.expect('SLOWLOG GET', array());
    await c.expect('SLOWLOG GET -1', array());
    await c.expect('SLOWLOG GET 0', array());
  });
  t.test('SLOWLOG GET lists commands from the newest with id, time, duration, arguments and client', async (c) => {
    await logAll(c);
    await c.expect('CLIENT SETNAME tester', ok);
    await c.expect('SET k v', ok);
    const all = await entries(c);
    expectArgs(all[0], ['SET', 'k', 'v']);
    expectArgs(all[1], ['CLIENT', 'SETNAME', 'tester']);
    const [id, at, usec, , address, name] = all[0]!;
    expect(all[1]![0], 'id of the entry before').toBe(id - 1);
    expect(Math.abs(at - Date.now() / 1000), 'seconds between the entry and now').toBeLessThanOrEqual(60);
    expect(usec, 'duration').toBeGreaterThanOrEqual(0);
    expect(usec, 'duration').toBeLessThan(1_000_000);
    expect(address, 'address').toMatch(/^127\.0\.0\.1:\d+$/);
    expect(name, 'name').toBe('tester');
  });
  t.test('SLOWLOG GET tells when a command had run, not when it began', { needsDebug: true }, async (c) => {
    await logAll(c);
    const beganMs = Date.now();
    const nextSecond = Math.floor(beganMs / 1000) + 1;
    await c.expect(['DEBUG', 'SLEEP', (nextSecond * 1000 - beganMs + 5) / 1000], ok);
    const [sleep] = await entries(c, 1);
    expect(sleep![1], 'time of the entry').toBeGreaterThanOrEqual(nextSecond);
  });
  t.test('SLOWLOG GET gives 10 entries, or as many as asked for', async (c) => {
    await logAll(c);
    for (let i = 0; i < 15; i++) await c.expect(['SET', 'k', i], ok);
    expect(await c.ask('SLOWLOG GET'), 'SLOWLOG GET').toHaveLength(10);
    for (const count of [3, 0]) expect(await entries(c, count), `SLOWLOG GET ${count}`).toHaveLength(count);
    expect((await entries(c)).length, 'entries of SLOWLOG GET -1').toBeGreaterThanOrEqual(15);
  });
  t.test('SLOWLOG keeps 32 arguments of 128 bytes of a command', async (c) => {
    await logAll(c);
    await c.expect(['MSET', ...Array.from({ length: 40 }, (_, i) => `a${i}`)], ok);
    await c.expect(['SET', 'long', 'x'.repeat(130)], ok);
    await c.expect(['SET', 'fits', 'x'.repeat(128)], ok);
    await c.expect(['MSET', ...Array.from({ length: 31 }, (_, i) => `b${i}`), 'last'].slice(0, 33), ok);
    const all = await entries(c);
    expectArgs(all[3], ['MSET', ...Array.from({ length: 30 }, (_, i) => `a${i}`), '... (10 more arguments)']);
    expectArgs(all[2], ['SET', 'long', `${'x'.repeat(128)}... (2 more bytes)`]);
    expectArgs(all[1], ['SET', 'fits', 'x'.repeat(128)]);
    expectArgs(all[0], ['MSET', ...Array.from({ length: 30 }, (_, i) => `b${i}`), '... (2 more arguments)']);
  });
  t.test('SLOWLOG hides passwords', async (c) => {
    await logAll(c);
    await c.expect('AUTH default secret', ok);
    await c.wire('HELLO 2 AUTH default secret SETNAME x');
    await c.expect('CONFIG SET masterauth secret', ok);
    c.atEnd((client) => client.ask(['CONFIG', 'SET', 'masterauth', '']));
    const all = await entries(c);
    expectArgs(all[2], ['AUTH', '(redacted)', '(redacted)']);
    expectArgs(all[1], ['HELLO', '2', 'AUTH', '(redacted)', '(redacted)', 'SETNAME', 'x']);
    expectArgs(all[0], ['CONFIG', 'SET', 'masterauth', '(redacted)']);
  });
  t.test('SLOWLOG has no commands that were refused', async (c) => {
    await logAll(c);
    await c.expectMatch('NOSUCH a', /^-ERR unknown command/);
    await c.expectError('SET k', "ERR wrong number of arguments for 'set' command");
    await c.expectError('SET k v WRONG', 'ERR syntax error');
    const all = await entries(c);
    expectArgs(all[0], ['SET', 'k', 'v', 'WRONG']);
    expectArgs(all[1], ['SLOWLOG', 'RESET']);
  });
  t.test('SLOWLOG logs only what takes longer than slowlog-log-slower-than', { needsDebug: true }, async (c) => {
    await c.configSet('slowlog-log-slower-than', '10000');
    await c.expect('SLOWLOG RESET', ok);
    await c.expect('SET k v', ok);
    await c.expect('DEBUG SLEEP 0.02', ok);
    const all = await entries(c);
    expectArgs(all[0], ['DEBUG', 'SLEEP', '0.02']);
    expect(all, 'SLOWLOG GET -1').toHaveLength(1);
    expect(all[0]![2], 'duration').toBeGreaterThanOrEqual(20_000);
  });
  t.test('SLOWLOG logs nothing with a negative slowlog-log-slower-than', { needsDebug: true }, async (c) => {
    await c.configSet('slowlog-log-slower-than', '-1');
    await c.expect('SLOWLOG RESET', ok);
    await c.expect('DEBUG SLEEP 0.02', ok);
    await c.expect('SLOWLOG LEN', int(0));
  });
  t.test('SLOWLOG forgets the oldest entries beyond slowlog-max-len', async (c) => {
    await c.configSet('slowlog-max-len', '2');
    await logAll(c);
    for (const value of ['1', '2', '3']) await c.expect(['SET', 'k', value], ok);
    const all = await entries(c);
    expect(all, 'SLOWLOG GET -1').toHaveLength(2);
    expectArgs(all[0], ['SET', 'k', '3']);
    await c.expect('SLOWLOG LEN', int(2));
  });
  t.test('SLOWLOG GET refuses counts below -1 and what is no number', async (c) => {
    await c.expectError('SLOWLOG GET -2', COUNT);
    await c.expectError('SLOWLOG GET a', COUNT);
    await c.expectError(
      'SLOWLOG GET 1 2',
      "ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.",
    );
    await c.expectError('SLOWLOG LEN x', "ERR wrong number of arguments for 'slowlog|len' command");
    await c.expectError('SLOWLOG RESET x', "ERR wrong number of arguments for 'slowlog|reset' command");
    await c.expectError('SLOWLOG NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try SLOWLOG HELP.");
    await c.expectError('SLOWLOG', "ERR wrong number of arguments for 'slowlog' command");
  });
  t.test('SLOWLOG HELP names the subcommands', async (c) => {
    await c.expectMatch(
      'SLOWLOG HELP',
      /^\*\d+\r\n\+SLOWLOG <subcommand> [\s\S]*\+GET [\s\S]*\+LEN\r\n[\s\S]*\+RESET\r\n/,
    );
  });
  t.test('SLOWLOG GET has the same form in RESP3', async (c) => {
    await logAll(c);
    await c.connection.hello(3);
    await c.expect('SET k v', ok);
    const wire = await c.wire('SLOWLOG GET 1');
    expect(wire, 'SLOWLOG GET 1').toMatch(/^\*1\r\n\*6\r\n:/);
    expect(wire, 'SLOWLOG GET 1').toContain(bulks('SET', 'k', 'v'));
  });
});
