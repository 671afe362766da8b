import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import type { CommandSpec } from '../../src/commands/spec.js';
import type { Suspension } from '../../src/commands/suspension.js';
import { bulk, ok } from '../support/index.js';
import { FeedRecorder } from './in-process.js';
import { LoopBench } from './loop-bench.js';

const PONG = '+PONG\r\n';

/** What ended suspensions, in order. */
type Ends = string[];

const held = (c: CommandContext, deadlineMs: number, ends: Ends): Suspension => {
  const name = c.argv.text(1);
  return {
    deadlineMs,
    timedOut: (resumed) => {
      ends.push(`${name} timed out`);
      resumed.reply.simple('TIMEOUT');
    },
    dropped: () => ends.push(`${name} dropped`),
  };
};

const mayRun = { now: false };

/** HOLD name [ms] waits; LET id lets a client go on, CLOSE id lets it go on and closes it at once. */
function commands(ends: Ends): CommandSpec[] {
  const spec = (name: string, arity: number, handler: (c: CommandContext) => void): CommandSpec => ({
    name,
    group: 'generic',
    since: '1.0.0',
    arity,
    flags: '',
    complexity: 'O(1)',
    summary: 'For this test.',
    handler,
  });
  return [
    spec('hold', -2, (c) => {
      const deadlineMs = c.argv.count > 2 ? c.nowMs + c.argv.int(2) : 0;
      c.suspensions.suspend(c.client, held(c, deadlineMs, ends));
    }),
    spec('let', 2, (c) => {
      const client = c.ports.clients.byId(c.argv.int(1));
      if (client !== undefined) c.suspensions.resume(client, (resumed) => resumed.reply.simple('LET'));
      c.reply.ok();
    }),
    spec('close', 2, (c) => {
      const client = c.ports.clients.byId(c.argv.int(1));
      if (client !== undefined) {
        c.suspensions.resume(client, () => ends.push('answered'));
        client.connection?.destroy();
      }
      c.reply.ok();
    }),
    // Lets a client go on; its answer takes a key, as a blocked pop does.
    spec('serve', 3, (c) => {
      const client = c.ports.clients.byId(c.argv.int(1));
      const key = c.argv.text(2);
      c.keyChanged(2);
      if (client !== undefined) {
        c.suspensions.resume(client, (resumed) => {
          resumed.keyspace.dirty++;
          resumed.propagateAlso().text('DEL').text(key);
          resumed.reply.bulkText(key);
        });
      }
      c.reply.ok();
    }),
    // Runs when it may, and until then waits before it runs.
    spec('later', 2, (c) => {
      if (mayRun.now) return c.reply.bulkText(c.argv.text(1));
      const name = c.argv.text(1);
      c.suspensions.postpone(c.client, {
        deadlineMs: c.nowMs + 100,
        timedOut: null,
        dropped: () => ends.push(`${name} dropped`),
      });
    }),
    // Lets a client go on only to wait again.
    spec('prolong', 2, (c) => {
      const client = c.ports.clients.byId(c.argv.int(1))!;
      c.suspensions.resume(client, (resumed) =>
        resumed.suspensions.suspend(resumed.client, held(c, resumed.nowMs + 10, ends)),
      );
      c.reply.ok();
    }),
  ];
}

function start() {
  const ends: Ends = [];
  const bench = new LoopBench({ commands: commands(ends) });
  return { bench, ends };
}

