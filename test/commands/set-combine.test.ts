/**
 * SINTER, SUNION, SDIFF, those that store what comes out, and SINTERCARD. Every expectation was recorded from the
 * reference.
 */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, int, ok, set, simple } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const LISTPACKS = { since: '7.2', line: 'Small sets of strings are `listpack`' } as const;

const arity = (name: string): string => `ERR wrong number of arguments for '${name}' command`;
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
const words = (first: number, count: number): string[] => range(first, count).map((i) => `member:${i}`);

type Members = readonly (string | number)[];

/** Sends a command that answers members, and one that stores them, and compares both with `wanted`. */
async function expectSet(c: CommandClient, command: string, wanted: Members): Promise<void> {
  const [name, ...keys] = command.split(' ');
  const sorted = wanted.map(String).sort().join(' ');
  const answered = (await c.ask(command)) as string[];
  if (answered.sort().join(' ') !== sorted) throw new Error(`${command}: ${answered.join(' ')}, not ${sorted}`);
  await c.expect([`${name}STORE`, 'target', ...keys], int(wanted.length));
  const stored = (await c.ask('SMEMBERS target')) as string[];
  if (stored.sort().join(' ') !== sorted) throw new Error(`${command} stored ${stored.join(' ')}, not ${sorted}`);
}

describeCommands('SINTER, SUNION and SDIFF', (t) => {
  t.test('they combine sets of one, two and three keys', async (c) => {
    await c.expect('SADD a 1 2 3 x y', int(5));
    await c.expect('SADD b 2 3 4 y z', int(5));
    await c.expect('SADD c 3 5 z', int(3));
    await expectSet(c, 'SINTER a', [1, 2, 3, 'x', 'y']);
    await expectSet(c, 'SINTER a b', [2, 3, 'y']);
    await expectSet(c, 'SINTER a b c', [3]);
    await expectSet(c, 'SINTER a b a', [2, 3, 'y']);
    await expectSet(c, 'SUNION a', [1, 2, 3, 'x', 'y']);
    await expectSet(c, 'SUNION a b', [1, 2, 3, 4, 'x', 'y', 'z']);
    await expectSet(c, 'SUNION c b a c', [1, 2, 3, 4, 5, 'x', 'y', 'z']);
    await expectSet(c, 'SDIFF a', [1, 2, 3, 'x', 'y']);
    await expectSet(c, 'SDIFF a b', [1, 'x']);
    await expectSet(c, 'SDIFF b a c', [4]);
    await expectSet(c, 'SDIFF a b a', []);
  });
  t.test('a missing key is an empty set', async (c) => {
    await c.expect('SADD a 1 2', int(2));
    await expectSet(c, 'SINTER a no', []);
    await expectSet(c, 'SINTER no a', []);
    await expectSet(c, 'SINTER no', []);
    await expectSet(c, 'SUNION a no', [1, 2]);
    await expectSet(c, 'SUNION no', []);
    await expectSet(c, 'SDIFF a no', [1, 2]);
    await expectSet(c, 'SDIFF no a', []);
  });
  t.test('they combine sets of all encodings', async (c) => {
    const sets: Record<string, Members> = {
      integers: range(0, 200),
      few: [...range(190, 20), ...words(0, 20)],
      many: [...words(10, 500), ...range(100, 500)],
    };
    for (const [key, members] of Object.entries(sets)) await c.expect(['SADD', key, ...members], int(members.length));
    const names = Object.keys(sets);
    const has = (key: string, member: string | number): boolean => sets[key]!.includes(member);
    for (const first of names) {
      for (const second of names) {
        const [a, b] = [sets[first]!, sets[second]!];
        await expectSet(
          c,
          `SINTER ${first} ${second}`,
          a.filter((member) => has(second, member)),
        );
        await expectSet(c, `SUNION ${first} ${second}`, [...new Set([...a, ...b])]);
        await expectSet(
          c,
          `SDIFF ${first} ${second}`,
          a.filter((member) => !has(second, member)),
        );
      }
    }
    await expectSet(c, 'SINTER many few integers', range(190, 10));
    await expectSet(c, 'SDIFF many few integers', [...words(20, 490), ...range(210, 390)]);
  });
  t.test('SDIFF of a large set and many small ones', async (c) => {
    await c.expect(['SADD', 'a', ...words(0, 2000)], int(2000));
    const keys = range(0, 10).map((i) => `small:${i}`);
    for (const [i, key] of keys.entries()) await c.expect(['SADD', key, ...words(i * 100, 10)], int(10));
    const gone = new Set(keys.flatMap((_, i) => words(i * 100, 10)));
    await expectSet(
      c,
      `SDIFF a ${keys.join(' ')} no`,
      words(0, 2000).filter((member) => !gone.has(member)),
    );
  });
  t.test('they answer a set in RESP3', { resp: 3 }, async (c) => {
    await c.expect('SADD a 1 2', int(2));
    await c.expect('SINTER a', set(bulk(1), bulk(2)));
    await c.expect('SUNION a no', set(bulk(1), bulk(2)));
    await c.expect('SDIFF a no', set(bulk(1), bulk(2)));
    await c.expect('SINTER a no', set());
    await c.expect('SUNION no', set());
    await c.expect('SDIFF no a', set());
  });
  t.test('another type among the keys is refused wherever it stands, and stores nothing', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('SADD a 1', int(1));
    for (const name of ['SINTER', 'SUNION', 'SDIFF']) {
      for (const keys of ['k', 'a k', 'k a', 'no k', 'k no']) {
        await c.expectError(`${name} ${keys}`, WRONGTYPE);
        await c.expectError(`${name}STORE a ${keys}`, WRONGTYPE);
      }
      await c.expectError(name, arity(name.toLowerCase()));
      await c.expectError(`${name}STORE a`, arity(`${name.toLowerCase()}store`));
    }
    await c.expect('SMEMBERS a', array(bulk(1)));
  });
});

