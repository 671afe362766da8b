/** Reading and writing of numbers: the paths of INCR, of integer replies, and of scores. */
import { latin1 } from '../../src/util/bytes.js';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../../src/util/long-double.js';
import { formatDouble17, formatDoubleShortest, parseDouble, parseInt64, writeInt } from '../../src/util/numbers.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const VALUES = 1024;

export function run(size: number): Row[] {
  const random = new Random(1);
  const small = Array.from({ length: VALUES }, () => random.below(1_000_000));
  const long = Array.from({ length: VALUES }, () => random.below(2 ** 53));
  const scores = Array.from({ length: VALUES }, () => random.below(100_000_000) / 1000);
  const fractions = Array.from({ length: VALUES }, () => random.float());
  const target = new Uint8Array(32);
  const slow = Math.ceil(size / 16);
  return [
    measureParse('parseInt64, up to 6 digits', size, small.map(String), parseInt64),
    measureParse('parseInt64, up to 16 digits', size, long.map(String), parseInt64),
    measureWrite('writeInt, up to 6 digits', size, small, target),
    measureWrite('writeInt, up to 16 digits', size, long, target),
    measureParse('parseDouble, up to 8 digits', size, scores.map(String), parseDouble),
    measureParse('parseDouble, 17 digits', slow, fractions.map(formatDouble17), parseDouble),
    measureFormat('formatDoubleShortest, up to 8 digits', slow, scores, formatDoubleShortest),
    measureFormat('formatDoubleShortest, 16 digits', slow, fractions, formatDoubleShortest),
    measureFormat('formatDouble17, 16 digits', slow, fractions, formatDouble17),
    measureIncrement('INCRBYFLOAT: parse two, add, print', slow, scores.map(String)),
  ];
}

function measureParse(
  name: string,
  size: number,
  texts: readonly string[],
  parse: (bytes: Uint8Array, from: number, length: number) => number,
): Row {
  const list = texts.map(latin1);
  return measure(name, size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) {
      const text = list[i & (VALUES - 1)]!;
      sum += parse(text, 0, text.length);
    }
    return sum;
  });
}

function measureWrite(name: string, size: number, values: readonly number[], target: Uint8Array): Row {
  return measure(name, size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += writeInt(target, 0, values[i & (VALUES - 1)]!) + target[0]!;
    return sum;
  });
}

function measureFormat(name: string, size: number, values: readonly number[], format: (value: number) => string): Row {
  return measure(name, size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += format(values[i & (VALUES - 1)]!).length;
    return sum;
  });
}

function measureIncrement(name: string, size: number, texts: readonly string[]): Row {
  const list = texts.map(latin1);
  const increment = latin1('0.1');
  return measure(name, size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) {
      const text = list[i & (VALUES - 1)]!;
      const value = parseLongDouble(text, 0, text.length)!;
      sum += formatLongDouble(addLongDouble(value, parseLongDouble(increment, 0, 3)!)).length;
    }
    return sum;
  });
}
