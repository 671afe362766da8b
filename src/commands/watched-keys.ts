/**
 * WATCH: a client names keys, and the transaction that it sends then runs only if none of them has changed. (Rules of
 * multi.c, Redis 7.0, tried on a running server.)
 *
 * ```
 *   hash --> watched key (database, bytes) --> watch of client A, of client B
 *                                                ^
 *   client A . watches  -------------------------'   and those of its other keys
 * ```
 * 1. A watch is in the list of its key exactly while it is in the list of its client.
 * 2. A client one of whose keys has changed is `watchBroken` and watches nothing any more, until EXEC, DISCARD, UNWATCH
 *    or RESET.
 * 3. While nobody watches, no key change is told here; while somebody does, a change costs one hash of its key.
 *
 * A key belongs to the number of its database: SWAPDB changes it when it brings another value, or takes one away.
 */
import type { Database } from '../keyspace/database.js';
import { NONE } from '../keyspace/record.js';
import { ByteSpans } from '../util/byte-spans.js';
import { KeyHasher } from '../util/hash.js';
import type { Client } from './client.js';
import type { CommandContext, KeyChangeListener } from './context.js';

/** A key that somebody watches. */
class WatchedKey {
  readonly database: number;
  readonly hash: number;
  /** The key alone, in bytes of its own. */
  readonly spans = new ByteSpans(1);
  readonly watches: Watch[] = [];

  constructor(database: number, hash: number, keys: ByteSpans, i: number) {
    this.database = database;
    this.hash = hash;
    const from = keys.offset(i);
    const bytes = new Uint8Array(keys.length(i));
    bytes.set(keys.bytes.subarray(from, from + bytes.length));
    this.spans.bind(bytes);
    this.spans.lengths[0] = bytes.length;
    this.spans.count = 1;
  }

  is(database: number, keys: ByteSpans, i: number): boolean {
    const { bytes, lengths } = this.spans;
    const from = keys.offset(i);
    if (database !== this.database || keys.length(i) !== lengths[0]) return false;
    for (let k = 0; k < bytes.length; k++) if (bytes[k] !== keys.bytes[from + k]) return false;
    return true;
  }
}

/** That a client watches a key. */
export class Watch {
  readonly client: Client;
  readonly key: WatchedKey;
  /** Whether the key was there, but over its time, when the watch began: that it goes changes nothing then. */
  wasExpired: boolean;

  constructor(client: Client, key: WatchedKey, wasExpired: boolean) {
    this.client = client;
    this.key = key;
    this.wasExpired = wasExpired;
  }
}

/** All watches of one server. */
export class WatchedKeys implements KeyChangeListener {
  private readonly c: CommandContext;
  private readonly hasher: KeyHasher;
  private readonly buckets = new Map<number, WatchedKey[]>();
  private readonly clients = new Set<Client>();
  private count = 0;

  constructor(context: CommandContext) {
    this.c = context;
    this.hasher = new KeyHasher(context.random.int32(), context.random.int32());
  }

  /** How many clients watch something: `watching_clients`. */
  get clientCount(): number {
    return this.clients.size;
  }

  /** How many keys are watched, by however many: `total_watched_keys`. */
  get keyCount(): number {
    return this.count;
  }

  /** The client of the running command watches the key that is argument `i`. O(watches of the key). */
  watch(i: number): void {
    const { argv, client, db } = this.c;
    const key = this.find(db.number, argv, i) ?? this.add(db.number, argv, i);
    if (key.watches.some((watch) => watch.client === client)) return;
    const entry = db.findKept(argv, i);
    const watch = new Watch(client, key, entry !== NONE && db.isExpired(entry));
    key.watches.push(watch);
    client.watches.push(watch);
    if (this.clients.size === 0) this.c.listenToKeys(this);
    this.clients.add(client);
  }

  /** `client` begins anew: it watches nothing, and nothing that it watched has changed. O(its watches). */
  unwatch(client: Client): void {
    client.watchBroken = false;
    this.release(client);
  }

