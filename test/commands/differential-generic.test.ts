/**
 * Random string, expiry and key commands over two databases, sent to redstart and to the reference: every reply must be
 * the same, and so must be what is left in the keyspace.
 */
import fc from 'fast-check';
import { differential } from '../support/differential.js';
import { type Arg, type Command, toArgs } from '../support/wire.js';

const KEYS = ['a', 'b', 'c', 'd'];
const key = fc.constantFrom<Arg>(...KEYS);
const pick = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength });

/** A command from its name and arguments; an argument that is a list stands for several. */
function command(name: string, ...args: fc.Arbitrary<Arg | Arg[] | Arg[][]>[]): fc.Arbitrary<Arg[]> {
  return fc.tuple(...args).map((parts) => [name, ...(parts.flat(2) as Arg[])]);
}

const value: fc.Arbitrary<Arg> = fc.oneof(
  pick('0', '12', '-7', '9999', '10000', '9223372036854775807', 'text', ''),
  fc.uint8Array({ maxLength: 60 }),
  fc.constantFrom(44, 45, 300, 5000, 70_000).map((length) => new Uint8Array(length).fill(0x78)),
);
const badTime = pick('', 'x', '1.5', '+1', '9223372036854775808', '9223372036854775807', '-9223372036854775808');
/** Times from now on: far apart from those that have passed, and in no order to one another that a millisecond changes. */
const relativeTime = fc.oneof(
  { weight: 4, arbitrary: pick('100000000', '200000000') },
  { weight: 3, arbitrary: pick('0', '-1', '-100000') },
  { weight: 1, arbitrary: badTime },
);
const seconds = pick('1', '0', '-5', '88888888888', '99999999999', '9223372036854775', '9223372036854776');
const milliseconds = pick('1', '-1', '88888888888123', '88888888888124', '99999999999123', '9223372036854775807');
const absoluteTime = (times: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 8, arbitrary: times }, { weight: 1, arbitrary: badTime });
const existence = few(pick('NX', 'XX', 'nx', 'FOO'), 2);
const conditions = few(pick('NX', 'XX', 'GT', 'LT', 'gt', 'lt', 'Xx'), 2);

const database = pick('0', '1', '1', '16', '-1', 'x', '2147483648');
const copyOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(pick('DB', 'db'), database) },
  { weight: 4, arbitrary: pick('REPLACE', 'replace').map((word) => [word]) },
  { weight: 1, arbitrary: pick('FOO', 'DB', '').map((word) => [word]) },
);
const pattern = pick('*', '?', 'a', '[ab]', '[^ab]', '**', '', 'x*', '\\a');
const scanOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant<Arg>('MATCH'), pattern) },
  { weight: 2, arbitrary: fc.tuple(fc.constant<Arg>('TYPE'), pick('string', 'String', 'list', 'foo')) },
  { weight: 1, arbitrary: pick('COUNT', 'FOO').map((word) => [word]) },
  { weight: 1, arbitrary: pick('0', '-1', 'x').map((count) => ['COUNT', count]) },
);

const keyCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('DEL', key, few(key)),
  command('UNLINK', key, few(key)),
  command('EXISTS', key, few(key)),
  command('TOUCH', key, few(key)),
  command('TYPE', key),
  command('RENAME', key, key),
  command('RENAMENX', key, key),
  command('COPY', key, key, few(copyOption, 2)),
  command('MOVE', key, database),
  command('KEYS', pattern),
  command('SCAN', pick('0', '0', '0', 'x', '-1x'), few(scanOption, 2), fc.constant<Arg[]>(['COUNT', '1000'])),
  command('RANDOMKEY'),
  command('OBJECT', pick('ENCODING', 'encoding', 'FREQ', 'FOO'), key),
  command('WAIT', pick('0', '-3', 'x'), pick('0', '100', '-1', 'x')),
  command('SELECT', pick('0', '1')),
);
const expiryCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('EXPIRE', key, relativeTime, existence),
  command('PEXPIRE', key, relativeTime, existence),
  command('EXPIREAT', key, absoluteTime(seconds), conditions),
  command('PEXPIREAT', key, absoluteTime(milliseconds), conditions),
  command('PERSIST', key),
  command(`TTL`, key),
  command('PTTL', key),
  command('EXPIRETIME', key),
  command('PEXPIRETIME', key),
);
const stringCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  command('SET', key, value),
  command('SET', key, value, fc.constant<Arg[]>(['PXAT', '1'])),
  command('SET', key, value, fc.constant<Arg[]>(['EX', '100000000'])),
  command('SET', key, value, pick('KEEPTTL', 'NX', 'XX')),
  command('APPEND', key, value),
  command('INCR', key),
  command('SETRANGE', key, fc.nat(100), value),
  command('GET', key),
  command('GETDEL', key),
  command('GETEX', key, fc.oneof(fc.constant<Arg[]>([]), fc.constant<Arg[]>(['PERSIST']))),
  command('MSET', key, value, key, value),
);

