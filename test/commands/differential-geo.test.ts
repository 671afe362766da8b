/**
 * Random geo commands, sent to redstart and to the reference: every reply must be the same, the order of what has none
 * included, and so must be what is left in the keyspace.
 */
import fc from 'fast-check';
import { command, INSPECTION, key, normalise } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import { geoCommand } from '../support/geo-arbitraries.js';
import { normaliseSortedSets } from '../support/sorted-set-arbitraries.js';

differential(
  'geo commands',
  fc.oneof(
    { weight: 20, arbitrary: geoCommand },
    { weight: 1, arbitrary: command('DEL', key) },
    { weight: 1, arbitrary: command('SET', key, 'x') },
  ),
  {
    normalise: (wire, sent) => normaliseSortedSets(normalise(wire, sent), sent),
    runs: 150,
    maxLength: 50,
    atEnd: [['ZCARD', 'distances'], ['DEL', 'distances'], ...INSPECTION],
    args: ['--zset-max-listpack-entries', '8'],
  },
);
