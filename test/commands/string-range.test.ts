/** GETRANGE, SUBSTR and SETRANGE, as recorded from the reference. */
import { describeCommands } from '../support/targets.js';
import { bulk, bytes, int, ok } from '../support/wire.js';

const NOT_INTEGER = 'ERR value is not an integer or out of range';
const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

describeCommands('GETRANGE, SUBSTR', (t) => {
  const ranges: [start: string, end: string, part: string][] = [
    ['0', '-1', 'Hello World'],
    ['0', '0', 'H'],
    ['0', '4', 'Hello'],
    ['-3', '-1', 'rld'],
    ['-100', '2', 'Hel'],
    ['0', '100000', 'Hello World'],
    ['100', '200', ''],
    ['5', '2', ''],
    ['-1', '-5', ''],
    ['-5', '-100', ''],
    ['-100', '-100', 'H'],
    ['10', '10', 'd'],
    ['11', '11', ''],
    ['9223372036854775807', '9223372036854775807', ''],
    ['-9223372036854775808', '-9223372036854775808', 'H'],
    ['-9223372036854775808', '9223372036854775807', 'Hello World'],
  ];
  for (const [start, end, part] of ranges) {
    t.test(`GETRANGE ${start} ${end} of "Hello World" answers "${part}", as SUBSTR does`, async (c) => {
      await c.expect(['SET', 'k', 'Hello World'], ok);
      await c.expect(['GETRANGE', 'k', start, end], bulk(part));
      await c.expect(['SUBSTR', 'k', start, end], bulk(part));
    });
  }
  t.test('GETRANGE of a missing key or an empty string answers an empty string', async (c) => {
    await c.expect('GETRANGE none 0 -1', bulk(''));
    await c.expect('SUBSTR none 0 -1', bulk(''));
    await c.expect('SET e ""', ok);
    await c.expect('GETRANGE e 0 -1', bulk(''));
    await c.expect('GETRANGE e -1 -1', bulk(''));
    await c.expect('GETRANGE e 0 0', bulk(''));
  });
  t.test('GETRANGE cuts integers and long values as it cuts any text', async (c) => {
    await c.expect('SET n -12345', ok);
    await c.expect('GETRANGE n 0 2', bulk('-12'));
    await c.expect('OBJECT ENCODING n', bulk('int'));
    const value = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(i % 251)).join('');
    await c.expect(['SET', 'k', bytes(value)], ok);
    for (const [from, to] of [
      [0, 19_999],
      [1, 300],
      [4095, 4097],
      [19_000, 25_000],
    ] as const) {
      await c.expect(['GETRANGE', 'k', from, to], bulk(value.slice(from, to + 1)));
    }
  });
  t.test('GETRANGE and SUBSTR take three arguments, the ends as integers', async (c) => {
    for (const command of ['GETRANGE', 'SUBSTR']) {
      await c.expectError(`${command} k a 1`, NOT_INTEGER);
      await c.expectError(`${command} k 0 b`, NOT_INTEGER);
      await c.expectError(`${command} k 0 9223372036854775808`, NOT_INTEGER);
      await c.expectError(`${command} k 0`, `ERR wrong number of arguments for '${command.toLowerCase()}' command`);
    }
  });
});

describeCommands('SETRANGE', (t) => {
  t.test('SETRANGE overwrites in the middle and answers the length', async (c) => {
    await c.expect(['SET', 'k', 'Hello World'], ok);
    await c.expect('SETRANGE k 6 Redis', int(11));
    await c.expect('GET k', bulk('Hello Redis'));
    await c.expect('SETRANGE k 9 STARTER', int(16));
    await c.expect('GET k', bulk('Hello RedSTARTER'));
  });
  t.test('SETRANGE behind the end fills the gap with zero bytes', async (c) => {
    await c.expect('SET k ab', ok);
    await c.expect('SETRANGE k 5 x', int(6));
    await c.expect('GET k', bulk('ab\0\0\0x'));
    await c.expect('SETRANGE n 3 x', int(4));
    await c.expect('GET n', bulk('\0\0\0x'));
    await c.expect('SETRANGE k 5000 y', int(5001));
    await c.expect('GET k', bulk(`ab\0\0\0x${'\0'.repeat(4994)}y`));
  });
  t.test('SETRANGE zeroes what it grows into, also where a longer value stood before', async (c) => {
    await c.expect(['SET', 'k', 'x'.repeat(3000)], ok);
    await c.expect('SET k y', ok);
    await c.expect('SETRANGE k 2999 z', int(3000));
    await c.expect('GET k', bulk(`y${'\0'.repeat(2998)}z`));
  });
  t.test('SETRANGE of nothing changes nothing, and creates nothing', async (c) => {
    await c.expect('SETRANGE k 0 ""', int(0));
    await c.expect('SETRANGE k 5 ""', int(0));
    await c.expect('SETRANGE k 9223372036854775807 ""', int(0));
    await c.expect('EXISTS k', int(0));
    await c.expect('SET k 123', ok);
    await c.expect('SETRANGE k 0 ""', int(3));
    await c.expect('SETRANGE k 4294967296 ""', int(3));
    await c.expect('OBJECT ENCODING k', bulk('int'));
  });
  t.test('SETRANGE keeps the time to live and leaves a raw string', async (c) => {
    await c.expect('SET k 123 PXAT 99999999999123', ok);
    await c.expect('SETRANGE k 1 9', int(3));
    await c.expect('GET k', bulk('193'));
    await c.expect('PEXPIRETIME k', int(99999999999123));
    await c.expect('OBJECT ENCODING k', bulk('raw'));
    await c.expect('SETRANGE n 0 1', int(1));
    await c.expect('OBJECT ENCODING n', bulk('raw'));
  });
  t.test('SETRANGE refuses an offset that is negative or no integer', async (c) => {
    await c.expectError('SETRANGE k -1 x', 'ERR offset is out of range');
    await c.expectError('SETRANGE k -1 ""', 'ERR offset is out of range');
    await c.expectError('SETRANGE k abc x', NOT_INTEGER);
    await c.expectError('SETRANGE k 9223372036854775808 x', NOT_INTEGER);
    await c.expectError('SETRANGE k 0', "ERR wrong number of arguments for 'setrange' command");
  });
  t.test('SETRANGE refuses to pass 512 MB', async (c) => {
    await c.expect('SET k v', ok);
    await c.expectError('SETRANGE k 536870912 x', TOO_LONG);
    await c.expectError('SETRANGE k 536870911 xx', TOO_LONG);
    await c.expectError('SETRANGE none 536870912 x', TOO_LONG);
    await c.expectError('SETRANGE none 4294967296 x', TOO_LONG);
    await c.expectError('SETRANGE k 9223372036854775807 x', TOO_LONG);
    await c.expect('EXISTS none', int(0));
  });
  t.test('SETRANGE refuses to pass proto-max-bulk-len', async (c) => {
    await c.configSet('proto-max-bulk-len', '1048576');
    await c.expect('SETRANGE k 1048575 x', int(1048576));
    await c.expectError('SETRANGE k 1048575 xy', TOO_LONG);
    await c.expectError('SETRANGE k 1048576 x', TOO_LONG);
    await c.expect('SETRANGE k 0 x', int(1048576));
  });
});
