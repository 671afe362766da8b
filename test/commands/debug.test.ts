/** DEBUG, as far as testers need it. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { referenceAvailable, startReference } from '../support/reference.js';
import type { RespClient } from '../support/resp-client.js';
import { type RunningServer, startRedstart } from '../support/server-process.js';
import { describeCommands } from '../support/targets.js';
import { pollUntil } from '../support/wait.js';
import {
  array,
  bigNumber,
  bool,
  bulk,
  bulks,
  bytes,
  double,
  int,
  map,
  nil,
  nil3,
  ok,
  push,
  set,
  simple,
  verbatim,
} from '../support/wire.js';

const unknown = (name: string) => `ERR unknown subcommand or wrong number of arguments for '${name}'. Try DEBUG HELP.`;
const smallLists = { since: '7.2', line: 'Small lists are `listpack`' } as const;
const NO_KEY = 'ERR no such key';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const ZEROS = '0'.repeat(40);
const needsDebug = { needsDebug: true } as const;
const newer = { needsDebug: true, since: '7.4', line: 'DEBUG of 7.4' } as const;

describeCommands('DEBUG', (t) => {
  t.test('DEBUG HELP names the subcommands', needsDebug, async (c) => {
    await c.expectMatch('DEBUG HELP', /^\*\d+\r\n\+DEBUG <subcommand> [\s\S]*\+DIGEST\r\n[\s\S]*\+SLEEP <seconds>\r\n/);
    await c.expectMatch('debug help', /\+HELP\r\n\+ {4}\S[^\r]*\r\n$/);
  });
  t.test('DEBUG refuses what it does not know, and wrong numbers of arguments', needsDebug, async (c) => {
    await c.expectError('DEBUG', "ERR wrong number of arguments for 'debug' command");
    for (const wrong of ['NOSUCH', 'SLEEP', 'SLEEP 0 1', 'OBJECT', 'SDSLEN', 'DIGEST x', 'SET-ACTIVE-EXPIRE']) {
      await c.expectError(`DEBUG ${wrong}`, unknown(wrong.split(' ')[0]!));
    }
    for (const wrong of ['HTSTATS', 'HTSTATS-KEY', 'PROTOCOL', 'PAUSE-CRON', 'LOG', 'LOG a b', 'ERROR', 'LEAK']) {
      await c.expectError(`DEBUG ${wrong}`, unknown(wrong.split(' ')[0]!));
    }
    for (const wrong of ['POPULATE', 'POPULATE 1 x 1 1', 'MALLCTL', 'MALLCTL-STR', 'STRUCTSIZE x', 'HELP x']) {
      await c.expectError(`DEBUG ${wrong}`, unknown(wrong.split(' ')[0]!));
    }
    await c.expectError('DEBUG STRINGMATCH-TEST x', unknown('STRINGMATCH-TEST'));
    await c.expectError('DEBUG CHANGE-REPL-ID x', unknown('CHANGE-REPL-ID'));
  });
  t.test('DEBUG SLEEP holds everything up for so long', needsDebug, async (c) => {
    const other = await c.another();
    const start = performance.now();
    const asleep = c.expect('DEBUG SLEEP 0.05', ok);
    await asleep;
    await other.expect('ECHO x', bulk('x'));
    if (performance.now() - start < 50) throw new Error('too early');
    await c.expect('DEBUG SLEEP 0', ok);
    await c.expect('DEBUG SLEEP word', ok);
  });
  t.test('DEBUG OBJECT describes how a value is kept', needsDebug, async (c) => {
    await c.expect('MSET n 12345 s hello', ok);
    await c.expect(['SET', 'r', Array.from({ length: 50 }, (_, i) => String.fromCharCode(33 + i)).join('')], ok);
    const line = (encoding: string, length: number) =>
      new RegExp(
        `^\\+Value at:0x[0-9a-f]+ refcount:1 encoding:${encoding} serializedlength:${length} lru:\\d+ lru_seconds_idle:[01]\r\n$`,
      );
    await c.expectMatch('DEBUG OBJECT n', line('int', 3));
    await c.expectMatch('DEBUG OBJECT s', line('embstr', 6));
    await c.expectMatch('DEBUG OBJECT r', line('raw', 51));
    await c.expectError('DEBUG OBJECT x', NO_KEY);
    await c.expectError('DEBUG OBJECT s WRONG', unknown('OBJECT'));
  });
  t.test('DEBUG LISTPACK and QUICKLIST look at the encoding of a value', needsDebug, async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('DEBUG LISTPACK s', 'ERR Not a listpack encoded object.');
    await c.expectError('DEBUG QUICKLIST s', 'ERR Not a quicklist encoded object.');
    await c.expectError('DEBUG LISTPACK x', NO_KEY);
    await c.expectError('DEBUG QUICKLIST x', NO_KEY);
    await c.expectError('DEBUG QUICKLIST s 1 2', unknown('QUICKLIST'));
    await c.expectError('DEBUG LISTPACK s 1', unknown('LISTPACK'));
    await c.expect(['RPUSH', 'l', 'x'.repeat(9000)], int(1));
    for (const level of ['', ' 0', ' 1', ' word']) {
      await c.expect(`DEBUG QUICKLIST l${level}`, '+Quicklist structure printed on stdout\r\n');
    }
    await c.expectError('DEBUG LISTPACK l', 'ERR Not a listpack encoded object.');
  });
  t.test('DEBUG LISTPACK knows small lists', { ...needsDebug, ...smallLists }, async (c) => {
    await c.expect('RPUSH l x', int(1));
    await c.expect('DEBUG LISTPACK l', '+Listpack structure printed on stdout\r\n');
    await c.expectError('DEBUG QUICKLIST l', 'ERR Not a quicklist encoded object.');
  });
  t.test('DEBUG QUICKLIST-PACKED-THRESHOLD takes sizes up to 4 GB', needsDebug, async (c) => {
    const refused = 'ERR argument must be a memory value bigger than 1 and smaller than 4gb';
    for (const size of ['word', '-1', '4gb', '5gb'])
      await c.expectError(`DEBUG QUICKLIST-PACKED-THRESHOLD ${size}`, refused);
    for (const size of ['4293918720', '1', '100b', '0']) await c.expect(`DEBUG QUICKLIST-PACKED-THRESHOLD ${size}`, ok);
    await c.expectError('DEBUG QUICKLIST-PACKED-THRESHOLD', unknown('QUICKLIST-PACKED-THRESHOLD'));
  });
  t.test('DEBUG QUICKLIST-PACKED-THRESHOLD lets small elements be nodes', needsDebug, async (c) => {
    c.atEnd((client) => client.ask('DEBUG QUICKLIST-PACKED-THRESHOLD 0'));
    await c.expect(['RPUSH', 'l', 'x'.repeat(9000)], int(1));
    await c.expect('DEBUG QUICKLIST-PACKED-THRESHOLD 3', ok);
    await c.expect('RPUSH l aa bb cccc dd eeee', int(6));
    await c.expectMatch('DEBUG OBJECT l', / ql_nodes:5 ql_avg_node:1\.20 /);
    await c.expect('LINSERT l AFTER aa ffff', int(7));
    await c.expect('LRANGE l 1 -1', bulks('aa', 'ffff', 'bb', 'cccc', 'dd', 'eeee'));
  });
  t.test('DEBUG OBJECT tells of the nodes of a list', needsDebug, async (c) => {
    await c.expect(['RPUSH', 'l', ...Array.from({ length: 3000 }, (_, i) => `element${1000 + i}`)], int(3000));
    await c.expectMatch(
      'DEBUG OBJECT l',
      / encoding:quicklist .* ql_nodes:5 ql_avg_node:600\.00 ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:39035\r\n$/,
    );
  });
  t.test('DEBUG OBJECT tells the length that a list has in a file', needsDebug, async (c) => {
    await c.expect('RPUSH l 1 2 3', int(3));
    await c.expectMatch('DEBUG OBJECT l', / serializedlength:16 /);
  });
  t.test('DEBUG OBJECT tells the length that a number has in a file', needsDebug, async (c) => {
    const lengths = [
      [0, 2],
      [127, 2],
      [-128, 2],
      [128, 3],
      [-129, 3],
      [32767, 3],
      [32768, 5],
      [2147483647, 5],
      [2147483648, 11],
      [-2147483648, 5],
    ];
    for (const [value, length] of lengths) {
      await c.expect(['SET', 'n', value!], ok);
      await c.expectMatch('DEBUG OBJECT n', new RegExp(` encoding:int serializedlength:${length} `));
    }
  });
  t.test('DEBUG OBJECT FAST leaves the length out', newer, async (c) => {
    await c.expect('SET s hello', ok);
    await c.expectMatch('DEBUG OBJECT s FAST', /^\+Value at:0x[0-9a-f]+ refcount:1 encoding:embstr lru:\d+ lru_/);
  });
  t.test('DEBUG SDSLEN tells the lengths of key and string', needsDebug, async (c) => {
    await c.expect('MSET n 12345 name hello', ok);
    await c.expectMatch(
      'DEBUG SDSLEN name',
      /^\+key_sds_len:4, key_sds_avail:\d+, key_zmalloc: \d+, val_sds_len:5, val_sds_avail:\d+, val_zmalloc: \d+\r\n$/,
    );
    await c.expectError('DEBUG SDSLEN n', 'ERR Not an sds encoded string.');
    await c.expectError('DEBUG SDSLEN x', NO_KEY);
  });
  t.test('DEBUG SET-ACTIVE-EXPIRE 0 leaves expired keys until they are asked for', needsDebug, async (c) => {
    await c.expect('DEBUG SET-ACTIVE-EXPIRE 0', ok);
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    await c.expect('SET k v PX 1', ok);
    await c.expect('DEBUG SLEEP 0.01', ok);
    await c.expect('DBSIZE', int(1));
    await c.expect('GET k', nil);
    await c.expect('DBSIZE', int(0));
  });
  t.test('DEBUG shows a key whose time is over but that is kept still, and leaves it there', needsDebug, async (c) => {
    await c.expect('DEBUG SET-ACTIVE-EXPIRE 0', ok);
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    await c.expect('SET k hello PX 1', ok);
    await c.expect('DEBUG SLEEP 0.01', ok);
    await c.expectMatch('DEBUG OBJECT k', / encoding:embstr /);
    await c.expectMatch('DEBUG SDSLEN k', /^\+key_sds_len:1, .* val_sds_len:5, /);
    await c.expect('DEBUG DIGEST-VALUE k', array(simple(stringDigest('hello', true))));
    await c.expectMatch('MEMORY USAGE k', /^:\d+\r\n$/);
    await c.sameAsReference('DEBUG DIGEST');
    await c.expect('DBSIZE', int(1));
    await c.expectError('DEBUG HTSTATS-KEY k', NO_KEY);
    await c.expect('DBSIZE', int(0));
  });
  // That it does rest: test/server/cron.test.ts.
  t.test('DEBUG PAUSE-CRON answers OK, and commands are served while the cron rests', needsDebug, async (c) => {
    await c.expect('DEBUG PAUSE-CRON 1', ok);
    c.atEnd((client) => client.ask('DEBUG PAUSE-CRON 0'));
    await c.expect('ECHO alive', bulk('alive'));
    await c.expect('DEBUG PAUSE-CRON 0', ok);
  });
  t.test('DEBUG DICT-RESIZING is accepted', newer, async (c) => {
    await c.expect('DEBUG DICT-RESIZING 0', ok);
    await c.expect('DEBUG DICT-RESIZING 1', ok);
  });
  t.test('DEBUG POPULATE makes keys where there are none', needsDebug, async (c) => {
    await c.expect('SET key:1 mine', ok);
    await c.expect('DEBUG POPULATE 3', ok);
    await c.expect('MGET key:0 key:1 key:2 key:3', array(bulk('value:0'), bulk('mine'), bulk('value:2'), nil));
    await c.expect('DEBUG POPULATE 2 other', ok);
    await c.expect('GET other:1', bulk('value:1'));
    await c.expect('DEBUG POPULATE 1 long 10', ok);
    await c.expect('GET long:0', bulk('value:0\0\0\0'));
    await c.expect('DEBUG POPULATE 1 short 3', ok);
    await c.expect('GET short:0', bulk('val'));
    await c.expect('DEBUG POPULATE 1 whole 0', ok);
    await c.expect('GET whole:0', bulk('value:0'));
    await c.expect(['DEBUG', 'POPULATE', '1', bytes('\xff\x00')], ok);
    await c.expect(['EXISTS', bytes('\xff\x00:0'), bytes('\xff:0')], int(1));
    for (const wrong of ['a', '-1', '3 x a', '3 x -1', '99999999999999999999']) {
      await c.expectError(`DEBUG POPULATE ${wrong}`, 'ERR value is out of range, must be positive');
    }
  });
  // The reference ends there: its allocator has no such block.
  t.test('DEBUG POPULATE refuses a size that no value can have', { needsDebug: true, internal: true }, async (c) => {
    for (const size of ['9223372036854775807', '4294967297', '2147483648']) {
      await c.expectError(`DEBUG POPULATE 1 x ${size}`, 'OOM no memory left for this command');
    }
    await c.expect('DBSIZE', int(0));
  });
  t.test('DEBUG HTSTATS describes the index of a database', needsDebug, async (c) => {
    await c.expect('DEBUG POPULATE 100', ok);
    await c.expectMatch(
      'DEBUG HTSTATS 0',
      /^\$\d+\r\n\[Dictionary HT\]\nHash table 0 stats \(main hash table\):\n table size: \d+\n number of elements: 100\n[\s\S]*\[Expires HT\]\n/,
    );
    await c.expectMatch('DEBUG HTSTATS 9', /\[Dictionary HT\]\n[\s\S]*\[Expires HT\]\n/);
    await c.expectError('DEBUG HTSTATS 16', 'ERR Out of range database');
    await c.expectError('DEBUG HTSTATS -1', 'ERR Out of range database');
    await c.expectError('DEBUG HTSTATS a', NOT_INTEGER);
    await c.expectError('DEBUG HTSTATS 0 WRONG', unknown('HTSTATS'));
  });
  t.test(
    'DEBUG HTSTATS-KEY describes the table of a large set, hash or sorted set, and refuses others',
    needsDebug,
    async (c) => {
      const names = Array.from({ length: 600 }, (_, i) => `m${i}`);
      await c.expect(['SADD', 's', ...names], int(600));
      await c.expect(['HSET', 'h', ...names.flatMap((name) => [name, 'v'])], int(600));
      await c.expect(['ZADD', 'z', ...names.flatMap((name) => ['1', name])], int(600));
      const table = /Hash table 0 stats \(main hash table\):\n table size: \d+\n number of elements: \d+\n/;
      for (const key of ['s', 'h', 'z']) await c.expectMatch(`DEBUG HTSTATS-KEY ${key}`, table);
      await c.expect('SADD i 1 2 3', int(3));
      await c.expect('SET k v', ok);
      const refusal = 'ERR The value stored at the specified key is not represented using an hash table';
      for (const key of ['i', 'k']) await c.expectError(`DEBUG HTSTATS-KEY ${key}`, refusal);
      await c.expectError('DEBUG HTSTATS-KEY no', NO_KEY);
    },
  );
  t.test('DEBUG HTSTATS is a verbatim text in RESP3', { needsDebug: true, resp: 3 }, async (c) => {
    await c.expectMatch('DEBUG HTSTATS 0', /^=\d+\r\ntxt:\[Dictionary HT\]\n/);
  });
  t.test('DEBUG HTSTATS of an empty database has its two headings', newer, async (c) => {
    await c.expect('DEBUG HTSTATS 9', bulk('[Dictionary HT]\n[Expires HT]\n'));
  });
  t.test('DEBUG HTSTATS FULL tells how chains are spread', newer, async (c) => {
    await c.expect('DEBUG POPULATE 100', ok);
    await c.expectMatch('DEBUG HTSTATS 0 FULL', / Chain length distribution:\n( {3}\d+: \d+ \(\d+\.\d\d%\)\n)+/);
  });
  t.test('DEBUG HTSTATS-KEY needs a value with a hash table', needsDebug, async (c) => {
    await c.expect('SET s v', ok);
    await c.expectError(
      'DEBUG HTSTATS-KEY s',
      'ERR The value stored at the specified key is not represented using an hash table',
    );
    await c.expectError('DEBUG HTSTATS-KEY x', NO_KEY);
    await c.expectError('DEBUG HTSTATS-KEY s WRONG', unknown('HTSTATS-KEY'));
  });
  t.test('DEBUG STRUCTSIZE tells of a server of 64 bits', needsDebug, async (c) => {
    await c.expectMatch('DEBUG STRUCTSIZE', /^\$\d+\r\nbits:64 (\w+:\d+ )+\r\n$/);
  });
  // Redis goes through ten million patterns, which takes longer than the harness waits for a reply.
  t.test('DEBUG STRINGMATCH-TEST survives random patterns', { needsDebug: true, internal: true }, async (c) => {
    await c.expect('DEBUG STRINGMATCH-TEST', simple('Apparently Redis did not crash: test passed'));
  });
  t.test('DEBUG LOG, LEAK, REPLICATE and CHANGE-REPL-ID answer OK', needsDebug, async (c) => {
    await c.expect(['DEBUG', 'LOG', 'a line from a test'], ok);
    await c.expect('DEBUG LEAK string', ok);
    await c.expect('DEBUG REPLICATE ECHO x', ok);
    const replid = async () => /master_replid:(\w+)/.exec(String(await c.ask('INFO replication')))![1];
    const before = await replid();
    await c.expect('DEBUG CHANGE-REPL-ID', ok);
    if ((await replid()) === before) throw new Error('the id is the same');
  });
  t.test('DEBUG ERROR answers the error that it is given', needsDebug, async (c) => {
    await c.expectError(['DEBUG', 'ERROR', 'MINE went wrong'], 'MINE went wrong');
    await c.expectError(['DEBUG', 'ERROR', 'one\r\ntwo'], 'one  two');
    await c.expectError(['DEBUG', 'ERROR', ''], '');
  });
  t.test('DEBUG MALLCTL and MALLCTL-STR do not know every key', needsDebug, async (c) => {
    await c.expectError('DEBUG MALLCTL no.such.key', 'ERR No such file or directory');
    await c.expectError('DEBUG MALLCTL-STR no.such.key', 'ERR No such file or directory');
    await c.expectError('DEBUG MALLCTL no.such.key 5', 'ERR No such file or directory');
    await c.expectError('DEBUG MALLCTL no.such.key five', NOT_INTEGER);
    await c.expectError('DEBUG MALLCTL-STR no.such.key five', 'ERR No such file or directory');
  });
  t.test('DEBUG CONFIG-REWRITE-FORCE-ALL needs a configuration file', needsDebug, async (c) => {
    await c.expectError('DEBUG CONFIG-REWRITE-FORCE-ALL', 'ERR CONFIG-REWRITE-FORCE-ALL failed: Bad address');
  });
  t.test('DEBUG RESTART and CRASH-AND-RECOVER take a number of milliseconds', needsDebug, async (c) => {
    await c.expectError('DEBUG RESTART a', NOT_INTEGER);
    await c.expectError('DEBUG CRASH-AND-RECOVER a', NOT_INTEGER);
  });
});

/** The digest of a string, computed anew: see the description of the format in src/observability/digest.ts. */
function stringDigest(value: string, expires: boolean): string {
  const digest = Buffer.alloc(20);
  const sha1 = (data: Uint8Array) => createHash('sha1').update(data).digest();
  const xor = (data: Uint8Array) => {
    for (const [i, byte] of sha1(data).entries()) digest[i]! ^= byte;
  };
  for (const part of [Buffer.alloc(4), Buffer.from(value, 'latin1')]) {
    xor(part);
    digest.set(sha1(digest));
  }
  if (expires) xor(Buffer.from('!!expire!!'));
  return digest.toString('hex');
}

