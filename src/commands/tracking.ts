/**
 * Client side caching: clients that keep what they have read hear when it has changed (CLIENT TRACKING; rules of
 * tracking.c, Redis 7.0, tried on a running server).
 *
 * ```
 *   default   a client reads k ----> table: k -> its id         k changes ----> invalidate k, and k leaves the table
 *   BCAST     a client names prefixes                           keys that change are gathered by prefix, and told
 *                                                               together before the event loop sleeps
 * ```
 * 1. While no client tracks, no key change is told here.
 * 2. What a client's own command invalidates is told behind its reply.
 * 3. The table has `tracking-table-max-keys` keys at most when the event loop sleeps: what goes for that is told as if
 *    it had changed.
 */
import type { Database } from '../keyspace/database.js';
import type { ByteSpans } from '../util/byte-spans.js';
import type { Client } from './client.js';
import type { CommandContext, KeyChangeListener } from './context.js';
import { encodeBrokenRedirection, encodeInvalidation, encodeNothingLeft } from './invalidation.js';
import { findKeys, KeyPositions } from './key-specs.js';
import type { Command } from './table.js';
import { TrackingTable } from './tracking-table.js';

/** How a client wants to be told: the options of CLIENT TRACKING ON. */
export interface TrackingOptions {
  /** All keys with one of the prefixes, rather than those that it has read. */
  readonly bcast: boolean;
  readonly optin: boolean;
  readonly optout: boolean;
  /** Not of what it changes itself. */
  readonly noloop: boolean;
  /** The id of the client that is told in its place, 0: none. */
  readonly redirect: number;
  /** Latin1 text; the empty one is in front of every key. */
  readonly prefixes: readonly string[];
}

/** What is known of a client that tracks. */
export class ClientTracking {
  readonly options: TrackingOptions;
  /** All that it asked for in BCAST mode so far. */
  readonly prefixes = new Set<string>();
  /** CLIENT CACHING was the command before: this one is, or is not, remembered. */
  caching = false;
  /** The client that it redirects to is gone. */
  isRedirectionBroken = false;

  constructor(options: TrackingOptions) {
    this.options = options;
  }
}

/** A prefix of BCAST mode. */
interface Prefix {
  readonly clients: Set<Client>;
  /** Keys that have changed, each with the client that changed it last; null: nobody. */
  keys: Map<string, Client | null>;
}

export class Tracking implements KeyChangeListener {
  private readonly c: CommandContext;
  private readonly table = new TrackingTable();
  private readonly prefixes = new Map<string, Prefix>();
  private readonly clients = new Set<Client>();
  private readonly keys = new KeyPositions();
  private isFlushScheduled = false;

  constructor(context: CommandContext) {
    this.c = context;
  }

  /** `tracking_clients`. */
  get clientCount(): number {
    return this.clients.size;
  }

  /** `tracking_total_keys`. */
  get keyCount(): number {
    return this.table.keyCount;
  }

  /** `tracking_total_items`. */
  get itemCount(): number {
    return this.table.itemCount;
  }

  /** `tracking_total_prefixes`. */
  get prefixCount(): number {
    return this.prefixes.size;
  }

  /** Lets a client track, or track otherwise; prefixes that it has stay. O(prefixes). */
  start(client: Client, options: TrackingOptions): void {
    const before = client.tracking;
    const tracking = new ClientTracking(options);
    for (const prefix of before?.prefixes ?? []) tracking.prefixes.add(prefix);
    client.tracking = tracking;
    if (options.bcast) for (const prefix of options.prefixes) this.join(client, tracking, prefix);
    if (this.clients.size === 0) this.c.listenToKeys(this);
    this.clients.add(client);
  }

  /** Ends it, without effect where a client does not track. O(prefixes). */
  stop(client: Client): void {
    const { tracking } = client;
    if (tracking === null) return;
    for (const name of tracking.prefixes) {
      const prefix = this.prefixes.get(name);
      prefix?.clients.delete(client);
      if (prefix?.clients.size === 0) this.prefixes.delete(name);
    }
    client.tracking = null;
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    this.c.ignoreKeys(this);
    this.table.clear();
  }

