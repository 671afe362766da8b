/** Commands that wait for keys, with one of the test's own: TAKE answers and deletes the first string that it finds. */
import { describe, expect, test } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import { NONE } from '../../src/keyspace/record.js';
import { bulk, ok } from '../support/index.js';
import { FeedRecorder } from './in-process.js';
import { LoopBench } from './loop-bench.js';

/** TAKE key [key ...] ms: 0 waits for ever. */
function take(c: CommandContext): void {
  const { argv, db, reply } = c;
  const last = argv.count - 1;
  for (let i = 1; i < last; i++) {
    const entry = db.lookupWrite(argv, i);
    if (entry === NONE) continue;
    const value = new Uint8Array(db.stringLength(entry));
    db.stringInto(entry, 0, value.length, value, new DataView(value.buffer), 0);
    db.deleteEntry(entry);
    c.keyChanged(i);
    c.propagateInstead().text('DEL').borrow(argv, i);
    return reply.bulkBytes(value);
  }
  const ms = argv.int(last);
  c.blocked.wait(c, {
    firstKey: 1,
    keyCount: last - 1,
    deadlineMs: ms === 0 ? 0 : c.nowMs + ms,
    isServable: (_c, entry) => entry !== NONE,
    timedOut: (resumed) => resumed.reply.null(),
  });
}

const TAKE: CommandSpec = {
  name: 'take',
  group: 'generic',
  since: '1.0.0',
  arity: -3,
  flags: 'write blocking',
  keys: ['1..-2 RW access delete'],
  complexity: 'O(1)',
  summary: 'For this test.',
  handler: take,
};

/** Renames a key to itself in another way: takes the first, and sets the second to what it held. */
const PASS: CommandSpec = {
  ...TAKE,
  name: 'pass',
  arity: 3,
  keys: ['1 RW access delete', '2 OW update'],
  handler: (c) => {
    const entry = c.db.lookupWrite(c.argv, 1);
    if (entry !== NONE) {
      c.db.rename(entry, c.argv, 2);
      c.keyChanged(1);
      return c.reply.ok();
    }
    c.blocked.wait(c, {
      firstKey: 1,
      keyCount: 1,
      deadlineMs: 0,
      isServable: (_c, found) => found !== NONE,
      timedOut: (resumed) => resumed.reply.null(),
    });
  },
};

const start = (): LoopBench => new LoopBench({ commands: [TAKE, PASS] });

