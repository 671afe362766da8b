/** Copies of common lengths, by which the limit between loop and `set` is chosen, and comparison without case. */
import { copyBytes, equalsIgnoreCase, latin1 } from '../../src/util/bytes.js';
import { measure, type Row } from '../support/micro.js';

export function run(size: number): Row[] {
  const source = Uint8Array.from({ length: 8192 }, (_, i) => i * 7);
  const target = new Uint8Array(8192);
  const copies = [8, 32, 64, 128, 256, 1024].flatMap((length) => [
    measure(`copyBytes, ${length} bytes`, size, (operations) => {
      for (let i = 0; i < operations; i++) copyBytes(target, i & 1023, source, (i * 5) & 1023, length);
      return target[100]!;
    }),
    measure(`set of a subarray, ${length} bytes`, size, (operations) => {
      for (let i = 0; i < operations; i++) {
        const from = (i * 5) & 1023;
        target.set(source.subarray(from, from + length), i & 1023);
      }
      return target[100]!;
    }),
  ]);
  const words = ['GET', 'set', 'Incr', 'MGET'].map(latin1);
  const token = latin1('incr');
  const compare = measure('equalsIgnoreCase, 4 bytes', size, (operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i++) {
      const word = words[i & 3]!;
      if (equalsIgnoreCase(word, 0, word.length, token)) sum++;
    }
    return sum;
  });
  return [...copies, compare];
}
