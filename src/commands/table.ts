/**
 * The command table: every command that this server knows, found by the bytes of its name as they stand in the
 * receive buffer.
 *
 * Layout of the dispatch index: a hash table with chains, four to eight buckets a name.
 * ```
 *   buckets  | - | o | - | - | o | ...
 *                  |           '-> Slot length 3, head 'get', tail 0     next -> null
 *                  '-> Slot length 9, head 'rand', tail 'mkey', inner    next -> Slot ...
 * ```
 * `head` is the first four bytes of the lower-case name as a little-endian word (fewer for shorter names, in the low
 * bytes), `tail` its last four (they overlap below length 8; 0 below length 4). A fold has 0x20 at each letter, so that
 * `(word | fold) === stored` holds for both cases of the name and for nothing else. Only a name longer than 8 has inner
 * bytes that are compared one by one.
 *
 * 1. No two slots of an index hold the same name.
 * 2. A slot hangs in the bucket that the hash of its length, head and tail names, whatever the case.
 * 3. Nothing changes after construction: several servers may share a table.
 *
 * Objects rather than one Int32Array: a slot's fields need no bounds check each. A lookup of a short name takes 7-10 ns
 * against 10-13, one with inner bytes 14 (bench command-table, Node 20). The plain version, a map of lower-case
 * strings, is the oracle in the tests.
 */
import type { Argv } from '../resp/index.js';
import { assert } from '../util/assert.js';
import { categoriesOf } from './categories.js';
import {
  BEGIN_INDEX,
  FIND_RANGE,
  KEY_INCOMPLETE,
  KEY_NOT_KEY,
  KEY_VARIABLE_FLAGS,
  type KeySpec,
  parseKeySpec,
} from './key-specs.js';
import {
  type ChannelSpec,
  COMMAND_FLAGS,
  type CommandGroup,
  type CommandHandler,
  type CommandSpec,
  FLAG_FAST,
  FLAG_MAY_REPLICATE,
  FLAG_MOVABLEKEYS,
  FLAG_NO_AUTH,
  FLAG_READONLY,
  type KeyFinder,
  type SubcommandSpec,
} from './spec.js';

/** A command as the server runs it: its entry, with everything that is derived from it computed once. Immutable. */
export class Command {
  /** Dense from 0 over commands and subcommands: for arrays of statistics. */
  readonly id: number;
  readonly spec: CommandSpec | SubcommandSpec;
  /** Lower case, with its container: `client|kill`. */
  readonly name: string;
  readonly group: CommandGroup;
  /** The container of a subcommand, else null. */
  readonly parent: Command | null;
  readonly arity: number;
  /** A mask of `FLAG_*`. */
  readonly flags: number;
  /** A mask over `CATEGORIES`. */
  readonly categories: number;
  /** Null: a container that answers only through its subcommands. */
  readonly handler: CommandHandler | null;
  readonly getKeys: KeyFinder | null;
  /** Whether it runs at once inside MULTI as well, where all others are queued. */
  readonly isNeverQueued: boolean;
  /** Whether it runs for a client of RESP2 that is subscribed to something, as few do. */
  readonly isForSubscribers: boolean;
  readonly keySpecs: readonly KeySpec[];
  /** Whether `keySpecs` tell all keys and their flags, so that `getKeys` is only for calls that do not fit them. */
  readonly keySpecsSuffice: boolean;
  /** Whether any of its arguments is a key (a sharded channel is none). */
  readonly hasKeys: boolean;
  /** Null when none of its arguments is a channel. */
  readonly channels: ChannelSpec | null;
  /** The first key; 0 when there is none at a fixed place. */
  readonly firstKey: number;
  /** The last key, from the end when negative (-1 is the last argument). */
  readonly lastKey: number;
  readonly keyStep: number;
  /** The argument that is looked up in the value of the first key; 0 when there is none. */
  readonly element: number;
  /**
   * Whether it takes about as long as any other of its kind and leaves its client as it is, so that several of them may
   * share one time measurement. What runs without authentication (AUTH, HELLO, RESET) is there to change the client.
   */
  readonly isBrief: boolean;
  /**
   * Whether it changes no data and names one key at most. Then nothing of it has to be propagated together: of the keys
   * that a read names the expired ones are deleted as one unit (MGET), those that it comes across one by one (SCAN).
   */
  readonly needsNoUnit: boolean;
  /** Null when it is no container. */
  readonly subcommands: CommandIndex | null;

