/**
 * Random commands of the string, bitmap and generic groups, odd values and wrong arguments among them: what the tests
 * that compare the servers are made of.
 */
import fc from 'fast-check';
import { type Arg, bytes, type Command, toArgs } from './wire.js';

/** Few enough that commands meet each other's keys. One is empty, one is binary, one is long. */
export const KEYS: readonly Arg[] = ['a', 'b', 'c', 'd', '', bytes('\0\xff\r\n'), 'long'.repeat(100)];
export const key: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...KEYS.slice(0, 4)) },
  { weight: 1, arbitrary: fc.constantFrom(...KEYS.slice(4)) },
);

/** One of these words. */
export const pick = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
/** Up to `maxLength` of them, none included. */
export const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength });

/** A command from its name and arguments; an argument that is a list stands for several. */
export function command(name: string, ...args: (string | fc.Arbitrary<Arg | Arg[] | Arg[][]>)[]): fc.Arbitrary<Arg[]> {
  const parts = args.map((arg) => (typeof arg === 'string' ? fc.constant<Arg>(arg) : arg));
  return fc.tuple(...parts).map((values) => [name, ...(values.flat(2) as Arg[])]);
}

/** A word as it is, in another case, or with something behind it. */
function word(...words: string[]): fc.Arbitrary<Arg> {
  return fc.oneof(
    { weight: 12, arbitrary: pick(...words) },
    { weight: 3, arbitrary: pick(...words).map((text) => text.toLowerCase()) },
    { weight: 1, arbitrary: pick(...words).map((text) => `${text}\0`) },
    { weight: 1, arbitrary: pick(...words).map((text) => `${text}x`) },
  );
}

/** Integers at the edges where implementations differ. */
const edgeInteger = pick(
  ...[
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
    '9999',
    '10000',
    '2147483647',
    '2147483648',
  ],
  ...['4294967295', '4294967296', '-2147483649', '9007199254740991', '9007199254740992', '9007199254740993'],
  ...['-9007199254740993', '999999999999999999', '9223372036854775806', '9223372036854775807', '-9223372036854775807'],
  '-9223372036854775808',
);
const notInteger = pick(
  ...['', 'x', '+1', '01', '-0', '1.5', ' 1', '1 ', '1\0', '0x10', '1e3', '-', '--1', '9223372036854775808'],
  ...['-9223372036854775809', '99999999999999999999', '00'],
);
export const integer: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: edgeInteger },
  { weight: 6, arbitrary: fc.integer({ min: -200, max: 200 }) },
  { weight: 1, arbitrary: notInteger },
);
export const float: fc.Arbitrary<Arg> = fc.oneof(
  integer,
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => String(n / 64)),
  fc.integer({ min: -9999, max: 9999 }).map((n) => String(n / 1000)),
  fc.double({ noNaN: true }).map(String),
  pick(
    ...[
      '1e3',
      '1.5e-5',
      '0.1',
      '0.2',
      '-0.3',
      '3.0e2',
      '1e17',
      '1e-17',
      '.5',
      '5.',
      '-.5',
      '+.5',
      '1e+2',
      '-0',
      '-0.0',
    ],
    ...[
      'inf',
      '-inf',
      '+INF',
      'infinity',
      'nan',
      '-nan',
      'nan(1)',
      '1e4932',
      '-1e4932',
      '1e5000',
      '1e-4950',
      '1e-5000',
    ],
    ...[
      '0x1p3',
      '0X1P-3',
      '0x.8',
      '0x1.8p1',
      '0x',
      '0xg',
      '1e',
      '1e+',
      '.',
      'e5',
      '1_0',
      '1,5',
      ' 1',
      '1 ',
      '1\0',
      '\t1',
    ],
    ...['0.00000000000000001', '0.000000000000000001', '1.23456789012345678901234567890', `1${'0'.repeat(40)}`],
  ),
);
const blob: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 50 }),
  fc
    .tuple(fc.nat(255), fc.constantFrom(1, 20, 43, 44, 45, 200, 255, 256, 257, 1000, 5000, 70_000))
    .map(([byte, length]) => new Uint8Array(length).fill(byte)),
);
export const value: fc.Arbitrary<Arg> = fc.oneof(blob, integer, float);