describe('A client that waits before a command', () => {
  beforeEach(() => {
    mayRun.now = false;
  });

  test('runs it when it goes on, as often as it has to wait again, and the rest of its pipeline in order', () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive('ECHO 1\r\nLATER 2\r\nECHO 3\r\n');
    a.receive('ECHO 4\r\n');
    expect(a.take()).toBe(bulk('1'));
    bench.suspensions.runAgain(a.client);
    expect(a.take()).toBe('');
    expect(bench.suspensions.count).toBe(1);
    mayRun.now = true;
    bench.suspensions.runAgain(a.client);
    expect(a.take()).toBe(bulk('2') + bulk('3') + bulk('4'));
    expect(bench.suspensions.count).toBe(0);
    a.receive('PING\r\n');
    expect(a.take()).toBe(PONG);
  });

  test('runs it at its deadline', () => {
    const { bench, ends } = start();
    const a = bench.connect('a').receive('LATER 1\r\n');
    mayRun.now = true;
    bench.clock.advance(100);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(a.take()).toBe(bulk('1'));
    expect(ends).toEqual([]);
  });

  test('does not run it when it is answered meanwhile', () => {
    const { bench } = start();
    const a = bench.connect('a').receive('ECHO 1\r\nLATER 2\r\nECHO 3\r\nLATER 4\r\n');
    expect(a.take()).toBe(bulk('1'));
    bench.suspensions.resume(a.client, (c) => c.reply.simple('GO'));
    expect(a.take()).toBe(`+GO\r\n${bulk('3')}`);
    bench.suspensions.resume(a.client, (c) => c.reply.simple('GO'));
    expect(a.take()).toBe('+GO\r\n');
    a.receive('PING\r\n');
    expect(a.take()).toBe(PONG);
  });
});

