/**
 * The generic commands that delete, name and copy keys: DEL, UNLINK, EXISTS, TOUCH, TYPE, RENAME, RENAMENX, COPY, MOVE.
 * Their expiry, iteration and OBJECT have files of their own beside this one. Every expectation was recorded from the
 * reference.
 */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bytes, int, nil, ok, simple } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const NO_SUCH_KEY = 'ERR no such key';
const SAME_OBJECTS = 'ERR source and destination objects are the same';
const DB_INDEX = 'ERR DB index is out of range';
const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647';

const wrongArity = (command: string): string => `ERR wrong number of arguments for '${command}' command`;

/**
 * Keys that a careless engine confuses: empty, binary, with a common beginning, around the limit of one length byte.
 */
const ODD_KEYS = ['', '\0', 'a', 'a\0', '\r\n', '\xff', 'k'.repeat(254), 'k'.repeat(255), 'k'.repeat(256)].map(bytes);

describeCommands('DEL, UNLINK', (t) => {
  for (const name of ['DEL', 'UNLINK']) {
    t.test(`${name} deletes keys and answers how many there were`, async (c) => {
      await c.expect('MSET a 1 b 2 c 3', ok);
      await c.expect([name, 'a', 'missing', 'c'], int(2));
      await c.expect('MGET a b c', array(nil, bulk('2'), nil));
      await c.expect([name, 'missing'], int(0));
      await c.expect('DBSIZE', int(1));
    });
    t.test(`${name} counts a key that is named twice once`, async (c) => {
      await c.expect('MSET a 1 b 2', ok);
      await c.expect([name, 'a', 'b', 'a', 'b'], int(2));
    });
    t.test(`${name} deletes keys of any bytes, of any length, with a time to live and with large values`, async (c) => {
      for (const key of ODD_KEYS) await c.expect(['SET', key, 'x'.repeat(3000), 'EX', '1000'], ok);
      await c.expect(['SET', 'large', 'x'.repeat(3_000_000)], ok);
      await c.expect([name, 'large', ...ODD_KEYS], int(ODD_KEYS.length + 1));
      await c.expect('DBSIZE', int(0));
    });
    t.test(`${name} does not count a key past its time`, async (c) => {
      await c.expectAll(['SET k v PXAT 1', [name, 'k']], [ok, int(0)]);
    });
    t.test(`${name} takes one key at least`, (c) => c.expectError(name, wrongArity(name.toLowerCase())));
    t.test(`${name} answers the same with lazyfree-lazy-user-del`, async (c) => {
      await c.configSet('lazyfree-lazy-user-del', 'yes');
      await c.expect(['MSET', 'a', '1', 'b', 'x'.repeat(100_000)], ok);
      await c.expect([name, 'a', 'b', 'c'], int(2));
      await c.expect('EXISTS a b', int(0));
    });
  }
  t.test('DEL of thousands of keys at once leaves the others', async (c) => {
    const keys = Array.from({ length: 4000 }, (_, i) => `key:${i}`);
    await c.expect(['MSET', ...keys.flatMap((key) => [key, `value of ${key}`])], ok);
    await c.expect(['DEL', ...keys.filter((_, i) => i % 3 !== 0)], int(2666));
    await c.expect('DBSIZE', int(1334));
    for (let i = 0; i < 4000; i += 399) await c.expect(['GET', `key:${i}`], bulk(`value of key:${i}`));
  });
});

describeCommands('EXISTS, TOUCH, TYPE', (t) => {
  for (const name of ['EXISTS', 'TOUCH']) {
    t.test(`${name} counts keys, one that is named twice twice`, async (c) => {
      await c.expect('MSET a 1 b 2', ok);
      await c.expect([name, 'a', 'b', 'missing', 'a'], int(3));
      await c.expect([name, 'missing'], int(0));
    });
    t.test(`${name} does not count a key past its time`, async (c) => {
      await c.expectAll(['SET k v PXAT 1', [name, 'k', 'k']], [ok, int(0)]);
    });
    t.test(`${name} takes one key at least`, (c) => c.expectError(name, wrongArity(name.toLowerCase())));
  }
  t.test('TYPE answers string, and none for a missing key', async (c) => {
    await c.expect('MSET a 1 b text', ok);
    await c.expect(['SET', 'c', 'x'.repeat(100)], ok);
    for (const key of ['a', 'b', 'c']) await c.expect(['TYPE', key], simple('string'));
    await c.expect('TYPE missing', simple('none'));
    await c.expectAll(['SET k v PXAT 1', 'TYPE k'], [ok, simple('none')]);
  });
  t.test('TYPE answers a simple string in RESP3 as well', { resp: 3 }, (c) => c.expect('TYPE k', simple('none')));
  t.test('TYPE takes exactly one key', async (c) => {
    await c.expectError('TYPE', wrongArity('type'));
    await c.expectError('TYPE a b', wrongArity('type'));
  });
});