  /** @param ids counts the ids given so far */
  constructor(spec: CommandSpec | SubcommandSpec, parent: Command | null, ids: { next: number }) {
    this.id = ids.next++;
    this.spec = spec;
    this.name = parent === null ? spec.name : `${parent.name}|${spec.name}`;
    this.parent = parent;
    this.group = groupOf(spec, parent);
    this.arity = spec.arity;
    this.handler = spec.handler ?? null;
    this.getKeys = spec.getKeys ?? null;
    this.isNeverQueued = spec.isNeverQueued ?? false;
    this.isForSubscribers = spec.isForSubscribers ?? false;
    this.keySpecs = (spec.keys ?? []).map(parseKeySpec);
    this.hasKeys = this.keySpecs.some((key) => (key.flags & KEY_NOT_KEY) === 0) || this.getKeys !== null;
    this.channels = spec.channels ?? null;
    this.keySpecsSuffice = this.keySpecs.every((key) => (key.flags & KEY_VARIABLE_FLAGS) === 0);
    assert(
      this.getKeys !== null || this.keySpecsSuffice,
      `getKeys for '${this.name}', whose options decide about its key flags`,
    );
    const range = legacyRange(this.keySpecs);
    this.firstKey = range.first;
    this.lastKey = range.last;
    this.keyStep = range.step;
    this.element = spec.element ?? 0;
    this.flags = flagMask(spec.flags) | (range.movable ? FLAG_MOVABLEKEYS : 0);
    const isFast = (this.flags & (FLAG_FAST | FLAG_NO_AUTH)) === FLAG_FAST;
    this.isBrief = isFast || (this.hasKeys && spec.complexity === 'O(1)');
    this.needsNoUnit =
      (this.flags & (FLAG_READONLY | FLAG_MAY_REPLICATE | FLAG_MOVABLEKEYS)) === FLAG_READONLY &&
      range.first === range.last;
    const subcommands = 'subcommands' in spec && spec.subcommands?.length ? spec.subcommands : null;
    this.categories = categoriesOf(
      subcommands !== null && this.handler === null ? null : this.group,
      this.flags,
      spec.categories ?? '',
    );
    this.subcommands =
      subcommands === null
        ? null
        : new CommandIndex(mapValues(byOwnName(subcommands), (entry) => new Command(entry, this, ids)));
  }

  /** @hot Whether this many arguments (with the name) fit. */
  acceptsCount(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }
}

/** Commands by the names that they are called by, a char a byte, without capital letters. */
type CommandsByName = ReadonlyMap<string, Command>;

/** Finds commands by the bytes of the names that they are called by, in any case. Immutable. */
export class CommandIndex {
  readonly list: readonly Command[];
  private readonly buckets: (Slot | null)[];
  /** How far a hash is shifted to name a bucket. */
  private readonly shift: number;
  private readonly byName: CommandsByName;

  constructor(byName: CommandsByName) {
    this.list = [...byName.values()];
    this.byName = byName;
    const bits = 34 - Math.clz32(byName.size);
    this.shift = 32 - bits;
    this.buckets = new Array<Slot | null>(1 << bits).fill(null);
    for (const [name, command] of byName) {
      const slot = new Slot(name, command);
      const bucket = hashOf(slot.length, slot.head, slot.tail) >>> this.shift;
      slot.next = this.buckets[bucket]!;
      this.buckets[bucket] = slot;
    }
  }

