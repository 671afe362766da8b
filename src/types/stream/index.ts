/** Streams: entries in packed nodes, groups, consumers and what is pending. */
export { StreamId } from './stream-id.js';
export { READ_UNKNOWN } from './stream-reader.js';
export { MAX_NODE_BYTES, Streams } from './streams.js';
