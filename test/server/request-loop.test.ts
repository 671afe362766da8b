import { describe, expect, test } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import type { Command } from '../../src/commands/table.js';
import { ManualClock } from '../../src/util/clock.js';
import { bulk, error, int, nil, ok } from '../support/index.js';
import { LoopBench } from './loop-bench.js';

const PONG = '+PONG\r\n';

/** Commands that take time by the test's clock: SPEND ms, and FASTSPEND ms, which is marked fast. */
function spenders(clock: ManualClock): CommandSpec[] {
  const spec = (name: string, flags: string): CommandSpec => ({
    name,
    group: 'generic',
    since: '1.0.0',
    arity: 2,
    flags,
    complexity: 'O(1)',
    summary: 'For this test.',
    handler: (c: CommandContext) => {
      clock.advance(c.argv.int(1));
      c.reply.ok();
    },
  });
  return [spec('spend', ''), spec('fastspend', 'fast')];
}

/** A bench whose slow commands are kept. */
function start(thresholdUs = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  const slow: string[] = [];
  const observer = {
    thresholdUs,
    slowCommand: (c: CommandContext, command: Command, usec: number) => {
      slow.push(`${command.name} ${c.argv.text(1)}: ${usec}`);
    },
  };
  const bench = new LoopBench({ clock, commands: spenders(clock), observer });
  const { commands } = bench.context.stats;
  const counted = (name: string) => {
    const { id } = bench.context.table.byName(name)!;
    return {
      calls: commands.calls[id],
      usec: commands.usec[id],
      rejected: commands.rejected[id],
      failed: commands.failed[id],
    };
  };
  return { bench, clock, slow, counted };
}

describe('The request loop', () => {
  test('answers a chunk of many commands in one write', () => {
    const { bench } = start();
    bench.connect('a').receive('PING\r\n'.repeat(3) + '*1\r\n$4\r\nPING\r\n'.repeat(200));
    expect(bench.sent).toEqual([`a:${PONG.repeat(203)}`]);
  });

  test('finds the right keys in pipelines that change the database between them', () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive(
      [
        'SET k zero',
        'SELECT 1',
        'GET k',
        'SET k one',
        'SELECT 0',
        'GET k',
        'SELECT 1',
        'DEL k',
        'GET k',
        'SELECT 0',
        'GET k',
      ]
        .map((line) => `*${line.split(' ').length}\r\n${line.split(' ').map(bulk).join('')}`)
        .join(''),
    );
    expect(a.take()).toBe(ok + ok + nil + ok + ok + bulk('zero') + ok + int(1) + nil + ok + bulk('zero'));
  });

  test('gives brief commands of a batch the time at which it began', () => {
    const { bench, clock } = start();
    const a = bench.connect('a');
    a.receive('SET k v PX 100\r\n');
    clock.advance(99);
    a.receive('*2\r\n$9\r\nFASTSPEND\r\n$1\r\n5\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n');
    expect(a.take()).toBe(ok + ok + bulk('v'));
    a.receive('GET k\r\n');
    expect(a.take()).toBe(nil);
  });

  test('lets a key expire for the commands that follow a slow one in the same pipeline', async () => {
    const { bench } = start();
    bench.connect('a').receive('SET k v PX 1\r\nSPEND 10000\r\nGET k\r\n');
    bench
      .connect('b')
      .receive(
        '*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n$2\r\nPX\r\n$1\r\n1\r\n*2\r\n$5\r\nSPEND\r\n$2\r\n10\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
      );
    await bench.nextTurn();
    expect(bench.sent.join('').match(/\$-1/g)).toHaveLength(2);
  });

  test('lets other clients go first when a chunk takes longer than a turn may', async () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive('*2\r\n$9\r\nFASTSPEND\r\n$1\r\n1\r\n'.repeat(64 + 64 + 3));
    bench.connect('b').receive('PING\r\n');
    await bench.nextTurn();
    await bench.nextTurn();
    await bench.nextTurn();
    expect(bench.sent).toEqual([`a:${ok.repeat(64)}`, `b:${PONG}`, `a:${ok.repeat(64)}`, `a:${ok.repeat(3)}`]);
  });

  test('notes when a client was last heard of', () => {
    const { bench, clock } = start();
    const a = bench.connect('a');
    clock.advance(1234);
    a.receive('*1\r\n$4\r\nPI');
    expect(a.client.lastInteractionMs).toBe(clock.nowMs());
  });

  test('remembers where in the feed the last write of a client ends', () => {
    const { bench } = start();
    const a = bench.connect('a').receive('SET k v\r\nGET k\r\n');
    const b = bench.connect('b').receive('GET k\r\n');
    expect(bench.feed.offset).toBeGreaterThan(0);
    expect(a.client.lastWriteOffset).toBe(bench.feed.offset);
    expect(b.client.lastWriteOffset).toBe(0);
  });

  test('leaves the commands of a client for later that does not read, and takes them up again', () => {
    const { bench, counted } = start();
    const a = bench.connect('a');
    a.receive(`SET k ${'x'.repeat(50_000)}\r\n`);
    a.take();
    a.congestedAbove = 10_000;
    const get = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n';
    a.receive(`${get.repeat(10)}PING\r\n*x\r\n`);
    let output = '';
    let pieces = 0;
    for (; a.congested; pieces++) {
      output += a.take();
      a.congested = false;
      a.resume();
    }
    expect(pieces).toBeGreaterThan(3);
    expect(output + a.take()).toBe(
      bulk('x'.repeat(50_000)).repeat(10) + PONG + error('ERR Protocol error: invalid multibulk length'),
    );
    expect(counted('get').calls).toBe(10);
    expect(a.isEnding).toBe(true);
  });

  test('runs nothing more for a client that asked to be closed', () => {
    const { bench, counted } = start();
    const a = bench.connect('a').receive('PING\r\n*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n');
    expect(a.take()).toBe(PONG + ok);
    expect(a.isEnding).toBe(true);
    a.receive('PING\r\n');
    expect(a.take()).toBe('');
    expect(counted('ping').calls).toBe(1);
  });

  test('lets a client that kills itself have its reply, and nothing after it', () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive(`*5\r\n$6\r\nCLIENT\r\n$4\r\nKILL\r\n$2\r\nID\r\n$1\r\n${a.client.id}\r\n$6\r\nSKIPME\r\n$2\r\nNO\r\n`);
    a.take();
    const kill = `CLIENT KILL ID ${a.client.id} SKIPME no`.split(' ');
    a.receive(`*${kill.length}\r\n${kill.map(bulk).join('')}*1\r\n$4\r\nPING\r\n`);
    expect(a.take()).toBe(int(1));
    expect(a.isEnding).toBe(true);
  });
});

