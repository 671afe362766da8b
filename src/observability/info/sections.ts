/**
 * The sections of INFO, with the fields of Redis 7.4 in its order. A field whose feature does not exist yet has the
 * value that it has in a server that does not use it.
 */
import { machine, release, type as systemName } from 'node:os';
import { encodeText } from '../../config/index.js';
import { BUILD_ID, REDIS_VERSION, REDSTART_VERSION } from '../../util/version.js';
import { memoryFields } from './memory.js';
import type { InfoFields, InfoSource } from './source.js';

/** A section: its name in the arguments of INFO, its heading, and whether INFO without arguments shows it. */
export interface InfoSection {
  readonly name: string;
  readonly title: string;
  readonly byDefault: boolean;
  /** Whether `all` and `everything` show it: what is not is shown to who names it. */
  readonly inAll: boolean;
  readonly fields: (source: InfoSource) => InfoFields;
}

/** All sections in the order in which they are shown. */
export const INFO_SECTIONS: readonly InfoSection[] = [
  section('server', 'Server', serverFields),
  section('clients', 'Clients', clientsFields),
  section('memory', 'Memory', memoryFields),
  section('persistence', 'Persistence', persistenceFields),
  section('stats', 'Stats', statsFields),
  section('replication', 'Replication', replicationFields),
  section('cpu', 'CPU', cpuFields),
  section('modules', 'Modules', () => []),
  section('commandstats', 'Commandstats', commandFields, { byDefault: false }),
  section('errorstats', 'Errorstats', errorFields),
  section('latencystats', 'Latencystats', () => [], { byDefault: false }),
  section('cluster', 'Cluster', () => [['cluster_enabled', 0]]),
  section('keyspace', 'Keyspace', keyspaceFields),
  section('debug', 'Debug', debugFields, { byDefault: false, inAll: false }),
];

function section(
  name: string,
  title: string,
  fields: InfoSection['fields'],
  traits: Partial<Pick<InfoSection, 'byDefault' | 'inAll'>> = {},
): InfoSection {
  return { name, title, fields, byDefault: traits.byDefault ?? true, inAll: traits.inAll ?? true };
}