const INSPECTION: Arg[][] = [
  ...KEYS.flatMap((name) => [
    ['GET', name],
    ['OBJECT', 'ENCODING', name],
    ['PEXPIRETIME', name],
  ]),
  // Keys past their time are gone behind a SCAN, whether or not the server has met them before.
  ['SCAN', '0', 'COUNT', '1000'],
  ['DBSIZE'],
];
/** Both databases; the first one is selected for the next sequence. */
const AT_END: Arg[][] = [['SELECT', '1'], ...INSPECTION, ['SELECT', '0'], ...INSPECTION];

/** Takes out what is each server's own: the order of keys, which key is picked, milliseconds between the servers. */
function normalise(wire: string, sent: Command): string {
  const name = String(toArgs(sent)[0]);
  if (name === 'KEYS' || name === 'SCAN')
    return wire
      .split(/(?=\$\d+\r\n)/)
      .sort()
      .join('');
  if (name === 'RANDOMKEY') return wire.startsWith('$1') ? 'a key' : wire;
  if (!/TTL$|EXPIRETIME$/.test(name)) return wire;
  const inMilliseconds = name.startsWith('P');
  const timeMs = Number(wire.slice(1)) * (inMilliseconds ? 1 : 1000);
  if (timeMs < 0) return wire;
  // Beyond 2^53 the reference counts milliseconds that no clock will ever show.
  if (timeMs > 2 ** 53) return 'never';
  // Later than any time that was given relative to now: it was given as it is.
  if (name.endsWith('EXPIRETIME') && timeMs > 8e13) return wire;
  return `about ${Math.round(timeMs / 1e6)}`;
}

differential(
  'generic commands',
  fc.oneof(
    { weight: 3, arbitrary: keyCommand },
    { weight: 2, arbitrary: expiryCommand },
    { weight: 3, arbitrary: stringCommand },
  ),
  { normalise, runs: 300, maxLength: 60, atEnd: AT_END },
);

/** Enough keys, and enough of them at once, for the index to grow and shrink under the commands. */
const manyKeys = fc
  .tuple(fc.nat(600), fc.integer({ min: 1, max: 150 }))
  .map(([first, count]) => Array.from({ length: count }, (_, i) => `key:${first + i}`));
const oneOfMany = fc.nat(750).map((n) => `key:${n}`);
differential(
  'many keys at once',
  fc.oneof(
    {
      weight: 4,
      arbitrary: manyKeys.map((names): Arg[] => ['MSET', ...names.flatMap((name) => [name, `of ${name}`])]),
    },
    { weight: 3, arbitrary: manyKeys.map((names): Arg[] => ['DEL', ...names]) },
    { weight: 1, arbitrary: manyKeys.map((names): Arg[] => ['UNLINK', ...names]) },
    { weight: 2, arbitrary: manyKeys.map((names): Arg[] => ['EXISTS', ...names]) },
    { weight: 1, arbitrary: manyKeys.map((names): Arg[] => ['MGET', ...names]) },
    { weight: 2, arbitrary: command('RENAME', oneOfMany, oneOfMany) },
    { weight: 2, arbitrary: command('COPY', oneOfMany, oneOfMany, fc.constant<Arg>('REPLACE')) },
    { weight: 2, arbitrary: command('PEXPIREAT', oneOfMany, fc.constant<Arg>('99999999999123')) },
    { weight: 1, arbitrary: command('KEYS', pick('*', 'key:1*', '*7', 'key:[3-5]?')) },
    { weight: 1, arbitrary: command('SCAN', pick('0'), fc.constant<Arg[]>(['COUNT', '100000'])) },
    { weight: 1, arbitrary: command('DBSIZE') },
  ),
  { normalise, runs: 60, maxLength: 40, protocols: [3], atEnd: [['KEYS', '*'], ['DBSIZE']] },
);
