/**
 * EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT with their conditions, the commands that answer a time to live, and PERSIST.
 * Every expectation was recorded from the reference.
 */
import { describeCommands } from '../support/targets.js';
import { pollUntil } from '../support/wait.js';
import { array, bulk, bytes, int, nil, ok } from '../support/wire.js';

const NOT_INTEGER = 'ERR value is not an integer or out of range';
const NX_WITH_OTHERS = 'ERR NX and XX, GT or LT options at the same time are not compatible';
const GT_AND_LT = 'ERR GT and LT options at the same time are not compatible';
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';

const badExpiry = (command: string): string => `ERR invalid expire time in '${command}' command`;
const wrongArity = (command: string): string => `ERR wrong number of arguments for '${command}' command`;

/** A number between these two as a reply: what is left of a time that began to run in this test. */
const between = (least: number, greatest: number) => {
  const range = Array.from({ length: greatest - least + 1 }, (_, i) => least + i);
  return new RegExp(`^:(${range.join('|')})\r\n$`);
};
/** 90001 to 100000 milliseconds. */
const AT_MOST_100_SECONDS_MS = /^:(9\d{4}|100000)\r\n$/;

describeCommands('EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT', (t) => {
  t.test('EXPIRE and PEXPIRE set a time to live relative to now', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('EXPIRE k 100', int(1));
    await c.expectMatch('TTL k', between(99, 100));
    await c.expectMatch('PTTL k', AT_MOST_100_SECONDS_MS);
    await c.expect('PEXPIRE k 20000', int(1));
    await c.expectMatch('TTL k', between(19, 20));
    await c.expect('GET k', bulk('v'));
  });
  t.test('EXPIREAT and PEXPIREAT set the time itself', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('EXPIREAT k 99999999999', int(1));
    await c.expect('EXPIRETIME k', int(99999999999));
    await c.expect('PEXPIRETIME k', int(99999999999000));
    await c.expect('PEXPIREAT k 88888888888123', int(1));
    await c.expect('EXPIRETIME k', int(88888888888));
    await c.expect('PEXPIRETIME k', int(88888888888123));
  });
  t.test('the four of them answer 0 for a missing key', async (c) => {
    for (const name of ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']) {
      await c.expect([name, 'k', '99999999999'], int(0));
      await c.expect([name, 'k', '0'], int(0));
    }
  });
  t.test('a key past its time counts as missing', async (c) => {
    for (const name of ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']) {
      await c.expectAll(['SET k v PXAT 1', [name, 'k', '99999999999']], [ok, int(0)]);
    }
    await c.expectAll(['SET k v PXAT 1', 'PERSIST k'], [ok, int(0)]);
  });
  t.test('a time that has passed deletes the key and answers 1', async (c) => {
    const cases = ['EXPIRE k 0', 'EXPIRE k -1', 'PEXPIRE k 0', 'PEXPIRE k -1', 'EXPIREAT k 1', 'EXPIREAT k -1'];
    for (const command of [...cases, 'PEXPIREAT k 1', 'PEXPIREAT k 0', 'PEXPIREAT k -5']) {
      await c.expect('SET k v', ok);
      await c.expect(command, int(1));
      await c.expect('EXISTS k', int(0));
      await c.expect('DBSIZE', int(0));
    }
  });
  t.test('a time that has passed deletes the key with lazyfree-lazy-expire too', async (c) => {
    await c.configSet('lazyfree-lazy-expire', 'yes');
    await c.expect('SET k v', ok);
    await c.expect('EXPIRE k -1', int(1));
    await c.expect('EXISTS k', int(0));
  });
  t.test('a new time replaces the old one, and the value survives many changes', async (c) => {
    await c.expect(['SET', 'k', 'v'.repeat(200)], ok);
    for (let i = 0; i < 50; i++) {
      await c.expect(['PEXPIREAT', 'k', 99999999999000 + i], int(1));
      await c.expect('PEXPIRETIME k', int(99999999999000 + i));
      if (i % 7 === 0) await c.expect('PERSIST k', int(1));
    }
    await c.expect('GET k', bulk('v'.repeat(200)));
  });
  t.test('keys of any bytes and any length can expire', async (c) => {
    for (const key of ['', '\0', '\r\n', 'k'.repeat(254), 'k'.repeat(255), 'k'.repeat(1000)]) {
      await c.expect(['SET', bytes(key), 'v'], ok);
      await c.expect(['PEXPIREAT', bytes(key), '99999999999123'], int(1));
      await c.expect(['PEXPIRETIME', bytes(key)], int(99999999999123));
      await c.expect(['PERSIST', bytes(key)], int(1));
      await c.expect(['GET', bytes(key)], bulk('v'));
      await c.expect(['PEXPIRE', bytes(key), '-1'], int(1));
      await c.expect(['EXISTS', bytes(key)], int(0));
    }
  });
  t.test('a time that is no 64-bit integer is refused, whether or not there is a key', async (c) => {
    await c.expect('SET k v', ok);
    for (const name of ['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT']) {
      for (const time of ['x', '', '1.5', ' 1', '+1', '01', '9223372036854775808', '-9223372036854775809']) {
        await c.expectError([name, 'k', time], NOT_INTEGER);
        await c.expectError([name, 'missing', time], NOT_INTEGER);
      }
    }
    await c.expect('TTL k', int(-1));
  });
  t.test('a time that does not fit 64 bits as milliseconds is refused, whether or not there is a key', async (c) => {
    await c.expect('SET k v', ok);
    for (const key of ['k', 'missing']) {
      await c.expectError(['EXPIRE', key, INT64_MAX], badExpiry('expire'));
      await c.expectError(['EXPIRE', key, INT64_MIN], badExpiry('expire'));
      await c.expectError(['EXPIRE', key, '9223372036854775'], badExpiry('expire'));
      await c.expectError(['EXPIRE', key, '-9223372036854776'], badExpiry('expire'));
      await c.expectError(['PEXPIRE', key, INT64_MAX], badExpiry('pexpire'));
      await c.expectError(['PEXPIRE', key, '9223372036854775000'], badExpiry('pexpire'));
      await c.expectError(['EXPIREAT', key, '9223372036854776'], badExpiry('expireat'));
      await c.expectError(['EXPIREAT', key, '-9223372036854776'], badExpiry('expireat'));
    }
    await c.expect('TTL k', int(-1));
  });
  t.test('the largest time of all is taken', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect(['PEXPIREAT', 'k', INT64_MAX], int(1));
    await c.expect('PEXPIRETIME k', int(BigInt(INT64_MAX)));
    await c.expect('EXPIRETIME k', int(9223372036854776n));
    await c.expect('EXPIREAT k 9223372036854775', int(1));
    await c.expect('GET k', bulk('v'));
  });
  t.test('the smallest times of all delete the key', async (c) => {
    const cases = ['EXPIRE k -9223372036854775', 'EXPIREAT k -9223372036854775'];
    for (const command of [...cases, `PEXPIRE k ${INT64_MIN}`, `PEXPIREAT k ${INT64_MIN}`]) {
      await c.expect('SET k v', ok);
      await c.expect(command, int(1));
      await c.expect('EXISTS k', int(0));
    }
  });
  t.test('each of them takes a key and a time at least', async (c) => {
    for (const name of ['expire', 'pexpire', 'expireat', 'pexpireat']) {
      await c.expectError([name], wrongArity(name));
      await c.expectError([name, 'k'], wrongArity(name));
    }
  });
});