function serverFields({ status, config, keyspace, nowMs, nowUs }: InfoSource): InfoFields {
  const uptimeSeconds = Math.max(0, Math.floor((nowMs - status.startedMs) / 1000));
  const tcp = status.listeners.find((listener) => listener.name === 'tcp');
  return [
    ['redis_version', REDIS_VERSION],
    ['redstart_version', REDSTART_VERSION],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', BUILD_ID],
    ['redis_mode', 'standalone'],
    ['os', `${systemName()} ${release()} ${machine()}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', process.platform === 'linux' ? 'epoll' : process.platform === 'win32' ? 'iocp' : 'kqueue'],
    ['atomicvar_api', 'c11-builtin'],
    ['gcc_version', '0.0.0'],
    ['process_id', process.pid],
    ['process_supervised', status.supervisor],
    ['run_id', status.runId],
    ['tcp_port', tcp?.port ?? 0],
    ['server_time_usec', nowUs],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
    ['hz', status.effectiveHz],
    ['configured_hz', config.hz],
    ['lru_clock', keyspace.clock.lruSeconds],
    ['executable', pathText(process.argv[1] ?? process.execPath)],
    ['config_file', pathText(config.configFile ?? '')],
    ['io_threads_active', 0],
    ...status.listeners.map(({ name, addresses, port }, i) => {
      const bound = addresses.map((address) => `bind=${pathText(address)}`).join(',');
      return [`listener${i}`, `name=${name},${bound}${name === 'unix' ? '' : `,port=${port}`}`] as const;
    }),
  ];
}

/** A path as INFO's text holds it: its bytes, a char each. */
function pathText(path: string): string {
  return Buffer.from(encodeText(path)).toString('latin1');
}

function clientsFields({ clients, config, status }: InfoSource): InfoFields {
  const { recentInputBytes, recentOutputBytes } = status.connections;
  return [
    ['connected_clients', clients.connected],
    ['cluster_connections', 0],
    ['maxclients', config.maxclients],
    ['client_recent_max_input_buffer', recentInputBytes],
    ['client_recent_max_output_buffer', recentOutputBytes],
    ['blocked_clients', clients.blocked],
    ['tracking_clients', clients.tracking],
    ['pubsub_clients', clients.subscribed],
    ['watching_clients', clients.watching],
    ['clients_in_timeout_table', clients.waitingForTime],
    ['total_watched_keys', clients.watchedKeys],
    ['total_blocking_keys', clients.waitedForKeys],
    ['total_blocking_keys_on_nokey', clients.waitedForMissingKeys],
  ];
}

function persistenceFields({ keyspace, status }: InfoSource): InfoFields {
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', keyspace.dirty],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', Math.floor(status.startedMs / 1000)],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', -1],
    ['rdb_current_bgsave_time_sec', -1],
    ['rdb_saves', 0],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', 0],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
  ];
}

function statsFields({ clients, stats, keyspace, status }: InfoSource): InfoFields {
  const { rates } = status;
  const exceeded = keyspace.eviction.exceeded();
  return [
    ['total_connections_received', stats.totalConnectionsReceived],
    ['total_commands_processed', stats.totalCommandsProcessed],
    ['instantaneous_ops_per_sec', Math.round(rates.opsPerSecond)],
    ['total_net_input_bytes', stats.totalNetInputBytes],
    ['total_net_output_bytes', stats.totalNetOutputBytes],
    ['total_net_repl_input_bytes', 0],
    ['total_net_repl_output_bytes', 0],
    ['instantaneous_input_kbps', rates.inputKilobytes.toFixed(2)],
    ['instantaneous_output_kbps', rates.outputKilobytes.toFixed(2)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['rejected_connections', stats.rejectedConnections],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_subkeys', keyspace.stats.expiredFields],
    ['expired_keys', keyspace.stats.expired],
    // The wheel fires every key at its time: there is no share of stale keys to estimate.
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', keyspace.stats.expireTimeCapReached],
    ['expire_cycle_cpu_milliseconds', Math.floor(keyspace.stats.expireUs / 1000)],
    ['evicted_keys', keyspace.stats.evicted],
    ['evicted_clients', 0],
    ['evicted_scripts', 0],
    ['total_eviction_exceeded_time', Math.floor(exceeded.totalUs / 1000)],
    ['current_eviction_exceeded_time', Math.floor(exceeded.currentUs / 1000)],
    ['keyspace_hits', keyspace.stats.hits],
    ['keyspace_misses', keyspace.stats.misses],
    ['pubsub_channels', clients.channels],
    ['pubsub_patterns', clients.patterns],
    ['pubsubshard_channels', clients.shardChannels],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['slave_expires_tracked_keys', 0],
    ['active_defrag_hits', 0],
    ['active_defrag_misses', 0],
    ['active_defrag_key_hits', 0],
    ['active_defrag_key_misses', 0],
    ['total_active_defrag_time', 0],
    ['current_active_defrag_time', 0],
    ['tracking_total_keys', clients.trackedKeys],
    ['tracking_total_items', clients.trackedItems],
    ['tracking_total_prefixes', clients.trackedPrefixes],
    ['unexpected_error_replies', 0],
    ['total_error_replies', stats.totalErrorReplies],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', stats.totalReadsProcessed],
    ['total_writes_processed', stats.totalWritesProcessed],
    ['io_threaded_reads_processed', 0],
    ['io_threaded_writes_processed', 0],
    ['client_query_buffer_limit_disconnections', stats.clientQueryBufferLimitDisconnections],
    ['client_output_buffer_limit_disconnections', stats.clientOutputBufferLimitDisconnections],
    // Replies are built in one buffer that all clients share: none of a client's own is resized.
    ['reply_buffer_shrinks', 0],
    ['reply_buffer_expands', 0],
    ['eventloop_cycles', status.loopCycles],
    ['eventloop_duration_sum', status.loopBusyUs],
    ['eventloop_duration_cmd_sum', Math.floor(stats.commands.totalUsec)],
    ['instantaneous_eventloop_cycles_per_sec', Math.round(rates.loopCyclesPerSecond)],
    ['instantaneous_eventloop_duration_usec', Math.round(rates.loopCycleUs)],
    ['acl_access_denied_auth', stats.aclAccessDeniedAuth],
    ['acl_access_denied_cmd', stats.aclAccessDeniedCmd],
    ['acl_access_denied_key', stats.aclAccessDeniedKey],
    ['acl_access_denied_channel', stats.aclAccessDeniedChannel],
  ];
}

function replicationFields({ status, config, replicationOffset }: InfoSource): InfoFields {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', status.replicationId],
    ['master_replid2', status.secondReplicationId],
    ['master_repl_offset', replicationOffset],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', config.replBacklogSize],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

/** Node does not tell what the main thread alone used; the process stands for it, whose other threads do little. */
function cpuFields(): InfoFields {
  const { systemCPUTime, userCPUTime } = process.resourceUsage();
  const system = (systemCPUTime / 1e6).toFixed(6);
  const user = (userCPUTime / 1e6).toFixed(6);
  return [
    ['used_cpu_sys', system],
    ['used_cpu_user', user],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', system],
    ['used_cpu_user_main_thread', user],
  ];
}

function commandFields({ stats, commands }: InfoSource): InfoFields {
  const { calls, usec, rejected, failed } = stats.commands;
  const fields: (readonly [string, string])[] = [];
  for (const [id, { name }] of commands.entries()) {
    const callCount = calls[id]!;
    if (callCount === 0 && rejected[id] === 0 && failed[id] === 0) continue;
    const spent = Math.round(usec[id]!);
    const perCall = callCount === 0 ? 0 : spent / callCount;
    fields.push([
      `cmdstat_${name}`,
      `calls=${callCount},usec=${spent},usec_per_call=${perCall.toFixed(2)},` +
        `rejected_calls=${rejected[id]},failed_calls=${failed[id]}`,
    ]);
  }
  return fields;
}

/** Error codes may come from scripts: what would break a line is replaced, as Redis does. */
function errorFields({ stats }: InfoSource): InfoFields {
  return [...stats.errors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, count]) => [`errorstat_${code.replace(/[#:\r\n\\]/g, '_')}`, `count=${count}`] as const);
}

function keyspaceFields({ keyspace }: InfoSource): InfoFields {
  const fields: (readonly [string, string])[] = [];
  for (const db of keyspace.usedDatabases()) {
    if (db.size === 0) continue;
    fields.push([
      `db${db.number}`,
      `keys=${db.size},expires=${db.expires},avg_ttl=${db.averageTtlMs},subexpiry=${db.timedHashes}`,
    ]);
  }
  return fields;
}

/**
 * Single turns of the loop are not seen from inside: of the longest, and of the one with most commands, nothing is
 * known.
 */
function debugFields({ status }: InfoSource): InfoFields {
  return [
    ['eventloop_duration_aof_sum', 0],
    ['eventloop_duration_cron_sum', status.cronUs],
    ['eventloop_duration_max', 0],
    ['eventloop_cmd_per_cycle_max', 0],
  ];
}
