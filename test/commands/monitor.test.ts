/** MONITOR: what one client sees of what all do. */
import { expect } from 'vitest';
import { array, bulk, bulks, type CommandClient, describeCommands, int, ok, simple } from '../support/index.js';

/** A connection that sees all commands from now on. */
async function monitor(c: CommandClient): Promise<CommandClient> {
  const other = await c.another();
  await other.expect('MONITOR', ok);
  return other;
}

/** The lines that have come until `PING end` did, without times and ports. */
async function seen(c: CommandClient, other: CommandClient): Promise<string[]> {
  await c.expect('PING end', bulk('end'));
  const lines: string[] = [];
  for (;;) {
    const { wire } = await other.connection.nextReply();
    expect(wire).toMatch(/^\+\d{10}\.\d{6} \[\d+ 127\.0\.0\.1:\d+\] /);
    const line = wire.replace(/^\+[\d.]+ \[(\d+) [\d.:]+\] /, '[$1] ').trimEnd();
    if (line.endsWith('"PING" "end"')) return lines;
    lines.push(line);
  }
}

describeCommands('MONITOR', (t) => {
  t.test('shows each command that has run, with its database', async (c) => {
    const other = await monitor(c);
    await c.expectAll(
      ['SET k 1', 'GET k', 'SELECT 3', ['PING', Buffer.from('a\0"\\b\n\xff', 'latin1')]],
      [ok, bulk(1), ok, bulk('a\0"\\b\n\xff')],
    );
    expect(await seen(c, other)).toEqual([
      '[0] "SET" "k" "1"',
      '[0] "GET" "k"',
      '[3] "SELECT" "3"',
      '[3] "PING" "a\\x00\\"\\\\b\\n\\xff"',
    ]);
  });
  t.test('shows neither what is refused, nor administration, nor passwords', async (c) => {
    const other = await monitor(c);
    await c.wire('NOSUCH');
    await c.wire('GET');
    await c.wire('CONFIG GET port');
    await c.wire('CLIENT LIST');
    await c.wire('AUTH secret');
    await c.wire('HELLO 2 AUTH user secret');
    await c.wire('CLIENT SETNAME me');
    expect(await seen(c, other)).toEqual([
      '[0] "AUTH" "(redacted)"',
      '[0] "HELLO" "2" "AUTH" "(redacted)" "(redacted)"',
      '[0] "CLIENT" "SETNAME" "me"',
    ]);
  });
  t.test('shows what EXEC runs before EXEC itself', async (c) => {
    const other = await monitor(c);
    const queued = simple('QUEUED');
    await c.expectAll(
      ['MULTI', 'INCR k', 'MONITOR', 'EXEC'],
      [ok, queued, queued, array(int(1), "-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n")],
    );
    expect(await seen(c, other)).toEqual(['[0] "MULTI"', '[0] "INCR" "k"', '[0] "EXEC"']);
  });
  t.test('shows a command that waits when it came', async (c) => {
    const other = await monitor(c);
    const waiting = await c.another();
    const reply = waiting.wire('BLPOP l 0');
    await c.untilBlocked(1);
    await c.expect('RPUSH l a', int(1));
    expect(await reply).toBe(bulks('l', 'a'));
    expect((await seen(c, other)).filter((line) => !line.includes('INFO'))).toEqual([
      '[0] "BLPOP" "l" "0"',
      '[0] "RPUSH" "l" "a"',
    ]);
  });
  t.test('lets its client see its own commands behind their replies, and touch no data', async (c) => {
    const other = await monitor(c);
    await other.expect('PING', simple('PONG'));
    expect((await other.connection.nextReply()).wire).toMatch(/ "PING"\r\n$/);
    for (const command of ['GET k', 'SET k 1', 'PUBLISH a b']) {
      await other.expectError(command, "ERR Replica can't interact with the keyspace");
    }
    await c.expectMatch('CLIENT LIST', / flags=O .* cmd=publish /);
    await other.expect('RESET', simple('RESET'));
    await c.expect('SET k 1', ok);
    await other.expect('GET k', bulk(1));
  });
});

