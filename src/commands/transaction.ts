/**
 * A transaction: what a client has queued since MULTI. The receive buffer is overwritten before EXEC comes, so the
 * arguments are copied, all of them behind each other into one buffer that grows:
 *
 * ```
 *   argv.bytes   | S E T a 1 | I N C R b | ....room.... |
 *   argv.offsets   0   3 4     5       9                     one for each argument
 *   starts         0           3                             one for each command: its first argument's number
 * ```
 * 1. `commands`, `starts` and `counts` are of one length: what EXEC runs, in this order.
 * 2. Once something was refused nothing more is queued: EXEC will run none of it.
 */
import { Argv } from '../resp/index.js';
import type { Command } from './table.js';

const INITIAL_BYTES = 512;
/** An argument's offset and length, four bytes each. */
const SPAN_BYTES = 8;
/** What an entry of the three lists takes. */
const COMMAND_BYTES = 24;

export class Transaction {
  readonly commands: Command[] = [];
  /** A mask of `FLAG_*`: those that any of the queued commands has. */
  flags = 0;
  /** Whether one of its commands was refused, so that EXEC refuses all. */
  failed = false;
  private readonly argv = new Argv(0);
  private readonly starts: number[] = [];
  private readonly counts: number[] = [];
  private bytes = Buffer.alloc(0);
  private size = 0;

  /** Bytes that it holds for its client. O(1). */
  get memoryBytes(): number {
    return this.bytes.length + this.argv.offsets.length * SPAN_BYTES + this.commands.length * COMMAND_BYTES;
  }

  /** Queues a command with copies of its arguments. O(bytes). */
  queue(command: Command, args: Argv): void {
    this.flags |= command.flags;
    if (this.failed) return;
    const { argv } = this;
    const { count } = args;
    const start = argv.base + argv.count;
    argv.reserve(start + count);
    for (let i = 0; i < count; i++) {
      const length = args.length(i);
      argv.offsets[start + i] = this.size;
      argv.lengths[start + i] = length;
      this.makeRoom(length);
      const from = args.offset(i);
      this.bytes.set(args.bytes.subarray(from, from + length), this.size);
      this.size += length;
    }
    this.commands.push(command);
    this.starts.push(start);
    this.counts.push(count);
    argv.base = start;
    argv.count = count;
  }

  /** The arguments of command `k`: valid until the next call. O(1). */
  argumentsOf(k: number): Argv {
    const { argv } = this;
    argv.bind(this.bytes);
    argv.base = this.starts[k]!;
    argv.count = this.counts[k]!;
    return argv;
  }

  /** Nothing of it will run: what was queued is let go. */
  fail(): void {
    this.failed = true;
    this.commands.length = 0;
    this.bytes = Buffer.alloc(0);
    this.size = 0;
  }

  private makeRoom(length: number): void {
    const needed = this.size + length;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2, INITIAL_BYTES));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}
