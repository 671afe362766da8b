/** XGROUP, XACK, XPENDING, XCLAIM, XAUTOCLAIM and XINFO with each option and error, as recorded from the reference. */
import { normaliseStream } from '../support/stream-arbitraries.js';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, type Command, int, map, nil, nilArray, ok } from '../support/wire.js';

const BAD_ID = 'ERR Invalid stream ID specified as stream command argument';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const MAX = '18446744073709551615';
const NO_KEY =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option ' +
  'to create an empty stream automatically.';
const CONSUMERS = 'XREADGROUP, XCLAIM and XAUTOCLAIM create the consumer even when nothing is read.';
const entry = (id: string, ...fields: (string | number)[]): string => array(bulk(id), bulks(...fields));

/** A stream `s` with entries 1-0 to 4-0 and a group `g`, of which consumer `alice` has got the first three. */
async function begin(c: CommandClient): Promise<void> {
  for (let n = 1; n <= 4; n++) await c.ask(`XADD s ${n} f ${n}`);
  await c.expect('XGROUP CREATE s g 0', ok);
  await c.ask('XREADGROUP GROUP g alice COUNT 3 STREAMS s >');
}

/** The reply as on the reference, but for times. */
function same(c: CommandClient, command: Command): Promise<void> {
  return c.sameAsReference(command, (wire) => normaliseStream(wire, command));
}

