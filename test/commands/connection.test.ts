/** Greeting, authentication, choice of database, resetting and closing a connection. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bytes, int, map, nil, nil3, ok, simple } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const WRONGPASS = 'WRONGPASS invalid username-password pair or user is disabled.';
const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';
const CLUSTER_DISABLED = 'ERR This instance has cluster support disabled';

/** What HELLO answers, in either protocol; versions differ. */
const greeting = (proto: 2 | 3) =>
  new RegExp(
    `^${proto === 3 ? '%7' : '\\*14'}\r\n\\$6\r\nserver\r\n\\$5\r\nredis\r\n\\$7\r\nversion\r\n\\$\\d+\r\n7\\.[\\d.]+\r\n` +
      `\\$5\r\nproto\r\n:${proto}\r\n\\$2\r\nid\r\n:\\d+\r\n\\$4\r\nmode\r\n\\$10\r\nstandalone\r\n` +
      `\\$4\r\nrole\r\n\\$6\r\nmaster\r\n\\$7\r\nmodules\r\n\\*0\r\n$`,
  );

describeCommands('PING and ECHO', (t) => {
  t.test('PING answers PONG, or its argument as a bulk string', async (c) => {
    await c.expect('PING', simple('PONG'));
    await c.expect(['PING', bytes('a\r\n\x00\xff')], bulk('a\r\n\x00\xff'));
    await c.expect(['ping', ''], bulk(''));
    await c.expectError('PING a b', "ERR wrong number of arguments for 'ping' command");
  });
  t.test('ECHO answers its argument byte for byte', async (c) => {
    await c.expect(['ECHO', bytes('\x00\xff\r\n')], bulk('\x00\xff\r\n'));
    await c.expect(['ECHO', 'x'.repeat(100_000)], bulk('x'.repeat(100_000)));
    await c.expectError('ECHO', "ERR wrong number of arguments for 'echo' command");
    await c.expectError('ECHO a b', "ERR wrong number of arguments for 'echo' command");
  });
});

describeCommands('SELECT', (t) => {
  t.test('SELECT separates databases and lasts until the next SELECT', async (c) => {
    await c.expect('SET k 0', ok);
    await c.expect('SELECT 15', ok);
    await c.expect('GET k', nil);
    await c.expect('SET k 15', ok);
    await c.expect('SELECT 0', ok);
    await c.expect('GET k', bulk(0));
  });
  t.test('SELECT works within a pipeline', async (c) => {
    await c.expectAll(
      ['SELECT 3', 'SET k 3', 'SELECT 4', 'GET k', 'SELECT 3', 'GET k'],
      [ok, ok, ok, nil, ok, bulk(3)],
    );
  });
  t.test('SELECT refuses what is no database', async (c) => {
    for (const index of ['16', '-1', '2147483647', '-2147483648']) {
      await c.expectError(['SELECT', index], 'ERR DB index is out of range');
    }
    for (const index of ['', 'a', '1.5', ' 1', '01', '+1', '99999999999999999999']) {
      await c.expectError(['SELECT', index], NOT_INTEGER);
    }
    const outside = 'ERR value is out of range, value must between -2147483648 and 2147483647';
    await c.expectError('SELECT 2147483648', outside);
    await c.expectError('SELECT -2147483649', outside);
    await c.expectError('SELECT', "ERR wrong number of arguments for 'select' command");
  });
});

describeCommands('AUTH', (t) => {
  t.test('AUTH without a user is refused while no password is set', async (c) => {
    await c.expectError(
      'AUTH secret',
      'ERR AUTH <password> called without any password configured for the default user. ' +
        'Are you sure your configuration is correct?',
    );
  });
  t.test('AUTH takes any password for the default user while none is set', async (c) => {
    await c.expect('AUTH default whatever', ok);
    await c.expectError('AUTH nobody whatever', WRONGPASS);
    await c.expectError('AUTH DEFAULT whatever', WRONGPASS);
  });
  t.test('AUTH takes one or two arguments', async (c) => {
    await c.expectError('AUTH', "ERR wrong number of arguments for 'auth' command");
    await c.expectError('AUTH a b c', SYNTAX);
  });
});

/** A password would shut other test files out of a server that they share: not for a foreign server. */
const alone = { needsDebug: true };

