/** SADD, SREM, SMOVE, SISMEMBER, SMISMEMBER, SCARD, SMEMBERS: single members of sets, and all of them. */
import { type Entry, NONE, TYPE_SET } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { WRONGTYPE } from '../../errors.js';
import { NOTIFY_SET } from '../../events.js';
import { isOtherType, replyMembers } from './values.js';

/** @hot All members are added or, when memory runs out, none. */
export function sadd(c: CommandContext): void {
  const { argv, db, keyspace, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const expected = argv.count - 2;
  let added: number;
  if (entry === NONE) {
    const holder = keyspace.detached(TYPE_SET);
    keyspace.sets.create(holder, argv.bytes, argv.offset(2), argv.length(2), expected);
    added = addArguments(c, holder, null);
    db.adopt(argv, 1, holder);
  } else {
    keyspace.sets.expect(entry, expected);
    added = expected === 1 ? addArguments(c, entry, null) : addAllOrNone(c, entry);
  }
  if (added > 0) {
    c.keyChanged(1, added);
    c.notify(NOTIFY_SET, 'sadd', 1);
  }
  reply.int(added);
}

/** @hot Adds the arguments from 2 on; returns how many are new, and puts their numbers into `news`. */
function addArguments(c: CommandContext, holder: number, news: number[] | null): number {
  const { argv } = c;
  const { sets } = c.keyspace;
  let added = 0;
  for (let i = 2; i < argv.count; i++) {
    if (!sets.add(holder, argv.bytes, argv.view, argv.offset(i), argv.length(i))) continue;
    if (news !== null) news.push(i);
    added++;
  }
  return added;
}

/**
 * Several members for a set that others can see: when memory runs out, those that are there already are taken out
 * again.
 */
function addAllOrNone(c: CommandContext, entry: Entry): number {
  const { argv } = c;
  const news: number[] = [];
  try {
    return addArguments(c, entry, news);
  } catch (error) {
    for (const i of news) c.keyspace.sets.remove(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i));
    throw error;
  }
}

/** @hot */
export function srem(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { sets } = c.keyspace;
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) return reply.int(0);
  if (db.typeOf(entry) !== TYPE_SET) return reply.error(WRONGTYPE);
  let left = sets.count(entry);
  let removed = 0;
  for (let i = 2; i < argv.count && left > 0; i++) {
    if (!sets.remove(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i))) continue;
    removed++;
    left--;
  }
  if (removed > 0) {
    c.keyChanged(1, removed);
    c.notify(NOTIFY_SET, 'srem', 1);
    if (left === 0) c.deleteEmptied(entry, 1);
  }
  reply.int(removed);
}

/** What needs memory comes first, so that a member is never in neither set. */
export function smove(c: CommandContext): void {
  const { argv, db, reply } = c;
  const { sets } = c.keyspace;
  const source = db.lookupWrite(argv, 1);
  const target = db.lookupWrite(argv, 2);
  if (source === NONE) return reply.int(0);
  if (db.typeOf(source) !== TYPE_SET || isOtherType(c, target)) return reply.error(WRONGTYPE);
  const from = argv.offset(3);
  const length = argv.length(3);
  const isMember = sets.has(source, argv.bytes, argv.view, from, length);
  if (!isMember || source === target) return reply.int(isMember ? 1 : 0);

  let isNew = true;
  let created = NONE;
  if (target === NONE) created = makeTarget(c, from, length);
  else isNew = sets.add(target, argv.bytes, argv.view, from, length);
  sets.remove(source, argv.bytes, argv.view, from, length);
  c.keyChanged(1);
  c.notify(NOTIFY_SET, 'srem', 1);
  if (sets.count(source) === 0) c.deleteEmptied(source, 1);
  if (created !== NONE) db.adopt(argv, 2, created);
  c.keyChanged(2, isNew ? 1 : 0);
  if (isNew) c.notify(NOTIFY_SET, 'sadd', 2);
  reply.int(1);
}

/**
 * A set of the one member for key 2, which can be adopted without memory. (A key of 16 KiB and more has none kept for
 * it.)
 */
function makeTarget(c: CommandContext, from: number, length: number): number {
  const { argv, db, keyspace } = c;
  const holder = keyspace.detached(TYPE_SET);
  keyspace.sets.create(holder, argv.bytes, from, length, 1);
  keyspace.sets.add(holder, argv.bytes, argv.view, from, length);
  db.reserveKeys(argv, 2, 1);
  keyspace.arena.reserve(1);
  return holder;
}

/** @hot */
export function sismember(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.int(hasArgument(c, entry, 2));
}

/** @hot */
export function smismember(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) reply.int(hasArgument(c, entry, i));
}

/** @hot 1 when argument `i` is a member of a set that is there, else 0. */
function hasArgument(c: CommandContext, entry: Entry, i: number): number {
  const { argv } = c;
  if (entry === NONE) return 0;
  return c.keyspace.sets.has(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i)) ? 1 : 0;
}

/** @hot */
export function scard(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.int(entry === NONE ? 0 : c.keyspace.sets.count(entry));
}

export function smembers(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  if (entry === NONE) return reply.set(0);
  replyMembers(c, entry);
}
