/**
 * Keyspace events: the classes of `notify-keyspace-events`, and where events go. Delivery is pub/sub's; a listener that
 * wants none costs one comparison a change.
 */
import type { ByteSpans } from '../util/byte-spans.js';

// The directive's bits, under which commands know them.
export {
  NOTIFY_EVICTED,
  NOTIFY_EXPIRED,
  NOTIFY_GENERIC,
  NOTIFY_HASH,
  NOTIFY_KEY_MISS,
  NOTIFY_KEYEVENT,
  NOTIFY_KEYSPACE,
  NOTIFY_LIST,
  NOTIFY_MODULE,
  NOTIFY_NEW,
  NOTIFY_SET,
  NOTIFY_STREAM,
  NOTIFY_STRING,
  NOTIFY_ZSET,
} from '../config/index.js';

/** Receives the events that somebody may want. */
export interface EventListener {
  /**
   * @param eventClass one of the `NOTIFY_` classes from `g` on
   * @param event its name, such as `set`
   * @param key span `i` of `keys`: valid during the call only
   */
  keyspaceEvent(eventClass: number, event: string, dbIndex: number, keys: ByteSpans, i: number): void;
}
