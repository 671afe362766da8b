/**
 * The set commands that deal with members by name: SADD, SREM, SMOVE, SISMEMBER, SMISMEMBER, SCARD, SMEMBERS and SSCAN.
 * What combines sets and what is up to chance have files of their own beside this one. Every expectation was recorded
 * from the reference.
 */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, bytes, int, ok, set, simple } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const LISTPACKS = { since: '7.2', line: 'Small sets of strings are `listpack`' } as const;

const arity = (name: string): string => `ERR wrong number of arguments for '${name}' command`;
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
const words = (first: number, count: number): string[] => range(first, count).map((i) => `member:${i}`);

async function expectMembers(c: CommandClient, key: string, members: readonly (string | number)[]): Promise<void> {
  const got = (await c.ask(['SMEMBERS', key])) as string[];
  const wanted = members.map(String).sort().join(' ');
  if (got.sort().join(' ') !== wanted) throw new Error(`members of ${key}: ${got.join(' ')}, not ${wanted}`);
}

describeCommands('SADD and SREM', (t) => {
  t.test('SADD creates a set, and answers how many members are new', async (c) => {
    await c.expect('SADD s a b a', int(2));
    await c.expect('SADD s b c', int(1));
    await c.expect('SADD s a b c', int(0));
    await c.expect('TYPE s', simple('set'));
    await expectMembers(c, 's', ['a', 'b', 'c']);
  });
  t.test('SADD keeps members byte for byte, however long they are', async (c) => {
    const members = ['', '\0', '\xff\r\n', 'x'.repeat(64), 'x'.repeat(65), 'y'.repeat(255), 'z'.repeat(100_000)];
    for (const member of members) await c.expect(['SADD', 's', bytes(member)], int(1));
    for (const member of members) await c.expect(['SISMEMBER', 's', bytes(member)], int(1));
    await c.expect('SCARD s', int(members.length));
  });
  t.test('SADD takes an integer for itself, and what only looks like one for another member', async (c) => {
    const members = ['1', '01', '+1', ' 1', '1 ', '1.0', '-0', '0', '9223372036854775807', '9223372036854775808'];
    for (const member of members) await c.expect(['SADD', 's', member], int(1));
    for (const member of members) await c.expect(['SADD', 's', member], int(0));
    await c.expect('SCARD s', int(members.length));
  });
  t.test('SADD leaves the time to live alone', async (c) => {
    await c.expect('SADD s a', int(1));
    await c.expect('PEXPIREAT s 99999999999123', int(1));
    await c.expect('SADD s b', int(1));
    await c.expect('PEXPIRETIME s', int(99999999999123));
  });
  t.test('SREM answers how many members went, and deletes the key with the last one', async (c) => {
    await c.expect('SADD s a b c', int(3));
    await c.expect('SREM s a x a', int(1));
    await c.expect('SREM s x', int(0));
    await c.expect('SREM s c b a', int(2));
    await c.expect('EXISTS s', int(0));
    await c.expect('SREM s a', int(0));
  });
  t.test('SADD and SREM go through all encodings with many members', async (c) => {
    await c.expect(['SADD', 's', ...range(0, 400)], int(400));
    await c.expect(['SADD', 's', ...words(0, 400)], int(400));
    await c.expect('SCARD s', int(800));
    await c.expect(['SREM', 's', ...range(100, 400)], int(300));
    await c.expect(['SREM', 's', ...words(0, 399)], int(399));
    await expectMembers(c, 's', [...range(0, 100), 'member:399']);
    await c.expect(['SREM', 's', ...range(0, 100), 'member:399'], int(101));
    await c.expect('EXISTS s', int(0));
  });
  t.test('SADD and SREM refuse other types and missing arguments', async (c) => {
    await c.expect('SET k v', ok);
    await c.expectError('SADD k a', WRONGTYPE);
    await c.expectError('SREM k a', WRONGTYPE);
    await c.expectError('SADD k', arity('sadd'));
    await c.expectError('SREM k', arity('srem'));
  });
  t.test('SADD makes sets as large as they come, and DEL takes them away', { slow: true }, async (c) => {
    for (let first = 0; first < 300_000; first += 10_000) {
      await c.expect(['SADD', 's', ...words(first, 10_000)], int(10_000));
    }
    await c.expect('SCARD s', int(300_000));
    await c.expect('SISMEMBER s member:299999', int(1));
    await c.expect('SISMEMBER s member:300000', int(0));
    await c.expect('DEL s', int(1));
    await c.expect('SADD s a', int(1));
    await expectMembers(c, 's', ['a']);
  });
});