describeCommands('DEBUG DIGEST', (t) => {
  t.test('DEBUG DIGEST of no data is zero', needsDebug, async (c) => {
    await c.expect('DEBUG DIGEST', simple(ZEROS));
  });
  t.test('DEBUG DIGEST is the same on both servers, whatever the order of the keys', needsDebug, async (c) => {
    await c.expect('MSET a 1 b 2 c three', ok);
    await c.sameAsReference('DEBUG DIGEST');
    const before = await c.wire('DEBUG DIGEST');
    await c.expect('FLUSHALL', ok);
    await c.expect('MSET c three a 1 b 2', ok);
    await c.expect('DEBUG DIGEST', before);
    await c.expect('SELECT 5', ok);
    await c.expect(['SET', bytes('\x00\xff'), bytes('\xff\x00')], ok);
    await c.sameAsReference('DEBUG DIGEST');
    await c.expect('EXPIRE \\x00 10', int(0));
    await c.expect(['EXPIRE', bytes('\x00\xff'), 10], int(1));
    await c.sameAsReference('DEBUG DIGEST');
    await c.expect('FLUSHDB', ok);
    await c.expect('DEBUG DIGEST', before);
  });
  t.test('DEBUG DIGEST-VALUE depends on value and expiry, not on the key', needsDebug, async (c) => {
    await c.expect('MSET a hello b hello n 12345', ok);
    await c.expect('SET e hello EX 100', ok);
    const hello = simple(stringDigest('hello', false));
    await c.expect(
      'DEBUG DIGEST-VALUE a x b n e',
      array(hello, simple(ZEROS), hello, simple(stringDigest('12345', false)), simple(stringDigest('hello', true))),
    );
    await c.expect('DEBUG DIGEST-VALUE', array());
  });
});

