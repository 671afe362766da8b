/** DEBUG PROTOCOL: an example of each type of reply, for those who write clients. */
import type { CommandContext } from '../../../context.js';
import { ERR_DEBUG_PROTOCOL, ERR_RESP2 } from '../../../errors.js';

export function protocol(c: CommandContext): void {
  const { argv, reply } = c;
  switch (argv.text(2).toLowerCase()) {
    case 'string':
      return reply.bulkText('Hello World');
    case 'integer':
      return reply.int(12345);
    case 'double':
      // biome-ignore lint/suspicious/noApproximativeNumericConstant: it is an example, and not pi
      return reply.double(3.141);
    case 'bignum':
      return reply.bigNumber('1234567999999999999999999999999999999');
    case 'null':
      return reply.null();
    case 'array':
      reply.array(3);
      for (let i = 0; i < 3; i++) reply.int(i);
      return;
    case 'set':
      reply.set(3);
      for (let i = 0; i < 3; i++) reply.int(i);
      return;
    case 'map':
      reply.map(3);
      for (let i = 0; i < 3; i++) {
        reply.int(i);
        reply.bool(i === 1);
      }
      return;
    case 'attrib':
      return attributed(c);
    case 'push':
      return pushed(c);
    case 'verbatim':
      return reply.verbatim('txt', 'This is a verbatim\nstring');
    case 'true':
      return reply.bool(true);
    case 'false':
      return reply.bool(false);
    default:
      return reply.error(ERR_DEBUG_PROTOCOL);
  }
}

function attributed({ reply }: CommandContext): void {
  if (reply.resp === 3) {
    reply.attribute(1);
    reply.bulkText('key-popularity');
    reply.array(2);
    reply.bulkText('key:123');
    reply.int(90);
  }
  reply.bulkText('Some real reply following the attribute');
}

function pushed({ reply }: CommandContext): void {
  if (reply.resp !== 3) return reply.error(ERR_RESP2);
  reply.push(2);
  reply.bulkText('server-cpu-usage');
  reply.int(42);
  reply.bulkText('Some real reply following the push reply');
}
