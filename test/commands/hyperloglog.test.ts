/** PFADD, PFCOUNT, PFMERGE, PFDEBUG and PFSELFTEST. */
import { describeCommands } from '../support/targets.js';
import { bulk, bytes, int, ok, simple } from '../support/wire.js';

const NOT_HLL = 'WRONGTYPE Key is not a valid HyperLogLog string value.';
const CORRUPT = 'INVALIDOBJ Corrupted HLL object detected';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
/** A header, and one opcode for a single register where there should be 16384. */
const BROKEN = bytes(`HYLL\x01${'\0'.repeat(10)}\x80\0`);
/** Says that it is dense, and is too short for that. */
const SHORT = bytes(`HYLL\0${'\0'.repeat(30)}`);

const numbers = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(from + i));

describeCommands('PFADD', (t) => {
  t.test('PFADD answers whether the estimate may have changed', async (c) => {
    await c.expect('PFADD h a b c', int(1));
    await c.expect('PFADD h a', int(0));
    await c.expect('PFADD h a d', int(1));
    await c.expect('PFCOUNT h', int(4));
  });
  t.test('PFADD without elements creates an empty one, once', async (c) => {
    await c.expect('PFADD h', int(1));
    await c.expect('PFADD h', int(0));
    await c.expect('PFCOUNT h', int(0));
    await c.expect('GET h', bulk(`HYLL\x01${'\0'.repeat(11)}\x7f\xff`));
    await c.expect('OBJECT ENCODING h', bulk('raw'));
  });
  t.test('PFADD takes any bytes, the empty string among them', async (c) => {
    await c.expect(['PFADD', 'h', '', bytes('\0'), bytes('\xff\xfe'), 'x'.repeat(1000)], int(1));
    await c.expect(['PFADD', 'h', 'x'.repeat(1000), ''], int(0));
    await c.expect('PFCOUNT h', int(4));
  });
  t.test('PFADD keeps the time to live', async (c) => {
    await c.expect('PFADD h a', int(1));
    await c.expect('EXPIRE h 100', int(1));
    await c.expect('PFADD h b', int(1));
    await c.expectMatch('TTL h', /^:(99|100)\r\n$/);
  });
});

describeCommands('PFCOUNT', (t) => {
  t.test('an estimate that somebody has written is answered with all its digits', async (c) => {
    await c.expect('PFADD h a b c', int(1));
    await c.ask(['SETRANGE', 'h', '8', bytes('\x01\0\0\0\0\0\0\x61')]);
    await c.expect('PFCOUNT h', int(0x6100_0000_0000_0001n));
    await c.ask(['SETRANGE', 'h', '8', bytes('\x01\0\0\0\0\0\x20\0')]);
    await c.expect('PFCOUNT h', int(2n ** 53n + 1n));
  });
  t.test('PFCOUNT estimates as Redis does, sparse and dense, one key and several', async (c) => {
    await c.expect('PFCOUNT missing', int(0));
    for (const [from, estimate] of [
      [0, 1001],
      [1000, 2007],
      [2000, 3004],
    ] as const) {
      await c.expect(['PFADD', 'h', ...numbers(from, 1000)], int(1));
      await c.expect('PFCOUNT h', int(estimate));
      await c.expect('PFCOUNT h', int(estimate));
    }
    await c.expect(['PFADD', 'g', ...numbers(2500, 1000)], int(1));
    await c.expect('PFCOUNT h g missing', int(3504));
  });
  t.test('PFCOUNT stores what it has estimated in the value', async (c) => {
    await c.expect('PFADD h a b', int(1));
    await c.expectMatch('GETRANGE h 8 15', /^\$8\r\n.{7}\x80\r\n$/s);
    await c.expect('PFCOUNT h', int(2));
    await c.expect('GETRANGE h 8 15', bulk(`\x02${'\0'.repeat(7)}`));
    await c.expect(['SETRANGE', 'h', '8', bytes(`\x2a${'\0'.repeat(7)}`)], int(await length(c)));
    await c.expect('PFCOUNT h', int(42));
  });
});

async function length(c: { ask(command: string): Promise<unknown> }): Promise<number> {
  return Number(await c.ask('STRLEN h'));
}

