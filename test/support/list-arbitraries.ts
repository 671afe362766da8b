/**
 * Random commands of the list group, odd values and wrong arguments among them, and how the lists that are left are
 * looked at. The encoding is not among that: small lists are listpacks since 7.2, and quicklists to the reference.
 */
import fc from 'fast-check';
import { command, few, integer, KEYS, key, pick } from './command-arbitraries.js';
import { type Arg, bytes } from './wire.js';

/** What both servers are started with so that few elements make a node. */
export const LIST_LIMITS: readonly string[] = ['--list-max-listpack-size', '4'];

/** Elements that meet each other, at the edges of integer widths, of lengths and of what is an integer at all. */
export const element: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 10, arbitrary: pick('a', 'b', 'c', '1', '2') },
  { weight: 3, arbitrary: pick('127', '128', '-1', '4095', '4096', '-4096', '-4097', '32767', '32768', '-32769') },
  { weight: 2, arbitrary: pick('8388607', '8388608', '-8388609', '2147483647', '2147483648', '-2147483649') },
  {
    weight: 2,
    arbitrary: pick('9007199254740993', '9223372036854775807', '-9223372036854775808', '9223372036854775808'),
  },
  { weight: 1, arbitrary: pick('', '01', '-0', '+1', ' 1', '1 ', '1.0') },
  { weight: 1, arbitrary: fc.constantFrom<Arg>(bytes('\0'), bytes('\xff\0\r\n')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(pick('x', 'y'), fc.constantFrom(63, 64, 127, 128, 4095, 4096, 9000))
      .map(([char, length]) => char.repeat(length)),
  },
);
const elements = fc.array(element, { minLength: 1, maxLength: 6 });
/** Positions in and around a list of some tens of elements. */
const position: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -12, max: 12 }).map(String) },
  { weight: 1, arbitrary: integer },
);
const end = fc.oneof({ weight: 12, arbitrary: pick('LEFT', 'RIGHT', 'left') }, pick('FOO', '', 'LEFT\0'));
const side = fc.oneof({ weight: 12, arbitrary: pick('BEFORE', 'AFTER', 'after') }, pick('FOO', ''));
const count = fc.oneof({ weight: 4, arbitrary: pick('1', '2', '3', '10') }, integer);
const lposOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(pick('RANK', 'rank'), position) },
  { weight: 4, arbitrary: fc.tuple(pick('COUNT'), fc.oneof(pick('0', '1', '2'), integer)) },
  { weight: 3, arbitrary: fc.tuple(pick('MAXLEN'), fc.oneof(pick('0', '1', '3', '7'), integer)) },
  { weight: 1, arbitrary: pick('RANK', 'FOO', '').map((word) => [word]) },
);
const popOption: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(pick('COUNT', 'count'), count) },
  { weight: 1, arbitrary: pick('COUNT', 'FOO', '').map((word) => [word]) },
);
/** Keys with their number, which is right most of the time. */
const numberedKeys = fc
  .tuple(fc.array(key, { minLength: 1, maxLength: 3 }), fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, integer))
  .map(([keys, number]): Arg[] => [number ?? String(keys.length), ...keys]);
/** Nobody waits for long: most that is wrong with a timeout, and no timeout that is 0. */
const timeout = fc.oneof(
  { weight: 6, arbitrary: pick('0.001', '0.002', '1e-3') },
  { weight: 1, arbitrary: pick('-1', '-0.5', 'x', '', 'nan', '1e5000', '-1e5000', ' 1', '0x') },
);

export const listWrite: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 8, arbitrary: named(['LPUSH', 'RPUSH'], key, elements) },
  { weight: 2, arbitrary: named(['LPUSHX', 'RPUSHX'], key, elements) },
  { weight: 3, arbitrary: named(['LPOP', 'RPOP'], key) },
  { weight: 2, arbitrary: named(['LPOP', 'RPOP'], key, count) },
  { weight: 4, arbitrary: command('LINSERT', key, side, element, element) },
  { weight: 3, arbitrary: command('LSET', key, position, element) },
  { weight: 2, arbitrary: command('LTRIM', key, position, position) },
  { weight: 3, arbitrary: command('LREM', key, position, element) },
  { weight: 4, arbitrary: command('LMOVE', key, key, end, end) },
  { weight: 1, arbitrary: command('RPOPLPUSH', key, key) },
  { weight: 2, arbitrary: command('LMPOP', numberedKeys, end, few(popOption, 2)) },
);

/** Those that may wait, where they find something or do not wait for long. */
export const listWait: fc.Arbitrary<Arg[]> = fc.oneof(
  named(['BLPOP', 'BRPOP'], key, few(key), timeout),
  command('BLMOVE', key, key, end, end, timeout),
  command('BRPOPLPUSH', key, key, timeout),
  command('BLMPOP', timeout, numberedKeys, end, few(popOption, 2)),
);

export const listCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 20, arbitrary: listWrite },
  { weight: 2, arbitrary: command('LRANGE', key, position, position) },
  { weight: 2, arbitrary: command('LINDEX', key, position) },
  { weight: 1, arbitrary: command('LLEN', key) },
  { weight: 4, arbitrary: command('LPOS', key, element, few(lposOption)) },
);

/** A command of one of these names. */
function named(names: string[], ...args: fc.Arbitrary<Arg | Arg[] | Arg[][]>[]): fc.Arbitrary<Arg[]> {
  return fc.oneof(...names.map((name) => command(name, ...args)));
}

/** The lists that are left, and the rest of what may differ. */
export const LIST_INSPECTION: readonly Arg[][] = [
  ...KEYS.flatMap((name): Arg[][] => [
    ['TYPE', name],
    ['LRANGE', name, '0', '-1'],
    ['LINDEX', name, '2'],
    ['LINDEX', name, '-2'],
    ['PEXPIRETIME', name],
  ]),
  ['DEBUG', 'DIGEST-VALUE', ...KEYS],
  ['DEBUG', 'DIGEST'],
];
