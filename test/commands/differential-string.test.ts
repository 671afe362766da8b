/**
 * Random string and bitmap commands, sent to redstart and to the reference: every reply must be the same, and so must be
 * what is left in the keyspace.
 */
import fc from 'fast-check';
import { differential } from '../support/differential.js';
import { type Arg, type Command, toArgs } from '../support/wire.js';

const KEYS = ['a', 'b', 'c', 'd'];

const key = fc.constantFrom(...KEYS);
const pick = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);

/** Integers at the edges where implementations differ. */
const edgeInteger = pick(
  '0',
  '1',
  '-1',
  '7',
  '8',
  '9',
  '10',
  '63',
  '64',
  '99',
  '100',
  '-100',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775806',
  '9223372036854775807',
  '-9223372036854775807',
  '-9223372036854775808',
);
const notInteger = pick('', 'x', '+1', '01', '-0', '1.5', ' 1', '9223372036854775808', '-9223372036854775809');
const integer: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: edgeInteger },
  { weight: 6, arbitrary: fc.integer({ min: -200, max: 200 }) },
  { weight: 1, arbitrary: notInteger },
);
const float: fc.Arbitrary<Arg> = fc.oneof(
  integer,
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => String(n / 64)),
  fc.integer({ min: -9999, max: 9999 }).map((n) => String(n / 1000)),
  pick(
    '1e3',
    '1.5e-5',
    '0.1',
    '0.2',
    '-0.3',
    '3.0e2',
    'inf',
    '-inf',
    'nan',
    '1e17',
    '1e-17',
    '0x1p3',
    '1e',
    '.5',
    '5.',
  ),
);
const blob = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 50 }),
  fc.tuple(fc.nat(255), fc.constantFrom(43, 44, 45, 200, 255, 256, 257, 1000, 5000)).map(([byte, length]) => {
    return new Uint8Array(length).fill(byte);
  }),
);
const value: fc.Arbitrary<Arg> = fc.oneof(blob, integer, float);

const expiry: fc.Arbitrary<Arg[]> = fc.oneof(
  fc.tuple(pick('EXAT', 'exat'), pick('1', '99999999999', '0', '9223372036854775', '9223372036854776', 'x')),
  fc.tuple(pick('PXAT'), pick('1', '99999999999123', '-5', '9223372036854775807')),
  fc.tuple(pick('EX', 'PX', 'ex', 'px'), pick('100000000', '0', '-1', '9223372036854775807', '1.5')),
);
const setOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: pick('NX', 'XX', 'GET', 'KEEPTTL', 'nx', 'Get').map((word) => [word]) },
  { weight: 3, arbitrary: expiry },
  { weight: 1, arbitrary: pick('PERSIST', 'EX', 'FOO', '').map((word) => [word]) },
);
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength });
const unit = fc.oneof(
  fc.constant<Arg[]>([]),
  pick('BYTE', 'BIT', 'bit').map((word) => [word]),
);
const position = fc.oneof(fc.integer({ min: -70, max: 70 }), edgeInteger);
const bitOffset: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 8, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: pick('-1', '4294967296', 'x', '#1', '40000') },
);
const fieldType = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(pick('u', 'i'), fc.integer({ min: 1, max: 63 })).map(([sign, bits]) => sign + bits),
  },
  { weight: 1, arbitrary: pick('i64', 'u64', 'u0', 'x8', 'U8', '') },
);
const fieldOffset: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(200) },
  { weight: 2, arbitrary: fc.nat(9).map((n) => `#${n}`) },
  { weight: 1, arbitrary: pick('-1', '#-1', '4294967296', '#9223372036854775807', 'x', '#') },
);
const fieldOperation: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant<Arg>('GET'), fieldType, fieldOffset) },
  { weight: 4, arbitrary: fc.tuple(pick('SET', 'set'), fieldType, fieldOffset, integer) },
  { weight: 6, arbitrary: fc.tuple(fc.constant<Arg>('INCRBY'), fieldType, fieldOffset, integer) },
  { weight: 3, arbitrary: fc.tuple(fc.constant<Arg>('OVERFLOW'), pick('WRAP', 'SAT', 'FAIL', 'sat')) },
);