describeCommands('XGROUP', (t) => {
  t.test('XGROUP CREATE makes a group behind an id, and with MKSTREAM the stream', async (c) => {
    await c.expect('XADD s 5-5 f v', bulk('5-5'));
    await c.expect('XGROUP CREATE s g $', ok);
    await c.expect('XGROUP CREATE s h 3', ok);
    await c.expect(['XGROUP', 'CREATE', 's', '', '0'], ok);
    await c.expect('XGROUP CREATE s i 0 ENTRIESREAD 7', ok);
    await c.expectError('XGROUP CREATE s g 0', 'BUSYGROUP Consumer Group name already exists');
    await c.expect('XGROUP CREATE new g $ mkstream entriesread -1', ok);
    await c.expect('XLEN new', int(0));
    await same(c, 'XINFO GROUPS s');
    await same(c, 'XINFO GROUPS new');
  });
  t.test('XGROUP CREATE checks options, key, and id', async (c) => {
    const usage = "ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.";
    await c.expectError('XGROUP CREATE s g', "ERR wrong number of arguments for 'xgroup|create' command");
    await c.expectError('XGROUP CREATE s g 0 FOO', usage);
    await c.expectError('XGROUP CREATE s g 0 ENTRIESREAD', usage);
    await c.expectError('XGROUP CREATE s g 0 ENTRIESREAD x', NOT_INTEGER);
    await c.expectError('XGROUP CREATE s g 0 ENTRIESREAD -2', 'ERR value for ENTRIESREAD must be positive or -1');
    await c.expectError('XGROUP CREATE s g x', NO_KEY);
    await c.expectError('XGROUP CREATE s g x MKSTREAM', BAD_ID);
    await c.expect('EXISTS s', int(0));
    await c.expect('XADD s 1 f v', bulk('1-0'));
    for (const id of ['x', '-', '+', '5-']) await c.expectError(`XGROUP CREATE s g ${id}`, BAD_ID);
    await c.expect('SET str v', ok);
    await c.expectError('XGROUP CREATE str g x', WRONGTYPE);
  });
  t.test('XGROUP SETID moves a group', async (c) => {
    await begin(c);
    await c.expect('XGROUP SETID s g 0', ok);
    await c.expect('XREADGROUP GROUP g bob COUNT 1 STREAMS s >', array(array(bulk('s'), array(entry('1-0', 'f', 1)))));
    await c.expect('XGROUP SETID s g $ ENTRIESREAD 9', ok);
    await same(c, 'XINFO GROUPS s');
    await c.expect('XGROUP SETID s g -', ok);
    await c.expect('XGROUP SETID s g +', ok);
    await same(c, 'XINFO GROUPS s');
    await c.expectError('XGROUP SETID s g x', BAD_ID);
    await c.expectError('XGROUP SETID s nosuch x', "NOGROUP No such consumer group 'nosuch' for key name 's'");
    await c.expectError('XGROUP SETID nosuch g 0', NO_KEY);
    await c.expectError('XGROUP SETID s g 0 ENTRIESREAD -5', 'ERR value for ENTRIESREAD must be positive or -1');
    await c.expectError(
      'XGROUP SETID s g 0 MKSTREAM',
      "ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.",
    );
  });
  t.test('XGROUP DESTROY forgets a group with what is pending', async (c) => {
    await begin(c);
    await c.expect('XGROUP DESTROY s nosuch', int(0));
    await c.expect('XGROUP DESTROY s g', int(1));
    await c.expect('XINFO GROUPS s', array());
    await c.expectError('XPENDING s g', "NOGROUP No such key 's' or consumer group 'g'");
    await c.expectError('XGROUP DESTROY nosuch g', NO_KEY);
  });
  t.test('XGROUP CREATECONSUMER and DELCONSUMER make and forget consumers', async (c) => {
    await begin(c);
    await c.expect('XGROUP CREATECONSUMER s g bob', int(1));
    await c.expect('XGROUP CREATECONSUMER s g bob', int(0));
    await c.expect(['XGROUP', 'CREATECONSUMER', 's', 'g', ''], int(1));
    await same(c, 'XINFO CONSUMERS s g');
    await c.expect('XGROUP DELCONSUMER s g alice', int(3));
    await c.expect('XGROUP DELCONSUMER s g alice', int(0));
    await c.expect('XPENDING s g', array(int(0), nil, nil, nilArray));
    for (const name of ['CREATECONSUMER', 'DELCONSUMER']) {
      await c.expectError(`XGROUP ${name} s nosuch c`, "NOGROUP No such consumer group 'nosuch' for key name 's'");
      await c.expectError(`XGROUP ${name} nosuch g c`, NO_KEY);
    }
    await c.expect('SET str v', ok);
    for (const line of ['CREATECONSUMER str g c', 'DELCONSUMER str g c', 'DESTROY str g', 'SETID str g 0']) {
      await c.expectError(`XGROUP ${line}`, WRONGTYPE);
    }
  });
  t.test('XGROUP lists groups and consumers in the order of their names, however many', async (c) => {
    await c.expect('XADD s 1 f v', bulk('1-0'));
    const names = Array.from({ length: 200 }, (_, i) => Buffer.from(String((i * 37) % 200), 'latin1'));
    for (const name of [...names, Buffer.from([0xff]), Buffer.from('1\0'), Buffer.from('')]) {
      await c.ask(['XGROUP', 'CREATE', 's', name, '0']);
      await c.ask(['XGROUP', 'CREATECONSUMER', 's', '37', name]).catch(() => 0);
    }
    await same(c, 'XINFO GROUPS s');
    await same(c, 'XINFO CONSUMERS s 37');
    for (const name of names.filter((_, i) => i % 3 !== 0)) await c.ask(['XGROUP', 'DESTROY', 's', name]);
    await same(c, 'XINFO GROUPS s');
  });
  t.test('XGROUP HELP and XINFO HELP list the subcommands', async (c) => {
    await c.expectMatch(
      'XGROUP HELP',
      /^\*\d+\r\n\+XGROUP <subcommand>[\s\S]*\+CREATE [\s\S]*\+DESTROY [\s\S]*\+HELP\r\n/,
    );
    await c.expectMatch(
      'XINFO HELP',
      /^\*\d+\r\n\+XINFO <subcommand>[\s\S]*\+CONSUMERS [\s\S]*\+STREAM [\s\S]*\+HELP\r\n/,
    );
    await c.expectError('XGROUP', "ERR wrong number of arguments for 'xgroup' command");
    await c.expectError('XGROUP FOO', "ERR unknown subcommand 'FOO'. Try XGROUP HELP.");
    await c.expectError('XINFO FOO', "ERR unknown subcommand 'FOO'. Try XINFO HELP.");
  });
});

