/**
 * The output gate: holds back what a server's clients may not see yet, such as replies to writes that no disk has.
 *
 * ```
 *   feed     ---- 100 -------- 180 -------- 250 ---->
 *   gate          openOffset   |            offset        closed: 100 < 250
 *   a queue  [ chunk, gate 180 ] [ chunk, gate 250 ]      open(180) lets the first leave, open(250) both
 * ```
 * 1. Output carries the gate's offset of the moment in which it was produced, whichever client it is for: a client must
 *    not read what another one wrote before that is safe.
 * 2. Output leaves when the gate is open up to its offset. Offsets only grow, so the order of each connection holds.
 * 3. Later writes do not delay earlier output: under constant load each flush to disk lets its own replies leave.
 */

/** Whoever has output that waits at the gate. */
export interface GatedOutput {
  /** The gate has opened further: what may leave now is to be sent. */
  gateOpened(): void;
}

/** One server's gate; see the head of this file. */
export class OutputGate {
  /** Whether output that is produced now has to wait: the one field that is looked at for each write. */
  isClosed = false;
  /** Output produced now leaves when the gate is open up to here. */
  offset = 0;
  /** Up to where the gate is open. */
  openOffset = 0;
  private held = new Set<GatedOutput>();

  /** From now on output waits until the gate is open up to `offset`, an offset of the feed. O(1). */
  closeUntil(offset: number): void {
    if (offset > this.offset) this.offset = offset;
    this.isClosed = this.offset > this.openOffset;
  }

  /** Lets everything leave that was produced for offsets up to this one. O(connections with output that waits). */
  open(offset: number): void {
    if (offset <= this.openOffset) return;
    this.openOffset = offset;
    this.isClosed = this.offset > offset;
    const { held } = this;
    this.held = new Set();
    for (const output of held) output.gateOpened();
  }

  /** Has `output` told when the gate opens further; once. */
  hold(output: GatedOutput): void {
    this.held.add(output);
  }

  /** `output` is gone. */
  forget(output: GatedOutput): void {
    this.held.delete(output);
  }
}
