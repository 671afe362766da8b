/**
 * The reply writer: every handler's answers go, already encoded, into one buffer that all connections share.
 *
 * ```
 *   bytes  | replies of this chunk ... | free room ... |
 *          0                           size            bytes.length
 * ```
 * 1. Replies of one chunk of input leave in one write: the session takes `bytes[0, size)` when the chunk is done.
 * 2. When room is short, the writer hands what it has to its sink and goes on at 0; while a deferred length is open
 *    it grows instead, since what stands behind the mark must stay reachable.
 * 3. The writer of RESP3 and RESP2 is one class: `resp` is set for each client before its commands run.
 */
import { DOUBLE_TEXT_MAX, formatDouble17, intLength, writeDouble, writeInt } from '../util/numbers.js';
import type { ErrorReply } from './error-reply.js';

/** Takes output that no longer fits: the connection of the client that is being served. */
export interface ReplySink {
  /**
   * Sends `buffer[0, size)`. Returns whether the writer may reuse `buffer`; otherwise the sink owns it from now on.
   */
  send(buffer: Buffer, size: number): boolean;
}

/** Sees every error reply as it is written, for the counters of INFO. */
export type ErrorListener = (error: ErrorReply) => void;

const INITIAL_SIZE = 64 * 1024;
/** A buffer that a huge reply made larger than this is dropped once it is sent. */
const KEPT_SIZE = 1024 * 1024;

/** Up to here four bytes at a time are faster than `set`, which takes 60 ns before it begins (reply.bench, Node 20). */
const LOOP_BYTES = 160;
const SHORT_TEXT = 48;

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOLLAR = 0x24;
const STAR = 0x2a;

const OK = Buffer.from('+OK\r\n');
const NULL3 = Buffer.from('_\r\n');
const NULL_BULK2 = Buffer.from('$-1\r\n');
const NULL_ARRAY2 = Buffer.from('*-1\r\n');

/** Takes output that nobody wants. */
const DISCARD: ReplySink = { send: () => true };

/** Encodes replies for the client that is being served; see the head of this file. */
export class ReplyWriter {
  /** The protocol of the client that is served: 2 or 3. */
  resp = 2;
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  view: DataView = new DataView(this.bytes.buffer);
  /** Bytes written so far. */
  size = 0;
  /** How many bytes went to the sink since {@link begin}. */
  sentBytes = 0;
  /** How many error replies were written; the executor compares it around a command. */
  errorCount = 0;
  private sink: ReplySink | null = null;
  private openMarks = 0;
  private readonly doubleText = new Uint8Array(DOUBLE_TEXT_MAX);
  private readonly onError: ErrorListener;

  constructor(onError: ErrorListener = () => {}) {
    this.onError = onError;
  }

  /** Begins the replies for one client. The writer must be empty: what came before has been taken. */
  begin(sink: ReplySink | null, resp: number): void {
    this.sink = sink;
    this.resp = resp;
    this.sentBytes = 0;
  }

  /** Says that no reply is being written for anybody: all have been flushed. */
  end(): void {
    this.sink = null;
  }

  /** @hot Whether replies are being written for this sink. */
  isFor(sink: ReplySink): boolean {
    return this.sink === sink;
  }

  /** Sends what is left to the sink and forgets it. */
  flush(): void {
    if (this.size === 0 || this.sink === null) return;
    this.sentBytes += this.size;
    const reusable = this.sink.send(this.bytes, this.size);
    this.size = 0;
    if (!reusable || this.bytes.length > KEPT_SIZE) this.allocate(INITIAL_SIZE);
  }

  /** Begins replies that nobody wants; {@link rewind} drops what is left of them, or they are kept after all. */
  beginDiscarded(resp: number): void {
    this.begin(DISCARD, resp);
  }

  /** Takes the replies back that have been written and not sent. */
  rewind(): void {
    this.size = 0;
    if (this.bytes.length > KEPT_SIZE) this.allocate(INITIAL_SIZE);
  }

  /** Takes back what was written since the writer's `size` was this, arrays of open length too. */
  takeBack(size: number): void {
    this.size = size;
    this.openMarks = 0;
  }

  /** A copy of what was written, and an empty writer: for replies that go elsewhere than a socket. */
  take(): Uint8Array {
    const copy = Buffer.from(this.bytes.subarray(0, this.size));
    this.size = 0;
    return copy;
  }

