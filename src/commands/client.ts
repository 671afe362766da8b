/**
 * A client: whoever sends commands. Usually somebody at the other end of a connection; a script, the AOF that is being
 * loaded or a primary's stream are clients too, without one.
 *
 * One class with every field set in its constructor, so that the executor sees one hidden class.
 */
import type { User } from '../acl/user.js';
import type { Subscriber, Subscriptions } from '../pubsub/index.js';
import { ParseState, type ReplySink } from '../resp/index.js';
import type { Suspension } from './suspension.js';
import type { Command } from './table.js';
import type { ClientTracking } from './tracking.js';
import type { Transaction } from './transaction.js';
import type { Watch } from './watched-keys.js';

/** Replies are sent. */
export const REPLY_ON = 0;
/** No replies at all, as CLIENT REPLY OFF asks. */
export const REPLY_OFF = 1;
/** This command's reply is dropped: the one of CLIENT REPLY SKIP itself. */
export const REPLY_SKIP = 2;
/** The next command's reply is dropped. */
export const REPLY_SKIP_NEXT = 3;

/** The most input that is kept of a client that nobody knows; 1 MiB since 7.4. */
const STRANGER_QUERY_BYTES = 1024 * 1024;

export type ReplyMode = typeof REPLY_ON | typeof REPLY_OFF | typeof REPLY_SKIP | typeof REPLY_SKIP_NEXT;

/** What commands see of a client's connection; `net` and the session implement it. */
export interface ClientConnection extends ReplySink {
  /** `ip:port`, or the path of a unix socket with `:0`. */
  readonly address: string;
  readonly localAddress: string;
  readonly unixSocket: boolean;
  /** The descriptor where the system tells it, else -1. */
  readonly fd: number;
  /** Whether the other end is this machine (loopback address or unix socket). */
  readonly local: boolean;
  /** When a part of a large value came last that is not complete; 0: never. */
  readonly lastKeptMs: number;
  /** Bytes of incomplete commands that are kept. */
  readonly queryBufferBytes: number;
  /** Room left in the query buffer. */
  readonly queryBufferFree: number;
  /** Lowers `client-query-buffer-limit` for this client. */
  queryBufferLimit: number;
  /** Reply bytes that the socket has not taken yet, and in how many pieces. */
  readonly pendingOutputBytes: number;
  readonly pendingOutputCount: number;
  /** Whether so much output waits that the client's further commands are left for later. */
  readonly congested: boolean;
  /** Whether the connection is closed or about to be: what is sent now is lost. */
  readonly closed: boolean;
  /** Memory that output is held in until the socket has taken it. */
  readonly outputMemoryBytes: number;
  /** Everything that this connection holds, as `maxmemory-clients` counts it. */
  readonly memoryBytes: number;
  /** Whose output limits hold (`client-output-buffer-limit`): the ordinary ones to begin with. */
  limitOutputAs(kind: 'normal' | 'replica' | 'pubsub'): void;
  /** Copies `bytes` behind whatever is being sent: for what does not come from a running command (pushes). */
  append(bytes: Uint8Array): void;
  /** Closes when all replies have been taken by the socket. */
  closeAfterReplies(): void;
  /** Closes now. */
  destroy(): void;
  /** Offers the input that was kept while the client was suspended. */
  resume(): void;
  /** The same in the next turn of the event loop, when other clients have had theirs. */
  offerLater(): void;
}

export class Client implements Subscriber {
  readonly id: number;
  readonly connection: ClientConnection | null;
  readonly createdMs: number;
  lastInteractionMs: number;
  /** As CLIENT SETNAME set it, latin1. */
  name = '';
  libName = '';
  libVersion = '';
  resp = 2;
  /**
   * The number of the database that it selected. Not the database itself: SWAPDB and loading exchange what stands
   * behind a number, and no client has to hear of it.
   */
  database = 0;
  user: User;
  /** Whether it has shown who it is, or connected while the default user needed no password. */
  authenticated: boolean;
  replyMode: ReplyMode = REPLY_ON;
  noEvict = false;
  /** Its reads leave LRU and LFU clocks alone (CLIENT NO-TOUCH). */
  noTouch = false;
  /** The command that it sent last, null before the first and when there is no such command. */
  lastCommand: Command | null = null;
  /** Not null while the client waits: nothing more of its input is looked at. */
  suspension: Suspension | null = null;
  /** The command for whose sake it waits is run again when it goes on: until then it stays in the query buffer. */
  postponed = false;
  /** Bytes of that command at the start of the query buffer; they are skipped when it was answered after all. */
  postponedBytes = 0;
  /** What it has queued since MULTI; null outside. */
  transaction: Transaction | null = null;
  /** The keys that it watches; kept by `WatchedKeys`. */
  readonly watches: Watch[] = [];
  /** Whether one of the keys that it watched has changed: the next EXEC runs nothing. */
  watchBroken = false;
  /** What it is subscribed to; null: nothing. */
  subscriptions: Subscriptions | null = null;
  /** How it hears of changes to what it caches; null: not at all. */
  tracking: ClientTracking | null = null;
  /** Whether it sees the commands of all (MONITOR). */
  isMonitor = false;
  /** Set when the connection is to be closed after the current command. */
  closing = false;
  /** Whether the connection is gone: nothing may be sent any more. */
  closed = false;
  /** The feed's offset after this client's last write, for WAIT. */
  lastWriteOffset = 0;
  readonly parse = new ParseState();

  constructor(id: number, connection: ClientConnection | null, user: User, nowMs: number) {
    this.id = id;
    this.connection = connection;
    this.user = user;
    this.authenticated = user.nopass;
    this.limitInput(!user.nopass);
    this.createdMs = nowMs;
    this.lastInteractionMs = nowMs;
  }

  subscribed(isSubscribed: boolean): void {
    this.connection?.limitOutputAs(isSubscribed ? 'pubsub' : 'normal');
  }

  /** Makes this client `user`, authenticated. */
  becomeUser(user: User): void {
    this.user = user;
    this.authenticated = true;
    this.limitInput(false);
  }

  /** Makes this client a new one as far as its user goes: `user` is the default one. */
  forgetUser(user: User): void {
    this.user = user;
    this.authenticated = user.nopass;
    this.limitInput(!user.nopass);
  }

  /** Sets whether this client may send only little: it has not authenticated, and the default user needs a password. */
  limitInput(limited: boolean): void {
    const { parse, connection } = this;
    parse.authenticated = !limited;
    parse.changed = true;
    if (connection !== null) connection.queryBufferLimit = limited ? STRANGER_QUERY_BYTES : Number.POSITIVE_INFINITY;
  }
}
