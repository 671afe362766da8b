/** Setting, reading and removing fields of hashes, and how hashes are encoded. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, bytes, error, int, map, nil, nil3, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const arity = (name: string): string => `ERR wrong number of arguments for '${name}' command`;

describeCommands('HSET, HMSET, HSETNX', (t) => {
  t.test('HSET makes the hash, and counts the fields that are new', async (c) => {
    await c.expect('HSET h a 1', int(1));
    await c.expect('HSET h a 2 b 3 c 4', int(2));
    await c.expect('HGETALL h', bulks('a', 2, 'b', 3, 'c', 4));
    await c.expect('TYPE h', '+hash\r\n');
  });
  t.test('HSET takes the last of several values for one field, and counts it once', async (c) => {
    await c.expect('HSET h a 1 a 2 a 3', int(1));
    await c.expect('HGETALL h', bulks('a', 3));
  });
  t.test('HMSET does the same and answers OK', async (c) => {
    await c.expect('HMSET h a 1 b 2', ok);
    await c.expect('HMSET h a 3', ok);
    await c.expect('HGETALL h', bulks('a', 3, 'b', 2));
  });
  t.test('HSET and HMSET refuse a field without a value, whatever the key holds', async (c) => {
    await c.expect('SET s x', ok);
    for (const [name, upper] of [
      ['hset', 'HSET'],
      ['hmset', 'HMSET'],
    ] as const) {
      await c.expectError(`${upper} s a 1 b`, arity(name));
      await c.expectError(`${upper} h a`, arity(name));
    }
    await c.expect('EXISTS h', int(0));
  });
  t.test('HSETNX sets only what is not there', async (c) => {
    await c.expect('HSETNX h a 1', int(1));
    await c.expect('HSETNX h a 2', int(0));
    await c.expect('HSETNX h b 3', int(1));
    await c.expect('HGETALL h', bulks('a', 1, 'b', 3));
  });
  t.test('fields and values are bytes, and may be empty', async (c) => {
    await c.expect(['HSET', 'h', bytes('\0\r\n\xff'), bytes('\xfe\0'), '', ''], int(2));
    await c.expect(['HGET', 'h', bytes('\0\r\n\xff')], bulk('\xfe\0'));
    await c.expect(['HGET', 'h', ''], bulk(''));
    await c.expect(['HEXISTS', 'h', bytes('\0\r\n')], int(0));
  });
  t.test('numbers stay the text that they were, at the edges of every width', async (c) => {
    const texts = ['0', '-0', '01', '127', '128', '-1', '4095', '4096', '-4096', '-4097', '32767', '32768', '-32769'];
    texts.push('8388607', '8388608', '-8388609', '2147483647', '2147483648', '-2147483649', '9007199254740993');
    texts.push(
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '1e3',
      ' 1',
    );
    await c.expect(['HSET', 'h', ...texts.flatMap((text) => [text, text])], int(texts.length));
    await c.expect('HGETALL h', bulks(...texts.flatMap((text) => [text, text])));
    for (const text of texts) await c.expect(['HSTRLEN', 'h', text], int(text.length));
  });
  t.test('HSET keeps the time to live of the key', async (c) => {
    await c.expect('HSET h a 1', int(1));
    await c.expect('PEXPIREAT h 99999999999123', int(1));
    await c.expect('HSET h a 2 b 3', int(1));
    await c.expect('PEXPIRETIME h', int(99999999999123));
  });
});

describeCommands('HGET, HMGET, HSTRLEN, HEXISTS, HLEN', (t) => {
  t.test('read what is there, and nothing where there is nothing', async (c) => {
    await c.expect('HSET h a 1 b text', int(2));
    await c.expect('HGET h a', bulk(1));
    await c.expect('HGET h x', nil);
    await c.expect('HGET missing a', nil);
    await c.expect('HMGET h b x a b', array(bulk('text'), nil, bulk(1), bulk('text')));
    await c.expect('HMGET missing a b', array(nil, nil));
    await c.expect('HSTRLEN h b', int(4));
    await c.expect('HSTRLEN h x', int(0));
    await c.expect('HSTRLEN missing a', int(0));
    await c.expect('HEXISTS h a', int(1));
    await c.expect('HEXISTS h x', int(0));
    await c.expect('HEXISTS missing a', int(0));
    await c.expect('HLEN h', int(2));
    await c.expect('HLEN missing', int(0));
  });
  t.test('answer the null of RESP3', { resp: 3 }, async (c) => {
    await c.expect('HGET missing a', nil3);
    await c.expect('HMGET missing a', array(nil3));
    await c.expect('HRANDFIELD missing', nil3);
  });
});

describeCommands('HGETALL, HKEYS, HVALS', (t) => {
  t.test('answer all pairs, fields or values, in the order in which they came', async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect('HGETALL h', bulks('a', 1, 'b', 2));
    await c.expect('HKEYS h', bulks('a', 'b'));
    await c.expect('HVALS h', bulks(1, 2));
    for (const name of ['HGETALL', 'HKEYS', 'HVALS']) await c.expect(`${name} missing`, array());
  });
  t.test('HGETALL answers a map in RESP3', { resp: 3 }, async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect('HGETALL h', map(bulk('a'), bulk(1), bulk('b'), bulk(2)));
    await c.expect('HGETALL missing', map());
    await c.expect('HKEYS h', bulks('a', 'b'));
    await c.expect('HVALS missing', array());
  });
  t.test('answer every pair of a large hash once', async (c) => {
    const pairs = Array.from({ length: 3000 }, (_, i) => [`field ${i}`, `value ${i}`]);
    await c.expect(['HSET', 'h', ...pairs.flat()], int(3000));
    const all = (await c.ask('HGETALL h')) as string[];
    const got = new Map(Array.from({ length: all.length / 2 }, (_, i) => [all[2 * i]!, all[2 * i + 1]!]));
    const wanted = new Map(pairs.map(([field, value]) => [field!, value!]));
    if (all.length !== 6000 || [...wanted].some(([field, value]) => got.get(field) !== value)) {
      throw new Error('other pairs than those that were set');
    }
    await c.expect('HLEN h', int(3000));
  });
});

describeCommands('HDEL', (t) => {
  t.test('HDEL counts the fields that were there, each once', async (c) => {
    await c.expect('HSET h a 1 b 2 c 3', int(3));
    await c.expect('HDEL h x', int(0));
    await c.expect('HDEL h a x c a', int(2));
    await c.expect('HGETALL h', bulks('b', 2));
    await c.expect('HDEL missing a', int(0));
  });
  t.test('HDEL of the last field deletes the key', async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect('HDEL h a b', int(2));
    await c.expect('EXISTS h', int(0));
    await c.expect('HSET h a 1', int(1));
  });
  t.test('HDEL empties a large hash field by field', async (c) => {
    const fields = Array.from({ length: 2000 }, (_, i) => `f${i}`);
    await c.expect(['HSET', 'h', ...fields.flatMap((field) => [field, 'v'])], int(2000));
    for (let i = 0; i < 2000; i += 100) await c.expect(['HDEL', 'h', ...fields.slice(i, i + 100)], int(100));
    await c.expect('EXISTS h', int(0));
  });
});

describeCommands('The encoding of hashes', (t) => {
  t.test('a listpack becomes a hashtable with one field more than the limit, and stays one', async (c) => {
    await c.configSet('hash-max-listpack-entries', '4');
    await c.expect('HSET h a 1 b 2 c 3 d 4', int(4));
    await c.expect('OBJECT ENCODING h', bulk('listpack'));
    await c.expect('HSET h d 5', int(0));
    await c.expect('OBJECT ENCODING h', bulk('listpack'));
    await c.expect('HSET h e 5', int(1));
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.expect('HDEL h b c d e', int(4));
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.expect('HGETALL h', bulks('a', 1));
  });
  t.test('a field or a value that is longer than the limit makes a hashtable', async (c) => {
    const long = 'x'.repeat(65);
    await c.expect(['HSET', 'h', 'x'.repeat(64), 'y'.repeat(64)], int(1));
    await c.expect('OBJECT ENCODING h', bulk('listpack'));
    await c.expect(['HSET', 'h', 'a', long], int(1));
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.expect(['HSET', 'g', long, '1'], int(1));
    await c.expect('OBJECT ENCODING g', bulk('hashtable'));
    await c.expect(['HSETNX', 'n', long, '1'], int(1));
    await c.expect('OBJECT ENCODING n', bulk('hashtable'));
    await c.expect(['HINCRBY', 'i', long, '1'], int(1));
    await c.expect('OBJECT ENCODING i', bulk('hashtable'));
    await c.expect(['HINCRBYFLOAT', 'f', long, '1.5'], bulk('1.5'));
    await c.expect('OBJECT ENCODING f', bulk('hashtable'));
  });
  t.test('a limit that was lowered counts with the next change', async (c) => {
    await c.expect('HSET h a 1 b 2 c 3', int(3));
    await c.configSet('hash-max-listpack-entries', '2');
    await c.expect('OBJECT ENCODING h', bulk('listpack'));
    await c.expect('HSET h a 4', int(0));
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.expect('HMGET h a b c', bulks(4, 2, 3));
  });
  t.test('values of every length are kept, growing and shrinking in both encodings', async (c) => {
    for (const limit of ['0', '100000']) {
      await c.configSet('hash-max-listpack-value', limit);
      await c.expect('HSET h a 1 b 1', int(2));
      for (const length of [0, 1, 63, 64, 4095, 4096, 70_000, 300, 12, 127, 128, 0]) {
        await c.expect(['HSET', 'h', 'a', 'x'.repeat(length), 'b', 'y'.repeat(length)], int(0));
        await c.expect('HMGET h a b', bulks('x'.repeat(length), 'y'.repeat(length)));
      }
      await c.expect('DEL h', int(1));
    }
  });
});

describeCommands('Hashes as values', (t) => {
  t.test('COPY, RENAME and MOVE take the whole hash', async (c) => {
    for (const count of [3, 700]) {
      const pairs = Array.from({ length: count }, (_, i) => [`f${i}`, String(i)]).flat();
      await c.expect(['HSET', 'h', ...pairs], int(count));
      await c.expect('COPY h g', int(1));
      await c.expect('HSET h f0 changed', int(0));
      await c.expect('HGET g f0', bulk(0));
      await c.expect('RENAME g k', ok);
      await c.expect('HLEN k', int(count));
      await c.expect('MOVE k 1', int(1));
      await c.expect('EXISTS k', int(0));
      await c.expect('SELECT 1', ok);
      await c.expect('HGET k f2', bulk(2));
      await c.expect('DEL k', int(1));
      await c.expect('SELECT 0', ok);
      await c.expect('SET h x', ok);
      await c.expect('DEL h', int(1));
    }
  });
  t.test('DEBUG DIGEST-VALUE is that of the reference', { needsDebug: true }, async (c) => {
    await c.expect('HSET h a 1 b 2 c text', int(3));
    await c.sameAsReference('DEBUG DIGEST-VALUE h');
    await c.configSet('hash-max-listpack-entries', '0');
    await c.expect('HSET h a 1', int(0));
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.sameAsReference('DEBUG DIGEST-VALUE h');
    await c.sameAsReference('DEBUG DIGEST');
  });
  t.test('every hash command refuses a key that holds something else, and wrong numbers of arguments', async (c) => {
    await c.expect('SET s x', ok);
    const commands: [line: string, least: string][] = [
      ['HSET s a 1', 'HSET s a'],
      ['HMSET s a 1', 'HMSET s a'],
      ['HSETNX s a 1', 'HSETNX s a'],
      ['HGET s a', 'HGET s'],
      ['HMGET s a', 'HMGET s'],
      ['HGETALL s', 'HGETALL'],
      ['HKEYS s', 'HKEYS'],
      ['HVALS s', 'HVALS'],
      ['HLEN s', 'HLEN'],
      ['HSTRLEN s a', 'HSTRLEN s'],
      ['HEXISTS s a', 'HEXISTS s'],
      ['HDEL s a', 'HDEL s'],
      ['HINCRBY s a 1', 'HINCRBY s a'],
      ['HINCRBYFLOAT s a 1', 'HINCRBYFLOAT s a'],
      ['HRANDFIELD s', 'HRANDFIELD'],
      ['HRANDFIELD s 1', 'HRANDFIELD'],
      ['HSCAN s 0', 'HSCAN s'],
    ];
    for (const [line, least] of commands) {
      await c.expectError(line, WRONGTYPE);
      await c.expect(least, error(arity(least.split(' ')[0]!.toLowerCase())));
    }
    await c.expect('GET s', bulk('x'));
    await c.expect('HSET h a 1', int(1));
    await c.expectError('GET h', WRONGTYPE);
    await c.expectError('APPEND h x', WRONGTYPE);
  });
});
