/** Sockets: listeners, connections, their buffers and limits. */
export { Connection, type ConnectionOwner, isLoopback } from './connection.js';
export { CONNECTION_BYTES, ConnectionMemory, type MemoryLedger, RecentPeak } from './connection-memory.js';
export { type Acceptor, ListenError, Listeners } from './listeners.js';
export {
  defaultNetworkSettings,
  emptyNetworkStats,
  Network,
  type NetworkLog,
  type NetworkParts,
  type NetworkSettings,
  type NetworkStats,
  OUTPUT_NORMAL,
  OUTPUT_PUBSUB,
  OUTPUT_REPLICA,
  type OutputClass,
  type OutputLimit,
} from './network.js';
export { type GatedOutput, OutputGate } from './output-gate.js';
