/** BITOP: strings combined bit by bit, a word at a time. */
import { type Entry, NONE, TYPE_STRING } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_BITOP_NOT, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_GENERIC, NOTIFY_STRING } from '../../events.js';
import { isOtherType, resizeRaw, stringLength } from '../string/values.js';

const AND = 1;
const OR = 2;
const XOR = 3;
const NOT = 4;
const OPERATIONS = new OptionTable({ AND, OR, XOR, NOT });

/** Strings are combined in pieces of this size: one stays in the processor's cache. */
const CHUNK_BYTES = 64 * 1024;

/** Sources shorter than the longest count as if zero bytes followed; so do missing ones. */
export function bitop(c: CommandContext): void {
  const { argv, db, reply } = c;
  const operation = argv.option(1, OPERATIONS);
  if (operation === 0) return reply.error(ERR_SYNTAX);
  if (operation === NOT && argv.count !== 4) return reply.error(ERR_BITOP_NOT);
  const sources: Entry[] = [];
  let length = 0;
  for (let i = 3; i < argv.count; i++) {
    const entry = db.lookupRead(argv, i);
    if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
    sources.push(entry);
    length = Math.max(length, stringLength(c, entry));
  }
  if (length === 0) return deleteDestination(c);

  combine(c, operation, sources, prepareDestination(c, sources, length), length);
  c.keyChanged(2);
  c.notify(NOTIFY_STRING, 'set', 2);
  reply.int(length);
}

/** One that is expired goes like any other, as it does in Redis: it is this command that deletes it. */
function deleteDestination(c: CommandContext): void {
  if (c.db.deleteEvenExpired(c.argv, 2)) {
    c.keyChanged(2);
    c.notify(NOTIFY_GENERIC, 'del', 2);
  }
  c.reply.int(0);
}

/**
 * Makes the destination a raw string of `length` bytes without time to live and returns it. One that is a source keeps
 * its bytes, with zero bytes behind, and its new place is put into `sources`: the loop over chunks reads each piece of
 * it before it writes there.
 */
function prepareDestination(c: CommandContext, sources: Entry[], length: number): Entry {
  const { db } = c;
  const old = db.peek(c.argv, 2);
  // What is replaced is used by that, and what is written in place by its lookup: once, as in Redis.
  if (old === NONE || db.typeOf(old) !== TYPE_STRING) return resizeRaw(c, 2, NONE, length);
  if (c.keyspace.touches) db.touch(old);
  const resized = resizeRaw(c, 2, old, length); // first: it may need memory
  const destination = db.expireAtOf(resized) >= 0 ? db.persist(resized) : resized;
  for (let i = 0; i < sources.length; i++) if (sources[i] === old) sources[i] = destination;
  return destination;
}

/**
 * Combines chunk by chunk: a chunk of the first source is copied to the scratch buffer, the others are read where they
 * lie and combined into it, and then it goes to the destination.
 */
function combine(
  c: CommandContext,
  operation: number,
  sources: readonly Entry[],
  destination: Entry,
  length: number,
): void {
  const { db } = c;
  c.ensureScratch(Math.min(CHUNK_BYTES, length));
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    const chunk = Math.min(CHUNK_BYTES, length - at);
    const first = available(c, sources[0]!, at, chunk);
    if (first > 0) db.stringInto(sources[0]!, at, first, c.scratch, c.scratchView, 0);
    c.scratch.fill(0, first, chunk);
    if (operation === NOT) invert(c.scratchView, chunk);
    for (let i = 1; i < sources.length; i++) combineWith(c, operation, sources[i]!, at, chunk);
    db.writeString(destination, at, c.scratch, c.scratchView, 0, chunk);
  }
}

/** How many of the `chunk` bytes from `at` on a source has. */
function available(c: CommandContext, source: Entry, at: number, chunk: number): number {
  return Math.max(0, Math.min(chunk, stringLength(c, source) - at));
}

/** Combines the first `chunk` bytes of the scratch buffer with those of a source from `at` on. */
function combineWith(c: CommandContext, operation: number, source: Entry, at: number, chunk: number): void {
  const bytes = available(c, source, at, chunk);
  if (bytes > 0) {
    const view = c.db.stringView(source);
    const from = c.db.stringBase(source) + at;
    if (operation === AND) and(c.scratchView, view, from, bytes);
    else if (operation === OR) or(c.scratchView, view, from, bytes);
    else xor(c.scratchView, view, from, bytes);
  }
  // Beyond its end a source is zeros, which only AND hears of.
  if (operation === AND) c.scratch.fill(0, bytes, chunk);
}

// One function an operation: the loops are the point, and a choice inside of them would cost more than the operation.

function invert(target: DataView, length: number): void {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) target.setInt32(i, ~target.getInt32(i, true), true);
  for (; i < length; i++) target.setUint8(i, ~target.getUint8(i));
}

function and(target: DataView, source: DataView, from: number, length: number): void {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    target.setInt32(i, target.getInt32(i, true) & source.getInt32(from + i, true), true);
  }
  for (; i < length; i++) target.setUint8(i, target.getUint8(i) & source.getUint8(from + i));
}

function or(target: DataView, source: DataView, from: number, length: number): void {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    target.setInt32(i, target.getInt32(i, true) | source.getInt32(from + i, true), true);
  }
  for (; i < length; i++) target.setUint8(i, target.getUint8(i) | source.getUint8(from + i));
}

function xor(target: DataView, source: DataView, from: number, length: number): void {
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    target.setInt32(i, target.getInt32(i, true) ^ source.getInt32(from + i, true), true);
  }
  for (; i < length; i++) target.setUint8(i, target.getUint8(i) ^ source.getUint8(from + i));
}
