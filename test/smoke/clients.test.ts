/** The client libraries that people use, each with an application's use of the server on top. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pollUntil, type RunningServer, referenceAvailable, startRedstart, startReference } from '../support/index.js';
import { CacheAside, FixedWindowLimiter } from './cache-aside.js';
import { type Connected, LIBRARIES } from './stores.js';

const SERVERS: Readonly<Record<string, () => Promise<RunningServer>>> = {
  ...(referenceAvailable ? { reference: () => startReference() } : {}),
  redstart: () => startRedstart(),
};

for (const [serverName, start] of Object.entries(SERVERS)) {
  describe(`client libraries [${serverName}]`, () => {
    let server: RunningServer;

    beforeAll(async () => {
      server = await start();
    });

    afterAll(async () => {
      await server.stop();
    });

    for (const [library, connectTo] of Object.entries(LIBRARIES)) {
      describe(library, () => {
        let connected: Connected;

        beforeAll(async () => {
          connected = await connectTo(server.port);
          await connected.command('FLUSHALL');
        });

        afterAll(async () => {
          await connected.close();
        });

        test('a cache-aside store loads once, until the entry is invalidated or its TTL is over', async () => {
          let loads = 0;
          const cache = new CacheAside(
            connected.store,
            async (id) => {
              loads++;
              return { id, name: `Grüße, ${id}`, tags: ['a', 'b'] };
            },
            60_000,
          );
          const wanted = { id: 'user:1', name: 'Grüße, user:1', tags: ['a', 'b'] };
          expect(await cache.read('user:1')).toEqual(wanted);
          expect(await cache.read('user:1')).toEqual(wanted);
          expect(loads).toBe(1);
          expect(await connected.command('PTTL', 'cache:user:1')).toBeGreaterThan(50_000);

          await cache.invalidate('user:1');
          expect(await cache.read('user:1')).toEqual(wanted);
          expect(loads).toBe(2);

          await connected.command('PEXPIRE', 'cache:user:1', '1');
          await pollUntil(async () => (await connected.store.get('cache:user:1')) === null, 'the end of the TTL');
          expect(await cache.read('user:1')).toEqual(wanted);
          expect(loads).toBe(3);
        });

        test('a fixed-window limiter refuses what is over the limit until the window ends', async () => {
          const limiter = new FixedWindowLimiter(connected.store, 3, 60_000);
          const answers: boolean[] = [];
          for (let i = 0; i < 5; i++) answers.push(await limiter.allows('10.0.0.1'));
          expect(answers).toEqual([true, true, true, false, false]);
          expect(await limiter.allows('10.0.0.2')).toBe(true);
          // The window is the first request's: later ones must not have moved its end.
          const leftMs = Number(await connected.command('PTTL', 'rate:10.0.0.1'));
          expect(leftMs).toBeGreaterThan(0);
          expect(leftMs).toBeLessThanOrEqual(60_000);

          await connected.command('PEXPIRE', 'rate:10.0.0.1', '1');
          await pollUntil(async () => (await connected.store.get('rate:10.0.0.1')) === null, 'the end of the window');
          expect(await limiter.allows('10.0.0.1')).toBe(true);
        });

        test('a thousand commands at once are answered in their order', async () => {
          const values = Array.from({ length: 1000 }, (_, i) => `value ${i}`);
          await Promise.all(values.map((value, i) => connected.store.setWithTtl(`many:${i}`, value, 60_000)));
          expect(await Promise.all(values.map((_, i) => connected.store.get(`many:${i}`)))).toEqual(values);
        });

        test('an error reply rejects with its message', async () => {
          await expect(connected.command('SET', 'k')).rejects.toThrow(
            "ERR wrong number of arguments for 'set' command",
          );
        });
      });
    }
  });
}
