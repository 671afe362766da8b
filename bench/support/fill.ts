/** Many commands through one connection as fast as the server takes them: fills, overwrites, deletes. */
import { connect } from 'node:net';

/** Commands that are built and written together. */
const BATCH = 1000;

/** Batches on their way at once: enough to keep the server busy, few enough that its input stays small. */
const BATCHES_IN_FLIGHT = 4;

const DASH = 0x2d;
const NEWLINE = 0x0a;

/**
 * Sends `count` commands, the i-th of which is `command(i)` as RESP text; each must be answered by a line (+OK, :1). An
 * error reply rejects.
 */
export function sendAll(port: number, count: number, command: (i: number) => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sent = 0;
    let answered = 0;
    const sendMore = (): void => {
      while (sent < count && sent - answered < BATCH * BATCHES_IN_FLIGHT) {
        const end = Math.min(count, sent + BATCH);
        let text = '';
        for (; sent < end; sent++) text += command(sent);
        socket.write(text, 'latin1');
      }
    };
    socket.once('connect', sendMore);
    socket.on('data', (chunk) => {
      // No reply of these commands contains a dash, so that one anywhere begins an error.
      if (chunk.includes(DASH)) {
        socket.destroy(new Error(`the server refused a command: ${chunk.toString('latin1').split('\r\n', 1)[0]}`));
        return;
      }
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) answered++;
      if (answered === count) {
        socket.end();
        resolve();
      } else {
        sendMore();
      }
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (answered < count) reject(new Error(`the connection was closed after ${answered} of ${count} replies`));
    });
    if (count === 0) resolve();
  });
}

/** The i-th key, 16 bytes long, named as redis-benchmark names its random keys. */
export function keyName(i: number): string {
  return `key:${String(i).padStart(12, '0')}`;
}

/** `SET key value` with options such as `['PX', '1000']`, as RESP text. */
export function setCommand(key: string, value: string, options: readonly string[] = []): string {
  let text = `*${3 + options.length}\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
  for (const option of options) text += `$${option.length}\r\n${option}\r\n`;
  return text;
}

/** Sets keys 0 to count-1 to values of `valueBytes` bytes. */
export function fillKeys(port: number, count: number, valueBytes = 32): Promise<void> {
  const value = 'x'.repeat(valueBytes);
  return sendAll(port, count, (i) => setCommand(keyName(i), value));
}
