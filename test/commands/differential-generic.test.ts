/**
 * Random key, expiry and string commands over two databases, sent to redstart and to the reference: every reply must be
 * the same, and so must be what is left in the keyspace.
 */
import fc from 'fast-check';
import {
  bitmapCommand,
  command,
  expiryCommand,
  INSPECTION,
  KEYS,
  keyCommand,
  normalise,
  pick,
  stringCommand,
} from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import { restoreCommand } from '../support/restore-arbitraries.js';
import type { Arg } from '../support/wire.js';

/** Small sets and lists are listpacks since 7.2, and not before. */
const hasOneEncoding = ([, , , payload]: readonly Arg[]): boolean =>
  !(payload instanceof Uint8Array && (payload[0] === 1 || payload[0] === 2));

const anyCommand = fc.oneof(
  { weight: 3, arbitrary: keyCommand },
  { weight: 2, arbitrary: expiryCommand },
  { weight: 2, arbitrary: restoreCommand.filter(hasOneEncoding) },
  { weight: 3, arbitrary: stringCommand },
);

differential('generic commands', anyCommand, { normalise, runs: 200, maxLength: 60, atEnd: INSPECTION });

/** With a counter that each use raises by one, OBJECT FREQ tells that both servers take the same for a use of a key. */
differential(
  'uses of keys under an LFU policy',
  fc.oneof({ weight: 4, arbitrary: anyCommand }, { weight: 1, arbitrary: bitmapCommand }),
  {
    normalise,
    runs: 80,
    protocols: [3],
    args: [
      ...['--maxmemory-policy', 'allkeys-lfu', '--lfu-log-factor', '0', '--lfu-decay-time', '0'],
      // With a limit the reference has no objects that several keys share, whose counter would be that of all of them.
      ...['--maxmemory', '10gb'],
    ],
    atEnd: ['0', '1'].flatMap((database): Arg[][] => [
      ['SELECT', database],
      ...KEYS.map((name) => ['OBJECT', 'FREQ', name]),
    ]),
  },
);

/** Enough keys, and enough of them at once, for the index to grow and shrink under the commands. */
const manyKeys = fc
  .tuple(fc.nat(600), fc.integer({ min: 1, max: 150 }))
  .map(([first, count]) => Array.from({ length: count }, (_, i) => `key:${first + i}`));
const oneOfMany = fc.nat(750).map((n) => `key:${n}`);
differential(
  'many keys at once',
  fc.oneof(
    {
      weight: 4,
      arbitrary: manyKeys.map((names): Arg[] => ['MSET', ...names.flatMap((name) => [name, `of ${name}`])]),
    },
    { weight: 3, arbitrary: manyKeys.map((names): Arg[] => ['DEL', ...names]) },
    { weight: 1, arbitrary: manyKeys.map((names): Arg[] => ['UNLINK', ...names]) },
    { weight: 2, arbitrary: manyKeys.map((names): Arg[] => ['EXISTS', ...names]) },
    { weight: 1, arbitrary: manyKeys.map((names): Arg[] => ['MGET', ...names]) },
    { weight: 2, arbitrary: command('RENAME', oneOfMany, oneOfMany) },
    { weight: 2, arbitrary: command('COPY', oneOfMany, oneOfMany, 'REPLACE') },
    { weight: 2, arbitrary: command('PEXPIREAT', oneOfMany, '99999999999123') },
    { weight: 1, arbitrary: command('KEYS', pick('*', 'key:1*', '*7', 'key:[3-5]?')) },
    { weight: 1, arbitrary: command('SCAN', '0', 'COUNT', '100000') },
    { weight: 1, arbitrary: command('DBSIZE') },
  ),
  { normalise, runs: 60, maxLength: 40, protocols: [3], atEnd: [['KEYS', '*'], ['DBSIZE']] },
);
