import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Argv } from '../../src/resp/argv.js';
import { BATCH, ParseState, RequestParser } from '../../src/resp/parser.js';

/** Feeds `input` in pieces cut at `cuts`, as a connection would, and collects the commands and the error. */
function parsePieces(input: Buffer, cuts: readonly number[], state = new ParseState()) {
  const argv = new Argv();
  const parser = new RequestParser(argv);
  const commands: string[][] = [];
  let kept = Buffer.alloc(0);
  const ends = [...cuts, input.length];
  let from = 0;
  for (const end of ends) {
    const chunk = Buffer.concat([kept, input.subarray(from, end)]);
    from = end;
    let at = 0;
    do {
      parser.parse(chunk, at, chunk.length, state);
      for (let k = 0; k < parser.count; k++) {
        argv.base = parser.commandBase[k]!;
        argv.count = parser.commandArgc[k]!;
        commands.push(Array.from({ length: argv.count }, (_, i) => argv.text(i)));
      }
      at = parser.position;
      if (parser.protocolError !== null) return { commands, error: parser.protocolError.text, rest: chunk.length - at };
    } while (parser.count > 0);
    kept = chunk.subarray(at);
  }
  return { commands, error: null, rest: kept.length };
}

const encode = (...args: readonly string[]) =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg, 'latin1')}\r\n${arg}\r\n`).join('')}`;

const wire = (text: string) => Buffer.from(text, 'latin1');