describeCommands('conditions of the EXPIRE family', (t) => {
  // Milliseconds since 1970 must be large ones to lie ahead.
  for (const [name, unit] of [
    ['EXPIRE', 1],
    ['PEXPIRE', 1],
    ['EXPIREAT', 1],
    ['PEXPIREAT', 1000],
  ] as const) {
    const early = 77777777777 * unit;
    const late = 88888888888 * unit;
    const later = 99999999999 * unit;
    const latest = 999999999999 * unit;
    t.test(`${name} NX sets a time only where there is none, XX only where there is one`, async (c) => {
      await c.expect('SET k v', ok);
      await c.expect([name, 'k', late, 'XX'], int(0));
      await c.expect('PEXPIRETIME k', int(-1));
      await c.expect([name, 'k', late, 'NX'], int(1));
      const before = await c.ask('PEXPIRETIME k');
      await c.expect([name, 'k', later, 'nx'], int(0));
      await c.expect('PEXPIRETIME k', int(Number(before)));
      await c.expect([name, 'k', later, 'xx'], int(1));
      await c.expect([name, 'k', later, 'NX', 'NX'], int(0));
      await c.expect([name, 'k', late, 'XX', 'XX'], int(1));
    });
    t.test(`${name} GT sets only a later time, LT only an earlier one`, async (c) => {
      await c.expect(['SET', 'k', 'v'], ok);
      await c.expect([name, 'k', late], int(1));
      await c.expect([name, 'k', early, 'GT'], int(0));
      await c.expect([name, 'k', later, 'gt'], int(1));
      await c.expect([name, 'k', latest, 'LT'], int(0));
      await c.expect([name, 'k', early, 'lt'], int(1));
      await c.expect([name, 'k', late, 'XX', 'GT'], int(1));
      await c.expect([name, 'k', early, 'LT', 'XX'], int(1));
    });
    t.test(`${name} checks its conditions for a missing key as well`, async (c) => {
      for (const word of ['NX', 'XX', 'GT', 'LT']) await c.expect([name, 'k', '100', word], int(0));
      await c.expectError([name, 'k', '100', 'NX', 'XX'], NX_WITH_OTHERS);
    });
  }
  t.test('GT and LT of the very same time change nothing', async (c) => {
    await c.expect('SET k v PXAT 99999999999123', ok);
    await c.expect('PEXPIREAT k 99999999999123 GT', int(0));
    await c.expect('PEXPIREAT k 99999999999123 LT', int(0));
    await c.expect('PEXPIREAT k 99999999999124 GT', int(1));
    await c.expect('PEXPIREAT k 99999999999122 LT', int(1));
    await c.expect('PEXPIRETIME k', int(99999999999122));
  });
  t.test('no time to live counts as an infinite one: GT never replaces it, LT always does', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect(['PEXPIREAT', 'k', INT64_MAX, 'GT'], int(0));
    await c.expect('PEXPIRETIME k', int(-1));
    await c.expect('PEXPIREAT k 99999999999123 XX LT', int(0));
    await c.expect('PEXPIREAT k 99999999999123 LT', int(1));
    await c.expect('PEXPIRETIME k', int(99999999999123));
  });
  t.test('a time that has passed deletes the key only when the condition holds', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('EXPIRE k -1 XX', int(0));
    await c.expect('EXPIRE k -1 GT', int(0));
    await c.expect('EXPIRE k -1 NX', int(1));
    await c.expect('EXISTS k', int(0));
    await c.expect('SET k v EX 100', ok);
    await c.expect('EXPIRE k -1 NX', int(0));
    await c.expect('EXPIRE k -1 GT', int(0));
    await c.expect('EXPIRE k -1 LT', int(1));
    await c.expect('EXISTS k', int(0));
  });
  t.test('NX goes with no other condition, GT not with LT', async (c) => {
    await c.expect('SET k v', ok);
    for (const word of ['XX', 'GT', 'LT', 'xx']) {
      await c.expectError(['EXPIRE', 'k', '100', 'NX', word], NX_WITH_OTHERS);
      await c.expectError(['EXPIRE', 'k', '100', word, 'NX'], NX_WITH_OTHERS);
    }
    await c.expectError('PEXPIRE k 100 GT LT', GT_AND_LT);
    await c.expectError('EXPIREAT k 100 LT GT XX', GT_AND_LT);
    await c.expectError('PEXPIREAT k 100 LT GT NX', NX_WITH_OTHERS);
    await c.expect('TTL k', int(-1));
  });
  t.test('another word is refused with itself in the message', async (c) => {
    await c.expect('SET k v', ok);
    await c.expectError('EXPIRE k 100 FOO', 'ERR Unsupported option FOO');
    await c.expectError('PEXPIRE k 100 NX foo XX', 'ERR Unsupported option foo');
    await c.expectError(['EXPIREAT', 'k', '100', ''], 'ERR Unsupported option ');
    await c.expectError(['PEXPIREAT', 'k', '100', bytes('a\0b')], 'ERR Unsupported option a');
    await c.expectError(['EXPIRE', 'k', '100', bytes('a\r\nb\xff')], 'ERR Unsupported option a  b\xff');
    await c.expectError(['EXPIRE', 'k', '100', 'x'.repeat(300)], `ERR Unsupported option ${'x'.repeat(300)}`);
    await c.expect('TTL k', int(-1));
  });
  t.test('the conditions are checked before the time, the time before the key', async (c) => {
    await c.expectError('EXPIRE missing x FOO', 'ERR Unsupported option FOO');
    await c.expectError('EXPIRE missing x NX XX', NX_WITH_OTHERS);
    await c.expectError('EXPIRE missing x NX', NOT_INTEGER);
    await c.expectError(['EXPIRE', 'missing', INT64_MAX, 'XX'], badExpiry('expire'));
  });
});