  /** A client that tracks has run a command that reads: its keys are remembered, if that is how it tracks. O(keys). */
  remember(client: Client, tracking: ClientTracking, command: Command): void {
    const { bcast, optin, optout } = tracking.options;
    if (bcast || (optin && !tracking.caching) || (optout && tracking.caching)) return;
    const { argv } = this.c;
    const { keys, table } = this;
    if (!findKeys(command, argv, keys)) return;
    for (let k = 0; k < keys.count; k++) table.add(argv.text(keys.indexes[k]!), client.id);
    if (table.keyCount > this.limit) this.flushSoon();
  }

  keyChanged(_db: Database, keys: ByteSpans, i: number, isByCommand: boolean): void {
    const from = keys.offset(i);
    const { bytes } = keys;
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + from, keys.length(i)).toString('latin1');
    const changer = isByCommand ? this.c.client : null;
    if (this.prefixes.size > 0) this.gather(name, changer);
    this.invalidate(name, changer);
  }

  willFlush(): void {
    for (const client of this.clients) this.tell(client, null);
    this.table.clear();
  }

  willSwap(): void {} // the reference tells nobody, and neither do we

  /** Tells what waits, and keeps the table within its limit. */
  readonly flush = (): void => {
    this.isFlushScheduled = false;
    for (const prefix of this.prefixes.values()) {
      if (prefix.keys.size === 0) continue;
      const { keys } = prefix;
      prefix.keys = new Map();
      this.broadcast(prefix, keys);
    }
    const { table } = this;
    while (table.keyCount > this.limit) this.invalidate(table.eldest!, null);
  };

  private get limit(): number {
    const { trackingTableMaxKeys } = this.c.config;
    return trackingTableMaxKeys === 0 ? Number.POSITIVE_INFINITY : trackingTableMaxKeys;
  }

  private join(client: Client, tracking: ClientTracking, name: string): void {
    tracking.prefixes.add(name);
    const known = this.prefixes.get(name);
    if (known !== undefined) known.clients.add(client);
    else this.prefixes.set(name, { clients: new Set([client]), keys: new Map() });
  }

  private gather(name: string, changer: Client | null): void {
    for (const [prefix, { keys }] of this.prefixes) {
      if (!name.startsWith(prefix)) continue;
      keys.set(name, changer);
      this.flushSoon();
    }
  }

  private invalidate(name: string, changer: Client | null): void {
    for (const id of this.table.take(name)) {
      const client = this.c.ports.clients.byId(id);
      if (client === undefined || client.tracking === null || client.tracking.options.bcast) continue;
      if (client === changer && client.tracking.options.noloop) continue;
      this.tell(client, [name]);
    }
  }

  private broadcast({ clients }: Prefix, keys: ReadonlyMap<string, Client | null>): void {
    const all = [...keys.keys()];
    for (const client of clients) {
      const names = client.tracking?.options.noloop === true ? all.filter((name) => keys.get(name) !== client) : all;
      if (names.length > 0) this.tell(client, names);
    }
  }

  /** @param names the keys that are no longer what they were; null: none is */
  private tell(client: Client, names: readonly string[] | null): void {
    const { pushes, ports } = this.c;
    const { tracking } = client;
    if (tracking === null) return;
    const { redirect } = tracking.options;
    const target = redirect === 0 ? client : ports.clients.byId(redirect);
    if (target === undefined) {
      tracking.isRedirectionBroken = true;
      if (client.resp === 3) pushes.send(client, encodeBrokenRedirection(redirect));
      return;
    }
    // A client of RESP2 is told in the form of a message, which only one that is subscribed to something can take.
    if (target.resp !== 3 && (redirect === 0 || target.subscriptions === null)) return;
    pushes.send(target, names === null ? encodeNothingLeft(target.resp) : encodeInvalidation(target.resp, names));
  }

  private flushSoon(): void {
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    setImmediate(this.flush);
  }
}
