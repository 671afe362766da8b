/**
 * String and bitmap commands on a key of another type. They need one, so that on redstart they run from the day on when
 * it has lists; until then the reference alone shows that the expectations hold.
 */
import { expect } from 'vitest';
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, error, int, nil, ok } from '../support/wire.js';

const WRONGTYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
const NOT_INTEGER = error('ERR value is not an integer or out of range');
const SYNTAX = error('ERR syntax error');

/** Makes `l` a list; false where the server has none yet. */
async function makeList(c: CommandClient): Promise<boolean> {
  const reply = await c.wire('RPUSH l x');
  if (c.target === 'redstart' && reply.startsWith('-ERR unknown command')) return false;
  expect(reply).toBe(int(1));
  return true;
}

const REPLIES: readonly [command: string, reply: string][] = [
  ['APPEND l x', WRONGTYPE],
  ['APPEND l ""', WRONGTYPE],
  ['DECR l', WRONGTYPE],
  ['DECRBY l 1', WRONGTYPE],
  ['DECRBY l abc', NOT_INTEGER],
  ['DECRBY l -9223372036854775808', error('ERR decrement would overflow')],
  ['GET l', WRONGTYPE],
  ['GETDEL l', WRONGTYPE],
  ['GETEX l', WRONGTYPE],
  ['GETEX l EX abc', WRONGTYPE],
  ['GETEX l EX 0', WRONGTYPE],
  ['GETEX l PERSIST', WRONGTYPE],
  ['GETEX l FOO', SYNTAX],
  ['GETRANGE l 0 -1', WRONGTYPE],
  ['GETRANGE l a b', NOT_INTEGER],
  ['GETSET l v', WRONGTYPE],
  ['INCR l', WRONGTYPE],
  ['INCRBY l 9223372036854775807', WRONGTYPE],
  ['INCRBYFLOAT l 1', WRONGTYPE],
  ['INCRBYFLOAT l abc', WRONGTYPE],
  ['LCS l l', error('ERR The specified keys must contain string values')],
  ['LCS none l FOO', error('ERR The specified keys must contain string values')],
  ['MGET l', array(nil)],
  ['MSETNX l 1', int(0)],
  ['SET l v GET', WRONGTYPE],
  ['SET l v NX GET', WRONGTYPE],
  ['SET l v XX GET EX 100', WRONGTYPE],
  ['SET l v GET EX 0', error("ERR invalid expire time in 'set' command")],
  ['SET l v NX', nil],
  ['SETNX l v', int(0)],
  ['SETRANGE l 0 x', WRONGTYPE],
  ['SETRANGE l 0 ""', WRONGTYPE],
  ['SETRANGE l 536870912 x', WRONGTYPE],
  ['SETRANGE l -1 x', error('ERR offset is out of range')],
  ['STRLEN l', WRONGTYPE],
  ['SUBSTR l 0 -1', WRONGTYPE],
  ['BITCOUNT l', WRONGTYPE],
  ['BITCOUNT l 0 -1', WRONGTYPE],
  ['BITFIELD l', WRONGTYPE],
  ['BITFIELD l GET u8 0', WRONGTYPE],
  ['BITFIELD l SET u8 0 1', WRONGTYPE],
  ['BITFIELD_RO l GET u8 0', WRONGTYPE],
  ['BITOP AND d l', WRONGTYPE],
  ['BITOP NOT d l', WRONGTYPE],
  ['BITPOS l 0', WRONGTYPE],
  ['BITPOS l 2', error('ERR The bit argument must be 1 or 0.')],
  ['GETBIT l 1', WRONGTYPE],
  ['GETBIT l -1', error('ERR bit offset is not an integer or out of range')],
  ['SETBIT l 1 1', WRONGTYPE],
  ['SETBIT l 1 2', error('ERR bit is not an integer or out of range')],
];

describeCommands('string and bitmap commands on a list', (t) => {
  t.test('every command that reads a string refuses a list, in its place in the order of checks', async (c) => {
    if (!(await makeList(c))) return;
    for (const [command, reply] of REPLIES) await c.expect(command, reply);
    await c.expect('TYPE l', '+list\r\n');
  });
  t.test('SET, MSET, SETEX, PSETEX and BITOP replace a list', async (c) => {
    for (const command of ['SET l v', 'SET l v XX', 'MSET l v', 'SETEX l 100 v', 'PSETEX l 100000 v']) {
      if (!(await makeList(c))) return;
      await c.expect(command, ok);
      await c.expect('TYPE l', '+string\r\n');
      await c.expect('DEL l', int(1));
    }
    if (!(await makeList(c))) return;
    await c.expect('SET a x', ok);
    await c.expect('BITOP NOT l a', int(1));
    await c.expect('TYPE l', '+string\r\n');
  });
});
