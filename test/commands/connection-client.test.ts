/** CLIENT and its subcommands: what connections know and change of themselves and of each other. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { pollUntil } from '../support/wait.js';
import { bulk, bytes, int, nil, nil3, ok, simple, Verbatim } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';
const SETINFO = 'CLIENT LIST adds `watch= lib-name= lib-ver=`';

/** The lines of CLIENT LIST or CLIENT INFO as name and value pairs. */
async function lines(c: CommandClient, command: string): Promise<Map<string, string>[]> {
  const value = await c.ask(command);
  const text = value instanceof Verbatim ? value.text : String(value);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => new Map(line.split(' ').map((field) => field.split(/=(.*)/s, 2) as [string, string])));
}

async function info(c: CommandClient): Promise<Map<string, string>> {
  return (await lines(c, 'CLIENT INFO'))[0]!;
}

async function idOf(c: CommandClient): Promise<number> {
  return (await c.ask('CLIENT ID')) as number;
}

async function isClosed(c: CommandClient): Promise<boolean> {
  await c.connection.closed;
  return true;
}

describeCommands('CLIENT ID, names and HELP', (t) => {
  t.test('CLIENT ID grows from connection to connection and stays the same for one', async (c) => {
    const id = await idOf(c);
    const other = await c.another();
    expect(await idOf(other)).toBeGreaterThan(id);
    expect(await idOf(c)).toBe(id);
  });
  t.test('CLIENT SETNAME names the connection, and the empty name takes it away', async (c) => {
    await c.expect('CLIENT GETNAME', nil);
    await c.expect('CLIENT SETNAME worker:1', ok);
    await c.expect('CLIENT GETNAME', bulk('worker:1'));
    expect((await info(c)).get('name')).toBe('worker:1');
    await c.expect(['CLIENT', 'SETNAME', ''], ok);
    await c.expect('CLIENT GETNAME', nil);
  });
  t.test('CLIENT GETNAME of a nameless connection answers the RESP3 null', { resp: 3 }, async (c) => {
    await c.expect('CLIENT GETNAME', nil3);
  });
  t.test('CLIENT SETNAME takes the bytes from ! to ~ only', async (c) => {
    await c.expect('CLIENT SETNAME !~', ok);
    for (const name of ['a b', 'a\n', ' ', '\x7f', '\x00', '\xe9', 'a\t']) {
      await c.expectError(['CLIENT', 'SETNAME', bytes(name)], BAD_NAME);
    }
    await c.expect('CLIENT GETNAME', bulk('!~'));
  });
  t.test('CLIENT SETINFO notes the library, which RESET leaves alone', { since: '7.2', line: SETINFO }, async (c) => {
    await c.expect('CLIENT SETINFO lib-name my-lib', ok);
    await c.expect('CLIENT SETINFO LIB-VER 1.0', ok);
    await c.expect('RESET', simple('RESET'));
    let line = await info(c);
    expect([line.get('lib-name'), line.get('lib-ver')]).toEqual(['my-lib', '1.0']);
    await c.expect(['CLIENT', 'SETINFO', 'lib-ver', ''], ok);
    line = await info(c);
    expect([line.get('lib-name'), line.get('lib-ver')]).toEqual(['my-lib', '']);
  });
  t.test('CLIENT SETINFO refuses other attributes and blanks', { since: '7.2', line: SETINFO }, async (c) => {
    await c.expectError('CLIENT SETINFO NoSuch x', "ERR Unrecognized option 'NoSuch'");
    const blank = 'cannot contain spaces, newlines or special characters.';
    await c.expectError('CLIENT SETINFO lib-name "a b"', `ERR lib-name ${blank}`);
    await c.expectError('CLIENT SETINFO LIB-VER "a\\n"', `ERR LIB-VER ${blank}`);
    await c.expectError('CLIENT SETINFO lib-name', "ERR wrong number of arguments for 'client|setinfo' command");
  });
  t.test('subcommands of CLIENT count their arguments', async (c) => {
    await c.expectError('CLIENT', "ERR wrong number of arguments for 'client' command");
    await c.expectError('CLIENT ID x', "ERR wrong number of arguments for 'client|id' command");
    await c.expectError('CLIENT GETNAME x', "ERR wrong number of arguments for 'client|getname' command");
    await c.expectError('CLIENT SETNAME', "ERR wrong number of arguments for 'client|setname' command");
    await c.expectError('CLIENT INFO x', "ERR wrong number of arguments for 'client|info' command");
    await c.expectError('CLIENT KILL', "ERR wrong number of arguments for 'client|kill' command");
    await c.expectError('client HELP x', "ERR wrong number of arguments for 'client|help' command");
    await c.expectError('CLIENT REPLY', "ERR wrong number of arguments for 'client|reply' command");
    await c.expectError('CLIENT NoSuch', "ERR unknown subcommand 'NoSuch'. Try CLIENT HELP.");
  });
  t.test('CLIENT HELP answers lines, its own last', async (c) => {
    const help = (await c.ask('CLIENT HELP')) as string[];
    expect(help[0]).toBe('CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
    expect(help).toContain('GETNAME');
    expect(help.at(-2)).toBe('HELP');
    expect(await c.wire('CLIENT HELP')).toMatch(/^\*\d+\r\n(\+[^\r\n]*\r\n)+$/);
  });
});

describeCommands('CLIENT INFO and LIST', (t) => {
  t.test('CLIENT INFO tells every field of 7.4, in its order', { internal: true }, async (c) => {
    const names = [...(await info(c)).keys()].join(' ');
    expect(names).toBe(
      'id addr laddr fd name age idle flags db sub psub ssub multi watch qbuf qbuf-free argv-mem multi-mem rbs rbp obl ' +
        'oll omem tot-mem events cmd user redir resp lib-name lib-ver',
    );
  });
  t.test('CLIENT INFO tells the truth about the connection', async (c) => {
    await c.expect('SELECT 3', ok);
    const { socket } = c.connection;
    const line = await info(c);
    expect(
      Object.fromEntries(
        [...line].filter(([name]) => /^(id|addr|laddr|db|flags|cmd|user|resp|multi|sub|redir|events)$/.test(name)),
      ),
    ).toEqual({
      id: String(await idOf(c)),
      addr: `127.0.0.1:${socket.localPort}`,
      laddr: `127.0.0.1:${socket.remotePort}`,
      db: '3',
      flags: 'N',
      cmd: 'client|info',
      user: 'default',
      resp: '2',
      multi: '-1',
      sub: '0',
      redir: '-1',
      events: 'r',
    });
    expect(Number(line.get('fd'))).toBeGreaterThan(0);
    expect(Number(line.get('age'))).toBeLessThan(60);
    expect(Number(line.get('tot-mem'))).toBeGreaterThan(0);
  });
  t.test('CLIENT LIST tells the command that a client sent last, though it was refused', async (c) => {
    const other = await c.another();
    const id = String(await idOf(other));
    const last = async () => (await lines(c, 'CLIENT LIST')).find((line) => line.get('id') === id)?.get('cmd');
    await other.expectMatch('SET k', /^-ERR wrong number of arguments/);
    expect(await last()).toBe('set');
    await other.expectMatch('NOSUCH', /^-ERR unknown command/);
    expect(await last()).toBe('NULL');
  });
  t.test('CLIENT INFO is a verbatim string in RESP3', { resp: 3 }, async (c) => {
    expect(await c.wire('CLIENT INFO')).toMatch(/^=\d+\r\ntxt:id=\d+ addr=[^\n]* resp=3[^\n]*\n\r\n$/);
    expect(await c.wire('CLIENT LIST')).toMatch(/^=\d+\r\ntxt:id=/);
    expect(await c.wire('CLIENT LIST TYPE master')).toBe('=4\r\ntxt:\r\n');
  });
  t.test('CLIENT LIST has a line for each connection, with the last command of each', async (c) => {
    const other = await c.another();
    await other.expect('SET k v', ok);
    const seen = new Map((await lines(c, 'CLIENT LIST')).map((line) => [Number(line.get('id')), line.get('cmd')]));
    expect(seen.get(await idOf(c))).toBe('client|list');
    expect(seen.get((await idOf(other)) as number)).toBe('set');
  });
  t.test('CLIENT LIST shows a connection that has sent nothing', async (c) => {
    await c.another();
    // Connected for the test is not yet accepted by the server: it may read the command first.
    const isListed = async () => (await lines(c, 'CLIENT LIST')).some((line) => line.get('cmd') === 'NULL');
    await pollUntil(isListed, 'a client whose last command is NULL');
  });
  t.test('CLIENT LIST ID keeps to the ids, in their order', async (c) => {
    const [one, two] = [await idOf(c), await idOf(await c.another())];
    const ids = async (args: string) =>
      (await lines(c, `CLIENT LIST ID ${args}`)).map((line) => Number(line.get('id')));
    expect(await ids(`${two} ${one}`)).toEqual([two, one]);
    expect(await ids(`${one} 99999999 -1 0 ${one}`)).toEqual([one, one]);
    await c.expect('CLIENT LIST ID 99999999', bulk(''));
    await c.expectError(`CLIENT LIST ID ${one} x`, 'ERR Invalid client ID');
    await c.expectError('CLIENT LIST ID', SYNTAX);
  });
  t.test('CLIENT LIST TYPE keeps to a type', async (c) => {
    expect((await lines(c, 'CLIENT LIST type NORMAL')).length).toBeGreaterThan(0);
    for (const type of ['master', 'REPLICA', 'slave', 'pubsub']) await c.expect(`CLIENT LIST TYPE ${type}`, bulk(''));
    await c.expectError('CLIENT LIST TYPE NoSuch', "ERR Unknown client type 'NoSuch'");
    await c.expectError('CLIENT LIST TYPE', SYNTAX);
    await c.expectError('CLIENT LIST TYPE normal ID 1', SYNTAX);
    await c.expectError('CLIENT LIST NoSuch', SYNTAX);
  });
  t.test('CLIENT NO-EVICT shows as a flag until it is turned off', async (c) => {
    await c.expect('CLIENT NO-EVICT ON', ok);
    expect((await info(c)).get('flags')).toBe('e');
    await c.expect('CLIENT NO-EVICT off', ok);
    expect((await info(c)).get('flags')).toBe('N');
    await c.expectError('CLIENT NO-EVICT maybe', SYNTAX);
  });
  // The documentation of RESET says so; 7.0 leaves it on.
  t.test('RESET turns CLIENT NO-EVICT off', { internal: true }, async (c) => {
    await c.expect('CLIENT NO-EVICT ON', ok);
    await c.expect('RESET', simple('RESET'));
    expect((await info(c)).get('flags')).toBe('N');
  });
});

describeCommands('CLIENT NO-TOUCH', (t) => {
  const line = 'COMMAND DOCS recorded from 7.4.1: CLIENT NO-TOUCH since 7.2.0';

  t.test('OBJECT FREQ tells of an access', async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu');
    await c.expect('SET k v', ok);
    await c.expect('GET k', bulk('v'));
    await c.expect('OBJECT FREQ k', int(6));
  });
  t.test(
    'CLIENT NO-TOUCH keeps reads from being noted, at once and until OFF or RESET',
    { since: '7.2', line },
    async (c) => {
      await c.configSet('maxmemory-policy', 'allkeys-lfu');
      await c.expect('SET k v', ok);
      await c.expectAll(['CLIENT NO-TOUCH ON', 'GET k', 'STRLEN k'], [ok, bulk('v'), int(1)]);
      await c.expect('GET k', bulk('v'));
      await c.expect('OBJECT FREQ k', int(5));
      expect((await info(c)).get('flags')).toBe('T');
      await c.expectAll(['CLIENT NO-TOUCH off', 'GET k', 'OBJECT FREQ k'], [ok, bulk('v'), int(6)]);
      await c.expect('SET l v', ok);
      await c.expectAll(
        ['CLIENT NO-TOUCH on', 'RESET', 'GET l', 'OBJECT FREQ l'],
        [ok, simple('RESET'), bulk('v'), int(6)],
      );
      expect((await info(c)).get('flags')).toBe('N');
    },
  );
  t.test('CLIENT NO-TOUCH of one client does not concern another', { since: '7.2', line }, async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu');
    const other = await c.another();
    await other.expect('CLIENT NO-TOUCH on', ok);
    await c.expect('SET k v', ok);
    await other.expect('GET k', bulk('v'));
    await c.expect('OBJECT FREQ k', int(5));
    await c.expect('GET k', bulk('v'));
    await c.expect('OBJECT FREQ k', int(6));
  });
  t.test('CLIENT NO-TOUCH leaves TOUCH alone', { since: '7.2', line }, async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu');
    await c.expect('SET k v', ok);
    await c.expectAll(['CLIENT NO-TOUCH on', 'TOUCH k', 'OBJECT FREQ k'], [ok, int(1), int(6)]);
  });
  t.test('CLIENT NO-TOUCH takes ON or OFF', { since: '7.2', line }, async (c) => {
    await c.expectError('CLIENT NO-TOUCH maybe', SYNTAX);
  });
});

