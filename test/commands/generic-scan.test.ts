/**
 * The commands that walk over a database: KEYS, SCAN, RANDOMKEY. Every expectation was recorded from the reference;
 * only the order of keys, and which of them share a page of SCAN, is each server's own.
 */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { type Arg, array, bulk, bulks, bytes, int, nil, nil3, ok } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const INVALID_CURSOR = 'ERR invalid cursor';

const wrongArity = (command: string): string => `ERR wrong number of arguments for '${command}' command`;

async function sortedKeys(c: CommandClient, pattern: Arg): Promise<string[]> {
  return ((await c.ask(['KEYS', pattern])) as string[]).sort();
}

/** All that SCAN with these options answers from cursor 0 to cursor 0, sorted, repetitions left out. */
async function scanAll(c: CommandClient, ...options: Arg[]): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const page = (await c.ask(['SCAN', cursor, ...options])) as [string, string[]];
    for (const key of page[1]) found.add(key);
    cursor = page[0];
  } while (cursor !== '0');
  return [...found].sort();
}

const numbered = (count: number, prefix = 'key:'): string[] => Array.from({ length: count }, (_, i) => prefix + i);

async function store(c: CommandClient, keys: readonly string[]): Promise<void> {
  await c.expect(['MSET', ...keys.flatMap((key) => [bytes(key), 'v'])], ok);
}

describeCommands('KEYS', (t) => {
  t.test('KEYS answers the keys that match a glob pattern', async (c) => {
    await store(c, ['one', 'two', 'three', 'four', 'on', 'o[ne', 'O*ne']);
    expect(await sortedKeys(c, '*')).toEqual(['O*ne', 'four', 'o[ne', 'on', 'one', 'three', 'two']);
    expect(await sortedKeys(c, 'o*')).toEqual(['o[ne', 'on', 'one']);
    expect(await sortedKeys(c, '?n?')).toEqual(['one']);
    expect(await sortedKeys(c, 't[hw]*')).toEqual(['three', 'two']);
    expect(await sortedKeys(c, '[^t]*[^e]')).toEqual(['four', 'on']);
    expect(await sortedKeys(c, 'o\\[ne')).toEqual(['o[ne']);
    expect(await sortedKeys(c, 'O\\*ne')).toEqual(['O*ne']);
    expect(await sortedKeys(c, 'one')).toEqual(['one']);
    expect(await sortedKeys(c, 'ONE')).toEqual([]);
    expect(await sortedKeys(c, '')).toEqual([]);
  });
  t.test('KEYS answers keys of any bytes', async (c) => {
    const keys = ['\0', 'a\0b', 'a\r\nb', '\xff\xfe', 'k'.repeat(254), 'k'.repeat(255), 'k'.repeat(70_000)];
    await store(c, keys);
    expect(await sortedKeys(c, '*')).toEqual([...keys].sort());
    expect(await sortedKeys(c, bytes('a*b'))).toEqual(['a\0b', 'a\r\nb']);
    expect(await sortedKeys(c, bytes('\xff?'))).toEqual(['\xff\xfe']);
    expect(await sortedKeys(c, 'kk*')).toEqual(keys.slice(4));
  });
  t.test('the empty key matches only the lone star', async (c) => {
    await store(c, ['', 'a']);
    expect(await sortedKeys(c, '*')).toEqual(['', 'a']);
    expect(await sortedKeys(c, '**')).toEqual(['a']);
    expect(await scanAll(c, 'MATCH', '*')).toEqual(['', 'a']);
    expect(await scanAll(c, 'MATCH', '**')).toEqual(['a']);
  });
  t.test('KEYS leaves out keys past their time', async (c) => {
    await c.expectAll(['SET a v PXAT 1', 'SET b v', 'KEYS *', 'KEYS ?'], [ok, ok, bulks('b'), bulks('b')]);
  });
  t.test('KEYS sees only the selected database', async (c) => {
    await store(c, ['a']);
    await c.expect('SELECT 1', ok);
    await c.expect('KEYS *', array());
  });
  t.test('KEYS answers an array in RESP3 as well', { resp: 3 }, async (c) => {
    await c.expect('KEYS *', array());
    await store(c, ['a']);
    await c.expect('KEYS *', bulks('a'));
  });
  t.test('KEYS answers very many keys', async (c) => {
    const keys = numbered(20_000, 'a rather long name for a key:');
    await store(c, keys);
    expect(await sortedKeys(c, '*')).toEqual([...keys].sort());
    expect(await sortedKeys(c, '*:1999?')).toEqual(keys.slice(19_990));
  });
  t.test('KEYS takes exactly one pattern', async (c) => {
    await c.expectError('KEYS', wrongArity('keys'));
    await c.expectError('KEYS a b', wrongArity('keys'));
  });
});

