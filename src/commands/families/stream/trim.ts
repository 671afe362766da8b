/** XTRIM, and trimming as XADD has it. */
import { NONE } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable, token } from '../../../resp/index.js';
import { StreamId } from '../../../types/stream/index.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_LIMIT_WITHOUT_STRATEGY,
  ERR_LIMIT_WITHOUT_TILDE,
  ERR_MAXLEN_NEGATIVE,
  ERR_NOT_INTEGER,
  ERR_STREAM_ID,
  ERR_SYNTAX,
  ERR_TRIM_LIMIT,
  ERR_TRIM_STRATEGIES,
  ERR_XTRIM_STRATEGY,
  WRONGTYPE,
} from '../../errors.js';
import { NOTIFY_STREAM } from '../../events.js';
import { isOtherType } from './entries.js';
import { addId, NOT_AN_ID, parseId, parseNewId, WHOLE_ID } from './ids.js';

const NO_TRIM = 0;
const TRIM_MAXLEN = 1;
const TRIM_MINID = 2;
const LIMIT = 3;
const NOMKSTREAM = 4;
const OPTIONS = new OptionTable({ MAXLEN: TRIM_MAXLEN, MINID: TRIM_MINID, LIMIT, NOMKSTREAM });
const STAR = token('*');
const TILDE = token('~');
const EQUAL = token('=');

/** Without LIMIT, trimming with `~` ends after so many nodes that are full. */
const LIMIT_NODES = 100;
/** The same where nodes have no number of entries that fills them, and at most. */
const LIMIT_DEFAULT = 10_000;
const LIMIT_MOST = 1_000_000;

/** The options of XADD and XTRIM: streamParseAddOrTrimArgsOrReply of t_stream.c, 7.0. */
export class AddOptions {
  /** XADD: argument that is the id, or `*`. */
  idArgument = 0;
  /** What the id is: one of the constants of ids.ts; NOT_AN_ID for `*`. */
  idKind = NOT_AN_ID;
  readonly id = new StreamId();
  mayCreate = true;
  strategy = NO_TRIM;
  isApproximate = false;
  /** The argument that is the threshold. */
  thresholdArgument = 0;
  mostEntries = 0;
  readonly leastId = new StreamId();
  limit = 0;
  private hasLimit = false;

  /** Whether there is something to trim by. */
  get trims(): boolean {
    return this.strategy !== NO_TRIM;
  }

  /** @hot Reads the arguments from 2 on; why they are not valid, or null. */
  parse(c: CommandContext, isAdd: boolean): ErrorReply | null {
    const { argv } = c;
    this.reset();
    for (let i = 2; i < argv.count; i++) {
      if (isAdd && argv.is(i, STAR)) {
        this.idArgument = i;
        break;
      }
      const option = argv.option(i, OPTIONS);
      if (option === NOMKSTREAM ? isAdd : option !== NO_TRIM && i + 1 < argv.count) {
        if (option === NOMKSTREAM) this.mayCreate = false;
        else {
          const refusal = option === LIMIT ? this.takeLimit(argv, i + 1) : this.takeThreshold(argv, i, option);
          if (refusal !== null) return refusal;
          i = option === LIMIT ? i + 1 : this.thresholdArgument;
        }
        continue;
      }
      if (!isAdd) return ERR_SYNTAX;
      this.idArgument = i;
      this.idKind = parseNewId(argv, i, this.id);
      if (this.idKind === NOT_AN_ID) return ERR_STREAM_ID;
      break;
    }
    return this.complete(c, isAdd);
  }

  /** @hot */
  private reset(): void {
    this.idArgument = 0;
    this.idKind = NOT_AN_ID;
    this.mayCreate = true;
    this.strategy = NO_TRIM;
    this.isApproximate = false;
    this.limit = 0;
    this.hasLimit = false;
  }