describeCommands('encodings of sets', (t) => {
  const expectEncoding = async (c: CommandClient, encoding: string): Promise<void> =>
    c.expect('OBJECT ENCODING s', bulk(encoding));

  t.test('OBJECT ENCODING is intset up to set-max-intset-entries integers, hashtable above', async (c) => {
    await c.expect(['SADD', 's', ...range(0, 512)], int(512));
    await expectEncoding(c, 'intset');
    await c.expect('SADD s 511', int(0));
    await expectEncoding(c, 'intset');
    await c.expect('SADD s 512', int(1));
    await expectEncoding(c, 'hashtable');
    await c.expect('SREM s 512', int(1));
    await expectEncoding(c, 'hashtable');
  });
  t.test('CONFIG SET set-max-intset-entries counts from then on', async (c) => {
    await c.configSet('set-max-intset-entries', '3');
    await c.expect('SADD s 1 2 3', int(3));
    await expectEncoding(c, 'intset');
    await c.expect('SADD s 4', int(1));
    await expectEncoding(c, 'hashtable');
  });
  t.test('SADD s with more integers than an intset is for makes a hashtable at once', LISTPACKS, async (c) => {
    await c.expect(['SADD', 's', ...Array.from({ length: 513 }, () => '1')], int(1));
    await expectEncoding(c, 'hashtable');
  });
  t.test(
    'OBJECT ENCODING is listpack for few short strings, hashtable for more or longer ones',
    LISTPACKS,
    async (c) => {
      await c.expect(['SADD', 's', ...words(0, 128)], int(128));
      await expectEncoding(c, 'listpack');
      await c.expect('SADD s one-more', int(1));
      await expectEncoding(c, 'hashtable');
      await c.expect('DEL s', int(1));
      await c.expect(['SADD', 's', 'x'.repeat(64)], int(1));
      await expectEncoding(c, 'listpack');
      await c.expect(['SADD', 's', 'x'.repeat(65)], int(1));
      await expectEncoding(c, 'hashtable');
    },
  );
  t.test(
    'an intset becomes a listpack with its first string, a hashtable where it has too many',
    LISTPACKS,
    async (c) => {
      await c.expect('SADD s 1 2 3', int(3));
      await c.expect('SADD s x', int(1));
      await expectEncoding(c, 'listpack');
      await c.expect('DEL s', int(1));
      await c.expect(['SADD', 's', ...range(0, 128)], int(128));
      await c.expect('SADD s x', int(1));
      await expectEncoding(c, 'hashtable');
    },
  );
  t.test('CONFIG SET set-max-listpack-entries and -value count from then on', LISTPACKS, async (c) => {
    await c.configSet('set-max-listpack-entries', '2', 'set-max-listpack-value', '3');
    await c.expect('SADD s a b', int(2));
    await expectEncoding(c, 'listpack');
    await c.expect('SADD s c', int(1));
    await expectEncoding(c, 'hashtable');
    await c.expect('DEL s', int(1));
    await c.expect('SADD s a', int(1));
    await c.expect('SADD s long', int(1));
    await expectEncoding(c, 'hashtable');
  });
  t.test('COPY keeps the encoding, and the copy is another set', async (c) => {
    for (const members of [range(0, 10), words(0, 10), words(0, 1000)]) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      await c.expect('COPY s t', int(1));
      await c.expect('OBJECT ENCODING t', await c.wire('OBJECT ENCODING s'));
      await c.expect('SADD t other', int(1));
      await expectMembers(c, 's', members);
      await expectMembers(c, 't', [...members, 'other']);
      await c.expect('DEL s t', int(2));
    }
  });
  t.test('MEMORY USAGE counts the members', async (c) => {
    await c.expect(['SADD', 's', ...words(0, 1000)], int(1000));
    const all = Number(await c.ask('MEMORY USAGE s SAMPLES 0'));
    const some = Number(await c.ask('MEMORY USAGE s'));
    if (all < 20_000 || all > 200_000) throw new Error(`${all} bytes`);
    if (Math.abs(all - some) > all / 2) throw new Error(`${some} bytes, not ${all}`);
  });
});