describeCommands('AUTH with requirepass', (t) => {
  t.test('AUTH accepts the right password only, and a wrong one leaves the client as it was', alone, async (c) => {
    await requirePassword(c);
    const other = await c.another();
    await other.expectError('GET k', 'NOAUTH Authentication required.');
    await other.expectError('AUTH wrong', WRONGPASS);
    await other.expectError('GET k', 'NOAUTH Authentication required.');
    await other.expect('AUTH secret', ok);
    await other.expect('GET k', nil);
    await other.expectError('AUTH wrong', WRONGPASS);
    await other.expectError('AUTH default', WRONGPASS);
    await other.expect('GET k', nil);
    await other.expect('AUTH default secret', ok);
  });
  t.test('AUTH, HELLO, RESET and QUIT are open to clients that are not authenticated', alone, async (c) => {
    await requirePassword(c);
    const other = await c.another();
    const hello =
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> ' +
      '<pass> option can be used to authenticate the client and select the RESP protocol version at the same time';
    await other.expectError('HELLO', hello);
    await other.expectError('HELLO 3', hello);
    await other.expectError('HELLO 3 SETNAME x', hello);
    await other.expectError('HELLO 9', 'NOPROTO unsupported protocol version');
    await other.expectError('HELLO 3 AUTH default wrong', WRONGPASS);
    for (const command of ['PING', 'CLIENT ID', 'COMMAND COUNT', 'SELECT 0']) {
      await other.expectError(command, 'NOAUTH Authentication required.');
    }
    await other.expect('RESET', simple('RESET'));
    await other.expectMatch('HELLO 3 AUTH default secret SETNAME me', greeting(3));
    await other.expect('CLIENT GETNAME', bulk('me'));
    await other.expect('GET k', nil3);
  });
  t.test('CLIENT KILL USER default closes those who have not authenticated, too', alone, async (c) => {
    await requirePassword(c);
    const other = await c.another();
    await other.expectError('PING', 'NOAUTH Authentication required.');
    await c.expect('CLIENT KILL USER default', int(1));
    expect(await other.connection.readToEnd()).toBe('');
  });
  t.test('RESET takes the authentication back', alone, async (c) => {
    await requirePassword(c);
    const other = await c.another();
    await other.expect('AUTH secret', ok);
    await other.expect('PING', simple('PONG'));
    await other.expect('RESET', simple('RESET'));
    await other.expectError('PING', 'NOAUTH Authentication required.');
    await other.expect('QUIT', ok);
  });
  t.test('errors of unknown commands and wrong counts come before the one of authentication', alone, async (c) => {
    await requirePassword(c);
    const other = await c.another();
    await other.expectError('NOSUCH a', "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    await other.expectError('GET', "ERR wrong number of arguments for 'get' command");
    await other.expectError('CLIENT NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.");
  });
});

/** Sets a password for the time of the test; the test's own connection stays authenticated. */
async function requirePassword(c: CommandClient): Promise<void> {
  await c.expect('CONFIG SET requirepass secret', ok);
  c.atEnd(async (client) => {
    await client.expect('AUTH secret', ok);
    await client.expect(['CONFIG', 'SET', 'requirepass', ''], ok);
  });
}

describeCommands('HELLO', (t) => {
  t.test('HELLO describes the server in the protocol that it chooses', async (c) => {
    await c.expectMatch('HELLO', greeting(2));
    await c.expectMatch('HELLO 3', greeting(3));
    await c.expect('GET k', nil3);
    await c.expectMatch('HELLO', greeting(3));
    await c.expectMatch('HELLO 2', greeting(2));
    await c.expect('GET k', nil);
  });
  t.test('HELLO says redis 7.4.1', { internal: true }, async (c) => {
    const reply = (await c.ask('HELLO')) as unknown[];
    await c.expect(
      'HELLO 3',
      map(
        ...['server', 'redis', 'version', '7.4.1'].map(bulk),
        ...[bulk('proto'), int(3), bulk('id'), int(reply[7] as number)],
        ...['mode', 'standalone', 'role', 'master', 'modules'].map(bulk),
        array(),
      ),
    );
  });
  t.test('HELLO takes AUTH and SETNAME in any order and case', async (c) => {
    await c.expectMatch('HELLO 2 setname one auth default x', greeting(2));
    await c.expect('CLIENT GETNAME', bulk('one'));
    await c.expectMatch('HELLO 3 AUTH default x SETNAME two SETNAME three', greeting(3));
    await c.expect('CLIENT GETNAME', bulk('three'));
    await c.expectMatch(['HELLO', '2', 'SETNAME', ''], greeting(2));
    await c.expect('CLIENT GETNAME', nil);
  });
  t.test('HELLO refuses other protocols', async (c) => {
    for (const version of ['1', '4', '0', '-1', '9223372036854775807']) {
      await c.expectError(['HELLO', version], 'NOPROTO unsupported protocol version');
    }
    for (const version of ['', 'x', 'AUTH', '2.0', '9223372036854775808']) {
      await c.expectError(['HELLO', version], 'ERR Protocol version is not an integer or out of range');
    }
    await c.expectError('HELLO 4 NOSUCH', 'NOPROTO unsupported protocol version');
  });
  t.test('HELLO refused changes nothing', async (c) => {
    await c.expect('CLIENT SETNAME before', ok);
    await c.expectError('HELLO 3 AUTH nobody x SETNAME after', WRONGPASS);
    await c.expectError(['HELLO', '3', 'SETNAME', 'a b'], BAD_NAME);
    await c.expectError(['HELLO', '3', 'SETNAME', 'a b', 'NOSUCH'], BAD_NAME);
    await c.expectError('HELLO 3 AUTH default', "ERR Syntax error in HELLO option 'AUTH'");
    await c.expectError('HELLO 3 SETNAME', "ERR Syntax error in HELLO option 'SETNAME'");
    await c.expect('CLIENT GETNAME', bulk('before'));
    await c.expectError('HELLO 3 NoSuch', "ERR Syntax error in HELLO option 'NoSuch'");
    await c.expectError(`HELLO 3 ${'x'.repeat(300)}`, `ERR Syntax error in HELLO option '${'x'.repeat(300)}'`);
    await c.expectError(['HELLO', '3', bytes('x\x00y')], "ERR Syntax error in HELLO option 'x'");
    await c.expect('GET k', nil);
  });
  // 7.0 takes the options one by one: there the first that is wrong is answered, and those before it have worked.
  t.test('HELLO checks all its options before it authenticates', { internal: true }, async (c) => {
    await c.expectError(['HELLO', '3', 'AUTH', 'nobody', 'x', 'SETNAME', 'a b'], BAD_NAME);
    await c.expectError('HELLO 3 AUTH nobody x NoSuch', "ERR Syntax error in HELLO option 'NoSuch'");
  });
  t.test('HELLO with a wrong option leaves the name alone', { internal: true }, async (c) => {
    // 7.0 has set the name by then; later versions check all options first, as we do.
    await c.expectError('HELLO 3 SETNAME after NoSuch', "ERR Syntax error in HELLO option 'NoSuch'");
    await c.expect('CLIENT GETNAME', nil);
  });
});

describeCommands('RESET and QUIT', (t) => {
  t.test('RESET makes the connection as if it were new', async (c) => {
    await c.expect('SELECT 5', ok);
    await c.expect('SET k 5', ok);
    await c.expect('CLIENT SETNAME me', ok);
    await c.expectMatch('HELLO 3', greeting(3));
    await c.expect('RESET', simple('RESET'));
    await c.expect('GET k', nil);
    await c.expect('CLIENT GETNAME', nil);
    await c.expectMatch('HELLO', greeting(2));
    await c.expectError('RESET x', "ERR wrong number of arguments for 'reset' command");
  });
  t.test('RESET turns replies on again', async (c) => {
    c.connection.write('CLIENT REPLY OFF');
    c.connection.write('PING');
    await c.expect('RESET', simple('RESET'));
    await c.expect('PING', simple('PONG'));
  });
  t.test('RESET is not answered when its reply is to be skipped', async (c) => {
    c.connection.write('CLIENT REPLY SKIP');
    c.connection.write('RESET');
    await c.expect('PING', simple('PONG'));
  });
  t.test('QUIT is answered after what came before it, and nothing after it is', async (c) => {
    const other = await c.another();
    other.connection.raw('PING\r\nQUIT\r\nSET k v\r\nPING\r\n');
    const text = await other.connection.readToEnd();
    if (text !== '+PONG\r\n+OK\r\n') throw new Error(`got ${JSON.stringify(text)}`);
    await c.expect('GET k', nil);
  });
  t.test('QUIT takes any arguments', async (c) => {
    const other = await c.another();
    await other.expect('QUIT a b', ok);
    await other.connection.closed;
  });
});

describeCommands('commands of cluster mode', (t) => {
  t.test('are refused outside of a cluster', async (c) => {
    for (const command of ['READONLY', 'READWRITE', 'ASKING']) await c.expectError(command, CLUSTER_DISABLED);
    const calls = [
      ['ADDSLOTS 1', 'ADDSLOTSRANGE 1 2', 'BUMPEPOCH', 'COUNT-FAILURE-REPORTS x', 'COUNTKEYSINSLOT 1', 'DELSLOTS 1'],
      ['DELSLOTSRANGE 1 2', 'FAILOVER', 'FLUSHSLOTS', 'FORGET x', 'GETKEYSINSLOT 1 1', 'HELP', 'INFO', 'KEYSLOT k'],
      ['LINKS', 'MEET 127.0.0.1 1', 'MYID', 'NODES', 'REPLICAS x', 'REPLICATE x', 'RESET', 'SAVECONFIG'],
      ['SET-CONFIG-EPOCH 1', 'SETSLOT 1 STABLE', 'SHARDS', 'SLAVES x', 'SLOTS'],
    ];
    for (const call of calls.flat()) await c.expectError(`CLUSTER ${call}`, CLUSTER_DISABLED);
  });
  t.test(
    'CLUSTER MYSHARDID is refused outside of a cluster',
    { since: '7.4', line: 'CLUSTER MYSHARDID' },
    async (c) => {
      await c.expectError('CLUSTER MYSHARDID', CLUSTER_DISABLED);
    },
  );
  t.test('are counted and known before they are refused', async (c) => {
    await c.expectError('ASKING x', "ERR wrong number of arguments for 'asking' command");
    await c.expectError('CLUSTER', "ERR wrong number of arguments for 'cluster' command");
    await c.expectError('CLUSTER SLOTS x', "ERR wrong number of arguments for 'cluster|slots' command");
    await c.expectError('cluster nosuch', "ERR unknown subcommand 'nosuch'. Try CLUSTER HELP.");
  });
});
