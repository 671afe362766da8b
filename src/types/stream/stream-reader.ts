/**
 * Reads streams: entries by id, groups, consumers and what is pending. The blocks are drawn in layout.ts.
 *
 * A stream is named by its root, `of(holder)`, a group and a consumer by their blocks, which do not move. There is one
 * position in entries for all streams ({@link StreamReader.seekRange}), and one in each kind of tree: any other walk
 * moves it.
 */
import { type MemoryReader, NONE } from '../../memory/index.js';
import type { ElementVisitor } from '../value.js';
import { rootOf } from '../value.js';
import {
  DWORD_ACTIVE_AT,
  DWORD_LENGTH,
  DWORD_SEEN_AT,
  NODE_BLOCK,
  PENDING_CONSUMER,
  PENDING_DELIVERIES,
  PENDING_TIME,
  StreamParts,
  WORD_ADDED,
  WORD_DELIVERED_ID,
  WORD_FIRST_ID,
  WORD_LAST_ID,
  WORD_MAX_DELETED_ID,
  WORD_READ,
} from './layout.js';
import { RadixSize } from './radix-size.js';
import { StreamId } from './stream-id.js';

const TWO_32 = 0x1_0000_0000;

/** What {@link StreamReader.entriesRead} answers for a group of which it is not known. */
export const READ_UNKNOWN = -1n;

export class StreamReader {
  /** The id of the entry at the position. */
  readonly entryId: StreamId;
  protected readonly memory: MemoryReader;
  protected readonly parts: StreamParts;
  private readonly nodeId = new StreamId();
  private readonly rangeStart = new StreamId();
  private readonly rangeEnd = new StreamId();
  private isReverse = false;
  private readonly scratchId = new StreamId();

  constructor(memory: MemoryReader, parts: StreamParts = new StreamParts(memory)) {
    this.memory = memory;
    this.parts = parts;
    this.entryId = parts.entries.id;
  }

  /** @hot The stream in a holder. */
  of(holder: number): number {
    return rootOf(this.memory, holder);
  }

  // --- The stream ---------------------------------------------------------------------------------------------------

  /** @hot How many entries there are. */
  length(stream: number): number {
    return this.memory.f64(stream, DWORD_LENGTH);
  }

  /** @hot The id that was given last. */
  lastId(stream: number, id: StreamId): StreamId {
    return id.read(this.memory, stream, WORD_LAST_ID);
  }

  /** @hot The id of the first entry, 0-0 when there is none. */
  firstId(stream: number, id: StreamId): StreamId {
    return id.read(this.memory, stream, WORD_FIRST_ID);
  }

  /** @hot The greatest id that was deleted, 0-0 when none was. */
  maxDeletedId(stream: number, id: StreamId): StreamId {
    return id.read(this.memory, stream, WORD_MAX_DELETED_ID);
  }

  /** How many entries were ever added, as far as it is known. */
  entriesAdded(stream: number): bigint {
    return this.int64(stream, WORD_ADDED);
  }

  /** @hot Whether any entry was ever added. */
  wasUsed(stream: number): boolean {
    return (this.memory.i32(stream, WORD_ADDED) | this.memory.i32(stream, WORD_ADDED + 1)) !== 0;
  }

  /** How many packed nodes there are. */
  nodeCount(stream: number): number {
    return this.parts.nodes.count(stream);
  }

  /** How many nodes Redis' radix tree of these packed nodes has. O(packed nodes). */
  radixNodeCount(stream: number): number {
    const { nodes } = this.parts;
    const size = new RadixSize();
    for (let more = nodes.first(stream); more; more = nodes.next()) size.add(nodes.idOf(this.nodeId));
    return size.count;
  }

  /** Calls `visit` with id, block and bytes of each packed node. The id is valid during the call. O(packed nodes). */
  forEachNode(stream: number, visit: (id: StreamId, block: number, size: number) => void): void {
    const { nodes } = this.parts;
    for (let more = nodes.first(stream); more; more = nodes.next()) {
      const block = nodes.payload(NODE_BLOCK);
      visit(nodes.idOf(this.nodeId), block, this.memory.i32(block, 0));
    }
  }

  // --- Entries ------------------------------------------------------------------------------------------------------

