/** Listpacks beside arrays of texts, in a snapshot, and byte for byte beside those of the reference. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena, NONE, SnapshotArena } from '../../src/memory/index.js';
import { Int64 } from '../../src/types/int64.js';
import { ListpackReader, Listpacks } from '../../src/types/listpack.js';
import { elementEntryBytes, isValidListpack } from '../../src/types/listpack-entry.js';
import { RespClient, referenceAvailable, startReference } from '../support/index.js';
import { anyElement, type Element, element, integerText, runs, textOf } from './support.js';

/** All entries, from the first to the last. */
function texts(reader: ListpackReader, ref: number): string[] {
  const result: string[] = [];
  const add = (...parts: Element): void => void result.push(textOf(...parts));
  for (let at = reader.first(ref); at !== NONE; at = reader.next(ref, at)) reader.visit(ref, at, add);
  return result;
}

/** The bytes of a listpack. */
function bytesOf(arena: Arena, lists: ListpackReader, ref: number, start = 0): Uint8Array {
  const bytes = new Uint8Array(lists.byteLength(ref));
  arena.copyOut(ref, start, bytes, new DataView(bytes.buffer), 0, bytes.length);
  return bytes;
}

function isValid(bytes: Uint8Array): boolean {
  // With bytes around it that would lead astray whoever reads beyond the ends.
  const around = new Uint8Array(bytes.length + 16).fill(0xf0);
  around.set(bytes, 8);
  return isValidListpack(new DataView(around.buffer), 8, bytes.length);
}

/** A listpack beside what it should hold. */
class Rig {
  readonly arena = new Arena();
  readonly lists: Listpacks;
  ref: number;
  model: string[] = [];

  constructor(readonly start = 0) {
    this.lists = new Listpacks(this.arena, start);
    this.ref = this.lists.create();
    for (let i = 0; i < start; i += 4) this.arena.setI32(this.ref, i >> 2, 0x1234_5678);
  }

  at(index: number): number {
    return this.lists.seek(this.ref, index);
  }

  check(): void {
    const { arena, lists, ref, model } = this;
    expect(texts(lists, ref)).toEqual(model);
    const backwards: string[] = [];
    const add = (...parts: Element): void => void backwards.push(textOf(...parts));
    for (let at = lists.last(ref); at !== NONE; at = lists.previous(ref, at)) lists.visit(ref, at, add);
    expect(backwards.reverse()).toEqual(model);
    expect(lists.count(ref)).toBe(model.length);
    expect(lists.isEmpty(ref)).toBe(model.length === 0);
    for (let i = 0; i < this.start; i += 4) expect(arena.i32(ref, i >> 2)).toBe(0x1234_5678);
    expect(isValid(bytesOf(arena, lists, ref, this.start))).toBe(true);
    const used = this.start + lists.byteLength(ref);
    const room = arena.blockSize(ref);
    expect(used).toBeLessThanOrEqual(room);
    expect(arena.account.used).toBe(room);
  }
}

