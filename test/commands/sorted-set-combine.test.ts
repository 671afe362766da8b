/** ZUNION, ZINTER, ZDIFF, their STORE forms, and ZINTERCARD. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, double, int, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SETS = ['ZADD a 1 x 2 y 3 z', 'ZADD b 10 y 20 z 30 w', 'SADD s y w v'] as const;

describeCommands('ZUNION, ZINTER, ZDIFF', (t) => {
  t.test('ZUNION puts scores together, as AGGREGATE says', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('ZUNION 2 a b', bulks('x', 'y', 'z', 'w'));
    await c.expect('ZUNION 2 a b WITHSCORES', bulks('x', 1, 'y', 12, 'z', 23, 'w', 30));
    await c.expect('ZUNION 2 a b AGGREGATE SUM WITHSCORES', bulks('x', 1, 'y', 12, 'z', 23, 'w', 30));
    await c.expect('ZUNION 2 a b AGGREGATE MIN WITHSCORES', bulks('x', 1, 'y', 2, 'z', 3, 'w', 30));
    await c.expect('ZUNION 2 a b aggregate max withscores', bulks('x', 1, 'y', 10, 'z', 20, 'w', 30));
    await c.expect('ZUNION 2 a none WITHSCORES', bulks('x', 1, 'y', 2, 'z', 3));
    await c.expect('ZUNION 1 none', array());
  });
  t.test('WEIGHTS multiply scores; infinity times 0 and infinities of both signs make 0', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('ZUNION 2 a b WEIGHTS 2 0.5 WITHSCORES', bulks('x', 2, 'y', 9, 'w', 15, 'z', 16));
    await c.expect('ZUNION 2 a b WEIGHTS -1 0 WITHSCORES', bulks('z', -3, 'y', -2, 'x', -1, 'w', 0));
    await c.expect('ZADD p inf x', int(1));
    await c.expect('ZADD n -inf x', int(1));
    await c.expect('ZUNION 2 p n WITHSCORES', bulks('x', 0));
    await c.expect('ZINTER 2 p n WITHSCORES', bulks('x', 0));
    await c.expect('ZUNION 1 p WEIGHTS 0 WITHSCORES', bulks('x', 0));
    await c.expect('ZINTER 2 a p WEIGHTS 1 0 WITHSCORES', bulks('x', 1));
  });
  t.test('ZINTER and ZDIFF answer what sets have in common, or do not', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('ZINTER 2 a b', bulks('y', 'z'));
    await c.expect('ZINTER 2 a b WITHSCORES', bulks('y', 12, 'z', 23));
    await c.expect('ZINTER 2 a b AGGREGATE SUM WITHSCORES', bulks('y', 12, 'z', 23));
    await c.expect('ZINTER 2 a b AGGREGATE MIN WITHSCORES', bulks('y', 2, 'z', 3));
    await c.expect('ZINTER 2 a b WEIGHTS 10 1 AGGREGATE MAX WITHSCORES', bulks('y', 20, 'z', 30));
    await c.expect('ZINTER 2 a a WITHSCORES', bulks('x', 2, 'y', 4, 'z', 6));
    await c.expect('ZINTER 2 a none', array());
    await c.expect('ZDIFF 2 a b', bulks('x'));
    await c.expect('ZDIFF 2 b a WITHSCORES', bulks('w', 30));
    await c.expect('ZDIFF 1 a', bulks('x', 'y', 'z'));
    await c.expect('ZDIFF 2 a a', array());
    await c.expect('ZDIFF 3 none a b', array());
    await c.expect('ZDIFF 2 a none WITHSCORES', bulks('x', 1, 'y', 2, 'z', 3));
  });
  t.test('sets take part with a score of 1', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('ZUNION 2 a s WITHSCORES', bulks('v', 1, 'w', 1, 'x', 1, 'y', 3, 'z', 3));
    await c.expect('ZINTER 2 s a WEIGHTS 5 1 WITHSCORES', bulks('y', 7));
    await c.expect('ZDIFF 2 a s WITHSCORES', bulks('x', 1, 'z', 3));
    await c.expect('ZDIFF 2 s a WITHSCORES', bulks('v', 1, 'w', 1));
    await c.expect('ZINTERCARD 2 s b', int(2));
  });
  t.test('WITHSCORES answers pairs in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD a 1 x 2.5 y', int(2));
    const pairs = array(array(bulk('x'), double(1)), array(bulk('y'), double('2.5')));
    await c.expect('ZUNION 1 a WITHSCORES', pairs);
    await c.expect('ZINTER 1 a WITHSCORES', pairs);
    await c.expect('ZDIFF 1 a WITHSCORES', pairs);
    await c.expect('ZDIFF 1 a', bulks('x', 'y'));
  });
  t.test('ZINTERCARD counts up to a LIMIT, 0 being none', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('ZINTERCARD 2 a b', int(2));
    await c.expect('ZINTERCARD 2 a b LIMIT 1', int(1));
    await c.expect('ZINTERCARD 2 a b LIMIT 0', int(2));
    await c.expect('ZINTERCARD 2 a none', int(0));
    await c.expectError('ZINTERCARD 1 a LIMIT -1', "ERR LIMIT can't be negative");
    await c.expectError('ZINTERCARD 1 a LIMIT x', "ERR LIMIT can't be negative");
    await c.expectError('ZINTERCARD 1 a LIMIT', SYNTAX);
    await c.expectError('ZINTERCARD 1 a WITHSCORES', SYNTAX);
  });
  t.test('the number of keys is checked first, then their types, then the options', async (c) => {
    await c.expect('SET str x', ok);
    await c.expect('ZADD a 1 x', int(1));
    for (const name of ['ZUNION', 'ZINTER', 'ZDIFF', 'ZINTERCARD']) {
      await c.expectError(`${name} x a`, NOT_INTEGER);
      const few = `ERR at least 1 input key is needed for '${name.toLowerCase()}' command`;
      await c.expectError(`${name} 0 a`, few);
      await c.expectError(`${name} -1 a`, few);
      await c.expectError(`${name} 2 a`, SYNTAX);
      await c.expectError(`${name} 1 str FOO`, WRONGTYPE);
      await c.expectError(`${name} 2 a str`, WRONGTYPE);
      await c.expectError(`${name} 1 a FOO`, SYNTAX);
    }
    await c.expectError('ZUNION 1 a WEIGHTS x', 'ERR weight value is not a float');
    await c.expectError('ZUNION 2 a a WEIGHTS 1', SYNTAX);
    await c.expectError('ZINTER 1 a AGGREGATE', SYNTAX);
    await c.expectError('ZINTER 1 a AGGREGATE AVG', SYNTAX);
    await c.expectError('ZDIFF 1 a WEIGHTS 1', SYNTAX);
    await c.expectError('ZDIFF 1 a AGGREGATE SUM', SYNTAX);
  });
});

describeCommands('ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE', (t) => {
  t.test('they store their result in place of what was there', async (c) => {
    for (const command of SETS) await c.expect(command, int(3));
    await c.expect('SET d x EX 100', ok);
    await c.expect('ZUNIONSTORE d 2 a b WEIGHTS 1 2 AGGREGATE MAX', int(4));
    await c.expect('ZRANGE d 0 -1 WITHSCORES', bulks('x', 1, 'y', 20, 'z', 40, 'w', 60));
    await c.expect('TTL d', int(-1));
    await c.expect('ZINTERSTORE d 2 a s WEIGHTS 1 2 AGGREGATE MIN', int(1));
    await c.expect('ZRANGE d 0 -1 WITHSCORES', bulks('y', 2));
    await c.expect('ZINTERSTORE a 3 a b s AGGREGATE SUM', int(1));
    await c.expect('ZRANGE a 0 -1 WITHSCORES', bulks('y', 13));
    await c.expect('ZDIFFSTORE d 2 b a', int(2));
    await c.expect('ZRANGE d 0 -1 WITHSCORES', bulks('z', 20, 'w', 30));
  });
  t.test('they delete the key when the result is empty', async (c) => {
    await c.expect('ZADD a 1 x', int(1));
    for (const command of ['ZUNIONSTORE d 1 none', 'ZINTERSTORE d 2 a none', 'ZDIFFSTORE d 2 a a']) {
      await c.expect('SET d x', ok);
      await c.expect(command, int(0));
      await c.expect('EXISTS d', int(0));
      await c.expect(command, int(0));
    }
  });
  t.test('they refuse what their forms without STORE refuse, and WITHSCORES', async (c) => {
    await c.expect('SET str x', ok);
    await c.expect('ZADD a 1 x', int(1));
    for (const name of ['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']) {
      await c.expectError(`${name} d x a`, NOT_INTEGER);
      await c.expectError(`${name} d 0 a`, `ERR at least 1 input key is needed for '${name.toLowerCase()}' command`);
      await c.expectError(`${name} d 2 a`, SYNTAX);
      await c.expectError(`${name} d 1 str`, WRONGTYPE);
      await c.expectError(`${name} d 1 a WITHSCORES`, SYNTAX);
    }
    await c.expectError('ZUNIONSTORE d 1 a WEIGHTS nan', 'ERR weight value is not a float');
    await c.expectError('ZINTERSTORE d 1 a WEIGHTS x', 'ERR weight value is not a float');
    await c.expect('EXISTS d', int(0));
  });
  t.test('large results keep every member in its place', async (c) => {
    const even = Array.from({ length: 400 }, (_, i) => [i, `m${2 * i}`]).flat();
    const odd = Array.from({ length: 400 }, (_, i) => [400 - i, `m${3 * i}`]).flat();
    await c.expect(['ZADD', 'a', ...even], int(400));
    await c.expect(['ZADD', 'b', ...odd], int(400));
    for (const name of ['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']) {
      await c.expectMatch(`${name} d 2 a b`, /^:\d\d\d/);
      await c.sameAsReference('ZRANGE d 0 -1 WITHSCORES');
    }
  });
});
