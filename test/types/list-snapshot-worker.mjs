/**
 * Reads the lists of a snapshot, again and again, with the class that writes them to files. Runs from compiled code.
 */
import { parentPort, workerData } from 'node:worker_threads';

const { handle, holders, dist, inOrder, passes } = workerData;
const { SnapshotArena } = await import(new URL('./memory/index.js', dist).href);
const { ListReader } = await import(new URL('./types/list-reader.js', dist).href);

const arena = new SnapshotArena(handle, inOrder);
const reader = new ListReader(arena);

/** All elements of a list with a byte between them, and the figures of its nodes. */
function read(holder) {
  const parts = [];
  reader.range(holder, 0, reader.length(holder), {
    bulk: (bytes, _view, from, length) => parts.push(Buffer.from(bytes.slice(from, from + length)).toString('latin1')),
    bulkInt: (value) => parts.push(String(value)),
  });
  const nodes = [];
  reader.forEachNode(holder, (_bytes, _from, length, count, isPlain) => nodes.push(`${length} ${count} ${isPlain}`));
  return `${parts.join('|')} ${nodes.join()}`;
}

const texts = [];
for (let pass = 0; pass < passes; pass++) texts.push(holders.map(read));
parentPort.postMessage(texts);
