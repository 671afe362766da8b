/** PFADD, PFCOUNT and PFMERGE: elements in, the number of different ones out. */
import { NONE } from '../../../keyspace/record.js';
import { estimateOf, HLL_CHANGED, HLL_CORRUPT, HLL_REGISTERS } from '../../../types/hyperloglog.js';
import type { CommandContext } from '../../context.js';
import { CORRUPT_HYPERLOGLOG } from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { load, store } from './values.js';

/** A new key is a change, even without elements. */
export function pfadd(c: CommandContext): void {
  const { argv, config, reply } = c;
  const entry = c.db.lookupWrite(argv, 1);
  const { hyperloglog: hll } = c.keyspace;
  let changes = 0;
  if (entry === NONE) {
    hll.create();
    changes++;
  } else if (!load(c, entry)) return;
  const most = Number(config.hllSparseMaxBytes);
  for (let i = 2; i < argv.count; i++) {
    const result = hll.add(argv.bytes, argv.view, argv.offset(i), argv.length(i), most);
    if (result === HLL_CORRUPT) return reply.error(CORRUPT_HYPERLOGLOG);
    if (result === HLL_CHANGED) changes++;
  }
  if (changes > 0) {
    hll.invalidate();
    store(c, 1, entry);
    c.keyChanged(1, changes);
    c.notify(NOTIFY_STRING, 'pfadd', 1);
  }
  reply.int(changes > 0 ? 1 : 0);
}

/** Of one key the estimate is kept with it: a change of its bytes, which replicas and the log have to follow. */
export function pfcount(c: CommandContext): void {
  if (c.argv.count > 2) return countUnion(c);
  const { argv, reply } = c;
  const entry = c.db.lookupRead(argv, 1);
  if (entry === NONE) return reply.int(0);
  if (!load(c, entry)) return;
  const { hyperloglog: hll } = c.keyspace;
  if (hll.stored > Number.MAX_SAFE_INTEGER) return reply.bigint(hll.storedExactly);
  if (hll.stored >= 0) return reply.int(hll.stored);
  const cardinality = hll.count();
  if (cardinality < 0) return reply.error(CORRUPT_HYPERLOGLOG);
  hll.store(cardinality);
  store(c, 1, entry);
  c.keyChanged(1);
  reply.int(cardinality);
}

/** The union of several keys, which is stored nowhere. */
function countUnion(c: CommandContext): void {
  const registers = new Uint8Array(HLL_REGISTERS);
  for (let i = 1; i < c.argv.count; i++) if (!merge(c, i, registers)) return;
  c.reply.int(estimateOf(registers));
}

/** Merges what key `i` holds, if there is such a key; false when it is no HyperLogLog: the error is written. */
function merge(c: CommandContext, i: number, registers: Uint8Array): boolean {
  const entry = c.db.lookupRead(c.argv, i);
  if (entry === NONE) return true;
  if (!load(c, entry)) return false;
  if (c.keyspace.hyperloglog.mergeInto(registers)) return true;
  c.reply.error(CORRUPT_HYPERLOGLOG);
  return false;
}

/** The target is one of the sources; where any of them is dense, it becomes dense. */
export function pfmerge(c: CommandContext): void {
  const { argv, config, db, reply } = c;
  const { hyperloglog: hll } = c.keyspace;
  const registers = new Uint8Array(HLL_REGISTERS);
  let isDense = false;
  for (let i = 1; i < argv.count; i++) {
    hll.create(); // for a key that is not there
    if (!merge(c, i, registers)) return;
    isDense ||= hll.isDense;
  }
  const entry = db.lookupWrite(argv, 1);
  if (entry === NONE) hll.create();
  else if (!load(c, entry)) return;
  if (isDense && !hll.toDense()) return reply.error(CORRUPT_HYPERLOGLOG);
  const most = Number(config.hllSparseMaxBytes);
  for (let i = 0; i < HLL_REGISTERS; i++) if (registers[i]! > 0) hll.raise(i, registers[i]!, most);
  hll.invalidate();
  store(c, 1, entry);
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'pfadd', 1);
  reply.ok();
}
