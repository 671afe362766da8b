/** Commands that read hashes. */
import { NONE } from '../../../keyspace/record.js';
import type { HashPair } from '../../../types/hash-layout.js';
import type { CommandContext } from '../../context.js';
import { findField, hashToRead, OTHER_TYPE, replyValue } from './lookup.js';

/** What of each pair is answered. */
const FIELDS = 1 << 0;
const VALUES = 1 << 1;

/** @hot */
export function hget(c: CommandContext): void {
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  if (entry === NONE || !findField(c, entry, 2)) return c.reply.null();
  replyValue(c);
}

/** @hot */
export function hmget(c: CommandContext): void {
  const { argv, reply } = c;
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) {
    if (entry === NONE || !findField(c, entry, i)) reply.null();
    else replyValue(c);
  }
}

export function hgetall(c: CommandContext): void {
  replyAll(c, FIELDS | VALUES);
}

export function hkeys(c: CommandContext): void {
  replyAll(c, FIELDS);
}

export function hvals(c: CommandContext): void {
  replyAll(c, VALUES);
}

function replyAll(c: CommandContext, parts: number): void {
  const { reply } = c;
  const { hashes } = c.keyspace;
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  const count = entry === NONE ? 0 : hashes.seenCount(entry);
  if (parts === (FIELDS | VALUES)) reply.map(count);
  else reply.array(count);
  if (entry === NONE) return;
  hashes.forEach(entry, (pair: HashPair) => {
    if ((parts & FIELDS) !== 0) reply.bulk(pair.bytes, pair.view, pair.from, pair.length);
    if ((parts & VALUES) !== 0) reply.bulk(pair.valueBytes, pair.valueView, pair.valueFrom, pair.valueLength);
  });
}

/** @hot Fields that are due count as long as they are there, as they do for Redis. */
export function hlen(c: CommandContext): void {
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  c.reply.int(entry === NONE ? 0 : c.keyspace.hashes.length(entry));
}

/** @hot */
export function hstrlen(c: CommandContext): void {
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  c.reply.int(entry !== NONE && findField(c, entry, 2) ? c.keyspace.hashes.pair.valueLength : 0);
}

/** @hot */
export function hexists(c: CommandContext): void {
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  c.reply.int(entry !== NONE && findField(c, entry, 2) ? 1 : 0);
}
