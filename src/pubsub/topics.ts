/** Names and who is subscribed to each: channels, patterns or shard channels of a server. */

/** One name. */
export interface Topic<S> {
  /** Latin1 text, a char a byte. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** In the order in which they came. */
  readonly subscribers: Set<S>;
}

export class Topics<S> {
  private readonly byName = new Map<string, Topic<S>>();

  /** How many names somebody is subscribed to. */
  get count(): number {
    return this.byName.size;
  }

  /** The names, in the order in which they came to be. */
  all(): Iterable<Topic<S>> {
    return this.byName.values();
  }

  /** Undefined when nobody is subscribed. O(1). */
  get(name: string): Topic<S> | undefined {
    return this.byName.get(name);
  }

  add(name: string, subscriber: S): void {
    const known = this.byName.get(name);
    if (known !== undefined) known.subscribers.add(subscriber);
    else this.byName.set(name, { name, bytes: Buffer.from(name, 'latin1'), subscribers: new Set([subscriber]) });
  }

  remove(name: string, subscriber: S): void {
    const topic = this.byName.get(name);
    if (topic === undefined) return;
    topic.subscribers.delete(subscriber);
    if (topic.subscribers.size === 0) this.byName.delete(name);
  }
}
