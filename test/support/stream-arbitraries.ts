/**
 * Random commands of the stream group, odd ids and wrong arguments among them, and what has to be done before the
 * replies of both servers can be the same: times are taken out, and consumers made before 7.0 and 7.4 differ about when
 * they come to be.
 */
import fc from 'fast-check';
import { command, few, integer, key, pick, value } from './command-arbitraries.js';
import { type Arg, type Command, toArgs } from './wire.js';

const STREAMS = ['a', 'b', 'c'];
/** A stream whose last id is later than now: there `*` is the same on both servers. */
const FUTURE = 'future';
const FUTURE_ID = '99999999999999-0';
const stream: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 20, arbitrary: fc.constant('a') },
  { weight: 6, arbitrary: pick(...STREAMS) },
  { weight: 1, arbitrary: key },
);
const group = fc.oneof(
  { weight: 20, arbitrary: fc.constant('g') },
  { weight: 6, arbitrary: fc.constant('h') },
  { weight: 1, arbitrary: pick('', 'nosuch') },
);
const consumer = pick('alice', 'bob', '');
const someStreams = fc.array(stream, { minLength: 1, maxLength: 3 });

/** Few enough that commands meet each other's entries. */
const usualId = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }).map((seq) => `40-${seq}`) },
  fc.integer({ min: 0, max: 40 }).map(String),
  fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 })).map(([ms, seq]) => `${ms}-${seq}`),
);
const UINT64_MAX = '18446744073709551615';
const oddId = pick(
  ...['0-0', '-', '+', '$', '>', '*', '(', '(5', '(0-0', `(${UINT64_MAX}-${UINT64_MAX}`, '5-', '-5', '5-5-5', 'x', ''],
  ...[
    `${UINT64_MAX}-${UINT64_MAX}`,
    `${UINT64_MAX}-5`,
    `5-${UINT64_MAX}`,
    '18446744073709551616',
    '9223372036854775808-1',
  ],
  ...[
    '07-01',
    '+7-+1',
    ' 7- 1',
    '7-1\0x',
    '7\0-1',
    '-07-1',
    '7--01',
    '4294967296-4294967295',
    '4294967295-0',
    `${'0'.repeat(130)}7`,
  ],
);
const id: fc.Arbitrary<Arg> = fc.oneof({ weight: 9, arbitrary: usualId }, { weight: 1, arbitrary: oddId });
const newId: fc.Arbitrary<Arg> = fc.oneof(
  { weight: 16, arbitrary: fc.constant('40-*') }, // above most others, so that streams get long
  { weight: 8, arbitrary: usualId },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((ms) => `${ms}-*`) },
  { weight: 1, arbitrary: oddId.filter((text) => text !== '*') },
);
const rangeEnd = (usual: string): fc.Arbitrary<Arg> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    { weight: 4, arbitrary: id },
    { weight: 2, arbitrary: usualId.map((text) => `(${text}`) },
  );
const readId = fc.oneof({ weight: 4, arbitrary: id }, { weight: 2, arbitrary: pick('0', '0-0', '$') });
/** Without `+`, which 7.4 brought. */
const groupReadId = fc
  .oneof({ weight: 8, arbitrary: fc.constant('>') }, { weight: 2, arbitrary: pick('0', '0-0') }, id)
  .filter((text) => text !== '+');
const count = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -1, max: 12 }).map(String) }, integer);

/** As many as the reference has memory for. */
const claimCount = count.filter((text) => !(Number(text) > 1e6) || text === '9223372036854775807');

const field = fc.oneof(pick('f', 'g', 'temperature', '7', ''), value);
const fields = fc
  .array(fc.tuple(field, value), { minLength: 1, maxLength: 4 })
  .map((pairs): Arg[] => pairs.flat())
  .chain((pairs) => fc.oneof({ weight: 20, arbitrary: fc.constant(pairs) }, fc.constant(pairs.slice(1))));
const trim = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(pick('MAXLEN', 'maxlen'), few(pick('~', '='), 1), count).map((parts) => parts.flat()),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('MINID'), few(pick('~', '='), 1), id).map((parts) => parts.flat()) },
  fc.tuple(pick('MAXLEN', 'MINID'), count).map((parts) => parts.flat()),
);
const limit = few(count, 1).map((counts): Arg[] => counts.flatMap((limited) => ['LIMIT', limited]));
const trimming = fc.tuple(few(trim, 2), limit).map(([trims, limits]): Arg[] => [...trims.flat(), ...limits]);
const option = (name: string, values: fc.Arbitrary<Arg>): fc.Arbitrary<Arg[]> =>
  few(values, 1).map((given) => given.flatMap((argument) => [name, argument]));
