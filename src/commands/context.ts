/**
 * The command context: everything that a handler may use, in one object that lives as long as the server.
 *
 * The fields of the running command (`argv`, `client`, `db`, `command`, `nowMs`) are set by the executor before each
 * call; the rest belongs to the server. One class, all fields set in the constructor: handlers see one hidden class.
 */
import type { Users } from '../acl/user.js';
import type { Config } from '../config/config.js';
import type { Database } from '../keyspace/database.js';
import { type Audience, type Feed, FOR_ALL } from '../keyspace/feed.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import type { Entry } from '../keyspace/record.js';
import type { ServerStats } from '../observability/stats.js';
import { PubSub } from '../pubsub/index.js';
import { type Argv, CommandBuilder, type ReplyWriter } from '../resp/index.js';
import type { ByteSpans } from '../util/byte-spans.js';
import type { Clock } from '../util/clock.js';
import type { Random } from '../util/random.js';
import { BlockedKeys } from './blocking.js';
import type { Client } from './client.js';
import { type EventListener, NOTIFY_GENERIC } from './events.js';
import { Monitors } from './monitors.js';
import { Pause } from './pause.js';
import { Payloads } from './payloads.js';
import type { Ports } from './ports.js';
import { Pushes } from './pushes.js';
import type { Suspensions } from './suspension.js';
import type { Command, CommandTable } from './table.js';
import { Tracking } from './tracking.js';
import { WatchedKeys } from './watched-keys.js';

/** What the server gives the context when it is put together. */
export interface ContextParts {
  readonly keyspace: Keyspace;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly table: CommandTable;
  readonly users: Users;
  readonly stats: ServerStats;
  readonly feed: Feed;
  readonly suspensions: Suspensions;
  readonly ports: Ports;
  readonly argv: Argv;
  readonly reply: ReplyWriter;
}

/** Hears of every changed key: WATCH and client side caching. */
export interface KeyChangeListener {
  /** @param isByCommand whether the running command changed it, rather than time */
  keyChanged(db: Database, keys: ByteSpans, i: number, isByCommand: boolean): void;
  /** `db` is about to lose all its keys, each database where it is null. Called even when there are none to lose. */
  willFlush(db: Database | null): void;
  /**
   * Two different databases are about to be exchanged: each key is about to have the value that the other has for it.
   */
  willSwap(first: Database, second: Database): void;
}

/** Several listeners that hear of the same changes. */
class KeyChangeListeners implements KeyChangeListener {
  readonly all: readonly KeyChangeListener[];

  constructor(all: readonly KeyChangeListener[]) {
    this.all = all;
  }

  /** @hot */
  keyChanged(db: Database, keys: ByteSpans, i: number, isByCommand: boolean): void {
    const { all } = this;
    for (let k = 0; k < all.length; k++) all[k]!.keyChanged(db, keys, i, isByCommand);
  }

  willFlush(db: Database | null): void {
    for (const listener of this.all) listener.willFlush(db);
  }

  willSwap(first: Database, second: Database): void {
    for (const listener of this.all) listener.willSwap(first, second);
  }
}

/** Runs commands inside the one that is running: those of EXEC, and of scripts. The executor implements it. */
export interface Caller {
  /**
   * Runs `command` with the arguments `argv` for the client of the running command, and writes its reply, or why the
   * client may not run it. What it changes belongs to the unit of the running command.
   */
  callInside(command: Command, argv: Argv): void;
}

/** The command is propagated as the client sent it, if it changed data. */
export const PROPAGATE_VERBATIM = 0;
/** Something else is propagated in its place. */
export const PROPAGATE_INSTEAD = 1;
/** Nothing is propagated for the command itself. */
export const PROPAGATE_NOTHING = 2;

const SCRATCH_SIZE = 4096;

export class CommandContext {
  /** All data. Loading builds another and puts it here: nobody else keeps a reference to it beyond a command. */
  keyspace: Keyspace;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly table: CommandTable;
  readonly users: Users;
  readonly stats: ServerStats;
  readonly feed: Feed;
  readonly suspensions: Suspensions;
  /** Commands that wait for keys. */
  readonly blocked = new BlockedKeys();
  readonly monitors = new Monitors();
  readonly pause: Pause;
  /** What clients get without having asked for it. */
  readonly pushes: Pushes;
  readonly pubsub: PubSub<Client>;
  readonly payloads: Payloads;
  readonly ports: Ports;
  /** The arguments, the name being argument 0: a window onto the receive buffer, valid until the handler returns. */
  argv: Argv;
  readonly reply: ReplyWriter;

  /** Whose command runs. */
  client: Client;
  /** The client's database. */
  db: Database;
  command: Command;
  /** The time of this command in wall-clock milliseconds: it stands still while the command runs. */
  nowMs = 0;

  /** Bytes to build values in; contents do not outlive the handler. See {@link ensureScratch}. */
  scratch: Buffer = Buffer.allocUnsafeSlow(SCRATCH_SIZE);
  scratchView: DataView = new DataView(this.scratch.buffer);

