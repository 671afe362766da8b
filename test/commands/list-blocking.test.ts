/** BLPOP, BRPOP, BLMOVE, BRPOPLPUSH and BLMPOP. */
import { array, bulk, bulks, type CommandClient, describeCommands, int, nil3, nilArray, ok } from '../support/index.js';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

/** Sends a command on a connection of its own and returns the promise of its reply's bytes. */
async function blocked(c: CommandClient, command: string, count = 1): Promise<{ reply: Promise<string> }> {
  const other = await c.another();
  const reply = other.wire(command);
  await c.untilBlocked(count);
  return { reply };
}

async function expectReply(reply: Promise<string>, wire: string): Promise<void> {
  const got = await reply;
  if (got !== wire) throw new Error(`wanted ${JSON.stringify(wire)}, got ${JSON.stringify(got)}`);
}

describeCommands('blocking list commands that find something', (t) => {
  t.test('BLPOP and BRPOP pop at once, from the first key that is a list', async (c) => {
    await c.expect('RPUSH l a b c', int(3));
    await c.expect('BLPOP none l 0', bulks('l', 'a'));
    await c.expect('BRPOP none l 0', bulks('l', 'c'));
    await c.expect('BLPOP l none 0.5', bulks('l', 'b'));
    await c.expect('EXISTS l', int(0));
  });
  t.test('BLMPOP pops several at once', async (c) => {
    await c.expect('RPUSH l a b c', int(3));
    await c.expect('BLMPOP 0 2 none l LEFT', array(bulk('l'), bulks('a')));
    await c.expect('BLMPOP 1 1 l RIGHT COUNT 5', array(bulk('l'), bulks('c', 'b')));
  });
  t.test('BLMOVE and BRPOPLPUSH move at once', async (c) => {
    await c.expect('RPUSH l a b c', int(3));
    await c.expect('BLMOVE l m LEFT RIGHT 0', bulk('a'));
    await c.expect('BLMOVE l m RIGHT LEFT 0', bulk('c'));
    await c.expect('BRPOPLPUSH l m 0', bulk('b'));
    await c.expect('LRANGE m 0 -1', bulks('b', 'c', 'a'));
  });
  t.test('a key of another type is refused at once', async (c) => {
    await c.expect('SET s x', ok);
    await c.expect('RPUSH l a', int(1));
    await c.expectError('BLPOP none s l 0', WRONGTYPE);
    await c.expectError('BLMPOP 0 2 s l LEFT', WRONGTYPE);
    await c.expectError('BLMOVE s l LEFT LEFT 0', WRONGTYPE);
    await c.expectError('BRPOPLPUSH l s 0', WRONGTYPE);
  });
});

describeCommands('timeouts of blocking list commands', (t) => {
  t.test('who waits in vain gets a null array', async (c) => {
    const commands = ['BLPOP x 0.01', 'BRPOP x y 0.01', 'BLMOVE x y LEFT LEFT 0.01', 'BRPOPLPUSH x y 1e-3'];
    for (const command of [...commands, 'BLMPOP 0.001 1 x LEFT']) await c.expect(command, nilArray);
  });
  t.test('who waits in vain gets the null of RESP3', { resp: 3 }, async (c) => {
    await c.expect('BLPOP x 0.01', nil3);
    await c.expect('BLMOVE x y LEFT LEFT 0.01', nil3);
  });
  t.test('a timeout is a number of seconds, and not negative', async (c) => {
    const at = (timeout: string): string[] => [
      `BLPOP x ${timeout}`,
      `BRPOP x ${timeout}`,
      `BLMOVE x y LEFT RIGHT ${timeout}`,
      `BRPOPLPUSH x y ${timeout}`,
      `BLMPOP ${timeout} 1 x LEFT`,
    ];
    for (const command of at('word')) await c.expectError(command, 'ERR timeout is not a float or out of range');
    for (const command of at('nan')) await c.expectError(command, 'ERR timeout is not a float or out of range');
    for (const command of at('-0.1')) await c.expectError(command, 'ERR timeout is negative');
  });
  t.test('BLMOVE and BLMPOP look at the timeout last, BLPOP first', async (c) => {
    await c.expect('SET s x', ok);
    await c.expectError('BLMOVE s y UP LEFT word', 'ERR syntax error');
    await c.expectError('BLMOVE s y LEFT UP word', 'ERR syntax error');
    await c.expectError('BLMPOP word 0 s LEFT', 'ERR numkeys should be greater than 0');
    await c.expectError('BLMPOP word 1 s UP', 'ERR syntax error');
    await c.expectError('BLMPOP word 1 s LEFT COUNT 0', 'ERR count should be greater than 0');
    await c.expectError('BLPOP s word', 'ERR timeout is not a float or out of range');
    await c.expectError('BRPOPLPUSH s y word', 'ERR timeout is not a float or out of range');
  });
});

