/**
 * Streams beside a naive model: random operations, copies, snapshots, memory that runs out, and the bytes of the
 * reference.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Arena, OutOfMemoryError, SnapshotArena } from '../../../src/memory/index.js';
import type { TypeLimits } from '../../../src/types/limits.js';
import { StreamReader } from '../../../src/types/stream/stream-reader.js';
import { HOLDER_BYTES } from '../../../src/types/value.js';
import { Random } from '../../../src/util/random.js';
import { copySlabs, runOracle } from '../../memory/oracle.js';
import { RespClient, referenceAvailable, startReference } from '../../support/index.js';
import { StreamModel } from './model.js';
import { describeStream, SEEDS } from './support.js';

const LIMITS: Record<string, Partial<TypeLimits>> = {
  'as they are': {},
  'of three entries': { streamNodeMaxEntries: 3 },
  'of 150 bytes': { streamNodeMaxBytes: 150, streamNodeMaxEntries: 0 },
  'of one entry': { streamNodeMaxEntries: 1 },
  'without limits': { streamNodeMaxBytes: 0, streamNodeMaxEntries: 0 },
};

describe.each(Object.entries(LIMITS))('streams with nodes %s', (_name, limits) => {
  test.each(SEEDS)('hold what the model holds (seed %i)', (seed) => {
    const random = new Random(seed);
    const arena = new Arena();
    const empty = arena.stats().liveBytes;
    const model = new StreamModel(arena, limits);
    for (let i = 0; i < 3000; i++) {
      model.change(random);
      if (i % 100 === 99) model.check();
    }
    // All that is counted as its own is all that there is.
    const used = arena.stats().liveBytes - empty - arena.blockSize(model.holder);
    expect(model.streams.memoryUsage(model.holder, 0)).toBe(used);
    expect(model.streams.memoryUsage(model.holder, 5)).toBeLessThan(used * 4);
    expect(model.streams.memoryUsage(model.holder, 5)).toBeGreaterThan(used / 4);
    // A copy is another one that is the same, whatever becomes of the original.
    const copy = arena.alloc(HOLDER_BYTES);
    arena.zero(copy, 0, HOLDER_BYTES);
    model.streams.copy(model.holder, copy);
    const wanted = model.describe();
    for (let i = 0; i < 300; i++) model.change(random);
    model.check();
    expect(describeStream(model.streams, model.streams.of(copy))).toBe(wanted);
    // Freed in pieces, nothing is left.
    for (const holder of [copy, model.holder]) {
      expect(model.streams.effort(holder)).toBeGreaterThan(0);
      let steps = 0;
      while (!model.streams.free(holder, 7)) steps++;
      expect(steps).toBeGreaterThan(1);
      arena.free(holder);
    }
    expect(arena.stats().liveBytes).toBe(empty);
  });

  test.each(SEEDS)('are read from a snapshot as they were when it began (seed %i)', (seed) => {
    const random = new Random(seed);
    const arena = new Arena();
    const model = new StreamModel(arena, limits);
    for (let i = 0; i < 1500; i++) model.change(random);
    const { stream } = model;
    const wanted = model.describe();
    const snapshot = new StreamReader(new SnapshotArena(arena.beginSnapshot()));
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 200; i++) model.change(random);
      expect(describeStream(snapshot, stream)).toBe(wanted);
    }
    model.check();
    while (!model.streams.free(model.holder, 50));
    expect(describeStream(snapshot, stream)).toBe(wanted);
    arena.endSnapshot();
  });

  test('lose nothing when memory runs out, and do the same when it is there again', () => {
    const random = new Random(11);
    const arena = new ScarceArena();
    const model = new StreamModel(arena, limits);
    const empty = arena.stats().liveBytes - model.streams.memoryUsage(model.holder, 0);
    let failures = 0;
    for (let i = 0; i < 2000; i++) {
      model.change(random);
      if (i % 20 !== 0) continue;
      const before = describeStream(model.streams, model.stream);
      const bytes = arena.stats().liveBytes;
      const copy = arena.alloc(HOLDER_BYTES);
      arena.zero(copy, 0, HOLDER_BYTES);
      arena.left = random.below(30);
      try {
        model.streams.copy(model.holder, copy);
        while (!model.streams.free(copy, 1000));
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        failures++;
      }
      arena.left = Number.POSITIVE_INFINITY;
      arena.free(copy);
      expect(arena.stats().liveBytes).toBe(bytes);
      expect(describeStream(model.streams, model.stream)).toBe(before);
    }
    expect(failures).toBeGreaterThan(10);
    while (!model.streams.free(model.holder, 100));
    expect(arena.stats().liveBytes).toBe(empty);
  });
});

/** Has so many blocks left. */
class ScarceArena extends Arena {
  left = Number.POSITIVE_INFINITY;

  override reserve(count: number): void {
    if (this.left < count) throw new OutOfMemoryError(count);
    super.reserve(count);
  }

  override alloc(size: number): number {
    if (this.left-- <= 0) throw new OutOfMemoryError(size);
    return super.alloc(size);
  }
}

test('a worker sees the memory of streams as it was, byte for byte, while they change', {
  timeout: 60_000,
}, async () => {
  const random = new Random(7);
  const arena = new Arena();
  const model = new StreamModel(arena, { streamNodeMaxEntries: 20 });
  for (let i = 0; i < 5000; i++) model.change(random);
  const handle = arena.beginSnapshot();
  const copies = copySlabs(arena, handle);
  const verdict = await runOracle(handle, copies, 'image', true, () => {
    for (let i = 0; i < 200; i++) model.change(random);
  });
  arena.endSnapshot();
  expect(verdict.differences).toBe(0);
  expect(verdict.comparedBytes).toBeGreaterThan(0);
  model.check();
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('packed nodes beside the reference', () => {
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

  test.each([100, 4, 1])(
    'have the same ids and bytes, deleted and trimmed entries included (%i entries a node)',
    async (most) => {
      const random = new Random(most);
      await client.send('CONFIG', 'SET', 'stream-node-max-entries', most);
      await client.send('DEL', 's');
      const model = new StreamModel(new Arena(), { streamNodeMaxEntries: most });
      for (let round = 0; round < 30; round++) {
        const before = model.entries.length;
        for (let i = 0; i < 20; i++) model.add(random);
        for (const { id, texts } of model.entries.slice(before)) {
          await client.send(
            'XADD',
            's',
            `${id >> 64n}-${id & (2n ** 64n - 1n)}`,
            ...texts.map((text) => Buffer.from(text, 'latin1')),
          );
        }
        const { id } = model.entries[random.below(model.entries.length)]!;
        model.deleteEntry(id);
        await client.send('XDEL', 's', `${id >> 64n}-${id & (2n ** 64n - 1n)}`);
        if (round % 10 === 9) {
          model.trimTo(model.entries.length - 7);
          await client.send('XTRIM', 's', 'MAXLEN', model.entries.length);
        }
        const payload = Buffer.from((await client.send('DUMP', 's')).value as string, 'latin1'); // DUMP answers with a bulk string
        model.streams.forEachNode(model.stream, (nodeId, block, size) => {
          const bytes = Buffer.alloc(size);
          model.arena.copyOut(block, 0, bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, size);
          expect(payload.includes(bytes), `node ${nodeId} of ${size} bytes in the DUMP`).toBe(true);
        });
        const info = (await client.send('XINFO', 'STREAM', 's')).value as (string | number)[];
        expect(info[3]).toBe(model.streams.nodeCount(model.stream));
        expect(info[5]).toBe(model.streams.radixNodeCount(model.stream));
      }
      model.check();
    },
  );
});
