/**
 * The request parser: cuts a chunk of input into commands without copying a byte.
 *
 * ```
 *   chunk   *3 \r\n $3 \r\n SET ... *2 \r\n $3 \r\n GET ... *2 \r\n $3 \r\n G        <- cut anywhere
 *           |--------- command 0 --|---------- command 1 --|--- kept for the next chunk
 *   argv.offsets, argv.lengths:  [ 0's arguments | 1's arguments | ... ]
 *   commandBase, commandArgc, commandEnd: one a command
 * ```
 * 1. Up to {@link BATCH} commands are parsed ahead; then the session runs them and asks again.
 * 2. An inline command with quotes ends a batch: it has a buffer of its own, since quoting changes its bytes.
 * 3. What is refused ends a batch too, and is only refused at the front of the next one: the commands before it are
 *    answered first, and one of them may change what the client may send (AUTH, CONFIG SET proto-max-bulk-len).
 * 4. A command that is not complete costs nothing again until `needed` more bytes could complete it, and one of more
 *    than {@link LONG} arguments goes on where it was cut ({@link ParseState}), so that input of any cut is linear.
 *
 * The rules and messages are those of the reference (networking.c of 7.0.15, tried on a running server).
 */
import { splitArgs } from '../util/bytes.js';
import { parseInt64 } from '../util/numbers.js';
import type { Argv } from './argv.js';
import { type ErrorReply, error } from './error-reply.js';

/** How many pipelined commands are parsed ahead of their execution. */
export const BATCH = 64;
/** A command of more arguments than this is parsed in a state of its own. */
const LONG = 1024;
/** So much of an inline command or of a length line may wait for its end; more in one piece is taken. In bytes. */
const INLINE_MAX = 64 * 1024;
const INT_MAX = 0x7fffffff;
/** The longest command: offsets are int32, and the buffer may hold something in front of it. */
const COMMAND_MAX = INT_MAX - 64 * 1024 * 1024;
const UNAUTHENTICATED_ARGS = 10;
const UNAUTHENTICATED_BULK = 16384;

/** What {@link RequestParser.parsePlainLine} returns for a line that it leaves to others. */
const NOT_PLAIN = -4;
/** Results of `readLength` that are no length. */
const INCOMPLETE = -2;
const BAD = -3;
/** Bytes of a line with a length of two digits. */
const SHORT_LINE = 5;
/** With so many bytes of an argument's line there may be something to refuse. */
const SHORTEST_LINE = 2;

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const DOLLAR = 0x24;
const STAR = 0x2a;
const ZERO = 0x30;

const ERR_BIG_COUNT = error('ERR Protocol error: too big mbulk count string');
const ERR_MULTIBULK = error('ERR Protocol error: invalid multibulk length');
const ERR_MULTIBULK_UNAUTHENTICATED = error('ERR Protocol error: unauthenticated multibulk length');
const ERR_BIG_BULK_COUNT = error('ERR Protocol error: too big bulk count string');
const ERR_BULK = error('ERR Protocol error: invalid bulk length');
const ERR_BULK_UNAUTHENTICATED = error('ERR Protocol error: unauthenticated bulk length');
const ERR_BIG_INLINE = error('ERR Protocol error: too big inline request');
const ERR_QUOTES = error('ERR Protocol error: unbalanced quotes in request');

/** What the parser must know of a client, and where it left off in a long command of that client. */
export class ParseState {
  /** `proto-max-bulk-len`. A primary's link has no such limit. */
  maxBulkLength = 512 * 1024 * 1024;
  /** Whether the limits of clients that nobody knows do not hold. */
  authenticated = true;
  /** Set by whoever changes one of those: commands that are parsed already are to be parsed again. */
  changed = false;
  /**
   * How many bytes, from the start of the first incomplete command, are needed at least before parsing it again makes
   * sense; 0 when nothing is known. The connection may reserve as much.
   */
  needed = 0;
  /** The arguments of a long command that is not complete; null when there is none. Owned by this state. */
  long: LongCommand | null = null;

  /** Bytes of memory that the arguments parsed so far are noted in. */
  get heldBytes(): number {
    return this.long === null ? 0 : this.long.offsets.byteLength + this.long.lengths.byteLength;
  }
}

/** A command of many arguments, cut by the end of a chunk; offsets count from the command's first byte. */
class LongCommand {
  readonly argc: number;
  offsets: Int32Array;
  lengths: Int32Array;
  done = 0;
  /** Where the next argument's `$` stands, from the command's first byte. */
  at: number;

