/**
 * Changes streams. One object a keyspace; what it works on is drawn in layout.ts.
 *
 * What needs memory is asked for before anything changes, so that an operation that throws has done nothing.
 */
import { type Arena, NONE } from '../../memory/index.js';
import type { ByteSpans } from '../../util/byte-spans.js';
import type { TypeLimits } from '../limits.js';
import { ENCODING_STREAM, setValue, type ValueOperations } from '../value.js';
import {
  DWORD_ACTIVE_AT,
  DWORD_LENGTH,
  DWORD_SEEN_AT,
  NODE_BLOCK,
  PENDING_CONSUMER,
  PENDING_DELIVERIES,
  PENDING_TIME,
  STREAM_BYTES,
  WORD_ADDED,
  WORD_DELIVERED_ID,
  WORD_FIRST_ID,
  WORD_LAST_ID,
  WORD_MAX_DELETED_ID,
  WORD_READ,
  WritableStreamParts,
} from './layout.js';
import { ReadCounter } from './read-counter.js';
import { StreamId } from './stream-id.js';
import { StreamLoader } from './stream-loader.js';
import { StreamReader } from './stream-reader.js';
import { StreamValues } from './stream-values.js';

const TWO_32 = 0x1_0000_0000;
/** Bytes of a node at most, whatever is configured: STREAM_LISTPACK_MAX_SIZE of t_stream.c, 7.0. */
export const MAX_NODE_BYTES = 1 << 30;
/** An active time that there never was. */
const NEVER = -1;
const FIRST_DELIVERY = 1n;

export class Streams extends StreamReader implements ValueOperations {
  protected override readonly parts: WritableStreamParts;
  private readonly arena: Arena;
  private readonly limits: TypeLimits;
  /** Which entries of all that were ever added groups have read. */
  readonly counter = new ReadCounter(this);
  /** Builds streams that were written elsewhere. */
  readonly loader: StreamLoader;
  private readonly values: StreamValues;
  private readonly nodeKey = new StreamId();
  private readonly edge = new StreamId();
  private readonly bound = new StreamId();

  constructor(arena: Arena, limits: TypeLimits, parts = new WritableStreamParts(arena)) {
    super(arena, parts);
    this.parts = parts;
    this.arena = arena;
    this.limits = limits;
    this.loader = new StreamLoader(arena, parts);
    this.values = new StreamValues(arena, parts);
  }

  // --- Whole values -------------------------------------------------------------------------------------------------

  /** Lets a holder of no value hold an empty stream, and returns that. O(1). */
  init(holder: number): number {
    const { arena, parts } = this;
    const stream = arena.alloc(STREAM_BYTES);
    arena.zero(stream, 0, STREAM_BYTES);
    parts.nodes.init(stream);
    setValue(arena, holder, ENCODING_STREAM, stream);
    return stream;
  }

  effort(holder: number): number {
    return this.values.effort(this.of(holder));
  }

  free(holder: number, blocks: number): boolean {
    this.parts.entries.close();
    return this.values.free(holder, blocks);
  }

  copy(from: number, to: number): void {
    this.values.copy(this.of(from), to);
  }

  memoryUsage(holder: number, samples: number): number {
    return this.values.memoryUsage(this.of(holder), samples);
  }

  // --- Entries ------------------------------------------------------------------------------------------------------

  /**
   * @hot Adds an entry with an id above all others. O(bytes), O(log n) where a new node begins.
   * @param first span of the first field; each of the `pairs` fields is followed by its value
   */
  add(stream: number, id: StreamId, spans: ByteSpans, first: number, pairs: number): void {
    const { arena, parts } = this;
    const { nodes, entries } = parts;
    const hasLast = nodes.last(stream);
    const last = hasLast ? nodes.payload(NODE_BLOCK) : NONE;
    if (hasLast && this.takesMore(last, spans, first, pairs)) {
      const there = entries.append(id, spans, first, pairs);
      if (there !== last) nodes.setPayload(NODE_BLOCK, there);
    } else this.addNode(stream, id, spans, first, pairs, last);
    const length = this.length(stream) + 1;
    arena.setF64(stream, DWORD_LENGTH, length);
    id.write(arena, stream, WORD_LAST_ID);
    if (length === 1) id.write(arena, stream, WORD_FIRST_ID);
    this.count(stream, WORD_ADDED);
  }

