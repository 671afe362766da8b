/** What one client is subscribed to, by names of latin1 text, a char a byte. */
export class Subscriptions {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();

  /** Channels and patterns: what SUBSCRIBE and its kin answer. Shard channels are counted by themselves. */
  get count(): number {
    return this.channels.size + this.patterns.size;
  }

  /** Whether there are none at all. */
  get isEmpty(): boolean {
    return this.count + this.shardChannels.size === 0;
  }
}