  /** @hot The command that argument `i` names, null when there is none. O(1), nothing allocated. */
  lookup(argv: Argv, i: number): Command | null {
    const length = argv.length(i);
    if (length === 0) return null;
    const { bytes, view } = argv;
    const offset = argv.offset(i);
    let head = 0;
    let tail = 0;
    if (length >= 4) {
      head = view.getInt32(offset, true);
      tail = view.getInt32(offset + length - 4, true);
    } else {
      head = bytes[offset]!;
      if (length > 1) head |= bytes[offset + 1]! << 8;
      if (length > 2) head |= bytes[offset + 2]! << 16;
    }
    let slot: Slot | null = this.buckets[hashOf(length, head, tail) >>> this.shift]!;
    for (; slot !== null; slot = slot.next) {
      if (slot.length !== length) continue;
      if ((head | slot.headFold) !== slot.head || (tail | slot.tailFold) !== slot.tail) continue;
      if (length <= 8 || innerEquals(slot.name, bytes, offset)) return slot.command;
    }
    return null;
  }

  /** The command that is called by this name (without capital letters), undefined when there is none. */
  get(name: string): Command | undefined {
    return this.byName.get(name);
  }
}

/** All commands of a server. Made once from the families' entries; several servers may share one. Immutable. */
export class CommandTable {
  /** The commands without the subcommands. */
  readonly index: CommandIndex;
  /** Commands and subcommands; place i holds the one with id i. */
  readonly all: readonly Command[];

  /** @param renames commands to be called by another name, or not at all */
  constructor(specs: readonly CommandSpec[], renames: readonly Rename[] = []) {
    const ids = { next: 0 };
    this.index = new CommandIndex(mapValues(byCallName(specs, renames), (spec) => new Command(spec, null, ids)));
    this.all = this.index.list.flatMap((command) => [command, ...(command.subcommands?.list ?? [])]);
  }

  /** How many commands there are, not counting subcommands. */
  get count(): number {
    return this.index.list.length;
  }

  /** How many ids were given: the length of an array of statistics. */
  get idCount(): number {
    return this.all.length;
  }

  /**
   * @hot The command that argument 0 names, null when there is none. Subcommands:
   * `command.subcommands.lookup(argv, 1)`.
   */
  lookup(argv: Argv): Command | null {
    return this.index.lookup(argv, 0);
  }

  /**
   * The command or subcommand that arguments from `i` on call: a container's subcommand if there is a further argument.
   * Null when there is no such command or subcommand.
   */
  resolve(argv: Argv, i: number): Command | null {
    const command = this.index.lookup(argv, i);
    if (command === null || command.subcommands === null || argv.count <= i + 1) return command;
    return command.subcommands.lookup(argv, i + 1);
  }

  /**
   * The command called by this name in any case, `container|subcommand` for subcommands; undefined when there is none.
   */
  byName(name: string): Command | undefined {
    const lower = lowerCaseName(name);
    const bar = lower.indexOf('|');
    if (bar === -1) return this.index.get(lower);
    return this.index.get(lower.slice(0, bar))?.subcommands?.get(lower.slice(bar + 1));
  }
}

/** A command's name and the one that it is called by instead, a char a byte; an empty one takes the command away. */
export type Rename = readonly [from: string, to: string];

/** Builds the table of all the families' entries. Throws when an entry is malformed. */
export function createCommandTable(...families: readonly (readonly CommandSpec[])[]): CommandTable {
  return new CommandTable(families.flat());
}

function byOwnName<Spec extends { readonly name: string }>(specs: readonly Spec[]): Map<string, Spec> {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  assert(byName.size === specs.length, 'every command once in the table');
  return byName;
}

/** The entries by the names that their commands are called by; what is renamed to nothing is not among them. */
function byCallName(specs: readonly CommandSpec[], renames: readonly Rename[]): Map<string, CommandSpec> {
  const byName = byOwnName(specs);
  for (const [from, to] of renames) {
    const spec = byName.get(lowerCaseName(from));
    if (spec === undefined) continue; // a command that is still to come
    byName.delete(lowerCaseName(from));
    if (to === '') continue;
    assert(!byName.has(lowerCaseName(to)), 'a new name that is free');
    byName.set(lowerCaseName(to), spec);
  }
  return byName;
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, convert: (value: From) => To): Map<string, To> {
  return new Map([...map].map(([name, value]) => [name, convert(value)]));
}

