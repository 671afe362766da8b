/** XADD, XTRIM, XDEL, XLEN, XRANGE, XREVRANGE and XSETID with each option and error, as recorded from the reference. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, nil, nil3, nilArray, ok } from '../support/wire.js';

const BAD_ID = 'ERR Invalid stream ID specified as stream command argument';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const MAX = '18446744073709551615';
const entry = (id: string, ...fields: (string | number)[]): string => array(bulk(id), bulks(...fields));

/** Adds entries `1-0`, `2-0`... with the field `f`. */
async function fill(c: CommandClient, key: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await c.expect(`XADD ${key} ${n} f ${n}`, bulk(`${n}-0`));
}

describeCommands('XADD', (t) => {
  t.test('XADD makes a stream and answers the id', async (c) => {
    await c.expect('XADD s 5-3 f v', bulk('5-3'));
    await c.expect('TYPE s', '+stream\r\n');
    await c.expect('OBJECT ENCODING s', bulk('stream'));
    await c.expect('XLEN s', int(1));
    await c.expect('XADD s 6 f v', bulk('6-0'));
    await c.expectMatch('XADD s * f v', /^\$15\r\n\d{13}-0\r\n$/);
  });
  t.test('XADD finds the sequence of an id that is left open', async (c) => {
    await c.expect('XADD s 0-* f v', bulk('0-1'));
    await c.expect('XADD s 0-* f v', bulk('0-2'));
    await c.expect('XADD s 5-* f v', bulk('5-0'));
    await c.expect('XADD s 5-* f v', bulk('5-1'));
    await c.expect(`XADD s 5-${MAX} f v`, bulk(`5-${MAX}`));
    await c.expect('XADD s 99999999999999-5 f v', bulk('99999999999999-5'));
    await c.expect('XADD s * f v', bulk('99999999999999-6'));
    await c.expect(`XADD s 99999999999999-${MAX} f v`, bulk(`99999999999999-${MAX}`));
    await c.expect('XADD s * f v', bulk('100000000000000-0'));
  });
  // The reference has no certain answer: it words the error by what the last one of any kind was.
  t.test('XADD refuses an open id when all sequences of its time are taken', { internal: true }, async (c) => {
    await c.expect(`XADD s 5-${MAX} f v`, bulk(`5-${MAX}`));
    const low = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
    await c.expectError('XADD s 5-* f v', low);
  });
  t.test('XADD takes ids as C reads numbers', async (c) => {
    await c.expect(['XADD', 's', ' 07-+3', 'f', 'v'], bulk('7-3'));
    await c.expect(['XADD', 's', '8-1\0x', 'f', 'v'], bulk('8-1'));
    await c.expect('XADD s 9--01 f v', bulk(`9-${MAX}`));
    for (const id of [
      'x',
      '',
      '-',
      '+',
      '(1',
      '1-',
      '-1',
      '1-1-1',
      'x-*',
      '5-x',
      '18446744073709551616',
      '0'.repeat(130),
    ]) {
      await c.expectError(['XADD', 's', id, 'f', 'v'], BAD_ID);
    }
  });
  t.test('XADD refuses ids that are not above the last one, and 0-0', async (c) => {
    const low = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
    await c.expectError('XADD s 0 f v', 'ERR The ID specified in XADD must be greater than 0-0');
    await c.expect('EXISTS s', int(0));
    await c.expect('XADD s 5-5 f v', bulk('5-5'));
    for (const id of ['5-5', '5-4', '4-9', '5', '4-*']) await c.expectError(`XADD s ${id} f v`, low);
    await c.expect(`XADD s ${MAX}-${MAX} f v`, bulk(`${MAX}-${MAX}`));
    const exhausted = 'ERR The stream has exhausted the last possible ID, unable to add more items';
    for (const id of ['*', '5-5', `${MAX}-*`]) await c.expectError(`XADD s ${id} f v`, exhausted);
  });
  t.test('XADD NOMKSTREAM makes no stream', async (c) => {
    await c.expect('XADD s NOMKSTREAM 1 f v', nil);
    await c.expect('EXISTS s', int(0));
    await c.expectError('XADD s nomkstream 0 f v', 'ERR The ID specified in XADD must be greater than 0-0');
    await c.expect('XADD s 1 f v', bulk('1-0'));
    await c.expect('XADD s NOMKSTREAM 2 f v', bulk('2-0'));
  });
  t.test('XADD NOMKSTREAM answers the null of RESP3', { resp: 3 }, (c) => c.expect('XADD s NOMKSTREAM * f v', nil3));
  t.test('XADD wants pairs', async (c) => {
    const arity = "ERR wrong number of arguments for 'xadd' command";
    for (const line of [
      'XADD s 1 f',
      'XADD s 1 f v g',
      'XADD s MAXLEN 5 *',
      'XADD s MAXLEN 5 1-1 f',
      'XADD s NOMKSTREAM NOMKSTREAM NOMKSTREAM',
    ]) {
      await c.expectError(line, arity);
    }
  });
  t.test('XADD keeps fields and values to the byte, numbers and long ones too', async (c) => {
    const values = [
      '',
      '0',
      '-1',
      '127',
      '128',
      '-4096',
      '4096',
      '32768',
      '8388608',
      '2147483648',
      '-9223372036854775808',
    ];
    const texts = [
      '9223372036854775808',
      '007',
      '+1',
      '-0',
      'x'.repeat(63),
      'x'.repeat(64),
      'x'.repeat(4096),
      '\0\r\n\xff',
    ];
    const fields = [...values, ...texts].flatMap((value, i) => [`f${i}`, Buffer.from(value, 'latin1')]);
    await c.expect(['XADD', 's', '1', ...fields], bulk('1-0'));
    await c.expect(['XADD', 's', '2', ...[...fields].reverse()], bulk('2-0'));
    await c.sameAsReference('XRANGE s - +');
    await c.sameAsReference('DEBUG DIGEST-VALUE s');
  });
  t.test('XADD MAXLEN and MINID trim', async (c) => {
    await fill(c, 's', 5);
    await c.expect('XADD s MAXLEN 3 6 f 6', bulk('6-0'));
    await c.expect('XRANGE s - +', array(entry('4-0', 'f', 4), entry('5-0', 'f', 5), entry('6-0', 'f', 6)));
    await c.expect('XADD s MINID = 6 7 f 7', bulk('7-0'));
    await c.expect('XRANGE s - +', array(entry('6-0', 'f', 6), entry('7-0', 'f', 7)));
    await c.expect('XADD s MAXLEN ~ 1 LIMIT 10 8 f 8', bulk('8-0'));
    await c.expect('XLEN s', int(3));
    await c.expect('XADD s MINID ~ 9 9 f 9', bulk('9-0'));
    await c.expect('XLEN s', int(4));
    await c.expect('XADD s maxlen 0 10 f 10', bulk('10-0'));
    await c.expect('XLEN s', int(0));
    await c.expect('EXISTS s', int(1));
  });
  t.test('XADD checks its options from left to right', async (c) => {
    await c.expectError('XADD s MAXLEN x 1 f v', NOT_INTEGER);
    await c.expectError('XADD s MAXLEN ~ * f v', NOT_INTEGER);
    await c.expectError('XADD s MAXLEN -1 x f v', 'ERR The MAXLEN argument must be >= 0.');
    await c.expectError('XADD s MINID x 1 f v', BAD_ID);
    await c.expectError('XADD s MINID - 1 f v', BAD_ID);
    await c.expectError(
      'XADD s MAXLEN 5 MINID 3 1 f v',
      'ERR syntax error, MAXLEN and MINID options at the same time are not compatible',
    );
    await c.expectError('XADD s MAXLEN ~ 5 LIMIT -3 1 f v', 'ERR The LIMIT argument must be >= 0.');
    await c.expectError('XADD s MAXLEN ~ 5 LIMIT x 1 f v', NOT_INTEGER);
    await c.expectError(
      'XADD s LIMIT 5 1 f v',
      'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
    );
    for (const line of ['XADD s LIMIT 0 1 f v', 'XADD s MAXLEN 5 LIMIT 3 1 f v', 'XADD s MAXLEN = 5 LIMIT 3 1 f v']) {
      await c.expectError(line, 'ERR syntax error, LIMIT cannot be used without the special ~ option');
    }
    await c.expectError('XADD s MAXLEN ~ 5 f v', BAD_ID);
  });
  t.test('XADD refuses another type, after its id', async (c) => {
    await c.expect('SET s v', ok);
    await c.expectError('XADD s x f v', BAD_ID);
    await c.expectError('XADD s 1 f v', WRONGTYPE);
  });
});