  /** @hot `+OK`. */
  ok(): void {
    this.raw(OK);
  }

  /** @hot A bulk of a few bytes that are already encoded on the wire, such as a shared reply. */
  raw(encoded: Uint8Array): void {
    const { length } = encoded;
    this.reserve(length);
    const { bytes } = this;
    const at = this.size;
    if (length <= 64) for (let i = 0; i < length; i++) bytes[at + i] = encoded[i]!;
    else bytes.set(encoded, at);
    this.size = at + length;
  }

  /** @hot A null: `_` in RESP3, `$-1` in RESP2. */
  null(): void {
    this.raw(this.resp === 3 ? NULL3 : NULL_BULK2);
  }

  /** A null where RESP2 expects an array: `_` in RESP3, `*-1` in RESP2. */
  nullArray(): void {
    this.raw(this.resp === 3 ? NULL3 : NULL_ARRAY2);
  }

  /** @hot An integer reply. `value` is a safe integer. */
  int(value: number): void {
    this.header(COLON, value);
  }

  /** An integer reply outside the safe range. */
  bigint(value: bigint): void {
    this.latin1(`:${value}\r\n`);
  }

  /** @hot A bulk string copied from `bytes[from, from + length)`. */
  bulk(bytes: Uint8Array, view: DataView, from: number, length: number): void {
    const at = this.beginBulk(length);
    if (length <= LOOP_BYTES) {
      const target = this.view;
      let k = 0;
      for (const words = length & ~3; k < words; k += 4) target.setInt32(at + k, view.getInt32(from + k, true), true);
      for (; k < length; k++) this.bytes[at + k] = bytes[from + k]!;
    } else this.bytes.set(bytes.subarray(from, from + length), at); // allocates: above LOOP_BYTES alone
    this.endBulk(length);
  }

  /** A bulk string of all of `bytes`. */
  bulkBytes(bytes: Uint8Array): void {
    const at = this.beginBulk(bytes.length);
    this.bytes.set(bytes, at);
    this.endBulk(bytes.length);
  }

  /** A bulk string of latin1 text, a byte a char. */
  bulkText(text: string): void {
    const at = this.beginBulk(text.length);
    this.writeText(text, at);
    this.endBulk(text.length);
  }

  /** @hot A bulk string of a safe integer's decimal digits. */
  bulkInt(value: number): void {
    const length = intLength(value);
    const at = this.beginBulk(length);
    writeInt(this.bytes, at, value);
    this.endBulk(length);
  }

  /**
   * @hot Writes the header of a bulk string and returns where its bytes go in `this.bytes` (and `this.view`). The
   * caller writes exactly `length` bytes there, nothing else in between, then calls {@link endBulk}.
   */
  beginBulk(length: number): number {
    this.reserve(length + 16);
    const { bytes } = this;
    bytes[this.size++] = DOLLAR;
    this.size = writeInt(bytes, this.size, length);
    bytes[this.size++] = CR;
    bytes[this.size++] = LF;
    return this.size;
  }

  /** @hot Ends what {@link beginBulk} began. */
  endBulk(length: number): void {
    const { bytes } = this;
    let at = this.size + length;
    bytes[at++] = CR;
    bytes[at++] = LF;
    this.size = at;
  }

  /** A simple string of latin1 text without line breaks. */
  simple(text: string): void {
    this.latin1(`+${text}\r\n`);
  }

  /** An error reply; it is counted. */
  error(reply: ErrorReply): void {
    this.errorCount++;
    this.onError(reply);
    this.raw(reply.bytes);
  }

  /** @hot The header of an array of `count` elements, which the caller writes next. */
  array(count: number): void {
    this.header(STAR, count);
  }

  emptyArray(): void {
    this.array(0);
  }

  /** The header of a map of `count` pairs; in RESP2 an array of twice as many. */
  map(count: number): void {
    if (this.resp === 3) this.header(0x25, count);
    else this.header(STAR, count * 2);
  }

  /** The header of a set; in RESP2 an array. */
  set(count: number): void {
    this.header(this.resp === 3 ? 0x7e : STAR, count);
  }

  /** The header of a push message; in RESP2 an array. */
  push(count: number): void {
    this.header(this.resp === 3 ? 0x3e : STAR, count);
  }

  /** The header of an attribute of `count` pairs: RESP3 only. */
  attribute(count: number): void {
    this.header(0x7c, count);
  }

