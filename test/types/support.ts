/** What the tests of types share: elements as they travel, and values that lie where encodings change. */
import fc from 'fast-check';
import { latin1, toLatin1 } from '../../src/util/bytes.js';
import { seedParameter } from '../support/differential.js';

/** An element as methods take it: (bytes, view, from, length), with a byte before and behind that belong to none. */
export type Element = [bytes: Uint8Array, view: DataView, from: number, length: number];

export function element(text: string): Element {
  const bytes = latin1(`<${text}>`);
  return [bytes, new DataView(bytes.buffer), 1, text.length];
}

/** The text of an element that a visitor got. */
export function textOf(bytes: Uint8Array, view: DataView, from: number, length: number): string {
  if (view.byteLength < from + length) throw new Error('a view that is shorter than its bytes');
  return toLatin1(bytes, from, from + length);
}

/** Values around a power of two, of both signs, as far as they are int64s. */
export const EDGES: readonly bigint[] = [0n, 7n, 12n, 15n, 16n, 23n, 24n, 31n, 32n, 53n, 63n].flatMap((power) =>
  [-2n, -1n, 0n, 1n, 2n]
    .flatMap((step) => [2n ** power + step, -(2n ** power) + step])
    .filter((value) => value === BigInt.asIntN(64, value)),
);

/** Canonical texts of int64s. */
export const integerText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...EDGES).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.integer({ min: -300, max: 300 }).map(String),
);

/** Texts that look like integers and are none, or are longer than 64 bits. */
export const nearInteger: fc.Arbitrary<string> = fc.constantFrom(
  ...[
    '',
    '-',
    '-0',
    '+1',
    '01',
    '-01',
    ' 1',
    '1 ',
    '1.0',
    '1e3',
    '0x1',
    '1\0',
    '--1',
    '00',
    '12345678901x',
    'x12345678901',
  ],
  ...['9223372036854775808', '-9223372036854775809', '99999999999999999999', '18446744073709551616'],
  ...['1234567890123456x', '123456789012345678x', '-9223372036854775808x', '00000000000000000001'],
);

/** Any element: lengths where the encodings of listpacks and their back lengths change among them. */
export const anyElement: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: integerText },
  { weight: 1, arbitrary: nearInteger },
  { weight: 4, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 10 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(62, 63, 64, 65, 124, 125, 126, 127, 255, 256, 257, 511, 512, 513, 4094, 4095, 4096),
        fc.nat(255),
      )
      .map(([length, byte]) => String.fromCharCode(byte).repeat(length)),
  },
);

/** Runs of a property; its seed is printed when it fails, and `REDSTART_SEED` gives it back. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return { numRuns, ...seedParameter() };
}