describeCommands('SINTERSTORE, SUNIONSTORE and SDIFFSTORE', (t) => {
  t.test('they replace what the key held, with its time to live', async (c) => {
    await c.expect('SADD a 1 2', int(2));
    for (const name of ['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE']) {
      await c.expect('SET t v PXAT 99999999999123', ok);
      await c.expect(`${name} t a`, int(2));
      await c.expect('TYPE t', simple('set'));
      await c.expect('PTTL t', int(-1));
    }
  });
  t.test('they delete the key when nothing comes out', async (c) => {
    await c.expect('SADD a 1 2', int(2));
    for (const command of ['SINTERSTORE t a no', 'SUNIONSTORE t no', 'SDIFFSTORE t a a', 'SDIFFSTORE t no a']) {
      await c.expect('SET t v', ok);
      await c.expect(command, int(0));
      await c.expect('EXISTS t', int(0));
    }
  });
  t.test('the key may be one of those that are combined', async (c) => {
    await c.expect('SADD a 1 2 3', int(3));
    await c.expect('SADD b 2 3 4', int(3));
    await c.expect('SUNIONSTORE a a b', int(4));
    await c.expect('SDIFFSTORE a a b', int(1));
    await c.expect('SINTERSTORE b b b', int(3));
    await c.expect('SMEMBERS a', array(bulk(1)));
    await c.expect('SDIFFSTORE a a a', int(0));
    await c.expect('EXISTS a', int(0));
  });
  t.test('a result of integers alone is an intset', async (c) => {
    await c.expect(['SADD', 'a', ...words(0, 300), 1, 2, 3], int(303));
    await c.expect(['SADD', 'b', ...words(300, 300), 3, 2], int(302));
    await c.expect('SINTERSTORE t a b', int(2));
    await c.expect('OBJECT ENCODING t', bulk('intset'));
    await c.expect('SADD c 7 8', int(2));
    await c.expect('SUNIONSTORE t t c', int(4));
    await c.expect('OBJECT ENCODING t', bulk('intset'));
    await c.expect('SDIFFSTORE t c a', int(2));
    await c.expect('OBJECT ENCODING t', bulk('intset'));
    await c.expect(['SADD', 'd', ...range(1000, 600)], int(600));
    await c.expect('SINTERSTORE t d d', int(600));
    await c.expect('OBJECT ENCODING t', bulk('hashtable'));
    await c.expect('SUNIONSTORE t d', int(600));
    await c.expect('OBJECT ENCODING t', bulk('hashtable'));
  });
  t.test('a small result of large sets is a listpack', LISTPACKS, async (c) => {
    await c.expect(['SADD', 'a', ...words(0, 300)], int(300));
    await c.expect(['SADD', 'b', ...words(290, 300)], int(300));
    await c.expect('SINTERSTORE t a b', int(10));
    await c.expect('OBJECT ENCODING t', bulk('listpack'));
    await c.expect('SDIFFSTORE t t a', int(0));
    await c.expect(['SREM', 'a', ...words(0, 250)], int(250));
    await c.expect('SDIFFSTORE t a b', int(40));
    await c.expect('OBJECT ENCODING t', bulk('listpack'));
    await c.expect('SUNIONSTORE t a b', int(340));
    await c.expect('OBJECT ENCODING t', bulk('hashtable'));
  });
});

