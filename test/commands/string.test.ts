/**
 * The string commands apart from SET's options, counters, ranges and LCS, which have files of their own beside this
 * one. Every expectation was recorded from the reference.
 */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, bytes, int, nil, nil3, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const FAR_FUTURE_SECONDS = '99999999999';

describeCommands('GET', (t) => {
  t.test('GET answers the bytes that SET stored, whatever they are', async (c) => {
    for (const value of ['', 'v', '\0', 'a\r\nb', '\xff\xfe\x80', '$-1\r\n', 'x'.repeat(10_000)]) {
      await c.expect(['SET', 'k', bytes(value)], ok);
      await c.expect('GET k', bulk(value));
    }
  });
  t.test('GET of a missing key answers null', async (c) => c.expect('GET k', nil));
  t.test('GET of a missing key answers the null of RESP3', { resp: 3 }, async (c) => c.expect('GET k', nil3));
  t.test('GET takes exactly one key', async (c) => {
    await c.expectError('GET', "ERR wrong number of arguments for 'get' command");
    await c.expectError('GET a b', "ERR wrong number of arguments for 'get' command");
  });
  t.test('GET answers integers as the text that was stored', async (c) => {
    for (const text of ['0', '-0', '12', '-9223372036854775808', '9223372036854775808', '007', '1e3']) {
      await c.expect(['SET', 'k', text], ok);
      await c.expect('GET k', bulk(text));
    }
  });
  t.test('GET tells keys apart that differ in one byte, in length, or are empty', async (c) => {
    const keys = ['', '\0', 'a', 'a\0', 'b', 'aa', 'a'.repeat(254), 'a'.repeat(255), 'a'.repeat(300)];
    for (const [i, key] of keys.entries()) await c.expect(['SET', bytes(key), i], ok);
    for (const [i, key] of keys.entries()) await c.expect(['GET', bytes(key)], bulk(i));
    await c.expect('DBSIZE', int(keys.length));
  });
  t.test('GET of a key past its time answers null', async (c) => {
    await c.expect('SET k v PXAT 1', ok);
    await c.expect('GET k', nil);
  });
});

describeCommands('string encodings', (t) => {
  t.test('OBJECT ENCODING is int for canonical int64 text, embstr up to 44 bytes, raw above', async (c) => {
    const cases: [string, string][] = [
      ['0', 'int'],
      ['-1', 'int'],
      ['9223372036854775807', 'int'],
      ['-9223372036854775808', 'int'],
      ['9223372036854775808', 'embstr'],
      ['-9223372036854775809', 'embstr'],
      ['01', 'embstr'],
      ['+1', 'embstr'],
      ['-0', 'embstr'],
      [' 1', 'embstr'],
      ['', 'embstr'],
      ['x'.repeat(44), 'embstr'],
      ['x'.repeat(45), 'raw'],
    ];
    for (const [value, encoding] of cases) {
      await c.expect(['SET', 'k', value], ok);
      await c.expect('OBJECT ENCODING k', bulk(encoding));
    }
  });
  t.test('SETNX, GETSET, MSET, MSETNX, SETEX and PSETEX choose the encoding as SET does', async (c) => {
    await c.expect('SETNX a 1', int(1));
    await c.expect('GETSET b 1', nil);
    await c.expect('MSET c 1', ok);
    await c.expect('MSETNX d 1', int(1));
    await c.expect('SETEX e 100 1', ok);
    await c.expect('PSETEX f 100000 1', ok);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await c.expect(['OBJECT', 'ENCODING', key], bulk('int'));
  });
  t.test('the first APPEND to a key stores as SET does, later ones leave a raw string', async (c) => {
    await c.expect('APPEND k 10', int(2));
    await c.expect('OBJECT ENCODING k', bulk('int'));
    await c.expect('APPEND k 5', int(3));
    await c.expect('OBJECT ENCODING k', bulk('raw'));
    await c.expect('APPEND e ""', int(0));
    await c.expect('OBJECT ENCODING e', bulk('embstr'));
  });
  t.test('INCR makes the key int again, INCRBYFLOAT embstr', async (c) => {
    await c.expect('APPEND k 1', int(1));
    await c.expect('APPEND k 0', int(2));
    await c.expect('INCR k', int(11));
    await c.expect('OBJECT ENCODING k', bulk('int'));
    await c.expect('INCRBYFLOAT k 1', bulk('12'));
    await c.expect('OBJECT ENCODING k', bulk('embstr'));
  });
});