  constructor(argc: number, at: number) {
    this.argc = argc;
    this.at = at;
    // Grown as arguments arrive: the announced count alone must not cost memory.
    this.offsets = new Int32Array(LONG);
    this.lengths = new Int32Array(LONG);
  }

  push(offset: number, length: number): void {
    if (this.done === this.offsets.length) {
      const offsets = new Int32Array(this.done * 2);
      offsets.set(this.offsets);
      this.offsets = offsets;
      const lengths = new Int32Array(this.done * 2);
      lengths.set(this.lengths);
      this.lengths = lengths;
    }
    this.offsets[this.done] = offset;
    this.lengths[this.done++] = length;
  }
}

export class RequestParser {
  /** Commands in the batch. */
  count = 0;
  /** Where the first byte not consumed by the batch stands. */
  position = 0;
  /**
   * The protocol error at the front of the input, or null: then the batch is empty. The connection is closed after it.
   */
  protocolError: ErrorReply | null = null;
  /**
   * Whether an empty command (`*0`, an empty line) stood in front of the batch; one behind its first command ends it.
   */
  passedEmpty = false;
  /** Index of the first argument of each command in argv's arrays. */
  readonly commandBase = new Int32Array(BATCH);
  readonly commandArgc = new Int32Array(BATCH);
  /** Where each command ends in the chunk. */
  readonly commandEnd = new Int32Array(BATCH);
  private readonly argv: Argv;
  /** argv's arrays for ordinary commands, put back after a long command lent its own. */
  private offsets: Int32Array;
  private lengths: Int32Array;
  /** Arguments of the batch so far. */
  private used = 0;
  /** Result of {@link readLength}: where the line after the number begins. */
  private lineEnd = 0;

  /** @param argv where the arguments of each batch are put */
  constructor(argv: Argv) {
    this.argv = argv;
    this.offsets = argv.offsets;
    this.lengths = argv.lengths;
  }

  /**
   * @hot Parses up to {@link BATCH} commands from `bytes[from, to)`; `argv` is bound to `bytes`. Afterwards `count`,
   * `position` and `protocolError` say what was found: count 0 and no error means that more input is needed.
   * O(bytes of the batch).
   */
  parse(bytes: Buffer, from: number, to: number, state: ParseState): void {
    const { argv } = this;
    argv.bind(bytes);
    argv.offsets = this.offsets;
    argv.lengths = this.lengths;
    argv.base = 0;
    this.count = 0;
    this.used = 0;
    this.protocolError = null;
    this.passedEmpty = false;
    state.changed = false;
    let at = from;
    if (state.needed > to - from) {
      this.position = from;
      return;
    }
    state.needed = 0;
    while (this.count < BATCH && at < to) {
      const start = at;
      if (bytes[at] === STAR) at = this.parseMultibulk(bytes, at, to, state);
      else {
        at = this.parsePlainLine(bytes, at, to);
        if (at === NOT_PLAIN && this.count > 0) at = -1;
        else if (at === NOT_PLAIN) at = this.parseInline(bytes, start, to);
      }
      if (at < 0) {
        at = start;
        break;
      }
      if (argv.bytes !== bytes) break;
      if (argv.offsets !== this.offsets) break;
    }
    this.position = at;
  }

  /** @hot Returns where the next command starts, or -1: incomplete, or a protocol error. */
  private parseMultibulk(bytes: Buffer, start: number, to: number, state: ParseState): number {
    if (state.long !== null) return this.resumeLong(bytes, start, to, state, state.long);
    let argc = start + SHORT_LINE <= to ? shortLength(bytes, start, STAR) : -1;
    let at = start + (argc < 10 ? SHORT_LINE - 1 : SHORT_LINE);
    if (argc < 0) {
      argc = this.readLength(bytes, start + 1, to, INT_MAX);
      if (argc === INCOMPLETE) return this.needMore(bytes, start, to, ERR_BIG_COUNT);
      if (argc === BAD) return this.refuse(ERR_MULTIBULK);
      at = this.lineEnd;
    }
    if (argc > UNAUTHENTICATED_ARGS && !state.authenticated) return this.refuse(ERR_MULTIBULK_UNAUTHENTICATED);
    if (argc <= 0) return this.passEmpty(at); // nothing to run, as the reference has it
    if (argc > LONG) {
      if (this.count > 0) return -1; // it begins a batch of its own
      state.long = new LongCommand(argc, at - start); // allocates: once a command of more than LONG arguments
      return this.resumeLong(bytes, start, to, state, state.long);
    }
    const { used } = this;
    if (used + argc > this.offsets.length) this.growSpans(used + argc);
    const { offsets, lengths } = this;
    for (let i = 0; i < argc; i++) {
      let length = at + SHORT_LINE <= to ? shortLength(bytes, at, DOLLAR) : -1;
      let from = at + (length < 10 ? SHORT_LINE - 1 : SHORT_LINE);
      if (length < 0 || from + length + 2 > to) {
        length = this.readBulk(bytes, at, to, start, state, argc - i);
        if (length < 0) return -1;
        from = this.lineEnd;
      }
      offsets[used + i] = from;
      lengths[used + i] = length;
      at = from + length + 2;
    }
    this.addCommand(used, argc, at);
    this.used = used + argc;
    return at;
  }

