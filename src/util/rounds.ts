/**
 * Going round a collection a part at a time: what is to be done for each member once a second need not be done for all
 * in one go, nor need all be looked at to find those whose turn it is.
 */

/** A Set, or the values of a Map. */
interface Collection<T> {
  readonly size: number;
  values(): IterableIterator<T>;
}

/** Visits the members of a collection, which may come and go between and during the turns. */
export class Rounds<T> {
  private readonly members: Collection<T>;
  /** Iterators of JavaScript's collections stay valid whatever is added and removed. */
  private rest: IterableIterator<T>;

  constructor(members: Collection<T>) {
    this.members = members;
    this.rest = members.values();
  }

  /**
   * Visits the next of `parts` parts of the members: whoever stays is visited once in as many turns, or a few turns
   * later when others come. O(members / parts).
   */
  turn(parts: number, visit: (member: T) => void): void {
    for (let left = Math.ceil(this.members.size / parts); left > 0; left--) {
      let next = this.rest.next();
      if (next.done === true) {
        this.rest = this.members.values();
        next = this.rest.next();
        if (next.done === true) return;
      }
      visit(next.value);
    }
  }
}
