/** XREAD and XREADGROUP with each option and error, and how they wait, as recorded from the reference. */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, type Command, int, map, nil3, nilArray, ok, toArgs } from '../support/wire.js';

const BAD_ID = 'ERR Invalid stream ID specified as stream command argument';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const MAX = '18446744073709551615';
const CONSUMERS = 'XREADGROUP, XCLAIM and XAUTOCLAIM create the consumer even when nothing is read.';
const entry = (id: string, ...fields: (string | number)[]): string => array(bulk(id), bulks(...fields));
const read = (key: string, ...entries: string[]): string => array(array(bulk(key), array(...entries)));

async function fill(c: CommandClient, key: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await c.expect(`XADD ${key} ${n} f ${n}`, bulk(`${n}-0`));
}

/** A client that waits in a command until it is told what comes. */
async function waiting(c: CommandClient, count: number, command: Command, resp: 2 | 3 = 2): Promise<CommandClient> {
  const client = await c.another(resp);
  client.connection.write(toArgs(command));
  await c.untilBlocked(count);
  return client;
}

async function expectNext(client: CommandClient, wire: string): Promise<void> {
  expect((await client.connection.nextReply()).wire).toBe(wire);
}

describeCommands('XREAD', (t) => {
  t.test('XREAD answers what is behind the ids', async (c) => {
    await fill(c, 's', 3);
    await fill(c, 't', 1);
    await c.expect('XREAD STREAMS s 1-5', read('s', entry('2-0', 'f', 2), entry('3-0', 'f', 3)));
    await c.expect('XREAD COUNT 1 STREAMS s 0', read('s', entry('1-0', 'f', 1)));
    for (const count of [0, -3, '9223372036854775807']) {
      await c.expect(`XREAD count ${count} streams s 2`, read('s', entry('3-0', 'f', 3)));
    }
    const both = array(array(bulk('s'), array(entry('3-0', 'f', 3))), array(bulk('t'), array(entry('1-0', 'f', 1))));
    await c.expect('XREAD STREAMS s nosuch t 2 0 0', both);
    await c.expect('XREAD STREAMS s t 3 $', nilArray);
    await c.expect(`XREAD STREAMS s ${MAX}-${MAX}`, nilArray);
    await c.expect('XDEL s 3', int(1));
    await c.expect('XREAD STREAMS s 2', nilArray);
  });
  t.test('XREAD answers a map in RESP3', { resp: 3 }, async (c) => {
    await fill(c, 's', 1);
    await c.expect('XREAD STREAMS s 0', map(bulk('s'), array(entry('1-0', 'f', 1))));
    await c.expect('XREAD STREAMS s $', nil3);
  });
  t.test('XREAD checks its arguments, then the keys with their ids', async (c) => {
    await c.expectError('XREAD FOO 1 STREAMS s 0', SYNTAX);
    await c.expectError('XREAD COUNT 1 BLOCK 1', SYNTAX);
    await c.expectError('XREAD COUNT x STREAMS s 0', NOT_INTEGER);
    await c.expectError('XREAD BLOCK x STREAMS s 0', 'ERR timeout is not an integer or out of range');
    await c.expectError('XREAD BLOCK -1 STREAMS s 0', 'ERR timeout is negative');
    await c.expectError(
      'XREAD GROUP g c STREAMS s 0',
      'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.',
    );
    await c.expectError(
      'XREAD NOACK STREAMS s 0',
      'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.',
    );
    await c.expectError(
      'XREAD STREAMS s >',
      'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
    );
    for (const id of ['x', '-', '(1']) await c.expectError(`XREAD STREAMS s ${id}`, BAD_ID);
    await c.expect('SET str v', ok);
    await c.expectError('XREAD STREAMS s str x y', BAD_ID);
    await c.expectError('XREAD STREAMS str s x y', WRONGTYPE);
    await c.expectError('XREAD BLOCK 10 STREAMS str 0', WRONGTYPE);
  });
  t.test(
    'XREAD tells that an id is missing',
    { since: '7.2', line: "Unbalanced 'xread' list of streams" },
    async (c) => {
      const text = (name: string, symbol: string): string =>
        `ERR Unbalanced '${name}' list of streams: for each stream key an ID or '${symbol}' must be specified.`;
      await c.expectError('XREAD STREAMS s t 0', text('xread', '$'));
      await c.expectError('XREADGROUP GROUP g c STREAMS s t 0', text('xreadgroup', '>'));
    },
  );
  t.test('XREAD + answers the last entry', { since: '7.4', line: 'XREAD: `+`' }, async (c) => {
    await c.expect('XREAD STREAMS s +', nilArray);
    await fill(c, 's', 3);
    await c.expect('XREAD STREAMS s +', read('s', entry('3-0', 'f', 3)));
    await c.expect('XDEL s 3', int(1));
    await c.expect('XREAD COUNT 5 STREAMS s +', read('s', entry('2-0', 'f', 2)));
    await c.expect('XTRIM s MAXLEN 0', int(2));
    await c.expect('XREAD STREAMS s +', nilArray);
    const reader = await waiting(c, 1, 'XREAD BLOCK 0 STREAMS s +');
    await c.expect('XADD s 4 f 4', bulk('4-0'));
    await expectNext(reader, read('s', entry('4-0', 'f', 4)));
  });
});

