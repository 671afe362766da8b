/** ZRANGE, its kin, and ZRANGESTORE. */
import { type CommandTests, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, double, int, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_SCORES = 'ERR min or max is not a float';
const BAD_MEMBERS = 'ERR min or max not valid string range item';
const NO_LIMIT = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
const NO_SCORES = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';

const FIVE = 'ZADD k 1 a 2 b 3 c 4 d 5 e';

/** The tests of a block once with small sets as listpacks, once without listpacks. */
function describeBoth(name: string, define: (t: CommandTests) => void): void {
  describeCommands(`${name}, as listpacks`, define);
  describeCommands(`${name}, as skiplists`, define, { args: ['--zset-max-listpack-entries', '0'] });
}

describeBoth('ZRANGE, ZREVRANGE by rank', (t) => {
  t.test('ZRANGE and ZREVRANGE answer ranks from either end', async (c) => {
    await c.expect(FIVE, int(5));
    for (const [start, stop, members] of [
      ['0', '-1', 'abcde'],
      ['1', '2', 'bc'],
      ['-2', '-1', 'de'],
      ['-100', '0', 'a'],
      ['4', '100', 'e'],
      ['5', '6', ''],
      ['2', '1', ''],
      ['-1', '-2', ''],
      ['0', '-6', ''],
      ['0', '9223372036854775807', 'abcde'],
      ['-9223372036854775808', '1', 'ab'],
    ] as const) {
      await c.expect(['ZRANGE', 'k', start, stop], bulks(...members));
      const reversed = [...members].map((member) => 'edcba'['abcde'.indexOf(member)]!);
      await c.expect(['ZREVRANGE', 'k', start, stop], bulks(...reversed));
      await c.expect(['ZRANGE', 'k', start, stop, 'REV'], bulks(...reversed));
    }
    await c.expect('ZRANGE none 0 -1', array());
    await c.expect('ZREVRANGE none 0 -1', array());
  });
  t.test('ZRANGE WITHSCORES answers scores behind members', async (c) => {
    await c.expect(FIVE, int(5));
    await c.expect('ZRANGE k 0 1 WITHSCORES', bulks('a', 1, 'b', 2));
    await c.expect('ZREVRANGE k 0 1 withscores', bulks('e', 5, 'd', 4));
  });
  t.test('ZRANGE WITHSCORES answers pairs in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k 1 a 2.5 b', int(2));
    const [a, b] = [array(bulk('a'), double(1)), array(bulk('b'), double('2.5'))];
    await c.expect('ZRANGE k 0 -1 WITHSCORES', array(a, b));
    await c.expect('ZREVRANGE k 0 -1 WITHSCORES', array(b, a));
    await c.expect('ZRANGEBYSCORE k 2 3 WITHSCORES', array(b));
  });
  t.test('ZRANGE refuses options and bounds before it looks at the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('ZRANGE s 0 x', NOT_INTEGER);
    await c.expectError('ZRANGE s 0 1.5', NOT_INTEGER);
    await c.expectError('ZRANGE s 0 1 FOO', SYNTAX);
    await c.expectError('ZRANGE s 0 1 REV REV', SYNTAX);
    await c.expectError('ZRANGE s 0 1 LIMIT 0', SYNTAX);
    await c.expectError('ZRANGE s 0 1 LIMIT x 1', NOT_INTEGER);
    await c.expectError('ZRANGE s 0 1 LIMIT 0 x', NOT_INTEGER);
    await c.expectError('ZRANGE s 0 1 LIMIT 0 1', NO_LIMIT);
    await c.expectError('ZRANGE s - + BYLEX WITHSCORES', NO_SCORES);
    await c.expectError('ZRANGE s 0 1 BYSCORE BYLEX', SYNTAX);
    await c.expectError('ZREVRANGE s 0 1 REV', SYNTAX);
    await c.expectError('ZREVRANGE s 0 1 BYSCORE', SYNTAX);
    await c.expectError('ZREVRANGE s 0 1 LIMIT 0 1', NO_LIMIT);
    await c.expectError('ZRANGE s 0 1', WRONGTYPE);
    await c.expectError('ZREVRANGE s 0 1', WRONGTYPE);
  });
  t.test('ZRANGE takes a LIMIT without a count for all', async (c) => {
    await c.expect(FIVE, int(5));
    await c.expect('ZRANGE k 1 2 LIMIT 7 -1', bulks('b', 'c'));
  });
});

