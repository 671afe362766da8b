/**
 * What this server uses of Node's own that Node does not document, in one place, each with its detection and its
 * public replacement. Tried on Node 20.20; when any of it is missing, the public path serves.
 *
 * 1. A socket's handle (`socket._handle`): taken over from an accepted socket into a new one with `onread`, so that all
 *    sockets read into one static buffer. Replacement: the `data` event, which allocates 64 KiB a read.
 * 2. `handle.readStop` and `readStart`: a socket that has more input than one read holds leaves the loop to others
 *    first; libuv would read it 32 times in a row, 2 MiB of commands. Replacement: none, libuv's turns.
 * 3. `handle.onread`: what the handle calls for each read. Called directly, a read saves the stream's own bookkeeping
 *    (an idle timer up the chain of parents, checks of options that are never set), 0.6 of the 18 us of a GET without
 *    pipelining (perf, bench/server, Node 20). Replacement: the `onread` option of 1, which ends in the same callback.
 * 4. `handle.writeBuffer(request, bytes)`: a write without the stream around it, 8% more requests a second with 50
 *    clients that do not pipeline (bench/server, Node 20). Replacement: `socket.write`, for which `net` has the same
 *    path.
 */
import net from 'node:net';

/** The part of a TCP or pipe handle that is used here. */
export interface StreamHandle {
  readonly fd?: number;
  /** Whether Node wants to read from it. */
  reading: boolean;
  /** Called with the handle as `this` for what was read, its end or an error: the stream state tells which. */
  onread: (this: StreamHandle, bytes?: ArrayBuffer) => unknown;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

/** The request object of one write. */
export interface WriteRequest {
  /** Called when a write that could not be finished at once is: 0, or a negative error number. */
  oncomplete: ((status: number) => void) | null;
  /** Keeps the memory of the write alive. */
  bytes: Uint8Array | null;
}

/** Node's write machinery below the streams. */
export interface DirectWrites {
  /** Makes a request; one can be used again after a write that finished at once. */
  request(): WriteRequest;
  /** Whether the write just made goes on after the call. */
  wasAsync(): boolean;
}

interface StreamWrapBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: ArrayLike<number>;
  readonly kLastWriteWasAsync: number;
  readonly kReadBytesOrError: number;
}

/** Node's write machinery, or null where it is not as expected. */
export function findDirectWrites(): DirectWrites | null {
  const binding = streamBinding();
  if (binding === null) return null;
  const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding;
  if (typeof WriteWrap !== 'function' || typeof streamBaseState?.[kLastWriteWasAsync] !== 'number') return null;
  return { request: () => new WriteWrap(), wasAsync: () => streamBaseState[kLastWriteWasAsync] !== 0 };
}

/** What Node's streams stand on, or null where Node keeps it to itself: then the public paths serve. */
function findBinding(): StreamWrapBinding | null {
  try {
    // `process.binding` is not in the type definitions, and Node may refuse it under a policy: hence cast and catch.
    const { binding } = process as unknown as { binding(name: string): StreamWrapBinding };
    return binding.call(process, 'stream_wrap');
  } catch {
    return null;
  }
}

let known: StreamWrapBinding | null | undefined;

/** The same, looked for when it is first needed: to import this module must have no effect. */
function streamBinding(): StreamWrapBinding | null {
  if (known === undefined) known = findBinding();
  return known;
}

/** The handle of a plain socket when it is of the expected shape, else null. */
export function handleOf(socket: net.Socket): StreamHandle | null {
  // Private to Node, so not in its types; every use checks what it finds.
  const handle = (socket as unknown as { _handle?: StreamHandle | null })._handle;
  return handle != null && typeof handle.writeBuffer === 'function' ? handle : null;
}

/** The descriptor of a socket, or -1 where the system does not tell. */
export function descriptorOf(socket: net.Socket): number {
  return handleOf(socket)?.fd ?? -1;
}

/**
 * Takes the handle of a paused, freshly accepted socket over into a new socket that reads into `buffer` and calls
 * `received` with the number of bytes; reading begins at once. Null, with `accepted` untouched, where Node does not
 * allow it. The listening server no longer counts the connection: its owner has to.
 */
export function rewrap(accepted: net.Socket, buffer: Uint8Array, received: (count: number) => void): net.Socket | null {
  const handle = handleOf(accepted);
  if (handle === null || !('useUserBuffer' in handle)) return null;
  const emptied = accepted as unknown as { _handle: StreamHandle | null };
  emptied._handle = null;
  accepted.destroy();
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer,
      callback: (count: number): boolean => {
        received(count);
        return true;
      },
    },
  };
  // `handle` is an option of the constructor that Node's types leave out.
  const socket = new net.Socket(options as unknown as net.SocketConstructorOpts);
  shortenReads(handle, received);
  return socket;
}

/** Lets what was read go straight to `received`; ends and errors still go through the stream. */
function shortenReads(handle: StreamHandle, received: (count: number) => void): void {
  const { onread } = handle;
  const binding = streamBinding();
  if (binding === null || typeof onread !== 'function') return;
  const { streamBaseState: state, kReadBytesOrError } = binding;
  if (typeof state?.[kReadBytesOrError] !== 'number') return;
  handle.onread = function (bytes) {
    const count = state[kReadBytesOrError]!;
    // Must return undefined for what was read: Node takes anything else for the buffer of its next read.
    return count > 0 ? received(count) : onread.call(this, bytes);
  };
}
