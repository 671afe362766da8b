/**
 * The values of a configuration as typed fields, one for each directive of the table, in its order. The fields are
 * written out, not filled in by a loop, because hot paths read them: an object with this many properties that were
 * added under computed names becomes a hash table to V8, a class with declared fields stays an object of fixed shape. A
 * directive of the table without a field here does not compile (`writeField` in config.ts takes a record of all).
 */
import { DIRECTIVES } from './table.js';

/** The values, all at their defaults. Read them anywhere; to change them go through `Config.set`. */
export class ConfigValues {
  // Network
  bind = DIRECTIVES.bind.fallback;
  bindSourceAddr = DIRECTIVES.bindSourceAddr.fallback;
  port = DIRECTIVES.port.fallback;
  protectedMode = DIRECTIVES.protectedMode.fallback;
  tcpBacklog = DIRECTIVES.tcpBacklog.fallback;
  tcpKeepalive = DIRECTIVES.tcpKeepalive.fallback;
  timeout = DIRECTIVES.timeout.fallback;
  unixsocket = DIRECTIVES.unixsocket.fallback;
  unixsocketperm = DIRECTIVES.unixsocketperm.fallback;
  socketMarkId = DIRECTIVES.socketMarkId.fallback;
  maxclients = DIRECTIVES.maxclients.fallback;
  maxNewConnectionsPerCycle = DIRECTIVES.maxNewConnectionsPerCycle.fallback;
  maxNewTlsConnectionsPerCycle = DIRECTIVES.maxNewTlsConnectionsPerCycle.fallback;
  protoMaxBulkLen = DIRECTIVES.protoMaxBulkLen.fallback;
  clientQueryBufferLimit = DIRECTIVES.clientQueryBufferLimit.fallback;
  clientOutputBufferLimit = DIRECTIVES.clientOutputBufferLimit.fallback;
  clientDefaultResp = DIRECTIVES.clientDefaultResp.fallback;

  // TLS
  tlsPort = DIRECTIVES.tlsPort.fallback;
  tlsCertFile = DIRECTIVES.tlsCertFile.fallback;
  tlsKeyFile = DIRECTIVES.tlsKeyFile.fallback;
  tlsKeyFilePass = DIRECTIVES.tlsKeyFilePass.fallback;
  tlsClientCertFile = DIRECTIVES.tlsClientCertFile.fallback;
  tlsClientKeyFile = DIRECTIVES.tlsClientKeyFile.fallback;
  tlsClientKeyFilePass = DIRECTIVES.tlsClientKeyFilePass.fallback;
  tlsDhParamsFile = DIRECTIVES.tlsDhParamsFile.fallback;
  tlsCaCertFile = DIRECTIVES.tlsCaCertFile.fallback;
  tlsCaCertDir = DIRECTIVES.tlsCaCertDir.fallback;
  tlsAuthClients = DIRECTIVES.tlsAuthClients.fallback;
  tlsReplication = DIRECTIVES.tlsReplication.fallback;
  tlsCluster = DIRECTIVES.tlsCluster.fallback;
  tlsProtocols = DIRECTIVES.tlsProtocols.fallback;
  tlsCiphers = DIRECTIVES.tlsCiphers.fallback;
  tlsCiphersuites = DIRECTIVES.tlsCiphersuites.fallback;
  tlsPreferServerCiphers = DIRECTIVES.tlsPreferServerCiphers.fallback;
  tlsSessionCaching = DIRECTIVES.tlsSessionCaching.fallback;
  tlsSessionCacheSize = DIRECTIVES.tlsSessionCacheSize.fallback;
  tlsSessionCacheTimeout = DIRECTIVES.tlsSessionCacheTimeout.fallback;

