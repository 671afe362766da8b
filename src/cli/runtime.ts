/**
 * How Node and V8 run this program: what holds for the whole process, and so is the program's to decide and not a
 * server's. An embedder's process is left alone.
 *
 * 1. V8's limits for inlining suit programs with many small paths; here one path, from a chunk of input to its replies,
 *    is nearly all that runs, in some sixty small functions. With room to inline it whole, a GET takes 10 % less, a
 *    chunk with a single command 20 % (in process, Node 20.20).
 * 2. V8 compiles on four threads of its own, or on one if Node is told so (`--v8-pool-size=1`, as `npm start` does). On
 *    one core (a container, the bench) they take turns of 4 ms with the event loop as its equals, so that it stands
 *    still for 16 to 40 ms again and again while the first commands make V8 compile. With less weight: 12 to 18 ms, and
 *    8 to 11 with one thread (three fills of 1M keys each, Node 20.20). With much less, the loop waits for locks that a
 *    starved thread holds.
 * 3. A collection of young objects has next to nothing to do here: shared among threads, it waits for theirs.
 */
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** V8 takes 460 and 920 by default. A flag that a later V8 does not know is ignored there. */
const FLAGS = [
  '--max-inlined-bytecode-size=1000',
  '--max-inlined-bytecode-size-cumulative=3000',
  '--no-parallel-scavenge',
];

/** Where Linux lists the threads of a process. */
const THREADS = '/proc/self/task';
/** How much nicer than the event loop the other threads are: they get a quarter of its weight. */
const NICER = 6;
const NICEST = 19;

/** To be called before the first request. O(threads). */
export function tuneRuntime(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
  lowerHelpers();
}

/** Gives the threads that exist beside the event loop's less weight; on Linux priorities are a thread's own. */
function lowerHelpers(): void {
  const priority = Math.min(NICEST, getPriority() + NICER);
  try {
    for (const thread of readdirSync(THREADS).map(Number)) if (thread !== process.pid) setPriority(thread, priority);
  } catch {
    // Not a Linux, or a thread that has just ended: all stay equals, as everywhere else.
  }
}
