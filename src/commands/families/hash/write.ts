/** Commands that set and remove fields. */
import { type Entry, NONE, TYPE_HASH } from '../../../keyspace/record.js';
import { isOutOfMemory } from '../../../memory/index.js';
import type { CommandContext } from '../../context.js';
import { errWrongArity } from '../../errors.js';
import { NOTIFY_HASH } from '../../events.js';
import { findField, hashToWrite, hasUnseenFields, OTHER_TYPE, setField } from './lookup.js';

/** @hot */
export function hset(c: CommandContext): void {
  const added = setFields(c);
  if (added !== REFUSED) c.reply.int(added);
}

/** @hot HSET before it could set several fields, and with another answer. */
export function hmset(c: CommandContext): void {
  if (setFields(c) !== REFUSED) c.reply.ok();
}

/** What {@link setFields} returns when it has answered with an error. */
const REFUSED = -1;

/** @hot Sets the fields from argument 2 on; returns how many of them are new. */
function setFields(c: CommandContext): number {
  const { argv, keyspace } = c;
  const { hashes } = keyspace;
  if ((argv.count & 1) !== 0) {
    c.reply.error(errWrongArity(c.command.name));
    return REFUSED;
  }
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return REFUSED;
  const fieldCount = (argv.count - 2) >>> 1;
  let added = 0;
  if (entry === NONE) {
    const holder = keyspace.detached(TYPE_HASH);
    hashes.init(holder);
    hashes.expect(holder, fieldCount);
    for (let i = 2; i < argv.count; i += 2) if (setField(c, holder, i)) added++;
    c.db.adopt(argv, 1, holder);
  } else if (fieldCount === 1) {
    if (setField(c, entry, 2)) added = 1;
  } else added = setSeveral(c, entry, fieldCount);
  c.keyChanged(1, fieldCount);
  c.notify(NOTIFY_HASH, 'hset', 1);
  return added;
}

/**
 * Sets several fields of a hash that is there. When memory runs out among them, those before stay, and it is they that
 * are propagated.
 */
function setSeveral(c: CommandContext, entry: Entry, fieldCount: number): number {
  const { argv } = c;
  let added = 0;
  let i = 2;
  try {
    c.keyspace.hashes.expect(entry, fieldCount);
    for (; i < argv.count; i += 2) if (setField(c, entry, i)) added++;
    return added;
  } catch (error) {
    if (i === 2 || !isOutOfMemory(error)) throw error;
    const command = c.propagateInstead().text('HSET');
    for (let k = 1; k < i; k++) command.borrow(argv, k);
    c.keyChanged(1, (i - 2) >>> 1);
    c.notify(NOTIFY_HASH, 'hset', 1);
    throw error;
  }
}

/** @hot */
export function hsetnx(c: CommandContext): void {
  const { argv, keyspace, reply } = c;
  let entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  if (entry !== NONE && findField(c, entry, 2)) return reply.int(0);
  if (hasUnseenFields(c, entry)) c.propagateInstead().text('HSET').borrow(argv, 1).borrow(argv, 2).borrow(argv, 3);
  if (entry === NONE) {
    entry = keyspace.detached(TYPE_HASH);
    keyspace.hashes.init(entry);
    setField(c, entry, 2);
    c.db.adopt(argv, 1, entry);
  } else setField(c, entry, 2);
  c.keyChanged(1);
  c.notify(NOTIFY_HASH, 'hset', 1);
  reply.int(1);
}

/** @hot The key goes with its last field. */
export function hdel(c: CommandContext): void {
  const { argv, reply } = c;
  const { hashes } = c.keyspace;
  const entry = hashToWrite(c);
  if (entry === OTHER_TYPE) return;
  if (entry === NONE) return reply.int(0);
  let removed = 0;
  for (let i = 2; i < argv.count; i++) {
    if (hashes.remove(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i))) removed++;
  }
  if (removed > 0) {
    c.keyChanged(1, removed);
    c.notify(NOTIFY_HASH, 'hdel', 1);
  }
  if (hashes.length(entry) === 0) c.deleteEmptied(entry, 1);
  reply.int(removed);
}
