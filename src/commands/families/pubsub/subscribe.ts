/** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their opposites: an answer for each name. */
import { CHANNEL, PATTERN, SHARD_CHANNEL, type TopicKind } from '../../../pubsub/index.js';
import type { CommandContext } from '../../context.js';

export const subscribe = (c: CommandContext): void => subscribeTo(c, CHANNEL, 'subscribe');
export const psubscribe = (c: CommandContext): void => subscribeTo(c, PATTERN, 'psubscribe');
export const ssubscribe = (c: CommandContext): void => subscribeTo(c, SHARD_CHANNEL, 'ssubscribe');
export const unsubscribe = (c: CommandContext): void => unsubscribeFrom(c, CHANNEL, 'unsubscribe');
export const punsubscribe = (c: CommandContext): void => unsubscribeFrom(c, PATTERN, 'punsubscribe');
export const sunsubscribe = (c: CommandContext): void => unsubscribeFrom(c, SHARD_CHANNEL, 'sunsubscribe');

function subscribeTo(c: CommandContext, kind: TopicKind, word: string): void {
  const { argv, client, pubsub } = c;
  for (let i = 1; i < argv.count; i++) {
    const name = argv.text(i);
    pubsub.subscribe(client, kind, name);
    answer(c, kind, word, name);
  }
}

/** Without names: from all, and an answer without a name where there are none. */
function unsubscribeFrom(c: CommandContext, kind: TopicKind, word: string): void {
  const { argv, client, pubsub } = c;
  const names =
    argv.count > 1
      ? Array.from({ length: argv.count - 1 }, (_, i) => argv.text(i + 1))
      : [...(client.subscriptions?.[kind] ?? [])];
  for (const name of names) {
    pubsub.unsubscribe(client, kind, name);
    answer(c, kind, word, name);
  }
  if (names.length === 0) answer(c, kind, word, null);
}

function answer({ client, reply }: CommandContext, kind: TopicKind, word: string, name: string | null): void {
  const { subscriptions } = client;
  reply.push(3);
  reply.bulkText(word);
  if (name === null) reply.null();
  else reply.bulkText(name);
  reply.int(
    subscriptions === null ? 0 : kind === SHARD_CHANNEL ? subscriptions.shardChannels.size : subscriptions.count,
  );
}