describeCommands('PFMERGE', (t) => {
  t.test('PFMERGE counts what any of them counts, the target included', async (c) => {
    await c.expect('PFADD a 1 2 3', int(1));
    await c.expect('PFADD b 3 4', int(1));
    await c.expect('PFADD t 9', int(1));
    await c.expect('PFMERGE t a b missing', ok);
    await c.expect('PFCOUNT t', int(5));
    await c.expect('PFMERGE new', ok);
    await c.expect('PFCOUNT new', int(0));
    await c.expect('STRLEN new', int(18));
  });
  t.test('PFMERGE makes the target dense when one of the sources is', async (c) => {
    await c.expect('PFADD a 1 2 3', int(1));
    await c.expect('PFDEBUG TODENSE a', int(1));
    await c.expect('PFMERGE t a', ok);
    await c.expect('PFDEBUG ENCODING t', simple('dense'));
    await c.expect('PFCOUNT t', int(3));
  });
});

describeCommands('PFDEBUG', (t) => {
  t.test('PFDEBUG DECODE shows the runs of a sparse one', async (c) => {
    await c.expect('PFADD h a b c', int(1));
    await c.expect('PFDEBUG DECODE h', bulk('Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603'));
    await c.expect('PFDEBUG ENCODING h', simple('sparse'));
    await c.expect('PFDEBUG TODENSE h', int(1));
    await c.expect('PFDEBUG TODENSE h', int(0));
    await c.expectError('PFDEBUG DECODE h', 'ERR HLL encoding is not sparse');
    await c.expect('STRLEN h', int(12304));
  });
  t.test('PFDEBUG GETREG answers all registers, and makes it dense', async (c) => {
    await c.expect('PFADD h a', int(1));
    const registers = (await c.ask('PFDEBUG GETREG h')) as number[];
    if (registers.length !== 16384 || registers.filter((value) => value > 0).length !== 1) {
      throw new Error(`${registers.length} registers`);
    }
    await c.expect('PFDEBUG ENCODING h', simple('dense'));
  });
  t.test('PFDEBUG refuses a missing key and another word, the key first', async (c) => {
    await c.expectError('PFDEBUG GETREG missing', 'ERR The specified key does not exist');
    await c.expectError('PFDEBUG nothing missing', 'ERR The specified key does not exist');
    await c.expect('PFADD h a', int(1));
    await c.expectError('PFDEBUG nothing h', "ERR Unknown PFDEBUG subcommand 'nothing'");
  });
});

describeCommands('HyperLogLog commands on other values', (t) => {
  t.test('are refused by type, by header and by registers', async (c) => {
    await c.expect('RPUSH l 1', int(1));
    await c.expect('PFADD h a', int(1));
    for (const command of [
      'PFADD l x',
      'PFCOUNT l',
      'PFCOUNT h l',
      'PFMERGE l h',
      'PFMERGE h l',
      'PFDEBUG ENCODING l',
    ]) {
      await c.expectError(command, WRONGTYPE);
    }
    for (const value of [
      'abc',
      'HYLL',
      SHORT,
      bytes(`HYLX\x01${'\0'.repeat(11)}\x7f\xff`),
      bytes(`HYLL\x02${'\0'.repeat(20)}`),
    ]) {
      await c.expect(['SET', 's', value], ok);
      for (const command of [
        'PFADD s x',
        'PFCOUNT s',
        'PFCOUNT h s',
        'PFMERGE s h',
        'PFMERGE h s',
        'PFDEBUG ENCODING s',
      ]) {
        await c.expectError(command, NOT_HLL);
      }
    }
    await c.expect(['SET', 'broken', BROKEN], ok);
    await c.expect(['SETRANGE', 'broken', '15', bytes('\x80')], int(17));
    for (const command of [
      'PFCOUNT broken',
      'PFCOUNT h broken',
      'PFMERGE h broken',
      'PFADD broken x',
      'PFDEBUG TODENSE broken',
    ]) {
      await c.expectError(command, CORRUPT);
    }
  });
  t.test('PFSELFTEST answers OK', async (c) => {
    await c.expect('PFSELFTEST', ok);
  });
});
