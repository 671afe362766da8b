/** The memory of a server in figures: the section `memory` of INFO, and what MEMORY STATS and DOCTOR tell. */
import { totalmem } from 'node:os';
import type { ArenaStats } from '../../memory/index.js';
import { formatBytesHuman } from '../../util/memory-size.js';
import type { InfoFields, InfoSource } from './source.js';

/** Bytes by what they are for, and how the allocator's figures relate to each other. */
export interface MemoryFigures {
  readonly usedBytes: number;
  readonly peakBytes: number;
  readonly startupBytes: number;
  readonly rssBytes: number;
  /** Indexes of all databases. */
  readonly indexBytes: number;
  readonly clientBytes: number;
  /** All that is not data: indexes, expire times, connections, copies for a snapshot. */
  readonly overheadBytes: number;
  /** The arena's blocks: keys with their values. */
  readonly datasetBytes: number;
  /** The part of the data in what was added since the start, in per cent. */
  readonly datasetPercent: number;
  readonly arena: ArenaStats;
}

/** Takes all figures once. O(databases), O(slabs). */
export function memoryFigures({ keyspace, status }: InfoSource): MemoryFigures {
  const { used: usedBytes, peak: peakBytes } = keyspace.account;
  const { startupBytes } = status;
  const { memoryBytes: clientBytes } = status.connections;
  const arena = keyspace.arena.stats();
  let indexBytes = 0;
  for (const db of keyspace.usedDatabases()) indexBytes += db.indexBytes;
  const datasetBytes = arena.liveBytes;
  const grown = usedBytes - startupBytes;
  return {
    usedBytes,
    peakBytes,
    startupBytes,
    rssBytes: process.memoryUsage.rss(),
    indexBytes,
    clientBytes,
    overheadBytes: usedBytes - datasetBytes,
    datasetBytes,
    datasetPercent: grown <= 0 ? 0 : (100 * datasetBytes) / grown,
    arena,
  };
}

/** `a / b`, and 1 while there is nothing to compare with. */
export function ratioOf(a: number, b: number): number {
  return b === 0 ? 1 : a / b;
}

/** The section `memory`. Lua and functions hold nothing before they exist. */
export function memoryFields(source: InfoSource): InfoFields {
  const { config, keyspace } = source;
  const figures = memoryFigures(source);
  const { usedBytes, peakBytes, rssBytes, arena } = figures;
  const { liveBytes, heldBytes, touchedBytes } = arena;
  const systemBytes = totalmem();
  return [
    ['used_memory', usedBytes],
    ['used_memory_human', formatBytesHuman(usedBytes)],
    ['used_memory_rss', rssBytes],
    ['used_memory_rss_human', formatBytesHuman(rssBytes)],
    ['used_memory_peak', peakBytes],
    ['used_memory_peak_human', formatBytesHuman(peakBytes)],
    ['used_memory_peak_perc', `${(100 * ratioOf(usedBytes, peakBytes)).toFixed(2)}%`],
    ['used_memory_overhead', figures.overheadBytes],
    ['used_memory_startup', figures.startupBytes],
    ['used_memory_dataset', figures.datasetBytes],
    ['used_memory_dataset_perc', `${figures.datasetPercent.toFixed(2)}%`],
    ['allocator_allocated', liveBytes],
    ['allocator_active', heldBytes],
    ['allocator_resident', touchedBytes],
    ['allocator_muzzy', 0],
    ['total_system_memory', systemBytes],
    ['total_system_memory_human', formatBytesHuman(systemBytes)],
    ['used_memory_lua', 0],
    ['used_memory_vm_eval', 0],
    ['used_memory_lua_human', formatBytesHuman(0)],
    ['used_memory_scripts_eval', 0],
    ['number_of_cached_scripts', 0],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', 0],
    ['used_memory_vm_total', 0],
    ['used_memory_vm_total_human', formatBytesHuman(0)],
    ['used_memory_functions', 0],
    ['used_memory_scripts', 0],
    ['used_memory_scripts_human', formatBytesHuman(0)],
    ['maxmemory', config.maxmemory],
    ['maxmemory_human', formatBytesHuman(config.maxmemory)],
    ['maxmemory_policy', config.maxmemoryPolicy],
    ['allocator_frag_ratio', ratioOf(heldBytes, liveBytes).toFixed(2)],
    ['allocator_frag_bytes', heldBytes - liveBytes],
    ['allocator_rss_ratio', ratioOf(touchedBytes, heldBytes).toFixed(2)],
    ['allocator_rss_bytes', touchedBytes - heldBytes],
    ['rss_overhead_ratio', ratioOf(rssBytes, touchedBytes).toFixed(2)],
    ['rss_overhead_bytes', rssBytes - touchedBytes],
    ['mem_fragmentation_ratio', ratioOf(rssBytes, usedBytes).toFixed(2)],
    ['mem_fragmentation_bytes', rssBytes - usedBytes],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', figures.clientBytes],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'slab'],
    ['mem_overhead_db_hashtable_rehashing', 0],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', keyspace.garbage.objectCount],
    ['lazyfreed_objects', keyspace.stats.lazyFreed],
  ];
}
