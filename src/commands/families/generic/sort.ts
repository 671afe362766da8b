/**
 * SORT and SORT_RO: the elements of a list, set or sorted set in the order of themselves or of other keys' values.
 *
 * ```
 *   options --> the elements --> a weight for each (BY) --> sorted --> those of LIMIT --> what GET makes of each --> reply or list
 * ```
 * All that it works on are copies: a pattern may lead to the key that is sorted, or meet one that expires.
 */
import { type Entry, NONE, TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_STRING, TYPE_ZSET } from '../../../keyspace/record.js';
import { Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import { toLatin1 } from '../../../util/bytes.js';
import { parseLooseDouble } from '../../../util/numbers.js';
import { collation } from '../../collation.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_SORT_SCORES, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { NOTIFY_GENERIC, NOTIFY_LIST } from '../../events.js';
import { KEY_ACCESS, KEY_OW, KEY_RO, KEY_UPDATE, type KeyPositions } from '../../key-specs.js';

const ASC = 1;
const DESC = 2;
const ALPHA = 3;
const LIMIT = 4;
const STORE = 5;
const BY = 6;
const GET = 7;
const OPTIONS = new OptionTable({ ASC, DESC, ALPHA, LIMIT, STORE, BY, GET });
/** Arguments behind each option. */
const ARGUMENTS = [0, 0, 0, 0, 2, 1, 1, 1] as const;

const STAR = 0x2a;
const ARROW = Buffer.from('->');
const EMPTY = new Uint8Array(0);
/** Doubles between this and 0 are not exact: strtod says that they are out of range. */
const LEAST_NORMAL = 2.2250738585072014e-308;

/** What a call asks for. */
interface Plan {
  isDescending: boolean;
  isAlpha: boolean;
  /** LIMIT's two numbers; all elements without. */
  offset: number;
  count: number;
  /** The argument that is the key to store to; 0: the reply has the elements. */
  storeAt: number;
  /** The pattern of the weights, null to sort by the elements. */
  by: Pattern | null;
  /**
   * Whether the elements stay in the order that they are in: a pattern of BY had no asterisk, if only one of several.
   */
  keepsOrder: boolean;
  /** The patterns of what each element is answered as; the element itself where there are none. */
  readonly gets: Pattern[];
}

/** A name with a place for an element in it, and the field of a hash, perhaps. */
interface Pattern {
  /** `#`, the element itself. */
  readonly isElement: boolean;
  /** In front of and behind the asterisk; null without an asterisk, and then it names nothing. */
  readonly prefix: Uint8Array | null;
  readonly suffix: Uint8Array;
  /** The field behind `->`; null for the value of a string. */
  readonly field: Uint8Array | null;
}

/** An element with its weight. */
interface Element {
  readonly bytes: Uint8Array;
  /** Its weight as a number, 0 where a pattern names no value. */
  score: number;
  /** Its weight as a text, null where a pattern names no value. */
  text: Uint8Array | null;
}

export function sort(c: CommandContext): void {
  run(c, false);
}

export function sortRo(c: CommandContext): void {
  run(c, true);
}

/** SORT's keys: the last STORE counts, and what looks like an option behind LIMIT, BY or GET is none. */
export function findKeysOfSort(argv: Argv, keys: KeyPositions): boolean {
  keys.add(1, KEY_RO | KEY_ACCESS);
  let storeAt = 0;
  for (let i = 2; i < argv.count; i++) {
    const option = argv.option(i, OPTIONS);
    if (option === STORE && i + 1 < argv.count) storeAt = i + 1;
    i += ARGUMENTS[option]!;
  }
  if (storeAt !== 0) keys.add(storeAt, KEY_OW | KEY_UPDATE);
  return true;
}

/** SORT_RO's: what else it reads depends on the elements. */
export function findKeysOfSortRo(_argv: Argv, keys: KeyPositions): boolean {
  keys.add(1, KEY_RO | KEY_ACCESS);
  return true;
}

function run(c: CommandContext, isReadOnly: boolean): void {
  const { argv, db, reply } = c;
  const plan = newPlan();
  const refusal = readOptions(argv, plan, isReadOnly);
  if (refusal !== null) return reply.error(refusal);
  const entry = db.lookupRead(argv, 1);
  if (entry !== NONE && !isSortable(c, entry)) return reply.error(WRONGTYPE);
  // The order of a set is nobody's business: what is stored must not depend on it.
  if (plan.keepsOrder && plan.storeAt !== 0 && entry !== NONE && db.typeOf(entry) === TYPE_SET) {
    plan.keepsOrder = false;
    plan.isAlpha = true;
    plan.by = null;
  }
  const elements = entry === NONE ? [] : elementsOf(c, entry, plan);
  if (!plan.keepsOrder) {
    if (!weigh(c, elements, plan)) return reply.error(ERR_SORT_SCORES);
    elements.sort(orderOf(c, plan));
  }
  const { from, to } = limits(plan, elements.length);
  const chosen = elements.slice(from, to);
  if (plan.storeAt !== 0) store(c, plan, chosen);
  else answer(c, plan, chosen);
}

function newPlan(): Plan {
  const all = { offset: 0, count: -1 };
  return { ...all, isDescending: false, isAlpha: false, storeAt: 0, by: null, keepsOrder: false, gets: [] };
}

/** Reads the options from left to right; returns the error of the first that is wrong. */
function readOptions(argv: Argv, plan: Plan, isReadOnly: boolean): ErrorReply | null {
  for (let i = 2; i < argv.count; i++) {
    const option = argv.option(i, OPTIONS);
    if (option === 0 || i + ARGUMENTS[option]! >= argv.count || (option === STORE && isReadOnly)) return ERR_SYNTAX;
    switch (option) {
      case ASC:
        plan.isDescending = false;
        break;
      case DESC:
        plan.isDescending = true;
        break;
      case ALPHA:
        plan.isAlpha = true;
        break;
      case LIMIT:
        plan.offset = argv.int(i + 1);
        plan.count = argv.int(i + 2);
        if (Number.isNaN(plan.offset) || Number.isNaN(plan.count)) return ERR_NOT_INTEGER;
        break;
      case STORE:
        plan.storeAt = i + 1;
        break;
      case BY:
        plan.by = patternOf(argv.copy(i + 1));
        plan.keepsOrder ||= !argv.copy(i + 1).includes(STAR);
        break;
      default:
        plan.gets.push(patternOf(argv.copy(i + 1)));
    }
    i += ARGUMENTS[option]!;
  }
  return null;
}

function patternOf(text: Uint8Array): Pattern {
  const isElement = text.length === 1 && text[0] === 0x23;
  const star = text.indexOf(STAR);
  if (star < 0) return { isElement, prefix: null, suffix: EMPTY, field: null };
  const suffix = Buffer.from(text.subarray(star + 1));
  const arrow = suffix.indexOf(ARROW);
  const hasField = arrow >= 0 && arrow + ARROW.length < suffix.length;
  return {
    isElement,
    prefix: text.subarray(0, star),
    suffix: hasField ? suffix.subarray(0, arrow) : suffix,
    field: hasField ? suffix.subarray(arrow + ARROW.length) : null,
  };
}

function isSortable(c: CommandContext, entry: Entry): boolean {
  const type = c.db.typeOf(entry);
  return type === TYPE_LIST || type === TYPE_SET || type === TYPE_ZSET;
}

/**
 * The elements in their own order: a sorted set's by score; backwards when they are not to be sorted but descending.
 */
function elementsOf(c: CommandContext, entry: Entry, plan: Plan): Element[] {
  const { lists, sets, zsets } = c.keyspace;
  const elements: Element[] = [];
  const add = (bytes: Uint8Array, _view: DataView, from: number, length: number): void => {
    elements.push({ bytes: bytes.slice(from, from + length), score: 0, text: null });
  };
  switch (c.db.typeOf(entry)) {
    case TYPE_SET:
      sets.forEach(entry, add);
      return elements;
    case TYPE_LIST:
      lists.range(entry, 0, lists.length(entry), { bulk: add, bulkInt: (value) => add(...asText(value)) });
      break;
    default: {
      const { cursor } = zsets;
      let more = zsets.seekRank(entry, 0, cursor);
      for (; more; more = zsets.next(cursor)) add(cursor.bytes, cursor.view, cursor.from, cursor.length);
    }
  }
  if (plan.keepsOrder && plan.isDescending) elements.reverse();
  return elements;
}

function asText(value: number): [Uint8Array, DataView, number, number] {
  const bytes = Buffer.from(String(value), 'latin1');
  return [bytes, new DataView(bytes.buffer), 0, bytes.length];
}

/** Gives each element what it is sorted by; false when one of the weights is no number and should be. */
function weigh(c: CommandContext, elements: readonly Element[], plan: Plan): boolean {
  const { by, isAlpha } = plan;
  for (const element of elements) {
    const weight = by === null ? element.bytes : resolve(c, by, element.bytes);
    if (isAlpha) element.text = weight;
    else if (weight !== null) element.score = scoreOf(weight);
    if (Number.isNaN(element.score)) return false;
  }
  return true;
}

/** A weight as strtod reads it; NaN for what is no number, or out of a double's range. */
function scoreOf(text: Uint8Array): number {
  const score = parseLooseDouble(text, 0, text.length);
  const size = Math.abs(score);
  if (size >= LEAST_NORMAL && size !== Number.POSITIVE_INFINITY) return score;
  const word = toLatin1(text).split('\0', 1)[0]!;
  const isExact = size === 0 ? !/[1-9a-f]/i.test(word.replace(/[ep].*|0x/i, '')) : /inf/i.test(word);
  return isExact ? score : Number.NaN;
}

/** How two elements stand to each other. What is stored is in the order of bytes, whatever the locale. */
function orderOf(c: CommandContext, plan: Plan): (a: Element, b: Element) => number {
  const sign = plan.isDescending ? -1 : 1;
  if (!plan.isAlpha) {
    return (a, b) => sign * (a.score === b.score ? Buffer.compare(a.bytes, b.bytes) : a.score < b.score ? -1 : 1);
  }
  const compare = plan.storeAt !== 0 ? Buffer.compare : collation(c.config.localeCollate);
  return (a, b) => {
    if (a.text === null || b.text === null) return sign * (Number(a.text !== null) - Number(b.text !== null));
    return sign * compare(a.text, b.text);
  };
}

/** The range of elements that LIMIT leaves of `size`. */
function limits({ offset, count }: Plan, size: number): { from: number; to: number } {
  const from = Math.min(Math.max(offset, 0), size);
  return { from, to: count < 0 ? size : Math.min(from + count, size) };
}

/** What a pattern makes of an element: the value of a string or of a hash's field; null when there is none. A copy. */
function resolve(c: CommandContext, pattern: Pattern, element: Uint8Array): Uint8Array | null {
  if (pattern.isElement) return element;
  if (pattern.prefix === null) return null;
  const { db } = c;
  const key = new Argv(1);
  const name = Buffer.concat([pattern.prefix, element, pattern.suffix]);
  key.assign([name]);
  const entry = db.lookupRead(key, 0);
  if (entry === NONE || db.typeOf(entry) !== (pattern.field === null ? TYPE_STRING : TYPE_HASH)) return null;
  if (pattern.field !== null) return fieldOf(c, entry, pattern.field);
  const value = new Uint8Array(db.stringLength(entry));
  db.stringInto(entry, 0, value.length, value, new DataView(value.buffer), 0);
  return value;
}

function fieldOf(c: CommandContext, entry: Entry, field: Uint8Array): Uint8Array | null {
  const { fields, hashes } = c.keyspace;
  const hash = fields.see(c.db, entry);
  const view = new DataView(field.buffer, field.byteOffset, field.length);
  if (hash === NONE || !hashes.find(hash, field, view, 0, field.length)) return null;
  const { valueBytes, valueFrom, valueLength } = hashes.pair;
  return valueBytes.slice(valueFrom, valueFrom + valueLength);
}

function answer(c: CommandContext, plan: Plan, chosen: readonly Element[]): void {
  const { reply } = c;
  reply.array(chosen.length * Math.max(1, plan.gets.length));
  for (const { bytes } of chosen) {
    if (plan.gets.length === 0) reply.bulkBytes(bytes);
    for (const pattern of plan.gets) {
      const value = resolve(c, pattern, bytes);
      if (value === null) reply.null();
      else reply.bulkBytes(value);
    }
  }
}

/**
 * Lets the key hold a list of what would be answered, empty strings where there is nothing; without any the key goes.
 */
function store(c: CommandContext, plan: Plan, chosen: readonly Element[]): void {
  const { argv, db, keyspace, reply } = c;
  const values = chosen.flatMap(({ bytes }) =>
    plan.gets.length === 0 ? [bytes] : plan.gets.map((pattern) => resolve(c, pattern, bytes) ?? EMPTY),
  );
  if (values.length > 0) {
    const holder = keyspace.detached(TYPE_LIST);
    const spans = new Argv(1);
    spans.assign(values);
    keyspace.lists.create(holder, spans, 0, false);
    keyspace.lists.pushAll(holder, false, spans, 0);
    db.adopt(argv, plan.storeAt, holder);
    c.keyChanged(plan.storeAt, values.length);
    c.notify(NOTIFY_LIST, 'sortstore', plan.storeAt);
  } else if (db.deleteEvenExpired(argv, plan.storeAt)) {
    c.keyChanged(plan.storeAt);
    c.notify(NOTIFY_GENERIC, 'del', plan.storeAt);
  }
  reply.int(values.length);
}