describeCommands('XTRIM', (t) => {
  t.test('XTRIM MAXLEN and MINID delete from the beginning', async (c) => {
    await fill(c, 's', 6);
    await c.expect('XTRIM s MAXLEN 4', int(2));
    await c.expect('XTRIM s MAXLEN = 4', int(0));
    await c.expect('XTRIM s MINID 5', int(2));
    await c.expect('XTRIM s MINID = 5-1', int(1));
    await c.expect('XRANGE s - +', array(entry('6-0', 'f', 6)));
    await c.expect('XTRIM s MAXLEN 0', int(1));
    await c.expect('XTRIM s MAXLEN 0', int(0));
    await c.expect('EXISTS s', int(1));
    await c.expect('XTRIM nosuch MAXLEN 5', int(0));
  });
  t.test('XTRIM ~ drops whole nodes only, and no more entries than LIMIT', async (c) => {
    await c.configSet('stream-node-max-entries', '3');
    await fill(c, 's', 10);
    await c.expect('XTRIM s MAXLEN ~ 5', int(3));
    await c.expect('XTRIM s MAXLEN ~ 0 LIMIT 3', int(3));
    await c.expect('XTRIM s MINID ~ 10 LIMIT 2', int(0));
    await c.expect('XTRIM s MINID ~ 10 LIMIT 0', int(3));
    await c.expect('XTRIM s MINID ~ 10', int(0));
    await c.expect('XLEN s', int(1));
  });
  t.test('XTRIM checks its options', async (c) => {
    await c.expectError('XTRIM s MAXLEN', "ERR wrong number of arguments for 'xtrim' command");
    for (const line of ['XTRIM s MAXLEN 5 FOO', 'XTRIM s FOO 5', 'XTRIM s NOMKSTREAM MAXLEN 5', 'XTRIM s LIMIT 0 x']) {
      await c.expectError(line, SYNTAX);
    }
    await c.expectError('XTRIM s LIMIT 0', 'ERR syntax error, XTRIM must be called with a trimming strategy');
    await c.expectError(
      'XTRIM s LIMIT 5',
      'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
    );
    await c.expectError('XTRIM s MAXLEN * 5', NOT_INTEGER);
    await c.expect('SET s v', ok);
    await c.expectError('XTRIM s MAXLEN x', NOT_INTEGER);
    await c.expectError('XTRIM s MAXLEN 5', WRONGTYPE);
  });
});

