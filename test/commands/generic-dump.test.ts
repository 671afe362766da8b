/** DUMP, RESTORE and RESTORE-ASKING. What each form of a value is in bytes: test/rdb. */
import { expect } from 'vitest';
import { bulk, bulks, type CommandClient, describeCommands, int, nil, ok } from '../support/index.js';
import { payload } from '../support/payload.js';

const BUSYKEY = 'BUSYKEY Target key name already exists.';
const BAD_PAYLOAD = 'ERR DUMP payload version or checksum are wrong';
const BAD_DATA = 'ERR Bad data format';
const SYNTAX = 'ERR syntax error';

/** The payload that a server gives for a key. */
async function dumped(c: CommandClient, key: string): Promise<Buffer> {
  return Buffer.from(String(await c.ask(['DUMP', key])), 'latin1');
}

/** The string `abc`. */
const ABC = payload([0, 3, 0x61, 0x62, 0x63]);

describeCommands('DUMP', (t) => {
  t.test('a key that is not there has none', async (c) => {
    await c.expect('DUMP none', nil);
  });
  t.test('a string, a number and a repetitive string have the forms of RDB', async (c) => {
    await c.expect('MSET s abc n 12345 b 300 t -7', ok);
    await c.expect('DUMP s', bulk(ABC.toString('latin1')));
    await c.expect('DUMP t', bulk(payload([0, 0xc0, 0xf9]).toString('latin1')));
    await c.expect('DUMP b', bulk(payload([0, 0xc1, 0x2c, 1]).toString('latin1')));
    await c.expect('DUMP n', bulk(payload([0, 0xc1, 0x39, 0x30]).toString('latin1')));
    await c.expect(['SET', 'r', 'x'.repeat(5000)], ok);
    expect((await dumped(c, 'r')).length).toBeLessThan(200);
    await c.configSet('rdbcompression', 'no');
    await c.expect('DUMP r', bulk(payload([0, 0x53, 0x88, ...Buffer.from('x'.repeat(5000))]).toString('latin1')));
  });
  t.test('counts as a read of the key', async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('CONFIG RESETSTAT', ok);
    await c.ask('DUMP s');
    await c.expect('DUMP none', nil);
    await c.expectMatch('INFO stats', /keyspace_hits:1\r\nkeyspace_misses:1\r\n/);
  });
});

