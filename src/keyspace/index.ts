/** The keyspace: databases of records, their index, expiry, and the feed of changes. */
export { Database, EXPIRED_DELETE, EXPIRED_HIDE, EXPIRED_KEEP, NO_EXPIRE } from './database.js';
export { type Audience, Feed, type FeedConsumer, FOR_ALL, FOR_LOG, FOR_REPLICAS } from './feed.js';
export { Keyspace, type KeyspaceHooks } from './keyspace.js';
export {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type Encoding,
  type Entry,
  NONE,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
  type ValueType,
} from './record.js';
export { KeyspaceSnapshot, type KeyspaceSnapshotHandle, NO_DATABASE } from './snapshot.js';
