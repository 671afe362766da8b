/**
 * The shape of a command's entry: what stands above each handler in `families/`, and from which everything else is
 * derived (dispatch, arity check, COMMAND, key positions, ACL categories, docs/commands.md).
 *
 * ```ts
 * export const STRING_COMMANDS: readonly CommandSpec[] = [
 *   {
 *     name: 'get',
 *     group: 'string',
 *     since: '1.0.0',
 *     arity: 2,
 *     flags: 'readonly fast',
 *     keys: ['1 RO access'],
 *     syntax: 'key@0',
 *     complexity: 'O(1)',
 *     summary: 'Answers the string that a key holds.',
 *     handler: get,
 *   },
 * ```
 * `keys` is written in the language of `key-specs.ts`, `syntax` in that of `syntax.ts`.
 */
import type { Argv } from '../resp/index.js';
import type { CommandContext } from './context.js';
import type { KeyPositions } from './key-specs.js';

/** What runs a command: it reads `c.argv`, works on `c.db`, and writes exactly one reply to `c.reply`. */
export type CommandHandler = (c: CommandContext) => void;

/** Finds the keys of a command whose key specs cannot tell them all (SORT, MIGRATE); false: wrong arguments. */
export type KeyFinder = (argv: Argv, keys: KeyPositions) => boolean;

/** The groups of Redis' documentation; a group gives its commands an ACL category (see `categories.ts`). */
export type CommandGroup =
  | 'bitmap'
  | 'cluster'
  | 'connection'
  | 'generic'
  | 'geo'
  | 'hash'
  | 'hyperloglog'
  | 'list'
  | 'pubsub'
  | 'scripting'
  | 'sentinel'
  | 'server'
  | 'set'
  | 'sorted-set'
  | 'stream'
  | 'string'
  | 'transactions';

/** Where a command's channels stand: consecutive arguments. */
export interface ChannelSpec {
  readonly first: number;
  /** From the end when negative: -1 is the last argument. */
  readonly last: number;
  /** Whether they are patterns (PSUBSCRIBE). */
  readonly arePatterns: boolean;
}

/** What a command and a subcommand have in common. */
export interface CommandSpecBase {
  /** Lower case; of a subcommand only its own part: `kill`, not `client|kill`. */
  readonly name: string;
  /** Redis' version that brought it. */
  readonly since: string;
  /** Number of arguments with the name (and the container's name); negative: at least so many. */
  readonly arity: number;
  /** Names of {@link COMMAND_FLAGS} with a space between: `'write denyoom fast'`. `movablekeys` is derived. */
  readonly flags: string;
  /** Where the keys are, one line a key spec: `'1 RW access update'`. */
  readonly keys?: readonly string[];
  /** Which arguments are channels that it publishes to or subscribes to. */
  readonly channels?: ChannelSpec;
  /** The arguments after the name: `"key@0 value [c<NX | XX>]"`. */
  readonly syntax?: string;
  /** `O(1)` or `O(N)` and what N is, in our own words. */
  readonly complexity?: string;
  /** One sentence, in our own words. */
  readonly summary: string;
  /** Command tips: `'nondeterministic_output request_policy:all_shards'`, with a space between. */
  readonly tips?: string;
  /** Changes since it came: version and what changed, in our own words. */
  readonly history?: readonly (readonly [version: string, change: string])[];
  readonly deprecated?: { readonly since: string; readonly replacedBy: string };
  /** For Redis itself, not for its users (`doc_flags: syscmd`). */
  readonly internal?: boolean;
  /**
   * ACL categories that group and flags do not give, `-name` for one that they give wrongly: `'connection -keyspace'`.
   */
  readonly categories?: string;
  /** Whether it runs at once inside MULTI as well, where all others are queued. */
  readonly isNeverQueued?: boolean;
  /** Whether it runs for a client of RESP2 that is subscribed to something, as few do. */
  readonly isForSubscribers?: boolean;
  readonly getKeys?: KeyFinder;
  /** Whether argument `i` is a password, or belongs to one: never shown in SLOWLOG, MONITOR or the log. O(i). */
  readonly isSecret?: (argv: Argv, i: number) => boolean;
  /**
   * The argument that is looked up in the value of the first key, in a table perhaps: it is loaded ahead in a pipeline.
   */
  readonly element?: number;
}

