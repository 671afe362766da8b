/**
 * When lists are listpacks and when quicklists, which no reply but OBJECT ENCODING tells: as Redis does from 7.2 on.
 */
import { bulk, type CommandClient, describeCommands, int, ok } from '../support/index.js';

const smallLists = { since: '7.2', line: 'Small lists are `listpack`' } as const;

async function expectEncoding(c: CommandClient, encoding: 'listpack' | 'quicklist', key = 'l'): Promise<void> {
  await c.expect(`OBJECT ENCODING ${key}`, bulk(encoding));
}

describeCommands(
  'OBJECT ENCODING of lists that are limited by their number of elements',
  (t) => {
    t.test(
      'a list grows into a quicklist, and is a listpack again with half of the elements',
      smallLists,
      async (c) => {
        await c.expect('RPUSH l a b c d', int(4));
        await expectEncoding(c, 'listpack');
        await c.expect('LPUSH l e', int(5));
        await expectEncoding(c, 'quicklist');
        await c.expect('LPOP l', bulk('e'));
        await c.expect('LPOP l', bulk('a'));
        await expectEncoding(c, 'quicklist');
        await c.expect('RPOP l', bulk('d'));
        await expectEncoding(c, 'listpack');
      },
    );
    t.test('elements that come at once count at once', async (c) => {
      await c.expect('RPUSH l a b c d e', int(5));
      await expectEncoding(c, 'quicklist');
    });
    t.test('a list of several nodes stays a quicklist, however few elements are left', smallLists, async (c) => {
      await c.expect('RPUSH l a b c d e f g h', int(8));
      for (const element of ['b', 'c', 'd', 'e', 'f', 'g']) await c.expect(`LREM l 0 ${element}`, int(1));
      await expectEncoding(c, 'quicklist');
      await c.expect('LREM l 0 h', int(1));
      await expectEncoding(c, 'listpack');
    });
    t.test('LTRIM and LMOVE let a list become a listpack, too', smallLists, async (c) => {
      await c.expect('RPUSH l a b c d e f g h', int(8));
      await c.expect('LTRIM l 0 1', ok);
      await expectEncoding(c, 'listpack');
      await c.expect('RPUSH m a b c d e', int(5));
      await c.expect('LMOVE m l RIGHT LEFT', bulk('e'));
      await c.expect('LMOVE m l RIGHT LEFT', bulk('d'));
      await expectEncoding(c, 'listpack');
      await c.expect('LMOVE m l LEFT LEFT', bulk('a'));
      await expectEncoding(c, 'quicklist');
      await expectEncoding(c, 'listpack', 'm');
    });
    t.test('LMOVE turns a full listpack without making a quicklist of it', smallLists, async (c) => {
      await c.expect('RPUSH l a b c d', int(4));
      await c.expect('LMOVE l l LEFT RIGHT', bulk('a'));
      await expectEncoding(c, 'listpack');
    });
    t.test(
      'LINSERT and LSET make a quicklist of a full listpack, even where they do nothing',
      smallLists,
      async (c) => {
        await c.expect('RPUSH l a b c d', int(4));
        await c.expect('LINSERT l BEFORE none x', int(-1));
        await expectEncoding(c, 'quicklist');
        await c.expect('RPUSH m a b c d', int(4));
        await c.expectError('LSET m 4 x', 'ERR index out of range');
        await expectEncoding(c, 'quicklist', 'm');
      },
    );
    t.test('COPY keeps the encoding', smallLists, async (c) => {
      await c.expect('RPUSH l a b c', int(3));
      await c.expect('RPUSH m a b c d e', int(5));
      await c.expect('COPY l l2', int(1));
      await c.expect('COPY m m2', int(1));
      await expectEncoding(c, 'listpack', 'l2');
      await expectEncoding(c, 'quicklist', 'm2');
    });
  },
  { args: ['--list-max-listpack-size', '4'] },
);

describeCommands('OBJECT ENCODING of lists that are limited by their size', (t) => {
  t.test('a list of more than 8 KiB is a quicklist, one of half of that a listpack again', smallLists, async (c) => {
    const element = 'x'.repeat(1000);
    await c.expect(['RPUSH', 'l', ...Array.from({ length: 8 }, () => element)], int(8));
    await expectEncoding(c, 'listpack');
    await c.expect(['RPUSH', 'l', element], int(9));
    await expectEncoding(c, 'quicklist');
    await c.expect(['RPOP', 'l'], bulk(element));
    await expectEncoding(c, 'quicklist');
    await c.expect('LTRIM l 0 3', ok);
    await expectEncoding(c, 'listpack');
  });
  t.test('LSET with what is too large and back again goes both ways', smallLists, async (c) => {
    await c.expect('RPUSH l a b', int(2));
    for (const length of [8192, 8193, 20_000]) {
      await c.expect(['LSET', 'l', '0', 'x'.repeat(length)], ok);
      await expectEncoding(c, 'quicklist');
      await c.expect('LSET l 0 a', ok);
      await expectEncoding(c, 'listpack');
    }
  });
  t.test('a list of a large element alone is a quicklist, and stays one when a small one is beside it', async (c) => {
    await c.expect(['RPUSH', 'l', 'x'.repeat(8193)], int(1));
    await expectEncoding(c, 'quicklist');
    await c.expect('RPUSH l a', int(2));
    await expectEncoding(c, 'quicklist');
  });
  t.test('the limit that holds is the one of the moment', smallLists, async (c) => {
    await c.configSet('list-max-listpack-size', '3');
    await c.expect('RPUSH l a b c', int(3));
    await expectEncoding(c, 'listpack');
    await c.configSet('list-max-listpack-size', '1');
    await expectEncoding(c, 'listpack');
    await c.expect('RPUSH l d', int(4));
    await expectEncoding(c, 'quicklist');
    await c.configSet('list-max-listpack-size', '-5');
    await c.expect('LTRIM l 0 1', ok);
    await expectEncoding(c, 'listpack');
  });
});
