/**
 * Times to live of single fields: HEXPIRE and its kin, HPERSIST, HTTL and its kin, and how the other commands treat
 * them.
 */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, map, nil, ok } from '../support/wire.js';

/** The reference has none of these commands. */
const newer = { since: '7.4', line: 'hash fields with a TTL, recorded from 7.4.1' } as const;
const LATER_MS = 66_666_666_666_123;
const MATCH = 'ERR The `numfields` parameter must match the number of arguments';
const MISSING = 'ERR Mandatory argument FIELDS is missing or not at the right position';

const ints = (...values: number[]): string => array(...values.map(int));

/** Both encodings that keep times: the listpack, and the table. */
async function inBothEncodings(c: CommandClient, body: (encoding: string) => Promise<void>): Promise<void> {
  for (const [limit, encoding] of [
    ['512', 'listpackex'],
    ['1', 'hashtable'],
  ] as const) {
    await c.configSet('hash-max-listpack-entries', limit);
    await body(encoding);
    await c.expect('FLUSHALL', ok);
  }
}

describeCommands('Times to live of fields', (t) => {
  t.test('a hash without them is a listpack, and expires as a whole', async (c) => {
    await c.expect('HSET h a 1', int(1));
    await c.expect('OBJECT ENCODING h', bulk('listpack'));
    await c.expect('PEXPIREAT h 1', int(1));
    await c.expect('HGETALL h', array());
  });
  t.test(
    'HEXPIRE, HPEXPIRE, HEXPIREAT and HPEXPIREAT give fields times, which HTTL and its kin tell',
    newer,
    async (c) => {
      await inBothEncodings(c, async (encoding) => {
        await c.expect('HSET h a 1 b 2 c 3 d 4 e 5', int(5));
        await c.expect('HEXPIRE h 1000 FIELDS 2 a nosuch', ints(1, -2));
        await c.expect('HPEXPIRE h 2000000 FIELDS 1 b', ints(1));
        await c.expect('HEXPIREAT h 4102444800 FIELDS 1 c', ints(1));
        await c.expect('HPEXPIREAT h 4102444800123 FIELDS 1 d', ints(1));
        await c.expect('HTTL h FIELDS 3 a b e', ints(1000, 2000, -1));
        await c.expectMatch('HPTTL h FIELDS 1 a', /^\*1\r\n:(1000000|9999\d\d)\r\n$/);
        await c.expect('HEXPIRETIME h FIELDS 4 c d e nosuch', ints(4102444800, 4102444801, -1, -2));
        await c.expect('HPEXPIRETIME h FIELDS 2 c d', ints(4102444800000, 4102444800123));
        await c.expect('OBJECT ENCODING h', bulk(encoding));
        const all = (await c.ask('HGETALL h')) as string[];
        if (all.length !== 10) throw new Error(`other fields: ${all.join(' ')}`);
        await c.expect('HMGET h a b c d e', bulks(1, 2, 3, 4, 5));
        await c.expect('HLEN h', int(5));
      });
    },
  );
  t.test('a listpack with times is in their order, those without last', newer, async (c) => {
    await c.expect('HSET h a 1 b 2 c 3', int(3));
    await c.expect(`HPEXPIREAT h ${LATER_MS} FIELDS 1 c`, ints(1));
    await c.expect(`HPEXPIREAT h ${LATER_MS - 1} FIELDS 1 b`, ints(1));
    await c.expect('HGETALL h', bulks('b', 2, 'c', 3, 'a', 1));
    await c.expect('OBJECT ENCODING h', bulk('listpackex'));
    await c.expect('HPERSIST h FIELDS 1 b', ints(1));
    await c.expect('HKEYS h', bulks('c', 'a', 'b'));
  });
  t.test('a time that is over deletes fields, and the key with the last one', newer, async (c) => {
    await inBothEncodings(c, async () => {
      await c.expect('HSET h a 1 b 2 c 3', int(3));
      await c.expect('HEXPIRE h 0 FIELDS 2 a a', ints(2, -2));
      await c.expect('HEXISTS h a', int(0));
      await c.expect('HPEXPIREAT h 1 FIELDS 1 b', ints(2));
      await c.expect('HGETALL h', bulks('c', 3));
      await c.expect('HEXPIREAT h 1 FIELDS 2 c nosuch', ints(2, -2));
      await c.expect('EXISTS h', int(0));
    });
  });
  t.test('NX, XX, GT and LT say when: no time counts as one that never ends', newer, async (c) => {
    await inBothEncodings(c, async () => {
      await c.expect('HSET h a 1 b 2', int(2));
      await c.expect(`HPEXPIREAT h ${LATER_MS} XX FIELDS 1 a`, ints(0));
      await c.expect(`HPEXPIREAT h ${LATER_MS} GT FIELDS 1 a`, ints(0));
      await c.expect(`HPEXPIREAT h ${LATER_MS} LT FIELDS 1 a`, ints(1));
      await c.expect(`HPEXPIREAT h ${LATER_MS - 5} NX FIELDS 2 a b`, ints(0, 1));
      await c.expect(`HPEXPIREAT h ${LATER_MS} lt FIELDS 1 a`, ints(0));
      await c.expect(`HPEXPIREAT h ${LATER_MS} gt FIELDS 2 a b`, ints(0, 1));
      await c.expect(`HPEXPIREAT h ${LATER_MS + 7} xx FIELDS 1 b`, ints(1));
      await c.expect('HPEXPIREAT h 1 LT FIELDS 1 a', ints(2));
      await c.expect('HPEXPIREAT h 1 GT FIELDS 1 b', ints(0));
      await c.expect('HPEXPIRETIME h FIELDS 2 a b', ints(-2, LATER_MS + 7));
    });
  });
  t.test('HEXPIRE and its kin take XX: only fields that have a time already', newer, async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect(`HPEXPIREAT h ${LATER_MS} FIELDS 1 a`, ints(1));
    await c.expect('HEXPIRE h 100 XX FIELDS 2 a b', ints(1, 0));
    await c.expect('HPEXPIRE h 100000 XX FIELDS 2 a b', ints(1, 0));
    await c.expect(`HEXPIREAT h 66666666666 XX FIELDS 2 a b`, ints(1, 0));
    await c.expect('HPEXPIRETIME h FIELDS 2 a b', ints(66_666_666_666_000, -1));
  });
  t.test('commands about them answer -2 for each field of a key that is not there', newer, async (c) => {
    for (const name of ['HEXPIRE', 'HPEXPIRE', 'HEXPIREAT', 'HPEXPIREAT']) {
      await c.expect(`${name} missing 100 FIELDS 2 a b`, ints(-2, -2));
    }
    for (const name of ['HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'HPERSIST']) {
      await c.expect(`${name} missing FIELDS 2 a b`, ints(-2, -2));
    }
    await c.expect('EXISTS missing', int(0));
  });
  t.test('HEXPIRE and its kin refuse arguments in the order of Redis: type, time, fields', newer, async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('HSET h a 1', int(1));
    for (const name of ['hexpire', 'hpexpire', 'hexpireat', 'hpexpireat']) {
      const upper = name.toUpperCase();
      await c.expectError(
        `${upper} s abc FIELDS 1 a`,
        'WRONGTYPE Operation against a key holding the wrong kind of value',
      );
      await c.expectError(`${upper} h abc FOO 1 a`, 'ERR value is not an integer or out of range');
      await c.expectError(`${upper} h -1 FOO 1 a`, 'ERR invalid expire time, must be >= 0');
      for (const time of ['9223372036854775807', '70368744177664', '281474976710656']) {
        await c.expectError(`${upper} h ${time} FOO 1 a`, `ERR invalid expire time in '${name}' command`);
      }
      await c.expectError(`${upper} h 100 FOO 1 a`, MISSING);
      await c.expectError(`${upper} h 100 GT LT FIELDS 1 a`, MISSING);
      await c.expectError(`${upper} h 100 NX FOO 1 a`, MISSING);
      for (const count of ['0', '-1', 'x', '1.5', '9223372036854775808']) {
        await c.expectError(`${upper} h 100 FIELDS ${count} a`, 'ERR Parameter `numFields` should be greater than 0');
      }
      await c.expectError(`${upper} h 100 FIELDS 2 a`, MATCH);
      await c.expectError(`${upper} h 100 FIELDS 1 a b`, MATCH);
      await c.expectError(`${upper} h 100 NX FIELDS 1`, MATCH);
      await c.expectError(`${upper} h 100 FIELDS 1`, `ERR wrong number of arguments for '${name}' command`);
    }
    await c.expectError('HEXPIREAT h 70368744178 FIELDS 1 a', "ERR invalid expire time in 'hexpireat' command");
    await c.expect('HPEXPIREAT h 70368744177663 FIELDS 1 a', ints(1));
    await c.expect('HPEXPIRETIME h FIELDS 1 a', ints(70368744177663));
  });
  t.test('HPERSIST takes the time from a field', newer, async (c) => {
    await inBothEncodings(c, async () => {
      await c.expect('HSET h a 1 b 2', int(2));
      await c.expect('HEXPIRE h 100 FIELDS 1 a', ints(1));
      await c.expect('HPERSIST h FIELDS 3 a b nosuch', ints(1, -1, -2));
      await c.expect('HPERSIST h fields 1 a', ints(-1));
      await c.expect('HTTL h FIELDS 2 a b', ints(-1, -1));
      await c.expect('HMGET h a b', bulks(1, 2));
    });
  });
  t.test('HPERSIST, HTTL and its kin refuse arguments in the order of Redis', newer, async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('HSET h a 1', int(1));
    for (const name of ['hpersist', 'httl', 'hpttl', 'hexpiretime', 'hpexpiretime']) {
      const upper = name.toUpperCase();
      await c.expectError(`${upper} s FOO 1 a`, 'WRONGTYPE Operation against a key holding the wrong kind of value');
      await c.expectError(`${upper} h FOO 1 a`, MISSING);
      await c.expectError(`${upper} h FIELDS 0 a`, 'ERR Number of fields must be a positive integer');
      await c.expectError(`${upper} h FIELDS x a`, 'ERR Number of fields must be a positive integer');
      await c.expectError(`${upper} h FIELDS 2 a`, MATCH);
      await c.expectError(`${upper} h FIELDS 1 a b`, MATCH);
      await c.expectError(`${upper} h FIELDS 1`, `ERR wrong number of arguments for '${name}' command`);
    }
  });
  t.test('fields lose them when they are set, and keep them when they count', newer, async (c) => {
    await inBothEncodings(c, async () => {
      await c.expect('HSET h a 1 b 2 c 3 d 4', int(4));
      await c.expect(`HPEXPIREAT h ${LATER_MS} FIELDS 4 a b c d`, ints(1, 1, 1, 1));
      await c.expect('HSET h a 5', int(0));
      await c.expect('HMSET h b 6', ok);
      await c.expect('HINCRBY h c 7', int(10));
      await c.expect('HINCRBYFLOAT h d 1.5', bulk('5.5'));
      await c.expect('HSETNX h c 0', int(0));
      await c.expect('HPEXPIRETIME h FIELDS 4 a b c d', ints(-1, -1, LATER_MS, LATER_MS));
      await c.expect('HDEL h c', int(1));
      await c.expect('HSET h c 8', int(1));
      await c.expect('HPEXPIRETIME h FIELDS 1 c', ints(-1));
    });
  });
  t.test('fields keep them through COPY, RENAME and MOVE, and when the listpack becomes a table', newer, async (c) => {
    await c.expect('HSET h a 1 b 2 c 3', int(3));
    await c.expect(`HPEXPIREAT h ${LATER_MS} FIELDS 2 a b`, ints(1, 1));
    await c.expect('COPY h g', int(1));
    await c.expect('RENAME g k', ok);
    await c.expect('MOVE k 1', int(1));
    await c.expect('SELECT 1', ok);
    await c.expect('HPEXPIRETIME k FIELDS 3 a b c', ints(LATER_MS, LATER_MS, -1));
    await c.expect(['HSET', 'k', 'c', 'x'.repeat(100)], int(0));
    await c.expect('OBJECT ENCODING k', bulk('hashtable'));
    await c.expect('HPEXPIRETIME k FIELDS 3 a b c', ints(LATER_MS, LATER_MS, -1));
    await c.expect('HPERSIST h FIELDS 1 a', ints(-2));
    await c.expect('SELECT 0', ok);
    await c.expect('HPEXPIRETIME h FIELDS 1 a', ints(LATER_MS));
  });
  t.test('fields are gone when their time is over, for every command', { ...newer, needsDebug: true }, async (c) => {
    await c.expect('DEBUG SET-ACTIVE-EXPIRE 0', ok);
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    await inBothEncodings(c, async () => {
      const commands: [line: string, reply: string][] = [
        ['HGET h a', nil],
        ['HMGET h a b', array(nil, bulk(2))],
        ['HGETALL h', bulks('b', 2)],
        ['HKEYS h', bulks('b')],
        ['HVALS h', bulks(2)],
        ['HEXISTS h a', int(0)],
        ['HSTRLEN h a', int(0)],
        ['HRANDFIELD h', bulk('b')],
        ['HRANDFIELD h 5 WITHVALUES', bulks('b', 2)],
        ['HSCAN h 0', array(bulk(0), bulks('b', 2))],
        ['HTTL h FIELDS 2 a b', ints(-2, -1)],
        ['HPERSIST h FIELDS 1 a', ints(-2)],
        ['HEXPIRE h 100 FIELDS 1 a', ints(-2)],
        ['HDEL h a', int(0)],
        ['HSET h a 7', int(1)],
        ['HSETNX h a 7', int(1)],
        ['HINCRBY h a 7', int(7)],
        ['HINCRBYFLOAT h a 7', bulk(7)],
      ];
      for (const [line, reply] of commands) {
        await c.expect('HSET h a 1 b 2', int(2));
        await c.expect('HPEXPIRE h 1 FIELDS 1 a', ints(1));
        await c.wire('DEBUG SLEEP 0.003');
        await c.expect(line, reply);
        await c.expect('DEL h', int(1));
      }
    });
  });
  t.test('fields go in time with nobody looking, and the key with the last one', newer, async (c) => {
    await inBothEncodings(c, async () => {
      await c.expect('HSET h a 1 b 2 c 3', int(3));
      await c.expect('HPEXPIRE h 60 FIELDS 2 a b', ints(1, 1));
      await c.expect('HPEXPIRE h 61 FIELDS 1 c', ints(1));
      const text = String(await c.ask('INFO keyspace'));
      if (!/db0:keys=1,expires=0,avg_ttl=0,subexpiry=1\r/.test(text)) throw new Error(text);
      const begin = Date.now();
      while ((await c.ask('DBSIZE')) !== 0) {
        if (Date.now() - begin > 3000) throw new Error('the key is still there');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const expired = Number(/expired_subkeys:(\d+)/.exec(String(await c.ask('INFO stats')))![1]);
    if (expired < 6) throw new Error(`expired_subkeys:${expired}`);
  });
  t.test('they count in the digest', { ...newer, needsDebug: true }, async (c) => {
    await c.expect('HSET h a 1', int(1));
    const [plain] = (await c.ask('DEBUG DIGEST-VALUE h')) as string[];
    await c.expect(`HPEXPIREAT h ${LATER_MS} FIELDS 1 a`, ints(1));
    const [timed] = (await c.ask('DEBUG DIGEST-VALUE h')) as string[];
    await c.expect('HPERSIST h FIELDS 1 a', ints(1));
    await c.expect(
      'DEBUG DIGEST-VALUE h',
      bulks(plain!)
        .replace('$', '+')
        .replace(/\+\d+\r\n/, '+'),
    );
    if (timed === plain) throw new Error('the same digest');
  });
  t.test('HGETALL answers a map in RESP3', { ...newer, resp: 3 }, async (c) => {
    await c.expect('HSET h a 1', int(1));
    await c.expect('HEXPIRE h 100 FIELDS 1 a', ints(1));
    await c.expect('HGETALL h', map(bulk('a'), bulk(1)));
    await c.expect('HRANDFIELD h 1 WITHVALUES', array(bulks('a', 1)));
  });
});