  /**
   * @hot Begins a walk over the entries from `start` to `end`, backwards from `end` when `reverse` is set. O(log n).
   */
  seekRange(stream: number, start: StreamId, end: StreamId, reverse: boolean): void {
    const { nodes, entries } = this.parts;
    this.rangeStart.assign(start);
    this.rangeEnd.assign(end);
    this.isReverse = reverse;
    if (reverse) {
      if (nodes.seekFloor(stream, end)) this.openNode();
      else entries.close();
      return;
    }
    if (nodes.seekFloor(stream, start)) {
      this.openNode();
      entries.seek(start);
    } else if (nodes.first(stream)) this.openNode();
    else entries.close();
  }

  /** @hot Goes to the next entry of the walk; false when there are no more. O(1) amortised. */
  nextInRange(): boolean {
    return this.isReverse ? this.previousEntry() : this.nextEntry();
  }

  /** @hot Goes to the entry with this id; false when there is none, or it is deleted. O(log n). */
  seekEntry(stream: number, id: StreamId): boolean {
    this.seekRange(stream, id, id, false);
    return this.nextEntry();
  }

  /** Begins a series of {@link seekOnward}: there is no position. */
  beginSeries(): void {
    this.parts.entries.close();
  }

  /**
   * @hot {@link seekEntry} for a series of ids that mostly ascend: what is a little further in the same node is found
   * from there. The stream must not have changed since {@link beginSeries}. O(log n), less for neighbours.
   */
  seekOnward(stream: number, id: StreamId): boolean {
    const { entries } = this.parts;
    if (entries.node === NONE || entries.id.compare(id) > 0) return this.seekEntry(stream, id);
    do {
      const order = entries.id.compare(id);
      if (order >= 0) return order === 0 && !entries.isDeleted;
    } while (entries.next());
    return this.seekEntry(stream, id);
  }

  /** @hot How many fields the entry at the position has. */
  get pairCount(): number {
    return this.parts.entries.pairCount;
  }

  /** @hot Visits field, value, field, value... of the entry at the position. O(fields). */
  visitEntry(visit: ElementVisitor): void {
    this.parts.entries.visit(visit);
  }

  /**
   * The first id that a node has, whether its entry is deleted or not; the greatest of all when there is no node. O(1).
   * This is what trimming by id with `~` is propagated as.
   */
  firstKeptId(stream: number, id: StreamId): StreamId {
    const { nodes, entries } = this.parts;
    if (!nodes.first(stream)) return id.setGreatest();
    this.openNode();
    entries.next();
    return id.assign(entries.id);
  }

  /** The id of the last entry that there is; false, and `id` is 0-0, when there is none. O(log n). */
  lastEntryId(stream: number, id: StreamId): boolean {
    this.seekRange(stream, this.scratchId.setLeast(), id.setGreatest(), true);
    const found = this.previousEntry();
    if (found) id.assign(this.entryId);
    else id.setLeast();
    return found;
  }

  /** @hot Opens the packed node at the position of the tree. */
  private openNode(): void {
    const { nodes, entries } = this.parts;
    entries.open(nodes.payload(NODE_BLOCK), nodes.idOf(this.nodeId));
  }

  /** @hot */
  private nextEntry(): boolean {
    const { nodes, entries } = this.parts;
    while (entries.node !== NONE) {
      while (entries.next()) {
        if (entries.id.compare(this.rangeEnd) > 0) return false;
        if (!entries.isDeleted && entries.id.compare(this.rangeStart) >= 0) return true;
      }
      if (!nodes.next()) entries.close();
      else this.openNode();
    }
    return false;
  }

  /** @hot */
  private previousEntry(): boolean {
    const { nodes, entries } = this.parts;
    while (entries.node !== NONE) {
      while (entries.previous()) {
        if (entries.id.compare(this.rangeStart) < 0) return false;
        if (!entries.isDeleted && entries.id.compare(this.rangeEnd) <= 0) return true;
      }
      if (!nodes.previous()) entries.close();
      else this.openNode();
    }
    return false;
  }

  // --- Groups -------------------------------------------------------------------------------------------------------

  groupCount(stream: number): number {
    return this.parts.groups.count(stream);
  }

  /** Group `i` in the order of names. */
  groupAt(stream: number, i: number): number {
    return this.parts.groups.get(stream, i);
  }

  /** @hot The group with this name, NONE when there is none. O(log groups). */
  findGroup(stream: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    return this.parts.groups.find(stream, bytes, view, from, length);
  }

  /** A copy of the group's name. */
  groupName(group: number): Uint8Array {
    return this.parts.groups.nameOf(group);
  }

