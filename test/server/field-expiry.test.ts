/**
 * Fields of hashes that expire, as others see it: what is propagated, which events there are, how late it is, and who
 * may.
 */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXPIRED_DELETE, EXPIRED_HIDE, EXPIRED_KEEP } from '../../src/keyspace/database.js';
import { OutOfMemoryError } from '../../src/memory/index.js';
import { ManualClock } from '../../src/util/clock.js';
import { command, few, key, keyCommand, pick } from '../support/command-arbitraries.js';
import { seedParameter } from '../support/differential.js';
import { field, hashWrite } from '../support/hash-arbitraries.js';
import type { Arg, RespClient } from '../support/index.js';
import { escapeBytes, parseReply } from '../support/index.js';
import { FeedRecorder, InProcessServer } from './in-process.js';

const START_MS = Date.UTC(2100, 0, 1);

describe('fields that expire', () => {
  const clock = new ManualClock(START_MS);
  let rig: InProcessServer;
  let client: RespClient;
  let recorder: FeedRecorder;
  const events: string[] = [];

  beforeAll(async () => {
    rig = await InProcessServer.start({ enableDebugCommand: 'yes', hashMaxListpackEntries: 4 }, clock);
    client = await rig.connect();
    const { context } = rig.server;
    context.eventClasses = ~0;
    context.eventListener = {
      keyspaceEvent(_class, event, _database, keys, i) {
        const name = Buffer.from(keys.bytes.subarray(keys.offset(i), keys.offset(i) + keys.length(i))).toString(
          'latin1',
        );
        if (event !== 'keymiss') events.push(`${event} ${name}`);
      },
    };
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    await client.send('FLUSHALL');
    keyspace().activeExpire = false;
    keyspace().expiredKeys = EXPIRED_DELETE;
    recorder = new FeedRecorder();
    rig.server.context.feed.subscribe(recorder);
    events.length = 0;
  });
  afterEach(() => rig.server.context.feed.unsubscribe(recorder));

  function keyspace() {
    return rig.server.context.keyspace;
  }

  async function values(...lines: string[]): Promise<unknown[]> {
    return (await client.pipeline(lines)).map((reply) => reply.value);
  }

  /** What was propagated so far, one command a line, without SELECT and the frames of units. */
  function propagated(): string[] {
    const { bytes } = recorder;
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const parsed = parseReply(bytes, at, bytes.length);
      if (!('reply' in parsed)) throw new Error('the feed ends within a command');
      const line = (parsed.reply.value as string[]).join(' ');
      if (!/^(SELECT|MULTI|EXEC)/.test(line)) lines.push(line);
      at = parsed.end;
    }
    return lines;
  }

  it('are propagated with the time when they expire, and only those that were given it', async () => {
    await values(
      'HSET h a 1 b 2',
      'HEXPIRE h 10 FIELDS 3 a x b',
      'HPEXPIRE h 5 NX FIELDS 1 a',
      'HPERSIST h FIELDS 2 a x',
    );
    await values('HEXPIREAT h 4102444900 XX FIELDS 2 a b', 'HEXPIRE h 0 FIELDS 2 b x');
    expect(propagated()).toEqual([
      'HSET h a 1 b 2',
      `HPEXPIREAT h ${START_MS + 10_000} FIELDS 2 a b`,
      'HPERSIST h FIELDS 2 a x',
      'HPEXPIREAT h 4102444900000 FIELDS 1 b',
      'HDEL h b',
    ]);
    expect(events).toEqual(['new h', 'hset h', 'hexpire h', 'hpersist h', 'hexpire h', 'hdel h']);
  });

  it('are propagated as removed before the command that meets them, with one event', async () => {
    await values('HSET h a 1 b 2 c 3', 'HPEXPIRE h 10 FIELDS 2 a b');
    clock.advance(11);
    events.length = 0;
    expect(await values('HSET h d 4', 'HGET h a')).toEqual([1, null]);
    expect(propagated().slice(2)).toEqual(['HDEL h a b', 'HSET h d 4']);
    expect(events).toEqual(['hexpired h', 'hset h']);
  });

  it('take the key with them when they were the last ones', async () => {
    for (const fields of ['a 1', 'a 1 b 2 c 3 d 4 e 5 f 6']) {
      await values(`HSET h ${fields}`);
      const names = fields.split(' ').filter((_, i) => i % 2 === 0);
      await values(`HPEXPIRE h 10 FIELDS ${names.length} ${names.join(' ')}`);
      clock.advance(11);
      events.length = 0;
      expect(await values('HGET h a', 'EXISTS h')).toEqual([null, 0]);
      expect(propagated().at(-1)).toMatch(new RegExp(`^HDEL h( [${names.join('')}]){${names.length}}$`));
      expect(events).toEqual(['hexpired h', 'del h']);
    }
  });

  it('go within 20 ms of their time though nobody looks, each in one go with those of its hash', async () => {
    keyspace().activeExpire = true;
    const dueMs = new Map<string, number>();
    for (let i = 0; i < 200; i++) {
      const ms = 1 + ((i * 37) % 900);
      await values(`HSET h${i % 20} f${i} v`, `HPEXPIRE h${i % 20} ${ms} FIELDS 1 f${i}`);
      dueMs.set(`f${i}`, clock.nowMs() + ms);
    }
    let latest = 0;
    for (let ms = 0; ms < 1000; ms++) {
      clock.advance(1);
      const nextMs = keyspace().nextExpiryMs();
      if (nextMs > clock.nowMs()) continue;
      const before = propagated().length;
      while (keyspace().maintain(1000));
      for (const line of propagated().slice(before)) {
        for (const name of line.split(' ').slice(2)) {
          const late = clock.nowMs() - dueMs.get(name)!;
          expect(late).toBeGreaterThan(0);
          latest = Math.max(latest, late);
          dueMs.delete(name);
        }
      }
    }
    expect(dueMs.size).toBe(0);
    expect(latest).toBeLessThanOrEqual(20);
    expect(await values('DBSIZE')).toEqual([0]);
    expect(keyspace().nextExpiryMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('are deleted by a primary, hidden by a replica, and seen by its primary', async () => {
    await values('HSET h a 1 b 2', 'HPEXPIRE h 10 FIELDS 1 a');
    clock.advance(11);
    keyspace().expiredKeys = EXPIRED_HIDE;
    expect(await values('HGET h a', 'HGETALL h', 'HLEN h', 'HTTL h FIELDS 1 a')).toEqual([null, ['b', '2'], 2, [-2]]);
    keyspace().expiredKeys = EXPIRED_KEEP;
    expect(await values('HGET h a', 'HINCRBY h a 1', 'HLEN h')).toEqual(['1', 2, 2]);
    expect(propagated().filter((line) => line.startsWith('HDEL'))).toEqual([]);
    keyspace().expiredKeys = EXPIRED_DELETE;
    expect(await values('HLEN h', 'HGETALL h')).toEqual([1, ['b', '2']]);
    expect(propagated().at(-1)).toBe('HDEL h a');
  });

  it('of a hundred thousand in one hash go without a stall', async () => {
    for (let i = 0; i < 100_000; i += 1000) {
      const names = Array.from({ length: 1000 }, (_, k) => `field:${i + k}`);
      await client.send('HSET', 'h', ...names.flatMap((name) => [name, 'v']));
      await client.send('HPEXPIRE', 'h', 5, 'FIELDS', names.length, ...names);
    }
    clock.advance(40);
    let steps = 0;
    keyspace().setTime(clock.nowMs());
    while (keyspace().fields.advance(() => true)) steps++;
    expect(steps).toBeGreaterThan(150);
    expect(await values('EXISTS h')).toEqual([0]);
    expect(
      propagated()
        .filter((line) => line.startsWith('HDEL'))
        .join(' ')
        .split('field:').length - 1,
    ).toBe(100_000);
    expect(keyspace().stats.expiredFields).toBeGreaterThanOrEqual(100_000);
  });

  /** A hash of which more fields are due than one lookup drops; returns three of those that it has left. */
  async function withUnseenFields(): Promise<string[]> {
    const names = Array.from({ length: 200 }, (_, i) => `f${i}`);
    await client.send('HSET', 'h', 'stays', '1', ...names.flatMap((name) => [name, '10']));
    await client.send('HPEXPIRE', 'h', 5, 'FIELDS', names.length, ...names);
    clock.advance(6);
    expect(await values('HLEN h')).toEqual([73]);
    const dropped = new Set(propagated().at(-1)!.split(' ').slice(2));
    const left = names.filter((name) => !dropped.has(name));
    keyspace().expiredKeys = EXPIRED_HIDE; // so that the next lookup drops none of them
    return left.slice(0, 3);
  }

  it('that are over and still there are not what a replica counts from, which has them until it is told', async () => {
    const [a, b, c] = await withUnseenFields();
    const before = propagated().length;
    expect(await values(`HINCRBY h ${a} 5`, `HSETNX h ${b} x`, `HINCRBYFLOAT h ${c} 1.5`)).toEqual([5, 1, '1.5']);
    expect(propagated().slice(before)).toEqual([`HSET h ${a} 5`, `HSET h ${b} x`, `HSET h ${c} 1.5`]);
    expect(await values(`HTTL h FIELDS 3 ${a} ${b} ${c}`)).toEqual([[-1, -1, -1]]);
  });

  it('that are over and still there are told of once, though HDEL named them', async () => {
    const [a] = await withUnseenFields();
    const before = propagated().length;
    expect(await values(`HDEL h ${a}`)).toEqual([0]);
    keyspace().expiredKeys = EXPIRED_DELETE;
    expect(await values('HLEN h', 'HDEL h stays', 'EXISTS h')).toEqual([1, 1, 0]);
    const [dropped, ...rest] = propagated().slice(before);
    expect(dropped!.split(' ')).toContain(a);
    expect(rest).toEqual(['HDEL h stays']);
  });

  it('and were given their time before memory ran out are propagated', async () => {
    await values('HSET h a 1 b 2 c 3 d 4 e 5 f 6');
    const { hashes } = keyspace();
    const setTime = hashes.setTime.bind(hashes);
    let left = 2;
    hashes.setTime = (holder, atMs) => {
      if (left-- <= 0) throw new OutOfMemoryError(0);
      setTime(holder, atMs);
    };
    const before = propagated().length;
    const reply = await client.send(...'HPEXPIRE h 10 FIELDS 4 a b c d'.split(' '));
    hashes.setTime = setTime;
    expect(reply.wire).toMatch(/^-OOM /);
    expect(await values('HPTTL h FIELDS 4 a b c d')).toEqual([[10, 10, -1, -1]]);
    expect(propagated().slice(before)).toEqual([`HPEXPIREAT h ${clock.nowMs() + 10} FIELDS 2 a b`]);
    expect(events.at(-1)).toBe('hexpire h');
  });

  it('leave the same data behind when the feed is replayed', async () => {
    const copy = await InProcessServer.start({ enableDebugCommand: 'yes' }, new ManualClock(START_MS - 1e9));
    const follower = await copy.connect();
    const times = pick('1', '20', '50', '1000');
    const timed = fc.oneof(
      {
        weight: 4,
        arbitrary: command('HPEXPIRE', key, times, few(pick('NX', 'XX', 'GT', 'LT'), 1), 'FIELDS', '1', field),
      },
      { weight: 2, arbitrary: command('HPEXPIRE', key, times, 'FIELDS', '3', field, field, field) },
      command('HEXPIRE', key, pick('0', '1'), 'FIELDS', '1', field),
      command('HPERSIST', key, 'FIELDS', '1', field),
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: hashWrite },
      { weight: 6, arbitrary: timed },
      { weight: 1, arbitrary: keyCommand.filter(([name]) => name !== 'SELECT') },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.boolean(), async (steps, isActive) => {
        await client.send('FLUSHALL');
        recorder = new FeedRecorder();
        rig.server.context.feed.subscribe(recorder);
        keyspace().activeExpire = isActive;
        for (const one of steps as (number | Arg[])[]) {
          if (typeof one === 'number') {
            clock.advance(one);
            if (isActive) while (keyspace().maintain(1000));
          } else await client.send(...one);
        }
        // Fields that are over go now: the copy's clock lets nothing expire by itself.
        for (const name of (await client.send('KEYS', '*')).value as string[]) {
          await client.send('HLEN', Buffer.from(name, 'latin1'));
        }
        rig.server.context.feed.unsubscribe(recorder);
        const wanted = (await client.send('DEBUG', 'DIGEST')).wire;
        await follower.send('FLUSHALL');
        follower.raw(recorder.bytes);
        follower.write(['ECHO', 'the end']);
        while ((await follower.nextReply()).value !== 'the end');
        await follower.send('SELECT', 0);
        expect((await follower.send('DEBUG', 'DIGEST')).wire, escapeBytes(recorder.text)).toBe(wanted);
      }),
      { numRuns: 150, ...seedParameter() },
    );
    await copy.close();
  }, 60_000);
});
