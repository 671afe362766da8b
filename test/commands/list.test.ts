/** LPUSH, RPUSH, LPUSHX, RPUSHX, LLEN, LINDEX, LRANGE, LSET, LINSERT, LREM, LTRIM and LPOS. */
import { array, bulk, bulks, bytes, describeCommands, int, nil, nil3, ok } from '../support/index.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const arity = (name: string): string => `ERR wrong number of arguments for '${name}' command`;

describeCommands('LPUSH and RPUSH', (t) => {
  t.test('LPUSH puts each element in front of those before it, RPUSH behind them', async (c) => {
    await c.expect('LPUSH l a b c', int(3));
    await c.expect('RPUSH l x y', int(5));
    await c.expect('LRANGE l 0 -1', bulks('c', 'b', 'a', 'x', 'y'));
    await c.expect('TYPE l', '+list\r\n');
  });
  t.test('RPUSH keeps any bytes, and texts of numbers as they are', async (c) => {
    const texts = ['', '\0', '\r\n', '0', '-0', '007', '+1', '1.0', '9223372036854775807', '-9223372036854775808'];
    texts.push('9223372036854775808', '127', '128', '4096', '32768', '8388608', '2147483648', 'x'.repeat(5000));
    await c.expect(['RPUSH', 'l', ...texts.map(bytes)], int(texts.length));
    await c.expect('LRANGE l 0 -1', bulks(...texts));
  });
  t.test('LPUSHX and RPUSHX leave a missing key missing', async (c) => {
    await c.expect('LPUSHX l a', int(0));
    await c.expect('RPUSHX l a b', int(0));
    await c.expect('EXISTS l', int(0));
    await c.expect('RPUSH l a', int(1));
    await c.expect('LPUSHX l b c', int(3));
    await c.expect('RPUSHX l d', int(4));
    await c.expect('LRANGE l 0 -1', bulks('c', 'b', 'a', 'd'));
  });
  t.test('pushing refuses other types and too few arguments', async (c) => {
    await c.expect('SET s x', ok);
    for (const name of ['LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX']) {
      await c.expectError(`${name} s a`, WRONGTYPE);
      await c.expectError(`${name} s`, arity(name.toLowerCase()));
    }
  });
  t.test('RPUSH leaves the time to live alone', async (c) => {
    await c.expect('RPUSH l a', int(1));
    await c.expect('PEXPIREAT l 99999999999999', int(1));
    await c.expect('RPUSH l b', int(2));
    await c.expect('PEXPIRETIME l', int(99999999999999));
  });
});

describeCommands('LLEN, LINDEX and LRANGE', (t) => {
  t.test('LLEN counts, 0 for a missing key', async (c) => {
    await c.expect('LLEN l', int(0));
    await c.expect('RPUSH l a b', int(2));
    await c.expect('LLEN l', int(2));
    await c.expect('SET s x', ok);
    await c.expectError('LLEN s', WRONGTYPE);
  });
  t.test('LINDEX counts from both ends, and answers null outside of the list', async (c) => {
    await c.expect('RPUSH l a 2 c', int(3));
    for (const [index, element] of [
      [0, 'a'],
      [1, '2'],
      [2, 'c'],
      [-1, 'c'],
      [-3, 'a'],
    ]) {
      await c.expect(`LINDEX l ${index}`, bulk(element!));
    }
    for (const index of ['3', '-4', '9223372036854775807', '-9223372036854775808'])
      await c.expect(`LINDEX l ${index}`, nil);
    await c.expect('LINDEX x 0', nil);
  });
  t.test('LINDEX looks at the key before the index', async (c) => {
    await c.expect('LINDEX x word', nil);
    await c.expect('SET s x', ok);
    await c.expectError('LINDEX s word', WRONGTYPE);
    await c.expect('RPUSH l a', int(1));
    await c.expectError('LINDEX l word', NOT_INTEGER);
  });
  t.test('LINDEX answers the null of RESP3', { resp: 3 }, async (c) => c.expect('LINDEX x 0', nil3));
  t.test('LRANGE cuts off what lies outside of the list', async (c) => {
    await c.expect('RPUSH l a b c d', int(4));
    await c.expect('LRANGE l 1 2', bulks('b', 'c'));
    await c.expect('LRANGE l -2 -1', bulks('c', 'd'));
    await c.expect('LRANGE l -100 100', bulks('a', 'b', 'c', 'd'));
    await c.expect('LRANGE l 2 1', array());
    await c.expect('LRANGE l 4 9', array());
    await c.expect('LRANGE l 0 -5', array());
    await c.expect('LRANGE x 0 -1', array());
  });
  t.test('LRANGE looks at its numbers before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('LRANGE s 0 word', NOT_INTEGER);
    await c.expectError('LRANGE s word 0', NOT_INTEGER);
    await c.expectError('LRANGE s 0 0', WRONGTYPE);
  });
  t.test('LRANGE and LINDEX find every element of a list of many nodes', async (c) => {
    const texts = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? `element number ${i}` : String(i * 1000)));
    await c.expect(['RPUSH', 'l', ...texts], int(texts.length));
    await c.expect('LRANGE l 0 -1', bulks(...texts));
    await c.expect('LRANGE l 2400 2500', bulks(...texts.slice(2400, 2501)));
    for (const i of [0, 1, 1234, 2499, 2500, 4998, 4999]) {
      await c.expect(`LINDEX l ${i}`, bulk(texts[i]!));
      await c.expect(`LINDEX l ${i - 5000}`, bulk(texts[i]!));
    }
  });
});

