/** The oracle of snapshots: a worker resolves one while the arena changes, and compares it with copies of all slabs. */
import { existsSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import type { Arena, SnapshotHandle } from '../../src/memory/index.js';
import { ROW_BYTES } from '../../src/memory/size-classes.js';

const DIST = new URL('../../dist/', import.meta.url);

/** What the worker found. */
export interface Verdict {
  differences: number;
  comparedBytes: number;
  /** The records of the walk, in its order. */
  records: number[];
  sizes: number;
  /** The worker's size classes: they differ when the compiled code is old. */
  classes: number[];
}

/** Copies of all slabs, in shared memory for the worker. */
export function copySlabs(arena: Arena, handle: SnapshotHandle): (SharedArrayBuffer | null)[] {
  return handle.buffers.map((buffer, id) => {
    const used = arena.bytes[id]!;
    const length = Math.max(handle.longBytes[id]!, Math.min(used.length, 1 << 24));
    if (id === 0 || buffer === null || handle.kinds[id]! < 2) return null;
    const copy = new SharedArrayBuffer(length);
    new Uint8Array(copy).set(used.subarray(0, length));
    return copy;
  });
}

/**
 * Lets a worker read the snapshot while `change` is called again and again: whole, record by record, or record by
 * record of a keyspace but for the words that are set without the barrier.
 */
export async function runOracle(
  handle: SnapshotHandle,
  copies: (SharedArrayBuffer | null)[],
  mode: 'image' | 'walk' | 'keyspace',
  inOrder: boolean,
  change: () => void,
): Promise<Verdict> {
  if (!existsSync(new URL('memory/index.js', DIST))) throw new Error('the worker runs compiled code: npm run build');
  const verdict = await new Promise<Verdict>((resolve, reject) => {
    const worker = new Worker(new URL('./oracle-worker.mjs', import.meta.url), {
      workerData: { handle, copies, dist: DIST.href, inOrder, mode, passes: 3 },
      transferList: [handle.sides],
    });
    let done = false;
    worker.once('error', reject);
    worker.on('message', (message: Partial<Verdict> & { done?: boolean }) => {
      if (message.done !== true) return;
      done = true;
      resolve(message as Verdict); // the worker says so
    });
    void (async () => {
      while (!done) {
        change();
        await turn();
      }
    })().catch(reject);
  });
  expect(verdict.classes, 'dist/ to be compiled from this source: npm run build').toEqual([...ROW_BYTES]);
  return verdict;
}