  /** @hot The id that the group has got last. */
  deliveredId(group: number, id: StreamId): StreamId {
    return id.read(this.memory, group, WORD_DELIVERED_ID);
  }

  /** How many entries the group has read of those ever added; {@link READ_UNKNOWN} when that is not known. */
  entriesRead(group: number): bigint {
    return this.int64(group, WORD_READ);
  }

  /** @hot Whether {@link StreamReader.entriesRead} is known. */
  knowsEntriesRead(group: number): boolean {
    return (this.memory.i32(group, WORD_READ) & this.memory.i32(group, WORD_READ + 1)) !== -1;
  }

  consumerCount(group: number): number {
    return this.parts.consumers.count(group);
  }

  /** Consumer `i` in the order of names. */
  consumerAt(group: number, i: number): number {
    return this.parts.consumers.get(group, i);
  }

  /** @hot The consumer with this name, NONE when there is none. O(log consumers). */
  findConsumer(group: number, bytes: Uint8Array, view: DataView, from: number, length: number): number {
    return this.parts.consumers.find(group, bytes, view, from, length);
  }

  /** A copy of the consumer's name. */
  consumerName(consumer: number): Uint8Array {
    return this.parts.consumers.nameOf(consumer);
  }

  /** When the consumer tried to do something last, in wall-clock milliseconds. */
  seenAtMs(consumer: number): number {
    return this.memory.f64(consumer, DWORD_SEEN_AT);
  }

  /** When the consumer got something last, in wall-clock milliseconds; -1: never. */
  activeAtMs(consumer: number): number {
    return this.memory.f64(consumer, DWORD_ACTIVE_AT);
  }

  // --- Pending entries ----------------------------------------------------------------------------------------------

  /** @hot How many entries are pending in a group. */
  pendingCount(group: number): number {
    return this.parts.groupPending.count(group);
  }

  /** @hot How many entries are pending for a consumer. */
  consumerPendingCount(consumer: number): number {
    return this.parts.consumerPending.count(consumer);
  }

  /** @hot Goes to the pending entry of a group with this id; false when there is none. O(log n). */
  seekPending(group: number, id: StreamId): boolean {
    return this.parts.groupPending.seek(group, id);
  }

  /** @hot Goes to the first pending entry of a group from `id` on; false when there is none. O(log n). */
  seekPendingFrom(group: number, id: StreamId): boolean {
    return this.parts.groupPending.seekCeiling(group, id);
  }

  /** Goes to the last pending entry of a group; false when there is none. O(1). */
  seekLastPending(group: number): boolean {
    return this.parts.groupPending.last(group);
  }

  /** @hot Goes to the next pending entry of the group; false at the end. O(1). */
  nextPending(): boolean {
    return this.parts.groupPending.next();
  }

  /** @hot The id of the pending entry of the group. */
  pendingId(id: StreamId): StreamId {
    return this.parts.groupPending.idOf(id);
  }

  /** @hot Whose the pending entry is. */
  pendingConsumer(): number {
    return this.parts.groupPending.payload(PENDING_CONSUMER);
  }

  /** @hot When the pending entry was delivered, in wall-clock milliseconds. */
  pendingSinceMs(): number {
    const { groupPending } = this.parts;
    return groupPending.payload(PENDING_TIME) * TWO_32 + (groupPending.payload(PENDING_TIME + 1) >>> 0);
  }

  /** How often the pending entry was delivered. */
  pendingDeliveries(): bigint {
    const { groupPending } = this.parts;
    const low = groupPending.payload(PENDING_DELIVERIES + 1);
    return (BigInt(groupPending.payload(PENDING_DELIVERIES)) << 32n) | BigInt(low >>> 0);
  }

  /** @hot Goes to the first pending entry of a consumer from `id` on; false when there is none. O(log n). */
  seekOwnFrom(consumer: number, id: StreamId): boolean {
    return this.parts.consumerPending.seekCeiling(consumer, id);
  }

  /** @hot Goes to the next pending entry of the consumer; false at the end. O(1). */
  nextOwn(): boolean {
    return this.parts.consumerPending.next();
  }

  /** @hot The id of the pending entry of the consumer. */
  ownId(id: StreamId): StreamId {
    return this.parts.consumerPending.idOf(id);
  }

  private int64(block: number, word: number): bigint {
    return (BigInt(this.memory.i32(block, word)) << 32n) | BigInt(this.memory.i32(block, word + 1) >>> 0);
  }
}