  /** Deletes an entry; false when there is none with this id. O(log n). */
  delete(stream: number, id: StreamId): boolean {
    if (!this.seekEntry(stream, id)) return false;
    const { arena, parts } = this;
    const { nodes, entries } = parts;
    const node = entries.node;
    const live = entries.liveCount;
    if (live === 1) this.dropNode(stream, node);
    else {
      const deleted = entries.deletedCount;
      entries.markDeleted();
      const there = entries.setCounts(node, live - 1, deleted + 1);
      if (there !== node) nodes.setPayload(NODE_BLOCK, there);
    }
    arena.setF64(stream, DWORD_LENGTH, this.length(stream) - 1);
    const wasFirst = this.firstId(stream, this.edge).compare(id) === 0;
    if (this.maxDeletedId(stream, this.edge).compare(id) < 0) id.write(arena, stream, WORD_MAX_DELETED_ID);
    if (wasFirst) this.findFirst(stream);
    return true;
  }

  /**
   * Deletes the first entries until `most` are left, whole nodes only when `approximate` is set, and no node more than
   * makes `limit` entries when that is not 0. Returns how many have gone. O(nodes), O(entries of a node).
   */
  trimToLength(stream: number, most: number, approximate: boolean, limit: number): number {
    let gone = 0;
    while (this.length(stream) > most && this.openFirst(stream)) {
      const live = this.parts.entries.liveCount;
      if (limit !== 0 && gone + live > limit) break;
      if (this.length(stream) - live >= most) {
        this.forgetNode(stream, live);
        gone += live;
        continue;
      }
      if (!approximate) return gone + this.trimNode(stream, this.length(stream) - most, this.bound.setGreatest());
      break;
    }
    if (gone > 0) this.findFirst(stream);
    return gone;
  }

  /** The same for all entries below `least`. */
  trimBelow(stream: number, least: StreamId, approximate: boolean, limit: number): number {
    const { entries } = this.parts;
    let gone = 0;
    while (this.openFirst(stream)) {
      const live = entries.liveCount;
      if (limit !== 0 && gone + live > limit) break;
      entries.previous(); // the last one, deleted or not
      if (entries.id.compare(least) < 0) {
        this.forgetNode(stream, live);
        gone += live;
        continue;
      }
      if (!approximate) return gone + this.trimNode(stream, Number.POSITIVE_INFINITY, this.bound.assign(least));
      break;
    }
    if (gone > 0) this.findFirst(stream);
    return gone;
  }

  /** Sets the id that was given last. */
  setLastId(stream: number, id: StreamId): void {
    id.write(this.arena, stream, WORD_LAST_ID);
  }

  setMaxDeletedId(stream: number, id: StreamId): void {
    id.write(this.arena, stream, WORD_MAX_DELETED_ID);
  }

  setEntriesAdded(stream: number, count: bigint): void {
    this.setInt64(stream, WORD_ADDED, count);
  }

  // --- Groups -------------------------------------------------------------------------------------------------------

  /** A new group, which gets what comes behind `id`; NONE when there is one of this name. O(groups). */
  createGroup(stream: number, names: ByteSpans, i: number, id: StreamId, entriesRead: bigint): number {
    const { arena, parts } = this;
    if (parts.groups.find(stream, names.bytes, names.view, names.offset(i), names.length(i)) !== NONE) return NONE;
    const group = parts.groups.add(stream, names.bytes, names.view, names.offset(i), names.length(i));
    id.write(arena, group, WORD_DELIVERED_ID);
    this.setInt64(group, WORD_READ, entriesRead);
    parts.groupPending.init(group);
    parts.consumers.init(group);
    return group;
  }

  /** Forgets a group with all that is pending in it. O(pending entries). */
  destroyGroup(stream: number, group: number): void {
    this.values.freeGroup(group);
    this.parts.groups.remove(stream, group);
  }

  /** @hot Sets the id that the group has got last. */
  setDeliveredId(group: number, id: StreamId): void {
    id.write(this.arena, group, WORD_DELIVERED_ID);
  }

  setEntriesRead(group: number, count: bigint): void {
    this.setInt64(group, WORD_READ, count);
  }

  /**
   * @hot A group has got an entry behind all that it had: counts it, and remembers its id. O(1) as long as it is known
   * how many it has read.
   */
  countDelivered(stream: number, group: number, id: StreamId): void {
    if (this.knowsEntriesRead(group) && !this.counter.mayLackEntries(stream, id)) this.count(group, WORD_READ);
    else if (this.wasUsed(stream)) this.setEntriesRead(group, this.counter.numberOf(stream, id));
    id.write(this.arena, group, WORD_DELIVERED_ID);
  }

