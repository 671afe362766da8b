/** Places, units and lengths as arguments. */
import { type Argv, type ErrorReply, OptionTable } from '../../../resp/index.js';
import { isPlace } from '../../../types/geohash.js';
import { formatFixed } from '../../../util/numbers.js';
import { ERR_GEO_UNIT, ERR_NOT_FLOAT, errGeoPlace } from '../../errors.js';

const UNITS = new OptionTable({ M: 1, KM: 2, FT: 3, MI: 4 });
/** Meters of each unit. */
const METERS = [0, 1, 1000, 0.3048, 1609.34] as const;

/** Meters of the unit that argument `i` names, 0 when it names none: {@link ERR_GEO_UNIT}. */
export function metersOfUnit(argv: Argv, i: number): number {
  return METERS[argv.option(i, UNITS)]!;
}

/** What is wrong with the longitude that is argument `i` and the latitude behind it; null when nothing is. */
export function placeError(argv: Argv, i: number): ErrorReply | null {
  const longitude = argv.double(i);
  const latitude = argv.double(i + 1);
  if (Number.isNaN(longitude) || Number.isNaN(latitude)) return ERR_NOT_FLOAT;
  if (isPlace(longitude, latitude)) return null;
  return errGeoPlace(formatFixed(longitude, 6), formatFixed(latitude, 6));
}

/** What is wrong with the unit that is argument `i`; null when nothing is. */
export function unitError(argv: Argv, i: number): ErrorReply | null {
  return metersOfUnit(argv, i) === 0 ? ERR_GEO_UNIT : null;
}