  /** @hot A double: `,` with shortest digits in RESP3, a bulk string of the same in RESP2. */
  double(value: number): void {
    const { doubleText } = this;
    const length = writeDouble(doubleText, 0, value);
    if (this.resp === 3) {
      this.reserve(length + 3);
      this.bytes[this.size++] = COMMA;
    } else this.beginBulk(length);
    const { bytes } = this;
    const at = this.size;
    for (let i = 0; i < length; i++) bytes[at + i] = doubleText[i]!;
    this.endBulk(length);
  }

  /** A double as `%.17g`, which is how some replies of Redis 7.4 still print it. */
  double17(value: number): void {
    const text = formatDouble17(value);
    if (this.resp === 3) this.latin1(`,${text}\r\n`);
    else this.bulkText(text);
  }

  /** A double that is written in a form of its own: `,` in RESP3, a bulk string in RESP2. */
  humanDouble(text: string): void {
    if (this.resp === 3) this.latin1(`,${text}\r\n`);
    else this.bulkText(text);
  }

  /** A boolean: `#t` or `#f` in RESP3, 1 or 0 in RESP2. */
  bool(value: boolean): void {
    if (this.resp === 3) this.latin1(value ? '#t\r\n' : '#f\r\n');
    else this.int(value ? 1 : 0);
  }

  /** A big number given as decimal text; a bulk string in RESP2. */
  bigNumber(digits: string): void {
    if (this.resp === 3) this.latin1(`(${digits}\r\n`);
    else this.bulkText(digits);
  }

  /** A verbatim string of latin1 text with a three-letter format; a bulk string in RESP2. */
  verbatim(format: string, text: string): void {
    if (this.resp !== 3) return this.bulkText(text);
    this.latin1(`=${text.length + 4}\r\n${format}:`);
    this.latin1(text);
    this.latin1('\r\n');
  }

  /**
   * Opens an array whose length is not known yet. Returns a mark for {@link setArrayLength}; while one is open,
   * nothing is sent. Marks nest; the innermost closes first.
   */
  deferred(): number {
    this.openMarks++;
    return this.size;
  }

  /** Closes an array of `count` elements written since `mark`. O(bytes since the mark). */
  setArrayLength(mark: number, count: number): void {
    this.close(mark, STAR, count);
  }

  /** Closes a map of `count` pairs written since `mark`. */
  setMapLength(mark: number, count: number): void {
    if (this.resp === 3) this.close(mark, 0x25, count);
    else this.close(mark, STAR, count * 2);
  }

  /** Closes a set of `count` elements written since `mark`. */
  setSetLength(mark: number, count: number): void {
    this.close(mark, this.resp === 3 ? 0x7e : STAR, count);
  }

  /** Makes room for `length` more bytes: sends what there is, or grows. */
  reserve(length: number): void {
    if (this.size + length > this.bytes.length) this.makeRoom(length);
  }

  private makeRoom(length: number): void {
    if (this.openMarks === 0 && this.sink !== null) this.flush();
    if (this.size + length <= this.bytes.length) return;
    const kept = this.bytes;
    const { size } = this;
    // A lone huge reply gets just its room; a growing one doubles, so that it is copied O(1) times a byte.
    this.allocate(size === 0 ? length : Math.max(size + length, kept.length * 2));
    if (size > 0) this.bytes.set(kept.subarray(0, size));
  }

  private allocate(size: number): void {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** @hot One type byte, a number, CR LF. */
  private header(type: number, value: number): void {
    this.reserve(24);
    const { bytes } = this;
    bytes[this.size++] = type;
    const at = writeInt(bytes, this.size, value);
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.size = at + 2;
  }

  private close(mark: number, type: number, count: number): void {
    const header = intLength(count) + 3;
    this.reserve(header); // still open here, so this grows rather than sends
    this.openMarks--;
    const { bytes } = this;
    bytes.copyWithin(mark + header, mark, this.size);
    bytes[mark] = type;
    const at = writeInt(bytes, mark + 1, count);
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.size += header;
  }

  private latin1(text: string): void {
    this.reserve(text.length);
    this.writeText(text, this.size);
    this.size += text.length;
  }

  /** Short texts char by char: Buffer's own call takes 60 ns before it begins (reply.bench, Node 20). */
  private writeText(text: string, at: number): void {
    const { bytes } = this;
    if (text.length > SHORT_TEXT) bytes.write(text, at, 'latin1');
    else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  }
}