describeCommands('RENAME, RENAMENX', (t) => {
  t.test('RENAME moves value, encoding and time to live to another name', async (c) => {
    await c.expect('SET a 12 PXAT 99999999999123', ok);
    await c.expect('RENAME a b', ok);
    await c.expect('EXISTS a', int(0));
    await c.expect('GET b', bulk('12'));
    await c.expect('OBJECT ENCODING b', bulk('int'));
    await c.expect('PEXPIRETIME b', int(99999999999123));
    await c.expect('DBSIZE', int(1));
  });
  t.test('RENAME replaces what the new name held, its time to live too', async (c) => {
    await c.expect('SET a 1', ok);
    await c.expect('SET b 2 EX 100', ok);
    await c.expect('RENAME a b', ok);
    await c.expect('GET b', bulk('1'));
    await c.expect('TTL b', int(-1));
    await c.expect('DBSIZE', int(1));
  });
  t.test('RENAME replaces large values with lazyfree-lazy-server-del too', async (c) => {
    await c.configSet('lazyfree-lazy-server-del', 'yes');
    await c.expect(['MSET', 'a', '1', 'b', 'x'.repeat(200_000)], ok);
    await c.expect('RENAME a b', ok);
    await c.expect('GET b', bulk('1'));
  });
  t.test('RENAME to longer and shorter names keeps the value', async (c) => {
    let name = bytes('first');
    await c.expect(['SET', name, 'the value', 'PXAT', '99999999999123'], ok);
    for (const next of [...ODD_KEYS, bytes('last')]) {
      await c.expect(['RENAME', name, next], ok);
      await c.expect(['GET', next], bulk('the value'));
      await c.expect(['EXISTS', name], int(0));
      name = next;
    }
    await c.expect('PEXPIRETIME last', int(99999999999123));
    await c.expect('DBSIZE', int(1));
  });
  t.test('RENAME of a key to its own name changes nothing', async (c) => {
    await c.expect('SET a 1 PXAT 99999999999123', ok);
    await c.expect('RENAME a a', ok);
    await c.expect('GET a', bulk('1'));
    await c.expect('PEXPIRETIME a', int(99999999999123));
  });
  t.test('RENAMENX renames only when the new name is free', async (c) => {
    await c.expect('MSET a 1 b 2', ok);
    await c.expect('RENAMENX a b', int(0));
    await c.expect('MGET a b', array(bulk('1'), bulk('2')));
    await c.expect('RENAMENX a c', int(1));
    await c.expect('MGET a c', array(nil, bulk('1')));
    await c.expect('RENAMENX c c', int(0));
    await c.expect('GET c', bulk('1'));
  });
  t.test('a name whose key is past its time is free', async (c) => {
    await c.expectAll(
      ['SET a 1', 'SET b 2 PXAT 1', 'RENAMENX a b', 'GET b', 'TTL b'],
      [ok, ok, int(1), bulk('1'), int(-1)],
    );
    await c.expectAll(['SET c 2 PXAT 1', 'RENAME b c', 'GET c', 'TTL c'], [ok, ok, bulk('1'), int(-1)]);
  });
  t.test('a missing key and one past its time cannot be renamed', async (c) => {
    for (const name of ['RENAME', 'RENAMENX']) {
      await c.expectError([name, 'a', 'b'], NO_SUCH_KEY);
      await c.expectError([name, 'a', 'a'], NO_SUCH_KEY);
      await c.expectAll(['SET a v PXAT 1', [name, 'a', 'b']], [ok, `-${NO_SUCH_KEY}\r\n`]);
    }
    await c.expect('DBSIZE', int(0));
  });
  t.test('RENAME and RENAMENX take exactly two names', async (c) => {
    for (const name of ['rename', 'renamenx']) {
      await c.expectError([name, 'a'], wrongArity(name));
      await c.expectError([name, 'a', 'b', 'c'], wrongArity(name));
    }
  });
});