  /** `notify-keyspace-events` as a mask of `NOTIFY_` classes, 0 when nobody is to be told. */
  eventClasses = 0;
  eventListener: EventListener | null = null;
  /** Who hears of changed keys: null while nobody wants to. See {@link listenToKeys}. */
  keyChangeListener: KeyChangeListener | null = null;
  readonly watched: WatchedKeys;
  readonly tracking: Tracking;
  /** Set by the executor. */
  caller: Caller | null = null;
  /** Whether the command runs inside another one, which goes on when it has ended: it must not wait for anything. */
  isInside = false;

  /** How the running command is propagated; the executor reads it afterwards. */
  propagation: typeof PROPAGATE_VERBATIM | typeof PROPAGATE_INSTEAD | typeof PROPAGATE_NOTHING = PROPAGATE_VERBATIM;
  /** Whom that is for; a handler may narrow it. */
  audience: Audience = FOR_ALL;
  readonly instead = new CommandBuilder();
  /** Commands propagated after the command itself; the first `alsoCount` count. */
  readonly also: CommandBuilder[] = [];
  alsoCount = 0;

  constructor(parts: ContextParts, client: Client) {
    this.keyspace = parts.keyspace;
    this.config = parts.config;
    this.clock = parts.clock;
    this.random = parts.random;
    this.table = parts.table;
    this.users = parts.users;
    this.stats = parts.stats;
    this.feed = parts.feed;
    this.suspensions = parts.suspensions;
    this.payloads = new Payloads(parts.keyspace);
    this.ports = parts.ports;
    this.argv = parts.argv;
    this.reply = parts.reply;
    this.client = client;
    this.db = parts.keyspace.db(client.database);
    this.command = parts.table.all[0]!;
    this.watched = new WatchedKeys(this);
    this.tracking = new Tracking(this);
    this.pause = new Pause(this);
    this.pushes = new Pushes(parts.reply);
    this.pubsub = new PubSub(this.pushes.send);
  }

  /**
   * @hot The one call for a key that changed: it counts as `changes` changes since the last save, touches WATCH and
   * client side caching, and lets the command be propagated.
   * @param i the argument that is the key
   */
  keyChanged(i: number, changes = 1): void {
    this.keyspace.dirty += changes;
    if (this.keyChangeListener !== null) this.keyChangeListener.keyChanged(this.db, this.argv, i, true);
  }

  /** The same for a key that is no argument of the command, or in another database. */
  otherKeyChanged(db: Database, keys: ByteSpans, i: number, changes = 1): void {
    this.keyspace.dirty += changes;
    if (this.keyChangeListener !== null) this.keyChangeListener.keyChanged(db, keys, i, true);
  }

  /** From now on `listener` hears of changed keys. O(listeners). */
  listenToKeys(listener: KeyChangeListener): void {
    this.setKeyListeners([...this.keyListeners(), listener]);
  }

  /** `listener` hears of nothing more. O(listeners). */
  ignoreKeys(listener: KeyChangeListener): void {
    this.setKeyListeners(this.keyListeners().filter((other) => other !== listener));
  }

  private keyListeners(): readonly KeyChangeListener[] {
    const { keyChangeListener } = this;
    if (keyChangeListener === null) return [];
    return keyChangeListener instanceof KeyChangeListeners ? keyChangeListener.all : [keyChangeListener];
  }

  private setKeyListeners(all: readonly KeyChangeListener[]): void {
    this.keyChangeListener = all.length > 1 ? new KeyChangeListeners(all) : (all[0] ?? null);
  }

  /** @hot Tells of an event on the key that is argument `i`. */
  notify(eventClass: number, event: string, i: number): void {
    if ((this.eventClasses & eventClass) === 0 || this.eventListener === null) return;
    this.eventListener.keyspaceEvent(eventClass, event, this.db.number, this.argv, i);
  }

  /** The same for a key that is no argument of the command, or in another database. */
  notifyOther(eventClass: number, event: string, db: Database, keys: ByteSpans, i: number): void {
    if ((this.eventClasses & eventClass) === 0 || this.eventListener === null) return;
    this.eventListener.keyspaceEvent(eventClass, event, db.number, keys, i);
  }

  /** Deletes the entry of the key that is argument `i`, whose value has become empty, and tells of it. O(1). */
  deleteEmptied(entry: Entry, i: number): void {
    this.db.deleteEntry(entry);
    this.notify(NOTIFY_GENERIC, 'del', i);
  }

  /** What is propagated in place of the command; the caller fills the builder. A second call begins anew. */
  propagateInstead(): CommandBuilder {
    this.propagation = PROPAGATE_INSTEAD;
    return this.instead.begin();
  }

  /** One more command that is propagated after the command itself; the caller fills the builder. */
  propagateAlso(): CommandBuilder {
    let builder = this.also[this.alsoCount];
    if (builder === undefined) {
      builder = new CommandBuilder();
      this.also.push(builder);
    }
    this.alsoCount++;
    return builder.begin();
  }

  /** The command itself is not propagated; what {@link propagateAlso} added still is. */
  preventPropagation(): void {
    this.propagation = PROPAGATE_NOTHING;
  }

  /** Makes `scratch` at least `length` bytes long. What was in it is gone. */
  ensureScratch(length: number): void {
    if (this.scratch.length >= length) return;
    this.scratch = Buffer.allocUnsafeSlow(Math.max(length, this.scratch.length * 2));
    this.scratchView = new DataView(this.scratch.buffer);
  }
}