describeCommands('XACK', (t) => {
  t.test('XACK ends what is pending', async (c) => {
    await begin(c);
    await c.expect('XACK s g 1 1 9 3-0', int(2));
    await c.expect('XACK s g 1', int(0));
    await c.expect('XPENDING s g', array(int(1), bulk('2-0'), bulk('2-0'), array(bulks('alice', 1))));
    await c.expect('XDEL s 2', int(1));
    await c.expect('XACK s g 2', int(1));
  });
  t.test('XACK checks key and group before its ids, and all ids before it does anything', async (c) => {
    await begin(c);
    await c.expectError('XACK s g 1 x', BAD_ID);
    await c.expect('XACK s nosuch x', int(0));
    await c.expect('XACK nosuch g x', int(0));
    await c.expect('SET str v', ok);
    await c.expectError('XACK str g x', WRONGTYPE);
    await c.expect('XACK s g 1', int(1));
  });
});

describeCommands('XPENDING', (t) => {
  t.test('XPENDING answers a summary by consumer, but for those who have nothing', async (c) => {
    await begin(c);
    await c.expect('XGROUP CREATECONSUMER s g zoe', int(1));
    await c.ask('XREADGROUP GROUP g bob STREAMS s >');
    await c.expect('XPENDING s g', array(int(4), bulk('1-0'), bulk('4-0'), array(bulks('alice', 3), bulks('bob', 1))));
  });
  t.test('XPENDING answers the entries of a range, of one consumer, and of some age', async (c) => {
    await begin(c);
    await c.ask('XREADGROUP GROUP g bob STREAMS s >');
    await same(c, 'XPENDING s g - + 10');
    await same(c, 'XPENDING s g (1 (4 10');
    await same(c, 'XPENDING s g - + 2 alice');
    await same(c, 'XPENDING s g - + 10 nosuch');
    await same(c, 'XPENDING s g IDLE 0 2 + 10 bob');
    await same(c, 'XPENDING s g IDLE 1000000 - + 10');
    await same(c, 'XPENDING s g idle -1 - + 1');
    await c.expect('XPENDING s g - + 0', array());
    await c.expect('XPENDING s g - + -1', array());
    await same(c, 'XPENDING s g - + 10 alice what follows'); // two arguments more than there are
    await same(c, 'XPENDING s g - + 10 alice more');
  });
  t.test('XPENDING checks its arguments, then key and group', async (c) => {
    for (const line of [
      'XPENDING s g -',
      'XPENDING s g - +',
      'XPENDING s g IDLE 5 - +',
      'XPENDING s g IDLE 0 - + 10 c d',
    ]) {
      await c.expectError(line, SYNTAX);
    }
    await c.expectError('XPENDING s g IDLE x - + 5', NOT_INTEGER);
    await c.expectError('XPENDING s g - x y', NOT_INTEGER);
    await c.expectError('XPENDING s g - x 1', BAD_ID);
    await c.expectError(`XPENDING s g (${MAX}-${MAX} + 5`, 'ERR invalid start ID for the interval');
    await c.expectError('XPENDING s g - (0-0 5', 'ERR invalid end ID for the interval');
    await c.expectError('XPENDING s g', "NOGROUP No such key 's' or consumer group 'g'");
    await begin(c);
    await c.expectError('XPENDING s nosuch - + 5', "NOGROUP No such key 's' or consumer group 'nosuch'");
    await c.expect('SET s v', ok);
    await c.expectError('XPENDING s g', WRONGTYPE);
  });
});