  /** Goes on with a long command; its arrays are lent to argv when it is complete. */
  private resumeLong(bytes: Buffer, start: number, to: number, state: ParseState, long: LongCommand): number {
    if (this.count > 0) return -1;
    let at = start + long.at;
    while (long.done < long.argc) {
      const length = this.readBulk(bytes, at, to, start, state, long.argc - long.done);
      if (length < 0) {
        long.at = at - start;
        return -1;
      }
      long.push(this.lineEnd - start, length);
      at = this.lineEnd + length + 2;
    }
    state.long = null;
    const { argv } = this;
    argv.offsets = long.offsets;
    argv.lengths = long.lengths;
    for (let i = 0; i < long.argc; i++) long.offsets[i]! += start;
    this.addCommand(0, long.argc, at);
    return at;
  }

  /**
   * @hot Reads `$<length>` at `at` and checks that the whole bulk is there; returns its length with `lineEnd` at its
   * first byte, or -1: incomplete, or a protocol error.
   */
  private readBulk(bytes: Buffer, at: number, to: number, start: number, state: ParseState, argsLeft: number): number {
    if (at >= to) return this.await(state, at - start + SHORTEST_LINE);
    if (bytes[at] !== DOLLAR) return this.refuseBulk(bytes, at, to);
    const length = this.readLength(bytes, at + 1, to, state.maxBulkLength);
    if (length === INCOMPLETE) return this.needMore(bytes, at, to, ERR_BIG_BULK_COUNT);
    if (length < 0) return this.refuse(ERR_BULK);
    if (length > UNAUTHENTICATED_BULK && !state.authenticated) return this.refuse(ERR_BULK_UNAUTHENTICATED);
    const end = this.lineEnd + length + 2;
    if (end <= to) return length;
    if (end - start > COMMAND_MAX) return this.refuse(ERR_BULK);
    return this.await(state, end - start + (argsLeft > 1 ? SHORTEST_LINE : 0));
  }

  /** An argument does not begin with `$`: refused when its line is whole, as the reference has it. */
  private refuseBulk(bytes: Buffer, at: number, to: number): number {
    const cr = findCr(bytes, at, to);
    if (cr === -1 || cr + 1 >= to) return this.needMore(bytes, at, to, ERR_BIG_BULK_COUNT);
    return this.refuse(error(`ERR Protocol error: expected '$', got '${String.fromCharCode(bytes[at]!)}'`));
  }

  /**
   * @hot Reads a decimal number and CR LF at `at`, with `lineEnd` behind it. INCOMPLETE when the line is not whole, BAD
   * when it is no canonical integer or larger than `max`; negative numbers other than those two come back as -1.
   */
  private readLength(bytes: Buffer, at: number, to: number, max: number): number {
    let value = 0;
    let i = at;
    for (; i < to; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i + 1 < to && bytes[i] === CR && i > at && i - at <= 10 && (bytes[at] !== ZERO || i - at === 1)) {
      this.lineEnd = i + 2;
      return value <= max ? value : BAD;
    }
    return this.readOddLength(bytes, at, to, max);
  }

  /** What is not a plain positive number: cut lines, signs, leading zeros, garbage. */
  private readOddLength(bytes: Buffer, at: number, to: number, max: number): number {
    const cr = findCr(bytes, at, to);
    if (cr === -1 || cr + 1 >= to) return INCOMPLETE;
    this.lineEnd = cr + 2;
    const value = parseInt64(bytes, at, cr - at);
    if (Number.isNaN(value) || value > max) return BAD;
    return value < 0 ? -1 : value;
  }

