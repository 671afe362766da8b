/** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE, their opposites, PUBLISH, SPUBLISH, PUBSUB, and keyspace notifications. */
import { expect } from 'vitest';
import {
  array,
  bulk,
  bulks,
  type Command,
  type CommandClient,
  describeCommands,
  int,
  nil,
  nil3,
  ok,
  push,
  simple,
} from '../support/index.js';

/** Sends a command and compares the bytes that come, however many replies and messages they are. */
async function brings(c: CommandClient, command: Command, ...wires: string[]): Promise<void> {
  c.connection.write(command);
  await gets(c, ...wires);
}

/** Compares the bytes that come next. */
async function gets(c: CommandClient, ...wires: string[]): Promise<void> {
  const wanted = wires.join('');
  expect(await c.connection.readRaw(wanted.length), `on ${c.target}`).toBe(wanted);
}

const told = (word: string, name: string, count: number): string => array(bulk(word), bulk(name), int(count));
const told3 = (word: string, name: string, count: number): string => push(bulk(word), bulk(name), int(count));
const message = (channel: string, text: string): string => bulks('message', channel, text);
const subscriberError = (command: string): string =>
  `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;

describeCommands('SUBSCRIBE and PUBLISH', (t) => {
  t.test('a message reaches all who are subscribed to its channel', async (c) => {
    const [first, second] = [await c.another(), await c.another()];
    await brings(first, 'SUBSCRIBE news', told('subscribe', 'news', 1));
    await brings(second, 'SUBSCRIBE other news', told('subscribe', 'other', 1), told('subscribe', 'news', 2));
    await c.expect('PUBLISH news hello', int(2));
    await c.expect('PUBLISH other there', int(1));
    await c.expect('PUBLISH none x', int(0));
    await gets(first, message('news', 'hello'));
    await gets(second, message('news', 'hello'), message('other', 'there'));
  });
  t.test('names and messages are bytes', async (c) => {
    const other = await c.another();
    const name = '\0\r\n\xff';
    await brings(
      other,
      ['SUBSCRIBE', Buffer.from(name, 'latin1'), ''],
      told('subscribe', name, 1),
      told('subscribe', '', 2),
    );
    await c.expect(['PUBLISH', Buffer.from(name, 'latin1'), Buffer.from('\xfe\0', 'latin1')], int(1));
    await c.expect(['PUBLISH', '', ''], int(1));
    await gets(other, message(name, '\xfe\0'), message('', ''));
    const long = 'x'.repeat(200_000);
    await c.expect(['PUBLISH', '', long], int(1));
    await gets(other, message('', long));
  });
  t.test('a name that is subscribed to twice counts once', async (c) => {
    await brings(c, 'SUBSCRIBE a a b', told('subscribe', 'a', 1), told('subscribe', 'a', 1), told('subscribe', 'b', 2));
    await brings(c, 'PSUBSCRIBE a* a*', told('psubscribe', 'a*', 3), told('psubscribe', 'a*', 3));
    const other = await c.another();
    await other.expect('PUBLISH a x', int(2));
    await gets(c, message('a', 'x'), bulks('pmessage', 'a*', 'a', 'x'));
  });
  t.test('patterns get what fits them, after the channels', async (c) => {
    const other = await c.another();
    await brings(
      other,
      'PSUBSCRIBE n?ws [^b]ye* h\\*llo',
      ...['n?ws', '[^b]ye*', 'h\\*llo'].map((p, i) => told('psubscribe', p, i + 1)),
    );
    await brings(other, 'SUBSCRIBE news', told('subscribe', 'news', 4));
    for (const [channel, count] of [
      ['news', 2],
      ['nws', 0],
      ['bye', 0],
      ['ayes', 1],
      ['h*llo', 1],
      ['hello', 0],
    ] as const) {
      await c.expect(['PUBLISH', channel, 'x'], int(count));
    }
    await gets(
      other,
      message('news', 'x'),
      bulks('pmessage', 'n?ws', 'news', 'x'),
      bulks('pmessage', '[^b]ye*', 'ayes', 'x'),
      bulks('pmessage', 'h\\*llo', 'h*llo', 'x'),
    );
  });
  t.test('shard channels are others, and counted by themselves', async (c) => {
    const other = await c.another();
    await brings(other, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await brings(other, 'SSUBSCRIBE a b', told('ssubscribe', 'a', 1), told('ssubscribe', 'b', 2));
    await c.expect('PUBLISH a x', int(1));
    await c.expect('SPUBLISH a y', int(1));
    await c.expect('SPUBLISH c y', int(0));
    await gets(other, message('a', 'x'), bulks('smessage', 'a', 'y'));
    await brings(other, 'SUNSUBSCRIBE a', told('sunsubscribe', 'a', 1));
    await brings(other, 'SUNSUBSCRIBE', told('sunsubscribe', 'b', 0));
    await brings(other, 'SUNSUBSCRIBE', array(bulk('sunsubscribe'), nil, int(0)));
  });
  t.test('unsubscribing answers for each name, there or not', async (c) => {
    await brings(c, 'SUBSCRIBE a b c', told('subscribe', 'a', 1), told('subscribe', 'b', 2), told('subscribe', 'c', 3));
    await brings(c, 'PSUBSCRIBE p*', told('psubscribe', 'p*', 4));
    await brings(c, 'UNSUBSCRIBE b x', told('unsubscribe', 'b', 3), told('unsubscribe', 'x', 3));
    await brings(c, 'PUNSUBSCRIBE x', told('punsubscribe', 'x', 3));
    await brings(c, 'PUNSUBSCRIBE', told('punsubscribe', 'p*', 2));
    await brings(c, 'PUNSUBSCRIBE', array(bulk('punsubscribe'), nil, int(2)));
    await brings(c, 'UNSUBSCRIBE a c', told('unsubscribe', 'a', 1), told('unsubscribe', 'c', 0));
    await brings(c, 'UNSUBSCRIBE', array(bulk('unsubscribe'), nil, int(0)));
    await c.expect('GET k', nil);
  });
  t.test('without names, all are ended', async (c) => {
    await brings(c, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await brings(c, 'UNSUBSCRIBE', told('unsubscribe', 'a', 0));
    await c.expect('UNSUBSCRIBE x', told('unsubscribe', 'x', 0));
    await c.expect('PUNSUBSCRIBE x', told('punsubscribe', 'x', 0));
    await c.expect('SUNSUBSCRIBE x', told('sunsubscribe', 'x', 0));
    await c.expect('PUBLISH a x', int(0));
  });
  t.test('a client of RESP2 that is subscribed may do little else', async (c) => {
    await brings(c, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    for (const command of [
      'GET k',
      'PUBLISH a x',
      'MULTI',
      'HELLO 3',
      'CLIENT ID',
      'SPUBLISH a x',
      'EXEC',
      'PUBSUB NUMPAT',
    ]) {
      const [first, second] = command.toLowerCase().split(' ');
      const name = first === 'client' || first === 'pubsub' ? `${first}|${second}` : first!;
      if (first === 'exec') {
        await c.expectError(command, `EXECABORT Transaction discarded because of: ${subscriberError('exec').slice(4)}`);
      } else await c.expectError(command, subscriberError(name));
    }
    await c.expectError('GET', "ERR wrong number of arguments for 'get' command");
    await c.expect('PING', bulks('pong', ''));
    await c.expect('PING hi', bulks('pong', 'hi'));
    await c.expectError('PING a b', "ERR wrong number of arguments for 'ping' command");
    await brings(c, 'SSUBSCRIBE s', told('ssubscribe', 's', 1));
    await brings(c, 'UNSUBSCRIBE', told('unsubscribe', 'a', 0));
    await c.expectError('GET k', subscriberError('get'));
    await c.expect('RESET', simple('RESET'));
    await c.expect('GET k', nil);
    await brings(c, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await c.expect('QUIT', ok);
  });
  t.test('RESET and a closed connection end subscriptions', async (c) => {
    const [first, second] = [await c.another(), await c.another()];
    await brings(first, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await brings(second, 'PSUBSCRIBE *', told('psubscribe', '*', 1));
    await c.expect('PUBLISH a x', int(2));
    await gets(first, message('a', 'x'));
    await first.expect('RESET', simple('RESET'));
    await c.expect('PUBLISH a x', int(1));
    await second.connection.close();
    while ((await c.wire('PUBLISH a x')) !== int(0));
    await c.expect('PUBSUB NUMPAT', int(0));
  });
  t.test('a subscription that is queued holds from EXEC on', async (c) => {
    await c.expect('MULTI', ok);
    await c.expect('SUBSCRIBE a b', simple('QUEUED'));
    await c.expect('PING', simple('QUEUED'));
    await brings(c, 'EXEC', '*2\r\n', told('subscribe', 'a', 1), told('subscribe', 'b', 2), bulks('pong', ''));
  });
});

describeCommands('SUBSCRIBE in RESP3', (t) => {
  t.test('answers and messages are pushes, and every command runs', { resp: 3 }, async (c) => {
    await brings(c, 'SUBSCRIBE a', told3('subscribe', 'a', 1));
    await brings(c, 'PSUBSCRIBE *', told3('psubscribe', '*', 2));
    await brings(c, 'SSUBSCRIBE s', told3('ssubscribe', 's', 1));
    await brings(c, 'GET k', nil3);
    await brings(c, 'PING', simple('PONG'));
    const other = await c.another();
    await other.expect('PUBLISH a x', int(2));
    await other.expect('SPUBLISH s y', int(1));
    await gets(c, push(bulk('message'), bulk('a'), bulk('x')), push(bulk('pmessage'), bulk('*'), bulk('a'), bulk('x')));
    await gets(c, push(bulk('smessage'), bulk('s'), bulk('y')));
    await brings(c, 'UNSUBSCRIBE', told3('unsubscribe', 'a', 1));
    await brings(c, 'UNSUBSCRIBE', push(bulk('unsubscribe'), nil3, int(1)));
  });
  t.test(
    'a message to oneself comes behind the reply',
    {
      resp: 3,
      since: '7.2',
      line: 'RESP3: PUBLISH to oneself gives the reply before the push',
    },
    async (c) => {
      const own = push(bulk('message'), bulk('a'), bulk('x'));
      await brings(c, 'SUBSCRIBE a', told3('subscribe', 'a', 1));
      await brings(c, 'PUBLISH a x', int(1), own);
      c.connection.raw('PING\r\nPUBLISH a x\r\nPING\r\n');
      await gets(c, simple('PONG'), int(1), own, simple('PONG'));
      c.connection.raw('MULTI\r\nPUBLISH a x\r\nPING\r\nEXEC\r\n');
      await gets(c, ok, simple('QUEUED'), simple('QUEUED'), array(int(1), simple('PONG')), own);
    },
  );
  t.test('messages reach clients of both protocols', async (c) => {
    const [two, three] = [await c.another(2), await c.another(3)];
    await brings(two, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await brings(three, 'SUBSCRIBE a', told3('subscribe', 'a', 1));
    await c.expect('PUBLISH a x', int(2));
    await gets(two, message('a', 'x'));
    await gets(three, push(bulk('message'), bulk('a'), bulk('x')));
  });
  t.test('come to one who wants no replies', { resp: 3 }, async (c) => {
    await brings(c, 'SUBSCRIBE a', told3('subscribe', 'a', 1));
    c.connection.write('CLIENT REPLY OFF');
    const other = await c.another();
    while ((await other.wire('PUBLISH a x')) !== int(1));
    await gets(c, push(bulk('message'), bulk('a'), bulk('x')));
    await brings(c, 'CLIENT REPLY ON', ok);
  });
});

describeCommands('PUBSUB', (t) => {
  t.test('tells who is subscribed to what', async (c) => {
    await c.expect('PUBSUB CHANNELS', array());
    await c.expect('PUBSUB NUMSUB', array());
    const [first, second] = [await c.another(), await c.another()];
    await brings(first, 'SUBSCRIBE a ab', told('subscribe', 'a', 1), told('subscribe', 'ab', 2));
    await brings(first, 'PSUBSCRIBE x* y*', told('psubscribe', 'x*', 3), told('psubscribe', 'y*', 4));
    await brings(second, 'SUBSCRIBE a', told('subscribe', 'a', 1));
    await brings(second, 'PSUBSCRIBE x*', told('psubscribe', 'x*', 2));
    await brings(second, 'SSUBSCRIBE s', told('ssubscribe', 's', 1));
    expect(((await c.ask('PUBSUB CHANNELS')) as string[]).sort()).toEqual(['a', 'ab']);
    await c.expect('PUBSUB CHANNELS a?', bulks('ab'));
    await c.expect('PUBSUB CHANNELS x', array());
    await c.expect('PUBSUB NUMSUB a ab none', array(bulk('a'), int(2), bulk('ab'), int(1), bulk('none'), int(0)));
    await c.expect('PUBSUB NUMPAT', int(2));
    await c.expect('PUBSUB SHARDCHANNELS', bulks('s'));
    await c.expect('PUBSUB SHARDCHANNELS t*', array());
    await c.expect('PUBSUB SHARDNUMSUB s a', array(bulk('s'), int(1), bulk('a'), int(0)));
    await c.expectMatch('INFO stats', /\r\npubsub_channels:2\r\npubsub_patterns:2\r\npubsubshard_channels:1\r\n/);
    await c.expectMatch('CLIENT LIST', / flags=P .* sub=1 psub=1 ssub=1 /);
    await c.expectMatch(
      'CLIENT LIST TYPE pubsub',
      /^\$\d+\r\n[^\n]*sub=2 psub=2[^\n]*\n[^\n]*sub=1 psub=1[^\n]*\n\r\n$/,
    );
  });
  t.test('refuses what it does not know', async (c) => {
    await c.expectError('PUBSUB', "ERR wrong number of arguments for 'pubsub' command");
    await c.expectError('PUBSUB NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try PUBSUB HELP.");
    await c.expectError(
      'PUBSUB CHANNELS a b',
      "ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
    );
    await c.expectError(
      'PUBSUB SHARDCHANNELS a b',
      "ERR unknown subcommand or wrong number of arguments for 'SHARDCHANNELS'. Try PUBSUB HELP.",
    );
    await c.expectError('PUBSUB NUMPAT a', "ERR wrong number of arguments for 'pubsub|numpat' command");
    await c.expectError('PUBLISH a', "ERR wrong number of arguments for 'publish' command");
    await c.expectError('SPUBLISH a b c', "ERR wrong number of arguments for 'spublish' command");
    for (const name of ['subscribe', 'psubscribe', 'ssubscribe']) {
      await c.expectError(name, `ERR wrong number of arguments for '${name}' command`);
    }
    await c.expectMatch('PUBSUB HELP', /^\*\d+\r\n\+PUBSUB <subcommand>/);
  });
  t.test('INFO counts clients', { since: '7.4', line: 'INFO adds pubsub_clients' }, async (c) => {
    await c.expectMatch('INFO clients', /\r\npubsub_clients:0\r\n/);
    const other = await c.another();
    await brings(other, 'SSUBSCRIBE s', told('ssubscribe', 's', 1));
    await c.expectMatch('INFO clients', /\r\npubsub_clients:1\r\n/);
  });
});

describeCommands('keyspace notifications', (t) => {
  t.test('tell of events on the channel of the key, on that of the event, or on both', async (c) => {
    const other = await c.another();
    await brings(other, 'PSUBSCRIBE __key*', told('psubscribe', '__key*', 1));
    const space = (event: string, db = 0): string => bulks('pmessage', '__key*', `__keyspace@${db}__:k`, event);
    const event = (name: string, db = 0): string => bulks('pmessage', '__key*', `__keyevent@${db}__:${name}`, 'k');
    await c.configSet('notify-keyspace-events', 'KEA');
    await c.expect('SET k 1 EX 100', ok);
    await gets(other, space('set'), event('set'), space('expire'), event('expire'));
    await c.expect('CONFIG SET notify-keyspace-events K$', ok);
    await c.expect('INCR k', int(2));
    await c.expect('DEL k', int(1));
    await c.expect('SET k 1', ok);
    await gets(other, space('incrby'), space('set'));
    await c.expect('CONFIG SET notify-keyspace-events Eg', ok);
    await c.expectAll(['SELECT 3', 'SET k 1', 'DEL k', 'SELECT 0'], [ok, ok, int(1), ok]);
    await gets(other, event('del', 3));
    await c.expect('CONFIG SET notify-keyspace-events g$', ok);
    await c.expect('DEL k', int(1));
    await c.expect('CONFIG SET notify-keyspace-events ""', ok);
    await c.expect('SET k 1', ok);
    await c.expect('PUBLISH __key end', int(1));
    await gets(other, bulks('pmessage', '__key*', '__key', 'end'));
  });
  t.test('tell of keys that expire, are missed, and come to be', async (c) => {
    const other = await c.another();
    await brings(other, 'PSUBSCRIBE *', told('psubscribe', '*', 1));
    const event = (name: string): string => bulks('pmessage', '*', `__keyevent@0__:${name}`, 'k');
    await c.configSet('notify-keyspace-events', 'Exmn');
    await c.expect('SET k 1 PX 1', ok);
    await gets(other, event('new'), event('expired'));
    await c.expect('GET k', nil);
    await gets(other, event('keymiss'));
  });
  t.test('of what EXEC does come in its order', async (c) => {
    const other = await c.another();
    await brings(other, 'SUBSCRIBE __keyspace@0__:k', told('subscribe', '__keyspace@0__:k', 1));
    await c.configSet('notify-keyspace-events', 'KA');
    const queued = simple('QUEUED');
    await c.expectAll(
      ['MULTI', 'RPUSH k a', 'LPOP k', 'SADD k x', 'EXEC'],
      [ok, queued, queued, queued, array(int(1), bulk('a'), int(1))],
    );
    for (const name of ['rpush', 'lpop', 'del', 'sadd']) await gets(other, message('__keyspace@0__:k', name));
  });
});
