/** The clients that are connected to one server. */
import type { Client } from '../commands/client.js';
import type { ClientsPort } from '../commands/ports.js';
import { Rounds } from '../util/rounds.js';

export class Clients implements ClientsPort {
  private readonly byIds = new Map<number, Client>();
  /** Whose command runs, or ran last: `kill` is for commands, so that is the caller. */
  private readonly served: () => Client;
  private readonly rounds = new Rounds(this.byIds);
  private lastId = 0;

  constructor(served: () => Client) {
    this.served = served;
  }

  get count(): number {
    return this.byIds.size;
  }

  /** The id for the next client: each is given once. */
  nextId(): number {
    return ++this.lastId;
  }

  add(client: Client): void {
    this.byIds.set(client.id, client);
  }

  remove(client: Client): void {
    this.byIds.delete(client.id);
  }

  /** All clients in the order of their ids: that is the order in which they were added. */
  all(): Iterable<Client> {
    return this.byIds.values();
  }

  /** Visits one of `parts` parts of all clients, another one each time. O(clients / parts). */
  visitPart(parts: number, visit: (client: Client) => void): void {
    this.rounds.turn(parts, visit);
  }

  byId(id: number): Client | undefined {
    return this.byIds.get(id);
  }

  kill(client: Client): void {
    if (client === this.served()) client.closing = true;
    else client.connection?.destroy();
  }
}
