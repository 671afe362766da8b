import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { error } from '../../src/resp/error-reply.js';
import { type ReplySink, ReplyWriter } from '../../src/resp/reply.js';

/** Everything that `write` writes, in one protocol. */
function written(resp: 2 | 3, write: (reply: ReplyWriter) => void): string {
  const reply = new ReplyWriter();
  reply.begin(null, resp);
  write(reply);
  return Buffer.from(reply.take()).toString('latin1');
}

/** A sink that keeps what it is sent, and says whether the writer may reuse its buffer. */
class CollectingSink implements ReplySink {
  readonly pieces: Buffer[] = [];
  constructor(private readonly reusable: boolean) {}

  send(buffer: Buffer, size: number): boolean {
    this.pieces.push(this.reusable ? Buffer.from(buffer.subarray(0, size)) : buffer.subarray(0, size));
    return this.reusable;
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString('latin1');
  }
}

const bulkOf = (text: string) => `$${text.length}\r\n${text}\r\n`;

/** Each kind of reply: what is written, then its bytes in RESP2 and in RESP3. */
const REPLIES: readonly (readonly [string, (reply: ReplyWriter) => void, string, string])[] = [
  ['OK', (r) => r.ok(), '+OK\r\n', '+OK\r\n'],
  ['a simple string', (r) => r.simple('QUEUED'), '+QUEUED\r\n', '+QUEUED\r\n'],
  ['an encoded reply as it is', (r) => r.raw(Buffer.from('+PONG\r\n')), '+PONG\r\n', '+PONG\r\n'],
  ['an error', (r) => r.error(error('WRONGTYPE no')), '-WRONGTYPE no\r\n', '-WRONGTYPE no\r\n'],
  ['an error whose text has line breaks', (r) => r.error(error('ERR a\r\nb')), '-ERR a  b\r\n', '-ERR a  b\r\n'],
  ['a null', (r) => r.null(), '$-1\r\n', '_\r\n'],
  ['a null array', (r) => r.nullArray(), '*-1\r\n', '_\r\n'],
  ['zero', (r) => r.int(0), ':0\r\n', ':0\r\n'],
  ['a negative integer', (r) => r.int(-42), ':-42\r\n', ':-42\r\n'],
  ['the largest safe integer', (r) => r.int(2 ** 53 - 1), ':9007199254740991\r\n', ':9007199254740991\r\n'],
  ['the smallest safe integer', (r) => r.int(1 - 2 ** 53), ':-9007199254740991\r\n', ':-9007199254740991\r\n'],
  ['an int64 of any size', (r) => r.bigint(-(2n ** 63n)), ':-9223372036854775808\r\n', ':-9223372036854775808\r\n'],
  ['an empty bulk string', (r) => r.bulkText(''), '$0\r\n\r\n', '$0\r\n\r\n'],
  ['a bulk string of text', (r) => r.bulkText('a\xff\r\n'), '$4\r\na\xff\r\n\r\n', '$4\r\na\xff\r\n\r\n'],
  ['a bulk string of bytes', (r) => r.bulkBytes(Buffer.from([0, 255])), '$2\r\n\x00\xff\r\n', '$2\r\n\x00\xff\r\n'],
  ['a bulk string of an integer', (r) => r.bulkInt(-1234567890123), bulkOf('-1234567890123'), bulkOf('-1234567890123')],
  ['an empty array', (r) => r.emptyArray(), '*0\r\n', '*0\r\n'],
  ['the header of an array', (r) => r.array(12), '*12\r\n', '*12\r\n'],
  ['the header of a map', (r) => r.map(7), '*14\r\n', '%7\r\n'],
  ['the header of a set', (r) => r.set(3), '*3\r\n', '~3\r\n'],
  ['the header of a push message', (r) => r.push(3), '*3\r\n', '>3\r\n'],
  ['a double', (r) => r.double(0.1), '$3\r\n0.1\r\n', ',0.1\r\n'],
  ['a whole double', (r) => r.double(3), '$1\r\n3\r\n', ',3\r\n'],
  ['infinity', (r) => r.double(Number.POSITIVE_INFINITY), '$3\r\ninf\r\n', ',inf\r\n'],
  ['minus infinity', (r) => r.double(Number.NEGATIVE_INFINITY), '$4\r\n-inf\r\n', ',-inf\r\n'],
  ['a double with an exponent', (r) => r.double(-1.5e-7), bulkOf('-1.5e-7'), ',-1.5e-7\r\n'],
  ['a double in a form of its own', (r) => r.humanDouble('13.50'), bulkOf('13.50'), ',13.50\r\n'],
  ['a double of 17 digits', (r) => r.double17(0.1), bulkOf('0.10000000000000001'), ',0.10000000000000001\r\n'],
  ['true', (r) => r.bool(true), ':1\r\n', '#t\r\n'],
  ['false', (r) => r.bool(false), ':0\r\n', '#f\r\n'],
  [
    'a big number',
    (r) => r.bigNumber('-123456789012345678901'),
    bulkOf('-123456789012345678901'),
    '(-123456789012345678901\r\n',
  ],
  ['a verbatim string', (r) => r.verbatim('txt', 'some text'), '$9\r\nsome text\r\n', '=13\r\ntxt:some text\r\n'],
];