  /** A new consumer, of a name that the group does not have; it was seen at `nowMs` and never active. O(consumers). */
  createConsumer(group: number, names: ByteSpans, i: number, nowMs: number): number {
    const { arena, parts } = this;
    const consumer = parts.consumers.add(group, names.bytes, names.view, names.offset(i), names.length(i));
    arena.setF64(consumer, DWORD_SEEN_AT, nowMs);
    arena.setF64(consumer, DWORD_ACTIVE_AT, NEVER);
    parts.consumerPending.init(consumer);
    return consumer;
  }

  /** Forgets a consumer with all that is pending for it. O(pending entries * log n). */
  deleteConsumer(group: number, consumer: number): void {
    const { parts } = this;
    const { consumerPending, groupPending } = parts;
    for (let more = consumerPending.first(consumer); more; more = consumerPending.next()) {
      groupPending.remove(group, consumerPending.idOf(this.edge));
    }
    this.values.freeConsumer(consumer);
    parts.consumers.remove(group, consumer);
  }

  setSeenAt(consumer: number, ms: number): void {
    this.arena.setF64(consumer, DWORD_SEEN_AT, ms);
  }

  setActiveAt(consumer: number, ms: number): void {
    this.arena.setF64(consumer, DWORD_ACTIVE_AT, ms);
  }

  // --- Pending entries ----------------------------------------------------------------------------------------------

  /**
   * @hot An entry is delivered to a consumer for the first time: it is pending for it, whoever had it before. The
   * position in the group's pending entries is there. O(log n), O(1) behind all others.
   */
  deliver(group: number, consumer: number, id: StreamId, nowMs: number): void {
    const { groupPending } = this.parts;
    if (groupPending.isBehindAll(group, id) || !groupPending.seek(group, id)) {
      this.addPending(group, consumer, id, nowMs);
      return;
    }
    this.givePending(id, consumer);
    this.setPendingSince(nowMs);
    this.setDeliveries(FIRST_DELIVERY);
  }

  /**
   * @hot An entry that is not pending in the group is pending for a consumer, delivered once. The position in the
   * group's pending entries is there. O(log n), O(1) behind all others.
   */
  addPending(group: number, consumer: number, id: StreamId, sinceMs: number): void {
    const { groupPending, consumerPending } = this.parts;
    this.arena.reserve(groupPending.blocksToInsert(group) + consumerPending.blocksToInsert(consumer));
    groupPending.insert(group, id);
    groupPending.setPayload(PENDING_CONSUMER, consumer);
    this.setPendingSince(sinceMs);
    groupPending.setPayload(PENDING_DELIVERIES, 0);
    groupPending.setPayload(PENDING_DELIVERIES + 1, 1);
    consumerPending.insert(consumer, id);
  }

  /** @hot The pending entry of the group at the position, whose id this is, goes to another consumer. O(log n). */
  givePending(id: StreamId, consumer: number): void {
    const { groupPending, consumerPending } = this.parts;
    const owner = groupPending.payload(PENDING_CONSUMER);
    if (owner === consumer) return;
    consumerPending.insert(consumer, id);
    consumerPending.remove(owner, id);
    groupPending.setPayload(PENDING_CONSUMER, consumer);
  }

  /** @hot When the pending entry at the position was delivered. */
  setPendingSince(ms: number): void {
    const { groupPending } = this.parts;
    groupPending.setPayload(PENDING_TIME, Math.floor(ms / TWO_32));
    groupPending.setPayload(PENDING_TIME + 1, ms | 0);
  }

  /** @hot The pending entry at the position was delivered once more. */
  countDelivery(): void {
    const { groupPending } = this.parts;
    const low = (groupPending.payload(PENDING_DELIVERIES + 1) + 1) | 0;
    groupPending.setPayload(PENDING_DELIVERIES + 1, low);
    if (low === 0) groupPending.setPayload(PENDING_DELIVERIES, groupPending.payload(PENDING_DELIVERIES) + 1);
  }

  setDeliveries(count: bigint): void {
    const { groupPending } = this.parts;
    groupPending.setPayload(PENDING_DELIVERIES, Number(count >> 32n));
    groupPending.setPayload(PENDING_DELIVERIES + 1, Number(count & 0xffff_ffffn) | 0);
  }

  /** @hot An entry is pending no more; false when it was not. O(log n). */
  removePending(group: number, id: StreamId): boolean {
    const { groupPending, consumerPending } = this.parts;
    if (!groupPending.seek(group, id)) return false;
    consumerPending.remove(groupPending.payload(PENDING_CONSUMER), id);
    return groupPending.remove(group, id);
  }

