/** SET with each of its options, their combinations and the order of its checks, as recorded from the reference. */
import { describeCommands } from '../support/targets.js';
import { bulk, int, nil, nil3, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_EXPIRY = "ERR invalid expire time in 'set' command";

describeCommands('SET', (t) => {
  t.test('SET replaces the value and drops the time to live', async (c) => {
    await c.expect('SET k v EX 100', ok);
    await c.expect('SET k w', ok);
    await c.expect('GET k', bulk('w'));
    await c.expect('TTL k', int(-1));
  });
  t.test('SET replaces values by longer and by shorter ones', async (c) => {
    for (const length of [0, 1, 30, 5, 1000, 44, 45, 70_000, 300, 0, 200_000]) {
      const value = String(length % 10).repeat(length);
      await c.expect(['SET', 'k', value], ok);
      await c.expect('GET k', bulk(value));
    }
  });
  t.test('SET takes a key and a value at least', async (c) => {
    await c.expectError('SET', "ERR wrong number of arguments for 'set' command");
    await c.expectError('SET k', "ERR wrong number of arguments for 'set' command");
  });
  t.test('SET NX stores only where there is no key, XX only where there is one', async (c) => {
    await c.expect('SET k v XX', nil);
    await c.expect('SET k v NX', ok);
    await c.expect('SET k w nx', nil);
    await c.expect('GET k', bulk('v'));
    await c.expect('SET k w xx', ok);
    await c.expect('GET k', bulk('w'));
    await c.expect('SET k x NX NX', nil);
  });
  t.test('SET NX and XX answer the null of RESP3 when they store nothing', { resp: 3 }, async (c) => {
    await c.expect('SET k v XX', nil3);
    await c.expect('SET k v NX', ok);
    await c.expect('SET k v NX', nil3);
  });
  t.test('SET takes a key past its time for missing', async (c) => {
    await c.expect('SET k v PXAT 1', ok);
    await c.expect('SET k w XX', nil);
    await c.expect('SET k w PXAT 1', ok);
    await c.expect('SET k x NX GET', nil);
    await c.expect('GET k', bulk('x'));
  });
  t.test('SET GET answers the old value, null when there was none', async (c) => {
    await c.expect('SET k v GET', nil);
    await c.expect('SET k w GET', bulk('v'));
    await c.expect('SET k x get GET', bulk('w'));
    await c.expect('GET k', bulk('x'));
  });
  t.test('SET GET answers the null of RESP3', { resp: 3 }, (c) => c.expect('SET k v GET', nil3));
  t.test('SET NX GET answers the value that kept it from storing, and null when it stored', async (c) => {
    await c.expect('SET k v NX GET', nil);
    await c.expect('SET k w NX GET', bulk('v'));
    await c.expect('GET k', bulk('v'));
  });
  t.test('SET XX GET answers the old value when it stored, and null when it did not', async (c) => {
    await c.expect('SET k v XX GET', nil);
    await c.expect('EXISTS k', int(0));
    await c.expect('SET k v', ok);
    await c.expect('SET k w XX GET', bulk('v'));
    await c.expect('GET k', bulk('w'));
  });
  t.test('SET EX, PX, EXAT and PXAT set the time to live, in any case and order', async (c) => {
    await c.expect('SET k v EX 100', ok);
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
    await c.expect('SET k v px 200000', ok);
    await c.expectMatch('TTL k', /^:(199|200)\r\n$/);
    await c.expect('SET k v Exat 99999999999', ok);
    await c.expect('EXPIRETIME k', int(99999999999));
    await c.expect('SET k v pXaT 99999999999123', ok);
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('SET k w EX 300 XX GET', bulk('v'));
    await c.expectMatch('TTL k', /^:(299|300)\r\n$/);
    await c.expect('SET n v NX PX 400000 GET', nil);
    await c.expectMatch('TTL n', /^:(399|400)\r\n$/);
  });
  t.test('SET KEEPTTL keeps the time to live, or the lack of one', async (c) => {
    await c.expect('SET k v PXAT 99999999999123', ok);
    await c.expect('SET k a longer value than before KEEPTTL'.split(' '), '-ERR syntax error\r\n');
    await c.expect(['SET', 'k', 'x'.repeat(500), 'KEEPTTL'], ok);
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('SET k 5 keepttl keepttl', ok);
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('SET n v KEEPTTL', ok);
    await c.expect('TTL n', int(-1));
  });
  t.test('SET with a time in the past stores a key that is gone at once', async (c) => {
    await c.expect('SET k v EXAT 1', ok);
    await c.expect('EXISTS k', int(0));
    await c.expect('SET k v GET PXAT 1', nil);
    await c.expect('GET k', nil);
  });
  t.test('SET refuses options that contradict each other', async (c) => {
    await c.expect('SET k v', ok);
    for (const options of [
      'NX XX',
      'XX NX',
      'EX 10 PX 10',
      'PX 10 EX 10',
      'EX 10 EXAT 10',
      'PXAT 10 EXAT 10',
      'EX 10 KEEPTTL',
      'KEEPTTL EX 10',
      'KEEPTTL PXAT 10',
    ]) {
      await c.expectError(`SET k w ${options}`, SYNTAX);
    }
    await c.expect('GET k', bulk('v'));
  });
  t.test('SET takes the last of several expiries of one kind', async (c) => {
    await c.expect('SET k v EX 10 EX 100', ok);
    await c.expectMatch('TTL k', /^:(99|100)\r\n$/);
  });
  t.test('SET refuses unknown options and options without their value', async (c) => {
    for (const options of ['FOO', 'PERSIST', 'EX', 'NX PX', 'EXAT', 'PXAT', '""', 'N', 'NXX', 'KEEPTTLX', '10']) {
      await c.expectError(`SET k v ${options}`, SYNTAX);
    }
    await c.expect('EXISTS k', int(0));
  });
  t.test('SET refuses an expiry that is no number', async (c) => {
    for (const time of ['abc', '10.0', '+10', '010', '"10 "', '""', '9223372036854775808']) {
      await c.expectError(`SET k v EX ${time}`, NOT_INTEGER);
    }
  });
  t.test('SET refuses an expiry that is not positive or overflows', async (c) => {
    for (const option of ['EX', 'PX', 'EXAT', 'PXAT']) {
      await c.expectError(`SET k v ${option} 0`, BAD_EXPIRY);
      await c.expectError(`SET k v ${option} -1`, BAD_EXPIRY);
    }
    for (const time of ['9223372036854775807', '9223372036854776', '9223372036854775']) {
      await c.expectError(`SET k v EX ${time}`, BAD_EXPIRY);
    }
    await c.expectError('SET k v PX 9223372036854775807', BAD_EXPIRY);
    await c.expectError('SET k v EXAT 9223372036854776', BAD_EXPIRY);
    await c.expect('EXISTS k', int(0));
  });
  t.test('SET takes the latest time that there is', async (c) => {
    await c.expect('SET k v PXAT 9223372036854775807', ok);
    await c.expect('SET l v EXAT 9223372036854775', ok);
    await c.expect('MGET k l', '*2\r\n$1\r\nv\r\n$1\r\nv\r\n');
  });
  t.test('SET reads its expiry before it looks at the key', async (c) => {
    await c.expect('SET k v', ok);
    await c.expectError('SET k w NX EX abc', NOT_INTEGER);
    await c.expectError('SET k w NX EX 0', BAD_EXPIRY);
    await c.expectError('SET k w GET EX 0', BAD_EXPIRY);
    await c.expectError('SET k w GET EX abc', NOT_INTEGER);
    await c.expectError('SET k w EX abc FOO', SYNTAX);
  });
});
