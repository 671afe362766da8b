/** SORT and SORT_RO. */
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, nil } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const NOT_INTEGER = 'ERR value is not an integer or out of range';
const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NO_SCORE = "ERR One or more scores can't be converted into double";

describeCommands('SORT', (t) => {
  t.test('SORT orders numbers by value, upwards unless told otherwise', async (c) => {
    await c.expect('RPUSH l 3 1 2 10 -1.5', int(5));
    await c.expect('SORT l', bulks('-1.5', '1', '2', '3', '10'));
    await c.expect('SORT l ASC', bulks('-1.5', '1', '2', '3', '10'));
    await c.expect('SORT l DESC', bulks('10', '3', '2', '1', '-1.5'));
    await c.expect('SORT l DESC ASC', bulks('-1.5', '1', '2', '3', '10'));
    await c.expect('SORT_RO l desc', bulks('10', '3', '2', '1', '-1.5'));
  });
  t.test('SORT ALPHA orders texts, and without it refuses what is no number', async (c) => {
    await c.expect('RPUSH l b a C 10 9', int(5));
    await c.expectError('SORT l', NO_SCORE);
    await c.expectError('SORT_RO l', NO_SCORE);
    await c.expect('SORT l ALPHA', bulks('10', '9', 'C', 'a', 'b'));
    await c.expect('SORT l ALPHA DESC', bulks('b', 'a', 'C', '9', '10'));
  });
  t.test('SORT reads numbers as strtod does', async (c) => {
    const cases: [string, boolean][] = [
      ...['', ' 1', '0x10', 'inf', '-inf', '+5', '1e5', '.5', '5.', '0x1p3', 'Infinity'].map(
        (text): [string, boolean] => [text, true],
      ),
      ...['1 ', 'nan', '1e400', '1e-400', '4.9e-324', '2e-308', '  ', '1_0', '0x', 'a'].map(
        (text): [string, boolean] => [text, false],
      ),
    ];
    for (const [text, isNumber] of cases) {
      await c.expect(['RPUSH', 'l', text], int(1));
      if (isNumber) await c.expect('SORT l', bulks(text));
      else await c.expectError('SORT l', NO_SCORE);
      await c.expect('DEL l', int(1));
    }
  });
  t.test('SORT takes sets and sorted sets, and no others', async (c) => {
    await c.expect('SADD s 3 1 2', int(3));
    await c.expect('ZADD z 3 10 2 20 1 30', int(3));
    await c.expect('SORT s', bulks('1', '2', '3'));
    await c.expect('SORT z', bulks('10', '20', '30'));
    await c.expect('SET string 1', '+OK\r\n');
    await c.expect('HSET h f 1', int(1));
    await c.expectError('SORT string', WRONGTYPE);
    await c.expectError('SORT h', WRONGTYPE);
    await c.expect('SORT missing', array());
    await c.expect('SORT_RO missing', array());
  });
  t.test('SORT LIMIT answers a part', async (c) => {
    await c.expect('RPUSH l 3 1 2 10', int(4));
    await c.expect('SORT l LIMIT 1 2', bulks('2', '3'));
    await c.expect('SORT l LIMIT -5 2', bulks('1', '2'));
    await c.expect('SORT l LIMIT 3 100', bulks('10'));
    await c.expect('SORT l LIMIT 2 -1', bulks('3', '10'));
    await c.expect('SORT l LIMIT 9 1', array());
    await c.expect('SORT l LIMIT 0 0', array());
    await c.expect('SORT l LIMIT 0 1 LIMIT 1 1', bulks('2'));
    await c.expectError('SORT l LIMIT a 2', NOT_INTEGER);
    await c.expectError('SORT l LIMIT 0 b', NOT_INTEGER);
    await c.expectError('SORT l LIMIT 1', SYNTAX);
  });
  t.test('SORT BY orders by the values of other keys, and what has none comes first', async (c) => {
    await c.expect('RPUSH l 1 2 3 4', int(4));
    await c.expect('MSET w_1 30 w_2 10 w_3 20', '+OK\r\n');
    await c.expect('SORT l BY w_*', bulks('4', '2', '3', '1'));
    await c.expect('SORT l BY w_* DESC', bulks('1', '3', '2', '4'));
    await c.expect('SORT l BY w_* LIMIT 1 2', bulks('2', '3'));
    await c.expect('MSET w_1 c w_2 a w_3 b', '+OK\r\n');
    await c.expectError('SORT l BY w_*', NO_SCORE);
    await c.expect('SORT l BY w_* ALPHA', bulks('4', '2', '3', '1'));
    await c.expect('SORT l BY w_* ALPHA DESC', bulks('1', '3', '2', '4'));
  });
  t.test('SORT BY a pattern with -> orders by fields of hashes', async (c) => {
    await c.expect('RPUSH l 1 2 3', int(3));
    await c.expect('HSET h_1 f 3 g 1', int(2));
    await c.expect('HSET h_2 f 2', int(1));
    await c.expect('HSET h_3 f 1', int(1));
    await c.expect('SORT l BY h_*->f', bulks('3', '2', '1'));
    await c.expect('SORT l BY h_*->missing', bulks('1', '2', '3'));
    await c.expect('SORT l BY h_*->g GET h_*->g GET h_*->', array(nil, nil, nil, nil, bulk('1'), nil));
  });
  t.test('SORT BY a pattern without an asterisk leaves the order, of sorted sets by score', async (c) => {
    await c.expect('RPUSH l 3 1 2', int(3));
    await c.expect('SORT l BY nosort', bulks('3', '1', '2'));
    await c.expect('SORT l BY nosort BY w_*', bulks('3', '1', '2'));
    await c.expect('SORT l BY nosort DESC', bulks('2', '1', '3'));
    await c.expect('SORT l BY nosort DESC LIMIT 0 2', bulks('2', '1'));
    await c.expect('SORT l BY nosort LIMIT 1 2', bulks('1', '2'));
    await c.expect('ZADD z 1 c 2 b 3 a', int(3));
    await c.expect('SORT z BY nosort', bulks('c', 'b', 'a'));
    await c.expect('SORT z BY nosort DESC', bulks('a', 'b', 'c'));
    await c.expect('SORT z BY nosort DESC LIMIT 1 1', bulks('b'));
    await c.expect('SORT z BY nosort LIMIT 1 5', bulks('b', 'a'));
  });
  t.test('SORT GET answers what patterns lead to, nulls where there is nothing', async (c) => {
    await c.expect('RPUSH l 2 1', int(2));
    await c.expect('MSET v_1 one w_*x star', '+OK\r\n');
    await c.expect('SORT l GET v_*', array(bulk('one'), nil));
    await c.expect('SORT l GET # GET v_*', array(bulk('1'), bulk('one'), bulk('2'), nil));
    await c.expect('SORT l GET v_1', array(nil, nil));
    await c.expect('RPUSH v_2 x', int(1));
    await c.expect('SORT l GET v_*', array(bulk('one'), nil));
    await c.expect('SORT l GET v_*->f', array(nil, nil));
    await c.expectError('SORT l GET', SYNTAX);
    await c.expectError('SORT l BY', SYNTAX);
  });
  t.test('SORT STORE makes a list of the result, and answers its length', async (c) => {
    await c.expect('RPUSH l 3 1 2', int(3));
    await c.expect('SET to old EX 100', '+OK\r\n');
    await c.expect('SORT l STORE to', int(3));
    await c.expect('LRANGE to 0 -1', bulks('1', '2', '3'));
    await c.expect('TTL to', int(-1));
    await c.expect('SORT l GET missing_* GET # STORE l', int(6));
    await c.expect('LRANGE l 0 -1', bulks('', '1', '', '2', '', '3'));
    await c.expect('SORT missing STORE to', int(0));
    await c.expect('EXISTS to', int(0));
    await c.expectError('SORT l STORE', SYNTAX);
    await c.expectError('SORT_RO l STORE to', SYNTAX);
    await c.expectError('SORT l NOWAY', SYNTAX);
  });
  t.test('SORT STORE of a set that is not to be sorted sorts it, so that the outcome is certain', async (c) => {
    await c.expect('SADD s b a 10 9', int(4));
    await c.expect('SORT s BY nosort STORE to', int(4));
    await c.expect('LRANGE to 0 -1', bulks('10', '9', 'a', 'b'));
    await c.expect('SORT s BY nosort DESC STORE to', int(4));
    await c.expect('LRANGE to 0 -1', bulks('b', 'a', '9', '10'));
  });
  t.test('SORT reads its options before the key', async (c) => {
    await c.expect('SET string 1', '+OK\r\n');
    await c.expectError('SORT string LIMIT a b', NOT_INTEGER);
    await c.expectError('SORT string STORE', SYNTAX);
  });
});
