/** The touch pass of elements: it changes nothing, whatever stands under the keys. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPE_HASH, TYPE_SET } from '../../src/keyspace/record.js';
import { element, runs } from '../types/support.js';
import { Bench, spans } from './support.js';

/** Keys of every kind: none, a string, and hashes and sets, packed and large. */
const KEYS = ['missing', 'string', 'small hash', 'large hash', 'timed hash', 'small set', 'large set'];

function filled(): Bench {
  const bench = new Bench();
  const { keyspace } = bench;
  const { hashes, sets } = keyspace;
  const db = bench.db();
  bench.set('string', 'value');
  for (const [key, count] of [
    ['small hash', 3],
    ['large hash', 2000],
    ['timed hash', 2000],
  ] as const) {
    const holder = keyspace.detached(TYPE_HASH);
    hashes.init(holder);
    for (let i = 0; i < count; i++) {
      hashes.set(holder, ...element(`e${i}`), ...element('value'));
      if (key !== 'timed hash') continue;
      hashes.find(holder, ...element(`e${i}`));
      hashes.setTime(holder, keyspace.commandTimeMs + 1_000_000);
    }
    db.adopt(spans(key), 0, holder);
  }
  for (const [key, count] of [
    ['small set', 3],
    ['large set', 2000],
  ] as const) {
    const holder = keyspace.detached(TYPE_SET);
    sets.createListpack(holder);
    for (let i = 0; i < count; i++) sets.add(holder, ...element(`e${i}`));
    db.adopt(spans(key), 0, holder);
  }
  return bench;
}

/** Every byte of the arena's slabs in use. */
function image(bench: Bench): string {
  const { bytes } = bench.arena;
  return bytes
    .map((slab) => Buffer.from(slab.buffer, slab.byteOffset, slab.byteLength))
    .map(hashOf)
    .join();
}

function hashOf(slab: Buffer): string {
  let sum = 0;
  for (let i = 0; i < slab.length - 3; i += 4) sum = (Math.imul(sum, 31) + slab.readInt32LE(i)) | 0;
  return String(sum);
}

describe('the touch pass of elements', () => {
  it('changes nothing, whatever the keys hold and however many elements there are', () => {
    const bench = filled();
    const before = image(bench);
    const pair = fc.tuple(fc.constantFrom(...KEYS), fc.integer({ min: 0, max: 4000 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 150 }), fc.boolean(), (pairs, sorted) => {
        if (sorted) pairs.sort(([a], [b]) => (a < b ? -1 : 1));
        const keys = spans(...pairs.map(([key]) => key));
        const elements = spans(...pairs.map(([, n]) => `e${n}`));
        const n = pairs.length;
        const keyHashes = new Int32Array(n);
        const places = Int32Array.from({ length: n }, (_, i) => i);
        bench.db().prefetch(keys.bytes, keys.view, keys.offsets, keys.lengths, n, keyHashes, true);
        const { bytes, view, offsets, lengths } = elements;
        bench.keyspace.elements.touch(bench.db(), bytes, view, offsets, lengths, n, keyHashes, places);
        expect(bench.keyspace.fields.wheel.count).toBe(1);
      }),
      runs(300),
    );
    expect(image(bench)).toBe(before);
  });
});
