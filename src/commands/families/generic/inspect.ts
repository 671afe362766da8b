/** EXISTS, TOUCH, TYPE. */
import {
  NONE,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
  type ValueType,
} from '../../../keyspace/record.js';
import { type Argv, token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';

/** What TYPE answers, and SCAN's TYPE takes. */
const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  [TYPE_STRING]: 'string',
  [TYPE_LIST]: 'list',
  [TYPE_SET]: 'set',
  [TYPE_ZSET]: 'zset',
  [TYPE_HASH]: 'hash',
  [TYPE_STREAM]: 'stream',
};
const TYPES: readonly ValueType[] = [TYPE_STRING, TYPE_LIST, TYPE_SET, TYPE_ZSET, TYPE_HASH, TYPE_STREAM];
const TYPE_TOKENS: readonly Uint8Array[] = TYPES.map((valueType) => token(TYPE_NAMES[valueType]));

/** The type that argument `i` names in any case, null when there is no such type. */
export function valueTypeNamed(argv: Argv, i: number): ValueType | null {
  const found = TYPE_TOKENS.findIndex((name) => argv.is(i, name));
  return TYPES[found] ?? null;
}

/** @hot A key that is named twice counts twice. */
export function exists(c: CommandContext): void {
  let count = 0;
  for (let i = 1; i < c.argv.count; i++) if (c.db.lookAt(c.argv, i) !== NONE) count++;
  c.reply.int(count);
}

/** @hot Counts as EXISTS does. It is a use of the keys even for a client whose commands are none (CLIENT NO-TOUCH). */
export function touch(c: CommandContext): void {
  const { argv, db, keyspace } = c;
  let count = 0;
  for (let i = 1; i < argv.count; i++) {
    const entry = db.lookupRead(argv, i);
    if (entry === NONE) continue;
    if (!keyspace.touches) db.touch(entry);
    count++;
  }
  c.reply.int(count);
}

export function type(c: CommandContext): void {
  const entry = c.db.lookAt(c.argv, 1);
  c.reply.simple(entry === NONE ? 'none' : TYPE_NAMES[c.db.typeOf(entry)]);
}
