/** What GEOSEARCH, GEORADIUS and their kin ask for: their arguments are in part the same. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import { type Place, placeOf, type Shape } from '../../../types/geohash.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_GEO_ANY,
  ERR_GEO_COUNT,
  ERR_GEO_HEIGHT,
  ERR_GEO_MEMBER,
  ERR_GEO_NEGATIVE_BOX,
  ERR_GEO_NEGATIVE_RADIUS,
  ERR_GEO_RADIUS,
  ERR_GEO_WIDTH,
  ERR_NOT_INTEGER,
  ERR_SYNTAX,
  errGeoCenter,
  errGeoShape,
  errGeoStore,
} from '../../errors.js';
import { metersOfUnit, placeError, unitError } from './arguments.js';
import { scoreOfArgument } from './read.js';

/** Which command it is. */
export const BY_COORDINATES = 0;
export const BY_MEMBER = 1;
export const SEARCH = 2;
export const SEARCH_STORE = 3;
export type SearchKind = typeof BY_COORDINATES | typeof BY_MEMBER | typeof SEARCH | typeof SEARCH_STORE;

export const UNSORTED = 0;
export const ASCENDING = 1;
export const DESCENDING = 2;
export type Order = typeof UNSORTED | typeof ASCENDING | typeof DESCENDING;

const WITHDIST = 1;
const WITHHASH = 2;
const WITHCOORD = 3;
const ANY = 4;
const ASC = 5;
const DESC = 6;
const COUNT = 7;
const STORE = 8;
const STOREDIST = 9;
const FROMMEMBER = 10;
const FROMLONLAT = 11;
const BYRADIUS = 12;
const BYBOX = 13;
const OPTIONS = new OptionTable({
  ...{
    WITHDIST,
    WITHHASH,
    WITHCOORD,
    ANY,
    ASC,
    DESC,
    COUNT,
    STORE,
    STOREDIST,
    FROMMEMBER,
    FROMLONLAT,
    BYRADIUS,
    BYBOX,
  },
});

const NOWHERE: Place = { longitude: 0, latitude: 0 };

export class SearchRequest {
  withDistance = false;
  withHash = false;
  withPlace = false;
  order: Order = UNSORTED;
  /** Members at most; 0: all. */
  count = 0;
  /** Whether any members will do, not only the nearest. */
  any = false;
  /** The argument that is the key for the result; 0: it is answered. */
  storeAt = 0;
  /** Whether distances are stored in place of scores. */
  storesDistance = false;
  /** Meters of the unit in which distances are told. */
  unit = 1;
  private center: Place = NOWHERE;
  private radius: number | null = null;
  private width = 0;
  private height = 0;
  private hasMember = false;
  private hasPlace = false;

  /** The shape that is looked for, in meters. */
  get shape(): Shape {
    const { center, radius, width, height, unit } = this;
    return {
      center,
      radius: radius === null ? null : radius * unit,
      width: width * unit,
      height: height * unit,
    };
  }

