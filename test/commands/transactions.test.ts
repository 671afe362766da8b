/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. */
import { expect } from 'vitest';
import {
  array,
  bulk,
  bulks,
  describeCommands,
  error,
  int,
  map,
  nil,
  nil3,
  nilArray,
  ok,
  simple,
} from '../support/index.js';

const QUEUED = simple('QUEUED');
const EXECABORT = 'EXECABORT Transaction discarded because of previous errors.';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

describeCommands('MULTI and EXEC', (t) => {
  t.test('what is queued runs at EXEC, in its order, with a reply for each', async (c) => {
    await c.expect('MULTI', ok);
    await c.expect('SET k 1', QUEUED);
    await c.expect('INCRBY k 41', QUEUED);
    await c.expect('GET k', QUEUED);
    await c.expect('LRANGE none 0 -1', QUEUED);
    const other = await c.another();
    await other.expect('EXISTS k', int(0));
    await c.expect('EXEC', array(ok, int(42), bulk('42'), array()));
    await c.expect('GET k', bulk('42'));
  });
  t.test('an empty transaction has an empty reply', async (c) => {
    await c.expectAll(['MULTI', 'EXEC'], [ok, array()]);
  });
  t.test('arguments are kept, however they came, and however many they are', async (c) => {
    const long = 'x'.repeat(100_000);
    const sets = Array.from({ length: 300 }, (_, i) => ['SET', `k${i}`, `${i}${long.slice(0, i * 10)}`]);
    await c.expectAll(
      ['MULTI', ...sets, ['SET', 'long', long], 'EXEC'],
      [ok, ...sets.map(() => QUEUED), QUEUED, array(...sets.map(() => ok), ok)],
    );
    await c.expect('GET k299', bulk(`299${long.slice(0, 2990)}`));
    await c.expect('STRLEN long', int(100_000));
  });
  t.test('MULTI does not nest, and EXEC and DISCARD need it', async (c) => {
    await c.expectError('EXEC', 'ERR EXEC without MULTI');
    await c.expectError('DISCARD', 'ERR DISCARD without MULTI');
    await c.expect('MULTI', ok);
    await c.expectError('MULTI', 'ERR MULTI calls can not be nested');
    await c.expect('SET k 1', QUEUED);
    await c.expect('EXEC', array(ok));
    await c.expectError('EXEC', 'ERR EXEC without MULTI');
  });
  t.test('DISCARD forgets what was queued', async (c) => {
    await c.expectAll(['MULTI', 'SET k 1', 'DISCARD', 'EXISTS k'], [ok, QUEUED, ok, int(0)]);
  });
  t.test('a command that fails does not keep the others from running', async (c) => {
    await c.expect('SET s text', ok);
    await c.expectAll(
      ['MULTI', 'LPUSH s x', 'INCR s', 'SET t 1', 'EXEC', 'GET t'],
      [
        ok,
        ...[QUEUED, QUEUED, QUEUED],
        array(error(WRONGTYPE), error('ERR value is not an integer or out of range'), ok),
        bulk(1),
      ],
    );
  });
  t.test('a command that is refused lets EXEC refuse all', async (c) => {
    const refusals: [string, string][] = [
      ['SET k', "ERR wrong number of arguments for 'set' command"],
      ['NOSUCH a', "ERR unknown command 'NOSUCH', with args beginning with: 'a' "],
      ['CLIENT NOSUCH', "ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP."],
      ['WATCH', "ERR wrong number of arguments for 'watch' command"],
      ['SHUTDOWN NOSAVE', 'ERR Command not allowed inside a transaction'],
    ];
    for (const [command, message] of refusals) {
      await c.expect('MULTI', ok);
      await c.expect('SET before 1', QUEUED);
      await c.expectError(command, message);
      await c.expect('SET after 1', QUEUED);
      await c.expectError('EXEC', EXECABORT);
      await c.expect('EXISTS before after', int(0));
    }
  });
  t.test('EXEC with arguments ends the transaction', async (c) => {
    const refusal = "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";
    await c.expectError('EXEC now', refusal);
    await c.expectAll(['MULTI', 'SET k 1'], [ok, QUEUED]);
    await c.expectError('EXEC now', refusal);
    await c.expectError('EXEC', 'ERR EXEC without MULTI');
    await c.expect('EXISTS k', int(0));
  });
  t.test('SELECT holds for what follows, inside and outside', async (c) => {
    await c.expectAll(
      ['MULTI', 'SELECT 1', 'SET k 1', 'EXEC', 'DBSIZE', 'SELECT 0', 'DBSIZE'],
      [ok, QUEUED, QUEUED, array(ok, ok), int(1), ok, int(0)],
    );
  });
  t.test('HELLO changes the protocol of what follows', async (c) => {
    await c.expectAll(
      ['MULTI', 'GET none', 'HELLO 3', 'GET none', 'HGETALL none'],
      [ok, ...[1, 2, 3, 4].map(() => QUEUED)],
    );
    await c.expectMatch('EXEC', /^\*4\r\n\$-1\r\n%7\r\n[\s\S]*_\r\n%0\r\n$/);
  });
  t.test('replies of RESP3 stand in it as they are', { resp: 3 }, async (c) => {
    await c.expectAll(['MULTI', 'HSET h f v', 'HGETALL h', 'GET none'], [ok, QUEUED, QUEUED, QUEUED]);
    await c.expect('EXEC', array(int(1), map(bulk('f'), bulk('v')), nil3));
  });
  t.test('RESET and QUIT end it', async (c) => {
    await c.expectAll(['MULTI', 'SET k 1'], [ok, QUEUED]);
    await c.expect('RESET', simple('RESET'));
    await c.expectError('EXEC', 'ERR EXEC without MULTI');
    await c.expect('EXISTS k', int(0));
    const other = await c.another();
    await other.expectAll(['MULTI', 'SET k 1', 'QUIT'], [ok, QUEUED, ok]);
    await c.expect('EXISTS k', int(0));
  });
  t.test('a command that would wait answers as if its time were over', async (c) => {
    await c.expectAll(
      ['MULTI', 'BLPOP l 0', 'RPUSH l a', 'BLPOP l 0', 'BLMOVE l m LEFT LEFT 0', 'BZPOPMIN z 0', 'WAIT 1 0'],
      [ok, ...[1, 2, 3, 4, 5, 6].map(() => QUEUED)],
    );
    await c.expectAll(['XADD x 1-1 f v', 'XREAD BLOCK 0 STREAMS x $'], [QUEUED, QUEUED]);
    await c.expect('EXEC', array(nilArray, int(1), bulks('l', 'a'), nil, nilArray, int(0), bulk('1-1'), nilArray));
  });
  t.test('who waits for a key is served when all of it has run', async (c) => {
    const waiting = await c.another();
    const reply = waiting.wire('BLPOP l 0');
    await c.untilBlocked(1);
    await c.expectAll(
      ['MULTI', 'RPUSH l a', 'RPUSH l b', 'LPOP l', 'EXEC'],
      [ok, QUEUED, QUEUED, QUEUED, array(int(1), int(2), bulk('a'))],
    );
    expect(await reply).toBe(bulks('l', 'b'));
  });
  t.test('commands are counted where they ran, and errors where they came from', async (c) => {
    await c.expect('SET s text', ok);
    await c.expect('CONFIG RESETSTAT', ok);
    await c.expectAll(
      ['MULTI', 'INCR s', 'GET s', 'EXEC'],
      [ok, QUEUED, QUEUED, array(error('ERR value is not an integer or out of range'), bulk('text'))],
    );
    await c.expectMatch('INFO stats', /total_commands_processed:5\r\n/);
    const stats = 'INFO commandstats';
    await c.expectMatch(
      stats,
      /cmdstat_incr:calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=1\r\n/,
    );
    await c.expectMatch(
      stats,
      /cmdstat_exec:calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0\r\n/,
    );
    await c.expectMatch(stats, /cmdstat_get:calls=1,usec=\d+,usec_per_call=[\d.]+,rejected_calls=0,failed_calls=0\r\n/);
  });
  t.test('CLIENT LIST tells how many commands wait', async (c) => {
    const other = await c.another();
    const flags = (wanted: RegExp) => other.expectMatch('CLIENT LIST', wanted);
    await c.expect('CLIENT SETNAME me', ok);
    await flags(/ name=me .* flags=N .* multi=-1 /);
    await c.expectAll(['MULTI', 'PING', 'PING'], [ok, QUEUED, QUEUED]);
    await flags(/ name=me .* flags=x .* multi=2 .* multi-mem=[1-9]\d* .* cmd=ping /);
    await c.expect('DISCARD', ok);
    await flags(/ name=me .* flags=N .* multi=-1 .* multi-mem=0 /);
  });
});

