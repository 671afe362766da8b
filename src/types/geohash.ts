/**
 * Geohashes: places on earth as numbers that sort near places together, the way of Redis' geo commands. A place is a
 * score of a sorted set; what is near a place stands in few ranges of scores.
 *
 * ```
 *   score    52 bits: of longitude (odd bits) and latitude (even bits) 26 each, the highest first, within
 *            -180..180 and -85.05112878..85.05112878 degrees
 *   cell     the places whose scores share their first 2 * step bits: a rectangle of 1/2^step of each range
 * ```
 * Pure functions over degrees and meters; nothing here knows sorted sets. Distances are those on a sphere (haversine).
 */

/** Bits of each coordinate in a score. */
const STEPS = 26;
const LONGITUDE_LIMIT = 180;
/** Beyond it Web Mercator does not reach (EPSG:900913). */
const LATITUDE_LIMIT = 85.05112878;
const EARTH_RADIUS_M = 6372797.560856;
/** Half of earth's circumference in Mercator's projection. */
const MERCATOR_MAX_M = 20037726.37;
const RADIANS_A_DEGREE = Math.PI / 180;
const TWO_32 = 2 ** 32;
const DIGITS = '0123456789bcdefghjkmnpqrstuvwxyz';
/** Digits of a geohash text; the last one has no bits of its own. */
const TEXT_DIGITS = 11;

/** A place in degrees. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** What is looked for: a circle, or a box along the meridians. Lengths in meters. */
export interface Shape {
  readonly center: Place;
  /** Radius of a circle; null for a box. */
  readonly radius: number | null;
  readonly width: number;
  readonly height: number;
}

/** A range of scores: from `min` on and below `max`. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
}

/** Whether coordinates have a score. */
export function isPlace(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= LONGITUDE_LIMIT && Math.abs(latitude) <= LATITUDE_LIMIT;
}

/** The score of a place. O(1). */
export function scoreOf({ longitude, latitude }: Place): number {
  return interleave(cellOf(longitude, LONGITUDE_LIMIT, STEPS), cellOf(latitude, LATITUDE_LIMIT, STEPS));
}

/** The middle of the cell that a score stands for, whatever number it is: as Redis reads it, as 64 bits. O(1). */
export function placeOf(score: number): Place {
  const [x, y] = deinterleave(score);
  const longitude = middleOf(x, LONGITUDE_LIMIT, STEPS);
  const latitude = middleOf(y, LATITUDE_LIMIT, STEPS);
  return {
    longitude: Math.max(-LONGITUDE_LIMIT, Math.min(LONGITUDE_LIMIT, longitude)),
    latitude: Math.max(-LATITUDE_LIMIT, Math.min(LATITUDE_LIMIT, latitude)),
  };
}

/** The geohash that the world knows, whose latitudes reach from -90 to 90 degrees: 11 digits, the last one 0. O(1). */
export function geohashText(score: number): string {
  const { longitude, latitude } = placeOf(score);
  const bits = BigInt(interleave(cellOf(longitude, 180, STEPS), cellOf(latitude, 90, STEPS)));
  let text = '';
  for (let i = 1; i < TEXT_DIGITS; i++) text += DIGITS[Number((bits >> BigInt(2 * STEPS - 5 * i)) & 31n)];
  return `${text}0`;
}

/** Meters between two places on a sphere. O(1). */
export function distance(a: Place, b: Place): number {
  const halfLongitude = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2);
  if (halfLongitude === 0) return latitudeDistance(a.latitude, b.latitude);
  const halfLatitude = Math.sin((radians(b.latitude) - radians(a.latitude)) / 2);
  const square =
    halfLatitude * halfLatitude +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * halfLongitude * halfLongitude;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(square));
}

/** Meters from the middle of a shape to a place within it, NaN for a place outside. O(1). */
export function distanceWithin(shape: Shape, place: Place): number {
  const { center, radius, width, height } = shape;
  if (radius === null) {
    if (latitudeDistance(place.latitude, center.latitude) > height / 2) return Number.NaN;
    // Along the parallel of the place.
    const across = distance(place, { longitude: center.longitude, latitude: place.latitude });
    return across > width / 2 ? Number.NaN : distance(center, place);
  }
  const meters = distance(center, place);
  return meters > radius ? Number.NaN : meters;
}

/**
 * The ranges of scores in which all places of a shape are, in the order in which Redis looks through them: the middle
 * cell and those of its eight neighbours that the shape reaches. Cells are as small as they can be for that. O(1).
 */
export function rangesOf(shape: Shape): ScoreRange[] {
  const { center } = shape;
  const bounds = boundsOf(shape);
  const reach = shape.radius ?? Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
  let step = stepFor(reach, center.latitude);
  if (step > 1 && leavesNeighbours(center, bounds, step)) step--;
  const x = cellOf(center.longitude, LONGITUDE_LIMIT, step);
  const y = cellOf(center.latitude, LATITUDE_LIMIT, step);
  const ranges: ScoreRange[] = [];
  let last = -1;
  for (const [dx, dy] of NEIGHBOURS) {
    if (step >= 2 && isOutside(bounds, x, y, dx, dy, step)) continue;
    const range = rangeOfCell(moved(x, dx, step), moved(y, dy, step), step);
    // In a world of few cells some are their own neighbours. Redis compares with the last one, unless that is the
    // first.
    if (last > 0 && ranges[last]!.min === range.min) continue;
    last = ranges.push(range) - 1;
  }
  return ranges;
}

/** The middle cell and its neighbours: north, south, east, west, and those between. */
const NEIGHBOURS = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

