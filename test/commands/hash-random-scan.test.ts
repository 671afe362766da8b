/** HRANDFIELD and HSCAN. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int } from '../support/wire.js';

const NOT_INTEGER = 'ERR value is not an integer or out of range';

/** Makes a hash of so many fields, `f0` with the value `v0` and so on, and returns their names. */
async function fill(c: CommandClient, count: number): Promise<string[]> {
  const fields = Array.from({ length: count }, (_, i) => `f${i}`);
  await c.expect(['HSET', 'h', ...fields.flatMap((field) => [field, field.replace('f', 'v')])], int(count));
  return fields;
}

function assertFields(names: readonly string[], known: readonly string[], count: number, isDistinct: boolean): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no fields: ${unknown.join(' ')}`);
  if (names.length !== count) throw new Error(`${names.length} fields in place of ${count}`);
  if (isDistinct && new Set(names).size !== count) throw new Error(`a field twice: ${names.join(' ')}`);
}

describeCommands('HRANDFIELD', (t) => {
  t.test('HRANDFIELD answers one field, and any of them in time', async (c) => {
    for (const size of [3, 600]) {
      const fields = await fill(c, size);
      const seen = new Set<string>();
      for (let i = 0; i < 60; i++) seen.add((await c.ask('HRANDFIELD h')) as string);
      assertFields([...seen], fields, seen.size, true);
      if (seen.size < Math.min(3, size)) throw new Error(`only ${[...seen].join(' ')}`);
      await c.expect('DEL h', int(1));
    }
  });
  t.test('HRANDFIELD with a count answers different fields, all of them at most', async (c) => {
    for (const size of [10, 900]) {
      const fields = await fill(c, size);
      for (const count of [1, 5, size - 1, size, size + 10]) {
        const names = (await c.ask(['HRANDFIELD', 'h', count])) as string[];
        assertFields(names, fields, Math.min(count, size), true);
      }
      await c.expect('DEL h', int(1));
    }
  });
  t.test('HRANDFIELD with a negative count answers as many, each of which may be any', async (c) => {
    for (const size of [2, 600]) {
      const fields = await fill(c, size);
      assertFields((await c.ask('HRANDFIELD h -2500')) as string[], fields, 2500, false);
      await c.expect('DEL h', int(1));
    }
  });
  t.test('HRANDFIELD WITHVALUES answers each field with its value', async (c) => {
    for (const size of [10, 600]) {
      const fields = await fill(c, size);
      for (const count of [3, size, -20]) {
        const flat = (await c.ask(['HRANDFIELD', 'h', count, 'WITHVALUES'])) as string[];
        const names = flat.filter((_, i) => i % 2 === 0);
        assertFields(names, fields, Math.abs(count), count > 0);
        if (flat.some((text, i) => i % 2 === 1 && text !== flat[i - 1]!.replace('f', 'v')))
          throw new Error('values of others');
      }
      await c.expect('DEL h', int(1));
    }
  });
  t.test('HRANDFIELD WITHVALUES answers pairs in RESP3', { resp: 3 }, async (c) => {
    await c.expect('HSET h a 1', int(1));
    await c.expect('HRANDFIELD h 5 WITHVALUES', array(bulks('a', 1)));
    await c.expect('HRANDFIELD h -2 withvalues', array(bulks('a', 1), bulks('a', 1)));
    await c.expect('HRANDFIELD h 1', bulks('a'));
  });
  t.test('HRANDFIELD answers nothing where there is nothing', async (c) => {
    await c.expect('HRANDFIELD missing', '$-1\r\n');
    await c.expect('HRANDFIELD missing 3', array());
    await c.expect('HRANDFIELD missing -3 WITHVALUES', array());
    await c.expect('HSET h a 1', int(1));
    await c.expect('HRANDFIELD h 0', array());
  });
  t.test('HRANDFIELD refuses counts and options that are none, whatever the key holds', async (c) => {
    const range = 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';
    for (const count of ['x', '1.5', '""', '9223372036854775808'])
      await c.expectError(`HRANDFIELD h ${count}`, NOT_INTEGER);
    await c.expectError('HRANDFIELD h -9223372036854775808', range);
    await c.expectError('HRANDFIELD h 1 VALUES', 'ERR syntax error');
    await c.expectError('HRANDFIELD h 1 WITHVALUES x', 'ERR syntax error');
    for (const count of ['4611686018427387904', '-4611686018427387904', '9223372036854775807']) {
      await c.expectError(`HRANDFIELD h ${count} WITHVALUES`, 'ERR value is out of range');
    }
    await c.expect('HRANDFIELD h 4611686018427387903 WITHVALUES', array());
    await c.expect('HRANDFIELD h -4611686018427387903 WITHVALUES', array());
  });
});

describeCommands('HSCAN', (t) => {
  t.test('HSCAN answers a small hash at once, whatever the cursor and COUNT', async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect('HSCAN h 0', array(bulk(0), bulks('a', 1, 'b', 2)));
    await c.expect('HSCAN h 77 COUNT 1', array(bulk(0), bulks('a', 1, 'b', 2)));
    await c.expect('HSCAN h 0 MATCH b*', array(bulk(0), bulks('b', 2)));
    await c.expect('HSCAN h 0 MATCH x* COUNT 10', array(bulk(0), array()));
    await c.expect('HSCAN missing 0', array(bulk(0), array()));
  });
  t.test('HSCAN gives every field of a large hash, page by page', async (c) => {
    const fields = await fill(c, 1500);
    for (const options of ['COUNT 100', '', 'COUNT 5000', 'MATCH f*9']) {
      const seen = new Set<string>();
      let cursor = '0';
      do {
        const [next, flat] = (await c.ask(`HSCAN h ${cursor} ${options}`)) as [string, string[]];
        for (let i = 0; i < flat.length; i += 2) {
          if (flat[i + 1] !== flat[i]!.replace('f', 'v')) throw new Error(`another value: ${flat[i + 1]}`);
          seen.add(flat[i]!);
        }
        cursor = next;
      } while (cursor !== '0');
      const wanted = options.startsWith('MATCH') ? fields.filter((field) => field.endsWith('9')) : fields;
      assertFields([...seen], wanted, wanted.length, true);
    }
  });
  t.test('HSCAN NOVALUES leaves the values out', { since: '7.4', line: 'HSCAN NOVALUES' }, async (c) => {
    await c.expect('HSET h a 1 b 2', int(2));
    await c.expect('HSCAN h 0 NOVALUES', array(bulk(0), bulks('a', 'b')));
    await c.expect('HSCAN h 0 novalues MATCH a COUNT 3', array(bulk(0), bulks('a')));
    const fields = await fill(c, 800);
    const [cursor, names] = (await c.ask('HSCAN h 0 COUNT 10000 NOVALUES')) as [string, string[]];
    if (cursor !== '0') throw new Error('not at once');
    assertFields(names, ['a', 'b', ...fields], 802, true);
  });
  t.test('HSCAN looks at the cursor, then at the key, then at the options', async (c) => {
    await c.expectError('HSCAN missing x FOO', 'ERR invalid cursor');
    await c.expect('HSCAN missing 0 FOO', array(bulk(0), array()));
    await c.expect('SET s x', '+OK\r\n');
    await c.expectError('HSCAN s 0 FOO', 'WRONGTYPE Operation against a key holding the wrong kind of value');
    await c.expect('HSET h a 1', int(1));
    await c.expectError('HSCAN h 0 FOO', 'ERR syntax error');
    await c.expectError('HSCAN h 0 MATCH', 'ERR syntax error');
    await c.expectError('HSCAN h 0 COUNT 0', 'ERR syntax error');
    await c.expectError('HSCAN h 0 COUNT x', NOT_INTEGER);
  });
});