describeCommands('RESTORE', (t) => {
  t.test('gives a key the value of a payload', async (c) => {
    await c.expect(['RESTORE', 'k', 0, ABC], ok);
    await c.expect('GET k', bulk('abc'));
    await c.expect('TTL k', int(-1));
    await c.expect(['RESTORE-ASKING', 'k2', 0, ABC], ok);
    await c.expect(['RESTORE-ASKING', 'k2', 0, ABC, 'REPLACE', 'ABSTTL'], ok);
    await c.expect('GET k2', bulk('abc'));
  });
  t.test('values of every type come back', { needsDebug: true }, async (c) => {
    for (const command of [
      ['SET', 's', 'text'],
      'RPUSH l a b 3',
      'SADD i 1 2 300000',
      'SADD m a',
      'ZADD z 1 a 2.5 b',
      'HSET h f v g 5',
      'XADD x 1-1 f v',
      'XGROUP CREATE x g 0',
      'XREADGROUP GROUP g alice STREAMS x >',
      'PFADD p a b c',
      'SETBIT bits 70 1',
    ])
      await c.ask(command);
    for (const key of ['s', 'l', 'i', 'm', 'z', 'h', 'x', 'p', 'bits']) {
      const digest = await c.wire(['DEBUG', 'DIGEST-VALUE', key]);
      const bytes = await dumped(c, key);
      await c.expect(['RESTORE', 'copy', 0, bytes, 'REPLACE'], ok);
      await c.expect('DEBUG DIGEST-VALUE copy', digest);
      await c.expect('DUMP copy', bulk(bytes.toString('latin1')));
    }
  });
  t.test('a key that is there is kept without REPLACE, and goes with it', async (c) => {
    await c.expect('SET k old EX 100', ok);
    await c.expectError(['RESTORE', 'k', 0, ABC], BUSYKEY);
    await c.expect('GET k', bulk('old'));
    await c.expect(['RESTORE', 'k', 0, ABC, 'replace'], ok);
    await c.expect('GET k', bulk('abc'));
    await c.expect('TTL k', int(-1));
  });
  t.test('a time to live counts from now, and from 1970 with ABSTTL', async (c) => {
    await c.expect(['RESTORE', 'k', 100_000, ABC], ok);
    await c.expectMatch('PTTL k', /^:(99\d{3}|100000)\r\n$/);
    await c.expect(['RESTORE', 'k', 99_999_999_999_999, ABC, 'REPLACE', 'ABSTTL'], ok);
    await c.expect('PEXPIRETIME k', int(99_999_999_999_999));
    await c.expect(['RESTORE', 'k', 0, ABC, 'REPLACE', 'ABSTTL'], ok);
    await c.expect('TTL k', int(-1));
  });
  t.test('with a time that is over nothing is made, and what was there goes', async (c) => {
    await c.expect(['RESTORE', 'k', 1, ABC, 'ABSTTL'], ok);
    await c.expect('EXISTS k', int(0));
    await c.expect('SET k x', ok);
    await c.expectError(['RESTORE', 'k', 1, ABC, 'ABSTTL'], BUSYKEY);
    await c.expect(['RESTORE', 'k', 1, ABC, 'ABSTTL', 'REPLACE'], ok);
    await c.expect('EXISTS k', int(0));
  });
  t.test('IDLETIME sets the LRU clock, FREQ the LFU counter, each under its policy', async (c) => {
    await c.expect(['RESTORE', 'k', 0, ABC, 'IDLETIME', 1000], ok);
    await c.expectMatch('OBJECT IDLETIME k', /^:100[01]\r\n$/);
    await c.expect(['RESTORE', 'k', 0, ABC, 'REPLACE', 'FREQ', 200], ok);
    await c.expectMatch('OBJECT IDLETIME k', /^:[01]\r\n$/);
    await c.configSet('maxmemory-policy', 'allkeys-lfu');
    await c.expect(['RESTORE', 'k', 0, ABC, 'REPLACE', 'FREQ', 200], ok);
    await c.expect('OBJECT FREQ k', int(200));
    await c.expect(['RESTORE', 'k', 0, ABC, 'REPLACE', 'IDLETIME', 1000], ok);
    await c.expectMatch('OBJECT FREQ k', /^:[1-5]\r\n$/);
  });
  t.test('an idle time may be beyond what the clock can tell', async (c) => {
    await c.expect(['RESTORE', 'k', 0, ABC, 'IDLETIME', 16_000_000], ok);
    await c.expectMatch('OBJECT IDLETIME k', /^:1600000[01]\r\n$/);
    await c.expect(['RESTORE', 'k', 0, ABC, 'REPLACE', 'IDLETIME', '9223372036854775807'], ok);
  });
  t.test('options that are wrong come before everything else', async (c) => {
    await c.expect('SET k old', ok);
    await c.expectError('RESTORE k x x FOO', SYNTAX);
    await c.expectError('RESTORE k x x IDLETIME', SYNTAX);
    await c.expectError('RESTORE k x x FREQ', SYNTAX);
    await c.expectError('RESTORE k x x IDLETIME 1 FREQ 1', SYNTAX);
    await c.expectError('RESTORE k x x FREQ 1 IDLETIME 1', SYNTAX);
    await c.expectError('RESTORE k x x IDLETIME x', 'ERR value is not an integer or out of range');
    await c.expectError('RESTORE k x x IDLETIME -1', 'ERR Invalid IDLETIME value, must be >= 0');
    await c.expectError('RESTORE k x x FREQ x', 'ERR value is not an integer or out of range');
    await c.expectError('RESTORE k x x FREQ -1', 'ERR Invalid FREQ value, must be >= 0 and <= 255');
    await c.expectError('RESTORE k x x FREQ 256', 'ERR Invalid FREQ value, must be >= 0 and <= 255');
    await c.expectError('RESTORE k x', "ERR wrong number of arguments for 'restore' command");
  });
  t.test('then the key, the time to live, the payload, and the value', async (c) => {
    await c.expect('SET k old', ok);
    await c.expectError('RESTORE k -1 x', BUSYKEY);
    await c.expectError('RESTORE n x x', 'ERR value is not an integer or out of range');
    await c.expectError('RESTORE n -1 x', 'ERR Invalid TTL value, must be >= 0');
    await c.expectError('RESTORE k x x REPLACE', 'ERR value is not an integer or out of range');
    for (const bytes of ['', 'x', '123456789', ABC.subarray(0, -1)]) {
      await c.expectError(['RESTORE', 'n', 0, bytes], BAD_PAYLOAD);
    }
    await c.expectError(['RESTORE', 'n', 0, payload([0, 3, 0x61, 0x62, 0x63], 9999)], BAD_PAYLOAD);
    const noValues = [
      [99, 0],
      [2, 0],
      [2, 2, 1, 0x61, 1, 0x61],
      [1, 0],
      [4, 0],
      [5, 0],
      [16, 0],
    ];
    for (const bytes of noValues) await c.expectError(['RESTORE', 'n', 0, payload(bytes)], BAD_DATA);
    await c.expectError(['RESTORE', 'k', 0, payload([2, 0]), 'REPLACE'], BAD_DATA);
    await c.expect('GET k', bulk('old'));
  });
  t.test('a value that ends too early is refused', { internal: true }, async (c) => {
    // The reference reads on into version and checksum.
    for (const bytes of [[], [0], [0, 3, 0x61]]) await c.expectError(['RESTORE', 'n', 0, payload(bytes)], BAD_DATA);
    await c.expectError(['RESTORE', 'n', 0, Buffer.alloc(10)], BAD_DATA);
  });
  t.test('what stands behind the value is passed over', async (c) => {
    await c.expect(['RESTORE', 'k', 0, payload([0, 3, 0x61, 0x62, 0x63, 1, 2, 3])], ok);
    await c.expect('GET k', bulk('abc'));
  });
  t.test('versions of older servers are read', async (c) => {
    for (const version of [1, 6, 9]) {
      await c.expect(['RESTORE', 'k', 0, payload([0, 3, 0x61, 0x62, 0x63], version), 'REPLACE'], ok);
    }
  });
  t.test('versions 11 and 12 are read', { internal: true }, async (c) => {
    for (const version of [11, 12]) {
      await c.expect(['RESTORE', 'k', 0, payload([0, 3, 0x61, 0x62, 0x63], version), 'REPLACE'], ok);
    }
    await c.expectError(['RESTORE', 'n', 0, payload([0, 3, 0x61, 0x62, 0x63], 13)], BAD_PAYLOAD);
  });
  t.test(
    'fields that expire come back with their times, but for those that are over',
    {
      since: '7.4',
      line: 'hash fields with a TTL, recorded from 7.4.1',
    },
    async (c) => {
      await c.expect('HSET h a 1 b 2 c 3', int(3));
      await c.ask('HPEXPIREAT h 60000000000000 FIELDS 1 b');
      const bytes = await dumped(c, 'h');
      await c.expect('DEL h', int(1));
      await c.expect(['RESTORE', 'h', 0, bytes], ok);
      await c.expect('HPEXPIRETIME h FIELDS 3 a b c', `*3\r\n:-1\r\n:60000000000000\r\n:-1\r\n`);
      // Expire times from 1000 on: field a at 1000, and b never.
      const over = [24, 0xe8, 3, 0, 0, 0, 0, 0, 0, 2, 1, 1, 0x61, 1, 0x31, 0, 1, 0x62, 1, 0x32];
      await c.expect(['RESTORE', 'o', 0, payload(over, 12)], ok);
      await c.expect('HGETALL o', '*2\r\n$1\r\nb\r\n$1\r\n2\r\n');
      await c.expectError(['RESTORE', 'n', 0, payload([...over.slice(0, 9), 1, ...over.slice(10, 15)], 12)], BAD_DATA);
    },
  );
  t.test('a checksum that is wrong is taken when DEBUG says so', { needsDebug: true }, async (c) => {
    const wrong = Buffer.from(ABC);
    wrong[wrong.length - 1]! ^= 1;
    await c.expectError(['RESTORE', 'k', 0, wrong], BAD_PAYLOAD);
    c.atEnd((client) => client.ask('DEBUG SET-SKIP-CHECKSUM-VALIDATION 0'));
    await c.expect('DEBUG SET-SKIP-CHECKSUM-VALIDATION 1', ok);
    await c.expect(['RESTORE', 'k', 0, wrong], ok);
    await c.expectError(['RESTORE', 'n', 0, payload([0, 3, 0x61, 0x62, 0x63], 9999)], BAD_PAYLOAD);
    await c.expectError(['RESTORE', 'n', 0, 'short'], BAD_PAYLOAD);
    await c.expect('DEBUG SET-SKIP-CHECKSUM-VALIDATION 0', ok);
    await c.expectError(['RESTORE', 'n', 0, wrong], BAD_PAYLOAD);
  });
  t.test('whoever waits for the key is served', async (c) => {
    await c.expect('RPUSH l a', int(1));
    const bytes = await dumped(c, 'l');
    await c.expect('DEL l', int(1));
    const waiting = await c.another();
    const reply = waiting.wire('BLPOP l 0');
    await c.untilBlocked(1);
    await c.expect(['RESTORE', 'l', 0, bytes], ok);
    expect(await reply).toBe(bulks('l', 'a'));
    await c.expect('EXISTS l', int(0));
  });
});
