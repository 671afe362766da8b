/**
 * Size classes of small blocks. Steps of 8 bytes up to 128, then 16 a doubling up to 4 KiB; from 1 KiB on, sizes are
 * stretched so that a page holds their number without a rest, and above 4 KiB there is a class for every number from 15
 * down to 4. Mean waste inside a block, for sizes spread evenly: 2 % up to 4 KiB, 5 % up to 8 KiB and 9 % up to 16 KiB,
 * where a page holds few blocks; at the end of a page less than 2 %.
 *
 * A row is a class together with a kind: `class * 2 + kind`. Row 0 and 1 mean "no small block here".
 */
import { PAGE_BYTES } from './layout.js';

/** The longest small block; longer ones are runs or have buffers of their own. */
export const MAX_SMALL_BYTES = 16384;

const sizes = makeSizes();

/** Rows, including the two that mean none. At most 256: a row fits a byte. */
export const ROWS = (sizes.length + 1) * 2;
/** Bytes of a block, by row. */
export const ROW_BYTES = new Int32Array(ROWS);
/** 8-byte units of a block, by row. */
export const ROW_UNITS = new Int32Array(ROWS);
/** Blocks that a page holds, by row. */
export const ROW_CAPACITY = new Int32Array(ROWS);
/** The row of kind DATA for a size: `ROW_OF[(size + 7) >>> 3]`. */
export const ROW_OF = new Uint8Array(MAX_SMALL_BYTES / 8 + 1);

sizes.forEach((size, index) => {
  for (let row = (index + 1) * 2; row < (index + 2) * 2; row++) {
    ROW_BYTES[row] = size;
    ROW_UNITS[row] = size / 8;
    ROW_CAPACITY[row] = Math.floor(PAGE_BYTES / size);
  }
});
for (let units = 0, index = 0; units < ROW_OF.length; units++) {
  if (units * 8 > sizes[index]!) index++;
  ROW_OF[units] = (index + 1) * 2;
}

function makeSizes(): number[] {
  const result: number[] = [];
  for (let size = 8; size <= 128; size += 8) result.push(size);
  for (let base = 128; base < MAX_SMALL_BYTES; base *= 2) {
    const steps = base < 4096 ? 16 : 8;
    for (let step = 1; step <= steps; step++) {
      const size = base + (base / steps) * step;
      const fitted = size < 1024 ? size : Math.floor(PAGE_BYTES / Math.floor(PAGE_BYTES / size) / 8) * 8;
      if (fitted > result[result.length - 1]!) result.push(fitted);
    }
  }
  return result;
}