describeCommands('TTL, PTTL, EXPIRETIME, PEXPIRETIME, PERSIST', (t) => {
  const READERS = ['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME'];

  t.test('a missing key has the time -2, a key without a time -1', async (c) => {
    await c.expect('SET k v', ok);
    for (const name of READERS) {
      await c.expect([name, 'missing'], int(-2));
      await c.expect([name, 'k'], int(-1));
    }
  });
  t.test('a key past its time is missing', async (c) => {
    for (const name of READERS) await c.expectAll(['SET k v PXAT 1', [name, 'k']], [ok, int(-2)]);
  });
  t.test('TTL and EXPIRETIME round to the nearest second', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('PEXPIREAT k 99999999999499', int(1));
    await c.expect('EXPIRETIME k', int(99999999999));
    await c.expect('PEXPIREAT k 99999999999500', int(1));
    await c.expect('EXPIRETIME k', int(100000000000));
    await c.expect('PEXPIRE k 100400', int(1));
    await c.expect('TTL k', int(100));
  });
  t.test('they answer integers in RESP3 as well', { resp: 3 }, async (c) => {
    await c.expect('SET k v PXAT 99999999999123', ok);
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('TTL missing', int(-2));
  });
  t.test('PERSIST takes the time away and tells whether there was one', async (c) => {
    await c.expect('SET k v EX 100', ok);
    await c.expect('PERSIST k', int(1));
    await c.expect('TTL k', int(-1));
    await c.expect('PERSIST k', int(0));
    await c.expect('PERSIST missing', int(0));
    await c.expect('GET k', bulk('v'));
  });
  t.test('each of them takes exactly one key', async (c) => {
    for (const name of ['ttl', 'pttl', 'expiretime', 'pexpiretime', 'persist']) {
      await c.expectError([name], wrongArity(name));
      await c.expectError([name, 'a', 'b'], wrongArity(name));
    }
  });
  t.test('a key goes when its time comes, without anybody touching it', async (c) => {
    await c.expectAll(['SET a v PX 1', 'SET b v', 'PEXPIRE b 2', 'SET c v'], [ok, ok, int(1), ok]);
    await pollUntil(async () => (await c.ask('DBSIZE')) === 1, 'two keys to expire');
    await c.expect('MGET a b c', array(nil, nil, bulk('v')));
  });
});
