/**
 * Payloads: values of keys as DUMP answers and RESTORE takes them (rdb/payload.ts draws them). One a server; what it
 * works with is bound to the keyspace that is there, and gives its memory back after a large value.
 */
import type { Database } from '../keyspace/database.js';
import type { Keyspace } from '../keyspace/keyspace.js';
import { type Entry, TYPE_STRING } from '../keyspace/record.js';
import { hasGoodTrailer, TRAILER_BYTES, versionOf, writeTrailer } from '../rdb/payload.js';
import { RdbReader } from '../rdb/reader.js';
import { valueTypeOf } from '../rdb/types.js';
import { ValueReader } from '../rdb/value-reader.js';
import { ValueWriter } from '../rdb/value-writer.js';
import { RdbWriter } from '../rdb/writer.js';
import type { ByteSpans } from '../util/byte-spans.js';

/** What {@link Payloads.read} returns for a string, which no holder holds. */
export const READ_STRING = -1;
/** What it returns for what is no value. */
export const READ_NOTHING = 0;

export class Payloads {
  /** Whether checksums must be right: DEBUG SET-SKIP-CHECKSUM-VALIDATION. */
  verifiesChecksums = true;
  /** What was dumped: `out.bytes[0, out.size)`, until {@link Payloads.release}. */
  readonly out = new RdbWriter();
  /** The string that was read, until the same: its `string...` fields. */
  readonly input = new RdbReader();
  private keyspace: Keyspace;
  private writer: ValueWriter;
  private reader: ValueReader;

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
    this.writer = new ValueWriter(keyspace.arena, this.out);
    this.reader = new ValueReader(keyspace, this.input);
  }

  /** Writes the payload of an entry's value to `out`. O(size). @param compresses `rdbcompression` */
  dump(db: Database, entry: Entry, compresses: boolean): void {
    const { out } = this;
    this.bind(db.keyspace);
    out.begin();
    out.compresses = compresses;
    const type = this.writer.typeOf(entry);
    out.byte(type);
    this.write(db, entry);
    writeTrailer(out, versionOf(type));
  }

  /** Bytes of an entry's value in a file, its type not counted. O(size). */
  bytesInFile(db: Database, entry: Entry, compresses: boolean): number {
    const { out } = this;
    this.bind(db.keyspace);
    out.begin();
    out.compresses = compresses;
    this.write(db, entry);
    const { size } = out;
    this.release();
    return size;
  }

  /** Whether span `i` has a version and a checksum of which a value can be expected. O(length). */
  isWhole(spans: ByteSpans, i: number): boolean {
    return hasGoodTrailer(spans.bytes, spans.offset(i), spans.length(i), this.verifiesChecksums);
  }

  /**
   * Reads the value of a payload that {@link isWhole}: returns its detached holder ({@link Keyspace.detached}), or
   * READ_STRING with the string in `input`, or READ_NOTHING. Fields of hashes whose time is over are left out. O(size).
   */
  read(keyspace: Keyspace, spans: ByteSpans, i: number): number {
    const { input } = this;
    this.bind(keyspace);
    const from = spans.offset(i);
    input.begin(spans.bytes, spans.view, from, from + spans.length(i) - TRAILER_BYTES);
    const rdbType = input.byte();
    const type = valueTypeOf(rdbType);
    if (input.failed || type === undefined) return READ_NOTHING;
    if (type === TYPE_STRING) {
      input.string();
      return input.failed ? READ_NOTHING : READ_STRING;
    }
    const holder = keyspace.detached(type);
    this.reader.dropFieldsBefore = keyspace.commandTimeMs;
    return this.reader.value(holder, rdbType) ? holder : READ_NOTHING;
  }

  /** Lets go of what a large value has needed. O(1). */
  release(): void {
    this.out.release();
    this.input.release();
  }

  private write(db: Database, entry: Entry): void {
    const { arena } = db.keyspace;
    if (db.typeOf(entry) !== TYPE_STRING) return this.writer.value(entry);
    this.writer.string(entry, db.stringBase(entry) - arena.base(entry), db.stringLength(entry));
  }

  private bind(keyspace: Keyspace): void {
    if (this.keyspace === keyspace) return;
    this.keyspace = keyspace;
    this.writer = new ValueWriter(keyspace.arena, this.out);
    this.reader = new ValueReader(keyspace, this.input);
  }
}
