/**
 * The wire as a client sees it: raw bytes in, raw bytes out, and whether the server closes. Each case runs on both
 * servers.
 */
import { array, bulk, type CommandClient, describeCommands, error, int, nil, ok } from '../support/index.js';

const PONG = '+PONG\r\n';
const PING = '*1\r\n$4\r\nPING\r\n';

/** Bytes that are sent, what comes back for them, and whether the connection is closed then. */
interface WireCase {
  readonly sent: readonly string[];
  readonly got: string;
  readonly closes?: boolean;
}

/** Sends each piece on its own and compares all that comes back; an ECHO at the end shows that nothing more came. */
async function check(c: CommandClient, { sent, got, closes = false }: WireCase): Promise<void> {
  const { connection } = await c.another();
  for (const piece of sent) {
    connection.raw(piece);
    if (sent.length > 1) await c.ask('PING'); // the pieces arrive one by one
  }
  if (closes) {
    const all = await connection.readToEnd();
    if (all !== got) throw new Error(`wanted ${JSON.stringify(got)} and the end, got ${JSON.stringify(all)}`);
    return;
  }
  const marker = 'end of the case';
  connection.raw(`*2\r\n$4\r\nECHO\r\n${bulk(marker)}`);
  const wanted = got + bulk(marker);
  const all = await connection.readRaw(wanted.length);
  if (all !== wanted) throw new Error(`wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(all)}`);
}

const encode = (...args: readonly string[]) => `*${args.length}\r\n${args.map((arg) => bulk(arg)).join('')}`;

const protocolError = (text: string) => error(`ERR Protocol error: ${text}`);
const BAD_MULTIBULK = protocolError('invalid multibulk length');
const BAD_BULK = protocolError('invalid bulk length');
const UNBALANCED = protocolError('unbalanced quotes in request');

/** Requests that are answered, and the connection goes on. */
const ACCEPTED: Readonly<Record<string, WireCase>> = {
  'an array of no arguments is passed over': { sent: [`*0\r\n${PING}`], got: PONG },
  'a null array is passed over': { sent: [`*-1\r\n${PING}`], got: PONG },
  'an array of a negative length is passed over': { sent: [`*-9223372036854775808\r\n${PING}`], got: PONG },
  'what stands behind a CR is not looked at': { sent: ['*1\rX$4\rYPINGab'], got: PONG },
  'the two bytes behind an argument are not looked at': {
    sent: [`*2\r\n$4\r\nECHO\r\n$3\r\nabcXY${PING}`],
    got: bulk('abc') + PONG,
  },
  'an argument may hold any bytes': { sent: [encode('ECHO', '\0\r\n\xff$-1')], got: bulk('\0\r\n\xff$-1') },
  'a command without a name is unknown': {
    sent: [`*1\r\n$0\r\n\r\n${PING}`],
    got: error("ERR unknown command '', with args beginning with: ") + PONG,
  },
  'an inline command ends with LF': { sent: ['PING\n'], got: PONG },
  'an inline command ends with CR LF': { sent: ['PING\r\n'], got: PONG },
  'an inline command may have a CR more': { sent: ['PING\r\r\n'], got: PONG },
  'empty inline commands are passed over': { sent: ['\r\n\n\r\n   \t \r\nPING\r\n'], got: PONG },
  'inline and other commands mix': { sent: [`PING\r\n${PING}PING\n*0\r\n\r\n${PING}`], got: PONG.repeat(4) },
  'the arguments of an inline command stand apart by any blanks': { sent: ['  ECHO \t  a \r\n'], got: bulk('a') },
  'an inline command may be quoted': { sent: [`"PING" 'a b'\r\n`], got: bulk('a b') },
  'a double quoted argument has escapes': {
    sent: ['ECHO "\\x00\\xfF\\n\\r\\t\\a\\b\\\\\\"\\q\\xg"\r\n'],
    got: bulk('\0\xff\n\r\t\x07\b\\"qxg'),
  },
  'a single quoted argument has one escape': { sent: ["ECHO 'a\\'b\\n\\x41'\r\n"], got: bulk("a'b\\n\\x41") },
  'an empty quoted argument is one': { sent: ['ECHO ""\r\n'], got: bulk('') },
  'an inline command may be just as long as the limit': {
    sent: [`ECHO ${'x'.repeat(60_000)}\r\n`],
    got: bulk('x'.repeat(60_000)),
  },
  'an inline command may be longer than the limit once its end is there': {
    sent: [`ECHO ${'x'.repeat(65_000)}`, `${'x'.repeat(9_000)}\r\n`],
    got: bulk('x'.repeat(74_000)),
  },
};

