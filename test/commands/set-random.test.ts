/** SPOP and SRANDMEMBER. Every expectation was recorded from the reference. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, nil, nil3, ok, set } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const POSITIVE = 'ERR value is out of range, must be positive';

const range = (first: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(first + i));
const words = (first: number, count: number): string[] => range(first, count).map((i) => `member:${i}`);

/** A small and a large set of integers, and of strings: one of each encoding at least. */
const SETS: readonly (readonly string[])[] = [range(0, 50), words(0, 50), words(0, 1000)];

function expectAmong(members: readonly string[], all: readonly string[], areDifferent: boolean): void {
  for (const member of members) if (!all.includes(member)) throw new Error(`${member} is no member`);
  if (areDifferent && new Set(members).size !== members.length) throw new Error(`twice: ${members.join(' ')}`);
}

async function expectCount(c: CommandClient, count: number): Promise<void> {
  if (count === 0) await c.expect('EXISTS s', int(0));
  else await c.expect('SCARD s', int(count));
}

describeCommands('SPOP', (t) => {
  t.test('SPOP takes a member out, and the key with the last one', async (c) => {
    for (const members of SETS) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      const popped: string[] = [];
      for (let left = members.length - 1; left >= 0; left--) {
        popped.push(String(await c.ask('SPOP s')));
        if (left % 50 === 0) await expectCount(c, left);
      }
      expectAmong(popped, members, true);
      await c.expect('SPOP s', nil);
    }
  });
  t.test('SPOP with a count takes so many different members, or all', async (c) => {
    for (const members of SETS) {
      for (const count of [1, 2, 7, members.length - 1, members.length, members.length + 1, 1_000_000]) {
        await c.expect(['SADD', 's', ...members], int(members.length));
        const popped = (await c.ask(['SPOP', 's', count])) as string[];
        const left = Math.max(0, members.length - count);
        if (popped.length !== members.length - left) throw new Error(`${popped.length} members for ${count}`);
        expectAmong(popped, members, true);
        await expectCount(c, left);
        const rest = (await c.ask('SMEMBERS s')) as string[];
        expectAmong([...popped, ...rest], members, true);
        await c.ask('DEL s');
      }
    }
  });
  t.test('SPOP of a missing key answers null, with a count an empty array', async (c) => {
    await c.expect('SPOP s', nil);
    await c.expect('SPOP s 3', array());
    await c.expect('SPOP s 0', array());
  });
  t.test('SPOP answers a null or a set in RESP3', { resp: 3 }, async (c) => {
    await c.expect('SPOP s', nil3);
    await c.expect('SPOP s 3', set());
    await c.expect('SADD s 1 2', int(2));
    await c.expect('SPOP s 0', set());
    await c.expect('SPOP s 2', set(bulk(1), bulk(2)));
  });
  t.test('SPOP keeps the time to live while there are members', async (c) => {
    await c.expect(['SADD', 's', ...range(0, 10)], int(10));
    await c.expect('PEXPIREAT s 99999999999123', int(1));
    await c.ask('SPOP s');
    await c.ask('SPOP s 3');
    await c.expect('PEXPIRETIME s', int(99999999999123));
  });
  t.test('SPOP refuses counts and other types', async (c) => {
    await c.expect('SET k v', ok);
    for (const count of ['-1', 'x', '', '1.5', '9223372036854775808'])
      await c.expectError(['SPOP', 'k', count], POSITIVE);
    await c.expectError('SPOP k', WRONGTYPE);
    await c.expectError('SPOP k 0', WRONGTYPE);
    await c.expectError('SPOP k 1 2', SYNTAX);
    await c.expectError('SPOP', "ERR wrong number of arguments for 'spop' command");
  });
});

describeCommands('SRANDMEMBER', (t) => {
  t.test('SRANDMEMBER answers a member and leaves it there', async (c) => {
    for (const members of SETS) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      const seen = new Set<string>();
      for (let i = 0; i < 200; i++) seen.add(String(await c.ask('SRANDMEMBER s')));
      expectAmong([...seen], members, true);
      if (seen.size < 30) throw new Error(`only ${seen.size} different members in 200 calls`);
      await expectCount(c, members.length);
      await c.expect('DEL s', int(1));
    }
  });
  t.test('SRANDMEMBER with a count answers so many different members, or all', async (c) => {
    for (const members of SETS) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      for (const count of [1, 2, 10, 20, members.length - 1, members.length, members.length + 1]) {
        const got = (await c.ask(['SRANDMEMBER', 's', count])) as string[];
        if (got.length !== Math.min(count, members.length)) throw new Error(`${got.length} members for ${count}`);
        expectAmong(got, members, true);
      }
      const all = (await c.ask('SRANDMEMBER s 9223372036854775807')) as string[];
      expectAmong(members, all, true);
      await c.expect('DEL s', int(1));
    }
  });
  t.test('SRANDMEMBER with a negative count answers exactly so many, each of which may be any', async (c) => {
    for (const members of SETS) {
      await c.expect(['SADD', 's', ...members], int(members.length));
      for (const count of [1, 10, members.length, 5000]) {
        const got = (await c.ask(['SRANDMEMBER', 's', -count])) as string[];
        if (got.length !== count) throw new Error(`${got.length} members for ${-count}`);
        expectAmong(got, members, false);
      }
      await c.expect('DEL s', int(1));
    }
    await c.expect('SADD s a', int(1));
    await c.expect('SRANDMEMBER s -3', bulks('a', 'a', 'a'));
  });
  t.test('SRANDMEMBER of a missing key answers null, with a count an empty array', async (c) => {
    await c.expect('SRANDMEMBER s', nil);
    await c.expect('SRANDMEMBER s 3', array());
    await c.expect('SRANDMEMBER s -3', array());
    await c.expect('SADD s a', int(1));
    await c.expect('SRANDMEMBER s 0', array());
  });
  t.test('SRANDMEMBER answers arrays in RESP3, too', { resp: 3 }, async (c) => {
    await c.expect('SRANDMEMBER s', nil3);
    await c.expect('SRANDMEMBER s 3', array());
    await c.expect('SADD s 1', int(1));
    await c.expect('SRANDMEMBER s 3', bulks(1));
    await c.expect('SRANDMEMBER s -2', bulks(1, 1));
  });
  t.test('SRANDMEMBER of more than anybody takes ends where the client is cut off', async (c) => {
    await c.configSet('client-output-buffer-limit', 'normal 1mb 0 0');
    await c.expect('SADD s a', int(1));
    const greedy = await c.another();
    greedy.connection.write('SRANDMEMBER s -9223372036854775807');
    await greedy.connection.closed;
    await c.expect('SRANDMEMBER s', bulk('a'));
  });
  t.test('SRANDMEMBER refuses counts before other types', async (c) => {
    await c.expect('SET k v', ok);
    for (const count of ['x', '', '1.5', '9223372036854775808', '-9223372036854775809']) {
      await c.expectError(['SRANDMEMBER', 'k', count], NOT_INTEGER);
    }
    await c.expectError(
      'SRANDMEMBER k -9223372036854775808',
      'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
    );
    await c.expectError('SRANDMEMBER k', WRONGTYPE);
    await c.expectError('SRANDMEMBER k 1', WRONGTYPE);
    await c.expectError('SRANDMEMBER k -1', WRONGTYPE);
    await c.expectError('SRANDMEMBER k 1 2', SYNTAX);
    await c.expectError('SRANDMEMBER', "ERR wrong number of arguments for 'srandmember' command");
  });
});
