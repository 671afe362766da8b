/** ZUNION, ZINTER, ZDIFF and their kin: several sorted sets, or sets, as one. */
import { type Entry, NONE, TYPE_SET, TYPE_ZSET } from '../../../keyspace/record.js';
import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import { AGGREGATE_MAX, AGGREGATE_MIN, AGGREGATE_SUM, type Aggregate, aggregated } from '../../../types/sorted-set.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_LIMIT_NEGATIVE,
  ERR_NOT_INTEGER,
  ERR_SYNTAX,
  ERR_WEIGHT,
  errNoInputKeys,
  WRONGTYPE,
} from '../../errors.js';
import { storeResult } from './store.js';
import { replyRange } from './values.js';

const WEIGHTS = 1;
const AGGREGATE = 2;
const WITHSCORES = 3;
const LIMIT = 4;
const OPTIONS = new OptionTable({ WEIGHTS, AGGREGATE, WITHSCORES, LIMIT });

/** Each but the first is one above its number, as an option must not be 0. */
const AGGREGATES = new OptionTable({ SUM: AGGREGATE_SUM + 1, MIN: AGGREGATE_MIN + 1, MAX: AGGREGATE_MAX + 1 });

const UNION = 0;
const INTERSECTION = 1;
const DIFFERENCE = 2;
type Operation = typeof UNION | typeof INTERSECTION | typeof DIFFERENCE;

/** What the result is for. */
const ANSWER = 0;
const STORE = 1;
const COUNT = 2;
type Purpose = typeof ANSWER | typeof STORE | typeof COUNT;

/** An input of the operation. */
interface Source {
  /** NONE: an empty set. */
  readonly entry: Entry;
  readonly size: number;
  weight: number;
}

/** Gets a member of a source with its score there. `true` ends the visit. */
type SourceVisitor = (bytes: Uint8Array, view: DataView, from: number, length: number, score: number) => unknown;

export function zunion(c: CommandContext): void {
  combine(c, UNION, ANSWER);
}

export function zinter(c: CommandContext): void {
  combine(c, INTERSECTION, ANSWER);
}

export function zdiff(c: CommandContext): void {
  combine(c, DIFFERENCE, ANSWER);
}

export function zunionstore(c: CommandContext): void {
  combine(c, UNION, STORE);
}

export function zinterstore(c: CommandContext): void {
  combine(c, INTERSECTION, STORE);
}

export function zdiffstore(c: CommandContext): void {
  combine(c, DIFFERENCE, STORE);
}

export function zintercard(c: CommandContext): void {
  combine(c, INTERSECTION, COUNT);
}

/** The order of checks is Redis': the number of keys, their types, the options. */
function combine(c: CommandContext, operation: Operation, purpose: Purpose): void {
  const { argv, reply } = c;
  const at = purpose === STORE ? 2 : 1;
  const keyCount = argv.int(at);
  if (Number.isNaN(keyCount)) return reply.error(ERR_NOT_INTEGER);
  if (keyCount < 1) return reply.error(errNoInputKeys(c.command.name));
  if (keyCount > argv.count - at - 1) return reply.error(ERR_SYNTAX);
  const sources: Source[] = [];
  for (let i = at + 1; i <= at + keyCount; i++) {
    const entry = c.db.lookupRead(argv, i);
    const size = sizeOfSource(c, entry);
    if (size < 0) return reply.error(WRONGTYPE);
    sources.push({ entry, size, weight: 1 });
  }
  const options = new CombineOptions();
  const refusal = options.parse(c, at + 1 + keyCount, sources, operation, purpose);
  if (refusal !== null) return reply.error(refusal);

  // In sums of several scores the order matters: Redis begins with the smallest set.
  if (operation !== DIFFERENCE) sources.sort((a, b) => a.size - b.size);
  if (purpose === COUNT) return reply.int(countIntersection(c, sources, options.limit));
  const holder = c.keyspace.detached(TYPE_ZSET);
  c.keyspace.zsets.beginResult(holder);
  if (operation === UNION) unite(c, holder, sources, options.aggregate);
  else if (operation === INTERSECTION) intersect(c, holder, sources, options.aggregate);
  else subtract(c, holder, sources);
  c.keyspace.zsets.finishResult(holder, purpose === STORE);
  if (purpose === STORE) storeResult(c, 1, holder, EVENTS[operation]);
  else replyRange(c, holder, 0, c.keyspace.zsets.length(holder), false, options.withScores);
}

const EVENTS = { [UNION]: 'zunionstore', [INTERSECTION]: 'zinterstore', [DIFFERENCE]: 'zdiffstore' } as const;

/** What stands behind the keys. */
class CombineOptions {
  aggregate: Aggregate = AGGREGATE_SUM;
  withScores = false;
  /** 0: none. */
  limit = 0;