  /**
   * @hot An inline command of words with spaces between them: they are arguments where they stand. NOT_PLAIN for a line
   * with quotes or other blanks, an empty one, or one that is not all there. O(line).
   */
  private parsePlainLine(bytes: Buffer, start: number, to: number): number {
    const { used } = this;
    let argc = 0;
    let from = start;
    for (let at = start; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > SPACE && byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) continue;
      const isEnd = byte === LF || (byte === CR && at + 1 < to && bytes[at + 1] === LF);
      if (!isEnd && byte !== SPACE) return NOT_PLAIN;
      if (at > from) {
        if (used + argc === this.offsets.length) this.growSpans(used + argc + 1);
        this.offsets[used + argc] = from;
        this.lengths[used + argc++] = at - from;
      }
      from = at + 1;
      if (!isEnd) continue;
      if (argc === 0) return NOT_PLAIN;
      const end = byte === LF ? from : from + 1;
      this.addCommand(used, argc, end);
      this.used = used + argc;
      return end;
    }
    return NOT_PLAIN;
  }

  private parseInline(bytes: Buffer, start: number, to: number): number {
    const found = findInText(bytes, LF, start, to);
    if (found === -1) return to - start > INLINE_MAX ? this.refuse(ERR_BIG_INLINE) : -1;
    const end = found > start && bytes[found - 1] === CR ? found - 1 : found;
    const args = splitArgs(bytes.subarray(start, end));
    if (args === null) return this.refuse(ERR_QUOTES);
    if (args.length === 0) return this.passEmpty(found + 1);
    this.argv.assign(args);
    this.addCommand(0, args.length, found + 1);
    return found + 1;
  }

  /** An empty command ends at `end`: it is passed over in front of a batch, and ends one that has begun. */
  private passEmpty(end: number): number {
    if (this.count > 0) return -1;
    this.passedEmpty = true;
    return end;
  }

  /** @hot */
  private addCommand(base: number, argc: number, end: number): void {
    const { count } = this;
    this.commandBase[count] = base;
    this.commandArgc[count] = argc;
    this.commandEnd[count] = end;
    this.count = count + 1;
  }

  /** The line at `at` is not whole yet: an error once it is longer than any line may be. */
  private needMore(bytes: Buffer, at: number, to: number, tooLong: ErrorReply): number {
    return to - at > INLINE_MAX && findCr(bytes, at, to) === -1 ? this.refuse(tooLong) : -1;
  }

  /** The command needs `needed` bytes from its start on: the next chunk is not looked at before. */
  private await(state: ParseState, needed: number): number {
    state.needed = needed;
    return -1;
  }

  /** What begins here is refused, if nothing stands before it. */
  private refuse(reply: ErrorReply): number {
    if (this.count === 0) this.protocolError = reply;
    return -1;
  }

  private growSpans(capacity: number): void {
    this.argv.reserve(capacity);
    this.offsets = this.argv.offsets;
    this.lengths = this.argv.lengths;
  }
}

/**
 * @hot The length in the line at `at` when that begins with `type` and has one or two digits, as most have; else -1,
 * and `readLength` decides. {@link SHORT_LINE} bytes are there. It buys a third of a GET's time and half of an MGET's
 * of 10 keys (33 to 22 ns, 142 to 66 ns: parser.bench, Node 20).
 */
function shortLength(bytes: Buffer, at: number, type: number): number {
  if (bytes[at] !== type) return -1;
  const first = bytes[at + 1]! - ZERO;
  if (first < 0 || first > 9) return -1;
  const byte = bytes[at + 2]!;
  if (byte === CR) return first;
  const second = byte - ZERO;
  if (first === 0 || second < 0 || second > 9 || bytes[at + 3] !== CR) return -1;
  return first * 10 + second;
}

/** Where the CR of the line at `at` stands, -1 when it has none. */
function findCr(bytes: Buffer, at: number, to: number): number {
  return findInText(bytes, CR, at, to);
}

/** Where `byte` stands first in [at, to), -1 when nowhere or behind a NUL: the reference searches as in a C string. */
function findInText(bytes: Buffer, byte: number, at: number, to: number): number {
  const found = bytes.indexOf(byte, at);
  if (found === -1 || found >= to) return -1;
  for (let i = at; i < found; i++) if (bytes[i] === 0) return -1;
  return found;
}
