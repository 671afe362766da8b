/**
 * Publish and subscribe: who is subscribed to what, and messages on their way to them. (Rules of pubsub.c, Redis 7.4.)
 *
 * ```
 *   publish(channel, message) --> subscribers of the channel --> those of each pattern that fits it
 *                                 "message" channel message       "pmessage" pattern channel message
 *   publishSharded            --> subscribers of the shard channel: "smessage"
 * ```
 * A subscription stands in the topics and in the client's own {@link Subscriptions}. A client that has none left has no
 * such object.
 */
import { globMatch } from '../util/glob.js';
import { Message } from './message.js';
import { Subscriptions } from './subscriptions.js';
import { type Topic, Topics } from './topics.js';

/** Who can be subscribed. */
export interface Subscriber {
  /** The protocol that it speaks: 2 or 3. */
  readonly resp: number;
  /** Null when it is not subscribed to anything. Kept by {@link PubSub}. */
  subscriptions: Subscriptions | null;
  /** It has come to have subscriptions, or has none any more. */
  subscribed(isSubscribed: boolean): void;
}

/** The kinds of names that one can subscribe to. */
export const CHANNEL = 'channels';
export const PATTERN = 'patterns';
export const SHARD_CHANNEL = 'shardChannels';
export type TopicKind = typeof CHANNEL | typeof PATTERN | typeof SHARD_CHANNEL;

export class PubSub<S extends Subscriber> {
  readonly channels = new Topics<S>();
  readonly patterns = new Topics<S>();
  readonly shardChannels = new Topics<S>();
  private readonly message = new Message();
  private readonly deliver: (subscriber: S, bytes: Uint8Array) => void;
  private clients = 0;

  /** @param deliver gets a message for a subscriber in its protocol: valid during the call */
  constructor(deliver: (subscriber: S, bytes: Uint8Array) => void) {
    this.deliver = deliver;
  }

  /** How many clients are subscribed to anything: `pubsub_clients`. */
  get clientCount(): number {
    return this.clients;
  }

  /** @hot Whether nobody would get a message of any channel. */
  get isSilent(): boolean {
    return this.channels.count + this.patterns.count === 0;
  }

  /** Subscribes; without effect when it is. O(1). */
  subscribe(subscriber: S, kind: TopicKind, name: string): void {
    if (subscriber.subscriptions === null) {
      subscriber.subscriptions = new Subscriptions();
      this.clients++;
      subscriber.subscribed(true);
    }
    subscriber.subscriptions[kind].add(name);
    this[kind].add(name, subscriber);
  }

  /** Ends a subscription, if there is one. O(1). */
  unsubscribe(subscriber: S, kind: TopicKind, name: string): void {
    const { subscriptions } = subscriber;
    if (subscriptions?.[kind].delete(name) !== true) return;
    this[kind].remove(name, subscriber);
    if (!subscriptions.isEmpty) return;
    subscriber.subscriptions = null;
    this.clients--;
    subscriber.subscribed(false);
  }

  /** Ends all subscriptions without a word. O(subscriptions). */
  leave(subscriber: S): void {
    for (const kind of [CHANNEL, PATTERN, SHARD_CHANNEL] as const) {
      for (const name of subscriber.subscriptions?.[kind] ?? []) this.unsubscribe(subscriber, kind, name);
    }
  }

  /**
   * Publishes a message on a channel; returns how many got it, one that is subscribed in two ways twice. O(subscribers
   * and patterns).
   */
  publish(channel: Uint8Array, message: Uint8Array): number {
    let count = this.publishTo(this.channels.get(latin1(channel)), 'message', channel, message);
    if (this.patterns.count === 0) return count;
    for (const pattern of this.patterns.all()) {
      if (!globMatch(pattern.bytes, channel)) continue;
      this.begin(4, 'pmessage').part(pattern.bytes, 0, pattern.bytes.length);
      this.end(channel, message);
      count += this.send(pattern);
    }
    return count;
  }

  /** The same on a shard channel. O(subscribers). */
  publishSharded(channel: Uint8Array, message: Uint8Array): number {
    return this.publishTo(this.shardChannels.get(latin1(channel)), 'smessage', channel, message);
  }

  private publishTo(topic: Topic<S> | undefined, word: string, channel: Uint8Array, message: Uint8Array): number {
    if (topic === undefined) return 0;
    this.begin(3, word);
    this.end(channel, message);
    return this.send(topic);
  }

  private begin(parts: number, word: string): Message {
    return this.message.begin(parts).text(word);
  }

  private end(channel: Uint8Array, message: Uint8Array): void {
    this.message.part(channel, 0, channel.length).part(message, 0, message.length);
  }

  private send({ subscribers }: Topic<S>): number {
    for (const subscriber of subscribers) this.deliver(subscriber, this.message.inProtocol(subscriber.resp));
    return subscribers.size;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