// --- Times ----------------------------------------------------------------------------------------------------------

const badTime = pick(
  ...[
    '0',
    '-1',
    '',
    'x',
    '1.5',
    '+1',
    ' 1',
    '01',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
  ],
  ...['9223372036854775', '9223372036854776', '-9223372036854775', '-9223372036854776'],
);
/** Beyond 2^53 milliseconds a time is the next double: that one is another. */
const badMilliseconds = badTime.filter((text) => text !== '9223372036854775');
/**
 * Times from now on: far apart from those that have passed, and in no order to one another that a millisecond changes.
 */
const seconds = fc.oneof({ weight: 5, arbitrary: pick('100000000', '200000000') }, { weight: 2, arbitrary: badTime });
const milliseconds = fc.oneof(
  { weight: 5, arbitrary: pick('100000000000', '200000000000') },
  { weight: 2, arbitrary: badMilliseconds },
);
const unixSeconds = fc.oneof(
  { weight: 5, arbitrary: pick('1', '88888888888', '99999999999') },
  { weight: 2, arbitrary: badTime },
);
export const unixMilliseconds = fc.oneof(
  { weight: 5, arbitrary: pick('1', '88888888888123', '88888888888124', '99999999999123') },
  { weight: 2, arbitrary: badMilliseconds },
);
const expiry: fc.Arbitrary<Arg[]> = fc.oneof(
  fc.tuple(word('EX'), seconds),
  fc.tuple(word('PX'), milliseconds),
  fc.tuple(word('EXAT'), unixSeconds),
  fc.tuple(word('PXAT'), unixMilliseconds),
);

// --- Strings --------------------------------------------------------------------------------------------------------

const setOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 5, arbitrary: word('NX', 'XX', 'GET', 'KEEPTTL').map((option) => [option]) },
  { weight: 3, arbitrary: expiry },
  { weight: 1, arbitrary: pick('PERSIST', 'EX', 'FOO', '').map((option) => [option]) },
);
const getexOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: expiry },
  { weight: 3, arbitrary: fc.tuple(word('PERSIST')) },
  { weight: 1, arbitrary: pick('KEEPTTL', 'NX', 'GET', 'PX', '').map((option) => [option]) },
);
const lcsOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(word('IDX')) },
  { weight: 2, arbitrary: word('LEN', 'WITHMATCHLEN').map((option) => [option]) },
  { weight: 2, arbitrary: fc.tuple(word('MINMATCHLEN'), integer) },
  { weight: 1, arbitrary: pick('MINMATCHLEN', 'FOO', '').map((option) => [option]) },
);
const offset = fc.oneof(fc.nat(300).map(String), pick('536870912', '4294967296', '-1', 'x', '9223372036854775807'));

export const stringCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('APPEND', key, value),
  command('DECR', key),
  command('DECRBY', key, integer),
  command('GET', key),
  command('GETDEL', key),
  command('GETEX', key, few(getexOption, 2)),
  command('GETRANGE', key, integer, integer),
  command('GETSET', key, value),
  command('INCR', key),
  command('INCRBY', key, integer),
  command('INCRBYFLOAT', key, float),
  command('LCS', key, key, few(lcsOption)),
  command('MGET', key, few(key)),
  command('MSET', key, value, few(fc.tuple(key, value))),
  command('MSET', key, value, key),
  command('MSETNX', key, value, few(fc.tuple(key, value))),
  command('PSETEX', key, milliseconds, value),
  command('SETEX', key, seconds, value),
  { weight: 3, arbitrary: command('SET', key, value) },
  { weight: 3, arbitrary: command('SET', key, value, few(setOption, 4)) },
  // Keys that are there, and expired when they are met.
  { weight: 2, arbitrary: command('SET', key, value, 'PXAT', '1') },
  command('SETNX', key, value),
  command('SETRANGE', key, offset, blob),
  command('SETRANGE', key, offset, ''),
  command('STRLEN', key),
  command('SUBSTR', key, integer, integer),
);