/** Requests that end the connection, after the replies to what came before them. */
const REFUSED: Readonly<Record<string, WireCase>> = {
  'a length of an array that is no number': { sent: [`${PING}*x\r\n${PING}`], got: PONG + BAD_MULTIBULK },
  'a length of an array that is empty': { sent: ['*\r\n'], got: BAD_MULTIBULK },
  'a length of an array with a plus sign': { sent: [`*+1\r\n${PING.slice(4)}`], got: BAD_MULTIBULK },
  'a length of an array with a blank': { sent: [`*1 \r\n${PING.slice(4)}`], got: BAD_MULTIBULK },
  'a length of an array with a leading zero': { sent: [`*01\r\n${PING.slice(4)}`], got: BAD_MULTIBULK },
  'a length of an array of two zeros': { sent: ['*00\r\n'], got: BAD_MULTIBULK },
  'a length of an array of minus zero': { sent: ['*-0\r\n'], got: BAD_MULTIBULK },
  'a length of an array beyond 31 bits': { sent: ['*2147483648\r\n'], got: BAD_MULTIBULK },
  'a length of an array beyond 64 bits': { sent: ['*9223372036854775808\r\n'], got: BAD_MULTIBULK },
  'a length of an array far below 0': { sent: ['*-9223372036854775809\r\n'], got: BAD_MULTIBULK },
  'a length of an argument that is no number': { sent: ['*1\r\n$x\r\n'], got: BAD_BULK },
  'a length of an argument that is empty': { sent: ['*1\r\n$\r\n'], got: BAD_BULK },
  'a length of an argument below 0': { sent: ['*1\r\n$-1\r\n'], got: BAD_BULK },
  'a length of an argument of minus zero': { sent: ['*1\r\n$-0\r\n'], got: BAD_BULK },
  'a length of an argument with a leading zero': { sent: ['*1\r\n$04\r\nPING\r\n'], got: BAD_BULK },
  'a length of an argument with a plus sign': { sent: ['*1\r\n$+4\r\nPING\r\n'], got: BAD_BULK },
  'an argument longer than any may be': { sent: ['*1\r\n$536870913\r\n'], got: BAD_BULK },
  'an argument whose length is beyond 64 bits': { sent: ['*1\r\n$99999999999999999999\r\n'], got: BAD_BULK },
  'an argument that does not begin with $': { sent: ['*1\r\n:4\r\n'], got: protocolError("expected '$', got ':'") },
  'an argument whose first byte is above 127': {
    sent: ['*1\r\n\xe9\r\n'],
    got: protocolError("expected '$', got '\xe9'"),
  },
  'an empty line for an argument': { sent: ['*1\r\n\r\n'], got: protocolError("expected '$', got ' '") },
  'a wrong argument behind a good one': {
    sent: ['*2\r\n$4\r\nPING\r\n', 'x\r\n'],
    got: protocolError("expected '$', got 'x'"),
  },
  'a wrong argument behind one that came in pieces': {
    sent: ['*2\r\n$4\r\nPI', 'NG\r\nx\r\n'],
    got: protocolError("expected '$', got 'x'"),
  },
  'quotes that do not close': { sent: ['PING\r\nECHO "a\r\nPING\r\n'], got: PONG + UNBALANCED },
  'single quotes that do not close': { sent: ["ECHO 'a\\'\r\n"], got: UNBALANCED },
  'quotes with something right behind them': { sent: ['ECHO "a"b\r\n'], got: UNBALANCED },
  'an inline command without an end': {
    sent: [`PING\r\n${'x'.repeat(65537)}`],
    got: PONG + protocolError('too big inline request'),
  },
  'a length of an array without an end': {
    sent: [`*${'1'.repeat(65536)}`],
    got: protocolError('too big mbulk count string'),
  },
  'a length of an argument without an end': {
    sent: [`*1\r\n$${'1'.repeat(65536)}`],
    got: protocolError('too big bulk count string'),
  },
  'a line without an end for an argument': {
    sent: [`*1\r\n${'x'.repeat(65537)}`],
    got: protocolError('too big bulk count string'),
  },
};