describeCommands('clients that wait for lists', (t) => {
  t.test('BLPOP is served by a push, and the pushing client sees the length before', async (c) => {
    const { reply } = await blocked(c, 'BLPOP x l 0');
    await c.expect('RPUSH l a b', int(2));
    await expectReply(reply, bulks('l', 'a'));
    await c.expect('LRANGE l 0 -1', bulks('b'));
  });
  t.test('BRPOP is served from the other end', async (c) => {
    const { reply } = await blocked(c, 'BRPOP l 0');
    await c.expect('RPUSH l a b', int(2));
    await expectReply(reply, bulks('l', 'b'));
  });
  t.test('BLMPOP is served with as many as there are', async (c) => {
    const { reply } = await blocked(c, 'BLMPOP 0 2 x l LEFT COUNT 3');
    await c.expect('RPUSH l a b', int(2));
    await expectReply(reply, array(bulk('l'), bulks('a', 'b')));
    await c.expect('EXISTS l', int(0));
  });
  t.test('those who came first are served first, as far as it goes', async (c) => {
    const first = await blocked(c, 'BLPOP l 0', 1);
    const second = await blocked(c, 'BRPOP l 0', 2);
    const third = await blocked(c, 'BLPOP l 0', 3);
    await c.expect('RPUSH l a b', int(2));
    await expectReply(first.reply, bulks('l', 'a'));
    await expectReply(second.reply, bulks('l', 'b'));
    await c.expect('EXISTS l', int(0));
    await c.untilBlocked(1);
    await c.expect('LPUSH l c', int(1));
    await expectReply(third.reply, bulks('l', 'c'));
  });
  t.test('a move serves who waits for its destination: chains end where nobody waits', async (c) => {
    const first = await blocked(c, 'BRPOPLPUSH a b 0', 1);
    const second = await blocked(c, 'BLMOVE b d LEFT RIGHT 0', 2);
    const third = await blocked(c, 'BLPOP d 0', 3);
    await c.expect('RPUSH a x', int(1));
    await expectReply(first.reply, bulk('x'));
    await expectReply(second.reply, bulk('x'));
    await expectReply(third.reply, bulks('d', 'x'));
    await c.expect('EXISTS a b d', int(0));
  });
  t.test('a list that comes by RENAME, COPY, MOVE or SWAPDB serves, too', async (c) => {
    const ways = [
      ['RPUSH other x', 'RENAME other l'],
      ['RPUSH other x', 'COPY other l'],
      ['SELECT 1', 'RPUSH l x', 'MOVE l 0', 'SELECT 0'],
      ['SELECT 1', 'RPUSH l x', 'SELECT 0', 'SWAPDB 0 1'],
    ];
    for (const commands of ways) {
      await c.expect('FLUSHALL', ok);
      const { reply } = await blocked(c, 'BLPOP l 0');
      for (const command of commands) await c.wire(command);
      await expectReply(reply, bulks('l', 'x'));
    }
  });
  t.test('a key of another type serves nobody', async (c) => {
    const { reply } = await blocked(c, 'BLPOP l 0');
    await c.expect('SET l x', ok);
    await c.untilBlocked(1);
    await c.expect('DEL l', int(1));
    await c.expect('RPUSH l x', int(1));
    await expectReply(reply, bulks('l', 'x'));
  });
  t.test('a destination of another type is an error when the source comes, and the element stays', async (c) => {
    await c.expect('SET s x', ok);
    const { reply } = await blocked(c, 'BLMOVE l s LEFT LEFT 0');
    await c.expect('RPUSH l a', int(1));
    await expectReply(reply, `-${WRONGTYPE}\r\n`);
    await c.expect('LRANGE l 0 -1', bulks('a'));
  });
  t.test('CLIENT UNBLOCK ends the waiting as a timeout does, or with an error', async (c) => {
    for (const [word, wire] of [
      ['TIMEOUT', nilArray],
      ['ERROR', '-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n'],
    ] as const) {
      const other = await c.another();
      const id = await other.ask('CLIENT ID');
      const reply = other.wire('BLPOP l 0');
      await c.untilBlocked(1);
      await c.expect(`CLIENT UNBLOCK ${id} ${word}`, int(1));
      await expectReply(reply, wire);
    }
    await c.expect('RPUSH l a', int(1));
    await c.expect('LLEN l', int(1));
  });
  t.test('who has gone takes nothing', async (c) => {
    const other = await c.another();
    void other.wire('BLPOP l 0').catch(() => {});
    await c.untilBlocked(1);
    await other.connection.close();
    await c.untilBlocked(0);
    await c.expect('RPUSH l a', int(1));
    await c.expect('LLEN l', int(1));
  });
});