describeCommands('GETSET, GETDEL', (t) => {
  t.test('GETSET answers the old value, stores the new one and drops the time to live', async (c) => {
    await c.expect('SET k v EX 100', ok);
    await c.expect('GETSET k w', bulk('v'));
    await c.expect('GET k', bulk('w'));
    await c.expect('TTL k', int(-1));
    await c.expectError('GETSET k', "ERR wrong number of arguments for 'getset' command");
  });
  t.test('GETSET of a missing key answers null and stores', async (c) => {
    await c.expect('GETSET k v', nil);
    await c.expect('GET k', bulk('v'));
  });
  t.test('GETSET of a missing key answers the null of RESP3', { resp: 3 }, (c) => c.expect('GETSET k v', nil3));
  t.test('GETDEL answers the value and deletes the key', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('GETDEL k', bulk('v'));
    await c.expect('EXISTS k', int(0));
    await c.expect('GETDEL k', nil);
    await c.expectError('GETDEL k x', "ERR wrong number of arguments for 'getdel' command");
  });
});

describeCommands('GETEX', (t) => {
  t.test('GETEX without options leaves the time to live alone', async (c) => {
    await c.expect('SET k v EX 100', ok);
    await c.expect('GETEX k', bulk('v'));
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expect('GETEX none', nil);
  });
  t.test('GETEX of a missing key answers the null of RESP3', { resp: 3 }, (c) => c.expect('GETEX none', nil3));
  t.test('GETEX EX, PX, EXAT and PXAT set the time to live, PERSIST takes it away', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('GETEX k EX 100', bulk('v'));
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expect('GETEX k px 200000', bulk('v'));
    await c.expectMatch('TTL k', /^:(199|200)\r\n$/);
    await c.expect(`GETEX k EXAT ${FAR_FUTURE_SECONDS}`, bulk('v'));
    await c.expect('EXPIRETIME k', int(99999999999));
    await c.expect('GETEX k pxat 99999999999123', bulk('v'));
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('GETEX k PERSIST', bulk('v'));
    await c.expect('TTL k', int(-1));
    await c.expect('GETEX k persist', bulk('v'));
  });
  t.test('GETEX with a time in the past answers the value and deletes the key', async (c) => {
    for (const option of ['EXAT', 'PXAT']) {
      await c.expect('SET k v', ok);
      await c.expect(`GETEX k ${option} 1`, bulk('v'));
      await c.expect('EXISTS k', int(0));
    }
  });
  t.test('GETEX takes one kind of expiry, and none of SET’s other options', async (c) => {
    await c.expect('SET k v', ok);
    for (const options of [
      'EX 10 PX 10',
      'EX 10 PERSIST',
      'PERSIST EX 10',
      'EXAT 10 PXAT 10',
      'PX 10 EXAT 10',
      'KEEPTTL',
      'NX',
      'XX',
      'GET',
      'EX',
      'FOO',
    ]) {
      await c.expectError(`GETEX k ${options}`, SYNTAX);
    }
    await c.expect('GETEX k PERSIST PERSIST', bulk('v'));
    await c.expect('GETEX k EX 10 EX 100', bulk('v'));
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expectError('GETEX', "ERR wrong number of arguments for 'getex' command");
  });
  t.test('GETEX refuses an expiry that is no number or not in range', async (c) => {
    await c.expect('SET k v', ok);
    await c.expectError('GETEX k EX abc', NOT_INTEGER);
    for (const expiry of [
      'EX 0',
      'EX -1',
      'PX 0',
      'EXAT -5',
      'PXAT 0',
      'EX 9223372036854775807',
      'EX 9223372036854775',
    ]) {
      await c.expectError(`GETEX k ${expiry}`, "ERR invalid expire time in 'getex' command");
    }
    await c.expect('TTL k', int(-1));
  });
  t.test('GETEX looks at the key before the expiry, and at the syntax before the key', async (c) => {
    await c.expect('GETEX none EX abc', nil);
    await c.expect('GETEX none EX 0', nil);
    await c.expectError('GETEX none FOO', SYNTAX);
  });
});

describeCommands('SETEX, PSETEX, SETNX', (t) => {
  t.test('SETEX and PSETEX store with a time to live', async (c) => {
    await c.expect('SETEX k 100 v', ok);
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expect('PSETEX k 200000 w', ok);
    await c.expectMatch('TTL k', /^:(199|200)\r\n$/);
    await c.expect('GET k', bulk('w'));
  });
  t.test('SETEX and PSETEX refuse an expiry that is no number or not in range', async (c) => {
    await c.expectError('SETEX k abc v', NOT_INTEGER);
    await c.expectError('PSETEX k 1.5 v', NOT_INTEGER);
    for (const time of ['0', '-1', '9223372036854775807']) {
      await c.expectError(`SETEX k ${time} v`, "ERR invalid expire time in 'setex' command");
      await c.expectError(`PSETEX k ${time} v`, "ERR invalid expire time in 'psetex' command");
    }
    await c.expectError('SETEX k 10', "ERR wrong number of arguments for 'setex' command");
    await c.expectError('PSETEX k 10', "ERR wrong number of arguments for 'psetex' command");
    await c.expect('EXISTS k', int(0));
  });
  t.test('SETNX stores only where there is no key', async (c) => {
    await c.expect('SETNX k v', int(1));
    await c.expect('SETNX k w', int(0));
    await c.expect('GET k', bulk('v'));
    await c.expect('SET k v PXAT 1', ok);
    await c.expect('SETNX k w', int(1));
    await c.expect('TTL k', int(-1));
    await c.expectError('SETNX k', "ERR wrong number of arguments for 'setnx' command");
  });
});