// --- Bitmaps --------------------------------------------------------------------------------------------------------

const position = fc.oneof(fc.integer({ min: -70, max: 70 }), edgeInteger);
const bitOffset: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 8, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: pick('-1', '4294967296', 'x', '#1', '40000', '', '9223372036854775807') },
);
const fieldType = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(pick('u', 'i'), fc.integer({ min: 1, max: 63 })).map(([sign, bits]) => sign + bits),
  },
  { weight: 1, arbitrary: pick('i64', 'u64', 'u0', 'i65', 'x8', 'U8', '', 'u', 'u08', 'u8\0', 'u-8') },
);
const fieldOffset: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(200) },
  { weight: 2, arbitrary: fc.nat(9).map((n) => `#${n}`) },
  { weight: 1, arbitrary: pick('-1', '#-1', '4294967296', '#9223372036854775807', 'x', '#', '', '0\0') },
);
const getOperation: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(word('GET'), fieldType, fieldOffset) },
  { weight: 1, arbitrary: fc.tuple(word('GET'), fieldType, pick('4294967295', '4294967232', '#536870911')) },
);
export const fieldOperation: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: getOperation },
  { weight: 4, arbitrary: fc.tuple(word('SET'), fieldType, fieldOffset, integer) },
  { weight: 6, arbitrary: fc.tuple(word('INCRBY'), fieldType, fieldOffset, integer) },
  { weight: 3, arbitrary: fc.tuple(word('OVERFLOW'), word('WRAP', 'SAT', 'FAIL')) },
);

/** BITCOUNT and BITPOS get valid arguments only: 7.4 checks them before the missing key and the reference after it. */
export const bitmapCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('BITCOUNT', key),
  command('BITCOUNT', key, position, position),
  command('BITCOUNT', key, position, position, pick('BYTE', 'BIT', 'bit')),
  command('BITPOS', key, pick('0', '1')),
  command('BITPOS', key, pick('0', '1'), position),
  command('BITPOS', key, pick('0', '1'), position, position),
  command('BITPOS', key, pick('0', '1'), position, position, pick('BYTE', 'BIT', 'byte')),
  command('BITOP', word('AND', 'OR', 'XOR', 'NOT'), key, key),
  command('BITOP', word('AND', 'OR', 'XOR', 'NOT'), key, key, few(key)),
  command('BITFIELD', key, few(fieldOperation, 4)),
  command('BITFIELD_RO', key, few(fc.oneof({ weight: 5, arbitrary: getOperation }, fieldOperation), 2)),
  command('GETBIT', key, fc.oneof(bitOffset, fc.constant<Arg>('4294967295'))),
  command('SETBIT', key, bitOffset, pick('0', '1', '0', '1', '2', '-1', '01', '')),
);

// --- Keys -----------------------------------------------------------------------------------------------------------

const database = pick('0', '1', '1', '16', '-1', 'x', '', '2147483648', '9223372036854775808');
const copyOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(word('DB'), database) },
  { weight: 4, arbitrary: fc.tuple(word('REPLACE')) },
  { weight: 1, arbitrary: pick('FOO', 'DB', '').map((option) => [option]) },
);
export const pattern = pick(
  ...[
    '*',
    '?',
    'a',
    '[ab]',
    '[^ab]',
    '**',
    '',
    'x*',
    '\\a',
    '[a-c]',
    '[c-a]',
    '[',
    '[^',
    '[a-',
    '\\',
    'a\\',
    '*a*',
    '??*',
  ],
  ...['[]', '[^]', '[\\a]', '*\\', '[!a]', 'A', 'long*long'],
);
const scanOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(word('MATCH'), pattern) },
  { weight: 2, arbitrary: fc.tuple(word('TYPE'), word('string', 'list', 'foo', '')) },
  { weight: 1, arbitrary: pick('COUNT', 'FOO', '').map((option) => [option]) },
  { weight: 1, arbitrary: fc.tuple(word('COUNT'), pick('0', '-1', 'x', '')) },
);
const cursor = pick('0', '0', '0', 'x', '-1x', ' 0', '', '+0', '18446744073709551616', '0 ');

