/**
 * Listening: the sockets that clients connect to, and what is decided before a connection exists (`maxclients`,
 * protected mode).
 */
import { existsSync } from 'node:fs';
import { chmod, unlink } from 'node:fs/promises';
import net from 'node:net';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { Connection, type ConnectionOwner, isLoopback } from './connection.js';
import type { Network } from './network.js';

const MAX_CLIENTS_REACHED = '-ERR max number of clients reached\r\n';

/** Sent to a client of another machine while protected mode is on; byte for byte what Redis sends. */
const PROTECTED_MODE =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the ' +
  'default user. In this mode connections are only accepted from the loopback interface. If you want to connect from ' +
  'external computers to Redis you may adopt one of the following solutions: 1) Just disable protected mode sending ' +
  "the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis from the same host " +
  'the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use CONFIG ' +
  'REWRITE to make this change permanent. 2) Alternatively you can just disable the protected mode by editing the ' +
  "Redis configuration file, and setting the protected mode option to 'no', and then restarting the server. 3) If " +
  "you started the server manually just for testing, restart it with the '--protected-mode no' option. 4) Setup a an " +
  'authentication password for the default user. NOTE: You only need to do one of the above things in order for the ' +
  'server to start accepting connections from the outside.\r\n';

/** Errors of an address family that the machine lacks: such an address is skipped, as an optional one. */
const NO_SUCH_FAMILY: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ENOPROTOOPT', 'EPFNOSUPPORT']);

/** What the system would say to an empty name. */
const NO_NAME = Object.assign(new Error('the address is empty'), { code: 'ENOTFOUND' });

/** The longest path of a unix socket, with its NUL: the system's `sun_path`. libuv cuts a longer one off. */
const UNIX_PATH_BYTES = 108;

/** A socket could not be opened; `message` is the line for the log. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Called for each new connection; returns who speaks on it. */
export type Acceptor = (connection: Connection) => ConnectionOwner;

/** All sockets that one server listens on. */
export class Listeners {
  private readonly network: Network;
  private readonly accept: Acceptor;
  private tcp: net.Server[] = [];
  /** Set for good by {@link close}: what is being opened then is closed again. */
  private isClosed = false;
  private names: readonly string[] = [];
  private unix: { server: net.Server; path: string } | null = null;

  constructor(network: Network, accept: Acceptor) {
    this.network = network;
    this.accept = accept;
  }

