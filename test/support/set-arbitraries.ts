/**
 * Random commands of the set group, odd values and wrong arguments among them, and what makes their replies comparable.
 * Only those whose outcome is not up to chance: SPOP and SRANDMEMBER with counts that leave no choice.
 */
import fc from 'fast-check';
import { command, few, integer, KEYS, key, normalise as normaliseKeys, pattern, pick } from './command-arbitraries.js';
import { type Arg, bytes, type Command, toArgs } from './wire.js';

/** What both servers are started with so that few members change an encoding. */
export const SET_LIMITS: readonly string[] = ['--set-max-intset-entries', '6'];
/** What redstart is started with besides: directives that came with 7.2. */
export const SET_LIMITS_SINCE_7_2: readonly string[] = [
  ...['--set-max-listpack-entries', '8'],
  ...['--set-max-listpack-value', '12'],
];

const smallInteger = fc.integer({ min: -9, max: 9 }).map(String);
/** Members that meet each other, at the edges of integer widths, of lengths and of what is an integer at all. */
export const member: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 8, arbitrary: smallInteger },
  { weight: 6, arbitrary: pick('a', 'b', 'c', 'd', 'e', 'f', 'aa', 'bb') },
  { weight: 2, arbitrary: pick('32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483649') },
  {
    weight: 2,
    arbitrary: pick('9223372036854775807', '-9223372036854775808', '9223372036854775808', '9007199254740993'),
  },
  { weight: 1, arbitrary: pick('', '01', '-0', '+1', ' 1', '1 ', '1.0', '1e3', 'x'.repeat(12), 'x'.repeat(13)) },
  { weight: 1, arbitrary: fc.constantFrom<Arg>(bytes('\0'), bytes('\xff\0\r\n'), 'long'.repeat(90)) },
);
const members = fc.array(member, { minLength: 1, maxLength: 5 });
const setKey = key;
const keys = few(setKey, 2);
const all = pick('100000', '1000000', '9223372036854775807');
const scanOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(pick('MATCH', 'match'), pattern) },
  { weight: 1, arbitrary: fc.tuple(pick('COUNT', 'count'), pick('0', '-1', 'x', '')) },
  { weight: 1, arbitrary: pick('COUNT', 'MATCH', 'TYPE', '').map((option) => [option]) },
);
const limit: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(pick('LIMIT', 'limit'), pick('0', '1', '2', '3', '100')) },
  { weight: 1, arbitrary: fc.tuple(pick('LIMIT'), integer) },
  { weight: 1, arbitrary: pick('LIMIT', 'FOO', '').map((option) => [option]) },
);

export const setWrite: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 8, arbitrary: command('SADD', setKey, members) },
  { weight: 4, arbitrary: command('SREM', setKey, members) },
  { weight: 2, arbitrary: command('SMOVE', setKey, setKey, member) },
  command('SPOP', setKey, all),
  command('SINTERSTORE', setKey, setKey, keys),
  { weight: 2, arbitrary: command('SUNIONSTORE', setKey, setKey, keys) },
  command('SDIFFSTORE', setKey, setKey, keys),
);

const setRead: fc.Arbitrary<Arg[]> = fc.oneof(
  command('SISMEMBER', setKey, member),
  command('SMISMEMBER', setKey, members),
  command('SCARD', setKey),
  command('SMEMBERS', setKey),
  command('SRANDMEMBER', setKey, fc.oneof(all, pick('0'))),
  command('SINTER', setKey, keys),
  command('SUNION', setKey, keys),
  command('SDIFF', setKey, keys),
  command('SINTERCARD', pick('1', '2'), setKey, setKey, few(limit, 2)),
  command('SINTERCARD', fc.oneof(pick('1', '2', '3'), integer), setKey, few(setKey, 2), few(limit, 1)),
  command(
    'SSCAN',
    setKey,
    pick('0', '0', '0', '0', 'x', '-1x', '18446744073709551616'),
    few(scanOption, 2),
    'COUNT',
    '1000',
  ),
);

/** Wrong arguments: none of these changes anything, or is up to chance. */
const setError: fc.Arbitrary<Arg[]> = fc.oneof(
  command('SPOP', setKey, pick('0', '-1', 'x', '', '1.5', '9223372036854775808', '-9223372036854775808')),
  command('SPOP', setKey, '1', '2'),
  command('SRANDMEMBER', setKey, pick('x', '', '1.5', '9223372036854775808', '-9223372036854775808')),
  command('SRANDMEMBER', setKey, '1', '2'),
);

export const setCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 8, arbitrary: setWrite },
  { weight: 4, arbitrary: setRead },
  { weight: 1, arbitrary: setError },
);

/** All that is left of the keys' sets. */
export const SET_INSPECTION: readonly Arg[][] = [
  ...KEYS.flatMap((name) => [
    ['TYPE', name],
    ['SMEMBERS', name],
    ['OBJECT', 'ENCODING', name],
  ]),
  ['DEBUG', 'DIGEST-VALUE', ...KEYS],
  ['DEBUG', 'DIGEST'],
];

const UNORDERED = /^(SMEMBERS|SINTER|SUNION|SDIFF|SPOP|SRANDMEMBER|SSCAN)$/;

/** Takes out of a reply what is each server's own: the order of members, and what 7.0 has no listpacks for. */
export function normalise(wire: string, sent: Command): string {
  const args = toArgs(sent).map(String);
  if (UNORDERED.test(args[0]!))
    return wire
      .split(/(?=\$\d+\r\n)/)
      .sort()
      .join('');
  if (args[0] === 'OBJECT') return wire.replace('$8\r\nlistpack\r\n', '$9\r\nhashtable\r\n');
  return normaliseKeys(wire, sent);
}
