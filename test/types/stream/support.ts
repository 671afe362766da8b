/** What the tests of streams share: ids as numbers, and the seeds. */
import { StreamId, uint64 } from '../../../src/types/stream/stream-id.js';
import type { StreamReader } from '../../../src/types/stream/stream-reader.js';
import { ByteSpans } from '../../../src/util/byte-spans.js';

/** `REDSTART_SEED=<seed>` runs that one alone. */
export const SEEDS: readonly number[] =
  process.env['REDSTART_SEED'] === undefined ? [1, 2, 3] : [Number(process.env['REDSTART_SEED'])];

/** The id whose 128 bits are `key`. */
export function idOf(key: bigint, id = new StreamId()): StreamId {
  const word = (shift: bigint): number => Number(BigInt.asIntN(32, key >> shift));
  id.msHigh = word(96n);
  id.msLow = word(64n);
  id.seqHigh = word(32n);
  id.seqLow = word(0n);
  return id;
}

/** The 128 bits of an id. */
export function bigId(id: StreamId): bigint {
  return (uint64(id.msHigh, id.msLow) << 64n) | uint64(id.seqHigh, id.seqLow);
}

/** These texts as spans, a byte a char. */
export function spansOf(...texts: string[]): ByteSpans {
  const spans = new ByteSpans(Math.max(texts.length, 1));
  spans.bind(Buffer.from(texts.join(''), 'latin1'));
  let at = 0;
  texts.forEach((text, i) => {
    spans.offsets[i] = at;
    spans.lengths[i] = text.length;
    at += text.length;
  });
  spans.count = texts.length;
  return spans;
}

/** Everything that can be read of a stream, as text: for comparisons, whatever memory it is read from. */
export function describeStream(streams: StreamReader, stream: number): string {
  const id = new StreamId();
  const lines = [
    `length ${streams.length(stream)} added ${streams.entriesAdded(stream)} last ${streams.lastId(stream, id)}`,
    `first ${streams.firstId(stream, id)} deleted ${streams.maxDeletedId(stream, id)}`,
  ];
  for (const reverse of [false, true]) {
    streams.seekRange(stream, new StreamId(), new StreamId().setGreatest(), reverse);
    while (streams.nextInRange()) {
      const texts: string[] = [];
      streams.visitEntry((bytes, _view, from, length) => {
        texts.push(Buffer.from(bytes.subarray(from, from + length)).toString('latin1'));
      });
      lines.push(`${reverse ? '<' : '>'} ${streams.entryId} ${JSON.stringify(texts)}`);
    }
  }
  for (let i = 0; i < streams.groupCount(stream); i++) describeGroup(streams, streams.groupAt(stream, i), lines);
  return lines.join('\n');
}

function describeGroup(streams: StreamReader, group: number, lines: string[]): void {
  const id = new StreamId();
  lines.push(
    `group ${text(streams.groupName(group))} at ${streams.deliveredId(group, id)} read ${streams.entriesRead(group)}`,
  );
  let more = streams.seekPendingFrom(group, new StreamId());
  for (; more; more = streams.nextPending()) {
    const consumer = text(streams.consumerName(streams.pendingConsumer()));
    lines.push(`  ${streams.pendingId(id)} ${consumer} ${streams.pendingSinceMs()} ${streams.pendingDeliveries()}`);
  }
  for (let i = 0; i < streams.consumerCount(group); i++) {
    const consumer = streams.consumerAt(group, i);
    const own: string[] = [];
    for (let next = streams.seekOwnFrom(consumer, new StreamId()); next; next = streams.nextOwn())
      own.push(`${streams.ownId(id)}`);
    const times = `${streams.seenAtMs(consumer)} ${streams.activeAtMs(consumer)}`;
    lines.push(`  consumer ${text(streams.consumerName(consumer))} ${times}: ${own.join(' ')}`);
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
