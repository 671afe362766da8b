/**
 * Random string and bitmap commands, sent to redstart and to the reference: every reply must be the same, and so must
 * be what is left in the keyspace.
 */
import fc from 'fast-check';
import {
  bitmapCommand,
  command,
  expiryCommand,
  fieldOperation,
  INSPECTION,
  key,
  normalise,
  stringCommand,
} from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import type { Arg } from '../support/wire.js';

differential(
  'string and bitmap commands',
  fc.oneof(
    { weight: 5, arbitrary: stringCommand },
    { weight: 3, arbitrary: bitmapCommand },
    { weight: 1, arbitrary: expiryCommand },
    { weight: 1, arbitrary: command('DEL', key) },
  ),
  { normalise, runs: 100, atEnd: INSPECTION },
);

/** One key that begins with some bytes, and a row of BITFIELDs on it. */
const manyFields = fc.array(fieldOperation, { minLength: 1, maxLength: 12 });
differential(
  'BITFIELD',
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((start): Arg[] => ['SET', 'a', start]) },
    { weight: 4, arbitrary: manyFields.map((parts): Arg[] => ['BITFIELD', 'a', ...parts.flat()]) },
  ),
  { runs: 100, maxLength: 8, protocols: [3], atEnd: ['GET a', 'OBJECT ENCODING a'] },
);

/** Where values end: `proto-max-bulk-len` at its least, and commands that reach it. */
const LIMIT = 1024 * 1024;
const nearLimit = (limit: number) => fc.integer({ min: limit - 3, max: limit + 3 }).map(String);
const long = fc.constantFrom(1, 5, LIMIT / 2, LIMIT - 1, LIMIT).map((length) => new Uint8Array(length).fill(0x61));
const oneKey = fc.constantFrom('a', 'b');
differential(
  'strings of the greatest length',
  fc.oneof(
    command('SET', oneKey, long),
    { weight: 2, arbitrary: command('APPEND', oneKey, long) },
    { weight: 2, arbitrary: command('SETRANGE', oneKey, nearLimit(LIMIT), fc.constantFrom('', 'x', 'xx', 'xxxx')) },
    command('SETBIT', oneKey, nearLimit(LIMIT * 8), '1'),
    command('GETBIT', oneKey, nearLimit(LIMIT * 8)),
    command('BITFIELD', oneKey, 'SET', 'u8', nearLimit(LIMIT * 8), '255'),
    command(
      'BITFIELD',
      oneKey,
      'GET',
      'u16',
      '#0',
      'INCRBY',
      'u8',
      nearLimit(LIMIT).map((n) => `#${n}`),
      '3',
    ),
    command('LCS', oneKey, oneKey, 'LEN'),
    command('BITPOS', oneKey, '0', nearLimit(LIMIT)),
    command('BITCOUNT', oneKey, '-5', nearLimit(LIMIT)),
    command('BITOP', 'NOT', oneKey, oneKey),
    command('GETRANGE', oneKey, '-3', nearLimit(LIMIT)),
    command('STRLEN', oneKey),
    command('DEL', oneKey),
  ),
  {
    runs: 15,
    maxLength: 10,
    protocols: [2],
    args: ['--proto-max-bulk-len', '1mb'],
    atEnd: ['STRLEN a', 'STRLEN b', 'DEBUG DIGEST'],
  },
);
