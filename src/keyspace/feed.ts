/**
 * The feed: every change of data, once, in the form that is deterministic, in order. The AOF, the replication backlog
 * and replicas read from it.
 *
 * ```
 *   unit       what one command, EXEC or script changed
 *   on the wire   [SELECT n] command                            a unit of one command
 *                 MULTI [SELECT n] command ... EXEC             a unit of more
 *
 *   append --+--> replicas' stream   its bytes are what the offset counts
 *            '--> log's stream       the same commands, but for those that are for one of the two alone
 * ```
 * 1. The offset counts the bytes of the replicas' stream whether anybody reads it or not; only readers make it be
 *    encoded.
 * 2. A unit reaches all consumers whole, in one call, when it ends: nobody ever sees half of one. Both streams name the
 *    offset at which it begins for replicas, and `offset` is where it ends.
 * 3. In each stream SELECT stands in front of a command whose database is not that of the command before it, and in
 *    front of the first one after a consumer came ({@link Feed.subscribe}).
 */

import { assert } from '../util/assert.js';
import type { ByteSpans } from '../util/byte-spans.js';
import { intLength, writeInt } from '../util/numbers.js';

/** Reads the feed. */
export interface FeedConsumer {
  /**
   * Gets one unit: `bytes[0, size)`, which begins at `offset` of the replicas' stream. Valid during the call only.
   */
  feedUnit(bytes: Uint8Array, size: number, offset: number): void;
}

/** For the append-only file. */
export const FOR_LOG = 1;
/** For replicas and their backlog. */
export const FOR_REPLICAS = 2;
/** For both: the rule. */
export const FOR_ALL = 3;

/** Whom a command of the feed is for. */
export type Audience = typeof FOR_LOG | typeof FOR_REPLICAS | typeof FOR_ALL;

const MULTI = Buffer.from('*1\r\n$5\r\nMULTI\r\n');
const EXEC = Buffer.from('*1\r\n$4\r\nEXEC\r\n');
const INITIAL_SIZE = 16 * 1024;
/** A buffer that one huge command made larger than this is not kept. */
const KEPT_SIZE = 1024 * 1024;

export class Feed {
  /** Bytes of the replicas' stream so far: `master_repl_offset`. */
  offset = 0;
  private readonly replicas = new FeedStream();
  private readonly log = new FeedStream();
  private depth = 0;

  /** @hot Begins a unit. Units inside a unit belong to it. O(1). */
  beginUnit(): void {
    this.depth++;
  }

  /**
   * @hot Adds a command to the unit (which is begun and ended here when there is none). O(bytes), O(arguments) unread.
   */
  append(database: number, command: ByteSpans, audience: Audience = FOR_ALL): void {
    if (this.depth === 0) {
      this.beginUnit();
      this.append(database, command, audience);
      return this.endUnit();
    }
    if ((audience & FOR_REPLICAS) !== 0) this.replicas.append(database, command);
    if ((audience & FOR_LOG) !== 0 && this.log.isRead) this.log.append(database, command);
  }

  /** @hot Ends the unit: its bytes go to all consumers. */
  endUnit(): void {
    if (--this.depth > 0) return;
    const begin = this.offset;
    if (this.replicas.commandCount > 0) {
      this.offset = begin + this.replicas.unitSize;
      this.replicas.endUnit(begin);
    }
    if (this.log.commandCount > 0) this.log.endUnit(begin);
  }

  /** From the next unit on `consumer` gets everything for its kind; that unit begins with SELECT. */
  subscribe(consumer: FeedConsumer, as: typeof FOR_LOG | typeof FOR_REPLICAS = FOR_REPLICAS): void {
    const stream = as === FOR_LOG ? this.log : this.replicas;
    assert(stream.commandCount === 0, 'nobody to come in the middle of a unit: half of it would be missing');
    stream.subscribe(consumer);
  }

  /** `consumer` gets nothing more. */
  unsubscribe(consumer: FeedConsumer): void {
    this.replicas.unsubscribe(consumer);
    this.log.unsubscribe(consumer);
  }
}

