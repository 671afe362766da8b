import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { CONNECTION_BYTES, OUTPUT_NORMAL, OUTPUT_PUBSUB } from '../../src/net/index.js';
import { ManualClock } from '../../src/util/clock.js';
import { pollUntil } from '../support/wait.js';
import { Bench, collect, echo } from './support.js';

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});

async function started(...options: ConstructorParameters<typeof Bench>): Promise<Bench> {
  const bench = new Bench(...options);
  open.push(bench);
  await bench.listen();
  return bench;
}

describe.each([
  ['direct writes', true],
  ['the public write path', false],
])('a connection with %s', (_name, directWrites) => {
  it('takes lines cut at any byte', async () => {
    const bench = await started(echo, { directWrites });
    const client = await bench.client();
    client.setNoDelay(true);
    const text = 'first\n\nthe third line\nlast one\n';
    for (let cut = 1; cut < text.length; cut++) {
      const reply = collect(client, text.length);
      client.write(text.slice(0, cut));
      const { totalReadsProcessed: reads } = bench.network.stats;
      await pollUntil(() => bench.network.stats.totalReadsProcessed > reads, 'the first part to be read');
      client.write(text.slice(cut));
      expect(await reply).toBe(text);
      client.removeAllListeners();
    }
    expect(bench.owners[0]?.lines.length).toBe(4 * (text.length - 1));
  });

  it('takes a line of several megabytes, reserved once, and sends it back', async () => {
    const length = 3_000_000;
    const bench = await started(
      (owner, line) => {
        if (line === 'big') owner.connection.expect(length + 1);
        else echo(owner, line);
      },
      { directWrites },
    );
    const client = await bench.client();
    const reply = collect(client, length + 1);
    client.write(`big\n${'x'.repeat(length)}\n`);
    expect((await reply).length).toBe(length + 1);
    expect(bench.owners[0]?.lines[1]?.length).toBe(length);
    // The value was offered when it was whole, not with each chunk of it.
    expect(bench.owners[0]?.offers).toBeLessThanOrEqual(3);
    expect(bench.owners[0]?.connection.queryBufferBytes).toBe(0);
    // While it came the network was told, so that room for it can be made ready.
    expect(bench.arriving.length).toBeGreaterThan(0);
    for (const [bytes, arrived] of bench.arriving) {
      expect(bytes).toBe(length + 1);
      expect(arrived).toBeLessThan(bytes);
    }
  });

  it('sends what is appended from outside in order with replies', async () => {
    const bench = await started(
      (owner, line) => {
        owner.connection.append(Buffer.from('before '));
        echo(owner, line);
        owner.connection.append(Buffer.from('after\n'));
      },
      { directWrites },
    );
    const client = await bench.client();
    const reply = collect(client, 2 * 'before x\nafter\n'.length);
    client.write('x\ny\n');
    expect(await reply).toBe('before x\nafter\nbefore y\nafter\n');
  });

  it('coalesces what is appended in one turn of the loop into one write', async () => {
    const bench = await started(echo, { directWrites });
    const client = await bench.client();
    await pollUntil(() => bench.owners[0], 'the connection');
    const reply = collect(client, 5000);
    for (let i = 0; i < 1000; i++) bench.owners[0]?.connection.append(Buffer.from('12345'));
    expect((await reply).length).toBe(5000);
    expect(bench.network.stats.totalWritesProcessed).toBeLessThanOrEqual(5);
  });

  it('hands a buffer over only while the socket still reads from it', async () => {
    const bench = await started(() => {}, { directWrites });
    const client = await bench.client();
    const connection = (await pollUntil(() => bench.owners[0], 'the connection')).connection;
    const buffer = Buffer.alloc(64 * 1024, 'a');
    let sent = 0;
    // Nobody reads: at some point the kernel is full, and the buffer that it did not take is handed over.
    for (let reusable = true; reusable; sent += buffer.length) reusable = connection.send(buffer, buffer.length);
    expect(connection.pendingOutputBytes).toBeGreaterThan(0);
    const small = Buffer.alloc(64 * 1024, 'b');
    expect(connection.send(small, 10)).toBe(true); // copied: small, and behind other output
    small.fill('c');
    const text = await collect(client, sent + 10);
    expect(text.length).toBe(sent + 10);
    expect(text.slice(-11)).toBe('abbbbbbbbbb');
    await pollUntil(() => connection.pendingOutputBytes === 0, 'all output to be taken');
  });

  it('leaves the commands of a client that does not read its replies for later', async () => {
    const line = 'z'.repeat(999);
    const reply = Buffer.alloc(1_000_000, 'r');
    const bench = await started((owner) => owner.connection.send(reply, reply.length), { directWrites });
    const client = await bench.client();
    const count = 120;
    client.write(`${line}\n`.repeat(count));
    client.end();
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    await pollUntil(() => owner.connection.congested, 'output to back up');
    expect(owner.connection.pendingOutputBytes).toBeLessThan(40_000_000);
    expect(owner.lines.length).toBeLessThan(count);
    const text = await collect(client);
    expect(text.length).toBe(count * reply.length);
    expect(owner.lines.length).toBe(count);
    await pollUntil(() => owner.isClosed, 'the end');
  });

  it('takes all that a client writes before it reads the first reply', async () => {
    const bench = await started(echo, { directWrites });
    const client = await bench.client();
    const line = `${'z'.repeat(9999)}\n`;
    const count = 6000; // far more than the system and the congested connection hold together
    const lines = Buffer.from(line.repeat(count));
    await new Promise((resolve) => client.write(lines, resolve));
    const { connection } = await pollUntil(() => bench.owners[0], 'the connection');
    await pollUntil(() => connection.queryBufferBytes > 0, 'commands to be left for later');
    expect(connection.memoryBytes).toBeLessThan(2.5 * lines.length);
    expect((await collect(client, lines.length)) === lines.toString()).toBe(true);
    await pollUntil(() => connection.memoryBytes < 100_000, 'its buffers to be given back');
  });

  it('runs more commands of such a client when they hold more memory than the replies that wait', async () => {
    const bench = await started(
      (owner, line) => {
        const size = line === 'big' ? 40_000_000 : 1;
        owner.connection.send(Buffer.alloc(size, 'r'), size);
      },
      { directWrites },
    );
    const client = await bench.client();
    client.write('big\n');
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    await pollUntil(() => owner.connection.congested, 'output to back up');
    const count = 8000;
    const lines = Buffer.from(`${'z'.repeat(9999)}\n`.repeat(count));
    await new Promise((resolve) => client.write(lines, resolve));
    await pollUntil(() => owner.lines.length > 1000, 'commands to run');
    const { queryBufferBytes, pendingOutputBytes } = owner.connection;
    expect(queryBufferBytes).toBeLessThan(pendingOutputBytes + 2_000_000);
    expect((await collect(client, 40_000_000 + count)).length).toBe(40_000_000 + count);
  });

  it('stops reading from such a client at its query buffer limit, and does not close it', async () => {
    const reply = Buffer.alloc(1_000_000, 'r');
    const bench = await started((owner) => owner.connection.send(reply, reply.length), { directWrites });
    bench.settings.clientQueryBufferLimit = 200_000;
    const client = await bench.client();
    const count = 100;
    client.write(`${'z'.repeat(99_999)}\n`.repeat(count));
    client.end();
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    await pollUntil(() => owner.connection.queryBufferBytes > 200_000, 'the query buffer to fill');
    expect(owner.connection.queryBufferBytes).toBeLessThan(400_000);
    expect((await collect(client)).length).toBe(count * reply.length);
    expect(bench.log.filter((entry) => entry.startsWith('#'))).toEqual([]);
    await pollUntil(() => owner.isClosed, 'the end');
  });

  it('closes a client over a hard output limit of any size, however little it asked for', async () => {
    const reply = Buffer.alloc(1_000_000, 'r');
    const bench = await started((owner) => owner.connection.send(reply, reply.length), { directWrites });
    bench.limit(OUTPUT_NORMAL, { hardBytes: 60_000_000, softBytes: 0, softSeconds: 0 });
    const client = await bench.client();
    client.write('\n'.repeat(120));
    await pollUntil(() => bench.owners[0]?.isClosed, 'the end');
    expect(bench.network.stats.clientOutputBufferLimitDisconnections).toBe(1);
  });

  it('closes a client over the hard output limit with a line in the log', async () => {
    const bench = await started((owner) => owner.connection.send(Buffer.alloc(3_000_000), 3_000_000), { directWrites });
    bench.limit(OUTPUT_NORMAL, { hardBytes: 1_000_000, softBytes: 0, softSeconds: 0 });
    const client = await bench.client();
    client.write('give\n');
    const text = await collect(client);
    expect(text.length).toBeLessThan(3_000_000);
    expect(bench.network.stats.clientOutputBufferLimitDisconnections).toBe(1);
    expect(bench.owners[0]?.isClosed).toBe(true);
    expect(bench.log.filter((entry) => entry.startsWith('#'))).toEqual([
      `# Client ${bench.owners[0]?.describe()} scheduled to be closed ASAP for overcoming of output buffer limits.`,
    ]);
  });

  it('closes after its replies when it is told so, and looks at no more input', async () => {
    const bench = await started(
      (owner, line) => {
        if (line === 'quit') owner.connection.closeAfterReplies();
        echo(owner, line);
      },
      { directWrites },
    );
    const client = await bench.client();
    const text = collect(client);
    client.write('quit\n');
    expect(await text).toBe('quit\n');
    await pollUntil(() => bench.owners[0]?.isClosed, 'the end');
    expect(bench.network.connectionCount).toBe(0);
  });

  it('survives a client that resets the connection while output waits', async () => {
    const bench = await started((owner) => owner.connection.send(Buffer.alloc(9_000_000), 9_000_000), { directWrites });
    const client = await bench.client();
    client.on('error', () => {});
    client.write('give\n');
    await pollUntil(() => (bench.owners[0]?.connection.pendingOutputBytes ?? 0) > 0, 'output to wait');
    client.resetAndDestroy();
    await pollUntil(() => bench.owners[0]?.isClosed, 'the end');
    expect(bench.owners[0]?.connection.send(Buffer.alloc(10), 10)).toBe(true);
    expect(bench.failures).toEqual([]);
  });
});

