/** DUMP: a value as bytes that RESTORE makes it of, here or in Redis. */
import { NONE } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';

export function dump(c: CommandContext): void {
  const { argv, config, db, payloads, reply } = c;
  const entry = db.lookupRead(argv, 1);
  if (entry === NONE) return reply.null();
  payloads.dump(db, entry, config.rdbcompression);
  const { bytes, view, size } = payloads.out;
  reply.bulk(bytes, view, 0, size);
  payloads.release();
}