describeCommands('XDEL and XLEN', (t) => {
  t.test('XDEL deletes entries and answers how many there were', async (c) => {
    await fill(c, 's', 5);
    await c.expect('XDEL s 2 4-0 4-0 9', int(2));
    await c.expect('XLEN s', int(3));
    await c.expect('XRANGE s - +', array(entry('1-0', 'f', 1), entry('3-0', 'f', 3), entry('5-0', 'f', 5)));
    await c.expect('XDEL s 1 3 5', int(3));
    await c.expect('XLEN s', int(0));
    await c.expectError(
      'XADD s 5 f v',
      'ERR The ID specified in XADD is equal or smaller than the target stream top item',
    );
    await c.expect('XDEL nosuch x', int(0));
    await c.expect('XLEN nosuch', int(0));
  });
  t.test('XDEL checks all ids before it deletes any', async (c) => {
    await fill(c, 's', 2);
    await c.expectError('XDEL s 1 x', BAD_ID);
    await c.expect('XLEN s', int(2));
  });
  t.test('XDEL and XLEN refuse another type', async (c) => {
    await c.expect('SET s v', ok);
    await c.expectError('XDEL s x', WRONGTYPE);
    await c.expectError('XLEN s', WRONGTYPE);
  });
});

describeCommands('XRANGE and XREVRANGE', (t) => {
  t.test('XRANGE answers what is between two ids, XREVRANGE backwards', async (c) => {
    await fill(c, 's', 4);
    await c.expect('XADD s 4-7 f v g w', bulk('4-7'));
    await c.expect('XRANGE s 2 3', array(entry('2-0', 'f', 2), entry('3-0', 'f', 3)));
    await c.expect('XRANGE s 4 4', array(entry('4-0', 'f', 4), entry('4-7', 'f', 'v', 'g', 'w')));
    await c.expect('XRANGE s 4-0 4-6', array(entry('4-0', 'f', 4)));
    await c.expect('XRANGE s (2 (4-0', array(entry('3-0', 'f', 3)));
    await c.expect('XRANGE s (4-0 +', array(entry('4-7', 'f', 'v', 'g', 'w')));
    await c.expect('XREVRANGE s + - COUNT 2', array(entry('4-7', 'f', 'v', 'g', 'w'), entry('4-0', 'f', 4)));
    await c.expect('XREVRANGE s (4-0 (2', array(entry('3-0', 'f', 3)));
    await c.expect('XRANGE s - + COUNT 1', array(entry('1-0', 'f', 1)));
    await c.expect('XRANGE s - + COUNT 5 count 1', array(entry('1-0', 'f', 1)));
    await c.expect('XRANGE s 3 2', array());
    await c.expect('XREVRANGE s 2 3', array());
    await c.expect('XRANGE s 5 + COUNT 3', array());
    await c.expect('XRANGE nosuch - +', array());
    await c.expect('XRANGE s - + COUNT 0', nilArray);
    await c.expect('XRANGE s - + COUNT -5', nilArray);
    await c.expect('XRANGE nosuch - + COUNT 0', array());
  });
  t.test('XRANGE and XREVRANGE check their arguments, the start first', async (c) => {
    await c.expectError('XRANGE s x y', BAD_ID);
    await c.expectError('XRANGE s - (-', BAD_ID);
    await c.expectError('XRANGE s ( +', BAD_ID);
    await c.expectError(`XRANGE s (${MAX}-${MAX} (0-0`, 'ERR invalid start ID for the interval');
    await c.expectError('XRANGE s - (0-0', 'ERR invalid end ID for the interval');
    await c.expectError(`XREVRANGE s (0-0 (${MAX}-${MAX}`, 'ERR invalid start ID for the interval');
    await c.expectError('XRANGE s - + COUNT', SYNTAX);
    await c.expectError('XRANGE s - + FOO 1', SYNTAX);
    await c.expectError('XREVRANGE s + - COUNT x', NOT_INTEGER);
    await c.expect('SET s v', ok);
    await c.expectError('XRANGE s - x', BAD_ID);
    await c.expectError('XRANGE s - +', WRONGTYPE);
  });
});

