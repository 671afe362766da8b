/**
 * Reads streams of all three forms into holders. Nodes are taken over as they are, once {@link NodeCheck} has seen that
 * they are what nodes have to be.
 *
 * 1. Entries ascend, within a node and from node to node, and none is above the last id.
 * 2. Each entry that is pending in a group is so for one of its consumers.
 * 3. What can be counted (entries, the first of them) is not read from what the input says of it.
 */
import { NONE } from '../memory/index.js';
import { StreamId } from '../types/stream/stream-id.js';
import type { Streams } from '../types/stream/streams.js';
import { ByteSpans } from '../util/byte-spans.js';
import { NodeCheck } from './node-check.js';
import type { RdbReader } from './reader.js';
import { RDB_TYPE_STREAM_LISTPACKS, RDB_TYPE_STREAM_LISTPACKS_3 } from './types.js';

const ID_BYTES = 16;
/** Times beyond what a double holds exactly are none. */
const MAX_TIME_MS = BigInt(Number.MAX_SAFE_INTEGER);

export class StreamValueReader {
  private readonly streams: Streams;
  private readonly input: RdbReader;
  private readonly check = new NodeCheck();
  private readonly id = new StreamId();
  private readonly lastId = new StreamId();
  /** A name on its way, the only span. */
  private readonly name = new ByteSpans(1);

  constructor(streams: Streams, input: RdbReader) {
    this.streams = streams;
    this.input = input;
    this.name.count = 1;
  }

  /** Reads a stream into a holder that has no value; false when it is none. O(size). */
  read(holder: number, type: number): boolean {
    const { check, id, input, lastId, streams } = this;
    const stream = streams.init(holder);
    if (!this.nodes(stream)) return false;
    const length = input.length();
    this.idOfLengths(lastId);
    let added = BigInt(length);
    streams.setMaxDeletedId(stream, id.setLeast());
    if (type !== RDB_TYPE_STREAM_LISTPACKS) {
      this.idOfLengths(id); // the first one, which is known
      streams.setMaxDeletedId(stream, this.idOfLengths(id));
      added = this.int64();
    }
    if (input.failed || length !== check.liveTotal || lastId.compare(check.lastId) < 0) return false;
    streams.loader.finish(stream, length, check.firstId);
    streams.setLastId(stream, lastId);
    streams.setEntriesAdded(stream, added);
    for (let left = input.length(); left > 0 && !input.failed; left--) if (!this.group(stream, type)) return false;
    return !input.failed;
  }

  private nodes(stream: number): boolean {
    const { check, id, input, streams } = this;
    check.begin();
    for (let left = input.length(); left > 0 && !input.failed; left--) {
      input.string();
      if (input.stringLength !== ID_BYTES) return false;
      decode(input.stringView, input.stringFrom, id);
      input.string();
      const { stringBytes, stringView, stringFrom, stringLength } = input;
      if (input.failed || !check.accepts(id, stringBytes, stringView, stringFrom, stringLength)) return false;
      streams.loader.addNode(stream, id, stringBytes, stringView, stringFrom, stringLength);
    }
    return !input.failed;
  }

  private group(stream: number, type: number): boolean {
    const { id, input, streams } = this;
    input.string();
    this.nameString();
    this.idOfLengths(id);
    const entriesRead = type === RDB_TYPE_STREAM_LISTPACKS ? streams.counter.numberOf(stream, id) : this.int64();
    if (input.failed) return false;
    const group = streams.createGroup(stream, this.name, 0, id, entriesRead);
    if (group === NONE) return false;
    for (let left = input.length(); left > 0 && !input.failed; left--) if (!this.pending(group)) return false;
    for (let left = input.length(); left > 0 && !input.failed; left--) if (!this.consumer(group, type)) return false;
    return !input.failed && streams.loader.isOwned(group);
  }

  private pending(group: number): boolean {
    const { id, input, streams } = this;
    this.rawId(id);
    const sinceMs = this.time();
    input.longLength();
    return !input.failed && streams.loader.addPending(group, id, sinceMs, input.high, input.low);
  }

  private consumer(group: number, type: number): boolean {
    const { id, input, name, streams } = this;
    input.string();
    this.nameString();
    const seenMs = this.time();
    // Without it, when it was seen last is the best guess.
    const activeMs = type === RDB_TYPE_STREAM_LISTPACKS_3 ? this.time() : seenMs;
    if (input.failed) return false;
    if (streams.findConsumer(group, name.bytes, name.view, name.offset(0), name.length(0)) !== NONE) return false;
    const consumer = streams.createConsumer(group, name, 0, seenMs);
    streams.setActiveAt(consumer, activeMs);
    for (let left = input.length(); left > 0 && !input.failed; left--) {
      this.rawId(id);
      if (input.failed || !streams.loader.own(group, consumer, id)) return false;
    }
    return !input.failed;
  }

  /** The string that was read last is a name. */
  private nameString(): void {
    const { input, name } = this;
    name.bytes = input.stringBytes;
    name.view = input.stringView;
    name.offsets[0] = input.stringFrom;
    name.lengths[0] = input.stringLength;
  }

  private idOfLengths(id: StreamId): StreamId {
    const { input } = this;
    input.longLength();
    id.msHigh = input.high;
    id.msLow = input.low;
    input.longLength();
    id.seqHigh = input.high;
    id.seqLow = input.low;
    return id;
  }

  private rawId(id: StreamId): void {
    const { input } = this;
    const from = input.raw(ID_BYTES);
    if (!input.failed) decode(input.view, from, id);
  }

  /** An int64 that stands there as an unsigned one. */
  private int64(): bigint {
    const { input } = this;
    input.longLength();
    return (BigInt(input.high) << 32n) | BigInt(input.low >>> 0);
  }

  /** Milliseconds since the epoch; -1: never. */
  private time(): number {
    const ms = this.input.int64();
    if (ms < -1n || ms > MAX_TIME_MS) this.input.fail();
    return Number(ms);
  }
}

/** Reads an id of 16 bytes, big endian. */
function decode(view: DataView, at: number, id: StreamId): void {
  id.msHigh = view.getInt32(at);
  id.msLow = view.getInt32(at + 4);
  id.seqHigh = view.getInt32(at + 8);
  id.seqLow = view.getInt32(at + 12);
}
