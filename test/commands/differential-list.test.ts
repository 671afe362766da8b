/**
 * Random list commands, sent to redstart and to the reference: every reply must be the same, and so must be the lists
 * that are left. Nodes are small, so that they are split, joined, compressed and emptied.
 */
import fc from 'fast-check';
import { command, expiryCommand, key, keyCommand, normalise, stringCommand } from '../support/command-arbitraries.js';
import { differential } from '../support/differential.js';
import {
  element,
  LIST_INSPECTION,
  LIST_LIMITS,
  listCommand,
  listWait,
  listWrite,
} from '../support/list-arbitraries.js';
import { type Command, toArgs } from '../support/wire.js';

/** Small lists are listpacks to one server, and quicklists to the other. */
function normaliseLists(wire: string, sent: Command): string {
  const args = toArgs(sent);
  if (String(args[0]) === 'OBJECT') return wire.replace(/\$8\r\nlistpack|\$9\r\nquicklist/, 'a list');
  return normalise(wire, sent);
}

differential(
  'list commands',
  fc.oneof(
    { weight: 14, arbitrary: listCommand },
    { weight: 1, arbitrary: keyCommand.filter((args) => args[0] !== 'SELECT') },
    { weight: 1, arbitrary: expiryCommand },
    { weight: 1, arbitrary: stringCommand },
  ),
  { normalise: normaliseLists, runs: 200, maxLength: 60, atEnd: LIST_INSPECTION, args: LIST_LIMITS },
);

differential(
  'list commands on compressed nodes',
  fc.oneof({ weight: 14, arbitrary: listCommand }, { weight: 1, arbitrary: command('COPY', key, key, 'REPLACE') }),
  {
    runs: 100,
    maxLength: 60,
    protocols: [3],
    atEnd: LIST_INSPECTION,
    args: [...LIST_LIMITS, '--list-compress-depth', '1'],
  },
);

differential('list commands that may wait', fc.oneof(listWait, listWrite), {
  runs: 40,
  maxLength: 12,
  atEnd: LIST_INSPECTION,
});

/** Lists that grow to some thousands of elements and shrink again, under their usual limits. */
const many = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 1, max: 400 }), fc.constantFrom('', 'element:'))
  .map(([first, count, prefix]) => Array.from({ length: count }, (_, i) => `${prefix}${first + i}`));
const far = fc.integer({ min: -3000, max: 3000 }).map(String);
differential(
  'large lists',
  fc.oneof(
    { weight: 6, arbitrary: fc.oneof(command('RPUSH', key, many), command('LPUSH', key, many)) },
    { weight: 2, arbitrary: listWrite },
    command('LINSERT', key, 'BEFORE', far, element),
    command('LREM', key, '0', far),
    command('LREM', key, '-2', far),
    command('LSET', key, far, element),
    command('LTRIM', key, fc.integer({ min: 0, max: 400 }).map(String), '-5'),
    command('LPOP', key, fc.integer({ min: 0, max: 500 }).map(String)),
    command('RPOP', key, fc.integer({ min: 0, max: 500 }).map(String)),
    command('LINDEX', key, far),
    command('LRANGE', key, far, far),
    command('LPOS', key, far, 'RANK', '-2', 'MAXLEN', '500'),
    command('COPY', key, key, 'REPLACE'),
  ),
  { runs: 60, maxLength: 40, protocols: [3], atEnd: LIST_INSPECTION },
);

/** How many nodes a list has: a listpack is one. */
function nodesOf(wire: string, sent: Command): string {
  if (String(toArgs(sent)[0]) !== 'DEBUG') return wire;
  return /encoding:listpack/.test(wire)
    ? '1 node'
    : `${/ql_nodes:(\d+)/.exec(wire)?.[1]} node${/ql_nodes:1 /.test(wire) ? '' : 's'}`;
}

/** Nodes are made, split and joined where the reference does so: OBJECT ENCODING depends on it. */
const short = fc.constantFrom('a', 'b', 'c', 'd', 'e', '1', '2', '3');
const shorts = fc.array(short, { minLength: 1, maxLength: 7 });
const oneList = fc.constantFrom('a', 'b');
const near = fc.integer({ min: -15, max: 15 }).map(String);
differential(
  'nodes of lists',
  fc.oneof(
    { weight: 4, arbitrary: fc.oneof(command('RPUSH', oneList, shorts), command('LPUSH', oneList, shorts)) },
    { weight: 6, arbitrary: command('LINSERT', oneList, fc.constantFrom('BEFORE', 'AFTER'), short, short) },
    { weight: 2, arbitrary: command('LREM', oneList, fc.constantFrom('0', '1', '-1', '2', '-2'), short) },
    command('LSET', oneList, near, short),
    command('LTRIM', oneList, near, near),
    command('LPOP', oneList, fc.constantFrom('1', '2', '3')),
    command('RPOP', oneList, fc.constantFrom('1', '2', '3')),
    command('LMOVE', 'a', 'b', fc.constantFrom('LEFT', 'RIGHT'), fc.constantFrom('LEFT', 'RIGHT')),
  ),
  {
    normalise: nodesOf,
    runs: 200,
    maxLength: 40,
    protocols: [3],
    atEnd: ['DEBUG OBJECT a', 'DEBUG OBJECT b', 'LRANGE a 0 -1', 'LRANGE b 0 -1'],
    args: LIST_LIMITS,
  },
);