/** A command from its name and arguments; an argument that is a list stands for several. */
function command(name: string, ...args: fc.Arbitrary<Arg | Arg[] | Arg[][]>[]): fc.Arbitrary<Arg[]> {
  return fc.tuple(...args).map((parts) => [name, ...(parts.flat(2) as Arg[])]);
}

/** BITCOUNT and BITPOS get valid arguments only: 7.4 checks them before the missing key and the reference after it. */
const anyCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('APPEND', key, value),
  command('DECR', key),
  command('DECRBY', key, integer),
  command('GET', key),
  command('GETDEL', key),
  command('GETEX', key, few(fc.oneof(expiry, fc.constant<Arg[]>(['PERSIST'])), 1)),
  command('GETRANGE', key, integer, integer),
  command('GETSET', key, value),
  command('INCR', key),
  command('INCRBY', key, integer),
  command('INCRBYFLOAT', key, float),
  command('LCS', key, key),
  command('LCS', key, key, fc.constant<Arg>('LEN')),
  command('LCS', key, key, fc.constant<Arg>('IDX'), few(pick('WITHMATCHLEN'), 1)),
  command('LCS', key, key, fc.constant<Arg[]>(['IDX', 'MINMATCHLEN']), integer),
  command('MGET', key, few(key)),
  command('MSET', key, value, few(fc.tuple(key, value))),
  command('MSETNX', key, value, few(fc.tuple(key, value))),
  command('PSETEX', key, pick('100000000', '0', 'x'), value),
  command('SETEX', key, pick('100000', '-1', '9223372036854775807'), value),
  command('SET', key, value),
  command('SET', key, value, few(setOption)),
  command('SETNX', key, value),
  command('SETRANGE', key, fc.oneof(fc.nat(300).map(String), integer), blob),
  command('STRLEN', key),
  command('SUBSTR', key, integer, integer),
  command('BITCOUNT', key),
  command('BITCOUNT', key, position, position, unit),
  command('BITPOS', key, pick('0', '1')),
  command('BITPOS', key, pick('0', '1'), position),
  command('BITPOS', key, pick('0', '1'), position, position, unit),
  command('BITOP', pick('AND', 'OR', 'XOR', 'not', 'NOT', 'FOO'), key, key, few(key)),
  command('BITFIELD', key, few(fieldOperation, 4)),
  command('BITFIELD_RO', key, few(fieldOperation, 2)),
  command('GETBIT', key, bitOffset),
  command('SETBIT', key, bitOffset, pick('0', '1', '1', '2')),
  command('DEL', key),
  command('PERSIST', key),
);

/** What is left: value, encoding, and time to live of each key. */
const INSPECTION: Arg[][] = [
  ...KEYS.flatMap((name) => [
    ['GET', name],
    ['OBJECT', 'ENCODING', name],
    ['PEXPIRETIME', name],
  ]),
  ['DBSIZE'],
];

/** Times that were given relative to now differ by milliseconds between the servers: they count as "soon". */
function normalise(wire: string, command: Command): string {
  if (toArgs(command)[0] !== 'PEXPIRETIME') return wire;
  const time = Number(wire.slice(1));
  // Beyond 2^53 the reference counts milliseconds that no clock will ever show.
  if (time > 2 ** 53) return 'never';
  return time > 0 && time < Date.now() + 200_000_000_000 && time !== 99999999999123 ? 'soon' : wire;
}

differential('string and bitmap commands', anyCommand, { normalise, runs: 150, atEnd: INSPECTION });

/** One key that begins with some bytes, and a row of BITFIELDs on it. */
const manyFields = fc.array(fieldOperation, { minLength: 1, maxLength: 12 });
differential(
  'BITFIELD',
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((start): Arg[] => ['SET', 'a', start]) },
    { weight: 4, arbitrary: manyFields.map((parts): Arg[] => ['BITFIELD', 'a', ...parts.flat()]) },
  ),
  { runs: 100, maxLength: 8, protocols: [3], atEnd: INSPECTION.slice(0, 2) },
);
