/** SETBIT, GETBIT, BITCOUNT, BITPOS and BITOP, as recorded from the reference. BITFIELD has a file of its own. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { bulk, bytes, int, nil, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const BAD_OFFSET = 'ERR bit offset is not an integer or out of range';
const BAD_BIT = 'ERR bit is not an integer or out of range';
const BIT_ARGUMENT = 'ERR The bit argument must be 1 or 0.';
const ARGUMENTS_FIRST = 'BITCOUNT and BITPOS check their arguments before the missing key.';

const setBytes = (c: CommandClient, key: string, value: string): Promise<void> =>
  c.expect(['SET', key, bytes(value)], ok);

describeCommands('SETBIT, GETBIT', (t) => {
  t.test('SETBIT answers the old bit, counting from the highest bit of the first byte', async (c) => {
    await c.expect('SETBIT k 7 1', int(0));
    await c.expect('GET k', bulk('\x01'));
    await c.expect('SETBIT k 0 1', int(0));
    await c.expect('GET k', bulk('\x81'));
    await c.expect('SETBIT k 7 0', int(1));
    await c.expect('SETBIT k 0 1', int(1));
    await c.expect('GET k', bulk('\x80'));
    await c.expect('GETBIT k 0', int(1));
    await c.expect('GETBIT k 7', int(0));
  });
  t.test('SETBIT grows the string with zero bytes, also for a zero bit', async (c) => {
    await c.expect('SETBIT k 100 0', int(0));
    await c.expect('GET k', bulk('\0'.repeat(13)));
    await c.expect('SETBIT k 100000 1', int(0));
    await c.expect('STRLEN k', int(12501));
    await c.expect('BITCOUNT k', int(1));
    await c.expect('GETBIT k 100000', int(1));
    await c.expect('GETBIT k 100001', int(0));
  });
  t.test('SETBIT changes the text of an integer and makes it raw, even when the bit stays as it was', async (c) => {
    await c.expect('SET k 10 PXAT 99999999999123', ok);
    await c.expect('GETBIT k 2', int(1));
    await c.expect('OBJECT ENCODING k', bulk('int'));
    await c.expect('SETBIT k 3 1', int(1));
    await c.expect('OBJECT ENCODING k', bulk('raw'));
    await c.expect('GET k', bulk('10'));
    await c.expect('SETBIT k 6 1', int(0));
    await c.expect('GET k', bulk('30'));
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('SETBIT n 3 0', int(0));
    await c.expect('OBJECT ENCODING n', bulk('raw'));
  });
  t.test('GETBIT behind the end and of a missing key answers 0', async (c) => {
    await c.expect('SET k a', ok);
    await c.expect('GETBIT k 8', int(0));
    await c.expect('GETBIT k 4294967295', int(0));
    await c.expect('GETBIT none 0', int(0));
    await c.expect('EXISTS none', int(0));
  });
  t.test('SETBIT and GETBIT refuse an offset outside of 512 MB, then a bit that is none', async (c) => {
    for (const offset of ['-1', 'abc', '1.5', '""', '4294967296', '9223372036854775808', '#1']) {
      await c.expectError(`SETBIT k ${offset} 1`, BAD_OFFSET);
      await c.expectError(`SETBIT k ${offset} 2`, BAD_OFFSET);
      await c.expectError(`GETBIT k ${offset}`, BAD_OFFSET);
    }
    for (const bit of ['2', '-1', 'abc', '01', '""']) await c.expectError(`SETBIT k 0 ${bit}`, BAD_BIT);
    await c.expectError('SETBIT k 0', "ERR wrong number of arguments for 'setbit' command");
    await c.expectError('GETBIT k', "ERR wrong number of arguments for 'getbit' command");
    await c.expect('EXISTS k', int(0));
  });
  t.test('SETBIT and GETBIT keep to proto-max-bulk-len', async (c) => {
    await c.configSet('proto-max-bulk-len', '1048576');
    await c.expect('SETBIT k 8388607 1', int(0));
    await c.expectError('SETBIT k 8388608 1', BAD_OFFSET);
    await c.expect('GETBIT k 8388607', int(1));
    await c.expectError('GETBIT k 8388608', BAD_OFFSET);
  });
});

describeCommands('BITCOUNT', (t) => {
  t.test('BITCOUNT counts all bits', async (c) => {
    await c.expect('SET k foobar', ok);
    await c.expect('BITCOUNT k', int(26));
    await c.expect('SET e ""', ok);
    await c.expect('BITCOUNT e', int(0));
    await c.expect('BITCOUNT e 0 -1', int(0));
    await c.expect('BITCOUNT none', int(0));
    await c.expect('BITCOUNT none 0 -1', int(0));
    await c.expectError('BITCOUNT', "ERR wrong number of arguments for 'bitcount' command");
  });
  const counts: [range: string, count: number][] = [
    ['0 0', 4],
    ['1 1', 6],
    ['0 -5', 10],
    ['-2 -1', 7],
    ['1 1 BYTE', 6],
    ['5 30 BIT', 17],
    ['-5 -1 bit', 2],
    ['0 0 BIT', 0],
    ['1 1 BIT', 1],
    ['8 15 BIT', 6],
    ['7 8 BIT', 0],
    ['5 1', 0],
    ['-1 -5', 0],
    ['-10 -100', 0],
    ['-100 -90', 4],
    ['-100 -90 BIT', 0],
    ['100 200', 0],
    ['0 9223372036854775807 byte', 26],
    ['-9223372036854775808 9223372036854775807 BIT', 26],
    ['9223372036854775807 9223372036854775807 BIT', 0],
  ];
  for (const [range, count] of counts) {
    t.test(`BITCOUNT ${range} of "foobar" is ${count}`, async (c) => {
      await c.expect('SET k foobar', ok);
      await c.expect(`BITCOUNT k ${range}`, int(count));
    });
  }
  t.test('BITCOUNT counts ranges of every alignment in a long value', async (c) => {
    const value = Array.from({ length: 5000 }, (_, i) => String.fromCharCode((i * 37 + (i >> 3)) & 255)).join('');
    await setBytes(c, 'k', value);
    await c.sameAsReference('BITCOUNT k');
    for (let i = 0; i < 40; i++) {
      await c.sameAsReference(`BITCOUNT k ${i} ${-1 - i * 7}`);
      await c.sameAsReference(`BITCOUNT k ${i * 3} ${-1 - i * 5} BIT`);
      await c.sameAsReference(`BITCOUNT k ${4990 - i} ${4991 + i} BIT`);
    }
  });
  t.test('BITCOUNT takes no end, two ends, or two ends and a unit', async (c) => {
    await c.expect('SET k foobar', ok);
    await c.expectError('BITCOUNT k 0', SYNTAX);
    await c.expectError('BITCOUNT k a', SYNTAX);
    await c.expectError('BITCOUNT k 0 -1 FOO', SYNTAX);
    await c.expectError('BITCOUNT k 0 -1 BIT BIT', SYNTAX);
    await c.expectError('BITCOUNT k a b', NOT_INTEGER);
    await c.expectError('BITCOUNT k 0 b', NOT_INTEGER);
    await c.expectError('BITCOUNT k 0 9223372036854775808', NOT_INTEGER);
    await c.expectError('BITCOUNT k 0 b FOO', NOT_INTEGER);
  });
  t.test('BITCOUNT checks its arguments before the missing key', { since: '7.4', line: ARGUMENTS_FIRST }, async (c) => {
    await c.expectError('BITCOUNT none a b', NOT_INTEGER);
    await c.expectError('BITCOUNT none 0', SYNTAX);
    await c.expectError('BITCOUNT none 0 1 FOO', SYNTAX);
  });
});

describeCommands('BITPOS', (t) => {
  const positions: [value: string, args: string, position: number][] = [
    ['foobar', '0', 0],
    ['foobar', '1', 1],
    ['foobar', '1 1', 9],
    ['foobar', '1 1 2', 9],
    ['foobar', '0 1 2', 8],
    ['foobar', '1 2 1', -1],
    ['foobar', '1 -1', 41],
    ['foobar', '1 100', -1],
    ['foobar', '0 100', -1],
    ['foobar', '1 0 -1 BIT', 1],
    ['foobar', '1 3 -1 bit', 5],
    ['foobar', '0 3 -1 BIT', 3],
    ['foobar', '1 0 -1 byte', 1],
    ['foobar', '1 0 -1 BYTE', 1],
    ['\xff\xff\xff', '0', 24],
    ['\xff\xff\xff', '0 0', 24],
    ['\xff\xff\xff', '0 2', 24],
    ['\xff\xff\xff', '0 0 -1', -1],
    ['\xff\xff\xff', '0 0 100', -1],
    ['\xff\xff\xff', '0 3', -1],
    ['\xff\xff\xff', '0 0 -1 BIT', -1],
    ['\xff\xff\xff', '0 1 1', -1],
    ['\xff\xff\xff', '0 10 5', -1],
    ['\0\0', '1', -1],
    ['\0\0', '1 0', -1],
    ['\0\0', '0 9 12 BIT', 9],
    ['\0\0', '1 9 12 BIT', -1],
    ['\xff\xf0\0', '0', 12],
    ['\xff\xf0\0', '0 3 7 BIT', -1],
    ['\xff\xf0\0', '0 3 11 BIT', -1],
    ['\xff\xf0\0', '0 3 12 BIT', 12],
    ['\xff\xf0\0', '1 12 -1 BIT', -1],
    ['\xff\xf0\0', '0 -3 -1', 12],
    ['\xff\xf0\0', '0 -100 -1 BIT', 12],
    ['\xff\xf0\0', '1 -9223372036854775808 9223372036854775807 BIT', 0],
    ['', '0', -1],
    ['', '1', -1],
    ['', '0 0 -1', -1],
  ];
  for (const [value, args, position] of positions) {
    t.test(`BITPOS ${args} of ${JSON.stringify(value)} is ${position}`, async (c) => {
      await setBytes(c, 'k', value);
      await c.expect(`BITPOS k ${args}`, int(position));
    });
  }
  t.test('BITPOS takes a missing key for zeros without end', async (c) => {
    await c.expect('BITPOS none 0', int(0));
    await c.expect('BITPOS none 1', int(-1));
    await c.expect('BITPOS none 0 5', int(0));
    await c.expect('BITPOS none 0 5 7', int(0));
    await c.expect('BITPOS none 1 5 7 BIT', int(-1));
  });
  t.test('BITPOS finds a lone bit anywhere in a long value', async (c) => {
    for (const bit of [0, 7, 8, 31, 32, 63, 64, 1000, 8191, 65_537, 79_999]) {
      await c.expect(['SETRANGE', 'k', 9999, bytes('\0')], int(10_000));
      await c.expect(`SETBIT k ${bit} 1`, int(0));
      await c.expect('BITPOS k 1', int(bit));
      await c.expect(`BITPOS k 1 ${bit} -1 BIT`, int(bit));
      await c.expect(`BITPOS k 1 ${bit + 1} -1 BIT`, int(-1));
      await c.expect('DEL k', int(1));
      await setBytes(c, 'k', '\xff'.repeat(10_000));
      await c.expect('BITPOS k 0', int(80_000));
      await c.expect(`SETBIT k ${bit} 0`, int(1));
      await c.expect('BITPOS k 0', int(bit));
      await c.expect('BITPOS k 0 0 -1', int(bit));
      await c.expect('DEL k', int(1));
    }
  });
  t.test('BITPOS refuses other bits, ends that are no integers, and other units', async (c) => {
    await c.expect('SET k foobar', ok);
    await c.expectError('BITPOS k 2', BIT_ARGUMENT);
    await c.expectError('BITPOS k -1', BIT_ARGUMENT);
    await c.expectError('BITPOS none 2', BIT_ARGUMENT);
    await c.expectError('BITPOS k abc', NOT_INTEGER);
    await c.expectError('BITPOS k 1 a', NOT_INTEGER);
    await c.expectError('BITPOS k 1 0 b', NOT_INTEGER);
    await c.expectError('BITPOS k 1 0 BIT', NOT_INTEGER);
    await c.expectError('BITPOS k 1 0 -1 FOO', SYNTAX);
    await c.expectError('BITPOS k 1 0 -1 BIT BIT', SYNTAX);
    await c.expectError('BITPOS k 1 0 b FOO', SYNTAX);
    await c.expectError('BITPOS k 1 a 0 FOO', NOT_INTEGER);
    await c.expectError('BITPOS k', "ERR wrong number of arguments for 'bitpos' command");
  });
  t.test('BITPOS checks its arguments before the missing key', { since: '7.4', line: ARGUMENTS_FIRST }, async (c) => {
    await c.expectError('BITPOS none 0 a', NOT_INTEGER);
    await c.expectError('BITPOS none 0 a b', NOT_INTEGER);
    await c.expectError('BITPOS none 1 0 -1 FOO', SYNTAX);
  });
});

describeCommands('BITOP', (t) => {
  const results: [operation: string, result: string][] = [
    ['AND', '\x0f\x0f\0'],
    ['OR', '\xff\xff\xaa'],
    ['xor', '\xf0\xf0\xaa'],
  ];
  for (const [operation, result] of results) {
    t.test(`BITOP ${operation} pads the shorter source with zero bytes`, async (c) => {
      await setBytes(c, 'a', '\xff\x0f');
      await setBytes(c, 'b', '\x0f\xff\xaa');
      await c.expect(`BITOP ${operation} d a b`, int(3));
      await c.expect('GET d', bulk(result));
      await c.expect(`BITOP ${operation} d b a`, int(3));
      await c.expect('GET d', bulk(result));
      await c.expect('OBJECT ENCODING d', bulk('raw'));
    });
  }
  t.test('BITOP NOT inverts its single source', async (c) => {
    await setBytes(c, 'a', '\xff\x0f\xaa');
    await c.expect('BITOP NOT d a', int(3));
    await c.expect('GET d', bulk('\0\xf0\x55'));
    await c.expect('BITOP not a a', int(3));
    await c.expect('GET a', bulk('\0\xf0\x55'));
    await c.expectError('BITOP NOT d a a', 'ERR BITOP NOT must be called with a single source key.');
  });
  t.test('BITOP takes a missing source for zero bytes', async (c) => {
    await setBytes(c, 'a', '\xff\x0f');
    await c.expect('BITOP AND d none a', int(2));
    await c.expect('GET d', bulk('\0\0'));
    await c.expect('BITOP OR d a none', int(2));
    await c.expect('GET d', bulk('\xff\x0f'));
    await c.expect('BITOP XOR d none a', int(2));
    await c.expect('GET d', bulk('\xff\x0f'));
  });
  t.test('BITOP of nothing but empty sources deletes the destination', async (c) => {
    await c.expect('MSET d 1 e ""', ok);
    await c.expect('BITOP AND d none', int(0));
    await c.expect('GET d', nil);
    await c.expect('BITOP NOT d none', int(0));
    await c.expect('SET d 1', ok);
    await c.expect('BITOP XOR d e none', int(0));
    await c.expect('EXISTS d', int(0));
  });
  t.test('BITOP of one source copies it, and leaves a raw string without time to live', async (c) => {
    await c.expect('SET a 12', ok);
    await c.expect('SET d 1 EX 100', ok);
    for (const operation of ['AND', 'OR', 'XOR']) {
      await c.expect(`BITOP ${operation} d a`, int(2));
      await c.expect('GET d', bulk('12'));
      await c.expect('OBJECT ENCODING d', bulk('raw'));
      await c.expect('TTL d', int(-1));
    }
  });
  t.test('BITOP may write to one of its sources', async (c) => {
    await c.expect('MSET a 12 b 3', ok);
    await c.expect('BITOP OR a a b', int(2));
    await c.expect('GET a', bulk('32'));
    await c.expect('BITOP XOR a a a', int(2));
    await c.expect('GET a', bulk('\0\0'));
  });
  t.test('BITOP over values of many lengths gives what the reference gives', async (c) => {
    const lengths = [1, 3, 4, 7, 8, 31, 32, 33, 64, 100, 4095, 4096, 40_000];
    for (const [i, length] of lengths.entries()) {
      const value = Array.from({ length }, (_, k) => String.fromCharCode((k * (i + 3) + (k >> 4)) & 255)).join('');
      await setBytes(c, `k${i}`, value);
    }
    for (const operation of ['AND', 'OR', 'XOR']) {
      for (let i = 0; i < lengths.length; i++) {
        const sources = lengths.map((_, k) => `k${k}`).slice(i, i + 4);
        await c.expect(['BITOP', operation, 'd', ...sources], int(Math.max(...lengths.slice(i, i + 4))));
        await c.sameAsReference('GET d');
      }
    }
    for (let i = 0; i < lengths.length; i++) {
      await c.expect(`BITOP NOT d k${i}`, int(lengths[i]!));
      await c.sameAsReference('GET d');
    }
  });
  t.test('BITOP takes many sources', async (c) => {
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    await c.expect(['MSET', ...keys.flatMap((key) => [key, 'abc'])], ok);
    await c.expect(['BITOP', 'AND', 'd', ...keys], int(3));
    await c.expect('GET d', bulk('abc'));
    await c.expect(['BITOP', 'XOR', 'd', ...keys], int(3));
    await c.expect('GET d', bulk('\0\0\0'));
  });
  t.test('BITOP refuses other operations', async (c) => {
    await c.expectError('BITOP NAND d a', SYNTAX);
    await c.expectError('BITOP "" d a', SYNTAX);
    await c.expectError('BITOP AND d', "ERR wrong number of arguments for 'bitop' command");
  });
});