  // General
  daemonize = DIRECTIVES.daemonize.fallback;
  supervised = DIRECTIVES.supervised.fallback;
  pidfile = DIRECTIVES.pidfile.fallback;
  dir = DIRECTIVES.dir.fallback;
  loglevel = DIRECTIVES.loglevel.fallback;
  logfile = DIRECTIVES.logfile.fallback;
  hideUserDataFromLog = DIRECTIVES.hideUserDataFromLog.fallback;
  syslogEnabled = DIRECTIVES.syslogEnabled.fallback;
  syslogIdent = DIRECTIVES.syslogIdent.fallback;
  syslogFacility = DIRECTIVES.syslogFacility.fallback;
  crashLogEnabled = DIRECTIVES.crashLogEnabled.fallback;
  crashMemcheckEnabled = DIRECTIVES.crashMemcheckEnabled.fallback;
  useExitOnPanic = DIRECTIVES.useExitOnPanic.fallback;
  watchdogPeriod = DIRECTIVES.watchdogPeriod.fallback;
  databases = DIRECTIVES.databases.fallback;
  alwaysShowLogo = DIRECTIVES.alwaysShowLogo.fallback;
  setProcTitle = DIRECTIVES.setProcTitle.fallback;
  procTitleTemplate = DIRECTIVES.procTitleTemplate.fallback;
  localeCollate = DIRECTIVES.localeCollate.fallback;
  ignoreWarnings = DIRECTIVES.ignoreWarnings.fallback;
  hz = DIRECTIVES.hz.fallback;
  dynamicHz = DIRECTIVES.dynamicHz.fallback;
  activerehashing = DIRECTIVES.activerehashing.fallback;
  shutdownTimeout = DIRECTIVES.shutdownTimeout.fallback;
  shutdownOnSigint = DIRECTIVES.shutdownOnSigint.fallback;
  shutdownOnSigterm = DIRECTIVES.shutdownOnSigterm.fallback;

  // Memory and eviction
  maxmemory = DIRECTIVES.maxmemory.fallback;
  maxmemoryPolicy = DIRECTIVES.maxmemoryPolicy.fallback;
  maxmemorySamples = DIRECTIVES.maxmemorySamples.fallback;
  maxmemoryEvictionTenacity = DIRECTIVES.maxmemoryEvictionTenacity.fallback;
  maxmemoryClients = DIRECTIVES.maxmemoryClients.fallback;
  lfuLogFactor = DIRECTIVES.lfuLogFactor.fallback;
  lfuDecayTime = DIRECTIVES.lfuDecayTime.fallback;
  activeExpireEffort = DIRECTIVES.activeExpireEffort.fallback;
  lazyfreeLazyEviction = DIRECTIVES.lazyfreeLazyEviction.fallback;
  lazyfreeLazyExpire = DIRECTIVES.lazyfreeLazyExpire.fallback;
  lazyfreeLazyServerDel = DIRECTIVES.lazyfreeLazyServerDel.fallback;
  lazyfreeLazyUserDel = DIRECTIVES.lazyfreeLazyUserDel.fallback;
  lazyfreeLazyUserFlush = DIRECTIVES.lazyfreeLazyUserFlush.fallback;
  activedefrag = DIRECTIVES.activedefrag.fallback;
  activeDefragCycleMin = DIRECTIVES.activeDefragCycleMin.fallback;
  activeDefragCycleMax = DIRECTIVES.activeDefragCycleMax.fallback;
  activeDefragThresholdLower = DIRECTIVES.activeDefragThresholdLower.fallback;
  activeDefragThresholdUpper = DIRECTIVES.activeDefragThresholdUpper.fallback;
  activeDefragIgnoreBytes = DIRECTIVES.activeDefragIgnoreBytes.fallback;
  activeDefragMaxScanFields = DIRECTIVES.activeDefragMaxScanFields.fallback;
  jemallocBgThread = DIRECTIVES.jemallocBgThread.fallback;

  // Snapshots
  save = DIRECTIVES.save.fallback;
  dbfilename = DIRECTIVES.dbfilename.fallback;
  rdbcompression = DIRECTIVES.rdbcompression.fallback;
  rdbchecksum = DIRECTIVES.rdbchecksum.fallback;
  rdbDelSyncFiles = DIRECTIVES.rdbDelSyncFiles.fallback;
  rdbSaveIncrementalFsync = DIRECTIVES.rdbSaveIncrementalFsync.fallback;
  rdbKeySaveDelay = DIRECTIVES.rdbKeySaveDelay.fallback;
  keyLoadDelay = DIRECTIVES.keyLoadDelay.fallback;
  loadingProcessEventsIntervalBytes = DIRECTIVES.loadingProcessEventsIntervalBytes.fallback;
  sanitizeDumpPayload = DIRECTIVES.sanitizeDumpPayload.fallback;
  stopWritesOnBgsaveError = DIRECTIVES.stopWritesOnBgsaveError.fallback;

