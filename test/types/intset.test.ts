/** Intsets beside sorted arrays, in a snapshot, and byte for byte beside those of the reference. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena, SnapshotArena } from '../../src/memory/index.js';
import { Int64 } from '../../src/types/int64.js';
import { IntsetReader, Intsets, isValidIntset } from '../../src/types/intset.js';
import { RespClient, referenceAvailable, startReference } from '../support/index.js';
import { EDGES, type Element, runs, textOf } from './support.js';

function int64(value: bigint): Int64 {
  const integer = new Int64();
  integer.setBig(value);
  return integer;
}

function values(reader: IntsetReader, ref: number): bigint[] {
  const result: bigint[] = [];
  const add = (...parts: Element): void => void result.push(BigInt(textOf(...parts)));
  for (let i = 0; i < reader.count(ref); i++) reader.visit(ref, i, add);
  return result;
}

function bytesOf(arena: Arena, reader: IntsetReader, ref: number): Uint8Array {
  const bytes = new Uint8Array(reader.byteLength(ref));
  arena.copyOut(ref, 0, bytes, new DataView(bytes.buffer), 0, bytes.length);
  return bytes;
}

/** Mostly narrow, so that the width grows late. */
const value = fc.oneof(
  { weight: 30, arbitrary: fc.bigInt({ min: -40n, max: 40n }) },
  { weight: 1, arbitrary: fc.constantFrom(...EDGES) },
);
const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

describe('intsets', () => {
  it('hold what a sorted array holds, in the width of the widest that was there', () => {
    const change = fc.tuple(fc.boolean(), value);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const arena = new Arena();
        const sets = new Intsets(arena);
        const model = new Set<bigint>();
        let ref = sets.create();
        let width = 2;
        for (const [isAdded, integer] of changes) {
          const had = model.has(integer);
          expect(sets.has(ref, int64(integer))).toBe(had);
          ref = isAdded ? sets.add(ref, int64(integer)) : sets.remove(ref, int64(integer));
          expect(sets.changed).toBe(had !== isAdded);
          if (isAdded) model.add(integer);
          else model.delete(integer);
          if (isAdded && integer !== BigInt.asIntN(32, integer)) width = 8;
          else if (isAdded && integer !== BigInt.asIntN(16, integer)) width = Math.max(4, width);
          const sorted = [...model].sort(ascending);
          expect(values(sets, ref)).toEqual(sorted);
          expect(sets.width(ref)).toBe(width);
          for (const [i, other] of sorted.entries()) expect(sets.indexOf(ref, int64(other))).toBe(i);
          const bytes = bytesOf(arena, sets, ref);
          expect(isValidIntset(new DataView(bytes.buffer), 0, bytes.length)).toBe(model.size > 0);
          expect(arena.account.used).toBe(arena.blockSize(ref));
        }
      }),
      runs(200),
    );
  });

  it('are read from a snapshot as they were when it began', () => {
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 300 }), fc.array(value), (start, changes) => {
        const arena = new Arena();
        const sets = new Intsets(arena);
        let ref = sets.create();
        for (const integer of start) ref = sets.add(ref, int64(integer));
        const snapshot = new IntsetReader(new SnapshotArena(arena.beginSnapshot()));
        const root = ref;
        changes.forEach((integer, i) => {
          ref = i % 2 === 0 ? sets.add(ref, int64(integer)) : sets.remove(ref, int64(integer));
        });
        expect(values(snapshot, root)).toEqual([...start].sort(ascending));
        for (const integer of start) expect(snapshot.has(root, int64(integer))).toBe(true);
        arena.endSnapshot();
      }),
      runs(60),
    );
  });

  it('are refused when they do not ascend, or their header is wrong', () => {
    const arena = new Arena();
    const sets = new Intsets(arena);
    let ref = sets.create();
    for (const integer of [-70_000n, -1n, 0n, 5n, 1_000_000n]) ref = sets.add(ref, int64(integer));
    const bytes = bytesOf(arena, sets, ref);
    const view = new DataView(bytes.buffer);
    expect(isValidIntset(view, 0, bytes.length)).toBe(true);
    expect(values(sets, sets.createFrom(bytes, view, 0, bytes.length))).toEqual([-70_000n, -1n, 0n, 5n, 1_000_000n]);
    for (let length = 0; length < bytes.length; length++) expect(isValidIntset(view, 0, length)).toBe(false);
    for (const at of [0, 1, 2, 3, 4, 5, 6, 7]) {
      bytes[at] = bytes[at]! ^ 0x80;
      expect(isValidIntset(view, 0, bytes.length)).toBe(false);
      bytes[at] = bytes[at]! ^ 0x80;
    }
    for (const wrong of [-1, -2]) {
      view.setInt32(16, wrong, true); // in the place of 0, behind -1
      expect(isValidIntset(view, 0, bytes.length)).toBe(false);
    }
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('intsets beside the reference', () => {
  let server: Awaited<ReturnType<typeof startReference>>;
  let client: RespClient;

  beforeAll(async () => {
    server = await startReference(['--rdbcompression', 'no']);
    client = await RespClient.connect({ port: server.port });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  it('have the same bytes, after removals too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(value, { minLength: 2, maxLength: 200 }), fc.nat(), async (added, seed) => {
        const removed = added[seed % added.length]!;
        const arena = new Arena();
        const sets = new Intsets(arena);
        let ref = sets.create();
        for (const integer of added) ref = sets.add(ref, int64(integer));
        ref = sets.remove(ref, int64(removed));
        const replies = await client.pipeline([
          ['DEL', 'k'],
          ['SADD', 'k', ...added],
          ['SREM', 'k', removed],
          ['DUMP', 'k'],
        ]);
        const payload = Buffer.from(replies[3]!.value as string, 'latin1'); // DUMP answers with a bulk string
        expect(payload[0]).toBe(11); // a set as an intset
        const first = payload[1]!;
        const wanted = payload.subarray(first < 0x40 ? 2 : first < 0x80 ? 3 : 6, payload.length - 10);
        expect(Buffer.from(bytesOf(arena, sets, ref)).toString('hex')).toBe(wanted.toString('hex'));
      }),
      runs(100),
    );
  });
});