describeCommands('SISMEMBER, SMISMEMBER, SCARD and SMEMBERS', (t) => {
  t.test('SISMEMBER and SMISMEMBER tell what is in a set, and SCARD how much', async (c) => {
    await c.expect('SADD s a b 1', int(3));
    await c.expect('SISMEMBER s a', int(1));
    await c.expect('SISMEMBER s 1', int(1));
    await c.expect('SISMEMBER s 01', int(0));
    await c.expect('SMISMEMBER s a x 1 a', array(int(1), int(0), int(1), int(1)));
    await c.expect('SCARD s', int(3));
  });
  t.test('SISMEMBER of an intset asks for integers alone', async (c) => {
    await c.expect('SADD s 1 70000 9223372036854775807', int(3));
    await c.expect('SMISMEMBER s 1 70000 9223372036854775807', array(int(1), int(1), int(1)));
    await c.expect('SMISMEMBER s x 01 9223372036854775808 "" -1', array(int(0), int(0), int(0), int(0), int(0)));
  });
  t.test('a missing key is an empty set', async (c) => {
    await c.expect('SISMEMBER s a', int(0));
    await c.expect('SMISMEMBER s a b', array(int(0), int(0)));
    await c.expect('SCARD s', int(0));
    await c.expect('SMEMBERS s', array());
  });
  t.test('SMEMBERS answers a set in RESP3', { resp: 3 }, async (c) => {
    await c.expect('SMEMBERS s', set());
    await c.expect('SADD s 3 1 2', int(3));
    await c.expect('SMEMBERS s', set(bulk(1), bulk(2), bulk(3)));
    await c.expect('SMISMEMBER s 1 4', array(int(1), int(0)));
  });
  t.test('SMEMBERS of an intset ascends', async (c) => {
    await c.expect('SADD s 5 -1 70000 3 -9223372036854775808', int(5));
    await c.expect('SMEMBERS s', bulks('-9223372036854775808', -1, 3, 5, 70000));
  });
  t.test('they refuse other types and missing arguments', async (c) => {
    await c.expect('SET k v', ok);
    for (const command of ['SISMEMBER k a', 'SMISMEMBER k a', 'SCARD k', 'SMEMBERS k']) {
      await c.expectError(command, WRONGTYPE);
    }
    await c.expectError('SISMEMBER k', arity('sismember'));
    await c.expectError('SISMEMBER k a b', arity('sismember'));
    await c.expectError('SMISMEMBER k', arity('smismember'));
    await c.expectError('SCARD', arity('scard'));
    await c.expectError('SMEMBERS a b', arity('smembers'));
  });
});

describeCommands('SMOVE', (t) => {
  t.test('SMOVE takes a member to another set, and creates that or deletes this one', async (c) => {
    await c.expect('SADD s a b', int(2));
    await c.expect('SMOVE s t a', int(1));
    await expectMembers(c, 's', ['b']);
    await expectMembers(c, 't', ['a']);
    await c.expect('SMOVE s t b', int(1));
    await c.expect('EXISTS s', int(0));
    await expectMembers(c, 't', ['a', 'b']);
  });
  t.test('SMOVE to a set that has the member only takes it away', async (c) => {
    await c.expect('SADD s a b', int(2));
    await c.expect('SADD t a', int(1));
    await c.expect('SMOVE s t a', int(1));
    await expectMembers(c, 's', ['b']);
    await expectMembers(c, 't', ['a']);
  });
  t.test('SMOVE of what is no member changes nothing', async (c) => {
    await c.expect('SADD s a', int(1));
    await c.expect('SMOVE s t x', int(0));
    await c.expect('EXISTS t', int(0));
    await c.expect('SMOVE no t a', int(0));
  });
  t.test('SMOVE within one set tells whether the member is there', async (c) => {
    await c.expect('SADD s a', int(1));
    await c.expect('SMOVE s s a', int(1));
    await c.expect('SMOVE s s b', int(0));
    await expectMembers(c, 's', ['a']);
  });
  t.test('SMOVE refuses other types, unless there is no source', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('SADD s a', int(1));
    await c.expectError('SMOVE k s a', WRONGTYPE);
    await c.expectError('SMOVE s k a', WRONGTYPE);
    await c.expectError('SMOVE s k x', WRONGTYPE);
    await c.expect('SMOVE no k a', int(0));
    await c.expectError('SMOVE s k', arity('smove'));
  });
});