/** Without capital letters; what is not ASCII stays. */
function lowerCaseName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A name of the dispatch index; see the head of this file. */
class Slot {
  readonly length: number;
  readonly head: number;
  readonly headFold: number;
  readonly tail: number;
  readonly tailFold: number;
  readonly name: Uint8Array;
  readonly command: Command;
  /** The next one of the same bucket. */
  next: Slot | null = null;

  constructor(callName: string, command: Command) {
    const name = Buffer.from(callName, 'latin1');
    const { length } = name;
    assert(length > 0, 'a name for every command');
    this.length = length;
    this.head = wordOf(name, 0, Math.min(4, length));
    this.headFold = foldOf(name, 0, Math.min(4, length));
    this.tail = length < 4 ? 0 : wordOf(name, length - 4, 4);
    this.tailFold = length < 4 ? 0 : foldOf(name, length - 4, 4);
    this.name = name;
    this.command = command;
  }
}

const FOLD_ALL = 0x20202020;

/** @hot The case of letters does not matter to it (nor do some other bits: the comparison settles that). */
function hashOf(length: number, head: number, tail: number): number {
  return (Math.imul((head | FOLD_ALL) + length, 0x2c1b3c6d) + Math.imul(tail | FOLD_ALL, 0x297a2d39)) | 0;
}

/** @hot Whether the bytes between the first four and the last four are those of `name`, in any case. */
function innerEquals(name: Uint8Array, bytes: Uint8Array, offset: number): boolean {
  const end = name.length - 4;
  for (let k = 4; k < end; k++) {
    let byte = bytes[offset + k]!;
    if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
    if (byte !== name[k]) return false;
  }
  return true;
}

function wordOf(name: Uint8Array, from: number, length: number): number {
  let word = 0;
  for (let k = 0; k < length; k++) word |= name[from + k]! << (8 * k);
  return word;
}

function foldOf(name: Uint8Array, from: number, length: number): number {
  let fold = 0;
  for (let k = 0; k < length; k++) {
    const byte = name[from + k]!;
    if (byte >= 0x61 && byte <= 0x7a) fold |= 0x20 << (8 * k);
  }
  return fold;
}

function groupOf(spec: CommandSpec | SubcommandSpec, parent: Command | null): CommandGroup {
  if (parent !== null) return parent.group;
  assert('group' in spec, `a group for '${spec.name}'`);
  return spec.group;
}

function flagMask(names: string): number {
  let mask = 0;
  for (const name of names.split(' ')) {
    if (name === '') continue;
    const bit = COMMAND_FLAGS.get(name);
    assert(bit !== undefined && bit !== FLAG_MOVABLEKEYS, `a command flag, got '${name}'`);
    mask |= bit;
  }
  return mask;
}

/** First, last and step of the keys as COMMAND tells them; `movable` when there is more to tell. */
interface LegacyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly movable: boolean;
}

/** The range that consecutive index specs of step 1 make up (or the only spec, whatever its step). */
function legacyRange(specs: readonly KeySpec[]): LegacyRange {
  const only = specs.length === 1 ? specs[0]! : null;
  if (only !== null && only.begin === BEGIN_INDEX && only.find === FIND_RANGE) {
    return {
      first: only.position,
      last: lastOf(only),
      step: only.step,
      movable: (only.flags & KEY_INCOMPLETE) !== 0,
    };
  }
  let first = 0;
  let last = 0;
  let movable = false;
  for (const spec of specs) {
    const plain =
      spec.begin === BEGIN_INDEX &&
      spec.find === FIND_RANGE &&
      spec.step === 1 &&
      (spec.flags & KEY_INCOMPLETE) === 0 &&
      (last === 0 || last === spec.position - 1);
    if (!plain) {
      movable = true;
      continue;
    }
    if (first === 0) first = spec.position;
    last = lastOf(spec);
  }
  return { first, last, step: first === 0 ? 0 : 1, movable };
}

function lastOf(spec: KeySpec): number {
  return spec.lastKey >= 0 ? spec.position + spec.lastKey : spec.lastKey;
}
