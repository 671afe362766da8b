/** The hyperloglog group's entries. Handlers: count.ts and debug.ts beside this file. */
import type { CommandSpec } from '../../spec.js';
import { pfadd, pfcount, pfmerge } from './count.js';
import { pfdebug, pfselftest } from './debug.js';

export const HYPERLOGLOG_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'pfadd',
    group: 'hyperloglog',
    since: '2.8.9',
    arity: -2,
    flags: 'write denyoom fast',
    keys: ['1 RW insert'],
    syntax: 'key@0 [element...]',
    complexity: 'O(1) an element',
    summary: 'Adds elements to a HyperLogLog; creates it where there is none.',
    handler: pfadd,
  },
  {
    name: 'pfcount',
    group: 'hyperloglog',
    since: '2.8.9',
    arity: -2,
    flags: 'readonly may_replicate',
    keys: [
      '1..-1 RW access -- RW because it may change the internal representation of the key, and propagate to replicas',
    ],
    syntax: 'key@0...',
    complexity: 'O(1) for one key, O(N) for N keys with a large constant',
    summary: 'Estimates how many different elements were added to HyperLogLogs, all of them together.',
    handler: pfcount,
  },
  {
    name: 'pfdebug',
    group: 'hyperloglog',
    since: '2.8.9',
    arity: 3,
    flags: 'write denyoom admin',
    keys: ['2 RW access'],
    syntax: 'subcommand key@0',
    complexity: 'O(1), O(N) where it converts or decodes N registers',
    summary: 'Shows the inside of a HyperLogLog.',
    internal: true,
    handler: pfdebug,
  },
  {
    name: 'pfmerge',
    group: 'hyperloglog',
    since: '2.8.9',
    arity: -2,
    flags: 'write denyoom',
    keys: ['1 RW access insert', '2..-1 RO access'],
    syntax: 'destkey@0 [sourcekey@1...]',
    complexity: 'O(N) where N is the number of keys, with a large constant',
    summary: 'Lets a HyperLogLog count what others count, too.',
    handler: pfmerge,
  },
  {
    name: 'pfselftest',
    group: 'hyperloglog',
    since: '2.8.9',
    arity: 1,
    flags: 'admin',
    complexity: 'O(1): some tenths of a second',
    summary: 'Tests HyperLogLogs of both representations against each other.',
    internal: true,
    handler: pfselftest,
  },
];
