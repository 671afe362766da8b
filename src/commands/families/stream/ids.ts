/** Ids of entries among the arguments of commands, and in their replies. */
import type { Argv, CommandBuilder, ErrorReply } from '../../../resp/index.js';
import type { StreamId } from '../../../types/stream/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_INTERVAL_END, ERR_INTERVAL_START, ERR_STREAM_ID } from '../../errors.js';

/** Argument is no id. */
export const NOT_AN_ID = 0;
/** An id with both its parts. */
export const WHOLE_ID = 1;
/** `ms-*`: the sequence is to be found. */
export const OPEN_ID = 2;

/** Texts that are longer are no ids (streamGenericParseIDOrReply of t_stream.c, 7.0). */
const MAX_TEXT = 127;
const DASH = 0x2d;
const PLUS = 0x2b;
const STAR = 0x2a;
const PARENTHESIS = 0x28;

/**
 * @hot Reads argument `i` as `ms` or `ms-seq`, where a sequence that is not given is 0, or the last one; false when it
 * is no id.
 */
export function parseId(argv: Argv, i: number, id: StreamId, lastSequence = false): boolean {
  return parseText(argv.bytes, argv.offset(i), argv.length(i), id, lastSequence, false) !== NOT_AN_ID;
}

/** @hot The same for an id of XADD, which may leave its sequence open: one of the three constants. */
export function parseNewId(argv: Argv, i: number, id: StreamId): number {
  return parseText(argv.bytes, argv.offset(i), argv.length(i), id, false, true);
}

/**
 * @hot Reads argument `i` as one end of a range: `-` and `+`, an id, or `(` and an id that is not part of the range.
 * Returns why it is none, null when it is one.
 */
export function parseRangeEnd(argv: Argv, i: number, id: StreamId, isEnd: boolean): ErrorReply | null {
  const { bytes } = argv;
  const from = argv.offset(i);
  const length = textLength(bytes, from, argv.length(i));
  if (length === 1 && bytes[from] === DASH) {
    id.setLeast();
    return null;
  }
  if (length === 1 && bytes[from] === PLUS) {
    id.setGreatest();
    return null;
  }
  const isOpen = length > 1 && bytes[from] === PARENTHESIS ? 1 : 0;
  if (parseText(bytes, from + isOpen, argv.length(i) - isOpen, id, isEnd, false) === NOT_AN_ID) return ERR_STREAM_ID;
  if (isOpen === 0) return null;
  if (isEnd) return id.decrement() ? null : ERR_INTERVAL_END;
  return id.increment() ? null : ERR_INTERVAL_START;
}

/** @hot */
function parseText(
  bytes: Uint8Array,
  from: number,
  size: number,
  id: StreamId,
  lastSequence: boolean,
  mayBeOpen: boolean,
): number {
  const length = textLength(bytes, from, size);
  let dash = 0;
  while (dash < length && bytes[from + dash] !== DASH) dash++;
  if (!id.parseMs(bytes, from, dash)) return NOT_AN_ID;
  if (dash === length) {
    if (lastSequence) id.setGreatestSequence();
    else id.setLeastSequence();
    return WHOLE_ID;
  }
  const at = from + dash + 1;
  const digits = length - dash - 1;
  if (mayBeOpen && digits === 1 && bytes[at] === STAR) {
    id.setLeastSequence();
    return OPEN_ID;
  }
  return id.parseSequence(bytes, at, digits) ? WHOLE_ID : NOT_AN_ID;
}

/** @hot Text ends at its first NUL, as C has it; 0, which is no id, when it is too long for one. */
function textLength(bytes: Uint8Array, from: number, size: number): number {
  if (size > MAX_TEXT) return 0;
  let length = 0;
  while (length < size && bytes[from + length] !== 0) length++;
  return length;
}

/** @hot Adds an id to a command that is propagated. What was in the scratch buffer is gone. */
export function addId(c: CommandContext, command: CommandBuilder, id: StreamId): void {
  command.copy(c.scratch, 0, id.format(c.scratch, 0));
}

/**
 * @hot Replies with an id as a bulk string, whose bytes are at the beginning of the scratch buffer then; returns how
 * many.
 */
export function replyId(c: CommandContext, id: StreamId): number {
  const length = id.format(c.scratch, 0);
  c.reply.bulk(c.scratch, c.scratchView, 0, length);
  return length;
}