describeCommands('LSET and LINSERT', (t) => {
  t.test('LSET replaces the element at a position', async (c) => {
    await c.expect('RPUSH l a b c', int(3));
    await c.expect('LSET l 0 first', ok);
    await c.expect('LSET l -1 12345678901', ok);
    await c.expect(['LSET', 'l', '1', 'x'.repeat(10_000)], ok);
    await c.expect('LRANGE l 0 -1', bulks('first', 'x'.repeat(10_000), '12345678901'));
    await c.expect('LSET l 1 short', ok);
    await c.expect('LRANGE l 0 -1', bulks('first', 'short', '12345678901'));
  });
  t.test('LSET refuses a missing key, another type, what is no number, and a position outside', async (c) => {
    await c.expectError('LSET x word v', 'ERR no such key');
    await c.expect('SET s x', ok);
    await c.expectError('LSET s word v', WRONGTYPE);
    await c.expect('RPUSH l a', int(1));
    await c.expectError('LSET l word v', NOT_INTEGER);
    await c.expectError('LSET l 1 v', 'ERR index out of range');
    await c.expectError('LSET l -2 v', 'ERR index out of range');
  });
  t.test('LINSERT puts an element before or behind the first that is the pivot', async (c) => {
    await c.expect('RPUSH l a 5 5', int(3));
    await c.expect('LINSERT l BEFORE 5 x', int(4));
    await c.expect('LINSERT l after 5 y', int(5));
    await c.expect('LRANGE l 0 -1', bulks('a', 'x', '5', 'y', '5'));
  });
  t.test('LINSERT answers -1 without the pivot, and 0 without the key', async (c) => {
    await c.expect('RPUSH l a', int(1));
    await c.expect('LINSERT l BEFORE b x', int(-1));
    await c.expect('LINSERT x BEFORE b x', int(0));
    await c.expect('EXISTS x', int(0));
  });
  t.test('LINSERT looks at its word before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('LINSERT s BESIDE a x', SYNTAX);
    await c.expectError('LINSERT s AFTER a x', WRONGTYPE);
  });
});

