/**
 * A stream beside what it should hold, kept in plain arrays and maps; both are changed by the same random operations.
 */
import { expect } from 'vitest';
import type { Arena } from '../../../src/memory/index.js';
import { TypeLimits } from '../../../src/types/limits.js';
import { StreamId } from '../../../src/types/stream/stream-id.js';
import { Streams } from '../../../src/types/stream/streams.js';
import { HOLDER_BYTES } from '../../../src/types/value.js';
import type { Random } from '../../../src/util/random.js';
import { bigId, describeStream, idOf, spansOf } from './support.js';

const MAX_ID = 2n ** 128n - 1n;
const GROUPS = ['', 'a', 'b', 'group', 'group2'];
const CONSUMERS = ['', 'alice', 'bob', 'carol\xff', 'z'.repeat(300)];
const TEXTS = [
  '',
  'f',
  'g',
  '0',
  '-1',
  '127',
  '128',
  '12345678901',
  '-9223372036854775808',
  '007',
  'x'.repeat(63),
  'y'.repeat(70),
];

interface Pending {
  consumer: string;
  sinceMs: number;
  deliveries: bigint;
}

interface Consumer {
  seenAtMs: number;
  activeAtMs: number;
}

interface Group {
  delivered: bigint;
  entriesRead: bigint;
  consumers: Map<string, Consumer>;
  pending: Map<bigint, Pending>;
}

export class StreamModel {
  readonly streams: Streams;
  readonly holder: number;
  entries: { id: bigint; texts: string[] }[] = [];
  lastId = 0n;
  maxDeleted = 0n;
  added = 0n;
  groups = new Map<string, Group>();
  private readonly id = new StreamId();

  constructor(
    readonly arena: Arena,
    limits: Partial<TypeLimits> = {},
  ) {
    this.streams = new Streams(arena, Object.assign(new TypeLimits(), limits));
    this.holder = arena.alloc(HOLDER_BYTES);
    arena.zero(this.holder, 0, HOLDER_BYTES);
    this.streams.init(this.holder);
  }

  get stream(): number {
    return this.streams.of(this.holder);
  }

  /** Does something at random to both. */
  change(random: Random): void {
    const operations: [number, () => void][] = [
      [40, () => this.add(random)],
      [8, () => this.delete(random)],
      [1, () => this.trim(random)],
      [1, () => this.trimBelow(random)],
      [3, () => this.createGroup(random)],
      [0.3, () => this.destroyGroup(random)],
      [3, () => this.createConsumer(random)],
      [0.5, () => this.deleteConsumer(random)],
      [30, () => this.deliver(random)],
      [12, () => this.acknowledge(random)],
      [6, () => this.give(random)],
      [0.5, () => this.setIds(random)],
    ];
    let left = random.below(1e6) * operations.reduce((sum, [weight]) => sum + weight, 0) * 1e-6;
    for (const [weight, operation] of operations) {
      left -= weight;
      if (left <= 0) return operation();
    }
  }

