/**
 * Fields of hashes that expire: a wheel of its own waits for the first field of each hash that has such, and what is
 * due is deleted and announced.
 *
 * ```
 *   wheel --> timer of a hash (types/hash-layout.ts) --> its record --> its database
 * ```
 * 1. A hash has an entry in the wheel exactly as long as it is the value of a key and a field of it expires; it is
 *    counted in `timedHashes` of its database then. But for hashes of a database that was emptied: their entries go
 *    when they are due, or freed.
 * 2. The lookup of a hash drops fields that are due, up to {@link FIELDS_AT_ONCE}; what is left of them is not seen by
 *    the command, and goes between events.
 */
import type { Arena } from '../memory/index.js';
import { type FieldTimers, TIMER_ENTRY, TIMER_HOLDER } from '../types/hash-layout.js';
import { ByteSpans } from '../util/byte-spans.js';
import { copyBytes } from '../util/bytes.js';
import { type Database, EXPIRED_DELETE, EXPIRED_KEEP } from './database.js';
import type { Keyspace } from './keyspace.js';
import { type Entry, META_LIVE, NONE, WORD_META } from './record.js';
import { ExpiryWheel } from './wheel.js';

/** Fields that a lookup drops at most: the hash of a million that are due must not stall the server. */
const FIELDS_AT_ONCE = 128;
/** Fields that one step of the wheel drops at most. */
const FIELDS_A_STEP = 16;
/** Steps of the wheel between two looks at the time. */
const STEPS = 32;
/** A buffer that long fields made larger than this is not kept. */
const KEPT_BYTES = 64 * 1024;

export class FieldExpiry implements FieldTimers {
  readonly wheel: ExpiryWheel;
  private readonly keyspace: Keyspace;
  private readonly arena: Arena;
  /** Fields that are being dropped. */
  private readonly fields = new ByteSpans(FIELDS_AT_ONCE);
  private fieldBytes = 0;
  private readonly onDue = (root: number): void => this.rootDue(root);

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
    this.arena = keyspace.arena;
    this.wheel = new ExpiryWheel(keyspace.arena, keyspace.account, keyspace.startMs);
    this.fields.bind(new Uint8Array(256));
  }

  // --- Timers -------------------------------------------------------------------------------------------------------

  reserve(): void {
    this.wheel.reserve();
  }

  start(holder: number, root: number): void {
    const db = this.databaseOf(holder);
    if (db === undefined) return;
    this.arena.setI32(root, TIMER_HOLDER, holder);
    this.arena.setI32(root, TIMER_ENTRY, this.wheel.add(root));
    db.timedHashes++;
  }

  sooner(entry: number): void {
    this.wheel.putAnew(entry);
  }

  stop(holder: number, root: number): void {
    this.wheel.remove(this.arena.i32(root, TIMER_ENTRY));
    this.arena.setI32(root, TIMER_ENTRY, 0);
    const db = this.databaseOf(holder);
    if (db !== undefined) db.timedHashes--;
  }

  moved(entry: number, root: number): void {
    this.wheel.recordMoved(entry, root);
  }

  // --- Dropping -----------------------------------------------------------------------------------------------------

  /**
   * @hot A hash has been looked up: drops fields of it that are due, where that is for this server to decide, and hides
   * those that are left. Returns the entry, or NONE when no field was left, and so the key went. O(1) for hashes that
   * have none.
   */
  see(db: Database, entry: Entry): Entry {
    const { keyspace } = this;
    const { hashes } = keyspace;
    hashes.hideBefore = keyspace.expiredKeys === EXPIRED_KEEP ? 0 : keyspace.commandTimeMs;
    if (!hashes.hasHidden(entry) || keyspace.expiredKeys !== EXPIRED_DELETE) return entry;
    return this.drop(db, entry, FIELDS_AT_ONCE);
  }

  /** Drops fields that are due until `isOver`; returns whether that ended it. */
  advance(isOver: () => boolean): boolean {
    while (this.wheel.advance(this.keyspace.commandTimeMs, STEPS, this.onDue)) if (isOver()) return true;
    return false;
  }

  /** The first field of a hash is due, or was when its database was emptied. */
  private rootDue(root: number): void {
    const holder = this.arena.i32(root, TIMER_HOLDER);
    const db = this.databaseOf(holder);
    if (db === undefined) return this.stop(holder, root);
    this.keyspace.hashes.hideBefore = this.keyspace.commandTimeMs;
    this.drop(db, holder, FIELDS_A_STEP);
  }

  /** Drops up to `limit` fields that are due, and the key with the last one. Returns the entry, or NONE. */
  private drop(db: Database, entry: Entry, limit: number): Entry {
    const { fields, keyspace } = this;
    const { hashes } = keyspace;
    fields.count = 0;
    this.fieldBytes = 0;
    while (fields.count < limit && hashes.hasHidden(entry)) {
      hashes.loadFirst(entry);
      const { bytes, from, length } = hashes.pair;
      this.keep(bytes, from, length);
      hashes.removeFound(entry);
    }
    const isLast = hashes.length(entry) === 0;
    keyspace.stats.expiredFields += fields.count;
    keyspace.hooks.fieldsExpired(db, keyspace.spansOf(db, entry), 0, fields, isLast);
    if (isLast) db.deleteEntry(entry);
    if (fields.bytes.length > KEPT_BYTES) fields.bind(new Uint8Array(256));
    return isLast ? NONE : entry;
  }

  private keep(bytes: Uint8Array, from: number, length: number): void {
    const { fields } = this;
    if (this.fieldBytes + length > fields.bytes.length) {
      const larger = new Uint8Array((this.fieldBytes + length) * 2);
      larger.set(fields.bytes.subarray(0, this.fieldBytes));
      fields.bind(larger);
    }
    copyBytes(fields.bytes, this.fieldBytes, bytes, from, length);
    fields.offsets[fields.count] = this.fieldBytes;
    fields.lengths[fields.count++] = length;
    this.fieldBytes += length;
  }

  /** The database of a holder that is the record of a key; undefined for others. */
  private databaseOf(holder: number): Database | undefined {
    if ((this.arena.i32(holder, WORD_META) & META_LIVE) === 0) return undefined;
    return this.keyspace.databaseOf(holder);
  }
}
