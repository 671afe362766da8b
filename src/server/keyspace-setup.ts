/** How a keyspace hangs together with the rest of its server: who hears of what happens in it, and its settings. */
import type { CommandContext } from '../commands/context.js';
import {
  NOTIFY_EVICTED,
  NOTIFY_EXPIRED,
  NOTIFY_GENERIC,
  NOTIFY_HASH,
  NOTIFY_KEY_MISS,
  NOTIFY_NEW,
} from '../commands/events.js';
import { KeyspaceEvents } from '../commands/keyspace-events.js';
import type { Config } from '../config/index.js';
import type { Database } from '../keyspace/database.js';
import type { Feed } from '../keyspace/feed.js';
import type { Keyspace, KeyspaceHooks } from '../keyspace/keyspace.js';
import { CommandBuilder } from '../resp/index.js';
import type { TypeLimits } from '../types/limits.js';
import type { ByteSpans } from '../util/byte-spans.js';

/**
 * Announces keys that expire, come to be, or are missed. Who follows the feed sees a deletion for each that expires.
 */
export class KeyspaceAnnouncer implements KeyspaceHooks {
  /** Set once it exists: the keyspace is made before it. */
  context: CommandContext | null = null;
  private readonly config: Config;
  private readonly feed: Feed;
  private readonly deletion = new CommandBuilder();

  constructor(config: Config, feed: Feed) {
    this.config = config;
    this.feed = feed;
  }

  expired(db: Database, keys: ByteSpans, i: number): void {
    const { context } = this;
    const name = this.config.lazyfreeLazyExpire ? 'UNLINK' : 'DEL';
    this.feed.append(db.number, this.deletion.begin().text(name).arg(keys, i));
    if (context === null) return;
    context.notifyOther(NOTIFY_EXPIRED, 'expired', db, keys, i);
    if (context.keyChangeListener !== null) context.keyChangeListener.keyChanged(db, keys, i, false);
  }

  evicted(db: Database, keys: ByteSpans, i: number): void {
    const { context } = this;
    if (context !== null) {
      if (context.keyChangeListener !== null) context.keyChangeListener.keyChanged(db, keys, i, false);
      context.notifyOther(NOTIFY_EVICTED, 'evicted', db, keys, i);
    }
    const name = this.config.lazyfreeLazyEviction ? 'UNLINK' : 'DEL';
    this.feed.append(db.number, this.deletion.begin().text(name).arg(keys, i));
  }

  fieldsExpired(db: Database, keys: ByteSpans, i: number, fields: ByteSpans, isLast: boolean): void {
    const { context } = this;
    this.feed.append(db.number, this.deletion.begin().text('HDEL').arg(keys, i).argsFrom(fields, 0));
    if (context === null) return;
    context.notifyOther(NOTIFY_HASH, 'hexpired', db, keys, i);
    if (isLast) context.notifyOther(NOTIFY_GENERIC, 'del', db, keys, i);
    if (context.keyChangeListener !== null) context.keyChangeListener.keyChanged(db, keys, i, false);
  }

  /** @hot */
  missed(db: Database, keys: ByteSpans, i: number): void {
    if (this.context !== null) this.context.notifyOther(NOTIFY_KEY_MISS, 'keymiss', db, keys, i);
  }

  /** @hot */
  created(db: Database, keys: ByteSpans, i: number): void {
    const { context } = this;
    if (context === null) return;
    context.notifyOther(NOTIFY_NEW, 'new', db, keys, i);
    context.blocked.keyReady(context, db, keys, i);
  }

  streamLeft(db: Database, keys: ByteSpans, i: number): void {
    this.context?.blocked.keyReady(this.context, db, keys, i);
  }
}

/** The limits at which values change their encoding, which are directives of the same names. */
const LIMITS = [
  'hashMaxListpackEntries',
  'hashMaxListpackValue',
  'setMaxIntsetEntries',
  'setMaxListpackEntries',
  'setMaxListpackValue',
  'zsetMaxListpackEntries',
  'zsetMaxListpackValue',
  'listMaxListpackSize',
  'listCompressDepth',
  'streamNodeMaxBytes',
  'streamNodeMaxEntries',
] as const satisfies readonly (keyof TypeLimits)[];

/** Brings a keyspace in line with the configuration. */
export function configureKeyspace({ clock, eviction, limits }: Keyspace, config: Config): void {
  for (const limit of LIMITS) limits[limit] = config[limit];
  clock.lfu = config.maxmemoryPolicy.endsWith('-lfu');
  clock.lfuLogFactor = config.lfuLogFactor;
  clock.lfuDecayTime = config.lfuDecayTime;
  eviction.limitBytes = config.maxmemory === 0 ? Number.POSITIVE_INFINITY : config.maxmemory;
  eviction.policy = config.maxmemoryPolicy;
  eviction.samples = config.maxmemorySamples;
  eviction.tenacity = config.maxmemoryEvictionTenacity;
}

/**
 * Lets events of the keyspace be published as `notify-keyspace-events` says, now and whenever CONFIG SET changes it.
 */
export function watchEventConfig(context: CommandContext): void {
  const { config } = context;
  const events = new KeyspaceEvents(context.pubsub);
  const apply = (): null => {
    events.classes = config.notifyKeyspaceEvents;
    context.eventClasses = config.notifyKeyspaceEvents;
    context.eventListener = config.notifyKeyspaceEvents === 0 ? null : events;
    return null;
  };
  config.onApply(['notifyKeyspaceEvents'], apply);
  apply();
}

/** Brings the server's keyspace in line with the configuration, now and whenever CONFIG SET changes it. */
export function watchKeyspaceConfig(context: CommandContext): void {
  const { config } = context;
  const apply = (): null => {
    configureKeyspace(context.keyspace, config);
    return null;
  };
  config.onApply(['maxmemorySamples', 'maxmemoryEvictionTenacity', 'lfuLogFactor', 'lfuDecayTime', ...LIMITS], apply);
  config.onApply(['maxmemory', 'maxmemoryPolicy'], () => {
    apply();
    makeRoom(context);
    return null;
  });
  apply();
}

/** A limit that is below what is in use begins to act at once, whether commands come or not. */
function makeRoom({ config, keyspace, ports }: CommandContext): void {
  const { account, eviction, wheel } = keyspace;
  if (!eviction.isDue) return;
  ports.log.warning(
    `The new maxmemory (${config.maxmemory} bytes) is below what is in use (${account.used} bytes): keys will be evicted ` +
      'or writes refused, as maxmemory-policy says.',
  );
  eviction.isRunning = true;
  wheel.onSooner();
}
