/** INCR, DECR and their kin, INCRBYFLOAT with the long double formatting of the reference. */
import { describeCommands } from '../support/targets.js';
import { bulk, int, nil, ok } from '../support/wire.js';

const NOT_INTEGER = 'ERR value is not an integer or out of range';
const OVERFLOW = 'ERR increment or decrement would overflow';
const NOT_FLOAT = 'ERR value is not a valid float';

describeCommands('INCR, DECR, INCRBY, DECRBY', (t) => {
  t.test('INCR, DECR, INCRBY and DECRBY count from 0 where there is no key', async (c) => {
    await c.expect('INCR a', int(1));
    await c.expect('DECR b', int(-1));
    await c.expect('INCRBY c 5', int(5));
    await c.expect('DECRBY d 5', int(-5));
    await c.expect('INCRBY a -11', int(-10));
    await c.expect('DECRBY b -11', int(10));
    await c.expect('MGET a b c d', '*4\r\n$3\r\n-10\r\n$2\r\n10\r\n$1\r\n5\r\n$2\r\n-5\r\n');
  });
  t.test('INCR and DECR cross every power of ten, growing and shrinking the text', async (c) => {
    for (let digits = 1; digits <= 18; digits++) {
      const nines = 10n ** BigInt(digits) - 1n;
      await c.expect(['SET', 'k', nines], ok);
      await c.expect('INCR k', int(nines + 1n));
      await c.expect('GET k', bulk(String(nines + 1n)));
      await c.expect('DECR k', int(nines));
      await c.expect('GET k', bulk(String(nines)));
      await c.expect(['SET', 'k', -nines], ok);
      await c.expect('DECR k', int(-nines - 1n));
      await c.expect('GET k', bulk(String(-nines - 1n)));
    }
  });
  t.test('INCR walks from negative through 0 to positive', async (c) => {
    await c.expect('SET k -2', ok);
    for (const value of [-1, 0, 1]) {
      await c.expect('INCR k', int(value));
      await c.expect('GET k', bulk(value));
    }
  });
  t.test('INCR counts exactly beyond 2^53', async (c) => {
    await c.expect('SET k 9007199254740991', ok);
    await c.expect('INCR k', int(9007199254740992n));
    await c.expect('INCR k', int(9007199254740993n));
    await c.expect('DECR k', int(9007199254740992n));
    await c.expect('DECRBY k 2', int(9007199254740990n));
    await c.expect('INCRBY k 9007199254740993', int(18014398509481983n));
    await c.expect('GET k', bulk('18014398509481983'));
    await c.expect('DECRBY k 18014398509481984', int(-1));
  });
  t.test('INCR and DECR stop at the ends of int64', async (c) => {
    await c.expect('SET k 9223372036854775806', ok);
    await c.expect('INCR k', int(9223372036854775807n));
    await c.expectError('INCR k', OVERFLOW);
    await c.expectError('INCRBY k 9223372036854775807', OVERFLOW);
    await c.expect('GET k', bulk('9223372036854775807'));
    await c.expect('SET k -9223372036854775807', ok);
    await c.expect('DECR k', int(-9223372036854775808n));
    await c.expectError('DECR k', OVERFLOW);
    await c.expectError('INCRBY k -1', OVERFLOW);
    await c.expectError('DECRBY k 1', OVERFLOW);
    await c.expect('INCRBY k 9223372036854775807', int(-1));
    await c.expect('OBJECT ENCODING k', bulk('int'));
  });
  t.test('DECRBY cannot negate the smallest int64', async (c) => {
    await c.expectError('DECRBY k -9223372036854775808', 'ERR decrement would overflow');
    await c.expect('INCRBY k -9223372036854775808', int(-9223372036854775808n));
    await c.expect('GET k', bulk('-9223372036854775808'));
  });
  t.test('INCR takes only the canonical text of an int64', async (c) => {
    for (const value of [' 1', '1 ', '01', '', '+1', '-0', '-', '1.0', '1e1', 'abc', '0x1', '9223372036854775808']) {
      await c.expect(['SET', 'k', value], ok);
      await c.expectError('INCR k', NOT_INTEGER);
      await c.expectError('DECR k', NOT_INTEGER);
      await c.expectError('INCRBY k 1', NOT_INTEGER);
      await c.expectError('DECRBY k 1', NOT_INTEGER);
      await c.expect('GET k', bulk(value));
    }
    await c.expect('SET k -9223372036854775809', ok);
    await c.expectError('INCR k', NOT_INTEGER);
    await c.expect(['SET', 'k', '1'.repeat(100)], ok);
    await c.expectError('INCR k', NOT_INTEGER);
  });
  t.test('INCRBY and DECRBY take only an int64 as increment', async (c) => {
    for (const increment of ['abc', '1.5', '+1', '""', '9223372036854775808']) {
      await c.expectError(`INCRBY k ${increment}`, NOT_INTEGER);
      await c.expectError(`DECRBY k ${increment}`, NOT_INTEGER);
    }
    await c.expect('EXISTS k', int(0));
    await c.expectError('INCR', "ERR wrong number of arguments for 'incr' command");
    await c.expectError('DECR a b', "ERR wrong number of arguments for 'decr' command");
    await c.expectError('INCRBY a', "ERR wrong number of arguments for 'incrby' command");
    await c.expectError('DECRBY a', "ERR wrong number of arguments for 'decrby' command");
  });
  t.test('INCR keeps the time to live', async (c) => {
    await c.expect('SET k 9 PXAT 99999999999123', ok);
    await c.expect('INCR k', int(10));
    await c.expect('INCRBY k 1000000', int(1000010));
    await c.expect('DECRBY k 1000010', int(0));
    await c.expect('PEXPIRETIME k', int(99999999999123));
  });
  t.test('INCR counts on from what APPEND and SETRANGE wrote', async (c) => {
    await c.expect('SET k 20000', ok);
    await c.expect('APPEND k 1', int(6));
    await c.expect('INCR k', int(200002));
    await c.expect('SETRANGE k 0 7', int(6));
    await c.expect('INCR k', int(700003));
    await c.expect('OBJECT ENCODING k', bulk('int'));
  });
});

