/** ZPOPMIN, ZPOPMAX, ZMPOP, and the commands that wait for a sorted set. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, double, int, nil3, nilArray, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_POSITIVE = 'ERR value is out of range, must be positive';

describeCommands('ZPOPMIN, ZPOPMAX', (t) => {
  t.test('they take the members at the ends, and the key with the last one', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c 4 d 5 e', int(5));
    await c.expect('ZPOPMIN k', bulks('a', 1));
    await c.expect('ZPOPMAX k', bulks('e', 5));
    await c.expect('ZPOPMIN k 0', array());
    await c.expect('ZPOPMAX k 2', bulks('d', 4, 'c', 3));
    await c.expect('ZPOPMIN k 9', bulks('b', 2));
    await c.expect('EXISTS k', int(0));
    await c.expect('ZPOPMIN k', array());
    await c.expect('ZPOPMAX k 3', array());
  });
  t.test('with a count they answer pairs in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k 1 a 2.5 b 3 c', int(3));
    await c.expect('ZPOPMIN k', array(bulk('a'), double(1)));
    await c.expect('ZPOPMIN k 1', array(array(bulk('b'), double('2.5'))));
    await c.expect('ZPOPMAX k 9', array(array(bulk('c'), double(3))));
    await c.expect('ZPOPMAX k', array());
  });
  t.test('they refuse counts below 0 before they look at the key', async (c) => {
    await c.expect('SET s x', ok);
    for (const name of ['ZPOPMIN', 'ZPOPMAX']) {
      await c.expectError(`${name} s -1`, NOT_POSITIVE);
      await c.expectError(`${name} s x`, NOT_POSITIVE);
      await c.expectError(`${name} s 1 2`, SYNTAX);
      await c.expectError(`${name} s 0`, WRONGTYPE);
      await c.expectError(`${name} s`, WRONGTYPE);
    }
  });
  t.test('they empty a large set piece by piece', async (c) => {
    const pairs = Array.from({ length: 1000 }, (_, i) => [i, `m${i}`]).flat();
    await c.expect(['ZADD', 'k', ...pairs], int(1000));
    for (let low = 0; low < 500; low += 50) {
      const lowest = Array.from({ length: 50 }, (_, i) => [`m${low + i}`, low + i]).flat();
      const highest = Array.from({ length: 50 }, (_, i) => [`m${999 - low - i}`, 999 - low - i]).flat();
      await c.expect('ZPOPMIN k 50', bulks(...lowest));
      await c.expect('ZPOPMAX k 50', bulks(...highest));
    }
    await c.expect('EXISTS k', int(0));
  });
});

describeCommands('ZMPOP', (t) => {
  t.test('ZMPOP takes from the first set that there is', async (c) => {
    await c.expect('ZADD b 1 x 2.5 y 3 z', int(3));
    await c.expect('ZADD c 9 w', int(1));
    await c.expect('ZMPOP 3 a b c MIN', array(bulk('b'), array(bulks('x', 1))));
    await c.expect('ZMPOP 3 a b c max COUNT 9', array(bulk('b'), array(bulks('z', 3), bulks('y', '2.5'))));
    await c.expect('ZMPOP 3 a b c MIN COUNT 1', array(bulk('c'), array(bulks('w', 9))));
    await c.expect('ZMPOP 3 a b c MIN', nilArray);
  });
  t.test('ZMPOP answers doubles in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD b 1.5 x', int(1));
    await c.expect('ZMPOP 2 a b MAX', array(bulk('b'), array(array(bulk('x'), double('1.5')))));
    await c.expect('ZMPOP 2 a b MAX', nil3);
  });
  t.test('ZMPOP refuses wrong arguments and other types', async (c) => {
    await c.expect('SET s x', ok);
    for (const count of ['0', '-1', 'x'])
      await c.expectError(`ZMPOP ${count} a MIN`, 'ERR numkeys should be greater than 0');
    await c.expectError('ZMPOP 2 a MIN', SYNTAX);
    await c.expectError('ZMPOP 9223372036854775807 a MIN', SYNTAX);
    await c.expectError('ZMPOP 1 a MID', SYNTAX);
    for (const count of ['0', '-1', 'x'])
      await c.expectError(`ZMPOP 1 a MIN COUNT ${count}`, 'ERR count should be greater than 0');
    await c.expectError('ZMPOP 1 a MIN COUNT', SYNTAX);
    await c.expectError('ZMPOP 1 a MIN COUNT 1 COUNT 1', SYNTAX);
    await c.expectError('ZMPOP 1 a MIN FOO 1', SYNTAX);
    await c.expectError('ZMPOP 2 a s MIN', WRONGTYPE);
  });
});

describeCommands('BZPOPMIN, BZPOPMAX, BZMPOP', (t) => {
  t.test('they answer at once where there is a set', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c 4 d', int(4));
    await c.expect('BZPOPMIN none k 0', array(bulk('k'), bulk('a'), bulk(1)));
    await c.expect('BZPOPMAX k none 0', array(bulk('k'), bulk('d'), bulk(4)));
    await c.expect('BZMPOP 0 2 none k MAX COUNT 5', array(bulk('k'), array(bulks('c', 3), bulks('b', 2))));
    await c.expect('EXISTS k', int(0));
  });
  t.test('they answer doubles in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c', int(3));
    await c.expect('BZPOPMIN k 0', array(bulk('k'), bulk('a'), double(1)));
    await c.expect('BZMPOP 0 1 k MIN', array(bulk('k'), array(array(bulk('b'), double(2)))));
    await c.expect('BZPOPMAX none 0.01', nil3);
    await c.expect('BZMPOP 0.01 1 none MIN', nil3);
  });
  t.test('they answer null when their time is over', async (c) => {
    await c.expect('BZPOPMIN none 0.01', nilArray);
    await c.expect('BZPOPMAX none other 0.01', nilArray);
    await c.expect('BZMPOP 0.01 1 none MIN', nilArray);
  });
  t.test('they wait until a member comes', async (c) => {
    for (const [command, wanted] of [
      ['BZPOPMIN none k 0', array(bulk('k'), bulk('a'), bulk(1))],
      ['BZPOPMAX none k 0', array(bulk('k'), bulk('b'), bulk(2))],
      ['BZMPOP 0 2 none k MIN COUNT 5', array(bulk('k'), array(bulks('a', 1), bulks('b', 2)))],
    ] as const) {
      const waiting = await c.another();
      const reply = waiting.wire(command);
      await c.untilBlocked(1);
      await c.expect('ZADD k 1 a 2 b', int(2));
      await sameReply(c, reply, wanted);
      await c.expectMatch('DEL k', /^:[01]/);
    }
  });
  t.test('who has waited longest is served first', async (c) => {
    const replies: Promise<string>[] = [];
    for (let i = 1; i <= 3; i++) {
      const waiting = await c.another();
      replies.push(waiting.wire(i === 2 ? 'BZPOPMAX k 0' : 'BZPOPMIN k 0'));
      await c.untilBlocked(i);
    }
    await c.expect('ZADD k 1 a 2 b 3 c 4 d', int(4));
    await sameReply(c, replies[0]!, array(bulk('k'), bulk('a'), bulk(1)));
    await sameReply(c, replies[1]!, array(bulk('k'), bulk('d'), bulk(4)));
    await sameReply(c, replies[2]!, array(bulk('k'), bulk('b'), bulk(2)));
    await c.expect('ZRANGE k 0 -1', bulks('c'));
  });
  t.test('results that are stored are members that come', async (c) => {
    await c.expect('ZADD a 1 x 2 y', int(2));
    for (const command of [
      'ZUNIONSTORE k 1 a',
      'ZRANGESTORE k a 0 -1',
      'ZINTERSTORE k 2 a a',
      'ZINCRBY k 1 x',
      'RENAME a k',
    ]) {
      const waiting = await c.another();
      const reply = waiting.wire('BZPOPMIN k 0');
      await c.untilBlocked(1);
      await c.expectMatch(command, /^[+:$]/);
      const wire = await reply;
      if (!wire.startsWith('*3\r\n$1\r\nk\r\n$1\r\nx\r\n')) throw new Error(`x of k behind ${command}, got ${wire}`);
      await c.expectMatch('DEL k', /^:/);
    }
  });
  t.test('a value of another type lets them wait', async (c) => {
    const waiting = await c.another();
    const reply = waiting.wire('BZPOPMIN k 0');
    await c.untilBlocked(1);
    await c.expect('SET k x', ok);
    await c.expect('DEL k', int(1));
    await c.expect('ZADD k 1 a', int(1));
    await sameReply(c, reply, array(bulk('k'), bulk('a'), bulk(1)));
  });
  t.test('they refuse times, counts and other types', async (c) => {
    await c.expect('SET s x', ok);
    for (const time of ['x', '', 'nan', '1 ', ' 1']) {
      const message = 'ERR timeout is not a float or out of range';
      await c.expectError(['BZPOPMIN', 's', time], message);
      await c.expectError(['BZPOPMAX', 's', time], message);
      await c.expectError(['BZMPOP', time, 1, 's', 'MIN'], message);
    }
    await c.expectError('BZPOPMIN s -1', 'ERR timeout is negative');
    await c.expectError('BZPOPMAX s -inf', 'ERR timeout is negative');
    await c.expectError('BZMPOP -1 1 s MIN', 'ERR timeout is negative');
    await c.expectError('BZMPOP x 0 s MIN', 'ERR numkeys should be greater than 0');
    await c.expectError('BZMPOP x 1 s FOO', SYNTAX);
    await c.expectError('BZMPOP x 1 s MIN COUNT 0', 'ERR count should be greater than 0');
    await c.expectError('BZPOPMIN none s 0', WRONGTYPE);
    await c.expectError('BZPOPMAX s 0', WRONGTYPE);
    await c.expectError('BZMPOP 0 2 none s MAX', WRONGTYPE);
  });
  t.test(
    'times beyond what milliseconds count are refused',
    { since: '7.2', line: 'timeout is out of range' },
    async (c) => {
      for (const time of ['1e400', 'inf', '9223372036854775807', '9223372036854775']) {
        await c.expectError(['BZPOPMIN', 'k', time], 'ERR timeout is out of range');
      }
    },
  );
});

async function sameReply(c: CommandClient, reply: Promise<string>, wanted: string): Promise<void> {
  const got = await reply;
  if (got !== wanted) throw new Error(`${c.target}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
}
