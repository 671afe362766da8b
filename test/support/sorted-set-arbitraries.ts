/** Random commands of the sorted set group, wrong arguments among them, for the tests that compare the servers. */
import fc from 'fast-check';
import { command, few, float, integer, key, pattern, pick } from './command-arbitraries.js';
import { type Arg, bytes, type Command, toArgs } from './wire.js';

/** Few enough to meet again; some are numbers, one is empty, one binary, one too long for a listpack. */
const MEMBERS: readonly Arg[] = [
  ...['a', 'b', 'c', 'ab', 'abc', '1', '22', '-5', '007', '9223372036854775807', '', 'long'.repeat(20)],
  bytes('\0\xff'),
];
export const member: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...MEMBERS) },
  { weight: 2, arbitrary: fc.nat(30).map((n) => `m${n}`) },
);

/** Scores, many of them the same. */
const score: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: pick('0', '1', '2', '1.5', '-1', '-0', 'inf', '-inf', '0.1', '1e17', '3.0e-7') },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: 20 }).map((n) => String(n / 4)) },
  { weight: 2, arbitrary: float },
);
const count = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -3, max: 12 }).map(String) }, integer);

/** A word as it is, or in lower case. */
const word = (...words: string[]): fc.Arbitrary<Arg> =>
  fc.oneof(
    { weight: 5, arbitrary: pick(...words) },
    pick(...words).map((text) => text.toLowerCase()),
  );
const option = (...options: fc.Arbitrary<Arg[]>[]): fc.Arbitrary<Arg[][]> => few(fc.oneof(...options), 3);
const junk = pick('FOO', '', 'LIMIT', 'WEIGHTS', 'AGGREGATE', 'COUNT').map((text): Arg[] => [text]);
const limit = fc.tuple(word('LIMIT'), count, count);
const withScores = fc.tuple(word('WITHSCORES'));

const addOptions = few(
  fc.oneof({ weight: 8, arbitrary: word('NX', 'XX', 'GT', 'LT', 'CH', 'INCR') }, pick('FOO', 'nx\0')),
  2,
);
const pair = fc.tuple(score, member);

const scoreBound: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 4, arbitrary: pick('-inf', '+inf', '0', '1', '(1', '(0', '1.5', '(inf', '(-inf', '-1', '2') },
  { weight: 1, arbitrary: pick('(', '', ' 1', '1 ', 'x', '1e999', '-1e999', '(nan', '0x1p1', '1\0x', '[1', '1e-999') },
  { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }).map((n) => String(n / 4)) },
);
export const memberBound: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 2, arbitrary: pick('-', '+') },
  {
    weight: 4,
    arbitrary: fc.tuple(pick('[', '('), member).map(([kind, text]) => bound(kind, text)),
  },
  { weight: 1, arbitrary: pick('', 'a', '-x', '+x', '1', '-\0', '+\0x') },
);
function bound(kind: string, text: Arg): Uint8Array {
  // MEMBERS holds nothing but strings and bytes.
  const end = typeof text === 'string' ? Buffer.from(text, 'latin1') : (text as Uint8Array);
  return Buffer.concat([Buffer.from(kind), end]);
}
const badMemberBounds: fc.Arbitrary<Arg[]> = fc.tuple(pick('a', '', '-x'), pick('-', '+', '[a'));

const rangeOptions = option(limit, withScores, fc.tuple(word('REV')), fc.tuple(word('BYSCORE')), junk);
const byScore = option(limit, withScores, junk);
const keys = fc
  .array(key, { minLength: 1, maxLength: 3 })
  .chain((names) =>
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constant(String(names.length)) }, pick('0', '-1', '9', 'x')),
      fc.constant(names),
    ),
  )
  .map(([number, names]): Arg[] => [number, ...names]);
const weights = fc
  .tuple(word('WEIGHTS'), fc.array(score, { minLength: 1, maxLength: 3 }))
  .map(([name, list]): Arg[] => [name, ...list]);
const aggregate = fc.tuple(word('AGGREGATE'), word('SUM', 'MIN', 'MAX', 'AVG'));
const combineOptions = option(weights, aggregate, withScores, junk);
const storeOptions = option(weights, aggregate, junk);
const ends = word('MIN', 'MAX', 'MID');
const popCount: fc.Arbitrary<Arg[][]> = few(fc.tuple(word('COUNT'), count), 2);
const scanOption: fc.Arbitrary<Arg[]> = fc.oneof(
  fc.tuple(word('MATCH'), pattern),
  fc.tuple(word('COUNT'), pick('1000', '0', 'x')),
  junk,
);