describeCommands('INCRBYFLOAT', (t) => {
  t.test('INCRBYFLOAT adds as long doubles do, with 17 digits behind the point at most', async (c) => {
    await c.expect('INCRBYFLOAT k 10.5', bulk('10.5'));
    await c.expect('INCRBYFLOAT k 0.1', bulk('10.6'));
    await c.expect('INCRBYFLOAT k -5', bulk('5.6'));
    await c.expect('INCRBYFLOAT k 5.0e3', bulk('5005.60000000000000009'));
    await c.expect('GET k', bulk('5005.60000000000000009'));
  });
  const sums: [value: string, increment: string, sum: string][] = [
    ['5.0e3', '2.0e2', '5200'],
    ['3', '0', '3'],
    ['3.0', '1.00000000000000000', '4'],
    ['0.1', '0.2', '0.3'],
    ['17179869184', '1.5', '17179869185.5'],
    ['-0.0', '0', '0'],
    ['1', '-1.1', '-0.1'],
    ['1e20', '1e-10', '100000000000000000000'],
    ['0', '1e-17', '0.00000000000000001'],
    ['3.0e0', '0x1p4', '19'],
    ['1', '.5', '1.5'],
    ['1', '5.', '6'],
    ['1', '+5', '6'],
    ['0x10', '0', '16'],
    ['9223372036854775807', '1', '9223372036854775808'],
    ['18446744073709551615', '1', '18446744073709551616'],
  ];
  for (const [value, increment, sum] of sums) {
    t.test(`INCRBYFLOAT of ${value} by ${increment} gives ${sum}`, async (c) => {
      await c.expect(['SET', 'k', value], ok);
      await c.expect(['INCRBYFLOAT', 'k', increment], bulk(sum));
      await c.expect('GET k', bulk(sum));
    });
  }
  t.test('INCRBYFLOAT goes far beyond the range of doubles', async (c) => {
    for (const [value, increment] of [
      ['1e308', '1e308'],
      ['1e4900', '1e4900'],
      ['0', '1e400'],
      ['0', '1e4932'],
      ['0', '-1e4932'],
    ] as const) {
      await c.expect(['SET', 'k', value], ok);
      await c.sameAsReference(['INCRBYFLOAT', 'k', increment]);
      await c.sameAsReference('GET k');
    }
  });
  t.test('INCRBYFLOAT refuses what is not a float', async (c) => {
    await c.expect('SET k 1', ok);
    for (const increment of ['abc', '""', '" 1"', '"1 "', 'nan', '1e', '1_0', '1e5000', '1e-5000']) {
      await c.expectError(`INCRBYFLOAT k ${increment}`, NOT_FLOAT);
    }
    for (const value of ['abc', ' 1', '1 ', 'nan', '']) {
      await c.expect(['SET', 'k', value], ok);
      await c.expectError('INCRBYFLOAT k 1', NOT_FLOAT);
      await c.expect('GET k', bulk(value));
    }
    await c.expectError('INCRBYFLOAT k', "ERR wrong number of arguments for 'incrbyfloat' command");
  });
  t.test('INCRBYFLOAT refuses a sum that is infinite or no number', async (c) => {
    const infinite = 'ERR increment would produce NaN or Infinity';
    for (const increment of ['inf', '-inf', '+inf', 'infinity']) {
      await c.expectError(`INCRBYFLOAT k ${increment}`, infinite);
    }
    await c.expect('SET k inf', ok);
    await c.expectError('INCRBYFLOAT k 1', infinite);
    await c.expectError('INCRBYFLOAT k -inf', infinite);
    await c.expect('SET k 1e4932', ok);
    await c.expectError('INCRBYFLOAT k 1e4932', infinite);
    await c.expect('GET none', nil);
  });
  t.test('INCRBYFLOAT keeps the time to live', async (c) => {
    await c.expect('SET k 1 PXAT 99999999999123', ok);
    await c.expect('INCRBYFLOAT k 1.25', bulk('2.25'));
    await c.expect('PEXPIRETIME k', int(99999999999123));
  });
});