describeCommands('LREM and LTRIM', (t) => {
  t.test('LREM removes from the front, from the back, or all', async (c) => {
    const begin = async (): Promise<void> => {
      await c.wire('DEL l');
      await c.expect('RPUSH l a x b x c x', int(6));
    };
    await begin();
    await c.expect('LREM l 2 x', int(2));
    await c.expect('LRANGE l 0 -1', bulks('a', 'b', 'c', 'x'));
    await begin();
    await c.expect('LREM l -2 x', int(2));
    await c.expect('LRANGE l 0 -1', bulks('a', 'x', 'b', 'c'));
    await begin();
    await c.expect('LREM l 0 x', int(3));
    await c.expect('LREM l 0 x', int(0));
    await c.expect('LREM none 0 x', int(0));
  });
  t.test('LREM deletes a list with its last element', async (c) => {
    await c.expect('RPUSH l 7 7', int(2));
    await c.expect('LREM l -5 7', int(2));
    await c.expect('EXISTS l', int(0));
  });
  t.test('LREM looks at the number before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('LREM s word x', NOT_INTEGER);
    await c.expectError('LREM s 0 x', WRONGTYPE);
  });
  t.test('LTRIM keeps the part between two positions, and deletes the list where there is none', async (c) => {
    await c.expect('RPUSH l a b c d', int(4));
    await c.expect('LTRIM l 1 -2', ok);
    await c.expect('LRANGE l 0 -1', bulks('b', 'c'));
    await c.expect('LTRIM l -100 100', ok);
    await c.expect('LLEN l', int(2));
    await c.expect('LTRIM l 5 9', ok);
    await c.expect('EXISTS l', int(0));
    await c.expect('LTRIM l 0 0', ok);
  });
  t.test('LTRIM cuts a list of many nodes', async (c) => {
    const texts = Array.from({ length: 30_000 }, (_, i) => `element number ${i} of a list that is long`);
    await c.expect(['RPUSH', 'l', ...texts], int(texts.length));
    await c.expect('LTRIM l 14000 14009', ok);
    await c.expect('LRANGE l 0 -1', bulks(...texts.slice(14_000, 14_010)));
  });
  t.test('LTRIM looks at its numbers before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('LTRIM s word 0', NOT_INTEGER);
    await c.expectError('LTRIM s 0 word', NOT_INTEGER);
    await c.expectError('LTRIM s 0 0', WRONGTYPE);
  });
});

describeCommands('LPOS', (t) => {
  const begin = 'RPUSH l a b c 1 2 3 c c';
  t.test('LPOS answers where an element stands, null where it does not', async (c) => {
    await c.expect(begin, int(8));
    await c.expect('LPOS l c', int(2));
    await c.expect('LPOS l 3', int(5));
    await c.expect('LPOS l x', nil);
    await c.expect('LPOS none c', nil);
  });
  t.test('LPOS RANK passes matches over, from the back if it is negative', async (c) => {
    await c.expect(begin, int(8));
    await c.expect('LPOS l c RANK 2', int(6));
    await c.expect('LPOS l c rank -1', int(7));
    await c.expect('LPOS l c RANK -3', int(2));
    await c.expect('LPOS l c RANK 4', nil);
    await c.expect('LPOS l c RANK 1 RANK 3', int(7));
  });
  t.test('LPOS COUNT answers an array, with 0 of all of them', async (c) => {
    await c.expect(begin, int(8));
    await c.expect('LPOS l c COUNT 2', array(int(2), int(6)));
    await c.expect('LPOS l c COUNT 0', array(int(2), int(6), int(7)));
    await c.expect('LPOS l c COUNT 0 RANK -2', array(int(6), int(2)));
    await c.expect('LPOS l x COUNT 1', array());
    await c.expect('LPOS none x COUNT 1', array());
  });
  t.test('LPOS MAXLEN compares so many elements', async (c) => {
    await c.expect(begin, int(8));
    await c.expect('LPOS l c MAXLEN 2', nil);
    await c.expect('LPOS l c MAXLEN 3', int(2));
    await c.expect('LPOS l c RANK -1 COUNT 0 MAXLEN 2', array(int(7), int(6)));
    await c.expect('LPOS l c MAXLEN 0 COUNT 5', array(int(2), int(6), int(7)));
  });
  t.test('LPOS refuses bad options before it looks at the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError(
      'LPOS s c RANK 0',
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start " +
        'from the end of the list',
    );
    await c.expectError('LPOS s c RANK word', NOT_INTEGER);
    await c.expectError('LPOS s c COUNT -1', "ERR COUNT can't be negative");
    await c.expectError('LPOS s c MAXLEN word', "ERR MAXLEN can't be negative");
    await c.expectError('LPOS s c MAXLEN', SYNTAX);
    await c.expectError('LPOS s c FOO 1', SYNTAX);
    await c.expectError('LPOS s c', WRONGTYPE);
  });
});
