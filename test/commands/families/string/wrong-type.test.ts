/** What string and bitmap commands do to a list behind their replies. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TYPE_LIST, TYPE_STRING } from '../../../../src/keyspace/record.js';
import { ok } from '../../../support/wire.js';
import { Engine } from '../engine.js';
import { REPLACING_COMMANDS, REPLIES_TO_LIST } from './wrong-type.js';

describe('string and bitmap commands on a list', () => {
  const engine = new Engine();
  beforeEach(() => {
    engine.run('FLUSHALL');
    engine.run('RPUSH l x');
  });

  test.each(REPLIES_TO_LIST)('%s leaves the list alone and tells nobody', (command, reply) => {
    expect(engine.run(command)).toEqual({ reply, events: [], fed: [], changes: 0 });
    expect(engine.typeOf('l')).toBe(TYPE_LIST);
  });
  test.each(REPLACING_COMMANDS)('%s replaces the list', (command) => {
    expect(engine.run(command).reply).toBe(ok);
    expect(engine.typeOf('l')).toBe(TYPE_STRING);
  });
  test('BITOP replaces a list that is its destination', () => {
    engine.run('SET a x');
    expect(engine.run('BITOP NOT l a').reply).toBe(':1\r\n');
    expect(engine.typeOf('l')).toBe(TYPE_STRING);
  });
});