  // Append-only file
  appendonly = DIRECTIVES.appendonly.fallback;
  appendfilename = DIRECTIVES.appendfilename.fallback;
  appenddirname = DIRECTIVES.appenddirname.fallback;
  appendfsync = DIRECTIVES.appendfsync.fallback;
  noAppendfsyncOnRewrite = DIRECTIVES.noAppendfsyncOnRewrite.fallback;
  autoAofRewritePercentage = DIRECTIVES.autoAofRewritePercentage.fallback;
  autoAofRewriteMinSize = DIRECTIVES.autoAofRewriteMinSize.fallback;
  aofRewriteIncrementalFsync = DIRECTIVES.aofRewriteIncrementalFsync.fallback;
  aofLoadTruncated = DIRECTIVES.aofLoadTruncated.fallback;
  aofUseRdbPreamble = DIRECTIVES.aofUseRdbPreamble.fallback;
  aofTimestampEnabled = DIRECTIVES.aofTimestampEnabled.fallback;
  aofDisableAutoGc = DIRECTIVES.aofDisableAutoGc.fallback;

  // Replication
  replicaof = DIRECTIVES.replicaof.fallback;
  masterauth = DIRECTIVES.masterauth.fallback;
  masteruser = DIRECTIVES.masteruser.fallback;
  replicaAnnounceIp = DIRECTIVES.replicaAnnounceIp.fallback;
  replicaAnnouncePort = DIRECTIVES.replicaAnnouncePort.fallback;
  replicaAnnounced = DIRECTIVES.replicaAnnounced.fallback;
  replicaIgnoreDiskWriteErrors = DIRECTIVES.replicaIgnoreDiskWriteErrors.fallback;
  replicaIgnoreMaxmemory = DIRECTIVES.replicaIgnoreMaxmemory.fallback;
  replicaLazyFlush = DIRECTIVES.replicaLazyFlush.fallback;
  replicaPriority = DIRECTIVES.replicaPriority.fallback;
  replicaReadOnly = DIRECTIVES.replicaReadOnly.fallback;
  replicaServeStaleData = DIRECTIVES.replicaServeStaleData.fallback;
  replBacklogSize = DIRECTIVES.replBacklogSize.fallback;
  replBacklogTtl = DIRECTIVES.replBacklogTtl.fallback;
  replDisableTcpNodelay = DIRECTIVES.replDisableTcpNodelay.fallback;
  replDisklessLoad = DIRECTIVES.replDisklessLoad.fallback;
  replDisklessSync = DIRECTIVES.replDisklessSync.fallback;
  replDisklessSyncDelay = DIRECTIVES.replDisklessSyncDelay.fallback;
  replDisklessSyncMaxReplicas = DIRECTIVES.replDisklessSyncMaxReplicas.fallback;
  replPingReplicaPeriod = DIRECTIVES.replPingReplicaPeriod.fallback;
  replTimeout = DIRECTIVES.replTimeout.fallback;
  minReplicasToWrite = DIRECTIVES.minReplicasToWrite.fallback;
  minReplicasMaxLag = DIRECTIVES.minReplicasMaxLag.fallback;
  propagationErrorBehavior = DIRECTIVES.propagationErrorBehavior.fallback;

  // Security
  requirepass = DIRECTIVES.requirepass.fallback;
  aclfile = DIRECTIVES.aclfile.fallback;
  acllogMaxLen = DIRECTIVES.acllogMaxLen.fallback;
  aclPubsubDefault = DIRECTIVES.aclPubsubDefault.fallback;
  enableProtectedConfigs = DIRECTIVES.enableProtectedConfigs.fallback;
  enableDebugCommand = DIRECTIVES.enableDebugCommand.fallback;
  enableModuleCommand = DIRECTIVES.enableModuleCommand.fallback;

