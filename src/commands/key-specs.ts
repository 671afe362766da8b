/**
 * Where a command's keys stand among its arguments: a small language for the entries of the command table, and the
 * search that it describes.
 *
 * ```
 *   spec  = where flag... [-- notes]
 *
 *   1             the argument at 1              1..-1         from 1 to the last
 *   1..-2         to the last but one            1..+1         1 and the one after it
 *   1..-1/2       every second one               2#            as many after argument 2 as its number says
 *   STORE@5       after the word STORE, looked for from argument 5 on (from the end backwards if negative)
 *   STREAMS@4..-1%2   the first half of what follows STREAMS (keys and then as many ids)
 *   ?             cannot be told by a spec
 *
 *   flag  = RO RW OW RM | access update insert delete | not_key incomplete variable_flags
 * ```
 * What the flags mean: RO reads, RW reads and writes, OW overwrites, RM removes without looking at the value; access,
 * update, insert, delete say what happens to the user's data in it. `not_key`: it routes like a key (sharded
 * channels); `incomplete`: there can be more keys; `variable_flags`: options of the call decide about the flags.
 */
import type { KeyUses } from '../acl/permissions.js';
import { type Argv, token } from '../resp/index.js';
import { assert } from '../util/assert.js';
import type { Command } from './table.js';

export const KEY_RO = 1 << 0;
export const KEY_RW = 1 << 1;
export const KEY_OW = 1 << 2;
export const KEY_RM = 1 << 3;
export const KEY_ACCESS = 1 << 4;
export const KEY_UPDATE = 1 << 5;
export const KEY_INSERT = 1 << 6;
export const KEY_DELETE = 1 << 7;
export const KEY_NOT_KEY = 1 << 8;
export const KEY_INCOMPLETE = 1 << 9;
export const KEY_VARIABLE_FLAGS = 1 << 10;

/** Key flags by name, in the order in which COMMAND shows them. */
const KEY_FLAGS: ReadonlyMap<string, number> = new Map([
  ['RO', KEY_RO],
  ['RW', KEY_RW],
  ['OW', KEY_OW],
  ['RM', KEY_RM],
  ['access', KEY_ACCESS],
  ['update', KEY_UPDATE],
  ['insert', KEY_INSERT],
  ['delete', KEY_DELETE],
  ['not_key', KEY_NOT_KEY],
  ['incomplete', KEY_INCOMPLETE],
  ['variable_flags', KEY_VARIABLE_FLAGS],
]);

/** The names of a mask's key flags, as COMMAND shows them. */
export function keyFlagNames(mask: number): string[] {
  return [...KEY_FLAGS].filter(([, bit]) => (mask & bit) !== 0).map(([name]) => name);
}

/** How the search for keys begins. */
export const BEGIN_UNKNOWN = 0;
export const BEGIN_INDEX = 1;
export const BEGIN_KEYWORD = 2;

/** How the keys are found from there. */
export const FIND_UNKNOWN = 0;
export const FIND_RANGE = 1;
export const FIND_KEYNUM = 2;

/** One parsed key spec. */
export interface KeySpec {
  /** A mask of `KEY_*`. */
  readonly flags: number;
  readonly notes: string;
  readonly begin: typeof BEGIN_UNKNOWN | typeof BEGIN_INDEX | typeof BEGIN_KEYWORD;
  /** BEGIN_INDEX: the argument; BEGIN_KEYWORD: where to start looking, negative from the end. */
  readonly position: number;
  /** BEGIN_KEYWORD: the word in upper case. */
  readonly keyword: string;
  /** The same as `Argv.is` takes it. */
  readonly keywordToken: Uint8Array;
  readonly find: typeof FIND_UNKNOWN | typeof FIND_RANGE | typeof FIND_KEYNUM;
  /** FIND_RANGE: the last key relative to the first one, negative from the end of the arguments. */
  readonly lastKey: number;
  /** Distance from key to key. */
  readonly step: number;
  /** FIND_RANGE up to the end: 2 takes the first half of what is left; 0 and 1 take it all. */
  readonly limit: number;
}

/** FIND_KEYNUM: where the number of keys stands, and the first key after it (the same for every command of Redis). */
export const KEYNUM_INDEX = 0;
export const KEYNUM_FIRST_KEY = 1;