describe('a connection', () => {
  it('sends what it owes to a client that has closed its half', async () => {
    const bench = await started((owner) => owner.connection.send(Buffer.alloc(9_000_000), 9_000_000));
    const client = await bench.client({ allowHalfOpen: true });
    client.end('give\n');
    expect((await collect(client)).length).toBe(9_000_000);
  });

  it('is closed when the other end closes, and says so once', async () => {
    const bench = await started();
    const client = await bench.client();
    client.end();
    await once(client, 'close');
    await pollUntil(() => bench.owners[0]?.isClosed, 'the end');
    expect(bench.log).toContain(`- Client closed connection ${bench.owners[0]?.describe()}`);
  });

  it('keeps input that its owner leaves for later, and offers it on resume', async () => {
    let waiting = true;
    const bench = await started(echo);
    const client = await bench.client();
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    const received = owner.received.bind(owner);
    owner.received = (bytes, from, to) => (waiting ? from : received(bytes, from, to));
    client.write('one\n');
    await pollUntil(() => owner.connection.queryBufferBytes === 4, 'the first line');
    client.write('two\n');
    await pollUntil(() => owner.connection.queryBufferBytes === 8, 'the second line');
    const reply = collect(client, 8);
    waiting = false;
    owner.connection.resume();
    expect(await reply).toBe('one\ntwo\n');
    expect(owner.connection.queryBufferBytes).toBe(0);
  });

  it('takes resume from inside received as a wish for another offer', async () => {
    let first = true;
    const bench = await started(echo);
    const client = await bench.client();
    const owner = await pollUntil(() => bench.owners[0], 'the connection');
    const received = owner.received.bind(owner);
    owner.received = (bytes, from, to) => {
      if (!first) return received(bytes, from, to);
      first = false;
      owner.connection.resume();
      return from;
    };
    const reply = collect(client, 4);
    client.write('one\n');
    expect(await reply).toBe('one\n');
  });

  it('that fills its query buffer beyond the limit is closed with a line in the log', async () => {
    const bench = await started();
    bench.settings.clientQueryBufferLimit = 100_000;
    const client = await bench.client();
    const end = collect(client);
    client.write('"\x01'.repeat(100_000));
    await end;
    expect(bench.network.stats.clientQueryBufferLimitDisconnections).toBe(1);
    const shown = `"${'\\"\\x01'.repeat(32)}"`;
    expect(bench.log.filter((entry) => entry.startsWith('#'))).toEqual([
      `# Closing client that reached max query buffer length: ${bench.owners[0]?.describe()} (qbuf initial bytes: ${shown})`,
    ]);
  });

  it('over the soft output limit is closed when the seconds have passed', async () => {
    const clock = new ManualClock();
    const bench = await started(() => {}, { clock });
    bench.limit(OUTPUT_PUBSUB, { hardBytes: 0, softBytes: 1_000_000, softSeconds: 10 });
    await bench.client();
    const { connection } = await pollUntil(() => bench.owners[0], 'the connection');
    connection.limitOutputAs('pubsub');
    for (let i = 0; i < 20; i++) connection.append(Buffer.alloc(1_000_000));
    bench.network.flushAll();
    clock.advance(10_000);
    bench.network.maintain(1);
    expect(connection.closed).toBe(false);
    clock.advance(1);
    bench.network.maintain(1);
    expect(connection.closed).toBe(true);
    await pollUntil(() => bench.owners[0]?.isClosed, 'the end');
  });

  it('that is idle gives its query buffer back', async () => {
    const clock = new ManualClock();
    const bench = await started(echo, { clock });
    const client = await bench.client();
    client.write('begin');
    const { connection } = await pollUntil(() => bench.owners[0], 'the connection');
    await pollUntil(() => connection.queryBufferBytes === 5, 'the beginning');
    const reply = collect(client, 6);
    client.write('\n');
    await reply;
    expect(connection.memoryBytes).toBeGreaterThan(CONNECTION_BYTES);
    bench.network.maintain(1);
    expect(connection.memoryBytes).toBeGreaterThan(CONNECTION_BYTES);
    clock.advance(3000);
    bench.network.maintain(1);
    expect(connection.memoryBytes).toBe(CONNECTION_BYTES);
  });

  it('tells of the large buffers that a line came in and its reply left in', async () => {
    const bench = await started((owner, line) => {
      const reply = Buffer.allocUnsafeSlow(line.length + 1).fill(`${line}\n`, 'latin1');
      owner.connection.send(reply, reply.length);
    });
    const client = await bench.client();
    const length = 3 * 1024 * 1024;
    const reply = collect(client, length + 1);
    client.write(`${'x'.repeat(length)}\n`);
    expect((await reply).length).toBe(length + 1);
    const large = bench.dropped.filter((bytes) => bytes > length);
    expect(large).toContain(length + 1);
    expect(large.length).toBeGreaterThanOrEqual(2);
    expect(bench.owners[0]?.connection.memoryBytes).toBe(CONNECTION_BYTES);
  });

  it('whose owner throws reports the cause and does not take the process down', async () => {
    const bench = await started(() => {
      throw new Error('a broken invariant');
    });
    const client = await bench.client();
    client.write('x\n');
    await pollUntil(() => bench.failures.length, 'the failure');
    expect(String(bench.failures[0])).toContain('a broken invariant');
  });

  it('counts bytes, reads and writes', async () => {
    const bench = await started();
    const client = await bench.client();
    const reply = collect(client, 4);
    client.write('abc\n');
    await reply;
    expect(bench.network.stats).toMatchObject({
      totalNetInputBytes: 4,
      totalNetOutputBytes: 4,
      totalReadsProcessed: 1,
      totalWritesProcessed: 1,
      totalConnectionsReceived: 1,
    });
  });
});
