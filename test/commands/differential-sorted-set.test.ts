/**
 * Random sorted set commands, sent to redstart and to the reference: every reply must be the same, and so must be what
 * is left in the keyspace. The limits of listpacks are low, so that sets of both encodings meet.
 */
import fc from 'fast-check';
import { command, expiryCommand, few, INSPECTION, key, normalise } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import {
  member,
  memberRangeCommand,
  normaliseSortedSets,
  sortedSetCommand,
} from '../support/sorted-set-arbitraries.js';
import type { Command } from '../support/wire.js';

const LIMITS = ['--zset-max-listpack-entries', '6', '--zset-max-listpack-value', '10'];

const others = fc.oneof(
  command('DEL', key),
  command('COPY', key, key, 'REPLACE'),
  command('RENAME', key, key),
  command('TYPE', key),
  command('SET', key, 'x'),
  command('SADD', key, member, few(member, 8)),
  command('SADD', key, member, few(member, 8)),
);

const normaliseAll = (wire: string, sent: Command): string => normaliseSortedSets(normalise(wire, sent), sent);

differential(
  'sorted set commands',
  fc.oneof(
    { weight: 20, arbitrary: sortedSetCommand },
    { weight: 3, arbitrary: others },
    { weight: 1, arbitrary: expiryCommand },
  ),
  { normalise: normaliseAll, runs: 150, maxLength: 60, atEnd: INSPECTION, args: LIMITS },
);

differential(
  'ranges of members',
  fc.oneof({ weight: 10, arbitrary: memberRangeCommand }, { weight: 1, arbitrary: command('DEL', key) }),
  { normalise: normaliseAll, runs: 80, atEnd: INSPECTION, args: LIMITS },
);
