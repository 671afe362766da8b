/** Hears what the reference tells others: keyspace events as a subscriber, changes of data as a replica. */
import { RespClient } from './resp-client.js';
import type { Push } from './wire.js';

/** An event on a key. */
export interface KeyspaceEvent {
  readonly database: number;
  readonly event: string;
  readonly key: string;
}

/** What was told, in its order. */
export interface Told {
  readonly events: readonly KeyspaceEvent[];
  /** Commands as replicas receive them, SELECT, MULTI and EXEC included. */
  readonly commands: readonly (readonly string[])[];
}

export class ReferenceListener {
  private marks = 0;

  private constructor(
    private readonly publisher: RespClient,
    private readonly subscriber: RespClient,
    private readonly replica: RespClient,
  ) {}

  /**
   * Begins to listen to the reference at this port. It has to run with `--repl-diskless-sync no`.
   * @param classes of events, as `notify-keyspace-events` names them
   */
  static async open(port: number, classes = 'EA'): Promise<ReferenceListener> {
    const publisher = await RespClient.connect({ port });
    const subscriber = await RespClient.connect({ port });
    const replica = await RespClient.connect({ port, timeoutMs: 15_000 });
    await publisher.send('CONFIG', 'SET', 'notify-keyspace-events', classes);
    await subscriber.hello(3);
    subscriber.write('PSUBSCRIBE __keyevent@* mark');
    await subscriber.nextPush();
    await subscriber.nextPush();
    await startReplication(replica);
    const listener = new ReferenceListener(publisher, subscriber, replica);
    await listener.told();
    return listener;
  }

  /** All that was told since the last call. */
  async told(): Promise<Told> {
    const mark = `mark ${++this.marks}`;
    await this.publisher.send('PUBLISH', 'mark', mark); // goes to subscribers and replicas alike
    const events: KeyspaceEvent[] = [];
    for (;;) {
      const { value } = await this.subscriber.nextPush();
      const [, , channel, payload] = (value as Push).items as string[];
      if (payload === mark) break;
      const [, database, event] = /^__keyevent@(\d+)__:(.*)$/.exec(channel!)!;
      events.push({ database: Number(database), event: event!, key: payload! });
    }
    const commands: string[][] = [];
    for (;;) {
      const args = (await this.replica.nextReply()).value as string[];
      if (args[0] === 'PUBLISH' && args[2] === mark) break;
      if (args[0]!.toUpperCase() !== 'PING') commands.push(args);
    }
    return { events, commands };
  }

  async close(): Promise<void> {
    await Promise.all([this.publisher.close(), this.subscriber.close(), this.replica.close()]);
  }
}

/** Asks for a full copy of the data and skips it: what follows is the stream of commands. */
async function startReplication(link: RespClient): Promise<void> {
  link.raw('SYNC\r\n');
  let header = '';
  while (!/\$\d+\r\n$/.test(header)) header += await link.readRaw(1); // line feeds come first while it is being made
  await link.readRaw(Number(header.trim().slice(1)));
}
