/** What the sections of INFO are made of. */
import type { Config } from '../../config/index.js';
import type { Keyspace } from '../../keyspace/keyspace.js';
import type { ServerStatus } from '../server-status.js';
import type { ServerStats } from '../stats.js';

/** What INFO tells of all clients together. */
export interface ClientFigures {
  readonly connected: number;
  /** Clients that wait, and those of them that wait for a limited time. */
  readonly blocked: number;
  readonly waitingForTime: number;
  /** Keys that somebody waits for, and those of them that somebody wants to hear of when they are gone. */
  readonly waitedForKeys: number;
  readonly waitedForMissingKeys: number;
  /** Clients that cache, keys that they may have, how often, and prefixes of keys that they want to hear of. */
  readonly tracking: number;
  readonly trackedKeys: number;
  readonly trackedItems: number;
  readonly trackedPrefixes: number;
  /** Clients that are subscribed to something, and what they all are subscribed to. */
  readonly subscribed: number;
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  /** Clients that watch keys, and keys that are watched. */
  readonly watching: number;
  readonly watchedKeys: number;
}

/** The server at the moment of the call. */
export interface InfoSource {
  readonly nowMs: number;
  /** Wall-clock time in microseconds. */
  readonly nowUs: number;
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly stats: ServerStats;
  readonly status: ServerStatus;
  /** `master_repl_offset`. */
  readonly replicationOffset: number;
  /** Commands and subcommands by id, as the arrays of statistics have them, with their full names. */
  readonly commands: readonly { readonly name: string }[];
  readonly clients: ClientFigures;
}

/** Names and values of a section, in the order of Redis 7.4. */
export type InfoFields = readonly (readonly [name: string, value: string | number])[];
