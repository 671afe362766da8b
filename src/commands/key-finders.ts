/**
 * Key finders for entries whose key specs cannot tell all of a call's keys, or whose options decide what happens to
 * them (`variable_flags`). See `findKeys` in `key-specs.ts`.
 */
import { type Argv, token } from '../resp/argv.js';
import { KEY_ACCESS, KEY_OW, KEY_RO, KEY_RW, KEY_UPDATE, type KeyPositions } from './key-specs.js';

const GET = token('get');
const SET = token('set');
const INCRBY = token('incrby');
const OVERFLOW = token('overflow');

/** SET overwrites its key, and reads it as well with GET. */
export function findKeysOfSet(argv: Argv, keys: KeyPositions): boolean {
  let flags = KEY_OW | KEY_UPDATE;
  for (let i = 3; i < argv.count; i++) if (argv.is(i, GET)) flags = KEY_RW | KEY_ACCESS | KEY_UPDATE;
  keys.add(1, flags);
  return true;
}

/** BITFIELD only reads its key when all its operations are GETs. What is no operation counts as a write. */
export function findKeysOfBitfield(argv: Argv, keys: KeyPositions): boolean {
  keys.add(1, onlyReads(argv) ? KEY_RO | KEY_ACCESS : KEY_RW | KEY_ACCESS | KEY_UPDATE);
  return true;
}

function onlyReads(argv: Argv): boolean {
  let i = 2;
  while (i < argv.count) {
    if (argv.is(i, SET) || argv.is(i, INCRBY)) return false;
    if (argv.is(i, GET)) i += 3;
    else if (argv.is(i, OVERFLOW)) i += 2;
    else return false;
    if (i > argv.count) return false;
  }
  return true;
}
