/**
 * Which commands count as a use of their keys, and how often: under an LFU policy whose counter every use raises by
 * one, a new key has 5, and OBJECT FREQ, which is none, tells how many there were since.
 */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { int, ok } from '../support/wire.js';

/** The counter of a new key. */
const NEW_KEY = 5;

/** How often a key was used since it was made; null when it is gone. */
async function usesOf(c: CommandClient, key: string): Promise<number | null> {
  const frequency = await c.ask(['OBJECT', 'FREQ', key]);
  return frequency === null ? null : Number(frequency) - NEW_KEY;
}

/** Uses of `k` and of `s`, two strings, by each command. */
const USES: readonly [command: string, k: number, s: number][] = [
  ['GET k', 1, 0],
  ['MGET k s k', 2, 1],
  ['STRLEN k', 1, 0],
  ['GETRANGE k 1 0', 1, 0],
  ['SUBSTR k 0 -1', 1, 0],
  ['LCS k s', 1, 1],
  ['LCS k k LEN', 2, 0],
  ['SET k w', 1, 0],
  ['SET k w KEEPTTL', 1, 0],
  ['SET k w EX 100', 1, 0],
  ['SET k w NX', 1, 0],
  ['SET k w NX EX 100', 1, 0],
  ['SET k w XX', 1, 0],
  ['SET k w XX EX 100', 1, 0],
  ['SET k w GET', 2, 0],
  ['SET k w GET EX 100', 2, 0],
  ['SET k w KEEPTTL GET', 2, 0],
  ['SET k w NX GET', 2, 0],
  ['SET k w NX GET EX 100', 2, 0],
  ['SET k w XX GET', 2, 0],
  ['SET k w EX 0', 0, 0],
  ['SETNX k w', 1, 0],
  ['SETEX k 100 w', 1, 0],
  ['PSETEX k 100000 w', 1, 0],
  ['GETSET k w', 2, 0],
  ['GETEX k', 1, 0],
  ['GETEX k EX 100', 1, 0],
  ['GETEX k EX 0', 1, 0],
  ['GETEX k PERSIST', 1, 0],
  ['MSET k w s v k x', 2, 1],
  ['MSETNX k w s v', 1, 0],
  ['MSETNX new w k v', 1, 0],
  ['APPEND k w', 1, 0],
  ['APPEND k ""', 1, 0],
  ['SETRANGE k 0 w', 1, 0],
  ['SETRANGE k 100 w', 1, 0],
  ['SETRANGE k 0 ""', 1, 0],
  ['SETRANGE k -1 w', 0, 0],
  ['INCR k', 1, 0],
  ['DECR k', 1, 0],
  ['INCRBY k 9223372036854775807', 1, 0],
  ['DECRBY k 5', 1, 0],
  ['INCRBYFLOAT k 0.5', 1, 0],
  ['DECRBY k 9223372036854775807', 1, 0],
  ['INCRBYFLOAT k x', 1, 0],
  ['SETBIT k 0 1', 1, 0],
  ['SETBIT k 100 1', 1, 0],
  ['GETBIT k 0', 1, 0],
  ['BITCOUNT k', 1, 0],
  ['BITPOS k 1', 1, 0],
  ['BITOP AND new k s', 1, 1],
  ['BITOP NOT k k', 2, 0],
  ['BITOP NOT s k', 1, 1],
  ['BITOP XOR k s k', 2, 1],
  ['BITFIELD k', 1, 0],
  ['BITFIELD k GET u8 0 GET u8 8', 1, 0],
  ['BITFIELD k SET u8 #20 1 INCRBY u8 0 1', 1, 0],
  ['BITFIELD_RO k GET u8 0 GET u8 8', 1, 0],
  ['EXISTS k k', 0, 0],
  ['TYPE k', 0, 0],
  ['TTL k', 0, 0],
  ['PTTL k', 0, 0],
  ['EXPIRETIME k', 0, 0],
  ['PEXPIRETIME k', 0, 0],
  ['TOUCH k s k', 2, 1],
  ['OBJECT ENCODING k', 0, 0],
  ['OBJECT REFCOUNT k', 0, 0],
  ['OBJECT FREQ k', 0, 0],
  ['MEMORY USAGE k', 0, 0],
  ['SCAN 0 MATCH k TYPE string', 0, 0],
  ['KEYS *', 0, 0],
  ['RANDOMKEY', 0, 0],
  ['EXPIRE k 100', 1, 0],
  ['EXPIRE k 100 XX', 1, 0],
  ['EXPIRE k 100 NX GT', 0, 0],
  ['PEXPIRE k 100000', 1, 0],
  ['EXPIREAT k 99999999999', 1, 0],
  ['PEXPIREAT k 99999999999123', 1, 0],
  ['PERSIST k', 1, 0],
  ['RENAME k k', 1, 0],
  ['RENAMENX k k', 1, 0],
  ['RENAMENX k s', 1, 1],
  ['COPY k new', 1, 0],
  ['COPY k s', 1, 1],
  ['COPY k s REPLACE', 1, 0],
  ['COPY k k DB 1', 1, 0],
  ['COPY k k', 0, 0],
  ['MOVE k 0', 0, 0],
  ['MOVE k 99', 0, 0],
  ['UNLINK new', 0, 0],
];

describeCommands('OBJECT FREQ', (t) => {
  t.test('counts how often each command uses its keys', async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu', 'lfu-log-factor', '0', 'lfu-decay-time', '0');
    for (const [command, k, s] of USES) {
      await c.expect('FLUSHALL', ok);
      await c.expect('MSET k 123456 s 345678', ok);
      await c.wire(command);
      const uses = [await usesOf(c, 'k'), await usesOf(c, 's')];
      expect(uses, `uses of k and s by ${command}, on ${c.target}`).toEqual([k, s]);
    }
  });
  t.test('counts one use of a number that no double holds', async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu', 'lfu-log-factor', '0', 'lfu-decay-time', '0');
    await c.expect('SET k 9007199254740992', ok);
    await c.expect('INCR k', int(9007199254740993n));
    await c.expect('OBJECT FREQ k', int(NEW_KEY + 1));
  });
  t.test('goes with a key that is renamed or moved, and begins anew with a copy', async (c) => {
    await c.configSet('maxmemory-policy', 'allkeys-lfu', 'lfu-log-factor', '0', 'lfu-decay-time', '0');
    await c.expect('SET k 123456', ok);
    await c.expect('TOUCH k k k', int(3));
    await c.expect('RENAME k l', ok);
    await c.expect('OBJECT FREQ l', int(NEW_KEY + 4));
    await c.expect('COPY l m', int(1));
    await c.expect('OBJECT FREQ m', int(NEW_KEY));
    await c.expect('MOVE l 1', int(1));
    await c.expect('SELECT 1', ok);
    await c.expect('OBJECT FREQ l', int(NEW_KEY + 6));
  });
});
