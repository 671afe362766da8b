/** MEMORY: what keys, databases and the server as a whole take. All figures are the allocator's own. */
import { NONE } from '../../../keyspace/record.js';
import { WHEEL_ENTRY_BYTES } from '../../../keyspace/wheel.js';
import { memoryAdvice } from '../../../observability/info/advice.js';
import { type MemoryFigures, memoryFigures, ratioOf } from '../../../observability/info/memory.js';
import { token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_SYNTAX } from '../../errors.js';
import { infoSource } from './info.js';

const SAMPLES = token('samples');
/** Elements of a value that MEMORY USAGE looks at unless told otherwise. */
const DEFAULT_SAMPLES = 5;

/** Bytes that the key would give back. Its clock stays: looking at a key is not using it. */
export function memoryUsage(c: CommandContext): void {
  const { argv, reply, db } = c;
  let samples = DEFAULT_SAMPLES;
  for (let i = 3; i < argv.count; i += 2) {
    if (!argv.is(i, SAMPLES) || i + 1 >= argv.count) return reply.error(ERR_SYNTAX);
    samples = argv.int(i + 1);
    if (Number.isNaN(samples)) return reply.error(ERR_NOT_INTEGER);
    if (samples < 0) return reply.error(ERR_SYNTAX);
  }
  const entry = db.findKept(argv, 2);
  if (entry === NONE) reply.null();
  else reply.int(db.memoryUsage(entry, samples));
}

export function memoryDoctor(c: CommandContext): void {
  c.reply.verbatim('txt', memoryAdvice(memoryFigures(infoSource(c))));
}

export function memoryPurge(c: CommandContext): void {
  c.keyspace.arena.purge();
  c.reply.ok();
}

export function memoryMallocStats(c: CommandContext): void {
  const { liveBytes, heldBytes, touchedBytes, reservedBytes, slabs, pages, runs, longBlocks } =
    c.keyspace.arena.stats();
  const lines = [
    `in blocks: ${liveBytes} bytes`,
    `in pages, runs and long blocks: ${heldBytes} bytes (${pages} pages, ${runs} runs, ${longBlocks} long blocks)`,
    `touched: ${touchedBytes} bytes`,
    `reserved: ${reservedBytes} bytes (${slabs} slabs in use)`,
  ];
  c.reply.verbatim('txt', `${lines.join('\n')}\n`);
}

/** The fields of Redis 7.4, in its order. */
export function memoryStats(c: CommandContext): void {
  const { reply, keyspace } = c;
  const figures = memoryFigures(infoSource(c));
  const databases = [...keyspace.usedDatabases()].filter((db) => db.size > 0);
  const integers = (fields: readonly (readonly [string, number])[]): void => {
    for (const [name, value] of fields) {
      reply.bulkText(name);
      reply.int(value);
    }
  };
  const { size } = keyspace;
  const before = headFields(figures);
  const after = overheadFields(figures, size);
  const shares = shareFields(figures);
  reply.map(before.length + databases.length + after.length + shares.length);
  integers(before);
  for (const db of databases) {
    reply.bulkText(`db.${db.number}`);
    reply.map(2);
    integers([
      ['overhead.hashtable.main', db.indexBytes],
      ['overhead.hashtable.expires', db.expires * WHEEL_ENTRY_BYTES],
    ]);
  }
  integers(after);
  for (const [name, value, isDouble] of shares) {
    reply.bulkText(name);
    if (isDouble) reply.double(value);
    else reply.int(value);
  }
}

function headFields({ peakBytes, usedBytes, startupBytes, clientBytes }: MemoryFigures): [string, number][] {
  return [
    ['peak.allocated', peakBytes],
    ['total.allocated', usedBytes],
    ['startup.allocated', startupBytes],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', clientBytes],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['lua.caches', 0],
    ['functions.caches', 0],
  ];
}

/** Indexes are never rehashed as a whole: they grow line by line. */
function overheadFields(figures: MemoryFigures, keyCount: number): [string, number][] {
  const { usedBytes, startupBytes, indexBytes, overheadBytes, datasetBytes } = figures;
  return [
    ['overhead.db.hashtable.lut', indexBytes],
    ['overhead.db.hashtable.rehashing', 0],
    ['overhead.total', overheadBytes],
    ['db.dict.rehashing.count', 0],
    ['keys.count', keyCount],
    ['keys.bytes-per-key', keyCount === 0 ? 0 : Math.floor((usedBytes - startupBytes) / keyCount)],
    ['dataset.bytes', datasetBytes],
  ];
}

function shareFields(figures: MemoryFigures): [name: string, value: number, isDouble: boolean][] {
  const { usedBytes, peakBytes, rssBytes, datasetPercent } = figures;
  const { liveBytes, heldBytes, touchedBytes } = figures.arena;
  return [
    ['dataset.percentage', datasetPercent, true],
    ['peak.percentage', 100 * ratioOf(usedBytes, peakBytes), true],
    ['allocator.allocated', liveBytes, false],
    ['allocator.active', heldBytes, false],
    ['allocator.resident', touchedBytes, false],
    ['allocator.muzzy', 0, false],
    ['allocator-fragmentation.ratio', ratioOf(heldBytes, liveBytes), true],
    ['allocator-fragmentation.bytes', heldBytes - liveBytes, false],
    ['allocator-rss.ratio', ratioOf(touchedBytes, heldBytes), true],
    ['allocator-rss.bytes', touchedBytes - heldBytes, false],
    ['rss-overhead.ratio', ratioOf(rssBytes, touchedBytes), true],
    ['rss-overhead.bytes', rssBytes - touchedBytes, false],
    ['fragmentation', ratioOf(rssBytes, usedBytes), true],
    ['fragmentation.bytes', rssBytes - usedBytes, false],
  ];
}