describeCommands('XCLAIM', (t) => {
  t.test('XCLAIM gives pending entries to another consumer', async (c) => {
    await begin(c);
    await c.expect('XCLAIM s g bob 0 1 2-0 4', array(entry('1-0', 'f', 1), entry('2-0', 'f', 2)));
    await c.expect('XCLAIM s g bob 1000000 3', array());
    await c.expect('XCLAIM s g carol -5 2 JUSTID', array(bulk('2-0')));
    await c.expect(
      'XPENDING s g',
      array(int(3), bulk('1-0'), bulk('3-0'), array(bulks('alice', 1), bulks('bob', 1), bulks('carol', 1))),
    );
    await same(c, 'XPENDING s g - + 10');
  });
  t.test('XCLAIM FORCE makes entries pending; IDLE, TIME and RETRYCOUNT say since when and how often', async (c) => {
    await begin(c);
    await c.expect('XCLAIM s g bob 0 4 FORCE', array(entry('4-0', 'f', 4)));
    await c.expect('XCLAIM s g bob 0 9 force', array());
    await c.expect('XCLAIM s g bob 0 1 IDLE 100000000 RETRYCOUNT 7 justid', array(bulk('1-0')));
    await c.expect('XCLAIM s g bob 0 2 TIME 1000 RETRYCOUNT -1', array(entry('2-0', 'f', 2)));
    await c.expect('XCLAIM s g bob 0 3 IDLE -1 TIME -1 RETRYCOUNT 9223372036854775807', array(entry('3-0', 'f', 3)));
    await same(c, 'XPENDING s g - + 10');
    await same(c, 'XPENDING s g IDLE 50000000 - + 10');
    await c.expect('XCLAIM s g bob 0 9 LASTID 100-1', array());
    await same(c, 'XINFO GROUPS s');
    await c.expect('XCLAIM s g bob 0 1 LASTID 1 JUSTID', array(bulk('1-0')));
    await same(c, 'XINFO GROUPS s');
  });
  t.test('XCLAIM drops pending entries that were deleted', async (c) => {
    await begin(c);
    await c.expect('XDEL s 1 3', int(2));
    await c.expect('XCLAIM s g bob 0 1 2 3', array(entry('2-0', 'f', 2)));
    await c.expect('XPENDING s g', array(int(1), bulk('2-0'), bulk('2-0'), array(bulks('bob', 1))));
  });
  t.test('XCLAIM checks key and group, then its arguments in their order', async (c) => {
    await c.expectError('XCLAIM s g c x 1', "NOGROUP No such key 's' or consumer group 'g'");
    await begin(c);
    await c.expectError('XCLAIM s nosuch c x 1', "NOGROUP No such key 's' or consumer group 'nosuch'");
    await c.expectError('XCLAIM s g c x 1', 'ERR Invalid min-idle-time argument for XCLAIM');
    for (const option of ['x', '-', '2', 'IDLE', 'LASTID']) {
      await c.expectError(`XCLAIM s g c 0 1 JUSTID ${option}`, `ERR Unrecognized XCLAIM option '${option}'`);
    }
    await c.expectError('XCLAIM s g c 0 FOO', "ERR Unrecognized XCLAIM option 'FOO'");
    for (const option of ['IDLE', 'TIME', 'RETRYCOUNT']) {
      await c.expectError(`XCLAIM s g c 0 1 ${option} x`, `ERR Invalid ${option} option argument for XCLAIM`);
    }
    await c.expectError('XCLAIM s g c 0 1 LASTID x', BAD_ID);
    await c.expect('SET s v', ok);
    await c.expectError('XCLAIM s g c x 1', WRONGTYPE);
  });
  t.test(
    'XCLAIM makes the consumer even when there is nothing for it',
    { since: '7.2', line: CONSUMERS },
    async (c) => {
      await begin(c);
      await c.expect('XCLAIM s g bob 0 9', array());
      await c.expect('XGROUP CREATECONSUMER s g bob', int(0));
    },
  );
});

