/** What clients that cache are sent: a push in RESP3, a message of one channel in RESP2. */

const CHANNEL = '__redis__:invalidate';
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const IN_RESP2 = `*3\r\n${bulk('message')}${bulk(CHANNEL)}`;
const IN_RESP3 = `>2\r\n${bulk('invalidate')}`;
const NOTHING_LEFT_2 = Buffer.from(`${IN_RESP2}$-1\r\n`, 'latin1');
const NOTHING_LEFT_3 = Buffer.from(`${IN_RESP3}_\r\n`, 'latin1');

/** These keys, as latin1 text, are no longer what they were. O(bytes). */
export function encodeInvalidation(resp: number, names: readonly string[]): Uint8Array {
  const keys = `*${names.length}\r\n${names.map(bulk).join('')}`;
  return Buffer.from((resp === 3 ? IN_RESP3 : IN_RESP2) + keys, 'latin1');
}

/** No key is: all have been flushed. */
export function encodeNothingLeft(resp: number): Uint8Array {
  return resp === 3 ? NOTHING_LEFT_3 : NOTHING_LEFT_2;
}

/** The client with this id, which was to be told in another's place, is gone. */
export function encodeBrokenRedirection(id: number): Uint8Array {
  return Buffer.from(`>2\r\n${bulk('tracking-redir-broken')}:${id}\r\n`, 'latin1');
}