/** A command of the table. A container without a handler of its own answers only through its subcommands. */
export interface CommandSpec extends CommandSpecBase {
  readonly group: CommandGroup;
  readonly subcommands?: readonly SubcommandSpec[];
  readonly handler?: CommandHandler;
}

/** A subcommand: its group is that of its container. */
export interface SubcommandSpec extends CommandSpecBase {
  readonly handler: CommandHandler;
}

export const FLAG_WRITE = 1 << 0;
export const FLAG_READONLY = 1 << 1;
/** May use more memory: refused when `maxmemory` is reached and nothing can be evicted. */
export const FLAG_DENYOOM = 1 << 2;
export const FLAG_ADMIN = 1 << 3;
export const FLAG_PUBSUB = 1 << 4;
export const FLAG_NOSCRIPT = 1 << 5;
/** May suspend its client. */
export const FLAG_BLOCKING = 1 << 6;
/** Runs while a data set is being loaded. */
export const FLAG_LOADING = 1 << 7;
/** Runs on a replica whose link to its master is down, even with `replica-serve-stale-data no`. */
export const FLAG_STALE = 1 << 8;
export const FLAG_SKIP_MONITOR = 1 << 9;
export const FLAG_SKIP_SLOWLOG = 1 << 10;
/** Counts as preceded by ASKING in cluster mode. */
export const FLAG_ASKING = 1 << 11;
export const FLAG_FAST = 1 << 12;
/** Runs before the client has authenticated. */
export const FLAG_NO_AUTH = 1 << 13;
/** Its key specs may find no key at all: the number of keys may be zero. */
export const FLAG_NO_MANDATORY_KEYS = 1 << 14;
/** Refused while a replica loads a data set beside the one that it serves. */
export const FLAG_NO_ASYNC_LOADING = 1 << 15;
/** Refused inside MULTI. */
export const FLAG_NO_MULTI = 1 << 16;
/** First, last and step do not tell all its keys; derived from the key specs, never written in an entry. */
export const FLAG_MOVABLEKEYS = 1 << 17;
/** Runs while a script or function has been running for too long. */
export const FLAG_ALLOW_BUSY = 1 << 18;
/** May end in a write without being one (EVAL, PFCOUNT, PUBLISH): treated as one by CLIENT PAUSE WRITE. */
export const FLAG_MAY_REPLICATE = 1 << 19;
/** Needs `enable-debug-command` or `enable-module-command`. */
export const FLAG_PROTECTED = 1 << 20;
/** May touch keys that it does not name (SCAN, RANDOMKEY). */
export const FLAG_TOUCHES_ARBITRARY_KEYS = 1 << 21;

/** All flag names, in the order in which COMMAND shows them. */
export const COMMAND_FLAGS: ReadonlyMap<string, number> = new Map([
  ['write', FLAG_WRITE],
  ['readonly', FLAG_READONLY],
  ['denyoom', FLAG_DENYOOM],
  ['admin', FLAG_ADMIN],
  ['pubsub', FLAG_PUBSUB],
  ['noscript', FLAG_NOSCRIPT],
  ['blocking', FLAG_BLOCKING],
  ['loading', FLAG_LOADING],
  ['stale', FLAG_STALE],
  ['skip_monitor', FLAG_SKIP_MONITOR],
  ['skip_slowlog', FLAG_SKIP_SLOWLOG],
  ['asking', FLAG_ASKING],
  ['fast', FLAG_FAST],
  ['no_auth', FLAG_NO_AUTH],
  ['no_mandatory_keys', FLAG_NO_MANDATORY_KEYS],
  ['no_async_loading', FLAG_NO_ASYNC_LOADING],
  ['no_multi', FLAG_NO_MULTI],
  ['movablekeys', FLAG_MOVABLEKEYS],
  ['allow_busy', FLAG_ALLOW_BUSY],
  ['may_replicate', FLAG_MAY_REPLICATE],
  ['protected', FLAG_PROTECTED],
  ['touches_arbitrary_keys', FLAG_TOUCHES_ARBITRARY_KEYS],
]);

/** Flags that COMMAND does not show. */
const HIDDEN_FLAGS = FLAG_MAY_REPLICATE | FLAG_PROTECTED | FLAG_TOUCHES_ARBITRARY_KEYS;

/** The names of a mask's flags, as COMMAND shows them. */
export function flagNames(mask: number): string[] {
  return [...COMMAND_FLAGS].filter(([, bit]) => (mask & bit & ~HIDDEN_FLAGS) !== 0).map(([name]) => name);
}
