/** What the keyspace's tests share: keys and values as spans, and a keyspace on a clock that the test moves. */
import type { Database } from '../../src/keyspace/database.js';
import { Keyspace, type KeyspaceHooks } from '../../src/keyspace/keyspace.js';
import type { Entry } from '../../src/keyspace/record.js';
import { Arena } from '../../src/memory/arena.js';
import { ByteSpans } from '../../src/util/byte-spans.js';
import { ManualClock } from '../../src/util/clock.js';
import { Random } from '../../src/util/random.js';

/** Spans over one buffer that holds `texts` one behind the other, with a byte between them that belongs to none. */
export function spans(...texts: (string | Uint8Array)[]): ByteSpans {
  const parts = texts.map((text) => (typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text)));
  const result = new ByteSpans(parts.length);
  result.bind(Buffer.concat(parts.flatMap((part) => [Buffer.from('#'), part])));
  let at = 1;
  parts.forEach((part, i) => {
    result.offsets[i] = at;
    result.lengths[i] = part.length;
    at += part.length + 1;
  });
  result.count = parts.length;
  return result;
}

/** Copies the bytes of a span. */
export function spanOf(keys: ByteSpans, i: number): string {
  return Buffer.from(keys.bytes.subarray(keys.offset(i), keys.offset(i) + keys.length(i))).toString('latin1');
}

/** What {@link makeKeyspace} lets a test choose. */
export interface KeyspaceSettings {
  readonly seed?: number;
  readonly databaseCount?: number;
  readonly hooks?: KeyspaceHooks;
  readonly arena?: Arena;
}

/** A keyspace on a clock of its own. */
export function makeKeyspace(settings: KeyspaceSettings = {}): { keyspace: Keyspace; clock: ManualClock } {
  const clock = new ManualClock();
  const keyspace = new Keyspace({
    arena: settings.arena ?? new Arena({ clock }),
    databaseCount: settings.databaseCount ?? 16,
    clock,
    random: new Random(settings.seed ?? 1),
    hooks: settings.hooks ?? { expired: () => undefined },
  });
  return { keyspace, clock };
}

/** Sets a key to a value without options. */
export function set(db: Database, key: string, value: string | Uint8Array, keepTtl = false): Entry {
  const args = spans(key, value);
  return db.setString(args, 0, args.bytes, args.view, args.offset(1), args.length(1), keepTtl);
}

/** The bytes of a string. */
export function valueOf(db: Database, entry: Entry): Buffer {
  const value = Buffer.alloc(db.stringLength(entry));
  db.stringInto(entry, 0, value.length, value, new DataView(value.buffer, value.byteOffset, value.length), 0);
  return value;
}