describeCommands('XSETID', (t) => {
  t.test('XSETID sets the last id, and counters', async (c) => {
    await fill(c, 's', 2);
    await c.expect('XSETID s 9-9', ok);
    await c.expect('XADD s 9-* f v', bulk('9-10'));
    await c.expect('XSETID s 10 ENTRIESADDED 50 MAXDELETEDID 5-5', ok);
    await c.sameAsReference('XINFO STREAM s');
    await c.expect('XSETID s 11 maxdeletedid 0 entriesadded 9223372036854775807', ok);
    await c.sameAsReference('XINFO STREAM s');
  });
  t.test('XSETID checks its arguments, then the stream', async (c) => {
    await c.expectError('XSETID s x', BAD_ID);
    await c.expectError('XSETID s -', BAD_ID);
    await c.expectError('XSETID s 5 ENTRIESADDED', SYNTAX);
    await c.expectError('XSETID s 5 FOO 1', SYNTAX);
    await c.expectError('XSETID s 5 ENTRIESADDED x', NOT_INTEGER);
    await c.expectError('XSETID s 5 ENTRIESADDED -1', 'ERR entries_added must be positive');
    await c.expectError('XSETID s 5 MAXDELETEDID x', BAD_ID);
    await c.expectError(
      'XSETID s 5 MAXDELETEDID 6',
      'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id',
    );
    await c.expectError('XSETID s 5', 'ERR no such key');
    await fill(c, 's', 3);
    await c.expectError('XSETID s 2', 'ERR The ID specified in XSETID is smaller than the target stream top item');
    await c.expectError(
      'XSETID s 5 ENTRIESADDED 2',
      'ERR The entries_added specified in XSETID is smaller than the target stream length',
    );
    await c.expect('SET s v', ok);
    await c.expectError('XSETID s 5', WRONGTYPE);
  });
});

describeCommands('Streams as values', (t) => {
  t.test('COPY, RENAME and DEL take a stream with its groups', async (c) => {
    await c.configSet('stream-node-max-entries', '2');
    await fill(c, 's', 7);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.ask('XREADGROUP GROUP g c COUNT 3 STREAMS s >');
    await c.expect('XDEL s 2 4', int(2));
    await c.expect('COPY s t', int(1));
    await c.expect('DEL s', int(1));
    await c.expect('RENAME t u', ok);
    await c.sameAsReference('XINFO STREAM u');
    await c.sameAsReference('XPENDING u g');
    await c.sameAsReference('DEBUG DIGEST-VALUE u');
    await c.expect('XACK u g 1 2', int(2));
    await c.expect('XADD u 8 f 8', bulk('8-0'));
  });
  t.test('XINFO STREAM counts the nodes of a radix tree that is not there', async (c) => {
    await c.configSet('stream-node-max-entries', '1');
    const ids = [
      '1',
      '2',
      '256',
      '257-1',
      '257-255',
      '257-256',
      '65536',
      '16777216-5',
      '4294967296',
      '1099511627776-1',
      `${MAX}-1`,
    ];
    for (const id of ids) {
      await c.ask(['XADD', 's', id, 'f', 'v']);
      await c.sameAsReference('XINFO STREAM s');
    }
    for (const id of ['257-255', '1', `${MAX}-1`, '65536', '2', '256']) {
      await c.ask(['XDEL', 's', id]);
      await c.sameAsReference('XINFO STREAM s');
    }
  });
});