describe('A command that waits for keys', () => {
  test('is served by the command that makes one of them, before the next command of that client', () => {
    const bench = start();
    const a = bench.connect('a').receive('TAKE x y 0\r\nPING\r\n');
    const b = bench.connect('b').receive('SET y 1\r\nEXISTS y\r\n');
    expect(a.take()).toBe(bulk('1'));
    expect(b.take()).toBe(`${ok}:0\r\n`);
    expect(bench.context.blocked.keyCount).toBe(0);
  });

  test('goes on with its pipeline in the next turn', async () => {
    const bench = start();
    const a = bench.connect('a').receive('TAKE x 0\r\nPING\r\n');
    bench.connect('b').receive('SET x 1\r\n');
    await bench.nextTurn();
    expect(a.take()).toBe(`${bulk('1')}+PONG\r\n`);
  });

  test('is served in the order of arrival, and the others wait on', () => {
    const bench = start();
    const clients = ['a', 'b', 'c'].map((name) => bench.connect(name).receive('TAKE x 0\r\n'));
    const writer = bench.connect('writer').receive('SET x 1\r\n');
    expect(clients.map((client) => client.take())).toEqual([bulk('1'), '', '']);
    writer.receive('SET x 2\r\nSET x 3\r\n');
    expect(clients.map((client) => client.take())).toEqual(['', bulk('2'), bulk('3')]);
  });

  test('is one unit of the feed behind the one that served it', () => {
    const bench = start();
    const recorder = new FeedRecorder();
    bench.feed.subscribe(recorder);
    bench.connect('a').receive('TAKE x 0\r\n');
    bench.connect('b').receive('SET x 1\r\n');
    const set = '*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n';
    expect(recorder.text).toBe(`*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n${set}*2\r\n$3\r\nDEL\r\n$1\r\nx\r\n`);
  });

  test('may serve others by what it does: chains are followed to their end', () => {
    const bench = start();
    const a = bench.connect('a').receive('PASS x y\r\n');
    const b = bench.connect('b').receive('PASS y z\r\n');
    const d = bench.connect('d').receive('TAKE z 0\r\n');
    bench.connect('e').receive('SET x 1\r\n');
    expect([a.take(), b.take(), d.take()]).toEqual([ok, ok, bulk('1')]);
    expect(bench.suspensions.count).toBe(0);
  });

  test('leaves no trace when its time is over, when it is gone, or when its client is unblocked', () => {
    const bench = start();
    const a = bench.connect('a').receive('TAKE x x 50\r\n');
    const b = bench.connect('b').receive('TAKE x 0\r\n');
    const d = bench.connect('d').receive('TAKE x y 0\r\n');
    bench.clock.advance(50);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(a.take()).toBe('$-1\r\n');
    b.destroy();
    bench.connect('e').receive(`CLIENT UNBLOCK ${d.client.id} ERROR\r\n`);
    expect(d.take()).toBe('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
    expect(bench.context.blocked.keyCount).toBe(0);
    const f = bench.connect('f').receive('SET x 1\r\nGET x\r\n');
    expect(f.take()).toBe(ok + bulk('1'));
  });

  test('counts as called once, when it is answered', () => {
    const bench = start();
    const { calls } = bench.context.stats.commands;
    const { id } = bench.context.table.byName('take')!;
    bench.connect('a').receive('TAKE x 0\r\n');
    expect(calls[id]).toBe(0);
    bench.connect('b').receive('SET x 1\r\n');
    expect(calls[id]).toBe(1);
  });
});

describe('A list command that waits', () => {
  /** What follows a push in the feed, a command a line. */
  function fedBehind(command: string, push: string): string[] {
    const bench = new LoopBench();
    const recorder = new FeedRecorder();
    bench.connect('a').receive(`${command}\r\n`);
    bench.feed.subscribe(recorder);
    bench.connect('b').receive(`${push}\r\n`);
    const commands = recorder.text.split(/\*\d+\r\n/).slice(1);
    return commands
      .map((text) =>
        text
          .split('\r\n')
          .filter((_line, i) => i % 2 === 1)
          .join(' '),
      )
      .slice(2);
  }

  test.each([
    ['BLPOP x y 0', 'RPUSH y 1 2', 'LPOP y'],
    ['BRPOP x y 0', 'RPUSH y 1 2', 'RPOP y'],
    ['BLMPOP 0 2 x y LEFT COUNT 5', 'RPUSH y 1 2', 'LPOP y 2'],
    ['BLMPOP 0 1 y RIGHT', 'RPUSH y 1 2', 'RPOP y 1'],
    ['BLMOVE x y LEFT RIGHT 0', 'RPUSH x 1', 'LMOVE x y LEFT RIGHT'],
    ['BRPOPLPUSH x y 0', 'RPUSH x 1', 'RPOPLPUSH x y'],
  ])('%s is propagated as what it did, behind the push that served it', (command, push, fed) => {
    expect(fedBehind(command, push)).toEqual([fed]);
  });

  test('leaves what is more than those who wait can take', () => {
    const bench = new LoopBench();
    for (const name of ['a', 'b']) bench.connect(name).receive('BLPOP x 0\r\n');
    bench.connect('d').receive('RPUSH x 1 2 3\r\n');
    expect(bench.context.blocked.keyCount).toBe(0);
    expect(bench.suspensions.count).toBe(0);
    expect(bench.connect('e').receive('LRANGE x 0 -1\r\n').take()).toBe('*1\r\n$1\r\n3\r\n');
  });
});
