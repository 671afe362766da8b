/**
 * Random set commands, sent to redstart and to the reference: every reply must be the same but for the order of
 * members, and so must be the sets that are left. Limits are low, so that sets go through all their encodings.
 */
import fc from 'fast-check';
import { command, expiryCommand, key, keyCommand, stringCommand } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import {
  member,
  normalise,
  SET_INSPECTION,
  SET_LIMITS,
  SET_LIMITS_SINCE_7_2,
  setCommand,
  setWrite,
} from '../support/set-arbitraries.js';
import type { Arg } from '../support/wire.js';

const limits = { args: SET_LIMITS, redstartArgs: SET_LIMITS_SINCE_7_2 };

differential(
  'set commands',
  fc.oneof(
    { weight: 12, arbitrary: setCommand },
    { weight: 1, arbitrary: keyCommand.filter((args) => args[0] !== 'SELECT') },
    { weight: 1, arbitrary: expiryCommand },
    { weight: 1, arbitrary: stringCommand },
  ),
  { normalise, runs: 200, maxLength: 60, atEnd: SET_INSPECTION, ...limits },
);

/** Sets that grow to some hundreds of members and shrink again, through all encodings, under their usual limits. */
const numbers = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 1, max: 120 }))
  .map(([first, count]) => Array.from({ length: count }, (_, i) => String(first + i)));
const words = numbers.map((texts) => texts.map((text) => `member:${text}`));
const many = fc.oneof({ weight: 3, arbitrary: numbers }, { weight: 2, arbitrary: words });
differential(
  'large sets',
  fc.oneof(
    { weight: 6, arbitrary: command('SADD', key, many) },
    { weight: 5, arbitrary: command('SREM', key, many) },
    { weight: 2, arbitrary: setWrite },
    command('SMISMEMBER', key, many),
    command('SCARD', key),
    command('SINTER', key, key),
    command('SUNION', key, key, key),
    command('SDIFF', key, key, key),
    command('SINTERCARD', '2', key, key, 'LIMIT', fc.integer({ min: 0, max: 300 })),
    command('SSCAN', key, '0', 'COUNT', '1000000'),
    command('COPY', key, key, 'REPLACE'),
    { weight: 1, arbitrary: command('SADD', key, member).map((args): Arg[] => args) },
  ),
  { normalise, runs: 60, maxLength: 40, protocols: [3], atEnd: SET_INSPECTION },
);