describeCommands('COPY', (t) => {
  t.test('COPY gives another key the same value, encoding and time to live', async (c) => {
    await c.expect('SET a 12 PXAT 99999999999123', ok);
    await c.expect('COPY a b', int(1));
    await c.expect('MGET a b', array(bulk('12'), bulk('12')));
    await c.expect('PEXPIRETIME b', int(99999999999123));
    await c.expect('OBJECT ENCODING b', bulk('int'));
    await c.expect('PERSIST a', int(1));
    await c.expect('PEXPIRETIME b', int(99999999999123));
    await c.expect('INCR a', int(13));
    await c.expect('GET b', bulk('12'));
  });
  t.test('COPY keeps the encoding raw of a short string', async (c) => {
    await c.expect('APPEND a x', int(1));
    await c.expect('APPEND a y', int(2));
    await c.expect('COPY a b', int(1));
    await c.expect('OBJECT ENCODING b', bulk('raw'));
    await c.expect('APPEND b z', int(3));
    await c.expect('MGET a b', array(bulk('xy'), bulk('xyz')));
  });
  t.test('COPY of long values and of keys of any bytes', async (c) => {
    const value = 'value '.repeat(50_000);
    await c.expect(['SET', 'source', value], ok);
    for (const key of ODD_KEYS) await c.expect(['COPY', 'source', key], int(1));
    for (const key of ODD_KEYS) await c.expect(['STRLEN', key], int(value.length));
    await c.expect(['GET', ODD_KEYS[0]!], bulk(value));
    await c.expect(['COPY', ODD_KEYS[8]!, 'source', 'REPLACE'], int(1));
    await c.expect('GET source', bulk(value));
  });
  t.test('COPY leaves a key that is there alone, unless REPLACE is given', async (c) => {
    await c.expect('SET a 1', ok);
    await c.expect('SET b 2 EX 100', ok);
    await c.expect('COPY a b', int(0));
    await c.expect('GET b', bulk('2'));
    await c.expect('COPY a b REPLACE', int(1));
    await c.expect('GET b', bulk('1'));
    await c.expect('TTL b', int(-1));
    await c.expect('COPY a b replace REPLACE', int(1));
    await c.expect('COPY missing b REPLACE', int(0));
    await c.expect('GET b', bulk('1'));
  });
  t.test('COPY DB copies into another database, where the same name will do', async (c) => {
    await c.expect('SET a 1 PXAT 99999999999123', ok);
    await c.expect('COPY a a DB 1', int(1));
    await c.expect('COPY a a DB 1', int(0));
    await c.expect('COPY a b db 1', int(1));
    await c.expect('SET a 2', ok);
    await c.expect('COPY a a DB 1 REPLACE', int(1));
    await c.expect('COPY a c REPLACE DB 1', int(1));
    await c.expect('DBSIZE', int(1));
    await c.expect('SELECT 1', ok);
    await c.expect('MGET a b c', array(bulk('2'), bulk('1'), bulk('2')));
    await c.expect('PEXPIRETIME a', int(-1));
    await c.expect('PEXPIRETIME b', int(99999999999123));
    await c.expect('DBSIZE', int(3));
  });
  t.test('COPY: of several DB the last one counts', async (c) => {
    await c.expect('SET a 1', ok);
    await c.expect('COPY a a DB 1 DB 2', int(1));
    await c.expectError('COPY a a DB 1 DB 0', SAME_OBJECTS);
    await c.expect('SELECT 2', ok);
    await c.expect('GET a', bulk('1'));
    await c.expect('SELECT 1', ok);
    await c.expect('GET a', nil);
  });
  t.test('COPY to the very same place is refused, whether or not there is a key', async (c) => {
    await c.expectError('COPY a a', SAME_OBJECTS);
    await c.expect('SET a 1', ok);
    await c.expectError('COPY a a', SAME_OBJECTS);
    await c.expectError('COPY a a REPLACE', SAME_OBJECTS);
    await c.expectError('COPY a a DB 0', SAME_OBJECTS);
    await c.expect('SELECT 3', ok);
    await c.expectError('COPY a a DB 3', SAME_OBJECTS);
    await c.expect('COPY a a DB 0', int(0));
  });
  t.test('COPY of a missing key, or of one past its time, answers 0', async (c) => {
    await c.expect('COPY a b', int(0));
    await c.expectAll(['SET a 1 PXAT 1', 'COPY a b'], [ok, int(0)]);
    await c.expect('DBSIZE', int(0));
  });
  t.test('COPY over a key past its time needs no REPLACE', async (c) => {
    await c.expectAll(
      ['SET a 1', 'SET b 2 PXAT 1', 'COPY a b', 'GET b', 'TTL b'],
      [ok, ok, int(1), bulk('1'), int(-1)],
    );
  });
  t.test('COPY refuses databases that do not exist, before it looks at keys', async (c) => {
    await c.expectError('COPY a b DB 16', DB_INDEX);
    await c.expectError('COPY a b DB -1', DB_INDEX);
    await c.expectError('COPY a b DB 2147483647', DB_INDEX);
    await c.expectError('COPY a b DB 2147483648', NOT_INT32);
    await c.expectError('COPY a b DB -2147483649', NOT_INT32);
    for (const db of ['x', '', '1.5', '01', '9223372036854775808']) {
      await c.expectError(['COPY', 'a', 'b', 'DB', db], NOT_INTEGER);
    }
  });
  t.test('COPY reads its options from left to right and stops at the first that is wrong', async (c) => {
    await c.expectError('COPY a b FOO', SYNTAX);
    await c.expectError('COPY a b DB', SYNTAX);
    await c.expectError('COPY a b REPLACE DB', SYNTAX);
    await c.expectError('COPY a b DB 1 FOO', SYNTAX);
    await c.expectError('COPY a b FOO DB 99', SYNTAX);
    await c.expectError('COPY a b DB 99 FOO', DB_INDEX);
    await c.expectError('COPY a b DB x FOO', NOT_INTEGER);
    await c.expectError('COPY a a FOO', SYNTAX);
    await c.expectError('COPY a', wrongArity('copy'));
  });
});