  // --- Inside -------------------------------------------------------------------------------------------------------

  /** @hot Whether the last node, which is opened, may have another entry: streamAppendItem of t_stream.c, 7.0. */
  private takesMore(node: number, spans: ByteSpans, first: number, pairs: number): boolean {
    const { arena, limits } = this;
    const { streamNodeMaxBytes: maxBytes, streamNodeMaxEntries: maxEntries } = limits;
    let size = arena.i32(node, 0);
    for (let i = 0; i < pairs * 2; i++) size += spans.length(first + i);
    if (size >= (maxBytes === 0 || maxBytes > MAX_NODE_BYTES ? MAX_NODE_BYTES : maxBytes)) return false;
    const { nodes, entries } = this.parts;
    entries.open(node, nodes.idOf(this.nodeKey));
    return maxEntries === 0 || entries.liveCount + entries.deletedCount < maxEntries;
  }

  /** Begins a node behind `last`, which gets nothing any more. */
  private addNode(stream: number, id: StreamId, spans: ByteSpans, first: number, pairs: number, last: number): void {
    const { arena, parts } = this;
    const { nodes, entries } = parts;
    const node = entries.create(spans, first, pairs, last);
    try {
      if (last !== NONE) nodes.setPayload(NODE_BLOCK, entries.trimBlock(last));
      nodes.insert(stream, id);
    } catch (error) {
      arena.free(node);
      throw error;
    }
    nodes.setPayload(NODE_BLOCK, node);
  }

  /** Opens the first node; false when there is none. */
  private openFirst(stream: number): boolean {
    const { nodes, entries } = this.parts;
    if (!nodes.first(stream)) return false;
    entries.open(nodes.payload(NODE_BLOCK), nodes.idOf(this.nodeKey));
    return true;
  }

  /** Drops the open node, the first one, with the entries in it. */
  private forgetNode(stream: number, live: number): void {
    this.dropNode(stream, this.parts.entries.node);
    this.arena.setF64(stream, DWORD_LENGTH, this.length(stream) - live);
  }

  /** Takes the node at the position out of the tree and frees it. */
  private dropNode(stream: number, node: number): void {
    const { nodes, entries } = this.parts;
    nodes.remove(stream, nodes.idOf(this.nodeKey));
    entries.close();
    this.arena.free(node);
  }

  /**
   * Deletes the first entries of the open node, up to `most` of them and only below `least`, and sets the first id.
   * Returns how many. O(entries of the node).
   */
  private trimNode(stream: number, most: number, least: StreamId): number {
    const { arena, parts } = this;
    const { nodes, entries } = parts;
    const { node } = entries;
    const live = entries.liveCount;
    const deleted = entries.deletedCount;
    entries.open(node, nodes.idOf(this.nodeKey));
    let gone = 0;
    let more = entries.next();
    for (; more && gone < most && entries.id.compare(least) < 0; more = entries.next()) {
      if (entries.isDeleted) continue;
      entries.markDeleted();
      gone++;
    }
    while (more && entries.isDeleted) more = entries.next();
    if (more) entries.id.write(arena, stream, WORD_FIRST_ID);
    const there = entries.setCounts(node, live - gone, deleted + gone);
    if (there !== node) nodes.setPayload(NODE_BLOCK, there);
    arena.setF64(stream, DWORD_LENGTH, this.length(stream) - gone);
    if (!more) this.findFirst(stream);
    return gone;
  }

  /** Sets the first id, after what was the first entry has gone. */
  private findFirst(stream: number): void {
    const { edge, bound } = this;
    if (this.length(stream) === 0) edge.setLeast();
    else {
      this.seekRange(stream, edge.setLeast(), bound.setGreatest(), false);
      if (this.nextInRange()) edge.assign(this.entryId);
    }
    edge.write(this.arena, stream, WORD_FIRST_ID);
  }

  /** @hot Adds 1 to a number of 64 bits. */
  private count(block: number, word: number): void {
    const { arena } = this;
    const low = (arena.i32(block, word + 1) + 1) | 0;
    arena.setI32(block, word + 1, low);
    if (low === 0) arena.setI32(block, word, arena.i32(block, word) + 1);
  }

  private setInt64(block: number, word: number, value: bigint): void {
    const { arena } = this;
    arena.setI32(block, word, Number(BigInt.asIntN(32, value >> 32n)));
    arena.setI32(block, word + 1, Number(BigInt.asIntN(32, value)));
  }
}