describeCommands('CLIENT KILL', (t) => {
  t.test('CLIENT KILL closes the connection of an address', async (c) => {
    const other = await c.another();
    await other.expect('PING', simple('PONG'));
    await c.expect(`CLIENT KILL 127.0.0.1:${other.connection.socket.localPort}`, ok);
    expect(await isClosed(other)).toBe(true);
    await c.expectError('CLIENT KILL 127.0.0.1:1', 'ERR No such client');
    await c.expectError('CLIENT KILL ID', 'ERR No such client');
  });
  t.test('CLIENT KILL of the own address is answered before it closes', async (c) => {
    const other = await c.another();
    other.connection.write(`CLIENT KILL 127.0.0.1:${other.connection.socket.localPort}`);
    other.connection.write('SET k v');
    expect(await other.connection.readToEnd()).toBe('+OK\r\n');
    await c.expect('GET k', nil);
  });
  t.test('CLIENT KILL with filters answers how many it closed and spares the caller', async (c) => {
    const [one, two] = [await c.another(), await c.another()];
    const ids = [await idOf(one), await idOf(two)];
    await c.expect(`CLIENT KILL ID ${ids[0]}`, int(1));
    await c.expect(`CLIENT KILL ID ${ids[0]}`, int(0));
    await c.expect(`CLIENT KILL ID ${await idOf(c)}`, int(0));
    await c.expect(`CLIENT KILL id ${ids[1]} type pubsub`, int(0));
    await c.expect(
      `CLIENT KILL ID ${ids[1]} TYPE normal USER default ADDR 127.0.0.1:${two.connection.socket.localPort}`,
      int(1),
    );
    expect(await isClosed(one)).toBe(true);
    expect(await isClosed(two)).toBe(true);
    await c.expect('PING', simple('PONG'));
  });
  t.test('CLIENT KILL SKIPME no does not spare the caller', async (c) => {
    const other = await c.another();
    const id = await idOf(other);
    await other.expect(`CLIENT KILL ID ${id} SKIPME yes`, int(0));
    await other.expect(`CLIENT KILL ID ${id} SKIPME NO`, int(1));
    expect(await isClosed(other)).toBe(true);
  });
  t.test('CLIENT KILL LADDR closes all connections to that address but the own one', async (c) => {
    const other = await c.another();
    await other.expect('PING', simple('PONG'));
    await c.expect(`CLIENT KILL LADDR 127.0.0.1:${c.connection.socket.remotePort} ID ${await idOf(other)}`, int(1));
    await c.expect('CLIENT KILL LADDR 127.0.0.1:1 SKIPME no', int(0));
  });
  t.test('CLIENT KILL checks its filters', async (c) => {
    for (const id of ['0', '-1', 'x'])
      await c.expectError(`CLIENT KILL ID ${id} TYPE normal`, 'ERR client-id should be greater than 0');
    await c.expectError('CLIENT KILL TYPE NoSuch', "ERR Unknown client type 'NoSuch'");
    await c.expectError('CLIENT KILL USER nosuch', "ERR No such user 'nosuch'");
    const long = 'x'.repeat(300);
    await c.expectError(`CLIENT KILL TYPE ${long}`, `ERR Unknown client type '${long}'`);
    await c.expectError(`CLIENT KILL USER ${long}`, `ERR No such user '${long}'`);
    for (const filters of ['SKIPME maybe', 'NoSuch x', 'ID 1 TYPE', 'ID 1 NoSuch x']) {
      await c.expectError(`CLIENT KILL ${filters}`, SYNTAX);
    }
    await c.expect('CLIENT KILL TYPE master', int(0));
    await c.expect('CLIENT KILL TYPE slave', int(0));
    await c.expect('CLIENT KILL TYPE REPLICA', int(0));
  });
  // That it kills the old: test/server/client-kill.test.ts.
  t.test(
    'CLIENT KILL MAXAGE spares the young',
    { since: '7.4', line: 'COMMAND DOCS recorded from 7.4.1: MAXAGE' },
    async (c) => {
      const other = await c.another();
      await c.expect(`CLIENT KILL ID ${await idOf(other)} MAXAGE 1000`, int(0));
      await c.expectError('CLIENT KILL MAXAGE 0', 'ERR maxage should be greater than 0');
      await c.expectError('CLIENT KILL MAXAGE x', 'ERR maxage is not an integer or out of range');
      await other.expect('PING', simple('PONG'));
    },
  );
});

