/**
 * Streams: the tree of ids that finds packed nodes and pending entries, with ids that ascend and with random ones, and
 * what XADD, XRANGE, XREADGROUP and XACK do with a stream. `bytes/op` of insertions is what the tree takes for each id.
 */
import { Arena } from '../../src/memory/index.js';
import { TypeLimits } from '../../src/types/limits.js';
import { IdTree } from '../../src/types/stream/id-tree.js';
import { TREE_WORDS } from '../../src/types/stream/id-tree-reader.js';
import { StreamId, Streams } from '../../src/types/stream/index.js';
import { HOLDER_BYTES } from '../../src/types/value.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { Random } from '../../src/util/random.js';
import { measure, type Row } from '../support/micro.js';

const FIRST_MS = 1_700_000_000_000;

export function run(size: number): Row[] {
  return [
    ...treeRows('ascending ids', size, ascending),
    ...treeRows('random ids', size, scattered),
    ...streamRows(size),
  ];
}

function ascending(i: number, id: StreamId): StreamId {
  return id.set(FIRST_MS + i, 0);
}

/** Different for each i, in no order. */
function scattered(i: number, id: StreamId): StreamId {
  return id.set(FIRST_MS + (Math.imul(i, 0x9e3779b1) >>> 0), 0);
}

function treeRows(name: string, size: number, idOf: (i: number, id: StreamId) => StreamId): Row[] {
  const arena = new Arena();
  const owner = arena.alloc(TREE_WORDS * 4);
  const tree = new IdTree(arena, 0, 5);
  const id = new StreamId();
  const random = new Random(1);
  const picks = Int32Array.from({ length: size }, () => random.below(size));
  tree.init(owner);
  const empty = (): void => {
    for (let leaf = tree.detachFirstLeaf(owner); leaf !== 0; leaf = tree.detachFirstLeaf(owner)) arena.free(leaf);
  };
  const fill = (): number => {
    for (let i = 0; i < size; i++) tree.insert(owner, idOf(i, id));
    return tree.count(owner);
  };
  const few = { rounds: 3, warmUpRounds: 1 };
  return [
    measure(`insert, ${name}`, size, fill, {
      ...few,
      before: empty,
      bytesPerOp: () => tree.bytes(owner, 0) / tree.count(owner),
    }),
    measure(`look up, ${name}`, size, (operations) => {
      let found = 0;
      for (let i = 0; i < operations; i++) if (tree.seek(owner, idOf(picks[i]!, id))) found++;
      return found;
    }),
    measure(`walk, ${name}`, size, () => {
      let sum = 0;
      for (let more = tree.first(owner); more; more = tree.next()) sum = (sum + tree.idOf(id).msLow) | 0;
      return sum;
    }),
    measure(
      `remove, ${name}`,
      size,
      (operations) => {
        for (let i = 0; i < operations; i++) tree.remove(owner, idOf(i, id));
        return tree.count(owner);
      },
      {
        ...few,
        before: () => {
          empty();
          fill();
        },
      },
    ),
  ];
}

function streamRows(size: number): Row[] {
  const arena = new Arena();
  const streams = new Streams(arena, new TypeLimits());
  const holder = arena.alloc(HOLDER_BYTES);
  arena.zero(holder, 0, HOLDER_BYTES);
  const id = new StreamId();
  const greatest = new StreamId().setGreatest();
  const entry = spansOf('user', '12345', 'action', 'click', 'page', '/home/index');
  const names = spansOf('group', 'consumer');
  let stream = streams.init(holder);
  let group = 0;
  let consumer = 0;
  let sum = 0;
  const visit = (_bytes: Uint8Array, _view: DataView, _from: number, length: number): void => {
    sum = (sum + length) | 0;
  };
  const begin = (): void => {
    while (!streams.free(holder, size));
    stream = streams.init(holder);
  };
  const fill = (): number => {
    for (let i = 0; i < size; i++) streams.add(stream, ascending(i, id), entry, 0, 3);
    return streams.length(stream);
  };
  const deliver = (): number => {
    for (let i = 0; i < size; i++) streams.deliver(group, consumer, ascending(i, id), FIRST_MS);
    return streams.pendingCount(group);
  };
  const beginGroup = (): void => {
    if (group !== 0) streams.destroyGroup(stream, group);
    group = streams.createGroup(stream, names, 0, id.setLeast(), 0n);
    consumer = streams.createConsumer(group, names, 1, FIRST_MS);
  };
  const few = { rounds: 3, warmUpRounds: 1 };
  return [
    measure('add an entry of three fields', size, fill, {
      ...few,
      before: begin,
      bytesPerOp: () => streams.memoryUsage(holder, 0) / streams.length(stream),
    }),
    measure('visit an entry of three fields', size, () => {
      streams.seekRange(stream, id.setLeast(), greatest, false);
      while (streams.nextInRange()) streams.visitEntry(visit);
      return sum;
    }),
    measure('look up an entry by its id', size, (operations) => {
      let found = 0;
      for (let i = 0; i < operations; i++) if (streams.seekEntry(stream, ascending(i, id))) found++;
      return found;
    }),
    measure('deliver an entry to a consumer', size, deliver, { ...few, before: beginGroup }),
    measure(
      'acknowledge an entry',
      size,
      (operations) => {
        for (let i = 0; i < operations; i++) streams.removePending(group, ascending(i, id));
        return streams.pendingCount(group);
      },
      {
        ...few,
        before: () => {
          beginGroup();
          deliver();
        },
      },
    ),
    measure(
      'trim an entry, exactly',
      size,
      (operations) => {
        for (let i = 1; i <= operations; i++) streams.trimToLength(stream, operations - i, false, 0);
        return streams.length(stream);
      },
      {
        ...few,
        before: () => {
          group = 0;
          begin();
          fill();
        },
      },
    ),
  ];
}

function spansOf(...texts: string[]): ByteSpans {
  const spans = new ByteSpans(texts.length);
  spans.bind(Buffer.from(texts.join(''), 'latin1'));
  let at = 0;
  texts.forEach((text, i) => {
    spans.offsets[i] = at;
    spans.lengths[i] = text.length;
    at += text.length;
  });
  spans.count = texts.length;
  return spans;
}