  /** @hot Takes the threshold of the strategy that argument `i` names. */
  private takeThreshold(argv: Argv, i: number, strategy: number): ErrorReply | null {
    if (this.strategy !== NO_TRIM) return ERR_TRIM_STRATEGIES;
    let at = i + 1;
    this.isApproximate = false;
    if (at + 1 < argv.count && argv.is(at, TILDE)) {
      this.isApproximate = true;
      at++;
    } else if (at + 1 < argv.count && argv.is(at, EQUAL)) at++;
    if (strategy === TRIM_MAXLEN) {
      this.mostEntries = argv.int(at);
      if (Number.isNaN(this.mostEntries)) return ERR_NOT_INTEGER;
      if (this.mostEntries < 0) return ERR_MAXLEN_NEGATIVE;
    } else if (!parseId(argv, at, this.leastId)) return ERR_STREAM_ID;
    this.strategy = strategy;
    this.thresholdArgument = at;
    return null;
  }

  /** @hot */
  private takeLimit(argv: Argv, i: number): ErrorReply | null {
    this.limit = argv.int(i);
    this.hasLimit = true;
    if (Number.isNaN(this.limit)) return ERR_NOT_INTEGER;
    return this.limit < 0 ? ERR_TRIM_LIMIT : null;
  }

  /** @hot What only all arguments together can tell. */
  private complete(c: CommandContext, isAdd: boolean): ErrorReply | null {
    if (this.strategy === NO_TRIM) {
      if (this.limit !== 0) return ERR_LIMIT_WITHOUT_STRATEGY;
      if (!isAdd) return ERR_XTRIM_STRATEGY;
    }
    if (this.hasLimit) return this.isApproximate ? null : ERR_LIMIT_WITHOUT_TILDE;
    if (this.isApproximate) {
      const limit = LIMIT_NODES * c.keyspace.limits.streamNodeMaxEntries;
      this.limit = limit <= 0 ? LIMIT_DEFAULT : Math.min(limit, LIMIT_MOST);
    }
    return null;
  }

  /** @hot Trims a stream; returns how many entries have gone. O(nodes). */
  trim(c: CommandContext, stream: number): number {
    const { streams } = c.keyspace;
    if (this.strategy === TRIM_MAXLEN) {
      return streams.trimToLength(stream, this.mostEntries, this.isApproximate, this.limit);
    }
    return streams.trimBelow(stream, this.leastId, this.isApproximate, this.limit);
  }

  /**
   * @hot The command as it is propagated after `~` has trimmed as far as it did: with the exact threshold that leads to
   * the same. LIMIT, which is an error without `~` for all but a primary's stream, is left out.
   */
  propagateExact(c: CommandContext, stream: number, id: StreamId | null): void {
    const { argv } = c;
    const command = c.propagateInstead();
    const last = id === null ? argv.count : this.idArgument;
    for (let i = 0; i < last; i++) {
      if (i === this.thresholdArgument - 1) command.text('=');
      else if (i === this.thresholdArgument) this.addThreshold(c, stream);
      else if (this.hasLimit && i !== 1 && argv.option(i, OPTIONS) === LIMIT) i++;
      else command.borrow(argv, i);
    }
    if (id === null) return;
    if (this.idKind === WHOLE_ID) command.borrow(argv, last);
    else addId(c, command, id);
    for (let i = last + 1; i < argv.count; i++) command.borrow(argv, i);
  }

  /** @hot */
  private addThreshold(c: CommandContext, stream: number): void {
    const { streams } = c.keyspace;
    if (this.strategy === TRIM_MAXLEN) c.instead.int(streams.length(stream));
    else addId(c, c.instead, streams.firstKeptId(stream, this.leastId));
  }
}

const options = new AddOptions();

/** XTRIM key MAXLEN | MINID [= | ~] threshold [LIMIT count] */
export function xtrim(c: CommandContext): void {
  const { db, reply } = c;
  const refusal = options.parse(c, false);
  if (refusal !== null) return reply.error(refusal);
  const entry = db.lookupWrite(c.argv, 1);
  if (entry === NONE) return reply.int(0);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const stream = c.keyspace.streams.of(entry);
  const gone = options.trim(c, stream);
  if (gone > 0) {
    c.notify(NOTIFY_STREAM, 'xtrim', 1);
    if (options.isApproximate) options.propagateExact(c, stream, null);
    c.keyChanged(1, gone);
  }
  reply.int(gone);
}
