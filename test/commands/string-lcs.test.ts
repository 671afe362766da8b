/** LCS: the subsequence itself, its length, and the matching ranges, as recorded from the reference. */
import { type CommandClient, describeCommands } from '../support/targets.js';
import { array, bulk, int, map, ok } from '../support/wire.js';

const TOO_LARGE = 'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len';
const BOTH = 'ERR If you want both the length and indexes, please just use IDX.';
const range = (from: number, to: number): string => array(int(from), int(to));
const idx = (length: number, ...matches: string[]): string =>
  array(bulk('matches'), array(...matches), bulk('len'), int(length));

/** The example with two matches: the later one comes first. */
async function twoTexts(c: CommandClient): Promise<void> {
  await c.expect('MSET a ohmytext b mynewtext', ok);
}

describeCommands('LCS', (t) => {
  t.test('LCS answers the longest common subsequence', async (c) => {
    await twoTexts(c);
    await c.expect('LCS a b', bulk('mytext'));
    await c.expect('LCS b a', bulk('mytext'));
    await c.expect('LCS a a', bulk('ohmytext'));
    await c.expectError('LCS a', "ERR wrong number of arguments for 'lcs' command");
  });
  t.test('LCS of equally long subsequences answers the one that the second string puts last', async (c) => {
    await c.expect('MSET x aabbcc y bbaacc', ok);
    await c.expect('LCS x y', bulk('bbcc'));
    await c.expect('LCS y x', bulk('aacc'));
  });
  t.test('LCS LEN answers the length', async (c) => {
    await twoTexts(c);
    await c.expect('LCS a b LEN', int(6));
    await c.expect('LCS a b len LEN WITHMATCHLEN', int(6));
  });
  t.test('LCS IDX answers the matching ranges, the last first, and the length', async (c) => {
    await twoTexts(c);
    const text = array(range(4, 7), range(5, 8));
    const my = array(range(2, 3), range(0, 1));
    await c.expect('LCS a b IDX', idx(6, text, my));
    await c.expect('LCS a a IDX', idx(8, array(range(0, 7), range(0, 7))));
  });
  t.test('LCS IDX answers a map in RESP3', { resp: 3 }, async (c) => {
    await twoTexts(c);
    const text = array(range(4, 7), range(5, 8), int(4));
    const my = array(range(2, 3), range(0, 1), int(2));
    await c.expect('LCS a b IDX WITHMATCHLEN', map(bulk('matches'), array(text, my), bulk('len'), int(6)));
  });
  t.test('LCS IDX WITHMATCHLEN adds the length of each match', async (c) => {
    await twoTexts(c);
    const text = array(range(4, 7), range(5, 8), int(4));
    const my = array(range(2, 3), range(0, 1), int(2));
    await c.expect('LCS a b IDX WITHMATCHLEN', idx(6, text, my));
    await c.expect('LCS a b withmatchlen MinMatchLen 4 idx', idx(6, text));
  });
  t.test('LCS IDX MINMATCHLEN leaves out shorter matches, not their length', async (c) => {
    await twoTexts(c);
    const text = array(range(4, 7), range(5, 8));
    const my = array(range(2, 3), range(0, 1));
    await c.expect('LCS a b IDX MINMATCHLEN 4', idx(6, text));
    await c.expect('LCS a b IDX MINMATCHLEN 5', idx(6));
    await c.expect('LCS a b IDX MINMATCHLEN 9223372036854775807', idx(6));
    for (const all of ['2', '0', '-5', '-9223372036854775808']) {
      await c.expect(`LCS a b IDX MINMATCHLEN ${all}`, idx(6, text, my));
    }
    await c.expect('LCS a b MINMATCHLEN 4', bulk('mytext'));
    await c.expect('LCS a b WITHMATCHLEN', bulk('mytext'));
  });
  t.test('LCS takes missing keys for empty strings', async (c) => {
    await twoTexts(c);
    await c.expect('SET e ""', ok);
    await c.expect('LCS a none', bulk(''));
    await c.expect('LCS none a LEN', int(0));
    await c.expect('LCS none nope IDX WITHMATCHLEN', idx(0));
    await c.expect('LCS e a IDX', idx(0));
    await c.expect('LCS e e', bulk(''));
  });
  t.test('LCS compares integers as their text', async (c) => {
    await c.expect('MSET n 12345 m 23', ok);
    await c.expect('LCS n m', bulk('23'));
    await c.expect('LCS n m IDX WITHMATCHLEN', idx(2, array(range(1, 2), range(0, 1), int(2))));
  });
  t.test('LCS refuses what is no option, and LEN together with IDX', async (c) => {
    await twoTexts(c);
    await c.expectError('LCS a b FOO', 'ERR syntax error');
    await c.expectError('LCS a b MINMATCHLEN', 'ERR syntax error');
    await c.expectError('LCS a b MINMATCHLEN abc', 'ERR value is not an integer or out of range');
    await c.expectError('LCS a b IDX LEN', BOTH);
    await c.expectError('LCS a b LEN IDX MINMATCHLEN 1', BOTH);
  });
  t.test('LCS refuses strings whose table of lengths would pass proto-max-bulk-len', async (c) => {
    await c.expect('SETRANGE a 400000 x', int(400001));
    await c.expectError('LCS a a', TOO_LARGE);
    await c.expectError('LCS a a LEN', TOO_LARGE);
    await c.expectError('LCS a a IDX', TOO_LARGE);
    await c.configSet('proto-max-bulk-len', '1048576');
    // (511 + 1) * (511 + 1) * 4 bytes are just as many as allowed.
    await c.expect('SETRANGE b 510 x', int(511));
    await c.expect('SETRANGE d 511 x', int(512));
    await c.expect('LCS b b LEN', int(511));
    await c.expectError('LCS b d LEN', TOO_LARGE);
    await c.expectError('LCS a none LEN', TOO_LARGE);
  });
  t.test('LCS agrees with the reference on long random strings of few letters', async (c) => {
    for (const [i, [letters, first, second]] of (
      [
        [2, 31, 32],
        [2, 33, 64],
        [3, 1000, 65],
        [4, 500, 1500],
        [20, 777, 800],
        [256, 2000, 1999],
      ] as const
    ).entries()) {
      await c.expect(
        ['MSET', 'a', pseudoRandom(i * 2, letters, first), 'b', pseudoRandom(i * 2 + 1, letters, second)],
        ok,
      );
      await c.sameAsReference('LCS a b');
      await c.sameAsReference('LCS b a');
      await c.sameAsReference('LCS a b LEN');
      await c.sameAsReference('LCS a b IDX WITHMATCHLEN');
      await c.sameAsReference('LCS a b IDX MINMATCHLEN 3');
    }
  });
});

/** The same bytes on each run, so that both servers get the same strings. */
function pseudoRandom(seed: number, letters: number, length: number): Uint8Array {
  const result = new Uint8Array(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    result[i] = letters === 256 ? state >>> 24 : 97 + ((state >>> 16) % letters);
  }
  return result;
}