describeCommands('SCAN', (t) => {
  t.test('SCAN of an empty database is done at once', async (c) => {
    await c.expect('SCAN 0', array(bulk('0'), array()));
  });
  t.test('SCAN answers all keys of a small database in one page', async (c) => {
    await store(c, ['a']);
    await c.expect('SCAN 0', array(bulk('0'), bulks('a')));
  });
  t.test('SCAN answers arrays in RESP3 as well', { resp: 3 }, async (c) => {
    await store(c, ['a']);
    await c.expect('SCAN 0', array(bulk('0'), bulks('a')));
  });
  t.test('SCAN goes through all keys, whatever COUNT says', async (c) => {
    const keys = numbered(1000).sort();
    await store(c, keys);
    expect(await scanAll(c)).toEqual(keys);
    for (const count of [1, 7, 100, 1000, 5000, '9223372036854775807']) {
      expect(await scanAll(c, 'COUNT', count)).toEqual(keys);
    }
  });
  t.test('SCAN answers about as many keys a page as COUNT says, 10 by default', async (c) => {
    await store(c, numbered(5000));
    for (const [options, count] of [
      [[], 10],
      [['COUNT', '500'], 500],
    ] as const) {
      const page = (await c.ask(['SCAN', '0', ...options])) as [string, string[]];
      expect(page[1].length).toBeGreaterThanOrEqual(count);
      expect(page[1].length).toBeLessThan(count + 60);
    }
  });
  t.test('SCAN answers every key that stays, while others come and go', async (c) => {
    const lasting = numbered(500).sort();
    await store(c, lasting);
    const found = new Set<string>();
    let cursor = '0';
    let round = 0;
    do {
      const page = (await c.ask(['SCAN', cursor, 'COUNT', '20'])) as [string, string[]];
      for (const key of page[1]) found.add(key);
      cursor = page[0];
      // The table grows a lot, then shrinks a lot.
      if (round < 8) await store(c, numbered(500, `passing:${round}:`));
      else if (round < 16) await c.ask(['DEL', ...numbered(500, `passing:${round - 8}:`)]);
      round++;
    } while (cursor !== '0');
    expect(lasting.filter((key) => !found.has(key))).toEqual([]);
  });
  t.test('SCAN MATCH answers only keys that match', async (c) => {
    await store(c, numbered(100));
    expect(await scanAll(c, 'MATCH', 'key:1?')).toEqual(numbered(20).slice(10));
    expect(await scanAll(c, 'match', 'key:5', 'count', '3')).toEqual(['key:5']);
    expect(await scanAll(c, 'MATCH', 'nothing*')).toEqual([]);
    expect(await scanAll(c, 'MATCH', '')).toEqual([]);
    expect(await scanAll(c, 'MATCH', '*', 'MATCH', 'key:7')).toEqual(['key:7']);
    expect(await scanAll(c, 'MATCH', '*')).toHaveLength(100);
  });
  t.test('SCAN TYPE answers only keys of this type, none for a type that does not exist', async (c) => {
    await store(c, ['a', 'b']);
    expect(await scanAll(c, 'TYPE', 'string')).toEqual(['a', 'b']);
    expect(await scanAll(c, 'type', 'STRING', 'MATCH', 'a', 'COUNT', '5')).toEqual(['a']);
    for (const type of ['list', 'set', 'zset', 'hash', 'stream', 'foo', '']) {
      expect(await scanAll(c, 'TYPE', type)).toEqual([]);
    }
  });
  t.test('SCAN leaves out keys past their time, and drops them', async (c) => {
    await c.expectAll(
      ['SET a v PXAT 1', 'SET b v', 'SCAN 0', 'DBSIZE'],
      [ok, ok, array(bulk('0'), bulks('b')), int(1)],
    );
    await c.expectAll(['SET a v PXAT 1', 'SCAN 0 TYPE string MATCH ?'], [ok, array(bulk('0'), bulks('b'))]);
  });
  t.test('SCAN takes any cursor of 64 bits, also with a sign or as nothing', async (c) => {
    const cursors = [
      '5',
      '1000',
      '4294967296',
      '18446744073709551615',
      '-1',
      '-18446744073709551615',
      '+1',
      '01',
      '-0',
    ];
    for (const cursor of [...cursors, '', bytes('0\0x')]) {
      await c.expectMatch(['SCAN', cursor], /^\*2\r\n\$1\r\n0\r\n\*0\r\n$/);
    }
  });
  t.test('SCAN refuses what is no cursor, before it looks at its options', async (c) => {
    const cursors = ['x', '1x', ' 1', '1 ', '0x10', '-', '+', '1.5', '18446744073709551616', '-18446744073709551616'];
    for (const cursor of cursors) await c.expectError(['SCAN', cursor, 'COUNT', '0'], INVALID_CURSOR);
    await c.expectError(['SCAN', '9'.repeat(40)], INVALID_CURSOR);
  });
  t.test('SCAN refuses options that are wrong, from left to right', async (c) => {
    for (const options of ['FOO', 'MATCH', 'COUNT', 'TYPE', 'MATCH a COUNT', 'TYPE string FOO', 'FOO COUNT x']) {
      await c.expectError(`SCAN 0 ${options}`, SYNTAX);
    }
    await c.expectError('SCAN 0 COUNT 0', SYNTAX);
    await c.expectError('SCAN 0 COUNT -1', SYNTAX);
    for (const count of ['x', '', '1.5', '9223372036854775808']) {
      await c.expectError(['SCAN', '0', 'COUNT', count], NOT_INTEGER);
    }
    await c.expectError('SCAN 0 COUNT x FOO', NOT_INTEGER);
    await c.expectError('SCAN 0 COUNT 0 COUNT x', SYNTAX);
    await c.expectError('SCAN', wrongArity('scan'));
  });
});

describeCommands('RANDOMKEY', (t) => {
  t.test('RANDOMKEY of an empty database answers null', async (c) => c.expect('RANDOMKEY', nil));
  t.test('RANDOMKEY answers the null of RESP3', { resp: 3 }, async (c) => c.expect('RANDOMKEY', nil3));
  t.test('RANDOMKEY answers every key sooner or later, and nothing else', async (c) => {
    const keys = numbered(20);
    await store(c, keys);
    const found = new Set(
      await c.connection
        .pipeline(keys.flatMap(() => Array<string>(50).fill('RANDOMKEY')))
        .then((replies) => replies.map((reply) => String(reply.value))),
    );
    expect([...found].sort()).toEqual([...keys].sort());
  });
  t.test('RANDOMKEY never answers a key past its time', async (c) => {
    await c.expectAll(['SET a v PXAT 1', 'RANDOMKEY'], [ok, nil]);
    await c.expectAll(['SET a v PXAT 1', 'SET b v', 'RANDOMKEY'], [ok, ok, bulk('b')]);
  });
  t.test('RANDOMKEY takes no arguments', (c) => c.expectError('RANDOMKEY x', wrongArity('randomkey')));
});