describeCommands('WATCH', (t) => {
  /** Whether the transaction of a client runs. */
  const runs = [ok, QUEUED, array(simple('PONG'))];
  const runsNot = [ok, QUEUED, nilArray];
  const transaction = ['MULTI', 'PING', 'EXEC'];

  t.test('a transaction runs when nothing has changed', async (c) => {
    await c.expectAll(['SET k 1', 'WATCH k none', 'GET k', ...transaction], [ok, ok, bulk(1), ...runs]);
  });
  t.test('a change by anybody keeps it from running, once', async (c) => {
    const other = await c.another();
    await c.expectAll(['SET k 1', 'WATCH k'], [ok, ok]);
    await other.expect('SET k 1', ok);
    await c.expectAll([...transaction, ...transaction], [...runsNot, ...runs]);
    await c.expectAll(['WATCH k', 'APPEND k 2', ...transaction], [ok, int(2), ...runsNot]);
    await c.expectAll(['WATCH none', 'LPUSH none x', ...transaction], [ok, int(1), ...runsNot]);
    await c.expectAll(['WATCH k', 'DEL k', ...transaction], [ok, int(1), ...runsNot]);
    await c.expectAll(['WATCH none', 'EXPIRE none 100', ...transaction], [ok, int(1), ...runsNot]);
  });
  t.test('what changes nothing does not', async (c) => {
    await c.expectAll(
      ['SET k 1', 'WATCH k none', 'SETNX k 2', 'DEL none', 'LPUSHX none 1', 'EXPIRE none 1', ...transaction],
      [ok, ok, int(0), int(0), int(0), int(0), ...runs],
    );
  });
  t.test('the same key in another database is another one', async (c) => {
    await c.expectAll(['WATCH k', 'SELECT 1', 'SET k 1', ...transaction], [ok, ok, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SELECT 0', 'SET k 1', ...transaction], [ok, ok, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SELECT 1', 'MOVE k 0', ...transaction], [ok, ok, int(0), ...runs]);
  });
  t.test('UNWATCH, DISCARD, EXEC and RESET end it', async (c) => {
    await c.expectAll(['WATCH k', 'SET k 1', 'UNWATCH', ...transaction], [ok, ok, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SET k 1', 'MULTI', 'DISCARD', ...transaction], [ok, ok, ok, ok, ...runs]);
    await c.expectAll(['WATCH k', ...transaction, 'SET k 1', ...transaction], [ok, ...runs, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SET k 1', 'RESET', ...transaction], [ok, ok, simple('RESET'), ...runs]);
    await c.expectAll(['UNWATCH', 'MULTI', 'UNWATCH', 'EXEC'], [ok, ok, QUEUED, array(ok)]);
  });
  t.test('is not for the inside of a transaction', async (c) => {
    await c.expect('MULTI', ok);
    await c.expectError('WATCH k', 'ERR WATCH inside MULTI is not allowed');
    await c.expectAll(['PING', 'EXEC'], [QUEUED, array(simple('PONG'))]);
  });
  t.test("the transaction's own changes do not break it", async (c) => {
    await c.expectAll(['WATCH k', 'MULTI', 'SET k 1', 'EXEC', ...transaction], [ok, ok, QUEUED, array(ok), ...runs]);
  });
  t.test('flushing changes the keys that there are', async (c) => {
    for (const flush of ['FLUSHDB', 'FLUSHALL', 'FLUSHDB ASYNC']) {
      await c.expectAll(['SET k 1', 'WATCH k', flush, ...transaction], [ok, ok, ok, ...runsNot]);
      await c.expectAll(['SET k 1', 'WATCH none', flush, ...transaction], [ok, ok, ok, ...runs]);
    }
    await c.expectAll(['SET k 1', 'WATCH k', 'SELECT 1', 'FLUSHDB', ...transaction], [ok, ok, ok, ok, ...runs]);
  });
  t.test('SWAPDB changes keys that either database has', async (c) => {
    await c.expectAll(['SET k 1', 'WATCH k none', 'SWAPDB 0 1', ...transaction], [ok, ok, ok, ...runsNot]);
    await c.expectAll(['WATCH k', 'SWAPDB 0 1', ...transaction], [ok, ok, ...runsNot]);
    await c.expectAll(['WATCH none', 'SWAPDB 0 1', ...transaction], [ok, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SWAPDB 2 3', ...transaction], [ok, ok, ...runs]);
  });
  t.test('a key whose time comes to be over has changed', { needsDebug: true }, async (c) => {
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    for (const active of [0, 1]) {
      await c.expect(`DEBUG SET-ACTIVE-EXPIRE ${active}`, ok);
      await c.expectAll(['SET k 1 PX 30', 'WATCH k'], [ok, ok]);
      const other = await c.another();
      while ((await other.wire('PTTL k')) !== int(-2));
      await c.expectAll(transaction, runsNot);
    }
  });
  t.test('one whose time is over already has not, whenever it goes', { needsDebug: true }, async (c) => {
    c.atEnd((client) => client.ask('DEBUG SET-ACTIVE-EXPIRE 1'));
    await c.expect('DEBUG SET-ACTIVE-EXPIRE 0', ok);
    const expired = 'SET k 1 PXAT 1';
    await c.expectAll([expired, 'WATCH k', ...transaction], [ok, ok, ...runs]);
    await c.expectAll([expired, 'WATCH k', 'GET k', ...transaction], [ok, ok, nil, ...runs]);
    await c.expectAll([expired, 'WATCH k', 'FLUSHDB', ...transaction], [ok, ok, ok, ...runs]);
    await c.expectAll([expired, 'WATCH k', 'SWAPDB 0 1', ...transaction], [ok, ok, ok, ...runs]);
    await c.expectAll(['WATCH k', 'SWAPDB 0 1', ...transaction], [ok, ok, ...runs]);
    await c.expectAll([expired, 'WATCH k', 'SET k 2', ...transaction], [ok, ok, ok, ...runsNot]);
    await c.expectAll([expired, 'WATCH k', 'GET k', 'SET k 2', ...transaction], [ok, ok, nil, ok, ...runsNot]);
  });
  t.test('CLIENT LIST tells of a broken one', async (c) => {
    await c.expectAll(['WATCH k', 'SET k 1'], [ok, ok]);
    await c.expectMatch('CLIENT LIST', / flags=d /);
    await c.expect('UNWATCH', ok);
    await c.expectMatch('CLIENT LIST', / flags=N /);
  });
  t.test(
    'INFO and CLIENT LIST count watches',
    { since: '7.4', line: 'CLIENT LIST adds `watch= lib-name= lib-ver=`' },
    async (c) => {
      const other = await c.another();
      await c.expect('WATCH a b a', ok);
      await other.expect('WATCH b c', ok);
      await c.expectMatch('INFO clients', /\r\nwatching_clients:2\r\n[\s\S]*total_watched_keys:3\r\n/);
      await c.expectMatch('CLIENT INFO', / watch=2 /);
      await other.expect('SET a 1', ok);
      await c.expectMatch('CLIENT INFO', / flags=d .* watch=0 /);
      await c.expectMatch('INFO clients', /\r\nwatching_clients:1\r\n[\s\S]*total_watched_keys:2\r\n/);
    },
  );
});