describeCommands('CLIENT PAUSE', (t) => {
  /** Whether a command is answered before another connection's PING is. */
  const isHeld = async (c: CommandClient, command: string): Promise<{ reply: Promise<string> }> => {
    const other = await c.another();
    const reply = other.wire(command);
    await c.untilBlocked(1);
    return { reply };
  };

  t.test('WRITE holds what writes until CLIENT UNPAUSE', async (c) => {
    c.atEnd((client) => client.ask('CLIENT UNPAUSE'));
    await c.expect('SET k 1', ok);
    await c.expect('CLIENT PAUSE 100000 WRITE', ok);
    await c.expectAll(['GET k', 'PING', 'TTL k'], [bulk(1), simple('PONG'), int(-1)]);
    const { reply } = await isHeld(c, 'SET k 2');
    await c.expect('GET k', bulk(1));
    await c.expect('CLIENT UNPAUSE', ok);
    expect(await reply).toBe(ok);
    await c.expect('GET k', bulk(2));
  });
  t.test('holds PUBLISH and an EXEC that writes, and lets one that reads run', async (c) => {
    c.atEnd((client) => client.ask('CLIENT UNPAUSE'));
    const other = await c.another();
    await other.expectAll(['MULTI', 'SET k 1'], [ok, simple('QUEUED')]);
    await c.expect('CLIENT PAUSE 100000 WRITE', ok);
    await c.expectAll(['MULTI', 'GET k', 'EXEC'], [ok, simple('QUEUED'), array('$-1\r\n')]);
    const reply = other.wire('EXEC');
    await c.untilBlocked(1);
    await c.expect('CLIENT UNPAUSE', ok);
    expect(await reply).toBe(array(ok));
    await c.expect('CLIENT PAUSE 100000 WRITE', ok);
    const held = await isHeld(c, 'PUBLISH a b');
    await c.expect('CLIENT UNPAUSE', ok);
    expect(await held.reply).toBe(int(0));
  });
  t.test('is over when its time is, and the pipeline goes on in its order', async (c) => {
    await c.expect('CLIENT PAUSE 50 ALL', ok);
    const begin = performance.now();
    await c.expectAll(['PING', 'SET k 1', 'GET k', 'CLIENT UNPAUSE'], [simple('PONG'), ok, bulk(1), ok]);
    expect(performance.now() - begin).toBeGreaterThan(20);
  });
  t.test('a second one can only extend it', async (c) => {
    c.atEnd((client) => client.ask('CLIENT UNPAUSE'));
    await c.expect('CLIENT PAUSE 100000 WRITE', ok);
    await c.expect('CLIENT PAUSE 1 WRITE', ok);
    const { reply } = await isHeld(c, 'SET k 1');
    await c.expect('CLIENT UNPAUSE', ok);
    expect(await reply).toBe(ok);
  });
  t.test('lets no key expire', async (c) => {
    c.atEnd((client) => client.ask('CLIENT UNPAUSE'));
    await c.expectAll(['SET k 1 PX 20', 'CONFIG RESETSTAT', 'CLIENT PAUSE 100000 WRITE'], [ok, ok, ok]);
    while ((await c.wire('GET k')) !== '$-1\r\n');
    await c.expectMatch('INFO stats', /\r\nexpired_keys:0\r\n/);
    await c.expect('DBSIZE', int(1));
    await c.expect('CLIENT UNPAUSE', ok);
    await c.expect('GET k', '$-1\r\n');
    await c.expectMatch('INFO stats', /\r\nexpired_keys:1\r\n/);
  });
  t.test('refuses what it does not understand', async (c) => {
    await c.expectError('CLIENT PAUSE', "ERR wrong number of arguments for 'client|pause' command");
    await c.expectError('CLIENT PAUSE x', 'ERR timeout is not an integer or out of range');
    await c.expectError('CLIENT PAUSE -1', 'ERR timeout is negative');
    await c.expectError('CLIENT PAUSE x FOO', 'ERR CLIENT PAUSE mode must be WRITE or ALL');
    await c.expectError(
      'CLIENT PAUSE 1 WRITE x',
      "ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
    );
    await c.expectError('CLIENT UNPAUSE x', "ERR wrong number of arguments for 'client|unpause' command");
    await c.expectAll(['CLIENT PAUSE 0', 'PING'], [ok, simple('PONG')]);
  });
});
