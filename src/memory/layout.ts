/**
 * How a reference becomes an address. Every module of the arena agrees on the numbers of this file.
 *
 * ```
 *   reference (signed int32, counts 8-byte units; 0 is none)
 *   31            21 20          13 12            0
 *   +---------------+--------------+---------------+
 *   |  slab id      |  page        | unit in page  |     ref >>> 21 = slab, ref >>> 13 = page of the arena
 *   +---------------+--------------+---------------+     ref & 0x1fffff = unit in the slab
 *
 *   extent   32 MiB   one SharedArrayBuffer, two slabs: what the system gives and gets back
 *   slab     16 MiB   256 pages, or 8192 run units, or (with a buffer of its own) one long block
 *   page     64 KiB   blocks of one size class and one kind
 *   run unit  2 KiB   blocks above 16 KiB are runs of these
 *   card     512 B    what a snapshot copies before the first write
 * ```
 * A block that is longer than a slab has a longer buffer under its slab id: offsets from its reference may go beyond
 * 16 MiB, and the same accessors serve it.
 *
 * Why extents of two slabs: glibc raises its mmap threshold up to 32 MiB when smaller mapped chunks are freed, and from
 * then on 16 MiB buffers come from the heap, where they stay resident after V8 has freed them (measured: 367 MB stayed
 * of 367, 112 were in use). A request of 32 MiB is always mapped and always unmapped. Memory that nobody has written to
 * costs nothing, so that the larger unit has no price.
 */

/** The reference that refers to nothing. */
export const NONE = 0;

/** Bytes of a slab. */
export const SLAB_BYTES = 1 << 24;
/** `ref >>> SLAB_SHIFT` is the slab's id. */
export const SLAB_SHIFT = 21;
/** `ref & UNIT_MASK` is the 8-byte unit in the slab. */
export const UNIT_MASK = 0x1fffff;
/** Slab ids that a reference can express; id 0 is never a block's, so that no block has reference 0. */
export const SLAB_IDS = 2048;

/** Slabs in one SharedArrayBuffer. */
export const EXTENT_SLABS = 2;
/** Bytes of such a buffer: the least that glibc always maps, whatever was freed before. */
export const EXTENT_BYTES = SLAB_BYTES * EXTENT_SLABS;

/** Bytes of a page. */
export const PAGE_BYTES = 1 << 16;
/** `ref >>> PAGE_SHIFT` is the page's number in the arena, `page << PAGE_SHIFT` the reference of its first unit. */
export const PAGE_SHIFT = 13;
/** Pages of a slab. */
export const SLAB_PAGES = 256;

/** Bytes of a run unit. */
export const RUN_UNIT_BYTES = 1 << 11;
/** 8-byte units of a run unit, as a shift. */
export const RUN_UNIT_SHIFT = 8;
/** Run units of a slab; the first RUN_TABLE_UNITS hold the table. */
export const SLAB_RUN_UNITS = 8192;
/** Run units that the table of a run slab (a word a unit) takes at its start. */
export const RUN_TABLE_UNITS = 16;
/** The longest run: two of them fit one slab. */
export const MAX_RUN_UNITS = (SLAB_RUN_UNITS - RUN_TABLE_UNITS) / 2;
/** In the run table: this run is free. The low bits of the word are its length. */
export const RUN_FREE = 1 << 20;

/** `byte >>> CARD_SHIFT` is the card in the slab. */
export const CARD_SHIFT = 9;
/** Bytes of a card. */
export const CARD_BYTES = 1 << CARD_SHIFT;
/** Cards of a slab, as a shift: `(slab << SLAB_CARD_SHIFT) | card` orders all cards of the arena. */
export const SLAB_CARD_SHIFT = 15;

/** The longest block: what an int32 can count, less one page. */
export const MAX_BLOCK_BYTES = 2 ** 31 - PAGE_BYTES;

/** Kind of a block: reached through references only. */
export const KIND_DATA = 0;
/** Kind of a block: a record, which walks visit while bit 31 of its word 2 is set. */
export const KIND_RECORD = 1;
/** Kind of a block. */
export type BlockKind = typeof KIND_DATA | typeof KIND_RECORD;

/** Word of a record block that holds the live bit. */
export const LIVE_WORD = 2;

/** What stands under a slab id. The kind of block is bit 0 of the run and long kinds. */
export const SLAB_NONE = 0;
/** Memory is there, nothing in it: half of an extent. */
export const SLAB_EMPTY = 1;
/** 256 pages of small blocks. */
export const SLAB_SMALL = 2;
/** Runs of data. */
export const SLAB_RUN_DATA = 4;
/** Runs of records. */
export const SLAB_RUN_RECORD = 5;
/** One data block in a buffer of its own. */
export const SLAB_LONG_DATA = 6;
/** One record in a buffer of its own. */
export const SLAB_LONG_RECORD = 7;

/**
 * Cards of a side chunk, as a shift: copies of cards travel to the snapshot's worker in chunks as long as extents,
 * which go back to the system as extents do.
 */
export const SIDE_CHUNK_SHIFT = 16;
/** Word of the control buffer: records before this card position are done with. Written by the worker only. */
export const CONTROL_CURSOR = 0;
/** Word of the control buffer that the worker uses as a memory fence. */
export const CONTROL_FENCE = 1;
/** Word of the control buffer that is not 0 once the snapshot has failed. Written by the main thread only. */
export const CONTROL_FAILED = 2;
/** Words of the control buffer. */
export const CONTROL_WORDS = 16;
/** The cursor of a walk that has seen every record. */
export const CURSOR_END = 0x7fffffff;
