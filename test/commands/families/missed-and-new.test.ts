/**
 * The events that lookups raise: `keymiss` where a key was to be read, `new` where one has come to be. One table for
 * both servers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceAvailable } from '../../support/reference.js';
import { RespClient } from '../../support/resp-client.js';
import { portOf } from '../../support/targets.js';
import type { Push } from '../../support/wire.js';
import { Engine } from './engine.js';

/** A command, and all events that it raises while the keys `k`, `l`, `s` and `one` are all there is. */
const EVENTS: readonly (readonly [command: string, ...events: string[]])[] = [
  ...['GET no', 'STRLEN no', 'GETRANGE no 0 1', 'SUBSTR no 0 1', 'GETDEL no', 'GETEX no', 'GETEX no EX 10'].map(missed),
  ...['GETBIT no 1', 'BITCOUNT no', 'BITPOS no 1', 'BITFIELD no GET u8 0', 'BITFIELD_RO no GET u8 0'].map(missed),
  ...['EXISTS no k', 'TOUCH no', 'TYPE no', 'TTL no', 'PTTL no', 'EXPIRETIME no', 'PEXPIRETIME no'].map(missed),
  ...['LCS no k', 'COPY no l', 'SET no v XX GET'].map(missed),
  ['MGET no k no', 'keymiss no', 'keymiss no'],
  ...['OBJECT ENCODING no', 'OBJECT FREQ no', 'OBJECT IDLETIME no', 'OBJECT REFCOUNT no'].map(silent),
  ...['DEL no', 'UNLINK no', 'EXPIRE no 10', 'PERSIST no', 'MOVE no 1', 'RENAME no x', 'SET no v XX'].map(silent),
  ...['GET k', 'EXISTS k', 'SETNX k v', 'MSETNX x 1 k 2', 'RENAME k k', 'RENAMENX k l', 'COPY k l'].map(silent),
  ['SET x v', 'new x', 'set x'],
  ['SET k v', 'set k'],
  ['SET x v NX GET', 'keymiss x', 'new x', 'set x'],
  ['SETEX x 100 v', 'new x', 'set x', 'expire x'],
  ['SETNX x v', 'new x', 'set x'],
  ['GETSET x v', 'keymiss x', 'new x', 'set x'],
  ['GETSET k v', 'set k'],
  ['MSET x 1 k 2 x 3', 'new x', 'set x', 'set k', 'set x'],
  ['MSETNX x 1 y 2', 'new x', 'set x', 'new y', 'set y'],
  ['APPEND x v', 'new x', 'append x'],
  ['APPEND k v', 'append k'],
  ['INCR x', 'new x', 'incrby x'],
  ['INCRBYFLOAT x 1.5', 'new x', 'incrbyfloat x'],
  ['SETRANGE x 3 v', 'new x', 'setrange x'],
  ['SETBIT x 3 0', 'new x', 'setbit x'],
  ['BITFIELD x INCRBY u8 0 0', 'new x', 'setbit x'],
  ['BITOP OR x no k', 'keymiss no', 'new x', 'set x'],
  ['BITOP OR l no k', 'keymiss no', 'set l'],
  ['BITOP OR l no', 'keymiss no', 'del l'],
  ['RENAME k x', 'new x', 'rename_from k', 'rename_to x'],
  ['RENAME k l', 'new l', 'rename_from k', 'rename_to l'],
  ['RENAMENX k x', 'new x', 'rename_from k', 'rename_to x'],
  ['COPY k x', 'new x', 'copy_to x'],
  ['COPY k l REPLACE', 'new l', 'copy_to l'],
  ['COPY k x DB 1', 'new x', 'copy_to x'],
  ['MOVE k 1', 'new k', 'move_from k', 'move_to k'],
  ...['SISMEMBER no a', 'SMISMEMBER no a', 'SCARD no', 'SMEMBERS no', 'SRANDMEMBER no', 'SSCAN no 0'].map(missed),
  ...['SINTER no s', 'SUNION s no', 'SDIFF s no', 'SINTERCARD 2 s no'].map(missed),
  ...['SREM no a', 'SPOP no', 'SPOP no 2', 'SMOVE no s a', 'SADD s a'].map(silent),
  ['SADD x a', 'new x', 'sadd x'],
  ['SADD s c', 'sadd s'],
  ['SREM s a c', 'srem s'],
  ['SREM s a b', 'srem s', 'del s'],
  ['SMOVE s x a', 'srem s', 'new x', 'sadd x'],
  ['SMOVE one x a', 'srem one', 'del one', 'new x', 'sadd x'],
  ['SMOVE one s a', 'srem one', 'del one'],
  ['SPOP s', 'spop s'],
  ['SPOP one', 'spop one', 'del one'],
  ['SPOP s 1', 'spop s'],
  ['SPOP s 2', 'spop s', 'del s'],
  ['SINTERSTORE x s', 'new x', 'sinterstore x'],
  ['SINTERSTORE one s no', 'keymiss no', 'del one'],
  ['SUNIONSTORE k s', 'sunionstore k'],
  ['SDIFFSTORE x s no', 'keymiss no', 'new x', 'sdiffstore x'],
];

function missed(command: string): [string, string] {
  return [command, 'keymiss no'];
}

function silent(command: string): [string] {
  return [command];
}

const BEFORE = ['FLUSHALL', 'SET k 12', 'SET l 12', 'SADD s a b', 'SADD one a'];

describe('keymiss and new on redstart', () => {
  const engine = new Engine();
  engine.tellAll();
  test.each(EVENTS)('%s', (command, ...events) => {
    for (const before of BEFORE) engine.run(before);
    expect(engine.run(command).events).toEqual(events);
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('keymiss and new on the reference', () => {
  let client: RespClient;
  let subscriber: RespClient;
  beforeAll(async () => {
    const port = (await portOf('reference', [])) ?? 0;
    client = await RespClient.connect({ port });
    subscriber = await RespClient.connect({ port });
    await client.send('CONFIG', 'SET', 'notify-keyspace-events', 'KEAmn');
    await subscriber.hello(3);
    subscriber.write('PSUBSCRIBE __keyevent@*__:* mark');
    await subscriber.nextPush();
    await subscriber.nextPush();
  });
  afterAll(async () => {
    await client.send('CONFIG', 'SET', 'notify-keyspace-events', '');
    await Promise.all([client.close(), subscriber.close()]);
  });

  const eventsUntil = async (mark: string): Promise<string[]> => {
    await client.send('PUBLISH', 'mark', mark);
    const events: string[] = [];
    for (;;) {
      const { value } = await subscriber.nextPush();
      const [, , channel, payload] = (value as Push).items as string[];
      if (channel === 'mark' && payload === mark) return events;
      events.push(`${channel!.replace(/^__keyevent@\d+__:/, '')} ${payload}`);
    }
  };

  test.each(EVENTS)('%s', async (command, ...events) => {
    await client.pipeline(BEFORE);
    await eventsUntil('before');
    await client.command(command);
    expect(await eventsUntil('after')).toEqual(events);
  });
});