const SPEC =
  /^(?:(\?)|(?:([A-Z]+)@)?(-?\d+)(?:(#)|\.\.([+-]\d+)(?:\/(\d+))?(?:%(\d+))?)?)((?: [a-z_]+| R[OWM]| OW)+)(?: -- (.+))?$/;

/** Parses one line of the language above. Throws on a line that is none: entries are constants of the program. */
export function parseKeySpec(line: string): KeySpec {
  const match = SPEC.exec(line);
  assert(match !== null, `a key spec, got '${line}'`);
  const [, unknown, keyword, position, keyNumber, last, step, limit, names, notes] = match;
  let flags = 0;
  for (const name of names!.trim().split(' ')) {
    const bit = KEY_FLAGS.get(name);
    assert(bit !== undefined, `a flag of key specs, got '${name}' in '${line}'`);
    flags |= bit;
  }
  return {
    flags,
    notes: notes ?? '',
    begin: unknown !== undefined ? BEGIN_UNKNOWN : keyword !== undefined ? BEGIN_KEYWORD : BEGIN_INDEX,
    position: Number(position ?? 0),
    keyword: keyword ?? '',
    keywordToken: token(keyword ?? ''),
    find: unknown !== undefined ? FIND_UNKNOWN : keyNumber !== undefined ? FIND_KEYNUM : FIND_RANGE,
    lastKey: Number(last ?? 0),
    step: Number(step ?? 1),
    limit: Number(limit ?? 0),
  };
}

/** What a call learns of a key's value, and how it may change the key: what permissions for keys are about. */
const READS = KEY_ACCESS;
const WRITES = KEY_UPDATE | KEY_INSERT | KEY_DELETE;

/** The keys found in the arguments of one call: reused from call to call, never given away. */
export class KeyPositions implements KeyUses {
  /** How many there are. */
  count = 0;
  /** Which argument each key is. */
  indexes = new Int32Array(64);
  /** The `KEY_*` mask of each. */
  flags = new Int32Array(64);

  clear(): void {
    this.count = 0;
  }

  reads(k: number): boolean {
    return (this.flags[k]! & READS) !== 0;
  }

  writes(k: number): boolean {
    return (this.flags[k]! & WRITES) !== 0;
  }

  /** @hot Adds a key. O(1) amortised; allocates only when there are more keys than ever before. */
  add(index: number, flags: number): void {
    const at = this.count++;
    if (at === this.indexes.length) this.grow();
    this.indexes[at] = index;
    this.flags[at] = flags;
  }

  private grow(): void {
    const indexes = new Int32Array(this.indexes.length * 2);
    indexes.set(this.indexes);
    this.indexes = indexes;
    const flags = new Int32Array(this.flags.length * 2);
    flags.set(this.flags);
    this.flags = flags;
  }
}

/**
 * Puts the keys of a call into `keys`; the caller has looked the command up and checked its arity.
 * Key specs come first; where they cannot tell (unknown, incomplete, flags that depend on options), the entry's own
 * finder does. False when the arguments are wrong; `keys` is empty then. O(arguments).
 *
 * @param withChannels also what only routes like a key (sharded channels)
 */
export function findKeys(command: Command, argv: Argv, keys: KeyPositions, withChannels = false): boolean {
  keys.clear();
  if (command.keySpecsSuffice && findBySpecs(command, argv, keys, withChannels)) return true;
  keys.clear();
  if (command.getKeys?.(argv, keys) === true) return true;
  keys.clear();
  return false;
}

function findBySpecs(command: Command, argv: Argv, keys: KeyPositions, withChannels: boolean): boolean {
  const specs = command.keySpecs;
  for (let s = 0; s < specs.length; s++) {
    const spec = specs[s]!;
    if ((spec.flags & KEY_NOT_KEY) !== 0 && !withChannels) continue;
    if (!findBySpec(spec, argv, keys)) return false;
  }
  return true;
}

/** False when the spec does not fit these arguments, or cannot tell all keys. */
function findBySpec(spec: KeySpec, argv: Argv, keys: KeyPositions): boolean {
  const argc = argv.count;
  if (spec.begin === BEGIN_UNKNOWN) return false;
  let first = spec.position;
  if (spec.begin === BEGIN_KEYWORD) {
    first = findKeyword(spec, argv) + 1;
    if (first === 0) return true;
  }
  let last = 0;
  if (spec.find === FIND_RANGE) {
    if (spec.lastKey >= 0) last = first + spec.lastKey;
    else if (spec.limit <= 1) last = argc + spec.lastKey;
    else last = first + Math.trunc((argc - first) / spec.limit) + spec.lastKey;
  } else {
    if (first + KEYNUM_INDEX >= argc) return false;
    const keyCount = argv.int(first + KEYNUM_INDEX);
    if (!(keyCount >= 0)) return false;
    first += KEYNUM_FIRST_KEY;
    last = first + (keyCount - 1) * spec.step;
  }
  if (last >= argc || last < first || first >= argc) return false;
  for (let i = first; i <= last; i += spec.step) keys.add(i, spec.flags);
  return (spec.flags & KEY_INCOMPLETE) === 0;
}

/** The argument that is the spec's keyword, -1 when there is none. Neither the name nor the last argument counts. */
function findKeyword(spec: KeySpec, argv: Argv): number {
  const argc = argv.count;
  const forward = spec.position > 0;
  let i = forward ? spec.position : argc + spec.position;
  for (; forward ? i < argc - 1 : i > 1; i += forward ? 1 : -1) if (argv.is(i, spec.keywordToken)) return i;
  return -1;
}
