/**
 * How memory goes back to the system: buffers that nobody needs any more wait here for their turn, are dropped a few at
 * a time, and V8 is asked to collect them.
 *
 * The system gets a SharedArrayBuffer's memory only when V8 has collected the object in front of it, and V8 sees no
 * reason to: shared buffers do not count for its limits. A full collection on the spot stalls everything for as long as
 * it marks. But an ordinary ArrayBuffer does count, untouched as it may be: one that exceeds the limit of external
 * memory makes V8 begin an incremental collection, which marks on other threads and in small steps. Measured on Node 20
 * (docs/design/0002-memory-blocks.md): its longest piece takes 2-3 ms where the full collection takes 8-9.
 *
 * In turns, because V8 unmaps dropped buffers before its next collection of young objects, which waits for it: some
 * 2 ms for each 32 MiB, hence a stall of 60 ms when 1 GiB goes at once.
 *
 * What would break this is another limit in a later V8: then the test "what was dropped goes back to the system" fails.
 */

/** More than V8 lets external memory grow by (64 MiB) without a collection. Never touched, so it costs nothing. */
const PRESSURE_BYTES = 72 << 20;
/** Bytes that are dropped in one turn, if the first buffer alone is not longer. */
const TURN_BYTES = 64 << 20;
/** Buffers below this are not worth a collection: they go with the next one that V8 makes. */
const LEAST_BYTES = 8 << 20;
/** So many steps a turn has before the next one begins, be it collected or not: a snapshot may hold its buffers. */
const TURN_STEPS = 5;
/**
 * So many steps V8 is asked in, if no other turn comes: at doubling distances, since one that is marking already when
 * buffers are dropped takes them for alive, and may be at it for a second or two.
 */
const LAST_STEP = 512;

/** The buffers of one arena on their way back, and those that others hand over to it. */
export class BufferReturn {
  private readonly waiting: ArrayBufferLike[] = [];
  /** Buffers of the current turn that V8 has not collected yet. */
  private uncollected = 0;
  /** Steps of the current turn. */
  private steps = 0;
  private turn = 0;
  private readonly registry = new FinalizationRegistry<number>((turn) => {
    if (turn === this.turn) this.uncollected--;
  });

  /** Whether the next step begins a turn that another buffer may join. O(buffers). */
  get hasRoom(): boolean {
    return !this.isCollecting && this.waitingBytes < TURN_BYTES;
  }

  /** Bytes of address space that wait for their turn. O(buffers). */
  get waitingBytes(): number {
    return this.waiting.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  /** Takes a buffer that its owner has forgotten. O(1). */
  add(buffer: ArrayBufferLike): void {
    if (buffer.byteLength < LEAST_BYTES) return;
    // V8 counts ordinary buffers, so under load it collects them by itself: they are kept for a turn only while few
    // wait.
    if (buffer instanceof ArrayBuffer && this.waitingBytes > TURN_BYTES) return;
    this.waiting.push(buffer);
  }

  /**
   * One step, to be called every 100 ms or so: asks V8 for what was dropped and is not collected yet, or begins the
   * next turn. O(buffers of a turn), and some 2 ms while V8 collects.
   */
  step(): void {
    if (this.waiting.length > 0 && !this.isCollecting) this.beginTurn();
    if (this.uncollected === 0 || this.steps === LAST_STEP) return;
    this.steps++;
    if (isPowerOfTwo(this.steps)) this.ask();
  }

  private get isCollecting(): boolean {
    return this.uncollected > 0 && this.steps < TURN_STEPS;
  }

  private beginTurn(): void {
    this.turn++;
    this.uncollected = 0;
    this.steps = 0;
    for (let bytes = 0; bytes < TURN_BYTES; ) {
      const buffer = this.waiting.pop();
      if (buffer === undefined) break;
      bytes += buffer.byteLength;
      this.uncollected++;
      this.registry.register(buffer, this.turn);
    }
  }

  private ask(): void {
    try {
      new ArrayBuffer(PRESSURE_BYTES);
    } catch {
      // No address space for it: V8 has collected all it could before it said so.
    }
  }
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}
