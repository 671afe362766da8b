/** CLIENT TRACKING, CACHING, GETREDIR, TRACKINGINFO, and what clients that cache are told. */
import { expect } from 'vitest';
import {
  array,
  bulk,
  bulks,
  type CommandClient,
  describeCommands,
  int,
  map,
  nil3,
  ok,
  push,
  set,
  simple,
} from '../support/index.js';

/** Compares the bytes that come next. */
async function gets(c: CommandClient, ...wires: string[]): Promise<void> {
  const wanted = wires.join('');
  expect(await c.connection.readRaw(wanted.length), `on ${c.target}`).toBe(wanted);
}

/** Nothing has come: a command is answered with its reply alone. */
async function getsNothing(c: CommandClient): Promise<void> {
  c.connection.write('ECHO nothing');
  await gets(c, bulk('nothing'));
}

const invalid = (...keys: string[]): string => push(bulk('invalidate'), bulks(...keys));
const allInvalid = push(bulk('invalidate'), nil3);

describeCommands('CLIENT TRACKING', (t) => {
  t.test('a key that was read is told of when it changes, once', { resp: 3 }, async (c) => {
    const other = await c.another();
    await c.expectAll(
      ['SET a 1', 'SET b 1', 'CLIENT TRACKING ON', 'MGET a b', 'GET none'],
      [ok, ok, ok, bulks(1, 1), nil3],
    );
    await other.expectAll(['SET a 2', 'SET a 3', 'SET none 1'], [ok, ok, ok]);
    await gets(c, invalid('a'), invalid('none'));
    await getsNothing(c);
    await other.expect('DEL b', int(1));
    await gets(c, invalid('b'));
    await c.expect('GET a', bulk(3));
    await other.expect('RENAME a c', ok);
    await gets(c, invalid('a'));
  });
  t.test('its own changes as well, behind the reply, but for NOLOOP', { resp: 3 }, async (c) => {
    await c.expectAll(['CLIENT TRACKING ON', 'GET a'], [ok, nil3]);
    c.connection.write('SET a 1');
    await gets(c, ok, invalid('a'));
    c.connection.raw('GET a\r\nMULTI\r\nSET a 2\r\nPING\r\nEXEC\r\n');
    await gets(c, bulk(1), ok, simple('QUEUED'), simple('QUEUED'), array(ok, simple('PONG')), invalid('a'));
    await c.expectAll(['CLIENT TRACKING ON NOLOOP', 'GET a', 'SET a 3', 'GET a'], [ok, bulk(2), ok, bulk(3)]);
    await getsNothing(c);
    const other = await c.another();
    await other.expect('SET a 4', ok);
    await gets(c, invalid('a'));
  });
  t.test('what was written but not read is not told of', { resp: 3 }, async (c) => {
    const other = await c.another();
    await c.expectAll(['CLIENT TRACKING ON', 'SET a 1', 'INCR b'], [ok, ok, int(1)]);
    await other.expectAll(['SET a 2', 'SET b 2'], [ok, ok]);
    await getsNothing(c);
  });
  t.test('keys that expire are told of, and all of them when they are flushed', { resp: 3 }, async (c) => {
    const other = await c.another();
    await c.expectAll(['SET a 1 PX 300', 'CLIENT TRACKING ON', 'GET a'], [ok, ok, bulk(1)]);
    await gets(c, invalid('a'));
    await c.expect('GET a', nil3);
    await other.expect('FLUSHALL', ok);
    await gets(c, allInvalid);
    await other.expect('SET a 1', ok);
    await getsNothing(c);
    c.connection.write('FLUSHDB');
    await gets(c, ok, allInvalid);
  });
  t.test('OFF, RESET and the end of the connection end it', { resp: 3 }, async (c) => {
    const other = await c.another();
    await c.expectAll(['CLIENT TRACKING ON', 'GET a', 'CLIENT TRACKING OFF'], [ok, nil3, ok]);
    await other.expect('SET a 1', ok);
    await getsNothing(c);
    await c.expectAll(['CLIENT TRACKING ON', 'GET a'], [ok, bulk(1)]);
    await c.expect('RESET', simple('RESET'));
    await other.expect('SET a 2', ok);
    await getsNothing(c);
    await other.expectMatch('INFO clients', /\r\ntracking_clients:0\r\n/);
    const third = await c.another(3);
    await third.expectAll(['CLIENT TRACKING ON', 'GET a'], [ok, bulk(2)]);
    await other.expectMatch('INFO clients', /\r\ntracking_clients:1\r\n/);
    await third.connection.close();
    while (!/\r\ntracking_clients:0\r\n/.test(await other.wire('INFO clients')));
    await other.expect('SET a 3', ok);
  });
  t.test('a client of RESP2 is told nothing by itself', async (c) => {
    const other = await c.another();
    await c.expect('CLIENT TRACKING ON', ok);
    await c.expect('GET a', '$-1\r\n');
    await other.expect('SET a 1', ok);
    await getsNothing(c);
  });
  t.test(
    'OPTIN remembers what CLIENT CACHING YES asks for, OPTOUT all but what CACHING NO does',
    { resp: 3 },
    async (c) => {
      const other = await c.another();
      await c.expectAll(
        ['CLIENT TRACKING ON OPTIN', 'GET a', 'CLIENT CACHING YES', 'GET b', 'GET c'],
        [ok, nil3, ok, nil3, nil3],
      );
      await other.expectAll(['SET a 1', 'SET c 1', 'SET b 1'], [ok, ok, ok]);
      await gets(c, invalid('b'));
      await c.expectAll(
        ['CLIENT CACHING YES', 'MULTI', 'GET a', 'GET b', 'EXEC', 'GET c'],
        [ok, ok, simple('QUEUED'), simple('QUEUED'), bulks(1, 1), bulk(1)],
      );
      await other.expectAll(['DEL c', 'DEL b', 'DEL a'], [int(1), int(1), int(1)]);
      await gets(c, invalid('b'), invalid('a'));
      await c.expectAll(
        ['CLIENT TRACKING OFF', 'CLIENT TRACKING ON OPTOUT', 'CLIENT CACHING NO', 'GET a', 'GET b'],
        [ok, ok, ok, nil3, nil3],
      );
      await other.expectAll(['SET a 1', 'SET b 1'], [ok, ok]);
      await gets(c, invalid('b'));
      await getsNothing(c);
    },
  );
  t.test('BCAST tells of all keys, or of those with prefixes', { resp: 3 }, async (c) => {
    const other = await c.another();
    await c.expect('CLIENT TRACKING ON BCAST PREFIX user: PREFIX x', ok);
    await other.expect('SET user:1 a', ok);
    await gets(c, invalid('user:1'));
    await other.expect('SET other a', ok);
    await other.expect('SET x a', ok);
    await gets(c, invalid('x'));
    c.connection.write('SET user:2 a');
    await gets(c, ok, invalid('user:2'));
    await c.expectAll(['CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST NOLOOP', 'SET y 1'], [ok, ok, ok]);
    await getsNothing(c);
    await other.expect('SET z 1', ok);
    await gets(c, invalid('z'));
    await other.expect('FLUSHALL', ok);
    await gets(c, allInvalid);
  });
  t.test('REDIRECT lets another connection be told, in RESP2 as messages', async (c) => {
    const [target, writer] = [await c.another(), await c.another()];
    const id = await target.ask('CLIENT ID');
    await target.expect(
      'SUBSCRIBE __redis__:invalidate',
      array(bulk('subscribe'), bulk('__redis__:invalidate'), int(1)),
    );
    await c.expectAll([['CLIENT', 'TRACKING', 'ON', 'REDIRECT', Number(id)], 'GET a'], [ok, '$-1\r\n']);
    await c.expect('CLIENT GETREDIR', int(Number(id)));
    await writer.expect('SET a 1', ok);
    await gets(target, array(bulk('message'), bulk('__redis__:invalidate'), bulks('a')));
    await writer.expect('FLUSHALL', ok);
    await gets(target, array(bulk('message'), bulk('__redis__:invalidate'), '$-1\r\n'));
    await c.expectMatch('CLIENT LIST', new RegExp(` flags=t .* redir=${id} `));
  });
  t.test('a connection that is gone breaks it', { resp: 3 }, async (c) => {
    const [target, writer] = [await c.another(3), await c.another()];
    const id = Number(await target.ask('CLIENT ID'));
    await c.expectAll([['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id], 'GET a'], [ok, nil3]);
    await writer.expect('SET a 1', ok);
    await gets(target, invalid('a'));
    await c.expect('GET a', bulk(1));
    await target.connection.close();
    while (new RegExp(`id=${id} `).test(await writer.wire('CLIENT LIST')));
    await writer.expect('SET a 2', ok);
    await gets(c, push(bulk('tracking-redir-broken'), int(id)));
    await c.expectMatch('CLIENT LIST', / flags=tR /);
    await c.expect(
      'CLIENT TRACKINGINFO',
      map(
        bulk('flags'),
        set(...['on', 'broken_redirect'].map(bulk)),
        bulk('redirect'),
        int(id),
        bulk('prefixes'),
        array(),
      ),
    );
  });
  t.test('the table keeps within its limit', { resp: 3 }, async (c) => {
    const other = await c.another();
    await other.configSet('tracking-table-max-keys', '2');
    await c.expect('CLIENT TRACKING ON', ok);
    await c.expect('GET a', nil3);
    await c.expect('GET b', nil3);
    c.connection.write('GET c');
    await gets(c, nil3);
    const { value } = await c.connection.nextPush();
    expect(JSON.stringify(value)).toMatch(/invalidate.*(a|b|c)/);
    await other.expectMatch('INFO stats', /\r\ntracking_total_keys:2\r\ntracking_total_items:2\r\n/);
  });
  t.test('INFO and TRACKINGINFO tell of it', { resp: 3 }, async (c) => {
    const info = (redirect: number, prefixes: string[], ...flags: string[]): string =>
      map(
        bulk('flags'),
        set(...flags.map(bulk)),
        bulk('redirect'),
        int(redirect),
        bulk('prefixes'),
        array(...prefixes.map(bulk)),
      );
    await c.expect('CLIENT TRACKINGINFO', info(-1, [], 'off'));
    await c.expect('CLIENT GETREDIR', int(-1));
    await c.expect('CLIENT TRACKING ON OPTIN', ok);
    await c.expect('CLIENT GETREDIR', int(0));
    await c.expect('CLIENT TRACKINGINFO', info(0, [], 'on', 'optin'));
    await c.expect('CLIENT CACHING YES', ok);
    await c.expect('CLIENT TRACKINGINFO', info(0, [], 'on', 'optin', 'caching-yes'));
    await c.expectAll(['CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX b PREFIX a NOLOOP'], [ok, ok]);
    await c.expect('CLIENT TRACKINGINFO', info(0, ['a', 'b'], 'on', 'bcast', 'noloop'));
    await c.expectMatch('INFO stats', /\r\ntracking_total_prefixes:2\r\n/);
    await c.expectMatch('CLIENT INFO', / flags=tB .* redir=0 /);
    await c.expectAll(['CLIENT TRACKING OFF', 'CLIENT TRACKING ON OPTOUT', 'CLIENT CACHING NO'], [ok, ok, ok]);
    await c.expect('CLIENT TRACKINGINFO', info(0, [], 'on', 'optout', 'caching-no'));
  });
  t.test('refuses what does not fit', async (c) => {
    const switchBcast =
      "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.";
    const switchOpt =
      "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.";
    const cachingMode =
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled';
    await c.expectError('CLIENT TRACKING ON PREFIX a', 'ERR PREFIX option requires BCAST mode to be enabled');
    await c.expectError('CLIENT TRACKING ON BCAST OPTIN', 'ERR OPTIN and OPTOUT are not compatible with BCAST');
    await c.expectError('CLIENT TRACKING ON OPTIN OPTOUT', "ERR You can't specify both OPTIN mode and OPTOUT mode");
    await c.expectError('CLIENT TRACKING ON REDIRECT 999999', 'ERR The client ID you want redirect to does not exist');
    await c.expectError('CLIENT TRACKING ON REDIRECT x', 'ERR value is not an integer or out of range');
    for (const rest of ['ON REDIRECT', 'ON PREFIX', 'MAYBE', 'ON FOO', 'OFF FOO']) {
      await c.expectError(`CLIENT TRACKING ${rest}`, 'ERR syntax error');
    }
    const id = await c.ask('CLIENT ID');
    await c.expectError(
      `CLIENT TRACKING ON REDIRECT ${id} REDIRECT ${id}`,
      'ERR A client can only redirect to a single other client',
    );
    await c.expectError(
      'CLIENT TRACKING ON BCAST PREFIX aa PREFIX a',
      "ERR Prefix 'aa' overlaps with another provided prefix 'a'. Prefixes for a single client must not overlap.",
    );
    for (const mode of ['YES', 'NO', 'X']) await c.expectError(`CLIENT CACHING ${mode}`, cachingMode);
    await c.expect('CLIENT TRACKING ON OPTIN', ok);
    await c.expectError('CLIENT TRACKING ON OPTOUT', switchOpt);
    await c.expectError('CLIENT TRACKING ON BCAST', switchBcast);
    await c.expectError(
      'CLIENT CACHING NO',
      'ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.',
    );
    await c.expectError('CLIENT CACHING X', 'ERR syntax error');
    await c.expectAll(['CLIENT TRACKING ON', 'CLIENT TRACKING ON OPTOUT'], [ok, ok]);
    await c.expectError(
      'CLIENT CACHING YES',
      'ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.',
    );
    await c.expectAll(['CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX a'], [ok, ok]);
    await c.expectError(
      'CLIENT TRACKING ON BCAST PREFIX ab',
      "ERR Prefix 'ab' overlaps with an existing prefix 'a'. Prefixes for a single client must not overlap.",
    );
    await c.expect('CLIENT TRACKING ON BCAST PREFIX b', ok);
  });
});
