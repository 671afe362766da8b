/**
 * The slow log: the last commands that took long, newest first.
 *
 * An entry keeps at most 32 arguments of 128 bytes each, as Redis does: what is cut is said in the argument's place.
 */
import Denque from 'denque';
import type { ByteSpans } from '../util/byte-spans.js';

/** Arguments that an entry keeps. */
const MAX_ARGS = 32;
/** Bytes of an argument that an entry keeps. */
const MAX_ARG_BYTES = 128;
const REDACTED = Buffer.from('(redacted)');

/** A command that took long. */
export interface SlowCommand {
  /** Counts up from 0 and is not set back by SLOWLOG RESET. */
  readonly id: number;
  /** When it was logged, in seconds since the epoch. */
  readonly atSeconds: number;
  readonly usec: number;
  /** Owned by the entry. */
  readonly args: readonly Uint8Array[];
  readonly clientAddress: string;
  readonly clientName: string;
}

/** What is logged of a command besides its arguments. */
export type SlowCommandTraits = Omit<SlowCommand, 'id' | 'args'>;

export class SlowLog {
  /** Newest first. */
  private readonly entries = new Denque<SlowCommand>();
  private nextId = 0;

  get length(): number {
    return this.entries.length;
  }

  /**
   * Adds a command and forgets the oldest ones beyond `maxLength`. O(arguments), the bytes are copied.
   * @param redacts whether argument `i` is a secret
   */
  add(traits: SlowCommandTraits, argv: ByteSpans, redacts: (i: number) => boolean, maxLength: number): void {
    const { atSeconds, usec, clientAddress, clientName } = traits;
    this.entries.unshift({
      id: this.nextId++,
      atSeconds,
      usec,
      args: keptArgs(argv, redacts),
      clientAddress,
      clientName,
    });
    while (this.entries.length > maxLength) this.entries.pop();
  }

  /** The newest `count` entries. O(count). */
  newest(count: number): SlowCommand[] {
    const found: SlowCommand[] = [];
    for (let i = 0; i < count && i < this.entries.length; i++) found.push(this.entries.peekAt(i)!);
    return found;
  }

  clear(): void {
    this.entries.clear();
  }
}

function keptArgs(argv: ByteSpans, redacts: (i: number) => boolean): Uint8Array[] {
  const { count } = argv;
  const kept = count > MAX_ARGS ? MAX_ARGS - 1 : count;
  const args: Uint8Array[] = [];
  for (let i = 0; i < kept; i++) args.push(redacts(i) ? REDACTED : keptBytes(argv, i));
  if (count > MAX_ARGS) args.push(Buffer.from(`... (${count - kept} more arguments)`));
  return args;
}

function keptBytes(argv: ByteSpans, i: number): Uint8Array {
  const offset = argv.offset(i);
  const length = argv.length(i);
  if (length <= MAX_ARG_BYTES) return Buffer.from(argv.bytes.subarray(offset, offset + length));
  return Buffer.concat([
    argv.bytes.subarray(offset, offset + MAX_ARG_BYTES),
    Buffer.from(`... (${length - MAX_ARG_BYTES} more bytes)`),
  ]);
}