describeCommands('XREAD BLOCK', (t) => {
  t.test('XREAD BLOCK waits until there is something, $ being the last id of when it was sent', async (c) => {
    await fill(c, 's', 2);
    const reader = await waiting(c, 1, 'XREAD BLOCK 0 STREAMS nosuch s $ $');
    await c.expect('XADD s 3 f 3', bulk('3-0'));
    await expectNext(reader, read('s', entry('3-0', 'f', 3)));
    reader.connection.write('XREAD BLOCK 20000 STREAMS nosuch s 0 $');
    await c.untilBlocked(1);
    await c.expect('XADD nosuch 1 f 1', bulk('1-0'));
    await expectNext(reader, read('nosuch', entry('1-0', 'f', 1)));
  });
  t.test('XREAD BLOCK serves all who wait, each with its protocol', async (c) => {
    const first = await waiting(c, 1, 'XREAD BLOCK 0 STREAMS s $');
    const second = await waiting(c, 2, 'XREAD COUNT 1 BLOCK 0 STREAMS s 0', 3);
    await c.expect('XADD s 1 f 1', bulk('1-0'));
    await expectNext(first, read('s', entry('1-0', 'f', 1)));
    await expectNext(second, map(bulk('s'), array(entry('1-0', 'f', 1))));
  });
  t.test('XREAD BLOCK answers a null when its time is over', async (c) => {
    await fill(c, 's', 1);
    await c.expect('XREAD BLOCK 5 STREAMS s $', nilArray);
    await c.expect('XREAD BLOCK 5 STREAMS s nosuch 7 0', nilArray);
    await c.expect('XREAD BLOCK 9223372036854775807 STREAMS s 0', read('s', entry('1-0', 'f', 1)));
  });
  t.test('XREAD BLOCK waits on whatever becomes of the key', async (c) => {
    await fill(c, 's', 1);
    const reader = await waiting(c, 1, 'XREAD BLOCK 0 STREAMS s $');
    await c.expect('DEL s', int(1));
    await c.expect('SET s v', ok);
    await c.expect('DEL s', int(1));
    await c.expect('XADD s 1 f 1', bulk('1-0')); // not behind the id that was the last one
    await c.expect('XADD s 2 f 2', bulk('2-0'));
    await expectNext(reader, read('s', entry('2-0', 'f', 2)));
  });
  t.test('XREAD BLOCK goes on with a stream that another key brings', async (c) => {
    await fill(c, 't', 2);
    const reader = await waiting(c, 1, 'XREAD BLOCK 0 STREAMS s 1');
    await c.expect('RENAME t s', ok);
    await expectNext(reader, read('s', entry('2-0', 'f', 2)));
  });
});