const PUSHED = 'Some real reply following the push reply';
const ATTRIBUTED = 'Some real reply following the attribute';
const BIG = '1234567999999999999999999999999999999';
const VERBATIM = 'This is a verbatim\nstring';

describeCommands('DEBUG PROTOCOL', (t) => {
  t.test('DEBUG PROTOCOL shows each type in RESP2', needsDebug, async (c) => {
    await c.expect('DEBUG PROTOCOL string', bulk('Hello World'));
    await c.expect('DEBUG PROTOCOL INTEGER', int(12345));
    await c.expect('DEBUG PROTOCOL double', bulk('3.141'));
    await c.expect('DEBUG PROTOCOL bignum', bulk(BIG));
    await c.expect('DEBUG PROTOCOL null', nil);
    await c.expect('DEBUG PROTOCOL array', array(int(0), int(1), int(2)));
    await c.expect('DEBUG PROTOCOL set', array(int(0), int(1), int(2)));
    await c.expect('DEBUG PROTOCOL map', array(int(0), int(0), int(1), int(1), int(2), int(0)));
    await c.expect('DEBUG PROTOCOL attrib', bulk(ATTRIBUTED));
    await c.expectError('DEBUG PROTOCOL push', 'ERR RESP2 is not supported by this command');
    await c.expect('DEBUG PROTOCOL verbatim', bulk(VERBATIM));
    await c.expect('DEBUG PROTOCOL true', int(1));
    await c.expect('DEBUG PROTOCOL false', int(0));
    await c.expectError(
      'DEBUG PROTOCOL nosuch',
      'ERR Wrong protocol type name. Please use one of the following: ' +
        'string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
    );
  });
  t.test('DEBUG PROTOCOL shows each type in RESP3', { needsDebug: true, resp: 3 }, async (c) => {
    await c.expect('DEBUG PROTOCOL string', bulk('Hello World'));
    await c.expect('DEBUG PROTOCOL integer', int(12345));
    await c.expect('DEBUG PROTOCOL double', double('3.141'));
    await c.expect('DEBUG PROTOCOL bignum', bigNumber(BIG));
    await c.expect('DEBUG PROTOCOL null', nil3);
    await c.expect('DEBUG PROTOCOL array', array(int(0), int(1), int(2)));
    await c.expect('DEBUG PROTOCOL set', set(int(0), int(1), int(2)));
    await c.expect('DEBUG PROTOCOL map', map(int(0), bool(false), int(1), bool(true), int(2), bool(false)));
    await c.expect(
      'DEBUG PROTOCOL attrib',
      `|1\r\n${bulk('key-popularity')}${array(bulk('key:123'), int(90))}${bulk(ATTRIBUTED)}`,
    );
    await c.expect('DEBUG PROTOCOL verbatim', verbatim(VERBATIM));
    await c.expect('DEBUG PROTOCOL true', bool(true));
    await c.expect('DEBUG PROTOCOL false', bool(false));
    await c.expect('DEBUG PROTOCOL push', bulk(PUSHED));
    const { wire } = await c.connection.nextPush();
    if (wire !== push(bulk('server-cpu-usage'), int(42))) throw new Error(`pushed ${wire}`);
  });
});