describe('Statistics of commands', () => {
  test('count calls, refusals and failures', () => {
    const { bench, counted } = start();
    bench.connect('a').receive('SET k v\r\nSET k\r\nINCR k\r\nINCR k\r\nNOSUCH\r\nGET k\r\nCLIENT NOSUCH\r\n');
    expect(counted('set')).toMatchObject({ calls: 1, rejected: 1, failed: 0 });
    expect(counted('incr')).toMatchObject({ calls: 2, rejected: 0, failed: 2 });
    expect(counted('get')).toMatchObject({ calls: 1, rejected: 0, failed: 0 });
    expect(bench.context.stats.totalCommandsProcessed).toBe(4);
    expect(bench.context.stats.totalErrorReplies).toBe(5);
    expect(bench.context.stats.errors.get('ERR')).toBe(5);
  });

  test('give a command that is not fast the time that it took', () => {
    const { bench, counted } = start();
    const pipeline = ['SPEND 7', 'PING', 'SPEND 5', 'PING', 'PING'];
    bench
      .connect('a')
      .receive(pipeline.map((line) => `*${line.split(' ').length}\r\n${line.split(' ').map(bulk).join('')}`).join(''));
    // A PING in front of a SPEND shares its time; those behind it do not.
    expect(counted('spend').usec! + counted('ping').usec!).toBe(12_000);
    expect(counted('spend').usec).toBe(7000 + 2500);
  });

  test('give no time to a command that was refused', () => {
    const { bench, counted } = start();
    bench.connect('a').receive('*2\r\n$9\r\nFASTSPEND\r\n$1\r\n4\r\n*1\r\n$9\r\nFASTSPEND\r\n*1\r\n$3\r\nGET\r\n');
    expect(counted('get')).toMatchObject({ usec: 0, rejected: 1 });
    expect(counted('fastspend')).toMatchObject({ calls: 1, rejected: 1 });
  });

  test('tell of each slow command, exactly when the threshold is low', () => {
    const exact = start(500);
    exact.bench
      .connect('a')
      .receive('*2\r\n$9\r\nFASTSPEND\r\n$1\r\n1\r\n*2\r\n$9\r\nFASTSPEND\r\n$1\r\n2\r\nPING\r\n');
    expect(exact.slow).toEqual(['fastspend 1: 1000', 'fastspend 2: 2000']);

    const coarse = start(10_000);
    coarse.bench.connect('a').receive('*2\r\n$5\r\nSPEND\r\n$1\r\n9\r\n*2\r\n$5\r\nSPEND\r\n$2\r\n11\r\nPING\r\n');
    expect(coarse.slow).toEqual(['spend 11: 11000']);
  });
});
