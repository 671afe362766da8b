/**
 * The blocks of a stream.
 *
 * ```
 *   stream     0  1  entries, a double            group     0 ..  3  last id that was delivered
 *   (the      2 .. 5  last id                                4  5  entries read, int64, -1: not known
 *    root)    6 .. 9  first id                               6 .. 10  pending entries of all: tree
 *            10 .. 13  greatest id deleted                  11      consumers: list by name
 *            14 15  entries ever added, int64               12 ..   name
 *            16 .. 20  packed nodes: tree
 *            21      groups: list by name          consumer  0  1  seen at, ms, a double
 *                                                            2  3  active at, ms, a double, -1: never
 *   pending    id and, in the group's tree:                  4 .. 8  pending entries: tree of ids
 *    entry     consumer, ms of the delivery (2 words),       9 ..   name
 *              deliveries (2 words)
 * ```
 * 1. A pending entry stands in the tree of its group and in that of its consumer. What is known of it stands in the
 *    group's.
 * 2. Entries that are deleted may still be pending.
 * 3. None of these blocks moves. Numbers of 64 bits have their upper word first.
 */
import type { Arena, MemoryReader } from '../../memory/index.js';
import { IdTree } from './id-tree.js';
import { IdTreeReader, TREE_WORDS } from './id-tree-reader.js';
import { NameTable, NameTableReader } from './name-table.js';
import { PackedNodeReader, PackedNodes } from './packed-node.js';

export const DWORD_LENGTH = 0;
export const WORD_LAST_ID = 2;
export const WORD_FIRST_ID = 6;
export const WORD_MAX_DELETED_ID = 10;
export const WORD_ADDED = 14;
const WORD_NODES = 16;
const WORD_GROUPS = WORD_NODES + TREE_WORDS;
export const STREAM_BYTES = (WORD_GROUPS + 1) * 4;

export const WORD_DELIVERED_ID = 0;
export const WORD_READ = 4;
const WORD_GROUP_PENDING = 6;
const WORD_CONSUMERS = WORD_GROUP_PENDING + TREE_WORDS;
const WORD_GROUP_NAME = WORD_CONSUMERS + 1;

export const DWORD_SEEN_AT = 0;
export const DWORD_ACTIVE_AT = 1;
const WORD_CONSUMER_PENDING = 4;
const WORD_CONSUMER_NAME = WORD_CONSUMER_PENDING + TREE_WORDS;

/** Payload of a stream's tree of nodes. */
export const NODE_BLOCK = 0;
/** Payload of a group's tree of pending entries. */
export const PENDING_CONSUMER = 0;
export const PENDING_TIME = 1;
export const PENDING_DELIVERIES = 3;
export const PENDING_WORDS = 5;

/** What reads the parts of streams. */
export class StreamParts {
  readonly nodes: IdTreeReader;
  readonly entries: PackedNodeReader;
  readonly groups: NameTableReader;
  readonly groupPending: IdTreeReader;
  readonly consumers: NameTableReader;
  readonly consumerPending: IdTreeReader;

  constructor(memory: MemoryReader) {
    this.nodes = new IdTreeReader(memory, WORD_NODES, 1);
    this.entries = new PackedNodeReader(memory);
    this.groups = new NameTableReader(memory, WORD_GROUPS, WORD_GROUP_NAME);
    this.groupPending = new IdTreeReader(memory, WORD_GROUP_PENDING, PENDING_WORDS);
    this.consumers = new NameTableReader(memory, WORD_CONSUMERS, WORD_CONSUMER_NAME);
    this.consumerPending = new IdTreeReader(memory, WORD_CONSUMER_PENDING, 0);
  }
}

/** What changes the parts of streams. */
export class WritableStreamParts implements StreamParts {
  readonly nodes: IdTree;
  readonly entries: PackedNodes;
  readonly groups: NameTable;
  readonly groupPending: IdTree;
  readonly consumers: NameTable;
  readonly consumerPending: IdTree;

  constructor(arena: Arena) {
    this.nodes = new IdTree(arena, WORD_NODES, 1);
    this.entries = new PackedNodes(arena);
    this.groups = new NameTable(arena, WORD_GROUPS, WORD_GROUP_NAME);
    this.groupPending = new IdTree(arena, WORD_GROUP_PENDING, PENDING_WORDS);
    this.consumers = new NameTable(arena, WORD_CONSUMERS, WORD_CONSUMER_NAME);
    this.consumerPending = new IdTree(arena, WORD_CONSUMER_PENDING, 0);
  }
}
