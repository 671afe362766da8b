/** Random commands of the geo group, wrong arguments among them, for the tests that compare the servers. */
import fc from 'fast-check';
import { command, few, key, pick } from './command-arbitraries.js';
import type { Arg } from './wire.js';

const member: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20).map((n) => `m${n}`) },
  { weight: 1, arbitrary: pick('', 'far', 'x'.repeat(70)) },
);
/** Degrees, many of them near each other, some at the ends of the world. */
const degrees = (limit: number, ...edges: string[]): fc.Arbitrary<Arg> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -2000, max: 2000 }).map((n) => String(13 + n / 1000)) },
    { weight: 6, arbitrary: fc.integer({ min: -limit * 1000, max: limit * 1000 }).map((n) => String(n / 1000)) },
    { weight: 1, arbitrary: pick(...edges, '0', '-0.0', 'x', 'nan', 'inf', '1e3') },
  );
const longitude = degrees(180, '180', '-180', '179.9999', '-179.9999', '180.0001');
const latitude = degrees(85, '85.05112878', '-85.05112878', '85', '-85', '85.06');
const place = fc.tuple(longitude, latitude);
const length: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 3000 }).map(String) },
  { weight: 2, arbitrary: pick('0', '0.5', '1', '100', '20000', '1e7', '3.7') },
  { weight: 1, arbitrary: pick('-1', 'x', '', 'inf', '1e308') },
);
const word = (...words: string[]): fc.Arbitrary<Arg> =>
  fc.oneof(
    { weight: 5, arbitrary: pick(...words) },
    pick(...words).map((text) => text.toLowerCase()),
  );
const unit = fc.oneof({ weight: 12, arbitrary: word('M', 'KM', 'FT', 'MI', 'km', 'km') }, pick('', 'cm'));
const count = fc.tuple(word('COUNT'), pick('1', '2', '5', '100', '0', '-1', 'x'));
/** ANY takes whichever members come first, and so does a search without an order: both are compared. */
const details = few(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(word('WITHDIST', 'WITHHASH', 'WITHCOORD')) },
    { weight: 2, arbitrary: fc.tuple(word('ASC', 'DESC')) },
    { weight: 2, arbitrary: count },
    { weight: 1, arbitrary: fc.tuple(word('ANY')) },
    { weight: 1, arbitrary: pick('FOO', '', 'COUNT').map((text): Arg[] => [text]) },
  ),
  4,
);
const store = few(fc.tuple(word('STORE'), key), 1);
/**
 * The last digits of a distance are those of each machine's sines: what stores them is compared by its replies only.
 */
const storeDistance = fc.constantFrom('STOREDIST', 'storedist').map((name): Arg[] => [name, 'distances']);
const center: fc.Arbitrary<Arg[]> = fc.oneof(
  fc.tuple(word('FROMMEMBER'), member),
  fc.tuple(word('FROMLONLAT'), longitude, latitude),
);
const shape: fc.Arbitrary<Arg[]> = fc.oneof(
  fc.tuple(word('BYRADIUS'), length, unit),
  fc.tuple(word('BYBOX'), length, length, unit),
);
const more = few(fc.oneof(center, shape), 1);

export const geoCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  {
    weight: 10,
    arbitrary: command(
      'GEOADD',
      key,
      few(
        fc.tuple(place, member).map(([at, name]): Arg[] => [...at, name]),
        8,
      ),
    ),
  },
  { weight: 3, arbitrary: command('GEOADD', key, few(word('NX', 'XX', 'CH', 'FOO'), 2), longitude, latitude, member) },
  command('GEODIST', key, member, member, few(unit, 2)),
  command('GEOHASH', key, few(member, 4)),
  command('GEOPOS', key, few(member, 4)),
  { weight: 3, arbitrary: command('GEORADIUS', key, longitude, latitude, length, unit, details, store) },
  command('GEORADIUS_RO', key, longitude, latitude, length, unit, details, store),
  { weight: 3, arbitrary: command('GEORADIUSBYMEMBER', key, member, length, unit, details, store) },
  command('GEORADIUSBYMEMBER_RO', key, member, length, unit, details, store),
  { weight: 5, arbitrary: command('GEOSEARCH', key, center, shape, details, more) },
  command('GEOSEARCH', key, few(fc.oneof(center, shape), 2), details, 'ASC', 'ASC', 'ASC', 'ASC'),
  {
    weight: 3,
    arbitrary: command('GEOSEARCHSTORE', key, key, center, shape, details),
  },
  command('GEOSEARCHSTORE', 'distances', key, center, shape, details, 'STOREDIST'),
  command('GEORADIUS', key, longitude, latitude, length, unit, details, storeDistance, details),
  command('GEORADIUSBYMEMBER', key, member, length, unit, storeDistance, details),
  command('ZRANGE', key, '0', '-1', 'WITHSCORES'),
  command('ZREM', key, member),
);