describeCommands('SSCAN', (t) => {
  /** All members, page by page. */
  async function scanAll(c: CommandClient, ...options: string[]): Promise<string[]> {
    const members: string[] = [];
    let cursor = '0';
    do {
      const [next, page] = (await c.ask(['SSCAN', 's', cursor, ...options])) as [string, string[]];
      members.push(...page);
      cursor = next;
    } while (cursor !== '0');
    return members;
  }
  const expectScan = async (c: CommandClient, wanted: readonly (string | number)[], ...options: string[]) => {
    const got = [...new Set(await scanAll(c, ...options))].sort().join(' ');
    if (got !== wanted.map(String).sort().join(' ')) throw new Error(`SSCAN ${options.join(' ')}: ${got}`);
  };

  t.test('SSCAN answers every member, page by page, of whatever encoding', async (c) => {
    for (const members of [range(0, 100), words(0, 100), words(0, 3000), range(0, 3000)]) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      await expectScan(c, members);
      await expectScan(c, members, 'COUNT', '1');
      await expectScan(c, members, 'count', '500');
      await c.expect('DEL s', int(1));
    }
  });
  t.test('SSCAN MATCH answers the members that match, of whatever encoding', async (c) => {
    for (const members of [words(0, 100), words(0, 3000)]) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      await expectScan(
        c,
        members.filter((name) => /:\d7$/.test(name)),
        'MATCH',
        'x*',
        'match',
        '*:?7',
        'COUNT',
        '100',
      );
      await c.expect('DEL s', int(1));
    }
    await c.expect(['SADD', 's', ...range(0, 100)], int(100));
    await expectScan(c, [7, 17, 27, 37, 47, 57, 67, 77, 87, 97], 'MATCH', '*7');
  });
  t.test('SSCAN of an intset is one page, whatever COUNT and the cursor say', async (c) => {
    await c.expect('SADD s 1 2 3', int(3));
    for (const cursor of ['0', '5', '18446744073709551615', '']) {
      await c.expect(['SSCAN', 's', cursor, 'COUNT', '1'], array(bulk(0), bulks(1, 2, 3)));
    }
  });
  t.test('SSCAN of a missing key answers an end, and looks at no option', async (c) => {
    await c.expect('SSCAN s 0', array(bulk(0), array()));
    await c.expect('SSCAN s 0 FOO', array(bulk(0), array()));
    await c.expect('SSCAN s 7 COUNT 0', array(bulk(0), array()));
  });
  t.test('SSCAN refuses cursors, options and other types in this order', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('SADD s a', int(1));
    await c.expectError('SSCAN k x', 'ERR invalid cursor');
    await c.expectError('SSCAN no 18446744073709551616', 'ERR invalid cursor');
    await c.expectError('SSCAN k 0 FOO', WRONGTYPE);
    await c.expectError('SSCAN s 0 FOO', SYNTAX);
    await c.expectError('SSCAN s 0 MATCH', SYNTAX);
    await c.expectError('SSCAN s 0 COUNT', SYNTAX);
    await c.expectError('SSCAN s 0 COUNT 0', SYNTAX);
    await c.expectError('SSCAN s 0 COUNT x', 'ERR value is not an integer or out of range');
    await c.expectError('SSCAN s 0 TYPE set', SYNTAX);
    await c.expectError('SSCAN s', arity('sscan'));
  });
  t.test('SSCAN answers an array in RESP3, too', { resp: 3 }, async (c) => {
    await c.expect('SADD s 1', int(1));
    await c.expect('SSCAN s 0', array(bulk(0), bulks(1)));
  });
  t.test('SSCAN answers what is there all the time, while the set grows and shrinks', async (c) => {
    await c.expect(['SADD', 's', ...words(0, 1000)], int(1000));
    const seen = new Set<string>();
    let cursor = '0';
    let step = 0;
    do {
      const [next, page] = (await c.ask(['SSCAN', 's', cursor, 'COUNT', '20'])) as [string, string[]];
      for (const member of page) seen.add(member);
      cursor = next;
      const others = words(10_000 + Math.floor(step / 2) * 300, 300);
      await c.ask([step++ % 2 === 0 ? 'SADD' : 'SREM', 's', ...others]);
    } while (cursor !== '0');
    for (const member of words(0, 1000)) if (!seen.has(member)) throw new Error(`${member} was never answered`);
  });
});