describe('a reply', () => {
  test.each(REPLIES)('that is %s has the bytes of its protocol', (_name, write, resp2, resp3) => {
    expect(written(2, write)).toBe(resp2);
    expect(written(3, write)).toBe(resp3);
  });

  test('that is an attribute stands in front of what it describes', () => {
    const write = (r: ReplyWriter) => {
      r.attribute(1);
      r.simple('ttl');
      r.int(3600);
      r.int(1);
    };
    expect(written(3, write)).toBe('|1\r\n+ttl\r\n:3600\r\n:1\r\n');
  });

  test('that is a bulk string is copied from any place and of any length', () => {
    const source = Buffer.alloc(1024);
    for (let i = 0; i < source.length; i++) source[i] = (i * 7) & 255;
    const view = new DataView(source.buffer, source.byteOffset, source.length);
    for (let length = 0; length <= 300; length++) {
      for (const from of [0, 1, 3, 1024 - length]) {
        const text = source.toString('latin1', from, from + length);
        expect(
          written(2, (r) => r.bulk(source, view, from, length)),
          `${length} bytes at ${from}`,
        ).toBe(bulkOf(text));
      }
    }
  });

  test('that is a bulk string can be written in place', () => {
    const write = (r: ReplyWriter) => {
      const at = r.beginBulk(5);
      r.view.setUint32(at, 0x68656c6c);
      r.bytes[at + 4] = 0x6f;
      r.endBulk(5);
    };
    expect(written(2, write)).toBe('$5\r\nhello\r\n');
  });
});

describe('a reply of a length that is not known at first', () => {
  const write = (r: ReplyWriter) => {
    const outer = r.deferred();
    r.int(1);
    const map = r.deferred();
    for (let i = 0; i < 11; i++) {
      r.bulkInt(i);
      r.null();
    }
    r.setMapLength(map, 11);
    const set = r.deferred();
    r.setSetLength(set, 0);
    r.int(2);
    r.setArrayLength(outer, 4);
  };
  const pairs = (nil: string) => Array.from({ length: 11 }, (_, i) => `${bulkOf(String(i))}${nil}`).join('');

  test('gets its headers in front of what is inside, nested too', () => {
    expect(written(2, write)).toBe(`*4\r\n:1\r\n*22\r\n${pairs('$-1\r\n')}*0\r\n:2\r\n`);
    expect(written(3, write)).toBe(`*4\r\n:1\r\n%11\r\n${pairs('_\r\n')}~0\r\n:2\r\n`);
  });

  test('is kept together until it is closed, however long it gets', () => {
    const sink = new CollectingSink(true);
    const reply = new ReplyWriter();
    reply.begin(sink, 2);
    reply.ok();
    const mark = reply.deferred();
    const piece = 'x'.repeat(1000);
    for (let i = 0; i < 1000; i++) reply.bulkText(piece);
    expect(sink.pieces).toEqual([]);
    reply.setArrayLength(mark, 1000);
    reply.flush();
    expect(sink.text).toBe(`+OK\r\n*1000\r\n${bulkOf(piece).repeat(1000)}`);
  });
});

