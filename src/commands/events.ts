/**
 * Keyspace events: the classes of `notify-keyspace-events`, and where events go. Delivery is pub/sub's; a listener that
 * wants none costs one comparison a change.
 */
import type { ByteSpans } from '../util/byte-spans.js';

export const NOTIFY_KEYSPACE = 1 << 0; // K
export const NOTIFY_KEYEVENT = 1 << 1; // E
export const NOTIFY_GENERIC = 1 << 2; // g
export const NOTIFY_STRING = 1 << 3; // $
export const NOTIFY_LIST = 1 << 4; // l
export const NOTIFY_SET = 1 << 5; // s
export const NOTIFY_HASH = 1 << 6; // h
export const NOTIFY_ZSET = 1 << 7; // z
export const NOTIFY_EXPIRED = 1 << 8; // x
export const NOTIFY_EVICTED = 1 << 9; // e
export const NOTIFY_STREAM = 1 << 10; // t
export const NOTIFY_KEY_MISS = 1 << 11; // m
export const NOTIFY_MODULE = 1 << 13; // d
export const NOTIFY_NEW = 1 << 14; // n

/** Receives the events that somebody may want. */
export interface EventListener {
  /**
   * @param eventClass one of the `NOTIFY_` classes from `g` on
   * @param event its name, such as `set`
   * @param key span `i` of `keys`: valid during the call only
   */
  keyspaceEvent(eventClass: number, event: string, dbIndex: number, keys: ByteSpans, i: number): void;
}
