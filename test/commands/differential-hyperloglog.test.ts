/**
 * Random HyperLogLog commands, sent to redstart and to the reference: replies must be the same, and the bytes that GET
 * shows. A low limit makes some of them dense.
 */
import fc from 'fast-check';
import { command, key, pick } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';

const element = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 2000 }).map(String) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);
const many = fc
  .tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 400 }))
  .map(([from, count]) => Array.from({ length: count }, (_, i) => `n${from + i}`));

const commands = fc.oneof(
  { weight: 8, arbitrary: command('PFADD', key, fc.array(element, { maxLength: 6 })) },
  { weight: 3, arbitrary: command('PFADD', key, many) },
  { weight: 3, arbitrary: command('PFCOUNT', fc.array(key, { minLength: 1, maxLength: 4 })) },
  { weight: 2, arbitrary: command('PFMERGE', fc.array(key, { minLength: 1, maxLength: 4 })) },
  { weight: 2, arbitrary: command('PFDEBUG', pick('DECODE', 'ENCODING', 'encoding', 'x'), key) },
  { weight: 1, arbitrary: command('PFDEBUG', pick('TODENSE', 'GETREG'), key) },
  { weight: 4, arbitrary: command('GET', key) },
  { weight: 1, arbitrary: command('SETRANGE', key, pick('4', '5', '15'), pick('\x01', '\x7f', 'a')) },
  { weight: 1, arbitrary: command('DEL', key) },
);

differential('HyperLogLogs', commands, { runs: 100, maxLength: 40, atEnd: ['DEBUG DIGEST'] });
differential('HyperLogLogs that become dense early', commands, {
  runs: 60,
  maxLength: 40,
  protocols: [2],
  atEnd: ['DEBUG DIGEST'],
  args: ['--hll-sparse-max-bytes', '200'],
});
