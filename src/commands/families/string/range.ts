/** GETRANGE, SETRANGE and APPEND: parts of values. */
import { NONE } from '../../../keyspace/record.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER, ERR_OFFSET_RANGE, ERR_STRING_TOO_LONG, WRONGTYPE } from '../../errors.js';
import { NOTIFY_STRING } from '../../events.js';
import { isOtherType, longestString, resizeRaw, stringLength } from './values.js';

/** Both ends count, negative ones from the end of the string; whatever lies outside of it is cut off. */
export function getrange(c: CommandContext): void {
  const { argv, db, reply } = c;
  const start = argv.int(2);
  const end = argv.int(3);
  if (Number.isNaN(start) || Number.isNaN(end)) return reply.error(ERR_NOT_INTEGER);
  const entry = db.lookupRead(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = stringLength(c, entry);
  const from = Math.max(0, start < 0 ? size + start : start);
  const to = Math.min(size - 1, Math.max(0, end < 0 ? size + end : end));
  const length = start < 0 && end < 0 && start > end ? 0 : Math.max(0, to - from + 1);
  const at = reply.beginBulk(length);
  if (length > 0) db.stringInto(entry, from, length, reply.bytes, reply.view, at);
  reply.endBulk(length);
}

export function setrange(c: CommandContext): void {
  const { argv, db, reply } = c;
  const offset = argv.int(2);
  if (Number.isNaN(offset)) return reply.error(ERR_NOT_INTEGER);
  if (offset < 0) return reply.error(ERR_OFFSET_RANGE);
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);

  const size = stringLength(c, entry);
  const length = argv.length(3);
  if (length === 0) return reply.int(size);
  if (offset + length > longestString(c)) return reply.error(ERR_STRING_TOO_LONG);
  const newSize = Math.max(size, offset + length);
  const target = resizeRaw(c, 1, entry, newSize);
  db.writeString(target, offset, argv.bytes, argv.view, argv.offset(3), length);
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'setrange', 1);
  reply.int(newSize);
}

/** @hot Appending nothing is a change, too: it is propagated and announced. */
export function append(c: CommandContext): void {
  const { argv, db, reply } = c;
  const entry = db.lookupWrite(argv, 1);
  if (isOtherType(c, entry)) return reply.error(WRONGTYPE);
  const from = argv.offset(2);
  const length = argv.length(2);
  let size = 0;
  if (entry === NONE) {
    db.setString(argv, 1, argv.bytes, argv.view, from, length, false);
  } else {
    size = db.stringLength(entry);
    if (size + length > longestString(c)) return reply.error(ERR_STRING_TOO_LONG);
    db.writeString(db.resizeString(entry, size + length), size, argv.bytes, argv.view, from, length);
  }
  c.keyChanged(1);
  c.notify(NOTIFY_STRING, 'append', 1);
  reply.int(size + length);
}
