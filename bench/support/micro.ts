/**
 * Measuring single functions: warm-up, rounds, medians, and a baseline of the same machine in the same minute.
 *
 * A micro bench is a file `bench/micro/<module>.bench.ts` that exports `run(size)`:
 *
 * ```ts
 * export function run(size: number): Row[] {
 *   const table = build(size); // not measured
 *   return [
 *     measure('lookup of a present key', size, (operations) => {
 *       let sum = 0;
 *       for (let i = 0; i < operations; i++) sum = (sum + table.lookup(i)) | 0;
 *       return sum; // the checksum: keeps the compiler from dropping the work, and shows a changed result
 *     }),
 *   ];
 * }
 * ```
 * `size` is the number of operations (or elements) a round: 1 in the tests, which only prove that the bench still runs,
 * {@link QUICK_SIZE} with `--quick`, {@link FULL_SIZE} otherwise. Random input comes from a fixed seed.
 */

/** Operations a round in a full run. */
export const FULL_SIZE = 1_000_000;

/** Operations a round with `npm run bench -- --micro --quick`. */
export const QUICK_SIZE = 100_000;

/** One line of a micro bench's table. */
export interface Row {
  /** What was done, as a short phrase. */
  readonly name: string;
  /** Median nanoseconds of one operation. */
  readonly nsPerOp: number;
  /** Bytes of V8 heap that one operation allocated, or what the bench says it stored for each element. */
  readonly bytesPerOp: number;
  /** The result of the last round as an unsigned 32-bit number: equal between runs of equal size. */
  readonly checksum: number;
}

/** What a file in `bench/micro` exports. */
export interface MicroBench {
  run(size: number): Row[] | Promise<Row[]>;
}

/** Settings of {@link measure}. */
export interface MeasureOptions {
  /** Measured rounds, of which the median counts. Default 7. */
  readonly rounds?: number;
  /** Rounds before the first measured one. Default 3. */
  readonly warmUpRounds?: number;
  /** Prepares each round, outside the measured time. */
  readonly before?: () => void;
  /** Bytes an operation, where the bench counts them itself (memory of a stored element); else the heap is read. */
  readonly bytesPerOp?: number | (() => number);
}

/**
 * Runs `body(operations)` in rounds and returns the median time of one operation. The body repeats its work
 * `operations` times and returns a checksum. O(rounds * operations).
 */
export function measure(
  name: string,
  operations: number,
  body: (operations: number) => number,
  options: MeasureOptions = {},
): Row {
  const rounds = options.rounds ?? 7;
  let checksum = 0;
  for (let round = 0; round < (options.warmUpRounds ?? 3); round++) {
    options.before?.();
    checksum = body(operations);
  }
  const times: number[] = [];
  const allocated: number[] = [];
  for (let round = 0; round < rounds; round++) {
    options.before?.();
    const heapBefore = process.memoryUsage().heapUsed;
    const begin = process.hrtime.bigint();
    checksum = body(operations);
    times.push(Number(process.hrtime.bigint() - begin));
    allocated.push(process.memoryUsage().heapUsed - heapBefore);
  }
  return {
    name,
    nsPerOp: median(times) / operations,
    bytesPerOp: statedBytes(options) ?? heapBytes(allocated, operations),
    checksum: checksum >>> 0,
  };
}

/** As {@link measure}, for work that ends in a promise. */
export async function measureAsync(
  name: string,
  operations: number,
  body: (operations: number) => Promise<number>,
  options: MeasureOptions = {},
): Promise<Row> {
  const rounds = options.rounds ?? 5;
  let checksum = 0;
  for (let round = 0; round < (options.warmUpRounds ?? 2); round++) {
    options.before?.();
    checksum = await body(operations);
  }
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    options.before?.();
    const begin = process.hrtime.bigint();
    checksum = await body(operations);
    times.push(Number(process.hrtime.bigint() - begin));
  }
  const nsPerOp = median(times) / operations;
  return { name, nsPerOp, bytesPerOp: statedBytes(options) ?? 0, checksum: checksum >>> 0 };
}

/**
 * Two figures of the machine, to read a bench's rows against: a chain of integer multiplications (the processor) and
 * dependent random reads over `words` 32-bit words, 64 MiB in a full run (the caches and the memory).
 */
export function baseline(size: number): Row[] {
  const words = Math.max(1024, Math.min(1 << 24, 2 ** Math.ceil(Math.log2(size * 16))));
  const chain = new Int32Array(words);
  for (let i = 0; i < words; i++) chain[i] = Math.imul(i, 0x9e3779b1) + 0x7f4a7c15;
  return [
    measure('baseline: one integer multiplication and xor', size, (operations) => {
      let x = 1;
      for (let i = 0; i < operations; i++) x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i;
      return x;
    }),
    measure(`baseline: dependent random read over ${(words * 4) >>> 10} KiB`, size, (operations) => {
      const mask = words - 1;
      let at = 1;
      for (let i = 0; i < operations; i++) at = (chain[at & mask]! ^ (at >>> 9)) + i;
      return at;
    }),
  ];
}

/** The middle of `values` (the mean of the two middle ones of an even number); NaN of none. O(n log n). */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The rows as an aligned table with ops/s, ns/op, bytes/op and checksum. */
export function formatRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((row) => row.name.length), 4);
  const lines = [
    `${'name'.padEnd(width)} ${'ops/s'.padStart(14)} ${'ns/op'.padStart(10)} ${'bytes/op'.padStart(9)} checksum`,
  ];
  for (const row of rows) {
    const perSecond = Math.round(1e9 / row.nsPerOp).toLocaleString('en-US');
    lines.push(
      `${row.name.padEnd(width)} ${perSecond.padStart(14)} ${row.nsPerOp.toFixed(1).padStart(10)} ` +
        `${row.bytesPerOp.toFixed(1).padStart(9)} ${row.checksum.toString(16).padStart(8, '0')}`,
    );
  }
  return lines.join('\n');
}

function statedBytes(options: MeasureOptions): number | undefined {
  return typeof options.bytesPerOp === 'function' ? options.bytesPerOp() : options.bytesPerOp;
}

/**
 * The largest growth of the heap in a round: a garbage collection inside a round makes it look smaller, never larger.
 * The few hundred bytes that reading the clock and the heap costs are noise at a real size and are rounded away.
 */
function heapBytes(allocated: readonly number[], operations: number): number {
  const largest = Math.max(0, ...allocated);
  return largest < 4096 ? 0 : largest / operations;
}