/** The bytes for one audience. */
class FeedStream {
  /** Commands of the running unit. */
  commandCount = 0;
  /** Replaced, never changed: who leaves or comes during a unit changes nothing for the others. */
  private consumers: readonly FeedConsumer[] = [];
  private buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  /** Bytes of the unit in the buffer, behind the room that MULTI may need. */
  private size = 0;
  /** Bytes of the unit: what `size` would be if somebody read. */
  private unitBytes = 0;
  private selected = -1;
  /** The SELECT command of each database that was used. */
  private readonly selects: (Buffer | undefined)[] = [];

  /** Whether anybody reads it. */
  get isRead(): boolean {
    return this.consumers.length > 0;
  }

  /** @hot Bytes of the running unit on the wire. */
  get unitSize(): number {
    return this.commandCount > 1 ? this.unitBytes + MULTI.length + EXEC.length : this.unitBytes;
  }

  /** @hot Adds a command to the unit. O(bytes), O(arguments) unread. */
  append(database: number, command: ByteSpans): void {
    this.commandCount++;
    if (database !== this.selected) this.select(database);
    const length = encodedLength(command);
    this.unitBytes += length;
    if (this.consumers.length === 0) return;
    command.gather();
    this.makeRoom(length);
    encode(command, this.buffer, MULTI.length + this.size);
    this.size += length;
  }

  /** @hot Ends the unit, which is not empty. */
  endUnit(offset: number): void {
    const wrapped = this.commandCount > 1;
    this.commandCount = 0;
    this.unitBytes = 0;
    if (this.consumers.length === 0) return;
    const end = MULTI.length + this.size;
    if (wrapped) {
      this.buffer.set(MULTI);
      this.makeRoom(EXEC.length);
      this.buffer.set(EXEC, end);
    }
    // allocates: one view a unit, and only where somebody takes it
    const unit = this.buffer.subarray(wrapped ? 0 : MULTI.length, wrapped ? end + EXEC.length : end);
    this.size = 0;
    if (this.buffer.length > KEPT_SIZE) this.buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
    const { consumers } = this;
    for (let i = 0; i < consumers.length; i++) consumers[i]!.feedUnit(unit, unit.length, offset);
  }

  subscribe(consumer: FeedConsumer): void {
    this.consumers = [...this.consumers, consumer];
    this.selected = -1;
  }

  unsubscribe(consumer: FeedConsumer): void {
    this.consumers = this.consumers.filter((other) => other !== consumer);
  }

  private select(database: number): void {
    const command = this.selects[database] ?? this.makeSelect(database);
    this.selected = database;
    this.unitBytes += command.length;
    if (this.consumers.length === 0) return;
    this.makeRoom(command.length);
    this.buffer.set(command, MULTI.length + this.size);
    this.size += command.length;
  }

  private makeSelect(database: number): Buffer {
    const digits = String(database);
    const command = Buffer.from(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`, 'latin1');
    this.selects[database] = command;
    return command;
  }

  private makeRoom(length: number): void {
    const needed = MULTI.length + this.size + length;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, MULTI.length + this.size));
    this.buffer = larger;
  }
}

/** @hot Bytes of a command in RESP. O(arguments). */
function encodedLength(command: ByteSpans): number {
  const { count } = command;
  let length = 3 + intLength(count);
  for (let i = 0; i < count; i++) {
    const size = command.length(i);
    length += 5 + intLength(size) + size;
  }
  return length;
}

/** @hot Writes a command in RESP at `start`. O(bytes). */
function encode(command: ByteSpans, target: Buffer, start: number): void {
  const { count, bytes } = command;
  let at = start;
  target[at++] = 0x2a;
  at = writeInt(target, at, count);
  target[at++] = 0x0d;
  target[at++] = 0x0a;
  for (let i = 0; i < count; i++) {
    const size = command.length(i);
    const from = command.offset(i);
    target[at++] = 0x24;
    at = writeInt(target, at, size);
    target[at++] = 0x0d;
    target[at++] = 0x0a;
    if (size <= 64) for (let k = 0; k < size; k++) target[at + k] = bytes[from + k]!;
    else target.set(bytes.subarray(from, from + size), at); // allocates: a copy that is long costs more than its view
    at += size;
    target[at++] = 0x0d;
    target[at++] = 0x0a;
  }
}