  /** Reads the options from argument `from` on; returns what is wrong with them, null when nothing is. */
  parse(
    c: CommandContext,
    from: number,
    sources: readonly Source[],
    operation: Operation,
    purpose: Purpose,
  ): ErrorReply | null {
    const { argv } = c;
    const mayWeigh = operation !== DIFFERENCE && purpose !== COUNT;
    for (let i = from; i < argv.count; i++) {
      const option = argv.option(i, OPTIONS);
      if (option === WEIGHTS && mayWeigh && i + sources.length < argv.count) {
        for (const source of sources) {
          source.weight = argv.double(++i);
          if (Number.isNaN(source.weight)) return ERR_WEIGHT;
        }
      } else if (option === AGGREGATE && mayWeigh && i + 1 < argv.count) {
        const aggregate = argv.option(++i, AGGREGATES);
        if (aggregate === 0) return ERR_SYNTAX;
        this.aggregate = (aggregate - 1) as Aggregate; // the table holds nothing else
      } else if (option === WITHSCORES && purpose === ANSWER) this.withScores = true;
      else if (option === LIMIT && purpose === COUNT && i + 1 < argv.count) {
        this.limit = argv.int(++i);
        if (!(this.limit >= 0)) return ERR_LIMIT_NEGATIVE;
      } else return ERR_SYNTAX;
    }
    return null;
  }
}

/** Members of all sources; a score is that in all of them together. */
function unite(c: CommandContext, holder: number, sources: readonly Source[], aggregate: Aggregate): void {
  const { zsets } = c.keyspace;
  for (const { entry, weight } of sources) {
    forEachMember(c, entry, (bytes, view, from, length, score) => {
      zsets.accumulate(holder, bytes, view, from, length, weighted(score, weight), aggregate);
    });
  }
}

/** Members that all sources have; a score is that in all of them together. */
function intersect(c: CommandContext, holder: number, sources: readonly Source[], aggregate: Aggregate): void {
  const [first, ...others] = sources as [Source, ...Source[]]; // a number of keys below 1 was refused
  forEachMember(c, first.entry, (bytes, view, from, length, score) => {
    let all = weighted(score, first.weight);
    for (const other of others) {
      const found = other.entry === first.entry ? score : scoreInSource(c, other.entry, bytes, view, from, length);
      if (Number.isNaN(found)) return;
      all = aggregated(all, found * other.weight, aggregate);
    }
    c.keyspace.zsets.accumulate(holder, bytes, view, from, length, all, AGGREGATE_SUM);
  });
}

/** How many members all sources have, counted up to `limit` if it is not 0. */
function countIntersection(c: CommandContext, sources: readonly Source[], limit: number): number {
  const [first, ...others] = sources as [Source, ...Source[]]; // a number of keys below 1 was refused
  let count = 0;
  forEachMember(c, first.entry, (bytes, view, from, length) => {
    for (const other of others) {
      if (Number.isNaN(scoreInSource(c, other.entry, bytes, view, from, length))) return false;
    }
    return ++count === limit;
  });
  return count;
}

/** Members of the first source that no other has. */
function subtract(c: CommandContext, holder: number, sources: readonly Source[]): void {
  const [first, ...others] = sources as [Source, ...Source[]]; // a number of keys below 1 was refused
  forEachMember(c, first.entry, (bytes, view, from, length, score) => {
    for (const other of others) {
      if (!Number.isNaN(scoreInSource(c, other.entry, bytes, view, from, length))) return;
    }
    c.keyspace.zsets.accumulate(holder, bytes, view, from, length, score, AGGREGATE_SUM);
  });
}

/** A score times a weight; 0 for infinity times 0. */
function weighted(score: number, weight: number): number {
  const product = score * weight;
  return Number.isNaN(product) ? 0 : product;
}

// --- Sources --------------------------------------------------------------------------------------------------------

/** Members of what an entry holds, 0 for NONE; -1 when it is no set of either kind. */
function sizeOfSource(c: CommandContext, entry: Entry): number {
  if (entry === NONE) return 0;
  switch (c.db.typeOf(entry)) {
    case TYPE_ZSET:
      return c.keyspace.zsets.length(entry);
    case TYPE_SET:
      return c.keyspace.sets.count(entry);
    default:
      return -1;
  }
}

/** Visits the members of a source until the visitor returns true; members of a set have the score 1. */
function forEachMember(c: CommandContext, entry: Entry, visit: SourceVisitor): void {
  if (entry === NONE) return;
  const { sets, zsets } = c.keyspace;
  if (c.db.typeOf(entry) === TYPE_SET) {
    sets.forEach(entry, (bytes, view, from, length) => visit(bytes, view, from, length, 1));
    return;
  }
  const { cursor } = zsets;
  for (let more = zsets.seekRank(entry, 0, cursor); more; more = zsets.next(cursor)) {
    if (visit(cursor.bytes, cursor.view, cursor.from, cursor.length, cursor.score) === true) return;
  }
}

/** The score of a member in a source, NaN where it is none. */
function scoreInSource(
  c: CommandContext,
  entry: Entry,
  bytes: Uint8Array,
  view: DataView,
  from: number,
  length: number,
): number {
  if (entry === NONE) return Number.NaN;
  const { sets, zsets } = c.keyspace;
  if (c.db.typeOf(entry) === TYPE_ZSET) return zsets.score(entry, bytes, view, from, length);
  return sets.has(entry, bytes, view, from, length) ? 1 : Number.NaN;
}
