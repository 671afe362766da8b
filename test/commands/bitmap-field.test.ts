/** BITFIELD and BITFIELD_RO, as recorded from the reference. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, error, int, nil, nil3, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_OFFSET = 'ERR bit offset is not an integer or out of range';
const BAD_TYPE = 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
const MAX = 9223372036854775807n;
const MIN = -9223372036854775808n;
const ints = (...values: (number | bigint)[]): string => array(...values.map(int));

describeCommands('BITFIELD', (t) => {
  t.test('BITFIELD without operations answers an empty array and creates nothing', async (c) => {
    await c.expect('BITFIELD k', array());
    await c.expect('BITFIELD k OVERFLOW SAT', array());
    await c.expect('EXISTS k', int(0));
    await c.expectError('BITFIELD', "ERR wrong number of arguments for 'bitfield' command");
  });
  t.test('BITFIELD GET reads signed and unsigned fields anywhere, zeros behind the end', async (c) => {
    await c.expect('SET k "\\xff\\x0f\\x80"', ok);
    await c.expect('BITFIELD k GET u8 0 GET i8 0 GET u4 8 GET u12 4 GET i5 3', ints(255, -1, 0, 3855, -1));
    await c.expect(
      'BITFIELD k GET u8 20 GET u1 16 GET i1 16 GET u8 1000 GET u63 0',
      ints(0, 1, -1, 0, 0x7f87c00000000000n),
    );
    await c.expect('BITFIELD none GET u8 0 GET i64 100', ints(0, 0));
    await c.expect('EXISTS none', int(0));
  });
  t.test('BITFIELD SET answers the old value and grows the string', async (c) => {
    await c.expect('BITFIELD k SET i8 3 -5 GET i8 3 GET u8 3', ints(0, -5, 251));
    await c.expect('GET k', bulk('\x1f\x60'));
    await c.expect('BITFIELD k SET u8 100 255', ints(0));
    await c.expect('STRLEN k', int(14));
    await c.expect('BITFIELD k set u8 0 1 get u8 0', ints(31, 1));
  });
  t.test('BITFIELD offsets with # count fields', async (c) => {
    await c.expect('BITFIELD k SET u8 #1 7 SET u4 #5 3 GET u8 8 GET u4 20', ints(0, 0, 7, 3));
    await c.expect('BITFIELD k GET u8 #2', ints(3));
  });
  t.test('BITFIELD offsets with # wrap as 64-bit integers do', async (c) => {
    await c.expect('SET k a', ok);
    await c.expect('BITFIELD k GET u8 #2305843009213693952', ints(97));
    await c.expect('BITFIELD k GET u8 #-2305843009213693952', ints(97));
    await c.expectError('BITFIELD k GET i5 #9223372036854775807', BAD_OFFSET);
    await c.expectError('BITFIELD k GET i4 #9223372036854775807', BAD_OFFSET);
  });
  t.test('BITFIELD INCRBY answers the new value, wrapping by default', async (c) => {
    await c.expect('BITFIELD k INCRBY u8 0 250 INCRBY u8 0 10 INCRBY u8 0 -5', ints(250, 4, 255));
    await c.expect('BITFIELD k INCRBY i8 8 127 INCRBY i8 8 1 INCRBY i8 8 -1', ints(127, -128, 127));
    await c.expect(`BITFIELD k INCRBY i4 0 ${MAX} INCRBY i4 0 ${MIN}`, ints(-2, -2));
  });
  t.test('BITFIELD SET wraps the value into the field by default', async (c) => {
    await c.expect('BITFIELD k SET u4 0 100 SET u4 0 -1 SET i4 0 100 SET i4 0 -100 GET i4 0', ints(0, 4, -1, 4, -4));
  });
  t.test('BITFIELD OVERFLOW SAT stops at the ends of the field', async (c) => {
    await c.expect('BITFIELD k OVERFLOW SAT INCRBY u8 0 300 INCRBY u8 0 -300', ints(255, 0));
    await c.expect('BITFIELD k overflow sat INCRBY i4 0 100 INCRBY i4 0 -100', ints(7, -8));
    await c.expect(`BITFIELD k OVERFLOW SAT INCRBY i4 0 ${MAX} INCRBY i4 0 ${MIN}`, ints(7, -8));
    await c.expect('BITFIELD k OVERFLOW SAT SET u4 8 100 GET u4 8 SET i4 8 -100 GET i4 8', ints(0, 15, -1, -8));
    await c.expect('BITFIELD k OVERFLOW SAT SET u4 8 -1 GET u4 8', ints(8, 15));
  });
  t.test('BITFIELD OVERFLOW SAT SET of a number near -2^63 stores the largest number', async (c) => {
    for (const [value, stored] of [
      [MIN, 7],
      [MIN + 7n, 7],
      [MIN + 8n, -8],
    ] as const) {
      await c.expect(`BITFIELD k SET i4 0 0 OVERFLOW SAT SET i4 0 ${value} GET i4 0`, ints(0, 0, stored));
      await c.expect('DEL k', int(1));
    }
  });
  t.test('BITFIELD OVERFLOW FAIL answers null and leaves the field alone', async (c) => {
    await c.expect('BITFIELD k OVERFLOW FAIL INCRBY u8 0 255 INCRBY u8 0 1 GET u8 0', array(int(255), nil, int(255)));
    await c.expect('BITFIELD k OVERFLOW FAIL SET u4 0 100 SET i4 0 -100 GET u8 0', array(nil, nil, int(255)));
    await c.expect('BITFIELD k OVERFLOW FAIL INCRBY i8 0 -128 INCRBY u8 8 -1', array(nil, nil));
  });
  t.test('BITFIELD OVERFLOW FAIL answers the null of RESP3', { resp: 3 }, async (c) => {
    await c.expect('BITFIELD k GET u2 0 OVERFLOW FAIL INCRBY u2 0 5', array(int(0), nil3));
  });
  t.test('BITFIELD OVERFLOW holds for the operations behind it, until the next', async (c) => {
    await c.expect(
      'BITFIELD k SET u2 0 3 INCRBY u2 0 1 OVERFLOW SAT INCRBY u2 0 9 OVERFLOW FAIL INCRBY u2 0 9 OVERFLOW WRAP INCRBY u2 0 9',
      array(int(0), int(0), int(3), nil, int(0)),
    );
  });
  t.test('BITFIELD counts exactly in fields of up to 64 bits', async (c) => {
    await c.expect(`BITFIELD k SET u63 1 ${MAX} GET u63 1 GET i64 0`, ints(0, MAX, MAX));
    await c.expect(
      `BITFIELD k SET i64 0 ${MIN} GET i64 0 INCRBY i64 0 -1 OVERFLOW SAT INCRBY i64 0 1 INCRBY i64 0 ${MIN} INCRBY i64 0 ${MIN}`,
      ints(MAX, MIN, MAX, MAX, -1, MIN),
    );
    await c.expect(
      `BITFIELD k SET u63 3 0 OVERFLOW SAT INCRBY u63 3 ${MAX} INCRBY u63 3 ${MAX} INCRBY u63 3 ${MIN} INCRBY u63 3 -1`,
      array(int(0), int(MAX), int(MAX), int(0), int(0)),
    );
    await c.expect(
      `BITFIELD k SET u63 3 0 INCRBY u63 3 ${MAX} INCRBY u63 3 ${MAX} INCRBY u63 3 ${MIN} INCRBY u63 3 -1`,
      array(int(0), int(MAX), int(MAX - 1n), int(MAX - 1n), int(MAX - 2n)),
    );
    await c.expect(
      `BITFIELD k SET i54 7 9007199254740991 INCRBY i54 7 1 OVERFLOW FAIL INCRBY i54 7 -1 INCRBY i54 7 9007199254740992 GET i54 7`,
      array(int(-1), int(-9007199254740992n), nil, int(0), int(0)),
    );
  });
  for (const bits of [1, 2, 7, 8, 9, 31, 32, 33, 52, 53, 54, 63]) {
    t.test(`BITFIELD gives what the reference gives for fields of ${bits} bits at every shift`, async (c) => {
      const top = 1n << BigInt(bits - 1);
      const operations: (string | number | bigint)[] = [];
      for (let offset = 0; offset < 9; offset++) {
        for (const type of [`u${bits}`, `i${bits}`, `i${bits + 1}`]) {
          operations.push('OVERFLOW', 'WRAP', 'SET', type, offset, top - 1n, 'INCRBY', type, offset, 1);
          operations.push('GET', type, offset, 'SET', type, offset, -top, 'INCRBY', type, offset, -1);
          operations.push('OVERFLOW', 'SAT', 'INCRBY', type, offset, top - 1n, 'INCRBY', type, offset, top - 1n);
          operations.push('INCRBY', type, offset, top - 1n, 'INCRBY', type, offset, -top, 'INCRBY', type, offset, -top);
          operations.push('INCRBY', type, offset, -top, 'OVERFLOW', 'FAIL', 'INCRBY', type, offset, -1);
          operations.push('INCRBY', type, offset, top - 1n, 'INCRBY', type, offset, 1, 'GET', type, offset);
        }
      }
      await c.sameAsReference(['BITFIELD', 'k', ...operations]);
      await c.sameAsReference('GET k');
    });
  }
  t.test('BITFIELD makes an integer raw when it writes, not when it reads', async (c) => {
    await c.expect('SET n 12 PXAT 99999999999123', ok);
    await c.expect('BITFIELD n GET u8 0', ints(49));
    await c.expect('OBJECT ENCODING n', bulk('int'));
    await c.expect('BITFIELD n OVERFLOW FAIL INCRBY u8 0 1000', array(nil));
    await c.expect('OBJECT ENCODING n', bulk('raw'));
    await c.expect('BITFIELD n INCRBY u8 0 1', ints(50));
    await c.expect('GET n', bulk('22'));
    await c.expect('PEXPIRETIME n', int(99999999999123));
  });
  t.test('BITFIELD that fails on a missing key leaves zero bytes behind', async (c) => {
    await c.expect('BITFIELD k OVERFLOW FAIL INCRBY u8 4 1000', array(nil));
    await c.expect('GET k', bulk('\0\0'));
  });
  t.test('BITFIELD checks all its arguments before it does anything', async (c) => {
    for (const type of [
      'u64',
      'u0',
      'i0',
      'i65',
      'x8',
      'u',
      'i',
      '8',
      '""',
      'uabc',
      'u-1',
      'U8',
      'I8',
      'u08',
      'u1000000',
    ]) {
      await c.expectError(`BITFIELD k SET u8 0 1 GET ${type} 0`, BAD_TYPE);
    }
    for (const offset of ['-1', '#-1', '#', 'abc', '#abc', '""', '4294967296', '#536870912', '9223372036854775808']) {
      await c.expectError(`BITFIELD k SET u8 0 1 GET u8 ${offset}`, BAD_OFFSET);
    }
    for (const value of ['abc', '1.5', '9223372036854775808', '""']) {
      await c.expectError(`BITFIELD k SET u8 0 1 SET u8 0 ${value}`, NOT_INTEGER);
      await c.expectError(`BITFIELD k SET u8 0 1 INCRBY u8 0 ${value}`, NOT_INTEGER);
    }
    for (const rest of ['FOO', 'GET', 'GET u8', 'SET u8 0', 'INCRBY u8 0', 'OVERFLOW', 'GET u8 0 1']) {
      await c.expectError(`BITFIELD k SET u8 0 1 ${rest}`, SYNTAX);
    }
    await c.expectError('BITFIELD k SET u8 0 1 OVERFLOW FOO', 'ERR Invalid OVERFLOW type specified');
    await c.expectError('BITFIELD k SET u64 abc def', BAD_TYPE);
    await c.expectError('BITFIELD k SET u8 abc def', BAD_OFFSET);
    await c.expect('EXISTS k', int(0));
  });
  t.test('BITFIELD keeps to proto-max-bulk-len where its fields begin', async (c) => {
    await c.configSet('proto-max-bulk-len', '1048576');
    await c.expect('BITFIELD k SET u8 8388607 1', ints(0));
    await c.expect('STRLEN k', int(1048577));
    await c.expectError('BITFIELD k SET u8 8388608 1', BAD_OFFSET);
    await c.expectError('BITFIELD k GET u8 8388608', BAD_OFFSET);
  });
});

describeCommands('BITFIELD_RO', (t) => {
  t.test('BITFIELD_RO GET reads fields', async (c) => {
    await c.expect('SET k "\\x7f\\x01"', ok);
    await c.expect('BITFIELD_RO k', array());
    await c.expect('BITFIELD_RO k GET u8 0', ints(127));
    await c.expect('BITFIELD_RO k get u8 #0 GET i8 #1', ints(127, 1));
    await c.expect('BITFIELD_RO none GET u8 0', ints(0));
    await c.expectError('BITFIELD_RO', "ERR wrong number of arguments for 'bitfield_ro' command");
  });
  t.test('BITFIELD_RO refuses to write, and accepts an OVERFLOW that has no effect', async (c) => {
    await c.expect('BITFIELD_RO k OVERFLOW WRAP', array());
    await c.expect('BITFIELD_RO k OVERFLOW FAIL GET u8 0', ints(0));
    for (const [command, message] of [
      ['SET u8 0 1', 'ERR BITFIELD_RO only supports the GET subcommand'],
      ['GET u8 0 INCRBY u8 0 1', 'ERR BITFIELD_RO only supports the GET subcommand'],
      ['OVERFLOW FOO GET u8 0', 'ERR Invalid OVERFLOW type specified'],
      ['GET u8 0 FOO', SYNTAX],
      ['SET u8 0 abc', NOT_INTEGER],
      ['GET u64 0', BAD_TYPE],
      ['GET u8 -1', BAD_OFFSET],
    ] as const) {
      await c.expect(`BITFIELD_RO k ${command}`, error(message));
    }
  });
});