  /** What {@link describeStream} should say. */
  describe(): string {
    const lines = [
      `length ${this.entries.length} added ${this.added} last ${textOf(this.lastId)}`,
      `first ${textOf(this.entries[0]?.id ?? 0n)} deleted ${textOf(this.maxDeleted)}`,
      ...this.entries.map(({ id, texts }) => `> ${textOf(id)} ${JSON.stringify(texts)}`),
      ...[...this.entries].reverse().map(({ id, texts }) => `< ${textOf(id)} ${JSON.stringify(texts)}`),
    ];
    for (const [name, group] of sorted(this.groups)) {
      lines.push(`group ${name} at ${textOf(group.delivered)} read ${group.entriesRead}`);
      const pending = [...group.pending].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [id, { consumer, sinceMs, deliveries }] of pending) {
        lines.push(`  ${textOf(id)} ${consumer} ${sinceMs} ${deliveries}`);
      }
      for (const [consumer, { seenAtMs, activeAtMs }] of sorted(group.consumers)) {
        const own = pending.filter(([, entry]) => entry.consumer === consumer).map(([id]) => textOf(id));
        lines.push(`  consumer ${consumer} ${seenAtMs} ${activeAtMs}: ${own.join(' ')}`);
      }
    }
    return lines.join('\n');
  }

  check(): void {
    const got = describeStream(this.streams, this.stream);
    const wanted = this.describe();
    if (got !== wanted) expect(got).toBe(wanted);
  }

  /** Adds an entry; without effect behind the last possible id. */
  add(random: Random): void {
    if (this.lastId === MAX_ID) return;
    const steps = [1n, 1n, 5n, 1n << 64n, 3n << 64n, 1n << 96n, (1n << 64n) - (this.lastId & ((1n << 64n) - 1n)) + 2n];
    let id = this.lastId + steps[random.below(random.below(20) === 0 ? steps.length : 4)]!;
    if (id > MAX_ID) id = MAX_ID;
    const pairs = 1 + random.below(random.below(10) === 0 ? 20 : 3);
    const texts = Array.from({ length: pairs * 2 }, (_, i) =>
      i % 2 === 0 && random.below(3) > 0 ? 'f' : TEXTS[random.below(TEXTS.length)]!,
    );
    this.streams.add(this.stream, idOf(id, this.id), spansOf('unused', ...texts), 1, pairs);
    this.entries.push({ id, texts });
    this.lastId = id;
    this.added++;
  }

  private delete(random: Random): void {
    this.deleteEntry(this.someId(random));
  }

  /** Deletes the entry with this id, if there is one. */
  deleteEntry(id: bigint): void {
    const at = this.entries.findIndex((entry) => entry.id === id);
    expect(this.streams.delete(this.stream, idOf(id, this.id))).toBe(at >= 0);
    expect(this.streams.seekEntry(this.stream, idOf(id, this.id))).toBe(false);
    if (at < 0) return;
    this.entries.splice(at, 1);
    if (id > this.maxDeleted) this.maxDeleted = id;
  }

  private trim(random: Random): void {
    this.trimTo(
      Math.max(0, this.entries.length - random.below(30)),
      random.below(2) === 0,
      random.below(2) * random.below(20),
    );
  }

  /** Trims to so many entries. */
  trimTo(most: number, approximate = false, limit = 0): void {
    const gone = this.streams.trimToLength(this.stream, most, approximate, approximate ? limit : 0);
    expect(gone).toBeLessThanOrEqual(Math.max(0, this.entries.length - most));
    if (!approximate) expect(this.entries.length - gone).toBe(Math.min(most, this.entries.length));
    this.entries.splice(0, gone);
  }

  private trimBelow(random: Random): void {
    const least = this.entries[random.below(30)]?.id ?? this.someId(random);
    const approximate = random.below(2) === 0;
    const gone = this.streams.trimBelow(this.stream, idOf(least, this.id), approximate, 0);
    const below = this.entries.filter(({ id }) => id < least).length;
    if (approximate) expect(gone).toBeLessThanOrEqual(below);
    else expect(gone).toBe(below);
    this.entries.splice(0, gone);
  }

  private setIds(random: Random): void {
    const deleted = this.someId(random);
    this.streams.setMaxDeletedId(this.stream, idOf(deleted, this.id));
    this.maxDeleted = deleted;
    this.added = [0n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n - 10_000n][random.below(4)]!;
    this.streams.setEntriesAdded(this.stream, this.added);
    if (this.lastId + 5n > MAX_ID) return;
    this.lastId += 5n;
    this.streams.setLastId(this.stream, idOf(this.lastId, this.id));
  }

  private createGroup(random: Random): void {
    const name = GROUPS[random.below(GROUPS.length)]!;
    const id = this.someId(random);
    const entriesRead = [-1n, 0n, 2n ** 53n + 1n][random.below(3)]!;
    const group = this.streams.createGroup(this.stream, spansOf(name), 0, idOf(id, this.id), entriesRead);
    expect(group !== 0).toBe(!this.groups.has(name));
    if (group === 0) return;
    this.groups.set(name, { delivered: id, entriesRead, consumers: new Map(), pending: new Map() });
  }

  private destroyGroup(random: Random): void {
    const chosen = this.someGroup(random);
    if (chosen === null) return;
    this.streams.destroyGroup(this.stream, chosen.ref);
    this.groups.delete(chosen.name);
  }

  private createConsumer(random: Random): void {
    const chosen = this.someGroup(random);
    const name = CONSUMERS[random.below(CONSUMERS.length)]!;
    if (chosen === null) return;
    const spans = spansOf(name);
    const known = this.streams.findConsumer(chosen.ref, spans.bytes, spans.view, 0, name.length);
    expect(known !== 0).toBe(chosen.group.consumers.has(name));
    if (known !== 0) {
      chosen.group.consumers.set(name, { seenAtMs: 5, activeAtMs: 6 });
      this.streams.setSeenAt(known, 5);
      this.streams.setActiveAt(known, 6);
      return;
    }
    const nowMs = 1_700_000_000_000 + random.below(1000);
    this.streams.createConsumer(chosen.ref, spans, 0, nowMs);
    chosen.group.consumers.set(name, { seenAtMs: nowMs, activeAtMs: -1 });
  }

  private deleteConsumer(random: Random): void {
    const chosen = this.someConsumer(random);
    if (chosen === null) return;
    const { group, ref, name, consumer } = chosen;
    this.streams.deleteConsumer(ref, consumer);
    group.consumers.delete(name);
    for (const [id, pending] of group.pending) if (pending.consumer === name) group.pending.delete(id);
  }

  private deliver(random: Random): void {
    const chosen = this.someConsumer(random);
    if (chosen === null) return;
    const id = this.someId(random);
    const nowMs = random.below(2 ** 48);
    this.streams.deliver(chosen.ref, chosen.consumer, idOf(id, this.id), nowMs);
    chosen.group.pending.set(id, { consumer: chosen.name, sinceMs: nowMs, deliveries: 1n });
  }

  private acknowledge(random: Random): void {
    const chosen = this.someGroup(random);
    if (chosen === null) return;
    const ids = [...chosen.group.pending.keys()];
    const id = ids[random.below(ids.length + 1)] ?? this.someId(random);
    expect(this.streams.removePending(chosen.ref, idOf(id, this.id))).toBe(chosen.group.pending.delete(id));
  }

  private give(random: Random): void {
    const chosen = this.someConsumer(random);
    if (chosen === null) return;
    const id = [...chosen.group.pending.keys()][random.below(chosen.group.pending.size)];
    if (id === undefined) return;
    expect(this.streams.seekPending(chosen.ref, idOf(id, this.id))).toBe(true);
    this.streams.givePending(this.id, chosen.consumer);
    const pending = chosen.group.pending.get(id)!;
    pending.consumer = chosen.name;
    if (random.below(2) === 0) {
      pending.deliveries = [2n ** 32n - 1n, 2n ** 63n - 2n, 0n][random.below(3)]!;
      this.streams.setDeliveries(pending.deliveries);
    }
    this.streams.countDelivery();
    pending.deliveries = BigInt.asIntN(64, pending.deliveries + 1n);
  }

  private someId(random: Random): bigint {
    const { entries } = this;
    if (entries.length === 0 || random.below(10) === 0) return BigInt(random.below(50)) << 64n;
    return entries[
      random.below(2) === 0
        ? random.below(entries.length)
        : entries.length - 1 - random.below(Math.min(entries.length, 20))
    ]!.id;
  }

  private someGroup(random: Random): { name: string; group: Group; ref: number } | null {
    const chosen = [...this.groups][random.below(this.groups.size)];
    if (chosen === undefined) return null;
    const spans = spansOf(chosen[0]);
    const ref = this.streams.findGroup(this.stream, spans.bytes, spans.view, 0, chosen[0].length);
    expect(ref).not.toBe(0);
    return { name: chosen[0], group: chosen[1], ref };
  }

  private someConsumer(random: Random): { name: string; consumer: number; group: Group; ref: number } | null {
    const chosen = this.someGroup(random);
    if (chosen === null) return null;
    const name = [...chosen.group.consumers.keys()][random.below(chosen.group.consumers.size)];
    if (name === undefined) return null;
    const spans = spansOf(name);
    const consumer = this.streams.findConsumer(chosen.ref, spans.bytes, spans.view, 0, name.length);
    expect(consumer).not.toBe(0);
    return { name, consumer, group: chosen.group, ref: chosen.ref };
  }
}

function textOf(id: bigint): string {
  expect(bigId(idOf(id))).toBe(id);
  return `${id >> 64n}-${id & (2n ** 64n - 1n)}`;
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
