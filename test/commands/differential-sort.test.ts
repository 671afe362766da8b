/**
 * Random SORT commands, sent to redstart and to the reference. Sorted sets are sorted by numbers alone: where texts are
 * the same, as where patterns lead to nothing, the order is that of a hash table in Redis. No texts are sorted by a
 * pattern: what is the same then stands in the order to which quicksort has brought it.
 */
import fc from 'fast-check';
import { command, key, pick } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import type { Arg } from '../support/wire.js';

const number = pick('0', '1', '2', '3', '-1', '10', '1.5', '-0.5', '1e3', '07', '0x10', 'inf', '-inf');
const word = pick('a', 'b', 'C', 'ab', 'x y', '', '10', '9');
const element = fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: word });
const elements = fc.array(element, { minLength: 1, maxLength: 6 });

const option: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 2, arbitrary: pick('ASC', 'DESC', 'desc', 'ALPHA', 'alpha').map((text) => [text]) },
  { weight: 2, arbitrary: fc.tuple(pick('BY'), pick('nosort', 'w_*', 'h_*->f', 'h_*->', '#', '*', 'w_*_x')) },
  { weight: 2, arbitrary: fc.tuple(pick('GET', 'get'), pick('#', 'w_*', 'h_*->f', 'h_*->g', 'none', 'w_1', '**')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: -2, max: 5 }), fc.integer({ min: -2, max: 5 }))
      .map(([from, count]) => ['LIMIT', String(from), String(count)]),
  },
  { weight: 1, arbitrary: fc.tuple(pick('STORE'), key) },
  { weight: 1, arbitrary: pick('LIMIT', 'BY', 'STORE', 'nothing', 'LIMIT x').map((text) => text.split(' ')) },
);
const has = (words: readonly Arg[], wanted: RegExp): boolean => words.some((text) => wanted.test(String(text)));
const options = fc
  .array(option, { maxLength: 4 })
  .map((all) => all.flat())
  .filter((words) => !(has(words, /^alpha$/i) && has(words, /^by$/i)));

const zset = pick('z', 'y');
const numeric = options.filter((words) => !has(words, /alpha/i));

differential(
  'SORT',
  fc.oneof(
    { weight: 8, arbitrary: command('SORT', key, options) },
    { weight: 3, arbitrary: command('SORT_RO', key, options) },
    { weight: 3, arbitrary: command('RPUSH', key, elements) },
    {
      weight: 2,
      arbitrary: fc.tuple(zset, number, element).map(([name, score, member]): Arg[] => ['ZADD', name, score, member]),
    },
    { weight: 3, arbitrary: command('SORT', zset, numeric) },
    { weight: 1, arbitrary: command('SET', pick('w_0', 'w_1', 'w_2', 'w_3', 'w_10', 'w_a'), element) },
    { weight: 1, arbitrary: command('HSET', pick('h_0', 'h_1', 'h_2', 'h_a'), pick('f', 'g'), element) },
    { weight: 1, arbitrary: command('DEL', key) },
    { weight: 1, arbitrary: command('LRANGE', key, '0', '-1') },
  ),
  { runs: 150, maxLength: 40, atEnd: ['DEBUG DIGEST'] },
);