const flag = (name: string): fc.Arbitrary<Arg[]> => few(fc.constant(name), 1);
const idleMs = fc.oneof({ weight: 5, arbitrary: fc.constant('0') }, pick('-1', '100000000', 'x', '1.5'));

const xread = fc.tuple(someStreams, fc.array(readId, { minLength: 1, maxLength: 3 }), option('COUNT', count));
const xreadgroup = fc.tuple(
  ...([group, consumer, option('COUNT', count), flag('NOACK'), someStreams] as const),
  fc.array(groupReadId, { minLength: 3, maxLength: 3 }),
);

/** What changes streams and their groups. */
const writes: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 16, arbitrary: command('XADD', stream, newId, fields) },
  { weight: 4, arbitrary: command('XADD', stream, flag('NOMKSTREAM'), trimming, newId, fields) },
  { weight: 2, arbitrary: command('XADD', FUTURE, trimming, '*', fields) },
  { weight: 4, arbitrary: command('XDEL', stream, fc.array(id, { minLength: 1, maxLength: 3 })) },
  { weight: 3, arbitrary: command('XTRIM', stream, trimming) },
  { weight: 3, arbitrary: command('XTRIM', stream, trim) },
  command('XSETID', stream, id, option('ENTRIESADDED', count), option('MAXDELETEDID', id)),
  {
    weight: 4,
    arbitrary: command('XGROUP', 'CREATE', stream, group, readId, flag('MKSTREAM'), option('ENTRIESREAD', count)),
  },
  command('XGROUP', 'SETID', stream, group, readId, option('ENTRIESREAD', count)),
  command('XGROUP', 'DESTROY', stream, group),
  command('XGROUP', 'CREATECONSUMER', stream, group, consumer),
  command('XGROUP', 'DELCONSUMER', stream, group, consumer),
  {
    weight: 12,
    arbitrary: xreadgroup.map(([name, who, counted, noAck, keys, ids]): Arg[] => [
      ...['XREADGROUP', 'GROUP', name, who, ...counted, ...noAck, 'STREAMS', ...keys],
      ...ids.slice(0, keys.length),
    ]),
  },
  { weight: 5, arbitrary: command('XACK', stream, group, fc.array(id, { minLength: 1, maxLength: 4 })) },
  {
    weight: 5,
    arbitrary: command(
      ...(['XCLAIM', stream, group, consumer, idleMs, fc.array(id, { minLength: 1, maxLength: 3 })] as const),
      ...[option('IDLE', count), option('TIME', count), option('RETRYCOUNT', count), flag('FORCE'), flag('JUSTID')],
      option('LASTID', id),
    ),
  },
  {
    weight: 3,
    arbitrary: command(
      'XAUTOCLAIM',
      stream,
      group,
      consumer,
      idleMs,
      rangeEnd('0'),
      option('COUNT', claimCount),
      flag('JUSTID'),
    ),
  },
);

const reads: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 3, arbitrary: command('XRANGE', stream, rangeEnd('-'), rangeEnd('+'), option('COUNT', count)) },
  { weight: 3, arbitrary: command('XREVRANGE', stream, rangeEnd('+'), rangeEnd('-'), option('COUNT', count)) },
  {
    weight: 4,
    arbitrary: xread
      .filter(([, ids]) => !ids.includes('+')) // which 7.4 brought
      .map(([keys, ids, counted]): Arg[] => ['XREAD', ...counted, 'STREAMS', ...keys.slice(0, ids.length), ...ids]),
  },
  command('XLEN', stream),
  { weight: 2, arbitrary: command('XPENDING', stream, group) },
  {
    weight: 3,
    arbitrary: command(
      'XPENDING',
      stream,
      group,
      option('IDLE', idleMs),
      rangeEnd('-'),
      rangeEnd('+'),
      count,
      few(consumer),
    ),
  },
  { weight: 2, arbitrary: command('XINFO', 'STREAM', stream) },
  { weight: 2, arbitrary: command('XINFO', 'STREAM', stream, 'FULL', option('COUNT', count)) },
  command('XINFO', 'GROUPS', stream),
  command('XINFO', 'CONSUMERS', stream, group),
  command('DEBUG', 'DIGEST-VALUE', stream),
);

const odd: fc.Arbitrary<Arg[]> = fc.oneof(
  command('DEL', stream),
  command('COPY', stream, stream, flag('REPLACE')),
  command('RENAME', stream, stream),
  command('SET', stream, value),
  fc
    .tuple(
      pick('XADD', 'XREAD', 'XREADGROUP', 'XCLAIM', 'XPENDING', 'XINFO', 'XTRIM'),
      fc.array(fc.oneof(id, group, stream), { maxLength: 8 }),
    )
    .map(([name, args]): Arg[] => [name, ...args]),
);

