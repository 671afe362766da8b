/** GEODIST, GEOHASH, GEOPOS: what members stand for. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { distance, geohashText, type Place, placeOf } from '../../../types/geohash.js';
import { formatHuman } from '../../../util/long-double.js';
import { formatFixed } from '../../../util/numbers.js';
import type { CommandContext } from '../../context.js';
import { ERR_GEO_UNIT, ERR_SYNTAX, WRONGTYPE } from '../../errors.js';
import { isOtherType } from '../sorted-set/values.js';
import { metersOfUnit } from './arguments.js';

/** The score of the member that is argument `i`, NaN where it is none. */
export function scoreOfArgument(c: CommandContext, entry: Entry, i: number): number {
  const { argv } = c;
  if (entry === NONE) return Number.NaN;
  return c.keyspace.zsets.score(entry, argv.bytes, argv.view, argv.offset(i), argv.length(i));
}

/** Replies with a length: four decimals, in RESP3, too. */
export function replyDistance(c: CommandContext, length: number): void {
  c.reply.bulkText(formatFixed(length, 4));
}

/** Replies with longitude and latitude. */
export function replyPlace(c: CommandContext, { longitude, latitude }: Place): void {
  c.reply.array(2);
  c.reply.humanDouble(formatHuman(longitude));
  c.reply.humanDouble(formatHuman(latitude));
}

export function geodist(c: CommandContext): void {
  const { argv, reply } = c;
  const meters = argv.count > 4 ? metersOfUnit(argv, 4) : 1;
  if (argv.count > 5) return reply.error(ERR_SYNTAX);
  if (meters === 0) return reply.error(ERR_GEO_UNIT);
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const from = scoreOfArgument(c, entry, 2);
  const to = scoreOfArgument(c, entry, 3);
  if (Number.isNaN(from) || Number.isNaN(to)) return reply.null();
  replyDistance(c, distance(placeOf(from), placeOf(to)) / meters);
}

export function geohash(c: CommandContext): void {
  const { argv, reply } = c;
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) {
    const score = scoreOfArgument(c, entry, i);
    if (Number.isNaN(score)) reply.null();
    else reply.bulkText(geohashText(score));
  }
}

export function geopos(c: CommandContext): void {
  const { argv, reply } = c;
  const entry = c.db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) {
    const score = scoreOfArgument(c, entry, i);
    if (Number.isNaN(score)) reply.nullArray();
    else replyPlace(c, placeOf(score));
  }
}