type Step = (rig: Rig) => void;
const index = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: anyElement.map(
      (text): Step =>
        (rig) => {
          rig.ref = rig.lists.append(rig.ref, ...element(text));
          rig.model.push(text);
        },
    ),
  },
  anyElement.map(
    (text): Step =>
      (rig) => {
        rig.ref = rig.lists.prepend(rig.ref, ...element(text));
        rig.model.unshift(text);
      },
  ),
  integerText.map(
    (text): Step =>
      (rig) => {
        const integer = new Int64();
        integer.setBig(BigInt(text));
        rig.ref = rig.lists.appendInteger(rig.ref, integer);
        rig.model.push(text);
      },
  ),
  fc.tuple(anyElement, index, fc.boolean()).map(
    ([text, i, after]): Step =>
      (rig) => {
        if (rig.model.length === 0) return;
        const place = i % rig.model.length;
        const at = rig.at(place);
        if (after) rig.ref = rig.lists.insertAfter(rig.ref, at, ...element(text));
        else rig.ref = rig.lists.insertBefore(rig.ref, at, ...element(text));
        rig.model.splice(place + (after ? 1 : 0), 0, text);
        expect(rig.lists.placed).toBe(rig.at(place + (after ? 1 : 0)));
      },
  ),
  {
    weight: 2,
    arbitrary: fc.tuple(anyElement, index).map(
      ([text, i]): Step =>
        (rig) => {
          if (rig.model.length === 0) return;
          const place = i % rig.model.length;
          rig.ref = rig.lists.replace(rig.ref, rig.at(place), ...element(text));
          rig.model[place] = text;
        },
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (i): Step =>
        (rig) => {
          if (rig.model.length === 0) return;
          const place = i % rig.model.length;
          const at = rig.at(place);
          rig.ref = rig.lists.delete(rig.ref, at);
          rig.model.splice(place, 1);
          expect(place === rig.model.length ? rig.lists.endOf(rig.ref) : rig.at(place)).toBe(at);
        },
    ),
  },
  fc.tuple(fc.integer({ min: -32, max: 32 }), fc.integer({ min: -1, max: 8 })).map(
    ([i, count]): Step =>
      (rig) => {
        rig.ref = rig.lists.deleteRange(rig.ref, i, count);
        const from = i < 0 ? rig.model.length + i : i;
        if (from >= 0 && count > 0) rig.model.splice(from, count);
      },
  ),
  fc.tuple(anyElement, fc.integer({ min: 1, max: 3 }), index).map(
    ([text, stride, i]): Step =>
      (rig) => {
        const wanted = i % 2 === 0 ? text : (rig.model[i % Math.max(1, rig.model.length)] ?? text);
        const from = i % Math.max(1, rig.model.length);
        const found = rig.model.findIndex((other, j) => other === wanted && j >= from && (j - from) % stride === 0);
        const at = rig.lists.find(rig.ref, rig.at(from), ...element(wanted), stride);
        expect(at).toBe(found < 0 ? NONE : rig.at(found));
      },
  ),
  fc.tuple(index, anyElement).map(
    ([i, text]): Step =>
      (rig) => {
        if (rig.model.length === 0) return;
        const place = i % rig.model.length;
        const at = rig.at(place);
        expect(rig.lists.equals(rig.ref, at, ...element(rig.model[place]!))).toBe(true);
        expect(rig.lists.equals(rig.ref, at, ...element(text))).toBe(rig.model[place] === text);
        expect(rig.lists.textLength(rig.ref, at)).toBe(rig.model[place]!.length);
        expect(rig.at(place - rig.model.length)).toBe(at);
        expect(rig.at(rig.model.length)).toBe(NONE);
        expect(rig.at(-rig.model.length - 1)).toBe(NONE);
      },
  ),
  fc.tuple(index, index, index).map(
    ([i, j, k]): Step =>
      (rig) => {
        const { lists, model } = rig;
        const [from, to] = [Math.min(i, j), Math.max(i, j)].map((n) => n % (model.length + 1)) as [number, number];
        if (from >= to) return;
        const copy = lists.duplicate(rig.ref);
        const end = to === model.length ? lists.endOf(copy) : lists.seek(copy, to);
        const place = k % (model.length + 1);
        const target = place === model.length ? lists.endOf(rig.ref) : rig.at(place);
        rig.ref = lists.insertEntries(rig.ref, target, copy, lists.seek(copy, from), end, to - from);
        model.splice(place, 0, ...model.slice(from, to));
        rig.arena.free(copy);
      },
  ),
);

