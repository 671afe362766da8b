/** HTTL, HPTTL, HEXPIRETIME and HPEXPIRETIME: times to live of single fields. */
import { NONE } from '../../../keyspace/record.js';
import { NO_FIELD_EXPIRE } from '../../../types/hash-layout.js';
import type { CommandContext } from '../../context.js';
import { ERR_FIELDS_COUNT } from '../../errors.js';
import { fieldsRefusal } from './fields.js';
import { findField, hashToRead, OTHER_TYPE } from './lookup.js';

/** Milliseconds of a unit that is answered. */
const SECOND = 1000;
const MILLISECOND = 1;

export function httl(c: CommandContext): void {
  replyTimes(c, c.nowMs, SECOND);
}

export function hpttl(c: CommandContext): void {
  replyTimes(c, c.nowMs, MILLISECOND);
}

export function hexpiretime(c: CommandContext): void {
  replyTimes(c, 0, SECOND);
}

export function hpexpiretime(c: CommandContext): void {
  replyTimes(c, 0, MILLISECOND);
}

/** Seconds are rounded up, so that a field that is there is not said to have none left. */
function replyTimes(c: CommandContext, fromMs: number, unitMs: number): void {
  const { argv, reply } = c;
  const { pair } = c.keyspace.hashes;
  const entry = hashToRead(c);
  if (entry === OTHER_TYPE) return;
  const refusal = fieldsRefusal(argv, 2, ERR_FIELDS_COUNT);
  if (refusal !== null) return reply.error(refusal);
  reply.array(argv.count - 4);
  for (let i = 4; i < argv.count; i++) {
    if (entry === NONE || !findField(c, entry, i)) reply.int(-2);
    else if (pair.expireAt === NO_FIELD_EXPIRE) reply.int(-1);
    else reply.int(Math.ceil((pair.expireAt - fromMs) / unitMs));
  }
}