  /** The TCP port, 0 when there is none. */
  get tcpPort(): number {
    const address = this.tcp[0]?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The addresses that TCP was told to listen on, as `bind` has them: `*`, `-::1`. */
  get boundNames(): readonly string[] {
    return this.names;
  }

  /** The addresses that TCP listens on. */
  get tcpAddresses(): string[] {
    return this.tcp.map((server) => {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.address : '';
    });
  }

  /** The path of the unix socket, null when there is none. */
  get unixPath(): string | null {
    return this.unix?.path ?? null;
  }

  /**
   * Listens on all `addresses`, as `bind` has them: `*` and `::*` are all addresses of a family, and one that begins
   * with `-` may be missing on this machine. Port 0 takes a free one, the same for all. Replaces what TCP listened on
   * before, and listens on that again if this fails. Returns how many addresses it listens on.
   * @throws ListenError when an address cannot be listened on
   */
  async listenTcp(addresses: readonly string[], port: number, backlog: number): Promise<number> {
    const { names } = this;
    const beforePort = this.tcpPort;
    const kept = this.tcp.filter((server) => isListeningOn(server, addresses, port));
    // What is given up goes first: `*` is in the way of every other address.
    for (const server of this.tcp) if (!kept.includes(server)) server.close();
    this.tcp = [];
    const opened: net.Server[] = [...kept];
    try {
      for (const address of addresses) {
        const optional = address.startsWith('-');
        if (kept.some((server) => isListeningOn(server, [address], port))) continue;
        const name = optional ? address.slice(1) : address;
        const server = await this.openTcp(name, port === 0 ? portOf(opened[0]) : port, backlog, optional);
        if (server !== null) opened.push(server);
      }
    } catch (error) {
      for (const server of opened) server.close();
      if (beforePort !== 0 && !this.isClosed) await this.listenTcp(names, beforePort, backlog);
      throw error;
    }
    if (this.isClosed) {
      for (const server of opened) server.close(); // the server ended meanwhile
      return 0;
    }
    this.tcp = opened;
    this.names = addresses;
    return opened.length;
  }

  /** Stops listening on TCP; connections stay. */
  closeTcp(): void {
    for (const server of this.tcp) server.close();
    this.tcp = [];
  }

  /**
   * Listens on a unix socket, in place of a file that may be there from before.
   * @param mode permissions of the file; 0 leaves what the process' umask gives
   * @throws ListenError when that fails
   */
  async listenUnix(path: string, mode: number, backlog: number): Promise<void> {
    const length = Buffer.byteLength(path);
    if (length >= UNIX_PATH_BYTES) {
      const reason = `unix socket path too long (${length}), must be under ${UNIX_PATH_BYTES}`;
      throw new ListenError(`Failed opening Unix socket: ${reason}`);
    }
    await removeFile(path);
    const server = this.createServer(path);
    try {
      await listening(server, { path, backlog, exclusive: true });
    } catch (error) {
      // libuv answers EACCES for a directory that does not exist, for the sake of another system.
      const missing = codeOf(error) === 'EACCES' && !existsSync(dirname(path));
      const reason = missing ? 'No such file or directory' : describeError(error);
      throw new ListenError(`Failed opening Unix socket: bind: ${reason}`);
    }
    if (mode !== 0) await chmod(path, mode);
    this.unix = { server, path };
  }

  /**
   * Stops listening; open connections stay. Resolves when all sockets are closed, and the unix socket's file is gone.
   */
  async close(): Promise<void> {
    this.isClosed = true;
    const closing = this.tcp.map(closed);
    this.tcp = [];
    if (this.unix !== null) {
      closing.push(closed(this.unix.server));
      await removeFile(this.unix.path);
      this.unix = null;
    }
    await Promise.all(closing);
  }

  private async openTcp(name: string, port: number, backlog: number, optional: boolean): Promise<net.Server | null> {
    const server = this.createServer(null);
    const host = hostOf(name);
    try {
      if (host === '') throw NO_NAME; // to Node it would be all addresses
      await listening(server, { host, port, backlog, exclusive: true, ipv6Only: host.includes(':') });
      return server;
    } catch (error) {
      const code = codeOf(error);
      const step = code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? '' : 'bind: ';
      const refusal = `Warning: Could not create server TCP listening socket ${name}:${port}: ${step}${describeError(error)}`;
      if (!NO_SUCH_FAMILY.has(code) && !(optional && code === 'EADDRNOTAVAIL')) throw new ListenError(refusal);
      this.network.log.warning(refusal);
      return null;
    }
  }

  private createServer(unixPath: string | null): net.Server {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: unixPath === null });
    server.on('connection', (socket) => this.accepted(socket, unixPath));
    server.on('listening', () => {
      // From now on an error is one of accepting: out of descriptors, usually.
      server.on('error', (error) => this.network.log.warning(`Accepting client connection: ${describeError(error)}`));
    });
    return server;
  }

  /** A client has connected: refuse it, or make it a connection. */
  private accepted(socket: net.Socket, unixPath: string | null): void {
    const { network } = this;
    const { settings, stats, log } = network;
    if (network.connectionCount >= settings.maxclients) {
      stats.rejectedConnections++;
      refuse(socket, MAX_CLIENTS_REACHED);
      return;
    }
    if (settings.refuseRemote && unixPath === null && !isLoopback(socket.remoteAddress ?? '')) {
      stats.rejectedConnections++;
      refuse(socket, PROTECTED_MODE);
      return;
    }
    stats.totalConnectionsReceived++;
    const { tcpKeepaliveSeconds } = settings;
    if (unixPath === null && tcpKeepaliveSeconds > 0) socket.setKeepAlive(true, tcpKeepaliveSeconds * 1000);
    const connection = new Connection(network, socket, unixPath);
    if (log.isVerbose()) log.verbose(`Accepted ${connection.address}`);
    try {
      connection.owner = this.accept(connection);
    } catch (cause) {
      network.failed(cause);
    }
  }
}

/** Says why, and closes: the client cannot send anything that is looked at. */
function refuse(socket: net.Socket, reason: string): void {
  socket.on('error', () => socket.destroy()); // it does not wait for the answer
  socket.end(reason, () => socket.destroy());
}

/** The host that the system is asked for. */
function hostOf(address: string): string {
  if (address === '*') return '0.0.0.0';
  if (address === '::*') return '::';
  return address;
}

function portOf(server: net.Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isListeningOn(server: net.Server, addresses: readonly string[], port: number): boolean {
  const own = server.address();
  if (typeof own !== 'object' || own === null || own.port !== port) return false;
  return addresses.some((address) => hostOf(address.replace(/^-/, '')) === own.address);
}

/** Removes the file of a socket. What cannot be removed shows when its path is bound: nothing is told of it here. */
async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => null);
}

function listening(server: net.Server, options: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: net.Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** What the C library would say. */
function describeError(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return 'Name or service not known';
  const known = code === undefined ? undefined : STRERROR.get(code);
  return known ?? (errno === undefined ? message : (getSystemErrorMap().get(errno)?.[1] ?? message));
}

const STRERROR: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'Address already in use'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['EACCES', 'Permission denied'],
  ['ENOENT', 'No such file or directory'],
  ['EMFILE', 'Too many open files'],
  ['EINVAL', 'Invalid argument'],
  ['ENOTDIR', 'Not a directory'],
  ['ENAMETOOLONG', 'File name too long'],
]);
