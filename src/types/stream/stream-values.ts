/** Whole streams: what DEL, COPY and MEMORY USAGE do with them. */
import { type Arena, NONE } from '../../memory/index.js';
import { ENCODING_STREAM, rootOf, setRoot, setValue } from '../value.js';
import {
  DWORD_ACTIVE_AT,
  DWORD_SEEN_AT,
  NODE_BLOCK,
  PENDING_CONSUMER,
  PENDING_TIME,
  PENDING_WORDS,
  STREAM_BYTES,
  WORD_DELIVERED_ID,
  WORD_LAST_ID,
  WORD_READ,
  WritableStreamParts,
} from './layout.js';
import { ID_WORDS, StreamId } from './stream-id.js';

/** What a copy of a stream takes over as it is: length, ids, and how many entries were added. */
const COPIED_BYTES = (WORD_LAST_ID + 3 * ID_WORDS + 2) * 4;
/** The same of a group: the id that was delivered, and how many entries were read. */
const COPIED_GROUP_BYTES = (WORD_READ + 2) * 4;

export class StreamValues {
  private readonly arena: Arena;
  private readonly parts: WritableStreamParts;
  /** The same parts with positions of their own. */
  private readonly copies: WritableStreamParts;
  private readonly id = new StreamId();

  constructor(arena: Arena, parts: WritableStreamParts) {
    this.arena = arena;
    this.parts = parts;
    this.copies = new WritableStreamParts(arena);
  }

  /** About how many blocks a stream has; of its groups the first speaks for all. O(1). */
  effort(stream: number): number {
    const { nodes, groups, groupPending, consumers } = this.parts;
    const groupCount = groups.count(stream);
    let effort = 1 + nodes.count(stream);
    if (groupCount > 0) {
      const group = groups.get(stream, 0);
      effort += groupCount * (2 + consumers.count(group) + Math.ceil(groupPending.count(group) / 16));
    }
    return effort;
  }

  /**
   * Frees about `blocks` blocks of the stream in a holder: groups first, the last of them first; true when nothing is
   * left.
   */
  free(holder: number, blocks: number): boolean {
    const { arena, parts } = this;
    const stream = rootOf(arena, holder);
    let left = blocks;
    for (let count = parts.groups.count(stream); count > 0; count--) {
      const group = parts.groups.get(stream, count - 1);
      left = this.freeGroupStep(group, left);
      if (left <= 0) return false;
      parts.groups.removeLast(stream);
    }
    for (;;) {
      const leaf = parts.nodes.detachFirstLeaf(stream);
      if (leaf === NONE) break;
      left -= this.freeNodes(leaf);
      if (left <= 0) return false;
    }
    arena.free(stream);
    setRoot(arena, holder, NONE);
    return true;
  }

  /** Frees all of a group but its own block. O(pending entries). */
  freeGroup(group: number): void {
    this.freeGroupStep(group, Number.POSITIVE_INFINITY);
  }

  /** Frees all of a consumer but its own block. O(pending entries). */
  freeConsumer(consumer: number): void {
    const { arena, parts } = this;
    for (;;) {
      const leaf = parts.consumerPending.detachFirstLeaf(consumer);
      if (leaf === NONE) return;
      arena.free(leaf);
    }
  }

  /**
   * Lets a holder hold a copy. O(size).
   * @throws OutOfMemoryError having freed what it had made
   */
  copy(stream: number, holder: number): void {
    const { arena, parts } = this;
    const copy = arena.alloc(STREAM_BYTES);
    arena.zero(copy, 0, STREAM_BYTES);
    arena.move(copy, 0, stream, 0, COPIED_BYTES);
    setValue(arena, holder, ENCODING_STREAM, copy);
    try {
      this.copyNodes(stream, copy);
      for (let i = 0; i < parts.groups.count(stream); i++) this.copyGroup(parts.groups.get(stream, i), copy);
    } catch (error) {
      while (!this.free(holder, Number.POSITIVE_INFINITY));
      throw error;
    }
  }

  /**
   * Bytes of all blocks; of at most so many nodes, groups and consumers where `samples` is not 0, the others being
   * taken for like these. O(samples).
   */
  memoryUsage(stream: number, samples: number): number {
    const { arena, parts } = this;
    const { nodes, groups } = parts;
    const nodeCount = nodes.count(stream);
    const most = samples === 0 ? nodeCount : Math.min(samples, nodeCount);
    let nodeBytes = 0;
    let seen = 0;
    for (let more = nodes.first(stream); more && seen < most; more = nodes.next()) {
      nodeBytes += arena.blockSize(nodes.payload(NODE_BLOCK));
      seen++;
    }
    const groupCount = groups.count(stream);
    const groupBytes = this.sampled(groupCount, samples, (i) => this.groupUsage(groups.get(stream, i), samples));
    const own = arena.blockSize(stream) + groups.listBytes(stream) + nodes.bytes(stream, samples);
    return own + groupBytes + (seen === 0 ? 0 : Math.round((nodeBytes / seen) * nodeCount));
  }

