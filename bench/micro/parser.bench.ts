/** The request parser: pipelines of ordinary commands, a command of many arguments, and input that is cut in two. */
import { Argv } from '../../src/resp/argv.js';
import { ParseState, RequestParser } from '../../src/resp/parser.js';
import { measure, type Row } from '../support/micro.js';

/** Bytes of a chunk: what one read brings. */
const CHUNK_BYTES = 64 * 1024;

const encode = (...args: readonly string[]): string =>
  `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

export function run(size: number): Row[] {
  const key = (i: number): string => `key:${String((i * 7919) % 1_000_000).padStart(12, '0')}`;
  return [
    pipelined('PING', size, () => encode('PING')),
    pipelined('GET, 16-byte key', size, (i) => encode('GET', key(i))),
    pipelined('SET, 16-byte key, 32-byte value', size, (i) => encode('SET', key(i), 'v'.repeat(32))),
    pipelined('SET with EX', size, (i) => encode('SET', key(i), 'v'.repeat(32), 'EX', '100')),
    pipelined('MGET of 10 keys', size, (i) => encode('MGET', ...Array.from({ length: 10 }, (_, k) => key(i * 10 + k)))),
    pipelined('inline PING', size, () => 'PING\r\n'),
    manyArguments(size),
    cut(size),
  ];
}

/** Commands of one kind, a chunk of them after the other; an operation is a command. */
function pipelined(name: string, size: number, make: (i: number) => string): Row {
  const bytes = chunkOf(make);
  const { parser, argv, state } = parts();
  return measure(`parse ${name}`, size, (operations) => {
    let sum = 0;
    for (let done = 0; done < operations; ) {
      let at = 0;
      do {
        parser.parse(bytes, at, bytes.length, state);
        at = parser.position;
        done += parser.count;
        for (let k = 0; k < parser.count; k++) sum = (sum + argv.offsets[parser.commandBase[k]!]!) | 0;
      } while (at < bytes.length && done < operations);
    }
    return sum;
  });
}

/** Commands of 10000 arguments, which have a state of their own; an operation is an argument. */
function manyArguments(size: number): Row {
  const args = Array.from({ length: 10_000 }, (_, i) => `argument ${i}`);
  const bytes = Buffer.from(encode(...args), 'latin1');
  const { parser, argv, state } = parts();
  return measure('parse an argument of a command of 10000', size, (operations) => {
    let sum = 0;
    for (let done = 0; done < operations; done += args.length) {
      parser.parse(bytes, 0, bytes.length, state);
      sum = (sum + argv.lengths[args.length - 1]!) | 0;
    }
    return sum;
  });
}

/** A SET that comes in two pieces: parsed twice. */
function cut(size: number): Row {
  const bytes = Buffer.from(encode('SET', 'key:000000000001', 'v'.repeat(32)), 'latin1');
  const { parser, state } = parts();
  return measure('parse SET cut in its value', size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) {
      parser.parse(bytes, 0, bytes.length - 20, state);
      sum += state.needed;
      parser.parse(bytes, 0, bytes.length, state);
      sum += parser.count;
    }
    return sum;
  });
}

function parts(): { parser: RequestParser; argv: Argv; state: ParseState } {
  const argv = new Argv();
  return { parser: new RequestParser(argv), argv, state: new ParseState() };
}

function chunkOf(make: (i: number) => string): Buffer {
  let text = '';
  for (let i = 0; ; i++) {
    const command = make(i);
    if (text.length + command.length > CHUNK_BYTES) return Buffer.from(text, 'latin1');
    text += command;
  }
}