describeCommands('SINTERCARD', (t) => {
  t.test('SINTERCARD counts what all sets have, up to LIMIT', async (c) => {
    await c.expect('SADD a 1 2 3 4', int(4));
    await c.expect('SADD b 2 3 4 5', int(4));
    await c.expect('SINTERCARD 1 a', int(4));
    await c.expect('SINTERCARD 2 a b', int(3));
    await c.expect('SINTERCARD 2 a no', int(0));
    await c.expect('SINTERCARD 2 a b LIMIT 2', int(2));
    await c.expect('SINTERCARD 2 a b limit 3', int(3));
    await c.expect('SINTERCARD 2 a b LIMIT 100', int(3));
    await c.expect('SINTERCARD 2 a b LIMIT 0', int(3));
    await c.expect('SINTERCARD 2 a b LIMIT 1 LIMIT 2', int(2));
    await c.expect(['SADD', 'c', ...words(0, 1000)], int(1000));
    await c.expect('SINTERCARD 2 c c LIMIT 7', int(7));
    await c.expect('SINTERCARD 2 c c', int(1000));
  });
  t.test('SINTERCARD refuses numbers of keys, options and other types in this order', async (c) => {
    await c.expect('SET k v', ok);
    await c.expect('SADD a 1', int(1));
    const positive = 'ERR numkeys should be greater than 0';
    const tooMany = "ERR Number of keys can't be greater than number of args";
    const negative = "ERR LIMIT can't be negative";
    for (const count of ['0', '-1', 'x', '1.5', '9223372036854775808']) {
      await c.expectError(`SINTERCARD ${count} k LIMIT x`, positive);
    }
    for (const count of ['2', '3', '9223372036854775807']) await c.expectError(`SINTERCARD ${count} k`, tooMany);
    await c.expectError('SINTERCARD 1 k LIMIT', SYNTAX);
    await c.expectError('SINTERCARD 1 k k', SYNTAX);
    await c.expectError('SINTERCARD 1 k FOO 1', SYNTAX);
    for (const limit of ['-1', 'x', '9223372036854775808']) {
      await c.expectError(`SINTERCARD 1 k LIMIT ${limit}`, negative);
    }
    await c.expectError('SINTERCARD 1 k LIMIT 1', WRONGTYPE);
    await c.expectError('SINTERCARD 2 no k', WRONGTYPE);
    await c.expectError('SINTERCARD 1', arity('sintercard'));
  });
});