  /**
   * Reads the arguments; returns what is wrong with them, null when nothing is. A member's place is looked up on the
   * way, as Redis does; where there is no set, nothing but the syntax counts.
   * @param mayStore whether STORE and STOREDIST are options
   */
  parse(c: CommandContext, entry: Entry, kind: SearchKind, mayStore: boolean): ErrorReply | null {
    const first = kind === BY_COORDINATES ? 6 : kind === BY_MEMBER ? 5 : kind === SEARCH ? 2 : 3;
    if (kind === SEARCH_STORE) this.storeAt = 1;
    const refusal = this.parseHead(c, entry, kind, first) ?? this.parseOptions(c, entry, kind, first, mayStore);
    if (refusal !== null) return refusal;
    if (this.storeAt > 0 && (this.withDistance || this.withHash || this.withPlace)) {
      return errGeoStore(kind === SEARCH_STORE ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS');
    }
    if (kind >= SEARCH) {
      const name = c.command.name.toUpperCase();
      if (!this.hasMember && !this.hasPlace) return errGeoCenter(name);
      if (!this.hasShape) return errGeoShape(name);
    }
    return this.any && this.count === 0 ? ERR_GEO_ANY : null;
  }

  /** The fixed arguments of GEORADIUS and GEORADIUSBYMEMBER. */
  private parseHead(c: CommandContext, entry: Entry, kind: SearchKind, first: number): ErrorReply | null {
    if (kind === BY_COORDINATES) {
      return this.takePlace(c.argv, 2) ?? this.takeRadius(c.argv, first - 2);
    }
    if (kind !== BY_MEMBER || entry === NONE) return null;
    return this.takeMember(c, entry, 2) ?? this.takeRadius(c.argv, first - 2);
  }

  private parseOptions(
    c: CommandContext,
    entry: Entry,
    kind: SearchKind,
    first: number,
    mayStore: boolean,
  ): ErrorReply | null {
    const { argv } = c;
    for (let i = first; i < argv.count; ) {
      const option = argv.option(i, OPTIONS);
      const size = this.sizeOf(option, kind, mayStore);
      if (size === 0 || i + size > argv.count) return ERR_SYNTAX;
      const refusal = this.take(c, entry, option, i);
      if (refusal !== null) return refusal;
      i += size;
    }
    return null;
  }

  /** How many arguments an option is, 0 where the command does not take it (any more). */
  private sizeOf(option: number, kind: SearchKind, mayStore: boolean): number {
    const isSearch = kind >= SEARCH;
    switch (option) {
      case 0:
        return 0;
      case COUNT:
        return 2;
      case STORE:
        return mayStore ? 2 : 0;
      case STOREDIST:
        if (kind === SEARCH_STORE) return 1;
        return mayStore ? 2 : 0;
      case FROMMEMBER:
        return isSearch && !this.hasPlace ? 2 : 0;
      case FROMLONLAT:
        return isSearch && !this.hasMember ? 3 : 0;
      case BYRADIUS:
        return isSearch && !this.hasBox ? 3 : 0;
      case BYBOX:
        return isSearch && this.radius === null ? 4 : 0;
      default:
        return 1;
    }
  }

  private hasBox = false;

  private get hasShape(): boolean {
    return this.hasBox || this.radius !== null;
  }

  /** Takes an option at argument `i`, with the arguments that belong to it. */
  private take(c: CommandContext, entry: Entry, option: number, i: number): ErrorReply | null {
    const { argv } = c;
    switch (option) {
      case WITHDIST:
        this.withDistance = true;
        return null;
      case WITHHASH:
        this.withHash = true;
        return null;
      case WITHCOORD:
        this.withPlace = true;
        return null;
      case ANY:
        this.any = true;
        return null;
      case ASC:
        this.order = ASCENDING;
        return null;
      case DESC:
        this.order = DESCENDING;
        return null;
      case COUNT:
        this.count = argv.int(i + 1);
        if (Number.isNaN(this.count)) return ERR_NOT_INTEGER;
        return this.count <= 0 ? ERR_GEO_COUNT : null;
      case FROMMEMBER:
        this.hasMember = true;
        return entry === NONE ? null : this.takeMember(c, entry, i + 1);
      case FROMLONLAT:
        this.hasPlace = true;
        return this.takePlace(argv, i + 1);
      case BYRADIUS:
        return this.takeRadius(argv, i + 1);
      case BYBOX:
        this.hasBox = true;
        return this.takeBox(argv, i + 1);
      default:
        if (this.storeAt !== 1) this.storeAt = i + 1;
        this.storesDistance = option === STOREDIST;
        return null;
    }
  }

  private takePlace(argv: Argv, i: number): ErrorReply | null {
    this.center = { longitude: argv.double(i), latitude: argv.double(i + 1) };
    return placeError(argv, i);
  }

  private takeMember(c: CommandContext, entry: Entry, i: number): ErrorReply | null {
    const score = scoreOfArgument(c, entry, i);
    if (Number.isNaN(score)) return ERR_GEO_MEMBER;
    this.center = placeOf(score);
    return null;
  }

  private takeRadius(argv: Argv, i: number): ErrorReply | null {
    this.radius = argv.double(i);
    if (Number.isNaN(this.radius)) return ERR_GEO_RADIUS;
    if (this.radius < 0) return ERR_GEO_NEGATIVE_RADIUS;
    this.unit = metersOfUnit(argv, i + 1);
    return unitError(argv, i + 1);
  }

  private takeBox(argv: Argv, i: number): ErrorReply | null {
    this.width = argv.double(i);
    this.height = argv.double(i + 1);
    if (Number.isNaN(this.width)) return ERR_GEO_WIDTH;
    if (Number.isNaN(this.height)) return ERR_GEO_HEIGHT;
    if (this.width < 0 || this.height < 0) return ERR_GEO_NEGATIVE_BOX;
    this.unit = metersOfUnit(argv, i + 2);
    return unitError(argv, i + 2);
  }
}
