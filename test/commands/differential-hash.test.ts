/**
 * Random hash commands, sent to redstart and to the reference: every reply must be the same but for the order of
 * fields, and so must be the hashes that are left. Limits are low, so that hashes become tables.
 */
import fc from 'fast-check';
import { command, expiryCommand, key, keyCommand, stringCommand } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import { HASH_INSPECTION, HASH_LIMITS, hashCommand, hashWrite, normalise } from '../support/hash-arbitraries.js';
import type { Arg } from '../support/wire.js';

differential(
  'hash commands',
  fc.oneof(
    { weight: 12, arbitrary: hashCommand },
    { weight: 1, arbitrary: keyCommand.filter((args) => args[0] !== 'SELECT') },
    { weight: 1, arbitrary: expiryCommand },
    { weight: 1, arbitrary: stringCommand },
  ),
  { normalise, runs: 200, maxLength: 60, atEnd: HASH_INSPECTION, args: HASH_LIMITS },
);

/** Hashes that grow to some hundreds of fields and shrink again, under their usual limits. */
const numbers = fc
  .tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 1, max: 150 }))
  .map(([first, count]) => Array.from({ length: count }, (_, i) => `field:${first + i}`));
const grow = fc
  .tuple(numbers, fc.constantFrom<Arg>('v', '12345', 'x'.repeat(64), 'x'.repeat(65)))
  .map(([names, value]) => names.flatMap((name): Arg[] => [name, value]));
differential(
  'large hashes',
  fc.oneof(
    { weight: 6, arbitrary: command('HSET', key, grow) },
    { weight: 4, arbitrary: command('HDEL', key, numbers) },
    { weight: 2, arbitrary: hashWrite },
    command('HMGET', key, numbers),
    command('HLEN', key),
    command('HGETALL', key),
    command('HSCAN', key, '0', 'COUNT', '1000000'),
    command('COPY', key, key, 'REPLACE'),
    command('RENAME', key, key),
  ),
  { normalise, runs: 60, maxLength: 40, protocols: [3], atEnd: HASH_INSPECTION },
);
