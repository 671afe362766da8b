/** LPOP, RPOP, LMPOP, LMOVE and RPOPLPUSH. */
import { array, bulk, bulks, describeCommands, int, nil, nil3, nilArray, ok } from '../support/index.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const POSITIVE = 'ERR value is out of range, must be positive';

describeCommands('LPOP and RPOP', (t) => {
  t.test('LPOP removes the first element, RPOP the last, and the list goes with the last of them', async (c) => {
    await c.expect('RPUSH l a 2 c', int(3));
    await c.expect('LPOP l', bulk('a'));
    await c.expect('RPOP l', bulk('c'));
    await c.expect('RPOP l', bulk('2'));
    await c.expect('EXISTS l', int(0));
    await c.expect('LPOP l', nil);
    await c.expect('RPOP l', nil);
  });
  t.test('LPOP and RPOP with a number answer an array', async (c) => {
    await c.expect('RPUSH l a b c d e', int(5));
    await c.expect('LPOP l 2', bulks('a', 'b'));
    await c.expect('RPOP l 2', bulks('e', 'd'));
    await c.expect('LPOP l 0', array());
    await c.expect('LPOP l 9223372036854775807', bulks('c'));
    await c.expect('LPOP l 0', nilArray);
    await c.expect('RPOP l 1', nilArray);
  });
  t.test('LPOP answers the null of RESP3', { resp: 3 }, async (c) => {
    await c.expect('LPOP l', nil3);
    await c.expect('LPOP l 1', nil3);
  });
  t.test('LPOP and RPOP look at the number before the key', async (c) => {
    await c.expect('SET s x', ok);
    for (const name of ['LPOP', 'RPOP']) {
      await c.expectError(`${name} s`, WRONGTYPE);
      await c.expectError(`${name} s 1`, WRONGTYPE);
      await c.expectError(`${name} s -1`, POSITIVE);
      await c.expectError(`${name} none word`, POSITIVE);
      await c.expectError(`${name} s 1 2`, `ERR wrong number of arguments for '${name.toLowerCase()}' command`);
    }
  });
  t.test('RPOP with a number takes thousands from several nodes, the last one first', async (c) => {
    const texts = Array.from({ length: 6000 }, (_, i) => (i % 7 === 0 ? String(i) : `element ${i}`));
    await c.expect(['RPUSH', 'l', ...texts], int(6000));
    await c.expect('RPOP l 4000', bulks(...texts.slice(2000).reverse()));
    await c.expect('LPOP l 1000', bulks(...texts.slice(0, 1000)));
    await c.expect('LRANGE l 0 -1', bulks(...texts.slice(1000, 2000)));
  });
});

describeCommands('LMPOP', (t) => {
  t.test('LMPOP pops from the first key that is a list, and names it', async (c) => {
    await c.expect('RPUSH l a b c', int(3));
    await c.expect('LMPOP 2 none l LEFT', array(bulk('l'), bulks('a')));
    await c.expect('LMPOP 1 l right COUNT 10', array(bulk('l'), bulks('c', 'b')));
    await c.expect('EXISTS l', int(0));
    await c.expect('LMPOP 2 none l LEFT', nilArray);
  });
  t.test('LMPOP refuses what is not as it should be', async (c) => {
    const NUMKEYS = 'ERR numkeys should be greater than 0';
    const COUNT = 'ERR count should be greater than 0';
    for (const number of ['0', '-1', 'word']) await c.expectError(`LMPOP ${number} l LEFT`, NUMKEYS);
    for (const rest of ['l UP', 'l LEFT COUNT', 'l LEFT FOO 1', 'l LEFT COUNT 1 COUNT 1', 'l m LEFT']) {
      await c.expectError(`LMPOP 1 ${rest}`, SYNTAX);
    }
    await c.expectError('LMPOP 2 l LEFT', SYNTAX);
    await c.expectError('LMPOP 9223372036854775807 l LEFT', SYNTAX);
    await c.expectError('LMPOP 1 l LEFT COUNT 0', COUNT);
    await c.expectError('LMPOP 1 l LEFT COUNT word', COUNT);
    await c.expect('SET s x', ok);
    await c.expectError('LMPOP 2 none s LEFT', WRONGTYPE);
  });
});

describeCommands('LMOVE and RPOPLPUSH', (t) => {
  t.test('LMOVE moves from any end to any end', async (c) => {
    const results = {
      'LEFT LEFT': ['a', ['b', 'c'], ['a', 'x']],
      'LEFT RIGHT': ['a', ['b', 'c'], ['x', 'a']],
      'right left': ['c', ['a', 'b'], ['c', 'x']],
      'RIGHT RIGHT': ['c', ['a', 'b'], ['x', 'c']],
    } as const;
    for (const [ends, [moved, from, to]] of Object.entries(results)) {
      await c.wire('DEL l m');
      await c.expect('RPUSH l a b c', int(3));
      await c.expect('RPUSH m x', int(1));
      await c.expect(`LMOVE l m ${ends}`, bulk(moved));
      await c.expect('LRANGE l 0 -1', bulks(...from));
      await c.expect('LRANGE m 0 -1', bulks(...to));
    }
  });
  t.test('LMOVE turns a list, creates its destination, and deletes an emptied source', async (c) => {
    await c.expect('RPUSH l 1 2 3', int(3));
    await c.expect('LMOVE l l LEFT RIGHT', bulk('1'));
    await c.expect('LMOVE l l LEFT LEFT', bulk('2'));
    await c.expect('RPOPLPUSH l l', bulk('1'));
    await c.expect('LRANGE l 0 -1', bulks('1', '2', '3'));
    for (const element of ['3', '2', '1']) await c.expect('RPOPLPUSH l m', bulk(element));
    await c.expect('EXISTS l', int(0));
    await c.expect('LRANGE m 0 -1', bulks('1', '2', '3'));
  });
  t.test('LMOVE moves what is larger than a node', async (c) => {
    const large = 'x'.repeat(20_000);
    await c.expect(['RPUSH', 'l', 'a', large, 'b'], int(3));
    await c.expect('LMOVE l l LEFT RIGHT', bulk('a'));
    await c.expect('LMOVE l m LEFT LEFT', bulk(large));
    await c.expect('LMOVE m m LEFT RIGHT', bulk(large));
    await c.expect('LRANGE l 0 -1', bulks('b', 'a'));
  });
  t.test('LMOVE answers null without a source, whatever the destination is', async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('LMOVE none s LEFT LEFT', nil);
    await c.expect('RPOPLPUSH none s', nil);
    await c.expect('EXISTS none', int(0));
  });
  t.test('LMOVE refuses other types and other words', async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('RPUSH l a', int(1));
    await c.expectError('LMOVE s l UP LEFT', SYNTAX);
    await c.expectError('LMOVE s l LEFT UP', SYNTAX);
    await c.expectError('LMOVE s l LEFT LEFT', WRONGTYPE);
    await c.expectError('LMOVE l s LEFT LEFT', WRONGTYPE);
    await c.expectError('RPOPLPUSH s l', WRONGTYPE);
    await c.expectError('RPOPLPUSH l s', WRONGTYPE);
    await c.expect('LLEN l', int(1));
  });
});
