/** Large values: commands on them, their memory, and how long the server is away when one of them goes. */
import { Random } from '../../src/util/random.js';
import type { BenchServer, Place } from '../support/contenders.js';
import { sendAll } from '../support/fill.js';
import { figureGoal, type Result, ratioGoal, result } from '../support/results.js';
import { type Measurement, measureLoad } from '../support/rounds.js';
import type { BenchContext, Scenario } from '../support/scenario.js';
import { probeStalls, type StallReport, stallNote, worstOf } from '../support/stall-prober.js';

const PLACES: readonly Place[] = ['reference', 'redstart'];

/** A command as RESP text. */
function command(...words: readonly (string | number)[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) text += `$${String(word).length}\r\n${word}\r\n`;
  return text;
}

/** A number as redis-benchmark writes its random ones. */
const digits = (i: number): string => String(i).padStart(12, '0');

/** The i-th element of each large value. */
const ELEMENTS: Readonly<Record<string, (key: string, i: number) => string>> = {
  zset: (key, i) => command('ZADD', key, i, `member:${digits(i)}`),
  hash: (key, i) => command('HSET', key, `field:${digits(i)}`, `value:${digits(i)}`),
  set: (key, i) => command('SADD', key, `member:${digits(i)}`),
  list: (key, i) => command('RPUSH', key, `element:${digits(i)}`),
};

/** Scenario `structures`. */
export const structures: Scenario = {
  name: 'structures',
  isLong: true,
  summary: 'commands on values of a million elements, 16 in a pipeline',
  async run(bench) {
    const count = bench.pick({ full: 1_000_000, quick: 200_000, smoke: 1000 });
    const results: Result[] = [];
    await bench.withBoth(async (servers) => {
      for (const place of PLACES) await fillStructures(bench, servers[place], count);
      for (const { name, words, atLeast, ...rest } of rows(count)) {
        bench.progress(name);
        const load = { test: words, clients: 50, pipeline: 16, keys: count };
        results.push(...(await measureLoad(bench, servers, { scenario: 'structures', name, load, atLeast, ...rest })));
      }
    });
    return results;
  },
};

interface Row extends Pick<Measurement, 'mostRequests' | 'before'> {
  readonly name: string;
  readonly words: readonly string[];
  readonly atLeast: number;
}

function rows(count: number): readonly Row[] {
  const middle = String(count >>> 1);
  const random = '__rand_int__';
  return [
    { name: 'ZADD, members that are there', words: ['ZADD', 'zset', random, `member:${random}`], atLeast: 1 },
    { name: 'ZADD, new members', words: ['ZADD', 'grown', random, `new:${random}${random}`], atLeast: 1 },
    {
      name: 'ZRANGEBYSCORE LIMIT 0 10',
      words: ['ZRANGEBYSCORE', 'zset', random, '+inf', 'LIMIT', '0', '10'],
      atLeast: 1,
    },
    { name: 'ZRANK', words: ['ZRANK', 'zset', `member:${random}`], atLeast: 1 },
    {
      name: 'ZREM',
      words: ['ZREM', 'removed', `member:${random}`],
      atLeast: 1,
      mostRequests: count,
      before: (server) => refill(server, 'removed', count),
    },
    { name: 'HSET', words: ['HSET', 'hash', `field:${random}`, `value:${random}`], atLeast: 1.2 },
    { name: 'HGET', words: ['HGET', 'hash', `field:${random}`], atLeast: 1.2 },
    { name: 'LPUSH', words: ['LPUSH', 'list', 'element:000000000000'], atLeast: 1 },
    { name: 'LINDEX in the middle', words: ['LINDEX', 'indexed', middle], atLeast: 1 },
    {
      name: 'LRANGE of 100 in the middle',
      words: ['LRANGE', 'indexed', middle, String((count >>> 1) + 99)],
      atLeast: 1,
    },
    { name: 'LRANGE of 100 at the head', words: ['LRANGE', 'indexed', '0', '99'], atLeast: 1 },
    {
      name: 'XADD MAXLEN ~',
      words: ['XADD', 'trimmed', 'MAXLEN', '~', '10000', '*', 'sensor', random, 'value', random],
      atLeast: 1,
    },
    {
      name: 'XREADGROUP of 100 entries',
      words: ['XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', '100', 'STREAMS', 'stream', '>'],
      atLeast: 1,
      mostRequests: Math.max(1, Math.floor(count / 100)),
      before: rewindGroup,
    },
  ];
}

async function fillStructures(bench: BenchContext, server: BenchServer, count: number): Promise<void> {
  bench.progress(`${server.place}: values of ${count} elements`);
  const { zset, hash, list } = ELEMENTS;
  await sendAll(server.port, count, (i) => zset!('zset', i));
  await sendAll(server.port, count, (i) => hash!('hash', i));
  await sendAll(server.port, count, (i) => list!('indexed', i));
  await fillStream(server, 'stream', count);
}

/** By a client that reads replies: ids have a dash, which {@link sendAll} takes for an error. */
async function fillStream(server: BenchServer, key: string, count: number): Promise<void> {
  const client = await server.connect();
  for (let from = 0; from < count; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, count - from) }, (_, i) => [
      ...['XADD', key, `${from + i + 1}-0`, 'sensor', digits(from + i), 'value', digits(i)],
    ]);
    await client.pipeline(batch);
  }
  await client.close();
}

