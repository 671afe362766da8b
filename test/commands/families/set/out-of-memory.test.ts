/**
 * Set commands without memory: wherever the arena has no block for them, they answer OOM, and nothing has changed that
 * a client or a replica could see.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Arena, OutOfMemoryError } from '../../../../src/memory/index.js';
import { Engine } from '../engine.js';

const words = (name: string, first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${name}${first + i}`).join(' ');

/** Sets of each encoding, at their limits and below. */
const BEFORE: readonly string[] = [
  'SADD ints 1 2 3',
  `SADD allints ${words('', 0, 512)}`,
  'SADD few a b c',
  `SADD allfew ${words('m', 0, 128)}`,
  `SADD many ${words('m', 0, 500)}`,
  'SADD one a',
  'SET text v',
];
const KEYS = ['ints', 'allints', 'few', 'allfew', 'many', 'one', 'new'];

/** Commands that need memory, and for each what tells that it has run. */
const COMMANDS: readonly string[] = [
  'SADD new a b c',
  'SADD new 1 2 3',
  `SADD new ${words('m', 0, 200)}`,
  'SADD ints 4 100000 9223372036854775807',
  'SADD ints x y z',
  'SADD allints x',
  'SADD allints 100000 200000',
  'SADD allfew one-more',
  `SADD allfew ${words('x', 0, 20)}`,
  `SADD few ${words('x', 0, 300)}`,
  `SADD many ${words('x', 0, 300)} m1`,
  'SMOVE one new a',
  'SMOVE few new b',
  'SMOVE few many b',
  'SMOVE few allints b',
  'SMOVE one allfew a',
  'SUNIONSTORE new ints few many',
  'SUNIONSTORE few ints many',
  'SUNIONSTORE text ints many',
  'SINTERSTORE many many allfew',
  'SINTERSTORE new allints allints',
  'SDIFFSTORE many many allfew few',
  'SDIFFSTORE new many allfew few',
  'SPOP ints 2',
  'SPOP allfew 100',
];

afterEach(() => void vi.restoreAllMocks());

/** Lets arenas give `left` more blocks, and then none; what they promise they keep. */
function failAllocations(left: number): void {
  let rest = left;
  vi.spyOn(Arena.prototype, 'reserve').mockImplementation((count) => {
    if (rest < count) throw new OutOfMemoryError(count);
  });
  for (const method of ['alloc', 'allocRecord'] as const) {
    const original = Arena.prototype[method];
    vi.spyOn(Arena.prototype, method).mockImplementation(function (this: Arena, size) {
      if (rest-- <= 0) throw new OutOfMemoryError(size);
      return original.call(this, size);
    });
  }
}

/** All members of all sets, and what else clients see of the keys. */
function visible(engine: Engine): string[] {
  const sets = KEYS.map((key) => {
    const members = engine.run(`SMEMBERS ${key}`).reply.split('\r\n').sort().join(' ');
    return `${key}: ${members}`;
  });
  return [...sets, engine.run('GET text').reply, engine.run('EXISTS new').reply];
}

describe('without memory', () => {
  test.each(COMMANDS.map((command) => [command.slice(0, 50), command]))('%s', (_title, command) => {
    const engine = new Engine();
    let refused = 0;
    for (let left = 0; ; left += 1 + (left >> 2)) {
      engine.run('FLUSHALL');
      for (const before of BEFORE) engine.run(before);
      const wanted = visible(engine);
      failAllocations(left);
      const { reply, fed, changes, events } = engine.run(command!);
      vi.restoreAllMocks();
      if (!reply.startsWith('-OOM')) break;
      refused++;
      expect({ fed, changes, events }).toEqual({ fed: [], changes: 0, events: [] });
      expect(visible(engine)).toEqual(wanted);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
