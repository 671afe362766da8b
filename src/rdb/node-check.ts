/**
 * Tells whether bytes are a packed node of a stream (drawn in types/stream/packed-node.ts), which is read without any
 * further look at what it says.
 *
 * 1. It is a whole listpack, its numbers are stored as numbers, and its elements are as many as they say of each other.
 * 2. The ids of its entries, deleted ones too, ascend, from its own and the nodes before it on.
 * 3. Its counts are right, and it has entries, though trimming may have left none that is not deleted.
 */
import { isValidListpack, LISTPACK_HEADER_BYTES, ListpackEntry } from '../types/listpack-entry.js';
import { StreamId } from '../types/stream/stream-id.js';

const FLAG_DELETED = 1;
const FLAG_SAME_FIELDS = 2;
/** Elements of an entry besides its fields and values, their number not counted. */
const ENTRY_ELEMENTS = 3;

/** Checks the nodes of one stream after the other. */
export class NodeCheck {
  /** Entries so far that are not deleted. */
  liveTotal = 0;
  /** The first of them; 0-0 while there is none. */
  readonly firstId = new StreamId();
  /** The last entry so far, deleted or not; 0-0 while there is none. */
  readonly lastId = new StreamId();
  private readonly element = new ListpackEntry();
  private readonly entryId = new StreamId();
  private view: DataView = new DataView(new ArrayBuffer(0));
  private at = 0;
  private end = 0;
  private failed = false;
  /** Whether there was no entry yet. */
  private isFirst = true;
  private live = 0;
  private deleted = 0;

  /** Begins with the nodes of another stream. */
  begin(): void {
    this.liveTotal = 0;
    this.isFirst = true;
    this.firstId.setLeast();
    this.lastId.setLeast();
  }

  /** Whether `bytes[from, from + length)` is a node with this id that may follow those before. O(length). */
  accepts(id: StreamId, bytes: Uint8Array, view: DataView, from: number, length: number): boolean {
    if (!isValidListpack(view, from, length)) return false;
    this.view = view;
    this.at = from + LISTPACK_HEADER_BYTES;
    this.end = from + length - 1;
    this.failed = false;
    this.live = 0;
    this.deleted = 0;
    if (!this.isFirst && id.compare(this.lastId) <= 0) return false;
    const live = this.count();
    const deleted = this.count();
    const masterFields = this.count();
    this.pass(masterFields);
    if (this.count() !== 0) return false;
    while (this.at < this.end && !this.failed) this.entry(id, bytes, masterFields);
    return !this.failed && this.live === live && this.deleted === deleted && live + deleted > 0;
  }

  private entry(nodeId: StreamId, bytes: Uint8Array, masterFields: number): void {
    const { element, entryId } = this;
    const flags = bytes[this.at]!; // changed in place, and so has to be a number in one byte
    if (flags > (FLAG_DELETED | FLAG_SAME_FIELDS)) this.failed = true;
    this.integer();
    this.integer();
    const { high, low } = element.integer;
    this.integer();
    entryId.assign(nodeId).add(high, low, element.integer.high, element.integer.low);
    const hasOwnFields = (flags & FLAG_SAME_FIELDS) === 0;
    const fields = hasOwnFields ? this.count() : masterFields;
    this.pass(hasOwnFields ? fields * 2 : fields);
    if (this.count() !== ENTRY_ELEMENTS + (hasOwnFields ? 1 + fields * 2 : fields)) this.failed = true;
    if (this.failed) return;
    if (entryId.compare(nodeId) < 0) this.failed = true;
    if (!this.isFirst && entryId.compare(this.lastId) <= 0) this.failed = true;
    this.isFirst = false;
    this.lastId.assign(entryId);
    if ((flags & FLAG_DELETED) !== 0) {
      this.deleted++;
      return;
    }
    if (this.liveTotal === 0) this.firstId.assign(entryId);
    this.live++;
    this.liveTotal++;
  }

  /** Passes `count` elements, which may be anything. */
  private pass(count: number): void {
    for (let left = count; left > 0 && !this.failed; left--) this.next();
  }

  /** A number that counts something. */
  private count(): number {
    this.integer();
    const { high, low } = this.element.integer;
    if (high !== 0 || low < 0) this.failed = true;
    return this.failed ? 0 : low;
  }

  /** A number. */
  private integer(): void {
    this.next();
    if (!this.failed && !this.element.isInteger) this.failed = true;
  }

  private next(): void {
    if (this.at >= this.end) this.failed = true;
    else this.at = this.element.decode(this.view, this.at);
  }
}
