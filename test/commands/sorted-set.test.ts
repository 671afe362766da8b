/** Sorted sets one command at a time, in both encodings: what goes in, scores, ranks, counts, what goes out. */
import { type CommandBlockOptions, type CommandTests, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, bytes, double, int, nil, nil3, nilArray, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_FLOAT = 'ERR value is not a valid float';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_SCORES = 'ERR min or max is not a float';
const BAD_MEMBERS = 'ERR min or max not valid string range item';
const SHORTEST = 'Doubles print shortest';

/** The tests of a block once with small sets as listpacks, once without listpacks. */
function describeBoth(name: string, define: (t: CommandTests) => void, options: CommandBlockOptions = {}): void {
  describeCommands(`${name}, as listpacks`, define, options);
  const args = [...(options.args ?? []), '--zset-max-listpack-entries', '0'];
  describeCommands(`${name}, as skiplists`, define, { ...options, args });
}

describeBoth('ZADD, ZINCRBY', (t) => {
  t.test('ZADD answers how many members are new, and keeps them in order', async (c) => {
    await c.expect('ZADD k 3 c 1 a 2 b', int(3));
    await c.expect('ZADD k 5 a 4 d', int(1));
    await c.expect('ZRANGE k 0 -1 WITHSCORES', bulks('b', 2, 'c', 3, 'd', 4, 'a', 5));
    await c.expect('TYPE k', '+zset\r\n');
  });
  t.test('ZADD orders members of one score by their bytes, the shorter first', async (c) => {
    await c.expect(['ZADD', 'k', 0, 'b', 0, 'ab', 0, 'a', 0, bytes('\xff'), 0, '', 0, '10', 0, '9'], int(7));
    await c.expect('ZRANGE k 0 -1', bulks('', '10', '9', 'a', 'ab', 'b', '\xff'));
  });
  t.test('ZADD NX leaves the score of an existing member alone', async (c) => {
    await c.expect('ZADD k 1 a', int(1));
    await c.expect('ZADD k NX 2 a 3 b', int(1));
    await c.expect('ZMSCORE k a b', bulks(1, 3));
  });
  t.test('ZADD XX adds no member', async (c) => {
    await c.expect('ZADD k XX 1 a', int(0));
    await c.expect('EXISTS k', int(0));
    await c.expect('ZADD k 1 a', int(1));
    await c.expect('ZADD k XX CH 2 a 3 b', int(1));
    await c.expect('ZMSCORE k a b', array(bulk(2), nil));
  });
  t.test('ZADD GT and LT change scores in one direction, and add what is new', async (c) => {
    await c.expect('ZADD k 5 a 5 b', int(2));
    await c.expect('ZADD k GT CH 4 a 6 b 1 c', int(2));
    await c.expect('ZMSCORE k a b c', bulks(5, 6, 1));
    await c.expect('ZADD k LT CH 4 a 7 b 9 d', int(2));
    await c.expect('ZMSCORE k a b d', bulks(4, 6, 9));
    await c.expect('ZADD k GT XX 10 zz', int(0));
    await c.expect('ZADD k gt ch 4 a', int(0));
  });
  t.test('ZADD CH counts members whose score has changed', async (c) => {
    await c.expect('ZADD k CH 1 a 2 b', int(2));
    await c.expect('ZADD k CH 1 a 3 b 4 c', int(2));
    await c.expect('ZADD k 1 a 5 b', int(0));
  });
  t.test('ZADD INCR answers the score, or null where an option keeps it from changing', async (c) => {
    await c.expect('ZADD k INCR 2 a', bulk(2));
    await c.expect('ZADD k INCR 1.5 a', bulk('3.5'));
    await c.expect('ZADD k NX INCR 1 a', nil);
    await c.expect('ZADD k XX INCR 1 b', nil);
    await c.expect('ZADD none XX INCR 1 b', nil);
    await c.expect('ZADD k GT INCR -1 a', nil);
    await c.expect('ZADD k LT INCR -1 a', bulk('2.5'));
    await c.expect('ZADD k NX INCR 7 c', bulk(7));
  });
  t.test('ZADD INCR answers a double in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k INCR 2 a', double(2));
    await c.expect('ZADD k NX INCR 2 a', nil3);
    await c.expect('ZINCRBY k 0.5 a', double('2.5'));
  });
  t.test('ZADD takes a member twice, the later score counting', async (c) => {
    await c.expect('ZADD k 1 a 2 a', int(1));
    await c.expect('ZADD k CH 3 a 4 a', int(2));
    await c.expect('ZSCORE k a', bulk(4));
  });
  t.test('ZADD refuses options that do not go together', async (c) => {
    await c.expectError('ZADD k NX XX 1 a', 'ERR XX and NX options at the same time are not compatible');
    for (const options of ['GT LT', 'GT NX', 'NX LT', 'GT LT NX']) {
      const message = 'ERR GT, LT, and/or NX options at the same time are not compatible';
      await c.expectError(`ZADD k ${options} 1 a`, message);
    }
    await c.expectError('ZADD k INCR 1 a 2 b', 'ERR INCR option supports a single increment-element pair');
  });
  t.test('ZADD refuses whole commands: a pair that is incomplete, a score that is none', async (c) => {
    await c.expectError('ZADD k 1', "ERR wrong number of arguments for 'zadd' command");
    await c.expectError('ZADD k 1 a 2', SYNTAX);
    await c.expectError('ZADD k NX XX', SYNTAX);
    await c.expectError('ZADD k FOO 1 a', SYNTAX);
    for (const score of ['x', '', '1x', ' 1', 'nan', '1e400'])
      await c.expectError(['ZADD', 'k', 1, 'a', score, 'b'], NOT_FLOAT);
    await c.expect('EXISTS k', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('ZADD s x a', NOT_FLOAT);
    await c.expectError('ZADD s 1 a', WRONGTYPE);
    await c.expectError('ZADD s XX 1 a', WRONGTYPE);
  });
  t.test('ZADD takes every double', async (c) => {
    await c.expect('ZADD k inf a -inf b +INF c 1e300 d 0x10 e -2.5 f', int(6));
    await c.expect('ZRANGE k 0 -1', bulks('b', 'f', 'e', 'd', 'a', 'c'));
    await c.expect('ZMSCORE k a b c e f', bulks('inf', '-inf', 'inf', 16, '-2.5'));
  });
  t.test('ZADD and ZINCRBY never make a score that is no number', async (c) => {
    const message = 'ERR resulting score is not a number (NaN)';
    await c.expect('ZADD k inf a', int(1));
    await c.expectError('ZADD k INCR -inf a', message);
    await c.expectError('ZINCRBY k -inf a', message);
    await c.expect('ZSCORE k a', bulk('inf'));
  });
  t.test('ZINCRBY adds to a score, from 0 where there is none', async (c) => {
    await c.expect('ZINCRBY k 5 a', bulk(5));
    await c.expect('ZINCRBY k -2.5 a', bulk('2.5'));
    await c.expectError('ZINCRBY k x a', NOT_FLOAT);
    await c.expectError('ZINCRBY k NX a', SYNTAX);
    await c.expect('SET s x', ok);
    await c.expectError('ZINCRBY s 1 a', WRONGTYPE);
    await c.expectError('ZINCRBY k 1', "ERR wrong number of arguments for 'zincrby' command");
  });
  t.test('ZINCRBY moves a member to its new place', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c', int(3));
    await c.expect('ZINCRBY k 10 a', bulk(11));
    await c.expect('ZRANGE k 0 -1', bulks('b', 'c', 'a'));
    await c.expect('ZINCRBY k -10.5 a', bulk('0.5'));
    await c.expect('ZRANGE k 0 -1', bulks('a', 'b', 'c'));
  });
  t.test('ZADD prints the shortest digits of a score', { since: '7.2', line: SHORTEST }, async (c) => {
    await c.expect('ZADD k 0.1 a 1e-7 b 123456789012345680 c 1e22 d', int(4));
    await c.expect('ZMSCORE k a b c d', bulks('0.1', '1e-7', '123456789012345680', '1e+22'));
    await c.expect('ZINCRBY k 0.2 a', bulk('0.30000000000000004'));
  });
});