describeCommands('MOVE', (t) => {
  t.test('MOVE takes a key with its time to live to another database', async (c) => {
    await c.expect('SET a 12 PXAT 99999999999123', ok);
    await c.expect(['SET', 'b', 'x'.repeat(100_000)], ok);
    await c.expect('MOVE a 3', int(1));
    await c.expect('MOVE b 3', int(1));
    await c.expect('DBSIZE', int(0));
    await c.expect('SELECT 3', ok);
    await c.expect('GET a', bulk('12'));
    await c.expect('OBJECT ENCODING a', bulk('int'));
    await c.expect('PEXPIRETIME a', int(99999999999123));
    await c.expect('STRLEN b', int(100_000));
    await c.expect('DBSIZE', int(2));
    await c.expect('MOVE a 0', int(1));
  });
  t.test('MOVE answers 0 for a missing key and for one that the other database has already', async (c) => {
    await c.expect('MOVE a 1', int(0));
    await c.expectAll(['SET a 1 PXAT 1', 'MOVE a 1'], [ok, int(0)]);
    await c.expect('SET a 1', ok);
    await c.expect('MOVE a 1', int(1));
    await c.expect('SET a 2', ok);
    await c.expect('MOVE a 1', int(0));
    await c.expect('GET a', bulk('2'));
    await c.expect('SELECT 1', ok);
    await c.expect('GET a', bulk('1'));
  });
  t.test('MOVE takes the place of a key past its time', async (c) => {
    await c.expectAll(
      ['SELECT 1', 'SET a old PXAT 1', 'SELECT 0', 'SET a new', 'MOVE a 1', 'SELECT 1', 'GET a', 'TTL a'],
      [ok, ok, ok, ok, int(1), ok, bulk('new'), int(-1)],
    );
  });
  t.test('MOVE refuses bad databases and the own one, before it looks at the key', async (c) => {
    await c.expectError('MOVE a 0', SAME_OBJECTS);
    await c.expectError('MOVE a 16', DB_INDEX);
    await c.expectError('MOVE a -1', DB_INDEX);
    await c.expectError('MOVE a 2147483648', NOT_INT32);
    for (const db of ['x', '', '1.5', '01', '9223372036854775808']) await c.expectError(['MOVE', 'a', db], NOT_INTEGER);
    await c.expectError('MOVE a', wrongArity('move'));
    await c.expectError('MOVE a 1 2', wrongArity('move'));
  });
});
