/** What the commands on streams share: the stream of a key, its groups, and entries as replies. */
import { type Entry, NONE, TYPE_STREAM } from '../../../keyspace/record.js';
import type { ElementVisitor } from '../../../types/value.js';
import type { CommandContext } from '../../context.js';
import { replyId } from './ids.js';

/** No `COUNT`. */
export const NO_COUNT = Number.POSITIVE_INFINITY;

/** @hot Whether an entry is there and holds another type of value. */
export function isOtherType(c: CommandContext, entry: Entry): boolean {
  return entry !== NONE && c.db.typeOf(entry) !== TYPE_STREAM;
}

/** @hot The group whose name is argument `i`, NONE when the stream has none of that name. O(log groups). */
export function groupNamed(c: CommandContext, stream: number, i: number): number {
  const { argv } = c;
  return c.keyspace.streams.findGroup(stream, argv.bytes, argv.view, argv.offset(i), argv.length(i));
}

/** @hot The consumer whose name is argument `i`, NONE when the group has none of that name. O(log consumers). */
export function consumerNamed(c: CommandContext, group: number, i: number): number {
  const { argv } = c;
  return c.keyspace.streams.findConsumer(group, argv.bytes, argv.view, argv.offset(i), argv.length(i));
}

/** Writes what it visits as bulk strings; one for each command that replies with entries. */
export function elementReplier(c: CommandContext): ElementVisitor {
  const { reply } = c;
  return (bytes, view, from, length) => reply.bulk(bytes, view, from, length);
}

/** @hot Replies with the entry at the position: its id, and its fields and values. O(fields). */
export function replyEntry(c: CommandContext, element: ElementVisitor): void {
  const { streams } = c.keyspace;
  c.reply.array(2);
  replyId(c, streams.entryId);
  c.reply.array(streams.pairCount * 2);
  streams.visitEntry(element);
}

/**
 * Replies with the entries of the range that was sought last ({@link StreamReader.seekRange}), up to `count` of them.
 * O(entries).
 */
export function replyRange(c: CommandContext, count: number): void {
  const { streams } = c.keyspace;
  const element = elementReplier(c);
  const mark = c.reply.deferred();
  let length = 0;
  while (length < count && streams.nextInRange()) {
    replyEntry(c, element);
    length++;
  }
  c.reply.setArrayLength(mark, length);
}