describe.each(['redstart', 'reference'] as const)('DEBUG that ends the server [%s]', (target) => {
  const start = target === 'redstart' ? startRedstart : startReference;
  // Runs beside redis-server: CI has it, another machine may not.
  test.skipIf(target === 'reference' && !referenceAvailable).each(['ASSERT', 'PANIC', 'SEGFAULT', 'OOM'])(
    'DEBUG %s ends the process with an error, with its state in the log',
    async (name) => {
      const server = await start();
      const client = await server.connect();
      await expect(client.command(`DEBUG ${name}`)).rejects.toThrow();
      const { code, signal } = await server.exited;
      expect(code === 0 && signal === null).toBe(false);
      if (name !== 'OOM') expect(server.log()).toContain('REDIS BUG REPORT START');
      await client.close();
      await server.stop();
    },
  );
});

describe('DEBUG that starts the server anew', () => {
  // The reference only finds its program again when it was started by its full path.
  test.each(['RESTART', 'RESTART 10', 'CRASH-AND-RECOVER', 'CRASH-AND-RECOVER 10'])(
    'DEBUG %s closes connections and serves again in the same process, without the data',
    async (how) => {
      const server = await startRedstart();
      const client = await server.connect();
      expect((await client.command('SET k v')).wire).toBe(ok);
      const runId = (info: string) => /run_id:(\w+)/.exec(info)![1];
      const before = runId(String((await client.command('INFO server')).value));
      await expect(client.command(`DEBUG ${how}`)).rejects.toThrow();
      const again = await untilConnected(server);
      const text = String((await again.command('INFO server')).value);
      expect(runId(text)).not.toBe(before);
      expect(text).toContain(`process_id:${server.pid}\r\n`);
      expect((await again.command('GET k')).wire).toBe(nil);
      expect(server.log().includes('Redis is now ready to exit')).toBe(how.startsWith('RESTART'));
      await again.close();
      await server.stop();
    },
  );
});

async function untilConnected(server: RunningServer): Promise<RespClient> {
  let client: RespClient | null = null;
  await pollUntil(async () => {
    client = await server.connect().catch(() => null);
    return client !== null;
  }, 'a connection to the server that starts anew');
  return client!;
}
