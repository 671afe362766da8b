/**
 * The worker of the snapshot oracle: reads a snapshot while the test goes on changing the arena, and compares what it
 * reads with copies of all slabs that were made when the snapshot began. Runs from compiled code: `npm run build`.
 */
import { parentPort, workerData } from 'node:worker_threads';

const { handle, copies, dist, inOrder, mode, passes } = workerData;
const EXPIRES = 1 << 8; // of a keyspace's record, see keyspace/record.ts
const { SnapshotArena } = await import(new URL('./memory/index.js', dist).href);
const { ROW_BYTES } = await import(new URL('./memory/size-classes.js', dist).href);

const [PAGE, PIECE] = [65536, 8192];
const [SMALL, RUN_DATA, RUN_RECORD, LONG_DATA] = [2, 4, 5, 6];
const arena = new SnapshotArena(handle, inOrder);
const buffer = new Uint8Array(PAGE);
const view = new DataView(buffer.buffer);
const images = copies.map((copy) => (copy === null ? null : new Uint8Array(copy)));
const imageViews = copies.map((copy) => (copy === null ? null : new DataView(copy)));
let differences = 0;
let comparedBytes = 0;

/** Bytes [from, from + length) of a slab, through every way of reading. */
function compareRange(slab, from, length) {
  const ref = slab << 21; // of the slab's first unit: offsets reach everywhere
  for (let at = from; at < from + length; at += PIECE) {
    const piece = Math.min(PIECE, from + length - at);
    arena.copyOut(ref, at, buffer, view, 0, piece);
    const got = Buffer.from(buffer.buffer, 0, piece);
    if (Buffer.compare(got, images[slab].subarray(at, at + piece)) !== 0) differences++;
    if (!arena.equals(ref, at, images[slab], imageViews[slab], at, piece)) differences++;
    if (arena.compare(ref, at, images[slab], imageViews[slab], at, piece) !== 0) differences++;
    for (let i = at & ~7; i + 8 <= at + piece; i += 968) {
      if (arena.i32(ref, i >>> 2) !== imageViews[slab].getInt32(i, true)) differences++;
      if (arena.u8(ref, i) !== images[slab][i]) differences++;
      if (!Object.is(arena.f64(ref, i >>> 3), imageViews[slab].getFloat64(i, true))) differences++;
    }
    comparedBytes += piece;
  }
}

/** Everything that existed when the snapshot began, or all but the records. */
function compareImage(recordsToo) {
  for (let slab = 1; slab < handle.kinds.length; slab++) {
    const kind = handle.kinds[slab];
    const isRecord = kind === RUN_RECORD || kind === LONG_DATA + 1;
    if (kind === SMALL) {
      for (let page = 0; page < 256; page++) {
        const word = handle.pages[slab * 256 + page];
        if (word !== 0 && (recordsToo || (word & 1) === 0)) compareRange(slab, page * PAGE, PAGE);
      }
    } else if (kind === RUN_DATA || (isRecord && recordsToo) || kind === LONG_DATA) {
      compareRange(slab, 0, kind >= LONG_DATA ? handle.longBytes[slab] : images[slab].length);
    }
  }
}

parentPort.postMessage({ ready: true });
const records = [];
let sizes = 0;
if (mode === 'image') for (let pass = 0; pass < passes; pass++) compareImage(true);
else {
  arena.walkRecords((ref) => {
    const size = arena.blockSize(ref);
    const [slab, base] = [ref >>> 21, (ref & 0x1fffff) * 8];
    if (mode === 'walk') compareRange(slab, base, size);
    else {
      // Neither the clock in word 1 nor the wheel's entry in word 6 is part of a snapshot.
      const wheelEnd = (imageViews[slab].getInt32(base + 8, true) & EXPIRES) === 0 ? 24 : 28;
      compareRange(slab, base, 4);
      compareRange(slab, base + 7, Math.min(size, 24) - 7);
      if (size > wheelEnd) compareRange(slab, base + wheelEnd, size - wheelEnd);
    }
    records.push(ref);
    sizes += size;
  });
  compareImage(false);
}
parentPort.postMessage({ done: true, differences, comparedBytes, records, sizes, classes: [...ROW_BYTES] });