describeBoth('ZRANGEBYSCORE, ZREVRANGEBYSCORE, ZRANGE BYSCORE', (t) => {
  t.test('they answer scores between bounds, upwards or downwards', async (c) => {
    await c.expect(FIVE, int(5));
    for (const [min, max, members] of [
      ['2', '4', 'bcd'],
      ['(2', '4', 'cd'],
      ['2', '(4', 'bc'],
      ['-inf', '(2', 'a'],
      ['(4', '+inf', 'e'],
      ['4', '2', ''],
      ['(3', '(3', ''],
      ['2.5', '2.6', ''],
      ['9', '10', ''],
      ['-9', '0', ''],
    ] as const) {
      const reversed = [...members].reverse();
      await c.expect(['ZRANGEBYSCORE', 'k', min, max], bulks(...members));
      await c.expect(['ZRANGE', 'k', min, max, 'BYSCORE'], bulks(...members));
      await c.expect(['ZREVRANGEBYSCORE', 'k', max, min], bulks(...reversed));
      await c.expect(['ZRANGE', 'k', max, min, 'BYSCORE', 'REV'], bulks(...reversed));
    }
    await c.expect('ZRANGEBYSCORE none 1 2', array());
    await c.expect('ZREVRANGEBYSCORE none 2 1', array());
  });
  t.test('LIMIT leaves out the first ones and ends after some', async (c) => {
    await c.expect(FIVE, int(5));
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT 1 2', bulks('c', 'd'));
    await c.expect('ZREVRANGEBYSCORE k 5 2 LIMIT 1 2', bulks('d', 'c'));
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT 3 9', bulks('e'));
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT 4 9', array());
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT 1 -1', bulks('c', 'd', 'e'));
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT 0 0', array());
    await c.expect('ZRANGEBYSCORE k 2 5 LIMIT -1 2', array());
    await c.expect('ZRANGEBYSCORE k 2 5 WITHSCORES LIMIT 0 1', bulks('b', 2));
    await c.expect('ZREVRANGEBYSCORE k 5 2 LIMIT 0 1 WITHSCORES', bulks('e', 5));
    await c.expect('ZRANGE k 2 5 BYSCORE LIMIT 1 1', bulks('c'));
    await c.expect('ZRANGE k 5 2 BYSCORE REV LIMIT 1 1 WITHSCORES', bulks('d', 4));
  });
  t.test('they refuse options and bounds before they look at the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('ZRANGEBYSCORE s x 1', BAD_SCORES);
    await c.expectError('ZREVRANGEBYSCORE s 1 (x', BAD_SCORES);
    await c.expectError('ZRANGE s 1 x BYSCORE', BAD_SCORES);
    await c.expectError('ZRANGEBYSCORE s 1 2 REV', SYNTAX);
    await c.expectError('ZRANGEBYSCORE s 1 2 LIMIT 0', SYNTAX);
    await c.expectError('ZREVRANGEBYSCORE s 1 2 LIMIT 0 x', NOT_INTEGER);
    await c.expectError('ZRANGEBYSCORE s 1 2', WRONGTYPE);
    await c.expectError('ZREVRANGEBYSCORE s 1 2', WRONGTYPE);
  });
});

