import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryAccount } from '../../src/memory/index.js';
import { ConnectionMemory } from '../../src/net/index.js';
import { QueryBuffer } from '../../src/net/query-buffer.js';

describe('the query buffer', () => {
  it('holds what a plain array of bytes would, whatever is appended and consumed', () => {
    const step = fc.record({
      add: fc.uint8Array({ maxLength: 3000 }),
      take: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const account = new MemoryAccount();
        const query = new QueryBuffer(new ConnectionMemory(account));
        let model: number[] = [];
        for (const { add, take } of steps) {
          query.append(add, 0, add.length, 0);
          model.push(...add);
          const taken = Math.floor(take * model.length);
          query.consume(query.from + taken);
          model = model.slice(taken);
          expect([...query.bytes.subarray(query.from, query.to)]).toEqual(model);
          expect(account.used).toBe(query.capacity);
        }
      }),
    );
  });

  it('reserves what a big value needs once', () => {
    const query = new QueryBuffer(new ConnectionMemory(new MemoryAccount()));
    const chunk = Buffer.alloc(64 * 1024, 1);
    query.append(chunk, 0, chunk.length, 5_000_000);
    const { bytes } = query;
    while (query.length + chunk.length <= 5_000_000) query.append(chunk, 0, chunk.length, 5_000_000);
    expect(query.bytes).toBe(bytes);
    expect(query.capacity).toBe(5_000_000);
  });

  it('does not take gigabytes because a client announces them', () => {
    const query = new QueryBuffer(new ConnectionMemory(new MemoryAccount()));
    query.append(Buffer.alloc(100), 0, 100, 512 * 1024 * 1024);
    expect(query.capacity).toBeLessThanOrEqual(16 * 1024 * 1024);
  });

  it('gives a large buffer back when it is empty, and a small one when it is told to shrink', () => {
    const query = new QueryBuffer(new ConnectionMemory(new MemoryAccount()));
    query.append(Buffer.alloc(200_000), 0, 200_000, 0);
    query.consume(query.to);
    expect(query.capacity).toBe(0);
    query.append(Buffer.alloc(100), 0, 100, 0);
    query.consume(query.to);
    expect(query.capacity).toBeGreaterThan(0);
    query.shrink();
    expect(query.capacity).toBe(0);
  });
});
