/**
 * What string and bitmap commands answer when the key `l` is a list: each refusal in its place in the order of checks.
 */
import { array, error, int, nil } from '../../../support/wire.js';

const WRONGTYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
const NOT_INTEGER = error('ERR value is not an integer or out of range');
const SYNTAX = error('ERR syntax error');

export const REPLIES_TO_LIST: readonly [command: string, reply: string][] = [
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

/** Commands that replace the list `l` by a string. */
export const REPLACING_COMMANDS = ['SET l v', 'SET l v XX', 'MSET l v', 'SETEX l 100 v', 'PSETEX l 100000 v'];
