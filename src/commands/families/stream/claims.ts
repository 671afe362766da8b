/**
 * How what groups deliver is propagated: XCLAIM with everything that makes the same pending entry on a copy, and XGROUP
 * SETID for what a group has read. (streamPropagateXCLAIM and streamPropagateGroupID of t_stream.c, 7.0 and 7.4.)
 */
import type { CommandBuilder } from '../../../resp/index.js';
import { StreamId } from '../../../types/stream/index.js';
import type { CommandContext } from '../../context.js';
import { addId } from './ids.js';

/** Ids in one XCLAIM at most. */
const MAX_IDS = 1000;

const id = new StreamId();

/**
 * XCLAIMs for entries that one command delivers to one consumer: one command for many ids, where Redis has one for
 * each.
 */
export class DeliveryClaims {
  private command: CommandBuilder | null = null;
  private ids = 0;

  /** @hot Adds an entry whose id, as text, is at the beginning of the scratch buffer. */
  add(c: CommandContext, key: number, groupName: number, group: number, length: number): void {
    if (this.ids === MAX_IDS) this.end(c, group);
    if (this.command === null) {
      const { argv } = c;
      this.command = c
        .propagateAlso()
        .text('XCLAIM')
        .borrow(argv, key)
        .borrow(argv, groupName)
        .borrow(argv, groupName + 1);
      this.command.text('0');
    }
    this.command.copy(c.scratch, 0, length);
    this.ids++;
  }

  /** Completes what was begun; the group has got all that was added. */
  end(c: CommandContext, group: number): void {
    const { command } = this;
    this.command = null;
    this.ids = 0;
    if (command === null) return;
    command.text('TIME').int(c.nowMs).text('RETRYCOUNT').text('1').text('FORCE').text('JUSTID').text('LASTID');
    addId(c, command, c.keyspace.streams.deliveredId(group, id));
  }
}

/**
 * Propagates what has become of the pending entry at the position of the group's pending entries, or that it is none
 * any more: a copy finds out by itself whether the entry is there.
 * @param key the argument that is the key; the group's name is the next one
 * @param idArgument the argument that is the entry's id, 0: `entryId` is to be written
 */
export function propagateClaim(
  c: CommandContext,
  key: number,
  group: number,
  idArgument: number,
  entryId: StreamId,
): void {
  const { argv } = c;
  const { streams } = c.keyspace;
  const command = c
    .propagateAlso()
    .text('XCLAIM')
    .borrow(argv, key)
    .borrow(argv, key + 1);
  command.raw(streams.consumerName(streams.pendingConsumer())).text('0');
  if (idArgument === 0) addId(c, command, entryId);
  else command.borrow(argv, idArgument);
  command.text('TIME').int(streams.pendingSinceMs()).text('RETRYCOUNT').text(String(streams.pendingDeliveries()));
  command.text('FORCE').text('JUSTID').text('LASTID');
  addId(c, command, streams.deliveredId(group, id));
}

/** Propagates how far a group has read. @param groupName the argument that is its name */
export function propagateGroup(c: CommandContext, key: number, groupName: number, group: number): void {
  const { argv } = c;
  const { streams } = c.keyspace;
  const command = c.propagateAlso().text('XGROUP').text('SETID').borrow(argv, key).borrow(argv, groupName);
  addId(c, command, streams.deliveredId(group, id));
  command.text('ENTRIESREAD').text(String(streams.entriesRead(group)));
}

/**
 * Propagates a consumer that got nothing yet. @param groupName the argument that is the group's name; the consumer's is
 * next
 */
export function propagateConsumer(c: CommandContext, key: number, groupName: number): void {
  const { argv } = c;
  const command = c.propagateAlso().text('XGROUP').text('CREATECONSUMER');
  command
    .borrow(argv, key)
    .borrow(argv, groupName)
    .borrow(argv, groupName + 1);
}