// --- Cells ----------------------------------------------------------------------------------------------------------

/** The number of the cell in which a coordinate is. */
function cellOf(degrees: number, limit: number, step: number): number {
  return Math.floor(((degrees + limit) / (2 * limit)) * 2 ** step);
}

/** Where a cell begins, in degrees. */
function startOf(cell: number, limit: number, step: number): number {
  return -limit + (cell / 2 ** step) * (2 * limit);
}

function middleOf(cell: number, limit: number, step: number): number {
  return (startOf(cell, limit, step) + startOf(cell + 1, limit, step)) / 2;
}

/**
 * A cell's number, or that of a neighbour. At the very end of the world places are in a cell of their own behind the
 * last one, as in Redis.
 */
function moved(cell: number, by: number, step: number): number {
  return by === 0 ? cell : wrap(cell + by, step);
}

/** The world is round. */
function wrap(cell: number, step: number): number {
  return cell & (2 ** step - 1);
}

function rangeOfCell(x: number, y: number, step: number): ScoreRange {
  const scale = 4 ** (STEPS - step);
  const min = interleave(x, y) * scale;
  return { min, max: min + scale };
}

/** The bits of two numbers of up to 26 bits in turn, those of `x` above those of `y`. */
function interleave(x: number, y: number): number {
  const low = spread(y & 0xffff) + 2 * spread(x & 0xffff);
  const high = spread(y >>> 16) + 2 * spread(x >>> 16);
  return high * TWO_32 + low;
}

/** 16 bits in the even bits of 32. */
function spread(bits: number): number {
  let b = bits;
  b = (b | (b << 8)) & 0x00ff00ff;
  b = (b | (b << 4)) & 0x0f0f0f0f;
  b = (b | (b << 2)) & 0x33333333;
  return (b | (b << 1)) & 0x55555555;
}

/** The odd and the even bits of a score, as x86 makes an unsigned 64-bit integer of it. */
function deinterleave(score: number): [x: number, y: number] {
  let high = Math.floor(score / TWO_32);
  let low = score - high * TWO_32;
  if (!(score >= 0 && score < 2 ** 53)) {
    const bits = Math.abs(score) < 2 ** 64 ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : 0n;
    high = Number(bits >> 32n);
    low = Number(BigInt.asUintN(32, bits));
  }
  return [gather(high >>> 1) * 0x1_0000 + gather(low >>> 1), gather(high) * 0x1_0000 + gather(low)];
}

/** The even bits of 32 as 16. */
function gather(bits: number): number {
  let b = bits & 0x55555555;
  b = (b | (b >>> 1)) & 0x33333333;
  b = (b | (b >>> 2)) & 0x0f0f0f0f;
  b = (b | (b >>> 4)) & 0x00ff00ff;
  return (b | (b >>> 8)) & 0xffff;
}

// --- Shapes ---------------------------------------------------------------------------------------------------------

/** The degrees between which a shape is. */
interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

function boundsOf({ center, radius, width, height }: Shape): Bounds {
  const { longitude, latitude } = center;
  const up = degrees((radius ?? height / 2) / EARTH_RADIUS_M);
  // A parallel is shorter the nearer it is to a pole: on the side of that pole the shape spans more degrees.
  const edge = latitude < 0 ? latitude - up : latitude + up;
  const across = degrees((radius ?? width / 2) / EARTH_RADIUS_M / Math.cos(radians(edge)));
  return { west: longitude - across, south: latitude - up, east: longitude + across, north: latitude + up };
}

/** How small cells may be so that a length reaches from one into its neighbours, and not beyond. */
function stepFor(meters: number, latitude: number): number {
  if (meters === 0) return STEPS;
  let step = 1;
  for (let length = meters; length < MERCATOR_MAX_M; length *= 2) step++;
  step -= 2;
  // Towards the poles cells get narrower.
  const pole = Math.abs(latitude);
  if (pole > 66) step--;
  if (pole > 80) step--;
  return Math.max(1, Math.min(STEPS, step));
}

/** Whether a shape reaches beyond the neighbours of its middle's cell. */
function leavesNeighbours({ longitude, latitude }: Place, bounds: Bounds, step: number): boolean {
  const x = cellOf(longitude, LONGITUDE_LIMIT, step);
  const y = cellOf(latitude, LATITUDE_LIMIT, step);
  return (
    startOf(wrap(y + 1, step) + 1, LATITUDE_LIMIT, step) < bounds.north ||
    startOf(wrap(y - 1, step), LATITUDE_LIMIT, step) > bounds.south ||
    startOf(wrap(x + 1, step) + 1, LONGITUDE_LIMIT, step) < bounds.east ||
    startOf(wrap(x - 1, step), LONGITUDE_LIMIT, step) > bounds.west
  );
}

/** Whether the middle's cell alone holds the shape on the side where a neighbour is. */
function isOutside(bounds: Bounds, x: number, y: number, dx: number, dy: number, step: number): boolean {
  return (
    (dy < 0 && startOf(y, LATITUDE_LIMIT, step) < bounds.south) ||
    (dy > 0 && startOf(y + 1, LATITUDE_LIMIT, step) > bounds.north) ||
    (dx < 0 && startOf(x, LONGITUDE_LIMIT, step) < bounds.west) ||
    (dx > 0 && startOf(x + 1, LONGITUDE_LIMIT, step) > bounds.east)
  );
}

function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS_M * Math.abs(radians(b) - radians(a));
}

function radians(deg: number): number {
  return deg * RADIANS_A_DEGREE;
}

function degrees(rad: number): number {
  return rad / RADIANS_A_DEGREE;
}