describeCommands('MGET, MSET, MSETNX', (t) => {
  t.test('MGET answers a value or null for each key, in their order', async (c) => {
    await c.expect('MSET a 1 b 2', ok);
    await c.expect('MGET b none a b', array(bulk(2), nil, bulk(1), bulk(2)));
    await c.expect('MGET none', array(nil));
    await c.expectError('MGET', "ERR wrong number of arguments for 'mget' command");
  });
  t.test('MGET answers the nulls of RESP3', { resp: 3 }, async (c) => {
    await c.expect('MSET a 1', ok);
    await c.expect('MGET a none', array(bulk(1), nil3));
  });
  t.test('MGET of many keys answers them all', async (c) => {
    const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
    await c.expect(['MSET', ...keys.flatMap((key, i) => [key, `value ${i}`])], ok);
    await c.expect(['MGET', ...keys], bulks(...keys.map((_, i) => `value ${i}`)));
  });
  t.test('MSET stores all pairs, the last value of a key that occurs twice, and drops times to live', async (c) => {
    await c.expect('SET a 0 EX 100', ok);
    await c.expect('MSET a 1 b 2 b 3', ok);
    await c.expect('MGET a b', bulks(1, 3));
    await c.expect('TTL a', int(-1));
  });
  t.test('MSET and MSETNX refuse a key without a value', async (c) => {
    await c.expectError('MSET a 1 b', "ERR wrong number of arguments for 'mset' command");
    await c.expectError('MSET a', "ERR wrong number of arguments for 'mset' command");
    await c.expectError('MSETNX a 1 b', "ERR wrong number of arguments for 'msetnx' command");
    await c.expectError('MSETNX a', "ERR wrong number of arguments for 'msetnx' command");
    await c.expect('DBSIZE', int(0));
  });
  t.test('MSETNX stores all pairs or none', async (c) => {
    await c.expect('SET b 0', ok);
    await c.expect('MSETNX a 1 b 2', int(0));
    await c.expect('MGET a b', array(nil, bulk(0)));
    await c.expect('MSETNX c 1 d 2', int(1));
    await c.expect('MSETNX e 1 e 2', int(1));
    await c.expect('MGET c d e', bulks(1, 2, 2));
  });
});

describeCommands('STRLEN, APPEND', (t) => {
  t.test('STRLEN counts bytes, 0 for a missing key', async (c) => {
    await c.expect('STRLEN k', int(0));
    await c.expect('SET k -55', ok);
    await c.expect('STRLEN k', int(3));
    await c.expect(['SET', 'k', 'é'], ok);
    await c.expect('STRLEN k', int(2));
    await c.expectError('STRLEN', "ERR wrong number of arguments for 'strlen' command");
  });
  t.test('APPEND creates the key, then adds to it and answers the new length', async (c) => {
    await c.expect('APPEND k abc', int(3));
    await c.expect('APPEND k ""', int(3));
    await c.expect('APPEND k def', int(6));
    await c.expect('GET k', bulk('abcdef'));
    await c.expect('APPEND e ""', int(0));
    await c.expect('EXISTS e', int(1));
    await c.expectError('APPEND k', "ERR wrong number of arguments for 'append' command");
  });
  t.test('APPEND keeps the time to live', async (c) => {
    await c.expect('SET k 10 EX 100', ok);
    await c.expect('APPEND k 5', int(3));
    await c.expect('GET k', bulk('105'));
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
  });
  t.test('APPEND grows a value from nothing to many pages', async (c) => {
    let expected = '';
    for (let i = 0; i < 400; i++) {
      const piece = String(i).repeat(i % 97);
      expected += piece;
      await c.expect(['APPEND', 'k', piece], int(expected.length));
    }
    await c.expect('GET k', bulk(expected));
  });
  t.test('APPEND refuses to pass proto-max-bulk-len, also with nothing to add', async (c) => {
    const tooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
    await c.expect('SETRANGE k 1048576 x', int(1048577));
    await c.configSet('proto-max-bulk-len', '1048576');
    await c.expectError('APPEND k x', tooLong);
    await c.expectError('APPEND k ""', tooLong);
    await c.expect('SETRANGE l 1048574 x', int(1048575));
    await c.expect('APPEND l x', int(1048576));
    await c.expectError('APPEND l x', tooLong);
    await c.expect('APPEND l ""', int(1048576));
  });
});