  // Encodings
  hashMaxListpackEntries = DIRECTIVES.hashMaxListpackEntries.fallback;
  hashMaxListpackValue = DIRECTIVES.hashMaxListpackValue.fallback;
  listMaxListpackSize = DIRECTIVES.listMaxListpackSize.fallback;
  listCompressDepth = DIRECTIVES.listCompressDepth.fallback;
  setMaxIntsetEntries = DIRECTIVES.setMaxIntsetEntries.fallback;
  setMaxListpackEntries = DIRECTIVES.setMaxListpackEntries.fallback;
  setMaxListpackValue = DIRECTIVES.setMaxListpackValue.fallback;
  zsetMaxListpackEntries = DIRECTIVES.zsetMaxListpackEntries.fallback;
  zsetMaxListpackValue = DIRECTIVES.zsetMaxListpackValue.fallback;
  hllSparseMaxBytes = DIRECTIVES.hllSparseMaxBytes.fallback;
  streamNodeMaxBytes = DIRECTIVES.streamNodeMaxBytes.fallback;
  streamNodeMaxEntries = DIRECTIVES.streamNodeMaxEntries.fallback;

  // Scripts, tracking, observability
  busyReplyThreshold = DIRECTIVES.busyReplyThreshold.fallback;
  trackingTableMaxKeys = DIRECTIVES.trackingTableMaxKeys.fallback;
  notifyKeyspaceEvents = DIRECTIVES.notifyKeyspaceEvents.fallback;
  slowlogLogSlowerThan = DIRECTIVES.slowlogLogSlowerThan.fallback;
  slowlogMaxLen = DIRECTIVES.slowlogMaxLen.fallback;
  latencyMonitorThreshold = DIRECTIVES.latencyMonitorThreshold.fallback;
  latencyTracking = DIRECTIVES.latencyTracking.fallback;
  latencyTrackingInfoPercentiles = DIRECTIVES.latencyTrackingInfoPercentiles.fallback;

  // Cluster
  clusterEnabled = DIRECTIVES.clusterEnabled.fallback;
  clusterConfigFile = DIRECTIVES.clusterConfigFile.fallback;
  clusterPort = DIRECTIVES.clusterPort.fallback;
  clusterNodeTimeout = DIRECTIVES.clusterNodeTimeout.fallback;
  clusterPingInterval = DIRECTIVES.clusterPingInterval.fallback;
  clusterLinkSendbufLimit = DIRECTIVES.clusterLinkSendbufLimit.fallback;
  clusterMigrationBarrier = DIRECTIVES.clusterMigrationBarrier.fallback;
  clusterAllowReplicaMigration = DIRECTIVES.clusterAllowReplicaMigration.fallback;
  clusterReplicaNoFailover = DIRECTIVES.clusterReplicaNoFailover.fallback;
  clusterReplicaValidityFactor = DIRECTIVES.clusterReplicaValidityFactor.fallback;
  clusterRequireFullCoverage = DIRECTIVES.clusterRequireFullCoverage.fallback;
  clusterAllowReadsWhenDown = DIRECTIVES.clusterAllowReadsWhenDown.fallback;
  clusterAllowPubsubshardWhenDown = DIRECTIVES.clusterAllowPubsubshardWhenDown.fallback;
  clusterPreferredEndpointType = DIRECTIVES.clusterPreferredEndpointType.fallback;
  clusterAnnounceIp = DIRECTIVES.clusterAnnounceIp.fallback;
  clusterAnnounceHostname = DIRECTIVES.clusterAnnounceHostname.fallback;
  clusterAnnounceHumanNodename = DIRECTIVES.clusterAnnounceHumanNodename.fallback;
  clusterAnnouncePort = DIRECTIVES.clusterAnnouncePort.fallback;
  clusterAnnounceTlsPort = DIRECTIVES.clusterAnnounceTlsPort.fallback;
  clusterAnnounceBusPort = DIRECTIVES.clusterAnnounceBusPort.fallback;

  // The machine: accepted, without effect
  ioThreads = DIRECTIVES.ioThreads.fallback;
  ioThreadsDoReads = DIRECTIVES.ioThreadsDoReads.fallback;
  serverCpulist = DIRECTIVES.serverCpulist.fallback;
  bioCpulist = DIRECTIVES.bioCpulist.fallback;
  aofRewriteCpulist = DIRECTIVES.aofRewriteCpulist.fallback;
  bgsaveCpulist = DIRECTIVES.bgsaveCpulist.fallback;
  disableThp = DIRECTIVES.disableThp.fallback;
  oomScoreAdj = DIRECTIVES.oomScoreAdj.fallback;
  oomScoreAdjValues = DIRECTIVES.oomScoreAdjValues.fallback;

  // Redstart's own
  snapshotSideLimit = DIRECTIVES.snapshotSideLimit.fallback;
}