describeBoth('ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK', (t) => {
  t.test('ZCARD counts members', async (c) => {
    await c.expect('ZCARD k', int(0));
    await c.expect('ZADD k 1 a 2 b', int(2));
    await c.expect('ZCARD k', int(2));
    await c.expect('SET s x', ok);
    await c.expectError('ZCARD s', WRONGTYPE);
  });
  t.test('ZSCORE and ZMSCORE answer null for what is no member', async (c) => {
    await c.expect('ZADD k 1 a 2.5 b', int(2));
    await c.expect('ZSCORE k a', bulk(1));
    await c.expect('ZSCORE k x', nil);
    await c.expect('ZSCORE none x', nil);
    await c.expect('ZMSCORE k b x a', array(bulk('2.5'), nil, bulk(1)));
    await c.expect('ZMSCORE none x y', array(nil, nil));
    await c.expect('SET s x', ok);
    await c.expectError('ZSCORE s a', WRONGTYPE);
    await c.expectError('ZMSCORE s a', WRONGTYPE);
  });
  t.test('ZSCORE answers a double in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k 1 a inf b -2.5 c', int(3));
    await c.expect('ZMSCORE k a b c x', array(double(1), double('inf'), double('-2.5'), nil3));
    await c.expect('ZSCORE k x', nil3);
  });
  t.test('ZRANK and ZREVRANK count from either end', async (c) => {
    await c.expect('ZADD k 1 a 1 b 2 c', int(3));
    for (const [member, rank] of [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ] as const) {
      await c.expect(['ZRANK', 'k', member], int(rank));
      await c.expect(['ZREVRANK', 'k', member], int(2 - rank));
    }
    await c.expect('ZRANK k x', nil);
    await c.expect('ZREVRANK none a', nil);
    await c.expect('SET s x', ok);
    await c.expectError('ZRANK s a', WRONGTYPE);
    await c.expectError('ZREVRANK s a', WRONGTYPE);
  });
  t.test('ZRANK WITHSCORE answers the score, too', { since: '7.2', line: 'ZRANK' }, async (c) => {
    await c.expect('ZADD k 1 a 2.5 b', int(2));
    await c.expect('ZRANK k b WITHSCORE', array(int(1), bulk('2.5')));
    await c.expect('ZREVRANK k b withscore', array(int(0), bulk('2.5')));
    await c.expect('ZRANK k x WITHSCORE', nilArray);
    await c.expect('ZRANK none x WITHSCORE', nilArray);
    await c.expectError('ZRANK k a FOO', SYNTAX);
    await c.expectError('ZRANK k a WITHSCORE FOO', "ERR wrong number of arguments for 'zrank' command");
  });
  t.test('ZRANK WITHSCORE answers a double in RESP3', { resp: 3, since: '7.2', line: 'ZRANK' }, async (c) => {
    await c.expect('ZADD k 1 a', int(1));
    await c.expect('ZREVRANK k a WITHSCORE', array(int(0), double(1)));
    await c.expect('ZRANK k x WITHSCORE', nil3);
  });
});