describeCommands('CLIENT REPLY', (t) => {
  t.test('CLIENT REPLY OFF silences the connection until ON', async (c) => {
    c.connection.write('CLIENT REPLY OFF');
    c.connection.write('SET k v');
    c.connection.write('NOSUCH');
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('GET k');
    c.connection.write('CLIENT REPLY NoSuch');
    await c.expect('CLIENT REPLY ON', ok);
    await c.expect('GET k', bulk('v'));
  });
  t.test('CLIENT REPLY SKIP drops the reply of the next command only', async (c) => {
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('SET k v');
    await c.expect('GET k', bulk('v'));
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('NOSUCH');
    await c.expect('PING', simple('PONG'));
  });
  t.test('CLIENT REPLY SKIP twice drops the reply of the command after both', async (c) => {
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('SET k v');
    await c.expect('GET k', bulk('v'));
  });
  t.test('CLIENT REPLY OFF and ON work after SKIP', async (c) => {
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('CLIENT REPLY OFF');
    c.connection.write('SET k v');
    c.connection.write('SET k w');
    await c.expect('CLIENT REPLY ON', ok);
    c.connection.write('CLIENT REPLY SKIP');
    await c.expect('CLIENT REPLY ON', ok);
    await c.expect('GET k', bulk('w'));
  });
  t.test('CLIENT REPLY works within a pipeline', async (c) => {
    c.connection.raw(
      'PING\r\nCLIENT REPLY OFF\r\nPING\r\nPING\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nPING\r\nECHO x\r\n',
    );
    expect(await c.connection.readRaw(19)).toBe('+PONG\r\n+OK\r\n$1\r\nx\r\n');
  });
  t.test('CLIENT REPLY refuses other modes', async (c) => {
    await c.expectError('CLIENT REPLY NoSuch', SYNTAX);
    await c.expect('CLIENT REPLY on', ok);
  });
});