async function refill(server: BenchServer, key: string, count: number): Promise<void> {
  const client = await server.connect();
  await client.command(`DEL ${key}`);
  await client.close();
  await sendAll(server.port, count, (i) => ELEMENTS['zset']!(key, i));
}

/** The group has read nothing, and nothing is pending. */
async function rewindGroup(server: BenchServer): Promise<void> {
  const client = await server.connect();
  await client.command('XGROUP DESTROY stream group');
  await client.command('XGROUP CREATE stream group 0');
  await client.close();
}

/** Values whose memory is compared. */
const VALUES: readonly { readonly name: string; readonly keys: number; readonly fill: Fill }[] = [
  { name: 'hashes of 10 fields', keys: 100_000, fill: (server, keys) => fillMany(server, keys, 10, 'hash') },
  { name: 'sets of 50 integers', keys: 100_000, fill: fillIntegerSets },
  { name: 'sorted sets of 100 members', keys: 20_000, fill: (server, keys) => fillMany(server, keys, 100, 'zset') },
  { name: 'lists of 100 elements', keys: 20_000, fill: (server, keys) => fillMany(server, keys, 100, 'list') },
  { name: 'members of one set', keys: 1_000_000, fill: (server, count) => fillOne(server, count, 'set') },
  { name: 'fields of one hash', keys: 1_000_000, fill: (server, count) => fillOne(server, count, 'hash') },
  { name: 'members of one sorted set', keys: 1_000_000, fill: (server, count) => fillOne(server, count, 'zset') },
  { name: 'entries of one stream', keys: 1_000_000, fill: (server, count) => fillStream(server, 'stream', count) },
];

type Fill = (server: BenchServer, count: number) => Promise<void>;

/** Scenario `value-memory`. */
export const valueMemory: Scenario = {
  name: 'value-memory',
  isLong: true,
  summary: 'RSS above empty of many small values, and of large ones',
  async run(bench) {
    const results: Result[] = [];
    const share = bench.pick({ full: 1, quick: 0.2, smoke: 0.0005 });
    for (const { name, keys, fill } of VALUES) {
      const count = Math.round(keys * share);
      const bytes = await bench.forBoth({}, async (server) => {
        bench.progress(`${server.place}: ${count} ${name}`);
        const settled = () => (bench.scale === 'smoke' ? Promise.resolve(server.rssBytes()) : server.settledRssBytes());
        const empty = await settled();
        await fill(server, count);
        return ((await settled()) - empty) / count;
      });
      results.push(
        result('value-memory', `${count} ${name}`, 'bytes each', bytes, { goal: ratioGoal('at most', 1.0) }),
      );
    }
    return results;
  },
};

function fillMany(server: BenchServer, keys: number, elements: number, type: string): Promise<void> {
  const element = ELEMENTS[type]!;
  return sendAll(server.port, keys * elements, (i) => element(`key:${digits(Math.floor(i / elements))}`, i % elements));
}

function fillIntegerSets(server: BenchServer, keys: number): Promise<void> {
  const random = new Random(5);
  return sendAll(server.port, keys * 50, (i) =>
    command('SADD', `key:${digits(Math.floor(i / 50))}`, random.below(1_000_000)),
  );
}

function fillOne(server: BenchServer, count: number, type: string): Promise<void> {
  return sendAll(server.port, count, (i) => ELEMENTS[type]!('one', i));
}

/** Scenario `large-deletes`. */
export const largeDeletes: Scenario = {
  name: 'large-deletes',
  isLong: true,
  summary: 'the longest a PING waits while values of 5M elements are deleted, replaced, flushed, or expire',
  async run(bench) {
    const count = bench.pick({ full: 5_000_000, quick: 500_000, smoke: 500 });
    const results: Result[] = [];
    for (const type of Object.keys(ELEMENTS)) {
      const reports: Record<Place, StallReport[]> = { reference: [], redstart: [] };
      for (const place of PLACES) {
        await bench.withServer(place, {}, async (server) => {
          for (const words of GOODBYES) {
            bench.progress(`${place}: ${words.join(' ')} of a ${type} of ${count} elements`);
            await ask(server, 'DEL one');
            await fillOne(server, count, type);
            await ask(server, 'SET other 1');
            reports[place].push(await probeStalls(server.port, () => leave(bench, server, words)));
          }
        });
      }
      const worst = { reference: worstOf(reports.reference), redstart: worstOf(reports.redstart) };
      results.push(
        result(
          'large-deletes',
          `worst PING while a ${type} of ${count} elements goes`,
          'ms',
          { reference: worst.reference.worstMs, redstart: worst.redstart.worstMs },
          { goal: figureGoal('at most', 10), note: stallNote(worst.redstart) },
        ),
      );
    }
    return results;
  },
};

/** The ways in which the value `one` goes. */
const GOODBYES = [
  ['DEL', 'one'],
  ['UNLINK', 'one'],
  ['PEXPIRE', 'one', '1'],
  ['RENAME', 'other', 'one'],
  ['FLUSHALL'],
] as const;

/** Lets the value go, and waits while its memory is given back. */
async function leave(bench: BenchContext, server: BenchServer, words: readonly string[]): Promise<void> {
  await ask(server, words.join(' '));
  await new Promise((resolve) => setTimeout(resolve, bench.pick({ full: 3000, quick: 1000, smoke: 10 })));
}

async function ask(server: BenchServer, command: string): Promise<void> {
  const client = await server.connect();
  await client.command(command);
  await client.close();
}
