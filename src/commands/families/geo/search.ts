/** GEOSEARCH, GEORADIUS and their kin: members within a circle or a box. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { distanceWithin, type Place, placeOf, rangesOf } from '../../../types/geohash.js';
import type { CommandContext } from '../../context.js';
import { WRONGTYPE } from '../../errors.js';
import { storeResult } from '../sorted-set/store.js';
import { isOtherType, newSet } from '../sorted-set/values.js';
import { replyDistance, replyPlace } from './read.js';
import {
  ASCENDING,
  BY_COORDINATES,
  BY_MEMBER,
  SEARCH,
  SEARCH_STORE,
  type SearchKind,
  SearchRequest,
  UNSORTED,
} from './search-request.js';

/** A member that was found. */
interface Found {
  readonly member: Uint8Array;
  readonly score: number;
  readonly place: Place;
  /** Meters from the middle. */
  readonly distance: number;
}

export function geosearch(c: CommandContext): void {
  search(c, SEARCH, false);
}

export function geosearchstore(c: CommandContext): void {
  search(c, SEARCH_STORE, false);
}

export function georadius(c: CommandContext): void {
  search(c, BY_COORDINATES, true);
}

export function georadiusRo(c: CommandContext): void {
  search(c, BY_COORDINATES, false);
}

export function georadiusbymember(c: CommandContext): void {
  search(c, BY_MEMBER, true);
}

export function georadiusbymemberRo(c: CommandContext): void {
  search(c, BY_MEMBER, false);
}

/** The type of the key is checked first, as Redis does. */
function search(c: CommandContext, kind: SearchKind, mayStore: boolean): void {
  const { argv, db, reply } = c;
  const entry = db.lookupRead(argv, kind === SEARCH_STORE ? 2 : 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const request = new SearchRequest();
  const refusal = request.parse(c, entry, kind, mayStore);
  if (refusal !== null) return reply.error(refusal);
  const found = entry === NONE ? [] : findMembers(c, entry, request);
  if (request.storeAt === 0) return replyFound(c, found, request);
  const holder = newSet(c);
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const { member, score, distance } of found) {
    const stored = request.storesDistance ? distance / request.unit : score;
    c.keyspace.zsets.add(holder, member, view(member), 0, member.length, stored, 0);
  }
  const event = kind === SEARCH_STORE ? 'geosearchstore' : 'georadiusstore';
  storeResult(c, request.storeAt, holder, event, found.length);
}

/** The members within the shape, in order and as many as were asked for. */
function findMembers(c: CommandContext, entry: Entry, request: SearchRequest): Found[] {
  const { count, any } = request;
  const found = collect(c, entry, request, any ? count : 0);
  // Whoever wants some of them wants the nearest.
  const order = request.order === UNSORTED && count > 0 && !any ? ASCENDING : request.order;
  if (order === ASCENDING) found.sort((a, b) => a.distance - b.distance);
  else if (order !== UNSORTED) found.sort((a, b) => b.distance - a.distance);
  return count === 0 ? found : found.slice(0, count);
}

/** The members within the shape, in the order of the cells that it reaches. @param limit 0: all */
function collect(c: CommandContext, entry: Entry, request: SearchRequest, limit: number): Found[] {
  const { zsets } = c.keyspace;
  const { cursor } = zsets;
  const { shape } = request;
  const found: Found[] = [];
  for (const { min, max } of rangesOf(shape)) {
    let more = zsets.seekRank(entry, zsets.rankOfScore(entry, min, false), cursor);
    for (; more && cursor.score < max; more = zsets.next(cursor)) {
      const place = placeOf(cursor.score);
      const distance = distanceWithin(shape, place);
      if (Number.isNaN(distance)) continue;
      const member = cursor.bytes.slice(cursor.from, cursor.from + cursor.length);
      if (found.push({ member, score: cursor.score, place, distance }) === limit) return found;
    }
  }
  return found;
}

function replyFound(c: CommandContext, found: readonly Found[], request: SearchRequest): void {
  const { reply } = c;
  const { withDistance, withHash, withPlace, unit } = request;
  const details = Number(withDistance) + Number(withHash) + Number(withPlace);
  reply.array(found.length);
  for (const { member, score, place, distance } of found) {
    if (details > 0) reply.array(details + 1);
    reply.bulkBytes(member);
    if (withDistance) replyDistance(c, distance / unit);
    if (withHash) reply.bigint(BigInt(Math.trunc(score)));
    if (withPlace) replyPlace(c, place);
  }
}
