/** How a keyspace hangs together with the rest of its server: what happens to keys whose time is over, and its settings. */
import type { CommandContext } from '../commands/context.js';
import { NOTIFY_EXPIRED } from '../commands/events.js';
import type { Config } from '../config/index.js';
import type { Database } from '../keyspace/database.js';
import type { Feed } from '../keyspace/feed.js';
import type { Keyspace, KeyspaceHooks } from '../keyspace/keyspace.js';
import { CommandBuilder } from '../resp/index.js';
import type { ByteSpans } from '../util/byte-spans.js';

/** Propagates and announces keys that expire: everyone who follows the feed sees a deletion. */
export class ExpiryAnnouncer implements KeyspaceHooks {
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
    if (context.keyChangeListener !== null) context.keyChangeListener.keyChanged(db, keys, i);
  }
}

/** Brings a keyspace in line with the configuration. */
export function configureKeyspace({ clock }: Keyspace, config: Config): void {
  clock.lfu = config.maxmemoryPolicy.endsWith('-lfu');
  clock.lfuLogFactor = config.lfuLogFactor;
  clock.lfuDecayTime = config.lfuDecayTime;
}

/** Brings the server's keyspace in line with the configuration, now and whenever CONFIG SET changes it. */
export function watchKeyspaceConfig(context: CommandContext): void {
  const { config } = context;
  const apply = (): null => {
    configureKeyspace(context.keyspace, config);
    return null;
  };
  config.onApply(['maxmemoryPolicy', 'lfuLogFactor', 'lfuDecayTime'], apply);
  apply();
}