describeCommands('Requests', (t) => {
  for (const [name, wireCase] of Object.entries(ACCEPTED)) t.test(name, (c) => check(c, wireCase));
  for (const [name, wireCase] of Object.entries(REFUSED)) {
    t.test(`${name} is refused, and the connection closed`, (c) => check(c, { ...wireCase, closes: true }));
  }

  t.test('cut at any byte are answered the same', async (c) => {
    const input = `${encode('SET', 'k', 'a\r\nb')}GET k\r\n*0\r\n\r\n${encode('GET', 'k')}${encode('NOSUCH')}`;
    const got = ok + bulk('a\r\nb').repeat(2) + error("ERR unknown command 'NOSUCH', with args beginning with: ");
    const { connection } = await c.another();
    for (let cut = 1; cut < input.length; cut++) {
      connection.raw(input.slice(0, cut));
      await c.ask('PING');
      connection.raw(input.slice(cut));
      const replies = await connection.readRaw(got.length);
      if (replies !== got) throw new Error(`cut at ${cut}: got ${JSON.stringify(replies)}`);
    }
  });

  t.test('that come byte by byte are answered', async (c) => {
    const { connection } = await c.another();
    connection.socket.setNoDelay(true);
    for (const byte of `PING\r\n${encode('ECHO', 'abc')}`) {
      connection.raw(byte);
      await c.ask('PING');
    }
    if ((await connection.readRaw(16)) !== PONG + bulk('abc')) throw new Error('wrong replies');
  });

  t.test('in a pipeline of thousands are answered in their order', async (c) => {
    const { connection } = await c.another();
    const count = 20_000;
    let sent = '';
    let wanted = '';
    for (let i = 0; i < count; i++) {
      if (i % 7 === 0) {
        sent += encode('INCR', 'n');
        wanted += int(Math.floor(i / 7) + 1);
      } else if (i % 100 === 1) {
        sent += encode('GET');
        wanted += error("ERR wrong number of arguments for 'get' command");
      } else if (i % 50 === 2) {
        sent += `ECHO ${i}\r\n`;
        wanted += bulk(String(i));
      } else {
        sent += encode('ECHO', 'x'.repeat(i % 97));
        wanted += bulk('x'.repeat(i % 97));
      }
    }
    connection.raw(sent);
    const got = await connection.readRaw(wanted.length);
    if (got !== wanted) throw new Error('the replies differ');
  });

  t.test('behind errors in a pipeline are answered', async (c) => {
    const { connection } = await c.another();
    connection.raw(encode('NOSUCH') + encode('GET') + encode('SET', 'k', 'v', 'XX', 'NX') + encode('GET', 'k'));
    const wanted =
      error("ERR unknown command 'NOSUCH', with args beginning with: ") +
      error("ERR wrong number of arguments for 'get' command") +
      error('ERR syntax error') +
      nil;
    if ((await connection.readRaw(wanted.length)) !== wanted) throw new Error('the replies differ');
  });

  t.test('behind QUIT in a pipeline are not run', async (c) => {
    await check(c, {
      sent: [`${encode('SET', 'a', '1')}${encode('QUIT')}${encode('SET', 'b', '2')}`],
      got: ok + ok,
      closes: true,
    });
    await c.expect('MGET a b', array(bulk('1'), nil));
  });

  t.test('behind what a browser sends are not run', async (c) => {
    const body = 'SET b 2\r\n';
    await check(c, {
      sent: [`POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
      got: '',
      closes: true,
    });
    await check(c, { sent: [`Host: localhost\r\n\r\n${body}`], got: '', closes: true });
    await c.expect('GET b', nil);
  });

  t.test('behind a protocol error are not run', async (c) => {
    await check(c, { sent: [`*x\r\n${encode('SET', 'b', '2')}`], got: BAD_MULTIBULK, closes: true });
    await c.expect('EXISTS b', int(0));
  });

  t.test('of 100000 arguments are one command', async (c) => {
    const args = Array.from({ length: 50_000 }, (_, i) => [`key:${i}`, `value ${i}`]).flat();
    await c.expect(['MSET', ...args], ok);
    await c.expect(['DEL', ...args.filter((_, i) => i % 2 === 0)], int(50_000));
    await c.expect('DBSIZE', int(0));
  });

  t.test('with values of 10 MB come and go whole', async (c) => {
    const value = Buffer.alloc(10 * 1024 * 1024);
    for (let i = 0; i < value.length; i++) value[i] = i * 31 + (i >> 8);
    await c.expect(['SET', 'big', value], ok);
    await c.expect('STRLEN big', int(value.length));
    const wire = bulk(value.toString('latin1'));
    const replies = await c.connection.pipeline(['GET big', 'PING', 'GET big']);
    if (replies[0]!.wire !== wire || replies[1]!.wire !== PONG || replies[2]!.wire !== wire)
      throw new Error('the value differs');
  });

  t.test('with arguments longer than proto-max-bulk-len are refused', async (c) => {
    await c.configSet('proto-max-bulk-len', '1048576');
    const limited = { sent: ['*2\r\n$4\r\nECHO\r\n$1048577\r\n'], got: BAD_BULK, closes: true };
    await check(c, limited);
    await check(c, { sent: [encode('STRLEN', 'x'.repeat(1048576))], got: int(0) });
  });

  t.test('are limited by the proto-max-bulk-len that a command before them in the pipeline set', async (c) => {
    await c.configSet('proto-max-bulk-len', '1048576');
    const value = 'x'.repeat(1048577);
    const set = (length: string) => encode('CONFIG', 'SET', 'proto-max-bulk-len', length);
    await check(c, { sent: [`${set('2mb')}${encode('STRLEN', value)}`], got: ok + int(0) });
  });

  // The reference resets the connection where input is unread, which may take its last replies away.
  t.test('are refused by a proto-max-bulk-len that a command before them lowered', { internal: true }, async (c) => {
    await c.configSet('proto-max-bulk-len', '2mb');
    const lower = encode('CONFIG', 'SET', 'proto-max-bulk-len', '1mb');
    await check(c, {
      sent: [`${PING}${lower}${PING}${encode('STRLEN', 'x'.repeat(1048577))}`],
      got: PONG + ok + PONG + BAD_BULK,
      closes: true,
    });
  });
});

describeCommands('Requests before authentication', (t) => {
  /** Runs `body` while a password is needed; `c` stays authenticated. */
  const withPassword = async (c: CommandClient, body: () => Promise<void>) => {
    await c.expect(['CONFIG', 'SET', 'requirepass', 'secret'], ok);
    try {
      await body();
    } finally {
      await c.expect(['CONFIG', 'SET', 'requirepass', ''], ok);
    }
  };
  const noAuth = error('NOAUTH Authentication required.');

  t.test('are refused one by one', (c) =>
    withPassword(c, async () => {
      const { connection } = await c.another();
      connection.raw(`${PING}${encode('NOSUCH')}${encode('GET')}${encode('AUTH', 'secret')}${PING}`);
      const wanted =
        noAuth +
        error("ERR unknown command 'NOSUCH', with args beginning with: ") +
        error("ERR wrong number of arguments for 'get' command") +
        ok +
        PONG;
      if ((await connection.readRaw(wanted.length)) !== wanted) throw new Error('the replies differ');
    }),
  );

  t.test('have at most 10 arguments', (c) =>
    withPassword(c, async () => {
      const names = Array.from({ length: 10 }, (_, i) => `k${i}`);
      const refused = protocolError('unauthenticated multibulk length');
      await check(c, { sent: [encode('MGET', ...names)], got: refused, closes: true });
      await check(c, { sent: [`${encode('AUTH', 'secret')}${PING}`], got: ok + PONG });
      const { connection } = await c.another();
      connection.raw(encode('MGET', ...names.slice(1)));
      if ((await connection.readRaw(noAuth.length)) !== noAuth) throw new Error('ten arguments are too many');
    }),
  );

  t.test('are limited up to the command that authenticates, and not behind it in the same pipeline', (c) =>
    withPassword(c, async () => {
      const names = Array.from({ length: 12 }, (_, i) => `k${i}`);
      const long = bulk('x'.repeat(20_000));
      const hello = encode('HELLO', '2', 'AUTH', 'default', 'secret');
      const sent = [`${encode('AUTH', 'secret')}${encode('MGET', ...names)}${encode('ECHO', 'x'.repeat(20_000))}`];
      await check(c, { sent, got: ok + array(...names.map(() => nil)) + long });
      await check(c, {
        sent: [`CLIENT\r\n${encode('AUTH', 'secret')}`, encode('MGET', ...names)],
        got: error("ERR wrong number of arguments for 'client' command") + ok + array(...names.map(() => nil)),
      });
      const { connection } = await c.another();
      connection.raw(hello + encode('ECHO', 'x'.repeat(20_000)));
      await connection.nextReply();
      if ((await connection.readRaw(long.length)) !== long) throw new Error('HELLO with AUTH is no authentication');
    }),
  );

  t.test('are limited again behind RESET', (c) =>
    withPassword(c, async () => {
      const refused = protocolError('unauthenticated multibulk length');
      const sent = [`${encode('AUTH', 'secret')}${PING}${encode('RESET')}${encode('GET', 'k')}*11\r\n$4\r\nMGET\r\n`];
      await check(c, { sent, got: `${ok}${PONG}+RESET\r\n${noAuth}${refused}`, closes: true });
    }),
  );

  t.test('are served when no password is needed any more, and refused when one is again', async (c) => {
    const names = Array.from({ length: 12 }, (_, i) => `k${i}`);
    let stranger: CommandClient | null = null;
    await withPassword(c, async () => {
      stranger = await c.another();
      await stranger.expect('PING', noAuth);
    });
    await stranger!.expect('PING', PONG);
    await stranger!.expect(['MGET', ...names], array(...names.map(() => nil)));
    await stranger!.expectMatch('HELLO 3', /^-NOAUTH HELLO must be called/);
    await withPassword(c, async () => {
      await stranger!.expect('PING', noAuth);
      await c.expect('PING', PONG);
      await check(c, { sent: [`${encode('AUTH', 'secret')}PING\r\n`], got: ok + PONG });
      stranger!.connection.raw('*11\r\n');
      if ((await stranger!.connection.readToEnd()) !== protocolError('unauthenticated multibulk length')) {
        throw new Error('it is not limited again');
      }
    });
  });

  t.test('have arguments of at most 16384 bytes', (c) =>
    withPassword(c, async () => {
      const refused = protocolError('unauthenticated bulk length');
      await check(c, { sent: ['*2\r\n$3\r\nGET\r\n$16385\r\n'], got: refused, closes: true });
      const { connection } = await c.another();
      connection.raw(encode('GET', 'k'.repeat(16384)));
      if ((await connection.readRaw(noAuth.length)) !== noAuth) throw new Error('16384 bytes are too many');
    }),
  );

  t.test('are refused behind RESET although the argument was announced before it ran', (c) =>
    withPassword(c, async () => {
      const cut = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$20000\r\nabc';
      const got = `${ok}+RESET\r\n${protocolError('unauthenticated bulk length')}`;
      await check(c, { sent: [encode('AUTH', 'secret') + encode('RESET') + cut], got, closes: true });
    }),
  );
});

describeCommands('CLIENT REPLY', (t) => {
  t.test('OFF and SKIP hold for replies that come after waiting', async (c) => {
    await check(c, { sent: ['CLIENT REPLY SKIP\r\nWAIT 1 20\r\nPING\r\n'], got: PONG });
    await check(c, { sent: ['CLIENT REPLY OFF\r\nWAIT 1 20\r\nCLIENT REPLY ON\r\nPING\r\n'], got: ok + PONG });
  });

  t.test('OFF holds for errors and for large replies', async (c) => {
    await c.expect(['SET', 'k', 'x'.repeat(300_000)], ok);
    const sent = [`CLIENT REPLY OFF\r\nGET\r\nNOSUCH\r\nGET k\r\nMGET k k k k k\r\nCLIENT REPLY ON\r\nPING\r\n`];
    await check(c, { sent, got: ok + PONG });
  });

  t.test('SKIP skips one reply of a pipeline', async (c) => {
    await check(c, { sent: ['PING\r\nCLIENT REPLY SKIP\r\nECHO a\r\nECHO b\r\n'], got: PONG + bulk('b') });
    await check(c, { sent: ['CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nECHO a\r\nECHO b\r\n'], got: bulk('b') });
    await check(c, { sent: ['CLIENT REPLY SKIP\r\n', 'ECHO a\r\nECHO b\r\n'], got: bulk('b') });
    await check(c, { sent: ['CLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\nCLIENT REPLY ON\r\n'], got: ok });
  });

  t.test('SKIP is over with an empty command, which has no reply to skip', async (c) => {
    for (const empty of ['\r\n', '  \n', '*0\r\n', '*-1\r\n', '\r\n*0\r\n\r\n']) {
      await check(c, {
        sent: [`PING\r\nCLIENT REPLY SKIP\r\n${empty}ECHO a\r\nECHO b\r\n`],
        got: PONG + bulk('a') + bulk('b'),
      });
      await check(c, { sent: [`CLIENT REPLY SKIP\r\n`, empty, encode('ECHO', 'a')], got: bulk('a') });
      await check(c, { sent: [`CLIENT REPLY OFF\r\n${empty}PING\r\nCLIENT REPLY ON\r\n`], got: ok });
    }
  });

  t.test('OFF is not told of a protocol error, only closed', { internal: true }, async (c) => {
    await check(c, { sent: ['PING\r\nCLIENT REPLY OFF\r\nPING\r\n*x\r\n'], got: PONG, closes: true });
    await check(c, { sent: ['PING\r\nCLIENT REPLY OFF\r\nQUIT\r\n'], got: PONG, closes: true });
  });
});

describeCommands('A client that waits', (t) => {
  t.test('has the rest of its pipeline answered afterwards, in order', (c) =>
    check(c, {
      sent: ['PING\r\nWAIT 1 20\r\nECHO a\r\nWAIT 1 20\r\nECHO b\r\n'],
      got: PONG + int(0) + bulk('a') + int(0) + bulk('b'),
    }),
  );

  t.test('is told of a protocol error afterwards', (c) =>
    check(c, { sent: ['WAIT 1 20\r\n*x\r\nPING\r\n'], got: int(0) + BAD_MULTIBULK, closes: true }),
  );

  t.test('goes on with a command that was cut while it waited', (c) =>
    check(c, {
      sent: ['WAIT 1 60\r\n*2\r\n$4\r\nECHO\r\n$3\r\na', 'b', 'c\r\nPING\r\n'],
      got: int(0) + bulk('abc') + PONG,
    }),
  );

  t.test('goes on at once when CLIENT UNBLOCK ends it', async (c) => {
    const waiting = await c.another();
    const id = await waiting.ask('CLIENT ID');
    waiting.connection.raw('WAIT 1 0\r\nPING\r\nWAIT 1 0\r\nPING\r\n');
    await c.untilBlocked(1);
    await c.expect(`CLIENT UNBLOCK ${id}`, int(1));
    if ((await waiting.connection.readRaw(4 + PONG.length)) !== int(0) + PONG) throw new Error('wrong replies');
    await c.untilBlocked(1);
    await c.expect(`CLIENT UNBLOCK ${id} ERROR`, int(1));
    const unblocked = error('UNBLOCKED client unblocked via CLIENT UNBLOCK') + PONG;
    if ((await waiting.connection.readRaw(unblocked.length)) !== unblocked) throw new Error('wrong replies');
    await c.expect(`CLIENT UNBLOCK ${id}`, int(0));
  });

  t.test('is forgotten when it disconnects, with the rest of its pipeline', async (c) => {
    const waiting = await c.another();
    waiting.connection.raw('WAIT 1 0\r\nSET left behind\r\n');
    await c.untilBlocked(1);
    await waiting.connection.close();
    await c.untilBlocked(0);
    await c.expect('EXISTS left', int(0));
  });

  t.test('is closed by CLIENT KILL', async (c) => {
    const waiting = await c.another();
    const id = await waiting.ask('CLIENT ID');
    waiting.connection.raw('WAIT 1 0\r\nSET left behind\r\n');
    await c.untilBlocked(1);
    await c.expect(`CLIENT KILL ID ${id}`, int(1));
    if ((await waiting.connection.readToEnd()) !== '') throw new Error('it was answered');
    await c.expect('EXISTS left', int(0));
  });
});

describeCommands('The words of a syntax', (t) => {
  t.test('end at their first NUL byte, as they do for C', async (c) => {
    await c.expect(['SET', 'k', 'v', 'NX\0', 'ex\0 is more', '100'], ok);
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expect(['GETEX', 'k', 'PERSIST\0'], bulk('v'));
    await c.expect(['EXPIRE', 'k', '100', 'nx\0'], int(1));
    await c.expectError(['EXPIRE', 'k', '100', 'NXT\0'], 'ERR Unsupported option NXT');
    await c.expect(['COPY', 'k', 'l', 'REPLACE\0', 'DB\0', '0'], int(1));
    await c.expect(['SCAN', '0', 'MATCH\0', 'l', 'TYPE\0', 'string\0'], array(bulk('0'), array(bulk('l'))));
    await c.expect(['LCS', 'k', 'l', 'LEN\0'], int(1));
    await c.expect(['BITCOUNT', 'k', '0', '-1', 'BIT\0'], int(5));
    await c.expect(['BITFIELD', 'k', 'OVERFLOW\0', 'SAT\0', 'INCRBY\0', 'u8\0 9', '0', '300'], array(int(255)));
    await c.expect(['CLIENT', 'LIST', 'TYPE\0', 'master\0'], bulk(''));
    await c.expect(['CLIENT', 'KILL', 'SKIPME\0', 'yes\0', 'TYPE', 'PUBSUB\0'], int(0));
  });
  t.test('are no words with anything else behind them, and no words when they are cut off', async (c) => {
    for (const word of ['NX ', 'NX\n', 'N\0X', 'N', '\0NX', '']) {
      await c.expectError(['SET', 'k', 'v', word], 'ERR syntax error');
    }
    for (const type of ['', 'u', 'u\x008', '\0', 'u8 ']) {
      await c.expectError(
        ['BITFIELD', 'k', 'GET', type, '0'],
        'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
      );
    }
  });
});
