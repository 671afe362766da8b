/**
 * The table of ALL directives of Redis 7.4, and of Redstart's own: name, type, range, default, and who may change it
 * when. Everything else follows from here: the typed fields of a configuration, CONFIG GET, SET and REWRITE, the parser
 * of the file, the check of conf/redstart.conf.
 *
 * The key of an entry is its name in camelCase and the name of its field in `ConfigValues` (values.ts), which has a
 * line for each: a directive that is added here needs its line there, and the compiler says so. What only the file can
 * contain (`include`, `user`, `rename-command`, `loadmodule`) is not a value and is read by load.ts.
 *
 * Marks: `immutable` is for CONFIG SET, `effect: 'none'` is accepted without effect, `effect: 'later'` waits for its
 * feature. Defaults are those compiled into Redis, not those of its sample file.
 */
import { bool, choice, type Directive, directive, flags, integer, memory, text } from './directive.js';
import {
  bindType,
  directoryType,
  keyspaceEventsType,
  oomScoresType,
  outputBufferLimitsType,
  percentilesType,
  replicaofType,
  saveType,
} from './special-types.js';
import {
  checkActiveDefrag,
  checkAnnouncedHostname,
  checkAnnouncedNodename,
  checkAppendDirname,
  checkAppendFilename,
  checkClusterEnabled,
  checkDbFilename,
  checkShutdownOptions,
  checkTitleTemplate,
} from './validators.js';

const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);
const UINT_MAX = 2 ** 32 - 1;
const LONG_MAX = 2n ** 63n - 1n;
const ULONG_MAX = 2n ** 64n - 1n;
const KB = 1024;
const MB = 1024 ** 2;