describeCommands('CLIENT UNBLOCK', (t) => {
  t.test('CLIENT UNBLOCK answers 0 for a client that does not wait, or is not there', async (c) => {
    const other = await c.another();
    await c.expect(`CLIENT UNBLOCK ${await idOf(other)}`, int(0));
    await c.expect(`CLIENT UNBLOCK ${await idOf(other)} ERROR`, int(0));
    await c.expect('CLIENT UNBLOCK 99999999 timeout', int(0));
  });
  t.test('CLIENT UNBLOCK ends the waiting of a client', async (c) => {
    const other = await c.another();
    const id = await idOf(other);
    await other.expect('SET k v', ok);
    other.connection.write('WAIT 1 0');
    await c.untilBlocked(1);
    expect((await lines(c, `CLIENT LIST ID ${id}`))[0]!.get('flags')).toBe('b');
    await c.expect(`CLIENT UNBLOCK ${id}`, int(1));
    expect((await other.connection.nextReply()).wire).toBe(int(0));
    await other.expect('PING', simple('PONG'));
  });
  t.test('CLIENT UNBLOCK ERROR ends the waiting with an error, and what was sent meanwhile follows', async (c) => {
    const other = await c.another();
    const id = await idOf(other);
    await other.expect('SET k v', ok);
    other.connection.write('WAIT 1 0');
    other.connection.write('GET k');
    await c.untilBlocked(1);
    await c.expect(`CLIENT UNBLOCK ${id} error`, int(1));
    expect((await other.connection.nextReply()).wire).toBe('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
    expect((await other.connection.nextReply()).wire).toBe(bulk('v'));
  });
  t.test('CLIENT UNBLOCK checks its arguments', async (c) => {
    await c.expectError('CLIENT UNBLOCK x', NOT_INTEGER);
    await c.expectError('CLIENT UNBLOCK 1 NoSuch', 'ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    await c.expectError(
      'CLIENT UNBLOCK 1 TIMEOUT x',
      "ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.",
    );
  });
});