/** Those that answer the same on every server: not RANDOMKEY, and SCAN always to its end. */
export const keyCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('DEL', key, few(key)),
  command('UNLINK', key, few(key)),
  command('EXISTS', key, few(key)),
  command('TOUCH', key, few(key)),
  command('TYPE', key),
  command('RENAME', key, key),
  command('RENAMENX', key, key),
  { weight: 2, arbitrary: command('COPY', key, key, few(copyOption)) },
  { weight: 2, arbitrary: command('MOVE', key, database) },
  command('KEYS', pattern),
  command('SCAN', cursor, few(scanOption, 2), fc.constant<Arg[]>(['COUNT', '1000'])),
  // Not word(): whether the reference finds a subcommand with a NUL byte behind it depends on its hash seed.
  command('OBJECT', pick('ENCODING', 'encoding', 'REFCOUNT', 'FOO'), key),
  command('WAIT', pick('0', '-3', 'x'), pick('0', '100', '-1', 'x', '9223372036854775807')),
  command('SELECT', pick('0', '1', '0', '1', '16', 'x')),
  command('DBSIZE'),
);

const condition = word('NX', 'XX', 'GT', 'LT');
/** Times that count from now are in no order to each other on two servers: GT and LT are for the others. */
const existence = few(fc.oneof({ weight: 6, arbitrary: word('NX', 'XX') }, pick('FOO', '')), 2);
export const expiryCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('EXPIRE', key, seconds, existence),
  command('PEXPIRE', key, milliseconds, existence),
  command('EXPIREAT', key, unixSeconds, few(condition)),
  command('PEXPIREAT', key, unixMilliseconds, few(condition)),
  command('PERSIST', key),
  command('TTL', key),
  command('PTTL', key),
  command('EXPIRETIME', key),
  command('PEXPIRETIME', key),
);

// --- What may differ ------------------------------------------------------------------------------------------------

/** All that is left of the keys, in both databases; database 0 is selected for the next sequence. */
export const INSPECTION: readonly Arg[][] = [
  ...['1', '0'].flatMap((database): Arg[][] => [
    ['SELECT', database],
    ...KEYS.flatMap((name) => [
      ['GET', name],
      ['OBJECT', 'ENCODING', name],
      ['PEXPIRETIME', name],
    ]),
    // Keys past their time are gone behind a SCAN, whether or not the server has met them before.
    ['SCAN', '0', 'COUNT', '1000'],
    ['DBSIZE'],
    ['DEBUG', 'DIGEST-VALUE', ...KEYS],
  ]),
  ['DEBUG', 'DIGEST'],
];

/** Takes out of a reply what is each server's own: the order of keys, and the milliseconds between the two. */
export function normalise(wire: string, sent: Command): string {
  const name = String(toArgs(sent)[0]);
  if (name === 'KEYS' || name === 'SCAN') {
    const lines = wire.split(/(?=\$\d+\r\n)/);
    return lines.sort().join('');
  }
  if (!/TTL$|EXPIRETIME$/.test(name)) return wire;
  const timeMs = Number(wire.slice(1)) * (name.startsWith('P') ? 1 : 1000);
  if (!(timeMs > 0)) return wire;
  // Beyond 2^53 the reference counts milliseconds that no clock will ever show.
  if (timeMs > 2 ** 53) return 'never';
  const isPointInTime = name.endsWith('EXPIRETIME');
  // Later than any time that was given relative to now: it was given as it is.
  if (isPointInTime && timeMs > 8e13) return wire;
  return `in about ${Math.round((isPointInTime ? timeMs - Date.now() : timeMs) / 1e10)}`;
}