describeCommands('XAUTOCLAIM', (t) => {
  t.test('XAUTOCLAIM claims page by page', async (c) => {
    await begin(c);
    await c.expect(
      'XAUTOCLAIM s g bob 0 0 COUNT 2',
      array(bulk('3-0'), array(entry('1-0', 'f', 1), entry('2-0', 'f', 2)), array()),
    );
    await c.expect('XAUTOCLAIM s g bob 0 3 COUNT 2', array(bulk('0-0'), array(entry('3-0', 'f', 3)), array()));
    await c.expect('XAUTOCLAIM s g carol 0 (1 JUSTID count 1', array(bulk('3-0'), array(bulk('2-0')), array()));
    await c.expect('XAUTOCLAIM s g carol 1000000 -', array(bulk('0-0'), array(), array()));
    await c.expect('XAUTOCLAIM s g carol -1 +', array(bulk('0-0'), array(), array()));
    await same(c, 'XPENDING s g - + 10');
  });
  t.test('XAUTOCLAIM answers the ids of what was deleted', async (c) => {
    await begin(c);
    await c.expect('XDEL s 1 3', int(2));
    await c.expect('XAUTOCLAIM s g bob 0 0 COUNT 1', array(bulk('2-0'), array(), array(bulk('1-0'))));
    await c.expect('XAUTOCLAIM s g bob 0 0', array(bulk('0-0'), array(entry('2-0', 'f', 2)), array(bulk('3-0'))));
    await c.expect('XPENDING s g', array(int(1), bulk('2-0'), bulk('2-0'), array(bulks('bob', 1))));
  });
  t.test('XAUTOCLAIM looks at ten entries for each that it may claim', async (c) => {
    for (let n = 1; n <= 15; n++) await c.ask(`XADD s ${n} f ${n}`);
    await c.expect('XGROUP CREATE s g 0', ok);
    await c.ask('XREADGROUP GROUP g alice STREAMS s >');
    await c.expect('XAUTOCLAIM s g bob 1000000 0 COUNT 1', array(bulk('11-0'), array(), array()));
  });
  t.test('XAUTOCLAIM checks its arguments, then key and group', async (c) => {
    await c.expectError('XAUTOCLAIM s g c x 0', 'ERR Invalid min-idle-time argument for XAUTOCLAIM');
    await c.expectError('XAUTOCLAIM s g c 0 x', BAD_ID);
    await c.expectError(`XAUTOCLAIM s g c 0 (${MAX}-${MAX}`, 'ERR invalid start ID for the interval');
    for (const count of ['x', '0', '-1', '9223372036854775807']) {
      await c.expectError(`XAUTOCLAIM s g c 0 0 COUNT ${count}`, 'ERR COUNT must be > 0');
    }
    await c.expectError('XAUTOCLAIM s g c 0 0 COUNT', SYNTAX);
    await c.expectError('XAUTOCLAIM s g c 0 0 FOO', SYNTAX);
    await c.expectError('XAUTOCLAIM s g c 0 0', "NOGROUP No such key 's' or consumer group 'g'");
    await c.expect('SET s v', ok);
    await c.expectError('XAUTOCLAIM s g c 0 0', WRONGTYPE);
  });
  t.test(
    'XAUTOCLAIM makes the consumer even when there is nothing for it',
    { since: '7.2', line: CONSUMERS },
    async (c) => {
      await begin(c);
      await c.expect('XAUTOCLAIM s g bob 1000000 0', array(bulk('0-0'), array(), array()));
      await c.expect('XGROUP CREATECONSUMER s g bob', int(0));
    },
  );
});

