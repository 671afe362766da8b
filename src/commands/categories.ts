/**
 * ACL categories. A command's group gives one of them and its flags imply others; an entry names only what those two
 * do not give (`categories: 'connection'`) or give wrongly (`'-keyspace'`).
 */
import { assert } from '../util/assert.js';
import type { CommandGroup } from './spec.js';
import { FLAG_ADMIN, FLAG_BLOCKING, FLAG_FAST, FLAG_PUBSUB, FLAG_READONLY, FLAG_WRITE } from './spec.js';

/** Names in the order in which ACL CAT and COMMAND show them; category i is bit i of a mask. */
export const CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;

export type Category = (typeof CATEGORIES)[number];

/** The category of each group; a group without one is '' here. */
const CATEGORY_OF_GROUP: Readonly<Record<CommandGroup, Category | ''>> = {
  bitmap: 'bitmap',
  cluster: '',
  connection: 'connection',
  generic: 'keyspace',
  geo: 'geo',
  hash: 'hash',
  hyperloglog: 'hyperloglog',
  list: 'list',
  pubsub: 'pubsub',
  scripting: 'scripting',
  sentinel: '',
  server: '',
  set: 'set',
  'sorted-set': 'sortedset',
  stream: 'stream',
  string: 'string',
  transactions: 'transaction',
};

/** The bit of a category by its name without the `@`; 0 when there is none of that name. O(categories). */
export function categoryBit(name: string): number {
  const index = (CATEGORIES as readonly string[]).indexOf(name);
  return index === -1 ? 0 : 1 << index;
}

/**
 * The mask of a command's categories.
 *
 * @param group null for a container that only holds subcommands: it gets none from its group
 * @param exceptions the entry's `categories`
 */
export function categoriesOf(group: CommandGroup | null, flags: number, exceptions: string): number {
  let mask = group === null ? 0 : categoryBit(CATEGORY_OF_GROUP[group]);
  if ((flags & FLAG_WRITE) !== 0) mask |= categoryBit('write');
  if ((flags & FLAG_READONLY) !== 0 && group !== 'scripting') mask |= categoryBit('read');
  if ((flags & FLAG_ADMIN) !== 0) mask |= categoryBit('admin') | categoryBit('dangerous');
  if ((flags & FLAG_PUBSUB) !== 0) mask |= categoryBit('pubsub');
  if ((flags & FLAG_BLOCKING) !== 0) mask |= categoryBit('blocking');
  mask |= categoryBit((flags & FLAG_FAST) !== 0 ? 'fast' : 'slow');
  for (const name of exceptions.split(' ')) {
    if (name === '') continue;
    const bit = categoryBit(name.startsWith('-') ? name.slice(1) : name);
    assert(bit !== 0, `an ACL category, got '${name}'`);
    mask = name.startsWith('-') ? mask & ~bit : mask | bit;
  }
  return mask;
}

/** The names of a mask's categories, without the `@`. */
export function categoryNames(mask: number): Category[] {
  return CATEGORIES.filter((_, index) => (mask & (1 << index)) !== 0);
}
