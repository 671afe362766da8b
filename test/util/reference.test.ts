/**
 * What util computes against what the reference answers, on random input: globs, integers, doubles, long doubles and
 * the splitting of lines. Skipped where the reference is missing (the start of the run says so).
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latin1, splitArgs, toLatin1 } from '../../src/util/bytes.js';
import { globMatch } from '../../src/util/glob.js';
import { addLongDouble, formatLongDouble, isFiniteLongDouble, parseLongDouble } from '../../src/util/long-double.js';
import { formatDouble17, isInt64Text, parseDouble } from '../../src/util/numbers.js';
import { type Command, RespClient, RespError, referenceAvailable, startReference } from '../support/index.js';

type Server = Awaited<ReturnType<typeof startReference>>;

const FLOAT_UNITS = [...'0123456789', '0', '1', '.', '-', '+', 'e', 'E', 'x', 'p', 'inf', 'nan', ' '];

/** Texts that are numbers in many spellings, or nearly. */
const floatText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...FLOAT_UNITS), maxLength: 8 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), fc.integer({ min: 0, max: 20 }))
    .map(([digits, decimals]) => withPoint(digits, decimals)),
  fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: -340, max: 310 }))
    .map(([mantissa, exponent]) => `${mantissa}e${exponent}`),
  fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: -1100, max: 1000 }))
    .map(([mantissa, exponent]) => `${mantissa < 0 ? '-' : ''}0x${Math.abs(mantissa).toString(16)}p${exponent}`),
);

/** Numbers as people write them: few digits, few decimals. */
const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 9 }))
  .map(([digits, decimals]) => withPoint(digits, decimals));