describe('the reply writer', () => {
  test.each([true, false])('sends what no longer fits, in order (buffer reused: %s)', (reusable) => {
    const sink = new CollectingSink(reusable);
    const reply = new ReplyWriter();
    reply.begin(sink, 2);
    let wanted = '';
    for (let i = 0; i < 50_000; i++) {
      reply.int(i);
      wanted += `:${i}\r\n`;
    }
    expect(sink.pieces.length).toBeGreaterThan(3);
    reply.flush();
    expect(sink.text).toBe(wanted);
    expect(reply.sentBytes).toBe(wanted.length);
  });

  test('does not write to a buffer that it handed over', () => {
    const sink = new CollectingSink(false);
    const reply = new ReplyWriter();
    reply.begin(sink, 2);
    reply.bulkText('first');
    reply.flush();
    reply.bulkText('other');
    reply.flush();
    expect(sink.text).toBe('$5\r\nfirst\r\n$5\r\nother\r\n');
  });

  test('takes a reply far larger than its buffer, and does not keep the memory', () => {
    const sink = new CollectingSink(true);
    const reply = new ReplyWriter();
    reply.begin(sink, 2);
    const large = Buffer.alloc(5_000_000, 'a');
    reply.ok();
    reply.bulk(large, new DataView(large.buffer, large.byteOffset, large.length), 0, large.length);
    reply.ok();
    reply.flush();
    expect(sink.text).toBe(`+OK\r\n$5000000\r\n${large.toString('latin1')}\r\n+OK\r\n`);
    expect(reply.bytes.length).toBeLessThanOrEqual(65536);
  });

  test('counts errors and tells of them', () => {
    const codes: string[] = [];
    const reply = new ReplyWriter((e) => codes.push(e.code));
    reply.begin(null, 2);
    reply.error(error('WRONGTYPE no'));
    reply.error(error('ERR no'));
    expect(codes).toEqual(['WRONGTYPE', 'ERR']);
    expect(reply.errorCount).toBe(2);
  });

  test('drops discarded replies of any size, and keeps what came after the last one that was sent', () => {
    const reply = new ReplyWriter();
    reply.beginDiscarded(2);
    for (let i = 0; i < 100_000; i++) reply.int(i);
    reply.rewind();
    expect(reply.bytes.length).toBeLessThanOrEqual(65536);
    reply.ok();
    const sink = new CollectingSink(true);
    reply.begin(sink, 2);
    reply.flush();
    expect(sink.text).toBe('+OK\r\n');
  });

  test('writes any sequence of replies to the same bytes, whatever its buffer', () => {
    const kind = fc.tuple(fc.integer({ min: 0, max: REPLIES.length - 1 }), fc.integer({ min: 0, max: 30_000 }));
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 60 }), fc.boolean(), fc.constantFrom(2, 3), (kinds, reusable, resp) => {
        const sink = new CollectingSink(reusable);
        const reply = new ReplyWriter();
        reply.begin(sink, resp);
        let wanted = '';
        for (const [index, length] of kinds) {
          const [, write, resp2, resp3] = REPLIES[index]!;
          write(reply);
          const text = 'y'.repeat(length);
          reply.bulkText(text);
          wanted += (resp === 3 ? resp3 : resp2) + bulkOf(text);
        }
        reply.flush();
        expect(sink.text === wanted).toBe(true);
      }),
    );
  });
});
