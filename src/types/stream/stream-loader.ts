/**
 * Builds streams from parts that were made elsewhere: whole packed nodes, and pending entries before it is known whose
 * they are. For values that are read from RDB.
 *
 * ```
 *   addNode ... finish                                    entries, then their number and the first of them
 *   addPending ... own ... isOwned                        the pending entries of a group, then those of its consumers
 * ```
 * Whatever is refused, or gets no memory, leaves a stream that can be freed as it is.
 */
import { type Arena, NONE } from '../../memory/index.js';
import {
  DWORD_LENGTH,
  NODE_BLOCK,
  PENDING_CONSUMER,
  PENDING_DELIVERIES,
  PENDING_TIME,
  WORD_FIRST_ID,
  type WritableStreamParts,
} from './layout.js';
import type { StreamId } from './stream-id.js';

const TWO_32 = 0x1_0000_0000;

export class StreamLoader {
  private readonly arena: Arena;
  private readonly parts: WritableStreamParts;

  constructor(arena: Arena, parts: WritableStreamParts) {
    this.arena = arena;
    this.parts = parts;
  }

  /** Adds the packed node `bytes[from, from + length)`, which was checked, behind all others. O(length). */
  addNode(stream: number, id: StreamId, bytes: Uint8Array, view: DataView, from: number, length: number): void {
    const { arena } = this;
    const { nodes } = this.parts;
    const block = arena.alloc(length);
    arena.copyIn(block, 0, bytes, view, from, length);
    try {
      nodes.insert(stream, id);
    } catch (error) {
      arena.free(block);
      throw error;
    }
    nodes.setPayload(NODE_BLOCK, block);
  }

  /** All nodes are there: sets how many entries they have, and the first of these, 0-0 when there is none. */
  finish(stream: number, length: number, first: StreamId): void {
    this.arena.setF64(stream, DWORD_LENGTH, length);
    first.write(this.arena, stream, WORD_FIRST_ID);
  }

  /**
   * An entry is pending in a group, for nobody yet; false when it is there already. O(log n), O(1) behind all others.
   */
  addPending(group: number, id: StreamId, sinceMs: number, deliveriesHigh: number, deliveriesLow: number): boolean {
    const { groupPending } = this.parts;
    if (!groupPending.isBehindAll(group, id) && groupPending.seek(group, id)) return false;
    groupPending.insert(group, id);
    groupPending.setPayload(PENDING_CONSUMER, NONE);
    groupPending.setPayload(PENDING_TIME, Math.floor(sinceMs / TWO_32));
    groupPending.setPayload(PENDING_TIME + 1, sinceMs | 0);
    groupPending.setPayload(PENDING_DELIVERIES, deliveriesHigh);
    groupPending.setPayload(PENDING_DELIVERIES + 1, deliveriesLow);
    return true;
  }

  /** A pending entry of the group is that consumer's; false when there is none, or it is somebody's. O(log n). */
  own(group: number, consumer: number, id: StreamId): boolean {
    const { consumerPending, groupPending } = this.parts;
    if (!groupPending.seek(group, id) || groupPending.payload(PENDING_CONSUMER) !== NONE) return false;
    consumerPending.insert(consumer, id);
    groupPending.setPayload(PENDING_CONSUMER, consumer);
    return true;
  }

  /** Whether each pending entry of the group is somebody's. O(consumers). */
  isOwned(group: number): boolean {
    const { consumers, consumerPending, groupPending } = this.parts;
    let owned = 0;
    for (let i = 0; i < consumers.count(group); i++) owned += consumerPending.count(consumers.get(group, i));
    return owned === groupPending.count(group);
  }
}
