/**
 * Random commands of the hash group, odd values and wrong arguments among them, and what makes their replies
 * comparable. Only those whose outcome is not up to chance: HRANDFIELD with counts that leave no choice.
 */
import fc from 'fast-check';
import {
  command,
  few,
  float,
  integer,
  KEYS,
  key,
  normalise as normaliseKeys,
  pattern,
  pick,
  value,
} from './command-arbitraries.js';
import { type Arg, bytes, type Command, toArgs } from './wire.js';

/** What both servers are started with so that few and short fields make a table. */
export const HASH_LIMITS: readonly string[] = [
  ...['--hash-max-listpack-entries', '6'],
  ...['--hash-max-listpack-value', '12'],
];

/** Fields that meet each other, at the edges of lengths and of what is an integer at all. */
export const field: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 8, arbitrary: pick('a', 'b', 'c', 'd', 'e') },
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }).map(String) },
  { weight: 2, arbitrary: pick('9223372036854775807', '-9223372036854775808', '9223372036854775808', '4096', '-4097') },
  { weight: 1, arbitrary: pick('', '01', '-0', '+1', ' 1', '1.0', 'x'.repeat(12), 'x'.repeat(13)) },
  { weight: 1, arbitrary: fc.constantFrom<Arg>(bytes('\0'), bytes('\xff\0\r\n'), 'long'.repeat(90)) },
);
const fieldValue: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 3, arbitrary: pick('v', 'value', 'x'.repeat(12), '1.5', '') },
  { weight: 2, arbitrary: value },
);
const pair = fc.tuple(field, fieldValue);
const pairs = fc.array(pair, { minLength: 1, maxLength: 3 });
const fields = fc.array(field, { minLength: 1, maxLength: 5 });
const scanOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(pick('MATCH', 'match'), pattern) },
  { weight: 1, arbitrary: fc.tuple(pick('COUNT', 'count'), pick('0', '-1', 'x', '')) },
  { weight: 1, arbitrary: pick('COUNT', 'MATCH', 'TYPE', '').map((option) => [option]) },
);
/** Counts that leave no choice. */
const all = pick('100000', '4611686018427387903');

/** What changes hashes, and may be sent to any server. */
export const hashWrite: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 10, arbitrary: command('HSET', key, pairs) },
  { weight: 2, arbitrary: command('HMSET', key, pairs) },
  { weight: 2, arbitrary: command('HSETNX', key, pair) },
  { weight: 5, arbitrary: command('HDEL', key, fields) },
  { weight: 3, arbitrary: command('HINCRBY', key, field, integer) },
  { weight: 2, arbitrary: command('HINCRBYFLOAT', key, field, float) },
);

const hashRead: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: command('HGET', key, field) },
  command('HMGET', key, fields),
  command('HGETALL', key),
  command('HKEYS', key),
  command('HVALS', key),
  command('HLEN', key),
  command('HSTRLEN', key, field),
  command('HEXISTS', key, field),
  command('HRANDFIELD', key, fc.oneof(all, pick('0')), few(pick('WITHVALUES', 'withvalues'), 1)),
  command(
    'HSCAN',
    key,
    pick('0', '0', '0', '0', 'x', '-1x', '18446744073709551616'),
    few(scanOption, 2),
    'COUNT',
    '1000',
  ),
);

/** Wrong arguments: none of these changes anything, or is up to chance. */
const hashError: fc.Arbitrary<Arg[]> = fc.oneof(
  command('HSET', key, pair, field),
  command('HMSET', key, pair, field),
  command('HRANDFIELD', key, pick('x', '', '1.5', '9223372036854775808', '-9223372036854775808')),
  command('HRANDFIELD', key, pick('4611686018427387904', '-4611686018427387904', '9223372036854775807'), 'WITHVALUES'),
  command('HRANDFIELD', key, pick('1', 'x'), pick('VALUES', '')),
  command('HRANDFIELD', key, '1', 'WITHVALUES', '1'),
);

export const hashCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 8, arbitrary: hashWrite },
  { weight: 5, arbitrary: hashRead },
  { weight: 1, arbitrary: hashError },
);

/** All that is left of the keys' hashes. */
export const HASH_INSPECTION: readonly Arg[][] = [
  ...KEYS.flatMap((name) => [
    ['TYPE', name],
    ['HGETALL', name],
    ['HLEN', name],
    ['OBJECT', 'ENCODING', name],
  ]),
  ['DEBUG', 'DIGEST-VALUE', ...KEYS],
  ['DEBUG', 'DIGEST'],
];

const UNORDERED = /^(HGETALL|HKEYS|HVALS|HRANDFIELD|HSCAN)$/;

/** Takes out of a reply what is each server's own: the order of fields in a table. */
export function normalise(wire: string, sent: Command): string {
  const args = toArgs(sent).map(String);
  if (!UNORDERED.test(args[0]!)) return normaliseKeys(wire, sent);
  // In RESP3 each field of HRANDFIELD WITHVALUES stands with its value in an array.
  return wire
    .replaceAll(/(?<=.)\*2\r\n(?=\$)/gs, '')
    .split(/(?=\$\d+\r\n)/)
    .sort()
    .join('');
}
