/**
 * The feed: every change of data, once, in the form that is deterministic, in order. The AOF, the replication backlog and
 * replicas read from it.
 *
 * ```
 *   unit       what one command, EXEC or script changed
 *   on the wire   [SELECT n] command                            a unit of one command
 *                 MULTI [SELECT n] command ... EXEC             a unit of more
 * ```
 * 1. The offset counts the bytes of the stream whether anybody reads it or not; only readers make it be encoded.
 * 2. A unit reaches all consumers whole, in one call, when it ends: nobody ever sees half of one.
 * 3. SELECT stands in front of a command whose database is not that of the command before it, and in front of the
 *    first one after a consumer came ({@link Feed.subscribe}).
 */
import type { ByteSpans } from '../util/byte-spans.js';
import { intLength, writeInt } from '../util/numbers.js';

/** Reads the feed. */
export interface FeedConsumer {
  /**
   * Gets one unit: `bytes[0, size)`, which are the stream's bytes from `offset` on. Valid during the call only.
   */
  feedUnit(bytes: Uint8Array, size: number, offset: number): void;
}

const MULTI = Buffer.from('*1\r\n$5\r\nMULTI\r\n');
const EXEC = Buffer.from('*1\r\n$4\r\nEXEC\r\n');
const INITIAL_SIZE = 16 * 1024;
/** A buffer that one huge command made larger than this is not kept. */
const KEPT_SIZE = 1024 * 1024;

export class Feed {
  /** Bytes of the stream so far: `master_repl_offset`. */
  offset = 0;
  private readonly consumers: FeedConsumer[] = [];
  private buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  /** Bytes of the unit in the buffer, behind the room that MULTI may need. */
  private size = 0;
  /** Bytes of the unit: what `size` would be if somebody read. */
  private unitBytes = 0;
  private unitCommands = 0;
  private depth = 0;
  private selected = -1;
  /** The SELECT command of each database that was used. */
  private readonly selects: (Buffer | undefined)[] = [];

  /** Begins a unit. Units inside a unit belong to it. O(1). */
  beginUnit(): void {
    this.depth++;
  }

  /** @hot Adds a command to the unit (which is begun and ended here when there is none). O(bytes), O(arguments) unread. */
  append(database: number, command: ByteSpans): void {
    if (this.depth === 0) {
      this.beginUnit();
      this.append(database, command);
      return this.endUnit();
    }
    this.unitCommands++;
    if (database !== this.selected) this.select(database);
    if (this.consumers.length === 0) {
      this.unitBytes += encodedLength(command);
      return;
    }
    const length = encodedLength(command);
    command.gather();
    this.makeRoom(length);
    encode(command, this.buffer, MULTI.length + this.size);
    this.size += length;
    this.unitBytes += length;
  }

  /** @hot Ends the unit: its bytes go to all consumers. */
  endUnit(): void {
    if (--this.depth > 0 || this.unitCommands === 0) return;
    const wrapped = this.unitCommands > 1;
    const from = wrapped ? 0 : MULTI.length;
    const begin = this.offset;
    this.offset += this.unitBytes + (wrapped ? MULTI.length + EXEC.length : 0);
    this.unitCommands = 0;
    this.unitBytes = 0;
    const end = MULTI.length + this.size;
    if (this.consumers.length === 0) return;
    if (wrapped) {
      this.buffer.set(MULTI);
      this.makeRoom(EXEC.length);
      this.buffer.set(EXEC, end);
    }
    const unit = this.buffer.subarray(from, wrapped ? end + EXEC.length : end);
    this.size = 0;
    if (this.buffer.length > KEPT_SIZE) this.buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
    for (const consumer of this.consumers) consumer.feedUnit(unit, unit.length, begin);
  }

  /** From the next unit on `consumer` gets everything; that unit begins with SELECT. */
  subscribe(consumer: FeedConsumer): void {
    this.consumers.push(consumer);
    this.selected = -1;
  }

  /** `consumer` gets nothing more. */
  unsubscribe(consumer: FeedConsumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at !== -1) this.consumers.splice(at, 1);
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
    else target.set(bytes.subarray(from, from + size), at);
    at += size;
    target[at++] = 0x0d;
    target[at++] = 0x0a;
  }
}
