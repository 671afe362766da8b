/**
 * What replicas and the AOF receive of set commands: what was up to chance goes by the members that it met. SPOP with a
 * count goes as Redis 7.2 sends it, members together in one SREM; the rest was recorded from the reference.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { array, bulk, int } from '../../../support/wire.js';
import { Engine } from '../engine.js';

const members = (first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `m${first + i}`).join(' ');

describe('set commands are propagated', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = new Engine();
    engine.run('SADD s a b c');
  });

  test('as they are, if they changed something', () => {
    for (const command of ['SADD s d a', 'SREM s x a', 'SMOVE s t b', 'SUNIONSTORE u s t', 'SINTERSTORE u s t']) {
      expect(engine.run(command).fed).toEqual([command]);
    }
    expect(engine.run('SDIFFSTORE t t t').fed).toEqual(['SDIFFSTORE t t t']);
  });

  test('not at all, if they changed nothing', () => {
    for (const command of ['SADD s a', 'SREM s x', 'SMOVE s t x', 'SMOVE s s a', 'SPOP no', 'SPOP no 3', 'SPOP s 0']) {
      expect(engine.run(command)).toMatchObject({ fed: [], changes: 0 });
    }
    for (const command of [
      'SINTERSTORE t s no',
      'SUNIONSTORE t no',
      'SDIFFSTORE t s s',
      'SRANDMEMBER s',
      'SINTER s s',
    ]) {
      expect(engine.run(command)).toMatchObject({ fed: [], changes: 0 });
    }
  });

  test('SADD and SREM count a change for each member, SMOVE one for each set', () => {
    expect(engine.run('SADD s a d e').changes).toBe(2);
    expect(engine.run('SREM s a d x').changes).toBe(2);
    expect(engine.run('SMOVE s t b').changes).toBe(2);
    expect(engine.run('SADD t c').changes).toBe(1);
    expect(engine.run('SMOVE s t c').changes).toBe(1);
    expect(engine.run('SUNIONSTORE u s t').changes).toBe(1);
  });

  test('SPOP as SREM of the member that went', () => {
    const { reply, fed, changes } = engine.run('SPOP s');
    const member = reply.split('\r\n')[1]!;
    expect(reply).toBe(bulk(member));
    expect(fed).toEqual([`SREM s ${member}`]);
    expect(changes).toBe(1);
  });

  test('SPOP of the last member as SREM, too', () => {
    engine.run('SADD one a');
    expect(engine.run('SPOP one').fed).toEqual(['SREM one a']);
  });

  test('SPOP with a count as one SREM of all members that went', () => {
    const { reply, fed, changes } = engine.run('SPOP s 2');
    const [first, second] = fed[0]!.split(' ').slice(2);
    expect(reply).toBe(array(bulk(first!), bulk(second!)));
    expect(fed).toEqual([`SREM s ${first} ${second}`]);
    expect(changes).toBe(2);
  });

  test('SPOP of very many members as several SREMs', () => {
    for (let first = 0; first < 3000; first += 1000) engine.run(`SADD large ${members(first, 1000)}`);
    const { reply, fed, changes } = engine.run('SPOP large 2500');
    const removed = fed.flatMap((command) => command.split(' ').slice(2));
    expect(
      fed.filter((command) => command.startsWith('SREM large ')).map((command) => command.split(' ').length - 2),
    ).toEqual([1024, 1024, 452]);
    expect(reply).toBe(array(...removed.map(bulk)));
    expect(changes).toBe(2500);
    expect(engine.run('SCARD large').reply).toBe(int(500));
  });

  test('SPOP of all members as the deletion of the key', () => {
    expect(engine.run('SPOP s 3')).toMatchObject({ fed: ['DEL s'], changes: 3 });
    engine.configure('lazyfree-lazy-server-del', 'yes');
    engine.run('SADD s a');
    expect(engine.run('SPOP s 100').fed).toEqual(['UNLINK s']);
  });
});
