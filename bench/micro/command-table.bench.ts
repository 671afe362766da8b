/** The lookup of a command by the bytes of its name, 64 names in a row as in a batch of pipelined commands. */
import { createFullCommandTable } from '../../src/commands/families/index.js';
import { Argv } from '../../src/resp/argv.js';
import { measure, type Row } from '../support/micro.js';

const BATCH = 64;

/** What a batch consists of: one name over and over, a mix of short names, a name with bytes between head and tail. */
const NAMES = [['GET'], ['GET', 'SET', 'INCR', 'PING', 'MGET', 'EXISTS', 'EXPIRE', 'DEL'], ['INCRBYFLOAT']];

export function run(size: number): Row[] {
  const table = createFullCommandTable();
  return NAMES.map((names) => {
    const argv = new Argv();
    argv.assign(Array.from({ length: BATCH }, (_, i) => Buffer.from(names[i % names.length]!)));
    return measure(`CommandTable.lookup, ${names.join(' ')}`, size, (operations) => {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        argv.base = i & (BATCH - 1);
        sum += table.lookup(argv)!.id;
      }
      argv.base = 0;
      return sum;
    });
  });
}