  /**
   * Frees about `blocks` blocks of a group, all but its own; what is left of that number, 0 or less when there is more
   * to free.
   */
  private freeGroupStep(group: number, blocks: number): number {
    const { arena, parts } = this;
    const { consumers, consumerPending, groupPending } = parts;
    let left = blocks;
    for (let count = consumers.count(group); count > 0; count--) {
      const consumer = consumers.get(group, count - 1);
      for (;;) {
        const leaf = consumerPending.detachFirstLeaf(consumer);
        if (leaf === NONE) break;
        arena.free(leaf);
        if (--left <= 0) return 0;
      }
      consumers.removeLast(group);
      if (--left <= 0) return 0;
    }
    for (;;) {
      const leaf = groupPending.detachFirstLeaf(group);
      if (leaf === NONE) return left;
      arena.free(leaf);
      if (--left <= 0) return 0;
    }
  }

  /** Frees a leaf of the tree of nodes with these; returns how many blocks that were. */
  private freeNodes(leaf: number): number {
    const { nodes } = this.parts;
    const count = nodes.leafEntries(leaf);
    for (let i = 0; i < count; i++) this.arena.free(nodes.leafPayload(leaf, i, NODE_BLOCK));
    this.arena.free(leaf);
    return count + 1;
  }

  private copyNodes(stream: number, copy: number): void {
    const { arena, id } = this;
    const { nodes } = this.parts;
    for (let more = nodes.first(stream); more; more = nodes.next()) {
      const block = nodes.payload(NODE_BLOCK);
      const size = arena.i32(block, 0);
      const node = arena.alloc(size);
      arena.move(node, 0, block, 0, size);
      try {
        this.copies.nodes.insert(copy, nodes.idOf(id));
      } catch (error) {
        arena.free(node);
        throw error;
      }
      this.copies.nodes.setPayload(NODE_BLOCK, node);
    }
  }

  private copyGroup(group: number, copy: number): void {
    const { arena, parts } = this;
    const { groups, groupPending, consumers } = parts;
    const name = groups.nameOf(group);
    const copied = groups.add(copy, name, new DataView(name.buffer), 0, name.length);
    arena.move(copied, WORD_DELIVERED_ID * 4, group, WORD_DELIVERED_ID * 4, COPIED_GROUP_BYTES);
    groupPending.init(copied);
    consumers.init(copied);
    const copies = new Map<number, number>();
    for (let i = 0; i < consumers.count(group); i++) {
      const consumer = consumers.get(group, i);
      copies.set(consumer, this.copyConsumer(consumer, copied));
    }
    this.copyPending(group, copied, copies);
  }

  private copyConsumer(consumer: number, group: number): number {
    const { arena, parts } = this;
    const name = parts.consumers.nameOf(consumer);
    const copied = parts.consumers.add(group, name, new DataView(name.buffer), 0, name.length);
    arena.setF64(copied, DWORD_SEEN_AT, arena.f64(consumer, DWORD_SEEN_AT));
    arena.setF64(copied, DWORD_ACTIVE_AT, arena.f64(consumer, DWORD_ACTIVE_AT));
    parts.consumerPending.init(copied);
    return copied;
  }

  /** @param copies the copy of each consumer */
  private copyPending(group: number, copied: number, copies: ReadonlyMap<number, number>): void {
    const { parts, id } = this;
    const { groupPending } = parts;
    const { groupPending: target, consumerPending } = this.copies;
    for (let more = groupPending.first(group); more; more = groupPending.next()) {
      groupPending.idOf(id);
      const consumer = copies.get(groupPending.payload(PENDING_CONSUMER))!; // each pending entry is a consumer's of this group
      consumerPending.insert(consumer, id);
      target.insert(copied, id);
      target.setPayload(PENDING_CONSUMER, consumer);
      for (let word = PENDING_TIME; word < PENDING_WORDS; word++) target.setPayload(word, groupPending.payload(word));
    }
  }

  private groupUsage(group: number, samples: number): number {
    const { arena, parts } = this;
    const { consumers, consumerPending, groupPending } = parts;
    const own = arena.blockSize(group) + consumers.listBytes(group) + groupPending.bytes(group, samples);
    return (
      own +
      this.sampled(consumers.count(group), samples, (i) => {
        const consumer = consumers.get(group, i);
        return arena.blockSize(consumer) + consumerPending.bytes(consumer, samples);
      })
    );
  }

  /** The sum over `count` things, of which `samples` are asked, 0: all. */
  private sampled(count: number, samples: number, bytesOf: (i: number) => number): number {
    const asked = samples === 0 ? count : Math.min(samples, count);
    let bytes = 0;
    for (let i = 0; i < asked; i++) bytes += bytesOf(i);
    return asked === 0 ? 0 : Math.round((bytes / asked) * count);
  }
}
