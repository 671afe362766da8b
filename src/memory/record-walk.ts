/**
 * The walk over all records in slab order, by the pages' carve marks and the blocks' live bits: no index is needed.
 * The same code walks the live arena and, in a worker, the snapshot of one.
 *
 * A walk of the live arena may be interrupted and go on after any changes: it visits every record that lives all the
 * time exactly once (records never move), and those that come or go meanwhile at most once for each time they live.
 */
import {
  KIND_RECORD,
  LIVE_WORD,
  PAGE_SHIFT,
  RUN_FREE,
  RUN_TABLE_UNITS,
  RUN_UNIT_SHIFT,
  SLAB_LONG_RECORD,
  SLAB_PAGES,
  SLAB_RUN_RECORD,
  SLAB_RUN_UNITS,
  SLAB_SHIFT,
  SLAB_SMALL,
  UNIT_MASK,
} from './layout.js';
import { ROW_UNITS } from './size-classes.js';

/** What can be walked. */
export interface WalkSource {
  /** Slab ids are below this. */
  readonly slabLimit: number;
  /** One of the SLAB_ constants. */
  slabKind(slab: number): number;
  /** `carved << 8 | row` of a page of a slab of kind SLAB_SMALL, 0 for a free one. */
  pageWord(page: number): number;
  i32(ref: number, word: number): number;
}

/** Where a walk stands. Make a new one to begin a walk. */
export class RecordCursor {
  /** The slab the walk goes on in. */
  slab = 1;
  /** The first 8-byte unit in it that has not been looked at. */
  unit = 0;
}

/**
 * Looks at the next `blocks` blocks, dead ones included, and calls `visit` for the live records among them. O(blocks),
 * and O(pages) that hold none. False when the walk has reached the end.
 */
export function walkRecords(
  source: WalkSource,
  cursor: RecordCursor,
  blocks: number,
  visit: (ref: number) => void,
): boolean {
  let left = blocks;
  for (; cursor.slab < source.slabLimit; cursor.slab++, cursor.unit = 0) {
    switch (source.slabKind(cursor.slab)) {
      case SLAB_SMALL:
        left = walkPages(source, cursor, left, visit);
        break;
      case SLAB_RUN_RECORD:
        left = walkRuns(source, cursor, left, visit);
        break;
      case SLAB_LONG_RECORD:
        if (cursor.unit === 0) {
          cursor.unit = 1;
          left--;
          visitLive(source, cursor.slab << SLAB_SHIFT, visit);
        }
        break;
    }
    if (left <= 0) return true;
  }
  return false;
}

function visitLive(source: WalkSource, ref: number, visit: (ref: number) => void): void {
  if (source.i32(ref, LIVE_WORD) < 0) visit(ref);
}

/** Pages of one slab from the cursor on; returns how many blocks are left to look at. */
function walkPages(source: WalkSource, cursor: RecordCursor, blocks: number, visit: (ref: number) => void): number {
  let left = blocks;
  const slab = cursor.slab;
  for (let page = cursor.unit >>> PAGE_SHIFT; page < SLAB_PAGES; page++) {
    const first = page << PAGE_SHIFT;
    const word = source.pageWord(slab * SLAB_PAGES + page);
    if ((word & KIND_RECORD) !== 0) {
      const units = ROW_UNITS[word & 0xff]!;
      const end = first + (word >>> 8) * units;
      let unit = first;
      // The page may have taken another row since the last step: then all in it is new, and any block will do.
      if (cursor.unit > first) unit = first + Math.ceil((cursor.unit - first) / units) * units;
      for (; unit < end; unit += units) {
        if (left-- <= 0) {
          cursor.unit = unit;
          return 0;
        }
        cursor.unit = unit + units;
        visitLive(source, (slab << SLAB_SHIFT) | unit, visit);
      }
    }
    cursor.unit = (page + 1) << PAGE_SHIFT;
  }
  return left;
}

/** Runs of one slab from the cursor on; returns how many blocks are left to look at. */
function walkRuns(source: WalkSource, cursor: RecordCursor, blocks: number, visit: (ref: number) => void): number {
  let left = blocks;
  const table = cursor.slab << SLAB_SHIFT;
  const from = cursor.unit >>> RUN_UNIT_SHIFT;
  let unit = RUN_TABLE_UNITS;
  while (unit < SLAB_RUN_UNITS) {
    const word = source.i32(table, unit);
    const next = unit + (word & (RUN_FREE - 1));
    // From the table's start each time: a unit that was a run's first may have become another's middle meanwhile.
    if (unit >= from && word < RUN_FREE) {
      if (left-- <= 0) {
        cursor.unit = unit << RUN_UNIT_SHIFT;
        return 0;
      }
      cursor.unit = next << RUN_UNIT_SHIFT;
      visitLive(source, table | (unit << RUN_UNIT_SHIFT), visit);
    }
    unit = next;
  }
  cursor.unit = UNIT_MASK + 1;
  return left;
}