describeBoth('ZRANGEBYLEX, ZREVRANGEBYLEX, ZRANGE BYLEX', (t) => {
  t.test('they answer members between bounds, upwards or downwards', async (c) => {
    await c.expect('ZADD k 0 a 0 b 0 c 0 d 0 e', int(5));
    for (const [min, max, members] of [
      ['-', '+', 'abcde'],
      ['[b', '[d', 'bcd'],
      ['(b', '(d', 'c'],
      ['[aa', '(dd', 'bcd'],
      ['+', '-', ''],
      ['[d', '[b', ''],
      ['(e', '+', ''],
    ] as const) {
      const reversed = [...members].reverse();
      await c.expect(['ZRANGEBYLEX', 'k', min, max], bulks(...members));
      await c.expect(['ZRANGE', 'k', min, max, 'BYLEX'], bulks(...members));
      await c.expect(['ZREVRANGEBYLEX', 'k', max, min], bulks(...reversed));
      await c.expect(['ZRANGE', 'k', max, min, 'BYLEX', 'REV'], bulks(...reversed));
    }
    await c.expect('ZRANGEBYLEX k - + LIMIT 1 2', bulks('b', 'c'));
    await c.expect('ZREVRANGEBYLEX k + - LIMIT 1 2', bulks('d', 'c'));
    await c.expect('ZRANGE k - + BYLEX LIMIT 4 9', bulks('e'));
    await c.expect('ZRANGEBYLEX none - +', array());
    await c.expect('ZREVRANGEBYLEX none + -', array());
  });
  t.test('they refuse options and bounds before they look at the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('ZRANGEBYLEX s a +', BAD_MEMBERS);
    await c.expectError('ZREVRANGEBYLEX s + a', BAD_MEMBERS);
    await c.expectError('ZRANGE s - a BYLEX', BAD_MEMBERS);
    await c.expectError('ZRANGEBYLEX s - + WITHSCORES', NO_SCORES);
    await c.expectError('ZREVRANGEBYLEX s + - WITHSCORES', NO_SCORES);
    await c.expectError('ZRANGEBYLEX s - + FOO', SYNTAX);
    await c.expectError('ZREVRANGEBYLEX s + - LIMIT x 1', NOT_INTEGER);
    await c.expectError('ZRANGEBYLEX s - +', WRONGTYPE);
    await c.expectError('ZREVRANGEBYLEX s + -', WRONGTYPE);
  });
});

describeBoth('ZRANGESTORE', (t) => {
  t.test('ZRANGESTORE stores a range of each kind, in place of what was there', async (c) => {
    await c.expect(FIVE, int(5));
    await c.expect('SET d x EX 100', ok);
    await c.expect('ZRANGESTORE d k 1 2', int(2));
    await c.expect('ZRANGE d 0 -1 WITHSCORES', bulks('b', 2, 'c', 3));
    await c.expect('TTL d', int(-1));
    await c.expect('ZRANGESTORE d k 0 1 REV', int(2));
    await c.expect('ZRANGE d 0 -1', bulks('d', 'e'));
    await c.expect('ZRANGESTORE d k (1 4 BYSCORE LIMIT 1 2', int(2));
    await c.expect('ZRANGE d 0 -1', bulks('c', 'd'));
    await c.expect('ZRANGESTORE k k - + BYLEX LIMIT 0 1', int(1));
    await c.expect('ZRANGE k 0 -1', bulks('a'));
  });
  t.test('ZRANGESTORE deletes the key when there is nothing to store', async (c) => {
    await c.expect(FIVE, int(5));
    await c.expect('SET d x', ok);
    await c.expect('ZRANGESTORE d k 7 9', int(0));
    await c.expect('EXISTS d', int(0));
    await c.expect('ZRANGESTORE k none 0 -1', int(0));
    await c.expect('EXISTS k', int(0));
  });
  t.test('ZRANGESTORE refuses options, bounds and other types', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('ZRANGESTORE d s 0 1 WITHSCORES', SYNTAX);
    await c.expectError('ZRANGESTORE d s 0 1 FOO', SYNTAX);
    await c.expectError('ZRANGESTORE d s 0 1 LIMIT 0 1', NO_LIMIT);
    await c.expectError('ZRANGESTORE d s 0 x', NOT_INTEGER);
    await c.expectError('ZRANGESTORE d s 0 1 BYSCORE LIMIT x 1', NOT_INTEGER);
    await c.expectError('ZRANGESTORE d s x 1 BYSCORE', BAD_SCORES);
    await c.expectError('ZRANGESTORE d s x 1 BYLEX', BAD_MEMBERS);
    await c.expectError('ZRANGESTORE d s 0 1', WRONGTYPE);
  });
});
