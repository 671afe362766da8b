/** SINTER, SUNION, SDIFF, those that store what comes out, and SINTERCARD. */
import { type Entry, NONE, TYPE_SET } from '../../../keyspace/record.js';
import { OptionTable } from '../../../resp/index.js';
import type { MemberVisitor } from '../../../types/set.js';
import { ENCODING_INTSET, encodingOf } from '../../../types/value.js';
import { isInt64Text } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import { ERR_LIMIT_NEGATIVE, ERR_NUMKEYS, ERR_NUMKEYS_ARGUMENTS, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_GENERIC, NOTIFY_SET } from '../../events.js';
import { isOtherType, replyMembers } from './values.js';

const LIMIT = 1;
const SINTERCARD_OPTIONS = new OptionTable({ LIMIT });

/**
 * The sets of keys `from` to `to`, NONE for one that is missing; null where a key holds something else, and the error
 * is answered. All keys are looked up, whatever the first of them say.
 */
function lookupSets(c: CommandContext, from: number, to: number): Entry[] | null {
  const entries: Entry[] = [];
  for (let i = from; i < to; i++) {
    const entry = c.db.lookupRead(c.argv, i);
    if (isOtherType(c, entry)) {
      c.reply.error(WRONGTYPE);
      return null;
    }
    entries.push(entry);
  }
  return entries;
}

// --- Intersections --------------------------------------------------------------------------------------------------

export function sinter(c: CommandContext): void {
  const entries = lookupSets(c, 1, c.argv.count);
  if (entries !== null) replyWhatComes(c, (write) => intersect(c, entries, write));
}

export function sinterstore(c: CommandContext): void {
  const { keyspace } = c;
  const { sets } = keyspace;
  const entries = lookupSets(c, 2, c.argv.count);
  if (entries === null) return;
  const holder = keyspace.detached(TYPE_SET);
  const smallest = bySize(c, entries)[0]!;
  const isIntset = smallest !== NONE && encodingOf(keyspace.arena, smallest) === ENCODING_INTSET;
  if (isIntset) sets.createIntset(holder);
  else sets.createListpack(holder);
  let areIntegers = true;
  intersect(c, entries, (bytes, view, from, length) => {
    sets.add(holder, bytes, view, from, length);
    areIntegers &&= isInt64Text(bytes, from, length);
  });
  if (areIntegers) sets.toIntset(holder);
  store(c, holder, 'sinterstore');
}

export function sintercard(c: CommandContext): void {
  const { argv, reply } = c;
  const keys = argv.int(1);
  if (!(keys > 0)) return reply.error(ERR_NUMKEYS);
  if (keys > argv.count - 2) return reply.error(ERR_NUMKEYS_ARGUMENTS);
  let limit = 0;
  for (let i = 2 + keys; i < argv.count; i += 2) {
    if (argv.option(i, SINTERCARD_OPTIONS) !== LIMIT || i + 1 === argv.count) return reply.error(ERR_SYNTAX);
    limit = argv.int(i + 1);
    if (!(limit >= 0)) return reply.error(ERR_LIMIT_NEGATIVE);
  }
  const entries = lookupSets(c, 2, 2 + keys);
  if (entries === null) return;
  let count = 0;
  intersect(c, entries, () => ++count === limit);
  reply.int(count);
}

/** Visits what is in all sets: the members of the smallest that are in each of the others, the smaller ones first. */
function intersect(c: CommandContext, entries: readonly Entry[], visit: MemberVisitor): void {
  const { sets } = c.keyspace;
  const sorted = bySize(c, entries);
  const first = sorted[0]!;
  if (first === NONE) return;
  sets.forEach(first, (bytes, view, from, length) => {
    for (let i = 1; i < sorted.length; i++) if (!sets.has(sorted[i]!, bytes, view, from, length)) return false;
    return visit(bytes, view, from, length);
  });
}

/** The smallest set first; what is missing is empty. */
function bySize(c: CommandContext, entries: readonly Entry[]): Entry[] {
  const { sets } = c.keyspace;
  const size = (entry: Entry): number => (entry === NONE ? 0 : sets.count(entry));
  return [...entries].sort((a, b) => size(a) - size(b));
}

// --- Unions ---------------------------------------------------------------------------------------------------------

export function sunion(c: CommandContext): void {
  const entries = lookupSets(c, 1, c.argv.count);
  if (entries !== null) replyMembers(c, unite(c, entries));
}

export function sunionstore(c: CommandContext): void {
  const entries = lookupSets(c, 2, c.argv.count);
  if (entries !== null) store(c, unite(c, entries), 'sunionstore');
}

/** All members of all sets, in a set that belongs to no key. */
function unite(c: CommandContext, entries: readonly Entry[]): number {
  const { keyspace } = c;
  const { sets } = keyspace;
  const holder = keyspace.detached(TYPE_SET);
  sets.createIntset(holder);
  for (const entry of entries) {
    if (entry === NONE) continue;
    sets.forEach(entry, (bytes, view, from, length) => void sets.add(holder, bytes, view, from, length));
  }
  return holder;
}

// --- Differences ----------------------------------------------------------------------------------------------------

export function sdiff(c: CommandContext): void {
  const entries = lookupSets(c, 1, c.argv.count);
  if (entries !== null) replyWhatComes(c, (write) => subtract(c, entries, write));
}

export function sdiffstore(c: CommandContext): void {
  const { keyspace } = c;
  const { sets } = keyspace;
  const entries = lookupSets(c, 2, c.argv.count);
  if (entries === null) return;
  const holder = keyspace.detached(TYPE_SET);
  sets.createIntset(holder);
  subtract(c, entries, (bytes, view, from, length) => void sets.add(holder, bytes, view, from, length));
  store(c, holder, 'sdiffstore');
}

/**
 * Visits the members of the first set that are in none of the others: each is looked for in all of them, the largest
 * first, or, where there are more such lookups than the others have members, in the union of them.
 */
function subtract(c: CommandContext, entries: readonly Entry[], visit: MemberVisitor): void {
  const { sets } = c.keyspace;
  const first = entries[0]!;
  if (first === NONE) return;
  let others = entries.slice(1).filter((entry) => entry !== NONE);
  const members = others.reduce((sum, entry) => sum + sets.count(entry), 0);
  if (others.length > 1 && sets.count(first) * (others.length - 1) > members) others = [unite(c, others)];
  else others = bySize(c, others).reverse();
  sets.forEach(first, (bytes, view, from, length) => {
    for (const other of others) if (sets.has(other, bytes, view, from, length)) return;
    visit(bytes, view, from, length);
  });
}

// --- What comes out -------------------------------------------------------------------------------------------------

/** Replies with a set of unknown size: all members that `produce` gives to its visitor. */
function replyWhatComes(c: CommandContext, produce: (write: MemberVisitor) => void): void {
  const { reply } = c;
  const mark = reply.deferred();
  let count = 0;
  produce((bytes, view, from, length) => {
    reply.bulk(bytes, view, from, length);
    count++;
  });
  reply.setSetLength(mark, count);
}

/** Lets key 1 hold the set, whatever it held; one without members is no value: the key goes, even an expired one. */
function store(c: CommandContext, holder: number, event: string): void {
  const { argv, db, keyspace, reply } = c;
  const count = keyspace.sets.count(holder);
  if (count > 0) {
    db.adopt(argv, 1, holder);
    c.keyChanged(1);
    c.notify(NOTIFY_SET, event, 1);
  } else if (db.deleteEvenExpired(argv, 1)) {
    c.keyChanged(1);
    c.notify(NOTIFY_GENERIC, 'del', 1);
  }
  reply.int(count);
}