describe('A suspended client', () => {
  test('keeps its pipeline in order and goes on with it', () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive(`ECHO 1\r\nHOLD a\r\nECHO 2\r\nHOLD a\r\nECHO 3\r\n`);
    expect(a.take()).toBe(bulk('1'));
    a.receive('ECHO 4\r\n');
    expect(a.take()).toBe('');
    expect(bench.suspensions.count).toBe(1);
    bench.suspensions.resume(a.client, (c) => c.reply.simple('GO'));
    expect(a.take()).toBe(`+GO\r\n${bulk('2')}`);
    bench.suspensions.resume(a.client, (c) => c.reply.simple('GO'));
    expect(a.take()).toBe(`+GO\r\n${bulk('3')}${bulk('4')}`);
    expect(bench.suspensions.count).toBe(0);
  });

  test('goes on with a large command of which only the beginning has come', () => {
    const { bench } = start();
    const a = bench.connect('a');
    a.receive(`HOLD a\r\n*2\r\n$4\r\nECHO\r\n$5000\r\n${'x'.repeat(1000)}`);
    bench.suspensions.resume(a.client, (c) => c.reply.ok());
    expect(a.take()).toBe(ok);
    a.receive(`${'x'.repeat(4000)}\r\nPING\r\n`);
    expect(a.take()).toBe(bulk('x'.repeat(5000)) + PONG);
  });

  test('times out at its deadline, not before, and one without a deadline never does', () => {
    const { bench, ends } = start();
    const changes: number[] = [];
    bench.suspensions.deadlineChanged = () => changes.push(bench.suspensions.nextDeadlineMs - bench.clock.nowMs());
    const a = bench.connect('a').receive('HOLD a 100\r\nPING\r\n');
    const b = bench.connect('b').receive('HOLD b 50\r\n');
    const d = bench.connect('d').receive('HOLD d 70\r\n');
    const e = bench.connect('e').receive('HOLD e\r\n');
    expect(changes).toEqual([100, 50]);
    bench.clock.advance(49);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(ends).toEqual([]);
    bench.clock.advance(1);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(ends).toEqual(['b timed out']);
    expect(b.take()).toBe('+TIMEOUT\r\n');
    expect(bench.suspensions.nextDeadlineMs - bench.clock.nowMs()).toBe(20);
    bench.clock.advance(1_000_000);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(ends).toEqual(['b timed out', 'a timed out', 'd timed out']);
    expect(a.take()).toBe(`+TIMEOUT\r\n${PONG}`);
    expect(d.take()).toBe('+TIMEOUT\r\n');
    expect(e.take()).toBe('');
    expect(bench.suspensions.nextDeadlineMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('is forgotten when it disconnects, and what would have ended its waiting has no effect', () => {
    const { bench, ends } = start();
    const a = bench.connect('a').receive('HOLD a 100\r\nPING\r\n');
    a.destroy();
    expect(ends).toEqual(['a dropped']);
    bench.clock.advance(200);
    bench.suspensions.expire(bench.clock.nowMs());
    bench.suspensions.resume(a.client, () => ends.push('resumed'));
    expect(ends).toEqual(['a dropped']);
    expect(a.take()).toBe('');
  });

  test('is answered right after the command that lets it go on, and its pipeline goes on behind that chunk', async () => {
    const { bench } = start();
    const a = bench.connect('a').receive('HOLD a\r\nECHO later\r\n');
    const b = bench.connect('b');
    b.receive(`PING\r\n*2\r\n$3\r\nLET\r\n$1\r\n${a.client.id}\r\n*2\r\n$4\r\nECHO\r\n$1\r\nx\r\nPING\r\n`);
    expect(bench.sent).toEqual([`b:${PONG}${ok}`, 'a:+LET\r\n', `b:${bulk('x')}${PONG}`]);
    await bench.nextTurn();
    expect(a.take()).toBe(`+LET\r\n${bulk('later')}`);
  });

  test('leaves the arguments of the pipeline alone that let it go on', () => {
    const { bench } = start();
    const a = bench.connect('a').receive('HOLD a\r\n');
    const keys = Array.from({ length: 2000 }, (_, i) => `$${String(i).length}\r\n${i}\r\n`).join('');
    const letIt = `*2\r\n$3\r\nLET\r\n$1\r\n${a.client.id}\r\n`;
    const b = bench
      .connect('b')
      .receive(`${letIt}*2\r\n$4\r\nECHO\r\n$5\r\nafter\r\n*2001\r\n$6\r\nEXISTS\r\n${keys}${letIt}`);
    expect(b.take()).toBe(`${ok}${bulk('after')}:0\r\n${ok}`);
  });

  test('that is gone by the time it would be answered is not', () => {
    const { bench, ends } = start();
    const a = bench.connect('a').receive('HOLD a\r\nPING\r\n');
    const b = bench.connect('b').receive(`CLOSE ${a.client.id}\r\nPING\r\n`);
    expect(ends).toEqual([]);
    expect(a.take()).toBe('');
    expect(b.take()).toBe(ok + PONG);
  });

  test('may go on waiting, with a new deadline', async () => {
    const { bench, ends } = start();
    const a = bench.connect('a').receive('HOLD a 5\r\nPING\r\n');
    bench.connect('b').receive(`PROLONG ${a.client.id}\r\n`);
    await bench.nextTurn();
    expect(a.take()).toBe('');
    bench.clock.advance(9);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(ends).toEqual([]);
    bench.clock.advance(1);
    bench.suspensions.expire(bench.clock.nowMs());
    expect(a.take()).toBe(`+TIMEOUT\r\n${PONG}`);
  });

  test('changes data in a unit of its own, behind the command that served it', () => {
    const { bench } = start();
    const recorder = new FeedRecorder();
    bench.feed.subscribe(recorder);
    const a = bench.connect('a').receive('HOLD a\r\n');
    bench.connect('b').receive(`SERVE ${a.client.id} k\r\nSET x y\r\n`);
    expect(a.take()).toBe(bulk('k'));
    const command = (...args: string[]) => `*${args.length}\r\n${args.map((arg) => bulk(arg)).join('')}`;
    expect(recorder.text).toBe(
      command('SELECT', '0') +
        command('SERVE', String(a.client.id), 'k') +
        command('DEL', 'k') +
        command('SET', 'x', 'y'),
    );
    expect(a.client.lastWriteOffset).toBe(bench.feed.offset - command('SET', 'x', 'y').length);
  });

  test('whose replies are off is not answered, and the one that skips skips that reply', () => {
    const { bench } = start();
    const a = bench.connect('a').receive('CLIENT REPLY SKIP\r\nHOLD a\r\nPING\r\n');
    const b = bench.connect('b').receive('CLIENT REPLY OFF\r\nHOLD b\r\nPING\r\nCLIENT REPLY ON\r\n');
    bench.suspensions.resume(a.client, (c) => c.reply.simple('GO'));
    bench.suspensions.resume(b.client, (c) => c.reply.simple('GO'));
    expect(a.take()).toBe(PONG);
    expect(b.take()).toBe(ok);
  });

  test('is closed behind its answer when that says so', async () => {
    const { bench } = start();
    const a = bench.connect('a').receive('HOLD a\r\nPING\r\n');
    bench.suspensions.resume(a.client, (c) => {
      c.reply.simple('BYE');
      c.client.closing = true;
    });
    expect(a.isEnding).toBe(true);
    expect(a.take()).toBe('+BYE\r\n');
  });
});
