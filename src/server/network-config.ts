/** How configuration reaches the sockets: limits and settings as values, addresses by listening anew. */
import type { User } from '../acl/user.js';
import type { Config } from '../config/config.js';
import { ListenError, type Listeners, type NetworkSettings } from '../net/index.js';
import type { Log } from './log.js';
import { mostClients, openFilesLimit } from './open-files.js';

/** The line of the log when a server is told to use TLS: one that did not would look as if it did. */
export const NO_TLS = 'This version has no TLS: tls-port must be 0, tls-replication and tls-cluster no.';

/** Whether the configuration wants TLS on any connection. */
export function needsTls(config: Config): boolean {
  return config.tlsPort !== 0 || config.tlsReplication || config.tlsCluster;
}

/** Brings `settings` in line with the configuration; cheap, so one function serves all changes. */
export function applyNetworkSettings(settings: NetworkSettings, config: Config, defaultUser: User): void {
  settings.maxclients = config.maxclients;
  settings.refuseRemote = config.protectedMode && defaultUser.nopass;
  settings.tcpKeepaliveSeconds = config.tcpKeepalive;
  settings.clientQueryBufferLimit = config.clientQueryBufferLimit;
  const { normal, replica, pubsub } = config.clientOutputBufferLimit;
  settings.outputLimits = [normal, replica, pubsub];
}

/** Makes CONFIG SET of everything about sockets take effect. */
export function watchNetworkConfig(
  config: Config,
  settings: NetworkSettings,
  listeners: Listeners,
  parts: Parts,
): void {
  const update = (): null => {
    applyNetworkSettings(settings, config, parts.defaultUser);
    return null;
  };
  config.onApply(['protectedMode', 'tcpKeepalive', 'clientQueryBufferLimit', 'clientOutputBufferLimit'], update);
  config.onApply(['maxclients'], () => {
    const most = mostClients(openFilesLimit());
    if (config.maxclients <= most) return update();
    return `The operating system is not able to handle the specified number of clients, try with ${most}`;
  });
  const listenAnew = async (): Promise<boolean> => {
    try {
      if (config.port === 0) listeners.closeTcp();
      else await listeners.listenTcp(config.bind, config.port, config.tcpBacklog);
      parts.addressChanged();
      return true;
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      parts.log.warning(error.message);
      return false;
    }
  };
  config.onApply(['tlsPort', 'tlsReplication', 'tlsCluster'], () => {
    if (!needsTls(config)) return null;
    parts.log.warning(NO_TLS);
    return 'Unable to update TLS configuration. Check server logs.';
  });
  config.onApply(['port'], async () =>
    (await listenAnew()) ? null : 'Unable to listen on this port. Check server logs.',
  );
  config.onApply(['bind'], async () => ((await listenAnew()) ? null : 'Failed to bind to specified addresses.'));
}

interface Parts {
  readonly defaultUser: User;
  readonly log: Log;
  /** Called when the server listens on another address or port. */
  addressChanged(): void;
}
