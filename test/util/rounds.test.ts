import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rounds } from '../../src/util/rounds.js';

describe('rounds', () => {
  test('visit each member once in as many turns as there are parts', () => {
    const members = new Set(Array.from({ length: 95 }, (_, i) => i));
    const rounds = new Rounds(members);
    for (let round = 0; round < 3; round++) {
      const visited: number[] = [];
      for (let turn = 0; turn < 10; turn++) {
        const before = visited.length;
        rounds.turn(10, (member) => visited.push(member));
        expect(visited.length - before).toBe(10);
      }
      expect(new Set(visited)).toEqual(members);
    }
  });

  test('visit nobody in an empty collection, and whoever comes then', () => {
    const members = new Map<string, number>();
    const rounds = new Rounds(members);
    const visited: number[] = [];
    rounds.turn(10, (member) => visited.push(member));
    members.set('a', 1);
    rounds.turn(10, (member) => visited.push(member));
    rounds.turn(10, (member) => visited.push(member));
    expect(visited).toEqual([1, 1]);
  });

  test('visit whoever stays, while others come and go, even from inside a visit', () => {
    const step = fc.record({
      adds: fc.nat(5),
      removes: fc.array(fc.nat(), { maxLength: 5 }),
      parts: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const members = new Set<number>();
        const rounds = new Rounds(members);
        let next = 0;
        for (const { adds, removes, parts } of steps) {
          for (let i = 0; i < adds; i++) members.add(next++);
          for (const place of removes) members.delete([...members][place % (members.size || 1)]!);
          rounds.turn(parts, (member) => {
            expect(members.has(member)).toBe(true);
            if (member % 7 === 0) members.delete(member);
          });
        }
        const waiting = new Set(members);
        const turns = 2 * members.size;
        for (let turn = 0; turn < turns; turn++) rounds.turn(members.size, (member) => waiting.delete(member));
        expect(waiting.size).toBe(0);
      }),
    );
  });
});