/** Those that do not wait, and answer the same on every server, whatever the scores. */
export const promptSortedSetCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 8, arbitrary: command('ZADD', key, pair, few(pair, 6)) },
  { weight: 4, arbitrary: command('ZADD', key, addOptions, pair, few(pair, 2)) },
  command('ZADD', key, score, member, score),
  { weight: 3, arbitrary: command('ZINCRBY', key, score, member) },
  { weight: 2, arbitrary: command('ZREM', key, member, few(member, 5)) },
  command('ZCARD', key),
  command('ZCOUNT', key, scoreBound, scoreBound),
  command('ZLEXCOUNT', key, badMemberBounds),
  command('ZSCORE', key, member),
  command('ZMSCORE', key, member, few(member)),
  command('ZRANK', key, member),
  command('ZREVRANK', key, member),
  { weight: 3, arbitrary: command('ZRANGE', key, count, count, rangeOptions) },
  {
    weight: 2,
    arbitrary: command('ZRANGE', key, scoreBound, scoreBound, fc.constant<Arg[]>(['BYSCORE']), rangeOptions),
  },
  { weight: 2, arbitrary: command('ZRANGESTORE', key, key, count, count, rangeOptions) },
  { weight: 2, arbitrary: command('ZRANGESTORE', key, key, scoreBound, scoreBound, 'BYSCORE', rangeOptions) },
  command('ZREVRANGE', key, count, count, byScore),
  command('ZRANGEBYSCORE', key, scoreBound, scoreBound, byScore),
  command('ZREVRANGEBYSCORE', key, scoreBound, scoreBound, byScore),
  command('ZRANGEBYLEX', key, badMemberBounds, byScore),
  command('ZREMRANGEBYRANK', key, count, count),
  command('ZREMRANGEBYSCORE', key, scoreBound, scoreBound),
  command('ZREMRANGEBYLEX', key, badMemberBounds),
  command('ZPOPMIN', key, few(count, 2)),
  command('ZPOPMAX', key, few(count, 2)),
  command('ZMPOP', keys, ends, popCount),
  command('ZRANDMEMBER', key, pick('1000', '0', 'x', '-9223372036854775808'), few(word('WITHSCORES', 'FOO'), 2)),
  command('ZUNION', keys, combineOptions),
  command('ZINTER', keys, combineOptions),
  command('ZDIFF', keys, combineOptions),
  command('ZINTERCARD', keys, few(fc.tuple(word('LIMIT'), count), 2)),
  { weight: 2, arbitrary: command('ZUNIONSTORE', key, keys, storeOptions) },
  { weight: 2, arbitrary: command('ZINTERSTORE', key, keys, storeOptions) },
  { weight: 2, arbitrary: command('ZDIFFSTORE', key, keys, storeOptions) },
  command('ZSCAN', key, pick('0', '0', 'x'), few(scanOption, 2), 'COUNT', '1000'),
);

/** And those that may wait, for a moment. */
export const sortedSetCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 30, arbitrary: promptSortedSetCommand },
  command('BZPOPMIN', key, few(key), pick('0.01', 'x', '-1', '')),
  command('BZPOPMAX', key, few(key), pick('0.01', 'nan')),
  command('BZMPOP', pick('0.01', '-1', 'x'), keys, ends, popCount),
);

/** Ranges of members, which have a meaning only where all scores are the same. */
export const memberRangeCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  {
    weight: 8,
    arbitrary: command(
      'ZADD',
      key,
      fc.tuple(fc.constant<Arg>('0'), member),
      few(fc.tuple(fc.constant<Arg>('0'), member), 8),
    ),
  },
  command('ZREM', key, member, few(member)),
  { weight: 2, arbitrary: command('ZLEXCOUNT', key, memberBound, memberBound) },
  { weight: 2, arbitrary: command('ZRANGEBYLEX', key, memberBound, memberBound, few(limit, 1)) },
  { weight: 2, arbitrary: command('ZREVRANGEBYLEX', key, memberBound, memberBound, few(limit, 1)) },
  {
    weight: 2,
    arbitrary: command('ZRANGE', key, memberBound, memberBound, 'BYLEX', few(limit, 1), few(word('REV'), 1)),
  },
  command('ZRANGESTORE', key, key, memberBound, memberBound, 'BYLEX', few(limit, 1), few(word('REV'), 1)),
  command('ZREMRANGEBYLEX', key, memberBound, memberBound),
);

/**
 * Takes out what is each server's own: the form of doubles, which 7.2 made shorter, the order of a scan, and whether a
 * small set of strings is a listpack, as from 7.2 on.
 */
export function normaliseSortedSets(wire: string, sent: Command): string {
  const name = String(toArgs(sent)[0]).toUpperCase();
  if (name === 'OBJECT') return wire.replace('$9\r\nhashtable\r\n', '$8\r\nlistpack\r\n');
  if (!name.startsWith('Z') && !name.startsWith('BZ')) return wire;
  const short = wire.replace(
    /(?:\$\d+\r\n|,)(-?\d[\d.]*(?:e[+-]?\d+)?)\r\n/g,
    (_, text: string) => `<${Number(text)}>`,
  );
  if (name !== 'ZSCAN') return short;
  return short
    .split(/(?=\$\d+\r\n|<)/)
    .sort()
    .join('');
}
