/** The reply writer: what the hot commands answer, arrays of unknown length, and values of several sizes. */
import { type ReplySink, ReplyWriter } from '../../src/resp/reply.js';
import { measure, type Row } from '../support/micro.js';

/** A socket that takes everything at once. */
class NullSink implements ReplySink {
  bytes = 0;

  send(_buffer: Buffer, size: number): boolean {
    this.bytes = (this.bytes + size) | 0;
    return true;
  }
}

export function run(size: number): Row[] {
  const value = Buffer.alloc(64 * 1024, 'v');
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return [
    written('OK', size, (reply) => reply.ok()),
    written('a null', size, (reply) => reply.null()),
    written('an integer below 10000', size, (reply, i) => reply.int(i % 10_000)),
    written('an integer of 15 digits', size, (reply, i) => reply.int(123_456_789_000_000 + i)),
    ...[4, 32, 200, 1024, 16_384].map((length) =>
      written(`a bulk string of ${length} bytes`, size, (reply, i) => reply.bulk(value, view, i & 1023, length)),
    ),
    written('a bulk string of text, 12 bytes', size, (reply) => reply.bulkText('twelve bytes')),
    written('a double', size, (reply, i) => reply.double(i / 8)),
    written('an array of 10 integers', size, (reply, i) => {
      reply.array(10);
      for (let k = 0; k < 10; k++) reply.int(i + k);
    }),
    written('the same, its length told at the end', size, (reply, i) => {
      const mark = reply.deferred();
      for (let k = 0; k < 10; k++) reply.int(i + k);
      reply.setArrayLength(mark, 10);
    }),
  ];
}

function written(name: string, size: number, write: (reply: ReplyWriter, i: number) => void): Row {
  const sink = new NullSink();
  const reply = new ReplyWriter();
  reply.begin(sink, 3);
  return measure(`write ${name}`, size, (operations) => {
    sink.bytes = 0;
    for (let i = 0; i < operations; i++) write(reply, i);
    reply.flush();
    return sink.bytes;
  });
}
