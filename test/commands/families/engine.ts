/**
 * Keyspace, executor and feed without a server around them: what a test needs to see that no client can see, or to make
 * that no client can make.
 */
import { expect } from 'vitest';
import { Users } from '../../../src/acl/index.js';
import { Client } from '../../../src/commands/client.js';
import { CommandContext } from '../../../src/commands/context.js';
import { type EventListener, NOTIFY_KEY_MISS, NOTIFY_NEW } from '../../../src/commands/events.js';
import { Executor } from '../../../src/commands/executor.js';
import { createFullCommandTable } from '../../../src/commands/families/index.js';
import type { Ports } from '../../../src/commands/ports.js';
import { Suspensions } from '../../../src/commands/suspension.js';
import { Config } from '../../../src/config/index.js';
import { Feed, type FeedConsumer } from '../../../src/keyspace/feed.js';
import { Keyspace } from '../../../src/keyspace/keyspace.js';
import type { Entry } from '../../../src/keyspace/record.js';
import { Arena } from '../../../src/memory/index.js';
import { ServerStats } from '../../../src/observability/stats.js';
import { Argv, ReplyWriter } from '../../../src/resp/index.js';
import { KeyspaceAnnouncer } from '../../../src/server/keyspace-setup.js';
import type { ByteSpans } from '../../../src/util/byte-spans.js';
import { systemClock } from '../../../src/util/clock.js';
import { Random } from '../../../src/util/random.js';
import { parseReply, toArgs } from '../../support/wire.js';

/** What a server told others while it ran a command. */
export interface Told {
  /** `event key`, in their order. */
  readonly events: string[];
  /** Commands as replicas receive them, see {@link describeCommand}. */
  readonly fed: string[];
  /** How much `rdb_changes_since_last_save` grew. */
  readonly changes: number;
}

/** Keyspace, executor and feed without a server around them. */
export class Engine implements EventListener, FeedConsumer {
  private readonly arena = new Arena();
  private readonly context: CommandContext;
  private readonly executor: Executor;
  private readonly client: Client;
  private events: string[] = [];
  private fed: string[] = [];

  constructor() {
    const random = new Random(1);
    const users = new Users();
    const feed = new Feed();
    const table = createFullCommandTable();
    const config = new Config();
    const hooks = new KeyspaceAnnouncer(config, feed);
    const keyspace = new Keyspace({ arena: this.arena, databaseCount: 2, clock: systemClock, random, hooks });
    this.client = new Client(1, null, users.default, systemClock.nowMs());
    const stats = new ServerStats(table.idCount);
    const suspensions = new Suspensions({ resume: () => {}, later: () => {} });
    const ports = { log: { warning: () => {} } } as unknown as Ports; // no command of these groups asks for another
    const argv = new Argv();
    const reply = new ReplyWriter();
    this.context = new CommandContext(
      { keyspace, config, clock: systemClock, random, table, users, stats, feed, suspensions, ports, argv, reply },
      this.client,
    );
    hooks.context = this.context;
    this.context.eventClasses = ~(NOTIFY_KEY_MISS | NOTIFY_NEW); // as the classes of A
    this.context.eventListener = this;
    this.executor = new Executor(this.context, { thresholdUs: Number.POSITIVE_INFINITY, slowCommand: () => {} });
    feed.subscribe(this);
  }

  /**
   * Runs a command and returns what it told, and its reply as its bytes in latin1; FLUSHALL, which belongs to another
   * group, empties the keyspace.
   */
  run(command: string): Told & { readonly reply: string } {
    const { context, executor, client } = this;
    const { keyspace, argv, reply } = context;
    if (command === 'FLUSHALL') keyspace.flushAll();
    this.events = [];
    this.fed = [];
    const dirty = keyspace.dirty;
    argv.assign(toArgs(command).map((arg) => Buffer.from(String(arg))));
    context.nowMs = Date.now();
    keyspace.setTime(context.nowMs);
    executor.execute(client, executor.resolve());
    const text = Buffer.from(reply.take()).toString('latin1');
    return { reply: text, events: this.events, fed: this.fed, changes: keyspace.dirty - dirty };
  }

  /** The type of the value under `key`, which is there. */
  typeOf(key: string): number {
    return this.context.db.typeOf(this.lookup(key));
  }

  private lookup(key: string): Entry {
    const { argv, db } = this.context;
    argv.assign([Buffer.from(key)]);
    return db.lookupRead(argv, 0);
  }

  /** From now on misses and new keys are told, too. */
  tellAll(): void {
    this.context.eventClasses = ~0;
  }

  /** Sets a directive, as CONFIG SET does. */
  configure(name: string, value: string): void {
    expect(this.context.config.set([[Buffer.from(name), Buffer.from(value)]])).toBeNull();
  }

  keyspaceEvent(_eventClass: number, event: string, _dbIndex: number, keys: ByteSpans, i: number): void {
    const from = keys.offset(i);
    this.events.push(`${event} ${Buffer.from(keys.bytes.subarray(from, from + keys.length(i)))}`);
  }

  feedUnit(bytes: Uint8Array, size: number): void {
    const buffer = Buffer.from(bytes.subarray(0, size));
    for (let at = 0; at < size; ) {
      const parsed = parseReply(buffer, at, size);
      if (!('reply' in parsed)) throw new Error('the feed ends within a command');
      const args = parsed.reply.value as string[];
      if (args[0] !== 'SELECT') this.fed.push(describeCommand(args));
      at = parsed.end;
    }
  }
}

/** A command as text, with times of the next hours taken out. */
export function describeCommand(args: readonly string[]): string {
  const words = args.map((arg) => {
    const time = Number(arg);
    if (arg === '') return '""';
    return time > Date.now() && time < Date.now() + 86_400_000 ? '<soon>' : arg;
  });
  return words.join(' ');
}
