/** Publish and subscribe. */
export { CHANNEL, PATTERN, PubSub, SHARD_CHANNEL, type Subscriber, type TopicKind } from './pubsub.js';
export type { Subscriptions } from './subscriptions.js';