/** Who may use what an `enable-...` directive guards. */
const PROTECTED_ACTION = ['no', 'yes', 'local'] as const;
const SHUTDOWN_OPTIONS = ['save', 'nosave', 'now', 'force'] as const;
const SYSLOG_FACILITIES = [
  'user',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

const immutable = { immutable: true } as const;
const later = { effect: 'later' } as const;
const none = { effect: 'none' } as const;
const inert = { immutable: true, effect: 'none' } as const;
const secret = { sensitive: true } as const;

/** The table itself. */
export const DIRECTIVES = {
  // Network
  bind: directive('bind', bindType, ['*', '-::*']),
  bindSourceAddr: text('bind-source-addr', '', later),
  port: integer('port', 6379, 0, 65535),
  protectedMode: bool('protected-mode', true),
  tcpBacklog: integer('tcp-backlog', 511, 0, INT_MAX, immutable),
  tcpKeepalive: integer('tcp-keepalive', 300, 0, INT_MAX),
  timeout: integer('timeout', 0, 0, INT_MAX),
  unixsocket: text('unixsocket', '', immutable),
  unixsocketperm: integer('unixsocketperm', 0, 0, 0o777, { ...immutable, notation: 'octal' }),
  socketMarkId: integer('socket-mark-id', 0, 0, UINT_MAX, inert),
  maxclients: integer('maxclients', 10000, 1, UINT_MAX),
  maxNewConnectionsPerCycle: integer('max-new-connections-per-cycle', 10, 1, 1000, none),
  maxNewTlsConnectionsPerCycle: integer('max-new-tls-connections-per-cycle', 1, 1, 1000, none),
  protoMaxBulkLen: memory('proto-max-bulk-len', 512 * MB, MB, LONG_MAX),
  clientQueryBufferLimit: memory('client-query-buffer-limit', 1024 * MB, MB, LONG_MAX),
  clientOutputBufferLimit: directive('client-output-buffer-limit', outputBufferLimitsType, {
    normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
    replica: { hardBytes: 256 * MB, softBytes: 64 * MB, softSeconds: 60 },
    pubsub: { hardBytes: 32 * MB, softBytes: 8 * MB, softSeconds: 60 },
  }),
  clientDefaultResp: integer('client-default-resp', 2, 2, 3, { ...later, hidden: true }),

  // TLS
  tlsPort: integer('tls-port', 0, 0, 65535, later),
  tlsCertFile: text('tls-cert-file', '', later),
  tlsKeyFile: text('tls-key-file', '', later),
  tlsKeyFilePass: text('tls-key-file-pass', '', { ...later, ...secret }),
  tlsClientCertFile: text('tls-client-cert-file', '', later),
  tlsClientKeyFile: text('tls-client-key-file', '', later),
  tlsClientKeyFilePass: text('tls-client-key-file-pass', '', { ...later, ...secret }),
  tlsDhParamsFile: text('tls-dh-params-file', '', later),
  tlsCaCertFile: text('tls-ca-cert-file', '', later),
  tlsCaCertDir: text('tls-ca-cert-dir', '', later),
  tlsAuthClients: choice('tls-auth-clients', 'yes', ['no', 'yes', 'optional'], later),
  tlsReplication: bool('tls-replication', false, later),
  tlsCluster: bool('tls-cluster', false, later),
  tlsProtocols: text('tls-protocols', '', later),
  tlsCiphers: text('tls-ciphers', '', later),
  tlsCiphersuites: text('tls-ciphersuites', '', later),
  tlsPreferServerCiphers: bool('tls-prefer-server-ciphers', false, later),
  tlsSessionCaching: bool('tls-session-caching', true, later),
  tlsSessionCacheSize: integer('tls-session-cache-size', 20480, 0, INT_MAX, later),
  tlsSessionCacheTimeout: integer('tls-session-cache-timeout', 300, 0, INT_MAX, later),

  // General
  daemonize: bool('daemonize', false, immutable),
  supervised: choice('supervised', 'no', ['upstart', 'systemd', 'auto', 'no'], immutable),
  pidfile: text('pidfile', '', immutable),
  dir: directive('dir', directoryType, '', { protected: true, denyLoading: true }),
  loglevel: choice('loglevel', 'notice', ['debug', 'verbose', 'notice', 'warning', 'nothing']),
  logfile: text('logfile', '', { ...immutable, empty: 'value' }),
  hideUserDataFromLog: bool('hide-user-data-from-log', false, later),
  syslogEnabled: bool('syslog-enabled', false, immutable),
  syslogIdent: text('syslog-ident', 'redis', { ...immutable, empty: 'value' }),
  syslogFacility: choice('syslog-facility', 'local0', SYSLOG_FACILITIES, immutable),
  crashLogEnabled: bool('crash-log-enabled', true),
  crashMemcheckEnabled: bool('crash-memcheck-enabled', true, none),
  useExitOnPanic: bool('use-exit-on-panic', false, { ...none, hidden: true }),
  watchdogPeriod: integer('watchdog-period', 0, 0, INT_MAX, {
    ...none,
    hidden: true,
    adjust: (value) => (value > 0 ? Math.max(value, 200) : 0),
  }),
  databases: integer('databases', 16, 1, INT_MAX, immutable),
  alwaysShowLogo: bool('always-show-logo', false, immutable),
  setProcTitle: bool('set-proc-title', true, immutable),
  procTitleTemplate: text('proc-title-template', '{title} {listen-addr} {server-mode}', {
    empty: 'value',
    validate: checkTitleTemplate,
  }),
  localeCollate: text('locale-collate', '', { empty: 'value' }),
  ignoreWarnings: text('ignore-warnings', '', { ...none, empty: 'value' }),
  hz: integer('hz', 10, 0, INT_MAX, { adjust: (value) => Math.min(Math.max(value, 1), 500) }),
  dynamicHz: bool('dynamic-hz', true),
  activerehashing: bool('activerehashing', true, none),
  shutdownTimeout: integer('shutdown-timeout', 10, 0, INT_MAX, later),
  shutdownOnSigint: flags('shutdown-on-sigint', 'default', SHUTDOWN_OPTIONS, { validate: checkShutdownOptions }),
  shutdownOnSigterm: flags('shutdown-on-sigterm', 'default', SHUTDOWN_OPTIONS, { validate: checkShutdownOptions }),

  // Memory and eviction
  maxmemory: memory('maxmemory', 0, 0, ULONG_MAX),
  maxmemoryPolicy: choice('maxmemory-policy', 'noeviction', [
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'noeviction',
  ]),
  maxmemorySamples: integer('maxmemory-samples', 5, 1, INT_MAX),
  maxmemoryEvictionTenacity: integer('maxmemory-eviction-tenacity', 10, 0, 100),
  /** Bytes, or a percentage of `maxmemory` as a negative number: 5% is -5. */
  maxmemoryClients: integer('maxmemory-clients', 0, -100, LONG_MAX, { ...later, notation: 'memory-or-percent' }),
  lfuLogFactor: integer('lfu-log-factor', 10, 0, INT_MAX),
  lfuDecayTime: integer('lfu-decay-time', 1, 0, INT_MAX),
  activeExpireEffort: integer('active-expire-effort', 1, 1, 10, none),
  lazyfreeLazyEviction: bool('lazyfree-lazy-eviction', false, later),
  lazyfreeLazyExpire: bool('lazyfree-lazy-expire', false),
  lazyfreeLazyServerDel: bool('lazyfree-lazy-server-del', false),
  lazyfreeLazyUserDel: bool('lazyfree-lazy-user-del', false),
  lazyfreeLazyUserFlush: bool('lazyfree-lazy-user-flush', false),
  activedefrag: bool('activedefrag', false, { ...none, validate: checkActiveDefrag }),
  activeDefragCycleMin: integer('active-defrag-cycle-min', 1, 1, 99, none),
  activeDefragCycleMax: integer('active-defrag-cycle-max', 25, 1, 99, none),
  activeDefragThresholdLower: integer('active-defrag-threshold-lower', 10, 0, 1000, none),
  activeDefragThresholdUpper: integer('active-defrag-threshold-upper', 100, 0, 1000, none),
  activeDefragIgnoreBytes: memory('active-defrag-ignore-bytes', 100 * MB, 1, LONG_MAX, none),
  activeDefragMaxScanFields: integer('active-defrag-max-scan-fields', 1000, 1, LONG_MAX, none),
  jemallocBgThread: bool('jemalloc-bg-thread', true, none),

  // Snapshots
  save: directive(
    'save',
    saveType,
    [
      { seconds: 3600, changes: 1 },
      { seconds: 300, changes: 100 },
      { seconds: 60, changes: 10000 },
    ],
    later,
  ),
  dbfilename: text('dbfilename', 'dump.rdb', {
    ...later,
    protected: true,
    empty: 'value',
    validate: checkDbFilename,
  }),
  rdbcompression: bool('rdbcompression', true),
  rdbchecksum: bool('rdbchecksum', true, { ...immutable, ...later }),
  rdbDelSyncFiles: bool('rdb-del-sync-files', false, later),
  rdbSaveIncrementalFsync: bool('rdb-save-incremental-fsync', true, later),
  rdbKeySaveDelay: integer('rdb-key-save-delay', 0, INT_MIN, INT_MAX, { ...later, hidden: true }),
  keyLoadDelay: integer('key-load-delay', 0, INT_MIN, INT_MAX, { ...later, hidden: true }),
  loadingProcessEventsIntervalBytes: integer('loading-process-events-interval-bytes', 2 * MB, KB, INT_MAX, {
    ...later,
    hidden: true,
  }),
  sanitizeDumpPayload: choice('sanitize-dump-payload', 'no', ['no', 'yes', 'clients'], later),
  stopWritesOnBgsaveError: bool('stop-writes-on-bgsave-error', true, later),

  // Append-only file
  appendonly: bool('appendonly', false, { ...later, denyLoading: true }),
  appendfilename: text('appendfilename', 'appendonly.aof', {
    ...immutable,
    ...later,
    empty: 'value',
    validate: checkAppendFilename,
  }),
  appenddirname: text('appenddirname', 'appendonlydir', {
    ...immutable,
    ...later,
    empty: 'value',
    validate: checkAppendDirname,
  }),
  appendfsync: choice('appendfsync', 'everysec', ['everysec', 'always', 'no'], later),
  noAppendfsyncOnRewrite: bool('no-appendfsync-on-rewrite', false, later),
  autoAofRewritePercentage: integer('auto-aof-rewrite-percentage', 100, 0, INT_MAX, later),
  autoAofRewriteMinSize: memory('auto-aof-rewrite-min-size', 64 * MB, 0, LONG_MAX, later),
  aofRewriteIncrementalFsync: bool('aof-rewrite-incremental-fsync', true, later),
  aofLoadTruncated: bool('aof-load-truncated', true, later),
  aofUseRdbPreamble: bool('aof-use-rdb-preamble', true, later),
  aofTimestampEnabled: bool('aof-timestamp-enabled', false, later),
  aofDisableAutoGc: bool('aof-disable-auto-gc', false, { ...later, hidden: true }),

  // Replication
  replicaof: directive('replicaof', replicaofType, null, { ...immutable, ...later, aliases: ['slaveof'] }),
  masterauth: text('masterauth', '', { ...later, ...secret }),
  masteruser: text('masteruser', '', { ...later, ...secret }),
  replicaAnnounceIp: text('replica-announce-ip', '', { ...later, aliases: ['slave-announce-ip'] }),
  replicaAnnouncePort: integer('replica-announce-port', 0, 0, 65535, { ...later, aliases: ['slave-announce-port'] }),
  replicaAnnounced: bool('replica-announced', true, later),
  replicaIgnoreDiskWriteErrors: bool('replica-ignore-disk-write-errors', false, later),
  replicaIgnoreMaxmemory: bool('replica-ignore-maxmemory', true, { ...later, aliases: ['slave-ignore-maxmemory'] }),
  replicaLazyFlush: bool('replica-lazy-flush', false, { ...later, aliases: ['slave-lazy-flush'] }),
  replicaPriority: integer('replica-priority', 100, 0, INT_MAX, { ...later, aliases: ['slave-priority'] }),
  replicaReadOnly: bool('replica-read-only', true, { ...later, aliases: ['slave-read-only'] }),
  replicaServeStaleData: bool('replica-serve-stale-data', true, { ...later, aliases: ['slave-serve-stale-data'] }),
  replBacklogSize: memory('repl-backlog-size', MB, 1, LONG_MAX, {
    ...later,
    adjust: (value, { loading }) => (loading ? value : Math.max(value, 16 * KB)),
  }),
  replBacklogTtl: integer('repl-backlog-ttl', 3600, 0, LONG_MAX, later),
  replDisableTcpNodelay: bool('repl-disable-tcp-nodelay', false, later),
  replDisklessLoad: choice('repl-diskless-load', 'disabled', ['disabled', 'on-empty-db', 'swapdb'], {
    ...later,
    denyLoading: true,
  }),
  replDisklessSync: bool('repl-diskless-sync', true, later),
  replDisklessSyncDelay: integer('repl-diskless-sync-delay', 5, 0, INT_MAX, later),
  replDisklessSyncMaxReplicas: integer('repl-diskless-sync-max-replicas', 0, 0, INT_MAX, later),
  replPingReplicaPeriod: integer('repl-ping-replica-period', 10, 1, INT_MAX, {
    ...later,
    aliases: ['repl-ping-slave-period'],
  }),
  replTimeout: integer('repl-timeout', 60, 1, INT_MAX, later),
  minReplicasToWrite: integer('min-replicas-to-write', 0, 0, INT_MAX, { ...later, aliases: ['min-slaves-to-write'] }),
  minReplicasMaxLag: integer('min-replicas-max-lag', 10, 0, INT_MAX, { ...later, aliases: ['min-slaves-max-lag'] }),
  propagationErrorBehavior: choice(
    'propagation-error-behavior',
    'ignore',
    ['ignore', 'panic', 'panic-on-replicas'],
    later,
  ),

  // Security
  requirepass: text('requirepass', '', secret),
  aclfile: text('aclfile', '', { ...immutable, ...later, empty: 'value' }),
  acllogMaxLen: integer('acllog-max-len', 128, 0, LONG_MAX, later),
  aclPubsubDefault: choice('acl-pubsub-default', 'resetchannels', ['allchannels', 'resetchannels'], later),
  enableProtectedConfigs: choice('enable-protected-configs', 'no', PROTECTED_ACTION, immutable),
  enableDebugCommand: choice('enable-debug-command', 'no', PROTECTED_ACTION, immutable),
  enableModuleCommand: choice('enable-module-command', 'no', PROTECTED_ACTION, immutable),

  // Encodings
  hashMaxListpackEntries: integer('hash-max-listpack-entries', 512, 0, LONG_MAX, {
    aliases: ['hash-max-ziplist-entries'],
  }),
  hashMaxListpackValue: memory('hash-max-listpack-value', 64, 0, LONG_MAX, {
    aliases: ['hash-max-ziplist-value'],
  }),
  listMaxListpackSize: integer('list-max-listpack-size', -2, INT_MIN, INT_MAX, {
    aliases: ['list-max-ziplist-size'],
  }),
  listCompressDepth: integer('list-compress-depth', 0, 0, INT_MAX),
  setMaxIntsetEntries: integer('set-max-intset-entries', 512, 0, LONG_MAX),
  setMaxListpackEntries: integer('set-max-listpack-entries', 128, 0, LONG_MAX),
  setMaxListpackValue: memory('set-max-listpack-value', 64, 0, LONG_MAX),
  zsetMaxListpackEntries: integer('zset-max-listpack-entries', 128, 0, LONG_MAX, {
    aliases: ['zset-max-ziplist-entries'],
  }),
  zsetMaxListpackValue: memory('zset-max-listpack-value', 64, 0, LONG_MAX, {
    aliases: ['zset-max-ziplist-value'],
  }),
  hllSparseMaxBytes: memory('hll-sparse-max-bytes', 3000, 0, LONG_MAX),
  streamNodeMaxBytes: memory('stream-node-max-bytes', 4096, 0, LONG_MAX),
  streamNodeMaxEntries: integer('stream-node-max-entries', 100, 0, LONG_MAX),

  // Scripts, tracking, observability
  busyReplyThreshold: integer('busy-reply-threshold', 5000, 0, LONG_MAX, { ...later, aliases: ['lua-time-limit'] }),
  trackingTableMaxKeys: integer('tracking-table-max-keys', 1000000, 0, LONG_MAX),
  notifyKeyspaceEvents: directive('notify-keyspace-events', keyspaceEventsType, 0),
  slowlogLogSlowerThan: integer('slowlog-log-slower-than', 10000, -1, LONG_MAX),
  slowlogMaxLen: integer('slowlog-max-len', 128, 0, LONG_MAX),
  latencyMonitorThreshold: integer('latency-monitor-threshold', 0, 0, LONG_MAX, later),
  latencyTracking: bool('latency-tracking', true, later),
  latencyTrackingInfoPercentiles: directive(
    'latency-tracking-info-percentiles',
    percentilesType,
    [50, 99, 99.9],
    later,
  ),

  // Cluster
  clusterEnabled: bool('cluster-enabled', false, { ...immutable, ...later, validate: checkClusterEnabled }),
  clusterConfigFile: text('cluster-config-file', 'nodes.conf', { ...immutable, ...later, empty: 'value' }),
  clusterPort: integer('cluster-port', 0, 0, 65535, { ...immutable, ...later }),
  clusterNodeTimeout: integer('cluster-node-timeout', 15000, 0, LONG_MAX, later),
  clusterPingInterval: integer('cluster-ping-interval', 1000, 0, LONG_MAX, { ...later, hidden: true }),
  clusterLinkSendbufLimit: memory('cluster-link-sendbuf-limit', 0, 0, ULONG_MAX, later),
  clusterMigrationBarrier: integer('cluster-migration-barrier', 1, 0, INT_MAX, later),
  clusterAllowReplicaMigration: bool('cluster-allow-replica-migration', true, later),
  clusterReplicaNoFailover: bool('cluster-replica-no-failover', false, {
    ...later,
    aliases: ['cluster-slave-no-failover'],
  }),
  clusterReplicaValidityFactor: integer('cluster-replica-validity-factor', 10, 0, INT_MAX, {
    ...later,
    aliases: ['cluster-slave-validity-factor'],
  }),
  clusterRequireFullCoverage: bool('cluster-require-full-coverage', true, later),
  clusterAllowReadsWhenDown: bool('cluster-allow-reads-when-down', false, later),
  clusterAllowPubsubshardWhenDown: bool('cluster-allow-pubsubshard-when-down', true, later),
  clusterPreferredEndpointType: choice(
    'cluster-preferred-endpoint-type',
    'ip',
    ['ip', 'hostname', 'unknown-endpoint'],
    later,
  ),
  clusterAnnounceIp: text('cluster-announce-ip', '', later),
  clusterAnnounceHostname: text('cluster-announce-hostname', '', { ...later, validate: checkAnnouncedHostname }),
  clusterAnnounceHumanNodename: text('cluster-announce-human-nodename', '', {
    ...later,
    validate: checkAnnouncedNodename,
  }),
  clusterAnnouncePort: integer('cluster-announce-port', 0, 0, 65535, later),
  clusterAnnounceTlsPort: integer('cluster-announce-tls-port', 0, 0, 65535, later),
  clusterAnnounceBusPort: integer('cluster-announce-bus-port', 0, 0, 65535, later),

  // The machine: accepted, without effect
  ioThreads: integer('io-threads', 1, 1, 128, inert),
  ioThreadsDoReads: bool('io-threads-do-reads', false, inert),
  serverCpulist: text('server-cpulist', '', { ...inert, aliases: ['server_cpulist'] }),
  bioCpulist: text('bio-cpulist', '', { ...inert, aliases: ['bio_cpulist'] }),
  aofRewriteCpulist: text('aof-rewrite-cpulist', '', { ...inert, aliases: ['aof_rewrite_cpulist'] }),
  bgsaveCpulist: text('bgsave-cpulist', '', { ...inert, aliases: ['bgsave_cpulist'] }),
  disableThp: bool('disable-thp', true, inert),
  oomScoreAdj: choice('oom-score-adj', 'no', ['no', 'yes', 'relative', 'absolute'], none),
  oomScoreAdjValues: directive('oom-score-adj-values', oomScoresType, [0, 200, 800], none),

  // Redstart's own
  /**
   * Side memory of a snapshot above which writers are throttled: bytes, or a percentage of used memory (20% is -20).
   */
  snapshotSideLimit: integer('snapshot-side-limit', -20, -100, LONG_MAX, {
    ...later,
    own: true,
    notation: 'memory-or-percent',
  }),
} as const satisfies Record<string, Directive>;

/** Name of a directive's field. */
export type FieldName = keyof typeof DIRECTIVES;

/** What a directive is called where it was named, with its field: an alias is a name of its own to CONFIG. */
export interface NamedDirective {
  /** The name, lower case. */
  readonly name: string;
  readonly field: FieldName;
  readonly directive: Directive;
}

/** All names in the order in which CONFIG GET shows them: the table's, aliases behind the name that they stand for. */
export const NAMES: readonly NamedDirective[] = namesOf(DIRECTIVES);

const BY_NAME: ReadonlyMap<string, NamedDirective> = new Map(NAMES.map((each) => [each.name, each]));
const BY_FIELD: ReadonlyMap<string, NamedDirective> = new Map(
  NAMES.filter((each) => each.name === each.directive.name).map((each) => [each.field, each]),
);

/** The directive of a name or alias in any case, or undefined. O(1). */
export function findDirective(name: string): NamedDirective | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The directive whose field in camelCase this is, or undefined. O(1). */
export function findField(field: string): NamedDirective | undefined {
  return BY_FIELD.get(field);
}

function namesOf(table: Readonly<Record<FieldName, Directive>>): NamedDirective[] {
  const names: NamedDirective[] = [];
  for (const [field, directive] of Object.entries(table)) {
    // Object.entries widens the keys of the table to string.
    for (const name of [directive.name, ...directive.aliases])
      names.push({ name, field: field as FieldName, directive });
  }
  return names;
}