describeCommands('XREADGROUP', (t) => {
  t.test('XREADGROUP gives each entry to one consumer, until it is acknowledged', async (c) => {
    await fill(c, 's', 4);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.expect(
      'XREADGROUP GROUP g alice COUNT 2 STREAMS s >',
      read('s', entry('1-0', 'f', 1), entry('2-0', 'f', 2)),
    );
    await c.expect('XREADGROUP GROUP g bob STREAMS s >', read('s', entry('3-0', 'f', 3), entry('4-0', 'f', 4)));
    await c.expect('XREADGROUP GROUP g alice STREAMS s >', nilArray);
    await c.expect('XREADGROUP GROUP g alice STREAMS s 0', read('s', entry('1-0', 'f', 1), entry('2-0', 'f', 2)));
    await c.expect('XREADGROUP GROUP g alice COUNT 1 STREAMS s 1', read('s', entry('2-0', 'f', 2)));
    await c.expect('XACK s g 1', int(1));
    await c.expect('XDEL s 2', int(1));
    await c.expect('XREADGROUP GROUP g alice STREAMS s 0', read('s', array(bulk('2-0'), nilArray)));
    await c.expect('XREADGROUP GROUP g alice STREAMS s 9', read('s'));
    await c.expectMatch('XPENDING s g - + 10 bob', /:1\r\n$/);
    await c.expect('XREADGROUP GROUP g bob STREAMS s 3', read('s', entry('4-0', 'f', 4)));
    await c.expectMatch('XPENDING s g - + 10 bob', /:2\r\n$/);
  });
  t.test('XREADGROUP NOACK leaves nothing pending', { resp: 3 }, async (c) => {
    await fill(c, 's', 2);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.expect('XREADGROUP GROUP g alice NOACK COUNT 1 STREAMS s >', map(bulk('s'), array(entry('1-0', 'f', 1))));
    await c.expect('XREADGROUP GROUP g alice STREAMS s 0', map(bulk('s'), array()));
    await c.expect('XPENDING s g', array(int(0), nil3, nil3, nil3));
    await c.expect('XREADGROUP GROUP h alice GROUP g bob STREAMS s >', map(bulk('s'), array(entry('2-0', 'f', 2))));
  });
  t.test('XREADGROUP reads several streams, new and old', async (c) => {
    await fill(c, 's', 1);
    await fill(c, 't', 1);
    for (const key of ['s', 't']) await c.expect(`XGROUP CREATE ${key} g 0`, ok);
    const got = (key: string, ...entries: string[]): string => array(bulk(key), array(...entries));
    await c.expect(
      'XREADGROUP GROUP g c STREAMS s t s > 0 0',
      array(got('s', entry('1-0', 'f', 1)), got('t'), got('s', entry('1-0', 'f', 1))),
    );
    await c.expect(`XREADGROUP GROUP g c STREAMS t ${MAX}-${MAX}`, array(got('t', entry('1-0', 'f', 1))));
  });
  t.test('XREADGROUP gives what SETID has brought back to whoever asks', async (c) => {
    await fill(c, 's', 1);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.expect('XREADGROUP GROUP g alice STREAMS s >', read('s', entry('1-0', 'f', 1)));
    await c.expect('XGROUP SETID s g 0', ok);
    await c.expect('XREADGROUP GROUP g bob STREAMS s >', read('s', entry('1-0', 'f', 1)));
    await c.expect('XPENDING s g', array(int(1), bulk('1-0'), bulk('1-0'), array(bulks('bob', 1))));
  });
  t.test('XREADGROUP checks its arguments, then keys, groups and ids', async (c) => {
    await c.expectError('XREADGROUP COUNT 1 STREAMS s t 0 0', 'ERR Missing GROUP option for XREADGROUP');
    await c.expectError('XREADGROUP NOACK COUNT 1 STREAMS s 0', 'ERR Missing GROUP option for XREADGROUP');
    await c.expectError('XREADGROUP COUNT 1 BLOCK 1 GROUP g', SYNTAX);
    await c.expectError(
      'XREADGROUP GROUP g c STREAMS s >',
      "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option",
    );
    await fill(c, 's', 1);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.expectError(
      'XREADGROUP GROUP nosuch c BLOCK 0 STREAMS s >',
      "NOGROUP No such key 's' or consumer group 'nosuch' in XREADGROUP with GROUP option",
    );
    await c.expectError(
      'XREADGROUP GROUP g c STREAMS s $',
      'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ' +
        'specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
    );
    for (const id of ['x', '-', '(1']) await c.expectError(`XREADGROUP GROUP g c STREAMS s ${id}`, BAD_ID);
    await c.expect('SET str v', ok);
    await c.expectError('XREADGROUP GROUP g c STREAMS s str > >', WRONGTYPE);
    await c.expectError('XREADGROUP GROUP g c STREAMS s nosuch x >', BAD_ID);
  });
  t.test('XREADGROUP takes no +', { since: '7.4', line: 'XREAD: `+`' }, async (c) => {
    await fill(c, 's', 1);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.expectMatch(
      'XREADGROUP GROUP g c STREAMS s +',
      /^-ERR The \+ ID is meaningless in the context of XREADGROUP: /,
    );
  });
  t.test('XREADGROUP makes the consumer even when nothing is read', { since: '7.2', line: CONSUMERS }, async (c) => {
    await fill(c, 's', 1);
    await c.expect('XGROUP CREATE s g $', ok);
    await c.expect('XREADGROUP GROUP g alice STREAMS s >', nilArray);
    await c.expect('XREADGROUP GROUP g bob BLOCK 5 STREAMS s >', nilArray);
    await c.expect('XGROUP CREATECONSUMER s g alice', int(0));
    await c.expect('XGROUP CREATECONSUMER s g bob', int(0));
  });
});

