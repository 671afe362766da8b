/** The harness itself: its parser and splitter, and a session with the reference. */
import { describe, expect, test } from 'vitest';
import {
  array,
  bulk,
  bytes,
  encodeCommand,
  error,
  escapeBytes,
  formatCommand,
  int,
  map,
  nil,
  nil3,
  ok,
  Push,
  parseLine,
  parseReply,
  push,
  RespClient,
  RespError,
  referenceAvailable,
  startReference,
} from './index.js';

describe('commands written as a line', () => {
  test('are split at blanks and keep quoted blanks', () => {
    expect(parseLine(`SET key "a b" 'c d' ""`)).toEqual(['SET', 'key', 'a b', 'c d', '']);
  });

  test('take escapes in double quotes, hexadecimal ones as bytes', () => {
    expect(parseLine('SET k "a\\n\\"b\\""')).toEqual(['SET', 'k', 'a\n"b"']);
    expect(parseLine('SET k "\\x00\\xff"')).toEqual(['SET', 'k', Buffer.from([0, 255])]);
  });

  test('are refused with unbalanced quotes', () => {
    expect(() => parseLine('SET k "a')).toThrow('unbalanced quotes');
  });

  test('are printed so that they can be sent again', () => {
    expect(formatCommand(['SET', 'k', 'a b\n', bytes('\xff\x00')])).toBe('SET k "a b\\n" "\\xff\\x00"');
    expect(encodeCommand('SET k é').toString('latin1')).toBe('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\xc3\xa9\r\n');
  });
});

describe('replies', () => {
  const samples = [
    ok,
    error('ERR no'),
    int(-5),
    bulk('a\r\nb'),
    nil,
    nil3,
    array(bulk('x'), array(), int(1)),
    map(bulk('k'), array(int(1))),
    push(bulk('message'), bulk('c')),
    '#t\r\n',
    ',1.5\r\n',
    ',-inf\r\n',
    '(12345678901234567890\r\n',
    '=8\r\ntxt:abcd\r\n',
    '|1\r\n+ttl\r\n:3\r\n+v\r\n',
    '~2\r\n:1\r\n:2\r\n',
  ];

  test('are parsed whole and keep their exact bytes', () => {
    for (const sample of samples) {
      const buffer = Buffer.from(sample, 'latin1');
      expect(parseReply(buffer, 0, buffer.length)).toMatchObject({ end: buffer.length, reply: { wire: sample } });
    }
  });

  test('are incomplete at every point before their end', () => {
    for (const sample of samples) {
      const buffer = Buffer.from(sample, 'latin1');
      for (let end = 0; end < buffer.length; end++) {
        expect(parseReply(buffer, 0, end), `${escapeBytes(sample)} cut at ${end}`).toHaveProperty('needs');
      }
    }
  });

  test('that are no RESP are refused', () => {
    expect(() => parseReply(Buffer.from('HTTP/1.1 400\r\n'), 0, 14)).toThrow('no RESP');
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('a session with the reference', () => {
  test('gives replies, push messages, raw bytes, and says what it waited for', async () => {
    const server = await startReference();
    const client = await server.connect({ timeoutMs: 200 });
    expect((await client.send('SET', 'k', bytes('\x00\xff'))).wire).toBe(ok);
    expect((await client.command('GET k')).value).toBe('\x00\xff');
    expect((await client.send('GET')).value).toEqual(new RespError("ERR wrong number of arguments for 'get' command"));
    expect((await client.pipeline(['INCR n', 'INCR n'])).map((reply) => reply.value)).toEqual([1, 2]);

    await client.hello(3);
    client.write('SUBSCRIBE news');
    expect((await client.nextPush()).value).toEqual(new Push(['subscribe', 'news', 1]));
    client.raw('PING\r\n');
    expect(await client.readRaw(7)).toBe('+PONG\r\n');
    expect(client.isDrained()).toBe(true);

    client.write('BLPOP nothing 0');
    await expect(client.nextReply('the reply to BLPOP')).rejects.toThrow(
      'no answer in 200 ms: waiting for the reply to BLPOP; got nothing',
    );
    await client.close();
    expect(await server.stop()).toMatchObject({ code: 0 });
    await expect(RespClient.connect({ port: server.port })).rejects.toThrow('ECONNREFUSED');
  });

  test('that cannot start shows why', async () => {
    await expect(startReference(['--nonsense', '1'])).rejects.toThrow('Bad directive');
  });
});
