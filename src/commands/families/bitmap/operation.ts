/** BITOP: strings combined bit by bit, a word at a time. */
import { NONE, TYPE_STRING } from '../../../keyspace/record.js';
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

/** Strings are combined in pieces of this size: two of them stay in the processor's cache. */
const CHUNK_BYTES = 64 * 1024;

/** Sources shorter than the longest count as if zero bytes followed; so do missing ones. */
export function bitop(c: CommandContext): void {
  const { argv, db, reply } = c;
  const operation = argv.option(1, OPERATIONS);
  if (operation === 0) return reply.error(ERR_SYNTAX);
  if (operation === NOT && argv.count !== 4) return reply.error(ERR_BITOP_NOT);
  const sources: number[] = [];
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

function deleteDestination(c: CommandContext): void {
  if (c.db.delete(c.argv, 2)) {
    c.keyChanged(2);
    c.notify(NOTIFY_GENERIC, 'del', 2);
  }
  c.reply.int(0);
}

/**
 * Makes the destination a raw string of `length` bytes without time to live and returns it. One that is a source keeps its
 * bytes, with zero bytes behind, and its new place is put into `sources`: the loop over chunks reads each piece of it
 * before it writes there.
 */
function prepareDestination(c: CommandContext, sources: number[], length: number): number {
  const { db } = c;
  const old = db.lookupWrite(c.argv, 2);
  if (old === NONE || db.typeOf(old) !== TYPE_STRING) return resizeRaw(c, 2, NONE, length);
  const lasting = db.expireAtOf(old) >= 0 ? db.persist(old) : old;
  const destination = resizeRaw(c, 2, lasting, length);
  for (let i = 0; i < sources.length; i++) if (sources[i] === old) sources[i] = destination;
  return destination;
}

/** Combines chunk by chunk: the first source's in the first half of the scratch buffer, each other's in the second. */
function combine(c: CommandContext, operation: number, sources: number[], destination: number, length: number): void {
  const chunk = Math.min(CHUNK_BYTES, (length + 3) & ~3);
  c.ensureScratch(2 * chunk);
  const words = new Int32Array(c.scratch.buffer, c.scratch.byteOffset, (2 * chunk) >>> 2);
  for (let at = 0; at < length; at += chunk) {
    const bytes = Math.min(chunk, length - at);
    load(c, sources[0]!, at, bytes, 0);
    if (operation === NOT) invert(words, chunk >>> 2);
    for (let i = 1; i < sources.length; i++) {
      load(c, sources[i]!, at, bytes, chunk);
      combineWords(operation, words, chunk >>> 2);
    }
    c.db.writeString(destination, at, c.scratch, c.scratchView, 0, bytes);
  }
}

/** Copies `length` bytes of a string from `at` on to `target` in the scratch buffer, zero bytes where it has none. */
function load(c: CommandContext, entry: number, at: number, length: number, target: number): void {
  const size = stringLength(c, entry);
  const available = Math.max(0, Math.min(length, size - at));
  if (available > 0) c.db.stringInto(entry, at, available, c.scratch, c.scratchView, target);
  c.scratch.fill(0, target + available, target + length);
}

function invert(words: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) words[i] = ~words[i]!;
}

/** Combines the first `count` words with the `count` words behind them. */
function combineWords(operation: number, words: Int32Array, count: number): void {
  if (operation === AND) for (let i = 0; i < count; i++) words[i] = words[i]! & words[count + i]!;
  else if (operation === OR) for (let i = 0; i < count; i++) words[i] = words[i]! | words[count + i]!;
  else if (operation === XOR) for (let i = 0; i < count; i++) words[i] = words[i]! ^ words[count + i]!;
}
