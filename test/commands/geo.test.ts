/** The geo commands one at a time. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, double, int, nil, nil3, nilArray, ok } from '../support/wire.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_FLOAT = 'ERR value is not a valid float';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const UNIT = 'ERR unsupported unit provided. please use M, KM, FT, MI';
const NO_MEMBER = 'ERR could not decode requested zset member';

const SICILY = 'GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania';
const PALERMO = ['13.36138933897018433', '38.11555639549629859'] as const;
const CATANIA = ['15.08726745843887329', '37.50266842333162032'] as const;

describeCommands('GEOADD', (t) => {
  t.test('GEOADD adds members whose scores are their places', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('TYPE k', '+zset\r\n');
    await c.expect('ZSCORE k Palermo', bulk('3479099956230698'));
    await c.expect('GEOADD k 13.361389 38.115556 Catania', int(0));
    await c.expect('ZSCORE k Catania', bulk('3479099956230698'));
  });
  t.test('GEOADD NX, XX and CH are those of ZADD', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOADD k NX 1 1 Palermo 2 2 other', int(1));
    await c.expect('GEOADD k XX CH 1 1 Palermo 2 2 third', int(1));
    await c.expect('GEOADD none XX 1 1 Palermo', int(0));
    await c.expect('GEOADD k CH 5 5 Palermo 2 2 third', int(2));
    await c.expect('ZCARD k', int(4));
    await c.expectError('GEOADD k NX XX 1 1 m', SYNTAX);
  });
  t.test('GEOADD refuses whole commands', async (c) => {
    await c.expectError('GEOADD k 1 1', "ERR wrong number of arguments for 'geoadd' command");
    await c.expectError('GEOADD k 1 1 m 2', SYNTAX);
    await c.expectError('GEOADD k FOO 1 1 m', SYNTAX);
    await c.expectError('GEOADD k NX CH CH', SYNTAX);
    await c.expectError('GEOADD k 1 1 m x 1 n', NOT_FLOAT);
    await c.expectError('GEOADD k 1 x m', NOT_FLOAT);
    await c.expectError('GEOADD k 180.5 1 m', 'ERR invalid longitude,latitude pair 180.500000,1.000000');
    await c.expectError('GEOADD k 1 85.06 m', 'ERR invalid longitude,latitude pair 1.000000,85.060000');
    await c.expect('EXISTS k', int(0));
    await c.expect('SET s x', ok);
    await c.expectError('GEOADD s 1 1 m', WRONGTYPE);
  });
});

describeCommands('GEODIST, GEOHASH, GEOPOS', (t) => {
  t.test('GEODIST answers a distance with four decimals', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEODIST k Palermo Catania', bulk('166274.1516'));
    await c.expect('GEODIST k Palermo Catania M', bulk('166274.1516'));
    await c.expect('GEODIST k Catania Palermo km', bulk('166.2742'));
    await c.expect('GEODIST k Palermo Catania MI', bulk('103.3182'));
    await c.expect('GEODIST k Palermo Catania FT', bulk('545518.8700'));
    await c.expect('GEODIST k Palermo Palermo', bulk('0.0000'));
    await c.expect('GEODIST k Palermo x', nil);
    await c.expect('GEODIST none a b', nil);
    await c.expect('SET s x', ok);
    await c.expectError('GEODIST s a b cm', UNIT);
    await c.expectError('GEODIST s a b m m', SYNTAX);
    await c.expectError('GEODIST s a b', WRONGTYPE);
  });
  t.test('GEOHASH answers the text that the world knows', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOHASH k Palermo x Catania', array(bulk('sqc8b49rny0'), nil, bulk('sqdtr74hyu0')));
    await c.expect('GEOHASH k', array());
    await c.expect('GEOHASH none a', array(nil));
    await c.expect('SET s x', ok);
    await c.expectError('GEOHASH s a', WRONGTYPE);
  });
  t.test('GEOPOS answers longitude and latitude', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOPOS k Palermo x', array(bulks(...PALERMO), nilArray));
    await c.expect('GEOPOS k', array());
    await c.expect('GEOPOS none a', array(nilArray));
    await c.expect('SET s x', ok);
    await c.expectError('GEOPOS s a', WRONGTYPE);
  });
  t.test('GEOPOS answers doubles in RESP3, and GEODIST a bulk string', { resp: 3 }, async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOPOS k Palermo x', array(array(double(PALERMO[0]), double(PALERMO[1])), nil3));
    await c.expect('GEODIST k Palermo Catania km', bulk('166.2742'));
    await c.expect('GEOHASH k x', array(nil3));
  });
});

describeCommands('GEOSEARCH', (t) => {
  t.test('GEOSEARCH finds members within a circle, around a place or a member', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km ASC', bulks('Catania', 'Palermo'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 KM DESC', bulks('Palermo', 'Catania'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 100 km', bulks('Catania'));
    await c.expect('GEOSEARCH k FROMMEMBER Palermo BYRADIUS 166274 M', bulks('Palermo'));
    await c.expect('GEOSEARCH k FROMMEMBER Palermo BYRADIUS 166275 M ASC', bulks('Palermo', 'Catania'));
    await c.expect('GEOSEARCH k frommember Palermo byradius 0 ft', bulks('Palermo'));
    await c.expect('GEOSEARCH none FROMMEMBER x BYRADIUS 1 mi', array());
  });
  t.test('GEOSEARCH finds members within a box', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOADD k 12.758489 38.788135 edge1 17.241510 38.788135 edge2', int(2));
    const wanted = bulks('Catania', 'Palermo', 'edge2', 'edge1');
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYBOX 400 400 km ASC', wanted);
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYBOX 400 300 km ASC', bulks('Catania', 'Palermo'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYBOX 200 400 km ASC', bulks('Catania'));
    await c.expect('GEOSEARCH k FROMMEMBER Catania BYBOX 0 0 M', bulks('Catania'));
  });
  t.test('GEOSEARCH tells distance, score and place', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect(
      'GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST WITHHASH',
      array(
        array(bulk('Catania'), bulk('56.4413'), int(3479447370796909), bulks(...CATANIA)),
        array(bulk('Palermo'), bulk('190.4424'), int(3479099956230698), bulks(...PALERMO)),
      ),
    );
    await c.expect('GEOSEARCH k FROMMEMBER Palermo BYRADIUS 1 mi WITHDIST', array(bulks('Palermo', '0.0000')));
  });
  t.test('GEOSEARCH COUNT answers the nearest, with ANY whichever come first', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1', bulks('Catania'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 DESC', bulks('Palermo'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 ANY', bulks('Palermo'));
    await c.expect('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km COUNT 9 ANY ASC', bulks('Catania', 'Palermo'));
    const head = 'GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km';
    await c.expectError(`${head} ANY`, 'ERR the ANY argument requires COUNT argument');
    await c.expectError(`${head} COUNT 0`, 'ERR COUNT must be > 0');
    await c.expectError(`${head} COUNT x`, NOT_INTEGER);
    await c.expectError(`${head} COUNT`, SYNTAX);
  });
  t.test('GEOSEARCH wants one place and one shape', async (c) => {
    await c.expect(SICILY, int(2));
    const places = 'ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH';
    const shapes = 'ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH';
    await c.expectError('GEOSEARCH k BYRADIUS 200 km ASC DESC', places);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 ASC DESC', shapes);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 1 m', SYNTAX);
    await c.expectError('GEOSEARCH k FROMMEMBER Palermo FROMLONLAT 15 37 BYRADIUS 1 m', SYNTAX);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 1 m BYBOX 1 1 m', SYNTAX);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYBOX 1 1 m BYRADIUS 1 m', SYNTAX);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 1 m STOREDIST', SYNTAX);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 1 m STORE d', SYNTAX);
    await c.expectError('GEOSEARCH k FROMMEMBER x BYRADIUS 1 m', NO_MEMBER);
    await c.expectError('GEOSEARCH k FROMLONLAT x 37 BYRADIUS 1 m', NOT_FLOAT);
    await c.expectError(
      'GEOSEARCH k FROMLONLAT 15 90 BYRADIUS 1 m',
      'ERR invalid longitude,latitude pair 15.000000,90.000000',
    );
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS x m', 'ERR need numeric radius');
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS -1 m', 'ERR radius cannot be negative');
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 1 cm', UNIT);
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYBOX x 1 m', 'ERR need numeric width');
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYBOX 1 x m', 'ERR need numeric height');
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYBOX 1 -1 m', 'ERR height or width cannot be negative');
    await c.expectError('GEOSEARCH k FROMLONLAT 15 37 BYBOX 1 1 cm', UNIT);
    await c.expect('SET s x', ok);
    await c.expectError('GEOSEARCH s FOO FOO FOO FOO FOO', WRONGTYPE);
    await c.expectError('GEOSEARCH none FROMMEMBER x ASC DESC FOO', SYNTAX);
  });
  t.test('GEOSEARCH finds what is around the whole world, once', async (c) => {
    for (const at of ['180 0', '-180 0', '0 85.05112878', '0 -85.05112878', '0 0', '179.9 -80', '-179.9 80']) {
      await c.expect(`GEOADD k ${at} "${at}"`, int(1));
    }
    for (const radius of [1, 100, 5000, 10_000, 20_000, 30_000]) {
      for (const at of ['180 0', '-179.95 0.1', '0 0', '10 85', '-179 -85.05112878']) {
        await c.sameAsReference(`GEOSEARCH k FROMLONLAT ${at} BYRADIUS ${radius} km ASC`);
        await c.sameAsReference(`GEOSEARCH k FROMLONLAT ${at} BYBOX ${radius} ${radius} km ASC`);
      }
    }
  });
});

describeCommands('GEOSEARCHSTORE', (t) => {
  t.test('GEOSEARCHSTORE stores members with their scores, or with their distances', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('SET d x', ok);
    await c.expect('GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 200 km', int(2));
    await c.expect('GEODIST d Palermo Catania km', bulk('166.2742'));
    await c.expect('GEOSEARCHSTORE d k FROMMEMBER Palermo BYBOX 400 400 km STOREDIST', int(2));
    await c.expect('ZRANGE d 0 -1', bulks('Palermo', 'Catania'));
    await c.expect('ZSCORE d Palermo', bulk(0));
    await c.expect('ZCOUNT d 166.27415 166.27416', int(1));
    await c.expect('GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 200 km DESC COUNT 1 ANY', int(1));
    await c.expect('GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 1', int(1));
    await c.expect('ZRANGE d 0 -1', bulks('Catania'));
    await c.expect('GEOSEARCHSTORE d k FROMLONLAT 0 0 BYRADIUS 1 km', int(0));
    await c.expect('EXISTS d', int(0));
    await c.expect('GEOSEARCHSTORE k none FROMLONLAT 0 0 BYRADIUS 1 km', int(0));
    await c.expect('EXISTS k', int(0));
  });
  t.test('GEOSEARCHSTORE refuses what it cannot store', async (c) => {
    await c.expect(SICILY, int(2));
    for (const option of ['WITHDIST', 'WITHHASH', 'WITHCOORD']) {
      const message = 'ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options';
      await c.expectError(`GEOSEARCHSTORE d k FROMLONLAT 15 37 BYRADIUS 200 km ${option}`, message);
    }
    const places = 'ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCHSTORE';
    await c.expectError('GEOSEARCHSTORE d k BYRADIUS 1 km ASC DESC', places);
    const shapes = 'ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCHSTORE';
    await c.expectError('GEOSEARCHSTORE d k FROMLONLAT 1 1 ASC DESC', shapes);
    await c.expect('SET s x', ok);
    await c.expectError('GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km', WRONGTYPE);
  });
});

describeCommands('GEORADIUS, GEORADIUSBYMEMBER and their forms that only read', (t) => {
  t.test('they find members within a circle', async (c) => {
    await c.expect(SICILY, int(2));
    for (const suffix of ['', '_RO']) {
      await c.expect(`GEORADIUS${suffix} k 15 37 200 km ASC`, bulks('Catania', 'Palermo'));
      await c.expect(`GEORADIUS${suffix} k 15 37 200 KM DESC COUNT 1`, bulks('Palermo'));
      await c.expect(`GEORADIUS${suffix} k 15 37 200 km COUNT 1 ANY`, bulks('Palermo'));
      await c.expect(`GEORADIUS${suffix} k 15 37 60000 M WITHDIST`, array(bulks('Catania', '56441.2579')));
      await c.expect(`GEORADIUS${suffix} k 15 37 60000 FT`, array());
      await c.expect(
        `GEORADIUS${suffix} k 15 37 50 MI WITHCOORD WITHHASH`,
        array(array(bulk('Catania'), int(3479447370796909), bulks(...CATANIA))),
      );
      await c.expect(`GEORADIUSBYMEMBER${suffix} k Palermo 200 km DESC`, bulks('Catania', 'Palermo'));
      await c.expect(`GEORADIUSBYMEMBER${suffix} k Palermo 1 M WITHDIST ASC`, array(bulks('Palermo', '0.0000')));
      await c.expect(
        `GEORADIUSBYMEMBER${suffix} k Palermo 1 FT WITHHASH`,
        array(array(bulk('Palermo'), int(3479099956230698))),
      );
      await c.expect(
        `GEORADIUSBYMEMBER${suffix} k Palermo 1 MI WITHCOORD`,
        array(array(bulk('Palermo'), bulks(...PALERMO))),
      );
      await c.expect(`GEORADIUSBYMEMBER${suffix} k Palermo 200 KM COUNT 1 ANY`, bulks('Palermo'));
      await c.expect(`GEORADIUS${suffix} none 15 37 200 km`, array());
      await c.expect(`GEORADIUSBYMEMBER${suffix} none x y z`, array());
    }
  });
  t.test('GEORADIUS and GEORADIUSBYMEMBER store their result', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('GEORADIUS k 15 37 200 km STORE d', int(2));
    await c.expect('GEODIST d Palermo Catania km', bulk('166.2742'));
    await c.expect('GEORADIUSBYMEMBER k Palermo 200 km STOREDIST d', int(2));
    await c.expect('ZCOUNT d 166.27415 166.27416', int(1));
    await c.expect('GEORADIUS k 15 37 200 km STOREDIST other STORE d COUNT 1', int(1));
    await c.expect('EXISTS other', int(0));
    await c.expect('GEORADIUSBYMEMBER k Palermo 1 km STORE k', int(1));
    await c.expect('ZRANGE k 0 -1', bulks('Palermo'));
    await c.expect('GEORADIUS none 15 37 200 km STORE d', int(0));
    await c.expect('GEORADIUSBYMEMBER none x 200 km STOREDIST k', int(0));
    await c.expect('EXISTS d k', int(0));
  });
  t.test('their forms that only read do not store', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expectError('GEORADIUS_RO k 15 37 200 km STORE d', SYNTAX);
    await c.expectError('GEORADIUS_RO k 15 37 200 km STOREDIST d', SYNTAX);
    await c.expectError('GEORADIUSBYMEMBER_RO k Palermo 200 km STORE d', SYNTAX);
    await c.expectError('GEORADIUSBYMEMBER_RO k Palermo 200 km STOREDIST d', SYNTAX);
  });
  t.test('they refuse wrong arguments in the order of the arguments, other types first', async (c) => {
    await c.expect(SICILY, int(2));
    await c.expect('SET s x', ok);
    for (const suffix of ['', '_RO']) {
      await c.expectError(`GEORADIUS${suffix} s 15 99 1 foo`, WRONGTYPE);
      await c.expectError(`GEORADIUSBYMEMBER${suffix} s x y z`, WRONGTYPE);
      await c.expectError(
        `GEORADIUS${suffix} none 15 99 x foo`,
        'ERR invalid longitude,latitude pair 15.000000,99.000000',
      );
      await c.expectError(`GEORADIUS${suffix} none 15 x x foo`, NOT_FLOAT);
      await c.expectError(`GEORADIUS${suffix} none 15 37 x foo`, 'ERR need numeric radius');
      await c.expectError(`GEORADIUS${suffix} none 15 37 -1 foo`, 'ERR radius cannot be negative');
      await c.expectError(`GEORADIUS${suffix} none 15 37 1 foo`, UNIT);
      await c.expectError(`GEORADIUS${suffix} none 15 37 1 m FOO`, SYNTAX);
      await c.expectError(`GEORADIUS${suffix} k 15 37 1 m FROMMEMBER Palermo`, SYNTAX);
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k x 1 m`, NO_MEMBER);
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k Palermo x m`, 'ERR need numeric radius');
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k Palermo -1 m`, 'ERR radius cannot be negative');
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k Palermo 1 foo`, UNIT);
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k Palermo 1 m COUNT 0`, 'ERR COUNT must be > 0');
      await c.expectError(`GEORADIUSBYMEMBER${suffix} k Palermo 1 m COUNT x`, NOT_INTEGER);
      await c.expectError(
        `GEORADIUSBYMEMBER${suffix} k Palermo 1 m ANY`,
        'ERR the ANY argument requires COUNT argument',
      );
    }
    for (const option of ['WITHDIST', 'WITHHASH', 'WITHCOORD']) {
      const message = 'ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options';
      await c.expectError(`GEORADIUS k 15 37 1 m STORE d ${option}`, message);
      await c.expectError(`GEORADIUSBYMEMBER k Palermo 1 m ${option} STOREDIST d`, message);
    }
  });
});