function withPoint(digits: bigint, decimals: number): string {
  const magnitude = String(digits < 0n ? -digits : digits).padStart(decimals + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - decimals);
  return `${digits < 0n ? '-' : ''}${whole}.${magnitude.slice(magnitude.length - decimals)}`;
}

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('against the reference', () => {
  let server: Server;
  let client: RespClient;

  beforeAll(async () => {
    server = await startReference(['--zset-max-listpack-entries', '0']);
    client = await RespClient.connect({ port: server.port });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  /** The replies to a FLUSHALL and these commands, without that of the FLUSHALL. */
  async function ask(commands: readonly Command[]) {
    const replies = await client.pipeline(['FLUSHALL', ...commands]);
    return replies.slice(1).map((reply) => reply.value);
  }

  it('KEYS returns the keys that globMatch accepts', async () => {
    const units = ['a', 'b', 'c', '*', '?', '[', ']', '^', '-', '\\', '\x80', '\xff'];
    const text = fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 6 });
    // A lone star is answered before matching: globMatch leaves that to its callers.
    const pattern = fc
      .string({ unit: fc.constantFrom(...units, '*', '[', 'a-b', '[^'), maxLength: 8 })
      .filter((p) => p !== '*');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text, { minLength: 30, maxLength: 60 }),
        fc.array(pattern, { minLength: 60, maxLength: 60 }),
        async (texts, patterns) => {
          const keys = ['', ...texts];
          const replies = await ask([
            ['MSET', ...keys.flatMap((key) => [latin1(key), 'v'])],
            ...patterns.map((p): Command => ['KEYS', latin1(p)]),
          ]);
          patterns.forEach((p, i) => {
            const accepted = keys.filter((key) => globMatch(latin1(p), latin1(key)));
            expect((replies[i + 1] as string[]).sort(), `KEYS ${JSON.stringify(p)}`).toEqual(accepted.sort());
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('COMMAND LIST returns the names that globMatch accepts without regard to case', async () => {
    const [names] = (await ask(['COMMAND LIST'])) as [string[]];
    const unit = fc.constantFrom('*', '?', 'G', 'e', 'T', 'S', 'h', '[a-M]', '[M-a]', '[^E]', '\\G', '[\\G]', '[sG');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit, minLength: 1, maxLength: 5 }), { maxLength: 100 }),
        async (patterns) => {
          const replies = await ask(patterns.map((p): Command => ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', p]));
          patterns.forEach((p, i) => {
            const accepted = names.filter((name) => globMatch(latin1(p), latin1(name), true));
            expect((replies[i] as string[]).sort(), p).toEqual(accepted.sort());
          });
        },
      ),
      { numRuns: 10 },
    );
  });

  it('SET stores as int what isInt64Text accepts', async () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 21 }),
      fc.bigInt({ min: -(2n ** 63n) - 9n, max: -(2n ** 63n) + 9n }).map(String),
      fc.bigInt({ min: 2n ** 63n - 9n, max: 2n ** 63n + 9n }).map(String),
      fc.string({ unit: fc.constantFrom(...'019-+ .'), maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 200 }), async (texts) => {
        const replies = await ask(
          texts.flatMap((t): Command[] => [
            ['SET', 'k', t],
            ['OBJECT', 'ENCODING', 'k'],
          ]),
        );
        texts.forEach((t, i) => {
          expect(replies[2 * i + 1] === 'int', JSON.stringify(t)).toBe(isInt64Text(latin1(t), 0, t.length));
        });
      }),
      { numRuns: 10 },
    );
  });

  it('ZADD accepts the scores that parseDouble accepts, and ZSCORE prints them as formatDouble17 does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(floatText, { maxLength: 200 }), async (texts) => {
        const replies = await ask(texts.flatMap((t): Command[] => [['DEL', 'z'], ['ZADD', 'z', t, 'm'], 'ZSCORE z m']));
        texts.forEach((t, i) => {
          const value = parseDouble(latin1(t), 0, t.length);
          const wanted = replies[3 * i + 1] instanceof RespError ? null : replies[3 * i + 2];
          expect(Number.isNaN(value) ? null : formatDouble17(value), JSON.stringify(t)).toBe(wanted);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('INCRBYFLOAT computes as the long doubles do', async () => {
    const operand = fc.oneof({ weight: 3, arbitrary: decimalText }, { weight: 1, arbitrary: floatText });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(operand, operand), { maxLength: 100 }), async (pairs) => {
        const commands = pairs.flatMap(([a, b]): Command[] => [
          ['SET', 'k', a],
          ['INCRBYFLOAT', 'k', b],
        ]);
        const replies = await ask(commands);
        pairs.forEach(([a, b], i) => {
          const reply = replies[2 * i + 1];
          const wanted = reply instanceof RespError ? reply.message : reply;
          expect(incrByFloat(a, b), `${JSON.stringify(a)} + ${JSON.stringify(b)}`).toBe(wanted);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('INCRBYFLOAT chains of increments stay the same digit by digit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(decimalText, { minLength: 50, maxLength: 50 }), async (increments) => {
        const replies = await ask(increments.map((b): Command => ['INCRBYFLOAT', 'k', b]));
        let value = '0';
        increments.forEach((b, i) => {
          value = incrByFloat(value, b);
          expect(value, `increment ${i} by ${b}`).toBe(replies[i]);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('inline commands are split as splitArgs splits them', async () => {
    const unit = fc.constantFrom('a', ' ', '"', "'", '\\', '\\x4', '1', '\t', '\v', '\\n', '\\"', "\\'", '""', "''");
    const line = fc.string({ unit, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 60 }), async (lines) => {
        for (const text of lines) {
          const inline = await RespClient.connect({ port: server.port });
          inline.raw(`DEL l\r\nRPUSH l x ${text}\r\nLRANGE l 1 -1\r\nQUIT\r\n`);
          const got = await inline.readToEnd();
          await inline.close();
          const args = splitArgs(latin1(text))?.map((arg) => toLatin1(arg));
          const wanted =
            args === undefined
              ? '-ERR Protocol error: unbalanced quotes in request\r\n'
              : `:${args.length + 1}\r\n*${args.length}\r\n${args.map((a) => `$${a.length}\r\n${a}\r\n`).join('')}+OK\r\n`;
          expect(got.slice(4), JSON.stringify(text)).toBe(wanted);
        }
      }),
      { numRuns: 4 },
    );
  });
});

/** INCRBYFLOAT by its parts, with the messages of Redis. */
function incrByFloat(a: string, b: string): string {
  const value = parseLongDouble(latin1(a), 0, a.length);
  const increment = parseLongDouble(latin1(b), 0, b.length);
  if (value === null || increment === null) return 'ERR value is not a valid float';
  const sum = addLongDouble(value, increment);
  return isFiniteLongDouble(sum) ? formatLongDouble(sum) : 'ERR increment would produce NaN or Infinity';
}