  /** Whether a key that the client watches has changed, or its time is over now. O(its watches). */
  hasChanged(client: Client): boolean {
    if (client.watchBroken) return true;
    return client.watches.some(({ key, wasExpired }) => !wasExpired && isExpired(this.databaseOf(key), key));
  }

  /** @hot */
  keyChanged(db: Database, keys: ByteSpans, i: number): void {
    const key = this.find(db.number, keys, i);
    if (key !== null) this.watchedChanged(db, key);
  }

  private watchedChanged(db: Database, key: WatchedKey): void {
    for (const watch of [...key.watches]) {
      if (!watch.wasExpired) this.break(watch.client);
      else if (!holds(db, key) || isExpired(db, key)) watch.wasExpired = false; // it goes, and no client sees a change
    }
  }

  willFlush(db: Database | null): void {
    this.forEachKey((key) => {
      if (db !== null && db.number !== key.database) return;
      if (holds(this.databaseOf(key), key)) this.replace(key, null);
    });
  }

  willSwap(first: Database, second: Database): void {
    this.forEachKey((key) => {
      if (key.database === first.number) this.replace(key, second);
      else if (key.database === second.number) this.replace(key, first);
    });
  }

  /** What `key` has is about to become what it has in `next`; nothing, where that is null. */
  private replace(key: WatchedKey, next: Database | null): void {
    const wasThere = holds(this.databaseOf(key), key);
    const willBe = next !== null && holds(next, key);
    if (!wasThere && !willBe) return;
    const willBeExpired = willBe && isExpired(next, key);
    for (const watch of [...key.watches]) {
      // From nothing, or what is over its time, to one of these: no client has seen a change.
      if ((watch.wasExpired || !wasThere) && (!willBe || willBeExpired)) watch.wasExpired = willBe;
      else this.break(watch.client);
    }
  }

  /** A key that the client watches has changed. There is no need to hear of any other. */
  private break(client: Client): void {
    client.watchBroken = true;
    this.release(client);
  }

  private release(client: Client): void {
    for (const watch of client.watches) {
      const { key } = watch;
      key.watches.splice(key.watches.indexOf(watch), 1);
      if (key.watches.length === 0) this.remove(key);
    }
    client.watches.length = 0;
    if (this.clients.delete(client) && this.clients.size === 0) this.c.ignoreKeys(this);
  }

  /** @hot */
  private find(database: number, keys: ByteSpans, i: number): WatchedKey | null {
    const bucket = this.buckets.get(this.hashOf(keys, i));
    if (bucket === undefined) return null;
    for (let k = 0; k < bucket.length; k++) if (bucket[k]!.is(database, keys, i)) return bucket[k]!;
    return null;
  }

  private add(database: number, keys: ByteSpans, i: number): WatchedKey {
    const hash = this.hashOf(keys, i);
    const key = new WatchedKey(database, hash, keys, i);
    const bucket = this.buckets.get(hash);
    if (bucket === undefined) this.buckets.set(hash, [key]);
    else bucket.push(key);
    this.count++;
    return key;
  }

  private remove(key: WatchedKey): void {
    const bucket = this.buckets.get(key.hash)!.filter((other) => other !== key);
    if (bucket.length === 0) this.buckets.delete(key.hash);
    else this.buckets.set(key.hash, bucket);
    this.count--;
  }

  /** @hot */
  private hashOf(keys: ByteSpans, i: number): number {
    return this.hasher.hash(keys.view, keys.bytes, keys.offset(i), keys.length(i));
  }

  /** Visits all watched keys; whoever stops watching meanwhile does not disturb. */
  private forEachKey(visit: (key: WatchedKey) => void): void {
    for (const bucket of [...this.buckets.values()]) for (const key of [...bucket]) visit(key);
  }

  private databaseOf(key: WatchedKey): Database {
    return this.c.keyspace.db(key.database);
  }
}

/** Whether the database has the key, be its time over or not. */
function holds(db: Database, key: WatchedKey): boolean {
  return db.findKept(key.spans, 0) !== NONE;
}

/** Whether the database has the key, and its time is over. */
function isExpired(db: Database, key: WatchedKey): boolean {
  const entry = db.findKept(key.spans, 0);
  return entry !== NONE && db.isExpired(entry);
}
