/**
 * Runs a million calls of each of some commands through the request loop of a server that does not listen, with input
 * made beforehand, and prints what that allocated on V8's heap. It runs the built server in a process of its own: the
 * test runner's transformations and garbage are not what is measured. `node --expose-gc requests-child.mjs <calls>`
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { Client } from '../../dist/commands/client.js';
import { Config } from '../../dist/config/index.js';
import { Log } from '../../dist/server/log.js';
import { Server } from '../../dist/server/server.js';
import { systemClock } from '../../dist/util/clock.js';

const calls = Number(process.argv[2]);
const encode = (...args) => `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
const key = (i) => `key:${String(i % 1000).padStart(12, '0')}`;

const commands = {
  PING: () => encode('PING'),
  GET: (i) => encode('GET', key(i)),
  SET: (i) => encode('SET', key(i), 'x'.repeat(32)),
  INCR: (i) => encode('INCR', `counter:${i % 10}`),
  MGET: (i) => encode('MGET', key(i), key(i + 1), 'missing'),
  EXISTS: (i) => encode('EXISTS', key(i)),
  DEL: (i) => encode('DEL', `missing:${i}`),
  RPUSH: () => encode('RPUSH', 'list', 'x'.repeat(10)),
  LLEN: () => encode('LLEN', 'list'),
  LINDEX: (i) => encode('LINDEX', 'list', String(i * 1000)),
  LRANGE: () => encode('LRANGE', 'list', '0', '9'),
  LPOP: () => encode('LPOP', 'list'),
  HSET: (i) => encode('HSET', `hash:${i % 10}`, 'name', 'a value', 'n', String(i)),
  HGET: (i) => encode('HGET', `hash:${i % 10}`, 'name'),
  HMGET: (i) => encode('HMGET', `hash:${i % 10}`, 'name', 'n', 'missing'),
  HINCRBY: (i) => encode('HINCRBY', `hash:${i % 10}`, 'n', '3'),
  'HSET of a table': (i) => encode('HSET', 'table', `field:${i}`, 'x'.repeat(70)),
  'HGET of a table': (i) => encode('HGET', 'table', `field:${i}`),
  'HGET with a time': (i) => encode('HGET', i % 2 === 0 ? 'timed' : 'timed table', 'field'),
  'HINCRBY with a time': (i) => encode('HINCRBY', i % 2 === 0 ? 'timed' : 'timed table', 'field', '1'),
  'SET and DEL': (i) => (i % 2 === 0 ? encode('SET', 'short lived', 'x') : encode('DEL', 'short lived')),
};

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 0));

const server = new Server({ config: Config.fromSources({ overrides: {} }), log: new Log(systemClock, 0, []) });
const { context, requests } = server;
let sentBytes = 0;
const connection = {
  congested: false,
  closed: false,
  send(_buffer, size) {
    sentBytes += size;
    return true;
  },
};
const client = new Client(1, connection, context.users.default, Date.now());

/** Serves `count` calls in chunks of `depth`. */
function serve(chunk, depth, count) {
  for (let done = 0; done < count; done += depth) requests.serve(client, chunk, 0, chunk.length);
}

const timed = ['timed', 'timed table'].flatMap((name) => [
  encode('HSET', name, 'field', '1', 'other', 'x'.repeat(name === 'timed' ? 9 : 70)),
  encode('HEXPIRE', name, '100000', 'FIELDS', '1', 'field'),
]);
requests.serve(client, Buffer.from(timed.join('')), 0, timed.join('').length);

const results = [];
for (const depth of [64, 2]) {
  for (const [name, make] of Object.entries(commands)) {
    const text = Array.from({ length: depth }, (_, i) => make(i)).join('');
    const chunk = Buffer.allocUnsafeSlow(text.length);
    chunk.write(text, 'latin1');
    const count = depth === 2 ? calls / 5 : calls; // short chunks take their time: the clock is read for each
    for (let round = 0; round < 3; round++) serve(chunk, depth, calls / 20);
    globalThis.gc();
    await nextTurn();
    const gcBefore = collections;
    const heapBefore = process.memoryUsage().heapUsed;
    sentBytes = 0;
    serve(chunk, depth, count);
    const heapBytes = process.memoryUsage().heapUsed - heapBefore;
    await nextTurn();
    results.push({
      name,
      depth,
      bytesPerCall: heapBytes / count,
      collections: collections - gcBefore,
      sentBytes,
    });
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`);