describeCommands('XINFO', (t) => {
  t.test('XINFO STREAM tells about a stream, FULL everything', async (c) => {
    await begin(c);
    await c.expect('XGROUP CREATECONSUMER s g bob', int(1));
    await c.expect('XDEL s 2', int(1));
    for (const line of [
      'XINFO STREAM s',
      'XINFO STREAM s FULL',
      'XINFO STREAM s full COUNT 1',
      'XINFO STREAM s FULL COUNT 0',
    ]) {
      await same(c, line);
    }
    for (let n = 5; n <= 20; n++) await c.ask(`XADD s ${n} f ${n}`);
    await c.ask('XREADGROUP GROUP g bob STREAMS s >');
    await same(c, 'XINFO STREAM s FULL');
    await same(c, 'XINFO STREAM s FULL COUNT -1');
    await same(c, 'XINFO STREAM s FULL COUNT 12');
    await c.expect('XTRIM s MAXLEN 0', int(19));
    await same(c, 'XINFO STREAM s');
  });
  t.test('XINFO answers maps in RESP3', { resp: 3 }, async (c) => {
    await begin(c);
    for (const line of ['XINFO STREAM s', 'XINFO STREAM s FULL', 'XINFO GROUPS s', 'XINFO CONSUMERS s g'])
      await same(c, line);
  });
  t.test('XINFO GROUPS tells what is left to read, as long as deletions allow it', async (c) => {
    await begin(c);
    await same(c, 'XINFO GROUPS s');
    await c.expect('XGROUP CREATE s h 2', ok);
    await c.expect('XGROUP CREATE s i $', ok);
    await same(c, 'XINFO GROUPS s');
    await c.expect('XDEL s 3', int(1));
    await same(c, 'XINFO GROUPS s');
    await c.expect('XTRIM s MAXLEN 1', int(2));
    await same(c, 'XINFO GROUPS s');
    await c.ask('XREADGROUP GROUP h alice STREAMS s >');
    await same(c, 'XINFO GROUPS s');
    await c.expect('XDEL s 4', int(1));
    await same(c, 'XINFO GROUPS s');
  });
  t.test(
    'XINFO CONSUMERS tells who was seen, and who was active',
    { since: '7.2', line: CONSUMERS, resp: 3 },
    async (c) => {
      await begin(c);
      await c.expect('XREADGROUP GROUP g bob NOACK STREAMS s >', map(bulk('s'), array(entry('4-0', 'f', 4))));
      await c.ask('XREADGROUP GROUP g carol STREAMS s >');
      const consumer = (name: string, pending: number, inactive: string): string =>
        `%4\\r\\n\\$4\\r\\nname\\r\\n\\$\\d\\r\\n${name}\\r\\n\\$7\\r\\npending\\r\\n:${pending}\\r\\n\\$4\\r\\nidle\\r\\n:\\d+\\r\\n\\$8\\r\\ninactive\\r\\n:${inactive}\\r\\n`;
      const wanted = `^\\*3\\r\\n${consumer('alice', 3, '\\d+')}${consumer('bob', 0, '\\d+')}${consumer('carol', 0, '-1')}$`;
      await c.expectMatch('XINFO CONSUMERS s g', new RegExp(wanted));
      await c.expectMatch(
        'XINFO STREAM s FULL',
        /carol\r\n\$9\r\nseen-time\r\n:\d{13}\r\n\$11\r\nactive-time\r\n:-1\r\n\$9\r\npel-count/,
      );
    },
  );
  t.test('XINFO checks its arguments', async (c) => {
    for (const line of ['STREAM s', 'STREAM s FULL COUNT x', 'GROUPS s', 'CONSUMERS s g']) {
      await c.expectError(`XINFO ${line}`, 'ERR no such key');
    }
    await c.expectError('XINFO STREAM', "ERR wrong number of arguments for 'xinfo|stream' command");
    await c.expectError('XINFO CONSUMERS s', "ERR wrong number of arguments for 'xinfo|consumers' command");
    await begin(c);
    const usage = "ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.";
    for (const rest of ['FOO', 'FULL COUNT', 'FULL FOO 1', 'FULL COUNT 1 2'])
      await c.expectError(`XINFO STREAM s ${rest}`, usage);
    await c.expectError('XINFO STREAM s FULL COUNT x', NOT_INTEGER);
    await c.expectError('XINFO CONSUMERS s nosuch', "NOGROUP No such consumer group 'nosuch' for key name 's'");
    await c.expect('SET s v', ok);
    for (const line of ['STREAM s', 'GROUPS s', 'CONSUMERS s g']) await c.expectError(`XINFO ${line}`, WRONGTYPE);
  });
});