/**
 * Commands that change streams, but for what a copy does not learn of on the reference, either: that pending entries
 * were delivered once more to those who had them. Nor counters that leave their 64 bits, which no copy takes.
 */
export const streamWrite: fc.Arbitrary<Arg[]> = writes
  .filter((args) => !args.some((arg) => Math.abs(Number(arg)) > 1e15))
  .map((args) => {
    const keysAt = args.indexOf('STREAMS') + 1;
    if (args[0] !== 'XREADGROUP' || keysAt === 0) return args;
    return args.map((arg, i) => (i - keysAt >= (args.length - keysAt) / 2 ? '>' : arg));
  });
export const streamCommand: fc.Arbitrary<Arg[]> = fc.oneof(
  { weight: 12, arbitrary: writes },
  { weight: 5, arbitrary: reads },
  { weight: 1, arbitrary: odd },
);

/** Streams and groups to begin with, so that most commands find what they are for. */
export const STREAM_BEGINNING: readonly Arg[][] = [
  ...['XADD a 5-0 f v', 'XADD a 5-1 g w', 'XADD a 7 f v', 'XADD a 9-3 f v g w', 'XADD b 3-3 temperature 7'],
  ...['XGROUP CREATE a g 0', 'XGROUP CREATE a h $', 'XGROUP CREATE b g 0', 'XGROUP CREATE c g 0 MKSTREAM'],
].map((line) => line.split(' '));

/** What is left of streams in the end, groups and pending entries included. */
export const STREAM_INSPECTION: readonly Arg[][] = [...STREAMS, FUTURE].flatMap((name): Arg[][] => [
  ['XINFO', 'STREAM', name, 'FULL', 'COUNT', '0'],
  ['XREAD', 'STREAMS', name, '0'],
]);

/**
 * A command with what makes it do the same on 7.0 and 7.4: 7.0 makes a consumer when it gets something, 7.4 when it
 * asks. And `*` is the same on both when the last id is later than now.
 */
export function withPreparation(sent: readonly Arg[]): Arg[][] {
  const args = sent.map((arg) => (typeof arg === 'string' ? arg : ''));
  const name = args[0]!;
  if (name === 'XADD' && args[1] === FUTURE) return [['XADD', FUTURE, FUTURE_ID, 'f', 'v'], [...sent]];
  if ((name === 'XCLAIM' || name === 'XAUTOCLAIM') && sent.length > 3) {
    return [['XGROUP', 'CREATECONSUMER', sent[1]!, sent[2]!, sent[3]!], [...sent]];
  }
  const keysAt = args.indexOf('STREAMS') + 1;
  if (name !== 'XREADGROUP' || keysAt === 0 || args[1] !== 'GROUP') return [[...sent]];
  const keys = sent.slice(keysAt, keysAt + Math.floor((sent.length - keysAt) / 2));
  return [...keys.map((each): Arg[] => ['XGROUP', 'CREATECONSUMER', each, sent[2]!, sent[3]!]), [...sent]];
}

/** Takes times out of replies, and what 7.2 added to them. */
export function normaliseStream(wire: string, sent: Command): string {
  const [name, subcommand] = toArgs(sent).map((arg) => String(arg).toUpperCase());
  if (name === 'XPENDING') return withoutTimes(wire);
  if (name === 'XREAD' || name === 'XREADGROUP')
    return wire.replace(/Unbalanced '?(xread(group)?)'?/i, 'Unbalanced $2');
  if (name !== 'XINFO') return wire;
  if (subcommand === 'CONSUMERS') {
    return wire
      .replaceAll(/\$8\r\ninactive\r\n:-?\d+\r\n/g, '')
      .replaceAll(/\*8(?=\r\n\$4\r\nname)/g, '*6')
      .replaceAll(/%4(?=\r\n\$4\r\nname)/g, '%3')
      .replaceAll(/(idle\r\n:)\d+/g, '$1<ms>');
  }
  if (subcommand !== 'STREAM') return wire;
  return withoutTimes(
    wire
      .replaceAll(/\$11\r\nactive-time\r\n:-?\d+\r\n/g, '')
      .replaceAll(/\*10(?=\r\n\$4\r\nname)/g, '*8')
      .replaceAll(/%5(?=\r\n\$4\r\nname)/g, '%4')
      .replaceAll(/(seen-time\r\n:)\d+/g, '$1<ms>'),
  );
}

/** When pending entries were delivered, or how long ago, stands before how often. */
function withoutTimes(wire: string): string {
  return wire.replaceAll(/:\d+\r\n(?=:\d+\r\n)/g, ':<ms>\r\n');
}
