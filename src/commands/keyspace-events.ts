/**
 * Keyspace notifications: events as messages, on a channel that names the key and on one that names the event
 * (`notify-keyspace-events`; notify.c, Redis 7.0).
 *
 * ```
 *   set of key k in database 0    __keyspace@0__:k    set
 *                                 __keyevent@0__:set  k
 * ```
 */
import type { PubSub } from '../pubsub/index.js';
import type { ByteSpans } from '../util/byte-spans.js';
import type { Client } from './client.js';
import { type EventListener, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE } from './events.js';

const INITIAL_BYTES = 256;

export class KeyspaceEvents implements EventListener {
  /** What `notify-keyspace-events` says. */
  classes = 0;
  private readonly pubsub: PubSub<Client>;
  /** `__keyspace@n__:` of each database that had an event. */
  private readonly keyspacePrefixes: Buffer[] = [];
  private readonly keyeventPrefixes: Buffer[] = [];
  /** The names of events as messages. */
  private readonly events = new Map<string, Buffer>();
  private channel = Buffer.allocUnsafeSlow(INITIAL_BYTES);

  constructor(pubsub: PubSub<Client>) {
    this.pubsub = pubsub;
  }

  keyspaceEvent(_eventClass: number, event: string, database: number, keys: ByteSpans, i: number): void {
    const { classes, pubsub } = this;
    if (pubsub.isSilent) return;
    const from = keys.offset(i);
    const key = keys.bytes.subarray(from, from + keys.length(i));
    const name = this.eventBytes(event);
    if ((classes & NOTIFY_KEYSPACE) !== 0) {
      pubsub.publish(this.named(prefix(this.keyspacePrefixes, '__keyspace@', database), key), name);
    }
    if ((classes & NOTIFY_KEYEVENT) !== 0) {
      pubsub.publish(this.named(prefix(this.keyeventPrefixes, '__keyevent@', database), name), key);
    }
  }

  private eventBytes(event: string): Buffer {
    let bytes = this.events.get(event);
    if (bytes === undefined) {
      bytes = Buffer.from(event, 'latin1');
      this.events.set(event, bytes);
    }
    return bytes;
  }

  /** The channel of a prefix and what follows it: valid until the next call. */
  private named(front: Buffer, rest: Uint8Array): Uint8Array {
    const length = front.length + rest.length;
    if (length > this.channel.length) this.channel = Buffer.allocUnsafeSlow(length * 2);
    this.channel.set(front);
    this.channel.set(rest, front.length);
    return this.channel.subarray(0, length);
  }
}

function prefix(known: Buffer[], word: string, database: number): Buffer {
  let bytes = known[database];
  if (bytes === undefined) {
    bytes = Buffer.from(`${word}${database}__:`, 'latin1');
    known[database] = bytes;
  }
  return bytes;
}
