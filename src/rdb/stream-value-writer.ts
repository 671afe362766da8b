/**
 * Writes streams, as Redis 7.0 has them: RDB_TYPE_STREAM_LISTPACKS_2. When consumers were active last is not in it; the
 * form that has it is read by no Redis before 7.2.
 */
import type { MemoryReader } from '../memory/index.js';
import { StreamId } from '../types/stream/stream-id.js';
import { StreamReader } from '../types/stream/stream-reader.js';
import type { RdbWriter } from './writer.js';

const ID_BYTES = 16;

export class StreamValueWriter {
  private readonly memory: MemoryReader;
  private readonly out: RdbWriter;
  private readonly streams: StreamReader;
  private readonly id = new StreamId();
  private readonly idBytes = new Uint8Array(ID_BYTES);
  private readonly idView = new DataView(this.idBytes.buffer);

  constructor(memory: MemoryReader, out: RdbWriter) {
    this.memory = memory;
    this.out = out;
    this.streams = new StreamReader(memory);
  }

  /** Writes the stream in a holder. O(size). */
  write(holder: number): void {
    const { id, memory, out, streams } = this;
    const stream = streams.of(holder);
    out.length(streams.nodeCount(stream));
    streams.forEachNode(stream, (nodeId, block, size) => {
      this.encode(nodeId);
      out.string(this.idBytes, 0, ID_BYTES);
      memory.window(block, 0, size);
      out.string(memory.windowBytes, memory.windowBase, size);
    });
    out.length(streams.length(stream));
    this.idAsLengths(streams.lastId(stream, id));
    this.idAsLengths(streams.firstId(stream, id));
    this.idAsLengths(streams.maxDeletedId(stream, id));
    this.uint64(streams.entriesAdded(stream));
    const groups = streams.groupCount(stream);
    out.length(groups);
    for (let i = 0; i < groups; i++) this.group(streams.groupAt(stream, i));
  }

  private group(group: number): void {
    const { id, out, streams } = this;
    const name = streams.groupName(group);
    out.string(name, 0, name.length);
    this.idAsLengths(streams.deliveredId(group, id));
    this.uint64(streams.entriesRead(group));
    out.length(streams.pendingCount(group));
    for (let more = streams.seekPendingFrom(group, id.setLeast()); more; more = streams.nextPending()) {
      this.rawId(streams.pendingId(id));
      out.int64(BigInt(streams.pendingSinceMs()));
      this.uint64(streams.pendingDeliveries());
    }
    const consumers = streams.consumerCount(group);
    out.length(consumers);
    for (let i = 0; i < consumers; i++) this.consumer(streams.consumerAt(group, i));
  }

  private consumer(consumer: number): void {
    const { id, out, streams } = this;
    const name = streams.consumerName(consumer);
    out.string(name, 0, name.length);
    out.int64(BigInt(streams.seenAtMs(consumer)));
    out.length(streams.consumerPendingCount(consumer));
    for (let more = streams.seekOwnFrom(consumer, id.setLeast()); more; more = streams.nextOwn()) {
      this.rawId(streams.ownId(id));
    }
  }

  private idAsLengths({ msHigh, msLow, seqHigh, seqLow }: StreamId): void {
    this.out.longLength(msHigh, msLow);
    this.out.longLength(seqHigh, seqLow);
  }

  private rawId(id: StreamId): void {
    this.encode(id);
    this.out.raw(this.idBytes, 0, ID_BYTES);
  }

  /** An int64 that is written as an unsigned one, as -1 is for what is not known. */
  private uint64(value: bigint): void {
    this.out.longLength(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  /** The id in 16 bytes, big endian, in `idBytes`. */
  private encode({ msHigh, msLow, seqHigh, seqLow }: StreamId): void {
    const { idView } = this;
    idView.setInt32(0, msHigh);
    idView.setInt32(4, msLow);
    idView.setInt32(8, seqHigh);
    idView.setInt32(12, seqLow);
  }
}