describe('listpacks', () => {
  it.each([0, 8, 20])('hold what an array holds, behind a header of %i bytes', (start) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rig = new Rig(start);
        for (const change of steps) {
          change(rig);
          rig.check();
        }
      }),
      runs(150),
    );
  });

  it('lose count at 65535 entries, are right all the same, and count again when they are fewer', () => {
    const rig = new Rig();
    for (let i = 0; i < 65_600; i++) {
      rig.ref = rig.lists.append(rig.ref, ...element(String(i & 0xff)));
      if (i >= 65_533 && i < 65_537) expect(rig.lists.count(rig.ref)).toBe(i + 1);
    }
    expect(rig.lists.count(rig.ref)).toBe(65_600);
    expect(rig.lists.textLength(rig.ref, rig.at(65_535))).toBe(3);
    expect(rig.at(65_600)).toBe(NONE);
    expect(rig.at(-1)).toBe(rig.lists.last(rig.ref));
    rig.ref = rig.lists.deleteRange(rig.ref, 0, 600);
    expect(rig.arena.i32(rig.ref, 1) & 0xffff).toBe(65_535);
    expect(rig.lists.count(rig.ref)).toBe(65_000);
    expect(rig.arena.i32(rig.ref, 1) & 0xffff).toBe(65_000);
    expect(isValid(bytesOf(rig.arena, rig.lists, rig.ref))).toBe(true);
  });

  it('need no memory for what was reserved, however it is made up', () => {
    fc.assert(
      fc.property(fc.array(anyElement, { maxLength: 12 }), (elements) => {
        const rig = new Rig();
        const integer = new Int64();
        const bytes = elements.reduce((sum, text) => {
          const [all, , from, length] = element(text);
          return sum + elementEntryBytes(all, from, length, integer);
        }, 0);
        const reserved = rig.lists.reserve(rig.ref, bytes);
        rig.ref = reserved;
        for (const text of elements) rig.ref = rig.lists.append(rig.ref, ...element(text));
        expect(rig.ref).toBe(reserved);
        expect(texts(rig.lists, rig.ref)).toEqual(elements);
        expect(rig.lists.byteLength(rig.ref)).toBe(7 + bytes);
      }),
      runs(100),
    );
  });

  it('are read from a snapshot as they were when it began, whatever becomes of them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyElement, { maxLength: 20 }), { maxLength: 6 }), fc.array(step), (all, steps) => {
        const rigs = all.map((elements) => {
          const rig = new Rig();
          for (const text of elements) rig.ref = rig.lists.append(rig.ref, ...element(text));
          return rig;
        });
        for (const rig of rigs) {
          const { ref } = rig;
          const expected = texts(rig.lists, ref);
          const snapshot = new SnapshotArena(rig.arena.beginSnapshot());
          const reader = new ListpackReader(snapshot);
          rig.model = [...expected];
          for (const change of steps) {
            change(rig);
            expect(texts(reader, ref)).toEqual(expected);
          }
          expect(reader.count(ref)).toBe(expected.length);
          expected.forEach((text, i) => {
            const at = reader.seek(ref, i);
            expect(reader.equals(ref, at, ...element(text))).toBe(true);
            expect(reader.find(ref, reader.first(ref), ...element(text), 1)).toBe(
              reader.seek(ref, expected.indexOf(text)),
            );
            const previous = reader.previous(ref, at);
            expect(previous).toBe(i === 0 ? NONE : reader.seek(ref, i - 1));
          });
          rig.arena.endSnapshot();
          rig.check();
        }
      }),
      runs(40),
    );
  });

  it('are refused when any byte of their frame is wrong', () => {
    fc.assert(
      fc.property(
        fc.array(anyElement, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (elements, i, flip) => {
          const rig = new Rig();
          for (const text of elements) rig.ref = rig.lists.append(rig.ref, ...element(text));
          const bytes = bytesOf(rig.arena, rig.lists, rig.ref);
          expect(isValid(bytes)).toBe(true);
          for (let length = 0; length < bytes.length; length++) expect(isValid(bytes.subarray(0, length))).toBe(false);
          // A change of a string's or an integer's own bytes leaves a listpack; then it must be readable to its end.
          const place = i % bytes.length;
          bytes[place] = bytes[place]! ^ flip;
          const isFrame = place < 6 || place === bytes.length - 1;
          if (isFrame && !(bytes[4] === 0xff && bytes[5] === 0xff)) expect(isValid(bytes)).toBe(false);
          if (!isValid(bytes)) return;
          const other = rig.lists.createFrom(bytes, new DataView(bytes.buffer), 0, bytes.length);
          expect(texts(rig.lists, other).length).toBe(rig.lists.count(other));
        },
      ),
      runs(300),
    );
  });
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('listpacks beside the reference', () => {
  let server: Awaited<ReturnType<typeof startReference>>;
  let client: RespClient;

  beforeAll(async () => {
    server = await startReference(['--rdbcompression', 'no', '--hash-max-listpack-value', '100000000']);
    client = await RespClient.connect({ port: server.port });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  /** The listpack in the DUMP of a hash of these fields and values. */
  async function dumped(pairs: readonly string[]): Promise<Uint8Array> {
    const args = pairs.map((text) => Buffer.from(text, 'latin1'));
    const [, , reply] = await client.pipeline([
      ['DEL', 'k'],
      ['HSET', 'k', ...args],
      ['DUMP', 'k'],
    ]);
    const payload = Buffer.from(reply!.value as string, 'latin1'); // DUMP answers with a bulk string
    expect(payload[0]).toBe(16); // a hash as a listpack
    const first = payload[1]!;
    const from = first < 0x40 ? 2 : first < 0x80 ? 3 : 6;
    return payload.subarray(from, payload.length - 10); // behind it: the version and the checksum
  }

  /** A listpack of these elements. */
  function built(elements: readonly string[]): Uint8Array {
    const rig = new Rig();
    for (const text of elements) rig.ref = rig.lists.append(rig.ref, ...element(text));
    return bytesOf(rig.arena, rig.lists, rig.ref);
  }

  it('have the same bytes', async () => {
    const fields = fc.uniqueArray(anyElement, { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fields, fc.array(anyElement, { minLength: 10, maxLength: 10 }), async (names, values) => {
        const pairs = names.flatMap((name, i) => [name, values[i]!]);
        if (Buffer.compare(built(pairs), await dumped(pairs)) !== 0) throw new Error('the bytes differ');
      }),
      runs(300),
    );
  });

  it('have the same bytes where a back length grows', async () => {
    const lengths = [16_376, 16_377, 16_378, 16_379, 16_380, 2_097_145, 2_097_146, 2_097_147];
    const pairs = lengths.flatMap((length, i) => [String(i), 'x'.repeat(length)]);
    expect(Buffer.compare(built(pairs), await dumped(pairs))).toBe(0);
    const rig = new Rig();
    for (const text of pairs) rig.ref = rig.lists.append(rig.ref, ...element(text));
    const backwards: number[] = [];
    for (let at = rig.lists.last(rig.ref); at !== NONE; at = rig.lists.previous(rig.ref, at)) {
      backwards.push(rig.lists.textLength(rig.ref, at));
    }
    expect(backwards.reverse()).toEqual(lengths.flatMap((length) => [1, length]));
  });
});
