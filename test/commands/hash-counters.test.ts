/** HINCRBY and HINCRBYFLOAT. */
import { describeCommands } from '../support/targets.js';
import { bulk, bulks, int, ok } from '../support/wire.js';

const NOT_INTEGER = 'ERR value is not an integer or out of range';
const HASH_NOT_INTEGER = 'ERR hash value is not an integer';
const OVERFLOW = 'ERR increment or decrement would overflow';
const NOT_FLOAT = 'ERR value is not a valid float';
const HASH_NOT_FLOAT = 'ERR hash value is not a float';

describeCommands('HINCRBY', (t) => {
  t.test('HINCRBY counts from 0 where there is no field, or no key', async (c) => {
    await c.expect('HINCRBY h a 5', int(5));
    await c.expect('HINCRBY h a -7', int(-2));
    await c.expect('HINCRBY h b -3', int(-3));
    await c.expect('HGETALL h', bulks('a', -2, 'b', -3));
  });
  t.test('HINCRBY counts in a table as in a listpack, through every length', async (c) => {
    for (const limit of ['512', '0']) {
      await c.configSet('hash-max-listpack-entries', limit);
      for (let digits = 1; digits <= 18; digits++) {
        const nines = 10n ** BigInt(digits) - 1n;
        await c.expect(['HSET', 'h', 'n', nines, 'other', 'x'], int(digits === 1 ? 2 : 0));
        await c.expect('HINCRBY h n 1', int(nines + 1n));
        await c.expect('HGET h n', bulk(String(nines + 1n)));
        await c.expect('HINCRBY h n -1', int(nines));
        await c.expect('HMGET h n other', bulks(String(nines), 'x'));
      }
      await c.expect('DEL h', int(1));
    }
  });
  t.test('HINCRBY counts exactly beyond 2^53 and stops at the ends of int64', async (c) => {
    await c.expect('HSET h n 9007199254740991', int(1));
    await c.expect('HINCRBY h n 2', int(9007199254740993n));
    await c.expect('HINCRBY h n 9214364837600034814', int(9223372036854775807n));
    await c.expectError('HINCRBY h n 1', OVERFLOW);
    await c.expectError('HINCRBY h n 9223372036854775807', OVERFLOW);
    await c.expect('HINCRBY h n -9223372036854775808', int(-1));
    await c.expect('HINCRBY h n -9223372036854775807', int(-9223372036854775808n));
    await c.expectError('HINCRBY h n -1', OVERFLOW);
    await c.expect('HINCRBY h m -9223372036854775808', int(-9223372036854775808n));
    await c.expect('HGETALL h', bulks('n', '-9223372036854775808', 'm', '-9223372036854775808'));
  });
  t.test('HINCRBY takes only the canonical text of an int64, on both sides', async (c) => {
    for (const text of ['', 'abc', ' 1', '1 ', '01', '+1', '-0', '1.0', '1e1', '9223372036854775808', '1'.repeat(60)]) {
      await c.expectError(['HINCRBY', 'h', 'a', text], NOT_INTEGER);
      await c.expect(['HSET', 'g', 'a', text], text === '' ? int(1) : int(0));
      await c.expectError('HINCRBY g a 1', HASH_NOT_INTEGER);
      await c.expect('HGET g a', bulk(text));
    }
    await c.expect('EXISTS h', int(0));
  });
  t.test('HINCRBY looks at the increment before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('HINCRBY s a x', NOT_INTEGER);
  });
});

describeCommands('HINCRBYFLOAT', (t) => {
  t.test('HINCRBYFLOAT adds as long doubles do', async (c) => {
    await c.expect('HINCRBYFLOAT h a 10.5', bulk('10.5'));
    await c.expect('HINCRBYFLOAT h a 0.1', bulk('10.6'));
    await c.expect('HINCRBYFLOAT h a -5', bulk('5.6'));
    await c.expect('HINCRBYFLOAT h a 5.0e3', bulk('5005.60000000000000009'));
    await c.expect('HGETALL h', bulks('a', '5005.60000000000000009'));
    await c.expect('HSET h i 3', int(1));
    await c.expect('HINCRBYFLOAT h i 2', bulk('5'));
    await c.expect('HINCRBY h i 1', int(6));
  });
  t.test('HINCRBYFLOAT answers a sum of hundreds of digits, and the hash becomes a table for it', async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.sameAsReference('HINCRBYFLOAT h a 1e400');
    await c.expect('OBJECT ENCODING h', bulk('hashtable'));
    await c.expect('HSTRLEN h a', int(401));
    await c.expect('HGET h b', bulk(2));
  });
  t.test('HINCRBYFLOAT refuses what is no number, NaN and infinity, on both sides', async (c) => {
    for (const text of ['abc', '', ' 1', '1x', 'nan']) {
      await c.expectError(['HINCRBYFLOAT', 'h', 'a', text], NOT_FLOAT);
      await c.expect(['HSET', 'g', 'a', text], text === 'abc' ? int(1) : int(0));
      await c.expectError('HINCRBYFLOAT g a 1', HASH_NOT_FLOAT);
    }
    for (const text of ['inf', '-inf', 'Infinity']) {
      await c.expectError(`HINCRBYFLOAT h a ${text}`, 'ERR value is NaN or Infinity');
    }
    await c.expect('HSET g a inf', int(0));
    await c.expectError('HINCRBYFLOAT g a 1', 'ERR increment would produce NaN or Infinity');
    await c.expect(['HSET', 'g', 'a', '1'.repeat(6000)], int(0));
    await c.expectError('HINCRBYFLOAT g a 1', HASH_NOT_FLOAT);
    await c.expect('EXISTS h', int(0));
  });
  t.test('HINCRBYFLOAT looks at the increment before the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('HINCRBYFLOAT s a x', NOT_FLOAT);
    await c.expectError('HINCRBYFLOAT s a inf', 'ERR value is NaN or Infinity');
  });
});