describeBoth('ZCOUNT, ZLEXCOUNT', (t) => {
  t.test('ZCOUNT counts scores between bounds that count themselves or not', async (c) => {
    await c.expect('ZADD k 1 a 2 b 2 c 3 d', int(4));
    for (const [min, max, count] of [
      ['-inf', '+inf', 4],
      ['2', '3', 3],
      ['(2', '3', 1],
      ['2', '(3', 2],
      ['(2', '(3', 0],
      ['3', '2', 0],
      ['(1', '(2', 0],
      ['0', '0.5', 0],
      ['4', '9', 0],
      ['', '1', 1],
      [' 1', '1e999', 4],
      ['-1e999', '0x1p1', 3],
      ['1\0x', '2', 3],
    ] as const) {
      await c.expect(['ZCOUNT', 'k', min, max], int(count));
    }
    await c.expect('ZCOUNT none 1 2', int(0));
  });
  t.test('ZCOUNT refuses bounds that are no scores before it looks at the key', async (c) => {
    await c.expect('SET s x', ok);
    for (const bound of ['x', '1x', '(x', '[1', 'nan', '1 ', ' ']) {
      await c.expectError(['ZCOUNT', 's', bound, 1], BAD_SCORES);
      await c.expectError(['ZCOUNT', 's', 1, bound], BAD_SCORES);
    }
    await c.expectError('ZCOUNT s 1 2', WRONGTYPE);
  });
  t.test('ZLEXCOUNT counts members between bounds', async (c) => {
    await c.expect('ZADD k 0 a 0 b 0 bb 0 c', int(4));
    for (const [min, max, count] of [
      ['-', '+', 4],
      ['[a', '[c', 4],
      ['(a', '(c', 2],
      ['[b', '[b', 1],
      ['(b', '[bb', 1],
      ['+', '-', 0],
      ['[c', '[a', 0],
      ['-', '[', 0],
      ['[', '+', 4],
      ['-\0x', '+', 4],
    ] as const) {
      await c.expect(['ZLEXCOUNT', 'k', min, max], int(count));
    }
    await c.expect('ZLEXCOUNT none - +', int(0));
    for (const bound of ['a', '', '-x', '+x', '1']) {
      await c.expectError(['ZLEXCOUNT', 'k', bound, '+'], BAD_MEMBERS);
      await c.expectError(['ZLEXCOUNT', 'k', '-', bound], BAD_MEMBERS);
    }
    await c.expect('SET s x', ok);
    await c.expectError('ZLEXCOUNT s - +', WRONGTYPE);
  });
});