describe('the request parser', () => {
  test('cuts a pipeline into commands at every possible split point', () => {
    const input = wire(
      `${encode('SET', 'k', 'a\r\nb')}PING hello\r\n${encode('GET', '')}*0\r\n*-1\r\n${encode('DEL', 'k')}\r\n`,
    );
    const whole = [
      ['SET', 'k', 'a\r\nb'],
      ['PING', 'hello'],
      ['GET', ''],
      ['DEL', 'k'],
    ];
    for (let cut = 0; cut <= input.length; cut++) {
      expect(parsePieces(input, [cut]), `cut at ${cut}`).toEqual({ commands: whole, error: null, rest: 0 });
    }
    expect(parsePieces(input, [...input.keys()])).toEqual({ commands: whole, error: null, rest: 0 });
  });

  test('parses any commands in any pieces to the same arguments', () => {
    const argument = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(argument, { minLength: 1, maxLength: 6 }), { maxLength: 150 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (commands, positions) => {
          const input = wire(commands.map((args) => encode(...args)).join(''));
          const cuts = positions.map((p) => p % (input.length + 1)).sort((a, b) => a - b);
          expect(parsePieces(input, cuts)).toEqual({ commands, error: null, rest: 0 });
        },
      ),
    );
  });

  test('parses a command of very many arguments in small pieces, each argument once', () => {
    const args = Array.from({ length: 5000 }, (_, i) => `argument ${i}`);
    const input = wire(encode(...args) + encode('PING'));
    const cuts = Array.from({ length: Math.floor(input.length / 1000) }, (_, i) => (i + 1) * 1000);
    expect(parsePieces(input, cuts)).toEqual({ commands: [args, ['PING']], error: null, rest: 0 });
  });

  test('says how many bytes a large value needs before it is worth looking again', () => {
    const state = new ParseState();
    const parser = new RequestParser(new Argv());
    const input = wire('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\nabc');
    parser.parse(input, 0, input.length, state);
    expect(parser.count).toBe(0);
    expect(state.needed).toBe(input.length - 3 + 1_000_000 + 2);
  });

  test.each([
    ['*3\r\n$3\r\nSET\r\nx\r\n', "ERR Protocol error: expected '$', got 'x'"],
    ['*3\r\n$3\r\nSET\r\n\r\n', "ERR Protocol error: expected '$', got ' '"],
    ['*2\r\n$3\r\nGET\r\n$-1\r\n', 'ERR Protocol error: invalid bulk length'],
    [`${'*2\r\n$20000\r\n'.padEnd(20012, 'v')}\r\n:5\r\n`, "ERR Protocol error: expected '$', got ':'"],
  ])('tells of a wrong argument as soon as the bytes that show it are there: case %#', (bad, error) => {
    const input = wire(bad);
    for (let cut = 0; cut < input.length; cut += cut < 40 || cut > input.length - 40 ? 1 : 997) {
      const state = new ParseState();
      expect(parsePieces(input.subarray(0, input.length - 1), [cut], state).error, `cut at ${cut}`).toBe(null);
      expect(parsePieces(input, [cut]).error, `cut at ${cut}`).toBe(error);
    }
  });

  test('waits for the end of a line behind a NUL in vain, as the reference does', () => {
    for (const text of ['PI\0NG\r\n', '*1\0\r\n', '*1\r\n$\x004\r\nPING\r\n', '*1\r\n\0\r\n']) {
      expect(parsePieces(wire(text), [])).toMatchObject({ commands: [], error: null });
    }
    expect(parsePieces(wire(`\0\r\n${'x'.repeat(70_000)}`), []).error).toBe(
      'ERR Protocol error: too big inline request',
    );
  });

  test('refuses a command that is longer than any buffer', () => {
    const state = new ParseState();
    state.maxBulkLength = 2 ** 40;
    const { error } = parsePieces(wire(`*2\r\n$3\r\nSET\r\n$${2 ** 31}\r\n`), [], state);
    expect(error).toBe('ERR Protocol error: invalid bulk length');
  });

  test('goes on with a long command that moved in its buffer, behind others and in front of others', () => {
    const args = Array.from({ length: 3000 }, (_, i) => 'a'.repeat(i % 50));
    const before = encode('PING').repeat(BATCH + 1);
    const input = wire(before + encode(...args) + encode('PING'));
    const commands = [...Array.from({ length: BATCH + 1 }, () => ['PING']), args, ['PING']];
    for (let step = 7000; step < 7020; step++) {
      const cuts = Array.from({ length: Math.floor(input.length / step) }, (_, i) => (i + 1) * step);
      expect(parsePieces(input, cuts)).toEqual({ commands, error: null, rest: 0 });
    }
  });

  test('parses at most a batch of commands at once and goes on where it ended', () => {
    const input = wire(encode('PING').repeat(BATCH + 3));
    const parser = new RequestParser(new Argv());
    parser.parse(input, 0, input.length, new ParseState());
    expect(parser.count).toBe(BATCH);
    expect(parser.position).toBe(encode('PING').length * BATCH);
  });

  test.each([
    ['*2147483648\r\n', 'ERR Protocol error: invalid multibulk length'],
    ['*x\r\n', 'ERR Protocol error: invalid multibulk length'],
    ['*01\r\n', 'ERR Protocol error: invalid multibulk length'],
    ['*1\r\n$x\r\n', 'ERR Protocol error: invalid bulk length'],
    ['*1\r\n$-1\r\n', 'ERR Protocol error: invalid bulk length'],
    ['*1\r\n$536870913\r\n', 'ERR Protocol error: invalid bulk length'],
    ['*1\r\n$99999999999\r\n', 'ERR Protocol error: invalid bulk length'],
    ['*1\r\nfoo\r\n', "ERR Protocol error: expected '$', got 'f'"],
    ["SET 'a\r\n", 'ERR Protocol error: unbalanced quotes in request'],
    ['SET "a"b\r\n', 'ERR Protocol error: unbalanced quotes in request'],
    [`*${'1'.repeat(70000)}`, 'ERR Protocol error: too big mbulk count string'],
    [`*1\r\n$${'1'.repeat(70000)}`, 'ERR Protocol error: too big bulk count string'],
    ['a'.repeat(70000), 'ERR Protocol error: too big inline request'],
  ])('refuses %j after the commands before it', (bad, error) => {
    const result = parsePieces(wire(encode('PING') + bad), []);
    expect(result.commands).toEqual([['PING']]);
    expect(result.error).toBe(error);
  });

  test('limits what a client may send before it has authenticated', () => {
    const state = new ParseState();
    state.authenticated = false;
    expect(parsePieces(wire('*11\r\n'), [], state).error).toBe('ERR Protocol error: unauthenticated multibulk length');
    expect(parsePieces(wire('*1\r\n$16385\r\n'), [], state).error).toBe(
      'ERR Protocol error: unauthenticated bulk length',
    );
    expect(parsePieces(wire(encode('AUTH', 'x'.repeat(16384))), [], state).commands).toHaveLength(1);
  });
});
