/** The transactions group's entries. Handlers: transaction.ts and watch.ts beside this file. */
import type { CommandSpec } from '../../spec.js';
import { discard, exec, multi } from './transaction.js';
import { unwatch, watch } from './watch.js';

export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'discard',
    group: 'transactions',
    since: '2.0.0',
    arity: 1,
    flags: 'noscript loading stale fast allow_busy',
    complexity: 'O(N), N being the number of queued commands',
    summary: 'Drops the commands that were queued since MULTI, and all watches.',
    isNeverQueued: true,
    handler: discard,
  },
  {
    name: 'exec',
    group: 'transactions',
    since: '1.2.0',
    arity: 1,
    flags: 'noscript loading stale skip_slowlog',
    complexity: 'Depends on the queued commands',
    summary: 'Runs the commands that were queued since MULTI, with no other between them.',
    isNeverQueued: true,
    handler: exec,
  },
  {
    name: 'multi',
    group: 'transactions',
    since: '1.2.0',
    arity: 1,
    flags: 'noscript loading stale fast allow_busy',
    complexity: 'O(1)',
    summary: 'Begins a transaction: the commands that follow are queued.',
    isNeverQueued: true,
    handler: multi,
  },
  {
    name: 'unwatch',
    group: 'transactions',
    since: '2.2.0',
    arity: 1,
    flags: 'noscript loading stale fast allow_busy',
    complexity: 'O(1)',
    summary: 'Ends all watches of the connection.',
    handler: unwatch,
  },
  {
    name: 'watch',
    group: 'transactions',
    since: '2.2.0',
    arity: -2,
    flags: 'noscript loading stale fast allow_busy',
    keys: ['1..-1 RO'],
    syntax: 'key@0...',
    complexity: 'O(1) a key',
    summary: 'Lets the next EXEC run only if none of these keys has changed until then.',
    isNeverQueued: true,
    handler: watch,
  },
];