describeCommands('XREADGROUP BLOCK', (t) => {
  t.test('XREADGROUP BLOCK waits until there is something, and one consumer gets it', async (c) => {
    await c.expect('XGROUP CREATE s g $ MKSTREAM', ok);
    const first = await waiting(c, 1, 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >');
    const second = await waiting(c, 2, 'XREADGROUP GROUP g bob BLOCK 0 NOACK STREAMS s >', 3);
    await c.expect('XADD s 1 f 1', bulk('1-0'));
    await expectNext(first, read('s', entry('1-0', 'f', 1)));
    await c.expect('XADD s 2 f 2', bulk('2-0'));
    await expectNext(second, map(bulk('s'), array(entry('2-0', 'f', 2))));
    await c.expect('XPENDING s g', array(int(1), bulk('1-0'), bulk('1-0'), array(bulks('alice', 1))));
    await c.expect('XREADGROUP GROUP g alice BLOCK 5 STREAMS s >', nilArray);
    await c.expect('XREADGROUP GROUP g alice BLOCK 0 STREAMS s 5', read('s'));
  });
  t.test('XREADGROUP BLOCK is told when the group has gone', async (c) => {
    await c.expect('XGROUP CREATE s g $ MKSTREAM', ok);
    const reader = await waiting(c, 1, 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >');
    await c.expect('XGROUP DESTROY s g', int(1));
    expect((await reader.connection.nextReply()).wire).toMatch(/^-NOGROUP /);
  });
  const GONE = 'A stream deleted under a blocked XREADGROUP';
  for (const change of ['DEL s', 'RENAME s t', 'SET t v', 'FLUSHALL']) {
    const title = `XREADGROUP BLOCK is told when the stream has gone (${change === 'SET t v' ? 'RENAME onto it' : change})`;
    t.test(title, { since: '7.2', line: GONE }, async (c) => {
      await c.expect('XGROUP CREATE s g $ MKSTREAM', ok);
      const reader = await waiting(c, 1, 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >');
      await c.ask(change);
      if (change !== 'SET t v') {
        await expectNext(reader, "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n");
        return;
      }
      await c.ask('RENAME t s');
      await expectNext(reader, `-${WRONGTYPE}\r\n`);
    });
  }
  t.test('XREADGROUP BLOCK gives others what SETID brings back only when something is added', async (c) => {
    await fill(c, 's', 1);
    await c.expect('XGROUP CREATE s g $', ok);
    const reader = await waiting(c, 1, 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >');
    await c.expect('XGROUP SETID s g 0', ok);
    await c.expect('XADD s 2 f 2', bulk('2-0'));
    await expectNext(reader, read('s', entry('1-0', 'f', 1), entry('2-0', 'f', 2)));
  });
});
