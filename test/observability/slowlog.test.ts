/** The slow log by itself: ids, order, limits, and copies that outlive the receive buffer. */
import { describe, expect, test } from 'vitest';
import { SlowLog } from '../../src/observability/slowlog.js';
import { CommandBuilder } from '../../src/resp/command-builder.js';

const traits = { atSeconds: 1_700_000_000, usec: 12, clientAddress: '127.0.0.1:1', clientName: 'me' };
const open = (): boolean => false;

function command(...args: string[]): CommandBuilder {
  const builder = new CommandBuilder().begin();
  for (const arg of args) builder.text(arg);
  return builder;
}

function texts(args: readonly Uint8Array[]): string[] {
  return args.map((arg) => Buffer.from(arg).toString('latin1'));
}

describe('SlowLog', () => {
  test('lists the newest first and counts ids up over a clearing', () => {
    const log = new SlowLog();
    log.add(traits, command('A'), open, 10);
    log.add(traits, command('B'), open, 10);
    expect(log.newest(10).map(({ id }) => id)).toEqual([1, 0]);
    log.clear();
    expect(log.length).toBe(0);
    log.add(traits, command('C'), open, 10);
    expect(log.newest(10)).toEqual([{ ...traits, id: 2, args: [Buffer.from('C')] }]);
  });

  test('forgets the oldest beyond its length, and all of them with length 0', () => {
    const log = new SlowLog();
    for (let i = 0; i < 5; i++) log.add(traits, command(String(i)), open, 3);
    expect(log.newest(10).flatMap(({ args }) => texts(args))).toEqual(['4', '3', '2']);
    log.add(traits, command('5'), open, 0);
    expect(log.length).toBe(0);
  });

  test('owns its bytes: what the command stood in may be overwritten', () => {
    const log = new SlowLog();
    const argv = command('SET', 'k', 'x'.repeat(200));
    log.add(traits, argv, open, 3);
    argv.bytes.fill(0);
    expect(texts(log.newest(1)[0]!.args)).toEqual(['SET', 'k', `${'x'.repeat(128)}... (72 more bytes)`]);
  });

  test('keeps 32 arguments, the last of which says how many there are more', () => {
    const log = new SlowLog();
    log.add(traits, command(...Array.from({ length: 32 }, (_, i) => String(i))), open, 3);
    expect(texts(log.newest(1)[0]!.args)).toEqual(Array.from({ length: 32 }, (_, i) => String(i)));
    log.add(traits, command(...Array.from({ length: 33 }, (_, i) => String(i))), open, 3);
    expect(texts(log.newest(1)[0]!.args).slice(-2)).toEqual(['30', '... (2 more arguments)']);
  });

  test('hides what is secret', () => {
    const log = new SlowLog();
    log.add(traits, command('AUTH', 'me', 'secret'), (i) => i === 2, 3);
    expect(texts(log.newest(1)[0]!.args)).toEqual(['AUTH', 'me', '(redacted)']);
  });
});