describeBoth('ZREM, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX', (t) => {
  t.test('ZREM takes members out, and deletes the key with the last one', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c', int(3));
    await c.expect('ZREM k a x', int(1));
    await c.expect('ZREM k a', int(0));
    await c.expect('ZREM none a', int(0));
    await c.expect('ZREM k b c d', int(2));
    await c.expect('EXISTS k', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('ZREM s a', WRONGTYPE);
  });
  t.test('ZREMRANGEBYRANK takes ranks from either end', async (c) => {
    for (const [start, stop, left] of [
      ['0', '0', ['b', 'c', 'd', 'e']],
      ['-2', '-1', ['a', 'b', 'c']],
      ['1', '3', ['a', 'e']],
      ['-100', '1', ['c', 'd', 'e']],
      ['3', '100', ['a', 'b', 'c']],
      ['3', '2', ['a', 'b', 'c', 'd', 'e']],
      ['5', '9', ['a', 'b', 'c', 'd', 'e']],
      ['0', '-6', ['a', 'b', 'c', 'd', 'e']],
      ['0', '-1', []],
    ] as const) {
      await c.expectMatch('ZADD k 1 a 2 b 3 c 4 d 5 e', /^:/);
      await c.expect(['ZREMRANGEBYRANK', 'k', start, stop], int(5 - left.length));
      await c.expect('ZRANGE k 0 -1', bulks(...left));
    }
    await c.expect('EXISTS k', int(0));
    await c.expect('ZREMRANGEBYRANK none 0 1', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('ZREMRANGEBYRANK s 0 x', NOT_INTEGER);
    await c.expectError('ZREMRANGEBYRANK s x 0', NOT_INTEGER);
    await c.expectError('ZREMRANGEBYRANK s 0 1', WRONGTYPE);
  });
  t.test('ZREMRANGEBYSCORE takes scores between bounds', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c 4 d 5 e', int(5));
    await c.expect('ZREMRANGEBYSCORE k (1 2', int(1));
    await c.expect('ZREMRANGEBYSCORE k 7 9', int(0));
    await c.expect('ZREMRANGEBYSCORE k (4 +inf', int(1));
    await c.expect('ZRANGE k 0 -1', bulks('a', 'c', 'd'));
    await c.expect('ZREMRANGEBYSCORE k -inf inf', int(3));
    await c.expect('EXISTS k', int(0));
    await c.expect('ZREMRANGEBYSCORE k 1 2', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('ZREMRANGEBYSCORE s x 1', BAD_SCORES);
    await c.expectError('ZREMRANGEBYSCORE s 1 2', WRONGTYPE);
  });
  t.test('ZREMRANGEBYLEX takes members between bounds', async (c) => {
    await c.expect('ZADD k 0 a 0 b 0 c 0 d', int(4));
    await c.expect('ZREMRANGEBYLEX k [b (d', int(2));
    await c.expect('ZREMRANGEBYLEX k (a (d', int(0));
    await c.expect('ZRANGE k 0 -1', bulks('a', 'd'));
    await c.expect('ZREMRANGEBYLEX k - +', int(2));
    await c.expect('EXISTS k', int(0));
    await c.expect('ZREMRANGEBYLEX k - +', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('ZREMRANGEBYLEX s a +', BAD_MEMBERS);
    await c.expectError('ZREMRANGEBYLEX s - +', WRONGTYPE);
  });
});

describeBoth('ZRANDMEMBER, ZSCAN', (t) => {
  t.test('ZRANDMEMBER answers members, the same one again only below 0', async (c) => {
    await c.expect('ZADD k 1 a 2 b 3 c', int(3));
    const all = new Set<unknown>();
    for (let i = 0; i < 60; i++) all.add(await c.ask('ZRANDMEMBER k'));
    if (all.size !== 3) throw new Error(`all members, got ${[...all].join()}`);
    for (let i = 0; i < 20; i++) {
      const two = (await c.ask('ZRANDMEMBER k 2')) as string[];
      if (two.length !== 2 || two[0] === two[1]) throw new Error(`two members, got ${two.join()}`);
    }
    const many = (await c.ask('ZRANDMEMBER k -20')) as string[];
    if (many.length !== 20) throw new Error(`20 members, got ${many.join()}`);
    const scored = (await c.ask('ZRANDMEMBER k -5 WITHSCORES')) as string[];
    if (scored.length !== 10) throw new Error(`5 members with scores, got ${scored.join()}`);
    await c.expect('ZRANDMEMBER k 9', bulks('c', 'b', 'a'));
    await c.expect('ZRANDMEMBER k 3 withscores', bulks('c', 3, 'b', 2, 'a', 1));
    await c.expect('ZRANDMEMBER k 0', array());
    await c.expect('ZRANDMEMBER none', nil);
    await c.expect('ZRANDMEMBER none -5', array());
  });
  t.test('ZRANDMEMBER WITHSCORES answers pairs in RESP3', { resp: 3 }, async (c) => {
    await c.expect('ZADD k 1 a', int(1));
    const pair = array(bulk('a'), double(1));
    await c.expect('ZRANDMEMBER k 5 WITHSCORES', array(pair));
    await c.expect('ZRANDMEMBER k -2 WITHSCORES', array(pair, pair));
    await c.expect('ZRANDMEMBER none', nil3);
  });
  t.test('ZRANDMEMBER refuses wrong counts and options', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('ZRANDMEMBER s', WRONGTYPE);
    await c.expectError('ZRANDMEMBER s 1', WRONGTYPE);
    await c.expectError('ZRANDMEMBER s x', NOT_INTEGER);
    await c.expectError('ZRANDMEMBER s 1 FOO', SYNTAX);
    await c.expectError('ZRANDMEMBER s 1 WITHSCORES FOO', SYNTAX);
    const range = 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';
    await c.expectError('ZRANDMEMBER s -9223372036854775808', range);
    await c.expectError('ZRANDMEMBER s 9223372036854775807 WITHSCORES', 'ERR value is out of range');
    await c.expectError('ZRANDMEMBER s -9223372036854775807 WITHSCORES', 'ERR value is out of range');
  });
  t.test('ZSCAN answers all members with their scores in the end', async (c) => {
    const pairs = Array.from({ length: 500 }, (_, i) => [String(i), `m${i}`]).flat();
    await c.expect(['ZADD', 'k', ...pairs], int(500));
    const seen = new Map<string, string>();
    let cursor = '0';
    do {
      const [next, found] = (await c.ask(['ZSCAN', 'k', cursor, 'COUNT', 20])) as [string, string[]];
      for (let i = 0; i < found.length; i += 2) seen.set(found[i]!, found[i + 1]!);
      cursor = next;
    } while (cursor !== '0');
    for (let i = 0; i < 500; i++) if (seen.get(`m${i}`) !== String(i)) throw new Error(`m${i} with its score`);
  });
  t.test('ZSCAN leaves out what does not match, and prints 17 digits', async (c) => {
    await c.expect('ZADD k 0.1 ab 2 b', int(2));
    await c.expect('ZSCAN k 0 MATCH a* COUNT 100', array(bulk(0), bulks('ab', '0.10000000000000001')));
    await c.expect('ZSCAN none 0', array(bulk(0), array()));
    await c.expect('ZSCAN none 0 FOO', array(bulk(0), array()));
    await c.expectError('ZSCAN k x', 'ERR invalid cursor');
    await c.expectError('ZSCAN k 0 COUNT 0', SYNTAX);
    await c.expectError('ZSCAN k 0 COUNT x', NOT_INTEGER);
    await c.expectError('ZSCAN k 0 TYPE zset', SYNTAX);
    await c.expect('SET s x', ok);
    await c.expectError('ZSCAN s 0 FOO', WRONGTYPE);
  });
});

describeCommands('encodings of sorted sets', (t) => {
  t.test('OBJECT ENCODING is listpack up to zset-max-listpack-entries members, skiplist from then on', async (c) => {
    await c.configSet('zset-max-listpack-entries', '3');
    await c.expect('ZADD k 1 a 2 b 3 c', int(3));
    await c.expect('OBJECT ENCODING k', bulk('listpack'));
    await c.expect('ZADD k 4 d', int(1));
    await c.expect('OBJECT ENCODING k', bulk('skiplist'));
    await c.expect('ZREM k a b c', int(3));
    await c.expect('OBJECT ENCODING k', bulk('skiplist'));
  });
  t.test('OBJECT ENCODING is skiplist with a member longer than zset-max-listpack-value', async (c) => {
    await c.expect(['ZADD', 'k', 1, 'x'.repeat(64)], int(1));
    await c.expect('OBJECT ENCODING k', bulk('listpack'));
    await c.expect(['ZADD', 'k', 1, 'x'.repeat(65)], int(1));
    await c.expect('OBJECT ENCODING k', bulk('skiplist'));
  });
  t.test('ZUNIONSTORE and ZRANGESTORE store small results as listpacks again', async (c) => {
    await c.configSet('zset-max-listpack-entries', '3');
    await c.expect('ZADD k 1 a 2 b 3 c 4 d', int(4));
    await c.expect('ZRANGESTORE d k 0 2', int(3));
    await c.expect('OBJECT ENCODING d', bulk('listpack'));
    await c.expect('ZUNIONSTORE d 2 d d', int(3));
    await c.expect('OBJECT ENCODING d', bulk('listpack'));
    await c.expect('ZUNIONSTORE d 1 k', int(4));
    await c.expect('OBJECT ENCODING d', bulk('skiplist'));
  });
});
