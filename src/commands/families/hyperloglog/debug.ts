/** PFDEBUG and PFSELFTEST: for those who look into HyperLogLogs. */
import { NONE } from '../../../keyspace/record.js';
import { token } from '../../../resp/index.js';
import { HLL_CORRUPT, HLL_REGISTERS, HyperLogLog } from '../../../types/hyperloglog.js';
import { latin1 } from '../../../util/bytes.js';
import type { CommandContext } from '../../context.js';
import {
  CORRUPT_HYPERLOGLOG,
  ERR_HLL_NO_KEY,
  ERR_HLL_NOT_SPARSE,
  ERR_HLL_SELF_TEST,
  errUnknownPfdebug,
} from '../../errors.js';
import { load, store } from './values.js';

const GETREG = token('getreg');
const DECODE = token('decode');
const ENCODING = token('encoding');
const TODENSE = token('todense');

export function pfdebug(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 2);
  if (entry === NONE) return reply.error(ERR_HLL_NO_KEY);
  if (!load(c, entry)) return;
  const { hyperloglog: hll } = c.keyspace;
  if (argv.is(1, GETREG) || argv.is(1, TODENSE)) {
    const wasDense = hll.isDense;
    if (!hll.toDense()) return reply.error(CORRUPT_HYPERLOGLOG);
    if (!wasDense) {
      store(c, 2, entry);
      c.keyChanged(2);
    }
    if (argv.is(1, TODENSE)) reply.int(wasDense ? 0 : 1);
    else replyRegisters(c, hll);
  } else if (argv.is(1, DECODE)) {
    if (hll.isDense) return reply.error(ERR_HLL_NOT_SPARSE);
    reply.bulkText(hll.decode() ?? '');
  } else if (argv.is(1, ENCODING)) reply.simple(hll.isDense ? 'dense' : 'sparse');
  else reply.error(errUnknownPfdebug(argv.text(1)));
}

function replyRegisters({ reply }: CommandContext, hll: HyperLogLog): void {
  const registers = new Uint8Array(HLL_REGISTERS);
  hll.mergeInto(registers);
  reply.array(HLL_REGISTERS);
  for (const value of registers) reply.int(value);
}

/** How many elements the self test adds, and how far off the estimates may be: six times the standard error. */
const TESTED_ELEMENTS = 100_000;
const TOLERANCE = 6 * (1.04 / Math.sqrt(HLL_REGISTERS));

/** Adds the same elements to a sparse and to a dense one: both must have the same registers, and good estimates. */
export function pfselftest(c: CommandContext): void {
  const sparse = new HyperLogLog();
  const dense = new HyperLogLog();
  sparse.create();
  dense.create();
  dense.toDense();
  for (let i = 1; i <= TESTED_ELEMENTS; i++) {
    const element = latin1(`element ${i}`);
    const view = new DataView(element.buffer, element.byteOffset, element.length);
    const results = [sparse, dense].map((hll) => hll.add(element, view, 0, element.length, 3000));
    if (results[0] !== results[1] || results[0] === HLL_CORRUPT) return c.reply.error(ERR_HLL_SELF_TEST);
    // At every power of ten.
    if (!/^10*$/.test(String(i))) continue;
    const estimate = sparse.count();
    const isGood = Math.abs(estimate - i) <= Math.max(1, i * TOLERANCE);
    if (estimate !== dense.count() || !isGood) return c.reply.error(ERR_HLL_SELF_TEST);
  }
  c.reply.ok();
}
