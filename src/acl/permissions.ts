/**
 * Permission: the question whether a user may run a call, and what it is asked about.
 *
 * `acl` knows commands by their ids in the table, and keys and channels by where they stand among the arguments: what
 * a command does with them is passed in by who asks.
 */
import type { Argv } from '../resp/argv.js';

export const ALLOWED = 0;
/** The user may not run this command or subcommand. */
export const DENIED_COMMAND = 1;
/** The user may run it, but not on one of these keys, or not to read or to write it. */
export const DENIED_KEY = 2;
/** The user may run it on these keys, but not on one of these channels. */
export const DENIED_CHANNEL = 3;
export type Verdict = typeof ALLOWED | typeof DENIED_COMMAND | typeof DENIED_KEY | typeof DENIED_CHANNEL;

/** The keys of a call. */
export interface KeyUses {
  readonly count: number;
  /** Which argument each key is; the first `count` count. */
  readonly indexes: Int32Array;
  /** Whether the call tells what key `k` holds. */
  reads(k: number): boolean;
  /** Whether the call changes key `k`. A call may do neither: EXISTS tells only that there is such a key. */
  writes(k: number): boolean;
}

/** The channels of a call: consecutive arguments. */
export interface ChannelUses {
  /** The argument that is the first. */
  readonly first: number;
  /** The argument that is the last; before `first` when there is none. */
  readonly last: number;
  /** Whether they are patterns of channels. */
  readonly arePatterns: boolean;
}

/** A command with its arguments, for which permission is asked. It does not outlive the question. */
export interface Call {
  readonly commandId: number;
  readonly argv: Argv;
  readonly keys: KeyUses;
  readonly channels: ChannelUses;
}

/**
 * What a restricted user may do. One question for the whole call: rules can consist of several sets (selectors), of
 * which a single one has to allow its command, its keys and its channels.
 */
export interface Permissions {
  verdict(call: Call): Verdict;
}
