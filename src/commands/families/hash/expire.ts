/** HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT and HPERSIST: times to live of single fields come and go. */
import { EXPIRED_DELETE } from '../../../keyspace/database.js';
import { type Entry, NONE } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import { MAX_FIELD_TIME_MS } from '../../../types/expiry-heap.js';
import { NO_FIELD_EXPIRE } from '../../../types/hash-layout.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_FIELDS_COUNT,
  ERR_FIELDS_COUNT_POSITIVE,
  ERR_HASH_EXPIRE_NEGATIVE,
  ERR_NOT_INTEGER,
  errInvalidExpire,
} from '../../errors.js';
import { NOTIFY_HASH } from '../../events.js';
import { fieldsRefusal } from './fields.js';
import { findField, hashToWrite, OTHER_TYPE } from './lookup.js';

const NX = 1 << 0;
const XX = 1 << 1;
const GT = 1 << 2;
const LT = 1 << 3;
const CONDITIONS = new OptionTable({ NX, XX, GT, LT });

/** The time is in seconds, not milliseconds. */
const SECONDS = 1 << 0;
/** The time counts from now, not from 1970. */
const RELATIVE = 1 << 1;

// What is answered for each field.
const NO_FIELD = -2;
const NOT_MET = 0;
const IS_SET = 1;
const IS_DELETED = 2;
/** HPERSIST: the field does not expire. */
const NO_TIME = -1;

export function hexpire(c: CommandContext): void {
  setTimes(c, SECONDS | RELATIVE);
}

export function hpexpire(c: CommandContext): void {
  setTimes(c, RELATIVE);
}

export function hexpireat(c: CommandContext): void {
  setTimes(c, SECONDS);
}

export function hpexpireat(c: CommandContext): void {
  setTimes(c, 0);
}

/**
 * The order of checks is Redis': the key's type, the time, the fields. A time that is over deletes fields at once,
 * where that is for this server to decide. What is propagated names the fields that were set or deleted, and a time
 * since the epoch, so that it means the same whenever it is read.
 */
function setTimes(c: CommandContext, unit: number): void {
  const { argv, reply } = c;
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  const atMs = absoluteMs(argv, unit, c.nowMs);
  if (Number.isNaN(atMs)) return reply.error(timeError(c));
  const condition = argv.option(3, CONDITIONS);
  const word = condition === 0 ? 3 : 4;
  const refusal = fieldsRefusal(argv, word, ERR_FIELDS_COUNT_POSITIVE);
  if (refusal !== null) return reply.error(refusal);

  const first = word + 2;
  reply.array(argv.count - first);
  const isOver = atMs <= c.nowMs && c.keyspace.expiredKeys === EXPIRED_DELETE;
  const changed: number[] = [];
  try {
    for (let i = first; i < argv.count; i++) {
      const result = entry === NONE ? NO_FIELD : setTime(c, entry, i, condition, atMs, isOver);
      if (result === IS_SET || result === IS_DELETED) changed.push(i);
      reply.int(result);
    }
  } finally {
    // When memory runs out among them, those before have their time, and it is they that are propagated.
    if (changed.length > 0) tell(c, entry, atMs, isOver, changed);
  }
}

/** Propagates what became of fields, the arguments `changed`, and drops the key with the last one. */
function tell(c: CommandContext, entry: Entry, atMs: number, isOver: boolean, changed: readonly number[]): void {
  const { argv } = c;
  c.keyChanged(1, changed.length);
  c.notify(NOTIFY_HASH, isOver ? 'hdel' : 'hexpire', 1);
  const command = c.propagateInstead();
  if (isOver) command.text('HDEL').borrow(argv, 1);
  else command.text('HPEXPIREAT').borrow(argv, 1).int(atMs).text('FIELDS').int(changed.length);
  for (const i of changed) command.borrow(argv, i);
  if (c.keyspace.hashes.length(entry) === 0) c.deleteEmptied(entry, 1);
}

/** Gives one field its time; what is answered for it. */
function setTime(c: CommandContext, entry: Entry, i: number, condition: number, atMs: number, isOver: boolean): number {
  const { hashes } = c.keyspace;
  if (!findField(c, entry, i)) return NO_FIELD;
  if (!isMet(condition, hashes.pair.expireAt, atMs)) return NOT_MET;
  if (isOver) {
    hashes.removeFound(entry);
    return IS_DELETED;
  }
  // Who may not delete fields by himself keeps one whose time is over until he is told; 0 would be no time.
  hashes.setTime(entry, Math.max(1, atMs));
  return IS_SET;
}

/** No time to live counts as one that never ends. */
function isMet(condition: number, currentMs: number, atMs: number): boolean {
  const lasts = currentMs === NO_FIELD_EXPIRE;
  switch (condition) {
    case NX:
      return lasts;
    case XX:
      return !lasts;
    case GT:
      return !lasts && atMs > currentMs;
    case LT:
      return lasts || atMs < currentMs;
    default:
      return true;
  }
}

/** The time that argument 2 names, in milliseconds since the epoch; NaN when it is none ({@link timeError}). */
function absoluteMs(argv: Argv, unit: number, nowMs: number): number {
  const value = argv.int(2);
  const ms = (unit & SECONDS) === 0 ? value : value * 1000;
  const atMs = (unit & RELATIVE) === 0 ? ms : nowMs + ms;
  return value >= 0 && atMs <= MAX_FIELD_TIME_MS ? atMs : Number.NaN;
}

function timeError(c: CommandContext): ErrorReply {
  const value = c.argv.int(2);
  if (Number.isNaN(value)) return ERR_NOT_INTEGER;
  return value < 0 ? ERR_HASH_EXPIRE_NEGATIVE : errInvalidExpire(c.command.name);
}

export function hpersist(c: CommandContext): void {
  const { argv, reply } = c;
  const { hashes } = c.keyspace;
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  const refusal = fieldsRefusal(argv, 2, ERR_FIELDS_COUNT);
  if (refusal !== null) return reply.error(refusal);
  reply.array(argv.count - 4);
  let changed = 0;
  for (let i = 4; i < argv.count; i++) {
    if (entry === NONE || !findField(c, entry, i)) reply.int(NO_FIELD);
    else if (hashes.pair.expireAt === NO_FIELD_EXPIRE) reply.int(NO_TIME);
    else {
      hashes.clearTime(entry);
      changed++;
      reply.int(IS_SET);
    }
  }
  if (changed === 0) return;
  c.keyChanged(1, changed);
  c.notify(NOTIFY_HASH, 'hpersist', 1);
}
