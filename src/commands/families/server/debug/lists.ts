/**
 * DEBUG subcommands for packed values: LISTPACK, QUICKLIST, QUICKLIST-PACKED-THRESHOLD, and what OBJECT tells of lists.
 */
import { type Entry, NONE } from '../../../../keyspace/record.js';
import { LISTPACK_OVERHEAD } from '../../../../types/list-limits.js';
import { ENCODING_LISTPACK, ENCODING_QUICKLIST } from '../../../../types/value.js';
import { parseMemorySize } from '../../../../util/memory-size.js';
import type { CommandContext } from '../../../context.js';
import {
  ERR_DEBUG_NOT_LISTPACK,
  ERR_DEBUG_NOT_QUICKLIST,
  ERR_DEBUG_PACKED_THRESHOLD,
  ERR_NO_SUCH_KEY,
} from '../../../errors.js';

/** Redis takes thresholds up to a little below the 4 GB that a listpack may have. */
const MOST_THRESHOLD = 2 ** 32 - 2 ** 20;

/** Redis writes to its output what we write to the log. */
export function listpack(c: CommandContext): void {
  const { argv, db, ports, reply } = c;
  const entry = db.findKept(argv, 2);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (db.encodingOf(entry) !== ENCODING_LISTPACK) return reply.error(ERR_DEBUG_NOT_LISTPACK);
  const bytes = c.keyspace.values.operationsOf(entry).memoryUsage(entry, 0);
  ports.log.notice(`DEBUG LISTPACK: a block of ${bytes} bytes`);
  reply.simple('Listpack structure printed on stdout');
}

/** With 1 as a second argument there is a line for each node. */
export function quicklist(c: CommandContext): void {
  const { argv, db, keyspace, ports, reply } = c;
  const { lists } = keyspace;
  const entry = db.findKept(argv, 2);
  if (entry === NONE) return reply.error(ERR_NO_SUCH_KEY);
  if (db.encodingOf(entry) !== ENCODING_QUICKLIST) return reply.error(ERR_DEBUG_NOT_QUICKLIST);
  ports.log.notice(`DEBUG QUICKLIST: ${lists.length(entry)} elements in ${lists.nodeCount(entry)} nodes`);
  if (argv.count > 3 && Number.parseInt(argv.text(3), 10) > 0) {
    lists.forEachNode(entry, (_bytes, _from, length, count, isPlain) =>
      ports.log.notice(`DEBUG QUICKLIST: ${isPlain ? 'plain' : 'packed'} node, ${count} elements, ${length} bytes`),
    );
  }
  reply.simple('Quicklist structure printed on stdout');
}

/** 0 lets nodes be plain for elements that are larger than nodes may be. */
export function quicklistPackedThreshold(c: CommandContext): void {
  const threshold = parseMemorySize(c.argv.text(2));
  if (!(threshold >= 0 && threshold <= MOST_THRESHOLD)) return c.reply.error(ERR_DEBUG_PACKED_THRESHOLD);
  c.keyspace.lists.quicklist.packedThreshold = threshold;
  c.reply.ok();
}

/** What DEBUG OBJECT tells of a quicklist beyond what it tells of every value. */
export function quicklistFields(c: CommandContext, entry: Entry): string[] {
  const { lists, limits } = c.keyspace;
  if (c.db.encodingOf(entry) !== ENCODING_QUICKLIST) return [];
  const nodes = lists.nodeCount(entry);
  return [
    `ql_nodes:${nodes}`,
    `ql_avg_node:${(lists.length(entry) / nodes).toFixed(2)}`,
    `ql_listpack_max:${limits.listMaxListpackSize}`,
    `ql_compressed:${limits.listCompressDepth === 0 ? 0 : 1}`,
    `ql_uncompressed_size:${lists.uncompressedBytes(entry, LISTPACK_OVERHEAD)}`,
  ];
}
