/** RESTORE with payloads of every kind of value, with what is none, and with odd options; and DUMP. */
import fc from 'fast-check';
import { command, few, key, pick, unixMilliseconds } from './command-arbitraries.js';
import { payload } from './payload.js';
import type { Arg } from './wire.js';

/** A string, a list, a set, a sorted set, a hash, a stream; and what is no value. */
const payloads = fc.constantFrom<Arg>(
  payload([0, 3, 0x61, 0x62, 0x63]),
  payload([1, 2, 1, 0x61, 0xc0, 5]),
  payload([2, 2, 1, 0x61, 1, 0x62]),
  payload([3, 1, 1, 0x61, 3, 0x31, 0x2e, 0x35]),
  payload([4, 1, 1, 0x61, 1, 0x62]),
  payload([19, 0, 0, 5, 5, 0, 0, 0, 0, 3, 1, 1, 0x67, 0, 0, 0, 0, 0]),
  payload([2, 0]),
  payload([99, 0], 9),
  'x',
);
const ttl = fc.oneof({ weight: 4, arbitrary: pick('0', '1000', '100000000') }, pick('-1', 'x', ''));
const option = fc.oneof(
  { weight: 4, arbitrary: pick('REPLACE', 'replace').map((word): Arg[] => [word]) },
  fc.tuple(pick('IDLETIME', 'FREQ'), pick('0', '100', '256', '-1', 'x')),
  pick('FOO', 'IDLETIME', 'FREQ', '').map((word): Arg[] => [word]),
);

export const restoreCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 4, arbitrary: command('RESTORE', key, ttl, payloads, few(option)) },
  {
    weight: 2,
    arbitrary: command('RESTORE', key, unixMilliseconds, payloads, fc.constant<Arg[]>(['ABSTTL']), few(option)),
  },
  command('RESTORE-ASKING', key, ttl, payloads, few(option)),
);
